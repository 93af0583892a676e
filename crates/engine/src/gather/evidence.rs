//! From the Agent's texts to what the judge is told beside the profiles.

use super::counted;
use super::facts;
use super::texts::Texts;
use diagnose::counters::Counters;
use diagnose::evidence::{CheckRuns, Contexts, Down, Evidence, LogEnds, Packets, Runner};
use diagnose::gc::MemoryLimit;
use flare::Process;
use flare::config::RuntimeConfig;
use flare::status::ProcessState;
use flare::telemetry::Telemetry;
use report::model::{AgentContext, LogFact};

/// Endpoints, checks and workers that a counter is kept for.
const KEPT: usize = 200;

/// All of it.
pub(super) fn evidence(texts: &Texts, agent: &AgentContext) -> Evidence {
    // In a local flare the expvar files describe the command.
    let runner = texts.runner.as_ref().filter(|_| !texts.local);
    let since = |start: Option<i64>| {
        let seconds = agent.captured_at_ms?.checked_sub(start?)? as f64 / 1000.0;
        (seconds >= 0.0).then_some(seconds)
    };
    let mut running: Vec<(String, Option<f64>)> = runner
        .map(|runner| runner.running.as_slice())
        .unwrap_or_default()
        .iter()
        .map(|(id, start)| (id.clone(), since(*start)))
        .collect();
    running.sort_by(|a, b| {
        let longest = b.1.unwrap_or(0.0).total_cmp(&a.1.unwrap_or(0.0));
        longest.then_with(|| a.0.cmp(&b.0))
    });
    let contexts = facts::contexts(texts);
    let status = texts.status.as_ref();
    Evidence {
        counters: counters(texts, agent),
        runner: Runner {
            workers: runner
                .and_then(|runner| runner.workers)
                .or_else(|| status.and_then(|status| status.check_runners)),
            running,
            utilization: runner
                .map(|runner| &runner.utilization)
                .filter(|utilization| !utilization.is_empty())
                .or_else(|| status.map(|status| &status.workers.each))
                .cloned()
                .unwrap_or_default(),
        },
        checks: checks(texts),
        contexts: Contexts {
            dogstatsd: contexts.dogstatsd,
            by_type: contexts.by_type,
        },
        packets: packets(texts, agent),
        deliveries: counted::deliveries(texts),
        containers: facts::containers(texts),
        unhealthy: facts::unhealthy(texts),
        down: down(texts, agent),
        cpu_limit: facts::surroundings(texts).cpu_limit.map(|(cores, _)| cores),
        logs: texts.logs.iter().filter_map(log_ends).collect(),
    }
}

fn log_ends(fact: &LogFact) -> Option<LogEnds> {
    let name = fact.path.rsplit('/').next()?;
    let process = match name.strip_suffix(".log")? {
        "agent" => Process::Core,
        "cluster-agent" => Process::ClusterAgent,
        other => {
            let known = Process::parse(other.strip_suffix("-agent").unwrap_or(other));
            match known {
                Process::Other(_) => Process::parse(other),
                known => known,
            }
        }
    };
    let log = &fact.log;
    Some(LogEnds {
        process,
        silent_ends: log.silent_ends,
        open_since_ms: (log.runs_at_end == Some(true))
            .then(|| log.last.as_ref()?.at_ms)
            .flatten(),
    })
}

fn whole(value: f64) -> i64 {
    value as i64
}

fn counters(texts: &Texts, agent: &AgentContext) -> Counters {
    let telemetry = texts.telemetry.as_ref();
    let sum = |name: &str| telemetry.and_then(|telemetry| telemetry.sum(name));
    let bytes = |name: &str| sum(name).map(whole);
    let process_start = telemetry
        .and_then(Telemetry::process_start_ms)
        .and_then(|start| i64::try_from(start).ok());
    let uptime_s = process_start
        .zip(agent.captured_at_ms)
        .map(|(start, end)| end.saturating_sub(start) as f64 / 1000.0)
        .filter(|&uptime| uptime > 0.0);
    // Of a local flare the statistics are the command's.
    let stats = texts.memstats.as_ref().filter(|_| !agent.local);
    let held = |all: Option<i64>, released: Option<i64>| {
        Some(all?.saturating_sub(released.unwrap_or(0)).max(0))
    };
    let go_held = held(
        bytes("go_memory_classes_total_bytes"),
        bytes("go_memory_classes_heap_released_bytes"),
    )
    .or_else(|| {
        held(
            stats.and_then(|stats| stats.sys).map(facts::signed),
            stats
                .and_then(|stats| stats.heap_released)
                .map(facts::signed),
        )
    });
    let by = |name: &str, label: &str| {
        let mut values = telemetry
            .map(|telemetry| telemetry.sum_by(name, label))
            .unwrap_or_default();
        values.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        values.truncate(KEPT);
        values
    };
    let (_, limit) = facts::collector_settings(texts, agent);
    let idle = sum("go_cpu_classes_idle_cpu_seconds_total");
    Counters {
        uptime_s,
        lock_waits_s: sum("go_sync_mutex_wait_total_seconds_total"),
        collector_cpu_s: sum("go_cpu_classes_gc_total_cpu_seconds_total"),
        busy_cpu_s: sum("go_cpu_classes_total_cpu_seconds_total")
            .zip(idle)
            .map(|(total, idle)| (total - idle).max(0.0)),
        process_cpu_s: telemetry.and_then(Telemetry::cpu_seconds),
        gc_limiter_cycle: bytes("go_gc_limiter_last_enabled_gc_cycle"),
        memory_limit: match limit {
            Some(MemoryLimit::Bytes(bytes)) => Some(bytes),
            Some(MemoryLimit::Off) | None => None,
        },
        go_held,
        heap_live: bytes("go_gc_heap_live_bytes"),
        scheduler_latency_s: sum("go_sched_latencies_seconds_sum")
            .zip(sum("go_sched_latencies_seconds_count").filter(|&count| count > 0.0))
            .map(|(sum, count)| sum / count),
        workers: by("collector__worker_utilization", "worker_name"),
        check_contexts: check_contexts(telemetry),
        tag_sets: bytes("aggregator_tags_store__entries"),
        send_errors: by("transactions__errors", "endpoint")
            .into_iter()
            .map(|(endpoint, errors)| (endpoint, whole(errors)))
            .filter(|(_, errors)| *errors > 0)
            .collect(),
        retry_queue: bytes("transactions__retry_queue_size"),
        check_times: by("checks__execution_time", "check_name"),
        python: telemetry
            .and_then(Telemetry::python_bytes)
            .map(facts::signed),
        resident: facts::rss(texts),
        open_descriptors: bytes("process_open_fds"),
        max_descriptors: bytes("process_max_fds"),
        threads: bytes("go_threads"),
    }
}

/// The metric counts what keeps its state, what does not, and their sum.
fn check_contexts(telemetry: Option<&Telemetry>) -> Option<i64> {
    let values = telemetry?.sum_by("check_metrics__active_metrics", "stateful");
    let sum = values.iter().find(|(kind, _)| kind == "sum");
    match sum {
        Some((_, sum)) => Some(whole(*sum)),
        None => values
            .iter()
            .map(|(_, value)| whole(*value))
            .reduce(i64::saturating_add),
    }
}

fn checks(texts: &Texts) -> Vec<CheckRuns> {
    let status = texts.status.as_ref();
    let checks = status.map(|status| status.checks.as_slice());
    let ran = |id: &str| {
        let runner = texts.runner.as_ref()?;
        runner.checks.iter().find(|check| check.id == id)
    };
    checks
        .unwrap_or_default()
        .iter()
        .flat_map(|check| {
            check.instances.iter().map(|instance| CheckRuns {
                name: check.name.clone(),
                id: instance.id.clone(),
                // Go checks show no version.
                python: check.version.is_some(),
                runs: instance.total_runs,
                samples_last: instance.metric_samples_last,
                samples_total: instance.metric_samples_total,
                mean_ms: instance.average_execution_ms,
                interval_s: ran(&instance.id)
                    .and_then(|check| check.interval_s)
                    .map(|seconds| seconds as f64),
            })
        })
        .collect()
}

/// `DogStatsD` section of `status.log`: counts since the start.
fn packets(texts: &Texts, agent: &AgentContext) -> Option<Packets> {
    let facts = facts::dogstatsd(texts);
    let count = |name: &str| {
        let (_, value) = facts.iter().find(|(key, _)| key == name)?;
        value.replace(',', "").parse::<f64>().ok()
    };
    let packets = count("Udp Packets").unwrap_or(0.0) + count("Uds Packets").unwrap_or(0.0);
    let uptime = agent.uptime_s.filter(|&uptime| uptime > 0.0)?;
    let metrics = count("Metric Packets")?;
    (packets > 0.0).then(|| Packets {
        a_second: packets / uptime,
        metrics_each: metrics / packets,
    })
}

/// Processes that the configuration wants and that nobody answers for.
fn down(texts: &Texts, agent: &AgentContext) -> Vec<Down> {
    let mut found = Vec::new();
    let mut tell = |process: Process, said: &str, file: &'static str| {
        found.push(Down {
            process,
            said: said.trim().trim_end_matches('.').to_owned(),
            file,
        });
    };
    let refused = |said: &str| said.contains("refused");
    // Nobody makes a local flare of an Agent that answers, unless asked to.
    if texts.local
        && let Some(said) = texts.local_said.as_deref().filter(|said| refused(said))
    {
        tell(Process::Core, said, "local");
    }
    let config = texts.config.as_ref();
    let setting = |path: &str| config.and_then(|config| config.settings.as_ref()?.truth_at(path));
    let system_probe = |path: &str| {
        let dump = texts.system_probe_config.as_ref()?;
        dump.settings.as_ref()?.truth_at(path)
    };
    // It is on by default.
    if config.and_then(|config| config.apm_enabled) != Some(false) {
        let vars = texts.trace_agent.as_ref();
        let error = vars.and_then(|vars| vars.error.as_deref());
        let status = texts.status.as_ref();
        match status.and_then(|status| status.process_state("APM Agent")) {
            _ if error.is_some_and(refused) => {
                tell(
                    Process::Trace,
                    error.unwrap_or_default(),
                    "expvar/trace-agent",
                );
            }
            Some(ProcessState::Unreachable { said, error })
                if error.as_deref().is_none_or(refused) =>
            {
                tell(Process::Trace, &said, "status.log");
            }
            _ => {}
        }
    }
    let silence = |config: &'_ Option<RuntimeConfig>| {
        let said = config.as_ref().and_then(RuntimeConfig::silence);
        said.map(str::to_owned)
    };
    // On Linux its checks run in the core Agent, unless the configuration says otherwise.
    let in_core = config
        .and_then(|config| config.process_in_core_agent)
        .unwrap_or(agent.os.as_deref() == Some("linux"));
    let wants_checks = setting("process_config.process_collection.enabled") == Some(true);
    let wants_network = system_probe("network_config.enabled") == Some(true)
        && system_probe("network_config.direct_send") != Some(true);
    if ((wants_checks && !in_core) || wants_network)
        && let Some(said) = silence(&texts.process_config)
    {
        tell(
            Process::ProcessAgent,
            &said,
            "process_agent_runtime_config_dump.yaml",
        );
    }
    if (system_probe("system_probe_config.enabled")
        .or_else(|| setting("system_probe_config.enabled")))
        == Some(true)
        && let Some(said) = silence(&texts.system_probe_config)
    {
        tell(
            Process::SystemProbe,
            &said,
            "system_probe_runtime_config_dump.yaml",
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(trace: &str, config: &str) -> Texts {
        Texts {
            trace_agent: Some(flare::trace_vars::parse(trace)),
            config: Some(flare::config::parse(config)),
            ..Texts::default()
        }
    }

    const REFUSED: &str = "Error retrieving vars: Get \"https://127.0.0.1:5012/debug/vars\": dial tcp 127.0.0.1:5012: connect: connection refused";

    fn names(texts: &Texts) -> Vec<Process> {
        let agent = AgentContext {
            os: Some("linux".to_owned()),
            ..AgentContext::default()
        };
        down(texts, &agent)
            .into_iter()
            .map(|down| down.process)
            .collect()
    }

    #[test]
    fn a_process_is_down_only_where_it_is_wanted() {
        let on = texts(REFUSED, "apm_config:\n  enabled: true\n");
        assert_eq!(names(&on), [Process::Trace]);
        let off = texts(REFUSED, "apm_config:\n  enabled: false\n");
        assert_eq!(names(&off), []);
        let silent = "error: process-agent is not running or is unreachable";
        let process_agent = |config: &str| Texts {
            process_config: Some(flare::config::parse(silent)),
            ..texts("{}", config)
        };
        // Usual on Linux.
        assert_eq!(
            names(&process_agent(
                "process_config:\n  process_collection:\n    enabled: true\n"
            )),
            []
        );
        assert_eq!(
            names(&process_agent(
                "process_config:\n  process_collection:\n    enabled: true\n  run_in_core_agent:\n    enabled: false\n"
            )),
            [Process::ProcessAgent]
        );
        let network = Texts {
            system_probe_config: Some(flare::config::parse("network_config:\n  enabled: true\n")),
            ..process_agent("{}")
        };
        assert_eq!(names(&network), [Process::ProcessAgent]);
    }

    #[test]
    fn counters_of_checks_are_not_added_to_their_sum() {
        let read = |text: &str| {
            let telemetry = flare::telemetry::parse(text);
            check_contexts(Some(&telemetry))
        };
        assert_eq!(
            read(
                "check_metrics__active_metrics{stateful=\"false\"} 68006\ncheck_metrics__active_metrics{stateful=\"sum\"} 68019\ncheck_metrics__active_metrics{stateful=\"true\"} 13\n"
            ),
            Some(68_019)
        );
        assert_eq!(
            read(
                "check_metrics__active_metrics{stateful=\"false\"} 60\ncheck_metrics__active_metrics{stateful=\"true\"} 13\n"
            ),
            Some(73)
        );
        assert_eq!(read(""), None);
    }
}
