//! Writes the sample flare that is built into the page: `cargo run --example sample_flare`.
//!
//! Made up from end to end and the same bytes every time. The core Agent of `sample-host` leaks
//! metric contexts; the trace-agent is healthy. Its profiles are drawn below as stacks with their
//! values; nothing in it comes from a real flare.

use std::collections::HashMap;
use std::error::Error;
use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use profile::pprof::proto;
use prost::Message;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// 2026-11-02 10:14:02 UTC.
const CAPTURED_S: i64 = 1_793_614_442;

const AGENT: &str = "github.com/DataDog/datadog-agent/";

/// Heap stacks, root to leaf: bytes of one object, objects in the first and in the second snapshot,
/// objects allocated in between. `@` stands for the Agent's module.
const HEAP: &[(&str, i64, i64, i64, i64)] = &[
    (
        "main.main;@cmd/agent/subcommands/run.startAgent;@comp/dogstatsd/server.(*server).start;@pkg/aggregator.(*TimeSampler).sample;@pkg/aggregator.(*timestampContextResolver).trackContext",
        224,
        31_000,
        151_000,
        120_400,
    ),
    (
        "main.main;@cmd/agent/subcommands/run.startAgent;@comp/dogstatsd/server.(*server).start;@pkg/aggregator.(*TimeSampler).sample;@pkg/aggregator/internal/tags.(*Store).Insert",
        96,
        28_000,
        88_000,
        61_000,
    ),
    (
        "main.main;@cmd/agent/subcommands/run.startAgent;@comp/dogstatsd/listeners.(*UDSDatagramListener).Listen;@comp/dogstatsd/packets.(*PoolManager).Get;@comp/dogstatsd/packets.NewPool.func1",
        8192,
        310,
        318,
        40,
    ),
    (
        "@pkg/collector/worker.(*Worker).Run;@pkg/collector/python.(*PythonCheck).Run;@pkg/collector/python._Cfunc_GoString",
        48,
        21_000,
        21_400,
        9_100,
    ),
    (
        "@pkg/collector/worker.(*Worker).Run;@pkg/collector/corechecks/system/disk.(*Check).Run;os.ReadFile",
        4096,
        130,
        128,
        900,
    ),
    (
        "@pkg/logs/tailers/file.(*Tailer).readForever;@pkg/logs/internal/decoder.New",
        65_536,
        24,
        24,
        0,
    ),
    (
        "@pkg/serializer.(*Serializer).SendIterableSeries;@pkg/serializer/internal/stream.NewCompressor;compress/flate.NewWriter",
        262_144,
        6,
        6,
        11,
    ),
    (
        "@comp/forwarder/defaultforwarder.(*domainForwarder).retryTransactions;bytes.growSlice",
        16_384,
        40,
        36,
        70,
    ),
    (
        "@comp/core/tagger/tagstore.(*TagStore).ProcessTagInfo;@comp/core/tagger/tagstore.newEntityTags",
        512,
        4_100,
        4_180,
        700,
    ),
    (
        "@comp/core/workloadmeta/impl.(*workloadmeta).handleEvents;maps.Clone",
        1024,
        1_400,
        1_400,
        60,
    ),
    (
        "runtime.main;runtime.doInit;google.golang.org/protobuf/internal/impl.(*MessageInfo).init",
        2048,
        1_250,
        1_250,
        0,
    ),
    (
        "runtime/pprof.profileWriter;runtime/pprof.StartCPUProfile",
        1_212_696,
        0,
        1,
        1,
    ),
];

/// CPU stacks and how many samples of 10 ms.
const CPU: &[(&str, i64)] = &[
    (
        "@comp/dogstatsd/server.(*worker).run;@pkg/aggregator.(*TimeSampler).sample;@pkg/tagset.(*HashGenerator).Hash",
        74,
    ),
    (
        "@comp/dogstatsd/server.(*worker).run;@pkg/aggregator.(*TimeSampler).sample;@pkg/aggregator.(*timestampContextResolver).trackContext;runtime.mapassign_fast64",
        52,
    ),
    (
        "@comp/dogstatsd/server.(*worker).run;@comp/dogstatsd/server.(*parser).parseMetricSample",
        31,
    ),
    (
        "@pkg/collector/worker.(*Worker).Run;@pkg/collector/python.(*PythonCheck).Run;@pkg/collector/python._Cfunc_run_check;runtime.cgocall",
        43,
    ),
    (
        "runtime.gcBgMarkWorker;runtime.gcDrain;runtime.scanobject",
        38,
    ),
    (
        "runtime.mcall;runtime.park_m;runtime.schedule;runtime.findRunnable;runtime.futex",
        24,
    ),
];

/// Lock and wait stacks: events and nanoseconds.
const BLOCK: &[(&str, i64, i64)] = &[
    (
        "@pkg/logs/pipeline.(*Pipeline).run;runtime.selectgo",
        4_100,
        88_400_000_000,
    ),
    (
        "@pkg/collector/worker.(*Worker).Run;runtime.chanrecv1",
        300,
        29_800_000_000,
    ),
    (
        "@comp/core/tagger/tagstore.(*TagStore).ProcessTagInfo;sync.(*Mutex).Lock",
        210,
        96_000_000,
    ),
];

const MUTEX: &[(&str, i64, i64)] = &[(
    "@comp/core/tagger/tagstore.(*TagStore).ProcessTagInfo;sync.(*Mutex).Unlock",
    300,
    71_000_000,
)];

/// Builds a profile table by table.
struct Builder {
    profile: proto::Profile,
    strings: HashMap<String, i64>,
    functions: HashMap<String, u64>,
}

impl Builder {
    fn new(types: &[(&str, &str)], binary: &str, time_s: i64) -> Self {
        let mut builder = Self {
            profile: proto::Profile::default(),
            strings: HashMap::new(),
            functions: HashMap::new(),
        };
        builder.text("");
        for (name, unit) in types {
            let kind = proto::ValueType {
                r#type: builder.text(name),
                unit: builder.text(unit),
            };
            builder.profile.sample_type.push(kind);
        }
        let filename = builder.text(binary);
        let build_id = builder.text("5a3f1e5ca2b4c6d8e0f0a1b2c3d4e5f601234567");
        builder.profile.mapping.push(proto::Mapping {
            id: 1,
            filename,
            build_id,
            ..Default::default()
        });
        builder.profile.time_nanos = time_s * 1_000_000_000;
        builder
    }

    fn text(&mut self, text: &str) -> i64 {
        if let Some(&id) = self.strings.get(text) {
            return id;
        }
        let id = self.strings.len() as i64;
        self.strings.insert(text.to_owned(), id);
        self.profile.string_table.push(text.as_bytes().to_vec());
        id
    }

    /// One function, one location: nothing is inlined here.
    fn frame(&mut self, name: &str) -> u64 {
        if let Some(&id) = self.functions.get(name) {
            return id;
        }
        let id = self.functions.len() as u64 + 1;
        self.functions.insert(name.to_owned(), id);
        let name = self.text(name);
        let function = proto::Function {
            id,
            name,
            system_name: name,
            ..Default::default()
        };
        self.profile.function.push(function);
        let line = vec![proto::Line {
            function_id: id,
            line: 1,
            column: 0,
        }];
        self.profile.location.push(proto::Location {
            id,
            mapping_id: 1,
            line,
            ..Default::default()
        });
        id
    }

    fn sample(&mut self, stack: &str, value: Vec<i64>) {
        let stack = stack.replace('@', AGENT);
        let location_id = stack
            .split(';')
            .rev()
            .map(|name| self.frame(name))
            .collect();
        self.profile.sample.push(proto::Sample {
            location_id,
            value,
            label: vec![],
        });
    }

    fn finish(self) -> std::io::Result<Vec<u8>> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(&self.profile.encode_to_vec())?;
        gzip.finish()
    }
}

fn heap(second: bool, time_s: i64, only: &str, binary: &str) -> std::io::Result<Vec<u8>> {
    let types = [
        ("alloc_objects", "count"),
        ("alloc_space", "bytes"),
        ("inuse_objects", "count"),
        ("inuse_space", "bytes"),
    ];
    let mut builder = Builder::new(&types, binary, time_s);
    let (name, unit) = (builder.text("space"), builder.text("bytes"));
    builder.profile.period_type = Some(proto::ValueType { r#type: name, unit });
    builder.profile.period = 524_288;
    for &(stack, size, before, after, allocated) in HEAP {
        if !stack.contains(only) {
            continue;
        }
        let objects = if second { after } else { before };
        let all = before * 40 + if second { allocated } else { 0 };
        if objects > 0 || all > 0 {
            builder.sample(stack, vec![all, all * size, objects, objects * size]);
        }
    }
    builder.finish()
}

fn cpu(time_s: i64, seconds: i64, share: i64, binary: &str) -> std::io::Result<Vec<u8>> {
    let mut builder = Builder::new(
        &[("samples", "count"), ("cpu", "nanoseconds")],
        binary,
        time_s,
    );
    builder.profile.duration_nanos = seconds * 1_000_000_000 + 1_404_211;
    builder.profile.period = 10_000_000;
    for &(stack, samples) in CPU {
        let samples = samples / share;
        if samples > 0 {
            builder.sample(stack, vec![samples, samples * 10_000_000]);
        }
    }
    builder.finish()
}

fn locks(stacks: &[(&str, i64, i64)], time_s: i64, binary: &str) -> std::io::Result<Vec<u8>> {
    let mut builder = Builder::new(
        &[("contentions", "count"), ("delay", "nanoseconds")],
        binary,
        time_s,
    );
    builder.profile.period = 1;
    for &(stack, events, delay) in stacks {
        builder.sample(stack, vec![events, delay]);
    }
    builder.finish()
}

const STATUS: &str = include_str!("sample_flare/status.log");
const MEMSTATS: &str = include_str!("sample_flare/memstats");
const GOROUTINES: &str = include_str!("sample_flare/go-routine-dump.log");

fn flare() -> Result<Vec<u8>, Box<dyn Error>> {
    let (agent, trace) = (
        "/opt/datadog-agent/bin/agent/agent",
        "/opt/datadog-agent/embedded/bin/trace-agent",
    );
    let end = CAPTURED_S + 31;
    let telemetry = "aggregator__dogstatsd_contexts{shard=\"0\"} 151240\ngo_goroutines 5\n\
                     process_resident_memory_bytes 2.71581184e+08\npymem__inuse 3.1e+07\n";
    let aggregator = "ChecksMetricSample: 5.53596e+07\nDogstatsdContexts: 151240\n\
                      DogstatsdContextsByMtype:\n  Count: 90110\n  Gauge: 61130\n";
    let config = "internal_profiling:\n  block_profile_rate: 0\n  enabled: false\n  mutex_profile_fraction: 0\n";
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("status.log", STATUS.into()),
        ("install_info.log", "install_method:\n  installer_version: deb_package\n  tool: dpkg\n  tool_version: dpkg-1.22.6\n".into()),
        ("telemetry.log", telemetry.into()),
        ("runtime_config_dump.yaml", config.into()),
        ("expvar/memstats", MEMSTATS.into()),
        ("expvar/aggregator", aggregator.into()),
        ("go-routine-dump.log", GOROUTINES.into()),
        ("logs/agent.log", "2026-11-02 10:14:33 UTC | CORE | INFO | (pkg/flare/archive.go:1 in Create) | sample\n".into()),
        ("profiles/core-1st-heap.pprof", heap(false, CAPTURED_S, "", agent)?),
        ("profiles/core-2nd-heap.pprof", heap(true, CAPTURED_S + 30, "", agent)?),
        ("profiles/core-cpu.pprof", cpu(CAPTURED_S, 30, 1, agent)?),
        ("profiles/core-block.pprof", locks(BLOCK, end, agent)?),
        ("profiles/core-mutex.pprof", locks(MUTEX, end, agent)?),
        ("profiles/trace-1st-heap.pprof", heap(false, CAPTURED_S, "serializer", trace)?),
        ("profiles/trace-2nd-heap.pprof", heap(false, CAPTURED_S + 4, "serializer", trace)?),
        ("profiles/trace-cpu.pprof", cpu(CAPTURED_S, 4, 9, trace)?),
        ("profiles/trace-block.pprof", locks(&[], end, trace)?),
        ("profiles/trace-mutex.pprof", locks(&[], end, trace)?),
    ];
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        archive.start_file(format!("sample-host/{path}"), SimpleFileOptions::default())?;
        archive.write_all(&bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Base64 in lines, as it stands in the page.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for (index, chunk) in bytes.chunks(3).enumerate() {
        if index > 0 && index % 25 == 0 {
            text.push('\n');
        }
        let bits = chunk
            .iter()
            .fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let shown = digit <= chunk.len();
            let at = (bits >> (18 - 6 * digit) & 63) as usize;
            text.push(if shown { char::from(DIGITS[at]) } else { '=' });
        }
    }
    text
}

fn main() -> Result<(), Box<dyn Error>> {
    let bytes = flare()?;
    let page = format!(
        "<script type=\"text/plain\" id=\"sample-flare\">\n{}\n</script>\n",
        base64(&bytes)
    );
    std::fs::write("www/sample/flare.html", page)?;
    println!("www/sample/flare.html: a flare of {} bytes", bytes.len());
    Ok(())
}
