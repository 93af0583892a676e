//! Thresholds and the owners file of the user, kept between visits.
//!
//! Kept as JSON, written and read by the browser itself. What they mean is checked by the worker,
//! each time they come into force: another version may have kept them.

use js_sys::JSON;
use wasm_bindgen::JsValue;

use super::storage;
use engine::protocol::Choices;

const NAME: &str = "choices";

/// What is kept; the defaults when it is nothing, or nothing that this version reads.
pub fn kept() -> Choices {
    storage::get(NAME)
        .and_then(|text| JSON::parse(&text).ok())
        .and_then(|value| serde_wasm_bindgen::from_value(value).ok())
        .unwrap_or_default()
}

/// Something is kept.
pub fn are_kept() -> bool {
    storage::get(NAME).is_some()
}

/// Keeps the choices, or forgets them where they are the defaults. False when the browser refuses;
/// then what was kept before is forgotten, so that the next visit does not bring it back.
pub fn keep(choices: &Choices) -> bool {
    if *choices == Choices::default() {
        return storage::set(NAME, None);
    }
    let is_kept = text(choices).is_some_and(|text| storage::set(NAME, Some(&text)));
    if !is_kept {
        storage::set(NAME, None);
    }
    is_kept
}

fn text(choices: &Choices) -> Option<String> {
    let value: JsValue = serde_wasm_bindgen::to_value(choices).ok()?;
    JSON::stringify(&value).ok()?.as_string()
}
