//! Profiles made up from fuzz bytes: well-formed on the wire, absurd in what they say.
//!
//! Byte mutation rarely keeps ids, table indexes and lengths consistent, so it seldom gets behind
//! the decoder. Here most references resolve, and each kind of absurdity is one choice.

use arbitrary::{Result, Unstructured};
use profile::pprof::proto;
use testkit::made::encode;
use testkit::pack::gzip_stored;
use testkit::random::Random;

/// Texts that some rule of the core looks for, and a few that none expects.
const TEXTS: [&str; 44] = [
    "",
    "alloc_objects",
    "alloc_space",
    "inuse_objects",
    "inuse_space",
    "space",
    "samples",
    "cpu",
    "contentions",
    "delay",
    "count",
    "bytes",
    "kilobytes",
    "nanoseconds",
    "seconds",
    "hours",
    "gcu",
    "runtime.mallocgc",
    "runtime.gcBgMarkWorker",
    "runtime.futex",
    "runtime.selectgo",
    "runtime.stdcall1",
    "sync.(*Mutex).Unlock",
    "sync.(*Mutex).Lock",
    "internal/sync.(*Mutex).lockSlow",
    "github.com/DataDog/datadog-agent/pkg/trace/api.(*HTTPReceiver).handleTraces",
    "github.com/DataDog/datadog-agent/pkg/collector/python.cgoCall",
    "github.com/DataDog/datadog-agent/pkg/collector/corechecks/system/cpu/cpu.(*Check).Run",
    "github.com/DataDog/datadog-agent/pkg/ebpf.(*MapCleaner[go.shape.uint32]).Clean",
    "github.com/DataDog/datadog-agent/comp/made/up.f[...].func1.2",
    "gopkg.in/yaml%2ev3.(*parser).parse",
    "main.main",
    "/opt/datadog-agent/bin/agent/agent",
    "/opt/datadog-agent/embedded/lib/libpython3.12.so.1.0",
    "/",
    "a/",
    "[vdso]",
    "<script>|`*_#\u{202e}\u{0}",
    "runtime\\..*",
    "(",
    ".*",
    "(a*)*b",
    "10.1.2.3:80",
    "pay-7.corp.example.com",
];

/// Numbers at the edges of what sums and conversions hold.
const EDGES: [i64; 16] = [
    i64::MIN,
    i64::MIN + 1,
    i64::MAX,
    i64::MAX - 1,
    0,
    1,
    -1,
    10_000_000,
    524_288,
    1 << 31,
    1 << 53,
    (1 << 53) + 1,
    1_000_000_000,
    -1_000_000_000,
    1_793_614_443_000_000_000,
    i64::MAX / 2 + 1,
];

fn number(u: &mut Unstructured<'_>) -> Result<i64> {
    Ok(match u.int_in_range(0..=3_u8)? {
        0 => *u.choose(&EDGES)?,
        1 => i64::from(u.arbitrary::<i32>()?),
        2 => i64::from(u.arbitrary::<u8>()?) << 20,
        _ => i64::from(u.arbitrary::<u8>()?),
    })
}

/// Nearly always an index into a table of `length`, sometimes far outside.
fn index(u: &mut Unstructured<'_>, length: usize) -> Result<usize> {
    if length == 0 || u.ratio(1_u8, 200_u8)? {
        return Ok(usize::from(u.arbitrary::<u16>()?));
    }
    u.choose_index(length)
}

fn text(u: &mut Unstructured<'_>, texts: usize) -> Result<i64> {
    Ok(index(u, texts)? as i64)
}

/// Ids are dense, sparse, or near the largest, and sometimes twice the same or zero.
struct Ids {
    step: u64,
    start: u64,
}

impl Ids {
    fn new(u: &mut Unstructured<'_>) -> Result<Self> {
        Ok(match u.int_in_range(0..=3_u8)? {
            0 | 1 => Self { step: 1, start: 1 },
            2 => Self {
                step: 0x1_0000_0001,
                start: 7,
            },
            _ => Self {
                step: u64::MAX,
                start: u64::MAX,
            },
        })
    }

    fn get(&self, index: usize) -> u64 {
        self.start
            .wrapping_add(self.step.wrapping_mul(index as u64))
    }
}

fn value_types(u: &mut Unstructured<'_>, texts: usize) -> Result<Vec<proto::ValueType>> {
    // Positions in `TEXTS`, as Go writes the types of each kind of profile.
    let real: [&[(i64, i64)]; 5] = [
        &[(1, 10), (2, 11), (3, 10), (4, 11)],
        &[(6, 10), (7, 13)],
        &[(8, 10), (9, 13)],
        &[(5, 12)],
        &[(7, 16), (7, 13)],
    ];
    if u.ratio(7_u8, 8_u8)? {
        let types = u.choose(&real)?;
        return Ok(types
            .iter()
            .map(|&(r#type, unit)| proto::ValueType { r#type, unit })
            .collect());
    }
    (0..u.int_in_range(0..=6_u8)?)
        .map(|_| {
            Ok(proto::ValueType {
                r#type: text(u, texts)?,
                unit: text(u, texts)?,
            })
        })
        .collect()
}

fn locations(
    u: &mut Unstructured<'_>,
    ids: [&Ids; 3],
    functions: usize,
    mappings: usize,
) -> Result<Vec<proto::Location>> {
    let [own, of_functions, of_mappings] = ids;
    (0..u.int_in_range(0..=24_usize)?)
        .map(|at| {
            let lines = match u.int_in_range(0..=7_u8)? {
                0 => 0,
                1 => 2,
                2 => 5,
                _ => 1,
            };
            Ok(proto::Location {
                id: own.get(at),
                mapping_id: if mappings == 0 || u.ratio(1_u8, 3_u8)? {
                    0
                } else {
                    of_mappings.get(index(u, mappings)?)
                },
                address: u.arbitrary()?,
                line: (0..lines)
                    .map(|_| {
                        Ok(proto::Line {
                            function_id: of_functions.get(index(u, functions)?),
                            line: number(u)?,
                            column: 0,
                        })
                    })
                    .collect::<Result<_>>()?,
                is_folded: u.arbitrary()?,
            })
        })
        .collect()
}

/// A stack: a few frames, then those frames over and over: recursion, cycles, ten thousand deep.
fn stack(u: &mut Unstructured<'_>, ids: &Ids, locations: usize) -> Result<Vec<u64>> {
    let part = (0..u.int_in_range(0..=6_usize)?)
        .map(|_| Ok(ids.get(index(u, locations)?)))
        .collect::<Result<Vec<u64>>>()?;
    let times = match u.int_in_range(0..=63_u8)? {
        0 => 2_000,
        1 => 100,
        2..=7 => 3,
        _ => 1,
    };
    Ok(part.repeat(times))
}

fn labels(u: &mut Unstructured<'_>, texts: usize) -> Result<Vec<proto::Label>> {
    (0..u.int_in_range(0..=9_usize)?.saturating_sub(6))
        .map(|_| {
            Ok(proto::Label {
                key: text(u, texts)?,
                str: text(u, texts)?,
                num: number(u)?,
                num_unit: text(u, texts)?,
            })
        })
        .collect()
}

fn samples(
    u: &mut Unstructured<'_>,
    ids: &Ids,
    [locations, texts, types]: [usize; 3],
) -> Result<Vec<proto::Sample>> {
    (0..u.int_in_range(0..=40_usize)?)
        .map(|_| {
            let values = if u.ratio(1_u8, 100_u8)? {
                usize::from(u.arbitrary::<u8>()?)
            } else {
                types
            };
            Ok(proto::Sample {
                location_id: stack(u, ids, locations)?,
                value: (0..values).map(|_| number(u)).collect::<Result<_>>()?,
                label: labels(u, texts)?,
            })
        })
        .collect()
}

/// Now and then many more functions, each with a location and a sample of its own: only long tables
/// get into all of what sorts, ranks and cuts them. One byte says of all how their values run.
fn many(u: &mut Unstructured<'_>, ids: [&Ids; 2], profile: &mut proto::Profile) -> Result<()> {
    // Choices that ran out are zeros: they add nothing.
    let count = match u.arbitrary::<u8>()? {
        255 => 1_200,
        240..=254 => 300,
        224..=239 => 60,
        208..=223 => 30,
        _ => return Ok(()),
    };
    let (runs, start, step) = (u.arbitrary::<u8>()?, number(u)?, number(u)?);
    let [of_locations, of_functions] = ids;
    let seed = u64::from(u.arbitrary::<u32>()?);
    let mut dice = Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    for at in 0..count {
        let random = dice.below(1 << 24) as i64;
        let value = start.wrapping_add(step.wrapping_mul(match runs % 8 {
            0 => at,
            1 => -at,
            2 => 0,
            3 => at % 7,
            4 => at.min(count - at),
            5 if at % 16 == 0 => random,
            5 => at,
            _ => random,
        }));
        let text = profile.string_table.len() as i64;
        let name = format!("made/up{}.f{at}", random % 5);
        profile.string_table.push(name.into_bytes());
        let function = of_functions.get(profile.function.len());
        profile.function.push(proto::Function {
            id: function,
            name: text,
            ..Default::default()
        });
        let location = of_locations.get(profile.location.len());
        profile.location.push(proto::Location {
            id: location,
            line: vec![proto::Line {
                function_id: function,
                line: at,
                column: 0,
            }],
            ..Default::default()
        });
        let before = profile.sample.last();
        let callers = before.and_then(|sample| sample.location_id.first());
        let callers = callers.filter(|_| runs >= 128).copied();
        profile.sample.push(proto::Sample {
            location_id: [location].into_iter().chain(callers).collect(),
            value: vec![value; profile.sample_type.len()],
            ..Default::default()
        });
    }
    Ok(())
}

/// One profile message.
fn message(u: &mut Unstructured<'_>) -> Result<proto::Profile> {
    let mut string_table: Vec<Vec<u8>> = TEXTS.map(|text| text.as_bytes().to_vec()).to_vec();
    for _ in 0..u.int_in_range(0..=3_u8)? {
        let length = u.int_in_range(0..=40_usize)?.min(u.len());
        string_table.push(u.bytes(length)?.to_vec());
    }
    if u.ratio(1_u8, 100_u8)? {
        string_table.truncate(usize::from(u.arbitrary::<u8>()? % 48));
    }
    let texts = string_table.len();
    let ids = [Ids::new(u)?, Ids::new(u)?, Ids::new(u)?];
    let [of_locations, of_functions, of_mappings] = [&ids[0], &ids[1], &ids[2]];
    let mapping = (0..u.int_in_range(0..=3_usize)?)
        .map(|at| {
            Ok(proto::Mapping {
                id: of_mappings.get(at),
                memory_start: u.arbitrary()?,
                memory_limit: u.arbitrary()?,
                filename: text(u, texts)?,
                build_id: text(u, texts)?,
                has_functions: u.arbitrary()?,
                ..Default::default()
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let function = (0..u.int_in_range(0..=24_usize)?)
        .map(|at| {
            Ok(proto::Function {
                id: of_functions.get(at),
                name: text(u, texts)?,
                system_name: 0,
                filename: text(u, texts)?,
                start_line: number(u)?,
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let location = locations(
        u,
        [of_locations, of_functions, of_mappings],
        function.len(),
        mapping.len(),
    )?;
    let sample_type = value_types(u, texts)?;
    let lengths = [location.len(), texts, sample_type.len()];
    let sometimes = |u: &mut Unstructured<'_>| -> Result<i64> {
        if u.ratio(1_u8, 6_u8)? {
            text(u, texts)
        } else {
            Ok(0)
        }
    };
    let mut profile = proto::Profile {
        drop_frames: sometimes(u)?,
        keep_frames: sometimes(u)?,
        default_sample_type: sometimes(u)?,
        doc_url: sometimes(u)?,
        comment: vec![sometimes(u)?],
        time_nanos: number(u)?,
        duration_nanos: number(u)?,
        period_type: u.arbitrary::<bool>()?.then_some(proto::ValueType {
            r#type: 4,
            unit: 11,
        }),
        period: number(u)?,
        sample: samples(u, of_locations, lengths)?,
        sample_type,
        mapping,
        location,
        function,
        string_table,
    };
    many(u, [of_locations, of_functions], &mut profile)?;
    Ok(profile)
}

/// A profile file: gzipped in one member or two, or bare, and rarely cut.
pub(crate) fn profile_file(u: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let packing: u8 = u.arbitrary()?;
    let message = encode(&message(u)?);
    let mut bytes = match packing % 4 {
        0 => gzip_stored(&message),
        1 => {
            let (first, second) = message.split_at(message.len() / 2);
            [gzip_stored(first), gzip_stored(second)].concat()
        }
        _ => message,
    };
    if packing >= 252 {
        bytes.truncate(bytes.len() / 3);
    }
    Ok(bytes)
}
