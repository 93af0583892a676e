//! Writing to the clipboard, which browsers may refuse.

use js_sys::Reflect;
use wasm_bindgen_futures::JsFuture;

/// Puts `text` on the clipboard. False when the browser has none for this page (it is not on
/// https or localhost) or refuses.
pub async fn write(text: &str) -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let navigator = window.navigator();
    // The binding promises an object; outside secure contexts there is none.
    match Reflect::get(&navigator, &"clipboard".into()) {
        Ok(clipboard) if clipboard.is_object() => {
            JsFuture::from(navigator.clipboard().write_text(text))
                .await
                .is_ok()
        }
        _ => false,
    }
}
