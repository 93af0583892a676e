//! What a user may choose on the command line: thresholds, owners, redaction, symptom and link.

use std::process::{Command, Output};
use testkit::fixtures;

use serde_json::Value;

fn flarescope(flare: &str, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flarescope"))
        .arg("report")
        .arg(fixtures::flare(flare).path())
        .args(options)
        .output()
        .unwrap()
}

fn text(flare: &str, options: &[&str]) -> String {
    let output = flarescope(flare, options);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{error}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(flare: &str, options: &[&str]) -> Value {
    let mut all = vec!["--format", "json"];
    all.extend(options);
    serde_json::from_str(&text(flare, &all)).unwrap()
}

fn refused(options: &[&str]) -> (Option<i32>, String) {
    let output = flarescope("memory-leak", options);
    assert!(output.stdout.is_empty());
    let error = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), error)
}

fn state(report: &Value, process: &str, kind: &str) -> String {
    let states = report["verdict"]["states"].as_array().unwrap();
    let found = states
        .iter()
        .find(|state| state["process"] == process && state["kind"] == kind);
    found.unwrap()["state"].as_str().unwrap().to_owned()
}

#[test]
fn the_leak_threshold_decides() {
    let before = json("memory-leak", &[]);
    assert_eq!(state(&before, "core", "memory-leak"), "crossed");
    assert_eq!(before["thresholds"]["changed"], Value::Array(vec![]));
    let after = json("memory-leak", &["--leak-mb", "1000"]);
    assert_eq!(state(&after, "core", "memory-leak"), "clear");
    assert_eq!(after["verdict"]["kind"], "normal");
    // The report says so, in the file's own names and in words.
    let names: Vec<&str> = after["thresholds"]["changed"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["leak.function_growth_bytes", "leak.growth_bytes"]);
    let markdown = text("memory-leak", &["--leak-mb", "1000"]);
    assert!(markdown.contains("Memory leak: more than 1000 MB, not the default 10 MB."));
    let escalation = text(
        "memory-leak",
        &["--leak-mb", "20", "--format", "escalation"],
    );
    assert!(
        escalation.contains("Not judged by the defaults"),
        "{escalation}"
    );
}

#[test]
fn the_cpu_threshold_decides() {
    assert_eq!(
        state(&json("cpu-spike", &[]), "core", "cpu-spike"),
        "crossed"
    );
    let after = json("cpu-spike", &["--cpu-percent", "99.5"]);
    assert_eq!(state(&after, "core", "cpu-spike"), "clear");
}

#[test]
fn the_contention_threshold_and_idle_waits_decide() {
    assert_eq!(
        state(&json("contention", &[]), "core", "contention"),
        "crossed"
    );
    let after = json("contention", &["--contention-s", "100000"]);
    assert_eq!(state(&after, "core", "contention"), "clear");
    // The block profile of this flare holds idle waits only.
    assert_eq!(
        state(&json("memory-leak", &[]), "core", "contention"),
        "clear"
    );
    let counted = json("memory-leak", &["--count-idle-waits"]);
    assert_eq!(state(&counted, "core", "contention"), "crossed");
}

#[test]
fn an_owners_file_decides_who_owns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ours.toml");
    let builtin = include_str!("../../../../data/owners.toml");
    let ours = builtin.replace("\"Core Agent, aggregation\"", "\"The pipeline people\"");
    assert_ne!(ours, builtin);
    std::fs::write(&path, &ours).unwrap();
    let path = path.display().to_string();
    let report = json("memory-leak", &["--owners", &path]);
    assert_eq!(
        report["verdict"]["findings"][0]["owner"],
        "The pipeline people"
    );
    assert_eq!(report["owners"]["file"], Value::String(path.clone()));

    std::fs::write(&path, "schema = 1\ndate = ").unwrap();
    let (status, line) = refused(&["--owners", &path]);
    assert_eq!(status, Some(1));
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(
        line.contains("ours.toml") && line.contains("not valid"),
        "{line}"
    );
    let (status, line) = refused(&["--owners", "/nonexistent/owners.toml"]);
    assert_eq!(status, Some(1));
    assert!(line.contains("/nonexistent/owners.toml"), "{line}");
}

#[test]
fn what_cannot_be_a_threshold_is_a_usage_error() {
    for (options, words) in [
        (["--leak-mb", "-1"], "-1"),
        (["--leak-mb", "nan"], "expected 0 to 1048576"),
        (["--cpu-percent", "101"], "expected 0 to 100"),
        (["--contention-s", "1e300"], "expected 0 to 1000000"),
        (["--leak-mb", "ten"], "ten"),
    ] {
        let (status, error) = refused(&options);
        assert_eq!(status, Some(2), "{options:?}: {error}");
        assert!(error.contains(words), "{options:?}: {error}");
    }
}

#[test]
fn symptom_and_link_stand_in_the_escalation() {
    let options = [
        "--symptom",
        "Doubles *every* day",
        "--link",
        "https://tickets.example.com/4711",
    ];
    let with = |format: &str| {
        let mut all = vec!["--format", format];
        all.extend(options);
        text("memory-leak", &all)
    };
    let escalation = with("escalation");
    assert!(
        escalation.contains("Doubles \\*every\\* day"),
        "{escalation}"
    );
    assert!(escalation.contains("<https://tickets.example.com/4711>"));
    assert!(with("jira").contains("https://tickets.example.com/4711"));
    // Whole reports hold the escalation as it is pasted: with its markup.
    assert!(with("html").contains("Doubles \\*every\\* day"));
    let report: Value = serde_json::from_str(&with("json")).unwrap();
    assert_eq!(report["symptom"], "Doubles *every* day");
    assert_eq!(report["link"], "https://tickets.example.com/4711");
    assert!(!text("memory-leak", &["--format", "customer"]).contains("4711"));
}

#[test]
fn redaction_takes_the_host_out_of_every_form() {
    // The full name, the short one, and the address that the short one is made of.
    let host = "ip-10-20-30-40";
    for format in [
        "markdown",
        "html",
        "text",
        "json",
        "customer",
        "escalation",
        "jira",
    ] {
        let plain = text("memory-leak", &["--format", format]);
        assert!(plain.contains(host), "{format}");
        let redacted = text("memory-leak", &["--format", format, "--redact"]);
        assert!(!redacted.contains(host), "{format}");
        assert!(redacted.contains("host-1"), "{format}");
        // Functions, versions and the words around them stay.
        if format != "customer" {
            assert!(
                redacted.contains("pkg/aggregator.(") && redacted.contains("7.82.0"),
                "{format}"
            );
        }
    }
}

#[test]
fn whole_reports_come_as_a_page_and_as_plain_text() {
    let html = text("contention", &["--format", "html"]);
    assert!(html.starts_with("<!doctype html>"));
    assert!(!html.contains("<script") && html.contains("Content-Security-Policy"));
    let plain = text("contention", &["--format", "text", "--full"]);
    assert!(plain.contains("Heap Diff Analysis, core"));
    assert!(!plain.contains('\u{1b}'));
}
