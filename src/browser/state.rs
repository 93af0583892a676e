//! The signals that views read. Written by the client and by event handlers, nobody else.

use std::sync::Arc;

use leptos::prelude::*;
use web_sys::File;

use super::storage::LocalStorage;
use crate::place::Place;
use crate::reply::{Edits, Reply};
use crate::session::{Failure, ManualCopy, Preview, Screen};
use crate::several::Candidate;
use crate::shown::widths::Widths;
use crate::traffic::Traffic;
use engine::protocol::{Choices, DetailsView, Progress, SummaryView};

/// All of the page's state.
#[derive(Clone, Copy, Debug)]
pub struct AppState {
    /// What the page is showing.
    pub screen: RwSignal<Screen>,
    /// The name of what is being read, while [`Screen::Loading`] or beside an open report.
    pub reading: RwSignal<Option<String>>,
    /// How far that is.
    pub progress: RwSignal<Progress>,
    /// What could not be read, while a report is open.
    pub trouble: RwSignal<Option<Arc<Failure>>>,
    /// What only screen readers are told: that something is being read, and that it is there.
    pub told: RwSignal<String>,
    /// Where in the open flare the user is. Changed by [`super::places::Places`].
    pub place: RwSignal<Place>,
    /// The process whose profiles are shown, by its number.
    pub process: RwSignal<usize>,
    /// The kind of its profiles that is shown, by its number.
    pub kind: RwSignal<usize>,
    /// The line of the banner whose evidence is shown, by its number in the evidence.
    pub line: RwSignal<usize>,
    /// The text to paste that is shown.
    pub reply: RwSignal<Reply>,
    /// What the user made of the texts to paste.
    pub edits: RwSignal<Edits>,
    /// Flares that were dropped together, to be asked about.
    pub several: RwSignal<Option<Vec<Candidate<File>>>>,
    /// The function that the user picked, by its full name: marked wherever it stands.
    pub selected: RwSignal<Option<Arc<str>>>,
    /// How wide the user made columns of tables of functions.
    pub widths: RwSignal<Widths>,
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
            reading: RwSignal::new(None),
            progress: RwSignal::default(),
            trouble: RwSignal::new(None),
            told: RwSignal::default(),
            place: RwSignal::default(),
            process: RwSignal::new(0),
            kind: RwSignal::new(0),
            line: RwSignal::new(0),
            reply: RwSignal::new(Reply::kept(&LocalStorage)),
            edits: RwSignal::default(),
            several: RwSignal::new(None),
            selected: RwSignal::new(None),
            widths: RwSignal::new(Widths::kept(&LocalStorage)),
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

    /// Another flare is shown: from its beginning.
    pub fn first_view(&self) {
        self.place.set(Place::default());
        self.process.set(0);
        self.kind.set(0);
        self.line.set(0);
        self.edits.set(Edits::default());
        self.selected.set(None);
    }

    /// The user picked this function.
    pub fn is_selected(&self, function: &str) -> bool {
        self.selected
            .with(|selected| selected.as_deref() == Some(function))
    }

    /// Picks a function, or lets go of it where it is picked already.
    pub fn select(&self, function: &str) {
        self.selected.update(|selected| {
            *selected = match selected.as_deref() {
                Some(picked) if picked == function => None,
                _ => Some(function.into()),
            };
        });
    }

    /// A dialog lies over the page.
    pub fn has_dialog(&self) -> bool {
        self.help.get_untracked()
            || self.check.get_untracked()
            || self.settings.get_untracked()
            || self.preview.with_untracked(Option::is_some)
            || self.manual_copy.with_untracked(Option::is_some)
            || self.several.with_untracked(Option::is_some)
    }

    /// Closes what lies over the page.
    pub fn close_dialogs(&self) {
        self.help.set(false);
        self.check.set(false);
        self.settings.set(false);
        self.preview.set(None);
        self.manual_copy.set(None);
        self.several.set(None);
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
