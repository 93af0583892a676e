//! Notes in sentences.

use super::count;
use super::memory::limit_source;
use crate::model::Report;
use diagnose::thresholds::Thresholds;
use diagnose::verdict::{Note, NoteFact};
use flare::Process;
use profile::units::{human, human_share, human_signed};

/// Full sentences; those about one process begin with its name.
pub(crate) fn note(note: &Note, thresholds: &Thresholds) -> String {
    let text = words(&note.fact, note.process.as_ref(), thresholds);
    match &note.process {
        Some(process) => format!("{process}: {text}"),
        None => text,
    }
}

/// What processes grew by without crossing, where chance does not explain it; sentences without
/// their full stop.
pub(crate) fn growing(report: &Report) -> Vec<String> {
    let notes = report.judgement.notes.iter();
    let of = |note: &Note| match (&note.process, &note.fact) {
        (Some(process), NoteFact::SteadyGrowth { bytes, seconds }) => Some(format!(
            "{process} grew by {} in {seconds:.1} s, below the threshold but beyond sampling noise",
            human(*bytes, "bytes")
        )),
        _ => None,
    };
    notes.filter_map(of).collect()
}

fn words(fact: &NoteFact, process: Option<&Process>, thresholds: &Thresholds) -> String {
    let limits = &thresholds.notes;
    match fact {
        NoteFact::SteadyGrowth { bytes, seconds } => {
            let settled = match process {
                Some(Process::Trace) => {
                    "So short a window can't tell whether it goes on, and a longer capture of the core Agent does \
                     not lengthen it: take the trace-agent's heap twice by hand, some minutes apart."
                }
                _ => "A longer capture (--profile 120) or two flares hours apart would tell.",
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
        NoteFact::LargeHeap { bytes, holder } => {
            let holder = holder.as_ref().map_or_else(String::new, |holder| {
                format!(
                    " {} of it is held by {}, most of that through {} ({}).",
                    holder.owner_share, holder.owner, holder.function, holder.share
                )
            });
            format!(
                "the heap holds {}, which is large.{holder}",
                human(*bytes, "bytes")
            )
        }
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
            share,
            cpu_ns,
        } => format!(
            "{function} takes {share} of the CPU profile, but the process used only {} in all: \
             a busy line in an idle process.",
            human(*cpu_ns, "nanoseconds"),
        ),
        NoteFact::BusyCores {
            cores,
            function,
            share,
        } => format!(
            "{cores:.2} cores in use with no single hot function (the largest is {function} with {share})."
        ),
        NoteFact::GcShare(share) => format!(
            "garbage collection takes {share:.0} of the CPU time: look at the allocations."
        ),
        NoteFact::SmallHeap { in_use, rss } => format!(
            "the Go heap in use is {} of {} resident memory ({}): the heap profile explains only a \
             small part of it.",
            human(*in_use, "bytes"),
            human(*rss, "bytes"),
            human_share(*in_use, *rss)
        ),
        NoteFact::NearLimit { rss, limit, source } => format!(
            "{} resident memory is {} of the container's limit of {} ({}): the kernel kills it \
             when it goes over.",
            human(*rss, "bytes"),
            human_share(*rss, *limit),
            human(*limit, "bytes"),
            limit_source(source)
        ),
        NoteFact::OomKills { victims, in_cgroup } => oom_kills(victims, *in_cgroup),
        NoteFact::ManyGoroutines(goroutines) => format!(
            "{} goroutines, over {}: look for stacks that repeat.",
            count(*goroutines),
            count(limits.goroutines as u64)
        ),
        NoteFact::SameStack {
            goroutines,
            function,
        } => format!(
            "{} goroutines have one same stack, in {function}: over {} alike look like a goroutine leak.",
            count(*goroutines),
            limits.goroutines_same_stack
        ),
        NoteFact::LockWaits { goroutines, site } => lock_waits(*goroutines, site.as_ref()),
        NoteFact::LocalFlare => {
            "This is a local flare: the command built it because the Agent did not answer or because \
             --local was given. expvar/memstats and the other expvar files describe the command, not the \
             Agent; telemetry.log and the goroutine dump are still the Agent's."
                .to_owned()
        }
    }
}

fn oom_kills(victims: &[(String, usize)], in_cgroup: usize) -> String {
    let names: Vec<String> = victims
        .iter()
        .map(|(name, count)| match count {
            1 => name.clone(),
            count => format!("{name} ({count} times)"),
        })
        .collect();
    let kills: usize = victims.iter().map(|(_, count)| count).sum();
    let cgroup = match in_cgroup {
        0 => "",
        1 if kills == 1 => " That was at the limit of a control group.",
        count if count == kills => " All at the limit of a control group.",
        _ => " Some at the limit of a control group.",
    };
    format!(
        "The kernel killed processes for lack of memory: {}.{cgroup}",
        names.join(", ")
    )
}

fn lock_waits(goroutines: u64, site: Option<&(String, u64)>) -> String {
    let who = match goroutines {
        1 => "1 goroutine was".to_owned(),
        number => format!("{} goroutines were", count(number)),
    };
    let site = match site {
        None => String::new(),
        Some((site, 1)) if goroutines == 1 => format!(", in {site}"),
        Some((site, there)) if *there == goroutines => format!(", all of them in {site}"),
        Some((site, there)) => format!(", {} of them in {site}", count(*there)),
    };
    format!(
        "{who} waiting for a lock when the dump was taken{site}. That shows even \
         when the mutex profile is empty."
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnose::share::Share;
    use diagnose::transients::Transients;
    use diagnose::verdict::{Holder, LimitSource};

    const MB: i64 = 1 << 20;

    #[track_caller]
    fn check(process: Option<Process>, fact: NoteFact, expected: &str) {
        let told = note(&Note { process, fact }, &Thresholds::builtin());
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
            "core: the heap grew by +5.00 MB in 30.0 s, under the threshold but beyond sampling noise. A longer capture (--profile 120) or two flares hours apart would tell.",
        );
        check_core(
            NoteFact::Moved {
                function: "app.b".to_owned(),
                bytes: 10 * MB + 1024,
            },
            "core: app.b gained 10.0 MB while the heap as a whole did not grow: memory moved rather than leaked.",
        );
        check_core(
            NoteFact::Shrank { bytes: 10 * MB },
            "core: the second heap snapshot is smaller, by 10.0 MB.",
        );
        check_core(
            NoteFact::LargeHeap {
                bytes: 256 * MB,
                holder: Some(Holder {
                    function: "app.keep".to_owned(),
                    share: Share::new(0.75),
                    owner: "Core Agent, aggregation".to_owned(),
                    owner_share: Share::new(0.8),
                }),
            },
            "core: the heap holds 256 MB, which is large. 80.0 % of it is held by Core Agent, aggregation, most of that through app.keep (75.0 %).",
        );
        check_core(
            NoteFact::OnlyGrows {
                function: "app.keep".to_owned(),
                bytes: 4 * MB,
                objects: 13,
                seconds: 30.0,
            },
            "core: app.keep gained 4.00 MB in 13 objects within 30.0 s, and none of those that were sampled was freed: chance would have freed some.",
        );
        let own = Transients::builtin()
            .iter()
            .find(|transient| transient.id == "own-profiler");
        check_core(
            NoteFact::Transient {
                which: own.unwrap(),
                bytes: 18 * MB,
            },
            "core: 18.0 MB of the growth are not counted: buffers of the Agent's own continuous profiler (internal_profiling), which level off. Before the next capture, set internal_profiling.enabled to false.",
        );
        check(
            Some(Process::Trace),
            NoteFact::SteadyGrowth {
                bytes: 9 * MB,
                seconds: 4.0,
            },
            "trace: the heap grew by +9.00 MB in 4.0 s, under the threshold but beyond sampling noise. So short a window can't tell whether it goes on, and a longer capture of the core Agent does not lengthen it: take the trace-agent's heap twice by hand, some minutes apart.",
        );
        check_core(
            NoteFact::AllocationRate {
                a_second: 601 * MB / 30,
                bytes: 601 * MB,
                seconds: 30.0,
            },
            "core: 20.0 MB are allocated a second (601 MB in 30.0 s): that is work for the garbage collector.",
        );
    }

    #[test]
    fn of_the_cpu() {
        let function = || "app.hot".to_owned();
        check_core(
            NoteFact::BusyLine {
                function: function(),
                share: Share::new(1.0),
                cpu_ns: 490_000_000,
            },
            "core: app.hot takes 100.0 % of the CPU profile, but the process used only 490 ms in all: a busy line in an idle process.",
        );
        check_core(
            NoteFact::BusyCores {
                cores: 0.5,
                function: function(),
                share: Share::new(0.5),
            },
            "core: 0.50 cores in use with no single hot function (the largest is app.hot with 50.0 %).",
        );
        check_core(
            NoteFact::GcShare(Share::new(0.26)),
            "core: garbage collection takes 26 % of the CPU time: look at the allocations.",
        );
    }

    #[test]
    fn of_resident_memory() {
        let small = || NoteFact::SmallHeap {
            in_use: 20 * MB + 1024,
            rss: 67 * MB,
        };
        check_core(
            small(),
            "core: the Go heap in use is 20.0 MB of 67.0 MB resident memory (29.9 %): the heap profile explains only a small part of it.",
        );
        check(
            Some(Process::ClusterAgent),
            small(),
            "datadog-cluster-agent: the Go heap in use is 20.0 MB of 67.0 MB resident memory (29.9 %): the heap profile explains only a small part of it.",
        );
        check_core(
            NoteFact::NearLimit {
                rss: 90 * MB,
                limit: 100 * MB,
                source: LimitSource::Docker,
            },
            "core: 90.0 MB resident memory is 90.0 % of the container's limit of 100 MB (docker_inspect.log): the kernel kills it when it goes over.",
        );
        check(
            None,
            NoteFact::OomKills {
                victims: vec![("agent".to_owned(), 2), ("java".to_owned(), 1)],
                in_cgroup: 2,
            },
            "The kernel killed processes for lack of memory: agent (2 times), java. Some at the limit of a control group.",
        );
    }

    #[test]
    fn of_the_goroutine_dump() {
        check_core(
            NoteFact::ManyGoroutines(1001),
            "core: 1,001 goroutines, over 1,000: look for stacks that repeat.",
        );
        check_core(
            NoteFact::SameStack {
                goroutines: 101,
                function: "app.wait".to_owned(),
            },
            "core: 101 goroutines have one same stack, in app.wait: over 100 alike look like a goroutine leak.",
        );
        check_core(
            NoteFact::LockWaits {
                goroutines: 1,
                site: Some(("app.lock".to_owned(), 1)),
            },
            "core: 1 goroutine was waiting for a lock when the dump was taken, in app.lock. That shows even when the mutex profile is empty.",
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
