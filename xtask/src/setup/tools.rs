//! Trunk with the two programs it calls, cargo-fuzz, cargo-deny, and Firefox's driver.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use super::stand_in;
use crate::jobs::Job;
use crate::project::{Project, program_file, tools_folder};
use crate::run;

/// 0.22 asks for a newer compiler than the one in `rust-version`.
pub(super) const TRUNK_VERSION: &str = "0.21.14";

const DENY_VERSION: &str = "0.20.2";

/// What the folder `fuzz/` was set up for.
const CARGO_FUZZ_VERSION: &str = "0.13.2";

/// Drives every Firefox from 128 on.
const GECKODRIVER_VERSION: &str = "0.37.1";

/// The same as `[tools] wasm_opt` in Trunk.toml.
const BINARYEN_VERSION: &str = "132";

/// A program from crates.io.
struct Tool<'a> {
    package: &'a str,
    version: &'a str,
    arguments: &'a [&'a str],
    /// Compiling them takes longer than all the work they will ever do: 0 but for what would be felt.
    opt_level: &'a str,
}

/// Trunk's program. Its default features, which are downloads and a check for updates, stay off.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub(super) fn trunk(job: &Job, project: &Project) -> Result<PathBuf> {
    let trunk = Tool {
        package: "trunk",
        version: TRUNK_VERSION,
        arguments: &["--locked", "--no-default-features"],
        opt_level: "0",
    };
    trunk.program(job, project)
}

/// cargo-deny's program. Its default features, a git client of its own among them, stay off: it
/// asks git, and less has to be compiled.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub(super) fn cargo_deny(job: &Job, project: &Project) -> Result<PathBuf> {
    let cargo_deny = Tool {
        package: "cargo-deny",
        version: DENY_VERSION,
        arguments: &["--locked", "--no-default-features"],
        // It compares texts of licences at each `cargo xtask test`.
        opt_level: "1",
    };
    cargo_deny.program(job, project)
}

/// The folder of wasm-bindgen, or none where the right one is first on PATH. Its version has to
/// be the library's to the letter, which the workspace's own program is by Cargo.lock.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub(super) fn wasm_bindgen(job: &Job, project: &Project) -> Result<Option<PathBuf>> {
    let version = locked_version(project, "wasm-bindgen")?;
    if is_on_path(project, "wasm-bindgen", &version) {
        return Ok(None);
    }
    let folder = project.target.join("debug");
    let program = folder.join(program_file("wasm-bindgen"));
    let build = || {
        job.run(
            run::command("cargo", &project.root)
                .args(["build", "--package=wasm-bindgen-program", "--locked"])
                .arg("--target-dir")
                .arg(&project.target),
        )
    };
    if program.is_file() {
        build()?;
    } else {
        job.step("compiling", "half a minute", build)?;
    }
    ensure!(
        program.is_file(),
        "cargo did not put wasm-bindgen into {}",
        folder.display()
    );
    Ok(Some(folder))
}

/// The folder of wasm-opt, and whether it is the real one.
///
/// # Errors
/// When the stand-in cannot be written.
pub(super) fn wasm_opt(job: &Job, project: &Project) -> Result<(Option<PathBuf>, bool)> {
    let right = format!("version_{BINARYEN_VERSION}");
    let on_path = run::output(run::command("wasm-opt", &project.root).arg("--version"));
    if on_path.is_ok_and(|text| text.contains(&right)) {
        return Ok((None, true));
    }
    let home = tools_folder()?.join(format!("binaryen-{BINARYEN_VERSION}"));
    let folder = home.join("node_modules").join(".bin");
    // On Windows npm puts wasm-opt.cmd there.
    let present = || {
        which::which_in("wasm-opt", Some(&folder), &project.root).is_ok()
            && which::which("node").is_ok()
    };
    if !present()
        && let Err(error) = job.step(
            &format!("fetching binaryen {BINARYEN_VERSION}"),
            "from npm, some 100 MB unpacked",
            || install_binaryen(job, &home),
        )
    {
        job.say(format!(
            "{error:#}\nThe page is built without wasm-opt: it works, but is larger and slower to \
             load. Remedy: install Node.js with npm, or put wasm-opt of binaryen \
             {BINARYEN_VERSION} on PATH."
        ));
        return Ok((Some(stand_in::install(project)?), false));
    }
    Ok((Some(folder), true))
}

fn install_binaryen(job: &Job, home: &Path) -> Result<()> {
    let npm = which::which("npm").context("no npm on PATH")?;
    which::which("node").context("no node on PATH")?;
    fs::create_dir_all(home).with_context(|| format!("{} cannot be made", home.display()))?;
    let package = format!("binaryen@{BINARYEN_VERSION}");
    job.run(
        run::command(npm, home)
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--no-progress",
                "--prefix",
            ])
            .arg(home)
            .arg(package),
    )
}

/// The folder of cargo-fuzz, or none where the right one is on PATH.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub(super) fn cargo_fuzz(job: &Job, project: &Project) -> Result<Option<PathBuf>> {
    let cargo_fuzz = Tool {
        package: "cargo-fuzz",
        version: CARGO_FUZZ_VERSION,
        arguments: &["--locked"],
        opt_level: "0",
    };
    cargo_fuzz.folder(job, project)
}

/// geckodriver's program.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub(super) fn geckodriver(job: &Job, project: &Project) -> Result<PathBuf> {
    let geckodriver = Tool {
        package: "geckodriver",
        version: GECKODRIVER_VERSION,
        arguments: &["--locked"],
        opt_level: "0",
    };
    geckodriver.program(job, project)
}

impl Tool<'_> {
    /// Its program, which has the package's name.
    fn program(&self, job: &Job, project: &Project) -> Result<PathBuf> {
        match self.folder(job, project)? {
            Some(folder) => Ok(folder.join(program_file(self.package))),
            None => which::which(self.package)
                .with_context(|| format!("{} was on PATH a moment ago", self.package)),
        }
    }

    /// The folder of its program, or none where PATH has that very version.
    fn folder(&self, job: &Job, project: &Project) -> Result<Option<PathBuf>> {
        let Self {
            package, version, ..
        } = self;
        let home = tools_folder()?.join(format!("{package}-{version}"));
        let bin = home.join("bin");
        if bin.join(program_file(package)).is_file() {
            return Ok(Some(bin));
        }
        if is_on_path(project, package, version) {
            return Ok(None);
        }
        let installed = job.step(
            &format!("compiling {package} {version}"),
            &format!("some minutes; it is kept in {}", home.display()),
            || self.install(job, project, &home),
        );
        if let Err(error) = installed {
            bail!(
                "{package} {version} is needed and could not be installed: {error:#}\n\
                 Remedy: get crates.io in reach of cargo (network, proxy, or a mirror in \
                 ~/.cargo/config.toml), or put {package} {version} on PATH."
            );
        }
        Ok(Some(bin))
    }

    /// As cheaply as can be: nothing optimised, no link-time optimisation, many units at once.
    fn install(&self, job: &Job, project: &Project, home: &Path) -> Result<()> {
        job.run(
            run::command("cargo", &project.root)
                .args(["install", "--quiet", "--root"])
                .arg(home)
                .args(self.arguments)
                .arg(format!("{}@{}", self.package, self.version))
                .env("CARGO_TARGET_DIR", build_output(project))
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", self.opt_level)
                .env("CARGO_PROFILE_RELEASE_LTO", "off")
                .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
                .env("CARGO_PROFILE_RELEASE_DEBUG", "0"),
        )
    }
}

/// Whether the program of that name on PATH is of this very version.
fn is_on_path(project: &Project, program: &str, version: &str) -> bool {
    run::output(run::command(program, &project.root).arg("--version"))
        .is_ok_and(|text| text.split_whitespace().nth(1) == Some(version))
}

/// One folder for all, so that what they share is compiled once.
fn build_output(project: &Project) -> PathBuf {
    project.target.join("tools")
}

/// Frees half a gigabyte once the tools are in the cache.
pub(super) fn forget_build_output(project: &Project) {
    // Not worth stopping for: it is only disk space.
    let _ = fs::remove_dir_all(build_output(project));
}

/// The version of a package in the workspace's Cargo.lock.
fn locked_version(project: &Project, package: &str) -> Result<String> {
    let path = project.root.join("Cargo.lock");
    let text =
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
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
