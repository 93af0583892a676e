//! CPU time by label.

use diagnose::labels::{AgentLabel, Labelled};

/// What has no label.
pub const NONE: &str = "no label";

/// What a label tells apart, as a heading.
pub const fn what(label: AgentLabel) -> &'static str {
    match label {
        AgentLabel::CheckId => "Check instance",
        AgentLabel::CheckName => "Check",
        AgentLabel::Module => "Module",
        AgentLabel::RuleId => "Rule",
    }
}

/// Above the sums of a label.
pub fn caption(label: AgentLabel) -> String {
    let whose = match label {
        AgentLabel::CheckId => "check instance",
        AgentLabel::CheckName => "check",
        AgentLabel::Module => "module of system-probe",
        AgentLabel::RuleId => "rule",
    };
    format!(
        "CPU time by {whose}, from the profile's label {}",
        label.as_str()
    )
}

/// How many values a sentence names.
const NAMED: usize = 5;

/// The sums in a sentence, the largest first.
pub fn sentence(labelled: &Labelled) -> String {
    format!("{}: {}.", caption(labelled.label), shares(labelled))
}

/// The largest sums as shares.
pub fn shares(labelled: &Labelled) -> String {
    let values = labelled.values.iter().take(NAMED);
    let named: Vec<String> = values
        .map(|(value, sum)| format!("{value} {}", labelled.share(*sum)))
        .collect();
    let more = match labelled.values.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    format!("{}{more}", named.join("; "))
}
