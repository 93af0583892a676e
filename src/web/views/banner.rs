//! The verdict, in large.

use leptos::prelude::*;

use super::icons::{Mark, MarkIcon};
use crate::protocol::BannerView;

/// The largest thing on the page. A finding of low confidence is drawn quieter.
#[component]
pub fn Banner(
    /// Ready to show.
    banner: BannerView,
    /// Id of the section with the evidence, if there is one to see.
    evidence: Option<String>,
    /// Id of the section that says what to do.
    next: Option<String>,
) -> impl IntoView {
    let mark = Mark::from(banner.kind);
    let heading = NodeRef::<leptos::html::H1>::new();
    Effect::new(move |_| {
        if let Some(heading) = heading.get() {
            super::focus(&heading);
        }
    });
    let owner = (!banner.owner.is_empty()).then(|| {
        view! { <span class="banner-fact"><span class="banner-label">"owner"</span> " " <strong>{banner.owner}</strong></span> }
    });
    let confidence = (!banner.confidence.is_empty()).then(|| {
        view! {
            <span class="banner-fact" data-confidence=banner.confidence.clone()>
                <span class="banner-label">"confidence"</span> " " <strong>{banner.confidence.clone()}</strong>
            </span>
        }
    });
    let notes = banner
        .notes
        .into_iter()
        .map(|note| view! { <span class="banner-fact">{note}</span> })
        .collect_view();
    let link = |id: Option<String>, text: &'static str| {
        id.map(|id| {
            let href = format!("#{id}");
            view! { <a class="banner-link" href=href on:click=move |_| super::go_to(&id)>{text}</a> }
        })
    };
    view! {
        <section
            class=format!("banner {}", mark.class())
            class:is-quiet=banner.confidence == "low"
            data-verdict=banner.kind.as_str()
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
                    {link(evidence, "see the evidence")}
                    {link(next, "what to do next")}
                </p>
            </div>
        </section>
    }
}
