//! A flare that stays open: its files, its report and its decoded profiles, so that a later question
//! is answered without reading again.
//!
//! Profiles are shared and views own what they need, so any number of flares can be open, and two of
//! them can be looked at together.

use std::sync::{Arc, Mutex, PoisonError};

use diagnose::kinds::ProfileName;
use diagnose::program::Program;
use diagnose::verdict::{ProcessProfiles, Slot};
use flare::{self, Flare, FlareError, Input, Process, ProfileKind};
use profile::lens::subject::Subject;
use profile::lens::view::{View, ViewError};
use report::layout::{self, Palette};
use report::model::{ProfileContent, Report, Row};
use report::rows::{RowsView, TableForm};
use report::screen::{DetailsView, Progress, Stage};
use report::settings::Settings;
use report::{redacted, texts};

use crate::gather;
use crate::protocol::TopQuestion;
use crate::rows::{Asker, Ordered, Orders};

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
    orders: Orders,
    palette: Mutex<Palette>,
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
            palette: Mutex::new(Palette::of(&report)),
            report,
            processes,
            orders: Orders::default(),
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

    /// Some rows of a profile, in any order, of all that pass a filter.
    ///
    /// # Errors
    /// As [`Self::subject`], and when the profile has no such sample type.
    pub fn top(&self, question: &TopQuestion) -> Result<RowsView, ProfileError> {
        let program = self.program(question);
        let asker = self.asker(&program);
        let order = self.order(question, &asker)?;
        let (offset, rows) = order.window(question, &asker, self.known_rows(question));
        let mut palette = self.palette.lock().unwrap_or_else(PoisonError::into_inner);
        // The report's tables have no room for all rows: an owner may show here first.
        palette.learn(rows.iter().map(|facts| facts.row.owner.as_str()));
        Ok(layout::rows::rows(
            &order.facts,
            &rows,
            offset,
            order.len(),
            &palette,
        ))
    }

    /// All rows of a table that pass a filter, as a text to paste, and what it is. The window of the
    /// question means nothing here.
    ///
    /// # Errors
    /// As [`Self::top`].
    pub fn top_text(
        &self,
        question: &TopQuestion,
        form: TableForm,
        redact: bool,
    ) -> Result<(String, String), ProfileError> {
        let program = self.program(question);
        let asker = self.asker(&program);
        let order = self.order(question, &asker)?;
        let mut rows = order.all(&asker);
        let mut facts = order.facts.clone();
        if redact {
            redacted::table(&self.report, &mut facts, &mut rows);
        }
        Ok((
            texts::tables::copied(&facts, rows.len(), form),
            layout::rows::copied(&facts, &rows, form),
        ))
    }

    /// Puts the first rows of every table into what the page shows.
    pub(crate) fn fill(&self, view: &mut DetailsView) {
        for table in view.tables_mut() {
            let question = TopQuestion::first(table);
            // What can't be had is asked for by the page, which says why not.
            if let Ok(rows) = self.top(&question) {
                table.on_screen = Some(Box::new(rows));
                table.rows.clear();
            }
        }
    }

    fn order(
        &self,
        question: &TopQuestion,
        asker: &Asker<'_>,
    ) -> Result<Arc<Ordered>, ProfileError> {
        let process = Process::parse(&question.process);
        let subject = self.subject(&process, question.profile)?;
        let make = || Ordered::of(subject, question, asker);
        Ok(self.orders.of(question, make)?)
    }

    fn program(&self, question: &TopQuestion) -> Program {
        let process = Process::parse(&question.process);
        let found = self.processes.iter().find(|found| found.name == process);
        let program = found.map(|found| found.program(&self.settings.owners));
        program.unwrap_or_default()
    }

    fn asker<'f>(&'f self, program: &'f Program) -> Asker<'f> {
        let judgement = &self.report.judgement;
        Asker {
            settings: &self.settings,
            program,
            findings: &judgement.findings,
            sigmas: judgement.thresholds.leak.noise_sigmas,
        }
    }

    /// The rows that the report has of a table, in pprof's order.
    fn known_rows(&self, question: &TopQuestion) -> &[Row] {
        let process = Process::parse(&question.process);
        let processes = self.report.processes.iter();
        let profile = processes
            .filter(|found| found.name == process)
            .find_map(|found| found.profile(question.profile));
        let Some(ProfileContent::Tables(tables)) = profile.map(|profile| &profile.content) else {
            return &[];
        };
        let mut tables = tables.iter();
        let table = tables.find(|table| table.sample_type == question.sample_type);
        table.map_or(&[], |table| &table.rows)
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
