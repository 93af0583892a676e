//! Whole flares: the archive's door, and the report from end to end.

use std::io::Cursor;
use std::sync::LazyLock;

use arbitrary::Unstructured;
use engine::OpenFlare;
use engine::export::{ExportFormat, ExportOptions, export, preview};
use flare::{Flare, Input, Limits, LooseFile};
use report::settings::{Choices, OwnersFile, Settings};

use super::flare_bytes::{MADE_UP, SYMPTOM, path, pieces};
use super::made_up;

/// Low enough for small inputs to reach each of them.
static LIMITS: LazyLock<Limits> = LazyLock::new(|| Limits {
    entries: 60,
    unpacked_bytes_per_entry: 1 << 16,
    unpacked_bytes_in_total: 3 << 16,
    inner_archive_bytes: 1 << 16,
    nesting: 2,
    ratio: 100,
    ratio_from_bytes: 1 << 12,
    text_bytes: 1 << 11,
    ..Limits::default()
});

/// The bytes of an archive.
pub fn archive(bytes: &[u8]) {
    let input = Input::Zip(Box::new(Cursor::new(bytes.to_vec())));
    let mut flare = match Flare::open("fuzz.zip", input, &LIMITS) {
        Ok(flare) => flare,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert!(flare.entries().len() <= LIMITS.entries);
    assert_eq!(flare.source_bytes(), bytes.len() as u64);
    for problem in flare.problems() {
        assert!(!problem.to_string().is_empty());
    }
    let mut total = 0;
    for index in 0..flare.entries().len() {
        let entry = flare.entries()[index].clone();
        // Empty parts and `.` are dropped from the latter.
        let last = |path: &str| {
            let mut parts = path.rsplit('/');
            parts
                .find(|part| !matches!(*part, "" | "."))
                .map(str::to_owned)
        };
        assert_eq!(last(&entry.path), last(&entry.inner), "{entry:?}");
        assert!(!entry.path.ends_with('/'), "{entry:?}");
        if let Some(found) = flare.find(&entry.role) {
            assert_eq!(flare.entries()[found].role, entry.role);
        }
        let first = flare.read(index);
        match &first {
            Ok(read) => {
                assert!(entry.problem.is_none(), "{entry:?}");
                assert_eq!(read.len() as u64, entry.size, "{entry:?}");
                assert!(entry.size <= LIMITS.unpacked_bytes_per_entry);
                total += entry.size;
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
        if let Ok(again) = flare.read(index) {
            // A file that was refused once for the sum of all is not let in by asking again.
            assert_eq!(first.ok().as_ref(), Some(&again));
        }
        if let Ok((text, cut)) = flare.read_text(index) {
            // A byte that is no UTF-8 becomes three.
            assert!(text.len() as u64 <= 3 * LIMITS.text_bytes);
            assert!(!cut || entry.size > LIMITS.text_bytes);
        }
    }
    assert!(total <= LIMITS.unpacked_bytes_in_total);
}

/// The files of a flare by path, with made-up profiles made.
fn files(rest: &[u8]) -> Vec<(String, Vec<u8>)> {
    let files = pieces(rest).filter(|(number, _)| *number != SYMPTOM);
    let files = files.map(|(number, content)| {
        let content = if number & MADE_UP == 0 {
            content.to_vec()
        } else {
            made_up::profile_file(&mut Unstructured::new(content)).unwrap_or_default()
        };
        (format!("pay-7.corp.example.com/{}", path(number)), content)
    });
    files.collect()
}

/// The settings of every choice that the first byte makes. Reading the owners file takes longer
/// than reading a small flare.
static SETTINGS: LazyLock<Vec<Settings>> = LazyLock::new(|| {
    let settings = |choice: u8| {
        let choices = Choices {
            leak_mb: (choice & 1 != 0).then_some(0.0),
            cpu_percent: (choice & 1 != 0).then_some(0.0),
            contention_s: (choice & 2 != 0).then_some(0.0),
            count_idle_waits: choice & 4 != 0,
            owners: (choice & 8 != 0).then(|| OwnersFile {
                name: "own.toml".to_owned(),
                text: include_str!("../../data/owners.toml").to_owned(),
            }),
        };
        // They are those of the program's own files and of limits within bounds.
        match choices.settings() {
            Ok(settings) => settings,
            Err(error) => panic!("{error}"),
        }
    };
    (0..16).map(settings).collect()
});

/// A whole flare, to the forms of the report.
pub fn report(bytes: &[u8]) {
    let Some((&choice, rest)) = bytes.split_first() else {
        return;
    };
    let files = files(rest);
    let settings = &SETTINGS[usize::from(choice & 0xf)];
    let read = || {
        let input = files
            .iter()
            .map(|(path, content)| LooseFile::from_bytes(path.clone(), content.clone()))
            .collect();
        let flare = OpenFlare::read("pay-7", Input::Files(input), settings.clone(), &mut |_| {});
        flare.ok().map(|flare| flare.report().clone())
    };
    let Some(report) = read() else {
        return;
    };
    let symptom = pieces(rest)
        .find(|(number, _)| *number == SYMPTOM)
        .map_or_else(
            || "memory of pay-7 grows since <img src=x> Monday".into(),
            |(_, typed)| String::from_utf8_lossy(typed),
        );
    let options = |redact| ExportOptions {
        symptom: symptom.to_string(),
        link: "https://tickets.example.net/1".to_owned(),
        redact,
        brief: redact,
    };
    // Writing costs more than reading and judging: each flare is written in two of the forms.
    let turn = usize::from(choice >> 4);
    let form = |at: usize| ExportFormat::ALL[(turn + at) % ExportFormat::ALL.len()];
    for (format, redact) in [(form(0), false), (form(3), true)] {
        let written = export(&report, format, &options(redact));
        let name = format.as_str();
        assert!(written.text.ends_with('\n'), "{name}");
        assert!(
            !written.file_name.contains(['/', '\\', '\0', ' ']),
            "{name}"
        );
        match format {
            ExportFormat::Json => {
                let json = serde_json::from_str::<serde_json::Value>(&written.text);
                assert!(json.is_ok_and(|json| json.is_object()), "{name}");
            }
            ExportFormat::Html => markup_is_ours(&written.text),
            _ => {}
        }
    }
    if choice & 0xf0 == 0xf0 {
        let _ = preview(&report, &options(true));
    }
    if choice & 0x30 != 0x30 {
        return;
    }
    // Tables with another seed of their hashes, and the same report: no order depends on them.
    let again = read().map(|report| export(&report, ExportFormat::Json, &options(false)).text);
    let once = export(&report, ExportFormat::Json, &options(false)).text;
    assert_eq!(again, Some(once), "the same flare gave two reports");
}

/// Nothing from a flare becomes an element that no report has.
fn markup_is_ours(html: &str) {
    for part in html.split('<').skip(1) {
        let name: String = part
            .trim_start_matches(['/', '!'])
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        assert!(
            !["script", "img", "iframe", "object", "form", "input"]
                .contains(&name.to_ascii_lowercase().as_str()),
            "<{name}> in the page"
        );
    }
}
