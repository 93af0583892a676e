//! What the core Agent counts of its queues and of the payloads that it sends.

use std::collections::BTreeMap;

use super::texts::Texts;
use diagnose::evidence::Delivery;
use flare::telemetry::Telemetry;
use report::model::{Queue, QueueUnit};

/// Endpoints, addresses and types of errors kept of each.
const KEPT: usize = 200;

/// The metrics that tell how full something is, the label that tells its parts apart, and the unit.
/// Parts with one value of the label are added up; of ratios the highest counts.
const QUEUES: [(&str, Option<&str>, QueueUnit); 11] = [
    ("dogstatsd__packets_channel_size", None, QueueUnit::Count),
    (
        "dogstatsd__packets_channel_packets_count",
        Some("listener_id"),
        QueueUnit::Count,
    ),
    (
        "dogstatsd__packets_channel_packets_bytes",
        Some("listener_id"),
        QueueUnit::Bytes,
    ),
    ("dogstatsd__packet_pool", None, QueueUnit::Count),
    (
        "dogstatsd__string_interner_entries",
        Some("interner_id"),
        QueueUnit::Count,
    ),
    (
        "dogstatsd__string_interner_bytes",
        Some("interner_id"),
        QueueUnit::Bytes,
    ),
    (
        "aggregator__dogstatsd_contexts_bytes_by_mtype",
        Some("shard"),
        QueueUnit::Bytes,
    ),
    (
        "aggregator__checks_contexts",
        Some("shard"),
        QueueUnit::Count,
    ),
    (
        "aggregator__checks_contexts_bytes_by_mtype",
        Some("shard"),
        QueueUnit::Bytes,
    ),
    (
        "logs_component_utilization__ratio",
        Some("name"),
        QueueUnit::Ratio,
    ),
    (
        "workloadmeta_stored_entities",
        Some("kind"),
        QueueUnit::Count,
    ),
];

fn whole(value: f64) -> i64 {
    value as i64
}

/// How full queues, stores and pools are.
pub(super) fn queues(telemetry: &Telemetry) -> Vec<Queue> {
    let mut queues = Vec::new();
    for (name, label, unit) in QUEUES {
        let queue = |part: Option<String>, value: f64| Queue {
            name,
            part,
            // A sum may leave what JSON can say.
            value: value.clamp(f64::MIN, f64::MAX),
            unit,
        };
        match label {
            None => queues.extend(telemetry.sum(name).map(|value| queue(None, value))),
            Some(label) if unit == QueueUnit::Ratio => {
                let parts = highest(telemetry, name, label);
                queues.extend(
                    parts
                        .into_iter()
                        .map(|(part, value)| queue(Some(part), value)),
                );
            }
            Some(label) => {
                let parts = telemetry.sum_by(name, label).into_iter().take(KEPT);
                queues.extend(parts.map(|(part, value)| queue(Some(part), value)));
            }
        }
    }
    queues
}

/// The highest value for each value of a label: of a component that runs several times, the busiest.
fn highest(telemetry: &Telemetry, name: &str, label: &str) -> BTreeMap<String, f64> {
    let mut parts: BTreeMap<String, f64> = BTreeMap::new();
    for sample in telemetry.own(name).filter(|one| one.value.is_finite()) {
        let Some(part) = sample.label(label) else {
            continue;
        };
        if let Some(value) = parts.get_mut(part) {
            *value = value.max(sample.value);
        } else if parts.len() < KEPT {
            parts.insert(part.to_owned(), sample.value);
        }
    }
    parts
}

/// What became of the payloads of each endpoint: by `expvar/forwarder`, and what that lacks by
/// `telemetry.log`. Endpoints that nothing was sent to are left out.
pub(super) fn deliveries(texts: &Texts) -> Vec<Delivery> {
    type Counts = Option<BTreeMap<String, i64>>;
    // In a local flare the expvar files describe the command, which sends nothing.
    let vars = texts.forwarder.as_ref().filter(|_| !texts.local);
    let vars = vars.map(|vars| &vars.transactions);
    let telemetry = texts.telemetry.as_ref().filter(|telemetry| {
        let mut input = telemetry.own("transactions__input_count");
        input.next().is_some()
    });
    let counted = |name: &str| -> Counts {
        let sums = telemetry?.sum_by(name, "endpoint").into_iter();
        Some(sums.map(|(key, value)| (key, whole(value))).collect())
    };
    let or_counted = |list: Option<&Vec<(String, u64)>>, name: &str| -> Counts {
        match list {
            Some(list) => Some(
                list.iter()
                    .map(|(key, value)| (key.clone(), i64::try_from(*value).unwrap_or(i64::MAX)))
                    .collect(),
            ),
            None => counted(name),
        }
    };
    let input = or_counted(
        vars.and_then(|vars| vars.input_by_endpoint.as_ref()),
        "transactions__input_count",
    );
    let delivered = or_counted(
        vars.and_then(|vars| vars.success_by_endpoint.as_ref()),
        "transactions__success",
    );
    let requeued = or_counted(
        vars.and_then(|vars| vars.requeued_by_endpoint.as_ref()),
        "transactions__requeued",
    );
    let retried = or_counted(
        vars.and_then(|vars| vars.retried_by_endpoint.as_ref()),
        "transactions__retries",
    );
    let dropped = or_counted(
        vars.and_then(|vars| vars.dropped_by_endpoint.as_ref()),
        "transactions__dropped",
    );
    let errors = counted("transactions__errors");
    let all = [&input, &delivered, &requeued, &retried, &dropped, &errors];
    let mut endpoints: Vec<&String> = all
        .into_iter()
        .flatten()
        .flat_map(|counts| counts.iter().filter(|(_, count)| **count > 0))
        .map(|(endpoint, _)| endpoint)
        .collect();
    endpoints.sort();
    endpoints.dedup();
    endpoints
        .into_iter()
        .take(KEPT)
        .map(|endpoint| {
            // What a list lacks did not happen.
            let of = |counts: &Counts| Some(counts.as_ref()?.get(endpoint).copied().unwrap_or(0));
            Delivery {
                input: of(&input),
                delivered: of(&delivered),
                requeued: of(&requeued),
                retried: of(&retried),
                dropped: of(&dropped),
                errors: of(&errors),
                error_types: telemetry
                    .map(|telemetry| error_types(telemetry, endpoint))
                    .unwrap_or_default(),
                endpoint: endpoint.clone(),
            }
        })
        .collect()
}

/// Failed tries of an endpoint by type, in the order of their names.
fn error_types(telemetry: &Telemetry, endpoint: &str) -> Vec<(String, i64)> {
    let mut types: BTreeMap<String, i64> = BTreeMap::new();
    let errors = telemetry
        .own("transactions__errors")
        .filter(|sample| sample.label("endpoint") == Some(endpoint) && sample.value > 0.0);
    for sample in errors {
        let kind = sample.label("error_type").unwrap_or("unknown");
        let count = whole(sample.value);
        if let Some(sum) = types.get_mut(kind) {
            *sum = sum.saturating_add(count);
        } else if types.len() < KEPT {
            types.insert(kind.to_owned(), count);
        }
    }
    types.into_iter().collect()
}

/// Payloads that wait to be sent again, by address.
pub(super) fn retry_queues(texts: &Texts) -> Vec<(String, i64)> {
    let Some(telemetry) = &texts.telemetry else {
        return Vec::new();
    };
    let sums = telemetry.sum_by("transactions__retry_queue_size", "domain");
    sums.into_iter()
        .take(KEPT)
        .map(|(domain, value)| (domain, whole(value)))
        .collect()
}
