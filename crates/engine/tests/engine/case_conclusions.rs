//! What is concluded: the cases and the flares of a real Agent, each with its right answer, and near
//! misses beside them.

use crate::said::{never, says};
use engine::export::{ExportFormat, ExportOptions, export};
use serde_json::Value;
use testkit::made_up::{MadeUp, Seen, lone_case};

const TEXTS: [ExportFormat; 3] = [
    ExportFormat::Markdown,
    ExportFormat::Customer,
    ExportFormat::Escalation,
];

fn case(name: &str) -> Seen {
    MadeUp::case(name).read()
}

fn verdict(seen: &Seen) -> Value {
    seen.json()["verdict"].clone()
}

/// The names of what has to be looked at, in its order.
fn things(seen: &Seen) -> Vec<String> {
    let verdict = verdict(seen);
    let notable = verdict["notable"].as_array().unwrap();
    notable
        .iter()
        .map(|one| one["kind"].as_str().unwrap().to_owned())
        .collect()
}

fn summary(seen: &Seen, kind: &str) -> String {
    let verdict = verdict(seen);
    let mut notable = verdict["notable"].as_array().unwrap().iter();
    let one = notable.find(|one| one["kind"] == kind);
    one.unwrap_or_else(|| panic!("{kind} in {verdict}"))["summary"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Headline, table's verdict, and whether it may be closed.
#[track_caller]
fn concludes(seen: &Seen, headline: &str, kind: &str, closes: bool) {
    let verdict = verdict(seen);
    assert_eq!(
        (&verdict["headline"], &verdict["kind"], &verdict["closes"]),
        (&headline.into(), &kind.into(), &closes.into()),
        "{}",
        seen.text(ExportFormat::Markdown)
    );
    if !closes {
        never(
            seen,
            &["Nothing has to be fixed", "no sign of a memory leak"],
        );
    }
}

/// As the command line does with `--symptom`.
fn asked(seen: &Seen, symptom: &str, format: ExportFormat) -> String {
    let options = ExportOptions {
        symptom: symptom.to_owned(),
        ..ExportOptions::default()
    };
    export(seen.report(), format, &options).text
}

// ---- a real Agent

#[test]
fn a_healthy_agent_raises_no_alarm() {
    let seen = case("r01-healthy");
    concludes(&seen, "Nothing stands out", "normal", true);
    assert_eq!(things(&seen), [""; 0]);
    let grid = seen.section("Verdict");
    for text in [
        grid.clone(),
        seen.section("Recommendations"),
        seen.text(ExportFormat::Customer),
    ] {
        for word in [
            "process-agent",
            "flare_creation.log",
            "streamlogs",
            "Inconclusive",
        ] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
    says(
        &grid,
        &[
            "below threshold: heap of 9.07 MB: too small to hold a leak",
            "below threshold: 123 \u{b5}s waiting for locks since the start",
        ],
    );
    let customer = seen.text(ExportFormat::Customer);
    says(
        &customer,
        &[
            "We found nothing unusual",
            "76.5 MB of memory",
            "almost no CPU",
        ],
    );
}

/// Every process of the others that is healthy raises none either.
#[test]
fn what_is_healthy_in_other_flares_raises_no_alarm() {
    for (name, process) in [
        ("r02-python-cpu", "trace"),
        ("r03-python-memory", "trace"),
        ("r04-trace-obfuscation", "core"),
        ("r05-logs-regex", "trace"),
        ("r06-slow-growth-older", "trace"),
        ("r06-slow-growth-newer", "trace"),
    ] {
        let verdict = verdict(&case(name));
        for one in verdict["notable"].as_array().unwrap() {
            assert_ne!(one["process"], process, "{name}: {one}");
        }
        for state in verdict["states"].as_array().unwrap() {
            if state["process"] == process && state["kind"] != "contention" {
                assert_eq!(state["state"], "clear", "{name}: {state}");
            }
        }
    }
}

#[test]
fn two_python_checks_at_a_quarter_of_a_core() {
    let seen = case("r02-python-cpu");
    concludes(&seen, "Many metric contexts", "normal", false);
    assert_eq!(things(&seen), ["many-contexts"]);
    says(
        &summary(&seen, "many-contexts"),
        &["68,019 metric contexts", "tag_storm", "25,000 samples"],
    );
    let markdown = seen.text(ExportFormat::Markdown);
    says(
        &markdown,
        &[
            "| crunch:3d201ce2ec070511 | 5.26 s | 62.7% |",
            "| tag_storm:cb23adf879345a3a | 1.29 s | 15.4% |",
        ],
    );
    never(
        &seen,
        &["does not say which check", "CPU Spike", "CPU spike in"],
    );
    let customer = seen.text(ExportFormat::Customer);
    says(&customer, &["tag_storm"]);
}

#[test]
fn memory_that_a_python_check_keeps() {
    let seen = case("r03-python-memory");
    concludes(&seen, "Memory outside Go", "normal", false);
    assert_eq!(things(&seen), ["outside-go"]);
    let told = summary(&seen, "outside-go");
    says(
        &told,
        &[
            "1.49 GB resident, 1.46 GB (97.7%) of it outside the Go runtime, 1.19 GB of that in Python objects",
            "The Go heap is 10.1 MB, so this is a Python check",
            "hoard (1 instance)",
            "crunch (2 instances)",
            "can't tell which",
        ],
    );
    for format in [ExportFormat::Markdown, ExportFormat::Customer] {
        says(
            &seen.text(format),
            &[
                "sudo -u dd-agent datadog-agent check hoard -m -t 20",
                "sudo -u dd-agent datadog-agent check crunch -m -t 20",
            ],
        );
    }
    let customer = seen.text(ExportFormat::Customer);
    says(&customer, &["1.49 GB", "1.19 GB"]);
    assert!(!customer.contains("CPU"), "{customer}");
    // No further capture of Go is asked for: it would show no more.
    assert!(!customer.contains("flare --profile"), "{customer}");
}

/// The near miss: the same process, whose memory Go holds.
#[test]
fn memory_that_go_holds_is_not_outside_of_it() {
    let case = MadeUp::case("r03-python-memory");
    let telemetry = String::from_utf8(case.content("telemetry.log").to_vec()).unwrap();
    let small = telemetry.replace(
        "process_resident_memory_bytes 1.600569344e+09",
        "process_resident_memory_bytes 9.6e+07",
    );
    assert_ne!(telemetry, small);
    let seen = case.file("telemetry.log", small).read();
    assert_eq!(things(&seen), [""; 0]);
}

#[test]
fn obfuscation_spread_over_forty_functions() {
    let seen = case("r04-trace-obfuscation");
    concludes(&seen, "CPU in use", "normal", false);
    assert_eq!(things(&seen), ["busy"]);
    says(
        &summary(&seen, "busy"),
        &["The trace-agent uses 0.70 cores", "73.9%"],
    );
    let verdict = verdict(&seen);
    let owner = verdict["notable"][0]["owner"].as_str().unwrap();
    assert!(owner.contains("APM"), "{owner}");
    assert_eq!(verdict["notable"][0]["team"], "agent-apm");
    // In this process obfuscation is of APM, not of Database Monitoring.
    assert_eq!(verdict["notable"][0]["escalate_to"], "APM team");
    says(
        &seen.text(ExportFormat::Escalation),
        &[
            "**Escalate to**: APM team",
            "SQL obfuscation in the Trace Agent",
        ],
    );
    says(
        &seen.text(ExportFormat::Customer),
        &["The Trace Agent (APM) uses 0.7 CPU cores", "SQL"],
    );
    never(&seen, &["no unusual CPU", "Database Monitoring"]);
}

#[test]
fn a_logs_pipeline_at_its_capacity() {
    let seen = case("r05-logs-regex");
    concludes(
        &seen,
        "Logs pipeline at capacity, 2 things to look at",
        "normal",
        false,
    );
    assert_eq!(things(&seen), ["back-pressure", "busy"]);
    says(
        &summary(&seen, "back-pressure"),
        &[
            "53.8 s",
            "They wait for the processor of the logs pipeline",
            "regexp",
            "no lock is contended",
        ],
    );
    says(&summary(&seen, "busy"), &["1.34 cores", "Logs Agent 89"]);
    let markdown = seen.text(ExportFormat::Markdown);
    says(
        &markdown,
        &[
            "exclude_at_match",
            "literal prefix",
            "More pipelines don't help",
        ],
    );
    let customer = seen.text(ExportFormat::Customer);
    says(&customer, &["logs_config.processing_rules"]);
    never(&seen, &["waited 53.8 s for locks", "CPU was clear"]);
}

#[test]
fn a_check_that_sends_more_with_each_run() {
    let seen = case("r06-slow-growth-newer");
    concludes(&seen, "A check sends more with each run", "normal", false);
    assert_eq!(things(&seen), ["check-grows"]);
    says(
        &summary(&seen, "check-grows"),
        &["growing_list", "32,900", "16,800 on average", "47 runs"],
    );
    says(&seen.text(ExportFormat::Customer), &["growing_list"]);
}

// ---- public reports

#[test]
fn a_hung_agent_has_its_evidence_in_the_dump() {
    let seen = case("02-status-hang-lock");
    concludes(&seen, "Goroutines wait for a lock", "normal", false);
    says(
        &summary(&seen, "lock-waits"),
        &["34 goroutines", "38 minutes", "clustername.getClusterName"],
    );
    let verdict = verdict(&seen);
    let team = verdict["notable"][0]["team"].as_str().unwrap();
    assert!(team.starts_with("container-integrations"), "{team}");
    says(
        &seen.text(ExportFormat::Markdown),
        &["error collecting data for 'status.log': context deadline exceeded"],
    );
}

#[test]
fn goroutines_that_wait_for_a_channel_nobody_serves() {
    let seen = case("04-apiserver-goroutines");
    concludes(&seen, "Goroutines pile up", "normal", false);
    says(
        &summary(&seen, "alike"),
        &["2,400 goroutines", "(*APIServer).start", "chan send"],
    );
    let verdict = verdict(&seen);
    assert_eq!(verdict["notable"][0]["owner"], "Workload Protection (CWS)");
}

#[test]
fn a_kill_at_the_limit_of_the_container() {
    let seen = case("06-oom-old-kernel");
    concludes(&seen, "Killed for lack of memory", "normal", false);
    says(
        &summary(&seen, "kernel-kills"),
        &["agent", "128 MB", "132 MB"],
    );
    says(
        &seen.text(ExportFormat::Customer),
        &["ended for lack of memory", "128 MB"],
    );
}

#[test]
fn memory_outside_of_go_names_its_first_suspect() {
    let seen = case("08-linkerd-python-rss");
    concludes(&seen, "Memory outside Go", "normal", false);
    for format in [ExportFormat::Markdown, ExportFormat::Customer] {
        says(&seen.text(format), &["check linkerd -m -t 20"]);
    }
}

#[test]
fn a_system_call_has_its_responsible_frame() {
    let seen = case("10-agent6-dogstatsd-cpu");
    concludes(&seen, "One metric per DogStatsD packet", "normal", false);
    let note = seen.notes("busy-line").join("");
    says(
        &note,
        &[
            "syscall.Syscall6 takes 56",
            "pkg/dogstatsd/listeners",
            "DogStatsD",
        ],
    );
    says(
        &seen.text(ExportFormat::Customer),
        &["buffering", "one metric in each"],
    );
}

#[test]
fn the_database_s_memory_is_not_the_agent_s() {
    let seen = case("15-postgres-says-out-of-memory");
    concludes(&seen, "Nothing stands out", "normal", true);
    assert_eq!(things(&seen), [""; 0]);
    says(&seen.text(ExportFormat::Markdown), &["ERROR"]);
}

#[test]
fn a_heap_that_sits_at_its_limit() {
    let seen = case("19-gomemlimit-gc-spiral");
    let found = verdict(&seen);
    assert_eq!(found["kind"], "cpu-spike");
    says(
        &summary(&seen, "collector"),
        &[
            "85.0%",
            "2.67 cores",
            "GOMEMLIMIT (500 MB)",
            "allocates the most",
        ],
    );
    says(
        &summary(&seen, "large-heap"),
        &["96.2% of GOMEMLIMIT", "Kubernetes State Metrics"],
    );
    let markdown = seen.text(ExportFormat::Markdown);
    says(&markdown, &["Raise GOMEMLIMIT"]);
    never(&seen, &["not actionable", "Do not escalate yet"]);
    says(
        &seen.text(ExportFormat::Customer),
        &["Please raise the memory limit of the Agent"],
    );
}

#[test]
fn a_dump_of_the_cluster_agent_names_its_team() {
    let seen = case("22-cluster-agent-flare");
    concludes(&seen, "Goroutines pile up", "normal", false);
    let verdict = verdict(&seen);
    assert_eq!(verdict["notable"][0]["process"], "datadog-cluster-agent");
    assert_eq!(verdict["notable"][0]["team"], "container-autoscaling");
}

#[test]
fn a_lone_snapshot_tells_of_no_error() {
    let seen = lone_case("32-single-heap-of-a-flare.pprof");
    let verdict = verdict(&seen);
    assert_eq!(verdict["states"][0]["hole"], "half-pair");
    never(&seen, &["error ended", "ended early with an error"]);
}

#[test]
fn a_damaged_profile_is_not_an_absent_one() {
    let seen = lone_case("28-dotnet-function-zero.pprof");
    let json = seen.json();
    assert_eq!(json["verdict"]["kind"], "inconclusive");
    for format in TEXTS {
        let text = seen.text(format);
        assert!(text.contains("damaged"), "{}:\n{text}", format.as_str());
    }
}

#[test]
fn a_container_that_was_killed_is_the_finding() {
    let seen = case("35-agent-container-oom");
    concludes(
        &seen,
        "Container killed for lack of memory",
        "normal",
        false,
    );
    says(
        &summary(&seen, "container-ended"),
        &["agent", "OOMKilled", "11 min", "7 times", "512 MB"],
    );
    says(
        &seen.text(ExportFormat::Customer),
        &["ended for lack of memory", "7 times", "512 MB"],
    );
}

#[test]
fn locks_of_a_process_count_against_its_own_life() {
    let seen = case("43-young-trace-agent-locks");
    let found = verdict(&seen);
    assert_eq!(found["kind"], "contention");
    assert_eq!(found["findings"][0]["process"], "trace");
    assert_eq!(found["findings"][0]["confidence"], "high");
    says(
        &seen.text(ExportFormat::Escalation),
        &["46.0 s", "2.0 goroutines on average"],
    );
}

// ---- bent flares

#[test]
fn python_memory_asks_for_no_further_capture() {
    let seen = case("50-python-mem");
    concludes(&seen, "Memory outside Go", "normal", false);
    says(
        &summary(&seen, "outside-go"),
        &["1.60 GB", "1.22 GB of that in Python objects"],
    );
    let customer = seen.text(ExportFormat::Customer);
    assert!(!customer.contains("flare --profile"), "{customer}");
}

#[test]
fn a_long_recording_of_a_healthy_agent_is_healthy() {
    let seen = case("51-healthy-120s");
    concludes(&seen, "Nothing stands out", "normal", true);
}

#[test]
fn a_symptom_chooses_what_is_answered_first() {
    let seen = case("52-big-slow");
    concludes(&seen, "Large heap", "normal", false);
    let symptom = "Agent memory grows by 11 GB per day until OOM";
    let markdown = asked(&seen, symptom, ExportFormat::Markdown);
    says(
        &markdown,
        &[
            "955 MB",
            "Core Agent, aggregation",
            "would not have shown in this pair",
        ],
    );
    assert!(!markdown.contains("cannot show it"), "{markdown}");
    // What was asked about and is not there is said first.
    let markdown = asked(&seen, "the Agent uses 600% CPU", ExportFormat::Markdown);
    says(
        &markdown,
        &["The symptom is CPU, and this flare cannot show it"],
    );
    // A healthy flare closes only where it can answer.
    let healthy = case("51-healthy-120s");
    let json: Value =
        serde_json::from_str(&asked(&healthy, "RSS doubles each day", ExportFormat::Json)).unwrap();
    assert_eq!(json["verdict"]["closes"], false);
}

#[test]
fn cores_in_use_are_not_normal() {
    let seen = case("54-six-cores");
    concludes(&seen, "CPU in use", "normal", false);
    says(&summary(&seen, "busy"), &["6.10 cores", "By owner:"]);
    let customer = asked(&seen, "Agent uses 600% CPU", ExportFormat::Customer);
    says(&customer, &["6.1 CPU cores"]);
    // It was high: there is nothing to record again.
    assert!(!customer.contains("flare --profile"), "{customer}");
}

#[test]
fn a_leak_of_an_old_trace_agent_keeps_its_evidence() {
    let seen = case("55-trace-old");
    assert_eq!(verdict(&seen)["kind"], "memory-leak");
    never(&seen, &["restart the Agent", "receiver_timeout"]);
    says(
        &seen.text(ExportFormat::Customer),
        &["/debug/pprof/heap", "Nothing is restarted"],
    );
}

#[test]
fn threads_and_descriptors_are_findings_of_their_own() {
    let seen = case("57-threads-fds");
    concludes(
        &seen,
        "Descriptors near their limit, 2 things to look at",
        "normal",
        false,
    );
    says(&summary(&seen, "descriptors"), &["64,211 of 65,536", "98"]);
    says(&summary(&seen, "threads"), &["2,843"]);
}

// ---- states that the flares at hand don't show

const STUCK: &str = "Running:\n  slow_db:a:45a18c9162e1a3c3: \"2026-11-28T14:29:05Z\"\n  slow_db:b:45a1899162e19eba: \"2026-11-28T14:29:12Z\"\n  slow_db:d:45a18f9162e1a8e8: \"2026-11-28T14:29:11Z\"\n  slow_db:f:45a18d9162e1a576: \"2026-11-28T14:29:10Z\"\nRunningChecks: 4\nRuns: 3\nWorkers:\n  Count: 4\n  Instances:\n    worker_1:\n      Utilization: 0.98\n    worker_2:\n      Utilization: 0.98\n    worker_3:\n      Utilization: 0.99\n    worker_4:\n      Utilization: 0.98\n";

#[test]
fn every_check_worker_sits_in_one_check() {
    let seen = MadeUp::case("r01-healthy")
        .file("expvar/runner", STUCK)
        .read();
    concludes(&seen, "No free check worker", "normal", false);
    says(
        &summary(&seen, "workers"),
        &[
            "All 4 check workers are taken",
            "slow_db:a:45a18c9162e1a3c3 for 5 min",
        ],
    );
    assert_eq!(seen.json()["check_workers"]["count"], 4);
    says(
        &seen.text(ExportFormat::Customer),
        &[
            "The check slow_db has been running",
            "no other check can run",
        ],
    );
}

/// The near miss: checks that have just begun.
#[test]
fn workers_that_have_just_begun_are_no_news() {
    let begun = STUCK.replace("T14:29:", "T14:34:").replace("0.9", "0.0");
    let seen = MadeUp::case("r01-healthy")
        .file("expvar/runner", begun)
        .read();
    assert_eq!(things(&seen), [""; 0]);
}

const GONE: &str = "Error retrieving vars: Get \"https://127.0.0.1:5012/debug/vars\": dial tcp 127.0.0.1:5012: connect: connection refused\n";

#[test]
fn a_trace_agent_that_is_gone() {
    let profiles = [
        "trace-1st-heap",
        "trace-2nd-heap",
        "trace-cpu",
        "trace-block",
        "trace-mutex",
    ];
    let gone = || {
        MadeUp::case("r01-healthy")
            .lost(&profiles)
            .file("expvar/trace-agent", GONE)
    };
    let seen = gone().read();
    concludes(&seen, "The trace-agent not running", "normal", false);
    says(&summary(&seen, "not-running"), &["connection refused"]);
    says(
        &seen.text(ExportFormat::Customer),
        &["The Trace Agent (APM) was not running"],
    );
    never(
        &seen,
        &["no sign of a memory leak and no unusual CPU usage"],
    );
    // The near miss: it is not meant to run.
    let off = String::from_utf8(gone().content("runtime_config_dump.yaml").to_vec()).unwrap();
    let at = off.find("apm_config:").unwrap();
    let (before, after) = off.split_at(at);
    let after = after.replacen("enabled: true", "enabled: false", 1);
    let seen = gone()
        .file("runtime_config_dump.yaml", format!("{before}{after}"))
        .read();
    assert_eq!(things(&seen), [""; 0]);
}

/// `collector-queue-15s` is what an Agent reports whose workers are stuck.
#[test]
fn components_that_do_not_answer() {
    let health = "healthy:\n  - forwarder\nunhealthy:\n  - collector-queue-15s\n";
    let seen = MadeUp::case("r01-healthy")
        .file("health.yaml", health)
        .read();
    concludes(&seen, "Unhealthy components", "normal", false);
    says(&summary(&seen, "unhealthy"), &["collector-queue-15s"]);
}

#[test]
fn payloads_that_do_not_arrive() {
    let vars = "Transactions:\n  InputCountByEndpoint:\n    series_v2: 10\n    sketches_v2: 48\n  SuccessByEndpoint:\n    series_v2: 2\n    sketches_v2: 0\n  RequeuedByEndpoint:\n    series_v2: 12\n    sketches_v2: 52\n  Errors: 35\n";
    let case = MadeUp::case("r01-healthy");
    let seen = case.clone().file("expvar/forwarder", vars).read();
    concludes(&seen, "Payloads not delivered", "normal", false);
    says(
        &summary(&seen, "undelivered"),
        &["series_v2 2 of 10", "sketches_v2 0 of 48"],
    );
    // Without the counters that say otherwise the near miss is a delivery on its way.
    let under_way = "Transactions:\n  InputCountByEndpoint:\n    series_v2: 10\n  SuccessByEndpoint:\n    series_v2: 9\n";
    let seen = case.file("expvar/forwarder", under_way).read();
    assert_eq!(things(&seen), [""; 0]);
}

#[test]
fn a_heap_at_gomemlimit_in_a_real_agent() {
    let case = MadeUp::case("r01-healthy");
    let telemetry = String::from_utf8(case.content("telemetry.log").to_vec()).unwrap();
    let replaced = telemetry
        .lines()
        .map(|line| match line.split_once(' ') {
            Some(("go_cpu_classes_gc_total_cpu_seconds_total", _)) => {
                "go_cpu_classes_gc_total_cpu_seconds_total 52.373085472".to_owned()
            }
            Some(("go_cpu_classes_idle_cpu_seconds_total", _)) => {
                "go_cpu_classes_idle_cpu_seconds_total 136.57".to_owned()
            }
            Some(("go_gc_gomemlimit_bytes", _)) => "go_gc_gomemlimit_bytes 1.572864e+08".to_owned(),
            Some(("go_gc_heap_live_bytes", _)) => "go_gc_heap_live_bytes 1.38027696e+08".to_owned(),
            Some(("go_gc_limiter_last_enabled_gc_cycle", _)) => {
                "go_gc_limiter_last_enabled_gc_cycle 185".to_owned()
            }
            _ => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n");
    let seen = case.file("telemetry.log", replaced).read();
    let found = summary(&seen, "large-heap");
    says(
        &found,
        &[
            "87.8% of GOMEMLIMIT",
            "In collection 185",
            "the memory limit is too low",
        ],
    );
    let counters = seen.json()["counters"].clone();
    let remarkable: Vec<&str> = counters
        .as_array()
        .unwrap()
        .iter()
        .filter(|counter| counter["remarkable"] == true)
        .map(|counter| counter["metric"].as_str().unwrap())
        .collect();
    assert_eq!(
        remarkable,
        [
            "go_gc_limiter_last_enabled_gc_cycle",
            "go_gc_heap_live_bytes"
        ]
    );
}
