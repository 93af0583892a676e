//! Commands of the Agent, spelled for the platform that a flare is from.
//!
//! Knows platforms and which capture is asked for; refuses to know the words around a command.

use crate::report::document::FindingKind;
use crate::report::model::Report;

/// The capture that is asked for first.
pub(super) const CAPTURE: &str = "flare --profile 30";
pub(super) const LONG_CAPTURE: &str = "flare --profile 120";
pub(super) const LOCK_CAPTURE: &str = "flare --profile 60 --profile-mutex --profile-blocking";

/// A command of the Agent for the platform that the flare is from.
pub(super) fn agent_command(report: &Report, arguments: &str) -> String {
    let cluster = report.judgement.main.as_deref() == Some("datadog-cluster-agent")
        || report
            .agent
            .flavor
            .as_deref()
            .is_some_and(|flavor| flavor.contains("luster"));
    if cluster {
        return format!(
            "kubectl exec -it <cluster-agent-pod> -- datadog-cluster-agent {arguments}"
        );
    }
    match Platform::of(report) {
        Platform::Linux => format!("sudo datadog-agent {arguments}"),
        Platform::Windows => format!("{WINDOWS} {arguments}"),
        Platform::Mac => format!("datadog-agent {arguments}"),
        Platform::Docker => format!("docker exec -it <agent-container> agent {arguments}"),
        Platform::Kubernetes => {
            format!("kubectl exec -it <agent-pod> -c agent -- agent {arguments}")
        }
    }
}

/// The command that runs one check, or one of its variants.
pub(super) fn check_command(report: &Report, name: &str, flags: &str) -> String {
    // The name is data, the command is to be run: nothing but a plain name gets into it.
    let plain = !name.is_empty()
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "_-.".contains(letter))
        && !name.starts_with('-');
    let name = if plain { name } else { "<check-name>" };
    let command = format!("check {name} {flags}");
    let command = command.trim_end();
    match Platform::of(report) {
        Platform::Linux => format!("sudo -u dd-agent datadog-agent {command}"),
        _ => agent_command(report, command),
    }
}

const WINDOWS: &str = r#"& "$env:ProgramFiles\Datadog\Datadog Agent\bin\agent.exe""#;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Platform {
    Linux,
    Windows,
    Mac,
    Docker,
    Kubernetes,
}

impl Platform {
    fn of(report: &Report) -> Self {
        let agent = &report.agent;
        let tool = agent
            .install_method
            .as_ref()
            .and_then(|method| method.tool.as_deref())
            .unwrap_or_default()
            .to_lowercase();
        let os = agent
            .os
            .as_deref()
            .or(agent.platform.as_deref())
            .unwrap_or_default();
        let os = os.to_lowercase();
        if ["helm", "operator", "kubernetes", "kubectl"]
            .iter()
            .any(|name| tool.contains(name))
        {
            Self::Kubernetes
        } else if tool.contains("docker") {
            Self::Docker
        } else if os.contains("darwin") || os.contains("macos") {
            Self::Mac
        } else if os.contains("windows") {
            Self::Windows
        } else {
            Self::Linux
        }
    }
}

/// `arguments` on each platform, with the platform's name.
pub(super) fn on_every_platform(arguments: &str) -> [(&'static str, String); 5] {
    [
        ("Linux", format!("sudo datadog-agent {arguments}")),
        (
            "Windows (PowerShell, as administrator)",
            format!("{WINDOWS} {arguments}"),
        ),
        ("macOS", format!("datadog-agent {arguments}")),
        (
            "Docker",
            format!("docker exec -it <agent-container> agent {arguments}"),
        ),
        (
            "Kubernetes",
            format!("kubectl exec -it <agent-pod> -c agent -- agent {arguments}"),
        ),
    ]
}

/// What would confirm a finding.
pub(super) const fn longer_capture(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::MemoryLeak => LONG_CAPTURE,
        FindingKind::CpuSpike => "flare --profile 60",
        FindingKind::Contention => LOCK_CAPTURE,
    }
}
