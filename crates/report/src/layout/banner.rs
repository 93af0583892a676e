//! The verdict in large: what was found, line by line, and what was not measured.

use super::super::document::{FindingKind, Measured, VerdictKind};
use super::super::kinds;
use super::super::model::{ProcessReport, Report};
use super::super::screen::{BannerView, LineView, PairingView};
use super::super::settings::Pairs;
use super::super::texts::{self, states};
use super::first_screen;
use diagnose::counters::Counter;
use diagnose::share::Share;
use diagnose::verdict::{Hole, State};
use profile::units::human;

/// `lines`: one for each finding and thing to look at.
pub(super) fn banner(report: &Report, lines: Vec<LineView>) -> BannerView {
    let judgement = &report.judgement;
    let (lines, also) = first_screen::shown_lines(lines);
    BannerView {
        kind: judgement.kind,
        title: texts::headline(report),
        calm: judgement.closes,
        summary: match lines.is_empty() {
            true => summary(report),
            false => String::new(),
        },
        lines,
        also,
        unmeasured: unmeasured(report),
        changes: report.settings.changes.join(" "),
        pairing: pairing(report),
    }
}

/// Which loose heap profiles make a pair. Of several pairs one has to do: all are made the same way.
fn pairing(report: &Report) -> Option<PairingView> {
    let pairs = report.settings.pairs;
    let mut pairings = report
        .processes
        .iter()
        .filter_map(|process| process.pairing.as_ref());
    let text = match (pairings.next(), pairs) {
        (Some(pairing), Pairs::ByTime) => format!(
            "Heap profiles compared by their times: {}, then {}.",
            pairing.first, pairing.second
        ),
        (Some(pairing), _) => format!(
            "Heap profiles compared against their times: {}, then {}.",
            pairing.first, pairing.second
        ),
        (None, Pairs::Apart) => "Each heap profile stands for itself.".to_owned(),
        (None, _) => return None,
    };
    Some(PairingView { text, pairs })
}

/// One or two sentences: what was found, or how near it came. What grows without crossing is said
/// wherever a conclusion stands.
pub fn summary(report: &Report) -> String {
    let growing = texts::notes::growing(report).into_iter();
    let growing: String = growing.map(|words| format!(" {words}.")).collect();
    texts::rounded(&format!("{}{growing}", conclusion(report)))
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
             The first step says how to collect them."
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
                        texts::processes::full(&state.process),
                        states::text(state)
                    )
                })
                .collect();
            format!(
                "Nothing is over a threshold, but not all that matters was measured ({}).",
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

/// What was seen where nothing stands out: a sentence for each process.
fn normal_summary(report: &Report) -> String {
    let mut sentences: Vec<String> = report
        .processes
        .iter()
        .filter_map(|process| {
            let parts = seen(report, process);
            (!parts.is_empty()).then(|| {
                format!(
                    "{}: {}.",
                    texts::processes::heading(&process.name),
                    parts.join(", ")
                )
            })
        })
        .collect();
    let nearest = report
        .judgement
        .states
        .iter()
        .filter_map(|state| Some((state.nearness?, state)))
        .filter(|(nearness, _)| *nearness >= NEAR)
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    sentences.extend(nearest.map(|(nearness, state)| {
        format!(
            "Nearest to its threshold: {} of {}, at {:.0} of it ({}).",
            kinds::words(state.kind),
            texts::processes::full(&state.process),
            Share::new(nearness),
            states::text(state)
        )
    }));
    format!("Nothing is over a threshold. {}", sentences.join(" "))
        .trim_end()
        .to_owned()
}

/// The numbers that a reader asks for first.
fn seen(report: &Report, process: &ProcessReport) -> Vec<String> {
    let main = report.judgement.main.as_ref() == Some(&process.name);
    let heap = texts::heap_in_use(process).map(|heap| format!("heap {}", human(heap, "bytes")));
    let cores = texts::cores(process).map(|cores| match cores {
        ..0.005 => "idle".to_owned(),
        cores => format!("{cores:.2} cores"),
    });
    let resident = report
        .memory
        .rss_bytes
        .filter(|_| main)
        .map(|rss| format!("{} resident", human(rss, "bytes")));
    let locks = report
        .figures()
        .into_iter()
        .find(|figure| main && figure.counter == Counter::LockWaits)
        .map(|figure| {
            let waited = human((figure.value * 1e9) as i64, "nanoseconds");
            format!("{waited} of waiting for locks since the start")
        });
    [heap, cores, resident, locks]
        .into_iter()
        .flatten()
        .collect()
}

/// What the banner has to say about holes: kinds that were measured nowhere, or not in the main process.
fn unmeasured(report: &Report) -> Vec<String> {
    let judgement = &report.judgement;
    if report.processes.is_empty() {
        return Vec::new();
    }
    let mut notes = Vec::new();
    if let Some(silent) = report.main_missing() {
        notes.push(format!(
            "anything of {}",
            texts::processes::full(&silent.process)
        ));
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
            notes.push(name.to_owned());
            continue;
        }
        for state in states {
            if let Some(hole) = state.hole.filter(|hole| hole.is_unread()) {
                notes.push(format!(
                    "{name} of {}: profile {}",
                    texts::processes::full(&state.process),
                    texts::holes::label(hole)
                ));
            } else if state.measured == Measured::NotMeasured
                && Some(&state.process) == judgement.main.as_ref()
            {
                notes.push(format!(
                    "{name} of {}",
                    texts::processes::full(&state.process)
                ));
            }
        }
    }
    notes
}
