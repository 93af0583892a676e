//! What could not be measured, why, and which capture would measure it.
//!
//! Knows a judgement's states and words each for both readers; refuses to know findings and the
//! texts that these words end up in.

use super::commands::PLAIN_FLARE;
use super::process_words;
use crate::document::FindingKind;
use crate::model::Report;
use diagnose::verdict::{Hole, State};
use flare::Process;

/// Contention of the main process, where it could not be measured.
pub(super) fn contention_unmeasured(report: &Report) -> Option<(Hole, &State)> {
    let judgement = &report.judgement;
    judgement
        .states
        .iter()
        .find(|state| {
            state.kind == FindingKind::Contention && Some(&state.process) == judgement.main.as_ref()
        })
        .and_then(|state| Some((state.hole?, state)))
}

/// Memory and CPU that could not be measured in the main process, and files anywhere that are there
/// and could not be read, each with the reason.
pub(super) fn unmeasured(report: &Report) -> Vec<(Hole, &State)> {
    let judgement = &report.judgement;
    judgement
        .states
        .iter()
        .filter_map(|state| Some((state.hole?, state)))
        .filter(|(hole, state)| {
            hole.is_unread()
                || (state.kind != FindingKind::Contention
                    && Some(&state.process) == judgement.main.as_ref())
        })
        .collect()
}

/// What a customer is told about a hole of one process, for one or several kinds; a clause.
pub(super) fn customer(hole: Hole, process: &Process, kinds: &[FindingKind]) -> String {
    let words: Vec<&str> = kinds
        .iter()
        .map(|kind| match kind {
            FindingKind::MemoryLeak => "memory",
            FindingKind::CpuSpike => "CPU",
            FindingKind::Contention => "lock",
        })
        .collect();
    let what = words.join(" and ");
    let (profile, is) = match kinds.len() {
        0 | 1 => ("profile", "is"),
        _ => ("profiles", "are"),
    };
    let process_name = process;
    let process = process_words(process_name);
    match hole {
        Hole::HalfPair if hole.capture(process_name, FindingKind::MemoryLeak) == PLAIN_FLARE => {
            format!(
                "a flare holds only one memory snapshot of {process}, so growth cannot be seen in it"
            )
        }
        Hole::HalfPair => {
            format!("one of the two memory snapshots of {process} is not in the flare")
        }
        Hole::Absent | Hole::RateZero | Hole::RateZeroElsewhere => {
            format!("the {what} {profile} of {process} {is} not in the flare")
        }
        Hole::Stopped(_) => format!(
            "the recording of {process} ended early with an error, so the {what} {profile} {is} incomplete"
        ),
        Hole::ProfilerBusy => format!(
            "the {what} {profile} of {process} could not be taken, because continuous profiling was active at the same time"
        ),
        Hole::NotRunning => format!(
            "the {what} {profile} of {process} could not be taken, because it did not answer at that time"
        ),
        Hole::Reply | Hole::Empty | Hole::Unsuitable => {
            format!("{process} could not provide its {what} {profile}")
        }
        Hole::Identical => format!(
            "the two {what} snapshots of {process} are identical, so the time between them was too short to show a change"
        ),
        Hole::Restarted => {
            format!("{process} was restarted while the data was being collected")
        }
        Hole::TraceWindow | Hole::ShortWindow => {
            format!("the two {what} snapshots of {process} were taken too close together")
        }
        Hole::Damaged => format!("the {what} {profile} of {process} arrived damaged"),
        Hole::CutOff => format!(
            "the {what} {profile} of {process} {is} missing, because the file arrived incomplete"
        ),
        Hole::LeftOut => {
            format!("the {what} {profile} of {process} {is} too large for us to read in one piece")
        }
    }
}
