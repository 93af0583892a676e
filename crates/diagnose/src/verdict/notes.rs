//! Notes: what is worth knowing and changes no verdict.

use super::super::share::Share;
use super::super::transients::Transient;
use super::Judge;
use super::input::{LimitSource, ProcessProfiles, described};
use flare::Process;
use profile::units::ratio_percent;

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
    /// A large heap.
    LargeHeap {
        /// What it holds.
        bytes: i64,
        /// Who holds the most of it.
        holder: Option<Holder>,
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
        /// The function.
        function: String,
        /// Its part of the CPU time.
        share: Share,
        /// All CPU time.
        cpu_ns: i64,
    },
    /// Cores in use without one hot function.
    BusyCores {
        /// So many.
        cores: f64,
        /// The function that takes the most.
        function: String,
        /// Its part of the CPU time.
        share: Share,
    },
    /// The garbage collector's share of the CPU.
    GcShare(Share),
    /// The Go heap is a small part of RSS.
    SmallHeap {
        /// In-use space of the last heap profile.
        in_use: i64,
        /// Resident memory.
        rss: i64,
    },
    /// RSS is near the container's limit.
    NearLimit {
        /// Resident memory.
        rss: i64,
        /// The limit.
        limit: i64,
        /// Where it stands.
        source: LimitSource,
    },
    /// The kernel killed processes for lack of memory.
    OomKills {
        /// Names of its own, and how often each was killed.
        victims: Vec<(String, usize)>,
        /// How many of the kills were at the limit of a control group.
        in_cgroup: usize,
    },
    /// Many goroutines.
    ManyGoroutines(u64),
    /// Many goroutines with one same stack.
    SameStack {
        /// So many.
        goroutines: u64,
        /// The function that says what they do.
        function: String,
    },
    /// Goroutines wait for locks.
    LockWaits {
        /// So many.
        goroutines: u64,
        /// Where the most of them wait, and how many do there.
        site: Option<(String, u64)>,
    },
    /// The flare was built by the command.
    LocalFlare,
}

/// Who holds the most of a heap.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// The responsible frame with the most.
    pub function: String,
    /// What it is responsible for.
    pub share: Share,
    /// Its owner, or `unowned`.
    pub owner: String,
    /// What all frames of that owner are responsible for.
    pub owner_share: Share,
}

impl NoteFact {
    /// The stable name used in `data-note` and JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::SteadyGrowth { .. } => "steady-growth",
            Self::Moved { .. } => "moved",
            Self::Shrank { .. } => "shrank",
            Self::LargeHeap { .. } => "large-heap",
            Self::OnlyGrows { .. } => "only-grows",
            Self::Transient { .. } => "transient",
            Self::AllocationRate { .. } => "allocation-rate",
            Self::BusyLine { .. } => "busy-line",
            Self::BusyCores { .. } => "busy-cores",
            Self::GcShare(_) => "gc-share",
            Self::SmallHeap { .. } => "small-heap",
            Self::NearLimit { .. } => "near-limit",
            Self::OomKills { .. } => "oom-kills",
            Self::ManyGoroutines(_) => "many-goroutines",
            Self::SameStack { .. } => "same-stack",
            Self::LockWaits { .. } => "lock-waits",
            Self::LocalFlare => "local-flare",
        }
    }
}

impl Judge<'_> {
    /// What the rest of the flare gives reason to note, beside the profiles.
    pub(super) fn flare_notes(&self, processes: &[ProcessProfiles]) -> Vec<Note> {
        let described = described(processes);
        let of = |process: Process| {
            move |fact| Note {
                process: Some(process.clone()),
                fact,
            }
        };
        let of_flare = |fact| Note {
            process: None,
            fact,
        };
        let memory = self.memory_notes(processes, &described);
        let mut notes: Vec<Note> = memory.into_iter().flatten().map(of(described)).collect();
        notes.extend(self.oom_kills().map(of_flare));
        // The dump is of the core Agent.
        notes.extend(self.goroutine_notes().into_iter().map(of(Process::Core)));
        notes.extend(
            self.context
                .local
                .then_some(NoteFact::LocalFlare)
                .map(of_flare),
        );
        notes
    }

    fn memory_notes(
        &self,
        processes: &[ProcessProfiles],
        described: &Process,
    ) -> [Option<NoteFact>; 2] {
        let limits = &self.thresholds.notes;
        let Some(rss) = self.context.rss_bytes.filter(|&rss| rss > 0) else {
            return [None, None];
        };
        let small = processes
            .iter()
            .find(|process| process.name == *described)
            .and_then(ProcessProfiles::heap_in_use)
            .filter(|&in_use| ratio_percent(in_use, rss) < limits.min_heap_percent_of_rss)
            .map(|in_use| NoteFact::SmallHeap { in_use, rss });
        let near = self
            .context
            .memory_limit
            .as_ref()
            .filter(|(limit, _)| {
                *limit > 0 && ratio_percent(rss, *limit) >= limits.container_limit_percent
            })
            .map(|(limit, source)| NoteFact::NearLimit {
                rss,
                limit: *limit,
                source: source.clone(),
            });
        [small, near]
    }

    fn oom_kills(&self) -> Option<NoteFact> {
        let kills = &self.context.oom_kills;
        let mut victims: Vec<(String, usize)> = Vec::new();
        for kill in kills {
            match victims.iter_mut().find(|(name, _)| *name == kill.process) {
                Some((_, count)) => *count += 1,
                None => victims.push((kill.process.clone(), 1)),
            }
        }
        (!kills.is_empty()).then(|| NoteFact::OomKills {
            victims,
            in_cgroup: kills.iter().filter(|kill| kill.in_cgroup).count(),
        })
    }

    fn goroutine_notes(&self) -> Vec<NoteFact> {
        let limits = &self.thresholds.notes;
        let Some(dump) = &self.context.goroutines else {
            return Vec::new();
        };
        let over =
            |value: u64, limit: usize| usize::try_from(value).is_ok_and(|value| value > limit);
        let many = over(dump.count, limits.goroutines);
        let alike = dump
            .largest
            .as_ref()
            .filter(|(number, _)| over(*number, limits.goroutines_same_stack));
        let waits = dump.waiting_for_locks > 0;
        [
            many.then_some(NoteFact::ManyGoroutines(dump.count)),
            alike.map(|(number, function)| NoteFact::SameStack {
                goroutines: *number,
                function: function.clone(),
            }),
            waits.then(|| NoteFact::LockWaits {
                goroutines: dump.waiting_for_locks,
                site: dump.lock_site.clone(),
            }),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
