//! Memory leak: heap growth between the two snapshots of a process.

use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::super::noise::Noise;
use super::super::owner::is_runtime_package;
use super::finding::{Detail, Doubt, Finding, LeakDetail, Parts};
use super::hole::{self, Hole};
use super::input::{self, Interval, ProcessProfiles};
use super::notes::NoteFact;
use super::{Basis, Judge, Outcome, largest};
use flare::Process;
use profile::lens::subject::Weight;
use profile::lens::view::{RowId, View};

const KIND: FindingKind = FindingKind::MemoryLeak;

/// What a pair of heap snapshots says, the Go runtime's own memory left out.
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
}

impl HeapGrowth {
    /// The speed of a growth in this pair.
    pub fn per_minute(&self, bytes: i64) -> f64 {
        bytes as f64 / (self.interval.seconds() / 60.0)
    }
}

/// Everything that is measured of one pair.
struct Growth<'p> {
    process: &'p ProcessProfiles,
    view: &'p View,
    objects: &'p View,
    allocated: Option<View>,
    /// Non-runtime rows by growth, downwards.
    rows: Vec<(RowId, i64)>,
    noise: Noise,
    sigma: f64,
    pair: HeapGrowth,
}

impl Judge<'_> {
    pub(super) fn leak(&self, process: &ProcessProfiles) -> Outcome {
        let name = &process.name;
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
        let views = View::under(process.heap_diff(second, first), "inuse_space")
            .and_then(|view| Ok((view.retyped("inuse_objects")?, view)));
        let (objects, view) = match views {
            Ok(views) => views,
            Err(error) => {
                return Outcome::hole(name, KIND, Hole::Unsuitable, Basis::Unsuitable(error));
            }
        };
        let sums = view.weights();
        let interval = process.interval(self.thresholds);
        if sums
            .iter()
            .chain(objects.weights())
            .all(|weight| *weight == Weight::default())
        {
            return Outcome::hole(name, KIND, Hole::Identical, Basis::Identical(interval));
        }
        let runtime: Vec<bool> = view.names().map(is_runtime_package).collect();
        let counts = |row: RowId| !runtime.get(row.index()).copied().unwrap_or(false);
        let rows = largest(&view, sums, &counts);
        let noise = Noise::of(&view, &objects);
        let limits = &self.thresholds.leak;
        let mut pair = HeapGrowth {
            interval,
            net: rows
                .iter()
                .fold(0_i64, |sum, (_, value)| sum.saturating_add(*value)),
            top: rows.first().map_or(0, |(_, value)| *value),
            by_one: false,
        };
        let fast = |value: i64| pair.per_minute(value) >= limits.growth_bytes_per_minute as f64;
        pair.by_one = pair.net > 0
            && pair.net <= limits.growth_bytes
            && pair.top > limits.function_growth_bytes
            && fast(pair.top);
        let growth = Growth {
            process,
            allocated: view.retyped("alloc_space").ok(),
            rows,
            sigma: noise.of_rows(view.rows().filter(|&row| counts(row))),
            noise,
            view: &view,
            objects: &objects,
            pair,
        };
        self.judge_growth(&growth, &counts)
    }

    fn judge_growth(&self, growth: &Growth<'_>, counts: &dyn Fn(RowId) -> bool) -> Outcome {
        let limits = &self.thresholds.leak;
        let name = &growth.process.name;
        let pair = growth.pair;
        let by_net = pair.net > limits.growth_bytes
            && pair.per_minute(pair.net) >= limits.growth_bytes_per_minute as f64;
        let basis = Basis::Heaps(pair);
        let mut outcome = if by_net || pair.by_one {
            let mut outcome = Outcome::new(name, KIND, Measured::Crossed, basis);
            outcome.finding = Some(self.leak_finding(growth, counts));
            outcome
        } else if pair.interval.seconds() < limits.min_window_s {
            let hole = match name {
                Process::Trace => Hole::TraceWindow,
                _ => Hole::ShortWindow,
            };
            Outcome::hole(name, KIND, hole, basis)
        } else {
            Outcome::new(name, KIND, Measured::Clear, basis)
        };
        if outcome.state.measured != Measured::NotMeasured {
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

    fn leak_notes(&self, growth: &Growth<'_>, outcome: &mut Outcome) {
        let limits = &self.thresholds.notes;
        let HeapGrowth {
            interval, net, top, ..
        } = growth.pair;
        let beyond_noise =
            net.saturating_abs() as f64 >= self.thresholds.leak.noise_sigmas * growth.sigma;
        let crossed = outcome.state.measured == Measured::Crossed;
        let steady = !crossed
            && beyond_noise
            && net > 0
            && growth.pair.per_minute(net) >= limits.steady_growth_bytes_per_minute as f64;
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
        if net < -limits.shrank_bytes && beyond_noise {
            outcome.note(NoteFact::Shrank {
                bytes: net.saturating_abs(),
            });
        }
        let holds = growth
            .process
            .last_heap()
            .and_then(|(_, heap)| Some(heap.total(heap.type_index("inuse_space")?)));
        if let Some(bytes) = holds
            && bytes > limits.large_heap_bytes
            && !crossed
            && !steady
        {
            outcome.note(NoteFact::LargeHeap { bytes });
        }
        if let Some(bytes) = growth.allocated.as_ref().map(View::net) {
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
        } = growth.pair;
        let mut reasons = Vec::new();
        if (net as f64) < limits.noise_sigmas * growth.sigma {
            reasons.push(Doubt::Noise {
                bytes: net,
                sigma: growth.sigma,
            });
        }
        reasons.extend(self.short_window(interval.seconds()));
        reasons.extend(self.just_started());
        let spread = functions_of_share(
            &growth.rows,
            net,
            self.thresholds.confidence.spread_share_percent,
        );
        if spread >= self.thresholds.confidence.spread_functions {
            reasons.push(Doubt::Spread { functions: spread });
        }
        if growth.process.name.builds_flares() && !self.context.local {
            reasons.extend(self.gc_stretch(growth.process, interval));
        }
        let value = if by_one { top } else { net };
        let per_minute = growth.pair.per_minute(value);
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
        };
        let mut finding = self.finding(Parts {
            kind: KIND,
            process: growth.process,
            profile: ProfileName::HeapDiff,
            view: growth.view,
            rows: &growth.rows,
            counts,
            counted: net,
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
