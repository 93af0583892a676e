//! What to do about one cause, per area of the Agent, for the engineer and for the customer.
//!
//! Knows settings and commands; refuses to know verdicts, confidence and the texts around the advice.

use super::area::Area;
use super::cause::Cause;
use super::commands::{agent_command, check_command, is_cluster_agent, where_to_run};
use super::count;
use super::facts::{
    Suspect, busiest_checks, by_check, databases, heaviest_callers, holds_dogstatsd, instances,
    running, suspects,
};
use super::versions::{METRIC_FILTERLIST, OBFUSCATION_CACHE, OBFUSCATION_CACHE_SIZE};
use crate::document::FindingKind;
use crate::model::Report;
use diagnose::labels::Labelled;
use flare::Process;
use profile::units::group_thousands;

/// What to do about one cause.
#[derive(Default)]
pub(super) struct Advice {
    /// For the support engineer.
    pub(super) engineer: Vec<(String, Option<String>)>,
    /// For the customer, in plain words.
    pub(super) customer: Vec<CustomerStep>,
    /// What the customer is to send.
    pub(super) send: Vec<String>,
    /// A flare has to be taken while memory is high, before the process is ended once more.
    pub(super) before_the_end: bool,
}

/// What a customer is asked to do.
#[derive(PartialEq)]
pub(super) struct CustomerStep {
    pub(super) words: String,
    /// To run, one a line.
    pub(super) command: Option<String>,
    /// The words say where the command is run, and what to fill in.
    pub(super) says_where: bool,
}

impl CustomerStep {
    pub(super) fn new(words: impl Into<String>, command: Option<String>) -> Self {
        Self {
            words: words.into(),
            command,
            says_where: false,
        }
    }

    /// The same, of words that hold [`where_to_run`].
    pub(super) fn saying_where(self) -> Self {
        Self {
            says_where: true,
            ..self
        }
    }
}

impl Advice {
    pub(super) fn engineer(&mut self, text: impl Into<String>, command: Option<String>) {
        self.engineer.push((text.into(), command));
    }

    /// One for each, without a command.
    pub(super) fn both(&mut self, engineer: &str, customer: &str) {
        self.engineer(engineer, None);
        self.customer(customer, None);
    }

    pub(super) fn customer(&mut self, text: impl Into<String>, command: Option<String>) {
        self.customer.push(CustomerStep::new(text, command));
    }
}

pub(super) fn advice(report: &Report, cause: &Cause<'_>) -> Advice {
    let mut advice = Advice::default();
    match cause.area() {
        Area::Python => python_advice(report, cause, &mut advice),
        Area::GoCheck => go_check_advice(report, cause, &mut advice),
        Area::Cluster => cluster_advice(&mut advice),
        Area::Dogstatsd if is_intake(cause) => intake_advice(&mut advice),
        Area::Metrics | Area::Dogstatsd => metrics_advice(report, cause, &mut advice),
        Area::Serializer => serializer_advice(report, &mut advice),
        Area::Forwarder => forwarder_advice(report, &mut advice),
        Area::Trace => trace_advice(&mut advice),
        Area::Obfuscate => obfuscate_advice(report, cause, &mut advice),
        Area::Tagger | Area::Workload => workload_advice(report, cause, &mut advice),
        Area::Logs => logs_advice(report, &mut advice),
        Area::Process => advice.both(
            "Compare the number of processes and containers of the host with the intervals under process_config.intervals in the process-agent's configuration; collection grows with both.",
            "Please let us know how many processes and containers run on this host, and whether that has changed recently.",
        ),
        Area::SystemProbe => advice.both(
            "Look at expvar/system-probe and system-probe/system_probe_telemetry.log for the number of connections, and at system_probe_config.max_closed_connections_buffered, which bounds those that are kept until they are collected. eBPF maps never show in a heap profile.",
            "Please let us know whether the number of network connections on this host has grown recently, and which network features of the Agent are turned on.",
        ),
        Area::Security => advice.both(
            "Look at runtime_security_config in etc/system-probe.yaml and at compliance_config in etc/security-agent.yaml: the number of rules and of events decides the cost.",
            "Please let us know whether you use security rules of your own on this host, and whether they, or the number of processes that are started there, have changed recently.",
        ),
        Area::Otel => {
            advice.both(
                "Look at the pipelines in otel/otel-flare: a batch or memory_limiter processor, and the number of distinct resources, decide what is kept.",
                "Please let us know whether the amount of OpenTelemetry data that this host receives has grown recently.",
            );
            advice.send.push(
                "the configuration of the OpenTelemetry pipelines, with keys and passwords removed".to_owned(),
            );
        }
        Area::CheckRunner => advice.both(
            "Look in status.log for checks whose average execution time is near their interval, and for many instances; check_runners limits how many run at once.",
            "Please let us know whether integrations were added on this host, or their configuration was changed, recently.",
        ),
        Area::Runtime | Area::Other => other_advice(report, cause, &mut advice),
    }
    advice
}

/// The profile's own labels name the check.
fn labelled_advice(report: &Report, labelled: &Labelled, advice: &mut Advice) {
    let Some((name, sum)) = labelled.first_check() else {
        return;
    };
    let share = labelled.share(sum);
    let told = running(report, name).map_or_else(String::new, |check| {
        format!(" ({})", Suspect::new(check).words())
    });
    advice.engineer(
        format!(
            "The profile's labels name the check {name}: it used {share} of the CPU time{told}. Run it alone and look at the time that it takes."
        ),
        Some(check_command(report, name, "")),
    );
    advice.engineer(
        format!(
            "Have {name} disabled for ten minutes and compare a second flare: the CPU time has to fall by as much."
        ),
        None,
    );
    advice.customer(
        format!(
            "The check {name} used {share} of the Agent's CPU time. Please run it once on its own:"
        ),
        Some(check_command(report, name, "")),
    );
    advice
        .send
        .push(format!("the output of the check command for {name}"));
    advice.send.push(format!(
        "the configuration of {name} with passwords removed, and whether it was changed recently"
    ));
}

fn python_advice(report: &Report, cause: &Cause<'_>, advice: &mut Advice) {
    if let Some(labelled) = by_check(report, cause) {
        return labelled_advice(report, labelled, advice);
    }
    let suspects = suspects(report);
    let Some(first) = suspects.first() else {
        advice.engineer(
            "Find out which Python checks run (custom ones included): status.log shows none with a version. Have them disabled one by one while the process is watched.",
            None,
        );
        advice.customer(
            "Please let us know which Python-based integrations run on this host, checks of your own included, and whether any was added or changed recently.",
            None,
        );
        return;
    };
    let name = first.check.name.as_str();
    // What a Go profile holds of Python's bridge is Go's memory: it follows what checks send.
    let memory = cause.kind == FindingKind::MemoryLeak;
    let what = if memory {
        "count the metrics and tags that it sends, which this memory follows (check -m measures Python's own)"
    } else {
        "look at the time that it takes"
    };
    advice.engineer(
        format!(
            "Start with the check {name} ({}), first of {} ranked suspects: run it alone and {what}. The ranking is no proof, so go on with the next one if it is clean.",
            first.words(),
            suspects.len()
        ),
        Some(check_command(report, name, "")),
    );
    advice.engineer(
        format!(
            "Have {name} disabled, or its {} halved, for ten minutes and compare a second flare: if the finding goes, it is that check.",
            if first.check.instances.len() > 1 { "number of instances" } else { "collection interval" }
        ),
        None,
    );
    advice.customer(
        format!(
            "The most active integration is {name} ({}). This does not prove that it is the cause, so please run it once on its own:",
            instances(first.check.instances.len())
        ),
        Some(check_command(report, name, "")),
    );
    advice
        .send
        .push(format!("the output of the check command for {name}"));
    advice.send.push(format!(
        "the configuration of {name} with passwords removed, and whether it was changed recently"
    ));
}

fn go_check_advice(report: &Report, cause: &Cause<'_>, advice: &mut Advice) {
    let Some(name) = cause.check else {
        advice.engineer(
            "Find the check by the function's package and look at its configuration and number of instances in config-check.log.",
            None,
        );
        advice.customer(CHANGED, None);
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
        format!(
            "The check {name} is responsible for {:.0} of this. Please run it once on its own:",
            cause.share
        ),
        Some(check_command(report, name, "")),
    );
    advice.send.push(format!(
        "the output of the check command for {name}, and the configuration of that check with passwords removed"
    ));
}

fn metrics_advice(report: &Report, cause: &Cause<'_>, advice: &mut Advice) {
    let dogstatsd = holds_dogstatsd(report, cause);
    let dogstatsd_leads = dogstatsd
        && report
            .contexts
            .dogstatsd
            .is_none_or(|contexts| contexts >= report.judgement.thresholds.notes.many_contexts);
    if dogstatsd_leads {
        let held = report
            .contexts
            .dogstatsd
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
        let filter = match METRIC_FILTERLIST.is_in(report) {
            Some(true) => "metric_filterlist".to_owned(),
            Some(false) => "statsd_metric_blocklist".to_owned(),
            None => format!(
                "metric_filterlist, since {METRIC_FILTERLIST} at the latest, or statsd_metric_blocklist, which is read while that is empty"
            ),
        };
        let tags = match METRIC_FILTERLIST.is_in(report) {
            Some(false) => "",
            _ => " metric_tag_filterlist drops tags of distributions only.",
        };
        advice.engineer(
            format!(
                "Have those tags removed where the metric is sent. A metric that nobody needs can be dropped by name ({filter} in datadog.yaml), before it becomes a context.{tags} Contexts of counters stay for dogstatsd_expiry_seconds (300 s) longer than others."
            ),
            None,
        );
        let step = CustomerStep::new(
            format!(
                "Please run this command{}. It lists the metrics with the most tag combinations:",
                where_to_run(report)
            ),
            Some(agent_command(report, "dogstatsd top")),
        );
        advice.customer.push(step.saying_where());
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
            if dogstatsd {
                format!(
                    "DogStatsD held only {} contexts, so look at what checks submit: {checks_text}. Reduce what the first one collects or tags, and compare.",
                    group_thousands(report.contexts.dogstatsd.unwrap_or_default())
                )
            } else {
                format!(
                    "This process receives nothing over DogStatsD, so look at what checks submit: {checks_text}. Reduce what the first one collects or tags, and compare."
                )
            },
            None,
        );
        if let Some((name, _)) = checks.first() {
            advice.customer(
                format!("The check {name} submits the most metrics on this host. Please let us know whether its configuration or the monitored system changed recently."),
                None,
            );
        }
    }
    if cause.area() == Area::Dogstatsd {
        advice.engineer(QUEUE, None);
    }
}

const QUEUE: &str = "Look at dogstatsd_queue_size (1024), dogstatsd_packet_buffer_size (32) and dogstatsd_buffer_size (8192 bytes): their product bounds the packet queue, 256 MB with these defaults. A lower queue drops packets under bursts instead.";

/// Packets before they are parsed: contexts and tags say nothing about them.
fn is_intake(cause: &Cause<'_>) -> bool {
    ["dogstatsd/packets", "dogstatsd/listeners"]
        .iter()
        .any(|package| cause.frame.contains(package))
}

fn intake_advice(advice: &mut Advice) {
    advice.engineer(QUEUE, None);
    advice.engineer(
        "Ask whether dogstatsd-capture was run since the Agent's start, and compare Metric Packets of the DogStatsD section of status.log with earlier days.",
        None,
    );
    advice.customer(
        "Please let us know whether the number of metrics that your applications send through DogStatsD has grown recently, and whether the command dogstatsd-capture was run since the Agent was last started.",
        None,
    );
}

fn cluster_advice(advice: &mut Advice) {
    advice.engineer(
        "What the Cluster Agent holds grows with the cluster: compare the number of nodes, pods and custom resources with earlier days, and look at what it collects (orchestrator_explorer, kubernetes_state_core, external metrics).",
        None,
    );
    advice.customer(
        "Please let us know how many nodes and pods the cluster has, and whether that, or what the Cluster Agent is set up to collect, has changed recently.",
        None,
    );
}

fn serializer_advice(report: &Report, advice: &mut Advice) {
    advice.engineer(
        "Payload size decides here: compare Series Flushed and Number Of Flushes in the Aggregator section of status.log, and reduce metrics or tags at the source.",
        None,
    );
    advice.customer(
        match busiest_checks(report).first() {
            Some((name, _)) => format!("Please let us know whether the number of metrics that this host sends has grown recently. Of the checks, {name} submits the most."),
            None => "Please let us know whether the number of metrics that this host sends has grown recently.".to_owned(),
        },
        None,
    );
}

fn forwarder_advice(report: &Report, advice: &mut Advice) {
    let retries = report.forwarder.iter().any(|counter| counter.value > 0);
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
    advice.customer(
        "Please check whether the number of traces, or of distinct resource names (for example URLs that contain IDs), has grown recently on this host.",
        None,
    );
}

fn obfuscate_advice(report: &Report, cause: &Cause<'_>, advice: &mut Advice) {
    if *cause.process == Process::Trace {
        let cache = match OBFUSCATION_CACHE.is_in(report) {
            Some(true) => "apm_config.obfuscation.cache".to_owned(),
            Some(false) => "apm_config.obfuscation.sql.cache".to_owned(),
            None => format!(
                "apm_config.obfuscation.cache (apm_config.obfuscation.sql.cache before {OBFUSCATION_CACHE})"
            ),
        };
        let size = match OBFUSCATION_CACHE_SIZE.is_in(report) {
            Some(true) => "; apm_config.obfuscation.cache.max_size (5,000,000 bytes) bounds it",
            _ => "",
        };
        advice.engineer(
            format!(
                "The cost follows the number and length of SQL statements in spans, and obfuscation can't be switched off. Look at very long generated statements. {cache} keeps results and so helps for repeated statements only{size}."
            ),
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

fn workload_advice(report: &Report, cause: &Cause<'_>, advice: &mut Advice) {
    let tagger = cause.area() == Area::Tagger;
    let (what, command, file) = if tagger {
        (
            "tagged entities and their tags",
            "tagger-list",
            "tagger-list.json",
        )
    } else {
        (
            "containers and other workloads",
            "workload-list",
            "workload-list.log",
        )
    };
    let at_capture = in_flare(report, file).map_or_else(String::new, |file| {
        format!(" {file} in the flare has the state at capture time.")
    });
    let why = match cause.kind {
        FindingKind::Contention => {
            "writers (containers that come and go) and readers (DogStatsD and checks that ask for tags) compete for the same lock"
        }
        FindingKind::MemoryLeak => {
            "entries of containers that are long gone show a leak, many live ones show load"
        }
        FindingKind::CpuSpike => "the cost follows their number and how often they change",
    };
    advice.engineer(
        format!("Count the {what} and watch how fast they change: {why}.{at_capture}"),
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

/// The path of a file of that name, where the flare has it.
fn in_flare<'r>(report: &'r Report, name: &str) -> Option<&'r str> {
    let mut paths = report.files.iter().map(|file| file.path.as_str());
    paths.find(|path| path.rsplit('/').next() == Some(name))
}

fn logs_advice(report: &Report, advice: &mut Advice) {
    let registry = in_flare(report, "registry.json")
        .map_or_else(String::new, |file| format!(" and at {file}"));
    advice.engineer(
        format!(
            "Look at the Logs Agent section of status.log{registry}: number of tailed files, multi-line and processing rules, and very long lines decide the cost. logs_config.open_files_limit bounds the files."
        ),
        // The Cluster Agent tails no files.
        (!is_cluster_agent(report)).then(|| agent_command(report, "stream-logs")),
    );
    advice.customer(
        "Please check whether the number of log files or the log volume on this host has grown recently, and whether there are very long log lines.",
        None,
    );
}

/// What a customer can tell about a part of the Agent that has no name for them.
const CHANGED: &str = "Please let us know since when you see the problem, and whether the version of the Agent, its configuration or the load on this host changed around that time.";

fn other_advice(report: &Report, cause: &Cause<'_>, advice: &mut Advice) {
    advice.customer(CHANGED, None);
    if cause.actionable {
        let meaning = if cause.meaning.is_empty() {
            String::new()
        } else {
            format!(" What it usually means: {}.", cause.meaning)
        };
        advice.engineer(
            format!(
                "Look at {}{}: {} is responsible for {} of it.{meaning}",
                cause.owner,
                if cause.component.is_empty() || cause.component == cause.owner {
                    String::new()
                } else {
                    format!(" ({})", cause.component)
                },
                cause.frame,
                cause.share
            ),
            None,
        );
        return;
    }
    let callers = heaviest_callers(report, cause);
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
