//! Looks into everything that a page could leave something in.

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Storage;

use crate::stored::Place;

/// What is in all places now.
pub async fn look() -> Vec<Place> {
    let window = leptos::prelude::window();
    let global: &JsValue = window.as_ref();
    let local = window.local_storage().ok().flatten();
    let session = window.session_storage().ok().flatten();
    let databases = list(global, "indexedDB", "databases").await;
    let caches = list(global, "caches", "keys").await;
    let workers = list(&window.navigator(), "serviceWorker", "getRegistrations").await;
    vec![
        Place::of_texts("local", "Local storage", local.as_ref().map(texts)),
        Place::of_texts("session", "Session storage", session.as_ref().map(texts)),
        Place::of_cookies(cookies().as_deref()),
        Place::of_count("indexed-db", "IndexedDB", databases),
        Place::of_count("caches", "Cache storage", caches),
        Place::of_count("service-workers", "Service workers", workers),
    ]
}

fn texts(storage: &Storage) -> Vec<(String, String)> {
    (0..storage.length().unwrap_or_default())
        .filter_map(|index| storage.key(index).ok().flatten())
        .map(|key| {
            let text = storage.get_item(&key).ok().flatten().unwrap_or_default();
            (key, text)
        })
        .collect()
}

/// No binding for documents in general; throws where cookies are forbidden.
fn cookies() -> Option<String> {
    let text = Reflect::get(&document(), &"cookie".into()).ok()?;
    Some(text.as_string().unwrap_or_default())
}

/// How many things a place holds whose owner, `object` of `scope`, lists them when `method` is called.
async fn list(scope: &JsValue, object: &str, method: &str) -> Option<usize> {
    let owner: Object = Reflect::get(scope, &object.into()).ok()?.dyn_into().ok()?;
    let method: Function = Reflect::get(&owner, &method.into()).ok()?.dyn_into().ok()?;
    let promise: Promise = method.call0(&owner).ok()?.dyn_into().ok()?;
    let found = JsFuture::from(promise).await.ok()?;
    Some(found.dyn_into::<Array>().ok()?.length() as usize)
}
