//! Firefox and its geckodriver: the user's own, or installed for the tests.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::system::{self, installed, variable};
use super::tools;
use crate::browser::{Browser, Kind};
use crate::jobs::Job;
use crate::project::Project;

const NAMES: [&str; 2] = ["firefox-esr", "firefox"];

/// Finds or installs Firefox and geckodriver.
///
/// # Errors
/// When there is none and none can be had; the message names the remedy.
pub(super) fn find(job: &Job, project: &Project) -> Result<Browser> {
    let program = match firefox() {
        Some(program) => program,
        None => {
            job.say("no Firefox found");
            system::apt_install(job, &["firefox-esr", "fonts-dejavu-core"])
                .and_then(|()| firefox().context("it is not where it should be"))
                .context(
                    "the tests need Firefox, and it could not be installed.\n\
                     Remedy: install it (Debian: firefox-esr), or say where it is with the \
                     variable FIREFOX",
                )?
        }
    };
    let driver = match variable("GECKODRIVER") {
        Some(path) => PathBuf::from(path),
        None => tools::geckodriver(job, project)?,
    };
    Ok(Browser {
        kind: Kind::Firefox,
        program,
        driver,
    })
}

fn firefox() -> Option<PathBuf> {
    installed("FIREFOX", &NAMES, usual_places())
}

fn usual_places() -> Vec<PathBuf> {
    if cfg!(target_os = "windows") {
        ["ProgramFiles", "ProgramFiles(x86)"]
            .iter()
            .filter_map(|name| variable(name))
            .map(|folder| {
                Path::new(&folder)
                    .join("Mozilla Firefox")
                    .join("firefox.exe")
            })
            .collect()
    } else if cfg!(target_os = "macos") {
        vec![PathBuf::from(
            "/Applications/Firefox.app/Contents/MacOS/firefox",
        )]
    } else {
        Vec::new()
    }
}
