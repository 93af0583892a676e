//! The processes of the Agent, by the prefix that the names of their profiles start with.
//!
//! What depends on the process stands here, once; words about it are the report's.

use std::cmp::Ordering;
use std::fmt;

/// One process of which a flare may hold profiles.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Process {
    /// The core Agent.
    Core,
    /// The Cluster Agent, in flares of its own.
    ClusterAgent,
    /// The OpenTelemetry Agent. Its profiles come from an extension of the collector with every
    /// flare, not from the flare command.
    OtelAgent,
    /// The trace-agent.
    Trace,
    /// The process-agent.
    ProcessAgent,
    /// The security-agent.
    SecurityAgent,
    /// system-probe.
    SystemProbe,
    /// That of loose profiles whose names give none.
    Nameless,
    /// Some other, by the name that its files give. May be a customer's word.
    Other(String),
}

impl Process {
    /// Those of the Agent; the first that a flare holds is its main process.
    const AGENTS: [Self; 7] = [
        Self::Core,
        Self::ClusterAgent,
        Self::OtelAgent,
        Self::Trace,
        Self::ProcessAgent,
        Self::SecurityAgent,
        Self::SystemProbe,
    ];

    /// The process of that prefix. Every text is one.
    pub fn parse(prefix: &str) -> Self {
        let mut known = Self::AGENTS.into_iter().chain([Self::Nameless]);
        known
            .find(|process| process.as_str() == prefix)
            .unwrap_or_else(|| Self::Other(prefix.to_owned()))
    }

    /// The prefix of its files, for example `core`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Core => "core",
            Self::ClusterAgent => "datadog-cluster-agent",
            Self::OtelAgent => "otel-agent",
            Self::Trace => "trace",
            Self::ProcessAgent => "process",
            Self::SecurityAgent => "security-agent",
            Self::SystemProbe => "system-probe",
            Self::Nameless => "profile",
            Self::Other(name) => name,
        }
    }

    /// Its profiles are collected by the flare command, in a fixed order that the first error ends.
    /// Other files come one by one: there a missing one says nothing of an error.
    pub const fn is_collected_by_command(&self) -> bool {
        match self {
            Self::Core
            | Self::ClusterAgent
            | Self::Trace
            | Self::ProcessAgent
            | Self::SecurityAgent
            | Self::SystemProbe => true,
            Self::OtelAgent | Self::Nameless | Self::Other(_) => false,
        }
    }

    /// It builds flares: `telemetry.log`, `expvar/memstats` and the goroutine dump are of it.
    pub const fn builds_flares(&self) -> bool {
        matches!(self, Self::Core | Self::ClusterAgent)
    }

    /// Python runs inside of it.
    pub const fn embeds_python(&self) -> bool {
        matches!(self, Self::Core)
    }

    /// It records block and mutex profiles from its start by the configuration alone, whether its
    /// continuous profiler is on or not.
    pub const fn sets_rates_at_start(&self) -> bool {
        matches!(self, Self::Core | Self::ClusterAgent | Self::SystemProbe)
    }

    /// The setting that turns its continuous profiler on.
    pub const fn profiler_setting(&self) -> &'static str {
        match self {
            Self::Trace => "apm_config.internal_profiling.enabled",
            Self::ProcessAgent => "process_config.internal_profiling.enabled",
            Self::SecurityAgent => "security_agent.internal_profiling.enabled",
            Self::SystemProbe => "system_probe_config.internal_profiling.enabled",
            _ => "internal_profiling.enabled",
        }
    }
}

/// Names of the Agent's programs, as the kernel cuts them.
const PROGRAMS: [&str; 9] = [
    "agent",
    "datadog-agent",
    "trace-agent",
    "process-agent",
    "security-agent",
    "security-agen",
    "system-probe",
    "datadog-cluster",
    "otel-agent",
];

/// Whether the kernel calls one of the Agent's own processes that.
pub fn is_program(name: &str) -> bool {
    PROGRAMS.contains(&name)
}

/// The name alone: it says all.
impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The main process first, others by name.
impl Ord for Process {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |process: &Self| {
            let known = Self::AGENTS.iter().position(|agent| agent == process);
            known.unwrap_or(Self::AGENTS.len())
        };
        (rank(self), self.as_str()).cmp(&(rank(other), other.as_str()))
    }
}

impl PartialOrd for Process {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prefix_is_one_process() {
        for process in Process::AGENTS.into_iter().chain([Process::Nameless]) {
            assert_eq!(Process::parse(process.as_str()), process);
        }
        assert_eq!(Process::parse("ant"), Process::Other("ant".to_owned()));
        assert_eq!(Process::parse("Core").as_str(), "Core");
    }

    #[test]
    fn the_main_process_comes_first() {
        let order = |names: &[&str]| {
            let mut processes: Vec<Process> =
                names.iter().map(|name| Process::parse(name)).collect();
            processes.sort();
            let names: Vec<&str> = processes.iter().map(Process::as_str).collect();
            names.join(" ")
        };
        assert_eq!(order(&["trace", "aaa", "core"]), "core trace aaa");
        assert_eq!(
            order(&["otel-agent", "datadog-cluster-agent"]),
            "datadog-cluster-agent otel-agent"
        );
        assert_eq!(order(&["zebra", "profile", "ant"]), "ant profile zebra");
    }
}
