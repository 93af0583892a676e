//! The JSON report's types. `docs/report.schema.json` is made of them and of their comments.

use std::collections::BTreeMap;

#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Number;
#[cfg(test)]
use serde_json::json;

#[cfg(test)]
use super::SCHEMA_VERSION;
#[cfg(test)]
use super::schema::{interval_or_duration, kinds, profiles};

/// The report.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct Root<'r> {
    /// Version of this format. Rises when a field is removed or changes its meaning.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA_VERSION)))]
    pub(super) schema_version: u32,
    /// Host name: from status.log, else metadata/host.json, else the root folder, else the name of
    /// the file.
    pub(super) hostname: &'r str,
    /// The Agent that made the flare. What the flare does not tell is null.
    pub(super) agent: AgentJson<'r>,
    /// What was decided.
    pub(super) verdict: VerdictJson<'r>,
    /// Processes with profiles, main process first.
    pub(super) processes: Vec<ProcessJson<'r>>,
    /// Go's memory statistics of the core Agent (expvar/memstats), under Go's own names; null when
    /// the flare has none. Fields that the file lacks are absent. In a local flare they describe
    /// the command that made it.
    pub(super) memstats: Option<MemstatsJson>,
    /// Running checks in the order of status.log; null when the flare does not tell.
    pub(super) checks: Option<Vec<CheckJson<'r>>>,
    /// Goroutine dump; null when the flare has none.
    pub(super) goroutines: Option<GoroutinesJson<'r>>,
    /// Execution traces; noted, not analysed.
    pub(super) traces: Vec<TraceJson<'r>>,
    /// Every file of the flare, in the flare's order.
    pub(super) files: Vec<FileJson<'r>>,
    /// What is wrong with the flare as a whole, in words.
    pub(super) problems: Vec<String>,
    /// What the verdict was decided by.
    pub(super) thresholds: ThresholdsJson<'r>,
    /// The symptom in the user's words; null when not given.
    pub(super) symptom: Option<String>,
    /// Link to the flare or the ticket; null when not given.
    pub(super) link: Option<String>,
    /// Where the memory is.
    pub(super) memory: MemoryJson<'r>,
    /// What the process that writes the flare counts of itself since its start (telemetry.log).
    pub(super) counters: Vec<CounterJson>,
    /// The workers that run checks (expvar/runner).
    pub(super) check_workers: WorkersJson<'r>,
    /// The host and the container around the Agent.
    pub(super) surroundings: SurroundingsJson<'r>,
    /// Processes that should have profiles and have none.
    pub(super) silent_processes: Vec<SilentJson<'r>>,
    /// Checks that JMXFetch runs.
    pub(super) jmx_checks: Vec<JmxJson<'r>>,
    /// Checks that could not be loaded or configured.
    pub(super) check_problems: Vec<CheckProblemJson<'r>>,
    /// The owner table that was used.
    pub(super) owners: OwnersJson<'r>,
    /// Payloads of each endpoint since the Agent's start, by name; empty when the flare does not tell.
    pub(super) deliveries: Vec<DeliveryJson<'r>>,
    /// Payloads that wait to be sent again, by address (telemetry.log).
    pub(super) retry_queues: Vec<RetryQueueJson<'r>>,
    /// How full queues, stores and pools of the core Agent are (telemetry.log).
    pub(super) queues: Vec<QueueJson<'r>>,
    /// The Agent's current logs, counted; no text of a line.
    pub(super) logs: Vec<LogJson<'r>>,
    /// Entities that the tagger knows, by kind (tagger-list.json).
    pub(super) tagged_entities: Vec<EntitiesJson<'r>>,
    /// Entities that the Agent knows, by kind (workload-list.log).
    pub(super) workloads: Vec<EntitiesJson<'r>>,
    /// The Agent's own tests of connections and set-up (diagnose.log); null when the flare has none.
    pub(super) diagnoses: Option<DiagnosesJson<'r>>,
    /// Issues that the Agent's health platform found (health-platform-issues.json).
    pub(super) health_issues: Vec<HealthIssueJson<'r>>,
}

/// Payloads of one endpoint. What the flare does not tell is null.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct DeliveryJson<'r> {
    /// For example `series_v2`.
    pub(super) endpoint: &'r str,
    /// Handed to the forwarder.
    pub(super) input: Option<i64>,
    /// Accepted by Datadog.
    pub(super) delivered: Option<i64>,
    /// Put back to be tried again.
    pub(super) requeued: Option<i64>,
    /// Tried again.
    pub(super) retried: Option<i64>,
    /// Given up.
    pub(super) dropped: Option<i64>,
    /// Tries that failed.
    pub(super) errors: Option<i64>,
    /// The same by type.
    pub(super) errors_by_type: BTreeMap<&'r str, i64>,
}

/// Payloads that wait.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct RetryQueueJson<'r> {
    /// Where they are sent.
    pub(super) address: &'r str,
    /// How many.
    pub(super) payloads: i64,
}

/// A queue, store or pool, or a part of it.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct QueueJson<'r> {
    /// The metric.
    pub(super) metric: &'r str,
    /// Which part: a component, a shard, a listener; null for the whole.
    pub(super) part: Option<&'r str>,
    /// How full.
    pub(super) value: f64,
    /// What the value is: a share of time is between 0 and 1.
    #[cfg_attr(test, schemars(extend("enum" = ["count", "bytes", "ratio"])))]
    pub(super) unit: &'static str,
}

/// A current log.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct LogJson<'r> {
    /// Path below the flare's root, for example `logs/agent.log`.
    pub(super) path: &'r str,
    /// Lines of the Agent's form.
    pub(super) lines: u64,
    /// Only its beginning was read.
    pub(super) cut: bool,
    /// Its first line, as the log writes the time.
    pub(super) first: Option<&'r str>,
    /// The last line that was read.
    pub(super) last: Option<&'r str>,
    /// Lines of level ERROR, without those that making a flare wrote.
    pub(super) errors: u64,
    /// The same of level CRITICAL.
    pub(super) criticals: u64,
    /// Those that making a flare wrote.
    pub(super) errors_of_flares: u64,
    /// Errors by the line of source that wrote them, most first.
    pub(super) sources: Vec<LogSourceJson<'r>>,
    /// Errors without such a line, or past those that are kept.
    pub(super) errors_without_source: u64,
    /// Lines that announce a limit or a restart, by kind.
    pub(super) events: Vec<LogEventJson<'r>>,
    /// How often the process ended without a line of a shutdown.
    pub(super) silent_ends: u64,
    /// No shutdown follows the last start; null where the log tells of neither.
    pub(super) runs_at_end: Option<bool>,
}

/// A line of source that writes errors.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct LogSourceJson<'r> {
    /// For example `pkg/process/runner/runner.go:513 in readResponseStatuses`.
    pub(super) place: String,
    /// The Python check that wrote it.
    pub(super) check: Option<&'r str>,
    /// Lines of level ERROR.
    pub(super) errors: u64,
    /// Lines of level CRITICAL.
    pub(super) criticals: u64,
}

/// Lines of one kind.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct LogEventJson<'r> {
    /// Which.
    #[cfg_attr(test, schemars(extend("enum" = ["start", "shutdown", "busy-workers", "dropped-transactions", "memory-kill", "profiling-threshold", "profiling-stop", "gomaxprocs", "gomemlimit", "jmx-restart", "jmx-given-up"])))]
    pub(super) kind: &'static str,
    /// How often.
    pub(super) count: u64,
    /// When first, as the log writes the time.
    pub(super) first: &'r str,
    /// The same. RFC 3339, UTC; null where the log's zone is only an abbreviation.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    pub(super) first_at: Option<String>,
    /// When last, as the log writes the time.
    pub(super) last: &'r str,
    /// The same. RFC 3339, UTC.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    pub(super) last_at: Option<String>,
    /// Numbers of the last line; `transactions` is added up over all.
    pub(super) numbers: BTreeMap<&'static str, u64>,
}

/// Entities of one kind.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct EntitiesJson<'r> {
    /// For example `container_id`.
    pub(super) kind: &'r str,
    /// How many.
    pub(super) count: u64,
    /// Tags of all of them; 0 where the file has none.
    pub(super) tags: u64,
    /// Tags of the one with the most.
    pub(super) most_tags: u64,
}

/// What the Agent's diagnosis came to.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct DiagnosesJson<'r> {
    /// How many succeeded.
    pub(super) succeeded: u64,
    /// How many failed.
    pub(super) failed: u64,
    /// How many warned.
    pub(super) warned: u64,
    /// How many could not be made.
    pub(super) errors: u64,
    /// Those that did not succeed.
    pub(super) unsuccessful: Vec<DiagnosisJson<'r>>,
}

/// A diagnosis that did not succeed.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct DiagnosisJson<'r> {
    /// For example `connectivity-datadog-event-platform`.
    pub(super) suite: &'r str,
    /// Its name.
    pub(super) name: &'r str,
    /// How it ended.
    #[cfg_attr(test, schemars(extend("enum" = ["success", "fail", "warning", "unexpected-error"])))]
    pub(super) result: &'static str,
}

/// An issue. What the file lacks is null.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct HealthIssueJson<'r> {
    /// The health check that found it.
    pub(super) check: Option<&'r str>,
    /// Its id.
    pub(super) id: Option<&'r str>,
    /// Its title.
    pub(super) title: Option<&'r str>,
    /// How severe it is.
    pub(super) severity: Option<&'r str>,
}

/// One counter, beside what is usual.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct CounterJson {
    /// The metric that it is read from.
    pub(super) metric: &'static str,
    /// What is counted.
    pub(super) name: &'static str,
    /// Seconds, bytes, a number or a fraction, as the metric has it; a check's time in milliseconds.
    pub(super) value: f64,
    /// What it is held against, in the same unit: the uptime, a limit, the resident memory.
    pub(super) of: Option<f64>,
    /// The same in words.
    pub(super) words: String,
    /// What a healthy Agent shows.
    pub(super) usual: String,
    /// The worker, check or endpoint that it is about; empty where it is about the whole process.
    pub(super) whose: String,
    /// It is over what is usual.
    pub(super) remarkable: bool,
}

/// The workers that run checks.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct WorkersJson<'r> {
    /// How many there are.
    pub(super) count: Option<u64>,
    /// How busy each is.
    pub(super) utilization: Vec<WorkerJson<'r>>,
    /// Checks that were running, the longest first.
    pub(super) running: Vec<RunningJson<'r>>,
}

/// One worker.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct WorkerJson<'r> {
    /// Its name.
    pub(super) worker: &'r str,
    /// Share of its time that it is busy, 0 to 1.
    pub(super) utilization: f64,
}

/// A check that was running.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct RunningJson<'r> {
    /// Its instance.
    pub(super) check: &'r str,
    /// For how long; null when the flare does not tell.
    pub(super) seconds: Option<f64>,
}

/// Something to look at although it crosses no threshold.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct NotableJson<'r> {
    /// What it is.
    #[cfg_attr(test, schemars(extend("enum" = ["kernel-kills", "container-ended", "not-running", "silent-ends", "workers", "lock-waits", "lock-counter", "unhealthy", "outside-go", "large-heap", "near-limit", "collector", "back-pressure", "busy", "check-grows", "many-contexts", "undelivered", "unbuffered", "starved", "threads", "descriptors", "alike", "many-goroutines"])))]
    pub(super) kind: &'static str,
    /// The process, where it is about one.
    pub(super) process: Option<&'r str>,
    /// A few words.
    pub(super) title: String,
    /// Sentences with the numbers.
    pub(super) summary: String,
    /// Who holds it, where a profile or a stack shows that.
    pub(super) owner: Option<&'r str>,
    /// Finer than the owner.
    pub(super) component: Option<&'r str>,
    /// Last known team.
    pub(super) team: Option<&'r str>,
    /// Whom to escalate to in the process at hand, or empty.
    pub(super) escalate_to: Option<&'r str>,
    /// The responsible frame.
    pub(super) responsible_function: Option<&'r str>,
}

/// Where the memory is.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct MemoryJson<'r> {
    /// Resident memory of the core Agent.
    pub(super) rss_bytes: Option<i64>,
    /// Python's own memory.
    pub(super) python_bytes: Option<i64>,
    /// Memory limit of the Agent's container.
    pub(super) limit_bytes: Option<i64>,
    /// Where that limit stands.
    pub(super) limit_source: Option<String>,
    /// One account for each process whose Go memory is known.
    pub(super) accounts: Vec<AccountJson<'r>>,
    /// The garbage collector's story.
    pub(super) garbage_collection: Vec<StoryJson<'r>>,
}

/// Memory of one process in parts.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct AccountJson<'r> {
    /// The process.
    pub(super) process: &'r str,
    /// Its resident memory.
    pub(super) rss_bytes: Option<i64>,
    /// What the Go runtime holds: Sys minus HeapReleased.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub(super) go_held_bytes: i64,
    /// Sum of the parts.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub(super) total_bytes: i64,
    /// By how much the parts exceed the resident memory.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub(super) excess_bytes: i64,
    /// What it comes to.
    #[cfg_attr(test, schemars(extend("enum" = ["outside-go", "garbage", "retention", "modest"])))]
    pub(super) conclusion: &'static str,
    /// The same in a paragraph.
    pub(super) words: String,
    /// They add up to total_bytes.
    pub(super) parts: Vec<PartJson>,
}

/// One part.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct PartJson {
    /// For example `Heap in use`.
    pub(super) name: &'static str,
    /// Bytes.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub(super) bytes: i64,
}

/// Of one process.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct StoryJson<'r> {
    /// The process.
    pub(super) process: &'r str,
    /// Sentences.
    pub(super) words: Vec<String>,
}

/// The host and the container around the Agent.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct SurroundingsJson<'r> {
    /// Logical cores of the host.
    pub(super) host_cores: Option<u64>,
    /// Memory of the host.
    pub(super) host_memory_bytes: Option<u64>,
    /// Cores that the Agent's container may use.
    pub(super) container_cpu_limit: Option<f64>,
    /// How often it was restarted.
    pub(super) container_restarts: Option<u64>,
    /// Why it ended the last time, for example `OOMKilled`.
    pub(super) last_termination: Option<&'r str>,
    /// All containers of the Agent's pod, or the Agent's own container in Docker.
    pub(super) containers: Vec<ContainerJson<'r>>,
    /// Names of processes that the kernel killed for lack of memory, oldest first.
    pub(super) oom_kills: Vec<&'r str>,
    /// The same kills with what dmesg.log tells of each.
    pub(super) kernel_kills: Vec<KernelKillJson<'r>>,
    /// Versions that ran here, oldest first.
    pub(super) versions: Vec<VersionJson<'r>>,
    /// Components that did not answer.
    pub(super) unhealthy: &'r [String],
}

/// One container. What the flare does not tell is null.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct ContainerJson<'r> {
    /// Its name.
    pub(super) container: &'r str,
    /// The Agent of the flare runs in it.
    pub(super) is_agent: bool,
    /// How often it was restarted.
    pub(super) restarts: Option<u64>,
    /// Why it ended the last time, for example `OOMKilled`.
    pub(super) last_termination: Option<&'r str>,
    /// With which code; 137 is a kill.
    pub(super) exit_code: Option<u64>,
    /// When. RFC 3339, UTC.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    pub(super) finished_at: Option<String>,
    /// Most memory that it may take.
    pub(super) memory_limit_bytes: Option<u64>,
}

/// One kill. What dmesg.log does not tell is null.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct KernelKillJson<'r> {
    /// Name of the process that was ended.
    pub(super) process: &'r str,
    /// Its id.
    pub(super) pid: Option<u64>,
    /// It was one of the Agent's processes, or shared its control group's limit with one.
    pub(super) of_agent: bool,
    /// A control group's limit was reached, not the host's memory.
    pub(super) in_cgroup: bool,
    /// Resident memory of the process.
    pub(super) resident_bytes: Option<u64>,
    /// The limit that was reached.
    pub(super) limit_bytes: Option<u64>,
    /// The control group of that limit.
    pub(super) cgroup: Option<&'r str>,
    /// The control group of the process.
    pub(super) process_cgroup: Option<&'r str>,
}

/// One version.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct VersionJson<'r> {
    /// For example `7.71.2`.
    pub(super) version: &'r str,
    /// First start. RFC 3339, UTC.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    pub(super) since: Option<String>,
}

/// One process.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct SilentJson<'r> {
    /// The process.
    pub(super) process: &'r str,
    /// What the flare says of it.
    pub(super) why: String,
    /// What to do.
    pub(super) remedy: String,
}

/// One instance.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct JmxJson<'r> {
    /// For example `cassandra`.
    pub(super) check: &'r str,
    /// Its instance.
    pub(super) instance: Option<&'r str>,
    /// For example `OK`.
    pub(super) status: Option<&'r str>,
    /// Metrics that it collects.
    pub(super) metrics: Option<u64>,
    /// Listed among those that failed.
    pub(super) failed: bool,
}

/// One problem.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct CheckProblemJson<'r> {
    /// The check; empty where the problem is Python's.
    pub(super) check: &'r str,
    /// Which instance or loader it is about.
    pub(super) about: Option<&'r str>,
    /// What the status says.
    pub(super) message: &'r str,
}

/// The owner table that was used.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct OwnersJson<'r> {
    /// Name of the user's file; null for the built-in table.
    pub(super) file: Option<&'r str>,
    /// What the table says of its origin.
    pub(super) source: &'r str,
    /// Its date.
    pub(super) date: &'r str,
}

/// The Agent that made the flare. What the flare does not tell is null.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct AgentJson<'r> {
    /// For example `7.71.2`.
    pub(super) version: Option<&'r str>,
    /// For example `agent`.
    pub(super) flavor: Option<&'r str>,
    /// Start of the Agent. RFC 3339, UTC.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    pub(super) started_at: Option<String>,
    /// Seconds from the start of the Agent to the capture.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub(super) uptime_seconds: Option<i64>,
    /// What the Agent failed to write of status.log: what that file lacks is not known.
    pub(super) status_errors: &'r [String],
    /// Sections that status.log lacks for that reason.
    pub(super) missing_status_sections: &'r [&'static str],
    /// When the status was written, else when the first profile was taken. RFC 3339, UTC.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    pub(super) captured_at: Option<String>,
    /// The capture time by the host's own clock, as status.log writes it; null where that is UTC
    /// or unknown. Where captured_at is null, nothing tells what that is in UTC.
    pub(super) captured_at_local: Option<&'r str>,
    /// The start by the host's own clock; null where that is UTC or unknown. Where started_at is
    /// null, status.log does not tell what its zone is in UTC.
    pub(super) started_at_local: Option<&'r str>,
    /// How the Agent was installed; null when the flare does not tell.
    pub(super) install_method: Option<InstallJson<'r>>,
    /// For example `ubuntu 24.04`.
    pub(super) platform: Option<&'r str>,
    /// For example `linux`.
    pub(super) os: Option<&'r str>,
    /// Kernel version.
    pub(super) kernel: Option<&'r str>,
    /// For example `amd64`.
    pub(super) architecture: Option<&'r str>,
    /// For example `go1.25.6`.
    pub(super) go_version: Option<&'r str>,
    /// For example `3.13.11`.
    pub(super) python_version: Option<&'r str>,
    /// Process id of the Agent.
    pub(super) pid: Option<i64>,
    /// The flare was built by the command, not by the Agent: expvar files describe the command.
    pub(super) local: bool,
}

/// How the Agent was installed; null when the flare does not tell.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct InstallJson<'r> {
    /// For example `dpkg`.
    pub(super) tool: Option<&'r str>,
    /// For example `dpkg-1.22.6`.
    pub(super) tool_version: Option<&'r str>,
    /// For example `deb_package`.
    pub(super) installer_version: Option<&'r str>,
}

/// What was decided.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct VerdictJson<'r> {
    /// The flare's verdict.
    #[cfg_attr(test, schemars(extend("enum" = ["memory-leak", "cpu-spike", "contention", "multiple-issues", "normal", "inconclusive", "no-profiles"])))]
    pub(super) kind: &'static str,
    /// What people read first: the title of the first finding or thing to look at, and how many there
    /// are.
    pub(super) headline: String,
    /// Nothing crossed, nothing is to be looked at, and leak and CPU were measured in every process
    /// that was running.
    pub(super) closes: bool,
    /// What has to be looked at although it crossed no threshold, what explains most first.
    pub(super) notable: Vec<NotableJson<'r>>,
    /// Name of the main process; null without profiles.
    pub(super) main_process: Option<&'r str>,
    /// One for each process and kind.
    pub(super) states: Vec<StateJson<'r>>,
    /// One for each process and kind that crossed its threshold.
    pub(super) findings: Vec<FindingJson<'r>>,
    /// What is worth knowing and changes no verdict.
    pub(super) notes: Vec<String>,
    /// The notes with what each is about.
    pub(super) noted: Vec<NoteJson<'r>>,
}

/// One note.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct NoteJson<'r> {
    /// What it is about.
    #[cfg_attr(test, schemars(extend("enum" = ["steady-growth", "moved", "shrank", "only-grows", "transient", "large-heap", "allocation-rate", "busy-line", "text-profile", "local-flare"])))]
    pub(super) kind: &'static str,
    /// The process, where it is about one.
    pub(super) process: Option<&'r str>,
    /// Full sentences.
    pub(super) text: String,
}

/// State of one kind in one process.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct StateJson<'r> {
    /// The process.
    pub(super) process: &'r str,
    /// The kind.
    #[cfg_attr(test, schemars(extend("enum" = kinds())))]
    pub(super) kind: &'static str,
    /// The state.
    #[cfg_attr(test, schemars(extend("enum" = ["crossed", "clear", "not-measured", "damaged"])))]
    pub(super) state: &'static str,
    /// The measured value in short, or why there is none.
    pub(super) text: String,
    /// The same in a sentence, with the threshold.
    pub(super) why: String,
    /// Why it was not measured; null where it was.
    #[cfg_attr(test, schemars(extend("enum" = json!([null, "absent", "half-pair", "collection-stopped", "internal-profiler", "not-running", "text-reply", "empty-file", "identical-snapshots", "restarted", "trace-window", "short-window", "unsuitable", "window-unknown", "rate-zero", "rate-zero-elsewhere", "damaged", "cut-off", "left-out"]))))]
    pub(super) hole: Option<&'static str>,
    /// How near the threshold, 1 being at it; null where nothing was measured.
    pub(super) nearness: Option<f64>,
    /// Of a leak that needs no measuring, since the heap is too small to hold one: what the heap holds;
    /// null otherwise.
    pub(super) bound_bytes: Option<i64>,
    /// Of a leak that was measured: growth under this would not have shown; null otherwise.
    pub(super) resolution_bytes: Option<i64>,
    /// Of a leak that was measured: growth that is not counted, since it goes again by itself.
    pub(super) transient_bytes: Option<i64>,
    /// Of a leak: what the whole heap came to since the start, an hour, where that is slow.
    pub(super) since_start_bytes_per_hour: Option<i64>,
    /// What would change the state; a sentence.
    pub(super) would_change: String,
    /// Arguments of the Agent's command that collects what is missing; null where nothing is.
    pub(super) capture: Option<String>,
}

/// Something that crossed a threshold.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct FindingJson<'r> {
    /// The kind.
    #[cfg_attr(test, schemars(extend("enum" = kinds())))]
    pub(super) kind: &'static str,
    /// The process.
    pub(super) process: &'r str,
    /// The profile that shows it.
    #[cfg_attr(test, schemars(extend("enum" = profiles())))]
    pub(super) profile: &'static str,
    /// The function with the largest value.
    pub(super) function: &'r str,
    /// The frame that answers for the most of what the owner answers for.
    pub(super) responsible_function: &'r str,
    /// Its share of what the finding counts.
    pub(super) responsible_share: f64,
    /// The owner that answers for the most of what the finding counts, or `unowned`.
    pub(super) owner: &'r str,
    /// Its share.
    pub(super) owner_share: f64,
    /// The frames that answer for the most of it, five at most, with shares of what the finding
    /// counts.
    #[cfg_attr(test, schemars(length(max = 5)))]
    pub(super) responsible: Vec<ResponsibleJson<'r>>,
    /// Sums by owner of the responsible frame, largest first, ten at most.
    #[cfg_attr(test, schemars(length(min = 1, max = 10)))]
    pub(super) owners: Vec<OwnerPartJson<'r>>,
    /// Component of that owner, or empty.
    pub(super) component: &'r str,
    /// Team of that owner, or empty.
    pub(super) team: &'r str,
    /// The largest functions, five at most.
    #[cfg_attr(test, schemars(length(min = 1, max = 5)))]
    pub(super) functions: Vec<FunctionJson<'r>>,
    /// The measured value in `unit`; whole for bytes and nanoseconds.
    pub(super) value: Number,
    /// `bytes` (memory-leak), `percent` of the CPU total (cpu-spike) or `nanoseconds`
    /// (contention).
    #[cfg_attr(test, schemars(extend("enum" = ["bytes", "nanoseconds", "percent"])))]
    pub(super) unit: &'static str,
    /// The threshold in `unit`.
    pub(super) threshold: Number,
    /// Share of the largest function, as in `functions`.
    pub(super) share: f64,
    /// How sure the finding is.
    #[cfg_attr(test, schemars(extend("enum" = ["high", "medium", "low"])))]
    pub(super) confidence: &'static str,
    /// Why not surer, in words; empty for high.
    pub(super) reasons: Vec<String>,
    /// Where it goes, by the procedure's decision tree.
    pub(super) routing: RoutingJson<'r>,
    /// One sentence: process, value, interval, function.
    pub(super) summary: String,
    /// Names and formatted values.
    pub(super) evidence: Vec<EvidenceJson>,
    /// What consumption there usually means, or empty.
    pub(super) meaning: &'r str,
    /// What would settle it; null where the confidence is high.
    pub(super) settle: Option<&'static str>,
    /// The heaviest whole stacks, three at most.
    pub(super) stacks: Vec<StackJson<'r>>,
    /// Public cases that it looks like.
    pub(super) known_cases: Vec<KnownJson>,
}

/// A frame that answers for a part.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct ResponsibleJson<'r> {
    /// Full name.
    pub(super) function: &'r str,
    /// Its owner, or `unowned`.
    pub(super) owner: &'r str,
    /// What it answers for, raw.
    pub(super) value: i64,
    /// Its share of the whole, 1 being all.
    pub(super) share: f64,
}

/// An owner's part of a finding.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct OwnerPartJson<'r> {
    /// Its name, or `unowned`.
    pub(super) owner: &'r str,
    /// Raw value.
    pub(super) value: i64,
    /// Its share of what the finding counts, 1 being all.
    pub(super) share: f64,
}

/// One stack.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct StackJson<'r> {
    /// Its value.
    pub(super) value: i64,
    /// Its share of what the finding counts, 1 being all.
    pub(super) share: f64,
    /// Owner of its responsible frame, or `unowned`.
    pub(super) owner: &'r str,
    /// Functions, leaf first.
    pub(super) frames: &'r [String],
}

/// A public case that it looks like, by stack and version; never a proof.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct KnownJson {
    /// For example `DataDog/datadog-agent#56407`.
    pub(super) reference: String,
    /// Number, cause, remedy.
    pub(super) words: String,
}

/// One function.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct FunctionJson<'r> {
    /// Full name.
    pub(super) function: &'r str,
    /// The frame responsible for most of its value; the function itself where nobody owns one.
    pub(super) responsible_function: &'r str,
    /// The frames that answer for the most of its value, five at most, with shares of that.
    #[cfg_attr(test, schemars(length(min = 1, max = 5)))]
    pub(super) responsible: Vec<ResponsibleJson<'r>>,
    /// Raw value: bytes for memory-leak, nanoseconds otherwise.
    pub(super) value: i64,
    /// Part of what the finding counts (net non-runtime growth, CPU total, delay counted); 1 is
    /// all. Over 1 where other functions shrank.
    pub(super) share: f64,
    /// Owner of the responsible function, or `unowned`.
    pub(super) owner: &'r str,
    /// Name of the Go check that the responsible function belongs to.
    pub(super) check: Option<&'r str>,
    /// Of a leak: objects that the function gained.
    pub(super) objects: Option<i64>,
    /// Of a leak: bytes that it allocated between the snapshots.
    pub(super) allocated: Option<i64>,
    /// Of a leak: its growth is within sampling noise.
    pub(super) within_noise: bool,
}

/// Where it goes, by the procedure's decision tree.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct RoutingJson<'r> {
    /// Step of the tree: 1 to 6, 7 for otherwise.
    #[cfg_attr(test, schemars(range(max = 7)))]
    pub(super) step: u8,
    /// In sentences, for engineers.
    pub(super) words: &'r str,
    /// Whom to escalate to; empty when nobody yet.
    pub(super) escalate_to: &'r str,
}

/// One piece.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct EvidenceJson {
    /// For example `Rate`.
    pub(super) name: &'static str,
    /// For example `+353 MB/min`.
    pub(super) value: String,
}

/// One process and its profiles.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct ProcessJson<'r> {
    /// Prefix of its files, for example `core`.
    pub(super) name: &'r str,
    /// One entry for each profile and sample type; one for a profile that can't be read. Absent
    /// files have none.
    pub(super) profiles: Vec<ProfileJson<'r>>,
    /// Files of loose heap profiles that were paired by the times in them; null otherwise.
    pub(super) pairing: Option<PairingJson<'r>>,
    /// What the program is called that is none of the Agent's, as far as it tells; null for the
    /// Agent's processes.
    pub(super) program: Option<&'r str>,
    /// CPU time by the pprof labels that the CPU profile has; empty where it has none.
    pub(super) cpu_labels: Vec<LabelJson<'r>>,
}

/// CPU time by one label.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct LabelJson<'r> {
    /// The label's key, for example `check_id`.
    #[cfg_attr(test, schemars(extend("enum" = ["check_id", "check_name", "module", "rule_id"])))]
    pub(super) label: &'static str,
    /// Sum of all samples, in nanoseconds or the profile's own unit.
    pub(super) total: i64,
    /// Sum of the samples that have the label.
    pub(super) labelled: i64,
    /// By value, largest first.
    pub(super) values: Vec<LabelValueJson<'r>>,
}

/// What one value of a label adds up to.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct LabelValueJson<'r> {
    /// The value, for example `crunch:3d201ce2ec070511`.
    pub(super) value: &'r str,
    /// The sum.
    pub(super) sum: i64,
}

/// One profile for one sample type, or a profile that can't be read.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(untagged)]
pub(super) enum ProfileJson<'r> {
    Read(TableJson<'r>),
    Unread(UnreadJson),
}

/// A profile file without a usable profile.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct UnreadJson {
    /// `text-reply`: a text was stored in its place. `damaged`: can't be decoded. `left-out`: a
    /// limit was met or memory was short.
    #[cfg_attr(test, schemars(extend("enum" = ["text-reply", "damaged", "left-out"])))]
    pub(super) status: &'static str,
    /// Which profile.
    #[cfg_attr(test, schemars(extend("enum" = profiles())))]
    pub(super) profile: &'static str,
    /// The text, or what is wrong.
    pub(super) message: String,
}

/// A decoded profile for one sample type.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[cfg_attr(test, schemars(extend("oneOf" = interval_or_duration())))]
pub(super) struct TableJson<'r> {
    /// Decoded.
    #[cfg_attr(test, schemars(extend("const" = "read")))]
    pub(super) status: &'static str,
    /// Which profile.
    #[cfg_attr(test, schemars(extend("enum" = profiles())))]
    pub(super) profile: &'static str,
    /// For example `inuse_space`.
    pub(super) sample_type: &'r str,
    /// Unit of all values here, for example `bytes`.
    pub(super) unit: &'r str,
    /// What pprof's percentages are of: the sum of absolute values; for a difference the base's
    /// total.
    pub(super) total: i64,
    /// Sum of all values with their signs.
    pub(super) net: i64,
    /// heap-diff only: nanoseconds between the snapshots.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub(super) interval_ns: Option<i64>,
    /// All but heap-diff: how long it was recorded, nanoseconds; 0 where the profile does not
    /// tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub(super) duration_ns: Option<i64>,
    /// How many functions the whole table has.
    pub(super) rows_total: usize,
    /// The first functions, in the order of `go tool pprof -top`.
    #[cfg_attr(test, schemars(length(max = 100)))]
    pub(super) rows: Vec<RowJson<'r>>,
    /// Idle waits of a block profile, which `owner_shares` leave out.
    pub(super) left_out: i64,
    /// Values by owner of the responsible frame; with `left_out` they add up to `net`. CPU time that
    /// carries the label of a check is that check's. Owners by absolute value downwards, the unowned
    /// rest last.
    pub(super) owner_shares: Vec<OwnerShareJson<'r>>,
}

/// One function of a table.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct RowJson<'r> {
    /// Full name, as the profile gives it.
    pub(super) function: &'r str,
    /// Whether its calls were inlined.
    #[cfg_attr(test, schemars(extend("enum" = ["", "(inline)", "(partial-inline)"])))]
    pub(super) inline: &'static str,
    /// Sum of samples whose leaf it is.
    pub(super) flat: i64,
    /// Sum of samples that it is part of.
    pub(super) cum: i64,
    /// Owner of the frames that answer for the most of its flat value, of its cum where flat is 0; or
    /// `unowned`.
    pub(super) owner: &'r str,
    /// That owner's part of the row; null where it has all of it.
    pub(super) owner_part: Option<f64>,
}

/// One owner.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct OwnerShareJson<'r> {
    /// Owner, or null for the unowned rest.
    pub(super) owner: Option<&'r str>,
    /// Sum, with sign.
    pub(super) value: i64,
}

/// A running check.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct CheckJson<'r> {
    /// For example `postgres`.
    pub(super) name: &'r str,
    /// Version of a Python integration; null for Go checks.
    pub(super) version: Option<&'r str>,
    /// Number of instances.
    pub(super) instances: usize,
    /// Each instance. What the status does not tell is null.
    pub(super) instance_details: Vec<InstanceJson<'r>>,
}

/// One instance.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct InstanceJson<'r> {
    /// For example `postgres:155ae88f7f0f5f75`.
    pub(super) id: &'r str,
    /// `OK`, `WARNING`, `ERROR` or what else the status says; empty when nothing.
    pub(super) state: &'r str,
    /// Where its configuration comes from.
    pub(super) configuration_source: Option<&'r str>,
    /// Runs since the start.
    pub(super) total_runs: Option<u64>,
    /// Metric samples of the last run.
    pub(super) metric_samples_last: Option<u64>,
    /// Metric samples since the start.
    pub(super) metric_samples_total: Option<u64>,
    /// Events since the start.
    pub(super) events_total: Option<u64>,
    /// Service checks since the start.
    pub(super) service_checks_total: Option<u64>,
    /// Mean time of a run, milliseconds.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub(super) average_execution_ms: Option<f64>,
    /// Last run. RFC 3339, UTC.
    #[cfg_attr(test, schemars(extend("format" = "date-time")))]
    pub(super) last_execution_at: Option<String>,
    /// Runs all the time instead of every few seconds.
    pub(super) long_running: bool,
    /// Errors with their traceback.
    pub(super) errors: &'r [String],
    /// Warnings.
    pub(super) warnings: &'r [String],
}

/// Loose heap profiles of one program that became a pair.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct PairingJson<'r> {
    /// File of the earlier one.
    pub(super) first: &'r str,
    /// File of the later one.
    pub(super) second: &'r str,
    /// Files of those in between, which are not used.
    pub(super) between: &'r [String],
}

/// Goroutine dump; null when the flare has none.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct GoroutinesJson<'r> {
    /// The process that wrote it.
    pub(super) process: &'r str,
    /// What they were read from; a profile has stacks and counts alone.
    #[cfg_attr(test, schemars(extend("enum" = ["dump", "profile", "text"])))]
    pub(super) source: &'static str,
    /// Number of goroutines.
    pub(super) count: u64,
    /// Number of goroutines by state, for example `select`.
    pub(super) by_state: BTreeMap<&'r str, u64>,
    /// The longest wait in minutes; waits under a minute are not told.
    pub(super) longest_wait_minutes: u64,
    /// Number of groups of goroutines with one same stack and state.
    pub(super) groups_total: usize,
    /// The largest groups, thirty at most.
    pub(super) groups: Vec<GroupJson<'r>>,
    /// Public cases that the dump looks like.
    pub(super) known_cases: Vec<KnownJson>,
}

/// Goroutines with one same stack and state.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct GroupJson<'r> {
    /// How many.
    pub(super) count: u64,
    /// For example `chan receive`.
    pub(super) state: &'r str,
    /// The longest wait in minutes.
    pub(super) longest_wait_minutes: u64,
    /// The function that started the first of them.
    pub(super) created_by: Option<&'r str>,
    /// How many of them were started by another one.
    pub(super) created_elsewhere: u64,
    /// Owner of the responsible frame, or `unowned`.
    pub(super) owner: &'r str,
    /// They wait for a mutex.
    pub(super) waits_for_lock: bool,
    /// Frames of the whole stack.
    pub(super) frames_total: usize,
    /// The first functions, leaf first.
    pub(super) frames: &'r [String],
}

/// One trace file.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct TraceJson<'r> {
    /// The process.
    pub(super) process: &'r str,
    /// Path in the flare.
    pub(super) path: &'r str,
    /// Bytes, unpacked.
    pub(super) size: u64,
}

/// One file.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct FileJson<'r> {
    /// Path in the flare.
    pub(super) path: &'r str,
    /// Bytes, unpacked.
    pub(super) size: u64,
    /// How the file was used.
    #[cfg_attr(test, schemars(extend("enum" = ["failed", "used", "noted", "unused"])))]
    pub(super) role: &'static str,
    /// What it was used for, or why not.
    pub(super) reason: String,
}

/// What the verdict was decided by.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct ThresholdsJson<'r> {
    /// Thresholds that are not the defaults; empty when all are.
    pub(super) changed: Vec<ThresholdJson<'r>>,
}

/// One threshold.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct ThresholdJson<'r> {
    /// Name in data/thresholds.toml, for example `leak.growth_bytes`.
    pub(super) name: &'r str,
    /// Built-in value, as JSON text.
    pub(super) default: &'r str,
    /// Value in force, as JSON text.
    pub(super) value: &'r str,
}

/// Go's memory statistics, under Go's own names, so that they can be looked up.
#[derive(Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
pub(super) struct MemstatsJson {
    /// Bytes of live and not yet collected objects.
    #[serde(rename = "Alloc", skip_serializing_if = "Option::is_none")]
    pub(super) alloc: Option<u64>,
    /// Bytes of the profiler's own tables.
    #[serde(rename = "BuckHashSys", skip_serializing_if = "Option::is_none")]
    pub(super) buck_hash_sys: Option<u64>,
    /// Objects freed since the start.
    #[serde(rename = "Frees", skip_serializing_if = "Option::is_none")]
    pub(super) frees: Option<u64>,
    /// Share of the CPU time available since the start that the collector took, 0 to 1.
    #[serde(rename = "GCCPUFraction", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub(super) gc_cpu_fraction: Option<f64>,
    /// Bytes of collector metadata.
    #[serde(rename = "GCSys", skip_serializing_if = "Option::is_none")]
    pub(super) gc_sys: Option<u64>,
    /// Bytes of heap objects.
    #[serde(rename = "HeapAlloc", skip_serializing_if = "Option::is_none")]
    pub(super) heap_alloc: Option<u64>,
    /// Bytes in spans without objects.
    #[serde(rename = "HeapIdle", skip_serializing_if = "Option::is_none")]
    pub(super) heap_idle: Option<u64>,
    /// Bytes in spans with objects.
    #[serde(rename = "HeapInuse", skip_serializing_if = "Option::is_none")]
    pub(super) heap_inuse: Option<u64>,
    /// Number of heap objects.
    #[serde(rename = "HeapObjects", skip_serializing_if = "Option::is_none")]
    pub(super) heap_objects: Option<u64>,
    /// Bytes given back to the system.
    #[serde(rename = "HeapReleased", skip_serializing_if = "Option::is_none")]
    pub(super) heap_released: Option<u64>,
    /// Heap bytes taken from the system.
    #[serde(rename = "HeapSys", skip_serializing_if = "Option::is_none")]
    pub(super) heap_sys: Option<u64>,
    /// End of the last collection, Unix nanoseconds, rounded by the source.
    #[serde(rename = "LastGC", skip_serializing_if = "Option::is_none")]
    pub(super) last_gc: Option<u64>,
    /// Pointer look-ups, always 0 in Go today.
    #[serde(rename = "Lookups", skip_serializing_if = "Option::is_none")]
    pub(super) lookups: Option<u64>,
    /// Bytes of cache structures in use.
    #[serde(rename = "MCacheInuse", skip_serializing_if = "Option::is_none")]
    pub(super) mcache_inuse: Option<u64>,
    /// Bytes taken for cache structures.
    #[serde(rename = "MCacheSys", skip_serializing_if = "Option::is_none")]
    pub(super) mcache_sys: Option<u64>,
    /// Bytes of span structures in use.
    #[serde(rename = "MSpanInuse", skip_serializing_if = "Option::is_none")]
    pub(super) mspan_inuse: Option<u64>,
    /// Bytes taken for span structures.
    #[serde(rename = "MSpanSys", skip_serializing_if = "Option::is_none")]
    pub(super) mspan_sys: Option<u64>,
    /// Objects allocated since the start.
    #[serde(rename = "Mallocs", skip_serializing_if = "Option::is_none")]
    pub(super) mallocs: Option<u64>,
    /// Heap size in bytes that the next collection aims at.
    #[serde(rename = "NextGC", skip_serializing_if = "Option::is_none")]
    pub(super) next_gc: Option<u64>,
    /// Collections that were forced.
    #[serde(rename = "NumForcedGC", skip_serializing_if = "Option::is_none")]
    pub(super) num_forced_gc: Option<u64>,
    /// Collections so far.
    #[serde(rename = "NumGC", skip_serializing_if = "Option::is_none")]
    pub(super) num_gc: Option<u64>,
    /// Other bytes of the runtime.
    #[serde(rename = "OtherSys", skip_serializing_if = "Option::is_none")]
    pub(super) other_sys: Option<u64>,
    /// Sum of all pauses, nanoseconds.
    #[serde(rename = "PauseTotalNs", skip_serializing_if = "Option::is_none")]
    pub(super) pause_total_ns: Option<u64>,
    /// Bytes in stacks.
    #[serde(rename = "StackInuse", skip_serializing_if = "Option::is_none")]
    pub(super) stack_inuse: Option<u64>,
    /// Stack bytes taken from the system.
    #[serde(rename = "StackSys", skip_serializing_if = "Option::is_none")]
    pub(super) stack_sys: Option<u64>,
    /// Bytes taken from the system.
    #[serde(rename = "Sys", skip_serializing_if = "Option::is_none")]
    pub(super) sys: Option<u64>,
    /// Bytes allocated since the start.
    #[serde(rename = "TotalAlloc", skip_serializing_if = "Option::is_none")]
    pub(super) total_alloc: Option<u64>,
}
