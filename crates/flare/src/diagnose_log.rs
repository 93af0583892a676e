//! `diagnose.log`: what the Agent's own diagnosis of its set-up and connections came to.
//!
//! ```text
//! Suite: port-conflict
//! 58. --------------
//!   PASS security_agent.expvar_port
//!   Diagnosis: Required port 5011 is not used
//!
//! -------------------------
//!   Total:58, Success:43, Fail:15
//! ```
//!
//! Only results and names are taken; what a diagnosis says is free text.

use super::text;

/// Diagnoses kept that did not succeed.
const KEPT: usize = 200;

/// Bytes kept of a name.
const NAME: usize = 300;

/// How a diagnosis ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// What it looked for is as it should be.
    Success,
    /// It is not.
    Fail,
    /// It may not be.
    Warning,
    /// The diagnosis itself failed.
    UnexpectedError,
}

impl Outcome {
    /// Its name in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Fail => "fail",
            Self::Warning => "warning",
            Self::UnexpectedError => "unexpected-error",
        }
    }
}

/// A diagnosis that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// For example `connectivity-datadog-event-platform`.
    pub suite: String,
    /// For example `[DBM] Connectivity to https://...`.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnoses {
    /// How many succeeded.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// How many warned.
    pub warned: u64,
    /// How many failed themselves.
    pub errors: u64,
    /// Those that did not succeed, in the order of the file; at most the first of them.
    pub unsuccessful: Vec<Diagnosis>,
}

impl Diagnoses {
    /// How many there were.
    pub const fn total(&self) -> u64 {
        self.succeeded
            .saturating_add(self.failed)
            .saturating_add(self.warned)
            .saturating_add(self.errors)
    }
}

/// Reads the file; `None` where it tells of no diagnosis.
pub fn parse(text: &str) -> Option<Diagnoses> {
    let mut diagnoses = Diagnoses::default();
    let mut suite = "";
    let mut begins = false;
    for line in text.lines() {
        let line = line.trim_end();
        if let Some(name) = line.strip_prefix("Suite: ") {
            suite = name.trim();
        } else if begins && let Some((outcome, name)) = result(line.trim_start()) {
            *diagnoses.count(outcome) += 1;
            if outcome != Outcome::Success && diagnoses.unsuccessful.len() < KEPT {
                diagnoses.unsuccessful.push(Diagnosis {
                    suite: text::cut(suite, NAME).to_owned(),
                    name: text::cut(name, NAME).to_owned(),
                    outcome,
                });
            }
        } else if let Some(summary) = line.trim_start().strip_prefix("Total:") {
            diagnoses.sum_up(summary);
        }
        // The result stands right below its number; elsewhere such words are free text.
        begins = line
            .split_once(". ---")
            .is_some_and(|(number, _)| number.parse::<u64>().is_ok());
    }
    (diagnoses.total() > 0).then_some(diagnoses)
}

/// `FAIL [DBM] Connectivity to ...`
fn result(line: &str) -> Option<(Outcome, &str)> {
    [
        ("PASS ", Outcome::Success),
        ("FAIL ", Outcome::Fail),
        ("WARNING ", Outcome::Warning),
        ("UNEXPECTED ERROR ", Outcome::UnexpectedError),
    ]
    .into_iter()
    .find_map(|(word, outcome)| Some((outcome, line.strip_prefix(word)?.trim())))
}

impl Diagnoses {
    fn count(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Success => &mut self.succeeded,
            Outcome::Fail => &mut self.failed,
            Outcome::Warning => &mut self.warned,
            Outcome::UnexpectedError => &mut self.errors,
        }
    }

    /// `58, Success:43, Fail:15`. Older versions list what succeeded as a dot, so these are right.
    fn sum_up(&mut self, summary: &str) {
        let mut parts = summary.split(", ");
        if parts.next().and_then(text::count).is_none() {
            return;
        }
        for part in parts {
            let Some((name, count)) = part.split_once(':') else {
                continue;
            };
            let outcome = match name {
                "Success" => Outcome::Success,
                "Fail" => Outcome::Fail,
                "Warning" => Outcome::Warning,
                "Error" => Outcome::UnexpectedError,
                _ => continue,
            };
            if let Some(count) = text::count(count) {
                *self.count(outcome) = count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &str = "=== Starting diagnose ===\n==============\nSuite: connectivity\n1. --------------\n  PASS EC2 Metadata availability\n  Diagnosis: fine\n\n2. --------------\n  FAIL [DBM] Connectivity to https://dbm.example/api\n  Diagnosis: \n  FAIL not a result\n\n==============\nSuite: check-datadog\n3. --------------\n  WARNING disk\n  Diagnosis: x\n4. --------------\n  UNEXPECTED ERROR cpu\n";

    #[test]
    fn results_and_names() {
        let diagnoses = parse(BOTH).unwrap();
        assert_eq!((diagnoses.succeeded, diagnoses.failed), (1, 1));
        assert_eq!((diagnoses.warned, diagnoses.errors), (1, 1));
        let names: Vec<_> = diagnoses
            .unsuccessful
            .iter()
            .map(|one| (one.suite.as_str(), one.name.as_str(), one.outcome))
            .collect();
        assert_eq!(
            names,
            [
                (
                    "connectivity",
                    "[DBM] Connectivity to https://dbm.example/api",
                    Outcome::Fail
                ),
                ("check-datadog", "disk", Outcome::Warning),
                ("check-datadog", "cpu", Outcome::UnexpectedError),
            ]
        );
        let windows = parse(&BOTH.replace('\n', "\r\n")).unwrap();
        assert_eq!(windows, diagnoses);
    }

    #[test]
    fn successes_as_dots() {
        let text = "=== Starting diagnose ===\n...\n==============\nSuite: a\n4. --------------\n  FAIL b\n  Diagnosis: c\n\n-------------------------\n  Total:5, Success:3, Fail:1, Error:1\n";
        let diagnoses = parse(text).unwrap();
        assert_eq!((diagnoses.total(), diagnoses.succeeded), (5, 3));
        assert_eq!(diagnoses.errors, 1);
    }

    #[test]
    fn no_diagnoses() {
        for text in ["", "  Total:0\n", "Total:x, Fail:3", "  PASS a\n", "1. ---"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
        let many = "1. ---\n  FAIL a\n".repeat(KEPT + 5);
        let many = parse(&many).unwrap();
        assert_eq!((many.failed, many.unsuccessful.len()), (205, KEPT));
    }

    #[test]
    fn long_runs_of_one_character() {
        for one in ["-", ".", ":", ",", " ", "1", "\n", "\r"] {
            assert_eq!(parse(&one.repeat(200_000)), None, "{one:?}");
        }
    }
}
