//! What is known of one kind of trouble in one process: in short, why, and what would change it.

use super::findings;
use super::holes;
use super::processes;
use super::{limit, profile_words, whole};
use crate::times::{duration, interval};
use diagnose::kinds::{FindingKind, Measured, ProfileName};
use diagnose::thresholds::Thresholds;
use diagnose::verdict::{
    Basis, Bound, CpuUse, GapCause, HeapGrowth, Hole, LockCounter, LockSays, LockSide, Locks,
    OwnDifference, Restart, SinceStart, Spot, State,
};
use flare::Process;
use profile::units::{human, human_signed};

/// In short, for example `+31.4 MB in 30.0 s`.
pub fn text(state: &State) -> String {
    if let Some(hole) = state.hole {
        return holes::label(hole).to_owned();
    }
    match &state.basis {
        Basis::Heaps(pair) => format!(
            "{} in {:.1} s",
            human_signed(pair.net, "bytes"),
            pair.interval.seconds()
        ),
        Basis::Bounded(bound) => too_small(bound),
        Basis::Idle => "idle".to_owned(),
        Basis::Cpu(cpu) => format!(
            "{} in one {}, {}",
            whole(cpu.share),
            one(&cpu.spot),
            cores(cpu)
        ),
        Basis::Locks(locks) => match (locks.largest_ns(), locks.counter) {
            (None, Some(counter)) => counted(counter),
            (None | Some(0), _) => "no waiting for locks".to_owned(),
            (Some(delay), _) => format!("{} waiting for locks", human(delay, "nanoseconds")),
        },
        Basis::Gaps(_) | Basis::Restarted(_) | Basis::Unsuitable(_) | Basis::Identical(_) => {
            String::new()
        }
    }
}

/// Cores with as many digits as it takes.
fn few_cores(cores: f64) -> String {
    format!("{:.2}", cores)
        .trim_end_matches('0')
        .trim_end_matches('.')
        .to_owned()
}

/// What the CPU time is counted by.
const fn one(spot: &Spot) -> &'static str {
    match spot {
        Spot::Check { .. } => "check",
        Spot::Function(_) | Spot::Behind { .. } => "function",
    }
}

/// What the runtime counts, in short.
fn counted(counter: LockCounter) -> String {
    format!(
        "{} waiting for locks since the start",
        human((counter.waits_s * 1e9) as i64, "nanoseconds")
    )
}

/// What takes the most CPU time, to begin a sentence.
pub(super) fn spot(spot: &Spot) -> String {
    match spot {
        Spot::Function(name) => name.clone(),
        Spot::Check { name, door } => format!("The check {name} (by label, in {door})"),
        Spot::Behind { caller, door } => format!("{caller} (through {door})"),
    }
}

/// What bounds growth that was not measured.
fn too_small(bound: &Bound) -> String {
    let heap = human(bound.heap, "bytes");
    match bound.net.filter(|_| bound.grows) {
        Some(net) => format!(
            "{} in {:.1} s, too short to settle; heap of {heap}",
            human_signed(net, "bytes"),
            bound.interval.seconds()
        ),
        None => format!("heap of {heap}: too small to hold a leak"),
    }
}

fn cores(cpu: &CpuUse) -> String {
    match cpu.cores {
        Some(cores) => format!("{cores:.2} cores in use"),
        None => "cores in use unknown".to_owned(),
    }
}

/// In sentences, with the threshold.
pub fn why(state: &State, thresholds: &Thresholds) -> String {
    let why = basis(state, thresholds);
    match &state.since_start {
        Some(since) => format!("{why} {}", since_start(since)),
        None => why,
    }
}

/// The bound that costs nothing.
fn since_start(since: &SinceStart) -> String {
    format!(
        "Since its start, {} ago, the process came to a heap of {}: {} an hour on average.",
        duration(since.uptime_s),
        human(since.heap, "bytes"),
        human(since.per_hour() as i64, "bytes")
    )
}

fn basis(state: &State, thresholds: &Thresholds) -> String {
    let process = &state.process;
    match &state.basis {
        Basis::Gaps(gaps) => {
            let absent = |hole| hole == Hole::Absent;
            match gaps.as_slice() {
                // Nothing to tell apart.
                [first, second]
                    if absent(first.hole)
                        && [first, second].map(|gap| &gap.cause) == [&GapCause::Absent; 2] =>
                {
                    match state.of_agent {
                        true => "The flare holds no heap snapshots of this process.",
                        false => "There is no heap profile of this program.",
                    }
                    .to_owned()
                }
                gaps => {
                    let told: Vec<String> = gaps
                        .iter()
                        .map(|gap| holes::gap(process, state.of_agent, gap))
                        .collect();
                    told.join(" ")
                }
            }
        }
        Basis::Restarted(Restart::Build { before, after }) => format!(
            "The process was restarted or replaced in between: build id {before} became {after}."
        ),
        Basis::Restarted(Restart::Allocated { before, after }) => format!(
            "The process was restarted in between: memory allocated since its start fell from {} to {}.",
            human(*before, "bytes"),
            human(*after, "bytes")
        ),
        Basis::Unsuitable(error) => match state.kind {
            FindingKind::CpuSpike => {
                format!(
                    "The CPU profile of {} can't be read as one: {error}.",
                    processes::full(process)
                )
            }
            _ => format!("The snapshots can't be compared: {error}."),
        },
        Basis::Identical(between) => format!(
            "Both heap snapshots hold the same values: no garbage collection was published in the \
             {} between them, so growth can't be seen.",
            interval(*between)
        ),
        Basis::Bounded(bound) => bounded_why(bound, thresholds),
        Basis::Heaps(pair) => heaps_why(state, pair, thresholds),
        Basis::Idle => "The CPU profile has no samples: the process was idle.".to_owned(),
        Basis::Cpu(cpu) => {
            let limits = &thresholds.cpu;
            format!(
                "{} takes {} of {} of CPU time; threshold: more than {}%, with at least {} s \
                 of samples and {} cores ({}).",
                spot(&cpu.spot),
                cpu.share,
                human(cpu.cpu_ns, "nanoseconds"),
                limits.function_percent,
                limits.min_cpu_s,
                few_cores(cpu.busy_from),
                cores(cpu)
            )
        }
        Basis::Locks(locks) => {
            let counter = locks
                .counter
                .filter(|_| !locks.is_measured())
                .map_or_else(String::new, |counter| {
                    format!(" {}", lock_counter(counter, thresholds))
                });
            // One reason behind both is told once.
            if locks.are_empty() {
                return format!(
                    "The mutex and block profiles are empty: their rates are 0, so nothing was collected.{counter}"
                );
            }
            if let Some(gap) = &locks.gap {
                return format!("{}{counter}", holes::gap(process, state.of_agent, gap));
            }
            let told = locks
                .sides
                .each_ref()
                .map(|side| lock_side(process, state.of_agent, locks, side, thresholds));
            told.join(" ")
        }
    }
}

/// The same, and of a hole also what to do about it.
pub(crate) fn why_and_remedy(state: &State, thresholds: &Thresholds) -> String {
    let why = why(state, thresholds);
    match state.hole {
        Some(hole) => {
            let remedy = holes::remedy(hole, &state.process, state.of_agent, state.kind);
            format!("{why} {remedy}")
        }
        None => why,
    }
}

fn bounded_why(bound: &Bound, thresholds: &Thresholds) -> String {
    let heap = human(bound.heap, "bytes");
    let limit = limit(thresholds.leak.small_heap_bytes, "bytes");
    let why = match bound.net {
        Some(net) if bound.grows => {
            return format!(
                "The heap snapshots are only {:.1} s apart. It grew by {} in that time, beyond sampling noise, and \
                 so short a window can't settle whether that goes on. The whole heap is {heap}, under {limit}.",
                bound.interval.seconds(),
                human(net, "bytes"),
            );
        }
        Some(net) => format!(
            "The heap snapshots are only {:.1} s apart, too short to tell growth from noise ({} so far).",
            bound.interval.seconds(),
            human_signed(net, "bytes")
        ),
        None => format!(
            "Both heap snapshots hold the same values: no garbage collection was published in the \
             {} between them.",
            interval(bound.interval)
        ),
    };
    let allocated = bound.until_gc.map_or_else(String::new, |room| {
        format!(
            " At most {} were allocated without a collection.",
            human(room, "bytes")
        )
    });
    format!(
        "{why} The whole heap is {heap}: too small to hold a leak (the limit is {limit}).{allocated}"
    )
}

/// What one profile that is no pair says about itself.
fn own_difference(own: OwnDifference) -> &'static str {
    if own.negative {
        "This heap profile has values below zero, which no single snapshot can have: it is a difference \
         already, as /debug/pprof/heap?seconds=N gives it, or a faulty profile. Its own growth is judged."
    } else {
        "This heap profile covers some time, which no snapshot does: it is a difference already, as \
         /debug/pprof/heap?seconds=N gives it. Its own growth is judged."
    }
}

fn heaps_why(state: &State, pair: &HeapGrowth, thresholds: &Thresholds) -> String {
    let limits = &thresholds.leak;
    let grew = human_signed(pair.net, "bytes");
    let own = pair
        .own
        .map_or_else(String::new, |own| format!("{} ", own_difference(own)));
    if state.hole.is_some() {
        let tail = match state.process {
            Process::Trace => {
                " The trace-agent's snapshots are 4 s apart however long the capture is."
            }
            _ => "",
        };
        let what = match pair.own {
            Some(_) => "It covers only",
            None => "The heap snapshots are only",
        };
        let apart = if pair.own.is_some() { "" } else { " apart" };
        return format!(
            "{own}{what} {:.1} s{apart}, too short to tell growth from noise ({grew} so far).{tail}",
            pair.interval.seconds()
        );
    }
    let mut what = format!(
        "{own}inuse_space outside the Go runtime changed by {grew} in {} ({}/min); threshold: more than {}, at {}/min or faster.",
        interval(pair.interval),
        human_signed(pair.per_minute(pair.net) as i64, "bytes"),
        limit(limits.growth_bytes, "bytes"),
        limit(limits.growth_bytes_per_minute, "bytes")
    );
    if pair.transient != 0 {
        what.push_str(&format!(
            " {} of known transients are not counted.",
            human_signed(pair.transient, "bytes")
        ));
    }
    if state.measured == Measured::Clear && pair.resolution > 0 {
        what.push_str(&format!(
            " Growth under {} ({}/min) would not have shown in it.",
            human(pair.resolution, "bytes"),
            human(pair.per_minute(pair.resolution) as i64, "bytes")
        ));
    }
    if pair.by_one {
        format!(
            "{what} The net stays below it, but one function alone grew by {}.",
            human_signed(pair.top, "bytes")
        )
    } else {
        what
    }
}

/// What the runtime's own counter says, in a sentence.
fn lock_counter(counter: LockCounter, thresholds: &Thresholds) -> String {
    let waits = human((counter.waits_s * 1e9) as i64, "nanoseconds");
    let limits = &thresholds.contention;
    let average = counter.waiters.map_or_else(String::new, |waiters| {
        format!(", {} goroutines on average", findings::few(waiters))
    });
    let so = if counter.waits_s * 1e9 <= limits.delay_ns as f64 {
        format!(
            "no window of it can hold more than {}",
            limit(limits.delay_ns, "nanoseconds")
        )
    } else {
        format!("the threshold is {} on average", limits.min_waiting)
    };
    format!("The Go runtime counts {waits} of waiting for locks since the start{average}: {so}.")
}

/// What one lock profile adds to the state of contention.
pub(crate) fn lock_side(
    process: &Process,
    of_agent: bool,
    locks: &Locks,
    side: &LockSide,
    thresholds: &Thresholds,
) -> String {
    let what = profile_words(side.profile);
    match &side.says {
        LockSays::Gap(gap) => holes::gap(process, of_agent, gap),
        LockSays::NoDelays => format!("The {what} has no delay values."),
        // Flags that were given leave no trace in the flare, so this one may have been on.
        LockSays::Empty if locks.is_measured() => {
            format!("The {what} is empty: its rate is 0, or nothing waited.")
        }
        LockSays::Empty => {
            format!("The {what} is empty: its rate is 0, so nothing was collected.")
        }
        LockSays::Quiet => {
            format!("The {what} is empty although its rate is set: nothing waited.")
        }
        LockSays::Delay(delay) => {
            let left_out = match (delay.idle, delay.handing) {
                (0, 0) => "",
                (_, 0) => " with goroutines that merely wait for work",
                (0, _) => " with goroutines that wait to hand something over",
                _ => " with goroutines that wait for work or to hand something over",
            };
            let left_out = match left_out {
                "" => String::new(),
                whom => format!(" ({}{whom})", human(delay.all, "nanoseconds")),
            };
            let average = match delay.waiting(delay.counted) {
                Some(waiting) => format!(", {} goroutines on average", findings::few(waiting)),
                None => ", in a time that is not known".to_owned(),
            };
            // Who it names is who lets go of a lock in the one, who gets it in the other.
            let who = match side.profile {
                ProfileName::Mutex => "who held a lock",
                _ => "who waited",
            };
            let limits = &thresholds.contention;
            let site = delay
                .site
                .as_ref()
                .map_or_else(String::new, |(site, share)| {
                    format!(", {share} of it in {site}")
                });
            format!(
                "The {what}, which names {who}, counts {} of delay{average}{left_out}{site}; threshold: more than {} and {} goroutines.",
                human(delay.counted, "nanoseconds"),
                limit(limits.delay_ns, "nanoseconds"),
                limits.min_waiting
            )
        }
    }
}

/// What would change the state; a sentence. For a hole, what has to be done so that the next flare
/// measures it.
pub fn would_change(state: &State, thresholds: &Thresholds) -> String {
    if let Some(hole) = state.hole {
        return holes::remedy(hole, &state.process, state.of_agent, state.kind);
    }
    let crossed = state.measured == Measured::Crossed;
    match &state.basis {
        Basis::Bounded(_) => format!(
            "With a heap of {} or more it would have to be measured.",
            limit(thresholds.leak.small_heap_bytes, "bytes")
        ),
        Basis::Heaps(pair) => {
            let limits = &thresholds.leak;
            let most = limit(limits.growth_bytes, "bytes");
            let speed = limit(limits.growth_bytes_per_minute, "bytes");
            if crossed {
                return format!(
                    "Clear at {most} or less in such a window, or slower than {speed}/min."
                );
            }
            let more = match limits.growth_bytes.saturating_sub(pair.net.max(0)) {
                0 => String::new(),
                more if more > 0 => format!(": {} more", limit(more, "bytes")),
                _ => format!(", if it were as fast as {speed}/min"),
            };
            format!("It would cross with more than {most} in such a window{more}.")
        }
        Basis::Idle => {
            "A profile of a minute with load would show what uses the CPU then.".to_owned()
        }
        Basis::Cpu(cpu) => {
            let limits = &thresholds.cpu;
            match (cpu.hot, cpu.busy) {
                (true, true) => format!(
                    "Clear with no function above {}%, or with less than {} cores in use.",
                    limits.function_percent,
                    few_cores(cpu.busy_from)
                ),
                (true, false) => format!(
                    "It would cross with at least {} s of CPU time and {} cores in use.",
                    limits.min_cpu_s,
                    few_cores(cpu.busy_from)
                ),
                (false, _) => format!(
                    "It would cross with one function above {}%.",
                    limits.function_percent
                ),
            }
        }
        Basis::Locks(_) => {
            let limits = &thresholds.contention;
            let most = limit(limits.delay_ns, "nanoseconds");
            let waiting = limits.min_waiting;
            if crossed {
                format!(
                    "Clear with {most} of delay or less in both profiles, or under {waiting} goroutines waiting on average."
                )
            } else {
                format!(
                    "It would cross with more than {most} of delay and {waiting} goroutines waiting on average."
                )
            }
        }
        Basis::Gaps(_) | Basis::Restarted(_) | Basis::Unsuitable(_) | Basis::Identical(_) => {
            String::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnose::verdict::{Interval, IntervalSource};

    const MB: i64 = 1 << 20;

    fn heaps(measured: Measured, net: i64, source: IntervalSource) -> State {
        State {
            process: Process::Core,
            kind: FindingKind::MemoryLeak,
            measured,
            of_agent: true,
            hole: None,
            basis: Basis::Heaps(HeapGrowth {
                interval: Interval {
                    ns: 30_000_000_000,
                    source,
                },
                net,
                top: 12 * MB,
                by_one: false,
                resolution: 3 * MB / 2,
                transient: 0,
                own: None,
            }),
            since_start: None,
            nearness: None,
        }
    }

    #[test]
    fn heaps_on_both_sides_of_the_threshold() {
        let thresholds = Thresholds::builtin();
        let told = |state: &State| {
            let why = why(state, &thresholds);
            format!("{why}\n{}", would_change(state, &thresholds))
        };
        let profiles = IntervalSource::Profiles;
        assert_eq!(
            told(&heaps(Measured::Crossed, 10 * MB + 1024, profiles)),
            "inuse_space outside the Go runtime changed by +10.0 MB in 30.0 s (+20.0 MB/min); threshold: more than 10 MB, at 1 MB/min or faster.\n\
             Clear at 10 MB or less in such a window, or slower than 1 MB/min."
        );
        assert_eq!(
            told(&heaps(Measured::Clear, 10 * MB, profiles)),
            "inuse_space outside the Go runtime changed by +10.0 MB in 30.0 s (+20.0 MB/min); threshold: more than 10 MB, at 1 MB/min or faster. \
             Growth under 1.50 MB (3.00 MB/min) would not have shown in it.\n\
             It would cross with more than 10 MB in such a window."
        );
    }

    #[test]
    fn one_function_and_an_assumed_interval_are_told() {
        let mut state = heaps(Measured::Crossed, 5 * MB, IntervalSource::Assumed);
        if let Basis::Heaps(pair) = &mut state.basis {
            pair.by_one = true;
        }
        let why = why(&state, &Thresholds::builtin());
        assert!(why.contains("one function alone grew by +12.0 MB"), "{why}");
        assert!(
            why.contains("30.0 s (assumed: neither the snapshots nor a CPU profile tell)"),
            "{why}"
        );
    }

    #[test]
    fn an_idle_process() {
        let state = State {
            kind: FindingKind::CpuSpike,
            basis: Basis::Idle,
            ..heaps(Measured::Clear, 0, IntervalSource::Profiles)
        };
        assert_eq!(text(&state), "idle");
    }
}
