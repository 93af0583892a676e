//! CPU spike: one function that takes most of the CPU of a process that really uses some.

use std::collections::BTreeMap;

use super::super::attribution::{Classes, attribute};
use super::super::counters::Counters;
use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::super::labels::AgentLabel;
use super::super::notable::{Holder, Notable, Thing};
use super::super::owner::UNOWNED;
use super::super::share::Share;
use super::super::thresholds::Thresholds;
use super::finding::{CpuDetail, Detail, Doubt, Finding, Parts, owner_parts};
use super::hole::{self, Hole};
use super::input::ProcessProfiles;
use super::notes::NoteFact;
use super::{Basis, Judge, Outcome, largest};
use flare::Process;
use profile::lens::view::{RowId, View};
use profile::units;
use profile::{Label, Profile};

const KIND: FindingKind = FindingKind::CpuSpike;

/// Owners named beside cores in use.
const OWNERS: usize = 5;

/// What a CPU profile says of its process.
#[derive(Clone, Debug, PartialEq)]
pub struct CpuUse {
    /// What takes the most.
    pub spot: Spot,
    /// Its part of the CPU time.
    pub share: Share,
    /// All CPU time, nanoseconds.
    pub cpu_ns: i64,
    /// CPU time by duration; `None` where that is not known.
    pub cores: Option<f64>,
    /// Cores from which on the process counts as busy: half a core, or half of its limit.
    pub busy_from: f64,
    /// It is over its threshold.
    pub hot: bool,
    /// The process used enough CPU for that to matter.
    pub busy: bool,
}

/// One place where CPU time is spent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// A function, by its flat value.
    Function(String),
    /// A check behind a door into C, by the profile's label; all its instances together.
    Check {
        /// Its name.
        name: String,
        /// The door.
        door: String,
    },
    /// What called through a door into C, where no label names a check.
    Behind {
        /// The responsible frame.
        caller: String,
        /// The door.
        door: String,
    },
}

impl Spot {
    /// The check's name, else the function's.
    pub fn name(&self) -> &str {
        match self {
            Self::Function(name) | Self::Check { name, .. } => name,
            Self::Behind { caller, .. } => caller,
        }
    }

    /// The leaf that it shows as in the profile's tables; a check shows as its door.
    pub fn leaf(&self) -> &str {
        match self {
            Self::Function(leaf) => leaf,
            Self::Check { door, .. } | Self::Behind { door, .. } => door,
        }
    }
}

impl Judge<'_> {
    pub(super) fn cpu(&self, process: &ProcessProfiles) -> Outcome {
        let name = &process.name;
        let subject = match hole::usable(process, ProfileName::Cpu, self.context) {
            Ok(subject) => subject,
            Err(gap) => return Outcome::hole(name, KIND, gap.hole, Basis::Gaps(vec![gap])),
        };
        let view = match View::under(subject, "cpu").or_else(|_| View::under(subject, "")) {
            Ok(view) => view.in_base_unit(),
            Err(error) => {
                return Outcome::hole(name, KIND, Hole::Unsuitable, Basis::Unsuitable(error));
            }
        };
        let profile = subject.profile();
        let total = view.total;
        if total == 0 {
            let mut outcome = Outcome::new(name, KIND, Measured::Clear, Basis::Idle);
            outcome.state.nearness = Some(0.0);
            return outcome;
        }
        let limits = &self.thresholds.cpu;
        let classes = self.classes(process, subject);
        let (spot, value) = self.hottest(&view, &classes);
        let share = Share::of(value, total);
        let seconds = total as f64 / 1e9;
        let duration = profile.duration_ns as f64 / 1e9;
        let cores = (duration > 0.0).then(|| seconds / duration);
        let hot = share.percent() > limits.function_percent;
        let busy_from = self.busy_from(name, limits.min_cores);
        let busy = seconds >= limits.min_cpu_s && cores.is_none_or(|cores| cores >= busy_from);
        let measured = if hot && busy {
            Measured::Crossed
        } else {
            Measured::Clear
        };
        let used = CpuUse {
            spot,
            share,
            cpu_ns: total,
            cores,
            busy_from,
            hot,
            busy,
        };
        let mut outcome = Outcome::new(name, KIND, measured, Basis::Cpu(used.clone()));
        outcome.state.nearness = Some(if busy {
            share.percent() / limits.function_percent.max(f64::MIN_POSITIVE)
        } else {
            0.0
        });
        if hot && !busy {
            outcome.note(NoteFact::BusyLine {
                function: used.spot.name().to_owned(),
                responsible: answers_for(&view, &classes, &used.spot),
                share,
                cpu_ns: total,
            });
        }
        if measured == Measured::Crossed {
            outcome.finding = Some(self.cpu_finding(process, profile, &view, used));
        } else if busy && let Some(cores) = cores {
            let notable = self.busy(process, &view, &classes, cores);
            outcome.notable.push(notable);
        }
        let gc = gc_share(&view, self.thresholds);
        let limits = &self.thresholds.notable;
        if gc.percent() > limits.collector_percent
            && cores.is_some_and(|cores| cores > limits.collector_min_cores)
        {
            let notable = self.collector(process, Some(gc), cores);
            outcome.notable.push(notable);
        }
        outcome
    }

    /// Cores from which on a process is busy: half a core, or half of what its container may use.
    fn busy_from(&self, process: &Process, cores: f64) -> f64 {
        let limit = self.context.evidence.cpu_limit.filter(|&limit| limit > 0.0);
        match limit {
            // The limit is that of the container with the core Agent.
            Some(limit) if *process == Process::Core => {
                cores.min(limit * self.thresholds.notable.cpu_limit_percent / 100.0)
            }
            _ => cores,
        }
    }

    /// The place where the most CPU time is spent, with its value. Doors into C count as what is
    /// behind them.
    fn hottest(&self, view: &View, classes: &Classes) -> (Spot, i64) {
        let rows = largest(view, view.weights(), &|_| true);
        let doors: Vec<bool> = view
            .names()
            .map(|name| self.thresholds.is_door(name))
            .collect();
        let is_door = |row: RowId| doors.get(row.index()).copied().unwrap_or(false);
        let mut spots: Vec<(Spot, i64)> = rows
            .iter()
            .filter(|(row, _)| !is_door(*row))
            .take(1)
            .map(|&(row, value)| (Spot::Function(view.name(row).to_owned()), value))
            .collect();
        if rows.iter().any(|(row, _)| is_door(*row)) {
            spots.extend(behind_doors(view, classes, &is_door));
        }
        // The first of equals.
        spots.reverse();
        spots
            .into_iter()
            .max_by_key(|(_, value)| *value)
            .unwrap_or((Spot::Function(String::new()), 0))
    }

    /// Cores in use without one hot place: who uses them.
    fn busy(
        &self,
        process: &ProcessProfiles,
        view: &View,
        classes: &Classes,
        cores: f64,
    ) -> Notable {
        let total = view.total;
        let parts = attribute(view, classes, &|_| true).by_responsible();
        let owners: Vec<(String, Share)> = owner_parts(&parts, classes, total)
            .into_iter()
            .take(OWNERS)
            .map(|part| (part.owner, part.share))
            .collect();
        let function = largest(view, view.weights(), &|_| true)
            .first()
            .map_or((String::new(), Share::default()), |&(row, value)| {
                (view.name(row).to_owned(), Share::of(value, total))
            });
        Notable {
            process: Some(process.name.clone()),
            // The runtime works for others.
            holder: self.holder_of(process, view, &parts, classes, &|owner| {
                !self.owners.is_runtime(owner)
            }),
            thing: Thing::Busy {
                cores,
                limit: self
                    .context
                    .evidence
                    .cpu_limit
                    .filter(|_| process.name == Process::Core),
                owners,
                function,
            },
        }
    }

    /// The owner of the largest part that `counts`, with its largest responsible frame. `parts`: sums
    /// by responsible frame, largest first.
    pub(super) fn holder_of(
        &self,
        process: &ProcessProfiles,
        view: &View,
        parts: &[(Option<RowId>, i64)],
        classes: &Classes,
        counts: &dyn Fn(&str) -> bool,
    ) -> Option<Holder> {
        let all = parts
            .iter()
            .fold(0_i64, |sum, (_, value)| sum.saturating_add(*value));
        let owners = owner_parts(parts, classes, all).into_iter();
        let owner = owners
            .filter(|part| part.owner != UNOWNED)
            .find(|part| counts(&part.owner))?;
        let (frame, value) = parts.iter().find_map(|(row, value)| {
            Some(((*row)?, *value)).filter(|(row, _)| classes.owner(*row) == owner.owner)
        })?;
        let frame = view.name(frame);
        let found = self.owners.of_function(frame);
        Some(Holder {
            share: owner.share,
            owner: owner.owner,
            component: found
                .map(|found| found.component.clone())
                .unwrap_or_default(),
            team: found.map(|found| found.team.clone()).unwrap_or_default(),
            routing: self
                .owners
                .route(frame, &process.name, &process.program(self.owners)),
            frame: frame.to_owned(),
            frame_share: Share::of(value, all),
        })
    }

    /// The collector takes much: what it is held against, and who makes it work.
    fn collector(
        &self,
        process: &ProcessProfiles,
        share: Option<Share>,
        cores: Option<f64>,
    ) -> Notable {
        let counters = self.counters_of(&process.name);
        let allocator = process.subject(ProfileName::HeapDiff).and_then(|subject| {
            let view = View::under(subject, "alloc_space").ok()?;
            let classes = self.classes(process, subject);
            let attribution = attribute(&view, &classes, &|_| true);
            let (row, bytes) = *attribution.by_responsible().first()?;
            Some((view.name(row?).to_owned(), bytes)).filter(|(_, bytes)| *bytes > 0)
        });
        Notable {
            process: Some(process.name.clone()),
            thing: Thing::Collector {
                share,
                since_start: counters.and_then(Counters::collector_share),
                cores,
                heap_live: counters
                    .and_then(|counters| counters.heap_live)
                    .or_else(|| process.heap_in_use()),
                go_limit: counters.and_then(|counters| counters.memory_limit),
                allocator,
                limiter_cycle: counters
                    .and_then(|counters| counters.gc_limiter_cycle)
                    .filter(|&cycle| cycle > 0),
            },
            holder: None,
        }
    }

    fn cpu_finding(
        &self,
        process: &ProcessProfiles,
        profile: &Profile,
        view: &View,
        used: CpuUse,
    ) -> Finding {
        let mut rows = largest(view, view.weights(), &|_| true);
        // What crossed leads, although the door it is behind may be another's too.
        if let Some(at) = rows
            .iter()
            .position(|(row, _)| view.name(*row) == used.spot.leaf())
        {
            let first = rows.remove(at);
            rows.insert(0, first);
        }

        let limits = &self.thresholds.confidence;
        let mut reasons = Vec::new();
        let samples = match profile.type_index("samples") {
            Some(kind) => profile.total(kind),
            None if profile.period > 0 => {
                let unit = &profile.period_type.unit;
                view.total / units::in_base(profile.period, unit).max(1)
            }
            None => i64::MAX,
        };
        if samples < limits.min_cpu_samples {
            reasons.push(Doubt::FewSamples(samples));
        }
        let leader = rows.first().map_or("", |(row, _)| view.name(*row));
        if self.context.windows && self.thresholds.is_windows_blocked_leaf(leader) {
            reasons.push(Doubt::BlockedThreads(leader.to_owned()));
        }
        self.finding(Parts {
            kind: KIND,
            process,
            profile: ProfileName::Cpu,
            view,
            rows: &rows,
            counts: &|_| true,
            counted: view.total,
            reasons,
            value: used.share.percent(),
            threshold: self.thresholds.cpu.function_percent,
            detail: Detail::Cpu(CpuDetail {
                spot: used.spot,
                share: used.share,
                cpu_ns: view.total,
                duration_ns: profile.duration_ns,
                cores: used.cores,
                gc: gc_share(view, self.thresholds),
            }),
        })
    }
}

/// The frame that answers for the most of a function, where it is not the function itself.
fn answers_for(view: &View, classes: &Classes, spot: &Spot) -> Option<(String, String)> {
    let Spot::Function(function) = spot else {
        return None;
    };
    let counts = |row: RowId| view.name(row) == function;
    let parts = attribute(view, classes, &counts).by_responsible();
    let row = parts.iter().find_map(|(row, _)| *row)?;
    (view.name(row) != function).then(|| (view.name(row).to_owned(), classes.owner(row).to_owned()))
}

/// What doors into C lead to: sums by check where the profile's labels name one, else by the
/// responsible frame that called.
fn behind_doors(
    view: &View,
    classes: &Classes,
    is_door: &dyn Fn(RowId) -> bool,
) -> Vec<(Spot, i64)> {
    let profiles: Vec<_> = view.subject().profiles().collect();
    let mut checks: BTreeMap<(&str, RowId), i64> = BTreeMap::new();
    let mut callers: BTreeMap<(RowId, RowId), i64> = BTreeMap::new();
    view.each_stack(|stack, value| {
        let Some(door) = stack.leaf().filter(|&leaf| is_door(leaf)) else {
            return;
        };
        let check = profiles
            .get(stack.side_index)
            .and_then(|profile| check_of(profile, stack.labels()));
        let sum = match check {
            Some(check) => checks.entry((check, door)).or_default(),
            None => {
                let caller = classes
                    .responsible(stack.rows())
                    .and_then(|place| stack.rows().nth(place));
                callers.entry((caller.unwrap_or(door), door)).or_default()
            }
        };
        *sum = sum.saturating_add(value);
    });
    let name = |row: RowId| view.name(row).to_owned();
    let checks = checks.into_iter().map(|((check, door), sum)| {
        let spot = Spot::Check {
            name: check.to_owned(),
            door: name(door),
        };
        (spot, sum)
    });
    let callers = callers.into_iter().map(|((caller, door), sum)| {
        let spot = match caller == door {
            true => Spot::Function(name(door)),
            false => Spot::Behind {
                caller: name(caller),
                door: name(door),
            },
        };
        (spot, sum)
    });
    checks.chain(callers).collect()
}

/// The check that a sample's labels name.
fn check_of<'p>(profile: &'p Profile, labels: &[Label]) -> Option<&'p str> {
    labels.iter().find_map(|label| {
        let key = profile.string(label.key);
        let text = profile.string(label.text);
        let check = AgentLabel::ALL
            .into_iter()
            .find(|known| known.as_str() == key)?
            .check(text);
        check.filter(|check| !check.is_empty())
    })
}

/// Share of the CPU time whose stack has a frame of the garbage collector. Each sample counts once.
pub fn gc_share(view: &View, thresholds: &Thresholds) -> Share {
    let gc: Vec<bool> = view
        .names()
        .map(|name| thresholds.is_gc_frame(name))
        .collect();
    let mut sum = 0_i64;
    view.each_stack(|stack, value| {
        let is_gc = |row: RowId| gc.get(row.index()).copied().unwrap_or(false);
        if stack.rows().any(is_gc) {
            sum = sum.saturating_add(value);
        }
    });
    Share::new(Share::of(sum, view.total).fraction().abs())
}
