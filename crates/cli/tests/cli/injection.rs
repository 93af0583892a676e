//! Names in a flare are data. A made-up flare holds, wherever a flare has a name or a sentence,
//! something that is markup, a command or a formula elsewhere; in no export and in no output of
//! the program may it act.
//!
//! What "act" means, and how it is seen:
//!
//! - everywhere: control characters (with them ANSI escapes) and characters that are invisible or
//!   change the direction of text. None stands in any output, in JSON only as `\u` escapes.
//! - HTML: tags, attributes and addresses that a harmless flare's report does not have.
//! - Markdown and the escalation: a parser finds no HTML, no image, no link that the report did not
//!   make, and the text of every row is the name itself, so that no part of it became markup.
//! - JIRA: outside of `{noformat}` no macro, link, image, table cell or heading that is not the
//!   writer's.
//! - JSON: it parses, and the name is in it to the letter.
//! - CSV: the program writes none. Tables are for reading, so a formula stays what it is.
//!
//! Bare `https://` addresses are left as they are: readers make links of them that lead where they
//! say.

use std::collections::BTreeSet;
use std::process::{Command, Output};
use testkit::made;

use engine::export::{ExportFormat, ExportOptions, export};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use report::markdown::clean;
use report::model::Report;
use testkit::flare_zip::{item, zip};
use testkit::made::hostile::{PAYLOADS, files};

fn report(payload: &str) -> Report {
    made::read(files(payload)).unwrap()
}

fn text(report: &Report, format: ExportFormat, redact: bool) -> String {
    let options = ExportOptions {
        redact,
        ..ExportOptions::default()
    };
    export(report, format, &options).text
}

/// Characters that act on terminals, or that the eye does not see.
fn is_active(letter: char) -> bool {
    (letter.is_control() && !matches!(letter, '\n' | '\t'))
        || matches!(
            letter,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
}

fn no_active_letters(what: &str, text: &str) {
    if let Some(at) = text.find(is_active) {
        let letter = text[at..].chars().next().unwrap();
        let start = (0..=at.saturating_sub(60))
            .rev()
            .find(|&at| text.is_char_boundary(at));
        let start = start.unwrap_or(0);
        panic!("{what} holds {letter:?} after {:?}", &text[start..at]);
    }
}

/// Each payload with the redacted report, and with the plain one.
fn each(mut check: impl FnMut(&str, &Report, bool)) {
    for payload in PAYLOADS {
        let report = report(payload);
        for redact in [false, true] {
            check(payload, &report, redact);
        }
    }
}

#[test]
fn no_export_holds_control_or_invisible_characters() {
    each(|payload, report, redact| {
        for format in ExportFormat::ALL {
            let what = format!("{} of {payload:?}", format.as_str());
            let options = ExportOptions {
                redact,
                symptom: payload.to_owned(),
                link: payload.to_owned(),
                brief: redact,
            };
            let export = export(report, format, &options);
            no_active_letters(&what, &export.text);
            no_active_letters(&what, &export.file_name);
            assert!(
                !export.file_name.contains(['/', '\\', '<', '"', ':', '|']),
                "{}",
                export.file_name
            );
        }
    });
}

/// Tags with the names of their attributes, and all addresses.
fn tags(html: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').expect("every tag ends");
        let tag = &rest[..end];
        assert!(!tag.contains('<'), "{tag}");
        let mut parts = tag.splitn(2, char::is_whitespace);
        let name = parts.next().unwrap();
        let mut attributes = parts.next().unwrap_or("").trim();
        let mut shape = name.to_owned();
        while !attributes.is_empty() {
            let stop = attributes.find(|c: char| c == '=' || c.is_whitespace());
            let stop = stop.unwrap_or(attributes.len());
            let key = &attributes[..stop];
            shape.push(' ');
            shape.push_str(key);
            attributes = &attributes[stop..];
            if let Some(value) = attributes.strip_prefix("=\"") {
                let close = value.find('"').expect("every value ends");
                if matches!(key, "href" | "src" | "action") {
                    assert!(value.starts_with('#'), "{tag}");
                }
                attributes = &value[close + 1..];
            } else {
                assert!(
                    !attributes.starts_with('='),
                    "{tag}: values stand in quotes"
                );
            }
            attributes = attributes.trim_start();
        }
        found.insert(shape);
        rest = &rest[end..];
    }
    found
}

#[test]
fn html_has_no_tags_but_the_writers_own() {
    let own = tags(&text(
        &report("github.com/pkg/a.Plain"),
        ExportFormat::Html,
        false,
    ));
    assert!(own.contains("td") && !own.iter().any(|tag| tag.starts_with("script")));
    each(|payload, report, redact| {
        let html = text(report, ExportFormat::Html, redact);
        let found = tags(&html);
        let foreign: Vec<&String> = found.difference(&own).collect();
        // Shapes may differ where a harmless name has a value that another one lacks.
        let foreign: Vec<_> = foreign
            .into_iter()
            .filter(|shape| {
                let mut words = shape.split(' ');
                let name = words.next().unwrap();
                let known = own.iter().any(|one| one.split(' ').next() == Some(name));
                let keys = words.all(|key| {
                    matches!(
                        key,
                        "class"
                            | "style"
                            | "id"
                            | "colspan"
                            | "scope"
                            | "title"
                            | "aria-hidden"
                            | "aria-label"
                            | "open"
                            | "/"
                            | ""
                    )
                });
                !(known && keys)
            })
            .collect();
        assert!(foreign.is_empty(), "{payload:?}: {foreign:?}");
    });
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check_markdown(what: &str, text: &str, payload: Option<&str>) {
    let mut shown = String::new();
    let mut headings = 0;
    for event in Parser::new_ext(text, Options::all()) {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => panic!("{what} holds HTML: {html}"),
            Event::Start(Tag::Image { dest_url, .. }) => {
                panic!("{what} holds an image: {dest_url}")
            }
            Event::Start(Tag::Link { dest_url, .. }) => {
                // Only of the form that shows where it leads.
                assert!(
                    dest_url.starts_with("https://"),
                    "{what} holds a link: {dest_url}"
                );
            }
            Event::Start(Tag::FootnoteDefinition(name)) => panic!("{what} defines {name}"),
            Event::Start(Tag::Strikethrough) => panic!("{what} strikes out"),
            Event::Start(Tag::Heading { .. }) => headings += 1,
            Event::Rule => panic!("{what} holds a rule"),
            Event::Text(text) | Event::Code(text) => shown.push_str(&text),
            Event::SoftBreak | Event::HardBreak | Event::End(_) => shown.push(' '),
            _ => {}
        }
    }
    assert!(headings > 0, "{what}");
    if let Some(payload) = payload {
        let name = squeezed(&clean(payload));
        assert!(
            squeezed(&shown).contains(&name),
            "{what}: {name:?} is not shown as it is"
        );
    }
}

#[test]
fn markdown_shows_names_as_they_are() {
    let outline = |text: &str| -> Vec<String> {
        let mut found = Vec::new();
        let mut inside = false;
        for event in Parser::new_ext(text, Options::all()) {
            match event {
                Event::Start(Tag::Heading { .. }) => {
                    inside = true;
                    found.push(String::new());
                }
                Event::End(TagEnd::Heading(_)) => inside = false,
                Event::Text(text) | Event::Code(text) if inside => {
                    found.last_mut().unwrap().push_str(&text);
                }
                _ => {}
            }
        }
        found
    };
    let own = outline(&text(&report("pkg.Plain"), ExportFormat::Escalation, false));
    each(|payload, report, redact| {
        let what = format!("{payload:?}, redact {redact}");
        let shown = (!redact).then_some(payload);
        let whole = text(report, ExportFormat::Markdown, redact);
        check_markdown(&what, &whole, shown);
        let escalation = text(report, ExportFormat::Escalation, redact);
        check_markdown(&what, &escalation, shown);
        let found = outline(&escalation);
        assert!(
            found.iter().all(|line| own.contains(line)),
            "{what}: {found:?}"
        );
    });
}

/// Outside of `{noformat}`: no markup but the writer's.
fn check_jira(what: &str, text: &str) {
    let mut raw = false;
    for line in text.lines() {
        if line == "{noformat}" {
            raw = !raw;
            continue;
        }
        if raw {
            assert!(!line.contains("{noformat"), "{what}: {line}");
            continue;
        }
        // What is escaped is gone; so are entities.
        let mut bare = String::new();
        let mut letters = line.chars();
        while let Some(letter) = letters.next() {
            if letter == '\\' {
                letters.next();
            } else {
                bare.push(letter);
            }
        }
        let cells = bare.matches('|').count();
        if bare.starts_with("||") {
            assert_eq!(cells, 4, "{what}: {line}");
        } else {
            assert_eq!(cells, 0, "{what}: {line}");
        }
        assert!(!bare.contains(['{', '}', '[', ']', '!']), "{what}: {line}");
        assert!(
            !bare.starts_with("bq.") && !bare.starts_with("----"),
            "{what}: {line}"
        );
        let heading = bare.as_bytes();
        if let [b'h', b'1'..=b'6', b'.', ..] = heading {
            assert!(
                bare.starts_with("h3. ") && !bare.contains("heading"),
                "{what}: {line}"
            );
        }
        assert!(
            !bare.starts_with('#') && !bare.starts_with("- "),
            "{what}: {line}"
        );
    }
    assert!(!raw, "{what}: a block is open at the end");
}

#[test]
fn jira_has_no_markup_but_the_writers_own() {
    each(|payload, report, redact| {
        let what = format!("{payload:?}, redact {redact}");
        check_jira(&what, &text(report, ExportFormat::Jira, redact));
        let options = ExportOptions {
            symptom: payload.to_owned(),
            link: payload.to_owned(),
            redact,
            brief: false,
        };
        check_jira(&what, &export(report, ExportFormat::Jira, &options).text);
    });
}

#[test]
fn json_holds_names_to_the_letter() {
    fn holds(value: &serde_json::Value, wanted: &str) -> bool {
        match value {
            serde_json::Value::String(text) => text == wanted,
            serde_json::Value::Array(items) => items.iter().any(|item| holds(item, wanted)),
            serde_json::Value::Object(map) => map.values().any(|item| holds(item, wanted)),
            _ => false,
        }
    }
    each(|payload, report, redact| {
        let value: serde_json::Value =
            serde_json::from_str(&text(report, ExportFormat::Json, redact)).unwrap();
        if !redact {
            assert!(holds(&value, payload), "{payload:?}");
        }
    });
}

fn flarescope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flarescope"))
        .args(arguments)
        .output()
        .unwrap()
}

fn printed(what: &str, output: &Output) -> String {
    let all = [output.stdout.as_slice(), b"\n", output.stderr.as_slice()].concat();
    let text = String::from_utf8(all).unwrap();
    no_active_letters(what, &text);
    text
}

#[test]
fn no_output_of_the_program_acts_on_the_terminal() {
    for payload in PAYLOADS {
        // The names of files on disk are more restricted than those of an archive.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flare.zip");
        let files = files(payload);
        let items = files
            .iter()
            .map(|(name, bytes)| item(&format!("host/{name}"), bytes.clone()));
        std::fs::write(&path, zip(&items.collect::<Vec<_>>())).unwrap();
        let path = path.display().to_string();
        let listing = flarescope(&["files", &path]);
        let text = printed(payload, &listing);
        assert!(listing.status.success(), "{text}");
        let lines = text.trim_end().lines().count();
        assert_eq!(lines, files.len(), "{payload:?}: {text}");
        let of_cpu = ["--process", "core", "--profile", "cpu"];
        let top = flarescope(&[&["top", &path][..], &of_cpu].concat());
        let text = printed(payload, &top);
        assert!(top.status.success(), "{text}");
        let rows = text
            .trim_end()
            .lines()
            .filter(|line| line.contains('%') && line.contains("0ms ") || line.contains("s "));
        assert!(rows.count() > 0, "{text}");
        for arguments in [
            ["top", &path, "--process", "none", "--profile", "cpu"],
            ["top", &path, "--process", "core", "--profile", "block"],
        ] {
            let output = flarescope(&arguments);
            assert_eq!(output.status.code(), Some(1));
            assert_eq!(
                String::from_utf8(output.stderr.clone())
                    .unwrap()
                    .lines()
                    .count(),
                1
            );
            printed(payload, &output);
        }
    }
    // As an argument, where the system lets it through.
    for payload in PAYLOADS.iter().filter(|payload| !payload.contains('\0')) {
        let output = flarescope(&["report", &format!("./{payload}")]);
        assert_eq!(output.status.code(), Some(1), "{payload:?}");
        let line = printed(payload, &output);
        assert_eq!(line.trim().lines().count(), 1, "{line}");
    }
}
