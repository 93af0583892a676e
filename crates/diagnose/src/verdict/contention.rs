//! Contention: goroutines that wait for each other's locks.

use std::sync::Arc;

use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::finding::{ContentionDetail, Detail, Doubt, Finding, Parts};
use super::hole::{self, Gap, Hole};
use super::input::ProcessProfiles;
use super::{Basis, Judge, Outcome, largest};
use flare::Process;
use profile::lens::subject::Subject;
use profile::lens::view::{RowId, View};

const KIND: FindingKind = FindingKind::Contention;

/// What both lock profiles say.
#[derive(Clone, Debug, PartialEq)]
pub struct Locks {
    /// Mutex, block.
    pub sides: [LockSide; 2],
    /// One reason why neither can be used.
    pub gap: Option<Gap>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockDelay {
    /// All of it.
    pub all: i64,
    /// What counts.
    pub counted: i64,
    /// Goroutines that merely wait for work.
    pub idle: i64,
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
        };
        let crossed = locks.sides.iter().find_map(|side| match side.says {
            LockSays::Delay(delay) if delay.counted > limit => Some((side.profile, delay)),
            _ => None,
        });
        let holes = || locks.sides.iter().filter_map(|side| side.says.hole());
        let unread = holes().find(|hole| hole.is_unread());
        let largest = locks.largest_ns();
        let hole = match (crossed, unread, largest) {
            (Some(_), ..) => None,
            (None, Some(hole), _) => Some(hole),
            (None, None, Some(_)) => None,
            // A rate of 0 says more than a file that is missing beside it.
            _ if locks.sides.iter().any(|side| side.says == LockSays::Empty) => {
                Some(Hole::of_rates(name))
            }
            _ => Some(holes().next().unwrap_or(Hole::Absent)),
        };
        let basis = Basis::Locks(locks);
        let mut outcome = match (hole, crossed) {
            (Some(hole), _) => Outcome::hole(name, KIND, hole, basis),
            (None, Some(_)) => Outcome::new(name, KIND, Measured::Crossed, basis),
            (None, None) => Outcome::new(name, KIND, Measured::Clear, basis),
        };
        outcome.state.nearness = largest.map(|largest| largest as f64 / limit.max(1) as f64);
        if let Some((profile_name, delay)) = crossed
            && let Ok(subject) = hole::usable(process, profile_name, self.context)
        {
            outcome.finding = self.contention_finding(process, profile_name, subject, delay);
        }
        outcome
    }

    fn lock_side(&self, process: &ProcessProfiles, name: ProfileName) -> LockSays {
        let subject = match hole::usable(process, name, self.context) {
            Ok(subject) => subject,
            Err(gap) => return LockSays::Gap(gap),
        };
        let Ok(view) = View::under(subject, "delay") else {
            return LockSays::NoDelays;
        };
        let mut sum = LockDelay {
            all: 0,
            counted: 0,
            idle: 0,
        };
        for (weight, row) in view.weights().iter().zip(view.rows()) {
            sum.all = sum.all.saturating_add(weight.flat);
            if self.is_idle(name, view.name(row)) {
                sum.idle = sum.idle.saturating_add(weight.flat);
            } else {
                sum.counted = sum.counted.saturating_add(weight.flat);
            }
        }
        let rate = self.context.rate(&process.name, name);
        match sum.all {
            0 if rate.is_some() && process.name.sets_rates_at_start() => LockSays::Quiet,
            0 => LockSays::Empty,
            _ => LockSays::Delay(sum),
        }
    }

    fn is_idle(&self, profile: ProfileName, leaf: &str) -> bool {
        self.thresholds.is_idle_wait(profile, leaf)
    }

    fn contention_finding(
        &self,
        process: &ProcessProfiles,
        name: ProfileName,
        subject: &Arc<Subject>,
        sum: LockDelay,
    ) -> Option<Finding> {
        let view = View::under(subject, "delay").ok()?;
        let counts = |row: RowId| !self.is_idle(name, view.name(row));
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
        // Rates of the configuration count since the start, flags only while the flare is made; and
        // flags reach the core Agent alone. Other processes are about as old as that.
        let since_start = (rate.is_some() || process.name != Process::Core)
            && self.context.uptime_s.is_some_and(|uptime| uptime > 0.0);
        let window_s = match (since_start, self.context.uptime_s, process.cpu.profile()) {
            (true, Some(uptime), _) => uptime,
            (_, _, Some(cpu)) if cpu.duration_ns > 0 => cpu.duration_ns as f64 / 1e9,
            _ => process.interval(self.thresholds).seconds(),
        };
        let waiting = sum.counted as f64 / 1e9 / window_s.max(f64::MIN_POSITIVE);
        let mut reasons = Vec::new();
        if sampled < limits.min_lock_events {
            reasons.push(Doubt::FewLockEvents(sampled));
        }
        if waiting < limits.min_goroutines_waiting {
            reasons.push(Doubt::FewWaiting(waiting));
        }
        reasons.extend(self.short_window(window_s));
        reasons.extend(self.just_started());
        let detail = ContentionDetail {
            events,
            window_s,
            since_start,
            waiting,
            all_ns: sum.all,
            idle_ns: sum.idle,
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
