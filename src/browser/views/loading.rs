//! While a flare is being read.

use leptos::prelude::*;

use super::focus::focus;
use crate::browser::client::Client;
use crate::browser::state::AppState;

/// A bar with the file in hand, and a way to stop.
#[component]
pub fn Loading(
    /// What was dropped.
    name: String,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let cancel = NodeRef::<leptos::html::Button>::new();
    Effect::new(move |_| {
        if let Some(button) = cancel.get() {
            focus(&button);
        }
    });
    // A bar without a value moves by itself: how much there is to do is not known.
    let total = move || {
        state
            .progress
            .with(|progress| (progress.total > 0).then_some(progress.total))
    };
    let done = move || total().map(|_| state.progress.with(|progress| progress.done));
    view! {
        <section class="loading" data-progress="">
            <h1 class="loading-title">"Reading " <span class="loading-name">{name}</span></h1>
            <progress class="loading-bar" max=total value=done aria-label="Progress"></progress>
            <p id="progress-what" class="loading-what">{move || state.progress.with(|progress| progress.what.clone())}</p>
            <button data-action="cancel" type="button" class="button" node_ref=cancel on:click=move |_| client.cancel()>
                "Cancel"
            </button>
        </section>
    }
}
