//! The texts that leave the report: recommendations, the customer's message, the escalation.
//!
//! Each is made for its reader. Recommendations and the escalation name functions, settings and
//! teams; the message for the customer names nothing that a customer could not act on.
//!
//! One module per reader ([`recommendations()`], [`customer_message`], [`how_to_collect`],
//! [`escalation()`] and [`jira`]) stands on what they share: `area` (what a function works on),
//! `commands`, `facts` (the flare in sentences) and `advice`; and on one module per thing that a
//! judgement holds (`states`, `holes`, `findings`, `notes`, `memory`, `gc`, `known`, `silent`),
//! each from a fact to its words.
//! `program` has what differs where the profiles are none of the Agent's.
//! Nothing here knows the order of the report's sections, browsers or terminals.

mod advice;
mod area;
mod cause;
mod collect;
mod commands;
pub(crate) mod counters;
mod customer;
mod escalation;
mod facts;
pub mod files;
pub(crate) mod findings;
pub(crate) mod first_screen;
pub(crate) mod gc;
pub(crate) mod holes;
pub(crate) mod known;
pub mod labels;
pub(crate) mod logs;
mod markup;
pub(crate) mod memory;
pub(crate) mod notable;
pub(crate) mod notes;
pub(crate) mod processes;
pub mod program;
pub mod progress;
mod recommendations;
pub(crate) mod silent;
pub mod states;
pub mod tables;
mod versions;

pub use collect::how_to_collect;
pub(crate) use commands::agent_hole_command;
pub use commands::{agent_command, capture_command, hole_command, possible};
pub use customer::customer_message;
pub(crate) use facts::{by_module, heap_in_use, queue_value};
pub use facts::{container_end, cores, correlation, kernel_kill, partial_status};
pub use markup::{escalation, jira};
pub use recommendations::recommendations;

use super::document::{ProfileName, VerdictKind};
use super::kinds;
use super::markdown::clean;
use super::model::{ProcessReport, ProfileContent, Report, Table};
use super::symptom::Symptom;
use super::times::{minute, written};
use diagnose::notable::Thing;
use diagnose::share::Share;
use diagnose::verdict::{Detail, Finding};
use flare::Process;
use profile::units::{group_thousands, human};

/// Words as a sentence begins.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn bytes(value: u64) -> String {
    human(i64::try_from(value).unwrap_or(i64::MAX), "bytes")
}

/// A limit as one writes it: `10 MB`, `1 s`; what is measured keeps its digits.
pub(crate) fn limit(value: i64, unit: &str) -> String {
    let text = human(value, unit);
    match text.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            let number = number.trim_end_matches('0').trim_end_matches('.');
            format!("{number} {unit}")
        }
        _ => text,
    }
}

/// A share in whole percent, for the first screen and the customer. What is not all is never 100%,
/// what is something never 0%.
pub(crate) fn whole(share: Share) -> String {
    match share.percent() {
        percent if percent > 0.0 && percent < 0.5 => "under 1%".to_owned(),
        percent if (99.5..100.0).contains(&percent) => "over 99%".to_owned(),
        _ => format!("{share:.0}"),
    }
}

/// A sentence for the first screen: its shares in whole percent, which tables give with decimals.
pub(crate) fn rounded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in text.split_inclusive('%') {
        let number = part.strip_suffix('%').and_then(|words| {
            let is_number = |letter: char| letter.is_ascii_digit() || letter == '.';
            let digits = words.trim_end_matches(is_number);
            let number = words.get(digits.len()..)?;
            let percent = number.parse::<f64>().ok()?;
            number.contains('.').then_some((digits, percent))
        });
        match number {
            Some((before, percent)) => {
                out.push_str(before);
                out.push_str(&whole(Share::new(percent / 100.0)));
            }
            None => out.push_str(part),
        }
    }
    out
}

fn count(value: u64) -> String {
    group_thousands(i64::try_from(value).unwrap_or(i64::MAX))
}

/// What this flare can't say of the symptom that was asked about, because of what; a sentence or two.
pub fn unanswered(report: &Report) -> Option<String> {
    let symptom = report.unanswered()?;
    let main = report.processes.first();
    Some(match symptom {
        Symptom::Memory => {
            let resident = report.memory.rss_bytes.map(|rss| human(rss, "bytes"));
            let heap = main
                .and_then(facts::heap_in_use)
                .map(|heap| format!("a heap of {}", human(heap, "bytes")));
            let seen: Vec<String> = resident
                .map(|rss| format!("{rss} resident"))
                .into_iter()
                .chain(heap)
                .collect();
            let seen = match seen.is_empty() {
                true => String::new(),
                false => format!(" It shows {}.", seen.join(" and ")),
            };
            format!(
                "The symptom is memory, and this flare cannot show it: nothing in it is large, and nothing grows that its snapshots could show.{seen} Growth over hours shows in two flares without a restart in between."
            )
        }
        Symptom::Cpu => {
            let used = main.and_then(cores).map_or_else(String::new, |cores| {
                format!(" {cores:.2} cores were in use.")
            });
            format!(
                "The symptom is CPU, and this flare cannot show it: it was not high while the profile was recorded.{used} Ask for a flare that is taken while it is."
            )
        }
        Symptom::Hang => {
            "The symptom is that the Agent hangs or is late, and this flare cannot show it: no goroutine waits for a lock for long, no check worker is held up, and nothing waits to be handed on.".to_owned()
        }
        Symptom::Restarts => {
            "The symptom is that the Agent ends, and this flare cannot show why: there is no restart, no kill and no limit near in it. Ask for the log of the run before (kubectl logs --previous, or the system's journal) and its exit code.".to_owned()
        }
    })
}

/// The word that people read first: the title of the first finding or thing to look at, and how many
/// there are.
pub fn headline(report: &Report) -> String {
    let judgement = &report.judgement;
    let things = judgement.findings.len() + judgement.notable.len();
    let first = match (judgement.findings.first(), judgement.notable.first()) {
        (Some(finding), _) => kinds::title(finding.kind).to_owned(),
        (None, Some(one)) => notable::title(one),
        (None, None) => {
            let mut notes = judgement.notes.iter();
            if let Some(open) = notes.find(|note| note.fact.is_open()) {
                return notes::title(open).to_owned();
            }
            return match judgement.kind {
                VerdictKind::Normal if judgement.closes => "Nothing stands out",
                VerdictKind::Normal => "Nothing stands out in what was measured",
                kind => kinds::verdict(kind),
            }
            .to_owned();
        }
    };
    match things {
        1 => first,
        things => format!("{first}, {things} things to look at"),
    }
}

/// The garbage collector is what crossed: what is told of it stands with the thing of that name.
pub(crate) fn is_of_collector(report: &Report, finding: &Finding) -> bool {
    let collects = matches!(&finding.detail, Detail::Cpu(cpu) if cpu.gc.percent() > 50.0);
    let mut notable = report.judgement.notable.iter();
    collects
        && notable.any(|one| {
            matches!(one.thing, Thing::Collector { .. })
                && one.process.as_ref() == Some(&finding.process)
        })
}

/// Where a finding goes, in sentences.
pub(crate) fn routing<'r>(report: &'r Report, finding: &'r Finding) -> &'r str {
    match is_of_collector(report, finding) {
        true => {
            "The garbage collector. What it is held against, and who makes it work, stands with the thing of that name."
        }
        false => &finding.routing.words,
    }
}

/// A finding as the heading of what is about it.
pub(crate) fn about(finding: &Finding) -> String {
    format!(
        "{} in {}",
        kinds::title(finding.kind),
        processes::full(&finding.process)
    )
}

fn table<'r>(
    process: &'r ProcessReport,
    name: ProfileName,
    sample_type: &str,
) -> Option<&'r Table> {
    match &process.profile(name)?.content {
        ProfileContent::Tables(tables) => tables
            .iter()
            .find(|table| table.sample_type == sample_type)
            .or_else(|| tables.last()),
        _ => None,
    }
}

const fn sample_type(name: ProfileName) -> &'static str {
    match name {
        ProfileName::HeapFirst | ProfileName::HeapSecond | ProfileName::HeapDiff => "inuse_space",
        ProfileName::Allocs => "alloc_space",
        ProfileName::Cpu => "cpu",
        ProfileName::Block | ProfileName::Mutex => "delay",
    }
}

fn process<'r>(report: &'r Report, name: &Process) -> Option<&'r ProcessReport> {
    report
        .processes
        .iter()
        .find(|process| process.name == *name)
}

/// Findings, the surest first.
fn by_confidence(report: &Report) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = report.judgement.findings.iter().collect();
    findings.sort_by_key(|finding| finding.confidence);
    findings
}

/// The Agent that the flare is of.
pub fn agent_words(report: &Report) -> &'static str {
    match commands::is_cluster_agent(report) {
        true => "Cluster Agent",
        false => "Agent",
    }
}

/// ` (Agent 7.71.2 on web-7, 23 November 2026, 06:12 UTC)`.
fn origin(report: &Report) -> String {
    let mut parts = Vec::new();
    // The name of a folder with loose profiles says nothing of a host.
    let host = match report.hostname_known {
        true => clean(&report.hostname),
        false => String::new(),
    };
    let agent = agent_words(report);
    match (&report.agent.version, host.is_empty()) {
        (Some(version), false) => parts.push(format!("{agent} {} on {host}", clean(version))),
        (Some(version), true) => parts.push(format!("{agent} {}", clean(version))),
        (None, false) => parts.push(format!("host {host}")),
        (None, true) => {}
    }
    let agent = &report.agent;
    let time = match agent.captured_at_ms.and_then(written) {
        Some(utc) => Some(utc),
        None => time(None, agent.captured_local.as_deref()),
    };
    if let Some(time) = time {
        parts.push(time);
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

/// When it was recorded, in UTC where that is known, else by the host's clock.
pub fn captured(report: &Report) -> Option<String> {
    let agent = &report.agent;
    match agent.captured_at_ms.and_then(minute) {
        Some(utc) => Some(utc),
        None => time(None, agent.captured_local.as_deref()),
    }
}

/// An instant in UTC with what the host's clock showed; of the latter alone that it is no UTC.
pub fn time(utc: Option<String>, local: Option<&str>) -> Option<String> {
    match (utc, local) {
        (Some(utc), Some(local)) => Some(format!("{utc} ({local})")),
        (None, Some(local)) => Some(format!("{local} (the host's own time)")),
        (utc, None) => utc,
    }
}

/// The process that `telemetry.log` and `expvar/memstats` are of.
pub fn described(report: &Report) -> &'static str {
    match commands::is_cluster_agent(report) {
        true => "the Cluster Agent",
        false => "the core Agent",
    }
}

/// A profile within a sentence, for example `second heap snapshot`.
pub const fn profile_words(name: ProfileName) -> &'static str {
    match name {
        ProfileName::HeapFirst => "first heap snapshot",
        ProfileName::HeapSecond => "second heap snapshot",
        ProfileName::HeapDiff => "heap difference",
        ProfileName::Allocs => "allocations profile",
        ProfileName::Cpu => "CPU profile",
        ProfileName::Block => "block profile",
        ProfileName::Mutex => "mutex profile",
    }
}

#[cfg(test)]
mod tests {
    use super::{limit, rounded};

    #[test]
    fn first_screens_have_whole_percents() {
        for (text, expected) in [
            ("1.46 GB (97.7%) of it", "1.46 GB (98%) of it"),
            ("99.7% of it", "over 99% of it"),
            ("0.3% and 51%, 100.0%", "under 1% and 51%, 100%"),
            ("a%b 1.2.3% %", "a%b 1.2.3% %"),
        ] {
            assert_eq!(rounded(text), expected);
        }
    }

    #[test]
    fn limits_have_no_zeros_behind_the_point() {
        assert_eq!(limit(10 << 20, "bytes"), "10 MB");
        assert_eq!(limit(5 << 19, "bytes"), "2.5 MB");
        assert_eq!(limit(100 << 20, "bytes"), "100 MB");
        assert_eq!(limit(1_000_000_000, "nanoseconds"), "1 s");
    }
}
