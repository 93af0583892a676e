//! `expvar/trace-agent`: all variables of the trace-agent, or a sentence that it could not be
//! asked.
//!
//! Receiver and writers count the minute before, not since start.

use super::memstats::MemStats;
use super::text;
use super::yaml::Node;

/// Bounds on what is kept of a hostile file.
const TRACERS: usize = 1_000;
const REASONS: usize = 100;
const MESSAGE_BYTES: usize = 1_000;

/// What the receiver counted in the minute before. What the file lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiverStats {
    /// Traces, dropped ones included.
    pub traces_received: Option<u64>,
    /// Traces that were dropped, for all reasons.
    pub traces_dropped: Option<u64>,
    /// Spans, dropped ones included.
    pub spans_received: Option<u64>,
    /// Payloads refused by the rate limiter.
    pub payloads_refused: Option<u64>,
}

impl ReceiverStats {
    fn add(&mut self, more: &Self) {
        let add = |sum: &mut Option<u64>, more: Option<u64>| {
            if let Some(more) = more {
                *sum = Some(sum.unwrap_or(0).saturating_add(more));
            }
        };
        add(&mut self.traces_received, more.traces_received);
        add(&mut self.traces_dropped, more.traces_dropped);
        add(&mut self.spans_received, more.spans_received);
        add(&mut self.payloads_refused, more.payloads_refused);
    }
}

/// One kind of tracer that sent something in the minute before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracer {
    /// For example `java`; empty where it is unknown.
    pub language: String,
    /// What it sent.
    pub stats: ReceiverStats,
}

/// What a writer sent in the minute before. What the file lacks, and what this writer has not, is
/// `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WriterStats {
    /// Payloads.
    pub payloads: Option<u64>,
    /// Traces, of the trace writer.
    pub traces: Option<u64>,
    /// Events, of the trace writer.
    pub events: Option<u64>,
    /// Spans, of the trace writer.
    pub spans: Option<u64>,
    /// Entries in the buckets, of the stats writer: one for each combination that is counted apart.
    pub stats_entries: Option<u64>,
    /// Bytes sent.
    pub bytes: Option<u64>,
    /// Times that sending was tried again.
    pub retries: Option<u64>,
    /// Times that sending failed.
    pub errors: Option<u64>,
}

impl WriterStats {
    fn of(node: Option<&Node>) -> Option<Self> {
        let count = |key: &str| node?.get(key)?.count();
        let stats = Self {
            payloads: count("Payloads"),
            traces: count("Traces"),
            events: count("Events"),
            spans: count("Spans"),
            stats_entries: count("StatsEntries"),
            bytes: count("Bytes"),
            retries: count("Retries"),
            errors: count("Errors"),
        };
        (stats != Self::default()).then_some(stats)
    }
}

/// What the trace-agent says. What the file lacks is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceVars {
    /// The sentence that stands there instead, when the trace-agent could not be asked.
    pub error: Option<String>,
    /// Go's memory statistics of the trace-agent.
    pub memstats: Option<MemStats>,
    /// Version, for example `7.76.1`.
    pub version: Option<String>,
    /// Process id.
    pub pid: Option<u64>,
    /// Seconds since start.
    pub uptime_s: Option<u64>,
    /// Cores that its code used on average, as its own watchdog measured.
    pub cpu_cores: Option<f64>,
    /// Go heap bytes, as its own watchdog measured.
    pub watchdog_alloc_bytes: Option<u64>,
    /// `apm_config.max_memory` in bytes, above which it stops itself; `None` where it is off.
    pub max_memory_bytes: Option<u64>,
    /// `apm_config.max_cpu_percent` in cores; `None` where it is off.
    pub max_cpu_cores: Option<f64>,
    /// The sum over all tracers; `None` where the file has no such list.
    pub receiver: Option<ReceiverStats>,
    /// Each tracer.
    pub tracers: Vec<Tracer>,
    /// Why traces were dropped and how many for that, without zeros, in the order of the first.
    pub dropped_by_reason: Vec<(String, u64)>,
    /// The writer of traces.
    pub trace_writer: Option<WriterStats>,
    /// The writer of stats.
    pub stats_writer: Option<WriterStats>,
    /// Sampling rates: one for each service and environment that it knows.
    pub rates: usize,
    /// Different services among them.
    pub services: usize,
}

/// Reads the file, YAML or JSON.
pub fn parse(text: &str) -> TraceVars {
    let (node, _) = Node::parse(text);
    const KEYS: [&str; 7] = [
        "memstats",
        "receiver",
        "trace_writer",
        "stats_writer",
        "ratebyservice",
        "pid",
        "uptime",
    ];
    if !KEYS.iter().any(|key| node.get(key).is_some()) {
        return TraceVars {
            error: text
                .lines()
                .map(str::trim)
                .find(|line| !line.is_empty() && *line != "{}")
                .map(|line| super::text::cut(line, MESSAGE_BYTES).to_owned()),
            ..TraceVars::default()
        };
    }
    let mut vars = TraceVars {
        memstats: node.get("memstats").and_then(MemStats::from_node),
        version: node
            .text_at("version.Version")
            .or_else(|| node.text_at("version"))
            .and_then(text::value)
            .map(str::to_owned),
        pid: node.count_at("pid"),
        uptime_s: node.count_at("uptime"),
        cpu_cores: node.number_at("watchdog.CPU.UserAvg"),
        watchdog_alloc_bytes: node.count_at("watchdog.Mem.Alloc"),
        max_memory_bytes: node.count_at("config.MaxMemory").filter(|most| *most > 0),
        max_cpu_cores: node.number_at("config.MaxCPU").filter(|most| *most > 0.0),
        trace_writer: WriterStats::of(node.get("trace_writer")),
        stats_writer: WriterStats::of(node.get("stats_writer")),
        ..TraceVars::default()
    };
    if let Some(Node::List(tracers)) = node.get("receiver") {
        receiver(tracers, &mut vars);
    }
    rates(&node, &mut vars);
    vars
}

fn receiver(tracers: &[Node], vars: &mut TraceVars) {
    let mut sum = ReceiverStats::default();
    for node in tracers {
        // Flat in all versions that were seen; nested would be the other way to write it.
        let count = |key: &str| {
            let stats = node.get("Stats").unwrap_or(node);
            stats.get(key).and_then(Node::count)
        };
        // A map of reasons, a plain number in the oldest.
        let reasons = |key: &str| {
            let stats = node.get("Stats").unwrap_or(node);
            stats.get(key).map(|node| node.counts(REASONS))
        };
        let total = |key: &str| {
            count(key).or_else(|| {
                let counts = reasons(key)?;
                counts.iter().map(|(_, n)| *n).reduce(u64::saturating_add)
            })
        };
        let stats = ReceiverStats {
            traces_received: count("TracesReceived"),
            traces_dropped: total("TracesDropped"),
            spans_received: count("SpansReceived"),
            payloads_refused: count("PayloadRefused"),
        };
        sum.add(&stats);
        for (reason, count) in reasons("TracesDropped").unwrap_or_default() {
            let known = &mut vars.dropped_by_reason;
            if let Some((_, sum)) = known.iter_mut().find(|(name, _)| *name == reason) {
                *sum = sum.saturating_add(count);
            } else if count > 0 && known.len() < REASONS {
                known.push((reason, count));
            }
        }
        if vars.tracers.len() < TRACERS {
            let tags = node.get("Tags").unwrap_or(node);
            let word = |key: &str| {
                let text = tags.text_at(key).and_then(text::value);
                text::cut(text.unwrap_or_default(), 200).to_owned()
            };
            vars.tracers.push(Tracer {
                language: word("Lang"),
                stats,
            });
        }
    }
    vars.receiver = Some(sum);
}

/// Keys are `service:checkout,env:prod`; one without a service is the default.
fn rates(node: &Node, vars: &mut TraceVars) {
    let rates = node
        .get("ratebyservice")
        .map(Node::entries)
        .unwrap_or_default();
    let mut services: Vec<&str> = rates
        .iter()
        .filter_map(|(key, _)| {
            let service = key.strip_prefix("service:")?;
            let service = service.rsplit_once(",env:").map_or(service, |(it, _)| it);
            (!service.is_empty()).then_some(service)
        })
        .collect();
    vars.rates = services.len();
    services.sort_by(Ord::cmp);
    services.dedup();
    vars.services = services.len();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual() {
        let vars = parse(
            r#"cmdline:
- /opt/datadog-agent/embedded/bin/trace-agent
config:
  MaxCPU: 0.5
  MaxMemory: 5e+08
memstats:
  Alloc: 1.9375664e+07
  HeapInuse: 2.1e+07
  Sys: 4.1e+07
  HeapReleased: 1e+06
pid: 15251
ratebyservice:
  'service:,env:': 1
  'service:checkout,env:': 0.5
  'service:checkout,env:prod': 0.5
  'service:web,env:prod': 0.25
receiver:
- EventsExtracted: 0
  Lang: java
  LangVersion: 17.0.9
  PayloadAccepted: 300
  PayloadRefused: 4
  SpansDropped: 184
  SpansMalformed:
    SpanNameEmpty: 3
    TypeTruncate: 2
  SpansReceived: 1.2e+06
  TracerVersion: 1.30.0
  TracesBytes: 1.0679e+08
  TracesDropped:
    EmptyTrace: 3
    PayloadTooLarge: 0
    Timeout: 1
  TracesFiltered: 2
  TracesPriorityNone: 1
  TracesReceived: 70000
- Lang: python
  SpansReceived: 10
  TracesDropped:
    EmptyTrace: 1
  TracesReceived: 5
stats_writer:
  Bytes: 8329
  Errors: 1
  Payloads: 6
  StatsBuckets: 12
  StatsEntries: 90210
trace_writer:
  Bytes: 3.245e+06
  Errors: 3
  Payloads: 4
  Retries: 9
  Spans: 1.1e+06
  Traces: 26000
uptime: 324000
version:
  GitCommit: 396a217
  Version: 7.76.1
watchdog:
  CPU:
    UserAvg: 0.42
  Mem:
    Alloc: 1.9e+07
"#,
        );
        assert_eq!(vars.error, None);
        assert_eq!(vars.memstats.unwrap().held(), Some(40_000_000));
        assert_eq!(vars.version.as_deref(), Some("7.76.1"));
        assert_eq!((vars.pid, vars.uptime_s), (Some(15_251), Some(324_000)));
        assert_eq!(vars.cpu_cores, Some(0.42));
        assert_eq!(vars.watchdog_alloc_bytes, Some(19_000_000));
        assert_eq!(vars.max_memory_bytes, Some(500_000_000));
        assert_eq!(vars.max_cpu_cores, Some(0.5));
        assert_eq!((vars.rates, vars.services), (3, 2));
        let receiver = vars.receiver.unwrap();
        assert_eq!(receiver.traces_received, Some(70_005));
        assert_eq!(receiver.traces_dropped, Some(5));
        assert_eq!(receiver.spans_received, Some(1_200_010));
        assert_eq!(receiver.payloads_refused, Some(4));
        assert_eq!(
            vars.dropped_by_reason,
            [("EmptyTrace".to_owned(), 4), ("Timeout".to_owned(), 1)]
        );
        assert_eq!(vars.tracers.len(), 2);
        assert_eq!(vars.tracers[0].language, "java");
        let writer = vars.trace_writer.unwrap();
        assert_eq!((writer.retries, writer.errors), (Some(9), Some(3)));
        assert_eq!(vars.stats_writer.unwrap().stats_entries, Some(90_210));
    }

    #[test]
    fn sentences() {
        for text in [
            "Error retrieving vars: Get \"https://127.0.0.1:5012/debug/vars\": dial tcp 127.0.0.1:5012: connect: connection refused",
            "Got response 404 Not Found from /debug/vars:\n404 page not found\n",
        ] {
            let vars = parse(text);
            assert_eq!(vars.error.as_deref(), text.lines().next());
            assert_eq!(vars.memstats, None);
            assert_eq!(vars.receiver, None);
        }
        assert_eq!(parse(""), TraceVars::default());
        assert_eq!(parse("{}\n"), TraceVars::default());
    }

    #[test]
    fn idle_old_and_cut() {
        // Nothing was received in the minute before.
        let idle = parse("receiver: []\nratebyservice: {}\npid: 7\n");
        assert_eq!(idle.receiver, Some(ReceiverStats::default()));
        let null = parse("receiver:\nratebyservice:\nversion: 6.1.0\nuptime: 3\n");
        assert_eq!(null.receiver, None);
        assert_eq!(null.version.as_deref(), Some("6.1.0"));
        let nested = parse(
            "{\"receiver\": [{\"Tags\": {\"Lang\": \"go\"}, \"Stats\": {\"TracesReceived\": 3, \"TracesDropped\": 2}}, 5]}",
        );
        let receiver = nested.receiver.unwrap();
        assert_eq!(
            (receiver.traces_received, receiver.traces_dropped),
            (Some(3), Some(2))
        );
        assert_eq!(nested.tracers[0].language, "go");
        let cut = parse("memstats:\n  Alloc: 5\nreceiver:\n- Lang: java\n  TracesRecei");
        assert_eq!(cut.memstats.unwrap().alloc, Some(5));
        assert_eq!(cut.tracers.len(), 1);
    }
}
