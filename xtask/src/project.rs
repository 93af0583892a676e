//! Where things are: the checkout, its build output, the user's cache.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The checkout and its build output.
#[derive(Clone, Debug)]
pub struct Project {
    /// The workspace's folder.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the environment or configuration puts it.
    pub target: PathBuf,
}

impl Project {
    /// Finds the checkout that this program was started in, or else was built from.
    pub fn find() -> Result<Self> {
        // `cargo run` sets it anew at each start, so a checkout that was moved is found.
        let manifest = env::var_os("CARGO_MANIFEST_DIR")
            .map(PathBuf::from)
            .filter(|folder| folder.join("src").join("setup").is_dir())
            .unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
        let root = manifest
            .parent()
            .context("the xtask folder has no parent")?
            .to_path_buf();
        let output = Command::new("cargo")
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .current_dir(&root)
            .output()
            .context("cargo does not start")?;
        anyhow::ensure!(
            output.status.success(),
            "cargo metadata failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let metadata: serde_json::Value =
            serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")?;
        let target = metadata["target_directory"]
            .as_str()
            .context("cargo metadata names no target directory")?;
        Ok(Self {
            root,
            target: PathBuf::from(target),
        })
    }

    /// Where the built page goes.
    pub fn dist(&self) -> PathBuf {
        self.target.join("dist")
    }

    /// Where notes of earlier runs are kept; `cargo clean` forgets them.
    pub fn notes(&self) -> PathBuf {
        self.target.join("xtask")
    }
}

/// `<user cache>/flarescope/tools`, shared by all checkouts.
pub fn tools_folder() -> Result<PathBuf> {
    let cache = dirs::cache_dir().context(
        "no cache folder: neither HOME (or LOCALAPPDATA) nor XDG_CACHE_HOME is set; set one of them",
    )?;
    Ok(cache.join("flarescope").join("tools"))
}

/// The name of a program's file on this system.
pub fn program_file(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

/// `path` relative to the checkout where it lies inside, for messages.
pub fn shown(project: &Project, path: &Path) -> String {
    path.strip_prefix(&project.root)
        .unwrap_or(path)
        .display()
        .to_string()
}
