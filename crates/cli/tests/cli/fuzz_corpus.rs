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
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use targets::mutate::{Kind, cross, mutate};
use targets::{TARGETS, Target};

/// The promise for any input: an answer within ten seconds.
const DEADLINE: Duration = Duration::from_secs(10);

fn folder(kind: &str, target: &str) -> PathBuf {
    Path::new(testkit::ROOT)
        .join("fuzz")
        .join(kind)
        .join(target)
}

/// The inputs in a folder, by name. A target without findings has no folder for them.
fn inputs(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
        Err(_) => Vec::new(),
    };
    paths.sort();
    paths
}

fn replay(folder: &Path, target: Target) -> usize {
    let inputs = inputs(folder);
    for path in &inputs {
        let bytes = fs::read(path).unwrap();
        let start = Instant::now();
        let outcome = std::panic::catch_unwind(|| target(&bytes));
        assert!(outcome.is_ok(), "{} fails", path.display());
        assert!(start.elapsed() < DEADLINE, "{}", path.display());
    }
    inputs.len()
}

#[test]
fn the_corpus_of_every_target_replays() {
    for (name, target) in TARGETS {
        assert!(
            replay(&folder("corpus", name), target) > 0,
            "{name} has no corpus"
        );
    }
}

#[test]
fn every_finding_stays_mended() {
    for (name, target) in TARGETS {
        replay(&folder("findings", name), target);
    }
}

#[test]
fn the_corpus_stays_small() {
    let sizes = TARGETS.iter().flat_map(|(name, _)| {
        let files = inputs(&folder("corpus", name));
        files
            .into_iter()
            .map(|path| fs::metadata(path).unwrap().len())
    });
    let total: u64 = sizes.sum();
    assert!(total < 2 << 20, "{total} bytes");
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
        let all = inputs(&folder("corpus", target));
        // A process for each of a few, spread over the corpus: the rest is replayed above.
        let step = all.len().div_ceil(12).max(1);
        let findings = inputs(&folder("findings", target));
        for input in all.iter().step_by(step).chain(&findings) {
            let flare = scratch.path().join("host");
            let _ = fs::remove_dir_all(&flare);
            let place = flare.join(file);
            fs::create_dir_all(place.parent().unwrap()).unwrap();
            fs::copy(input, &place).unwrap();
            let given = if target == "archive" { &place } else { &flare };
            assert_ends_well(given, input);
        }
    }
}

fn assert_ends_well(given: &Path, input: &Path) {
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
            panic!("{} takes longer than {DEADLINE:?}", input.display());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(
        matches!(status.code(), Some(0 | 1)),
        "{}: {status}",
        input.display()
    );
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
        let files = inputs(&folder("corpus", target));
        let some = files.iter().step_by(1 + files.len() / 40);
        let empty = std::iter::once(Vec::new());
        (
            kind,
            empty
                .chain(some.map(|path| fs::read(path).unwrap()))
                .collect(),
        )
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
