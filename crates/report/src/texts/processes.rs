//! Processes in words.

use super::sentence;
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

/// By its full name, within a sentence; the core Agent is told apart from the Agent as a whole.
pub(crate) fn full(process: &Process) -> &str {
    match process {
        Process::Core => "the core Agent",
        Process::SystemProbe => "the system-probe",
        Process::Nameless => "the program",
        other => program(other),
    }
}

/// By its full name, to begin a sentence. A name that is not ours stays as it is written.
pub(crate) fn begins(process: &Process) -> String {
    match process {
        Process::Other(name) => name.clone(),
        known => sentence(full(known)),
    }
}

/// By its full name, before a colon.
pub(crate) fn heading(process: &Process) -> String {
    match process {
        Process::Other(name) => name.clone(),
        known => sentence(label(known)),
    }
}

/// By its full name, behind a comma.
pub(super) fn label(process: &Process) -> &str {
    let name = full(process);
    name.strip_prefix("the ").unwrap_or(name)
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

#[cfg(test)]
mod tests {
    use super::{begins, full, heading, label};
    use flare::Process;

    #[test]
    fn a_sentence_begins_with_a_capital_and_the_full_name() {
        let seen = ["core", "trace", "process", "system-probe", "profile"]
            .map(|prefix| begins(&Process::parse(prefix)));
        assert_eq!(
            seen,
            [
                "The core Agent",
                "The trace-agent",
                "The process-agent",
                "The system-probe",
                "The program"
            ]
        );
    }

    #[test]
    fn a_program_s_own_name_stays_as_it_is_written() {
        let process = Process::Other("myProgram".to_owned());
        assert_eq!(begins(&process), "myProgram");
        assert_eq!(full(&process), "myProgram");
        assert_eq!(label(&process), "myProgram");
        assert_eq!(heading(&process), "myProgram");
        assert_eq!(label(&Process::Trace), "trace-agent");
        assert_eq!(heading(&Process::Core), "Core Agent");
    }
}
