//! What the Agent's own texts say beside its profiles: the facts that [`super::notable`] is drawn from.
//!
//! Plain numbers and names, each `None` or empty where the flare does not tell.

use super::counters::Counters;
use flare::Process;

/// All of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidence {
    /// What the process that writes the flare counts of itself.
    pub counters: Counters,
    /// The workers that run checks.
    pub runner: Runner,
    /// Instances of checks, in the order of the status.
    pub checks: Vec<CheckRuns>,
    /// Metric contexts of DogStatsD.
    pub contexts: Contexts,
    /// What DogStatsD receives.
    pub packets: Option<Packets>,
    /// What became of payloads, by endpoint.
    pub deliveries: Vec<Delivery>,
    /// Containers of the Agent's pod, or the Agent's own container.
    pub containers: Vec<ContainerEnd>,
    /// Components that reported themselves unhealthy.
    pub unhealthy: Vec<String>,
    /// Processes that should run and do not.
    pub down: Vec<Down>,
    /// CPU limit of the Agent's container in cores.
    pub cpu_limit: Option<f64>,
    /// What current logs say of starts and ends.
    pub logs: Vec<LogEnds>,
}

/// The workers that run checks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runner {
    /// How many there are.
    pub workers: Option<u64>,
    /// Checks that were running, and for how many seconds, the longest first.
    pub running: Vec<(String, Option<f64>)>,
    /// How busy each worker is, 0 to 1.
    pub utilization: Vec<(String, f64)>,
}

/// One instance of a check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckRuns {
    /// The check's name.
    pub name: String,
    /// Name, a colon and the rest, as labels of profiles have it.
    pub id: String,
    /// It is a Python check.
    pub python: bool,
    /// Runs since the start.
    pub runs: Option<u64>,
    /// Metric samples of its last run.
    pub samples_last: Option<u64>,
    /// Metric samples since the start.
    pub samples_total: Option<u64>,
    /// Mean time of a run, milliseconds.
    pub mean_ms: Option<f64>,
    /// Seconds between runs.
    pub interval_s: Option<f64>,
}

impl CheckRuns {
    /// Metric samples of a run on average.
    pub fn samples_mean(&self) -> Option<f64> {
        let runs = self.runs.filter(|&runs| runs > 0)?;
        Some(self.samples_total? as f64 / runs as f64)
    }
}

/// Metric contexts of DogStatsD.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contexts {
    /// In all.
    pub dogstatsd: Option<i64>,
    /// By metric type, the most first.
    pub by_type: Vec<(String, i64)>,
}

/// What DogStatsD receives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Packets {
    /// Packets a second since the start.
    pub a_second: f64,
    /// Metrics in each.
    pub metrics_each: f64,
}

/// Payloads of one endpoint since the Agent's start, as the forwarder counts them. What the flare
/// does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// For example `series_v2`.
    pub endpoint: String,
    /// Handed to the forwarder.
    pub input: Option<i64>,
    /// Accepted by Datadog.
    pub delivered: Option<i64>,
    /// Put back to be tried again.
    pub requeued: Option<i64>,
    /// Tried again.
    pub retried: Option<i64>,
    /// Given up.
    pub dropped: Option<i64>,
    /// Tries that failed.
    pub errors: Option<i64>,
    /// The same by type, for example `cant_send`.
    pub error_types: Vec<(String, i64)>,
}

impl Delivery {
    /// All that was handed over was delivered at the first try, as far as the flare tells.
    pub fn is_smooth(&self) -> bool {
        let troubles = [self.requeued, self.retried, self.dropped, self.errors];
        let all = (self.input.zip(self.delivered)).is_none_or(|(input, done)| done >= input);
        all && troubles.into_iter().flatten().all(|count| count == 0)
    }
}

/// A container of the Agent's pod, how often it was restarted, and how it ended the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerEnd {
    /// Its name.
    pub container: String,
    /// The Agent of the flare runs in it.
    pub is_agent: bool,
    /// How often it was restarted.
    pub restarts: Option<u64>,
    /// Why it ended, for example `OOMKilled`.
    pub reason: Option<String>,
    /// With which code; 137 is a kill.
    pub exit_code: Option<u64>,
    /// When, Unix milliseconds.
    pub finished_ms: Option<i64>,
    /// Most memory that it may take, in bytes.
    pub memory_limit: Option<u64>,
}

impl ContainerEnd {
    /// It ended at least once.
    pub fn ended(&self) -> bool {
        self.reason.is_some() || self.exit_code.is_some() || self.finished_ms.is_some()
    }
}

/// A process that should run and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Down {
    /// Which.
    pub process: Process,
    /// What the flare says of it.
    pub said: String,
    /// In which file.
    pub file: &'static str,
}

/// Starts and ends of a process, as its current log has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEnds {
    /// Which.
    pub process: Process,
    /// How often a start follows another one without a shutdown between them.
    pub silent_ends: u64,
    /// Its last line, Unix milliseconds, where no shutdown follows the last start.
    pub open_since_ms: Option<i64>,
}
