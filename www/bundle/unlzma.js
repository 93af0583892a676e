
// Unpacks LZMA: one stream with its 13 bytes of header, as the specification of the LZMA SDK has it.
// `size` is what the header has to say. Browsers unpack gzip and deflate by themselves, but those
// leave the page a third larger.
const unlzma = (packed, size) => {
  const properties = packed[0];
  const contextBits = properties % 9; // lc
  const positionBits = Math.floor(properties / 9) % 5; // lp
  const posBits = Math.floor(properties / 45); // pb
  // Before anything is made that large.
  if (new DataView(packed.buffer).getUint32(5, true) !== size) throw new Error("the packed parts are damaged");
  const out = new Uint8Array(size);

  // The range decoder. The first byte after the header is always zero. Its two numbers lie in an array
  // of machine words: as variables they would be boxed at every change.
  let at = 14;
  const word = new Uint32Array([0xffffffff, 0]);
  const RANGE = 0;
  const CODE = 1;
  const next = () => {
    if (at >= packed.length) throw new Error("the packed parts are cut off");
    return packed[at++];
  };
  for (let i = 0; i < 4; i++) word[CODE] = (word[CODE] << 8) | next();
  const normalise = () => {
    if (word[RANGE] < 0x1000000) {
      word[RANGE] <<= 8;
      word[CODE] = (word[CODE] << 8) | next();
    }
  };
  const models = (count) => new Uint16Array(count).fill(1024);
  const bit = (table, index) => {
    const model = table[index];
    const bound = (word[RANGE] >>> 11) * model;
    let value = 0;
    if (word[CODE] < bound) {
      word[RANGE] = bound;
      table[index] = model + ((2048 - model) >> 5);
    } else {
      word[RANGE] -= bound;
      word[CODE] -= bound;
      table[index] = model - (model >> 5);
      value = 1;
    }
    normalise();
    return value;
  };
  const direct = (count) => {
    let value = 0;
    while (count-- > 0) {
      word[RANGE] >>>= 1;
      value *= 2;
      if (word[CODE] >= word[RANGE]) {
        word[CODE] -= word[RANGE];
        value += 1;
      }
      normalise();
    }
    return value;
  };
  const tree = (table, start, bits) => {
    let node = 1;
    for (let i = 0; i < bits; i++) node = node * 2 + bit(table, start + node);
    return node - (1 << bits);
  };
  const reverseTree = (table, start, bits) => {
    let node = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const low = bit(table, start + node);
      node = node * 2 + low;
      value += low << i;
    }
    return value;
  };

  const lengths = () => ({ choice: models(2), low: models(16 << 3), mid: models(16 << 3), high: models(256) });
  const length = (table, pos) => {
    if (bit(table.choice, 0) === 0) return 2 + tree(table.low, pos << 3, 3);
    if (bit(table.choice, 1) === 0) return 10 + tree(table.mid, pos << 3, 3);
    return 18 + tree(table.high, 0, 8);
  };
  const literals = models(0x300 << (contextBits + positionBits));
  const isMatch = models(12 << 4);
  const isRepeat = models(12);
  const isRepeat0 = models(12);
  const isRepeat1 = models(12);
  const isRepeat2 = models(12);
  const isLongRepeat0 = models(12 << 4);
  const slots = models(4 << 6);
  const near = models(115);
  const align = models(16);
  const matchLengths = lengths();
  const repeatLengths = lengths();

  let state = 0;
  let distances = [0, 0, 0, 0];
  let done = 0;
  while (done < size) {
    const pos = done & ((1 << posBits) - 1);
    if (bit(isMatch, (state << 4) + pos) === 0) {
      const before = done > 0 ? out[done - 1] : 0;
      const context = ((done & ((1 << positionBits) - 1)) << contextBits) + (before >> (8 - contextBits));
      const start = 0x300 * context;
      let symbol = 1;
      if (state >= 7) {
        let expected = out[done - distances[0] - 1];
        while (symbol < 0x100) {
          const wanted = (expected >> 7) & 1;
          expected <<= 1;
          const found = bit(literals, start + ((1 + wanted) << 8) + symbol);
          symbol = (symbol << 1) | found;
          if (wanted !== found) break;
        }
      }
      while (symbol < 0x100) symbol = (symbol << 1) | bit(literals, start + symbol);
      out[done++] = symbol & 0xff;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
      continue;
    }
    let count;
    if (bit(isRepeat, state) === 0) {
      count = length(matchLengths, pos);
      state = state < 7 ? 7 : 10;
      const slot = tree(slots, Math.min(count - 2, 3) << 6, 6);
      let distance = slot;
      if (slot >= 4) {
        const low = (slot >> 1) - 1;
        distance = (2 | (slot & 1)) * 2 ** low;
        if (slot < 14) distance += reverseTree(near, distance - slot, low);
        else distance += direct(low - 4) * 16 + reverseTree(align, 0, 4);
      }
      distances = [distance, distances[0], distances[1], distances[2]];
    } else {
      count = 0;
      if (bit(isRepeat0, state) === 0) {
        if (bit(isLongRepeat0, (state << 4) + pos) === 0) count = 1;
      } else {
        const which = bit(isRepeat1, state) === 0 ? 1 : bit(isRepeat2, state) === 0 ? 2 : 3;
        const [distance] = distances.splice(which, 1);
        distances.unshift(distance);
      }
      if (count === 1) {
        state = state < 7 ? 9 : 11;
      } else {
        count = length(repeatLengths, pos);
        state = state < 7 ? 8 : 11;
      }
    }
    if (distances[0] >= done || done + count > size) throw new Error("the packed parts are damaged");
    for (const end = done + count; done < end; done++) out[done] = out[done - distances[0] - 1];
  }
  return out;
};
