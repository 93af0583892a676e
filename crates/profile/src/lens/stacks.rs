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
pub fn heaviest(view: &View, counts: &dyn Fn(RowId) -> bool, limit: usize) -> Vec<Stack> {
    struct Sum {
        value: i64,
        side: usize,
        sample: usize,
    }
    let mut sums: FxHashMap<u64, Sum> = FxHashMap::default();
    view.each_stack(|stack, value| {
        let Some(key) = stack.key().filter(|_| stack.leaf().is_some_and(counts)) else {
            return;
        };
        let sum = sums.entry(key).or_insert(Sum {
            value: 0,
            side: stack.side_index,
            sample: stack.sample,
        });
        sum.value = sum.value.saturating_add(value);
    });
    let mut sums: Vec<Sum> = sums.into_values().filter(|sum| sum.value > 0).collect();
    // The place of the first occurrence breaks ties, so that no output depends on hash order.
    sums.sort_by_key(|sum| (std::cmp::Reverse(sum.value), sum.side, sum.sample));
    sums.truncate(limit);
    sums.into_iter()
        .map(|sum| Stack {
            value: sum.value,
            rows: view.subject().stack_rows(sum.side, sum.sample),
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
        let view = View::diff(new, base, "x").unwrap();
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
