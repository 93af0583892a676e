//! The signals that views read. Written by [`super::client`] and by event handlers, nobody else.

use std::sync::Arc;

use leptos::prelude::*;

use super::choices;
use super::traffic::Traffic;
use engine::protocol::{Choices, ExportOptions, Progress, Replacement, ReportView, UserError};

/// What the page is showing. `data-state` on the body is its name.
#[derive(Clone, Debug)]
pub enum Screen {
    /// Nothing was dropped yet.
    Empty,
    /// A flare is being read.
    Loading {
        /// What was dropped.
        name: String,
    },
    /// A flare is open.
    Ready(Arc<ReportView>),
    /// The last thing asked did not work.
    Failed(Arc<Failure>),
}

impl Screen {
    /// The value of `data-state`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Loading { .. } => "loading",
            Self::Ready(_) => "ready",
            Self::Failed(_) => "failed",
        }
    }
}

/// A failure, and the way out of it.
#[derive(Clone, Debug)]
pub struct Failure {
    /// In words.
    pub error: UserError,
    /// The button to offer first.
    pub way_out: WayOut,
    /// A report that was open before can be shown again.
    pub can_go_back: bool,
}

/// What helps against a [`Failure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOut {
    /// Another file.
    ChooseAgain,
    /// The same file once more.
    TryAgain,
    /// The page and its worker are of different builds.
    Reload,
}

/// The views over an open flare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// The report.
    Report,
    /// Every file of the flare.
    Files,
}

/// A text that the clipboard refused, shown to be copied by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManualCopy {
    /// What it is, for example `Customer message`.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// What redaction replaces, as far as it is known.
#[derive(Clone, Debug)]
pub enum Preview {
    /// The worker was asked.
    Loading,
    /// In order of first appearance; nothing when nothing has to be replaced.
    Ready(Arc<Vec<Replacement>>),
    /// It can't be told.
    Failed(UserError),
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
    /// The escalation with symptom and link; as it stands in the report when `None`.
    pub escalation: RwSignal<Option<String>>,
    /// Names are replaced in everything that is copied or saved. Not kept: who opens the page
    /// anew has to see what it does.
    pub redact: RwSignal<bool>,
    /// The list of replacements is open.
    pub preview: RwSignal<Option<Preview>>,
}

impl AppState {
    /// The empty page, with the choices that were kept.
    pub fn new() -> Self {
        Self {
            screen: RwSignal::new(Screen::Empty),
            progress: RwSignal::default(),
            tab: RwSignal::new(Tab::Report),
            process: RwSignal::new(None),
            dragging: RwSignal::new(false),
            notice: RwSignal::default(),
            help: RwSignal::new(false),
            check: RwSignal::new(false),
            traffic: RwSignal::default(),
            manual_copy: RwSignal::new(None),
            settings: RwSignal::new(false),
            choices: RwSignal::new(choices::kept()),
            choices_unkept: RwSignal::new(false),
            symptom: RwSignal::default(),
            link: RwSignal::default(),
            escalation: RwSignal::new(None),
            redact: RwSignal::new(false),
            preview: RwSignal::new(None),
        }
    }

    /// What goes into an export now.
    pub fn export_options(&self) -> ExportOptions {
        ExportOptions {
            symptom: self.symptom.get_untracked(),
            link: self.link.get_untracked(),
            redact: self.redact.get_untracked(),
        }
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

impl Default for AppState {
    fn default() -> Self {
        Self::new()
    }
}
