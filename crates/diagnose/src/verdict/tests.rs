//! Every rule, reason and note: once where it fires, and once where it just does not.

use expect_test::{Expect, expect};

use super::*;
use flare::Process;
use profile::Profile;
use profile::text::draw;

const HEAP: &str = "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes";
const CPU: &str = "samples/count cpu/nanoseconds";
const LOCK: &str = "contentions/count delay/nanoseconds";
const MB: i64 = 1 << 20;
const SECOND: i64 = 1_000_000_000;
/// A usual instant, so that times are never mistaken for "not given".
const NOON: i64 = 1_795_000_000 * SECOND;

/// A heap snapshot from lines of `stack bytes`; objects are of 1 kB. Allocated is what is in use,
/// and 1 MB a second that was freed again.
fn heap(lines: &str, at_s: i64) -> Profile {
    let text: String = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (stack, bytes) = line.rsplit_once(' ').unwrap();
            let bytes: i64 = bytes.parse().unwrap();
            let allocated = bytes + at_s * MB;
            format!(
                "{stack} {} {allocated} {} {bytes}\n",
                allocated / 1024,
                bytes / 1024
            )
        })
        .collect();
    let mut profile = draw(HEAP, &text).unwrap();
    profile.time_ns = NOON + at_s * SECOND;
    profile.period = 524_288;
    profile
}

/// A CPU profile from lines of `stack milliseconds`.
fn cpu(lines: &str, seconds: i64) -> Profile {
    let text: String = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (stack, ms) = line.rsplit_once(' ').unwrap();
            let ms: i64 = ms.parse().unwrap();
            format!("{stack} {} {}\n", ms / 10, ms * 1_000_000)
        })
        .collect();
    let mut profile = draw(CPU, &text).unwrap();
    profile.duration_ns = seconds * SECOND;
    profile.period = 10_000_000;
    profile.time_ns = NOON;
    profile
}

/// A lock profile from lines of `stack contentions milliseconds`.
fn locks(lines: &str) -> Profile {
    let text: String = lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (rest, ms) = line.rsplit_once(' ').unwrap();
            format!("{rest} {}\n", ms.parse::<i64>().unwrap() * 1_000_000)
        })
        .collect();
    draw(LOCK, &text).unwrap()
}

fn read(profile: Profile) -> Slot {
    Slot::Read(Box::new(profile))
}

/// A process in which nothing crosses, 30 s apart.
fn calm(name: &str) -> ProcessProfiles {
    ProcessProfiles {
        name: Process::parse(name),
        heap_first: read(heap("main;app.keep 20971520", 0)),
        heap_second: read(heap("main;app.keep 20972544", 30)),
        allocs: Slot::Absent,
        cpu: read(cpu("main;app.a 100\nmain;app.b 90\nmain;app.c 110", 30)),
        block: read(locks("")),
        mutex: read(locks("")),
    }
}

fn judged(processes: &[ProcessProfiles], context: &Context, thresholds: &Thresholds) -> Judgement {
    judge(processes, context, thresholds, Owners::builtin())
}

fn judge_one(process: ProcessProfiles) -> Judgement {
    judge_with(process, &Context::default())
}

fn judge_with(process: ProcessProfiles, context: &Context) -> Judgement {
    judged(&[process], context, &Thresholds::builtin())
}

fn state(judgement: &Judgement, kind: FindingKind) -> &State {
    judgement
        .states
        .iter()
        .find(|state| state.kind == kind)
        .unwrap()
}

fn pair(first: &str, second: &str, seconds: i64) -> ProcessProfiles {
    ProcessProfiles {
        heap_first: read(heap(first, 0)),
        heap_second: read(heap(second, seconds)),
        ..calm("core")
    }
}

/// Growth of one owned function from `first` to `second` bytes.
fn growth(first: i64, second: i64, seconds: i64) -> ProcessProfiles {
    pair(
        &format!("main;{SAMPLE} {first}"),
        &format!("main;{SAMPLE} {second}"),
        seconds,
    )
}

const SAMPLE: &str = "github.com/DataDog/datadog-agent/pkg/aggregator.(*TimeSampler).sample";

fn leak(judgement: &Judgement) -> Measured {
    state(judgement, FindingKind::MemoryLeak).measured
}

fn note(judgement: &Judgement, kind: NoteKind) -> Option<&str> {
    judgement
        .notes
        .iter()
        .find(|note| note.kind == kind)
        .map(|note| note.text.as_str())
}

fn reasons(judgement: &Judgement) -> Vec<String> {
    judgement.findings[0].reasons.clone()
}

/// Fires in the first judgement, not in the second.
#[track_caller]
fn check_reason(fires: &Judgement, near_miss: &Judgement, expected: &Expect) {
    let fired = reasons(fires);
    expected.assert_eq(&fired.join("\n"));
    let missed = reasons(near_miss);
    assert!(missed.is_empty(), "{missed:?}");
    assert_eq!(near_miss.findings[0].confidence, Confidence::High);
    assert_eq!(
        fires.findings[0].confidence,
        Confidence::of(fired.len()),
        "one step a reason"
    );
}

#[track_caller]
fn check_note(kind: NoteKind, fires: &Judgement, near_miss: &Judgement, expected: &Expect) {
    expected.assert_eq(note(fires, kind).unwrap_or("no note"));
    assert_eq!(note(near_miss, kind), None);
}

// ---- memory leak

#[test]
fn leak_crosses_over_ten_megabytes_and_not_at_ten() {
    let crossed = judge_one(growth(0, 10 * MB + 1024, 30));
    assert_eq!(leak(&crossed), Measured::Crossed);
    assert_eq!(crossed.kind, VerdictKind::MemoryLeak);
    let clear = judge_one(growth(0, 10 * MB, 30));
    assert_eq!(leak(&clear), Measured::Clear);
    assert_eq!(clear.kind, VerdictKind::Normal);
    expect![[r#"
        inuse_space outside the Go runtime changed by +10.0 MB in 30.0 s (+20.0 MB/min); the threshold is over 10.0 MB, at 1.00 MB/min or faster.
        Clear at 10.0 MB or less in such a window, or slower than 1.00 MB/min.
        inuse_space outside the Go runtime changed by +10.0 MB in 30.0 s (+20.0 MB/min); the threshold is over 10.0 MB, at 1.00 MB/min or faster.
        It would cross with over 10.0 MB in such a window.
    "#]].assert_eq(&format!(
        "{}\n{}\n{}\n{}\n",
        state(&crossed, FindingKind::MemoryLeak).why,
        state(&crossed, FindingKind::MemoryLeak).would_change,
        state(&clear, FindingKind::MemoryLeak).why,
        state(&clear, FindingKind::MemoryLeak).would_change,
    ));
}

#[test]
fn leak_has_to_be_as_fast_as_one_megabyte_a_minute() {
    assert_eq!(
        leak(&judge_one(growth(0, 20 * MB, 1200))),
        Measured::Crossed
    );
    assert_eq!(leak(&judge_one(growth(0, 20 * MB, 1201))), Measured::Clear);
}

#[test]
fn leak_leaves_out_the_runtime() {
    for (leaf, measured) in [
        ("runtime/pprof.StartCPUProfile", Measured::Clear),
        ("runtime.malg", Measured::Clear),
        ("internal/runtime/maps.newTable", Measured::Clear),
        ("runtimex.keep", Measured::Crossed),
    ] {
        let judgement = judge_one(pair(
            "main;app.keep 1024",
            &format!("main;app.keep 2048\nmain;{leaf} 20971520"),
            30,
        ));
        assert_eq!(leak(&judgement), measured, "{leaf}");
    }
}

#[test]
fn one_function_crosses_alone_while_the_net_is_positive() {
    let one = |shrunk_to: i64| {
        judge_one(pair(
            "main;app.shrinks 20971520\nmain;app.grows 1024",
            &format!("main;app.shrinks {shrunk_to}\nmain;app.grows 12582912"),
            30,
        ))
    };
    let crossed = one(10 * MB);
    assert_eq!(leak(&crossed), Measured::Crossed);
    assert!(
        state(&crossed, FindingKind::MemoryLeak)
            .why
            .contains("one function alone grew by +12.0 MB")
    );
    assert_eq!(crossed.findings[0].first().unwrap().function, "app.grows");
    // The net is not positive any more.
    assert_eq!(leak(&one(8 * MB)), Measured::Clear);
}

#[test]
fn leak_is_not_measured_without_a_pair_and_when_nothing_was_collected_between() {
    let mut process = calm("core");
    process.heap_second = Slot::Absent;
    let judgement = judge_one(process);
    assert_eq!(leak(&judgement), Measured::NotMeasured);
    assert_eq!(judgement.kind, VerdictKind::Inconclusive);

    let same = judge_one(growth(MB, MB, 30));
    assert_eq!(
        state(&same, FindingKind::MemoryLeak).hole,
        Some(Hole::Identical)
    );
    // One byte of difference is a measurement.
    assert_eq!(leak(&judge_one(growth(MB, MB + 1024, 30))), Measured::Clear);
}

#[test]
fn windows_under_five_seconds_measure_nothing_unless_they_cross() {
    let short = |name: &str, bytes: i64, ms: i64| {
        let mut process = growth(0, bytes, 0);
        process.name = Process::parse(name);
        if let Slot::Read(second) = &mut process.heap_second {
            second.time_ns = NOON + ms * 1_000_000;
        }
        judge_one(process)
    };
    assert_eq!(
        state(&short("core", MB, 4_999), FindingKind::MemoryLeak).hole,
        Some(Hole::ShortWindow)
    );
    assert_eq!(leak(&short("core", MB, 5_000)), Measured::Clear);
    assert_eq!(leak(&short("core", 11 * MB, 4_000)), Measured::Crossed);
    assert_eq!(
        state(&short("trace", MB, 4_000), FindingKind::MemoryLeak).hole,
        Some(Hole::TraceWindow)
    );
}

#[test]
fn a_restart_in_between_measures_nothing() {
    let with_builds = |first: &str, second: &str| {
        let mut process = growth(MB, 20 * MB, 30);
        for (slot, build) in [
            (&mut process.heap_first, first),
            (&mut process.heap_second, second),
        ] {
            if let Slot::Read(profile) = slot {
                profile.mappings.push(profile::Mapping {
                    build_id: build.to_owned(),
                    ..Default::default()
                });
            }
        }
        judge_one(process)
    };
    assert_eq!(
        state(&with_builds("a1", "b2"), FindingKind::MemoryLeak).hole,
        Some(Hole::Restarted)
    );
    assert_eq!(leak(&with_builds("a1", "a1")), Measured::Crossed);
    // One side without a build id says nothing.
    assert_eq!(leak(&with_builds("a1", "")), Measured::Crossed);
    // All that was ever allocated can only grow within one run.
    let judgement = judge_one(growth(20 * MB, 10 * MB, 5));
    assert_eq!(
        state(&judgement, FindingKind::MemoryLeak).hole,
        Some(Hole::Restarted)
    );
}

#[test]
fn the_interval_is_the_profiles_else_the_cpu_profiles_else_assumed() {
    let mut process = growth(0, 20 * MB, 30);
    let interval = |process: &ProcessProfiles| process.interval(&Thresholds::builtin());
    assert_eq!(interval(&process).source, IntervalSource::Profiles);
    if let Slot::Read(second) = &mut process.heap_second {
        second.time_ns = NOON;
    }
    assert_eq!(interval(&process).source, IntervalSource::CpuDuration);
    assert_eq!(interval(&process).ns, 30 * SECOND);
    process.cpu = Slot::Absent;
    assert_eq!(interval(&process).source, IntervalSource::Assumed);
    let judgement = judge_one(process);
    assert!(
        state(&judgement, FindingKind::MemoryLeak)
            .why
            .contains("30.0 s (assumed: neither the snapshots nor a CPU profile tell)")
    );
}

#[test]
fn the_interval_is_above_zero_however_far_the_snapshots_are_apart() {
    let mut process = growth(0, 20 * MB, 30);
    if let (Slot::Read(first), Slot::Read(second)) =
        (&mut process.heap_first, &mut process.heap_second)
    {
        first.time_ns = i64::MIN;
        second.time_ns = i64::MAX;
    }
    let interval = process.interval(&Thresholds::builtin());
    assert_eq!(interval.source, IntervalSource::Profiles);
    assert_eq!(interval.ns, i64::MAX);
}

#[test]
fn evidence_of_a_leak() {
    let judgement = judge_one(growth(MB, 32 * MB, 30));
    let finding = &judgement.findings[0];
    let evidence: String = finding
        .evidence
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    expect![[r#"
        core grew 31.0 MB in 30.0 s (62.0 MB/min), 100 % of it in pkg/aggregator.(*TimeSampler).sample
        Interval: 30.0 s
        Growth: +31.0 MB
        Rate: +62.0 MB/min
        If it goes on: +3.63 GB an hour, +87.2 GB a day
        Objects: +31,744
        Mean object: 1.00 kB
        Allocated in the same time: 61.0 MB (2.03 MB/s); 50.8 % of it stayed
        Sampling noise: 3.94 MB (one sigma)
        A longer capture (--profile 120) or two flares hours apart would settle it.
    "#]].assert_eq(&format!(
        "{}\n{evidence}{}\n",
        finding.summary, finding.settle
    ));
    let first = finding.first().unwrap();
    assert_eq!(first.objects, Some(31 * 1024));
    assert_eq!(first.allocated, Some(61 * MB));
    assert!(!first.within_noise);
    assert_eq!(finding.stacks[0].frames, [SAMPLE, "main"]);
    assert_eq!(finding.stacks[0].responsible, Some(0));
    assert_eq!(finding.owner(), "Core Agent, aggregation");
}

// ---- CPU

fn hot(ms: i64, other_ms: i64, seconds: i64) -> ProcessProfiles {
    ProcessProfiles {
        cpu: read(cpu(
            &format!("main;app.hot {ms}\nmain;app.other {other_ms}"),
            seconds,
        )),
        ..calm("core")
    }
}

fn spike(judgement: &Judgement) -> Measured {
    state(judgement, FindingKind::CpuSpike).measured
}

#[test]
fn cpu_crosses_over_half_and_not_at_half() {
    let crossed = judge_one(hot(1010, 990, 30));
    assert_eq!(spike(&crossed), Measured::Crossed);
    assert_eq!(crossed.kind, VerdictKind::CpuSpike);
    assert_eq!(spike(&judge_one(hot(1000, 1000, 30))), Measured::Clear);
}

#[test]
fn cpu_needs_samples_and_a_core_in_use() {
    // 0.5 s of samples and 5 % of one core are enough, a little less is not.
    assert_eq!(spike(&judge_one(hot(500, 0, 10))), Measured::Crossed);
    assert_eq!(spike(&judge_one(hot(490, 0, 1))), Measured::Clear);
    assert_eq!(spike(&judge_one(hot(1500, 0, 30))), Measured::Crossed);
    assert_eq!(spike(&judge_one(hot(1490, 0, 30))), Measured::Clear);
}

#[test]
fn a_cpu_profile_without_samples_is_idle() {
    let mut process = calm("core");
    process.cpu = read(cpu("", 30));
    let judgement = judge_one(process);
    let state = state(&judgement, FindingKind::CpuSpike);
    assert_eq!(
        (state.measured, state.text.as_str()),
        (Measured::Clear, "idle")
    );
}

// ---- contention

fn contended(mutex: &str, block: &str) -> ProcessProfiles {
    ProcessProfiles {
        mutex: read(locks(mutex)),
        block: read(locks(block)),
        ..calm("core")
    }
}

fn contention(judgement: &Judgement) -> Measured {
    state(judgement, FindingKind::Contention).measured
}

#[test]
fn contention_crosses_over_one_second_and_not_at_one() {
    let crossed = judge_one(contended("main;sync.(*Mutex).Unlock 5000 1001", ""));
    assert_eq!(contention(&crossed), Measured::Crossed);
    assert_eq!(crossed.kind, VerdictKind::Contention);
    assert_eq!(
        crossed.findings[0].profile,
        crate::kinds::ProfileName::Mutex
    );
    let clear = judge_one(contended("main;sync.(*Mutex).Unlock 5000 1000", ""));
    assert_eq!(contention(&clear), Measured::Clear);
    let block = judge_one(contended("", "main;sync.(*Mutex).Lock 5000 1001"));
    assert_eq!(block.findings[0].profile, crate::kinds::ProfileName::Block);
}

#[test]
fn idle_waits_count_only_when_asked_for() {
    let process = || {
        contended(
            "",
            "main;runtime.selectgo 500 9000\nmain;sync.(*Mutex).Lock 50 900",
        )
    };
    assert_eq!(contention(&judge_one(process())), Measured::Clear);
    let mut thresholds = Thresholds::builtin();
    thresholds.contention.count_idle_waits = true;
    let counted = judged(&[process()], &Context::default(), &thresholds);
    assert_eq!(contention(&counted), Measured::Crossed);
    assert_eq!(counted.findings[0].value, 9.9e9);
    // In the mutex profile nobody waits for work.
    let mutex = judge_one(contended("main;runtime.selectgo 500 9000", ""));
    assert_eq!(contention(&mutex), Measured::Crossed);
}

#[test]
fn contention_is_not_measured_when_both_are_empty_or_absent() {
    let core = judge_one(calm("core"));
    assert_eq!(
        state(&core, FindingKind::Contention).hole,
        Some(Hole::RateZero)
    );
    let other = judge_one(calm("process"));
    assert_eq!(
        state(&other, FindingKind::Contention).hole,
        Some(Hole::RateZeroElsewhere)
    );
    let mut absent = calm("core");
    absent.mutex = Slot::Absent;
    absent.block = Slot::Absent;
    let absent = judge_one(absent);
    assert_eq!(contention(&absent), Measured::NotMeasured);
    // One of the two with values is a measurement.
    let mut half = calm("core");
    half.mutex = Slot::Absent;
    half.block = read(locks("main;sync.(*Mutex).Lock 5 1"));
    assert_eq!(contention(&judge_one(half)), Measured::Clear);
}

// ---- the flare's verdict

#[test]
fn verdicts_of_flares() {
    let kind = |processes: &[ProcessProfiles]| {
        judged(processes, &Context::default(), &Thresholds::builtin()).kind
    };
    assert_eq!(kind(&[]), VerdictKind::NoProfiles);
    assert_eq!(kind(&[calm("core")]), VerdictKind::Normal);
    // Two kinds in two processes.
    let mut trace = hot(2000, 0, 30);
    trace.name = Process::Trace;
    assert_eq!(
        kind(&[growth(0, 20 * MB, 30), trace]),
        VerdictKind::MultipleIssues
    );
    // The same kind twice is one kind.
    let mut second = growth(0, 20 * MB, 30);
    second.name = Process::Trace;
    assert_eq!(
        kind(&[growth(0, 20 * MB, 30), second]),
        VerdictKind::MemoryLeak
    );
    // What is missing elsewhere than in the main process does not matter, damage does.
    let mut missing = calm("trace");
    missing.heap_second = Slot::Absent;
    missing.cpu = Slot::Absent;
    assert_eq!(kind(&[calm("core"), missing]), VerdictKind::Normal);
    for damage in [
        |process: &mut ProcessProfiles| process.cpu = Slot::Damaged("cut".to_owned()),
        |process: &mut ProcessProfiles| process.heap_first = Slot::Damaged("cut".to_owned()),
    ] {
        let mut damaged = calm("trace");
        damage(&mut damaged);
        assert_eq!(kind(&[calm("core"), damaged]), VerdictKind::Inconclusive);
    }
    // Damaged locks are no heap or CPU profile.
    let mut damaged = calm("trace");
    damaged.mutex = Slot::Damaged("cut".to_owned());
    assert_eq!(kind(&[calm("core"), damaged]), VerdictKind::Normal);
    let mut missing = calm("core");
    missing.cpu = Slot::Absent;
    assert_eq!(kind(&[missing]), VerdictKind::Inconclusive);
}

// ---- reasons against confidence

fn sure() -> Context {
    Context {
        uptime_s: Some(600.0),
        ..Context::default()
    }
}

#[test]
fn reason_within_noise() {
    // Few large objects are a matter of luck, many small ones are not.
    let pair = |objects: i64| {
        let text = format!("main;app.grows {objects} 12582912 {objects} 12582912");
        let mut second = draw(HEAP, &text).unwrap();
        second.period = 524_288;
        second.time_ns = NOON + 30 * SECOND;
        let mut process = growth(1, 2, 30);
        process.heap_first = read(heap("main;app.x 0", 0));
        process.heap_second = read(second);
        judge_with(process, &sure())
    };
    check_reason(
        &pair(2),
        &pair(12288),
        &expect!["the growth is within sampling noise (12.0 MB is under 3 sigma of 8.49 MB)"],
    );
}

#[test]
fn reason_few_cpu_samples() {
    let few = |ms: i64| {
        let mut process = hot(ms, 0, 30);
        // Long samples, so that few of them are half a second.
        if let Slot::Read(profile) = &mut process.cpu {
            for (index, value) in profile.samples.values.iter_mut().enumerate() {
                if index % 2 == 1 {
                    *value *= 4;
                }
            }
        }
        judge_with(process, &sure())
    };
    check_reason(
        &few(490),
        &few(500),
        &expect!["only 49 CPU samples were taken"],
    );
}

#[test]
fn reason_few_lock_events() {
    let events = |contentions: i64, context: &Context| {
        judge_with(
            contended(
                &format!("main;sync.(*Mutex).Unlock {contentions} 600000"),
                "",
            ),
            context,
        )
    };
    check_reason(
        &events(1999, &sure()),
        &events(2000, &sure()),
        &expect!["only 19 lock events were sampled"],
    );
    // The configuration dump may say otherwise.
    let context = Context {
        mutex_fraction: Some(1),
        ..sure()
    };
    check_reason(
        &events(19, &context),
        &events(20, &context),
        &expect!["only 19 lock events were sampled"],
    );
}

#[test]
fn reason_few_goroutines_waiting() {
    // 30 s of profile: 7.5 s of delay are a quarter of a goroutine.
    let waiting = |ms: i64| {
        judge_with(
            contended(&format!("main;sync.(*Mutex).Unlock 50000 {ms}"), ""),
            &sure(),
        )
    };
    check_reason(
        &waiting(7_499),
        &waiting(7_500),
        &expect!["on average only 0.25 goroutines were waiting (contended Agents have over 1)"],
    );
}

/// Flags fill the lock profiles of the core Agent while the flare is made; everywhere else, and
/// where its configuration sets the rates, they count since the start.
#[test]
fn the_window_of_a_contention() {
    let window = |process: &str, context: &Context| {
        let judgement = judge_with(
            ProcessProfiles {
                mutex: read(locks("main;sync.(*Mutex).Unlock 50000 60000")),
                ..calm(process)
            },
            context,
        );
        match &judgement.findings[0].detail {
            Detail::Contention(lock) => lock.window_s,
            other => panic!("{other:?}"),
        }
    };
    let uptime = Context {
        uptime_s: Some(7200.0),
        ..Context::default()
    };
    let set = Context {
        mutex_fraction: Some(10),
        ..uptime.clone()
    };
    assert_eq!(window("core", &uptime), 30.0);
    assert_eq!(window("core", &set), 7200.0);
    assert_eq!(window("system-probe", &uptime), 7200.0);
    assert_eq!(window("system-probe", &Context::default()), 30.0);
}

/// system-probe has rates of its own: the core Agent's say nothing of it.
#[test]
fn rates_of_system_probe() {
    let measured = |context: &Context| {
        let judgement = judge_with(
            ProcessProfiles {
                mutex: read(locks("")),
                block: read(locks("")),
                ..calm("system-probe")
            },
            context,
        );
        contention(&judgement)
    };
    let core = Context {
        mutex_fraction: Some(10),
        ..Context::default()
    };
    let own = Context {
        system_probe_rates: [Some(10), None],
        ..Context::default()
    };
    assert_eq!(measured(&core), Measured::NotMeasured);
    assert_eq!(measured(&own), Measured::Clear);
}

#[test]
fn reason_short_window() {
    check_reason(
        &judge_with(growth(0, 20 * MB, 29), &sure()),
        &judge_with(growth(0, 20 * MB, 30), &sure()),
        &expect!["the heap snapshots are only 29.0 s apart, 30 s are usual"],
    );
    check_reason(
        &judge_with(hot(5000, 0, 29), &sure()),
        &judge_with(hot(5000, 0, 30), &sure()),
        &expect!["the CPU profile is only 29.0 s long, 30 s are usual"],
    );
    let locks = |seconds: i64| {
        let mut process = contended("main;sync.(*Mutex).Unlock 50000 60000", "");
        process.cpu = read(cpu("main;app.a 10", seconds));
        judge_with(process, &sure())
    };
    check_reason(
        &locks(29),
        &locks(30),
        &expect!["the profile covers only 29.0 s, 30 s are usual"],
    );
}

#[test]
fn reason_uptime() {
    let after = |seconds: f64| Context {
        uptime_s: Some(seconds),
        ..Context::default()
    };
    check_reason(
        &judge_with(growth(0, 20 * MB, 30), &after(540.0)),
        &judge_with(growth(0, 20 * MB, 30), &after(600.0)),
        &expect!["the Agent had been running for only 9.0 minutes: it may still be warming up"],
    );
    // Nothing known is nothing against it.
    assert!(reasons(&judge_one(growth(0, 20 * MB, 30))).is_empty());
}

#[test]
fn reason_spread_over_hundreds_of_functions() {
    let spread = |functions: usize| {
        let lines: String = (0..functions)
            .map(|index| format!("main;app.f{index:04} 204800\n"))
            .collect();
        judge_with(pair("main;app.x 0", &lines, 30), &sure())
    };
    check_reason(
        &spread(200),
        &spread(198),
        &expect![
            "the growth is spread over 100 functions, which looks like warm-up rather than a leak"
        ],
    );
}

#[test]
fn reason_time_between_collections() {
    let collected = |before_first_s: i64| Context {
        gc_ends_ns: vec![
            NOON - before_first_s * SECOND,
            NOON + 30 * SECOND,
            NOON + 50 * SECOND,
        ],
        ..sure()
    };
    check_reason(
        &judge_with(growth(0, 20 * MB, 30), &collected(16)),
        &judge_with(growth(0, 20 * MB, 30), &collected(15)),
        &expect!["the snapshots show garbage collections that are 46 s apart, not 30 s"],
    );
    // Of a local flare they are the command's, and of other processes nothing is known.
    let local = Context {
        local: true,
        ..collected(60)
    };
    assert!(reasons(&judge_with(growth(0, 20 * MB, 30), &local)).is_empty());
    let mut trace = growth(0, 20 * MB, 30);
    trace.name = Process::Trace;
    assert!(reasons(&judge_with(trace, &collected(60))).is_empty());
}

#[test]
fn reason_blocked_threads_on_windows() {
    let leaf = |name: &str, windows: bool| {
        let mut process = calm("core");
        process.cpu = read(cpu(&format!("main;{name} 5000"), 30));
        judge_with(process, &Context { windows, ..sure() })
    };
    check_reason(
        &leaf("runtime.cgocall", true),
        &leaf("runtime.cgocall", false),
        &expect!["on Windows runtime.cgocall also counts blocked threads"],
    );
    check_reason(
        &leaf("syscall.SyscallN", true),
        &leaf("app.syscall", true),
        &expect!["on Windows syscall.SyscallN also counts blocked threads"],
    );
}

#[test]
fn two_reasons_are_low() {
    let context = Context {
        uptime_s: Some(10.0),
        ..Context::default()
    };
    let finding = &judge_with(growth(0, 20 * MB, 10), &context).findings[0];
    assert_eq!(finding.confidence, Confidence::Low);
    assert_eq!(finding.reasons.len(), 2);
    assert!(!finding.settle.is_empty());
}

// ---- notes

#[test]
fn note_steady_growth() {
    let kind = NoteKind::SteadyGrowth;
    check_note(
        kind,
        &judge_one(growth(MB, 6 * MB, 30)),
        &judge_one(growth(MB, MB + MB / 2 - 1024, 30)),
        &expect![
            "core: the heap grew by +5.00 MB in 30.0 s, under the threshold but beyond sampling noise. A longer capture (--profile 120) or two flares hours apart would tell."
        ],
    );
    // Beyond the threshold it is a finding, within noise it is nothing.
    assert_eq!(note(&judge_one(growth(MB, 16 * MB, 30)), kind), None);
    let mut noisy = growth(1, 2, 30);
    let mut second = draw(HEAP, "main;app.grows 1 5242880 1 5242880").unwrap();
    second.period = 524_288;
    second.time_ns = NOON + 30 * SECOND;
    noisy.heap_first = read(heap("main;app.x 0", 0));
    noisy.heap_second = read(second);
    assert_eq!(note(&judge_one(noisy), kind), None);
}

#[test]
fn note_moved() {
    let moved = |grown: i64| {
        judge_one(pair(
            "main;app.a 31457280\nmain;app.b 1024",
            &format!("main;app.a 1024\nmain;app.b {grown}"),
            30,
        ))
    };
    check_note(
        NoteKind::Moved,
        &moved(10 * MB + 2048),
        &moved(10 * MB),
        &expect![
            "core: app.b gained 10.0 MB while the heap as a whole did not grow: memory moved rather than leaked."
        ],
    );
}

#[test]
fn note_second_heap_smaller() {
    let shrunk = |second: i64| judge_one(growth(20 * MB, second, 30));
    check_note(
        NoteKind::Shrank,
        &shrunk(10 * MB),
        &shrunk(19 * MB + MB / 2),
        &expect!["core: the second heap snapshot is smaller, by 10.0 MB."],
    );
}

#[test]
fn note_large_heap() {
    check_note(
        NoteKind::LargeHeap,
        &judge_one(growth(256 * MB, 256 * MB + 1024, 30)),
        &judge_one(growth(256 * MB - 2048, 256 * MB - 1024, 30)),
        &expect![
            "core: the heap holds 256 MB and does not grow: large, but steady. What holds it stands under Heap in Use."
        ],
    );
    // One that grows is another matter.
    assert_eq!(
        note(
            &judge_one(growth(256 * MB, 300 * MB, 30)),
            NoteKind::LargeHeap
        ),
        None
    );
}

#[test]
fn note_allocation_rate() {
    let rate = |bytes: i64| {
        let text = format!("main;app.a 1 {} 20480 20972544", 20 * MB + bytes);
        let mut profile = draw(HEAP, &text).unwrap();
        profile.time_ns = NOON + 30 * SECOND;
        profile.period = 524_288;
        let mut process = growth(1, 2, 30);
        process.heap_first = read(heap("main;app.a 20971520", 0));
        process.heap_second = read(profile);
        judge_one(process)
    };
    check_note(
        NoteKind::AllocationRate,
        &rate(601 * MB),
        &rate(600 * MB),
        &expect![
            "core: 20.0 MB are allocated a second (601 MB in 30.0 s): that is work for the garbage collector."
        ],
    );
}

#[test]
fn note_busy_line() {
    check_note(
        NoteKind::BusyLine,
        &judge_one(hot(490, 0, 30)),
        &judge_one(hot(240, 240, 30)),
        &expect![
            "core: app.hot takes 100.0 % of the CPU profile, but the process used only 490 ms in all: a busy line in an idle process."
        ],
    );
}

#[test]
fn note_busy_cores() {
    check_note(
        NoteKind::BusyCores,
        &judge_one(hot(7_500, 7_500, 30)),
        &judge_one(hot(7_490, 7_500, 30)),
        &expect![
            "core: 0.50 cores in use with no single hot function (the largest is app.hot with 50.0 %)."
        ],
    );
    // With one hot function it is a finding.
    assert_eq!(
        note(&judge_one(hot(20_000, 10, 30)), NoteKind::BusyCores),
        None
    );
}

#[test]
fn note_gc_share() {
    let share = |gc: i64| {
        let mut process = calm("core");
        // A sample with two frames of the collector counts once.
        process.cpu = read(cpu(
            &format!(
                "main;runtime.gcBgMarkWorker;runtime.gcAssistAlloc;runtime.scanobject {gc}\nmain;app.a {}\nmain;app.b 400",
                600 - gc
            ),
            30,
        ));
        judge_one(process)
    };
    check_note(
        NoteKind::GcShare,
        &share(260),
        &share(250),
        &expect!["core: garbage collection takes 26 % of the CPU time: look at the allocations."],
    );
}

#[test]
fn note_small_heap() {
    let rss = |bytes: i64| Context {
        rss_bytes: Some(bytes),
        ..Context::default()
    };
    // 20 MB and 1 kB are in use.
    let judge = |bytes: i64| judge_with(calm("core"), &rss(bytes));
    check_note(
        NoteKind::SmallHeap,
        &judge(67 * MB),
        &judge(66 * MB),
        &expect![
            "core: the Go heap in use is 20.0 MB of 67.0 MB resident memory (29.9 %): the heap profile explains only a small part of it."
        ],
    );
    // In its own flares it is the Cluster Agent's.
    assert_eq!(
        note(
            &judge_with(calm("datadog-cluster-agent"), &rss(67 * MB)),
            NoteKind::SmallHeap
        ),
        Some(
            "datadog-cluster-agent: the Go heap in use is 20.0 MB of 67.0 MB resident memory (29.9 %): the heap profile explains only a small part of it."
        )
    );
    // The resident memory is the core Agent's: it says nothing of others.
    assert_eq!(
        note(
            &judge_with(calm("trace"), &rss(900 * MB)),
            NoteKind::SmallHeap
        ),
        None
    );
}

#[test]
fn note_near_limit() {
    let limit = |rss: i64| {
        judge_with(
            calm("core"),
            &Context {
                rss_bytes: Some(rss),
                memory_limit: Some((100 * MB, "docker_inspect.log".to_owned())),
                ..Context::default()
            },
        )
    };
    check_note(
        NoteKind::NearLimit,
        &limit(90 * MB),
        &limit(90 * MB - 1),
        &expect![
            "core: 90.0 MB resident memory is 90.0 % of the container's limit of 100 MB (docker_inspect.log): the kernel kills it when it goes over."
        ],
    );
}

#[test]
fn note_oom_kills() {
    let killed = |names: &[(&str, bool)]| {
        judge_with(
            calm("core"),
            &Context {
                oom_kills: names
                    .iter()
                    .map(|(name, in_cgroup)| OomVictim {
                        process: (*name).to_owned(),
                        in_cgroup: *in_cgroup,
                    })
                    .collect(),
                ..Context::default()
            },
        )
    };
    check_note(
        NoteKind::OomKills,
        &killed(&[("agent", true), ("java", false), ("agent", true)]),
        &killed(&[]),
        &expect![
            "The kernel killed processes for lack of memory: agent (2 times), java. Some at the limit of a control group."
        ],
    );
}

#[test]
fn notes_of_the_goroutine_dump() {
    let dump = |count: u64, alike: u64, waiting: u64| {
        judge_with(
            calm("core"),
            &Context {
                goroutines: Some(GoroutineSum {
                    count,
                    largest: Some((alike, "app.wait".to_owned())),
                    waiting_for_locks: waiting,
                    lock_site: (waiting > 0).then(|| ("app.lock".to_owned(), waiting)),
                }),
                ..Context::default()
            },
        )
    };
    let (fires, near_miss) = (dump(1001, 101, 1), dump(1000, 100, 0));
    check_note(
        NoteKind::ManyGoroutines,
        &fires,
        &near_miss,
        &expect!["core: 1,001 goroutines, over 1,000: look for stacks that repeat."],
    );
    check_note(
        NoteKind::SameStack,
        &fires,
        &near_miss,
        &expect![
            "core: 101 goroutines have one same stack, in app.wait: over 100 alike look like a goroutine leak."
        ],
    );
    check_note(
        NoteKind::LockWaits,
        &fires,
        &near_miss,
        &expect![
            "core: 1 goroutine was waiting for a lock when the dump was taken, in app.lock. That shows even when the mutex profile is empty."
        ],
    );
}

#[test]
fn note_local_flare() {
    let local = |local: bool| {
        judge_with(
            calm("core"),
            &Context {
                local,
                ..Context::default()
            },
        )
    };
    check_note(
        NoteKind::LocalFlare,
        &local(true),
        &local(false),
        &expect![
            "This is a local flare: the command built it because the Agent did not answer or because --local was given. expvar/memstats and the other expvar files describe the command, not the Agent; telemetry.log and the goroutine dump are still the Agent's."
        ],
    );
}

#[test]
fn notes_change_no_verdict() {
    let context = Context {
        rss_bytes: Some(900 * MB),
        memory_limit: Some((900 * MB, "x".to_owned())),
        local: true,
        oom_kills: vec![OomVictim {
            process: "agent".to_owned(),
            in_cgroup: true,
        }],
        goroutines: Some(GoroutineSum {
            count: 5000,
            largest: Some((4000, "app.wait".to_owned())),
            waiting_for_locks: 3000,
            lock_site: None,
        }),
        ..Context::default()
    };
    let judgement = judge_with(calm("core"), &context);
    assert_eq!(judgement.kind, VerdictKind::Normal);
    assert_eq!(judgement.notes.len(), 7);
}
