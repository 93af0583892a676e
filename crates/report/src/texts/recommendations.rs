//! The steps for the support engineer, in order, each naming its finding.
//!
//! Knows verdicts, confidence and routing; refuses to know the advice of an area and the customer.

use super::advice::advice;
use super::cause::Cause;
use super::commands::{
    agent_command, capture_command, hole_command, is_cluster_agent, other_scheme, stops_profiler,
    trace_cpu_command, trace_heap_command,
};
use super::holes::{TRACE_BY_HAND, contention_unmeasured, unmeasured};
use super::versions::{AGENT_PROFILING, LOCK_FLAGS, gives_long_profiles};
use super::{
    about, by_confidence, findings, is_of_collector, known, notable, notes, program, silent,
    states, unanswered,
};
use crate::document::{Step, VerdictKind};
use crate::kinds;
use crate::markdown::clean;
use crate::model::Report;
use diagnose::capture::Capture;
use diagnose::verdict::{Confidence, Detail, Finding, NoteFact};
use flare::Process;

/// Prioritised steps, each naming its finding.
pub fn recommendations(report: &Report) -> Vec<Step> {
    if report.is_of_program() {
        return program::recommendations(report);
    }
    let mut steps: Vec<Step> = Vec::new();
    if report.judgement.kind == VerdictKind::NoProfiles {
        no_profiles_steps(report, &mut steps);
    }
    // What was asked is answered first.
    if let Some(words) = unanswered(report) {
        push(
            &mut steps,
            "The symptom",
            words,
            Some(capture_command(report, Capture::USUAL)),
        );
    }
    for finding in by_confidence(report) {
        finding_steps(report, finding, &mut steps);
    }
    for one in &report.judgement.notable {
        let about = notable::about(one);
        for (text, command) in notable::next(report, one).engineer {
            push(&mut steps, &about, text, command);
        }
    }
    if report.judgement.kind == VerdictKind::NoProfiles {
        return steps;
    }
    growth_steps(report, &mut steps);
    silent_steps(report, &mut steps);
    if report.judgement.closes {
        closing_steps(report, &mut steps);
    } else {
        unmeasured_steps(report, &mut steps);
    }
    steps
}

/// The main process is what a flare is judged by first.
fn silent_steps(report: &Report, steps: &mut Vec<Step>) {
    if let Some(main) = report.main_missing() {
        push(
            steps,
            "The core Agent was not recorded",
            format!("{} {}", silent::why(main), silent::REMEDY),
            Some(capture_command(report, Capture::USUAL)),
        );
    }
}

fn push(steps: &mut Vec<Step>, about: &str, mut text: String, command: Option<String>) {
    if command.as_deref().is_some_and(stops_profiler) {
        text.push_str(PROFILER_OFF);
    }
    if !steps
        .iter()
        .any(|step| step.text == text && step.command == command)
    {
        steps.push(Step {
            about: about.to_owned(),
            text,
            command,
        });
    }
}

/// Why a capture is two commands.
const PROFILER_OFF: &str = " The first command stops the Agent's own profiler, without a restart: with it on, the flags for locks make no flare, and the CPU profile can fail.";

/// How a finding that is not sure is confirmed, and the command.
fn confirm(report: &Report, finding: &Finding) -> (String, String) {
    let by_flare = || capture_command(report, finding.confirm());
    if is_trace_leak(finding) {
        let text = format!("{TRACE_BY_HAND}{}", other_scheme(report));
        return (text, trace_heap_command(report));
    }
    if finding.process != Process::Trace || !matches!(finding.detail, Detail::Cpu(_)) {
        return (String::new(), by_flare());
    }
    match gives_long_profiles(report) {
        Some(true) => (
            format!(
                "Its debug server gives one, and nothing is restarted.{}",
                other_scheme(report)
            ),
            trace_cpu_command(report),
        ),
        Some(false) => (
            "Its debug server refuses one, as it is built with a Go before 1.23: take three flares while the load is high."
                .to_owned(),
            by_flare(),
        ),
        None => (
            "Its debug server gives one where the Agent is built with Go 1.23 or later; else take three flares while the load is high."
                .to_owned(),
            by_flare(),
        ),
    }
}

fn finding_steps(report: &Report, finding: &Finding, steps: &mut Vec<Step>) {
    let about = about(finding);
    let confirm = |steps: &mut Vec<Step>| {
        let (how, command) = confirm(report, finding);
        let text = format!(
            "Confirm it, because {}. {} {how}",
            findings::reasons(finding, &report.judgement.thresholds).join("; "),
            findings::settle(finding)
        );
        push(steps, &about, text.trim_end().to_owned(), Some(command));
    };
    if finding.confidence == Confidence::Low {
        confirm(steps);
    }
    let position = report
        .judgement
        .findings
        .iter()
        .position(|one| std::ptr::eq(one, finding));
    for case in report.known.iter().filter(|case| case.finding == position) {
        push(
            steps,
            &about,
            format!(
                "See whether a reported case fits. {}",
                known::resemblance(case)
            ),
            None,
        );
    }
    // Who makes the collector work is said with it.
    if is_of_collector(report, finding) {
        return;
    }
    for (text, command) in advice(report, &Cause::of(finding)).engineer {
        push(steps, &about, text, command);
    }
    if finding.confidence == Confidence::Medium {
        confirm(steps);
    }
    let words = clean(&finding.routing.words);
    if !finding.routing.escalate_to.is_empty() {
        push(
            steps,
            &about,
            format!(
                "Escalate to {}, with the escalation summary below and the flare. It is about: {}.",
                finding.routing.escalate_to,
                routing_reason(&words)
            ),
            None,
        );
    } else if !words.is_empty() {
        push(steps, &about, format!("Do not escalate yet. {words}"), None);
    }
}

/// The routing's words without the clause on whom to escalate to, which stands before them.
fn routing_reason(words: &str) -> &str {
    let end = words
        .find("escalate to")
        .filter(|end| *end > 0)
        .unwrap_or(words.len());
    words
        .get(..end)
        .unwrap_or(words)
        .trim_end_matches([' ', ';', ':', ',', '.'])
}

fn no_profiles_steps(report: &Report, steps: &mut Vec<Step>) {
    let about = "No profiles in the flare";
    if report.cut_off {
        push(
            steps,
            about,
            "The archive is cut off, so profiles may have been in it. Ask for the same file once more, unchanged, and compare its size with that of the original.".to_owned(),
            None,
        );
    }
    if !report.creation_errors.is_empty() {
        push(
            steps,
            about,
            format!(
                "The Agent tried to collect profiles and failed: {}. Solve that first.",
                report.creation_errors.join("; ")
            ),
            None,
        );
    }
    if report.agent.local {
        push(
            steps,
            about,
            "The flare was made by the command itself because the Agent did not answer. Check that the Agent is running before the next capture.".to_owned(),
            Some(agent_command(report, "status")),
        );
    }
    push(
        steps,
        about,
        "Ask for a flare with profiles, taken while the problem is happening. 30 s is the least that the Agent accepts; no restart and no change of configuration is needed.".to_owned(),
        Some(capture_command(report, Capture::USUAL)),
    );
    if !is_cluster_agent(report) && LOCK_FLAGS.is_in(report) != Some(false) {
        push(
            steps,
            about,
            "If the Agent seems stuck or slow rather than busy, have lock contention recorded too; the two flags work in the core Agent only.".to_owned(),
            Some(capture_command(report, Capture::USUAL.with_locks())),
        );
    }
    if AGENT_PROFILING.is_in(report) == Some(false) {
        return;
    }
    push(
        steps,
        about,
        format!(
            "If the problem comes and goes, let the Agent take the flare by itself: the agentprofiling check (since {AGENT_PROFILING}) does when memory or CPU crosses a limit."
        ),
        None,
    );
}

/// Growth under the threshold that chance does not explain, and what was taken for growth.
fn growth_steps(report: &Report, steps: &mut Vec<Step>) {
    for note in &report.judgement.notes {
        let command = match &note.fact {
            NoteFact::SteadyGrowth { .. } if note.process == Some(Process::Trace) => {
                trace_heap_command(report)
            }
            NoteFact::SteadyGrowth { .. } => capture_command(report, Capture::USUAL),
            NoteFact::Transient { which, .. } if !which.remedy.is_empty() => {
                capture_command(report, Capture::USUAL)
            }
            _ => continue,
        };
        push(steps, "Growth", notes::note(note), Some(command));
    }
}

/// A longer capture would not lengthen the window that it was seen in.
pub(super) fn is_trace_leak(finding: &Finding) -> bool {
    finding.process == Process::Trace && matches!(finding.detail, Detail::Leak(_))
}

fn closing_steps(report: &Report, steps: &mut Vec<Step>) {
    push(
        steps,
        "Nothing stands out",
        "Nothing has to be fixed by what this flare shows. Close with the customer message, unless the symptom is still there.".to_owned(),
        None,
    );
    if let Some((hole, state)) = contention_unmeasured(report) {
        push(
            steps,
            "If the Agent seems stuck",
            format!(
                "Waiting for locks was not measured. {}",
                states::would_change(state, &report.judgement.thresholds)
            ),
            hole_command(report, hole, state),
        );
    }
    push(
        steps,
        "If the symptom is still there",
        "Ask for a flare that is taken while it is: a profile of a quiet minute is clear by nature, and a slow leak shows in two flares some hours apart without a restart in between.".to_owned(),
        Some(capture_command(report, Capture::USUAL)),
    );
}

fn unmeasured_steps(report: &Report, steps: &mut Vec<Step>) {
    for (hole, state) in unmeasured(report) {
        let about = format!(
            "{} in {} not measured",
            kinds::title(state.kind),
            super::processes::full(&state.process)
        );
        let command = hole_command(report, hole, state);
        let text = states::why_and_remedy(state, &report.judgement.thresholds);
        let known = command.is_some() && steps.iter().any(|step| step.command == command);
        if known {
            let text = format!("{text} The command above collects it.");
            push(steps, &about, text, None);
        } else {
            push(steps, &about, text, command);
        }
    }
    if !report.creation_errors.is_empty() {
        let text = format!(
            "flare_creation.log says why profiles are missing: {}.",
            report.creation_errors.join("; ")
        );
        push(steps, "Collection of profiles", text, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routing_reasons_do_not_repeat_the_route() {
        assert_eq!(
            routing_reason("A, probably b (c); escalate to the x team."),
            "A, probably b (c)"
        );
        assert_eq!(
            routing_reason("O (c): escalate to the team that owns it (t)."),
            "O (c)"
        );
        assert_eq!(routing_reason("Nothing else."), "Nothing else");
        assert_eq!(routing_reason(""), "");
    }
}
