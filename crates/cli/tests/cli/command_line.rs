//! The program as scripts see it: its text, its exit status, its one line of failure.

use std::path::Path;
use std::process::{Command, Output};
use testkit::fixtures;
use testkit::made::Made;

fn flarescope(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flarescope"))
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn path(name: &str) -> String {
    fixtures::flare(name).path().display().to_string()
}

#[test]
fn top_of_a_flare_is_the_reference_to_the_letter() {
    let flare = fixtures::flare("multiple");
    let all = ["--nodefraction", "0", "--edgefraction", "0"];
    for reference in flare.references() {
        let profile = match reference.profile.as_str() {
            "1st-heap" => "heap-1st",
            "2nd-heap" => "heap-2nd",
            other => other,
        };
        let zip = path("multiple");
        let mut arguments = vec!["top", &zip, "--process", &reference.process];
        arguments.extend([
            "--profile",
            profile,
            "--sample-type",
            &reference.sample_type,
        ]);
        match reference.report.as_str() {
            "top" => arguments.extend(all),
            "top-default" => {}
            _ => continue,
        }
        let output = flarescope(&arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        fixtures::assert_same_lines(&reference.file, &reference.text, &text(&output.stdout));
    }
}

#[test]
fn top_of_files_takes_a_base_and_a_limit() {
    let folder = tempfile::tempdir().unwrap();
    let flare = fixtures::flare("memory-leak");
    let write = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, flare.profile(name)).unwrap();
        path.display().to_string()
    };
    let (first, second) = (write("core-1st-heap.pprof"), write("core-2nd-heap.pprof"));
    let output = text(&flarescope(&["top", &second, "--diff-base", &first]).stdout);
    let references = flare.references();
    let reference = references
        .iter()
        .find(|one| one.file == "core-heap-diff.inuse_space.top-default.txt");
    fixtures::assert_same_lines("diff of files", &reference.unwrap().text, &output);

    let output = text(&flarescope(&["top", &second, "-n", "3", "--cum"]).stdout);
    let table = output
        .lines()
        .skip_while(|line| !line.contains("flat%"))
        .count()
        - 1;
    assert_eq!(table, 3);
    assert!(output.contains("Showing top 3 nodes out of "), "{output}");
}

#[test]
fn profiles_of_other_languages_read_as_pprof_reads_them() {
    // No mappings and one bare address; as Python profilers write them.
    let mut made = Made::new(&["wall/microseconds"])
        .sample(&["a.py:f", "b.py:g"], &[1500])
        .sample(&["b.py:g"], &[2_500_000])
        .sample(&["bare", "b.py:g"], &[7]);
    made.profile.location[2].line.clear();
    made.profile.function.pop();
    made.profile.time_nanos = 1_700_000_000_123_456_789;
    made.profile.duration_nanos = 5_000_000_000;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wall.pb");
    std::fs::write(&path, made.bytes()).unwrap();
    // What go tool pprof of go1.27.3 prints for these bytes.
    let expected = "\
Type: wall
Time: 2023-11-14 22:13:20 UTC
Duration: 5s, Total samples = 2501507us (50.03%)
Showing nodes accounting for 2501507us, 100% of 2501507us total
      flat  flat%   sum%        cum   cum%
 2500000us 99.94% 99.94%  2501507us   100%  b.py:g
    1500us  0.06%   100%     1500us  0.06%  a.py:f
       7us 0.00028%   100%        7us 0.00028%  <unknown>
";
    let output = flarescope(&["top", &path.display().to_string(), "--nodefraction", "0"]);
    fixtures::assert_same_lines("wall.pb", expected, &text(&output.stdout));
}

#[test]
fn unknown_processes_and_profiles_exit_1_and_list_what_there_is() {
    let zip = path("memory-leak");
    let output = flarescope(&["top", &zip, "--process", "agent", "--profile", "cpu"]);
    assert_eq!(output.status.code(), Some(1));
    let line = text(&output.stderr);
    assert!(line.contains("it has: core, trace"), "{line}");
    let output = flarescope(&["top", &zip, "--process", "core", "--profile", "allocs"]);
    assert_eq!(output.status.code(), Some(1));
    let line = text(&output.stderr);
    assert!(
        line.contains("heap-1st, heap-2nd, heap-diff, cpu, block, mutex"),
        "{line}"
    );
    let output = flarescope(&[
        "top",
        &zip,
        "--process",
        "core",
        "--profile",
        "cpu",
        "--sample-type",
        "x",
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("it has: samples, cpu"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn what_cannot_be_read_exits_1_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let missing = folder.path().join("none.zip").display().to_string();
    let text_file = write("flare.zip", b"this is no archive");
    let profile = write("heap.pprof", &[0x0a, 0x7f, 1]);
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    std::fs::write(photos.join("a.jpg"), b"\xff\xd8").unwrap();
    let photos = photos.display().to_string();
    for arguments in [
        ["report", &missing],
        ["files", &missing],
        ["report", &text_file],
        ["report", &photos],
        ["top", &profile],
    ] {
        let output = flarescope(&arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let line = text(&output.stderr);
        assert_eq!(line.lines().count(), 1, "{line}");
        let name = Path::new(arguments[1])
            .file_name()
            .unwrap()
            .to_string_lossy()
            .into_owned();
        assert!(line.contains(&name), "{line}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn usage_errors_exit_2() {
    let zip = path("normal");
    for arguments in [
        &["nonsense"][..],
        &["report"],
        &["report", &zip, "--format", "xml"],
        &["top", &zip, "--process", "core"],
        &["top", &zip, "--nodefraction", "2"],
    ] {
        assert_eq!(
            flarescope(arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
    assert_eq!(flarescope(&["--help"]).status.code(), Some(0));
}

#[test]
fn reports_come_in_every_form_from_a_zip_and_from_a_folder() {
    let zip = path("cpu-spike");
    let folder = tempfile::tempdir().unwrap();
    let mut archive = zip::ZipArchive::new(std::fs::File::open(&zip).unwrap()).unwrap();
    archive.extract(folder.path()).unwrap();
    let unpacked = folder.path().join("edge-proxy-03").display().to_string();
    for format in ["markdown", "json", "customer", "escalation", "jira"] {
        let output = flarescope(&["report", &zip, "--format", format]);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty(), "{format}");
        let to = folder.path().join(format);
        let to = to.display().to_string();
        let output = flarescope(&["report", &unpacked, "--format", format, "-o", &to]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty());
        assert!(!std::fs::read(&to).unwrap().is_empty(), "{format}");
    }
    let full = text(&flarescope(&["report", &unpacked, "--full"]).stdout);
    in_order(
        &full,
        &[
            "## Verdict",
            "## Recommendations",
            "## Customer Message",
            "## Evidence",
            "## Agent Context",
            "## Memory Stats",
            "## Heap Diff Analysis, core",
            "## Heap in Use, core",
            "## Allocations in the Window, core",
            "## CPU Profile, core",
            "## Block Profile, core",
            "## Mutex Profile, core",
            "## Heap Diff Analysis, trace",
            "## Trace Files",
            "## Goroutine Dump",
            "## Running Checks",
            "## Escalation Summary",
            "## Coverage",
        ],
    );
    let brief = text(&flarescope(&["report", &unpacked]).stdout);
    in_order(
        &brief,
        &[
            "## Verdict",
            "## Recommendations",
            "## Customer Message",
            "## Evidence",
            "## Memory Stats",
            "## Profiles",
            "| core | Heap Diff Analysis |",
            "## CPU Profile, core",
            "## Goroutine Dump",
            "## Escalation Summary",
            "## Coverage",
            "--full prints all of it.",
        ],
    );
    assert!(!brief.contains("## Heap Diff Analysis, core"));
    // A page is whole, and so is what scripts read.
    for format in ["html", "json"] {
        let short = flarescope(&["report", &unpacked, "--format", format]).stdout;
        let full = flarescope(&["report", &unpacked, "--format", format, "--full"]).stdout;
        assert_eq!(short, full, "{format}");
    }
}

fn in_order(text: &str, headings: &[&str]) {
    let mut at = 0;
    for heading in headings {
        let found = text[at..].find(heading);
        at += found.unwrap_or_else(|| panic!("{heading} is missing or out of order"));
    }
}

#[test]
fn a_report_is_short_unless_all_of_it_is_asked_for() {
    let lines = |arguments: &[&str]| {
        let output = flarescope(&[&["report"], arguments].concat());
        text(&output.stdout).lines().count()
    };
    let multiple = path("multiple");
    let (short, full) = (lines(&[&multiple]), lines(&[&multiple, "--full"]));
    assert!(short * 2 < full && short < 1_000, "{short} of {full} lines");
    let healthy = Path::new(testkit::ROOT).join("tests/cases/r01-healthy.zip");
    let short = lines(&[&healthy.display().to_string()]);
    assert!(short < 250, "{short} lines of a healthy Agent");
    // Who uses the CPU by the profile's own labels is said in the short form too.
    let checks = Path::new(testkit::ROOT).join("tests/cases/r02-python-cpu.zip");
    let checks = text(&flarescope(&["report", &checks.display().to_string()]).stdout);
    assert!(checks.contains("| crunch:"), "{checks}");
}

#[test]
fn a_report_is_saved_where_the_procedure_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    let save = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_flarescope"));
        command
            .current_dir(folder.path())
            .arg("report")
            .arg(path("memory-leak"));
        let output = command.args(arguments).output().unwrap();
        (output.status.code(), text(&output.stdout))
    };
    let (status, said) = save(&["--save"]);
    assert_eq!(status, Some(0));
    let host = fixtures::flare("memory-leak").expected()["hostname"]
        .as_str()
        .unwrap()
        .to_owned();
    let name = format!("investigations/flare-profiling-{host}.md");
    assert_eq!(said.trim_end(), name);
    let saved = std::fs::read_to_string(folder.path().join(&name)).unwrap();
    assert!(saved.starts_with(&format!("# Flare profiling: {host}\n")));
    // A name that redaction made is no customer's.
    let (status, said) = save(&["--save", "--redact"]);
    assert_eq!(
        (status, said.trim_end()),
        (Some(0), "investigations/flare-profiling-host-1.md")
    );
    // One place, not two.
    assert_eq!(save(&["--save", "-o", "x.md"]).0, Some(2));
}

/// What an assistant is told to run has to run.
#[test]
fn every_command_of_the_skill_runs() {
    let skill = Path::new(testkit::ROOT).join("skills/flare-profiling-analysis/SKILL.md");
    let skill = std::fs::read_to_string(skill).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut ran = 0;
    for line in skill.lines().map(str::trim) {
        let Some(rest) = line.strip_prefix("flarescope ") else {
            continue;
        };
        // Text in quotes is one argument.
        let arguments = rest.split('"').enumerate().flat_map(|(at, part)| {
            let words: Vec<String> = if at % 2 == 1 {
                vec![part.to_owned()]
            } else {
                part.split_whitespace().map(str::to_owned).collect()
            };
            words
        });
        let arguments = arguments.map(|word| match word.as_str() {
            "FLARE" => path("memory-leak"),
            _ => word,
        });
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_flarescope"))
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{line}: {}",
            text(&output.stderr)
        );
        assert!(!output.stdout.is_empty(), "{line}");
        ran += 1;
    }
    assert!(ran >= 10, "{ran} commands");
    assert!(skill.contains("investigations/flare-profiling-{hostname}.md"));
}

#[test]
fn files_lists_every_file_with_its_role() {
    let output = text(&flarescope(&["files", &path("memory-leak")]).stdout);
    let expected = fixtures::flare("memory-leak").expected();
    assert_eq!(
        output.lines().count(),
        expected["files"].as_array().unwrap().len()
    );
    let line = |end: &str| {
        let found = output.lines().find(|line| line.contains(end));
        found.unwrap_or_else(|| panic!("{end}")).to_owned()
    };
    assert!(line("core-cpu.pprof").starts_with("used "), "{output}");
    assert!(line("core.trace").starts_with("noted "), "{output}");
    assert!(line("logs/agent.log").starts_with("used "), "{output}");
    assert!(line("etc/datadog.yaml").starts_with("unused "), "{output}");
}

#[test]
fn the_program_says_its_own_name() {
    let version = text(&flarescope(&["--version"]).stdout);
    assert!(version.starts_with("flarescope 0."), "{version}");
}
