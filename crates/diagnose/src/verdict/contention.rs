//! Contention: goroutines that wait for each other's locks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::attribution::{attribute, time_below};
use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::super::notable::{Consumer, Notable, Thing};
use super::super::owner::UNOWNED;
use super::super::pipelines::{Pipelines, StageId};
use super::super::share::Share;
use super::finding::{ContentionDetail, Detail, Doubt, Finding, Parts};
use super::hole::{self, Gap, Hole};
use super::input::{IntervalSource, ProcessProfiles};
use super::{Basis, Judge, Outcome, largest};
use flare::Process;
use profile::lens::subject::Subject;
use profile::lens::view::{RowId, View};

const KIND: FindingKind = FindingKind::Contention;

/// Senders named beside back-pressure.
const SENDERS: usize = 3;

/// What both lock profiles say.
#[derive(Clone, Debug, PartialEq)]
pub struct Locks {
    /// Mutex, block.
    pub sides: [LockSide; 2],
    /// One reason why neither can be used.
    pub gap: Option<Gap>,
    /// What the Go runtime counts all the time, where the profiles say nothing.
    pub counter: Option<LockCounter>,
}

/// Waiting for locks since the start, as the Go runtime counts it: approximate, without stacks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LockCounter {
    /// Of all goroutines together, seconds.
    pub waits_s: f64,
    /// Goroutines waiting on average; `None` where the uptime is not known.
    pub waiters: Option<f64>,
}

/// The time that a lock profile covers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LockWindow {
    /// Seconds, above zero.
    pub seconds: f64,
    /// It is the time since the process started: a setting fills the profile, no flag.
    pub since_start: bool,
}

/// One lock profile.
#[derive(Clone, Debug, PartialEq)]
pub struct LockSide {
    /// Which.
    pub profile: ProfileName,
    /// What it says.
    pub says: LockSays,
}

/// What a lock profile says.
#[derive(Clone, Debug, PartialEq)]
pub enum LockSays {
    /// It can't be used.
    Gap(Gap),
    /// It has no delays.
    NoDelays,
    /// It has no samples, and nothing says that it was recorded.
    Empty,
    /// The same, with a rate that the configuration sets: nothing waited.
    Quiet,
    /// So much waiting.
    Delay(LockDelay),
}

/// Sums of a lock profile, in nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct LockDelay {
    /// All of it.
    pub all: i64,
    /// What counts.
    pub counted: i64,
    /// Goroutines that merely wait for work.
    pub idle: i64,
    /// Goroutines that wait to hand something over.
    pub handing: i64,
    /// The time that it covers, where that is known.
    pub window: Option<LockWindow>,
    /// The frame that answers for the most of what counts, with its part.
    pub site: Option<(String, Share)>,
}

impl LockDelay {
    /// Goroutines that so much waiting comes to on average.
    pub fn waiting(&self, delay: i64) -> Option<f64> {
        Some(delay as f64 / 1e9 / self.window?.seconds)
    }
}

impl LockSays {
    /// It was recorded, if only to say that there was nothing to record.
    pub const fn is_measured(&self) -> bool {
        self.delay_ns().is_some()
    }

    /// The delay that counts, where it was recorded.
    const fn delay_ns(&self) -> Option<i64> {
        match self {
            Self::Quiet => Some(0),
            Self::Delay(delay) => Some(delay.counted),
            Self::Gap(_) | Self::NoDelays | Self::Empty => None,
        }
    }

    const fn hole(&self) -> Option<Hole> {
        match self {
            Self::Gap(gap) => Some(gap.hole),
            Self::NoDelays => Some(Hole::Unsuitable),
            Self::Empty | Self::Quiet | Self::Delay(_) => None,
        }
    }
}

impl Locks {
    /// One of them was recorded.
    pub fn is_measured(&self) -> bool {
        self.sides.iter().any(|side| side.says.is_measured())
    }

    /// Neither has samples, and nothing says that they were recorded.
    pub fn are_empty(&self) -> bool {
        self.sides.iter().all(|side| side.says == LockSays::Empty)
    }

    /// The larger delay, where one was recorded.
    pub fn largest_ns(&self) -> Option<i64> {
        self.sides
            .iter()
            .filter_map(|side| side.says.delay_ns())
            .max()
    }
}

/// What a goroutine of a lock profile waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WaitsFor {
    Work,
    Consumer,
    Lock,
}

impl Judge<'_> {
    pub(super) fn contention(&self, process: &ProcessProfiles) -> Outcome {
        let name = &process.name;
        let limit = self.thresholds.contention.delay_ns;
        let locks = Locks {
            sides: [ProfileName::Mutex, ProfileName::Block].map(|profile| LockSide {
                profile,
                says: self.lock_side(process, profile),
            }),
            gap: hole::unusable_locks(process, self.context),
            counter: self.lock_counter(name),
        };
        let over = |delay: &LockDelay| {
            delay.counted > limit
                && delay
                    .waiting(delay.counted)
                    .is_none_or(|waiting| waiting >= self.thresholds.contention.min_waiting)
        };
        let delays = || {
            locks.sides.iter().filter_map(|side| match &side.says {
                LockSays::Delay(delay) => Some((side.profile, delay)),
                _ => None,
            })
        };
        let crossed = delays()
            .find(|(_, delay)| over(delay) && delay.window.is_some())
            .map(|(profile, delay)| (profile, delay.clone()));
        let unbounded = delays().any(|(_, delay)| over(delay) && delay.window.is_none());
        let holes = || locks.sides.iter().filter_map(|side| side.says.hole());
        let unread = holes().find(|hole| hole.is_unread());
        let largest = locks.largest_ns();
        let hole = match (&crossed, unread, largest) {
            (Some(_), ..) => None,
            (None, Some(hole), _) => Some(hole),
            // Much waiting in a time that is not known: as bad or as well as any.
            (None, None, Some(_)) => unbounded.then_some(Hole::WindowUnknown),
            // A rate of 0 says more than a file that is missing beside it.
            _ if locks.sides.iter().any(|side| side.says == LockSays::Empty) => {
                Some(Hole::of_rates(name))
            }
            _ => Some(holes().next().unwrap_or(Hole::Absent)),
        };
        let counted = hole
            .filter(|hole| !hole.is_unread())
            .and(locks.counter)
            .and_then(|counter| self.by_counter(counter));
        let nearness = delays()
            .filter_map(|(_, delay)| {
                let amount = delay.counted as f64 / limit.max(1) as f64;
                let waiting = delay.waiting(delay.counted)?
                    / self
                        .thresholds
                        .contention
                        .min_waiting
                        .max(f64::MIN_POSITIVE);
                Some(amount.min(waiting))
            })
            .max_by(f64::total_cmp)
            .or_else(|| largest.map(|_| 0.0));
        let basis = Basis::Locks(locks);
        let mut outcome = match (hole, &crossed, counted) {
            (Some(_), _, Some(measured)) => Outcome::new(name, KIND, measured, basis),
            (Some(hole), ..) => Outcome::hole(name, KIND, hole, basis),
            (None, Some(_), _) => Outcome::new(name, KIND, Measured::Crossed, basis),
            (None, None, _) => Outcome::new(name, KIND, Measured::Clear, basis),
        };
        outcome.state.nearness = nearness.filter(|_| outcome.state.hole.is_none());
        if let Some((profile_name, delay)) = crossed
            && let Ok(subject) = hole::usable(process, profile_name, self.context)
        {
            outcome.finding = self.contention_finding(process, profile_name, subject, delay);
        }
        outcome.notable.extend(self.back_pressure(process));
        outcome
    }

    /// What the runtime's counter says of a process.
    fn lock_counter(&self, process: &Process) -> Option<LockCounter> {
        let counters = self.counters_of(process)?;
        Some(LockCounter {
            waits_s: counters.lock_waits_s?,
            waiters: counters.lock_waiters(),
        })
    }

    /// What the counter decides: with less waiting in all than a window needs, none can have crossed;
    /// with so much on average, most have. In between it decides nothing.
    fn by_counter(&self, counter: LockCounter) -> Option<Measured> {
        let limits = &self.thresholds.contention;
        if counter.waits_s * 1e9 <= limits.delay_ns as f64 {
            return Some(Measured::Clear);
        }
        counter
            .waiters
            .is_some_and(|waiters| waiters >= limits.min_waiting)
            .then_some(Measured::Crossed)
    }

    /// The time that a lock profile of a process covers. Flags reach the core Agent alone, and count
    /// while the flare is made; the rates of the configuration, and of any other program, count since
    /// its start.
    fn lock_window(&self, process: &ProcessProfiles, name: ProfileName) -> Option<LockWindow> {
        let window = |seconds: f64, since_start| {
            (seconds > 0.0).then_some(LockWindow {
                seconds,
                since_start,
            })
        };
        let own = process.slot(name)?.profile()?.duration_ns as f64 / 1e9;
        if own > 0.0 {
            return window(own, false);
        }
        let since_start =
            process.name != Process::Core || self.context.rate(&process.name, name).is_some();
        if since_start {
            return window(self.context.uptime_of(&process.name)?, true);
        }
        let cpu = process.cpu.profile().map_or(0, |cpu| cpu.duration_ns);
        if cpu > 0 {
            return window(cpu as f64 / 1e9, false);
        }
        let interval = process.interval(self.thresholds);
        match interval.source {
            IntervalSource::Assumed => None,
            _ => window(interval.seconds(), false),
        }
    }

    /// Goroutines that wait for somebody to take over what they have: the consumer is too slow.
    fn back_pressure(&self, process: &ProcessProfiles) -> Option<Notable> {
        let LockSays::Delay(delay) = self.lock_side(process, ProfileName::Block) else {
            return None;
        };
        let limits = &self.thresholds.notable;
        let waiting = delay.waiting(delay.handing)?;
        if (delay.handing as f64) <= limits.waiting_s * 1e9 || waiting < limits.goroutines_waiting {
            return None;
        }
        let subject = process.subject(ProfileName::Block)?;
        let view = View::under(subject, "delay").ok()?.in_base_unit();
        let counts = |row: RowId| self.thresholds.is_handing_leaf(view.name(row));
        let classes = self.classes(process, subject);
        let attribution = attribute(&view, &classes, &counts);
        let by_responsible = attribution.by_responsible();
        let senders: Vec<(String, i64)> = by_responsible
            .iter()
            .take(SENDERS)
            .map(|&(row, delay)| {
                let name = row.map_or(UNOWNED, |row| view.name(row));
                (name.to_owned(), delay)
            })
            .collect();
        let holder = self.holder_of(process, &view, &by_responsible, &classes, &|_| true);
        let consumer = self.consumer(process, &view, &counts);
        Some(Notable {
            process: Some(process.name.clone()),
            thing: Thing::BackPressure {
                delay_ns: delay.handing,
                waiting,
                senders,
                consumer,
            },
            holder,
        })
    }

    /// The first stage of a pipeline that waits for nobody, behind the stages that do.
    fn consumer(
        &self,
        process: &ProcessProfiles,
        view: &View,
        counts: &dyn Fn(RowId) -> bool,
    ) -> Option<Consumer> {
        let pipelines = Pipelines::builtin();
        let stages: Vec<Option<StageId>> = view.names().map(|name| pipelines.stage(name)).collect();
        let stage_of = |row: RowId| stages.get(row.index()).copied().flatten();
        let mut waits: BTreeMap<StageId, i64> = BTreeMap::new();
        view.each_stack(|stack, delay| {
            if stack.leaf().is_some_and(counts)
                && let Some(stage) = stack.rows().find_map(stage_of)
            {
                let sum = waits.entry(stage).or_default();
                *sum = sum.saturating_add(delay);
            }
        });
        let stage = pipelines.first_that_works(&waits)?;
        let mut consumer = Consumer {
            pipeline: pipelines.pipeline(stage).to_owned(),
            stage: pipelines.name(stage).to_owned(),
            share: None,
            busy_with: None,
        };
        if let Some(subject) = process.subject(ProfileName::Cpu)
            && let Ok(cpu) = View::under(subject, "cpu")
            && cpu.total > 0
        {
            let (all, largest) = time_below(&cpu, &|name| pipelines.stage(name) == Some(stage));
            consumer.share = Some(Share::of(all, cpu.total));
            consumer.busy_with =
                largest.map(|(package, value)| (package, Share::of(value, cpu.total)));
        }
        Some(consumer)
    }

    fn lock_side(&self, process: &ProcessProfiles, name: ProfileName) -> LockSays {
        let subject = match hole::usable(process, name, self.context) {
            Ok(subject) => subject,
            Err(gap) => return LockSays::Gap(gap),
        };
        let Ok(view) = View::under(subject, "delay").map(View::in_base_unit) else {
            return LockSays::NoDelays;
        };
        let mut sum = LockDelay {
            all: 0,
            counted: 0,
            idle: 0,
            handing: 0,
            window: self.lock_window(process, name),
            site: None,
        };
        for (weight, row) in view.weights().iter().zip(view.rows()) {
            sum.all = sum.all.saturating_add(weight.flat);
            let part = match self.waits_for(name, view.name(row)) {
                WaitsFor::Work => &mut sum.idle,
                WaitsFor::Consumer => &mut sum.handing,
                WaitsFor::Lock => &mut sum.counted,
            };
            *part = part.saturating_add(weight.flat);
        }
        let rate = self.context.rate(&process.name, name);
        if sum.counted > 0 {
            sum.site = self.lock_site(process, name, &view, sum.counted);
        }
        match sum.all {
            0 if rate.is_some() && process.name.sets_rates_at_start() => LockSays::Quiet,
            0 => LockSays::Empty,
            _ => LockSays::Delay(sum),
        }
    }

    /// The frame that answers for the most of the waiting for locks, with its part.
    fn lock_site(
        &self,
        process: &ProcessProfiles,
        name: ProfileName,
        view: &View,
        counted: i64,
    ) -> Option<(String, Share)> {
        let counts = |row: RowId| self.waits_for(name, view.name(row)) == WaitsFor::Lock;
        let classes = self.classes(process, view.subject());
        let parts = attribute(view, &classes, &counts).by_responsible();
        let (row, delay) = parts
            .iter()
            .find_map(|(row, delay)| Some(((*row)?, *delay)))?;
        Some((view.name(row).to_owned(), Share::of(delay, counted)))
    }

    fn waits_for(&self, profile: ProfileName, leaf: &str) -> WaitsFor {
        if profile == ProfileName::Block && self.thresholds.is_handing_leaf(leaf) {
            return WaitsFor::Consumer;
        }
        match self.thresholds.is_idle_wait(profile, leaf) {
            true => WaitsFor::Work,
            false => WaitsFor::Lock,
        }
    }

    fn contention_finding(
        &self,
        process: &ProcessProfiles,
        name: ProfileName,
        subject: &Arc<Subject>,
        sum: LockDelay,
    ) -> Option<Finding> {
        let view = View::under(subject, "delay").ok()?.in_base_unit();
        let counts = |row: RowId| self.waits_for(name, view.name(row)) == WaitsFor::Lock;
        let rows = largest(&view, view.weights(), &counts);
        let events = view.retyped("contentions").ok().map_or(0, |events| {
            events
                .weights()
                .iter()
                .zip(view.rows())
                .filter(|(_, row)| counts(*row))
                .fold(0_i64, |sum, (weight, _)| sum.saturating_add(weight.flat))
        });
        let limits = &self.thresholds.confidence;
        let rate = self.context.rate(&process.name, name);
        let fraction = match name {
            ProfileName::Mutex => rate.unwrap_or(limits.default_mutex_fraction),
            _ => 1,
        };
        let sampled = events / fraction.max(1);
        let window = sum.window?;
        let waiting = sum.waiting(sum.counted)?;
        let mut reasons = Vec::new();
        if sampled < limits.min_lock_events {
            reasons.push(Doubt::FewLockEvents(sampled));
        }
        if waiting < limits.min_goroutines_waiting {
            reasons.push(Doubt::FewWaiting(waiting));
        }
        let detail = ContentionDetail {
            events,
            window_s: window.seconds,
            since_start: window.since_start,
            waiting,
            all_ns: sum.all,
            idle_ns: sum.idle,
            handing_ns: sum.handing,
        };
        Some(self.finding(Parts {
            kind: KIND,
            process,
            profile: name,
            view: &view,
            rows: &rows,
            counts: &counts,
            counted: sum.counted,
            reasons,
            value: sum.counted as f64,
            threshold: self.thresholds.contention.delay_ns as f64,
            detail: Detail::Contention(detail),
        }))
    }
}
