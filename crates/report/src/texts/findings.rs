//! A finding in words: its summary, its evidence, and why it is no surer than it is.

use super::processes::{self, program};
use crate::times::{duration, interval};
use diagnose::kinds::ProfileName;
use diagnose::thresholds::Thresholds;
use diagnose::verdict::{
    ContentionDetail, CpuDetail, Detail, Doubt, Finding, FindingFunction, LeakDetail, Spot,
};
use flare::Process;
use profile::units::{human, human_share, human_signed};

/// One sentence without its full stop: process, value, interval, function.
pub(crate) fn summary(finding: &Finding) -> String {
    let Some(first) = finding.first() else {
        return String::new();
    };
    let process = processes::begins(&finding.process);
    let lead = within_agent(finding.responsible());
    // Others went the other way when one frame answers for more than the whole.
    let part = match finding.lead.value > finding.counted {
        true => "most".to_owned(),
        false => human_share(finding.lead.value, finding.counted),
    };
    match &finding.detail {
        Detail::Leak(leak) => {
            format!(
                "{process}'s heap grew {} in {:.1} s ({}/min), {part} of it in {lead}",
                human(finding.value as i64, "bytes"),
                leak.interval.seconds(),
                human(leak.per_minute as i64, "bytes"),
            )
        }
        Detail::Cpu(cpu) => {
            // What the function is called by, where it does not say so itself.
            let behind = first
                .first()
                .filter(|most| {
                    matches!(cpu.spot, Spot::Function(_)) && most.frame != first.function
                })
                .map_or_else(String::new, |most| {
                    format!(
                        ", {} of that in {}",
                        human_share(most.value, first.value),
                        within_agent(&most.frame)
                    )
                });
            format!(
                "{process} spends {} of its CPU time in {}{behind} ({} cores in use)",
                cpu.share,
                match &cpu.spot {
                    Spot::Check { name, .. } => format!("the check {name}"),
                    spot => within_agent(spot.name()).to_owned(),
                },
                cores(cpu),
            )
        }
        Detail::Contention(lock) => format!(
            "{process} waited {} for locks{} ({} profile, {} goroutines on average), {part} of it {}",
            human(finding.counted, "nanoseconds"),
            if lock.since_start {
                " since its start"
            } else {
                ""
            },
            finding.profile.as_str(),
            few(lock.waiting),
            match finding.profile {
                ProfileName::Mutex => format!("for what {lead} held"),
                _ => format!("in {lead}"),
            }
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
        Detail::Contention(lock) => contention_evidence(lock, finding),
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
            "At this rate",
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

fn contention_evidence(lock: &ContentionDetail, finding: &Finding) -> Vec<(&'static str, String)> {
    let counted = finding.counted;
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
    evidence.extend(lock_sites(finding));
    evidence
}

/// Frames that are responsible for the waiting, with what each is responsible for. A mutex profile
/// is written by who lets go of a lock, a block profile by who gets it.
pub(super) fn lock_sites(finding: &Finding) -> impl Iterator<Item = (&'static str, String)> {
    const SITES: usize = 3;
    let what = match finding.profile {
        ProfileName::Mutex => "Lock held by",
        _ => "Waited for a lock",
    };
    finding.responsible.iter().take(SITES).map(move |site| {
        let delay = human(site.value, "nanoseconds");
        let share = human_share(site.value, finding.counted);
        (what, format!("{}: {delay} ({share})", site.frame))
    })
}

/// The owner of a finding, with its share where it has not all of it.
pub(crate) fn owner(finding: &Finding) -> String {
    // All but a trace of it is all of it; a part that is more than the whole has lost others.
    match finding.owner_share().fraction() {
        part if part > 0.0 && part < 0.995 => {
            format!("{} ({:.1})", finding.owner(), finding.owner_share())
        }
        _ => finding.owner().to_owned(),
    }
}

/// The frames that answer for a function of a finding, with their shares where there are several.
pub(crate) fn responsible(function: &FindingFunction) -> String {
    let parts = function.responsible.iter();
    let mut told: Vec<String> = match function.responsible.as_slice() {
        [only] if function.rest == 0 => return only.frame.clone(),
        _ => parts
            .map(|part| format!("{} {}", part.frame, human_share(part.value, function.value)))
            .collect(),
    };
    if function.rest != 0 {
        told.push(format!(
            "others {}",
            human_share(function.rest, function.value)
        ));
    }
    told.join("; ")
}

/// The owners of these frames.
pub(crate) fn owners(function: &FindingFunction) -> String {
    let mut owners: Vec<(&str, i64)> = Vec::new();
    for part in &function.responsible {
        match owners.iter_mut().find(|(known, _)| *known == part.owner) {
            Some((_, sum)) => *sum = sum.saturating_add(part.value),
            None => owners.push((&part.owner, part.value)),
        }
    }
    if function.rest != 0 {
        owners.push(("others", function.rest));
    }
    match owners.as_slice() {
        [(only, _)] => (*only).to_owned(),
        owners => owners
            .iter()
            .map(|(owner, value)| format!("{owner} {}", human_share(*value, function.value)))
            .collect::<Vec<_>>()
            .join("; "),
    }
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

/// The same in a few words, for a line; empty where it is sure.
pub(crate) fn doubts(finding: &Finding) -> String {
    let short: Vec<String> = finding
        .reasons
        .iter()
        .map(|doubt| in_short(finding, doubt))
        .collect();
    short.join(", ")
}

fn in_short(finding: &Finding, doubt: &Doubt) -> String {
    match doubt {
        Doubt::Noise { .. } => "within sampling noise".to_owned(),
        Doubt::ShortWindow(seconds) => match &finding.detail {
            Detail::Leak(_) => format!("snapshots {seconds:.0} s apart"),
            Detail::Cpu(_) | Detail::Contention(_) => format!("profile of {seconds:.0} s"),
        },
        Doubt::JustStarted(uptime) => format!("up for {}", duration(*uptime)),
        Doubt::Spread { functions } => format!("spread over {functions} functions"),
        Doubt::Burst { .. } => "a burst, or just begun".to_owned(),
        Doubt::Collections { apart_s, .. } => format!("collections {apart_s:.0} s apart"),
        Doubt::FewSamples(samples) => format!("{samples} CPU samples"),
        Doubt::BlockedThreads(_) => "may be blocked threads".to_owned(),
        Doubt::FewLockEvents(sampled) => format!("{sampled} lock events"),
        Doubt::FewWaiting(waiting) => format!("{} goroutines waiting", few(*waiting)),
    }
}

/// What would settle a finding that is not sure; a sentence.
pub(crate) fn settle(finding: &Finding) -> &'static str {
    match (&finding.detail, &finding.process) {
        (Detail::Leak(_), Process::Trace) => {
            "Its heap, taken twice by hand some minutes apart, would settle it."
        }
        (Detail::Leak(_), _) => {
            "Two flares with profiles, ten minutes or hours apart, would settle it."
        }
        // Its profiles are put into every flare, and no flag changes them.
        (Detail::Cpu(_), Process::OtelAgent) => {
            "Another flare while the load is high would settle it."
        }
        (Detail::Cpu(_), Process::Trace) => {
            "A CPU profile of 30 s while the load is high would settle it; a flare takes 4 s of the trace-agent."
        }
        (Detail::Cpu(_), _) => {
            "Another CPU profile of 30 s while the load is high would settle it."
        }
        (Detail::Contention(_), Process::Core) => {
            "A flare with --profile 30 --profile-mutex --profile-blocking under load would settle it."
        }
        (Detail::Contention(_), _) => "A flare with --profile 30 under load would settle it.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnose::kinds::FindingKind;
    use diagnose::owner::Routing;
    use diagnose::share::Share;
    use diagnose::verdict::{
        Confidence, FindingFunction, Interval, IntervalSource, OwnerPart, Responsible,
    };

    const MB: i64 = 1 << 20;

    fn finding(detail: Detail) -> Finding {
        let sample = "github.com/DataDog/datadog-agent/pkg/aggregator.(*TimeSampler).sample";
        let lead = Responsible {
            frame: sample.to_owned(),
            owner: "Core Agent, aggregation".to_owned(),
            value: 31 * MB,
            share: Share::new(1.0),
            check: None,
            of_program: false,
        };
        Finding {
            kind: FindingKind::MemoryLeak,
            process: Process::Core,
            profile: ProfileName::HeapDiff,
            functions: vec![FindingFunction {
                function: sample.to_owned(),
                responsible: vec![lead.clone()],
                rest: 0,
                value: 31 * MB,
                share: Share::new(1.0),
                objects: None,
                allocated: None,
                within_noise: false,
            }],
            responsible: vec![lead.clone()],
            rest: 0,
            owners: Vec::new(),
            lead,
            of_agent: true,
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
            "The core Agent's heap grew 31.0 MB in 30.0 s (62.0 MB/min), 100% of it in pkg/aggregator.(*TimeSampler).sample
Interval: 30.0 s
Growth: +31.0 MB
Rate: +62.0 MB/min
At this rate: +3.63 GB an hour, +87.2 GB a day
Objects: +31,744
Mean object: 1.00 kB
Allocated in the same time: 61.0 MB (2.03 MB/s); 50.8% of it stayed
Sampling noise: 3.94 MB (one sigma)
Two flares with profiles, ten minutes or hours apart, would settle it.
"
        );
    }

    #[track_caller]
    fn check(finding: &Finding, doubt: Doubt, expected: &str) {
        assert_eq!(reason(finding, &doubt, &Thresholds::builtin()), expected);
    }

    #[test]
    fn frames_and_owners_share_a_function() {
        let mut finding = contention();
        let tagger = finding.lead.clone();
        let part = |frame: &str, owner: &str, share| Responsible {
            frame: frame.to_owned(),
            owner: owner.to_owned(),
            value: (share * 1000.0) as i64,
            share: Share::new(share),
            ..tagger.clone()
        };
        let function = &mut finding.functions[0];
        assert_eq!(owners(function), "Core Agent, aggregation");
        assert_eq!(responsible(function), tagger.frame);
        function.value = 1000;
        function.rest = 20;
        function.responsible = vec![
            part("tagger.Add", "Tagger", 0.831),
            part("store.Pull", "Store", 0.1),
            part("tagger.Get", "Tagger", 0.049),
        ];
        assert_eq!(
            responsible(function),
            "tagger.Add 83.1%; store.Pull 10.0%; tagger.Get 4.9%; others 2.0%"
        );
        assert_eq!(owners(function), "Tagger 88.0%; Store 10.0%; others 2.0%");
        finding.lead = part("tagger.Add", "Tagger", 0.831);
        finding.counted = 1000;
        let owned = |owner: &str, share| OwnerPart {
            owner: owner.to_owned(),
            value: (share * 1000.0) as i64,
            share: Share::new(share),
        };
        finding.owners = vec![owned("Tagger", 0.88), owned("Store", 0.1)];
        assert_eq!(owner(&finding), "Tagger (88.0%)");
        finding.profile = ProfileName::Mutex;
        assert!(summary(&finding).ends_with("83.1% of it for what tagger.Add held"));
        finding.profile = ProfileName::Block;
        assert!(summary(&finding).ends_with("83.1% of it in tagger.Add"));
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
