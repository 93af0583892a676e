//! The report as JSON, for scripts. `docs/report.schema.json` documents it.
//!
//! Raw numbers only: bytes, nanoseconds, counts and fractions. A profile appears once for each of
//! its sample types.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Number;

use super::model::{GoroutineReport, ProcessReport, ProfileContent, ProfileReport, Report, Table};
use super::texts::{self, findings, states};
use diagnose::errors::Told;
use diagnose::kinds::ProfileName;
use diagnose::thresholds::Thresholds;
use diagnose::verdict::{Finding, Hole, State};
use flare::Process;
use flare::memstats::MemStats;
use flare::status::{Check, Instance};
use profile::units::rfc3339;

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

#[derive(Serialize)]
struct Root<'r> {
    schema_version: u32,
    hostname: &'r str,
    agent: AgentJson<'r>,
    verdict: VerdictJson<'r>,
    processes: Vec<ProcessJson<'r>>,
    memstats: Option<BTreeMap<&'static str, Number>>,
    checks: Option<Vec<CheckJson<'r>>>,
    goroutines: Option<GoroutinesJson<'r>>,
    traces: Vec<TraceJson<'r>>,
    files: Vec<FileJson<'r>>,
    problems: Vec<String>,
    thresholds: ThresholdsJson<'r>,
    symptom: Option<String>,
    link: Option<String>,
    memory: MemoryJson<'r>,
    surroundings: SurroundingsJson<'r>,
    silent_processes: Vec<SilentJson<'r>>,
    jmx_checks: Vec<JmxJson<'r>>,
    check_problems: Vec<CheckProblemJson<'r>>,
    owners: OwnersJson<'r>,
}

#[derive(Serialize)]
struct MemoryJson<'r> {
    rss_bytes: Option<i64>,
    python_bytes: Option<i64>,
    limit_bytes: Option<i64>,
    limit_source: Option<String>,
    accounts: Vec<AccountJson<'r>>,
    garbage_collection: Vec<StoryJson<'r>>,
}

#[derive(Serialize)]
struct AccountJson<'r> {
    process: &'r str,
    rss_bytes: Option<i64>,
    go_held_bytes: i64,
    total_bytes: i64,
    excess_bytes: i64,
    conclusion: &'static str,
    words: String,
    parts: Vec<PartJson>,
}

#[derive(Serialize)]
struct PartJson {
    name: &'static str,
    bytes: i64,
}

#[derive(Serialize)]
struct StoryJson<'r> {
    process: &'r str,
    words: Vec<String>,
}

#[derive(Serialize)]
struct SurroundingsJson<'r> {
    host_cores: Option<u64>,
    host_memory_bytes: Option<u64>,
    container_cpu_limit: Option<f64>,
    container_restarts: Option<u64>,
    last_termination: Option<&'r str>,
    oom_kills: Vec<&'r str>,
    versions: Vec<VersionJson<'r>>,
    unhealthy: &'r [String],
}

#[derive(Serialize)]
struct VersionJson<'r> {
    version: &'r str,
    since: Option<String>,
}

#[derive(Serialize)]
struct SilentJson<'r> {
    process: &'r str,
    why: String,
    remedy: String,
}

#[derive(Serialize)]
struct JmxJson<'r> {
    check: &'r str,
    instance: Option<&'r str>,
    status: Option<&'r str>,
    metrics: Option<u64>,
    failed: bool,
}

#[derive(Serialize)]
struct CheckProblemJson<'r> {
    check: &'r str,
    about: Option<&'r str>,
    message: &'r str,
}

#[derive(Serialize)]
struct OwnersJson<'r> {
    file: Option<&'r str>,
    source: &'r str,
    date: &'r str,
}

#[derive(Serialize)]
struct AgentJson<'r> {
    version: Option<&'r str>,
    flavor: Option<&'r str>,
    started_at: Option<String>,
    uptime_seconds: Option<i64>,
    captured_at: Option<String>,
    captured_at_local: Option<&'r str>,
    install_method: Option<InstallJson<'r>>,
    platform: Option<&'r str>,
    os: Option<&'r str>,
    kernel: Option<&'r str>,
    architecture: Option<&'r str>,
    go_version: Option<&'r str>,
    python_version: Option<&'r str>,
    pid: Option<i64>,
    local: bool,
}

#[derive(Serialize)]
struct InstallJson<'r> {
    tool: Option<&'r str>,
    tool_version: Option<&'r str>,
    installer_version: Option<&'r str>,
}

#[derive(Serialize)]
struct VerdictJson<'r> {
    kind: &'static str,
    main_process: Option<&'r str>,
    states: Vec<StateJson<'r>>,
    findings: Vec<FindingJson<'r>>,
    notes: Vec<String>,
    noted: Vec<NoteJson<'r>>,
}

#[derive(Serialize)]
struct NoteJson<'r> {
    kind: &'static str,
    process: Option<&'r str>,
    text: String,
}

#[derive(Serialize)]
struct StateJson<'r> {
    process: &'r str,
    kind: &'static str,
    state: &'static str,
    text: String,
    why: String,
    hole: Option<&'static str>,
    nearness: Option<f64>,
    would_change: String,
    capture: Option<String>,
}

#[derive(Serialize)]
struct FindingJson<'r> {
    kind: &'static str,
    process: &'r str,
    profile: &'static str,
    function: &'r str,
    responsible_function: &'r str,
    owner: &'r str,
    component: &'r str,
    team: &'r str,
    functions: Vec<FunctionJson<'r>>,
    value: Number,
    unit: &'static str,
    threshold: Number,
    share: f64,
    confidence: &'static str,
    reasons: Vec<String>,
    routing: RoutingJson<'r>,
    summary: String,
    evidence: Vec<EvidenceJson>,
    meaning: &'r str,
    settle: Option<&'static str>,
    stacks: Vec<StackJson<'r>>,
    known_cases: Vec<KnownJson>,
}

#[derive(Serialize)]
struct StackJson<'r> {
    value: i64,
    share: f64,
    owner: &'r str,
    frames: &'r [String],
}

#[derive(Serialize)]
struct KnownJson {
    reference: String,
    words: String,
}

#[derive(Serialize)]
struct FunctionJson<'r> {
    function: &'r str,
    responsible_function: &'r str,
    value: i64,
    share: f64,
    owner: &'r str,
    check: Option<&'r str>,
    objects: Option<i64>,
    allocated: Option<i64>,
    within_noise: bool,
}

#[derive(Serialize)]
struct RoutingJson<'r> {
    step: u8,
    words: &'r str,
    escalate_to: &'r str,
}

#[derive(Serialize)]
struct EvidenceJson {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct ProcessJson<'r> {
    name: &'r str,
    profiles: Vec<ProfileJson<'r>>,
}

/// What can be said of a profile depends on whether it could be read.
#[derive(Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
enum ProfileJson<'r> {
    Read(TableJson<'r>),
    TextReply {
        profile: &'static str,
        message: &'r str,
    },
    Damaged {
        profile: &'static str,
        message: String,
    },
    LeftOut {
        profile: &'static str,
        message: String,
    },
}

#[derive(Serialize)]
struct TableJson<'r> {
    profile: &'static str,
    sample_type: &'r str,
    unit: &'r str,
    total: i64,
    net: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval_ns: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_ns: Option<i64>,
    rows_total: usize,
    rows: Vec<RowJson<'r>>,
    owner_shares: Vec<OwnerShareJson<'r>>,
}

#[derive(Serialize)]
struct RowJson<'r> {
    function: &'r str,
    inline: &'static str,
    flat: i64,
    cum: i64,
    owner: &'r str,
}

#[derive(Serialize)]
struct OwnerShareJson<'r> {
    owner: Option<&'r str>,
    value: i64,
}

#[derive(Serialize)]
struct CheckJson<'r> {
    name: &'r str,
    version: Option<&'r str>,
    instances: usize,
    instance_details: Vec<InstanceJson<'r>>,
}

#[derive(Serialize)]
struct InstanceJson<'r> {
    id: &'r str,
    state: &'r str,
    configuration_source: Option<&'r str>,
    total_runs: Option<u64>,
    metric_samples_last: Option<u64>,
    metric_samples_total: Option<u64>,
    events_total: Option<u64>,
    service_checks_total: Option<u64>,
    average_execution_ms: Option<f64>,
    last_execution_at: Option<String>,
    long_running: bool,
    errors: &'r [String],
    warnings: &'r [String],
}

#[derive(Serialize)]
struct GoroutinesJson<'r> {
    count: u64,
    by_state: BTreeMap<&'r str, u64>,
    longest_wait_minutes: u64,
    groups_total: usize,
    groups: Vec<GroupJson<'r>>,
    known_cases: Vec<KnownJson>,
}

#[derive(Serialize)]
struct GroupJson<'r> {
    count: u64,
    state: &'r str,
    longest_wait_minutes: u64,
    created_by: Option<&'r str>,
    owner: &'r str,
    waits_for_lock: bool,
    frames_total: usize,
    frames: &'r [String],
}

#[derive(Serialize)]
struct TraceJson<'r> {
    process: &'r str,
    path: &'r str,
    size: u64,
}

#[derive(Serialize)]
struct FileJson<'r> {
    path: &'r str,
    size: u64,
    role: &'static str,
    reason: String,
}

#[derive(Serialize)]
struct ThresholdsJson<'r> {
    changed: Vec<ThresholdJson<'r>>,
}

#[derive(Serialize)]
struct ThresholdJson<'r> {
    name: &'r str,
    default: &'r str,
    value: &'r str,
}

fn root(report: &Report) -> Root<'_> {
    let judgement = &report.judgement;
    Root {
        schema_version: SCHEMA_VERSION,
        hostname: &report.hostname,
        agent: agent(report),
        verdict: VerdictJson {
            kind: judgement.kind.as_str(),
            main_process: judgement.main.as_ref().map(Process::as_str),
            states: judgement
                .states
                .iter()
                .map(|one| state(one, &judgement.thresholds))
                .collect(),
            findings: judgement
                .findings
                .iter()
                .enumerate()
                .map(|(index, one)| finding(report, index, one))
                .collect(),
            notes: judgement
                .notes
                .iter()
                .map(|note| texts::notes::note(note, &judgement.thresholds))
                .collect(),
            noted: judgement
                .notes
                .iter()
                .map(|note| NoteJson {
                    kind: note.fact.as_str(),
                    process: note.process.as_ref().map(Process::as_str),
                    text: texts::notes::note(note, &judgement.thresholds),
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
        surroundings: surroundings(report),
        silent_processes: report
            .silent
            .iter()
            .map(|silent| SilentJson {
                process: silent.process.as_str(),
                why: texts::silent::why(silent),
                remedy: texts::silent::remedy(silent),
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
        oom_kills: around
            .oom_kills
            .iter()
            .map(|kill| kill.process.as_str())
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
        flavor: agent.flavor.as_deref(),
        started_at: agent.started_at_ms.and_then(instant),
        uptime_seconds: agent.uptime_s.map(|uptime| uptime as i64),
        captured_at: agent.captured_at_ms.and_then(instant),
        captured_at_local: agent.captured_local.as_deref(),
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

fn state<'r>(state: &'r State, thresholds: &Thresholds) -> StateJson<'r> {
    StateJson {
        process: state.process.as_str(),
        kind: state.kind.as_str(),
        state: state.measured.as_str(),
        text: states::text(state),
        why: states::why(state, thresholds),
        hole: state.hole.map(Hole::as_str),
        nearness: state.nearness.map(finite),
        would_change: states::would_change(state, thresholds),
        capture: state
            .hole
            .map(|hole| hole.capture(&state.process, state.kind).to_string()),
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
        responsible_function: first.map_or("", |first| first.responsible.as_str()),
        owner: finding.owner(),
        component: &finding.component,
        team: &finding.team,
        functions: finding
            .functions
            .iter()
            .map(|function| FunctionJson {
                function: &function.function,
                responsible_function: &function.responsible,
                value: function.value,
                share: finite(function.share.fraction()),
                owner: &function.owner,
                check: function.check.as_deref(),
                objects: function.objects,
                allocated: function.allocated,
                within_noise: function.within_noise,
            })
            .collect(),
        value: quantity(finding.value, finding.unit),
        unit: finding.unit,
        threshold: quantity(finding.threshold, finding.unit),
        share: finite(first.map_or(0.0, |first| first.share.fraction())),
        confidence: finding.confidence.as_str(),
        reasons: findings::reasons(finding, &report.judgement.thresholds),
        routing: RoutingJson {
            step: finding.routing.step,
            words: &finding.routing.words,
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

/// JSON has no infinities.
fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

/// Bytes and nanoseconds are whole numbers, percentages are not.
fn quantity(value: f64, unit: &str) -> Number {
    let value = finite(value);
    if unit == "percent" {
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
    }
}

fn profiles<'r>(process: &'r ProcessReport, report: &'r ProfileReport) -> Vec<ProfileJson<'r>> {
    let profile = report.name.as_str();
    match &report.content {
        ProfileContent::Tables(tables) => tables
            .iter()
            .map(|table| ProfileJson::Read(table_json(process, report.name, table)))
            .collect(),
        ProfileContent::Reply(message) => vec![ProfileJson::TextReply { profile, message }],
        ProfileContent::Damaged(why) => {
            let message = why.text();
            vec![ProfileJson::Damaged { profile, message }]
        }
        ProfileContent::LeftOut(why) => {
            let message = why.text();
            vec![ProfileJson::LeftOut { profile, message }]
        }
    }
}

fn table_json<'r>(process: &ProcessReport, name: ProfileName, table: &'r Table) -> TableJson<'r> {
    let is_diff = name == ProfileName::HeapDiff;
    TableJson {
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
            })
            .collect(),
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

/// Go's own names, so that they can be looked up.
fn memstats(stats: &MemStats) -> BTreeMap<&'static str, Number> {
    let whole = [
        ("Alloc", stats.alloc),
        ("TotalAlloc", stats.total_alloc),
        ("Sys", stats.sys),
        ("Lookups", stats.lookups),
        ("Mallocs", stats.mallocs),
        ("Frees", stats.frees),
        ("HeapAlloc", stats.heap_alloc),
        ("HeapSys", stats.heap_sys),
        ("HeapIdle", stats.heap_idle),
        ("HeapInuse", stats.heap_inuse),
        ("HeapReleased", stats.heap_released),
        ("HeapObjects", stats.heap_objects),
        ("StackInuse", stats.stack_inuse),
        ("StackSys", stats.stack_sys),
        ("MSpanInuse", stats.mspan_inuse),
        ("MSpanSys", stats.mspan_sys),
        ("MCacheInuse", stats.mcache_inuse),
        ("MCacheSys", stats.mcache_sys),
        ("BuckHashSys", stats.buck_hash_sys),
        ("GCSys", stats.gc_sys),
        ("OtherSys", stats.other_sys),
        ("NextGC", stats.next_gc),
        ("LastGC", stats.last_gc),
        ("PauseTotalNs", stats.pause_total_ns),
        ("NumGC", stats.num_gc),
        ("NumForcedGC", stats.num_forced_gc),
    ];
    let mut out: BTreeMap<&'static str, Number> = whole
        .into_iter()
        .filter_map(|(name, value)| Some((name, Number::from(value?))))
        .collect();
    if let Some(fraction) = stats.gc_cpu_fraction.and_then(Number::from_f64) {
        out.insert("GCCPUFraction", fraction);
    }
    out
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
        assert_eq!(quantity(37_241_514.0, "bytes").to_string(), "37241514");
        assert_eq!(quantity(81.25, "percent").to_string(), "81.25");
        assert_eq!(quantity(f64::NAN, "percent").to_string(), "0.0");
        assert_eq!(quantity(f64::INFINITY, "bytes").to_string(), "0");
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
