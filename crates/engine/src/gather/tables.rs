//! From decoded profiles to the tables of the report.
//!
//! The names of a profile, or of a pair, are interned once for all its sample types, and who is
//! responsible for them is worked out once: that is most of the work.

use std::sync::Arc;

use super::Settings;
use diagnose::attribution::{AskedRow, Classes, RowOwner, TableOwners, table_owners};
use diagnose::kinds::ProfileName;
use diagnose::labels::labelled;
use diagnose::noise::Noise;
use diagnose::program::Program;
use diagnose::verdict::{ProcessProfiles, Slot};
use profile::lens::subject::Subject;
use profile::lens::subject::Weight;
use profile::lens::top::{TopOptions, TopRow, top, tops};
use profile::lens::view::{RowId, View};
use report::model::{ProcessReport, ProfileContent, ProfileReport, ROWS_KEPT, Row, Table};

/// `room`: bytes of names that the tables may still hold, here and in the processes that follow.
pub(super) fn process_report(
    process: &ProcessProfiles,
    settings: &Settings,
    room: &mut u64,
) -> ProcessReport {
    let program = process.program(&settings.owners);
    let profiles = ProfileName::ALL
        .into_iter()
        .filter_map(|name| {
            let content = match (process.subject(name), process.slot(name)) {
                (Some(subject), _) => {
                    ProfileContent::Tables(tables(name, subject, &program, settings, room))
                }
                (None, Some(Slot::Reply(text))) => ProfileContent::Reply(text.clone()),
                (None, Some(Slot::Damaged(why))) => ProfileContent::Damaged(why.clone()),
                (None, Some(Slot::LeftOut(why))) => ProfileContent::LeftOut(why.clone()),
                (None, Some(Slot::Absent | Slot::Read(_)) | None) => return None,
            };
            Some(ProfileReport { name, content })
        })
        .collect();
    ProcessReport {
        name: process.name.clone(),
        profiles,
        interval: process.interval(&settings.thresholds),
        pairing: process.pairing.clone(),
        program: (!program.is_agent()).then(|| program.name().to_owned()),
        cpu_labels: process
            .subject(ProfileName::Cpu)
            .and_then(|subject| View::under(subject, "cpu").ok())
            .map(|view| labelled(&view.in_base_unit()))
            .unwrap_or_default(),
    }
}

/// One table for each sample type; types that the base lacks are left out.
fn tables(
    name: ProfileName,
    subject: &Arc<Subject>,
    program: &Program,
    settings: &Settings,
    room: &mut u64,
) -> Vec<Table> {
    let all = View::all(subject);
    let views: Vec<&View> = all.iter().collect();
    let options = TopOptions {
        first: ROWS_KEPT,
        ..TopOptions::ALL
    };
    let tops = tops(&views, options);
    let asked: Vec<Vec<AskedRow>> = tops
        .iter()
        .map(|top| {
            top.rows
                .iter()
                .map(|row| asked(row.row, row.flat))
                .collect()
        })
        .collect();
    let owners = owners(name, &views, program, settings, &asked);
    views
        .into_iter()
        .zip(tops)
        .zip(owners)
        .map(|((view, top), owners)| {
            let shown = Shown {
                rows: &top.rows,
                owners: &owners.rows,
                noise: noise(name, subject, view),
            };
            let mut table = Table {
                owners: owners.shares,
                left_out: owners.left_out,
                raw: raw(view),
                ..table(view, &shown)
            };
            keep_within(&mut table, room);
            table
        })
        .collect()
}

/// A row without a value of its own is asked by what stands below it.
const fn asked(row: RowId, flat: i64) -> AskedRow {
    AskedRow {
        row,
        by_cum: flat == 0,
    }
}

fn owners(
    name: ProfileName,
    views: &[&View],
    program: &Program,
    settings: &Settings,
    asked: &[Vec<AskedRow>],
) -> Vec<TableOwners> {
    let Some(first) = views.first() else {
        return Vec::new();
    };
    let classes = Classes::of(first.subject(), &settings.owners, program);
    let idle = |row: RowId| settings.thresholds.is_idle_wait(name, first.name(row));
    table_owners(views, &classes, &settings.owners, asked, &idle)
}

/// The owners of some rows of a view.
pub(crate) fn row_owners(
    name: ProfileName,
    view: &View,
    program: &Program,
    settings: &Settings,
    rows: impl Iterator<Item = (RowId, Weight)>,
) -> Vec<RowOwner> {
    let asked = rows.map(|(row, weight)| asked(row, weight.flat)).collect();
    let owners = owners(name, &[view], program, settings, &[asked]).pop();
    owners.unwrap_or_default().rows
}

/// What a table shows.
struct Shown<'r> {
    rows: &'r [TopRow],
    /// The owner of each.
    owners: &'r [RowOwner],
    noise: Option<Noise>,
}

/// How much of a table may be chance: only of what is in use in a heap difference.
pub(crate) fn noise(name: ProfileName, subject: &Arc<Subject>, view: &View) -> Option<Noise> {
    if name != ProfileName::HeapDiff || view.header.sample_type != "inuse_space" {
        return None;
    }
    let objects = View::under(subject, "inuse_objects").ok()?;
    Some(Noise::of(view, &objects))
}

/// A table of some rows, without what is said of the whole.
fn table(view: &View, shown: &Shown<'_>) -> Table {
    Table {
        sample_type: view.header.sample_type.clone(),
        unit: view.header.unit.clone(),
        total: view.total,
        net: view.net(),
        duration_ns: view
            .subject()
            .profiles()
            .next()
            .map_or(0, |new| new.duration_ns),
        is_diff: view.is_diff(),
        rows_total: view
            .weights()
            .iter()
            .filter(|weight| **weight != Weight::default())
            .count(),
        rows: shown
            .rows
            .iter()
            .zip(shown.owners)
            .map(|(top, owner)| row(view, top, owner, shown.noise.as_ref()))
            .collect(),
        owners: Vec::new(),
        left_out: 0,
        raw: String::new(),
    }
}

/// A row of a table.
pub(crate) fn row(view: &View, top: &TopRow, owner: &RowOwner, noise: Option<&Noise>) -> Row {
    Row {
        function: view.name(top.row).to_owned(),
        inline: top.inline.as_str(),
        file: view.file(top.row).to_owned(),
        flat: top.flat,
        cum: top.cum,
        noise: noise.map(|noise| noise.of_row(top.row) as i64),
        owner: owner.name.clone(),
        owner_part: owner.part,
    }
}

/// The first lines of pprof's own text, for the types that verdicts are about: the escalation
/// quotes them.
fn raw(view: &View) -> String {
    if !matches!(
        view.header.sample_type.as_str(),
        "inuse_space" | "cpu" | "delay"
    ) {
        return String::new();
    }
    let options = TopOptions {
        node_count: 10,
        ..TopOptions::default()
    };
    top(view, options).text(view)
}

/// Leaves the rows out of a table for whose names there is no room any more. How many there are
/// stays told.
fn keep_within(table: &mut Table, room: &mut u64) {
    let names = table
        .rows
        .iter()
        .map(|row| row.function.len() + row.file.len())
        .sum::<usize>();
    let bytes = (names + table.raw.len()) as u64;
    match room.checked_sub(bytes) {
        Some(left) => *room = left,
        None => {
            table.rows.clear();
            table.raw.clear();
        }
    }
}
