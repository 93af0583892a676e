//! The verdict, in large, and a line for each thing found.

use std::sync::Arc;

use leptos::prelude::*;

use super::focus::focus;
use super::icons::MarkIcon;
use crate::browser::client::Client;
use crate::browser::places::Places;
use crate::browser::state::AppState;
use crate::place::{Place, Tab};
use engine::protocol::{Confidence, LineView, Mark, PairingView, Pairs, SummaryView};

/// The largest thing on the page.
#[component]
pub fn Banner(
    /// Its banner is shown.
    summary: Signal<Arc<SummaryView>>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let heading = NodeRef::<leptos::html::H1>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            focus(&heading);
        }
    });
    let banner = Memo::new(move |_| summary.with(|summary| summary.banner.clone()));
    let mark = move || banner.with(|banner| Mark::of_verdict(banner.kind, banner.calm));
    let class = move || format!("banner is-{}", mark().as_str());
    let rest = move |what: &'static str, list: Vec<String>| {
        (!list.is_empty()).then(|| {
            view! { <p class="banner-rest"><span class="banner-label">{what}</span> " " {list.join("; ")}</p> }
        })
    };
    let changes = move || {
        let changes = banner.with(|banner| banner.changes.clone());
        (!changes.is_empty()).then(|| {
            view! {
                <p class="banner-rest" data-settings="changed">
                    <span class="banner-label">"Not the defaults:"</span>
                    " "
                    {changes}
                    " "
                    <button data-action="settings-from-banner" type="button" class="link" on:click=move |_| state.settings.set(true)>
                        "Settings"
                    </button>
                </p>
            }
        })
    };
    view! {
        <div class=class data-verdict=move || banner.with(|banner| banner.kind.as_str())>
            <h1 class="banner-title" id="banner-verdict" tabindex="-1" node_ref=heading>
                {move || view! { <MarkIcon mark=mark()/> }}
                {move || banner.with(|banner| banner.title.clone())}
            </h1>
            <div class="banner-text">
                {move || {
                    let text = banner.with(|banner| banner.summary.clone());
                    (!text.is_empty()).then(|| view! { <p class="banner-summary">{text}</p> })
                }}
                {move || {
                    let lines = banner.with(|banner| banner.lines.clone());
                    (!lines.is_empty()).then(|| {
                        let lines = lines.into_iter().map(|line| view! { <Line line/> });
                        view! { <ul class="banner-lines">{lines.collect_view()}</ul> }
                    })
                }}
                {move || rest("Also:", banner.with(|banner| banner.also.clone()))}
                {move || rest("Not measured:", banner.with(|banner| banner.unmeasured.clone()))}
                {move || banner.with(|banner| banner.pairing.clone()).map(|pairing| view! { <Pairing pairing/> })}
                {changes}
            </div>
        </div>
    }
}

/// One thing found, with its owner, how sure it is, and what it rests on.
#[component]
fn Line(
    /// Ready to show.
    line: LineView,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let places = expect_context::<Places>();
    let LineView {
        is_finding,
        title,
        text,
        owner,
        team,
        confidence,
        doubts,
        evidence,
    } = line;
    let sure = confidence.map(Confidence::as_str);
    let is_quiet = confidence == Some(Confidence::Low);
    let confidence = sure.map(|sure| {
        let doubts = (!doubts.is_empty()).then(|| format!(" ({doubts})"));
        view! { <span class="banner-fact">"confidence " <strong>{sure}</strong> {doubts}</span> }
    });
    let owner = (!owner.is_empty()).then(|| {
        let team = (!team.is_empty()).then(|| format!(" \u{2192} {team}"));
        view! { <span class="banner-fact"><strong>{owner}</strong> {team}</span> }
    });
    let label = format!("Evidence: {title}");
    let show = evidence.map(|index| {
        let is_shown = move || state.line.get() == index;
        let show = move |_| {
            state.line.set(index);
            places.go(Place::view(Tab::Summary));
        };
        view! {
            <button
                data-action="evidence"
                type="button"
                class="link"
                aria-label=label
                aria-pressed=move || is_shown().to_string()
                on:click=show
            >
                "evidence"
            </button>
        }
    });
    view! {
        <li class="banner-line" class:is-quiet=is_quiet data-line=if is_finding { "finding" } else { "notable" } data-confidence=sure>
            <p class="banner-line-text"><strong class="banner-line-title">{title}</strong> " " {text}</p>
            <p class="banner-facts">{owner} {confidence} {show}</p>
        </li>
    }
}

/// Which heap profiles are compared, and the other ways.
#[component]
fn Pairing(
    /// Ready to show.
    pairing: PairingView,
) -> impl IntoView {
    let client = expect_context::<Client>();
    // What there is beside what is.
    let others = [
        (Pairs::ByTime, "Pair by time"),
        (Pairs::Swapped, "Swap"),
        (Pairs::Apart, "Show apart"),
    ];
    let buttons = others
        .into_iter()
        .filter(|(pairs, _)| *pairs != pairing.pairs)
        .map(|(pairs, text)| {
            view! {
                " "
                <button
                    data-action=format!("pair-{}", pairs.as_str())
                    type="button"
                    class="link"
                    on:click=move |_| client.pair(pairs)
                >
                    {text}
                </button>
            }
        })
        .collect_view();
    view! { <p class="banner-rest" data-pairs=pairing.pairs.as_str()>{pairing.text} {buttons}</p> }
}
