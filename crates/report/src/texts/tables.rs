//! What stands around the tables of functions on the screen.

use super::super::document::ProfileName;
use super::super::rows::{Column, Filter, Scale, TableFacts, TableForm};
use super::first_screen::parts_of;
use profile::units::{group_thousands, human};

/// The table within a sentence, for example `heap diff of core`.
pub fn name(table: &TableFacts) -> String {
    let (what, usual): (_, &[&str]) = match table.profile {
        ProfileName::HeapFirst => ("1st heap snapshot", &["inuse_space"]),
        ProfileName::HeapSecond => ("2nd heap snapshot", &["inuse_space"]),
        ProfileName::HeapDiff => ("heap diff", &["inuse_space"]),
        ProfileName::Allocs => ("allocations", &["alloc_space"]),
        ProfileName::Cpu => ("CPU profile", &["cpu"]),
        ProfileName::Block => ("block profile", &["delay"]),
        ProfileName::Mutex => ("mutex profile", &["delay"]),
    };
    let process = &table.process;
    if usual.contains(&table.sample_type.as_str()) {
        format!("{what} of {process}")
    } else {
        format!("{what} of {process}, {}", table.sample_type)
    }
}

/// What 100% is.
pub fn scale(table: &TableFacts) -> String {
    let amount = human(table.scale.amount(), &table.unit);
    match table.scale {
        Scale::Total(_) => format!("100% is {amount}, the total"),
        Scale::Finding(0) | Scale::Grown(0) => "nothing grew".to_owned(),
        Scale::Finding(_) | Scale::Grown(_) => parts_of(&amount, "that grew"),
    }
}

/// How many rows pass.
pub fn shown(passing: usize, all: usize) -> String {
    let functions = if all == 1 { "function" } else { "functions" };
    if passing == all {
        format!("{} {functions}", count(all))
    } else {
        format!("{} of {} {functions}", count(passing), count(all))
    }
}

/// A number of rows.
pub fn count(rows: usize) -> String {
    group_thousands(i64::try_from(rows).unwrap_or(i64::MAX))
}

/// A heading.
pub const fn title(column: Column, is_diff: bool) -> &'static str {
    match (column, is_diff) {
        (Column::Pprof, _) => "pprof",
        (Column::Before, _) => "before",
        (Column::After, _) => "after",
        (Column::Flat, true) => "difference",
        (Column::Flat, false) => "flat",
        (Column::FlatShare, true) => "share",
        (Column::FlatShare, false) => "flat %",
        (Column::SumShare, _) => "sum %",
        (Column::Cum, _) => "cum",
        (Column::CumShare, _) => "cum %",
        (Column::Objects, _) => "objects",
        (Column::MeanSize, _) => "mean size",
        (Column::Function, _) => "function",
        (Column::Owner, _) => "owner",
    }
}

/// What a column means.
pub const fn hint(column: Column, is_diff: bool) -> &'static str {
    match (column, is_diff) {
        (Column::Pprof, _) => "Order of go tool pprof",
        (Column::Before, _) => "What the function itself held before",
        (Column::After, _) => "What the function itself held after",
        (Column::Flat, true) => "After minus before, of the function itself",
        (Column::Flat, false) => "What the function itself used",
        (Column::FlatShare, true) => "Share of the growth",
        (Column::FlatShare | Column::CumShare, _) => "Share of the total",
        (Column::SumShare, _) => "Running sum of flat %, in pprof's order",
        (Column::Cum, true) => "Difference of the function and all it called",
        (Column::Cum, false) => "The function and all it called",
        (Column::Objects, _) => "By how many the objects changed",
        (Column::MeanSize, _) => "Bytes for each object that came, where both became more",
        (Column::Function, _) => "Bar: flat strong, cum light",
        (Column::Owner, _) => "Who owns the code responsible",
    }
}

/// A filter.
pub const fn filter(filter: Filter) -> &'static str {
    match filter {
        Filter::All => "All",
        Filter::Grew => "Grew",
        Filter::Shrank => "Shrank",
        Filter::New => "New",
        Filter::Gone => "Gone",
        Filter::BeyondNoise => "Beyond noise",
    }
}

/// What was copied, as a sentence begins: `Heap diff of core, 812 functions as CSV`.
pub fn copied(table: &TableFacts, passing: usize, form: TableForm) -> String {
    let form = match form {
        TableForm::Text => "text",
        TableForm::Markdown => "Markdown",
        TableForm::Csv => "CSV",
    };
    let what = format!("{}, {}", name(table), shown(passing, table.all));
    format!("{} as {form}", super::sentence(&what))
}
