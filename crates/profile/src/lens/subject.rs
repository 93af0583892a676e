//! What can be looked at: one profile, or one minus a base, with every frame named.
//!
//! Naming the frames is most of the work of a first look, so it is done once for all sample types,
//! and for a difference from what is known of its two sides. Rows are functions by name, as pprof's
//! default granularity has it, whatever their ids, files and builds: that is what lets two profiles
//! be compared. A frame without a function is a row named after its mapping,
//! `[libpython3.12.so.1.0]`, or `<unknown>`.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::aggregate::{self, Weight};
use crate::model::base_name;
use crate::{Label, LocId, Profile, StrId, units};

/// Index of a row: a function by name. Meaningless for any other subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(u32);

impl RowId {
    /// Its place among the rows.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One profile, or one minus a base.
#[derive(Debug)]
pub struct Subject {
    sides: Vec<Side>,
    rows: Rows,
    lenses: Vec<Lens>,
    /// By lens; worked out at the first question.
    weights: Vec<OnceLock<Vec<Weight>>>,
}

/// One of its profiles.
#[derive(Debug)]
pub struct Side {
    profile: Arc<Profile>,
    locations: LocationRows,
    /// In a difference: the profile's own subject, and what its rows are called here.
    single: Option<(Arc<Subject>, Vec<RowId>)>,
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
        };
        Self::new(vec![side], rows, lenses)
    }

    /// `new` minus `base`, both single profiles, matched by function name.
    pub fn diff(new: &Arc<Self>, base: &Arc<Self>) -> Arc<Self> {
        let mut interner = Interner::default();
        let sides: Vec<Side> = [new, base]
            .into_iter()
            .zip(0_u8..)
            .filter_map(|(subject, at)| {
                let side = subject.sides.first()?;
                let merged = interner.merge(subject, at);
                Some(Side {
                    profile: side.profile.clone(),
                    locations: side.locations.renamed(&merged),
                    single: Some((subject.clone(), merged)),
                })
            })
            .collect();
        let lenses = match sides.as_slice() {
            [new, base] => common_lenses(&new.profile, &base.profile),
            _ => Vec::new(),
        };
        let rows = interner.rows;
        Self::new(sides, rows, lenses)
    }

    fn new(sides: Vec<Side>, rows: Rows, lenses: Vec<Lens>) -> Arc<Self> {
        Arc::new(Self {
            sides,
            rows,
            weights: lenses.iter().map(|_| OnceLock::new()).collect(),
            lenses,
        })
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

    /// How many rows there are, those without values included.
    pub fn row_count(&self) -> usize {
        self.rows.0.len()
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = RowId> + use<> {
        (0..u32::try_from(self.rows.0.len()).unwrap_or(u32::MAX)).map(RowId)
    }

    /// The row's name as shown.
    pub fn name(&self, row: RowId) -> &str {
        match self.rows.0.get(row.index()) {
            Some(Row::Function { side, name, .. }) => self.text(*side, *name),
            Some(Row::Object { shown, .. }) => shown,
            None => "",
        }
    }

    /// A source file of the row, or empty.
    pub fn file(&self, row: RowId) -> &str {
        match self.rows.0.get(row.index()) {
            Some(Row::Function { side, file, .. }) => self.text(*side, *file),
            _ => "",
        }
    }

    /// Names of all rows, by row.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rows().map(|row| self.name(row))
    }

    fn text(&self, side: u8, id: StrId) -> &str {
        self.sides
            .get(usize::from(side))
            .map_or("", |side| side.profile.string(id))
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

    /// Flat and cum of every row under one lens; worked out at the first question.
    pub(crate) fn weights(&self, lens: usize) -> &[Weight] {
        let (Some(cell), Some(lens)) = (self.weights.get(lens), self.lenses.get(lens)) else {
            return &[];
        };
        cell.get_or_init(|| {
            self.difference_of_weights(lens).unwrap_or_else(|| {
                let mut found = aggregate::weights_under(self, &[lens]);
                found.pop().unwrap_or_default()
            })
        })
    }

    /// A difference's weights from those of its sides: most of them are known already, and a row is
    /// a fraction of the stacks that it stands in. `None` for a single profile, and where values are
    /// converted or so large that the order of adding could matter.
    fn difference_of_weights(&self, lens: &Lens) -> Option<Vec<Weight>> {
        let mut sums = vec![Weight::default(); self.row_count()];
        let mut room = i64::MAX;
        for (side, &(kind, factor)) in self.sides.iter().zip(&lens.sides) {
            let (single, names) = side.single.as_ref()?;
            if factor.abs() != 1.0 {
                return None;
            }
            room = room
                .checked_sub(side.profile.total(kind))
                .filter(|&room| room > 0)?;
            for (weight, name) in single.weights(kind).iter().zip(names) {
                let sum = sums.get_mut(name.index())?;
                let sign = if factor < 0.0 { -1 } else { 1 };
                sum.flat += sign * weight.flat;
                sum.cum += sign * weight.cum;
            }
        }
        Some(sums)
    }

    /// Works out the weights under all lenses, for who will ask for most of them: one walk instead
    /// of one for each.
    pub fn weigh(&self) {
        if self.is_diff() {
            for (single, _) in self.sides.iter().filter_map(|side| side.single.as_ref()) {
                single.weigh();
            }
            return;
        }
        let missing = |(_, cell): &(&Lens, &OnceLock<_>)| cell.get().is_none();
        let (lenses, cells): (Vec<&Lens>, Vec<_>) = self
            .lenses
            .iter()
            .zip(&self.weights)
            .filter(missing)
            .unzip();
        for (cell, weights) in cells
            .into_iter()
            .zip(aggregate::weights_under(self, &lenses))
        {
            // Filled by somebody else in the meantime: with the same.
            let _ = cell.set(weights);
        }
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

/// What rows are called.
#[derive(Debug, Default)]
struct Rows(Vec<Row>);

#[derive(Debug)]
enum Row {
    /// A function, named in the texts of the side that has it first.
    Function { side: u8, name: StrId, file: StrId },
    /// A frame without a name: how it is shown, and what tells it from others.
    Object {
        shown: String,
        file: String,
        line: i64,
    },
}

/// What makes two frames one row.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Function(&'a str),
    /// The mapping's file, and the start line that an unnamed function may still have.
    Object(&'a str, i64),
}

/// Names rows across the profiles of a subject. Its table is keyed by texts from a flare, so it
/// hashes with the standard hasher.
#[derive(Default)]
struct Interner<'a> {
    ids: HashMap<Key<'a>, RowId>,
    rows: Rows,
}

impl<'a> Interner<'a> {
    fn add(&mut self, profile: &'a Profile) -> LocationRows {
        // One look-up for each text, not for each function: methods of many files share names.
        let mut by_text: Vec<Option<RowId>> = vec![None; profile.strings.len()];
        let by_function: Vec<Option<RowId>> = profile
            .functions
            .name
            .iter()
            .zip(&profile.functions.file)
            .map(|(&name, &file)| {
                let text = profile.string(name);
                let known = by_text.get_mut(name.index()).filter(|_| !text.is_empty())?;
                if known.is_none() {
                    let row = || Row::Function {
                        side: 0,
                        name,
                        file,
                    };
                    *known = Some(self.intern(Key::Function(text), row));
                }
                *known
            })
            .collect();
        let mut locations = LocationRows::default();
        locations.first.reserve_exact(profile.locations.len());
        let mut rows = Vec::new();
        for location in profile.locations() {
            rows.clear();
            for function in profile.lines(location) {
                let known = by_function.get(function.index()).copied().flatten();
                rows.push(known.unwrap_or_else(|| {
                    let line = profile.functions.start_line.get(function.index());
                    self.object(profile, location, line.copied().unwrap_or(0))
                }));
            }
            if rows.is_empty() {
                rows.push(self.object(profile, location, 0));
            }
            locations.push(&rows);
        }
        locations
    }

    fn object(&mut self, profile: &'a Profile, location: LocId, line: i64) -> RowId {
        let mapping = profile.mapping_of(location);
        let file = mapping.map_or("", |mapping| mapping.file.as_str());
        let row = || Row::Object {
            shown: match file {
                "" => "<unknown>".to_owned(),
                file => format!("[{}]", base_name(file)),
            },
            file: file.to_owned(),
            line,
        };
        self.intern(Key::Object(file, line), row)
    }

    /// What the rows of a single profile's subject are in the difference that it becomes a side of.
    fn merge(&mut self, subject: &'a Subject, side: u8) -> Vec<RowId> {
        subject
            .rows
            .0
            .iter()
            .map(|row| match row {
                Row::Function { name, file, .. } => {
                    let row = || Row::Function {
                        side,
                        name: *name,
                        file: *file,
                    };
                    self.intern(Key::Function(subject.text(0, *name)), row)
                }
                Row::Object { shown, file, line } => {
                    let row = || Row::Object {
                        shown: shown.clone(),
                        file: file.clone(),
                        line: *line,
                    };
                    self.intern(Key::Object(file, *line), row)
                }
            })
            .collect()
    }

    fn intern(&mut self, key: Key<'a>, row: impl FnOnce() -> Row) -> RowId {
        let rows = &mut self.rows.0;
        let next = RowId(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        *self.ids.entry(key).or_insert_with(|| {
            rows.push(row());
            next
        })
    }
}

/// Rows of every location. Nearly all have one, so that one is stored in place.
#[derive(Clone, Debug, Default)]
struct LocationRows {
    /// The row, or `SEVERAL` and the index of a range in `starts`.
    first: Vec<RowId>,
    starts: Vec<u32>,
    rows: Vec<RowId>,
}

const SEVERAL: u32 = 1 << 31;

impl LocationRows {
    fn push(&mut self, rows: &[RowId]) {
        if let [only] = rows {
            self.first.push(*only);
            return;
        }
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        let range = u32::try_from(self.starts.len() - 1).unwrap_or(0);
        self.first.push(RowId(SEVERAL | range));
        self.rows.extend_from_slice(rows);
        self.starts
            .push(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
    }

    /// The rows of a location, innermost first; never empty for a location of the profile.
    #[inline]
    fn get(&self, location: LocId) -> &[RowId] {
        let Some(first) = self.first.get(location.index()) else {
            return &[];
        };
        if first.0 & SEVERAL == 0 {
            return std::slice::from_ref(first);
        }
        let range = (first.0 & !SEVERAL) as usize;
        match (self.starts.get(range), self.starts.get(range + 1)) {
            (Some(&start), Some(&end)) => {
                self.rows.get(start as usize..end as usize).unwrap_or(&[])
            }
            _ => &[],
        }
    }

    /// Ranges of locations with inlined functions.
    fn inlined(&self) -> impl Iterator<Item = &[RowId]> {
        self.starts.windows(2).filter_map(|range| match range {
            [start, end] => self.rows.get(*start as usize..*end as usize),
            _ => None,
        })
    }

    /// The same with other names for the rows.
    fn renamed(&self, names: &[RowId]) -> Self {
        let rename = |row: &RowId| names.get(row.index()).copied().unwrap_or(*row);
        Self {
            first: self
                .first
                .iter()
                .map(|row| match row.0 & SEVERAL {
                    0 => rename(row),
                    _ => *row,
                })
                .collect(),
            starts: self.starts.clone(),
            rows: self.rows.iter().map(rename).collect(),
        }
    }
}
