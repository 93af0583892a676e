//! What the garbage collector costs, and why it works as hard as it does.

use super::thresholds::Thresholds;
use flare::Process;
use profile::units::{group_thousands, human};

/// What is known of one process's collector.
#[derive(Clone, Debug, PartialEq)]
pub struct GcFacts {
    /// Its share of the CPU profile, in percent.
    pub cpu_percent: Option<f64>,
    /// `GCCPUFraction` as percent: its share of the CPU time since start.
    pub fraction_percent: Option<f64>,
    /// Collections since start, and how many seconds that was.
    pub collections: Option<(i64, Option<f64>)>,
    /// `GOGC` as set, for example `100`, `off`; `None` where nothing says.
    pub gogc: Option<String>,
    /// `GOMEMLIMIT` as set; `None` where nothing says.
    pub memory_limit: Option<String>,
    /// Bytes allocated a second between the heap snapshots.
    pub allocation_rate: Option<i64>,
    /// The process.
    pub process: Process,
}

impl GcFacts {
    /// Nothing known yet.
    pub const fn unknown(process: Process) -> Self {
        Self {
            cpu_percent: None,
            fraction_percent: None,
            collections: None,
            gogc: None,
            memory_limit: None,
            allocation_rate: None,
            process,
        }
    }
}

/// Go collects at least every two minutes; a little more, for what is rounded.
const FORCED_S: f64 = 130.0;

/// The story in sentences; empty where nothing is known.
pub fn story(facts: &GcFacts, thresholds: &Thresholds) -> Vec<String> {
    let limits = &thresholds.notes;
    let mut story = Vec::new();
    let process = &facts.process;
    match (facts.cpu_percent, facts.fraction_percent) {
        (Some(now), Some(since)) => story.push(format!(
            "Garbage collection takes {now:.1} % of {process}'s CPU profile, and took {since:.2} % of the CPU time that was available since its start (GCCPUFraction)."
        )),
        (Some(now), None) => story.push(format!(
            "Garbage collection takes {now:.1} % of {process}'s CPU profile."
        )),
        (None, Some(since)) => story.push(format!(
            "Garbage collection took {since:.2} % of the CPU time that was available since {process}'s start (GCCPUFraction)."
        )),
        (None, None) => {}
    }
    if let Some((count, Some(seconds))) = facts.collections
        && count > 0
        && seconds > 0.0
    {
        let every = seconds / count as f64;
        let often = if every > FORCED_S {
            // The count is of a younger process than the one whose age is known.
            String::new()
        } else if every >= 1.0 {
            format!(", one every {every:.0} s")
        } else {
            format!(", {:.1} a second", 1.0 / every)
        };
        story.push(format!(
            "{} collections since the start{often}.",
            group_thousands(count)
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
    let gogc = match facts.gogc.as_deref() {
        None => None,
        Some("off") => Some("GOGC is off: only GOMEMLIMIT starts collections.".to_owned()),
        Some("100") => Some(
            "GOGC is 100, the default: a collection starts when the heap has doubled.".to_owned(),
        ),
        Some(value) => Some(match value.parse::<f64>() {
            Ok(percent) if percent < 100.0 => format!(
                "GOGC is {value}, under the default of 100: collections come more often and cost more CPU."
            ),
            Ok(_) => format!(
                "GOGC is {value}, over the default of 100: collections are rarer and the heap grows larger between them."
            ),
            Err(_) => format!("GOGC is {value}."),
        }),
    };
    story.extend(gogc);
    match facts.memory_limit.as_deref() {
        None => {}
        Some("off") => story.push("GOMEMLIMIT is not set.".to_owned()),
        Some(limit) => story.push(format!(
            "GOMEMLIMIT is {limit}: near it the collector uses more CPU instead of more memory."
        )),
    }
    if let Some(percent) = facts.cpu_percent
        && percent > limits.gc_cpu_percent
    {
        let limited = facts
            .memory_limit
            .as_deref()
            .is_some_and(|limit| limit != "off");
        story.push(
            if limited {
                "That is a high share. With a memory limit set, memory pressure can show as CPU: see whether the heap is near the limit, then look at Allocations in the Window."
            } else {
                "That is a high share: the functions under Allocations in the Window are what makes the collector work."
            }
            .to_owned(),
        );
    }
    story
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(facts: GcFacts) -> String {
        story(&facts, &Thresholds::builtin()).join(" ")
    }

    #[test]
    fn nothing_known_is_no_story() {
        assert_eq!(tell(GcFacts::unknown(Process::Core)), "");
    }

    #[test]
    fn all_known() {
        let text = tell(GcFacts {
            cpu_percent: Some(31.4),
            fraction_percent: Some(0.53),
            collections: Some((1204, Some(60_000.0))),
            gogc: Some("50".to_owned()),
            memory_limit: Some("512MiB".to_owned()),
            allocation_rate: Some(40 << 20),
            process: Process::Core,
        });
        assert_eq!(
            text,
            "Garbage collection takes 31.4 % of core's CPU profile, and took 0.53 % of the CPU time that was available since its start (GCCPUFraction). 1,204 collections since the start, one every 50 s. 40.0 MB are allocated a second, which is much: fewer allocations are the first remedy. GOGC is 50, under the default of 100: collections come more often and cost more CPU. GOMEMLIMIT is 512MiB: near it the collector uses more CPU instead of more memory. That is a high share. With a memory limit set, memory pressure can show as CPU: see whether the heap is near the limit, then look at Allocations in the Window."
        );
    }

    #[test]
    fn no_process_collects_less_than_every_two_minutes() {
        let collected = |count: i64| {
            tell(GcFacts {
                collections: Some((count, Some(13_000.0))),
                ..GcFacts::unknown(Process::Core)
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
        let text = tell(GcFacts {
            cpu_percent: Some(25.0),
            gogc: Some("100".to_owned()),
            memory_limit: Some("off".to_owned()),
            allocation_rate: Some(1 << 20),
            ..GcFacts::unknown(Process::Core)
        });
        assert_eq!(
            text,
            "Garbage collection takes 25.0 % of core's CPU profile. 1.00 MB are allocated a second. GOGC is 100, the default: a collection starts when the heap has doubled. GOMEMLIMIT is not set."
        );
        assert!(
            tell(GcFacts {
                gogc: Some("off".to_owned()),
                ..GcFacts::unknown(Process::Core)
            })
            .contains("only GOMEMLIMIT")
        );
        assert!(
            tell(GcFacts {
                gogc: Some("400".to_owned()),
                ..GcFacts::unknown(Process::Core)
            })
            .contains("over the default")
        );
    }
}
