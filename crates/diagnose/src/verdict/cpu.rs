//! CPU spike: one function that takes most of the CPU of a process that really uses some.

use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::super::share::Share;
use super::super::thresholds::Thresholds;
use super::finding::{CpuDetail, Detail, Doubt, Finding, Parts};
use super::hole::{self, Hole};
use super::input::ProcessProfiles;
use super::notes::NoteFact;
use super::{Basis, Judge, Outcome, largest};
use profile::Profile;
use profile::lens::view::{RowId, View};

const KIND: FindingKind = FindingKind::CpuSpike;

/// What a CPU profile says of its process.
#[derive(Clone, Debug, PartialEq)]
pub struct CpuUse {
    /// The function that takes the most.
    pub function: String,
    /// Its part of the CPU time.
    pub share: Share,
    /// All CPU time.
    pub cpu_ns: i64,
    /// CPU time by duration; `None` where that is not known.
    pub cores: Option<f64>,
    /// The function is over its threshold.
    pub hot: bool,
    /// The process used enough CPU for that to matter.
    pub busy: bool,
}

impl Judge<'_> {
    pub(super) fn cpu(&self, process: &ProcessProfiles) -> Outcome {
        let name = &process.name;
        let subject = match hole::usable(process, ProfileName::Cpu, self.context) {
            Ok(subject) => subject,
            Err(gap) => return Outcome::hole(name, KIND, gap.hole, Basis::Gaps(vec![gap])),
        };
        let view = match View::under(subject, "cpu").or_else(|_| View::under(subject, "")) {
            Ok(view) => view,
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
        let rows = largest(&view, view.weights(), &|_| true);
        let (function, flat) = rows
            .first()
            .map_or(("", 0), |&(row, flat)| (view.name(row), flat));
        let share = Share::of(flat, total);
        let seconds = total as f64 / 1e9;
        let duration = profile.duration_ns as f64 / 1e9;
        let cores = (duration > 0.0).then(|| seconds / duration);
        let hot = share.percent() > limits.function_percent;
        let busy =
            seconds >= limits.min_cpu_s && cores.is_none_or(|cores| cores >= limits.min_cores);
        let measured = if hot && busy {
            Measured::Crossed
        } else {
            Measured::Clear
        };
        let basis = Basis::Cpu(CpuUse {
            function: function.to_owned(),
            share,
            cpu_ns: total,
            cores,
            hot,
            busy,
        });
        let mut outcome = Outcome::new(name, KIND, measured, basis);
        outcome.state.nearness = Some(if busy {
            share.percent() / limits.function_percent.max(f64::MIN_POSITIVE)
        } else {
            0.0
        });
        let notes = &self.thresholds.notes;
        if hot && !busy {
            outcome.note(NoteFact::BusyLine {
                function: function.to_owned(),
                share,
                cpu_ns: total,
            });
        } else if let Some(cores) = cores.filter(|&cores| !hot && cores >= notes.busy_cores) {
            outcome.note(NoteFact::BusyCores {
                cores,
                function: function.to_owned(),
                share,
            });
        }
        let gc = gc_share(&view, self.thresholds);
        if gc.percent() > notes.gc_cpu_percent {
            outcome.note(NoteFact::GcShare(gc));
        }
        if measured == Measured::Crossed {
            outcome.finding = Some(self.cpu_finding(process, profile, &view, &rows, share, cores));
        }
        outcome
    }

    fn cpu_finding(
        &self,
        process: &ProcessProfiles,
        profile: &Profile,
        view: &View,
        rows: &[(RowId, i64)],
        share: Share,
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
            reasons.push(Doubt::FewSamples(samples));
        }
        if duration > 0.0 {
            reasons.extend(self.short_window(duration));
        }
        reasons.extend(self.just_started());
        let leader = rows.first().map_or("", |(row, _)| view.name(*row));
        if self.context.windows && self.thresholds.is_windows_blocked_leaf(leader) {
            reasons.push(Doubt::BlockedThreads(leader.to_owned()));
        }
        self.finding(Parts {
            kind: KIND,
            process,
            profile: ProfileName::Cpu,
            view,
            rows,
            counts: &|_| true,
            counted: view.total,
            reasons,
            value: share.percent(),
            threshold: self.thresholds.cpu.function_percent,
            detail: Detail::Cpu(CpuDetail {
                share,
                cpu_ns: view.total,
                duration_ns: profile.duration_ns,
                cores,
                gc: gc_share(view, self.thresholds),
            }),
        })
    }
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
