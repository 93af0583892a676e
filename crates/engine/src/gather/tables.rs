//! From decoded profiles to the tables of the report.
//!
//! The names of a profile, or of a pair, are interned once for all its sample types, and who is
//! responsible for them is worked out once: that is most of the work.

use std::sync::Arc;

use super::Settings;
use diagnose::attribution::{Classes, owner_sums};
use diagnose::kinds::ProfileName;
use diagnose::labels::labelled;
use diagnose::noise::Noise;
use diagnose::owner::{Owners, UNOWNED};
use diagnose::verdict::{ProcessProfiles, Slot};
use profile::lens::subject::Subject;
use profile::lens::subject::Weight;
use profile::lens::top::{TopOptions, TopRow, top, tops};
use profile::lens::view::View;
use report::model::{ProcessReport, ProfileContent, ProfileReport, ROWS_KEPT, Row, Table};

/// `room`: bytes of names that the tables may still hold, here and in the processes that follow.
pub(super) fn process_report(
    process: &ProcessProfiles,
    settings: &Settings,
    room: &mut u64,
) -> ProcessReport {
    let profiles = ProfileName::ALL
        .into_iter()
        .filter_map(|name| {
            let content = match (process.subject(name), process.slot(name)) {
                (Some(subject), _) => ProfileContent::Tables(tables(name, subject, settings, room)),
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
    settings: &Settings,
    room: &mut u64,
) -> Vec<Table> {
    let all = View::all(subject);
    let views: Vec<&View> = all.iter().collect();
    let classes = Classes::of(subject, &settings.owners);
    let owners = owner_sums(&views, &classes);
    let options = TopOptions {
        first: ROWS_KEPT,
        ..TopOptions::ALL
    };
    let tops = tops(&views, options);
    views
        .into_iter()
        .zip(tops)
        .zip(owners)
        .map(|((view, top), owners)| {
            let noise = noise(name, subject, view);
            let mut table = Table {
                owners: owners
                    .by_name(&settings.owners)
                    .into_iter()
                    .map(|(name, value)| (name.map(str::to_owned), value))
                    .collect(),
                raw: raw(view),
                ..table(view, &top.rows, noise.as_ref(), settings)
            };
            keep_within(&mut table, room);
            table
        })
        .collect()
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
pub(crate) fn table(
    view: &View,
    rows: &[TopRow],
    noise: Option<&Noise>,
    settings: &Settings,
) -> Table {
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
        rows: rows
            .iter()
            .map(|row| {
                let function = view.name(row.row);
                Row {
                    function: function.to_owned(),
                    inline: row.inline.as_str(),
                    file: view.file(row.row).to_owned(),
                    flat: row.flat,
                    cum: row.cum,
                    noise: noise.map(|noise| noise.of_row(row.row) as i64),
                    owner: owner_of(function, &settings.owners).to_owned(),
                }
            })
            .collect(),
        owners: Vec::new(),
        raw: String::new(),
    }
}

/// Name of the owner of a function itself.
pub(crate) fn owner_of<'o>(function: &str, owners: &'o Owners) -> &'o str {
    owners
        .of_function(function)
        .map_or(UNOWNED, |owner| owner.owner.as_str())
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
