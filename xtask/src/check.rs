//! `cargo xtask test`: everything that has to hold before a commit.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::browser::Kind;
use crate::browser_tests;
use crate::bundle;
use crate::deny;
use crate::jobs::{self, Handle, Job};
use crate::page;
use crate::project::Project;
use crate::run::{self, elapsed, step};
use crate::setup::{self, Wasm};

/// Sets up, then checks from cheap to dear. The first failure ends it.
///
/// # Errors
/// When set-up or any check fails.
pub fn run(kind: Kind) -> Result<()> {
    let start = Instant::now();
    let project = &Project::find()?;
    let root = &project.root;

    step("formatting", "cargo fmt --check; seconds", || {
        jobs::alone(project, "rustup", |job| {
            setup::formatter_and_linter(job, project)
        })?;
        run::run(run::command("cargo", root).args(["fmt", "--all", "--check"]))
            .context("`cargo fmt --all` mends it")
    })?;
    let (browser, axe) = step(
        "set-up, page, lints, docs, dependencies",
        "at once; a few minutes when much has changed, the first time on a computer, when tools and \
         all dependencies are compiled and a browser is installed, up to 20",
        || {
            let found = jobs::at_once(project, |jobs| {
                let wasm = page::start(jobs, project).wasm;
                let browser = jobs.start("browser", |job| setup::browser(job, project, kind));
                let axe = jobs.start("axe-core", |job| setup::axe(job, project));
                jobs.start("lints", move |job| lints(job, project, &wasm));
                jobs.start("dependencies", |job| deny::check(job, project));
                Ok((browser.wait()?, axe.wait()?))
            })?;
            setup::forget_build_output(project);
            Ok(found)
        },
    )?;
    // Alone: one of them measures.
    step(
        "host tests",
        "the engine against the reference outputs; the first time it compiles everything, minutes",
        || {
            run::run(run::command("cargo", root).args([
                "test",
                "--workspace",
                "--exclude=browser-tests",
                "--locked",
            ]))
        },
    )?;
    bundle::build(project)?;

    // Last, and with nothing printed after it: the output ends with the runner's own summary.
    println!(
        "\n   everything before the browser tests took {}",
        elapsed(start)
    );
    browser_tests::run(project, &browser, &axe)
}

/// Clippy and rustdoc, warnings denied. One after the other: they share a folder, which cargo locks.
fn lints(job: &Job, project: &Project, wasm: &Handle<Wasm>) -> Result<()> {
    let root = &project.root;
    job.step(
        "clippy",
        "host code of all packages, warnings denied",
        || {
            job.run(run::command("cargo", root).args([
                "clippy",
                "--quiet",
                "--workspace",
                "--all-targets",
                "--locked",
                "--",
                "-D",
                "warnings",
            ]))
        },
    )?;
    job.step("docs", "their links, warnings denied", || {
        job.run(
            run::command("cargo", root)
                .args(["doc", "--quiet", "--workspace", "--no-deps", "--locked"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )
    })?;
    let wasm = wasm.wait()?;
    job.step(
        "clippy for wasm32",
        "the code that only the browser runs",
        || {
            job.run(wasm.cargo(project)?.args([
                "clippy",
                "--quiet",
                "--lib",
                "--bin=app",
                "--bin=worker",
                "--target=wasm32-unknown-unknown",
                "--locked",
                "--",
                "-D",
                "warnings",
            ]))
        },
    )
}
