//! A flare that stays open: its files, its report and its decoded profiles, so that a later question
//! is answered without reading again.
//!
//! Profiles are shared and views own what they need, so any number of flares can be open, and two of
//! them can be looked at together.

use std::cmp::Reverse;
use std::sync::Arc;

use diagnose::attribution::RowOwner;
use diagnose::kinds::ProfileName;
use diagnose::program::Program;
use diagnose::verdict::{ProcessProfiles, Slot};
use flare::{self, Flare, FlareError, Input, Process, ProfileKind};
use profile::lens::subject::Weight;
use profile::lens::subject::{RowId, Subject};
use profile::lens::top;
use profile::lens::view::{View, ViewError};
use report::document::FunctionTable;
use report::layout;
use report::model::Report;
use report::screen::{Progress, Stage};
use report::settings::Settings;

use crate::gather::{self, Shown};
use crate::protocol::{Column, TopQuestion};

/// Why a profile of a flare can't be shown.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// No such process.
    #[error(
        "the flare has no profiles of a process {wanted:?}; it has: {}",
        list(available)
    )]
    NoProcess {
        /// What was asked for.
        wanted: String,
        /// What there is.
        available: Vec<String>,
    },
    /// No such profile of that process.
    #[error(
        "process {process} has no profile {wanted:?}; it has: {}",
        list(available)
    )]
    NoProfile {
        /// The process.
        process: String,
        /// What was asked for.
        wanted: &'static str,
        /// What there is.
        available: Vec<String>,
    },
    /// The file can't be used.
    #[error("{profile} of {process} {why}")]
    Unusable {
        /// The process.
        process: String,
        /// The profile.
        profile: &'static str,
        /// A text was stored in its place, or it is damaged.
        why: String,
    },
    /// The sample type is not there, or both sides don't fit.
    #[error(transparent)]
    View(#[from] ViewError),
}

fn list(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

/// An open flare.
#[derive(Debug)]
pub struct OpenFlare {
    flare: Flare,
    settings: Settings,
    report: Report,
    processes: Vec<ProcessProfiles>,
}

impl OpenFlare {
    /// Opens a flare, decodes its profiles and makes its report.
    ///
    /// # Errors
    /// When there is nothing to show at all.
    pub fn read(
        name: &str,
        input: Input,
        settings: Settings,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Self, FlareError> {
        let what = name.to_owned();
        progress(gather::progress(Stage::Opening, what, (0, 1), &[]));
        let mut flare = Flare::open(name, input, &flare::Limits::default())?;
        let known = |role: &flare::Role| !matches!(role, flare::Role::Unneeded(_));
        if !flare.is_flare() && !flare.entries().iter().any(|entry| known(&entry.role)) {
            let files = flare.entries().len();
            return Err(FlareError::NoFlare {
                name: name.to_owned(),
                files,
                // That no flare was found inside the archive is what this error says.
                problems: flare
                    .problems()
                    .iter()
                    .filter(|problem| !matches!(problem, flare::Problem::InnerArchive { .. }))
                    .cloned()
                    .collect(),
            });
        }
        let (report, processes) = gather::gather(&mut flare, &settings, progress);
        Ok(Self {
            flare,
            settings,
            report,
            processes,
        })
    }

    /// Its report.
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// A profile to look at, or the second heap snapshot minus the first.
    ///
    /// # Errors
    /// Lists what there is when the process or the profile is not there.
    pub fn subject(
        &self,
        process: &Process,
        name: ProfileName,
    ) -> Result<&Arc<Subject>, ProfileError> {
        subject(&self.flare, &self.processes, process, name)
    }

    /// The first functions of a profile by one column, over all its rows.
    ///
    /// # Errors
    /// As [`Self::subject`], and when the profile has no such sample type.
    pub fn top(&self, question: &TopQuestion) -> Result<FunctionTable, ProfileError> {
        let process = Process::parse(&question.process);
        let subject = self.subject(&process, question.profile)?;
        let view = View::under(subject, &question.sample_type)?;
        let processes = self.processes.iter();
        let program = processes
            .filter(|found| found.name == process)
            .map(|found| found.program(&self.settings.owners))
            .next()
            .unwrap_or_default();
        let chosen = self.first_rows(&view, question, &program);
        let (rows, owners): (Vec<RowId>, Vec<RowOwner>) = chosen.into_iter().unzip();
        let shown = Shown {
            rows: &top::rows(&view, &rows),
            owners: &owners,
            noise: gather::noise(question.profile, subject, &view),
        };
        let table = gather::table(&view, &shown);
        Ok(layout::function_table(
            &question.process,
            question.profile,
            &table,
            String::new(),
            self.report.judgement.thresholds.leak.noise_sigmas,
        ))
    }

    /// The first of the rows that have a value, by a column, with their owners; equal ones in pprof's
    /// order.
    fn first_rows(
        &self,
        view: &View,
        question: &TopQuestion,
        program: &Program,
    ) -> Vec<(RowId, RowOwner)> {
        let mut rows: Vec<(RowId, Weight)> = view
            .rows()
            .zip(view.weights().iter().copied())
            .filter(|(_, weight)| *weight != Weight::default())
            .collect();
        rows.sort_by(|(a, left), (b, right)| {
            let key = |weight: &Weight| {
                let flat = Reverse(weight.flat.saturating_abs());
                (flat, Reverse(weight.cum.saturating_abs()))
            };
            let (left, right) = (key(left), key(right));
            (left.0, view.name(*a), left.1, *a).cmp(&(right.0, view.name(*b), right.1, *b))
        });
        let owners_of = |rows: &[(RowId, Weight)]| {
            let rows = rows.iter().copied();
            gather::row_owners(question.profile, view, program, &self.settings, rows)
        };
        match question.column {
            Column::Flat => rows.sort_by_key(|(_, weight)| Reverse(weight.flat)),
            Column::Cum => rows.sort_by_key(|(_, weight)| Reverse(weight.cum)),
            Column::Function => rows.sort_by_key(|(row, _)| {
                let (package, short) = diagnose::owner::split_name(view.name(*row));
                (short, package)
            }),
            Column::Owner => {
                let mut owned: Vec<_> = rows.iter().copied().zip(owners_of(&rows)).collect();
                owned.sort_by(|(_, a), (_, b)| a.name.cmp(&b.name));
                rows = owned.into_iter().map(|(row, _)| row).collect();
            }
        }
        if question.reversed {
            rows.reverse();
        }
        rows.truncate(layout::TABLE_ROWS);
        let owners = owners_of(&rows);
        rows.iter().map(|(row, _)| *row).zip(owners).collect()
    }
}

/// Decodes one profile of a flare, with its base for a difference, and nothing else of it.
///
/// # Errors
/// Lists what there is when the process or the profile is not there.
pub fn read_view(
    flare: &mut Flare,
    settings: &Settings,
    process: &Process,
    name: ProfileName,
    sample_type: &str,
) -> Result<View, ProfileError> {
    let wanted = |found: &Process, kind: ProfileKind| {
        found == process
            && match name {
                ProfileName::HeapFirst => kind == ProfileKind::HeapFirst,
                ProfileName::HeapSecond => kind == ProfileKind::HeapSecond,
                ProfileName::HeapDiff => {
                    matches!(kind, ProfileKind::HeapFirst | ProfileKind::HeapSecond)
                }
                ProfileName::Allocs => kind == ProfileKind::Allocs,
                ProfileName::Cpu => kind == ProfileKind::Cpu,
                ProfileName::Block => kind == ProfileKind::Block,
                ProfileName::Mutex => kind == ProfileKind::Mutex,
            }
    };
    let processes = gather::profiles(flare, settings, Some(&wanted));
    let subject = subject(flare, &processes, process, name)?;
    Ok(View::under(subject, sample_type)?)
}

fn subject<'p>(
    flare: &Flare,
    processes: &'p [ProcessProfiles],
    process: &Process,
    name: ProfileName,
) -> Result<&'p Arc<Subject>, ProfileError> {
    let Some(found) = processes.iter().find(|found| found.name == *process) else {
        return Err(ProfileError::NoProcess {
            wanted: process.to_string(),
            available: (processes.iter().map(|found| found.name.to_string())).collect(),
        });
    };
    if let Some(subject) = found.subject(name) {
        return Ok(subject);
    }
    // What a difference takes is missing in the order in which it is needed.
    let needed: &[ProfileName] = match name {
        ProfileName::HeapDiff => &[ProfileName::HeapFirst, ProfileName::HeapSecond],
        _ => &[name],
    };
    let missing = needed
        .iter()
        .copied()
        .find(|&name| found.subject(name).is_none());
    Err(unusable(flare, found, missing.unwrap_or(name), name))
}

fn unusable(
    flare: &Flare,
    process: &ProcessProfiles,
    name: ProfileName,
    wanted: ProfileName,
) -> ProfileError {
    let why = match process.slot(name) {
        Some(Slot::Reply(text)) => format!("holds a text instead of a profile: {text:?}"),
        Some(Slot::Damaged(why)) => format!("is damaged: {}", why.text()),
        Some(Slot::LeftOut(why)) => format!("is left out: {}", why.text()),
        Some(Slot::Absent | Slot::Read(_)) | None => {
            return ProfileError::NoProfile {
                process: process.name.to_string(),
                wanted: wanted.as_str(),
                available: available(flare, process),
            };
        }
    };
    ProfileError::Unusable {
        process: process.name.to_string(),
        profile: name.as_str(),
        why,
    }
}

/// Names of the profiles of a process, from the files' names; of loose ones, which are all read, from
/// what they hold.
fn available(flare: &Flare, process: &ProcessProfiles) -> Vec<String> {
    let has = |kind: ProfileKind, slot: &Slot| {
        let role = flare::Role::Profile {
            process: process.name.clone(),
            kind,
        };
        !slot.is_absent() || (!flare.is_loose() && flare.find(&role).is_some())
    };
    let heap = (
        has(ProfileKind::HeapFirst, &process.heap_first),
        has(ProfileKind::HeapSecond, &process.heap_second),
    );
    let found = [
        (heap.0, ProfileName::HeapFirst),
        (heap.1, ProfileName::HeapSecond),
        (heap.0 && heap.1, ProfileName::HeapDiff),
        (
            has(ProfileKind::Allocs, &process.allocs),
            ProfileName::Allocs,
        ),
        (has(ProfileKind::Cpu, &process.cpu), ProfileName::Cpu),
        (has(ProfileKind::Block, &process.block), ProfileName::Block),
        (has(ProfileKind::Mutex, &process.mutex), ProfileName::Mutex),
    ];
    found
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, name)| name.as_str().to_owned())
        .collect()
}
