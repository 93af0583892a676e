//! What the answer rests on.

use std::sync::Arc;

use leptos::prelude::*;

use super::blocks::BlockView;
use super::icons::MarkWord;
use super::section_nav::SectionNav;
use crate::browser::state::AppState;
use engine::protocol::{DetailsView, Mark, Section};

/// The report's sections, with a list of them beside.
#[component]
pub fn Details(
    /// What there is.
    view: Arc<DetailsView>,
) -> impl IntoView {
    let sections = view
        .document
        .sections
        .iter()
        .cloned()
        .map(|section| view! { <SectionView section/> })
        .collect_view();
    view! {
        <div class="report-layout">
            <SectionNav view/>
            <div class="report">{sections}</div>
        </div>
    }
}

/// One section of the report.
#[component]
fn SectionView(
    /// Formatted.
    section: Section,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let id = section.anchor;
    let process = section.process.clone();
    let is_hidden = move || state.hides(process.as_ref());
    let mark = Mark::from(section.state);
    let heading = format!("{id}-title");
    let label = heading.clone();
    view! {
        <section
            id=id
            class="section"
            tabindex="-1"
            data-section=section.kind.as_str()
            data-process=section.process.clone()
            aria-labelledby=label
            hidden=is_hidden
        >
            <div class="section-head">
                <h2 class="section-title" id=heading>{section.title}</h2>
                {(mark != Mark::Info).then(|| view! { <MarkWord mark/> })}
            </div>
            {section.blocks.into_iter().map(|block| view! { <BlockView block/> }).collect_view()}
        </section>
    }
}
