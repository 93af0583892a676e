//! A subject under one lens: one profile, or one minus a base, for one sample type.

use std::sync::Arc;

use super::subject::{Lens, same_type};
pub use super::subject::{RowId, Stack, Subject, Weight, mix};
use super::weights;
use crate::Profile;
use crate::model::{base_name, clamp};

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

/// One profile, or one minus a base, for one sample type. Owns what it needs; a copy is cheap.
#[derive(Clone, Debug)]
pub struct View {
    subject: Arc<Subject>,
    lens: usize,
    /// For a report's header.
    pub header: Header,
    /// What percentages are of: the sum of absolute values, of the base where there is one and it
    /// is not zero.
    pub total: i64,
    net: i64,
}

impl View {
    /// A single profile. `sample_type` as pprof's `-sample_index`; empty for the default one.
    ///
    /// # Errors
    /// [`ViewError::NoSampleType`], with the types that there are.
    pub fn of(profile: impl Into<Arc<Profile>>, sample_type: &str) -> Result<Self, ViewError> {
        Self::under(&Subject::of(profile), sample_type)
    }

    /// `profile` minus `base`, matched by function name; percentages are of the base.
    ///
    /// # Errors
    /// When one of them lacks the sample type, or the units are of different families.
    pub fn diff(
        profile: impl Into<Arc<Profile>>,
        base: impl Into<Arc<Profile>>,
        sample_type: &str,
    ) -> Result<Self, ViewError> {
        let subject = Subject::diff(&Subject::of(profile), &Subject::of(base));
        Self::under(&subject, sample_type)
    }

    /// A subject under the lens of a sample type, as pprof's `-sample_index` names it.
    ///
    /// # Errors
    /// When a profile lacks the sample type, or the units are of different families.
    pub fn under(subject: &Arc<Subject>, sample_type: &str) -> Result<Self, ViewError> {
        let profiles: Vec<&Arc<Profile>> = subject.profiles().collect();
        let kind = match profiles.as_slice() {
            [profile, base] => common_type(profile, base, sample_type)?,
            [profile, ..] => find_type(profile, sample_type)?,
            [] => return Err(no_type(&Profile::default(), sample_type)),
        };
        // A difference has no lens for what can't be subtracted, so its places are its own.
        let found = subject
            .lenses()
            .iter()
            .zip(0..)
            .find(|(lens, _)| lens.sides.first().is_some_and(|&(side, _)| side == kind));
        match found {
            Some((lens, place)) => Ok(Self::new(subject.clone(), lens, place)),
            None => Err(not_common(&profiles, kind)),
        }
    }

    /// Every sample type of a subject, in the new profile's order; those that a base lacks are
    /// left out.
    pub fn all(subject: &Arc<Subject>) -> Vec<Self> {
        let lenses = subject.lenses().iter().zip(0..);
        lenses
            .map(|(lens, place)| Self::new(subject.clone(), lens, place))
            .collect()
    }

    fn new(subject: Arc<Subject>, lens: &Lens, place: usize) -> Self {
        let mut sums = [[0_i128; 2]; 2];
        subject.each_stack(&[lens], |stack, values| {
            let value = i128::from(values.first().copied().unwrap_or(0));
            if let Some([net, all]) = sums.get_mut(stack.side_index) {
                *net += value;
                *all += value.abs();
            }
        });
        let [[net, all], [base_net, base_all]] = sums;
        Self {
            header: Header::of(&subject, lens),
            lens: place,
            total: clamp(if base_all > 0 { base_all } else { all }),
            net: clamp(net + base_net),
            subject,
        }
    }

    /// The same subject for another sample type. Rows keep their ids.
    ///
    /// # Errors
    /// As [`View::under`].
    pub fn retyped(&self, sample_type: &str) -> Result<Self, ViewError> {
        Self::under(&self.subject, sample_type)
    }

    /// The same in nanoseconds or bytes, where the unit is of time or memory; as it is otherwise.
    /// Whatever is held against a number of a table goes through this.
    #[must_use]
    pub fn in_base_unit(self) -> Self {
        let place = self.subject.base_place(self.lens);
        match self.subject.lens(place) {
            Some(lens) if place != self.lens => Self::new(self.subject.clone(), lens, place),
            _ => self,
        }
    }

    /// What is looked at.
    pub fn subject(&self) -> &Arc<Subject> {
        &self.subject
    }

    /// A base is subtracted: values may be negative.
    pub fn is_diff(&self) -> bool {
        self.subject.is_diff()
    }

    /// How many rows there are, empty ones included.
    pub fn row_count(&self) -> usize {
        self.subject.row_count()
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = RowId> + use<> {
        self.subject.rows()
    }

    /// The row's name as shown.
    pub fn name(&self, row: RowId) -> &str {
        self.subject.name(row)
    }

    /// A source file of the row, or empty.
    pub fn file(&self, row: RowId) -> &str {
        self.subject.file(row)
    }

    /// Names of all rows, by row.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.subject.names()
    }

    /// Sum of all values, signs kept.
    pub fn net(&self) -> i64 {
        self.net
    }

    /// Flat and cum of every row, by row; worked out once, see [`weights::weigh`].
    pub fn weights(&self) -> &[Weight] {
        weights::under(&self.subject, self.lens)
    }

    /// Of a difference: the flat values of the base and of the new profile, by row, in the view's unit.
    pub fn flat_by_side(&self) -> (Vec<i64>, Vec<i64>) {
        let mut before = vec![0_i64; self.row_count()];
        let mut after = before.clone();
        self.each_stack(|stack, value| {
            // A base counts negatively.
            let (side, value) = match stack.side_index {
                0 => (&mut after, value),
                _ => (&mut before, value.saturating_neg()),
            };
            if let Some(sum) = stack.leaf().and_then(|leaf| side.get_mut(leaf.index())) {
                *sum = sum.saturating_add(value);
            }
        });
        (before, after)
    }

    /// Calls `see` with every sample whose value is not zero.
    #[inline]
    pub fn each_stack<'s>(&'s self, mut see: impl FnMut(Stack<'s>, i64)) {
        Self::each_stack_of(&[self], |stack, values| {
            see(stack, values.first().copied().unwrap_or(0));
        });
    }

    /// Calls `see` with every sample that has a value in one of these views of one subject, and with
    /// its values in all of them.
    #[inline]
    pub fn each_stack_of<'s>(views: &[&'s Self], see: impl FnMut(Stack<'s>, &[i64])) {
        let Some(first) = views.first() else {
            return;
        };
        let lenses: Vec<&Lens> = views
            .iter()
            .filter_map(|view| first.subject.lens(view.lens))
            .collect();
        first.subject.each_stack(&lenses, see);
    }
}

impl Header {
    fn of(subject: &Subject, lens: &Lens) -> Self {
        let profile = subject.profile();
        let mut header = Self {
            // Never the base's: without a mapping pprof makes up one that has no file.
            file: main_file(profile),
            build_id: profile.build_id().to_owned(),
            comments: profile.comments.clone(),
            sample_type: lens.name.clone(),
            unit: lens.unit.clone(),
            doc_url: profile.doc_url.clone(),
            time_ns: profile.time_ns,
            duration_ns: profile.duration_ns,
        };
        for base in subject.profiles().skip(1) {
            for comment in &base.comments {
                if !header.comments.contains(comment) {
                    header.comments.push(comment.clone());
                }
            }
            if header.doc_url.is_empty() {
                header.doc_url.clone_from(&base.doc_url);
            }
            header.time_ns = match (header.time_ns, base.time_ns) {
                (0, base) => base,
                (new, base) => new.min(base),
            };
            header.duration_ns = header.duration_ns.saturating_add(base.duration_ns);
        }
        header
    }
}

fn main_file(profile: &Profile) -> String {
    match profile.mappings.first() {
        Some(main) if !main.file.is_empty() => base_name(&main.file).to_owned(),
        _ => String::new(),
    }
}

fn find_type(profile: &Profile, wanted: &str) -> Result<usize, ViewError> {
    profile
        .type_index(wanted)
        .ok_or_else(|| no_type(profile, wanted))
}

fn no_type(profile: &Profile, wanted: &str) -> ViewError {
    ViewError::NoSampleType {
        wanted: wanted.to_owned(),
        available: profile
            .sample_types
            .iter()
            .map(|kind| kind.name.clone())
            .collect(),
    }
}

/// Which type of the new profile is meant, if the base may have it as well.
fn common_type(profile: &Profile, base: &Profile, wanted: &str) -> Result<usize, ViewError> {
    if wanted.is_empty() && profile.default_sample_type.is_empty() {
        // The last type that both have.
        let common = profile
            .sample_types
            .iter()
            .rposition(|kind| same_type(base, &kind.name).is_some());
        if let Some(common) = common {
            return Ok(common);
        }
    }
    find_type(profile, wanted)
}

/// Why a sample type of the new profile can't be subtracted.
fn not_common(profiles: &[&Arc<Profile>], kind: usize) -> ViewError {
    let [profile, base] = profiles else {
        return no_type(&Profile::default(), "");
    };
    let wanted = profile.sample_types.get(kind).cloned().unwrap_or_default();
    match same_type(base, &wanted.name) {
        None => no_type(base, &wanted.name),
        Some((_, base_type)) => ViewError::Units {
            name: wanted.name,
            unit: wanted.unit,
            base_unit: base_type.unit.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::View;
    use crate::Mapping;
    use crate::text::draw;

    #[test]
    fn values_in_base_units_have_rows_of_their_own() -> Result<(), Box<dyn std::error::Error>> {
        let types = "inuse_objects/count inuse_space/kilobytes";
        let new = draw(types, "main;a 1 5\nmain;b 1 3")?;
        let base = draw(types, "main;a 1 4")?;
        let view = View::diff(new, base, "inuse_space")?;
        let flat =
            |view: &View| -> Vec<i64> { view.weights().iter().map(|weight| weight.flat).collect() };
        let in_bytes = view.clone().in_base_unit();
        assert_eq!((view.total, view.net()), (4, 4));
        assert_eq!((in_bytes.total, in_bytes.net()), (4096, 4096));
        assert_eq!(in_bytes.header.unit, "bytes");
        let scaled: Vec<i64> = flat(&view).iter().map(|value| value * 1024).collect();
        assert_eq!(flat(&in_bytes), scaled);
        // Once is enough, and counts have no other unit.
        assert_eq!(in_bytes.clone().in_base_unit().total, 4096);
        assert_eq!(view.retyped("inuse_objects")?.in_base_unit().net(), 1);
        Ok(())
    }

    #[test]
    fn a_difference_knows_what_was_before_and_after() -> Result<(), Box<dyn std::error::Error>> {
        let new = draw("inuse_space/kilobytes", "main;a 9\nmain;b;a 1\nmain;new 2")?;
        let base = draw("inuse_space/kilobytes", "main;a 4\nmain;gone 7")?;
        let view = View::diff(new, base, "inuse_space")?;
        let of = |view: &View| {
            let (before, after) = view.flat_by_side();
            let mut rows: Vec<_> = (view.names().map(str::to_owned))
                .zip(before.into_iter().zip(after))
                .collect();
            rows.sort();
            rows.into_iter().map(|(_, sides)| sides).collect::<Vec<_>>()
        };
        // a, b, gone, main, new
        assert_eq!(of(&view), [(4, 10), (0, 0), (7, 0), (0, 0), (0, 2)]);
        let in_bytes = of(&view.in_base_unit());
        assert_eq!(in_bytes.first(), Some(&(4096, 10240)));
        Ok(())
    }

    #[test]
    fn samples_that_are_left_out_are_in_no_sum() -> Result<(), Box<dyn std::error::Error>> {
        let new = draw("inuse_space/bytes", "main;a;leaf 9\nmain;b;leaf 4")?;
        let base = draw("inuse_space/bytes", "main;b;leaf 1\nmain;a;leaf 2")?;
        let whole = View::diff(new, base, "inuse_space")?;
        let subject = whole.subject();
        let part = subject.without(|stack| stack.rows().any(|row| subject.name(row) == "a"));
        let part = View::under(&part, "inuse_space")?;
        assert_eq!((whole.net(), part.net()), (10, 3));
        for row in whole.rows() {
            assert_eq!(whole.name(row), part.name(row));
            let flat = part.weights()[row.index()].flat;
            assert_eq!(flat, if part.name(row) == "leaf" { 3 } else { 0 });
        }
        Ok(())
    }

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
        let heading = |new: &crate::Profile,
                       base: &crate::Profile|
         -> Result<[String; 2], super::ViewError> {
            let header = View::diff(new.clone(), base.clone(), "inuse_space")?.header;
            Ok([header.file, header.build_id])
        };
        // As go tool pprof of Go 1.27 prints it.
        assert_eq!(heading(&new, &base)?, ["", ""]);
        assert_eq!(heading(&base, &new)?, ["agent", "5f3a"]);
        Ok(())
    }
}
