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
    /// What has to be looked at although no threshold was crossed.
    pub notable: NotableThresholds,
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
    /// A smaller heap bounds what it may have grown by.
    pub small_heap_bytes: i64,
    /// What a heap came to since the start is said where it is slower than this.
    pub since_start_bytes_per_hour: i64,
    /// A rate is projected only where the process is up for so long.
    pub projection_min_uptime_s: f64,
    /// And only where the heap is this part of what the rate would have made in that time.
    pub projection_heap_percent: f64,
}

/// When one function is a CPU spike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CpuThresholds {
    /// Its flat share of the profile's total has to be over this.
    pub function_percent: f64,
    /// The process has to have at least so much CPU time in the profile.
    pub min_cpu_s: f64,
    /// And at least so many cores in use on average, or half of what its container may use.
    pub min_cores: f64,
    /// Leaves under which C code runs: they count as what called them.
    pub doors: Vec<String>,
}

/// When waiting is contention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentionThresholds {
    /// Total delay of a mutex or block profile has to be over this.
    pub delay_ns: i64,
    /// And at least so many goroutines have to wait on average over the time that it covers.
    pub min_waiting: f64,
    /// Idle waits count too.
    pub count_idle_waits: bool,
    /// Leaves of the block profile that are idle waits, full function names.
    pub idle_leaves: Vec<String>,
    /// Leaves where a goroutine waits for somebody to take over what it has; `*` stands for anything.
    pub handing_leaves: Vec<String>,
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
    /// A growth may be a burst only where the process is up for so long.
    pub burst_min_uptime_s: f64,
    /// And where the rate makes a heap of that size in less than this.
    pub burst_heap_s: f64,
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
    /// Objects of one function that only came and never went, together at least this.
    pub only_grows_bytes: i64,
    /// And at least so many of them were sampled.
    pub only_grows_samples: f64,
    /// A known transient of at least this.
    pub transient_bytes: i64,
    /// That is at least this part of what changed.
    pub transient_percent: f64,
    /// Garbage collection's share of CPU over this.
    pub gc_cpu_percent: f64,
    /// A sample is garbage collection's when any of its frames is one of these.
    pub gc_frames: Vec<String>,
    /// Allocation rate over this.
    pub allocation_bytes_per_second: i64,
    /// With fewer DogStatsD contexts, DogStatsD is not what fills the aggregation pipeline.
    pub many_contexts: i64,
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

/// What has to be looked at although no threshold was crossed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotableThresholds {
    /// Goroutines waiting on average.
    pub goroutines_waiting: f64,
    /// Waiting in all.
    pub waiting_s: f64,
    /// Cores in use.
    pub busy_cores: f64,
    /// Part of the container's CPU limit in use.
    pub cpu_limit_percent: f64,
    /// One component's share of the CPU.
    pub component_percent: f64,
    /// The collector's share of the CPU.
    pub collector_percent: f64,
    /// Cores in use from which on that matters.
    pub collector_min_cores: f64,
    /// Resident memory outside of Go.
    pub outside_go_bytes: i64,
    /// The same as part of all.
    pub outside_go_percent: f64,
    /// A heap that is large.
    pub heap_bytes: i64,
    /// Part of a limit that a heap fills.
    pub heap_limit_percent: f64,
    /// Resident memory as part of the container's limit.
    pub container_limit_percent: f64,
    /// How busy a check worker is.
    pub worker_percent: f64,
    /// How long one run of a check takes.
    pub check_running_s: f64,
    /// A check's last run, in its average runs.
    pub check_samples_ratio: f64,
    /// Runs from which on an average says something.
    pub check_min_runs: u64,
    /// Samples of the last run from which on they matter.
    pub check_min_samples: u64,
    /// Metric contexts.
    pub contexts: i64,
    /// Payloads delivered, of those given to an endpoint.
    pub delivered_percent: f64,
    /// Payloads from which on that says something.
    pub delivered_min_payloads: i64,
    /// DogStatsD packets.
    pub packets_per_second: f64,
    /// Metrics in each of them, at most.
    pub metrics_per_packet: f64,
    /// Mean wait for a CPU.
    pub scheduler_latency_s: f64,
    /// Threads of the operating system.
    pub threads: u64,
    /// Open descriptors as part of their limit.
    pub descriptors_percent: f64,
    /// Goroutines that wait for locks, for however short.
    pub lock_waiters: u64,
    /// Goroutines in all.
    pub goroutines: u64,
    /// Goroutines that wait at one place.
    pub goroutines_alike: u64,
    /// Uptime from which on health means something.
    pub health_min_uptime_s: f64,
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
            notable,
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
            ("leak.small_heap_bytes", leak.small_heap_bytes as f64),
            (
                "leak.since_start_bytes_per_hour",
                leak.since_start_bytes_per_hour as f64,
            ),
            ("leak.projection_min_uptime_s", leak.projection_min_uptime_s),
            (
                "confidence.burst_min_uptime_s",
                confidence.burst_min_uptime_s,
            ),
            ("confidence.burst_heap_s", confidence.burst_heap_s),
            ("notes.only_grows_bytes", notes.only_grows_bytes as f64),
            ("notes.only_grows_samples", notes.only_grows_samples),
            ("notes.transient_bytes", notes.transient_bytes as f64),
            ("cpu.min_cpu_s", cpu.min_cpu_s),
            ("cpu.min_cores", cpu.min_cores),
            ("contention.delay_ns", contention.delay_ns as f64),
            ("contention.min_waiting", contention.min_waiting),
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
            ("memory.large_bytes", memory.large_bytes as f64),
            ("memory.held_to_in_use", memory.held_to_in_use),
            (
                "notes.allocation_bytes_per_second",
                notes.allocation_bytes_per_second as f64,
            ),
            ("notable.goroutines_waiting", notable.goroutines_waiting),
            ("notable.waiting_s", notable.waiting_s),
            ("notable.busy_cores", notable.busy_cores),
            ("notable.collector_min_cores", notable.collector_min_cores),
            ("notable.outside_go_bytes", notable.outside_go_bytes as f64),
            ("notable.heap_bytes", notable.heap_bytes as f64),
            ("notable.check_running_s", notable.check_running_s),
            ("notable.check_samples_ratio", notable.check_samples_ratio),
            ("notable.contexts", notable.contexts as f64),
            ("notable.packets_per_second", notable.packets_per_second),
            ("notable.metrics_per_packet", notable.metrics_per_packet),
            ("notable.scheduler_latency_s", notable.scheduler_latency_s),
            ("notable.health_min_uptime_s", notable.health_min_uptime_s),
        ];
        let percentages = [
            ("cpu.function_percent", cpu.function_percent),
            (
                "confidence.spread_share_percent",
                confidence.spread_share_percent,
            ),
            ("leak.projection_heap_percent", leak.projection_heap_percent),
            ("notes.transient_percent", notes.transient_percent),
            ("notes.gc_cpu_percent", notes.gc_cpu_percent),
            ("memory.outside_go_percent", memory.outside_go_percent),
            ("notable.cpu_limit_percent", notable.cpu_limit_percent),
            ("notable.component_percent", notable.component_percent),
            ("notable.collector_percent", notable.collector_percent),
            ("notable.outside_go_percent", notable.outside_go_percent),
            ("notable.heap_limit_percent", notable.heap_limit_percent),
            (
                "notable.container_limit_percent",
                notable.container_limit_percent,
            ),
            ("notable.worker_percent", notable.worker_percent),
            ("notable.delivered_percent", notable.delivered_percent),
            ("notable.descriptors_percent", notable.descriptors_percent),
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

    /// Whether a goroutine with this leaf waits to hand something over.
    pub fn is_handing_leaf(&self, function: &str) -> bool {
        fits_any(&self.contention.handing_leaves, function)
    }

    /// Whether a CPU sample with this leaf was taken in C code.
    pub fn is_door(&self, function: &str) -> bool {
        self.cpu.doors.iter().any(|door| door == function)
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
        fits_any(&self.confidence.windows_blocked_leaves, function)
    }
}

/// Whether a name is one of these; a pattern that ends in `*` stands for all that begin so.
fn fits_any(patterns: &[String], name: &str) -> bool {
    patterns
        .iter()
        .any(|pattern| match pattern.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => pattern == name,
        })
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
        assert_eq!(thresholds.cpu.min_cores, 0.5);
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
            "min_cores = 0.5",
            "min_cores = 0.5\nmax_cores = 1.0",
            &expect![[r#"
                the thresholds are not valid: unknown field `max_cores`, expected one of `function_percent`, `min_cpu_s`, `min_cores`, `doors`
                in `cpu`
            "#]],
        );
        check_refused(
            "min_cores = 0.5",
            "",
            &expect![[r#"
                the thresholds are not valid: missing field `min_cores`
                in `cpu`
            "#]],
        );
    }
}
