//! Every sentence that a session says.

use super::interface::{Deliver, Outgoing};
use crate::faults;
use engine::protocol::{ExportFormat, UserError};

pub(super) const CANCELLED: &str = "Cancelled";

pub(super) const STILL_TYPED: &str =
    "The symptom and link you typed before still go into this escalation";

pub(super) fn reading(name: &str) -> String {
    format!("Reading {name}")
}

/// That a report is there; `host` may be unknown.
pub(super) fn report_is_there(host: &str, name: &str) -> String {
    let of = if host.is_empty() { name } else { host };
    format!("Report of {of} is there")
}

/// How far the listing of a folder is.
pub(super) fn listing(files: u64) -> String {
    format!("Listing the folder, {files} files so far")
}

/// What the worker died of when it said nothing.
pub(super) const SILENT: &str = "it showed no sign of life for a minute";

/// Goes behind the word that a text is out.
pub(super) const REDACTED: &str = ", names replaced";

/// A failure on one line.
pub(super) fn in_short(error: &UserError) -> String {
    format!("{}. {} {}", error.title, error.detail, error.hint)
}

pub(super) fn forgotten(error: &UserError) -> String {
    format!(
        "The settings kept from an earlier visit can't be used any more and were forgotten: {}",
        error.detail
    )
}

/// What came of choices; `done` is what the user did.
pub(super) fn chosen(done: &str, is_kept: bool, reading: Option<&str>) -> String {
    let mut said = done.to_owned();
    if !is_kept {
        said.push_str(" until the page is closed: the browser refuses to keep them");
    }
    if let Some(name) = reading {
        said.push_str("; re-reading with them: ");
        said.push_str(name);
    }
    said
}

pub(super) fn redaction(on: bool) -> &'static str {
    if on {
        "Names are replaced in the texts to paste and in everything you copy or save. The rest of this screen stays as it is"
    } else {
        "Copies and files have their real names again"
    }
}

pub(super) fn not_listed(name: &str) -> UserError {
    UserError {
        title: "The folder could not be read".to_owned(),
        detail: format!("{name}: the browser did not list it within a minute."),
        hint: "If it is on another computer, copy it to this one first, or drop the flare's zip."
            .to_owned(),
    }
}

pub(super) fn two_builds(page: &str, worker: &str) -> UserError {
    UserError {
        title: "This page has two versions in the browser's cache".to_owned(),
        detail: format!("The page is {page}, its worker is {worker}."),
        hint: "Reload the page to get both from the same build.".to_owned(),
    }
}

pub(super) fn restarted(message: &str) -> String {
    let why = faults::in_short(message);
    format!("The part of the page that reads flares stopped and was restarted: {why}. Try again.")
}

pub(super) fn delivered(what: &Outgoing) -> String {
    let Outgoing { name, remark, .. } = what;
    match what.deliver {
        Deliver::Copy => {
            let letters = what.text.chars().count();
            format!("{name} copied, {letters} characters{remark}")
        }
        Deliver::Save => format!("{name} saved{remark}"),
    }
}

/// What a form of the report is called when it is copied.
pub(super) const fn format_name(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Markdown => "Report in Markdown",
        ExportFormat::Html => "Report in HTML",
        ExportFormat::Text => "Report as plain text",
        ExportFormat::Json => "Report in JSON",
        ExportFormat::Customer => "Customer message",
        ExportFormat::Escalation => "Escalation summary",
        ExportFormat::Jira => "Escalation summary for JIRA",
    }
}
