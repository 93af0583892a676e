//! Installing packages of a Debian-like system.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::run;

/// Installs packages with apt-get, as root or through a sudo that asks for no password.
///
/// # Errors
/// When there is no apt-get, no right to use it, or it fails.
pub(super) fn apt_install(packages: &[&str]) -> Result<()> {
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
    println!("   apt-get install {}", packages.join(" "));
    // A mirror that does not answer is no reason to stop: the lists at hand may do.
    if let Err(error) = run::run(&mut command(&["update"])) {
        println!("   {error:#}; going on with the lists at hand");
    }
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    run::run(&mut command(&arguments))
}
