//! A finding: what crossed a threshold, with its evidence, owner and confidence.

use serde::{Deserialize, Serialize};

use std::cmp::Reverse;
use std::collections::HashMap;

use super::super::attribution::{Classes, attribute};
use super::super::capture::Capture;
use super::super::kinds::{FindingKind, ProfileName};
use super::super::owner::{Class, Routing, UNOWNED};
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

/// A frame that answers for a part of something.
#[derive(Clone, Debug, PartialEq)]
pub struct Responsible {
    /// The frame; the leaf itself where nobody owns one.
    pub frame: String,
    /// Its owner, or `unowned`.
    pub owner: String,
    /// What it answers for, raw.
    pub value: i64,
    /// Share of the whole.
    pub share: Share,
    /// Name of the Go check that the frame belongs to.
    pub check: Option<String>,
    /// It is own code of a program that is none of the Agent's.
    pub of_program: bool,
}

/// One function of a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingFunction {
    /// The function.
    pub function: String,
    /// The frames that answer for the most of it, with their shares of it; never empty.
    pub responsible: Vec<Responsible>,
    /// What other frames answer for.
    pub rest: i64,
    /// Raw value.
    pub value: i64,
    /// Share of what the finding counts.
    pub share: Share,
    /// Of a leak: objects that it gained.
    pub objects: Option<i64>,
    /// Of a leak: bytes that it allocated between the snapshots.
    pub allocated: Option<i64>,
    /// Of a leak: its growth is within sampling noise.
    pub within_noise: bool,
}

/// An owner's part of a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnerPart {
    /// Its name, or `unowned`.
    pub owner: String,
    /// Raw value.
    pub value: i64,
    /// Share of what the finding counts.
    pub share: Share,
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
    /// The frames that answer for the most of all that the finding counts.
    pub responsible: Vec<Responsible>,
    /// What other frames answer for.
    pub rest: i64,
    /// Sums by owner of the responsible frame, largest first; never empty.
    pub owners: Vec<OwnerPart>,
    /// The largest responsible frame of the first owner: where the finding goes.
    pub lead: Responsible,
    /// The process is one of the Agent's, or nothing says that it is not.
    pub of_agent: bool,
    /// The heaviest whole stacks, largest first.
    pub stacks: Vec<FindingStack>,
    /// Component of the first owner, or empty.
    pub component: String,
    /// Team of the first owner, or empty.
    pub team: String,
    /// What it usually means, or empty.
    pub meaning: String,
    /// Where it goes.
    pub routing: Routing,
    /// The measured value in [`Finding::unit`].
    pub value: f64,
    /// The threshold in the same unit.
    pub threshold: f64,
    /// What shares are of, raw: of a leak all that grew, without what shrank.
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
            // The flags raise the rates of the core Agent only.
            (Process::Core, FindingKind::Contention) => Capture::USUAL.with_locks(),
            _ => Capture::USUAL,
        }
    }

    /// The largest function.
    pub fn first(&self) -> Option<&FindingFunction> {
        self.functions.first()
    }

    /// The owner of the most of it.
    pub fn owner(&self) -> &str {
        &self.lead.owner
    }

    /// That owner's share.
    pub fn owner_share(&self) -> Share {
        self.owners
            .first()
            .map_or_else(Share::default, |owner| owner.share)
    }

    /// The largest responsible frame of that owner.
    pub fn responsible(&self) -> &str {
        &self.lead.frame
    }
}

impl FindingFunction {
    /// The frame that answers for the most of it.
    pub fn first(&self) -> Option<&Responsible> {
        self.responsible.first()
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
    pub(super) reasons: Vec<Doubt>,
    pub(super) value: f64,
    pub(super) threshold: f64,
    pub(super) detail: Detail,
}

/// Functions of a finding.
const FUNCTIONS: usize = 5;

/// Responsible frames of a finding that are told one by one.
const FRAMES: usize = 5;

/// The same of one of its functions, where each has one in so many parts of it at least.
const FRAMES_OF_ONE: usize = 3;
const LEAST_PART: i64 = 100;

/// Owners of a finding that are told.
const OWNERS: usize = 10;

/// Whole stacks of a finding: enough to see whether they fit a known case.
const STACKS: usize = 200;

type Part = (Option<RowId>, i64);

/// The first of them, as long as they are larger than `least`, and the sum of the rest.
fn largest_parts(parts: &[Part], most: usize, least: i64) -> (&[Part], i64) {
    let told = parts.iter().take(most);
    let told = told.take_while(|(_, value)| *value > least).count();
    let (kept, rest) = parts.split_at(told.max(1).min(parts.len()));
    let rest = rest.iter();
    (
        kept,
        rest.fold(0, |sum, (_, value)| sum.saturating_add(*value)),
    )
}

/// Sums by owner, largest first.
pub(super) fn owner_parts(parts: &[Part], classes: &Classes, counted: i64) -> Vec<OwnerPart> {
    let mut owners: Vec<OwnerPart> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for &(row, value) in parts {
        let owner = row.map_or(UNOWNED, |row| classes.owner(row));
        let place = *places.entry(owner).or_insert(owners.len());
        match owners.get_mut(place) {
            Some(part) => part.value = part.value.saturating_add(value),
            None => owners.push(OwnerPart {
                owner: owner.to_owned(),
                value,
                share: Share::default(),
            }),
        }
    }
    // What was larger by its largest frame stays before its equals.
    owners.sort_by_key(|part| Reverse(part.value));
    owners.truncate(OWNERS);
    for part in &mut owners {
        part.share = Share::of(part.value, counted);
    }
    owners
}

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
            reasons,
            value,
            threshold,
            detail,
        } = parts;
        let share = |value: i64| Share::of(value, counted);
        let program = process.program(self.owners);
        let classes = self.classes(process, view.subject());
        let attribution = attribute(view, &classes, counts);
        let largest_row = rows.first().map(|&(row, _)| row);
        let responsible = |row: Option<RowId>, value: i64, whole: i64| {
            let frame = row.map_or("", |row| view.name(row));
            Responsible {
                frame: frame.to_owned(),
                owner: row.map_or(UNOWNED, |row| classes.owner(row)).to_owned(),
                value,
                share: Share::of(value, whole),
                check: self.owners.check_name(frame).map(str::to_owned),
                of_program: program.class(self.owners, frame) == Class::Program,
            }
        };
        let functions: Vec<FindingFunction> = rows
            .iter()
            .filter(|(_, value)| *value > 0)
            .take(FUNCTIONS)
            .map(|&(row, value)| {
                let parts = attribution.of_leaf(row);
                let (kept, rest) = largest_parts(&parts, FRAMES_OF_ONE, value / LEAST_PART);
                FindingFunction {
                    function: view.name(row).to_owned(),
                    responsible: kept
                        .iter()
                        .map(|&(frame, part)| responsible(frame.or(Some(row)), part, value))
                        .collect(),
                    rest,
                    value,
                    share: share(value),
                    objects: None,
                    allocated: None,
                    within_noise: false,
                }
            })
            .collect();
        let parts = attribution.by_responsible();
        let owners = owner_parts(&parts, &classes, counted);
        let first_owner = owners.first().map_or(UNOWNED, |part| part.owner.as_str());
        let of_first =
            |row: Option<RowId>| row.map_or(UNOWNED, |row| classes.owner(row)) == first_owner;
        let lead = parts.iter().find(|(row, _)| of_first(*row)).copied();
        let (lead, value_of_lead) = lead.unwrap_or((None, 0));
        let lead = responsible(lead.or(largest_row), value_of_lead, counted);
        let (kept, rest) = largest_parts(&parts, FRAMES, 0);
        let by_frame = kept
            .iter()
            .map(|&(row, value)| responsible(row, value, counted))
            .collect();
        let stacks = stacks::heaviest(view, counts, STACKS)
            .into_iter()
            .map(|stack| {
                let responsible = classes.responsible(stack.rows.iter().copied());
                let row = responsible.and_then(|place| stack.rows.get(place));
                FindingStack {
                    value: stack.value,
                    share: share(stack.value),
                    frames: (stack.rows.iter().map(|&row| view.name(row).to_owned())).collect(),
                    responsible,
                    owner: row.map_or(UNOWNED, |&row| classes.owner(row)).to_owned(),
                }
            })
            .collect();
        let row = program.class(self.owners, &lead.frame).owner();
        let owner = row.map(|id| self.owners.owner(id));
        Finding {
            kind,
            process: process.name.clone(),
            profile,
            component: owner
                .map(|owner| owner.component.clone())
                .unwrap_or_default(),
            team: owner.map(|owner| owner.team.clone()).unwrap_or_default(),
            meaning: owner.map(|owner| owner.meaning.clone()).unwrap_or_default(),
            routing: self.owners.route(&lead.frame, &process.name, &program),
            functions,
            responsible: by_frame,
            rest,
            owners,
            lead,
            of_agent: program.is_agent(),
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
