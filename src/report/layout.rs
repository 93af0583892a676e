//! Lays the facts out as a document: sections in the report's order, numbers formatted.
//!
//! What is missing is named as missing, with the reason and the command that collects it.

use super::document::{
    Block, Document, Fact, FindingKind, FunctionRow, FunctionTable, GridCell, GridRow, Measured,
    PlainColumn, PlainTable, ProfileName, Section, SectionKind, SectionState, Share, StateGrid,
    VerdictKind,
};
use super::model::{ProcessReport, ProfileContent, Report, Table};
use super::screen::{BannerView, FileView, HeaderView, OWNER_HUES, ReadStats, ReportView};
use super::texts;
use crate::analysis::owner::{hue, split_name};
use crate::analysis::verdict::{Finding, State};
use crate::profile::units::{group_thousands, human, human_share, human_signed, ratio_percent};

/// Rows of a function table in the report.
pub const TABLE_ROWS: usize = 10;

/// The whole document.
pub fn document(report: &Report) -> Document {
    let mut sections = vec![verdict(report), agent(report), memory(report)];
    for process in &report.processes {
        sections.extend([
            heap_diff(report, process),
            heap_in_use(process),
            allocations(process),
            profile_section(report, process, SectionKind::Cpu),
            profile_section(report, process, SectionKind::Block),
            profile_section(report, process, SectionKind::Mutex),
        ]);
    }
    sections.extend([
        traces(report),
        goroutines(report),
        checks(report),
        recommendations(report),
        text_section(
            SectionKind::CustomerMessage,
            "Customer Message",
            texts::customer_message(report),
        ),
        text_section(
            SectionKind::Escalation,
            "Escalation Summary",
            texts::escalation(report, "", ""),
        ),
        coverage(report),
    ]);
    Document {
        title: format!("Flare profiling: {}", report.hostname),
        sections,
    }
}

/// Everything that the page shows.
pub fn view(report: &Report) -> ReportView {
    let mut files: Vec<FileView> = report
        .files
        .iter()
        .map(|file| FileView {
            path: file.path.clone(),
            size: file.size,
            size_text: bytes(file.size),
            role: file.role,
            reason: file.reason.clone(),
        })
        .collect();
    // Damaged ones lead; within a role the flare's own order stays.
    files.sort_by_key(|file| file.role);
    ReportView {
        header: HeaderView {
            hostname: report.hostname.clone(),
            agent: report
                .agent
                .version
                .as_ref()
                .map(|version| format!("Agent {version}"))
                .unwrap_or_default(),
            captured: report
                .agent
                .captured_at_ms
                .and_then(|time| instant(time, "%Y-%m-%d %H:%M UTC"))
                .map(|time| format!("captured {time}"))
                .unwrap_or_default(),
            size: bytes(report.source_bytes),
            source: report.source.clone(),
        },
        banner: banner(report),
        document: document(report),
        files,
        stats: ReadStats {
            source_bytes: report.source_bytes,
            read_bytes: report.read_bytes,
        },
    }
}

fn banner(report: &Report) -> BannerView {
    let judgement = &report.judgement;
    let first = judgement.findings.first();
    BannerView {
        kind: judgement.kind,
        title: judgement.kind.title().to_owned(),
        summary: summary(report),
        owner: match first {
            Some(_) => {
                let mut owners: Vec<&str> = Vec::new();
                for finding in &judgement.findings {
                    if !owners.contains(&finding.owner()) {
                        owners.push(finding.owner());
                    }
                }
                owners.join("; ")
            }
            None => String::new(),
        },
        confidence: judgement
            .findings
            .iter()
            .map(|finding| finding.confidence)
            .max_by_key(|confidence| *confidence as u8)
            .map(|confidence| confidence.as_str().to_owned())
            .unwrap_or_default(),
        notes: unmeasured(report),
    }
}

/// One or two sentences: what was found, or how near it came.
pub fn summary(report: &Report) -> String {
    let judgement = &report.judgement;
    match judgement.kind {
        VerdictKind::NoProfiles => {
            "This flare holds no profiles, so neither memory nor CPU nor locks can be judged. \
             How to collect them stands under Recommendations."
                .to_owned()
        }
        VerdictKind::Inconclusive => {
            let missing: Vec<String> = judgement
                .states
                .iter()
                .filter(|state| {
                    state.kind != FindingKind::Contention
                        && (state.measured == Measured::Damaged
                            || (state.measured == Measured::NotMeasured
                                && Some(&state.process) == judgement.main.as_ref()))
                })
                .map(|state| {
                    format!(
                        "{} of {}: {}",
                        state.kind.words(),
                        state.process,
                        state.text
                    )
                })
                .collect();
            format!(
                "Nothing crossed a threshold, but not all that matters was measured ({}).",
                missing.join("; ")
            )
        }
        VerdictKind::Normal => normal_summary(report),
        _ => {
            let sentences: Vec<&str> = judgement
                .findings
                .iter()
                .map(|finding| finding.summary.as_str())
                .collect();
            format!("{}.", sentences.join(". "))
        }
    }
}

fn normal_summary(report: &Report) -> String {
    let mut parts = Vec::new();
    if let Some(main) = report.processes.first() {
        if let Some(table) = last_heap(main).and_then(|(_, tables)| find(tables, "inuse_space")) {
            parts.push(format!(
                "{}'s heap holds {}",
                main.name,
                human(table.total, &table.unit)
            ));
        }
        if let Some(table) =
            tables_of(main, ProfileName::Cpu).and_then(|tables| find(tables, "cpu"))
            && table.duration_ns > 0
        {
            let cores = table.total as f64 / table.duration_ns as f64;
            parts.push(format!("{cores:.2} cores are in use"));
        }
    }
    let nearest = report
        .judgement
        .states
        .iter()
        .filter_map(|state| Some((state.nearness?, state)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    let nearest = nearest.map(|(nearness, state)| {
        format!(
            " Nearest to its threshold: {} of {}, at {:.0} % of it ({}).",
            state.kind.words(),
            state.process,
            nearness * 100.0,
            state.text
        )
    });
    let parts = if parts.is_empty() {
        String::new()
    } else {
        format!(": {}", parts.join(", "))
    };
    format!(
        "Nothing crossed a threshold{parts}.{}",
        nearest.unwrap_or_default()
    )
}

/// What the banner has to say about holes: kinds that were measured nowhere, or not in the main process.
fn unmeasured(report: &Report) -> Vec<String> {
    let judgement = &report.judgement;
    if report.processes.is_empty() {
        return Vec::new();
    }
    let mut notes = Vec::new();
    for kind in FindingKind::ALL {
        let states: Vec<&State> = judgement
            .states
            .iter()
            .filter(|state| state.kind == kind)
            .collect();
        let name = kind.words();
        if states
            .iter()
            .all(|state| state.measured == Measured::NotMeasured)
        {
            notes.push(format!("{name} not measured"));
            continue;
        }
        for state in states {
            if state.measured == Measured::Damaged {
                notes.push(format!("{name} of {}: profile damaged", state.process));
            } else if state.measured == Measured::NotMeasured
                && Some(&state.process) == judgement.main.as_ref()
            {
                notes.push(format!("{name} of {} not measured", state.process));
            }
        }
    }
    notes
}

fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph { text: text.into() }
}

fn fact(name: &str, value: impl Into<String>) -> Fact {
    Fact {
        name: name.to_owned(),
        value: value.into(),
        hint: None,
    }
}

fn hinted(name: &str, value: impl Into<String>, hint: &str) -> Fact {
    Fact {
        name: name.to_owned(),
        value: value.into(),
        hint: Some(hint.to_owned()),
    }
}

fn section(kind: SectionKind, title: &str, state: SectionState, blocks: Vec<Block>) -> Section {
    Section {
        kind,
        process: None,
        title: title.to_owned(),
        state,
        blocks,
    }
}

fn bytes(value: u64) -> String {
    human(i64::try_from(value).unwrap_or(i64::MAX), "bytes")
}

/// An instant of Unix milliseconds in UTC.
pub fn instant(time_ms: i64, format: &str) -> Option<String> {
    let time = jiff::Timestamp::from_millisecond(time_ms).ok()?;
    Some(time.strftime(format).to_string())
}

/// `2 d 3 h`, `19 h 0 min`, `42 s`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{whole} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", whole % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

fn section_state(measured: Measured) -> SectionState {
    match measured {
        Measured::Crossed => SectionState::Crossed,
        Measured::Clear => SectionState::Clear,
        Measured::NotMeasured => SectionState::NotMeasured,
        Measured::Damaged => SectionState::Damaged,
    }
}

fn verdict(report: &Report) -> Section {
    let judgement = &report.judgement;
    let mut blocks = vec![
        Block::Heading {
            text: judgement.kind.title().to_owned(),
        },
        paragraph(summary(report)),
    ];
    if !report.processes.is_empty() {
        blocks.push(Block::Grid(grid(report)));
    }
    for finding in &judgement.findings {
        blocks.extend(finding_blocks(report, finding));
    }
    blocks.extend(
        judgement
            .notes
            .iter()
            .map(|note| Block::Note { text: note.clone() }),
    );
    if report.agent.local {
        blocks.push(Block::Note {
            text: "This is a local flare: it was built by the command because the Agent did not \
                   answer, so expvar files describe the command, not the Agent."
                .to_owned(),
        });
    }
    for line in &report.creation_errors {
        blocks.push(Block::Note {
            text: format!("flare_creation.log: {line}"),
        });
    }
    for (name, default, value) in &report.changed_thresholds {
        blocks.push(Block::Note {
            text: format!("Threshold {name} is {value}, not the default {default}."),
        });
    }
    let state = if judgement.findings.is_empty() {
        match judgement.kind {
            VerdictKind::Normal => SectionState::Clear,
            _ => SectionState::NotMeasured,
        }
    } else {
        SectionState::Crossed
    };
    section(SectionKind::Verdict, "Verdict", state, blocks)
}

fn grid(report: &Report) -> StateGrid {
    let rows = report
        .processes
        .iter()
        .map(|process| GridRow {
            process: process.name.clone(),
            cells: report
                .judgement
                .states
                .iter()
                .filter(|state| state.process == process.name)
                .map(|state| GridCell {
                    kind: state.kind,
                    measured: state.measured,
                    text: state.text.clone(),
                    why: state.why.clone(),
                })
                .collect(),
        })
        .collect();
    StateGrid {
        kinds: FindingKind::ALL.to_vec(),
        rows,
    }
}

/// The evidence of one finding.
fn finding_blocks(report: &Report, finding: &Finding) -> Vec<Block> {
    let mut blocks = vec![Block::Heading {
        text: format!("{} in {}", finding.kind.title(), finding.process),
    }];
    // With one finding the section's own summary says it already.
    if report.judgement.findings.len() > 1 {
        blocks.push(paragraph(format!("{}.", finding.summary)));
    }
    let mut facts: Vec<Fact> = finding
        .evidence
        .iter()
        .map(|(name, value)| fact(name, value.clone()))
        .collect();
    facts.push(fact("Owner", finding.owner()));
    if !finding.component.is_empty() {
        facts.push(fact("Component", finding.component.clone()));
    }
    if !finding.team.is_empty() {
        facts.push(hinted(
            "Team",
            finding.team.clone(),
            "last known owner, see data/owners.toml",
        ));
    }
    facts.push(fact("Confidence", finding.confidence.as_str()));
    blocks.push(Block::Facts { facts });
    let unit = if finding.unit == "bytes" {
        "bytes"
    } else {
        "nanoseconds"
    };
    let differs = finding
        .functions
        .iter()
        .any(|one| one.responsible != one.function);
    let mut columns = vec![
        PlainColumn {
            name: "Function".to_owned(),
            numeric: false,
        },
        PlainColumn {
            name: "Value".to_owned(),
            numeric: true,
        },
        PlainColumn {
            name: "Share".to_owned(),
            numeric: true,
        },
        PlainColumn {
            name: "Owner".to_owned(),
            numeric: false,
        },
    ];
    if differs {
        columns.insert(
            1,
            PlainColumn {
                name: "Responsible frame".to_owned(),
                numeric: false,
            },
        );
    }
    blocks.push(Block::Table(PlainTable {
        caption: "The largest functions of this finding".to_owned(),
        columns,
        rows: finding
            .functions
            .iter()
            .map(|one| {
                let value = match finding.kind {
                    FindingKind::MemoryLeak => human_signed(one.value, unit),
                    _ => human(one.value, unit),
                };
                let mut row = vec![
                    one.function.clone(),
                    value,
                    human_share(one.value, finding.counted),
                    one.owner.clone(),
                ];
                if differs {
                    row.insert(1, one.responsible.clone());
                }
                row
            })
            .collect(),
    }));
    if !finding.reasons.is_empty() {
        blocks.push(paragraph(format!(
            "Confidence is {} because:",
            finding.confidence.as_str()
        )));
        blocks.push(Block::List {
            items: finding.reasons.clone(),
        });
        blocks.push(paragraph(finding.settle.clone()));
    }
    if !finding.meaning.is_empty() {
        blocks.push(paragraph(format!(
            "What it usually means: {}.",
            finding.meaning
        )));
    }
    blocks.push(paragraph(format!("Routing: {}", finding.routing.words)));
    let correlation = texts::correlation(report, finding);
    if !correlation.is_empty() {
        blocks.push(Block::List { items: correlation });
    }
    blocks
}

fn agent(report: &Report) -> Section {
    const UNKNOWN: &str = "not in the flare";
    let agent = &report.agent;
    let or_unknown = |value: &Option<String>| value.clone().unwrap_or_else(|| UNKNOWN.to_owned());
    let time = |time: Option<i64>| {
        time.and_then(|time| instant(time, "%Y-%m-%d %H:%M:%S UTC"))
            .unwrap_or_else(|| UNKNOWN.to_owned())
    };
    let install = agent.install_method.as_ref().map(|method| {
        let parts = [
            &method.tool,
            &method.tool_version,
            &method.installer_version,
        ];
        parts
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    });
    let platform = [
        &agent.platform,
        &agent.os,
        &agent.kernel,
        &agent.architecture,
    ];
    let platform: Vec<String> = platform.into_iter().flatten().cloned().collect();
    let mut facts = vec![
        fact("Agent version", or_unknown(&agent.version)),
        fact("Started", time(agent.started_at_ms)),
        fact(
            "Uptime",
            agent.uptime_s.map_or_else(|| UNKNOWN.to_owned(), duration),
        ),
        fact("Captured at", time(agent.captured_at_ms)),
        fact("Host name", report.hostname.clone()),
        fact(
            "Install method",
            install
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| UNKNOWN.to_owned()),
        ),
        fact(
            "Platform",
            if platform.is_empty() {
                UNKNOWN.to_owned()
            } else {
                platform.join(", ")
            },
        ),
        fact("Go version", or_unknown(&agent.go_version)),
    ];
    if let Some(python) = &agent.python_version {
        facts.push(fact("Python version", python.clone()));
    }
    if let Some(flavor) = &agent.flavor {
        facts.push(fact("Flavor", flavor.clone()));
    }
    facts.push(fact(
        "Flare",
        if agent.local {
            "local (built by the command)"
        } else {
            "built by the running Agent"
        },
    ));
    section(
        SectionKind::Agent,
        "Agent Context",
        SectionState::Info,
        vec![Block::Facts { facts }],
    )
}

fn memory(report: &Report) -> Section {
    let Some(stats) = &report.memstats else {
        let missing = Block::Missing {
            text: "expvar/memstats is not in the flare, or can't be read.".to_owned(),
            command: None,
        };
        return section(
            SectionKind::Memory,
            "Memory Stats",
            SectionState::NotMeasured,
            vec![missing],
        );
    };
    let size = |value: Option<u64>| value.map_or_else(|| "not given".to_owned(), bytes);
    let count = |value: Option<u64>| {
        value
            .and_then(|value| i64::try_from(value).ok())
            .map_or_else(|| "not given".to_owned(), group_thousands)
    };
    let mut facts = vec![
        hinted(
            "Alloc",
            size(stats.alloc),
            "live objects and garbage not yet collected",
        ),
        hinted(
            "Sys",
            size(stats.sys),
            "taken from the system by the Go runtime",
        ),
        hinted(
            "HeapInuse",
            size(stats.heap_inuse),
            "spans that hold objects",
        ),
        hinted(
            "HeapObjects",
            count(stats.heap_objects),
            "objects on the heap",
        ),
        hinted(
            "NumGC",
            count(stats.num_gc),
            "garbage collections since start",
        ),
        fact("HeapAlloc", size(stats.heap_alloc)),
        fact("HeapSys", size(stats.heap_sys)),
        hinted("HeapIdle", size(stats.heap_idle), "spans without objects"),
        hinted(
            "HeapReleased",
            size(stats.heap_released),
            "given back to the system",
        ),
        fact("StackInuse", size(stats.stack_inuse)),
        hinted(
            "NextGC",
            size(stats.next_gc),
            "heap size at which the next collection starts",
        ),
        hinted(
            "TotalAlloc",
            size(stats.total_alloc),
            "allocated since start",
        ),
    ];
    if let Some(fraction) = stats.gc_cpu_fraction {
        facts.push(hinted(
            "GCCPUFraction",
            format!("{:.2} %", fraction * 100.0),
            "share of the CPU time since start that the collector took",
        ));
    }
    if let Some(rss) = report.rss_bytes {
        facts.push(hinted(
            "RSS",
            human(rss, "bytes"),
            "resident memory of the core Agent, telemetry.log",
        ));
    }
    let mut blocks = vec![Block::Facts { facts }];
    if let Some(text) = memory_words(report) {
        blocks.push(paragraph(text));
    }
    if report.agent.local {
        blocks.push(Block::Note {
            text:
                "In a local flare these numbers describe the command that built it, not the Agent."
                    .to_owned(),
        });
    }
    section(
        SectionKind::Memory,
        "Memory Stats",
        SectionState::Info,
        blocks,
    )
}

/// What the memory numbers say together.
fn memory_words(report: &Report) -> Option<String> {
    let stats = report.memstats.as_ref()?;
    let signed = |value: Option<u64>| i64::try_from(value?).ok();
    let held = signed(stats.sys)? - signed(stats.heap_released).unwrap_or(0);
    let in_use = report
        .processes
        .iter()
        .find(|process| process.name == "core")
        .and_then(last_heap)
        .and_then(|(_, tables)| find(tables, "inuse_space"))
        .map(|table| table.total);
    let mut text = format!(
        "The Go runtime holds {} of the system's memory (Sys minus HeapReleased)",
        human(held, "bytes")
    );
    if let Some(in_use) = in_use {
        text.push_str(&format!(
            "; the heap profile explains {} of it ({})",
            human(in_use, "bytes"),
            human_share(in_use, held)
        ));
    }
    text.push('.');
    if let Some(rss) = report.rss_bytes.filter(|_| !report.agent.local) {
        if rss > held {
            text.push_str(&format!(
                " The process has {} resident, so {} ({}) lie outside of Go: Python, C libraries, mapped files.",
                human(rss, "bytes"),
                human(rss - held, "bytes"),
                human_share(rss - held, rss)
            ));
            // Pages of Go's that are not resident make the difference smaller than its parts.
            if let Some(python) = report.python_bytes.filter(|&python| python <= rss - held) {
                text.push_str(&format!(
                    " Python accounts for {} of it.",
                    human(python, "bytes")
                ));
            }
        } else {
            text.push_str(&format!(
                " The process has {} resident: Go's own memory accounts for all of it.",
                human(rss, "bytes")
            ));
        }
    }
    Some(text)
}

fn tables_of(process: &ProcessReport, name: ProfileName) -> Option<&[Table]> {
    match &process.profile(name)?.content {
        ProfileContent::Tables(tables) => Some(tables),
        _ => None,
    }
}

fn find<'t>(tables: &'t [Table], sample_type: &str) -> Option<&'t Table> {
    tables.iter().find(|table| table.sample_type == sample_type)
}

/// The last heap snapshot that could be read.
fn last_heap(process: &ProcessReport) -> Option<(ProfileName, &[Table])> {
    [ProfileName::HeapSecond, ProfileName::HeapFirst]
        .into_iter()
        .find_map(|name| Some((name, tables_of(process, name)?)))
}

fn process_section(
    kind: SectionKind,
    process: &ProcessReport,
    title: &str,
    state: SectionState,
    blocks: Vec<Block>,
) -> Section {
    Section {
        kind,
        process: Some(process.name.clone()),
        title: format!("{title}, {}", process.name),
        state,
        blocks,
    }
}

/// Why a profile has no table: a text reply, damage, or absence.
fn why_missing(
    process: &ProcessReport,
    names: &[ProfileName],
    command: &str,
) -> (SectionState, Vec<Block>) {
    let mut state = SectionState::NotMeasured;
    let mut texts = Vec::new();
    for &name in names {
        let file = name.as_str();
        match process.profile(name).map(|profile| &profile.content) {
            None => texts.push(format!("{}: {file} is not in the flare.", process.name)),
            Some(ProfileContent::Reply(text)) if text.is_empty() => {
                texts.push(format!("{file} of {} is an empty file.", process.name));
            }
            Some(ProfileContent::Reply(text)) => texts.push(format!(
                "{file} of {} holds a text instead of a profile: \u{201c}{text}\u{201d}",
                process.name
            )),
            Some(ProfileContent::Damaged(why)) => {
                state = SectionState::Damaged;
                texts.push(format!(
                    "{file} of {} is damaged: {why}. The other profiles are not affected.",
                    process.name
                ));
            }
            Some(ProfileContent::Tables(_)) => {}
        }
    }
    let missing = Block::Missing {
        text: texts.join(" "),
        command: Some(command.to_owned()),
    };
    (state, vec![missing])
}

/// Collects what the report shows.
const COLLECT: &str = "sudo datadog-agent flare --profile 30";
/// The same with lock contention.
const COLLECT_LOCKS: &str =
    "sudo datadog-agent flare --profile 30 --profile-mutex --profile-blocking";

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

fn heap_diff(report: &Report, process: &ProcessReport) -> Section {
    let kind = SectionKind::HeapDiff;
    let title = "Heap Diff Analysis";
    let state = state_of(report, process, FindingKind::MemoryLeak);
    let Some(table) = tables_of(process, ProfileName::HeapDiff)
        .and_then(|tables| find(tables, "inuse_space").or(tables.last()))
    else {
        let (mut section, mut blocks) = why_missing(
            process,
            &[ProfileName::HeapFirst, ProfileName::HeapSecond],
            COLLECT,
        );
        if let Some(state) = state {
            section = section_state(state.measured);
            if let Some(Block::Missing { text, .. }) = blocks.first_mut() {
                state.why.clone_into(text);
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
        blocks.push(paragraph(state.why.clone()));
    }
    blocks.push(function_table(
        process,
        ProfileName::HeapDiff,
        table,
        caption,
    ));
    let section = state.map_or(SectionState::Info, |state| section_state(state.measured));
    process_section(kind, process, title, section, blocks)
}

fn heap_in_use(process: &ProcessReport) -> Section {
    let kind = SectionKind::HeapInUse;
    let Some((name, table)) = last_heap(process)
        .and_then(|(name, tables)| Some((name, find(tables, "inuse_space").or(tables.last())?)))
    else {
        let (state, blocks) = why_missing(
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

fn allocations(process: &ProcessReport) -> Section {
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
                "2nd snapshot minus 1st, alloc_space, {}",
                process.interval.text()
            ),
        ));
    }
    if let Some(table) = allocs {
        blocks.push(function_table(
            process,
            ProfileName::Allocs,
            table,
            "allocations profile, alloc_space since the process started".to_owned(),
        ));
    }
    if blocks.is_empty() {
        let (state, blocks) = why_missing(
            process,
            &[ProfileName::HeapFirst, ProfileName::HeapSecond],
            COLLECT,
        );
        return process_section(kind, process, title, state, blocks);
    }
    process_section(kind, process, title, SectionState::Info, blocks)
}

/// CPU, block and mutex: one profile, one table.
fn profile_section(report: &Report, process: &ProcessReport, kind: SectionKind) -> Section {
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
        let (state, blocks) = why_missing(process, &[name], command);
        return process_section(kind, process, title, state, blocks);
    };
    let Some(table) = find(tables, sample_type).or(tables.last()) else {
        let blocks = vec![paragraph("The profile has no sample types.")];
        return process_section(kind, process, title, SectionState::NotMeasured, blocks);
    };
    let state = state_of(report, process, finding);
    if table.total == 0 && name != ProfileName::Cpu {
        let text = if process.name == "core" {
            format!(
                "The {} profile is empty: its rate is 0, so nothing was collected. That does not \
                 mean that there is no contention.",
                name.as_str()
            )
        } else {
            format!(
                "The {} profile is empty: its rate is 0. The command's flags raise the rates of the \
                 core Agent only; {} needs them in its own configuration.",
                name.as_str(),
                process.name
            )
        };
        let command = (process.name == "core").then(|| command.to_owned());
        let blocks = vec![Block::Missing { text, command }];
        return process_section(kind, process, title, SectionState::NotMeasured, blocks);
    }
    let mut blocks = Vec::new();
    if let Some(state) = state {
        blocks.push(paragraph(state.why.clone()));
    }
    let caption = match (name, table.duration_ns) {
        (ProfileName::Cpu, duration) if duration > 0 => format!(
            "{}, {} recorded, {:.2} cores in use",
            table.sample_type,
            human(duration, "nanoseconds"),
            table.total as f64 / duration as f64
        ),
        (ProfileName::Cpu, _) => table.sample_type.clone(),
        _ => format!("{} since the rate was set", table.sample_type),
    };
    blocks.push(function_table(process, name, table, caption));
    if name != ProfileName::Block {
        blocks.push(shares(
            table,
            &format!("{} by owner of the responsible frame", table.sample_type),
        ));
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

fn function_table(
    process: &ProcessReport,
    profile: ProfileName,
    table: &Table,
    caption: String,
) -> Block {
    let value = |value: i64| {
        if table.is_diff {
            human_signed(value, &table.unit)
        } else {
            human(value, &table.unit)
        }
    };
    let rows: Vec<_> = table.rows.iter().take(TABLE_ROWS).collect();
    let mut sum = 0_i64;
    let function_rows = rows
        .iter()
        .map(|row| {
            sum = sum.saturating_add(row.flat);
            let (package, short) = split_name(&row.function);
            FunctionRow {
                function: row.function.clone(),
                inline: row.inline.to_owned(),
                package: package.to_owned(),
                short: short.to_owned(),
                file: row.file.clone(),
                flat: row.flat,
                cum: row.cum,
                flat_text: value(row.flat),
                flat_share: human_share(row.flat, table.total),
                sum_share: human_share(sum, table.total),
                cum_text: value(row.cum),
                cum_share: human_share(row.cum, table.total),
                owner: row.owner.clone(),
                owner_hue: owner_hue(&row.owner),
            }
        })
        .collect();
    let shown: i64 = rows.iter().fold(0, |sum, row| sum.saturating_add(row.flat));
    let scale = rows
        .iter()
        .map(|row| row.flat.saturating_abs().max(row.cum.saturating_abs()))
        .max()
        .unwrap_or(0);
    Block::Functions(FunctionTable {
        process: process.name.clone(),
        profile,
        sample_type: table.sample_type.clone(),
        unit: table.unit.clone(),
        caption,
        total: human(table.total, &table.unit),
        total_value: table.total,
        shown: format!(
            "{} of {} functions, {} of {}",
            rows.len(),
            table.rows_total,
            human_share(shown, table.total),
            human(table.total, &table.unit)
        ),
        rows: function_rows,
        rows_total: table.rows_total,
        scale,
        signed: table.is_diff,
    })
}

fn owner_hue(owner: &str) -> u8 {
    if owner == "unowned" {
        OWNER_HUES
    } else {
        hue(owner)
    }
}

fn shares(table: &Table, caption: &str) -> Block {
    Block::Shares {
        caption: caption.to_owned(),
        shares: table
            .owners
            .iter()
            .map(|(owner, value)| {
                let owner = owner.as_deref().unwrap_or("unowned");
                Share {
                    owner: owner.to_owned(),
                    value_text: human(*value, &table.unit),
                    value: *value,
                    percent: ratio_percent(*value, table.net),
                    percent_text: human_share(*value, table.net),
                    owner_hue: owner_hue(owner),
                }
            })
            .collect(),
    }
}

fn traces(report: &Report) -> Section {
    let blocks = if report.traces.is_empty() {
        vec![Block::Missing {
            text: "No execution traces: they are part of a flare with profiles since Agent 7.55.0."
                .to_owned(),
            command: None,
        }]
    } else {
        vec![
            paragraph(
                "Execution traces are left to engineering (go tool trace); noted here with their size.",
            ),
            Block::Table(PlainTable {
                caption: "Execution traces".to_owned(),
                columns: vec![
                    PlainColumn {
                        name: "Process".to_owned(),
                        numeric: false,
                    },
                    PlainColumn {
                        name: "File".to_owned(),
                        numeric: false,
                    },
                    PlainColumn {
                        name: "Size".to_owned(),
                        numeric: true,
                    },
                ],
                rows: report
                    .traces
                    .iter()
                    .map(|trace| vec![trace.process.clone(), trace.path.clone(), bytes(trace.size)])
                    .collect(),
            }),
        ]
    };
    section(
        SectionKind::Traces,
        "Trace Files",
        SectionState::Info,
        blocks,
    )
}

fn goroutines(report: &Report) -> Section {
    let kind = SectionKind::Goroutines;
    let Some(dump) = &report.goroutines else {
        let missing = Block::Missing {
            text: "go-routine-dump.log is not in the flare, or can't be read.".to_owned(),
            command: None,
        };
        return section(
            kind,
            "Goroutine Dump",
            SectionState::NotMeasured,
            vec![missing],
        );
    };
    let count = |value: u64| group_thousands(i64::try_from(value).unwrap_or(i64::MAX));
    let size = report
        .files
        .iter()
        .find(|file| file.path.ends_with("go-routine-dump.log"))
        .map(|file| format!(" ({})", bytes(file.size)))
        .unwrap_or_default();
    let mut blocks = vec![
        paragraph(format!(
            "The core Agent had {} goroutines{size}; the stacks are left to engineering.",
            count(dump.count)
        )),
        Block::Table(PlainTable {
            caption: "Goroutines by state".to_owned(),
            columns: vec![
                PlainColumn {
                    name: "State".to_owned(),
                    numeric: false,
                },
                PlainColumn {
                    name: "Goroutines".to_owned(),
                    numeric: true,
                },
            ],
            rows: dump
                .by_state
                .iter()
                .map(|(state, number)| vec![state.clone(), count(*number)])
                .collect(),
        }),
    ];
    if dump.count > 1000 {
        blocks.push(Block::Note {
            text: "More than 1,000 goroutines.".to_owned(),
        });
    }
    let waiting: u64 = dump
        .groups
        .iter()
        .filter(|group| group.waits_for_lock())
        .map(|group| group.count)
        .sum();
    if waiting > 0 {
        blocks.push(Block::Note {
            text: format!(
                "{} goroutines were waiting for a lock when the dump was taken.",
                count(waiting)
            ),
        });
    }
    if let Some(problem) = &dump.problem {
        blocks.push(Block::Note {
            text: problem.clone(),
        });
    }
    section(kind, "Goroutine Dump", SectionState::Info, blocks)
}

fn checks(report: &Report) -> Section {
    let kind = SectionKind::Checks;
    let Some(checks) = report.checks.as_ref().filter(|checks| !checks.is_empty()) else {
        let text = match &report.checks {
            Some(_) => "status.log lists no running checks.",
            None => {
                "Running checks are not known: status.log is not in the flare, or the Agent did not answer."
            }
        };
        let missing = Block::Missing {
            text: text.to_owned(),
            command: None,
        };
        return section(
            kind,
            "Running Checks",
            SectionState::NotMeasured,
            vec![missing],
        );
    };
    let count = |value: u64| group_thousands(i64::try_from(value).unwrap_or(i64::MAX));
    let column = |name: &str, numeric: bool| PlainColumn {
        name: name.to_owned(),
        numeric,
    };
    let rows = checks
        .iter()
        .map(|check| {
            let total = |value: &dyn Fn(&crate::flare::status::Instance) -> Option<u64>| {
                check.instances.iter().filter_map(value).sum::<u64>()
            };
            let mut states: Vec<&str> = check
                .instances
                .iter()
                .map(|instance| instance.state.as_str())
                .collect();
            states.dedup();
            let average = check
                .instances
                .iter()
                .filter_map(|instance| instance.average_execution_ms)
                .fold(0.0, f64::max);
            vec![
                check.name.clone(),
                check.version.clone().unwrap_or_else(|| "Go".to_owned()),
                check.instances.len().to_string(),
                states.join(", "),
                count(total(&|instance| instance.total_runs)),
                count(total(&|instance| instance.metric_samples_total)),
                format!("{average:.0} ms"),
            ]
        })
        .collect();
    let mut blocks = vec![Block::Table(PlainTable {
        caption: "Running checks, status.log".to_owned(),
        columns: vec![
            column("Check", false),
            column("Version", false),
            column("Instances", true),
            column("State", false),
            column("Runs", true),
            column("Metric samples", true),
            column("Average time", true),
        ],
        rows,
    })];
    for check in checks {
        for instance in &check.instances {
            for (word, lines) in [("error", &instance.errors), ("warning", &instance.warnings)] {
                if let Some(line) = lines.first() {
                    blocks.push(Block::Note {
                        text: format!("{} {word}: {line}", instance.id),
                    });
                }
            }
        }
    }
    section(kind, "Running Checks", SectionState::Info, blocks)
}

fn recommendations(report: &Report) -> Section {
    let mut blocks = vec![Block::Steps {
        steps: texts::recommendations(report),
    }];
    if report.judgement.kind == VerdictKind::NoProfiles {
        blocks.extend(texts::how_to_collect());
    }
    section(
        SectionKind::Recommendations,
        "Recommendations",
        SectionState::Info,
        blocks,
    )
}

fn text_section(kind: SectionKind, title: &str, text: String) -> Section {
    let block = Block::Text {
        name: title.to_lowercase(),
        text,
    };
    section(kind, title, SectionState::Info, vec![block])
}

fn coverage(report: &Report) -> Section {
    let column = |name: &str, numeric: bool| PlainColumn {
        name: name.to_owned(),
        numeric,
    };
    let mut files: Vec<_> = report.files.iter().collect();
    files.sort_by_key(|file| file.role);
    let failed = files
        .iter()
        .any(|file| file.role == super::document::FileRole::Failed);
    let mut blocks = vec![paragraph(format!(
        "{} files; {} of {} were read.",
        files.len(),
        bytes(report.read_bytes),
        bytes(report.source_bytes)
    ))];
    blocks.extend(report.problems.iter().map(|problem| Block::Note {
        text: problem.clone(),
    }));
    blocks.push(Block::Table(PlainTable {
        caption: "Every file of the flare".to_owned(),
        columns: vec![
            column("File", false),
            column("Size", true),
            column("Role", false),
            column("Used for, or why not", false),
        ],
        rows: files
            .into_iter()
            .map(|file| {
                vec![
                    file.path.clone(),
                    bytes(file.size),
                    file.role.as_str().to_owned(),
                    file.reason.clone(),
                ]
            })
            .collect(),
    }));
    let state = if failed {
        SectionState::Damaged
    } else {
        SectionState::Info
    };
    section(SectionKind::Coverage, "Coverage", state, blocks)
}
