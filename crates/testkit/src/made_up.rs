//! Makes flares up in memory: profiles drawn as text, short Agent texts, one archive around them.
//!
//! A test names what it is about and nothing else:
//!
//! ```ignore
//! MadeUp::linux().calm("core").without("profiles/core-cpu.pprof").read()
//! ```
//!
//! Nothing here is of a customer: hosts, pods and numbers are invented.

use std::fmt::Write as _;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{Cursor, Read as _};
use std::path::Path;

use engine::OpenFlare;
use engine::export::{ExportFormat, ExportOptions, export};
use flare::{Input, LooseFile};
use jiff::Timestamp;
use profile::pprof::proto;
use profile::text::draw;
use profile::{Mapping, Profile};
use report::model::Report;
use serde_json::Value;
use zip::ZipArchive;

use crate::ROOT;
use crate::flare_zip::{self, item};
use crate::made::Made;
use crate::pack::gzip_stored;

pub mod cases;

pub const MB: i64 = 1 << 20;
/// 2026-11-18 11:06:40 UTC, when all these flares were made, in seconds.
pub const NOON: i64 = 1_795_000_000;
/// Name of the archive and of its root folder.
pub const HOST: &str = "made-up-1";
/// A function of the aggregator: owned, and with advice of its own.
pub const SAMPLE: &str = "github.com/DataDog/datadog-agent/pkg/aggregator.(*TimeSampler).sample";

const SECOND: i64 = 1_000_000_000;

/// Variable with a folder, in which every flare that is made up is kept.
const KEEP_IN: &str = "FLARESCOPE_KEEP_FLARES";

// ---- profiles

/// A profile to be written into a flare.
#[derive(Clone)]
pub struct Drawn {
    profile: Profile,
    build: &'static str,
    program: &'static str,
    period_type: &'static str,
}

/// A heap snapshot from lines of `stack bytes`, taken that many seconds after noon. Objects are of
/// 1 kB. Allocated is what is in use and 1 MB for each of the seconds.
pub fn heap(lines: &str, at_s: i64) -> Drawn {
    let mut text = String::new();
    for (stack, bytes) in numbered(lines) {
        let allocated = bytes + at_s * MB;
        let _ = writeln!(
            text,
            "{stack} {} {allocated} {} {bytes}",
            allocated / 1024,
            bytes / 1024
        );
    }
    let types = "alloc_objects/count alloc_space/bytes inuse_objects/count inuse_space/bytes";
    let mut drawn = Drawn::new(types, &text, "space/bytes", 524_288);
    drawn.profile.time_ns = (NOON + at_s) * SECOND;
    drawn
}

/// A CPU profile of so many seconds from lines of `stack milliseconds`, which labels may follow.
pub fn cpu(lines: &str, seconds: i64) -> Drawn {
    cpu_in("nanoseconds", 1_000_000, lines, seconds)
}

/// The same in another unit, of which so many are a millisecond.
pub fn cpu_in(unit: &str, a_ms: i64, lines: &str, seconds: i64) -> Drawn {
    let mut text = String::new();
    for line in lines.lines() {
        let (line, labels) = line.split_at(line.find(" #").unwrap_or(line.len()));
        for (stack, ms) in numbered(line) {
            let _ = writeln!(text, "{stack} {} {}{labels}", ms / 10, ms * a_ms);
        }
    }
    let types = format!("samples/count cpu/{unit}");
    let mut drawn = Drawn::new(&types, &text, "cpu/nanoseconds", 10_000_000);
    drawn.profile.time_ns = NOON * SECOND;
    drawn.profile.duration_ns = seconds * SECOND;
    drawn
}

/// A mutex or block profile from lines of `stack contentions milliseconds`; none means that the
/// rate was 0.
pub fn locks(lines: &str) -> Drawn {
    let mut text = String::new();
    for (rest, ms) in numbered(lines) {
        let _ = writeln!(text, "{rest} {}", ms * 1_000_000);
    }
    let types = "contentions/count delay/nanoseconds";
    let mut drawn = Drawn::new(types, &text, "contentions/count", 1);
    drawn.profile.time_ns = NOON * SECOND;
    drawn
}

fn numbered(lines: &str) -> impl Iterator<Item = (&str, i64)> {
    lines
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (rest, number) = line.rsplit_once(' ').unwrap();
            (rest, number.parse().unwrap())
        })
}

impl Drawn {
    fn new(types: &str, text: &str, period_type: &'static str, period: i64) -> Self {
        let mut profile = draw(types, text).unwrap();
        profile.period = period;
        Self {
            profile,
            build: "5f3a",
            program: "/opt/datadog-agent/bin/agent/agent",
            period_type,
        }
    }

    /// Taken that long after noon, whatever it holds.
    pub fn taken_at(mut self, seconds: f64) -> Self {
        self.profile.time_ns = NOON * SECOND + (seconds * 1e9) as i64;
        self
    }

    /// Of another build of the process.
    pub fn built(mut self, build: &'static str) -> Self {
        self.build = build;
        self
    }

    /// Of another program.
    pub fn of_program(mut self, file: &'static str) -> Self {
        self.program = file;
        self
    }

    /// The file: gzip around protobuf. Not packed, so that its size depends on nothing else.
    pub fn bytes(&self) -> Vec<u8> {
        gzip_stored(&self.made().bytes())
    }

    fn made(&self) -> Made {
        let profile = &self.profile;
        let types = profile.sample_types.iter();
        let types: Vec<String> = types
            .map(|kind| format!("{}/{}", kind.name, kind.unit))
            .collect();
        let mut made = Made::new(&types);
        // The program's own binary first, then what was drawn in brackets.
        let agent = proto::Mapping {
            id: 1,
            filename: made.text(self.program),
            build_id: made.text(self.build),
            has_functions: true,
            ..Default::default()
        };
        made.profile.mapping.push(agent);
        for (library, id) in profile.mappings.iter().zip(2..) {
            let filename = made.text(&library.file);
            made.profile.mapping.push(proto::Mapping {
                id,
                filename,
                ..Default::default()
            });
        }
        let id = |index: usize| index as u64 + 1;
        for function in profile.functions() {
            let name = made.text(profile.function_name(function));
            made.profile.function.push(proto::Function {
                id: id(function.index()),
                name,
                ..Default::default()
            });
        }
        let location = profile.locations().map(|location| proto::Location {
            id: id(location.index()),
            mapping_id: match profile.mapping_of(location) {
                None => 1,
                Some(drawn) => {
                    let known = |mapping: &Mapping| std::ptr::eq(mapping, drawn);
                    id(profile.mappings.iter().position(known).unwrap()) + 1
                }
            },
            address: 0x1000 + location.index() as u64,
            line: profile
                .lines(location)
                .iter()
                .map(|function| proto::Line {
                    function_id: id(function.index()),
                    line: 1,
                    column: 0,
                })
                .collect(),
            ..Default::default()
        });
        made.profile.location = location.collect();
        let labels: Vec<Vec<proto::Label>> = (0..profile.sample_count())
            .map(|index| {
                let labels = profile.labels(index).iter();
                let label = labels.map(|label| proto::Label {
                    key: made.text(profile.string(label.key)),
                    str: made.text(profile.string(label.text)),
                    ..Default::default()
                });
                label.collect()
            })
            .collect();
        let sample = labels
            .into_iter()
            .enumerate()
            .map(|(index, label)| proto::Sample {
                location_id: profile
                    .stack(index)
                    .iter()
                    .map(|location| id(location.index()))
                    .collect(),
                value: profile.values(index).to_vec(),
                label,
            });
        made.profile.sample = sample.collect();
        made.profile.period_type = Some(made.value_type(self.period_type));
        made.profile.time_nanos = profile.time_ns;
        made.profile.duration_nanos = profile.duration_ns;
        made.profile.period = profile.period;
        made
    }
}

// ---- Agent texts

/// What `status.log` says.
#[derive(Clone)]
pub struct Status {
    pub title: &'static str,
    pub version: &'static str,
    pub os: &'static str,
    /// Platform and its version.
    pub platform: [&'static str; 2],
    pub uptime_s: i64,
    /// Of the host's clock, where that is not UTC: zone and hours ahead.
    pub zone: Option<(&'static str, i64)>,
    /// Checks as [`check`] writes them.
    pub checks: Vec<String>,
    /// More sections, as they stand in the file.
    pub more: &'static str,
}

impl Default for Status {
    fn default() -> Self {
        Self {
            title: "Agent",
            version: "7.81.3",
            os: "linux",
            platform: ["ubuntu", "24.04"],
            uptime_s: 190_800,
            zone: None,
            checks: vec![
                check("cpu", "", 1, 9, 0),
                check("network", "5.2.0", 1, 174, 6),
            ],
            more: "",
        }
    }
}

impl Status {
    pub fn text(&self) -> String {
        // The status is asked for after the profiles.
        let now = NOON + 90;
        let date = |seconds: i64| {
            let utc = instant(seconds);
            match self.zone {
                None => format!("{utc} UTC ({seconds}000)"),
                Some((zone, ahead)) => {
                    let local = instant(seconds + ahead * 3600);
                    format!("{local} {zone} / {utc} UTC ({seconds}000)")
                }
            }
        };
        let title = format!("{} (v{})", self.title, self.version);
        let rule = "=".repeat(title.len());
        let [platform, platform_version] = self.platform;
        format!(
            "{rule}\n{title}\n{rule}\n  Status date: {}\n  Agent start: {}\n  Pid: 4711\n  Go Version: go1.27.3\n  \
             Python Version: 3.13.11\n  Build arch: amd64\n\n  Host Info\n  =========\n    os: {}\n    platform: \
             {platform}\n    platformVersion: {platform_version}\n\n  Hostnames\n  =========\n    hostname: {HOST}\n\n\
             =========\nCollector\n=========\n\n  Running Checks\n  ==============\n{}\n{}",
            date(now),
            date(now - self.uptime_s),
            self.os,
            self.checks.concat(),
            self.more,
        )
    }
}

fn instant(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap();
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A running check of so many instances, each with that many metric samples a run and that many
/// milliseconds. Go checks have no version.
pub fn check(name: &str, version: &str, instances: u64, samples: u64, ms: u64) -> String {
    let title = match version {
        "" => name.to_owned(),
        version => format!("{name} ({version})"),
    };
    let mut text = format!("    {title}\n    {}\n", "-".repeat(title.len()));
    for instance in 0..instances {
        let _ = write!(
            text,
            "      Instance ID: {name}:{instance:04x} [OK]\n      Configuration Source: \
             file:/etc/datadog-agent/conf.d/{name}.d/conf.yaml\n      Total Runs: 1,000\n      Metric Samples: Last \
             Run: {samples}, Total: {}\n      Average Execution Time : {ms}ms\n",
            samples * 1000
        );
    }
    text
}

/// `install_info.log` of an install method.
pub fn installed_by(tool: &str) -> String {
    format!(
        "install_method:\n  installer_version: made-up\n  tool: {tool}\n  tool_version: {tool}-1.0\n"
    )
}

/// `expvar/memstats` from bytes.
pub struct Memstats {
    pub sys: i64,
    pub released: i64,
    pub idle: i64,
    pub inuse: i64,
    pub alloc: i64,
}

impl Memstats {
    pub fn text(&self) -> String {
        format!(
            "Alloc: {alloc}\nGCCPUFraction: 0.00041\nHeapAlloc: {alloc}\nHeapIdle: {}\nHeapInuse: {}\nHeapObjects: \
             301255\nHeapReleased: {}\nNumGC: 1204\nSys: {}\n",
            self.idle,
            self.inuse,
            self.released,
            self.sys,
            alloc = self.alloc,
        )
    }
}

/// `telemetry.log` with the resident memory of the core Agent.
pub fn telemetry(rss: i64) -> String {
    format!("go_goroutines 76\nprocess_resident_memory_bytes {rss}\n")
}

/// `metadata/host.json` of a host with so many cores and so much memory.
pub fn host(cores: u64, memory: i64) -> String {
    format!(
        "{{\"internalHostname\":\"{HOST}\",\"os\":\"linux\",\"gohai\":\"{{\\\"cpu\\\":{{\\\"cpu_logical_processors\\\":\
         \\\"{cores}\\\"}},\\\"memory\\\":{{\\\"total\\\":\\\"{}kB\\\"}}}}\"}}",
        memory / 1024
    )
}

/// `k8s/kubelet_pods.yaml` with one Agent pod. `ended` is why its container ended last, if it did.
pub fn kubelet_pods(memory_limit: &str, restarts: u64, ended: Option<&str>) -> String {
    let last = ended.map_or("lastState: {}".to_owned(), |reason| {
        format!(
            "lastState:\n        terminated:\n          exitCode: 137\n          finishedAt: \
             \"2026-11-18T09:58:02Z\"\n          reason: {reason}"
        )
    });
    format!(
        "apiVersion: v1\nitems:\n- metadata:\n    name: datadog-agent-x2f9k\n    namespace: datadog\n  spec:\n    \
         containers:\n    - image: gcr.io/datadoghq/agent:7.81.3\n      name: agent\n      resources:\n        \
         limits:\n          cpu: 500m\n          memory: {memory_limit}\n    nodeName: node-a\n  status:\n    \
         containerStatuses:\n    - {last}\n      name: agent\n      restartCount: {restarts}\nkind: PodList\n"
    )
}

/// A goroutine dump from groups: how many, in which state, and their frames, leaf first.
pub fn goroutines(groups: &[(usize, &str, &[&str])]) -> String {
    let mut text = String::new();
    let mut number = 0;
    for (count, state, frames) in groups {
        for _ in 0..*count {
            number += 1;
            let _ = writeln!(text, "goroutine {number} [{state}]:");
            for frame in *frames {
                let _ = writeln!(text, "{frame}(0xc000d12000)\n\tfile.go:1 +0x1");
            }
            text.push('\n');
        }
    }
    text
}

// ---- flares

/// Cases that are a flare of `tests/flares` with other files in some places.
const BENT: [(&str, &str); 7] = [
    ("50-python-mem", "default"),
    ("51-healthy-120s", "normal"),
    ("52-big-slow", "default"),
    ("53-trace-9MB-in-4s", "default"),
    ("54-six-cores", "default"),
    ("56-burst-60d", "memory-leak"),
    ("57-threads-fds", "default"),
];

/// A flare that is being made up.
#[derive(Clone, Default)]
pub struct MadeUp {
    files: Vec<(String, Vec<u8>)>,
}

impl MadeUp {
    /// A folder with nothing in it.
    pub fn empty() -> Self {
        Self::default()
    }

    /// An Agent on Linux that was installed from a package and has run for two days.
    pub fn linux() -> Self {
        Self::with_status(Status::default())
            .file("install_info.log", installed_by("dpkg"))
            .file("flare_creation.log", "")
    }

    /// A case of `tests/cases`, to be read as it is or bent into a near miss.
    pub fn case(name: &str) -> Self {
        let bent = BENT.iter().find(|(case, _)| *case == name);
        let base = bent.map(|(_, base)| format!("{ROOT}/tests/flares/{base}.zip"));
        let case = format!("{ROOT}/tests/cases/{name}.zip");
        base.iter().chain([&case]).fold(Self::empty(), Self::over)
    }

    /// A flare of `tests/flares`, likewise.
    pub fn fixture(name: &str) -> Self {
        Self::empty().over(&format!("{ROOT}/tests/flares/{name}.zip"))
    }

    /// Puts all files of an archive there, without its folder.
    fn over(self, archive: &String) -> Self {
        let file = File::open(archive).expect(archive);
        let mut archive = ZipArchive::new(file).unwrap();
        (0..archive.len()).fold(self, |flare, index| {
            let mut entry = archive.by_index(index).unwrap();
            let name = entry.name().unwrap().into_owned();
            let path = name.split_once('/').map_or(name.as_str(), |(_, path)| path);
            // No answer rests on a trace, and they are large.
            if path.is_empty() || path.ends_with(".trace") {
                return flare;
            }
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            flare.file(path, content)
        })
    }

    pub fn with_status(status: Status) -> Self {
        Self::empty().status(status)
    }

    /// Puts a file there, in place of one that is there already.
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        match self.files.iter_mut().find(|(known, _)| known == path) {
            Some((_, known)) => *known = content,
            None => self.files.push((path.to_owned(), content)),
        }
        self
    }

    /// What a file holds.
    pub fn content(&self, path: &str) -> &[u8] {
        let file = self.files.iter().find(|(known, _)| known == path);
        &file.expect(path).1
    }

    /// Takes a file away.
    pub fn without(mut self, path: &str) -> Self {
        let before = self.files.len();
        self.files.retain(|(known, _)| known != path);
        assert_ne!(before, self.files.len(), "{path} is not in the flare");
        self
    }

    pub fn status(self, status: Status) -> Self {
        self.file("status.log", status.text())
    }

    /// Puts a profile there, for example `core-1st-heap`.
    pub fn profile(self, name: &str, drawn: &Drawn) -> Self {
        self.file(&format!("profiles/{name}.pprof"), drawn.bytes())
    }

    /// What stands in a profile's place.
    pub fn reply(self, name: &str, text: &str) -> Self {
        self.file(&format!("profiles/{name}.pprof"), text)
    }

    /// Takes profiles away.
    pub fn lost(self, names: &[&str]) -> Self {
        names.iter().fold(self, |flare, name| {
            flare.without(&format!("profiles/{name}.pprof"))
        })
    }

    /// The five profiles of a process in which nothing crosses, 30 s apart, without lock rates.
    pub fn calm(self, process: &str) -> Self {
        self.pair(
            process,
            "main;app.keep 20971520",
            "main;app.keep 20972544",
            30,
        )
        .profile(
            &format!("{process}-cpu"),
            &cpu("main;app.a 200\nmain;app.b 190\nmain;app.c 210", 30),
        )
        .profile(&format!("{process}-mutex"), &locks(""))
        .profile(&format!("{process}-block"), &locks(""))
    }

    /// Both heap snapshots of a process.
    pub fn pair(self, process: &str, first: &str, second: &str, seconds: i64) -> Self {
        self.profile(&format!("{process}-1st-heap"), &heap(first, 0))
            .profile(&format!("{process}-2nd-heap"), &heap(second, seconds))
    }

    /// A process in which one function of the aggregator grew by so much.
    pub fn leaking(self, process: &str, megabytes: i64, seconds: i64) -> Self {
        self.calm(process).pair(
            process,
            &format!("main;{SAMPLE} {}", 40 * MB),
            &format!("main;{SAMPLE} {}", (40 + megabytes) * MB),
            seconds,
        )
    }

    pub fn zip(&self) -> Vec<u8> {
        let items: Vec<_> = self
            .files
            .iter()
            .map(|(path, content)| item(&format!("{HOST}/{path}"), content.clone()))
            .collect();
        let bytes = flare_zip::zip(&items);
        // `cargo xtask fuzz` asks for what the tests make up: it gets behind more rules than any
        // mutation of real flares.
        if let Some(folder) = std::env::var_os(KEEP_IN) {
            let mut hasher = DefaultHasher::new();
            bytes.hash(&mut hasher);
            let path = Path::new(&folder).join(format!("{:016x}.zip", hasher.finish()));
            std::fs::write(path, &bytes).unwrap();
        }
        bytes
    }

    /// Reads it as the page does.
    pub fn read(&self) -> Seen {
        Seen::of(self.open())
    }

    /// The same, to be asked later.
    pub fn open(&self) -> OpenFlare {
        opened(self.zip())
    }

    /// The same of what is left when the archive ends before this file.
    pub fn read_up_to(&self, path: &str) -> Seen {
        let name = format!("{HOST}/{path}");
        let mut bytes = self.zip();
        let at = bytes
            .windows(name.len())
            .position(|window| window == name.as_bytes())
            .expect(path);
        // A local header is 30 bytes long and the name follows.
        bytes.truncate(at - 30);
        Seen::of(opened(bytes))
    }
}

// ---- reports

fn opened(zip: Vec<u8>) -> OpenFlare {
    let input = Input::Zip(Box::new(Cursor::new(zip)));
    crate::open("made-up.zip", input).expect("a made-up flare can be read")
}

/// Reads one file alone.
pub fn alone(name: &str, bytes: Vec<u8>) -> Seen {
    let input = Input::Files(vec![LooseFile::from_bytes(name, bytes)]);
    Seen::of(crate::open(name, input).expect("a lone file can be read"))
}

/// A file of `tests/cases` that is no archive, read alone.
pub fn lone_case(name: &str) -> Seen {
    let path = format!("{ROOT}/tests/cases/{name}");
    alone(name, std::fs::read(&path).expect(&path))
}

/// A flare's report, as its readers see it.
pub struct Seen {
    flare: OpenFlare,
}

impl Seen {
    pub fn of(flare: OpenFlare) -> Self {
        Self { flare }
    }

    pub fn report(&self) -> &Report {
        self.flare.report()
    }

    pub fn text(&self, format: ExportFormat) -> String {
        export(self.report(), format, &ExportOptions::default()).text
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text(ExportFormat::Json)).unwrap()
    }

    /// A section of the Markdown without its title; panics where there is none.
    pub fn section(&self, title: &str) -> String {
        let markdown = self.text(ExportFormat::Markdown);
        let heading = format!("\n## {title}\n");
        let (_, rest) = markdown.split_once(&heading).expect(title);
        rest.split("\n## ").next().unwrap().trim().to_owned()
    }

    /// The lines of a section that hold a text.
    pub fn lines(&self, title: &str, text: &str) -> String {
        let section = self.section(title);
        let lines: Vec<&str> = section.lines().filter(|line| line.contains(text)).collect();
        lines.join("\n")
    }

    /// The value of a fact, with its hint; `None` where the section has none.
    pub fn fact(&self, title: &str, name: &str) -> Option<String> {
        let start = format!("- **{name}**: ");
        let section = self.section(title);
        let mut lines = section.lines();
        lines
            .find_map(|line| line.strip_prefix(&start))
            .map(str::to_owned)
    }

    /// The notes of one kind.
    pub fn notes(&self, kind: &str) -> Vec<String> {
        let json = self.json();
        let notes = json["verdict"]["noted"].as_array().unwrap();
        notes
            .iter()
            .filter(|note| note["kind"] == kind)
            .map(|note| note["text"].as_str().unwrap().to_owned())
            .collect()
    }

    /// What is told of one kind in one process: the state as scripts read it, the line below the
    /// grid, and the block of each section that is about it, with its command.
    pub fn told(&self, process: &str, kind: &str) -> String {
        let json = self.json();
        let states = json["verdict"]["states"].as_array().unwrap();
        let state = states
            .iter()
            .find(|state| state["process"] == process && state["kind"] == kind)
            .expect("a state of that process and kind");
        let word = |name: &str| state[name].as_str().unwrap_or("-").to_owned();
        let (title, sections): (&str, &[&str]) = match kind {
            "memory-leak" => ("Memory leak", &["Heap Diff Analysis"]),
            "cpu-spike" => ("CPU spike", &["CPU Profile"]),
            _ => ("Contention", &["Mutex Profile", "Block Profile"]),
        };
        let mut told = format!(
            "{}, {}, {}: {}\n",
            word("state"),
            word("hole"),
            word("capture"),
            word("text")
        );
        let line = self.lines("Verdict", &format!("- {process}, {title}: "));
        let line = line
            .split_once(": ")
            .map_or("no line below the grid", |(_, said)| said);
        let _ = writeln!(told, "{line}");
        for section in sections {
            let text = self.section(&format!("{section}, {process}"));
            let said = missing(&text);
            // The line's end is the command, which the block has below its words.
            let same = said
                .split_once('\n')
                .is_some_and(|(words, command)| line == format!("{words} `{command}`"));
            let said = match (said.is_empty(), same) {
                (true, _) => "shows its table",
                (_, true) => "says the same",
                (_, false) => &said,
            };
            let _ = writeln!(told, "{section}: {said}");
        }
        told
    }
}

/// The first block about missing data and its command, without their markup.
pub fn missing(markdown: &str) -> String {
    let mut lines = markdown.lines();
    let Some(words) = lines.find_map(|line| line.strip_prefix("> **Not available:** ")) else {
        return String::new();
    };
    let command = lines
        .skip_while(|line| !line.starts_with("```"))
        .nth(1)
        .unwrap_or("no command");
    format!("{words}\n{command}")
}
