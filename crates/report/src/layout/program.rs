//! The document where nothing is of the Agent: what the files hold, and no places for what only a flare
//! has.

use super::super::document::{Document, ProfileName, Section, SectionKind};
use super::super::model::{ProcessReport, Report};
use super::{Palette, answer, context, ending, outlined, profiles, rest};

pub(super) fn document(report: &Report, symptom: &str, link: &str) -> Document {
    let palette = &Palette::of(report);
    let mut sections = answer(report, palette);
    sections.push(context::program(report));
    sections.extend(context::program_memory(report));
    for process in &report.processes {
        sections.extend(of_process(report, process, palette));
    }
    if !report.traces.is_empty() {
        sections.push(rest::traces(report));
    }
    if report.goroutines.is_some() {
        sections.push(rest::goroutines(report, palette));
    }
    sections.extend(ending(report, symptom, link));
    outlined(format!("Profiles: {}", report.hostname), sections)
}

fn of_process(report: &Report, process: &ProcessReport, palette: &Palette) -> Vec<Section> {
    let has = |names: &[ProfileName]| names.iter().any(|&name| process.profile(name).is_some());
    let heaps = [ProfileName::HeapFirst, ProfileName::HeapSecond];
    let mut sections = Vec::new();
    if has(&heaps) {
        sections.push(profiles::heap_diff(report, process, palette));
        sections.push(profiles::heap_in_use(report, process, palette));
    }
    if has(&[ProfileName::HeapDiff, ProfileName::Allocs]) {
        sections.push(profiles::allocations(report, process, palette));
    }
    for (name, kind) in [
        (ProfileName::Cpu, SectionKind::Cpu),
        (ProfileName::Block, SectionKind::Block),
        (ProfileName::Mutex, SectionKind::Mutex),
    ] {
        if has(&[name]) {
            sections.push(profiles::profile_section(report, process, kind, palette));
        }
    }
    sections
}
