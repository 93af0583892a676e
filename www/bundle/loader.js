"use strict";
// Starts the page that is all in this file. Its text is the only script that the policy above
// allows by hash; everything else comes from the parts below, through object URLs.
(async () => {
  const boot = document.getElementById("boot");
  try {
    const missing = [
      ["WebAssembly", "WebAssembly" in self],
      ["DecompressionStream", "DecompressionStream" in self],
      ["workers", "Worker" in self],
    ].filter(([, there]) => !there).map(([name]) => name);
    if (missing.length > 0) {
      throw new Error(`this browser lacks ${missing.join(", ")}. Chrome, Edge, Firefox and Safari have all of it since 2023`);
    }
    const bytes = async (id) => {
      const packed = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
      return new Uint8Array(await new Response(stream).arrayBuffer());
    };
    const [script, module, workerScript, workerModule] = await Promise.all(
      ["app-script", "app-module", "worker-script", "worker-module"].map(bytes),
    );
    // A page that the browser saved holds what was on screen. It starts as empty as any other.
    for (const element of [...document.body.children]) {
      if (!element.hasAttribute("data-part")) element.remove();
    }
    for (const { name } of [...document.body.attributes]) document.body.removeAttribute(name);
    self.flarescopeParts = { workerScript, workerModule };
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const app = await import(url);
    URL.revokeObjectURL(url);
    await app.default({ module_or_path: module });
  } catch (error) {
    const line = boot ?? document.body.appendChild(document.createElement("p"));
    line.textContent = `flarescope cannot start: ${error.message ?? error}`;
    document.body.setAttribute("data-state", "failed");
  }
})();
