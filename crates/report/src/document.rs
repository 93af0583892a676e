//! The report as a document: sections of blocks, every number already formatted.
//!
//! Writers (Markdown, the page) lay these out and compute nothing. Raw numbers stand beside the
//! text where a script may want them.

use serde::{Deserialize, Serialize};

use super::rows::RowsView;

pub use diagnose::kinds::{FindingKind, Measured, ProfileName, VerdictKind};
pub use diagnose::verdict::Confidence;

/// Which part of the report a section is. The order of the variants is the report's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectionKind {
    /// What was decided.
    Verdict,
    /// What to do next.
    Recommendations,
    /// The text for the customer.
    CustomerMessage,
    /// What the findings rest on.
    Evidence,
    /// Which Agent, where, since when.
    Agent,
    /// `expvar/memstats` and what it says.
    Memory,
    /// Profiles in which nothing crossed, a row each: in the short form only.
    Profiles,
    /// What grew between the two heap snapshots.
    HeapDiff,
    /// What the last heap snapshot holds.
    HeapInUse,
    /// What was allocated between the two snapshots.
    Allocations,
    /// CPU consumers.
    Cpu,
    /// Where goroutines blocked.
    Block,
    /// Which locks were fought for.
    Mutex,
    /// Execution traces: present, size.
    Traces,
    /// Goroutine dump: count, by state.
    Goroutines,
    /// Running checks.
    Checks,
    /// The text for the JIRA card.
    Escalation,
    /// Every file of the flare.
    Coverage,
}

impl SectionKind {
    /// The stable name used in `data-section` hooks and anchors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verdict => "verdict",
            Self::Evidence => "evidence",
            Self::Profiles => "profiles",
            Self::Agent => "agent",
            Self::Memory => "memory",
            Self::HeapDiff => "heap-diff",
            Self::HeapInUse => "heap-in-use",
            Self::Allocations => "allocations",
            Self::Cpu => "cpu",
            Self::Block => "block",
            Self::Mutex => "mutex",
            Self::Traces => "traces",
            Self::Goroutines => "goroutines",
            Self::Checks => "checks",
            Self::Recommendations => "recommendations",
            Self::CustomerMessage => "customer-message",
            Self::Escalation => "escalation",
            Self::Coverage => "coverage",
        }
    }
}

/// State of a section at a glance, shown in the section list and never by colour alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SectionState {
    /// A threshold was crossed here.
    Crossed,
    /// Measured, nothing crossed.
    Clear,
    /// Could not be measured; the section says why.
    NotMeasured,
    /// A file of this section is damaged.
    Damaged,
    /// Nothing to judge here.
    Info,
}

/// The whole report, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// For example `Flare profiling: web-7.example.com`.
    pub title: String,
    /// Processes that have sections, in the report's order.
    pub processes: Vec<String>,
    /// In the report's order; process sections are grouped by process, main process first.
    pub sections: Vec<Section>,
}

/// One section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Its place in the document, once in each. Anchors end up in the browser's history, so they are
    /// made of kinds and numbers, never of a name from the flare: `heap-diff-1`, not `heap-diff-core`.
    pub anchor: String,
    /// How a list of sections is grouped by process.
    pub group: Group,
    /// Which part of the report.
    pub kind: SectionKind,
    /// The process it is about, for the per-process sections.
    pub process: Option<String>,
    /// Heading, for example `Heap diff, core`.
    pub title: String,
    /// State at a glance.
    pub state: SectionState,
    /// Content in reading order. Never empty: a section with nothing to show says why.
    pub blocks: Vec<Block>,
}

impl Section {
    /// A section that stands alone, until a document gives it its place.
    pub fn new(
        kind: SectionKind,
        process: Option<String>,
        title: String,
        state: SectionState,
        blocks: Vec<Block>,
    ) -> Self {
        Self {
            anchor: kind.as_str().to_owned(),
            group: Group::Continues,
            kind,
            process,
            title,
            state,
            blocks,
        }
    }
}

/// How a section follows the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// With the same process, or as much without one.
    Continues,
    /// The first of its process.
    Begins,
    /// The first without a process after those with one.
    Leaves,
}

/// A piece of a section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Block {
    /// A paragraph of plain text.
    Paragraph {
        /// Plain text, no markup.
        text: String,
    },
    /// A heading within the section.
    Heading {
        /// Plain text.
        text: String,
    },
    /// Something worth noticing that changes no verdict.
    Note {
        /// What it is about, for example `steady-growth`; empty for a note without a name.
        name: String,
        /// Plain text.
        text: String,
    },
    /// Why there is nothing to show, and how to get it.
    Missing {
        /// What is missing and why.
        text: String,
        /// The command that collects it, if there is one.
        command: Option<String>,
    },
    /// Short name and value pairs.
    Facts {
        /// In reading order.
        facts: Vec<Fact>,
    },
    /// Bulleted items.
    List {
        /// Plain text items.
        items: Vec<String>,
    },
    /// Numbered steps, most important first.
    Steps {
        /// In order of priority.
        steps: Vec<Step>,
    },
    /// A plain table.
    Table(PlainTable),
    /// A flame-style table of functions.
    Functions(FunctionTable),
    /// The grid of processes by kinds.
    Grid(StateGrid),
    /// Parts of a total, as one stacked bar and a table; they add up to the total.
    Shares {
        /// What is shared out, for example `inuse_space of the 2nd snapshot, by owner`.
        caption: String,
        /// What the parts are: heading of the table's first column, for example `Owner`.
        what: String,
        /// The whole, formatted.
        total_text: String,
        /// Largest first.
        shares: Vec<Share>,
        /// How many lines stand open, and what is said of the others; none where all do.
        fold: Option<Fold>,
    },
    /// A few bars on one axis.
    Picture(Picture),
    /// Whole stacks: of a finding, or of goroutines that are alike.
    Stacks {
        /// What they are.
        caption: String,
        /// Largest first.
        stacks: Vec<StackView>,
    },
    /// A text to copy as it stands.
    Text {
        /// Name of the text, said by the copy button.
        name: String,
        /// The text itself.
        text: String,
    },
    /// Commands to run, one a line, verbatim.
    Code {
        /// What the commands are for, for example `Linux`.
        caption: String,
        /// Verbatim text.
        text: String,
    },
}

/// A name and its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// For example `Agent version`.
    pub name: String,
    /// For example `7.71.2`.
    pub value: String,
    /// What it means or where it comes from, shown quietly.
    pub hint: Option<String>,
}

/// A recommendation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// The finding that it answers, for example `Memory leak in the core Agent`.
    pub about: String,
    /// What to do.
    pub text: String,
    /// A command to run, verbatim.
    pub command: Option<String>,
}

/// A table without bars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlainTable {
    /// What the table shows.
    pub caption: String,
    /// Column names, and whether the column holds numbers (set right).
    pub columns: Vec<PlainColumn>,
    /// As many cells as columns in each row.
    pub rows: Vec<Vec<String>>,
}

/// A column of a [`PlainTable`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlainColumn {
    /// Heading.
    pub name: String,
    /// Holds numbers.
    pub numeric: bool,
}

/// A table of functions with bars, as `go tool pprof -top` orders it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionTable {
    /// The process.
    pub process: String,
    /// The profile.
    pub profile: ProfileName,
    /// For example `inuse_space`.
    pub sample_type: String,
    /// Unit of the raw numbers, as the profile gives it, for example `bytes`.
    pub unit: String,
    /// One line under the heading, with what percentages are of where that needs saying.
    pub caption: String,
    /// The same without that, for example `2nd snapshot minus 1st, inuse_space, 30.0 s`.
    pub about: String,
    /// All rows for the screen, a window at a time, in place of [`FunctionTable::rows`]; in no export.
    pub on_screen: Option<Box<RowsView>>,
    /// What percentages are of, formatted: for a difference the base's total.
    pub total: String,
    /// The same, raw.
    pub total_value: i64,
    /// The first rows, in pprof's order.
    pub rows: Vec<FunctionRow>,
    /// How many rows the whole table has.
    pub rows_total: usize,
    /// For example `10 of 812 functions, 96.1% of 12.4 s`.
    pub shown: String,
    /// Where the rows' bars have their zero, in percent of the width, if not at the left edge.
    pub zero: Option<f64>,
}

/// One function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionRow {
    /// Full name, as the profile gives it.
    pub function: String,
    /// ` (inline)` or ` (partial-inline)` without the space, or empty.
    pub inline: String,
    /// Package path with the final dot or slash, may be empty: shown muted, may be cut.
    pub package: String,
    /// Receiver and function: shown in full.
    pub short: String,
    /// Source file, or empty.
    pub file: String,
    /// What a narrow column may cut off, a line each: full name, inlining, file.
    pub hover: Vec<String>,
    /// Raw flat value.
    pub flat: i64,
    /// Raw cumulative value.
    pub cum: i64,
    /// Sign of the flat value.
    pub flat_sign: Sign,
    /// Sign of the cumulative value.
    pub cum_sign: Sign,
    /// Bar of the flat value.
    pub flat_bar: Bar,
    /// Bar of the cumulative value.
    pub cum_bar: Bar,
    /// Formatted with unit; with a sign in differences.
    pub flat_text: String,
    /// Share of the total, for example `51.2%`.
    pub flat_share: String,
    /// Running sum of flat shares, as pprof prints it.
    pub sum_share: String,
    /// Formatted with unit.
    pub cum_text: String,
    /// Share of the total.
    pub cum_share: String,
    /// The owner's name, for example `Core Agent, aggregation`; `unowned` where no rule applies.
    pub owner: String,
    /// How the owner is told apart from others.
    pub swatch: Swatch,
    /// Of a heap difference: what is to be said of the flat value's noise, for example `± 1.2 MB`.
    pub noise: Option<String>,
    /// The flat value is within sampling noise.
    pub within_noise: bool,
}

/// How something is told apart from others of its kind in pictures and beside names. The name always
/// stands there too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Swatch {
    /// Nobody's, or what is left over.
    None,
    /// An owner's colour, below [`Swatch::COLOURS`]: the same owner's in the whole report.
    Owner(u8),
    /// Without a colour of its own; letters or a number instead.
    Letters(String),
    /// A step of the scale for parts that are no owners, below [`Swatch::COLOURS`].
    Part(u8),
}

impl Swatch {
    /// How many colours owners have, and how many steps the scale for parts.
    pub const COLOURS: u8 = 8;

    /// The stable name used in `data-swatch` and classes, for example `owner-3`.
    pub fn hook(&self) -> String {
        match self {
            Self::None => "none".to_owned(),
            Self::Owner(colour) => format!("owner-{colour}"),
            Self::Letters(_) => "letters".to_owned(),
            Self::Part(step) => format!("part-{step}"),
        }
    }

    /// What stands in it, or empty.
    pub fn letters(&self) -> &str {
        match self {
            Self::Letters(letters) => letters,
            _ => "",
        }
    }
}

/// Which side of zero a value lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sign {
    /// Below.
    Less,
    /// On it.
    Zero,
    /// Above.
    More,
}

impl Sign {
    /// Of a value.
    pub const fn of(value: i64) -> Self {
        match value.signum() {
            -1 => Self::Less,
            0 => Self::Zero,
            _ => Self::More,
        }
    }
}

/// Where a bar lies, in percent of the whole width.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// Its left edge.
    pub left: f64,
    /// How long it is.
    pub width: f64,
}

impl Bar {
    /// Of nothing, and of what has no place yet.
    pub const NONE: Self = Self {
        left: 0.0,
        width: 0.0,
    };
}

/// Processes by kinds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateGrid {
    /// Column headings.
    pub kinds: Vec<FindingKind>,
    /// Main process first.
    pub rows: Vec<GridRow>,
}

/// One process of a [`StateGrid`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridRow {
    /// The process.
    pub process: String,
    /// One cell for each kind, in the order of [`StateGrid::kinds`].
    pub cells: Vec<GridCell>,
}

/// One state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridCell {
    /// Which kind.
    pub kind: FindingKind,
    /// The state.
    pub measured: Measured,
    /// The measured value in short, for example `+31.4 MB in 30.0 s`; or why there is none.
    pub text: String,
    /// Full sentences: what was measured against which threshold.
    pub why: String,
    /// What would change the state; a sentence.
    pub would_change: String,
    /// The command that collects what is missing.
    pub command: Option<String>,
    /// How sure the finding of this cell is; none without a finding.
    pub confidence: Option<Confidence>,
}

/// One part of a total.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Owner's name, `unowned`, or the part's name.
    pub name: String,
    /// What it is, or empty.
    pub hint: String,
    /// Formatted value.
    pub value_text: String,
    /// Raw value; the values of one block add up to its total.
    pub value: i64,
    /// 0 to 100; beyond where profiles cancel out.
    pub percent: f64,
    /// For example `51.2%`.
    pub percent_text: String,
    /// Its part of the one bar of all shares.
    pub bar: Bar,
    /// How it is told apart from the others.
    pub swatch: Swatch,
}

/// Lines that stand behind a line of their own where there is room for that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// How many stand open, the first ones.
    pub open: usize,
    /// What is said of the others, for example `7 more, 4.1 MB (3.2%)`.
    pub text: String,
}

/// Bars on one axis, each on a line with its name and its numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Picture {
    /// What it shows, for example `Growth by function`.
    pub caption: String,
    /// What the bars are: heading of the names where a table is made of them, for example `Function`.
    pub what: String,
    /// From top to bottom.
    pub rows: Vec<PictureRow>,
    /// Where the bars have their zero, in percent of the width, if not at the left edge.
    pub zero: Option<f64>,
    /// A table beside it says the same, so a report without pictures needs nothing of it.
    pub repeats: bool,
}

impl Picture {
    /// The same without bars.
    pub fn table(&self) -> PlainTable {
        let shares = self.rows.iter().any(|row| !row.share_text.is_empty());
        let column = |name: &str, numeric| PlainColumn {
            name: name.to_owned(),
            numeric,
        };
        let mut columns = vec![column(&self.what, false), column("Value", true)];
        if shares {
            columns.push(column("Share", true));
        }
        let width = columns.len();
        let rows = self.rows.iter().map(|row| {
            let cells = [
                row.name.clone(),
                row.value_text.clone(),
                row.share_text.clone(),
            ];
            cells.into_iter().take(width).collect()
        });
        PlainTable {
            caption: self.caption.clone(),
            rows: rows.collect(),
            columns,
        }
    }
}

/// One bar of a [`Picture`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureRow {
    /// What the bar is; a function without the path of its module.
    pub name: String,
    /// Formatted value.
    pub value_text: String,
    /// A second number, for example its share, or empty.
    pub share_text: String,
    /// How it is told apart.
    pub swatch: Swatch,
    /// Its place on the axis.
    pub bar: Bar,
}

/// One whole stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StackView {
    /// What it weighs, for example `26.1 MB, 83.1%` or `1,204 goroutines, select`.
    pub title: String,
    /// Owner of the responsible frame, or `unowned`.
    pub owner: String,
    /// How the owner is told apart from others.
    pub swatch: Swatch,
    /// The frame that it is known by while it is closed, unless its title says it.
    pub known_by: Option<String>,
    /// More about it, for example `created by`.
    pub facts: Vec<Fact>,
    /// Frames, leaf first.
    pub frames: Vec<FrameView>,
    /// Frames of the whole stack; more than are shown where it is deep.
    pub frames_total: usize,
    /// Says how many frames are left out, if any are.
    pub rest: Option<String>,
}

/// One frame of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FrameView {
    /// Full name.
    pub function: String,
    /// Package path with the final dot or slash, may be empty.
    pub package: String,
    /// The same on a screen, without the path of the module.
    pub brief: String,
    /// Receiver and function.
    pub short: String,
    /// It is the responsible frame.
    pub responsible: bool,
}

/// How a file of the flare was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileRole {
    /// Could not be read or decoded. First, so that damaged files lead lists.
    Failed,
    /// Read, and something of it stands in the report.
    Used,
    /// Its presence or size is noted, its content was not needed.
    Noted,
    /// Not needed.
    Unused,
}

impl FileRole {
    /// The stable name used in `data-role` and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Used => "used",
            Self::Noted => "noted",
            Self::Unused => "unused",
        }
    }
}
