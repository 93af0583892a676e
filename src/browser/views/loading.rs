//! While a flare is being read: in the middle of an empty page, or beside the report that is open.

use leptos::prelude::*;

use super::focus::focus;
use super::icons::MarkIcon;
use crate::browser::client::Client;
use crate::browser::state::AppState;
use crate::session::Screen;
use engine::protocol::Mark;

/// The first flare: a bar with what is in hand, and a way to stop.
#[component]
pub fn Loading() -> impl IntoView {
    let state = expect_context::<AppState>();
    let cancel = NodeRef::<leptos::html::Button>::new();
    Effect::new(move |_| {
        if let Some(button) = cancel.get() {
            focus(&button);
        }
    });
    let name = move || state.reading.get().unwrap_or_default();
    view! {
        <section class="loading" data-progress="">
            <h1 class="loading-title">"Reading " <span class="loading-name">{name}</span></h1>
            <Bar/>
            <p id="progress-what" class="loading-what">
                {move || state.progress.with(|progress| progress.stage.clone())}
                " "
                <span class="loading-file">{move || state.progress.with(|progress| progress.what.clone())}</span>
            </p>
            <Finished/>
            <Cancel node_ref=cancel/>
        </section>
    }
}

/// The next flare: one line in the header, so that the report stays where it is.
#[component]
pub fn ReadingLine() -> impl IntoView {
    let state = expect_context::<AppState>();
    let name = move || match *state.screen.read() {
        Screen::Ready(_) => state.reading.get(),
        _ => None,
    };
    move || {
        name().map(|name| {
            view! {
                <div class="reading" role="group" aria-label="Progress" data-progress="">
                    <p class="reading-what">
                        <span class="loading-name">{name}</span>
                        " "
                        {move || state.progress.with(|progress| progress.stage.clone())}
                    </p>
                    <Bar/>
                    <Cancel node_ref=NodeRef::new()/>
                </div>
            }
        })
    }
}

/// How far the reading is.
#[component]
fn Bar() -> impl IntoView {
    let state = expect_context::<AppState>();
    // A bar without a value moves by itself: how much there is to do is not known.
    let done = move || state.progress.with(|progress| progress.permille);
    view! { <progress class="loading-bar" max="1000" value=done aria-label="Progress"></progress> }
}

/// Processes whose profiles are decoded.
#[component]
fn Finished() -> impl IntoView {
    let state = expect_context::<AppState>();
    let names = move || state.progress.with(|progress| progress.finished.clone());
    view! {
        <ul class="loading-finished" aria-label="Decoded processes">
            <For each=names key=String::clone let:name>
                <li data-finished=name.clone()>
                    <MarkIcon mark=Mark::Clear/>
                    {name.clone()}
                </li>
            </For>
        </ul>
    }
}

/// Stops the reading.
#[component]
fn Cancel(
    /// The button.
    node_ref: NodeRef<leptos::html::Button>,
) -> impl IntoView {
    let client = expect_context::<Client>();
    view! {
        <button data-action="cancel" type="button" class="button" node_ref=node_ref on:click=move |_| client.cancel()>
            "Cancel"
        </button>
    }
}
