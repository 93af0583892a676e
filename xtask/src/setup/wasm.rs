//! A compiler for wasm32-unknown-unknown.
//!
//! Ordinarily rustup's, with the target's standard library installed. Where that download cannot
//! be had, Debian's `rustc-web` and its standard library's sources, compiled along with the page.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::system::{self, variable};
use crate::jobs::Job;
use crate::project::Project;
use crate::run;

/// The only target of the page.
const TARGET: &str = "wasm32-unknown-unknown";

/// Where Debian puts its compiler.
const DEBIAN_BIN: &str = "/usr/bin";

/// Compiler, cargo, the standard library's sources, the wasm linkers, Clippy.
const DEBIAN_PACKAGES: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "lld-22",
    "rust-web-clippy",
];

/// What has to be there when those packages are.
const DEBIAN_FILES: [&str; 5] = [
    "/usr/bin/rustc",
    "/usr/bin/cargo",
    "/usr/bin/cargo-clippy",
    "/usr/bin/rust-lld",
    "/usr/lib/rustlib/src/rust/library/std/Cargo.toml",
];

/// The two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The compiler in use has the target installed.
    Rustup,
    /// Debian's compiler, which builds the standard library as well.
    Debian,
}

/// How code is compiled for wasm32.
#[derive(Clone, Debug)]
pub struct Wasm {
    /// The way.
    pub way: Way,
    /// Build output of this way. Two compilers in one folder rebuild each other's artifacts.
    pub target: PathBuf,
    /// First line of `rustc --version`.
    version: String,
}

impl Wasm {
    /// For the log.
    pub fn describe(&self) -> String {
        match self.way {
            Way::Rustup => format!("{} with its target installed", self.version),
            Way::Debian => format!(
                "Debian's {}, which compiles the standard library too (two minutes more, once)",
                self.version
            ),
        }
    }

    /// What build output depends on.
    pub fn identity(&self) -> String {
        format!("{:?} {}", self.way, self.version)
    }

    /// A cargo command of this way.
    ///
    /// # Errors
    /// When a folder cannot stand on PATH.
    pub fn cargo(&self, project: &Project) -> Result<Command> {
        let mut command = match self.way {
            Way::Rustup => run::command("cargo", &project.root),
            Way::Debian => run::command(Path::new(DEBIAN_BIN).join("cargo"), &project.root),
        };
        self.apply(&mut command, &[])?;
        Ok(command)
    }

    /// Makes a command, and every cargo it starts, compile this way; `folders` go first on PATH.
    ///
    /// # Errors
    /// When a folder cannot stand on PATH.
    pub fn apply(&self, command: &mut Command, folders: &[&Path]) -> Result<()> {
        let mut folders = folders.to_vec();
        command.env("CARGO_TARGET_DIR", &self.target);
        if self.way == Way::Debian {
            folders.push(Path::new(DEBIAN_BIN));
            // Set by rustup for the compiler that runs this program.
            for name in [
                "CARGO",
                "RUSTC",
                "RUSTDOC",
                "RUSTUP_TOOLCHAIN",
                "LD_LIBRARY_PATH",
            ] {
                command.env_remove(name);
            }
            command
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
        }
        command.env("PATH", run::path_with(&folders)?);
        Ok(())
    }
}

/// Finds a way, installing what it takes.
///
/// # Errors
/// When neither way works; the message names both remedies.
pub(super) fn find(job: &Job, project: &Project) -> Result<Wasm> {
    let forced = variable("FLARESCOPE_WASM");
    match forced
        .as_ref()
        .map(|value| value.to_string_lossy())
        .as_deref()
    {
        None => {}
        Some("rustup") => {
            if !target_is_installed(project) {
                rustup_target_add(job, project)?;
            }
            return wasm(project, Way::Rustup);
        }
        Some("debian") => {
            if !debian_is_installed() {
                system::apt_install(job, &DEBIAN_PACKAGES)?;
            }
            return wasm(project, Way::Debian);
        }
        Some(other) => bail!("FLARESCOPE_WASM is {other:?}; it takes rustup or debian"),
    }

    if target_is_installed(project) {
        return wasm(project, Way::Rustup);
    }
    // A failed download is remembered only while the other way is ready: asking rustup again
    // takes most of a minute on a computer without internet.
    let note = project.notes().join("rustup-has-no-wasm32");
    let compiler = run::output(run::command("rustc", &project.root).arg("-vV"))?;
    if debian_is_installed() && fs::read_to_string(&note).is_ok_and(|text| text == compiler) {
        return wasm(project, Way::Debian);
    }
    job.say(format!(
        "rustup target add {TARGET}, a download of some 20 MB"
    ));
    let Err(rustup_error) = rustup_target_add(job, project) else {
        return wasm(project, Way::Rustup);
    };
    job.say(format!(
        "{rustup_error:#}\nfalling back to Debian's Rust for the web"
    ));
    if !debian_is_installed()
        && let Err(debian_error) = system::apt_install(job, &DEBIAN_PACKAGES)
    {
        bail!(
            "no compiler for {TARGET}.\n  rustup: {rustup_error:#}\n  Debian: {debian_error:#}\n\
             Remedy: `rustup target add {TARGET}` on a computer with internet, or on Debian 12 or \
             later, as root: apt-get install {}",
            DEBIAN_PACKAGES.join(" ")
        );
    }
    fs::create_dir_all(project.notes())
        .and_then(|()| fs::write(&note, compiler))
        .with_context(|| format!("{} cannot be written", note.display()))?;
    wasm(project, Way::Debian)
}

fn wasm(project: &Project, way: Way) -> Result<Wasm> {
    let (rustc, target) = match way {
        Way::Rustup => (PathBuf::from("rustc"), project.target.clone()),
        Way::Debian => (
            Path::new(DEBIAN_BIN).join("rustc"),
            project.target.join("wasm"),
        ),
    };
    let mut wasm = Wasm {
        way,
        target,
        version: String::new(),
    };
    let mut command = run::command(rustc, &project.root);
    wasm.apply(&mut command, &[])?;
    wasm.version = run::output(command.arg("--version"))?.trim().to_owned();
    Ok(wasm)
}

/// Asks the compiler rustup chose, or the only one there is: a distribution's Rust may have the
/// target without any rustup.
fn target_is_installed(project: &Project) -> bool {
    run::output(run::command("rustc", &project.root).args([
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ]))
    .is_ok_and(|folder| {
        // Empty folders are left behind by an installation that was broken off.
        fs::read_dir(folder.trim()).is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
        })
    })
}

fn rustup_target_add(job: &Job, project: &Project) -> Result<()> {
    let mut command = run::command("rustup", &project.root);
    command.args(["target", "add", TARGET]);
    // The toolchain that runs this program, not the default one.
    if let Some(toolchain) = env::var_os("RUSTUP_TOOLCHAIN") {
        command.arg("--toolchain").arg(toolchain);
    }
    job.run(&mut command)?;
    if !target_is_installed(project) {
        bail!("rustup added {TARGET}, but the `rustc` on PATH is not rustup's and has no {TARGET}");
    }
    Ok(())
}

fn debian_is_installed() -> bool {
    cfg!(target_os = "linux") && DEBIAN_FILES.iter().all(|file| Path::new(file).exists())
}
