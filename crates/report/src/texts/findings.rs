//! A finding in words: its summary, its evidence, and why it is no surer than it is.

use super::processes::program;
use crate::times::{duration, interval};
use diagnose::thresholds::Thresholds;
use diagnose::verdict::{ContentionDetail, CpuDetail, Detail, Doubt, Finding, LeakDetail, Spot};
use flare::Process;
use profile::units::{human, human_share, human_signed};

/// One sentence without its full stop: process, value, interval, function.
pub(crate) fn summary(finding: &Finding) -> String {
    let Some(first) = finding.first() else {
        return String::new();
    };
    let process = &finding.process;
    let responsible = within_agent(&first.responsible);
    match &finding.detail {
        Detail::Leak(leak) => {
            // Others shrank when one function grew by more than the whole.
            let part = if first.value > leak.growth {
                "most".to_owned()
            } else {
                human_share(first.value, leak.growth)
            };
            format!(
                "{process} grew {} in {:.1} s ({}/min), {part} of it in {responsible}",
                human(finding.value as i64, "bytes"),
                leak.interval.seconds(),
                human(leak.per_minute as i64, "bytes"),
            )
        }
        Detail::Cpu(cpu) => format!(
            "{process} spends {} of its CPU time in {} ({} cores in use)",
            cpu.share,
            match &cpu.spot {
                Spot::Check { name, .. } => format!("the check {name}"),
                spot => within_agent(spot.name()).to_owned(),
            },
            cores(cpu),
        ),
        Detail::Contention(lock) => format!(
            "{process} waited {} for locks{} ({} profile, {} goroutines on average), most in {responsible}",
            human(finding.counted, "nanoseconds"),
            if lock.since_start {
                " since its start"
            } else {
                ""
            },
            finding.profile.as_str(),
            few(lock.waiting),
        ),
    }
}

/// A name for sentences: functions of the Agent lose the module that they all share.
fn within_agent(function: &str) -> &str {
    function
        .strip_prefix("github.com/DataDog/datadog-agent/")
        .unwrap_or(function)
}

fn cores(cpu: &CpuDetail) -> String {
    cpu.cores
        .map_or("unknown".to_owned(), |cores| format!("{cores:.2}"))
}

/// How many goroutines were waiting: `8.1`, `0.25`, `less than 0.01`.
pub(super) fn few(waiting: f64) -> String {
    match waiting {
        ..0.01 => "less than 0.01".to_owned(),
        ..0.995 => format!("{waiting:.2}"),
        _ => format!("{waiting:.1}"),
    }
}

/// Names and values to show beside a finding.
pub(crate) fn evidence(finding: &Finding) -> Vec<(&'static str, String)> {
    match &finding.detail {
        Detail::Leak(leak) => leak_evidence(leak),
        Detail::Cpu(cpu) => vec![
            (
                match cpu.spot {
                    Spot::Check { .. } => "Check's share",
                    Spot::Function(_) | Spot::Behind { .. } => "Function's share",
                },
                cpu.share.to_string(),
            ),
            ("CPU time", human(cpu.cpu_ns, "nanoseconds")),
            ("Recorded for", human(cpu.duration_ns, "nanoseconds")),
            ("Cores in use", cores(cpu)),
            ("Garbage collection", format!("{} of the CPU time", cpu.gc)),
        ],
        Detail::Contention(lock) => contention_evidence(lock, finding.counted),
    }
}

/// Retention beside churn: what stayed, and what was allocated to that end.
fn leak_evidence(leak: &LeakDetail) -> Vec<(&'static str, String)> {
    let projected = |minutes: f64| human_signed((leak.per_minute * minutes) as i64, "bytes");
    let mut evidence = vec![
        ("Interval", interval(leak.interval)),
        ("Growth", human_signed(leak.growth, "bytes")),
        (
            "Rate",
            format!("{}/min", human_signed(leak.per_minute as i64, "bytes")),
        ),
    ];
    if leak.projected {
        evidence.push((
            "If it goes on",
            format!("{} an hour, {} a day", projected(60.0), projected(1440.0)),
        ));
    }
    evidence.push(("Objects", human_signed(leak.objects, "count")));
    if leak.objects > 0 {
        let size = leak.growth / leak.objects;
        evidence.push(("Mean object", human(size, "bytes")));
    }
    if let Some(allocated) = leak.allocated.filter(|&allocated| allocated > 0) {
        let rate = (allocated as f64 / leak.interval.seconds()) as i64;
        evidence.push((
            "Allocated in the same time",
            format!(
                "{} ({}/s); {} of it stayed",
                human(allocated, "bytes"),
                human(rate, "bytes"),
                human_share(leak.growth.max(0), allocated)
            ),
        ));
    }
    evidence.push((
        "Sampling noise",
        format!("{} (one sigma)", human(leak.noise as i64, "bytes")),
    ));
    evidence
}

fn contention_evidence(lock: &ContentionDetail, counted: i64) -> Vec<(&'static str, String)> {
    let mut evidence = vec![
        ("Delay", human(counted, "nanoseconds")),
        ("Events", human(lock.events, "count")),
        (
            "Mean delay",
            if lock.events > 0 {
                human(counted / lock.events, "nanoseconds")
            } else {
                "unknown".to_owned()
            },
        ),
        (
            "Window",
            if lock.since_start {
                format!("{:.1} h, since the start", lock.window_s / 3600.0)
            } else {
                format!("{:.1} s", lock.window_s)
            },
        ),
        (
            "Goroutines waiting",
            format!("{} on average", few(lock.waiting)),
        ),
    ];
    if lock.idle_ns > 0 {
        evidence.push((
            "Idle waits left out",
            format!(
                "{} of {} are goroutines waiting for work",
                human(lock.idle_ns, "nanoseconds"),
                human(lock.all_ns, "nanoseconds")
            ),
        ));
    }
    if lock.handing_ns > 0 {
        evidence.push((
            "Back-pressure left out",
            format!(
                "{} are goroutines waiting to hand something over",
                human(lock.handing_ns, "nanoseconds")
            ),
        ));
    }
    evidence.extend(lock_sites(lock, counted).map(|site| ("Lock site", site)));
    evidence
}

/// Frames that are responsible for the waiting, with what each is responsible for.
pub(super) fn lock_sites(lock: &ContentionDetail, counted: i64) -> impl Iterator<Item = String> {
    lock.sites.iter().map(move |(site, delay)| {
        format!(
            "{site}: {} ({})",
            human(*delay, "nanoseconds"),
            human_share(*delay, counted)
        )
    })
}

/// Why a finding is not surer: clauses.
pub(crate) fn reasons(finding: &Finding, thresholds: &Thresholds) -> Vec<String> {
    let reasons = finding.reasons.iter();
    reasons
        .map(|doubt| reason(finding, doubt, thresholds))
        .collect()
}

fn reason(finding: &Finding, doubt: &Doubt, thresholds: &Thresholds) -> String {
    match doubt {
        Doubt::Noise { bytes, sigma } => format!(
            "the growth is within sampling noise ({} is under {} sigma of {})",
            human(*bytes, "bytes"),
            thresholds.leak.noise_sigmas,
            human(*sigma as i64, "bytes")
        ),
        Doubt::ShortWindow(seconds) => {
            let only = format!("only {seconds:.1} s");
            let what = match &finding.detail {
                Detail::Leak(_) => format!("the heap snapshots are {only} apart"),
                Detail::Cpu(_) => format!("the CPU profile is {only} long"),
                Detail::Contention(_) => format!("the profile covers {only}"),
            };
            format!(
                "{what}, {:.0} s are usual",
                thresholds.confidence.min_window_s
            )
        }
        Doubt::JustStarted(uptime) => {
            let uptime = match uptime {
                seconds if *seconds < 120.0 => format!("{seconds:.0} s"),
                seconds => format!("{:.1} minutes", seconds / 60.0),
            };
            format!(
                "{} had been running for only {uptime}: it may still be warming up",
                program(&finding.process)
            )
        }
        Doubt::Spread { functions } => format!(
            "the growth is spread over {functions} functions, which looks like warm-up rather than a leak"
        ),
        Doubt::Burst {
            heap,
            made_in_s,
            uptime_s,
        } => format!(
            "at this rate the whole heap of {} is the growth of {}, and the process is up for {}: a burst, or it has just begun",
            human(*heap, "bytes"),
            duration(*made_in_s),
            duration(*uptime_s)
        ),
        Doubt::Collections { apart_s, window_s } => format!(
            "the snapshots show garbage collections that are {apart_s:.0} s apart, not {window_s:.0} s"
        ),
        Doubt::FewSamples(samples) => format!("only {samples} CPU samples were taken"),
        Doubt::BlockedThreads(function) => {
            format!("on Windows {function} also counts blocked threads")
        }
        Doubt::FewLockEvents(sampled) => format!("only {sampled} lock events were sampled"),
        Doubt::FewWaiting(waiting) => format!(
            "on average {}{} goroutines were waiting (contended Agents have over 1)",
            if *waiting < 0.01 { "" } else { "only " },
            few(*waiting)
        ),
    }
}

/// What would settle a finding that is not sure; a sentence.
pub(crate) fn settle(finding: &Finding) -> &'static str {
    match (&finding.detail, &finding.process) {
        (Detail::Leak(_), Process::Trace) => {
            "Its heap, taken twice by hand some minutes apart, would settle it."
        }
        (Detail::Leak(_), _) => {
            "A longer capture (--profile 120) or two flares hours apart would settle it."
        }
        // Its profiles are put into every flare, and no flag changes them.
        (Detail::Cpu(_), Process::OtelAgent) => {
            "Another flare while the load is high would settle it."
        }
        (Detail::Cpu(_), _) => {
            "A longer CPU profile (--profile 60) while the load is high would settle it."
        }
        (Detail::Contention(_), Process::Core) => {
            "A flare with --profile 60 --profile-mutex --profile-blocking under load would settle it."
        }
        (Detail::Contention(_), _) => "A flare with --profile 60 under load would settle it.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnose::kinds::{FindingKind, ProfileName};
    use diagnose::owner::Routing;
    use diagnose::share::Share;
    use diagnose::verdict::{Confidence, FindingFunction, Interval, IntervalSource};

    const MB: i64 = 1 << 20;

    fn finding(detail: Detail) -> Finding {
        let sample = "github.com/DataDog/datadog-agent/pkg/aggregator.(*TimeSampler).sample";
        Finding {
            kind: FindingKind::MemoryLeak,
            process: Process::Core,
            profile: ProfileName::HeapDiff,
            functions: vec![FindingFunction {
                function: sample.to_owned(),
                responsible: sample.to_owned(),
                owner: "Core Agent, aggregation".to_owned(),
                value: 31 * MB,
                share: Share::new(1.0),
                check: None,
                objects: None,
                allocated: None,
                within_noise: false,
            }],
            stacks: Vec::new(),
            component: String::new(),
            team: String::new(),
            meaning: String::new(),
            routing: Routing {
                step: 7,
                words: String::new(),
                team: String::new(),
                escalate_to: String::new(),
                actionable: false,
            },
            value: 31.0 * MB as f64,
            threshold: 10.0 * MB as f64,
            counted: 31 * MB,
            detail,
            confidence: Confidence::High,
            reasons: Vec::new(),
        }
    }

    fn leak() -> Finding {
        finding(Detail::Leak(LeakDetail {
            interval: Interval {
                ns: 30_000_000_000,
                source: IntervalSource::Profiles,
            },
            growth: 31 * MB,
            per_minute: 62.0 * MB as f64,
            objects: 31 * 1024,
            noise: 3.94 * MB as f64,
            allocated: Some(61 * MB),
            by_one: false,
            projected: true,
        }))
    }

    fn spike() -> Finding {
        finding(Detail::Cpu(CpuDetail {
            spot: Spot::Function("app.hot".to_owned()),
            share: Share::new(0.9),
            cpu_ns: 0,
            duration_ns: 0,
            cores: None,
            gc: Share::default(),
        }))
    }

    fn contention() -> Finding {
        finding(Detail::Contention(ContentionDetail {
            events: 0,
            window_s: 30.0,
            since_start: false,
            waiting: 0.0,
            all_ns: 0,
            idle_ns: 0,
            handing_ns: 0,
            sites: Vec::new(),
        }))
    }

    #[test]
    fn evidence_of_a_leak() {
        let finding = leak();
        let evidence: String = evidence(&finding)
            .iter()
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        assert_eq!(
            format!(
                "{}\n{evidence}{}\n",
                summary(&finding),
                settle(&finding)
            ),
            "core grew 31.0 MB in 30.0 s (62.0 MB/min), 100 % of it in pkg/aggregator.(*TimeSampler).sample
Interval: 30.0 s
Growth: +31.0 MB
Rate: +62.0 MB/min
If it goes on: +3.63 GB an hour, +87.2 GB a day
Objects: +31,744
Mean object: 1.00 kB
Allocated in the same time: 61.0 MB (2.03 MB/s); 50.8 % of it stayed
Sampling noise: 3.94 MB (one sigma)
A longer capture (--profile 120) or two flares hours apart would settle it.
"
        );
    }

    #[track_caller]
    fn check(finding: &Finding, doubt: Doubt, expected: &str) {
        assert_eq!(reason(finding, &doubt, &Thresholds::builtin()), expected);
    }

    #[test]
    fn reasons_against_a_leak() {
        check(
            &leak(),
            Doubt::Noise {
                bytes: 12 * MB,
                sigma: 8.49 * MB as f64,
            },
            "the growth is within sampling noise (12.0 MB is under 3 sigma of 8.49 MB)",
        );
        check(
            &leak(),
            Doubt::ShortWindow(29.0),
            "the heap snapshots are only 29.0 s apart, 30 s are usual",
        );
        check(
            &leak(),
            Doubt::JustStarted(540.0),
            "the Agent had been running for only 9.0 minutes: it may still be warming up",
        );
        check(
            &leak(),
            Doubt::Spread { functions: 100 },
            "the growth is spread over 100 functions, which looks like warm-up rather than a leak",
        );
        check(
            &leak(),
            Doubt::Collections {
                apart_s: 46.0,
                window_s: 30.0,
            },
            "the snapshots show garbage collections that are 46 s apart, not 30 s",
        );
    }

    #[test]
    fn reasons_against_a_spike() {
        check(
            &spike(),
            Doubt::FewSamples(49),
            "only 49 CPU samples were taken",
        );
        check(
            &spike(),
            Doubt::ShortWindow(29.0),
            "the CPU profile is only 29.0 s long, 30 s are usual",
        );
        for function in ["runtime.cgocall", "syscall.SyscallN"] {
            check(
                &spike(),
                Doubt::BlockedThreads(function.to_owned()),
                &format!("on Windows {function} also counts blocked threads"),
            );
        }
    }

    #[test]
    fn reasons_against_a_contention() {
        check(
            &contention(),
            Doubt::FewLockEvents(19),
            "only 19 lock events were sampled",
        );
        check(
            &contention(),
            Doubt::ShortWindow(29.0),
            "the profile covers only 29.0 s, 30 s are usual",
        );
        check(
            &contention(),
            Doubt::FewWaiting(0.25),
            "on average only 0.25 goroutines were waiting (contended Agents have over 1)",
        );
    }
}
