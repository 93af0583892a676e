//! The garbage collector's story.

use super::processes;
use diagnose::gc::{GcFacts, Gogc, MemoryLimit};
use diagnose::thresholds::Thresholds;
use flare::Process;
use profile::units::{group_thousands, human};

/// Names of what the picture of a heap compares.
pub(crate) const LIVE: &str = "Live after the last collection";
pub(crate) const NOW: &str = "Heap now, with garbage";
pub(crate) const GOAL: &str = "Next collection starts at";
pub(crate) const LIMIT: &str = "GOMEMLIMIT, for all that Go holds";

/// What the picture of a heap shows.
pub(crate) fn heap_caption(process: &Process) -> String {
    format!(
        "The heap of {} and what bounds it",
        processes::full(process)
    )
}

/// In sentences; empty where nothing is known.
pub(crate) fn story(facts: &GcFacts, thresholds: &Thresholds) -> Vec<String> {
    let limits = &thresholds.notes;
    let mut story = Vec::new();
    let process = processes::full(&facts.process);
    match (facts.cpu, facts.since_start) {
        (Some(now), Some(since)) => story.push(format!(
            "Garbage collection takes {now} of {process}'s CPU profile, and took {since:.2} of the CPU time that was available since its start (GCCPUFraction)."
        )),
        (Some(now), None) => story.push(format!(
            "Garbage collection takes {now} of {process}'s CPU profile."
        )),
        (None, Some(since)) => story.push(format!(
            "Garbage collection took {since:.2} of the CPU time that was available since {process}'s start (GCCPUFraction)."
        )),
        (None, None) => {}
    }
    if let Some(collections) = facts.collections {
        let often = match collections.every_s() {
            None => String::new(),
            Some(every) if every >= 1.0 => format!(", one every {every:.0} s"),
            Some(every) => format!(", {:.1} a second", 1.0 / every),
        };
        story.push(format!(
            "{} collections since the start{often}.",
            group_thousands(collections.count)
        ));
    }
    if let Some(pauses) = facts.pauses {
        story.push(format!(
            "Collections stopped the process for {} in all, {} each on average.",
            human(pauses.total_ns, "nanoseconds"),
            human(pauses.total_ns / pauses.count.max(1), "nanoseconds")
        ));
    }
    if let Some(rate) = facts.allocation_rate {
        story.push(format!(
            "{} are allocated a second{}.",
            human(rate, "bytes"),
            if rate > limits.allocation_bytes_per_second {
                ", which is much: fewer allocations are the first remedy"
            } else {
                ""
            }
        ));
    }
    story.extend(facts.gogc.map(|gogc| match gogc {
        Gogc::Off => "GOGC is off: only GOMEMLIMIT starts collections.".to_owned(),
        Gogc::Percent(100.0) => {
            "GOGC is 100, the default: a collection starts when the heap has doubled.".to_owned()
        }
        Gogc::Percent(percent) if percent < 100.0 => format!(
            "GOGC is {percent}, under the default of 100: collections come more often and cost more CPU."
        ),
        Gogc::Percent(percent) => format!(
            "GOGC is {percent}, over the default of 100: collections are rarer and the heap grows larger between them."
        ),
    }));
    story.extend(facts.memory_limit.map(|limit| match limit {
        MemoryLimit::Off => "GOMEMLIMIT is not set.".to_owned(),
        MemoryLimit::Bytes(limit) => format!(
            "GOMEMLIMIT is {}: near it the collector uses more CPU instead of more memory.",
            human(limit, "bytes")
        ),
    }));
    if facts
        .cpu
        .is_some_and(|share| share.percent() > limits.gc_cpu_percent)
    {
        story.push(
            match facts.memory_limit {
                Some(MemoryLimit::Bytes(_)) => "That is a high share. With a memory limit set, memory pressure can show as CPU: see whether the heap is near the limit, then look at Allocations in the Window.",
                Some(MemoryLimit::Off) | None => "That is a high share: the functions under Allocations in the Window are what makes the collector work.",
            }
            .to_owned(),
        );
    }
    story
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnose::gc::{Collections, Pauses};
    use diagnose::share::Share;

    fn unknown() -> GcFacts {
        GcFacts {
            process: Process::Core,
            cpu: None,
            since_start: None,
            collections: None,
            pauses: None,
            goal: None,
            gogc: None,
            memory_limit: None,
            allocation_rate: None,
        }
    }

    fn tell(facts: &GcFacts) -> String {
        story(facts, &Thresholds::builtin()).join(" ")
    }

    #[test]
    fn nothing_known_is_no_story() {
        assert_eq!(tell(&unknown()), "");
        assert!(unknown().is_unknown());
    }

    #[test]
    fn all_known() {
        let text = tell(&GcFacts {
            process: Process::Core,
            cpu: Some(Share::new(0.314)),
            since_start: Some(Share::new(0.0053)),
            collections: Some(Collections {
                count: 1204,
                uptime_s: 60_000.0,
            }),
            pauses: Some(Pauses {
                count: 1204,
                total_ns: 240_800_000,
            }),
            goal: Some(40 << 20),
            gogc: Some(Gogc::Percent(50.0)),
            memory_limit: Some(MemoryLimit::Bytes(512 << 20)),
            allocation_rate: Some(40 << 20),
        });
        assert_eq!(
            text,
            "Garbage collection takes 31.4% of the core Agent's CPU profile, and took 0.53% of the CPU time that was available since its start (GCCPUFraction). 1,204 collections since the start, one every 50 s. Collections stopped the process for 241 ms in all, 200 \u{b5}s each on average. 40.0 MB are allocated a second, which is much: fewer allocations are the first remedy. GOGC is 50, under the default of 100: collections come more often and cost more CPU. GOMEMLIMIT is 512 MB: near it the collector uses more CPU instead of more memory. That is a high share. With a memory limit set, memory pressure can show as CPU: see whether the heap is near the limit, then look at Allocations in the Window."
        );
    }

    #[test]
    fn no_process_collects_less_than_every_two_minutes() {
        let collected = |count: i64| {
            tell(&GcFacts {
                collections: Some(Collections {
                    count,
                    uptime_s: 13_000.0,
                }),
                ..unknown()
            })
        };
        assert_eq!(
            collected(100),
            "100 collections since the start, one every 130 s."
        );
        assert_eq!(collected(99), "99 collections since the start.");
    }

    #[test]
    fn shares_under_the_limit_are_no_matter() {
        let text = tell(&GcFacts {
            cpu: Some(Share::new(0.25)),
            gogc: Some(Gogc::Percent(100.0)),
            memory_limit: Some(MemoryLimit::Off),
            allocation_rate: Some(1 << 20),
            ..unknown()
        });
        assert_eq!(
            text,
            "Garbage collection takes 25.0% of the core Agent's CPU profile. 1.00 MB are allocated a second. GOGC is 100, the default: a collection starts when the heap has doubled. GOMEMLIMIT is not set."
        );
        let gogc = |gogc| {
            tell(&GcFacts {
                gogc: Some(gogc),
                ..unknown()
            })
        };
        assert!(gogc(Gogc::Off).contains("only GOMEMLIMIT"));
        assert!(gogc(Gogc::Percent(400.0)).contains("over the default"));
    }
}
