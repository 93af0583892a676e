//! Before anything was dropped.

use leptos::prelude::*;

use super::pickers::Pickers;
use crate::browser::client::Client;
use crate::browser::sample;
use crate::browser::state::AppState;

/// Where to drop, what to drop, and what happens to it.
#[component]
pub fn Empty() -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let pickers = expect_context::<Pickers>();
    let open_sample = move |_| match sample::source() {
        Some(source) => client.open(source),
        None => state.say("This page was built without its sample"),
    };
    view! {
        <section class="empty">
            <div class="empty-target">
                <h1 class="empty-title">"Drop a Datadog Agent flare here"</h1>
                <p class="empty-kinds">"A .zip file, an extracted folder, or profiles and goroutine dumps under any name"</p>
                <div class="empty-choices">
                    <button data-action="choose-file" type="button" class="button is-primary" on:click=move |_| pickers.choose_file()>
                        "Choose a flare"
                    </button>
                    <button data-action="choose-folder" type="button" class="button" on:click=move |_| pickers.choose_folder()>
                        "Choose a folder"
                    </button>
                    <button data-action="sample" type="button" class="button" on:click=open_sample>
                        "Try the sample"
                    </button>
                </div>
            </div>
            <p class="empty-promise">
                "Nothing leaves this computer: your browser blocks this page from connecting to anything. "
                <button data-action="how-to-check" type="button" class="link" on:click=move |_| state.check.set(true)>"How to check"</button>
            </p>
            <p class="empty-promise">
                "No profiles in the flare? "
                <button data-action="how-to-collect" type="button" class="link" on:click=move |_| state.help.set(true)>
                    "How to collect them"
                </button>
            </p>
        </section>
    }
}
