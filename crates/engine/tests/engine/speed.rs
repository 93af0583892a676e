//! A coarse bound against accidents: a table takes no more than 20 times as long as inflating its
//! profile. `cargo xtask bench` measures; this only notices when something has become quadratic.

use std::io::Write;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use profile::lens::top::{TopOptions, top};
use profile::lens::view::View;
use profile::pprof::{Limits, decode, inflate, proto};
use prost::Message;

/// Heap-like: 20,000 samples, 20 to 80 frames deep, 12,000 locations, a fifth with inlined lines.
fn profile() -> Vec<u8> {
    let mut state = 7_u64;
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut profile = proto::Profile::default();
    let mut texts = vec![String::new(), "inuse_space".into(), "bytes".into()];
    profile.sample_type = vec![proto::ValueType { r#type: 1, unit: 2 }];
    for id in 1..=6000 {
        let name = texts.len() as i64;
        texts.push(format!(
            "example.com/module/package{}.(*Type{}).Method{id}",
            id % 97,
            random(900)
        ));
        profile.function.push(proto::Function {
            id,
            name,
            ..Default::default()
        });
    }
    for id in 1..=12_000 {
        let lines = if random(5) == 0 { 3 } else { 1 };
        let line = (0..lines)
            .map(|_| proto::Line {
                function_id: 1 + random(6000),
                ..Default::default()
            })
            .collect();
        profile.location.push(proto::Location {
            id,
            line,
            ..Default::default()
        });
    }
    for _ in 0..20_000 {
        // Calls go to one of three places, as in programs; otherwise every edge would be a new one.
        let mut at = random(40);
        let mut location_id = Vec::new();
        for _ in 0..20 + random(61) {
            at = (at * 31 + random(3) * 7919 + 1) % 12_000;
            location_id.insert(0, 1 + at);
        }
        profile.sample.push(proto::Sample {
            location_id,
            value: vec![random(1 << 24) as i64],
            label: vec![],
        });
    }
    profile.string_table = texts.into_iter().map(String::into_bytes).collect();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&profile.encode_to_vec()).unwrap();
    gzip.finish().unwrap()
}

/// The best of five: what a busy machine adds is left out.
fn best(mut run: impl FnMut()) -> Duration {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    times.min().unwrap()
}

#[test]
fn a_table_takes_no_more_than_twenty_times_inflating() {
    let packed = profile();
    let limits = Limits::default();
    let alone = best(|| assert!(!inflate(packed.clone(), &limits).unwrap().is_empty()));
    let whole = best(|| {
        let profile = decode(packed.clone(), &limits).unwrap();
        let view = View::of(profile.clone(), "").unwrap();
        assert!(top(&view, TopOptions::default()).text(&view).len() > 1000);
    });
    let ratio = whole.as_secs_f64() / alone.as_secs_f64();
    println!("a table takes {ratio:.1} times as long as inflating");
    assert!(
        ratio < 20.0,
        "a table takes {ratio:.1} times as long as inflating"
    );
}
