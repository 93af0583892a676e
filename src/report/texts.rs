//! The texts that leave the report: recommendations, the customer's message, the escalation.
//!
//! Each is made for its reader. Recommendations and the escalation name functions, settings and
//! teams; the message for the customer names nothing that a customer could not act on.

use std::fmt::Write as _;

use super::document::{Block, FindingKind, Measured, ProfileName, Step, VerdictKind};
use super::layout::{duration, instant};
use super::markdown::{clean, clean_lines, escape, fence};
use super::model::{ProcessReport, ProfileContent, Report, Table};
use crate::analysis::owner::{Owners, UNOWNED, import_path, is_runtime_package};
use crate::analysis::verdict::{Confidence, Finding, State};
use crate::flare::memstats::MemStats;
use crate::flare::status::Check;
use crate::profile::units::{group_thousands, human, human_share, human_signed};

/// How many suspects a ranking names.
const SUSPECTS: usize = 5;

/// Under so many contexts, DogStatsD is not what fills the aggregation pipeline.
const FEW_CONTEXTS: i64 = 5_000;

/// The capture that is asked for first.
const CAPTURE: &str = "flare --profile 30";
const LONG_CAPTURE: &str = "flare --profile 120";
const LOCK_CAPTURE: &str = "flare --profile 60 --profile-mutex --profile-blocking";

// ---- what a function works on

/// Parts of the Agent that get advice of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Area {
    Python,
    GoCheck,
    CheckRunner,
    Metrics,
    Dogstatsd,
    Serializer,
    Forwarder,
    Obfuscate,
    Trace,
    Tagger,
    Workload,
    Logs,
    Process,
    SystemProbe,
    Security,
    Otel,
    Runtime,
    Other,
}

const MODULE: &str = "github.com/DataDog/datadog-agent/";

/// Package paths below the module, first match wins.
const AREAS: [(&str, Area); 35] = [
    ("pkg/collector/python", Area::Python),
    ("rtloader", Area::Python),
    ("pkg/collector/corechecks", Area::GoCheck),
    ("pkg/collector", Area::CheckRunner),
    ("comp/collector", Area::CheckRunner),
    ("pkg/aggregator", Area::Metrics),
    ("comp/aggregator", Area::Metrics),
    ("pkg/metrics", Area::Metrics),
    ("pkg/tagset", Area::Metrics),
    ("pkg/dogstatsd", Area::Dogstatsd),
    ("comp/dogstatsd", Area::Dogstatsd),
    ("pkg/serializer", Area::Serializer),
    ("comp/serializer", Area::Serializer),
    ("pkg/forwarder", Area::Forwarder),
    ("comp/forwarder", Area::Forwarder),
    ("pkg/obfuscate", Area::Obfuscate),
    ("pkg/trace", Area::Trace),
    ("comp/trace", Area::Trace),
    ("cmd/trace-agent", Area::Trace),
    ("pkg/tagger", Area::Tagger),
    ("comp/core/tagger", Area::Tagger),
    ("pkg/workloadmeta", Area::Workload),
    ("comp/core/workloadmeta", Area::Workload),
    ("comp/core/autodiscovery", Area::Workload),
    ("pkg/autodiscovery", Area::Workload),
    ("pkg/logs", Area::Logs),
    ("comp/logs", Area::Logs),
    ("pkg/process", Area::Process),
    ("comp/process", Area::Process),
    ("pkg/network", Area::SystemProbe),
    ("pkg/ebpf", Area::SystemProbe),
    ("cmd/system-probe", Area::SystemProbe),
    ("pkg/security", Area::Security),
    ("pkg/compliance", Area::Security),
    ("comp/otelcol", Area::Otel),
];

impl Area {
    fn of(function: &str) -> Self {
        if function.starts_with('[') {
            let python = [
                "libpython",
                "rtloader",
                "datadog-agent-three",
                "datadog-agent-two",
            ]
            .iter()
            .any(|name| function.contains(name));
            return if python { Self::Python } else { Self::Other };
        }
        let path = import_path(function);
        if let Some(below) = path.strip_prefix(MODULE) {
            let covers = |prefix: &str| {
                below
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            return AREAS
                .iter()
                .find(|(prefix, _)| covers(prefix))
                .map_or(Self::Other, |(_, area)| *area);
        }
        if path.split('/').any(|segment| segment == "ristretto") {
            Self::Metrics
        } else if is_runtime_package(function) {
            Self::Runtime
        } else {
            Self::Other
        }
    }

    fn of_finding(finding: &Finding) -> Self {
        Self::of(responsible(finding))
    }

    /// What the Agent is doing there, as a customer would say it.
    fn customer_words(self, process: &str) -> &'static str {
        match self {
            Self::Python => "running Python-based integrations",
            Self::GoCheck => "running one of the Agent's built-in checks",
            Self::CheckRunner => "scheduling and running checks",
            Self::Metrics => "keeping track of metrics and their tags",
            Self::Dogstatsd => "receiving metrics through DogStatsD",
            Self::Serializer => "preparing data for sending",
            Self::Forwarder => "sending data to Datadog",
            Self::Obfuscate if process == "trace" => "obfuscating SQL queries in traces",
            Self::Obfuscate => "obfuscating SQL queries for Database Monitoring",
            Self::Trace => "processing traces",
            Self::Tagger => "managing the tags of containers and hosts",
            Self::Workload => "keeping track of containers and services",
            Self::Logs => "collecting logs",
            Self::Process => "collecting processes and containers",
            Self::SystemProbe => "monitoring the network",
            Self::Security => "security monitoring",
            Self::Otel => "the OpenTelemetry pipeline",
            Self::Runtime => "the Agent's own memory management and scheduling",
            Self::Other => "other internal work of the Agent",
        }
    }
}

fn responsible(finding: &Finding) -> &str {
    finding
        .first()
        .map_or("", |first| first.responsible.as_str())
}

/// The running Go check that a finding is about.
fn check_name(finding: &Finding) -> Option<&'static str> {
    Owners::builtin().check_name(responsible(finding))
}

// ---- commands

/// A command of the Agent for the platform that the flare is from.
fn agent_command(report: &Report, arguments: &str) -> String {
    let cluster = report.judgement.main.as_deref() == Some("datadog-cluster-agent")
        || report
            .agent
            .flavor
            .as_deref()
            .is_some_and(|flavor| flavor.contains("luster"));
    if cluster {
        return format!(
            "kubectl exec -it <cluster-agent-pod> -- datadog-cluster-agent {arguments}"
        );
    }
    match Platform::of(report) {
        Platform::Linux => format!("sudo datadog-agent {arguments}"),
        Platform::Windows => format!("{WINDOWS} {arguments}"),
        Platform::Mac => format!("datadog-agent {arguments}"),
        Platform::Docker => format!("docker exec -it <agent-container> agent {arguments}"),
        Platform::Kubernetes => {
            format!("kubectl exec -it <agent-pod> -c agent -- agent {arguments}")
        }
    }
}

/// The command that runs one check, or one of its variants.
fn check_command(report: &Report, name: &str, flags: &str) -> String {
    // The name is data, the command is to be run: nothing but a plain name gets into it.
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter))
        && !name.starts_with('-');
    let name = if plain { name } else { "<check-name>" };
    let command = format!("check {name} {flags}");
    let command = command.trim_end();
    match Platform::of(report) {
        Platform::Linux => format!("sudo -u dd-agent datadog-agent {command}"),
        _ => agent_command(report, command),
    }
}

const WINDOWS: &str = r#"& "$env:ProgramFiles\Datadog\Datadog Agent\bin\agent.exe""#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Platform {
    Linux,
    Windows,
    Mac,
    Docker,
    Kubernetes,
}

impl Platform {
    fn of(report: &Report) -> Self {
        let agent = &report.agent;
        let tool = agent
            .install_method
            .as_ref()
            .and_then(|method| method.tool.as_deref())
            .unwrap_or_default()
            .to_lowercase();
        let os = agent
            .os
            .as_deref()
            .or(agent.platform.as_deref())
            .unwrap_or_default();
        let os = os.to_lowercase();
        if ["helm", "operator", "kubernetes", "kubectl"]
            .iter()
            .any(|name| tool.contains(name))
        {
            Self::Kubernetes
        } else if tool.contains("docker") {
            Self::Docker
        } else if os.contains("darwin") || os.contains("macos") {
            Self::Mac
        } else if os.contains("windows") {
            Self::Windows
        } else {
            Self::Linux
        }
    }
}

/// `arguments` on each platform, with the platform's name.
fn on_every_platform(arguments: &str) -> [(&'static str, String); 5] {
    [
        ("Linux", format!("sudo datadog-agent {arguments}")),
        (
            "Windows (PowerShell, as administrator)",
            format!("{WINDOWS} {arguments}"),
        ),
        ("macOS", format!("datadog-agent {arguments}")),
        (
            "Docker",
            format!("docker exec -it <agent-container> agent {arguments}"),
        ),
        (
            "Kubernetes",
            format!("kubectl exec -it <agent-pod> -c agent -- agent {arguments}"),
        ),
    ]
}

/// What would confirm a finding.
const fn longer_capture(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::MemoryLeak => LONG_CAPTURE,
        FindingKind::CpuSpike => "flare --profile 60",
        FindingKind::Contention => LOCK_CAPTURE,
    }
}

// ---- facts of the flare, in sentences

fn bytes(value: u64) -> String {
    human(i64::try_from(value).unwrap_or(i64::MAX), "bytes")
}

fn count(value: u64) -> String {
    group_thousands(i64::try_from(value).unwrap_or(i64::MAX))
}

fn about(finding: &Finding) -> String {
    format!("{} in {}", finding.kind.title(), finding.process)
}

fn evidence<'f>(finding: &'f Finding, name: &str) -> Option<&'f str> {
    finding
        .evidence
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.as_str())
}

fn table<'r>(
    process: &'r ProcessReport,
    name: ProfileName,
    sample_type: &str,
) -> Option<&'r Table> {
    match &process.profile(name)?.content {
        ProfileContent::Tables(tables) => tables
            .iter()
            .find(|table| table.sample_type == sample_type)
            .or_else(|| tables.last()),
        _ => None,
    }
}

/// The table that a finding was read from.
fn table_of<'r>(report: &'r Report, finding: &Finding) -> Option<&'r Table> {
    let process = process(report, &finding.process)?;
    table(process, finding.profile, sample_type(finding.profile))
}

const fn sample_type(name: ProfileName) -> &'static str {
    match name {
        ProfileName::HeapFirst | ProfileName::HeapSecond | ProfileName::HeapDiff => "inuse_space",
        ProfileName::Allocs => "alloc_space",
        ProfileName::Cpu => "cpu",
        ProfileName::Block | ProfileName::Mutex => "delay",
    }
}

fn process<'r>(report: &'r Report, name: &str) -> Option<&'r ProcessReport> {
    report.processes.iter().find(|process| process.name == name)
}

fn cores(process: &ProcessReport) -> Option<f64> {
    let cpu = table(process, ProfileName::Cpu, "cpu")?;
    (cpu.duration_ns > 0).then(|| cpu.total as f64 / cpu.duration_ns as f64)
}

fn heap_in_use(process: &ProcessReport) -> Option<&Table> {
    table(process, ProfileName::HeapSecond, "inuse_space")
        .or_else(|| table(process, ProfileName::HeapFirst, "inuse_space"))
}

fn contexts(report: &Report) -> Option<String> {
    let contexts = report.dogstatsd_contexts?;
    let mut by_type: Vec<&(String, i64)> = report.contexts_by_type.iter().collect();
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
    Some(format!(
        "The Agent held {} DogStatsD contexts{types}.",
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

fn forwarder(report: &Report) -> Option<String> {
    if report.forwarder.is_empty() {
        return None;
    }
    let facts: Vec<String> = report
        .forwarder
        .iter()
        .map(|(name, value)| format!("{name} {}", group_thousands(*value)))
        .collect();
    let quiet = report.forwarder.iter().all(|(_, value)| *value == 0);
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

/// Goroutines of the core Agent that wait for a lock.
fn lock_waiters(report: &Report) -> Option<u64> {
    let dump = report.goroutines.as_ref()?;
    let waiting: u64 = dump
        .groups
        .iter()
        .filter(|group| group.waits_for_lock())
        .map(|group| group.count)
        .sum();
    Some(waiting)
}

/// A running Python check as a suspect.
struct Suspect<'r> {
    check: &'r Check,
    samples: u64,
    mean_ms: f64,
}

impl Suspect<'_> {
    fn new(check: &Check) -> Suspect<'_> {
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

    fn words(&self) -> String {
        format!(
            "{}, {} metric samples in total, {:.0} ms on average",
            instances(self.check.instances.len()),
            count(self.samples),
            self.mean_ms
        )
    }
}

fn instances(number: usize) -> String {
    if number == 1 {
        "1 instance".to_owned()
    } else {
        format!("{number} instances")
    }
}

/// Running Python checks, the likeliest first: by instances, samples, time of a run.
fn suspects(report: &Report) -> Vec<Suspect<'_>> {
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
fn busiest_checks(report: &Report) -> Vec<(&str, u64)> {
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

fn running<'r>(report: &'r Report, name: &str) -> Option<&'r Check> {
    report
        .checks
        .iter()
        .flatten()
        .find(|check| check.name == name)
}

/// Running checks of databases, whose queries Database Monitoring obfuscates.
fn databases(report: &Report) -> Vec<String> {
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
fn heaviest_callers(report: &Report, finding: &Finding) -> Vec<String> {
    let Some(table) = table_of(report, finding) else {
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
    let mut out = Vec::new();
    let area = Area::of_finding(finding);
    match area {
        Area::Python => out.extend(python_correlation(report)),
        Area::GoCheck => out.push(go_check_correlation(report, finding)),
        Area::Metrics | Area::Dogstatsd | Area::Serializer => {
            out.extend(contexts(report));
            out.extend(dogstatsd(report));
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
        Area::Forwarder => out.extend(forwarder(report)),
        Area::Obfuscate if finding.process != "trace" => {
            let databases = databases(report);
            out.push(if databases.is_empty() {
                "No database check of the Agent's own is among the running checks.".to_owned()
            } else {
                format!("Running database checks: {}.", databases.join(", "))
            });
        }
        _ => {}
    }
    if finding.kind == FindingKind::Contention
        && finding.process == "core"
        && let Some(waiting) = lock_waiters(report)
        && let Some(dump) = &report.goroutines
    {
        out.push(format!(
            "Goroutine dump of the core Agent: {} goroutines, {} of them waiting for a lock at that moment.",
            count(dump.count),
            count(waiting)
        ));
    }
    out
}

fn python_correlation(report: &Report) -> Vec<String> {
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
        "This is a ranking of suspects, not a proof: the profile does not say which check it was."
            .to_owned(),
    ]
}

fn go_check_correlation(report: &Report, finding: &Finding) -> String {
    let Some(name) = check_name(finding) else {
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

// ---- recommendations

/// What to do about one finding.
#[derive(Default)]
struct Advice {
    /// For the support engineer.
    engineer: Vec<(String, Option<String>)>,
    /// For the customer, in plain words.
    customer: Vec<(String, Option<String>)>,
    /// What the customer is to send.
    send: Vec<String>,
}

impl Advice {
    fn engineer(&mut self, text: impl Into<String>, command: Option<String>) {
        self.engineer.push((text.into(), command));
    }

    fn customer(&mut self, text: impl Into<String>, command: Option<String>) {
        self.customer.push((text.into(), command));
    }
}

fn advice(report: &Report, finding: &Finding) -> Advice {
    let mut advice = Advice::default();
    match Area::of_finding(finding) {
        Area::Python => python_advice(report, finding, &mut advice),
        Area::GoCheck => go_check_advice(report, finding, &mut advice),
        Area::Metrics | Area::Dogstatsd => metrics_advice(report, finding, &mut advice),
        Area::Serializer => {
            advice.engineer(
                "Payload size decides here: compare Series Flushed and Number Of Flushes in the Aggregator section of status.log, and reduce metrics or tags at the source.",
                None,
            );
        }
        Area::Forwarder => forwarder_advice(report, &mut advice),
        Area::Trace => trace_advice(&mut advice),
        Area::Obfuscate => obfuscate_advice(report, finding, &mut advice),
        Area::Tagger | Area::Workload => workload_advice(report, finding, &mut advice),
        Area::Logs => logs_advice(report, &mut advice),
        Area::Process => advice.engineer(
            "Compare the number of processes and containers of the host with the intervals under process_config.intervals in the process-agent's configuration; collection grows with both.",
            None,
        ),
        Area::SystemProbe => advice.engineer(
            "Look at expvar/system-probe and system-probe/system_probe_telemetry.log for the number of tracked connections, and at system_probe_config.max_tracked_connections. eBPF maps never show in a heap profile.",
            None,
        ),
        Area::Security => advice.engineer(
            "Look at runtime_security_config and compliance_config in etc/security-agent.yaml: the number of rules and of events decides the cost.",
            None,
        ),
        Area::Otel => advice.engineer(
            "Look at the pipelines in otel/otel-flare: a batch or memory_limiter processor, and the number of distinct resources, decide what is kept.",
            None,
        ),
        Area::CheckRunner => advice.engineer(
            "Look in status.log for checks whose average execution time is near their interval, and for many instances; check_runners limits how many run at once.",
            None,
        ),
        Area::Runtime | Area::Other => other_advice(report, finding, &mut advice),
    }
    advice
}

fn python_advice(report: &Report, finding: &Finding, advice: &mut Advice) {
    let suspects = suspects(report);
    let Some(first) = suspects.first() else {
        advice.engineer(
            "Find out which Python checks run (custom ones included): status.log shows none with a version. Have them disabled one by one while the process is watched.",
            None,
        );
        return;
    };
    let name = first.check.name.as_str();
    let memory = finding.kind == FindingKind::MemoryLeak;
    let flags = if memory { "-m" } else { "" };
    let what = if memory { "memory" } else { "time" };
    advice.engineer(
        format!(
            "Start with the check {name} ({}), first of {} ranked suspects: run it alone and look at the {what} that it takes. The ranking is no proof, so go on with the next one if it is clean.",
            first.words(),
            suspects.len()
        ),
        Some(check_command(report, name, flags)),
    );
    advice.engineer(
        format!(
            "Have {name} disabled, or its {} halved, for ten minutes and compare a second flare: if the finding goes, it is that check.",
            if first.check.instances.len() > 1 { "number of instances" } else { "collection interval" }
        ),
        None,
    );
    if memory {
        advice.engineer(
            "If no single run shows it, set tracemalloc_debug: true in datadog.yaml and restart: it records Python allocations per check. It lowers the check runners to one, so not for long.",
            None,
        );
    }
    advice.customer(
        format!(
            "The most active integration is {name} ({}). This does not prove that it is the cause, so please run it once on its own:",
            instances(first.check.instances.len())
        ),
        Some(check_command(report, name, flags)),
    );
    advice
        .send
        .push(format!("the output of the check command for {name}"));
    advice.send.push(format!(
        "the configuration of {name} with passwords removed, and whether it was changed recently"
    ));
}

fn go_check_advice(report: &Report, finding: &Finding, advice: &mut Advice) {
    let Some(name) = check_name(finding) else {
        advice.engineer(
            "Find the check by the function's package and look at its configuration and number of instances in config-check.log.",
            None,
        );
        return;
    };
    let details = running(report, name).map(|check| {
        let source = check
            .instances
            .iter()
            .find_map(|instance| instance.configuration_source.as_deref())
            .map(|source| format!(", configured in {source}"))
            .unwrap_or_default();
        format!(" ({}{source})", Suspect::new(check).words())
    });
    advice.engineer(
        format!(
            "Look at the configuration of the check {name}{}: what it collects and how often decides its cost. Run it alone to see how much it returns.",
            details.unwrap_or_default()
        ),
        Some(check_command(report, name, "")),
    );
    advice.customer(
        format!("The check {name} is responsible for most of this. Please run it once on its own:"),
        Some(check_command(report, name, "")),
    );
    advice.send.push(format!(
        "the output of the check command for {name}, and the configuration of that check with passwords removed"
    ));
}

fn metrics_advice(report: &Report, finding: &Finding, advice: &mut Advice) {
    let dogstatsd_leads = report
        .dogstatsd_contexts
        .is_none_or(|contexts| contexts >= FEW_CONTEXTS);
    if dogstatsd_leads {
        let held = report
            .dogstatsd_contexts
            .map_or_else(String::new, |contexts| {
                format!(
                    "The Agent held {} DogStatsD contexts. ",
                    group_thousands(contexts)
                )
            });
        advice.engineer(
            format!(
                "{held}Find the metrics with the most contexts and the tags that multiply them; tags with ever new values (user, session or request ids, timestamps) are the usual cause. The command counts on the live Agent."
            ),
            Some(agent_command(report, "dogstatsd top")),
        );
        advice.engineer(
            "Have those tags removed where the metric is sent. What can't be changed at the source can be dropped by name (statsd_metric_blocklist in datadog.yaml) or renamed to fewer tags (dogstatsd_mapper_profiles).",
            None,
        );
        advice.customer(
            "Please run this command on the affected host. It lists the metrics with the most tag combinations:",
            Some(agent_command(report, "dogstatsd top")),
        );
        advice.customer(
            "If tags with ever new values show up there (for example user, session or request IDs), please remove them where your applications send the metrics.",
            None,
        );
        advice
            .send
            .push("the output of the dogstatsd top command".to_owned());
    } else {
        let checks = busiest_checks(report);
        let names: Vec<String> = checks
            .iter()
            .map(|(name, samples)| format!("{name} ({} samples a run)", count(*samples)))
            .collect();
        let checks_text = if names.is_empty() {
            "status.log names no check with metric samples".to_owned()
        } else {
            format!("the checks with the most samples are {}", names.join(", "))
        };
        advice.engineer(
            format!(
                "DogStatsD held only {} contexts, so look at what checks submit: {checks_text}. Reduce what the first one collects or tags, and compare.",
                group_thousands(report.dogstatsd_contexts.unwrap_or_default())
            ),
            None,
        );
        if let Some((name, _)) = checks.first() {
            advice.customer(
                format!("The check {name} submits the most metrics on this host. Please let us know whether its configuration or the monitored system changed recently."),
                None,
            );
        }
    }
    if Area::of_finding(finding) == Area::Dogstatsd {
        advice.engineer(
            "Look at dogstatsd_queue_size and dogstatsd_buffer_size: the packet queue of 1024 entries alone can hold about 768 MB under bursts. A lower queue drops packets instead.",
            None,
        );
    }
}

fn forwarder_advice(report: &Report, advice: &mut Advice) {
    let retries = report.forwarder.iter().any(|(_, value)| *value > 0);
    advice.engineer(
        if retries {
            "Transactions are dropped, retried or wait (see the correlation): check the way to Datadog, proxy included. forwarder_retry_queue_payloads_max_size bounds what waits in memory."
        } else {
            "The flare shows no dropped or waiting transactions. Check latency and proxy on the way to Datadog, and forwarder_num_workers."
        },
        Some(agent_command(report, "diagnose")),
    );
    advice.customer(
        "Please check that the host reaches Datadog without interruption (firewall, proxy) by running:",
        Some(agent_command(report, "diagnose")),
    );
    advice
        .send
        .push("the output of the diagnose command".to_owned());
}

fn trace_advice(advice: &mut Advice) {
    advice.engineer(
        "Compare the APM Agent section of status.log and expvar/trace-agent (traces, spans and bytes received per minute and service) with earlier days. Statistics are kept per service, resource and peer tag: resource names with ids in them are the usual cause of growth.",
        None,
    );
    advice.engineer(
        "The trace-agent records only 4 s unless apm_config.receiver_timeout is raised: set it to 60 before the next capture, so that the profiles cover the requested time.",
        None,
    );
    advice.customer(
        "Please check whether the number of traces, or of distinct resource names (for example URLs that contain IDs), has grown recently on this host.",
        None,
    );
}

fn obfuscate_advice(report: &Report, finding: &Finding, advice: &mut Advice) {
    if finding.process == "trace" {
        advice.engineer(
            "The cost follows the number and length of SQL statements in spans. Look at apm_config.obfuscation.cache (it keeps results of repeated statements) and at very long generated statements.",
            None,
        );
        advice.customer(
            "Please check whether your applications send very long or generated SQL statements in their traces.",
            None,
        );
        return;
    }
    let databases = databases(report);
    let which = if databases.is_empty() {
        "the checks with dbm: true".to_owned()
    } else {
        format!("dbm: true of {}", databases.join(", "))
    };
    advice.engineer(
        format!(
            "The cost follows the number of distinct queries that Database Monitoring collects. Look at {which}, at query_metrics.collection_interval and query_samples.collection_interval, and raise them to compare."
        ),
        None,
    );
    advice.customer(
        "Please let us know how many database instances this Agent monitors with Database Monitoring, and whether their query load has grown recently.",
        None,
    );
}

fn workload_advice(report: &Report, finding: &Finding, advice: &mut Advice) {
    let tagger = Area::of_finding(finding) == Area::Tagger;
    let (what, command) = if tagger {
        ("tagged entities and their tags", "tagger-list")
    } else {
        ("containers and other workloads", "workload-list")
    };
    let why = match finding.kind {
        FindingKind::Contention => {
            "writers (containers that come and go) and readers (DogStatsD and checks that ask for tags) compete for the same lock"
        }
        FindingKind::MemoryLeak => {
            "entries of containers that are long gone show a leak, many live ones show load"
        }
        FindingKind::CpuSpike => "the cost follows their number and how often they change",
    };
    advice.engineer(
        format!(
            "Count the {what} and watch how fast they change: {why}. {} in the flare has the state at capture time.",
            if tagger { "tagger-list.json" } else { "workload-list.log" }
        ),
        Some(agent_command(report, command)),
    );
    if tagger {
        advice.engineer(
            "Look at dogstatsd_tag_cardinality and checks_tag_cardinality in runtime_config_dump.yaml: \"high\" multiplies the tags and the look-ups; \"low\" is the default.",
            None,
        );
    }
    advice.customer(
        "Please let us know how many containers run on this host and how often they are started and stopped, and whether either changed recently.",
        None,
    );
    advice.customer(
        "Please also run the following command twice, about one minute apart:",
        Some(agent_command(report, command)),
    );
    advice
        .send
        .push(format!("both outputs of the {command} command"));
}

fn logs_advice(report: &Report, advice: &mut Advice) {
    advice.engineer(
        "Look at the Logs Agent section of status.log and at registry.json: number of tailed files, multi-line and processing rules, and very long lines decide the cost. logs_config.open_files_limit bounds the files.",
        Some(agent_command(report, "stream-logs")),
    );
    advice.customer(
        "Please check whether the number of log files or the log volume on this host has grown recently, and whether there are very long log lines.",
        None,
    );
}

fn other_advice(report: &Report, finding: &Finding, advice: &mut Advice) {
    if finding.routing.actionable {
        let meaning = if finding.meaning.is_empty() {
            String::new()
        } else {
            format!(" What it usually means: {}.", finding.meaning)
        };
        advice.engineer(
            format!(
                "Look at {} ({}): {} is responsible.{meaning}",
                finding.owner(),
                finding.component,
                responsible(finding)
            ),
            None,
        );
        return;
    }
    let callers = heaviest_callers(report, finding);
    advice.engineer(
        if callers.is_empty() {
            "The function says nothing by itself, and no owned caller is among the first rows: open the profile's flame graph and look at the callers by cum %.".to_owned()
        } else {
            format!(
                "The function says nothing by itself. Heaviest owned callers by cum: {}. Start there.",
                callers.join("; ")
            )
        },
        None,
    );
}

/// Prioritised steps, each naming its finding.
pub fn recommendations(report: &Report) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    match report.judgement.kind {
        VerdictKind::NoProfiles => no_profiles_steps(report, &mut steps),
        VerdictKind::Normal => normal_steps(report, &mut steps),
        VerdictKind::Inconclusive => unmeasured_steps(report, &mut steps),
        _ => {
            for finding in by_confidence(report) {
                finding_steps(report, finding, &mut steps);
            }
            unmeasured_steps(report, &mut steps);
        }
    }
    steps
}

/// Findings, the surest first.
fn by_confidence(report: &Report) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = report.judgement.findings.iter().collect();
    findings.sort_by_key(|finding| match finding.confidence {
        Confidence::High => 0,
        Confidence::Medium => 1,
        Confidence::Low => 2,
    });
    findings
}

fn push(steps: &mut Vec<Step>, about: &str, text: String, command: Option<String>) {
    if !steps
        .iter()
        .any(|step| step.text == text && step.command == command)
    {
        steps.push(Step {
            about: about.to_owned(),
            text,
            command,
        });
    }
}

fn finding_steps(report: &Report, finding: &Finding, steps: &mut Vec<Step>) {
    let about = about(finding);
    let confirm = |steps: &mut Vec<Step>| {
        push(
            steps,
            &about,
            format!(
                "Confirm it, because {}. {}",
                finding.reasons.join("; "),
                if finding.settle.is_empty() {
                    "A longer capture would settle it."
                } else {
                    &finding.settle
                }
            ),
            Some(agent_command(report, longer_capture(finding.kind))),
        );
    };
    if finding.confidence == Confidence::Low {
        confirm(steps);
    }
    for (text, command) in advice(report, finding).engineer {
        push(steps, &about, text, command);
    }
    if finding.confidence == Confidence::Medium {
        confirm(steps);
    }
    let words = clean(&finding.routing.words);
    if !finding.routing.escalate_to.is_empty() {
        push(
            steps,
            &about,
            format!(
                "Escalate to {}, with the escalation summary below and the flare: {}.",
                finding.routing.escalate_to,
                routing_reason(&words)
            ),
            None,
        );
    } else if !words.is_empty() {
        push(steps, &about, format!("Do not escalate yet. {words}"), None);
    }
}

/// The routing's words without the clause on whom to escalate to, which stands before them.
fn routing_reason(words: &str) -> &str {
    let end = words
        .find("escalate to")
        .filter(|end| *end > 0)
        .unwrap_or(words.len());
    words
        .get(..end)
        .unwrap_or(words)
        .trim_end_matches([' ', ';', ':', ',', '.'])
}

fn no_profiles_steps(report: &Report, steps: &mut Vec<Step>) {
    let about = "No profiles in the flare";
    if !report.creation_errors.is_empty() {
        push(
            steps,
            about,
            format!(
                "The Agent tried to collect profiles and failed: {}. Solve that first.",
                report.creation_errors.join("; ")
            ),
            None,
        );
    }
    if report.agent.local {
        push(
            steps,
            about,
            "The flare was made by the command itself because the Agent did not answer. Check that the Agent is running before the next capture.".to_owned(),
            Some(agent_command(report, "status")),
        );
    }
    push(
        steps,
        about,
        "Ask for a flare with profiles, taken while the problem is happening. 30 s is the least that the Agent accepts; no restart and no change of configuration is needed.".to_owned(),
        Some(agent_command(report, CAPTURE)),
    );
    push(
        steps,
        about,
        "If the Agent seems stuck or slow rather than busy, have lock contention recorded too; the two flags work in the core Agent only.".to_owned(),
        Some(agent_command(report, "flare --profile 30 --profile-mutex --profile-blocking")),
    );
    push(
        steps,
        about,
        "If the problem comes and goes, let the Agent take the flare by itself: the agentprofiling check (since 7.66/7.67) does when memory or CPU crosses a limit.".to_owned(),
        None,
    );
}

fn normal_steps(report: &Report, steps: &mut Vec<Step>) {
    let about = "No finding";
    push(
        steps,
        about,
        "Nothing has to be fixed by what the profiles show. Close with the customer message unless the symptom is still there; the next steps are for that case.".to_owned(),
        None,
    );
    if let Some(text) = memory_account(report) {
        push(steps, "If memory is the symptom", text, None);
    }
    push(
        steps,
        "If memory is the symptom",
        "A slow leak does not show in a short window: take a longer capture, or two flares some hours apart without a restart in between.".to_owned(),
        Some(agent_command(report, LONG_CAPTURE)),
    );
    push(
        steps,
        "If CPU is the symptom",
        "Take the flare while the CPU is high; a profile of a quiet minute is clear by nature."
            .to_owned(),
        Some(agent_command(report, "flare --profile 60")),
    );
    if contention_unmeasured(report) {
        push(
            steps,
            "If the Agent seems stuck",
            "Contention was not recorded, because its rates are 0 by default. The flags turn it on in the core Agent while the flare is made.".to_owned(),
            Some(agent_command(report, LOCK_CAPTURE)),
        );
    }
}

fn contention_unmeasured(report: &Report) -> bool {
    report.judgement.states.iter().any(|state| {
        state.kind == FindingKind::Contention
            && Some(&state.process) == report.judgement.main.as_ref()
            && state.measured == Measured::NotMeasured
    })
}

/// Which part of the core Agent's memory a Go profile can explain.
fn memory_account(report: &Report) -> Option<String> {
    let rss = report.rss_bytes.filter(|rss| *rss > 0)?;
    let go = if report.agent.local {
        return None;
    } else {
        i64::try_from(report.memstats.as_ref()?.held()?).ok()?
    };
    let python = report.python_bytes.unwrap_or(0);
    let rest = rss.saturating_sub(go).saturating_sub(python);
    let python_text = if python > 0 {
        format!(
            ", Python {} ({})",
            human(python, "bytes"),
            human_share(python, rss)
        )
    } else {
        String::new()
    };
    let advice = if go.saturating_mul(2) < rss {
        " Most of it is outside Go, where a heap profile can't see it: look at Python checks (datadog-agent check <name> -m) and C libraries."
    } else {
        " Most of it is Go's, so heap profiles can explain it."
    };
    let rest_text = if rest > 0 {
        format!(
            "; {} is other memory such as mapped files and C libraries.",
            human(rest, "bytes")
        )
    } else {
        ". The parts add up to more than the whole because Go also counts memory that is not resident.".to_owned()
    };
    Some(format!(
        "Of the core Agent's {} resident memory the Go runtime holds {} ({}){python_text}{rest_text}{advice}",
        human(rss, "bytes"),
        human(go, "bytes"),
        human_share(go, rss),
    ))
}

/// Memory and CPU that could not be measured in the main process, and damage anywhere.
fn unmeasured(report: &Report) -> Vec<&State> {
    let judgement = &report.judgement;
    judgement
        .states
        .iter()
        .filter(|state| match state.measured {
            Measured::Damaged => true,
            Measured::NotMeasured => {
                state.kind != FindingKind::Contention
                    && Some(&state.process) == judgement.main.as_ref()
            }
            Measured::Crossed | Measured::Clear => false,
        })
        .collect()
}

/// Why something was not measured, as far as the way to measure it depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    Absent,
    ProfilerBusy,
    Reply,
    Identical,
    Restarted,
    TooShort,
    Damaged,
}

impl Hole {
    fn of(state: &State) -> Self {
        if state.measured == Measured::Damaged {
            return Self::Damaged;
        }
        match state.text.as_str() {
            "error reply" if state.why.contains("already in use") => Self::ProfilerBusy,
            "error reply" | "not a CPU profile" | "not comparable" => Self::Reply,
            "identical snapshots" => Self::Identical,
            "process restarted" => Self::Restarted,
            text if text.contains(" in ") => Self::TooShort,
            _ => Self::Absent,
        }
    }

    fn engineer(self, state: &State) -> &'static str {
        match self {
            Self::ProfilerBusy => {
                "The Agent's own continuous profiler held the CPU profile: set internal_profiling.enabled: false, restart, and capture again."
            }
            Self::Reply => {
                "The process answered the request with an error: see the quoted text and flare_creation.log, then capture again."
            }
            Self::Identical => {
                "An idle Agent collects garbage every two minutes only, so the window has to be longer than that."
            }
            Self::Restarted => {
                "Find out why the process restarted (dmesg.log for OOM kills, version-history.json, the logs) and capture again once it has run for a while."
            }
            Self::TooShort if state.process == "trace" => {
                "Raise apm_config.receiver_timeout to 60 and restart the trace-agent, so that its profiles cover the requested time."
            }
            Self::TooShort => "Capture again with a longer window.",
            Self::Damaged => {
                "Ask for the same flare again; if it was repacked or cut in transit, the original may be whole."
            }
            Self::Absent => "Capture again with profiles, while the problem is happening.",
        }
    }

    const fn capture(self) -> &'static str {
        match self {
            Self::Identical => "flare --profile 150",
            Self::TooShort => LONG_CAPTURE,
            _ => CAPTURE,
        }
    }

    fn customer(self, state: &State) -> String {
        let what = match state.kind {
            FindingKind::MemoryLeak => "memory",
            FindingKind::CpuSpike => "CPU",
            FindingKind::Contention => "lock",
        };
        let process = process_words(&state.process);
        match self {
            Self::Absent
                if state.text == "not collected" && state.kind == FindingKind::MemoryLeak =>
            {
                format!("one of the two memory snapshots of {process} is not in the flare")
            }
            Self::Absent => format!("the {what} data of {process} is not in the flare"),
            Self::ProfilerBusy => format!(
                "the {what} profile of {process} could not be taken, because continuous profiling was active at the same time"
            ),
            Self::Reply => format!("{process} could not provide its {what} profile"),
            Self::Identical => format!(
                "the two {what} snapshots of {process} are identical, so the time between them was too short to show a change"
            ),
            Self::Restarted => {
                format!("{process} was restarted while the data was being collected")
            }
            Self::TooShort => format!(
                "the two {what} snapshots of {process} were taken too shortly after one another"
            ),
            Self::Damaged => format!("the {what} profile of {process} arrived damaged"),
        }
    }
}

fn unmeasured_steps(report: &Report, steps: &mut Vec<Step>) {
    for state in unmeasured(report) {
        let hole = Hole::of(state);
        let about = format!("{} in {} not measured", state.kind.title(), state.process);
        let capture = if state.kind == FindingKind::Contention {
            LOCK_CAPTURE
        } else {
            hole.capture()
        };
        let command = agent_command(report, capture);
        let why = state.why.trim_end();
        let known = steps
            .iter()
            .any(|step| step.command.as_ref() == Some(&command));
        if known {
            let text = format!("{why} {} The command above does it.", hole.engineer(state));
            push(steps, &about, text, None);
        } else {
            push(
                steps,
                &about,
                format!("{why} {}", hole.engineer(state)),
                Some(command),
            );
        }
    }
    if !report.creation_errors.is_empty() {
        let text = format!(
            "flare_creation.log says why profiles are missing: {}.",
            report.creation_errors.join("; ")
        );
        push(steps, "Collection of profiles", text, None);
    }
}

// ---- the customer's message

/// The message for the customer, as plain text.
pub fn customer_message(report: &Report) -> String {
    if report.judgement.kind == VerdictKind::NoProfiles {
        return request_message(Some(report));
    }
    let mut text = format!(
        "Hello,\n\nThank you for the flare. We have reviewed the profiling data in it{}.\n",
        origin(report)
    );
    match report.judgement.kind {
        VerdictKind::Normal => normal_message(report, &mut text),
        VerdictKind::Inconclusive => inconclusive_message(report, &mut text),
        _ => findings_message(report, &mut text),
    }
    text.push_str("\nPlease let us know if anything is unclear.\n\nKind regards\n");
    text
}

/// ` (Agent 7.71.2 on host web-7, recorded 2026-11-23 06:12 UTC)`.
fn origin(report: &Report) -> String {
    let mut parts = Vec::new();
    let host = clean(&report.hostname);
    match (&report.agent.version, host.is_empty()) {
        (Some(version), false) => parts.push(format!("Agent {} on host {host}", clean(version))),
        (Some(version), true) => parts.push(format!("Agent {}", clean(version))),
        (None, false) => parts.push(format!("host {host}")),
        (None, true) => {}
    }
    if let Some(time) = captured(report) {
        parts.push(format!("recorded {time}"));
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

fn captured(report: &Report) -> Option<String> {
    instant(report.agent.captured_at_ms?, "%Y-%m-%d %H:%M UTC")
}

fn process_words(name: &str) -> String {
    match name {
        "core" => "the Agent's main process".to_owned(),
        "trace" => "the Trace Agent (APM)".to_owned(),
        "process" => "the Process Agent".to_owned(),
        "security-agent" => "the Security Agent".to_owned(),
        "system-probe" => "the System Probe".to_owned(),
        "datadog-cluster-agent" => "the Cluster Agent".to_owned(),
        "otel-agent" => "the OpenTelemetry Agent".to_owned(),
        other => format!("the process {}", clean(other)),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// What a finding's functions work on, in a customer's words, with their share.
fn consumers(finding: &Finding) -> Vec<(String, f64)> {
    let mut parts: Vec<(String, f64)> = Vec::new();
    for function in &finding.functions {
        let area = Area::of(&function.responsible);
        let words = match (area, Owners::builtin().check_name(&function.responsible)) {
            (Area::GoCheck, Some(name)) => format!("running the check {name}"),
            _ => area.customer_words(&finding.process).to_owned(),
        };
        match parts.iter_mut().find(|(known, _)| *known == words) {
            Some((_, share)) => *share += function.share,
            None => parts.push((words, function.share)),
        }
    }
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    parts.retain(|(_, share)| *share >= 0.1);
    parts.truncate(3);
    parts
}

fn consumers_sentence(finding: &Finding, what: &str) -> String {
    let parts = consumers(finding);
    match parts.as_slice() {
        [] => String::new(),
        [(words, share)] if *share >= 0.9 => format!(" Nearly all of {what} comes from {words}."),
        parts => {
            let list: Vec<String> = parts
                .iter()
                .map(|(words, share)| format!("{words} ({:.0} %)", share.min(1.0) * 100.0))
                .collect();
            let subject = if list.len() == 1 {
                "The largest part"
            } else {
                "The largest parts"
            };
            let come = if list.len() == 1 { "comes" } else { "come" };
            format!(" {subject} of {what} {come} from {}.", list.join(" and "))
        }
    }
}

/// What was found, for the customer.
fn customer_finding(report: &Report, finding: &Finding) -> String {
    let process_name = process_words(&finding.process);
    match finding.kind {
        FindingKind::MemoryLeak => {
            let seconds =
                process(report, &finding.process).map(|process| process.interval.seconds());
            let value = finding.value as i64;
            let time =
                seconds
                    .filter(|seconds| *seconds > 0.0)
                    .map_or_else(String::new, |seconds| {
                        let rate = (finding.value / seconds * 60.0) as i64;
                        format!(
                            " within {seconds:.0} seconds (about {} per minute)",
                            human(rate, "bytes")
                        )
                    });
            // When one function crossed alone, the value is that function's.
            let part = if value == finding.counted {
                ""
            } else {
                "a part of "
            };
            format!(
                "Memory: {part}{process_name} grew by {}{time}.{}",
                human(value, "bytes"),
                consumers_sentence(finding, "the growth")
            )
        }
        FindingKind::CpuSpike => {
            let cores = evidence(finding, "Cores in use")
                .and_then(|cores| cores.parse::<f64>().ok())
                .map_or_else(String::new, |cores| {
                    format!(" In total it used {cores:.2} CPU cores on average.")
                });
            let parts = consumers(finding);
            let words = parts
                .first()
                .map_or("its internal work", |(words, _)| words.as_str());
            format!(
                "CPU: {process_name} spent {:.0} % of its CPU time on a single operation, which is part of {words}.{cores}",
                finding.value
            )
        }
        FindingKind::Contention => {
            let window = evidence(finding, "Window")
                .map_or_else(String::new, |window| format!(" within {window}"));
            let waiting = evidence(finding, "Goroutines waiting")
                .and_then(|text| text.split(' ').next())
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|waiting| *waiting >= 0.1)
                .map_or_else(String::new, |waiting| {
                    format!(
                        ", which means that about {waiting:.1} of them were waiting at any time"
                    )
                });
            format!(
                "Waiting: tasks inside {process_name} waited for each other for {} in total{window}{waiting}.{}",
                human(finding.value as i64, "nanoseconds"),
                consumers_sentence(finding, "the waiting")
            )
        }
    }
}

fn findings_message(report: &Report, text: &mut String) {
    let findings = by_confidence(report);
    text.push_str("\nWhat we found:\n");
    for finding in &findings {
        let _ = writeln!(text, "- {}", customer_finding(report, finding));
    }
    let metrics = findings
        .iter()
        .any(|finding| matches!(Area::of_finding(finding), Area::Metrics | Area::Dogstatsd));
    if metrics && let Some(contexts) = report.dogstatsd_contexts {
        let _ = writeln!(
            text,
            "- At that time the Agent was tracking {} different combinations of DogStatsD metric name and tags.",
            group_thousands(contexts)
        );
    }
    let lowest = findings.last().map(|finding| finding.confidence);
    match lowest {
        Some(Confidence::Low) if findings.len() == 1 => text.push_str(
            "\nPlease take this as a first indication: it rests on little data, and a longer recording is needed to be sure.\n",
        ),
        Some(Confidence::Low) => text.push_str(
            "\nPart of this is a first indication only: it rests on little data, and a longer recording is needed to be sure.\n",
        ),
        Some(Confidence::Medium) => {
            text.push_str("\nWe would like to confirm this with a longer recording.\n");
        }
        _ => {}
    }
    let mut customer: Vec<(String, Option<String>)> = Vec::new();
    let mut send: Vec<String> = Vec::new();
    for finding in &findings {
        let advice = advice(report, finding);
        for step in advice.customer {
            if !customer.contains(&step) {
                customer.push(step);
            }
        }
        for item in advice.send {
            if !send.contains(&item) {
                send.push(item);
            }
        }
    }
    if findings
        .iter()
        .any(|finding| finding.confidence != Confidence::High)
    {
        let lock = findings
            .iter()
            .any(|finding| finding.kind == FindingKind::Contention);
        let capture = if lock {
            "flare --profile 120 --profile-mutex --profile-blocking"
        } else {
            LONG_CAPTURE
        };
        customer.push((
            "Please create another flare while the problem is happening. It takes several minutes, and the Agent keeps running:".to_owned(),
            Some(agent_command(report, capture)),
        ));
        send.push("the new flare".to_owned());
    }
    numbered(text, "What you can do:", &customer);
    text.push_str(
        "\nWhat happens next: we are going through these results with the engineers who work on this part of the Agent, and will come back to you with what we learn.\n",
    );
    if !send.is_empty() {
        text.push_str("\nPlease send us:\n");
        for item in &send {
            let _ = writeln!(text, "- {item}");
        }
    }
}

fn numbered(text: &mut String, title: &str, steps: &[(String, Option<String>)]) {
    if steps.is_empty() {
        return;
    }
    let _ = write!(text, "\n{title}\n");
    for (index, (words, command)) in steps.iter().enumerate() {
        let _ = writeln!(text, "{}. {words}", index + 1);
        if let Some(command) = command {
            let _ = write!(text, "\n   {command}\n\n");
        }
    }
    // The last command brings its own empty line, and the next part another.
    if text.ends_with("\n\n") {
        text.pop();
    }
}

fn inconclusive_message(report: &Report, text: &mut String) {
    let holes = unmeasured(report);
    text.push_str(
        "\nIn the part that could be measured we found nothing unusual. For a reliable answer, however, some of the data is missing:\n",
    );
    let mut capture = CAPTURE;
    let mut busy = false;
    let mut timeout = false;
    for state in &holes {
        let hole = Hole::of(state);
        let _ = writeln!(
            text,
            "- {}",
            sentence(&format!("{}.", hole.customer(state)))
        );
        busy |= hole == Hole::ProfilerBusy;
        timeout |= hole == Hole::TooShort && state.process == "trace";
        if hole == Hole::Identical || (hole == Hole::TooShort && capture == CAPTURE) {
            capture = hole.capture();
        }
    }
    let damaged = holes
        .iter()
        .any(|state| state.measured == Measured::Damaged);
    let mut steps = Vec::new();
    if damaged {
        steps.push((
            "If you still have the file of this flare, please send it to us once more, unchanged. If it was damaged on the way, that is all we need.".to_owned(),
            None,
        ));
    }
    if busy {
        steps.push((
            "Please set internal_profiling.enabled to false in datadog.yaml and restart the Agent."
                .to_owned(),
            None,
        ));
    }
    if timeout {
        steps.push((
            "Please set apm_config.receiver_timeout to 60 in datadog.yaml and restart the Agent."
                .to_owned(),
            None,
        ));
    }
    steps.push((
        format!(
            "{} the problem (high memory or CPU usage) is happening, please run the following command on the affected host. It takes several minutes, and the Agent keeps running:",
            if damaged { "Otherwise, when" } else { "When" }
        ),
        Some(agent_command(report, capture)),
    ));
    numbered(text, "What we need from you:", &steps);
    text.push_str(
        "\nPlease send us the new flare. We will then look at the complete data and come back to you.\n",
    );
}

fn normal_message(report: &Report, text: &mut String) {
    text.push_str("\nWe found no memory leak and no unusual CPU usage in the recorded time:\n");
    if let Some(main) = report.processes.first() {
        let name = process_words(&main.name);
        if let Some(heap) = heap_in_use(main) {
            let change = table(main, ProfileName::HeapDiff, "inuse_space").map_or_else(
                String::new,
                |diff| {
                    let change = match diff.net {
                        0 => "did not change".to_owned(),
                        net => format!(
                            "{} by {}",
                            if net > 0 { "grew" } else { "shrank" },
                            human(net.saturating_abs(), &diff.unit)
                        ),
                    };
                    format!(
                        ", which {change} within {:.0} seconds",
                        main.interval.seconds()
                    )
                },
            );
            let _ = writeln!(
                text,
                "- Memory: {name} was using {} for its own data{change}.",
                human(heap.total, &heap.unit)
            );
        }
        if let Some(cores) = cores(main) {
            let _ = writeln!(text, "- CPU: {name} used {cores:.2} CPU cores on average.");
        }
    }
    let locks = contention_unmeasured(report);
    if locks {
        text.push_str(
            "- Waiting inside the Agent was not recorded in this flare; this is optional.\n",
        );
    }
    let capture = if locks {
        "flare --profile 120 --profile-mutex --profile-blocking"
    } else {
        LONG_CAPTURE
    };
    let steps = [
        (
            "While the usage is high, please run the following command on the affected host. It takes several minutes, and the Agent keeps running:".to_owned(),
            Some(agent_command(report, capture)),
        ),
        (
            "Please send us the new flare, and tell us which value you are looking at (for example the memory of the process or of the container), how high it is and since when.".to_owned(),
            None,
        ),
    ];
    numbered(
        text,
        "If you still see high memory or CPU usage, a recording of exactly that time will help most:",
        &steps,
    );
}

/// Asks the customer for a flare with profiles.
fn request_message(report: Option<&Report>) -> String {
    let mut text = String::from("Hello,\n\n");
    match report {
        Some(report) => {
            let _ = writeln!(
                text,
                "Thank you for the flare{}. To investigate the resource usage we need profiling data from the Agent. A flare does not contain it unless it is asked for, so please create a new one:",
                origin(report)
            );
        }
        None => text.push_str(
            "To investigate the resource usage we need profiling data from the Agent. A flare does not contain it unless it is asked for, so please do the following:\n",
        ),
    }
    text.push_str(
        "\n1. Wait until the problem (high memory or CPU usage) is actively happening.\n",
    );
    text.push_str("2. Run the following command on the affected host:\n\n");
    let mut commands = on_every_platform(CAPTURE).into_iter();
    if let Some((_, command)) = commands.next() {
        let _ = write!(text, "   {command}\n\n");
    }
    text.push_str("   On other platforms:\n");
    for (name, command) in commands {
        let _ = writeln!(text, "   - {name}: {command}");
    }
    text.push_str("\n3. Confirm the upload, or attach the file that the command names to this ticket, and send us the number of the flare.\n");
    text.push_str(
        "\nThe command records what the Agent does for 30 seconds per process and takes a few minutes. Neither a restart nor a change of the configuration is needed.\n",
    );
    text.push_str(
        "\nIf the Agent seems slow or stuck rather than busy, please use this command instead:\n\n",
    );
    text.push_str("   sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking\n");
    let version = report
        .and_then(|report| report.agent.version.as_deref())
        .and_then(version);
    if version.is_none_or(|version| version >= (7, 67)) {
        text.push_str(
            "\nIf the problem comes and goes and is hard to catch, please tell us: from version 7.67 on the Agent can create such a flare by itself as soon as its memory or CPU usage crosses a limit, and we will help you to set this up.\n",
        );
    }
    text.push_str("\nPlease let us know if anything is unclear.\n\nKind regards\n");
    text
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// How to collect profiles: both ways of the procedure with what each really does, the
/// alternatives, and the message for the customer.
pub fn how_to_collect() -> Vec<Block> {
    let heading = |text: &str| Block::Heading {
        text: text.to_owned(),
    };
    let paragraph = |text: &str| Block::Paragraph {
        text: text.to_owned(),
    };
    let mut blocks = vec![
        heading("One-time capture with the flare command (first choice)"),
        paragraph(
            "Records CPU for 30 s and takes a heap snapshot before and after, in every Agent process it reaches, and puts the profiles into the flare. Works in all Agent 6 and 7 versions, without a restart or a change of configuration, and has to run while the problem is happening. 30 is the least; longer windows show growth better. Execution traces come with it since 7.55, which doubles the time it takes.",
        ),
    ];
    for (name, command) in on_every_platform(CAPTURE) {
        blocks.push(Block::Code {
            caption: name.to_owned(),
            text: command,
        });
    }
    blocks.push(Block::Code {
        caption: "Kubernetes, Cluster Agent".to_owned(),
        text: "kubectl exec -it <cluster-agent-pod> -- datadog-cluster-agent flare --profile 30"
            .to_owned(),
    });
    blocks.push(paragraph(
        "Block and mutex profiles stay empty unless their rates are raised. These flags do that while the flare is made, in the core Agent only; other processes keep the rates of their own configuration.",
    ));
    blocks.push(Block::Code {
        caption: "With lock contention".to_owned(),
        text: "sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking".to_owned(),
    });
    blocks.push(heading(
        "Continuous profiling by configuration (uploads, does not fill flares)",
    ));
    blocks.push(paragraph(
        "The procedure's second way. It starts the profiler that is built into the Agent, which uploads its profiles to Datadog; it puts nothing into flares, in no version, and the release notes of 7.53 name no such feature. It can even empty a flare: only one CPU profile can run in a process, so while the built-in profiler records (1 minute of every 5 by default) the flare's CPU profile fails and everything after it is missing. Use it to see profiles in the Datadog account over time, and turn it off before a flare with profiles is taken. Needs a restart.",
    ));
    blocks.push(Block::Code {
        caption: "datadog.yaml".to_owned(),
        text: "internal_profiling:\n  enabled: true\n\n# Only if the Process Agent is the concern:\nprocess_config:\n  internal_profiling:\n    enabled: true".to_owned(),
    });
    blocks.push(paragraph(
        "Two keys of the same block do help flares: internal_profiling.block_profile_rate and internal_profiling.mutex_profile_fraction are applied at start even if the profiler is off, and fill the block and mutex profiles of every later capture.",
    ));
    blocks.push(heading("When the problem comes and goes"));
    blocks.push(Block::List {
        items: vec![
            "The agentprofiling check (since 7.66/7.67) makes one flare with profiles by itself when the core Agent's memory (bytes) or CPU (percent) crosses a limit. It is the best evidence of an intermittent leak. With ticket_id and user_email it sends the flare to the ticket, without them it stays on the host.".to_owned(),
            "A flare requested through Remote Configuration can include profiles (Agents from the end of 2024 on): 30 s by default, block and mutex profiles empty unless flare.rc_profiling.blocking_rate and flare.rc_profiling.mutex_fraction are set.".to_owned(),
        ],
    });
    blocks.push(Block::Code {
        caption: "conf.d/agentprofiling.d/conf.yaml".to_owned(),
        text: "init_config: {}\ninstances:\n  - memory_threshold: 524288000\n    cpu_threshold: 80\n    ticket_id: \"<ticket>\"\n    user_email: \"<e-mail of the ticket>\"".to_owned(),
    });
    blocks.push(heading("Message for the customer"));
    blocks.push(Block::Text {
        name: "message that asks for profiles".to_owned(),
        text: request_message(None),
    });
    blocks
}

// ---- the escalation

/// A piece of the escalation, before markup.
enum Piece {
    Paragraph(String),
    List(Vec<String>),
    Fields(Vec<(String, String)>),
    Raw { caption: String, text: String },
    Link(String),
}

struct Part {
    title: &'static str,
    pieces: Vec<Piece>,
}

/// The escalation as Markdown. `symptom` and `link` are the user's words, or empty.
pub fn escalation(report: &Report, symptom: &str, link: &str) -> String {
    let mut out = String::new();
    for part in parts(report, symptom, link) {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "### {}", part.title);
        for piece in part.pieces {
            out.push('\n');
            match piece {
                Piece::Paragraph(text) => {
                    let _ = writeln!(out, "{}", escape(&text));
                }
                Piece::List(items) => {
                    for item in items {
                        let _ = writeln!(out, "- {}", escape(&item));
                    }
                }
                Piece::Fields(fields) => {
                    for (name, value) in fields {
                        let _ = writeln!(out, "- **{}**: {}", escape(&name), escape(&value));
                    }
                }
                Piece::Raw { caption, text } => {
                    let _ = write!(out, "{}\n\n", escape(&caption));
                    fence(&mut out, &text);
                }
                Piece::Link(link) => {
                    let _ = if is_plain_link(&link) {
                        writeln!(out, "<{link}>")
                    } else {
                        writeln!(out, "{}", escape(&link))
                    };
                }
            }
        }
    }
    out
}

/// The escalation in JIRA's wiki markup. `symptom` and `link` are the user's words, or empty.
pub fn jira(report: &Report, symptom: &str, link: &str) -> String {
    let mut out = String::new();
    for part in parts(report, symptom, link) {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "h3. {}", part.title);
        for (index, piece) in part.pieces.into_iter().enumerate() {
            if index > 0 {
                // Or a table would go on.
                out.push('\n');
            }
            match piece {
                Piece::Paragraph(text) => {
                    let _ = writeln!(out, "{}", jira_escape(&text));
                }
                Piece::List(items) => {
                    for item in items {
                        let _ = writeln!(out, "* {}", jira_escape(&item));
                    }
                }
                Piece::Fields(fields) => {
                    for (name, value) in fields {
                        // An empty cell would join its neighbours.
                        let value = if value.is_empty() {
                            " ".to_owned()
                        } else {
                            jira_escape(&value)
                        };
                        let _ = writeln!(out, "||{}|{value}|", jira_escape(&name));
                    }
                }
                Piece::Raw { caption, text } => {
                    let text = clean_lines(&text).replace("{noformat", "{ noformat");
                    let _ = write!(
                        out,
                        "{}\n{{noformat}}\n{}\n{{noformat}}\n",
                        jira_escape(&caption),
                        text.trim_end_matches('\n')
                    );
                }
                Piece::Link(link) => {
                    let _ = if is_plain_link(&link) {
                        writeln!(out, "{link}")
                    } else {
                        writeln!(out, "{}", jira_escape(&link))
                    };
                }
            }
        }
    }
    out
}

/// A link without anything that could end it or act as markup.
fn is_plain_link(link: &str) -> bool {
    (link.starts_with("https://") || link.starts_with("http://"))
        && link
            .chars()
            .all(|letter| letter.is_ascii_graphic() && !"<>{}[]|\\\"`^*".contains(letter))
}

/// Escapes what JIRA's wiki markup acts on. The result is one line.
fn jira_escape(text: &str) -> String {
    let text = clean(text);
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let after = letters.get(index + 1).copied();
        let alone = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
        match letter {
            // Two of them are a line break, so no backslash can stand for one.
            '\\' => out.push_str("&#92;"),
            '&' if after == Some('#') || after.is_some_and(char::is_alphabetic) => {
                out.push_str("&amp;");
            }
            '{' | '}' | '[' | ']' | '|' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            // These mark phrases only at the edge of a word.
            '*' | '_' | '-' | '+' | '^' | '~' => {
                let free =
                    before.is_none_or(char::is_whitespace) && after.is_none_or(char::is_whitespace);
                if (alone(before) || alone(after)) && !(free && index > 0) {
                    out.push('\\');
                }
                out.push(letter);
            }
            '?' if before == Some('?') || after == Some('?') => {
                out.push('\\');
                out.push(letter);
            }
            '#' if index == 0 => out.push_str("\\#"),
            letter => out.push(letter),
        }
    }
    out
}

fn parts(report: &Report, symptom: &str, link: &str) -> Vec<Part> {
    vec![
        Part {
            title: "Symptom",
            pieces: symptom_pieces(report, symptom),
        },
        Part {
            title: "Top allocators and CPU consumers",
            pieces: raw_pieces(report),
        },
        Part {
            title: "Heap diff",
            pieces: heap_pieces(report),
        },
        Part {
            title: "Agent context",
            pieces: context_pieces(report),
        },
        Part {
            title: "Memory statistics (expvar/memstats)",
            pieces: memstats_pieces(report),
        },
        Part {
            title: "Correlation",
            pieces: correlation_pieces(report),
        },
        Part {
            title: "Owner and routing",
            pieces: routing_pieces(report),
        },
        Part {
            title: "Flare",
            pieces: flare_pieces(report, link),
        },
    ]
}

fn symptom_pieces(report: &Report, symptom: &str) -> Vec<Piece> {
    let judgement = &report.judgement;
    let symptom = symptom.trim();
    let mut pieces = Vec::new();
    if symptom.is_empty() {
        pieces.push(Piece::Paragraph(format!(
            "Verdict of the profiles: {}. The customer's own words were not given.",
            judgement.kind.title()
        )));
    } else {
        pieces.push(Piece::Paragraph(symptom.to_owned()));
        pieces.push(Piece::Paragraph(format!(
            "Verdict of the profiles: {}.",
            judgement.kind.title()
        )));
    }
    let items: Vec<String> = judgement
        .findings
        .iter()
        .map(|finding| {
            let reasons = if finding.reasons.is_empty() {
                String::new()
            } else {
                format!(": {}", finding.reasons.join("; "))
            };
            format!(
                "{}. Confidence {}{reasons}.",
                finding.summary,
                finding.confidence.as_str()
            )
        })
        .collect();
    if !items.is_empty() {
        pieces.push(Piece::List(items));
    } else if judgement.kind == VerdictKind::Inconclusive {
        let holes: Vec<String> = unmeasured(report)
            .iter()
            .map(|state| format!("{} of {}: {}", state.kind.title(), state.process, state.why))
            .collect();
        pieces.push(Piece::List(holes));
    }
    if !report.changed_thresholds.is_empty() {
        let changes: Vec<String> = report
            .changed_thresholds
            .iter()
            .map(|(name, default, value)| format!("{name} {value} instead of {default}"))
            .collect();
        pieces.push(Piece::Paragraph(format!(
            "Judged with thresholds that are not the defaults: {}.",
            changes.join("; ")
        )));
    }
    pieces
}

fn raw_pieces(report: &Report) -> Vec<Piece> {
    let mut wanted: Vec<(&str, ProfileName)> = Vec::new();
    for finding in &report.judgement.findings {
        let one = (finding.process.as_str(), finding.profile);
        if !wanted.contains(&one) {
            wanted.push(one);
        }
    }
    if wanted.is_empty()
        && let Some(main) = report.processes.first()
    {
        wanted.push((main.name.as_str(), ProfileName::HeapDiff));
        wanted.push((main.name.as_str(), ProfileName::Cpu));
    }
    let mut pieces = Vec::new();
    for (name, profile) in wanted {
        if let Some(table) =
            process(report, name).and_then(|process| table(process, profile, sample_type(profile)))
        {
            pieces.push(Piece::Raw {
                caption: format!("{name}, {}, {}", profile.as_str(), table.sample_type),
                text: first_rows(&table.raw),
            });
        }
        let sites: Vec<String> = report
            .judgement
            .findings
            .iter()
            .filter(|finding| finding.process == name && finding.profile == profile)
            .flat_map(|finding| &finding.evidence)
            .filter(|(field, _)| field == "Lock site")
            .map(|(_, value)| format!("Lock site: {value}"))
            .collect();
        if !sites.is_empty() {
            pieces.push(Piece::List(sites));
        }
    }
    if pieces.is_empty() {
        pieces.push(Piece::Paragraph(
            "The flare holds no readable heap or CPU profile.".to_owned(),
        ));
    }
    pieces
}

/// The header of pprof's text and at most ten rows.
fn first_rows(raw: &str) -> String {
    const ROWS: usize = 10;
    let header = raw
        .lines()
        .position(|line| line.trim_start().starts_with("flat"))
        .map_or(0, |index| index + 1);
    raw.lines()
        .take(header + ROWS)
        .collect::<Vec<_>>()
        .join("\n")
}

fn heap_pieces(report: &Report) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for process in &report.processes {
        let Some(diff) = table(process, ProfileName::HeapDiff, "inuse_space") else {
            continue;
        };
        let finding = report.judgement.findings.iter().find(|finding| {
            finding.kind == FindingKind::MemoryLeak && finding.process == process.name
        });
        match finding {
            Some(finding) => {
                let mut fields = vec![("Process".to_owned(), process.name.clone())];
                fields.extend(finding.evidence.iter().cloned());
                fields.extend(finding.functions.iter().map(|function| {
                    let owner = if function.responsible == function.function {
                        function.owner.clone()
                    } else {
                        format!("{}, responsible {}", function.owner, function.responsible)
                    };
                    (
                        human_signed(function.value, "bytes"),
                        format!(
                            "{} ({:.1} %; {owner})",
                            function.function,
                            function.share * 100.0
                        ),
                    )
                }));
                pieces.push(Piece::Fields(fields));
            }
            None => {
                let why = report
                    .judgement
                    .states
                    .iter()
                    .find(|state| {
                        state.kind == FindingKind::MemoryLeak && state.process == process.name
                    })
                    .map_or_else(String::new, |state| format!(" {}", state.why));
                pieces.push(Piece::Paragraph(format!(
                    "{}: {} in {} in all.{why}",
                    process.name,
                    human_signed(diff.net, &diff.unit),
                    process.interval.text()
                )));
            }
        }
    }
    if pieces.is_empty() {
        pieces.push(Piece::Paragraph(
            "The flare holds no pair of heap snapshots.".to_owned(),
        ));
    }
    pieces
}

fn context_pieces(report: &Report) -> Vec<Piece> {
    let agent = &report.agent;
    let unknown = || "not in the flare".to_owned();
    let or_unknown = |value: &Option<String>| value.clone().unwrap_or_else(unknown);
    let install = agent
        .install_method
        .as_ref()
        .map_or_else(unknown, |method| {
            let parts: Vec<&str> = [
                &method.tool,
                &method.tool_version,
                &method.installer_version,
            ]
            .into_iter()
            .filter_map(|part| part.as_deref())
            .collect();
            parts.join(", ")
        });
    let platform: Vec<&str> = [
        &agent.platform,
        &agent.os,
        &agent.kernel,
        &agent.architecture,
    ]
    .into_iter()
    .filter_map(|part| part.as_deref())
    .collect();
    let version = match &agent.flavor {
        Some(flavor) if flavor != "agent" => format!("{} ({flavor})", or_unknown(&agent.version)),
        _ => or_unknown(&agent.version),
    };
    let mut fields = vec![
        ("Agent version".to_owned(), version),
        ("Host".to_owned(), report.hostname.clone()),
        (
            "Captured".to_owned(),
            captured(report).unwrap_or_else(unknown),
        ),
        (
            "Uptime".to_owned(),
            agent.uptime_s.map_or_else(unknown, duration),
        ),
        ("Install method".to_owned(), install),
        (
            "Platform".to_owned(),
            if platform.is_empty() {
                unknown()
            } else {
                platform.join(", ")
            },
        ),
        ("Go".to_owned(), or_unknown(&agent.go_version)),
        ("Python".to_owned(), or_unknown(&agent.python_version)),
        ("Running checks".to_owned(), checks_text(report)),
    ];
    if agent.local {
        fields.push((
            "Local flare".to_owned(),
            "built by the command: expvar files describe the command, not the Agent".to_owned(),
        ));
    }
    vec![Piece::Fields(fields)]
}

fn checks_text(report: &Report) -> String {
    let Some(checks) = &report.checks else {
        return "not in the flare".to_owned();
    };
    if checks.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<String> = checks
        .iter()
        .map(|check| {
            let version = check
                .version
                .as_ref()
                .map_or_else(String::new, |version| format!(" {version}"));
            match check.instances.len() {
                0 | 1 => format!("{}{version}", check.name),
                number => format!("{}{version} ({})", check.name, instances(number)),
            }
        })
        .collect();
    format!("{}: {}", checks.len(), names.join(", "))
}

fn memstats_pieces(report: &Report) -> Vec<Piece> {
    let Some(stats) = &report.memstats else {
        return vec![Piece::Paragraph(
            "The flare holds no expvar/memstats.".to_owned(),
        )];
    };
    let mut pieces = vec![Piece::Fields(memstats_fields(stats))];
    if report.agent.local {
        pieces.push(Piece::Paragraph(
            "Local flare: these numbers are those of the command that built it.".to_owned(),
        ));
    }
    if let Some(rss) = report.rss_bytes {
        let python = report.python_bytes.map_or_else(String::new, |python| {
            format!(", Python {}", human(python, "bytes"))
        });
        pieces.push(Piece::Paragraph(format!(
            "Resident memory of the core Agent (telemetry.log): {}{python}.",
            human(rss, "bytes")
        )));
    }
    pieces
}

fn memstats_fields(stats: &MemStats) -> Vec<(String, String)> {
    let size = |value: Option<u64>| {
        value.map_or_else(
            || "not in the file".to_owned(),
            |value| format!("{} ({} bytes)", bytes(value), count(value)),
        )
    };
    let number = |value: Option<u64>| value.map_or_else(|| "not in the file".to_owned(), count);
    vec![
        ("Alloc".to_owned(), size(stats.alloc)),
        ("Sys".to_owned(), size(stats.sys)),
        ("HeapInuse".to_owned(), size(stats.heap_inuse)),
        ("HeapObjects".to_owned(), number(stats.heap_objects)),
        ("NumGC".to_owned(), number(stats.num_gc)),
    ]
}

fn correlation_pieces(report: &Report) -> Vec<Piece> {
    let mut items: Vec<String> = Vec::new();
    for finding in &report.judgement.findings {
        for text in correlation(report, finding) {
            let item = format!("{}: {text}", about(finding));
            if !items.contains(&item) {
                items.push(item);
            }
        }
    }
    if items.is_empty() {
        let text = if report.judgement.findings.is_empty() {
            "There is no finding to correlate."
        } else {
            "No running check or counter of the flare can be tied to the findings."
        };
        return vec![Piece::Paragraph(text.to_owned())];
    }
    vec![Piece::List(items)]
}

fn routing_pieces(report: &Report) -> Vec<Piece> {
    let findings = &report.judgement.findings;
    if findings.is_empty() {
        return vec![Piece::Paragraph("Nothing to route: no finding.".to_owned())];
    }
    let mut pieces = Vec::new();
    for finding in findings {
        let routing = &finding.routing;
        let or_none = |text: &str| {
            if text.is_empty() {
                "none yet".to_owned()
            } else {
                text.to_owned()
            }
        };
        pieces.push(Piece::Fields(vec![
            ("Finding".to_owned(), about(finding)),
            (
                "Responsible function".to_owned(),
                responsible(finding).to_owned(),
            ),
            ("Owner".to_owned(), finding.owner().to_owned()),
            ("Component".to_owned(), or_none(&finding.component)),
            ("Team (last known)".to_owned(), or_none(&finding.team)),
            ("Escalate to".to_owned(), or_none(&routing.escalate_to)),
            (
                "Routing".to_owned(),
                format!("step {}: {}", routing.step, routing.words),
            ),
        ]));
    }
    pieces
}

fn flare_pieces(report: &Report, link: &str) -> Vec<Piece> {
    let link = link.trim();
    vec![
        if link.is_empty() {
            Piece::Paragraph("Flare or ticket link: (to be filled in)".to_owned())
        } else {
            Piece::Link(link.to_owned())
        },
        Piece::Paragraph(format!(
            "File: {} ({})",
            report.source,
            bytes(report.source_bytes)
        )),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_follow_package_paths() {
        let cases = [
            (
                "github.com/DataDog/datadog-agent/pkg/aggregator.(*X).y",
                Area::Metrics,
            ),
            (
                "github.com/DataDog/datadog-agent/pkg/aggregator/internal/tags.(*Store).Insert",
                Area::Metrics,
            ),
            (
                "github.com/DataDog/datadog-agent/pkg/collector/python._Cfunc_GoString",
                Area::Python,
            ),
            (
                "github.com/DataDog/datadog-agent/pkg/collector/runner.x",
                Area::CheckRunner,
            ),
            ("github.com/DataDog/datadog-agent/pkg/tracer.x", Area::Other),
            (
                "github.com/DataDog/datadog-agent/comp/core/tagger/tagstore.(*TagStore).Process",
                Area::Tagger,
            ),
            ("[libpython3.12.so.1.0]", Area::Python),
            ("[vdso]", Area::Other),
            ("github.com/dgraph-io/ristretto.(*Cache).Set", Area::Metrics),
            ("runtime.mallocgc", Area::Runtime),
            ("main.main", Area::Other),
            ("", Area::Other),
        ];
        for (function, area) in cases {
            assert_eq!(Area::of(function), area, "{function}");
        }
    }

    #[test]
    fn jira_data_is_not_markup() {
        assert_eq!(jira_escape("sync.(*Mutex).Lock"), "sync.(\\*Mutex).Lock");
        assert_eq!(
            jira_escape("python._Cfunc_GoString"),
            "python.\\_Cfunc_GoString"
        );
        assert_eq!(jira_escape("a {code} [x|y]"), "a \\{code\\} \\[x\\|y\\]");
        assert_eq!(jira_escape("ip-10-20"), "ip-10-20");
        assert_eq!(jira_escape("+35.5 MB, -2 MB"), "\\+35.5 MB, \\-2 MB");
        assert_eq!(jira_escape("a - b"), "a - b");
        assert_eq!(jira_escape("- b"), "\\- b");
        assert_eq!(jira_escape("C:\\\\x"), "C:&#92;&#92;x");
        assert_eq!(jira_escape("a\nh1. b"), "a h1. b");
        assert_eq!(jira_escape("&lt;"), "&amp;lt;");
        assert_eq!(jira_escape("!x.png!"), "\\!x.png\\!");
    }

    #[test]
    fn links_that_could_break_out_are_text() {
        assert!(is_plain_link("https://datadog.example/tickets/1_2?a=b#c"));
        assert!(!is_plain_link("https://x/> <b>"));
        assert!(!is_plain_link("javascript:alert(1)"));
        assert!(!is_plain_link("https://x|y"));
    }

    #[test]
    fn raw_lines_are_cut_after_ten_rows() {
        let rows: String = (0..20).map(|row| format!("  {row}MB\n")).collect();
        let raw = format!("Type: cpu\n      flat  flat%\n{rows}");
        let text = first_rows(&raw);
        assert_eq!(text.lines().count(), 12);
        assert!(text.ends_with("9MB"));
    }

    #[test]
    fn routing_reasons_do_not_repeat_the_route() {
        assert_eq!(
            routing_reason("A, probably b (c); escalate to the x team."),
            "A, probably b (c)"
        );
        assert_eq!(
            routing_reason("O (c): escalate to the team that owns it (t)."),
            "O (c)"
        );
        assert_eq!(routing_reason("Nothing else."), "Nothing else");
        assert_eq!(routing_reason(""), "");
    }

    #[test]
    fn the_request_names_every_platform_and_no_team() {
        let text = request_message(None);
        for word in [
            "sudo datadog-agent flare --profile 30",
            "agent.exe",
            "macOS",
            "docker exec",
            "kubectl exec",
        ] {
            assert!(text.contains(word), "{word}");
        }
        for word in ["#support", "team", "escalat", "pprof", "internal_profiling"] {
            assert!(!text.contains(word), "{word}");
        }
    }
}
