//! Who is responsible for what a profile counts.
//!
//! The leaf of a stack is often the runtime or a library. The responsible frame is the nearest one
//! that somebody owns; see [`super::owner`] for the rule. Sums by responsible frame add up to the
//! sum of all samples, the rest being unowned.

use rustc_hash::FxHashMap;

use super::owner::{Class, OwnerId, Owners, responsible_class};
use super::view::{RowId, View};

/// Sums of a view by leaf and responsible frame.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    pairs: FxHashMap<(RowId, Option<RowId>), i64>,
    owners: FxHashMap<Option<OwnerId>, i64>,
}

/// Attributes every sample whose leaf `counts`.
pub fn attribute(view: &View<'_>, owners: &Owners, counts: &dyn Fn(RowId) -> bool) -> Attribution {
    let classes: Vec<Class> = view.names().map(|name| owners.class(name)).collect();
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
            let rows = || {
                let stack = side.profile.samples.stack(sample);
                stack
                    .iter()
                    .flat_map(|&location| side.locations.get(location).iter().copied())
            };
            // A stack without frames belongs to nobody, and to no row.
            let Some(leaf) = rows().next() else {
                *result.owners.entry(None).or_default() += value;
                continue;
            };
            if !counted.get(leaf as usize).copied().unwrap_or(false) {
                continue;
            }
            let class = |row: RowId| classes.get(row as usize).copied().unwrap_or(Class::Other);
            let found = responsible_class(rows().map(class));
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
            *sums.entry(*responsible).or_default() += value;
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_unstable_by_key(|&(row, value)| (std::cmp::Reverse(value.saturating_abs()), row));
        sums
    }

    /// Sums by owner's name, largest first, unowned last. They add up to what was attributed.
    pub fn by_owner<'o>(&self, owners: &'o Owners) -> Vec<(Option<&'o str>, i64)> {
        let mut sums: FxHashMap<Option<&str>, i64> = FxHashMap::default();
        for (&owner, &value) in &self.owners {
            let name = owner.map(|id| owners.owner(id).owner.as_str());
            *sums.entry(name).or_default() += value;
        }
        let mut sums: Vec<_> = sums.into_iter().filter(|&(_, value)| value != 0).collect();
        sums.sort_unstable_by_key(|&(name, value)| {
            (
                name.is_none(),
                std::cmp::Reverse(value.saturating_abs()),
                name,
            )
        });
        sums
    }
}
