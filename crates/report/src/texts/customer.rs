//! The message for the customer, as plain text: what was found, what to do, what to send.
//!
//! Refuses to name functions, owners, teams and routes: nothing that a customer can't act on.

use std::fmt::Write as _;

use super::advice::{CustomerStep, advice};
use super::area::Area;
use super::collect::{SEND_AGAIN, request_message};
use super::commands::{agent_command, capture_command, how_to_run, is_cluster_agent, where_to_run};
use super::facts::{cores, heap_in_use, holds_dogstatsd};
use super::holes::{self, contention_unmeasured, unmeasured};
use super::{by_confidence, origin, processes};
use crate::document::{FindingKind, Measured, VerdictKind};
use crate::markdown::clean;
use crate::model::Report;
use diagnose::capture::Capture;
use diagnose::memory::Conclusion;
use diagnose::share::Share;
use diagnose::verdict::{
    Basis, Confidence, CpuDetail, Detail, Finding, Hole, NoteFact, Responsible, State,
};
use flare::Process;
use profile::units::{group_thousands, human};

/// The message for the customer, as plain text.
pub fn customer_message(report: &Report) -> String {
    if report.judgement.kind == VerdictKind::NoProfiles {
        return request_message(Some(report));
    }
    let mut text = format!(
        "Hello,\n\nThank you for the flare. We have reviewed the profiling data in it{}.\n",
        origin(report)
    );
    match report.judgement.kind {
        VerdictKind::Normal => normal_message(report, &mut text),
        VerdictKind::Inconclusive => inconclusive_message(report, &mut text),
        _ => findings_message(report, &mut text),
    }
    text.push_str("\nPlease let us know if anything is unclear.\n\nKind regards\n");
    text
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

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
                .map(|(words, share)| format!("{words} ({:.0})", Share::new(share.min(1.0))))
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
fn customer_finding(finding: &Finding) -> String {
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
            let part = if value == finding.counted {
                ""
            } else {
                "a part of "
            };
            format!(
                "Memory: {part}{process_name} grew by {}{time}.{}",
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
                    format!("{:.0} of that as a part of {words}", Share::new(*part))
                }
                Some((words, _)) => format!("which is part of {words}"),
                None => "which is part of its internal work".to_owned(),
            };
            format!(
                "CPU: {process_name} spent {share:.0} of its CPU time on a single operation, {part_of}.{cores}"
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
                "Waiting: tasks inside {process_name} waited for each other for {} in total{window}{waiting}.{}",
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

fn has_note(report: &Report, is_it: fn(&NoteFact) -> bool) -> bool {
    report.judgement.notes.iter().any(|note| is_it(&note.fact))
}

/// The Go heap is a small part of what is resident.
fn is_small_heap(fact: &NoteFact) -> bool {
    matches!(fact, NoteFact::SmallHeap { .. })
}

/// How full the Agent's container was, where that is full enough to be noted. `told`: the reader
/// knows already how much the Agent was using.
fn near_limit(report: &Report, told: bool) -> Option<String> {
    if !has_note(report, |fact| matches!(fact, NoteFact::NearLimit { .. })) {
        return None;
    }
    let limit = human(report.memory.limit.as_ref()?.0, "bytes");
    let used = human(report.memory.rss_bytes?, "bytes");
    let full = if told {
        format!("The container of the Agent may use {limit}, and that is nearly reached.")
    } else {
        format!("The Agent was using {used} of the {limit} that its container may use.")
    };
    Some(format!(
        "{full} It can be restarted for lack of memory; until the cause is found, a higher memory limit gives it room."
    ))
}

/// That the kernel ended processes with the Agent's names, where its log says so.
fn killed(report: &Report) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    let kills = &report.surroundings.oom_kills;
    for kill in kills.iter().filter(|kill| kill.is_agent()) {
        let name = format!("\"{}\"", clean(&kill.process));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let of = match names.as_slice() {
        [] => return None,
        [name] => format!("the process {name} was"),
        names => format!("the processes {} were", names.join(", ")),
    };
    Some(format!(
        "The kernel log of the host shows that {of} ended for lack of memory."
    ))
}

fn findings_message(report: &Report, text: &mut String) {
    let findings = by_confidence(report);
    text.push_str("\nWhat we found:\n");
    for finding in &findings {
        let _ = writeln!(text, "- {}", customer_finding(finding));
    }
    let metrics = findings.iter().any(|finding| {
        holds_dogstatsd(report, finding)
            && matches!(Area::of_finding(finding), Area::Metrics | Area::Dogstatsd)
    });
    if metrics && let Some(contexts) = report.contexts.dogstatsd {
        let _ = writeln!(
            text,
            "- At that time the Agent was tracking {} different combinations of DogStatsD metric name and tags.",
            group_thousands(contexts)
        );
    }
    for around in near_limit(report, false).into_iter().chain(killed(report)) {
        let _ = writeln!(text, "- {around}");
    }
    let holes = unmeasured(report);
    if !holes.is_empty() || report.main_missing().is_some() {
        text.push_str("\nWhat this flare does not show:\n");
        write_holes(text, report, &holes);
    }
    let lowest = findings.last().map(|finding| finding.confidence);
    match lowest {
        Some(Confidence::Low) if findings.len() == 1 => text.push_str(
            "\nPlease take this as a first indication: it rests on little data, and a longer recording is needed to be sure.\n",
        ),
        Some(Confidence::Low) => text.push_str(
            "\nPart of this is a first indication only: it rests on little data, and a longer recording is needed to be sure.\n",
        ),
        Some(Confidence::Medium) => {
            text.push_str("\nWe would like to confirm this with another recording.\n");
        }
        _ => {}
    }
    let mut customer: Vec<CustomerStep> = Vec::new();
    let mut send: Vec<String> = Vec::new();
    for finding in &findings {
        let advice = advice(report, finding);
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
    if findings
        .iter()
        .any(|finding| finding.confidence != Confidence::High)
    {
        let unsure = || {
            findings
                .iter()
                .filter(|finding| finding.confidence != Confidence::High)
        };
        let lock = findings.iter().any(|finding| {
            finding.kind == FindingKind::Contention && finding.process == Process::Core
        });
        let capture = if unsure().all(|finding| finding.process == Process::OtelAgent) {
            Capture::PLAIN
        } else if lock {
            Capture::of_seconds(120).with_locks()
        } else {
            Capture::of_seconds(120)
        };
        if unsure().any(|finding| finding.process == Process::Trace) {
            customer.push(CustomerStep::new(
                "Please set apm_config.receiver_timeout to 120 in the Agent's configuration (datadog.yaml) and restart the Agent, so that the next recording of the Trace Agent is long enough.",
                None,
            ));
        }
        customer.push(CustomerStep::new(
            "Please create another flare while the problem is happening. It takes several minutes, and the Agent keeps running:",
            Some(capture_command(report, capture)),
        ));
        send.push("the new flare".to_owned());
    }
    numbered(text, report, "What you can do:", &customer);
    // Only what is escalated reaches engineering.
    let escalated = findings.iter().any(|finding| {
        finding.confidence != Confidence::Low && !finding.routing.escalate_to.is_empty()
    });
    text.push_str(if escalated {
        "\nWhat happens next: we are going through these results with the engineers who work on this part of the Agent, and will come back to you with what we learn.\n"
    } else {
        "\nWhat happens next: as soon as we have your answer we will go through the results again, and come back to you with what we learn.\n"
    });
    if !send.is_empty() {
        text.push_str("\nPlease send us:\n");
        for item in &send {
            let _ = writeln!(text, "- {item}");
        }
    }
}

fn numbered(text: &mut String, report: &Report, title: &str, steps: &[CustomerStep]) {
    if steps.is_empty() {
        return;
    }
    let _ = write!(text, "\n{title}\n");
    let mut told = false;
    for (index, step) in steps.iter().enumerate() {
        let _ = writeln!(text, "{}. {}", index + 1, step.words);
        told |= step.says_where;
        if let Some(command) = &step.command {
            let _ = write!(text, "\n   {command}\n\n");
            // What to fill in is said once in a message.
            if !told && let Some(how) = how_to_run(report) {
                let _ = write!(text, "   ({how})\n\n");
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
    let mut capture = Capture::USUAL;
    let mut busy = None;
    let mut timeout = None;
    let mut not_running = None;
    for (hole, state) in &holes {
        match hole {
            Hole::ProfilerBusy => busy = Some(state.process.profiler_setting()),
            Hole::NotRunning => not_running = Some(processes::customer(&state.process)),
            Hole::TraceWindow => timeout = timeout.max(Some(60)),
            Hole::Identical if state.process == Process::Trace => timeout = Some(150),
            _ => {}
        }
        let needs_longer = matches!(
            hole,
            Hole::Identical | Hole::TraceWindow | Hole::ShortWindow
        );
        if *hole == Hole::Identical || (needs_longer && capture == Capture::USUAL) {
            capture = hole.capture(&state.process, state.kind);
        }
    }
    // Every flare holds the profiles of the OpenTelemetry Agent, one heap snapshot each.
    let second_flare = holes.iter().any(|(hole, state)| {
        *hole == Hole::HalfPair && hole.capture(&state.process, state.kind) == Capture::PLAIN
    });
    if second_flare {
        capture = Capture::PLAIN;
    }
    write_holes(text, report, &holes);
    let around: Vec<String> = near_limit(report, false)
        .into_iter()
        .chain(killed(report))
        .collect();
    if !around.is_empty() {
        text.push_str("\nWhat the flare shows already:\n");
        for line in around {
            let _ = writeln!(text, "- {line}");
        }
    }
    let damaged = holes.iter().any(|(hole, _)| is_damage(*hole));
    let mut steps = Vec::new();
    if damaged {
        steps.push(CustomerStep::new(SEND_AGAIN, None));
    }
    if let Some(setting) = busy {
        steps.push(CustomerStep::new(
            format!(
                "Please set {setting} to false in the Agent's configuration and restart the Agent. After the flare you can turn it on again."
            ),
            None,
        ));
    }
    if let Some(process) = not_running {
        steps.push(CustomerStep::new(
            format!("Please check that {process} is running, for example with:"),
            Some(agent_command(report, "status")),
        ));
    }
    if let Some(seconds) = timeout {
        steps.push(CustomerStep::new(
            format!(
                "Please set apm_config.receiver_timeout to {seconds} in the Agent's configuration (datadog.yaml) and restart the Agent."
            ),
            None,
        ));
    }
    let step = CustomerStep::new(
        if second_flare {
            format!(
                "Some hours after this flare, without a restart of the Agent in between, please run the following command{}:",
                where_to_run(report)
            )
        } else {
            format!(
                "{} the problem (high memory or CPU usage) is happening, please run the following command{}. It takes several minutes, and the Agent keeps running:",
                if damaged { "Otherwise, when" } else { "When" },
                where_to_run(report)
            )
        },
        Some(capture_command(report, capture)),
    );
    steps.push(step.saying_where());
    numbered(text, report, "What we need from you:", &steps);
    text.push_str(
        "\nPlease send us the new flare. We will then look at the complete data and come back to you.\n",
    );
}

/// What the memory is that the heap does not explain, as far as the flare tells.
fn beyond_heap(report: &Report) -> &'static str {
    let account = report
        .memory
        .accounts
        .iter()
        .find(|account| account.rss.is_some() && account.process != Process::SystemProbe);
    match account.map(|account| account.conclusion) {
        Some(Conclusion::OutsideGo) if !is_cluster_agent(report) => {
            "The larger part of that cannot be seen in such a recording; it belongs for example to Python-based integrations."
        }
        Some(Conclusion::Garbage) => {
            "The larger part of that is memory which the Agent has used before and keeps for the next time."
        }
        _ if is_cluster_agent(report) => {
            "The rest cannot be seen in such a recording; it is for example memory that is kept for reuse."
        }
        _ => {
            "The rest cannot be seen in such a recording; it is for example memory that is kept for reuse, or memory of Python-based integrations."
        }
    }
}

fn normal_message(report: &Report, text: &mut String) {
    text.push_str(if has_note(report, |fact| matches!(fact, NoteFact::BusyCores { .. })) {
        "\nWe found no clear sign of a memory leak, and no single operation that takes most of the CPU, in the recorded time:\n"
    } else {
        "\nWe found no sign of a memory leak and no unusual CPU usage in the recorded time:\n"
    });
    if let Some(main) = report.processes.first() {
        let name = processes::customer(&main.name);
        if let Some(heap) = heap_in_use(main) {
            let states = &report.judgement.states;
            let growth = states.iter().find_map(|state| match &state.basis {
                Basis::Heaps(pair) if state.process == main.name => Some(pair.net),
                _ => None,
            });
            let change = growth.map_or_else(String::new, |growth| {
                let change = match growth {
                    0 => "did not change".to_owned(),
                    growth => format!(
                        "{} by {}",
                        if growth > 0 { "grew" } else { "shrank" },
                        human(growth.saturating_abs(), "bytes")
                    ),
                };
                format!(", which {change} within {}", span(main.interval.seconds()))
            });
            let steady = if has_note(report, |fact| matches!(fact, NoteFact::SteadyGrowth { .. })) {
                " In so short a time that can be normal variation; a longer recording would tell."
            } else {
                ""
            };
            let _ = writeln!(
                text,
                "- Memory: {name} was using {} for its own data{change}.{steady}",
                human(heap.total, &heap.unit)
            );
        }
        if let Some(rss) = report
            .memory
            .rss_bytes
            .filter(|_| has_note(report, is_small_heap))
        {
            let _ = writeln!(
                text,
                "- As a whole it was using {}. {}",
                human(rss, "bytes"),
                beyond_heap(report)
            );
        }
        let near = near_limit(report, has_note(report, is_small_heap));
        for around in near.into_iter().chain(killed(report)) {
            let _ = writeln!(text, "- {around}");
        }
        if let Some(cores) = cores(main) {
            let _ = writeln!(text, "- CPU: {name} used {cores:.2} CPU cores on average.");
        }
    }
    if report.main_missing().is_some() {
        text.push_str(
            "- The recording holds nothing of the Agent's main process, so a new one is needed to tell more about it.\n",
        );
    }
    let locks = contention_unmeasured(report).is_some() && !is_cluster_agent(report);
    let capture = if locks {
        Capture::of_seconds(120).with_locks()
    } else {
        Capture::of_seconds(120)
    };
    let also = if locks {
        "; it also shows whether parts of the Agent wait for each other, which this flare does not"
    } else {
        ""
    };
    let steps = [
        CustomerStep::new(
            format!(
                "While the usage is high, please run the following command{}. It takes several minutes, and the Agent keeps running{also}:",
                where_to_run(report)
            ),
            Some(capture_command(report, capture)),
        )
        .saying_where(),
        CustomerStep::new(
            "Please send us the new flare, and tell us which value you are looking at (for example the memory of the process or of the container), how high it is and since when.",
            None,
        ),
    ];
    numbered(
        text,
        report,
        "If you still see high memory or CPU usage, a recording of exactly that time will help most:",
        &steps,
    );
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
