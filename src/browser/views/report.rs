//! An open flare: the toolbar, and a panel for each view of it.

use std::sync::Arc;

use leptos::prelude::*;

use super::details::Details;
use super::files::Files;
use super::summary::Summary;
use super::tabs::Toolbar;
use crate::browser::state::{AppState, Tab};
use engine::protocol::SummaryView;

/// An open flare.
#[component]
pub fn Open(
    /// The part that is there first.
    view: Arc<SummaryView>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let tab = state.tab;
    let (source, read) = (view.stats.source_bytes, view.stats.read_bytes);
    let summary = Signal::derive(move || state.summary.get().unwrap_or_else(|| view.clone()));
    view! {
        <div class="open" data-source-bytes=source.to_string() data-read-bytes=read.to_string()>
            <Toolbar/>
            <div id="panel-summary" role="tabpanel" aria-labelledby="tab-summary" hidden=move || tab.get() != Tab::Summary>
                <Summary summary/>
            </div>
            <div id="panel-details" role="tabpanel" aria-labelledby="tab-details" hidden=move || tab.get() != Tab::Details>
                {move || state.details.get().map(|view| view! { <Details view/> })}
            </div>
            <div id="panel-files" role="tabpanel" aria-labelledby="tab-files" hidden=move || tab.get() != Tab::Files>
                {move || state.details.get().map(|view| view! { <Files view/> })}
            </div>
        </div>
    }
}
