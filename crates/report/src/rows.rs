//! A table of functions on the screen: all its rows, a window of them at a time.
//!
//! Display-ready like [`super::screen`], and filled by [`super::layout::rows`]. What percentages are of
//! is one amount for the whole screen: of a difference the growth, and not the base as in pprof's own
//! tables, which the exports keep.

use serde::{Deserialize, Serialize};

use super::document::{Bar, ProfileName, Sign, Swatch};
use super::model::Row;

/// A column of a table of functions, and what its rows can be ordered by: largest numbers or first
/// letters first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Column {
    /// No column: the order of `go tool pprof -top`, by size whatever the sign.
    Pprof,
    /// Of a difference: the flat value before.
    Before,
    /// Of a difference: the flat value after.
    After,
    /// What the function itself used; of a difference by how much that changed.
    Flat,
    /// The same as a share.
    FlatShare,
    /// Running sum of the shares, in pprof's order. Orders as that does.
    SumShare,
    /// The function and all it called.
    Cum,
    /// The same as a share.
    CumShare,
    /// Of a difference: by how many the objects changed.
    Objects,
    /// Of a difference: bytes for each object that came.
    MeanSize,
    /// Its name without the package, then the package.
    Function,
    /// The owner's name.
    Owner,
}

impl Column {
    /// All that are columns, in no order that means anything.
    pub const ALL: [Self; 11] = [
        Self::Before,
        Self::After,
        Self::Flat,
        Self::FlatShare,
        Self::SumShare,
        Self::Cum,
        Self::CumShare,
        Self::Objects,
        Self::MeanSize,
        Self::Function,
        Self::Owner,
    ];

    /// The stable name used in classes and in what is kept between visits.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pprof => "pprof",
            Self::Before => "before",
            Self::After => "after",
            Self::Flat => "flat",
            Self::FlatShare => "flat-share",
            Self::SumShare => "sum",
            Self::Cum => "cum",
            Self::CumShare => "cum-share",
            Self::Objects => "objects",
            Self::MeanSize => "mean-size",
            Self::Function => "function",
            Self::Owner => "owner",
        }
    }

    /// Holds words.
    pub const fn is_text(self) -> bool {
        matches!(self, Self::Function | Self::Owner)
    }

    /// What rows are ordered by for it: a share orders as its value does.
    #[must_use]
    pub const fn order(self) -> Self {
        match self {
            Self::FlatShare => Self::Flat,
            Self::CumShare => Self::Cum,
            Self::SumShare => Self::Pprof,
            other => other,
        }
    }
}

/// Which rows of a difference are shown; all of any other table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Filter {
    /// All that have a value.
    #[default]
    All,
    /// More than before.
    Grew,
    /// Less than before.
    Shrank,
    /// Nothing before.
    New,
    /// Nothing after.
    Gone,
    /// Changed by more than chance explains.
    BeyondNoise,
}

impl Filter {
    /// In the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::All,
        Self::Grew,
        Self::Shrank,
        Self::New,
        Self::Gone,
        Self::BeyondNoise,
    ];

    /// The stable name used in hooks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Grew => "grew",
            Self::Shrank => "shrank",
            Self::New => "new",
            Self::Gone => "gone",
            Self::BeyondNoise => "beyond-noise",
        }
    }
}

/// What rows are copied as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TableForm {
    /// Aligned columns.
    Text,
    /// A table of GitHub's Markdown.
    Markdown,
    /// RFC 4180, numbers raw, formulas disarmed.
    Csv,
}

impl TableForm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Text, Self::Markdown, Self::Csv];

    /// The stable name used in hooks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
        }
    }
}

/// Some rows of a table, and what is true of the whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowsView {
    /// What the table is called, for example `heap diff of core`.
    pub name: String,
    /// What 100% is, for example `100% is 35.5 MB that grew`.
    pub scale: String,
    /// Columns of numbers, in their order; function and owner follow.
    pub columns: Vec<ColumnView>,
    /// The columns that follow.
    pub words: [ColumnView; 2],
    /// Which rows can be asked for; none where all are.
    pub filters: Vec<FilterView>,
    /// How many rows pass.
    pub rows_total: usize,
    /// For example `37 of 812 functions`.
    pub shown: String,
    /// The place of the first row given among those that pass.
    pub offset: usize,
    /// In the order asked for.
    pub rows: Vec<RowView>,
    /// Where all rows' bars have their zero, in percent of the width, if not at the left edge.
    pub zero: Option<f64>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnView {
    /// Which.
    pub column: Column,
    /// The heading.
    pub title: String,
    /// What it means.
    pub hint: String,
    /// What the button that sorts by it is called, for example `Sort heap diff of core by cum`; none
    /// where it sorts nothing.
    pub sort: Option<String>,
    /// What the handle that changes its width is called.
    pub resize: String,
}

/// Rows that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterView {
    /// Which.
    pub filter: Filter,
    /// For example `Grew`.
    pub title: String,
    /// How many these are, for example `1,204`.
    pub count: String,
}

/// One function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowView {
    /// Full name, as the profile gives it.
    pub function: String,
    /// The package's path is cut at the left; with its final dot, may be empty.
    pub package: String,
    /// Receiver and function.
    pub short: String,
    /// `(inline)`, `(partial-inline)` or nothing.
    pub inline: String,
    /// Full name, inlining, file and owner, a line each.
    pub hover: String,
    /// One for each column of numbers.
    pub cells: Vec<CellView>,
    /// Raw flat value.
    pub flat: i64,
    /// Raw cumulative value.
    pub cum: i64,
    /// Bar of the flat value.
    pub flat_bar: Bar,
    /// Bar of the cumulative value.
    pub cum_bar: Bar,
    /// The owner's name, with its part where others own some of it too.
    pub owner: String,
    /// How the owner is told apart from others.
    pub swatch: Swatch,
    /// What is to be said of the flat value's noise.
    pub noise: Option<String>,
    /// The flat value is within sampling noise.
    pub within_noise: bool,
}

/// A number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellView {
    /// Formatted, with its unit.
    pub text: String,
    /// Which side of zero it is.
    pub sign: Sign,
}

/// What 100% is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// All that the profile counts.
    Total(i64),
    /// What the finding about it counts, in the table's unit.
    Finding(i64),
    /// Of a difference without a finding: the sum over all rows that grew.
    Grown(i64),
}

impl Scale {
    /// It, raw.
    pub const fn amount(self) -> i64 {
        match self {
            Self::Total(amount) | Self::Finding(amount) | Self::Grown(amount) => amount,
        }
    }
}

/// What is true of a whole table.
#[derive(Clone, Debug)]
pub struct TableFacts {
    /// The process.
    pub process: String,
    /// The profile.
    pub profile: ProfileName,
    /// For example `inuse_space`.
    pub sample_type: String,
    /// Unit of all raw numbers.
    pub unit: String,
    /// A base is subtracted.
    pub is_diff: bool,
    /// Of a difference: the objects are known too.
    pub has_objects: bool,
    /// What percentages are of.
    pub scale: Scale,
    /// The smallest and the largest of all values, flat or cumulative.
    pub extremes: (i64, i64),
    /// How many standard deviations chance explains.
    pub sigmas: f64,
    /// How many rows pass each filter that means something here.
    pub filters: Vec<(Filter, usize)>,
    /// How many rows there are.
    pub all: usize,
}

/// What is true of one row.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFacts {
    /// As in every table.
    pub row: Row,
    /// Bytes of the name that are left out on the screen.
    pub cut: usize,
    /// In pprof's order of all rows: the sum of the flat values down to here.
    pub sum: Option<i64>,
    /// Of a difference: the flat value before and after.
    pub sides: Option<(i64, i64)>,
    /// Of a difference: by how many the objects changed.
    pub objects: Option<i64>,
}

impl RowFacts {
    /// Bytes for each object that came, where both became more.
    pub fn mean_size(&self) -> Option<i64> {
        mean_size(self.row.flat, self.objects)
    }

    /// Chance explains the flat value.
    pub fn is_within_noise(&self, sigmas: f64) -> bool {
        let is_within = |noise| is_within_noise(self.row.flat, noise, sigmas);
        self.row.noise.is_some_and(is_within)
    }
}

/// Bytes for each object that came, where both became more.
pub fn mean_size(bytes: i64, objects: Option<i64>) -> Option<i64> {
    let objects = objects.filter(|&objects| objects > 0 && bytes > 0)?;
    Some(bytes / objects)
}

/// Chance explains a value with this standard deviation.
pub fn is_within_noise(value: i64, noise: i64, sigmas: f64) -> bool {
    (value.saturating_abs() as f64) < sigmas * noise as f64
}
