//! What could not be measured, why, and what would measure it.
//!
//! Knows a judgement's states and words each for both readers; refuses to know findings and the
//! texts that these words end up in.

use super::processes;
use super::profile_words;
use super::program;
use crate::document::FindingKind;
use crate::model::Report;
use diagnose::capture::Capture;
use diagnose::verdict::{Gap, GapCause, GapOf, Hole, ReplySays, State};
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
                || *hole == Hole::WindowUnknown
                || (state.kind != FindingKind::Contention
                    && Some(&state.process) == judgement.main.as_ref())
        })
        .collect()
}

/// A hole in short, for a cell.
pub(crate) const fn label(hole: Hole) -> &'static str {
    match hole {
        Hole::Absent | Hole::RateZero | Hole::RateZeroElsewhere => "not collected",
        Hole::HalfPair => "one snapshot only",
        Hole::Stopped(_) => "collection stopped",
        Hole::ProfilerBusy => "profiler in use",
        Hole::NotRunning => "not running",
        Hole::Reply => "error reply",
        Hole::Empty => "empty file",
        Hole::Identical => "identical snapshots",
        Hole::Restarted => "process restarted",
        Hole::TraceWindow | Hole::ShortWindow => "window too short",
        Hole::Unsuitable => "not comparable",
        Hole::WindowUnknown => "time unknown",
        // The state beside it is called damaged already.
        Hole::Damaged => "unreadable",
        Hole::CutOff => "cut off",
        Hole::LeftOut => "left out",
    }
}

/// Why a profile can't be used, in sentences.
pub(super) fn gap(process: &Process, of_agent: bool, gap: &Gap) -> String {
    let there = if of_agent {
        "in the flare"
    } else {
        "among the files"
    };
    let process_name = processes::full(process);
    let (what, is, holds) = match gap.of {
        GapOf::One(name) => (
            format!("The {} of {process_name}", profile_words(name)),
            "is",
            "holds a text instead of a profile",
        ),
        GapOf::Heaps => (
            format!("Both heap snapshots of {process_name}"),
            "are",
            "hold a text instead of profiles",
        ),
        GapOf::Locks => (
            format!("The mutex and block profiles of {process_name}"),
            "are",
            "hold a text instead of profiles",
        ),
    };
    match &gap.cause {
        GapCause::Absent => format!("{what} {is} not {there}."),
        GapCause::CutOff => {
            format!("{what} {is} not in the flare, whose archive is cut off.")
        }
        GapCause::Stopped { last, profiler_on } => {
            let profiler = if *profiler_on {
                format!(
                    " {} is true: only one CPU profile can run in a process, so the Agent's own continuous \
                     profiler probably held it.",
                    process.profiler_setting()
                )
            } else {
                String::new()
            };
            format!(
                "{what} {is} not in the flare: an error ended the collection of {process_name} after its {}, so what comes after \
                 that is missing.{profiler}",
                profile_words(*last)
            )
        }
        GapCause::Empty => format!("{what} {is} an empty file."),
        GapCause::Reply(reply) => {
            let tail = match reply.says {
                ReplySays::ProfilerBusy => {
                    " Only one CPU profile can run in a process, and the Agent's own continuous \
                     profiler held it."
                }
                ReplySays::NotRunning => " The process was not running or could not be reached.",
                ReplySays::Other => "",
            };
            format!("{what} {holds}: \u{201c}{}\u{201d}.{tail}", reply.text)
        }
        GapCause::Damaged(why) => format!("{what} {is} damaged: {}.", why.text()),
        GapCause::LeftOut(why) => format!("{what} {is} left out: {}.", why.text()),
        GapCause::PerhapsDamaged(why) => format!(
            "A profile of {process_name} is damaged, so that nobody knows what it is of: {}.",
            why.text()
        ),
    }
}

/// How the trace-agent's heap is measured.
pub(super) const TRACE_BY_HAND: &str = "A longer capture of the core Agent does not lengthen the window of the trace-agent: take its heap twice by hand from its debug server, ten minutes apart, the second time with 2 in the name of the file, and drop both files on the page together. Nothing is restarted.";

/// What has to be done so that the next flare holds it; a full sentence, before the command.
pub(crate) fn remedy(hole: Hole, process: &Process, of_agent: bool, kind: FindingKind) -> String {
    if !of_agent {
        return program::remedy(hole, kind).to_owned();
    }
    let otel = *process == Process::OtelAgent;
    match hole {
        _ if otel && kind == FindingKind::Contention => {
            "A flare holds no lock profiles of the OpenTelemetry Agent. Its pprof extension serves them on its own port once block_profile_fraction and mutex_profile_fraction are set."
        }
        Hole::Absent if otel => {
            "Profiles of the OpenTelemetry Agent come with every flare while its ddflare extension is on: see that it runs, and make another flare while the problem is happening."
        }
        Hole::Absent => "Capture again with profiles, while the problem is happening.",
        Hole::HalfPair if otel => {
            "A flare holds one heap snapshot of the OpenTelemetry Agent: make another one some hours later, without a restart in between, and compare the two."
        }
        Hole::HalfPair => "Capture again: a difference needs both heap snapshots.",
        Hole::Stopped(_) => {
            return format!(
                "The command printed the error as \u{201c}Could not collect performance profile data\u{201d}; \
                 solve what it says (is {} running, is its debug port reachable?) and capture again.",
                processes::program(process)
            );
        }
        Hole::ProfilerBusy => {
            return match process {
                Process::Core => {
                    "Stop that profiler, which needs no restart, and capture again.".to_owned()
                }
                // A restart would lose what the heap shows.
                _ => format!(
                    "Capture again: the profiler records for a part of the time only, so another try can succeed. \
                     Setting {} to false needs a restart.",
                    process.profiler_setting()
                ),
            };
        }
        Hole::NotRunning => {
            return format!(
                "Start {}, see that status shows it, and capture again.",
                processes::program(process)
            );
        }
        Hole::Reply => "Solve what the quoted text says, then capture again.",
        Hole::Empty => {
            "Capture again; if the file is empty once more, the log of that process says what happened."
        }
        _ if hole.is_by_hand(process) => TRACE_BY_HAND,
        Hole::Identical => {
            "The Agent collects garbage at least every 2 minutes: capture twice, ten minutes apart, and drop both flares on the page together."
        }
        Hole::Restarted => {
            "Capture again once the process runs steadily; if it restarts by itself, find out why first."
        }
        Hole::TraceWindow | Hole::ShortWindow => {
            "Capture twice, ten minutes apart, and drop both flares on the page together."
        }
        Hole::Unsuitable => "Capture again; both snapshots have to come from one flare.",
        Hole::WindowUnknown => {
            "How long it was recorded is needed: how long the process had been running, or two profiles some minutes apart, whose difference has a window."
        }
        Hole::RateZero => {
            "The flags --profile-mutex and --profile-blocking (since 7.30) raise the rates while the flare is made, in the core Agent only."
        }
        Hole::RateZeroElsewhere => return rates_elsewhere(process),
        Hole::Damaged => match kind {
            FindingKind::Contention => {
                "Ask for the same flare once more, unchanged; if it is damaged at its source, capture again."
            }
            _ => {
                "Ask for the same flare once more, unchanged: it may have been cut off on its way. If it is damaged at its source, capture again."
            }
        },
        Hole::CutOff => {
            "Ask for the same flare once more, unchanged, and compare its size with that of the original. If it was cut off at its source, capture again."
        }
        Hole::LeftOut => {
            "That says nothing against the file: go tool pprof reads it whole. A new capture is needed only if that fails."
        }
    }
    .to_owned()
}

/// How a process other than the core Agent gets rates.
fn rates_elsewhere(process: &Process) -> String {
    let program = processes::program(process);
    let flags =
        "The flags --profile-mutex and --profile-blocking raise the rates of the core Agent only.";
    match process {
        Process::Trace => format!(
            "{flags} For {program}, ask its debug server (port 5012) for /debug/blockrate?v=10000 while it runs, \
             and capture again half a minute later: fetching the block profile ends the recording. There \
             is no such switch for mutexes."
        ),
        Process::ProcessAgent | Process::SystemProbe => {
            let set = format!("{} config set", program.trim_start_matches("the "));
            format!(
                "{flags} For {program}, run {set} runtime_block_profile_rate 10000 and {set} \
                 runtime_mutex_profile_fraction 100, which needs no restart, capture again, and set both to 0 \
                 afterwards. The second one fails while its own profiler is on."
            )
        }
        Process::SecurityAgent => format!(
            "{flags} Those of {program} count only while its own profiler is on, and that one keeps a flare \
             from taking its CPU profile: no way is advised."
        ),
        _ => format!(
            "{flags} For {program}, set internal_profiling.block_profile_rate: 10000 and \
             internal_profiling.mutex_profile_fraction: 100, restart, and capture again."
        ),
    }
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
    let process = processes::customer(process_name);
    match hole {
        Hole::HalfPair if hole.capture(process_name, FindingKind::MemoryLeak) == Capture::PLAIN => {
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
        Hole::WindowUnknown => {
            format!("the {what} {profile} of {process} {is} of an unknown length of time")
        }
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
