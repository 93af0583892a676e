//! Finds what the commands need, and installs what is missing.
//!
//! For each need the ordinary way comes first and a fallback only when that fails; when nothing
//! works, one message says what is missing and how to get it. What is built or fetched goes to
//! `<user cache>/flarescope/tools/<tool>-<version>`, so that every checkout finds it again.

pub mod browser;
mod firefox;
pub mod stand_in;
mod system;
mod tools;
mod wasm;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

pub use wasm::{Wasm, Way};

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

    /// What the built page depends on besides the sources.
    pub fn identity(&self) -> String {
        format!(
            "{} trunk-{} wasm-opt:{}",
            self.wasm.identity(),
            tools::TRUNK_VERSION,
            self.wasm_opt
        )
    }

    fn folders(&self) -> Vec<&Path> {
        self.folders.iter().map(PathBuf::as_path).collect()
    }
}

/// Everything that building the page takes.
///
/// # Errors
/// When something is missing and cannot be had; the message names the remedy.
pub fn for_page(project: &Project) -> Result<PageTools> {
    run::step(
        "set-up",
        "compiler for wasm32, Trunk, wasm-bindgen, wasm-opt; the first time on a computer this \
         compiles Trunk and wasm-bindgen, up to 10 minutes, later it only looks",
        || {
            let wasm = wasm::find(project)?;
            println!("   wasm32: {}", wasm.describe());
            let trunk = tools::trunk(project)?;
            let wasm_bindgen = tools::wasm_bindgen(project)?;
            let (wasm_opt_folder, wasm_opt) = tools::wasm_opt(project)?;
            tools::forget_build_output(project);
            Ok(PageTools {
                wasm,
                trunk,
                folders: [wasm_bindgen, wasm_opt_folder]
                    .into_iter()
                    .flatten()
                    .collect(),
                wasm_opt,
            })
        },
    )
}

/// cargo-deny's program.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub fn cargo_deny(project: &Project) -> Result<PathBuf> {
    tools::cargo_deny(project)
}

/// The folder of cargo-fuzz, or none where the right one is on PATH.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub fn cargo_fuzz(project: &Project) -> Result<Option<PathBuf>> {
    let found = tools::cargo_fuzz(project)?;
    tools::forget_build_output(project);
    Ok(found)
}

/// rustfmt and Clippy of the compiler in use.
///
/// # Errors
/// When they are missing and rustup cannot add them.
pub fn formatter_and_linter(project: &Project) -> Result<()> {
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
    println!("   {} missing, asking rustup", missing.join(" and "));
    let added = run::run(
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

/// The version of a package in the workspace's Cargo.lock.
fn locked_version(project: &Project, package: &str) -> Result<String> {
    let path = project.root.join("Cargo.lock");
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    version_in_lock(&text, package)
        .map(str::to_owned)
        .with_context(|| format!("Cargo.lock holds no {package}"))
}

fn version_in_lock<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines();
    lines.find(|line| *line == name)?;
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

/// The program that a variable names; else the first of these names on PATH, else in these places.
fn installed(wish: &str, names: &[&str], places: Vec<PathBuf>) -> Option<PathBuf> {
    if let Some(path) = variable(wish) {
        return Some(PathBuf::from(path));
    }
    names
        .iter()
        .find_map(|name| which::which(name).ok())
        .or_else(|| places.into_iter().find(|path| path.is_file()))
}

/// A variable that is set and not empty.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::version_in_lock;

    #[test]
    fn reads_versions_of_whole_names_only() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in_lock(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(version_in_lock(lock, "wasm"), None);
    }
}
