//! The report as facts: what was found, raw numbers, no layout and no wording beyond the verdict's.
//!
//! Built by [`super::gather`] from a flare; read by [`super::layout`], the writers and the JSON.

use crate::analysis::kinds::ProfileName;
use crate::analysis::verdict::{Interval, Judgement};
use crate::flare::goroutines::Goroutines;
use crate::flare::memstats::MemStats;
use crate::flare::status::Check;

use super::document::FileRole;

/// Everything that is known about one flare.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was dropped, for example `memory-leak.zip`.
    pub source: String,
    /// Its size in bytes.
    pub source_bytes: u64,
    /// Bytes that were really read of it.
    pub read_bytes: u64,
    /// The host: from `status.log`, else `metadata/host.json`, else the root folder, else the name
    /// of what was dropped.
    pub hostname: String,
    /// The Agent.
    pub agent: AgentContext,
    /// `expvar/memstats`.
    pub memstats: Option<MemStats>,
    /// Resident memory of the core Agent, from `telemetry.log`.
    pub rss_bytes: Option<i64>,
    /// Python's own memory (`pymem__inuse` of `telemetry.log`).
    pub python_bytes: Option<i64>,
    /// DogStatsD contexts, from `expvar/aggregator`, else `telemetry.log`.
    pub dogstatsd_contexts: Option<i64>,
    /// DogStatsD contexts by metric type.
    pub contexts_by_type: Vec<(String, i64)>,
    /// The `DogStatsD` section of `status.log`.
    pub dogstatsd: Vec<(String, String)>,
    /// The forwarder's transactions that were dropped, retried or wait.
    pub forwarder: Vec<(String, i64)>,
    /// Running checks; `None` when `status.log` does not tell.
    pub checks: Option<Vec<Check>>,
    /// Goroutine dump.
    pub goroutines: Option<Goroutines>,
    /// Execution traces.
    pub traces: Vec<TraceFile>,
    /// Processes with profiles, main one first.
    pub processes: Vec<ProcessReport>,
    /// What was decided.
    pub judgement: Judgement,
    /// Thresholds that are not the defaults: name, default, value.
    pub changed_thresholds: Vec<(String, String, String)>,
    /// Date and source of the owner table.
    pub owners_source: String,
    /// Every file, in the flare's order.
    pub files: Vec<FileFact>,
    /// What is wrong with the flare as a whole.
    pub problems: Vec<String>,
    /// Lines of `flare_creation.log` about profiles.
    pub creation_errors: Vec<String>,
}

/// Which Agent, where, since when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentContext {
    /// For example `7.71.2`.
    pub version: Option<String>,
    /// For example `agent`.
    pub flavor: Option<String>,
    /// Unix milliseconds.
    pub started_at_ms: Option<i64>,
    /// Unix milliseconds; of the status, else of the first profile.
    pub captured_at_ms: Option<i64>,
    /// Seconds between both.
    pub uptime_s: Option<f64>,
    /// For example `dpkg dpkg-1.22.6 (deb_package)`.
    pub install_method: Option<InstallMethod>,
    /// For example `ubuntu 24.04`.
    pub platform: Option<String>,
    /// For example `linux`.
    pub os: Option<String>,
    /// For example `6.8.0-1021-aws`.
    pub kernel: Option<String>,
    /// For example `amd64`.
    pub architecture: Option<String>,
    /// For example `go1.25.6`.
    pub go_version: Option<String>,
    /// For example `3.13.11`.
    pub python_version: Option<String>,
    /// Process id of the Agent.
    pub pid: Option<i64>,
    /// The flare was built by the command, not by the Agent.
    pub local: bool,
}

/// How the Agent was installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstallMethod {
    /// For example `dpkg`.
    pub tool: Option<String>,
    /// For example `dpkg-1.22.6`.
    pub tool_version: Option<String>,
    /// For example `deb_package`.
    pub installer_version: Option<String>,
}

/// An execution trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceFile {
    /// The process.
    pub process: String,
    /// Path in the flare.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
}

/// Profiles of one process.
#[derive(Clone, Debug)]
pub struct ProcessReport {
    /// For example `core`.
    pub name: String,
    /// In the order of [`ProfileName::ALL`]; those whose file is absent are not there.
    pub profiles: Vec<ProfileReport>,
    /// Time between the heap snapshots.
    pub interval: Interval,
}

impl ProcessReport {
    /// One of its profiles.
    pub fn profile(&self, name: ProfileName) -> Option<&ProfileReport> {
        self.profiles.iter().find(|profile| profile.name == name)
    }
}

/// One profile of a process.
#[derive(Clone, Debug)]
pub struct ProfileReport {
    /// Which.
    pub name: ProfileName,
    /// What was found, or why nothing.
    pub content: ProfileContent,
}

/// What a profile holds.
#[derive(Clone, Debug)]
pub enum ProfileContent {
    /// One table for each sample type.
    Tables(Vec<Table>),
    /// A text was stored in its place.
    Reply(String),
    /// It can't be read; why.
    Damaged(String),
}

/// One profile for one sample type.
#[derive(Clone, Debug)]
pub struct Table {
    /// For example `inuse_space`.
    pub sample_type: String,
    /// For example `bytes`.
    pub unit: String,
    /// What percentages are of; see [`crate::analysis::view::View::total`].
    pub total: i64,
    /// Sum with signs.
    pub net: i64,
    /// How long it was recorded; 0 when unknown.
    pub duration_ns: i64,
    /// Percentages are of the base, values may be negative.
    pub is_diff: bool,
    /// How many rows there are in all.
    pub rows_total: usize,
    /// The first rows, in pprof's order, nothing trimmed.
    pub rows: Vec<Row>,
    /// Sums by owner's name, unowned (`None`) last; they add up to [`Table::net`].
    pub owners: Vec<(Option<String>, i64)>,
    /// The first lines of pprof's own text, header included.
    pub raw: String,
}

/// How many rows a report keeps of each table.
pub const ROWS_KEPT: usize = 100;

/// One function of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Full name.
    pub function: String,
    /// `(inline)`, `(partial-inline)` or nothing.
    pub inline: &'static str,
    /// A source file, or empty.
    pub file: String,
    /// Raw flat value.
    pub flat: i64,
    /// Raw cumulative value.
    pub cum: i64,
    /// Owner's name by the function itself, or `unowned`.
    pub owner: String,
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFact {
    /// Path in the flare.
    pub path: String,
    /// Unpacked size.
    pub size: u64,
    /// Its role.
    pub role: FileRole,
    /// What it was used for, or why not.
    pub reason: String,
}
