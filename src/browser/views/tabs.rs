//! The line above an open flare: its views, and what is done with all of it.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::focus::focus;
use super::menu::ExportMenu;
use super::redaction::RedactSwitch;
use crate::browser::places::Places;
use crate::browser::state::AppState;
use crate::place::{Place, Tab};

/// Views on the left, actions on the right.
#[component]
pub fn Toolbar() -> impl IntoView {
    view! {
        <div class="toolbar">
            <Tabs/>
            <div class="actions">
                <RedactSwitch/>
                <ExportMenu/>
            </div>
        </div>
    }
}

/// The views of an open flare.
#[component]
fn Tabs() -> impl IntoView {
    let state = expect_context::<AppState>();
    let places = expect_context::<Places>();
    let tab = Memo::new(move |_| state.place.with(|place| place.tab));
    let on_key = move |event: KeyboardEvent| {
        let Some(to) = tab.get_untracked().after_key(&event.key()) else {
            return;
        };
        event.prevent_default();
        places.go(Place::view(to));
        if let Some(button) = document().get_element_by_id(to.id()) {
            focus(&button);
        }
    };
    let button = move |one: Tab| {
        let selected = move || tab.get() == one;
        view! {
            <button
                id=one.id()
                data-action=format!("show-{}", one.as_str())
                type="button"
                role="tab"
                class="tab"
                aria-controls=format!("panel-{}", one.as_str())
                aria-selected=move || selected().to_string()
                tabindex=move || if selected() { "0" } else { "-1" }
                on:click=move |_| places.go(Place::view(one))
            >
                {one.title()}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Views" on:keydown=on_key>
            {Tab::ALL.map(button).collect_view()}
        </div>
    }
}
