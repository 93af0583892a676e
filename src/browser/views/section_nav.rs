//! The list of sections beside the report, each with its state at a glance.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;

use super::focus::go_to;
use super::icons::MarkIcon;
use crate::browser::state::AppState;
use crate::shown::sections::nav_name;
use engine::protocol::{DetailsView, Group, Mark, SectionKind};

/// How far below the window's top a section counts as the one being read, in CSS pixels: under
/// the bar that sticks there.
const READING_LINE: f64 = 120.0;

/// The list, and the choice of a process where there are several.
#[component]
pub fn SectionNav(
    /// Its sections are listed.
    view: Arc<DetailsView>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let sections = &view.document.sections;
    let current = use_current_section(sections.iter().map(|it| it.anchor.clone()).collect());
    let items = sections
        .iter()
        .map(|section| view! { <NavItem id=section.anchor.clone() kind=section.kind mark=section.state.into() process=section.process.clone() group=section.group current/> })
        .collect_view();
    let processes = view.document.processes.clone();
    let several = processes.len() > 1;
    let options = processes.into_iter().map(|name| {
        let chosen = name.clone();
        view! {
            <option value=name.clone() prop:selected=move || state.process.with(|it| it.as_ref() == Some(&chosen))>{name.clone()}</option>
        }
    });
    let choose = move |event| {
        let name: String = event_target_value(&event);
        state.process.set((!name.is_empty()).then_some(name));
    };
    view! {
        <nav class="nav" aria-label="Sections of the report">
            {several.then(|| view! {
                <label class="nav-process">
                    <span class="nav-process-label">"Process"</span>
                    <select id="process-filter" class="select" on:change=choose>
                        <option value="">"All"</option>
                        {options.collect_view()}
                    </select>
                </label>
            })}
            <ul class="nav-list">{items}</ul>
        </nav>
    }
}

/// A link to a section.
#[component]
fn NavItem(
    /// The section's anchor.
    id: String,
    /// Which part of the report.
    kind: SectionKind,
    /// Its state.
    mark: Mark,
    /// The process it is about.
    process: Option<String>,
    /// How it follows the one before.
    group: Group,
    /// Anchor of the section being read.
    current: RwSignal<String>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let heading = process.clone().filter(|_| group == Group::Begins);
    let is_hidden = move || state.hides(process.as_ref());
    let is_current = {
        let id = id.clone();
        Memo::new(move |_| current.with(|current| *current == id))
    };
    let href = format!("#{id}");
    view! {
        <li class="nav-item" class:is-after-group=group == Group::Leaves hidden=is_hidden>
            {heading.map(|heading| view! { <span class="nav-heading">{heading}</span> })}
            <a
                class="nav-link"
                href=href
                aria-current=move || is_current.get().then_some("true")
                on:click=move |_| go_to(&id)
            >
                <MarkIcon mark/>
                <span class="nav-name">{nav_name(kind)}</span>
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
