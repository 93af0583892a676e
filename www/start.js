// Runs before everything else, in any browser that has JavaScript at all: so no syntax newer than
// ES5. Says why the page cannot start, and later that it stopped. Data becomes text, never markup.
(function () {
  "use strict";
  var boot = document.getElementById("boot");
  // A page that the browser saved stands as it was: started, or even failed.
  boot.hidden = false;
  document.body.removeAttribute("data-state");

  // A flare that is dropped before the page has started: kept for it, where the browser would leave the
  // page to show the file. What a drop holds has to be taken while its event is handled.
  var early = self.flarescopeEarly = { files: [], entries: [] };
  var line = document.getElementById("boot-line");
  var starting = line.textContent;
  function keep(event) {
    event.preventDefault();
    if (event.type !== "drop" || !event.dataTransfer || document.getElementById("stopped")) return;
    var items = event.dataTransfer.items;
    early.files = [].slice.call(event.dataTransfer.files);
    early.entries = [];
    for (var i = 0; i < items.length; i++) {
      var entry = items[i].webkitGetAsEntry ? items[i].webkitGetAsEntry() : null;
      if (entry) early.entries.push(entry);
    }
    line.textContent = "It is opened as soon as the page has started.";
  }
  addEventListener("dragover", keep);
  addEventListener("drop", keep);
  // The page listens by itself from now on.
  early.stop = function () {
    removeEventListener("dragover", keep);
    removeEventListener("drop", keep);
    line.textContent = starting;
  };

  function closeDialogs() {
    var dialogs = document.querySelectorAll("dialog[open]");
    for (var i = 0; i < dialogs.length; i++) dialogs[i].close();
  }

  // In front of everything, with the way out that needs nothing of the page.
  function tell(title, detail, hint) {
    if (document.getElementById("stopped")) return;
    var box = document.createElement("section");
    function add(name, className, text) {
      var element = box.appendChild(document.createElement(name));
      element.className = className;
      element.textContent = text;
      return element;
    }
    box.id = "stopped";
    box.className = "failed";
    box.setAttribute("role", "alert");
    box.setAttribute("data-failure", "");
    add("h1", "failed-title", title);
    add("p", "failed-detail", detail);
    add("p", "failed-hint", hint);
    var again = add("p", "failed-choices", "").appendChild(document.createElement("a"));
    again.className = "button is-primary";
    again.setAttribute("data-action", "reload");
    again.href = "";
    again.textContent = "Load the page again";
    document.body.insertBefore(box, document.body.firstChild);
    // They would lie over it; one may be about to open.
    closeDialogs();
    new MutationObserver(closeDialogs).observe(document.body, { subtree: true, attributeFilter: ["open"] });
    document.body.setAttribute("data-state", "failed");
  }

  // What a saved page had on screen: nothing of it answers.
  function clear() {
    var elements = document.body.children;
    for (var i = elements.length - 1; i >= 0; i--) {
      var element = elements[i];
      if (element.id !== "stopped" && !element.hasAttribute("data-part")) document.body.removeChild(element);
    }
  }

  function failedToStart(title, detail, hint) {
    tell(title, detail, hint + " Nothing was read, and nothing was sent anywhere.");
    boot.hidden = true;
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", clear);
    else clear();
  }

  // One function with instructions that Rust's compiler takes for granted: references, bulk memory,
  // sign extension, conversions that saturate, several results.
  var sample = [
    0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 0, 2, 127, 127, 3, 2, 1, 0, 5, 3, 1, 0, 1, 10, 27, 1,
    25, 0, 208, 111, 209, 26, 65, 0, 65, 0, 65, 0, 252, 11, 0, 65, 0, 192, 67, 0, 0, 0, 0, 252, 0, 11
  ];
  function hasWasm() {
    try {
      return WebAssembly.validate(new Uint8Array(sample));
    } catch (missing) {
      return false;
    }
  }
  // The README lists these; a test takes each away.
  var missing = [
    ["JavaScript modules", "noModule" in document.createElement("script")],
    ["WebAssembly (or it is switched off: by a lockdown mode or a company's policy)", hasWasm()],
    ["workers", typeof Worker === "function"],
    ["BigInt", typeof BigInt === "function"],
    ["unpacking (DecompressionStream)", typeof DecompressionStream === "function"],
    ["dialogs", typeof HTMLDialogElement === "function"],
    ["colours for light and dark", !!self.CSS && CSS.supports("color", "light-dark(red, red)")]
  ].filter(function (need) { return !need[1]; }).map(function (need) { return need[0]; });
  if (missing.length > 0) {
    failedToStart(
      "flarescope cannot run in this browser",
      "It lacks: " + missing.join(", ") + ".",
      "Chrome and Edge have all of it since version 123, Firefox since 120, Safari since 17.5. The " +
      "program for the command line reads the same flares without a browser."
    );
  }

  // After an exception of this kind the module that draws the page answers nothing any more.
  function stopped(error) {
    var panic = self.flarescopePanic;
    var isMemory = !panic && /unreachable/i.test(error.message);
    tell(
      isMemory ? "This page ran out of memory" : "This page stopped",
      // The console has all of it.
      String(panic || error.message).split("\n").slice(0, 2).join(" ").slice(0, 300),
      (isMemory ? "Close other tabs, or give it fewer files at once. " : "That is a bug in flarescope. ") +
      "Files are where they were, and nothing was sent anywhere. What is still shown below can be " +
      "read and copied, but nothing answers until the page is loaded again."
    );
  }

  function hear(error, words) {
    if (!boot.hidden) {
      failedToStart(
        "flarescope cannot start",
        words,
        "If loading the page again does not help, get a new copy of it, or try another browser."
      );
    } else if (self.WebAssembly && error instanceof WebAssembly.RuntimeError) stopped(error);
  }
  // In the capture phase: scripts that do not arrive are told of nowhere else.
  addEventListener("error", function (event) {
    var source = event.target;
    if (source !== self && source.tagName !== "SCRIPT") return;
    hear(event.error, event.message || "a part of the page could not be loaded");
  }, true);
  addEventListener("unhandledrejection", function (event) {
    hear(event.reason, String(event.reason && event.reason.message || event.reason));
  });
})();
