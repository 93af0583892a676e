//! The sample flare that is built into the page, made up from end to end and the same bytes every
//! time.
//!
//! The core Agent of `sample-host` leaks metric contexts; the trace-agent is healthy. Its profiles
//! are drawn below as stacks with their values; nothing in it comes from a real flare.

use flate2::Compression;
use profile::pprof::proto;

use crate::made;
use crate::made::Made;
use crate::pack::{archive, gzip_at};

/// Where the page's build finds it, below the checkout.
pub const PLACE: &str = "www/sample/flare.html";

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

/// A profile of one process, empty still.
fn begun(types: &[&str], binary: &str, time_s: i64) -> Made {
    let mut made = Made::new(types);
    let mapping = proto::Mapping {
        id: 1,
        filename: made.text(binary),
        build_id: made.text("5a3f1e5ca2b4c6d8e0f0a1b2c3d4e5f601234567"),
        ..Default::default()
    };
    made.profile.mapping.push(mapping);
    made.profile.time_nanos = time_s * 1_000_000_000;
    made
}

fn sample(made: Made, stack: &str, values: &[i64]) -> Made {
    let stack = stack.replace('@', AGENT);
    let frames: Vec<&str> = stack.split(';').rev().collect();
    made.sample(&frames, values)
}

fn finished(mut made: Made) -> Vec<u8> {
    for location in &mut made.profile.location {
        location.mapping_id = 1;
        for line in &mut location.line {
            line.line = 1;
        }
    }
    gzip_at(Compression::best(), &made.bytes())
}

fn heap(second: bool, time_s: i64, only: &str, binary: &str) -> Vec<u8> {
    let mut made = begun(&made::HEAP, binary, time_s);
    made.profile.period_type = Some(made.value_type("space/bytes"));
    made.profile.period = 524_288;
    for &(stack, size, before, after, allocated) in HEAP {
        if !stack.contains(only) {
            continue;
        }
        let objects = if second { after } else { before };
        let all = before * 40 + if second { allocated } else { 0 };
        if objects > 0 || all > 0 {
            made = sample(made, stack, &[all, all * size, objects, objects * size]);
        }
    }
    finished(made)
}

fn cpu(time_s: i64, seconds: i64, share: i64, binary: &str) -> Vec<u8> {
    let mut made = begun(&made::CPU, binary, time_s);
    made.profile.duration_nanos = seconds * 1_000_000_000 + 1_404_211;
    made.profile.period = 10_000_000;
    for &(stack, samples) in CPU {
        let samples = samples / share;
        if samples > 0 {
            made = sample(made, stack, &[samples, samples * 10_000_000]);
        }
    }
    finished(made)
}

fn locks(stacks: &[(&str, i64, i64)], time_s: i64, binary: &str) -> Vec<u8> {
    let mut made = begun(&made::LOCKS, binary, time_s);
    made.profile.period = 1;
    for &(stack, events, delay) in stacks {
        made = sample(made, stack, &[events, delay]);
    }
    finished(made)
}

const STATUS: &str = include_str!("sample/status.log");
const MEMSTATS: &str = include_str!("sample/memstats");
const GOROUTINES: &str = include_str!("sample/go-routine-dump.log");

/// The archive.
pub fn flare() -> Vec<u8> {
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
        ("profiles/core-1st-heap.pprof", heap(false, CAPTURED_S, "", agent)),
        ("profiles/core-2nd-heap.pprof", heap(true, CAPTURED_S + 30, "", agent)),
        ("profiles/core-cpu.pprof", cpu(CAPTURED_S, 30, 1, agent)),
        ("profiles/core-block.pprof", locks(BLOCK, end, agent)),
        ("profiles/core-mutex.pprof", locks(MUTEX, end, agent)),
        ("profiles/trace-1st-heap.pprof", heap(false, CAPTURED_S, "serializer", trace)),
        ("profiles/trace-2nd-heap.pprof", heap(false, CAPTURED_S + 4, "serializer", trace)),
        ("profiles/trace-cpu.pprof", cpu(CAPTURED_S, 4, 9, trace)),
        ("profiles/trace-block.pprof", locks(&[], end, trace)),
        ("profiles/trace-mutex.pprof", locks(&[], end, trace)),
    ];
    let files = files.iter();
    archive(files.map(|(path, bytes)| (format!("sample-host/{path}"), bytes.as_slice())))
}

/// The archive as it stands in the page.
pub fn element(flare: &[u8]) -> String {
    format!(
        "<script type=\"text/plain\" id=\"sample-flare\">\n{}\n</script>\n",
        base64(flare)
    )
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

#[cfg(test)]
mod tests {
    use super::{PLACE, element, flare};

    #[test]
    fn the_page_has_the_bytes_that_are_made() {
        let path = std::path::Path::new(crate::ROOT).join(PLACE);
        // Not by `assert_eq`, which would print both.
        assert!(std::fs::read_to_string(path).unwrap() == element(&flare()));
    }
}
