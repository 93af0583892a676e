//! Finds what the commands need, and installs what is missing.
//!
//! For each need the ordinary way comes first and a fallback only when that fails; when nothing
//! works, one message says what is missing and how to get it. What is built or fetched goes to
//! `<user cache>/flarescope/tools/<tool>-<version>`, so that every checkout finds it again.

mod axe;
mod chromium;
mod firefox;
pub mod stand_in;
mod system;
mod tools;
mod wasm;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

pub use wasm::{Wasm, Way};

use crate::browser::{Browser, Kind};
use crate::jobs::{self, Handle, Job, Jobs};
use crate::project::Project;
use crate::run;

/// What building the page takes.
#[derive(Debug)]
pub struct PageTools {
    /// How code is compiled for wasm32.
    pub wasm: Wasm,
    /// Trunk's program.
    pub trunk: PathBuf,
    /// Folders that Trunk has to find its helpers in.
    folders: Vec<PathBuf>,
    /// False when the page is built without wasm-opt.
    pub wasm_opt: bool,
}

impl PageTools {
    /// A Trunk command that finds its helpers and the right compiler.
    ///
    /// # Errors
    /// When a folder cannot stand on PATH.
    pub fn trunk(&self, project: &Project) -> Result<Command> {
        let mut command = run::command(&self.trunk, &project.root);
        self.wasm.apply(&mut command, &self.folders())?;
        // Trunk fails on the NO_COLOR=1 that other programs ask for: it wants true or false.
        command.env_remove("NO_COLOR");
        Ok(command)
    }

    /// What the built page depends on besides the sources and the compiler.
    pub fn identity(&self) -> String {
        format!("trunk-{} wasm-opt:{}", tools::TRUNK_VERSION, self.wasm_opt)
    }

    fn folders(&self) -> Vec<&Path> {
        self.folders.iter().map(PathBuf::as_path).collect()
    }
}

/// The jobs that find or make everything that building the page takes.
#[derive(Clone, Debug)]
pub struct PageJobs {
    /// How code is compiled for wasm32; known long before the rest.
    pub wasm: Handle<Wasm>,
    trunk: Handle<PathBuf>,
    wasm_bindgen: Handle<Option<PathBuf>>,
    wasm_opt: Handle<(Option<PathBuf>, bool)>,
}

impl PageJobs {
    /// Waits for all of it.
    ///
    /// # Errors
    /// When one of them failed.
    pub fn wait(&self) -> Result<PageTools> {
        let (wasm_opt_folder, wasm_opt) = self.wasm_opt.wait()?;
        Ok(PageTools {
            wasm: self.wasm.wait()?,
            trunk: self.trunk.wait()?,
            folders: [self.wasm_bindgen.wait()?, wasm_opt_folder]
                .into_iter()
                .flatten()
                .collect(),
            wasm_opt,
        })
    }
}

/// Starts finding everything that building the page takes, and making what is missing.
pub fn for_page<'scope>(jobs: &Jobs<'scope, '_>, project: &'scope Project) -> PageJobs {
    PageJobs {
        wasm: jobs.start("wasm32", |job| {
            let wasm = wasm::find(job, project)?;
            job.say(wasm.describe());
            Ok(wasm)
        }),
        trunk: jobs.start("trunk", |job| tools::trunk(job, project)),
        wasm_bindgen: jobs.start("wasm-bindgen", |job| tools::wasm_bindgen(job, project)),
        wasm_opt: jobs.start("wasm-opt", |job| tools::wasm_opt(job, project)),
    }
}

/// Frees what compiling tools has left, once they are in the cache.
pub fn forget_build_output(project: &Project) {
    tools::forget_build_output(project);
}

/// A browser and its driver.
///
/// # Errors
/// When there is none and none can be had; the message names the remedy.
pub fn browser(job: &Job, project: &Project, kind: Kind) -> Result<Browser> {
    let found = match kind {
        Kind::Chromium => chromium::find(job, project)?,
        Kind::Firefox => firefox::find(job, project)?,
    };
    job.say(format!(
        "{} with {}",
        found.program.display(),
        found.driver.display()
    ));
    ensure_fonts(job);
    Ok(found)
}

/// The script of axe-core, which looks at pages for what keeps people out of them.
///
/// # Errors
/// When it is not there and cannot be had; the message names the remedy.
pub fn axe(job: &Job, project: &Project) -> Result<PathBuf> {
    axe::find(job, project)
}

/// Chromium on a bare Linux draws boxes for letters when there is no font at all.
fn ensure_fonts(job: &Job) {
    let folders = ["/usr/share/fonts", "/usr/local/share/fonts"];
    let some = folders
        .iter()
        .any(|folder| fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()));
    if cfg!(target_os = "linux")
        && !some
        && let Err(error) = system::apt_install(job, &["fonts-dejavu-core"])
    {
        job.say(format!(
            "no fonts found ({error:#}): text in screenshots may be missing"
        ));
    }
}

/// cargo-deny's program.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub fn cargo_deny(job: &Job, project: &Project) -> Result<PathBuf> {
    tools::cargo_deny(job, project)
}

/// The folder of cargo-fuzz, or none where the right one is on PATH.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub fn cargo_fuzz(project: &Project) -> Result<Option<PathBuf>> {
    let found = jobs::alone(project, "cargo-fuzz", |job| tools::cargo_fuzz(job, project))?;
    tools::forget_build_output(project);
    Ok(found)
}

/// rustfmt and Clippy of the compiler in use.
///
/// # Errors
/// When they are missing and rustup cannot add them.
pub fn formatter_and_linter(job: &Job, project: &Project) -> Result<()> {
    let present =
        |name: &str| run::succeeds(run::command("cargo", &project.root).args([name, "--version"]));
    let missing: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(name, _)| !present(name))
        .map(|(_, component)| component)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    job.say(format!("{} missing, asking rustup", missing.join(" and ")));
    let added = job.run(
        run::command("rustup", &project.root)
            .args(["component", "add"])
            .args(&missing),
    );
    if let Err(error) = added {
        bail!(
            "{} missing, and rustup could not add them ({error:#}).\n\
             Install them for the Rust in use (`rustup component add rustfmt clippy`, or your \
             distribution's packages) and run the command again.",
            missing.join(" and ")
        );
    }
    Ok(())
}
