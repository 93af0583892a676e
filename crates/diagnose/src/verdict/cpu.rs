//! CPU spike: one function that takes most of the CPU of a process that really uses some.

use super::super::attribution::{Classes, attribute};
use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::super::thresholds::Thresholds;
use super::finding::{CpuDetail, Detail, Finding, Parts};
use super::hole::{self, Hole};
use super::input::ProcessProfiles;
use super::notes::{Note, NoteKind};
use super::{Judge, Outcome, largest, within_agent};
use flare::Process;
use profile::Profile;
use profile::lens::aggregate::weights;
use profile::lens::view::{RowId, View};
use profile::units::{human, ratio_percent};

const KIND: FindingKind = FindingKind::CpuSpike;

impl Judge<'_> {
    pub(super) fn cpu(&self, process: &ProcessProfiles) -> Outcome {
        let name = &process.name;
        if let Some((hole, why)) = hole::unusable(process, ProfileName::Cpu, self.context) {
            return Outcome::hole(name, KIND, hole, why);
        }
        let Some(profile) = process.cpu.profile() else {
            let why = "The flare holds no CPU profile of this process.".to_owned();
            return Outcome::hole(name, KIND, Hole::Absent, why);
        };
        let view = match View::of(profile, "cpu").or_else(|_| View::of(profile, "")) {
            Ok(view) => view,
            Err(error) => {
                let why = format!("The CPU profile of {name} can't be read as one: {error}.");
                return Outcome::hole(name, KIND, Hole::Unsuitable, why);
            }
        };
        let total = view.total;
        if total == 0 {
            let why = "The CPU profile has no samples: the process was idle.".to_owned();
            let mut outcome = Outcome::new(name, KIND, Measured::Clear, "idle".to_owned(), why);
            outcome.state.nearness = Some(0.0);
            outcome.state.would_change =
                "A profile of a minute with load would show what uses the CPU then.".to_owned();
            return outcome;
        }
        let limits = &self.thresholds.cpu;
        let rows = largest(&view, &weights(&view), &|_| true);
        let (row, flat) = rows.first().copied().unwrap_or((0, 0));
        let percent = flat as f64 / total as f64 * 100.0;
        let seconds = total as f64 / 1e9;
        let duration = profile.duration_ns as f64 / 1e9;
        let cores = (duration > 0.0).then(|| seconds / duration);
        let hot = percent > limits.function_percent;
        let busy =
            seconds >= limits.min_cpu_s && cores.is_none_or(|cores| cores >= limits.min_cores);
        let cores_text = cores.map_or("cores in use unknown".to_owned(), |cores| {
            format!("{cores:.2} cores in use")
        });
        let why = format!(
            "{} takes {percent:.1} % of {} of CPU time; the threshold is over {} % with at least {} s \
             of samples and {} % of one core ({cores_text}).",
            view.name(row),
            human(total, "nanoseconds"),
            limits.function_percent,
            limits.min_cpu_s,
            limits.min_cores * 100.0,
        );
        let measured = if hot && busy {
            Measured::Crossed
        } else {
            Measured::Clear
        };
        let text = format!("{percent:.1} % in one function, {cores_text}");
        let mut outcome = Outcome::new(name, KIND, measured, text, why);
        outcome.state.nearness = Some(if busy {
            percent / limits.function_percent.max(f64::MIN_POSITIVE)
        } else {
            0.0
        });
        outcome.state.would_change = match (hot, busy) {
            (true, true) => format!(
                "Clear with no function over {} %, or with less than {} s of CPU time.",
                limits.function_percent, limits.min_cpu_s
            ),
            (true, false) => format!(
                "It would cross with at least {} s of CPU time and {} % of one core in use.",
                limits.min_cpu_s,
                limits.min_cores * 100.0
            ),
            (false, _) => format!(
                "It would cross with one function over {} %.",
                limits.function_percent
            ),
        };
        let mut note = |kind: NoteKind, text: String| {
            outcome.notes.push(Note::of(kind, name, text));
        };
        let notes = &self.thresholds.notes;
        if hot && !busy {
            note(
                NoteKind::BusyLine,
                format!(
                    "{} takes {percent:.1} % of the CPU profile, but the process used only {} in all: \
                     a busy line in an idle process.",
                    view.name(row),
                    human(total, "nanoseconds"),
                ),
            );
        } else if let Some(cores) = cores.filter(|&cores| !hot && cores >= notes.busy_cores) {
            note(
                NoteKind::BusyCores,
                format!(
                    "{cores:.2} cores in use with no single hot function (the largest is {} with {percent:.1} %).",
                    view.name(row),
                ),
            );
        }
        let gc = gc_percent(&view, self.thresholds);
        if gc > notes.gc_cpu_percent {
            note(
                NoteKind::GcShare,
                format!(
                    "garbage collection takes {gc:.0} % of the CPU time: look at the allocations."
                ),
            );
        }
        if measured == Measured::Crossed {
            outcome.finding =
                Some(self.cpu_finding(process, profile, &view, &rows, percent, cores));
        }
        outcome
    }

    fn cpu_finding(
        &self,
        process: &ProcessProfiles,
        profile: &Profile,
        view: &View<'_>,
        rows: &[(RowId, i64)],
        percent: f64,
        cores: Option<f64>,
    ) -> Finding {
        let limits = &self.thresholds.confidence;
        let duration = profile.duration_ns as f64 / 1e9;
        let mut reasons = Vec::new();
        let samples = match profile.type_index("samples") {
            Some(kind) => profile.total(kind),
            None if profile.period > 0 => view.total / profile.period,
            None => i64::MAX,
        };
        if samples < limits.min_cpu_samples {
            reasons.push(format!("only {samples} CPU samples were taken"));
        }
        if duration > 0.0 {
            self.window_reason(duration, "the CPU profile is {} long", &mut reasons);
        }
        self.uptime_reason(&mut reasons);
        let leader = rows.first().map_or("", |(row, _)| view.name(*row));
        if self.context.windows && self.thresholds.is_windows_blocked_leaf(leader) {
            reasons.push(format!("on Windows {leader} also counts blocked threads"));
        }
        let cores_text = cores.map_or("unknown".to_owned(), |cores| format!("{cores:.2}"));
        let evidence = vec![
            ("Function's share".to_owned(), format!("{percent:.1} %")),
            ("CPU time".to_owned(), human(view.total, "nanoseconds")),
            (
                "Recorded for".to_owned(),
                human(profile.duration_ns, "nanoseconds"),
            ),
            ("Cores in use".to_owned(), cores_text.clone()),
            (
                "Garbage collection".to_owned(),
                format!("{:.1} % of the CPU time", gc_percent(view, self.thresholds)),
            ),
        ];
        self.finding(
            Parts {
                kind: KIND,
                process,
                profile: ProfileName::Cpu,
                view,
                rows,
                counts: &|_| true,
                counted: view.total,
                attribution: &attribute(view, &Classes::of(view, self.owners), &|_| true),
                reasons,
                value: percent,
                unit: "percent",
                threshold: self.thresholds.cpu.function_percent,
                detail: Detail::Cpu(CpuDetail {
                    cpu_ns: view.total,
                    duration_ns: profile.duration_ns,
                    cores,
                }),
                evidence,
                settle: match process.name {
                    // Its profiles are put into every flare, and no flag changes them.
                    Process::OtelAgent => "Another flare while the load is high would settle it.",
                    _ => "A longer CPU profile (--profile 60) while the load is high would settle it.",
                },
            },
            |first, _| {
                format!(
                    "{} spends {percent:.1} % of its CPU time in {} ({cores_text} cores in use)",
                    process.name,
                    within_agent(&first.function),
                )
            },
        )
    }
}

/// Share of the CPU time whose stack has a frame of the garbage collector, in percent. Each sample
/// counts once.
pub fn gc_percent(view: &View<'_>, thresholds: &Thresholds) -> f64 {
    let gc: Vec<bool> = view
        .names()
        .map(|name| thresholds.is_gc_frame(name))
        .collect();
    let mut sum = 0_i64;
    for side in &view.sides {
        for sample in 0..side.profile.samples.len() {
            let hit = side
                .rows(sample)
                .any(|row| gc.get(row as usize).copied().unwrap_or(false));
            if hit {
                sum = sum.saturating_add(side.value(sample));
            }
        }
    }
    ratio_percent(sum, view.total)
}
