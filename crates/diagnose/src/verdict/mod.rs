//! The verdict: what the procedure decides from the profiles of each process.
//!
//! Every kind of trouble gets one of four states per process, with what it rests on; the flare's
//! verdict is made from the states. Numbers come from
//! [`Thresholds`], owners from [`Owners`]. Knows nothing of archives or of how a report looks.
//!
//! - `input`: the profiles of a process, and what the rest of the flare tells.
//! - `hole`: why something was not measured.
//! - `leak`, `cpu`, `contention`: one kind each.
//! - `finding`: what crossed, with evidence and confidence.
//! - `around`: what the rest of the flare shows.
//! - `notes`: what changes no verdict.

mod around;
mod contention;
mod cpu;
mod finding;
mod hole;
mod input;
mod leak;
mod notes;
#[cfg(test)]
mod tests;

pub use contention::{LockCounter, LockDelay, LockSays, LockSide, LockWindow, Locks};
pub use cpu::{CpuUse, Spot, gc_share};
pub use finding::{
    Confidence, ContentionDetail, CpuDetail, Detail, Doubt, Finding, FindingFunction, FindingStack,
    LeakDetail, OwnerPart, Responsible, Unit,
};
pub use hole::{Gap, GapCause, GapOf, Hole, Reply, ReplySays};
pub use input::{
    Context, GoroutineGroup, GoroutineSum, Interval, IntervalSource, LimitSource, OomVictim,
    OwnDifference, Pairing, ProcessProfiles, Restart, Slot, described, own_difference,
};
pub use leak::{Bound, HeapGrowth, SinceStart, gross};
pub use notes::{Note, NoteFact};

use super::attribution::Classes;
use super::counters::Counters;
use super::kinds::{FindingKind, Measured, VerdictKind};
use super::notable::{self, Notable};
use super::owner::Owners;
use super::thresholds::Thresholds;
use flare::Process;
use profile::lens::subject::{Subject, Weight};
use profile::lens::view::{RowId, View, ViewError};

/// One kind of trouble in one process.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The process.
    pub process: Process,
    /// The kind.
    pub kind: FindingKind,
    /// The state.
    pub measured: Measured,
    /// The process is the Agent's, as far as is known.
    pub of_agent: bool,
    /// Why it was not measured; `None` where it was.
    pub hole: Option<Hole>,
    /// What it rests on.
    pub basis: Basis,
    /// How near the threshold: 1 is at it. `None` where nothing was measured.
    pub nearness: Option<f64>,
    /// Of a leak: what the whole heap came to since the start, where that is slow.
    pub since_start: Option<SinceStart>,
}

/// What a state rests on.
#[derive(Clone, Debug, PartialEq)]
pub enum Basis {
    /// Profiles that can't be used, the worst news first.
    Gaps(Vec<Gap>),
    /// Heap snapshots of two runs.
    Restarted(Restart),
    /// Profiles that can't be compared, or are not what their names say.
    Unsuitable(ViewError),
    /// Heap snapshots with the same values: nothing was collected between them.
    Identical(Interval),
    /// A heap that is too small to hold a leak, where its snapshots don't measure one.
    Bounded(Bound),
    /// Heap snapshots that were compared.
    Heaps(HeapGrowth),
    /// A CPU profile without samples.
    Idle,
    /// A CPU profile.
    Cpu(CpuUse),
    /// Lock profiles.
    Locks(Locks),
}

/// Everything that was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The flare's verdict.
    pub kind: VerdictKind,
    /// The main process, where there is one.
    pub main: Option<Process>,
    /// By process, main first, then by kind.
    pub states: Vec<State>,
    /// One per process and kind that crossed.
    pub findings: Vec<Finding>,
    /// What has to be looked at although nothing crossed, in the order of how much it explains.
    pub notable: Vec<Notable>,
    /// What is worth knowing and changes nothing.
    pub notes: Vec<Note>,
    /// Nothing crossed, nothing is to be looked at, nothing is damaged, and leak and CPU were measured
    /// in every process that was running: the flare gives no reason to go on.
    pub closes: bool,
    /// The numbers it was judged by.
    pub thresholds: Thresholds,
}

/// Judges all processes, main process first (see [`Process`]'s order).
pub fn judge(
    processes: &[ProcessProfiles],
    context: &Context,
    thresholds: &Thresholds,
    owners: &Owners,
) -> Judgement {
    let judge = Judge {
        context,
        described: described(processes),
        thresholds,
        owners,
    };
    let mut result = Judgement {
        kind: VerdictKind::NoProfiles,
        main: processes.first().map(|main| main.name.clone()),
        states: Vec::new(),
        findings: Vec::new(),
        notable: Vec::new(),
        notes: Vec::new(),
        closes: false,
        thresholds: thresholds.clone(),
    };
    for process in processes {
        let of_agent = !context.loose || process.program(owners).is_agent();
        result.notes.extend(notes::texts(process));
        for mut outcome in [
            judge.leak(process),
            judge.cpu(process),
            judge.contention(process),
        ] {
            outcome.state.of_agent = of_agent;
            result.states.push(outcome.state);
            result.findings.extend(outcome.finding);
            result.notable.extend(outcome.notable);
            result.notes.extend(outcome.notes);
        }
    }
    result
        .notable
        .extend(judge.notable(processes, &result.states));
    notable::sort(&mut result.notable);
    result.notes.extend(judge.flare_notes());
    result.kind = flare_verdict(processes, &result.states);
    result.closes = result.kind == VerdictKind::Normal
        && result.notable.is_empty()
        && !result.notes.iter().any(|note| note.fact.is_open())
        && result.states.iter().all(|state| match state.measured {
            Measured::Clear => true,
            Measured::NotMeasured => {
                state.kind == FindingKind::Contention || state.hole == Some(Hole::NotRunning)
            }
            Measured::Crossed | Measured::Damaged => false,
        });
    result
}

fn flare_verdict(processes: &[ProcessProfiles], states: &[State]) -> VerdictKind {
    let Some(main) = processes.first() else {
        return VerdictKind::NoProfiles;
    };
    let crossed = |kind: FindingKind| {
        states
            .iter()
            .any(|state| state.kind == kind && state.measured == Measured::Crossed)
    };
    match FindingKind::ALL.map(crossed) {
        [false, false, false] => {}
        [true, false, false] => return VerdictKind::MemoryLeak,
        [false, true, false] => return VerdictKind::CpuSpike,
        [false, false, true] => return VerdictKind::Contention,
        _ => return VerdictKind::MultipleIssues,
    }
    let unmeasured = states.iter().any(|state| {
        state.process == main.name
            && state.kind != FindingKind::Contention
            && matches!(state.measured, Measured::NotMeasured | Measured::Damaged)
    });
    let unread = processes.iter().any(|process| {
        process.heap_first.is_unread()
            || process.heap_second.is_unread()
            || process.allocs.is_unread()
            || process.cpu.is_unread()
            || !process.unknown.is_empty()
    });
    if unmeasured || unread {
        VerdictKind::Inconclusive
    } else {
        VerdictKind::Normal
    }
}

/// What is known of one kind in one process.
struct Outcome {
    state: State,
    finding: Option<Finding>,
    notable: Vec<Notable>,
    notes: Vec<Note>,
}

struct Judge<'a> {
    context: &'a Context,
    /// The process that the Agent's texts are of.
    described: Process,
    thresholds: &'a Thresholds,
    owners: &'a Owners,
}

impl Outcome {
    fn new(process: &Process, kind: FindingKind, measured: Measured, basis: Basis) -> Self {
        Self {
            state: State {
                process: process.clone(),
                kind,
                measured,
                of_agent: true,
                hole: None,
                basis,
                nearness: None,
                since_start: None,
            },
            finding: None,
            notable: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Not measured.
    fn hole(process: &Process, kind: FindingKind, hole: Hole, basis: Basis) -> Self {
        let mut outcome = Self::new(process, kind, hole.measured(), basis);
        outcome.state.hole = Some(hole);
        outcome
    }

    fn note(&mut self, fact: NoteFact) {
        let process = Some(self.state.process.clone());
        self.notes.push(Note { process, fact });
    }
}

impl Judge<'_> {
    /// Who answers for the rows of one of a process's profiles.
    fn classes(&self, process: &ProcessProfiles, subject: &Subject) -> Classes {
        Classes::of(subject, self.owners, &process.program(self.owners))
    }

    /// What a process counts of itself, where the flare tells.
    fn counters_of(&self, process: &Process) -> Option<&Counters> {
        (*process == self.described).then_some(&self.context.evidence.counters)
    }
}

/// Rows that count, by value downwards, then by name as pprof does.
fn largest(view: &View, sums: &[Weight], counts: &dyn Fn(RowId) -> bool) -> Vec<(RowId, i64)> {
    let mut rows: Vec<(RowId, i64)> = sums
        .iter()
        .zip(view.rows())
        .filter(|(weight, row)| weight.flat != 0 && counts(*row))
        .map(|(weight, row)| (row, weight.flat))
        .collect();
    rows.sort_by(|a, b| {
        b.1.cmp(&a.1)
            .then_with(|| view.name(a.0).cmp(view.name(b.0)))
            .then(a.0.cmp(&b.0))
    });
    rows
}
