//! A coarse bound against accidents: a table takes no more than 20 times as long as inflating its
//! profile. `cargo xtask bench` measures; this only notices when something has become quadratic.

use std::time::{Duration, Instant};

use profile::lens::top::{TopOptions, top};
use profile::lens::view::View;
use profile::pprof::{Limits, decode, inflate};
use testkit::bench::{Shape, Snapshot, profile};
use testkit::pack::gzip;

/// A tenth of what the bench measures with.
const SHAPE: Shape = Shape {
    samples: 20_000,
    functions: 6_000,
    locations: 12_000,
};

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
    let packed = gzip(&profile(&SHAPE, Snapshot::First));
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
