//! Kinds of trouble and verdicts by name.

use diagnose::kinds::{FindingKind, VerdictKind};

/// A kind of trouble as a heading.
pub const fn title(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::MemoryLeak => "Memory leak",
        FindingKind::CpuSpike => "CPU spike",
        FindingKind::Contention => "Contention",
    }
}

/// The same within a sentence.
pub const fn words(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::MemoryLeak => "memory leak",
        FindingKind::CpuSpike => "CPU spike",
        FindingKind::Contention => "contention",
    }
}

/// A verdict as a heading.
pub const fn verdict(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::MemoryLeak => "Memory Leak",
        VerdictKind::CpuSpike => "CPU Spike",
        VerdictKind::Contention => "Contention",
        VerdictKind::MultipleIssues => "Multiple Issues",
        VerdictKind::Normal => "Normal",
        VerdictKind::Inconclusive => "Inconclusive",
        VerdictKind::NoProfiles => "No profiles",
    }
}
