//! First inputs of the targets: real files out of the test flares, cut short, and what the tests of
//! the report make up. The target `report` has those of the other targets as well, each as a file of
//! a flare.
//!
//! They are made anew for each run, so only what fuzzing made of them is committed. A fuzzer that
//! starts with nothing needs days for what these show it in seconds.

use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::Path;

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::corpus;
use crate::project::Project;
use crate::run;
use flare_bytes::{MADE_UP, PATHS, SYMPTOM, joined};

#[expect(
    dead_code,
    reason = "what takes a flare apart again is for the target alone"
)]
#[path = "../../../fuzz/src/flare_bytes.rs"]
mod flare_bytes;

/// Which byte in front picks the parser in the target `agent_texts`.
const AGENT_TEXTS: [(&str, u8); 20] = [
    ("runtime_config_dump.yaml", 0),
    ("system_probe_runtime_config_dump.yaml", 0),
    ("flare_creation.log", 1),
    ("runtime_debug_info.log", 2),
    ("docker_inspect.log", 3),
    ("ecs_metadata.json", 4),
    ("envvars.log", 5),
    ("health.yaml", 6),
    ("metadata/host.json", 7),
    ("metadata/inventory/host.json", 7),
    ("install_info.log", 8),
    ("k8s/kubelet_pods.yaml", 9),
    ("version-history.json", 11),
    ("system-probe/dmesg.log", 12),
    ("expvar/runner", 13),
    ("logs/agent.log", 15),
    ("diagnose.log", 16),
    ("tagger-list.json", 17),
    ("workload-list.log", 17),
    ("health-platform-issues.json", 18),
];

/// Bytes kept of a text.
const TEXT: usize = 12_000;

/// Bytes kept of each file of a whole flare: a real one has many, one that a test makes up few.
const FILE: usize = 900;
const FILE_MADE_UP: usize = 4_000;

/// Profiles up to this size are taken.
const PROFILE: usize = 9_000;

/// Runs the tests of the report, which leave the flares that they make up in the folder.
pub(super) fn of_tests(project: &Project, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    run::run(
        run::command("cargo", &project.root)
            .args([
                "test",
                "--quiet",
                "--locked",
                "--package=engine",
                "--test=engine",
                "report_",
            ])
            .env("FLARESCOPE_KEEP_FLARES", folder),
    )
}

/// Writes `<folder>/<target>/<flare>-<file>`; `made_up` has the flares of [`of_tests`], and
/// `committed` the committed archives.
pub(super) fn write(
    project: &Project,
    folder: &Path,
    made_up: &Path,
    committed: &Path,
) -> Result<()> {
    let flares = project.root.join("tests/flares");
    for (flares, kept) in [(flares.as_path(), FILE), (made_up, FILE_MADE_UP)] {
        let unreadable = || format!("{} cannot be read", flares.display());
        for entry in fs::read_dir(flares).with_context(unreadable)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if let Some(flare) = name.strip_suffix(".zip")
                && !flare.ends_with(".expected")
            {
                of_flare(&path, flare, kept, folder).with_context(|| name.clone().into_owned())?;
            }
        }
    }
    as_files_of_a_flare(committed, folder)?;
    for (number, name) in (0_u8..).zip(["owners", "thresholds", "known_cases"]) {
        let text = fs::read_to_string(project.root.join(format!("data/{name}.toml")))?;
        // Comments are half of these files, and say nothing to a parser.
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect();
        put(
            folder,
            "owners",
            name,
            &tagged(number, lines.join("\n").as_bytes()),
        )?;
    }
    put(
        folder,
        "agent_texts",
        "paths",
        &tagged(14, PATHS.join("\n").as_bytes()),
    )?;
    let noise = noise(3_000);
    for (number, from) in (0_u8..).zip((0..2_400).step_by(40)) {
        let part = noise.get(from..from + 600).unwrap_or_default();
        put(folder, "profile_structured", &number.to_string(), part)?;
    }
    for choice in 0..12 {
        let starts = (0..).step_by(90 + usize::from(choice));
        let file = |(number, from): (u8, usize)| {
            let part = noise.get(from..from + 250).unwrap_or_default();
            (number | MADE_UP, part.to_vec())
        };
        let files: Vec<_> = (30..41).zip(starts).map(file).collect();
        let flare = joined(choice, &files);
        put(folder, "report", &format!("made-up-{choice}"), &flare)?;
    }
    Ok(())
}

/// What the other targets found, each as one file of a flare.
fn as_files_of_a_flare(committed: &Path, folder: &Path) -> Result<()> {
    let numbers = |wanted: &dyn Fn(&str) -> bool| -> Vec<u8> {
        let paths = (0_u8..).zip(PATHS).filter(|(_, path)| wanted(path));
        paths.map(|(number, _)| number).collect()
    };
    let profiles = numbers(&|path| path.ends_with(".pprof"));
    let made_up: Vec<u8> = profiles.iter().map(|number| number | MADE_UP).collect();
    let places = [
        ("status", numbers(&|path| path.ends_with("status.log"))),
        (
            "telemetry",
            numbers(&|path| path.ends_with("telemetry.log")),
        ),
        ("goroutines", numbers(&|path| path == "go-routine-dump.log")),
        ("memstats", numbers(&|path| path.starts_with("expvar/"))),
        ("decode", profiles),
        ("profile_structured", made_up),
        // A flare may lie in another archive.
        ("archive", numbers(&|path| path == "local")),
    ];
    for (target, numbers) in places {
        for (at, content) in inputs(committed, target)?.iter().enumerate() {
            one_file(folder, target, at, &numbers, content)?;
        }
    }
    for (at, input) in inputs(committed, "redact")?.iter().enumerate() {
        // The first byte picks what kind of text it is.
        one_file(
            folder,
            "redact",
            at,
            &[SYMPTOM],
            input.get(1..).unwrap_or_default(),
        )?;
    }
    for (at, input) in inputs(committed, "agent_texts")?.iter().enumerate() {
        let Some((choice, content)) = input.split_first() else {
            continue;
        };
        // As the target picks it.
        let parser = match *choice {
            15..=18 => *choice,
            other => other % 15,
        };
        let numbers = numbers(&|path| {
            let mut parsers = AGENT_TEXTS.iter();
            parsers.any(|(name, number)| *name == path && *number == parser)
        });
        one_file(folder, "agent_texts", at, &numbers, content)?;
    }
    Ok(())
}

/// Flares of one file each: the content as up to four of the files, in turn, and so the forms.
fn one_file(folder: &Path, target: &str, at: usize, numbers: &[u8], content: &[u8]) -> Result<()> {
    let numbers = numbers.iter().cycle().skip(at).take(numbers.len().min(4));
    for (turn, number) in numbers.enumerate() {
        let choice = ((at + turn) % 256) as u8;
        let flare = joined(choice, &[(*number, content.to_vec())]);
        put(folder, "report", &format!("{target}-{at}-{turn}"), &flare)?;
    }
    Ok(())
}

/// The committed inputs of a target, in the order of their names.
fn inputs(committed: &Path, target: &str) -> Result<Vec<Vec<u8>>> {
    let inputs = corpus::read(&committed.join(format!("{target}.zip")))?;
    Ok(inputs.into_values().collect())
}

fn of_flare(archive: &Path, flare: &str, kept: usize, folder: &Path) -> Result<()> {
    let mut archive = ZipArchive::new(File::open(archive)?)?;
    let mut files = Vec::new();
    let mut small = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let path = entry.name()?.into_owned();
        let Some((_, inner)) = path.split_once('/').filter(|_| !path.ends_with('/')) else {
            continue;
        };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        let name = format!("{flare}-{}", inner.replace('/', "_"));
        let text = bytes.get(..TEXT).unwrap_or(&bytes);
        match inner {
            "status.log" => {
                put(folder, "status", &name, text)?;
                let part = text.get(..3_000).unwrap_or(text);
                put(folder, "redact", &name, &[REDACTION, part].concat())?;
            }
            "go-routine-dump.log" => put(folder, "goroutines", &name, text)?,
            "telemetry.log" => put(folder, "telemetry", &name, text)?,
            _ if inner.starts_with("expvar/") => put(folder, "memstats", &name, text)?,
            _ => {}
        }
        for (_, number) in AGENT_TEXTS.iter().filter(|(path, _)| *path == inner) {
            put(folder, "agent_texts", &name, &tagged(*number, text))?;
        }
        let is_profile = inner.ends_with(".pprof");
        if is_profile && bytes.len() < PROFILE {
            put(folder, "decode", &name, &bytes)?;
            let mut bare = Vec::new();
            if GzDecoder::new(bytes.as_slice())
                .read_to_end(&mut bare)
                .is_ok()
            {
                put(folder, "decode", &format!("{name}-bare"), &bare)?;
            }
        }
        let Some(number) = PATHS.iter().position(|path| *path == inner) else {
            continue;
        };
        // A profile that is cut is no profile.
        if !is_profile || bytes.len() < 2 * kept {
            let part = bytes.get(..2 * kept).unwrap_or(&bytes);
            small.start_file(path, SimpleFileOptions::default())?;
            small.write_all(part)?;
            let part = if is_profile {
                part
            } else {
                part.get(..kept).unwrap_or(part)
            };
            files.push((u8::try_from(number)?, part.to_vec()));
        }
    }
    // Whatever they are: not the same ones for every flare.
    let choices = flare.bytes().fold(0, u8::wrapping_add);
    put(folder, "report", flare, &joined(choices, &files))?;
    put(folder, "archive", flare, &small.finish()?.into_inner())
}

/// Prose, with known names and one of each form that is replaced.
const REDACTION: &[u8] = b"\0pay-7 web-1.corp.example.com\ntill-keeper\nshop-6d4cf56db6-x7k2p\n\n\
    pay-7 env:prod 10.0.0.1 [::1]:80 a@b.com /etc/x.yaml till-keeper ip-10-20-30-40 C:\\x\\y.z \
    https://a.b/c?d shop-6d4cf56db6-x7k2p ";

fn tagged(number: u8, content: &[u8]) -> Vec<u8> {
    [&[number], content].concat()
}

/// Bytes without a pattern, the same in every run.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..length)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 32) as u8
        })
        .collect()
}

fn put(folder: &Path, target: &str, name: &str, bytes: &[u8]) -> Result<()> {
    let folder = folder.join(target);
    fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}
