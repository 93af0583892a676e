//! Notes in sentences.

use super::{processes, program};
use crate::model::Report;
use diagnose::verdict::{Note, NoteFact};
use flare::Process;
use profile::units::{human, human_signed};

/// Full sentences; those about one process begin with its name.
pub(crate) fn note(note: &Note) -> String {
    let text = words(&note.fact, note.process.as_ref());
    match &note.process {
        Some(process) => format!("{}: {text}", processes::heading(process)),
        None => text,
    }
}

/// What is worth noticing, each with its name; what is true of several processes is said once.
pub(crate) fn all(report: &Report) -> Vec<(&'static str, String)> {
    let notes = &report.judgement.notes;
    let of_many = |one: &Note| {
        matches!(one.fact, NoteFact::AllocationRate { .. })
            || matches!(&one.fact, NoteFact::Transient { which, .. } if which.remedy.is_empty())
    };
    let mut all: Vec<(&'static str, String)> = Vec::new();
    for one in notes {
        let name = one.fact.as_str();
        let alike: Vec<&Note> = notes
            .iter()
            .filter(|other| of_many(other) && other.fact.as_str() == name)
            .collect();
        if !of_many(one) || alike.len() < 2 {
            all.push((name, note(one)));
        } else if alike.first().is_some_and(|first| std::ptr::eq(*first, one)) {
            all.push((name, together(&alike)));
        }
    }
    all
}

/// One sentence for the same fact of several processes.
fn together(notes: &[&Note]) -> String {
    let parts: Vec<String> = notes
        .iter()
        .filter_map(|note| {
            let process = note.process.as_ref()?;
            match &note.fact {
                NoteFact::AllocationRate {
                    a_second,
                    bytes,
                    seconds,
                } => Some(format!(
                    "{} {} ({} in {seconds:.1} s)",
                    processes::full(process),
                    human(*a_second, "bytes"),
                    human(*bytes, "bytes")
                )),
                NoteFact::Transient { which, bytes } => Some(format!(
                    "{} {} ({})",
                    processes::full(process),
                    human(*bytes, "bytes"),
                    which.what
                )),
                _ => None,
            }
        })
        .collect();
    let parts = parts.join(", ");
    match notes.first().map(|note| &note.fact) {
        Some(NoteFact::AllocationRate { .. }) => {
            format!("Allocated a second: {parts}. That is work for the garbage collector.")
        }
        _ => format!("Growth that is not counted: {parts}."),
    }
}

/// A few words on a note that leaves a question.
pub(crate) const fn title(note: &Note) -> &'static str {
    match note.fact {
        NoteFact::Transient { .. } => "Growth that is no leak",
        _ => "Growth that is not settled",
    }
}

/// What processes grew by without crossing, where chance does not explain it; sentences without
/// their full stop.
pub(crate) fn growing(report: &Report) -> Vec<String> {
    let notes = report.judgement.notes.iter();
    let of = |note: &Note| match (&note.process, &note.fact) {
        (Some(process), NoteFact::SteadyGrowth { bytes, seconds }) => Some(format!(
            "{}'s heap grew by {} in {seconds:.1} s, below the threshold but beyond sampling noise",
            processes::begins(process),
            human(*bytes, "bytes")
        )),
        _ => None,
    };
    notes.filter_map(of).collect()
}

fn words(fact: &NoteFact, process: Option<&Process>) -> String {
    match fact {
        NoteFact::SteadyGrowth { bytes, seconds } => {
            let settled = match process {
                Some(Process::Trace) => {
                    "So short a window can't tell whether it goes on, and a longer capture of the core Agent does \
                     not lengthen it: take the trace-agent's heap twice by hand, some minutes apart."
                }
                _ => "Two flares with profiles, ten minutes or hours apart, would tell.",
            };
            format!(
                "the heap grew by {} in {seconds:.1} s, under the threshold but beyond sampling noise. {settled}",
                human_signed(*bytes, "bytes"),
            )
        }
        NoteFact::Moved { function, bytes } => format!(
            "{function} gained {} while the heap as a whole did not grow: memory moved rather than leaked.",
            human(*bytes, "bytes")
        ),
        NoteFact::Shrank { bytes } => format!(
            "the second heap snapshot is smaller, by {}.",
            human(*bytes, "bytes")
        ),
        NoteFact::OnlyGrows {
            function,
            bytes,
            objects,
            seconds,
        } => format!(
            "{function} gained {} in {} objects within {seconds:.1} s, and none of those that were sampled was \
             freed: chance would have freed some.",
            human(*bytes, "bytes"),
            human(*objects, "count"),
        ),
        NoteFact::Transient { which, bytes } => {
            let remedy = match which.remedy.as_str() {
                "" => String::new(),
                remedy => format!(" {remedy}"),
            };
            format!(
                "{} of the growth are not counted: {}.{remedy}",
                human(*bytes, "bytes"),
                which.what
            )
        }
        NoteFact::AllocationRate {
            a_second,
            bytes,
            seconds,
        } => format!(
            "{} are allocated a second ({} in {seconds:.1} s): that is work for the garbage collector.",
            human(*a_second, "bytes"),
            human(*bytes, "bytes"),
        ),
        NoteFact::BusyLine {
            function,
            responsible,
            share,
            cpu_ns,
        } => {
            let behind = responsible.as_ref().map_or_else(String::new, |(frame, owner)| {
                format!(" for {frame} ({owner})")
            });
            format!(
                "{function} takes {share} of the CPU profile{behind}, but the process used only {} in all: \
                 the busiest line of the little that there is.",
                human(*cpu_ns, "nanoseconds"),
            )
        }
        NoteFact::TextProfile { profile } => format!(
            "the {} is a text ({}). {}",
            super::profile_words(*profile),
            program::TEXT,
            program::instead(*profile)
        ),
        NoteFact::LocalFlare => {
            "This is a local flare: the command built it because the Agent did not answer or because \
             --local was given. expvar/memstats and the other expvar files describe the command, not the \
             Agent; telemetry.log and the goroutine dump are still the Agent's."
                .to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnose::share::Share;
    use diagnose::transients::Transients;

    const MB: i64 = 1 << 20;

    #[track_caller]
    fn check(process: Option<Process>, fact: NoteFact, expected: &str) {
        let told = note(&Note { process, fact });
        assert_eq!(told, expected);
    }

    #[track_caller]
    fn check_core(fact: NoteFact, expected: &str) {
        check(Some(Process::Core), fact, expected);
    }

    #[test]
    fn of_the_heap() {
        check_core(
            NoteFact::SteadyGrowth {
                bytes: 5 * MB,
                seconds: 30.0,
            },
            "Core Agent: the heap grew by +5.00 MB in 30.0 s, under the threshold but beyond sampling noise. Two flares with profiles, ten minutes or hours apart, would tell.",
        );
        check_core(
            NoteFact::Moved {
                function: "app.b".to_owned(),
                bytes: 10 * MB + 1024,
            },
            "Core Agent: app.b gained 10.0 MB while the heap as a whole did not grow: memory moved rather than leaked.",
        );
        check_core(
            NoteFact::Shrank { bytes: 10 * MB },
            "Core Agent: the second heap snapshot is smaller, by 10.0 MB.",
        );
        check_core(
            NoteFact::OnlyGrows {
                function: "app.keep".to_owned(),
                bytes: 4 * MB,
                objects: 13,
                seconds: 30.0,
            },
            "Core Agent: app.keep gained 4.00 MB in 13 objects within 30.0 s, and none of those that were sampled was freed: chance would have freed some.",
        );
        let own = Transients::builtin()
            .iter()
            .find(|transient| transient.id == "own-profiler");
        check_core(
            NoteFact::Transient {
                which: own.unwrap(),
                bytes: 18 * MB,
            },
            "Core Agent: 18.0 MB of the growth are not counted: buffers of the Agent's own continuous profiler (internal_profiling), which level off. Before the next capture, stop it (in the core Agent with datadog-agent config set internal_profiling false, without a restart).",
        );
        check(
            Some(Process::Trace),
            NoteFact::SteadyGrowth {
                bytes: 9 * MB,
                seconds: 4.0,
            },
            "Trace-agent: the heap grew by +9.00 MB in 4.0 s, under the threshold but beyond sampling noise. So short a window can't tell whether it goes on, and a longer capture of the core Agent does not lengthen it: take the trace-agent's heap twice by hand, some minutes apart.",
        );
        check_core(
            NoteFact::AllocationRate {
                a_second: 601 * MB / 30,
                bytes: 601 * MB,
                seconds: 30.0,
            },
            "Core Agent: 20.0 MB are allocated a second (601 MB in 30.0 s): that is work for the garbage collector.",
        );
    }

    #[test]
    fn of_the_cpu() {
        let function = || "app.hot".to_owned();
        check_core(
            NoteFact::BusyLine {
                function: function(),
                responsible: None,
                share: Share::new(1.0),
                cpu_ns: 490_000_000,
            },
            "Core Agent: app.hot takes 100.0% of the CPU profile, but the process used only 490 ms in all: the busiest line of the little that there is.",
        );
    }

    #[test]
    fn of_a_local_flare() {
        check(
            None,
            NoteFact::LocalFlare,
            "This is a local flare: the command built it because the Agent did not answer or because --local was given. expvar/memstats and the other expvar files describe the command, not the Agent; telemetry.log and the goroutine dump are still the Agent's.",
        );
    }
}
