//! The Agent's own texts, each read once and parsed.

use super::reader::Reader;
use flare::aggregator_vars::AggregatorVars;
use flare::config::RuntimeConfig;
use flare::creation::FlareCreation;
use flare::debug_info::RuntimeDebugInfo;
use flare::diagnose_log::Diagnoses;
use flare::dmesg::OomKill;
use flare::docker_inspect::DockerContainer;
use flare::ecs_metadata::EcsMetadata;
use flare::entities::Entities;
use flare::envvars::Envvars;
use flare::forwarder_vars::ForwarderVars;
use flare::goroutines::Goroutines;
use flare::health::Health;
use flare::health_issues::HealthIssue;
use flare::host::HostMetadata;
use flare::install_info::InstallInfo;
use flare::kubelet_pods::PodContainer;
use flare::memstats::MemStats;
use flare::rtloader::Rtloader;
use flare::runner_vars::RunnerVars;
use flare::status::Status;
use flare::telemetry::Telemetry;
use flare::trace_vars::TraceVars;
use flare::version_history::VersionEntry;
use flare::yaml::Node;
use flare::{self, Role, TextLimits};
use report::model::{FileFate, LogFact};

/// All of them. What the flare lacks, or what says nothing, is `None` or empty.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) status: Option<Status>,
    pub(super) memstats: Option<MemStats>,
    pub(super) telemetry: Option<Telemetry>,
    pub(super) system_probe_telemetry: Option<Telemetry>,
    pub(super) system_probe_memstats: Option<MemStats>,
    pub(super) install: Option<InstallInfo>,
    pub(super) host: Option<HostMetadata>,
    pub(super) config: Option<RuntimeConfig>,
    pub(super) process_config: Option<RuntimeConfig>,
    pub(super) system_probe_config: Option<RuntimeConfig>,
    pub(super) debug: Option<RuntimeDebugInfo>,
    pub(super) creation: Option<FlareCreation>,
    pub(super) aggregator: Option<AggregatorVars>,
    pub(super) forwarder: Option<ForwarderVars>,
    pub(super) rtloader: Option<Rtloader>,
    pub(super) trace_agent: Option<TraceVars>,
    pub(super) envvars: Option<Envvars>,
    pub(super) health: Option<Health>,
    pub(super) oom_kills: Vec<OomKill>,
    pub(super) versions: Vec<VersionEntry>,
    pub(super) pods: Vec<PodContainer>,
    pub(super) docker: Vec<DockerContainer>,
    pub(super) ecs: Option<EcsMetadata>,
    pub(super) goroutines: Option<Goroutines>,
    pub(super) runner: Option<RunnerVars>,
    pub(super) diagnoses: Option<Diagnoses>,
    pub(super) workloads: Vec<Entities>,
    pub(super) issues: Vec<HealthIssue>,
    pub(super) tagged: Vec<Entities>,
    pub(super) logs: Vec<LogFact>,
    pub(super) local: bool,
    /// What the mark of a local flare says.
    pub(super) local_said: Option<String>,
}

impl Texts {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let host = reader
            .text(&Role::HostMetadata)
            .and_then(|text| flare::host::parse(&text));
        let inventory = reader
            .text(&Role::InventoryHost)
            .and_then(|text| flare::host::parse_inventory(&text));
        Self {
            status: reader
                .text(&Role::Status)
                .map(|text| flare::status::parse(&text)),
            memstats: reader
                .text(&Role::Memstats)
                .and_then(|text| flare::memstats::parse(&text)),
            telemetry: reader
                .text(&Role::Telemetry)
                .map(|text| flare::telemetry::parse(&text)),
            system_probe_telemetry: reader
                .text(&Role::SystemProbeTelemetry)
                .map(|text| flare::telemetry::parse(&text)),
            system_probe_memstats: reader.text(&Role::SystemProbeVars).and_then(|text| {
                let (node, _) = Node::parse(&text);
                MemStats::from_node(node.get("memstats")?)
            }),
            install: reader
                .text(&Role::InstallInfo)
                .and_then(|text| flare::install_info::parse(&text)),
            host: match (host, inventory) {
                (Some(host), Some(inventory)) => Some(host.or(inventory)),
                (host, inventory) => host.or(inventory),
            },
            config: reader
                .text(&Role::RuntimeConfig)
                .map(|text| flare::config::parse(&text)),
            process_config: reader
                .text(&Role::ProcessAgentConfig)
                .map(|text| flare::config::parse(&text)),
            system_probe_config: reader
                .text(&Role::SystemProbeConfig)
                .map(|text| flare::config::parse(&text)),
            debug: reader
                .text(&Role::RuntimeDebugInfo)
                .map(|text| flare::debug_info::parse(&text)),
            creation: reader
                .text(&Role::FlareCreation)
                .map(|text| flare::creation::parse(&text)),
            aggregator: reader
                .text(&Role::AggregatorVars)
                .and_then(|text| flare::aggregator_vars::parse(&text)),
            forwarder: reader
                .text(&Role::ForwarderVars)
                .and_then(|text| flare::forwarder_vars::parse(&text)),
            rtloader: reader
                .text(&Role::RtloaderVars)
                .and_then(|text| flare::rtloader::parse(&text)),
            trace_agent: reader
                .text(&Role::TraceAgentVars)
                .map(|text| flare::trace_vars::parse(&text)),
            envvars: reader
                .text(&Role::Envvars)
                .map(|text| flare::envvars::parse(&text)),
            health: reader
                .text(&Role::Health)
                .map(|text| flare::health::parse(&text)),
            oom_kills: reader
                .text(&Role::Dmesg)
                .map(|text| flare::dmesg::parse(&text))
                .unwrap_or_default(),
            versions: reader
                .text(&Role::VersionHistory)
                .map(|text| flare::version_history::parse(&text))
                .unwrap_or_default(),
            pods: reader
                .text(&Role::KubeletPods)
                .map(|text| flare::kubelet_pods::parse(&text))
                .unwrap_or_default(),
            docker: reader
                .text(&Role::DockerInspect)
                .map(|text| flare::docker_inspect::parse(&text))
                .unwrap_or_default(),
            ecs: reader
                .text(&Role::EcsMetadata)
                .and_then(|text| flare::ecs_metadata::parse(&text)),
            goroutines: read_goroutines(reader),
            runner: reader
                .text(&Role::RunnerVars)
                .and_then(|text| flare::runner_vars::parse(&text)),
            local_said: reader.text(&Role::LocalMarker),
            diagnoses: reader
                .text(&Role::DiagnoseLog)
                .and_then(|text| flare::diagnose_log::parse(&text)),
            workloads: reader
                .text(&Role::WorkloadList)
                .map(|text| flare::entities::workloads(&text))
                .unwrap_or_default(),
            issues: reader
                .text(&Role::HealthIssues)
                .map(|text| flare::health_issues::parse(&text))
                .unwrap_or_default(),
            // The largest of these files on a busy node, and the least needed: last.
            tagged: reader
                .text(&Role::TaggerList)
                .map(|text| flare::entities::tagger(&text))
                .unwrap_or_default(),
            logs: read_logs(reader),
            local: reader.flare.find(&Role::LocalMarker).is_some(),
        }
    }
}

fn read_goroutines(reader: &mut Reader<'_>) -> Option<flare::goroutines::Goroutines> {
    let index = reader.flare.find(&Role::Goroutines)?;
    reader.tell(index);
    match reader
        .flare
        .read_with(index, |stream| flare::goroutines::parse(stream))
    {
        Ok(dump) => {
            let fate = FileFate::Goroutines { count: dump.count };
            reader.fates.insert(index, fate);
            Some(dump)
        }
        Err(error) => {
            let fate = FileFate::Unread(error.fault.into());
            reader.fates.insert(index, fate);
            None
        }
    }
}

/// The current logs, as many as the limit.
fn read_logs(reader: &mut Reader<'_>) -> Vec<LogFact> {
    let role = Role::AgentLog;
    let entries = reader.flare.entries().iter().enumerate();
    let logs: Vec<(usize, String)> = entries
        .filter(|(_, entry)| entry.role == role && entry.problem.is_none())
        .map(|(index, entry)| (index, entry.inner.clone()))
        .collect();
    let limit = TextLimits::default().logs;
    for (index, _) in logs.iter().skip(limit) {
        let fate = FileFate::TooManyLogs { limit };
        reader.fates.insert(*index, fate);
    }
    let mut read = Vec::new();
    for (index, path) in logs.into_iter().take(limit) {
        reader.tell(index);
        match reader
            .flare
            .read_with(index, |stream| flare::agent_log::parse(stream))
        {
            Ok(log) => {
                let fate = FileFate::Read {
                    role: role.clone(),
                    is_cut: log.is_cut,
                    limit_met: None,
                };
                reader.fates.insert(index, fate);
                if log.lines > 0 {
                    read.push(LogFact { path, log });
                }
            }
            Err(error) => {
                let fate = FileFate::Unread(error.fault.into());
                reader.fates.insert(index, fate);
            }
        }
    }
    read
}
