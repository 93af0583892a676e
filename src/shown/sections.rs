//! The report's sections, their anchors and their short names.

use engine::protocol::{ExportFormat, ReportView, Section, SectionKind, SectionState, VerdictKind};

/// A section and its anchor.
///
/// Anchors go into the address bar, and with it into the browser's history, so they are made of
/// our names and numbers, never of a text from the flare: `heap-diff-1`, not `heap-diff-core`.
#[derive(Clone, Debug)]
pub struct Placed {
    /// Anchor.
    pub id: String,
    /// The section.
    pub section: Section,
}

/// All sections, and what points at them.
#[derive(Clone, Debug)]
pub struct Outline {
    /// In the report's order.
    pub placed: Vec<Placed>,
    /// In the report's order.
    pub processes: Vec<String>,
    /// Anchor of the evidence, if there is any to see.
    pub evidence: Option<String>,
    /// Anchor of what to do next.
    pub next: Option<String>,
}

impl Outline {
    /// Of a report.
    pub fn of(view: &ReportView) -> Self {
        let sections = &view.document.sections;
        let processes = processes(sections);
        let placed = place(sections, &processes);
        let find = |wanted: &dyn Fn(&Section) -> bool| {
            let found = placed.iter().find(|it| wanted(&it.section));
            found.map(|it| it.id.clone())
        };
        // Where nothing crossed, the verdict's own section says what was measured; where there is no
        // profile, nothing was.
        let evidence = find(&|section| {
            section.kind != SectionKind::Verdict && section.state == SectionState::Crossed
        })
        .or_else(|| find(&|section| section.kind == SectionKind::Verdict))
        .filter(|_| view.banner.kind != VerdictKind::NoProfiles);
        let next = find(&|section| section.kind == SectionKind::Recommendations);
        Self {
            placed,
            processes,
            evidence,
            next,
        }
    }
}

fn processes(sections: &[Section]) -> Vec<String> {
    let mut names = Vec::new();
    for name in sections
        .iter()
        .filter_map(|section| section.process.as_ref())
    {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    names
}

fn place(sections: &[Section], processes: &[String]) -> Vec<Placed> {
    let id = |section: &Section| {
        let process = section
            .process
            .as_ref()
            .and_then(|name| processes.iter().position(|known| known == name));
        match process {
            Some(index) => format!("{}-{}", section.kind.as_str(), index + 1),
            None => section.kind.as_str().to_owned(),
        }
    };
    sections
        .iter()
        .map(|section| Placed {
            id: id(section),
            section: section.clone(),
        })
        .collect()
}

/// The export that a section's text is.
pub const fn form(kind: SectionKind) -> Option<ExportFormat> {
    match kind {
        SectionKind::CustomerMessage => Some(ExportFormat::Customer),
        SectionKind::Escalation => Some(ExportFormat::Escalation),
        _ => None,
    }
}

/// Short names: the process stands above its group.
pub const fn nav_name(kind: SectionKind) -> &'static str {
    match kind {
        SectionKind::Verdict => "Verdict",
        SectionKind::Agent => "Agent",
        SectionKind::Memory => "Memory",
        SectionKind::HeapDiff => "Heap diff",
        SectionKind::HeapInUse => "Heap in use",
        SectionKind::Allocations => "Allocations",
        SectionKind::Cpu => "CPU",
        SectionKind::Block => "Block",
        SectionKind::Mutex => "Mutex",
        SectionKind::Traces => "Traces",
        SectionKind::Goroutines => "Goroutines",
        SectionKind::Checks => "Checks",
        SectionKind::Recommendations => "Recommendations",
        SectionKind::CustomerMessage => "Customer message",
        SectionKind::Escalation => "Escalation",
        SectionKind::Coverage => "Coverage",
    }
}

#[cfg(test)]
mod tests {
    use super::{place, processes};
    use engine::protocol::{Section, SectionKind, SectionState};

    #[test]
    fn anchors_hold_numbers_in_place_of_names() {
        let section = |kind, process: Option<&str>| Section {
            kind,
            title: String::new(),
            process: process.map(str::to_owned),
            state: SectionState::Info,
            blocks: Vec::new(),
        };
        let sections = [
            section(SectionKind::Verdict, None),
            section(SectionKind::HeapDiff, Some("core")),
            section(SectionKind::Cpu, Some("core")),
            section(SectionKind::Cpu, Some("secret-7")),
        ];
        let processes = processes(&sections);
        assert_eq!(processes, ["core", "secret-7"]);
        let ids: Vec<_> = place(&sections, &processes)
            .into_iter()
            .map(|it| it.id)
            .collect();
        assert_eq!(ids, ["verdict", "heap-diff-1", "cpu-1", "cpu-2"]);
    }
}
