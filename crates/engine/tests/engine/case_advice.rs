//! Advice holds on the customer's version, and costs no evidence: the cases with their right
//! answers, and near misses beside them.

use crate::said::{never, says};
use engine::export::{ExportFormat, ExportOptions, export};
use testkit::fixtures;
use testkit::made_up::{MadeUp, Seen, Status, check, cpu_in, heap, locks};

const TEXTS: [ExportFormat; 6] = [
    ExportFormat::Markdown,
    ExportFormat::Html,
    ExportFormat::Json,
    ExportFormat::Customer,
    ExportFormat::Escalation,
    ExportFormat::Jira,
];

fn customer(seen: &Seen) -> String {
    seen.text(ExportFormat::Customer)
}

fn steps(seen: &Seen) -> String {
    seen.section("Recommendations")
}

fn of_version(version: &'static str) -> MadeUp {
    MadeUp::linux().status(Status {
        version,
        ..Status::default()
    })
}

/// A trace-agent that one function keeps busy, with few samples.
fn busy_trace(flare: MadeUp) -> MadeUp {
    flare.calm("core").calm("trace").profile(
        "trace-cpu",
        &cpu_in(
            "nanoseconds",
            5_000_000,
            "main;github.com/DataDog/datadog-agent/pkg/obfuscate.(*SQLTokenizer).Scan 480",
            4,
        ),
    )
}

// ---- nothing that loses the evidence

#[test]
fn a_leak_of_the_trace_agent_is_settled_by_hand() {
    // Agent 7.59 of Go 1.22: its debug server speaks plain http.
    let old = MadeUp::case("55-trace-old").read();
    let by_hand = "curl http://127.0.0.1:5012/debug/pprof/heap -o trace-heap-1.pb.gz";
    says(
        &steps(&old),
        &[by_hand, "ten minutes apart", "drop both files"],
    );
    says(&customer(&old), &[by_hand, "Nothing is restarted"]);
    never(
        &old,
        &[
            "receiver_timeout",
            "profile?seconds",
            "https://127.0.0.1:5012",
            "restart, and capture",
        ],
    );
    // A newer one speaks TLS.
    let new = MadeUp::case("53-trace-9MB-in-4s").read();
    let by_hand = "curl -k https://127.0.0.1:5012/debug/pprof/heap -o trace-heap-1.pb.gz";
    says(&steps(&new), &[by_hand]);
    says(&customer(&new), &[by_hand]);
    never(&new, &["receiver_timeout", "http://127.0.0.1:5012"]);
}

/// A leak of a trace-agent whose version is as given.
fn trace_leak(version: &'static str) -> Seen {
    of_version(version)
        .calm("core")
        .leaking("trace", 20, 4)
        .read()
}

#[test]
fn the_debug_server_is_addressed_as_the_version_has_it() {
    for (version, address) in [
        ("7.43.1", "curl http://127.0.0.1:8126/debug/pprof/heap"),
        ("7.44.0", "curl http://127.0.0.1:5012/debug/pprof/heap"),
        ("7.61.0", "curl http://127.0.0.1:5012/debug/pprof/heap"),
        ("7.63.0", "curl -k https://127.0.0.1:5012/debug/pprof/heap"),
    ] {
        let seen = trace_leak(version);
        says(&customer(&seen), &[address]);
        never(&seen, &["If that is refused"]);
    }
    // The change came with 7.62 or 7.63.
    let text = customer(&trace_leak("7.62.0"));
    says(
        &text,
        &[
            "curl -k https://127.0.0.1:5012",
            "If that is refused, http://",
        ],
    );
}

#[test]
fn no_case_is_told_to_restart_or_to_wait_long() {
    for name in [
        "53-trace-9MB-in-4s",
        "55-trace-old",
        "50-python-mem",
        "08-linkerd-python-rss",
        "r03-python-memory",
        "r04-trace-obfuscation",
    ] {
        let seen = MadeUp::case(name).read();
        never(
            &seen,
            &[
                "receiver_timeout",
                "tracemalloc",
                "--profile 60",
                "--profile 120",
                "--profile 150",
            ],
        );
    }
}

// ---- versions

#[test]
fn a_long_cpu_profile_is_asked_of_a_go_that_gives_it() {
    let by_hand =
        "curl -k 'https://127.0.0.1:5012/debug/pprof/profile?seconds=30' -o trace-cpu.pb.gz";
    let of_go = |version, go| {
        let status = Status {
            version,
            ..Status::default()
        };
        let text = status.text().replace("go1.27.3", go);
        assert!(text.contains(go), "{text}");
        busy_trace(MadeUp::linux().file("status.log", text)).read()
    };
    let new = of_go("7.77.0", "go1.26.8");
    says(&steps(&new), &[by_hand]);
    says(&customer(&new), &[by_hand, "nothing is restarted"]);
    // Refused by a debug server that writes for 5 s.
    let old = of_go("7.63.0", "go1.22.8");
    never(&old, &["profile?seconds"]);
    says(&steps(&old), &["three flares while the load is high"]);
    says(&customer(&old), &["flare --profile 30"]);
}

#[test]
fn lock_flags_are_those_of_the_version() {
    let flags = "--profile-mutex --profile-blocking";
    let asked = |version| steps(&of_version(version).calm("core").read());
    says(&asked("7.30.0"), &[flags]);
    says(&asked("6.30.0"), &[flags]);
    for version in ["7.29.1", "6.12.0"] {
        assert!(!asked(version).contains(flags), "{version}");
    }
    // Where the version is not known, the words say since which one.
    let unknown = MadeUp::empty().calm("core").read();
    says(
        &unknown.text(ExportFormat::Markdown),
        &[flags, "since 7.30"],
    );
}

#[test]
fn a_flare_by_itself_is_offered_where_the_agent_makes_one() {
    says(
        &steps(&of_version("7.67.0").read()),
        &["agentprofiling check (since 7.67)"],
    );
    never(
        &of_version("7.66.1").read(),
        &["let the Agent take the flare by itself"],
    );
}

#[test]
fn contexts_are_dropped_by_the_filter_of_the_version() {
    let contexts = |version| {
        let sample = "main;github.com/DataDog/datadog-agent/pkg/aggregator.(*TimeSampler).sample";
        let seen = of_version(version)
            .pair(
                "core",
                &format!("{sample} 1048576"),
                &format!("{sample} 67108864"),
                30,
            )
            .read();
        steps(&seen)
    };
    let new = contexts("7.77.0");
    says(
        &new,
        &[
            "metric_filterlist",
            "metric_tag_filterlist drops tags of distributions only",
        ],
    );
    assert!(!new.contains("statsd_metric_blocklist"), "{new}");
    let old = contexts("7.60.0");
    says(
        &old,
        &[
            "statsd_metric_blocklist",
            "dogstatsd_expiry_seconds (300 s)",
        ],
    );
    assert!(!old.contains("filterlist in"), "{old}");
    for text in [new, old] {
        assert!(!text.contains("mapper_profiles"), "{text}");
        assert!(!text.contains("context_expiry"), "{text}");
    }
}

#[test]
fn the_cache_of_obfuscation_has_the_name_of_its_version() {
    let obfuscation = |version| steps(&busy_trace(of_version(version)).read());
    says(
        &obfuscation("7.77.0"),
        &["apm_config.obfuscation.cache ", "cache.max_size"],
    );
    let between = obfuscation("7.62.0");
    says(&between, &["apm_config.obfuscation.cache "]);
    assert!(!between.contains("max_size"), "{between}");
    says(
        &obfuscation("7.59.0"),
        &["apm_config.obfuscation.sql.cache "],
    );
    let real = MadeUp::case("r04-trace-obfuscation").read();
    says(
        &steps(&real),
        &["apm_config.obfuscation.cache ", "can't be switched off"],
    );
}

// ---- Python

#[test]
fn pythons_memory_is_measured_with_twenty_runs() {
    for (name, check) in [
        ("50-python-mem", None),
        ("08-linkerd-python-rss", Some("linkerd")),
        ("r03-python-memory", Some("hoard")),
    ] {
        let seen = MadeUp::case(name).read();
        let text = steps(&seen);
        for line in text.lines().filter(|line| line.contains(" -m")) {
            assert!(line.contains("-m -t 20"), "{name}: {line}");
        }
        if let Some(check) = check {
            let command = format!("check {check} -m -t 20");
            says(&text, &[&command]);
            says(&customer(&seen), &[&command]);
        }
    }
}

/// Strings that Python's bridge makes are Go's memory: `check -m` does not see them.
#[test]
fn strings_of_the_bridge_are_no_memory_of_python() {
    let strings = "main;github.com/DataDog/datadog-agent/pkg/collector/python._Cfunc_GoString";
    let seen = MadeUp::linux()
        .status(Status {
            checks: vec![check("postgres", "24.2.0", 3, 90_000, 800)],
            ..Status::default()
        })
        .profile("core-1st-heap", &heap(&format!("{strings} 1048576"), 0))
        .profile("core-2nd-heap", &heap(&format!("{strings} 67108864"), 30))
        .read();
    let text = steps(&seen);
    says(
        &text,
        &[
            "count the metrics and tags",
            "datadog-agent check postgres\n",
        ],
    );
    never(&seen, &["check postgres -m", "tracemalloc"]);
}

// ---- lock profiles

/// The core Agent's own profiler is on: the command would fail with these flags.
#[test]
fn lock_flags_never_meet_the_profiler() {
    let on = "internal_profiling:\n  enabled: true\n";
    let off = "internal_profiling:\n  enabled: false\n";
    let flare = |config: &str| {
        MadeUp::fixture("contention")
            .without("profiles/core-mutex.pprof")
            .without("profiles/core-block.pprof")
            .file("runtime_config_dump.yaml", config)
            .read()
    };
    let stopped = "config set internal_profiling false && sudo datadog-agent flare --profile 30 --profile-mutex";
    let seen = flare(on);
    says(&seen.text(ExportFormat::Markdown), &[stopped]);
    for format in TEXTS {
        for line in seen.text(format).lines() {
            let flags = line.contains("flare --profile 30 --profile-mutex");
            assert!(
                !flags || line.contains("config set internal_profiling false"),
                "{}: {line}",
                format.as_str()
            );
        }
    }
    let seen = flare(off);
    says(
        &seen.text(ExportFormat::Markdown),
        &["datadog-agent flare --profile 30 --profile-mutex --profile-blocking"],
    );
    never(&seen, &["config set internal_profiling"]);
}

#[test]
fn rates_of_other_processes_are_raised_while_they_run() {
    let told = |process: &str| {
        let seen = MadeUp::linux()
            .calm("core")
            .calm(process)
            .profile(&format!("{process}-mutex"), &locks(""))
            .profile(&format!("{process}-block"), &locks(""))
            .read();
        never(&seen, &["restart, and capture again"]);
        seen.told(process, "contention")
    };
    for (process, program) in [
        ("process", "process-agent"),
        ("system-probe", "system-probe"),
    ] {
        let rate = format!("{program} config set runtime_block_profile_rate 10000");
        let fraction = format!("{program} config set runtime_mutex_profile_fraction 100");
        says(&told(process), &[&rate, &fraction]);
    }
    says(
        &told("trace"),
        &[
            "/debug/blockrate?v=10000",
            "ends the recording",
            "datadog-agent flare",
        ],
    );
    let security = told("security-agent");
    says(&security, &["no way is advised"]);
    assert!(!security.contains("datadog-agent flare"), "{security}");
}

// ---- one request

#[test]
fn a_customer_is_asked_for_one_recording() {
    for name in fixtures::NAMES {
        let text = customer(&MadeUp::fixture(name).read());
        let asked = text.matches("flare --profile").count();
        let platforms = text.contains("On other platforms:");
        assert!(asked <= 1 || platforms, "{name}: {text}");
    }
}

#[test]
fn flares_asked_for_go_to_the_ticket_that_is_typed() {
    let seen = MadeUp::case("r01-healthy").read();
    let told = |link: &str| {
        let options = ExportOptions {
            link: link.to_owned(),
            ..ExportOptions::default()
        };
        export(seen.report(), ExportFormat::Customer, &options).text
    };
    let to_ticket = told("https://example.zendesk.com/agent/tickets/1234567");
    says(&to_ticket, &["datadog-agent flare 1234567 --profile 30"]);
    says(
        &told("https://example.atlassian.net/browse/AGENT-1234"),
        &["datadog-agent flare --profile 30"],
    );
}
