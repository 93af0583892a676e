//! Notes: what is worth knowing and changes no verdict.

use super::super::kinds::ProfileName;
use super::super::share::Share;
use super::super::transients::Transient;
use super::{Judge, ProcessProfiles};
use flare::Process;

/// One note.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The process, where it is about one.
    pub process: Option<Process>,
    /// What it is about.
    pub fact: NoteFact,
}

/// What a note is about.
#[derive(Clone, Debug, PartialEq)]
pub enum NoteFact {
    /// Growth under the threshold, beyond noise.
    SteadyGrowth {
        /// So much.
        bytes: i64,
        /// In so long.
        seconds: f64,
    },
    /// A function gained while the net did not.
    Moved {
        /// The function.
        function: String,
        /// Its gain.
        bytes: i64,
    },
    /// The second snapshot is smaller.
    Shrank {
        /// By so much.
        bytes: i64,
    },
    /// Sampled objects of a function only came, and none was freed.
    OnlyGrows {
        /// The function.
        function: String,
        /// Bytes that it gained.
        bytes: i64,
        /// Objects that it gained.
        objects: i64,
        /// In so long.
        seconds: f64,
    },
    /// Most of what changed is memory that goes again by itself; it is not counted.
    Transient {
        /// Which.
        which: &'static Transient,
        /// So much.
        bytes: i64,
    },
    /// Much is allocated.
    AllocationRate {
        /// Bytes a second.
        a_second: i64,
        /// Bytes in all.
        bytes: i64,
        /// In so long.
        seconds: f64,
    },
    /// A hot function in a process that hardly uses the CPU.
    BusyLine {
        /// The function, or the check behind a door.
        function: String,
        /// The frame that answers for the most of it, where that is another one, with its owner.
        responsible: Option<(String, String)>,
        /// Its part of the CPU time.
        share: Share,
        /// All CPU time.
        cpu_ns: i64,
    },
    /// A profile was taken as text (`debug=1`), which says less than the usual form.
    TextProfile {
        /// Which.
        profile: ProfileName,
    },
    /// The flare was built by the command.
    LocalFlare,
}

impl NoteFact {
    /// It leaves a question: growth that chance does not explain, or a pair that has to be taken anew.
    pub fn is_open(&self) -> bool {
        match self {
            Self::SteadyGrowth { .. } => true,
            Self::Transient { which, .. } => !which.remedy.is_empty(),
            _ => false,
        }
    }

    /// The stable name used in `data-note` and JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SteadyGrowth { .. } => "steady-growth",
            Self::Moved { .. } => "moved",
            Self::Shrank { .. } => "shrank",
            Self::OnlyGrows { .. } => "only-grows",
            Self::Transient { .. } => "transient",
            Self::AllocationRate { .. } => "allocation-rate",
            Self::BusyLine { .. } => "busy-line",
            Self::TextProfile { .. } => "text-profile",
            Self::LocalFlare => "local-flare",
        }
    }
}

/// Profiles of a process that were taken as text.
pub(super) fn texts(process: &ProcessProfiles) -> impl Iterator<Item = Note> {
    ProfileName::ALL.into_iter().filter_map(|profile| {
        let is_text = process.slot(profile)?.profile()?.is_text;
        is_text.then(|| Note {
            process: Some(process.name.clone()),
            fact: NoteFact::TextProfile { profile },
        })
    })
}

impl Judge<'_> {
    /// What the rest of the flare gives reason to note, beside the profiles.
    pub(super) fn flare_notes(&self) -> Vec<Note> {
        let local = self.context.local.then_some(Note {
            process: None,
            fact: NoteFact::LocalFlare,
        });
        local.into_iter().collect()
    }
}
