//! A finding: what crossed a threshold, with its evidence, owner and confidence.

use serde::{Deserialize, Serialize};

use super::super::attribution::Attribution;
use super::super::capture::Capture;
use super::super::kinds::{FindingKind, ProfileName};
use super::super::owner::{Routing, UNOWNED};
use super::super::share::Share;
use super::Judge;
use super::cpu::Spot;
use super::input::{Interval, ProcessProfiles};
use flare::Process;
use profile::lens::stacks;
use profile::lens::view::{RowId, View};

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// No reason against it.
    High,
    /// One reason.
    Medium,
    /// Two or more.
    Low,
}

impl Confidence {
    /// High without a reason against it, one step down for each.
    pub const fn of(reasons: usize) -> Self {
        match reasons {
            0 => Self::High,
            1 => Self::Medium,
            _ => Self::Low,
        }
    }

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// One function of a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingFunction {
    /// The function.
    pub function: String,
    /// The frame responsible for most of it; the function itself where nobody owns a frame.
    pub responsible: String,
    /// Owner of the responsible frame, or `unowned`.
    pub owner: String,
    /// Raw value.
    pub value: i64,
    /// Share of what the finding counts.
    pub share: Share,
    /// Name of the Go check that the responsible frame belongs to.
    pub check: Option<String>,
    /// Of a leak: objects that it gained.
    pub objects: Option<i64>,
    /// Of a leak: bytes that it allocated between the snapshots.
    pub allocated: Option<i64>,
    /// Of a leak: its growth is within sampling noise.
    pub within_noise: bool,
}

/// One whole stack of a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingStack {
    /// Raw value.
    pub value: i64,
    /// Share of what the finding counts.
    pub share: Share,
    /// Functions, leaf first.
    pub frames: Vec<String>,
    /// The responsible frame's place among them, where somebody owns one.
    pub responsible: Option<usize>,
    /// Its owner, or `unowned`.
    pub owner: String,
}

/// Numbers of a leak, in bytes unless said otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct LeakDetail {
    /// Time between the snapshots.
    pub interval: Interval,
    /// Net growth of non-runtime functions.
    pub growth: i64,
    /// What crossed, a minute.
    pub per_minute: f64,
    /// Objects gained by non-runtime functions.
    pub objects: i64,
    /// Standard deviation of the growth.
    pub noise: f64,
    /// Allocated between the snapshots by non-runtime functions.
    pub allocated: Option<i64>,
    /// One function crossed alone, the net did not.
    pub by_one: bool,
    /// The heap and the uptime of its process allow saying what the rate comes to in an hour and a day.
    pub projected: bool,
}

/// Numbers of a CPU spike.
#[derive(Clone, Debug, PartialEq)]
pub struct CpuDetail {
    /// What crossed.
    pub spot: Spot,
    /// Its part of the CPU time.
    pub share: Share,
    /// CPU time of the profile.
    pub cpu_ns: i64,
    /// How long it was recorded; 0 when unknown.
    pub duration_ns: i64,
    /// CPU time by duration.
    pub cores: Option<f64>,
    /// The garbage collector's part of the CPU time.
    pub gc: Share,
}

/// Numbers of a contention.
#[derive(Clone, Debug, PartialEq)]
pub struct ContentionDetail {
    /// Events that were counted.
    pub events: i64,
    /// Seconds that the profile covers.
    pub window_s: f64,
    /// That is the time since the process started: a setting fills the profile, no flag.
    pub since_start: bool,
    /// Goroutines waiting on average.
    pub waiting: f64,
    /// Delay with idle waits.
    pub all_ns: i64,
    /// Delay of idle waits that were left out.
    pub idle_ns: i64,
    /// Delay of goroutines that wait to hand something over, left out too.
    pub handing_ns: i64,
    /// Responsible frames with their delay, largest first.
    pub sites: Vec<(String, i64)>,
}

/// What was measured, by kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Detail {
    /// Heap growth.
    Leak(LeakDetail),
    /// One hot function.
    Cpu(CpuDetail),
    /// Waiting for locks.
    Contention(ContentionDetail),
}

/// A reason against a finding.
#[derive(Clone, Debug, PartialEq)]
pub enum Doubt {
    /// The growth is within sampling noise.
    Noise {
        /// The growth.
        bytes: i64,
        /// One standard deviation, in bytes.
        sigma: f64,
    },
    /// The profile covers few seconds.
    ShortWindow(f64),
    /// The rate explains little of the time that the process is up: a burst, or it has just begun.
    Burst {
        /// What the heap holds.
        heap: i64,
        /// In so long the rate makes as much.
        made_in_s: f64,
        /// The process is up for so long.
        uptime_s: f64,
    },
    /// The process had been running for so many seconds only.
    JustStarted(f64),
    /// The growth is spread over many functions.
    Spread {
        /// So many make up the share that is asked for.
        functions: usize,
    },
    /// The snapshots show collections that are further apart than the snapshots.
    Collections {
        /// Between the collections.
        apart_s: f64,
        /// Between the snapshots.
        window_s: f64,
    },
    /// Few CPU samples.
    FewSamples(i64),
    /// On Windows that function also counts blocked threads.
    BlockedThreads(String),
    /// Few lock events were sampled.
    FewLockEvents(i64),
    /// Few goroutines were waiting on average.
    FewWaiting(f64),
}

/// Something that crossed a threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The kind.
    pub kind: FindingKind,
    /// The process.
    pub process: Process,
    /// The profile that shows it.
    pub profile: ProfileName,
    /// The five largest functions; never empty.
    pub functions: Vec<FindingFunction>,
    /// The heaviest whole stacks, largest first.
    pub stacks: Vec<FindingStack>,
    /// Component of the first function's owner, or empty.
    pub component: String,
    /// Team of the first function's owner, or empty.
    pub team: String,
    /// What it usually means, or empty.
    pub meaning: String,
    /// Where it goes.
    pub routing: Routing,
    /// The measured value in [`Finding::unit`].
    pub value: f64,
    /// The threshold in the same unit.
    pub threshold: f64,
    /// What shares are of, raw.
    pub counted: i64,
    /// The numbers behind it.
    pub detail: Detail,
    /// How sure.
    pub confidence: Confidence,
    /// Why not surer.
    pub reasons: Vec<Doubt>,
}

/// What a finding is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Growth.
    Bytes,
    /// Delay.
    Nanoseconds,
    /// Share of the CPU time.
    Percent,
}

impl Unit {
    /// The stable name used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Nanoseconds => "nanoseconds",
            Self::Percent => "percent",
        }
    }
}

impl Finding {
    /// The unit of value and threshold.
    pub const fn unit(&self) -> Unit {
        match self.kind {
            FindingKind::MemoryLeak => Unit::Bytes,
            FindingKind::CpuSpike => Unit::Percent,
            FindingKind::Contention => Unit::Nanoseconds,
        }
    }

    /// The capture that would settle it.
    pub const fn confirm(&self) -> Capture {
        match (&self.process, self.kind) {
            // Its profiles are put into every flare, and no flag changes them.
            (Process::OtelAgent, _) => Capture::PLAIN,
            (_, FindingKind::MemoryLeak) => Capture::of_seconds(120),
            // The flags raise the rates of the core Agent only.
            (Process::Core, FindingKind::Contention) => Capture::of_seconds(60).with_locks(),
            (_, FindingKind::CpuSpike | FindingKind::Contention) => Capture::of_seconds(60),
        }
    }

    /// The largest function.
    pub fn first(&self) -> Option<&FindingFunction> {
        self.functions.first()
    }

    /// Owner of the largest function.
    pub fn owner(&self) -> &str {
        self.first().map_or(UNOWNED, |first| first.owner.as_str())
    }

    /// The responsible frame of the largest function.
    pub fn responsible(&self) -> &str {
        self.first().map_or("", |first| first.responsible.as_str())
    }
}

/// What a finding is made of, whatever its kind.
pub(super) struct Parts<'p> {
    pub(super) kind: FindingKind,
    pub(super) process: &'p ProcessProfiles,
    pub(super) profile: ProfileName,
    pub(super) view: &'p View,
    /// Rows that count, by value downwards.
    pub(super) rows: &'p [(RowId, i64)],
    /// Whether samples with that leaf count.
    pub(super) counts: &'p dyn Fn(RowId) -> bool,
    /// What shares are of.
    pub(super) counted: i64,
    pub(super) attribution: &'p Attribution,
    pub(super) reasons: Vec<Doubt>,
    pub(super) value: f64,
    pub(super) threshold: f64,
    pub(super) detail: Detail,
}

/// Functions of a finding.
const FUNCTIONS: usize = 5;

/// Whole stacks of a finding: enough to see whether they fit a known case.
const STACKS: usize = 200;

impl Judge<'_> {
    /// Puts a finding together.
    pub(super) fn finding(&self, parts: Parts<'_>) -> Finding {
        let Parts {
            kind,
            process,
            profile,
            view,
            rows,
            counts,
            counted,
            attribution,
            reasons,
            value,
            threshold,
            detail,
        } = parts;
        let share = |value: i64| Share::of(value, counted);
        let functions: Vec<FindingFunction> = rows
            .iter()
            .filter(|(_, value)| *value > 0)
            .take(FUNCTIONS)
            .map(|&(row, value)| {
                let responsible = attribution.of_leaf(row, value).unwrap_or(row);
                let responsible = view.name(responsible);
                FindingFunction {
                    function: view.name(row).to_owned(),
                    responsible: responsible.to_owned(),
                    owner: self
                        .owners
                        .of_function(responsible)
                        .map_or(UNOWNED, |owner| owner.owner.as_str())
                        .to_owned(),
                    value,
                    share: share(value),
                    check: self.owners.check_name(responsible).map(str::to_owned),
                    objects: None,
                    allocated: None,
                    within_noise: false,
                }
            })
            .collect();
        let stacks = stacks::heaviest(view, counts, STACKS)
            .into_iter()
            .map(|stack| {
                let names = || stack.rows.iter().map(|&row| view.name(row));
                let responsible = self.owners.responsible(names());
                FindingStack {
                    value: stack.value,
                    share: share(stack.value),
                    frames: names().map(str::to_owned).collect(),
                    responsible: responsible.map(|(index, _)| index),
                    owner: responsible
                        .map_or(UNOWNED, |(_, owner)| owner.owner.as_str())
                        .to_owned(),
                }
            })
            .collect();
        let responsible = functions
            .first()
            .map_or("", |first| first.responsible.as_str());
        let owner = self.owners.of_function(responsible);
        Finding {
            kind,
            process: process.name.clone(),
            profile,
            component: owner
                .map(|owner| owner.component.clone())
                .unwrap_or_default(),
            team: owner.map(|owner| owner.team.clone()).unwrap_or_default(),
            meaning: owner.map(|owner| owner.meaning.clone()).unwrap_or_default(),
            routing: self.owners.route(responsible, &process.name),
            functions,
            stacks,
            value,
            threshold,
            counted,
            detail,
            confidence: Confidence::of(reasons.len()),
            reasons,
        }
    }

    pub(super) fn short_window(&self, seconds: f64) -> Option<Doubt> {
        (seconds < self.thresholds.confidence.min_window_s).then_some(Doubt::ShortWindow(seconds))
    }

    pub(super) fn just_started(&self, process: &Process) -> Option<Doubt> {
        let uptime = self.context.uptime_of(process)?;
        (uptime < self.thresholds.confidence.min_uptime_s)
            .then_some(Doubt::JustStarted(uptime.max(0.0)))
    }
}
