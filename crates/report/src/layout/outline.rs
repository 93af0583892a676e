//! Puts sections in their places: anchors, and groups of one process.

use std::collections::HashSet;

use super::super::document::{Document, Group, Section};

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

#[cfg(test)]
mod tests {
    use super::super::super::document::{Document, Group, Section, SectionKind, SectionState};
    use super::outlined;

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
}
