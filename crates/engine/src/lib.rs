//! The one door into everything below: opens a flare, keeps it open, and answers requests about it.
//!
//! - [`OpenFlare`]: an open flare, with its report and its decoded profiles.
//! - [`Engine`]: the one that the page looks at; answers the messages of [`protocol`].
//! - `rows`: tables of functions in any order, a window at a time.
//! - `gather`: from an open flare to the facts of its report.
//! - [`export`]: the one way out for a report.
//!
//! The worker and the command line are adapters over this. Refuses to know a browser or a terminal.

pub mod export;
mod gather;
mod open;
pub mod protocol;
mod rows;

use diagnose::errors::chain;
use flare::{FlareError, Input, LooseFile};
use report::layout;
use report::model::Report;
use report::settings::{Settings, SettingsError};

pub use open::{OpenFlare, ProfileError, read_view};

use crate::protocol::{Choices, ExportOptions, Pairs, Progress, Question, Response, UserError};

/// Owns the flare that is open.
#[derive(Debug, Default)]
pub struct Engine {
    open: Option<OpenFlare>,
}

impl Engine {
    /// With nothing open.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens what was dropped. `tell` is told progress before each file and what answers the ticket as
    /// soon as it is known; the answer is all else.
    ///
    /// A single zip is recognised by its bytes.
    pub fn open(
        &mut self,
        mut files: Vec<LooseFile>,
        folder: bool,
        choices: &Choices,
        pairs: Pairs,
        tell: &mut dyn FnMut(Response),
    ) -> Response {
        let name = source_name(&files, folder);
        // Two flares are twice the memory: the one before goes first.
        self.open = None;
        let settings = match choices.settings() {
            Ok(settings) => Settings { pairs, ..settings },
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
        let mut progress = |progress: Progress| tell(Response::Progress(progress));
        match OpenFlare::read(&name, Input::Files(files), settings, &mut progress) {
            Ok(flare) => {
                tell(summary(flare.report(), &ExportOptions::default()));
                let mut details = layout::details_view(flare.report());
                flare.fill(&mut details);
                self.open = Some(flare);
                Response::Opened(Box::new(details))
            }
            Err(error) => Response::Failed(for_user(&name, &error)),
        }
    }

    /// Answers one question about the open flare. Never fails: errors become [`Response::Failed`].
    pub fn answer(&self, question: Question) -> Response {
        match (question, &self.open) {
            (Question::Check { choices }, _) => match choices.settings() {
                Ok(settings) => Response::Checked(settings.view()),
                Err(error) => Response::Failed(settings_for_user(&error)),
            },
            (Question::Export { format, options }, Some(flare)) => {
                let export = export::export(flare.report(), format, &options);
                Response::Exported {
                    format,
                    file_name: export.file_name,
                    media_type: export.media_type.to_owned(),
                    text: export.text,
                }
            }
            (Question::Summary { options }, Some(flare)) => summary(flare.report(), &options),
            (Question::Preview { options }, Some(flare)) => {
                Response::Preview(layout::replaced(export::preview(flare.report(), &options)))
            }
            (Question::Top(question), Some(flare)) => match flare.top(&question) {
                Ok(rows) => Response::Top(Box::new(rows)),
                Err(error) => Response::Failed(profile_for_user(&error)),
            },
            (
                Question::TopText {
                    table,
                    form,
                    redact,
                },
                Some(flare),
            ) => match flare.top_text(&table, form, redact) {
                Ok((name, text)) => Response::TopText { name, text },
                Err(error) => Response::Failed(profile_for_user(&error)),
            },
            (
                Question::Export { .. }
                | Question::Summary { .. }
                | Question::Preview { .. }
                | Question::Top(_)
                | Question::TopText { .. },
                None,
            ) => nothing_open(),
        }
    }
}

fn summary(report: &Report, options: &ExportOptions) -> Response {
    let replies = export::replies(report, options);
    let report = report.asked(&options.symptom, &options.link);
    Response::Summary(Box::new(layout::summary_view(&report, replies)))
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
fn for_user(name: &str, error: &FlareError) -> UserError {
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
fn settings_for_user(error: &SettingsError) -> UserError {
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

/// Says why a profile can't be shown.
fn profile_for_user(error: &ProfileError) -> UserError {
    UserError {
        title: "This table can't be made".to_owned(),
        detail: chain(error),
        hint: "The rest of the report stands.".to_owned(),
    }
}
