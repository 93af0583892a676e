//! Commands of the Agent, spelled for the platform that a flare is from.
//!
//! Knows platforms and which capture is asked for; refuses to know the words around a command.

use crate::document::FindingKind;
use crate::model::{FileFact, Report};
use diagnose::verdict::Finding;
use flare::Process;

/// The capture that is asked for first.
pub(super) const CAPTURE: &str = "flare --profile 30";
pub(super) const PLAIN_FLARE: &str = "flare";
pub(super) const LONG_CAPTURE: &str = "flare --profile 120";
pub(super) const LOCK_CAPTURE: &str = "flare --profile 60 --profile-mutex --profile-blocking";

/// The flare is one of the Cluster Agent.
pub(super) fn is_cluster_agent(report: &Report) -> bool {
    report.judgement.main == Some(Process::ClusterAgent)
        || report
            .agent
            .flavor
            .as_deref()
            .is_some_and(|flavor| flavor.contains("luster"))
}

/// Where a customer runs a command, and what to fill in; goes on after "the following command".
pub(super) fn where_to_run(report: &Report) -> &'static str {
    if is_cluster_agent(report) {
        return " with the name of the Cluster Agent's pod in place of <cluster-agent-pod>";
    }
    match Platform::of(report) {
        Platform::Linux | Platform::Mac => " on the affected host",
        Platform::Windows => " on the affected host, in PowerShell as administrator",
        Platform::Docker => {
            " on the affected host, with the name of the Agent's container in place of <agent-container>"
        }
        Platform::Kubernetes => {
            " with the name of the affected Agent's pod in place of <agent-pod>"
        }
    }
}

const LOCK_FLAGS: &str = " --profile-mutex --profile-blocking";

/// A command of the Agent for the platform that the flare is from.
pub fn agent_command(report: &Report, arguments: &str) -> String {
    if is_cluster_agent(report) {
        // Its command takes the flags, but sets the rates at the address of the flare itself
        // (pkg/cli/subcommands/dcaflare of the Agent's sources). That this fails, and with it the
        // whole command, is inferred: without the flags it is safe.
        let arguments = arguments.strip_suffix(LOCK_FLAGS).unwrap_or(arguments);
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
        Platform::Linux if !is_cluster_agent(report) => {
            format!("sudo -u dd-agent datadog-agent {command}")
        }
        _ => agent_command(report, command),
    }
}

/// The command is spelled for PowerShell, which is not what a customer has open.
pub(super) fn is_for_powershell(command: &str) -> bool {
    command.starts_with(WINDOWS)
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
            // The Agent's image says so wherever it runs; only in a cluster it talks to a kubelet.
            let kubelet = |file: &FileFact| file.path.contains("k8s/kubelet_");
            if report.files.iter().any(kubelet) {
                Self::Kubernetes
            } else {
                Self::Docker
            }
        } else if os.contains("darwin") || os.contains("macos") {
            Self::Mac
        } else if os.contains("windows") {
            Self::Windows
        } else {
            Self::Linux
        }
    }
}

/// The same, the platform of the flare first.
pub(super) fn on_every_platform_from(
    report: &Report,
    arguments: &str,
) -> [(&'static str, String); 5] {
    let mut commands = on_every_platform(arguments);
    let own = agent_command(report, arguments);
    if let Some(at) = commands.iter().position(|(_, command)| *command == own) {
        commands[..=at].rotate_right(1);
    }
    commands
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
pub(super) fn longer_capture(finding: &Finding) -> &'static str {
    match (&finding.process, finding.kind) {
        (Process::OtelAgent, _) => PLAIN_FLARE,
        (_, FindingKind::MemoryLeak) => LONG_CAPTURE,
        // The flags raise the rates of the core Agent only.
        (Process::Core, FindingKind::Contention) => LOCK_CAPTURE,
        (_, FindingKind::CpuSpike | FindingKind::Contention) => "flare --profile 60",
    }
}

/// How long such a capture records.
pub(super) fn capture_seconds(capture: &str) -> &str {
    capture
        .split_once("--profile ")
        .and_then(|(_, rest)| rest.split(' ').next())
        .unwrap_or("30")
}
