//! The report as facts: what was found, raw numbers, no layout and no wording.
//!
//! Built by the engine from a flare; read by [`super::layout`], the writers and the JSON.

use super::texts::cores;
use diagnose::counters::{Figure, figures};
use diagnose::errors::{Told, Unread};
use diagnose::evidence::{ContainerEnd, Evidence};
use diagnose::gc::GcFacts;
use diagnose::kinds::ProfileName;
use diagnose::known::{KnownCase, Likeness};
use diagnose::labels::Labelled;
use diagnose::memory::Account;
use diagnose::verdict::{Interval, Judgement, LimitSource, Pairing};
use flare::agent_log::AgentLog;
use flare::diagnose_log::Diagnoses;
use flare::dmesg::OomKill;
use flare::entities::Entities;
use flare::goroutines::{Goroutines, Group};
use flare::health_issues::HealthIssue;
use flare::memstats::MemStats;
use flare::status::{Check, CheckProblem, Flavor, JmxCheck};
use flare::trace_vars::TraceVars;
use flare::version_history::VersionEntry;
use flare::{Fault, Problem, Process, Role};
use profile::units;

use super::document::FileRole;
use super::settings::SettingsView;
use super::symptom::Symptom;

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
    /// It is a host's: a text of the Agent gives it, or it is the root folder of a whole flare.
    pub hostname_known: bool,
    /// The Agent.
    pub agent: AgentContext,
    /// Names that redaction has to know.
    pub names: KnownNames,
    /// `expvar/memstats`.
    pub memstats: Option<MemStats>,
    /// Where the memory is.
    pub memory: Memory,
    /// The host and the container around the Agent.
    pub surroundings: Surroundings,
    /// What the Agent's texts told the judge.
    pub evidence: Evidence,
    /// What the ticket is about, where the user said so.
    pub symptom: Option<Symptom>,
    /// Number of the ticket, where the user gave its link: flares asked for go to it.
    pub ticket: Option<u64>,
    /// What the aggregator holds.
    pub contexts: Contexts,
    /// The `DogStatsD` section of `status.log`.
    pub dogstatsd: Vec<(String, String)>,
    /// The forwarder's transactions that were dropped, retried or wait.
    pub forwarder: Vec<Counter>,
    /// Payloads that wait to be sent again, by address, `telemetry.log`.
    pub retry_queues: Vec<(String, i64)>,
    /// Current logs, in the flare's order; only those with lines of the Agent's form.
    pub logs: Vec<LogFact>,
    /// What the Agent says of itself and of what is around it.
    pub self_report: SelfReport,
    /// What the trace-agent says of itself.
    pub trace_agent: Option<TraceVars>,
    /// Running checks; `None` when `status.log` does not tell.
    pub checks: Option<Vec<Check>>,
    /// Checks that could not be loaded or configured.
    pub check_problems: Vec<CheckProblem>,
    /// Checks that JMXFetch runs.
    pub jmx_checks: Vec<JmxCheck>,
    /// Goroutine dump.
    pub goroutines: Option<GoroutineReport>,
    /// Execution traces.
    pub traces: Vec<TraceFile>,
    /// A few files alone, and no flare.
    pub loose: bool,
    /// Processes with profiles, main one first.
    pub processes: Vec<ProcessReport>,
    /// Processes that should have profiles and have none.
    pub silent: Vec<SilentProcess>,
    /// What was decided.
    pub judgement: Judgement,
    /// Public cases that findings look like.
    pub known: Vec<Resemblance>,
    /// What it was judged by.
    pub settings: SettingsView,
    /// Thresholds that are not the defaults: name, default, value.
    pub changed_thresholds: Vec<(String, String, String)>,
    /// Every file, in the flare's order.
    pub files: Vec<FileFact>,
    /// What is wrong with the flare as a whole.
    pub problems: Vec<Told<Problem>>,
    /// The archive is cut off: what it lacks may have been in it.
    pub cut_off: bool,
    /// Processes whose own continuous profiler is on.
    pub profiler_on: Vec<Process>,
    /// Lines of `flare_creation.log` about what failed of what a report needs.
    pub creation_errors: Vec<String>,
}

impl Report {
    /// Nothing in it is of the Agent: profiles of another program.
    pub fn is_of_program(&self) -> bool {
        let goroutines = self.goroutines.as_ref();
        let of_agent = goroutines.map(|goroutines| goroutines.program.is_none());
        let mut processes = self.processes.iter();
        self.loose
            && of_agent != Some(true)
            && processes.all(|process| process.program.is_some())
            && (of_agent.is_some() || !self.processes.is_empty())
    }

    /// The counters of the process that writes the flare, each beside what it is held against.
    pub fn figures(&self) -> Vec<Figure> {
        let described = match self.judgement.main {
            Some(Process::ClusterAgent) => Process::ClusterAgent,
            _ => Process::Core,
        };
        let mut processes = self.processes.iter();
        let profiled = processes
            .find(|process| process.name == described)
            .and_then(cores);
        figures(
            &self.evidence.counters,
            profiled,
            &self.judgement.thresholds,
        )
    }

    /// The core Agent, where the flare holds profiles of other processes and none of its own.
    pub fn main_missing(&self) -> Option<&SilentProcess> {
        self.silent
            .iter()
            .find(|silent| silent.process == Process::Core)
    }
}

/// Something that the Agent counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Its name.
    pub name: &'static str,
    /// Its value in [`Counter::unit`].
    pub value: i64,
    /// `count` or `bytes`.
    pub unit: &'static str,
}

/// Names of hosts, containers and pods that stand anywhere in the flare's descriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownNames {
    /// Hosts.
    pub hosts: Vec<String>,
    /// Containers.
    pub containers: Vec<String>,
    /// Pods.
    pub pods: Vec<String>,
}

/// Where the memory is, in bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Memory {
    /// Resident memory of the core Agent, from `telemetry.log`.
    pub rss_bytes: Option<i64>,
    /// Python's own memory (`pymem__inuse` of `telemetry.log`).
    pub python_bytes: Option<i64>,
    /// Memory limit of the Agent's container, and where it stands.
    pub limit: Option<(i64, LimitSource)>,
    /// One account for each process whose Go memory is known, core first.
    pub accounts: Vec<Account>,
    /// What is known of the garbage collector, by process; only those of which something is.
    pub gc: Vec<GcFacts>,
}

/// The host and the container around the Agent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// Logical cores of the host.
    pub host_cores: Option<u64>,
    /// Memory of the host in bytes.
    pub host_memory: Option<u64>,
    /// CPU limit of the Agent's container in cores, and where it stands.
    pub cpu_limit: Option<(f64, LimitSource)>,
    /// How often the Agent's container was restarted, and why it ended last.
    pub restarts: Option<(u64, Option<String>)>,
    /// All containers of the Agent's pod, in the order of `kubelet_pods.yaml`, or the Agent's own
    /// container in Docker.
    pub containers: Vec<ContainerEnd>,
    /// Processes that the kernel killed for lack of memory.
    pub oom_kills: Vec<OomKill>,
    /// Versions that ran here, oldest first.
    pub versions: Vec<VersionEntry>,
    /// Components that reported themselves unhealthy.
    pub unhealthy: Vec<String>,
}

/// What the aggregator holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contexts {
    /// DogStatsD contexts, from `expvar/aggregator`, else `telemetry.log`.
    pub dogstatsd: Option<i64>,
    /// DogStatsD contexts by metric type.
    pub by_type: Vec<(String, i64)>,
    /// Bytes that contexts hold, where `telemetry.log` tells.
    pub bytes: Option<i64>,
    /// Sizes of queues, stores and pools, `telemetry.log`.
    pub queues: Vec<Queue>,
}

/// A queue, store or pool of the core Agent, or one part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Queue {
    /// The metric's name.
    pub name: &'static str,
    /// Which part, by the metric's label: a component, a shard, a listener.
    pub part: Option<String>,
    /// How full, in [`Queue::unit`].
    pub value: f64,
    /// What the value is.
    pub unit: QueueUnit,
}

/// What the value of a [`Queue`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueUnit {
    /// A number of things.
    Count,
    /// Bytes.
    Bytes,
    /// Share of its time that a component is at work, 0 to 1.
    Ratio,
}

impl QueueUnit {
    /// Its name in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Bytes => "bytes",
            Self::Ratio => "ratio",
        }
    }
}

/// A current log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFact {
    /// Path below the flare's root, for example `logs/agent.log`.
    pub path: String,
    /// What it says.
    pub log: AgentLog,
}

/// What the Agent knows of its own surroundings: entities, and what its own checks of itself say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SelfReport {
    /// Entities of the tagger, `tagger-list.json`.
    pub tagged: Vec<Entities>,
    /// Workloads, `workload-list.log`.
    pub workloads: Vec<Entities>,
    /// `diagnose.log`.
    pub diagnoses: Option<Diagnoses>,
    /// `health-platform-issues.json`.
    pub issues: Vec<HealthIssue>,
}

/// The goroutine dump, with owners.
#[derive(Clone, Debug, PartialEq)]
pub struct GoroutineReport {
    /// The process that wrote it.
    pub process: Process,
    /// What it was read from.
    pub source: DumpSource,
    /// What the program is called that is none of the Agent's; may be empty.
    pub program: Option<String>,
    /// All of it.
    pub dump: Goroutines,
    /// The groups that are shown: the largest, and then others that wait for a lock.
    pub shown: Vec<ShownGroup>,
}

/// What goroutines were read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DumpSource {
    /// A dump: the runtime's words on each goroutine.
    Dump,
    /// A profile, which has stacks and counts alone.
    Profile,
    /// The same as text (`debug=1`).
    Text,
}

impl DumpSource {
    /// The stable name used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dump => "dump",
            Self::Profile => "profile",
            Self::Text => "text",
        }
    }
}

/// A group of goroutines that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownGroup {
    /// Place among the dump's groups.
    pub index: usize,
    /// Place of the responsible frame in the stack.
    pub responsible: Option<usize>,
    /// Its owner, or `unowned`.
    pub owner: String,
}

impl GoroutineReport {
    /// The groups that are shown, with their owners.
    pub fn groups(&self) -> impl Iterator<Item = (&ShownGroup, &Group)> {
        self.shown
            .iter()
            .filter_map(|shown| Some((shown, self.dump.groups.get(shown.index)?)))
    }
}

/// How many groups of goroutines a report shows for their size.
pub const GROUPS_SHOWN: usize = 30;

/// The same where hardly any has more than one goroutine.
pub const SINGLES_SHOWN: usize = 8;

/// How many more it shows because they wait for a lock.
pub const LOCK_GROUPS_SHOWN: usize = 20;

/// A process that should have profiles and has none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilentProcess {
    /// The process.
    pub process: Process,
    /// The archive is cut off: they may have been in the part that is missing.
    pub cut_off: bool,
}

/// A public case that a finding, or the goroutine dump, looks like.
#[derive(Clone, Debug, PartialEq)]
pub struct Resemblance {
    /// Position of the finding; `None` for the goroutine dump.
    pub finding: Option<usize>,
    /// The case.
    pub case: KnownCase,
    /// What the resemblance rests on.
    pub by: Likeness,
}

/// Which Agent, where, since when.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentContext {
    /// For example `7.71.2`.
    pub version: Option<String>,
    /// Which Agent it is.
    pub flavor: Option<Flavor>,
    /// Unix milliseconds.
    pub started_at_ms: Option<i64>,
    /// Unix milliseconds; of the status, else of the first profile.
    pub captured_at_ms: Option<i64>,
    /// The same in the host's own time, as `status.log` writes it, where that is not UTC.
    pub captured_local: Option<String>,
    /// The start in the host's own time, likewise. All that is known of it where
    /// [`AgentContext::started_at_ms`] is not: it must not be read as UTC.
    pub started_local: Option<String>,
    /// When the process itself started, Unix milliseconds, from `telemetry.log`.
    pub process_started_at_ms: Option<i64>,
    /// Seconds between both.
    pub uptime_s: Option<f64>,
    /// What the Agent failed to write of `status.log`, in its own words: what the file lacks may
    /// be there all the same.
    pub status_errors: Vec<String>,
    /// Sections that it lacks for that reason.
    pub missing_sections: Vec<&'static str>,
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
    /// The running Agent's own status is in the flare.
    pub answered: bool,
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
    pub process: Process,
    /// Path in the flare.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
}

/// Profiles of one process.
#[derive(Clone, Debug)]
pub struct ProcessReport {
    /// Which.
    pub name: Process,
    /// In the order of [`ProfileName::ALL`]; those whose file is absent are not there.
    pub profiles: Vec<ProfileReport>,
    /// Time between the heap snapshots.
    pub interval: Interval,
    /// How loose heap profiles became its pair.
    pub pairing: Option<Pairing>,
    /// What the program is called that is none of the Agent's; may be empty.
    pub program: Option<String>,
    /// CPU time by the labels that its CPU profile has.
    pub cpu_labels: Vec<Labelled>,
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
    Damaged(Told<Unread>),
    /// A limit was met or memory was short; why.
    LeftOut(Told<Unread>),
}

/// One profile for one sample type.
#[derive(Clone, Debug)]
pub struct Table {
    /// For example `inuse_space`.
    pub sample_type: String,
    /// For example `bytes`.
    pub unit: String,
    /// What percentages are of; see [`profile::lens::view::View::total`].
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
    /// Sums by owner's name, unowned (`None`) last; with what they leave out they add up to
    /// [`Table::net`].
    pub owners: Vec<(Option<String>, i64)>,
    /// Idle waits of a block profile, which nobody answers for.
    pub left_out: i64,
    /// The first lines of pprof's own text, header included; empty for sample types that no
    /// verdict is about.
    pub raw: String,
}

impl Table {
    /// Sum with signs, in nanoseconds or bytes where the unit is of time or memory.
    pub fn amount(&self) -> i64 {
        units::in_base(self.net, &self.unit)
    }

    /// Of a CPU profile: cores in use on average.
    pub fn cores(&self) -> Option<f64> {
        let cpu_ns = units::in_base(self.total, &self.unit);
        (self.duration_ns > 0).then(|| cpu_ns as f64 / self.duration_ns as f64)
    }

    /// Of a heap snapshot: it is a difference already, and does not say what the heap holds. See
    /// [`diagnose::verdict::own_difference`].
    pub fn is_own_difference(&self) -> bool {
        !self.is_diff && (self.net != self.total || self.duration_ns > 0)
    }
}

/// How many rows a report keeps of each table.
pub const ROWS_KEPT: usize = 100;

/// One function of a table.
#[derive(Clone, Debug, PartialEq)]
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
    /// Of a heap difference: one standard deviation of the flat value.
    pub noise: Option<i64>,
    /// Owner of the frames that answer for the most of it, or `unowned`.
    pub owner: String,
    /// That owner's part of the row, where others have some too.
    pub owner_part: Option<f64>,
}

impl Row {
    /// The owner as a table shows it, for example `Core Agent, tagger 85%`.
    pub fn owner_text(&self) -> String {
        // All but a trace of it is all of it.
        match self.owner_part.filter(|&part| part < 0.995) {
            Some(part) => format!("{} {:.0}%", self.owner, part * 100.0),
            None => self.owner.clone(),
        }
    }
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileFact {
    /// Path in the flare.
    pub path: String,
    /// Unpacked size.
    pub size: u64,
    /// What became of it.
    pub fate: FileFate,
}

/// What became of a file, and why.
#[derive(Clone, Debug, PartialEq)]
pub enum FileFate {
    /// Read as what its name says.
    Read {
        /// That.
        role: Role,
        /// Only its beginning was.
        is_cut: bool,
        /// The limit that its values met, in words of the reader.
        limit_met: Option<String>,
    },
    /// A profile, decoded.
    Profile {
        /// Which.
        name: ProfileName,
        /// Of which process.
        process: Process,
        /// How many samples it has.
        samples: usize,
    },
    /// A profile of a kind that is not judged.
    OtherProfile {
        /// What it counts.
        sample_types: Vec<String>,
    },
    /// A file without bytes in a profile's place.
    EmptyProfile,
    /// A text in a profile's place: its first line.
    Reply(String),
    /// Another file already holds this profile of the process.
    Taken,
    /// A heap profile between the first and the last of its program.
    BetweenHeaps,
    /// Goroutines, as a profile.
    GoroutineProfile {
        /// How many.
        count: u64,
    },
    /// The goroutine dump.
    Goroutines {
        /// How many goroutines it has.
        count: u64,
    },
    /// Worth knowing, and not read.
    Noted(Role),
    /// Nothing that a report needs.
    Unused(Role),
    /// Nobody asked for it.
    NotRead,
    /// A current log past the number of those that are read.
    TooManyLogs {
        /// That number.
        limit: usize,
    },
    /// It could not be read.
    Unread(Told<Fault>),
    /// A profile that could not be read.
    UnreadProfile(Told<Unread>),
    /// Profiles of more processes than the limit.
    TooManyProcesses {
        /// The one that is left out.
        process: Process,
        /// The limit.
        limit: usize,
    },
    /// All files of YAML and JSON together would be larger than the limit.
    TooMuchToParse {
        /// The limit.
        limit: u64,
    },
}

impl FileFate {
    /// The file is there, and what it holds is not known.
    pub const fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::Unread(_)
                | Self::UnreadProfile(_)
                | Self::TooManyProcesses { .. }
                | Self::TooMuchToParse { .. }
        )
    }
}

impl FileFact {
    /// Its role on screen and in the exports.
    pub const fn role(&self) -> FileRole {
        match self.fate {
            FileFate::Read { .. } | FileFate::Profile { .. } => FileRole::Used,
            FileFate::OtherProfile { .. }
            | FileFate::EmptyProfile
            | FileFate::Reply(_)
            | FileFate::Taken
            | FileFate::BetweenHeaps
            | FileFate::Goroutines { .. }
            | FileFate::GoroutineProfile { .. }
            | FileFate::Noted(_) => FileRole::Noted,
            FileFate::Unused(_) | FileFate::NotRead | FileFate::TooManyLogs { .. } => {
                FileRole::Unused
            }
            FileFate::Unread(_)
            | FileFate::UnreadProfile(_)
            | FileFate::TooManyProcesses { .. }
            | FileFate::TooMuchToParse { .. } => FileRole::Failed,
        }
    }
}
