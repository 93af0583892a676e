//! When something did not work.

use std::sync::Arc;

use leptos::prelude::*;

use engine::protocol::Mark;

use super::focus::focus;
use super::icons::MarkIcon;
use super::pickers::Pickers;
use crate::browser::client::Client;
use crate::browser::state::AppState;
use crate::session::{Failure, WayOut};

/// What happened, to which file, and what helps: alone on the page.
#[component]
pub fn Failed(
    /// In words.
    failure: Arc<Failure>,
) -> impl IntoView {
    let pickers = expect_context::<Pickers>();
    let heading = NodeRef::<leptos::html::H1>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            focus(&heading);
        }
    });
    let error = failure.error.clone();
    view! {
        <section class="failed" role="alert" data-failure="">
            <h1 class="failed-title" tabindex="-1" node_ref=heading>
                <MarkIcon mark=Mark::Damaged/>
                {error.title}
            </h1>
            <p class="failed-detail">{error.detail}</p>
            <p class="failed-hint">{error.hint}</p>
            <div class="failed-choices">
                <WaysOut way_out=failure.way_out/>
                <button data-action="choose-folder" type="button" class="button" on:click=move |_| pickers.choose_folder()>
                    "Choose a folder"
                </button>
            </div>
        </section>
    }
}

/// The same over the report that is open, which stays.
#[component]
pub fn Trouble() -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    move || {
        state.trouble.get().map(|failure| {
            let error = failure.error.clone();
            view! {
                <section class="trouble" role="alert" data-failure="" data-trouble="">
                    <h2 class="trouble-title">
                        <MarkIcon mark=Mark::Damaged/>
                        {error.title}
                    </h2>
                    <p class="failed-detail">{error.detail}</p>
                    <p class="failed-hint">{error.hint} " The report below is still the one that was open."</p>
                    <div class="failed-choices">
                        <WaysOut way_out=failure.way_out/>
                        <button data-action="dismiss" type="button" class="button" on:click=move |_| client.dismiss()>
                            "Dismiss"
                        </button>
                    </div>
                </section>
            }
        })
    }
}

/// What helps, first of all.
#[component]
fn WaysOut(
    /// What to offer first.
    way_out: WayOut,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let pickers = expect_context::<Pickers>();
    let reload = move |_| {
        // Refused only while the page is going away anyway.
        let _ = window().location().reload();
    };
    let is_first = way_out == WayOut::ChooseAgain;
    let first = match way_out {
        WayOut::ChooseAgain => None,
        WayOut::TryAgain => Some(
            view! {
                <button data-action="retry" type="button" class="button is-primary" on:click=move |_| client.try_again()>
                    "Try again"
                </button>
            }
            .into_any(),
        ),
        WayOut::Reload => Some(
            view! { <button data-action="reload" type="button" class="button is-primary" on:click=reload>"Reload the page"</button> }
                .into_any(),
        ),
    };
    view! {
        {first}
        <button data-action="choose-file" type="button" class="button" class:is-primary=is_first on:click=move |_| pickers.choose_file()>
            "Choose another flare"
        </button>
    }
}
