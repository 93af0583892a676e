//! Profiles that come one by one, as they are attached to a ticket.
//!
//! Names promise nothing: what a file holds, its sample types tell; whose it is, the build or the
//! binary in it. Heap profiles of one program become a pair by their times.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Settings;
use super::profiles::{Read, Spent, by_name, fate, put, read_slot, sniff};
use super::reader::Reader;
use diagnose::kinds::ProfileName;
use diagnose::verdict::{Pairing, ProcessProfiles, Slot};
use flare::goroutines::{Goroutines, Group};
use flare::{Process, ProfileKind, Role, TextLimits};
use profile::lens::subject::Subject;
use profile::{FuncId, Profile};
use report::model::FileFate;
use report::settings::Pairs;

/// Goroutines of a profile, grouped as those of a dump.
pub(super) struct Counted {
    pub(super) process: Process,
    pub(super) goroutines: Goroutines,
    /// Their profile.
    pub(super) subject: Arc<Subject>,
    /// It was a text.
    pub(super) is_text: bool,
}

/// One file.
struct Loose {
    index: usize,
    path: String,
    /// Process and kind as the name gives them.
    named: Process,
    hint: ProfileKind,
    slot: Slot,
    target: Option<ProfileName>,
}

/// Which files are of one process.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    /// A process of the Agent, which the name gives.
    Agent(Process),
    Build(String),
    Binary(String),
    /// One file by itself, as asked.
    File(String),
    /// Nothing in it tells.
    Named(Process),
}

impl Loose {
    fn of(&self) -> Of {
        if !self.is_free() {
            return Of::Agent(self.named.clone());
        }
        let program = self.slot.profile().and_then(Profile::program);
        match program {
            Some(program) if !program.build_id.is_empty() => Of::Build(program.build_id.clone()),
            Some(program) => Of::Binary(program.file.clone()),
            None => Of::Named(self.named.clone()),
        }
    }

    /// The Agent's process that the binary in it is, where it lies as the Agent's packages put it.
    /// Many programs run from the core Agent's, flare commands among them.
    fn binary(&self) -> Option<Process> {
        let file = &self.slot.profile()?.program()?.file;
        let program = file.strip_prefix("/opt/datadog-agent/")?;
        Some(match program {
            "embedded/bin/trace-agent" => Process::Trace,
            "embedded/bin/process-agent" => Process::ProcessAgent,
            "embedded/bin/security-agent" => Process::SecurityAgent,
            "embedded/bin/system-probe" => Process::SystemProbe,
            "embedded/bin/otel-agent" => Process::OtelAgent,
            _ => return None,
        })
    }

    /// No name of the Agent's says whose it is.
    fn is_free(&self) -> bool {
        matches!(self.named, Process::Nameless | Process::Other(_))
    }

    fn is_heap(&self) -> bool {
        matches!(
            self.target,
            Some(ProfileName::HeapFirst | ProfileName::HeapSecond)
        )
    }

    fn time(&self) -> i64 {
        self.slot.profile().map_or(0, |profile| profile.time_ns)
    }

    /// The name gives a process beside the kind.
    fn is_named(&self) -> bool {
        let has_kind = !matches!(self.hint, ProfileKind::Unknown);
        matches!(self.named, Process::Other(_)) && has_kind
    }

    fn file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

/// Reads all loose profiles.
pub(super) fn read(reader: &mut Reader<'_>, settings: &Settings) -> Read {
    let entries = reader.flare.entries().iter().enumerate();
    let wanted: Vec<(usize, String, Process, ProfileKind)> = entries
        .filter_map(|(index, entry)| match &entry.role {
            Role::Profile { process, kind } => {
                Some((index, entry.path.clone(), process.clone(), *kind))
            }
            _ => None,
        })
        .collect();
    let mut spent = Spent::default();
    let mut groups: BTreeMap<Of, Vec<Loose>> = BTreeMap::new();
    // In the order of the first file of each.
    let mut order: Vec<Of> = Vec::new();
    for (index, path, named, hint) in wanted {
        reader.tell(index);
        let slot = read_slot(reader.flare, index, settings, &mut spent);
        let target = match slot.profile() {
            Some(profile) => told(profile, hint),
            None => by_name(hint),
        };
        let loose = Loose {
            index,
            path,
            named,
            hint,
            slot,
            target,
        };
        let of = match settings.pairs {
            Pairs::Apart if loose.is_heap() && loose.is_free() => Of::File(loose.path.clone()),
            _ => loose.of(),
        };
        if !groups.contains_key(&of) {
            order.push(of.clone());
        }
        groups.entry(of).or_default().push(loose);
    }
    adopt(&mut groups, &mut order);
    let names = names(&groups, &order);
    let limit = reader.flare.limits().processes;
    let mut read = Read {
        processes: Vec::new(),
        goroutines: None,
    };
    for (of, name) in order.into_iter().zip(names) {
        let files = groups.remove(&of).unwrap_or_default();
        if read.processes.len() >= limit {
            for file in files {
                let process = name.clone();
                let fate = FileFate::TooManyProcesses { process, limit };
                reader.fates.insert(file.index, fate);
            }
            continue;
        }
        let process = process(name, files, settings.pairs, reader, &mut read.goroutines);
        let is_empty = |process: &ProcessProfiles| {
            let mut names = ProfileName::ALL.into_iter();
            process.unknown.is_empty()
                && names.all(|name| process.slot(name).is_none_or(Slot::is_absent))
        };
        if !is_empty(&process) {
            read.processes.push(process);
        }
    }
    read.processes.sort_by(|a, b| a.name.cmp(&b.name));
    read
}

/// The kind by what it counts; block and mutex profiles count the same, so their names help.
fn told(profile: &Profile, hint: ProfileKind) -> Option<ProfileName> {
    match (sniff(profile)?, by_name(hint)) {
        (
            ProfileName::Block | ProfileName::Mutex,
            Some(named @ (ProfileName::Block | ProfileName::Mutex)),
        )
        | (ProfileName::HeapFirst, Some(named @ (ProfileName::HeapSecond | ProfileName::Allocs))) => {
            Some(named)
        }
        (by_content, _) => Some(by_content),
    }
}

/// Gives files that don't tell whose they are, as damaged ones, to the process of the same name, or
/// to the only one that there is.
fn adopt(groups: &mut BTreeMap<Of, Vec<Loose>>, order: &mut Vec<Of>) {
    let is_told = |of: &Of| !matches!(of, Of::Named(_));
    let told: Vec<Of> = order.iter().filter(|of| is_told(of)).cloned().collect();
    for of in order.clone() {
        let Of::Named(name) = &of else {
            continue;
        };
        let same = told.iter().find(|other| {
            let files = groups.get(*other).map_or(&[][..], Vec::as_slice);
            files.iter().any(|file| file.named == *name)
        });
        let only = match told.as_slice() {
            [only] if *name == Process::Nameless => Some(only),
            _ => None,
        };
        if let Some(other) = same.or(only)
            && let Some(files) = groups.remove(&of)
        {
            groups.entry(other.clone()).or_default().extend(files);
            order.retain(|kept| *kept != of);
        }
    }
}

/// What the processes are called: as their files say; several that no file names, by a file of each.
fn names(groups: &BTreeMap<Of, Vec<Loose>>, order: &[Of]) -> Vec<Process> {
    let mut names: Vec<Process> = Vec::with_capacity(order.len());
    for of in order {
        let files = groups.get(of).map_or(&[][..], Vec::as_slice);
        let by_names = || match files {
            [only] => only.named.clone(),
            _ => files
                .iter()
                .find(|file| file.is_named())
                .map_or(Process::Nameless, |file| file.named.clone()),
        };
        let by_files = match of {
            Of::Agent(process) => process.clone(),
            _ => files
                .iter()
                .find_map(Loose::binary)
                .unwrap_or_else(by_names),
        };
        let taken = |name: &Process| names.contains(name);
        let is_vague = order.len() > 1 && by_files == Process::Nameless;
        let name = if is_vague || taken(&by_files) {
            let file = files.first().map_or("", Loose::file);
            let path = files.first().map_or("", |file| file.path.as_str());
            match Process::Other(file.to_owned()) {
                name if taken(&name) => Process::Other(path.to_owned()),
                name => name,
            }
        } else {
            by_files
        };
        names.push(name);
    }
    names
}

/// Puts the files of one program into their places.
fn process(
    name: Process,
    mut files: Vec<Loose>,
    pairs: Pairs,
    reader: &mut Reader<'_>,
    goroutines: &mut Option<Counted>,
) -> ProcessProfiles {
    let mut process = ProcessProfiles::none(name);
    process.pairing = pair(&mut files, pairs);
    for file in files {
        let mut fate = fate(&file.slot, file.target, &process.name);
        if let Some(counted) = file.slot.profile().and_then(goroutines_of) {
            fate = FileFate::GoroutineProfile {
                count: counted.count,
            };
            let most = goroutines.as_ref().map_or(0, |held| held.goroutines.count);
            if counted.count > most
                && let Some(subject) = file.slot.subject()
            {
                *goroutines = Some(Counted {
                    process: process.name.clone(),
                    is_text: subject.profile().is_text,
                    subject: Arc::clone(subject),
                    goroutines: counted,
                });
            }
        } else if let (Slot::Damaged(why), None) = (&file.slot, file.target) {
            process.unknown.push(why.clone());
        }
        let between = process.pairing.as_ref().is_some_and(|pairing| {
            pairing.between.contains(&file.path) && file.slot.profile().is_some()
        });
        let fate = match between {
            true => FileFate::BetweenHeaps,
            false => put(&mut process, file.slot, file.target, fate),
        };
        reader.fates.insert(file.index, fate);
    }
    process
}

/// Makes the earliest and the latest heap profile a pair. Names count where times don't tell.
fn pair(files: &mut [Loose], pairs: Pairs) -> Option<Pairing> {
    let is_heap = |file: &&mut Loose| file.is_heap() && file.slot.profile().is_some();
    let mut heaps: Vec<&mut Loose> = files.iter_mut().filter(is_heap).collect();
    heaps.sort_by(|a, b| (a.time(), &a.path).cmp(&(b.time(), &b.path)));
    let (first, last) = (heaps.first()?.time(), heaps.last()?.time());
    if first == 0 || first == last {
        // One that is alone is the first, whatever its name.
        if let [only] = heaps.as_mut_slice()
            && only.is_free()
        {
            only.target = Some(ProfileName::HeapFirst);
        }
        return None;
    }
    let hints: Vec<ProfileKind> = heaps.iter().map(|heap| heap.hint).collect();
    // A pair that the Agent's own names make.
    if !heaps.iter().any(|heap| heap.is_free())
        && (hints == [ProfileKind::HeapFirst, ProfileKind::HeapSecond]
            || hints == [ProfileKind::HeapSecond, ProfileKind::HeapFirst])
    {
        return None;
    }
    if pairs == Pairs::Swapped {
        heaps.reverse();
    }
    let mut pairing = Pairing {
        first: String::new(),
        second: String::new(),
        between: Vec::new(),
    };
    let count = heaps.len();
    for (at, heap) in heaps.into_iter().enumerate() {
        let path = heap.path.clone();
        let (target, place) = match at {
            0 => (ProfileName::HeapFirst, &mut pairing.first),
            _ if at + 1 == count => (ProfileName::HeapSecond, &mut pairing.second),
            _ => {
                pairing.between.push(path);
                continue;
            }
        };
        heap.target = Some(target);
        *place = path;
    }
    Some(pairing)
}

/// Frames kept of each stack, as of a dump.
const FRAMES: usize = 32;

/// The goroutines of a profile of them, grouped as those of a dump; `None` for any other profile.
fn goroutines_of(profile: &Profile) -> Option<Goroutines> {
    let kind = profile
        .sample_types
        .iter()
        .position(|kind| matches!(kind.name.as_str(), "goroutine" | "goroutines"))?;
    let limits = TextLimits::default();
    let mut found = Goroutines::default();
    let mut sums: HashMap<Vec<FuncId>, u64> = HashMap::new();
    for sample in 0..profile.sample_count() {
        let count = u64::try_from(profile.value(sample, kind)).unwrap_or(0);
        found.count = found.count.saturating_add(count);
        let stack = profile.stack(sample).iter();
        let frames: Vec<FuncId> = stack.flat_map(|&at| profile.lines(at)).copied().collect();
        if let Some(sum) = sums.get_mut(&frames) {
            *sum = sum.saturating_add(count);
        } else if sums.len() < limits.dump_groups {
            sums.insert(frames, count);
        } else {
            found.ungrouped = found.ungrouped.saturating_add(count);
        }
    }
    found.groups = sums
        .into_iter()
        .map(|(frames, count)| group(profile, &frames, count))
        .collect();
    found.groups.sort_by(|a, b| {
        (b.count.cmp(&a.count))
            .then_with(|| a.frames.cmp(&b.frames))
            .then_with(|| a.frames_total.cmp(&b.frames_total))
    });
    let mut states: BTreeMap<&str, u64> = BTreeMap::new();
    for group in &found.groups {
        let sum = states.entry(&group.state).or_default();
        *sum = sum.saturating_add(group.count);
    }
    found.by_state = states
        .into_iter()
        .map(|(state, count)| (state.to_owned(), count))
        .collect();
    // The largest first, then by name, as they come.
    found.by_state.sort_by_key(|&(_, count)| Reverse(count));
    Some(found)
}

/// As a dump has it: without the runtime's frames at both ends.
fn group(profile: &Profile, functions: &[FuncId], count: u64) -> Group {
    let names: Vec<&str> = (functions.iter())
        .map(|&function| profile.function_name(function))
        .collect();
    let is_runtime = |name: &&&str| name.starts_with("runtime.");
    let inside = names.iter().take_while(is_runtime).count();
    let outside = names.iter().rev().take_while(is_runtime).count();
    let end = names.len().saturating_sub(outside);
    // One that the runtime itself runs keeps its frames.
    let shown = names.get(inside..end).unwrap_or(&names);
    let kept = shown.iter().take(FRAMES);
    Group {
        count,
        state: state(names.get(..=inside).unwrap_or(&names)).to_owned(),
        frames: kept.map(|&name| name.to_owned()).collect(),
        frames_total: shown.len(),
        ..Group::default()
    }
}

/// What the runtime says of goroutines that stand there, in the words of a dump; empty where the
/// stack does not tell.
fn state(leaf: &[&str]) -> &'static str {
    const STATES: [(&str, &str); 10] = [
        ("runtime.selectgo", "select"),
        ("runtime.chanrecv", "chan receive"),
        ("runtime.chansend", "chan send"),
        ("runtime.netpollblock", "IO wait"),
        ("internal/poll.runtime_pollWait", "IO wait"),
        ("time.Sleep", "sleep"),
        ("sync.runtime_SemacquireMutex", "sync.Mutex.Lock"),
        ("internal/sync.runtime_SemacquireMutex", "sync.Mutex.Lock"),
        ("sync.runtime_SemacquireRWMutex", "sync.RWMutex.Lock"),
        ("sync.runtime_notifyListWait", "sync.Cond.Wait"),
    ];
    let of = |name: &&str| {
        let found = STATES.iter().find(|(start, _)| name.starts_with(start));
        found.map(|(_, state)| *state)
    };
    leaf.iter().find_map(of).unwrap_or("")
}
