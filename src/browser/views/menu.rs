//! The menu of what leaves the page as a whole.

use leptos::ev;
use leptos::prelude::*;

use super::menu_button::{Item, MenuButton};
use crate::browser::client::Client;
use crate::shown::menu::{Does, ITEMS};

/// On the root element while a print has to hold Details as well.
const PRINTS: &str = "data-print";

/// The forms in which the report leaves the page.
#[component]
pub fn ExportMenu() -> impl IntoView {
    let client = expect_context::<Client>();
    let item = move |(action, title, does): (&'static str, &'static str, Does)| -> Item {
        let pick = move |()| match does {
            Does::Export(format, deliver) => client.export(format, deliver),
            // Once the menu is gone from the paper.
            Does::Print { details } => request_animation_frame(move || print(details)),
        };
        (action, title, Callback::new(pick))
    };
    let printed = window_event_listener(ev::afterprint, |_| mark_print(false));
    on_cleanup(move || printed.remove());
    view! {
        <MenuButton action="more" title="Save as" label="Save as".to_owned() class="" items=ITEMS.map(item).to_vec()/>
    }
}

/// Opens the browser's own dialog for printing.
fn print(details: bool) {
    mark_print(details);
    // Refused only where the browser can't print at all; it says so itself.
    let _ = window().print();
}

fn mark_print(details: bool) {
    if let Some(root) = document().document_element() {
        // The root always takes an attribute.
        let _ = match details {
            true => root.set_attribute(PRINTS, "details"),
            false => root.remove_attribute(PRINTS),
        };
    }
}
