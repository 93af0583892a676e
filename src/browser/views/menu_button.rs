//! A button with a menu below, whatever its items do.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use super::focus::focus;
use super::icons::ChevronIcon;
use crate::shown::menu::moved;

/// An item: its hook, its title, and what it does.
pub type Item = (&'static str, &'static str, Callback<()>);

/// A button with a menu below.
#[component]
pub fn MenuButton(
    /// The button's hook.
    action: &'static str,
    /// What stands on it.
    title: &'static str,
    /// What the button and its menu are called.
    label: String,
    /// More of the button's classes.
    class: &'static str,
    /// In their order.
    items: Vec<Item>,
) -> impl IntoView {
    let titles = StoredValue::new(items.iter().map(|(_, title, _)| *title).collect::<Vec<_>>());
    let open = RwSignal::new(false);
    let root = NodeRef::<leptos::html::Div>::new();
    let button = NodeRef::<leptos::html::Button>::new();
    // Whether the key meant something.
    let move_to = move |key: &str| {
        root.try_get_untracked()
            .flatten()
            .is_some_and(|root| titles.with_value(|titles| move_focus(&root, key, titles)))
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
            event.stop_propagation();
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
    let item = move |(action, title, does): Item| {
        let pick = move |_| {
            close();
            does.run(());
        };
        view! { <button data-action=action type="button" role="menuitem" class="menu-item" tabindex="-1" on:click=pick>{title}</button> }
    };
    let items = StoredValue::new(items);
    let menu_label = StoredValue::new(label.clone());
    view! {
        <div class="menu" node_ref=root on:keydown=on_key on:focusout=on_blur>
            <button
                data-action=action
                type="button"
                class=format!("button {class}")
                aria-label=label
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                node_ref=button
                on:click=toggle
            >
                {title}
                <ChevronIcon/>
            </button>
            <Show when=move || open.get()>
                <div class="menu-items" role="menu" aria-label=menu_label.get_value()>
                    {items.get_value().into_iter().map(item).collect_view()}
                </div>
            </Show>
        </div>
    }
}

/// Moves the focus among the menu's items, and says whether the key means something there.
fn move_focus(root: &HtmlElement, key: &str, titles: &[&str]) -> bool {
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
    match moved(key, at, titles).and_then(|to| items.get(to)) {
        Some(item) => {
            focus(item);
            true
        }
        None => false,
    }
}
