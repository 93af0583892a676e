//! What is looked at: one profile, or one minus a base, for one sample type.
//!
//! Rows are functions by name, as pprof's default granularity has it, whatever their ids, files
//! and builds: that is what lets two profiles be compared. A frame without a function is a row
//! named after its mapping, `[libpython3.12.so.1.0]`, or `<unknown>`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::{Profile, base_name, units};

/// Index of a row: a function by name. Meaningless in any other view.
pub type RowId = u32;

/// Why two profiles can't be subtracted.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum ViewError {
    /// The wanted sample type is not there.
    #[error("the profile has no sample type {wanted:?}; it has: {}", available.join(", "))]
    NoSampleType {
        /// What was asked for.
        wanted: String,
        /// What there is.
        available: Vec<String>,
    },
    /// Same name, units of different families.
    #[error(
        "{name} is in {unit} in one profile and in {base_unit} in the base: they can't be subtracted"
    )]
    Units {
        /// Name of the sample type.
        name: String,
        /// Its unit in the new profile.
        unit: String,
        /// Its unit in the base.
        base_unit: String,
    },
}

/// One profile of a view.
#[derive(Clone, Debug)]
pub struct Side<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// Which of its sample types.
    pub kind: usize,
    /// What its values are multiplied with to get the view's unit; negative for a base.
    pub factor: f64,
    /// Rows of each location, innermost inlined function first. Shared by all sample types.
    pub(crate) locations: Arc<LocationRows>,
}

impl Side<'_> {
    /// The sample's value in the view's unit, negated for a base.
    #[inline]
    pub fn value(&self, sample: usize) -> i64 {
        let value = self.profile.value(sample, self.kind);
        if self.factor == 1.0 {
            value
        } else if self.factor == -1.0 {
            value.saturating_neg()
        } else {
            (value as f64 * self.factor).round() as i64
        }
    }

    /// This side is subtracted.
    pub fn is_base(&self) -> bool {
        self.factor < 0.0
    }

    /// Rows of the sample's stack, leaf first.
    #[inline]
    pub fn rows(&self, sample: usize) -> impl Iterator<Item = RowId> {
        let stack = self.profile.samples.stack(sample);
        stack
            .iter()
            .flat_map(|&location| self.locations.get(location).iter().copied())
    }

    /// The leaf of the sample's stack, and a key that is the same wherever its rows are. `None`
    /// without a stack.
    #[inline]
    pub fn leaf_and_key(&self, sample: usize) -> Option<(RowId, u64)> {
        let mut rows = self.rows(sample);
        let leaf = rows.next()?;
        let key = rows.fold(mix(0, u64::from(leaf)), |key, row| mix(key, u64::from(row)));
        Some((leaf, key))
    }
}

/// Folds one more row or label into the key of a stack.
pub const fn mix(key: u64, value: u64) -> u64 {
    (key.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// Rows of every location. Nearly all have one, so that one is stored in place.
#[derive(Clone, Debug, Default)]
pub(crate) struct LocationRows {
    /// The row, or `SEVERAL` and the index of a range in `starts`.
    first: Vec<u32>,
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
        self.first.push(SEVERAL | range);
        self.rows.extend_from_slice(rows);
        self.starts
            .push(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
    }

    /// The rows of a location, innermost first; never empty for a location of the profile.
    #[inline]
    pub(crate) fn get(&self, location: u32) -> &[RowId] {
        let Some(first) = self.first.get(location as usize) else {
            return &[];
        };
        if first & SEVERAL == 0 {
            return std::slice::from_ref(first);
        }
        let range = (first & !SEVERAL) as usize;
        match (self.starts.get(range), self.starts.get(range + 1)) {
            (Some(&start), Some(&end)) => {
                self.rows.get(start as usize..end as usize).unwrap_or(&[])
            }
            _ => &[],
        }
    }

    /// Ranges of locations with inlined functions.
    pub(crate) fn inlined(&self) -> impl Iterator<Item = &[RowId]> {
        self.starts.windows(2).filter_map(|range| match range {
            [start, end] => self.rows.get(*start as usize..*end as usize),
            _ => None,
        })
    }
}

/// What the header of a report says about the profiles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Base name of the main binary, or empty.
    pub file: String,
    /// Its build id, or empty.
    pub build_id: String,
    /// Comments of the producer.
    pub comments: Vec<String>,
    /// Name of the sample type.
    pub sample_type: String,
    /// Unit of all values of the view.
    pub unit: String,
    /// Documentation link, or empty.
    pub doc_url: String,
    /// When it was taken; for a difference the earlier of both; 0 when unknown.
    pub time_ns: i64,
    /// How long it was recorded; for a difference both together.
    pub duration_ns: i64,
}

/// One profile, or one minus a base, for one sample type.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The new profile, then the base if there is one.
    pub sides: Vec<Side<'a>>,
    /// For a report's header.
    pub header: Header,
    /// What percentages are of: the sum of absolute values, of the base where there is one and it
    /// is not zero.
    pub total: i64,
    rows: Arc<Rows<'a>>,
}

/// What rows are called; the same for all sample types of the same profiles.
#[derive(Debug, Default)]
struct Rows<'a> {
    names: Vec<Cow<'a, str>>,
    files: Vec<&'a str>,
}

impl<'a> View<'a> {
    /// A single profile. `sample_type` as pprof's `-sample_index`; empty for the default one.
    ///
    /// # Errors
    /// [`ViewError::NoSampleType`], with the types that there are.
    pub fn of(profile: &'a Profile, sample_type: &str) -> Result<Self, ViewError> {
        find_type(profile, sample_type)?;
        let mut rows = Interner::default();
        let locations = Arc::new(rows.add(profile));
        single(profile, sample_type, locations, rows.finish())
    }

    /// `profile` minus `base`, matched by function name; percentages are of the base.
    ///
    /// # Errors
    /// When one of them lacks the sample type, or the units are of different families.
    pub fn diff(
        profile: &'a Profile,
        base: &'a Profile,
        sample_type: &str,
    ) -> Result<Self, ViewError> {
        common_type(profile, base, sample_type)?;
        let mut rows = Interner::default();
        let locations = [Arc::new(rows.add(profile)), Arc::new(rows.add(base))];
        difference(profile, base, sample_type, locations, rows.finish())
    }

    /// The same profiles for another sample type. Rows keep their ids, and nothing is interned
    /// again: that is most of the cost of a view.
    ///
    /// # Errors
    /// As [`View::of`] and [`View::diff`].
    pub fn retyped(&self, sample_type: &str) -> Result<Self, ViewError> {
        match self.sides.as_slice() {
            [side, base] => difference(
                side.profile,
                base.profile,
                sample_type,
                [side.locations.clone(), base.locations.clone()],
                self.rows.clone(),
            ),
            [side, ..] => single(
                side.profile,
                sample_type,
                side.locations.clone(),
                self.rows.clone(),
            ),
            [] => Ok(self.clone()),
        }
    }

    /// A base is subtracted: values may be negative.
    pub fn is_diff(&self) -> bool {
        self.sides.iter().any(Side::is_base)
    }

    /// How many rows there are, empty ones included.
    pub fn row_count(&self) -> usize {
        self.rows.names.len()
    }

    /// The row's name as shown.
    pub fn name(&self, row: RowId) -> &str {
        self.rows.names.get(row as usize).map_or("", AsRef::as_ref)
    }

    /// A source file of the row, or empty.
    pub fn file(&self, row: RowId) -> &str {
        self.rows.files.get(row as usize).copied().unwrap_or("")
    }

    /// Names of all rows, by row.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.names.iter().map(AsRef::as_ref)
    }

    /// Sum of all values, signs kept.
    pub fn net(&self) -> i64 {
        let mut sum = 0_i128;
        for side in &self.sides {
            for sample in 0..side.profile.samples.len() {
                sum += i128::from(side.value(sample));
            }
        }
        crate::model::clamp(sum)
    }
}

fn single<'a>(
    profile: &'a Profile,
    sample_type: &str,
    locations: Arc<LocationRows>,
    rows: Arc<Rows<'a>>,
) -> Result<View<'a>, ViewError> {
    let kind = find_type(profile, sample_type)?;
    let value_type = profile.sample_types.get(kind).cloned().unwrap_or_default();
    Ok(View {
        total: profile.total(kind),
        header: Header {
            file: main_file(profile),
            build_id: profile.build_id().to_owned(),
            comments: profile.comments.clone(),
            sample_type: value_type.name,
            unit: value_type.unit,
            doc_url: profile.doc_url.clone(),
            time_ns: profile.time_ns,
            duration_ns: profile.duration_ns,
        },
        sides: vec![Side {
            profile,
            kind,
            factor: 1.0,
            locations,
        }],
        rows,
    })
}

fn difference<'a>(
    profile: &'a Profile,
    base: &'a Profile,
    sample_type: &str,
    [locations, base_locations]: [Arc<LocationRows>; 2],
    rows: Arc<Rows<'a>>,
) -> Result<View<'a>, ViewError> {
    let (kind, base_kind) = common_type(profile, base, sample_type)?;
    let value_type = profile.sample_types.get(kind).cloned().unwrap_or_default();
    let base_type = base
        .sample_types
        .get(base_kind)
        .cloned()
        .unwrap_or_default();
    if !units::convertible(&value_type.unit, &base_type.unit) {
        return Err(ViewError::Units {
            name: value_type.name,
            unit: value_type.unit,
            base_unit: base_type.unit,
        });
    }
    let unit = units::finer(&value_type.unit, &base_type.unit).to_owned();
    let factor = |from: &str| match from == unit {
        true => 1.0,
        false => units::scale(1, from, &unit).0,
    };
    let sides = vec![
        Side {
            profile,
            kind,
            factor: factor(&value_type.unit),
            locations,
        },
        Side {
            profile: base,
            kind: base_kind,
            factor: -factor(&base_type.unit),
            locations: base_locations,
        },
    ];
    let mut comments = profile.comments.clone();
    for comment in &base.comments {
        if !comments.contains(comment) {
            comments.push(comment.clone());
        }
    }
    let time_ns = match (profile.time_ns, base.time_ns) {
        (0, base) => base,
        (new, base) => new.min(base),
    };
    Ok(View {
        total: diff_total(&sides),
        header: Header {
            // Never the base's: without a mapping pprof makes up one that has no file.
            file: main_file(profile),
            build_id: profile.build_id().to_owned(),
            comments,
            sample_type: value_type.name,
            unit,
            doc_url: match profile.doc_url.as_str() {
                "" => base.doc_url.clone(),
                url => url.to_owned(),
            },
            time_ns,
            duration_ns: profile.duration_ns.saturating_add(base.duration_ns),
        },
        sides,
        rows,
    })
}

fn main_file(profile: &Profile) -> String {
    match profile.mappings.first() {
        Some(main) if !main.file.is_empty() => base_name(&main.file).to_owned(),
        _ => String::new(),
    }
}

fn diff_total(sides: &[Side<'_>]) -> i64 {
    let (mut all, mut base) = (0_i128, 0_i128);
    for side in sides {
        let sum: i128 = (0..side.profile.samples.len())
            .map(|sample| i128::from(side.value(sample)).abs())
            .sum();
        all += sum;
        if side.is_base() {
            base += sum;
        }
    }
    crate::model::clamp(if base > 0 { base } else { all })
}

fn find_type(profile: &Profile, wanted: &str) -> Result<usize, ViewError> {
    profile
        .type_index(wanted)
        .ok_or_else(|| ViewError::NoSampleType {
            wanted: wanted.to_owned(),
            available: profile
                .sample_types
                .iter()
                .map(|kind| kind.name.clone())
                .collect(),
        })
}

/// The wanted type in both profiles; types are the same when their names are, but for a plural s.
fn common_type(
    profile: &Profile,
    base: &Profile,
    wanted: &str,
) -> Result<(usize, usize), ViewError> {
    let singular = |name: &str| name.strip_suffix('s').unwrap_or(name).to_owned();
    let in_base = |kind: usize| {
        let name = singular(&profile.sample_types.get(kind)?.name);
        base.sample_types
            .iter()
            .position(|kind| singular(&kind.name) == name)
    };
    if wanted.is_empty() && profile.default_sample_type.is_empty() {
        // The last type that both have.
        let common = (0..profile.sample_types.len())
            .rev()
            .find_map(|kind| Some((kind, in_base(kind)?)));
        if let Some(common) = common {
            return Ok(common);
        }
    }
    let kind = find_type(profile, wanted)?;
    match in_base(kind) {
        Some(base_kind) => Ok((kind, base_kind)),
        None => Err(ViewError::NoSampleType {
            wanted: profile
                .sample_types
                .get(kind)
                .map(|kind| kind.name.clone())
                .unwrap_or_default(),
            available: base
                .sample_types
                .iter()
                .map(|kind| kind.name.clone())
                .collect(),
        }),
    }
}

/// What makes two frames one row.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    Function(&'a str),
    /// A frame without a name: the mapping's file, and the start line that an unnamed function
    /// may still have.
    Object(&'a str, i64),
}

/// Interns rows across the profiles of a view.
#[derive(Default)]
struct Interner<'a> {
    ids: HashMap<Key<'a>, RowId>,
    rows: Rows<'a>,
}

impl<'a> Interner<'a> {
    fn finish(self) -> Arc<Rows<'a>> {
        Arc::new(self.rows)
    }

    fn add(&mut self, profile: &'a Profile) -> LocationRows {
        // One look-up for each text, not for each function: methods of many files share names.
        const UNKNOWN: u32 = u32::MAX;
        let mut by_text = vec![UNKNOWN; profile.strings.len()];
        let by_function: Vec<u32> = profile
            .functions
            .name
            .iter()
            .zip(&profile.functions.file)
            .map(|(&name, &file)| {
                let text = profile.strings.get(name);
                if text.is_empty() {
                    return UNKNOWN;
                }
                let Some(known) = by_text.get_mut(name.0 as usize) else {
                    return UNKNOWN;
                };
                if *known == UNKNOWN {
                    *known = self.intern(Key::Function(text), profile.strings.get(file));
                }
                *known
            })
            .collect();
        let mut locations = LocationRows::default();
        locations.first.reserve_exact(profile.locations.len());
        let mut rows = Vec::new();
        for location in 0..u32::try_from(profile.locations.len()).unwrap_or(u32::MAX) {
            let object = || {
                profile
                    .mapping_of(location)
                    .map_or("", |mapping| mapping.file.as_str())
            };
            rows.clear();
            for function in profile.locations.lines(location) {
                let row = by_function
                    .get(function.0 as usize)
                    .copied()
                    .unwrap_or(UNKNOWN);
                rows.push(if row == UNKNOWN {
                    let line = profile.functions.start_line.get(function.0 as usize);
                    self.intern(Key::Object(object(), line.copied().unwrap_or(0)), "")
                } else {
                    row
                });
            }
            if rows.is_empty() {
                rows.push(self.intern(Key::Object(object(), 0), ""));
            }
            locations.push(&rows);
        }
        locations
    }

    fn intern(&mut self, key: Key<'a>, file: &'a str) -> RowId {
        let next = u32::try_from(self.rows.names.len()).unwrap_or(u32::MAX);
        let name = match key {
            Key::Function(name) => Cow::Borrowed(name),
            Key::Object("", _) => Cow::Borrowed("<unknown>"),
            Key::Object(file, _) => Cow::Owned(format!("[{}]", base_name(file))),
        };
        let id = *self.ids.entry(key).or_insert(next);
        if id == next {
            self.rows.names.push(name);
            self.rows.files.push(file);
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::View;
    use crate::Mapping;
    use crate::text::draw;

    #[test]
    fn a_difference_is_headed_by_the_new_profile_alone() -> Result<(), Box<dyn std::error::Error>> {
        let mut base = draw("inuse_space/bytes", "main;app.a 1")?;
        base.mappings = vec![Mapping {
            file: "/opt/datadog-agent/bin/agent/agent".to_owned(),
            build_id: "5f3a".to_owned(),
            ..Mapping::default()
        }];
        let mut new = base.clone();
        new.mappings.clear();
        let heading = |new, base| -> Result<[String; 2], super::ViewError> {
            let header = View::diff(new, base, "inuse_space")?.header;
            Ok([header.file, header.build_id])
        };
        // As go tool pprof of Go 1.27 prints it.
        assert_eq!(heading(&new, &base)?, ["", ""]);
        assert_eq!(heading(&base, &new)?, ["agent", "5f3a"]);
        Ok(())
    }
}
