//! What answers the ticket, on one screen: the verdict, what it rests on, the texts to paste, and what
//! to do next.

use std::sync::Arc;

use leptos::prelude::*;

use super::banner::Banner;
use super::evidence::Evidence;
use super::reply::ReplyPanel;
use super::steps::Steps;
use engine::protocol::SummaryView;

/// The first screen.
#[component]
pub fn Summary(
    /// With symptom and link, once they are typed.
    summary: Signal<Arc<SummaryView>>,
) -> impl IntoView {
    let steps = move || summary.with(|summary| summary.steps.clone());
    view! {
        <div class="summary">
            <Banner summary/>
            <div class="summary-panels">
                <Evidence summary/>
                <ReplyPanel summary/>
            </div>
            <section class="next" data-next="">
                <h2 class="panel-title">"Next steps"</h2>
                {move || view! { <Steps steps=steps() is_short=true/> }}
            </section>
        </div>
    }
}
