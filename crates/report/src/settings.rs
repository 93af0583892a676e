//! What a report is made with, and what of it a user chose.
//!
//! Choices are plain data: the page keeps them in its storage, the command line makes them from
//! its flags. They become [`Settings`] in one place, which checks them.

use serde::{Deserialize, Serialize};

use crate::texts::limit;
use diagnose::owner::{Owners, OwnersError};
use diagnose::thresholds::{Thresholds, ThresholdsError};
use profile::pprof::{Limits, Totals};

/// How loose heap profiles of one program become a pair. Asked for one opening, and never kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pairs {
    /// The earliest and the latest by the times in them.
    #[default]
    ByTime,
    /// The same the other way round: their times are wrong.
    Swapped,
    /// No pair: each stands for itself.
    Apart,
}

impl Pairs {
    /// The stable name, used in hooks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByTime => "by-time",
            Self::Swapped => "swapped",
            Self::Apart => "apart",
        }
    }
}

/// What the report is made with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Numbers that the verdict is decided by.
    pub thresholds: Thresholds,
    /// Who owns which function.
    pub owners: Owners,
    /// Name of the user's owners file; `None` for the built-in table.
    pub owners_file: Option<String>,
    /// Bounds of a profile.
    pub limits: Limits,
    /// Bounds of all profiles of a flare together.
    pub totals: Totals,
    /// How loose heap profiles are paired.
    pub pairs: Pairs,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            thresholds: Thresholds::builtin(),
            owners: Owners::builtin().clone(),
            owners_file: None,
            limits: Limits::default(),
            totals: Totals::default(),
            pairs: Pairs::default(),
        }
    }
}

/// What a user changed. What is absent stays as it comes with this version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choices {
    /// Growth of the heap that is a leak, in MB of 2^20 bytes; of the net and of one function.
    pub leak_mb: Option<f64>,
    /// Share of one function that is a CPU spike, in percent.
    pub cpu_percent: Option<f64>,
    /// Delay that is contention, in seconds.
    pub contention_s: Option<f64>,
    /// Idle waits count as contention too.
    pub count_idle_waits: bool,
    /// An owners file to use instead of the built-in table.
    pub owners: Option<OwnersFile>,
}

/// A file in the format of `data/owners.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnersFile {
    /// Its name, for messages.
    pub name: String,
    /// All of it.
    pub text: String,
}

/// Why choices can't be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A threshold that nothing can be held against.
    #[error("{what} is {value}, expected {expected}")]
    Threshold {
        /// Which, in words.
        what: &'static str,
        /// As given.
        value: f64,
        /// What would do.
        expected: &'static str,
    },
    /// The thresholds don't fit together.
    #[error(transparent)]
    Thresholds(#[from] ThresholdsError),
    /// The owners file can't be used.
    #[error("owners file {name}")]
    Owners {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        error: OwnersError,
    },
}

/// The largest amounts that still mean something: what no profile can hold is a slip of the pen.
const MAX_MB: f64 = 1_048_576.0;
const MAX_SECONDS: f64 = 1_000_000.0;

impl Choices {
    /// Checks the choices and makes settings of them.
    ///
    /// # Errors
    /// The first choice that can't be used.
    pub fn settings(&self) -> Result<Settings, SettingsError> {
        let mut settings = Settings::default();
        let thresholds = &mut settings.thresholds;
        if let Some(mb) = self.leak_mb {
            let bytes = (within("the memory leak threshold in MB", mb, MAX_MB)? * 1_048_576.0)
                .round() as i64;
            thresholds.leak.growth_bytes = bytes;
            thresholds.leak.function_growth_bytes = bytes;
        }
        if let Some(percent) = self.cpu_percent {
            thresholds.cpu.function_percent =
                within("the CPU threshold in percent", percent, 100.0)?;
        }
        if let Some(seconds) = self.contention_s {
            let seconds = within("the contention threshold in seconds", seconds, MAX_SECONDS)?;
            thresholds.contention.delay_ns = (seconds * 1e9).round() as i64;
        }
        thresholds.contention.count_idle_waits |= self.count_idle_waits;
        thresholds.check()?;
        if let Some(file) = &self.owners {
            settings.owners = Owners::parse(&file.text).map_err(|error| SettingsError::Owners {
                name: file.name.clone(),
                error,
            })?;
            settings.owners_file = Some(file.name.clone());
        }
        Ok(settings)
    }
}

fn within(what: &'static str, value: f64, max: f64) -> Result<f64, SettingsError> {
    if value.is_finite() && (0.0..=max).contains(&value) {
        return Ok(value);
    }
    Err(SettingsError::Threshold {
        what,
        value,
        expected: match max {
            100.0 => "0 to 100",
            MAX_MB => "0 to 1048576",
            _ => "0 to 1000000",
        },
    })
}

/// Settings in force, as people read them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SettingsView {
    /// Growth of the heap that is a leak, in MB.
    pub leak_mb: f64,
    /// Share of one function that is a CPU spike, in percent.
    pub cpu_percent: f64,
    /// Delay that is contention, in seconds.
    pub contention_s: f64,
    /// Idle waits count too.
    pub count_idle_waits: bool,
    /// Name of the user's owners file, or empty for the built-in table.
    pub owners_file: String,
    /// What the owner table says of its origin.
    pub owners_source: String,
    /// Date of the owner table.
    pub owners_date: String,
    /// Patterns in the owner table.
    pub owners_count: usize,
    /// What is not as it comes with this version; a sentence each.
    pub changes: Vec<String>,
    /// How loose heap profiles were paired.
    pub pairs: Pairs,
}

impl Settings {
    /// For the page.
    pub fn view(&self) -> SettingsView {
        let thresholds = &self.thresholds;
        SettingsView {
            leak_mb: thresholds.leak.growth_bytes as f64 / 1_048_576.0,
            cpu_percent: thresholds.cpu.function_percent,
            contention_s: thresholds.contention.delay_ns as f64 / 1e9,
            count_idle_waits: thresholds.contention.count_idle_waits,
            owners_file: self.owners_file.clone().unwrap_or_default(),
            owners_source: self.owners.source().to_owned(),
            owners_date: self.owners.date().to_owned(),
            owners_count: self.owners.len(),
            changes: self.changes(),
            pairs: self.pairs,
        }
    }

    /// What is not as it comes with this version; a sentence each.
    pub fn changes(&self) -> Vec<String> {
        let mut changes = self.threshold_changes();
        if let Some(name) = &self.owners_file {
            changes.push(format!(
                "Owners come from {name} ({}, {}), not from the built-in table.",
                self.owners.source(),
                self.owners.date()
            ));
        }
        changes
    }
}

impl Settings {
    /// In words where a user can choose, by name in the file otherwise.
    fn threshold_changes(&self) -> Vec<String> {
        let default = Thresholds::builtin();
        let (leak, cpu, contention) = (
            &self.thresholds.leak,
            &self.thresholds.cpu,
            &self.thresholds.contention,
        );
        self.thresholds
            .changes()
            .into_iter()
            .filter_map(|change| match change.name.as_str() {
                "leak.growth_bytes" => Some(format!(
                    "Memory leak: more than {}, not the default {}.",
                    limit(leak.growth_bytes, "bytes"),
                    limit(default.leak.growth_bytes, "bytes")
                )),
                // Chosen together with the net growth.
                "leak.function_growth_bytes" if leak.function_growth_bytes == leak.growth_bytes => {
                    None
                }
                "cpu.function_percent" => Some(format!(
                    "CPU spike: more than {}%, not the default {}%.",
                    cpu.function_percent, default.cpu.function_percent
                )),
                "contention.delay_ns" => Some(format!(
                    "Contention: more than {}, not the default {}.",
                    limit(contention.delay_ns, "nanoseconds"),
                    limit(default.contention.delay_ns, "nanoseconds")
                )),
                "contention.count_idle_waits" => {
                    Some("Contention: idle waits count too, by default they do not.".to_owned())
                }
                name => Some(format!(
                    "Threshold {name} is {}, not the default {}.",
                    change.value, change.default
                )),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(choices: &Choices) -> String {
        choices.settings().unwrap_err().to_string()
    }

    #[test]
    fn nothing_chosen_is_the_default() {
        let settings = Choices::default().settings().unwrap();
        assert!(settings.changes().is_empty());
        assert_eq!(settings.view().leak_mb, 10.0);
        assert_eq!(settings.view().owners_file, "");
    }

    #[test]
    fn choices_are_applied_and_named() {
        let choices = Choices {
            leak_mb: Some(2.5),
            cpu_percent: Some(30.0),
            contention_s: Some(0.5),
            count_idle_waits: true,
            owners: Some(OwnersFile {
                name: "ours.toml".to_owned(),
                text: include_str!("../../../data/owners.toml").to_owned(),
            }),
        };
        let settings = choices.settings().unwrap();
        assert_eq!(settings.thresholds.leak.growth_bytes, 2_621_440);
        assert_eq!(settings.thresholds.leak.function_growth_bytes, 2_621_440);
        assert_eq!(settings.thresholds.contention.delay_ns, 500_000_000);
        assert_eq!(
            settings.changes()[..4],
            [
                "Contention: idle waits count too, by default they do not.",
                "Contention: more than 500 ms, not the default 1 s.",
                "CPU spike: more than 30%, not the default 50%.",
                "Memory leak: more than 2.5 MB, not the default 10 MB.",
            ]
        );
        assert!(settings.changes()[4].starts_with("Owners come from ours.toml"));
        assert_eq!(settings.changes().len(), 5);
    }

    #[test]
    fn what_means_nothing_is_refused() {
        let leak = |mb: f64| Choices {
            leak_mb: Some(mb),
            ..Choices::default()
        };
        assert_eq!(
            refused(&leak(-1.0)),
            "the memory leak threshold in MB is -1, expected 0 to 1048576"
        );
        assert!(refused(&leak(f64::NAN)).contains("NaN"));
        assert!(leak(0.0).settings().is_ok());
        let cpu = Choices {
            cpu_percent: Some(101.0),
            ..Choices::default()
        };
        assert_eq!(
            refused(&cpu),
            "the CPU threshold in percent is 101, expected 0 to 100"
        );
        let owners = Choices {
            owners: Some(OwnersFile {
                name: "x.toml".to_owned(),
                text: "schema = 1".to_owned(),
            }),
            ..Choices::default()
        };
        let error = owners.settings().unwrap_err();
        let text = diagnose::errors::chain(&error);
        assert!(text.starts_with("owners file x.toml: "), "{text}");
    }
}
