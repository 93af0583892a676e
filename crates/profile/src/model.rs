//! Tables of one profile.
//!
//! Samples, stacks and locations are nearly all of a profile. They lie in flat columns: a row's
//! variable part is a range of a shared column, so nothing is allocated per sample.
//!
//! ```text
//! stack_start  0      3   5          8
//!              |      |   |          |
//! stack        L L L  L L L L L  ...        leaf first
//! ```

use crate::units;

/// Index of a text. Meaningless for any other profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StrId(pub(crate) u32);

/// Index of a function. Meaningless for any other profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FuncId(pub(crate) u32);

/// Index of a location. Meaningless for any other profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocId(pub(crate) u32);

macro_rules! index {
    ($($id:ident)*) => {$(
        impl $id {
            /// Its place in the table.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

index!(StrId FuncId LocId);

/// No mapping: in [`Locations::mapping`].
pub(crate) const NO_MAPPING: u32 = u32::MAX;

/// Texts, each stored once per occurrence in the file; entry 0 is empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// Appends a text. Bytes that are not UTF-8 become replacement characters, as pprof accepts them.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> StrId {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.text.push_str(text),
            Err(_) => self.text.push_str(&String::from_utf8_lossy(bytes)),
        }
        let id = StrId(u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
        self.ends
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        id
    }

    /// The text, or an empty one for an id of another profile.
    pub(crate) fn get(&self, id: StrId) -> &str {
        let index = id.0 as usize;
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(0),
            None => 0,
        };
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// What a sample's value counts, for example `inuse_space` in `bytes`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValueType {
    /// For example `inuse_space`.
    pub name: String,
    /// For example `bytes`.
    pub unit: String,
}

/// A loaded binary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// First address.
    pub start: u64,
    /// First address after it.
    pub limit: u64,
    /// Offset in the file of `start`.
    pub offset: u64,
    /// Path of the binary, or empty.
    pub file: String,
    /// Build id, or empty.
    pub build_id: String,
}

/// Functions in columns, one entry each per function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Functions {
    /// Name as shown, for example `runtime.mallocgc`.
    pub(crate) name: Vec<StrId>,
    /// Source file.
    pub(crate) file: Vec<StrId>,
    /// First line of the function in its file.
    pub(crate) start_line: Vec<i64>,
}

/// Locations in columns. A location's lines are a range of the last two: innermost inlined function
/// first, the physical function last; none for a bare address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Locations {
    /// Index into [`Profile::mappings`], or [`NO_MAPPING`].
    pub(crate) mapping: Vec<u32>,
    /// Instruction address; 0 when not given.
    pub(crate) address: Vec<u64>,
    /// Where each location's lines begin; one entry more than there are locations.
    pub(crate) line_start: Vec<u32>,
    /// The function of each line.
    pub(crate) line_function: Vec<FuncId>,
    /// Its line number in the source; 0 when not given.
    pub(crate) line_number: Vec<u32>,
}

impl Locations {
    /// How many locations there are.
    pub(crate) fn len(&self) -> usize {
        self.mapping.len()
    }

    fn range(&self, location: LocId) -> std::ops::Range<usize> {
        let index = location.index();
        match (self.line_start.get(index), self.line_start.get(index + 1)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        }
    }

    /// The functions of a location, innermost inlined first.
    #[inline]
    pub(crate) fn lines(&self, location: LocId) -> &[FuncId] {
        self.line_function.get(self.range(location)).unwrap_or(&[])
    }
}

/// A label of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label {
    /// Name.
    pub key: StrId,
    /// Text value; entry 0 for a numeric label.
    pub text: StrId,
    /// Numeric value.
    pub number: i64,
    /// Unit of the number.
    pub unit: StrId,
}

/// Samples in columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    /// Where each sample's stack begins; one entry more than there are samples.
    pub(crate) stack_start: Vec<u32>,
    /// Locations, leaf first.
    pub(crate) stack: Vec<LocId>,
    /// All values, sample by sample, [`Profile::sample_types`] of them each.
    pub(crate) values: Vec<i64>,
    /// Where each sample's labels begin; one entry more than there are samples.
    pub(crate) label_start: Vec<u32>,
    /// Labels.
    pub(crate) labels: Vec<Label>,
}

impl Samples {
    /// How many samples there are.
    pub(crate) fn len(&self) -> usize {
        self.stack_start.len().saturating_sub(1)
    }

    /// The stack of a sample, leaf first.
    #[inline]
    pub(crate) fn stack(&self, sample: usize) -> &[LocId] {
        part(&self.stack_start, &self.stack, sample)
    }
}

/// The part of a shared column that belongs to a row.
#[inline]
fn part<'c, T>(starts: &[u32], column: &'c [T], row: usize) -> &'c [T] {
    match (starts.get(row), starts.get(row + 1)) {
        (Some(&start), Some(&end)) => column.get(start as usize..end as usize).unwrap_or(&[]),
        _ => &[],
    }
}

/// One decoded profile. Every reference in it resolves.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub(crate) strings: Strings,
    /// What the values of a sample count, in order.
    pub sample_types: Vec<ValueType>,
    /// Name of the type to show first, or empty for the last one.
    pub default_sample_type: String,
    /// What happened once per [`Profile::period`].
    pub period_type: ValueType,
    /// Sampling period in the unit of [`Profile::period_type`]; 0 when not given.
    pub period: i64,
    /// When it was taken, nanoseconds since the Unix epoch; 0 when not given.
    pub time_ns: i64,
    /// How long it was recorded; 0 when that means nothing.
    pub duration_ns: i64,
    /// Free text of the producer.
    pub comments: Vec<String>,
    /// Link to documentation, or empty.
    pub doc_url: String,
    /// Loaded binaries; in most profiles the main one first.
    pub mappings: Vec<Mapping>,
    pub(crate) functions: Functions,
    pub(crate) locations: Locations,
    pub(crate) samples: Samples,
    /// It was read from a text, as `?debug=1` gives it.
    pub is_text: bool,
}

impl Profile {
    /// Position of the sample type that is shown when none is asked for.
    ///
    /// The one named by the profile, else the last one. `None` for a profile without types.
    fn default_type(&self) -> Option<usize> {
        let last = self.sample_types.len().checked_sub(1)?;
        if self.default_sample_type.is_empty() {
            return Some(last);
        }
        let named = self
            .sample_types
            .iter()
            .position(|kind| kind.name == self.default_sample_type);
        Some(named.unwrap_or(last))
    }

    /// Position of a sample type by name or number, as pprof's `-sample_index` takes it.
    ///
    /// `inuse_space` also finds a type called `space`, as old heap profiles have.
    pub fn type_index(&self, name: &str) -> Option<usize> {
        if name.is_empty() {
            return self.default_type();
        }
        if let Ok(index) = name.parse::<usize>() {
            return (index < self.sample_types.len()).then_some(index);
        }
        let short = name.strip_prefix("inuse_").unwrap_or(name);
        self.sample_types
            .iter()
            .position(|kind| kind.name == name || kind.name == short)
    }

    /// All texts.
    pub fn strings(&self) -> impl Iterator<Item = &str> {
        let ids = (0..u32::try_from(self.strings.len()).unwrap_or(u32::MAX)).map(StrId);
        ids.map(|id| self.strings.get(id))
    }

    /// A text, or an empty one for an id of another profile.
    pub fn string(&self, id: StrId) -> &str {
        self.strings.get(id)
    }

    /// How many samples there are.
    pub fn sample_count(&self) -> usize {
        self.samples.len()
    }

    /// The stack of a sample, leaf first.
    pub fn stack(&self, sample: usize) -> &[LocId] {
        self.samples.stack(sample)
    }

    /// The values of a sample, one for each sample type.
    pub fn values(&self, sample: usize) -> &[i64] {
        let width = self.sample_types.len();
        self.samples
            .values
            .get(sample * width..(sample + 1) * width)
            .unwrap_or(&[])
    }

    /// The keys of all labels of all samples, as often as they occur.
    pub fn label_keys(&self) -> impl Iterator<Item = StrId> {
        self.samples.labels.iter().map(|label| label.key)
    }

    /// The labels of a sample.
    pub fn labels(&self, sample: usize) -> &[Label] {
        part(&self.samples.label_start, &self.samples.labels, sample)
    }

    /// All locations.
    pub fn locations(&self) -> impl Iterator<Item = LocId> + use<> {
        (0..u32::try_from(self.locations.len()).unwrap_or(u32::MAX)).map(LocId)
    }

    /// The functions of a location, innermost inlined first; none for a bare address.
    pub fn lines(&self, location: LocId) -> &[FuncId] {
        self.locations.lines(location)
    }

    /// The line numbers that go with [`Self::lines`]; 0 when not given.
    pub fn line_numbers(&self, location: LocId) -> &[u32] {
        let range = self.locations.range(location);
        self.locations.line_number.get(range).unwrap_or(&[])
    }

    /// The instruction address of a location; 0 when not given.
    pub fn address(&self, location: LocId) -> u64 {
        let address = self.locations.address.get(location.index());
        address.copied().unwrap_or(0)
    }

    /// All functions.
    pub fn functions(&self) -> impl Iterator<Item = FuncId> + use<> {
        (0..u32::try_from(self.functions.name.len()).unwrap_or(u32::MAX)).map(FuncId)
    }

    /// The value of a sample for one sample type.
    #[inline]
    pub fn value(&self, sample: usize, kind: usize) -> i64 {
        self.samples
            .values
            .get(sample * self.sample_types.len() + kind)
            .copied()
            .unwrap_or(0)
    }

    /// Sum of the absolute values of one sample type: pprof's total.
    pub fn total(&self, kind: usize) -> i64 {
        let width = self.sample_types.len().max(1);
        let sum: i128 = self
            .samples
            .values
            .iter()
            .skip(kind)
            .step_by(width)
            .map(|&value| i128::from(value).abs())
            .sum();
        clamp(sum)
    }

    /// Sum of the values of one sample type, signs kept.
    pub fn net(&self, kind: usize) -> i64 {
        let width = self.sample_types.len().max(1);
        let sum: i128 = self
            .samples
            .values
            .iter()
            .skip(kind)
            .step_by(width)
            .map(|&value| i128::from(value))
            .sum();
        clamp(sum)
    }

    /// [`Self::net`] in nanoseconds or bytes, where the unit is of time or memory.
    pub fn amount(&self, kind: usize) -> i64 {
        let unit = self.sample_types.get(kind).map_or("", |kind| &kind.unit);
        units::in_base(self.net(kind), unit)
    }

    /// A sample has a value below zero.
    pub fn has_negative(&self, kind: usize) -> bool {
        (0..self.sample_count()).any(|sample| self.value(sample, kind) < 0)
    }

    /// Bytes of the tables, by what they hold: what a profile costs in memory.
    pub fn memory_bytes(&self) -> u64 {
        let bytes = self.strings.text.len()
            + 4 * self.strings.ends.len()
            + 16 * self.functions.name.len()
            + 16 * self.locations.len()
            + 8 * self.locations.line_function.len()
            + 8 * self.samples.len()
            + 4 * self.samples.stack.len()
            + 8 * self.samples.values.len()
            + size_of::<Label>() * self.samples.labels.len();
        bytes as u64
    }

    /// What a profile costs in time, in frames that are walked: for each sample type all frames,
    /// inlined ones included, and what was measured for a sample (its stack is hashed) and for a
    /// function (its name is, and judged).
    pub fn steps(&self) -> u64 {
        const SAMPLE: u64 = 16;
        const FUNCTION: u64 = 32;
        let lines = |&location: &LocId| self.locations.lines(location).len().max(1) as u64;
        let frames: u64 = self.samples.stack.iter().map(lines).sum();
        let steps = frames
            .saturating_add(SAMPLE.saturating_mul(self.samples.len() as u64))
            .saturating_add(FUNCTION.saturating_mul(self.functions.name.len() as u64));
        steps.saturating_mul(self.sample_types.len() as u64)
    }

    /// The name of a function, or empty.
    pub fn function_name(&self, function: FuncId) -> &str {
        match self.functions.name.get(function.index()) {
            Some(&name) => self.strings.get(name),
            None => "",
        }
    }

    /// The source file of a function, or empty.
    pub fn function_file(&self, function: FuncId) -> &str {
        match self.functions.file.get(function.index()) {
            Some(&file) => self.strings.get(file),
            None => "",
        }
    }

    /// The mapping of a location, if it has one.
    pub fn mapping_of(&self, location: LocId) -> Option<&Mapping> {
        let mapping = *self.locations.mapping.get(location.index())?;
        self.mappings.get(mapping as usize)
    }

    /// The binary that ran, as far as its name tells: what the kernel maps has none of a file.
    pub fn program(&self) -> Option<&Mapping> {
        let is_file =
            |mapping: &&Mapping| !mapping.file.is_empty() && !mapping.file.starts_with('[');
        self.mappings.iter().find(is_file)
    }

    /// Build id of the first mapping, or empty.
    pub fn build_id(&self) -> &str {
        self.mappings
            .first()
            .map_or("", |main| main.build_id.as_str())
    }
}

/// The nearest value that an `i64` holds: sums are made in `i128` and cannot wrap.
pub(crate) fn clamp(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

/// The last component of a path, as Go's `filepath.Base`: `.` for an empty path.
pub(crate) fn base_name(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return if path.is_empty() { "." } else { "/" };
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_keep_their_order_and_bad_bytes_become_replacement_characters() {
        let mut strings = Strings::default();
        assert_eq!(strings.push(b""), StrId(0));
        let word = strings.push(b"inuse_space");
        let bad = strings.push(b"a\xffb");
        assert_eq!(strings.get(word), "inuse_space");
        assert_eq!(strings.get(bad), "a\u{fffd}b");
        assert_eq!(strings.get(StrId(9)), "");
    }

    #[test]
    fn base_names_follow_go() {
        assert_eq!(base_name("/opt/datadog-agent/bin/agent/agent"), "agent");
        assert_eq!(base_name("agent/"), "agent");
        assert_eq!(base_name("/"), "/");
        assert_eq!(base_name(""), ".");
    }

    #[test]
    fn the_default_type_is_the_named_one_else_the_last() {
        let kind = |name: &str| ValueType {
            name: name.into(),
            unit: "count".into(),
        };
        let mut profile = Profile {
            sample_types: vec![kind("alloc_space"), kind("inuse_space")],
            ..Profile::default()
        };
        assert_eq!(profile.default_type(), Some(1));
        profile.default_sample_type = "alloc_space".into();
        assert_eq!(profile.default_type(), Some(0));
        profile.default_sample_type = "nonsense".into();
        assert_eq!(profile.default_type(), Some(1));
        assert_eq!(profile.type_index("0"), Some(0));
        assert_eq!(profile.type_index("2"), None);
        assert_eq!(profile.type_index("cpu"), None);
    }
}
