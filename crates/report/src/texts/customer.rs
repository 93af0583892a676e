//! The message for the customer, as plain text: what was found, what to do, what to send.
//!
//! Refuses to name functions, owners, teams and routes: nothing that a customer can't act on.

use std::fmt::Write as _;

use super::advice::{CustomerStep, advice};
use super::area::Area;
use super::cause::Cause;
use super::collect::{SEND_AGAIN, request_message};
use super::commands::{
    agent_command, capture_command, hole_command, how_to_run, other_scheme, stops_profiler,
    trace_cpu_command, trace_heap_command, where_to_run,
};
use super::facts::{cores, heap_in_use, holds_dogstatsd};
use super::holes::{self, unmeasured};
use super::recommendations::is_trace_leak;
use super::versions::gives_long_profiles;
use super::{by_confidence, is_of_collector, notable, origin, processes, program, sentence, whole};
use crate::document::{FindingKind, Measured, VerdictKind};
use crate::model::Report;
use diagnose::capture::Capture;
use diagnose::notable::{Notable, Thing};
use diagnose::share::Share;
use diagnose::verdict::{
    Confidence, CpuDetail, Detail, Finding, Hole, Note, NoteFact, Responsible, State,
};
use flare::Process;
use profile::units::{group_thousands, human};

/// The message for the customer, as plain text.
pub fn customer_message(report: &Report) -> String {
    if report.is_of_program() {
        return program::customer_message(report);
    }
    if report.judgement.kind == VerdictKind::NoProfiles {
        return request_message(Some(report));
    }
    let mut text = format!("Hello,\n\nThank you for the flare{}.\n", origin(report));
    let found = !report.judgement.findings.is_empty() || !told(report).is_empty();
    match report.judgement.kind {
        _ if found => findings_message(report, &mut text),
        VerdictKind::Inconclusive => inconclusive_message(report, &mut text),
        _ => normal_message(report, &mut text),
    }
    let _ = writeln!(text, "\n{BACKGROUND}\n\n{CLOSING}");
    text
}

/// Where a customer can read on.
const BACKGROUND: &str = "Background on the Agent's use of resources: https://docs.datadoghq.com/agent/troubleshooting/high_memory_usage/";

/// The last words of each message.
pub(super) const CLOSING: &str = "Best regards";

/// What responsible frames work on, in a customer's words, with their share.
fn consumers(finding: &Finding, frames: &[Responsible]) -> Vec<(String, f64)> {
    let mut parts: Vec<(String, f64)> = Vec::new();
    for frame in frames {
        let area = Area::of(&frame.frame);
        let words = match (area, frame.check.as_deref()) {
            _ if frame.of_program => "its own code".to_owned(),
            _ if !finding.of_agent => "the libraries that it uses".to_owned(),
            (Area::GoCheck, Some(name)) => format!("running the check {name}"),
            _ => area.customer_words(&finding.process).to_owned(),
        };
        match parts.iter_mut().find(|(known, _)| *known == words) {
            Some((_, share)) => *share += frame.share.fraction(),
            None => parts.push((words, frame.share.fraction())),
        }
    }
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    parts.retain(|(_, share)| *share >= 0.1);
    parts.truncate(3);
    parts
}

fn consumers_sentence(finding: &Finding, what: &str) -> String {
    let parts = consumers(finding, &finding.responsible);
    match parts.as_slice() {
        [] => String::new(),
        [(words, share)] if *share >= 0.9 => format!(" Nearly all of {what} comes from {words}."),
        parts => {
            let list: Vec<String> = parts
                .iter()
                .map(|(words, share)| format!("{words} ({})", whole(Share::new(share.min(1.0)))))
                .collect();
            let subject = if list.len() == 1 {
                "The largest part"
            } else {
                "The largest parts"
            };
            let come = if list.len() == 1 { "comes" } else { "come" };
            format!(" {subject} of {what} {come} from {}.", list.join(" and "))
        }
    }
}

/// What was found, for the customer.
pub(super) fn customer_finding(finding: &Finding) -> String {
    let process_name = processes::customer(&finding.process);
    match finding.kind {
        FindingKind::MemoryLeak => {
            let value = finding.value as i64;
            let time = match &finding.detail {
                Detail::Leak(leak) => format!(
                    " within {} (about {} per minute)",
                    span(leak.interval.seconds()),
                    human(leak.per_minute as i64, "bytes")
                ),
                _ => String::new(),
            };
            // When one function crossed alone, the value is that function's.
            let part = match &finding.detail {
                Detail::Leak(leak) if leak.by_one => "a part of ",
                _ => "",
            };
            format!(
                "{part}{process_name} grew by {}{time}.{}",
                human(value, "bytes"),
                consumers_sentence(finding, "the growth")
            )
        }
        FindingKind::CpuSpike => {
            let (share, cores) = match &finding.detail {
                Detail::Cpu(CpuDetail { share, cores, .. }) => (*share, *cores),
                _ => (Share::default(), None),
            };
            let cores = cores.map_or_else(String::new, |cores| {
                format!(" In total it used {cores:.2} CPU cores on average.")
            });
            let frames = finding.first().map_or(&[][..], |first| &first.responsible);
            let parts = consumers(finding, frames);
            let part_of = match parts.first() {
                Some((words, part)) if *part < 0.9 => {
                    format!("{} of that as a part of {words}", whole(Share::new(*part)))
                }
                Some((words, _)) => format!("which is part of {words}"),
                None => "which is part of its internal work".to_owned(),
            };
            format!(
                "{process_name} spent {} of its CPU time on a single operation, {part_of}.{cores}",
                whole(share)
            )
        }
        FindingKind::Contention => {
            let (window, waiting) = match &finding.detail {
                Detail::Contention(lock) => (
                    format!(" within {}", span(lock.window_s)),
                    Some(lock.waiting)
                        .filter(|waiting| *waiting >= 0.1)
                        .map_or_else(String::new, |waiting| {
                            format!(
                                ", which means that about {waiting:.1} of them were waiting at any time"
                            )
                        }),
                ),
                _ => (String::new(), String::new()),
            };
            format!(
                "tasks inside {process_name} waited for each other for {} in total{window}{waiting}.{}",
                span(finding.value / 1e9),
                consumers_sentence(finding, "the waiting")
            )
        }
    }
}

/// A length of time as one says it: `6 seconds`, `5 minutes`, `8 hours`.
fn span(seconds: f64) -> String {
    if seconds < 0.05 {
        return "less than 0.1 seconds".to_owned();
    }
    let (number, unit) = match seconds {
        ..119.5 => (seconds, "second"),
        ..7_170.0 => (seconds / 60.0, "minute"),
        ..172_000.0 => (seconds / 3600.0, "hour"),
        _ => (seconds / 86_400.0, "day"),
    };
    // Small numbers are told to their first digit, unless that is a zero.
    let number = if number < 9.95 && (number - number.round()).abs() >= 0.05 {
        format!("{number:.1}")
    } else {
        group_thousands(number.round() as i64)
    };
    let plural = if number == "1" { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// Things to look at that a customer is told, with their words: those that no finding and no other
/// thing tells already.
fn told(report: &Report) -> Vec<(&Notable, String)> {
    let finding = |kind: FindingKind, process: &Option<Process>| {
        let mut findings = report.judgement.findings.iter();
        findings.any(|finding| finding.kind == kind && Some(&finding.process) == process.as_ref())
    };
    let metrics = || {
        let mut findings = report.judgement.findings.iter();
        findings.any(|finding| {
            let cause = Cause::of(finding);
            holds_dogstatsd(report, &cause)
                && matches!(cause.area(), Area::Metrics | Area::Dogstatsd)
        })
    };
    let oom = |one: &Notable| matches!(&one.thing, Thing::ContainerEnded { end, .. } if end.reason.as_deref() == Some("OOMKilled"));
    let notable = report.judgement.notable.iter();
    notable
        .filter(|one| match &one.thing {
            Thing::ManyContexts {
                of_checks: false, ..
            } => !metrics(),
            Thing::LockWaits { .. } => !finding(FindingKind::Contention, &one.process),
            Thing::LargeHeap { .. } => !finding(FindingKind::MemoryLeak, &one.process),
            Thing::KernelKills { .. } => !report.judgement.notable.iter().any(oom),
            _ => true,
        })
        .filter_map(|one| Some((one, notable::customer(one)?)))
        .collect()
}

/// What processes grew by without crossing, where chance does not explain it, and what was taken for
/// growth and is none.
fn growing(report: &Report) -> Vec<String> {
    let notes = report.judgement.notes.iter();
    let of = |note: &Note| match (&note.process, &note.fact) {
        (Some(process), NoteFact::SteadyGrowth { bytes, seconds }) => Some(format!(
            "The memory of {} grew by {} within {}. So short a time cannot tell whether that goes on.",
            processes::customer(process),
            human(*bytes, "bytes"),
            span(*seconds)
        )),
        (_, NoteFact::Transient { which, bytes }) if !which.remedy.is_empty() => Some(format!(
            "{} that came in this time are no leak: {}. {}",
            human(*bytes, "bytes"),
            which.what,
            which.remedy
        )),
        _ => None,
    };
    notes.filter_map(of).collect()
}

fn is_trace_growing(report: &Report) -> bool {
    let mut notes = report.judgement.notes.iter();
    notes.any(|note| {
        note.process == Some(Process::Trace) && matches!(note.fact, NoteFact::SteadyGrowth { .. })
    })
}

/// What settles growth of the trace-agent.
fn trace_heaps(report: &Report) -> CustomerStep {
    CustomerStep::new(
        format!(
            "Please take two memory snapshots of the Trace Agent, ten minutes apart, with this command on the affected host, the second time with trace-heap-2.pb.gz as the name of the file, and send us both files.{} Nothing is restarted:",
            other_scheme(report)
        ),
        Some(trace_heap_command(report)),
    )
}

/// What settles a finding in the trace-agent's CPU profile, where its debug server gives it.
fn trace_cpu(report: &Report) -> CustomerStep {
    CustomerStep::new(
        format!(
            "While the problem is happening, please record the CPU usage of the Trace Agent with this command on the affected host, and send us the file.{} It takes half a minute, and nothing is restarted:",
            other_scheme(report)
        ),
        Some(trace_cpu_command(report)),
    )
}

fn findings_message(report: &Report, text: &mut String) {
    let findings = by_confidence(report);
    let mut found: Vec<String> = findings
        .iter()
        .filter(|finding| !is_of_collector(report, finding))
        .map(|finding| sentence(&customer_finding(finding)))
        .collect();
    let metrics = findings.iter().any(|finding| {
        holds_dogstatsd(report, &Cause::of(finding))
            && matches!(Area::of_finding(finding), Area::Metrics | Area::Dogstatsd)
    });
    if metrics && let Some(contexts) = report.contexts.dogstatsd {
        found.push(format!(
            "At that time the Agent was tracking {} different combinations of DogStatsD metric name and tags.",
            group_thousands(contexts)
        ));
    }
    let things = told(report);
    let growing = growing(report);
    found.extend(things.iter().map(|(_, words)| words.clone()));
    found.extend(growing);
    match found.as_slice() {
        [one] => {
            let _ = writeln!(text, "\n{one}");
        }
        several => {
            text.push_str("\nWhat we found:\n");
            for words in several {
                let _ = writeln!(text, "- {words}");
            }
        }
    }
    let holes = unmeasured(report);
    if !holes.is_empty() || report.main_missing().is_some() {
        text.push_str("\nWhat this flare does not show:\n");
        write_holes(text, report, &holes);
    }
    let lowest = findings.last().map(|finding| finding.confidence);
    match lowest {
        Some(Confidence::Low) if findings.len() == 1 => text.push_str(
            "\nPlease take this as a first indication: it rests on little data, and another recording is needed to be sure.\n",
        ),
        Some(Confidence::Low) => text.push_str(
            "\nPart of this is a first indication only: it rests on little data, and another recording is needed to be sure.\n",
        ),
        Some(Confidence::Medium) => {
            text.push_str("\nWe would like to confirm this with another recording.\n");
        }
        _ => {}
    }
    let mut customer: Vec<CustomerStep> = Vec::new();
    let mut send: Vec<String> = Vec::new();
    let by_finding = findings
        .iter()
        .filter(|finding| !is_of_collector(report, finding))
        .map(|finding| advice(report, &Cause::of(finding)));
    let by_thing = things.iter().map(|(one, _)| notable::next(report, one));
    let mut before_the_end = false;
    // One request: what settles the first cause. The support engineer's steps have the others.
    let mut is_asked = false;
    for advice in by_finding.chain(by_thing) {
        before_the_end |= advice.before_the_end;
        if is_asked && !advice.before_the_end {
            continue;
        }
        is_asked |= !advice.customer.is_empty();
        for step in advice.customer {
            if !customer.contains(&step) {
                customer.push(step);
            }
        }
        for item in advice.send {
            if !send.contains(&item) {
                send.push(item);
            }
        }
    }
    let damaged = holes.iter().any(|(hole, _)| is_damage(*hole));
    if damaged {
        customer.push(CustomerStep::new(SEND_AGAIN, None));
    }
    let unsure = || {
        let unsure = findings.iter().copied();
        unsure.filter(|finding| finding.confidence != Confidence::High)
    };
    if is_trace_growing(report) || unsure().any(is_trace_leak) {
        customer.push(trace_heaps(report));
        send.push("the two files of the Trace Agent".to_owned());
    }
    // One recording for all that is not sure.
    let long_cpu = gives_long_profiles(report) == Some(true);
    let by_hand = |finding: &Finding| {
        is_trace_leak(finding)
            || (long_cpu
                && finding.process == Process::Trace
                && finding.kind == FindingKind::CpuSpike)
    };
    if unsure().any(|finding| by_hand(finding) && !is_trace_leak(finding)) {
        customer.push(trace_cpu(report));
        send.push("the recording of the Trace Agent".to_owned());
    }
    let recorded = || unsure().filter(|finding| !by_hand(finding));
    if recorded().next().is_some() {
        let lock = findings.iter().any(|finding| {
            finding.kind == FindingKind::Contention && finding.process == Process::Core
        });
        let capture = if recorded().all(|finding| finding.process == Process::OtelAgent) {
            Capture::PLAIN
        } else if lock {
            Capture::USUAL.with_locks()
        } else {
            Capture::USUAL
        };
        let twice = recorded().any(|finding| finding.kind == FindingKind::MemoryLeak);
        let (words, sent) = if twice {
            (
                "Please create two more flares while the problem is happening, ten minutes apart. Each takes a few minutes, and the Agent keeps running:",
                "the two new flares",
            )
        } else {
            (
                "Please create another flare while the problem is happening. It takes a few minutes, and the Agent keeps running:",
                "the new flare",
            )
        };
        customer.push(CustomerStep::new(
            words,
            Some(capture_command(report, capture)),
        ));
        send.push(sent.to_owned());
    } else if before_the_end {
        customer.push(CustomerStep::new(
            "Please create another flare while the memory is high, before the limit is reached. It takes a few minutes, and the Agent keeps running:",
            Some(capture_command(report, Capture::USUAL)),
        ));
        send.push("the new flare".to_owned());
    }
    numbered(text, report, "What you can do:", &customer);
    // Only what is escalated reaches engineering.
    let escalated = findings.iter().any(|finding| {
        finding.confidence != Confidence::Low && !finding.routing.escalate_to.is_empty()
    });
    let in_a_sentence = send.len() < 3 && !send.iter().any(|item| item.contains(','));
    match send.as_slice() {
        [] => {}
        _ if in_a_sentence => {
            let _ = writeln!(text, "\nPlease send us {}.", send.join(" and "));
        }
        send => {
            text.push_str("\nPlease send us:\n");
            for item in send {
                let _ = writeln!(text, "- {item}");
            }
        }
    }
    if escalated {
        text.push_str(
            "\nWe are going through these results with the engineers who work on this part of the Agent.\n",
        );
    }
}

/// Why a recording is two commands.
const PROFILER_OFF: &str = " The first part of the line turns off the Agent's own continuous profiling, which can keep it from recording; nothing is restarted:";

fn numbered(text: &mut String, report: &Report, title: &str, steps: &[CustomerStep]) {
    if steps.is_empty() {
        return;
    }
    // One request is a sentence, several are a list.
    let alone = steps.len() == 1;
    if alone {
        text.push('\n');
    } else {
        let _ = write!(text, "\n{title}\n");
    }
    let mut told = false;
    for (index, step) in steps.iter().enumerate() {
        let words = match step.command.as_deref().is_some_and(stops_profiler) {
            true => format!("{}.{PROFILER_OFF}", step.words.trim_end_matches(':')),
            false => step.words.clone(),
        };
        let _ = match alone {
            true => writeln!(text, "{words}"),
            false => writeln!(text, "{}. {words}", index + 1),
        };
        told |= step.says_where;
        if let Some(command) = &step.command {
            let lines = command.replace('\n', "\n    ");
            let _ = write!(text, "\n    {lines}\n\n");
            // What to fill in is said once in a message.
            if !told && let Some(how) = how_to_run(report) {
                let _ = write!(text, "    ({how})\n\n");
                told = true;
            }
        }
    }
    // The last command brings its own empty line, and the next part another.
    if text.ends_with("\n\n") {
        text.pop();
    }
}

/// Asking for the same file once more may be enough.
fn is_damage(hole: Hole) -> bool {
    matches!(hole, Hole::Damaged | Hole::CutOff)
}

/// What could not be measured, one line for each reason.
fn write_holes(text: &mut String, report: &Report, holes: &[(Hole, &State)]) {
    if report.main_missing().is_some() {
        text.push_str("- The recording holds nothing of the Agent's main process.\n");
    }
    // One reason behind several kinds is told once.
    let mut told: Vec<(Hole, &Process, Vec<FindingKind>)> = Vec::new();
    for (hole, state) in holes {
        match told
            .iter_mut()
            .find(|(known, process, _)| known == hole && **process == state.process)
        {
            Some((_, _, kinds)) => kinds.push(state.kind),
            None => told.push((*hole, &state.process, vec![state.kind])),
        }
    }
    for (hole, process, kinds) in &told {
        let clause = holes::customer(*hole, process, kinds);
        let _ = writeln!(text, "- {}", sentence(&format!("{clause}.")));
    }
}

fn inconclusive_message(report: &Report, text: &mut String) {
    let holes = unmeasured(report);
    let measured =
        report.judgement.states.iter().any(|state| {
            state.measured == Measured::Clear && state.kind != FindingKind::Contention
        });
    text.push_str(if measured {
        "\nIn the profiles that could be read we found nothing unusual. For a reliable answer, however, some of the data is missing:\n"
    } else {
        "\nUnfortunately, it does not allow an answer yet, because the data that matters is missing:\n"
    });
    let mut busy = None;
    let mut twice = false;
    let mut by_hand = false;
    let mut not_running = None;
    for (hole, state) in &holes {
        match hole {
            Hole::ProfilerBusy if state.process == Process::Core => {
                busy = hole_command(report, *hole, state)
            }
            Hole::NotRunning => not_running = Some(processes::customer(&state.process)),
            _ => {}
        }
        twice |=
            matches!(hole, Hole::Identical | Hole::ShortWindow) && !hole.is_by_hand(&state.process);
        by_hand |= hole.is_by_hand(&state.process);
    }
    // Every flare holds the profiles of the OpenTelemetry Agent, one heap snapshot each.
    let second_flare = holes.iter().any(|(hole, state)| {
        *hole == Hole::HalfPair && hole.capture(&state.process, state.kind) == Capture::PLAIN
    });
    let capture = match second_flare {
        true => Capture::PLAIN,
        false => Capture::USUAL,
    };
    write_holes(text, report, &holes);
    let growing = growing(report);
    if !growing.is_empty() {
        text.push_str("\nWhat the flare shows already:\n");
        for words in growing {
            let _ = writeln!(text, "- {words}");
        }
    }
    let damaged = holes.iter().any(|(hole, _)| is_damage(*hole));
    let mut steps = Vec::new();
    if damaged {
        steps.push(CustomerStep::new(SEND_AGAIN, None));
    }
    if let Some(process) = not_running {
        steps.push(CustomerStep::new(
            format!("Please check that {process} is running, for example with:"),
            Some(agent_command(report, "status")),
        ));
    }
    if by_hand || is_trace_growing(report) {
        steps.push(trace_heaps(report));
    }
    let step = CustomerStep::new(
        if second_flare {
            format!(
                "Some hours after this flare, without a restart of the Agent in between, please run the following command{}:",
                where_to_run(report)
            )
        } else {
            format!(
                "{} the problem (high memory or CPU usage) is happening, please run the following command{}{}. It takes a few minutes, and the Agent keeps running:",
                if damaged { "Otherwise, when" } else { "When" },
                where_to_run(report),
                if twice {
                    ", twice, ten minutes apart"
                } else {
                    ""
                }
            )
        },
        Some(busy.unwrap_or_else(|| capture_command(report, capture))),
    );
    // The two snapshots may be all that is missing.
    let recorded = report.main_missing().is_some()
        || (holes.iter()).any(|(hole, state)| !hole.is_by_hand(&state.process));
    if recorded {
        steps.push(step.saying_where());
    }
    numbered(text, report, "What we need from you:", &steps);
    let _ = writeln!(
        text,
        "\nPlease send us {}. We will then look at the complete data and come back to you.",
        match (recorded, twice) {
            (true, true) => "both new flares",
            (true, false) => "the new flare",
            (false, _) => "the two files",
        }
    );
}

/// Nothing stands out.
fn normal_message(report: &Report, text: &mut String) {
    let mut used = Vec::new();
    let growing = growing(report);
    if let Some(main) = report.processes.first() {
        let heap = heap_in_use(main).map(|heap| human(heap, "bytes"));
        let memory = match (report.memory.rss_bytes, heap) {
            (Some(rss), _) => Some(format!("{} of memory", human(rss, "bytes"))),
            (None, Some(heap)) => Some(format!("{heap} of memory for its own data")),
            (None, None) => None,
        };
        used.extend(memory);
        used.extend(cores(main).map(|cores| match cores {
            ..0.05 => "almost no CPU".to_owned(),
            cores => format!("{cores:.2} CPU cores"),
        }));
        let name = processes::customer(&main.name);
        // What is not settled is nothing that one calls usual.
        let unusual = match growing.is_empty() {
            true => "We found nothing unusual: at",
            false => "At",
        };
        let used = match used.is_empty() {
            true => "was quiet".to_owned(),
            false => format!("used {}", used.join(" and ")),
        };
        let _ = writeln!(text, "\n{unusual} the time of the flare {name} {used}.");
    }
    for words in growing {
        let _ = writeln!(text, "\n{words}");
    }
    if is_trace_growing(report) {
        numbered(
            text,
            report,
            "What we need from you:",
            &[trace_heaps(report)],
        );
    }
    if report.main_missing().is_some() {
        text.push_str(
            "\nThe recording holds nothing of the Agent's main process, so a new one is needed to tell more about it.\n",
        );
    }
    let mut holes = unmeasured(report);
    holes.retain(|(hole, _)| hole.is_unread());
    if !holes.is_empty() {
        text.push_str("\nWhat this flare does not show:\n");
        write_holes(text, report, &holes);
        let again = CustomerStep::new(SEND_AGAIN, None);
        numbered(text, report, "What we need from you:", &[again]);
    }
    let step = CustomerStep::new(
        format!(
            "If you see high usage at other times, please run this{} while it is high, and tell us which value you are looking at:",
            where_to_run(report)
        ),
        Some(capture_command(report, Capture::USUAL)),
    );
    numbered(text, report, "", &[step.saying_where()]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_time_are_said_as_people_say_them() {
        for (seconds, words) in [
            (0.04, "less than 0.1 seconds"),
            (1.0, "1 second"),
            (1.5, "1.5 seconds"),
            (6.02, "6 seconds"),
            (60.0, "60 seconds"),
            (150.0, "2.5 minutes"),
            (640.0, "11 minutes"),
            (7_200.0, "2 hours"),
            (190_800.0, "2.2 days"),
            (900_000.0, "10 days"),
        ] {
            assert_eq!(span(seconds), words, "{seconds}");
        }
    }
}
