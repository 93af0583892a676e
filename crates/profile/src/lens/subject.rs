//! What can be looked at: one profile, or one minus a base, with every frame named.
//!
//! Naming the frames is most of the work of a first look, so it is done once for all sample types,
//! and for a difference from what is known of its two sides.

use std::sync::{Arc, OnceLock};

use super::rows::{Interner, LocationRows, Rows};
use crate::{Label, LocId, Profile, units};

pub use super::rows::RowId;

/// Values of one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Where the row is the leaf.
    pub flat: i64,
    /// Where it is anywhere.
    pub cum: i64,
}

/// One profile, or one minus a base.
#[derive(Debug)]
pub struct Subject {
    sides: Vec<Side>,
    rows: Arc<Rows>,
    lenses: Vec<Lens>,
    /// Those of time and memory whose unit is another than nanoseconds or bytes once more, in these.
    base_lenses: Vec<Lens>,
    /// By lens, those in base units last, for [`super::weights`] to fill.
    weights: Vec<OnceLock<Vec<Weight>>>,
}

/// One of its profiles.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) profile: Arc<Profile>,
    locations: LocationRows,
    /// In a difference: the profile's own subject, and what its rows are called here.
    pub(super) single: Option<(Arc<Subject>, Vec<RowId>)>,
    /// Samples that are left out; none where it is empty.
    left_out: Vec<bool>,
}

impl Side {
    #[inline]
    fn is_out(&self, sample: usize) -> bool {
        self.left_out.get(sample).copied().unwrap_or(false)
    }
}

/// One sample type of a subject: what a stack's value is.
#[derive(Clone, Debug)]
pub(crate) struct Lens {
    pub(crate) name: String,
    /// The unit of all values; for a difference the finer one of both sides.
    pub(crate) unit: String,
    /// For each side, which of its sample types, and what makes its values those of the unit:
    /// negative for a base.
    pub(crate) sides: Vec<(usize, f64)>,
}

impl Lens {
    /// The same in nanoseconds or bytes; `None` where it is already, or has no such unit.
    fn in_base_unit(&self) -> Option<Self> {
        let (unit, by) = units::base(&self.unit).filter(|&(_, by)| by != 1.0)?;
        let sides = self.sides.iter();
        Some(Self {
            name: self.name.clone(),
            unit: unit.to_owned(),
            sides: sides.map(|&(kind, factor)| (kind, factor * by)).collect(),
        })
    }

    /// The value of a sample in the lens's unit, negated for a base.
    #[inline]
    fn value(&self, side: usize, values: &[i64]) -> i64 {
        let Some(&(kind, factor)) = self.sides.get(side) else {
            return 0;
        };
        let value = values.get(kind).copied().unwrap_or(0);
        if factor == 1.0 {
            value
        } else if factor == -1.0 {
            value.saturating_neg()
        } else {
            (value as f64 * factor).round() as i64
        }
    }
}

/// One sample of a subject.
#[derive(Clone, Copy, Debug)]
pub struct Stack<'s> {
    side: &'s Side,
    /// Position of its side: 0 is the new profile, 1 the base.
    pub side_index: usize,
    /// Position among the samples of its side.
    pub sample: usize,
    frames: &'s [LocId],
}

impl<'s> Stack<'s> {
    /// Its rows, leaf first.
    #[inline]
    pub fn rows(&self) -> impl Iterator<Item = RowId> + use<'s> {
        let side = self.side;
        self.frames
            .iter()
            .flat_map(move |&location| side.locations.get(location).iter().copied())
    }

    /// The row of its leaf; `None` without frames.
    #[inline]
    pub fn leaf(&self) -> Option<RowId> {
        let leaf = self.frames.first()?;
        self.side.locations.get(*leaf).first().copied()
    }

    /// Its frames, leaf first: the rows of each, innermost inlined function first.
    #[inline]
    pub fn frames(&self) -> impl DoubleEndedIterator<Item = &'s [RowId]> + use<'s> {
        let side = self.side;
        self.frames
            .iter()
            .map(move |&location| side.locations.get(location))
    }

    /// Its labels.
    pub fn labels(&self) -> &'s [Label] {
        self.side.profile.labels(self.sample)
    }

    /// A key that is the same wherever the rows are; `None` without frames.
    #[inline]
    pub fn key(&self) -> Option<u64> {
        self.leaf()?;
        Some(self.rows().fold(0, |key, row| mix(key, u64::from(row.0))))
    }
}

/// Folds one more row or label into the key of a stack.
#[inline]
pub const fn mix(key: u64, value: u64) -> u64 {
    (key.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95)
}

impl Subject {
    /// A single profile.
    pub fn of(profile: impl Into<Arc<Profile>>) -> Arc<Self> {
        let profile = profile.into();
        let (rows, locations) = {
            let mut interner = Interner::default();
            let locations = interner.add(&profile);
            (interner.rows, locations)
        };
        let lenses: Vec<Lens> = profile
            .sample_types
            .iter()
            .enumerate()
            .map(|(kind, value_type)| Lens {
                name: value_type.name.clone(),
                unit: value_type.unit.clone(),
                sides: vec![(kind, 1.0)],
            })
            .collect();
        let side = Side {
            profile,
            locations,
            single: None,
            left_out: Vec::new(),
        };
        Self::new(vec![side], Arc::new(rows), lenses)
    }

    /// `new` minus `base`, both single profiles, matched by function name.
    pub fn diff(new: &Arc<Self>, base: &Arc<Self>) -> Arc<Self> {
        let mut interner = Interner::default();
        let sides: Vec<Side> = [new, base]
            .into_iter()
            .zip(0_u8..)
            .filter_map(|(subject, at)| {
                let side = subject.sides.first()?;
                let merged = interner.merge(&subject.rows, &side.profile, at);
                Some(Side {
                    profile: side.profile.clone(),
                    locations: side.locations.renamed(&merged),
                    single: Some((subject.clone(), merged)),
                    left_out: side.left_out.clone(),
                })
            })
            .collect();
        let lenses = match sides.as_slice() {
            [new, base] => common_lenses(&new.profile, &base.profile),
            _ => Vec::new(),
        };
        let rows = interner.rows;
        Self::new(sides, Arc::new(rows), lenses)
    }

    fn new(sides: Vec<Side>, rows: Arc<Rows>, lenses: Vec<Lens>) -> Arc<Self> {
        let base_lenses: Vec<Lens> = lenses.iter().filter_map(Lens::in_base_unit).collect();
        let all = lenses.iter().chain(&base_lenses);
        Arc::new(Self {
            sides,
            rows,
            weights: all.map(|_| OnceLock::new()).collect(),
            lenses,
            base_lenses,
        })
    }

    /// The same without some of its samples. Rows keep their ids.
    pub fn without(&self, is_out: impl Fn(Stack<'_>) -> bool) -> Arc<Self> {
        let sides = self.sides.iter().zip(0..).map(|(side, side_index)| {
            let samples = 0..side.profile.sample_count();
            let left_out = samples.map(|sample| {
                side.is_out(sample)
                    || is_out(Stack {
                        side,
                        side_index,
                        sample,
                        frames: side.profile.samples.stack(sample),
                    })
            });
            Side {
                profile: side.profile.clone(),
                locations: side.locations.clone(),
                // Its sums are of all samples.
                single: None,
                left_out: left_out.collect(),
            }
        });
        Self::new(sides.collect(), self.rows.clone(), self.lenses.clone())
    }

    /// The new profile, then the base if there is one.
    pub fn profiles(&self) -> impl Iterator<Item = &Arc<Profile>> {
        self.sides.iter().map(|side| &side.profile)
    }

    /// The profile, or the new one of both.
    pub fn profile(&self) -> &Profile {
        let first = self.sides.first();
        &first.expect("every subject is made with a side").profile
    }

    /// A base is subtracted: values may be negative.
    pub fn is_diff(&self) -> bool {
        self.sides.len() > 1
    }

    pub(crate) fn lenses(&self) -> &[Lens] {
        &self.lenses
    }

    /// A lens by its place, those in base units after all others.
    pub(crate) fn lens(&self, place: usize) -> Option<&Lens> {
        self.lenses.iter().chain(&self.base_lenses).nth(place)
    }

    /// The place of the lens that gives the same values in nanoseconds or bytes.
    pub(crate) fn base_place(&self, place: usize) -> usize {
        let name = self.lenses.get(place).map(|lens| lens.name.as_str());
        let found = self
            .base_lenses
            .iter()
            .position(|lens| Some(lens.name.as_str()) == name);
        found.map_or(place, |found| self.lenses.len() + found)
    }

    /// How many rows there are, those without values included.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = RowId> + use<> {
        self.rows.ids()
    }

    /// The row's name as shown.
    pub fn name(&self, row: RowId) -> &str {
        self.rows.name(row, |side| self.side_profile(side))
    }

    /// A source file of the row, or empty.
    pub fn file(&self, row: RowId) -> &str {
        self.rows.file(row, |side| self.side_profile(side))
    }

    fn side_profile(&self, side: u8) -> Option<&Profile> {
        self.sides
            .get(usize::from(side))
            .map(|side| side.profile.as_ref())
    }

    pub(super) fn sides(&self) -> &[Side] {
        &self.sides
    }

    /// Where the weights under a lens are kept.
    pub(super) fn weights_cell(&self, lens: usize) -> Option<&OnceLock<Vec<Weight>>> {
        self.weights.get(lens)
    }

    /// Names of all rows, by row.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rows().map(|row| self.name(row))
    }

    /// Rows of each location that has inlined functions.
    pub(crate) fn inlined(&self) -> impl Iterator<Item = &[RowId]> {
        self.sides.iter().flat_map(|side| side.locations.inlined())
    }

    /// The one walk: calls `see` with every sample that has a value under some of these lenses, and
    /// with its values under all of them. As in pprof, a sample without makes no rows and no edges.
    #[inline]
    pub(crate) fn each_stack<'s>(
        &'s self,
        lenses: &[&Lens],
        mut see: impl FnMut(Stack<'s>, &[i64]),
    ) {
        let mut values = vec![0; lenses.len()];
        for (side_index, side) in self.sides.iter().enumerate() {
            let width = side.profile.sample_types.len();
            let rows = side.profile.samples.values.chunks_exact(width.max(1));
            for (sample, recorded) in rows.enumerate() {
                if side.is_out(sample) {
                    continue;
                }
                for (value, lens) in values.iter_mut().zip(lenses) {
                    *value = lens.value(side_index, recorded);
                }
                let frames = side.profile.samples.stack(sample);
                let stack = Stack {
                    side,
                    side_index,
                    sample,
                    frames,
                };
                if values.iter().any(|&value| value != 0) {
                    see(stack, &values);
                }
            }
        }
    }

    /// The rows of one sample's stack, leaf first.
    pub(crate) fn stack_rows(&self, side: usize, sample: usize) -> Vec<RowId> {
        let rows = self.sides.get(side).map(|side| {
            let stack = side.profile.samples.stack(sample).iter();
            stack
                .flat_map(|&location| side.locations.get(location).iter().copied())
                .collect()
        });
        rows.unwrap_or_default()
    }
}

/// The sample types that both profiles have, in units of one family; types are the same when their
/// names are, but for a plural s.
fn common_lenses(new: &Profile, base: &Profile) -> Vec<Lens> {
    let mut lenses = Vec::new();
    for (kind, value_type) in new.sample_types.iter().enumerate() {
        let Some((base_kind, base_type)) = same_type(base, &value_type.name) else {
            continue;
        };
        if !units::convertible(&value_type.unit, &base_type.unit) {
            continue;
        }
        let unit = units::finer(&value_type.unit, &base_type.unit).to_owned();
        let factor = |from: &str| match from == unit {
            true => 1.0,
            false => units::scale(1, from, &unit).0,
        };
        lenses.push(Lens {
            name: value_type.name.clone(),
            sides: vec![
                (kind, factor(&value_type.unit)),
                (base_kind, -factor(&base_type.unit)),
            ],
            unit,
        });
    }
    lenses
}

/// The sample type of that name, whether it has a plural s or not.
pub(crate) fn same_type<'p>(
    profile: &'p Profile,
    name: &str,
) -> Option<(usize, &'p crate::ValueType)> {
    fn singular(name: &str) -> &str {
        name.strip_suffix('s').unwrap_or(name)
    }
    let mut types = profile.sample_types.iter().enumerate();
    types.find(|(_, kind)| singular(&kind.name) == singular(name))
}
