//! What a function works on: the parts of the Agent that get words and advice of their own.
//!
//! Knows package paths; refuses to know flares, commands and what is advised.

use diagnose::owner::{import_path, is_runtime_package};
use diagnose::verdict::Finding;
use flare::Process;

/// Parts of the Agent that get advice of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Area {
    Python,
    GoCheck,
    CheckRunner,
    Metrics,
    Dogstatsd,
    Serializer,
    Forwarder,
    Obfuscate,
    Trace,
    Tagger,
    Workload,
    Logs,
    Process,
    SystemProbe,
    Security,
    Otel,
    Cluster,
    Runtime,
    Other,
}

const MODULE: &str = "github.com/DataDog/datadog-agent/";

/// Package paths below the module, first match wins.
const AREAS: [(&str, Area); 39] = [
    ("pkg/collector/python", Area::Python),
    ("rtloader", Area::Python),
    ("pkg/collector/corechecks", Area::GoCheck),
    ("pkg/collector", Area::CheckRunner),
    ("comp/collector", Area::CheckRunner),
    ("pkg/aggregator", Area::Metrics),
    ("comp/aggregator", Area::Metrics),
    ("pkg/metrics", Area::Metrics),
    ("pkg/tagset", Area::Metrics),
    ("pkg/dogstatsd", Area::Dogstatsd),
    ("comp/dogstatsd", Area::Dogstatsd),
    ("pkg/serializer", Area::Serializer),
    ("comp/serializer", Area::Serializer),
    ("pkg/forwarder", Area::Forwarder),
    ("comp/forwarder", Area::Forwarder),
    ("pkg/obfuscate", Area::Obfuscate),
    ("pkg/trace", Area::Trace),
    ("comp/trace", Area::Trace),
    ("cmd/trace-agent", Area::Trace),
    ("pkg/tagger", Area::Tagger),
    ("comp/core/tagger", Area::Tagger),
    ("pkg/workloadmeta", Area::Workload),
    ("comp/core/workloadmeta", Area::Workload),
    ("comp/core/autodiscovery", Area::Workload),
    ("pkg/autodiscovery", Area::Workload),
    ("pkg/logs", Area::Logs),
    ("comp/logs", Area::Logs),
    ("pkg/process", Area::Process),
    ("comp/process", Area::Process),
    ("pkg/network", Area::SystemProbe),
    ("pkg/ebpf", Area::SystemProbe),
    ("cmd/system-probe", Area::SystemProbe),
    ("pkg/security", Area::Security),
    ("pkg/compliance", Area::Security),
    ("comp/otelcol", Area::Otel),
    ("pkg/clusteragent", Area::Cluster),
    ("cmd/cluster-agent", Area::Cluster),
    ("pkg/kubestatemetrics", Area::Cluster),
    ("pkg/orchestrator", Area::Cluster),
];

/// Modules of others that only one part of the Agent uses, where no frame of the Agent tells.
const MODULES: [(&str, Area); 8] = [
    ("go.opentelemetry.io/collector", Area::Otel),
    ("github.com/open-telemetry/", Area::Otel),
    ("github.com/DataDog/go-sqllexer", Area::Obfuscate),
    ("github.com/DataDog/sketches-go", Area::Trace),
    ("github.com/tinylib/msgp", Area::Trace),
    ("github.com/cilium/ebpf", Area::SystemProbe),
    ("github.com/DataDog/ebpf-manager", Area::SystemProbe),
    ("github.com/open-policy-agent/opa", Area::Security),
];

impl Area {
    pub(super) fn of(function: &str) -> Self {
        if function.starts_with('[') {
            let python = [
                "libpython",
                "rtloader",
                "datadog-agent-three",
                "datadog-agent-two",
            ]
            .iter()
            .any(|name| function.contains(name));
            return if python { Self::Python } else { Self::Other };
        }
        let path = import_path(function);
        if let Some(below) = path.strip_prefix(MODULE) {
            let covers = |prefix: &str| {
                below
                    .strip_prefix(prefix)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            return AREAS
                .iter()
                .find(|(prefix, _)| covers(prefix))
                .map_or(Self::Other, |(_, area)| *area);
        }
        let module = MODULES
            .iter()
            .find(|(prefix, _)| path.starts_with(prefix))
            .map(|(_, area)| *area);
        if let Some(area) = module {
            area
        } else if path.split('/').any(|segment| segment == "ristretto") {
            Self::Metrics
        } else if is_runtime_package(function) {
            Self::Runtime
        } else {
            Self::Other
        }
    }

    pub(super) fn of_finding(finding: &Finding) -> Self {
        Self::of(responsible(finding))
    }

    /// What the Agent is doing there, as a customer would say it.
    pub(super) fn customer_words(self, process: &Process) -> &'static str {
        match self {
            Self::Python => "running Python-based integrations",
            Self::GoCheck => "running one of the Agent's built-in checks",
            Self::CheckRunner => "scheduling and running checks",
            Self::Metrics => "keeping track of metrics and their tags",
            Self::Dogstatsd => "receiving metrics through DogStatsD",
            Self::Serializer => "preparing data for sending",
            Self::Forwarder => "sending data to Datadog",
            Self::Obfuscate if *process == Process::Trace => "obfuscating SQL queries in traces",
            Self::Obfuscate => "obfuscating SQL queries for Database Monitoring",
            Self::Trace => "processing traces",
            Self::Tagger => "managing the tags of containers and hosts",
            Self::Workload => "keeping track of containers and services",
            Self::Logs => "collecting logs",
            Self::Process => "collecting processes and containers",
            Self::SystemProbe => "monitoring the network",
            Self::Security => "security monitoring",
            Self::Otel => "the OpenTelemetry pipeline",
            Self::Cluster => "keeping track of the objects of the Kubernetes cluster",
            Self::Runtime => "the Agent's own memory management and scheduling",
            Self::Other => "internal work of the Agent",
        }
    }
}

pub(super) fn responsible(finding: &Finding) -> &str {
    finding.responsible()
}

/// The running Go check that a finding is about.
pub(super) fn check_name(finding: &Finding) -> Option<&str> {
    finding.lead.check.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_follow_package_paths() {
        let cases = [
            (
                "github.com/DataDog/datadog-agent/pkg/aggregator.(*X).y",
                Area::Metrics,
            ),
            (
                "github.com/DataDog/datadog-agent/pkg/aggregator/internal/tags.(*Store).Insert",
                Area::Metrics,
            ),
            (
                "github.com/DataDog/datadog-agent/pkg/collector/python._Cfunc_GoString",
                Area::Python,
            ),
            (
                "github.com/DataDog/datadog-agent/pkg/collector/runner.x",
                Area::CheckRunner,
            ),
            ("github.com/DataDog/datadog-agent/pkg/tracer.x", Area::Other),
            (
                "github.com/DataDog/datadog-agent/comp/core/tagger/tagstore.(*TagStore).Process",
                Area::Tagger,
            ),
            ("[libpython3.12.so.1.0]", Area::Python),
            ("[vdso]", Area::Other),
            ("github.com/dgraph-io/ristretto.(*Cache).Set", Area::Metrics),
            ("runtime.mallocgc", Area::Runtime),
            ("main.main", Area::Other),
            ("", Area::Other),
        ];
        for (function, area) in cases {
            assert_eq!(Area::of(function), area, "{function}");
        }
    }
}
