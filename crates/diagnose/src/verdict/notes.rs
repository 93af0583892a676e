//! Notes: what is worth knowing and changes no verdict.

use super::Judge;
use super::input::{ProcessProfiles, described};
use flare::Process;
use profile::units::{group_thousands, human, human_share, ratio_percent};

/// What a note is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// Growth under the threshold, beyond noise.
    SteadyGrowth,
    /// A function gained while the net did not.
    Moved,
    /// The second snapshot is smaller.
    Shrank,
    /// A large heap that does not grow.
    LargeHeap,
    /// Much is allocated.
    AllocationRate,
    /// A hot function in a process that hardly uses the CPU.
    BusyLine,
    /// Cores in use without one hot function.
    BusyCores,
    /// The garbage collector's share of the CPU.
    GcShare,
    /// The Go heap is a small part of RSS.
    SmallHeap,
    /// RSS is near the container's limit.
    NearLimit,
    /// The kernel killed processes for lack of memory.
    OomKills,
    /// Many goroutines.
    ManyGoroutines,
    /// Many goroutines with one same stack.
    SameStack,
    /// Goroutines wait for locks.
    LockWaits,
    /// The flare was built by the command.
    LocalFlare,
}

impl NoteKind {
    /// The stable name used in `data-note` and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SteadyGrowth => "steady-growth",
            Self::Moved => "moved",
            Self::Shrank => "shrank",
            Self::LargeHeap => "large-heap",
            Self::AllocationRate => "allocation-rate",
            Self::BusyLine => "busy-line",
            Self::BusyCores => "busy-cores",
            Self::GcShare => "gc-share",
            Self::SmallHeap => "small-heap",
            Self::NearLimit => "near-limit",
            Self::OomKills => "oom-kills",
            Self::ManyGoroutines => "many-goroutines",
            Self::SameStack => "same-stack",
            Self::LockWaits => "lock-waits",
            Self::LocalFlare => "local-flare",
        }
    }
}

/// One note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// The process, where it is about one.
    pub process: Option<Process>,
    /// Full sentences.
    pub text: String,
}

impl Note {
    /// About one process; the text goes on after its name.
    pub(super) fn of(kind: NoteKind, process: &Process, text: String) -> Self {
        Self {
            kind,
            process: Some(process.clone()),
            text: format!("{process}: {text}"),
        }
    }

    fn of_flare(kind: NoteKind, text: String) -> Self {
        Self {
            kind,
            process: None,
            text,
        }
    }
}

impl Judge<'_> {
    /// What the rest of the flare gives reason to note, beside the profiles.
    pub(super) fn flare_notes(&self, processes: &[ProcessProfiles]) -> Vec<Note> {
        let mut notes = Vec::new();
        self.memory_notes(processes, &mut notes);
        self.goroutine_notes(&mut notes);
        if self.context.local {
            notes.push(Note::of_flare(
                NoteKind::LocalFlare,
                "This is a local flare: the command built it because the Agent did not answer or because \
                 --local was given. expvar/memstats and the other expvar files describe the command, not the \
                 Agent; telemetry.log and the goroutine dump are still the Agent's."
                    .to_owned(),
            ));
        }
        notes
    }

    fn memory_notes(&self, processes: &[ProcessProfiles], notes: &mut Vec<Note>) {
        let limits = &self.thresholds.notes;
        let name = described(processes);
        let rss = self.context.rss_bytes.filter(|&rss| rss > 0);
        let in_use = processes
            .iter()
            .find(|process| process.name == name)
            .and_then(ProcessProfiles::last_heap)
            .and_then(|(_, heap)| Some(heap.total(heap.type_index("inuse_space")?)));
        if let (Some(rss), Some(in_use)) = (rss, in_use)
            && ratio_percent(in_use, rss) < limits.min_heap_percent_of_rss
        {
            notes.push(Note::of(
                NoteKind::SmallHeap,
                &name,
                format!(
                    "the Go heap in use is {} of {} resident memory ({}): the heap profile explains only a \
                     small part of it.",
                    human(in_use, "bytes"),
                    human(rss, "bytes"),
                    human_share(in_use, rss)
                ),
            ));
        }
        if let (Some(rss), Some((limit, source))) = (rss, &self.context.memory_limit)
            && *limit > 0
            && ratio_percent(rss, *limit) >= limits.container_limit_percent
        {
            notes.push(Note::of(
                NoteKind::NearLimit,
                &name,
                format!(
                    "{} resident memory is {} of the container's limit of {} ({source}): the kernel kills it \
                     when it goes over.",
                    human(rss, "bytes"),
                    human_share(rss, *limit),
                    human(*limit, "bytes")
                ),
            ));
        }
        let kills = &self.context.oom_kills;
        if !kills.is_empty() {
            let mut counted: Vec<(&str, usize)> = Vec::new();
            for kill in kills {
                match counted.iter_mut().find(|(name, _)| *name == kill.process) {
                    Some((_, count)) => *count += 1,
                    None => counted.push((&kill.process, 1)),
                }
            }
            let names: Vec<String> = counted
                .iter()
                .map(|(name, count)| match count {
                    1 => (*name).to_owned(),
                    count => format!("{name} ({count} times)"),
                })
                .collect();
            let cgroup = match kills.iter().filter(|kill| kill.in_cgroup).count() {
                0 => "",
                1 if kills.len() == 1 => " That was at the limit of a control group.",
                count if count == kills.len() => " All at the limit of a control group.",
                _ => " Some at the limit of a control group.",
            };
            notes.push(Note::of_flare(
                NoteKind::OomKills,
                format!(
                    "The kernel killed processes for lack of memory: {}.{cgroup}",
                    names.join(", ")
                ),
            ));
        }
    }

    fn goroutine_notes(&self, notes: &mut Vec<Note>) {
        let limits = &self.thresholds.notes;
        let Some(dump) = &self.context.goroutines else {
            return;
        };
        let count = |value: u64| group_thousands(i64::try_from(value).unwrap_or(i64::MAX));
        let over =
            |value: u64, limit: usize| usize::try_from(value).is_ok_and(|value| value > limit);
        if over(dump.count, limits.goroutines) {
            notes.push(Note::of(
                NoteKind::ManyGoroutines,
                &Process::Core,
                format!(
                    "{} goroutines, over {}: look for stacks that repeat.",
                    count(dump.count),
                    count(limits.goroutines as u64)
                ),
            ));
        }
        if let Some((number, function)) = &dump.largest
            && over(*number, limits.goroutines_same_stack)
        {
            notes.push(Note::of(
                NoteKind::SameStack,
                &Process::Core,
                format!(
                    "{} goroutines have one same stack, in {function}: over {} alike look like a goroutine leak.",
                    count(*number),
                    limits.goroutines_same_stack
                ),
            ));
        }
        if dump.waiting_for_locks > 0 {
            let who = match dump.waiting_for_locks {
                1 => "1 goroutine was".to_owned(),
                number => format!("{} goroutines were", count(number)),
            };
            let site = match &dump.lock_site {
                None => String::new(),
                Some((site, 1)) if dump.waiting_for_locks == 1 => format!(", in {site}"),
                Some((site, there)) if *there == dump.waiting_for_locks => {
                    format!(", all of them in {site}")
                }
                Some((site, there)) => format!(", {} of them in {site}", count(*there)),
            };
            notes.push(Note::of(
                NoteKind::LockWaits,
                &Process::Core,
                format!(
                    "{who} waiting for a lock when the dump was taken{site}. That shows even \
                     when the mutex profile is empty."
                ),
            ));
        }
    }
}
