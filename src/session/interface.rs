//! What happens to a session and what it wants done.

use std::sync::Arc;
use std::time::Duration;

use super::link::{ToWorker, WorkerId};
use super::screen::{Failure, ManualCopy, Preview, Screen};
use super::watchdog::Watch;
use crate::source::Source;
use crate::wire::{Answer, Call};
use engine::protocol::{
    Choices, Contact, DetailsView, ExportFormat, Pairs, Progress, RowsView, SettingsView,
    SummaryView, TableForm, TopQuestion, UserError,
};

/// What passes through a session unseen.
pub trait Page {
    /// A handle to a file.
    type File: Clone;
    /// A folder whose files have to be listed first.
    type Listing;
    /// Takes the answer to [`Event::Check`]. Dropped unheard when the worker is lost.
    type Reply;
    /// Takes the answer to [`Event::Top`]. Dropped unheard when there is none; the session says why.
    type Table;
}

/// What to do with an exported text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deliver {
    /// To the clipboard.
    Copy,
    /// Into a file.
    Save,
}

/// A text on its way out of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Where to.
    pub deliver: Deliver,
    /// What it is, for example `Customer message`; of a file its name.
    pub name: String,
    /// Of a file.
    pub media_type: String,
    /// All of it.
    pub text: String,
    /// Goes behind the word that it is out.
    pub remark: &'static str,
}

impl Outgoing {
    /// A text for the clipboard.
    pub(super) const fn copy(name: String, text: String) -> Self {
        Self {
            deliver: Deliver::Copy,
            name,
            media_type: String::new(),
            text,
            remark: "",
        }
    }
}

/// What is over when a time is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timer {
    /// Nothing was typed since, if this is still the number of keystrokes.
    Typing(u32),
    /// What is opened in this turn takes long enough to be told of.
    Reading(u32),
    /// Half of what may pass without a sign of life.
    Silence(Watch),
}

/// What happened.
pub enum Event<P: Page> {
    /// The page is there.
    Begin,
    /// The user dropped or picked files.
    Open(Source<P::File>),
    /// The user dropped a folder.
    List {
        /// What to call it.
        name: String,
        /// It.
        listing: P::Listing,
    },
    /// A listing goes on.
    Listing {
        /// As [`Effect::List`] gave it.
        turn: u32,
        /// The folder in hand.
        what: String,
        /// Files so far.
        done: u64,
    },
    /// A listing ended.
    Listed {
        /// As [`Effect::List`] gave it.
        turn: u32,
        /// Its files.
        outcome: Result<Source<P::File>, UserError>,
    },
    /// The user wants the last thing opened once more.
    TryAgain,
    /// The user wants the heap profiles of what is open paired otherwise.
    Pair(Pairs),
    /// The user wants what was shown before, instead of what is being read.
    Cancel,
    /// The user has seen that something did not work, or wants to begin anew.
    Dismiss,
    /// The user asks whether choices can be used, and what they come to.
    Check {
        /// The choices.
        choices: Choices,
        /// Takes the answer.
        reply: P::Reply,
    },
    /// The user wants flares judged by these from now on.
    Choose {
        /// The choices.
        choices: Choices,
        /// What to say of it.
        said: &'static str,
    },
    /// What came of [`Effect::Keep`].
    Kept {
        /// The choices.
        choices: Choices,
        /// What to say of it.
        said: &'static str,
        /// The browser keeps them.
        is_kept: bool,
    },
    /// The user wants the open flare's report in another form.
    Export {
        /// Which form.
        format: ExportFormat,
        /// Where to.
        deliver: Deliver,
    },
    /// The user wants a text copied that is already on the page.
    Copy {
        /// What it is.
        name: String,
        /// All of it.
        text: String,
    },
    /// What came of [`Effect::Deliver`].
    Delivered {
        /// The text.
        what: Outgoing,
        /// It is out.
        is_done: bool,
    },
    /// The user typed, for the texts to paste.
    Type {
        /// The symptom as it is now.
        symptom: String,
        /// The link as it is now.
        link: String,
    },
    /// The user wants names replaced in what is copied and saved, or not any more.
    Redact(bool),
    /// The user wants to see what redaction replaces.
    Preview,
    /// The user has seen it.
    ClosePreview,
    /// Rows of a table are to be shown that are not here.
    Top {
        /// Which.
        question: TopQuestion,
        /// Takes the answer.
        table: P::Table,
    },
    /// The user wants all rows of a table copied.
    CopyTable {
        /// Which, and in which order.
        table: TopQuestion,
        /// What as.
        form: TableForm,
    },
    /// What workers are started from is here, or could not be had.
    WorkerFiles(Result<(), String>),
    /// A worker said something.
    Heard(WorkerId, Answer),
    /// A worker is lost, or what it said makes no sense.
    Lost(WorkerId, String),
    /// The browser has nothing else to do.
    Idle {
        /// Something to practise on.
        sample: Option<Source<P::File>>,
    },
    /// The time of [`Effect::After`] is over.
    Over(Timer),
}

/// What is to be done.
pub enum Effect<P: Page> {
    /// Something about workers.
    Worker(ToWorker<Call<P::File>>),
    /// Tell [`Event::Over`] after a time.
    After(Duration, Timer),
    /// List a folder; tell [`Event::Listing`] on the way and [`Event::Listed`] at the end.
    List {
        /// Goes with everything that is told of it.
        turn: u32,
        /// What to call it.
        name: String,
        /// It.
        listing: P::Listing,
    },
    /// Show this.
    Screen(Screen),
    /// Something of this name is being read, from its beginning; or nothing any more.
    Reading(Option<String>),
    /// Show how far the reading is.
    Progress(Progress),
    /// Show over the open report that another could not be read, or not any more.
    Trouble(Option<Arc<Failure>>),
    /// Say something to screen readers that others see.
    Tell(String),
    /// Tell [`Event::Idle`] when the browser has time.
    WhenIdle,
    /// Say something in the live region; a new text even where it is the same.
    Say(String),
    /// Another report is shown: begin with its first view, and all processes.
    FirstView,
    /// Show this in place of the first screen's own: symptom, link or redaction changed.
    Summary(Arc<SummaryView>),
    /// All else of the flare, or nothing of it yet.
    Details(Option<Arc<DetailsView>>),
    /// Show what redaction replaces, or nothing of it any more.
    Preview(Option<Preview>),
    /// Keep choices between visits and tell [`Event::Kept`].
    Keep {
        /// The choices.
        choices: Choices,
        /// Comes back with the event.
        said: &'static str,
    },
    /// Forget the choices that were kept.
    Forget,
    /// These choices are in force.
    Choices {
        /// The choices.
        choices: Choices,
        /// The browser refused to keep them.
        are_unkept: bool,
    },
    /// Hand the answer to who asked for it.
    Reply(P::Reply, Result<SettingsView, UserError>),
    /// Hand over rows of a table.
    Table(P::Table, Box<RowsView>),
    /// Copy or save a text and tell [`Event::Delivered`].
    Deliver(Outgoing),
    /// Show a text to be copied by hand.
    ManualCopy(ManualCopy),
    /// The page has all its parts: what it requests from now on is no part of loading it.
    Loaded,
    /// The worker made a request, or tried to.
    Contact(Contact),
}
