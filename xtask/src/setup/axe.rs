//! axe-core: what the browser tests ask about accessibility. It runs in their pages only, never in
//! one that users get.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha512};

use crate::jobs::Job;
use crate::project::{Project, tools_folder};
use crate::run;

const VERSION: &str = "4.14.1";

/// Of the package's archive, as npm writes it into lock files.
const SHA512: &str =
    "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==";

/// The script, from our cache or from npm.
///
/// # Errors
/// When it is not there and cannot be had; the message names the remedy.
pub(super) fn find(job: &Job, project: &Project) -> Result<PathBuf> {
    let tools = tools_folder()?;
    let home = tools.join(format!("axe-core-{VERSION}"));
    let file = home.join("package").join("axe.min.js");
    if file.is_file() {
        return Ok(file);
    }
    let fetched = job.step(
        &format!("fetching axe-core {VERSION}"),
        "from npm, 700 kB",
        || fetch(job, project, &tools, &home),
    );
    if let Err(error) = fetched {
        bail!(
            "the browser tests need axe-core {VERSION}: {error:#}\n\
             Remedy: install Node.js with npm and get its registry in reach, or unpack the package into {}.",
            home.display()
        );
    }
    ensure!(file.is_file(), "{} is missing", file.display());
    Ok(file)
}

fn fetch(job: &Job, project: &Project, tools: &Path, home: &Path) -> Result<()> {
    let npm = which::which("npm").context("no npm on PATH")?;
    // Unpacked beside its place first: a folder that is there is a whole one.
    let partial = tools.join(format!("axe-core-{VERSION}.partial"));
    fs::create_dir_all(&partial)
        .with_context(|| format!("{} cannot be made", partial.display()))?;
    job.run(
        run::command(npm, &project.root)
            .args(["pack", "--silent", "--pack-destination"])
            .arg(&partial)
            .arg(format!("axe-core@{VERSION}")),
    )?;
    let archive = format!("axe-core-{VERSION}.tgz");
    let bytes =
        fs::read(partial.join(&archive)).with_context(|| format!("npm did not write {archive}"))?;
    check(&bytes)?;
    // Part of Windows, macOS and nearly every Linux.
    job.run(run::command("tar", &partial).args(["-xzf", &archive]))?;
    fs::remove_file(partial.join(&archive))?;
    fs::rename(&partial, home).with_context(|| format!("{} cannot be made", home.display()))?;
    Ok(())
}

fn check(archive: &[u8]) -> Result<()> {
    let found = BASE64_STANDARD.encode(Sha512::digest(archive));
    ensure!(
        found == SHA512,
        "npm's archive is not the one that was looked at: its SHA-512 is {found}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn another_archive_is_refused() {
        let refused = check(b"something else").expect_err("it is not the archive");
        assert!(refused.to_string().contains("SHA-512"), "{refused}");
    }
}
