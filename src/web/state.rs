//! The signals that views read. Written by [`super::client`] and by event handlers, nobody else.

use std::sync::Arc;

use leptos::prelude::*;

use crate::protocol::{Progress, ReportView, UserError};

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
    /// The clipboard refused this text.
    pub manual_copy: RwSignal<Option<ManualCopy>>,
}

impl AppState {
    /// The empty page.
    pub fn new() -> Self {
        Self {
            screen: RwSignal::new(Screen::Empty),
            progress: RwSignal::default(),
            tab: RwSignal::new(Tab::Report),
            process: RwSignal::new(None),
            dragging: RwSignal::new(false),
            notice: RwSignal::default(),
            help: RwSignal::new(false),
            manual_copy: RwSignal::new(None),
        }
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
