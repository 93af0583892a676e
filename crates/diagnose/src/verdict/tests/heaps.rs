//! What is known of a heap beside its growth: bounds, units, transients, plausibility.

use super::*;

/// A difference as `/debug/pprof/heap?seconds=N` gives it; lines of `stack bytes`.
fn difference(lines: &str, seconds: i64) -> Profile {
    let mut profile = heap(lines, 0);
    profile.duration_ns = seconds * SECOND;
    profile
}

fn lone(second: Profile) -> ProcessProfiles {
    ProcessProfiles {
        heap_first: Slot::Absent,
        heap_second: read(second),
        ..calm("core")
    }
}

fn up_for(seconds: f64) -> Context {
    Context {
        uptime_s: Some(seconds),
        ..Context::default()
    }
}

fn bound_of(judgement: &Judgement) -> Bound {
    match &state(judgement, FindingKind::MemoryLeak).basis {
        Basis::Bounded(bound) => *bound,
        other => panic!("{other:?}"),
    }
}

/// A process in which everything crosses, drawn in these units of time and memory.
fn in_units(time: &str, ns: i64, memory: &str, bytes: i64) -> ProcessProfiles {
    let heap = |in_use: i64, at_s: i64| {
        let types = format!(
            "alloc_objects/count alloc_space/{memory} inuse_objects/count inuse_space/{memory}"
        );
        let (objects, space) = (in_use / 1024, in_use / bytes);
        let made = space + at_s * MB / bytes;
        let mut heap = draw(
            &types,
            &format!("main;{SAMPLE} {objects} {made} {objects} {space}"),
        )
        .unwrap();
        heap.time_ns = NOON + at_s * SECOND;
        heap.period = 524_288;
        heap
    };
    let types = format!("samples/count cpu/{time}");
    let hot = format!(
        "main;app.hot 1800 {}\nmain;app.b 200 {}",
        18 * SECOND / ns,
        2 * SECOND / ns
    );
    let mut cpu = draw(&types, &hot).unwrap();
    cpu.duration_ns = 30 * SECOND;
    let delay = format!("main;app.a;sync.(*Mutex).Unlock 80000 {}", 40 * SECOND / ns);
    let mutex = draw(&format!("contentions/count delay/{time}"), &delay).unwrap();
    ProcessProfiles {
        heap_first: read(heap(0, 0)),
        heap_second: read(heap(20 * MB, 30)),
        cpu: read(cpu),
        mutex: read(mutex),
        ..calm("core")
    }
}

// ---- units

#[test]
fn every_value_goes_through_its_unit() {
    let plain = judge_one(in_units("nanoseconds", 1, "bytes", 1));
    let process = in_units("microseconds", 1_000, "kilobytes", 1_024);
    assert_eq!(process.heap_in_use(), Some(20 * MB));
    let other = judge_one(process);
    assert_eq!(plain.findings.len(), 3);
    assert_eq!(plain.findings, other.findings);
    assert_eq!(plain.notes, other.notes);
    let Basis::Cpu(cpu) = &state(&other, FindingKind::CpuSpike).basis else {
        panic!();
    };
    assert_eq!(cpu.cpu_ns, 20 * SECOND);
}

// ---- what the heap holds

#[test]
fn values_below_zero_make_a_profile_a_difference() {
    let process = lone(difference(
        "main;app.grows 12582912\nmain;app.shrinks -1048576",
        30,
    ));
    assert_eq!(process.heap_in_use(), None);
    let judgement = judge_one(process);
    let pair = growth_of(&judgement);
    assert_eq!(leak(&judgement), Measured::Crossed);
    assert_eq!(pair.net, 11 * MB);
    assert_eq!(pair.interval.source, IntervalSource::OwnDuration);
    assert_eq!(pair.interval.ns, 30 * SECOND);
    let own = pair.own.unwrap();
    assert_eq!((own.negative, own.duration_ns), (true, 30 * SECOND));
    assert_eq!(judgement.findings[0].profile, ProfileName::HeapSecond);

    // A time that it covers is enough, and where there is none the usual one is taken.
    let covers = judge_one(lone(difference("main;app.grows 12582912", 30)));
    assert!(!growth_of(&covers).own.unwrap().negative);
    let timeless = judge_one(lone(difference("main;app.a 12582912\nmain;app.b -1024", 0)));
    assert_eq!(
        growth_of(&timeless).interval.source,
        IntervalSource::CpuDuration
    );

    // The near miss: one snapshot, which says what the heap holds and nothing of growth.
    let process = lone(difference("main;app.grows 12582912", 0));
    assert_eq!(process.heap_in_use(), Some(12 * MB));
    let judgement = judge_one(process);
    assert_eq!(
        state(&judgement, FindingKind::MemoryLeak).hole,
        Some(Hole::HalfPair)
    );
}

// ---- bounds

#[test]
fn identical_snapshots_of_a_small_heap_are_bounded() {
    let same = |bytes: i64| growth(bytes, bytes, 30);
    let context = Context {
        next_gc: vec![(Process::Core, 12 * MB)],
        ..Context::default()
    };
    let judgement = judge_with(same(10 * MB), &context);
    assert_eq!(leak(&judgement), Measured::Clear);
    assert_eq!(judgement.kind, VerdictKind::Normal);
    let bound = bound_of(&judgement);
    assert_eq!(
        (bound.heap, bound.net, bound.until_gc),
        (10 * MB, None, Some(2 * MB))
    );
    // The heap that a process collects at is its own.
    let trace = Context {
        next_gc: vec![(Process::Trace, 12 * MB)],
        ..Context::default()
    };
    assert_eq!(bound_of(&judge_with(same(10 * MB), &trace)).until_gc, None);

    assert_eq!(leak(&judge_one(same(50 * MB - 1024))), Measured::Clear);
    let large = judge_one(same(50 * MB));
    assert_eq!(leak(&large), Measured::NotMeasured);
    assert_eq!(large.kind, VerdictKind::Inconclusive);
}

#[test]
fn a_short_window_of_a_small_heap_is_bounded() {
    let trace = |from: i64, to: i64| {
        let mut process = growth(from, to, 4);
        process.name = Process::Trace;
        judge_one(process)
    };
    let still = trace(9 * MB, 9 * MB + 1024);
    assert_eq!(leak(&still), Measured::Clear);
    assert_eq!(
        (bound_of(&still).net, bound_of(&still).grows),
        (Some(1024), false)
    );
    assert_eq!(state(&still, FindingKind::MemoryLeak).nearness, None);
    // What it grew by is said: so short a time can't settle it.
    let grows = trace(9 * MB, 18 * MB);
    assert!(bound_of(&grows).grows);
    assert!(note(&grows, "steady-growth").is_some());
    // What crosses, crosses; what is large is not bounded.
    assert_eq!(leak(&trace(9 * MB, 20 * MB)), Measured::Crossed);
    assert_eq!(
        state(&trace(50 * MB, 51 * MB), FindingKind::MemoryLeak).hole,
        Some(Hole::TraceWindow)
    );
}

#[test]
fn a_heap_by_its_uptime_is_said_while_it_is_slow() {
    let since = |context: &Context, name: &str| {
        let mut process = growth(24 * MB, 24 * MB + 1024, 30);
        process.name = Process::parse(name);
        let judgement = judge_with(process, context);
        let leak = state(&judgement, FindingKind::MemoryLeak);
        leak.since_start.map(|since| since.per_hour() as i64)
    };
    let hours = 25.0;
    let slow = since(&up_for(hours * 3600.0), "core").unwrap();
    assert_eq!(slow, ((24 * MB + 1024) as f64 / hours) as i64);
    assert_eq!(since(&up_for(23.0 * 3600.0), "core"), None);
    assert_eq!(since(&Context::default(), "core"), None);
    // Never by the uptime of another process.
    assert_eq!(since(&up_for(hours * 3600.0), "trace"), None);
    let own = Context {
        uptimes_s: vec![(Process::Trace, hours * 3600.0)],
        ..Context::default()
    };
    assert_eq!(since(&own, "trace"), Some(slow));
    assert_eq!(since(&own, "core"), None);
}

#[test]
fn a_pair_says_what_it_can_resolve() {
    let noisy = growth_of(&judge_one(growth(100 * MB, 104 * MB, 30)));
    // Four megabytes of small objects are eight samples: three sigma of them.
    let sigma = (8.0_f64).sqrt() * 524_288.0;
    let expected = 3.0 * sigma;
    assert!(
        (noisy.resolution as f64 - expected).abs() < expected / 100.0,
        "{}",
        noisy.resolution
    );
    // Never less than what one sample stands for.
    let still = growth_of(&judge_one(growth(MB, MB + 1, 30)));
    assert_eq!(still.resolution, 524_288);
    // Where every allocation is recorded, nothing is left to chance.
    let mut exact = growth(MB, MB + 1024, 30);
    for slot in [&mut exact.heap_first, &mut exact.heap_second] {
        change(slot, |profile| profile.period = 1);
    }
    assert_eq!(growth_of(&judge_one(exact)).resolution, 0);
}

// ---- objects that only come

/// One second snapshot with a function that gained `objects` of 300 kB, of which `freed` went again.
fn large_objects(objects: i64, freed: i64) -> ProcessProfiles {
    const SIZE: i64 = 300 * 1024;
    let made = objects + freed;
    let lines = format!(
        "main;app.keep 1024 20971520 1024 20971520\nmain;app.grows {made} {} {objects} {}",
        made * SIZE,
        objects * SIZE
    );
    let mut second = draw(HEAP, &lines).unwrap();
    second.time_ns = NOON + 30 * SECOND;
    second.period = 524_288;
    ProcessProfiles {
        heap_first: read(heap("main;app.keep 20971520", 0)),
        heap_second: read(second),
        ..calm("core")
    }
}

#[test]
fn objects_that_only_come_are_told_from_noise() {
    check_note(
        &judge_one(large_objects(13, 0)),
        &judge_one(large_objects(13, 1)),
        &NoteFact::OnlyGrows {
            function: "app.grows".to_owned(),
            bytes: 13 * 300 * 1024,
            objects: 13,
            seconds: 30.0,
        },
    );
    let told =
        |process, context: &Context| note(&judge_with(process, context), "only-grows").is_some();
    // Four samples may be chance, and whoever has just started frees nothing yet.
    assert!(!told(large_objects(9, 0), &Context::default()));
    assert!(told(large_objects(13, 0), &up_for(600.0)));
    assert!(!told(large_objects(13, 0), &up_for(599.0)));
}

// ---- known transients

const INVENTORY: &str = "github.com/DataDog/datadog-agent/comp/metadata/inventoryagent/inventoryagentimpl.(*inventoryagent).getPayload;github.com/DataDog/datadog-agent/pkg/util/scrubber.(*Scrubber).ScrubYaml;gopkg.in/yaml%2ev3.yaml_emitter_emit";

#[test]
fn transients_are_named_and_not_counted() {
    let with = |stack: &str, bytes: i64| {
        judge_one(pair(
            "main;app.keep 20971520",
            &format!("main;app.keep 22020096\nmain;{stack} {bytes}"),
            30,
        ))
    };
    let judgement = with(INVENTORY, 12 * MB);
    let pair = growth_of(&judgement);
    assert_eq!(leak(&judgement), Measured::Clear);
    assert_eq!((pair.net, pair.transient), (MB, 12 * MB));
    match note(&judgement, "transient") {
        Some(NoteFact::Transient { which, bytes }) => {
            assert_eq!((which.id.as_str(), *bytes), ("inventory", 12 * MB));
        }
        other => panic!("{other:?}"),
    }
    // The same below the scrubber, from elsewhere, is growth.
    let scrubber = "github.com/DataDog/datadog-agent/pkg/util/scrubber.(*Scrubber).ScrubYaml";
    assert_eq!(leak(&with(scrubber, 12 * MB)), Measured::Crossed);
    // So is more than that payload can be.
    let huge = with(INVENTORY, 33 * MB);
    assert_eq!(leak(&huge), Measured::Crossed);
    assert_eq!(growth_of(&huge).transient, 0);
    // A little of it beside more is left out and not worth a note.
    let little = with(INVENTORY, MB - 1024);
    assert_eq!(growth_of(&little).transient, MB - 1024);
    assert_eq!(note(&little, "transient"), None);
}

#[test]
fn shares_of_a_finding_are_of_what_counts() {
    let judgement = judge_one(pair(
        "main;app.keep 1024",
        &format!("main;{SAMPLE} 12582912\nmain;{INVENTORY} 12582912"),
        30,
    ));
    let finding = &judgement.findings[0];
    assert_eq!(finding.functions.len(), 1);
    assert_eq!(finding.first().unwrap().function, SAMPLE);
    // What was freed is no part of what grew, though the process grew by so much less.
    assert_eq!(finding.counted, 12 * MB);
    assert_eq!(finding.value, (12 * MB - 1024) as f64);
    assert_eq!(finding.stacks.len(), 1);
    // The runtime's own buffers are no growth, so leaving them out is not worth a note.
    let runtime = judge_one(pair(
        "main;app.keep 1024",
        "main;app.keep 2048\nmain;runtime/pprof.StartCPUProfile 4194304",
        30,
    ));
    assert_eq!(growth_of(&runtime).transient, 0);
    assert_eq!(note(&runtime, "transient"), None);
}

// ---- plausibility

fn burst(judgement: &Judgement) -> Option<&Doubt> {
    let mut reasons = reasons(judgement).iter();
    reasons.find(|doubt| matches!(doubt, Doubt::Burst { .. }))
}

fn projected(judgement: &Judgement) -> bool {
    match &judgement.findings[0].detail {
        Detail::Leak(leak) => leak.projected,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_rate_that_explains_seconds_of_days_is_a_burst() {
    // 40 MB a minute: the heap of 30 MB is the growth of 45 s.
    let grown = |to: i64, context: &Context| judge_with(growth(to - 20 * MB, to, 30), context);
    let day = 86_400.0;
    let fires = grown(30 * MB, &up_for(day));
    assert_eq!(
        burst(&fires),
        Some(&Doubt::Burst {
            heap: 30 * MB,
            made_in_s: 45.0,
            uptime_s: day
        })
    );
    assert!(!projected(&fires));
    assert_eq!(burst(&grown(30 * MB, &up_for(day - 1.0))), None);
    assert_eq!(burst(&grown(30 * MB, &Context::default())), None);
    // A heap of a minute's growth may be a leak that began late.
    let late = grown(40 * MB, &up_for(day));
    assert_eq!(burst(&late), None);
    assert!(!projected(&late));
}

#[test]
fn a_rate_is_projected_where_it_went_on() {
    let grown = |heap: i64, uptime_s: f64| {
        projected(&judge_with(
            growth(heap - 20 * MB, heap, 30),
            &up_for(uptime_s),
        ))
    };
    // 40 MB a minute since an hour would be 2.4 GB.
    assert!(grown(1200 * MB, 3600.0));
    assert!(!grown(1199 * MB, 3600.0));
    assert!(!grown(1200 * MB, 3599.0));
    let unknown = judge_one(growth(1180 * MB, 1200 * MB, 30));
    assert!(!projected(&unknown));
}

#[test]
fn a_process_has_just_started_by_its_own_uptime() {
    let trace = |context: &Context| {
        let mut process = growth(0, 20 * MB, 30);
        process.name = Process::Trace;
        let judgement = judge_with(process, context);
        reasons(&judgement).to_vec()
    };
    assert_eq!(trace(&up_for(60.0)), []);
    let own = Context {
        uptime_s: Some(90_000.0),
        uptimes_s: vec![(Process::Trace, 60.0)],
        ..Context::default()
    };
    assert_eq!(trace(&own), [Doubt::JustStarted(60.0)]);
}
