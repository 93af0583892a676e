//! What answers the ticket, on one screen: the verdict, what it rests on, the texts to paste, and what
//! to do next.

use std::sync::Arc;

use leptos::prelude::*;

use super::banner::Banner;
use super::grid::GridView;
use super::reply::Reply;
use super::steps::Steps;
use engine::protocol::SummaryView;

/// The first screen.
#[component]
pub fn Summary(
    /// With symptom and link, once they are typed.
    summary: Signal<Arc<SummaryView>>,
) -> impl IntoView {
    let grid = summary.get_untracked().grid.clone();
    let grid = (!grid.rows.is_empty()).then(|| view! { <GridView grid/> });
    view! {
        <div class="summary">
            {move || view! { <Banner banner=summary.get().banner.clone()/> }}
            <div class="summary-panels">
                <section class="evidence" aria-labelledby="evidence-title">
                    <h2 class="section-title" id="evidence-title">"Evidence"</h2>
                    {grid}
                </section>
                <Reply summary/>
            </div>
            {move || view! { <Steps steps=summary.get().steps.clone()/> }}
        </div>
    }
}
