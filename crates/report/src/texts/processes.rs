//! Processes in words.

use crate::markdown::clean;
use flare::Process;

/// By the name of its program, within a sentence.
pub(super) fn program(process: &Process) -> &str {
    match process {
        Process::Core => "the Agent",
        Process::Trace => "the trace-agent",
        Process::ProcessAgent => "the process-agent",
        Process::SecurityAgent => "the security-agent",
        Process::ClusterAgent => "the Cluster Agent",
        Process::OtelAgent => "the OpenTelemetry Agent",
        Process::SystemProbe | Process::Nameless | Process::Other(_) => process.as_str(),
    }
}

/// By its full name, within a sentence; the core Agent is told apart from the others.
pub(super) fn full(process: &Process) -> &str {
    match process {
        Process::Core => "the core Agent",
        other => program(other),
    }
}

/// As a customer knows it.
pub(super) fn customer(process: &Process) -> String {
    match process {
        Process::Core => "the Agent's main process",
        Process::Trace => "the Trace Agent (APM)",
        Process::ProcessAgent => "the Process Agent",
        Process::SecurityAgent => "the Security Agent",
        Process::SystemProbe => "the System Probe",
        Process::ClusterAgent => "the Cluster Agent",
        Process::OtelAgent => "the OpenTelemetry Agent",
        Process::Nameless => "the recorded process",
        Process::Other(name) => return format!("the process {}", clean(name)),
    }
    .to_owned()
}
