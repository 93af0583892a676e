//! A `wasm-opt` that copies its input.
//!
//! Trunk cannot be told from outside to leave wasm-opt out, and without the real one there would
//! be no page at all. So this program puts a copy of itself where Trunk looks for wasm-opt.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::project::{Project, program_file};

/// Does the stand-in's work if this program was started under its name.
pub fn run_if_called_as_one() -> Option<ExitCode> {
    let mut arguments = env::args_os();
    let name = PathBuf::from(arguments.next()?);
    if name.file_stem()? != "wasm-opt" {
        return None;
    }
    let arguments: Vec<String> = arguments
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    if arguments.iter().any(|argument| argument == "--version") {
        println!("wasm-opt version 132 (version_132, a stand-in of flarescope's xtask)");
        return Some(ExitCode::SUCCESS);
    }
    Some(match copy(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wasm-opt stand-in: {error:#}");
            ExitCode::FAILURE
        }
    })
}

fn copy(arguments: &[String]) -> Result<()> {
    let output = arguments
        .iter()
        .find_map(|argument| argument.strip_prefix("--output="))
        .context("no --output=FILE")?;
    let input = arguments
        .iter()
        .find(|argument| !argument.starts_with('-'))
        .context("no input file")?;
    fs::copy(input, output)
        .map(|_| ())
        .with_context(|| format!("{input} cannot be copied to {output}"))
}

/// Puts the stand-in into a folder of its own and returns that folder.
///
/// # Errors
/// When the copy cannot be made.
pub(super) fn install(project: &Project) -> Result<PathBuf> {
    let folder = project.notes().join("wasm-opt-stand-in");
    let file = folder.join(program_file("wasm-opt"));
    let this = env::current_exe().context("this program does not know its own file")?;
    copy_program(&this, &file).with_context(|| format!("{} cannot be written", file.display()))?;
    Ok(folder)
}

fn copy_program(from: &Path, to: &Path) -> std::io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).map(|_| ())
}
