//! The one door into the core: opens a flare, keeps it, and answers requests about it.
//!
//! The worker and the command line are adapters over this. Nothing here knows a browser or a
//! terminal.

pub mod export;
pub mod gather;
pub mod protocol;

use crate::protocol::{Choices, Progress, Request, Response, UserError};
use diagnose::kinds::ProfileName;
use diagnose::verdict::{ProcessProfiles, Slot};
use flare::{self, Flare, FlareError, Input, LooseFile, Process, ProfileKind};
use profile::lens::view::{View, ViewError};
use report::errors::chain;
use report::layout;
use report::model::Report;
use report::settings::{Settings, SettingsError};

/// Version of the engine; the page and its worker must agree on it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Owns the open flare's report.
#[derive(Debug, Default)]
pub struct Engine {
    settings: Settings,
    report: Option<Report>,
}

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

impl Engine {
    /// With the built-in thresholds and owners.
    pub fn new() -> Self {
        Self::default()
    }

    /// With other thresholds or owners.
    pub const fn with_settings(settings: Settings) -> Self {
        Self {
            settings,
            report: None,
        }
    }

    /// Opens what was dropped and answers with the whole report.
    ///
    /// A single zip is recognised by its bytes. `progress` is told before each file.
    pub fn open(
        &mut self,
        mut files: Vec<LooseFile>,
        folder: bool,
        choices: &Choices,
        progress: &mut dyn FnMut(Progress),
    ) -> Response {
        let name = source_name(&files, folder);
        self.report = None;
        self.settings = match choices.settings() {
            Ok(settings) => settings,
            Err(error) => return Response::Failed(settings_for_user(&error)),
        };
        // Among others, a file that can't be opened is one that is left out. The only one is all.
        if let [only] = files.as_mut_slice()
            && let Err(error) = (only.open)()
        {
            let error = FlareError::Unreadable {
                name: name.clone(),
                reason: error.to_string(),
            };
            return Response::Failed(for_user(&name, &error));
        }
        match self.read(&name, Input::Files(files), progress) {
            Ok(report) => Response::Opened(Box::new(layout::view(report))),
            Err(error) => Response::Failed(for_user(&name, &error)),
        }
    }

    /// Opens a flare and makes its report.
    ///
    /// # Errors
    /// When there is nothing to show at all.
    pub fn read(
        &mut self,
        name: &str,
        input: Input,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<&Report, FlareError> {
        progress(Progress {
            what: format!("Opening {name}"),
            done: 0,
            total: 0,
        });
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
        let (report, _) = gather::gather(&mut flare, &self.settings, progress);
        Ok(self.report.insert(report))
    }

    /// The open flare's report.
    pub const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// Answers one request about the open flare. Never fails: errors become [`Response::Failed`].
    pub fn handle(&mut self, request: Request) -> Response {
        match request {
            Request::Open { .. } => Response::Failed(UserError {
                title: "Nothing to open".to_owned(),
                detail: "The files of an open request travel beside it.".to_owned(),
                hint: "Drop the flare again.".to_owned(),
            }),
            Request::Check { choices } => match choices.settings() {
                Ok(settings) => Response::Checked(settings.view()),
                Err(error) => Response::Failed(settings_for_user(&error)),
            },
            Request::Export { format, options } => match &self.report {
                Some(report) => {
                    let export = export::export(report, format, &options);
                    Response::Exported {
                        format,
                        file_name: export.file_name,
                        media_type: export.media_type.to_owned(),
                        text: export.text,
                    }
                }
                None => nothing_open(),
            },
            Request::Preview { options } => match &self.report {
                Some(report) => Response::Preview(export::preview(report, &options)),
                None => nothing_open(),
            },
        }
    }
}

fn nothing_open() -> Response {
    Response::Failed(UserError {
        title: "No flare is open".to_owned(),
        detail: "There is no report to copy or save.".to_owned(),
        hint: "Drop a flare first.".to_owned(),
    })
}

/// What was dropped: a file, or the folder that all paths share.
fn source_name(files: &[LooseFile], folder: bool) -> String {
    match files {
        [] => "nothing".to_owned(),
        [only] if !folder => only.path.clone(),
        [first, ..] => {
            let root = first.path.split('/').next().unwrap_or("");
            let shared = files
                .iter()
                .all(|file| file.path.split('/').next() == Some(root));
            if folder && shared {
                root.to_owned()
            } else {
                format!("{} files", files.len())
            }
        }
    }
}

/// Turns the core's facts into words for people.
pub fn for_user(name: &str, error: &FlareError) -> UserError {
    if let FlareError::Unreadable { reason, .. } = error {
        return UserError {
            title: "This file can't be read any more".to_owned(),
            detail: format!("{name}: {reason}."),
            hint:
                "It has to stay where it is and as it is until its report is there. Drop it again, \
                   from where it lies now."
                    .to_owned(),
        };
    }
    UserError {
        title: "This can't be opened as a flare".to_owned(),
        detail: format!("{name}: {}", chain(error)),
        hint: "Drop the .zip that datadog-agent flare wrote, the folder it unpacks to, or single \
               .pprof files."
            .to_owned(),
    }
}

/// Says why choices can't be used.
pub fn settings_for_user(error: &SettingsError) -> UserError {
    let (title, hint) = match error {
        SettingsError::Owners { .. } => (
            "This owners file can't be used",
            "It has to be TOML in the format of data/owners.toml, which describes itself. The table in force stays.",
        ),
        SettingsError::Threshold { .. } | SettingsError::Thresholds(_) => (
            "This threshold can't be used",
            "The thresholds in force stay.",
        ),
    };
    UserError {
        title: title.to_owned(),
        detail: chain(error),
        hint: hint.to_owned(),
    }
}

/// Decodes one profile of a flare, with its base for a difference, and hands out the view.
///
/// # Errors
/// Lists what there is when the process or the profile is not there.
pub fn with_view<T>(
    flare: &mut Flare,
    settings: &Settings,
    process: &Process,
    name: ProfileName,
    sample_type: &str,
    show: impl FnOnce(&View<'_>) -> T,
) -> Result<T, ProfileError> {
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
    let Some(found) = processes.iter().find(|found| found.name == *process) else {
        return Err(ProfileError::NoProcess {
            wanted: process.to_string(),
            available: (processes.iter().map(|found| found.name.to_string())).collect(),
        });
    };
    let view = if name == ProfileName::HeapDiff {
        let base = usable(flare, found, ProfileName::HeapFirst, name)?;
        let new = usable(flare, found, ProfileName::HeapSecond, name)?;
        View::diff(new, base, sample_type)?
    } else {
        View::of(usable(flare, found, name, name)?, sample_type)?
    };
    Ok(show(&view))
}

fn usable<'p>(
    flare: &Flare,
    process: &'p ProcessProfiles,
    name: ProfileName,
    wanted: ProfileName,
) -> Result<&'p profile::Profile, ProfileError> {
    let unusable = |why: String| ProfileError::Unusable {
        process: process.name.to_string(),
        profile: name.as_str(),
        why,
    };
    match process.slot(name) {
        Some(Slot::Read(profile)) => Ok(profile),
        Some(Slot::Reply(text)) => Err(unusable(format!(
            "holds a text instead of a profile: {text:?}"
        ))),
        Some(Slot::Damaged(why)) => Err(unusable(format!("is damaged: {why}"))),
        Some(Slot::LeftOut(why)) => Err(unusable(format!("is left out: {why}"))),
        Some(Slot::Absent) | None => Err(ProfileError::NoProfile {
            process: process.name.to_string(),
            wanted: wanted.as_str(),
            available: available(flare, &process.name),
        }),
    }
}

/// Names of the profiles of a process, from the files' names.
fn available(flare: &Flare, process: &Process) -> Vec<String> {
    let has = |kind: ProfileKind| {
        let role = flare::Role::Profile {
            process: process.clone(),
            kind,
        };
        flare.find(&role).is_some()
    };
    let heap = (has(ProfileKind::HeapFirst), has(ProfileKind::HeapSecond));
    let found = [
        (heap.0, ProfileName::HeapFirst),
        (heap.1, ProfileName::HeapSecond),
        (heap.0 && heap.1, ProfileName::HeapDiff),
        (has(ProfileKind::Allocs), ProfileName::Allocs),
        (has(ProfileKind::Cpu), ProfileName::Cpu),
        (has(ProfileKind::Block), ProfileName::Block),
        (has(ProfileKind::Mutex), ProfileName::Mutex),
    ];
    found
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, name)| name.as_str().to_owned())
        .collect()
}
