//! Trunk with the two programs it calls, cargo-fuzz, cargo-deny, and Firefox's driver.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::{locked_version, stand_in};
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

/// Trunk's program. Its default features, which are downloads and a check for updates, stay off.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub(super) fn trunk(project: &Project) -> Result<PathBuf> {
    let name = program_file("trunk");
    match cargo_tool(
        project,
        "trunk",
        "trunk",
        TRUNK_VERSION,
        &["--locked", "--no-default-features"],
    )? {
        Some(folder) => Ok(folder.join(name)),
        None => which::which("trunk").context("trunk was on PATH a moment ago"),
    }
}

/// cargo-deny's program. Its default features, a git client of its own among them, stay off: it
/// asks git, and less has to be compiled.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub(super) fn cargo_deny(project: &Project) -> Result<PathBuf> {
    let arguments = ["--locked", "--no-default-features"];
    let folder = cargo_tool(
        project,
        "cargo-deny",
        "cargo-deny",
        DENY_VERSION,
        &arguments,
    )?;
    forget_build_output(project);
    match folder {
        Some(folder) => Ok(folder.join(program_file("cargo-deny"))),
        None => which::which("cargo-deny").context("cargo-deny was on PATH a moment ago"),
    }
}

/// The folder of wasm-bindgen, or none where the right one is first on PATH. Its version has to
/// be the library's to the letter.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub(super) fn wasm_bindgen(project: &Project) -> Result<Option<PathBuf>> {
    let version = locked_version(project, "wasm-bindgen")?;
    // Without --locked: the lock file of some releases names versions that not every registry
    // mirror has.
    cargo_tool(project, "wasm-bindgen-cli", "wasm-bindgen", &version, &[])
}

/// The folder of wasm-opt, and whether it is the real one.
///
/// # Errors
/// When the stand-in cannot be written.
pub(super) fn wasm_opt(project: &Project) -> Result<(Option<PathBuf>, bool)> {
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
    if !present() {
        println!(
            "   wasm-opt: fetching binaryen {BINARYEN_VERSION} from npm, some 100 MB unpacked"
        );
        if let Err(error) = install_binaryen(&home) {
            println!(
                "   {error:#}\n   The page is built without wasm-opt: it works, but is larger and \
                 slower to load. Remedy: install Node.js with npm, or put wasm-opt of binaryen \
                 {BINARYEN_VERSION} on PATH."
            );
            return Ok((Some(stand_in::install(project)?), false));
        }
    }
    Ok((Some(folder), true))
}

fn install_binaryen(home: &Path) -> Result<()> {
    let npm = which::which("npm").context("no npm on PATH")?;
    which::which("node").context("no node on PATH")?;
    fs::create_dir_all(home).with_context(|| format!("{} cannot be made", home.display()))?;
    let package = format!("binaryen@{BINARYEN_VERSION}");
    run::run(
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
pub(super) fn cargo_fuzz(project: &Project) -> Result<Option<PathBuf>> {
    cargo_tool(
        project,
        "cargo-fuzz",
        "cargo-fuzz",
        CARGO_FUZZ_VERSION,
        &["--locked"],
    )
}

/// geckodriver's program.
///
/// # Errors
/// When it is not there and cannot be compiled.
pub(super) fn geckodriver(project: &Project) -> Result<PathBuf> {
    let folder = cargo_tool(
        project,
        "geckodriver",
        "geckodriver",
        GECKODRIVER_VERSION,
        &["--locked"],
    )?;
    forget_build_output(project);
    match folder {
        Some(folder) => Ok(folder.join(program_file("geckodriver"))),
        None => which::which("geckodriver").context("geckodriver was on PATH a moment ago"),
    }
}

/// The `bin` folder of a program from crates.io, or none where PATH has that very version.
fn cargo_tool(
    project: &Project,
    package: &str,
    program: &str,
    version: &str,
    arguments: &[&str],
) -> Result<Option<PathBuf>> {
    let home = tools_folder()?.join(format!("{package}-{version}"));
    let bin = home.join("bin");
    if bin.join(program_file(program)).is_file() {
        return Ok(Some(bin));
    }
    let on_path = run::output(run::command(program, &project.root).arg("--version"));
    if on_path.is_ok_and(|text| text.split_whitespace().nth(1) == Some(version)) {
        return Ok(None);
    }
    println!(
        "   {package} {version}: compiling, some minutes; it is kept in {}",
        home.display()
    );
    let installed = run::run(
        run::command("cargo", &project.root)
            .args(["install", "--quiet", "--root"])
            .arg(&home)
            .args(arguments)
            .arg(format!("{package}@{version}"))
            .env("CARGO_TARGET_DIR", build_output(project))
            // Compiling them takes longer than all the work they will ever do: no link-time
            // optimisation, and all cores.
            .env("CARGO_PROFILE_RELEASE_LTO", "off")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
            .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
            .env("CARGO_PROFILE_RELEASE_DEBUG", "0"),
    );
    if let Err(error) = installed {
        bail!(
            "{package} {version} is needed and could not be installed: {error:#}.\n\
             Remedy: get crates.io in reach of cargo (network, proxy, or a mirror in \
             ~/.cargo/config.toml), or put {program} {version} on PATH."
        );
    }
    Ok(Some(bin))
}

/// One folder for both, so that what they share is compiled once.
fn build_output(project: &Project) -> PathBuf {
    project.target.join("tools")
}

/// Frees half a gigabyte once both tools are in the cache.
pub(super) fn forget_build_output(project: &Project) {
    // Not worth stopping for: it is only disk space.
    let _ = fs::remove_dir_all(build_output(project));
}
