//! From decoded profiles to the tables of the report.
//!
//! The names of a profile, or of a pair, are interned once for all its sample types, and who is
//! responsible for them is worked out once: that is most of the work.

use super::Settings;
use diagnose::attribution::{Classes, attribute};
use diagnose::kinds::ProfileName;
use diagnose::noise::Noise;
use diagnose::owner::UNOWNED;
use diagnose::verdict::{ProcessProfiles, Slot};
use profile::Profile;
use profile::lens::aggregate::weights;
use profile::lens::top::{TopOptions, top_of};
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
            let content = if name == ProfileName::HeapDiff {
                let first = process.heap_first.profile()?;
                let second = process.heap_second.profile()?;
                ProfileContent::Tables(tables(name, second, Some(first), settings, room))
            } else {
                match process.slot(name)? {
                    Slot::Absent => return None,
                    Slot::Reply(text) => ProfileContent::Reply(text.clone()),
                    Slot::Damaged(why) => ProfileContent::Damaged(why.clone()),
                    Slot::LeftOut(why) => ProfileContent::LeftOut(why.clone()),
                    Slot::Read(profile) => {
                        ProfileContent::Tables(tables(name, profile, None, settings, room))
                    }
                }
            };
            Some(ProfileReport { name, content })
        })
        .collect();
    ProcessReport {
        name: process.name.clone(),
        profiles,
        interval: process.interval(&settings.thresholds),
    }
}

/// One table for each sample type; types that the base lacks are left out.
fn tables(
    name: ProfileName,
    profile: &Profile,
    base: Option<&Profile>,
    settings: &Settings,
    room: &mut u64,
) -> Vec<Table> {
    let first = match base {
        Some(base) => View::diff(profile, base, ""),
        None => View::of(profile, ""),
    };
    let Ok(first) = first else {
        return Vec::new();
    };
    let classes = Classes::of(&first, &settings.owners);
    let noise = (name == ProfileName::HeapDiff)
        .then(|| {
            let space = first.retyped("inuse_space").ok()?;
            let objects = first.retyped("inuse_objects").ok()?;
            Some(Noise::of(&space, &objects))
        })
        .flatten();
    profile
        .sample_types
        .iter()
        .filter_map(|kind| {
            let view = first.retyped(&kind.name).ok()?;
            let noise = noise.as_ref().filter(|_| kind.name == "inuse_space");
            // The escalation quotes the types that verdicts are about.
            let quoted = matches!(kind.name.as_str(), "inuse_space" | "cpu" | "delay");
            let mut table = table(
                &view,
                profile.duration_ns,
                &classes,
                noise,
                quoted,
                settings,
            );
            keep_within(&mut table, room);
            Some(table)
        })
        .collect()
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

fn table(
    view: &View<'_>,
    duration_ns: i64,
    classes: &Classes,
    noise: Option<&Noise>,
    quoted: bool,
    settings: &Settings,
) -> Table {
    let weights = weights(view);
    let all = top_of(
        view,
        &weights,
        TopOptions {
            first: ROWS_KEPT,
            ..TopOptions::ALL
        },
    );
    let raw = quoted.then(|| {
        let options = TopOptions {
            node_count: 10,
            ..TopOptions::default()
        };
        top_of(view, &weights, options).text(view)
    });
    let attribution = attribute(view, classes, &|_| true);
    Table {
        sample_type: view.header.sample_type.clone(),
        unit: view.header.unit.clone(),
        total: view.total,
        net: view.net(),
        duration_ns,
        is_diff: view.is_diff(),
        rows_total: all.before_limit,
        rows: all
            .rows
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
                    owner: settings
                        .owners
                        .of_function(function)
                        .map_or(UNOWNED, |owner| owner.owner.as_str())
                        .to_owned(),
                }
            })
            .collect(),
        owners: attribution
            .by_owner(&settings.owners)
            .into_iter()
            .map(|(name, value)| (name.map(str::to_owned), value))
            .collect(),
        raw: raw.unwrap_or_default(),
    }
}
