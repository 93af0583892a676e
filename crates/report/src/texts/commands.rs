//! Commands of the Agent, spelled for the platform that a flare is from.
//!
//! Knows platforms and which capture is asked for; refuses to know the words around a command.

use super::versions::{LOCK_FLAGS, debug_port, debug_scheme};
use crate::document::FindingKind;
use crate::model::{FileFact, Report};
use diagnose::capture::Capture;
use diagnose::verdict::{Hole, State};
use flare::Process;
use flare::status::Flavor;

/// The flare is one of the Cluster Agent.
pub(super) fn is_cluster_agent(report: &Report) -> bool {
    report.judgement.main == Some(Process::ClusterAgent)
        || report.agent.flavor.as_ref().is_some_and(Flavor::is_cluster)
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

/// The same as a sentence, for those who know where, but not what to fill in.
pub(super) fn how_to_run(report: &Report) -> Option<&'static str> {
    if is_cluster_agent(report) {
        return Some(
            "Please put the name of the Cluster Agent's pod in place of <cluster-agent-pod>.",
        );
    }
    match Platform::of(report) {
        Platform::Linux | Platform::Mac => None,
        Platform::Windows => Some("Please run this in PowerShell as administrator."),
        Platform::Docker => {
            Some("Please put the name of the Agent's container in place of <agent-container>.")
        }
        Platform::Kubernetes => {
            Some("Please put the name of the affected Agent's pod in place of <agent-pod>.")
        }
    }
}

/// The command of a capture for the platform that the flare is from.
pub fn capture_command(report: &Report, capture: Capture) -> String {
    let capture = with_possible_flags(report, capture);
    let command = agent_command(report, &arguments(report, capture));
    if needs_profiler_off(report, capture) {
        after_profiler(report, &command)
    } else {
        command
    }
}

/// The arguments of a capture; with the ticket's number, so that the flare goes to it.
fn arguments(report: &Report, capture: Capture) -> String {
    let arguments = capture.to_string();
    match report.ticket {
        Some(ticket) => arguments.replacen("flare", &format!("flare {ticket}"), 1),
        None => arguments,
    }
}

/// The capture without flags that would make it fail.
fn with_possible_flags(report: &Report, capture: Capture) -> Capture {
    // The Cluster Agent's command takes the flags for locks, but sets the rates at the address of
    // the flare itself (pkg/cli/subcommands/dcaflare of the Agent's sources). That this fails, and
    // with it the whole command, is inferred: without the flags it is safe.
    if is_cluster_agent(report) || LOCK_FLAGS.is_in(report) == Some(false) {
        capture.without_locks()
    } else {
        capture
    }
}

/// What of a capture one command makes by itself.
pub fn possible(report: &Report, capture: Capture) -> Capture {
    let capture = with_possible_flags(report, capture);
    if needs_profiler_off(report, capture) {
        capture.without_locks()
    } else {
        capture
    }
}

/// While the core Agent's own profiler is on, its mutex fraction can't be set: the command fails
/// and makes no flare.
fn needs_profiler_off(report: &Report, capture: Capture) -> bool {
    (capture.mutex || capture.block) && report.profiler_on.contains(&Process::Core)
}

/// Arguments that stop the core Agent's own profiler.
const PROFILER_OFF: &str = "config set internal_profiling false";

/// A command after one that stops the core Agent's own profiler, which needs no restart.
fn after_profiler(report: &Report, command: &str) -> String {
    let off = agent_command(report, PROFILER_OFF);
    let then = match Platform::of(report) {
        Platform::Windows => ";",
        _ => " &&",
    };
    format!("{off}{then} {command}")
}

/// What a command needs to be said about it: it is two, the first of which stops the profiler.
pub(super) fn stops_profiler(command: &str) -> bool {
    command.contains(PROFILER_OFF)
}

/// The command that collects what a hole lacks. `None` where there is none to advise.
pub fn hole_command(report: &Report, hole: Hole, state: &State) -> Option<String> {
    match state.of_agent {
        true => agent_hole_command(report, hole, &state.process, state.kind),
        false => Some(super::program::state_command(state)),
    }
}

/// The same for a process of the Agent.
pub(crate) fn agent_hole_command(
    report: &Report,
    hole: Hole,
    process: &Process,
    kind: FindingKind,
) -> Option<String> {
    let capture = hole.capture(process, kind);
    Some(match (hole, process) {
        _ if hole.is_by_hand(process) => trace_heap_command(report),
        (Hole::RateZeroElsewhere, Process::SecurityAgent) => return None,
        (Hole::ProfilerBusy, Process::Core) => {
            let capture = with_possible_flags(report, capture);
            after_profiler(report, &agent_command(report, &arguments(report, capture)))
        }
        _ => capture_command(report, capture),
    })
}

/// What takes the trace-agent's heap by hand, from its debug server.
pub(super) fn trace_heap_command(report: &Report) -> String {
    by_hand(report, "pprof/heap", "trace-heap-1.pb.gz")
}

/// The same of a CPU profile, which a flare has 4 s of.
pub(super) fn trace_cpu_command(report: &Report) -> String {
    by_hand(report, "pprof/profile?seconds=30", "trace-cpu.pb.gz")
}

/// A request to the trace-agent's debug server.
fn by_hand(report: &Report, what: &str, file: &str) -> String {
    let scheme = debug_scheme(report).unwrap_or("https");
    let port = debug_port(report);
    let address = format!("{scheme}://127.0.0.1:{port}/debug/{what}");
    let address = match what.contains('?') {
        true => format!("'{address}'"),
        false => address,
    };
    // Its certificate is its own.
    let (check, silent) = match scheme {
        "https" => (" -k", " -sk"),
        _ => ("", " -s"),
    };
    match Platform::of(report) {
        Platform::Linux | Platform::Mac => format!("curl{check} {address} -o {file}"),
        Platform::Windows => format!("curl.exe{check} {address} -o {file}"),
        Platform::Docker => {
            format!("docker exec <agent-container> curl{silent} {address} > {file}")
        }
        Platform::Kubernetes => {
            format!("kubectl exec <agent-pod> -c trace-agent -- curl{silent} {address} > {file}")
        }
    }
}

/// What is not known of the debug server's address, where a command gives it.
pub(super) fn other_scheme(report: &Report) -> &'static str {
    match debug_scheme(report) {
        Some(_) => "",
        None => {
            " If that is refused, http:// in place of https:// works: versions before 7.62 or 7.63 have no other."
        }
    }
}

/// A command of the Agent for the platform that the flare is from.
pub fn agent_command(report: &Report, arguments: &str) -> String {
    if is_cluster_agent(report) {
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
    capture: Capture,
) -> [(&'static str, String); 5] {
    let mut commands = on_every_platform(capture);
    let own = capture_command(report, capture);
    if let Some(at) = commands.iter().position(|(_, command)| *command == own) {
        commands[..=at].rotate_right(1);
    }
    commands
}

/// A capture on each platform, with the platform's name.
pub(super) fn on_every_platform(capture: Capture) -> [(&'static str, String); 5] {
    [
        ("Linux", format!("sudo datadog-agent {capture}")),
        (
            "Windows (PowerShell, as administrator)",
            format!("{WINDOWS} {capture}"),
        ),
        ("macOS", format!("datadog-agent {capture}")),
        (
            "Docker",
            format!("docker exec -it <agent-container> agent {capture}"),
        ),
        (
            "Kubernetes",
            format!("kubectl exec -it <agent-pod> -c agent -- agent {capture}"),
        ),
    ]
}
