//! Settings: what the verdict is decided by, whose owner table is used, and what the page keeps.
//!
//! What is typed is a draft until it is applied. Whether it can be used says the worker.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::dialogs::Dialog;
use super::icons::{Mark, MarkIcon};
use crate::web::client::Client;
use crate::web::state::AppState;
use crate::web::theme::{self, Theme};
use crate::web::{choices, storage};
use engine::protocol::{Choices, OwnersFile, SettingsView, UserError};

/// The table that comes with the page has a tenth of this; local storage holds a few of them.
const MAX_OWNERS_BYTES: f64 = 1_048_576.0;

/// The field that gets the focus.
const FIRST_FIELD: &str = "setting-leak-mb";

/// What is typed, until it is applied.
#[derive(Clone, Copy)]
struct Draft {
    leak_mb: RwSignal<String>,
    cpu_percent: RwSignal<String>,
    contention_s: RwSignal<String>,
    count_idle_waits: RwSignal<bool>,
    owners: RwSignal<Option<OwnersFile>>,
}

impl Draft {
    fn of(choices: &Choices) -> Self {
        let text = |number: Option<f64>| {
            RwSignal::new(number.map(|number| number.to_string()).unwrap_or_default())
        };
        Self {
            leak_mb: text(choices.leak_mb),
            cpu_percent: text(choices.cpu_percent),
            contention_s: text(choices.contention_s),
            count_idle_waits: RwSignal::new(choices.count_idle_waits),
            owners: RwSignal::new(choices.owners.clone()),
        }
    }

    fn choices(self) -> Result<Choices, UserError> {
        Ok(Choices {
            leak_mb: number("The memory leak threshold", &self.leak_mb.read_untracked())?,
            cpu_percent: number("The CPU threshold", &self.cpu_percent.read_untracked())?,
            contention_s: number(
                "The contention threshold",
                &self.contention_s.read_untracked(),
            )?,
            count_idle_waits: self.count_idle_waits.get_untracked(),
            owners: self.owners.get_untracked(),
        })
    }
}

/// Nothing typed is the default.
fn number(what: &str, text: &str) -> Result<Option<f64>, UserError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| UserError {
        title: "This threshold can't be used".to_owned(),
        detail: format!("{what} is {text:?}, which is no number."),
        hint: "Write it in digits, with a point before the fraction: 2.5.".to_owned(),
    })
}

/// The settings dialog.
#[component]
pub fn SettingsDialog() -> impl IntoView {
    let state = expect_context::<AppState>();
    view! {
        <Dialog title="Settings" id="settings-title" open=state.settings on_close=move |()| state.settings.set(false)>
            // Made anew each time it opens, from what is in force then.
            <Show when=move || state.settings.get()>
                <SettingsForm/>
            </Show>
        </Dialog>
    }
}

/// Everything in the dialog.
#[component]
fn SettingsForm() -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let draft = Draft::of(&state.choices.read_untracked());
    let error = RwSignal::new(None::<UserError>);
    let defaults = RwSignal::new(None::<SettingsView>);
    // The dialog may be closed before an answer comes, and its signals with it.
    client.check(Choices::default(), move |outcome| {
        defaults.try_set(outcome.ok());
    });
    let refuse = move |outcome: Result<SettingsView, UserError>| {
        error.try_set(outcome.err());
    };
    let check = Callback::new(move |()| match draft.choices() {
        Ok(choices) => client.check(choices, refuse),
        Err(wrong) => error.set(Some(wrong)),
    });
    let apply = move |event: SubmitEvent| {
        event.prevent_default();
        match draft.choices() {
            Ok(choices) => client.check(choices.clone(), move |outcome| match outcome {
                Ok(_) => {
                    state.settings.set(false);
                    client.use_choices(choices, "Settings applied");
                }
                Err(_) => refuse(outcome),
            }),
            Err(wrong) => error.set(Some(wrong)),
        }
    };
    let reset = move |_| {
        state.settings.set(false);
        client.use_choices(Choices::default(), "The defaults apply");
    };
    let default_of = move |number: fn(&SettingsView) -> f64| {
        Signal::derive(move || {
            defaults.with(|defaults| defaults.as_ref().map(|it| number(it).to_string()))
        })
    };
    Effect::new(move |_| {
        // After the dialog's own effect, which shows it and moves the focus.
        request_animation_frame(move || {
            if let Some(field) = document().get_element_by_id(FIRST_FIELD) {
                super::focus(&field);
            }
        });
    });
    view! {
        <form class="settings" autocomplete="off" on:submit=apply>
            <h3>"Thresholds"</h3>
            <p class="field-hint">"What the verdict is decided by. An empty field is the default."</p>
            <div class="settings-fields">
                <NumberField
                    id=FIRST_FIELD
                    name="Memory leak"
                    unit="MB"
                    meaning="growth of the heap, in all or of one function"
                    value=draft.leak_mb
                    default_number=default_of(|it| it.leak_mb)
                    check
                />
                <NumberField
                    id="setting-cpu-percent"
                    name="CPU spike"
                    unit="%"
                    meaning="share of one function"
                    value=draft.cpu_percent
                    default_number=default_of(|it| it.cpu_percent)
                    check
                />
                <NumberField
                    id="setting-contention-s"
                    name="Contention"
                    unit="s"
                    meaning="delay at locks"
                    value=draft.contention_s
                    default_number=default_of(|it| it.contention_s)
                    check
                />
            </div>
            <label class="check">
                <input
                    id="setting-idle-waits"
                    type="checkbox"
                    prop:checked=draft.count_idle_waits
                    on:change=move |event| draft.count_idle_waits.set(event_target_checked(&event))
                />
                "Count idle waits as contention too"
            </label>
            <p class="field-hint">"Idle waits are goroutines that wait for work. They are not counted unless you say so."</p>
            <OwnersChoice owners=draft.owners defaults error/>
            <div class="settings-error" role="alert" data-settings-error="">
                {move || error.get().map(|error| view! {
                    <p class="settings-error-title"><MarkIcon mark=Mark::Damaged/>{error.title}</p>
                    <p class="settings-error-detail">{error.detail}</p>
                    <p class="field-hint">{error.hint}</p>
                })}
            </div>
            <div class="settings-actions">
                <button data-action="settings-apply" type="submit" class="button is-primary">"Apply"</button>
                <button data-action="settings-defaults" type="button" class="button" on:click=reset>"Back to defaults"</button>
                <span class="field-hint">"An open flare is read again."</span>
            </div>
        </form>
        <KeptSettings/>
    }
}

/// One threshold.
#[component]
fn NumberField(
    /// Of the input.
    id: &'static str,
    /// What is measured.
    name: &'static str,
    /// Of the number.
    unit: &'static str,
    /// What it is held against.
    meaning: &'static str,
    /// As typed.
    value: RwSignal<String>,
    /// What applies when nothing is typed; unknown until the worker has answered.
    default_number: Signal<Option<String>>,
    /// Called when typing is done.
    check: Callback<()>,
) -> impl IntoView {
    let hint = format!("{id}-hint");
    let described_by = hint.clone();
    let default_text = move || {
        default_number
            .get()
            .map(|number| format!(", default {number} {unit}"))
    };
    view! {
        <div class="number-field">
            <label class="field-name" for=id>{name}</label>
            <span class="number-field-input">
                <input
                    id=id
                    class="input"
                    type="text"
                    inputmode="decimal"
                    aria-describedby=described_by
                    placeholder=move || default_number.get()
                    prop:value=value
                    on:input=move |event| value.set(event_target_value(&event))
                    on:change=move |_| check.run(())
                />
                <span class="number-field-unit">{unit}</span>
            </span>
            <span class="field-hint" id=hint>{meaning}{default_text}</span>
        </div>
    }
}

/// The built-in owner table, or a file of the user's.
#[component]
fn OwnersChoice(
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
            class="visually-hidden"
            type="file"
            accept=".toml"
            tabindex="-1"
            aria-label="Choose an owners file"
            node_ref=picker
            on:change=picked
        />
        <p class="field-hint">"TOML in the format of data/owners.toml, which comes with the source of this page and describes itself."</p>
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
            {format!(" of {}, {} patterns; source: {}", view.owners_date, view.owners_count, view.owners_source)}
        </p>
    }
}

/// Reads an owners file that was picked.
async fn text_of(file: &File) -> Result<OwnersFile, UserError> {
    let name = file.name();
    let wrong = |why: &str| UserError {
        title: "This owners file can't be used".to_owned(),
        detail: format!("{name}: {why}"),
        hint: "The table in force stays.".to_owned(),
    };
    if file.size() > MAX_OWNERS_BYTES {
        return Err(wrong("it is larger than 1 MB, which no owner table is"));
    }
    let text = JsFuture::from(file.text())
        .await
        .ok()
        .and_then(|text| text.as_string())
        .ok_or_else(|| wrong("the browser could not read it"))?;
    Ok(OwnersFile { name, text })
}

/// What the page keeps between visits, and a way to end it.
#[component]
fn KeptSettings() -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let shown_theme = expect_context::<RwSignal<Theme>>();
    let kept: Vec<&str> = [
        (theme::is_kept(), "the theme"),
        (
            choices::are_kept(),
            "thresholds and owners, with the text of the owners file",
        ),
    ]
    .into_iter()
    .filter_map(|(is_kept, what)| is_kept.then_some(what))
    .collect();
    let is_anything = !kept.is_empty();
    let (hook, text) = if !storage::is_available() {
        (
            "refused",
            "This browser lets the page keep nothing. Settings hold until the page is closed."
                .to_owned(),
        )
    } else if state.choices_unkept.get_untracked() {
        (
            "refused",
            "The browser refused to keep the settings in force. They hold until the page is closed."
                .to_owned(),
        )
    } else if is_anything {
        (
            "some",
            format!(
                "In this browser's local storage: {}. Nothing of a flare.",
                kept.join("; ")
            ),
        )
    } else {
        (
            "nothing",
            "Nothing. What you change here will be kept in this browser's local storage; nothing of a flare ever is."
                .to_owned(),
        )
    };
    let forget = move |_| {
        state.settings.set(false);
        shown_theme.set(Theme::Auto);
        client.use_choices(
            Choices::default(),
            "What was kept is forgotten, and the defaults apply",
        );
    };
    view! {
        <section class="settings-kept" aria-labelledby="settings-kept-title">
            <h3 id="settings-kept-title">"What is kept"</h3>
            <p data-kept=hook>{text}</p>
            {is_anything.then(|| view! {
                <button data-action="settings-forget" type="button" class="button" on:click=forget>"Forget it"</button>
            })}
        </section>
    }
}
