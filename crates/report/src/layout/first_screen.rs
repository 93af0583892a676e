//! What answers a ticket, on one screen: a line for each thing found, the largest rows behind it, the
//! texts to paste.

use super::super::document::{Bar, ProfileName, SectionKind, StackView};

use super::super::model::{ProcessReport, Report, Table};
use super::super::screen::{
    EvidenceRow, EvidenceView, HeaderView, LineView, ReadStats, Replies, SummaryView,
};
use super::super::texts::{self, findings, first_screen as words};
use super::bars::Axis;
use super::palette::part_swatches;
use super::{Palette, banner, bytes, last_heap, names, stacks, verdict};
use diagnose::notable::{Notable, Thing};
use diagnose::owner::UNOWNED;
use diagnose::verdict::Finding;
use flare::goroutines::Group;
use profile::units::{human, human_share};

/// Lines of the banner; what does not fit is named behind them.
const LINES: usize = 3;
/// Rows of the evidence of a line.
const ROWS: usize = 5;
/// Frames of its heaviest stack.
const FRAMES: usize = 24;

/// What answers a ticket, with texts to paste that may be redacted: what stands on the screen is not.
pub fn summary_view(report: &Report, replies: Replies) -> SummaryView {
    let palette = Palette::of(report);
    let (lines, evidence) = lines(report, &palette);
    let banner = banner::banner(report, lines);
    let header = header(report);
    SummaryView {
        title: [banner.title.as_str(), &header.hostname, "flarescope"]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" \u{b7} "),
        header,
        banner,
        evidence,
        grid: verdict::grid(report),
        steps: texts::recommendations(report),
        replies,
        stats: ReadStats {
            source_bytes: report.source_bytes,
            read_bytes: report.read_bytes,
        },
        settings: report.settings.clone(),
    }
}

fn header(report: &Report) -> HeaderView {
    HeaderView {
        // A file's name says nothing of a host.
        hostname: match report.hostname_known {
            true => report.hostname.clone(),
            false => String::new(),
        },
        agent: report
            .agent
            .version
            .as_ref()
            .map(|version| format!("{} {version}", texts::agent_words(report)))
            .unwrap_or_default(),
        captured: texts::captured(report)
            .map(|time| format!("captured {time}"))
            .unwrap_or_default(),
        size: bytes(report.source_bytes),
        source: report.source.clone(),
    }
}

/// A line for each of the first findings and things to look at, and what each rests on. Where there is
/// none, what the main process holds.
fn lines(report: &Report, palette: &Palette) -> (Vec<LineView>, Vec<EvidenceView>) {
    let judgement = &report.judgement;
    let mut lines = Vec::new();
    let mut evidence = Vec::new();
    for finding in &judgement.findings {
        lines.push(LineView {
            is_finding: true,
            title: words::of_finding(finding),
            text: texts::rounded(&format!(
                "{}.",
                texts::sentence(&findings::summary(finding))
            )),
            owner: finding.owner().to_owned(),
            team: finding.team.clone(),
            confidence: Some(finding.confidence),
            doubts: findings::doubts(finding),
            evidence: Some(evidence.len()),
        });
        evidence.push(of_finding(finding, palette));
    }
    for one in &judgement.notable {
        let rests_on = of_notable(report, one, palette);
        lines.push(LineView {
            is_finding: false,
            title: texts::notable::about(one),
            text: texts::rounded(&texts::notable::summary(one)),
            owner: (one.holder.as_ref()).map_or_else(String::new, |holder| holder.owner.clone()),
            team: (one.holder.as_ref()).map_or_else(String::new, |holder| holder.team.clone()),
            confidence: None,
            doubts: String::new(),
            evidence: rests_on.is_some().then_some(evidence.len()),
        });
        evidence.extend(rests_on);
    }
    for view in &mut evidence {
        // Whatever has a line has its section, which is the only one of its kind.
        view.anchor = Some(SectionKind::Evidence.as_str().to_owned());
    }
    if evidence.is_empty() {
        evidence.extend(held(report, report.judgement.main.as_ref(), palette));
    }
    (lines, evidence)
}

/// Puts the lines that don't fit into a few words.
pub(super) fn shown_lines(mut lines: Vec<LineView>) -> (Vec<LineView>, Vec<String>) {
    let rest = lines.split_off(lines.len().min(LINES));
    (lines, rest.into_iter().map(|line| line.title).collect())
}

/// A part of what a line is about.
struct Part<'n> {
    /// A function, or another name.
    name: &'n str,
    is_function: bool,
    value: i64,
    text: String,
    owner: &'n str,
}

impl<'n> Part<'n> {
    fn function(name: &'n str, value: i64, text: String, owner: &'n str) -> Self {
        Self {
            name,
            is_function: true,
            value,
            text,
            owner,
        }
    }

    /// What has no owner of its own.
    fn named(name: &'n str, value: i64, text: String) -> Self {
        Self {
            name,
            is_function: false,
            value,
            text,
            owner: "",
        }
    }

    /// An owner, who is its own.
    fn owner(name: &'n str, value: i64, text: String) -> Self {
        Self {
            owner: name,
            ..Self::named(name, value, text)
        }
    }
}

/// The largest parts of a whole; `whole` is none where shares would say nothing.
fn rows(parts: &[Part<'_>], whole: Option<i64>, palette: &Palette) -> Vec<EvidenceRow> {
    let axis = Axis::of(parts.iter().map(|part| part.value), false);
    parts
        .iter()
        .take(ROWS)
        .zip(part_swatches())
        .map(|(part, step)| {
            let (name, full) = match part.is_function {
                true => (names::shortened(part.name).to_owned(), part.name.to_owned()),
                false => (part.name.to_owned(), String::new()),
            };
            EvidenceRow {
                name,
                full,
                value: part.text.clone(),
                share: whole
                    .map(|whole| texts::rounded(&human_share(part.value, whole)))
                    .unwrap_or_default(),
                bar: match part.value {
                    0 => Bar {
                        left: 0.0,
                        width: 0.0,
                    },
                    value => axis.bar(value),
                },
                owner: part.owner.to_owned(),
                swatch: match part.owner {
                    "" => step,
                    owner => palette.swatch(owner),
                },
            }
        })
        .collect()
}

fn of_finding(finding: &Finding, palette: &Palette) -> EvidenceView {
    let value = |value: i64| verdict::amount(finding, value);
    let by_frame = finding.responsible.len() > 1;
    let parts: Vec<Part<'_>> = if by_frame {
        let frames = finding.responsible.iter();
        frames
            .map(|one| Part::function(&one.frame, one.value, value(one.value), &one.owner))
            .collect()
    } else {
        let functions = finding.functions.iter();
        functions
            .map(|one| {
                let owner = one.first().map_or(UNOWNED, |first| first.owner.as_str());
                Part::function(&one.function, one.value, value(one.value), owner)
            })
            .collect()
    };
    let rows = rows(&parts, Some(finding.counted), palette);
    let stack = finding.stacks.first().map(|one| {
        stacks::stack(
            texts::rounded(&format!(
                "{}, {}",
                value(one.value),
                human_share(one.value, finding.counted)
            )),
            &one.owner,
            one.frames.iter().map(String::as_str),
            one.responsible,
            FRAMES,
            one.frames.len(),
            palette,
        )
    });
    EvidenceView {
        title: words::of_finding(finding),
        what: words::rows_of(finding, by_frame).to_owned(),
        caption: words::whole_of(finding, &value(finding.counted)),
        rows,
        stack,
        anchor: None,
    }
}

fn of_notable(report: &Report, one: &Notable, palette: &Palette) -> Option<EvidenceView> {
    let table = |what: &str, caption: String, rows: Vec<EvidenceRow>, stack: Option<StackView>| {
        (!rows.is_empty()).then(|| EvidenceView {
            title: texts::notable::about(one),
            what: what.to_owned(),
            caption,
            rows,
            stack,
            anchor: None,
        })
    };
    match &one.thing {
        Thing::OutsideGo {
            resident,
            outside,
            go,
            python,
            heap,
            ..
        } => {
            let size = |value: i64| human(value, "bytes");
            let heap = heap.unwrap_or(0);
            let mut parts = Vec::new();
            if let Some(python) = *python {
                parts.push(Part::named(words::PYTHON, python, size(python)));
            }
            let other = outside.saturating_sub(python.unwrap_or(0));
            parts.push(Part::named(words::OUTSIDE, other, size(other)));
            parts.push(Part::named(words::GO_HEAP, heap, size(heap)));
            let runtime = go.saturating_sub(heap);
            parts.push(Part::named(words::GO_REST, runtime, size(runtime)));
            parts.retain(|part| part.value > 0);
            let caption = words::parts_of(&size(*resident), words::RESIDENT);
            table(
                words::PART,
                caption,
                rows(&parts, Some(*resident), palette),
                None,
            )
        }
        Thing::BackPressure {
            delay_ns, senders, ..
        } => {
            let parts: Vec<Part<'_>> = senders
                .iter()
                .map(|(frame, delay)| {
                    Part::function(frame, *delay, human(*delay, "nanoseconds"), "")
                })
                .collect();
            let caption = words::parts_of(&human(*delay_ns, "nanoseconds"), words::HANDING_ON);
            table(
                words::WAITING,
                caption,
                rows(&parts, Some(*delay_ns), palette),
                None,
            )
        }
        Thing::Busy { .. } | Thing::Starved(_) => {
            by_owner(report, one.process.as_ref(), ProfileName::Cpu, palette)
        }
        Thing::Collector { .. } => {
            by_owner(report, one.process.as_ref(), ProfileName::HeapDiff, palette)
        }
        Thing::LargeHeap { .. } | Thing::NearLimit { .. } => {
            held(report, one.process.as_ref(), palette).map(|view| EvidenceView {
                title: texts::notable::about(one),
                ..view
            })
        }
        Thing::ManyContexts {
            contexts, by_type, ..
        } => {
            let parts: Vec<Part<'_>> = by_type
                .iter()
                .map(|(name, number)| Part::named(name, *number, human(*number, "count")))
                .collect();
            let caption = words::parts_of(&human(*contexts, "count"), words::CONTEXTS);
            table(
                words::TYPE,
                caption,
                rows(&parts, Some(*contexts), palette),
                None,
            )
        }
        Thing::Workers { running, .. } => {
            let parts: Vec<Part<'_>> = running
                .iter()
                .map(|(check, seconds)| {
                    let ns = seconds.map_or(0, |seconds| (seconds * 1e9) as i64);
                    let text = match seconds {
                        Some(_) => human(ns, "nanoseconds"),
                        None => words::UNKNOWN.to_owned(),
                    };
                    Part::named(check, ns, text)
                })
                .collect();
            table(
                words::CHECK,
                words::RUNNING.to_owned(),
                rows(&parts, None, palette),
                None,
            )
        }
        Thing::KernelKills { victims, .. } => {
            let parts: Vec<Part<'_>> = victims
                .iter()
                .map(|(name, times)| {
                    let times = i64::try_from(*times).unwrap_or(i64::MAX);
                    Part::named(name, times, words::times(times))
                })
                .collect();
            table(
                words::PROCESS,
                words::KILLED.to_owned(),
                rows(&parts, None, palette),
                None,
            )
        }
        Thing::Alike { function, .. } => groups(report, one, Some(function), palette),
        Thing::LockWaits { site, .. } => {
            let site = site.as_ref().map(|(site, _)| site.as_str());
            groups(report, one, site, palette)
        }
        Thing::ManyGoroutines(_) => groups(report, one, None, palette),
        _ => None,
    }
}

/// The largest groups of goroutines, and the stack of the one in which a function stands.
fn groups(
    report: &Report,
    one: &Notable,
    function: Option<&str>,
    palette: &Palette,
) -> Option<EvidenceView> {
    let goroutines = report.goroutines.as_ref()?;
    let size = |group: &Group| i64::try_from(group.count).unwrap_or(i64::MAX);
    let parts: Vec<Part<'_>> = goroutines
        .groups()
        .filter_map(|(shown, group)| {
            let frame = group.frames.get(shown.responsible.unwrap_or(0))?;
            let count = human(size(group), "count");
            Some(Part::function(frame, size(group), count, &shown.owner))
        })
        .collect();
    let known = function.and_then(|function| {
        goroutines
            .groups()
            .find(|(_, group)| group.frames.iter().any(|frame| frame == function))
    });
    let stack = known.or(goroutines.groups().next()).map(|(shown, group)| {
        stacks::stack(
            words::goroutines(group.count),
            &shown.owner,
            group.frames.iter().map(String::as_str),
            shown.responsible,
            FRAMES,
            group.frames.len(),
            palette,
        )
    });
    let all = i64::try_from(goroutines.dump.count).unwrap_or(i64::MAX);
    Some(EvidenceView {
        title: texts::notable::about(one),
        what: words::DOING.to_owned(),
        caption: words::parts_of(&human(all, "count"), words::GOROUTINES),
        rows: rows(&parts, Some(all), palette),
        stack,
        anchor: None,
    })
}

/// What the heap of a process holds, by owner.
fn held(
    report: &Report,
    process: Option<&flare::Process>,
    palette: &Palette,
) -> Option<EvidenceView> {
    let process = found(report, process)?;
    let (_, tables) = last_heap(process, false)?;
    let table = tables
        .iter()
        .find(|table| table.sample_type == "inuse_space")?;
    let caption = words::parts_of(
        &human(table.net, &table.unit),
        &words::heap_of(&process.name),
    );
    owners(process, table, caption, palette)
}

/// What a profile shows, by owner.
fn by_owner(
    report: &Report,
    process: Option<&flare::Process>,
    name: ProfileName,
    palette: &Palette,
) -> Option<EvidenceView> {
    let process = found(report, process)?;
    let (sample_type, what) = match name {
        ProfileName::Cpu => ("cpu", words::cpu_of(&process.name)),
        _ => ("alloc_space", words::allocated_by(&process.name)),
    };
    let table = super::find(super::tables_of(process, name)?, sample_type)?;
    let caption = words::parts_of(&human(table.net, &table.unit), &what);
    owners(process, table, caption, palette)
}

fn owners(
    process: &ProcessReport,
    table: &Table,
    caption: String,
    palette: &Palette,
) -> Option<EvidenceView> {
    let owners = table.owners.iter().filter(|(_, value)| *value > 0);
    let parts: Vec<Part<'_>> = owners
        .map(|(owner, value)| {
            let owner = owner.as_deref().unwrap_or(UNOWNED);
            Part::owner(owner, *value, human(*value, &table.unit))
        })
        .collect();
    let rows = rows(&parts, Some(table.net), palette);
    (!rows.is_empty()).then(|| EvidenceView {
        title: texts::processes::heading(&process.name),
        what: super::OWNER.to_owned(),
        caption,
        rows,
        stack: None,
        anchor: None,
    })
}

fn found<'r>(report: &'r Report, process: Option<&flare::Process>) -> Option<&'r ProcessReport> {
    match process {
        Some(name) => report.processes.iter().find(|one| one.name == *name),
        None => report.processes.first(),
    }
}
