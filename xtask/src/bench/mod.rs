//! `cargo xtask bench`: speed and memory as ratios, because seconds differ between computers.
//!
//! The yardstick is inflating the same file alone, with the program's own inflater: nothing that
//! reads a gzipped profile can be faster than that.

mod go;
mod measure;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::browser::Kind;
use crate::browser_tests::{self, Form};
use crate::bundle;
use crate::jobs;
use crate::page;
use crate::project::{Project, program_file, shown};
use crate::run::{self, step};
use crate::setup;
use measure::{Measured, measure, median};

/// Changes whenever the profiles of `testkit::bench` do, so that old files are made anew.
const GENERATOR: &str = "2";

/// Browsers that the page is measured in.
const PAGE_RUNS: usize = 10;

/// What `page_bench` measures, and how many milliseconds nobody takes for waiting.
const PAGE_TIMES: [(&str, &str, u32); 4] = [
    ("paint", "navigation to first paint", 100),
    ("accepts", "navigation to a drop being accepted", 300),
    ("summary", "drop to Summary drawn", 150),
    ("all", "drop to all of it there", 300),
];

/// What to measure.
#[derive(Debug)]
pub struct Options {
    /// Runs of each command; the median counts.
    pub repeat: usize,
    /// Measure `go tool pprof` as well.
    pub go: bool,
    /// Measure the page as well.
    pub page: bool,
}

/// The files to measure with.
#[derive(Debug)]
struct Files {
    first: PathBuf,
    second: PathBuf,
    flare: PathBuf,
}

/// Measures everything and prints a table.
///
/// # Errors
/// When a measured program fails.
pub fn run(options: &Options) -> Result<()> {
    let project = Project::find()?;
    step(
        "release build",
        "the command line and what makes its input, with link-time optimisation; minutes when much has changed",
        || {
            run::run(run::command("cargo", &project.root).args([
                "build",
                "--quiet",
                "--release",
                "--locked",
                "--package=flarescope-cli",
                "--bin=flarescope",
                "--package=testkit",
                "--bin=bench_flare",
            ]))
        },
    )?;
    let program = |name: &str| {
        let path = project.target.join("release").join(program_file(name));
        run::command(path, &project.root)
    };
    let inflating = |file: &Path| {
        let mut command = program("bench_flare");
        command.arg("inflate").arg(file);
        command
    };
    let flarescope = |arguments: &[&str], files: &[&Path]| {
        let mut command = program("flarescope");
        command.args(arguments).args(files);
        command
    };
    let files = step("profiles", "a pair of heap profiles, made once", || {
        files(&project, &mut program("bench_flare"))
    })?;
    let raw_bytes: u64 = run::output(&mut inflating(&files.first))?.trim().parse()?;
    let size = |path: &Path| -> Result<f64> { Ok(fs::metadata(path)?.len() as f64 / 1e6) };
    println!(
        "   {}: {:.1} MB, {:.1} MB unpacked; {}: {:.1} MB",
        shown(&project, &files.first),
        size(&files.first)?,
        raw_bytes as f64 / 1e6,
        shown(&project, &files.flare),
        size(&files.flare)?,
    );
    println!(
        "\n== measuring: median time and largest resident set of {} runs",
        options.repeat
    );
    let inflate = measure(options.repeat, || inflating(&files.first))?;
    let table = Table { inflate, raw_bytes };
    println!("   what                                     time  x inflating       peak    x raw");
    table.print("inflating the first profile", &inflate);
    table.print(
        "flarescope top",
        &measure(options.repeat, || flarescope(&["top"], &[&files.first]))?,
    );
    table.print(
        "flarescope top --diff-base",
        &measure(options.repeat, || {
            let mut command = flarescope(&["top"], &[&files.second]);
            command.arg("--diff-base").arg(&files.first);
            command
        })?,
    );
    table.print(
        "flarescope report",
        &measure(options.repeat, || flarescope(&["report"], &[&files.flare]))?,
    );
    if options.page {
        let flare = project.root.join("tests/flares/memory-leak.zip");
        let native = measure(PAGE_RUNS, || flarescope(&["report"], &[&flare]))?;
        compare_with_page(&project, &flare, native.time)?;
    }
    if options.go {
        compare_with_go(&project, &files, &table)?;
    }
    Ok(())
}

struct Table {
    inflate: Measured,
    raw_bytes: u64,
}

impl Table {
    fn print(&self, name: &str, measured: &Measured) {
        let (peak, share) = match measured.peak_bytes {
            Some(bytes) => (
                format!("{:.0} MB", bytes as f64 / 1e6),
                format!("{:.1}", bytes as f64 / self.raw_bytes as f64),
            ),
            None => ("not measured".to_owned(), String::new()),
        };
        println!(
            "   {name:<34} {:>8.3} s {:>12.1} {peak:>10} {share:>8}",
            measured.time.as_secs_f64(),
            ratio(measured.time, self.inflate.time)
        );
    }
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64().max(1e-9)
}

fn compare_with_go(project: &Project, files: &Files, table: &Table) -> Result<()> {
    let pprof = match go::find(project) {
        Ok(pprof) => pprof,
        Err(error) => {
            println!("   go tool pprof: skipped, {error:#}");
            return Ok(());
        }
    };
    println!("   go tool pprof, one run of each, about two minutes:");
    let top = |command: &mut Command| {
        command.args(["-symbolize=none", "-top"]);
    };
    table.print(
        "go tool pprof -top",
        &measure(1, || {
            let mut command = pprof.command(project);
            top(&mut command);
            command.arg(&files.first);
            command
        })?,
    );
    table.print(
        "go tool pprof -top -diff_base",
        &measure(1, || {
            let mut command = pprof.command(project);
            top(&mut command);
            command
                .arg("-diff_base")
                .args([&files.first, &files.second]);
            command
        })?,
    );
    Ok(())
}

/// The page as one file, opened from disk, each time by another browser, beside the command line: an
/// ordinary flare, and all that a visitor waits for.
fn compare_with_page(project: &Project, flare: &Path, native: Duration) -> Result<()> {
    let browser = jobs::alone(project, "browser", |job| {
        setup::browser(job, project, Kind::Chromium)
    })?;
    page::build(project)?;
    bundle::build(project)?;
    let mut command = run::command("cargo", &project.root);
    command
        .args([
            "run",
            "--quiet",
            "--locked",
            "--package=browser-tests",
            "--bin=page_bench",
            "--",
        ])
        .arg(flare)
        .arg(PAGE_RUNS.to_string());
    let output = run::output(browser_tests::apply(
        &mut command,
        &browser,
        project,
        Form::Disk,
    ))?;
    let runs = output
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line)
                .with_context(|| format!("page_bench wrote {line:?}"))
        })
        .collect::<Result<Vec<_>>>()?;
    println!(
        "\n== the page: median of {PAGE_RUNS} browsers, one of which also took the longest; {} takes {:.0} ms on \
         the command line",
        shown(project, flare),
        native.as_secs_f64() * 1000.0
    );
    println!("   what                                       ms  longest  x native      aim");
    for (key, name, aim) in PAGE_TIMES {
        let mut times = runs
            .iter()
            .map(|run| {
                let milliseconds = run[key]
                    .as_f64()
                    .with_context(|| format!("page_bench has no {key}: {run}"))?;
                Ok(Duration::from_secs_f64(milliseconds / 1000.0))
            })
            .collect::<Result<Vec<_>>>()?;
        let time = median(&mut times);
        let longest = times.last().copied().unwrap_or_default();
        println!(
            "   {name:<38} {:>6.0} {:>8.0} {:>9.1} {aim:>8}",
            time.as_secs_f64() * 1000.0,
            longest.as_secs_f64() * 1000.0,
            ratio(time, native)
        );
    }
    Ok(())
}

/// The files, made by a command where they are not those of this generator.
fn files(project: &Project, make: &mut Command) -> Result<Files> {
    let folder = project.target.join("bench");
    let note = folder.join("made-by");
    if !fs::read_to_string(&note).is_ok_and(|text| text == GENERATOR) {
        run::run(make.arg(&folder))?;
        fs::write(&note, GENERATOR)
            .with_context(|| format!("{} cannot be written", note.display()))?;
    }
    Ok(Files {
        first: folder.join("first.pprof"),
        second: folder.join("second.pprof"),
        flare: folder.join("flare.zip"),
    })
}
