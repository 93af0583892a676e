//! What the project is made of: licences, sources, second versions, known holes.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::jobs::Job;
use crate::project::Project;
use crate::run;
use crate::setup;

/// Checks every package in Cargo.lock against deny.toml. Advisories are checked where their
/// database can be reached; else one line says that they were not.
///
/// # Errors
/// When deny.toml refuses a package, or cargo-deny cannot be had.
pub fn check(job: &Job, project: &Project) -> Result<()> {
    let program = setup::cargo_deny(job, project)?;
    let deny = |checks: &[&str]| {
        let mut command = run::command(&program, &project.root);
        command
            .args(["--locked", "--workspace", "check"])
            .args(checks);
        command
    };
    job.run(&mut deny(&["licenses", "bans", "sources"]))
        .context("deny.toml says why each rule is there")?;
    advisories(job, &mut deny(&["advisories"]))
}

fn advisories(job: &Job, command: &mut Command) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{}` does not start", run::shown(command)))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        job.say("advisories: none for any package in Cargo.lock");
    } else if is_unreachable(&said) {
        job.say(
            "advisories: SKIPPED, the database of known holes (github.com/RustSec/advisory-db) \
             cannot be reached from here",
        );
    } else {
        bail!("{said}\nadvisories: see above; update the package, or say in deny.toml why not");
    }
    Ok(())
}

/// The database could not be had, rather than being asked and naming a package.
fn is_unreachable(said: &str) -> bool {
    said.contains("failed to fetch advisory database")
        || said.contains("failed to load advisory database")
}

#[cfg(test)]
mod tests {
    use super::is_unreachable;

    #[test]
    fn a_missing_database_is_not_a_hole() {
        assert!(is_unreachable(
            "2026-11-24 14:05:09 [ERROR] failed to fetch advisory database https://github.com/x: failed to clone"
        ));
        assert!(!is_unreachable(
            "error[vulnerability]: Stack overflow in y\nadvisories FAILED"
        ));
    }
}
