//! Replacing names in what leaves the page: the switch, its sign, and the list of what is replaced.

use std::sync::Arc;

use leptos::ev::Event;
use leptos::prelude::*;

use super::dialogs::Dialog;
use super::icons::MarkIcon;
use crate::browser::client::Client;
use crate::browser::state::AppState;
use crate::session::Preview;
use engine::protocol::{Mark, Replaced};

/// Stands beside the copy buttons, with a sign while it is on.
#[component]
pub fn RedactSwitch() -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let switch = move |event: Event| client.redact(event_target_checked(&event));
    view! {
        <div class="redaction">
            <label class="check">
                <input id="redact" type="checkbox" prop:checked=state.redact on:change=switch/>
                "Redact names"
            </label>
            <Show when=move || state.redact.get()>
                <span class="redaction-sign" data-redaction="on">"copies and files are redacted, this screen is not"</span>
                <button data-action="redaction-preview" type="button" class="button is-quiet" on:click=move |_| client.preview()>
                    "What is replaced"
                </button>
            </Show>
        </div>
    }
}

/// Originals and their pseudonyms.
#[component]
pub fn RedactionDialog() -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let content = move || {
        match state.preview.get() {
        None => ().into_any(),
        Some(Preview::Loading) => {
            view! { <p class="field-hint">"Looking for names."</p> }.into_any()
        }
        Some(Preview::Failed(error)) => view! {
            <p><MarkIcon mark=Mark::Damaged/> " " {error.title} ". " {error.detail} " " {error.hint}</p>
        }
        .into_any(),
        Some(Preview::Ready(replaced)) if replaced.is_empty() => {
            view! { <p data-replacements="none">"Nothing in this report needs replacing."</p> }
                .into_any()
        }
        Some(Preview::Ready(replaced)) => view! { <Replacements replaced/> }.into_any(),
    }
    };
    view! {
        <Dialog
            title="What is replaced"
            id="redaction-title"
            open=Signal::derive(move || state.preview.with(Option::is_some))
            on_close=move |()| client.close_preview()
        >
            <p>
                "Everything that is copied or saved has the names on the right. This screen stays as it is, \
                 and so does the link typed for the escalation, which has to lead somewhere."
            </p>
            {content}
        </Dialog>
    }
}

/// A table for each form of name, in order of first appearance.
#[component]
fn Replacements(
    /// In order of first appearance.
    replaced: Arc<Vec<Replaced>>,
) -> impl IntoView {
    replaced
        .iter()
        .map(|list| {
            let form = list.form.title();
            let rows = list.names.iter().map(|replacement| {
                view! {
                    <tr data-replaced=replacement.original.clone()>
                        <th scope="row" class="cell">{replacement.original.clone()}</th>
                        <td class="cell">{replacement.pseudonym.clone()}</td>
                        <td class="cell is-number">{replacement.count.to_string()}</td>
                    </tr>
                }
            });
            view! {
                <table class="replacements" data-form=form>
                    <caption class="replacements-form">{form}</caption>
                    <thead>
                        <tr>
                            <th scope="col" class="cell">"on this screen"</th>
                            <th scope="col" class="cell">"in copies and files"</th>
                            <th scope="col" class="cell is-number">"times"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            }
        })
        .collect_view()
}
