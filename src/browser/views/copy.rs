//! Texts that are on the page already, to be copied as they stand.

use leptos::prelude::*;

use crate::browser::client::Client;

/// Copies a text that is on the page.
#[component]
pub fn CopyButton(
    /// What it is, for the announcement.
    name: String,
    /// What is copied.
    text: String,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let label = format!("Copy {name}");
    view! {
        <button type="button" class="button is-small" aria-label=label on:click=move |_| client.copy(&name, text.clone())>
            "Copy"
        </button>
    }
}

/// A command to run.
#[component]
pub fn Command(
    /// Verbatim.
    command: String,
) -> impl IntoView {
    view! {
        <p class="command">
            <code>{command.clone()}</code>
            <CopyButton name="Command".to_owned() text=command/>
        </p>
    }
}
