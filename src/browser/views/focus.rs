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

/// Where the keyboard is. Found again by name: the screen it is on may be made anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// Where it is now; `None` when it is nowhere in particular.
    pub fn of_now() -> Option<Self> {
        let element = document().active_element()?;
        let named = |name: &str| element.get_attribute(name).filter(|it| !it.is_empty());
        let by_id = named("id").map(|id| format!("[id=\"{id}\"]"));
        by_id
            .or_else(|| named("data-action").map(|action| format!("[data-action=\"{action}\"]")))
            .map(Self)
    }

    /// Puts the focus there, if it is still there.
    pub fn go_back(&self) {
        if let Ok(Some(element)) = document().query_selector(&self.0) {
            focus(&element);
        }
    }
}

/// A text is being selected, so that a click that ends it means nothing else.
pub fn is_selecting_text() -> bool {
    let selection = window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
