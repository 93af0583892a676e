//! Letters that the eye does not see, or that change the direction of text, are shown as what they
//! are, and control characters not at all: as in every export.
//!
//! Applied where answers leave the worker, to every text in them. A list of fields would be
//! incomplete the day one is added.

use std::borrow::Cow;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use profile::is_hidden;
use report::markdown::clean_lines;

/// A text as it may be shown. Lines and tabs stay.
pub fn text(text: &str) -> Cow<'_, str> {
    let acts =
        |letter: char| (letter.is_control() && !matches!(letter, '\n' | '\t')) || is_hidden(letter);
    if text.contains(acts) {
        Cow::Owned(clean_lines(text))
    } else {
        Cow::Borrowed(text)
    }
}

/// Replaces every text in a message. Keys are names of ours.
pub fn texts_in(value: &JsValue) -> JsValue {
    if let Some(found) = value.as_string() {
        return match text(&found) {
            Cow::Owned(shown) => shown.into(),
            Cow::Borrowed(_) => value.clone(),
        };
    }
    if let Some(list) = value.dyn_ref::<Array>() {
        for index in 0..list.length() {
            let item = list.get(index);
            if item.is_object() || item.is_string() {
                list.set(index, texts_in(&item));
            }
        }
    } else if let Some(object) = value.dyn_ref::<Object>() {
        for entry in Object::entries(object).iter() {
            let entry: Array = entry.unchecked_into();
            let item = entry.get(1);
            if item.is_object() || item.is_string() {
                // Plain data takes any value.
                let _ = Reflect::set(object, &entry.get(0), &texts_in(&item));
            }
        }
    }
    value.clone()
}
