//! Rows: what the frames of one or two profiles are called.
//!
//! Rows are functions by name, as pprof's default granularity has it, whatever their ids, files and
//! builds: that is what lets two profiles be compared. A frame without a function is a row named
//! after its mapping, `[libpython3.12.so.1.0]`, or `<unknown>`.

use std::collections::HashMap;

use crate::model::base_name;
use crate::{LocId, Profile, StrId};

/// Index of a row: a function by name. Meaningless for any other subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub(super) u32);

impl RowId {
    /// Its place among the rows.
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What rows are called.
#[derive(Debug, Default)]
pub(super) struct Rows(Vec<Row>);

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

impl Rows {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them.
    pub(super) fn ids(&self) -> impl Iterator<Item = RowId> + use<> {
        (0..u32::try_from(self.0.len()).unwrap_or(u32::MAX)).map(RowId)
    }

    /// A row's name as shown. `profile` gives the profile of a side.
    pub(super) fn name<'n>(
        &'n self,
        row: RowId,
        profile: impl FnOnce(u8) -> Option<&'n Profile>,
    ) -> &'n str {
        match self.0.get(row.index()) {
            Some(Row::Function { side, name, .. }) => {
                profile(*side).map_or("", |profile| profile.string(*name))
            }
            Some(Row::Object { shown, .. }) => shown,
            None => "",
        }
    }

    /// A source file of a row, or empty.
    pub(super) fn file<'n>(
        &'n self,
        row: RowId,
        profile: impl FnOnce(u8) -> Option<&'n Profile>,
    ) -> &'n str {
        match self.0.get(row.index()) {
            Some(Row::Function { side, file, .. }) => {
                profile(*side).map_or("", |profile| profile.string(*file))
            }
            _ => "",
        }
    }
}

/// Names rows across the profiles of a subject. Its table is keyed by texts from a flare, so it
/// hashes with the standard hasher.
#[derive(Default)]
pub(super) struct Interner<'a> {
    ids: HashMap<Key<'a>, RowId>,
    pub(super) rows: Rows,
}

impl<'a> Interner<'a> {
    /// Names the rows of a profile.
    pub(super) fn add(&mut self, profile: &'a Profile) -> LocationRows {
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

    /// What the rows of a single profile are in the difference that it becomes a side of.
    pub(super) fn merge(&mut self, rows: &'a Rows, profile: &'a Profile, side: u8) -> Vec<RowId> {
        rows.0
            .iter()
            .map(|row| match row {
                Row::Function { name, file, .. } => {
                    let row = || Row::Function {
                        side,
                        name: *name,
                        file: *file,
                    };
                    self.intern(Key::Function(profile.string(*name)), row)
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
pub(super) struct LocationRows {
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
    pub(super) fn get(&self, location: LocId) -> &[RowId] {
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
    pub(super) fn inlined(&self) -> impl Iterator<Item = &[RowId]> {
        self.starts.windows(2).filter_map(|range| match range {
            [start, end] => self.rows.get(*start as usize..*end as usize),
            _ => None,
        })
    }

    /// The same with other names for the rows.
    pub(super) fn renamed(&self, names: &[RowId]) -> Self {
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
