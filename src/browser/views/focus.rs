//! Where the keyboard is.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Scrolls to an element and puts the focus there, so that the keyboard goes on from it.
pub fn go_to(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.scroll_into_view();
        focus(&element);
    }
}

/// Focuses an element that may have been left out of the tab order. Does not scroll.
pub fn focus(element: &web_sys::Element) {
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        // Refused only for elements that are gone again.
        let _ = element.focus_with_options(&options);
    }
}
