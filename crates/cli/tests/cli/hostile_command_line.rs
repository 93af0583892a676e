//! For any input the program ends by itself, within 10 s and 1 GB, with status 0 or 1 and at most
//! one line of failure: never by a signal, never by a panic.
//!
//! Memory is measured where the system tells it (`/proc`, while the program runs).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testkit::fixtures;

use profile::pprof::proto;
use testkit::flare_zip::{item, zip};
use testkit::made::{CPU, HEAP, LOCKS, Made};
use testkit::pack::gzip;
use testkit::random::Random;

const TIME: Duration = Duration::from_secs(10);
const MEMORY: u64 = 1 << 30;

/// Tests with all of a debug build's checks get more time.
const SLOW: u32 = if cfg!(debug_assertions) { 3 } else { 1 };

struct Outcome {
    code: Option<i32>,
    out: Vec<u8>,
    err: String,
    time: Duration,
    /// The most memory that was resident, where the system tells.
    peak: Option<u64>,
}

/// Highest resident size of a running process so far.
fn peak_of(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

fn run(arguments: &[&str], folder: &Path) -> Outcome {
    let out = folder.join("out");
    let err = folder.join("err");
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_flarescope"))
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(fs::File::create(&out).unwrap())
        .stderr(fs::File::create(&err).unwrap())
        .spawn()
        .unwrap();
    let mut peak = None;
    let status = loop {
        peak = peak_of(child.id()).max(peak);
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if start.elapsed() > TIME * SLOW {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    Outcome {
        code: status.and_then(|status| status.code()),
        time: start.elapsed(),
        out: fs::read(&out).unwrap(),
        err: String::from_utf8(fs::read(&err).unwrap()).unwrap(),
        peak,
    }
}

/// What has to hold for every input.
fn check(name: &str, arguments: &[&str], folder: &Path) -> Outcome {
    let outcome = run(arguments, folder);
    let Outcome {
        code, err, time, ..
    } = &outcome;
    assert!(
        matches!(code, Some(0 | 1)),
        "{name}: status {code:?} after {time:?}: {err}"
    );
    assert!(*time < TIME * SLOW, "{name}: {time:?}");
    if let Some(peak) = outcome.peak {
        assert!(peak < MEMORY, "{name}: {} MiB", peak >> 20);
    }
    assert!(!err.contains("panicked"), "{name}: {err}");
    let lines = err.lines().count();
    assert_eq!(lines, usize::from(*code == Some(1)), "{name}: {err}");
    assert!(
        !err.trim_end().chars().any(char::is_control),
        "{name}: {err:?}"
    );
    if *code == Some(0) {
        assert!(!outcome.out.is_empty(), "{name}");
    }
    outcome
}

/// The inputs are made below one folder; each has a name for messages.
struct Inputs {
    folder: PathBuf,
    made: Vec<(String, PathBuf)>,
}

impl Inputs {
    fn file(&mut self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        self.made.push((name.to_owned(), path));
    }

    fn path(&mut self, name: &str) -> PathBuf {
        let path = self.folder.join(name);
        self.made.push((name.to_owned(), path.clone()));
        path
    }

    fn profile(&mut self, name: &str, bytes: &[u8]) {
        let path = "h/profiles/core-cpu.pprof";
        let items = [item("h/status.log", "x"), item(path, bytes)];
        self.file(name, zip(&items));
    }

    fn text(&mut self, name: &str, path: &str, text: impl AsRef<[u8]>) {
        let items = [
            item("h/profiles/core-cpu.pprof", made_cpu()),
            item(&format!("h/{path}"), text.as_ref()).deflated(),
        ];
        self.file(name, zip(&items));
    }
}

fn made_cpu() -> Vec<u8> {
    gzip(
        &Made::new(&CPU)
            .sample(&["a", "b"], &[1, 10_000_000])
            .bytes(),
    )
}

fn archives(inputs: &mut Inputs) {
    inputs.file("zero.zip", b"");
    inputs.file("one byte.zip", b"P");
    inputs.file("random.zip", Random::new(1).bytes(1 << 20));
    inputs.file("zeros.zip", vec![0; 8 << 20]);
    inputs.file("only a signature.zip", b"PK\x03\x04");
    inputs.file("only an end.zip", b"PK\x05\x06");
    inputs.file("many signatures.zip", b"PK\x03\x04".repeat(500_000));
    inputs.file("many descriptors.zip", b"PK\x07\x08".repeat(500_000));
    inputs.file("many ends.zip", b"PK\x05\x06".repeat(250_000));
    inputs.file("empty.zip", zip(&[]));
    inputs.file("text.zip", "this is no archive\n");
    inputs.file("\u{1b}[31mname\u{202e}.zip", "no archive");
    let flare = fs::read(fixtures::flare("no-profiles").path()).unwrap();
    inputs.file("cut.zip", &flare[..flare.len() / 2]);
    let mut noisy = flare.clone();
    for at in (0..noisy.len()).step_by(997) {
        noisy[at] ^= 0x55;
    }
    inputs.file("noisy.zip", noisy);
    let bomb = item("h/profiles/core-cpu.pprof", vec![0; 100 << 20]).deflated();
    inputs.file("bomb.zip", zip(&[bomb, item("h/status.log", "x")]));
    let inner = zip(&[item("x/y.zip", vec![0; 70 << 20]).deflated()]);
    inputs.file(
        "bomb in an archive.zip",
        zip(&[item("in.zip", inner).deflated()]),
    );
    let entries: Vec<_> = (0..60_000)
        .map(|n| item(&format!("h/logs/{n}.log"), ""))
        .collect();
    inputs.file("60,000 entries.zip", zip(&entries));
    let entries: Vec<_> = (0..20_000)
        .map(|n| item(&format!("h/profiles/p{n}-cpu.pprof"), "x"))
        .collect();
    inputs.file("20,000 processes.zip", zip(&entries));
    let entries: Vec<_> = (0..5_000).map(|_| item("h/status.log", "x")).collect();
    inputs.file("5,000 of one name.zip", zip(&entries));
    let entries: Vec<_> = (0..1_000)
        .map(|n| item(&format!("h{n}/status.log"), "x"))
        .collect();
    inputs.file("1,000 roots.zip", zip(&entries));
    // Names that take the most memory for their bytes: none of them is text.
    let mut stream = Vec::new();
    for _ in 0..4_000 {
        stream.extend_from_slice(
            b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff\xff\0\0",
        );
        stream.extend(std::iter::repeat_n(0xff, 0xffff));
    }
    let inner = item("h.zip", stream).deflated();
    inputs.file("long names within.zip", zip(&[inner]));
    let deep = format!("{}status.log", "d/".repeat(30_000));
    inputs.file(
        "deep.zip",
        zip(&[item(&deep, "x"), item("h/status.log", "x")]),
    );
    let mut nested = zip(&[item("h/status.log", "x")]);
    for _ in 0..100 {
        nested = zip(&[item("in.zip", nested)]);
    }
    inputs.file("nested.zip", nested);
}

fn profiles(inputs: &mut Inputs) {
    inputs.profile("gzip bomb.zip", &gzip(&vec![0; 200 << 20]));
    inputs.profile("random profile.zip", &Random::new(1).bytes(1 << 20));
    inputs.profile("gzip of random.zip", &gzip(&Random::new(1).bytes(1 << 20)));
    let mut types = Made::new(&CPU);
    types.profile.sample_type = vec![proto::ValueType { r#type: 1, unit: 2 }; 1_000_000];
    inputs.profile("a million types.zip", &types.bytes());
    let names: Vec<String> = (0..20_000).map(|n| format!("f{n}")).collect();
    let stack: Vec<&str> = names.iter().take(3_000).map(String::as_str).collect();
    let mut deep = Made::new(&CPU);
    for _ in 0..30 {
        deep = deep.sample(&stack, &[i64::MIN, i64::MAX]);
    }
    inputs.profile("deep stacks.zip", &deep.bytes());
    let mut inlined = Made::new(&CPU).sample(&["x"; 1000], &[1, 1]);
    let line = inlined.profile.location[0].line[0];
    inlined.profile.location[0].line = vec![line; 90_000];
    inputs.profile("inlined without end.zip", &inlined.bytes());
    let mut long = Made::new(&CPU).sample(&["x"], &[1, 1]);
    long.profile.string_table[3] = vec![b'x'; 8 << 20];
    inputs.profile("a name of 8 MiB.zip", &long.bytes());
    let mut pattern = Made::new(&CPU);
    pattern.profile.drop_frames = pattern.text("(x+x+)+y|(a|a)*b");
    for n in 0..500 {
        pattern = pattern.sample(&[&format!("{}{n}", "x".repeat(2_000))], &[1, 1]);
    }
    inputs.profile("a pattern that backtracks.zip", &pattern.bytes());
    let mut empty = Made::new(&LOCKS);
    empty.profile.sample = vec![
        proto::Sample {
            value: vec![1, 1],
            ..Default::default()
        };
        300_000
    ];
    inputs.profile("samples without frames.zip", &empty.bytes());
    // The same stretch of profile in every slot of many processes.
    let heap = Made::new(&HEAP).sample(&[&"y".repeat(16_000)], &[i64::MAX; 4]);
    let heap = gzip(&heap.bytes());
    let items: Vec<_> = (0..60)
        .flat_map(|n| ["1st-heap", "2nd-heap"].map(|kind| format!("h/profiles/p{n}-{kind}.pprof")))
        .map(|path| item(&path, heap.clone()))
        .collect();
    inputs.file("long names everywhere.zip", zip(&items));
}

fn texts(inputs: &mut Inputs) {
    let config = "runtime_config_dump.yaml";
    inputs.text("brackets.zip", config, "[".repeat(2 << 20));
    inputs.text("dashes.zip", config, "- ".repeat(1 << 20));
    inputs.text(
        "closed brackets.zip",
        config,
        format!("{}{}", "[".repeat(100_000), "]".repeat(100_000)),
    );
    inputs.text("colons.zip", config, "a: ".repeat(500_000));
    inputs.text("quotes.zip", config, "\"".repeat(1 << 20));
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        laughs.push_str(&format!(
            "a{level}: &a{level} [{}]\n",
            vec![format!("*a{}", level - 1); 9].join(", ")
        ));
    }
    inputs.text("laughs.zip", config, laughs);
    let mut indented = String::new();
    for level in 0..2_000 {
        indented.push_str(&format!("{}k:\n", " ".repeat(level)));
    }
    inputs.text("indented.zip", config, indented);
    inputs.text("json.zip", "expvar/memstats", "{\"a\":".repeat(200_000));
    inputs.text("one line.zip", "status.log", "x".repeat(8 << 20));
    inputs.text("status.zip", "status.log", "  =====\n".repeat(300_000));
    inputs.text(
        "goroutines.zip",
        "go-routine-dump.log",
        "goroutine 1 [select]:\nf()\n".repeat(200_000),
    );
    inputs.text(
        "one stack.zip",
        "go-routine-dump.log",
        format!("goroutine 1 [select]:\n{}", "f((((((((\n".repeat(400_000)),
    );
    inputs.text(
        "numbers.zip",
        "telemetry.log",
        "a{b=\"c\"} 1e308\n".repeat(200_000),
    );
    inputs.text("memstats.zip", "expvar/memstats", "{\"Sys\": 1e400, \"HeapInuse\": 18446744073709551615, \"HeapAlloc\": -1, \"HeapIdle\": 9223372036854775807}");
    inputs.text("no text.zip", "status.log", Random::new(1).bytes(2 << 20));
    let host = |name: String| format!("Hostnames\n=========\n    hostname: {name}\n");
    inputs.text(
        "spaces.zip",
        "status.log",
        host(format!("\u{1}{}x", " ".repeat(200_000))),
    );
    inputs.text(
        "digits.zip",
        "status.log",
        host(format!("{}{}", "1".repeat(100_000), ".".repeat(100_000))),
    );
    inputs.text("cells.zip", "status.log", checks_with_long_names());
    // Each within its limit, and all of them the parser's slowest.
    let paths = [
        "runtime_config_dump.yaml",
        "process_agent_runtime_config_dump.yaml",
        "system_probe_runtime_config_dump.yaml",
        "health.yaml",
        "expvar/memstats",
        "expvar/aggregator",
        "expvar/forwarder",
        "expvar/rtloader",
        "expvar/trace-agent",
        "k8s/kubelet_pods.yaml",
        "install_info.log",
        "version-history.json",
    ];
    let tree = "k: [1, 2, 3, 4, 5, 6, 7, 8]\n".repeat(1_000_000);
    let mut items = vec![item("h/profiles/core-cpu.pprof", made_cpu())];
    items.extend(paths.map(|path| item(&format!("h/{path}"), tree.clone()).deflated()));
    inputs.file("trees.zip", zip(&items));
    inputs.text("pods.zip", "k8s/kubelet_pods.yaml", one_large_pod());
    inputs.text(
        "fields.zip",
        "k8s/kubelet_pods.yaml",
        one_pod_of_many_fields(),
    );
}

/// Two columns of words, and one cell of each that is longer than any line.
fn checks_with_long_names() -> String {
    let mut status =
        String::from("=========\nCollector\n=========\n  Running Checks\n  ==============\n");
    let long = "n".repeat(60_000);
    for n in 0..20_000 {
        let (name, version) = match n {
            0 => (long.as_str(), "1"),
            1 => ("b", long.as_str()),
            _ => ("c", "1"),
        };
        status.push_str(&format!(
            "    {name}{n} ({version})\n    ---\n      Instance ID: {n} [OK]\n      Total Runs: 1\n"
        ));
    }
    status
}

fn one_large_pod() -> String {
    let list = |key: &str| {
        let names: String = (0..10_000).map(|n| format!("    - name: c{n}\n")).collect();
        format!("    {key}:\n{names}")
    };
    format!(
        "items:\n- metadata:\n    name: p\n  spec:\n{}  status:\n{}",
        list("containers"),
        list("containerStatuses")
    )
}

fn one_pod_of_many_fields() -> String {
    let fields: String = (0..200_000).map(|n| format!("  k{n}: 1\n")).collect();
    let names: String = (0..10_000).map(|n| format!("    - name: c{n}\n")).collect();
    format!("items:\n- a: 1\n{fields}  spec:\n    containers:\n{names}")
}

#[cfg(unix)]
fn special(inputs: &mut Inputs) {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let looped = inputs.path("loop");
    symlink(&looped, &looped).unwrap();
    let dangling = inputs.path("dangling");
    symlink("nowhere", dangling).unwrap();
    let folder = inputs.path("folder that holds itself");
    fs::create_dir_all(folder.join("profiles")).unwrap();
    symlink(&folder, folder.join("profiles/again")).unwrap();
    symlink("/dev/zero", folder.join("profiles/core-cpu.pprof")).unwrap();
    fs::write(folder.join("status.log"), "x").unwrap();
    let unreadable = inputs.path("unreadable.zip");
    fs::write(&unreadable, "x").unwrap();
    fs::set_permissions(&unreadable, fs::Permissions::from_mode(0o0)).unwrap();
    let closed = inputs.path("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
    for device in ["/dev/zero", "/dev/null", "/dev/random"] {
        if Path::new(device).exists() {
            inputs.made.push((device.to_owned(), device.into()));
        }
    }
    let pipe = inputs.folder.join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    if made.is_ok_and(|status| status.success()) {
        inputs.made.push(("pipe".to_owned(), pipe));
        let folder = inputs.path("folder with a pipe");
        fs::create_dir_all(folder.join("profiles")).unwrap();
        fs::write(folder.join("status.log"), "x").unwrap();
        let inner = folder.join("profiles/core-cpu.pprof");
        assert!(
            Command::new("mkfifo")
                .arg(inner)
                .status()
                .unwrap()
                .success()
        );
    } else {
        println!("no mkfifo here: pipes are not tried");
    }
}

#[cfg(not(unix))]
fn special(_: &mut Inputs) {
    println!("no links, pipes and permissions here: they are not tried");
}

fn folders(inputs: &mut Inputs) {
    inputs.path("missing.zip");
    let folder = inputs.path("folder.zip");
    fs::create_dir(folder).unwrap();
    let folder = inputs.path("empty folders");
    fs::create_dir_all(folder.join("a/b/c")).unwrap();
    let deep = inputs.path("deep folders");
    let mut path = deep;
    for _ in 0..200 {
        path.push("d");
    }
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("status.log"), "x").unwrap();
    let many = inputs.path("many files");
    fs::create_dir_all(many.join("logs")).unwrap();
    fs::write(many.join("status.log"), "x").unwrap();
    for n in 0..2_000 {
        fs::write(many.join(format!("logs/{n}.log")), "").unwrap();
    }
}

#[test]
fn every_input_ends_with_0_or_1_within_10_s_and_1_gb() {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = Inputs {
        folder: folder.path().join("in"),
        made: Vec::new(),
    };
    fs::create_dir(&inputs.folder).unwrap();
    archives(&mut inputs);
    profiles(&mut inputs);
    texts(&mut inputs);
    folders(&mut inputs);
    special(&mut inputs);
    let mut slowest = (Duration::ZERO, String::new());
    let mut largest = (0, String::new());
    let mut measured = false;
    for (name, path) in &inputs.made {
        let path = path.to_str().unwrap();
        for arguments in [
            &["report", path][..],
            &["report", path, "--format", "html", "--redact"],
            &["report", path, "--format", "json"],
            &["report", path, "--format", "text"],
            &["report", path, "--format", "jira"],
            &["files", path],
            &["top", path],
        ] {
            let words: Vec<&str> = arguments
                .iter()
                .map(|one| if *one == path { name } else { *one })
                .collect();
            let what = words.join(" ");
            let outcome = check(&what, arguments, folder.path());
            slowest = slowest.max((outcome.time, what.clone()));
            if let Some(peak) = outcome.peak {
                measured = true;
                largest = largest.max((peak, what));
            }
        }
    }
    println!("{} inputs; the slowest: {slowest:?}", inputs.made.len());
    if measured {
        println!("the largest: {} MiB, {}", largest.0 >> 20, largest.1);
    } else {
        println!("memory is not measured: no /proc here");
    }
}
