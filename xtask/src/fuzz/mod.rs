//! `cargo xtask fuzz`: builds the targets of `fuzz/` and runs them, two at a time.
//!
//! - `watch`: what libFuzzer's lines say of a run.
//! - `seeds`: first inputs, taken out of the test flares.
//! - `corpus`: the committed inputs, an archive for each target.
//!
//! A run unpacks its archive into `target/fuzz/corpus`, where what it finds new lies too and the
//! next run goes on; `--minimise` writes the archive anew, with as little as reaches everything.

mod corpus;
mod seeds;
mod watch;

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::project::{Project, shown};
use crate::run::{self, step};
use crate::setup;
use corpus::Inputs;
use watch::Outcome;

/// Seconds that one input may take: a report is promised within ten.
const TIMEOUT_S: u32 = 10;

/// Megabytes that a target may have resident: a report is promised within one gigabyte.
const MEMORY_MB: u32 = 1000;

/// Kilobytes of stack: what a page's worker has. Eight times that, as a program has by default, would
/// hold what a worker does not survive.
const STACK_KB: u32 = 1024;

/// Targets at a time: each takes a whole core, and the smallest machines in use have two.
const AT_A_TIME: usize = 2;

/// What to run.
#[derive(Debug)]
pub struct Options {
    /// Minutes for each target.
    pub minutes: u32,
    /// Go on past that until coverage has not grown for so many minutes.
    pub still: u32,
    /// One target instead of all.
    pub target: Option<String>,
    /// Cut what was found down into the committed corpus, instead of fuzzing.
    pub minimise: bool,
}

/// Builds and runs the targets.
///
/// # Errors
/// When the targets cannot be built, and when one of them finds something.
pub fn run(options: &Options) -> Result<()> {
    let project = Project::find()?;
    let fuzz = Fuzz::new(&project)?;
    let targets = fuzz.targets(options.target.as_deref())?;
    let binaries = step(
        "build",
        "the core with coverage, overflow checks and assertions; some minutes the first time",
        || fuzz.build(),
    )?;
    if options.minimise {
        for target in &targets {
            fuzz.minimise(&binaries, target)?;
        }
        return Ok(());
    }
    step(
        "seeds",
        "first inputs from the test flares, and from those that the tests make up; a minute or two the first time",
        || {
            let made_up = fuzz.seeds.join("made-up");
            seeds::of_tests(&project, &made_up)?;
            seeds::write(&project, &fuzz.seeds, &made_up, &fuzz.committed)
        },
    )?;
    let why = format!(
        "{} targets, {} minutes each, {AT_A_TIME} at a time",
        targets.len(),
        options.minutes
    );
    let outcomes = step("fuzzing", &why, || {
        fuzz.run_all(&binaries, &targets, options)
    })?;
    println!("\n{}", watch::table(&outcomes));
    let findings: Vec<String> = outcomes
        .iter()
        .filter(|outcome| outcome.failed)
        .map(|outcome| {
            let log = shown(&project, &fuzz.log(&outcome.target));
            match &outcome.finding {
                Some(finding) => format!(
                    "{}: {finding}; the input lies in {}, the run's lines in {log}",
                    outcome.target,
                    shown(&project, &fuzz.artifacts.join(&outcome.target)),
                ),
                // An overflow of the stack leaves no room to write the input down.
                None => format!(
                    "{}: ended without a word, as by an overflow of its stack; from the same corpus \
                     the seed in {log} leads there again",
                    outcome.target,
                ),
            }
        })
        .collect();
    if !findings.is_empty() {
        bail!(
            "{}\nPut each input into fuzz/findings/<target>/, where `cargo test` replays it, and \
             mend the core.",
            findings.join("\n")
        );
    }
    Ok(())
}

/// Where things of fuzzing are.
struct Fuzz<'p> {
    project: &'p Project,
    folder: PathBuf,
    committed: PathBuf,
    build: PathBuf,
    corpus: PathBuf,
    seeds: PathBuf,
    artifacts: PathBuf,
    logs: PathBuf,
}

impl<'p> Fuzz<'p> {
    fn new(project: &'p Project) -> Result<Self> {
        let folder = project.root.join("fuzz");
        let output = project.target.join("fuzz");
        let fuzz = Self {
            project,
            committed: folder.join("corpus"),
            folder,
            build: output.join("build"),
            corpus: output.join("corpus"),
            seeds: output.join("seeds"),
            artifacts: output.join("artifacts"),
            logs: output.join("logs"),
        };
        make(&fuzz.logs)?;
        Ok(fuzz)
    }

    /// The committed inputs of a target.
    fn archive(&self, target: &str) -> PathBuf {
        self.committed.join(format!("{target}.zip"))
    }

    /// The folder where a target's inputs are and new ones go, with the committed ones in it.
    fn working(&self, target: &str) -> Result<PathBuf> {
        let folder = self.corpus.join(target);
        make(&folder)?;
        corpus::unpack(&self.archive(target), &folder)?;
        Ok(folder)
    }

    fn log(&self, target: &str) -> PathBuf {
        self.logs.join(format!("{target}.log"))
    }

    /// Names of the targets: the files in `fuzz_targets`.
    fn targets(&self, wanted: Option<&str>) -> Result<Vec<String>> {
        let folder = self.folder.join("fuzz_targets");
        let mut names = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if let Some(stem) = path.file_stem() {
                names.push(stem.to_string_lossy().into_owned());
            }
        }
        names.sort();
        match wanted {
            None => Ok(names),
            Some(wanted) if names.iter().any(|name| name == wanted) => Ok(vec![wanted.to_owned()]),
            Some(wanted) => bail!("no target {wanted:?}; there are {}", names.join(", ")),
        }
    }

    /// Builds all targets; the folder of their programs.
    fn build(&self) -> Result<PathBuf> {
        let root = &self.project.root;
        let bin = setup::cargo_fuzz(self.project)?;
        let folders: Vec<&Path> = bin.iter().map(PathBuf::as_path).collect();
        let mut cargo = run::command("cargo", root);
        cargo.env("PATH", run::path_with(&folders)?);
        // Coverage needs flags that only a nightly compiler takes, or one that is told it is one.
        let nightly = run::succeeds(run::command("cargo", root).args(["+nightly", "--version"]));
        if nightly {
            println!("   compiler: nightly");
            cargo.arg("+nightly");
        } else {
            println!("   compiler: the one in use with RUSTC_BOOTSTRAP=1, there is no nightly");
            cargo.env("RUSTC_BOOTSTRAP", "1");
        }
        // Sanitizers look for what unsafe code does; the core has none, and they halve the speed.
        // So does noting what each comparison compares; words that matter are in the dictionaries,
        // and in the same time more edges are found without.
        cargo
            .args(["fuzz", "build", "--sanitizer", "none"])
            .args(["--no-trace-compares", "--target-dir"])
            .arg(&self.build);
        run::run(&mut cargo)?;
        let mut rustc = run::command("rustc", root);
        let version = run::output(rustc.arg("-vV"))?;
        let host = version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .context("rustc -vV names no host")?;
        Ok(self.build.join(host).join("release"))
    }

    fn run_all(
        &self,
        binaries: &Path,
        targets: &[String],
        options: &Options,
    ) -> Result<Vec<Outcome>> {
        let waiting: Mutex<VecDeque<&String>> = Mutex::new(targets.iter().collect());
        let done = Mutex::new(Vec::new());
        let work = || -> Result<()> {
            loop {
                let next = waiting
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .pop_front();
                let Some(target) = next else {
                    return Ok(());
                };
                let outcome = self.run_one(binaries, target, options)?;
                println!("   {}", outcome.line());
                done.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(outcome);
            }
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..AT_A_TIME).map(|_| scope.spawn(work)).collect();
            workers
                .into_iter()
                .try_for_each(|worker| match worker.join() {
                    Ok(result) => result,
                    Err(_) => bail!("a thread that watches a target panicked"),
                })
        })?;
        let mut outcomes = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        outcomes.sort_by(|a, b| a.target.cmp(&b.target));
        Ok(outcomes)
    }

    fn run_one(&self, binaries: &Path, target: &str, options: &Options) -> Result<Outcome> {
        let artifacts = self.artifacts.join(target);
        make(&artifacts)?;
        let mut command = self.target(binaries, target);
        command.arg("-print_final_stats=1");
        // The slash at the end makes it a folder.
        command.arg(format!("-artifact_prefix={}/", artifacts.display()));
        let dictionary = self
            .folder
            .join("dictionaries")
            .join(format!("{target}.dict"));
        if dictionary.is_file() {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        // Edges alone: with how often each was taken as well there is so much to compare that half as
        // many inputs are run, and no more edges are found.
        command.arg("-use_counters=0");
        if options.still == 0 {
            command.arg(format!("-max_total_time={}", options.minutes * 60));
        }
        command.arg(self.working(target)?);
        command.args(self.seeds_of(target));
        watch::run(
            &mut command,
            target,
            &self.log(target),
            Duration::from_secs(60 * u64::from(options.minutes)),
            Duration::from_secs(60 * u64::from(options.still)),
        )
    }

    fn target(&self, binaries: &Path, target: &str) -> Command {
        // The shell sets the limit and becomes the target.
        let mut command = run::command("sh", &self.project.root);
        command.args(["-c", &format!("ulimit -s {STACK_KB} && exec \"$0\" \"$@\"")]);
        command.arg(binaries.join(crate::project::program_file(target)));
        command.args([
            format!("-timeout={TIMEOUT_S}"),
            format!("-rss_limit_mb={MEMORY_MB}"),
            format!("-max_len={}", max_len(target)),
        ]);
        command
    }

    /// The folder of a target's seeds, if they were made.
    fn seeds_of(&self, target: &str) -> Option<PathBuf> {
        Some(self.seeds.join(target)).filter(|folder| folder.is_dir())
    }

    /// Cuts committed and new inputs down to the fewest and smallest that reach what all reach.
    fn minimise(&self, binaries: &Path, target: &str) -> Result<()> {
        let cut = self.corpus.join(format!("{target}.cut"));
        // Left by a run that was broken off.
        let _ = fs::remove_dir_all(&cut);
        make(&cut)?;
        let mut command = self.target(binaries, target);
        // By edges alone: with how often each was taken, the corpus would be twenty times larger.
        command.args(["-merge=1", "-use_counters=0"]).arg(&cut);
        command.arg(self.working(target)?);
        command.args(self.seeds_of(target));
        command.stderr(fs::File::create(self.log(&format!("{target}.cut")))?);
        run::run(&mut command)?;
        let mut found = Vec::new();
        for entry in fs::read_dir(&cut)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            found.push((entry.metadata()?.len(), name));
        }
        // The smallest first: many short inputs say more than a few long ones.
        found.sort();
        let mut kept = Inputs::new();
        let mut bytes = corpus::EMPTY;
        for (size, name) in found {
            let cost = corpus::cost(&name, size);
            if bytes + cost > share(target) {
                break;
            }
            bytes += cost;
            let content = fs::read(cut.join(&name))?;
            kept.insert(name, content);
        }
        corpus::write(&self.archive(target), &kept)?;
        fs::remove_dir_all(&cut)?;
        println!("   {target}: {} inputs, {bytes} bytes", kept.len());
        Ok(())
    }
}

/// Bytes that a target's archive may have; all together stay under 4 MB.
fn share(target: &str) -> u64 {
    match target {
        "report" => 1_430_000,
        "owners" => 570_000,
        "agent_texts" => 480_000,
        "memstats" => 310_000,
        "profile_structured" => 300_000,
        "archive" => 250_000,
        "decode" => 220_000,
        "redact" | "status" => 150_000,
        "goroutines" => 90_000,
        _ => 40_000,
    }
}

/// Longer inputs are slower and say nothing that shorter ones can't. Also what keeps the committed
/// corpus small.
fn max_len(target: &str) -> u32 {
    match target {
        "report" => 16_000,
        "profile_structured" => 12_288,
        "redact" => 2_048,
        "archive" => 8_192,
        "owners" => 65_536,
        "decode" => 131_072,
        _ => 16_384,
    }
}

fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))
}
