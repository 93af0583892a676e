//! What could not be measured, why, and which capture would measure it.
//!
//! Knows a judgement's states and words each for both readers; refuses to know findings and the
//! texts that these words end up in.

use super::commands::{CAPTURE, LONG_CAPTURE};
use super::process_words;
use crate::analysis::verdict::State;
use crate::report::document::{FindingKind, Measured};
use crate::report::model::Report;

pub(super) fn contention_unmeasured(report: &Report) -> bool {
    report.judgement.states.iter().any(|state| {
        state.kind == FindingKind::Contention
            && Some(&state.process) == report.judgement.main.as_ref()
            && state.measured == Measured::NotMeasured
    })
}

/// Memory and CPU that could not be measured in the main process, and damage anywhere.
pub(super) fn unmeasured(report: &Report) -> Vec<&State> {
    let judgement = &report.judgement;
    judgement
        .states
        .iter()
        .filter(|state| match state.measured {
            Measured::Damaged => true,
            Measured::NotMeasured => {
                state.kind != FindingKind::Contention
                    && Some(&state.process) == judgement.main.as_ref()
            }
            Measured::Crossed | Measured::Clear => false,
        })
        .collect()
}

/// Why something was not measured, as far as the way to measure it depends on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hole {
    Absent,
    ProfilerBusy,
    Reply,
    Identical,
    Restarted,
    TooShort,
    Damaged,
}

impl Hole {
    pub(super) fn of(state: &State) -> Self {
        if state.measured == Measured::Damaged {
            return Self::Damaged;
        }
        match state.text.as_str() {
            "error reply" if state.why.contains("already in use") => Self::ProfilerBusy,
            "error reply" | "not a CPU profile" | "not comparable" => Self::Reply,
            "identical snapshots" => Self::Identical,
            "process restarted" => Self::Restarted,
            text if text.contains(" in ") => Self::TooShort,
            _ => Self::Absent,
        }
    }

    pub(super) fn engineer(self, state: &State) -> &'static str {
        match self {
            Self::ProfilerBusy => {
                "The Agent's own continuous profiler held the CPU profile: set internal_profiling.enabled: false, restart, and capture again."
            }
            Self::Reply => {
                "The process answered the request with an error: see the quoted text and flare_creation.log, then capture again."
            }
            Self::Identical => {
                "An idle Agent collects garbage every two minutes only, so the window has to be longer than that."
            }
            Self::Restarted => {
                "Find out why the process restarted (dmesg.log for OOM kills, version-history.json, the logs) and capture again once it has run for a while."
            }
            Self::TooShort if state.process == "trace" => {
                "Raise apm_config.receiver_timeout to 60 and restart the trace-agent, so that its profiles cover the requested time."
            }
            Self::TooShort => "Capture again with a longer window.",
            Self::Damaged => {
                "Ask for the same flare again; if it was repacked or cut in transit, the original may be whole."
            }
            Self::Absent => "Capture again with profiles, while the problem is happening.",
        }
    }

    pub(super) const fn capture(self) -> &'static str {
        match self {
            Self::Identical => "flare --profile 150",
            Self::TooShort => LONG_CAPTURE,
            _ => CAPTURE,
        }
    }

    pub(super) fn customer(self, state: &State) -> String {
        let what = match state.kind {
            FindingKind::MemoryLeak => "memory",
            FindingKind::CpuSpike => "CPU",
            FindingKind::Contention => "lock",
        };
        let process = process_words(&state.process);
        match self {
            Self::Absent
                if state.text == "not collected" && state.kind == FindingKind::MemoryLeak =>
            {
                format!("one of the two memory snapshots of {process} is not in the flare")
            }
            Self::Absent => format!("the {what} data of {process} is not in the flare"),
            Self::ProfilerBusy => format!(
                "the {what} profile of {process} could not be taken, because continuous profiling was active at the same time"
            ),
            Self::Reply => format!("{process} could not provide its {what} profile"),
            Self::Identical => format!(
                "the two {what} snapshots of {process} are identical, so the time between them was too short to show a change"
            ),
            Self::Restarted => {
                format!("{process} was restarted while the data was being collected")
            }
            Self::TooShort => format!(
                "the two {what} snapshots of {process} were taken too shortly after one another"
            ),
            Self::Damaged => format!("the {what} profile of {process} arrived damaged"),
        }
    }
}
