//! What is around every screen: header, drop overlay, pickers, dialogs, the live line.

use leptos::ev;
use leptos::prelude::*;
use web_sys::{DragEvent, KeyboardEvent};

use super::check::CheckDialog;
use super::dialogs::ManualCopyDialog;
use super::empty::Empty;
use super::failed::{Failed, Trouble};
use super::footer::Footer;
use super::help::HelpDialog;
use super::loading::{Loading, ReadingLine};
use super::pickers::{HiddenPickers, Pickers};
use super::redaction::RedactionDialog;
use super::report::Open;
use super::settings::SettingsDialog;
use super::several::SeveralDialog;
use crate::browser::client::Client;
use crate::browser::places::Places;
use crate::browser::state::AppState;
use crate::browser::{choices, theme};
use crate::session::Screen;
use crate::theme::Theme;
use engine::protocol::HeaderView;

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let state = AppState::new(choices::kept());
    let client = Client::new(state);
    let pickers = Pickers::default();
    provide_context(state);
    provide_context(client);
    provide_context(Places::new(state));
    provide_context(pickers);
    provide_context(theme::use_theme());
    Effect::new(move |_| {
        if let Some(body) = document().body() {
            // A body always takes an attribute.
            let _ = body.set_attribute("data-state", state.screen.read().as_str());
        }
    });
    listen_for_drops(state, client);
    client.open_early();
    listen_for_keys(state, client, pickers);
    view! {
        <a class="skip-link" href="#main">"Skip to the content"</a>
        <Header/>
        <main id="main" class="main" tabindex="-1">
            <Trouble/>
            {move || match state.screen.get() {
                Screen::Empty => view! { <Empty/> }.into_any(),
                Screen::Loading => view! { <Loading/> }.into_any(),
                Screen::Ready(view) => view! { <Open view/> }.into_any(),
                Screen::Failed(failure) => view! { <Failed failure/> }.into_any(),
            }}
        </main>
        <Footer/>
        <HiddenPickers/>
        <HelpDialog/>
        <CheckDialog/>
        <SettingsDialog/>
        <RedactionDialog/>
        <SeveralDialog/>
        <ManualCopyDialog/>
        <LiveLine/>
        <div class="drop-overlay" class:is-shown=move || state.dragging.get() aria-hidden="true">
            <p class="drop-overlay-text">"Drop to open"</p>
        </div>
    }
}

/// The line at the top.
#[component]
fn Header() -> impl IntoView {
    let state = expect_context::<AppState>();
    let pickers = expect_context::<Pickers>();
    let header = move || match &*state.screen.read() {
        Screen::Ready(view) => Some(view.header.clone()),
        _ => None,
    };
    let is_open = move || matches!(*state.screen.read(), Screen::Ready(_));
    view! {
        <header class="header">
            <span class="header-name">"flarescope"</span>
            {move || header().map(|header| view! { <HeaderFacts header/> })}
            <ReadingLine/>
            <div class="header-tools">
                <Show when=is_open>
                    <button data-action="choose-file" type="button" class="button" on:click=move |_| pickers.choose_file()>
                        "Open another"
                    </button>
                </Show>
                <ThemeSwitch/>
                <button data-action="settings" type="button" class="button is-quiet" on:click=move |_| state.settings.set(true)>
                    "Settings"
                </button>
                <button data-action="help" type="button" class="button is-quiet" on:click=move |_| state.help.set(true)>
                    "Help"
                </button>
            </div>
        </header>
    }
}

/// Host, version, time and size of the open flare.
#[component]
fn HeaderFacts(
    /// Ready to show; empty parts are unknown.
    header: HeaderView,
) -> impl IntoView {
    let title = header.source.clone();
    // A flare that does not name its host is known by its file.
    let (class, name) = match header.hostname.is_empty() {
        true => ("header-source", header.source),
        false => ("header-host", header.hostname),
    };
    let rest = [header.agent, header.captured, header.size]
        .into_iter()
        .filter(|fact| !fact.is_empty());
    view! {
        <p class="header-facts" title=title>
            <strong class=class>{name}</strong>
            {rest.map(|fact| view! { <span class="header-fact">{fact}</span> }).collect_view()}
        </p>
    }
}

/// Auto, light, dark.
#[component]
fn ThemeSwitch() -> impl IntoView {
    let theme = expect_context::<RwSignal<Theme>>();
    let option = move |choice: Theme| {
        view! {
            <label class="theme-option">
                <input
                    type="radio"
                    name="theme"
                    data-action=format!("theme-{}", choice.as_str())
                    value=choice.as_str()
                    prop:checked=move || theme.get() == choice
                    on:change=move |_| theme.set(choice)
                />
                <span>{choice.title()}</span>
            </label>
        }
    };
    view! {
        <fieldset class="theme-switch">
            <legend class="visually-hidden">"Theme"</legend>
            {Theme::ALL.map(option).collect_view()}
        </fieldset>
    }
}

/// Says what was copied, saved, cancelled; shown for a while and read out by screen readers.
#[component]
fn LiveLine() -> impl IntoView {
    let state = expect_context::<AppState>();
    view! {
        <div id="live" class="live-line" role="status" aria-live="polite">
            <For each=move || [state.notice.get()] key=|(count, _)| *count let:notice>
                <p class="live-line-text" class:is-empty=notice.1.is_empty()>{notice.1.clone()}</p>
            </For>
        </div>
        <p id="told" class="visually-hidden" role="status">{move || state.told.get()}</p>
    }
}

/// The whole window takes a drop, at any time.
fn listen_for_drops(state: AppState, client: Client) {
    // Enter and leave come for every element under the pointer; over comes all the time, and
    // leaving the window is the leave that goes nowhere.
    let over = window_event_listener(ev::dragover, move |event: DragEvent| {
        event.prevent_default();
        if !state.dragging.get_untracked() {
            state.dragging.set(true);
        }
    });
    let leave = window_event_listener(ev::dragleave, move |event: DragEvent| {
        if event.related_target().is_none() {
            state.dragging.set(false);
        }
    });
    let dropped = window_event_listener(ev::drop, move |event: DragEvent| {
        event.prevent_default();
        state.dragging.set(false);
        client.open_drop(event.data_transfer().as_ref());
    });
    on_cleanup(move || {
        over.remove();
        leave.remove();
        dropped.remove();
    });
}

/// Keys that work everywhere. None is a bare letter, so none is pressed by accident.
fn listen_for_keys(state: AppState, client: Client, pickers: Pickers) {
    let keys = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        match event.key().as_str() {
            // With a dialog open it means the dialog.
            "Escape" if !state.has_dialog() => {
                state.selected.set(None);
                client.cancel();
            }
            "F1" => {
                event.prevent_default();
                state.help.set(true);
            }
            "o" if (event.ctrl_key() || event.meta_key())
                && !event.shift_key()
                && !event.alt_key() =>
            {
                event.prevent_default();
                pickers.choose_file();
            }
            _ => {}
        }
    });
    on_cleanup(move || keys.remove());
}
