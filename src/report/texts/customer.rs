//! The message for the customer, as plain text: what was found, what to do, what to send.
//!
//! Refuses to name functions, owners, teams and routes: nothing that a customer can't act on.

use std::fmt::Write as _;

use super::advice::advice;
use super::area::Area;
use super::collect::request_message;
use super::commands::{CAPTURE, LONG_CAPTURE, agent_command};
use super::facts::{cores, heap_in_use};
use super::holes::{Hole, contention_unmeasured, unmeasured};
use super::{by_confidence, evidence, origin, process, process_words, table};
use crate::analysis::owner::Owners;
use crate::analysis::verdict::{Confidence, Finding};
use crate::profile::units::{group_thousands, human};
use crate::report::document::{FindingKind, Measured, ProfileName, VerdictKind};
use crate::report::model::Report;

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

/// What a finding's functions work on, in a customer's words, with their share.
fn consumers(finding: &Finding) -> Vec<(String, f64)> {
    let mut parts: Vec<(String, f64)> = Vec::new();
    for function in &finding.functions {
        let area = Area::of(&function.responsible);
        let words = match (area, Owners::builtin().check_name(&function.responsible)) {
            (Area::GoCheck, Some(name)) => format!("running the check {name}"),
            _ => area.customer_words(&finding.process).to_owned(),
        };
        match parts.iter_mut().find(|(known, _)| *known == words) {
            Some((_, share)) => *share += function.share,
            None => parts.push((words, function.share)),
        }
    }
    parts.sort_by(|a, b| b.1.total_cmp(&a.1));
    parts.retain(|(_, share)| *share >= 0.1);
    parts.truncate(3);
    parts
}

fn consumers_sentence(finding: &Finding, what: &str) -> String {
    let parts = consumers(finding);
    match parts.as_slice() {
        [] => String::new(),
        [(words, share)] if *share >= 0.9 => format!(" Nearly all of {what} comes from {words}."),
        parts => {
            let list: Vec<String> = parts
                .iter()
                .map(|(words, share)| format!("{words} ({:.0} %)", share.min(1.0) * 100.0))
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
fn customer_finding(report: &Report, finding: &Finding) -> String {
    let process_name = process_words(&finding.process);
    match finding.kind {
        FindingKind::MemoryLeak => {
            let seconds =
                process(report, &finding.process).map(|process| process.interval.seconds());
            let value = finding.value as i64;
            let time =
                seconds
                    .filter(|seconds| *seconds > 0.0)
                    .map_or_else(String::new, |seconds| {
                        let rate = (finding.value / seconds * 60.0) as i64;
                        format!(
                            " within {seconds:.0} seconds (about {} per minute)",
                            human(rate, "bytes")
                        )
                    });
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
            let cores = evidence(finding, "Cores in use")
                .and_then(|cores| cores.parse::<f64>().ok())
                .map_or_else(String::new, |cores| {
                    format!(" In total it used {cores:.2} CPU cores on average.")
                });
            let parts = consumers(finding);
            let words = parts
                .first()
                .map_or("its internal work", |(words, _)| words.as_str());
            format!(
                "CPU: {process_name} spent {:.0} % of its CPU time on a single operation, which is part of {words}.{cores}",
                finding.value
            )
        }
        FindingKind::Contention => {
            let window = evidence(finding, "Window")
                .map_or_else(String::new, |window| format!(" within {window}"));
            let waiting = evidence(finding, "Goroutines waiting")
                .and_then(|text| text.split(' ').next())
                .and_then(|text| text.parse::<f64>().ok())
                .filter(|waiting| *waiting >= 0.1)
                .map_or_else(String::new, |waiting| {
                    format!(
                        ", which means that about {waiting:.1} of them were waiting at any time"
                    )
                });
            format!(
                "Waiting: tasks inside {process_name} waited for each other for {} in total{window}{waiting}.{}",
                human(finding.value as i64, "nanoseconds"),
                consumers_sentence(finding, "the waiting")
            )
        }
    }
}

fn findings_message(report: &Report, text: &mut String) {
    let findings = by_confidence(report);
    text.push_str("\nWhat we found:\n");
    for finding in &findings {
        let _ = writeln!(text, "- {}", customer_finding(report, finding));
    }
    let metrics = findings
        .iter()
        .any(|finding| matches!(Area::of_finding(finding), Area::Metrics | Area::Dogstatsd));
    if metrics && let Some(contexts) = report.dogstatsd_contexts {
        let _ = writeln!(
            text,
            "- At that time the Agent was tracking {} different combinations of DogStatsD metric name and tags.",
            group_thousands(contexts)
        );
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
            text.push_str("\nWe would like to confirm this with a longer recording.\n");
        }
        _ => {}
    }
    let mut customer: Vec<(String, Option<String>)> = Vec::new();
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
    if findings
        .iter()
        .any(|finding| finding.confidence != Confidence::High)
    {
        let lock = findings
            .iter()
            .any(|finding| finding.kind == FindingKind::Contention);
        let capture = if lock {
            "flare --profile 120 --profile-mutex --profile-blocking"
        } else {
            LONG_CAPTURE
        };
        customer.push((
            "Please create another flare while the problem is happening. It takes several minutes, and the Agent keeps running:".to_owned(),
            Some(agent_command(report, capture)),
        ));
        send.push("the new flare".to_owned());
    }
    numbered(text, "What you can do:", &customer);
    text.push_str(
        "\nWhat happens next: we are going through these results with the engineers who work on this part of the Agent, and will come back to you with what we learn.\n",
    );
    if !send.is_empty() {
        text.push_str("\nPlease send us:\n");
        for item in &send {
            let _ = writeln!(text, "- {item}");
        }
    }
}

fn numbered(text: &mut String, title: &str, steps: &[(String, Option<String>)]) {
    if steps.is_empty() {
        return;
    }
    let _ = write!(text, "\n{title}\n");
    for (index, (words, command)) in steps.iter().enumerate() {
        let _ = writeln!(text, "{}. {words}", index + 1);
        if let Some(command) = command {
            let _ = write!(text, "\n   {command}\n\n");
        }
    }
    // The last command brings its own empty line, and the next part another.
    if text.ends_with("\n\n") {
        text.pop();
    }
}

fn inconclusive_message(report: &Report, text: &mut String) {
    let holes = unmeasured(report);
    text.push_str(
        "\nIn the part that could be measured we found nothing unusual. For a reliable answer, however, some of the data is missing:\n",
    );
    let mut capture = CAPTURE;
    let mut busy = false;
    let mut timeout = false;
    for state in &holes {
        let hole = Hole::of(state);
        let _ = writeln!(
            text,
            "- {}",
            sentence(&format!("{}.", hole.customer(state)))
        );
        busy |= hole == Hole::ProfilerBusy;
        timeout |= hole == Hole::TooShort && state.process == "trace";
        if hole == Hole::Identical || (hole == Hole::TooShort && capture == CAPTURE) {
            capture = hole.capture();
        }
    }
    let damaged = holes
        .iter()
        .any(|state| state.measured == Measured::Damaged);
    let mut steps = Vec::new();
    if damaged {
        steps.push((
            "If you still have the file of this flare, please send it to us once more, unchanged. If it was damaged on the way, that is all we need.".to_owned(),
            None,
        ));
    }
    if busy {
        steps.push((
            "Please set internal_profiling.enabled to false in datadog.yaml and restart the Agent."
                .to_owned(),
            None,
        ));
    }
    if timeout {
        steps.push((
            "Please set apm_config.receiver_timeout to 60 in datadog.yaml and restart the Agent."
                .to_owned(),
            None,
        ));
    }
    steps.push((
        format!(
            "{} the problem (high memory or CPU usage) is happening, please run the following command on the affected host. It takes several minutes, and the Agent keeps running:",
            if damaged { "Otherwise, when" } else { "When" }
        ),
        Some(agent_command(report, capture)),
    ));
    numbered(text, "What we need from you:", &steps);
    text.push_str(
        "\nPlease send us the new flare. We will then look at the complete data and come back to you.\n",
    );
}

fn normal_message(report: &Report, text: &mut String) {
    text.push_str("\nWe found no memory leak and no unusual CPU usage in the recorded time:\n");
    if let Some(main) = report.processes.first() {
        let name = process_words(&main.name);
        if let Some(heap) = heap_in_use(main) {
            let change = table(main, ProfileName::HeapDiff, "inuse_space").map_or_else(
                String::new,
                |diff| {
                    let change = match diff.net {
                        0 => "did not change".to_owned(),
                        net => format!(
                            "{} by {}",
                            if net > 0 { "grew" } else { "shrank" },
                            human(net.saturating_abs(), &diff.unit)
                        ),
                    };
                    format!(
                        ", which {change} within {:.0} seconds",
                        main.interval.seconds()
                    )
                },
            );
            let _ = writeln!(
                text,
                "- Memory: {name} was using {} for its own data{change}.",
                human(heap.total, &heap.unit)
            );
        }
        if let Some(cores) = cores(main) {
            let _ = writeln!(text, "- CPU: {name} used {cores:.2} CPU cores on average.");
        }
    }
    let locks = contention_unmeasured(report);
    if locks {
        text.push_str(
            "- Waiting inside the Agent was not recorded in this flare; this is optional.\n",
        );
    }
    let capture = if locks {
        "flare --profile 120 --profile-mutex --profile-blocking"
    } else {
        LONG_CAPTURE
    };
    let steps = [
        (
            "While the usage is high, please run the following command on the affected host. It takes several minutes, and the Agent keeps running:".to_owned(),
            Some(agent_command(report, capture)),
        ),
        (
            "Please send us the new flare, and tell us which value you are looking at (for example the memory of the process or of the container), how high it is and since when.".to_owned(),
            None,
        ),
    ];
    numbered(
        text,
        "If you still see high memory or CPU usage, a recording of exactly that time will help most:",
        &steps,
    );
}
