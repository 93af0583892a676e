//! Puts sections in their places: anchors, groups of one process, and what links lead to.

use std::collections::HashSet;

use super::super::document::{Document, Group, Section, SectionKind, SectionState, VerdictKind};

/// The whole document of these sections.
pub(crate) fn outlined(title: String, mut sections: Vec<Section>) -> Document {
    let mut processes: Vec<String> = Vec::new();
    let mut taken = HashSet::new();
    let mut before: Option<String> = None;
    for section in &mut sections {
        let kind = section.kind.as_str();
        let base = match &section.process {
            None => kind.to_owned(),
            Some(name) => {
                let known = processes.iter().position(|process| process == name);
                let index = known.unwrap_or_else(|| {
                    processes.push(name.clone());
                    processes.len() - 1
                });
                format!("{kind}-{}", index + 1)
            }
        };
        section.anchor.clone_from(&base);
        let mut again = 2;
        while !taken.insert(section.anchor.clone()) {
            section.anchor = format!("{base}-again-{again}");
            again += 1;
        }
        section.group = match (&before, &section.process) {
            (_, Some(name)) if before.as_ref() != Some(name) => Group::Begins,
            (Some(_), None) => Group::Leaves,
            _ => Group::Continues,
        };
        before.clone_from(&section.process);
    }
    Document {
        title,
        processes,
        sections,
    }
}

/// Anchor of the evidence. Where there is nothing to look at, the verdict's own section says what was
/// measured; where there is no profile, nothing was.
pub(super) fn evidence(document: &Document, verdict: VerdictKind) -> Option<String> {
    if verdict == VerdictKind::NoProfiles {
        return None;
    }
    let crossed = || {
        let mut sections = document.sections.iter();
        sections.find(|section| {
            section.kind != SectionKind::Verdict && section.state == SectionState::Crossed
        })
    };
    anchor_of(document, SectionKind::Evidence)
        .or_else(|| crossed().map(|section| section.anchor.clone()))
        .or_else(|| anchor_of(document, SectionKind::Verdict))
}

/// Anchor of what to do next.
pub(super) fn next(document: &Document) -> Option<String> {
    anchor_of(document, SectionKind::Recommendations)
}

fn anchor_of(document: &Document, kind: SectionKind) -> Option<String> {
    let mut sections = document.sections.iter();
    sections
        .find(|section| section.kind == kind)
        .map(|section| section.anchor.clone())
}

#[cfg(test)]
mod tests {
    use super::super::super::document::{
        Document, Group, Section, SectionKind, SectionState, VerdictKind,
    };
    use super::{evidence, next, outlined};

    fn document(sections: &[(SectionKind, Option<&str>, SectionState)]) -> Document {
        let sections = sections.iter().map(|&(kind, process, state)| {
            let process = process.map(str::to_owned);
            Section::new(kind, process, String::new(), state, Vec::new())
        });
        outlined(String::new(), sections.collect())
    }

    #[test]
    fn anchors_hold_numbers_in_place_of_names_and_stand_once() {
        let placed = document(&[
            (SectionKind::Verdict, None, SectionState::Clear),
            (SectionKind::HeapDiff, Some("core"), SectionState::Clear),
            (SectionKind::Cpu, Some("core"), SectionState::Clear),
            (SectionKind::Cpu, Some("secret-7"), SectionState::Clear),
            (SectionKind::Cpu, Some("secret-7"), SectionState::Clear),
            (SectionKind::Coverage, None, SectionState::Info),
            (SectionKind::Coverage, None, SectionState::Info),
        ]);
        assert_eq!(placed.processes, ["core", "secret-7"]);
        let places: Vec<_> = placed
            .sections
            .iter()
            .map(|section| (section.anchor.as_str(), section.group))
            .collect();
        assert_eq!(
            places,
            [
                ("verdict", Group::Continues),
                ("heap-diff-1", Group::Begins),
                ("cpu-1", Group::Continues),
                ("cpu-2", Group::Begins),
                ("cpu-2-again-2", Group::Continues),
                ("coverage", Group::Leaves),
                ("coverage-again-2", Group::Continues),
            ]
        );
    }

    #[test]
    fn the_evidence_is_the_first_section_that_crossed_else_the_verdict() {
        let crossed = document(&[
            (SectionKind::Verdict, None, SectionState::Crossed),
            (SectionKind::HeapDiff, Some("core"), SectionState::Clear),
            (SectionKind::Cpu, Some("core"), SectionState::Crossed),
            (SectionKind::Recommendations, None, SectionState::Info),
        ]);
        let found = |document, verdict| evidence(document, verdict);
        assert_eq!(
            found(&crossed, VerdictKind::CpuSpike).as_deref(),
            Some("cpu-1")
        );
        assert_eq!(next(&crossed).as_deref(), Some("recommendations"));
        // What is only to be looked at has evidence too.
        let notable = document(&[
            (SectionKind::Verdict, None, SectionState::Info),
            (SectionKind::Evidence, None, SectionState::Info),
            (SectionKind::Memory, None, SectionState::Info),
        ]);
        assert_eq!(
            found(&notable, VerdictKind::Normal).as_deref(),
            Some("evidence")
        );
        let clear = document(&[(SectionKind::Verdict, None, SectionState::Clear)]);
        assert_eq!(
            found(&clear, VerdictKind::Normal).as_deref(),
            Some("verdict")
        );
        assert_eq!(found(&clear, VerdictKind::NoProfiles), None);
        assert_eq!(next(&clear), None);
    }
}
