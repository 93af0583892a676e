//! The report as texts that leave the page: one door for copying, downloading and the command line.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use profile::is_hidden;
use report::markdown::clean_lines;
use report::model::Report;
use report::redact::{Redactor, Replacement, Text};
use report::screen::Replies;
use report::{html, json, layout, markdown, redacted, text, texts};

/// Forms of the report that can be copied or saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// `flare-profiling-{hostname}.md`
    Markdown,
    /// One self-contained page without script.
    Html,
    /// For terminals and e-mail.
    Text,
    /// The JSON of `docs/report.schema.json`.
    Json,
    /// The message for the customer.
    Customer,
    /// The escalation summary in Markdown.
    Escalation,
    /// The escalation summary in JIRA wiki markup.
    Jira,
}

impl ExportFormat {
    /// All of them, the whole report first.
    pub const ALL: [Self; 7] = [
        Self::Markdown,
        Self::Html,
        Self::Text,
        Self::Json,
        Self::Customer,
        Self::Escalation,
        Self::Jira,
    ];

    /// The name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Text => "text",
            Self::Json => "json",
            Self::Customer => "customer",
            Self::Escalation => "escalation",
            Self::Jira => "jira",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Markdown | Self::Escalation => "text/markdown",
            Self::Html => "text/html",
            Self::Json => "application/json",
            Self::Text | Self::Customer | Self::Jira => "text/plain",
        }
    }

    /// Stem and extension of the suggested file name.
    const fn file_name(self) -> (&'static str, &'static str) {
        match self {
            Self::Markdown => ("flare-profiling", "md"),
            Self::Html => ("flare-profiling", "html"),
            Self::Text => ("flare-profiling", "txt"),
            Self::Json => ("flare-profiling", "json"),
            Self::Customer => ("customer-message", "txt"),
            Self::Escalation => ("escalation", "md"),
            Self::Jira => ("escalation-jira", "txt"),
        }
    }
}

/// What goes into an export beside the report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportOptions {
    /// The symptom, in the user's words, or empty.
    pub symptom: String,
    /// Link to the flare or the ticket, or empty.
    pub link: String,
    /// Host names, addresses, paths, tags and the like become pseudonyms.
    pub redact: bool,
    /// The short form of Markdown and text: what a terminal is for. Everything else is whole anyway.
    pub brief: bool,
}

/// A finished export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Suggested file name.
    pub file_name: String,
    /// Media type.
    pub media_type: &'static str,
    /// The whole text. Ends with a line feed.
    pub text: String,
}

/// Writes a report in one of its forms.
pub fn export(report: &Report, format: ExportFormat, options: &ExportOptions) -> Export {
    if options.redact {
        let mut redactor = redacted::redactor(report);
        let report = redacted::redacted(report, &mut redactor);
        // The link leads to the ticket: without it the escalation would lead nowhere. What the
        // user typed about the symptom is prose like any other.
        let symptom = redactor.text(&options.symptom, Text::Prose);
        let report = report.asked(&options.symptom, &options.link);
        return write(&report, format, &symptom, options);
    }
    let report = report.asked(&options.symptom, &options.link);
    write(&report, format, &options.symptom, options)
}

/// The texts to paste, as [`export`] writes each.
pub fn replies(report: &Report, options: &ExportOptions) -> Replies {
    let text = |format| export(report, format, options).text;
    Replies {
        customer: text(ExportFormat::Customer),
        escalation: text(ExportFormat::Escalation),
        jira: text(ExportFormat::Jira),
        redacted: options.redact,
    }
}

/// What redaction replaces in the exports of a report.
pub fn preview(report: &Report, options: &ExportOptions) -> Vec<Replacement> {
    let mut redactor: Redactor = redacted::redactor(report);
    redacted::redacted(report, &mut redactor);
    redactor.text(&options.symptom, Text::Prose);
    redactor.replacements()
}

fn write(report: &Report, format: ExportFormat, symptom: &str, options: &ExportOptions) -> Export {
    let link = options.link.as_str();
    let document = || {
        let document = layout::document(report, symptom, link);
        // A page is read with links and a list of sections: it is whole.
        if options.brief && format != ExportFormat::Html {
            layout::brief(document)
        } else {
            document
        }
    };
    let mut text = match format {
        ExportFormat::Markdown => markdown::markdown(&document()),
        ExportFormat::Html => html::html(&document()),
        ExportFormat::Text => text::text(&document()),
        ExportFormat::Json => escaped(&json::json(report, symptom, link)),
        // Sentences with names of checks and hosts in them.
        ExportFormat::Customer => clean_lines(&texts::customer_message(report)),
        ExportFormat::Escalation => texts::escalation(report, symptom, link),
        ExportFormat::Jira => texts::jira(report, symptom, link),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let (stem, extension) = format.file_name();
    Export {
        file_name: format!("{stem}-{}.{extension}", file_name_part(&report.hostname)),
        media_type: format.media_type(),
        text,
    }
}

/// JSON in which all that a terminal or an eye could take for something else is escaped: such
/// characters stand in strings only, so what is read from it stays the same.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        if (letter.is_control() && letter != '\n') || is_hidden(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(letter);
        }
    }
    out
}

/// A host name as part of a file name: what a file system may refuse becomes `_`.
fn file_name_part(name: &str) -> String {
    let clean: String = name
        .chars()
        .take(120)
        .map(|c| {
            if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') {
                c
            } else {
                '_'
            }
        })
        .collect();
    match clean.trim_matches('.') {
        "" => "unknown".to_owned(),
        clean => clean.to_owned(),
    }
}
