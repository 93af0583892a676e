//! Why something was not measured: for every hole one made-up flare, its exact sentence, what would
//! change it, and the command that collects what is missing.
//!
//! Each expectation is what a reader sees: the state as scripts read it, the line below the grid of
//! the verdict, and the block of the section. `UPDATE_EXPECT=1` rewrites them; read them then.

use engine::export::ExportFormat;
use expect_test::{Expect, expect};
use testkit::made_up;
use testkit::made_up::{HOST, MB, MadeUp, Seen, Status, cpu, heap, installed_by, locks, missing};

const LEAK: &str = "memory-leak";
const CPU: &str = "cpu-spike";
const LOCKS: &str = "contention";

/// What is told of one process and kind.
#[track_caller]
fn check(seen: &Seen, process: &str, kind: &str, expected: &Expect) {
    expected.assert_eq(&seen.told(process, kind));
}

fn verdict(seen: &Seen) -> String {
    seen.json()["verdict"]["kind"].as_str().unwrap().to_owned()
}

// ---- rates of 0

#[test]
fn rates_of_the_core_agent_are_raised_by_flags() {
    let seen = MadeUp::linux().calm("core").read();
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            not-measured, rate-zero, flare --profile 30 --profile-mutex --profile-blocking: not collected
            The mutex and block profiles are empty: their rates are 0, so nothing was collected. The flags --profile-mutex and --profile-blocking (since 7.30) raise the rates while the flare is made, in the core Agent only. `sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking`
            Mutex Profile: The mutex profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
            Block Profile: The block profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
        "#]],
    );
    // Not measured, and yet nothing is wrong with the flare.
    assert_eq!(verdict(&seen), "normal");
}

#[test]
fn rates_of_other_processes_are_settings() {
    let seen = MadeUp::linux()
        .calm("core")
        .calm("trace")
        .calm("process")
        .calm("system-probe")
        .calm("security-agent")
        .read();
    check(
        &seen,
        "security-agent",
        LOCKS,
        &expect![[r#"
            not-measured, rate-zero-elsewhere, -: not collected
            The mutex and block profiles are empty: their rates are 0, so nothing was collected. The flags --profile-mutex and --profile-blocking raise the rates of the core Agent only. Those of the security-agent count only while its own profiler is on, and that one keeps a flare from taking its CPU profile: no way is advised.
            Mutex Profile: The mutex profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
            Block Profile: The block profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
        "#]],
    );
    check(
        &seen,
        "trace",
        LOCKS,
        &expect![[r#"
            not-measured, rate-zero-elsewhere, flare --profile 30: not collected
            The mutex and block profiles are empty: their rates are 0, so nothing was collected. The flags --profile-mutex and --profile-blocking raise the rates of the core Agent only. For the trace-agent, ask its debug server (port 5012) for /debug/blockrate?v=10000 while it runs, and capture again half a minute later: fetching the block profile ends the recording. There is no such switch for mutexes. `sudo datadog-agent flare --profile 30`
            Mutex Profile: The mutex profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
            Block Profile: The block profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
        "#]],
    );
    check(
        &seen,
        "process",
        LOCKS,
        &expect![[r#"
            not-measured, rate-zero-elsewhere, flare --profile 30: not collected
            The mutex and block profiles are empty: their rates are 0, so nothing was collected. The flags --profile-mutex and --profile-blocking raise the rates of the core Agent only. For the process-agent, run process-agent config set runtime_block_profile_rate 10000 and process-agent config set runtime_mutex_profile_fraction 100, which needs no restart, capture again, and set both to 0 afterwards. The second one fails while its own profiler is on. `sudo datadog-agent flare --profile 30`
            Mutex Profile: The mutex profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
            Block Profile: The block profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
        "#]],
    );
    check(
        &seen,
        "system-probe",
        LOCKS,
        &expect![[r#"
            not-measured, rate-zero-elsewhere, flare --profile 30: not collected
            The mutex and block profiles are empty: their rates are 0, so nothing was collected. The flags --profile-mutex and --profile-blocking raise the rates of the core Agent only. For system-probe, run system-probe config set runtime_block_profile_rate 10000 and system-probe config set runtime_mutex_profile_fraction 100, which needs no restart, capture again, and set both to 0 afterwards. The second one fails while its own profiler is on. `sudo datadog-agent flare --profile 30`
            Mutex Profile: The mutex profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
            Block Profile: The block profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
        "#]],
    );
}

#[test]
fn one_rate_of_two_is_a_measurement() {
    let seen = MadeUp::linux()
        .calm("core")
        .profile(
            "core-mutex",
            &locks("main;app.a;sync.(*Mutex).Unlock 500 100"),
        )
        .read();
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            clear, -, -: 100 ms waiting for locks
            The mutex profile, which names who held a lock, counts 100 ms of delay, less than 0.01 goroutines on average, 100.0% of it in app.a; threshold: more than 1 s and 0.1 goroutines. The block profile is empty: its rate is 0, or nothing waited. It would cross with more than 1 s of delay and 0.1 goroutines waiting on average.
            Mutex Profile: shows its table
            Block Profile: The block profile is empty: its rate is 0, or nothing waited. The flags --profile-mutex and --profile-blocking (since 7.30) raise the rates while the flare is made, in the core Agent only.
            sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking
        "#]],
    );
}

/// With a rate in the configuration an empty profile says that nothing waited.
#[test]
fn a_rate_that_is_set_measures_nothing_as_nothing() {
    let flare = MadeUp::linux().calm("core").calm("trace");
    let seen = flare
        .clone()
        .file(
            "runtime_config_dump.yaml",
            "internal_profiling:\n  mutex_profile_fraction: 100\n",
        )
        .read();
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            clear, -, -: no waiting for locks
            The mutex profile is empty although its rate is set: nothing waited. The block profile is empty: its rate is 0, or nothing waited. It would cross with more than 1 s of delay and 0.1 goroutines waiting on average.
            Mutex Profile: shows its table
            Block Profile: The block profile is empty: its rate is 0, or nothing waited. The flags --profile-mutex and --profile-blocking (since 7.30) raise the rates while the flare is made, in the core Agent only.
            sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking
        "#]],
    );
    check(
        &seen,
        "trace",
        LOCKS,
        &expect![[r#"
            not-measured, rate-zero-elsewhere, flare --profile 30: not collected
            The mutex and block profiles are empty: their rates are 0, so nothing was collected. The flags --profile-mutex and --profile-blocking raise the rates of the core Agent only. For the trace-agent, ask its debug server (port 5012) for /debug/blockrate?v=10000 while it runs, and capture again half a minute later: fetching the block profile ends the recording. There is no such switch for mutexes. `sudo datadog-agent flare --profile 30`
            Mutex Profile: The mutex profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
            Block Profile: The block profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
        "#]],
    );
    let seen = flare
        .file(
            "runtime_config_dump.yaml",
            "internal_profiling:\n  mutex_profile_fraction: 0\n",
        )
        .read();
    let state = &seen.report().judgement.states[2];
    assert_eq!(report::texts::states::text(state), "not collected");
}

// ---- a collection that an error ended

#[test]
fn ended_after_the_first_heap_snapshot() {
    let seen = MadeUp::linux()
        .calm("core")
        .lost(&["core-cpu", "core-2nd-heap", "core-mutex", "core-block"])
        .read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            not-measured, collection-stopped, flare --profile 30: collection stopped
            The second heap snapshot of the core Agent is not in the flare: an error ended the collection of the core Agent after its first heap snapshot, so what comes after that is missing. Since its start, 2 d 5 h ago, the process came to a heap of 20.0 MB: 386 kB an hour on average. The command printed the error as “Could not collect performance profile data”; solve what it says (is the Agent running, is its debug port reachable?) and capture again. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    check(
        &seen,
        "core",
        CPU,
        &expect![[r#"
            not-measured, collection-stopped, flare --profile 30: collection stopped
            The CPU profile of the core Agent is not in the flare: an error ended the collection of the core Agent after its first heap snapshot, so what comes after that is missing. The command printed the error as “Could not collect performance profile data”; solve what it says (is the Agent running, is its debug port reachable?) and capture again. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            not-measured, collection-stopped, flare --profile 30 --profile-mutex --profile-blocking: collection stopped
            The mutex and block profiles of the core Agent are not in the flare: an error ended the collection of the core Agent after its first heap snapshot, so what comes after that is missing. The command printed the error as “Could not collect performance profile data”; solve what it says (is the Agent running, is its debug port reachable?) and capture again. `sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking`
            Mutex Profile: says the same
            Block Profile: says the same
        "#]],
    );
    assert_eq!(verdict(&seen), "inconclusive");
}

#[test]
fn ended_after_the_cpu_profile() {
    let seen = MadeUp::linux()
        .calm("core")
        .lost(&["core-2nd-heap", "core-mutex", "core-block"])
        .read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            not-measured, half-pair, flare --profile 30: one snapshot only
            The second heap snapshot of the core Agent is not in the flare: an error ended the collection of the core Agent after its CPU profile, so what comes after that is missing. Since its start, 2 d 5 h ago, the process came to a heap of 20.0 MB: 386 kB an hour on average. Capture again: a difference needs both heap snapshots. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    check(
        &seen,
        "core",
        CPU,
        &expect![[r#"
            clear, -, -: 35% in one function, 0.02 cores in use
            app.c takes 35.0% of 600 ms of CPU time; threshold: more than 50%, with at least 0.5 s of samples and 0.5 cores (0.02 cores in use). It would cross with one function above 50%.
            CPU Profile: shows its table
        "#]],
    );
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            not-measured, collection-stopped, flare --profile 30 --profile-mutex --profile-blocking: collection stopped
            The mutex and block profiles of the core Agent are not in the flare: an error ended the collection of the core Agent after its CPU profile, so what comes after that is missing. The command printed the error as “Could not collect performance profile data”; solve what it says (is the Agent running, is its debug port reachable?) and capture again. `sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking`
            Mutex Profile: says the same
            Block Profile: says the same
        "#]],
    );
}

#[test]
fn ended_after_the_second_heap_snapshot() {
    let seen = MadeUp::linux()
        .calm("core")
        .lost(&["core-mutex", "core-block"])
        .read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            clear, -, -: +1.00 kB in 30.0 s
            inuse_space outside the Go runtime changed by +1.00 kB in 30.0 s (+2.00 kB/min); threshold: more than 10 MB, at 1 MB/min or faster. Growth under 512 kB (1.00 MB/min) would not have shown in it. Since its start, 2 d 5 h ago, the process came to a heap of 20.0 MB: 386 kB an hour on average. It would cross with more than 10 MB in such a window: 10 MB more.
            Heap Diff Analysis: shows its table
        "#]],
    );
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            not-measured, collection-stopped, flare --profile 30 --profile-mutex --profile-blocking: collection stopped
            The mutex and block profiles of the core Agent are not in the flare: an error ended the collection of the core Agent after its second heap snapshot, so what comes after that is missing. The command printed the error as “Could not collect performance profile data”; solve what it says (is the Agent running, is its debug port reachable?) and capture again. `sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking`
            Mutex Profile: says the same
            Block Profile: says the same
        "#]],
    );
    assert_eq!(verdict(&seen), "normal");
}

/// A file in the middle that was lost in another way ends nothing.
#[test]
fn a_gap_in_the_middle_is_no_end() {
    let seen = MadeUp::linux().calm("core").lost(&["core-cpu"]).read();
    check(
        &seen,
        "core",
        CPU,
        &expect![[r#"
            not-measured, absent, flare --profile 30: not collected
            The CPU profile of the core Agent is not in the flare. Capture again with profiles, while the problem is happening. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    let seen = MadeUp::linux().calm("core").lost(&["core-2nd-heap"]).read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            not-measured, half-pair, flare --profile 30: one snapshot only
            The second heap snapshot of the core Agent is not in the flare. Since its start, 2 d 5 h ago, the process came to a heap of 20.0 MB: 386 kB an hour on average. Capture again: a difference needs both heap snapshots. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
}

/// Only the flare command collects in an order. A profile that was dropped alone, or what the
/// OpenTelemetry Agent's extension puts into a flare, tells of no error.
#[test]
fn what_comes_one_by_one_was_not_ended() {
    let seen = MadeUp::empty()
        .file("heap.pprof", heap("main;app.keep 20971520", 0).bytes())
        .read();
    check(
        &seen,
        "profile",
        LEAK,
        &expect![[r#"
            not-measured, half-pair, flare --profile 30: one snapshot only
            The second heap snapshot of the program is not in the flare. Capture again: a difference needs both heap snapshots. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    check(
        &seen,
        "profile",
        CPU,
        &expect![[r#"
            not-measured, absent, flare --profile 30: not collected
            The CPU profile of the program is not in the flare. Capture again with profiles, while the problem is happening. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    let endpoint = |name| format!("otel/otel-flare/pprof/dd-autoconfigured_debug_pprof_{name}.dat");
    let seen = MadeUp::linux()
        .calm("core")
        .file(&endpoint("heap"), heap("main;app.keep 20971520", 0).bytes())
        .file(&endpoint("profile"), cpu("main;app.a 200", 30).bytes())
        .read();
    check(
        &seen,
        "otel-agent",
        LEAK,
        &expect![[r#"
            not-measured, half-pair, flare: one snapshot only
            The second heap snapshot of the OpenTelemetry Agent is not in the flare. A flare holds one heap snapshot of the OpenTelemetry Agent: make another one some hours later, without a restart in between, and compare the two. `sudo datadog-agent flare`
            Heap Diff Analysis: says the same
        "#]],
    );
}

// ---- windows and pairs

#[test]
fn the_trace_agent_takes_four_seconds() {
    let flare = |process: &str| {
        MadeUp::linux().calm(process).pair(
            process,
            "main;app.keep 62914560",
            "main;app.keep 63914560",
            4,
        )
    };
    let seen = flare("trace").read();
    check(
        &seen,
        "trace",
        LEAK,
        &expect![[r#"
            not-measured, trace-window, -: window too short
            The heap snapshots are only 4.0 s apart, too short to tell growth from noise (+977 kB so far). The trace-agent's snapshots are 4 s apart however long the capture is. A longer capture of the core Agent does not lengthen the window of the trace-agent: take its heap twice by hand from its debug server, ten minutes apart, the second time with 2 in the name of the file, and drop both files on the page together. Nothing is restarted. `curl -k https://127.0.0.1:5012/debug/pprof/heap -o trace-heap-1.pb.gz`
            Heap Diff Analysis: says the same
        "#]],
    );
    // So short a window in another process has another reason.
    let seen = flare("core").read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            not-measured, short-window, flare --profile 30: window too short
            The heap snapshots are only 4.0 s apart, too short to tell growth from noise (+977 kB so far). Capture twice, ten minutes apart, and drop both flares on the page together. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
}

#[test]
fn five_seconds_are_a_window() {
    let seen = MadeUp::linux()
        .calm("trace")
        .pair(
            "trace",
            "main;app.keep 20971520",
            "main;app.keep 21971520",
            5,
        )
        .read();
    check(
        &seen,
        "trace",
        LEAK,
        &expect![[r#"
            clear, -, -: +977 kB in 5.0 s
            inuse_space outside the Go runtime changed by +977 kB in 5.0 s (+11.4 MB/min); threshold: more than 10 MB, at 1 MB/min or faster. Growth under 2.07 MB (24.9 MB/min) would not have shown in it. It would cross with more than 10 MB in such a window: 9.05 MB more.
            Heap Diff Analysis: shows its table
        "#]],
    );
}

#[test]
fn an_identical_pair_shows_no_garbage_collection() {
    let first = heap("main;app.keep 62914560", 0);
    let seen = MadeUp::linux()
        .calm("core")
        .profile("core-1st-heap", &first)
        .profile("core-2nd-heap", &first.clone().taken_at(30.0))
        .read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            not-measured, identical-snapshots, flare --profile 30: identical snapshots
            Both heap snapshots hold the same values: no garbage collection was published in the 30.0 s between them, so growth can't be seen. The Agent collects garbage at least every 2 minutes: capture twice, ten minutes apart, and drop both flares on the page together. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    assert_eq!(verdict(&seen), "inconclusive");
    // A longer capture alone does not reach the trace-agent.
    let seen = MadeUp::linux()
        .calm("trace")
        .profile("trace-1st-heap", &first)
        .profile("trace-2nd-heap", &first.clone().taken_at(4.0))
        .read();
    check(
        &seen,
        "trace",
        LEAK,
        &expect![[r#"
            not-measured, identical-snapshots, -: identical snapshots
            Both heap snapshots hold the same values: no garbage collection was published in the 4.0 s between them, so growth can't be seen. A longer capture of the core Agent does not lengthen the window of the trace-agent: take its heap twice by hand from its debug server, ten minutes apart, the second time with 2 in the name of the file, and drop both files on the page together. Nothing is restarted. `curl -k https://127.0.0.1:5012/debug/pprof/heap -o trace-heap-1.pb.gz`
            Heap Diff Analysis: says the same
        "#]],
    );
    let customer = seen.text(ExportFormat::Customer);
    assert!(
        customer.contains("https://127.0.0.1:5012/debug"),
        "{customer}"
    );
    assert!(!customer.contains("flare --profile 150"), "{customer}");
}

/// A difference of two runs is no growth: nothing shows one.
#[test]
fn a_pair_across_a_restart_has_no_difference() {
    let second = heap("main;app.keep 62914560", 30);
    let flare = MadeUp::linux().calm("core");
    for (second, shown) in [(second.clone(), true), (second.built("77c1"), false)] {
        let seen = flare.clone().profile("core-2nd-heap", &second).read();
        let section = seen.section("Heap Diff Analysis, core");
        assert_eq!(section.contains("Growth by owner"), shown, "{section}");
        let escalation = seen.text(ExportFormat::Escalation);
        assert_eq!(escalation.contains("+40.0 MB"), shown, "{escalation}");
        assert_eq!(
            escalation.contains("core, heap-diff"),
            shown,
            "{escalation}"
        );
    }
}

#[test]
fn a_restart_between_the_snapshots() {
    let grown = || heap("main;app.keep 62914560", 30);
    let flare = |second| {
        MadeUp::linux()
            .calm("core")
            .profile("core-2nd-heap", &second)
    };
    // Another build, and all that was ever allocated is less than before.
    let seen = flare(grown().built("77c1")).read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            not-measured, restarted, flare --profile 30: process restarted
            The process was restarted or replaced in between: build id 5f3a became 77c1. Capture again once the process runs steadily; if it restarts by itself, find out why first. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    let seen = flare(heap("main;app.keep 1048576", 0).taken_at(30.0)).read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            not-measured, restarted, flare --profile 30: process restarted
            The process was restarted in between: memory allocated since its start fell from 20.0 MB to 1.00 MB. Capture again once the process runs steadily; if it restarts by itself, find out why first. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    assert_eq!(verdict(&flare(grown()).read()), "memory-leak");
}

// ---- texts in place of profiles

#[test]
fn an_error_text_is_quoted() {
    let text = "HTTP Error 500: could not read /debug/pprof/heap: context deadline exceeded";
    let seen = MadeUp::linux()
        .calm("core")
        .reply("core-2nd-heap", text)
        .read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            not-measured, text-reply, flare --profile 30: error reply
            The second heap snapshot of the core Agent holds a text instead of a profile: “HTTP Error 500: could not read /debug/pprof/heap: context deadline exceeded”. Since its start, 2 d 5 h ago, the process came to a heap of 20.0 MB: 386 kB an hour on average. Solve what the quoted text says, then capture again. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    let seen = MadeUp::linux()
        .calm("core")
        .calm("system-probe")
        .reply("system-probe-cpu", text)
        .read();
    check(
        &seen,
        "system-probe",
        CPU,
        &expect![[r#"
            not-measured, text-reply, flare --profile 30: error reply
            The CPU profile of the system-probe holds a text instead of a profile: “HTTP Error 500: could not read /debug/pprof/heap: context deadline exceeded”. Solve what the quoted text says, then capture again. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    let seen = MadeUp::linux()
        .calm("core")
        .reply("core-mutex", text)
        .reply("core-block", text)
        .read();
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            not-measured, text-reply, flare --profile 30 --profile-mutex --profile-blocking: error reply
            The mutex and block profiles of the core Agent hold a text instead of profiles: “HTTP Error 500: could not read /debug/pprof/heap: context deadline exceeded”. Solve what the quoted text says, then capture again. `sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking`
            Mutex Profile: says the same
            Block Profile: says the same
        "#]],
    );
}

#[test]
fn an_empty_file_is_no_profile() {
    let seen = MadeUp::linux().calm("core").reply("core-cpu", "").read();
    check(
        &seen,
        "core",
        CPU,
        &expect![[r#"
            not-measured, empty-file, flare --profile 30: empty file
            The CPU profile of the core Agent is an empty file. Capture again; if the file is empty once more, the log of that process says what happened. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
}

#[test]
fn long_texts_are_cut() {
    let text = format!("panic: {}", "a very long reply, ".repeat(20));
    let seen = MadeUp::linux().calm("core").reply("core-cpu", &text).read();
    check(
        &seen,
        "core",
        CPU,
        &expect![[r#"
            not-measured, text-reply, flare --profile 30: error reply
            The CPU profile of the core Agent holds a text instead of a profile: “panic: a very long reply, a very long reply, a very long reply, a very long reply, a very long reply, a very long reply, a very long reply, a very long reply, a…”. Solve what the quoted text says, then capture again. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
}

// ---- the Agent's own profiler

#[test]
fn the_internal_profiler_answers_that_it_is_in_use() {
    let text = "Could not enable CPU profiling: cpu profiling already in use\n";
    let seen = MadeUp::linux().calm("core").reply("core-cpu", text).read();
    check(
        &seen,
        "core",
        CPU,
        &expect![[r#"
            not-measured, internal-profiler, flare --profile 30: profiler in use
            The CPU profile of the core Agent holds a text instead of a profile: “Could not enable CPU profiling: cpu profiling already in use”. Only one CPU profile can run in a process, and the Agent's own continuous profiler held it. Stop that profiler, which needs no restart, and capture again. `sudo datadog-agent config set internal_profiling false && sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    let seen = MadeUp::linux()
        .calm("core")
        .calm("trace")
        .reply("trace-cpu", text)
        .read();
    check(
        &seen,
        "trace",
        CPU,
        &expect![[r#"
            not-measured, internal-profiler, flare --profile 30: profiler in use
            The CPU profile of the trace-agent holds a text instead of a profile: “Could not enable CPU profiling: cpu profiling already in use”. Only one CPU profile can run in a process, and the Agent's own continuous profiler held it. Capture again: the profiler records for a part of the time only, so another try can succeed. Setting apm_config.internal_profiling.enabled to false needs a restart. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    let seen = MadeUp::linux()
        .calm("core")
        .calm("system-probe")
        .reply("system-probe-cpu", text)
        .read();
    check(
        &seen,
        "system-probe",
        CPU,
        &expect![[r#"
            not-measured, internal-profiler, flare --profile 30: profiler in use
            The CPU profile of the system-probe holds a text instead of a profile: “Could not enable CPU profiling: cpu profiling already in use”. Only one CPU profile can run in a process, and the Agent's own continuous profiler held it. Capture again: the profiler records for a part of the time only, so another try can succeed. Setting system_probe_config.internal_profiling.enabled to false needs a restart. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
}

#[test]
fn the_internal_profiler_is_on_and_the_collection_ended_before_the_cpu_profile() {
    let flare = |process: &str, config: &str| {
        let lost = ["cpu", "2nd-heap", "mutex", "block"].map(|name| format!("{process}-{name}"));
        MadeUp::linux()
            .calm(process)
            .lost(&lost.each_ref().map(String::as_str))
            .file("runtime_config_dump.yaml", config)
            .read()
    };
    let seen = flare("core", "internal_profiling:\n  enabled: true\n");
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            not-measured, internal-profiler, flare --profile 30: profiler in use
            The second heap snapshot of the core Agent is not in the flare: an error ended the collection of the core Agent after its first heap snapshot, so what comes after that is missing. internal_profiling.enabled is true: only one CPU profile can run in a process, so the Agent's own continuous profiler probably held it. Since its start, 2 d 5 h ago, the process came to a heap of 20.0 MB: 386 kB an hour on average. Stop that profiler, which needs no restart, and capture again. `sudo datadog-agent config set internal_profiling false && sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    check(
        &seen,
        "core",
        CPU,
        &expect![[r#"
            not-measured, internal-profiler, flare --profile 30: profiler in use
            The CPU profile of the core Agent is not in the flare: an error ended the collection of the core Agent after its first heap snapshot, so what comes after that is missing. internal_profiling.enabled is true: only one CPU profile can run in a process, so the Agent's own continuous profiler probably held it. Stop that profiler, which needs no restart, and capture again. `sudo datadog-agent config set internal_profiling false && sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            not-measured, internal-profiler, flare --profile 30: profiler in use
            The mutex and block profiles of the core Agent are not in the flare: an error ended the collection of the core Agent after its first heap snapshot, so what comes after that is missing. internal_profiling.enabled is true: only one CPU profile can run in a process, so the Agent's own continuous profiler probably held it. Stop that profiler, which needs no restart, and capture again. `sudo datadog-agent config set internal_profiling false && sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking`
            Mutex Profile: says the same
            Block Profile: says the same
        "#]],
    );
    let seen = flare(
        "trace",
        "apm_config:\n  internal_profiling:\n    enabled: true\n",
    );
    check(
        &seen,
        "trace",
        CPU,
        &expect![[r#"
            not-measured, internal-profiler, flare --profile 30: profiler in use
            The CPU profile of the trace-agent is not in the flare: an error ended the collection of the trace-agent after its first heap snapshot, so what comes after that is missing. apm_config.internal_profiling.enabled is true: only one CPU profile can run in a process, so the Agent's own continuous profiler probably held it. Capture again: the profiler records for a part of the time only, so another try can succeed. Setting apm_config.internal_profiling.enabled to false needs a restart. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    // One process's profiler says nothing about another.
    let seen = flare("trace", "internal_profiling:\n  enabled: true\n");
    check(
        &seen,
        "trace",
        CPU,
        &expect![[r#"
            not-measured, collection-stopped, flare --profile 30: collection stopped
            The CPU profile of the trace-agent is not in the flare: an error ended the collection of the trace-agent after its first heap snapshot, so what comes after that is missing. The command printed the error as “Could not collect performance profile data”; solve what it says (is the trace-agent running, is its debug port reachable?) and capture again. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
}

// ---- processes that were not there

#[test]
fn nobody_answered() {
    // system-probe's answers are stored whatever they say.
    let text = "Get \"http://sysprobe/debug/pprof/heap\": dial unix /opt/datadog-agent/run/sysprobe.sock: connect: connection refused";
    let seen = ["1st-heap", "cpu", "2nd-heap", "mutex", "block"]
        .iter()
        .fold(MadeUp::linux().calm("core"), |flare, name| {
            flare.reply(&format!("system-probe-{name}"), text)
        })
        .read();
    check(
        &seen,
        "system-probe",
        LEAK,
        &expect![[r#"
            not-measured, not-running, flare --profile 30: not running
            Both heap snapshots of the system-probe hold a text instead of profiles: “Get "http://sysprobe/debug/pprof/heap": dial unix /opt/datadog-agent/run/sysprobe.sock: connect: connection refused”. The process was not running or could not be reached. Start system-probe, see that status shows it, and capture again. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    check(
        &seen,
        "system-probe",
        CPU,
        &expect![[r#"
            not-measured, not-running, flare --profile 30: not running
            The CPU profile of the system-probe holds a text instead of a profile: “Get "http://sysprobe/debug/pprof/heap": dial unix /opt/datadog-agent/run/sysprobe.sock: connect: connection refused”. The process was not running or could not be reached. Start system-probe, see that status shows it, and capture again. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    check(
        &seen,
        "system-probe",
        LOCKS,
        &expect![[r#"
            not-measured, not-running, flare --profile 30 --profile-mutex --profile-blocking: not running
            The mutex and block profiles of the system-probe hold a text instead of profiles: “Get "http://sysprobe/debug/pprof/heap": dial unix /opt/datadog-agent/run/sysprobe.sock: connect: connection refused”. The process was not running or could not be reached. Start system-probe, see that status shows it, and capture again. `sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking`
            Mutex Profile: says the same
            Block Profile: says the same
        "#]],
    );
}

/// What the flare says about processes without a single profile.
fn silent(seen: &Seen) -> String {
    missing(&seen.section("Verdict"))
}

#[test]
fn processes_that_the_flare_says_were_not_running() {
    let seen = MadeUp::linux()
        .calm("core")
        .file(
            "process_agent_runtime_config_dump.yaml",
            "error: process-agent is not running or is unreachable\n",
        )
        .read();
    expect![""].assert_eq(&silent(&seen));
    let seen = MadeUp::linux()
        .calm("core")
        .file(
            "expvar/trace-agent",
            "Error retrieving vars: Get \"https://127.0.0.1:5012/debug/vars\": dial tcp 127.0.0.1:5012: connect: connection refused",
        )
        .read();
    expect![""].assert_eq(&silent(&seen));
    // With profiles of its own the process has answered after all.
    let seen = MadeUp::linux()
        .calm("core")
        .calm("process")
        .file(
            "process_agent_runtime_config_dump.yaml",
            "error: process-agent is not running or is unreachable\n",
        )
        .read();
    assert_eq!(silent(&seen), "");
    assert_eq!(seen.report().silent.len(), 0);
}

// ---- local flares

#[test]
fn a_local_flare_with_profiles() {
    let seen = MadeUp::linux()
        .calm("core")
        .file(
            "status.log",
            "unable to get the status of the agent, is it running?\n",
        )
        .file("local", "unable to contact the agent\n")
        .file("expvar/memstats", "Alloc: 1048576\nSys: 2097152\n")
        .file("telemetry.log", made_up::telemetry(200 * MB))
        .read();
    expect!["This is a local flare: the command built it because the Agent did not answer or because --local was given. expvar/memstats and the other expvar files describe the command, not the Agent; telemetry.log and the goroutine dump are still the Agent's."].assert_eq(&seen.notes("local-flare").join("\n"));
    expect![[r#"
        In a local flare expvar/memstats describes the command that built it, not the Agent: the Agent's own numbers are not here. telemetry.log has its resident memory where it answered. For the Agent's own statistics it has to be running when the flare is made, without --local.
        sudo datadog-agent flare --profile 30"#]].assert_eq(&missing(&seen.section("Memory Stats")));
    expect!["local (built by the command)"]
        .assert_eq(&seen.fact("Agent Context", "Flare").unwrap());
    expect![[r#"
        Running checks are not known: status.log is not in the flare or does not list them, or the Agent did not answer.
        no command"#]]
    .assert_eq(&missing(&seen.section("Running Checks")));
    assert_eq!(verdict(&seen), "normal");
    assert!(seen.report().memory.accounts.is_empty());
}

#[test]
fn a_local_flare_without_profiles() {
    let seen = MadeUp::linux()
        .file(
            "status.log",
            "unable to get the status of the agent, is it running?\n",
        )
        .file("local", "")
        .read();
    assert_eq!(verdict(&seen), "no-profiles");
    let steps = seen.section("Recommendations");
    let steps = steps.split("\n### ").next().unwrap().trim();
    expect![[r#"
        1. **No profiles in the flare**: The flare was made by the command itself because the Agent did not answer. Check that the Agent is running before the next capture.

           ```text
           sudo datadog-agent status
           ```

        2. **No profiles in the flare**: Ask for a flare with profiles, taken while the problem is happening. 30 s is the least that the Agent accepts; no restart and no change of configuration is needed.

           ```text
           sudo datadog-agent flare --profile 30
           ```

        3. **No profiles in the flare**: If the Agent seems stuck or slow rather than busy, have lock contention recorded too; the two flags work in the core Agent only.

           ```text
           sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking
           ```

        4. **No profiles in the flare**: If the problem comes and goes, let the Agent take the flare by itself: the agentprofiling check (since 7.67) does when memory or CPU crosses a limit."#]].assert_eq(steps);
}

// ---- damage and absence

#[test]
fn a_file_that_was_cut_off() {
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    let calm = MadeUp::linux().calm("core");
    let seen = calm
        .clone()
        .file(
            "profiles/core-2nd-heap.pprof",
            cut(heap("main;app.keep 20972544", 30).bytes()),
        )
        .read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            damaged, damaged, flare --profile 30: unreadable
            The second heap snapshot of the core Agent is damaged: the gzip stream is damaged after 124 unpacked bytes: incomplete deflate stream. Since its start, 2 d 5 h ago, the process came to a heap of 20.0 MB: 386 kB an hour on average. Ask for the same flare once more, unchanged: it may have been cut off on its way. If it is damaged at its source, capture again. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    let seen = calm
        .clone()
        .file(
            "profiles/core-cpu.pprof",
            cut(cpu("main;app.a 200", 30).bytes()),
        )
        .read();
    check(
        &seen,
        "core",
        CPU,
        &expect![[r#"
            damaged, damaged, flare --profile 30: unreadable
            The CPU profile of the core Agent is damaged: the gzip stream is damaged after 94 unpacked bytes: incomplete deflate stream. Ask for the same flare once more, unchanged: it may have been cut off on its way. If it is damaged at its source, capture again. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    let seen = calm
        .file("profiles/core-mutex.pprof", cut(locks("").bytes()))
        .read();
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            damaged, damaged, flare --profile 30 --profile-mutex --profile-blocking: unreadable
            The mutex profile of the core Agent is damaged: the gzip stream is damaged after 58 unpacked bytes: incomplete deflate stream. The block profile is empty: its rate is 0, so nothing was collected. Ask for the same flare once more, unchanged; if it is damaged at its source, capture again. `sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking`
            Mutex Profile: The mutex profile of core is damaged: the gzip stream is damaged after 58 unpacked bytes: incomplete deflate stream. The other profiles are not affected.
            sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking
            Block Profile: The block profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
        "#]],
    );
}

/// A limit says nothing against the file, so nobody is asked to send it again as if it did.
#[test]
fn a_profile_past_a_limit_is_left_out_and_not_called_damaged() {
    let endless = "a".repeat(profile::pprof::Limits::default().name_bytes + 1);
    let calm = MadeUp::linux().calm("core");
    let seen = calm
        .clone()
        .profile(
            "core-2nd-heap",
            &heap(&format!("main;{endless} 20972544"), 30),
        )
        .read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
            not-measured, left-out, flare --profile 30: left out
            The second heap snapshot of the core Agent is left out: string 9 of the profile has 16385 bytes, the limit is 16384; the profile is left out, other files are not affected. Since its start, 2 d 5 h ago, the process came to a heap of 20.0 MB: 386 kB an hour on average. That says nothing against the file: go tool pprof reads it whole. A new capture is needed only if that fails. `sudo datadog-agent flare --profile 30`
            Heap Diff Analysis: says the same
        "#]],
    );
    assert_eq!(verdict(&seen), "inconclusive");
    assert_eq!(
        seen.json()["processes"][0]["profiles"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|profile| profile["status"] == "left-out")
            .map(|profile| profile["profile"].as_str().unwrap())
            .collect::<Vec<_>>(),
        ["heap-2nd"]
    );
    let customer = seen.text(ExportFormat::Customer);
    assert!(!customer.contains("damaged"), "{customer}");
    expect![
        "- The memory profile of the Agent's main process is too large for us to read in one piece."
    ]
    .assert_eq(
        customer
            .lines()
            .find(|line| line.starts_with("- "))
            .unwrap(),
    );
    let seen = calm
        .profile(
            "core-mutex",
            &locks(&format!("main;{endless};sync.(*Mutex).Unlock 500 100")),
        )
        .read();
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            not-measured, left-out, flare --profile 30 --profile-mutex --profile-blocking: left out
            The mutex profile of the core Agent is left out: string 8 of the profile has 16385 bytes, the limit is 16384; the profile is left out, other files are not affected. The block profile is empty: its rate is 0, so nothing was collected. That says nothing against the file: go tool pprof reads it whole. A new capture is needed only if that fails. `sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking`
            Mutex Profile: The mutex profile of core is left out: string 8 of the profile has 16385 bytes, the limit is 16384; the profile is left out, other files are not affected.
            sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking
            Block Profile: The block profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
        "#]],
    );
}

#[test]
fn nothing_of_a_kind_was_collected() {
    let seen = MadeUp::linux()
        .calm("core")
        .lost(&["core-1st-heap", "core-2nd-heap"])
        .read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
        not-measured, absent, flare --profile 30: not collected
        The flare holds no heap snapshots of this process. Capture again with profiles, while the problem is happening. `sudo datadog-agent flare --profile 30`
        Heap Diff Analysis: says the same
    "#]],
    );
    let seen = MadeUp::linux().profile("core-block", &locks("")).read();
    check(
        &seen,
        "core",
        LEAK,
        &expect![[r#"
        not-measured, absent, flare --profile 30: not collected
        The flare holds no heap snapshots of this process. Capture again with profiles, while the problem is happening. `sudo datadog-agent flare --profile 30`
        Heap Diff Analysis: says the same
    "#]],
    );
    check(
        &seen,
        "core",
        CPU,
        &expect![[r#"
            not-measured, absent, flare --profile 30: not collected
            The CPU profile of the core Agent is not in the flare. Capture again with profiles, while the problem is happening. `sudo datadog-agent flare --profile 30`
            CPU Profile: says the same
        "#]],
    );
    check(
        &seen,
        "core",
        LOCKS,
        &expect![[r#"
            not-measured, rate-zero, flare --profile 30 --profile-mutex --profile-blocking: not collected
            The mutex profile of the core Agent is not in the flare. The block profile is empty: its rate is 0, so nothing was collected. The flags --profile-mutex and --profile-blocking (since 7.30) raise the rates while the flare is made, in the core Agent only. `sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking`
            Mutex Profile: The mutex profile of core is not in the flare.
            sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking
            Block Profile: The block profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
        "#]],
    );
}

#[test]
fn no_profiles_at_all() {
    let seen = MadeUp::linux().read();
    assert_eq!(verdict(&seen), "no-profiles");
    let steps = seen.section("Recommendations");
    let steps = steps.split("\n### ").next().unwrap().trim();
    expect![[r#"
        1. **No profiles in the flare**: Ask for a flare with profiles, taken while the problem is happening. 30 s is the least that the Agent accepts; no restart and no change of configuration is needed.

           ```text
           sudo datadog-agent flare --profile 30
           ```

        2. **No profiles in the flare**: If the Agent seems stuck or slow rather than busy, have lock contention recorded too; the two flags work in the core Agent only.

           ```text
           sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking
           ```

        3. **No profiles in the flare**: If the problem comes and goes, let the Agent take the flare by itself: the agentprofiling check (since 7.67) does when memory or CPU crosses a limit."#]].assert_eq(steps);
}

/// Remote Configuration and the agentprofiling check write down why profiles are missing.
#[test]
fn the_log_of_the_flares_making_says_why() {
    let line = "Errors encountered generating flare profiles: error collecting core agent profile: context deadline exceeded\n";
    let seen = MadeUp::linux().file("flare_creation.log", line).read();
    let steps = seen.section("Recommendations");
    expect!["1. **No profiles in the flare**: The Agent tried to collect profiles and failed: Errors encountered generating flare profiles: error collecting core agent profile: context deadline exceeded. Solve that first."].assert_eq(steps.lines().next().unwrap());
}

// ---- platforms

#[test]
fn commands_fit_the_platform() {
    let windows = Status {
        os: "windows",
        platform: ["Windows Server 2022 Datacenter", "10.0 Build 20348"],
        ..Status::default()
    };
    let mac = Status {
        os: "darwin",
        platform: ["darwin", "15.1"],
        ..Status::default()
    };
    let of = |status: &Status, tool: &str| {
        MadeUp::with_status(status.clone())
            .file("install_info.log", installed_by(tool))
            .profile("core-1st-heap", &heap("main;app.keep 20971520", 0))
            .read()
    };
    let linux = Status::default();
    let cases = [
        ("Linux", of(&linux, "dpkg")),
        ("Linux, no install method", {
            MadeUp::with_status(linux.clone())
                .profile("core-1st-heap", &heap("main;app.keep 20971520", 0))
                .read()
        }),
        ("Windows", of(&windows, "windows_msi")),
        ("macOS", of(&mac, "install_script_mac")),
        ("Docker", of(&linux, "docker")),
        ("Helm", of(&linux, "helm")),
        ("Operator", of(&linux, "datadog-operator")),
        ("manifests", of(&linux, "kubernetes_manifests")),
        ("Cluster Agent", {
            let status = Status {
                title: "Datadog Cluster Agent",
                ..linux
            };
            MadeUp::empty()
                .file("cluster-agent-status.log", status.text())
                .profile(
                    "datadog-cluster-agent-1st-heap",
                    &heap("main;app.keep 20971520", 0),
                )
                .read()
        }),
    ];
    let mut commands = String::new();
    for (name, seen) in cases {
        let process = seen.report().judgement.main.clone().unwrap();
        let text = missing(&seen.section(&format!("Heap Diff Analysis, {process}")));
        let command = text.lines().nth(1).unwrap().to_owned();
        // Who reads the customer's message gets the same one.
        let customer = seen.text(ExportFormat::Customer);
        assert!(customer.contains(&command), "{name}: {customer}");
        commands.push_str(&format!("{name}: {command}\n"));
    }
    expect![[r#"
        Linux: sudo datadog-agent flare --profile 30
        Linux, no install method: sudo datadog-agent flare --profile 30
        Windows: & "$env:ProgramFiles\Datadog\Datadog Agent\bin\agent.exe" flare --profile 30
        macOS: datadog-agent flare --profile 30
        Docker: docker exec -it <agent-container> agent flare --profile 30
        Helm: kubectl exec -it <agent-pod> -c agent -- agent flare --profile 30
        Operator: kubectl exec -it <agent-pod> -c agent -- agent flare --profile 30
        manifests: kubectl exec -it <agent-pod> -c agent -- agent flare --profile 30
        Cluster Agent: kubectl exec -it <cluster-agent-pod> -- datadog-cluster-agent flare --profile 30
    "#]].assert_eq(&commands);
}

/// Who asks for profiles names the platform of the flare first.
#[test]
fn requests_begin_with_the_flares_own_platform() {
    let commands = |flare: MadeUp| {
        let text = flare.read().text(ExportFormat::Customer);
        let commands: Vec<&str> = text
            .lines()
            .filter(|line| line.contains("flare --profile"))
            .map(str::trim)
            .collect();
        commands.join("\n")
    };
    let windows = Status {
        os: "windows",
        ..Status::default()
    };
    expect![[r#"
        & "$env:ProgramFiles\Datadog\Datadog Agent\bin\agent.exe" flare --profile 30
        - Linux: sudo datadog-agent flare --profile 30
        - macOS: datadog-agent flare --profile 30
        - Docker: docker exec -it <agent-container> agent flare --profile 30
        - Kubernetes: kubectl exec -it <agent-pod> -c agent -- agent flare --profile 30
        & "$env:ProgramFiles\Datadog\Datadog Agent\bin\agent.exe" flare --profile 30 --profile-mutex --profile-blocking"#]].assert_eq(&commands(MadeUp::with_status(windows)));
    let helm = MadeUp::linux().file("install_info.log", installed_by("helm"));
    expect![[r#"
        kubectl exec -it <agent-pod> -c agent -- agent flare --profile 30
        - Linux: sudo datadog-agent flare --profile 30
        - Windows (PowerShell, as administrator): & "$env:ProgramFiles\Datadog\Datadog Agent\bin\agent.exe" flare --profile 30
        - macOS: datadog-agent flare --profile 30
        - Docker: docker exec -it <agent-container> agent flare --profile 30
        kubectl exec -it <agent-pod> -c agent -- agent flare --profile 30 --profile-mutex --profile-blocking"#]].assert_eq(&commands(helm));
    // Its command makes no flare with the flags for locks.
    let cluster = Status {
        title: "Datadog Cluster Agent",
        ..Status::default()
    };
    expect!["kubectl exec -it <cluster-agent-pod> -- datadog-cluster-agent flare --profile 30"]
        .assert_eq(&commands(
            MadeUp::empty().file("cluster-agent-status.log", cluster.text()),
        ));
}

#[test]
fn the_cluster_agent_keeps_its_own_rates() {
    let status = Status {
        title: "Datadog Cluster Agent",
        ..Status::default()
    };
    let seen = MadeUp::empty()
        .file("cluster-agent-status.log", status.text())
        .calm("datadog-cluster-agent")
        .read();
    assert_eq!(seen.report().hostname, HOST);
    check(
        &seen,
        "datadog-cluster-agent",
        LOCKS,
        &expect![[r#"
            not-measured, rate-zero-elsewhere, flare --profile 30: not collected
            The mutex and block profiles are empty: their rates are 0, so nothing was collected. The flags --profile-mutex and --profile-blocking raise the rates of the core Agent only. For the Cluster Agent, set internal_profiling.block_profile_rate: 10000 and internal_profiling.mutex_profile_fraction: 100, restart, and capture again. `kubectl exec -it <cluster-agent-pod> -- datadog-cluster-agent flare --profile 30`
            Mutex Profile: The mutex profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
            Block Profile: The block profile is empty: its rate is 0, so nothing was collected. That does not mean that there is no contention. How to record it stands under Verdict.
            no command
        "#]],
    );
}
