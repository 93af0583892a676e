//! The texts of every flare, as their recipients read them. `UPDATE_EXPECT=1` rewrites them.

use std::path::PathBuf;
use testkit::{fixtures, made_up};

use engine::export::ExportFormat;
use expect_test::expect_file;

const FORMATS: [(ExportFormat, &str); 3] = [
    (ExportFormat::Customer, "customer.txt"),
    (ExportFormat::Escalation, "escalation.md"),
    (ExportFormat::Jira, "jira.txt"),
];

#[test]
fn texts_are_as_they_were_read_and_approved() {
    let golden = PathBuf::from(testkit::ROOT).join("tests/golden");
    for flare in fixtures::flares() {
        let seen = flare.read();
        for (format, ending) in FORMATS {
            let path = golden.join(format!("{}.{ending}", flare.name));
            expect_file![path].assert_eq(&seen.text(format));
        }
    }
}

/// The variants that those flares do not show.
#[test]
fn texts_of_made_up_flares_are_as_they_were_read_and_approved() {
    let golden = PathBuf::from(testkit::ROOT).join("tests/golden");
    for (name, flare) in made_up::cases::all() {
        let seen = flare.read();
        for (format, ending) in FORMATS {
            let path = golden.join(format!("{name}.{ending}"));
            expect_file![path].assert_eq(&seen.text(format));
        }
    }
}

/// What must not reach a customer: teams, channels, functions, the profiler's own output.
#[test]
fn customers_read_nothing_internal() {
    let fixtures = fixtures::flares()
        .into_iter()
        .map(|flare| (flare.name, flare.read().text(ExportFormat::Customer)));
    let made_up = made_up::cases::all()
        .into_iter()
        .map(|(name, flare)| (name, flare.read().text(ExportFormat::Customer)));
    for (name, text) in fixtures.chain(made_up) {
        // An address and a file of a command that they are asked to run.
        let text = text
            .replace("/debug/pprof/heap", "")
            .replace("trace-heap-1.pprof", "")
            .replace("trace-heap-2.pprof", "");
        for word in [
            "#support",
            "agent-runtimes",
            "container-platform",
            "agent-metric-pipelines",
            "agent-log-pipelines",
            "escalat",
            "JIRA",
            "github.com",
            "pprof",
            "goroutine",
            "(*",
            "inuse_space",
            "flat%",
        ] {
            assert!(!text.contains(word), "{name}: {word}");
        }
        assert!(text.starts_with("Hello,"), "{name}");
        assert!(text.lines().count() < 60, "{name}");
    }
}
