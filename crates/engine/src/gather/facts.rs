//! What the Agent's texts say about the Agent, its memory and what is around it.

use std::collections::BTreeMap;

use super::Settings;
use super::evidence::evidence;
use super::telling_frame;
use super::texts::Texts;
use diagnose::evidence::ContainerEnd;
use diagnose::gc::{Collections, GcFacts, Gogc, MemoryLimit, Pauses};
use diagnose::kinds::ProfileName;
use diagnose::memory::{Account, Usage, account};
use diagnose::owner::Owners;
use diagnose::share::Share;
use diagnose::verdict::{
    Context, GoroutineGroup, GoroutineSum, LimitSource, OomVictim, ProcessProfiles, described,
    gc_share,
};
use flare::goroutines::Group;
use flare::memstats::MemStats;
use flare::status::{Flavor, Status};
use flare::{Flare, Problem, Process, Role, docker_inspect, kubelet_pods};
use profile::lens::view::View;
use report::model::{
    AgentContext, Contexts, Counter, GoroutineReport, InstallMethod, KnownNames, Memory,
    SelfReport, SilentProcess, Surroundings,
};

pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn hostname(texts: &Texts, flare: &Flare) -> String {
    let status = texts.status.as_ref();
    let host = texts.host.as_ref();
    status
        .and_then(|status| status.hostname.clone())
        .or_else(|| host.and_then(|host| host.hostname.clone()))
        .or_else(|| flare.root_name().map(str::to_owned))
        .unwrap_or_else(|| stem(flare.name()))
}

/// Whether that is a host's name: that of a folder with a few loose profiles is not.
pub(super) fn hostname_known(texts: &Texts, flare: &Flare) -> bool {
    let said = texts
        .status
        .as_ref()
        .and_then(|status| status.hostname.as_ref())
        .or_else(|| texts.host.as_ref()?.hostname.as_ref());
    let whole = || {
        flare.root_name().is_some()
            && flare
                .entries()
                .iter()
                .any(|entry| entry.role == Role::Status || entry.path.contains("profiles/"))
    };
    said.is_some() || whole()
}

fn stem(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    name.strip_suffix(".zip").unwrap_or(name).to_owned()
}

/// Names that redaction has to know, wherever they stand.
pub(super) fn names(texts: &Texts, hostname: &str, root: Option<&str>) -> KnownNames {
    let mut names = KnownNames::default();
    let mut add = |list: fn(&mut KnownNames) -> &mut Vec<String>, name: &str| {
        let list = list(&mut names);
        if !name.is_empty() && !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    };
    add(|names| &mut names.hosts, hostname);
    if let Some(root) = root {
        add(|names| &mut names.hosts, root);
    }
    if let Some(host) = &texts.host {
        for name in host.hostname.iter().chain(&host.names) {
            add(|names| &mut names.hosts, name);
        }
    }
    if let Some(name) = texts
        .config
        .as_ref()
        .and_then(|config| config.hostname.as_ref())
    {
        add(|names| &mut names.hosts, name);
    }
    for container in &texts.pods {
        add(|names| &mut names.pods, &container.pod);
        add(|names| &mut names.containers, &container.container);
        if let Some(node) = &container.node {
            add(|names| &mut names.hosts, node);
        }
    }
    for container in &texts.docker {
        if let Some(name) = &container.name {
            add(|names| &mut names.containers, name);
        }
    }
    for container in texts.ecs.iter().flat_map(|ecs| &ecs.containers) {
        add(|names| &mut names.containers, &container.name);
    }
    names
}

pub(super) fn agent(texts: &Texts, processes: &[ProcessProfiles]) -> AgentContext {
    let status = texts.status.as_ref();
    let host = texts.host.as_ref();
    let profile_time = processes
        .iter()
        .flat_map(|process| ProfileName::ALL.map(|name| process.slot(name)))
        .filter_map(|slot| slot?.profile())
        .map(|profile| profile.time_ns / 1_000_000)
        .filter(|&time| time > 0)
        .min();
    let process_started_at_ms = texts
        .telemetry
        .as_ref()
        .and_then(|telemetry| i64::try_from(telemetry.process_start_ms()?).ok());
    let started_at_ms = status
        .and_then(|status| status.agent_start_ms)
        .or(process_started_at_ms);
    let captured_at_ms = status
        .and_then(|status| status.status_date_ms)
        .or(profile_time);
    AgentContext {
        version: status
            .and_then(|status| status.version.clone())
            .or_else(|| host.and_then(|host| host.agent_version.clone())),
        flavor: status.map(|status| status.flavor.clone()),
        started_at_ms,
        process_started_at_ms,
        captured_at_ms,
        // A profile's time is another instant than the status' own.
        captured_local: status
            .filter(|status| status.status_date_ms.is_some() || captured_at_ms.is_none())
            .and_then(|status| status.status_date_local.clone())
            .filter(|local| !local.ends_with("UTC")),
        started_local: status
            .and_then(|status| status.agent_start_local.clone())
            .filter(|local| !local.ends_with("UTC")),
        uptime_s: status
            .and_then(Status::uptime_ms)
            .or_else(|| captured_at_ms?.checked_sub(started_at_ms?))
            .map(|uptime| uptime as f64 / 1000.0)
            .filter(|&uptime| uptime >= 0.0),
        status_errors: status
            .map(|status| status.render_errors.clone())
            .unwrap_or_default(),
        missing_sections: status
            .map(|status| status.missing_sections.clone())
            .unwrap_or_default(),
        install_method: texts.install.as_ref().map(|install| InstallMethod {
            tool: install.tool.clone(),
            tool_version: install.tool_version.clone(),
            installer_version: install.installer_version.clone(),
        }),
        platform: status.and_then(|status| {
            let platform = status.platform.clone()?;
            Some(match &status.platform_version {
                Some(version) => format!("{platform} {version}"),
                None => platform,
            })
        }),
        os: status
            .and_then(|status| status.os.clone())
            .or_else(|| host.and_then(|host| host.os.clone())),
        kernel: status.and_then(|status| status.kernel_version.clone()),
        architecture: status.and_then(|status| {
            status
                .build_arch
                .clone()
                .or_else(|| status.kernel_arch.clone())
        }),
        go_version: status
            .and_then(|status| status.go_version.clone())
            .or_else(|| {
                texts
                    .debug
                    .as_ref()
                    .and_then(|debug| debug.go_version.clone())
            }),
        python_version: status.and_then(|status| status.python_version.clone()),
        pid: status.and_then(|status| i64::try_from(status.pid?).ok()),
        answered: !texts.local && status.is_some_and(|status| status.unavailable.is_none()),
        local: texts.local,
    }
}

/// Memory limit of the Agent's container, and where it stands. The orchestrator's word first.
pub(super) fn memory_limit(texts: &Texts) -> Option<(i64, LimitSource)> {
    let pod = agent_pod(texts).and_then(|container| {
        let source = LimitSource::Kubelet(Some(container.container.clone()));
        Some((signed(container.memory_limit_bytes?), source))
    });
    let docker = || {
        let container = docker_inspect::agent_container(&texts.docker)?;
        Some((signed(container.memory_limit_bytes?), LimitSource::Docker))
    };
    let ecs = || {
        let limit = texts.ecs.as_ref()?.memory_limit_bytes()?;
        Some((signed(limit), LimitSource::Ecs))
    };
    // The kernel's own word, after the Agent was killed at it.
    let kernel = || {
        let kill = texts
            .oom_kills
            .iter()
            .rev()
            .find(|kill| kill.in_cgroup && kill.is_of_agent() && kill.limit_bytes.is_some())?;
        Some((signed(kill.limit_bytes?), LimitSource::Kernel))
    };
    pod.or_else(docker).or_else(ecs).or_else(kernel)
}

fn agent_pod(texts: &Texts) -> Option<&kubelet_pods::PodContainer> {
    let names = texts
        .host
        .as_ref()
        .map(|host| host.names.as_slice())
        .unwrap_or_default();
    kubelet_pods::agent_container(&texts.pods, names)
}

/// Entries at the archive's end are missing.
pub(super) fn is_cut_off(flare: &Flare) -> bool {
    let recovered = |problem: &Problem| matches!(problem, Problem::Recovered { .. });
    flare.problems().iter().any(recovered)
}

pub(super) fn context(
    texts: &Texts,
    processes: &[ProcessProfiles],
    [cut_off, loose]: [bool; 2],
    agent: &AgentContext,
    memory_limit: Option<(i64, LimitSource)>,
    goroutines: Option<&GoroutineReport>,
    owners: &Owners,
) -> Context {
    let config = texts.config.as_ref();
    let positive = |value: Option<u64>| {
        value
            .and_then(|value| i64::try_from(value).ok())
            .filter(|&value| value > 0)
    };
    Context {
        uptime_s: agent.uptime_s,
        uptimes_s: uptimes(texts, agent),
        next_gc: next_gc(texts, processes, agent),
        mutex_fraction: positive(config.and_then(|config| config.mutex_profile_fraction)),
        block_rate: positive(config.and_then(|config| config.block_profile_rate)),
        system_probe_rates: {
            let config = texts.system_probe_config.as_ref();
            [
                positive(config.and_then(|config| config.mutex_profile_fraction)),
                positive(config.and_then(|config| config.block_profile_rate)),
            ]
        },
        windows: agent.os.as_deref() == Some("windows"),
        local: agent.local,
        cut_off,
        loose,
        gc_ends_ns: texts.memstats.as_ref().map_or_else(Vec::new, |memstats| {
            memstats
                .pause_end
                .iter()
                .filter_map(|&end| i64::try_from(end).ok())
                .collect()
        }),
        profiler_on: profiler_on(texts),
        rss_bytes: rss(texts),
        memory_limit,
        oom_kills: texts
            .oom_kills
            .iter()
            .map(|kill| OomVictim {
                process: kill.process.clone(),
                in_cgroup: kill.in_cgroup,
                is_own: kill.is_of_agent(),
                limit: kill.limit_bytes.map(signed),
                resident: kill.rss_bytes.map(signed),
            })
            .collect(),
        goroutines: goroutines.map(|report| goroutine_sum(report, owners)),
        captured_ms: agent.captured_at_ms,
        evidence: evidence(texts, agent),
    }
}

/// How long processes other than the one that built the flare had been running.
fn uptimes(texts: &Texts, agent: &AgentContext) -> Vec<(Process, f64)> {
    let trace = texts
        .trace_agent
        .as_ref()
        .and_then(|trace| trace.uptime_s)
        .map(|seconds| (Process::Trace, seconds as f64));
    let probe = texts
        .system_probe_telemetry
        .as_ref()
        .and_then(|telemetry| i64::try_from(telemetry.process_start_ms()?).ok())
        .zip(agent.captured_at_ms)
        .map(|(start, end)| end.saturating_sub(start) as f64 / 1000.0)
        .filter(|&uptime| uptime >= 0.0)
        .map(|uptime| (Process::SystemProbe, uptime));
    trace.into_iter().chain(probe).collect()
}

/// Heap sizes at which processes collect next. Those of a local flare are the command's.
fn next_gc(
    texts: &Texts,
    processes: &[ProcessProfiles],
    agent: &AgentContext,
) -> Vec<(Process, i64)> {
    let trace = texts.trace_agent.as_ref();
    [
        (
            described(processes),
            texts.memstats.as_ref().filter(|_| !agent.local),
        ),
        (
            Process::Trace,
            trace.and_then(|trace| trace.memstats.as_ref()),
        ),
        (Process::SystemProbe, texts.system_probe_memstats.as_ref()),
    ]
    .into_iter()
    .filter_map(|(process, stats)| Some((process, signed(stats?.next_gc?))))
    .collect()
}

/// Processes whose own continuous profiler is on, as far as the configuration dumps say.
fn profiler_on(texts: &Texts) -> Vec<Process> {
    let on = |value: Option<bool>| value == Some(true);
    let config = texts.config.as_ref();
    let setting = |path: &str| {
        config
            .and_then(|config| config.settings.as_ref())
            .and_then(|settings| settings.truth_at(path))
    };
    let core = on(config.and_then(|config| config.internal_profiling_enabled));
    let processes = [
        (Process::Core, core),
        (Process::ClusterAgent, core),
        (
            Process::Trace,
            on(config.and_then(|config| config.apm_internal_profiling_enabled)),
        ),
        (
            Process::ProcessAgent,
            on(setting(Process::ProcessAgent.profiler_setting())),
        ),
        (
            Process::SecurityAgent,
            on(setting(Process::SecurityAgent.profiler_setting())),
        ),
        (
            Process::SystemProbe,
            on(texts
                .system_probe_config
                .as_ref()
                .and_then(|config| config.internal_profiling_enabled))
                || on(setting(Process::SystemProbe.profiler_setting())),
        ),
    ];
    processes
        .into_iter()
        .filter(|(_, on)| *on)
        .map(|(process, _)| process)
        .collect()
}

pub(super) fn rss(texts: &Texts) -> Option<i64> {
    texts
        .telemetry
        .as_ref()
        .and_then(|telemetry| telemetry.rss_bytes())
        .map(signed)
}

/// The process that wrote the goroutine dump: that of the status, else what the dump shows.
pub(super) fn dump_process(texts: &Texts, processes: &[ProcessProfiles], flare: &Flare) -> Process {
    let status = texts.status.as_ref();
    // Without a title the flavor is only what is assumed of a status.
    let titled = status.filter(|status| status.version.is_some());
    let by_status = titled.and_then(|status| match &status.flavor {
        Flavor::Agent | Flavor::Iot => Some(Process::Core),
        Flavor::Security => Some(Process::SecurityAgent),
        flavor if flavor.is_cluster() => Some(Process::ClusterAgent),
        Flavor::Other(title) if title.starts_with("OTel") || title.starts_with("OpenTelemetry") => {
            Some(Process::OtelAgent)
        }
        Flavor::Cluster | Flavor::Other(_) => None,
    });
    let by_stack = || texts.goroutines.as_ref()?.program.clone();
    by_status
        .or_else(by_stack)
        .unwrap_or_else(|| match processes {
            _ if is_flare(flare) => described(processes),
            [only] => only.name.clone(),
            _ => Process::Nameless,
        })
}

fn goroutine_sum(report: &GoroutineReport, owners: &Owners) -> GoroutineSum {
    let groups = &report.dump.groups;
    // The report's own list of owners ends with the groups that it shows.
    let telling = |group: &Group| {
        let frames = group.frames.iter().map(String::as_str);
        telling_frame(group, owners.responsible(frames)).to_owned()
    };
    let mut sites: BTreeMap<String, u64> = BTreeMap::new();
    for group in groups.iter().filter(|group| group.waits_for_lock()) {
        *sites.entry(telling(group)).or_default() += group.count;
    }
    GoroutineSum {
        process: report.process.clone(),
        count: report.dump.count,
        largest: groups.first().map(|group| GoroutineGroup {
            goroutines: group.count,
            function: telling(group),
            state: group.state.clone(),
            waits: waits(group),
            longest_minutes: group.longest_wait_minutes,
        }),
        waiting_for_locks: sites.values().sum(),
        lock_minutes: groups
            .iter()
            .filter(|group| group.waits_for_lock())
            .map(|group| group.longest_wait_minutes)
            .max()
            .unwrap_or(0),
        // The first of equals by name.
        lock_site: sites.into_iter().rev().max_by_key(|(_, count)| *count),
    }
}

/// They wait for a lock, or for somebody at the other end of a channel.
fn waits(group: &Group) -> bool {
    let state = group.state.as_str();
    group.waits_for_lock() || state.starts_with("chan ") || state.starts_with("select")
}

pub(super) fn memory(
    texts: &Texts,
    agent: &AgentContext,
    processes: &[ProcessProfiles],
    limit: Option<(i64, LimitSource)>,
    settings: &Settings,
) -> Memory {
    let python = texts
        .telemetry
        .as_ref()
        .and_then(|telemetry| telemetry.python_bytes())
        .map(signed);
    let in_use = |name: &Process| {
        let process = processes.iter().find(|process| process.name == *name)?;
        process.heap_in_use()
    };
    let go = |stats: &MemStats| Usage {
        sys: stats.sys.map(signed),
        heap_released: stats.heap_released.map(signed),
        heap_idle: stats.heap_idle.map(signed),
        heap_inuse: stats.heap_inuse.map(signed),
        heap_alloc: stats.heap_alloc.map(signed),
        ..Usage::default()
    };
    let mut accounts: Vec<Account> = Vec::new();
    let mut draw = |name: Process, usage: Usage| {
        accounts.extend(account(&name, &usage, &settings.thresholds));
    };
    // Of a local flare the statistics are the command's: they say nothing about the Agent.
    if let Some(stats) = texts.memstats.as_ref().filter(|_| !agent.local) {
        let name = described(processes);
        let usage = Usage {
            rss: rss(texts),
            in_use: in_use(&name),
            python,
            rtloader: texts
                .rtloader
                .as_ref()
                .and_then(|rtloader| rtloader.inuse_bytes)
                .map(signed),
            ..go(stats)
        };
        draw(name, usage);
    }
    if let Some(stats) = texts
        .trace_agent
        .as_ref()
        .and_then(|trace| trace.memstats.as_ref())
    {
        draw(
            Process::Trace,
            Usage {
                in_use: in_use(&Process::Trace),
                ..go(stats)
            },
        );
    }
    if let Some(stats) = &texts.system_probe_memstats {
        draw(
            Process::SystemProbe,
            Usage {
                rss: texts
                    .system_probe_telemetry
                    .as_ref()
                    .and_then(|telemetry| telemetry.rss_bytes())
                    .map(signed),
                in_use: in_use(&Process::SystemProbe),
                ..go(stats)
            },
        );
    }
    Memory {
        rss_bytes: rss(texts),
        python_bytes: python,
        limit,
        accounts,
        gc: processes
            .iter()
            .map(|process| gc_facts(texts, agent, process, settings))
            .filter(|facts| !facts.is_unknown())
            .collect(),
    }
}

fn gc_facts(
    texts: &Texts,
    agent: &AgentContext,
    process: &ProcessProfiles,
    settings: &Settings,
) -> GcFacts {
    let core = process.name.builds_flares();
    let stats = match process.name {
        Process::Trace => texts
            .trace_agent
            .as_ref()
            .and_then(|trace| trace.memstats.as_ref()),
        Process::SystemProbe => texts.system_probe_memstats.as_ref(),
        _ if core && !agent.local => texts.memstats.as_ref(),
        _ => None,
    };
    let uptime_s = match uptimes(texts, agent)
        .into_iter()
        .find(|(name, _)| *name == process.name)
    {
        Some((_, uptime)) => Some(uptime),
        None => agent.uptime_s.filter(|_| core),
    };
    let (gogc, memory_limit) = if core {
        collector_settings(texts, agent)
    } else {
        (None, None)
    };
    GcFacts {
        process: process.name.clone(),
        cpu: process.cpu.subject().and_then(|subject| {
            let view = View::under(subject, "cpu").ok()?;
            (view.total > 0).then(|| gc_share(&view, &settings.thresholds))
        }),
        since_start: stats
            .and_then(|stats| stats.gc_cpu_fraction)
            .map(Share::new),
        collections: stats
            .and_then(|stats| stats.num_gc)
            .zip(uptime_s)
            .map(|(count, uptime_s)| Collections {
                count: signed(count),
                uptime_s,
            })
            .filter(|collections| collections.count > 0 && collections.uptime_s > 0.0),
        pauses: stats
            .and_then(|stats| Some((signed(stats.num_gc?), signed(stats.pause_total_ns?))))
            .map(|(count, total_ns)| Pauses { count, total_ns })
            .filter(|pauses| pauses.count > 0),
        goal: stats.and_then(|stats| stats.next_gc).map(signed),
        gogc,
        memory_limit,
        allocation_rate: allocation_rate(process, settings),
    }
}

/// `GOGC` and `GOMEMLIMIT` of the core Agent: what the runtime works with, else what is set.
pub(super) fn collector_settings(
    texts: &Texts,
    agent: &AgentContext,
) -> (Option<Gogc>, Option<MemoryLimit>) {
    let percent = |percent: f64| match percent.is_finite() {
        true => Gogc::Percent(percent),
        false => Gogc::Off,
    };
    let telemetry = texts.telemetry.as_ref();
    // In a local flare runtime_debug_info.log describes the command.
    let debug = texts.debug.as_ref().filter(|_| !agent.local);
    let envvars = texts.envvars.as_ref();
    let gogc = telemetry
        .and_then(|telemetry| telemetry.gogc_percent())
        .or_else(|| debug.and_then(|debug| debug.gogc_percent()))
        .or_else(|| envvars.and_then(|envvars| envvars.gogc_percent()))
        .map(percent)
        .or_else(|| {
            debug
                .filter(|debug| debug.gogc_is_unset())
                .map(|_| Gogc::Percent(100.0))
        });
    let limit = telemetry
        .and_then(|telemetry| telemetry.gomemlimit_bytes())
        .or_else(|| debug.and_then(|debug| debug.gomemlimit_bytes()))
        .or_else(|| envvars.and_then(|envvars| envvars.gomemlimit_bytes()))
        .map(|bytes| MemoryLimit::Bytes(signed(bytes)))
        .or_else(|| {
            debug
                .filter(|debug| debug.gomemlimit_is_unset())
                .map(|_| MemoryLimit::Off)
        });
    (gogc, limit)
}

fn allocation_rate(process: &ProcessProfiles, settings: &Settings) -> Option<i64> {
    let net = |profile: &profile::Profile| Some(profile.amount(profile.type_index("alloc_space")?));
    let first = net(process.heap_first.profile()?)?;
    let second = net(process.heap_second.profile()?)?;
    let allocated = second.saturating_sub(first);
    let seconds = process.interval(&settings.thresholds).seconds();
    (allocated > 0 && seconds > 0.0).then(|| (allocated as f64 / seconds) as i64)
}

pub(super) fn surroundings(texts: &Texts) -> Surroundings {
    let pod = agent_pod(texts);
    let docker = docker_inspect::agent_container(&texts.docker);
    let cpu_limit = pod
        .and_then(|pod| Some((pod.cpu_limit_cores?, LimitSource::Kubelet(None))))
        .or_else(|| {
            let cores = docker?.cpu_limit_cores?;
            Some((cores, LimitSource::Docker))
        })
        .or_else(|| {
            let cores = texts.ecs.as_ref()?.task_cpu_limit_cores?;
            Some((cores, LimitSource::EcsTask))
        });
    let restarts = pod
        .and_then(|pod| Some((pod.restarts?, pod.last_termination.clone())))
        .or_else(|| {
            let docker = docker?;
            let why = docker.oom_killed.filter(|&killed| killed);
            Some((docker.restarts?, why.map(|_| "OOMKilled".to_owned())))
        });
    Surroundings {
        host_cores: texts
            .host
            .as_ref()
            .and_then(|host| host.cpus.or(host.cpu_cores)),
        host_memory: texts.host.as_ref().and_then(|host| host.memory_bytes),
        cpu_limit,
        restarts,
        containers: containers(texts),
        oom_kills: texts.oom_kills.clone(),
        versions: texts.versions.clone(),
        unhealthy: unhealthy(texts),
    }
}

/// Components that don't answer; in a local flare they would be the command's.
pub(super) fn unhealthy(texts: &Texts) -> Vec<String> {
    texts
        .health
        .as_ref()
        .filter(|_| !texts.local)
        .map(|health| health.unhealthy.clone())
        .unwrap_or_default()
}

/// All containers of the Agent's pod; else the Agent's own in Docker.
pub(super) fn containers(texts: &Texts) -> Vec<ContainerEnd> {
    if let Some(agent) = agent_pod(texts) {
        return kubelet_pods::pod_of(&texts.pods, agent)
            .map(|container| ContainerEnd {
                container: container.container.clone(),
                is_agent: std::ptr::eq(container, agent),
                restarts: container.restarts,
                reason: container.last_termination.clone(),
                exit_code: container.last_exit_code,
                finished_ms: container.last_termination_at_ms,
                memory_limit: container.memory_limit_bytes,
            })
            .collect();
    }
    docker_inspect::agent_container(&texts.docker)
        .map(|docker| {
            let killed = docker.oom_killed == Some(true);
            ContainerEnd {
                container: docker.name.clone().unwrap_or_default(),
                is_agent: true,
                restarts: docker.restarts,
                reason: killed.then(|| "OOMKilled".to_owned()),
                // While it runs, Docker writes 0.
                exit_code: docker.exit_code.filter(|code| *code != 0),
                finished_ms: docker.finished_at_ms,
                memory_limit: docker.memory_limit_bytes,
            }
        })
        .into_iter()
        .collect()
}

pub(super) fn contexts(texts: &Texts) -> Contexts {
    let telemetry = texts.telemetry.as_ref();
    let number = |name: &str| {
        telemetry
            .and_then(|telemetry| telemetry.sum(name))
            .map(|value| value as i64)
    };
    // In a local flare the expvar files describe the command, which holds no contexts.
    let aggregator = texts.aggregator.as_ref().filter(|_| !texts.local);
    Contexts {
        dogstatsd: aggregator
            .and_then(|vars| vars.dogstatsd_contexts)
            .map(signed)
            .or_else(|| number("aggregator__dogstatsd_contexts")),
        by_type: aggregator
            .map(|vars| {
                vars.contexts_by_type
                    .iter()
                    .map(|(name, value)| (name.clone(), signed(*value)))
                    .collect()
            })
            .unwrap_or_default(),
        bytes: number("aggregator__dogstatsd_contexts_bytes_by_mtype"),
        queues: telemetry.map(super::counted::queues).unwrap_or_default(),
    }
}

/// What the Agent says of itself and of what is around it.
pub(super) fn self_report(texts: &Texts) -> SelfReport {
    SelfReport {
        tagged: texts.tagged.clone(),
        workloads: texts.workloads.clone(),
        diagnoses: texts.diagnoses.clone(),
        issues: texts.issues.clone(),
    }
}

pub(super) fn dogstatsd(texts: &Texts) -> Vec<(String, String)> {
    texts
        .status
        .iter()
        .flat_map(|status| &status.sections)
        .filter(|section| section.name == "DogStatsD")
        .flat_map(|section| section.facts.clone())
        .collect()
}

pub(super) fn forwarder(texts: &Texts) -> Vec<Counter> {
    let Some(vars) = texts.forwarder.as_ref().filter(|_| !texts.local) else {
        return Vec::new();
    };
    let transactions = &vars.transactions;
    let queue = &vars.retry_queue;
    [
        ("Dropped", "count", transactions.dropped),
        ("Retried", "count", transactions.retried),
        ("Requeued", "count", transactions.requeued),
        ("RetryQueueSize", "count", transactions.retry_queue_size),
        (
            "HighPriorityQueueFull",
            "count",
            transactions.high_priority_queue_full,
        ),
        ("Errors", "count", transactions.errors),
        ("Retry queue", "bytes", queue.memory_bytes),
        ("Retry queue dropped", "count", queue.dropped),
    ]
    .into_iter()
    .filter_map(|(name, unit, value)| {
        Some(Counter {
            name,
            value: signed(value?),
            unit,
        })
    })
    .collect()
}

/// Processes whose profiles are missing although every capture asks them.
pub(super) fn silent(
    processes: &[ProcessProfiles],
    flare: &Flare,
    cut_off: bool,
) -> Vec<SilentProcess> {
    let missing = |name: &Process| !processes.iter().any(|process| process.name == *name);
    let mut silent = Vec::new();
    // The Cluster Agent makes flares of its own.
    let beside_core = processes.iter().any(|process| {
        process.name.is_collected_by_command() && process.name != Process::ClusterAgent
    });
    if is_flare(flare) && missing(&Process::Core) && beside_core {
        silent.push(SilentProcess {
            process: Process::Core,
            cut_off,
        });
    }
    silent
}

/// Whether it is a whole flare, and not a few profiles alone.
pub(super) fn is_flare(flare: &Flare) -> bool {
    flare.entries().iter().any(|entry| match entry.role {
        Role::Profile { .. } | Role::Trace { .. } | Role::Unneeded(_) => false,
        // One that is alone may be any program's.
        Role::Goroutines => !flare.is_loose(),
        _ => true,
    })
}

/// Failures while the flare was made, of something that a report needs.
pub(super) fn creation_errors(texts: &Texts) -> Vec<String> {
    let Some(creation) = &texts.creation else {
        return Vec::new();
    };
    // Every capture tries the security-agent, which few hosts run.
    let security = texts
        .config
        .as_ref()
        .and_then(|config| config.settings.as_ref())
        .is_some_and(|settings| {
            [
                "runtime_security_config.enabled",
                "compliance_config.enabled",
            ]
            .iter()
            .any(|path| settings.truth_at(path) == Some(true))
        });
    let is_news = |line: &&String| {
        security || !(line.contains(Process::SecurityAgent.as_str()) && line.contains("dial tcp"))
    };
    let read = |line: &&String| READ.iter().any(|file| line.contains(file));
    let others = creation.errors.iter().filter(read);
    creation
        .about_profiles
        .iter()
        .chain(others)
        .filter(is_news)
        .cloned()
        .collect()
}

/// Files that a report needs, as the log names them.
const READ: [&str; 8] = [
    "status.log",
    "telemetry.log",
    "go-routine-dump.log",
    "runtime_config_dump.yaml",
    "health.yaml",
    "expvar",
    "status provider",
    "kubelet_pods",
];
