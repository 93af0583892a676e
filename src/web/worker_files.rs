//! The worker's two files, fetched once while the page loads and kept as object URLs.
//!
//! Cancelling and replacing start a new worker each time. From its own files it would ask the
//! server again, and a page that has lost its server, or was promised to send nothing, must be
//! able to cancel all the same.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, Response, Url};

/// Relative to the page, so that it works under any path. Trunk names both after the binary.
const SCRIPT: &str = "./worker.js";
const MODULE: &str = "./worker_bg.wasm";

/// Fetches both files. Gives the URL that workers are started from, for as long as the page lives.
///
/// # Errors
/// Which file could not be fetched.
pub async fn load() -> Result<String, String> {
    let script = keep(&fetch(SCRIPT).await?, "text/javascript")?;
    let module = keep(&fetch(MODULE).await?, "application/wasm")?;
    let start = format!("importScripts({script:?});wasm_bindgen({{module_or_path:{module:?}}});");
    keep(&start.into(), "text/javascript")
}

async fn fetch(path: &str) -> Result<JsValue, String> {
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
    Ok(Uint8Array::new(&bytes).into())
}

fn keep(content: &JsValue, media_type: &str) -> Result<String, String> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_buffer_source_sequence_and_options(&Array::of1(content), &options)
        .and_then(|blob| Url::create_object_url_with_blob(&blob))
        .map_err(|error| format!("the browser keeps no copy of the worker: {error:?}"))
}
