//! The verdict in large: one or two sentences, the owner, how sure, and what was not measured.

use super::super::document::{Document, FindingKind, Measured, ProfileName, VerdictKind};
use super::super::kinds;
use super::super::model::Report;
use super::super::screen::BannerView;
use super::super::texts::{self, states};
use super::{find, last_heap, outline, tables_of};
use diagnose::share::Share;
use diagnose::verdict::{Hole, State};
use profile::units::human;

pub(super) fn banner(report: &Report, document: &Document) -> BannerView {
    let judgement = &report.judgement;
    let first = judgement.findings.first();
    BannerView {
        kind: judgement.kind,
        title: texts::headline(report),
        calm: judgement.closes,
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
            None => judgement
                .notable
                .first()
                .and_then(|one| one.holder.as_ref())
                .map(|holder| holder.owner.clone())
                .unwrap_or_default(),
        },
        confidence: judgement
            .findings
            .iter()
            .map(|finding| finding.confidence)
            .max(),
        notes: unmeasured(report),
        changes: report.settings.changes.join(" "),
        evidence: outline::evidence(document, judgement.kind),
        next: outline::next(document),
    }
}

/// One or two sentences: what was found, or how near it came. What grows without crossing is said
/// wherever a conclusion stands.
pub fn summary(report: &Report) -> String {
    let growing = texts::notes::growing(report).into_iter();
    let growing: String = growing.map(|words| format!(" {words}.")).collect();
    format!("{}{growing}", conclusion(report))
}

fn conclusion(report: &Report) -> String {
    let judgement = &report.judgement;
    match judgement.kind {
        VerdictKind::NoProfiles if report.cut_off => {
            "The archive is cut off, and what is left of it holds no profiles, so neither memory nor CPU nor \
             locks can be judged. The same file, sent once more and whole, may be all that is needed."
                .to_owned()
        }
        VerdictKind::NoProfiles if report.is_of_program() && judgement.notable.is_empty() => {
            "Goroutines alone say what a program waits for; memory, CPU and locks need profiles of their own."
                .to_owned()
        }
        VerdictKind::NoProfiles if !report.is_of_program() => {
            "This flare holds no profiles, so neither memory nor CPU nor locks can be judged. \
             How to collect them stands under Recommendations."
                .to_owned()
        }
        _ if judgement.findings.is_empty() && !judgement.notable.is_empty() => {
            let first = judgement.notable.first();
            first.map(texts::notable::summary).unwrap_or_default()
        }
        VerdictKind::Inconclusive => {
            let missing: Vec<String> = judgement
                .states
                .iter()
                .filter(|state| {
                    state.kind != FindingKind::Contention
                        && (state.hole.is_some_and(Hole::is_unread)
                            || (state.measured == Measured::NotMeasured
                                && Some(&state.process) == judgement.main.as_ref()))
                })
                .map(|state| {
                    format!(
                        "{} of {}: {}",
                        kinds::words(state.kind),
                        state.process,
                        states::text(state)
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
            let sentences: Vec<String> = judgement
                .findings
                .iter()
                .map(texts::findings::summary)
                .collect();
            format!("{}.", sentences.join(". "))
        }
    }
}

/// From so much of a threshold on, what came nearest is worth a sentence.
const NEAR: f64 = 0.25;

fn normal_summary(report: &Report) -> String {
    let mut parts = Vec::new();
    if let Some(main) = report.processes.first() {
        if let Some(table) =
            last_heap(main, false).and_then(|(_, tables)| find(tables, "inuse_space"))
        {
            parts.push(format!(
                "{}'s heap holds {}",
                main.name,
                human(table.amount(), "bytes")
            ));
        }
        if let Some(cores) =
            tables_of(main, ProfileName::Cpu).and_then(|tables| find(tables, "cpu")?.cores())
        {
            parts.push(format!("{cores:.2} cores are in use"));
        }
    }
    let nearest = report
        .judgement
        .states
        .iter()
        .filter_map(|state| Some((state.nearness?, state)))
        .filter(|(nearness, _)| *nearness >= NEAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    let nearest = nearest.map(|(nearness, state)| {
        format!(
            " Nearest to its threshold: {} of {}, at {:.0} of it ({}).",
            kinds::words(state.kind),
            state.process,
            Share::new(nearness),
            states::text(state)
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
    if let Some(silent) = report.main_missing() {
        notes.push(format!("nothing of {} recorded", silent.process));
    }
    for kind in FindingKind::ALL {
        let states: Vec<&State> = judgement
            .states
            .iter()
            .filter(|state| state.kind == kind)
            .collect();
        let name = kinds::words(kind);
        if states
            .iter()
            .all(|state| state.measured == Measured::NotMeasured)
        {
            notes.push(format!("{name} not measured"));
            continue;
        }
        for state in states {
            if let Some(hole) = state.hole.filter(|hole| hole.is_unread()) {
                notes.push(format!(
                    "{name} of {}: profile {}",
                    state.process,
                    texts::holes::label(hole)
                ));
            } else if state.measured == Measured::NotMeasured
                && Some(&state.process) == judgement.main.as_ref()
            {
                notes.push(format!("{name} of {} not measured", state.process));
            }
        }
    }
    notes
}
