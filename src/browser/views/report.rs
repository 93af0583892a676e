//! An open flare: the toolbar, and a panel for each view of it.

use std::sync::Arc;

use leptos::prelude::*;

use super::details::Details;
use super::files::Files;
use super::printed::PrintedTexts;
use super::summary::Summary;
use super::tabs::Toolbar;
use crate::browser::idle::when_idle;
use crate::browser::state::AppState;
use crate::place::Tab;
use engine::protocol::SummaryView;

/// An open flare.
#[component]
pub fn Open(
    /// The part that is there first.
    view: Arc<SummaryView>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let hides = move |tab: Tab| move || state.place.with(|place| place.tab != tab);
    let (source, read) = (view.stats.source_bytes, view.stats.read_bytes);
    let summary = Signal::derive(move || state.summary.get().unwrap_or_else(|| view.clone()));
    Effect::new(move |_| document().set_title(&summary.with(|summary| summary.title.clone())));
    on_cleanup(|| document().set_title("flarescope"));
    // Details and Files are put beside the first screen when the browser has time, or as soon as they are
    // asked for: printing, searching in the page and saving have all of it.
    let is_time = RwSignal::new(false);
    Effect::new(move |_| {
        if state.details.with(Option::is_some) {
            when_idle(move || {
                // The flare may have been closed since.
                let _ = is_time.try_set(true);
            });
        }
    });
    let rest = Memo::new(move |_| {
        let is_wanted = is_time.get() || state.place.with(|place| place.tab != Tab::Summary);
        is_wanted.then(|| state.details.get()).flatten()
    });
    view! {
        <div class="open" data-source-bytes=source.to_string() data-read-bytes=read.to_string()>
            <Toolbar/>
            <div id="panel-summary" role="tabpanel" aria-labelledby="tab-summary" hidden=hides(Tab::Summary)>
                <Summary summary/>
                {move || rest.with(Option::is_some).then(|| view! { <PrintedTexts summary/> })}
            </div>
            <div id="panel-details" role="tabpanel" aria-labelledby="tab-details" hidden=hides(Tab::Details)>
                {move || rest.get().map(|view| view! { <Details view/> })}
            </div>
            <div id="panel-files" role="tabpanel" aria-labelledby="tab-files" hidden=hides(Tab::Files)>
                {move || rest.get().map(|view| view! { <Files view/> })}
            </div>
        </div>
    }
}
