//! Several things at once, with output that stays readable.
//!
//! Each job has a thread and a log; the terminal gets a line when it begins something that takes long
//! and one when that is done. The first job that fails stops the others, and its log is shown.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use anyhow::{Context, Error, Result, bail};

use crate::project::Project;
use crate::run;

/// How often a job looks whether its program has ended and whether it is to stop.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Lines of a log that are shown of a job that failed.
const SHOWN_LINES: usize = 200;

/// Starts jobs.
#[derive(Debug)]
pub struct Jobs<'scope, 'env: 'scope> {
    scope: &'scope Scope<'scope, 'env>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    logs: PathBuf,
    stopped: AtomicBool,
    failure: OnceLock<Error>,
}

/// What a job uses to say and run things.
#[derive(Debug)]
pub struct Job {
    name: &'static str,
    shared: Arc<Shared>,
}

/// A job that was started. Any number of others may wait for it.
#[derive(Debug)]
pub struct Handle<T>(Arc<OnceLock<Option<T>>>);

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Clone> Handle<T> {
    /// Waits until the job is done, and returns what it found.
    ///
    /// # Errors
    /// When it failed or was stopped; the message of the first failure is told by [`at_once`].
    pub fn wait(&self) -> Result<T> {
        self.0.wait().clone().context("stopped")
    }
}

/// Runs what `work` starts, until all of it is done. The first failure ends the rest.
///
/// # Errors
/// That first failure.
pub fn at_once<'env, T>(
    project: &Project,
    work: impl for<'scope> FnOnce(&Jobs<'scope, 'env>) -> Result<T>,
) -> Result<T> {
    let shared = Arc::new(Shared {
        logs: project.notes().join("logs"),
        stopped: AtomicBool::new(false),
        failure: OnceLock::new(),
    });
    let outcome = thread::scope(|scope| {
        work(&Jobs {
            scope,
            shared: Arc::clone(&shared),
        })
    });
    let failure = Arc::into_inner(shared).and_then(|shared| shared.failure.into_inner());
    failure.map_or(outcome, Err)
}

/// Runs one job alone.
///
/// # Errors
/// Its failure.
pub fn alone<T: Clone + Send + Sync>(
    project: &Project,
    name: &'static str,
    work: impl FnOnce(&Job) -> Result<T> + Send,
) -> Result<T> {
    let mut done = None;
    at_once(project, |jobs| {
        let handle = jobs.start(name, work);
        done = Some(handle);
        Ok(())
    })?;
    done.context("not started")?.wait()
}

impl<'scope> Jobs<'scope, '_> {
    /// Starts a job.
    pub fn start<T: Clone + Send + Sync + 'scope>(
        &self,
        name: &'static str,
        work: impl FnOnce(&Job) -> Result<T> + Send + 'scope,
    ) -> Handle<T> {
        let promise = Promise(Arc::default());
        let handle = Handle(Arc::clone(&promise.0));
        let job = Job {
            name,
            shared: Arc::clone(&self.shared),
        };
        self.scope.spawn(move || match work(&job) {
            Ok(value) => promise.keep(value),
            Err(error) => {
                // Only the first is told; those of the jobs that it stops say nothing more.
                let _ = job.shared.failure.set(error.context(name));
                job.shared.stopped.store(true, Ordering::Relaxed);
            }
        });
        handle
    }
}

/// Tells those who wait that nothing will come, also when the job's thread panics.
struct Promise<T>(Arc<OnceLock<Option<T>>>);

impl<T> Promise<T> {
    fn keep(&self, value: T) {
        // Nobody else sets it.
        let _ = self.0.set(Some(value));
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        // It was kept, unless the job failed.
        let _ = self.0.set(None);
    }
}

impl Job {
    /// A line on the terminal.
    pub fn say(&self, text: impl AsRef<str>) {
        for line in text.as_ref().lines() {
            println!("   {}: {line}", self.name);
        }
    }

    /// Says what takes long, does it, and says how long it took.
    ///
    /// # Errors
    /// Those of `work`.
    pub fn step<T>(&self, what: &str, why: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.say(format!("{what}: {why}"));
        let start = Instant::now();
        let value = work()?;
        self.say(format!("{what} took {}", run::elapsed(start)));
        Ok(value)
    }

    /// Runs a command. What it writes goes to the job's log.
    ///
    /// # Errors
    /// When it does not start, fails, or another job fails; the message ends with the log's last lines.
    pub fn run(&self, command: &mut Command) -> Result<()> {
        self.run_until(command, &self.shared.stopped)
    }

    /// The same for what may not be stopped halfway.
    ///
    /// # Errors
    /// When it does not start or fails.
    pub fn run_to_the_end(&self, command: &mut Command) -> Result<()> {
        self.run_until(command, &AtomicBool::new(false))
    }

    fn run_until(&self, command: &mut Command, stopped: &AtomicBool) -> Result<()> {
        let shown = run::shown(command);
        let path = self.shared.logs.join(format!("{}.log", self.name));
        let log = log(&path).with_context(|| format!("{} cannot be written", path.display()))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("`{shown}` does not start"))?;
        let Some(status) = wait(&mut child, stopped)? else {
            bail!("`{shown}` was stopped");
        };
        if !status.success() {
            bail!(
                "`{shown}` failed ({status}); the end of {}:\n\n{}",
                path.display(),
                last_lines(&path)
            );
        }
        Ok(())
    }
}

/// An empty log for the command that is about to run.
fn log(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create(path)
}

/// How a program ended, or nothing when it was stopped.
fn wait(child: &mut Child, stopped: &AtomicBool) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if stopped.load(Ordering::Relaxed) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(LOOK_AGAIN);
    }
}

fn last_lines(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let from = lines.len().saturating_sub(SHOWN_LINES);
    lines.get(from..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    #[cfg(unix)]
    use std::time::{Duration, Instant};

    use anyhow::Result;
    #[cfg(unix)]
    use anyhow::bail;

    use super::{alone, at_once};
    use crate::project::Project;

    fn said<T>(outcome: Result<T>) -> String {
        outcome
            .err()
            .map(|error| format!("{error:#}"))
            .unwrap_or_default()
    }

    fn with_project(test: impl FnOnce(&Project) -> Result<()>) -> Result<()> {
        let id = std::thread::current().id();
        let name = format!("flarescope-jobs-{}-{id:?}", std::process::id());
        let root = std::env::temp_dir().join(name);
        let project = Project {
            target: root.join("target"),
            root: root.clone(),
        };
        let outcome = test(&project);
        // A job that runs nothing leaves no folder.
        let _ = std::fs::remove_dir_all(&root);
        outcome
    }

    #[test]
    fn one_job_uses_what_another_found() -> Result<()> {
        with_project(|project| {
            let sum = at_once(project, |jobs| {
                let one = jobs.start("one", |_| Ok(1));
                let again = one.clone();
                let two = jobs.start("two", move |_| Ok(again.wait()? + 1));
                Ok(one.wait()? + two.wait()?)
            })?;
            assert_eq!(sum, 3);
            Ok(())
        })
    }

    #[cfg(unix)]
    #[test]
    fn the_first_failure_is_told_and_ends_the_rest() -> Result<()> {
        with_project(|project| {
            let start = Instant::now();
            let outcome = at_once(project, |jobs| {
                let slow = jobs.start("slow", |job| job.run(Command::new("sleep").arg("100")));
                jobs.start("broken", |_| -> Result<()> { bail!("out of owls") });
                slow.wait()
            });
            assert_eq!(said(outcome), "broken: out of owls");
            assert!(start.elapsed() < Duration::from_secs(50));
            Ok(())
        })
    }

    #[test]
    fn a_program_that_fails_shows_its_log() -> Result<()> {
        with_project(|project| {
            let outcome = alone(project, "cargo", |job| {
                job.run(Command::new("cargo").arg("no-such-command"))
            });
            let said = said(outcome);
            assert!(
                said.starts_with("cargo: `cargo no-such-command` failed"),
                "{said}"
            );
            assert!(said.contains("no such command"), "{said}");
            Ok(())
        })
    }
}
