//! Evidence as it usually comes: a few files of any name; see `tests/cases/README.md`.

use diagnose::kinds::ProfileName;
use engine::Engine;
use engine::export::ExportFormat;
use engine::protocol::{Choices, DetailsView, Pairs, Response, SummaryView};
use flare::{Input, LooseFile};
use profile::lens::top::{TopOptions, top};
use profile::lens::view::View;
use profile::pprof::{Limits, decode, proto};
use report::model::{DumpSource, ProfileContent, Report};
use testkit::ROOT;
use testkit::made::{CPU, HEAP, Made};
use testkit::made_up::{Seen, alone, lone_case};

const MB: i64 = 1_000_000;
const MINUTE: i64 = 60_000_000_000;
const START: i64 = 1_790_000_000_000_000_000;

fn case(name: &str) -> Vec<u8> {
    std::fs::read(format!("{ROOT}/tests/cases/{name}")).unwrap()
}

/// Some loose files, dropped together.
fn dropped(files: &[(&str, Vec<u8>)]) -> Seen {
    let files = files
        .iter()
        .map(|(name, bytes)| LooseFile::from_bytes(*name, bytes.clone()));
    let input = Input::Files(files.collect());
    Seen::of(testkit::open("a few files", input).unwrap())
}

/// A heap of a program of somebody's.
fn heap(build: &str, minutes: i64, bytes: i64) -> Vec<u8> {
    let values = [bytes / 1000, bytes, bytes / 1000, bytes];
    let frames = [
        "example.com/shop/cart.(*Cart).Add",
        "main.main",
        "runtime.main",
    ];
    let mut made = Made::new(&HEAP).sample(&frames, &values);
    mapped(&mut made, build);
    made.profile.time_nanos = START + minutes * MINUTE;
    made.profile.period = 524_288;
    made.bytes()
}

fn mapped(made: &mut Made, build: &str) {
    let (filename, build_id) = (made.text("/srv/shop"), made.text(build));
    made.profile.mapping.push(proto::Mapping {
        id: 1,
        filename,
        build_id,
        ..proto::Mapping::default()
    });
}

/// Processes with the profiles that each has.
fn profiles(report: &Report) -> Vec<String> {
    let processes = report.processes.iter();
    let told = processes.map(|process| {
        let names = process.profiles.iter().map(|one| one.name.as_str());
        format!("{}: {}", process.name, names.collect::<Vec<_>>().join(" "))
    });
    told.collect()
}

/// What became of each file.
fn fates(seen: &Seen) -> Vec<String> {
    let files = seen.report().files.iter();
    files
        .map(|file| format!("{}: {}", file.path, report::texts::files::reason(file)))
        .collect()
}

/// No word of the Agent's in what leaves the report.
fn assert_no_agent(seen: &Seen) {
    for format in [
        ExportFormat::Markdown,
        ExportFormat::Customer,
        ExportFormat::Escalation,
        ExportFormat::Jira,
    ] {
        let text = seen.text(format);
        for word in [
            "datadog-agent",
            "Agent version",
            "its internal work",
            "--profile",
            "expvar",
            "status.log",
            "Running checks",
            "in the flare",
            "the flare",
            "#support",
        ] {
            assert!(!text.contains(word), "{}: {word}\n{text}", format.as_str());
        }
        for (at, _) in text.match_indices("Agent") {
            let before = text[..at].trim_end();
            assert!(before.ends_with("Datadog"), "{}\n{text}", format.as_str());
        }
    }
}

#[test]
fn a_profile_is_known_by_its_content_under_any_name() {
    let packed = case("26-loose-names.out");
    let bare = profile::pprof::inflate(packed.clone(), &Limits::default()).unwrap();
    for name in [
        "cpu.gz",
        "cpu.out",
        "default.pgo",
        "heap.out.txt",
        "mem_profile.tgz",
        "profile.bin",
        "cpu.prof",
        "no-extension",
    ] {
        for bytes in [&packed, &bare] {
            let seen = alone(name, bytes.clone());
            let [process] = seen.report().processes.as_slice() else {
                panic!("{name}: {:?}", profiles(seen.report()));
            };
            assert!(process.profile(ProfileName::Cpu).is_some(), "{name}");
            assert_eq!(
                process.program.as_deref(),
                Some("akvorado/outlet"),
                "{name}"
            );
            assert_no_agent(&seen);
        }
        let folder = dropped(&[(&format!("ticket/{name}"), packed.clone())]);
        assert_eq!(folder.report().processes.len(), 1, "{name}");
    }
    // Near misses: an archive of that name, and a text.
    for bytes in [
        b"\x1f\x8b\x08\0\0\0\0\0\0\0".to_vec(),
        b"see attachment".to_vec(),
    ] {
        let input = Input::Files(vec![LooseFile::from_bytes("cpu.out", bytes.clone())]);
        let opened = testkit::open("cpu.out", input);
        let damaged = opened.is_ok_and(|flare| !flare.report().processes.is_empty());
        assert_eq!(damaged, bytes.starts_with(b"\x1f\x8b"));
    }
}

#[test]
fn one_profile_under_six_names_is_read_once() {
    let packed = case("26-loose-names.out");
    let names = ["a/cpu.gz", "a/cpu.out", "a/default.pgo", "a/heap.out.txt"];
    let seen = dropped(&names.map(|name| (name, packed.clone())));
    assert_eq!(profiles(seen.report()), ["profile: cpu"]);
    let taken = fates(&seen)
        .iter()
        .filter(|fate| fate.contains("another file"))
        .count();
    assert_eq!(taken, 3);
}

#[test]
fn a_heap_as_text_has_the_numbers_of_pprof() {
    let seen = lone_case("27-heap-debug1.txt");
    let decoded = decode(case("27-heap-debug1.txt"), &Limits::default()).unwrap();
    // The rows are those of google/pprof's `gobench.heap.string`; the sums are of all of its rows.
    assert_eq!(decoded.values(0), [4, 2_488_234, 1, 829_411]);
    assert_eq!(decoded.values(4), [33_192, 339_890_635, 51, 529_424]);
    assert_eq!(decoded.amount(3), 7_721_316);
    let view = View::of(decoded, "").unwrap();
    let text = top(&view, TopOptions::default()).text(&view);
    assert!(
        text.contains("Showing nodes accounting for 6.86MB, 93.21% of 7.36MB total"),
        "{text}"
    );
    assert!(!text.contains("File:"), "{text}");
    let note = seen.section("Verdict");
    assert!(note.contains("is a text (debug=1)"), "{note}");
    assert!(note.contains("/debug/pprof/heap"), "{note}");
}

#[test]
fn goroutines_are_counted_whatever_they_come_as() {
    for (name, source) in [
        ("27-goroutine-debug1.txt", DumpSource::Text),
        ("27-goroutine-debug2.txt", DumpSource::Dump),
    ] {
        let seen = lone_case(name);
        let goroutines = seen.report().goroutines.as_ref().unwrap();
        assert_eq!((goroutines.dump.count, goroutines.source), (10, source));
        let first = &goroutines.dump.groups[0];
        assert_eq!((first.count, first.state.as_str()), (2, "sleep"));
        assert_eq!(first.frames[1], "main.shortSleepLoop");
        assert!(goroutines.program.is_some());
        let owner = &goroutines.shown[0].owner;
        assert!(owner.starts_with("the program itself"), "{owner}");
        assert_no_agent(&seen);
        let section = seen.section("Goroutine Dump");
        assert_eq!(section.contains("debug=1"), source == DumpSource::Text);
    }
    // Under the name that a flare has for it, and still no flare.
    let seen = alone("go-routine-dump.log", case("27-goroutine-debug2.txt"));
    assert!(seen.report().is_of_program());
}

#[test]
fn thousands_of_goroutines_alike_are_a_leak() {
    let frames = [
        "runtime.gopark",
        "runtime.chansend",
        "runtime.chansend1",
        "example.com/shop/feed.(*Feed).push",
        "runtime.goexit",
    ];
    let made = |count| {
        let mut made = Made::new(&["goroutine/count"])
            .sample(&frames, &[count])
            .sample(&["runtime.gopark", "main.main", "runtime.main"], &[1]);
        mapped(&mut made, "b1");
        made.bytes()
    };
    let seen = alone("debug.bin", made(11_630));
    let dump = &seen.report().goroutines.as_ref().unwrap().dump;
    assert_eq!((dump.count, dump.groups[0].count), (11_631, 11_630));
    assert_eq!(
        dump.groups[0].frames,
        ["example.com/shop/feed.(*Feed).push"]
    );
    assert_eq!(dump.groups[0].state, "chan send");
    let text = seen.text(ExportFormat::Markdown);
    assert!(
        text.contains("11,630 goroutines with one same stack"),
        "{text}"
    );
    assert_no_agent(&seen);
    // A near miss: few.
    let text = alone("debug.bin", made(20)).text(ExportFormat::Markdown);
    assert!(!text.contains("goroutine leak"), "{text}");
}

#[test]
fn an_execution_trace_is_known_by_its_first_bytes() {
    let trace = [b"go 1.23 trace\0\0\0".to_vec(), vec![1; 100]].concat();
    let seen = dropped(&[("t.out", trace), ("cpu.out", case("26-loose-names.out"))]);
    let [trace] = seen.report().traces.as_slice() else {
        panic!("{:?}", fates(&seen));
    };
    assert_eq!(trace.path, "t.out");
}

#[test]
fn two_heaps_of_one_build_pair_by_their_times() {
    for (early, late) in [
        ("before.pprof", "after.pprof"),
        ("B.bin", "A.bin"),
        ("heap.002", "heap.001"),
        ("mon/heap.pb.gz", "tue/heap.pb.gz"),
        // Even where names say the contrary.
        ("heap-2.pb.gz", "heap-1.pb.gz"),
    ] {
        let seen = dropped(&[
            (late, heap("b1", 10, 90 * MB)),
            (early, heap("b1", 0, 20 * MB)),
        ]);
        assert_eq!(
            profiles(seen.report()),
            ["profile: heap-1st heap-2nd heap-diff"]
        );
        let process = &seen.report().processes[0];
        let pairing = process.pairing.as_ref().unwrap();
        assert_eq!((&*pairing.first, &*pairing.second), (early, late));
        assert_eq!(process.interval.seconds(), 600.0);
        let diff = process.profile(ProfileName::HeapDiff).unwrap();
        let ProfileContent::Tables(tables) = &diff.content else {
            panic!("{early}");
        };
        assert!(tables.iter().any(|table| table.net == 70 * MB));
        let text = seen.text(ExportFormat::Markdown);
        let told = format!("Paired by their times: {early} is the earlier one, {late} the later");
        assert!(text.contains(&told.replace('_', "\\_")), "{text}");
        assert_eq!(seen.json()["processes"][0]["pairing"]["first"], early);
        assert_no_agent(&seen);
    }
}

/// Opened as the page does, with heaps paired as a user wants it.
fn paired(pairs: Pairs) -> (SummaryView, DetailsView) {
    let files = [
        ("a.pprof", heap("b1", 10, 90 * MB)),
        ("b.pprof", heap("b1", 0, 20 * MB)),
    ];
    let files = files.map(|(path, bytes)| LooseFile::from_bytes(path, bytes));
    let mut engine = Engine::new();
    let choices = Choices::default();
    let mut summary = None;
    let mut tell = |told| {
        if let Response::Summary(told) = told {
            summary = Some(*told);
        }
    };
    match engine.open(files.into(), false, &choices, pairs, &mut tell) {
        Response::Opened(details) => (summary.unwrap(), *details),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pair_can_be_swapped_and_taken_apart() {
    let told = |pairs| {
        let (summary, details) = paired(pairs);
        let pairing = summary.banner.pairing.unwrap();
        assert_eq!(pairing.pairs, pairs);
        (
            pairing.text,
            summary.banner.title,
            details
                .processes
                .into_iter()
                .map(|process| process.name)
                .collect::<Vec<_>>(),
        )
    };
    let (text, title, processes) = told(Pairs::ByTime);
    assert_eq!(
        text,
        "Heap profiles compared by their times: b.pprof, then a.pprof."
    );
    assert_eq!(title, "Memory leak");
    assert_eq!(processes, ["profile"]);
    let (text, title, processes) = told(Pairs::Swapped);
    assert_eq!(
        text,
        "Heap profiles compared against their times: a.pprof, then b.pprof."
    );
    assert_ne!(title, "Memory leak");
    assert_eq!(processes, ["profile"]);
    let (text, _, processes) = told(Pairs::Apart);
    assert_eq!(text, "Each heap profile stands for itself.");
    assert_eq!(processes, ["a", "b"]);
}

#[test]
fn of_several_heaps_the_first_and_the_last_are_compared() {
    let seen = dropped(&[
        ("b", heap("b1", 5, 30 * MB)),
        ("c", heap("b1", 9, 40 * MB)),
        ("a", heap("b1", 0, 20 * MB)),
    ]);
    let pairing = seen.report().processes[0].pairing.clone().unwrap();
    assert_eq!((&*pairing.first, &*pairing.second), ("a", "c"));
    assert_eq!(pairing.between, ["b"]);
    assert!(fates(&seen)[0].contains("between the first and the last"));
}

#[test]
fn heaps_of_two_builds_are_no_pair() {
    let seen = dropped(&[
        ("heap-1.pb.gz", heap("b1", 0, 20 * MB)),
        ("heap-2.pb.gz", heap("b2", 10, 90 * MB)),
    ]);
    assert_eq!(
        profiles(seen.report()),
        ["heap-1.pb.gz: heap-1st", "heap-2.pb.gz: heap-1st"]
    );
    assert!(seen.report().judgement.findings.is_empty());
    // Neither are two of one moment, though one of them counts.
    let seen = dropped(&[("x", heap("b1", 0, 20 * MB)), ("y", heap("b1", 0, 20 * MB))]);
    assert_eq!(profiles(seen.report()), ["profile: heap-1st"]);
}

#[test]
fn names_of_the_agents_own_files_hold() {
    let seen = dropped(&[
        ("core-1st-heap.pprof", heap("b1", 0, 20 * MB)),
        ("core-2nd-heap.pprof", heap("b1", 10, 90 * MB)),
        ("trace-cpu.pprof", Made::new(&CPU).bytes()),
    ]);
    assert_eq!(
        profiles(seen.report()),
        ["core: heap-1st heap-2nd heap-diff", "trace: cpu"]
    );
    assert!(!seen.report().is_of_program());
}

#[test]
fn heaps_of_the_agent_by_hand_are_of_its_process() {
    let heap = |path: &str, minutes| {
        let values = [80_000, 80 * MB, 80_000, 80 * MB];
        let frames =
            ["github.com/DataDog/datadog-agent/pkg/trace/api.(*HTTPReceiver).handleTraces"];
        let mut made = Made::new(&HEAP).sample(&frames, &values);
        let filename = made.text(path);
        made.profile.mapping.push(proto::Mapping {
            id: 1,
            filename,
            ..proto::Mapping::default()
        });
        made.profile.time_nanos = START + minutes * MINUTE;
        made.bytes()
    };
    let binary = "/opt/datadog-agent/embedded/bin/trace-agent";
    let seen = dropped(&[("a.out", heap(binary, 0)), ("b.out", heap(binary, 10))]);
    assert_eq!(
        profiles(seen.report()),
        ["trace: heap-1st heap-2nd heap-diff"]
    );
    assert!(!seen.report().is_of_program());
    // A near miss: somebody's own program of that name.
    let other = "/srv/tempo/trace-agent";
    let seen = dropped(&[("a.out", heap(other, 0)), ("b.out", heap(other, 10))]);
    assert_eq!(
        profiles(seen.report()),
        ["profile: heap-1st heap-2nd heap-diff"]
    );
}

#[test]
fn a_program_that_is_no_agent_gets_its_own_texts() {
    let seen = alone("heap.out", heap("b1", 0, 80 * MB));
    assert_no_agent(&seen);
    let message = seen.text(ExportFormat::Customer);
    assert!(
        message.contains("the program example.com/shop"),
        "{message}"
    );
    assert!(message.contains("heap held 76.3 MB"), "{message}");
    assert!(
        message.contains("curl -o heap-2.pb.gz http://HOST:PORT/debug/pprof/heap"),
        "{message}"
    );
    let seen = lone_case("30-block-without-window.pprof");
    assert_no_agent(&seen);
    let message = seen.text(ExportFormat::Customer);
    assert!(message.contains("waited 4.69 s in all"), "{message}");
    assert!(message.contains("main.fastFunction"), "{message}");
    assert!(message.contains("/debug/pprof/block"), "{message}");
}

#[test]
fn damage_is_told_wherever_a_conclusion_stands() {
    let sound = case("26-loose-names.out");
    let replaced = String::from_utf8_lossy(&sound).into_owned().into_bytes();
    let mut ends = Vec::new();
    for &byte in &sound {
        if byte == b'\n' {
            ends.push(b'\r');
        }
        ends.push(byte);
    }
    for (bytes, word) in [(replaced, "EF BF BD"), (ends, "CR LF")] {
        for name in ["profile.pprof", "some.txt"] {
            let seen = alone(name, bytes.clone());
            let coverage = seen.section("Coverage");
            assert!(coverage.contains(word), "{name}: {coverage}");
            let verdict = seen.section("Verdict");
            assert!(verdict.contains(word), "{name}: {verdict}");
            // A name that tells the kind leaves the others absent.
            assert_eq!(verdict.contains("not collected"), name == "profile.pprof");
            let message = seen.text(ExportFormat::Customer);
            assert!(message.contains("damaged"), "{name}: {message}");
        }
    }
}
