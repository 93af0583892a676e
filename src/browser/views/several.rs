//! Several flares were dropped at once: which one to open.

use js_sys::Date;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::File;

use super::dialogs::Dialog;
use crate::browser::client::Client;
use crate::browser::state::AppState;
use crate::several::Candidate;

/// The dialog.
#[component]
pub fn SeveralDialog() -> impl IntoView {
    let state = expect_context::<AppState>();
    let rows = move || {
        let flares = state.several.get().unwrap_or_default();
        let rows = flares.into_iter();
        rows.map(|flare| view! { <Row flare/> }).collect_view()
    };
    view! {
        <Dialog
            title="Which flare do you want to open?"
            id="several-title"
            open=Signal::derive(move || state.several.with(Option::is_some))
            on_close=move |()| state.several.set(None)
        >
            <p>"A report covers one flare. The newest file comes first."</p>
            <ul class="several" data-several="">{rows}</ul>
        </Dialog>
    }
}

/// One flare.
#[component]
fn Row(
    /// It.
    flare: Candidate<File>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let changed = Date::new(&JsValue::from_f64(flare.changed_ms))
        .to_locale_string("en-GB", &JsValue::UNDEFINED)
        .as_string()
        .unwrap_or_default();
    let name = flare.name.clone();
    let label = format!("Open {name}");
    let open = move |_| {
        state.several.set(None);
        client.open(flare.source.clone());
    };
    view! {
        <li class="several-row">
            <span class="several-name">{name}</span>
            <span class="field-hint">{changed}</span>
            <button data-action="open-one" type="button" class="button" aria-label=label on:click=open>"Open"</button>
        </li>
    }
}
