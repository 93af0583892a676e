//! What the system has and what it is told: programs, variables, packages of a Debian-like one.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use crate::jobs::Job;
use crate::run;

/// Installs packages with apt-get, as root or through a sudo that asks for no password.
///
/// # Errors
/// When there is no apt-get, no right to use it, or it fails.
pub(super) fn apt_install(job: &Job, packages: &[&str]) -> Result<()> {
    // Only one apt-get at a time can have the lists.
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    if !cfg!(target_os = "linux") {
        bail!("no Debian-like system");
    }
    let apt = which::which("apt-get").context("no apt-get on this system")?;
    let here = Path::new("/");
    let root = run::output(run::command("id", here).arg("-u"))?.trim() == "0";
    let sudo = !root && run::succeeds(run::command("sudo", here).args(["-n", "true"]));
    if !root && !sudo {
        bail!("apt-get needs root or a sudo without password");
    }
    let command = |arguments: &[&str]| {
        let mut command = if root {
            run::command(&apt, here)
        } else {
            let mut command = run::command("sudo", here);
            command.arg("-n").arg(&apt);
            command
        };
        command
            .args(["-q", "-o", "DPkg::Lock::Timeout=120"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    job.step("apt-get install", &packages.join(" "), || {
        // A mirror that does not answer is no reason to stop: the lists at hand may do.
        if let Err(error) = job.run_to_the_end(&mut command(&["update"])) {
            job.say(format!("{error:#}; going on with the lists at hand"));
        }
        let mut arguments = vec!["install", "-y", "--no-install-recommends"];
        arguments.extend(packages);
        // Stopped halfway, it would leave the system's packages in disorder.
        job.run_to_the_end(&mut command(&arguments))
    })
}

/// The program that a variable names; else the first of these names on PATH, else in these places.
pub(super) fn installed(wish: &str, names: &[&str], places: Vec<PathBuf>) -> Option<PathBuf> {
    if let Some(path) = variable(wish) {
        return Some(PathBuf::from(path));
    }
    names
        .iter()
        .find_map(|name| which::which(name).ok())
        .or_else(|| places.into_iter().find(|path| path.is_file()))
}

/// A variable that is set and not empty.
pub(super) fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
