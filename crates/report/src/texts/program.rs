//! Texts on profiles of a program that is none of the Agent's.
//!
//! Knows what Go's debug pages give by hand; refuses to know flares and the Agent.

use super::holes::unmeasured;
use super::{about, by_confidence, captured, customer, findings, notes, states};
use crate::document::{FindingKind, ProfileName, Step};
use crate::kinds;
use crate::markdown::clean;
use crate::model::{ProcessReport, Report};
use diagnose::verdict::{Hole, NoteFact, State};
use profile::units::human;

/// Says when the commands work.
pub(super) const SERVES: &str = "This works where the program serves Go's debug pages (net/http/pprof); put its address in place of HOST:PORT.";

/// The command that takes a profile by hand.
pub fn command(name: ProfileName) -> String {
    match name {
        ProfileName::HeapFirst | ProfileName::HeapSecond | ProfileName::HeapDiff => {
            take("heap", "heap-2.pb.gz")
        }
        ProfileName::Allocs => take("allocs", "allocs.pb.gz"),
        ProfileName::Cpu => {
            "curl -o cpu.pb.gz \"http://HOST:PORT/debug/pprof/profile?seconds=30\"".to_owned()
        }
        ProfileName::Block => take("block", "block.pb.gz"),
        ProfileName::Mutex => take("mutex", "mutex.pb.gz"),
    }
}

/// What a profile as text is.
pub const TEXT: &str = "debug=1";

/// What the form without `debug=1` has and the text lacks, and how it is taken.
pub fn instead(name: ProfileName) -> String {
    format!(
        "The one without debug=1 says more: when it was taken, of which build, and all functions by name. Take it so: {}",
        command(name)
    )
}

/// The same of goroutines.
pub const GOROUTINES_INSTEAD: &str = "It was read from a text (debug=1). The profile without debug=1 has the runtime's own frames too, the dump (debug=2) says what each goroutine waits for, and since when. Take it so: curl -o goroutines.txt \"http://HOST:PORT/debug/pprof/goroutine?debug=2\"";

fn take(page: &str, file: &str) -> String {
    format!("curl -o {file} http://HOST:PORT/debug/pprof/{page}")
}

/// The command that measures what a state lacks.
pub(super) fn state_command(kind: FindingKind) -> String {
    command(match kind {
        FindingKind::MemoryLeak => ProfileName::HeapSecond,
        FindingKind::CpuSpike => ProfileName::Cpu,
        FindingKind::Contention => ProfileName::Mutex,
    })
}

/// What has to be done so that it is measured; a full sentence, before the command.
pub(super) fn remedy(hole: Hole, kind: FindingKind) -> &'static str {
    match (hole, kind) {
        (Hole::LeftOut, _) => "That says nothing against the file: go tool pprof reads it whole.",
        (Hole::Damaged | Hole::CutOff, _) => {
            "Ask for the same file once more, unchanged, as an attachment and not as pasted text; if it is damaged at its source, take it again."
        }
        (Hole::HalfPair, _) => {
            "Take a second heap profile of the same process some minutes later, without a restart in between, and look at both together."
        }
        (Hole::Identical | Hole::ShortWindow | Hole::TraceWindow, _) => {
            "Take another heap profile some minutes later and compare it with the first."
        }
        (Hole::Restarted, _) => {
            "Take both heap profiles of one run: the first once the program runs steadily, the second some minutes later."
        }
        (Hole::WindowUnknown, _) => {
            "How long it was recorded is needed: how long the process had been running, or two profiles some minutes apart, whose difference has a window."
        }
        (_, FindingKind::MemoryLeak) => {
            "Take two heap profiles of the same process, some minutes apart, without a restart in between."
        }
        (_, FindingKind::CpuSpike) => "Take a CPU profile of 30 s while the program is busy.",
        (_, FindingKind::Contention) => {
            "Lock profiles are empty unless the program turns them on (runtime.SetMutexProfileFraction, runtime.SetBlockProfileRate)."
        }
    }
}

/// Prioritised steps, each naming its finding.
pub(super) fn recommendations(report: &Report) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut push = |about: String, text: String, command: Option<String>| {
        steps.push(Step {
            about,
            text,
            command,
        });
    };
    for finding in by_confidence(report) {
        let owner = finding.first().map_or_else(String::new, |first| {
            format!(
                " It is {} of {}.",
                findings::responsible(first),
                findings::owners(first)
            )
        });
        push(
            about(finding),
            format!(
                "Ask those who maintain this code.{owner} Confidence is {}.",
                finding.confidence.as_str()
            ),
            None,
        );
    }
    for note in &report.judgement.notes {
        if matches!(note.fact, NoteFact::SteadyGrowth { .. }) {
            let text = format!("{} {SERVES}", notes::note(note));
            push(
                "Growth".to_owned(),
                text,
                Some(command(ProfileName::HeapSecond)),
            );
        }
    }
    for (hole, state) in asked(report) {
        let text = format!(
            "{} {SERVES}",
            states::why_and_remedy(state, &report.judgement.thresholds)
        );
        let about = format!(
            "{} in {} not measured",
            kinds::title(state.kind),
            state.process
        );
        let takes = !hole.is_unread();
        push(about, text, takes.then(|| state_command(state.kind)));
    }
    if report.processes.is_empty() {
        push(
            "Goroutines alone".to_owned(),
            format!(
                "They say what the program waits for. For memory take a heap profile, some minutes later another one. {SERVES}"
            ),
            Some(command(ProfileName::HeapSecond)),
        );
    }
    steps
}

/// What is to be taken by hand: of each process what could not be measured of memory and CPU, and of
/// locks what is there and says too little.
fn asked(report: &Report) -> Vec<(Hole, &State)> {
    unmeasured(report)
}

/// The message for the customer, as plain text.
pub(super) fn customer_message(report: &Report) -> String {
    let time = captured(report).map_or_else(String::new, |time| format!(" (recorded {time})"));
    let mut text = format!(
        "Hello,\n\nThank you for the profiles{time}. They are of {}, not of the Datadog Agent.\n",
        of_what(report)
    );
    let mut found: Vec<String> = by_confidence(report)
        .into_iter()
        .map(customer::customer_finding)
        .collect();
    if let Some(goroutines) = &report.goroutines {
        let dump = &goroutines.dump;
        if let Some(largest) = dump.groups.first().filter(|group| group.count > 1) {
            found.push(format!(
                "Goroutines: there are {}, and {} of them stand at one and the same place.",
                super::count(dump.count),
                super::count(largest.count)
            ));
        }
    }
    for process in &report.processes {
        found.extend(heap_words(process));
    }
    if found.is_empty() {
        text.push_str("\nWhat could be read of them shows nothing unusual.\n");
    } else {
        text.push_str("\nWhat we found:\n");
        for words in found {
            text.push_str(&format!("- {words}\n"));
        }
    }
    let holes = asked(report);
    let mut lacking: Vec<FindingKind> = Vec::new();
    let mut damaged = false;
    for (hole, state) in &holes {
        damaged |= hole.is_unread();
        if !hole.is_unread() && !lacking.contains(&state.kind) {
            lacking.push(state.kind);
        }
    }
    if report.processes.is_empty() {
        lacking.push(FindingKind::MemoryLeak);
    }
    let mut steps: Vec<(&str, Option<String>)> = Vec::new();
    if damaged {
        steps.push((
            "A file arrived damaged. Please send it once more, unchanged, as an attachment.",
            None,
        ));
    }
    for kind in lacking {
        let words = match kind {
            FindingKind::MemoryLeak => {
                "If memory is the problem, please take a heap profile now and another one some minutes later, without a restart in between, each under a name of its own:"
            }
            FindingKind::CpuSpike => {
                "If CPU is the problem, please take a CPU profile while it is high. It takes 30 seconds:"
            }
            FindingKind::Contention => {
                "Please tell us how long the process had been running when the profile was taken, or take the profile once more some minutes later:"
            }
        };
        let page = match (kind, holes.iter().find(|(_, state)| state.kind == kind)) {
            (FindingKind::Contention, Some((Hole::WindowUnknown, _))) => lock_page(report),
            _ => state_command(kind),
        };
        steps.push((words, Some(page)));
    }
    if !steps.is_empty() {
        text.push_str("\nWhat we need from you:\n");
        let mut commands = false;
        for (at, (words, command)) in steps.into_iter().enumerate() {
            text.push_str(&format!("{}. {words}\n", at + 1));
            if let Some(command) = command {
                text.push_str(&format!("\n   {command}\n\n"));
                commands = true;
            }
        }
        if commands {
            text.push_str(
                "Please put the address of the program's debug pages in place of HOST:PORT.\n",
            );
        }
    }
    text.push_str("\nPlease let us know if anything is unclear.\n\nKind regards\n");
    text
}

/// What takes again the lock profile that is there.
fn lock_page(report: &Report) -> String {
    let has = |name| {
        let mut processes = report.processes.iter();
        processes.any(|process| process.profile(name).is_some())
    };
    match has(ProfileName::Mutex) {
        true => command(ProfileName::Mutex),
        false => command(ProfileName::Block),
    }
}

/// What a heap that stands alone holds.
fn heap_words(process: &ProcessReport) -> Option<String> {
    if process.profile(ProfileName::HeapDiff).is_some() {
        return None;
    }
    let heap = super::facts::heap_in_use(process)?;
    Some(format!(
        "Memory: its heap held {} at that time. Whether it grows, one profile cannot tell.",
        human(heap, "bytes")
    ))
}

/// The programs by name.
pub fn of_what(report: &Report) -> String {
    let mut names: Vec<String> = Vec::new();
    let programs = report
        .processes
        .iter()
        .filter_map(|process| process.program.as_deref());
    for name in programs.filter(|name| !name.is_empty()) {
        let name = clean(name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => "another program".to_owned(),
        [only] => format!("the program {only}"),
        names => format!("the programs {}", names.join(", ")),
    }
}
