//! Verdict, states, owners and context of every flare, against what it was made to show.

use testkit::fixtures;

fn kebab(words: &str) -> String {
    words.to_lowercase().replace(' ', "-")
}

#[test]
fn verdicts_and_findings_are_those_that_were_designed() {
    for flare in fixtures::flares() {
        let (found, expected) = (flare.read().json(), flare.expected());
        let verdict = expected["verdict"].as_str().unwrap();
        assert_eq!(found["verdict"]["kind"], kebab(verdict), "{}", flare.name);
        let designed = expected["designed_findings"].as_array().unwrap();
        let findings = found["verdict"]["findings"].as_array().unwrap();
        let mut kinds: Vec<(String, String)> = designed
            .iter()
            .map(|one| {
                (
                    kebab(one["verdict"].as_str().unwrap()),
                    one["process"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        kinds.sort();
        kinds.dedup();
        let mut found_kinds: Vec<(String, String)> = findings
            .iter()
            .map(|one| {
                (
                    one["kind"].as_str().unwrap().to_owned(),
                    one["process"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        found_kinds.sort();
        assert_eq!(kinds, found_kinds, "{}", flare.name);
        for one in designed {
            let function = one["function"].as_str().unwrap();
            let finding = findings
                .iter()
                .find(|finding| {
                    finding["kind"] == kebab(one["verdict"].as_str().unwrap())
                        && finding["process"] == one["process"]
                })
                .unwrap();
            let named = finding["functions"]
                .as_array()
                .unwrap()
                .iter()
                .find(|named| {
                    named["function"] == function || named["responsible_function"] == function
                });
            let named = named.unwrap_or_else(|| panic!("{}: {function} is not named", flare.name));
            assert_eq!(named["owner"], one["owner"], "{}", flare.name);
        }
    }
}

#[test]
fn states_follow_from_what_was_collected() {
    for flare in fixtures::flares() {
        let (found, expected) = (flare.read().json(), flare.expected());
        let processes = expected["processes"].as_object().unwrap();
        let states = found["verdict"]["states"].as_array().unwrap();
        assert_eq!(states.len(), processes.len() * 3, "{}", flare.name);
        for state in states {
            let process = &processes[state["process"].as_str().unwrap()];
            let collected = process["block_enabled"] == true || process["mutex_enabled"] == true;
            match (
                state["kind"].as_str().unwrap(),
                state["state"].as_str().unwrap(),
            ) {
                ("contention", "not-measured") => assert!(!collected, "{}: {state}", flare.name),
                ("contention", _) => assert!(collected, "{}: {state}", flare.name),
                ("memory-leak", "not-measured") => {
                    let window = process["heap_interval_seconds"].as_f64().unwrap();
                    assert!(window < 5.0, "{}: {state}", flare.name);
                }
                (_, "damaged") => panic!("{}: {state}", flare.name),
                _ => {}
            }
        }
    }
}

#[test]
fn totals_and_context_are_those_of_the_flare() {
    for flare in fixtures::flares() {
        let (found, expected) = (flare.read().json(), flare.expected());
        let what = flare.name;
        assert_eq!(found["hostname"], expected["hostname"], "{what}");
        assert_eq!(
            found["agent"]["version"], expected["agent_version"],
            "{what}"
        );
        assert_eq!(
            found["agent"]["uptime_seconds"], expected["uptime_seconds"],
            "{what}"
        );
        assert_eq!(
            found["agent"]["install_method"], expected["install_method"],
            "{what}"
        );
        assert_eq!(
            found["agent"]["go_version"], expected["go_version"],
            "{what}"
        );
        for (name, value) in expected["memstats"].as_object().unwrap() {
            assert_eq!(
                found["memstats"][name].as_f64(),
                value.as_f64(),
                "{what}: {name}"
            );
        }
        let checks = expected["running_checks"].as_array().unwrap();
        assert_eq!(
            found["checks"].as_array().unwrap().len(),
            checks.len(),
            "{what}"
        );
        for (check, expected) in found["checks"].as_array().unwrap().iter().zip(checks) {
            assert_eq!(check["name"], expected["name"], "{what}");
            assert_eq!(check["instances"], expected["instances"], "{what}");
            assert_eq!(
                check["version"].as_str().unwrap_or(""),
                expected["version"],
                "{what}"
            );
        }
        assert_eq!(
            found["files"].as_array().unwrap().len(),
            expected["files"].as_array().unwrap().len(),
            "{what}: every file is accounted for"
        );
        for process in found["processes"].as_array().unwrap() {
            let expected = &expected["processes"][process["name"].as_str().unwrap()];
            let table = |profile: &str, kind: &str| {
                let tables = process["profiles"].as_array().unwrap();
                tables
                    .iter()
                    .find(|table| table["profile"] == profile && table["sample_type"] == kind)
                    .unwrap()
            };
            assert_eq!(
                table("heap-diff", "inuse_space")["net"],
                expected["heap_diff"]["net_bytes"]
            );
            assert_eq!(table("cpu", "cpu")["total"], expected["cpu"]["total_ns"]);
            // The truth was summed from rows whose share a pattern could read; rows printed as
            // 5.8e-05% are missing from it, so it may be a little less than pprof's own total.
            let delay = table("block", "delay")["total"].as_f64().unwrap();
            let known = expected["block"]["delay_ns"].as_f64().unwrap();
            assert!(
                delay >= known && delay - known <= known * 1e-5,
                "{what}: {delay} {known}"
            );
            assert_eq!(
                table("mutex", "contentions")["total"],
                expected["mutex"]["contentions"]
            );
            for (profile, kind, key) in [
                ("heap-diff", "inuse_space", "heap_diff"),
                ("cpu", "cpu", "cpu"),
            ] {
                let rows = table(profile, kind)["rows"].as_array().unwrap();
                for (row, expected) in rows.iter().zip(expected[key]["top"].as_array().unwrap()) {
                    assert_eq!(row["flat"], expected["flat"], "{what}");
                }
            }
        }
    }
}
