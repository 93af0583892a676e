//! Whose owner table is used: the choice in Settings.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::browser::client::Client;
use crate::draft;
use engine::protocol::{Choices, OwnersFile, SettingsView, UserError};

/// The built-in owner table, or a file of the user's.
#[component]
pub fn OwnersChoice(
    /// The file of the draft; the built-in table when `None`.
    owners: RwSignal<Option<OwnersFile>>,
    /// The settings without any choice.
    defaults: RwSignal<Option<SettingsView>>,
    /// Where to say what is wrong with a file.
    error: RwSignal<Option<UserError>>,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let picker = NodeRef::<leptos::html::Input>::new();
    // What the worker said of the draft's file.
    let read = RwSignal::new(None::<SettingsView>);
    let take = move |file: OwnersFile| {
        let choices = Choices {
            owners: Some(file.clone()),
            ..Choices::default()
        };
        client.check(choices, move |outcome| match outcome {
            Ok(view) => {
                owners.try_set(Some(file));
                read.try_set(Some(view));
                error.try_set(None);
            }
            Err(wrong) => {
                error.try_set(Some(wrong));
            }
        });
    };
    if let Some(file) = owners.get_untracked() {
        take(file);
    }
    let picked = move |_| {
        let Some(input) = picker.get_untracked() else {
            return;
        };
        let Some(file) = input.files().and_then(|files| files.get(0)) else {
            return;
        };
        // The same file may be picked again once it is mended; browsers report changes only.
        input.set_value("");
        spawn_local(async move {
            match text_of(&file).await {
                Ok(file) => take(file),
                Err(wrong) => {
                    error.try_set(Some(wrong));
                }
            }
        });
    };
    let choose = move |_| {
        if let Some(input) = picker.get_untracked() {
            input.click();
        }
    };
    let use_builtin = move |_| {
        owners.set(None);
        read.set(None);
        error.set(None);
    };
    let is_file = move || owners.with(Option::is_some);
    let shown = move || {
        let view = if is_file() {
            read.get()
        } else {
            defaults.get()
        };
        view.map(|view| view! { <OwnersFacts view/> })
    };
    view! {
        <h3>"Owners"</h3>
        {shown}
        <div class="settings-actions">
            <button
                data-action="owners-choose"
                type="button"
                class="button"
                on:click=choose
            >
                "Choose an owners file"
            </button>
            <Show when=is_file>
                <button data-action="owners-builtin" type="button" class="button" on:click=use_builtin>
                    "Use the built-in table"
                </button>
            </Show>
        </div>
        <input
            id="owners-input"
            hidden
            type="file"
            accept=".toml"
            aria-label="Choose an owners file"
            node_ref=picker
            on:change=picked
        />
        <p class="field-hint">"A TOML file like data/owners.toml, which comes with the source of this page and explains its format."</p>
    }
}

/// Which owner table it is.
#[component]
fn OwnersFacts(
    /// Settings that use it.
    view: SettingsView,
) -> impl IntoView {
    let (hook, name) = if view.owners_file.is_empty() {
        ("builtin", "Built-in table".to_owned())
    } else {
        ("file", view.owners_file)
    };
    view! {
        <p class="settings-owners" data-owners=hook>
            <strong>{name}</strong>
            {format!(" of {}, with {} patterns; source: {}", view.owners_date, view.owners_count, view.owners_source)}
        </p>
    }
}

/// Reads an owners file that was picked.
async fn text_of(file: &File) -> Result<OwnersFile, UserError> {
    let name = file.name();
    draft::check_size(&name, file.size())?;
    let text = JsFuture::from(file.text())
        .await
        .ok()
        .and_then(|text| text.as_string())
        .ok_or_else(|| draft::unreadable(&name))?;
    Ok(OwnersFile { name, text })
}
