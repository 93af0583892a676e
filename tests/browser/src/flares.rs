//! The flares of `tests/flares`, what they have to show, and damaged copies of them.

use std::fs::{self, File};
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// All eight, with the verdict each was designed to show.
pub const ALL: [(&str, &str); 8] = [
    ("normal", "normal"),
    ("default", "normal"),
    ("memory-leak", "memory-leak"),
    ("python-check-leak", "memory-leak"),
    ("cpu-spike", "cpu-spike"),
    ("contention", "contention"),
    ("multiple", "multiple-issues"),
    ("no-profiles", "no-profiles"),
];

/// One line of a reference listing: the function and its values in bytes or nanoseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Full name, without `(inline)`.
    pub function: String,
    /// Raw flat value.
    pub flat: i64,
    /// Raw cumulative value.
    pub cum: i64,
}

/// Every flare of the tests, made up and real, in the order of their names.
///
/// # Errors
/// When a folder can't be listed.
pub fn everything() -> Result<Vec<PathBuf>> {
    let cases = folder().with_file_name("cases");
    let mut all = Vec::new();
    for folder in [folder(), cases] {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".zip") && !name.ends_with(".expected.zip") {
                all.push(path);
            }
        }
    }
    all.sort();
    Ok(all)
}

/// The flare's zip.
pub fn path(name: &str) -> PathBuf {
    folder().join(format!("{name}.zip"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
        .join("flares")
}

/// What the flare was designed to show: `expected.json` of its makers.
///
/// # Errors
/// When the file is missing or no JSON.
pub fn expected(name: &str) -> Result<Value> {
    let path = folder().join(format!("{name}.expected.json"));
    let text = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not JSON", path.display()))
}

/// The largest functions of a process's profile (`heap_diff`, `cpu`, `block`, `mutex`).
///
/// # Errors
/// When the expectation has no such list.
pub fn top(expected: &Value, process: &str, profile: &str) -> Result<Vec<Row>> {
    let list = &expected["processes"][process][profile]["top"];
    let list = list
        .as_array()
        .with_context(|| format!("no top functions of {process}'s {profile}"))?;
    list.iter()
        .map(|row| {
            Ok(Row {
                function: row["function"].as_str().context("no function")?.to_owned(),
                flat: row["flat"].as_i64().context("no flat")?,
                cum: row["cum"].as_i64().context("no cum")?,
            })
        })
        .collect()
}

/// The first `count` function names of a reference output of `go tool pprof -top`.
///
/// # Errors
/// When the output is missing or has another shape.
pub fn reference_functions(flare: &str, file: &str, count: usize) -> Result<Vec<String>> {
    let lines = reference_lines(flare, file)?;
    let rows = lines.iter().take(count).map(|line| reference_row(line));
    let names = rows.map(|row| Ok(row?.0));
    names
        .collect::<Result<_>>()
        .with_context(|| file.to_owned())
}

/// The function that `go tool pprof -top -cum` would show first: of the whole reference output by flat
/// values, the first with the largest cumulative one.
///
/// # Errors
/// When the output is missing or has another shape.
pub fn first_by_cum(flare: &str, file: &str) -> Result<String> {
    let mut first: Option<(String, f64)> = None;
    for line in reference_lines(flare, file)? {
        let (function, cum) = reference_row(&line).with_context(|| file.to_owned())?;
        // One listing has one unit, so that numbers can be compared without it; zero has none.
        let number = cum.strip_suffix("kB").unwrap_or(&cum);
        let number: f64 = number
            .parse()
            .with_context(|| format!("{file}: {cum} is not in kB"))?;
        if first.as_ref().is_none_or(|(_, largest)| number > *largest) {
            first = Some((function, number));
        }
    }
    let (function, _) = first.with_context(|| format!("{file} has no rows"))?;
    Ok(function)
}

/// The rows of a reference output.
fn reference_lines(flare: &str, file: &str) -> Result<Vec<String>> {
    let path = folder().join(format!("{flare}.expected.zip"));
    let archive =
        File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut archive = ZipArchive::new(archive)?;
    let name = archive
        .file_names()
        .flatten()
        .map(|name| name.into_owned())
        .find(|name| name == file || name.ends_with(&format!("/{file}")))
        .with_context(|| format!("{} holds no {file}", path.display()))?;
    let mut text = String::new();
    archive.by_name(&name)?.read_to_string(&mut text)?;
    let mut lines = text.lines().skip_while(|line| !line.contains("flat%"));
    lines
        .next()
        .with_context(|| format!("{file} has no table"))?;
    Ok(lines.map(str::to_owned).collect())
}

/// Function and cumulative value of a row.
fn reference_row(line: &str) -> Result<(String, String)> {
    // Five columns of numbers, then a name that may hold spaces.
    let mut rest = line;
    let mut cum = "";
    for column in 0..5 {
        let (cell, after) = rest
            .trim_start()
            .split_once(char::is_whitespace)
            .with_context(|| format!("{line:?} has too few columns"))?;
        if column == 3 {
            cum = cell;
        }
        rest = after;
    }
    let name = rest.trim();
    let function = [" (inline)", " (partial-inline)"]
        .iter()
        .find_map(|suffix| name.strip_suffix(suffix))
        .unwrap_or(name);
    Ok((function.to_owned(), cum.to_owned()))
}

/// A copy of a flare in which the entries whose path ends with `entry` are cut in half.
///
/// # Errors
/// When the flare cannot be read or holds no such entry.
pub fn with_damaged_entry(flare: &str, entry: &str) -> Result<Vec<u8>> {
    let mut cut = 0;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for_each_entry(flare, |path, bytes| {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        writer.start_file(path, options)?;
        let keep = if path.ends_with(entry) {
            cut += 1;
            bytes.len() / 2
        } else {
            bytes.len()
        };
        writer.write_all(bytes.get(..keep).unwrap_or_default())?;
        Ok(())
    })?;
    if cut == 0 {
        bail!("{flare} holds no {entry}");
    }
    Ok(writer.finish()?.into_inner())
}

/// Unpacks a flare into `target` and returns its root folder, which is named after the host.
///
/// # Errors
/// When the flare cannot be read or the files cannot be written.
pub fn extract(flare: &str, target: &Path) -> Result<PathBuf> {
    let mut root = None;
    for_each_entry(flare, |path, bytes| {
        let file = target.join(path);
        root = path.split('/').next().map(|name| target.join(name));
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, bytes)?;
        Ok(())
    })?;
    root.with_context(|| format!("{flare} is empty"))
}

fn for_each_entry(flare: &str, mut visit: impl FnMut(&str, &[u8]) -> Result<()>) -> Result<()> {
    let path = path(flare);
    let archive =
        File::open(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut archive = ZipArchive::new(archive)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name()?.into_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        visit(&name, &bytes).with_context(|| name.clone())?;
    }
    Ok(())
}
