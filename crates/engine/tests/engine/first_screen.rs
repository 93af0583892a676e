//! What the page shows first, and what it shows behind that: nothing lost, nothing twice.

use std::collections::HashSet;

use engine::Engine;
use engine::export::{ExportOptions, replies};
use engine::protocol::{
    Choices, DetailsView, Mark, Pairs, Question, Response, SectionKind, SummaryView,
};
use flare::LooseFile;
use report::layout::{details_view, document, summary_view};
use testkit::fixtures;
use testkit::made_up::{MadeUp, Seen, cases};

/// Of a real Agent.
const CASES: [&str; 7] = [
    "r01-healthy",
    "r02-python-cpu",
    "r03-python-memory",
    "r04-trace-obfuscation",
    "r05-logs-regex",
    "r06-slow-growth-newer",
    "r06-slow-growth-older",
];

fn summary(seen: &Seen) -> SummaryView {
    let report = seen.report();
    summary_view(report, replies(report, &ExportOptions::default()))
}

/// Every flare of the tests, made up and real.
fn all() -> Vec<(String, Seen)> {
    let fixtures = fixtures::NAMES
        .iter()
        .map(|name| ((*name).to_owned(), fixtures::flare(name).read()));
    let made_up = cases::all()
        .into_iter()
        .map(|(name, flare)| (name.to_owned(), flare.read()));
    let cases = CASES
        .iter()
        .map(|name| ((*name).to_owned(), MadeUp::case(name).read()));
    fixtures.chain(made_up).chain(cases).collect()
}

#[test]
fn each_thing_found_has_a_line_or_is_named_behind_them() {
    for (name, seen) in all() {
        let view = summary(&seen);
        let judgement = &seen.report().judgement;
        let found = judgement.findings.len() + judgement.notable.len();
        let banner = &view.banner;
        assert_eq!(banner.lines.len() + banner.also.len(), found, "{name}");
        assert_eq!(banner.summary.is_empty(), found > 0, "{name}");
        for line in &banner.lines {
            let first = line.text.chars().next().unwrap();
            assert!(
                !line.is_finding || first.is_uppercase(),
                "{name}: {}",
                line.text
            );
            assert_eq!(line.confidence.is_some(), line.is_finding, "{name}");
            assert!(line.is_finding || line.doubts.is_empty(), "{name}");
            let shown = line.evidence.map(|at| view.evidence.get(at));
            assert!(shown.is_none_or(|shown| shown.is_some()), "{name}");
            if line.is_finding {
                assert!(shown.is_some() && !line.owner.is_empty(), "{name}");
            }
        }
    }
}

#[test]
fn evidence_has_five_rows_at_most_and_no_part_is_more_than_the_whole() {
    for (name, seen) in all() {
        for evidence in summary(&seen).evidence {
            let title = &evidence.title;
            assert!(
                (1..=5).contains(&evidence.rows.len()),
                "{name}: {title} has {} rows",
                evidence.rows.len()
            );
            let mut sum = 0;
            for row in &evidence.rows {
                assert!(row.bar.left + row.bar.width <= 100.001, "{name}: {row:?}");
                let digits = row.share.trim_start_matches("over ").trim_end_matches('%');
                sum += digits.parse::<u32>().unwrap_or(0);
            }
            // Each is rounded.
            assert!(sum <= 102, "{name}: {title} comes to {sum}%");
        }
    }
}

/// A share on the first screen is the one of the line above it.
#[test]
fn a_function_has_one_share() {
    let view = summary(&fixtures::flare("memory-leak").read());
    let [line, ..] = view.banner.lines.as_slice() else {
        panic!("a finding");
    };
    let first = &view.evidence[line.evidence.unwrap()].rows[0];
    assert!(first.full.ends_with("trackContext"), "{first:?}");
    assert!(first.name.contains("trackContext") && !first.name.contains('/'));
    assert!(
        line.text.contains(&first.share),
        "{} in {}",
        first.share,
        line.text
    );
}

#[test]
fn green_is_for_what_may_be_closed() {
    for (name, seen) in all() {
        let banner = summary(&seen).banner;
        let mark = Mark::of_verdict(banner.kind, banner.calm);
        assert_eq!(
            mark == Mark::Clear,
            seen.report().judgement.closes,
            "{name}"
        );
        if mark == Mark::Clear {
            assert!(banner.lines.is_empty() && banner.also.is_empty(), "{name}");
        }
    }
}

#[test]
fn details_have_every_section_once_but_what_is_said_elsewhere() {
    let elsewhere = [
        SectionKind::Verdict,
        SectionKind::Recommendations,
        SectionKind::CustomerMessage,
        SectionKind::Escalation,
        SectionKind::Coverage,
    ];
    for (name, seen) in all() {
        let report = seen.report();
        let whole = document(report, "", "");
        let wanted: HashSet<String> = whole
            .sections
            .iter()
            .filter(|section| !elsewhere.contains(&section.kind))
            .map(|section| section.anchor.clone())
            .collect();
        let details = details_view(report);
        let mut shown: Vec<String> = anchors(&details);
        shown.retain(|anchor| anchor != "verdict");
        for evidence in summary(&seen).evidence {
            assert!(
                evidence.anchor.is_none_or(|anchor| shown.contains(&anchor)),
                "{name}"
            );
        }
        let once: HashSet<String> = shown.iter().cloned().collect();
        assert_eq!(shown.len(), once.len(), "{name}: one is there twice");
        assert_eq!(once, wanted, "{name}");
        assert_eq!(details.files.len(), report.files.len(), "{name}");
        assert!(!details.coverage.is_empty(), "{name}");
    }
}

fn anchors(details: &DetailsView) -> Vec<String> {
    let tabs = details.processes.iter().flat_map(|one| &one.tabs);
    let of_processes = tabs.flat_map(|tab| tab.sections.iter().chain(&tab.empty));
    details
        .evidence
        .iter()
        .chain(of_processes)
        .chain(&details.general)
        .chain([&details.agent.section])
        .map(|section| section.anchor.clone())
        .collect()
}

/// The name of a file is not the name of a host.
#[test]
fn the_title_names_verdict_and_host_where_it_is_known() {
    let view = summary(&fixtures::flare("memory-leak").read());
    assert!(!view.header.hostname.is_empty());
    assert_eq!(
        view.title,
        format!(
            "{} \u{b7} {} \u{b7} flarescope",
            view.banner.title, view.header.hostname
        )
    );
    let profile = fixtures::flare("memory-leak").profile("core-cpu.pprof");
    let (unnamed, _) = opened("core-cpu.pprof", profile);
    assert_eq!(unnamed.header.hostname, "");
    assert_eq!(unnamed.header.source, "core-cpu.pprof");
    assert_eq!(
        unnamed.title,
        format!("{} \u{b7} flarescope", unnamed.banner.title)
    );
}

/// The first screen of a dropped file, and the engine that holds it.
fn opened(name: &str, bytes: Vec<u8>) -> (SummaryView, Engine) {
    let mut engine = Engine::new();
    let mut told = Vec::new();
    let last = engine.open(
        vec![LooseFile::from_bytes(name, bytes)],
        false,
        &Choices::default(),
        Pairs::ByTime,
        &mut |response| told.push(response),
    );
    assert!(matches!(last, Response::Opened(_)), "{last:?}");
    match told.pop() {
        Some(Response::Summary(first)) => (*first, engine),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_summary_comes_first_and_follows_what_is_typed() {
    let bytes = std::fs::read(fixtures::flare("memory-leak").path()).unwrap();
    let (first, engine) = opened("memory-leak.zip", bytes);
    let ask = |symptom: &str, redact| {
        let options = ExportOptions {
            symptom: symptom.to_owned(),
            redact,
            ..ExportOptions::default()
        };
        match engine.answer(Question::Summary { options }) {
            Response::Summary(view) => *view,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(ask("", false), first);
    let typed = ask("the Agent eats memory", false);
    assert!(typed.replies.escalation.contains("the Agent eats memory"));
    assert!(typed.replies.jira.contains("the Agent eats memory"));
    // Texts lose the host's name, the screen keeps it.
    let host = &first.header.hostname;
    let redacted = ask("", true);
    assert_eq!(&redacted.header.hostname, host);
    for text in [&redacted.replies.customer, &redacted.replies.jira] {
        assert!(!text.contains(host.as_str()), "{text}");
    }
    assert!(first.replies.customer.contains(host.as_str()));
}
