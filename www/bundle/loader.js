
// Starts the page that is all in this file. Stands after the application's own script, in the same
// element, so that the policy allows both by one hash.
const bytesOf = (text) => {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at++) bytes[at] = letters.charCodeAt(at);
  return bytes;
};
// A module that the browser unpacks while it compiles it.
const unpacked = (id) => {
  const packed = bytesOf(document.getElementById(id).textContent);
  const stream = new Response(packed).body.pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream, { headers: { "content-type": "application/wasm" } });
};
const start = async (id, compile) => {
  try {
    return await compile(unpacked(id));
  } catch (error) {
    throw new Error(`this copy of the page is damaged, its modules cannot be unpacked (${error.message})`);
  }
};
// Where it cannot run, the script before it has said so.
if (document.body.dataset.state !== "failed") {
  // A page that the browser saved holds what was on screen. It starts as empty as any other.
  for (const element of [...document.body.children]) {
    if (!element.hasAttribute("data-part")) element.remove();
  }
  self.flarescopeParts = {
    workerScript: new TextEncoder().encode(document.getElementById("worker-script").textContent),
    // When the application asks for it: what can be seen and dropped on comes first.
    workerModule: () => start("worker-module", (response) => WebAssembly.compileStreaming(response)),
  };
  const module = await start("app-module", (response) => WebAssembly.compileStreaming(response));
  await __wbg_init({ module_or_path: module });
}
