//! From an open flare to the facts of its report.
//!
//! Reads what is needed and nothing else, once. A file that can't be read or decoded becomes a
//! fact like any other; nothing here ends the whole.

use std::collections::HashMap;

use super::document::FileRole;
use super::model::{
    AgentContext, FileFact, InstallMethod, ProcessReport, ProfileContent, ProfileReport, ROWS_KEPT,
    Report, Row, Table, TraceFile,
};
use crate::analysis::aggregate::weights;
use crate::analysis::attribution::attribute;
use crate::analysis::kinds::ProfileName;
use crate::analysis::owner::Owners;
use crate::analysis::thresholds::Thresholds;
use crate::analysis::top::{TopOptions, top_of};
use crate::analysis::verdict::{self, Context, ProcessProfiles, Slot};
use crate::analysis::view::View;
use crate::flare::yaml::Node;
use crate::flare::{self, Entry, EntryError, Flare, ProfileKind, Role};
use crate::pprof::{DecodeError, Limits, decode};
use crate::profile::Profile;
use crate::protocol::Progress;

/// What the report is made with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Numbers that the verdict is decided by.
    pub thresholds: Thresholds,
    /// Who owns which function.
    pub owners: Owners,
    /// Bounds of a profile.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            thresholds: Thresholds::builtin(),
            owners: Owners::builtin().clone(),
            limits: Limits::default(),
        }
    }
}

/// What became of an entry while it was read.
enum Fate {
    Used(String),
    Noted(String),
    Failed(String),
    Unused(String),
}

/// Reads a flare's files and remembers the fate of each.
struct Reader<'f> {
    flare: &'f mut Flare,
    fates: HashMap<usize, Fate>,
    progress: &'f mut dyn FnMut(Progress),
    done: u64,
    total: u64,
}

impl Reader<'_> {
    fn tell(&mut self, index: usize) {
        let entry = self.flare.entries().get(index);
        let what = entry.map(|entry| entry.path.clone()).unwrap_or_default();
        let size = entry.map_or(0, |entry| entry.size);
        (self.progress)(Progress {
            what,
            done: self.done,
            total: self.total,
        });
        self.done += size;
    }

    /// The text of the entry with that role, if it can be read.
    fn text(&mut self, role: &Role) -> Option<String> {
        let index = self.flare.find(role)?;
        self.tell(index);
        match self.flare.read_text(index) {
            Ok((text, whole)) => {
                let cut = if whole {
                    ""
                } else {
                    ", only its beginning was read"
                };
                self.fates
                    .insert(index, Fate::Used(format!("{}{cut}", role.title())));
                Some(text)
            }
            Err(error) => {
                self.fates
                    .insert(index, Fate::Failed(error.fault.to_string()));
                None
            }
        }
    }
}

/// Reads everything and makes the facts. The decoded profiles come back beside them.
pub fn gather(
    flare: &mut Flare,
    settings: &Settings,
    progress: &mut dyn FnMut(Progress),
) -> (Report, Vec<ProcessProfiles>) {
    let total = flare
        .entries()
        .iter()
        .filter(|entry| !matches!(entry.role, Role::Unneeded(_) | Role::Trace { .. }))
        .map(|entry| entry.size)
        .sum();
    let mut reader = Reader {
        flare,
        fates: HashMap::new(),
        progress,
        done: 0,
        total,
    };
    let processes = read_profiles(&mut reader, settings, None);

    let status = reader
        .text(&Role::Status)
        .map(|text| flare::status::parse(&text));
    let memstats = reader
        .text(&Role::Memstats)
        .and_then(|text| flare::memstats::parse(&text));
    let telemetry = reader
        .text(&Role::Telemetry)
        .map(|text| flare::telemetry::parse(&text));
    let install = reader
        .text(&Role::InstallInfo)
        .and_then(|text| flare::install_info::parse(&text));
    let host = reader
        .text(&Role::HostMetadata)
        .and_then(|text| flare::host::parse(&text));
    let config = reader
        .text(&Role::RuntimeConfig)
        .map(|text| flare::config::parse(&text));
    let debug = reader
        .text(&Role::RuntimeDebugInfo)
        .map(|text| flare::debug_info::parse(&text));
    let creation = reader
        .text(&Role::FlareCreation)
        .map(|text| flare::creation::parse(&text));
    let aggregator = reader
        .text(&Role::AggregatorVars)
        .map(|text| Node::parse(&text).0);
    let forwarder = reader
        .text(&Role::ForwarderVars)
        .map(|text| Node::parse(&text).0);
    let goroutines = read_goroutines(&mut reader);
    let local = reader.flare.find(&Role::LocalMarker).is_some();
    (reader.progress)(Progress {
        what: "Analysing".to_owned(),
        done: reader.done,
        total: reader.total,
    });

    let hostname = status
        .as_ref()
        .and_then(|status| status.hostname.clone())
        .or_else(|| host.as_ref().and_then(|host| host.hostname.clone()))
        .or_else(|| reader.flare.root_name().map(str::to_owned))
        .unwrap_or_else(|| stem(reader.flare.name()));
    let profile_time = processes
        .iter()
        .flat_map(|process| ProfileName::ALL.map(|name| process.slot(name)))
        .filter_map(|slot| slot?.profile())
        .map(|profile| profile.time_ns / 1_000_000)
        .filter(|&time| time > 0)
        .min();
    let started_at_ms = status.as_ref().and_then(|status| status.agent_start_ms);
    let captured_at_ms = status
        .as_ref()
        .and_then(|status| status.status_date_ms)
        .or(profile_time);
    let agent = AgentContext {
        version: status
            .as_ref()
            .and_then(|status| status.version.clone())
            .or_else(|| host.as_ref().and_then(|host| host.agent_version.clone())),
        flavor: status.as_ref().map(|status| match &status.flavor {
            flare::status::Flavor::Agent => "agent".to_owned(),
            flare::status::Flavor::Iot => "iot_agent".to_owned(),
            flare::status::Flavor::Cluster => "cluster_agent".to_owned(),
            flare::status::Flavor::Security => "security_agent".to_owned(),
            flare::status::Flavor::Other(title) => title.clone(),
        }),
        started_at_ms,
        captured_at_ms,
        uptime_s: started_at_ms
            .zip(captured_at_ms)
            .map(|(start, end)| (end - start) as f64 / 1000.0)
            .filter(|&uptime| uptime >= 0.0),
        install_method: install.map(|install| InstallMethod {
            tool: install.tool,
            tool_version: install.tool_version,
            installer_version: install.installer_version,
        }),
        platform: status.as_ref().and_then(|status| {
            let platform = status.platform.clone()?;
            Some(match &status.platform_version {
                Some(version) => format!("{platform} {version}"),
                None => platform,
            })
        }),
        os: status
            .as_ref()
            .and_then(|status| status.os.clone())
            .or_else(|| host.as_ref().and_then(|host| host.os.clone())),
        kernel: status
            .as_ref()
            .and_then(|status| status.kernel_version.clone()),
        architecture: status.as_ref().and_then(|status| {
            status
                .build_arch
                .clone()
                .or_else(|| status.kernel_arch.clone())
        }),
        go_version: status
            .as_ref()
            .and_then(|status| status.go_version.clone())
            .or_else(|| debug.and_then(|debug| debug.go_version)),
        python_version: status
            .as_ref()
            .and_then(|status| status.python_version.clone()),
        pid: status
            .as_ref()
            .and_then(|status| i64::try_from(status.pid?).ok()),
        local,
    };
    let context = Context {
        uptime_s: agent.uptime_s,
        mutex_fraction: config
            .as_ref()
            .and_then(|config| i64::try_from(config.mutex_profile_fraction?).ok())
            .filter(|&fraction| fraction > 0),
        block_rate: config
            .as_ref()
            .and_then(|config| i64::try_from(config.block_profile_rate?).ok())
            .filter(|&rate| rate > 0),
        windows: agent.os.as_deref() == Some("windows"),
        local,
        gc_ends_ns: memstats.as_ref().map_or_else(Vec::new, |memstats| {
            memstats
                .pause_end
                .iter()
                .filter_map(|&end| i64::try_from(end).ok())
                .collect()
        }),
    };
    let judgement = verdict::judge(&processes, &context, &settings.thresholds, &settings.owners);
    let process_reports = processes
        .iter()
        .map(|process| process_report(process, settings))
        .collect();

    let number = |name: &str| {
        telemetry
            .as_ref()
            .and_then(|telemetry| telemetry.sum(name))
            .map(|value| value as i64)
    };
    let contexts_by_type: Vec<(String, i64)> = aggregator
        .as_ref()
        .map(|vars| {
            let by_type = vars
                .at("DogstatsdContextsByMtype")
                .map(Node::entries)
                .unwrap_or_default();
            by_type
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.number()? as i64)))
                .collect()
        })
        .unwrap_or_default();
    let dogstatsd_contexts = aggregator
        .as_ref()
        .and_then(|vars| vars.number_at("DogstatsdContexts"))
        .map(|value| value as i64)
        .or_else(|| number("aggregator__dogstatsd_contexts"));
    let forwarder = forwarder
        .as_ref()
        .map(|vars| {
            [
                "Dropped",
                "Retried",
                "Requeued",
                "RetryQueueSize",
                "HighPriorityQueueFull",
                "Errors",
            ]
            .into_iter()
            .filter_map(|name| {
                let value = vars.number_at(&format!("Transactions.{name}"))?;
                Some((name.to_owned(), value as i64))
            })
            .collect()
        })
        .unwrap_or_default();

    let traces = reader
        .flare
        .entries()
        .iter()
        .filter_map(|entry| match &entry.role {
            Role::Trace { process } => Some(TraceFile {
                process: process.clone(),
                path: entry.path.clone(),
                size: entry.size,
            }),
            _ => None,
        })
        .collect();
    let files = reader
        .flare
        .entries()
        .iter()
        .enumerate()
        .map(|(index, entry)| file_fact(entry, reader.fates.get(&index)))
        .collect();
    let report = Report {
        source: reader.flare.name().to_owned(),
        source_bytes: reader.flare.source_bytes(),
        read_bytes: reader.flare.read_bytes(),
        hostname,
        agent,
        memstats,
        rss_bytes: number("process_resident_memory_bytes"),
        python_bytes: number("pymem__inuse"),
        dogstatsd_contexts,
        contexts_by_type,
        dogstatsd: status
            .as_ref()
            .map(|status| {
                let sections = status
                    .sections
                    .iter()
                    .filter(|section| section.name == "DogStatsD");
                sections.flat_map(|section| section.facts.clone()).collect()
            })
            .unwrap_or_default(),
        forwarder,
        checks: status
            .as_ref()
            .filter(|status| status.unavailable.is_none())
            .map(|status| status.checks.clone()),
        goroutines,
        traces,
        processes: process_reports,
        judgement,
        changed_thresholds: settings
            .thresholds
            .changes()
            .into_iter()
            .map(|change| (change.name, change.default, change.value))
            .collect(),
        owners_source: format!("{} ({})", settings.owners.source(), settings.owners.date()),
        files,
        problems: reader
            .flare
            .problems()
            .iter()
            .map(ToString::to_string)
            .collect(),
        creation_errors: creation
            .map(|creation| creation.about_profiles)
            .unwrap_or_default(),
    };
    (report, processes)
}

/// Chooses which profiles are read, by process and kind.
pub type Wanted<'a> = &'a dyn Fn(&str, ProfileKind) -> bool;

/// Decodes the profiles of a flare, or of one process only; main process first.
pub fn profiles(
    flare: &mut Flare,
    settings: &Settings,
    only: Option<Wanted<'_>>,
) -> Vec<ProcessProfiles> {
    let mut reader = Reader {
        flare,
        fates: HashMap::new(),
        progress: &mut |_| {},
        done: 0,
        total: 0,
    };
    read_profiles(&mut reader, settings, only)
}

fn read_profiles(
    reader: &mut Reader<'_>,
    settings: &Settings,
    only: Option<Wanted<'_>>,
) -> Vec<ProcessProfiles> {
    let wanted: Vec<(usize, String, ProfileKind)> = reader
        .flare
        .entries()
        .iter()
        .enumerate()
        .filter_map(|(index, entry)| match &entry.role {
            Role::Profile { process, kind } => Some((index, process.clone(), *kind)),
            _ => None,
        })
        .collect();
    let mut processes: Vec<ProcessProfiles> = Vec::new();
    for (index, name, kind) in wanted {
        let at = match processes.iter().position(|process| process.name == name) {
            Some(at) => at,
            None => {
                processes.push(ProcessProfiles {
                    name: name.clone(),
                    ..ProcessProfiles::default()
                });
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
        let slot = read_slot(reader.flare, index, &settings.limits);
        let target = match kind {
            ProfileKind::HeapFirst => Some(ProfileName::HeapFirst),
            ProfileKind::HeapSecond => Some(ProfileName::HeapSecond),
            ProfileKind::Allocs => Some(ProfileName::Allocs),
            ProfileKind::Cpu => Some(ProfileName::Cpu),
            ProfileKind::Block => Some(ProfileName::Block),
            ProfileKind::Mutex => Some(ProfileName::Mutex),
            ProfileKind::Unknown => slot.profile().and_then(sniff),
        };
        let fate = match (&slot, target) {
            (Slot::Read(profile), Some(target)) => Fate::Used(format!(
                "{} of {name}, {} samples",
                title(target),
                profile.samples.len()
            )),
            (Slot::Read(profile), None) => Fate::Noted(format!(
                "a profile of a kind that is not judged ({})",
                profile
                    .sample_types
                    .iter()
                    .map(|kind| kind.name.as_str())
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
            (Slot::Reply(text), _) if text.is_empty() => Fate::Noted("an empty file".to_owned()),
            (Slot::Reply(text), _) => {
                Fate::Noted(format!("a text instead of a profile: {}", first_line(text)))
            }
            (Slot::Damaged(why), _) => Fate::Failed(why.clone()),
            (Slot::Absent, _) => Fate::Unused("not read".to_owned()),
        };
        let slot_of = target.and_then(|target| process.slot_mut(target));
        match slot_of {
            Some(place) if place.is_absent() => {
                *place = slot;
                reader.fates.insert(index, fate);
            }
            Some(_) => {
                let why = "another file already holds this profile of the process".to_owned();
                reader.fates.insert(index, Fate::Noted(why));
            }
            None => {
                reader.fates.insert(index, fate);
            }
        }
    }
    verdict::sort_processes(&mut processes);
    processes
}

/// Reads one profile file.
fn read_slot(flare: &mut Flare, index: usize, limits: &Limits) -> Slot {
    if let Some(problem) = flare
        .entries()
        .get(index)
        .and_then(|entry| entry.problem.clone())
    {
        return Slot::Damaged(entry_problem(&problem));
    }
    match flare.read(index) {
        Err(error) => Slot::Damaged(entry_problem(&error)),
        Ok(bytes) => match decode(bytes, limits) {
            Ok(profile) => Slot::Read(Box::new(profile)),
            Err(DecodeError::Empty) => Slot::Reply(String::new()),
            Err(DecodeError::Text { quoted }) => Slot::Reply(quoted),
            Err(error) => Slot::Damaged(chain(&error)),
        },
    }
}

fn entry_problem(error: &EntryError) -> String {
    chain(&error.fault)
}

/// An error with its sources, outside in.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}

/// What kind a profile is by its sample types, for files whose name does not tell.
fn sniff(profile: &Profile) -> Option<ProfileName> {
    let has = |name: &str| profile.sample_types.iter().any(|kind| kind.name == name);
    if has("inuse_space") && profile.default_sample_type == "alloc_space" {
        Some(ProfileName::Allocs)
    } else if has("inuse_space") {
        Some(ProfileName::HeapFirst)
    } else if has("cpu") {
        Some(ProfileName::Cpu)
    } else if has("contentions") && has("delay") {
        // Only the leaf tells: who unlocks held the lock, everything else waited.
        let unlocks = (0_u32..).take(profile.functions.len()).any(|id| {
            profile
                .function_name(crate::profile::FuncId(id))
                .ends_with("Mutex).Unlock")
        });
        Some(if unlocks {
            ProfileName::Mutex
        } else {
            ProfileName::Block
        })
    } else {
        None
    }
}

const fn title(name: ProfileName) -> &'static str {
    match name {
        ProfileName::HeapFirst => "first heap snapshot",
        ProfileName::HeapSecond => "second heap snapshot",
        ProfileName::HeapDiff => "heap difference",
        ProfileName::Allocs => "allocations profile",
        ProfileName::Cpu => "CPU profile",
        ProfileName::Block => "block profile",
        ProfileName::Mutex => "mutex profile",
    }
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    line.chars().take(120).collect()
}

fn read_goroutines(reader: &mut Reader<'_>) -> Option<flare::goroutines::Goroutines> {
    let index = reader.flare.find(&Role::Goroutines)?;
    reader.tell(index);
    match reader
        .flare
        .read_with(index, |stream| flare::goroutines::parse(stream))
    {
        Ok(dump) => {
            let note = format!("goroutine dump, {} goroutines", dump.count);
            reader.fates.insert(index, Fate::Noted(note));
            Some(dump)
        }
        Err(error) => {
            reader
                .fates
                .insert(index, Fate::Failed(error.fault.to_string()));
            None
        }
    }
}

fn file_fact(entry: &Entry, fate: Option<&Fate>) -> FileFact {
    let (role, reason) = match (&entry.problem, fate) {
        (_, Some(Fate::Failed(why))) => (FileRole::Failed, why.clone()),
        (Some(problem), _) => (FileRole::Failed, entry_problem(problem)),
        (None, Some(Fate::Used(what))) => (FileRole::Used, what.clone()),
        (None, Some(Fate::Noted(what))) => (FileRole::Noted, what.clone()),
        (None, Some(Fate::Unused(why))) => (FileRole::Unused, why.clone()),
        (None, None) => match &entry.role {
            Role::Trace { .. } | Role::LocalMarker => (FileRole::Noted, entry.role.title()),
            role => (FileRole::Unused, role.title()),
        },
    };
    FileFact {
        path: entry.path.clone(),
        size: entry.size,
        role,
        reason,
    }
}

fn stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.strip_suffix(".zip").unwrap_or(name).to_owned()
}

fn process_report(process: &ProcessProfiles, settings: &Settings) -> ProcessReport {
    let profiles = ProfileName::ALL
        .into_iter()
        .filter_map(|name| {
            let content = if name == ProfileName::HeapDiff {
                let first = process.heap_first.profile()?;
                let second = process.heap_second.profile()?;
                ProfileContent::Tables(tables(second, Some(first), settings))
            } else {
                match process.slot(name)? {
                    Slot::Absent => return None,
                    Slot::Reply(text) => ProfileContent::Reply(text.clone()),
                    Slot::Damaged(why) => ProfileContent::Damaged(why.clone()),
                    Slot::Read(profile) => ProfileContent::Tables(tables(profile, None, settings)),
                }
            };
            Some(ProfileReport { name, content })
        })
        .collect();
    ProcessReport {
        name: process.name.clone(),
        profiles,
        interval: process.interval(&settings.thresholds),
    }
}

/// One table for each sample type; types that the base lacks are left out.
fn tables(profile: &Profile, base: Option<&Profile>, settings: &Settings) -> Vec<Table> {
    profile
        .sample_types
        .iter()
        .filter_map(|kind| {
            let view = match base {
                Some(base) => View::diff(profile, base, &kind.name),
                None => View::of(profile, &kind.name),
            };
            Some(table(&view.ok()?, profile.duration_ns, settings))
        })
        .collect()
}

fn table(view: &View<'_>, duration_ns: i64, settings: &Settings) -> Table {
    let weights = weights(view);
    let all = top_of(view, &weights, TopOptions::ALL);
    let raw = top_of(
        view,
        &weights,
        TopOptions {
            node_count: 10,
            ..TopOptions::default()
        },
    );
    let attribution = attribute(view, &settings.owners, &|_| true);
    Table {
        sample_type: view.header.sample_type.clone(),
        unit: view.header.unit.clone(),
        total: view.total,
        net: view.net(),
        duration_ns,
        is_diff: view.is_diff(),
        rows_total: all.rows.len(),
        rows: all
            .rows
            .iter()
            .take(ROWS_KEPT)
            .map(|row| {
                let function = view.name(row.row);
                Row {
                    function: function.to_owned(),
                    inline: row.inline.as_str(),
                    file: view.file(row.row).to_owned(),
                    flat: row.flat,
                    cum: row.cum,
                    owner: settings
                        .owners
                        .of_function(function)
                        .map_or("unowned", |owner| owner.owner.as_str())
                        .to_owned(),
                }
            })
            .collect(),
        owners: attribution
            .by_owner(&settings.owners)
            .into_iter()
            .map(|(name, value)| (name.map(str::to_owned), value))
            .collect(),
        raw: raw.text(view),
    }
}
