//! The sections of one process: what its profiles hold, or why they hold nothing.

use super::super::document::{
    Block, FindingKind, Measured, ProfileName, Section, SectionKind, SectionState,
};
use super::super::model::{ProcessReport, ProfileContent, Report, Table};
use super::super::settings::Pairs;
use super::super::texts::{self, states};
use super::super::times::interval;
use super::{
    Palette, find, function_block, label_shares, last_heap, paragraph, section_state, shares,
    tables_of,
};
use diagnose::capture::Capture;
use diagnose::verdict::{Basis, Hole, Pairing, State};
use profile::units::{self, group_thousands, human, human_signed};

fn process_section(
    kind: SectionKind,
    process: &ProcessReport,
    title: &str,
    state: SectionState,
    blocks: Vec<Block>,
) -> Section {
    let title = format!("{title}, {}", process.name);
    Section::new(kind, Some(process.name.to_string()), title, state, blocks)
}

/// Why a profile has no table: a text reply, damage, or absence.
fn why_missing(
    report: &Report,
    process: &ProcessReport,
    names: &[ProfileName],
    capture: Capture,
) -> (SectionState, Vec<Block>) {
    let mut state = SectionState::NotMeasured;
    let mut texts = Vec::new();
    for &name in names {
        let file = format!("The {} of {}", texts::profile_words(name), process.name);
        match process.profile(name).map(|profile| &profile.content) {
            None if report.is_of_program() => texts.push(format!("{file} is not among the files.")),
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
                    "{file} is damaged: {}. The other profiles are not affected.",
                    why.text()
                ));
            }
            Some(ProfileContent::LeftOut(why)) => {
                texts.push(format!("{file} is left out: {}.", why.text()));
            }
            Some(ProfileContent::Tables(_)) => {}
        }
    }
    let missing = Block::Missing {
        text: texts.join(" "),
        command: Some(match (process.program.is_some(), names.last()) {
            (true, Some(&name)) if report.loose => texts::program::command(name),
            _ => texts::capture_command(report, capture),
        }),
    };
    (state, vec![missing])
}

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

pub(super) fn heap_diff(report: &Report, process: &ProcessReport, palette: &Palette) -> Section {
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
            Capture::USUAL,
        );
        if let Some(state) = state {
            section = section_state(state.measured);
            if let Some(Block::Missing { text, command }) = blocks.first_mut() {
                *text = states::why_and_remedy(state, &report.judgement.thresholds);
                *command = hole_command(report, state);
            }
        }
        return process_section(kind, process, title, section, blocks);
    };
    let caption = format!(
        "2nd snapshot minus 1st, {}, {}",
        table.sample_type,
        interval(process.interval)
    );
    let mut blocks = Vec::new();
    if let Some(state) = state {
        blocks.push(told(report, state));
    }
    blocks.extend(
        process
            .pairing
            .as_ref()
            .map(|pairing| paired(report, pairing)),
    );
    blocks.push(function_block(
        process,
        ProfileName::HeapDiff,
        table,
        caption,
        Some("percentages are of the 1st snapshot"),
        report.judgement.thresholds.leak.noise_sigmas,
        palette,
    ));
    if blocks.iter().any(|block| matches!(block, Block::Functions(table) if table.rows.iter().any(|row| row.within_noise))) {
        blocks.push(paragraph(format!(
            "Rows marked ~ changed by less than {} standard deviations of Go's sampling: they may be chance.",
            report.judgement.thresholds.leak.noise_sigmas
        )));
    }
    blocks.push(shares(
        table,
        "Growth by owner of the responsible frame",
        palette,
    ));
    let section = state.map_or(SectionState::Info, |state| section_state(state.measured));
    process_section(kind, process, title, section, blocks)
}

/// Which loose files became the pair.
fn paired(report: &Report, pairing: &Pairing) -> Block {
    let between = match pairing.between.as_slice() {
        [] => String::new(),
        files => format!(" Not used, because taken in between: {}.", files.join(", ")),
    };
    super::note(
        "paired",
        match report.settings.pairs {
            Pairs::Swapped => format!(
                "Paired against their times, as asked: {} is taken for the earlier one, {} for the later one of the same program.{between}",
                pairing.first, pairing.second
            ),
            _ => format!(
                "Paired by their times: {} is the earlier one, {} the later one of the same program.{between}",
                pairing.first, pairing.second
            ),
        },
    )
}

/// What a state says; of a hole also what to do about it, and the command.
fn told(report: &Report, state: &State) -> Block {
    let text = states::why_and_remedy(state, &report.judgement.thresholds);
    match state.hole {
        Some(_) => Block::Missing {
            text,
            command: hole_command(report, state),
        },
        None => paragraph(text),
    }
}

fn hole_command(report: &Report, state: &State) -> Option<String> {
    let hole = state.hole?;
    texts::hole_command(report, hole, state)
}

pub(super) fn heap_in_use<'r>(
    report: &Report,
    process: &'r ProcessReport,
    palette: &Palette,
) -> Section {
    let kind = SectionKind::HeapInUse;
    let shown = |(name, tables): (ProfileName, &'r [Table])| {
        Some((name, find(tables, "inuse_space").or(tables.last())?))
    };
    let snapshot = last_heap(process, false).and_then(shown);
    let Some((name, table)) = snapshot.or_else(|| last_heap(process, true).and_then(shown)) else {
        let (state, blocks) = why_missing(
            report,
            process,
            &[ProfileName::HeapFirst, ProfileName::HeapSecond],
            Capture::USUAL,
        );
        return process_section(kind, process, "Heap in Use", state, blocks);
    };
    let which = if name == ProfileName::HeapSecond {
        "2nd snapshot"
    } else {
        "1st snapshot"
    };
    let mut text = if snapshot.is_some() {
        format!(
            "The heap holds {} as of the last garbage collection before the {which}",
            human(table.amount(), "bytes")
        )
    } else {
        format!(
            "What the heap holds is not known: the {which} is a difference already. It changed by {}",
            human_signed(table.amount(), "bytes")
        )
    };
    let objects = tables_of(process, name).and_then(|tables| find(tables, "inuse_objects"));
    if let Some(objects) = objects {
        text.push_str(&format!(", {} objects", group_thousands(objects.net)));
    }
    text.push('.');
    let blocks = vec![
        paragraph(text),
        function_block(
            process,
            name,
            table,
            format!("{which}, {}", table.sample_type),
            None,
            report.judgement.thresholds.leak.noise_sigmas,
            palette,
        ),
        shares(
            table,
            &format!(
                "{} of the {which} by owner of the responsible frame",
                table.sample_type
            ),
            palette,
        ),
    ];
    process_section(kind, process, "Heap in Use", SectionState::Info, blocks)
}

pub(super) fn allocations(report: &Report, process: &ProcessReport, palette: &Palette) -> Section {
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
            interval(process.interval),
            human(rate, &table.unit)
        )));
        blocks.push(function_block(
            process,
            ProfileName::HeapDiff,
            table,
            format!(
                "2nd snapshot minus 1st, alloc_space, {}",
                interval(process.interval)
            ),
            Some("percentages are of what was allocated before the 1st"),
            report.judgement.thresholds.leak.noise_sigmas,
            palette,
        ));
    }
    if let Some(table) = allocs {
        blocks.push(function_block(
            process,
            ProfileName::Allocs,
            table,
            "allocations profile, alloc_space since the process started".to_owned(),
            None,
            report.judgement.thresholds.leak.noise_sigmas,
            palette,
        ));
    }
    if blocks.is_empty() {
        let (state, blocks) = why_missing(
            report,
            process,
            &[ProfileName::HeapFirst, ProfileName::HeapSecond],
            Capture::USUAL,
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
    palette: &Palette,
) -> Section {
    let (name, sample_type, title, finding, capture) = match kind {
        SectionKind::Cpu => (
            ProfileName::Cpu,
            "cpu",
            "CPU Profile",
            FindingKind::CpuSpike,
            Capture::USUAL,
        ),
        SectionKind::Block => (
            ProfileName::Block,
            "delay",
            "Block Profile",
            FindingKind::Contention,
            Capture::USUAL.with_locks(),
        ),
        _ => (
            ProfileName::Mutex,
            "delay",
            "Mutex Profile",
            FindingKind::Contention,
            Capture::USUAL.with_locks(),
        ),
    };
    let Some(tables) = tables_of(process, name) else {
        let (state, mut blocks) = why_missing(report, process, &[name], capture);
        // Contention is judged over two profiles: its sentences fit here only where it has neither.
        let neither = [ProfileName::Mutex, ProfileName::Block]
            .iter()
            .all(|&name| tables_of(process, name).is_none());
        if let Some(judged) = state_of(report, process, finding)
            && (name == ProfileName::Cpu || neither)
            && let Some(Block::Missing { text, command }) = blocks.first_mut()
        {
            *text = states::why_and_remedy(judged, &report.judgement.thresholds);
            *command = hole_command(report, judged);
        }
        return process_section(kind, process, title, state, blocks);
    };
    let Some(table) = find(tables, sample_type).or(tables.last()) else {
        let blocks = vec![paragraph("The profile has no sample types.")];
        return process_section(kind, process, title, SectionState::NotMeasured, blocks);
    };
    let state = state_of(report, process, finding);
    let thresholds = &report.judgement.thresholds;
    let own = state.and_then(|state| match &state.basis {
        Basis::Locks(locks) => {
            let side = locks.sides.iter().find(|side| side.profile == name)?;
            let says = states::lock_side(&state.process, state.of_agent, locks, side, thresholds);
            Some((says, side.says.is_measured()))
        }
        _ => None,
    });
    if table.total == 0 && name != ProfileName::Cpu {
        let (says, is_measured) =
            own.unwrap_or_else(|| ("The profile is empty.".to_owned(), false));
        if is_measured {
            let blocks = vec![paragraph(says)];
            return process_section(kind, process, title, SectionState::Clear, blocks);
        }
        // The remedy is one for both profiles, and stands once: with the state, where that is a hole.
        // Where the other profile holds something, flags or settings may have filled this one too.
        let unmeasured = state.is_some_and(|state| state.hole.is_some());
        let (text, command) = if unmeasured {
            (
                format!(
                    "{says} That does not mean that there is no contention. How to record it stands under Verdict."
                ),
                None,
            )
        } else {
            let hole = Hole::of_rates(&process.name);
            let of_agent = !report.is_of_program();
            let remedy = texts::holes::remedy(hole, &process.name, of_agent, finding);
            let command = match of_agent {
                true => texts::agent_hole_command(report, hole, &process.name, finding),
                false => Some(texts::program::command(name)),
            };
            (format!("{says} {remedy}"), command)
        };
        let blocks = vec![Block::Missing { text, command }];
        return process_section(kind, process, title, SectionState::NotMeasured, blocks);
    }
    let mut blocks = Vec::new();
    if let Some(state) = state {
        let says = own.map_or_else(|| states::why(state, thresholds), |(says, _)| says);
        blocks.push(paragraph(says));
    }
    let caption = match (name, table.cores()) {
        (ProfileName::Cpu, Some(cores)) => format!(
            "{}, {} recorded, {cores:.2} cores in use",
            table.sample_type,
            human(table.duration_ns, "nanoseconds"),
        ),
        (ProfileName::Cpu, _) => table.sample_type.clone(),
        (ProfileName::Block, _) => format!(
            "{} since the rate was set, with goroutines that merely wait for work",
            table.sample_type
        ),
        _ => format!("{} since the rate was set", table.sample_type),
    };
    blocks.push(function_block(
        process,
        name,
        table,
        caption,
        None,
        report.judgement.thresholds.leak.noise_sigmas,
        palette,
    ));
    let left_out = match table.left_out {
        0 => String::new(),
        left_out => format!(
            ", without {} of goroutines that merely wait for work",
            human(left_out, &table.unit)
        ),
    };
    blocks.push(shares(
        table,
        &format!(
            "{} by owner of the responsible frame{left_out}",
            table.sample_type
        ),
        palette,
    ));
    if name == ProfileName::Cpu {
        let unit = units::base(&table.unit).map_or(table.unit.as_str(), |(unit, _)| unit);
        let labels = process.cpu_labels.iter();
        blocks.extend(labels.map(|labelled| label_shares(labelled, unit)));
    }
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
