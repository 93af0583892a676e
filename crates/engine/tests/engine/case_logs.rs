//! Logs, payloads, queues and what the Agent says of itself: read, counted, shown, and no text of a
//! log's line anywhere.

use engine::export::{ExportFormat, ExportOptions, export};
use report::document::FileRole;
use serde_json::{Value, json};
use testkit::made_up::{MadeUp, Seen};

const CONTEXT: &str = "Agent Context";

/// A line of a log.
fn line(second: u32, level: &str, place: &str, message: &str) -> String {
    format!("2026-11-28 14:52:{second:02} UTC | CORE | {level} | ({place}) | {message}\n")
}

/// The same with `log_format_json`.
fn json_line(second: u32, level: &str, place: &str, message: &str) -> String {
    let (file, function) = place.split_once(" in ").unwrap();
    let (file, number) = file.split_once(':').unwrap();
    let line = json!({
        "agent": "core",
        "time": format!("2026-11-28 14:52:{second:02} UTC"),
        "level": level,
        "file": file,
        "line": number,
        "func": function,
        "msg": message,
    });
    format!("{line}\n")
}

fn log<'j>(json: &'j Value, path: &str) -> &'j Value {
    let logs = json["logs"].as_array().unwrap();
    logs.iter().find(|log| log["path"] == path).expect(path)
}

fn kinds(log: &Value) -> Vec<String> {
    let events = log["events"].as_array().unwrap();
    events
        .iter()
        .map(|event| format!("{} {}", event["count"], event["kind"].as_str().unwrap()))
        .collect()
}

fn redacted(seen: &Seen, format: ExportFormat) -> String {
    let options = ExportOptions {
        redact: true,
        ..ExportOptions::default()
    };
    export(seen.report(), format, &options).text
}

fn role(seen: &Seen, path: &str) -> FileRole {
    let files = &seen.report().files;
    let file = files.iter().find(|file| file.path.ends_with(path));
    file.expect(path).role()
}

#[test]
fn a_real_agents_logs_are_counted_without_the_flares_own() {
    let seen = MadeUp::case("r01-healthy").read();
    let json = seen.json();
    let agent = log(&json, "logs/agent.log");
    assert_eq!(
        (&agent["lines"], &agent["errors"], &agent["criticals"]),
        (&json!(276), &json!(14), &json!(0))
    );
    assert_eq!(agent["errors_of_flares"], 6);
    assert_eq!(
        agent["sources"][0],
        json!({
            "place": "pkg/process/runner/runner.go:513 in readResponseStatuses",
            "check": null,
            "errors": 11,
            "criticals": 0,
        })
    );
    assert_eq!(kinds(agent), ["1 start", "1 gomaxprocs"]);
    assert_eq!(agent["runs_at_end"], true);
    let trace = log(&json, "logs/trace-agent.log");
    assert_eq!(kinds(trace), ["1 start", "1 gomaxprocs", "1 gomemlimit"]);
    assert_eq!(trace["events"][2]["numbers"]["limit_bytes"], 429 << 20);
    let process = log(&json, "logs/process-agent.log");
    assert_eq!(process["runs_at_end"], false);
    let section = seen.section(CONTEXT);
    assert!(!section.contains("core/flare"), "{section}");
    assert!(!section.contains("Could not decode"), "{section}");
    assert_eq!(role(&seen, "logs/agent.log"), FileRole::Used);
}

#[test]
fn what_a_log_announces_is_told_and_its_words_are_not() {
    let messages = [
        (
            "WARN",
            "pkg/collector/runner/runner.go:314 in logWorkerUtilization",
            "Workers over utilization threshold: [worker_1 worker_3]",
        ),
        (
            "ERROR",
            "comp/forwarder/defaultforwarder/domain_forwarder.go:151 in retryTransactions",
            "Dropped 1200 transactions in this retry attempt:1200 for exceeding the retry queue payloads size limit of 15728640, 0 because the workers are too busy",
        ),
        (
            "INFO",
            "pkg/collector/corechecks/agentprofiling/agentprofiling.go:9 in Run",
            "Threshold exceeded - Memory: 512.00 MB, CPU: 31.20%. Attempting flare generation (attempt 1/3).",
        ),
        (
            "WARN",
            "pkg/jmxfetch/jmxfetch.go:9 in Monitor",
            "JMXFetch process had to be restarted.",
        ),
        (
            "ERROR",
            "pkg/collector/python/datadog_agent.go:136 in LogMessage",
            "acme_billing:155ae88f7f0f5f75 | (acme_billing.py:12) | hunter2 of db.acme.example",
        ),
        ("ERROR", "pkg/a/b.go:1 in c", "hunter2"),
        (
            "INFO",
            "pkg/a/b.go:1 in c",
            "someone writes: JMXFetch process had to be restarted.",
        ),
    ];
    let write = |line: fn(u32, &str, &str, &str) -> String| -> String {
        let lines = messages.iter().zip(1..);
        lines
            .map(|((level, place, message), second)| line(second, level, place, message))
            .collect()
    };
    let seen = |log: String| {
        MadeUp::linux()
            .calm("core")
            .file("logs/agent.log", log)
            .read()
    };
    let plain = seen(write(line));
    let json = plain.json();
    let agent = log(&json, "logs/agent.log");
    assert_eq!(
        kinds(agent),
        [
            "1 busy-workers",
            "1 dropped-transactions",
            "1 profiling-threshold",
            "1 jmx-restart"
        ]
    );
    assert_eq!(
        agent["events"][1],
        json!({
            "kind": "dropped-transactions",
            "count": 1,
            "first": "2026-11-28 14:52:02 UTC",
            "first_at": "2026-11-28T14:52:02Z",
            "last": "2026-11-28 14:52:02 UTC",
            "last_at": "2026-11-28T14:52:02Z",
            "numbers": {"transactions": 1200, "queue_bytes": 15_728_640},
        })
    );
    let dropped = plain.lines(CONTEXT, "payloads dropped");
    assert_eq!(
        dropped,
        "| logs/agent.log | payloads dropped, retry queue full | 1 | 2026-11-28 14:52:02 UTC | 2026-11-28 14:52:02 UTC | 1,200 payloads in all, queue of 15.0 MB |"
    );
    let check = plain.lines(CONTEXT, "acme_billing.py:12");
    assert!(check.contains("| acme_billing | 1 | 0 |"), "{check}");
    for format in ExportFormat::ALL {
        let text = plain.text(format);
        assert!(!text.contains("hunter2"), "{}", format.as_str());
        assert!(!text.contains("db.acme"), "{}", format.as_str());
    }
    // The same in JSON, to the letter.
    assert_eq!(seen(write(json_line)).json()["logs"], json["logs"]);
}

#[test]
fn a_log_that_just_ends_and_starts_again() {
    let start = "trace-agent running...";
    let at = "pkg/trace/agent/agent.go:264 in Run";
    let silent = line(1, "INFO", at, start) + &line(9, "INFO", at, start);
    let stopped = line(1, "INFO", at, start)
        + &line(5, "INFO", at, "received signal 15 (terminated)")
        + &line(9, "INFO", at, start);
    for (text, ends) in [(silent, 1), (stopped, 0)] {
        let seen = MadeUp::linux()
            .calm("core")
            .file("logs/trace-agent.log", text)
            .read();
        let json = seen.json();
        let trace = log(&json, "logs/trace-agent.log");
        assert_eq!(trace["silent_ends"], ends);
        assert_eq!(trace["runs_at_end"], true);
        let told = seen.lines(CONTEXT, "started once more without a line of a shutdown");
        assert_eq!(told.is_empty(), ends == 0, "{told}");
    }
}

#[test]
fn rotated_logs_stay_unread_and_long_ones_are_cut() {
    let error = line(1, "ERROR", "pkg/a/b.go:1 in c", &"x".repeat(960));
    let lines = 11 * 1024;
    let mut flare = MadeUp::linux()
        .calm("core")
        .file("logs/agent.log", error.repeat(lines))
        .file("logs/agent.log.1", error.clone())
        .file("logs/agent.1.log", error.clone());
    for number in 0..20 {
        flare = flare.file(&format!("logs/more-{number}.log"), error.clone());
    }
    let seen = flare.read();
    let json = seen.json();
    let agent = log(&json, "logs/agent.log");
    let errors = agent["errors"].as_u64().unwrap();
    assert_eq!(errors, (10 << 20) / error.len() as u64);
    assert_eq!(
        (&agent["cut"], &agent["runs_at_end"]),
        (&json!(true), &Value::Null)
    );
    let note = seen.lines(CONTEXT, "longer than what is read of a log");
    assert!(note.contains("logs/agent.log"), "{note}");
    let told = seen.lines("Coverage", "/logs/agent.log |");
    assert!(told.contains("only its beginning was read"), "{told}");
    assert_eq!(json["logs"].as_array().unwrap().len(), 12);
    let left = seen.lines("Coverage", "/logs/more-19.log");
    assert!(left.contains("more than 12 current logs"), "{left}");
    for path in ["logs/agent.log.1", "logs/agent.1.log", "logs/more-19.log"] {
        assert_eq!(role(&seen, path), FileRole::Unused, "{path}");
    }
}

/// As an Agent counts whose address does not answer, with that address a customer's.
fn undelivered() -> MadeUp {
    let telemetry = "\
transactions__errors{domain=\"https://intake.acme.example\",endpoint=\"series_v2\",error_type=\"cant_send\"} 5
transactions__errors{domain=\"unknown\",endpoint=\"unknown\",error_type=\"connection_failure\"} 4
transactions__input_count{domain=\"https://intake.acme.example\",endpoint=\"metadata_v1\"} 7
transactions__input_count{domain=\"https://intake.acme.example\",endpoint=\"series_v2\"} 10
transactions__retry_queue_size{domain=\"https://intake.acme.example\"} 4
transactions__success{domain=\"https://intake.acme.example\",endpoint=\"metadata_v1\",proto_version=\"HTTP/1.1\"} 7
transactions__success{domain=\"https://intake.acme.example\",endpoint=\"series_v2\",proto_version=\"HTTP/1.1\"} 2
";
    let vars = "Transactions:\n  DroppedByEndpoint: {}\n  InputCountByEndpoint:\n    metadata_v1: 7\n    series_v2: 10\n  RequeuedByEndpoint:\n    series_v2: 12\n  RetriedByEndpoint:\n    series_v2: 4\n  SuccessByEndpoint:\n    connections: 0\n    metadata_v1: 7\n    series_v2: 2\n";
    MadeUp::linux()
        .calm("core")
        .file("telemetry.log", telemetry)
        .file("expvar/forwarder", vars)
}

#[test]
fn payloads_that_are_not_delivered() {
    let seen = undelivered().read();
    assert_eq!(
        seen.json()["deliveries"],
        json!([
            {"endpoint": "metadata_v1", "input": 7, "delivered": 7, "requeued": 0, "retried": 0, "dropped": 0, "errors": 0, "errors_by_type": {}},
            {"endpoint": "series_v2", "input": 10, "delivered": 2, "requeued": 12, "retried": 4, "dropped": 0, "errors": 5, "errors_by_type": {"cant_send": 5}},
            {"endpoint": "unknown", "input": 0, "delivered": 0, "requeued": 0, "retried": 0, "dropped": 0, "errors": 4, "errors_by_type": {"connection_failure": 4}},
        ])
    );
    assert_eq!(
        seen.lines(CONTEXT, "| series_v2"),
        "| series_v2 | 10 | 2 | 12 | 4 | 0 | 5 | cant_send 5 |"
    );
    let waiting = seen.lines(CONTEXT, "intake.acme.example");
    assert_eq!(waiting, "| https://intake.acme.example | 4 |");
    for format in ExportFormat::ALL {
        let text = redacted(&seen, format);
        assert!(!text.contains("acme"), "{}", format.as_str());
    }

    // What one file lacks, the other tells; what both lack is not known.
    let telemetry = undelivered().without("expvar/forwarder").read().json();
    assert_eq!(telemetry["deliveries"][1]["delivered"], 2);
    let vars = undelivered().without("telemetry.log").read().json();
    assert_eq!(vars["deliveries"][1]["retried"], 4);
    assert_eq!(vars["deliveries"][1]["errors"], Value::Null);
}

/// The near miss: a real Agent that delivers everything.
#[test]
fn payloads_that_are_delivered_need_no_table() {
    let seen = MadeUp::case("r01-healthy").read();
    let json = seen.json();
    assert_eq!(json["deliveries"].as_array().unwrap().len(), 5);
    assert_eq!(json["deliveries"][4]["endpoint"], "series_v2");
    assert_eq!(json["deliveries"][4]["delivered"], 7);
    let section = seen.section(CONTEXT);
    assert!(!section.contains("Payloads by endpoint"), "{section}");
}

#[test]
fn what_the_agent_says_of_itself() {
    let diagnosis = "Suite: connectivity-datadog-core-endpoints\n1. --------------\n  PASS a\n  Diagnosis: b\n\n2. --------------\n  FAIL Connectivity to https://proxy.acme.example/api/v1/series\n  Diagnosis: hunter2\n\n-------------------------\n  Total:2, Success:1, Fail:1\n";
    let tagger = r#"{"Entities": {"container_id://1f": {"tags": {"kubelet": ["app:hunter2", "b:c"]}}, "container_id://2a": {"tags": {}}}}"#;
    let issues = r#"{"event_type": "agent.health", "issues": {"agent-resource-usage": {"id": "agent-resource-usage", "title": "Agent uses much memory", "severity": "high", "description": "hunter2"}}}"#;
    let seen = MadeUp::case("r01-healthy")
        .file("diagnose.log", diagnosis)
        .file("tagger-list.json", tagger)
        .file("health-platform-issues.json", issues)
        .read();
    let fact = |name: &str| seen.fact(CONTEXT, name).unwrap();
    assert!(fact("Diagnoses").starts_with("2 in all: 1 succeeded, 1 failed"));
    let tagged = "2 container_id; 2 tags in all, at most 2 of one entity";
    assert!(fact("Tagged entities").starts_with(tagged));
    assert!(fact("Workloads").starts_with("5 process"));
    let issue = "| agent-resource-usage | Agent uses much memory | high | agent-resource-usage |";
    assert_eq!(seen.lines(CONTEXT, "much memory"), issue);
    let json = seen.json();
    assert_eq!(json["diagnoses"]["unsuccessful"][0]["result"], "fail");
    assert_eq!(json["health_issues"][0]["severity"], "high");
    assert_eq!(json["tagged_entities"][0]["count"], 2);
    for format in ExportFormat::ALL {
        assert!(
            !seen.text(format).contains("hunter2"),
            "{}",
            format.as_str()
        );
        let text = redacted(&seen, format);
        assert!(!text.contains("acme"), "{}", format.as_str());
    }
    for path in [
        "diagnose.log",
        "tagger-list.json",
        "workload-list.log",
        "health-platform-issues.json",
    ] {
        assert_eq!(role(&seen, path), FileRole::Used, "{path}");
    }
}

#[test]
fn how_full_queues_and_stores_are() {
    let json = MadeUp::case("r05-logs-regex").read().json();
    let queue = |json: &Value, metric: &str, part: Value| {
        let queues = json["queues"].as_array().unwrap();
        let found = queues
            .iter()
            .find(|queue| queue["metric"] == metric && queue["part"] == part);
        found.map(|queue| queue["value"].as_f64().unwrap())
    };
    let ratio = "logs_component_utilization__ratio";
    assert!(queue(&json, ratio, json!("processor")).unwrap() > 0.89);
    let bytes = "aggregator__dogstatsd_contexts_bytes_by_mtype";
    assert_eq!(queue(&json, bytes, json!("0")), Some(9946.0));
    assert_eq!(queue(&json, "dogstatsd__packet_pool", Value::Null), None);

    let telemetry = "\
dogstatsd__packet_pool 3
dogstatsd__string_interner_bytes{interner_id=\"0\"} 2456
dogstatsd__string_interner_bytes{interner_id=\"1\"} 1048576
aggregator__checks_contexts{shard=\"0\"} 68006
logs_component_utilization__ratio{instance=\"0\",name=\"processor\"} 0.2
logs_component_utilization__ratio{instance=\"1\",name=\"processor\"} 0.9
";
    let seen = MadeUp::linux()
        .calm("core")
        .file("telemetry.log", telemetry)
        .read();
    let json = seen.json();
    assert_eq!(
        queue(&json, "dogstatsd__packet_pool", Value::Null),
        Some(3.0)
    );
    assert_eq!(queue(&json, ratio, json!("processor")), Some(0.9));
    let contexts = "aggregator__checks_contexts";
    assert_eq!(queue(&json, contexts, json!("0")), Some(68_006.0));
    let interner = seen.lines(CONTEXT, "string_interner");
    assert!(interner.contains("| 1 | 1.00 MB |"), "{interner}");
}
