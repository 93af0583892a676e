//! Why something was not measured, and what measures it.

use std::sync::Arc;

use super::super::capture::Capture;
use super::super::errors::{Told, Unread};
use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::input::{Context, ProcessProfiles, Slot};
use flare::Process;
use profile::lens::subject::Subject;

/// Why there is no measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hole {
    /// No file, and nothing says why.
    Absent,
    /// Only one of two heap snapshots.
    HalfPair,
    /// An error ended the collection of this process: what comes after that profile is missing.
    Stopped(ProfileName),
    /// The Agent's own continuous profiler held the CPU profile.
    ProfilerBusy,
    /// The process did not answer at all.
    NotRunning,
    /// A text was stored in the profile's place.
    Reply,
    /// The file is there and has no bytes.
    Empty,
    /// Both snapshots hold the same values.
    Identical,
    /// The snapshots are of two runs of the process.
    Restarted,
    /// The trace-agent's snapshots are 4 s apart.
    TraceWindow,
    /// The snapshots are too close.
    ShortWindow,
    /// The profiles can't be compared, or are of another kind.
    Unsuitable,
    /// The rates are 0, and the command's flags raise them.
    RateZero,
    /// The rates are 0 in a process whose rates the flags don't change.
    RateZeroElsewhere,
    /// There is much waiting, in a time that is not known.
    WindowUnknown,
    /// The file is there and can't be read.
    Damaged,
    /// No file, and the archive is cut off: it may have been in the part that is missing.
    CutOff,
    /// The file is there and was left out: a limit of this program was met, or memory was short.
    LeftOut,
}

impl Hole {
    /// The stable name used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::HalfPair => "half-pair",
            Self::Stopped(_) => "collection-stopped",
            Self::ProfilerBusy => "internal-profiler",
            Self::NotRunning => "not-running",
            Self::Reply => "text-reply",
            Self::Empty => "empty-file",
            Self::Identical => "identical-snapshots",
            Self::Restarted => "restarted",
            Self::TraceWindow => "trace-window",
            Self::ShortWindow => "short-window",
            Self::Unsuitable => "unsuitable",
            Self::RateZero => "rate-zero",
            Self::RateZeroElsewhere => "rate-zero-elsewhere",
            Self::WindowUnknown => "window-unknown",
            Self::Damaged => "damaged",
            Self::CutOff => "cut-off",
            Self::LeftOut => "left-out",
        }
    }

    /// Empty lock profiles of a process.
    pub const fn of_rates(process: &Process) -> Self {
        match process {
            Process::Core => Self::RateZero,
            _ => Self::RateZeroElsewhere,
        }
    }

    /// The file is there, and what it holds is not known: no profile of the process can be cleared
    /// by what was read beside it.
    pub const fn is_unread(self) -> bool {
        matches!(self, Self::Damaged | Self::LeftOut)
    }

    /// The measurement's state.
    pub const fn measured(self) -> Measured {
        match self {
            Self::Damaged => Measured::Damaged,
            _ => Measured::NotMeasured,
        }
    }

    /// No capture collects what is missing: the trace-agent's snapshots are 4 s apart however long the
    /// capture of the core Agent is.
    pub const fn is_by_hand(self, process: &Process) -> bool {
        matches!(
            (process, self),
            (Process::Trace, Self::TraceWindow | Self::Identical)
        )
    }

    /// The capture that collects what is missing.
    pub const fn capture(self, process: &Process, kind: FindingKind) -> Capture {
        match (process, self, kind) {
            // Its profiles are put into every flare, and no flag changes them.
            (Process::OtelAgent, ..) => Capture::PLAIN,
            // The flags raise the rates of the core Agent only.
            (_, Self::RateZeroElsewhere, _) => Capture::USUAL,
            (_, _, FindingKind::Contention) => Capture::USUAL.with_locks(),
            // Two of them some minutes apart show more than a long one, whose traces grow with it.
            _ => Capture::USUAL,
        }
    }
}

/// Which profiles a gap is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapOf {
    /// One.
    One(ProfileName),
    /// Both heap snapshots, for one reason.
    Heaps,
    /// Both lock profiles, for one reason.
    Locks,
}

/// Why a profile can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Of which.
    pub of: GapOf,
    /// What that means for what it would have measured.
    pub hole: Hole,
    /// What was seen.
    pub cause: GapCause,
}

/// What was seen in a profile's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GapCause {
    /// No file.
    Absent,
    /// No file, and the archive is cut off.
    CutOff,
    /// No file: an error ended the collection of the process.
    Stopped {
        /// The last profile that was collected.
        last: ProfileName,
        /// The CPU profile was next, and the process's continuous profiler is on.
        profiler_on: bool,
    },
    /// A file without bytes.
    Empty,
    /// A text.
    Reply(Reply),
    /// A file that can't be read; why.
    Damaged(Told<Unread>),
    /// A file that was left out; why.
    LeftOut(Told<Unread>),
    /// No file of that kind, and one that can't be read and may be it; why.
    PerhapsDamaged(Told<Unread>),
}

/// A text that was stored in a profile's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its beginning, on one line.
    pub text: String,
    /// What it says.
    pub says: ReplySays,
}

/// What such a text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplySays {
    /// Another CPU profile runs in the process.
    ProfilerBusy,
    /// Nobody answered.
    NotRunning,
    /// Something else.
    Other,
}

impl Reply {
    /// Reads such a text.
    fn read(text: &str) -> Self {
        /// Signs that nobody answered, of Go and of the systems.
        const SILENCE: [&str; 5] = [
            "connection refused",
            "not running",
            "unreachable",
            "no such file",
            "cannot find the file",
        ];
        let lower = text.to_lowercase();
        Self {
            text: quote(text),
            says: if lower.contains("already in use") {
                ReplySays::ProfilerBusy
            } else if SILENCE.iter().any(|sign| lower.contains(sign)) {
                ReplySays::NotRunning
            } else {
                ReplySays::Other
            },
        }
    }

    const fn hole(&self) -> Hole {
        match self.says {
            ReplySays::ProfilerBusy => Hole::ProfilerBusy,
            ReplySays::NotRunning => Hole::NotRunning,
            ReplySays::Other => Hole::Reply,
        }
    }
}

/// A profile that can be looked at, or why it can't.
pub(super) fn usable<'p>(
    process: &'p ProcessProfiles,
    name: ProfileName,
    context: &Context,
) -> Result<&'p Arc<Subject>, Gap> {
    match process.slot(name) {
        Some(Slot::Read(subject)) => Ok(subject),
        slot => Err(gap(process, name, slot, context, GapOf::One(name))),
    }
}

/// One reason behind both lock profiles.
pub(super) fn unusable_locks(process: &ProcessProfiles, context: &Context) -> Option<Gap> {
    let alike = match (&process.mutex, &process.block) {
        (Slot::Absent, Slot::Absent) => true,
        (one, other) => same_reply(one, other),
    };
    alike.then(|| {
        let slot = Some(&process.mutex);
        gap(process, ProfileName::Mutex, slot, context, GapOf::Locks)
    })
}

/// One reason behind both heap snapshots.
pub(super) fn unusable_heaps(process: &ProcessProfiles, context: &Context) -> Option<Gap> {
    same_reply(&process.heap_first, &process.heap_second).then(|| {
        let slot = Some(&process.heap_first);
        gap(process, ProfileName::HeapFirst, slot, context, GapOf::Heaps)
    })
}

fn same_reply(one: &Slot, other: &Slot) -> bool {
    match (one, other) {
        (Slot::Reply(one), Slot::Reply(other)) => one == other && !one.is_empty(),
        _ => false,
    }
}

fn gap(
    process: &ProcessProfiles,
    name: ProfileName,
    slot: Option<&Slot>,
    context: &Context,
    of: GapOf,
) -> Gap {
    let (hole, cause) = match slot {
        Some(Slot::Damaged(why)) => (Hole::Damaged, GapCause::Damaged(why.clone())),
        Some(Slot::LeftOut(why)) => (Hole::LeftOut, GapCause::LeftOut(why.clone())),
        Some(Slot::Reply(text)) if text.is_empty() => (Hole::Empty, GapCause::Empty),
        Some(Slot::Reply(text)) => {
            let reply = Reply::read(text);
            (reply.hole(), GapCause::Reply(reply))
        }
        Some(Slot::Absent | Slot::Read(_)) | None => match process.unknown.first() {
            Some(why) => (Hole::Damaged, GapCause::PerhapsDamaged(why.clone())),
            None => absent(process, name, context),
        },
    };
    Gap { of, hole, cause }
}

/// The order in which the Agent collects the profiles of one process. The first error ends it.
const COLLECTED: [ProfileName; 5] = [
    ProfileName::HeapFirst,
    ProfileName::Cpu,
    ProfileName::HeapSecond,
    ProfileName::Mutex,
    ProfileName::Block,
];

fn absent(process: &ProcessProfiles, name: ProfileName, context: &Context) -> (Hole, GapCause) {
    if context.cut_off {
        return (Hole::CutOff, GapCause::CutOff);
    }
    let there = |name: ProfileName| process.slot(name).is_some_and(|slot| !slot.is_absent());
    let half = match name {
        ProfileName::HeapFirst => there(ProfileName::HeapSecond),
        ProfileName::HeapSecond => there(ProfileName::HeapFirst),
        _ => false,
    };
    let first_missing = COLLECTED
        .iter()
        .position(|&name| !there(name))
        .filter(|_| process.name.is_collected_by_command() && !context.loose);
    // A collection that an error ended leaves a beginning of the order, and nothing after it.
    let ended = first_missing
        .filter(|&at| at > 0 && COLLECTED.iter().skip(at).all(|&name| !there(name)))
        .and_then(|at| Some((*COLLECTED.get(at - 1)?, *COLLECTED.get(at)?)));
    let Some((last, missing)) = ended else {
        let hole = if half { Hole::HalfPair } else { Hole::Absent };
        return (hole, GapCause::Absent);
    };
    let profiler_on = missing == ProfileName::Cpu && context.profiler_on.contains(&process.name);
    let hole = match name {
        _ if profiler_on => Hole::ProfilerBusy,
        ProfileName::HeapSecond if missing == ProfileName::HeapSecond => Hole::HalfPair,
        _ => Hole::Stopped(last),
    };
    (hole, GapCause::Stopped { last, profiler_on })
}

/// The beginning of a text on one line.
fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches('.');
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}\u{2026}", line.get(..end).unwrap_or(line)),
        None => line.to_owned(),
    }
}
