//! The names that everything else agrees on: profiles, kinds of trouble, states, verdicts.
//!
//! Their texts are stable: the command line, the JSON report and the page's `data-` hooks use them.

use serde::{Deserialize, Serialize};

/// Which profile a table is of. The names are those of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProfileName {
    /// First heap snapshot.
    #[serde(rename = "heap-1st")]
    HeapFirst,
    /// Second heap snapshot.
    #[serde(rename = "heap-2nd")]
    HeapSecond,
    /// Second minus first.
    HeapDiff,
    /// `/allocs`, in some old builds and in OTel flares.
    Allocs,
    /// CPU.
    Cpu,
    /// Blocking events.
    Block,
    /// Lock contention.
    Mutex,
}

impl ProfileName {
    /// All of them, in the report's order.
    pub const ALL: [Self; 7] = [
        Self::HeapFirst,
        Self::HeapSecond,
        Self::HeapDiff,
        Self::Allocs,
        Self::Cpu,
        Self::Block,
        Self::Mutex,
    ];

    /// The name on the command line and in `data-profile`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HeapFirst => "heap-1st",
            Self::HeapSecond => "heap-2nd",
            Self::HeapDiff => "heap-diff",
            Self::Allocs => "allocs",
            Self::Cpu => "cpu",
            Self::Block => "block",
            Self::Mutex => "mutex",
        }
    }
}

/// What is known about one kind of trouble in one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measured {
    /// Over the threshold.
    Crossed,
    /// Measured, under the threshold.
    Clear,
    /// No usable measurement.
    NotMeasured,
    /// The file is there and cannot be read.
    Damaged,
}

impl Measured {
    /// The stable name used in `data-measured` and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crossed => "crossed",
            Self::Clear => "clear",
            Self::NotMeasured => "not-measured",
            Self::Damaged => "damaged",
        }
    }
}

/// Kinds of trouble that a verdict is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// Heap growth.
    MemoryLeak,
    /// One function takes the CPU.
    CpuSpike,
    /// Lock contention.
    Contention,
}

impl FindingKind {
    /// All of them, in the grid's order.
    pub const ALL: [Self; 3] = [Self::MemoryLeak, Self::CpuSpike, Self::Contention];

    /// The stable name used in `data-kind` and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MemoryLeak => "memory-leak",
            Self::CpuSpike => "cpu-spike",
            Self::Contention => "contention",
        }
    }
}

/// The flare's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictKind {
    /// Exactly the heap crossed.
    MemoryLeak,
    /// Exactly the CPU crossed.
    CpuSpike,
    /// Exactly contention crossed.
    Contention,
    /// More than one kind crossed.
    MultipleIssues,
    /// Nothing crossed, and what matters was measured.
    Normal,
    /// Nothing crossed, but something that matters was not measured or is damaged.
    Inconclusive,
    /// No profile anywhere.
    NoProfiles,
}

impl VerdictKind {
    /// The stable name used in `data-verdict` and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MemoryLeak => "memory-leak",
            Self::CpuSpike => "cpu-spike",
            Self::Contention => "contention",
            Self::MultipleIssues => "multiple-issues",
            Self::Normal => "normal",
            Self::Inconclusive => "inconclusive",
            Self::NoProfiles => "no-profiles",
        }
    }
}
