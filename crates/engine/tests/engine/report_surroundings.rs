//! What is around the profiles in the report: container and host, restarts and upgrades, memory,
//! the collector, goroutines, and what a finding is tied to. Each once where it shows, and where
//! a limit decides, once just under it.

use engine::export::ExportFormat;
use expect_test::{Expect, expect};
use report::texts;
use testkit::made_up;
use testkit::made_up::{
    MB, MadeUp, Memstats, NOON, SAMPLE, Seen, Status, check, cpu, goroutines, heap, host,
    kubelet_pods, locks, telemetry,
};

const AGENT: &str = "Agent Context";

fn fact(seen: &Seen, name: &str) -> String {
    seen.fact(AGENT, name)
        .unwrap_or_else(|| "no such fact".to_owned())
}

fn notes(seen: &Seen, kind: &str) -> String {
    seen.notes(kind).join("\n")
}

/// A quiet flare whose core Agent has so much resident memory.
fn resident(megabytes: i64) -> MadeUp {
    MadeUp::linux()
        .calm("core")
        .file("telemetry.log", telemetry(megabytes * MB))
}

// ---- the container

const DMESG: &str = "[81000.100000] agent invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0\n\
    [81000.100200] memory: usage 524288kB, limit 524288kB, failcnt 31\n\
    [81000.101250] Memory cgroup out of memory: Killed process 4711 (agent) total-vm:2104832kB, anon-rss:508112kB, file-rss:61440kB, shmem-rss:0kB\n";

fn docker(memory: i64) -> String {
    format!(
        "{{\"Name\": \"/dd-agent\", \"RestartCount\": 3, \"State\": {{\"OOMKilled\": true}}, \"Config\": {{\"Image\": \
         \"gcr.io/datadoghq/agent:7\"}}, \"HostConfig\": {{\"Memory\": {memory}, \"NanoCpus\": 1500000000}}}}"
    )
}

fn ecs(container: i64, task: i64) -> String {
    format!(
        "{{\"Cluster\":\"default\",\"Limits\":{{\"CPU\":0.25,\"Memory\":{task}}},\"Containers\":[{{\"DockerId\":\"a\",\
         \"Name\":\"datadog-agent\",\"Image\":\"public.ecr.aws/datadog/agent:7\",\"Limits\":{{\"CPU\":10,\"Memory\":{container}}}}}]}}"
    )
}

#[test]
fn the_limit_and_where_it_stands() {
    let flares = [
        (
            "kubelet_pods",
            resident(256).file("k8s/kubelet_pods.yaml", kubelet_pods("512Mi", 0, None)),
        ),
        (
            "docker_inspect",
            resident(256).file("docker_inspect.log", docker(512 * MB)),
        ),
        (
            "ecs, container",
            resident(128).file("ecs_metadata.json", ecs(256, 1024)),
        ),
        (
            "ecs, task",
            resident(128).file("ecs_metadata.json", ecs(0, 1024)),
        ),
        ("dmesg", resident(256).file("system-probe/dmesg.log", DMESG)),
        (
            "kubelet before dmesg",
            resident(256)
                .file("k8s/kubelet_pods.yaml", kubelet_pods("1Gi", 0, None))
                .file("system-probe/dmesg.log", DMESG),
        ),
        (
            "no RSS",
            MadeUp::linux()
                .calm("core")
                .file("k8s/kubelet_pods.yaml", kubelet_pods("512Mi", 0, None)),
        ),
    ];
    let mut told = String::new();
    for (name, flare) in flares {
        let seen = flare.read();
        told.push_str(&format!(
            "{name}: {}\n",
            fact(&seen, "Container's memory limit")
        ));
        assert_eq!(notes(&seen, "near-limit"), "", "{name}");
    }
    expect![[r#"
        kubelet_pods: 512 MB; 256 MB resident is 50.0% of it (k8s/kubelet_pods.yaml, container agent)
        docker_inspect: 512 MB; 256 MB resident is 50.0% of it (docker_inspect.log)
        ecs, container: 256 MB; 128 MB resident is 50.0% of it (ecs_metadata.json)
        ecs, task: 1.00 GB; 128 MB resident is 12.5% of it (ecs_metadata.json)
        dmesg: 512 MB; 256 MB resident is 50.0% of it (dmesg.log, the control group of the last kill)
        kubelet before dmesg: 1.00 GB; 256 MB resident is 25.0% of it (k8s/kubelet_pods.yaml, container agent)
        no RSS: 512 MB (k8s/kubelet_pods.yaml, container agent)
    "#]].assert_eq(&told);
    let host = resident(256)
        .file("metadata/host.json", host(8, 16_384 * MB))
        .read();
    assert_eq!(host.fact(AGENT, "Container's memory limit"), None);
    expect!["none found; 256 MB resident is 1.6% of the host's memory (kubelet_pods.yaml, docker_inspect.log and ecs_metadata.json give none)"].assert_eq(&fact(&host, "Memory limit"));
}

#[test]
fn ninety_percent_of_the_limit_is_near() {
    let flare = |rss: i64| {
        MadeUp::linux()
            .calm("core")
            .file("telemetry.log", telemetry(rss))
            .file("k8s/kubelet_pods.yaml", kubelet_pods("500Mi", 0, None))
            .read()
    };
    expect![""].assert_eq(&notes(&flare(450 * MB), "near-limit"));
    assert_eq!(notes(&flare(450 * MB - 1), "near-limit"), "");
    assert_eq!(flare(450 * MB).report().judgement.kind.as_str(), "normal");
}

#[test]
fn cpu_limit_and_restarts() {
    let pod = resident(256)
        .file(
            "k8s/kubelet_pods.yaml",
            kubelet_pods("512Mi", 4, Some("OOMKilled")),
        )
        .read();
    let docker = resident(256)
        .file("docker_inspect.log", docker(512 * MB))
        .read();
    let steady = resident(256)
        .file("k8s/kubelet_pods.yaml", kubelet_pods("512Mi", 0, None))
        .read();
    let told: String = [pod, docker, steady]
        .iter()
        .map(|seen| {
            format!(
                "{}; {}\n",
                fact(seen, "Container's CPU limit"),
                fact(seen, "Container restarts")
            )
        })
        .collect();
    expect![[r#"
        0.5 cores (k8s/kubelet_pods.yaml); 4, last ended: OOMKilled (exit code 137) at 2026-11-18 09:58:02 UTC, 1 h 10 min before the flare
        1.5 cores (docker_inspect.log); 3, last ended: OOMKilled
        0.5 cores (k8s/kubelet_pods.yaml); 0
    "#]]
    .assert_eq(&told);
}

#[test]
fn kills_for_lack_of_memory() {
    let seen = resident(256).file("system-probe/dmesg.log", DMESG).read();
    expect!["1: agent (pid 4711, 556 MB resident, at the limit of 512 MB) (dmesg.log, the last ones first)"]
        .assert_eq(&fact(&seen, "Killed for lack of memory"));
    expect![""].assert_eq(&notes(&seen, "oom-kills"));
    let more = format!(
        "{DMESG}{DMESG}[90000.0] Out of memory: Killed process 99 (java) total-vm:1kB, anon-rss:7kB\n"
    );
    let seen = resident(256).file("system-probe/dmesg.log", more).read();
    expect!["3: java (pid 99, 7.00 kB resident); agent (pid 4711, 556 MB resident, at the limit of 512 MB); agent (pid 4711, 556 MB resident, at the limit of 512 MB) (dmesg.log, the last ones first)"]
    .assert_eq(&fact(&seen, "Killed for lack of memory"));
    expect![""].assert_eq(&notes(&seen, "oom-kills"));
    let seen = resident(256)
        .file("system-probe/dmesg.log", "[3.0] usb 1-1: new device\n")
        .read();
    assert_eq!(fact(&seen, "Killed for lack of memory"), "no such fact");
    assert_eq!(notes(&seen, "oom-kills"), "");
}

// ---- the host

#[test]
fn cores_of_the_host_beside_cores_in_use() {
    let seen = MadeUp::linux()
        .calm("core")
        .calm("trace")
        .profile(
            "core-cpu",
            &cpu("main;app.a 10000\nmain;app.b 9000\nmain;app.c 11000", 30),
        )
        .file("metadata/host.json", host(8, 16_384 * MB))
        .read();
    expect![[r#"
        8 logical cores; the profiled processes used 1.02 (12.8%)
        16.0 GB
    "#]]
    .assert_eq(&format!(
        "{}\n{}\n",
        fact(&seen, "Host CPU"),
        fact(&seen, "Host memory")
    ));
    let seen = MadeUp::linux()
        .file("metadata/host.json", host(8, 16_384 * MB))
        .read();
    expect!["8 logical cores"].assert_eq(&fact(&seen, "Host CPU"));
}

#[test]
fn local_time_beside_utc() {
    let of = |zone| {
        let status = Status {
            zone,
            ..Status::default()
        };
        fact(
            &MadeUp::with_status(status).calm("core").read(),
            "Captured at",
        )
    };
    expect!["2026-11-18 11:08:10 UTC (2026-11-18 12:08:10 CET)"].assert_eq(&of(Some(("CET", 1))));
    expect!["2026-11-18 11:08:10 UTC"].assert_eq(&of(None));
}

#[test]
fn unhealthy_components() {
    let health = "healthy:\n- forwarder\nunhealthy:\n- logs-agent\n- tagger-workloadmeta\n";
    let seen = resident(100).file("health.yaml", health).read();
    expect!["logs-agent, tagger-workloadmeta (health.yaml)"]
        .assert_eq(&fact(&seen, "Unhealthy components"));
    // In a local flare the file is about the command.
    let seen = resident(100)
        .file("health.yaml", health)
        .file("local", "")
        .read();
    assert_eq!(fact(&seen, "Unhealthy components"), "no such fact");
    let seen = resident(100)
        .file("health.yaml", "healthy:\n- forwarder\nunhealthy: []\n")
        .read();
    assert_eq!(fact(&seen, "Unhealthy components"), "no such fact");
}

// ---- upgrades and restarts

fn history(days_ago: &[(f64, &str)]) -> String {
    let entries: Vec<String> = days_ago
        .iter()
        .map(|(days, version)| {
            // The flare's own time is that of its status.
            let at = NOON + 90 - (days * 86_400.0) as i64;
            let time = jiff::Timestamp::from_second(at).unwrap();
            format!("{{\"version\":\"{version}\",\"timestamp\":\"{time}\"}}")
        })
        .collect();
    format!("{{\"entries\":[{}]}}", entries.join(","))
}

#[test]
fn a_recent_upgrade() {
    let told = |days: &[(f64, &str)]| {
        let seen = resident(100)
            .file("version-history.json", history(days))
            .read();
        let section = seen.section(AGENT);
        let lines: Vec<&str> = section
            .lines()
            .filter(|line| line.contains("Versions that") || line.contains("first started"))
            .collect();
        lines.join("\n")
    };
    expect![[r#"
        Versions that ran here, newest first: 7.81.3 since 2026-11-15, 7.76.0 since 2026-08-20, 7.70.2 since 2026-05-02 and 1 before.
        > **Note:** This version was first started 3.2 days before the flare: ask whether the problem began with the upgrade."#]].assert_eq(&told(&[
        (300.0, "7.60.1"),
        (200.0, "7.70.2"),
        (90.0, "7.76.0"),
        (3.25, "7.81.3"),
    ]));
    // Two weeks are not recent any more, and a first installation is no upgrade.
    expect![
        "Versions that ran here, newest first: 7.81.3 since 2026-11-04, 7.76.0 since 2026-08-20."
    ]
    .assert_eq(&told(&[(90.0, "7.76.0"), (14.0, "7.81.3")]));
    assert_eq!(told(&[(3.0, "7.81.3")]), "");
}

#[test]
fn a_restart_while_the_flare_was_made() {
    let told = |after: i64| {
        let start = NOON + 90 - Status::default().uptime_s + after;
        let seen = MadeUp::linux()
            .calm("core")
            .file(
                "telemetry.log",
                format!("process_start_time_seconds {start}\n"),
            )
            .read();
        seen.lines(AGENT, "restarted")
    };
    expect!["> **Note:** telemetry.log and status.log disagree on the Agent's start by 1 d 17 h: it was restarted while the flare was made, or the host's clock was changed."].assert_eq(&told(150_000));
    assert_eq!(told(60), "");
}

// ---- memory

const MODEST: Memstats = Memstats {
    sys: 60 * MB,
    released: 5 * MB,
    idle: 12 * MB,
    inuse: 36 * MB,
    alloc: 30 * MB,
};

const LARGE: Memstats = Memstats {
    sys: 330 * MB,
    released: 30 * MB,
    idle: 60 * MB,
    inuse: 250 * MB,
    alloc: 240 * MB,
};

/// The memory account of a core Agent whose heap profile holds so much.
fn account(stats: &Memstats, rss: i64, in_use: i64) -> String {
    let lines = |extra: i64| format!("main;app.keep {}", in_use * MB + extra);
    let seen = MadeUp::linux()
        .calm("core")
        .pair("core", &lines(0), &lines(1024), 30)
        .file("expvar/memstats", stats.text())
        .file(
            "telemetry.log",
            format!("{}pymem__inuse {}\n", telemetry(rss * MB), 20 * MB),
        )
        .read();
    let json = seen.json();
    let account = &json["memory"]["accounts"][0];
    let section = seen.section("Memory Stats");
    let part = section
        .split("### Memory account, core")
        .nth(1)
        .unwrap()
        .split("###")
        .next()
        .unwrap()
        .trim()
        .to_owned();
    format!("{}\n{part}\n", account["conclusion"].as_str().unwrap())
}

#[test]
fn the_four_conclusions_of_the_memory_account() {
    let said = |stats: &Memstats, rss: i64, in_use: i64, expected: &Expect| {
        expected.assert_eq(&account(stats, rss, in_use));
    };
    said(
        &MODEST,
        90,
        20,
        &expect![[r#"
            modest
            Of the 90.0 MB that the core Agent has resident, the Go runtime holds 55.0 MB (61.1%; Sys minus HeapReleased), and the heap profile explains 20.0 MB of that (36.4%). 35.0 MB (38.9%) are outside of Go, 20.0 MB of them Python's. None of the parts is large: each is under 100 MB.

            core: 90.0 MB resident memory

            | Part | Value | Share |
            | --- | ---: | ---: |
            | Heap in use (live objects: what the heap profile shows) | 20.0 MB | 22.2% |
            | Garbage (not collected yet, or newer than the last collection) | 10.00 MB | 11.1% |
            | Spans (free room inside of spans in use) | 6.00 MB | 6.7% |
            | Idle heap (free, still held by the process) | 7.00 MB | 7.8% |
            | Go runtime (goroutine stacks, tables of the runtime and the collector) | 12.0 MB | 13.3% |
            | Python (objects of Python's allocator (pymem)) | 20.0 MB | 22.2% |
            | Rest (C libraries, mapped files and binaries) | 15.0 MB | 16.7% |
            | **Total** | 90.0 MB |  |
        "#]],
    );
    said(
        &LARGE,
        400,
        200,
        &expect![[r#"
            retention
            Of the 400 MB that the core Agent has resident, the Go runtime holds 300 MB (75.0%; Sys minus HeapReleased), and the heap profile explains 200 MB of that (66.7%). 100 MB (25.0%) are outside of Go, 20.0 MB of them Python's. The heap in use is large by itself: real retention, which the heap profile explains.

            core: 400 MB resident memory

            | Part | Value | Share |
            | --- | ---: | ---: |
            | Heap in use (live objects: what the heap profile shows) | 200 MB | 50.0% |
            | Garbage (not collected yet, or newer than the last collection) | 40.0 MB | 10.0% |
            | Spans (free room inside of spans in use) | 10.0 MB | 2.5% |
            | Idle heap (free, still held by the process) | 30.0 MB | 7.5% |
            | Go runtime (goroutine stacks, tables of the runtime and the collector) | 20.0 MB | 5.0% |
            | Python (objects of Python's allocator (pymem)) | 20.0 MB | 5.0% |
            | Rest (C libraries, mapped files and binaries) | 80.0 MB | 20.0% |
            | **Total** | 400 MB |  |
        "#]],
    );
    said(
        &LARGE,
        400,
        60,
        &expect![[r#"
            garbage
            Of the 400 MB that the core Agent has resident, the Go runtime holds 300 MB (75.0%; Sys minus HeapReleased), and the heap profile explains 60.0 MB of that (20.0%). 100 MB (25.0%) are outside of Go, 20.0 MB of them Python's. Go holds much more than is in use: that is garbage and fragmentation, not retention. Look at the allocation rate, GOGC and GOMEMLIMIT.

            core: 400 MB resident memory

            | Part | Value | Share |
            | --- | ---: | ---: |
            | Heap in use (live objects: what the heap profile shows) | 60.0 MB | 15.0% |
            | Garbage (not collected yet, or newer than the last collection) | 180 MB | 45.0% |
            | Spans (free room inside of spans in use) | 10.0 MB | 2.5% |
            | Idle heap (free, still held by the process) | 30.0 MB | 7.5% |
            | Go runtime (goroutine stacks, tables of the runtime and the collector) | 20.0 MB | 5.0% |
            | Python (objects of Python's allocator (pymem)) | 20.0 MB | 5.0% |
            | Rest (C libraries, mapped files and binaries) | 80.0 MB | 20.0% |
            | **Total** | 400 MB |  |
        "#]],
    );
    said(
        &LARGE,
        700,
        200,
        &expect![[r#"
            outside-go
            Of the 700 MB that the core Agent has resident, the Go runtime holds 300 MB (42.9%; Sys minus HeapReleased), and the heap profile explains 200 MB of that (66.7%). 400 MB (57.1%) are outside of Go, 20.0 MB of them Python's. Most of the memory is outside of Go, so growth there can't be seen in a Go profile: look at Python checks (check \<name\> -m -t 20) and at C libraries.

            core: 700 MB resident memory

            | Part | Value | Share |
            | --- | ---: | ---: |
            | Heap in use (live objects: what the heap profile shows) | 200 MB | 28.6% |
            | Garbage (not collected yet, or newer than the last collection) | 40.0 MB | 5.7% |
            | Spans (free room inside of spans in use) | 10.0 MB | 1.4% |
            | Idle heap (free, still held by the process) | 30.0 MB | 4.3% |
            | Go runtime (goroutine stacks, tables of the runtime and the collector) | 20.0 MB | 2.9% |
            | Python (objects of Python's allocator (pymem)) | 20.0 MB | 2.9% |
            | Rest (C libraries, mapped files and binaries) | 380 MB | 54.3% |
            | **Total** | 700 MB |  |
        "#]],
    );
    // Half of it outside of Go is the limit, a third of what Go holds in use the other one.
    assert!(account(&LARGE, 599, 200).starts_with("retention"));
    assert!(account(&LARGE, 400, 101).starts_with("retention"));
}

// ---- the garbage collector

#[test]
fn the_story_of_the_collector() {
    let flare = || {
        MadeUp::linux()
            .leaking("core", 1, 30)
            .profile(
                "core-cpu",
                &cpu(
                    "main;app.a 500\nmain;app.b 600\nruntime.gcBgMarkWorker;runtime.scanobject 700",
                    30,
                ),
            )
            .file("expvar/memstats", LARGE.text())
    };
    let told = |seen: &Seen| {
        let section = seen.section("Memory Stats");
        let story = section
            .split("### Garbage collection\n\n- core: ")
            .nth(1)
            .unwrap_or_default();
        story.split("###").next().unwrap().trim().to_owned()
    };
    let debug = |gogc: &str, limit: &str| {
        format!(
            "=== GC Settings ===\nGOGC: {gogc}\nGOMEMLIMIT: {limit}\n=== GC Stats ===\nNum GC: 1204\n"
        )
    };
    let seen = flare()
        .file(
            "runtime_debug_info.log",
            debug("not set (Go default: 100)", "not set (unlimited)"),
        )
        .read();
    expect!["Garbage collection takes 38.9% of the core Agent's CPU profile, and took 0.04% of the CPU time that was available since its start (GCCPUFraction). 1,204 collections since the start. 1.03 MB are allocated a second. GOGC is 100, the default: a collection starts when the heap has doubled. GOMEMLIMIT is not set. That is a high share: the functions under Allocations in the Window are what makes the collector work."].assert_eq(&told(&seen));
    expect![""].assert_eq(&notes(&seen, "gc-share"));
    // What the runtime says comes before what the environment says.
    let seen = flare()
        .file("runtime_debug_info.log", debug("50", "400MiB"))
        .file("envvars.log", "GOGC=300\nGOMEMLIMIT=1GiB\n")
        .read();
    expect![[r#"
        Garbage collection takes 38.9% of the core Agent's CPU profile, and took 0.04% of the CPU time that was available since its start (GCCPUFraction). 1,204 collections since the start. 1.03 MB are allocated a second. GOGC is 50, under the default of 100: collections come more often and cost more CPU. GOMEMLIMIT is 400 MB: near it the collector uses more CPU instead of more memory. That is a high share. With a memory limit set, memory pressure can show as CPU: see whether the heap is near the limit, then look at Allocations in the Window.

        The heap of the core Agent and what bounds it

        | Heap | Value |
        | --- | ---: |
        | Live after the last collection | 41.0 MB |
        | Heap now, with garbage | 240 MB |
        | GOMEMLIMIT, for all that Go holds | 400 MB |"#]].assert_eq(&told(&seen));
    let seen = flare()
        .file("envvars.log", "GOGC=off\nGOMEMLIMIT=512MiB\n")
        .read();
    expect![[r#"
        Garbage collection takes 38.9% of the core Agent's CPU profile, and took 0.04% of the CPU time that was available since its start (GCCPUFraction). 1,204 collections since the start. 1.03 MB are allocated a second. GOGC is off: only GOMEMLIMIT starts collections. GOMEMLIMIT is 512 MB: near it the collector uses more CPU instead of more memory. That is a high share. With a memory limit set, memory pressure can show as CPU: see whether the heap is near the limit, then look at Allocations in the Window.

        The heap of the core Agent and what bounds it

        | Heap | Value |
        | --- | ---: |
        | Live after the last collection | 41.0 MB |
        | Heap now, with garbage | 240 MB |
        | GOMEMLIMIT, for all that Go holds | 512 MB |"#]].assert_eq(&told(&seen));
    // In a local flare runtime_debug_info.log and the statistics are about the command.
    let seen = flare()
        .file("runtime_debug_info.log", debug("50", "400MiB"))
        .file("local", "")
        .read();
    expect!["Garbage collection takes 38.9% of the core Agent's CPU profile. 1.03 MB are allocated a second. That is a high share: the functions under Allocations in the Window are what makes the collector work."].assert_eq(&told(&seen));
}

// ---- goroutines

const TAILER: [&str; 2] = [
    "runtime.gopark",
    "github.com/DataDog/datadog-agent/pkg/logs/tailers/file.(*Tailer).readForever",
];
const WAITER: [&str; 3] = [
    "internal/sync.runtime_SemacquireMutex",
    "internal/sync.(*Mutex).lockSlow",
    "github.com/DataDog/datadog-agent/comp/core/tagger/tagstore.(*TagStore).LookupHashed",
];

#[test]
fn goroutines_with_one_same_stack() {
    let seen = |same: usize| {
        resident(100)
            .file(
                "go-routine-dump.log",
                goroutines(&[
                    (same, "select, 47 minutes", &TAILER),
                    (3, "IO wait", &["net.read"]),
                ]),
            )
            .read()
    };
    expect![""].assert_eq(&notes(&seen(101), "same-stack"));
    assert_eq!(notes(&seen(100), "same-stack"), "");
    expect![""].assert_eq(&notes(&seen(998), "many-goroutines"));
    assert_eq!(notes(&seen(997), "many-goroutines"), "");
    let section = seen(101).section("Goroutine Dump");
    expect!["The core Agent had 104 goroutines (18.7 kB) with 2 different stacks; the longest wait is 47 minutes."].assert_eq(section.split("\n\n").next().unwrap());
    expect![[r#"
        **101 × github.com/DataDog/datadog-agent/pkg/logs/tailers/file.(\*Tailer).readForever** (Logs Agent)
        State: select
        Longest wait: 47 minutes

        ```text
        runtime.gopark
        github.com/DataDog/datadog-agent/pkg/logs/tailers/file.(*Tailer).readForever  <- responsible
        ```"#]]
    .assert_eq(
        section
            .lines()
            .skip_while(|line| !line.starts_with("**101"))
            .collect::<Vec<_>>()
            .join("\n")
            .split("**3")
            .next()
            .unwrap()
            .trim(),
    );
}

#[test]
fn goroutines_that_wait_for_a_lock() {
    let seen = |waiting: usize| {
        let groups: [(usize, &str, &[&str]); 2] = [
            (waiting, "sync.Mutex.Lock", &WAITER),
            (5, "select", &TAILER),
        ];
        resident(100)
            .file("go-routine-dump.log", goroutines(&groups))
            .read()
    };
    expect![""].assert_eq(&notes(&seen(6), "lock-waits"));
    expect![""].assert_eq(&notes(&seen(1), "lock-waits"));
    assert_eq!(notes(&seen(0), "lock-waits"), "");
}

/// Small groups stand below those that the report shows, and are looked into all the same.
#[test]
fn lock_sites_of_small_groups() {
    let names: Vec<String> = (0..80)
        .map(|number| format!("app.worker{number}"))
        .collect();
    let frames: Vec<[&str; 2]> = names
        .iter()
        .map(|name| ["runtime.gopark", name.as_str()])
        .collect();
    let other = [
        "internal/sync.runtime_SemacquireMutex",
        "github.com/DataDog/datadog-agent/pkg/logs/pipeline.(*Pipeline).dispatch",
    ];
    let below: [&str; 4] = [WAITER[0], WAITER[1], WAITER[2], "app.other"];
    let mut groups: Vec<(usize, &str, &[&str])> = frames
        .iter()
        .map(|frames| (5, "select", frames.as_slice()))
        .collect();
    groups.push((3, "sync.Mutex.Lock", &other));
    groups.push((2, "sync.Mutex.Lock", &WAITER));
    groups.push((2, "sync.Mutex.Lock", &below));
    let seen = resident(100)
        .file("go-routine-dump.log", goroutines(&groups))
        .read();
    expect![""].assert_eq(&notes(&seen, "lock-waits"));
}

/// What may be the trouble itself keeps a ticket open although nothing crossed.
#[test]
fn alarming_notes_are_steps() {
    let steps = |rss: i64| {
        let seen = resident(rss)
            .file("k8s/kubelet_pods.yaml", kubelet_pods("500Mi", 0, None))
            .read();
        let section = seen.section("Recommendations");
        section.lines().take(2).collect::<Vec<_>>().join("\n")
    };
    expect![[r#"
        1. **Memory near the container's limit, core Agent**: Find out what held the memory before the kill: a flare with profiles taken while memory is high, before the limit is reached. Raise the limit meanwhile, so that the process lives long enough.
    "#]].assert_eq(&steps(450));
    expect![[r#"
        1. **Nothing stands out**: Nothing has to be fixed by what this flare shows. Close with the customer message, unless the symptom is still there.
        2. **If the Agent seems stuck**: Waiting for locks was not measured. The flags --profile-mutex and --profile-blocking (since 7.30) raise the rates while the flare is made, in the core Agent only."#]].assert_eq(&steps(449));
}

// ---- what a finding is tied to

/// What the flare ties its only finding to.
fn correlation(seen: &Seen) -> String {
    let report = seen.report();
    let [finding] = report.judgement.findings.as_slice() else {
        panic!("{} findings", report.judgement.findings.len());
    };
    texts::correlation(report, finding).join("\n")
}

/// A core Agent in which one function grew by 32 MB.
fn grown(function: &str) -> MadeUp {
    let lines = |megabytes: i64| format!("main;{function} {}", megabytes * MB);
    MadeUp::linux()
        .calm("core")
        .pair("core", &lines(40), &lines(72), 30)
}

#[test]
fn a_reported_case_is_a_step() {
    let seen = made_up::cases::all()
        .into_iter()
        .find(|(name, _)| *name == "made-up-known-case")
        .unwrap()
        .1
        .read();
    expect!["1. **Memory leak in the core Agent**: See whether a reported case fits. Looks like DataDog/datadog-agent#56407 (a second dogstatsd-capture leaks every packet buffer; open, fix proposed in DataDog/datadog-agent#56571): after a second dogstatsd-capture in one Agent process, packet buffers of the Unix socket are never given back to their pool: 8 KB per packet until memory runs out. Remedy: restart the Agent, and run at most one capture per Agent process. This is a resemblance by stack and version, not a proof."].assert_eq(seen.section("Recommendations").lines().next().unwrap());
}

#[test]
fn a_go_check_and_its_running_check() {
    let function =
        "github.com/DataDog/datadog-agent/pkg/collector/corechecks/cluster/ksm.(*KSMCheck).Run";
    let with = |checks: Vec<String>| {
        let status = Status {
            checks,
            ..Status::default()
        };
        correlation(&grown(function).status(status).read())
    };
    expect!["The function belongs to the check kubernetes_state_core, which is running: 1 instance, 41,000,000 metric samples in total, 2300 ms on average."].assert_eq(&with(vec![
        check("cpu", "", 1, 9, 0),
        check("kubernetes_state_core", "", 1, 41_000, 2_300),
    ]));
    expect!["The function belongs to the check kubernetes_state_core, which is not among the running checks."].assert_eq(&with(vec![check("cpu", "", 1, 9, 0)]));
    let unknown = grown(function).file(
        "status.log",
        "unable to get the status of the agent, is it running?\n",
    );
    expect!["The function belongs to the check kubernetes_state_core; the flare does not tell which checks were running."].assert_eq(&correlation(&unknown.read()));
}

#[test]
fn python_suspects_are_a_ranking() {
    let function = "github.com/DataDog/datadog-agent/pkg/collector/python._Cfunc_GoString";
    let with = |checks: Vec<String>| {
        let status = Status {
            checks,
            ..Status::default()
        };
        correlation(&grown(function).status(status).read())
    };
    // By instances, then by samples, then by time; Go checks are none.
    expect![[r#"
        Running Python checks by instances, metric samples and time of a run: 1. postgres (22.1.0): 12 instances, 30,000,000 metric samples in total, 340 ms on average; 2. redisdb (5.7.0): 1 instance, 900,000 metric samples in total, 3 ms on average; 3. kafka (4.0.0): 1 instance, 10,000 metric samples in total, 900 ms on average; 4. nginx (6.3.0): 1 instance, 10,000 metric samples in total, 3 ms on average; 5. openmetrics (4.2.0): 1 instance, 5,000 metric samples in total, 1 ms on average; and 1 more.
        This is a ranking of suspects, not a proof: the heap profile does not say which check it was."#]].assert_eq(&with(vec![
        check("cpu", "", 9, 9, 0),
        check("nginx", "6.3.0", 1, 10, 3),
        check("redisdb", "5.7.0", 1, 900, 3),
        check("postgres", "22.1.0", 12, 2_500, 340),
        check("kafka", "4.0.0", 1, 10, 900),
        check("openmetrics", "4.2.0", 1, 5, 1),
        check("custom", "unversioned", 1, 1, 1),
    ]));
    expect!["None of the 2 running checks is a Python integration with a version; custom checks may show none."].assert_eq(&with(vec![check("cpu", "", 1, 9, 0), check("load", "", 1, 6, 0)]));
}

#[test]
fn contexts_of_dogstatsd() {
    let aggregator = |contexts: i64| {
        format!(
            "DogstatsdContexts: {contexts}\nDogstatsdContextsByMtype:\n  Count: {}\n  Gauge: {}\n",
            contexts / 3,
            contexts - contexts / 3
        )
    };
    let flare = |contexts: i64| {
        let status = Status {
            more: "=========\nDogStatsD\n=========\n  Event Packets: 0\n  Metric Packets: 1,908,000\n  Udp Packets: 381,600\n",
            ..Status::default()
        };
        grown(SAMPLE)
            .status(status)
            .file("expvar/aggregator", aggregator(contexts))
    };
    let seen = flare(184_532).read();
    expect![[r#"
        The Agent held 184,532 DogStatsD contexts (123,022 Gauge, 61,510 Count).
        DogStatsD since the Agent's start: Metric Packets 1,908,000, Udp Packets 381,600. That is about 10 metrics a second.
        Checks with the most metric samples in a run: network 174, cpu 9."#]].assert_eq(&correlation(&seen));
    let advice = |seen: &Seen| {
        let section = seen.section("Recommendations");
        section.lines().next().unwrap().to_owned()
    };
    // From 5,000 contexts on they are worth looking at, below that the checks are.
    expect!["1. **Memory leak in the core Agent**: The Agent held 5,000 DogStatsD contexts. Find the metrics with the most contexts and the tags that multiply them; tags with ever new values (user, session or request ids, timestamps) are the usual cause. The command counts on the live Agent."].assert_eq(&advice(&flare(5_000).read()));
    expect!["1. **Memory leak in the core Agent**: DogStatsD held only 4,999 contexts, so look at what checks submit: the checks with the most samples are network (174 samples a run), cpu (9 samples a run). Reduce what the first one collects or tags, and compare."].assert_eq(&advice(&flare(4_999).read()));
    // In a local flare the file is about the command; the telemetry is the Agent's.
    let seen = flare(3)
        .file("local", "")
        .file(
            "telemetry.log",
            "aggregator__dogstatsd_contexts{shard=\"0\"} 7500\n",
        )
        .read();
    assert_eq!(seen.report().contexts.dogstatsd, Some(7500));
}

#[test]
fn the_forwarders_retry_queue() {
    let function = "github.com/DataDog/datadog-agent/comp/forwarder/defaultforwarder/internal/retry.(*TransactionRetryQueue).Add";
    let forwarder = |dropped: i64, waiting: i64| {
        format!(
            "TransactionContainer:\n  CurrentMemSizeInBytes: {}\n  TransactionsDroppedCount: {dropped}\nTransactions:\n  \
             Dropped: {dropped}\n  Errors: 0\n  HighPriorityQueueFull: 0\n  Requeued: {waiting}\n  Retried: 0\n  \
             RetryQueueSize: {waiting}\n",
            waiting * 20_000
        )
    };
    let seen = grown(function)
        .file("expvar/forwarder", forwarder(33, 812))
        .read();
    expect!["Forwarder transactions: Dropped 33, Retried 0, Requeued 812, RetryQueueSize 812, HighPriorityQueueFull 0, Errors 0, Retry queue 15.5 MB, Retry queue dropped 33."].assert_eq(&correlation(&seen));
    let seen = grown(function)
        .file("expvar/forwarder", forwarder(0, 0))
        .read();
    expect!["Forwarder transactions: Dropped 0, Retried 0, Requeued 0, RetryQueueSize 0, HighPriorityQueueFull 0, Errors 0, Retry queue 0 B, Retry queue dropped 0. Nothing was dropped or waits, so no back-pressure shows here."].assert_eq(&correlation(&seen));
    let seen = grown(function)
        .file("expvar/forwarder", forwarder(33, 812))
        .file("local", "")
        .read();
    assert_eq!(correlation(&seen), "");
}

#[test]
fn what_the_trace_agent_counts() {
    let lines = |megabytes: i64| {
        format!(
            "main;github.com/DataDog/datadog-agent/pkg/trace/stats.(*Concentrator).Add {}",
            megabytes * MB
        )
    };
    let flare =
        MadeUp::linux()
            .calm("core")
            .calm("trace")
            .pair("trace", &lines(20), &lines(60), 30);
    let vars = "pid: 5\nratebyservice:\n  service:a,env:prod: 1\n  service:b,env:prod: 0.5\nreceiver:\n- Lang: go\n  PayloadRefused: 2\n  SpansReceived: 1.2e+06\n  TracesDropped:\n    EmptyTrace: 7\n  TracesReceived: 26000\nstats_writer:\n  StatsEntries: 90210\ntrace_writer:\n  Errors: 3\n  Payloads: 40\n  Retries: 9\nuptime: 324000\n";
    let seen = flare.clone().file("expvar/trace-agent", vars).read();
    expect!["The trace-agent counts of the minute before the flare: traces received 26,000, spans received 1,200,000, traces dropped 7, payloads refused 2, trace payloads sent 40, send errors 3, send retries 9, stats entries 90,210, services 2."].assert_eq(&correlation(&seen));
    let seen = flare
        .clone()
        .file(
            "expvar/trace-agent",
            "Error retrieving vars: Get \"https://127.0.0.1:5012/debug/vars\": EOF",
        )
        .read();
    expect![[r#"The trace-agent's own variables are not in the flare: Error retrieving vars: Get "https://127.0.0.1:5012/debug/vars": EOF."#]].assert_eq(&correlation(&seen));
    assert_eq!(correlation(&flare.read()), "");
}

#[test]
fn a_contention_and_the_goroutines_of_that_moment() {
    let tagger =
        "github.com/DataDog/datadog-agent/comp/core/tagger/tagstore.(*TagStore).ProcessTagInfo";
    let flare = MadeUp::linux().calm("core").profile(
        "core-mutex",
        &locks(&format!("main;{tagger};sync.(*Mutex).Unlock 9000 48000")),
    );
    let groups: [(usize, &str, &[&str]); 2] =
        [(6, "sync.Mutex.Lock", &WAITER), (70, "select", &TAILER)];
    let seen = flare
        .clone()
        .file("go-routine-dump.log", goroutines(&groups))
        .read();
    expect!["Goroutine dump of the core Agent: 76 goroutines, 6 of them waiting for a lock at that moment."].assert_eq(&correlation(&seen));
    assert_eq!(correlation(&flare.read()), "");
}

// ---- of whom

/// A folder of loose profiles is no host, and its name none that a customer knows.
#[test]
fn loose_profiles_have_no_host() {
    let profiles = MadeUp::empty().leaking("core", 40, 60);
    let whole = profiles.read().text(ExportFormat::Customer);
    assert!(
        whole.contains("(host made-up-1, 18 November 2026"),
        "{whole}"
    );
    let loose = ["1st", "2nd"].iter().fold(MadeUp::empty(), |loose, name| {
        let seconds = if *name == "1st" { 0 } else { 60 };
        let bytes = heap(&format!("main;{SAMPLE} {}", (40 + seconds) * MB), seconds).bytes();
        loose.file(&format!("core-{name}-heap.pprof"), bytes)
    });
    let loose = loose.read().text(ExportFormat::Customer);
    assert!(
        loose.contains("Thank you for the flare (18 November 2026"),
        "{loose}"
    );
}

/// Of what shrank in a difference the share is below zero, so that all of them add up.
#[test]
fn shares_of_owners_add_up_with_their_signs() {
    let logs = "github.com/DataDog/datadog-agent/pkg/logs/sender.(*Sender).run";
    let seen = MadeUp::linux()
        .calm("core")
        .pair(
            "core",
            &format!("main;{SAMPLE} {}\nmain;{logs} {}", 20 * MB, 30 * MB),
            &format!("main;{SAMPLE} {}\nmain;{logs} {}", 60 * MB, 20 * MB),
            60,
        )
        .read();
    let section = seen.section("Heap Diff Analysis, core");
    let rows: Vec<&str> = section
        .lines()
        .filter(|line| line.starts_with("| ") && line.matches('|').count() == 4)
        .collect();
    expect![[r#"
        | Owner | Value | Share |
        | --- | ---: | ---: |
        | Core Agent, aggregation | +40.0 MB | 133% |
        | Logs Agent | -10.0 MB | -33.3% |
        | **Total** | +30.0 MB |  |"#]]
    .assert_eq(&rows.join("\n"));
}

/// Another flare, not a longer one: no flag changes what the OpenTelemetry Agent records.
#[test]
fn a_busy_opentelemetry_agent_is_asked_for_a_plain_flare() {
    let busy = cpu(
        "main;go.opentelemetry.io/collector/pdata/ptrace.Spans.At 9000\nmain;app.a 900",
        10,
    );
    let seen = MadeUp::linux()
        .file(
            "otel/otel-flare/pprof/dd-autoconfigured_debug_pprof_profile.dat",
            busy.bytes(),
        )
        .read();
    expect![[r#"
        1. **CPU spike in the OpenTelemetry Agent**: Look at the pipelines in otel/otel-flare: a batch or memory_limiter processor, and the number of distinct resources, decide what is kept.
        2. **CPU spike in the OpenTelemetry Agent**: Escalate to opentelemetry-agent, with the escalation summary below and the flare. It is about: OTel Agent (OpenTelemetry Collector).
        3. **Memory leak in the OpenTelemetry Agent not measured**: The flare holds no heap snapshots of this process. Profiles of the OpenTelemetry Agent come with every flare while its ddflare extension is on: see that it runs, and make another flare while the problem is happening.

           ```text
           sudo datadog-agent flare
           ```"#]].assert_eq(&seen.section("Recommendations"));
    let customer = seen.text(ExportFormat::Customer);
    assert!(!customer.contains("--profile"), "{customer}");
    assert!(
        customer.contains("configuration of the OpenTelemetry pipelines"),
        "{customer}"
    );
}
