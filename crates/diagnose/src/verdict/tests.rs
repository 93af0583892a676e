//! Every rule, reason and note: once where it fires, and once where it just does not.

mod heaps;

use super::super::capture::Capture;
use super::super::kinds::ProfileName;
use super::super::share::Share;
use super::*;
use crate::errors::Told;
use flare::Process;
use profile::Profile;
use profile::lens::subject::Subject;
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
    Slot::Read(Subject::of(profile))
}

/// The same profile with something else in it.
fn change(slot: &mut Slot, change: impl FnOnce(&mut Profile)) {
    let mut profile = slot.profile().unwrap().clone();
    change(&mut profile);
    *slot = read(profile);
}

/// A process in which nothing crosses, 30 s apart.
fn calm(name: &str) -> ProcessProfiles {
    ProcessProfiles {
        heap_first: read(heap("main;app.keep 20971520", 0)),
        heap_second: read(heap("main;app.keep 20972544", 30)),
        allocs: Slot::Absent,
        cpu: read(cpu("main;app.a 100\nmain;app.b 90\nmain;app.c 110", 30)),
        block: read(locks("")),
        mutex: read(locks("")),
        ..ProcessProfiles::none(Process::parse(name))
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

fn growth_of(judgement: &Judgement) -> HeapGrowth {
    match &state(judgement, FindingKind::MemoryLeak).basis {
        Basis::Heaps(pair) => *pair,
        other => panic!("{other:?}"),
    }
}

/// The note of that name.
fn note<'j>(judgement: &'j Judgement, name: &str) -> Option<&'j NoteFact> {
    let mut facts = judgement.notes.iter().map(|note| &note.fact);
    facts.find(|fact| fact.as_str() == name)
}

fn reasons(judgement: &Judgement) -> &[Doubt] {
    &judgement.findings[0].reasons
}

/// Fires in the first judgement, not in the second.
#[track_caller]
fn check_reason(fires: &Judgement, near_miss: &Judgement, expected: &[Doubt]) {
    let fired = reasons(fires);
    assert_eq!(fired, expected);
    assert_eq!(reasons(near_miss), []);
    assert_eq!(near_miss.findings[0].confidence, Confidence::High);
    assert_eq!(
        fires.findings[0].confidence,
        Confidence::of(fired.len()),
        "one step a reason"
    );
}

#[track_caller]
fn check_note(fires: &Judgement, near_miss: &Judgement, expected: &NoteFact) {
    let name = expected.as_str();
    assert_eq!(note(fires, name), Some(expected));
    assert_eq!(note(near_miss, name), None);
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
    let pair = growth_of(&crossed);
    assert_eq!((pair.net, pair.by_one), (10 * MB + 1024, false));
    assert_eq!(pair.interval.seconds(), 30.0);
    assert_eq!(growth_of(&clear).per_minute(10 * MB), 20.0 * MB as f64);
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
    let pair = growth_of(&crossed);
    assert_eq!((pair.top, pair.by_one), (12 * MB - 1024, true));
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

    let same = judge_one(growth(50 * MB, 50 * MB, 30));
    assert_eq!(
        state(&same, FindingKind::MemoryLeak).hole,
        Some(Hole::Identical)
    );
    // One byte of difference is a measurement.
    let measured = judge_one(growth(50 * MB, 50 * MB + 1024, 30));
    assert_eq!(leak(&measured), Measured::Clear);
}

#[test]
fn windows_under_five_seconds_measure_nothing_unless_they_cross() {
    let short = |name: &str, bytes: i64, ms: i64| {
        let mut process = growth(50 * MB, 50 * MB + bytes, 0);
        process.name = Process::parse(name);
        change(&mut process.heap_second, |second| {
            second.time_ns = NOON + ms * 1_000_000;
        });
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
            change(slot, |profile| {
                profile.mappings.push(profile::Mapping {
                    build_id: build.to_owned(),
                    ..Default::default()
                });
            });
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
    change(&mut process.heap_second, |second| second.time_ns = NOON);
    assert_eq!(interval(&process).source, IntervalSource::CpuDuration);
    assert_eq!(interval(&process).ns, 30 * SECOND);
    process.cpu = Slot::Absent;
    assert_eq!(interval(&process).source, IntervalSource::Assumed);
    assert_eq!(
        growth_of(&judge_one(process)).interval.source,
        IntervalSource::Assumed
    );
}

#[test]
fn the_interval_is_above_zero_however_far_the_snapshots_are_apart() {
    let mut process = growth(0, 20 * MB, 30);
    change(&mut process.heap_first, |first| first.time_ns = i64::MIN);
    change(&mut process.heap_second, |second| second.time_ns = i64::MAX);
    let interval = process.interval(&Thresholds::builtin());
    assert_eq!(interval.source, IntervalSource::Profiles);
    assert_eq!(interval.ns, i64::MAX);
}

#[test]
fn evidence_of_a_leak() {
    let judgement = judge_one(growth(MB, 32 * MB, 30));
    let finding = &judgement.findings[0];
    let Detail::Leak(leak) = &finding.detail else {
        panic!("{:?}", finding.detail);
    };
    assert_eq!(
        (leak.growth, leak.objects, leak.allocated),
        (31 * MB, 31 * 1024, Some(61 * MB))
    );
    assert_eq!(leak.per_minute, 62.0 * MB as f64);
    assert!((leak.noise - 3.94 * MB as f64).abs() < 0.01 * MB as f64);
    assert_eq!(finding.confirm(), Capture::of_seconds(120));
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
        (state.measured, &state.basis),
        (Measured::Clear, &Basis::Idle)
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
    assert_eq!(crossed.findings[0].profile, ProfileName::Mutex);
    let clear = judge_one(contended("main;sync.(*Mutex).Unlock 5000 1000", ""));
    assert_eq!(contention(&clear), Measured::Clear);
    let block = judge_one(contended("", "main;sync.(*Mutex).Lock 5000 1001"));
    assert_eq!(block.findings[0].profile, ProfileName::Block);
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
        |process: &mut ProcessProfiles| {
            process.cpu = Slot::Damaged(Told::Redacted("cut".to_owned()))
        },
        |process: &mut ProcessProfiles| {
            process.heap_first = Slot::Damaged(Told::Redacted("cut".to_owned()))
        },
    ] {
        let mut damaged = calm("trace");
        damage(&mut damaged);
        assert_eq!(kind(&[calm("core"), damaged]), VerdictKind::Inconclusive);
    }
    // Damaged locks are no heap or CPU profile.
    let mut damaged = calm("trace");
    damaged.mutex = Slot::Damaged(Told::Redacted("cut".to_owned()));
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
    let (fires, near_miss) = (pair(2), pair(12288));
    let [Doubt::Noise { bytes, sigma }] = reasons(&fires) else {
        panic!("{:?}", reasons(&fires));
    };
    assert_eq!(*bytes, 12 * MB);
    assert!((sigma - 8.49 * MB as f64).abs() < 0.01 * MB as f64);
    check_reason(&fires, &near_miss, reasons(&fires));
}

#[test]
fn reason_few_cpu_samples() {
    let few = |ms: i64| {
        let mut process = calm("core");
        // Long samples, so that few of them are half a second.
        let drawn = format!("main;app.hot {} {}", ms / 10, 4 * ms * 1_000_000);
        let mut profile = draw(CPU, &drawn).unwrap();
        profile.duration_ns = 30 * SECOND;
        profile.period = 10_000_000;
        process.cpu = read(profile);
        judge_with(process, &sure())
    };
    check_reason(&few(490), &few(500), &[Doubt::FewSamples(49)]);
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
        &[Doubt::FewLockEvents(19)],
    );
    // The configuration dump may say otherwise.
    let context = Context {
        mutex_fraction: Some(1),
        ..sure()
    };
    check_reason(
        &events(19, &context),
        &events(20, &context),
        &[Doubt::FewLockEvents(19)],
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
        &[Doubt::FewWaiting(7.499 / 30.0)],
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
        &[Doubt::ShortWindow(29.0)],
    );
    check_reason(
        &judge_with(hot(5000, 0, 29), &sure()),
        &judge_with(hot(5000, 0, 30), &sure()),
        &[Doubt::ShortWindow(29.0)],
    );
    let locks = |seconds: i64| {
        let mut process = contended("main;sync.(*Mutex).Unlock 50000 60000", "");
        process.cpu = read(cpu("main;app.a 10", seconds));
        judge_with(process, &sure())
    };
    check_reason(&locks(29), &locks(30), &[Doubt::ShortWindow(29.0)]);
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
        &[Doubt::JustStarted(540.0)],
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
        &[Doubt::Spread { functions: 100 }],
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
        &[Doubt::Collections {
            apart_s: 46.0,
            window_s: 30.0,
        }],
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
        &[Doubt::BlockedThreads("runtime.cgocall".to_owned())],
    );
    check_reason(
        &leaf("syscall.SyscallN", true),
        &leaf("app.syscall", true),
        &[Doubt::BlockedThreads("syscall.SyscallN".to_owned())],
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
}

// ---- notes

#[test]
fn note_steady_growth() {
    let name = "steady-growth";
    check_note(
        &judge_one(growth(MB, 6 * MB, 30)),
        &judge_one(growth(MB, MB + MB / 2 - 1024, 30)),
        &NoteFact::SteadyGrowth {
            bytes: 5 * MB,
            seconds: 30.0,
        },
    );
    // Beyond the threshold it is a finding, within noise it is nothing.
    assert_eq!(note(&judge_one(growth(MB, 16 * MB, 30)), name), None);
    let mut noisy = growth(1, 2, 30);
    let mut second = draw(HEAP, "main;app.grows 1 5242880 1 5242880").unwrap();
    second.period = 524_288;
    second.time_ns = NOON + 30 * SECOND;
    noisy.heap_first = read(heap("main;app.x 0", 0));
    noisy.heap_second = read(second);
    assert_eq!(note(&judge_one(noisy), name), None);
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
        &moved(10 * MB + 2048),
        &moved(10 * MB),
        &NoteFact::Moved {
            function: "app.b".to_owned(),
            bytes: 10 * MB + 1024,
        },
    );
}

#[test]
fn note_second_heap_smaller() {
    let shrunk = |second: i64| judge_one(growth(20 * MB, second, 30));
    check_note(
        &shrunk(10 * MB),
        &shrunk(19 * MB + MB / 2),
        &NoteFact::Shrank { bytes: 10 * MB },
    );
}

#[test]
fn note_large_heap_with_its_holder() {
    let limit = 200 * MB;
    let holder = Holder {
        function: SAMPLE.to_owned(),
        share: Share::new(1.0),
        owner: "Core Agent, aggregation".to_owned(),
        owner_share: Share::new(1.0),
    };
    let expected = |bytes: i64| NoteFact::LargeHeap {
        bytes,
        holder: Some(holder.clone()),
    };
    let large = |judgement: &Judgement| note(judgement, "large-heap").cloned();
    check_note(
        &judge_one(growth(limit, limit + 1024, 30)),
        &judge_one(growth(limit - 1024, limit, 30)),
        &expected(limit + 1024),
    );
    // What holds it is as good to know where it grows, and where nothing was measured.
    let grows = judge_one(growth(limit, limit + 50 * MB, 30));
    assert_eq!(large(&grows), Some(expected(limit + 50 * MB)));
    let mut single = growth(1, limit + 1024, 30);
    single.heap_first = Slot::Absent;
    assert_eq!(large(&judge_one(single)), Some(expected(limit + 1024)));
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
        &rate(601 * MB),
        &rate(600 * MB),
        &NoteFact::AllocationRate {
            a_second: 601 * MB / 30,
            bytes: 601 * MB,
            seconds: 30.0,
        },
    );
}

#[test]
fn note_busy_line() {
    check_note(
        &judge_one(hot(490, 0, 30)),
        &judge_one(hot(240, 240, 30)),
        &NoteFact::BusyLine {
            function: "app.hot".to_owned(),
            share: Share::new(1.0),
            cpu_ns: 490_000_000,
        },
    );
}

#[test]
fn note_busy_cores() {
    check_note(
        &judge_one(hot(7_500, 7_500, 30)),
        &judge_one(hot(7_490, 7_500, 30)),
        &NoteFact::BusyCores {
            cores: 0.5,
            function: "app.hot".to_owned(),
            share: Share::new(0.5),
        },
    );
    // With one hot function it is a finding.
    assert_eq!(note(&judge_one(hot(20_000, 10, 30)), "busy-cores"), None);
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
        &share(260),
        &share(250),
        &NoteFact::GcShare(Share::new(0.26)),
    );
}

#[test]
fn note_small_heap() {
    let rss = |bytes: i64| Context {
        rss_bytes: Some(bytes),
        ..Context::default()
    };
    let small_heap = NoteFact::SmallHeap {
        in_use: 20 * MB + 1024,
        rss: 67 * MB,
    };
    let judge = |bytes: i64| judge_with(calm("core"), &rss(bytes));
    check_note(&judge(67 * MB), &judge(66 * MB), &small_heap);
    // In its own flares it is the Cluster Agent's.
    assert_eq!(
        judge_with(calm("datadog-cluster-agent"), &rss(67 * MB)).notes,
        [Note {
            process: Some(Process::ClusterAgent),
            fact: small_heap
        }]
    );
    // The resident memory is the core Agent's: it says nothing of others.
    assert_eq!(
        note(&judge_with(calm("trace"), &rss(900 * MB)), "small-heap"),
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
                memory_limit: Some((100 * MB, LimitSource::Docker)),
                ..Context::default()
            },
        )
    };
    check_note(
        &limit(90 * MB),
        &limit(90 * MB - 1),
        &NoteFact::NearLimit {
            rss: 90 * MB,
            limit: 100 * MB,
            source: LimitSource::Docker,
        },
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
        &killed(&[("agent", true), ("java", false), ("agent", true)]),
        &killed(&[]),
        &NoteFact::OomKills {
            victims: vec![("agent".to_owned(), 2), ("java".to_owned(), 1)],
            in_cgroup: 2,
        },
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
    check_note(&fires, &near_miss, &NoteFact::ManyGoroutines(1001));
    check_note(
        &fires,
        &near_miss,
        &NoteFact::SameStack {
            goroutines: 101,
            function: "app.wait".to_owned(),
        },
    );
    check_note(
        &fires,
        &near_miss,
        &NoteFact::LockWaits {
            goroutines: 1,
            site: Some(("app.lock".to_owned(), 1)),
        },
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
    check_note(&local(true), &local(false), &NoteFact::LocalFlare);
}

#[test]
fn notes_change_no_verdict() {
    let context = Context {
        rss_bytes: Some(900 * MB),
        memory_limit: Some((900 * MB, LimitSource::Ecs)),
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
