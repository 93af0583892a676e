//! Sorting, compiled once.
//!
//! The standard library's sorts are copied for every type that is sorted, some five kilobytes each
//! time: with two dozen of them a tenth of the worker's module. Here numbers are sorted, by one copy,
//! and the items then follow their numbers. Where speed decides, as in the order of a table's rows,
//! the standard sort stays.
//!
//! Both sorts are stable. Knows nothing of the rest of the crate.

use std::cmp::Ordering;
use std::mem;

/// Sorts by a comparison; equal items keep their order.
pub(crate) fn by<T>(items: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let order = numbers(items.len(), &|a, b| match (items.get(a), items.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut taken: Vec<Option<T>> = mem::take(items).into_iter().map(Some).collect();
    items.reserve_exact(taken.len());
    items.extend(
        order
            .into_iter()
            .filter_map(|index| taken.get_mut(index)?.take()),
    );
}

/// Sorts by what `key` makes of each item; equal items keep their order.
pub(crate) fn by_key<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    by(items, |a, b| key(a).cmp(&key(b)));
}

/// The numbers below `count` in the order of what they stand for.
fn numbers(count: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|&a, &b| compare(a, b));
    order
}

#[cfg(test)]
mod tests {
    use super::{by, by_key};

    #[test]
    fn every_item_stays_and_equal_ones_keep_their_order() {
        let mut words = vec!["pear", "fig", "plum", "kiwi", "nut", ""];
        by_key(&mut words, |word| word.len());
        assert_eq!(words, ["", "fig", "nut", "pear", "plum", "kiwi"]);
        by(&mut words, |a, b| b.len().cmp(&a.len()));
        assert_eq!(words, ["pear", "plum", "kiwi", "fig", "nut", ""]);
        let mut nothing: Vec<String> = Vec::new();
        by(&mut nothing, Ord::cmp);
        assert!(nothing.is_empty());
    }
}
