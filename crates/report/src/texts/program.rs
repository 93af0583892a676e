//! Texts on profiles of a program that is none of the Agent's.
//!
//! Knows what Go's debug pages give by hand; refuses to know flares and the Agent.

use super::holes::unmeasured;
use super::{about, by_confidence, captured, customer, findings, notable, notes, states};
use crate::document::{FindingKind, ProfileName, Step};
use crate::kinds;
use crate::markdown::clean;
use crate::model::{ProcessReport, Report};
use diagnose::verdict::{Basis, Hole, LockSays, LockSide, NoteFact, State};
use profile::units::human;

/// Says when the commands work.
pub(super) const SERVES: &str = "This works where the program serves Go's debug pages (net/http/pprof); put its address in place of HOST:PORT.";

/// The command that takes a profile by hand.
pub fn command(name: ProfileName) -> String {
    match name {
        ProfileName::HeapFirst => take("heap", "heap-1.pb.gz"),
        ProfileName::HeapSecond | ProfileName::HeapDiff => take("heap", "heap-2.pb.gz"),
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
pub(super) fn state_command(state: &State) -> String {
    let is_there = |side: &&LockSide| !matches!(side.says, LockSays::Gap(_));
    command(match (state.kind, &state.basis) {
        (FindingKind::MemoryLeak, _) if state.hole == Some(Hole::Absent) => ProfileName::HeapFirst,
        (FindingKind::MemoryLeak, _) => ProfileName::HeapSecond,
        (FindingKind::CpuSpike, _) => ProfileName::Cpu,
        // The one that is there, once more.
        (FindingKind::Contention, Basis::Locks(locks)) => {
            let there = locks.sides.iter().find(is_there);
            there.map_or(ProfileName::Mutex, |side| side.profile)
        }
        (FindingKind::Contention, _) => ProfileName::Mutex,
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
            "Take two heap profiles of the same process, some minutes apart, without a restart in between; the second as heap-2.pb.gz."
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
    for one in &report.judgement.notable {
        let text = format!(
            "{} Ask those who maintain this code.",
            notable::summary(one)
        );
        push(notable::about(one), text, None);
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
    for (hole, state) in unmeasured(report) {
        let text = format!(
            "{} {SERVES}",
            states::why_and_remedy(state, &report.judgement.thresholds)
        );
        let about = format!(
            "{} in {} not measured",
            kinds::title(state.kind),
            super::processes::full(&state.process)
        );
        let takes = !hole.is_unread();
        push(about, text, takes.then(|| state_command(state)));
    }
    if report.processes.is_empty() {
        push(
            "Goroutines alone".to_owned(),
            format!(
                "They say what the program waits for. For memory take a heap profile, some minutes later another one. {SERVES}"
            ),
            Some(command(ProfileName::HeapFirst)),
        );
    }
    steps
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
    found.extend(report.judgement.states.iter().filter_map(lock_words));
    if found.is_empty() {
        text.push_str("\nWhat could be read of them shows nothing unusual.\n");
    } else {
        text.push_str("\nWhat we found:\n");
        for words in found {
            text.push_str(&format!("- {words}\n"));
        }
    }
    let holes = unmeasured(report);
    let mut steps: Vec<(&str, Option<String>)> = Vec::new();
    if holes.iter().any(|(hole, _)| hole.is_unread()) {
        steps.push((
            "A file arrived damaged. Please send it once more, unchanged, as an attachment.",
            None,
        ));
    }
    const TWO_HEAPS: &str = "If memory is the problem, please take a heap profile now and another one some minutes later, without a restart in between, the second as heap-2.pb.gz:";
    for (hole, state) in holes.iter().filter(|(hole, _)| !hole.is_unread()) {
        let words = match (state.kind, hole) {
            (FindingKind::MemoryLeak, Hole::Absent) => TWO_HEAPS,
            (FindingKind::MemoryLeak, _) => {
                "If memory is the problem, please take another heap profile of the same process some minutes later, without a restart in between:"
            }
            (FindingKind::CpuSpike, _) => {
                "If CPU is the problem, please take a CPU profile while it is high. It takes 30 seconds:"
            }
            (FindingKind::Contention, _) => {
                "Please tell us how long the process had been running when the profile was taken, or take the profile once more some minutes later:"
            }
        };
        let step = (words, Some(state_command(state)));
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    if report.processes.is_empty() {
        steps.push((TWO_HEAPS, Some(command(ProfileName::HeapFirst))));
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

/// Waiting for locks in a time that is not known.
fn lock_words(state: &State) -> Option<String> {
    let Basis::Locks(locks) = &state.basis else {
        return None;
    };
    let delay = locks.sides.iter().find_map(|side| match &side.says {
        LockSays::Delay(delay) => Some(delay),
        _ => None,
    })?;
    (state.hole == Some(Hole::WindowUnknown)).then(|| {
        let site = delay
            .site
            .as_ref()
            .map_or_else(String::new, |(frame, share)| {
                format!(", {share:.0} of it in {}", clean(frame))
            });
        format!(
            "Locks: its goroutines waited {} in all{site}. In how long a time, the profile does not tell.",
            human(delay.counted, "nanoseconds")
        )
    })
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

/// Whose profiles they are.
fn of_what(report: &Report) -> String {
    match names(report).as_slice() {
        [] => "another program".to_owned(),
        [only] => format!("the program {only}"),
        names => format!("the programs {}", names.join(", ")),
    }
}

/// The programs by name, as a fact.
pub fn program(report: &Report) -> String {
    match names(report).as_slice() {
        [] => "not named in the files".to_owned(),
        names => names.join(", "),
    }
}

fn names(report: &Report) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let dumped = (report.goroutines.iter()).filter_map(|dump| dump.program.as_deref());
    let profiled = (report.processes.iter()).filter_map(|process| process.program.as_deref());
    let programs = profiled.chain(dumped);
    for name in programs.filter(|name| !name.is_empty()) {
        let name = clean(name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
