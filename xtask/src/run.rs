//! Running other programs, and saying what is being done and how long it took.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

/// A command in `folder`, without what `cargo run` left in the environment.
///
/// Cargo tells the program it runs about its own package. Handed on to another cargo, those
/// variables make build scripts that watch them run again, and rebuild half of everything.
pub fn command(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    for (name, _) in env::vars_os() {
        if let Some(text) = name.to_str()
            && is_left_by_cargo_run(text)
        {
            command.env_remove(text);
        }
    }
    command
}

fn is_left_by_cargo_run(name: &str) -> bool {
    name.starts_with("CARGO_PKG_")
        || name.starts_with("CARGO_MANIFEST_")
        || matches!(
            name,
            "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE"
        )
}

/// Runs a command with its output going straight to the terminal.
///
/// # Errors
/// When it does not start, or ends with another status than 0.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("`{shown}` does not start"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Runs a command and returns its standard output.
///
/// # Errors
/// When it does not start or fails; the message carries what it wrote to standard error.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("`{shown}` does not start"))?;
    if !output.status.success() {
        bail!(
            "`{shown}` failed ({}): {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command starts and succeeds; its output is thrown away.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as it would be typed.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut text = program
        .file_name()
        .unwrap_or(command.get_program())
        .to_string_lossy()
        .into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

/// PATH with some folders put in front of it.
///
/// # Errors
/// When a folder's name holds the separator of PATH.
pub fn path_with(folders: &[&Path]) -> Result<OsString> {
    let old = env::var_os("PATH").unwrap_or_default();
    let all = folders
        .iter()
        .map(|folder| folder.to_path_buf())
        .chain(env::split_paths(&old));
    env::join_paths(all).context("a folder that has to go on PATH holds PATH's own separator")
}

/// Says what is done and why it takes long, does it, says how long it took.
///
/// # Errors
/// Those of `work`, with the step's name in front.
pub fn step<T>(name: &str, why: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    println!("\n== {name}: {why}");
    let start = Instant::now();
    let value = work().with_context(|| name.to_owned())?;
    println!("   {name}: done in {}", elapsed(start));
    Ok(value)
}

/// Time since `start`, for people.
pub fn elapsed(start: Instant) -> String {
    let seconds = start.elapsed().as_secs_f64();
    if seconds < 100.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{:.1} min", seconds / 60.0)
    }
}
