//! From an open flare to the facts of its report.
//!
//! Reads what is needed and nothing else, once. A file that can't be read or decoded becomes a
//! fact like any other; nothing here ends the whole.
//!
//! - `reader`: reads files and remembers the fate of each.
//! - `profiles`: decodes the profiles of each process.
//! - `loose`: the same where they come one by one, under any names.
//! - `texts`: parses the Agent's own texts.
//! - `counted`: how full queues are, and what became of payloads.
//! - `facts`: what these say about the Agent, its memory and what is around it.
//! - `evidence`: what of it the judge is told.
//! - `tables`: from profiles to tables.

mod counted;
mod evidence;
mod facts;
mod loose;
mod profiles;
mod reader;
mod tables;
mod texts;

pub(crate) use profiles::profiles;
pub(crate) use reader::progress;
pub(crate) use tables::{noise, row, row_owners};

use diagnose::errors::Told;
use diagnose::known::{CaseKind, KnownCases, Sighting};
use diagnose::owner::UNOWNED;
use diagnose::program::Program;
use diagnose::verdict::{self, Judgement, ProcessProfiles};
use flare::goroutines::{Goroutines, Group};
use flare::{Flare, Process, Role};
use profile::lens::weights::weigh;
use reader::{Reader, file_fact};
use report::model::{
    DumpSource, GROUPS_SHOWN, GoroutineReport, LOCK_GROUPS_SHOWN, Report, Resemblance,
    SINGLES_SHOWN, ShownGroup, TraceFile,
};
use report::screen::{Progress, Stage};
use report::settings::Settings;
use texts::Texts;

/// Reads everything and makes the facts. The decoded profiles come back beside them.
pub(crate) fn gather(
    flare: &mut Flare,
    settings: &Settings,
    progress: &mut dyn FnMut(Progress),
) -> (Report, Vec<ProcessProfiles>) {
    let mut reader = Reader::new(flare, progress);
    let profiles::Read {
        processes,
        goroutines: counted,
    } = profiles::read_profiles(&mut reader, settings, None);
    let texts = Texts::read(&mut reader);
    let hostname = facts::hostname(&texts, reader.flare);
    let agent = facts::agent(&texts, &processes);
    let goroutines = match (texts.goroutines.clone(), counted) {
        (Some(dump), _) => {
            let process = facts::dump_process(&texts, &processes, reader.flare);
            let functions = dump.groups.iter().flat_map(|group| &group.frames);
            let functions = functions.map(String::as_str);
            let program = Program::of_functions(&process, functions, &settings.owners);
            let source = DumpSource::Dump;
            Some(goroutine_report(dump, process, &program, source, settings))
        }
        (None, Some(counted)) => {
            let source = match counted.is_text {
                true => DumpSource::Text,
                false => DumpSource::Profile,
            };
            let dump = counted.goroutines;
            let process = counted.process;
            let subjects = std::iter::once(counted.subject.as_ref());
            let program = Program::of(&process, subjects, &settings.owners);
            Some(goroutine_report(dump, process, &program, source, settings))
        }
        (None, None) => None,
    };
    let memory_limit = facts::memory_limit(&texts);
    let cut_off = facts::is_cut_off(reader.flare);
    let loose = !facts::is_flare(reader.flare);
    let context = facts::context(
        &texts,
        &processes,
        [cut_off, loose],
        &agent,
        memory_limit.clone(),
        goroutines.as_ref(),
        &settings.owners,
    );
    // Judging and the tables ask for all sample types.
    for (done, process) in processes.iter().enumerate() {
        let name = process.name.as_str();
        reader.tell_stage(Stage::Judging, name, done, processes.len() + 1);
        for subject in process.subjects() {
            weigh(subject);
        }
    }
    reader.tell_stage(Stage::Judging, "", processes.len(), processes.len() + 1);
    let judgement = verdict::judge(&processes, &context, &settings.thresholds, &settings.owners);
    let known = resemblances(&judgement, goroutines.as_ref(), &agent);
    let mut room = settings.totals.row_bytes;
    let mut process_reports = Vec::with_capacity(processes.len());
    for (done, process) in processes.iter().enumerate() {
        reader.tell_stage(Stage::Tables, process.name.as_str(), done, processes.len());
        process_reports.push(tables::process_report(process, settings, &mut room));
    }

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
        names: facts::names(&texts, &hostname, reader.flare.root_name()),
        hostname_known: facts::hostname_known(&texts, reader.flare),
        hostname,
        memory: facts::memory(&texts, &agent, &processes, memory_limit, settings),
        surroundings: facts::surroundings(&texts),
        evidence: context.evidence.clone(),
        symptom: None,
        ticket: None,
        contexts: facts::contexts(&texts),
        dogstatsd: facts::dogstatsd(&texts),
        forwarder: facts::forwarder(&texts),
        retry_queues: counted::retry_queues(&texts),
        logs: texts.logs.clone(),
        self_report: facts::self_report(&texts),
        silent: facts::silent(&processes, reader.flare, cut_off),
        trace_agent: texts.trace_agent.clone(),
        checks: texts
            .status
            .as_ref()
            .filter(|status| status.lists_checks)
            .map(|status| status.checks.clone()),
        check_problems: texts
            .status
            .as_ref()
            .map(|status| status.check_problems.clone())
            .unwrap_or_default(),
        jmx_checks: texts
            .status
            .as_ref()
            .map(|status| status.jmx_checks.clone())
            .unwrap_or_default(),
        memstats: texts.memstats.clone(),
        agent,
        goroutines,
        traces,
        loose,
        processes: process_reports,
        judgement,
        known,
        settings: settings.view(),
        changed_thresholds: settings
            .thresholds
            .changes()
            .into_iter()
            .map(|change| (change.name, change.default, change.value))
            .collect(),
        files,
        problems: (reader.flare.problems().iter().cloned())
            .map(Told::from)
            .collect(),
        cut_off,
        profiler_on: context.profiler_on,
        creation_errors: facts::creation_errors(&texts),
    };
    (report, processes)
}

fn goroutine_report(
    dump: Goroutines,
    process: Process,
    program: &Program,
    source: DumpSource,
    settings: &Settings,
) -> GoroutineReport {
    // Groups come largest first. Single goroutines are what every Agent has.
    let repeated = dump.groups.iter().take_while(|group| group.count > 1);
    let largest = repeated.take(GROUPS_SHOWN).count().max(SINGLES_SHOWN);
    let locks = dump
        .groups
        .iter()
        .enumerate()
        .skip(largest)
        .filter(|(_, group)| group.waits_for_lock())
        .take(LOCK_GROUPS_SHOWN);
    let shown = dump
        .groups
        .iter()
        .enumerate()
        .take(largest)
        .chain(locks)
        .map(|(index, group)| {
            let frames = group.frames.iter().map(String::as_str);
            let responsible = settings.owners.responsible(frames);
            let frame = responsible.and_then(|place| group.frames.get(place));
            let owner = frame.map_or(UNOWNED.into(), |frame| {
                let class = program.class(&settings.owners, frame);
                program.owner(&settings.owners, class, frame)
            });
            ShownGroup {
                index,
                responsible,
                owner: owner.into_owned(),
            }
        })
        .collect();
    GoroutineReport {
        process,
        source,
        program: (!program.is_agent()).then(|| program.name().to_owned()),
        dump,
        shown,
    }
}

/// The frame that says what a group of goroutines does: the responsible one, else the leaf.
fn telling_frame(group: &Group, responsible: Option<usize>) -> &str {
    responsible
        .and_then(|index| group.frames.get(index))
        .or_else(|| group.frames.first())
        .map_or("no frames", String::as_str)
}

/// Public cases that findings, and the goroutine dump, look like.
fn resemblances(
    judgement: &Judgement,
    goroutines: Option<&GoroutineReport>,
    agent: &report::model::AgentContext,
) -> Vec<Resemblance> {
    let cases = KnownCases::builtin();
    let mut known = Vec::new();
    let mut compare =
        |finding: Option<usize>, kind: CaseKind, process: &Process, stacks: &[(f64, Vec<&str>)]| {
            let sighting = Sighting {
                kind,
                process,
                stacks,
                version: agent.version.as_deref(),
                os: agent.os.as_deref(),
            };
            known.extend(cases.matching(&sighting).iter().map(|found| Resemblance {
                finding,
                case: found.case.clone(),
                by: found.by,
            }));
        };
    for (index, finding) in judgement.findings.iter().enumerate() {
        let stacks: Vec<(f64, Vec<&str>)> = finding
            .stacks
            .iter()
            .map(|stack| {
                let frames = stack.frames.iter().map(String::as_str);
                (stack.share.fraction(), frames.collect())
            })
            .collect();
        compare(Some(index), finding.kind.into(), &finding.process, &stacks);
    }
    if let Some(goroutines) = goroutines {
        let dump = &goroutines.dump;
        let stacks: Vec<(f64, Vec<&str>)> = goroutines
            .groups()
            .map(|(_, group)| {
                let share = group.count as f64 / dump.count.max(1) as f64;
                // Who started them tells as much as where they stand.
                let frames = group.frames.iter().chain(&group.created_by);
                (share, frames.map(String::as_str).collect())
            })
            .collect();
        compare(None, CaseKind::Goroutines, &goroutines.process, &stacks);
    }
    known
}
