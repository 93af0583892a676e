//! Says what the Agent's logs announce. Kinds and numbers; no text of a line stands anywhere.

use super::bytes;
use flare::agent_log::{AgentLog, EventKind, Quantity};
use profile::units::group_thousands;

/// A kind of line in words.
pub(crate) const fn what(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Start => "process started",
        EventKind::Shutdown => "process shut down",
        EventKind::BusyWorkers => "check workers over their utilization threshold",
        EventKind::DroppedTransactions => "payloads dropped, retry queue full",
        EventKind::MemoryKill => "trace-agent stopped itself at its memory limit",
        EventKind::ProfilingThreshold => "agentprofiling: threshold exceeded",
        EventKind::ProfilingStop => "agentprofiling: Agent stopped at the threshold",
        EventKind::Gomaxprocs => "GOMAXPROCS set",
        EventKind::Gomemlimit => "GOMEMLIMIT set by the trace-agent",
        EventKind::JmxRestart => "JMXFetch restarted",
        EventKind::JmxGivenUp => "JMXFetch given up after too many restarts",
    }
}

/// A number of such lines in words.
pub(crate) fn number(what: Quantity, value: u64) -> String {
    let count = group_thousands(i64::try_from(value).unwrap_or(i64::MAX));
    match what {
        Quantity::Workers => format!("{count} workers"),
        Quantity::Transactions => format!("{count} payloads in all"),
        Quantity::QueueBytes => format!("queue of {}", bytes(value)),
        Quantity::HeldBytes => format!("{} in use", bytes(value)),
        Quantity::AllowedBytes => format!("{} allowed", bytes(value)),
        Quantity::CpuPercent => format!("{count}% of a core"),
        Quantity::Cores => format!("{count} cores"),
        Quantity::LimitBytes => format!("limit of {}", bytes(value)),
    }
}

/// How the process stood at the log's end.
pub(crate) const fn end(log: &AgentLog) -> &'static str {
    match log.runs_at_end {
        Some(true) => "no shutdown after the last start",
        Some(false) => "shut down",
        None if log.is_cut => "not read to its end",
        None => "no start and no shutdown in it",
    }
}
