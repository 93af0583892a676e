//! The signals that views read. Written by the client and by event handlers, nobody else.

use std::sync::Arc;

use leptos::prelude::*;

use crate::session::{ManualCopy, Preview, Screen};
use crate::traffic::Traffic;
use engine::protocol::{Choices, DetailsView, Progress, SummaryView};

/// The views over an open flare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// What answers the ticket.
    Summary,
    /// What the answer rests on.
    Details,
    /// Every file of the flare.
    Files,
}

impl Tab {
    /// In the order of their buttons.
    pub const ALL: [Self; 3] = [Self::Summary, Self::Details, Self::Files];

    /// The stable name in hooks and ids.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Details => "details",
            Self::Files => "files",
        }
    }

    /// The name on its button.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Details => "Details",
            Self::Files => "Files",
        }
    }

    /// The id of its button.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Summary => "tab-summary",
            Self::Details => "tab-details",
            Self::Files => "tab-files",
        }
    }

    /// The one so many steps to the right, round and round.
    pub fn step(self, by: isize) -> Self {
        let count = Self::ALL.len() as isize;
        let at = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0) as isize;
        Self::ALL[(at + by).rem_euclid(count) as usize]
    }
}

/// All of the page's state.
#[derive(Clone, Copy, Debug)]
pub struct AppState {
    /// What the page is showing.
    pub screen: RwSignal<Screen>,
    /// How far the work is while [`Screen::Loading`].
    pub progress: RwSignal<Progress>,
    /// The view over the open flare.
    pub tab: RwSignal<Tab>,
    /// Only this process's sections are shown; all when `None`.
    pub process: RwSignal<Option<String>>,
    /// Something is being dragged over the window.
    pub dragging: RwSignal<bool>,
    /// What the live region says. The number makes two equal messages two announcements.
    pub notice: RwSignal<(u32, String)>,
    /// The help dialog is open.
    pub help: RwSignal<bool>,
    /// The dialog for who wants to check what the page does is open.
    pub check: RwSignal<bool>,
    /// Requests of the page and its workers.
    pub traffic: RwSignal<Traffic>,
    /// The clipboard refused this text.
    pub manual_copy: RwSignal<Option<ManualCopy>>,
    /// The settings dialog is open.
    pub settings: RwSignal<bool>,
    /// What flares are judged by from now on.
    pub choices: RwSignal<Choices>,
    /// The browser refused to keep the choices: they hold until the page is closed.
    pub choices_unkept: RwSignal<bool>,
    /// The symptom in the user's words; for exports, kept nowhere.
    pub symptom: RwSignal<String>,
    /// Link to the flare or the ticket; for exports, kept nowhere.
    pub link: RwSignal<String>,
    /// What answers the ticket, with symptom and link.
    pub summary: RwSignal<Option<Arc<SummaryView>>>,
    /// All else of the open flare, once it is here.
    pub details: RwSignal<Option<Arc<DetailsView>>>,
    /// Names are replaced in everything that is copied or saved. Not kept: who opens the page
    /// anew has to see what it does.
    pub redact: RwSignal<bool>,
    /// The list of replacements is open.
    pub preview: RwSignal<Option<Preview>>,
}

impl AppState {
    /// The empty page, with choices that were kept.
    pub fn new(choices: Choices) -> Self {
        Self {
            screen: RwSignal::new(Screen::Empty),
            progress: RwSignal::default(),
            tab: RwSignal::new(Tab::Summary),
            process: RwSignal::new(None),
            dragging: RwSignal::new(false),
            notice: RwSignal::default(),
            help: RwSignal::new(false),
            check: RwSignal::new(false),
            traffic: RwSignal::default(),
            manual_copy: RwSignal::new(None),
            settings: RwSignal::new(false),
            choices: RwSignal::new(choices),
            choices_unkept: RwSignal::new(false),
            symptom: RwSignal::default(),
            link: RwSignal::default(),
            summary: RwSignal::new(None),
            details: RwSignal::new(None),
            redact: RwSignal::new(false),
            preview: RwSignal::new(None),
        }
    }

    /// What is about this process is not shown: the user chose another one.
    pub fn hides(&self, process: Option<&String>) -> bool {
        let is_other = |chosen: &Option<String>| chosen.is_some() && chosen.as_ref() != process;
        process.is_some() && self.process.with(is_other)
    }

    /// A dialog lies over the page.
    pub fn has_dialog(&self) -> bool {
        self.help.get_untracked()
            || self.check.get_untracked()
            || self.settings.get_untracked()
            || self.preview.with_untracked(Option::is_some)
            || self.manual_copy.with_untracked(Option::is_some)
    }

    /// Closes what lies over the page.
    pub fn close_dialogs(&self) {
        self.help.set(false);
        self.check.set(false);
        self.settings.set(false);
        self.preview.set(None);
        self.manual_copy.set(None);
    }

    /// Says something in the live region.
    pub fn say(&self, text: impl Into<String>) {
        let text = text.into();
        self.notice.update(|(count, said)| {
            *count = count.wrapping_add(1);
            *said = text;
        });
    }
}
