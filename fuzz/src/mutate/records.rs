//! Archives: records with fields of known places, which have to agree with each other.

use testkit::pack::crc32;
use testkit::random::Random;

/// A field: where in its record, and how many bytes.
type Field = (usize, usize);

/// Records by the end of their signature, with the fields of each (APPNOTE 4.3).
const RECORDS: [([u8; 2], &[Field]); 6] = [
    (
        LOCAL,
        &[
            (4, 2),
            (6, 2),
            (8, 2),
            (10, 2),
            (12, 2),
            (14, 4),
            (18, 4),
            (22, 4),
            (26, 2),
            (28, 2),
        ],
    ),
    (
        CENTRAL,
        &[
            (4, 2),
            (6, 2),
            (8, 2),
            (10, 2),
            (12, 2),
            (14, 2),
            (16, 4),
            (20, 4),
            (24, 4),
            (28, 2),
            (30, 2),
            (32, 2),
            (34, 2),
            (36, 2),
            (38, 4),
            (42, 4),
        ],
    ),
    (
        END,
        &[(4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 2)],
    ),
    (
        END_64,
        &[
            (4, 8),
            (12, 2),
            (14, 2),
            (16, 4),
            (20, 4),
            (24, 8),
            (32, 8),
            (40, 8),
            (48, 8),
        ],
    ),
    ([6, 7], &[(4, 4), (8, 8), (16, 4)]),
    ([7, 8], &[(4, 4), (8, 4), (12, 4)]),
];

const LOCAL: [u8; 2] = [3, 4];
const CENTRAL: [u8; 2] = [1, 2];
const END: [u8; 2] = [5, 6];
const END_64: [u8; 2] = [6, 6];

const EDGES: [u64; 16] = [
    0,
    1,
    2,
    8,
    9,
    20,
    45,
    0x800,
    0x808,
    99,
    0x7fff,
    0xffff,
    0xffff_fffe,
    0xffff_ffff,
    u64::MAX >> 1,
    u64::MAX,
];

/// Bytes of extra fields: 64-bit sizes, a time, a name in Unicode, a made-up one.
const EXTRA: [&[u8]; 4] = [
    &[1, 0, 16, 0, 5, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0],
    &[0x55, 0x54, 5, 0, 1, 0, 0, 0, 0x60],
    &[0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, b'x'],
    &[0x99, 0x99, 2, 0, 7, 7],
];

/// Where records of a kind stand.
fn places(input: &[u8], kind: Option<[u8; 2]>) -> Vec<usize> {
    let is_one = |window: &[u8]| match window {
        [b'P', b'K', end @ ..] => match kind {
            Some(kind) => kind == *end,
            None => RECORDS.iter().any(|(known, _)| known == end),
        },
        _ => false,
    };
    let windows = input.windows(4).enumerate();
    windows
        .filter(|(_, window)| is_one(window))
        .map(|(at, _)| at)
        .collect()
}

fn get(input: &[u8], at: usize, width: usize) -> u64 {
    let bytes = input.get(at..at + width).unwrap_or_default();
    let shifted = |(place, byte): (usize, &u8)| u64::from(*byte) << (8 * place);
    bytes.iter().enumerate().map(shifted).sum()
}

fn set(input: &mut [u8], at: usize, width: usize, value: u64) {
    if let Some(place) = input.get_mut(at..at + width) {
        place.copy_from_slice(&value.to_le_bytes()[..width]);
    }
}

pub(super) fn mutate(input: &mut Vec<u8>, dice: &mut Random) {
    let all = places(input, None);
    let Some(&record) = dice.pick(&all) else {
        return;
    };
    let next = all.iter().copied().find(|at| *at > record);
    let end = next.unwrap_or(input.len());
    match dice.below(10) {
        0..=4 => field(input, record, &all, dice),
        5 => {
            let to = dice.pick(&all).copied().unwrap_or_default();
            let copied = input[record..end].to_vec();
            input.splice(to..to, copied);
        }
        6 => {
            input.drain(record..end);
        }
        7 => extra(input, record, dice),
        _ => {}
    }
    // Half of them agree again, so that what was changed is looked at.
    if dice.one_in(2) {
        agree(input);
    }
}

/// One field becomes what another is, a place in the file, a number at an edge, or nearly the same.
fn field(input: &mut [u8], record: usize, all: &[usize], dice: &mut Random) {
    let kind = input.get(record + 2..record + 4).unwrap_or_default();
    let Some((_, fields)) = RECORDS.iter().find(|(known, _)| known == kind) else {
        return;
    };
    let Some(&(at, width)) = dice.pick(fields) else {
        return;
    };
    let old = get(input, record + at, width);
    let new = match dice.below(6) {
        0 => dice.pick(&EDGES).copied().unwrap_or_default(),
        1 => dice.pick(all).copied().unwrap_or_default() as u64,
        2 => {
            let (other, width) = dice.pick(fields).copied().unwrap_or((at, width));
            let record = dice.pick(all).copied().unwrap_or_default();
            get(input, record + other, width)
        }
        3 => old ^ (1 << dice.below(8 * width)),
        4 => old.wrapping_add(1 + dice.below(16) as u64),
        _ => old.wrapping_sub(1 + dice.below(16) as u64),
    };
    set(input, record + at, width, new);
}

/// Puts an extra field into a header, whose length knows of it.
fn extra(input: &mut Vec<u8>, record: usize, dice: &mut Random) {
    let (head, name, length) = match input.get(record + 2..record + 4) {
        Some([3, 4]) => (30, 26, 28),
        Some([1, 2]) => (46, 28, 30),
        _ => return,
    };
    let with = dice.pick(&EXTRA).copied().unwrap_or_default();
    let at = record + head + get(input, record + name, 2) as usize;
    if at <= input.len() {
        let longer = get(input, record + length, 2) + with.len() as u64;
        set(input, record + length, 2, longer);
        input.splice(at..at, with.iter().copied());
    }
}

/// Lets the directory say where its entries are, the end how many and where, and headers of stored
/// entries what their bytes add up to.
fn agree(input: &mut [u8]) {
    let (locals, centrals) = (places(input, Some(LOCAL)), places(input, Some(CENTRAL)));
    for (number, local) in locals.iter().copied().enumerate() {
        let central = centrals.get(number).copied();
        let head = 30 + get(input, local + 26, 2) + get(input, local + 28, 2);
        let size = get(input, local + 18, 4) as usize;
        let from = local + head as usize;
        let stored = get(input, local + 8, 2) == 0;
        if stored && let Some(content) = input.get(from..from + size) {
            let sum = u64::from(crc32(content));
            set(input, local + 14, 4, sum);
            set(input, local + 22, 4, size as u64);
            if let Some(central) = central {
                set(input, central + 16, 4, sum);
                set(input, central + 20, 4, size as u64);
                set(input, central + 24, 4, size as u64);
            }
        }
        if let Some(central) = central {
            set(input, central + 42, 4, local as u64);
        }
    }
    let count = centrals.len() as u64;
    for end in places(input, Some(END)) {
        let from = centrals.first().copied().unwrap_or(end);
        set(input, end + 8, 2, count);
        set(input, end + 10, 2, count);
        set(input, end + 12, 4, end.saturating_sub(from) as u64);
        set(input, end + 16, 4, from as u64);
    }
}
