//! Contention: goroutines that wait for each other's locks.

use super::super::attribution::{Classes, attribute};
use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::finding::{ContentionDetail, Detail, Finding, Parts};
use super::hole::{self, Hole};
use super::input::ProcessProfiles;
use super::{Judge, Outcome, ProfileSays, largest};
use flare::Process;
use profile::Profile;
use profile::lens::aggregate::weights;
use profile::lens::view::{RowId, View};
use profile::units::{human, human_share};

const KIND: FindingKind = FindingKind::Contention;

/// Lock sites named in the evidence.
const SITES: usize = 3;

struct LockSum {
    all: i64,
    counted: i64,
    idle: i64,
}

/// What one of the two profiles says.
enum Side {
    Hole(Hole, String),
    /// Valid and without samples.
    Empty,
    /// The same, with a rate that the configuration sets: nothing waited.
    Quiet,
    Sum(LockSum),
}

impl Side {
    const fn is_measured(&self) -> bool {
        matches!(self, Self::Quiet | Self::Sum(_))
    }
}

impl Judge<'_> {
    pub(super) fn contention(&self, process: &ProcessProfiles) -> Outcome {
        let name = &process.name;
        let limits = &self.thresholds.contention;
        let sides = [ProfileName::Mutex, ProfileName::Block]
            .map(|profile| (profile, self.lock_side(process, profile)));
        let filled = sides.iter().any(|(_, side)| side.is_measured());
        let mut lines = Vec::new();
        let mut crossed: Option<(ProfileName, &LockSum)> = None;
        let mut largest_delay: Option<i64> = None;
        for (profile_name, side) in &sides {
            let what = format!("The {}", hole::words(*profile_name));
            match side {
                Side::Hole(_, why) => lines.push(why.clone()),
                // Flags that were given leave no trace in the flare, so this one may have been on.
                Side::Empty if filled => lines.push(format!(
                    "{what} is empty: its rate is 0, or nothing waited."
                )),
                Side::Empty => lines.push(format!(
                    "{what} is empty: its rate is 0, so nothing was collected."
                )),
                Side::Quiet => {
                    lines.push(format!(
                        "{what} is empty although its rate is set: nothing waited."
                    ));
                    largest_delay = largest_delay.max(Some(0));
                }
                Side::Sum(sum) => {
                    let idle = if sum.idle > 0 {
                        format!(
                            " ({} with goroutines that merely wait for work)",
                            human(sum.all, "nanoseconds")
                        )
                    } else {
                        String::new()
                    };
                    lines.push(format!(
                        "{what} counts {} of delay{idle}; the threshold is over {}.",
                        human(sum.counted, "nanoseconds"),
                        human(limits.delay_ns, "nanoseconds")
                    ));
                    largest_delay = largest_delay.max(Some(sum.counted));
                    if sum.counted > limits.delay_ns && crossed.is_none() {
                        crossed = Some((*profile_name, sum));
                    }
                }
            }
        }
        let profiles: Vec<ProfileSays> = sides
            .iter()
            .zip(&lines)
            .map(|((profile, side), line)| ProfileSays {
                profile: *profile,
                says: line.clone(),
                measured: side.is_measured(),
            })
            .collect();
        // One reason behind both is told once.
        if let [(_, Side::Empty), (_, Side::Empty)] = &sides {
            lines = vec![
                "The mutex and block profiles are empty: their rates are 0, so nothing was collected."
                    .to_owned(),
            ];
        } else if let Some((_, why)) = hole::unusable_locks(process, self.context) {
            lines = vec![why];
        }
        let unread = sides.iter().find_map(|(_, side)| match side {
            Side::Hole(hole, _) if hole.is_unread() => Some(*hole),
            _ => None,
        });
        let why = lines.join(" ");
        let delay = |delay: i64| match delay {
            0 => "no waiting for locks".to_owned(),
            delay => format!("{} waiting for locks", human(delay, "nanoseconds")),
        };
        let mut outcome = match (crossed, unread, largest_delay) {
            (Some(_), _, Some(largest)) => {
                let mut outcome = Outcome::new(name, KIND, Measured::Crossed, delay(largest), why);
                outcome.state.would_change = format!(
                    "Clear with {} of delay or less in both profiles.",
                    human(limits.delay_ns, "nanoseconds")
                );
                outcome
            }
            (_, Some(hole), _) => Outcome::hole(name, KIND, hole, why),
            (_, _, Some(largest)) => {
                let mut outcome = Outcome::new(name, KIND, Measured::Clear, delay(largest), why);
                outcome.state.would_change = format!(
                    "It would cross with over {} of delay.",
                    human(limits.delay_ns, "nanoseconds")
                );
                outcome
            }
            _ => {
                // A rate of 0 says more than a file that is missing beside it.
                let empty = sides.iter().any(|(_, side)| matches!(side, Side::Empty));
                let hole = sides.iter().find_map(|(_, side)| match side {
                    Side::Hole(hole, _) => Some(*hole),
                    _ => None,
                });
                let hole = match (empty, hole) {
                    (true, _) if *name == Process::Core => Hole::RateZero,
                    (true, _) => Hole::RateZeroElsewhere,
                    (false, Some(hole)) => hole,
                    (false, None) => Hole::Absent,
                };
                Outcome::hole(name, KIND, hole, why)
            }
        };
        outcome.state.profiles = profiles;
        if let Some(largest) = largest_delay {
            outcome.state.nearness = Some(largest as f64 / limits.delay_ns.max(1) as f64);
        }
        if let Some((profile_name, sum)) = crossed
            && let Some(profile) = process
                .slot(profile_name)
                .and_then(super::input::Slot::profile)
        {
            outcome.finding = self.contention_finding(process, profile_name, profile, sum);
        }
        outcome
    }

    fn lock_side(&self, process: &ProcessProfiles, name: ProfileName) -> Side {
        if let Some((hole, why)) = hole::unusable(process, name, self.context) {
            return Side::Hole(hole, why);
        }
        let Some(view) = process
            .slot(name)
            .and_then(super::input::Slot::profile)
            .and_then(|profile| View::of(profile, "delay").ok())
        else {
            let why = format!("The {} has no delay values.", hole::words(name));
            return Side::Hole(Hole::Unsuitable, why);
        };
        let mut sum = LockSum {
            all: 0,
            counted: 0,
            idle: 0,
        };
        for (weight, row) in weights(&view).iter().zip(0_u32..) {
            sum.all = sum.all.saturating_add(weight.flat);
            if self.is_idle(name, view.name(row)) {
                sum.idle = sum.idle.saturating_add(weight.flat);
            } else {
                sum.counted = sum.counted.saturating_add(weight.flat);
            }
        }
        // Only these set them at start, whether their profiler is on or not.
        let rate = self
            .context
            .rate(&process.name, name)
            .filter(|_| process.name.sets_rates_at_start());
        match sum.all {
            0 if rate.is_some() => Side::Quiet,
            0 => Side::Empty,
            _ => Side::Sum(sum),
        }
    }

    fn is_idle(&self, profile: ProfileName, leaf: &str) -> bool {
        profile == ProfileName::Block
            && !self.thresholds.contention.count_idle_waits
            && self.thresholds.is_idle_leaf(leaf)
    }

    fn contention_finding(
        &self,
        process: &ProcessProfiles,
        name: ProfileName,
        profile: &Profile,
        sum: &LockSum,
    ) -> Option<Finding> {
        let view = View::of(profile, "delay").ok()?;
        let counts = |row: RowId| !self.is_idle(name, view.name(row));
        let rows = largest(&view, &weights(&view), &counts);
        let attribution = attribute(&view, &Classes::of(&view, self.owners), &counts);
        let events = view.retyped("contentions").ok().map_or(0, |events| {
            weights(&events)
                .iter()
                .zip(0_u32..)
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
            reasons.push(format!("only {sampled} lock events were sampled"));
        }
        if waiting < limits.min_goroutines_waiting {
            reasons.push(format!(
                "on average {}{} goroutines were waiting (contended Agents have over 1)",
                if waiting < 0.01 { "" } else { "only " },
                few(waiting)
            ));
        }
        self.window_reason(window_s, "the profile covers {}", &mut reasons);
        self.uptime_reason(&mut reasons);
        let sites: Vec<(String, i64)> = attribution
            .by_responsible()
            .into_iter()
            .take(SITES)
            .map(|(site, delay)| {
                let site = site.map_or(super::super::owner::UNOWNED, |row| view.name(row));
                (site.to_owned(), delay)
            })
            .collect();
        let detail = ContentionDetail {
            events,
            window_s,
            since_start,
            waiting,
            all_ns: sum.all,
            idle_ns: sum.idle,
            sites,
        };
        Some(self.finding(
            Parts {
                kind: KIND,
                process,
                profile: name,
                view: &view,
                rows: &rows,
                counts: &counts,
                counted: sum.counted,
                attribution: &attribution,
                reasons,
                value: sum.counted as f64,
                unit: "nanoseconds",
                threshold: self.thresholds.contention.delay_ns as f64,
                evidence: evidence(&detail, sum.counted),
                detail: Detail::Contention(detail),
                settle: match process.name {
                    Process::Core => "A flare with --profile 60 --profile-mutex --profile-blocking under load would settle it.",
                    _ => "A flare with --profile 60 under load would settle it.",
                },
            },
            |_, responsible| {
                format!(
                    "{} waited {} for locks{} ({} profile, {} goroutines on average), most in {responsible}",
                    process.name,
                    human(sum.counted, "nanoseconds"),
                    if since_start { " since its start" } else { "" },
                    name.as_str(),
                    few(waiting),
                )
            },
        ))
    }
}

/// How many goroutines were waiting: `8.1`, `0.25`, `less than 0.01`.
fn few(waiting: f64) -> String {
    match waiting {
        ..0.01 => "less than 0.01".to_owned(),
        ..0.995 => format!("{waiting:.2}"),
        _ => format!("{waiting:.1}"),
    }
}

fn evidence(detail: &ContentionDetail, counted: i64) -> Vec<(String, String)> {
    let mut evidence = vec![
        ("Delay", human(counted, "nanoseconds")),
        ("Events", human(detail.events, "count")),
        (
            "Mean delay",
            if detail.events > 0 {
                human(counted / detail.events, "nanoseconds")
            } else {
                "unknown".to_owned()
            },
        ),
        (
            "Window",
            if detail.since_start {
                format!("{:.1} h, since the start", detail.window_s / 3600.0)
            } else {
                format!("{:.1} s", detail.window_s)
            },
        ),
        (
            "Goroutines waiting",
            format!("{} on average", few(detail.waiting)),
        ),
    ];
    if detail.idle_ns > 0 {
        evidence.push((
            "Idle waits left out",
            format!(
                "{} of {} are goroutines waiting for work",
                human(detail.idle_ns, "nanoseconds"),
                human(detail.all_ns, "nanoseconds")
            ),
        ));
    }
    for (site, delay) in &detail.sites {
        evidence.push((
            "Lock site",
            format!(
                "{site}: {} ({})",
                human(*delay, "nanoseconds"),
                human_share(*delay, counted)
            ),
        ));
    }
    evidence
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}
