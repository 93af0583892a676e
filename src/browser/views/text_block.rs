//! A text to copy as it stands.

use leptos::prelude::*;

use super::copy::CopyButton;
use crate::browser::client::Client;
use crate::browser::state::AppState;
use crate::session::Deliver;
use engine::protocol::ExportFormat;

/// The text, under its name.
#[component]
pub fn TextView(
    /// Its name.
    name: String,
    /// All of it.
    text: String,
    /// Commands rather than prose: lines are not wrapped.
    is_code: bool,
    /// What is copied is this export, so that redaction holds for it; else the text itself.
    form: Option<ExportFormat>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let label = name.clone();
    let button = match form {
        Some(form) => {
            let label = format!("Copy {name}");
            view! {
                <button type="button" class="button is-small" aria-label=label on:click=move |_| client.export(form, Deliver::Copy)>
                    "Copy"
                </button>
            }
            .into_any()
        }
        None => view! { <CopyButton name=name.clone() text=text.clone()/> }.into_any(),
    };
    let hook = form.map(ExportFormat::as_str);
    let shown = move || match form {
        // With symptom and link, once they are typed.
        Some(ExportFormat::Escalation) => state.escalation.get().unwrap_or_else(|| text.clone()),
        _ => text.clone(),
    };
    view! {
        <figure class="text-block" class:is-code=is_code data-text=hook>
            <figcaption class="text-block-head">
                <span class="text-block-name">{name}</span>
                {button}
            </figcaption>
            <pre class="text-block-text" tabindex="0" role="region" aria-label=label>{shown}</pre>
        </figure>
    }
}
