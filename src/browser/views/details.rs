//! What the answer rests on: evidence, one process at a time, and what is about the Agent as a whole.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::blocks::BlockView;
use super::facts::FactsView;
use super::focus::focus;
use super::icons::{MarkIcon, MarkWord};
use super::section_nav::SectionNav;
use crate::browser::places::Places;
use crate::browser::state::AppState;
use crate::place::{Place, after_key};
use crate::shown::sections::PROCESS;
use engine::protocol::{AgentView, DetailsView, Mark, ProcessTab, ProcessView, Section};

/// The sections, with a list of them beside.
#[component]
pub fn Details(
    /// What there is.
    view: Arc<DetailsView>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    // An anchor that is gone to may stand in another process, or another of its tabs.
    let places = view.clone();
    Effect::new(move |_| {
        let anchor = state.place.with(|place| place.anchor.clone());
        if let Some((process, kind)) = anchor.and_then(|anchor| place_of(&places, &anchor)) {
            state.process.set(process);
            state.kind.set(kind);
        }
    });
    let sections = |sections: &[Section]| {
        let sections = sections.iter().cloned();
        sections
            .map(|section| view! { <SectionView section/> })
            .collect_view()
    };
    let evidence = sections(&view.evidence);
    let general = sections(&view.general);
    let agent = view.agent.clone();
    let processes = (!view.processes.is_empty()).then(|| {
        let processes = view.processes.clone();
        view! { <Processes processes/> }
    });
    view! {
        <div class="report-layout">
            <SectionNav view/>
            <div class="report">
                <h1 class="visually-hidden">"Details"</h1>
                {evidence}
                {processes}
                {general}
                <Agent agent/>
            </div>
        </div>
    }
}

/// The process and the kind of profiles in which an anchor stands.
fn place_of(view: &DetailsView, anchor: &str) -> Option<(usize, usize)> {
    let is_in = |tab: &ProcessTab| {
        let mut sections = tab.sections.iter().chain(&tab.empty);
        tab.anchor == anchor || sections.any(|section| section.anchor == anchor)
    };
    view.processes
        .iter()
        .enumerate()
        .find_map(|(process, one)| {
            let kind = one.tabs.iter().position(is_in)?;
            Some((process, kind))
        })
}

/// One process at a time: heap, CPU, locks.
#[component]
fn Processes(
    /// Main process first.
    processes: Vec<ProcessView>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let several = processes.len() > 1;
    let options = processes.iter().enumerate().map(|(index, process)| {
        let title = process.title.clone();
        view! { <option value=index.to_string() prop:selected=move || state.process.get() == index>{title}</option> }
    });
    let options = options.collect_view();
    let choose = move |event| {
        if let Ok(index) = event_target_value(&event).parse() {
            state.process.set(index);
        }
    };
    let heading = {
        let titles: Vec<String> = processes.iter().map(|one| one.title.clone()).collect();
        move || titles.get(state.process.get()).cloned().unwrap_or_default()
    };
    let panels = processes
        .into_iter()
        .enumerate()
        .map(|(index, process)| view! { <ProcessPanel index process/> })
        .collect_view();
    view! {
        <section id=PROCESS class="section process" tabindex="-1" data-processes="">
            <div class="section-head">
                <h2 class="section-title">{heading}</h2>
                {several.then(|| view! {
                    <label class="process-choice">
                        <span class="field-hint">"Process"</span>
                        <select id="process-choice" class="select" on:change=choose>{options}</select>
                    </label>
                })}
            </div>
            {panels}
        </section>
    }
}

/// The tabs of a process.
#[component]
fn ProcessPanel(
    /// Its number.
    index: usize,
    /// Ready to show.
    process: ProcessView,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let places = expect_context::<Places>();
    let anchors: Vec<String> = process.tabs.iter().map(|tab| tab.anchor.clone()).collect();
    let count = anchors.len();
    let on_key = move |event: KeyboardEvent| {
        let Some(to) = after_key(state.kind.get_untracked(), count, &event.key()) else {
            return;
        };
        event.prevent_default();
        state.kind.set(to);
        let id = anchors.get(to).map(|anchor| format!("{anchor}-tab"));
        if let Some(button) = id.and_then(|id| document().get_element_by_id(&id)) {
            focus(&button);
        }
    };
    let tabs = process.tabs.iter().enumerate().map(|(kind, tab)| {
        let selected = move || state.kind.get() == kind;
        let mark = Mark::from(tab.state);
        let anchor = tab.anchor.clone();
        view! {
            <button
                id=format!("{anchor}-tab")
                data-kind-tab=tab.title.to_lowercase()
                type="button"
                role="tab"
                class="tab"
                aria-controls=anchor.clone()
                aria-selected=move || selected().to_string()
                tabindex=move || if selected() { "0" } else { "-1" }
                on:click=move |_| {
                    state.kind.set(kind);
                    places.note(Place::section(anchor.clone()));
                }
            >
                {(mark != Mark::Info).then(|| view! { <MarkIcon mark/> })}
                {tab.title.clone()}
                <span class=format!("tab-word is-{}", mark.as_str())>{mark.word()}</span>
            </button>
        }
    });
    let tabs = tabs.collect_view();
    let label = format!("Profiles of {}", process.title);
    let panels = process
        .tabs
        .into_iter()
        .enumerate()
        .map(|(kind, tab)| view! { <KindPanel kind tab/> })
        .collect_view();
    view! {
        <div class="process-panel" data-process=process.name hidden=move || state.process.get() != index>
            <div class="tabs is-inner" role="tablist" aria-label=label on:keydown=on_key>{tabs}</div>
            {panels}
        </div>
    }
}

/// The profiles of one kind.
#[component]
fn KindPanel(
    /// Its number.
    kind: usize,
    /// Ready to show.
    tab: ProcessTab,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let ProcessTab {
        anchor,
        title: _,
        state: _,
        would_change,
        sections,
        empty,
    } = tab;
    let sections = sections
        .into_iter()
        .map(|section| view! { <SectionView section/> })
        .collect_view();
    let empty = empty
        .into_iter()
        .map(|section| view! { <EmptySection section/> })
        .collect_view();
    let would_change = (!would_change.is_empty()).then(
        || view! { <p class="paragraph is-quiet">"What would change this: " {would_change}</p> },
    );
    let label = format!("{anchor}-tab");
    view! {
        <div id=anchor class="kind-panel" role="tabpanel" aria-labelledby=label hidden=move || state.kind.get() != kind>
            {would_change}
            {sections}
            {empty}
        </div>
    }
}

/// One section.
#[component]
fn SectionView(
    /// Formatted.
    section: Section,
) -> impl IntoView {
    let id = section.anchor;
    let mark = Mark::from(section.state);
    view! {
        <section
            id=id
            class="section"
            tabindex="-1"
            data-section=section.kind.as_str()
            data-process=section.process.clone()
        >
            <div class="section-head">
                <h2 class="section-title">{section.title}</h2>
                {(mark != Mark::Info).then(|| view! { <MarkWord mark/> })}
            </div>
            {section.blocks.into_iter().map(|block| view! { <BlockView block/> }).collect_view()}
        </section>
    }
}

/// A section that only says why it has nothing to show, on one line that opens.
#[component]
fn EmptySection(
    /// Formatted.
    section: Section,
) -> impl IntoView {
    let mark = Mark::from(section.state);
    let blocks = section.blocks.into_iter();
    view! {
        <details id=section.anchor class="section is-folded" data-section=section.kind.as_str() data-process=section.process>
            <summary class="folded-head">
                <span class="section-title">{section.title}</span>
                {(mark != Mark::Info).then(|| view! { <MarkWord mark/> })}
            </summary>
            {blocks.map(|block| view! { <BlockView block/> }).collect_view()}
        </details>
    }
}

/// Which Agent: three numbers, and all of them behind a click.
#[component]
fn Agent(
    /// Ready to show.
    agent: AgentView,
) -> impl IntoView {
    let AgentView { first, section } = agent;
    let first = (!first.is_empty()).then(|| view! { <FactsView facts=first/> });
    let blocks = section.blocks.into_iter();
    view! {
        <section id=section.anchor class="section" tabindex="-1" data-section=section.kind.as_str()>
            <div class="section-head"><h2 class="section-title">{section.title}</h2></div>
            {first}
            <details class="all-numbers">
                <summary class="link">"All numbers"</summary>
                {blocks.map(|block| view! { <BlockView block/> }).collect_view()}
            </details>
        </section>
    }
}
