//! The JSON report of every flare is what `docs/report.schema.json` promises.

use testkit::{fixtures, made_up};

use jsonschema::Validator;
use serde_json::{Value, json};

fn schema() -> Validator {
    let text = include_str!("../../../../docs/report.schema.json");
    let schema: Value = serde_json::from_str(text).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn every_report_is_valid() {
    let schema = schema();
    for flare in fixtures::flares() {
        let report = flare.read().json();
        let problems: Vec<String> = schema
            .iter_errors(&report)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{}: {problems:#?}", flare.name);
    }
    for (name, flare) in made_up::cases::all() {
        let report = flare.read().json();
        let problems: Vec<String> = schema
            .iter_errors(&report)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{name}: {problems:#?}");
    }
    for name in [
        "26-loose-names.out",
        "27-heap-debug1.txt",
        "27-goroutine-debug1.txt",
        "27-goroutine-debug2.txt",
        "30-block-without-window.pprof",
    ] {
        let report = made_up::lone_case(name).json();
        let problems: Vec<String> = schema
            .iter_errors(&report)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{name}: {problems:#?}");
    }
}

#[test]
fn numbers_are_raw_and_shares_add_up() {
    for flare in fixtures::flares() {
        let report = flare.read().json();
        assert_eq!(report["schema_version"], 1);
        let expected = flare.expected();
        assert_eq!(report["hostname"], expected["hostname"], "{}", flare.name);
        assert_eq!(
            report["goroutines"]["count"], expected["goroutines"],
            "{}",
            flare.name
        );
        for process in report["processes"].as_array().unwrap() {
            for profile in process["profiles"].as_array().unwrap() {
                let shares = profile["owner_shares"].as_array().unwrap();
                let sum: i64 = shares
                    .iter()
                    .map(|share| share["value"].as_i64().unwrap())
                    .sum();
                let what = format!(
                    "{} {} {}",
                    flare.name, process["name"], profile["sample_type"]
                );
                let left_out = profile["left_out"].as_i64().unwrap();
                assert_eq!(Some(sum + left_out), profile["net"].as_i64(), "{what}");
                let rows = profile["rows"].as_array().unwrap().len() as u64;
                assert_eq!(
                    rows,
                    profile["rows_total"].as_u64().unwrap().min(100),
                    "{what}"
                );
            }
        }
        let checks = report["checks"].as_array().unwrap();
        for (check, known) in checks
            .iter()
            .zip(expected["running_checks"].as_array().unwrap())
        {
            assert_eq!(check["name"], known["name"], "{}", flare.name);
            assert_eq!(check["instances"], known["instances"], "{}", flare.name);
        }
    }
}

#[test]
fn the_same_flare_gives_the_same_bytes() {
    let flare = fixtures::flare("multiple");
    assert_eq!(
        flare.read().json().to_string(),
        flare.read().json().to_string()
    );
}

/// Each change of a valid report must be noticed; otherwise the schema proves nothing.
#[test]
fn a_broken_report_is_refused() {
    let schema = schema();
    let valid = fixtures::flare("memory-leak").read().json();
    assert!(schema.is_valid(&valid));
    let changes: [(&str, Value); 12] = [
        ("/schema_version", json!(2)),
        ("/hostname", json!(null)),
        ("/agent/uptime_seconds", json!("68400")),
        ("/agent/started_at", json!(1_795_345_922)),
        ("/verdict/kind", json!("leak")),
        ("/verdict/states/0/state", json!("unknown")),
        ("/verdict/findings/0/functions", json!([])),
        ("/verdict/findings/0/unit", json!("MB")),
        ("/processes/0/profiles/0/status", json!("gone")),
        ("/processes/0/profiles/0/rows/0/flat", json!(1.5)),
        ("/checks/0/instances", json!([])),
        ("/files/0/role", json!("ignored")),
    ];
    for (path, value) in changes {
        let mut broken = valid.clone();
        *broken.pointer_mut(path).expect(path) = value;
        assert!(!schema.is_valid(&broken), "{path} may be anything");
    }
    for path in [
        "",
        "/agent",
        "/verdict",
        "/verdict/findings/0",
        "/verdict/findings/0/routing",
        "/memstats",
        "/processes/0/profiles/0",
        "/processes/0/profiles/0/rows/0",
        "/checks/0/instance_details/0",
        "/thresholds",
    ] {
        let mut broken = valid.clone();
        let object = broken.pointer_mut(path).and_then(Value::as_object_mut);
        object.expect(path).insert("surprise".to_owned(), json!(1));
        assert!(!schema.is_valid(&broken), "{path} takes unknown fields");
    }
}
