//! The sample flare that is built into the page.
//!
//! It stands in `index.html` as base64 in a script element that no browser runs, becomes a
//! `File`, and goes the way of every dropped file.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{File, FilePropertyBag};

use crate::source::Source;

/// The element's id.
pub const ELEMENT_ID: &str = "sample-flare";

const FILE_NAME: &str = "sample-flare.zip";

/// The sample as if it had been dropped; `None` when the page was built without one.
pub fn source() -> Option<Source<File>> {
    let file = file().ok()?;
    Some(Source::of_list(vec![(file.name(), file)], false))
}

fn file() -> Result<File, JsValue> {
    let window = web_sys::window().ok_or("no window")?;
    let document = window.document().ok_or("no document")?;
    let element = document.get_element_by_id(ELEMENT_ID).ok_or("no sample")?;
    let text = element.text_content().unwrap_or_default();
    // `atob` gives one character for each byte; it skips white space by itself.
    let bytes: Vec<u8> = window
        .atob(&text)?
        .chars()
        .filter_map(|byte| u8::try_from(byte).ok())
        .collect();
    let options = FilePropertyBag::new();
    options.set_type("application/zip");
    let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
    File::new_with_u8_array_sequence_and_options(&parts, FILE_NAME, &options)
}
