//! What the page shows around the document: header, banner, files, progress.
//!
//! Display-ready like [`super::document`], and filled by [`super::layout`]. The worker sends it as
//! it stands.

use serde::{Deserialize, Serialize};

use super::document::{Confidence, Document, FileRole, StateGrid, Step, VerdictKind};
use super::redact::{Form, Replacement};
use super::settings::{Pairs, SettingsView};

/// Rows of the list of files that are drawn at once. A folder can hold very many files; the rest comes
/// on demand.
pub const FILE_ROWS: usize = 500;

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

/// What answers a ticket, on one screen. Comes first, and needs nothing of [`DetailsView`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryView {
    /// The line at the top.
    pub header: HeaderView,
    /// The verdict in large.
    pub banner: BannerView,
    /// What was measured in each process.
    pub grid: StateGrid,
    /// What to do next, most important first.
    pub steps: Vec<Step>,
    /// Texts to paste.
    pub replies: Replies,
    /// What was read of the flare.
    pub stats: ReadStats,
    /// What it was judged by.
    pub settings: SettingsView,
}

/// Texts to paste, as they are without a symptom or a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replies {
    /// For the customer.
    pub customer: String,
    /// For engineering.
    pub escalation: String,
    /// The same in JIRA's markup.
    pub jira: String,
}

/// What the answer rests on. Comes after [`SummaryView`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetailsView {
    /// The whole report.
    pub document: Document,
    /// Every file of the flare, damaged ones first.
    pub files: Vec<FileView>,
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
    /// The headline, for example `Memory outside Go, 2 things to look at`.
    pub title: String,
    /// Nothing has to be looked at, and what matters was measured.
    pub calm: bool,
    /// One or two sentences: process, value, function.
    pub summary: String,
    /// For example `Core Agent, aggregation`; empty when nobody is concerned.
    pub owner: String,
    /// How sure the least sure finding is; none without a finding.
    pub confidence: Option<Confidence>,
    /// What the reader should know beside it, for example `contention not measured`.
    pub notes: Vec<String>,
    /// What it was judged by that is not the default, in sentences, or empty.
    pub changes: String,
    /// Which loose heap profiles make a pair, where a user may want it otherwise.
    pub pairing: Option<PairingView>,
    /// Anchor of the section with the evidence, if there is any to see.
    pub evidence: Option<String>,
    /// Anchor of the section that says what to do.
    pub next: Option<String>,
}

/// Loose heap profiles that became a pair, or were kept apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairingView {
    /// Which files, in a sentence.
    pub text: String,
    /// How they are paired now.
    pub pairs: Pairs,
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

/// What redaction replaces of one form of name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    /// The form.
    pub form: Form,
    /// In order of first appearance.
    pub names: Vec<Replacement>,
}

/// What was read of the flare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadStats {
    /// Size of the dropped zip or of all dropped files.
    pub source_bytes: u64,
    /// Bytes that were really read from it.
    pub read_bytes: u64,
}
