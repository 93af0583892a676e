//! `cargo xtask build`: the page, by Trunk, in release mode.
//!
//! The same source and tools give the same bytes, in any folder and at any time: paths are mapped
//! away, and the build's name is a hash of the source.

pub mod policy;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::jobs::{self, Handle, Job, Jobs};
use crate::project::{Project, shown};
use crate::run;
use crate::setup::{self, Wasm};

/// What of the checkout goes into the page.
const SOURCES: [&str; 14] = [
    ".cargo",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "crates/diagnose",
    "crates/engine",
    "crates/flare",
    "crates/profile",
    "crates/report",
    "crates/tables",
    "data",
    "proto",
    "src",
    "www",
];

/// The flags of `.cargo/config.toml`, which those of a variable replace.
const RUSTFLAGS: &str = "--cfg=erase_components";

/// Sets up and builds the page into [`Project::dist`].
///
/// # Errors
/// When either fails.
pub fn build(project: &Project) -> Result<()> {
    run::step(
        "page",
        "sets up compiler for wasm32, Trunk, wasm-bindgen and wasm-opt, compiles both modules with \
         link-time optimisation; the first time on a computer some 8 minutes, a few when much has \
         changed, nothing when nothing has",
        || {
            jobs::at_once(project, |jobs| start(jobs, project).built.wait())?;
            setup::forget_build_output(project);
            Ok(())
        },
    )
}

/// The jobs that set up and build.
#[derive(Clone, Debug)]
pub struct Started {
    /// How code is compiled for wasm32.
    pub wasm: Handle<Wasm>,
    /// Done when the page is there.
    pub built: Handle<()>,
}

/// Starts setting up and building. The page's code is compiled while Trunk still is: cargo finds it
/// compiled when Trunk calls it, because command, flags and variables are the same.
pub fn start<'scope>(jobs: &Jobs<'scope, '_>, project: &'scope Project) -> Started {
    let tools = setup::for_page(jobs, project);
    let wasm = tools.wasm.clone();
    let built = jobs.start("page", move |job| {
        let wasm = tools.wasm.wait()?;
        let source = fingerprint(project)?;
        let stamp = project.notes().join("page-built-from");
        let index = project.dist().join("index.html");
        let was = index
            .is_file()
            .then(|| fs::read_to_string(&stamp).ok())
            .flatten()
            .unwrap_or_default();
        let compiled = format!("{source} {}", wasm.identity());
        if !was.starts_with(&compiled) {
            job.step(
                "compiling both modules",
                "minutes when much has changed",
                || compile(job, project, &wasm, &source),
            )?;
        }
        let tools = tools.wait()?;
        let identity = format!("{compiled} {} {}", tools.identity(), policy::of_parts(&[]));
        if was == identity {
            job.say("unchanged since the last build");
            return Ok(());
        }
        job.step("Trunk", "runs wasm-bindgen and wasm-opt", || {
            let mut trunk = tools.trunk(project)?;
            trunk
                .args(["build", "--release", "--dist"])
                .arg(project.dist());
            job.run(with_variables(&mut trunk, project, &wasm, &source)?)?;
            add_policy(&index)
        })?;
        fs::create_dir_all(project.notes())
            .and_then(|()| fs::write(&stamp, identity))
            .with_context(|| format!("{} cannot be written", stamp.display()))?;
        say_sizes(job, project)
    });
    Started { wasm, built }
}

/// Compiles both modules at once, which Trunk would do one after the other.
fn compile(job: &Job, project: &Project, wasm: &Wasm, source: &str) -> Result<()> {
    // Where packages lie is known, and can be mapped away, only when they have been fetched.
    job.run(wasm.cargo(project)?.args(["fetch", "--locked"]))?;
    let mut cargo = wasm.cargo(project)?;
    cargo.args([
        "build",
        "--target=wasm32-unknown-unknown",
        "--profile=web",
        "--locked",
        "--bin=app",
        "--bin=worker",
    ]);
    job.run(with_variables(&mut cargo, project, wasm, source)?)
}

/// What the page's build depends on besides files.
fn with_variables<'a>(
    command: &'a mut Command,
    project: &Project,
    wasm: &Wasm,
    source: &str,
) -> Result<&'a mut Command> {
    Ok(command
        .env("FLARESCOPE_BUILD", build_name(source))
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(project, &wasm.target)?))
}

/// What the page calls its build: nothing of the time, the computer or the folder.
fn build_name(source: &str) -> String {
    format!("{} ({source})", env!("CARGO_PKG_VERSION"))
}

/// Trunk writes scripts into the page, so only now is there something to hash.
fn add_policy(index: &Path) -> Result<()> {
    let unreadable = || format!("{} cannot be read or written", index.display());
    // As browsers read it, and hash it, whatever a checkout on Windows made of it.
    let html = fs::read_to_string(index).with_context(unreadable)?;
    let html = html.replace("\r\n", "\n");
    let policy = policy::of_parts(&policy::inline_scripts(&html)?);
    fs::write(index, policy::put_into(&html, &policy)?).with_context(unreadable)
}

/// The compiler's flags. Messages of panics name source files; without a mapping they would tell
/// where the checkout, its build output and the registry's packages lie on this computer.
fn rustflags(project: &Project, target: &Path) -> Result<String> {
    let mut flags = RUSTFLAGS.to_owned();
    // The last mapping that fits is taken: the build output may lie within the checkout.
    let mut mappings = vec![
        (project.root.clone(), "/flarescope"),
        (target.to_path_buf(), "/target"),
    ];
    let packages = cargo_home()?.join("registry").join("src");
    if packages.is_dir() {
        let registries = sorted_entries(&packages)?;
        mappings.extend(registries.into_iter().map(|it| (it, "/packages")));
    }
    let mut rustc = Command::new("rustc");
    rustc
        .args(["--print", "sysroot"])
        .current_dir(&project.root);
    for sysroot in [
        PathBuf::from(run::output(&mut rustc)?.trim()),
        PathBuf::from("/usr"),
    ] {
        mappings.push((sysroot.join("lib/rustlib/src/rust"), "/rust"));
    }
    for (from, to) in mappings {
        // A path that is no text is in nobody's messages either.
        if let Some(from) = from.to_str() {
            let _ = write!(flags, "\u{1f}--remap-path-prefix={from}={to}");
        }
    }
    Ok(flags)
}

/// Where cargo keeps packages.
fn cargo_home() -> Result<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| dirs::home_dir().map(|home| home.join(".cargo")))
        .context("neither CARGO_HOME nor a home folder is known")
}

/// A short hash of all files that go into the page: the same for the same source, another when a
/// byte changes. Trunk would run wasm-bindgen and wasm-opt at each call, half a minute for nothing.
fn fingerprint(project: &Project) -> Result<String> {
    let mut files = Vec::new();
    for name in SOURCES {
        collect(&project.root.join(name), &mut files)?;
    }
    let mut hash = Sha256::new();
    for file in files {
        // The same on every system.
        let name = shown(project, &file).replace('\\', "/");
        let bytes =
            fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        hash.update((name.len() as u64).to_le_bytes());
        hash.update(name);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let hash = hash.finalize();
    let mut short = String::new();
    for byte in hash.iter().take(6) {
        let _ = write!(short, "{byte:02x}");
    }
    Ok(short)
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

/// The sizes that a visitor pays for.
fn say_sizes(job: &Job, project: &Project) -> Result<()> {
    for file in sorted_entries(&project.dist())? {
        if !file.is_file() {
            continue;
        }
        let bytes =
            fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&bytes)?;
        job.say(format!(
            "{:>9} bytes, {:>9} gzipped  {}",
            bytes.len(),
            packed.finish()?.len(),
            shown(project, &file)
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{RUSTFLAGS, SOURCES, fingerprint, rustflags};
    use crate::project::Project;
    use std::fs;
    use std::path::{Path, PathBuf};

    fn checkout() -> PathBuf {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        xtask.parent().unwrap_or(xtask).to_path_buf()
    }

    fn project(root: &Path) -> Project {
        Project {
            root: root.to_path_buf(),
            target: root.join("target"),
        }
    }

    #[test]
    fn flags_of_the_configuration_are_kept() -> anyhow::Result<()> {
        let project = project(&checkout());
        let config = fs::read_to_string(project.root.join(".cargo").join("config.toml"))?;
        assert!(config.contains(&format!("rustflags = [\"{RUSTFLAGS}\"]")));
        let flags = rustflags(&project, &project.target.join("wasm"))?;
        let flags: Vec<&str> = flags.split('\u{1f}').collect();
        assert_eq!(flags.first(), Some(&RUSTFLAGS));
        let root = format!("--remap-path-prefix={}=/flarescope", project.root.display());
        assert_eq!(flags.get(1), Some(&root.as_str()));
        Ok(())
    }

    #[test]
    fn a_build_is_named_by_its_source_alone() -> anyhow::Result<()> {
        let base = std::env::temp_dir().join(format!("flarescope-names-{}", std::process::id()));
        let made = |folder: &str, text: &str| -> anyhow::Result<String> {
            let root = base.join(folder);
            for name in SOURCES {
                let file = root.join(name);
                fs::create_dir_all(file.parent().unwrap_or(&root))?;
                fs::write(file, text)?;
            }
            fs::write(root.join("README.md"), folder)?;
            fingerprint(&project(&root))
        };
        let (one, two, other) = (made("one", "a")?, made("two", "a")?, made("three", "b")?);
        fs::remove_dir_all(&base)?;
        assert_eq!(one, two);
        assert_ne!(one, other);
        Ok(())
    }
}
