//! The bench's profiles: a pair of Go-like heap snapshots, and a flare with them. No clock, no
//! randomness: the same bytes on every computer.

use profile::pprof::proto;

use crate::made::{HEAP, Made};
use crate::pack::{archive, gzip};
use crate::random::Random;

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
const FIRST_TIME: i64 = 1_795_414_316_000_000_000;
const INTERVAL: i64 = 30_000_000_000;
/// One allocation in 512 KB is sampled, as in every Go program that does not ask for more.
const PERIOD: i64 = 512 * 1024;
/// The Go runtime's size classes, roughly.
const SIZES: [i64; 24] = [
    8, 16, 24, 32, 48, 64, 80, 96, 112, 128, 160, 192, 256, 320, 384, 512, 768, 1024, 2048, 4096,
    8192, 16384, 32768, 65536,
];

/// A flare with the pair as the core Agent's heap profiles.
pub fn flare(shape: &Shape) -> Vec<u8> {
    let packed = |snapshot| gzip(&profile(shape, snapshot));
    flare_of(&packed(Snapshot::First), &packed(Snapshot::Second))
}

/// A flare with two profiles that are there already.
pub fn flare_of(first: &[u8], second: &[u8]) -> Vec<u8> {
    let path = |name: &str| format!("bench.example.com/profiles/core-{name}-heap.pprof");
    archive([(path("1st"), first), (path("2nd"), second)])
}

/// One profile, not packed.
pub fn profile(shape: &Shape, snapshot: Snapshot) -> Vec<u8> {
    let mut made = Made::new(&HEAP);
    samples(&mut made, shape, snapshot);
    let mapping = proto::Mapping {
        id: 1,
        memory_start: 0x40_0000,
        memory_limit: 0x1000_0000,
        filename: made.text("/opt/datadog-agent/bin/agent/agent"),
        build_id: made.text("cd5b0ab605fdd6eb0aa5da124c871160bb51d43b"),
        has_functions: true,
        ..Default::default()
    };
    made.profile.mapping.push(mapping);
    made.profile.location = (0..shape.locations as u64)
        .map(|number| location(shape, number))
        .collect();
    for number in 0..shape.functions {
        let (name, file) = names(number);
        let name = made.text(&name);
        let function = proto::Function {
            id: number as u64 + 1,
            name,
            system_name: name,
            filename: made.text(&file),
            start_line: 10 + (number as i64 * 7) % 1500,
        };
        made.profile.function.push(function);
    }
    made.profile.period_type = Some(made.value_type("space/bytes"));
    made.profile.period = PERIOD;
    made.profile.time_nanos = match snapshot {
        Snapshot::First => FIRST_TIME,
        Snapshot::Second => FIRST_TIME + INTERVAL,
    };
    made.bytes()
}

fn samples(made: &mut Made, shape: &Shape, snapshot: Snapshot) {
    let key = made.text("bytes");
    let mut random = seeded(1);
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
        let mut random = seeded(0x1000 + index as u64);
        let gone_in_second = random.below(100) < 3;
        let new_in_second = index >= shape.samples;
        match snapshot {
            Snapshot::First if new_in_second => continue,
            Snapshot::Second if gone_in_second => continue,
            _ => {}
        }
        stack_of(shape, &roots, &mut random, &mut stack);
        let values = values(&mut random, snapshot, new_in_second);
        made.profile.sample.push(proto::Sample {
            // Ids start at 1; the leaf comes first.
            location_id: stack.iter().rev().map(|at| *at as u64 + 1).collect(),
            value: values.counts.to_vec(),
            label: vec![proto::Label {
                key,
                num: values.size,
                ..Default::default()
            }],
        });
    }
}

fn location(shape: &Shape, number: u64) -> proto::Location {
    let mut random = seeded(0x1_0000_0000 + number);
    let frames = if random.below(100) < 20 {
        random.between(2, 3)
    } else {
        1
    };
    let line = (1..=frames)
        .map(|frame| {
            // The last line is the function itself, those before it were inlined into it.
            let function = if frame == frames {
                number as usize % shape.functions
            } else {
                random.below(shape.functions)
            };
            proto::Line {
                function_id: function as u64 + 1,
                line: random.between(10, 1800) as i64,
                column: 0,
            }
        })
        .collect();
    proto::Location {
        id: number + 1,
        mapping_id: 1,
        address: 0x40_1000 + 83 * number,
        line,
        ..Default::default()
    }
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
            at = seeded(((at as u64) << 4) | callee).below(shape.locations);
            at
        })
        .collect()
}

struct Values {
    counts: [i64; 4],
    size: i64,
}

fn values(random: &mut Random, snapshot: Snapshot, new: bool) -> Values {
    let size = SIZES[random.below(SIZES.len()) % SIZES.len()];
    let sampled = random.between(1, 6) as i64;
    let objects = sampled * (PERIOD / size).max(1);
    // Most of what was ever allocated is free again.
    let live = if new || random.below(100) < 40 {
        random.between(1, 100) as i64
    } else {
        0
    };
    let mut allocated = objects;
    let mut in_use = objects * live / 100;
    if snapshot == Snapshot::Second && random.below(100) < 30 {
        let grown = 1 + objects * random.below(50) as i64 / 100;
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
    let mut random = seeded(0x2_0000_0000 + function as u64 / 12);
    let mut word = |list: &[&'static str]| list[random.below(list.len()) % list.len()];
    let module = word(&MODULES);
    let package = format!("{module}{}/{}", word(&PACKAGES), word(&PACKAGES));
    let file = word(&NOUNS).to_lowercase();
    let mut random = seeded(0x3_0000_0000 + function as u64);
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

/// Numbers of their own for each seed.
fn seeded(seed: u64) -> Random {
    let mut random = Random::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
    random.number();
    random
}

#[cfg(test)]
mod tests {
    use super::{Shape, Snapshot, profile};
    use crate::pack::crc32;

    /// Measurements of different days are compared with each other.
    #[test]
    fn the_bytes_are_those_of_the_first_day() {
        let small = Shape {
            samples: 200,
            functions: 60,
            locations: 120,
        };
        let sums = [Snapshot::First, Snapshot::Second].map(|one| crc32(&profile(&small, one)));
        assert_eq!(sums, [3_969_865_322, 253_305_060]);
    }
}
