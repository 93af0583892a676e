//! What a reader is told to do, and of what the flare lacks: nothing that can't be done, nothing
//! that is not there, and no gap left unsaid.

use crate::said::says;
use engine::export::ExportFormat;
use testkit::made_up::{MadeUp, Seen, Status, cpu, heap, installed_by, locks};

const TAGGER: &str =
    "main;github.com/DataDog/datadog-agent/comp/core/tagger/tagstore.(*TagStore).Lookup";

fn customer(seen: &Seen) -> String {
    seen.text(ExportFormat::Customer)
}

#[track_caller]
fn does_not_say(text: &str, words: &[&str]) {
    for word in words {
        assert!(!text.contains(word), "{word:?} stands in:\n{text}");
    }
}

/// A process whose goroutines waited for a lock of the tagger.
fn waiting(flare: MadeUp, process: &str) -> MadeUp {
    flare.calm(process).profile(
        &format!("{process}-mutex"),
        &locks(&format!("{TAGGER};sync.(*Mutex).Unlock 900 9000")),
    )
}

#[test]
fn a_flare_without_the_main_process_says_so_everywhere() {
    let seen = MadeUp::linux().calm("security-agent").read();
    says(&seen.section("Verdict"), &["no profiles of the core Agent"]);
    says(
        &seen.section("Recommendations"),
        &["The core Agent was not recorded", "flare --profile 30"],
    );
    says(&customer(&seen), &["nothing of the Agent's main process"]);
    let with_core = MadeUp::linux().calm("core").calm("security-agent").read();
    does_not_say(&customer(&with_core), &["nothing of the Agent's main"]);
    // A few loose profiles are no capture that could lack something.
    let loose = MadeUp::empty().calm("trace").read();
    does_not_say(&customer(&loose), &["nothing of the Agent's main"]);
}

#[test]
fn an_archive_that_is_cut_off_is_not_told_as_one_without_profiles() {
    let flare = MadeUp::linux().calm("core");
    let seen = flare.read_up_to("profiles/core-1st-heap.pprof");
    says(&seen.section("Verdict"), &["The archive is cut off"]);
    says(
        &seen.section("Recommendations"),
        &["the same file once more"],
    );
    says(
        &customer(&seen),
        &["arrived incomplete", "send it to us once more, unchanged"],
    );
    does_not_say(&customer(&seen), &["unless it is asked for"]);

    let seen = flare.read_up_to("profiles/core-2nd-heap.pprof");
    says(
        &seen.told("core", "memory-leak"),
        &[
            "not-measured, cut-off",
            "whose archive is cut off",
            "once more, unchanged",
        ],
    );
    says(
        &customer(&seen),
        &[
            "because the file arrived incomplete",
            "send it to us once more, unchanged",
        ],
    );
}

#[test]
fn lock_flags_are_advised_where_they_do_something() {
    let core = waiting(MadeUp::linux(), "core").read();
    says(&core.section("Recommendations"), &["--profile-mutex"]);
    // Its profile counts since its start.
    let seen = waiting(MadeUp::linux().calm("core"), "trace")
        .file("expvar/trace-agent", "uptime: 30\n")
        .read();
    let steps = seen.section("Recommendations");
    let confirm = steps
        .lines()
        .find(|line| line.contains("Confirm it"))
        .unwrap();
    does_not_say(confirm, &["--profile-mutex", "receiver_timeout"]);
    says(&steps, &["flare --profile 30\n"]);
}

#[test]
fn the_cluster_agent_is_given_commands_that_it_has() {
    let status = Status {
        title: "Datadog Cluster Agent",
        ..Status::default()
    };
    let seen = MadeUp::empty()
        .file("cluster-agent-status.log", status.text())
        .leaking("datadog-cluster-agent", 60, 30)
        .read();
    for text in [seen.section("Recommendations"), customer(&seen)] {
        does_not_say(&text, &["dogstatsd top", "stream-logs", "sudo"]);
    }
}

#[test]
fn a_finding_does_not_hide_what_is_missing() {
    let leak = MadeUp::linux().leaking("core", 60, 30);
    let bytes = cpu("main;app.a 200", 30).bytes();
    let seen = leak
        .clone()
        .file("profiles/core-cpu.pprof", &bytes[..bytes.len() / 2])
        .read();
    says(
        &customer(&seen),
        &[
            "What this flare does not show:",
            "CPU profile of the Agent's main process arrived damaged",
            "send it to us once more, unchanged",
        ],
    );
    does_not_say(&customer(&leak.read()), &["What this flare does not show"]);
}

#[test]
fn a_damaged_lock_profile_is_not_passed_over() {
    let bytes = locks("main;app.a;sync.(*Mutex).Unlock 5 10").bytes();
    let seen = MadeUp::linux()
        .calm("core")
        .file("profiles/core-mutex.pprof", &bytes[..bytes.len() / 2])
        .read();
    says(
        &seen.section("Recommendations"),
        &[
            "Contention in the core Agent not measured",
            "--profile-mutex",
        ],
    );
    says(
        &customer(&seen),
        &["arrived damaged", "send it to us once more, unchanged"],
    );
}

#[test]
fn files_are_named_where_the_flare_has_them() {
    let flare = waiting(MadeUp::linux(), "core");
    does_not_say(
        &flare.read().section("Recommendations"),
        &["tagger-list.json"],
    );
    says(
        &flare
            .file("tagger-list.json", "{}")
            .read()
            .section("Recommendations"),
        &["tagger-list.json in the flare"],
    );
}

#[test]
fn the_image_of_the_agent_in_a_cluster_is_asked_through_the_cluster() {
    let flare = MadeUp::linux()
        .calm("core")
        .file("install_info.log", installed_by("docker"));
    says(&customer(&flare.read()), &["docker exec"]);
    let seen = flare.file("k8s/kubelet_pods.yaml", "items: []").read();
    says(&customer(&seen), &["kubectl exec"]);
    does_not_say(&customer(&seen), &["docker exec"]);
}

#[test]
fn a_command_for_powershell_says_so() {
    let windows = Status {
        os: "windows",
        platform: ["Windows Server 2022 Datacenter", "10.0 Build 20348"],
        ..Status::default()
    };
    for seen in [
        MadeUp::with_status(windows.clone())
            .leaking("core", 60, 6)
            .read(),
        MadeUp::with_status(windows).calm("core").read(),
    ] {
        let message = customer(&seen);
        says(&message, &["agent.exe"]);
        assert_eq!(message.matches("PowerShell").count(), 1, "{message}");
    }
}

#[test]
fn who_built_the_flare_is_said_where_it_is_known() {
    let fact = |seen: &Seen| seen.fact("Agent Context", "Flare").unwrap();
    let seen = MadeUp::linux().calm("core").read();
    assert_eq!(fact(&seen), "built by the running Agent");
    let seen = MadeUp::empty()
        .profile("core-1st-heap", &heap("main;app.keep 1048576", 0))
        .read();
    says(&fact(&seen), &["not known"]);
}

#[test]
fn numbers_of_dogstatsd_are_told_of_the_process_that_runs_it() {
    let vars = "{\"DogstatsdContexts\": 18453}";
    let flare = MadeUp::linux().file("expvar/aggregator", vars);
    let core = flare.clone().leaking("core", 60, 30).read();
    says(&customer(&core), &["18,453", "dogstatsd top"]);
    let seen = flare.calm("core").leaking("system-probe", 60, 30).read();
    does_not_say(&customer(&seen), &["18,453", "dogstatsd top"]);
    let verdict = seen.section("Verdict");
    does_not_say(&verdict, &["held 18,453"]);
}
