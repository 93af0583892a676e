//! A button with a menu below.

use leptos::ev::{self, FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use super::focus::focus;
use super::icons::ChevronIcon;
use crate::browser::client::Client;
use crate::shown::menu::{Does, ITEMS, moved};

/// On the root element while a print has to hold Details as well.
const PRINTS: &str = "data-print";

/// The forms in which the report leaves the page.
#[component]
pub fn ExportMenu() -> impl IntoView {
    let client = expect_context::<Client>();
    let open = RwSignal::new(false);
    let root = NodeRef::<leptos::html::Div>::new();
    let button = NodeRef::<leptos::html::Button>::new();
    // Whether the key meant something.
    let move_to = move |key: &str| {
        root.try_get_untracked()
            .flatten()
            .is_some_and(|root| move_focus(&root, key))
    };
    let show = move |first: &'static str| {
        open.set(true);
        // The items are there after this round of rendering.
        request_animation_frame(move || {
            move_to(first);
        });
    };
    let toggle = move |_| {
        if open.get_untracked() {
            open.set(false);
        } else {
            show("Home");
        }
    };
    let close = move || {
        open.set(false);
        if let Some(button) = button.try_get_untracked().flatten() {
            focus(&button);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        // With one of these held a letter is a command of the browser.
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let is_taken = match (open.get_untracked(), event.key().as_str()) {
            (true, "Escape") => {
                close();
                true
            }
            (true, key) => move_to(key),
            (false, "ArrowDown") => {
                show("Home");
                true
            }
            (false, "ArrowUp") => {
                show("End");
                true
            }
            _ => false,
        };
        if is_taken {
            event.prevent_default();
        }
    };
    let on_blur = move |event: FocusEvent| {
        let next = event
            .related_target()
            .and_then(|target| target.dyn_into::<Node>().ok());
        if !root
            .try_get_untracked()
            .flatten()
            .is_some_and(|root| root.contains(next.as_ref()))
        {
            // The focus also leaves when the whole report goes away, and this signal with it.
            let _ = open.try_set(false);
        }
    };
    let item = move |(action, title, does): (&'static str, &'static str, Does)| {
        let pick = move |_| {
            close();
            match does {
                Does::Export(format, deliver) => client.export(format, deliver),
                // Once the menu is gone from the paper.
                Does::Print { details } => request_animation_frame(move || print(details)),
            }
        };
        view! { <button data-action=action type="button" role="menuitem" class="menu-item" tabindex="-1" on:click=pick>{title}</button> }
    };
    let printed = window_event_listener(ev::afterprint, |_| mark_print(false));
    on_cleanup(move || printed.remove());
    view! {
        <div class="menu" node_ref=root on:keydown=on_key on:focusout=on_blur>
            <button
                data-action="more"
                type="button"
                class="button"
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                node_ref=button
                on:click=toggle
            >
                "Save as"
                <ChevronIcon/>
            </button>
            <Show when=move || open.get()>
                <div class="menu-items" role="menu" aria-label="Save as">
                    {ITEMS.map(item).collect_view()}
                </div>
            </Show>
        </div>
    }
}

/// Moves the focus among the menu's items, and says whether the key means something there.
fn move_focus(root: &HtmlElement, key: &str) -> bool {
    let Ok(items) = root.query_selector_all("[role=menuitem]") else {
        return false;
    };
    let items: Vec<HtmlElement> = (0..items.length())
        .filter_map(|index| items.get(index)?.dyn_into().ok())
        .collect();
    let active = document().active_element();
    let at = items
        .iter()
        .position(|item| active.as_ref() == Some(item.as_ref()));
    let titles = ITEMS.map(|(_, title, _)| title);
    match moved(key, at, &titles).and_then(|to| items.get(to)) {
        Some(item) => {
            focus(item);
            true
        }
        None => false,
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
