//! Every rule, reason and note: once where it fires, and once where it just does not.

mod heaps;

use super::super::capture::Capture;
use super::super::counters::Counters;
use super::super::evidence::Evidence;
use super::super::kinds::ProfileName;
use super::super::notable::{Consumer, Thing};
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
    assert_eq!(finding.confirm(), Capture::USUAL);
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
    let crossed = judge_one(hot(10_100, 9_900, 30));
    assert_eq!(spike(&crossed), Measured::Crossed);
    assert_eq!(crossed.kind, VerdictKind::CpuSpike);
    assert_eq!(spike(&judge_one(hot(10_000, 10_000, 30))), Measured::Clear);
}

#[test]
fn cpu_needs_samples_and_half_a_core_in_use() {
    // 0.5 s of samples and half a core are enough, a little less is not.
    assert_eq!(spike(&judge_one(hot(500, 0, 1))), Measured::Crossed);
    assert_eq!(spike(&judge_one(hot(490, 0, 1))), Measured::Clear);
    assert_eq!(spike(&judge_one(hot(15_000, 0, 30))), Measured::Crossed);
    assert_eq!(spike(&judge_one(hot(14_990, 0, 30))), Measured::Clear);
    // Half of what its container may use is as much.
    let limited = |process: &str, cores: f64| {
        let mut process_profiles = hot(6_000, 0, 30);
        process_profiles.name = Process::parse(process);
        let context = Context {
            evidence: Evidence {
                cpu_limit: Some(cores),
                ..Evidence::default()
            },
            ..Context::default()
        };
        spike(&judge_with(process_profiles, &context))
    };
    assert_eq!(limited("core", 0.4), Measured::Crossed);
    assert_eq!(limited("core", 0.41), Measured::Clear);
    // The limit is that of the core Agent's container.
    assert_eq!(limited("trace", 0.4), Measured::Clear);
}

/// Doors into C are no function of their own.
#[test]
fn a_door_counts_as_what_is_behind_it() {
    let python = "github.com/DataDog/datadog-agent/pkg/collector/python._Cfunc_run_check";
    let zstd = "github.com/DataDog/datadog-agent/pkg/logs/sender.(*batch).compress";
    let judge = |lines: &str| {
        let mut process = calm("core");
        // The labels stand behind the values.
        let drawn: String = lines
            .lines()
            .map(|line| {
                let (stack, rest) = line.trim().split_once(' ').unwrap();
                let (ms, labels) = rest.split_once(' ').unwrap_or((rest, ""));
                let ms: i64 = ms.parse().unwrap();
                format!("{stack} {} {} {labels}\n", ms / 10, ms * 1_000_000)
            })
            .collect();
        let mut profile = draw(CPU, &drawn).unwrap();
        profile.duration_ns = 30 * SECOND;
        profile.period = 10_000_000;
        process.cpu = read(profile);
        judge_one(process)
    };
    let spot = |judgement: &Judgement| match &state(judgement, FindingKind::CpuSpike).basis {
        Basis::Cpu(used) => used.spot.clone(),
        other => panic!("{other:?}"),
    };
    let door = || "runtime.cgocall".to_owned();
    // All instances of a check together.
    let by_label = judge(&format!(
        "main;{python};runtime.cgocall 9000 #check_id=crunch:1\nmain;{python};runtime.cgocall 3000 #check_id=crunch:2\nmain;{zstd};runtime.cgocall 6000"
    ));
    assert_eq!(
        spot(&by_label),
        Spot::Check {
            name: "crunch".to_owned(),
            door: door()
        }
    );
    assert_eq!(spike(&by_label), Measured::Crossed);
    // Two of them, neither with more than half: the door alone is nothing.
    let halves = judge(&format!(
        "main;{python};runtime.cgocall 9000 #check_id=crunch:1\nmain;{python};runtime.cgocall 9000 #check_id=tags:2"
    ));
    assert_eq!(spike(&halves), Measured::Clear);
    // Without a label, what called decides.
    let by_caller = judge(&format!(
        "main;{python};runtime.cgocall 9000\nmain;{zstd};runtime.cgocall 10000"
    ));
    assert_eq!(
        spot(&by_caller),
        Spot::Behind {
            caller: zstd.to_owned(),
            door: door()
        }
    );
    assert_eq!(spike(&by_caller), Measured::Crossed);
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
fn contention_crosses_over_one_second_and_a_tenth_of_a_goroutine() {
    // The window is 30 s: 3 s of delay are a tenth of a goroutine.
    let near = judge_one(contended("main;sync.(*Mutex).Unlock 5000 2999", ""));
    assert_eq!(contention(&near), Measured::Clear);
    let crossed = judge_one(contended("main;sync.(*Mutex).Unlock 5000 3000", ""));
    assert_eq!(contention(&crossed), Measured::Crossed);
    assert_eq!(crossed.kind, VerdictKind::Contention);
    assert_eq!(crossed.findings[0].profile, ProfileName::Mutex);
    let short = |ms: i64| {
        let mut process = contended(&format!("main;sync.(*Mutex).Unlock 5000 {ms}"), "");
        process.cpu = read(cpu("main;app.a 10", 6));
        judge_one(process)
    };
    assert_eq!(contention(&short(1000)), Measured::Clear);
    assert_eq!(contention(&short(1001)), Measured::Crossed);
    let block = judge_one(contended("", "main;sync.(*Mutex).Lock 5000 3000"));
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

/// The Go runtime counts all the time, also where no flag was given.
#[test]
fn the_counter_decides_where_the_profiles_are_empty() {
    let counted = |waits_s: f64, uptime_s: f64| {
        let counters = Counters {
            lock_waits_s: Some(waits_s),
            uptime_s: Some(uptime_s),
            ..Counters::default()
        };
        let context = Context {
            evidence: Evidence {
                counters,
                ..Evidence::default()
            },
            ..Context::default()
        };
        judge_with(calm("core"), &context)
    };
    let clear = counted(0.0001, 106.0);
    assert_eq!(contention(&clear), Measured::Clear);
    assert_eq!(clear.kind, VerdictKind::Normal);
    assert_eq!(contention(&counted(9.9, 100.0)), Measured::NotMeasured);
    let crossed = counted(10.0, 100.0);
    assert_eq!(contention(&crossed), Measured::Crossed);
    assert_eq!(crossed.notable[0].thing.as_str(), "lock-counter");
    // It counts for the process that it is of, and not against profiles that were recorded.
    let mut recorded = contended("main;sync.(*Mutex).Unlock 5000 2999", "");
    recorded.heap_first = Slot::Absent;
    assert_eq!(contention(&judge_one(recorded)), Measured::Clear);
}

/// A profile without a window is held against the uptime of its own process, or against nothing.
#[test]
fn waiting_in_a_time_that_is_not_known_is_not_measured() {
    let locked = |process: &str, ms: i64| ProcessProfiles {
        mutex: read(locks(&format!("main;sync.(*Mutex).Unlock 5000 {ms}"))),
        ..calm(process)
    };
    let core_uptime = Context {
        uptime_s: Some(7200.0),
        ..Context::default()
    };
    let judgement = judge_with(locked("trace", 60_000), &core_uptime);
    assert_eq!(
        state(&judgement, FindingKind::Contention).hole,
        Some(Hole::WindowUnknown)
    );
    // What crosses in no time is clear in any.
    let judgement = judge_with(locked("trace", 1_000), &core_uptime);
    assert_eq!(contention(&judgement), Measured::Clear);
}

/// Who waits to hand something over waits for no lock.
#[test]
fn channel_sends_are_back_pressure() {
    let agent = "github.com/DataDog/datadog-agent/pkg/logs";
    let judge = |ms: i64| {
        let mut process = contended(
            "",
            &format!(
                "main;{agent}/tailers/file.(*Tailer).forwardMessages;runtime.chansend1 50 {ms}\nmain;{agent}/internal/decoder.(*decoderImpl).run;runtime.chansend1 50 {ms}"
            ),
        );
        process.cpu = read(cpu(
            &format!(
                "main;{agent}/processor.(*Processor).run;regexp.(*Regexp).doExecute 9000\nmain;app.a 1000"
            ),
            30,
        ));
        judge_one(process)
    };
    let found = judge(26_000);
    assert_eq!(contention(&found), Measured::Clear);
    let pressed = found
        .notable
        .iter()
        .find_map(|one| match &one.thing {
            Thing::BackPressure {
                delay_ns,
                consumer,
                senders,
                ..
            } => Some((*delay_ns, consumer.clone(), senders.len())),
            _ => None,
        })
        .unwrap();
    let consumer = Consumer {
        pipeline: "logs".to_owned(),
        stage: "processor".to_owned(),
        share: Some(Share::new(0.9)),
        busy_with: Some(("regexp.(*Regexp).doExecute".to_owned(), Share::new(0.9))),
    };
    assert_eq!(pressed, (52 * SECOND, Some(consumer), 2));
    assert_eq!(judge(1_499).notable, []);
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
    let mut trace = hot(20_000, 0, 30);
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
        let drawn = format!("main;app.hot {} {}", ms / 10, 40 * ms * 1_000_000);
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
        uptime_s: Some(600.0),
        ..Context::default()
    };
    let set = Context {
        mutex_fraction: Some(10),
        ..uptime.clone()
    };
    assert_eq!(window("core", &uptime), 30.0);
    assert_eq!(window("core", &set), 600.0);
    assert_eq!(window("datadog-cluster-agent", &uptime), 600.0);
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
    // Window and uptime lower confidence in leaks only.
    let young = Context {
        uptime_s: Some(23.0),
        ..Context::default()
    };
    let hot = judge_with(hot(50_000, 0, 29), &young);
    assert!(reasons(&hot).is_empty());
    let locks = judge_with(
        ProcessProfiles {
            mutex: read(locks("main;sync.(*Mutex).Unlock 50000 46000")),
            ..calm("datadog-cluster-agent")
        },
        &young,
    );
    assert!(reasons(&locks).is_empty());
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
        process.cpu = read(cpu(&format!("main;{name} 50000"), 30));
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
            responsible: None,
            share: Share::new(1.0),
            cpu_ns: 490_000_000,
        },
    );
}

// ---- things to look at

fn things(judgement: &Judgement) -> Vec<&'static str> {
    judgement
        .notable
        .iter()
        .map(|one| one.thing.as_str())
        .collect()
}

#[test]
fn cores_in_use_without_one_hot_function() {
    let busy = judge_one(hot(7_500, 7_500, 30));
    assert_eq!(things(&busy), ["busy"]);
    assert_eq!(things(&judge_one(hot(7_490, 7_500, 30))), [""; 0]);
    // With one hot function it is a finding.
    assert_eq!(things(&judge_one(hot(20_000, 10, 30))), [""; 0]);
}

#[test]
fn the_collector_takes_much() {
    let share = |gc: i64, seconds: i64| {
        let mut process = calm("core");
        // A sample with two frames of the collector counts once.
        process.cpu = read(cpu(
            &format!(
                "main;runtime.gcBgMarkWorker;runtime.gcAssistAlloc;runtime.scanobject {gc}\nmain;app.a {}\nmain;app.b 1400",
                600 - gc
            ),
            seconds,
        ));
        judge_one(process)
    };
    assert_eq!(things(&share(510, 30)), ["collector"]);
    assert_eq!(things(&share(500, 30)), [""; 0]);
    // Of a process that hardly runs it is no matter.
    assert_eq!(things(&share(510, 60)), [""; 0]);
}

fn counted(counters: Counters, memory_limit: Option<i64>) -> Context {
    Context {
        memory_limit: memory_limit.map(|limit| (limit, LimitSource::Docker)),
        evidence: Evidence {
            counters,
            ..Evidence::default()
        },
        ..Context::default()
    }
}

#[test]
fn memory_outside_of_go() {
    let resident = |process: &str, bytes: i64, go: i64| {
        let counters = Counters {
            resident: Some(bytes),
            go_held: Some(go),
            ..Counters::default()
        };
        things(&judge_with(calm(process), &counted(counters, None)))
    };
    assert_eq!(resident("core", 301 * MB, 100 * MB), ["outside-go"]);
    assert_eq!(resident("core", 300 * MB, 100 * MB), [""; 0]);
    assert_eq!(resident("core", 900 * MB, 450 * MB), [""; 0]);
    // In its own flares it is the Cluster Agent's.
    let counters = Counters {
        resident: Some(301 * MB),
        go_held: Some(100 * MB),
        ..Counters::default()
    };
    let judgement = judge_with(calm("datadog-cluster-agent"), &counted(counters, None));
    assert_eq!(judgement.notable[0].process, Some(Process::ClusterAgent));
}

#[test]
fn heaps_that_are_large_or_fill_a_limit() {
    let heap = |bytes: i64, counters: Counters, limit: Option<i64>| {
        let lines = format!("main;{SAMPLE} {bytes}");
        let process = ProcessProfiles {
            heap_first: read(heap(&lines, 0)),
            heap_second: read(heap(&format!("{lines}\nmain;app.x 1024"), 30)),
            ..calm("core")
        };
        judge_with(process, &counted(counters, limit))
    };
    let none = Counters::default;
    let large = heap(201 * MB, none(), None);
    assert_eq!(things(&large), ["large-heap"]);
    let holder = large.notable[0].holder.clone().unwrap();
    assert_eq!(
        (holder.owner.as_str(), holder.frame.as_str()),
        ("Core Agent, aggregation", SAMPLE)
    );
    assert_eq!(things(&heap(199 * MB, none(), None)), [""; 0]);
    // 60% of either limit.
    let limited = |bytes: i64| Counters {
        memory_limit: Some(bytes),
        ..Counters::default()
    };
    assert_eq!(
        things(&heap(61 * MB, limited(100 * MB), None)),
        ["large-heap"]
    );
    assert_eq!(things(&heap(59 * MB, limited(100 * MB), None)), [""; 0]);
    assert_eq!(
        things(&heap(61 * MB, none(), Some(100 * MB))),
        ["large-heap"]
    );
    assert_eq!(things(&heap(59 * MB, none(), Some(100 * MB))), [""; 0]);
    // The runtime had to stop the collector.
    let held_back = Counters {
        gc_limiter_cycle: Some(185),
        ..Counters::default()
    };
    assert_eq!(things(&heap(20 * MB, held_back, None)), ["large-heap"]);
}

#[test]
fn resident_memory_near_the_containers_limit() {
    let near = |resident: i64| {
        let counters = Counters {
            resident: Some(resident),
            ..Counters::default()
        };
        things(&judge_with(
            calm("core"),
            &counted(counters, Some(100 * MB)),
        ))
    };
    assert_eq!(near(90 * MB), ["near-limit"]);
    assert_eq!(near(90 * MB - 1), [""; 0]);
}

#[test]
fn kills_of_the_agents_own_processes() {
    let killed = |is_own: bool| {
        let kill = |name: &str| OomVictim {
            process: name.to_owned(),
            in_cgroup: true,
            is_own,
            limit: Some(128 * MB),
            resident: Some(132 * MB),
        };
        let context = Context {
            oom_kills: vec![kill("agent"), kill("java"), kill("agent")],
            ..Context::default()
        };
        judge_with(calm("core"), &context)
    };
    assert_eq!(
        killed(true).notable[0].thing,
        Thing::KernelKills {
            victims: vec![("agent".to_owned(), 2), ("java".to_owned(), 1)],
            limit: Some(128 * MB),
            resident: Some(132 * MB),
        }
    );
    assert_eq!(things(&killed(false)), [""; 0]);
}

fn dump(count: u64, group: GoroutineGroup, waiting: u64, minutes: u64) -> Context {
    Context {
        goroutines: Some(GoroutineSum {
            process: Process::Core,
            count,
            largest: Some(group),
            waiting_for_locks: waiting,
            lock_minutes: minutes,
            lock_site: (waiting > 0).then(|| ("app.lock".to_owned(), waiting)),
        }),
        ..Context::default()
    }
}

#[test]
fn a_dump_with_many_goroutines_or_waits_for_locks() {
    let group = |goroutines: u64, state: &str, waits: bool| GoroutineGroup {
        goroutines,
        function: "app.wait".to_owned(),
        state: state.to_owned(),
        waits,
        longest_minutes: 3,
    };
    let seen = |count: u64, group: GoroutineGroup, waiting: u64, minutes: u64| {
        judge_with(calm("core"), &dump(count, group, waiting, minutes))
    };
    let few = || group(10, "select", false);
    assert_eq!(
        things(&seen(500, group(101, "chan send", true), 0, 0)),
        ["alike"]
    );
    assert_eq!(
        things(&seen(500, group(100, "chan send", true), 0, 0)),
        [""; 0]
    );
    // Many that wait for work are only many.
    assert_eq!(
        things(&seen(500, group(400, "select", false), 0, 0)),
        [""; 0]
    );
    assert_eq!(things(&seen(1001, few(), 0, 0)), ["many-goroutines"]);
    assert_eq!(things(&seen(1000, few(), 0, 0)), [""; 0]);
    // A moment's wait of one is no news; a long one is, and so are many.
    assert_eq!(things(&seen(500, few(), 1, 0)), [""; 0]);
    assert_eq!(things(&seen(500, few(), 1, 1)), ["lock-waits"]);
    assert_eq!(things(&seen(500, few(), 5, 0)), ["lock-waits"]);
    // Connections have a descriptor each.
    let mut connected = dump(5000, group(4000, "IO wait", false), 0, 0);
    connected.evidence.counters.open_descriptors = Some(4_100);
    let judgement = judge_with(calm("core"), &connected);
    assert!(matches!(
        judgement.notable[0].thing,
        Thing::Alike {
            connections: true,
            ..
        }
    ));
    connected.evidence.counters.open_descriptors = Some(40);
    let judgement = judge_with(calm("core"), &connected);
    assert!(matches!(
        judgement.notable[0].thing,
        Thing::Alike {
            connections: false,
            ..
        }
    ));
}

#[test]
fn things_stand_in_the_order_of_what_they_explain() {
    let mut context = dump(5000, GoroutineGroup::default(), 30, 38);
    context.oom_kills = vec![OomVictim {
        process: "agent".to_owned(),
        in_cgroup: true,
        is_own: true,
        limit: None,
        resident: None,
    }];
    context.evidence.counters.threads = Some(2_843);
    let judgement = judge_with(calm("core"), &context);
    assert_eq!(
        things(&judgement),
        ["kernel-kills", "lock-waits", "many-goroutines", "threads"]
    );
    // They change no verdict, and no flare with one of them is closed.
    assert_eq!(judgement.kind, VerdictKind::Normal);
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
