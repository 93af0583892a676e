//! The policy that stands in this very page, so that what is shown is what the browser obeys.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlMetaElement;

/// The policy's text; `None` where the page has none.
pub fn text() -> Option<String> {
    let element = document()
        .query_selector("meta[http-equiv='Content-Security-Policy']")
        .ok()??;
    Some(element.dyn_into::<HtmlMetaElement>().ok()?.content())
}
