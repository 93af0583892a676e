//! The list of sections beside Details, each with its state at a glance.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;

use super::icons::MarkIcon;
use crate::browser::places::Places;
use crate::browser::state::AppState;
use crate::place::Place;
use crate::shown::sections::{PROCESS, nav_name};
use engine::protocol::{DetailsView, Mark, Section};

/// How far below the window's top a section counts as the one being read, in CSS pixels: under
/// the bar that sticks there.
const READING_LINE: f64 = 120.0;

/// The list.
#[component]
pub fn SectionNav(
    /// Its sections are listed.
    view: Arc<DetailsView>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let listed = view.evidence.iter().map(|section| section.anchor.clone());
    let processes = (!view.processes.is_empty()).then(|| PROCESS.to_owned());
    let general = view.general.iter().map(|section| section.anchor.clone());
    let ids: Vec<String> = listed
        .chain(processes)
        .chain(general)
        .chain([view.agent.section.anchor.clone()])
        .collect();
    let current = use_current_section(ids);
    let item = move |section: &Section| {
        let (id, mark) = (section.anchor.clone(), Mark::from(section.state));
        let name = nav_name(section.kind);
        let is_current = {
            let id = id.clone();
            Signal::derive(move || current.with(|current| *current == id))
        };
        view! { <NavItem id name=name.to_owned() mark is_current/> }
    };
    let items = |sections: &[Section]| sections.iter().map(item).collect_view();
    let kinds = view.processes.iter().enumerate().map(|(index, process)| {
        let kinds = process.tabs.iter().enumerate().map(move |(kind, tab)| {
            let is_current = Signal::derive(move || {
                current.with(|current| current == PROCESS)
                    && state.process.get() == index
                    && state.kind.get() == kind
            });
            view! { <NavItem id=tab.anchor.clone() name=tab.title.clone() mark=tab.state.into() is_current/> }
        });
        view! {
            <li class="nav-group">
                <span class="nav-heading">{process.title.clone()}</span>
                <ul class="nav-list">{kinds.collect_view()}</ul>
            </li>
        }
    });
    view! {
        <nav class="nav" aria-label="Details">
            <ul class="nav-list">
                {items(&view.evidence)}
                {kinds.collect_view()}
                <li class="nav-group">
                    <ul class="nav-list">
                        {items(&view.general)}
                        {item(&view.agent.section)}
                    </ul>
                </li>
            </ul>
        </nav>
    }
}

/// A link to a section.
#[component]
fn NavItem(
    /// The section's anchor.
    id: String,
    /// What it is called here.
    name: String,
    /// Its state.
    mark: Mark,
    /// It is being read.
    is_current: Signal<bool>,
) -> impl IntoView {
    let places = expect_context::<Places>();
    let place = Place::section(id);
    let href = place.fragment();
    let go = move |event: ev::MouseEvent| {
        event.prevent_default();
        places.go(place.clone());
    };
    view! {
        <li class="nav-item">
            <a
                class="nav-link"
                href=href
                aria-current=move || is_current.get().then_some("true")
                on:click=go
            >
                <MarkIcon mark/>
                <span class="nav-name">{name}</span>
                <span class=format!("nav-word is-{}", mark.as_str())>{mark.word()}</span>
            </a>
        </li>
    }
}

/// The anchor of the section being read, as the page is scrolled.
fn use_current_section(ids: Vec<String>) -> RwSignal<String> {
    let current = RwSignal::new(ids.first().cloned().unwrap_or_default());
    let find = move || {
        let above = |id: &&String| {
            document().get_element_by_id(id).is_some_and(|element| {
                let place = element.get_bounding_client_rect();
                // Hidden sections have no height.
                place.height() > 0.0 && place.top() <= READING_LINE
            })
        };
        ids.iter()
            .rev()
            .find(above)
            .or(ids.first())
            .cloned()
            .unwrap_or_default()
    };
    let listener = window_event_listener(ev::scroll, move |_| {
        let found = find();
        if current.with_untracked(|current| *current != found) {
            current.set(found);
        }
    });
    on_cleanup(move || listener.remove());
    current
}
