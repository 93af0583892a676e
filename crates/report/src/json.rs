//! The report as JSON, for scripts. `docs/report.schema.json` documents it.
//!
//! Raw numbers only: bytes, nanoseconds, counts and fractions. A profile appears once for each of
//! its sample types.

#[cfg(test)]
mod schema;
mod sources;
mod types;

use serde_json::Number;

use super::model::{GoroutineReport, ProcessReport, ProfileContent, ProfileReport, Report, Table};
use super::texts::{self, findings, states};
use diagnose::errors::Told;
use diagnose::evidence::Runner;
use diagnose::kinds::ProfileName;
use diagnose::notable::Notable;
use diagnose::verdict::{Basis, Finding, Hole, Responsible, State, Unit};
use flare::Process;
use flare::memstats::MemStats;
use flare::status::{Check, Flavor, Instance};
use profile::units::rfc3339;

use types::{
    AccountJson, AgentJson, CheckJson, CheckProblemJson, ContainerJson, CounterJson, EvidenceJson,
    FileJson, FindingJson, FunctionJson, GoroutinesJson, GroupJson, InstallJson, InstanceJson,
    JmxJson, KernelKillJson, KnownJson, LabelJson, LabelValueJson, MemoryJson, MemstatsJson,
    NotableJson, NoteJson, OwnerPartJson, OwnerShareJson, OwnersJson, PairingJson, PartJson,
    ProcessJson, ProfileJson, ResponsibleJson, Root, RoutingJson, RowJson, RunningJson, SilentJson,
    StackJson, StateJson, StoryJson, SurroundingsJson, TableJson, ThresholdJson, ThresholdsJson,
    TraceJson, UnreadJson, VerdictJson, VersionJson, WorkerJson, WorkersJson,
};

/// Version of the format. Rises when a field is removed or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// Renders the report. Ends with a line feed.
///
/// `symptom` and `link` are the user's words, or empty.
pub fn json(report: &Report, symptom: &str, link: &str) -> String {
    let mut root = root(report);
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    root.symptom = given(symptom);
    root.link = given(link);
    // Maps have string keys and numbers are finite, so writing cannot fail.
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

fn root(report: &Report) -> Root<'_> {
    let judgement = &report.judgement;
    Root {
        schema_version: SCHEMA_VERSION,
        hostname: &report.hostname,
        agent: agent(report),
        verdict: VerdictJson {
            kind: judgement.kind.as_str(),
            headline: texts::headline(report),
            closes: judgement.closes,
            notable: judgement.notable.iter().map(notable).collect(),
            main_process: judgement.main.as_ref().map(Process::as_str),
            states: judgement
                .states
                .iter()
                .map(|one| state(report, one))
                .collect(),
            findings: judgement
                .findings
                .iter()
                .enumerate()
                .map(|(index, one)| finding(report, index, one))
                .collect(),
            notes: judgement.notes.iter().map(texts::notes::note).collect(),
            noted: judgement
                .notes
                .iter()
                .map(|note| NoteJson {
                    kind: note.fact.as_str(),
                    process: note.process.as_ref().map(Process::as_str),
                    text: texts::notes::note(note),
                })
                .collect(),
        },
        processes: report.processes.iter().map(process).collect(),
        memstats: report.memstats.as_ref().map(memstats),
        checks: report
            .checks
            .as_ref()
            .map(|checks| checks.iter().map(check).collect()),
        goroutines: report
            .goroutines
            .as_ref()
            .map(|dump| goroutines(report, dump)),
        traces: report
            .traces
            .iter()
            .map(|trace| TraceJson {
                process: trace.process.as_str(),
                path: &trace.path,
                size: trace.size,
            })
            .collect(),
        files: report
            .files
            .iter()
            .map(|file| FileJson {
                path: &file.path,
                size: file.size,
                role: file.role().as_str(),
                reason: texts::files::reason(file),
            })
            .collect(),
        problems: report.problems.iter().map(Told::text).collect(),
        thresholds: ThresholdsJson {
            changed: report
                .changed_thresholds
                .iter()
                .map(|(name, default, value)| ThresholdJson {
                    name,
                    default,
                    value,
                })
                .collect(),
        },
        symptom: None,
        link: None,
        memory: memory(report),
        counters: report
            .figures()
            .into_iter()
            .map(|figure| CounterJson {
                metric: figure.counter.metric(),
                name: texts::counters::name(figure.counter),
                value: finite(figure.value),
                of: figure.of.map(finite),
                words: texts::counters::value(&figure),
                usual: texts::counters::usual(figure.counter, &judgement.thresholds),
                whose: figure.whose,
                remarkable: figure.remarkable,
            })
            .collect(),
        check_workers: workers(&report.evidence.runner),
        surroundings: surroundings(report),
        silent_processes: report
            .silent
            .iter()
            .map(|silent| SilentJson {
                process: silent.process.as_str(),
                why: texts::silent::why(silent),
                remedy: texts::silent::REMEDY.to_owned(),
            })
            .collect(),
        jmx_checks: report
            .jmx_checks
            .iter()
            .map(|check| JmxJson {
                check: &check.check,
                instance: check.instance.as_deref(),
                status: check.status.as_deref(),
                metrics: check.metric_count,
                failed: check.failed,
            })
            .collect(),
        check_problems: report
            .check_problems
            .iter()
            .map(|problem| CheckProblemJson {
                check: &problem.check,
                about: problem.about.as_deref(),
                message: &problem.message,
            })
            .collect(),
        owners: OwnersJson {
            file: Some(report.settings.owners_file.as_str()).filter(|name| !name.is_empty()),
            source: &report.settings.owners_source,
            date: &report.settings.owners_date,
        },
        deliveries: report
            .evidence
            .deliveries
            .iter()
            .map(sources::delivery)
            .collect(),
        retry_queues: sources::retry_queues(report),
        queues: report.contexts.queues.iter().map(sources::queue).collect(),
        logs: report.logs.iter().map(sources::log).collect(),
        tagged_entities: sources::entities(&report.self_report.tagged),
        workloads: sources::entities(&report.self_report.workloads),
        diagnoses: report
            .self_report
            .diagnoses
            .as_ref()
            .map(sources::diagnoses),
        health_issues: sources::health_issues(report),
    }
}

fn notable(one: &Notable) -> NotableJson<'_> {
    let holder = one.holder.as_ref();
    NotableJson {
        kind: one.thing.as_str(),
        process: one.process.as_ref().map(Process::as_str),
        title: texts::notable::title(one),
        summary: texts::notable::summary(one),
        owner: holder.map(|holder| holder.owner.as_str()),
        component: holder.map(|holder| holder.component.as_str()),
        team: holder.map(|holder| holder.team.as_str()),
        escalate_to: holder.map(|holder| holder.routing.escalate_to.as_str()),
        responsible_function: holder.map(|holder| holder.frame.as_str()),
    }
}

fn workers(runner: &Runner) -> WorkersJson<'_> {
    WorkersJson {
        count: runner.workers,
        utilization: runner
            .utilization
            .iter()
            .map(|(worker, utilization)| WorkerJson {
                worker,
                utilization: finite(*utilization),
            })
            .collect(),
        running: runner
            .running
            .iter()
            .map(|(check, seconds)| RunningJson {
                check,
                seconds: seconds.map(finite),
            })
            .collect(),
    }
}

fn memory(report: &Report) -> MemoryJson<'_> {
    let memory = &report.memory;
    let limit = memory.limit.as_ref();
    MemoryJson {
        rss_bytes: memory.rss_bytes,
        python_bytes: memory.python_bytes,
        limit_bytes: limit.map(|(bytes, _)| *bytes),
        limit_source: limit.map(|(_, source)| texts::memory::limit_source(source)),
        accounts: memory
            .accounts
            .iter()
            .map(|account| AccountJson {
                process: account.process.as_str(),
                rss_bytes: account.rss,
                go_held_bytes: account.held,
                total_bytes: account.total,
                excess_bytes: account.excess,
                conclusion: account.conclusion.as_str(),
                words: texts::memory::account(account, &report.judgement.thresholds),
                parts: account
                    .parts
                    .iter()
                    .map(|part| PartJson {
                        name: texts::memory::name(part.kind),
                        bytes: part.bytes,
                    })
                    .collect(),
            })
            .collect(),
        garbage_collection: memory
            .gc
            .iter()
            .map(|facts| StoryJson {
                process: facts.process.as_str(),
                words: texts::gc::story(facts, &report.judgement.thresholds),
            })
            .collect(),
    }
}

fn surroundings(report: &Report) -> SurroundingsJson<'_> {
    let around = &report.surroundings;
    SurroundingsJson {
        host_cores: around.host_cores,
        host_memory_bytes: around.host_memory,
        container_cpu_limit: around
            .cpu_limit
            .as_ref()
            .map(|(cores, _)| *cores)
            .filter(|cores| cores.is_finite()),
        container_restarts: around.restarts.as_ref().map(|(count, _)| *count),
        last_termination: around.restarts.as_ref().and_then(|(_, why)| why.as_deref()),
        containers: around
            .containers
            .iter()
            .map(|end| ContainerJson {
                container: &end.container,
                is_agent: end.is_agent,
                restarts: end.restarts,
                last_termination: end.reason.as_deref(),
                exit_code: end.exit_code,
                finished_at: end.finished_ms.and_then(instant),
                memory_limit_bytes: end.memory_limit,
            })
            .collect(),
        oom_kills: around
            .oom_kills
            .iter()
            .map(|kill| kill.process.as_str())
            .collect(),
        kernel_kills: around
            .oom_kills
            .iter()
            .map(|kill| KernelKillJson {
                process: &kill.process,
                pid: kill.pid,
                of_agent: kill.is_of_agent(),
                in_cgroup: kill.in_cgroup,
                resident_bytes: kill.rss_bytes,
                limit_bytes: kill.limit_bytes,
                cgroup: kill.cgroup.as_deref(),
                process_cgroup: kill.task_cgroup.as_deref(),
            })
            .collect(),
        versions: around
            .versions
            .iter()
            .map(|entry| VersionJson {
                version: &entry.version,
                since: entry.timestamp_ms.and_then(instant),
            })
            .collect(),
        unhealthy: &around.unhealthy,
    }
}

fn agent(report: &Report) -> AgentJson<'_> {
    let agent = &report.agent;
    AgentJson {
        version: agent.version.as_deref(),
        flavor: agent.flavor.as_ref().map(Flavor::as_str),
        started_at: agent.started_at_ms.and_then(instant),
        uptime_seconds: agent.uptime_s.map(|uptime| uptime as i64),
        status_errors: &agent.status_errors,
        missing_status_sections: &agent.missing_sections,
        captured_at: agent.captured_at_ms.and_then(instant),
        captured_at_local: agent.captured_local.as_deref(),
        started_at_local: agent.started_local.as_deref(),
        install_method: agent.install_method.as_ref().map(|method| InstallJson {
            tool: method.tool.as_deref(),
            tool_version: method.tool_version.as_deref(),
            installer_version: method.installer_version.as_deref(),
        }),
        platform: agent.platform.as_deref(),
        os: agent.os.as_deref(),
        kernel: agent.kernel.as_deref(),
        architecture: agent.architecture.as_deref(),
        go_version: agent.go_version.as_deref(),
        python_version: agent.python_version.as_deref(),
        pid: agent.pid,
        local: agent.local,
    }
}

/// RFC 3339 in UTC; `None` for instants outside the calendar.
fn instant(unix_ms: i64) -> Option<String> {
    rfc3339(i128::from(unix_ms) * 1_000_000)
}

fn state<'r>(report: &Report, state: &'r State) -> StateJson<'r> {
    let thresholds = &report.judgement.thresholds;
    let (pair, bound) = match &state.basis {
        Basis::Heaps(pair) => (Some(pair), None),
        Basis::Bounded(bound) => (None, Some(bound)),
        _ => (None, None),
    };
    StateJson {
        process: state.process.as_str(),
        kind: state.kind.as_str(),
        state: state.measured.as_str(),
        text: states::text(state),
        why: states::why(state, thresholds),
        hole: state.hole.map(Hole::as_str),
        nearness: state.nearness.map(finite),
        bound_bytes: bound.map(|bound| bound.heap),
        resolution_bytes: pair.map(|pair| pair.resolution),
        transient_bytes: pair.map(|pair| pair.transient),
        since_start_bytes_per_hour: state
            .since_start
            .as_ref()
            .map(|since| since.per_hour() as i64),
        would_change: states::would_change(state, thresholds),
        capture: state
            .hole
            .filter(|hole| !hole.is_by_hand(&state.process))
            .filter(|hole| texts::hole_command(report, *hole, state).is_some())
            .map(|hole| {
                texts::possible(report, hole.capture(&state.process, state.kind)).to_string()
            }),
    }
}

fn known(report: &Report, finding: Option<usize>) -> Vec<KnownJson> {
    report
        .known
        .iter()
        .filter(|known| known.finding == finding)
        .map(|known| KnownJson {
            reference: known.case.references.join(", "),
            words: texts::known::resemblance(known),
        })
        .collect()
}

fn finding<'r>(report: &'r Report, index: usize, finding: &'r Finding) -> FindingJson<'r> {
    const STACKS: usize = 3;
    let first = finding.first();
    FindingJson {
        kind: finding.kind.as_str(),
        process: finding.process.as_str(),
        profile: finding.profile.as_str(),
        function: first.map_or("", |first| first.function.as_str()),
        responsible_function: finding.responsible(),
        responsible_share: finite(finding.lead.share.fraction()),
        owner: finding.owner(),
        owner_share: finite(finding.owner_share().fraction()),
        responsible: responsible(&finding.responsible),
        owners: (finding.owners.iter())
            .map(|part| OwnerPartJson {
                owner: &part.owner,
                value: part.value,
                share: finite(part.share.fraction()),
            })
            .collect(),
        component: &finding.component,
        team: &finding.team,
        functions: finding
            .functions
            .iter()
            .map(|function| FunctionJson {
                function: &function.function,
                responsible_function: function.first().map_or("", |first| &first.frame),
                responsible: responsible(&function.responsible),
                value: function.value,
                share: finite(function.share.fraction()),
                owner: function.first().map_or("", |first| &first.owner),
                check: function.first().and_then(|first| first.check.as_deref()),
                objects: function.objects,
                allocated: function.allocated,
                within_noise: function.within_noise,
            })
            .collect(),
        value: quantity(finding.value, finding.unit()),
        unit: finding.unit().as_str(),
        threshold: quantity(finding.threshold, finding.unit()),
        share: finite(first.map_or(0.0, |first| first.share.fraction())),
        confidence: finding.confidence.as_str(),
        reasons: findings::reasons(finding, &report.judgement.thresholds),
        routing: RoutingJson {
            step: finding.routing.step,
            words: texts::routing(report, finding),
            escalate_to: &finding.routing.escalate_to,
        },
        summary: findings::summary(finding),
        evidence: findings::evidence(finding)
            .into_iter()
            .map(|(name, value)| EvidenceJson { name, value })
            .collect(),
        meaning: &finding.meaning,
        settle: (!finding.reasons.is_empty()).then(|| findings::settle(finding)),
        stacks: finding
            .stacks
            .iter()
            .take(STACKS)
            .map(|stack| StackJson {
                value: stack.value,
                share: finite(stack.share.fraction()),
                owner: &stack.owner,
                frames: &stack.frames,
            })
            .collect(),
        known_cases: known(report, Some(index)),
    }
}

fn responsible(frames: &[Responsible]) -> Vec<ResponsibleJson<'_>> {
    let frames = frames.iter().map(|frame| ResponsibleJson {
        function: &frame.frame,
        owner: &frame.owner,
        value: frame.value,
        share: finite(frame.share.fraction()),
    });
    frames.collect()
}

/// JSON has no infinities.
fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

/// Bytes and nanoseconds are whole numbers, percentages are not.
fn quantity(value: f64, unit: Unit) -> Number {
    let value = finite(value);
    if unit == Unit::Percent {
        Number::from_f64(value).unwrap_or_else(|| Number::from(0))
    } else {
        Number::from(value.round() as i64)
    }
}

fn process(process: &ProcessReport) -> ProcessJson<'_> {
    ProcessJson {
        name: process.name.as_str(),
        profiles: process
            .profiles
            .iter()
            .flat_map(|report| profiles(process, report))
            .collect(),
        pairing: process.pairing.as_ref().map(|pairing| PairingJson {
            first: &pairing.first,
            second: &pairing.second,
            between: &pairing.between,
        }),
        program: process.program.as_deref(),
        cpu_labels: (process.cpu_labels.iter())
            .map(|labelled| LabelJson {
                label: labelled.label.as_str(),
                total: labelled.total,
                labelled: labelled.labelled,
                values: (labelled.values.iter())
                    .map(|(value, sum)| LabelValueJson { value, sum: *sum })
                    .collect(),
            })
            .collect(),
    }
}

fn profiles<'r>(process: &'r ProcessReport, report: &'r ProfileReport) -> Vec<ProfileJson<'r>> {
    let profile = report.name.as_str();
    let unread = |status, message| {
        vec![ProfileJson::Unread(UnreadJson {
            status,
            profile,
            message,
        })]
    };
    match &report.content {
        ProfileContent::Tables(tables) => tables
            .iter()
            .map(|table| ProfileJson::Read(table_json(process, report.name, table)))
            .collect(),
        ProfileContent::Reply(message) => unread("text-reply", message.clone()),
        ProfileContent::Damaged(why) => unread("damaged", why.text()),
        ProfileContent::LeftOut(why) => unread("left-out", why.text()),
    }
}

fn table_json<'r>(process: &ProcessReport, name: ProfileName, table: &'r Table) -> TableJson<'r> {
    let is_diff = name == ProfileName::HeapDiff;
    TableJson {
        status: "read",
        profile: name.as_str(),
        sample_type: &table.sample_type,
        unit: &table.unit,
        total: table.total,
        net: table.net,
        interval_ns: is_diff.then_some(process.interval.ns),
        duration_ns: (!is_diff).then_some(table.duration_ns),
        rows_total: table.rows_total,
        rows: table
            .rows
            .iter()
            .map(|row| RowJson {
                function: &row.function,
                inline: row.inline,
                flat: row.flat,
                cum: row.cum,
                owner: &row.owner,
                owner_part: row.owner_part,
            })
            .collect(),
        left_out: table.left_out,
        owner_shares: table
            .owners
            .iter()
            .map(|(owner, value)| OwnerShareJson {
                owner: owner.as_deref(),
                value: *value,
            })
            .collect(),
    }
}

fn memstats(stats: &MemStats) -> MemstatsJson {
    MemstatsJson {
        alloc: stats.alloc,
        buck_hash_sys: stats.buck_hash_sys,
        frees: stats.frees,
        gc_cpu_fraction: stats
            .gc_cpu_fraction
            .filter(|fraction| fraction.is_finite()),
        gc_sys: stats.gc_sys,
        heap_alloc: stats.heap_alloc,
        heap_idle: stats.heap_idle,
        heap_inuse: stats.heap_inuse,
        heap_objects: stats.heap_objects,
        heap_released: stats.heap_released,
        heap_sys: stats.heap_sys,
        last_gc: stats.last_gc,
        lookups: stats.lookups,
        mcache_inuse: stats.mcache_inuse,
        mcache_sys: stats.mcache_sys,
        mspan_inuse: stats.mspan_inuse,
        mspan_sys: stats.mspan_sys,
        mallocs: stats.mallocs,
        next_gc: stats.next_gc,
        num_forced_gc: stats.num_forced_gc,
        num_gc: stats.num_gc,
        other_sys: stats.other_sys,
        pause_total_ns: stats.pause_total_ns,
        stack_inuse: stats.stack_inuse,
        stack_sys: stats.stack_sys,
        sys: stats.sys,
        total_alloc: stats.total_alloc,
    }
}

fn check(check: &Check) -> CheckJson<'_> {
    CheckJson {
        name: &check.name,
        version: check.version.as_deref(),
        instances: check.instances.len(),
        instance_details: check.instances.iter().map(instance).collect(),
    }
}

fn instance(instance: &Instance) -> InstanceJson<'_> {
    InstanceJson {
        id: &instance.id,
        state: instance.state.as_str(),
        configuration_source: instance.configuration_source.as_deref(),
        total_runs: instance.total_runs,
        metric_samples_last: instance.metric_samples_last,
        metric_samples_total: instance.metric_samples_total,
        events_total: instance.events_total,
        service_checks_total: instance.service_checks_total,
        average_execution_ms: instance
            .average_execution_ms
            .filter(|mean| mean.is_finite()),
        last_execution_at: instance.last_execution_ms.and_then(instant),
        long_running: instance.long_running,
        errors: &instance.errors,
        warnings: &instance.warnings,
    }
}

fn goroutines<'r>(report: &'r Report, goroutines: &'r GoroutineReport) -> GoroutinesJson<'r> {
    let dump = &goroutines.dump;
    GoroutinesJson {
        process: goroutines.process.as_str(),
        source: goroutines.source.as_str(),
        count: dump.count,
        by_state: dump
            .by_state
            .iter()
            .map(|(state, count)| (state.as_str(), *count))
            .collect(),
        longest_wait_minutes: dump.longest_wait_minutes,
        groups_total: dump.groups.len(),
        groups: goroutines
            .groups()
            .map(|(shown, group)| GroupJson {
                count: group.count,
                state: &group.state,
                longest_wait_minutes: group.longest_wait_minutes,
                created_by: group.created_by.as_deref(),
                created_elsewhere: group.created_elsewhere,
                owner: &shown.owner,
                waits_for_lock: group.waits_for_lock(),
                frames_total: group.frames_total,
                frames: &group.frames,
            })
            .collect(),
        known_cases: known(report, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_kind() {
        assert_eq!(quantity(37_241_514.0, Unit::Bytes).to_string(), "37241514");
        assert_eq!(quantity(81.25, Unit::Percent).to_string(), "81.25");
        assert_eq!(quantity(f64::NAN, Unit::Percent).to_string(), "0.0");
        assert_eq!(quantity(f64::INFINITY, Unit::Bytes).to_string(), "0");
    }

    #[test]
    fn instants_are_utc() {
        assert_eq!(
            instant(1_795_414_322_623).as_deref(),
            Some("2026-11-23T06:12:02.623Z")
        );
        assert_eq!(instant(i64::MAX), None);
    }
}
