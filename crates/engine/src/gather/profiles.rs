//! From the files of a flare to decoded profiles.

use std::collections::HashMap;
use std::sync::Arc;

use super::Settings;
use super::loose;
use super::reader::Reader;
use diagnose::errors::{Cost, Unread};
use diagnose::kinds::ProfileName;
use diagnose::verdict::{ProcessProfiles, Slot};
use flare::{Flare, Process, ProfileKind, Role};
use profile::Profile;
use profile::lens::subject::Subject;
use profile::pprof::{DecodeError, decode_counted};
use report::model::FileFate;

/// Chooses which profiles are read, by process and kind.
pub(crate) type Wanted<'a> = &'a dyn Fn(&Process, ProfileKind) -> bool;

/// Decodes the profiles of a flare, or of one process only; main process first.
pub(crate) fn profiles(
    flare: &mut Flare,
    settings: &Settings,
    only: Option<Wanted<'_>>,
) -> Vec<ProcessProfiles> {
    let mut silent = |_| {};
    let mut reader = Reader::new(flare, &mut silent);
    read_profiles(&mut reader, settings, only).processes
}

/// What the profile files of a flare come to.
pub(super) struct Read {
    pub(super) processes: Vec<ProcessProfiles>,
    /// The goroutines of a process, from a profile of them.
    pub(super) goroutines: Option<loose::Counted>,
}

pub(super) fn read_profiles(
    reader: &mut Reader<'_>,
    settings: &Settings,
    only: Option<Wanted<'_>>,
) -> Read {
    // What a loose file is, its content tells: all are read, whatever is asked for.
    if reader.flare.is_loose() {
        return loose::read(reader, settings);
    }
    let wanted: Vec<(usize, Process, ProfileKind)> = reader
        .flare
        .entries()
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| match &entry.role {
            Role::Profile { process, kind } => Some((index, process.clone(), *kind)),
            _ => None,
        })
        .collect();
    let mut left: HashMap<Process, usize> = HashMap::new();
    for (_, name, _) in &wanted {
        *left.entry(name.clone()).or_default() += 1;
    }
    let mut processes: Vec<ProcessProfiles> = Vec::new();
    let mut spent = Spent::default();
    for (index, name, kind) in wanted {
        let is_last = left.get_mut(&name).is_some_and(|count| {
            *count -= 1;
            *count == 0
        });
        let at = match processes.iter().position(|process| process.name == name) {
            Some(at) => at,
            None if processes.len() >= reader.flare.limits().processes => {
                let fate = FileFate::TooManyProcesses {
                    process: name,
                    limit: reader.flare.limits().processes,
                };
                reader.fates.insert(index, fate);
                continue;
            }
            None => {
                processes.push(ProcessProfiles::none(name.clone()));
                processes.len() - 1
            }
        };
        let Some(process) = processes.get_mut(at) else {
            continue;
        };
        if only.is_some_and(|only| kind != ProfileKind::Unknown && !only(&name, kind)) {
            continue;
        }
        reader.tell(index);
        let slot = read_slot(reader.flare, index, settings, &mut spent);
        let target = by_name(kind).or_else(|| slot.profile().and_then(sniff));
        let fate = fate(&slot, target, &name);
        if let (Slot::Damaged(why), None) = (&slot, target) {
            process.unknown.push(why.clone());
        }
        reader.fates.insert(index, put(process, slot, target, fate));
        if is_last {
            reader.finish(name.as_str());
        }
    }
    processes.sort_by(|a, b| a.name.cmp(&b.name));
    Read {
        processes,
        goroutines: None,
    }
}

/// Puts a profile into its place; what becomes of its file.
pub(super) fn put(
    process: &mut ProcessProfiles,
    slot: Slot,
    target: Option<ProfileName>,
    fate: FileFate,
) -> FileFate {
    match target.and_then(|target| process.slot_mut(target)) {
        Some(place) if place.is_absent() => *place = slot,
        Some(_) => return FileFate::Taken,
        None => {}
    }
    fate
}

/// What a file's name says that it holds.
pub(super) const fn by_name(kind: ProfileKind) -> Option<ProfileName> {
    match kind {
        ProfileKind::HeapFirst => Some(ProfileName::HeapFirst),
        ProfileKind::HeapSecond => Some(ProfileName::HeapSecond),
        ProfileKind::Allocs => Some(ProfileName::Allocs),
        ProfileKind::Cpu => Some(ProfileName::Cpu),
        ProfileKind::Block => Some(ProfileName::Block),
        ProfileKind::Mutex => Some(ProfileName::Mutex),
        ProfileKind::Unknown => None,
    }
}

/// What became of a profile file.
pub(super) fn fate(slot: &Slot, target: Option<ProfileName>, process: &Process) -> FileFate {
    match (slot, target) {
        (Slot::Read(subject), Some(target)) => FileFate::Profile {
            name: target,
            process: process.clone(),
            samples: subject.profile().sample_count(),
        },
        (Slot::Read(subject), None) => FileFate::OtherProfile {
            sample_types: (subject.profile().sample_types.iter())
                .map(|kind| kind.name.clone())
                .collect(),
        },
        (Slot::Reply(text), _) if text.is_empty() => FileFate::EmptyProfile,
        (Slot::Reply(text), _) => FileFate::Reply(first_line(text)),
        (Slot::Damaged(why) | Slot::LeftOut(why), _) => FileFate::UnreadProfile(why.clone()),
        (Slot::Absent, _) => FileFate::NotRead,
    }
}

/// What the profiles read so far have cost.
#[derive(Default)]
pub(super) struct Spent {
    unpacked_bytes: u64,
    memory_bytes: u64,
    steps: u64,
}

/// Reads one profile file, as long as all of them together stay within their limits.
pub(super) fn read_slot(
    flare: &mut Flare,
    index: usize,
    settings: &Settings,
    spent: &mut Spent,
) -> Slot {
    let entry = flare.entries().get(index);
    if let Some(problem) = entry.and_then(|entry| entry.problem.clone()) {
        return unread(problem.fault.into());
    }
    let totals = &settings.totals;
    let past = |cost, limit| unread(Unread::Totals { cost, limit });
    if spent.unpacked_bytes > totals.unpacked_bytes {
        let cost = Cost::UnpackedBytes(spent.unpacked_bytes);
        return past(cost, totals.unpacked_bytes);
    }
    let bytes = match flare.read(index) {
        Err(error) => return unread(error.fault.into()),
        Ok(bytes) => bytes,
    };
    let profile = match decode_counted(bytes, &settings.limits, &mut spent.unpacked_bytes) {
        Ok(profile) => profile,
        Err(DecodeError::Empty) => return Slot::Reply(String::new()),
        Err(DecodeError::Text { quoted }) => return Slot::Reply(quoted),
        Err(error) => return unread(Unread::Decode(Arc::new(error))),
    };
    let memory = spent.memory_bytes.saturating_add(profile.memory_bytes());
    if memory > totals.memory_bytes {
        return past(Cost::MemoryBytes(memory), totals.memory_bytes);
    }
    let steps = spent.steps.saturating_add(profile.steps());
    if steps > totals.steps {
        return past(Cost::Steps(steps), totals.steps);
    }
    (spent.memory_bytes, spent.steps) = (memory, steps);
    Slot::Read(Subject::of(profile))
}

fn unread(why: Unread) -> Slot {
    if why.is_left_out() {
        Slot::LeftOut(why.into())
    } else {
        Slot::Damaged(why.into())
    }
}

/// What kind a profile is by its sample types, for files whose name does not tell.
pub(super) fn sniff(profile: &Profile) -> Option<ProfileName> {
    let has = |name: &str| profile.sample_types.iter().any(|kind| kind.name == name);
    let is_old_heap = has("objects") && has("space");
    if has("inuse_space") && profile.default_sample_type == "alloc_space" {
        Some(ProfileName::Allocs)
    } else if has("inuse_space") || is_old_heap {
        Some(ProfileName::HeapFirst)
    } else if has("cpu") {
        Some(ProfileName::Cpu)
    } else if has("contentions") && has("delay") {
        // Only the leaf tells: who unlocks held the lock, everything else waited.
        let unlocks = profile
            .functions()
            .any(|function| profile.function_name(function).ends_with("Mutex).Unlock"));
        Some(if unlocks {
            ProfileName::Mutex
        } else {
            ProfileName::Block
        })
    } else {
        None
    }
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    line.chars().take(120).collect()
}
