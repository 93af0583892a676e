//! How much of a heap difference may be chance.
//!
//! Go samples one allocation per `period` bytes on average and scales up. An object of `size`
//! bytes is seen with probability p = 1 - e^(-size/period), so k seen objects stand for k/p, each
//! weighing size/p, and the variance of the sum is the sum of |k| (size/p)^2 over the stacks.

use rustc_hash::FxHashMap;

use super::view::{RowId, View};

/// Standard deviation of a heap difference in bytes, over stacks whose leaf `counts`.
///
/// `space` and `objects` are differences of the same two profiles. The same stack in both
/// snapshots holds mostly the same sampled objects, so only what changed counts.
pub fn sigma(space: &View<'_>, objects: &View<'_>, counts: &dyn Fn(RowId) -> bool) -> f64 {
    let period = space.sides.first().map_or(0, |side| side.profile.period);
    if period <= 1 {
        // Period 1 records every allocation: nothing is left to chance.
        return 0.0;
    }
    let period = period as f64;
    let mut stacks: FxHashMap<u64, (i64, i64)> = FxHashMap::default();
    for (side, other) in space.sides.iter().zip(&objects.sides) {
        for sample in 0..side.profile.samples.len() {
            let (bytes, count) = (side.value(sample), other.value(sample));
            if bytes == 0 && count == 0 {
                continue;
            }
            let stack = side.profile.samples.stack(sample);
            let leaf = stack
                .first()
                .and_then(|&location| side.locations.get(location).first());
            if leaf.is_none_or(|&leaf| !counts(leaf)) {
                continue;
            }
            let mut key = 0_u64;
            for row in stack
                .iter()
                .flat_map(|&location| side.locations.get(location))
            {
                key = mix(key, u64::from(*row));
            }
            for label in side.profile.samples.labels(sample) {
                key = mix(key, label.number as u64);
            }
            let sums = stacks.entry(key).or_default();
            sums.0 = sums.0.saturating_add(bytes);
            sums.1 = sums.1.saturating_add(count);
        }
    }
    let variance: f64 = stacks
        .values()
        .filter(|(bytes, count)| *bytes != 0 && *count != 0)
        .map(|&(bytes, count)| {
            let size = (bytes as f64 / count as f64).abs();
            let seen = -(-size / period).exp_m1();
            let k = count as f64 * seen;
            k.abs() * (size / seen).powi(2)
        })
        .sum();
    variance.sqrt()
}

const fn mix(key: u64, value: u64) -> u64 {
    (key.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95)
}
