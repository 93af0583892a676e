//! Settings: what the verdict is decided by, whose owner table is used, and what the page keeps.
//!
//! What is typed is a draft until it is applied. Whether it can be used says the worker.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::dialogs::Dialog;
use super::focus::focus;
use super::icons::MarkIcon;
use super::owners::OwnersChoice;
use crate::browser::client::Client;
use crate::browser::state::AppState;
use crate::browser::storage::LocalStorage;
use crate::draft::Draft;
use crate::reply::Reply;
use crate::shown::widths::Widths;
use crate::stored::{self, Kept};
use crate::theme::Theme;
use engine::protocol::{Choices, Mark, OwnersFile, SettingsView, UserError};

/// The field that gets the focus.
const FIRST_FIELD: &str = "setting-leak-mb";

/// What is typed, until it is applied.
#[derive(Clone, Copy)]
struct Fields {
    leak_mb: RwSignal<String>,
    cpu_percent: RwSignal<String>,
    contention_s: RwSignal<String>,
    count_idle_waits: RwSignal<bool>,
    owners: RwSignal<Option<OwnersFile>>,
}

impl Fields {
    fn of(choices: &Choices) -> Self {
        let draft = Draft::of(choices);
        Self {
            leak_mb: RwSignal::new(draft.leak_mb),
            cpu_percent: RwSignal::new(draft.cpu_percent),
            contention_s: RwSignal::new(draft.contention_s),
            count_idle_waits: RwSignal::new(draft.count_idle_waits),
            owners: RwSignal::new(draft.owners),
        }
    }

    fn choices(self) -> Result<Choices, UserError> {
        let draft = Draft {
            leak_mb: self.leak_mb.get_untracked(),
            cpu_percent: self.cpu_percent.get_untracked(),
            contention_s: self.contention_s.get_untracked(),
            count_idle_waits: self.count_idle_waits.get_untracked(),
            owners: self.owners.get_untracked(),
        };
        draft.choices()
    }
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
    let draft = Fields::of(&state.choices.read_untracked());
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
        client.use_choices(Choices::default(), "Defaults restored");
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
                focus(&field);
            }
        });
    });
    view! {
        <form class="settings" autocomplete="off" on:submit=apply>
            <h3>"Thresholds"</h3>
            <p class="field-hint">"These decide the verdict. Leave a field empty for the default. Applying re-reads the open flare."</p>
            <div class="settings-fields">
                <NumberField
                    id=FIRST_FIELD
                    name="Memory leak"
                    unit="MB"
                    meaning="Growth of the whole heap, or of one function"
                    value=draft.leak_mb
                    default_number=default_of(|it| it.leak_mb)
                    check
                />
                <NumberField
                    id="setting-cpu-percent"
                    name="CPU spike"
                    unit="%"
                    meaning="One function's share of the CPU time"
                    value=draft.cpu_percent
                    default_number=default_of(|it| it.cpu_percent)
                    check
                />
                <NumberField
                    id="setting-contention-s"
                    name="Contention"
                    unit="s"
                    meaning="Time spent waiting for locks"
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
                "Count idle waits as contention, too"
            </label>
            <p class="field-hint">"An idle wait is a goroutine waiting for work. It counts only if you tick this box."</p>
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
                <button data-action="settings-defaults" type="button" class="button" on:click=reset>"Restore the defaults"</button>
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

/// What the page keeps between visits, and a way to end it.
#[component]
fn KeptSettings() -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let shown_theme = expect_context::<RwSignal<Theme>>();
    let Kept {
        id,
        text,
        is_anything,
    } = stored::kept(&LocalStorage, state.choices_unkept.get_untracked());
    let forget = move |_| {
        state.settings.set(false);
        shown_theme.set(Theme::Auto);
        state.widths.set(Widths::default());
        Widths::default().keep(&LocalStorage);
        state.reply.set(Reply::default());
        Reply::default().keep(&LocalStorage);
        client.use_choices(
            Choices::default(),
            "Everything kept is forgotten, and the defaults are restored",
        );
    };
    view! {
        <section class="settings-kept">
            <h3>"What this browser keeps"</h3>
            <p data-kept=id>{text}</p>
            {is_anything.then(|| view! {
                <button data-action="settings-forget" type="button" class="button" on:click=forget>"Forget it"</button>
            })}
        </section>
    }
}
