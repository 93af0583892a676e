//! Who is responsible for what a profile counts.
//!
//! The leaf of a stack is often the runtime or a library. The responsible frame is the nearest one
//! that somebody owns; see [`super::owner`] for the rule. Sums by responsible frame add up to the
//! sum of all samples, the rest being unowned.

use rustc_hash::FxHashMap;

use super::owner::{Class, OwnerId, Owners, responsible_class};
use profile::lens::view::{RowId, Subject, View};

/// Sums of a view by leaf and responsible frame.
#[derive(Clone, Debug, Default)]
pub struct Attribution {
    pairs: FxHashMap<(RowId, Option<RowId>), i64>,
    owners: OwnerSums,
}

/// Sums of a view by owner; `None` is unowned.
#[derive(Clone, Debug, Default)]
pub struct OwnerSums(FxHashMap<Option<OwnerId>, i64>);

/// What the name of each row says about responsibility. The same for all sample types of the same
/// profiles, so it is worked out once for all of them.
#[derive(Clone, Debug, Default)]
pub struct Classes(Vec<Class>);

impl Classes {
    /// Classes of all rows.
    pub fn of(subject: &Subject, owners: &Owners) -> Self {
        Self(subject.names().map(|name| owners.class(name)).collect())
    }

    /// The class of a row.
    fn get(&self, row: RowId) -> Class {
        self.0.get(row.index()).copied().unwrap_or(Class::Other)
    }

    /// The responsible frame of a stack of rows, leaf first: its place in the stack, and its owner.
    pub(super) fn responsible(
        &self,
        rows: impl Iterator<Item = RowId>,
    ) -> Option<(usize, OwnerId)> {
        responsible_class(rows.map(|row| self.get(row)))
    }
}

fn add<K: std::hash::Hash + Eq>(sums: &mut FxHashMap<K, i64>, key: K, value: i64) {
    let sum = sums.entry(key).or_default();
    *sum = sum.saturating_add(value);
}

/// Attributes every sample whose leaf `counts`.
pub fn attribute(view: &View, classes: &Classes, counts: &dyn Fn(RowId) -> bool) -> Attribution {
    let counted: Vec<bool> = view.rows().map(counts).collect();
    let mut result = Attribution::default();
    view.each_stack(|stack, value| {
        // A stack without frames belongs to nobody, and to no row.
        let Some(leaf) = stack.leaf() else {
            add(&mut result.owners.0, None, value);
            return;
        };
        if !counted.get(leaf.index()).copied().unwrap_or(false) {
            return;
        }
        let found = classes.responsible(stack.rows());
        let row = found.and_then(|(index, _)| stack.rows().nth(index));
        add(&mut result.pairs, (leaf, row), value);
        add(&mut result.owners.0, found.map(|(_, owner)| owner), value);
    });
    result
}

/// Sums by owner over all samples of some views of one subject, in one walk.
pub fn owner_sums(views: &[&View], classes: &Classes) -> Vec<OwnerSums> {
    let mut sums = vec![OwnerSums::default(); views.len()];
    View::each_stack_of(views, |stack, values| {
        let owner = classes.responsible(stack.rows()).map(|(_, owner)| owner);
        for (sums, value) in sums.iter_mut().zip(values) {
            add(&mut sums.0, owner, *value);
        }
    });
    sums
}

/// What stacks spend below the frames that `is_within` names: all of it, and of that the function
/// outside of these with the largest part.
pub fn time_below(view: &View, is_within: &dyn Fn(&str) -> bool) -> (i64, Option<(String, i64)>) {
    let within: Vec<bool> = view.names().map(is_within).collect();
    let is_in = |row: RowId| within.get(row.index()).copied().unwrap_or(false);
    let mut all = 0_i64;
    let mut below: FxHashMap<RowId, i64> = FxHashMap::default();
    let mut seen: Vec<RowId> = Vec::new();
    view.each_stack(|stack, value| {
        let Some(place) = stack.rows().position(is_in) else {
            return;
        };
        all = all.saturating_add(value);
        seen.clear();
        for row in stack.rows().take(place) {
            // A recursive function counts once.
            if !seen.contains(&row) {
                seen.push(row);
                add(&mut below, row, value);
            }
        }
    });
    let largest = below
        .into_iter()
        .max_by_key(|&(row, value)| (value, std::cmp::Reverse(row)));
    (
        all,
        largest.map(|(row, value)| (view.name(row).to_owned(), value)),
    )
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
            add(&mut sums, *responsible, *value);
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|&(row, value)| (std::cmp::Reverse(value.saturating_abs()), row));
        sums
    }

    /// Sums by owner's name, largest first, unowned last. They add up to what was attributed.
    pub fn by_owner<'o>(&self, owners: &'o Owners) -> Vec<(Option<&'o str>, i64)> {
        self.owners.by_name(owners)
    }
}

impl OwnerSums {
    /// Sums by owner's name, largest first, unowned last. They add up to what was
    /// counted.
    pub fn by_name<'o>(&self, owners: &'o Owners) -> Vec<(Option<&'o str>, i64)> {
        let mut sums: FxHashMap<Option<&str>, i64> = FxHashMap::default();
        for (&owner, &value) in &self.0 {
            let name = owner.map(|id| owners.owner(id).owner.as_str());
            add(&mut sums, name, value);
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
    fn time_below_a_stage_counts_each_function_once() {
        let drawn = "main;p.run;regexp.Replace;regexp.step 6\nmain;p.run;regexp.Match;regexp.step;regexp.step 3\n\
                     main;p.run 2\nmain;q.run;regexp.step 50";
        let view = View::of(draw("cpu/nanoseconds", drawn).unwrap(), "").unwrap();
        let found = time_below(&view, &|name| name == "p.run");
        assert_eq!(found, (11, Some(("regexp.step".to_owned(), 9))));
        assert_eq!(time_below(&view, &|name| name == "r.run"), (0, None));
    }

    #[test]
    fn sums_past_what_64_bits_hold_stay_at_the_edge() {
        let most = i64::MAX;
        // The last two are without a frame.
        let drawn =
            format!("main.main;runtime.a {most}\nmain.main;runtime.b {most}\n; {most}\n; {most}");
        let profile = draw("x/bytes", &drawn).unwrap();
        let owners = Owners::builtin();
        let view = View::of(profile, "x").unwrap();
        let found = attribute(&view, &Classes::of(view.subject(), owners), &|_| true);
        for (_, sum) in found.by_owner(owners) {
            assert_eq!(sum, i64::MAX);
        }
        for (_, sum) in found.by_responsible() {
            assert_eq!(sum, i64::MAX);
        }
    }
}
