//! What is known of one kind of trouble in one process: in short, why, and what would change it.

use super::holes;
use super::profile_words;
use crate::times::interval;
use diagnose::kinds::{FindingKind, Measured, ProfileName};
use diagnose::thresholds::Thresholds;
use diagnose::verdict::{
    Basis, CpuUse, GapCause, HeapGrowth, Hole, LockSays, LockSide, Locks, Restart, State,
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
        Basis::Idle => "idle".to_owned(),
        Basis::Cpu(cpu) => format!("{} in one function, {}", cpu.share, cores(cpu)),
        Basis::Locks(locks) => match locks.largest_ns() {
            None | Some(0) => "no waiting for locks".to_owned(),
            Some(delay) => format!("{} waiting for locks", human(delay, "nanoseconds")),
        },
        Basis::Gaps(_) | Basis::Restarted(_) | Basis::Unsuitable(_) | Basis::Identical(_) => {
            String::new()
        }
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
                    "The flare holds no heap snapshots of this process.".to_owned()
                }
                gaps => {
                    let told: Vec<String> =
                        gaps.iter().map(|gap| holes::gap(process, gap)).collect();
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
                format!("The CPU profile of {process} can't be read as one: {error}.")
            }
            _ => format!("The snapshots can't be compared: {error}."),
        },
        Basis::Identical(between) => format!(
            "Both heap snapshots hold the same values: no garbage collection was published in the \
             {} between them, so growth can't be seen.",
            interval(*between)
        ),
        Basis::Heaps(pair) => heaps_why(state, pair, thresholds),
        Basis::Idle => "The CPU profile has no samples: the process was idle.".to_owned(),
        Basis::Cpu(cpu) => {
            let limits = &thresholds.cpu;
            format!(
                "{} takes {} of {} of CPU time; the threshold is over {} % with at least {} s \
                 of samples and {} % of one core ({}).",
                cpu.function,
                cpu.share,
                human(cpu.cpu_ns, "nanoseconds"),
                limits.function_percent,
                limits.min_cpu_s,
                limits.min_cores * 100.0,
                cores(cpu)
            )
        }
        Basis::Locks(locks) => {
            // One reason behind both is told once.
            if locks.are_empty() {
                return "The mutex and block profiles are empty: their rates are 0, so nothing was collected."
                    .to_owned();
            }
            if let Some(gap) = &locks.gap {
                return holes::gap(process, gap);
            }
            let told = locks
                .sides
                .each_ref()
                .map(|side| lock_side(process, locks, side, thresholds));
            told.join(" ")
        }
    }
}

/// The same, and of a hole also what to do about it.
pub(crate) fn why_and_remedy(state: &State, thresholds: &Thresholds) -> String {
    let why = why(state, thresholds);
    match state.hole {
        Some(hole) => {
            let remedy = holes::remedy(hole, &state.process, state.kind);
            format!("{why} {remedy}")
        }
        None => why,
    }
}

fn heaps_why(state: &State, pair: &HeapGrowth, thresholds: &Thresholds) -> String {
    let limits = &thresholds.leak;
    let grew = human_signed(pair.net, "bytes");
    if state.hole.is_some() {
        let tail = match state.process {
            Process::Trace => {
                " The trace-agent's profiles take 4 s unless apm_config.receiver_timeout is raised."
            }
            _ => "",
        };
        return format!(
            "The heap snapshots are only {:.1} s apart, too short to tell growth from noise \
             ({grew} so far).{tail}",
            pair.interval.seconds()
        );
    }
    let what = format!(
        "inuse_space outside the Go runtime changed by {grew} in {} ({}/min); the threshold is over {}, at {}/min or faster.",
        interval(pair.interval),
        human_signed(pair.per_minute(pair.net) as i64, "bytes"),
        human(limits.growth_bytes, "bytes"),
        human(limits.growth_bytes_per_minute, "bytes")
    );
    if pair.by_one {
        format!(
            "{what} The net stays below it, but one function alone grew by {}.",
            human_signed(pair.top, "bytes")
        )
    } else {
        what
    }
}

/// What one lock profile adds to the state of contention.
pub(crate) fn lock_side(
    process: &Process,
    locks: &Locks,
    side: &LockSide,
    thresholds: &Thresholds,
) -> String {
    let what = profile_words(side.profile);
    match &side.says {
        LockSays::Gap(gap) => holes::gap(process, gap),
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
            let idle = if delay.idle > 0 {
                format!(
                    " ({} with goroutines that merely wait for work)",
                    human(delay.all, "nanoseconds")
                )
            } else {
                String::new()
            };
            // Who it names is who lets go of a lock in the one, who gets it in the other.
            let who = match side.profile {
                ProfileName::Mutex => "who held a lock",
                _ => "who waited",
            };
            format!(
                "The {what}, which names {who}, counts {} of delay{idle}; the threshold is over {}.",
                human(delay.counted, "nanoseconds"),
                human(thresholds.contention.delay_ns, "nanoseconds")
            )
        }
    }
}

/// What would change the state; a sentence. For a hole, what has to be done so that the next flare
/// measures it.
pub fn would_change(state: &State, thresholds: &Thresholds) -> String {
    if let Some(hole) = state.hole {
        return holes::remedy(hole, &state.process, state.kind);
    }
    let crossed = state.measured == Measured::Crossed;
    match &state.basis {
        Basis::Heaps(pair) => {
            let limits = &thresholds.leak;
            let limit = human(limits.growth_bytes, "bytes");
            let speed = human(limits.growth_bytes_per_minute, "bytes");
            if crossed {
                return format!(
                    "Clear at {limit} or less in such a window, or slower than {speed}/min."
                );
            }
            let more = match limits.growth_bytes.saturating_sub(pair.net.max(0)) {
                0 => String::new(),
                more if more > 0 => format!(": {} more", human(more, "bytes")),
                _ => format!(", if it were as fast as {speed}/min"),
            };
            format!("It would cross with over {limit} in such a window{more}.")
        }
        Basis::Idle => {
            "A profile of a minute with load would show what uses the CPU then.".to_owned()
        }
        Basis::Cpu(cpu) => {
            let limits = &thresholds.cpu;
            match (cpu.hot, cpu.busy) {
                (true, true) => format!(
                    "Clear with no function over {} %, or with less than {} s of CPU time.",
                    limits.function_percent, limits.min_cpu_s
                ),
                (true, false) => format!(
                    "It would cross with at least {} s of CPU time and {} % of one core in use.",
                    limits.min_cpu_s,
                    limits.min_cores * 100.0
                ),
                (false, _) => format!(
                    "It would cross with one function over {} %.",
                    limits.function_percent
                ),
            }
        }
        Basis::Locks(_) => {
            let limit = human(thresholds.contention.delay_ns, "nanoseconds");
            if crossed {
                format!("Clear with {limit} of delay or less in both profiles.")
            } else {
                format!("It would cross with over {limit} of delay.")
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
            hole: None,
            basis: Basis::Heaps(HeapGrowth {
                interval: Interval {
                    ns: 30_000_000_000,
                    source,
                },
                net,
                top: 12 * MB,
                by_one: false,
            }),
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
            "inuse_space outside the Go runtime changed by +10.0 MB in 30.0 s (+20.0 MB/min); the threshold is over 10.0 MB, at 1.00 MB/min or faster.\n\
             Clear at 10.0 MB or less in such a window, or slower than 1.00 MB/min."
        );
        assert_eq!(
            told(&heaps(Measured::Clear, 10 * MB, profiles)),
            "inuse_space outside the Go runtime changed by +10.0 MB in 30.0 s (+20.0 MB/min); the threshold is over 10.0 MB, at 1.00 MB/min or faster.\n\
             It would cross with over 10.0 MB in such a window."
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
