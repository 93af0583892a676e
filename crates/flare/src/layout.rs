//! Which part each file of a flare plays, told from its path alone.
//!
//! The table follows the Agent's own flare providers (versions 7.5x to 7.8x). A path that nobody
//! has heard of still gets a role: [`Role::Unneeded`] with the reason.

use crate::process::Process;

/// Which profile of a process a file is, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProfileKind {
    /// Heap before the CPU profile; also a heap profile that stands alone.
    HeapFirst,
    /// Heap after the CPU profile.
    HeapSecond,
    /// `/allocs`: the heap with another default.
    Allocs,
    /// CPU.
    Cpu,
    /// Blocking events.
    Block,
    /// Lock contention.
    Mutex,
    /// The name does not tell.
    Unknown,
}

impl ProfileKind {
    /// The kind in words, for example `first heap profile`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::HeapFirst => "first heap profile",
            Self::HeapSecond => "second heap profile",
            Self::Allocs => "allocations profile",
            Self::Cpu => "CPU profile",
            Self::Block => "block profile",
            Self::Mutex => "mutex profile",
            Self::Unknown => "profile of an unknown kind",
        }
    }
}

/// The part that a file plays.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// A pprof profile. At most one entry holds each pair, unless the kind is unknown.
    Profile {
        /// By the prefix of the file name; of loose profiles what their name gives.
        process: Process,
        /// Which profile.
        kind: ProfileKind,
    },
    /// A Go execution trace.
    Trace {
        /// By the prefix of the file name.
        process: Process,
    },
    /// `status.log`, or that of the Cluster Agent or the Security Agent.
    Status,
    /// `expvar/memstats`.
    Memstats,
    /// `expvar/trace-agent`.
    TraceAgentVars,
    /// `expvar/system-probe`.
    SystemProbeVars,
    /// `expvar/aggregator`.
    AggregatorVars,
    /// `expvar/forwarder`.
    ForwarderVars,
    /// `expvar/rtloader`.
    RtloaderVars,
    /// `expvar/runner`.
    RunnerVars,
    /// `expvar/dogstatsd`.
    DogstatsdVars,
    /// `telemetry.log`.
    Telemetry,
    /// `system-probe/system_probe_telemetry.log`.
    SystemProbeTelemetry,
    /// `install_info.log`, `install_info` in older versions.
    InstallInfo,
    /// `metadata/host.json`.
    HostMetadata,
    /// `metadata/inventory/host.json`.
    InventoryHost,
    /// `k8s/kubelet_pods.yaml`.
    KubeletPods,
    /// `docker_inspect.log`.
    DockerInspect,
    /// `ecs_metadata.json`.
    EcsMetadata,
    /// `go-routine-dump.log`.
    Goroutines,
    /// `runtime_config_dump.yaml`.
    RuntimeConfig,
    /// `system_probe_runtime_config_dump.yaml`.
    SystemProbeConfig,
    /// `process_agent_runtime_config_dump.yaml`.
    ProcessAgentConfig,
    /// `version-history.json`.
    VersionHistory,
    /// `flare_creation.log`.
    FlareCreation,
    /// `runtime_debug_info.log`.
    RuntimeDebugInfo,
    /// `envvars.log`.
    Envvars,
    /// `health.yaml`.
    Health,
    /// `dmesg.log` of system-probe: the kernel's out-of-memory kills.
    Dmesg,
    /// `local`: the flare was built by the command, not by the Agent.
    LocalMarker,
    /// A current log of the Agent, `logs/*.log`; not a rotated one.
    AgentLog,
    /// `diagnose.log`.
    DiagnoseLog,
    /// `tagger-list.json`.
    TaggerList,
    /// `workload-list.log`.
    WorkloadList,
    /// `health-platform-issues.json`.
    HealthIssues,
    /// Not needed to judge profiles.
    Unneeded(&'static str),
}

impl Role {
    /// The role in words.
    pub fn title(&self) -> String {
        match self {
            Self::Profile { process, kind } => format!("{} of {process}", kind.title()),
            Self::Trace { process } => format!("execution trace of {process}"),
            Self::Status => "status".to_owned(),
            Self::Memstats => "Go memory statistics of the Agent".to_owned(),
            Self::TraceAgentVars => "variables of the trace-agent".to_owned(),
            Self::SystemProbeVars => "variables of system-probe".to_owned(),
            Self::AggregatorVars => "variables of the aggregator".to_owned(),
            Self::ForwarderVars => "variables of the forwarder".to_owned(),
            Self::RtloaderVars => "memory between Go and Python".to_owned(),
            Self::RunnerVars => "variables of the check runner".to_owned(),
            Self::DogstatsdVars => "variables of DogStatsD".to_owned(),
            Self::Telemetry => "telemetry of the Agent".to_owned(),
            Self::SystemProbeTelemetry => "telemetry of system-probe".to_owned(),
            Self::InstallInfo => "install method".to_owned(),
            Self::HostMetadata => "host metadata".to_owned(),
            Self::InventoryHost => "host inventory".to_owned(),
            Self::KubeletPods => "pods of the node, with limits and restarts".to_owned(),
            Self::DockerInspect => "the Agent's container in Docker".to_owned(),
            Self::EcsMetadata => "metadata of ECS".to_owned(),
            Self::Goroutines => "goroutine dump".to_owned(),
            Self::RuntimeConfig => "effective configuration".to_owned(),
            Self::SystemProbeConfig => "effective configuration of system-probe".to_owned(),
            Self::ProcessAgentConfig => "effective configuration of the process-agent".to_owned(),
            Self::VersionHistory => "installed versions".to_owned(),
            Self::FlareCreation => "log of the flare's making".to_owned(),
            Self::RuntimeDebugInfo => "Go build and collector settings".to_owned(),
            Self::Envvars => "environment variables".to_owned(),
            Self::Health => "component health".to_owned(),
            Self::Dmesg => "kernel log".to_owned(),
            Self::LocalMarker => "mark of a local flare".to_owned(),
            Self::AgentLog => {
                "log: counts of errors, and the lines that announce a limit or a restart".to_owned()
            }
            Self::DiagnoseLog => "results of the Agent's own diagnosis".to_owned(),
            Self::TaggerList => "counts of tagged entities".to_owned(),
            Self::WorkloadList => "counts of workloads".to_owned(),
            Self::HealthIssues => "issues of the health platform".to_owned(),
            Self::Unneeded(reason) => (*reason).to_owned(),
        }
    }

    /// At most one entry may play this part. Names of loose profiles promise nothing.
    pub(super) const fn is_single(&self, loose: bool) -> bool {
        match self {
            Self::Unneeded(_) | Self::AgentLog => false,
            Self::Profile { kind, .. } => !loose && !matches!(kind, ProfileKind::Unknown),
            _ => true,
        }
    }
}

/// Tells the role of the file at `inner`, a path below the flare's root.
pub fn role(inner: &str) -> Role {
    if is_junk(inner) {
        return Role::Unneeded("left by an archive tool or the operating system");
    }
    let (folder, name) = inner.rsplit_once('/').unwrap_or(("", inner));
    if let Some(role) = profile(folder, name) {
        return role;
    }
    match inner {
        "status.log" | "cluster-agent-status.log" | "security-agent-status.log" => Role::Status,
        "expvar/memstats" => Role::Memstats,
        "expvar/trace-agent" => Role::TraceAgentVars,
        "expvar/system-probe" => Role::SystemProbeVars,
        "expvar/aggregator" => Role::AggregatorVars,
        "expvar/forwarder" => Role::ForwarderVars,
        "expvar/rtloader" => Role::RtloaderVars,
        "expvar/runner" => Role::RunnerVars,
        "expvar/dogstatsd" => Role::DogstatsdVars,
        "telemetry.log" => Role::Telemetry,
        "system-probe/system_probe_telemetry.log" => Role::SystemProbeTelemetry,
        "install_info.log" | "install_info" => Role::InstallInfo,
        "metadata/host.json" => Role::HostMetadata,
        "metadata/inventory/host.json" => Role::InventoryHost,
        "k8s/kubelet_pods.yaml" => Role::KubeletPods,
        "docker_inspect.log" => Role::DockerInspect,
        "ecs_metadata.json" => Role::EcsMetadata,
        "go-routine-dump.log" => Role::Goroutines,
        "runtime_config_dump.yaml" => Role::RuntimeConfig,
        "system_probe_runtime_config_dump.yaml" => Role::SystemProbeConfig,
        "process_agent_runtime_config_dump.yaml" => Role::ProcessAgentConfig,
        "version-history.json" => Role::VersionHistory,
        "flare_creation.log" => Role::FlareCreation,
        "runtime_debug_info.log" => Role::RuntimeDebugInfo,
        "envvars.log" => Role::Envvars,
        "health.yaml" => Role::Health,
        "system-probe/dmesg.log" | "dmesg.log" | "dmesg" => Role::Dmesg,
        "local" => Role::LocalMarker,
        "diagnose.log" => Role::DiagnoseLog,
        "tagger-list.json" => Role::TaggerList,
        "workload-list.log" => Role::WorkloadList,
        "health-platform-issues.json" => Role::HealthIssues,
        _ if folder == "logs" && is_current_log(name) => Role::AgentLog,
        _ => Role::Unneeded(reason(inner, folder, name)),
    }
}

/// Why a file is left alone.
fn reason(inner: &str, folder: &str, name: &str) -> &'static str {
    let top = inner.split('/').next().unwrap_or_default();
    let is_top = folder.is_empty();
    match top {
        "logs" => return "rotated log or text of another kind; only current logs are read",
        "etc" => return "configuration on disk; the effective one is read instead",
        "expvar" => return "internal variables that no rule asks for",
        "metadata" => {
            return "inventory payload; the host is read from metadata/host.json and metadata/inventory/host.json";
        }
        "k8s" => {
            return "Kubernetes description; the limits of containers are read from kubelet_pods.yaml";
        }
        "system-probe" => return "kernel or network state, not about the Agent's own memory or CPU",
        "otel" => return "description of the OpenTelemetry Agent, not a profile",
        "sbom" => return "software bill of materials, not needed to judge profiles",
        "connectivity" => return "connection tests, not needed to judge profiles",
        "compliance.d" | "runtime-security.d" => {
            return "security policy, not needed to judge profiles";
        }
        "eventlog" => return "Windows event log, not needed to judge profiles",
        "profiles" => return "in the profiles folder, but neither a profile nor a trace",
        _ => {}
    }
    if is_top {
        let known = match name {
            "config-check.log" => {
                "resolved check configuration; the running checks are read from status.log"
            }
            "permissions.log" | "logs_file_permissions.log" => {
                "file permissions, not needed to judge profiles"
            }
            "secrets.log" => "state of secret handling, not needed to judge profiles",
            "non_scrubbed_files.json" => "list of files that were not scrubbed",
            "process-agent_tagger-list.json" => {
                "tags of each entity; counts are read from tagger-list.json"
            }
            "workload-filter.log" => "container inventory, not needed to judge profiles",
            "registry.json" => "positions in tailed log files, not needed to judge profiles",
            "agent_open_files.txt" => "open files, not about memory or CPU",
            "remote-config-state.log" => {
                "state of Remote Configuration, not needed to judge profiles"
            }
            "otel-response.json" => "description of the OpenTelemetry Agent, not a profile",
            "docker_ps.log" => {
                "list of containers; the Agent's own is read from docker_inspect.log"
            }
            "datadog.reg"
            | "typeperf.txt"
            | "lodctr.txt"
            | "counter_strings.txt"
            | "servicestatus.json"
            | "servicestatus.txt" => "Windows state, not needed to judge profiles",
            "connectivity.log" => "connection tests, not needed to judge profiles",
            "cluster-agent-metadatamapper.log"
            | "clusterchecks.log"
            | "autoscaler-list.json"
            | "local-autoscaling-check.json"
            | "cluster-agent-metadata.json"
            | "custommetricsprovider.log"
            | "agent-daemonset.yaml"
            | "helm-values.yaml"
            | "cluster-agent-deployment.yaml"
            | "datadog-agent-cr.yaml" => "state of the cluster, not needed to judge profiles",
            _ => "",
        };
        if !known.is_empty() {
            return known;
        }
        if name.ends_with("_check_output.json") {
            return "output of a process check, not needed to judge profiles";
        }
        if name.ends_with(".log") || name.ends_with(".txt") {
            return "a text that no rule asks for";
        }
        if name.ends_with(".json") || name.ends_with(".yaml") || name.ends_with(".yml") {
            return "data that no rule asks for";
        }
        return "no rule asks for this file";
    }
    if is_root_file(name) {
        // `<remote agent id>/status.log`: an Agent of another kind, which has no Go profiles.
        return "belongs to a remote Agent that registered with this one, not to this Agent";
    }
    "no rule asks for this file"
}

/// `agent.log`, not `agent.log.1`, `agent.1.log` or `agent.2026-11-28.log`.
fn is_current_log(name: &str) -> bool {
    name.strip_suffix(".log")
        .is_some_and(|stem| !stem.is_empty() && !stem.contains('.'))
}

/// Files that stand right below the root of a flare. A goroutine dump is none: it comes alone as well,
/// and of any program.
fn is_root_file(name: &str) -> bool {
    matches!(
        name,
        "status.log"
            | "cluster-agent-status.log"
            | "security-agent-status.log"
            | "runtime_config_dump.yaml"
            | "runtime_debug_info.log"
            | "flare_creation.log"
            | "version-history.json"
            | "telemetry.log"
            | "envvars.log"
            | "health.yaml"
            | "install_info.log"
            | "install_info"
            | "config-check.log"
            | "diagnose.log"
            | "permissions.log"
            | "tagger-list.json"
            | "workload-list.log"
            | "non_scrubbed_files.json"
    )
}

/// The role of a profile or a trace, wherever it lies.
fn profile(folder: &str, name: &str) -> Option<Role> {
    let in_profiles = folder == "profiles" || folder.ends_with("/profiles");
    if let Some(stem) = name.strip_suffix(".trace")
        && !stem.is_empty()
    {
        return Some(Role::Trace {
            process: Process::parse(stem),
        });
    }
    if let Some((_, endpoint)) = name
        .strip_suffix(".dat")
        .and_then(|stem| stem.split_once("debug_pprof_"))
    {
        let kind = match endpoint {
            "heap" => ProfileKind::HeapFirst,
            "allocs" => ProfileKind::Allocs,
            "profile" => ProfileKind::Cpu,
            "block" => ProfileKind::Block,
            "mutex" => ProfileKind::Mutex,
            _ => ProfileKind::Unknown,
        };
        return Some(Role::Profile {
            process: Process::OtelAgent,
            kind,
        });
    }
    let stem = profile_stem(name);
    match stem {
        Some(stem) => {
            let (process, kind) = split_stem(stem);
            Some(Role::Profile { process, kind })
        }
        None if in_profiles || folder.is_empty() => {
            // `heap`, `mutex`: saved straight from a debug endpoint. Whole words only, and only
            // without an extension, so that `heap.log` stays a log.
            (!name.contains('.'))
                .then(|| known_suffix(name))
                .flatten()
                .filter(|(prefix, _)| prefix.is_empty())
                .map(|(_, kind)| Role::Profile {
                    process: Process::Nameless,
                    kind,
                })
        }
        None => None,
    }
}

/// Process and kind as the name of a loose profile gives them, whatever its extensions.
pub(super) fn loose_name(name: &str) -> (Process, ProfileKind) {
    const EXTENSIONS: [&str; 14] = [
        ".gz", ".out", ".txt", ".pgo", ".tgz", ".bin", ".prof", ".pprof", ".pb", ".profile",
        ".dump", ".log", ".dat", ".text",
    ];
    let mut stem = name;
    while let Some(shorter) = EXTENSIONS
        .iter()
        .find_map(|extension| stem.strip_suffix(extension))
        .filter(|shorter| !shorter.is_empty())
    {
        stem = shorter;
    }
    split_stem(stem)
}

/// The name without the extension of a profile; `None` if it has none.
fn profile_stem(name: &str) -> Option<&str> {
    const EXTENSIONS: [&str; 8] = [
        ".pprof.gz",
        ".pprof.pb.gz",
        ".pprof",
        ".pb.gz",
        ".prof.gz",
        ".prof",
        ".pb",
        ".profile",
    ];
    EXTENSIONS
        .iter()
        .find_map(|extension| name.strip_suffix(extension))
        .filter(|stem| !stem.is_empty())
}

/// Process and kind of a profile's stem, for example `security-agent` and first heap of
/// `security-agent-1st-heap`.
fn split_stem(stem: &str) -> (Process, ProfileKind) {
    match known_suffix(stem) {
        Some(("", kind)) => (Process::Nameless, kind),
        Some((process, kind)) => (Process::parse(process), kind),
        None => (Process::parse(stem), ProfileKind::Unknown),
    }
}

/// Cuts the suffix that names the kind. The Agent's own come first, then those that people and
/// tools use; the part before it, without the separator, is the process.
fn known_suffix(stem: &str) -> Option<(&str, ProfileKind)> {
    use ProfileKind::{Allocs, Block, Cpu, HeapFirst, HeapSecond, Mutex};
    const SUFFIXES: [(&str, ProfileKind); 24] = [
        ("1st-heap", HeapFirst),
        ("2nd-heap", HeapSecond),
        ("first-heap", HeapFirst),
        ("second-heap", HeapSecond),
        ("heap-1st", HeapFirst),
        ("heap-2nd", HeapSecond),
        ("heap-before", HeapFirst),
        ("heap-after", HeapSecond),
        ("heap-1", HeapFirst),
        ("heap-2", HeapSecond),
        ("heap_1", HeapFirst),
        ("heap_2", HeapSecond),
        ("heap.1", HeapFirst),
        ("heap.2", HeapSecond),
        ("heap1", HeapFirst),
        ("heap2", HeapSecond),
        ("heap", HeapFirst),
        ("allocs", Allocs),
        ("cpu", Cpu),
        ("profile", Cpu),
        ("block", Block),
        ("blocking", Block),
        ("mutex", Mutex),
        ("contention", Mutex),
    ];
    SUFFIXES.iter().find_map(|(suffix, kind)| {
        let before = stem.strip_suffix(suffix)?;
        if before.is_empty() {
            return Some((before, *kind));
        }
        let process = before.strip_suffix(['-', '_', '.'])?;
        (!process.is_empty()).then_some((process, *kind))
    })
}

/// Files that archive tools and file managers add.
pub(super) fn is_junk(path: &str) -> bool {
    path.split('/').any(|part| part == "__MACOSX")
        || path.rsplit('/').next().is_some_and(|name| {
            name.starts_with("._") || matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini")
        })
}

/// The folder that the flare's files lie in, and other such folders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Roots {
    /// Empty: the files lie at the top. `None`: nothing here looks like a flare.
    pub(super) root: Option<String>,
    /// Folders that are flares of their own.
    pub(super) others: Vec<String>,
}

/// Finds the shortest folder below which files lie as they do in a flare.
///
/// The shortest, because what a remote Agent adds (`<id>/status.log`) looks like a flare in the
/// flare. Of several folders of the same depth the one with most such files is taken.
pub(super) fn find_roots<'a>(paths: impl Iterator<Item = &'a str> + Clone) -> Roots {
    let strong = candidates(paths.clone(), strong_root);
    let found = if strong.is_empty() {
        candidates(paths, weak_root)
    } else {
        strong
    };
    let depth = |folder: &str| folder.split('/').filter(|part| !part.is_empty()).count();
    let Some(best) = found
        .iter()
        .min_by_key(|(folder, count)| (depth(folder), std::cmp::Reverse(*count)))
    else {
        return Roots::default();
    };
    let root = best.0.clone();
    // Two files that belong there, so that a stray `status.log` is no second flare.
    let others = found
        .iter()
        .filter(|(folder, count)| *count > 1 && !is_within(folder, &root))
        .map(|(folder, _)| folder.clone())
        .collect();
    Roots {
        root: Some(root),
        others,
    }
}

/// Whether `path` lies in `folder`, or is it.
pub(super) fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Folders named by `root_of`, in the order in which they appear, and how often.
fn candidates<'a>(
    paths: impl Iterator<Item = &'a str>,
    root_of: impl Fn(&str) -> Option<&str>,
) -> Vec<(String, usize)> {
    let mut found: Vec<(String, usize)> = Vec::new();
    // Places in `found`, so that a hostile archive of many folders costs no square of them.
    let mut places = std::collections::HashMap::new();
    for path in paths.filter(|path| !is_junk(path)) {
        let Some(folder) = root_of(path) else {
            continue;
        };
        let place = *places.entry(folder.to_owned()).or_insert_with(|| {
            found.push((folder.to_owned(), 0));
            found.len() - 1
        });
        if let Some((_, count)) = found.get_mut(place) {
            *count += 1;
        }
    }
    found
}

/// The root, if this file lies where only a flare has it.
fn strong_root(path: &str) -> Option<&str> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (above, last) = folder.rsplit_once('/').unwrap_or(("", folder));
    match last {
        "profiles" if name.ends_with(".pprof") || name.ends_with(".trace") => Some(above),
        "expvar" => Some(above),
        "metadata" if name == "host.json" => Some(above),
        _ if is_root_file(name) => Some(folder),
        _ => None,
    }
}

/// The root, if this file may also lie elsewhere.
fn weak_root(path: &str) -> Option<&str> {
    const INSIDE: [&str; 6] = [
        "etc/datadog.yaml",
        "logs/agent.log",
        "logs/trace-agent.log",
        "logs/process-agent.log",
        "logs/cluster-agent.log",
        "logs/security-agent.log",
    ];
    if let Some(at) = path.find("otel/otel-flare/")
        && (at == 0 || path.get(..at).is_some_and(|before| before.ends_with('/')))
    {
        return path.get(..at).map(|root| root.trim_end_matches('/'));
    }
    INSIDE.iter().find_map(|inside| {
        let before = path.strip_suffix(inside)?;
        (before.is_empty() || before.ends_with('/')).then(|| before.trim_end_matches('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(paths: &[&str], expected: Expect) {
        let lines: Vec<String> = paths
            .iter()
            .map(|path| format!("{path}: {:?}", role(path)))
            .collect();
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn profiles_of_any_process() {
        check(
            &[
                "profiles/core-1st-heap.pprof",
                "profiles/security-agent-2nd-heap.pprof",
                "profiles/datadog-cluster-agent-block.pprof",
                "profiles/my-new-agent-cpu.pprof",
                "profiles/core-allocs.pprof",
                "profiles/core-wallclock.pprof",
                "profiles/trace.trace",
                "otel/otel-flare/pprof/dd-autoconfigured_debug_pprof_profile.dat",
                "otel/otel-flare/pprof/dd-autoconfigured_debug_pprof_heap.dat",
                "otel/otel-flare/customer.cfg",
                "profiles/readme.txt",
            ],
            expect![[r#"
                profiles/core-1st-heap.pprof: Profile { process: "core", kind: HeapFirst }
                profiles/security-agent-2nd-heap.pprof: Profile { process: "security-agent", kind: HeapSecond }
                profiles/datadog-cluster-agent-block.pprof: Profile { process: "datadog-cluster-agent", kind: Block }
                profiles/my-new-agent-cpu.pprof: Profile { process: "my-new-agent", kind: Cpu }
                profiles/core-allocs.pprof: Profile { process: "core", kind: Allocs }
                profiles/core-wallclock.pprof: Profile { process: "core-wallclock", kind: Unknown }
                profiles/trace.trace: Trace { process: "trace" }
                otel/otel-flare/pprof/dd-autoconfigured_debug_pprof_profile.dat: Profile { process: "otel-agent", kind: Cpu }
                otel/otel-flare/pprof/dd-autoconfigured_debug_pprof_heap.dat: Profile { process: "otel-agent", kind: HeapFirst }
                otel/otel-flare/customer.cfg: Unneeded("description of the OpenTelemetry Agent, not a profile")
                profiles/readme.txt: Unneeded("in the profiles folder, but neither a profile nor a trace")"#]],
        );
    }

    #[test]
    fn loose_profiles() {
        check(
            &[
                "heap.pb.gz",
                "cpu.pprof",
                "mutex",
                "heap",
                "agent-heap-2.pb.gz",
                "pprof.agent.samples.cpu.001.pb.gz",
                "heap.log",
                "-cpu.pprof",
            ],
            expect![[r#"
                heap.pb.gz: Profile { process: "profile", kind: HeapFirst }
                cpu.pprof: Profile { process: "profile", kind: Cpu }
                mutex: Profile { process: "profile", kind: Mutex }
                heap: Profile { process: "profile", kind: HeapFirst }
                agent-heap-2.pb.gz: Profile { process: "agent", kind: HeapSecond }
                pprof.agent.samples.cpu.001.pb.gz: Profile { process: "pprof.agent.samples.cpu.001", kind: Unknown }
                heap.log: Unneeded("a text that no rule asks for")
                -cpu.pprof: Profile { process: "-cpu", kind: Unknown }"#]],
        );
    }

    #[test]
    fn the_rest() {
        check(
            &[
                "status.log",
                "agent-data-plane-1/status.log",
                "Status.log",
                "install_info",
                "expvar/memstats",
                "expvar/cmdline",
                "logs/agent.log",
                "logs/agent.log.1",
                "logs/agent.1.log",
                "logs/agent.log.2026-11-28-14-52-02",
                "logs/dogstatsd_info/dogstatsd-stats.log",
                "logs/status.log",
                "diagnose.log",
                "tagger-list.json",
                "process-agent_tagger-list.json",
                "workload-list.log",
                "workload-filter.log",
                "health-platform-issues.json",
                "etc/datadog.yaml",
                "metadata/host.json",
                "metadata/inventory/host.json",
                "metadata/inventory/checks.json",
                "k8s/kubelet_pods.yaml",
                "k8s/kubelet_config.yaml",
                "adp-1/kubelet_pods.yaml",
                "docker_inspect.log",
                "docker_ps.log",
                "ecs_metadata.json",
                "system-probe/dmesg.log",
                "local",
                "__MACOSX/._status.log",
                "unheard.of",
            ],
            expect![[r#"
                status.log: Status
                agent-data-plane-1/status.log: Unneeded("belongs to a remote Agent that registered with this one, not to this Agent")
                Status.log: Unneeded("a text that no rule asks for")
                install_info: InstallInfo
                expvar/memstats: Memstats
                expvar/cmdline: Unneeded("internal variables that no rule asks for")
                logs/agent.log: AgentLog
                logs/agent.log.1: Unneeded("rotated log or text of another kind; only current logs are read")
                logs/agent.1.log: Unneeded("rotated log or text of another kind; only current logs are read")
                logs/agent.log.2026-11-28-14-52-02: Unneeded("rotated log or text of another kind; only current logs are read")
                logs/dogstatsd_info/dogstatsd-stats.log: Unneeded("rotated log or text of another kind; only current logs are read")
                logs/status.log: AgentLog
                diagnose.log: DiagnoseLog
                tagger-list.json: TaggerList
                process-agent_tagger-list.json: Unneeded("tags of each entity; counts are read from tagger-list.json")
                workload-list.log: WorkloadList
                workload-filter.log: Unneeded("container inventory, not needed to judge profiles")
                health-platform-issues.json: HealthIssues
                etc/datadog.yaml: Unneeded("configuration on disk; the effective one is read instead")
                metadata/host.json: HostMetadata
                metadata/inventory/host.json: InventoryHost
                metadata/inventory/checks.json: Unneeded("inventory payload; the host is read from metadata/host.json and metadata/inventory/host.json")
                k8s/kubelet_pods.yaml: KubeletPods
                k8s/kubelet_config.yaml: Unneeded("Kubernetes description; the limits of containers are read from kubelet_pods.yaml")
                adp-1/kubelet_pods.yaml: Unneeded("no rule asks for this file")
                docker_inspect.log: DockerInspect
                docker_ps.log: Unneeded("list of containers; the Agent's own is read from docker_inspect.log")
                ecs_metadata.json: EcsMetadata
                system-probe/dmesg.log: Dmesg
                local: LocalMarker
                __MACOSX/._status.log: Unneeded("left by an archive tool or the operating system")
                unheard.of: Unneeded("no rule asks for this file")"#]],
        );
    }

    fn roots(paths: &[&str]) -> (Option<String>, Vec<String>) {
        let found = find_roots(paths.iter().copied());
        (found.root, found.others)
    }

    #[test]
    fn the_shortest_folder_is_the_root() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            roots(&["host/status.log", "host/adp-1/status.log"]).0,
            some("host")
        );
        assert_eq!(
            roots(&["profiles/core-cpu.pprof", "a/status.log"]).0,
            some("")
        );
        assert_eq!(
            roots(&["ticket/export/host/expvar/memstats"]).0,
            some("ticket/export/host")
        );
        assert_eq!(
            roots(&["host/logs/agent.log", "host/etc/datadog.yaml"]).0,
            some("host")
        );
        assert_eq!(roots(&["__MACOSX/status.log", "h/status.log"]).0, some("h"));
        assert_eq!(roots(&["core-1st-heap.pprof", "x.txt"]), (None, vec![]));
        assert_eq!(
            roots(&[
                "a/status.log",
                "b/status.log",
                "b/envvars.log",
                "c/x/status.log",
                "c/x/health.yaml"
            ]),
            (some("b"), vec!["c/x".to_owned()])
        );
    }
}
