//! Traces, goroutines, checks, and what became of every file.

use super::super::document::{
    Block, FileRole, PlainTable, Section, SectionKind, SectionState, StackView,
};
use super::super::model::{DumpSource, Report};
use super::super::texts;
use super::super::times::duration;
use super::stacks::stack;
use super::{Palette, bytes, column, count, fact, note, paragraph, section};

pub(super) fn traces(report: &Report) -> Section {
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
                    column("Process", false),
                    column("File", false),
                    column("Size", true),
                ],
                rows: report
                    .traces
                    .iter()
                    .map(|trace| {
                        vec![
                            trace.process.to_string(),
                            trace.path.clone(),
                            bytes(trace.size),
                        ]
                    })
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

pub(super) fn goroutines(report: &Report, palette: &Palette) -> Section {
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
    let process = texts::processes::begins(&dump.process);
    let source = dump.source;
    let dump = &dump.dump;
    let size = report
        .files
        .iter()
        .find(|file| file.path.ends_with("go-routine-dump.log"))
        .map(|file| format!(" ({})", bytes(file.size)))
        .unwrap_or_default();
    let longest = match dump.longest_wait_minutes {
        0 => String::new(),
        minutes => format!("; the longest wait is {}", minutes_text(minutes)),
    };
    let mut blocks = vec![
        paragraph(format!(
            "{process} had {} goroutines{size} with {} different stacks{longest}.",
            count(dump.count),
            count(dump.groups.len() as u64),
        )),
        Block::Table(PlainTable {
            caption: "Goroutines by state".to_owned(),
            columns: vec![column("State", false), column("Goroutines", true)],
            rows: dump
                .by_state
                .iter()
                .map(|(state, number)| {
                    let state = match state.as_str() {
                        "" => "not told by a profile",
                        state => state,
                    };
                    vec![state.to_owned(), count(*number)]
                })
                .collect(),
        }),
    ];
    if source == DumpSource::Text {
        blocks.push(note("text-profile", texts::program::GOROUTINES_INSTEAD));
    }
    blocks.extend(
        report
            .judgement
            .notable
            .iter()
            .filter(|one| one.thing.is_of_dump())
            .map(|one| note(one.thing.as_str(), texts::notable::summary(one))),
    );
    blocks.extend(
        report
            .known
            .iter()
            .filter(|known| known.finding.is_none())
            .map(super::known_case),
    );
    if let Some(problem) = &dump.problem {
        blocks.push(note("problem", problem.clone()));
    }
    if !dump.groups.is_empty() {
        blocks.push(groups(report, palette));
    }
    section(kind, "Goroutine Dump", SectionState::Info, blocks)
}

/// Goroutines with one same stack and state, as panicparse groups them.
fn groups(report: &Report, palette: &Palette) -> Block {
    const FRAMES: usize = 24;
    let Some(goroutines) = &report.goroutines else {
        return paragraph(String::new());
    };
    let groups = &goroutines.dump.groups;
    let shown = goroutines.shown.len();
    Block::Stacks {
        caption: if shown < groups.len() {
            format!(
                "Goroutines by identical stack and state: {shown} of {} groups, the largest and those that wait for a lock",
                count(groups.len() as u64)
            )
        } else {
            "Goroutines by identical stack and state".to_owned()
        },
        stacks: goroutines
            .groups()
            .map(|(shown, group)| {
                let mut facts = Vec::new();
                if !group.state.is_empty() {
                    facts.push(fact("State", group.state.clone()));
                }
                if group.longest_wait_minutes > 0 {
                    facts.push(fact(
                        "Longest wait",
                        minutes_text(group.longest_wait_minutes),
                    ));
                }
                if let Some(creator) = &group.created_by {
                    let others = match group.created_elsewhere {
                        0 => String::new(),
                        others => format!(", {} of them by others", count(others)),
                    };
                    facts.push(fact("Created by", format!("{creator}{others}")));
                }
                let name = shown
                    .responsible
                    .and_then(|place| group.frames.get(place))
                    .or(group.frames.first())
                    .map_or("no frames", String::as_str);
                StackView {
                    facts,
                    ..stack(
                        format!("{} \u{d7} {name}", count(group.count)),
                        &shown.owner,
                        group.frames.iter().map(String::as_str),
                        shown.responsible,
                        FRAMES,
                        group.frames_total,
                        palette,
                    )
                }
            })
            .collect(),
    }
}

/// `47 minutes`, `3 h 20 min`.
fn minutes_text(minutes: u64) -> String {
    match minutes {
        1 => "1 minute".to_owned(),
        0..60 => format!("{minutes} minutes"),
        _ => duration(minutes as f64 * 60.0),
    }
}

pub(super) fn checks(report: &Report) -> Section {
    let kind = SectionKind::Checks;
    let Some(checks) = report.checks.as_ref().filter(|checks| !checks.is_empty()) else {
        let text = match &report.checks {
            Some(_) => "status.log lists no running checks.",
            None => {
                "Running checks are not known: status.log is not in the flare or does not list them, or the Agent did not answer."
            }
        };
        let mut blocks = vec![Block::Missing {
            text: text.to_owned(),
            command: None,
        }];
        blocks.extend(not_running(report));
        return section(kind, "Running Checks", SectionState::NotMeasured, blocks);
    };
    let rows = checks
        .iter()
        .map(|check| {
            let total = |value: &dyn Fn(&flare::status::Instance) -> Option<u64>| {
                check
                    .instances
                    .iter()
                    .filter_map(value)
                    .fold(0_u64, u64::saturating_add)
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
            let long = check.instances.iter().any(|instance| instance.long_running);
            if long {
                states.push("long-running");
            }
            let stopping = check.instances.iter().any(|instance| instance.cancelling);
            if stopping {
                states.push("being stopped");
            }
            vec![
                check.name.clone(),
                check.version.clone().unwrap_or_else(|| "Go".to_owned()),
                check.instances.len().to_string(),
                states.join(", "),
                count(total(&|instance| instance.total_runs)),
                count(total(&|instance| instance.metric_samples_last)),
                count(total(&|instance| instance.metric_samples_total)),
                if long {
                    "\u{2013}".to_owned()
                } else {
                    format!("{average:.0} ms")
                },
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
            column("Samples, last run", true),
            column("Samples, total", true),
            column("Average time", true),
        ],
        rows,
    })];
    for check in checks {
        for instance in &check.instances {
            for (word, lines) in [("error", &instance.errors), ("warning", &instance.warnings)] {
                if let Some(line) = lines.first() {
                    blocks.push(note("check", format!("{} {word}: {line}", instance.id)));
                }
            }
        }
    }
    blocks.extend(not_running(report));
    section(kind, "Running Checks", SectionState::Info, blocks)
}

/// Checks of JMXFetch, and those that could not be started.
fn not_running(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !report.jmx_checks.is_empty() {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "\u{2013}".to_owned());
        blocks.push(Block::Table(PlainTable {
            caption: "Checks of JMXFetch".to_owned(),
            columns: vec![
                column("Check", false),
                column("Instance", false),
                column("State", false),
                column("Metrics", true),
            ],
            rows: report
                .jmx_checks
                .iter()
                .map(|check| {
                    let state = match (&check.status, check.failed) {
                        (Some(status), false) => status.clone(),
                        (Some(status), true) => format!("failed, {status}"),
                        (None, failed) => if failed { "failed" } else { "initialized" }.to_owned(),
                    };
                    vec![
                        check.check.clone(),
                        or_dash(check.instance.clone()),
                        state,
                        or_dash(check.metric_count.map(count)),
                    ]
                })
                .collect(),
        }));
    }
    blocks.extend(report.check_problems.iter().map(|problem| {
        let about = problem
            .about
            .as_ref()
            .map_or_else(String::new, |about| format!(" ({about})"));
        let first = problem.message.lines().next().unwrap_or_default();
        note(
            "check",
            format!("{}{about} does not run: {first}", problem.check),
        )
    }));
    blocks
}

/// The column that says what became of a file.
pub(super) const ROLE: &str = "Role";

pub(super) fn coverage(report: &Report) -> Section {
    let mut files: Vec<_> = report.files.iter().collect();
    files.sort_by_key(|file| file.role());
    let failed = files.iter().any(|file| file.role() == FileRole::Failed);
    let roles = [
        FileRole::Used,
        FileRole::Noted,
        FileRole::Unused,
        FileRole::Failed,
    ];
    let roles: Vec<String> = roles
        .into_iter()
        .filter_map(|role| {
            let number = files.iter().filter(|file| file.role() == role).count();
            (number > 0).then(|| format!("{number} {}", role.as_str()))
        })
        .collect();
    let roles = match roles.as_slice() {
        [] => String::new(),
        roles => format!(": {}", roles.join(", ")),
    };
    let mut blocks = vec![paragraph(format!(
        "{} files{roles}. {} of {} were read.",
        files.len(),
        bytes(report.read_bytes),
        bytes(report.source_bytes)
    ))];
    blocks.extend(
        report
            .problems
            .iter()
            .map(|problem| note("problem", problem.text())),
    );
    blocks.push(Block::Table(PlainTable {
        caption: match report.is_of_program() {
            true => "Every file",
            false => "Every file of the flare",
        }
        .to_owned(),
        columns: vec![
            column("File", false),
            column("Size", true),
            column(ROLE, false),
            column("Used for, or why not", false),
        ],
        rows: files
            .into_iter()
            .map(|file| {
                vec![
                    file.path.clone(),
                    bytes(file.size),
                    file.role().as_str().to_owned(),
                    texts::files::reason(file),
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
