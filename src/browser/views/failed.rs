//! When something did not work.

use std::sync::Arc;

use leptos::prelude::*;

use engine::protocol::Mark;

use super::focus::focus;
use super::icons::MarkIcon;
use super::pickers::Pickers;
use crate::browser::client::Client;
use crate::session::{Failure, WayOut};

/// What happened, to which file, and what helps.
#[component]
pub fn Failed(
    /// In words.
    failure: Arc<Failure>,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let pickers = expect_context::<Pickers>();
    let heading = NodeRef::<leptos::html::H1>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            focus(&heading);
        }
    });
    let reload = move |_| {
        // Refused only while the page is going away anyway.
        let _ = window().location().reload();
    };
    let is_first = failure.way_out == WayOut::ChooseAgain;
    let first = match failure.way_out {
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
    let back = failure.can_go_back.then(|| {
        view! {
            <button data-action="go-back" type="button" class="button" on:click=move |_| client.go_back()>
                "Back to the open report"
            </button>
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
                {first}
                <button data-action="choose-file" type="button" class="button" class:is-primary=is_first on:click=move |_| pickers.choose_file()>
                    "Choose another flare"
                </button>
                <button data-action="choose-folder" type="button" class="button" on:click=move |_| pickers.choose_folder()>
                    "Choose a folder"
                </button>
                {back}
            </div>
        </section>
    }
}
