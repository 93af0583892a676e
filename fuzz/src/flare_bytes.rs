//! How the target `report` has a flare in its bytes.
//!
//! Needs nothing else: `cargo xtask fuzz` includes this file, to write the first inputs.

/// Every file that some rule reads, below the root.
pub(crate) const PATHS: [&str; 71] = [
    "status.log",
    "expvar/memstats",
    "expvar/trace-agent",
    "expvar/system-probe",
    "expvar/aggregator",
    "expvar/forwarder",
    "expvar/rtloader",
    "expvar/runner",
    "expvar/dogstatsd",
    "telemetry.log",
    "system-probe/system_probe_telemetry.log",
    "install_info.log",
    "metadata/host.json",
    "metadata/inventory/host.json",
    "k8s/kubelet_pods.yaml",
    "docker_inspect.log",
    "ecs_metadata.json",
    "go-routine-dump.log",
    "runtime_config_dump.yaml",
    "system_probe_runtime_config_dump.yaml",
    "process_agent_runtime_config_dump.yaml",
    "version-history.json",
    "flare_creation.log",
    "runtime_debug_info.log",
    "envvars.log",
    "health.yaml",
    "system-probe/dmesg.log",
    "local",
    "logs/agent.log",
    "profiles/core.trace",
    "profiles/core-1st-heap.pprof",
    "profiles/core-2nd-heap.pprof",
    "profiles/core-cpu.pprof",
    "profiles/core-block.pprof",
    "profiles/core-mutex.pprof",
    "profiles/core-allocs.pprof",
    "profiles/trace-1st-heap.pprof",
    "profiles/trace-2nd-heap.pprof",
    "profiles/trace-cpu.pprof",
    "profiles/system-probe-cpu.pprof",
    "profiles/process-1st-heap.pprof",
    "profiles/.pprof",
    "profiles/odd name-cpu.pprof",
    "cluster-agent-status.log",
    "profiles/trace-mutex.pprof",
    "profiles/trace-block.pprof",
    "profiles/process-2nd-heap.pprof",
    "profiles/process-cpu.pprof",
    "profiles/process-mutex.pprof",
    "profiles/process-block.pprof",
    "profiles/system-probe-1st-heap.pprof",
    "profiles/system-probe-2nd-heap.pprof",
    "profiles/system-probe-mutex.pprof",
    "profiles/system-probe-block.pprof",
    "profiles/security-agent-1st-heap.pprof",
    "profiles/security-agent-2nd-heap.pprof",
    "profiles/security-agent-cpu.pprof",
    "profiles/security-agent-mutex.pprof",
    "profiles/security-agent-block.pprof",
    "profiles/datadog-cluster-agent-1st-heap.pprof",
    "profiles/datadog-cluster-agent-2nd-heap.pprof",
    "profiles/datadog-cluster-agent-cpu.pprof",
    "profiles/datadog-cluster-agent-mutex.pprof",
    "profiles/datadog-cluster-agent-block.pprof",
    "otel/otel-flare/pprof/dd-autoconfigured_debug_pprof_profile.dat",
    "otel/otel-flare/pprof/dd-autoconfigured_debug_pprof_heap.dat",
    "logs/trace-agent.log",
    "diagnose.log",
    "tagger-list.json",
    "workload-list.log",
    "health-platform-issues.json",
];

/// In a file's number: its content is a profile made up from the bytes.
pub(crate) const MADE_UP: u8 = 0x80;

/// Instead of a file's number: what the user typed as the symptom.
pub(crate) const SYMPTOM: u8 = 0x7f;

/// Cuts files out of the bytes: each file's number, the length in two bytes, the content. The last
/// file may be cut.
pub(crate) fn pieces(mut rest: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let [number, low, high, after @ ..] = rest else {
            return None;
        };
        let length = usize::from(u16::from_le_bytes([*low, *high])).min(after.len());
        let (content, next) = after.split_at(length);
        rest = next;
        Some((*number, content))
    })
}

/// The bytes of a flare: one byte of choices, then the files as [`pieces`] finds them.
pub(crate) fn joined(choice: u8, files: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = vec![choice];
    for (number, content) in files {
        let length = u16::try_from(content.len()).unwrap_or(u16::MAX);
        bytes.push(*number);
        bytes.extend(length.to_le_bytes());
        bytes.extend_from_slice(&content[..usize::from(length)]);
    }
    bytes
}

/// The path of the file of that number.
pub(crate) fn path(number: u8) -> &'static str {
    PATHS[usize::from(number & !MADE_UP) % PATHS.len()]
}
