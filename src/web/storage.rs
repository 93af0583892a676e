//! The browser's local storage: where the page keeps settings between visits, and nothing else.
//!
//! Every name has one prefix, because other pages of the same host may keep things there too.
//! Browsers may block it or run out of room: that costs the memory of a setting, never the setting.

use web_sys::Storage;

/// What every name begins with.
pub const PREFIX: &str = "flarescope.";

/// The page may keep something.
pub fn is_available() -> bool {
    storage().is_some()
}

/// What is kept under a name.
pub fn get(name: &str) -> Option<String> {
    storage()?.get_item(&key(name)).ok().flatten()
}

/// Keeps a text under a name, or with `None` forgets what was there. False when the browser keeps
/// nothing, or not this much.
pub fn set(name: &str, text: Option<&str>) -> bool {
    let Some(storage) = storage() else {
        // What was never kept is forgotten already.
        return text.is_none();
    };
    let key = key(name);
    match text {
        Some(text) => storage.set_item(&key, text),
        None => storage.remove_item(&key),
    }
    .is_ok()
}

fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// `None` where the browser blocks storage, which throws on access.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
