//! Numbers that verdicts, confidence and notes are decided by.
//!
//! Data, not code: `data/thresholds.toml` gives them and says why each has its value. Users may
//! change them; the report says so. Units are part of the names. What the numbers are applied to
//! is no business of this module.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::kinds::ProfileName;
use tables::data_file::{self, DataFileError};

/// Format of the file that this version reads.
const SCHEMA: u32 = 1;

/// All thresholds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    schema: u32,
    /// When heap growth is a leak.
    pub leak: LeakThresholds,
    /// When a function is a CPU spike.
    pub cpu: CpuThresholds,
    /// When waiting is contention.
    pub contention: ContentionThresholds,
    /// What lowers confidence in a finding.
    pub confidence: ConfidenceLimits,
    /// What is worth a note that changes no verdict.
    pub notes: NoteThresholds,
    /// What the memory account comes to.
    pub memory: MemoryThresholds,
}

/// When heap growth between two snapshots is a leak.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeakThresholds {
    /// Net growth of non-runtime functions has to be over this.
    pub growth_bytes: i64,
    /// With a positive net, one function's flat growth over this crosses too.
    pub function_growth_bytes: i64,
    /// And growth has to be at least this fast.
    pub growth_bytes_per_minute: i64,
    /// Snapshots closer than this measure nothing unless they cross.
    pub min_window_s: f64,
    /// Window where no time says otherwise.
    pub assumed_window_s: f64,
    /// Growth under so many standard deviations is within noise.
    pub noise_sigmas: f64,
}

/// When one function is a CPU spike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CpuThresholds {
    /// Its flat share of the profile's total has to be over this.
    pub function_percent: f64,
    /// The process has to have at least so much CPU time in the profile.
    pub min_cpu_s: f64,
    /// And at least so many cores in use on average.
    pub min_cores: f64,
}

/// When waiting is contention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentionThresholds {
    /// Total delay of a mutex or block profile has to be over this.
    pub delay_ns: i64,
    /// Idle waits count too.
    pub count_idle_waits: bool,
    /// Leaves of the block profile that are idle waits, full function names.
    pub idle_leaves: Vec<String>,
}

/// What lowers confidence, one step per reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfidenceLimits {
    /// Fewer samples in the CPU profile.
    pub min_cpu_samples: i64,
    /// Fewer lock events that were really sampled.
    pub min_lock_events: i64,
    /// Contentions that one sampled event stands for, unless the configuration says otherwise.
    pub default_mutex_fraction: i64,
    /// Fewer goroutines waiting on average (delay by window).
    pub min_goroutines_waiting: f64,
    /// A shorter window.
    pub min_window_s: f64,
    /// The process started more recently.
    pub min_uptime_s: f64,
    /// At least so many functions are needed for [`Self::spread_share_percent`] of the growth.
    pub spread_functions: usize,
    /// See [`Self::spread_functions`].
    pub spread_share_percent: f64,
    /// The real interval is longer than the window by more than this factor.
    pub max_interval_stretch: f64,
    /// Leaves under which a blocked thread counts as busy on Windows; `*` stands for anything.
    pub windows_blocked_leaves: Vec<String>,
}

/// What is worth a note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteThresholds {
    /// Growth under the leak threshold, at least this fast.
    pub steady_growth_bytes_per_minute: i64,
    /// One function gained more than this and the net did not grow.
    pub moved_bytes: i64,
    /// The second snapshot is smaller by more than this.
    pub shrank_bytes: i64,
    /// A heap in use over this that does not grow.
    pub large_heap_bytes: i64,
    /// Garbage collection's share of CPU over this.
    pub gc_cpu_percent: f64,
    /// A sample is garbage collection's when any of its frames is one of these.
    pub gc_frames: Vec<String>,
    /// At least so many cores in use without one hot function.
    pub busy_cores: f64,
    /// Allocation rate over this.
    pub allocation_bytes_per_second: i64,
    /// Heap in use is less than this part of RSS.
    pub min_heap_percent_of_rss: f64,
    /// RSS is over this part of the container's limit.
    pub container_limit_percent: f64,
    /// With fewer DogStatsD contexts, DogStatsD is not what fills the aggregation pipeline.
    pub many_contexts: i64,
    /// More goroutines than this.
    pub goroutines: usize,
    /// More goroutines than this with one and the same stack.
    pub goroutines_same_stack: usize,
}

/// What the memory account comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryThresholds {
    /// Smaller parts are no matter.
    pub large_bytes: i64,
    /// Resident memory outside of Go from which on a heap profile can't explain it.
    pub outside_go_percent: f64,
    /// What Go holds to what is in use: over this it is garbage and fragmentation.
    pub held_to_in_use: f64,
}

/// One threshold that is not the built-in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdChange {
    /// Name in the file, for example `leak.growth_bytes`.
    pub name: String,
    /// Built-in value, as JSON.
    pub default: String,
    /// Value in force, as JSON.
    pub value: String,
}

/// Why thresholds cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ThresholdsError {
    /// Not TOML, too deep, or not of this shape.
    #[error("the thresholds are not valid: {0}")]
    Syntax(#[source] DataFileError),
    /// Written for another version.
    #[error("the thresholds have schema {found}, this version reads {expected}")]
    Schema {
        /// In the file.
        found: u32,
        /// In this version.
        expected: u32,
    },
    /// A number that no measurement can be held against.
    #[error("{name} is {value}, expected {expected}")]
    OutOfRange {
        /// Name in the file.
        name: &'static str,
        /// As written.
        value: f64,
        /// What would do.
        expected: &'static str,
    },
}

impl Thresholds {
    /// The thresholds that come with this version.
    pub fn builtin() -> Self {
        static BUILTIN: OnceLock<Thresholds> = OnceLock::new();
        BUILTIN
            .get_or_init(|| {
                Self::parse(tables::THRESHOLDS)
                    .expect("data/thresholds.toml is part of the program and parsed by a test")
            })
            .clone()
    }

    /// Reads thresholds in the format of `data/thresholds.toml`, complete.
    ///
    /// # Errors
    /// `Syntax` also for missing and for unknown names; otherwise as [`Self::check`].
    pub fn parse(text: &str) -> Result<Self, ThresholdsError> {
        let thresholds: Self = data_file::read_compact(text).map_err(ThresholdsError::Syntax)?;
        if thresholds.schema != SCHEMA {
            return Err(ThresholdsError::Schema {
                found: thresholds.schema,
                expected: SCHEMA,
            });
        }
        thresholds.check()?;
        Ok(thresholds)
    }

    /// Checks ranges; for callers that changed a field.
    ///
    /// # Errors
    /// `OutOfRange` for the first number that is negative, no number, or a percentage over 100.
    #[expect(
        clippy::cast_precision_loss,
        reason = "shown in a message and compared with 0 and 1"
    )]
    pub fn check(&self) -> Result<(), ThresholdsError> {
        let Self {
            leak,
            cpu,
            contention,
            confidence,
            notes,
            memory,
            ..
        } = self;
        let amounts = [
            ("leak.growth_bytes", leak.growth_bytes as f64),
            (
                "leak.function_growth_bytes",
                leak.function_growth_bytes as f64,
            ),
            (
                "leak.growth_bytes_per_minute",
                leak.growth_bytes_per_minute as f64,
            ),
            ("leak.min_window_s", leak.min_window_s),
            ("leak.noise_sigmas", leak.noise_sigmas),
            ("cpu.min_cpu_s", cpu.min_cpu_s),
            ("cpu.min_cores", cpu.min_cores),
            ("contention.delay_ns", contention.delay_ns as f64),
            (
                "confidence.min_cpu_samples",
                confidence.min_cpu_samples as f64,
            ),
            (
                "confidence.min_lock_events",
                confidence.min_lock_events as f64,
            ),
            (
                "confidence.min_goroutines_waiting",
                confidence.min_goroutines_waiting,
            ),
            ("confidence.min_window_s", confidence.min_window_s),
            ("confidence.min_uptime_s", confidence.min_uptime_s),
            (
                "confidence.max_interval_stretch",
                confidence.max_interval_stretch,
            ),
            (
                "notes.steady_growth_bytes_per_minute",
                notes.steady_growth_bytes_per_minute as f64,
            ),
            ("notes.moved_bytes", notes.moved_bytes as f64),
            ("notes.shrank_bytes", notes.shrank_bytes as f64),
            ("notes.many_contexts", notes.many_contexts as f64),
            ("notes.large_heap_bytes", notes.large_heap_bytes as f64),
            ("notes.busy_cores", notes.busy_cores),
            ("memory.large_bytes", memory.large_bytes as f64),
            ("memory.held_to_in_use", memory.held_to_in_use),
            (
                "notes.allocation_bytes_per_second",
                notes.allocation_bytes_per_second as f64,
            ),
        ];
        let percentages = [
            ("cpu.function_percent", cpu.function_percent),
            (
                "confidence.spread_share_percent",
                confidence.spread_share_percent,
            ),
            ("notes.gc_cpu_percent", notes.gc_cpu_percent),
            ("memory.outside_go_percent", memory.outside_go_percent),
            (
                "notes.min_heap_percent_of_rss",
                notes.min_heap_percent_of_rss,
            ),
            (
                "notes.container_limit_percent",
                notes.container_limit_percent,
            ),
        ];
        // Divisors.
        let divisors = [
            ("leak.assumed_window_s", leak.assumed_window_s),
            (
                "confidence.default_mutex_fraction",
                confidence.default_mutex_fraction as f64,
            ),
        ];
        first_outside(&amounts, "zero or more", |value| value >= 0.0)?;
        first_outside(&percentages, "0 to 100", |value| {
            (0.0..=100.0).contains(&value)
        })?;
        first_outside(&divisors, "more than zero", |value| value > 0.0)
    }

    /// What differs from the built-in thresholds, by name. Empty when nothing does.
    pub fn changes(&self) -> Vec<ThresholdChange> {
        let mut changes = Vec::new();
        // Plain numbers, flags and lists always have a JSON form, so neither side can fail.
        if let (Ok(default), Ok(value)) = (
            serde_json::to_value(Self::builtin()),
            serde_json::to_value(self),
        ) {
            collect_changes("", &default, &value, &mut changes);
        }
        changes
    }

    /// Whether a function is an idle wait when it is the leaf of a block profile's sample.
    pub fn is_idle_leaf(&self, function: &str) -> bool {
        self.contention
            .idle_leaves
            .iter()
            .any(|leaf| leaf == function)
    }

    /// Whether samples of a profile with that leaf are idle waits, which do not count.
    pub fn is_idle_wait(&self, profile: ProfileName, leaf: &str) -> bool {
        profile == ProfileName::Block
            && !self.contention.count_idle_waits
            && self.is_idle_leaf(leaf)
    }

    /// Whether a frame of this function makes a CPU sample the garbage collector's.
    pub fn is_gc_frame(&self, function: &str) -> bool {
        self.notes.gc_frames.iter().any(|frame| frame == function)
    }

    /// Whether a thread may be blocked rather than busy when this is its leaf on Windows.
    pub fn is_windows_blocked_leaf(&self, function: &str) -> bool {
        self.confidence
            .windows_blocked_leaves
            .iter()
            .any(|leaf| match leaf.strip_suffix('*') {
                Some(start) => function.starts_with(start),
                None => leaf == function,
            })
    }
}

/// Infinity fits nothing: no measurement could be over it, or all would.
fn first_outside(
    values: &[(&'static str, f64)],
    expected: &'static str,
    fits: impl Fn(f64) -> bool,
) -> Result<(), ThresholdsError> {
    match values
        .iter()
        .find(|(_, value)| !value.is_finite() || !fits(*value))
    {
        Some(&(name, value)) => Err(ThresholdsError::OutOfRange {
            name,
            value,
            expected,
        }),
        None => Ok(()),
    }
}

fn collect_changes(
    name: &str,
    default: &serde_json::Value,
    value: &serde_json::Value,
    changes: &mut Vec<ThresholdChange>,
) {
    match (default, value) {
        (serde_json::Value::Object(defaults), serde_json::Value::Object(values)) => {
            for (key, value) in values {
                let name = if name.is_empty() {
                    key.clone()
                } else {
                    format!("{name}.{key}")
                };
                let default = defaults.get(key).unwrap_or(&serde_json::Value::Null);
                collect_changes(&name, default, value, changes);
            }
        }
        _ if default != value => changes.push(ThresholdChange {
            name: name.to_owned(),
            default: default.to_string(),
            value: value.to_string(),
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// The procedure's numbers, written out: a slip in the file shall not go unseen.
    #[test]
    fn builtin_is_the_procedure() {
        let thresholds = Thresholds::builtin();
        assert_eq!(thresholds.leak.growth_bytes, 10 << 20);
        assert_eq!(thresholds.leak.function_growth_bytes, 10 << 20);
        assert_eq!(thresholds.leak.growth_bytes_per_minute, 1 << 20);
        assert_eq!(thresholds.cpu.function_percent, 50.0);
        assert_eq!(thresholds.cpu.min_cpu_s, 0.5);
        assert_eq!(thresholds.cpu.min_cores, 0.05);
        assert_eq!(thresholds.contention.delay_ns, 1_000_000_000);
        assert!(!thresholds.contention.count_idle_waits);
        assert_eq!(thresholds.changes(), []);
    }

    #[test]
    fn idle_leaves() {
        let thresholds = Thresholds::builtin();
        for leaf in [
            "runtime.selectgo",
            "runtime.chanrecv1",
            "runtime.chanrecv2",
            "sync.(*Cond).Wait",
            "sync.(*WaitGroup).Wait",
        ] {
            assert!(thresholds.is_idle_leaf(leaf), "{leaf}");
        }
        for leaf in [
            "sync.(*Mutex).Lock",
            "sync.(*RWMutex).Lock",
            "sync.(*RWMutex).RLock",
            "runtime.chansend1",
            "runtime.chanrecv",
        ] {
            assert!(!thresholds.is_idle_leaf(leaf), "{leaf}");
        }
    }

    #[test]
    fn gc_frames_and_blocked_leaves() {
        let thresholds = Thresholds::builtin();
        assert!(thresholds.is_gc_frame("runtime.gcBgMarkWorker"));
        assert!(!thresholds.is_gc_frame("runtime.gcBgMarkWorker.func2"));
        assert!(thresholds.is_windows_blocked_leaf("runtime.cgocall"));
        assert!(thresholds.is_windows_blocked_leaf("syscall.SyscallN"));
        assert!(!thresholds.is_windows_blocked_leaf("runtime.cgocallback"));
        assert!(!thresholds.is_windows_blocked_leaf("internal/syscall/windows.GetQueue"));
    }

    #[test]
    fn changes_are_named() {
        let mut thresholds = Thresholds::builtin();
        thresholds.leak.growth_bytes = 5 << 20;
        thresholds.contention.count_idle_waits = true;
        let changes: Vec<String> = thresholds
            .changes()
            .into_iter()
            .map(|change| {
                format!(
                    "{}: {} instead of {}",
                    change.name, change.value, change.default
                )
            })
            .collect();
        expect![[r#"
            [
                "contention.count_idle_waits: true instead of false",
                "leak.growth_bytes: 5242880 instead of 10485760",
            ]
        "#]]
        .assert_debug_eq(&changes);
    }

    #[track_caller]
    fn check_refused(from: &str, to: &str, expected: &Expect) {
        let text = include_str!("../../../data/thresholds.toml");
        assert!(text.contains(from), "{from}");
        let message = match Thresholds::parse(&text.replacen(from, to, 1)) {
            Ok(_) => "accepted".to_owned(),
            Err(error) => error.to_string(),
        };
        expected.assert_eq(&message);
    }

    #[test]
    fn refused() {
        check_refused(
            "schema = 1",
            "schema = 2",
            &expect!["the thresholds have schema 2, this version reads 1"],
        );
        check_refused(
            "delay_ns = 1_000_000_000",
            "delay_ns = -1",
            &expect!["contention.delay_ns is -1, expected zero or more"],
        );
        check_refused(
            "function_percent = 50.0",
            "function_percent = 101.0",
            &expect!["cpu.function_percent is 101, expected 0 to 100"],
        );
        check_refused(
            "noise_sigmas = 3.0",
            "noise_sigmas = nan",
            &expect!["leak.noise_sigmas is NaN, expected zero or more"],
        );
        check_refused(
            "default_mutex_fraction = 100",
            "default_mutex_fraction = 0",
            &expect!["confidence.default_mutex_fraction is 0, expected more than zero"],
        );
        check_refused(
            "min_cores = 0.05",
            "min_cores = 0.05\nmax_cores = 1.0",
            &expect![[r#"
                the thresholds are not valid: unknown field `max_cores`, expected one of `function_percent`, `min_cpu_s`, `min_cores`
                in `cpu`
            "#]],
        );
        check_refused(
            "min_cores = 0.05",
            "",
            &expect![[r#"
                the thresholds are not valid: missing field `min_cores`
                in `cpu`
            "#]],
        );
    }
}
