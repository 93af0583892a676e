//! What the browser keeps for this page's address, looked at now.
//!
//! Everything a page could leave something in. Other pages of the same address (of the same host,
//! or other files on this computer) may have left things there too, so what is ours is told apart by
//! the names that [`super::storage`] gives.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Storage;

use super::storage;

/// One place, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Stable name, for hooks.
    pub id: &'static str,
    /// For people.
    pub name: &'static str,
    /// Things of this page, each with its size where it has one.
    pub ours: Vec<String>,
    /// How many others there are.
    pub others: usize,
    /// The browser lets the page keep nothing there.
    pub is_blocked: bool,
}

impl Place {
    /// What is there, as a sentence.
    pub fn text(&self) -> String {
        let mut parts = self.ours.clone();
        if self.others > 0 {
            parts.push(format!("{} of other pages at this address", self.others));
        }
        if self.is_blocked {
            parts.push("blocked by the browser".to_owned());
        }
        if parts.is_empty() {
            parts.push("nothing".to_owned());
        }
        parts.join("; ")
    }

    /// How many things there are.
    pub fn count(&self) -> usize {
        self.ours.len() + self.others
    }
}

/// Looks into all places.
pub async fn look() -> Vec<Place> {
    let window = leptos::prelude::window();
    let global: &JsValue = window.as_ref();
    vec![
        web_storage(
            "local",
            "Local storage",
            window.local_storage().ok().flatten(),
        ),
        web_storage(
            "session",
            "Session storage",
            window.session_storage().ok().flatten(),
        ),
        cookies(),
        listed("indexed-db", "IndexedDB", global, "indexedDB", "databases").await,
        listed("caches", "Cache storage", global, "caches", "keys").await,
        listed(
            "service-workers",
            "Service workers",
            &window.navigator(),
            "serviceWorker",
            "getRegistrations",
        )
        .await,
    ]
}

fn place(id: &'static str, name: &'static str) -> Place {
    Place {
        id,
        name,
        ours: Vec::new(),
        others: 0,
        is_blocked: false,
    }
}

fn web_storage(id: &'static str, name: &'static str, storage: Option<Storage>) -> Place {
    let mut place = place(id, name);
    let Some(storage) = storage else {
        place.is_blocked = true;
        return place;
    };
    for index in 0..storage.length().unwrap_or_default() {
        let Ok(Some(key)) = storage.key(index) else {
            continue;
        };
        match key.strip_prefix(storage::PREFIX) {
            Some(ours) => {
                let text = storage.get_item(&key).ok().flatten().unwrap_or_default();
                let letters = text.chars().count();
                place.ours.push(format!("{ours}, {letters} characters"));
            }
            None => place.others += 1,
        }
    }
    place
}

/// The page sets none, so whatever is there is of others.
fn cookies() -> Place {
    let mut place = place("cookies", "Cookies");
    // No binding for documents in general; throws where cookies are forbidden.
    match Reflect::get(&document(), &"cookie".into()) {
        Ok(text) => {
            let text = text.as_string().unwrap_or_default();
            place.others = text.split(';').filter(|it| !it.trim().is_empty()).count();
        }
        Err(_) => place.is_blocked = true,
    }
    place
}

/// A place whose owner, `object` of `scope`, lists what it holds when `method` is called.
async fn listed(
    id: &'static str,
    name: &'static str,
    scope: &JsValue,
    object: &str,
    method: &str,
) -> Place {
    let mut place = place(id, name);
    match list(scope, object, method).await {
        Some(found) => place.others = found as usize,
        None => place.is_blocked = true,
    }
    place
}

async fn list(scope: &JsValue, object: &str, method: &str) -> Option<u32> {
    let owner: Object = Reflect::get(scope, &object.into()).ok()?.dyn_into().ok()?;
    let method: Function = Reflect::get(&owner, &method.into()).ok()?.dyn_into().ok()?;
    let promise: Promise = method.call0(&owner).ok()?.dyn_into().ok()?;
    let found = JsFuture::from(promise).await.ok()?;
    Some(found.dyn_into::<Array>().ok()?.length())
}
