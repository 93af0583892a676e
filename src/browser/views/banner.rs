//! The verdict, in large.

use leptos::prelude::*;

use super::focus::{focus, go_to};
use super::icons::MarkIcon;
use crate::browser::client::Client;
use crate::browser::state::AppState;
use engine::protocol::{BannerView, Confidence, Mark, Pairs};

/// The largest thing on the page. A finding of low confidence is drawn quieter.
#[component]
pub fn Banner(
    /// Ready to show.
    banner: BannerView,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let mark = Mark::of_verdict(banner.kind, banner.calm);
    let heading = NodeRef::<leptos::html::H1>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            focus(&heading);
        }
    });
    let owner = (!banner.owner.is_empty()).then(|| {
        view! { <span class="banner-fact"><span class="banner-label">"owner"</span> " " <strong>{banner.owner}</strong></span> }
    });
    let sure = banner.confidence.map(Confidence::as_str);
    let confidence = sure.map(|sure| {
        view! { <span class="banner-fact"><span class="banner-label">"confidence"</span> " " <strong>{sure}</strong></span> }
    });
    let notes = banner
        .notes
        .into_iter()
        .map(|note| view! { <span class="banner-fact">{note}</span> })
        .collect_view();
    let link = |id: Option<String>, text: &'static str| {
        id.map(|id| {
            let href = format!("#{id}");
            view! { <a class="banner-link" href=href on:click=move |_| go_to(&id)>{text}</a> }
        })
    };
    let changes = (!banner.changes.is_empty()).then(|| {
        view! {
            <p class="banner-settings" data-settings="changed">
                <span class="banner-label">"not the defaults: "</span>
                {banner.changes}
                " "
                <button data-action="settings-from-banner" type="button" class="link" on:click=move |_| state.settings.set(true)>
                    "Settings"
                </button>
            </p>
        }
    });
    let pairing = banner.pairing.map(|pairing| {
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
        view! { <p class="banner-settings" data-pairs=pairing.pairs.as_str()>{pairing.text} {buttons}</p> }
    });
    let is_quiet = banner.confidence == Some(Confidence::Low);
    view! {
        <section
            class=format!("banner is-{}", mark.as_str())
            class:is-quiet=is_quiet
            data-verdict=banner.kind.as_str()
            data-confidence=sure
            aria-labelledby="banner-verdict"
        >
            <h1 class="banner-title" id="banner-verdict" tabindex="-1" node_ref=heading>
                <MarkIcon mark/>
                {banner.title}
            </h1>
            <div class="banner-text">
                <p class="banner-summary">{banner.summary}</p>
                <p class="banner-facts">
                    {owner}
                    {confidence}
                    {notes}
                    {link(banner.evidence, "see the evidence")}
                    {link(banner.next, "what to do next")}
                </p>
                {pairing}
                {changes}
            </div>
        </section>
    }
}
