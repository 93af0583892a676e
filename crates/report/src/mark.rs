//! Marks that stand beside a word, never instead of it, in the page and in the file that is saved.

use super::document::{FileRole, Measured, SectionState, VerdictKind};

/// A state that has a mark, a colour and a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A threshold was crossed.
    Crossed,
    /// Measured, nothing crossed.
    Clear,
    /// No usable measurement.
    NotMeasured,
    /// The file cannot be read.
    Damaged,
    /// Nothing to judge.
    Info,
}

impl Mark {
    /// The stable name, part of the classes that give it its colour.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Crossed => "crossed",
            Self::Clear => "clear",
            Self::NotMeasured => "not-measured",
            Self::Damaged => "damaged",
            Self::Info => "info",
        }
    }

    /// Of a flare's verdict. `calm`: nothing has to be looked at, and what matters was measured.
    pub const fn of_verdict(verdict: VerdictKind, calm: bool) -> Self {
        match verdict {
            VerdictKind::Normal if calm => Self::Clear,
            VerdictKind::Normal => Self::Info,
            VerdictKind::Inconclusive | VerdictKind::NoProfiles => Self::NotMeasured,
            _ => Self::Crossed,
        }
    }

    /// The word beside it; none where there is nothing to judge.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Crossed => "over threshold",
            Self::Clear => "below threshold",
            Self::NotMeasured => "not measured",
            Self::Damaged => "damaged",
            Self::Info => "",
        }
    }

    /// Its lines, in a box of 16 by 16.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Crossed => "M8 1.5 15 14.5H1z",
            Self::Clear => "M2.5 8.5l3.5 3.5 7.5-8",
            Self::NotMeasured => "M2 8h12",
            Self::Damaged => "M3 3l10 10M13 3 3 13",
            Self::Info => "M8 7.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6z",
        }
    }
}

impl From<SectionState> for Mark {
    fn from(state: SectionState) -> Self {
        match state {
            SectionState::Crossed => Self::Crossed,
            SectionState::Clear => Self::Clear,
            SectionState::NotMeasured => Self::NotMeasured,
            SectionState::Damaged => Self::Damaged,
            SectionState::Info => Self::Info,
        }
    }
}

impl From<Measured> for Mark {
    fn from(measured: Measured) -> Self {
        match measured {
            Measured::Crossed => Self::Crossed,
            Measured::Clear => Self::Clear,
            Measured::NotMeasured => Self::NotMeasured,
            Measured::Damaged => Self::Damaged,
        }
    }
}

impl From<FileRole> for Mark {
    fn from(role: FileRole) -> Self {
        match role {
            FileRole::Failed => Self::Damaged,
            FileRole::Used => Self::Clear,
            FileRole::Noted | FileRole::Unused => Self::Info,
        }
    }
}
