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

    /// The check that a value of it names: the Agent writes an instance as the check's name, a colon
    /// and the rest.
    pub fn check(self, value: &str) -> Option<&str> {
        match self {
            Self::CheckId | Self::CheckName => Some(check_of(value)),
            Self::Module | Self::RuleId => None,
        }
    }
}

/// The check of an instance: the Agent writes it as the check's name, a colon and the rest.
pub(crate) fn check_of(instance: &str) -> &str {
    instance.split(':').next().unwrap_or(instance)
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
    /// The check that used the most, all its instances together.
    pub fn first_check(&self) -> Option<(&str, i64)> {
        let mut checks: Vec<(&str, i64)> = Vec::new();
        for (value, sum) in &self.values {
            let check = self.label.check(value)?;
            match checks.iter_mut().find(|(known, _)| *known == check) {
                Some((_, all)) => *all = all.saturating_add(*sum),
                None => checks.push((check, *sum)),
            }
        }
        // The first of equals: values come largest first.
        checks.into_iter().rev().max_by_key(|(_, sum)| *sum)
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use profile::text::draw;

    fn labelled_by(drawn: &str) -> Vec<Labelled> {
        let view = View::of(draw("cpu/nanoseconds", drawn).unwrap(), "").unwrap();
        labelled(&view)
    }

    #[test]
    fn instances_of_one_check_count_together() {
        let found = labelled_by(
            "run 4 #check_id=disk:a\nrun 3 #check_id=http:b\nrun 3 #check_id=http:c\nidle 90",
        );
        let [by_check] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(by_check.values[0], ("disk:a".to_owned(), 4));
        assert_eq!(by_check.first_check(), Some(("http", 6)));
        assert_eq!((by_check.labelled, by_check.total), (10, 100));
    }

    #[test]
    fn only_labels_of_checks_name_one_and_no_label_is_nothing() {
        assert!(labelled_by("run 4").is_empty());
        let found = labelled_by("run 4 #module=network_tracer #rule_id=exec");
        let labels: Vec<AgentLabel> = found.iter().map(|it| it.label).collect();
        assert_eq!(labels, [AgentLabel::Module, AgentLabel::RuleId]);
        assert!(found.iter().all(|it| it.first_check().is_none()));
    }
}
