//! Cases whose right answer rests on the Agent's own texts; see `tests/cases/README.md`.

use diagnose::evidence::ContainerEnd;
use engine::export::ExportFormat;
use report::model::Report;
use serde_json::Value;
use testkit::made_up::{MB, MadeUp, Status, goroutines, heap, kubelet_pods};

const EVERY: [ExportFormat; 3] = [
    ExportFormat::Markdown,
    ExportFormat::Customer,
    ExportFormat::Escalation,
];

fn content(case: &MadeUp, path: &str) -> String {
    String::from_utf8(case.content(path).to_vec()).unwrap()
}

// ---- times

#[test]
fn a_zone_without_a_name_is_an_offset() {
    let seen = MadeUp::case("24-zone-without-name").read();
    let json = seen.json();
    assert_eq!(json["agent"]["captured_at"], "2025-11-21T04:41:00.214Z");
    assert_eq!(json["agent"]["started_at"], "2025-11-18T04:41:00Z");
    assert_eq!(json["agent"]["uptime_seconds"], 3 * 86_400);
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(markdown.contains("3 d 0 h"), "{markdown}");
    assert!(markdown.contains("2025-11-21 04:41:00 UTC (2025-11-21 01:41:00.214 -03)"));
}

#[test]
fn the_uptime_is_known_whatever_the_zone_means() {
    let case = MadeUp::case("09-http-check-cpu-brt");
    let seen = case.read();
    let json = seen.json();
    assert_eq!(json["agent"]["uptime_seconds"], 4_168);
    assert_eq!(json["agent"]["started_at"], Value::Null);
    assert_eq!(
        json["agent"]["started_at_local"],
        "2020-10-30 14:35:48.113407 BRT"
    );
    // The profiles tell UTC, half a minute before the status.
    assert_eq!(json["agent"]["captured_at"], "2020-10-30T18:44:46Z");
    assert_eq!(json["agent"]["captured_at_local"], Value::Null);
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(markdown.contains("1 h 9 min"), "{markdown}");
    for format in EVERY {
        let text = seen.text(format);
        for line in text.lines().filter(|line| line.contains("UTC")) {
            assert!(!line.contains("15:45:16 UTC"), "{line}");
            assert!(!line.contains("14:35"), "{line}");
        }
    }
    // The near miss: the clock was put forward in between, so nothing is known.
    let status = content(&case, "status.log").replace("14:35:48.113407 BRT", "14:35:48 BRST");
    let json = case.file("status.log", status).read().json();
    assert_eq!(json["agent"]["uptime_seconds"], Value::Null);
}

#[test]
fn a_local_time_alone_is_no_utc() {
    let case = MadeUp::case("09-http-check-cpu-brt");
    let status = content(&case, "status.log");
    let seen = MadeUp::empty().file("status.log", status).read();
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(
        markdown.contains("2020-10-30 15:45:16.803129 BRT (the host's own time)"),
        "{markdown}"
    );
    assert_eq!(seen.json()["agent"]["captured_at"], Value::Null);
}

// ---- a status that was not written whole

const RENDER_ERRORS: &str = "====================\nStatus render errors\n====================\n  - template: forwarder.tmpl:12:3: executing \"forwarder.tmpl\" at <.x>: nil data\n\n";

#[test]
fn a_partial_status_is_said_to_be_one() {
    let status = Status {
        more: RENDER_ERRORS,
        ..Status::default()
    };
    let seen = MadeUp::with_status(status).calm("core").read();
    let json = seen.json();
    let errors = json["agent"]["status_errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(
        json["agent"]["missing_status_sections"],
        serde_json::json!(["Aggregator", "Forwarder"])
    );
    for format in [ExportFormat::Markdown, ExportFormat::Escalation] {
        let text = seen.text(format);
        assert!(
            text.contains("status.log is only a part of the Agent's status"),
            "{text}"
        );
    }
    // The near miss: a process that does not run is what a whole status says.
    let status = Status {
        more: "=========\nAPM Agent\n=========\n  Status: Not running or unreachable on localhost:5012.\n  Error: refused\n",
        ..Status::default()
    };
    let seen = MadeUp::with_status(status).calm("core").read();
    assert_eq!(seen.json()["agent"]["status_errors"], serde_json::json!([]));
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(!markdown.contains("only a part"), "{markdown}");
}

#[test]
fn a_status_of_a_real_agent_is_whole() {
    for case in [
        "r01-healthy",
        "r02-python-cpu",
        "r03-python-memory",
        "r04-trace-obfuscation",
        "r05-logs-regex",
        "r06-slow-growth-newer",
    ] {
        let json = MadeUp::case(case).read().json();
        assert_eq!(
            json["agent"]["status_errors"],
            serde_json::json!([]),
            "{case}"
        );
        assert_eq!(json["agent"]["os"], "linux", "{case}");
        assert_eq!(json["goroutines"]["process"], "core", "{case}");
        assert!(json["agent"]["platform"].is_string(), "{case}");
        assert!(json["agent"]["kernel"].is_string(), "{case}");
    }
}

#[test]
fn a_status_without_a_list_of_checks_says_nothing_of_them() {
    let head = "===============\nAgent (v7.60.0)\n===============\n  Pid: 1\n\n";
    let read = |rest: &str| {
        let status = format!("{head}{rest}");
        let flare = MadeUp::empty().calm("core").file("status.log", status);
        flare.read().json()["checks"].clone()
    };
    assert_eq!(read(""), Value::Null);
    let empty = "=========\nCollector\n=========\n\n  Running Checks\n  ==============\n    No checks have run yet\n";
    assert_eq!(read(empty), serde_json::json!([]));
}

// ---- containers and kills

fn ends(report: &Report) -> Vec<(String, Option<u64>, Option<String>)> {
    let containers = report.surroundings.containers.iter();
    containers
        .map(|end| (end.container.clone(), end.restarts, end.reason.clone()))
        .collect()
}

#[test]
fn every_container_of_the_agents_pod_tells_its_end() {
    let case = MadeUp::case("35-agent-container-oom");
    let seen = case.read();
    assert_eq!(
        seen.report().surroundings.containers[0],
        ContainerEnd {
            container: "agent".to_owned(),
            is_agent: true,
            restarts: Some(7),
            reason: Some("OOMKilled".to_owned()),
            exit_code: Some(137),
            finished_ms: Some(1_763_699_398_000),
            memory_limit: Some(512 << 20),
        }
    );
    assert_eq!(seen.report().surroundings.containers.len(), 2);
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(
        markdown.contains(
            "7, last ended: OOMKilled (exit code 137) at 2025-11-21 04:29:58 UTC, 11 min 2 s before the flare"
        ),
        "{markdown}"
    );
    let json = seen.json();
    let containers = &json["surroundings"]["containers"];
    assert_eq!(containers[0]["finished_at"], "2025-11-21T04:29:58Z");
    assert_eq!(containers[1]["restarts"], 0);
    assert_eq!(containers[1]["memory_limit_bytes"], 256 << 20);

    // Another container of the pod was killed.
    let pods = content(&case, "k8s/kubelet_pods.yaml");
    let killed = "lastState:\n        terminated:\n          exitCode: 137\n          reason: OOMKilled\n          finishedAt: \"2025-11-21T04:29:58Z\"";
    let beside = pods
        .replace(killed, "lastState: {}")
        .replace("restartCount: 7", "restartCount: 9")
        .replace("restartCount: 0", "restartCount: 3");
    let (head, last) = beside.rsplit_once("lastState: {}").unwrap();
    let seen = case
        .clone()
        .file("k8s/kubelet_pods.yaml", format!("{head}{killed}{last}"))
        .read();
    assert_eq!(
        ends(seen.report()),
        [
            ("agent".to_owned(), Some(9), None),
            (
                "trace-agent".to_owned(),
                Some(3),
                Some("OOMKilled".to_owned())
            )
        ]
    );
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(markdown.contains("Restarts of trace-agent"), "{markdown}");
}

/// The near miss: a pod of somebody else on the same node.
#[test]
fn the_end_of_another_pod_is_not_the_agents() {
    let pods = kubelet_pods("512Mi", 0, None)
        + "- metadata:\n    name: shop\n    namespace: shop\n  spec:\n    containers:\n    - name: agent\n      image: corp/shop\n  status:\n    containerStatuses:\n    - name: agent\n      restartCount: 9\n      lastState:\n        terminated:\n          reason: OOMKilled\n          exitCode: 137\n";
    let pods = pods.replace("kind: PodList\n", "");
    let seen = MadeUp::linux()
        .calm("core")
        .file("k8s/kubelet_pods.yaml", pods)
        .read();
    assert!(seen.report().names.pods.contains(&"shop".to_owned()));
    assert_eq!(ends(seen.report()), [("agent".to_owned(), Some(0), None)]);
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(!markdown.contains("OOMKilled"), "{markdown}");
}

#[test]
fn the_agents_container_in_docker_tells_its_end() {
    let inspect = "{\"Name\": \"/dd-agent\", \"Config\": {\"Image\": \"datadog/agent:7\"}, \"RestartCount\": 2, \"HostConfig\": {\"Memory\": 536870912}, \"State\": {\"OOMKilled\": true, \"ExitCode\": 137, \"FinishedAt\": \"2026-11-18T10:00:00Z\"}}";
    let seen = MadeUp::linux()
        .calm("core")
        .file("docker_inspect.log", inspect)
        .read();
    assert_eq!(
        seen.report().surroundings.containers,
        [ContainerEnd {
            container: "dd-agent".to_owned(),
            is_agent: true,
            restarts: Some(2),
            reason: Some("OOMKilled".to_owned()),
            exit_code: Some(137),
            finished_ms: Some(1_794_996_000_000),
            memory_limit: Some(512 << 20),
        }]
    );
}

#[test]
fn an_old_kernel_killed_the_agent_at_its_limit() {
    let case = MadeUp::case("06-oom-old-kernel");
    let seen = case.read();
    let json = seen.json();
    let kills = json["surroundings"]["kernel_kills"].as_array().unwrap();
    assert_eq!(kills.len(), 1);
    assert_eq!(kills[0]["process"], "agent");
    assert_eq!(kills[0]["limit_bytes"], 131_072 << 10);
    assert_eq!(kills[0]["resident_bytes"], 134_772 << 10);
    let group = kills[0]["cgroup"].as_str().unwrap();
    assert!(group.starts_with("/docker/d561"), "{group}");
    assert_eq!(json["memory"]["limit_bytes"], 131_072 << 10);
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(
        markdown.contains("1: agent (pid 21312, 132 MB resident, at the limit of 128 MB"),
        "{markdown}"
    );

    // JMXFetch of the same container was ended in place of the Agent.
    let dmesg = content(&case, "system-probe/dmesg.log");
    let java = dmesg.replace(
        "Killed process 21312 (agent)",
        "Killed process 21400 (java)",
    );
    let of_agent = |dmesg: &str| {
        let flare = case.clone().file("system-probe/dmesg.log", dmesg);
        flare.read().json()["surroundings"]["kernel_kills"][0]["of_agent"].clone()
    };
    assert_eq!(of_agent(&java), true);
    // The near miss: no process of the Agent is in that group.
    let other = java.replace("agent invoked", "java invoked");
    assert_eq!(of_agent(&other.replace("0 agent\n", "0 java\n")), false);
}

// ---- the goroutine dump

#[test]
fn the_dump_is_of_the_program_that_wrote_it() {
    let case = MadeUp::case("22-cluster-agent-flare");
    let seen = case.read();
    let json = seen.json();
    assert_eq!(json["agent"]["version"], "7.51.0-rc.1+git.546.5e087ba");
    assert_eq!(json["agent"]["flavor"], "cluster_agent");
    assert_eq!(json["goroutines"]["process"], "datadog-cluster-agent");
    assert_eq!(json["goroutines"]["groups"][0]["count"], 420);
    let notable = json["verdict"]["notable"].as_array().unwrap();
    let alike = notable.iter().find(|one| one["kind"] == "alike");
    assert_eq!(alike.unwrap()["process"], "datadog-cluster-agent");
    let markdown = seen.text(ExportFormat::Markdown);
    assert!(
        markdown.contains("The Cluster Agent had 421 goroutines"),
        "{markdown}"
    );
    for format in EVERY {
        let text = seen.text(format);
        assert!(!text.contains("core Agent had"), "{text}");
        assert!(!text.contains("core: "), "{text}");
    }
}

#[test]
fn without_a_status_the_stacks_tell_the_program() {
    let main = |folder: &str| {
        format!(
            "goroutine 1 [chan receive]:\nmain.main()\n\t/go/src/github.com/DataDog/datadog-agent/cmd/{folder}/main.go:40 +0x9b\n\n"
        ) + &goroutines(&[(2, "select", &["app.wait"])]).replace("goroutine 1 ", "goroutine 9 ")
    };
    let process = |flare: MadeUp, dump: String| {
        let json = flare.file("go-routine-dump.log", dump).read().json();
        json["goroutines"]["process"].clone()
    };
    let bare = || MadeUp::empty().file("telemetry.log", "go_threads 7\n");
    assert_eq!(process(bare(), main("otel-agent")), "otel-agent");
    assert_eq!(
        process(bare(), main("cluster-agent")),
        "datadog-cluster-agent"
    );
    assert_eq!(process(bare(), main("agent")), "core");
    assert_eq!(process(bare(), main("x")), "core");
    // The status comes first.
    assert_eq!(
        process(MadeUp::linux().calm("core"), main("cluster-agent")),
        "core"
    );
}

#[test]
fn one_stack_is_one_group_although_parents_differ() {
    let case = MadeUp::case("04-apiserver-goroutines");
    let json = case.read().json();
    let group = &json["goroutines"]["groups"][0];
    assert_eq!(group["count"], 2_400);
    assert_eq!(group["state"], "chan send");
    assert!(
        group["owner"]
            .as_str()
            .unwrap()
            .contains("Workload Protection")
    );
    assert_eq!(json["goroutines"]["process"], "core");
    // Nor does it matter which function started them.
    let dump = content(&case, "go-routine-dump.log");
    let dump = dump.replace(
        "(*APIServer).Start in goroutine 1",
        "(*APIServer).Again in goroutine 1",
    );
    let json = case.file("go-routine-dump.log", dump).read().json();
    let group = &json["goroutines"]["groups"][0];
    assert_eq!(group["count"], 2_400);
    assert_ne!(group["created_elsewhere"], 0);
}

// ---- notes belong to their process

const VARIATION: &str = "So short a time cannot tell whether that goes on";

fn lines_with<'t>(text: &'t str, word: &str) -> Vec<&'t str> {
    text.lines().filter(|line| line.contains(word)).collect()
}

#[test]
fn no_sentence_rests_on_a_note_of_another_process() {
    let seen = MadeUp::case("53-trace-9MB-in-4s").read();
    let notes = &seen.report().judgement.notes;
    let growing = notes
        .iter()
        .filter(|note| note.fact.as_str() == "steady-growth");
    let growing: Vec<_> = growing.filter_map(|note| note.process.clone()).collect();
    assert_eq!(growing, [flare::Process::Trace]);
    let customer = seen.text(ExportFormat::Customer);
    let said = lines_with(&customer, VARIATION);
    assert_eq!(said.len(), 1, "{customer}");
    assert!(
        said[0].contains("the Trace Agent (APM) grew by 9"),
        "{}",
        said[0]
    );
}

/// The other way round, and the same of what resident memory shows.
#[test]
fn a_note_of_the_core_agent_is_not_of_another() {
    let grows = |process: &str| {
        let snapshot = |bytes: i64, at: i64| heap(&format!("main;app.keep {bytes}"), at);
        MadeUp::linux()
            .calm("core")
            .calm("trace")
            .profile(&format!("{process}-1st-heap"), &snapshot(40 * MB, 0))
            .profile(&format!("{process}-2nd-heap"), &snapshot(46 * MB, 30))
            .read()
            .text(ExportFormat::Customer)
    };
    let core = grows("core");
    let said = lines_with(&core, VARIATION);
    assert_eq!(said.len(), 1, "{core}");
    assert!(said[0].contains("main process"), "{}", said[0]);
    let trace = grows("trace");
    let said = lines_with(&trace, VARIATION);
    assert_eq!(said.len(), 1, "{trace}");
    assert!(said[0].contains("Trace Agent"), "{}", said[0]);

    // telemetry.log is of the core Agent, whose profiles are missing here.
    let alone = MadeUp::linux()
        .calm("trace")
        .file("telemetry.log", "process_resident_memory_bytes 900000000\n")
        .read();
    let customer = alone.text(ExportFormat::Customer);
    assert!(!customer.contains("As a whole it was using"), "{customer}");
}
