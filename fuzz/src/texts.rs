//! Text parsers, the tables that users may replace, and redaction.

use std::fmt::Debug;
use std::io::{BufReader, Cursor};

use diagnose::known::{CaseKind, KnownCases, Sighting};
use diagnose::owner::Owners;
use diagnose::program::Program;
use diagnose::thresholds::Thresholds;
use flare::yaml::Node;
use flare::{self, Process, goroutines::Group};
use report::redact::{Names, Redactor, Text};

/// The text as the archive hands it to parsers: what is no UTF-8 is replaced.
fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Few bytes must not become many: what a parser keeps is about as long as what it read.
fn stays_small(input: &str, parsed: &impl Debug) {
    let kept = format!("{parsed:?}").len();
    assert!(
        kept <= 64 * input.len() + 65_536,
        "{} bytes became {kept}",
        input.len()
    );
}

/// `status.log`.
pub fn status(bytes: &[u8]) {
    let text = lossy(bytes);
    let parsed = flare::status::parse(&text);
    stays_small(&text, &parsed);
    let _ = (parsed.uptime_ms(), parsed.fact("Agent", "Pid"));
    // Flares of Windows end their lines in two characters; that says nothing.
    if !text.contains('\r') {
        let windows = flare::status::parse(&text.replace('\n', "\r\n"));
        // As written: numbers in it may be no numbers, which are unlike themselves.
        assert_eq!(format!("{parsed:?}"), format!("{windows:?}"));
    }
}

/// The depth of a tree, and how many values it holds.
fn measure(node: &Node) -> (usize, usize) {
    let children = node
        .items()
        .iter()
        .chain(node.entries().iter().map(|(_, value)| value));
    let (mut depth, mut values) = (0, 1);
    for child in children {
        let (below, more) = measure(child);
        depth = depth.max(below);
        values += more;
    }
    (depth + 1, values)
}

/// `expvar/memstats`, and the other files in the same notation.
pub fn memstats(bytes: &[u8]) {
    let text = lossy(bytes);
    let (node, _) = Node::parse(&text);
    let (depth, values) = measure(&node);
    // JSON allows twice the levels of YAML before its parser gives up.
    assert!(depth <= 130, "{depth} levels");
    assert!(values <= text.len() + 2, "{values} values");
    for (key, value) in node.entries() {
        assert!(node.get(key).is_some(), "{key:?}");
        if let Some(count) = value.count() {
            let number = value.number();
            assert!(
                number.is_some_and(|number| number >= 0.0),
                "{count} {number:?}"
            );
        }
    }
    node.counts(10);
    if let Some(stats) = flare::memstats::parse(&text) {
        stays_small(&text, &stats);
        let _ = stats.held();
    }
    stays_small(&text, &flare::aggregator_vars::parse(&text));
    stays_small(&text, &flare::forwarder_vars::parse(&text));
    stays_small(&text, &flare::rtloader::parse(&text));
    let runner = flare::runner_vars::parse(&text);
    stays_small(&text, &runner);
    let _ = runner.and_then(|runner| runner.mean_utilization());
    stays_small(&text, &flare::trace_vars::parse(&text));
}

/// `telemetry.log`.
pub fn telemetry(bytes: &[u8]) {
    let text = lossy(bytes);
    let parsed = flare::telemetry::parse(&text);
    stays_small(&text, &parsed);
    let lines = text.lines().count();
    let seen = parsed.samples.len() + parsed.left_out + parsed.other_lines;
    assert!(seen <= lines, "{seen} samples in {lines} lines");
    for sample in parsed.samples.iter().take(50) {
        let _ = parsed.sum(&sample.name);
        for (label, _) in sample.labels.iter().take(4) {
            assert!(sample.label(label).is_some());
            let _ = parsed.sum_by(&sample.name, label);
        }
    }
    let _ = (
        parsed.rss_bytes(),
        parsed.python_bytes(),
        parsed.gomemlimit_bytes(),
        parsed.gogc_percent(),
        parsed.max_procs(),
        parsed.cpu_seconds(),
        parsed.process_start_ms(),
    );
}

/// `go-routine-dump.log`.
pub fn goroutines(bytes: &[u8]) {
    let dump = flare::goroutines::parse(&mut Cursor::new(bytes));
    // Where the reader's blocks end must not matter.
    let mut crumbs = BufReader::with_capacity(3, bytes);
    assert_eq!(dump, flare::goroutines::parse(&mut crumbs));
    let grouped: u64 = dump.groups.iter().map(|group| group.count).sum();
    assert_eq!(grouped + dump.ungrouped, dump.count);
    let states: u64 = dump.by_state.iter().map(|(_, count)| count).sum();
    assert!(states <= dump.count);
    for group in &dump.groups {
        assert!(group.frames.len() <= group.frames_total);
        assert!(group.longest_wait_minutes <= dump.longest_wait_minutes);
        assert!(group.locked_to_thread <= group.count);
        let _ = group.waits_for_lock();
    }
    let largest_first = |pair: &[Group]| match pair {
        [first, second] => first.count >= second.count,
        _ => true,
    };
    assert!(dump.groups.windows(2).all(largest_first));
}

/// A current log: nothing of a line but places, instants and numbers.
fn agent_log(bytes: &[u8]) {
    let log = flare::agent_log::parse(&mut Cursor::new(bytes));
    // Where the reader's blocks end must not matter.
    let mut crumbs = BufReader::with_capacity(3, bytes);
    assert_eq!(log, flare::agent_log::parse(&mut crumbs));
    let sources = log.sources.iter();
    let counted: u64 = sources.map(|one| one.errors + one.criticals).sum();
    assert_eq!(counted + log.unsourced, log.errors + log.criticals);
    assert!(counted + log.unsourced + log.of_flares <= log.lines);
    let stamps = log.events.iter().flat_map(|one| [&one.first, &one.last]);
    for stamp in stamps.chain(&log.first).chain(&log.last) {
        assert!(stamp.text.len() <= 40 && stamp.text.is_ascii(), "{stamp:?}");
    }
    for source in &log.sources {
        let place = source.place();
        assert!(
            !place.contains(['|', '"', '{', '\n']) && place.len() < 700,
            "{place:?}"
        );
    }
    stays_small(&lossy(bytes), &log);
}

/// The other texts of the Agent; the first byte picks one.
pub fn agent_texts(bytes: &[u8]) {
    let Some((&choice, rest)) = bytes.split_first() else {
        return;
    };
    let text = lossy(rest);
    let text = text.as_str();
    // The corpus has its inputs by number: what came later than 14 has one number each.
    let parser = match choice {
        15..=19 => choice,
        _ => choice % 15,
    };
    match parser {
        0 => stays_small(text, &flare::config::parse(text)),
        1 => stays_small(text, &flare::creation::parse(text)),
        2 => {
            let parsed = flare::debug_info::parse(text);
            let _ = (parsed.gogc_percent(), parsed.gomemlimit_bytes());
            stays_small(text, &parsed);
        }
        3 => {
            let parsed = flare::docker_inspect::parse(text);
            let _ = flare::docker_inspect::agent_container(&parsed);
            stays_small(text, &parsed);
        }
        4 => {
            if let Some(parsed) = flare::ecs_metadata::parse(text) {
                let _ = (parsed.agent_container(), parsed.memory_limit_bytes());
                stays_small(text, &parsed);
            }
        }
        5 => {
            let parsed = flare::envvars::parse(text);
            let _ = (parsed.gogc_percent(), parsed.gomemlimit_bytes());
            stays_small(text, &parsed);
        }
        6 => stays_small(text, &flare::health::parse(text)),
        7 => {
            let host = flare::host::parse(text);
            let inventory = flare::host::parse_inventory(text);
            stays_small(text, &(&host, &inventory));
            if let (Some(host), Some(inventory)) = (host, inventory) {
                stays_small(text, &host.or(inventory));
            }
        }
        // 10 has no parser of its own.
        8 | 10 => stays_small(text, &flare::install_info::parse(text)),
        9 => {
            let pods = flare::kubelet_pods::parse(text);
            let _ = flare::kubelet_pods::agent_container(&pods, &["node-1".to_owned()]);
            stays_small(text, &pods);
        }
        11 => stays_small(text, &flare::version_history::parse(text)),
        12 => stays_small(text, &flare::dmesg::parse(text)),
        13 => stays_small(text, &flare::runner_vars::parse(text)),
        15 => agent_log(rest),
        16 => {
            let diagnoses = flare::diagnose_log::parse(text);
            assert!(diagnoses.as_ref().is_none_or(|all| all.total() > 0));
            stays_small(text, &diagnoses);
        }
        17 => {
            for kinds in [
                flare::entities::tagger(text),
                flare::entities::workloads(text),
            ] {
                assert!(kinds.iter().all(|kind| kind.most_tags <= kind.tags));
                stays_small(text, &kinds);
            }
        }
        18 => stays_small(text, &flare::health_issues::parse(text)),
        19 => loose(rest),
        _ => {
            for line in text.lines() {
                let role = flare::role(line);
                assert_eq!(role, flare::role(line));
                assert!(!role.title().is_empty(), "{line:?}");
            }
        }
    }
}

/// A file of any name: a profile as text, a dump, or nothing of use.
fn loose(bytes: &[u8]) {
    let limits = profile::pprof::Limits::default();
    if let Ok(profile) = profile::pprof::decode(bytes.to_vec(), &limits)
        && profile.is_text
    {
        // Each sample has a line of its own, and the shortest line has six bytes.
        assert!(profile.sample_count() <= bytes.len() / 6 + 1);
        for sample in 0..profile.sample_count() {
            assert_eq!(profile.values(sample).len(), profile.sample_types.len());
        }
    }
    let file = flare::LooseFile::from_bytes("any", bytes.to_vec());
    let input = flare::Input::Files(vec![file]);
    if let Ok(flare) = flare::Flare::open("any", input, &flare::Limits::default()) {
        assert!(!flare.entries().is_empty());
    }
}

/// Names of every kind that the owner table tells apart.
const FUNCTIONS: [&str; 10] = [
    "",
    "main.main",
    "runtime.mallocgc",
    "[libpython3.12.so.1.0]",
    "[",
    "github.com/DataDog/datadog-agent/pkg/trace/api.(*HTTPReceiver).handleTraces.func1",
    "github.com/DataDog/datadog-agent/pkg/collector/corechecks/system/cpu/cpu.(*Check).Run",
    "github.com/DataDog/datadog-agent/pkg/ebpf.(*MapCleaner[go.shape.uint32,...]).Clean",
    "gopkg.in/yaml%2ev3.(*parser).parse",
    "github.com/DataDog/datadog-agent",
];

/// Owners file, thresholds, known cases; the first byte picks one.
pub fn owners(bytes: &[u8]) {
    let Some((&choice, rest)) = bytes.split_first() else {
        return;
    };
    let text = lossy(rest);
    match choice % 3 {
        0 => match Owners::parse(&text) {
            Ok(owners) => {
                assert_eq!(owners.len(), owners.iter().count());
                for function in FUNCTIONS {
                    let class = owners.class(function);
                    let owner = owners.of_function(function);
                    assert_eq!(owner.is_some(), class.owner().is_some());
                    let _ = (owners.check_name(function), owners.check_package(function));
                    for process in [Process::Core, Process::Trace, Process::Nameless] {
                        let _ = owners.route(function, &process, &Program::AGENT);
                    }
                }
                let _ = owners.responsible(FUNCTIONS.into_iter());
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        },
        1 => match Thresholds::parse(&text) {
            Ok(thresholds) => {
                assert!(thresholds.check().is_ok());
                let _ = thresholds.changes();
                for function in FUNCTIONS {
                    let _ = (
                        thresholds.is_idle_leaf(function),
                        thresholds.is_gc_frame(function),
                    );
                }
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        },
        _ => match KnownCases::parse(&text) {
            Ok(cases) => {
                let stacks = [
                    (0.7, FUNCTIONS.to_vec()),
                    (f64::NAN, vec![]),
                    (0.3, vec![""]),
                ];
                for kind in [
                    CaseKind::MemoryLeak,
                    CaseKind::CpuSpike,
                    CaseKind::Contention,
                    CaseKind::Goroutines,
                ] {
                    for version in [None, Some("7.72.0-rc.3"), Some("7.1"), Some("x")] {
                        let sighting = Sighting {
                            kind,
                            process: &Process::Core,
                            stacks: &stacks,
                            version,
                            os: Some("linux"),
                        };
                        for found in cases.matching(&sighting) {
                            let _ = found.case.reference();
                        }
                    }
                }
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        },
    }
}

/// Redaction. The first byte picks prose or code; up to three lines before the first empty line
/// are known names.
pub fn redact(bytes: &[u8]) {
    let Some((&choice, rest)) = bytes.split_first() else {
        return;
    };
    let input = lossy(rest);
    let (names, text) = input.split_once("\n\n").unwrap_or(("", &input));
    let mut lines = names.lines().map(|line| {
        let names = line.split(' ').take(8).map(str::to_owned);
        names.collect::<Vec<String>>()
    });
    let mut next = || lines.next().unwrap_or_default();
    let names = Names {
        hosts: next(),
        containers: next(),
        pods: next(),
    };
    let kind = match choice % 2 {
        0 => Text::Prose,
        _ => Text::Code,
    };
    let mut redactor = Redactor::new(names.clone());
    let once = redactor.text(text, kind);
    let replaced = redactor.replacements();
    if replaced.is_empty() {
        assert_eq!(once, text, "nothing was replaced, and yet the text changed");
    }
    assert!(replaced.iter().all(|one| one.count > 0));
    // What a text becomes depends on the text and on the names alone.
    assert_eq!(once, Redactor::new(names).text(text, kind));
    // A second look takes no pseudonym for a name. What stands around one it may: words and paths
    // that ended at a name go on without it, so the texts need not be equal.
    let _ = redactor.text(&once, kind);
    for fresh in redactor.replacements() {
        let is_known = replaced.iter().any(|one| one.original == fresh.original);
        let is_pseudonym = replaced.iter().any(|one| one.pseudonym == fresh.original);
        assert!(is_known || !is_pseudonym, "redacted twice: {text:?}");
    }
    let _ = (
        redactor.host(text),
        redactor.path(text),
        redactor.container(text),
        redactor.pod(text),
    );
}
