//! Replays what fuzzing found: the corpus, which reaches all that any run has reached, and the
//! input of each finding. No fuzzer is needed for that, only the targets' bodies.

// The bodies lie with the targets, which are no part of this workspace.
#[allow(
    unreachable_pub,
    clippy::panic,
    reason = "in the crate of the targets it is the public face"
)]
#[path = "../../../../fuzz/src/lib.rs"]
mod targets;

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use targets::mutate::{Kind, cross, mutate};
use targets::{TARGETS, Target};
use zip::ZipArchive;

/// The promise for any input: an answer within ten seconds.
const DEADLINE: Duration = Duration::from_secs(10);

struct Input {
    /// Where it is, for messages.
    place: String,
    bytes: Vec<u8>,
}

fn fuzz() -> PathBuf {
    Path::new(testkit::ROOT).join("fuzz")
}

fn archive(target: &str) -> PathBuf {
    fuzz().join(format!("corpus/{target}.zip"))
}

/// The inputs in a target's archive, which has them by name.
fn corpus(target: &str) -> Vec<Input> {
    let bytes = fs::read(archive(target)).unwrap();
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let count = archive.len();
    let read = |index| {
        let mut entry = archive.by_index(index).unwrap();
        let place = format!("{target}.zip: {}", entry.name().unwrap());
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        Input { place, bytes }
    };
    (0..count).map(read).collect()
}

/// The inputs of a target's findings, by name. A target without any has no folder for them.
fn findings(target: &str) -> Vec<Input> {
    let mut paths: Vec<PathBuf> = match fs::read_dir(fuzz().join("findings").join(target)) {
        Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
        Err(_) => Vec::new(),
    };
    paths.sort();
    let read = |path: PathBuf| Input {
        bytes: fs::read(&path).unwrap(),
        place: path.display().to_string(),
    };
    paths.into_iter().map(read).collect()
}

fn replay(input: &Input, target: Target) {
    let start = Instant::now();
    let outcome = std::panic::catch_unwind(|| target(&input.bytes));
    assert!(outcome.is_ok(), "{} fails", input.place);
    assert!(start.elapsed() < DEADLINE, "{}", input.place);
}

#[test]
fn the_corpus_of_every_target_replays() {
    let mut all = Vec::new();
    for (name, target) in TARGETS {
        let inputs = corpus(name);
        assert!(!inputs.is_empty(), "{name} has no corpus");
        all.extend(inputs.into_iter().map(|input| (input, target)));
    }
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().unwrap().get() {
            scope.spawn(|| {
                while let Some((input, target)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    replay(input, *target);
                }
            });
        }
    });
}

#[test]
fn every_finding_stays_mended() {
    for (name, target) in TARGETS {
        for input in findings(name) {
            replay(&input, target);
        }
    }
}

#[test]
fn the_corpus_stays_small() {
    let sizes = TARGETS.map(|(name, _)| fs::metadata(archive(name)).unwrap().len());
    let total: u64 = sizes.iter().sum();
    assert!(total < 4_000_000, "{total} bytes");
}

/// What a user runs, over bytes that no Agent wrote: an answer or one line why not, in time, never
/// a signal. Each target's inputs go in as the file that they are made for.
#[test]
fn the_program_ends_with_0_or_1_whatever_it_is_given() {
    let scratch = tempfile::tempdir().unwrap();
    for (target, file) in [
        ("archive", "flare.zip"),
        ("decode", "profiles/core-cpu.pprof"),
        ("status", "status.log"),
        ("goroutines", "go-routine-dump.log"),
        ("telemetry", "telemetry.log"),
        ("memstats", "expvar/memstats"),
    ] {
        let all = corpus(target);
        // A process for each of a few, spread over the corpus: the rest is replayed above.
        let step = all.len().div_ceil(12).max(1);
        for input in all.iter().step_by(step).chain(&findings(target)) {
            let flare = scratch.path().join("host");
            let _ = fs::remove_dir_all(&flare);
            let place = flare.join(file);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::write(&place, &input.bytes).unwrap();
            let given = if target == "archive" { &place } else { &flare };
            assert_ends_well(given, &input.place);
        }
    }
}

fn assert_ends_well(given: &Path, input: &str) {
    let mut program = within_a_gigabyte(env!("CARGO_BIN_EXE_flarescope"))
        .args(["report", "--format", "json"])
        .arg(given)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    let status = loop {
        if let Some(status) = program.try_wait().unwrap() {
            break status;
        }
        if start.elapsed() > DEADLINE {
            program.kill().unwrap();
            panic!("{input} takes longer than {DEADLINE:?}");
        }
        thread::sleep(Duration::from_millis(2));
    };
    assert!(matches!(status.code(), Some(0 | 1)), "{input}: {status}");
}

/// The program, where the system can do that with no more than 1 GB of address space.
fn within_a_gigabyte(program: &str) -> Command {
    if cfg!(target_os = "linux") {
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -v 1000000; exec \"$@\"", "sh", program]);
        shell
    } else {
        Command::new(program)
    }
}

/// The corpus's own inputs, a few of each target, as what the targets mutate them as.
fn some_inputs() -> Vec<(Kind, Vec<Vec<u8>>)> {
    let kinds = [
        (Kind::Text, "status"),
        (Kind::Text, "memstats"),
        (Kind::Archive, "archive"),
        (Kind::Flare, "report"),
        (Kind::Choices, "profile_structured"),
    ];
    let read = |(kind, target)| {
        let all = corpus(target);
        let step = 1 + all.len() / 40;
        let some = all.into_iter().step_by(step).map(|input| input.bytes);
        (kind, std::iter::once(Vec::new()).chain(some).collect())
    };
    kinds.into_iter().map(read).collect()
}

/// What the fuzzer would do, where its own mutation is asked for.
fn by_bytes(data: &mut [u8], size: usize, max: usize) -> usize {
    if let Some(first) = data.first_mut() {
        *first = first.wrapping_add(1);
    }
    size.min(max)
}

#[test]
fn mutants_keep_to_their_room_and_to_their_seed() {
    for (kind, inputs) in some_inputs() {
        let mut unlike = 0;
        let others = inputs.iter().rev();
        let pairs = inputs.iter().zip(others).cycle().take(inputs.len() * 50);
        for (seed, (input, other)) in (0..).zip(pairs) {
            for max in [input.len() / 2 + 1, input.len() + 100] {
                let mutant = |seed| {
                    let mut room = input.clone();
                    room.resize(max.max(input.len()), 0);
                    let length = mutate(kind, &mut room, (input.len(), max), seed, by_bytes);
                    assert!(length <= max, "{kind:?}");
                    room.truncate(length);
                    room
                };
                assert_eq!(mutant(seed), mutant(seed), "{kind:?}");
                unlike += usize::from(mutant(seed) != mutant(seed + 1_000));
                let mut room = vec![0; max];
                assert!(cross(kind, input, other, &mut room, seed) <= max);
            }
        }
        assert!(unlike > inputs.len(), "{kind:?}: seeds make no difference");
    }
}
