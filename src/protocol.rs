//! What the page and the worker say to each other, and the errors that people read.
//!
//! Plain data, no logic, no browser types. Files travel beside the message, not in it.

use serde::{Deserialize, Serialize};

pub use crate::report::document::{
    Block, Document, Fact, FileRole, FindingKind, FunctionRow, FunctionTable, GridCell, GridRow,
    Measured, PlainColumn, PlainTable, ProfileName, Section, SectionKind, SectionState, Share,
    StateGrid, Step, VerdictKind,
};

pub use crate::report::screen::{
    BannerView, FileView, HeaderView, OWNER_HUES, Progress, ReadStats, ReportView,
};

/// What the page asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "kebab-case")]
pub enum Request {
    /// Read the files that travel beside this message and answer with [`Response::Opened`].
    Open {
        /// One path for each file beside the message, `/`-separated, as dropped.
        paths: Vec<String>,
        /// They were dropped or picked as a folder.
        folder: bool,
    },
    /// Write the open flare's report in another form.
    Export {
        /// Which form.
        format: ExportFormat,
    },
}

/// Forms of the report that can be copied or saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// `flare-profiling-{hostname}.md`
    Markdown,
    /// The JSON of `docs/report.schema.json`.
    Json,
    /// The message for the customer.
    Customer,
    /// The escalation summary in Markdown.
    Escalation,
    /// The escalation summary in JIRA wiki markup.
    Jira,
}

/// What the worker answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "response", rename_all = "kebab-case")]
pub enum Response {
    /// The worker has started and takes requests. Nothing may be sent before this.
    Ready {
        /// Version of the engine; the page compares it with its own.
        version: String,
    },
    /// Work goes on.
    Progress(Progress),
    /// The flare is read.
    Opened(Box<ReportView>),
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
    /// The request could not be answered.
    Failed(UserError),
    /// The worker's code stopped; it has to be replaced.
    Crashed {
        /// The panic's message.
        message: String,
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
