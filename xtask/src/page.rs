//! `cargo xtask build`: the page, by Trunk, in release mode.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::project::{Project, shown};
use crate::run;
use crate::setup::{self, PageTools};

/// What stands in the checkout but does not go into the page.
const NOT_IN_THE_PAGE: [&str; 9] = [
    ".ci", ".git", ".github", "dist", "docs", "fuzz", "target", "tests", "xtask",
];

/// Sets up and builds.
///
/// # Errors
/// When either fails.
pub fn run() -> Result<()> {
    let project = Project::find()?;
    let tools = setup::for_page(&project)?;
    build(&project, &tools)
}

/// Builds the page into [`Project::dist`], unless it is there and nothing has changed since.
///
/// # Errors
/// When Trunk fails.
pub fn build(project: &Project, tools: &PageTools) -> Result<()> {
    run::step(
        "page",
        "Trunk compiles both wasm modules with link-time optimisation and runs wasm-opt; a few \
         minutes when much has changed, nothing when nothing has",
        || {
            let dist = project.dist();
            let stamp = project.notes().join("page-built-from");
            let identity = format!("{:016x} {}", fingerprint(project)?, tools.identity());
            if dist.join("index.html").is_file()
                && fs::read_to_string(&stamp).is_ok_and(|text| text == identity)
            {
                println!("   unchanged since the last build");
                return Ok(());
            }
            let mut trunk = tools.trunk(project)?;
            trunk.args(["build", "--release", "--dist"]).arg(&dist);
            run::run(&mut trunk)?;
            fs::create_dir_all(project.notes())
                .and_then(|()| fs::write(&stamp, identity))
                .with_context(|| format!("{} cannot be written", stamp.display()))?;
            print_sizes(project, &dist)
        },
    )
}

/// A number that changes when any file changes that may go into the page. Trunk would run
/// wasm-bindgen and wasm-opt at each call, half a minute for nothing.
fn fingerprint(project: &Project) -> Result<u64> {
    let mut files = Vec::new();
    for entry in sorted_entries(&project.root)? {
        let name = entry.file_name().unwrap_or_default().to_string_lossy();
        if !NOT_IN_THE_PAGE.contains(&name.as_ref()) && entry != project.target {
            collect(&entry, &mut files)?;
        }
    }
    let mut hash = Fnv::default();
    for file in files {
        hash.write(shown(project, &file).as_bytes());
        let bytes =
            fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        hash.write(&bytes.len().to_le_bytes());
        hash.write(&bytes);
    }
    Ok(hash.0)
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in sorted_entries(path)? {
            collect(&entry, files)?;
        }
    } else {
        files.push(path.to_path_buf());
    }
    Ok(())
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut entries = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
        })
        .with_context(|| format!("{} cannot be listed", folder.display()))?;
    entries.sort();
    Ok(entries)
}

/// FNV-1a. The standard library's hasher may change between compilers.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}

/// The sizes that a visitor pays for.
fn print_sizes(project: &Project, dist: &Path) -> Result<()> {
    for file in sorted_entries(dist)? {
        if !file.is_file() {
            continue;
        }
        let bytes =
            fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&bytes)?;
        println!(
            "   {:>9} bytes, {:>9} gzipped  {}",
            bytes.len(),
            packed.finish()?.len(),
            shown(project, &file)
        );
    }
    Ok(())
}
