//! What is judged: the profiles of each process, and what the rest of the flare tells.

use super::super::errors::{Told, Unread};
use super::super::evidence::Evidence;
use super::super::kinds::ProfileName;
use super::super::owner::Owners;
use super::super::program::Program;
use super::super::thresholds::Thresholds;
use std::sync::{Arc, OnceLock};

use flare::Process;
use profile::Profile;
use profile::lens::subject::Subject;

/// What became of one profile file.
#[derive(Debug, Default)]
pub enum Slot {
    /// There is no such file.
    #[default]
    Absent,
    /// The file holds a text: an error that was stored in the profile's place.
    Reply(String),
    /// The file is there and can't be read; why.
    Damaged(Told<Unread>),
    /// The file is there, as sound as was seen, and was not read to its end: a limit was met, or
    /// memory was short. Says nothing against the file; why.
    LeftOut(Told<Unread>),
    /// Decoded, and open to any question.
    Read(Arc<Subject>),
}

impl Slot {
    /// The decoded profile.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Read(subject) => Some(subject.profile()),
            _ => None,
        }
    }

    /// The same, to be looked at.
    pub const fn subject(&self) -> Option<&Arc<Subject>> {
        match self {
            Self::Read(subject) => Some(subject),
            _ => None,
        }
    }

    /// There is no such file.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The file is there, and what it holds is not known.
    pub const fn is_unread(&self) -> bool {
        matches!(self, Self::Damaged(_) | Self::LeftOut(_))
    }
}

/// The profiles of one process.
#[derive(Debug)]
pub struct ProcessProfiles {
    /// Whose they are.
    pub name: Process,
    /// First heap snapshot.
    pub heap_first: Slot,
    /// Second heap snapshot.
    pub heap_second: Slot,
    /// `/allocs`.
    pub allocs: Slot,
    /// CPU.
    pub cpu: Slot,
    /// Block.
    pub block: Slot,
    /// Mutex.
    pub mutex: Slot,
    /// Profiles that can't be read, and of which not even the name tells the kind; why.
    pub unknown: Vec<Told<Unread>>,
    /// How loose heap profiles became its pair.
    pub pairing: Option<Pairing>,
    /// The second heap snapshot minus the first, made at the first question.
    pub(super) heap_diff: OnceLock<Arc<Subject>>,
}

impl ProcessProfiles {
    /// None yet.
    pub const fn none(name: Process) -> Self {
        Self {
            name,
            heap_first: Slot::Absent,
            heap_second: Slot::Absent,
            allocs: Slot::Absent,
            cpu: Slot::Absent,
            block: Slot::Absent,
            mutex: Slot::Absent,
            unknown: Vec::new(),
            pairing: None,
            heap_diff: OnceLock::new(),
        }
    }

    /// One of its profiles to look at, or the difference of the heap snapshots; `None` where what
    /// it takes could not be read.
    pub fn subject(&self, name: ProfileName) -> Option<&Arc<Subject>> {
        if name != ProfileName::HeapDiff {
            return self.slot(name)?.subject();
        }
        let (first, second) = (self.heap_first.subject()?, self.heap_second.subject()?);
        Some(self.heap_diff(second, first))
    }

    /// The difference of its heap snapshots.
    pub(super) fn heap_diff(&self, second: &Arc<Subject>, first: &Arc<Subject>) -> &Arc<Subject> {
        self.heap_diff.get_or_init(|| Subject::diff(second, first))
    }

    /// All of them, the difference included.
    pub fn subjects(&self) -> impl Iterator<Item = &Arc<Subject>> {
        let names = ProfileName::ALL.into_iter();
        names.filter_map(|name| self.subject(name))
    }

    /// Whose code it runs.
    pub fn program(&self, owners: &Owners) -> Program {
        let names = ProfileName::ALL.into_iter();
        let slots = names.filter_map(|name| self.slot(name)?.subject());
        Program::of(&self.name, slots.map(Arc::as_ref), owners)
    }

    /// The slot of a profile; a difference has none.
    pub const fn slot(&self, name: ProfileName) -> Option<&Slot> {
        match name {
            ProfileName::HeapFirst => Some(&self.heap_first),
            ProfileName::HeapSecond => Some(&self.heap_second),
            ProfileName::HeapDiff => None,
            ProfileName::Allocs => Some(&self.allocs),
            ProfileName::Cpu => Some(&self.cpu),
            ProfileName::Block => Some(&self.block),
            ProfileName::Mutex => Some(&self.mutex),
        }
    }

    /// The slot to fill.
    pub fn slot_mut(&mut self, name: ProfileName) -> Option<&mut Slot> {
        self.heap_diff = OnceLock::new();
        match name {
            ProfileName::HeapFirst => Some(&mut self.heap_first),
            ProfileName::HeapSecond => Some(&mut self.heap_second),
            ProfileName::HeapDiff => None,
            ProfileName::Allocs => Some(&mut self.allocs),
            ProfileName::Cpu => Some(&mut self.cpu),
            ProfileName::Block => Some(&mut self.block),
            ProfileName::Mutex => Some(&mut self.mutex),
        }
    }

    /// Its heap snapshots that could be read, the last one first.
    fn heaps(&self) -> impl Iterator<Item = (ProfileName, &Arc<Subject>)> {
        let names = [ProfileName::HeapSecond, ProfileName::HeapFirst];
        names
            .into_iter()
            .filter_map(|name| Some((name, self.slot(name)?.subject()?)))
    }

    /// The last heap snapshot that could be read; none that is a difference already.
    pub fn last_heap(&self) -> Option<&Arc<Subject>> {
        let mut heaps = self.heaps().map(|(_, heap)| heap);
        heaps.find(|heap| own_difference(heap.profile()).is_none())
    }

    /// What the heap holds, in bytes.
    pub fn heap_in_use(&self) -> Option<i64> {
        let heap = self.last_heap()?.profile();
        Some(heap.amount(heap.type_index("inuse_space")?))
    }

    /// The last heap profile that is a difference by itself.
    pub(super) fn own_difference(&self) -> Option<(ProfileName, &Arc<Subject>, OwnDifference)> {
        let mut heaps = self.heaps();
        heaps.find_map(|(name, heap)| Some((name, heap, own_difference(heap.profile())?)))
    }

    /// Time between the two heap snapshots, and where that is known from.
    pub fn interval(&self, thresholds: &Thresholds) -> Interval {
        if let (Some(first), Some(second)) = (self.heap_first.profile(), self.heap_second.profile())
            && first.time_ns != 0
            && second.time_ns > first.time_ns
        {
            return Interval {
                ns: second.time_ns.saturating_sub(first.time_ns),
                source: IntervalSource::Profiles,
            };
        }
        self.usual_interval(thresholds)
    }

    /// The same where the snapshots don't tell.
    pub(super) fn usual_interval(&self, thresholds: &Thresholds) -> Interval {
        match self.cpu.profile() {
            Some(cpu) if cpu.duration_ns > 0 => Interval {
                ns: cpu.duration_ns,
                source: IntervalSource::CpuDuration,
            },
            _ => Interval {
                ns: (thresholds.leak.assumed_window_s * 1e9) as i64,
                source: IntervalSource::Assumed,
            },
        }
    }
}

/// Loose heap profiles of one program that became a pair by the times in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pairing {
    /// The file of the earlier one.
    pub first: String,
    /// The file of the later one.
    pub second: String,
    /// Files of those in between.
    pub between: Vec<String>,
}

/// How it is known that a heap profile is a difference already, as `/debug/pprof/heap?seconds=N`
/// gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnDifference {
    /// It has in-use values below zero, which no single snapshot can.
    pub negative: bool,
    /// What it covers; 0 when unknown. A snapshot covers no time.
    pub duration_ns: i64,
}

/// Whether a heap profile is a difference.
pub fn own_difference(heap: &Profile) -> Option<OwnDifference> {
    let in_use = heap.type_index("inuse_space")?;
    let found = OwnDifference {
        negative: heap.has_negative(in_use),
        duration_ns: heap.duration_ns.max(0),
    };
    (found.negative || found.duration_ns > 0).then_some(found)
}

/// Where the time between two heap snapshots is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalSource {
    /// From the times in both profiles.
    Profiles,
    /// From the duration of the CPU profile taken in between.
    CpuDuration,
    /// From the profile's own duration: it is a difference by itself.
    OwnDuration,
    /// Not known: the usual time is assumed.
    Assumed,
}

/// Time between two heap snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Nanoseconds, above zero.
    pub ns: i64,
    /// Where it is known from.
    pub source: IntervalSource,
}

impl Interval {
    /// In seconds.
    pub fn seconds(self) -> f64 {
        self.ns as f64 / 1e9
    }
}

/// What the rest of the flare tells the judge. What it does not tell is `None` or empty.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// How long the Agent had been running.
    pub uptime_s: Option<f64>,
    /// The same of processes of which the flare tells their own.
    pub uptimes_s: Vec<(Process, f64)>,
    /// Heap sizes at which processes collect next, in bytes.
    pub next_gc: Vec<(Process, i64)>,
    /// `internal_profiling.mutex_profile_fraction`, when set above zero.
    pub mutex_fraction: Option<i64>,
    /// `internal_profiling.block_profile_rate`, when set above zero.
    pub block_rate: Option<i64>,
    /// The two of system-probe, which has settings of its own: mutex, block.
    pub system_probe_rates: [Option<i64>; 2],
    /// The Agent runs on Windows.
    pub windows: bool,
    /// The flare was built by the command: its expvar files describe the command.
    pub local: bool,
    /// The archive is cut off: what it lacks may have been in it.
    pub cut_off: bool,
    /// A few profiles alone, and no flare: what is not there was never part of it.
    pub loose: bool,
    /// Ends of the core Agent's last garbage collections, Unix nanoseconds.
    pub gc_ends_ns: Vec<i64>,
    /// Processes whose continuous profiler is on.
    pub profiler_on: Vec<Process>,
    /// Resident memory of the core Agent.
    pub rss_bytes: Option<i64>,
    /// Memory limit of the Agent's container, and where it stands.
    pub memory_limit: Option<(i64, LimitSource)>,
    /// Names of processes that the kernel killed for lack of memory, oldest first.
    pub oom_kills: Vec<OomVictim>,
    /// What the goroutine dump says in sum.
    pub goroutines: Option<GoroutineSum>,
    /// When the flare was made, Unix milliseconds.
    pub captured_ms: Option<i64>,
    /// What the Agent's texts say.
    pub evidence: Evidence,
}

impl Context {
    /// How long a process had been running; never that of another one.
    pub fn uptime_of(&self, process: &Process) -> Option<f64> {
        if process.builds_flares() {
            return self.uptime_s;
        }
        let known = self.uptimes_s.iter().find(|(name, _)| name == process);
        known.map(|(_, uptime)| *uptime)
    }

    /// The heap size at which a process collects next.
    pub(super) fn next_gc_of(&self, process: &Process) -> Option<i64> {
        let known = self.next_gc.iter().find(|(name, _)| name == process);
        known.map(|(_, bytes)| *bytes)
    }

    /// The rate that the configuration sets for a lock profile of a process.
    pub(super) fn rate(&self, process: &Process, name: ProfileName) -> Option<i64> {
        let [mutex, block] = match process {
            Process::SystemProbe => self.system_probe_rates,
            _ => [self.mutex_fraction, self.block_rate],
        };
        match name {
            ProfileName::Mutex => mutex,
            _ => block,
        }
    }
}

/// Where a limit of the Agent's container stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LimitSource {
    /// `k8s/kubelet_pods.yaml`; of a limit of one container, its name.
    Kubelet(Option<String>),
    /// `docker_inspect.log`
    Docker,
    /// `ecs_metadata.json`
    Ecs,
    /// The same, of the whole task.
    EcsTask,
    /// `dmesg.log`: the control group of the last kill.
    Kernel,
}

/// A process that the kernel killed for lack of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OomVictim {
    /// Its name.
    pub process: String,
    /// The limit of a control group was reached, not the host's memory.
    pub in_cgroup: bool,
    /// It is the Agent's: by its name, or by a control group that it shares with the Agent.
    pub is_own: bool,
    /// That limit, bytes.
    pub limit: Option<i64>,
    /// What it had resident, bytes.
    pub resident: Option<i64>,
}

/// Goroutines with one same stack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoroutineGroup {
    /// How many.
    pub goroutines: u64,
    /// The function that says what they do.
    pub function: String,
    /// What the runtime says they wait for, for example `chan send`.
    pub state: String,
    /// They wait for a lock, or for somebody at the other end of a channel.
    pub waits: bool,
    /// The longest wait, minutes.
    pub longest_minutes: u64,
}

/// A goroutine dump in sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoroutineSum {
    /// The process that wrote it.
    pub process: Process,
    /// Goroutines.
    pub count: u64,
    /// The most goroutines with one same stack.
    pub largest: Option<GoroutineGroup>,
    /// Goroutines that wait for a lock.
    pub waiting_for_locks: u64,
    /// The longest of these waits, minutes.
    pub lock_minutes: u64,
    /// Where the most of them wait, and how many do there.
    pub lock_site: Option<(String, u64)>,
}

/// The process that `telemetry.log` and `expvar/memstats` of a flare are of: the Cluster Agent in
/// its own flares, the core Agent in all others, whether there are profiles of it or not.
pub fn described(processes: &[ProcessProfiles]) -> Process {
    match processes.first() {
        Some(main) if main.name == Process::ClusterAgent => Process::ClusterAgent,
        _ => Process::Core,
    }
}

/// How it is known that two snapshots are of two runs of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restart {
    /// Their builds differ.
    Build {
        /// Build id in the first.
        before: String,
        /// Build id in the second.
        after: String,
    },
    /// Less was ever allocated at the second, in bytes.
    Allocated {
        /// At the first.
        before: i64,
        /// At the second.
        after: i64,
    },
}

/// Whether the two snapshots are of two runs.
pub(super) fn restarted(first: &Profile, second: &Profile) -> Option<Restart> {
    let (before, after) = (first.build_id(), second.build_id());
    if !before.is_empty() && !after.is_empty() && before != after {
        return Some(Restart::Build {
            before: before.to_owned(),
            after: after.to_owned(),
        });
    }
    let allocated = |profile: &Profile| {
        profile
            .type_index("alloc_space")
            .map(|kind| profile.amount(kind))
    };
    let (before, after) = (allocated(first)?, allocated(second)?);
    (after < before).then_some(Restart::Allocated { before, after })
}
