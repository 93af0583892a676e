//! Since which version of the Agent, or of Go, advice works.
//!
//! A release of Agent 6 and one of Agent 7 with the same second number have the same features. Where
//! a flare does not tell its version, the words say from which one on.

use std::fmt;

use crate::model::Report;

/// A release, by its second number.
#[derive(Clone, Copy)]
pub(super) struct Since(u32);

/// `flare --profile-mutex` and `--profile-blocking`.
pub(super) const LOCK_FLAGS: Since = Since(30);
/// `flare --profile` records the trace-agent.
pub(super) const TRACE_PROFILES: Since = Since(23);
/// `flare --profile` records the process-agent.
pub(super) const PROCESS_PROFILES: Since = Since(36);
/// Execution traces in flares.
pub(super) const EXECUTION_TRACES: Since = Since(55);
/// `apm_config.obfuscation.cache`, on by default; `apm_config.obfuscation.sql.cache` before.
pub(super) const OBFUSCATION_CACHE: Since = Since(61);
/// `apm_config.obfuscation.cache.max_size`
pub(super) const OBFUSCATION_CACHE_SIZE: Since = Since(63);
/// The trace-agent has a debug server of its own, at port 5012: merged early in 2023 (#15591). Before,
/// the receiver answers for it.
const DEBUG_SERVER: Since = Since(44);
/// The trace-agent's debug server speaks TLS: merged in December 2024 (#31847), so 7.62 or 7.63.
pub(super) const DEBUG_TLS: Since = Since(63);
/// The last one before that change.
const DEBUG_PLAIN_TO: Since = Since(61);
/// Flares of Remote Configuration hold profiles.
pub(super) const REMOTE_PROFILES: Since = Since(64);
/// The agentprofiling check.
pub(super) const AGENT_PROFILING: Since = Since(67);
/// `metric_filterlist`: merged at the end of November 2025 (#43454), so there at the latest.
/// `statsd_metric_blocklist` is read in every version, as long as the other is empty.
pub(super) const METRIC_FILTERLIST: Since = Since(76);

impl Since {
    /// Whether the flare's Agent has it. `None` where its version is not known.
    pub(super) fn is_in(self, report: &Report) -> Option<bool> {
        let (major, minor) = numbers(report.agent.version.as_deref()?)?;
        Some(match major {
            6 | 7 => minor >= self.0,
            major => major > 7,
        })
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "7.{}", self.0)
    }
}

/// The scheme of the trace-agent's debug server; `None` where both are possible.
pub(super) fn debug_scheme(report: &Report) -> Option<&'static str> {
    if DEBUG_TLS.is_in(report)? {
        return Some("https");
    }
    (!Since(DEBUG_PLAIN_TO.0 + 1).is_in(report)?).then_some("http")
}

/// The port at which the trace-agent answers, by default.
pub(super) fn debug_port(report: &Report) -> u16 {
    match DEBUG_SERVER.is_in(report) {
        Some(false) => 8126,
        _ => 5012,
    }
}

/// A debug server that writes for 5 s gives a longer CPU profile: since Go 1.23, which extends that
/// limit; before, the request is refused.
pub(super) fn gives_long_profiles(report: &Report) -> Option<bool> {
    let go = report.agent.go_version.as_deref()?;
    Some(numbers(go.strip_prefix("go").unwrap_or(go))? >= (1, 23))
}

/// The first two numbers.
fn numbers(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().trim_start_matches('v').split(['.', '-', '+']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_as_tools_write_them() {
        for (text, expected) in [
            ("7.71.2", Some((7, 71))),
            ("v6.30.0-rc.1", Some((6, 30))),
            ("7.77-devel", Some((7, 77))),
            ("1.23.4", Some((1, 23))),
            ("7", None),
            ("", None),
            ("seven.1", None),
        ] {
            assert_eq!(numbers(text), expected, "{text}");
        }
    }
}
