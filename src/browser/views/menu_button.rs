//! A button with a menu below, whatever its items do.

use leptos::ev::{FocusEvent, KeyboardEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, Node};

use super::focus::focus;
use super::icons::ChevronIcon;
use crate::shown::menu::next;

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
    let open = RwSignal::new(false);
    let root = NodeRef::<leptos::html::Div>::new();
    let button = NodeRef::<leptos::html::Button>::new();
    let focus_item = move |step: isize| {
        if let Some(root) = root.try_get_untracked().flatten() {
            move_focus(&root, step);
        }
    };
    let toggle = move |_| {
        open.update(|open| *open = !*open);
        if open.get_untracked() {
            // The items are there after this round of rendering.
            request_animation_frame(move || focus_item(1));
        }
    };
    let close = move || {
        open.set(false);
        if let Some(button) = button.try_get_untracked().flatten() {
            focus(&button);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        match (open.get_untracked(), event.key().as_str()) {
            (true, "Escape") => close(),
            (true, "ArrowDown") => focus_item(1),
            (true, "ArrowUp") => focus_item(-1),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
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

/// Moves the focus among the menu's items, from the last to the first and back.
fn move_focus(root: &HtmlElement, step: isize) {
    let Ok(items) = root.query_selector_all("[role=menuitem]") else {
        return;
    };
    let items: Vec<HtmlElement> = (0..items.length())
        .filter_map(|index| items.get(index)?.dyn_into().ok())
        .collect();
    let active = document().active_element();
    let at = items
        .iter()
        .position(|item| active.as_ref() == Some(item.as_ref()));
    if let Some(item) = items.get(next(at, step, items.len())) {
        focus(item);
    }
}
