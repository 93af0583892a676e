//! Runs a target and reads what libFuzzer writes about it.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::run;

/// What became of one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) target: String,
    /// Inputs that were run.
    pub(super) executions: u64,
    /// Edges of the code that were reached.
    pub(super) edges: u64,
    /// libFuzzer's features: edges with how often, and values compared.
    pub(super) features: u64,
    /// The whole run.
    pub(super) seconds: u64,
    /// Since `edges` grew last.
    pub(super) still_seconds: u64,
    /// What was found, in libFuzzer's or the panic's own words.
    pub(super) finding: Option<String>,
    /// It ended otherwise than by its time.
    pub(super) failed: bool,
}

impl Outcome {
    pub(super) fn line(&self) -> String {
        format!(
            "{:<20} {:>11} executions {:>6} cov {:>6} ft {:>6} s, {:>5} s since cov grew  {}",
            self.target,
            self.executions,
            self.edges,
            self.features,
            self.seconds,
            self.still_seconds,
            if self.failed {
                "FOUND"
            } else {
                "nothing found"
            }
        )
    }

    /// Takes in one line; true when coverage grew.
    fn read(&mut self, line: &str) -> bool {
        if let Some(count) = line.strip_prefix("stat::number_of_executed_units:") {
            self.executions = count.trim().parse().unwrap_or(self.executions);
        }
        let panicked = line.split_once("panicked at ").map(|(_, place)| place);
        let summary = line.strip_prefix("SUMMARY: ");
        if self.finding.is_none() {
            self.finding = panicked.or(summary).map(str::to_owned);
        }
        let Some((executions, rest)) = line
            .strip_prefix('#')
            .and_then(|line| line.split_once(char::is_whitespace))
        else {
            return false;
        };
        let number_after = |name: &str| {
            let mut words = rest.split_whitespace();
            words.find(|word| *word == name)?;
            words.next()?.parse::<u64>().ok()
        };
        self.executions = executions.parse().unwrap_or(self.executions);
        self.features = number_after("ft:").unwrap_or(self.features);
        let edges = number_after("cov:").unwrap_or(self.edges);
        let grew = edges > self.edges;
        self.edges = self.edges.max(edges);
        grew
    }
}

/// One line for each target.
pub(super) fn table(outcomes: &[Outcome]) -> String {
    let lines: Vec<String> = outcomes.iter().map(Outcome::line).collect();
    lines.join("\n")
}

/// Runs a target to its end. With `still` it has no end of its own: it is asked to stop after
/// `least`, once coverage has not grown for so long.
pub(super) fn run(
    command: &mut Command,
    target: &str,
    log: &Path,
    least: Duration,
    still: Duration,
) -> Result<Outcome> {
    let mut log = File::create(log).with_context(|| format!("{} cannot be made", log.display()))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{target} does not start"))?;
    let lines = child.stderr.take().context("no pipe to the target")?;
    let mut outcome = Outcome {
        target: target.to_owned(),
        ..Outcome::default()
    };
    let start = Instant::now();
    let mut grew = start;
    let mut asked = false;
    // Read beside the loop: a target that finds nothing new is silent, and has to be asked to stop
    // all the same.
    let (sender, received) = mpsc::channel();
    let reading = thread::spawn(move || {
        for line in BufReader::new(lines).split(b'\n') {
            let Ok(line) = line else { break };
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    loop {
        match received.recv_timeout(Duration::from_secs(1)) {
            Ok(mut line) => {
                if outcome.read(String::from_utf8_lossy(&line).trim_end()) {
                    grew = Instant::now();
                }
                line.push(b'\n');
                log.write_all(&line)?;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if !still.is_zero() && !asked && start.elapsed() >= least && grew.elapsed() >= still {
            asked = run::succeeds(Command::new("kill").args(["-INT", &child.id().to_string()]));
        }
    }
    // It ended with the channel.
    let _ = reading.join();
    let status = child.wait()?;
    outcome.seconds = start.elapsed().as_secs();
    outcome.still_seconds = grew.elapsed().as_secs();
    // Asked to stop, libFuzzer ends with a status of its own.
    outcome.failed = !status.success() && (!asked || outcome.finding.is_some());
    Ok(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_libfuzzers_lines() {
        let mut outcome = Outcome::default();
        assert!(outcome.read("#21\tINITED cov: 155 ft: 299 corp: 20/395Kb exec/s: 10 rss: 39Mb"));
        assert!(!outcome.read("#64\tREDUCE cov: 155 ft: 301 corp: 20/395Kb lim: 9 exec/s: 10"));
        assert!(!outcome.read("\tNEW_FUNC[1/1]: 0x559fea33e7d1"));
        assert!(!outcome.read("stat::number_of_executed_units: 70"));
        assert_eq!(
            (outcome.executions, outcome.edges, outcome.features),
            (70, 155, 301)
        );
        outcome.read("thread '<unnamed>' (2720) panicked at src/a.rs:65:17:");
        outcome.read("SUMMARY: libFuzzer: deadly signal");
        assert_eq!(outcome.finding.as_deref(), Some("src/a.rs:65:17:"));
    }
}
