//! Cases about heaps, each with its right answer; see `tests/cases/README.md`.

use engine::export::ExportFormat;
use serde_json::Value;
use testkit::made_up::{MB, MadeUp, SAMPLE, Seen, Status, cpu_in, heap};

const TEXTS: [ExportFormat; 6] = [
    ExportFormat::Markdown,
    ExportFormat::Html,
    ExportFormat::Text,
    ExportFormat::Customer,
    ExportFormat::Escalation,
    ExportFormat::Jira,
];

/// The state of a leak in a process.
fn leak(seen: &Seen, process: &str) -> Value {
    let json = seen.json();
    let states = json["verdict"]["states"].as_array().unwrap();
    let mut of = states.iter().filter(|state| state["process"] == process);
    of.find(|state| state["kind"] == "memory-leak")
        .unwrap()
        .clone()
}

fn verdict(seen: &Seen) -> String {
    seen.json()["verdict"]["kind"].as_str().unwrap().to_owned()
}

fn why(state: &Value) -> &str {
    state["why"].as_str().unwrap()
}

#[track_caller]
fn assert_says(text: &str, words: &str) {
    assert!(text.contains(words), "{words}\nnot in\n{text}");
}

// ---- the Agent's own profiler

#[test]
fn the_own_profiler_is_named_and_not_counted() {
    let seen = MadeUp::case("40-own-profiler-growth").read();
    assert_eq!(verdict(&seen), "normal");
    let state = leak(&seen, "core");
    assert_eq!(state["state"], "clear");
    assert_eq!(state["transient_bytes"], 18 * MB);
    let note = "Core Agent: 18.0 MB of the growth are not counted: buffers of the Agent's own continuous profiler \
                (internal_profiling), which level off. Before the next capture, stop it (in the core Agent with datadog-agent config set internal_profiling false, without a restart).";
    assert_eq!(seen.notes("transient"), [note]);
    let verdict = &seen.json()["verdict"];
    assert_eq!(verdict["headline"], "Growth that is no leak");
    assert_eq!(verdict["closes"], false);
    assert_says(
        &seen.text(ExportFormat::Customer),
        "18.0 MB that came in this time are no leak",
    );
}

/// The near miss: the same growth by the compressor of somebody else.
#[test]
fn the_same_growth_below_another_package_crosses() {
    let others = "main;github.com/DataDog/datadog-agent/pkg/serializer.(*Serializer).SendSeries;compress/flate.NewWriter";
    let seen = MadeUp::case("40-own-profiler-growth")
        .pair(
            "core",
            "main;app.keep 10485760",
            &format!("main;app.keep 10485760\n{others} {}", 18 * MB),
            30,
        )
        .read();
    assert_eq!(verdict(&seen), "memory-leak");
    assert_eq!(leak(&seen, "core")["transient_bytes"], 0);
}

// ---- a large heap

#[test]
fn a_large_heap_has_a_holder_and_the_pair_its_resolution() {
    let seen = MadeUp::case("52-big-slow").read();
    let notable = seen.json()["verdict"]["notable"][0].clone();
    assert_eq!(notable["kind"], "large-heap");
    assert_eq!(
        notable["summary"],
        "The core Agent's heap holds 955 MB. 95.6% of it is held by Core Agent, aggregation, 94.8% in pkg/aggregator.newBuffer. Growth under 9.48 MB/min (13.3 GB a day) would not have shown in this pair of snapshots."
    );
    let state = leak(&seen, "core");
    assert_eq!(state["state"], "clear");
    assert!(state["resolution_bytes"].as_i64().unwrap() > 4 * MB);
    assert_says(
        why(&state),
        "Growth under 4.75 MB (9.48 MB/min) would not have shown in it.",
    );
    for format in TEXTS {
        let text = seen.text(format);
        assert!(!text.contains("does not grow"), "{}", format.as_str());
    }
    assert_eq!(seen.json()["verdict"]["closes"], false);
}

/// The near miss: a heap of usual size.
#[test]
fn a_heap_of_usual_size_is_not_remarkable() {
    let kept = format!("main;{SAMPLE} {}", 199 * MB);
    let seen = MadeUp::case("52-big-slow")
        .profile("core-1st-heap", &heap(&kept, 0))
        .profile(
            "core-2nd-heap",
            &heap(&format!("{kept}\nmain;app.a 4096"), 30),
        )
        .read();
    assert_eq!(
        seen.json()["verdict"]["notable"],
        serde_json::Value::Array(vec![])
    );
}

// ---- the trace-agent's four seconds

#[test]
fn growth_of_the_trace_agent_is_said_wherever_a_conclusion_stands() {
    let seen = MadeUp::case("53-trace-9MB-in-4s").read();
    let state = leak(&seen, "trace");
    assert_eq!(state["state"], "clear");
    assert_eq!(
        state["text"],
        "+9.00 MB in 4.0 s, too short to settle; heap of 27.8 MB"
    );
    for format in TEXTS {
        let text = seen.text(format);
        assert!(text.contains("9.00 MB"), "{}", format.as_str());
    }
    let markdown = seen.text(ExportFormat::Markdown);
    assert_says(
        &markdown,
        "The trace-agent's heap grew by 9.00 MB in 4.0 s, below the threshold but beyond sampling noise.",
    );
    let by_hand = "curl -k https://127.0.0.1:5012/debug/pprof/heap -o trace-heap-1.pb.gz";
    assert_says(&markdown, by_hand);
    let customer = seen.text(ExportFormat::Customer);
    assert_says(
        &customer,
        "the Trace Agent (APM) grew by 9.00 MB within 4 seconds",
    );
    assert_says(&customer, by_hand);
    assert!(!customer.contains("no sign of a memory leak"), "{customer}");
    assert!(!customer.contains("nothing unusual"), "{customer}");
}

/// The near miss: a trace-agent that stands still.
#[test]
fn a_trace_agent_that_stands_still_asks_for_nothing() {
    let kept = "main;github.com/DataDog/datadog-agent/pkg/trace/stats.NewConcentrator 9437184";
    let seen = MadeUp::case("53-trace-9MB-in-4s")
        .profile("trace-1st-heap", &heap(kept, 0))
        .profile(
            "trace-2nd-heap",
            &heap(&format!("{kept}\nmain;app.a 1024"), 4),
        )
        .read();
    assert_eq!(
        leak(&seen, "trace")["text"],
        "heap of 9.00 MB: too small to hold a leak"
    );
    let customer = seen.text(ExportFormat::Customer);
    assert!(!customer.contains("5012"), "{customer}");
    assert_says(&customer, "We found nothing unusual");
}

// ---- a burst

#[test]
fn a_burst_has_no_projection() {
    let seen = MadeUp::case("56-burst-60d").read();
    let json = seen.json();
    let reasons = json["verdict"]["findings"][0]["reasons"].to_string();
    assert_says(
        &reasons,
        "at this rate the whole heap of 83.1 MB is the growth of 14 s, and the process is up for 60 d",
    );
    for format in TEXTS {
        let text = seen.text(format);
        for word in ["a day", "an hour,", "GB an hour"] {
            assert!(!text.contains(word), "{}: {word}\n{text}", format.as_str());
        }
    }
}

/// The near miss: growth that its heap and its uptime bear out.
#[test]
fn growth_since_the_start_is_projected() {
    let seen = MadeUp::linux()
        .status(Status {
            uptime_s: 3_700,
            ..Status::default()
        })
        .calm("core")
        .pair(
            "core",
            &format!("main;{SAMPLE} {}", 1_480 * MB),
            &format!("main;{SAMPLE} {}", 1_500 * MB),
            30,
        )
        .read();
    let json = seen.json();
    let finding = &json["verdict"]["findings"][0];
    assert_says(&finding["evidence"].to_string(), "At this rate");
    assert!(!finding["reasons"].to_string().contains("burst"));
}

// ---- bounds

#[test]
fn a_healthy_trace_agent_is_bounded_by_its_heap() {
    let seen = MadeUp::case("r01-healthy").read();
    assert_eq!(verdict(&seen), "normal");
    let state = leak(&seen, "trace");
    assert_eq!(state["state"], "clear");
    assert_eq!(state["hole"], Value::Null);
    assert_eq!(state["text"], "heap of 9.07 MB: too small to hold a leak");
    assert_eq!(state["bound_bytes"], 9_515_115);
    // Buffers of its client, made as it started.
    let notes = seen.notes("transient");
    assert!(
        notes
            .iter()
            .any(|note| note.starts_with("Trace-agent: 3.51 MB")),
        "{notes:?}"
    );
    for format in TEXTS {
        assert!(
            !seen.text(format).contains("5012/debug/pprof/heap"),
            "{}",
            format.as_str()
        );
    }
}

#[test]
fn identical_snapshots_of_a_small_heap_need_no_capture() {
    let seen = MadeUp::case("r03-python-memory").read();
    let state = leak(&seen, "core");
    assert_eq!(state["state"], "clear");
    assert_eq!(state["text"], "heap of 10.1 MB: too small to hold a leak");
    assert_says(why(&state), "no garbage collection was published");
    assert_says(
        why(&state),
        "At most 18.3 MB were allocated without a collection.",
    );
}

/// The near miss: a heap that may hold a leak.
#[test]
fn identical_snapshots_of_a_larger_heap_stay_unmeasured() {
    let same = |megabytes: i64| {
        let kept = heap(&format!("main;{SAMPLE} {}", megabytes * MB), 0);
        MadeUp::linux()
            .calm("core")
            .profile("core-1st-heap", &kept)
            .profile("core-2nd-heap", &kept.clone().taken_at(30.0))
            .read()
    };
    assert_eq!(verdict(&same(49)), "normal");
    let large = same(50);
    assert_eq!(verdict(&large), "inconclusive");
    assert_eq!(leak(&large, "core")["hole"], "identical-snapshots");
}

#[test]
fn the_inventory_payload_is_no_growth() {
    let seen = MadeUp::case("r06-slow-growth-newer").read();
    assert_eq!(verdict(&seen), "normal");
    let state = leak(&seen, "core");
    assert!(state["transient_bytes"].as_i64().unwrap() > 8 * MB);
    assert!(state["nearness"].as_f64().unwrap() < 0.1, "{state}");
    assert_says(
        &seen.notes("transient").join("\n"),
        "Core Agent: 8.13 MB of the growth are not counted: the inventory payload, which the Agent makes every ten minutes",
    );
    // The older one was taken between two of these payloads.
    let older = MadeUp::case("r06-slow-growth-older").read();
    assert_eq!(leak(&older, "core")["transient_bytes"], 0);
    assert_eq!(older.notes("transient"), Vec::<String>::new());
    assert_eq!(leak(&older, "trace")["state"], "clear");
}

// ---- units, and profiles that are differences

#[test]
fn values_in_other_units_are_said_in_the_same_words() {
    let flare = |unit: &str, a_ms: i64| {
        let drawn = cpu_in(unit, a_ms, "main;app.hot 18000\nmain;app.b 2000", 30);
        let flare = MadeUp::linux().calm("core");
        flare.profile("core-cpu", &drawn).read()
    };
    let plain = flare("nanoseconds", 1_000_000);
    let other = flare("microseconds", 1_000);
    assert_eq!(verdict(&other), "cpu-spike");
    for format in [ExportFormat::Customer, ExportFormat::Escalation] {
        let text = |seen: &Seen| {
            let text = seen.text(format);
            // The size of the file is another.
            let lines = text.lines().filter(|line| !line.starts_with("File: "));
            lines.collect::<Vec<_>>().join("\n")
        };
        assert_eq!(text(&plain), text(&other));
    }
    for title in ["Verdict", "CPU Profile, core"] {
        assert_eq!(plain.section(title), other.section(title));
    }
    assert_says(&other.text(ExportFormat::Markdown), "0.67 cores in use");
}

#[test]
fn a_difference_says_nothing_of_what_the_heap_holds() {
    let lines = format!("main;{SAMPLE} {}\nmain;app.b -1048576", 4 * MB);
    let drawn = heap(&lines, 30);
    let seen = MadeUp::linux()
        .calm("core")
        .lost(&["core-1st-heap"])
        .profile("core-2nd-heap", &drawn)
        .read();
    let state = leak(&seen, "core");
    assert_eq!(state["state"], "clear");
    assert_says(
        why(&state),
        "values below zero, which no single snapshot can have",
    );
    assert_says(why(&state), "changed by +3.00 MB");
    for format in TEXTS {
        let text = seen.text(format);
        assert!(!text.contains("heap holds 5.00 MB"), "{}", format.as_str());
        assert!(!text.contains("using 5.00 MB"), "{}", format.as_str());
    }
    assert_says(
        &seen.text(ExportFormat::Markdown),
        "What the heap holds is not known: the 2nd snapshot is a difference already.",
    );
}
