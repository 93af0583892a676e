//! The sections of one process: what its profiles hold, or why they hold nothing.

use super::super::document::{
    Block, FindingKind, Measured, ProfileName, Section, SectionKind, SectionState,
};
use super::super::model::{ProcessReport, ProfileContent, Report};
use super::super::texts;
use super::{find, function_table, last_heap, paragraph, section_state, shares, tables_of};
use diagnose::verdict::{Hole, State, words};
use flare::Process;
use profile::units::{group_thousands, human};

fn process_section(
    kind: SectionKind,
    process: &ProcessReport,
    title: &str,
    state: SectionState,
    blocks: Vec<Block>,
) -> Section {
    Section {
        kind,
        process: Some(process.name.to_string()),
        title: format!("{title}, {}", process.name),
        state,
        blocks,
    }
}

/// Why a profile has no table: a text reply, damage, or absence.
fn why_missing(
    report: &Report,
    process: &ProcessReport,
    names: &[ProfileName],
    command: &str,
) -> (SectionState, Vec<Block>) {
    let mut state = SectionState::NotMeasured;
    let mut texts = Vec::new();
    for &name in names {
        let file = format!("The {} of {}", words(name), process.name);
        match process.profile(name).map(|profile| &profile.content) {
            None => texts.push(format!("{file} is not in the flare.")),
            Some(ProfileContent::Reply(text)) if text.is_empty() => {
                texts.push(format!("{file} is an empty file."));
            }
            Some(ProfileContent::Reply(text)) => texts.push(format!(
                "{file} holds a text instead of a profile: \u{201c}{text}\u{201d}."
            )),
            Some(ProfileContent::Damaged(why)) => {
                state = SectionState::Damaged;
                texts.push(format!(
                    "{file} is damaged: {why}. The other profiles are not affected."
                ));
            }
            Some(ProfileContent::LeftOut(why)) => {
                texts.push(format!("{file} is left out: {why}."));
            }
            Some(ProfileContent::Tables(_)) => {}
        }
    }
    let missing = Block::Missing {
        text: texts.join(" "),
        command: Some(texts::agent_command(report, command)),
    };
    (state, vec![missing])
}

/// Collects what the report shows.
const COLLECT: &str = "flare --profile 30";
/// The same with lock contention.
const COLLECT_LOCKS: &str = "flare --profile 60 --profile-mutex --profile-blocking";

fn state_of<'r>(
    report: &'r Report,
    process: &ProcessReport,
    kind: FindingKind,
) -> Option<&'r State> {
    report
        .judgement
        .states
        .iter()
        .find(|state| state.process == process.name && state.kind == kind)
}

pub(super) fn heap_diff(report: &Report, process: &ProcessReport) -> Section {
    let kind = SectionKind::HeapDiff;
    let title = "Heap Diff Analysis";
    let state = state_of(report, process, FindingKind::MemoryLeak);
    // What two runs of a process hold has no difference that means anything.
    if let Some(restarted) = state.filter(|state| state.hole == Some(Hole::Restarted)) {
        let blocks = vec![told(report, restarted)];
        return process_section(kind, process, title, SectionState::NotMeasured, blocks);
    }
    let Some(table) = tables_of(process, ProfileName::HeapDiff)
        .and_then(|tables| find(tables, "inuse_space").or(tables.last()))
    else {
        let (mut section, mut blocks) = why_missing(
            report,
            process,
            &[ProfileName::HeapFirst, ProfileName::HeapSecond],
            COLLECT,
        );
        if let Some(state) = state {
            section = section_state(state.measured);
            if let Some(Block::Missing { text, command }) = blocks.first_mut() {
                *text = sentences(state);
                *command = hole_command(report, state);
            }
        }
        return process_section(kind, process, title, section, blocks);
    };
    let caption = format!(
        "2nd snapshot minus 1st, {}, {}; percentages are of the 1st snapshot",
        table.sample_type,
        process.interval.text()
    );
    let mut blocks = Vec::new();
    if let Some(state) = state {
        blocks.push(told(report, state));
    }
    blocks.push(function_table(
        process,
        ProfileName::HeapDiff,
        table,
        caption,
        report.noise_sigmas,
    ));
    if blocks.iter().any(|block| matches!(block, Block::Functions(table) if table.rows.iter().any(|row| row.within_noise))) {
        blocks.push(paragraph(format!(
            "Rows marked ~ changed by less than {} standard deviations of Go's sampling: they may be chance.",
            report.noise_sigmas
        )));
    }
    blocks.push(shares(table, "Growth by owner of the responsible frame"));
    let section = state.map_or(SectionState::Info, |state| section_state(state.measured));
    process_section(kind, process, title, section, blocks)
}

/// What a state says; of a hole also what to do about it, and the command.
fn told(report: &Report, state: &State) -> Block {
    match state.hole {
        Some(_) => Block::Missing {
            text: sentences(state),
            command: hole_command(report, state),
        },
        None => paragraph(state.why.clone()),
    }
}

/// What a state says, and what to do about it.
fn sentences(state: &State) -> String {
    match state.hole {
        Some(_) => format!("{} {}", state.why, state.would_change),
        None => state.why.clone(),
    }
}

fn hole_command(report: &Report, state: &State) -> Option<String> {
    let hole = state.hole?;
    Some(texts::agent_command(
        report,
        hole.capture(&state.process, state.kind),
    ))
}

pub(super) fn heap_in_use(report: &Report, process: &ProcessReport) -> Section {
    let kind = SectionKind::HeapInUse;
    let Some((name, table)) = last_heap(process)
        .and_then(|(name, tables)| Some((name, find(tables, "inuse_space").or(tables.last())?)))
    else {
        let (state, blocks) = why_missing(
            report,
            process,
            &[ProfileName::HeapFirst, ProfileName::HeapSecond],
            COLLECT,
        );
        return process_section(kind, process, "Heap in Use", state, blocks);
    };
    let which = if name == ProfileName::HeapSecond {
        "2nd snapshot"
    } else {
        "1st snapshot"
    };
    let mut text = format!(
        "The heap holds {} as of the last garbage collection before the {which}",
        human(table.total, &table.unit)
    );
    let objects = last_heap(process).and_then(|(_, tables)| find(tables, "inuse_objects"));
    if let Some(objects) = objects {
        text.push_str(&format!(", {} objects", group_thousands(objects.total)));
    }
    text.push('.');
    let blocks = vec![
        paragraph(text),
        function_table(
            process,
            name,
            table,
            format!("{which}, {}", table.sample_type),
            report.noise_sigmas,
        ),
        shares(
            table,
            &format!(
                "{} of the {which} by owner of the responsible frame",
                table.sample_type
            ),
        ),
    ];
    process_section(kind, process, "Heap in Use", SectionState::Info, blocks)
}

pub(super) fn allocations(report: &Report, process: &ProcessReport) -> Section {
    let kind = SectionKind::Allocations;
    let title = "Allocations in the Window";
    let allocs =
        tables_of(process, ProfileName::Allocs).and_then(|tables| find(tables, "alloc_space"));
    let diff =
        tables_of(process, ProfileName::HeapDiff).and_then(|tables| find(tables, "alloc_space"));
    let mut blocks = Vec::new();
    if let Some(table) = diff {
        let seconds = process.interval.seconds();
        let rate = (table.net as f64 / seconds) as i64;
        blocks.push(paragraph(format!(
            "{} were allocated in {} ({}/s).",
            human(table.net, &table.unit),
            process.interval.text(),
            human(rate, &table.unit)
        )));
        blocks.push(function_table(
            process,
            ProfileName::HeapDiff,
            table,
            format!(
                "2nd snapshot minus 1st, alloc_space, {}; percentages are of what was allocated before the 1st",
                process.interval.text()
            ),
            report.noise_sigmas,
        ));
    }
    if let Some(table) = allocs {
        blocks.push(function_table(
            process,
            ProfileName::Allocs,
            table,
            "allocations profile, alloc_space since the process started".to_owned(),
            report.noise_sigmas,
        ));
    }
    if blocks.is_empty() {
        let (state, blocks) = why_missing(
            report,
            process,
            &[ProfileName::HeapFirst, ProfileName::HeapSecond],
            COLLECT,
        );
        return process_section(kind, process, title, state, blocks);
    }
    process_section(kind, process, title, SectionState::Info, blocks)
}

/// CPU, block and mutex: one profile, one table.
pub(super) fn profile_section(
    report: &Report,
    process: &ProcessReport,
    kind: SectionKind,
) -> Section {
    let (name, sample_type, title, finding, command) = match kind {
        SectionKind::Cpu => (
            ProfileName::Cpu,
            "cpu",
            "CPU Profile",
            FindingKind::CpuSpike,
            COLLECT,
        ),
        SectionKind::Block => (
            ProfileName::Block,
            "delay",
            "Block Profile",
            FindingKind::Contention,
            COLLECT_LOCKS,
        ),
        _ => (
            ProfileName::Mutex,
            "delay",
            "Mutex Profile",
            FindingKind::Contention,
            COLLECT_LOCKS,
        ),
    };
    let Some(tables) = tables_of(process, name) else {
        let (state, mut blocks) = why_missing(report, process, &[name], command);
        // Contention is judged over two profiles: its sentences fit here only where it has neither.
        let neither = [ProfileName::Mutex, ProfileName::Block]
            .iter()
            .all(|&name| tables_of(process, name).is_none());
        if let Some(judged) = state_of(report, process, finding)
            && (name == ProfileName::Cpu || neither)
            && let Some(Block::Missing { text, command }) = blocks.first_mut()
        {
            *text = sentences(judged);
            *command = hole_command(report, judged);
        }
        return process_section(kind, process, title, state, blocks);
    };
    let Some(table) = find(tables, sample_type).or(tables.last()) else {
        let blocks = vec![paragraph("The profile has no sample types.")];
        return process_section(kind, process, title, SectionState::NotMeasured, blocks);
    };
    let state = state_of(report, process, finding);
    let own = state.and_then(|state| {
        let mut profiles = state.profiles.iter();
        profiles.find(|says| says.profile == name)
    });
    if table.total == 0 && name != ProfileName::Cpu {
        let says = own.map_or("The profile is empty.", |own| own.says.as_str());
        if own.is_some_and(|own| own.measured) {
            let blocks = vec![paragraph(says)];
            return process_section(kind, process, title, SectionState::Clear, blocks);
        }
        let hole = if process.name == Process::Core {
            Hole::RateZero
        } else {
            Hole::RateZeroElsewhere
        };
        // Where the other profile holds something, flags or settings may have filled this one too.
        let doubt = if state.is_some_and(|state| state.hole.is_some()) {
            " That does not mean that there is no contention."
        } else {
            ""
        };
        let text = format!("{says}{doubt} {}", hole.remedy(&process.name, finding));
        let arguments = hole.capture(&process.name, finding);
        let command = Some(texts::agent_command(report, arguments));
        let blocks = vec![Block::Missing { text, command }];
        return process_section(kind, process, title, SectionState::NotMeasured, blocks);
    }
    let mut blocks = Vec::new();
    if let Some(state) = state {
        let says = own.map_or(&state.why, |own| &own.says);
        blocks.push(paragraph(says.clone()));
    }
    let caption = match (name, table.duration_ns) {
        (ProfileName::Cpu, duration) if duration > 0 => format!(
            "{}, {} recorded, {:.2} cores in use",
            table.sample_type,
            human(duration, "nanoseconds"),
            table.total as f64 / duration as f64
        ),
        (ProfileName::Cpu, _) => table.sample_type.clone(),
        (ProfileName::Block, _) => format!(
            "{} since the rate was set, with goroutines that merely wait for work",
            table.sample_type
        ),
        _ => format!("{} since the rate was set", table.sample_type),
    };
    blocks.push(function_table(
        process,
        name,
        table,
        caption,
        report.noise_sigmas,
    ));
    blocks.push(shares(
        table,
        &format!("{} by owner of the responsible frame", table.sample_type),
    ));
    // Contention is judged over both profiles; a section shows only what its own one says.
    let state = match (name, state) {
        (ProfileName::Cpu, Some(state)) => section_state(state.measured),
        (_, Some(state)) => {
            let own = report
                .judgement
                .findings
                .iter()
                .any(|finding| finding.process == process.name && finding.profile == name);
            match state.measured {
                Measured::Crossed if own => SectionState::Crossed,
                Measured::Crossed => SectionState::Info,
                _ => SectionState::Clear,
            }
        }
        (_, None) => SectionState::Info,
    };
    process_section(kind, process, title, state, blocks)
}
