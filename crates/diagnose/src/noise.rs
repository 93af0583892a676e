//! How much of a heap difference may be chance.
//!
//! Go samples one allocation per `period` bytes on average and scales up. An object of `size`
//! bytes is seen with probability p = 1 - e^(-size/period), so k seen objects stand for k/p, each
//! weighing size/p, and the variance of the sum is the sum of |k| (size/p)^2 over the stacks.

use rustc_hash::FxHashMap;

use profile::lens::view::{RowId, View, mix};

/// Variance of a heap difference by leaf row, in square bytes, and the sampled objects behind it.
#[derive(Clone, Debug, Default)]
pub struct Noise {
    variance: Vec<f64>,
    sampled: Vec<Sampled>,
}

/// Objects of a function that were sampled, by stack: those of stacks that gained some, and of stacks
/// that lost some.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sampled {
    /// Came.
    pub came: f64,
    /// Went.
    pub went: f64,
}

impl Noise {
    /// `space` and `objects` are differences of the same two profiles, with the same rows.
    ///
    /// The same stack in both snapshots holds mostly the same sampled objects, so only what
    /// changed counts.
    pub fn of(space: &View, objects: &View) -> Self {
        let mut variance = vec![0.0; space.row_count()];
        let mut sampled = vec![Sampled::default(); space.row_count()];
        let period = space
            .subject()
            .profiles()
            .next()
            .map_or(0, |new| new.period);
        if period <= 1 {
            // Period 1 records every allocation: nothing is left to chance.
            return Self { variance, sampled };
        }
        let period = period as f64;
        let mut stacks: FxHashMap<u64, (RowId, i64, i64)> = FxHashMap::default();
        View::each_stack_of(&[space, objects], |stack, values| {
            let (Some(leaf), Some(key), &[bytes, count]) = (stack.leaf(), stack.key(), values)
            else {
                return;
            };
            let labels = stack.labels().iter();
            let key = labels.fold(key, |key, label| mix(key, label.number as u64));
            let sums = stacks.entry(key).or_insert((leaf, 0, 0));
            sums.1 = sums.1.saturating_add(bytes);
            sums.2 = sums.2.saturating_add(count);
        });
        for &(leaf, bytes, count) in stacks.values() {
            if bytes == 0 || count == 0 {
                continue;
            }
            let size = (bytes as f64 / count as f64).abs();
            let seen = -(-size / period).exp_m1();
            let k = count as f64 * seen;
            if let Some(sum) = variance.get_mut(leaf.index()) {
                *sum += k.abs() * (size / seen).powi(2);
            }
            if let Some(sum) = sampled.get_mut(leaf.index()) {
                sum.came += k.max(0.0);
                sum.went += (-k).max(0.0);
            }
        }
        Self { variance, sampled }
    }

    /// Sampled objects of one row.
    pub fn sampled(&self, row: RowId) -> Sampled {
        self.sampled.get(row.index()).copied().unwrap_or_default()
    }

    /// Standard deviation of one row's flat value.
    pub fn of_row(&self, row: RowId) -> f64 {
        self.variance
            .get(row.index())
            .copied()
            .unwrap_or(0.0)
            .sqrt()
    }

    /// Standard deviation of the sum over some rows.
    pub fn of_rows(&self, rows: impl Iterator<Item = RowId>) -> f64 {
        rows.filter_map(|row| self.variance.get(row.index()))
            .sum::<f64>()
            .sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use profile::Profile;
    use profile::text::draw;

    const TYPES: &str = "inuse_objects/count inuse_space/bytes";

    fn noise(new: &str, base: &str, period: i64) -> Vec<(String, f64)> {
        let read = |text: &str| {
            let mut profile: Profile = draw(TYPES, text).unwrap();
            profile.period = period;
            profile
        };
        let (new, base) = (read(new), read(base));
        let space = View::diff(new, base, "inuse_space").unwrap();
        let objects = space.retyped("inuse_objects").unwrap();
        let noise = Noise::of(&space, &objects);
        space
            .rows()
            .map(|row| (space.name(row).to_owned(), noise.of_row(row)))
            .collect()
    }

    /// One stack of k = n p objects: sigma = sqrt(k) * size / p.
    #[test]
    fn the_formula_of_one_stack() {
        let found = noise("main;a 1024 1048576", "main;b 0 0", 524_288);
        let size = 1024.0_f64;
        let p = 1.0 - (-size / 524_288.0).exp();
        let expected = (1024.0 * p * (size / p).powi(2)).sqrt();
        let a = found.iter().find(|(name, _)| name == "a").unwrap().1;
        assert!((a - expected).abs() < 1.0, "{a} {expected}");
        assert!(
            found
                .iter()
                .any(|(name, sigma)| name == "main" && *sigma == 0.0)
        );
    }

    #[test]
    fn what_stayed_is_no_noise_and_exact_profiles_have_none() {
        let same = noise("main;a 1024 1048576", "main;a 1024 1048576", 524_288);
        assert!(same.iter().all(|(_, sigma)| *sigma == 0.0));
        let exact = noise("main;a 1024 1048576", "main;b 1 1", 1);
        assert!(exact.iter().all(|(_, sigma)| *sigma == 0.0));
    }
}
