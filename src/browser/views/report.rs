//! An open flare: banner, tabs, and the report's sections.

use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;

use super::banner::Banner;
use super::blocks::BlockView;
use super::files::Files;
use super::focus::focus;
use super::icons::MarkWord;
use super::menu::ExportMenu;
use super::redaction::RedactSwitch;
use super::section_nav::SectionNav;
use super::ticket::TicketFields;
use crate::browser::client::Client;
use crate::browser::state::{AppState, Tab};
use crate::session::Deliver;
use crate::shown::sections;
use engine::protocol::{ExportFormat, Mark, ReportView, Section, SectionKind};

/// An open flare.
#[component]
pub fn Open(
    /// Everything there is to show.
    view: Arc<ReportView>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let tab = state.tab;
    let sections = view
        .document
        .sections
        .iter()
        .cloned()
        .map(|section| view! { <SectionView section/> })
        .collect_view();
    let (listed, files) = (view.clone(), view.clone());
    view! {
        <div class="open" data-source-bytes=view.stats.source_bytes.to_string() data-read-bytes=view.stats.read_bytes.to_string()>
            <Banner banner=view.banner.clone()/>
            <div class="toolbar">
                <Tabs/>
                <Actions/>
            </div>
            <div
                id="panel-report"
                class="report-layout"
                role="tabpanel"
                aria-labelledby="tab-report"
                hidden=move || tab.get() != Tab::Report
            >
                <SectionNav view=listed/>
                <div class="report">{sections}</div>
            </div>
            <div id="panel-files" role="tabpanel" aria-labelledby="tab-files" hidden=move || tab.get() != Tab::Files>
                <Files view=files/>
            </div>
        </div>
    }
}

/// Report and Files.
#[component]
fn Tabs() -> impl IntoView {
    let state = expect_context::<AppState>();
    let choose = move |tab: Tab| {
        state.tab.set(tab);
        if let Some(button) = document().get_element_by_id(tab_id(tab)) {
            focus(&button);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight") {
            event.prevent_default();
            choose(if state.tab.get_untracked() == Tab::Report {
                Tab::Files
            } else {
                Tab::Report
            });
        }
    };
    let button = move |tab: Tab, title: &'static str, panel: &'static str| {
        let selected = move || state.tab.get() == tab;
        view! {
            <button
                id=tab_id(tab)
                data-action=match tab {
                    Tab::Report => "show-report",
                    Tab::Files => "show-files",
                }
                type="button"
                role="tab"
                class="tab"
                aria-controls=panel
                aria-selected=move || selected().to_string()
                tabindex=move || if selected() { "0" } else { "-1" }
                on:click=move |_| state.tab.set(tab)
            >
                {title}
            </button>
        }
    };
    view! {
        <div class="tabs" role="tablist" aria-label="Views" on:keydown=on_key>
            {button(Tab::Report, "Report", "panel-report")}
            {button(Tab::Files, "Files", "panel-files")}
        </div>
    }
}

const fn tab_id(tab: Tab) -> &'static str {
    match tab {
        Tab::Report => "tab-report",
        Tab::Files => "tab-files",
    }
}

/// What can be taken away.
#[component]
fn Actions() -> impl IntoView {
    let client = expect_context::<Client>();
    let copy = move |format| move |_| client.export(format, Deliver::Copy);
    view! {
        <div class="actions">
            <RedactSwitch/>
            <button data-action="copy-customer" type="button" class="button" on:click=copy(ExportFormat::Customer)>
                "Copy customer message"
            </button>
            <button data-action="copy-escalation" type="button" class="button" on:click=copy(ExportFormat::Escalation)>
                "Copy escalation"
            </button>
            <ExportMenu/>
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
    let form = sections::form(section.kind);
    let fields = (section.kind == SectionKind::Escalation).then(|| view! { <TicketFields/> });
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
            {fields}
            {section.blocks.into_iter().map(|block| view! { <BlockView block form/> }).collect_view()}
        </section>
    }
}
