//! Memory leak: heap growth between the two snapshots of a process.

use super::super::attribution::{Classes, attribute};
use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::super::noise::Noise;
use super::super::owner::is_runtime_package;
use super::finding::{Detail, Finding, LeakDetail, Parts};
use super::hole::{self, Hole};
use super::input::{self, Interval, ProcessProfiles};
use super::notes::{Note, NoteKind};
use super::{Judge, Outcome, largest};
use flare::Process;
use profile::lens::aggregate::{Weight, weights};
use profile::lens::view::{RowId, View};
use profile::units::{human, human_share, human_signed};

const KIND: FindingKind = FindingKind::MemoryLeak;

/// Everything that is measured of one pair.
struct Growth<'p, 'v> {
    process: &'p ProcessProfiles,
    view: &'p View<'v>,
    objects: &'p View<'v>,
    allocated: Option<View<'v>>,
    /// Non-runtime rows by growth, downwards.
    rows: Vec<(RowId, i64)>,
    object_sums: Vec<Weight>,
    noise: Noise,
    sigma: f64,
    interval: Interval,
    net: i64,
    top: i64,
}

impl Growth<'_, '_> {
    fn per_minute(&self, value: i64) -> f64 {
        value as f64 / (self.interval.seconds() / 60.0)
    }
}

impl Judge<'_> {
    pub(super) fn leak(&self, process: &ProcessProfiles) -> Outcome {
        let name = &process.name;
        if let Some((hole, why)) = hole::unusable_heaps(process, self.context) {
            return Outcome::hole(name, KIND, hole, why);
        }
        let mut holes: Vec<hole::Told> = [ProfileName::HeapFirst, ProfileName::HeapSecond]
            .into_iter()
            .filter_map(|name| hole::unusable(process, name, self.context))
            .collect();
        // A file that is there and can't be read is worse news than absence, so it is told first.
        holes.sort_by_key(|(hole, _)| !hole.is_unread());
        if let Some((hole, _)) = holes.first() {
            let hole = *hole;
            let why: Vec<&str> = match process.heap_first.is_absent()
                && process.heap_second.is_absent()
                && hole == Hole::Absent
            {
                true => vec!["The flare holds no heap snapshots of this process."],
                false => holes.iter().map(|(_, why)| why.as_str()).collect(),
            };
            return Outcome::hole(name, KIND, hole, why.join(" "));
        }
        let (Some(first), Some(second)) =
            (process.heap_first.profile(), process.heap_second.profile())
        else {
            let why = "The flare holds no heap snapshots of this process.".to_owned();
            return Outcome::hole(name, KIND, Hole::Absent, why);
        };
        if let Some(why) = input::restarted(first, second) {
            return Outcome::hole(name, KIND, Hole::Restarted, why);
        }
        let views = View::diff(second, first, "inuse_space")
            .and_then(|view| Ok((view.retyped("inuse_objects")?, view)));
        let (objects, view) = match views {
            Ok(views) => views,
            Err(error) => {
                let why = format!("The snapshots can't be compared: {error}.");
                return Outcome::hole(name, KIND, Hole::Unsuitable, why);
            }
        };
        let sums = weights(&view);
        let object_sums = weights(&objects);
        let interval = process.interval(self.thresholds);
        if sums
            .iter()
            .chain(&object_sums)
            .all(|weight| *weight == Weight::default())
        {
            let why = format!(
                "Both heap snapshots hold the same values: no garbage collection was published in the \
                 {} between them, so growth can't be seen.",
                interval.text()
            );
            return Outcome::hole(name, KIND, Hole::Identical, why);
        }
        let runtime: Vec<bool> = view.names().map(is_runtime_package).collect();
        let counts = |row: RowId| !runtime.get(row as usize).copied().unwrap_or(false);
        let rows = largest(&view, &sums, &counts);
        let noise = Noise::of(&view, &objects);
        let growth = Growth {
            process,
            allocated: view.retyped("alloc_space").ok(),
            net: rows
                .iter()
                .fold(0_i64, |sum, (_, value)| sum.saturating_add(*value)),
            top: rows.first().map_or(0, |(_, value)| *value),
            rows,
            object_sums,
            sigma: noise.of_rows(&counts),
            noise,
            interval,
            view: &view,
            objects: &objects,
        };
        self.judge_growth(&growth, &counts)
    }

    fn judge_growth(&self, growth: &Growth<'_, '_>, counts: &dyn Fn(RowId) -> bool) -> Outcome {
        let limits = &self.thresholds.leak;
        let name = &growth.process.name;
        let seconds = growth.interval.seconds();
        let fast = |value: i64| growth.per_minute(value) >= limits.growth_bytes_per_minute as f64;
        let net = growth.net;
        let by_net = net > limits.growth_bytes && fast(net);
        let by_one = net > 0
            && net <= limits.growth_bytes
            && growth.top > limits.function_growth_bytes
            && fast(growth.top);
        let grew = human_signed(net, "bytes");
        let limit = format!(
            "{}, at {}/min or faster",
            human(limits.growth_bytes, "bytes"),
            human(limits.growth_bytes_per_minute, "bytes")
        );
        let what = format!(
            "inuse_space outside the Go runtime changed by {grew} in {} ({}/min); the threshold is over {limit}",
            growth.interval.text(),
            human_signed(growth.per_minute(net) as i64, "bytes"),
        );
        let mut outcome = if by_net || by_one {
            let why = if by_one {
                format!(
                    "{what}. The net stays below it, but one function alone grew by {}.",
                    human_signed(growth.top, "bytes")
                )
            } else {
                format!("{what}.")
            };
            let mut outcome = Outcome::new(
                name,
                KIND,
                Measured::Crossed,
                format!("{grew} in {seconds:.1} s"),
                why,
            );
            outcome.state.would_change = format!(
                "Clear at {} or less in such a window, or slower than {}/min.",
                human(limits.growth_bytes, "bytes"),
                human(limits.growth_bytes_per_minute, "bytes")
            );
            outcome.finding = Some(self.leak_finding(growth, counts, by_one));
            outcome
        } else if seconds < limits.min_window_s {
            let (hole, tail) = match name {
                Process::Trace => (
                    Hole::TraceWindow,
                    " The trace-agent's profiles take 4 s unless apm_config.receiver_timeout is raised.",
                ),
                _ => (Hole::ShortWindow, ""),
            };
            let why = format!(
                "The heap snapshots are only {seconds:.1} s apart, too short to tell growth from noise \
                 ({grew} so far).{tail}"
            );
            Outcome::hole(name, KIND, hole, why)
        } else {
            let mut outcome = Outcome::new(
                name,
                KIND,
                Measured::Clear,
                format!("{grew} in {seconds:.1} s"),
                format!("{what}."),
            );
            outcome.state.would_change = format!(
                "It would cross with over {} in such a window{}.",
                human(limits.growth_bytes, "bytes"),
                match limits.growth_bytes.saturating_sub(net.max(0)) {
                    0 => String::new(),
                    more if more > 0 => format!(": {} more", human(more, "bytes")),
                    _ => format!(
                        ", if it were as fast as {}/min",
                        human(limits.growth_bytes_per_minute, "bytes")
                    ),
                }
            );
            outcome
        };
        if outcome.state.measured != Measured::NotMeasured {
            // Amount and speed have to be over their limits both; either rule will do.
            let near = |value: i64, limit: i64| {
                let amount = value.max(0) as f64 / limit.max(1) as f64;
                let speed = growth.per_minute(value).max(0.0)
                    / limits.growth_bytes_per_minute.max(1) as f64;
                amount.min(speed)
            };
            let alone = if net > 0 {
                near(growth.top, limits.function_growth_bytes)
            } else {
                0.0
            };
            outcome.state.nearness = Some(near(net, limits.growth_bytes).max(alone));
        }
        outcome.state.growth_bytes = Some(net);
        self.leak_notes(growth, &mut outcome);
        outcome
    }

    fn leak_notes(&self, growth: &Growth<'_, '_>, outcome: &mut Outcome) {
        let name = &growth.process.name;
        let limits = &self.thresholds.notes;
        let seconds = growth.interval.seconds();
        let net = growth.net;
        let beyond_noise =
            net.saturating_abs() as f64 >= self.thresholds.leak.noise_sigmas * growth.sigma;
        let crossed = outcome.state.measured == Measured::Crossed;
        let steady = !crossed
            && beyond_noise
            && net > 0
            && growth.per_minute(net) >= limits.steady_growth_bytes_per_minute as f64;
        let mut note = |kind: NoteKind, text: String| {
            outcome.notes.push(Note::of(kind, name, text));
        };
        if steady {
            note(
                NoteKind::SteadyGrowth,
                format!(
                    "the heap grew by {} in {seconds:.1} s, under the threshold but beyond sampling noise. \
                     A longer capture (--profile 120) or two flares hours apart would tell.",
                    human_signed(net, "bytes"),
                ),
            );
        }
        if !crossed && net <= 0 && growth.top > limits.moved_bytes {
            let function = growth
                .rows
                .first()
                .map_or("", |(row, _)| growth.view.name(*row));
            note(
                NoteKind::Moved,
                format!(
                    "{function} gained {} while the heap as a whole did not grow: memory moved rather than leaked.",
                    human(growth.top, "bytes")
                ),
            );
        }
        if net < -limits.shrank_bytes && beyond_noise {
            note(
                NoteKind::Shrank,
                format!(
                    "the second heap snapshot is smaller, by {}.",
                    human(net.saturating_abs(), "bytes")
                ),
            );
        }
        let holds = growth
            .process
            .last_heap()
            .and_then(|(_, heap)| Some(heap.total(heap.type_index("inuse_space")?)));
        if let Some(holds) = holds
            && holds > limits.large_heap_bytes
            && !crossed
            && !steady
        {
            note(
                NoteKind::LargeHeap,
                format!(
                    "the heap holds {} and does not grow: large, but steady. What holds it stands under Heap in Use.",
                    human(holds, "bytes")
                ),
            );
        }
        if let Some(allocated) = growth.allocated.as_ref().map(View::net) {
            let rate = (allocated as f64 / seconds) as i64;
            if rate > limits.allocation_bytes_per_second {
                note(
                    NoteKind::AllocationRate,
                    format!(
                        "{} are allocated a second ({} in {seconds:.1} s): that is work for the garbage collector.",
                        human(rate, "bytes"),
                        human(allocated, "bytes"),
                    ),
                );
            }
        }
    }

    fn leak_finding(
        &self,
        growth: &Growth<'_, '_>,
        counts: &dyn Fn(RowId) -> bool,
        by_one: bool,
    ) -> Finding {
        let limits = &self.thresholds.leak;
        let attribution = attribute(growth.view, &Classes::of(growth.view, self.owners), counts);
        let (net, interval) = (growth.net, growth.interval);
        let mut reasons = Vec::new();
        if (net as f64) < limits.noise_sigmas * growth.sigma {
            reasons.push(format!(
                "the growth is within sampling noise ({} is under {} sigma of {})",
                human(net, "bytes"),
                limits.noise_sigmas,
                human(growth.sigma as i64, "bytes")
            ));
        }
        self.window_reason(
            interval.seconds(),
            "the heap snapshots are {} apart",
            &mut reasons,
        );
        self.uptime_reason(&mut reasons);
        let spread = functions_of_share(
            &growth.rows,
            net,
            self.thresholds.confidence.spread_share_percent,
        );
        if spread >= self.thresholds.confidence.spread_functions {
            reasons.push(format!(
                "the growth is spread over {spread} functions, which looks like warm-up rather than a leak"
            ));
        }
        if growth.process.name.builds_flares() && !self.context.local {
            reasons.extend(self.gc_stretch(growth.process, interval));
        }
        let value = if by_one { growth.top } else { net };
        let per_minute = growth.per_minute(value);
        let sum = |view: &View<'_>, sums: &[Weight]| {
            view.names()
                .zip(sums)
                .filter(|(name, _)| !is_runtime_package(name))
                .fold(0_i64, |sum, (_, weight)| sum.saturating_add(weight.flat))
        };
        let objects = sum(growth.objects, &growth.object_sums);
        let alloc_sums = growth.allocated.as_ref().map(weights);
        let allocated = growth
            .allocated
            .as_ref()
            .zip(alloc_sums.as_ref())
            .map(|(view, sums)| sum(view, sums));
        let detail = LeakDetail {
            interval,
            growth: net,
            per_minute,
            objects,
            noise: growth.sigma,
            allocated,
            by_one,
        };
        let mut finding = self.finding(
            Parts {
                kind: KIND,
                process: growth.process,
                profile: ProfileName::HeapDiff,
                view: growth.view,
                rows: &growth.rows,
                counts,
                counted: net,
                attribution: &attribution,
                reasons,
                value: value as f64,
                unit: "bytes",
                threshold: limits.growth_bytes as f64,
                evidence: evidence(&detail),
                detail: Detail::Leak(detail),
                settle: "A longer capture (--profile 120) or two flares hours apart would settle it.",
            },
            |first, responsible| {
                // Others shrank when one function grew by more than the whole.
                let part = if first.value > net {
                    "most".to_owned()
                } else {
                    human_share(first.value, net)
                };
                format!(
                    "{} grew {} in {:.1} s ({}/min), {part} of it in {responsible}",
                    growth.process.name,
                    human(value, "bytes"),
                    interval.seconds(),
                    human(per_minute as i64, "bytes"),
                )
            },
        );
        let rows = growth.rows.iter().map(|(row, _)| *row);
        for (function, row) in finding.functions.iter_mut().zip(rows) {
            function.objects = flat_of(&growth.object_sums, row);
            function.allocated = alloc_sums.as_deref().and_then(|sums| flat_of(sums, row));
            function.within_noise =
                (function.value as f64) < limits.noise_sigmas * growth.noise.of_row(row);
        }
        finding
    }

    /// A snapshot shows the state of the last collection before it: that may lie further back.
    fn gc_stretch(&self, process: &ProcessProfiles, interval: Interval) -> Option<String> {
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
        (stretch > self.thresholds.confidence.max_interval_stretch).then(|| {
            format!(
                "the snapshots show garbage collections that are {:.0} s apart, not {:.0} s",
                real as f64 / 1e9,
                interval.seconds()
            )
        })
    }
}

fn flat_of(sums: &[Weight], row: RowId) -> Option<i64> {
    sums.get(row as usize).map(|weight| weight.flat)
}

/// Retention beside churn: what stayed, and what was allocated to that end.
fn evidence(detail: &LeakDetail) -> Vec<(String, String)> {
    let seconds = detail.interval.seconds();
    let projected = |minutes: f64| human_signed((detail.per_minute * minutes) as i64, "bytes");
    let mut evidence = vec![
        ("Interval", detail.interval.text()),
        ("Growth", human_signed(detail.growth, "bytes")),
        (
            "Rate",
            format!("{}/min", human_signed(detail.per_minute as i64, "bytes")),
        ),
        (
            "If it goes on",
            format!("{} an hour, {} a day", projected(60.0), projected(1440.0)),
        ),
        ("Objects", human_signed(detail.objects, "count")),
    ];
    if detail.objects > 0 {
        let size = detail.growth / detail.objects;
        evidence.push(("Mean object", human(size, "bytes")));
    }
    if let Some(allocated) = detail.allocated.filter(|&allocated| allocated > 0) {
        let rate = (allocated as f64 / seconds) as i64;
        evidence.push((
            "Allocated in the same time",
            format!(
                "{} ({}/s); {} of it stayed",
                human(allocated, "bytes"),
                human(rate, "bytes"),
                human_share(detail.growth.max(0), allocated)
            ),
        ));
    }
    evidence.push((
        "Sampling noise",
        format!("{} (one sigma)", human(detail.noise as i64, "bytes")),
    ));
    evidence
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
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
