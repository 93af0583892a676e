//! How to check that nothing leaves the computer: what the browser forbids, what it has seen, what
//! it keeps, and what to do to see for oneself.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::dialogs::Dialog;
use crate::browser::state::AppState;
use crate::browser::{policy, stored, traffic};
use crate::policy::{Rule, rules};
use crate::stored::Place;
use crate::traffic::Traffic;

/// How often the places are looked at while the dialog is open.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The dialog.
#[component]
pub fn CheckDialog() -> impl IntoView {
    let state = expect_context::<AppState>();
    view! {
        <Dialog
            title="How to check that nothing leaves this computer"
            id="check-title"
            open=state.check
            on_close=move |()| state.check.set(false)
        >
            // Made anew each time it is opened, so that it shows what is so now.
            <Show when=move || state.check.get()>
                <Counters/>
                <Forbidden/>
                <Places/>
                <Steps/>
            </Show>
        </Dialog>
    }
}

/// The policy, read from this very page.
#[component]
fn Forbidden() -> impl IntoView {
    let Some(text) = policy::text() else {
        return view! {
            <h3>"What the browser blocks"</h3>
            <p data-policy="missing">
                "Nothing: this copy of the page was built without its policy. Use flarescope.html, the page as one file."
            </p>
        }
        .into_any();
    };
    let rules = rules(&text).into_iter().map(rule_row).collect_view();
    view! {
        <h3>"What the browser blocks"</h3>
        <p>
            "This policy is part of the page, and the browser enforces it for the page and for the worker that reads \
             flares. Anything that breaks it is blocked and counted above."
        </p>
        <table class="check-rules" data-policy="">
            <caption class="visually-hidden">"What the page may load, and where it may send to"</caption>
            <thead><tr><th scope="col">"What"</th><th scope="col">"From where, or to where"</th></tr></thead>
            <tbody>{rules}</tbody>
        </table>
        <details>
            <summary>"The policy, word for word"</summary>
            <code class="check-policy">{text}</code>
        </details>
        <p>
            "No policy can stop a page from going to another address. This page has no code that does; you would see \
             it in the address bar."
        </p>
    }
    .into_any()
}

fn rule_row(rule: Rule) -> impl IntoView {
    let hook = rule.name.clone();
    view! {
        <tr data-rule=hook>
            <th scope="row">{rule.about} <code class="check-rule-name">{rule.name}</code></th>
            <td class:check-nothing=rule.is_nothing>{rule.allowed}</td>
        </tr>
    }
}

/// Requests, as the browser counts them.
#[component]
fn Counters() -> impl IntoView {
    let state = expect_context::<AppState>();
    let traffic = state.traffic;
    let count = move |id: &'static str, name: &'static str, number: Signal<usize>| {
        view! {
            <div class="check-count">
                <dt>{name}</dt>
                <dd data-count=id>{move || number.get()}</dd>
            </div>
        }
    };
    let loading = Signal::derive(move || traffic.with(|traffic| traffic.loading.len()));
    let since = Signal::derive(move || traffic.with(|traffic| traffic.since.len()));
    let refused = Signal::derive(move || traffic.with(|traffic| traffic.refused.len()));
    let lines = move || traffic.with(Traffic::lines);
    view! {
        <h3>"What the browser has seen"</h3>
        <dl class="check-counts">
            {count("loading", "Requests while the page loaded, besides the page itself", loading)}
            {count("since", "Requests since then, by the page and its workers", since)}
            {count("refused", "Requests blocked by the policy", refused)}
        </dl>
        <div class="check-try">
            <button data-action="try-to-send" type="button" class="button" on:click=move |_| spawn_local(traffic::try_to_send())>
                "Try to send something"
            </button>
            <span class="field-hint">"Sends one letter to flarescope.invalid, which does not exist. Watch the counters."</span>
        </div>
        <Show when=move || !lines().is_empty()>
            <details class="check-list" data-contacts="">
                <summary>"List them"</summary>
                <ul>{move || lines().into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            </details>
        </Show>
    }
}

/// What the browser keeps, looked at while the dialog is open.
#[component]
fn Places() -> impl IntoView {
    let places = RwSignal::new(Vec::<Place>::new());
    let look = move || {
        spawn_local(async move {
            let found = stored::look().await;
            // The dialog may be closed by now, and what is unchanged need not be drawn again.
            if places
                .try_get_untracked()
                .is_some_and(|before| before != found)
            {
                places.set(found);
            }
        });
    };
    look();
    if let Ok(interval) = set_interval_with_handle(look, LOOK_AGAIN) {
        on_cleanup(move || interval.clear());
    }
    let row = |place: Place| {
        view! {
            <tr data-place=place.id data-items=place.count().to_string()>
                <th scope="row">{place.name}</th>
                <td>{place.text()}</td>
            </tr>
        }
    };
    view! {
        <h3>"What the browser keeps for this page"</h3>
        <p>"Only what you choose here: the theme, thresholds, an owners file, the text shown last, column widths. Settings can forget them. Nothing of a flare is ever kept."</p>
        <table class="check-places">
            <caption class="visually-hidden">"What is stored now"</caption>
            <thead><tr><th scope="col">"Where"</th><th scope="col">"What is there now"</th></tr></thead>
            <tbody>{move || places.get().into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// Without believing this page.
#[component]
fn Steps() -> impl IntoView {
    view! {
        <h3>"Check without trusting this page"</h3>
        <ol class="check-steps">
            <li>
                "Open the browser's developer tools (F12), go to the Network tab, and tick \u{201c}Preserve log\u{201d} \
                 (Firefox: \u{201c}Persist Logs\u{201d})."
            </li>
            <li>"Drop a flare. No request is added. Anything that begins with blob: or data: is this computer's own memory."</li>
            <li>
                "Turn the network off: choose \u{201c}Offline\u{201d} in that tab, or unplug the cable. Drop the flare again: \
                 the page still reads it."
            </li>
            <li>
                "Open the Application tab (Firefox: Storage): this page's address holds nothing but the settings named \
                 above."
            </li>
            <li>
                "View the page's source (Ctrl+U): the policy is in the first lines. You can also compare the one-file page \
                 with its published checksum."
            </li>
        </ol>
    }
}
