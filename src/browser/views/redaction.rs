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

/// The switch, with a sign beside it while it is on.
#[component]
pub fn RedactSwitch() -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let switch = move |event: Event| client.redact(event_target_checked(&event));
    view! {
        <div class="redaction">
            // Always there: the switch must not move away from under the pointer.
            <span class="redaction-more" class:is-off=move || !state.redact.get()>
                <span id="redaction-sign" class="redaction-sign" data-redaction=move || if state.redact.get() { "on" } else { "off" }>
                    "Texts, copies and files are redacted"
                </span>
                <button data-action="redaction-preview" type="button" class="button is-quiet" on:click=move |_| client.preview()>
                    "What is replaced"
                </button>
            </span>
            <label class="check">
                <input
                    id="redact"
                    type="checkbox"
                    aria-describedby=move || state.redact.get().then_some("redaction-sign")
                    prop:checked=state.redact
                    on:change=switch
                />
                "Redact names"
            </label>
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
            view! { <p class="field-hint">"Looking for names …"</p> }.into_any()
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
                "Whatever you copy or save has the names in the second column, and so have the texts to paste. \
                 The rest of this screen stays as it is, and so does the link you typed for the escalation: it has to lead somewhere."
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
                            <th scope="col" class="cell">"On this screen"</th>
                            <th scope="col" class="cell">"In copies and files"</th>
                            <th scope="col" class="cell is-number">"Times"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            }
        })
        .collect_view()
}
