//! What the page and the worker say to each other, and the errors that people read.
//!
//! Plain data, no logic, no browser types. Files travel beside the message, not in it.

use serde::{Deserialize, Serialize};

pub use crate::export::{ExportFormat, ExportOptions};
pub use report::document::{
    Bar, Block, Confidence, Document, Fact, FileRole, FindingKind, Fold, FrameView, FunctionRow,
    FunctionTable, GridCell, GridRow, Group, Measured, Picture, PlainColumn, PlainTable,
    ProfileName, Section, SectionKind, SectionState, Share, Sign, StackView, StateGrid, Step,
    Swatch, VerdictKind,
};
pub use report::mark::Mark;
pub use report::redact::{Form, Replacement};

pub use report::kinds;
pub use report::rows::{
    CellView, Column, ColumnView, Filter, FilterView, RowView, RowsView, TableForm,
};
pub use report::screen::{
    AgentView, BannerView, DetailsView, EvidenceRow, EvidenceView, FILE_ROWS, FileView, HeaderView,
    LineView, PairingView, ProcessTab, ProcessView, Progress, ReadStats, Replaced, Replies,
    SummaryView,
};
pub use report::settings::{Choices, OwnersFile, Pairs, SettingsView};

/// What the page asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Read the files that travel beside this message and answer with [`Response::Summary`], then with
    /// [`Response::Opened`].
    Open {
        /// One path for each file beside the message, `/`-separated, as dropped.
        paths: Vec<String>,
        /// They were dropped or picked as a folder.
        folder: bool,
        /// What to judge by.
        choices: Choices,
        /// How loose heap profiles are paired.
        pairs: Pairs,
    },
    /// Answer about what is open already.
    Ask(Question),
}

/// What can be asked without files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// Say whether these choices can be used, with [`Response::Checked`] or [`Response::Failed`].
    Check {
        /// The choices.
        choices: Choices,
    },
    /// Write the open flare's report in another form.
    Export {
        /// Which form.
        format: ExportFormat,
        /// What goes into it.
        options: ExportOptions,
    },
    /// What answers the ticket with what the user says of it, with [`Response::Summary`]. The texts to
    /// paste are redacted where the options say so, the rest of the screen never is.
    Summary {
        /// What goes into the texts.
        options: ExportOptions,
    },
    /// List what redaction would replace, with [`Response::Preview`].
    Preview {
        /// What goes into the exports.
        options: ExportOptions,
    },
    /// Some rows of a table, with [`Response::Top`].
    Top(TopQuestion),
    /// All rows of a table as a text, with [`Response::TopText`].
    TopText {
        /// Which, and in which order; the window means nothing.
        table: TopQuestion,
        /// What as.
        form: TableForm,
        /// Names are replaced.
        redact: bool,
    },
}

/// Which rows of which table, and in which order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopQuestion {
    /// The process.
    pub process: String,
    /// The profile.
    pub profile: ProfileName,
    /// For example `inuse_space`.
    pub sample_type: String,
    /// What orders the rows.
    pub column: Column,
    /// The other way round: smallest numbers or last letters first.
    pub reversed: bool,
    /// Which rows are meant.
    pub filter: Filter,
    /// How many of these stand before the first one wanted.
    pub offset: usize,
    /// How many are wanted; an answer may hold fewer.
    pub count: usize,
}

impl TopQuestion {
    /// The first rows of a table, as it is shown first.
    pub fn first(table: &FunctionTable) -> Self {
        Self {
            process: table.process.clone(),
            profile: table.profile,
            sample_type: table.sample_type.clone(),
            column: Column::Pprof,
            reversed: false,
            filter: Filter::All,
            offset: 0,
            count: FIRST_ROWS,
        }
    }
}

/// Rows of a table that come with the report: what is seen of it, and a few.
pub const FIRST_ROWS: usize = 20;

/// What the worker answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// The worker has started and takes requests. Nothing may be sent before this.
    Ready {
        /// Version of the engine; the page compares it with its own.
        version: String,
    },
    /// Work goes on.
    Progress(Progress),
    /// What answers the ticket: the first part of an opened flare, or asked for again.
    Summary(Box<SummaryView>),
    /// The flare is read; this is all else there is to show.
    Opened(Box<DetailsView>),
    /// A form of the report.
    Exported {
        /// Which form.
        format: ExportFormat,
        /// Suggested file name.
        file_name: String,
        /// Media type.
        media_type: String,
        /// The whole text.
        text: String,
    },
    /// The choices can be used; this is what they come to.
    Checked(SettingsView),
    /// What redaction replaces.
    Preview(Vec<Replaced>),
    /// Some rows of a table.
    Top(Box<RowsView>),
    /// A table as a text.
    TopText {
        /// What it is, as a sentence begins.
        name: String,
        /// All of it.
        text: String,
    },
    /// The request could not be answered.
    Failed(UserError),
    /// The worker made a request, or tried to.
    Contact(Contact),
    /// The worker's code stopped; it has to be replaced.
    Crashed {
        /// The panic's message.
        message: String,
    },
}

/// A request, as the browser itself reports it to the page and to the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Contact {
    /// It left.
    Made {
        /// Where to.
        address: String,
        /// When, in milliseconds since the page or the worker began.
        at_ms: f64,
    },
    /// The page's policy refused it.
    Refused {
        /// Where it should have gone; a word for what has no address.
        address: String,
        /// By what rule of the policy.
        rule: String,
        /// When, in milliseconds since the page or the worker began.
        at_ms: f64,
    },
}

/// A failure in words for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserError {
    /// What happened.
    pub title: String,
    /// To which file, where, found and expected.
    pub detail: String,
    /// What to do, and what still works.
    pub hint: String,
}
