//! Every flare under `tests/flares`, against what it was made to say.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use flare::status::CheckState;
use flare::{
    Flare, Input, Limits, Role, goroutines, install_info, memstats, status, telemetry, yaml,
};
use serde_json::Value;

fn flares() -> Vec<PathBuf> {
    let folder = Path::new(testkit::ROOT).join("tests/flares");
    let mut zips: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.unwrap().path())
        // Beside each flare lie the reference outputs, packed as well.
        .filter(|path| path.extension().is_some_and(|extension| extension == "zip"))
        .filter(|path| !path.to_string_lossy().ends_with(".expected.zip"))
        .collect();
    zips.sort();
    assert!(!zips.is_empty(), "no flares in {}", folder.display());
    zips
}

fn text(flare: &mut Flare, role: Role) -> String {
    let index = flare.find(&role).unwrap_or_else(|| panic!("no {role:?}"));
    let (text, cut) = flare.read_text(index).unwrap();
    assert!(!cut);
    text
}

/// Milliseconds of an RFC 3339 time.
fn millis(value: &Value) -> Option<i64> {
    let stamp: jiff::Timestamp = value.as_str()?.parse().unwrap();
    Some(stamp.as_millisecond())
}

#[test]
fn every_flare_says_what_it_was_made_to_say() {
    for path in flares() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected: Value =
            serde_json::from_slice(&fs::read(path.with_extension("expected.json")).unwrap())
                .unwrap();
        let source = File::open(&path).unwrap();
        let mut flare =
            Flare::open(&name, Input::Zip(Box::new(source)), &Limits::default()).unwrap();
        check_files(&flare, &expected, &name);
        check_status(&mut flare, &expected, &name);
        check_memory(&mut flare, &expected, &name);

        let dump = flare.find(&Role::Goroutines).unwrap();
        let dump = flare
            .read_with(dump, |reader| goroutines::parse(reader))
            .unwrap();
        assert_eq!(Some(dump.count), expected["goroutines"].as_u64(), "{name}");
        assert_eq!(
            dump.by_state.iter().map(|(_, count)| count).sum::<u64>(),
            dump.count,
            "{name}"
        );
        assert_eq!(
            dump.groups.iter().map(|group| group.count).sum::<u64>(),
            dump.count,
            "{name}"
        );
    }
}

fn check_files(flare: &Flare, expected: &Value, name: &str) {
    let mut found: Vec<(String, u64)> = flare
        .entries()
        .iter()
        .map(|entry| (entry.path.clone(), entry.size))
        .collect();
    found.sort();
    let mut wanted: Vec<(String, u64)> = expected["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            let path = file["path"].as_str().unwrap().to_owned();
            (path, file["bytes"].as_u64().unwrap())
        })
        .collect();
    wanted.sort();
    assert_eq!(found, wanted, "{name}");
    assert!(
        flare.problems().is_empty(),
        "{name}: {:?}",
        flare.problems()
    );
    assert_eq!(flare.root_name(), expected["hostname"].as_str(), "{name}");
    let mut processes: Vec<&str> = flare
        .entries()
        .iter()
        .filter_map(|entry| match &entry.role {
            Role::Profile { process, .. } => Some(process.as_str()),
            _ => None,
        })
        .collect();
    processes.sort_unstable();
    processes.dedup();
    let mut wanted: Vec<&str> = expected["processes"]
        .as_object()
        .map(|map| map.keys().map(String::as_str).collect())
        .unwrap_or_default();
    wanted.sort_unstable();
    assert_eq!(processes, wanted, "{name}");
}

fn check_status(flare: &mut Flare, expected: &Value, name: &str) {
    let status = status::parse(&text(flare, Role::Status));
    assert_eq!(
        status.hostname.as_deref(),
        expected["hostname"].as_str(),
        "{name}"
    );
    assert_eq!(
        status.version.as_deref(),
        expected["agent_version"].as_str(),
        "{name}"
    );
    assert_eq!(
        status.go_version.as_deref(),
        expected["go_version"].as_str(),
        "{name}"
    );
    assert_eq!(
        status.status_date_ms,
        millis(&expected["status_date"]),
        "{name}"
    );
    assert_eq!(
        status.agent_start_ms,
        millis(&expected["agent_start"]),
        "{name}"
    );
    let uptime = status.uptime_ms().unwrap();
    assert!(
        (uptime / 1000).abs_diff(expected["uptime_seconds"].as_i64().unwrap()) <= 1,
        "{name}"
    );

    let wanted = expected["running_checks"].as_array().unwrap();
    assert_eq!(status.checks.len(), wanted.len(), "{name}");
    for (check, wanted) in status.checks.iter().zip(wanted) {
        let at = format!("{name}: {}", check.name);
        assert_eq!(Some(check.name.as_str()), wanted["name"].as_str(), "{at}");
        assert_eq!(
            check.version.as_deref().unwrap_or(""),
            wanted["version"].as_str().unwrap(),
            "{at}"
        );
        assert_eq!(
            Some(check.instances.len() as u64),
            wanted["instances"].as_u64(),
            "{at}"
        );
        for instance in &check.instances {
            assert_eq!(
                Some(instance.state.as_str()),
                wanted["state"].as_str(),
                "{at}"
            );
            assert_eq!(instance.total_runs, wanted["total_runs"].as_u64(), "{at}");
            assert_eq!(
                instance.metric_samples_total,
                wanted["metric_samples_total"].as_u64(),
                "{at}"
            );
            assert_eq!(
                instance.average_execution_ms,
                wanted["average_ms"].as_f64(),
                "{at}"
            );
            assert!(instance.configuration_source.is_some(), "{at}");
            assert_eq!(
                instance.errors.is_empty(),
                instance.state != CheckState::Error,
                "{at}"
            );
            assert_eq!(
                instance.warnings.is_empty(),
                instance.state != CheckState::Warning,
                "{at}"
            );
        }
    }

    let install = install_info::parse(&text(flare, Role::InstallInfo)).unwrap();
    let wanted = &expected["install_method"];
    assert_eq!(install.tool.as_deref(), wanted["tool"].as_str(), "{name}");
    assert_eq!(
        install.tool_version.as_deref(),
        wanted["tool_version"].as_str(),
        "{name}"
    );
    assert_eq!(
        install.installer_version.as_deref(),
        wanted["installer_version"].as_str(),
        "{name}"
    );
}

fn check_memory(flare: &mut Flare, expected: &Value, name: &str) {
    let stats = memstats::parse(&text(flare, Role::Memstats)).unwrap();
    let found: BTreeMap<&str, Option<u64>> = [
        ("Alloc", stats.alloc),
        ("Frees", stats.frees),
        ("HeapAlloc", stats.heap_alloc),
        ("HeapIdle", stats.heap_idle),
        ("HeapInuse", stats.heap_inuse),
        ("HeapObjects", stats.heap_objects),
        ("HeapReleased", stats.heap_released),
        ("HeapSys", stats.heap_sys),
        ("Mallocs", stats.mallocs),
        ("NextGC", stats.next_gc),
        ("NumForcedGC", stats.num_forced_gc),
        ("NumGC", stats.num_gc),
        ("PauseTotalNs", stats.pause_total_ns),
        ("StackInuse", stats.stack_inuse),
        ("Sys", stats.sys),
        ("TotalAlloc", stats.total_alloc),
    ]
    .into();
    for (key, wanted) in expected["memstats"].as_object().unwrap() {
        if key == "GCCPUFraction" {
            assert_eq!(stats.gc_cpu_fraction, wanted.as_f64(), "{name}");
        } else {
            assert_eq!(found[key.as_str()], wanted.as_u64(), "{name}: {key}");
        }
    }
    assert!(!stats.pause_end.is_empty(), "{name}");

    if let Some(index) = flare.find(&Role::TraceAgentVars) {
        let (text, _) = flare.read_text(index).unwrap();
        assert!(memstats::parse(&text).unwrap().alloc.is_some(), "{name}");
    }
    let (aggregator, problem) = yaml::Node::parse(&text(flare, Role::AggregatorVars));
    assert_eq!(problem, None, "{name}");
    assert_eq!(
        aggregator.count_at("DogstatsdContexts"),
        expected["dogstatsd_contexts"].as_u64(),
        "{name}"
    );
    let telemetry = telemetry::parse(&text(flare, Role::Telemetry));
    assert_eq!(
        telemetry.rss_bytes(),
        expected["rss_bytes"].as_u64(),
        "{name}"
    );
}
