//! What the page shows.

use std::sync::Arc;

use engine::protocol::{Replaced, SummaryView, UserError};

/// What the page is showing. `data-state` on the body is its name.
#[derive(Clone, Debug)]
pub enum Screen {
    /// Nothing was dropped yet.
    Empty,
    /// The first flare is being read.
    Loading,
    /// A flare is open. It stays while another is being read, and when that fails.
    Ready(Arc<SummaryView>),
    /// The first flare could not be read.
    Failed(Arc<Failure>),
}

impl Screen {
    /// The value of `data-state`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Loading => "loading",
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
    /// By form of name; nothing when nothing has to be replaced.
    Ready(Arc<Vec<Replaced>>),
    /// It can't be told.
    Failed(UserError),
}
