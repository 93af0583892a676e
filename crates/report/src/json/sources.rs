//! What else the flare holds of the Agent, as JSON.

use super::instant;
use super::types::{
    DeliveryJson, DiagnosesJson, DiagnosisJson, EntitiesJson, HealthIssueJson, LogEventJson,
    LogJson, LogSourceJson, QueueJson, RetryQueueJson,
};
use crate::model::{LogFact, Queue, Report};
use diagnose::evidence::Delivery;
use flare::diagnose_log::Diagnoses;
use flare::entities::Entities;

pub(super) fn delivery(one: &Delivery) -> DeliveryJson<'_> {
    let types = one.error_types.iter();
    DeliveryJson {
        endpoint: &one.endpoint,
        input: one.input,
        delivered: one.delivered,
        requeued: one.requeued,
        retried: one.retried,
        dropped: one.dropped,
        errors: one.errors,
        errors_by_type: types.map(|(kind, count)| (kind.as_str(), *count)).collect(),
    }
}

pub(super) fn retry_queues(report: &Report) -> Vec<RetryQueueJson<'_>> {
    let queues = report.retry_queues.iter();
    queues
        .map(|(address, payloads)| RetryQueueJson {
            address,
            payloads: *payloads,
        })
        .collect()
}

pub(super) fn queue(queue: &Queue) -> QueueJson<'_> {
    QueueJson {
        metric: queue.name,
        part: queue.part.as_deref(),
        value: queue.value,
        unit: queue.unit.as_str(),
    }
}

pub(super) fn log(fact: &LogFact) -> LogJson<'_> {
    let log = &fact.log;
    LogJson {
        path: &fact.path,
        lines: log.lines,
        cut: log.is_cut,
        first: log.first.as_ref().map(|stamp| stamp.text.as_str()),
        last: log.last.as_ref().map(|stamp| stamp.text.as_str()),
        errors: log.errors,
        criticals: log.criticals,
        errors_of_flares: log.of_flares,
        sources: log
            .sources
            .iter()
            .map(|source| LogSourceJson {
                place: source.place(),
                check: source.check.as_deref(),
                errors: source.errors,
                criticals: source.criticals,
            })
            .collect(),
        errors_without_source: log.unsourced,
        events: log
            .events
            .iter()
            .map(|event| LogEventJson {
                kind: event.kind.as_str(),
                count: event.count,
                first: &event.first.text,
                first_at: event.first.at_ms.and_then(instant),
                last: &event.last.text,
                last_at: event.last.at_ms.and_then(instant),
                numbers: event
                    .numbers
                    .iter()
                    .map(|(what, value)| (what.as_str(), *value))
                    .collect(),
            })
            .collect(),
        silent_ends: log.silent_ends,
        runs_at_end: log.runs_at_end,
    }
}

pub(super) fn entities(kinds: &[Entities]) -> Vec<EntitiesJson<'_>> {
    kinds
        .iter()
        .map(|kind| EntitiesJson {
            kind: &kind.kind,
            count: kind.count,
            tags: kind.tags,
            most_tags: kind.most_tags,
        })
        .collect()
}

pub(super) fn diagnoses(all: &Diagnoses) -> DiagnosesJson<'_> {
    DiagnosesJson {
        succeeded: all.succeeded,
        failed: all.failed,
        warned: all.warned,
        errors: all.errors,
        unsuccessful: all
            .unsuccessful
            .iter()
            .map(|one| DiagnosisJson {
                suite: &one.suite,
                name: &one.name,
                result: one.outcome.as_str(),
            })
            .collect(),
    }
}

pub(super) fn health_issues(report: &Report) -> Vec<HealthIssueJson<'_>> {
    let issues = report.self_report.issues.iter();
    issues
        .map(|issue| HealthIssueJson {
            check: issue.check.as_deref(),
            id: issue.id.as_deref(),
            title: issue.title.as_deref(),
            severity: issue.severity.as_deref(),
        })
        .collect()
}
