//! Memory leak: heap growth between the two snapshots of a process.

use std::sync::Arc;

use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::super::noise::Noise;
use super::super::owner::is_runtime_package;
use super::super::share::Share;
use super::super::transients::{Transient, Transients};
use super::finding::{Detail, Doubt, Finding, LeakDetail, Parts};
use super::hole::{self, Hole};
use super::input::{self, Interval, IntervalSource, OwnDifference, ProcessProfiles};
use super::notes::NoteFact;
use super::{Basis, Judge, Outcome, largest};
use flare::Process;
use profile::lens::view::{RowId, Stack, Subject, View, Weight};

const KIND: FindingKind = FindingKind::MemoryLeak;

/// What a pair of heap snapshots says, the Go runtime's own memory and known transients left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapGrowth {
    /// Time between them.
    pub interval: Interval,
    /// Bytes that the whole grew by.
    pub net: i64,
    /// Bytes that the function grew by which grew most.
    pub top: i64,
    /// That function crossed alone, the whole did not.
    pub by_one: bool,
    /// The least growth that the pair would have shown: less is within sampling noise.
    pub resolution: i64,
    /// Bytes of known transients that were left out.
    pub transient: i64,
    /// It is no pair, but one profile that is a difference by itself.
    pub own: Option<OwnDifference>,
}

impl HeapGrowth {
    /// The speed of a growth in this pair.
    pub fn per_minute(&self, bytes: i64) -> f64 {
        bytes as f64 / (self.interval.seconds() / 60.0)
    }
}

/// Why a small heap needs no measuring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// What the whole heap holds.
    pub heap: i64,
    /// Time between the snapshots.
    pub interval: Interval,
    /// What it changed by in so short a time; `None` where no collection was published in between.
    pub net: Option<i64>,
    /// That is growth beyond sampling noise: so short a window can't settle whether it goes on.
    pub grows: bool,
    /// At most so much was allocated without a collection, where that is known.
    pub until_gc: Option<i64>,
}

/// What a whole heap came to since its process started.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SinceStart {
    /// What it holds.
    pub heap: i64,
    /// How long the process is up.
    pub uptime_s: f64,
}

impl SinceStart {
    /// On average.
    pub fn per_hour(&self) -> f64 {
        self.heap as f64 / (self.uptime_s / 3600.0)
    }
}

/// Two snapshots, or what is their difference already.
struct Pair<'p> {
    process: &'p ProcessProfiles,
    subject: &'p Arc<Subject>,
    profile: ProfileName,
    interval: Interval,
    own: Option<OwnDifference>,
}

/// What a difference grew by where it grew: the whole that shares of a growth are of.
pub fn gross(changes: impl Iterator<Item = i64>) -> i64 {
    changes
        .filter(|change| *change > 0)
        .fold(0, i64::saturating_add)
}

/// Everything that is measured of one pair.
struct Growth<'p> {
    of: &'p Pair<'p>,
    view: &'p View,
    objects: &'p View,
    allocated: Option<View>,
    /// By the whole process, the runtime and transients included.
    all_allocated: Option<i64>,
    /// Non-runtime rows by growth, downwards.
    rows: Vec<(RowId, i64)>,
    noise: Noise,
    sigma: f64,
    pair: HeapGrowth,
    transients: Vec<(&'static Transient, i64)>,
}

impl Judge<'_> {
    pub(super) fn leak(&self, process: &ProcessProfiles) -> Outcome {
        let mut outcome = self.heaps(process);
        if let Some(heap) = process.heap_in_use() {
            // Of two runs nobody knows which one the uptime is of.
            outcome.state.since_start = self
                .since_start(&process.name, heap)
                .filter(|_| outcome.state.hole != Some(Hole::Restarted));
        }
        outcome
    }

    fn heaps(&self, process: &ProcessProfiles) -> Outcome {
        let name = &process.name;
        if let Some((profile, subject, own)) = process.own_difference() {
            let interval = match own.duration_ns {
                0 => process.usual_interval(self.thresholds),
                ns => Interval {
                    ns,
                    source: IntervalSource::OwnDuration,
                },
            };
            return self.pair(&Pair {
                process,
                subject,
                profile,
                interval,
                own: Some(own),
            });
        }
        if let Some(gap) = hole::unusable_heaps(process, self.context) {
            return Outcome::hole(name, KIND, gap.hole, Basis::Gaps(vec![gap]));
        }
        let snapshot = |which| hole::usable(process, which, self.context);
        let (first, second) = match (
            snapshot(ProfileName::HeapFirst),
            snapshot(ProfileName::HeapSecond),
        ) {
            (Ok(first), Ok(second)) => (first, second),
            (first, second) => {
                let mut gaps: Vec<_> = first.err().into_iter().chain(second.err()).collect();
                // A file that is there and can't be read is worse news than absence.
                gaps.sort_by_key(|gap| !gap.hole.is_unread());
                let hole = gaps.first().map_or(Hole::Absent, |gap| gap.hole);
                return Outcome::hole(name, KIND, hole, Basis::Gaps(gaps));
            }
        };
        if let Some(restart) = input::restarted(first.profile(), second.profile()) {
            return Outcome::hole(name, KIND, Hole::Restarted, Basis::Restarted(restart));
        }
        self.pair(&Pair {
            process,
            subject: process.heap_diff(second, first),
            profile: ProfileName::HeapDiff,
            interval: process.interval(self.thresholds),
            own: None,
        })
    }

    fn pair(&self, of: &Pair<'_>) -> Outcome {
        let name = &of.process.name;
        let views = View::under(of.subject, "inuse_space")
            .and_then(|view| Ok((view.retyped("inuse_objects")?, view.in_base_unit())));
        let (objects, whole) = match views {
            Ok(views) => views,
            Err(error) => {
                return Outcome::hole(name, KIND, Hole::Unsuitable, Basis::Unsuitable(error));
            }
        };
        let mut changes = whole.weights().iter().chain(objects.weights());
        if of.own.is_none() && changes.all(|weight| *weight == Weight::default()) {
            return match self.bound(of, None, false) {
                Some(bound) => Outcome::new(name, KIND, Measured::Clear, Basis::Bounded(bound)),
                None => Outcome::hole(name, KIND, Hole::Identical, Basis::Identical(of.interval)),
            };
        }
        let allocated = |view: &View| Some(view.retyped("alloc_space").ok()?.in_base_unit());
        let all_allocated = allocated(&whole).map(|view| view.net());
        let (view, transients) = without_transients(whole);
        let objects = view.retyped("inuse_objects").unwrap_or(objects);
        let runtime: Vec<bool> = view.names().map(is_runtime_package).collect();
        let counts = |row: RowId| !runtime.get(row.index()).copied().unwrap_or(false);
        let rows = largest(&view, view.weights(), &counts);
        let noise = Noise::of(&view, &objects);
        let sigma = noise.of_rows(view.rows().filter(|&row| counts(row)));
        let limits = &self.thresholds.leak;
        let mut pair = HeapGrowth {
            interval: of.interval,
            net: rows
                .iter()
                .fold(0_i64, |sum, (_, value)| sum.saturating_add(*value)),
            top: rows.first().map_or(0, |(_, value)| *value),
            by_one: false,
            resolution: resolution(&view, limits.noise_sigmas * sigma),
            transient: transients
                .iter()
                .fold(0_i64, |sum, (_, bytes)| sum.saturating_add(*bytes)),
            own: of.own,
        };
        let fast = |value: i64| pair.per_minute(value) >= limits.growth_bytes_per_minute as f64;
        pair.by_one = pair.net > 0
            && pair.net <= limits.growth_bytes
            && pair.top > limits.function_growth_bytes
            && fast(pair.top);
        let growth = Growth {
            of,
            allocated: allocated(&view),
            all_allocated,
            rows,
            sigma,
            noise,
            view: &view,
            objects: &objects,
            pair,
            transients,
        };
        self.judge_growth(&growth, &counts)
    }

    /// What bounds growth that the snapshots don't measure: the size of the heap, where that is small.
    fn bound(&self, of: &Pair<'_>, net: Option<i64>, grows: bool) -> Option<Bound> {
        let heap = of.process.heap_in_use()?;
        let next_gc = self.context.next_gc_of(&of.process.name);
        (heap < self.thresholds.leak.small_heap_bytes).then(|| Bound {
            heap,
            interval: of.interval,
            net,
            grows,
            until_gc: next_gc
                .map(|next| next.saturating_sub(heap))
                .filter(|&room| room > 0 && net.is_none()),
        })
    }

    fn since_start(&self, process: &Process, heap: i64) -> Option<SinceStart> {
        let uptime_s = self.context.uptime_of(process)?;
        let limit = self.thresholds.leak.since_start_bytes_per_hour as f64;
        let since = SinceStart { heap, uptime_s };
        (uptime_s > 0.0 && since.per_hour() < limit).then_some(since)
    }

    fn judge_growth(&self, growth: &Growth<'_>, counts: &dyn Fn(RowId) -> bool) -> Outcome {
        let limits = &self.thresholds.leak;
        let name = &growth.of.process.name;
        let pair = growth.pair;
        let by_net = pair.net > limits.growth_bytes
            && pair.per_minute(pair.net) >= limits.growth_bytes_per_minute as f64;
        let basis = Basis::Heaps(pair);
        let mut outcome = if by_net || pair.by_one {
            let mut outcome = Outcome::new(name, KIND, Measured::Crossed, basis);
            outcome.finding = Some(self.leak_finding(growth, counts));
            outcome
        } else if pair.interval.seconds() < limits.min_window_s {
            match (
                self.bound(growth.of, Some(pair.net), self.is_steady(growth)),
                name,
            ) {
                (Some(bound), _) => {
                    Outcome::new(name, KIND, Measured::Clear, Basis::Bounded(bound))
                }
                (None, Process::Trace) => Outcome::hole(name, KIND, Hole::TraceWindow, basis),
                (None, _) => Outcome::hole(name, KIND, Hole::ShortWindow, basis),
            }
        } else {
            Outcome::new(name, KIND, Measured::Clear, basis)
        };
        if matches!(outcome.state.basis, Basis::Heaps(_)) && outcome.state.hole.is_none() {
            // Amount and speed have to be over their limits both; either rule will do.
            let near = |value: i64, limit: i64| {
                let amount = value.max(0) as f64 / limit.max(1) as f64;
                let speed =
                    pair.per_minute(value).max(0.0) / limits.growth_bytes_per_minute.max(1) as f64;
                amount.min(speed)
            };
            let alone = if pair.net > 0 {
                near(pair.top, limits.function_growth_bytes)
            } else {
                0.0
            };
            outcome.state.nearness = Some(near(pair.net, limits.growth_bytes).max(alone));
        }
        self.leak_notes(growth, &mut outcome);
        outcome
    }

    /// It grows, faster than is worth a note and beyond noise.
    fn is_steady(&self, growth: &Growth<'_>) -> bool {
        let net = growth.pair.net;
        let limit = self.thresholds.notes.steady_growth_bytes_per_minute as f64;
        net > 0 && self.is_beyond_noise(growth) && growth.pair.per_minute(net) >= limit
    }

    fn is_beyond_noise(&self, growth: &Growth<'_>) -> bool {
        let noise = self.thresholds.leak.noise_sigmas * growth.sigma;
        growth.pair.net.saturating_abs() as f64 >= noise
    }

    fn leak_notes(&self, growth: &Growth<'_>, outcome: &mut Outcome) {
        let limits = &self.thresholds.notes;
        let HeapGrowth {
            interval, net, top, ..
        } = growth.pair;
        let crossed = outcome.state.measured == Measured::Crossed;
        let steady = !crossed && self.is_steady(growth);
        if steady {
            outcome.note(NoteFact::SteadyGrowth {
                bytes: net,
                seconds: interval.seconds(),
            });
        }
        if !crossed && net <= 0 && top > limits.moved_bytes {
            let function = growth
                .rows
                .first()
                .map_or("", |(row, _)| growth.view.name(*row));
            outcome.note(NoteFact::Moved {
                function: function.to_owned(),
                bytes: top,
            });
        }
        if net < -limits.shrank_bytes && self.is_beyond_noise(growth) {
            outcome.note(NoteFact::Shrank {
                bytes: net.saturating_abs(),
            });
        }
        let only_grows = self.only_grows(growth).filter(|_| !crossed);
        for fact in only_grows.into_iter().chain(self.transient(growth)) {
            outcome.note(fact);
        }
        if let Some(bytes) = growth.all_allocated {
            let a_second = (bytes as f64 / interval.seconds()) as i64;
            if a_second > limits.allocation_bytes_per_second {
                outcome.note(NoteFact::AllocationRate {
                    a_second,
                    bytes,
                    seconds: interval.seconds(),
                });
            }
        }
    }

    fn leak_finding(&self, growth: &Growth<'_>, counts: &dyn Fn(RowId) -> bool) -> Finding {
        let limits = &self.thresholds.leak;
        let HeapGrowth {
            interval,
            net,
            top,
            by_one,
            ..
        } = growth.pair;
        let mut reasons = Vec::new();
        if (net as f64) < limits.noise_sigmas * growth.sigma {
            reasons.push(Doubt::Noise {
                bytes: net,
                sigma: growth.sigma,
            });
        }
        reasons.extend(self.short_window(interval.seconds()));
        let name = &growth.of.process.name;
        reasons.extend(self.just_started(name));
        let spread = functions_of_share(
            &growth.rows,
            net,
            self.thresholds.confidence.spread_share_percent,
        );
        if spread >= self.thresholds.confidence.spread_functions {
            reasons.push(Doubt::Spread { functions: spread });
        }
        if name.builds_flares() && !self.context.local && growth.pair.own.is_none() {
            reasons.extend(self.gc_stretch(growth.of.process, interval));
        }
        let value = if by_one { top } else { net };
        let per_minute = growth.pair.per_minute(value);
        let heap = growth.of.process.heap_in_use();
        let lived = heap.zip(self.context.uptime_of(name));
        reasons.extend(lived.and_then(|(heap, uptime)| self.burst(heap, uptime, per_minute)));
        let sum = |view: &View| {
            view.names()
                .zip(view.weights())
                .filter(|(name, _)| !is_runtime_package(name))
                .fold(0_i64, |sum, (_, weight)| sum.saturating_add(weight.flat))
        };
        let objects = sum(growth.objects);
        let allocated = growth.allocated.as_ref().map(sum);
        let detail = LeakDetail {
            interval,
            growth: net,
            per_minute,
            objects,
            noise: growth.sigma,
            allocated,
            by_one,
            projected: lived.is_some_and(|(heap, uptime)| {
                uptime >= limits.projection_min_uptime_s
                    && made_percent(heap, uptime, per_minute) >= limits.projection_heap_percent
            }),
        };
        let mut finding = self.finding(Parts {
            kind: KIND,
            process: growth.of.process,
            profile: growth.of.profile,
            view: growth.view,
            rows: &growth.rows,
            counts,
            // What shrank is no part of what grew: with it, one part could be more than the whole.
            counted: gross(growth.rows.iter().map(|(_, grown)| *grown)),
            reasons,
            value: value as f64,
            threshold: limits.growth_bytes as f64,
            detail: Detail::Leak(detail),
        });
        let rows = growth.rows.iter().map(|(row, _)| *row);
        for (function, row) in finding.functions.iter_mut().zip(rows) {
            function.objects = flat_of(growth.objects, row);
            function.allocated = growth
                .allocated
                .as_ref()
                .and_then(|view| flat_of(view, row));
            function.within_noise =
                (function.value as f64) < limits.noise_sigmas * growth.noise.of_row(row);
        }
        finding
    }

    /// A rate that can't have gone on for long.
    fn burst(&self, heap: i64, uptime_s: f64, per_minute: f64) -> Option<Doubt> {
        let limits = &self.thresholds.confidence;
        let made_in_s = heap as f64 / per_minute * 60.0;
        let burst = uptime_s >= limits.burst_min_uptime_s && made_in_s < limits.burst_heap_s;
        burst.then_some(Doubt::Burst {
            heap,
            made_in_s,
            uptime_s,
        })
    }

    /// The function with the most bytes in sampled objects that only came.
    fn only_grows(&self, growth: &Growth<'_>) -> Option<NoteFact> {
        let limits = &self.thresholds.notes;
        // A process that has just started frees nothing yet.
        if self.just_started(&growth.of.process.name).is_some() {
            return None;
        }
        let allocated = growth.allocated.as_ref();
        let is_kept = |row: RowId, bytes: i64| {
            let sampled = growth.noise.sampled(row);
            let made = allocated.and_then(|view| flat_of(view, row));
            // Both are rounded, stack by stack.
            let freed = made.map_or(0, |made| made.saturating_sub(bytes));
            sampled.went == 0.0
                && sampled.came >= limits.only_grows_samples
                && freed.saturating_abs() <= bytes / 1000
        };
        let (row, bytes) = growth
            .rows
            .iter()
            .copied()
            .take_while(|(_, bytes)| *bytes >= limits.only_grows_bytes)
            .find(|&(row, bytes)| is_kept(row, bytes))?;
        Some(NoteFact::OnlyGrows {
            function: growth.view.name(row).to_owned(),
            bytes,
            objects: flat_of(growth.objects, row)?,
            seconds: growth.pair.interval.seconds(),
        })
    }

    /// The transient that is most of what changed.
    fn transient(&self, growth: &Growth<'_>) -> Option<NoteFact> {
        let limits = &self.thresholds.notes;
        let all = (growth.transients.iter())
            .fold(growth.pair.net.saturating_abs(), |sum, (_, bytes)| {
                sum.saturating_add(bytes.saturating_abs())
            });
        let (which, bytes) = growth.transients.iter().max_by_key(|(_, bytes)| *bytes)?;
        let most = *bytes >= limits.transient_bytes
            && Share::of(*bytes, all).percent() >= limits.transient_percent;
        most.then_some(NoteFact::Transient {
            which,
            bytes: *bytes,
        })
    }

    /// A snapshot shows the state of the last collection before it: that may lie further back.
    fn gc_stretch(&self, process: &ProcessProfiles, interval: Interval) -> Option<Doubt> {
        let first = process.heap_first.profile()?.time_ns;
        let second = process.heap_second.profile()?.time_ns;
        let before = |time: i64| {
            self.context
                .gc_ends_ns
                .iter()
                .copied()
                .filter(|&end| end > 0 && end <= time)
                .max()
        };
        let real = before(second)?.saturating_sub(before(first)?);
        let stretch = real as f64 / interval.ns.max(1) as f64;
        (stretch > self.thresholds.confidence.max_interval_stretch).then(|| Doubt::Collections {
            apart_s: real as f64 / 1e9,
            window_s: interval.seconds(),
        })
    }
}

/// The same without memory that comes and goes by itself, and how much that is, the runtime's own
/// left out.
fn without_transients(view: View) -> (View, Vec<(&'static Transient, i64)>) {
    let table = Transients::builtin();
    let of_row: Vec<Option<usize>> = view.names().map(|name| table.of_frame(name)).collect();
    if of_row.iter().all(Option::is_none) {
        return (view, Vec::new());
    }
    let of_stack = |stack: Stack<'_>| {
        let rows = stack.rows();
        rows.filter_map(|row| of_row.get(row.index()).copied().flatten())
            .min()
    };
    let mut sums: Vec<(&Transient, i64)> = table.iter().map(|transient| (transient, 0)).collect();
    view.each_stack(|stack, value| {
        let leaf = stack.leaf().map_or("", |leaf| view.name(leaf));
        if !is_runtime_package(leaf)
            && let Some((_, sum)) = of_stack(stack).and_then(|place| sums.get_mut(place))
        {
            *sum = sum.saturating_add(value);
        }
    });
    let small: Vec<bool> = sums
        .iter()
        .map(|(which, sum)| sum.saturating_abs() <= which.at_most_bytes)
        .collect();
    let is_out = |place: usize| small.get(place).copied().unwrap_or(false);
    let rest = view
        .subject()
        .without(|stack| of_stack(stack).is_some_and(is_out));
    let view = match View::under(&rest, "inuse_space") {
        Ok(rest) => rest.in_base_unit(),
        Err(_) => return (view, Vec::new()),
    };
    sums.retain(|(which, sum)| *sum != 0 && sum.saturating_abs() <= which.at_most_bytes);
    (view, sums)
}

/// What of a growth at this rate since the start the heap holds, in percent.
fn made_percent(heap: i64, uptime_s: f64, per_minute: f64) -> f64 {
    heap as f64 * 100.0 / (per_minute * uptime_s / 60.0).max(f64::MIN_POSITIVE)
}

/// The least growth that a pair would have shown: one that is not within noise, and that at least
/// one object is sampled of.
fn resolution(view: &View, noise: f64) -> i64 {
    let period = view.subject().profile().period;
    (noise as i64).max(if period > 1 { period } else { 0 })
}

fn flat_of(view: &View, row: RowId) -> Option<i64> {
    view.weights().get(row.index()).map(|weight| weight.flat)
}

/// How many functions it takes to make up that percentage of the growth.
fn functions_of_share(rows: &[(RowId, i64)], growth: i64, percent: f64) -> usize {
    let wanted = growth as f64 * percent / 100.0;
    let mut sum = 0.0;
    rows.iter()
        .take_while(|(_, value)| {
            let go_on = sum < wanted;
            sum += *value as f64;
            go_on
        })
        .count()
}
