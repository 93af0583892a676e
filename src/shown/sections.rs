//! Short names of the report's sections.

use engine::protocol::SectionKind;

/// The id of the section that shows one process at a time.
pub const PROCESS: &str = "processes";

/// Short names. Of the verdict's section only the notes stand in a list.
pub const fn nav_name(kind: SectionKind) -> &'static str {
    match kind {
        SectionKind::Verdict => "Notes",
        SectionKind::Evidence => "Evidence",
        SectionKind::Profiles => "Profiles",
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
