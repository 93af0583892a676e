//! The browser's local storage.

use web_sys::Storage;

use crate::storage::{self, key};

/// The local storage of the page's address.
#[derive(Clone, Copy, Debug)]
pub struct LocalStorage;

impl storage::Storage for LocalStorage {
    fn is_available(&self) -> bool {
        local().is_some()
    }

    fn get(&self, name: &str) -> Option<String> {
        local()?.get_item(&key(name)).ok().flatten()
    }

    fn set(&self, name: &str, text: Option<&str>) -> bool {
        let Some(storage) = local() else {
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
}

/// `None` where the browser blocks storage, which throws on access.
fn local() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
