//! `cargo xtask test`: everything that has to hold before a commit.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::browser_tests;
use crate::bundle;
use crate::deny;
use crate::page;
use crate::project::Project;
use crate::run::{self, elapsed, step};
use crate::setup::{self, browser};

/// Sets up, then checks from cheap to dear. The first failure ends it.
///
/// # Errors
/// When set-up or any check fails.
pub fn run(kind: browser::Kind) -> Result<()> {
    let start = Instant::now();
    let project = Project::find()?;
    let root = &project.root;

    step("formatting", "cargo fmt --check; seconds", || {
        setup::formatter_and_linter(&project)?;
        run::run(run::command("cargo", root).args(["fmt", "--all", "--check"]))
            .context("`cargo fmt --all` mends it")
    })?;
    step(
        "dependencies",
        "licences, sources, second versions, known holes; seconds, but the first time on a \
         computer cargo-deny is compiled, 3 to 6 minutes",
        || deny::check(&project),
    )?;
    let tools = setup::for_page(&project)?;
    let browser = step(
        "browser",
        "the browser with its WebDriver; installed if missing, a driver for Firefox compiled once",
        || browser::find(&project, kind),
    )?;
    step(
        "clippy",
        "host code of all packages, warnings denied; the first time it checks every dependency, minutes",
        || {
            run::run(run::command("cargo", root).args([
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
    step(
        "clippy for wasm32",
        "the code that only the browser runs, warnings denied; the first time minutes",
        || {
            let mut clippy = tools.wasm.cargo(&project)?;
            run::run(clippy.args([
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
    )?;
    step(
        "docs",
        "links and examples in the documentation, warnings denied",
        || {
            run::run(
                run::command("cargo", root)
                    .args(["doc", "--quiet", "--workspace", "--no-deps", "--locked"])
                    .env("RUSTDOCFLAGS", "-D warnings"),
            )
        },
    )?;
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
    page::build(&project, &tools)?;
    bundle::build(&project)?;

    // Last, and with nothing printed after it: the output ends with the runner's own summary.
    println!(
        "\n   everything before the browser tests took {}",
        elapsed(start)
    );
    browser_tests::run(&project, &browser)
}
