
// Starts the page that is all in this file. Stands after the application's own script, in the same
// element, so that the policy allows both by one hash.
const modules = () => {
  const { textContent: text, dataset } = document.getElementById("modules");
  try {
    const [worker, app] = dataset.sizes.split(" ").map(Number);
    const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const unpacked = unlzma(packed, worker + app);
    return [unpacked.subarray(0, worker), unpacked.subarray(worker)];
  } catch (error) {
    throw new Error(`this copy of the page is damaged, its modules cannot be unpacked (${error.message})`);
  }
};
// Where it cannot run, the script before it has said so.
if (document.body.dataset.state !== "failed") {
  const [workerModule, appModule] = modules();
  // A page that the browser saved holds what was on screen. It starts as empty as any other.
  for (const element of [...document.body.children]) {
    if (!element.hasAttribute("data-part")) element.remove();
  }
  const workerScript = new TextEncoder().encode(document.getElementById("worker-script").textContent);
  self.flarescopeParts = { workerScript, workerModule };
  await __wbg_init({ module_or_path: appModule });
}
