//! What else the flare holds of the Agent: its logs, its payloads, its queues, what it knows of
//! itself.

use super::super::document::{Block, Fact, PlainTable};
use super::super::model::{LogFact, QueueUnit, Report};
use super::super::texts::{self, logs};
use super::{column, count, hinted, note, paragraph};
use diagnose::evidence::Delivery;
use flare::agent_log::Stamp;
use flare::entities::Entities;
use profile::units::group_thousands;

/// Rows of a table here.
const ROWS: usize = 20;

const NONE: &str = "\u{2013}";

/// Counts for the list of facts.
pub(super) fn facts(report: &Report) -> Vec<Fact> {
    let own = &report.self_report;
    let mut facts = Vec::new();
    let kinds = |kinds: &[Entities]| {
        let kinds = kinds
            .iter()
            .map(|kind| format!("{} {}", count(kind.count), kind.kind));
        kinds.collect::<Vec<_>>().join(", ")
    };
    if !own.workloads.is_empty() {
        facts.push(hinted(
            "Workloads",
            kinds(&own.workloads),
            "entities by kind, workload-list.log",
        ));
    }
    if !own.tagged.is_empty() {
        let tags: u64 = own.tagged.iter().map(|kind| kind.tags).sum();
        let most = own.tagged.iter().map(|kind| kind.most_tags).max();
        facts.push(hinted(
            "Tagged entities",
            format!(
                "{}; {} tags in all, at most {} of one entity",
                kinds(&own.tagged),
                count(tags),
                count(most.unwrap_or_default())
            ),
            "entities by kind, tagger-list.json",
        ));
    }
    if let Some(diagnoses) = &own.diagnoses {
        let results = [
            (diagnoses.succeeded, "succeeded"),
            (diagnoses.failed, "failed"),
            (diagnoses.warned, "warned"),
            (diagnoses.errors, "could not be made"),
        ];
        let results: Vec<String> = results
            .into_iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{} {word}", count(number)))
            .collect();
        facts.push(hinted(
            "Diagnoses",
            format!(
                "{} in all: {}",
                count(diagnoses.total()),
                results.join(", ")
            ),
            "the Agent's own tests of connections and set-up, diagnose.log",
        ));
    }
    facts
}

/// Tables below the facts. None stands there without something to show.
pub(super) fn blocks(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    blocks.extend(diagnoses(report));
    blocks.extend(issues(report));
    blocks.extend(deliveries(report));
    blocks.extend(queues(report));
    blocks.extend(current_logs(report));
    blocks
}

/// A table, and in its caption how many rows it leaves out.
fn table(caption: &str, columns: &[(&str, bool)], mut rows: Vec<Vec<String>>) -> Option<Block> {
    let all = rows.len();
    rows.truncate(ROWS);
    let caption = if all > rows.len() {
        format!("{caption}: {} of {}", rows.len(), count(all as u64))
    } else {
        caption.to_owned()
    };
    (all > 0).then(|| {
        Block::Table(PlainTable {
            caption,
            columns: columns
                .iter()
                .map(|(name, numeric)| column(name, *numeric))
                .collect(),
            rows,
        })
    })
}

fn diagnoses(report: &Report) -> Option<Block> {
    let diagnoses = report.self_report.diagnoses.as_ref()?;
    let rows = diagnoses.unsuccessful.iter().map(|one| {
        vec![
            one.suite.clone(),
            one.name.clone(),
            one.outcome.as_str().to_owned(),
        ]
    });
    table(
        "Diagnoses that did not succeed, diagnose.log",
        &[("Suite", false), ("Diagnosis", false), ("Result", false)],
        rows.collect(),
    )
}

fn issues(report: &Report) -> Option<Block> {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| NONE.to_owned());
    let rows = report.self_report.issues.iter().map(|issue| {
        vec![
            or_none(&issue.id),
            or_none(&issue.title),
            or_none(&issue.severity),
            or_none(&issue.check),
        ]
    });
    table(
        "Issues that the Agent's health platform found, health-platform-issues.json",
        &[
            ("Issue", false),
            ("Title", false),
            ("Severity", false),
            ("Health check", false),
        ],
        rows.collect(),
    )
}

/// Payloads by endpoint, where not all were delivered at the first try.
fn deliveries(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !report.evidence.deliveries.iter().all(Delivery::is_smooth) {
        let number = |value: Option<i64>| value.map_or_else(|| NONE.to_owned(), group_thousands);
        let rows = report.evidence.deliveries.iter().map(|one| {
            let types = one
                .error_types
                .iter()
                .map(|(kind, number)| format!("{kind} {}", group_thousands(*number)));
            let types: Vec<String> = types.collect();
            let types = match types.is_empty() {
                true => NONE.to_owned(),
                false => types.join(", "),
            };
            vec![
                one.endpoint.clone(),
                number(one.input),
                number(one.delivered),
                number(one.requeued),
                number(one.retried),
                number(one.dropped),
                number(one.errors),
                types,
            ]
        });
        blocks.extend(table(
            "Payloads by endpoint since the Agent's start, expvar/forwarder and telemetry.log",
            &[
                ("Endpoint", false),
                ("Sent to it", true),
                ("Delivered", true),
                ("Put back", true),
                ("Tried again", true),
                ("Dropped", true),
                ("Errors", true),
                ("Errors by type", false),
            ],
            rows.collect(),
        ));
    }
    let waiting = report.retry_queues.iter().filter(|(_, count)| *count > 0);
    let rows = waiting.map(|(address, count)| vec![address.clone(), group_thousands(*count)]);
    blocks.extend(table(
        "Payloads that wait to be sent again, telemetry.log",
        &[("Address", false), ("Payloads", true)],
        rows.collect(),
    ));
    blocks
}

fn queues(report: &Report) -> Option<Block> {
    let filled = report.contexts.queues.iter().filter(|one| {
        // A share that would be shown as 0.00 says nothing.
        let least = match one.unit {
            QueueUnit::Ratio => 0.005,
            QueueUnit::Count | QueueUnit::Bytes => 0.0,
        };
        one.value > least
    });
    let rows = filled.map(|queue| {
        vec![
            queue.name.to_owned(),
            queue.part.clone().unwrap_or_else(|| NONE.to_owned()),
            texts::queue_value(queue),
        ]
    });
    table(
        "Queues, stores and pools that are not empty, telemetry.log",
        &[("Metric", false), ("Part", false), ("Value", true)],
        rows.collect(),
    )
}

fn current_logs(report: &Report) -> Vec<Block> {
    let all = &report.logs;
    if all.is_empty() {
        return Vec::new();
    }
    let time = |stamp: &Option<Stamp>| {
        stamp
            .as_ref()
            .map_or_else(|| NONE.to_owned(), |stamp| stamp.text.clone())
    };
    let mut blocks = vec![
        Block::Heading {
            text: "Current logs".to_owned(),
        },
        paragraph(
            "Counted by level, source line and kind; no text of a line is shown, and errors that making a flare writes are left out.",
        ),
    ];
    let rows = all.iter().map(|LogFact { path, log }| {
        vec![
            path.clone(),
            time(&log.first),
            time(&log.last),
            count(log.errors),
            count(log.criticals),
            logs::end(log).to_owned(),
        ]
    });
    blocks.extend(table(
        "Current logs",
        &[
            ("Log", false),
            ("From", false),
            ("To", false),
            ("ERROR", true),
            ("CRITICAL", true),
            ("At its end", false),
        ],
        rows.collect(),
    ));
    for LogFact { path, log } in all {
        if log.is_cut {
            blocks.push(note(
                "log-cut",
                format!(
                    "{path} is longer than what is read of a log: only its beginning is counted."
                ),
            ));
        }
        if log.silent_ends > 0 {
            blocks.push(note(
                "log-ends",
                format!(
                    "By {path} the process started {} without a line of a shutdown before it: it was killed, or stopped without a word.",
                    match log.silent_ends {
                        1 => "once more".to_owned(),
                        more => format!("{} times more", count(more)),
                    }
                ),
            ));
        }
    }
    let events = all.iter().flat_map(|LogFact { path, log }| {
        log.events.iter().map(|event| {
            let numbers = event.numbers.iter();
            let numbers: Vec<String> = numbers
                .map(|(what, value)| logs::number(*what, *value))
                .collect();
            vec![
                path.clone(),
                logs::what(event.kind).to_owned(),
                count(event.count),
                event.first.text.clone(),
                event.last.text.clone(),
                match numbers.is_empty() {
                    true => NONE.to_owned(),
                    false => numbers.join(", "),
                },
            ]
        })
    });
    blocks.extend(table(
        "Lines that announce a limit or a restart",
        &[
            ("Log", false),
            ("What", false),
            ("Lines", true),
            ("First", false),
            ("Last", false),
            ("Numbers", false),
        ],
        events.collect(),
    ));
    let mut errors: Vec<_> = all
        .iter()
        .flat_map(|LogFact { path, log }| log.sources.iter().map(move |source| (path, source)))
        .collect();
    // Stable: equals stay in the order of the logs, and there of their places.
    errors.sort_by_key(|(_, source)| std::cmp::Reverse(source.errors + source.criticals));
    let rows = errors.into_iter().map(|(path, source)| {
        vec![
            path.clone(),
            source.place(),
            source.check.clone().unwrap_or_else(|| NONE.to_owned()),
            count(source.errors),
            count(source.criticals),
        ]
    });
    blocks.extend(table(
        "Errors by source line",
        &[
            ("Log", false),
            ("Source line", false),
            ("Check", false),
            ("ERROR", true),
            ("CRITICAL", true),
        ],
        rows.collect(),
    ));
    blocks
}
