//! Envelopes as JavaScript's objects, to and from what [`crate::wire`] says they hold.
//!
//! `File` objects cannot go through serde, so they travel beside the request and the browser
//! clones the handle, not the bytes. Everything else is `protocol`'s plain data. 64-bit integers
//! travel as `BigInt`: as JavaScript numbers they would lose digits past 2^53. Texts of answers leave
//! the worker fit to be shown: every one of them, because a list of fields would be incomplete the day
//! one is added.

use std::borrow::Cow;

use js_sys::{Array, Object, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

use crate::visible;
use crate::wire::{Answer, Call};
use engine::protocol::Response;

const ID: &str = "id";
const REQUEST: &str = "request";
const RESPONSE: &str = "response";
const FILES: &str = "files";
/// As serde writes [`Response::Opened`].
const OPENED: &str = "opened";

/// A message that does not say what it should. The page and its worker are built together, so
/// this is a bug or an old worker out of the browser's cache, never the user's doing.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// A value could not be turned into a message, or a message into a value.
    #[error("the message's {field} does not fit the protocol: {reason}")]
    Field {
        /// The part of the envelope.
        field: &'static str,
        /// What serde says.
        reason: String,
    },
    /// Something else than a file stands among the files.
    #[error("entry {index} of the message's files is no file")]
    NotAFile {
        /// Which entry.
        index: u32,
    },
}

/// Puts a request and its files into an envelope.
///
/// # Errors
/// `Field` when the request does not serialise.
pub fn encode_call(call: &Call<File>) -> Result<JsValue, WireError> {
    let envelope = Object::new();
    put(&envelope, ID, &call.id.into())?;
    put(&envelope, REQUEST, &to_js(REQUEST, &call.request)?)?;
    put(&envelope, FILES, &call.files.iter().collect::<Array>())?;
    Ok(envelope.into())
}

/// Reads what [`encode_call`] wrote.
///
/// # Errors
/// `Field` and `NotAFile` when something else arrived.
pub fn decode_call(envelope: &JsValue) -> Result<Call<File>, WireError> {
    let mut files = Vec::new();
    for (index, value) in (0u32..).zip(Array::from(&get(envelope, FILES)?).iter()) {
        files.push(
            value
                .dyn_into::<File>()
                .map_err(|_| WireError::NotAFile { index })?,
        );
    }
    Ok(Call {
        id: get_id(envelope)?,
        request: from_js(REQUEST, envelope)?,
        files,
    })
}

/// Puts an answer into an envelope.
///
/// # Errors
/// `Field` when the answer does not serialise.
pub fn encode_answer(id: u32, response: &Response) -> Result<JsValue, WireError> {
    let envelope = Object::new();
    put(&envelope, ID, &id.into())?;
    let response = visible_texts(&to_js(RESPONSE, response)?);
    put(&envelope, RESPONSE, &response)?;
    Ok(envelope.into())
}

/// Reads what [`encode_answer`] wrote.
///
/// # Errors
/// `Field` when something else arrived.
pub fn decode_answer(envelope: &JsValue) -> Result<Answer, WireError> {
    Ok(Answer {
        id: get_id(envelope)?,
        response: from_js(RESPONSE, envelope)?,
    })
}

/// The answer is the second part of an opened flare, which the first screen does not need.
pub fn is_second_part(envelope: &JsValue) -> bool {
    get(envelope, RESPONSE).is_ok_and(|response| {
        response.is_object() && Reflect::has(&response, &OPENED.into()) == Ok(true)
    })
}

fn to_js<T: Serialize>(field: &'static str, value: &T) -> Result<JsValue, WireError> {
    value
        .serialize(&Serializer::new().serialize_large_number_types_as_bigints(true))
        .map_err(|error| WireError::Field {
            field,
            reason: error.to_string(),
        })
}

fn from_js<T: serde::de::DeserializeOwned>(
    field: &'static str,
    envelope: &JsValue,
) -> Result<T, WireError> {
    serde_wasm_bindgen::from_value(get(envelope, field)?).map_err(|error| WireError::Field {
        field,
        reason: error.to_string(),
    })
}

fn put(envelope: &Object, field: &'static str, value: &JsValue) -> Result<(), WireError> {
    Reflect::set(envelope, &field.into(), value).map_err(|error| field_error(field, &error))?;
    Ok(())
}

fn get(envelope: &JsValue, field: &'static str) -> Result<JsValue, WireError> {
    Reflect::get(envelope, &field.into()).map_err(|error| field_error(field, &error))
}

fn get_id(envelope: &JsValue) -> Result<u32, WireError> {
    from_js(ID, envelope)
}

fn field_error(field: &'static str, error: &JsValue) -> WireError {
    WireError::Field {
        field,
        reason: format!("{error:?}"),
    }
}

/// Replaces every text in a message. Keys are names of ours.
fn visible_texts(value: &JsValue) -> JsValue {
    if let Some(found) = value.as_string() {
        return match visible::text(&found) {
            Cow::Owned(shown) => shown.into(),
            Cow::Borrowed(_) => value.clone(),
        };
    }
    if let Some(list) = value.dyn_ref::<Array>() {
        for index in 0..list.length() {
            let item = list.get(index);
            if item.is_object() || item.is_string() {
                list.set(index, visible_texts(&item));
            }
        }
    } else if let Some(object) = value.dyn_ref::<Object>() {
        for entry in Object::entries(object).iter() {
            let entry: Array = entry.unchecked_into();
            let item = entry.get(1);
            if item.is_object() || item.is_string() {
                // Plain data takes any value.
                let _ = Reflect::set(object, &entry.get(0), &visible_texts(&item));
            }
        }
    }
    value.clone()
}
