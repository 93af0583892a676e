//! The verdict's section: grid of states, findings with their evidence, holes and notes.

use super::super::document::{
    Block, Fact, FindingKind, GridCell, GridRow, Picture, PictureRow, PlainTable, ProfileName,
    Section, SectionKind, SectionState, StateGrid, VerdictKind,
};
use super::super::kinds;
use super::super::model::Report;
use super::super::texts::{self, findings, labels, states};
use super::bars::Axis;
use super::names::shortened;
use super::stacks::stack;
use super::{Palette, column, fact, hinted, note, paragraph, signed_share, summary};
use diagnose::capture::Capture;
use diagnose::notable::Notable;
use diagnose::owner::UNOWNED;
use diagnose::verdict::Finding;
use profile::units::{human, human_share, human_signed};

pub(super) fn section(report: &Report) -> Section {
    let judgement = &report.judgement;
    let mut blocks = vec![
        Block::Heading {
            text: texts::headline(report),
        },
        paragraph(summary(report)),
    ];
    blocks.extend(texts::unanswered(report).map(|words| note("symptom", words)));
    // The table's verdict, where the headline says something else.
    if judgement.findings.is_empty() && !judgement.notable.is_empty() {
        blocks.push(paragraph(format!(
            "Verdict by the thresholds: {}.",
            kinds::verdict(judgement.kind)
        )));
    }
    if !report.processes.is_empty() {
        blocks.push(Block::Grid(grid(report)));
    }
    blocks.extend(report.silent.iter().map(|silent| Block::Missing {
        text: format!("{} {}", texts::silent::why(silent), texts::silent::REMEDY),
        command: Some(texts::capture_command(report, Capture::USUAL)),
    }));
    blocks.extend(
        texts::notes::all(report)
            .into_iter()
            .map(|(name, text)| note(name, texts::rounded(&text))),
    );
    for line in &report.creation_errors {
        blocks.push(note(
            "flare-creation",
            format!("flare_creation.log: {line}"),
        ));
    }
    for change in &report.settings.changes {
        blocks.push(note("changed-setting", change.clone()));
    }
    let state = if judgement.findings.is_empty() {
        match judgement.kind {
            VerdictKind::Normal if judgement.closes => SectionState::Clear,
            VerdictKind::Normal => SectionState::Info,
            _ => SectionState::NotMeasured,
        }
    } else {
        SectionState::Crossed
    };
    super::section(SectionKind::Verdict, "Verdict", state, blocks)
}

/// What findings and things to look at rest on, where there are any.
pub(super) fn evidence(report: &Report, palette: &Palette) -> Option<Section> {
    let judgement = &report.judgement;
    let findings = judgement.findings.iter();
    let blocks: Vec<Block> = findings
        .flat_map(|finding| finding_blocks(report, finding, palette))
        .chain(judgement.notable.iter().flat_map(notable_blocks))
        .collect();
    let state = if judgement.findings.is_empty() {
        SectionState::Info
    } else {
        SectionState::Crossed
    };
    (!blocks.is_empty()).then(|| super::section(SectionKind::Evidence, "Evidence", state, blocks))
}

/// One thing to look at, with who holds it.
fn notable_blocks(one: &Notable) -> Vec<Block> {
    let mut blocks = vec![
        Block::Heading {
            text: texts::notable::about(one),
        },
        paragraph(texts::notable::summary(one)),
    ];
    if let Some(holder) = &one.holder {
        let mut facts = vec![fact("Owner", holder.owner.clone())];
        if !holder.component.is_empty() {
            facts.push(fact("Component", holder.component.clone()));
        }
        if !holder.team.is_empty() {
            facts.push(hinted(
                "Team",
                holder.team.clone(),
                "last known owner, see data/owners.toml",
            ));
        }
        if !holder.routing.escalate_to.is_empty() {
            facts.push(fact("Escalate to", holder.routing.escalate_to.clone()));
        }
        facts.push(fact("Responsible frame", holder.frame.clone()));
        blocks.push(Block::Facts { facts });
    }
    blocks
}

pub(super) fn grid(report: &Report) -> StateGrid {
    let rows = report
        .processes
        .iter()
        .map(|process| GridRow {
            process: process.name.to_string(),
            cells: report
                .judgement
                .states
                .iter()
                .filter(|state| state.process == process.name)
                .map(|state| GridCell {
                    kind: state.kind,
                    measured: state.measured,
                    text: states::text(state),
                    why: states::why(state, &report.judgement.thresholds),
                    would_change: states::would_change(state, &report.judgement.thresholds),
                    command: state
                        .hole
                        .and_then(|hole| texts::hole_command(report, hole, state)),
                    confidence: report
                        .judgement
                        .findings
                        .iter()
                        .find(|finding| {
                            finding.process == state.process && finding.kind == state.kind
                        })
                        .map(|finding| finding.confidence),
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
fn finding_blocks(report: &Report, finding: &Finding, palette: &Palette) -> Vec<Block> {
    let thresholds = &report.judgement.thresholds;
    let mut blocks = vec![Block::Heading {
        text: texts::about(finding),
    }];
    blocks.push(paragraph(format!("{}.", findings::summary(finding))));
    let evidence = findings::evidence(finding).into_iter();
    let mut facts: Vec<Fact> = evidence.map(|(name, value)| fact(name, value)).collect();
    if let Some(modules) = texts::by_module(report, finding) {
        facts.push(fact("By module", labels::shares(modules)));
    }
    facts.push(fact("Owner", findings::owner(finding)));
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
    blocks.extend(growth(finding, palette));
    blocks.push(functions(finding));
    blocks.extend(responsible(finding));
    if let Some(state) = report
        .judgement
        .states
        .iter()
        .find(|state| state.process == finding.process && state.kind == finding.kind)
    {
        blocks.push(paragraph(states::why(state, thresholds)));
        blocks.push(paragraph(format!(
            "What would change the verdict: {}",
            states::would_change(state, thresholds)
        )));
    }
    if !finding.reasons.is_empty() {
        blocks.push(paragraph(format!(
            "Confidence is {} because:",
            finding.confidence.as_str()
        )));
        blocks.push(Block::List {
            items: findings::reasons(finding, thresholds),
        });
        blocks.push(paragraph(findings::settle(finding)));
    }
    if !finding.meaning.is_empty() {
        blocks.push(paragraph(format!(
            "What it usually means: {}.",
            finding.meaning
        )));
    }
    blocks.push(paragraph(format!(
        "Routing: {}",
        texts::routing(report, finding)
    )));
    let correlation = texts::correlation(report, finding);
    if !correlation.is_empty() {
        blocks.push(Block::List { items: correlation });
    }
    let position = report
        .judgement
        .findings
        .iter()
        .position(|one| std::ptr::eq(one, finding));
    blocks.extend(
        report
            .known
            .iter()
            .filter(|known| known.finding == position)
            .map(super::known_case),
    );
    if !finding.stacks.is_empty() {
        blocks.push(stacks(finding, palette));
    }
    blocks
}

/// What grew, as bars; the table after it says the same and more.
fn growth(finding: &Finding, palette: &Palette) -> Option<Block> {
    if finding.kind != FindingKind::MemoryLeak || finding.functions.len() < 2 {
        return None;
    }
    let functions = finding.functions.iter();
    let axis = Axis::of(functions.clone().map(|one| one.value), true);
    let rows = functions.map(|one| {
        let owner = one
            .responsible
            .first()
            .map_or(UNOWNED, |one| one.owner.as_str());
        PictureRow {
            name: shortened(&one.function).to_owned(),
            value_text: human_signed(one.value, unit(finding)),
            share_text: human_share(one.value, finding.counted),
            swatch: palette.swatch(owner),
            bar: axis.bar(one.value),
        }
    });
    Some(Block::Picture(Picture {
        caption: "Growth by function, in the colour of its owner".to_owned(),
        what: "Function".to_owned(),
        rows: rows.collect(),
        zero: axis.zero(),
        repeats: true,
    }))
}

/// The largest functions. Of a leak, what was allocated stands beside what stayed.
fn functions(finding: &Finding) -> Block {
    let leak = finding.kind == FindingKind::MemoryLeak;
    let differs = finding
        .functions
        .iter()
        .any(|one| findings::responsible(one) != one.function);
    let mut columns = vec![column("Function", false)];
    if differs {
        columns.push(column("Responsible frame", false));
    }
    columns.push(column(if leak { "Growth" } else { "Value" }, true));
    columns.push(column("Share", true));
    if leak {
        columns.push(column("Objects", true));
        columns.push(column("Mean object", true));
        columns.push(column("Allocated", true));
    }
    columns.push(column("Owner", false));
    let rows = finding
        .functions
        .iter()
        .map(|one| {
            let mut row = vec![one.function.clone()];
            if differs {
                row.push(findings::responsible(one));
            }
            let value = amount(finding, one.value);
            let doubt = if one.within_noise {
                " (within noise)"
            } else {
                ""
            };
            row.push(format!("{value}{doubt}"));
            row.push(human_share(one.value, finding.counted));
            if leak {
                let or_dash = |text: Option<String>| text.unwrap_or_else(|| "\u{2013}".to_owned());
                row.push(or_dash(
                    one.objects.map(|objects| human_signed(objects, "count")),
                ));
                row.push(or_dash(
                    one.objects
                        .filter(|&objects| objects > 0)
                        .map(|objects| human(one.value / objects, "bytes")),
                ));
                row.push(or_dash(
                    one.allocated.map(|allocated| human(allocated, "bytes")),
                ));
            }
            row.push(findings::owners(one));
            row
        })
        .collect();
    Block::Table(PlainTable {
        caption: "The largest functions of this finding".to_owned(),
        columns,
        rows,
    })
}

/// A value of a finding: growth has its sign.
pub(super) fn amount(finding: &Finding, value: i64) -> String {
    match finding.kind {
        FindingKind::MemoryLeak => human_signed(value, unit(finding)),
        FindingKind::CpuSpike | FindingKind::Contention => human(value, unit(finding)),
    }
}

const fn unit(finding: &Finding) -> &'static str {
    match finding.kind {
        FindingKind::MemoryLeak => "bytes",
        FindingKind::CpuSpike | FindingKind::Contention => "nanoseconds",
    }
}

/// The frames that answer for all that the finding counts, where these are several.
fn responsible(finding: &Finding) -> Option<Block> {
    if finding.responsible.len() < 2 {
        return None;
    }
    let value = |value: i64| amount(finding, value);
    let mut rows: Vec<Vec<String>> = finding
        .responsible
        .iter()
        .map(|one| {
            vec![
                one.frame.clone(),
                value(one.value),
                human_share(one.value, finding.counted),
                one.owner.clone(),
            ]
        })
        .collect();
    if finding.rest != 0 {
        rows.push(vec![
            "others".to_owned(),
            value(finding.rest),
            signed_share(finding.rest, finding.counted),
            String::new(),
        ]);
    }
    Some(Block::Table(PlainTable {
        caption: match finding.profile {
            ProfileName::Mutex => "By responsible frame: who held the locks",
            ProfileName::Block => "By responsible frame: who waited",
            _ => "By responsible frame",
        }
        .to_owned(),
        columns: vec![
            column("Responsible frame", false),
            column("Value", true),
            column("Share", true),
            column("Owner", false),
        ],
        rows,
    }))
}

/// Whole stacks, for those who know the code.
fn stacks(finding: &Finding, palette: &Palette) -> Block {
    const STACKS: usize = 3;
    const FRAMES: usize = 40;
    Block::Stacks {
        caption: "The heaviest stacks of this finding, leaf first".to_owned(),
        stacks: finding
            .stacks
            .iter()
            .take(STACKS)
            .map(|one| {
                let value = amount(finding, one.value);
                stack(
                    format!("{value}, {}", human_share(one.value, finding.counted)),
                    &one.owner,
                    one.frames.iter().map(String::as_str),
                    one.responsible,
                    FRAMES,
                    one.frames.len(),
                    palette,
                )
            })
            .collect(),
    }
}
