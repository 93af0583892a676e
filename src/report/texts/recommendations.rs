//! The steps for the support engineer, in order, each naming its finding.
//!
//! Knows verdicts, confidence and routing; refuses to know the advice of an area and the customer.

use super::advice::advice;
use super::commands::{CAPTURE, LOCK_CAPTURE, LONG_CAPTURE, agent_command, longer_capture};
use super::holes::{Hole, contention_unmeasured, unmeasured};
use super::{about, by_confidence};
use crate::analysis::verdict::{Confidence, Finding};
use crate::profile::units::{human, human_share};
use crate::report::document::{FindingKind, Step, VerdictKind};
use crate::report::markdown::clean;
use crate::report::model::Report;

/// Prioritised steps, each naming its finding.
pub fn recommendations(report: &Report) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    match report.judgement.kind {
        VerdictKind::NoProfiles => no_profiles_steps(report, &mut steps),
        VerdictKind::Normal => normal_steps(report, &mut steps),
        VerdictKind::Inconclusive => unmeasured_steps(report, &mut steps),
        _ => {
            for finding in by_confidence(report) {
                finding_steps(report, finding, &mut steps);
            }
            unmeasured_steps(report, &mut steps);
        }
    }
    steps
}

fn push(steps: &mut Vec<Step>, about: &str, text: String, command: Option<String>) {
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

fn finding_steps(report: &Report, finding: &Finding, steps: &mut Vec<Step>) {
    let about = about(finding);
    let confirm = |steps: &mut Vec<Step>| {
        push(
            steps,
            &about,
            format!(
                "Confirm it, because {}. {}",
                finding.reasons.join("; "),
                if finding.settle.is_empty() {
                    "A longer capture would settle it."
                } else {
                    &finding.settle
                }
            ),
            Some(agent_command(report, longer_capture(finding.kind))),
        );
    };
    if finding.confidence == Confidence::Low {
        confirm(steps);
    }
    for (text, command) in advice(report, finding).engineer {
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
                "Escalate to {}, with the escalation summary below and the flare: {}.",
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
        Some(agent_command(report, CAPTURE)),
    );
    push(
        steps,
        about,
        "If the Agent seems stuck or slow rather than busy, have lock contention recorded too; the two flags work in the core Agent only.".to_owned(),
        Some(agent_command(report, "flare --profile 30 --profile-mutex --profile-blocking")),
    );
    push(
        steps,
        about,
        "If the problem comes and goes, let the Agent take the flare by itself: the agentprofiling check (since 7.66/7.67) does when memory or CPU crosses a limit.".to_owned(),
        None,
    );
}

fn normal_steps(report: &Report, steps: &mut Vec<Step>) {
    let about = "No finding";
    push(
        steps,
        about,
        "Nothing has to be fixed by what the profiles show. Close with the customer message unless the symptom is still there; the next steps are for that case.".to_owned(),
        None,
    );
    if let Some(text) = memory_account(report) {
        push(steps, "If memory is the symptom", text, None);
    }
    push(
        steps,
        "If memory is the symptom",
        "A slow leak does not show in a short window: take a longer capture, or two flares some hours apart without a restart in between.".to_owned(),
        Some(agent_command(report, LONG_CAPTURE)),
    );
    push(
        steps,
        "If CPU is the symptom",
        "Take the flare while the CPU is high; a profile of a quiet minute is clear by nature."
            .to_owned(),
        Some(agent_command(report, "flare --profile 60")),
    );
    if contention_unmeasured(report) {
        push(
            steps,
            "If the Agent seems stuck",
            "Contention was not recorded, because its rates are 0 by default. The flags turn it on in the core Agent while the flare is made.".to_owned(),
            Some(agent_command(report, LOCK_CAPTURE)),
        );
    }
}

/// Which part of the core Agent's memory a Go profile can explain.
fn memory_account(report: &Report) -> Option<String> {
    let rss = report.rss_bytes.filter(|rss| *rss > 0)?;
    let go = if report.agent.local {
        return None;
    } else {
        i64::try_from(report.memstats.as_ref()?.held()?).ok()?
    };
    let python = report.python_bytes.unwrap_or(0);
    let rest = rss.saturating_sub(go).saturating_sub(python);
    let python_text = if python > 0 {
        format!(
            ", Python {} ({})",
            human(python, "bytes"),
            human_share(python, rss)
        )
    } else {
        String::new()
    };
    let advice = if go.saturating_mul(2) < rss {
        " Most of it is outside Go, where a heap profile can't see it: look at Python checks (datadog-agent check <name> -m) and C libraries."
    } else {
        " Most of it is Go's, so heap profiles can explain it."
    };
    let rest_text = if rest > 0 {
        format!(
            "; {} is other memory such as mapped files and C libraries.",
            human(rest, "bytes")
        )
    } else {
        ". The parts add up to more than the whole because Go also counts memory that is not resident.".to_owned()
    };
    Some(format!(
        "Of the core Agent's {} resident memory the Go runtime holds {} ({}){python_text}{rest_text}{advice}",
        human(rss, "bytes"),
        human(go, "bytes"),
        human_share(go, rss),
    ))
}

fn unmeasured_steps(report: &Report, steps: &mut Vec<Step>) {
    for state in unmeasured(report) {
        let hole = Hole::of(state);
        let about = format!("{} in {} not measured", state.kind.title(), state.process);
        let capture = if state.kind == FindingKind::Contention {
            LOCK_CAPTURE
        } else {
            hole.capture()
        };
        let command = agent_command(report, capture);
        let why = state.why.trim_end();
        let known = steps
            .iter()
            .any(|step| step.command.as_ref() == Some(&command));
        if known {
            let text = format!("{why} {} The command above does it.", hole.engineer(state));
            push(steps, &about, text, None);
        } else {
            push(
                steps,
                &about,
                format!("{why} {}", hole.engineer(state)),
                Some(command),
            );
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
