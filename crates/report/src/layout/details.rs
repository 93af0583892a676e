//! What the answer rests on, by process: the report's sections in another order, without what the first
//! screen and the list of files say already.

use super::super::document::{Block, Fact, FindingKind, Section, SectionKind, SectionState};
use super::super::model::Report;
use super::super::screen::{AgentView, DetailsView, FileView, ProcessTab, ProcessView};
use super::super::texts::{self, first_screen as words, states};
use super::super::times::duration;
use super::{bytes, document, fact};
use flare::Process;
use profile::units::human;

/// Notes that the banner has.
const SAID: [&str; 2] = ["changed-setting", "symptom"];

/// What the answer rests on.
pub fn details_view(report: &Report) -> DetailsView {
    let document = document(report, "", "");
    let mut view = DetailsView {
        evidence: Vec::new(),
        processes: document
            .processes
            .iter()
            .enumerate()
            .map(|(index, name)| process(report, index, name))
            .collect(),
        general: Vec::new(),
        agent: AgentView {
            first: first_numbers(report),
            section: Section::new(
                SectionKind::Agent,
                None,
                String::new(),
                SectionState::Info,
                Vec::new(),
            ),
        },
        coverage: Vec::new(),
        files: files(report),
    };
    let mut notes = None;
    for section in document.sections {
        match section.kind {
            SectionKind::Recommendations
            | SectionKind::CustomerMessage
            | SectionKind::Escalation => {}
            SectionKind::Verdict => notes = self::notes(section),
            SectionKind::Evidence => view.evidence.push(section),
            SectionKind::Agent => view.agent.section = section,
            SectionKind::Coverage => {
                view.coverage = section.blocks;
                view.coverage
                    .retain(|block| !matches!(block, Block::Table(_)));
            }
            SectionKind::Memory
            | SectionKind::Profiles
            | SectionKind::Traces
            | SectionKind::Goroutines
            | SectionKind::Checks => view.general.push(section),
            SectionKind::HeapDiff
            | SectionKind::HeapInUse
            | SectionKind::Allocations
            | SectionKind::Cpu
            | SectionKind::Block
            | SectionKind::Mutex => put(&mut view.processes, section),
        }
    }
    view.evidence.extend(notes);
    for tab in view.processes.iter_mut().flat_map(|one| &mut one.tabs) {
        tab.state = worst(tab.sections.iter().chain(&tab.empty));
    }
    view
}

/// Every file, damaged ones first; within a role the flare's own order stays.
fn files(report: &Report) -> Vec<FileView> {
    let mut files: Vec<FileView> = report
        .files
        .iter()
        .map(|file| FileView {
            path: file.path.clone(),
            size: file.size,
            size_text: bytes(file.size),
            role: file.role(),
            reason: texts::files::reason(file),
        })
        .collect();
    files.sort_by_key(|file| file.role);
    files
}

/// The kinds of profiles, each with what is judged by it.
const TABS: [(&str, &str, FindingKind); 3] = [
    ("heap", "Heap", FindingKind::MemoryLeak),
    ("cpu", "CPU", FindingKind::CpuSpike),
    ("locks", "Locks", FindingKind::Contention),
];

/// A process without its sections.
fn process(report: &Report, index: usize, name: &str) -> ProcessView {
    let process = Process::parse(name);
    let tabs = TABS.iter().map(|&(tab, title, kind)| ProcessTab {
        anchor: format!("process-{}-{tab}", index + 1),
        title: title.to_owned(),
        state: SectionState::Info,
        would_change: report
            .judgement
            .states
            .iter()
            .find(|state| state.process == process && state.kind == kind)
            .map(|state| states::would_change(state, &report.judgement.thresholds))
            .unwrap_or_default(),
        sections: Vec::new(),
        empty: Vec::new(),
    });
    ProcessView {
        name: name.to_owned(),
        title: texts::processes::heading(&process),
        tabs: tabs.collect(),
    }
}

/// Puts a section where it belongs.
fn put(processes: &mut [ProcessView], section: Section) {
    let place = match section.kind {
        SectionKind::Cpu => 1,
        SectionKind::Block | SectionKind::Mutex => 2,
        _ => 0,
    };
    let mut processes = processes.iter_mut();
    let found = processes.find(|one| section.process.as_ref() == Some(&one.name));
    if let Some(tab) = found.and_then(|one| one.tabs.get_mut(place)) {
        if is_empty(&section) {
            tab.empty.push(section);
        } else {
            tab.sections.push(section);
        }
    }
}

/// It only says why there is nothing to show.
fn is_empty(section: &Section) -> bool {
    let says = |block: &Block| {
        matches!(
            block,
            Block::Missing { .. } | Block::Paragraph { .. } | Block::Note { .. }
        )
    };
    section.state != SectionState::Crossed && section.blocks.iter().all(says)
}

/// What a tab is marked with: what crossed or is damaged, else what was measured.
fn worst<'s>(sections: impl Iterator<Item = &'s Section>) -> SectionState {
    let rank = |state: SectionState| match state {
        SectionState::Crossed => 4,
        SectionState::Damaged => 3,
        SectionState::Clear => 2,
        SectionState::NotMeasured => 1,
        SectionState::Info => 0,
    };
    sections
        .map(|section| section.state)
        .max_by_key(|state| rank(*state))
        .unwrap_or(SectionState::Info)
}

/// What is worth noticing, from the verdict's section.
fn notes(section: Section) -> Option<Section> {
    let mut blocks = section.blocks;
    blocks.retain(|block| match block {
        Block::Note { name, .. } => !SAID.contains(&name.as_str()),
        Block::Missing { .. } => true,
        _ => false,
    });
    (!blocks.is_empty()).then(|| Section {
        title: words::NOTES.to_owned(),
        state: SectionState::Info,
        blocks,
        ..section
    })
}

/// The numbers that a reader of an Agent's context wants first.
fn first_numbers(report: &Report) -> Vec<Fact> {
    let main = report.judgement.main.as_ref();
    let main = report
        .processes
        .iter()
        .find(|process| Some(&process.name) == main);
    let resident = report
        .memory
        .rss_bytes
        .map(|rss| fact(words::RESIDENT_MEMORY, human(rss, "bytes")));
    let cores = main
        .and_then(texts::cores)
        .map(|cores| fact(words::CORES, format!("{cores:.2}")));
    let uptime = report
        .agent
        .uptime_s
        .map(|seconds| fact(words::UPTIME, duration(seconds)));
    [resident, cores, uptime].into_iter().flatten().collect()
}
