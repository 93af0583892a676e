//! Which Agent, on what host, and where its memory is.

use super::super::document::{
    Bar, Block, Fact, Picture, PictureRow, PlainTable, Section, SectionKind, SectionState, Share,
    Swatch,
};
use super::super::model::Report;
use super::super::texts::{self, memory::limit_source};
use super::super::times::{day, duration, instant};
use super::bars::{Axis, placed};
use super::palette::part_swatches;
use super::{bytes, column, count, fact, hinted, note, paragraph, section, sources};
use diagnose::capture::Capture;
use diagnose::gc::{GcFacts, MemoryLimit};
use diagnose::memory::PartKind;
use diagnose::share;
use profile::units::{group_thousands, human, human_share, ratio_percent};

pub(super) fn agent(report: &Report) -> Section {
    const UNKNOWN: &str = "not in the flare";
    let agent = &report.agent;
    let or_unknown = |value: &Option<String>| value.clone().unwrap_or_else(|| UNKNOWN.to_owned());
    let time = |time: Option<i64>, local: &Option<String>| {
        texts::time(time.and_then(instant), local.as_deref()).unwrap_or_else(|| UNKNOWN.to_owned())
    };
    let install = agent.install_method.as_ref().map(|method| {
        let parts = [
            &method.tool,
            &method.tool_version,
            &method.installer_version,
        ];
        parts
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(", ")
    });
    let platform = [
        &agent.platform,
        &agent.os,
        &agent.kernel,
        &agent.architecture,
    ];
    let platform: Vec<String> = platform.into_iter().flatten().cloned().collect();
    let mut facts = vec![
        fact("Agent version", or_unknown(&agent.version)),
        fact(
            "Started",
            match agent.started_at_ms {
                Some(_) => time(agent.started_at_ms, &None),
                None => time(None, &agent.started_local),
            },
        ),
        fact(
            "Uptime",
            agent.uptime_s.map_or_else(|| UNKNOWN.to_owned(), duration),
        ),
        fact(
            "Captured at",
            time(agent.captured_at_ms, &agent.captured_local),
        ),
        fact("Host name", report.hostname.clone()),
        fact(
            "Install method",
            install
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| UNKNOWN.to_owned()),
        ),
        fact(
            "Platform",
            if platform.is_empty() {
                UNKNOWN.to_owned()
            } else {
                platform.join(", ")
            },
        ),
        fact("Go version", or_unknown(&agent.go_version)),
    ];
    if let Some(python) = &agent.python_version {
        facts.push(fact("Python version", python.clone()));
    }
    if let Some(flavor) = &agent.flavor {
        facts.push(fact("Flavor", flavor.as_str()));
    }
    facts.push(fact(
        "Flare",
        if agent.local {
            "local (built by the command)"
        } else if agent.answered {
            "built by the running Agent"
        } else {
            "not known whether the running Agent built it: its status is not there"
        },
    ));
    facts.extend(surroundings(report));
    facts.extend(sources::facts(report));
    let mut blocks = vec![Block::Facts { facts }];
    blocks.extend(texts::partial_status(report).map(|text| note("partial-status", text)));
    blocks.extend(restarts(report));
    blocks.extend(counters(report));
    blocks.extend(sources::blocks(report));
    section(
        SectionKind::Agent,
        "Agent Context",
        SectionState::Info,
        blocks,
    )
}

/// What a program is that is none of the Agent's.
pub(super) fn program(report: &Report) -> Section {
    let mut facts = vec![
        fact("Program", texts::program::program(report)),
        fact("Dropped", report.source.clone()),
    ];
    let captured = texts::captured(report);
    facts.extend(captured.map(|time| fact("Captured at", time)));
    let blocks = vec![
        Block::Facts { facts },
        paragraph(
            "These profiles are none of the Datadog Agent: its owners, checks and settings say nothing of them.",
        ),
    ];
    section(SectionKind::Agent, "Program", SectionState::Info, blocks)
}

/// What the collector costs a program.
pub(super) fn program_memory(report: &Report) -> Option<Section> {
    let mut blocks = accounts(report);
    blocks.extend(collector(report));
    let state = SectionState::Info;
    (!blocks.is_empty()).then(|| section(SectionKind::Memory, "Memory", state, blocks))
}

/// The host and the container around the Agent: is it high at all?
fn surroundings(report: &Report) -> Vec<Fact> {
    let around = &report.surroundings;
    let mut facts = Vec::new();
    if let Some(cores) = around.host_cores {
        let used: f64 = report.processes.iter().filter_map(texts::cores).sum();
        let text = if used > 0.0 {
            format!(
                "{cores} logical cores; the profiled processes used {used:.2} ({})",
                share::Share::new(used / cores.max(1) as f64)
            )
        } else {
            format!("{cores} logical cores")
        };
        facts.push(fact("Host CPU", text));
    }
    if let Some(memory) = around.host_memory {
        facts.push(fact("Host memory", bytes(memory)));
    }
    if let Some((limit, source)) = &report.memory.limit {
        let text = match report.memory.rss_bytes {
            Some(rss) => format!(
                "{}; {} resident is {} of it",
                human(*limit, "bytes"),
                human(rss, "bytes"),
                human_share(rss, *limit)
            ),
            None => human(*limit, "bytes"),
        };
        facts.push(hinted(
            "Container's memory limit",
            text,
            &limit_source(source),
        ));
    } else if let Some((rss, memory)) = report.memory.rss_bytes.zip(around.host_memory) {
        let memory = i64::try_from(memory).unwrap_or(i64::MAX);
        facts.push(hinted(
            "Memory limit",
            format!(
                "none found; {} resident is {} of the host's memory",
                human(rss, "bytes"),
                human_share(rss, memory)
            ),
            "kubelet_pods.yaml, docker_inspect.log and ecs_metadata.json give none",
        ));
    }
    if let Some((limit, source)) = &around.cpu_limit {
        facts.push(hinted(
            "Container's CPU limit",
            format!("{limit} cores"),
            &limit_source(source),
        ));
    }
    if !around.containers.is_empty() {
        facts.extend(containers(report));
    } else if let Some((restarts, why)) = &around.restarts {
        let why = why
            .as_ref()
            .map_or_else(String::new, |why| format!(", last ended: {why}"));
        facts.push(fact(
            "Container restarts",
            format!("{}{why}", count(*restarts)),
        ));
    }
    if !around.oom_kills.is_empty() {
        let kills: Vec<String> = around
            .oom_kills
            .iter()
            .rev()
            .take(5)
            .map(texts::kernel_kill)
            .collect();
        facts.push(hinted(
            "Killed for lack of memory",
            format!(
                "{}: {}",
                count(around.oom_kills.len() as u64),
                kills.join("; ")
            ),
            "dmesg.log, the last ones first",
        ));
    }
    if !around.unhealthy.is_empty() {
        facts.push(hinted(
            "Unhealthy components",
            around.unhealthy.join(", "),
            "health.yaml",
        ));
    }
    facts
}

/// What the Agent counts of itself since its start, beside what is usual.
fn counters(report: &Report) -> Option<Block> {
    let figures = report.figures();
    if figures.is_empty() {
        return None;
    }
    // What stands out leads.
    let (remarkable, usual): (Vec<_>, Vec<_>) =
        figures.iter().partition(|figure| figure.remarkable);
    let rows = remarkable
        .into_iter()
        .chain(usual)
        .map(|figure| {
            vec![
                texts::counters::name(figure.counter).to_owned(),
                texts::counters::value(figure),
                texts::counters::usual(figure.counter, &report.judgement.thresholds),
                if figure.remarkable { "remarkable" } else { "" }.to_owned(),
                figure.counter.metric().to_owned(),
            ]
        })
        .collect();
    Some(Block::Table(PlainTable {
        caption: format!(
            "What {} counts of itself (telemetry.log)",
            texts::described(report)
        ),
        columns: vec![
            column("Counter", false),
            column("Value", false),
            column("Usual", false),
            column("", false),
            column("Metric", false),
        ],
        rows,
    }))
}

/// The containers of the Agent's pod that were restarted or ended, and the Agent's own.
fn containers(report: &Report) -> impl Iterator<Item = Fact> {
    let now = report.agent.captured_at_ms;
    report
        .surroundings
        .containers
        .iter()
        .filter(|end| end.is_agent || end.restarts.is_some_and(|many| many > 0) || end.ended())
        .map(move |end| {
            let label = match end.is_agent {
                true => "Container restarts".to_owned(),
                false => format!("Restarts of {}", end.container),
            };
            fact(&label, texts::container_end(end, now))
        })
}

/// Upgrades and restarts, against which a change can be held.
fn restarts(report: &Report) -> Vec<Block> {
    const SHOWN: usize = 3;
    let mut blocks = Vec::new();
    let versions = &report.surroundings.versions;
    if versions.len() > 1 {
        let history: Vec<String> = versions
            .iter()
            .rev()
            .take(SHOWN)
            .map(|entry| {
                let since = entry
                    .timestamp_ms
                    .and_then(day)
                    .map_or_else(String::new, |time| format!(" since {time}"));
                format!("{}{since}", entry.version)
            })
            .collect();
        let more = versions.len().saturating_sub(SHOWN);
        let more = if more > 0 {
            format!(" and {more} before")
        } else {
            String::new()
        };
        blocks.push(paragraph(format!(
            "Versions that ran here, newest first: {}{more}.",
            history.join(", ")
        )));
    }
    let upgraded = versions
        .last()
        .and_then(|entry| entry.timestamp_ms)
        .zip(report.agent.captured_at_ms)
        .map(|(since, now)| (now - since) as f64 / 86_400_000.0)
        .filter(|days| versions.len() > 1 && (0.0..14.0).contains(days));
    if let Some(days) = upgraded {
        blocks.push(note(
            "recent-upgrade",
            format!(
                "This version was first started {days:.1} days before the flare: ask whether the problem began with the upgrade."
            ),
        ));
    }
    let apart = report
        .agent
        .process_started_at_ms
        .zip(report.agent.started_at_ms)
        .map(|(process, agent)| process.saturating_sub(agent).saturating_abs())
        .filter(|apart| *apart > 60_000);
    if let Some(apart) = apart {
        blocks.push(note(
            "restarted",
            format!(
                "telemetry.log and status.log disagree on the Agent's start by {}: it was restarted while the flare was made, or the host's clock was changed.",
                duration(apart as f64 / 1000.0)
            ),
        ));
    }
    blocks
}

pub(super) fn memory(report: &Report) -> Section {
    let Some(stats) = &report.memstats else {
        let mut blocks = vec![Block::Missing {
            text: "expvar/memstats is not in the flare, or can't be read.".to_owned(),
            command: None,
        }];
        blocks.extend(accounts(report));
        blocks.extend(collector(report));
        return section(
            SectionKind::Memory,
            "Memory Stats",
            SectionState::NotMeasured,
            blocks,
        );
    };
    let size = |value: Option<u64>| value.map_or_else(|| "not given".to_owned(), bytes);
    let count = |value: Option<u64>| {
        value
            .and_then(|value| i64::try_from(value).ok())
            .map_or_else(|| "not given".to_owned(), group_thousands)
    };
    let mut facts = vec![
        hinted(
            "Alloc",
            size(stats.alloc),
            "live objects and garbage not yet collected",
        ),
        hinted(
            "Sys",
            size(stats.sys),
            "taken from the system by the Go runtime",
        ),
        hinted(
            "HeapInuse",
            size(stats.heap_inuse),
            "spans that hold objects",
        ),
        hinted(
            "HeapObjects",
            count(stats.heap_objects),
            "objects on the heap",
        ),
        hinted(
            "NumGC",
            count(stats.num_gc),
            "garbage collections since start",
        ),
        fact("HeapAlloc", size(stats.heap_alloc)),
        fact("HeapSys", size(stats.heap_sys)),
        hinted("HeapIdle", size(stats.heap_idle), "spans without objects"),
        hinted(
            "HeapReleased",
            size(stats.heap_released),
            "given back to the system",
        ),
        fact("StackInuse", size(stats.stack_inuse)),
        hinted(
            "NextGC",
            size(stats.next_gc),
            "heap size at which the next collection starts",
        ),
        hinted(
            "TotalAlloc",
            size(stats.total_alloc),
            "allocated since start",
        ),
    ];
    if let Some(fraction) = stats.gc_cpu_fraction {
        facts.push(hinted(
            "GCCPUFraction",
            format!("{:.2}", share::Share::new(fraction)),
            "share of the CPU time available since start that the collector took",
        ));
    }
    if let Some(rss) = report.memory.rss_bytes {
        facts.push(hinted(
            "RSS",
            human(rss, "bytes"),
            &format!(
                "resident memory of {}, telemetry.log",
                texts::described(report)
            ),
        ));
    }
    let mut blocks = vec![Block::Facts { facts }];
    if report.agent.local {
        blocks.push(Block::Missing {
            text: "In a local flare expvar/memstats describes the command that built it, not the Agent: \
                   the Agent's own numbers are not here. telemetry.log has its resident memory where it \
                   answered. For the Agent's own statistics it has to be running when the flare is made, \
                   without --local."
                .to_owned(),
            command: Some(texts::capture_command(report, Capture::USUAL)),
        });
    }
    blocks.extend(accounts(report));
    blocks.extend(collector(report));
    section(
        SectionKind::Memory,
        "Memory Stats",
        SectionState::Info,
        blocks,
    )
}

/// Memory accounts: one bar and one paragraph for each process whose Go memory is known.
fn accounts(report: &Report) -> Vec<Block> {
    let mut blocks = Vec::new();
    for account in &report.memory.accounts {
        blocks.push(Block::Heading {
            text: format!("Memory account, {}", account.process),
        });
        blocks.push(paragraph(texts::memory::account(
            account,
            &report.judgement.thresholds,
        )));
        let whole = match account.rss {
            Some(rss) if account.excess == 0 => {
                format!("{} resident memory", human(rss, "bytes"))
            }
            Some(rss) => format!(
                "parts of {} in all, {} resident",
                human(account.total, "bytes"),
                human(rss, "bytes")
            ),
            None => format!("{} held by the Go runtime", human(account.total, "bytes")),
        };
        let parts = account.parts.iter().map(|part| Share {
            name: texts::memory::name(part.kind).to_owned(),
            hint: texts::memory::hint(part.kind).to_owned(),
            value_text: human(part.bytes, "bytes"),
            value: part.bytes,
            percent: ratio_percent(part.bytes, account.total),
            percent_text: human_share(part.bytes, account.total),
            bar: Bar::NONE,
            swatch: part_swatch(part.kind),
        });
        blocks.push(Block::Shares {
            caption: format!("{}: {whole}", account.process),
            what: "Part".to_owned(),
            total_text: human(account.total, "bytes"),
            shares: placed(parts.collect()),
            fold: None,
        });
    }
    blocks
}

/// A part has the same step of the scale in every account; what is left over has none.
const fn part_swatch(kind: PartKind) -> Swatch {
    Swatch::Part(match kind {
        PartKind::HeapInUse => 0,
        PartKind::Garbage => 1,
        PartKind::HeapObjects => 2,
        PartKind::Spans => 3,
        PartKind::IdleHeap => 4,
        PartKind::GoRuntime => 5,
        PartKind::Python => 6,
        PartKind::Rtloader => 7,
        PartKind::Rest => return Swatch::None,
    })
}

/// The garbage collector's story, by process.
fn collector(report: &Report) -> Vec<Block> {
    let items: Vec<String> = report
        .memory
        .gc
        .iter()
        .map(|facts| {
            let story = texts::gc::story(facts, &report.judgement.thresholds);
            format!("{}: {}", facts.process, story.join(" "))
        })
        .collect();
    if items.is_empty() {
        return Vec::new();
    }
    let heading = Block::Heading {
        text: "Garbage collection".to_owned(),
    };
    let gc = report.memory.gc.iter();
    let pictures = gc.filter_map(|facts| heap_picture(report, facts));
    let list = Block::List { items };
    [heading, list].into_iter().chain(pictures).collect()
}

/// The heap beside what starts the next collection and what it may not pass, on one axis. `None` where
/// there is nothing to compare.
fn heap_picture(report: &Report, facts: &GcFacts) -> Option<Block> {
    let accounts = &report.memory.accounts;
    let usage = accounts.iter().find(|one| one.process == facts.process);
    let usage = usage.map(|account| account.usage).unwrap_or_default();
    let limit = match facts.memory_limit {
        Some(MemoryLimit::Bytes(limit)) => Some(limit),
        Some(MemoryLimit::Off) | None => None,
    };
    let known: Vec<(&str, i64)> = [
        (texts::gc::LIVE, usage.in_use),
        (texts::gc::NOW, usage.heap_alloc),
        (texts::gc::GOAL, facts.goal),
        (texts::gc::LIMIT, limit),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value.filter(|value| *value > 0)?)))
    .collect();
    if known.len() < 2 || (facts.goal.is_none() && limit.is_none()) {
        return None;
    }
    let axis = Axis::of(known.iter().map(|(_, value)| *value), false);
    let rows = known.into_iter().zip(part_swatches());
    Some(Block::Picture(Picture {
        caption: texts::gc::heap_caption(&facts.process),
        what: "Heap".to_owned(),
        rows: rows
            .map(|((name, value), swatch)| PictureRow {
                name: name.to_owned(),
                value_text: human(value, "bytes"),
                share_text: String::new(),
                swatch,
                bar: axis.bar(value),
            })
            .collect(),
        zero: axis.zero(),
        repeats: false,
    }))
}
