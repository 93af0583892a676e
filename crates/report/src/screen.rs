//! What the page shows around the document: header, banner, files, progress.
//!
//! Display-ready like [`super::document`], and filled by [`super::layout`]. The worker sends it as
//! it stands.

use serde::{Deserialize, Serialize};

use super::document::{
    Bar, Block, Confidence, Fact, FileRole, FunctionTable, Section, SectionState, StackView,
    StateGrid, Step, Swatch, VerdictKind,
};
use super::redact::{Form, Replacement};
use super::settings::{Pairs, SettingsView};

/// Rows of the list of files that are drawn at once. A folder can hold very many files; the rest comes
/// on demand.
pub const FILE_ROWS: usize = 500;

/// How far the work is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The stage, in words.
    pub stage: String,
    /// The file or process in hand, or empty.
    pub what: String,
    /// Thousandths of the time of all stages that are over; `None` when unknown.
    pub permille: Option<u32>,
    /// Processes whose profiles are all decoded, in the order in which they were.
    pub finished: Vec<String>,
}

/// What an open flare goes through, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The list of its files.
    Opening,
    /// Reading and decoding.
    Reading,
    /// What the profiles come to.
    Judging,
    /// What is shown of them.
    Tables,
}

impl Stage {
    /// Thousandths of all the time that are over when it begins, and when it ends: as an ordinary flare
    /// takes them in the page between the drop and its Summary.
    const fn bounds(self) -> (u64, u64) {
        match self {
            Self::Opening => (0, 20),
            Self::Reading => (20, 520),
            Self::Judging => (520, 690),
            Self::Tables => (690, 1000),
        }
    }

    /// Thousandths of all the time that are over when so much of this stage is done. Declared sizes may
    /// be anything, so more than all counts as all.
    pub fn permille(self, done: u64, total: u64) -> u32 {
        let (from, to) = self.bounds();
        let part = match total {
            0 => 0,
            total => u128::from(to - from) * u128::from(done.min(total)) / u128::from(total),
        };
        // Never more than a thousand.
        (u128::from(from) + part) as u32
    }
}

/// What answers a ticket, on one screen. Comes first, and needs nothing of [`DetailsView`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SummaryView {
    /// The title of the window: verdict and host.
    pub title: String,
    /// The line at the top.
    pub header: HeaderView,
    /// The verdict in large.
    pub banner: BannerView,
    /// What the lines of the banner rest on; where it has none, what the main process holds.
    pub evidence: Vec<EvidenceView>,
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
    /// Names are replaced in them.
    pub redacted: bool,
}

/// What the answer rests on. Comes after [`SummaryView`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetailsView {
    /// What findings and things to look at rest on, and notes.
    pub evidence: Vec<Section>,
    /// The profiled processes, main process first.
    pub processes: Vec<ProcessView>,
    /// What is about the Agent as a whole: memory, goroutines, checks, traces.
    pub general: Vec<Section>,
    /// Which Agent, where, since when.
    pub agent: AgentView,
    /// What was read of the flare, and what is wrong with it.
    pub coverage: Vec<Block>,
    /// Every file of the flare, damaged ones first.
    pub files: Vec<FileView>,
}

impl DetailsView {
    /// All its sections.
    pub fn sections(&self) -> impl Iterator<Item = &Section> {
        let tabs = self.processes.iter().flat_map(|process| &process.tabs);
        let of_processes = tabs.flat_map(|tab| tab.sections.iter().chain(&tab.empty));
        (self.evidence.iter())
            .chain(of_processes)
            .chain(&self.general)
            .chain([&self.agent.section])
    }

    /// Its tables of functions.
    pub fn tables_mut(&mut self) -> impl Iterator<Item = &mut FunctionTable> {
        let tabs = self.processes.iter_mut().flat_map(|one| &mut one.tabs);
        let of_processes = tabs.flat_map(|tab| tab.sections.iter_mut().chain(&mut tab.empty));
        let sections = (self.evidence.iter_mut())
            .chain(of_processes)
            .chain(&mut self.general)
            .chain([&mut self.agent.section]);
        let blocks = sections.flat_map(|section| &mut section.blocks);
        blocks.filter_map(|block| match block {
            Block::Functions(table) => Some(table),
            _ => None,
        })
    }
}

/// What the profiles of one process show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessView {
    /// Its name, as in the sections about it.
    pub name: String,
    /// Its name as a heading, for example `Core Agent`.
    pub title: String,
    /// Heap, CPU and locks.
    pub tabs: Vec<ProcessTab>,
}

/// The profiles of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessTab {
    /// Anchor of the tab, once in each [`DetailsView`].
    pub anchor: String,
    /// For example `Heap`.
    pub title: String,
    /// The worst of its sections.
    pub state: SectionState,
    /// What would change what was measured, a sentence, or empty.
    pub would_change: String,
    /// Sections with something to show.
    pub sections: Vec<Section>,
    /// Sections that have nothing to show and say why.
    pub empty: Vec<Section>,
}

/// Which Agent, where, since when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentView {
    /// The numbers that matter.
    pub first: Vec<Fact>,
    /// All numbers.
    pub section: Section,
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
    /// Where nothing was found, what was seen instead; else empty.
    pub summary: String,
    /// One for each of the first findings and things to look at.
    pub lines: Vec<LineView>,
    /// What else is to be looked at, by its titles.
    pub also: Vec<String>,
    /// What was not measured, for example `contention of trace`.
    pub unmeasured: Vec<String>,
    /// What it was judged by that is not the default, in sentences, or empty.
    pub changes: String,
    /// Which loose heap profiles make a pair, where a user may want it otherwise.
    pub pairing: Option<PairingView>,
}

/// A finding or a thing to look at, on a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineView {
    /// It crossed a threshold.
    pub is_finding: bool,
    /// For example `Memory leak, core Agent`.
    pub title: String,
    /// A sentence or two with the numbers.
    pub text: String,
    /// For example `Core Agent, aggregation`; empty when nobody is concerned.
    pub owner: String,
    /// The owner's team, or empty.
    pub team: String,
    /// How sure a finding is.
    pub confidence: Option<Confidence>,
    /// Why it is not surer, in a few words, or empty.
    pub doubts: String,
    /// Its place in [`SummaryView::evidence`], if there is any.
    pub evidence: Option<usize>,
}

/// What a line rests on, at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceView {
    /// What it is of, for example `Memory leak, core Agent`.
    pub title: String,
    /// Heading of the rows, for example `Responsible frame`.
    pub what: String,
    /// What the shares are of, for example `100% is 37.0 MB that grew`.
    pub caption: String,
    /// The largest parts.
    pub rows: Vec<EvidenceRow>,
    /// The heaviest stack.
    pub stack: Option<StackView>,
    /// Anchor of the section that has all of it.
    pub anchor: Option<String>,
}

/// A part of what a line is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceRow {
    /// A function without the path of its module, or another name.
    pub name: String,
    /// The function's whole name, or empty.
    pub full: String,
    /// Its value, formatted.
    pub value: String,
    /// Its share in whole percent; empty where the whole says nothing.
    pub share: String,
    /// Its bar.
    pub bar: Bar,
    /// Who owns it, or empty.
    pub owner: String,
    /// How its owner is told apart, or itself where it has none.
    pub swatch: Swatch,
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
