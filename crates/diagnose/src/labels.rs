//! CPU time by the labels that the Agent puts on its goroutines: the profile's own word on who used
//! it.

use profile::lens::labels::sums;
use profile::lens::view::View;

use crate::share::Share;

/// A label that the Agent sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AgentLabel {
    /// Instance of a Python check, `name:hash`.
    CheckId,
    /// Name of a check.
    CheckName,
    /// Module of system-probe.
    Module,
    /// Rule of system-probe's runtime security.
    RuleId,
}

impl AgentLabel {
    /// All of them, the finest first.
    pub const ALL: [Self; 4] = [Self::CheckId, Self::CheckName, Self::Module, Self::RuleId];

    /// Its key in profiles.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CheckId => "check_id",
            Self::CheckName => "check_name",
            Self::Module => "module",
            Self::RuleId => "rule_id",
        }
    }
}

/// What a profile counts by one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The label.
    pub label: AgentLabel,
    /// Its values with their sums, largest first.
    pub values: Vec<(String, i64)>,
    /// Sum of what has the label.
    pub labelled: i64,
    /// Sum of everything.
    pub total: i64,
}

impl Labelled {
    /// A sum's part of everything.
    pub fn share(&self, value: i64) -> Share {
        Share::of(value, self.total)
    }
}

/// The labels that a view has, each with its sums.
pub fn labelled(view: &View) -> Vec<Labelled> {
    AgentLabel::ALL
        .into_iter()
        .map(|label| {
            let found = sums(view, label.as_str());
            Labelled {
                label,
                values: found.values,
                labelled: found.labelled,
                total: view.total,
            }
        })
        .filter(|labelled| !labelled.values.is_empty())
        .collect()
}
