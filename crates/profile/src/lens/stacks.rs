//! The heaviest whole stacks of a view: what an engineer wants to see beside a function's name.

use rustc_hash::FxHashMap;

use super::view::{RowId, View};

/// Equal stacks, added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// Sum of the samples; negative where a difference shrank.
    pub value: i64,
    /// Rows, leaf first. Never empty.
    pub rows: Vec<RowId>,
}

/// The stacks with the largest values above zero whose leaf `counts`, at most `limit` of them.
///
/// Stacks are the same when their rows are, whatever the ids and addresses: that is what lets the
/// two sides of a difference be added up.
pub fn heaviest(view: &View<'_>, counts: &dyn Fn(RowId) -> bool, limit: usize) -> Vec<Stack> {
    struct Sum {
        value: i64,
        side: usize,
        sample: usize,
    }
    let mut sums: FxHashMap<u64, Sum> = FxHashMap::default();
    for (index, side) in view.sides.iter().enumerate() {
        for sample in 0..side.profile.samples.len() {
            let value = side.value(sample);
            if value == 0 {
                continue;
            }
            let Some((leaf, key)) = side.leaf_and_key(sample) else {
                continue;
            };
            if !counts(leaf) {
                continue;
            }
            let sum = sums.entry(key).or_insert(Sum {
                value: 0,
                side: index,
                sample,
            });
            sum.value = sum.value.saturating_add(value);
        }
    }
    let mut sums: Vec<Sum> = sums.into_values().filter(|sum| sum.value > 0).collect();
    // The place of the first occurrence breaks ties, so that no output depends on hash order.
    sums.sort_by_key(|sum| (std::cmp::Reverse(sum.value), sum.side, sum.sample));
    sums.truncate(limit);
    sums.into_iter()
        .filter_map(|sum| {
            let side = view.sides.get(sum.side)?;
            Some(Stack {
                value: sum.value,
                rows: side.rows(sum.sample).collect(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::draw;

    #[test]
    fn equal_stacks_add_up_over_both_sides_and_shrinking_ones_are_left_out() {
        let new = draw("x/bytes", "main;a;leaf 9\nmain;b;leaf 4\nmain;gone 1").unwrap();
        let base = draw("x/bytes", "main;b;leaf 1\nmain;a;leaf 2\nmain;gone 8").unwrap();
        let view = View::diff(&new, &base, "x").unwrap();
        let drawn: Vec<String> = heaviest(&view, &|_| true, 9)
            .into_iter()
            .map(|stack| {
                let names: Vec<&str> = stack.rows.iter().map(|&row| view.name(row)).collect();
                format!("{} {}", names.join("<"), stack.value)
            })
            .collect();
        assert_eq!(drawn, ["leaf<a<main 7", "leaf<b<main 3"]);
        assert_eq!(heaviest(&view, &|_| true, 1).len(), 1);
        assert!(heaviest(&view, &|row| view.name(row) == "main", 9).is_empty());
    }
}
