//! Facts of the flare in sentences, and how they tie to a finding.
//!
//! Says what is there: contexts, DogStatsD, the forwarder, running checks, goroutines, callers.
//! Refuses to know what to do about it and who reads it.

use std::fmt::Write as _;

use super::area::Area;
use super::cause::Cause;
use super::commands::is_cluster_agent;
use super::labels;
use super::{bytes, count, process, processes, sample_type, table};
use crate::document::{FindingKind, ProfileName};
use crate::model::{GoroutineReport, ProcessReport, Queue, QueueUnit, Report, Table};
use crate::times::{duration, instant};
use diagnose::evidence::ContainerEnd;
use diagnose::labels::{AgentLabel, Labelled};
use diagnose::owner::{UNOWNED, is_runtime_package};
use diagnose::verdict::Finding;
use flare::Process;
use flare::dmesg::OomKill;
use flare::status::Check;
use flare::trace_vars::ReceiverStats;
use profile::units::{group_thousands, human, human_share};

/// How many suspects a ranking names.
const SUSPECTS: usize = 5;

/// The table that a cause was read from.
fn table_of<'r>(report: &'r Report, cause: &Cause<'_>) -> Option<&'r Table> {
    let process = process(report, cause.process)?;
    table(process, cause.profile, sample_type(cause.profile))
}

/// That `status.log` is only a part of one, where the Agent failed to write it whole.
pub fn partial_status(report: &Report) -> Option<String> {
    let agent = &report.agent;
    let first = agent.status_errors.first()?.lines().next()?;
    let errors = match agent.status_errors.len() {
        1 => "an error".to_owned(),
        number => format!("{number} errors, the first of them"),
    };
    let missing = match agent.missing_sections.as_slice() {
        [] => String::new(),
        [one] => format!(" The section {one} is missing."),
        many => format!(" The sections {} are missing.", many.join(", ")),
    };
    Some(format!(
        "status.log is only a part of the Agent's status: the Agent met {errors} while it wrote it ({first}).{missing} \
         What the file does not list can be there all the same."
    ))
}

/// How often a container was restarted, and how it ended the last time. `now`: when the flare was
/// made.
pub fn container_end(end: &ContainerEnd, now: Option<i64>) -> String {
    let mut text = end
        .restarts
        .map_or_else(|| "not known how often".to_owned(), count);
    if end.ended() {
        text.push_str(", last ended");
        if let Some(reason) = &end.reason {
            let _ = write!(text, ": {reason}");
        }
        if let Some(code) = end.exit_code {
            let _ = write!(text, " (exit code {code})");
        }
        if let Some(time) = end.finished_ms.and_then(instant) {
            let _ = write!(text, " at {time}");
        }
        let before = end
            .finished_ms
            .and_then(|finished| now?.checked_sub(finished))
            .filter(|before| *before >= 0);
        if let Some(before) = before {
            let _ = write!(
                text,
                ", {} before the flare",
                duration(before as f64 / 1000.0)
            );
        }
    }
    if let Some(limit) = end.memory_limit.filter(|_| !end.is_agent) {
        let _ = write!(text, "; memory limit {}", bytes(limit));
    }
    text
}

/// A process that the kernel ended, with what its log tells of it.
pub fn kernel_kill(kill: &OomKill) -> String {
    let mut parts = Vec::new();
    parts.extend(kill.pid.map(|pid| format!("pid {pid}")));
    parts.extend(kill.rss_bytes.map(|rss| format!("{} resident", bytes(rss))));
    if let Some(limit) = kill.limit_bytes {
        parts.push(format!("at the limit of {}", bytes(limit)));
    }
    if let Some(group) = &kill.cgroup {
        parts.push(format!("control group {group}"));
    }
    match parts.is_empty() {
        true => kill.process.clone(),
        false => format!("{} ({})", kill.process, parts.join(", ")),
    }
}

/// Cores that a process used on average, by its CPU profile.
pub fn cores(process: &ProcessReport) -> Option<f64> {
    table(process, ProfileName::Cpu, "cpu")?.cores()
}

/// What the heap holds, by the last snapshot that is one.
pub(crate) fn heap_in_use(process: &ProcessReport) -> Option<i64> {
    [ProfileName::HeapSecond, ProfileName::HeapFirst]
        .into_iter()
        .filter_map(|name| table(process, name, "inuse_space"))
        .find(|heap| !heap.is_own_difference())
        .map(Table::amount)
}

/// The flare's numbers about DogStatsD are of the core Agent, the only process that runs it.
pub(super) fn holds_dogstatsd(report: &Report, cause: &Cause<'_>) -> bool {
    !is_cluster_agent(report) && matches!(cause.process, Process::Core | Process::Nameless)
}

fn contexts(report: &Report) -> Option<String> {
    let contexts = report.contexts.dogstatsd?;
    let mut by_type: Vec<&(String, i64)> = report.contexts.by_type.iter().collect();
    by_type.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let types: Vec<String> = by_type
        .iter()
        .map(|(name, value)| format!("{} {name}", group_thousands(*value)))
        .collect();
    let types = if types.is_empty() {
        String::new()
    } else {
        format!(" ({})", types.join(", "))
    };
    let bytes = report
        .contexts
        .bytes
        .filter(|&bytes| bytes > 0)
        .map_or_else(String::new, |bytes| {
            format!(", about {} in all", human(bytes, "bytes"))
        });
    Some(format!(
        "The Agent held {} DogStatsD contexts{types}{bytes}.",
        group_thousands(contexts)
    ))
}

/// What the DogStatsD section of the status says, zeros left out.
fn dogstatsd(report: &Report) -> Option<String> {
    let number = |text: &str| text.replace(',', "").parse::<f64>().ok();
    let facts: Vec<String> = report
        .dogstatsd
        .iter()
        .filter(|(_, value)| number(value).is_some_and(|number| number > 0.0))
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    if facts.is_empty() {
        return None;
    }
    let rate = report
        .dogstatsd
        .iter()
        .find(|(name, _)| name == "Metric Packets")
        .and_then(|(_, value)| number(value))
        .zip(report.agent.uptime_s.filter(|uptime| *uptime >= 1.0))
        .map(|(packets, uptime)| packets / uptime)
        .filter(|rate| *rate >= 1.0)
        .map(|rate| {
            format!(
                " That is about {} metrics a second.",
                group_thousands(rate as i64)
            )
        })
        .unwrap_or_default();
    Some(format!(
        "DogStatsD since the Agent's start: {}.{rate}",
        facts.join(", ")
    ))
}

/// How full the queues and stores are whose metric is one of these parts of the Agent; zeros left
/// out.
fn queues(report: &Report, parts: &[&str]) -> Option<String> {
    let sizes: Vec<String> = report
        .contexts
        .queues
        .iter()
        .filter(|queue| queue.value > 0.0 && parts.iter().any(|part| queue.name.starts_with(part)))
        .map(|queue| format!("{} {}", queue_name(queue), queue_value(queue)))
        .collect();
    (!sizes.is_empty()).then(|| {
        format!(
            "Queues and stores of the core Agent (telemetry.log): {}.",
            sizes.join(", ")
        )
    })
}

/// `dogstatsd__packets_channel_size`, `workloadmeta_stored_entities (container)`.
fn queue_name(queue: &Queue) -> String {
    match &queue.part {
        Some(part) => format!("{} ({part})", queue.name),
        None => queue.name.to_owned(),
    }
}

/// `1,024`, `512.00MB`, `0.90`.
pub(crate) fn queue_value(queue: &Queue) -> String {
    match queue.unit {
        QueueUnit::Count => group_thousands(queue.value as i64),
        QueueUnit::Bytes => human(queue.value as i64, "bytes"),
        QueueUnit::Ratio => format!("{:.2}", queue.value),
    }
}

fn forwarder(report: &Report) -> Option<String> {
    if report.forwarder.is_empty() {
        return None;
    }
    let facts: Vec<String> = report
        .forwarder
        .iter()
        .map(|counter| format!("{} {}", counter.name, human(counter.value, counter.unit)))
        .collect();
    let quiet = report.forwarder.iter().all(|counter| counter.value == 0);
    let tail = if quiet {
        " Nothing was dropped or waits, so no back-pressure shows here."
    } else {
        ""
    };
    Some(format!(
        "Forwarder transactions: {}.{tail}",
        facts.join(", ")
    ))
}

/// What the trace-agent counts of its own work.
fn trace_agent(report: &Report) -> Option<String> {
    let vars = report.trace_agent.as_ref()?;
    if let Some(error) = &vars.error {
        return Some(format!(
            "The trace-agent's own variables are not in the flare: {error}."
        ));
    }
    let receiver = vars.receiver.as_ref();
    let received = |pick: fn(&ReceiverStats) -> Option<u64>| receiver.and_then(pick);
    let writer = vars.trace_writer.as_ref();
    let facts: Vec<String> = [
        ("traces received", received(|stats| stats.traces_received)),
        ("spans received", received(|stats| stats.spans_received)),
        ("traces dropped", received(|stats| stats.traces_dropped)),
        ("payloads refused", received(|stats| stats.payloads_refused)),
        (
            "trace payloads sent",
            writer.and_then(|stats| stats.payloads),
        ),
        ("send errors", writer.and_then(|stats| stats.errors)),
        ("send retries", writer.and_then(|stats| stats.retries)),
        (
            "stats entries",
            vars.stats_writer
                .as_ref()
                .and_then(|stats| stats.stats_entries),
        ),
        ("services", u64::try_from(vars.services).ok()),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value.filter(|&value| value > 0)?)))
    .map(|(name, value)| format!("{name} {}", count(value)))
    .collect();
    if facts.is_empty() {
        return None;
    }
    Some(format!(
        "The trace-agent counts of the minute before the flare: {}.",
        facts.join(", ")
    ))
}

/// Goroutines that wait for a lock.
fn lock_waiters(report: &GoroutineReport) -> u64 {
    let groups = report.dump.groups.iter();
    let waiting = groups.filter(|group| group.waits_for_lock());
    waiting.map(|group| group.count).sum()
}

/// A running Python check as a suspect.
pub(super) struct Suspect<'r> {
    pub(super) check: &'r Check,
    samples: u64,
    mean_ms: f64,
}

impl Suspect<'_> {
    pub(super) fn new(check: &Check) -> Suspect<'_> {
        let times: Vec<f64> = check
            .instances
            .iter()
            .filter_map(|instance| instance.average_execution_ms)
            .collect();
        let mean_ms = if times.is_empty() {
            0.0
        } else {
            times.iter().sum::<f64>() / times.len() as f64
        };
        Suspect {
            check,
            samples: check
                .instances
                .iter()
                .filter_map(|instance| instance.metric_samples_total)
                .fold(0, u64::saturating_add),
            mean_ms,
        }
    }

    pub(super) fn words(&self) -> String {
        format!(
            "{}, {} metric samples in total, {:.0} ms on average",
            instances(self.check.instances.len()),
            count(self.samples),
            self.mean_ms
        )
    }
}

pub(super) fn instances(number: usize) -> String {
    if number == 1 {
        "1 instance".to_owned()
    } else {
        format!("{number} instances")
    }
}

/// Running Python checks, the likeliest first: by instances, samples, time of a run.
pub(super) fn suspects(report: &Report) -> Vec<Suspect<'_>> {
    let mut suspects: Vec<Suspect<'_>> = report
        .checks
        .iter()
        .flatten()
        .filter(|check| check.version.is_some())
        .map(Suspect::new)
        .collect();
    suspects.sort_by(|a, b| {
        (b.check.instances.len().cmp(&a.check.instances.len()))
            .then_with(|| b.samples.cmp(&a.samples))
            .then_with(|| b.mean_ms.total_cmp(&a.mean_ms))
            .then_with(|| a.check.name.cmp(&b.check.name))
    });
    suspects
}

/// Checks of any kind with the most metric samples in a run.
pub(super) fn busiest_checks(report: &Report) -> Vec<(&str, u64)> {
    let mut checks: Vec<(&str, u64)> = report
        .checks
        .iter()
        .flatten()
        .map(|check| {
            let samples = check
                .instances
                .iter()
                .filter_map(|instance| instance.metric_samples_last)
                .fold(0, u64::saturating_add);
            (check.name.as_str(), samples)
        })
        .filter(|(_, samples)| *samples > 0)
        .collect();
    checks.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    checks.truncate(3);
    checks
}

pub(super) fn running<'r>(report: &'r Report, name: &str) -> Option<&'r Check> {
    report
        .checks
        .iter()
        .flatten()
        .find(|check| check.name == name)
}

/// Running checks of databases, whose queries Database Monitoring obfuscates.
pub(super) fn databases(report: &Report) -> Vec<String> {
    const NAMES: [&str; 5] = ["mysql", "oracle", "postgres", "sqlserver", "mongo"];
    report
        .checks
        .iter()
        .flatten()
        .filter(|check| NAMES.contains(&check.name.as_str()))
        .map(|check| format!("{} ({})", check.name, instances(check.instances.len())))
        .collect()
}

/// The owned functions with the largest cum in a finding's table.
pub(super) fn heaviest_callers(report: &Report, cause: &Cause<'_>) -> Vec<String> {
    let Some(table) = table_of(report, cause) else {
        return Vec::new();
    };
    let mut rows: Vec<_> = table
        .rows
        .iter()
        .filter(|row| row.cum > 0 && row.owner != UNOWNED && !is_runtime_package(&row.function))
        .collect();
    rows.sort_by(|a, b| b.cum.cmp(&a.cum).then_with(|| a.function.cmp(&b.function)));
    rows.iter()
        .take(3)
        .map(|row| {
            format!(
                "{} ({} cum, {}, {})",
                row.function,
                human(row.cum, &table.unit),
                human_share(row.cum, table.total),
                row.owner
            )
        })
        .collect()
}

/// Sentences that tie a finding to the rest of the flare.
pub fn correlation(report: &Report, finding: &Finding) -> Vec<String> {
    correlated(report, &Cause::of(finding))
}

/// The same of any cause.
pub(super) fn correlated(report: &Report, cause: &Cause<'_>) -> Vec<String> {
    let mut out = Vec::new();
    let area = cause.area();
    match area {
        Area::Python => out.extend(match by_check(report, cause) {
            Some(labelled) => vec![labels::sentence(labelled)],
            None => python_correlation(report, cause),
        }),
        Area::GoCheck => out.push(go_check_correlation(report, cause)),
        Area::Metrics | Area::Dogstatsd | Area::Serializer => {
            if holds_dogstatsd(report, cause) {
                out.extend(contexts(report));
                out.extend(dogstatsd(report));
                out.extend(queues(report, &["dogstatsd__", "aggregator__"]));
            }
            let checks = busiest_checks(report);
            if !checks.is_empty() {
                let checks: Vec<String> = checks
                    .iter()
                    .map(|(name, samples)| format!("{name} {}", count(*samples)))
                    .collect();
                out.push(format!(
                    "Checks with the most metric samples in a run: {}.",
                    checks.join(", ")
                ));
            }
        }
        Area::Tagger => out.extend(queues(report, &["workloadmeta_"])),
        Area::Forwarder => out.extend(forwarder(report)),
        Area::Trace | Area::Obfuscate | Area::Otel if *cause.process == Process::Trace => {
            out.extend(trace_agent(report));
        }
        Area::Obfuscate if *cause.process != Process::Trace => {
            let databases = databases(report);
            out.push(if databases.is_empty() {
                "No database check of the Agent's own is among the running checks.".to_owned()
            } else {
                format!("Running database checks: {}.", databases.join(", "))
            });
        }
        _ => {}
    }
    out.extend(by(report, cause, AgentLabel::Module).map(labels::sentence));
    if cause.kind == FindingKind::Contention
        && let Some(dump) = &report.goroutines
        && *cause.process == dump.process
    {
        out.push(format!(
            "Goroutine dump of {}: {} goroutines, {} of them waiting for a lock at that moment.",
            processes::full(&dump.process),
            count(dump.dump.count),
            count(lock_waiters(dump))
        ));
    }
    out
}

/// CPU time by check as the profile's own labels have it: no ranking of suspects is needed then.
pub(super) fn by_check<'r>(report: &'r Report, cause: &Cause<'_>) -> Option<&'r Labelled> {
    let check = [AgentLabel::CheckId, AgentLabel::CheckName];
    check.into_iter().find_map(|label| by(report, cause, label))
}

/// CPU time by module of system-probe, where the labels of the profile tell.
pub(crate) fn by_module<'r>(report: &'r Report, finding: &Finding) -> Option<&'r Labelled> {
    by(report, &Cause::of(finding), AgentLabel::Module)
}

fn by<'r>(report: &'r Report, cause: &Cause<'_>, label: AgentLabel) -> Option<&'r Labelled> {
    if cause.kind != FindingKind::CpuSpike {
        return None;
    }
    let mut processes = report.processes.iter();
    let process = processes.find(|process| process.name == *cause.process)?;
    process.cpu_labels.iter().find(|it| it.label == label)
}

fn python_correlation(report: &Report, cause: &Cause<'_>) -> Vec<String> {
    let Some(checks) = &report.checks else {
        return vec!["The flare does not tell which checks were running.".to_owned()];
    };
    let suspects = suspects(report);
    if suspects.is_empty() {
        return vec![format!(
            "None of the {} running checks is a Python integration with a version; custom checks may show none.",
            checks.len()
        )];
    }
    let names: Vec<String> = suspects
        .iter()
        .take(SUSPECTS)
        .enumerate()
        .map(|(index, suspect)| {
            let version = suspect.check.version.as_deref().unwrap_or_default();
            format!(
                "{}. {} ({version}): {}",
                index + 1,
                suspect.check.name,
                suspect.words()
            )
        })
        .collect();
    let more = suspects.len().saturating_sub(SUSPECTS);
    let more = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    vec![
        format!(
            "Running Python checks by instances, metric samples and time of a run: {}{more}.",
            names.join("; ")
        ),
        format!(
            "This is a ranking of suspects, not a proof: the {} does not say which check it was.",
            match cause.kind {
                FindingKind::MemoryLeak => "heap profile",
                FindingKind::CpuSpike | FindingKind::Contention => "profile",
            }
        ),
    ]
}

fn go_check_correlation(report: &Report, cause: &Cause<'_>) -> String {
    let Some(name) = cause.check else {
        return "The check's package is not in the table of check names, so it was not looked up among the running checks."
            .to_owned();
    };
    let Some(checks) = &report.checks else {
        return format!(
            "The function belongs to the check {name}; the flare does not tell which checks were running."
        );
    };
    match checks.iter().find(|check| check.name == name) {
        Some(check) => format!(
            "The function belongs to the check {name}, which is running: {}.",
            Suspect::new(check).words()
        ),
        None => format!(
            "The function belongs to the check {name}, which is not among the running checks."
        ),
    }
}
