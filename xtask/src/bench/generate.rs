//! Makes up a pair of Go-like heap profiles, and a flare with them. No clock, no randomness:
//! the same bytes on every computer.

use std::io::{Cursor, Write};

use anyhow::Result;
use flate2::Compression;
use flate2::write::GzEncoder;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::encode::{Message, Strings};

/// How large a profile is.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Stacks with values.
    pub samples: usize,
    /// Functions; each has its own name.
    pub functions: usize,
    /// Locations; a fifth of them holds inlined frames.
    pub locations: usize,
}

impl Shape {
    /// A large Agent that ran for weeks: about 39 MB unpacked, 17 MB packed.
    pub const BENCH: Self = Self {
        samples: 200_000,
        functions: 60_000,
        locations: 120_000,
    };
}

/// Which of the two snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Snapshot {
    /// The earlier one.
    First,
    /// 30 s later: some stacks gone, some new, others grown.
    Second,
}

/// Shortest and longest stack, in locations.
const DEPTH: std::ops::RangeInclusive<usize> = 20..=80;
/// Paths from the root that many stacks share, as goroutines share their main loops.
const ROOTS: usize = 200;
/// 06:11:56 UTC on 23 November 2026, in nanoseconds.
const FIRST_TIME: u64 = 1_795_414_316_000_000_000;
const INTERVAL: u64 = 30_000_000_000;
/// One allocation in 512 KB is sampled, as in every Go program that does not ask for more.
const PERIOD: u64 = 512 * 1024;
/// The Go runtime's size classes, roughly.
const SIZES: [u64; 24] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 160, 192, 256, 320, 384, 512, 768, 1024, 2048, 4096,
    8192, 16384, 32768, 65536,
];

/// A flare with the pair as the core Agent's heap profiles.
///
/// # Errors
/// Never in practice: it writes to memory.
pub fn flare(shape: &Shape) -> Result<Vec<u8>> {
    let first = gzip(&profile(shape, Snapshot::First))?;
    let second = gzip(&profile(shape, Snapshot::Second))?;
    flare_of(&first, &second)
}

/// A flare with two profiles that are there already.
///
/// # Errors
/// Never in practice: it writes to memory.
pub fn flare_of(first: &[u8], second: &[u8]) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (path, bytes) in [
        ("bench.example.com/profiles/core-1st-heap.pprof", first),
        ("bench.example.com/profiles/core-2nd-heap.pprof", second),
    ] {
        zip.start_file(path, options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Packs as the Go runtime does, at the fastest level.
///
/// # Errors
/// Never in practice: it writes to memory.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes)?;
    Ok(packed.finish()?)
}

/// One profile, not packed.
pub fn profile(shape: &Shape, snapshot: Snapshot) -> Vec<u8> {
    let mut strings = Strings::new();
    let mut out = Message::default();
    let mut part = Message::default();
    let mut inner = Message::default();
    let mut scratch = Vec::new();

    for (name, unit) in [
        ("alloc_objects", "count"),
        ("alloc_space", "bytes"),
        ("inuse_objects", "count"),
        ("inuse_space", "bytes"),
    ] {
        value_type(&mut part, &mut strings, name, unit);
        out.bytes(1, part.as_bytes());
    }

    let bytes_label = strings.add("bytes");
    let mut random = Random::new(1);
    let roots: Vec<Vec<usize>> = (0..ROOTS)
        .map(|_| {
            let depth = random.between(15, 56);
            walk(shape, &mut random, 0, depth)
        })
        .collect();
    let mut stack = Vec::new();
    let added = shape.samples / 20;
    for index in 0..shape.samples + added {
        // Each sample has its own numbers, so that both snapshots agree on all they share.
        let mut random = Random::new(0x1000 + index as u64);
        let gone_in_second = random.below(100) < 3;
        let new_in_second = index >= shape.samples;
        match snapshot {
            Snapshot::First if new_in_second => continue,
            Snapshot::Second if gone_in_second => continue,
            _ => {}
        }
        stack_of(shape, &roots, &mut random, &mut stack);
        let values = values(&mut random, snapshot, new_in_second);
        part.clear();
        // Ids start at 1; the leaf comes first.
        part.packed(
            1,
            stack.iter().rev().map(|location| *location as u64 + 1),
            &mut scratch,
        );
        part.packed(2, values.counts.into_iter(), &mut scratch);
        inner.clear();
        inner.number(1, bytes_label);
        inner.number(3, values.size);
        part.bytes(3, inner.as_bytes());
        out.bytes(2, part.as_bytes());
    }

    part.clear();
    part.number(1, 1);
    part.number(2, 0x40_0000);
    part.number(3, 0x1000_0000);
    part.number(5, strings.add("/opt/datadog-agent/bin/agent/agent"));
    part.number(6, strings.add("cd5b0ab605fdd6eb0aa5da124c871160bb51d43b"));
    part.number(7, 1);
    out.bytes(3, part.as_bytes());

    for location in 0..shape.locations {
        part.clear();
        part.number(1, location as u64 + 1);
        part.number(2, 1);
        part.number(3, 0x40_1000 + 83 * location as u64);
        let mut random = Random::new(0x1_0000_0000 + location as u64);
        let frames = if random.below(100) < 20 {
            random.between(2, 3)
        } else {
            1
        };
        for frame in 0..frames {
            // The last line is the function itself, those before it were inlined into it.
            let function = if frame + 1 == frames {
                location % shape.functions
            } else {
                random.below(shape.functions)
            };
            inner.clear();
            inner.number(1, function as u64 + 1);
            inner.number(2, random.between(10, 1800) as u64);
            part.bytes(4, inner.as_bytes());
        }
        out.bytes(4, part.as_bytes());
    }

    for function in 0..shape.functions {
        let (name, file) = names(function);
        let name = strings.add(&name);
        part.clear();
        part.number(1, function as u64 + 1);
        part.number(2, name);
        part.number(3, name);
        part.number(4, strings.add(&file));
        part.number(5, 10 + (function as u64 * 7) % 1500);
        out.bytes(5, part.as_bytes());
    }

    value_type(&mut part, &mut strings, "space", "bytes");
    for text in strings.list() {
        out.bytes(6, text.as_bytes());
    }
    let interval = if snapshot == Snapshot::Second {
        INTERVAL
    } else {
        0
    };
    out.number(9, FIRST_TIME + interval);
    out.bytes(11, part.as_bytes());
    out.number(12, PERIOD);
    out.into_bytes()
}

fn value_type(message: &mut Message, strings: &mut Strings, name: &str, unit: &str) {
    message.clear();
    message.number(1, strings.add(name));
    message.number(2, strings.add(unit));
}

/// From root to leaf: a shared beginning, then calls of its own.
fn stack_of(shape: &Shape, roots: &[Vec<usize>], random: &mut Random, stack: &mut Vec<usize>) {
    stack.clear();
    // Half of all allocations happen under a tenth of the main loops.
    let hot = random.below(2) == 0;
    let choice = random.below(if hot { ROOTS / 10 } else { ROOTS });
    stack.extend_from_slice(roots.get(choice).map(Vec::as_slice).unwrap_or_default());
    let own = random.between(3, 14);
    let wanted = (stack.len() + own).clamp(*DEPTH.start(), *DEPTH.end());
    let start = stack.last().copied().unwrap_or_default();
    let more = wanted.saturating_sub(stack.len());
    stack.extend(walk(shape, random, start, more));
}

/// Calls from a location: each location calls nine others, always the same ones.
fn walk(shape: &Shape, random: &mut Random, start: usize, steps: usize) -> Vec<usize> {
    let mut at = start;
    (0..steps)
        .map(|_| {
            let callee = random.below(9) as u64;
            at = Random::new(((at as u64) << 4) | callee).below(shape.locations);
            at
        })
        .collect()
}

struct Values {
    counts: [u64; 4],
    size: u64,
}

fn values(random: &mut Random, snapshot: Snapshot, new: bool) -> Values {
    let size = SIZES[random.below(SIZES.len()) % SIZES.len()];
    let sampled = random.between(1, 6) as u64;
    let objects = sampled * (PERIOD / size).max(1);
    // Most of what was ever allocated is free again.
    let live = if new || random.below(100) < 40 {
        random.between(1, 100) as u64
    } else {
        0
    };
    let mut allocated = objects;
    let mut in_use = objects * live / 100;
    if snapshot == Snapshot::Second && random.below(100) < 30 {
        let grown = 1 + objects * random.below(50) as u64 / 100;
        allocated += grown;
        // One in five shrinks.
        in_use = if random.below(5) == 0 {
            in_use / 2
        } else {
            in_use + grown
        };
    }
    Values {
        counts: [allocated, allocated * size, in_use, in_use * size],
        size,
    }
}

const MODULES: [&str; 8] = [
    "github.com/DataDog/datadog-agent/pkg/",
    "github.com/DataDog/datadog-agent/comp/",
    "github.com/DataDog/datadog-agent/comp/core/",
    "github.com/DataDog/datadog-agent/pkg/collector/",
    "k8s.io/client-go/",
    "google.golang.org/",
    "github.com/prometheus/client_golang/",
    "",
];
const PACKAGES: [&str; 32] = [
    "aggregator",
    "tagset",
    "metrics",
    "logs",
    "trace",
    "network",
    "process",
    "config",
    "runtime",
    "encoding",
    "compression",
    "forwarder",
    "serializer",
    "tagger",
    "workload",
    "autodiscovery",
    "telemetry",
    "sampler",
    "decoder",
    "launcher",
    "sender",
    "transport",
    "storage",
    "resolver",
    "security",
    "kubernetes",
    "docker",
    "containerd",
    "statsd",
    "events",
    "cache",
    "scheduler",
];
const NOUNS: [&str; 32] = [
    "Store",
    "Sampler",
    "Resolver",
    "Handler",
    "Buffer",
    "Context",
    "Payload",
    "Builder",
    "Reader",
    "Writer",
    "Worker",
    "Client",
    "Server",
    "Listener",
    "Collector",
    "Registry",
    "Pipeline",
    "Message",
    "Decoder",
    "Encoder",
    "Provider",
    "Container",
    "Processor",
    "Aggregator",
    "Queue",
    "Pool",
    "Iterator",
    "Snapshot",
    "Session",
    "Metric",
    "Series",
    "Check",
];
const VERBS: [&str; 32] = [
    "Insert",
    "Get",
    "flush",
    "process",
    "Add",
    "Run",
    "handle",
    "encode",
    "decode",
    "Write",
    "Read",
    "commit",
    "resolve",
    "Submit",
    "collect",
    "Merge",
    "update",
    "lookup",
    "parse",
    "Start",
    "dispatch",
    "normalize",
    "sample",
    "track",
    "expire",
    "Serialize",
    "validate",
    "Intern",
    "compress",
    "refresh",
    "schedule",
    "Close",
];

/// Name and file of a function, of the lengths that Go's have.
fn names(function: usize) -> (String, String) {
    let mut random = Random::new(0x2_0000_0000 + function as u64 / 12);
    let mut word = |list: &[&'static str]| list[random.below(list.len()) % list.len()];
    let module = word(&MODULES);
    let package = format!("{module}{}/{}", word(&PACKAGES), word(&PACKAGES));
    let file = word(&NOUNS).to_lowercase();
    let mut random = Random::new(0x3_0000_0000 + function as u64);
    let mut word = |list: &[&'static str]| list[random.below(list.len()) % list.len()];
    let (receiver, verb, object) = (word(&NOUNS), word(&VERBS), word(&NOUNS));
    // The number makes every name unique.
    let method = match function % 5 {
        0 => format!("{verb}{object}{function}"),
        1 => format!("(*{receiver}).{verb}{object}{function}.func1"),
        2 => format!("({receiver}).{verb}{function}"),
        _ => format!("(*{receiver}).{verb}{object}{function}"),
    };
    (
        format!("{package}.{method}"),
        format!("/go/src/{package}/{file}.go"),
    )
}

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        // Neighbouring seeds start alike.
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }

    fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, Snapshot, profile};

    #[test]
    fn the_same_bytes_each_time_and_other_bytes_in_the_second_snapshot() {
        let small = Shape {
            samples: 200,
            functions: 60,
            locations: 120,
        };
        let first = profile(&small, Snapshot::First);
        assert_eq!(first, profile(&small, Snapshot::First));
        assert_ne!(first, profile(&small, Snapshot::Second));
    }
}
