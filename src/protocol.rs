//! What the page and the worker say to each other, and the errors that people read.
//!
//! Plain data, no logic, no browser types. Files travel beside the message, not in it.

use serde::{Deserialize, Serialize};

pub use crate::report::document::{
    Block, Document, Fact, FileRole, FindingKind, FunctionRow, FunctionTable, GridCell, GridRow,
    Measured, PlainColumn, PlainTable, ProfileName, Section, SectionKind, SectionState, Share,
    StateGrid, Step, VerdictKind,
};

/// How many hues the page's palette of owners has. An `owner_hue` below it is an index into the
/// palette; any other is drawn neutral, for what nobody owns.
pub const OWNER_HUES: u8 = 12;

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

/// How far the work is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The file in hand, or the step.
    pub what: String,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 when unknown.
    pub total: u64,
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

/// Everything the page shows about one flare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportView {
    /// The line at the top.
    pub header: HeaderView,
    /// The verdict in large.
    pub banner: BannerView,
    /// The report. Its first section (`verdict`) holds the state grid.
    pub document: Document,
    /// Every file of the flare, damaged ones first.
    pub files: Vec<FileView>,
    /// What was read of the flare.
    pub stats: ReadStats,
}

/// The line at the top of an open flare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeaderView {
    /// Host name.
    pub hostname: String,
    /// For example `Agent 7.71.2`; empty when unknown.
    pub agent: String,
    /// For example `captured 2026-11-02 10:14 UTC`; empty when unknown.
    pub captured: String,
    /// Size of what was dropped, for example `48.2 MB`.
    pub size: String,
    /// What was dropped, for example `memory-leak.zip`.
    pub source: String,
}

/// The verdict in large.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BannerView {
    /// The verdict.
    pub kind: VerdictKind,
    /// For example `Memory Leak`.
    pub title: String,
    /// One or two sentences: process, value, function.
    pub summary: String,
    /// For example `Core Agent, aggregation`; empty when nobody is concerned.
    pub owner: String,
    /// `high`, `medium`, `low`, or empty.
    pub confidence: String,
    /// What the reader should know beside it, for example `contention not measured`.
    pub notes: Vec<String>,
}

/// One file of the flare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileView {
    /// Path in the flare, as it stands there.
    pub path: String,
    /// Unpacked size in bytes.
    pub size: u64,
    /// Formatted size.
    pub size_text: String,
    /// What became of it.
    pub role: FileRole,
    /// What it was used for, or why it was not.
    pub reason: String,
}

/// What was read of the flare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadStats {
    /// Size of the dropped zip or of all dropped files.
    pub source_bytes: u64,
    /// Bytes that were really read from it.
    pub read_bytes: u64,
}
