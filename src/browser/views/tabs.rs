//! The line above an open flare: its views, and what is done with all of it.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::focus::focus;
use super::menu::ExportMenu;
use super::redaction::RedactSwitch;
use crate::browser::state::{AppState, Tab};

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
    let choose = move |tab: Tab| {
        state.tab.set(tab);
        if let Some(button) = document().get_element_by_id(tab.id()) {
            focus(&button);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        let tab = state.tab.get_untracked();
        let to = match event.key().as_str() {
            "ArrowLeft" => tab.step(-1),
            "ArrowRight" => tab.step(1),
            "Home" => Tab::ALL[0],
            "End" => Tab::ALL[Tab::ALL.len() - 1],
            _ => return,
        };
        event.prevent_default();
        choose(to);
    };
    let button = move |tab: Tab| {
        let selected = move || state.tab.get() == tab;
        view! {
            <button
                id=tab.id()
                data-action=format!("show-{}", tab.as_str())
                type="button"
                role="tab"
                class="tab"
                aria-controls=format!("panel-{}", tab.as_str())
                aria-selected=move || selected().to_string()
                tabindex=move || if selected() { "0" } else { "-1" }
                on:click=move |_| state.tab.set(tab)
            >
                {tab.title()}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Views" on:keydown=on_key>
            {Tab::ALL.map(button).collect_view()}
        </div>
    }
}
