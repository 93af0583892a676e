//! Choices as JSON, written and read by the browser itself.

use js_sys::JSON;
use wasm_bindgen::JsValue;

use super::storage::LocalStorage;
use crate::choices;
use engine::protocol::Choices;

/// What is kept; the defaults when it is nothing, or nothing that this version reads.
pub fn kept() -> Choices {
    choices::kept(&LocalStorage)
        .and_then(|text| JSON::parse(&text).ok())
        .and_then(|value| serde_wasm_bindgen::from_value(value).ok())
        .unwrap_or_default()
}

/// Keeps the choices. False when the browser refuses.
pub fn keep(choices: &Choices) -> bool {
    choices::keep(&LocalStorage, choices, |choices| {
        let value: JsValue = serde_wasm_bindgen::to_value(choices).ok()?;
        JSON::stringify(&value).ok()?.as_string()
    })
}

/// Forgets what was kept.
pub fn forget() {
    choices::forget(&LocalStorage);
}
