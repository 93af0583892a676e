//! Things to look at, in words: title, summary and what to do.
//!
//! Titles and summaries are for engineers; what a customer is told names no function and no team.

use super::advice::{Advice, advice};
use super::area::Area;
use super::cause::Cause;
use super::commands::{agent_command, capture_command, check_command, trace_heap_command};
use super::facts::{Suspect, instances, running, suspects};
use super::memory::limit_source;
use super::{bytes, count, processes, sentence, whole};
use crate::document::{FindingKind, ProfileName};
use crate::markdown::clean;
use crate::model::Report;
use crate::times::duration;
use diagnose::capture::Capture;
use diagnose::evidence::{ContainerEnd, Delivery};
use diagnose::notable::{Consumer, Notable, Thing};
use diagnose::share::Share;
use flare::Process;
use profile::units::{group_thousands, human, human_share};

/// Names of one list; the rest is counted.
const NAMED: usize = 3;

/// With so many Python checks or fewer, each is measured; with more, the first of a ranking.
const MEASURED: usize = 3;

/// A few words.
pub(crate) fn title(one: &Notable) -> String {
    match &one.thing {
        Thing::KernelKills { .. } => "Killed for lack of memory".to_owned(),
        Thing::ContainerEnded { end, .. } if is_oom(end) => {
            "Container killed for lack of memory".to_owned()
        }
        Thing::ContainerEnded { .. } => "Container restarted".to_owned(),
        Thing::NotRunning { .. } => format!("{} not running", of(one)),
        Thing::SilentEnds(_) => format!("{} ended without a word", of(one)),
        Thing::Workers {
            all_taken: true, ..
        } => "No free check worker".to_owned(),
        Thing::Workers { running, .. } if !running.is_empty() => {
            "A check has been running for minutes".to_owned()
        }
        Thing::Workers { .. } => "Check workers busy".to_owned(),
        Thing::LockWaits { .. } => "Goroutines wait for a lock".to_owned(),
        Thing::LockCounter { .. } => "Waiting for locks".to_owned(),
        Thing::Unhealthy(_) => "Unhealthy components".to_owned(),
        Thing::OutsideGo { .. } => "Memory outside Go".to_owned(),
        Thing::LargeHeap {
            go_limit: None,
            container_limit: None,
            limiter_cycle: None,
            ..
        } => "Large heap".to_owned(),
        Thing::LargeHeap { .. } => "Heap near its limit".to_owned(),
        Thing::NearLimit { .. } => "Memory near the container's limit".to_owned(),
        Thing::Collector { .. } => "Garbage collector takes much of the CPU".to_owned(),
        Thing::BackPressure {
            consumer: Some(consumer),
            ..
        } => format!("{} pipeline at capacity", pipeline(consumer)),
        Thing::BackPressure { .. } => "Back-pressure".to_owned(),
        Thing::Busy { .. } => "CPU in use".to_owned(),
        Thing::CheckGrows { .. } => "A check sends more with each run".to_owned(),
        Thing::ManyContexts { .. } => "Many metric contexts".to_owned(),
        Thing::Undelivered(_) => "Payloads not delivered".to_owned(),
        Thing::Unbuffered { .. } => "One metric per DogStatsD packet".to_owned(),
        Thing::Starved(_) => "Goroutines wait for a CPU".to_owned(),
        Thing::Threads(_) => "Many threads".to_owned(),
        Thing::Descriptors { .. } => "Descriptors near their limit".to_owned(),
        Thing::Alike {
            connections: true, ..
        } => "Many connections".to_owned(),
        Thing::Alike { .. } => "Goroutines pile up".to_owned(),
        Thing::ManyGoroutines(_) => "Many goroutines".to_owned(),
    }
}

/// The title with its process, within a list.
pub(crate) fn about(one: &Notable) -> String {
    match (&one.process, &one.thing) {
        // The title has it.
        (_, Thing::NotRunning { .. } | Thing::SilentEnds(_)) | (None, _) => title(one),
        (Some(process), _) => format!("{}, {}", title(one), processes::label(process)),
    }
}

/// One to three sentences with the numbers.
pub(crate) fn summary(one: &Notable) -> String {
    match &one.thing {
        Thing::KernelKills {
            victims,
            limit,
            resident,
        } => kernel_kills(victims, *limit, *resident),
        Thing::ContainerEnded { end, ago_s } => container(end, *ago_s),
        Thing::NotRunning {
            said,
            file,
            log_ends_s,
        } => {
            let log = log_ends_s.map_or_else(String::new, |ago| {
                format!(
                    " Its log ends {} before the flare, without the lines of a shutdown: it stopped itself at its memory limit (exit code 1) or was killed (137). A missing line proves neither.",
                    duration(ago)
                )
            });
            format!(
                "{} should run and does not answer ({file}: \u{201c}{said}\u{201d}).{log}",
                of(one)
            )
        }
        Thing::SilentEnds(ends) => format!(
            "The current log of {} has {} after which it was started again without having shut down: it stopped itself at its memory limit (exit code 1), was killed (137), or the host went down.",
            within(one),
            match ends {
                1 => "an end".to_owned(),
                ends => format!("{} ends", count(*ends)),
            }
        ),
        Thing::Workers {
            workers,
            running,
            busiest,
            all_taken,
        } => workers_summary(*workers, running, *busiest, *all_taken),
        Thing::LockWaits {
            goroutines,
            site,
            longest_minutes,
        } => lock_waits(*goroutines, site.as_ref(), *longest_minutes),
        Thing::LockCounter { waits_s, waiters } => format!(
            "Goroutines of {} have waited {} for locks since its start, {waiters:.2} of them at any time on average (runtime counter, without stacks).",
            within(one),
            duration(*waits_s)
        ),
        Thing::Unhealthy(names) => format!(
            "Not answering their health check: {} (health.yaml).",
            listed(names.iter().map(String::as_str))
        ),
        Thing::OutsideGo {
            resident,
            outside,
            go,
            python,
            heap,
            python_checks,
        } => outside_go(one, *resident, *outside, *go, *python, *heap, python_checks),
        Thing::LargeHeap {
            bytes,
            go_limit,
            container_limit,
            limiter_cycle,
            hidden_per_minute,
        } => {
            let heap = large_heap(one, *bytes, *go_limit, *container_limit, *limiter_cycle);
            match hidden_per_minute {
                Some(hidden) => format!(
                    "{heap} Growth under {}/min ({} a day) would not have shown in this pair of snapshots.",
                    human(*hidden as i64, "bytes"),
                    human((*hidden * 1440.0) as i64, "bytes")
                ),
                None => heap,
            }
        }
        Thing::NearLimit {
            resident,
            limit,
            source,
        } => format!(
            "{} resident is {} of the container's limit of {} ({}): over it, the kernel kills the container.",
            human(*resident, "bytes"),
            human_share(*resident, *limit),
            human(*limit, "bytes"),
            limit_source(source)
        ),
        Thing::Collector { .. } => collector(one),
        Thing::BackPressure {
            delay_ns,
            waiting,
            senders,
            consumer,
        } => back_pressure(*delay_ns, *waiting, senders, consumer.as_ref()),
        Thing::Busy {
            cores,
            limit,
            owners,
            function,
        } => busy(one, *cores, *limit, owners, function),
        Thing::CheckGrows {
            check,
            last,
            mean,
            runs,
        } => format!(
            "{check} sent {} metric samples in its last run, {} on average over its {} runs: it sends more each time.",
            count(*last),
            count(*mean),
            count(*runs)
        ),
        Thing::ManyContexts {
            contexts,
            by_type,
            of_checks,
            check,
        } => many_contexts(*contexts, by_type, *of_checks, check.as_ref()),
        Thing::Undelivered(endpoints) => undelivered(endpoints),
        Thing::Unbuffered {
            packets,
            metrics_each,
        } => format!(
            "DogStatsD receives {} packets a second with {metrics_each:.1} metrics in each: its clients do not buffer.",
            group_thousands(packets.round() as i64)
        ),
        Thing::Starved(seconds) => format!(
            "A goroutine that is ready waits {:.1} ms for a CPU on average: the host or the container's CPU limit is too small for the load.",
            seconds * 1000.0
        ),
        Thing::Threads(threads) => format!(
            "{} has {} threads. Go needs one for each core and for each call into C or the system that blocks.",
            of(one),
            group_thousands(*threads)
        ),
        Thing::Descriptors { open, limit } => format!(
            "{} has {} of {} descriptors open ({}): at the limit it can open no file and no connection.",
            of(one),
            group_thousands(*open),
            group_thousands(*limit),
            human_share(*open, *limit)
        ),
        Thing::Alike {
            goroutines,
            function,
            state,
            longest_minutes,
            connections,
        } => alike(
            one,
            *goroutines,
            function,
            state,
            *longest_minutes,
            *connections,
        ),
        Thing::ManyGoroutines(goroutines) => format!(
            "{} has {} goroutines, no large group of them alike.",
            of(one),
            count(*goroutines)
        ),
    }
}

/// What to do, and what to ask the customer for.
pub(super) fn next(report: &Report, one: &Notable) -> Advice {
    let mut todo = Advice::default();
    match &one.thing {
        Thing::KernelKills { .. } | Thing::NearLimit { .. } => {
            todo.engineer(
                "Find out what held the memory before the kill: a flare with profiles taken while memory is high, before the limit is reached. Raise the limit meanwhile, so that the process lives long enough.",
                Some(capture_command(report, Capture::USUAL)),
            );
            raise_limit(&mut todo);
        }
        Thing::ContainerEnded { end, .. } => {
            todo.engineer(
                if is_oom(end) {
                    "The heap of a process that has just started says nothing of what filled the last one. Ask for a flare with profiles while memory is high, before the limit is reached."
                } else {
                    "Find out why it ended: its previous log (kubectl logs --previous) and the exit code."
                },
                is_oom(end).then(|| capture_command(report, Capture::USUAL)),
            );
            if is_oom(end) {
                raise_limit(&mut todo);
            } else {
                todo.customer(
                    format!(
                        "Please send us the log of the previous run of the container {} (kubectl logs --previous).",
                        clean(&end.container)
                    ),
                    None,
                );
            }
        }
        Thing::NotRunning { .. } | Thing::SilentEnds(_) => not_running(report, one, &mut todo),
        Thing::Workers { running, .. } => stuck_checks(report, running, &mut todo),
        Thing::LockWaits { site, .. } => todo.engineer(
            format!(
                "Read the stacks of those that wait{} and of the one that holds the lock in the goroutine dump: what the holder waits for is the cause.",
                site.as_ref()
                    .map_or_else(String::new, |(site, _)| format!(" in {site}"))
            ),
            None,
        ),
        Thing::LockCounter { .. } => todo.engineer(
            "Ask for a flare with lock profiles: the counter has no stacks.",
            Some(capture_command(report, Capture::USUAL.with_locks())),
        ),
        Thing::Unhealthy(_) => todo.engineer(
            "Look for the component's goroutine in the dump: what it waits for is why it does not answer.",
            None,
        ),
        Thing::OutsideGo { python_checks, .. } => outside_go_next(report, python_checks, &mut todo),
        Thing::LargeHeap { .. } | Thing::Busy { .. } => by_holder(report, one, &mut todo),
        Thing::Collector {
            go_limit,
            allocator,
            ..
        } => collector_next(*go_limit, allocator.as_ref(), &mut todo),
        Thing::BackPressure { consumer, .. } => back_pressure_next(report, one, consumer.as_ref(), &mut todo),
        Thing::CheckGrows { check, .. } => growing_check(report, check, &mut todo),
        Thing::ManyContexts {
            of_checks, check, ..
        } => contexts_next(report, *of_checks, check.as_ref(), &mut todo),
        Thing::Undelivered(_) => {
            todo.engineer(
                "Check the way to Datadog: proxy, firewall, DNS, and the errors by type in expvar/forwarder.",
                Some(agent_command(report, "diagnose")),
            );
            todo.customer(
                "Please check that the host reaches Datadog without interruption (firewall, proxy), for example with:",
                Some(agent_command(report, "diagnose")),
            );
            todo.send.push("the output of that command".to_owned());
        }
        Thing::Unbuffered { .. } => todo.both(
            "Have the clients buffer: one packet can carry many metrics, which saves most of the CPU that DogStatsD uses here.",
            "Please turn on buffering in the DogStatsD clients of your applications: one packet can carry many metrics, and the Agent then needs much less CPU.",
        ),
        Thing::Starved(_) => todo.both(
            "Compare the container's CPU limit and the load of the host: a process that is throttled is late with everything.",
            "Please let us know whether the Agent's CPU is limited, and how busy the host is.",
        ),
        Thing::Threads(_) => todo.engineer(
            "Look for goroutines in `syscall` or locked to a thread in the dump: each holds a thread. Calls into C (Python checks) and file systems that hang are the usual cause.",
            None,
        ),
        Thing::Descriptors { .. } => todo.engineer(
            "See agent_open_files.txt for what is open: logs that are followed, connections, sockets. logs_config.open_files_limit bounds the files of the Logs Agent.",
            None,
        ),
        Thing::Alike { connections, .. } => todo.engineer(
            if *connections {
                "Each of them is a connection with a descriptor and a stack: find out who connects, and whether connections are closed."
            } else {
                "Look at whom they wait for: the other end of the channel, or the holder of the lock, is the cause. Each costs its stack, and what it holds."
            },
            None,
        ),
        Thing::ManyGoroutines(_) => todo.engineer(
            "Look in the dump for groups that should not be there.",
            None,
        ),
    }
    todo
}

/// What a customer is told; `None` for what only engineers can use.
pub(super) fn customer(one: &Notable) -> Option<String> {
    let process = one
        .process
        .as_ref()
        .map_or_else(|| "the Agent".to_owned(), processes::customer);
    Some(match &one.thing {
        Thing::KernelKills { victims, limit, .. } => {
            let names: Vec<String> = victims.iter().map(|(name, _)| quoted(name)).collect();
            let limit = limit.map_or_else(String::new, |limit| {
                format!(" at the container's limit of {}", human(limit, "bytes"))
            });
            format!(
                "The kernel log of the host shows that {} ended for lack of memory{limit}.",
                match names.as_slice() {
                    [name] => format!("the process {name} was"),
                    names => format!("the processes {} were", names.join(", ")),
                }
            )
        }
        Thing::ContainerEnded { end, ago_s } => customer_container(end, *ago_s),
        Thing::NotRunning { .. } => format!(
            "{} was not running, or could not be reached, when the flare was made.",
            sentence(&process)
        ),
        Thing::SilentEnds(ends) => format!(
            "{} was started again {} without having shut down.",
            sentence(&process),
            times(*ends)
        ),
        Thing::Workers {
            running, all_taken, ..
        } => customer_workers(running, *all_taken),
        Thing::LockWaits { .. } | Thing::LockCounter { .. } => format!(
            "Tasks inside {process} are waiting for each other, which can make it slow or make it hang."
        ),
        Thing::OutsideGo {
            resident,
            outside,
            go,
            python,
            python_checks,
            ..
        } => customer_outside(&process, *resident, *outside, *go, *python, python_checks),
        Thing::LargeHeap {
            bytes,
            go_limit,
            container_limit,
            ..
        } => {
            let limit = go_limit
                .or(*container_limit)
                .map_or_else(String::new, |limit| {
                    format!(" of the {} that it may use", human(limit, "bytes"))
                });
            format!(
                "{} holds {}{limit} for its own data, mostly for {}.",
                sentence(&process),
                human(*bytes, "bytes"),
                holder_words(one)
            )
        }
        Thing::NearLimit {
            resident, limit, ..
        } => format!(
            "The Agent was using {} of the {} that its container may use. It can be restarted for lack of memory; until the cause is found, a higher memory limit gives it room.",
            human(*resident, "bytes"),
            human(*limit, "bytes")
        ),
        Thing::Collector {
            share,
            since_start,
            cores,
            ..
        } => format!(
            "{} spends {} of {} on managing its memory.",
            sentence(&process),
            whole(share.or(*since_start).unwrap_or_default()),
            cores.map_or_else(
                || "its CPU time".to_owned(),
                |cores| format!("the {cores:.1} CPU cores that it uses")
            )
        ),
        Thing::BackPressure { consumer, .. } => match consumer {
            Some(consumer) => format!(
                "The Agent handles {} as fast as it can on this host{}.",
                carried(consumer),
                consumer.share.map_or_else(String::new, |share| format!(
                    ": {} of its CPU time goes into {}",
                    whole(share),
                    stage_words(consumer)
                ))
            ),
            None => format!("Parts of {process} wait for a part that is too slow."),
        },
        Thing::Busy { cores, owners, .. } => format!(
            "{} uses {cores:.1} CPU cores{}.",
            sentence(&process),
            held_share(one, owners).map_or_else(String::new, |share| format!(
                ", {} of that for {}",
                whole(share),
                holder_words(one)
            ))
        ),
        Thing::CheckGrows {
            check, last, mean, ..
        } => format!(
            "The check {} sends more metrics each time it runs: {} in its last run, {} on average.",
            clean(check_of(check)),
            count(*last),
            count(*mean)
        ),
        Thing::ManyContexts {
            contexts,
            of_checks,
            check,
            ..
        } => format!(
            "The Agent keeps track of {} different combinations of metric name and tags{}.",
            group_thousands(*contexts),
            match (of_checks, check) {
                (true, Some((check, _))) =>
                    format!(", most of them from the check {}", clean(check_of(check))),
                (true, None) => " from checks".to_owned(),
                (false, _) => " that applications send through DogStatsD".to_owned(),
            }
        ),
        Thing::Undelivered(_) => {
            "Part of what the Agent collects does not reach Datadog.".to_owned()
        }
        Thing::Unbuffered { packets, .. } => format!(
            "Applications send {} DogStatsD packets a second, with one metric in each.",
            group_thousands(packets.round() as i64)
        ),
        Thing::Starved(_) => {
            "The Agent waits for the CPU: the host is busy, or the Agent's CPU is limited."
                .to_owned()
        }
        Thing::Descriptors { open, limit } => format!(
            "{} has {} of {} possible files and connections open.",
            sentence(&process),
            group_thousands(*open),
            group_thousands(*limit)
        ),
        Thing::Threads(threads) => format!(
            "{} runs {} threads, many more than usual.",
            sentence(&process),
            group_thousands(*threads)
        ),
        Thing::Unhealthy(_) | Thing::Alike { .. } | Thing::ManyGoroutines(_) => return None,
    })
}

// ---- words

fn of(one: &Notable) -> String {
    let process = one.process.as_ref();
    process.map_or_else(|| "The Agent".to_owned(), processes::begins)
}

fn within(one: &Notable) -> &str {
    one.process.as_ref().map_or("the Agent", processes::full)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", clean(name))
}

/// The first few names, and how many more there are.
fn listed<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let named: Vec<&str> = names.take(NAMED).collect();
    match more {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// A check by the name before its hash.
fn check_of(id: &str) -> &str {
    id.split(':').next().unwrap_or(id)
}

fn is_oom(end: &ContainerEnd) -> bool {
    end.reason.as_deref() == Some("OOMKilled")
}

fn times(number: u64) -> String {
    match number {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{} times", count(more)),
    }
}

fn kernel_kills(victims: &[(String, usize)], limit: Option<i64>, resident: Option<i64>) -> String {
    let names: Vec<String> = victims
        .iter()
        .map(|(name, number)| match number {
            1 => name.clone(),
            more => format!("{name} ({})", times(*more as u64)),
        })
        .collect();
    let limit = limit.map_or_else(String::new, |limit| {
        format!(
            " The last one reached its control group's limit of {}{}.",
            human(limit, "bytes"),
            resident.map_or_else(String::new, |bytes| format!(
                ", with {} resident",
                human(bytes, "bytes")
            ))
        )
    });
    format!(
        "The kernel killed {} for lack of memory (dmesg.log).{limit}",
        names.join(", ")
    )
}

fn container(end: &ContainerEnd, ago_s: Option<f64>) -> String {
    let name = &end.container;
    let restarts = end
        .restarts
        .filter(|&restarts| restarts > 0)
        .map_or_else(String::new, |restarts| {
            format!(" It was restarted {}.", times(restarts))
        });
    let ago = ago_s.map_or_else(String::new, |ago| {
        format!(", {} before the flare", duration(ago))
    });
    let limit = end.memory_limit.map_or_else(String::new, |limit| {
        format!(" Its memory limit is {}.", bytes(limit))
    });
    match (&end.reason, end.exit_code) {
        (Some(reason), code) => {
            let code = code.map_or_else(String::new, |code| format!(", exit code {code}"));
            format!("The container {name} ended last with {reason}{code}{ago}.{restarts}{limit}")
        }
        (None, _) => format!("The container {name} did not run through.{restarts}{limit}"),
    }
}

fn customer_container(end: &ContainerEnd, ago_s: Option<f64>) -> String {
    let name = quoted(&end.container);
    let restarts = end.restarts.filter(|&restarts| restarts > 0);
    let ago = ago_s.map_or_else(String::new, |ago| {
        format!(", the last time {} before the flare", duration(ago))
    });
    if !is_oom(end) {
        return format!(
            "The container {name} was restarted{}{ago}.",
            restarts.map_or_else(String::new, |number| format!(" {}", times(number)))
        );
    }
    let limit = end.memory_limit.map_or_else(String::new, |limit| {
        format!(" It may use {}.", bytes(limit))
    });
    let restarts = restarts.map_or_else(String::new, |number| {
        format!(" It has been restarted {}.", times(number))
    });
    format!("The container {name} was ended for lack of memory{ago}.{restarts}{limit}")
}

fn workers_summary(
    workers: Option<u64>,
    running: &[(String, Option<f64>)],
    busiest: Option<Share>,
    all_taken: bool,
) -> String {
    let named: Vec<String> = running
        .iter()
        .take(NAMED)
        .map(|(id, seconds)| match seconds {
            Some(seconds) => format!("{id} for {}", duration(*seconds)),
            None => id.clone(),
        })
        .collect();
    let more = match running.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let busy = busiest.map_or_else(String::new, |busiest| {
        format!(" The busiest worker is in use {busiest:.0} of the time.")
    });
    let who = match named.as_slice() {
        [] => String::new(),
        named => format!(" Running: {}{more}.", named.join(", ")),
    };
    match (all_taken, workers) {
        (true, Some(workers)) => {
            format!("All {workers} check workers are taken, so no other check runs.{who}{busy}")
        }
        _ => format!("Check workers are held up.{who}{busy}"),
    }
}

fn customer_workers(running: &[(String, Option<f64>)], all_taken: bool) -> String {
    let mut checks: Vec<String> = Vec::new();
    for (id, _) in running {
        let name = clean(check_of(id));
        if !checks.contains(&name) {
            checks.push(name);
        }
    }
    let since = running
        .first()
        .and_then(|(_, seconds)| *seconds)
        .map_or_else(String::new, |seconds| format!(" for {}", duration(seconds)));
    let rest = if all_taken {
        ", and no other check can run meanwhile"
    } else {
        ""
    };
    match checks.as_slice() {
        [] => "The Agent has hardly any time left for running further checks.".to_owned(),
        [check] => format!("The check {check} has been running{since} without an end{rest}."),
        checks => format!(
            "The checks {} have been running{since} without an end{rest}.",
            listed(checks.iter().map(String::as_str))
        ),
    }
}

fn lock_waits(goroutines: u64, site: Option<&(String, u64)>, minutes: u64) -> String {
    let verb = if goroutines == 1 {
        "goroutine waits"
    } else {
        "goroutines wait"
    };
    let longest = match minutes {
        0 => String::new(),
        1 => ", for up to 1 minute".to_owned(),
        minutes => format!(", for up to {} minutes", count(minutes)),
    };
    let site = site.map_or_else(String::new, |(site, number)| {
        if *number == goroutines {
            format!(" All of them are in {site}.")
        } else {
            format!(" {} of them are in {site}.", count(*number))
        }
    });
    format!(
        "{} {verb} for a lock in the goroutine dump{longest}.{site} That shows even where the lock profiles are empty.",
        count(goroutines)
    )
}

fn outside_go(
    one: &Notable,
    resident: i64,
    outside: i64,
    go: i64,
    python: Option<i64>,
    heap: Option<i64>,
    python_checks: &[(String, usize)],
) -> String {
    let of_python = python.map_or_else(String::new, |python| {
        format!(", {} of that in Python objects", human(python, "bytes"))
    });
    let heap = heap.map_or_else(
        || format!(" The Go runtime holds {}", human(go, "bytes")),
        |heap| format!(" The Go heap is {}", human(heap, "bytes")),
    );
    let python_is_most = python.is_some_and(|python| python.saturating_mul(2) > outside);
    let so = match (&one.process, python_is_most) {
        (Some(process), _) if !process.embeds_python() => String::new(),
        (_, true) => ", so this is a Python check".to_owned(),
        (_, false) => ", so this is Python or a C library".to_owned(),
    };
    let checks = if python_checks.is_empty() {
        String::new()
    } else {
        let names: Vec<String> = python_checks
            .iter()
            .map(|(name, number)| format!("{name} ({})", instances(*number)))
            .collect();
        format!(
            " Python checks: {}. A flare can't tell which of them holds the memory.",
            listed(names.iter().map(String::as_str))
        )
    };
    format!(
        "{} resident, {} ({}) of it outside the Go runtime{of_python}.{heap}{so}.{checks}",
        human(resident, "bytes"),
        human(outside, "bytes"),
        human_share(outside, resident)
    )
}

fn customer_outside(
    process: &str,
    resident: i64,
    outside: i64,
    go: i64,
    python: Option<i64>,
    python_checks: &[(String, usize)],
) -> String {
    let held = python.map_or_else(String::new, |python| {
        format!(
            "; at least {} are held by Python integrations",
            human(python, "bytes")
        )
    });
    let names: Vec<String> = python_checks
        .iter()
        .map(|(name, number)| format!("{} ({})", clean(name), instances(*number)))
        .collect();
    let running = match names.as_slice() {
        [] => String::new(),
        [name] => format!(" One is running: {name}."),
        names => format!(
            " {} are running: {}. A flare can't show which one holds the memory, so we would like to measure them.",
            number_word(names.len()),
            listed(names.iter().map(String::as_str))
        ),
    };
    let most = if outside >= resident / 10 * 9 {
        "Almost all of it"
    } else {
        "Most of it"
    };
    format!(
        "{} uses {} of memory. {most}, {}, is outside the Agent's own code, which holds about {}{held}.{running}",
        sentence(process),
        human(resident, "bytes"),
        human(outside, "bytes"),
        human(go, "bytes")
    )
}

fn number_word(number: usize) -> String {
    match number {
        2 => "Two".to_owned(),
        3 => "Three".to_owned(),
        4 => "Four".to_owned(),
        5 => "Five".to_owned(),
        more => more.to_string(),
    }
}

fn large_heap(
    one: &Notable,
    bytes: i64,
    go_limit: Option<i64>,
    container_limit: Option<i64>,
    limiter_cycle: Option<i64>,
) -> String {
    let against = |limit: Option<i64>, name: &str| {
        limit.map(|limit| {
            format!(
                "{} of {name} ({})",
                human_share(bytes, limit),
                human(limit, "bytes")
            )
        })
    };
    let limits: Vec<String> = [
        against(go_limit, "GOMEMLIMIT"),
        against(container_limit, "the container's limit"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let limits = if limits.is_empty() {
        String::new()
    } else {
        format!(", {}", limits.join(" and "))
    };
    let limiter = limiter_cycle.map_or_else(String::new, |cycle| {
        format!(
            " In collection {cycle} the runtime had to stop the collector from taking all of the CPU: the memory limit is too low."
        )
    });
    format!(
        "{}'s heap holds {}{limits}.{}{limiter}",
        of(one),
        human(bytes, "bytes"),
        held_by(one)
    )
}

fn held_by(one: &Notable) -> String {
    one.holder.as_ref().map_or_else(String::new, |holder| {
        format!(
            " {} of it is held by {}, {} in {}.",
            holder.share,
            holder.owner,
            holder.frame_share,
            short(&holder.frame)
        )
    })
}

fn short(frame: &str) -> &str {
    frame
        .strip_prefix("github.com/DataDog/datadog-agent/")
        .unwrap_or(frame)
}

fn collector(one: &Notable) -> String {
    let Thing::Collector {
        share,
        since_start,
        cores,
        heap_live,
        go_limit,
        allocator,
        limiter_cycle,
    } = &one.thing
    else {
        return String::new();
    };
    let of_cores = cores.map_or_else(String::new, |cores| format!(" ({cores:.2} cores in use)"));
    let mut text = format!(
        "The garbage collector takes {} of the CPU time of {}{of_cores}",
        share.or(*since_start).unwrap_or_default(),
        within(one)
    );
    if let Some(since) = since_start.filter(|_| share.is_some()) {
        text.push_str(&format!(", {since} since the start"));
    }
    text.push('.');
    match (heap_live, go_limit) {
        (Some(live), Some(limit)) => text.push_str(&format!(
            " The live heap is {}, {} of GOMEMLIMIT ({}).",
            human(*live, "bytes"),
            human_share(*live, *limit),
            human(*limit, "bytes")
        )),
        (None, Some(limit)) => text.push_str(&format!(
            " It is held against GOMEMLIMIT of {}.",
            human(*limit, "bytes")
        )),
        _ => {}
    }
    if let Some((frame, bytes)) = allocator {
        text.push_str(&format!(
            " {} allocates the most: {} between the heap snapshots.",
            short(frame),
            human(*bytes, "bytes")
        ));
    }
    if let Some(cycle) = limiter_cycle {
        text.push_str(&format!(
            " In collection {cycle} the runtime had to hold the collector back."
        ));
    }
    text
}

fn pipeline(consumer: &Consumer) -> String {
    sentence(&consumer.pipeline)
}

/// What passes through a pipeline, as a customer says it.
fn carried(consumer: &Consumer) -> &'static str {
    match consumer.pipeline.as_str() {
        "logs" => "logs",
        "traces" => "traces",
        _ => "metrics",
    }
}

/// What a stage does, as a customer says it.
fn stage_words(consumer: &Consumer) -> &'static str {
    match (consumer.pipeline.as_str(), consumer.stage.as_str()) {
        ("logs", "processor") => "processing them, which includes the processing rules",
        ("logs", "decoder") => "splitting them into lines",
        (_, "sender" | "destination" | "forwarder" | "writer") => "sending them to Datadog",
        (_, "serializer") => "preparing them for sending",
        (_, "parser") => "reading them",
        (_, "aggregator" | "concentrator") => "putting them together",
        _ => "processing them",
    }
}

fn back_pressure(
    delay_ns: i64,
    waiting: f64,
    senders: &[(String, i64)],
    consumer: Option<&Consumer>,
) -> String {
    let who: Vec<String> = senders
        .iter()
        .take(NAMED)
        .map(|(frame, delay)| format!("{} {}", short(frame), human(*delay, "nanoseconds")))
        .collect();
    let slow = consumer.map_or_else(
        || " Who takes over too slowly, the block profile does not say.".to_owned(),
        |consumer| {
            let cpu = consumer.share.map_or_else(String::new, |share| {
                format!(", which uses {share} of the CPU time")
            });
            let with = consumer
                .busy_with
                .as_ref()
                .map_or_else(String::new, |(function, share)| {
                    format!(" ({share} in {})", short(function))
                });
            format!(
                " They wait for the {} of the {} pipeline{cpu}{with}.",
                consumer.stage, consumer.pipeline
            )
        },
    );
    format!(
        "Goroutines waited {} to hand something over, {waiting:.1} of them on average: {}.{slow} That is back-pressure, no lock is contended.",
        human(delay_ns, "nanoseconds"),
        who.join(", ")
    )
}

fn busy(
    one: &Notable,
    cores: f64,
    limit: Option<f64>,
    owners: &[(String, Share)],
    function: &(String, Share),
) -> String {
    let limit = limit.map_or_else(String::new, |limit| format!(" of {limit} that it may use"));
    let users: Vec<String> = owners
        .iter()
        .take(NAMED)
        .map(|(owner, share)| format!("{owner} {share}"))
        .collect();
    format!(
        "{} uses {cores:.2} cores{limit}. By owner: {}. No function takes more than {} ({}).",
        of(one),
        users.join(", "),
        function.1,
        short(&function.0)
    )
}

fn many_contexts(
    contexts: i64,
    by_type: &[(String, i64)],
    of_checks: bool,
    check: Option<&(String, u64)>,
) -> String {
    let number = group_thousands(contexts);
    if of_checks {
        let check = check.map_or_else(String::new, |(id, samples)| {
            format!(
                " {id} sends the most, {} samples in its last run.",
                count(*samples)
            )
        });
        return format!("Checks hold {number} metric contexts.{check}");
    }
    let types: Vec<String> = by_type
        .iter()
        .take(NAMED)
        .map(|(name, value)| format!("{} {name}", group_thousands(*value)))
        .collect();
    let types = if types.is_empty() {
        String::new()
    } else {
        format!(" ({})", types.join(", "))
    };
    format!("DogStatsD holds {number} metric contexts{types}.")
}

fn undelivered(endpoints: &[Delivery]) -> String {
    let told: Vec<String> = endpoints
        .iter()
        .take(NAMED)
        .map(|delivery| {
            let dropped = delivery
                .dropped
                .filter(|&dropped| dropped > 0)
                .map_or_else(String::new, |dropped| {
                    format!(", {} dropped", group_thousands(dropped))
                });
            match (delivery.delivered, delivery.input) {
                (Some(delivered), Some(input)) => format!(
                    "{} {} of {}{dropped}",
                    delivery.endpoint,
                    group_thousands(delivered),
                    group_thousands(input)
                ),
                _ => format!("{}{dropped}", delivery.endpoint),
            }
        })
        .collect();
    let more = match endpoints.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "Payloads delivered, by endpoint: {}{more}. What is not delivered waits in memory, then is dropped.",
        told.join("; ")
    )
}

fn alike(
    one: &Notable,
    goroutines: u64,
    function: &str,
    state: &str,
    minutes: u64,
    connections: bool,
) -> String {
    let number = count(goroutines);
    if connections {
        return format!(
            "{} has {number} goroutines that wait for bytes of a connection in {}: about as many descriptors are open.",
            of(one),
            short(function)
        );
    }
    // A profile of goroutines tells no state of some.
    let state = match state {
        "" => String::new(),
        state => format!(" [{state}]"),
    };
    let longest = match minutes {
        0 => String::new(),
        minutes => format!(", the longest for {} minutes", count(minutes)),
    };
    format!(
        "{} has {number} goroutines with one same stack, in {}{state}{longest}. So many alike are a goroutine leak.",
        of(one),
        short(function)
    )
}

// ---- what to do

fn raise_limit(todo: &mut Advice) {
    todo.customer(
        "Please give the Agent's container a higher memory limit for now, so that it is not ended before we can look.",
        None,
    );
    todo.before_the_end = true;
}

fn not_running(report: &Report, one: &Notable, todo: &mut Advice) {
    todo.engineer(
        format!(
            "Find out why {} ended: the end of its log, its exit code (1: its own memory limit; 137: killed), and the system's log.",
            within(one)
        ),
        Some(agent_command(report, "status")),
    );
    if one.process == Some(Process::Trace) {
        todo.engineer(
            "The trace-agent stops itself at 1.5 times apm_config.max_memory (500,000,000 bytes by default). A first heap by hand soon after its start, and another one later, show what grows.",
            Some(trace_heap_command(report)),
        );
    }
    todo.customer(
        format!(
            "Please let us know whether {} should be running on this host, and send us its complete log.",
            one.process
                .as_ref()
                .map_or_else(|| "the Agent".to_owned(), processes::customer)
        ),
        None,
    );
}

fn stuck_checks(report: &Report, running_now: &[(String, Option<f64>)], todo: &mut Advice) {
    let mut names: Vec<&str> = Vec::new();
    for (id, _) in running_now {
        let name = check_of(id);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names.iter().take(MEASURED) {
        let told = running(report, name).map_or_else(String::new, |check| {
            format!(" ({})", Suspect::new(check).words())
        });
        todo.engineer(
            format!(
                "Look at the check {name}{told}: what does it wait for? Its goroutines stand in the dump, and its configuration has the timeouts."
            ),
            Some(check_command(report, name, "")),
        );
        todo.customer(
            format!(
                "Please check that what the check {} connects to answers in time, and run it once on its own:",
                clean(name)
            ),
            Some(check_command(report, name, "")),
        );
        todo.send.push(format!(
            "the output of the check command for {name}, and how long it took"
        ));
    }
    if names.is_empty() {
        todo.engineer(
            "Look in status.log for checks whose average execution time is near their interval.",
            None,
        );
    }
}

fn outside_go_next(report: &Report, python_checks: &[(String, usize)], todo: &mut Advice) {
    let ranked = suspects(report);
    let names: Vec<&str> = if python_checks.len() > MEASURED {
        ranked
            .iter()
            .map(|suspect| suspect.check.name.as_str())
            .take(1)
            .collect()
    } else {
        python_checks
            .iter()
            .map(|(name, _)| name.as_str())
            .collect()
    };
    if names.is_empty() {
        todo.engineer(
            "status.log names no Python check. C libraries and custom checks hold memory outside of Go too: compare resident memory before and after each is turned off.",
            None,
        );
        return;
    }
    if python_checks.len() > MEASURED
        && let Some(first) = ranked.first()
    {
        todo.engineer(
            format!(
                "Begin with {}, first of {} suspects ({}). That is a ranking by activity and no proof: no profile shows which check holds the memory.",
                first.check.name,
                ranked.len(),
                first.words()
            ),
            None,
        );
    }
    for name in &names {
        let several = python_checks
            .iter()
            .any(|(check, number)| check == name && *number > 1);
        let first = match several {
            true => " It measures the first of its instances.",
            false => "",
        };
        todo.engineer(
            format!(
                "Measure {name}: twenty runs beside the Agent, with what Python holds after each.{first}"
            ),
            Some(check_command(report, name, "-m -t 20")),
        );
    }
    let commands: Vec<String> = names
        .iter()
        .map(|name| check_command(report, name, "-m -t 20"))
        .collect();
    match commands.len() {
        0 => {}
        1 => todo.customer(
            "Could you run this command on the host and send us what it prints? It runs the check twenty times beside the Agent, and restarts nothing.",
            Some(commands.concat()),
        ),
        _ => todo.customer(
            "Could you run these commands on the host and send us what they print? Each runs a check twenty times beside the Agent, and restarts nothing.",
            Some(commands.join("\n")),
        ),
    }
    todo.engineer(
        if names.len() > 1 {
            "If none of them grows, stop one for an hour and compare resident memory. Escalate to the owner of the check that grows, not to the Agent team."
        } else {
            "If it does not grow, stop it for an hour and compare resident memory. Escalate to the owner of the check that grows, not to the Agent team."
        },
        None,
    );
}

/// What is advised for the area that holds it.
fn by_holder(report: &Report, one: &Notable, todo: &mut Advice) {
    let (Some(holder), Some(process)) = (&one.holder, &one.process) else {
        todo.engineer(
            "Nobody's code stands out. The tables by owner show where it is spread.",
            None,
        );
        return;
    };
    let (kind, profile) = match one.thing {
        Thing::Busy { .. } => (FindingKind::CpuSpike, ProfileName::Cpu),
        _ => (FindingKind::MemoryLeak, ProfileName::HeapSecond),
    };
    *todo = advice(report, &Cause::behind(holder, process, kind, profile));
}

/// The holder's share among these owners.
fn held_share(one: &Notable, owners: &[(String, Share)]) -> Option<Share> {
    let holder = one.holder.as_ref()?;
    let mut owners = owners.iter();
    owners
        .find(|(owner, _)| *owner == holder.owner)
        .map(|(_, share)| *share)
}

fn holder_words(one: &Notable) -> &'static str {
    match (&one.holder, &one.process) {
        (Some(holder), Some(process)) => Area::of(&holder.frame).customer_words(process),
        _ => "internal work of the Agent",
    }
}

fn collector_next(go_limit: Option<i64>, allocator: Option<&(String, i64)>, todo: &mut Advice) {
    let who = allocator.map_or_else(String::new, |(frame, _)| {
        format!(" {} allocates the most.", short(frame))
    });
    if go_limit.is_some() {
        todo.engineer(
            format!(
                "The collector works because the heap sits at its limit, so look at what is live (Heap in Use) and who allocates.{who} Raise GOMEMLIMIT, and with it the container's memory limit: that ends the work at once."
            ),
            None,
        );
        todo.customer(
            "Please raise the memory limit of the Agent: it has too little room, and spends its CPU time on making room.",
            None,
        );
    } else {
        todo.engineer(
            format!("Look at who allocates: that is what the collector cleans up.{who}"),
            None,
        );
    }
}

fn back_pressure_next(
    report: &Report,
    one: &Notable,
    consumer: Option<&Consumer>,
    todo: &mut Advice,
) {
    let Some(consumer) = consumer else {
        todo.engineer(
            "Find the goroutine that receives from that channel: it is too slow.",
            None,
        );
        return;
    };
    if consumer.pipeline == "logs" && consumer.stage == "processor" {
        todo.engineer(
            "The processing rules decide the cost. Fewer or simpler rules help; so do patterns with a literal prefix, since lines without it are skipped cheaply, and exclude_at_match before masks in the same list, since an exclusion ends the list. Global rules run before those of a source.",
            None,
        );
        todo.engineer(
            "More pipelines don't help one busy file: a tailer is bound to one of them.",
            None,
        );
        todo.customer(
            "If logs arrive late or the CPU usage is too high, please look at the processing rules first (logs_config.processing_rules): simpler patterns help, and rules that exclude lines should stand before rules that mask them.",
            None,
        );
        return;
    }
    let area = one.holder.as_ref().map(|holder| Area::of(&holder.frame));
    todo.engineer(
        format!(
            "Look at what the {} of the {} pipeline does{}: it decides how much passes.",
            consumer.stage,
            consumer.pipeline,
            consumer
                .busy_with
                .as_ref()
                .map_or_else(String::new, |(function, _)| format!(
                    " (most in {})",
                    short(function)
                ))
        ),
        matches!(
            consumer.stage.as_str(),
            "destination" | "forwarder" | "sender"
        )
        .then(|| agent_command(report, "diagnose")),
    );
    if area == Some(Area::Logs) {
        todo.customer(
            "Please check whether the log volume on this host has grown recently.",
            None,
        );
    }
}

fn growing_check(report: &Report, id: &str, todo: &mut Advice) {
    let name = check_of(id);
    todo.engineer(
        format!(
            "Ask what the check {name} collects: names or tags that are new in each run add contexts for ever. Run it twice and compare what it sends."
        ),
        Some(check_command(report, name, "--check-rate")),
    );
    todo.customer(
        format!(
            "Please have a look at what the check {} collects: the number of its metrics grows with each run. This command shows what it sends:",
            clean(name)
        ),
        Some(check_command(report, name, "")),
    );
    todo.send
        .push(format!("the output of the check command for {name}"));
}

fn contexts_next(
    report: &Report,
    of_checks: bool,
    check: Option<&(String, u64)>,
    todo: &mut Advice,
) {
    match (of_checks, check) {
        (true, Some((id, _))) => {
            let name = check_of(id);
            todo.engineer(
                format!("Look at the names and tags that the check {name} sends: tags with ever new values multiply contexts."),
                Some(check_command(report, name, "")),
            );
            todo.customer(
                format!("Please check whether the check {} needs to send so many metrics and tags. This command shows what it sends:", clean(name)),
                Some(check_command(report, name, "")),
            );
        }
        (true, None) => todo.engineer(
            "Look in status.log for the checks with the most metric samples.",
            None,
        ),
        (false, _) => {
            todo.engineer(
                "Find the metrics with the most contexts and the tags that multiply them: tags with ever new values (user, session or request ids) are the usual cause.",
                Some(agent_command(report, "dogstatsd top")),
            );
            todo.customer(
                "Please run this command on the affected host. It lists the metrics with the most tag combinations:",
                Some(agent_command(report, "dogstatsd top")),
            );
            todo.send
                .push("the output of the dogstatsd top command".to_owned());
        }
    }
}
