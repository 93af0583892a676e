//! Made-up flares for the variants that the flares of `tests/flares` do not show, by name.

use super::{
    MB, MadeUp, Memstats, SAMPLE, Status, check, cpu, goroutines, heap, host, installed_by,
    kubelet_pods, locks, telemetry,
};

/// All of them; the name is that of the golden files.
pub fn all() -> Vec<(&'static str, MadeUp)> {
    vec![
        ("made-up-identical-pair", identical_pair()),
        ("made-up-damaged-cpu", damaged_cpu()),
        ("made-up-nothing-measured", nothing_measured()),
        ("made-up-internal-profiler", internal_profiler()),
        ("made-up-low-confidence-leak", low_confidence_leak()),
        ("made-up-python-normal", python_normal()),
        ("made-up-windows-leak", windows_leak()),
        ("made-up-kubernetes-near-limit", kubernetes_near_limit()),
        ("made-up-cluster-agent", cluster_agent()),
        ("made-up-cluster-agent-normal", cluster_agent_normal()),
        ("made-up-known-case", known_case()),
        ("made-up-local", local()),
        ("made-up-local-no-profiles", local_no_profiles()),
        ("made-up-notes-only", notes_only()),
        ("made-up-trace-only", trace_only()),
        ("made-up-otel-agent", otel_agent()),
        ("made-up-trace-leak", trace_leak()),
        ("made-up-permanent-rate", permanent_rate()),
        ("made-up-unowned-leak", unowned_leak()),
        ("made-up-old-forwarder", old_forwarder()),
    ]
}

const QUIET: Memstats = Memstats {
    sys: 90 * MB,
    released: 8 * MB,
    idle: 20 * MB,
    inuse: 52 * MB,
    alloc: 44 * MB,
};

/// No garbage collection between the snapshots, so that growth can't be seen.
fn identical_pair() -> MadeUp {
    let first = heap(
        &format!("main;{SAMPLE} {}\nmain;app.keep {}", 18 * MB, 7 * MB),
        0,
    );
    MadeUp::linux()
        .calm("core")
        .profile("core-1st-heap", &first)
        .profile("core-2nd-heap", &first.clone().taken_at(30.0))
        .file("telemetry.log", telemetry(140 * MB))
        .file("expvar/memstats", QUIET.text())
        .file(
            "system-probe/dmesg.log",
            "[81000.101250] Out of memory: Killed process 4711 (agent) total-vm:2104832kB, anon-rss:508112kB\n\
             [81700.101250] Out of memory: Killed process 812 (mysqld) total-vm:9104832kB, anon-rss:8508112kB\n",
        )
}

/// The CPU profile was cut off on its way.
fn damaged_cpu() -> MadeUp {
    let mut bytes = cpu("main;app.a 200\nmain;app.b 190", 30).bytes();
    bytes.truncate(bytes.len() / 2);
    MadeUp::linux()
        .calm("core")
        .file("profiles/core-cpu.pprof", bytes)
}

/// Profiles of the main process that hold texts.
fn nothing_measured() -> MadeUp {
    let text = "Get \"http://127.0.0.1:5000/debug/pprof/heap\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
    ["1st-heap", "cpu", "2nd-heap", "mutex", "block"]
        .iter()
        .fold(MadeUp::linux(), |flare, name| {
            flare.reply(&format!("core-{name}"), text)
        })
}

/// The Agent's own profiler held the CPU profile, which ended the collection.
fn internal_profiler() -> MadeUp {
    MadeUp::linux()
        .calm("core")
        .lost(&["core-cpu", "core-2nd-heap", "core-mutex", "core-block"])
        .file(
            "runtime_config_dump.yaml",
            "internal_profiling:\n  enabled: true\n",
        )
}

/// Growth of an Agent that has just started, in a short window.
fn low_confidence_leak() -> MadeUp {
    let status = Status {
        uptime_s: 240,
        ..Status::default()
    };
    MadeUp::linux().status(status).leaking("core", 24, 12)
}

/// Busy Python checks, nothing crossed, nobody waited.
fn python_normal() -> MadeUp {
    let python = "github.com/DataDog/datadog-agent/pkg/collector/python.(*PythonCheck).Run";
    let status = Status {
        checks: vec![
            check("cpu", "", 1, 9, 0),
            check("postgres", "22.1.0", 6, 2_500, 340),
            check("redisdb", "5.7.0", 1, 90, 3),
        ],
        ..Status::default()
    };
    MadeUp::linux()
        .status(status)
        .calm("core")
        .profile(
            "core-cpu",
            &cpu(
                &format!("main;{python};runtime.cgocall 2000\nmain;app.a 1500\nmain;app.b 900"),
                30,
            ),
        )
        .profile(
            "core-mutex",
            &locks("main;app.a;sync.(*Mutex).Unlock 800 40"),
        )
        .profile(
            "core-block",
            &locks("main;app.a;runtime.selectgo 9000 900000\nmain;app.b;sync.(*Mutex).Lock 20 12"),
        )
        .file(
            "telemetry.log",
            format!("{}pymem__inuse {}\n", telemetry(260 * MB), 120 * MB),
        )
        .file("expvar/memstats", QUIET.text())
}

fn windows_leak() -> MadeUp {
    let status = Status {
        os: "windows",
        platform: ["Windows Server 2022 Datacenter", "10.0 Build 20348"],
        ..Status::default()
    };
    let logs =
        "github.com/DataDog/datadog-agent/pkg/logs/internal/decoder.(*MultiLineHandler).process";
    MadeUp::linux()
        .status(status)
        .file("install_info.log", installed_by("windows_msi_gui"))
        .calm("core")
        .pair(
            "core",
            &format!("main;{logs} {}", 30 * MB),
            &format!("main;{logs} {}", 78 * MB),
            60,
        )
        .profile("core-cpu", &cpu("main;app.a 200\nmain;app.b 190", 60))
}

/// A leak in a pod whose container is nearly full, and was killed for it before.
fn kubernetes_near_limit() -> MadeUp {
    let aggregator =
        "DogstatsdContexts: 61200\nDogstatsdContextsByMtype:\n  Count: 20400\n  Gauge: 40800\n";
    MadeUp::linux()
        .leaking("core", 40, 60)
        .profile("core-cpu", &cpu("main;app.a 200\nmain;app.b 190", 60))
        .file("install_info.log", installed_by("helm"))
        .file("k8s/kubelet_pods.yaml", kubelet_pods("512Mi", 4, Some("OOMKilled")))
        .file("telemetry.log", telemetry(487 * MB))
        .file("expvar/aggregator", aggregator)
        .file("metadata/host.json", host(4, 16_384 * MB))
        .file(
            "system-probe/dmesg.log",
            "[81000.100200] memory: usage 524288kB, limit 524288kB, failcnt 31\n[81000.101250] Memory cgroup out of memory: \
             Killed process 4711 (agent) total-vm:2104832kB, anon-rss:508112kB, file-rss:61440kB, shmem-rss:0kB\n",
        )
}

fn cluster_status() -> Status {
    Status {
        title: "Datadog Cluster Agent",
        checks: vec![check("kubernetes_apiserver", "", 1, 0, 12)],
        ..Status::default()
    }
}

fn cluster_agent() -> MadeUp {
    let store = "k8s.io/client-go/tools/cache.(*threadSafeMap).Add";
    let from = "github.com/DataDog/datadog-agent/pkg/clusteragent/orchestrator.(*Controller).Run";
    MadeUp::empty()
        .file("cluster-agent-status.log", cluster_status().text())
        .file("install_info.log", installed_by("helm"))
        .calm("datadog-cluster-agent")
        .pair(
            "datadog-cluster-agent",
            &format!("main;{from};{store} {}", 90 * MB),
            &format!("main;{from};{store} {}", 130 * MB),
            60,
        )
        .profile(
            "datadog-cluster-agent-cpu",
            &cpu("main;app.a 200\nmain;app.b 190", 60),
        )
}

fn cluster_agent_normal() -> MadeUp {
    MadeUp::empty()
        .file("cluster-agent-status.log", cluster_status().text())
        .calm("datadog-cluster-agent")
}

/// DataDog/datadog-agent#56407 as its stack shows it.
fn known_case() -> MadeUp {
    let pool = "github.com/DataDog/datadog-agent/comp/dogstatsd/listeners.(*UDSDatagramListener).listen;\
                github.com/DataDog/datadog-agent/comp/dogstatsd/packets.(*PoolManager).Get;sync.(*Pool).Get;\
                github.com/DataDog/datadog-agent/comp/dogstatsd/packets.NewPool.func1";
    let status = Status {
        version: "7.71.2",
        ..Status::default()
    };
    MadeUp::linux()
        .status(status)
        .calm("core")
        .pair(
            "core",
            &format!("main;{pool} {}\nmain;app.keep {}", 200 * MB, 8 * MB),
            &format!("main;{pool} {}\nmain;app.keep {}", 264 * MB, 8 * MB),
            60,
        )
        .profile("core-cpu", &cpu("main;app.a 200\nmain;app.b 190", 60))
        .file("telemetry.log", telemetry(420 * MB))
}

fn local() -> MadeUp {
    MadeUp::linux()
        .leaking("core", 40, 60)
        .profile("core-cpu", &cpu("main;app.a 200\nmain;app.b 190", 60))
        .file(
            "status.log",
            "unable to get the status of the agent, is it running?\n",
        )
        .file("local", "unable to contact the agent\n")
        .file("expvar/memstats", QUIET.text())
        .file("telemetry.log", telemetry(300 * MB))
}

fn local_no_profiles() -> MadeUp {
    MadeUp::linux()
        .file(
            "status.log",
            "unable to get the status of the agent, is it running?\n",
        )
        .file("local", "")
}

/// Nothing crosses, and much is worth knowing.
fn notes_only() -> MadeUp {
    let stack: [&str; 2] = [
        "runtime.gopark",
        "github.com/DataDog/datadog-agent/pkg/logs/tailers/file.(*Tailer).readForever",
    ];
    MadeUp::linux()
        .calm("core")
        .pair(
            "core",
            &format!("main;{SAMPLE} {}", 300 * MB),
            &format!("main;{SAMPLE} {}", 305 * MB),
            30,
        )
        .profile(
            "core-cpu",
            &cpu(
                "main;app.a 9000\nmain;app.b 8000\nruntime.gcBgMarkWorker;runtime.scanobject 8000",
                30,
            ),
        )
        .file("install_info.log", installed_by("helm"))
        .file("telemetry.log", telemetry(1200 * MB))
        .file("k8s/kubelet_pods.yaml", kubelet_pods("1280Mi", 1, None))
        .file(
            "go-routine-dump.log",
            goroutines(&[(1200, "select, 90 minutes", &stack)]),
        )
}

/// Profiles of the trace-agent alone: it records 4 s.
fn trace_only() -> MadeUp {
    MadeUp::linux().calm("trace").pair(
        "trace",
        "main;app.keep 20971520",
        "main;app.keep 21971520",
        4,
    )
}

/// What the OpenTelemetry Agent's extension puts into a flare: one heap snapshot.
fn otel_agent() -> MadeUp {
    let batch = "go.opentelemetry.io/collector/processor/batchprocessor.(*batchTraces).add";
    let folder = "otel/otel-flare/pprof/dd-autoconfigured_debug_pprof";
    MadeUp::linux()
        .file(
            &format!("{folder}_heap.dat"),
            heap(&format!("main;{batch} {}", 210 * MB), 0).bytes(),
        )
        .file(
            &format!("{folder}_profile.dat"),
            cpu("main;app.a 200\nmain;app.b 190\nmain;app.c 210", 30).bytes(),
        )
}

/// Growth within the 4 s of the trace-agent, in a pod.
fn trace_leak() -> MadeUp {
    let stats = "github.com/DataDog/datadog-agent/pkg/trace/stats.(*Concentrator).Add";
    let vars = "memstats:\n  Alloc: 1.2e+08\n  HeapAlloc: 1.2e+08\n  HeapInuse: 1.3e+08\n  HeapIdle: 2e+07\n  \
                HeapReleased: 1e+07\n  Sys: 1.8e+08\n  NumGC: 900\nuptime: 7200\nversion:\n  Version: 7.81.3\n";
    MadeUp::linux()
        .file("install_info.log", installed_by("helm"))
        .calm("core")
        .calm("trace")
        .pair(
            "trace",
            &format!("main;{stats} {}", 70 * MB),
            &format!("main;{stats} {}", 84 * MB),
            4,
        )
        .file("expvar/trace-agent", vars)
}

/// Lock profiles that the configuration fills: they count since the start.
fn permanent_rate() -> MadeUp {
    let store =
        "github.com/DataDog/datadog-agent/comp/core/workloadmeta/impl.(*workloadmeta).handleEvents";
    MadeUp::linux()
        .calm("core")
        .profile(
            "core-mutex",
            &locks(&format!("main;{store};sync.(*Mutex).Unlock 90000 640000")),
        )
        .file(
            "runtime_config_dump.yaml",
            "internal_profiling:\n  enabled: false\n  mutex_profile_fraction: 10\n",
        )
}

/// Growth in code that nobody owns, in a container.
fn unowned_leak() -> MadeUp {
    MadeUp::linux()
        .file("install_info.log", installed_by("docker"))
        .calm("core")
        .pair(
            "core",
            &format!("main;acme.io/plugin.(*Cache).Put {}", 20 * MB),
            &format!("main;acme.io/plugin.(*Cache).Put {}", 60 * MB),
            60,
        )
        .profile("core-cpu", &cpu("main;app.a 200\nmain;app.b 190", 60))
}

/// An Agent of 2022 with its old package paths, on a host by German time.
fn old_forwarder() -> MadeUp {
    let queue = "github.com/DataDog/datadog-agent/pkg/forwarder/internal/retry.(*TransactionRetryQueue).Add";
    let status = Status {
        version: "7.38.2",
        zone: Some(("CET", 1)),
        ..Status::default()
    };
    MadeUp::linux()
        .status(status)
        .calm("core")
        .pair(
            "core",
            &format!("main;{queue} {}", 30 * MB),
            &format!("main;{queue} {}", 75 * MB),
            60,
        )
        .profile("core-cpu", &cpu("main;app.a 200\nmain;app.b 190", 60))
        .file(
            "expvar/forwarder",
            "Transactions:\n  Success: 81200\n  Dropped: 18\n  Retried: 2304\n  Requeued: 2204\n  RetryQueueSize: 412\n",
        )
        .file("telemetry.log", telemetry(310 * MB))
}
