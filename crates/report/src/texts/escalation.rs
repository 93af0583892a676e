//! The parts of the escalation, for the engineers who take the ticket over.
//!
//! Knows what they need and in which order; refuses to know markup.

use super::area::responsible;
use super::commands::hole_command;
use super::facts::{correlation, instances, partial_status};
use super::holes::unmeasured;
use super::{
    about, bytes, count, described, findings, known, memory, notable, notes, process, processes,
    sample_type, states, table, time,
};
use crate::document::{FindingKind, ProfileName, VerdictKind};
use crate::kinds;
use crate::model::Report;
use crate::times::{duration, interval, minute};
use diagnose::owner::Routing;
use diagnose::verdict::{Detail, Hole};
use flare::Process;
use flare::memstats::MemStats;
use flare::status::Flavor;
use profile::units::{human, human_share, human_signed};

/// A piece of the escalation, before markup.
pub(super) enum Piece {
    Paragraph(String),
    List(Vec<String>),
    Fields(Vec<(String, String)>),
    Raw { caption: String, text: String },
    Link(String),
}

pub(super) struct Part {
    pub(super) title: &'static str,
    pub(super) pieces: Vec<Piece>,
}

pub(super) fn parts(report: &Report, symptom: &str, link: &str) -> Vec<Part> {
    let mut parts = all_parts(report, symptom, link);
    if report.is_of_program() {
        // What only a flare of the Agent tells.
        let of_agent = ["Memory statistics (expvar/memstats)", "Correlation"];
        parts.retain(|part| !of_agent.contains(&part.title));
        for part in &mut parts {
            match part.title {
                "Agent context" => part.title = "Program",
                "Flare" => part.title = "Files",
                _ => {}
            }
        }
    }
    parts
}

fn all_parts(report: &Report, symptom: &str, link: &str) -> Vec<Part> {
    vec![
        Part {
            title: "Symptom",
            pieces: symptom_pieces(report, symptom),
        },
        Part {
            title: "Top allocators and CPU consumers",
            pieces: raw_pieces(report),
        },
        Part {
            title: "Heap diff",
            pieces: heap_pieces(report),
        },
        Part {
            title: "Agent context",
            pieces: context_pieces(report),
        },
        Part {
            title: "Memory statistics (expvar/memstats)",
            pieces: memstats_pieces(report),
        },
        Part {
            title: "Correlation",
            pieces: correlation_pieces(report),
        },
        Part {
            title: "Owner and routing",
            pieces: routing_pieces(report),
        },
        Part {
            title: "Flare",
            pieces: flare_pieces(report, link),
        },
    ]
}

fn symptom_pieces(report: &Report, symptom: &str) -> Vec<Piece> {
    let judgement = &report.judgement;
    let symptom = symptom.trim();
    let mut pieces = Vec::new();
    if symptom.is_empty() {
        pieces.push(Piece::Paragraph(format!(
            "{} (verdict by the thresholds: {}). The customer's own words were not given.",
            super::headline(report),
            kinds::verdict(judgement.kind)
        )));
    } else {
        // Markup joins the lines of one paragraph.
        let lines = symptom.lines().map(str::trim);
        pieces.extend(
            lines
                .filter(|line| !line.is_empty())
                .map(|line| Piece::Paragraph(line.to_owned())),
        );
        pieces.push(Piece::Paragraph(format!(
            "{} (verdict by the thresholds: {}).",
            super::headline(report),
            kinds::verdict(judgement.kind)
        )));
    }
    let items: Vec<String> = judgement
        .findings
        .iter()
        .map(|finding| {
            let reasons = if finding.reasons.is_empty() {
                String::new()
            } else {
                let reasons = findings::reasons(finding, &judgement.thresholds);
                format!(": {}", reasons.join("; "))
            };
            format!(
                "{}. Confidence {}{reasons}.",
                findings::summary(finding),
                finding.confidence.as_str()
            )
        })
        .collect();
    let items: Vec<String> = items
        .into_iter()
        .chain(judgement.notable.iter().map(|one| {
            let owner = one
                .holder
                .as_ref()
                .map_or_else(String::new, |holder| format!(" Owner: {}.", holder.owner));
            format!("{}: {}{owner}", notable::about(one), notable::summary(one))
        }))
        .collect();
    let growing = notes::growing(report);
    if !growing.is_empty() {
        let growing = growing.iter().map(|words| format!("{words}."));
        pieces.push(Piece::List(growing.collect()));
    }
    if !items.is_empty() {
        pieces.push(Piece::List(items));
    } else if judgement.kind == VerdictKind::Inconclusive {
        let holes: Vec<String> = unmeasured(report)
            .iter()
            .map(|(hole, state)| {
                let command = hole_command(report, *hole, state)
                    .map_or_else(String::new, |command| format!(" Command: {command}"));
                format!(
                    "{} in {} not measured: {} {}{command}",
                    kinds::title(state.kind),
                    processes::full(&state.process),
                    states::why(state, &judgement.thresholds),
                    states::would_change(state, &judgement.thresholds),
                )
            })
            .collect();
        pieces.push(Piece::List(holes));
    }
    if !report.settings.changes.is_empty() {
        pieces.push(Piece::Paragraph(format!(
            "Not judged by the defaults: {}",
            report.settings.changes.join(" ")
        )));
    }
    pieces
}

fn raw_pieces(report: &Report) -> Vec<Piece> {
    let mut wanted: Vec<(&Process, ProfileName)> = Vec::new();
    for finding in &report.judgement.findings {
        let one = (&finding.process, finding.profile);
        if !wanted.contains(&one) {
            wanted.push(one);
        }
    }
    if wanted.is_empty()
        && let Some(main) = report.processes.first()
    {
        // Without a difference, what the heap holds is still worth a look.
        let heap = [
            ProfileName::HeapDiff,
            ProfileName::HeapSecond,
            ProfileName::HeapFirst,
        ]
        .into_iter()
        .filter(|&heap| heap != ProfileName::HeapDiff || !restarted(report, &main.name))
        .find(|&heap| table(main, heap, sample_type(heap)).is_some());
        wanted.extend(heap.map(|heap| (&main.name, heap)));
        wanted.push((&main.name, ProfileName::Cpu));
    }
    let mut pieces = Vec::new();
    for (name, profile) in wanted {
        if let Some(table) =
            process(report, name).and_then(|process| table(process, profile, sample_type(profile)))
        {
            pieces.push(Piece::Raw {
                caption: format!("{name}, {}, {}", profile.as_str(), table.sample_type),
                text: first_rows(&table.raw),
            });
        }
        let sites: Vec<String> = report
            .judgement
            .findings
            .iter()
            .filter(|finding| finding.process == *name && finding.profile == profile)
            .filter(|finding| matches!(finding.detail, Detail::Contention(_)))
            .flat_map(findings::lock_sites)
            .map(|(what, site)| format!("{what}: {site}"))
            .collect();
        if !sites.is_empty() {
            pieces.push(Piece::List(sites));
        }
        let stack = report
            .judgement
            .findings
            .iter()
            .find(|finding| finding.process == *name && finding.profile == profile)
            .and_then(|finding| Some((finding, finding.stacks.first()?)));
        if let Some((finding, stack)) = stack {
            pieces.push(Piece::Raw {
                caption: format!(
                    "Heaviest stack, {}, leaf first",
                    human_share(stack.value, finding.counted)
                ),
                text: frames(&stack.frames),
            });
        }
    }
    if pieces.is_empty() {
        pieces.push(Piece::Paragraph(
            match report.is_of_program() {
                true => "There is no readable heap or CPU profile.",
                false => "The flare holds no readable heap or CPU profile.",
            }
            .to_owned(),
        ));
    }
    pieces
}

/// A stack, one function a line.
fn frames(frames: &[String]) -> String {
    const FRAMES: usize = 25;
    let mut lines: Vec<&str> = frames.iter().map(String::as_str).take(FRAMES).collect();
    let more = format!("... {} more", frames.len().saturating_sub(FRAMES));
    if frames.len() > FRAMES {
        lines.push(&more);
    }
    lines.join("\n")
}

/// The header of pprof's text and at most ten rows.
fn first_rows(raw: &str) -> String {
    const ROWS: usize = 10;
    let header = raw
        .lines()
        .position(|line| line.trim_start().starts_with("flat"))
        .map_or(0, |index| index + 1);
    raw.lines()
        .take(header + ROWS)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The two heap snapshots are of different runs: their difference is no growth.
fn restarted(report: &Report, process: &Process) -> bool {
    let mut states = report.judgement.states.iter();
    states.any(|state| state.process == *process && state.hole == Some(Hole::Restarted))
}

fn heap_pieces(report: &Report) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for process in &report.processes {
        let Some(diff) = table(process, ProfileName::HeapDiff, "inuse_space") else {
            continue;
        };
        let finding = report.judgement.findings.iter().find(|finding| {
            finding.kind == FindingKind::MemoryLeak && finding.process == process.name
        });
        match finding {
            Some(finding) => {
                let mut fields = vec![("Process".to_owned(), process.name.to_string())];
                let evidence = findings::evidence(finding).into_iter();
                fields.extend(evidence.map(|(name, value)| (name.to_owned(), value)));
                fields.extend(finding.functions.iter().map(|function| {
                    let (owner, responsible) =
                        (findings::owners(function), findings::responsible(function));
                    let owner = if responsible == function.function {
                        owner
                    } else {
                        format!("{owner}, responsible {responsible}")
                    };
                    (
                        human_signed(function.value, "bytes"),
                        format!("{} ({}; {owner})", function.function, function.share),
                    )
                }));
                pieces.push(Piece::Fields(fields));
            }
            None => {
                let state = report.judgement.states.iter().find(|state| {
                    state.kind == FindingKind::MemoryLeak && state.process == process.name
                });
                let why = state.map_or_else(String::new, |state| {
                    format!(" {}", states::why(state, &report.judgement.thresholds))
                });
                // What two different runs hold is no growth.
                if restarted(report, &process.name) {
                    pieces.push(Piece::Paragraph(format!("{}:{why}", process.name)));
                    continue;
                }
                pieces.push(Piece::Paragraph(format!(
                    "{}: {} in {} in all.{why}",
                    process.name,
                    human_signed(diff.net, &diff.unit),
                    interval(process.interval)
                )));
            }
        }
    }
    if pieces.is_empty() {
        pieces.push(Piece::Paragraph(
            match report.is_of_program() {
                true => "There is no pair of heap profiles.",
                false => "The flare holds no pair of heap snapshots.",
            }
            .to_owned(),
        ));
    }
    pieces
}

fn context_pieces(report: &Report) -> Vec<Piece> {
    if report.is_of_program() {
        let mut fields = vec![("Program".to_owned(), super::program::program(report))];
        let captured = super::captured(report).map(|time| ("Captured".to_owned(), time));
        fields.extend(captured);
        return vec![Piece::Fields(fields)];
    }
    let agent = &report.agent;
    let unknown = || "not in the flare".to_owned();
    let or_unknown = |value: &Option<String>| value.clone().unwrap_or_else(unknown);
    let install = agent
        .install_method
        .as_ref()
        .map_or_else(unknown, |method| {
            let parts: Vec<&str> = [
                &method.tool,
                &method.tool_version,
                &method.installer_version,
            ]
            .into_iter()
            .filter_map(|part| part.as_deref())
            .collect();
            parts.join(", ")
        });
    let platform: Vec<&str> = [
        &agent.platform,
        &agent.os,
        &agent.kernel,
        &agent.architecture,
    ]
    .into_iter()
    .filter_map(|part| part.as_deref())
    .collect();
    let version = match &agent.flavor {
        Some(flavor) if *flavor != Flavor::Agent => {
            format!("{} ({})", or_unknown(&agent.version), flavor.as_str())
        }
        _ => or_unknown(&agent.version),
    };
    let mut fields = vec![
        ("Agent version".to_owned(), version),
        ("Host".to_owned(), report.hostname.clone()),
        (
            "Captured".to_owned(),
            time(
                agent.captured_at_ms.and_then(minute),
                agent.captured_local.as_deref(),
            )
            .unwrap_or_else(unknown),
        ),
        (
            "Uptime".to_owned(),
            agent.uptime_s.map_or_else(unknown, duration),
        ),
        ("Install method".to_owned(), install),
        (
            "Platform".to_owned(),
            if platform.is_empty() {
                unknown()
            } else {
                platform.join(", ")
            },
        ),
        ("Go".to_owned(), or_unknown(&agent.go_version)),
        ("Python".to_owned(), or_unknown(&agent.python_version)),
        ("Running checks".to_owned(), checks_text(report)),
    ];
    if let Some(container) = container(report) {
        fields.push(("Container".to_owned(), container));
    }
    if let Some(partial) = partial_status(report) {
        fields.push(("Status".to_owned(), partial));
    }
    if agent.local {
        fields.push((
            "Local flare".to_owned(),
            "built by the command: expvar files describe the command, not the Agent".to_owned(),
        ));
    }
    vec![Piece::Fields(fields)]
}

/// Limits and restarts of the Agent's container, as far as the flare tells.
fn container(report: &Report) -> Option<String> {
    let around = &report.surroundings;
    let mut parts = Vec::new();
    if let Some((limit, source)) = &report.memory.limit {
        parts.push(format!(
            "memory limit {} ({})",
            human(*limit, "bytes"),
            memory::limit_source(source)
        ));
    }
    if let Some((limit, _)) = &around.cpu_limit {
        parts.push(format!("CPU limit {limit} cores"));
    }
    if let Some((restarts, why)) = &around.restarts {
        let why = why
            .as_ref()
            .map_or_else(String::new, |why| format!(", last ended: {why}"));
        let word = if *restarts == 1 {
            "restart"
        } else {
            "restarts"
        };
        parts.push(format!("{} {word}{why}", count(*restarts)));
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn checks_text(report: &Report) -> String {
    let Some(checks) = &report.checks else {
        return "not in the flare".to_owned();
    };
    if checks.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<String> = checks
        .iter()
        .map(|check| {
            let version = check
                .version
                .as_ref()
                .map_or_else(String::new, |version| format!(" {version}"));
            match check.instances.len() {
                0 | 1 => format!("{}{version}", check.name),
                number => format!("{}{version} ({})", check.name, instances(number)),
            }
        })
        .collect();
    format!("{}: {}", checks.len(), names.join(", "))
}

fn memstats_pieces(report: &Report) -> Vec<Piece> {
    let resident = report.memory.rss_bytes.map(|rss| {
        format!(
            "Resident memory of {}: {} (telemetry.log).",
            described(report),
            human(rss, "bytes")
        )
    });
    let Some(stats) = &report.memstats else {
        let mut text = "The flare holds no expvar/memstats.".to_owned();
        if let Some(resident) = resident {
            text = format!("{text} {resident}");
        }
        let mut pieces = vec![Piece::Paragraph(text)];
        pieces.extend(account_pieces(report));
        return pieces;
    };
    let mut pieces = vec![Piece::Fields(memstats_fields(stats))];
    if report.agent.local {
        let mut text =
            "Local flare: these numbers are those of the command that built it.".to_owned();
        if let Some(resident) = resident {
            text = format!("{text} {resident}");
        }
        pieces.push(Piece::Paragraph(text));
    }
    pieces.extend(account_pieces(report));
    pieces
}

fn account_pieces(report: &Report) -> impl Iterator<Item = Piece> {
    let thresholds = &report.judgement.thresholds;
    let accounts = report.memory.accounts.iter();
    accounts.map(|account| Piece::Paragraph(memory::account(account, thresholds)))
}

fn memstats_fields(stats: &MemStats) -> Vec<(String, String)> {
    let size = |value: Option<u64>| {
        value.map_or_else(
            || "not in the file".to_owned(),
            |value| format!("{} ({} bytes)", bytes(value), count(value)),
        )
    };
    let number = |value: Option<u64>| value.map_or_else(|| "not in the file".to_owned(), count);
    vec![
        ("Alloc".to_owned(), size(stats.alloc)),
        ("Sys".to_owned(), size(stats.sys)),
        ("HeapInuse".to_owned(), size(stats.heap_inuse)),
        ("HeapObjects".to_owned(), number(stats.heap_objects)),
        ("NumGC".to_owned(), number(stats.num_gc)),
    ]
}

fn correlation_pieces(report: &Report) -> Vec<Piece> {
    let mut items: Vec<String> = Vec::new();
    for finding in &report.judgement.findings {
        for text in correlation(report, finding) {
            let item = format!("{}: {text}", about(finding));
            if !items.contains(&item) {
                items.push(item);
            }
        }
    }
    items.extend(report.known.iter().map(|case| {
        let words = known::resemblance(case);
        match case.finding {
            Some(index) => match report.judgement.findings.get(index) {
                Some(finding) => format!("{}: {words}", about(finding)),
                None => words,
            },
            None => format!("Goroutine dump: {words}"),
        }
    }));
    items.extend(
        notes::all(report)
            .into_iter()
            .map(|(_, words)| format!("Note: {words}")),
    );
    if items.is_empty() {
        let text = if report.judgement.findings.is_empty() {
            "There is no finding to correlate."
        } else {
            "No running check or counter of the flare can be tied to the findings."
        };
        return vec![Piece::Paragraph(text.to_owned())];
    }
    vec![Piece::List(items)]
}

fn routing_pieces(report: &Report) -> Vec<Piece> {
    let judgement = &report.judgement;
    let of_findings = judgement.findings.iter().map(|finding| {
        let held = format!(
            "{} ({})",
            responsible(finding),
            human_share(finding.lead.value, finding.counted)
        );
        routed(
            ("Finding", about(finding)),
            held,
            findings::owner(finding),
            [&finding.component, &finding.team],
            &finding.routing,
            super::routing(report, finding),
        )
    });
    let of_things = judgement.notable.iter().filter_map(|one| {
        let holder = one.holder.as_ref()?;
        Some(routed(
            ("To look at", notable::about(one)),
            format!("{} ({})", holder.frame, holder.frame_share),
            format!("{} ({})", holder.owner, holder.share),
            [&holder.component, &holder.team],
            &holder.routing,
            &holder.routing.words,
        ))
    });
    let pieces: Vec<Piece> = of_findings.chain(of_things).collect();
    if pieces.is_empty() {
        return vec![Piece::Paragraph("Nothing to route: no finding.".to_owned())];
    }
    pieces
}

/// Who owns one thing, and where it goes.
fn routed(
    what: (&str, String),
    function: String,
    owner: String,
    [component, team]: [&str; 2],
    routing: &Routing,
    words: &str,
) -> Piece {
    let or_none = |text: &str| match text {
        "" => "none yet".to_owned(),
        text => text.to_owned(),
    };
    Piece::Fields(vec![
        (what.0.to_owned(), what.1),
        ("Responsible function".to_owned(), function),
        ("Owner".to_owned(), owner),
        ("Component".to_owned(), or_none(component)),
        ("Team (last known)".to_owned(), or_none(team)),
        ("Escalate to".to_owned(), or_none(&routing.escalate_to)),
        (
            "Routing".to_owned(),
            format!("step {}: {words}", routing.step),
        ),
    ])
}

fn flare_pieces(report: &Report, link: &str) -> Vec<Piece> {
    let link = link.trim();
    vec![
        if link.is_empty() && report.is_of_program() {
            Piece::Paragraph("Ticket link: (to be filled in)".to_owned())
        } else if link.is_empty() {
            Piece::Paragraph("Flare or ticket link: (to be filled in)".to_owned())
        } else {
            Piece::Link(link.to_owned())
        },
        Piece::Paragraph(format!(
            "File: {} ({})",
            report.source,
            bytes(report.source_bytes)
        )),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn raw_lines_are_cut_after_ten_rows() {
        let rows: String = (0..20).map(|row| format!("  {row}MB\n")).collect();
        let raw = format!("Type: cpu\n      flat  flat%\n{rows}");
        let text = first_rows(&raw);
        assert_eq!(text.lines().count(), 12);
        assert!(text.ends_with("9MB"));
    }
}
