//! Who is responsible for what a profile counts.
//!
//! The leaf of a stack is often the runtime or a library. The responsible frame is the nearest one
//! that somebody owns; see [`super::owner`] for the rule. Sums by responsible frame add up to the
//! sum of all samples, the rest being unowned.

use rustc_hash::FxHashMap;

use super::owner::{Class, OwnerId, Owners, responsible_class};
use profile::lens::view::{RowId, View};

/// Sums of a view by leaf and responsible frame.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    pairs: FxHashMap<(RowId, Option<RowId>), i64>,
    owners: FxHashMap<Option<OwnerId>, i64>,
}

/// What the name of each row says about responsibility. The same for all sample types of the same
/// profiles, so it is worked out once for all of them.
#[derive(Clone, Debug, Default)]
pub struct Classes(Vec<Class>);

impl Classes {
    /// Classes of all rows of a view.
    pub fn of(view: &View<'_>, owners: &Owners) -> Self {
        Self(view.names().map(|name| owners.class(name)).collect())
    }

    /// The class of a row.
    fn get(&self, row: RowId) -> Class {
        self.0.get(row as usize).copied().unwrap_or(Class::Other)
    }

    /// The responsible frame of a stack of rows, leaf first: its place in the stack.
    pub fn responsible(&self, rows: impl Iterator<Item = RowId>) -> Option<usize> {
        responsible_class(rows.map(|row| self.get(row))).map(|(index, _)| index)
    }
}

/// Attributes every sample whose leaf `counts`.
pub fn attribute(
    view: &View<'_>,
    classes: &Classes,
    counts: &dyn Fn(RowId) -> bool,
) -> Attribution {
    let counted: Vec<bool> = (0..u32::try_from(view.row_count()).unwrap_or(u32::MAX))
        .map(counts)
        .collect();
    let mut result = Attribution::default();
    for side in &view.sides {
        for sample in 0..side.profile.samples.len() {
            let value = side.value(sample);
            if value == 0 {
                continue;
            }
            let rows = || side.rows(sample);
            // A stack without frames belongs to nobody, and to no row.
            let Some(leaf) = rows().next() else {
                let sum = result.owners.entry(None).or_default();
                *sum = sum.saturating_add(value);
                continue;
            };
            if !counted.get(leaf as usize).copied().unwrap_or(false) {
                continue;
            }
            let found = responsible_class(rows().map(|row| classes.get(row)));
            let row = found.and_then(|(index, _)| rows().nth(index));
            let sum = result.pairs.entry((leaf, row)).or_default();
            *sum = sum.saturating_add(value);
            let sum = result
                .owners
                .entry(found.map(|(_, owner)| owner))
                .or_default();
            *sum = sum.saturating_add(value);
        }
    }
    result
}

impl Attribution {
    /// The frame responsible for most of a leaf's value, in the direction of `sign`.
    pub fn of_leaf(&self, leaf: RowId, sign: i64) -> Option<RowId> {
        self.pairs
            .iter()
            .filter(|((row, _), _)| *row == leaf)
            .max_by_key(|((_, responsible), value)| {
                // Ids break ties, so that no output depends on hash order.
                (
                    value.saturating_mul(sign.signum()),
                    std::cmp::Reverse(*responsible),
                )
            })
            .and_then(|((_, responsible), _)| *responsible)
    }

    /// Sums by responsible frame, largest first; `None` is unowned.
    pub fn by_responsible(&self) -> Vec<(Option<RowId>, i64)> {
        let mut sums: FxHashMap<Option<RowId>, i64> = FxHashMap::default();
        for ((_, responsible), value) in &self.pairs {
            let sum = sums.entry(*responsible).or_default();
            *sum = sum.saturating_add(*value);
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|&(row, value)| (std::cmp::Reverse(value.saturating_abs()), row));
        sums
    }

    /// Sums by owner's name, largest first, unowned last. They add up to what was attributed.
    pub fn by_owner<'o>(&self, owners: &'o Owners) -> Vec<(Option<&'o str>, i64)> {
        let mut sums: FxHashMap<Option<&str>, i64> = FxHashMap::default();
        for (&owner, &value) in &self.owners {
            let name = owner.map(|id| owners.owner(id).owner.as_str());
            let sum = sums.entry(name).or_default();
            *sum = sum.saturating_add(value);
        }
        let mut sums: Vec<_> = sums.into_iter().filter(|&(_, value)| value != 0).collect();
        sums.sort_by_key(|&(name, value)| {
            (
                name.is_none(),
                std::cmp::Reverse(value.saturating_abs()),
                name,
            )
        });
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use profile::text::draw;

    #[test]
    fn sums_past_what_64_bits_hold_stay_at_the_edge() {
        let drawn =
            "main.main;runtime.a 9223372036854775807\nmain.main;runtime.b 9223372036854775807";
        let mut profile = draw("x/bytes", drawn).unwrap();
        // A third sample without a frame, and a fourth.
        let end = *profile.samples.stack_start.last().unwrap();
        profile.samples.stack_start.extend([end, end]);
        profile.samples.values.extend([i64::MAX, i64::MAX]);
        let owners = Owners::builtin();
        let view = View::of(&profile, "x").unwrap();
        let found = attribute(&view, &Classes::of(&view, owners), &|_| true);
        for (_, sum) in found.by_owner(owners) {
            assert_eq!(sum, i64::MAX);
        }
        for (_, sum) in found.by_responsible() {
            assert_eq!(sum, i64::MAX);
        }
    }
}
