//! What workers are started from: their script as an object URL and their module, compiled.
//!
//! Both are there once and for all when the page has loaded. Cancelling and replacing start a new
//! worker each time; a page that has lost its server, or was promised to send nothing, must be able
//! to do that all the same. The page that is one file hands its parts over; a page on a server
//! fetches them while it loads. A worker may not fetch anything, not even an object URL, so the
//! module is posted to it. All of them get the same one: what the browser has compiled for one worker,
//! and has compiled better because it ran often, the next one has at once.

use js_sys::{Array, Function, Promise, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Response, Url};

/// Relative to the page, so that it works under any path. Trunk names both after the binary.
const SCRIPT: &str = "./worker.js";
const MODULE: &str = "./worker_bg.wasm";

/// Where the loader of the page that is one file leaves the unpacked parts.
const PARTS: &str = "flarescopeParts";

/// Goes after the worker's script: the first message is the module. A module that can't be started
/// has to become an exception: the page does not hear of promises that fail in its worker.
const START: &str = "
onmessage = ({ data }) => {
  onmessage = null;
  wasm_bindgen({ module_or_path: data }).catch((error) => setTimeout(() => { throw error; }));
};
";

/// What workers are started from, for as long as the page lives.
#[derive(Clone, Debug)]
pub struct WorkerFiles {
    /// Object URL of the script.
    pub script_url: String,
    /// The compiled module: the first message to each worker.
    pub module: WebAssembly::Module,
}

/// Finds both files.
///
/// # Errors
/// Which file could not be had.
pub async fn load() -> Result<WorkerFiles, String> {
    let (script, compiling) = match parts()? {
        Some(parts) => parts,
        None => (
            fetch(SCRIPT).await?,
            WebAssembly::compile(&fetch(MODULE).await?.into()),
        ),
    };
    let module = JsFuture::from(compiling)
        .await
        .and_then(JsCast::dyn_into)
        .map_err(|error| in_words(&error))?;
    let options = BlobPropertyBag::new();
    options.set_type("text/javascript");
    let content = Array::of2(&script, &JsValue::from_str(START));
    let script_url = Blob::new_with_buffer_source_sequence_and_options(&content, &options)
        .and_then(|blob| Url::create_object_url_with_blob(&blob))
        .map_err(|error| format!("the browser keeps no copy of the worker: {error:?}"))?;
    Ok(WorkerFiles { script_url, module })
}

/// The parts of the page that is one file, whose module compiles from now on; `None` on a server.
fn parts() -> Result<Option<(Uint8Array, Promise)>, String> {
    let parts = Reflect::get(&js_sys::global(), &PARTS.into()).map_err(|it| in_words(&it))?;
    if parts.is_undefined() {
        return Ok(None);
    }
    let part = |name: &str| Reflect::get(&parts, &name.into());
    let script = part("workerScript").and_then(JsCast::dyn_into::<Uint8Array>);
    let module = part("workerModule")
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|compile| compile.call0(&JsValue::UNDEFINED))
        .and_then(JsCast::dyn_into::<Promise>);
    match (script, module) {
        (Ok(script), Ok(module)) => Ok(Some((script, module))),
        (Err(error), _) | (_, Err(error)) => Err(in_words(&error)),
    }
}

fn in_words(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into())
        .ok()
        .and_then(|it| it.as_string());
    message.unwrap_or_else(|| format!("{error:?}"))
}

async fn fetch(path: &str) -> Result<Uint8Array, String> {
    let failed = |_: JsValue| format!("{path} could not be loaded");
    let window = web_sys::window().ok_or("the page has no window")?;
    let response: Response = JsFuture::from(window.fetch_with_str(path))
        .await
        .and_then(JsCast::dyn_into)
        .map_err(failed)?;
    if !response.ok() {
        return Err(format!(
            "{path} could not be loaded: the server answered {}",
            response.status()
        ));
    }
    let bytes = JsFuture::from(response.array_buffer().map_err(failed)?)
        .await
        .map_err(failed)?;
    Ok(Uint8Array::new(&bytes))
}
