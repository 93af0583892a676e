//! The decoder.
//!
//! Two walks over the top-level fields. The first reads the small tables (types, mappings,
//! functions, texts) and remembers where the rest lies; ids in them are arbitrary and come in any
//! order. The second puts locations and samples straight into columns with dense ids, so nothing
//! is allocated per sample and memory stays a small multiple of the message.
//!
//! Format: `proto/profile.proto`. Validity: `CheckValid` of google/pprof, and every reference
//! resolves.

use std::io::{self, Read};

use flate2::bufread::MultiGzDecoder;
use prost::Message;
use rustc_hash::FxHashMap;

use super::wire::{Field, Fields, Value, read_varint};
use super::{DecodeError, Limits, Mangling, legacy, proto, prune};
use crate::model::{Functions, Locations, NO_MAPPING, Samples, Strings};
use crate::{FuncId, Label, LocId, Mapping, Profile, StrId, ValueType};

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// The bytes start as gzip or could start a protobuf message, rather than being text.
///
/// A profile's first byte is the key of one of its fields, below 0x80 and nearly always a control
/// character; an error sentence starts with a letter or a bracket.
fn looks_like_profile(bytes: &[u8]) -> bool {
    if bytes.starts_with(&GZIP_MAGIC) {
        return true;
    }
    let head = bytes.get(..bytes.len().min(256)).unwrap_or(bytes);
    // A cut in the middle of a character is still text.
    let text = match std::str::from_utf8(head) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    let control = head
        .iter()
        .any(|&byte| byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'));
    !text || control
}

/// Unpacks a gzipped profile, all members; bare bytes come back as they are.
///
/// # Errors
/// [`DecodeError::Gzip`] for a damaged stream, [`DecodeError::TooLarge`] past the limit,
/// [`DecodeError::OutOfMemory`] where memory ends before.
pub fn inflate(bytes: Vec<u8>, limits: &Limits) -> Result<Vec<u8>, DecodeError> {
    let too_large = DecodeError::TooLarge {
        limit_bytes: limits.unpacked_bytes,
    };
    if !bytes.starts_with(&GZIP_MAGIC) {
        if bytes.len() as u64 > limits.unpacked_bytes {
            return Err(too_large);
        }
        return Ok(bytes);
    }
    // The last four bytes of a member tell its size. A hint only, so its use is bounded by what
    // deflate can reach at all.
    let hint = bytes
        .last_chunk::<4>()
        .map_or(0, |size| u32::from_le_bytes(*size) as usize)
        .min(bytes.len().saturating_mul(32))
        .min(usize::try_from(limits.unpacked_bytes).unwrap_or(usize::MAX));
    let mut unpacked = Vec::new();
    if unpacked.try_reserve_exact(hint.saturating_add(1)).is_err() {
        return Err(DecodeError::OutOfMemory { unpacked_bytes: 0 });
    }
    let result = MultiGzDecoder::new(bytes.as_slice())
        .take(limits.unpacked_bytes.saturating_add(1))
        .read_to_end(&mut unpacked);
    if let Err(source) = result {
        let unpacked_bytes = unpacked.len();
        return Err(match source.kind() {
            io::ErrorKind::OutOfMemory => DecodeError::OutOfMemory { unpacked_bytes },
            _ => DecodeError::Gzip {
                unpacked_bytes,
                source,
            },
        });
    }
    if unpacked.len() as u64 > limits.unpacked_bytes {
        return Err(too_large);
    }
    Ok(unpacked)
}

/// Decodes one pprof profile, gzipped or not.
///
/// Values keep the profile's own units. Stacks run leaf to root, inlined frames included; what the
/// profile's `drop_frames` names is already gone, as pprof does when it loads a file.
/// Takes the bytes, so that the packed form is freed before the tables are built.
/// Never panics.
///
/// # Errors
/// One [`DecodeError`] variant for each rule that the bytes can break, with the place.
pub fn decode(bytes: Vec<u8>, limits: &Limits) -> Result<Profile, DecodeError> {
    decode_counted(bytes, limits, &mut 0)
}

/// As [`decode`], and adds to `unpacked` how many bytes were unpacked, also where it fails: what a
/// flare full of bad profiles costs.
///
/// # Errors
/// As [`decode`].
pub fn decode_counted(
    bytes: Vec<u8>,
    limits: &Limits,
    unpacked: &mut u64,
) -> Result<Profile, DecodeError> {
    if bytes.is_empty() {
        return Err(DecodeError::Empty);
    }
    if let Some(how @ (Mangling::Utf16 | Mangling::Replaced)) = Mangling::of(&bytes) {
        return Err(DecodeError::Mangled { how });
    }
    if !looks_like_profile(&bytes) && !legacy::is_profile(&bytes) {
        let head = bytes.get(..bytes.len().min(200)).unwrap_or(&bytes);
        return Err(DecodeError::Text {
            quoted: String::from_utf8_lossy(head).trim().to_owned(),
        });
    }
    let mangled = Mangling::of(&bytes);
    let message = inflate(bytes, limits);
    let cost = match &message {
        Ok(message) => message.len() as u64,
        Err(DecodeError::Gzip { unpacked_bytes, .. }) => *unpacked_bytes as u64,
        Err(_) => limits.unpacked_bytes,
    };
    *unpacked = unpacked.saturating_add(cost);
    let profile = message.and_then(|message| match legacy::is_profile(&message) {
        true => legacy::parse(&message, limits),
        false => decode_message(&message, limits),
    });
    profile.map_err(|error| match mangled {
        Some(how) if !error.is_left_out() && !matches!(error, DecodeError::TextLine { .. }) => {
            DecodeError::Mangled { how }
        }
        _ => error,
    })
}

/// Fields of `Profile`, by number.
mod field {
    pub(super) const SAMPLE_TYPE: u32 = 1;
    pub(super) const SAMPLE: u32 = 2;
    pub(super) const MAPPING: u32 = 3;
    pub(super) const LOCATION: u32 = 4;
    pub(super) const FUNCTION: u32 = 5;
    pub(super) const STRING_TABLE: u32 = 6;
    pub(super) const DROP_FRAMES: u32 = 7;
    pub(super) const KEEP_FRAMES: u32 = 8;
    pub(super) const TIME_NANOS: u32 = 9;
    pub(super) const DURATION_NANOS: u32 = 10;
    pub(super) const PERIOD_TYPE: u32 = 11;
    pub(super) const PERIOD: u32 = 12;
    pub(super) const COMMENT: u32 = 13;
    pub(super) const DEFAULT_SAMPLE_TYPE: u32 = 14;
    pub(super) const DOC_URL: u32 = 15;
}

/// Comments, each of which may name the longest string again.
const COMMENTS: usize = 100;

/// What the first walk finds.
#[derive(Default)]
struct Outline {
    sample_types: Vec<proto::ValueType>,
    period_type: proto::ValueType,
    mappings: Vec<proto::Mapping>,
    functions: FunctionTable,
    strings: Strings,
    comments: Vec<i64>,
    drop_frames: i64,
    keep_frames: i64,
    default_sample_type: i64,
    doc_url: i64,
    time_ns: i64,
    duration_ns: i64,
    period: i64,
    locations: usize,
    samples: usize,
    /// The run of bytes that holds all samples and locations: the second walk need not see more.
    body: Option<(usize, usize)>,
}

#[derive(Default)]
struct FunctionTable {
    ids: Vec<u64>,
    names: Vec<i64>,
    files: Vec<i64>,
    start_lines: Vec<i64>,
}

fn decode_message(message: &[u8], limits: &Limits) -> Result<Profile, DecodeError> {
    let outline = Outline::read(message, limits)?;
    outline.build(message, limits)
}

/// One more entry than the limit allows is an error.
#[inline]
fn at_most(table: &'static str, found: usize, limit: usize) -> Result<(), DecodeError> {
    if found > limit {
        return Err(DecodeError::TooMany { table, limit });
    }
    Ok(())
}

impl Outline {
    fn read(message: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        let mut outline = Self::default();
        let mut fields = Fields::new(message, 0);
        while let Some(found) = fields.next()? {
            match found.number {
                field::SAMPLE => {
                    bytes_of(&found, "Profile")?;
                    outline.samples += 1;
                    at_most("samples", outline.samples, limits.samples)?;
                    outline.extend_body(found.offset, fields.position());
                }
                field::LOCATION => {
                    bytes_of(&found, "Profile")?;
                    outline.locations += 1;
                    at_most("locations", outline.locations, limits.locations)?;
                    outline.extend_body(found.offset, fields.position());
                }
                field::STRING_TABLE => {
                    let text = bytes_of(&found, "Profile")?;
                    at_most("strings", outline.strings.len() + 1, limits.strings)?;
                    if text.len() > limits.name_bytes {
                        return Err(DecodeError::NameTooLong {
                            index: outline.strings.len(),
                            found: text.len(),
                            limit: limits.name_bytes,
                        });
                    }
                    outline.strings.push(text);
                }
                field::FUNCTION => {
                    let function: proto::Function = message_of(&found, "Function")?;
                    at_most(
                        "functions",
                        outline.functions.ids.len() + 1,
                        limits.functions,
                    )?;
                    outline.functions.ids.push(function.id);
                    outline.functions.names.push(function.name);
                    outline.functions.files.push(function.filename);
                    outline.functions.start_lines.push(function.start_line);
                }
                field::SAMPLE_TYPE => {
                    let kinds = outline.sample_types.len() + 1;
                    at_most("sample types", kinds, limits.sample_types)?;
                    outline.sample_types.push(message_of(&found, "ValueType")?);
                }
                field::MAPPING => {
                    at_most("mappings", outline.mappings.len() + 1, limits.mappings)?;
                    outline.mappings.push(message_of(&found, "Mapping")?);
                }
                field::PERIOD_TYPE => outline.period_type = message_of(&found, "ValueType")?,
                field::COMMENT => {
                    each_number(&found, "Profile", |value| {
                        if outline.comments.len() <= COMMENTS {
                            outline.comments.push(value as i64);
                        }
                    })?;
                    at_most("comments", outline.comments.len(), COMMENTS)?;
                }
                field::DROP_FRAMES => outline.drop_frames = number_of(&found)?,
                field::KEEP_FRAMES => outline.keep_frames = number_of(&found)?,
                field::TIME_NANOS => outline.time_ns = number_of(&found)?,
                field::DURATION_NANOS => outline.duration_ns = number_of(&found)?,
                field::PERIOD => outline.period = number_of(&found)?,
                field::DEFAULT_SAMPLE_TYPE => outline.default_sample_type = number_of(&found)?,
                field::DOC_URL => outline.doc_url = number_of(&found)?,
                _ => {}
            }
        }
        Ok(outline)
    }

    fn extend_body(&mut self, start: usize, end: usize) {
        let first = self.body.map_or(start, |(first, _)| first);
        self.body = Some((first, end));
    }

    fn build(self, message: &[u8], limits: &Limits) -> Result<Profile, DecodeError> {
        if self.sample_types.is_empty() {
            return Err(match self.samples {
                0 => DecodeError::NoSampleTypes,
                samples => DecodeError::SamplesWithoutTypes { samples },
            });
        }
        let first = self.strings.get(StrId(0));
        if !first.is_empty() {
            return Err(DecodeError::FirstString {
                found: first.to_owned(),
            });
        }
        let text = |place: &'static str, index: i64| -> Result<String, DecodeError> {
            Ok(self.strings.get(self.string(place, index)?).to_owned())
        };
        let value_type = |kind: &proto::ValueType| -> Result<ValueType, DecodeError> {
            Ok(ValueType {
                name: text("a value type's name", kind.r#type)?,
                unit: text("a value type's unit", kind.unit)?,
            })
        };
        let sample_types = self
            .sample_types
            .iter()
            .map(value_type)
            .collect::<Result<Vec<_>, _>>()?;
        let period_type = value_type(&self.period_type)?;
        let mut mappings = Vec::with_capacity(self.mappings.len());
        for mapping in &self.mappings {
            mappings.push(Mapping {
                start: mapping.memory_start,
                limit: mapping.memory_limit,
                offset: mapping.file_offset,
                file: text("a mapping's file", mapping.filename)?,
                build_id: text("a mapping's build id", mapping.build_id)?,
            });
        }
        let comments = self
            .comments
            .iter()
            .map(|&comment| text("a comment", comment))
            .collect::<Result<Vec<_>, _>>()?;
        let drop_frames = text("drop_frames", self.drop_frames)?;
        let keep_frames = text("keep_frames", self.keep_frames)?;
        let default_sample_type = text("default_sample_type", self.default_sample_type)?;
        let doc_url = text("doc_url", self.doc_url)?;

        let mut functions = Functions::default();
        functions.name.reserve_exact(self.functions.ids.len());
        functions.file.reserve_exact(self.functions.ids.len());
        for (&name, &file) in self.functions.names.iter().zip(&self.functions.files) {
            functions.name.push(self.string("a function's name", name)?);
            functions.file.push(self.string("a function's file", file)?);
        }
        let mapping_ids = IdMap::new("mapping", self.mappings.iter().map(|mapping| mapping.id))?;
        let function_ids = IdMap::new("function", self.functions.ids.iter().copied())?;
        functions.start_line = self.functions.start_lines;

        let (start, end) = self.body.unwrap_or((0, 0));
        let body = message.get(start..end).unwrap_or(&[]);
        let (locations, location_ids) = read_locations(
            body,
            start,
            self.locations,
            &mapping_ids,
            &function_ids,
            limits,
        )?;
        let samples = read_samples(
            body,
            start,
            self.samples,
            sample_types.len(),
            (&location_ids, &locations),
            self.strings.len(),
            limits,
        )?;

        let mut profile = Profile {
            strings: self.strings,
            sample_types,
            default_sample_type,
            period_type,
            period: self.period,
            time_ns: self.time_ns,
            duration_ns: self.duration_ns,
            comments,
            doc_url,
            mappings,
            functions,
            locations,
            samples,
            is_text: false,
        };
        if !drop_frames.is_empty() {
            prune::prune(&mut profile, &drop_frames, &keep_frames, limits)?;
        }
        Ok(profile)
    }

    fn string(&self, place: &'static str, index: i64) -> Result<StrId, DecodeError> {
        string_id(place, index, self.strings.len())
    }
}

fn string_id(place: &'static str, index: i64, strings: usize) -> Result<StrId, DecodeError> {
    match u32::try_from(index) {
        Ok(id) if (id as usize) < strings => Ok(StrId(id)),
        // A message without any text has no entry 0 either; the empty text needs none.
        Ok(0) => Ok(StrId(0)),
        _ => Err(DecodeError::MissingString {
            place,
            index,
            strings,
        }),
    }
}

fn bytes_of<'a>(found: &Field<'a>, message: &'static str) -> Result<&'a [u8], DecodeError> {
    match found.value {
        Value::Bytes(bytes) => Ok(bytes),
        other => Err(wire_type(found, other, message)),
    }
}

fn number_of(found: &Field<'_>) -> Result<i64, DecodeError> {
    match found.value {
        Value::Varint(value) => Ok(value as i64),
        other => Err(wire_type(found, other, "Profile")),
    }
}

fn wire_type(found: &Field<'_>, value: Value<'_>, message: &'static str) -> DecodeError {
    DecodeError::WireType {
        message,
        field: found.number,
        wire_type: value.wire_type(),
        offset: found.offset,
    }
}

fn message_of<M: Message + Default>(
    found: &Field<'_>,
    message: &'static str,
) -> Result<M, DecodeError> {
    M::decode(bytes_of(found, message)?).map_err(|source| DecodeError::Message {
        message,
        offset: found.offset,
        source,
    })
}

/// Numbers of a repeated field, packed or one by one.
#[inline]
fn each_number(
    found: &Field<'_>,
    message: &'static str,
    mut take: impl FnMut(u64),
) -> Result<(), DecodeError> {
    match found.value {
        Value::Varint(value) => take(value),
        Value::Bytes(mut packed) => {
            while !packed.is_empty() {
                let (value, length) = read_varint(packed, found.offset)?;
                take(value);
                packed = packed.get(length..).unwrap_or(&[]);
            }
        }
        other => return Err(wire_type(found, other, message)),
    }
    Ok(())
}

/// Maps a file's ids to dense indexes. Ids are usually 1..n; a plain table serves them.
enum IdMap {
    Table(Vec<u32>),
    Hash(FxHashMap<u64, u32>),
}

const NO_ID: u32 = u32::MAX;

impl IdMap {
    fn new(
        table: &'static str,
        ids: impl ExactSizeIterator<Item = u64> + Clone,
    ) -> Result<Self, DecodeError> {
        let count = ids.len();
        if count >= NO_ID as usize {
            return Err(DecodeError::TooMany {
                table,
                limit: NO_ID as usize,
            });
        }
        let largest = ids.clone().max().unwrap_or(0);
        // Twice the entries plus some: a table larger than that is mostly holes.
        let dense = largest <= (count as u64).saturating_mul(2).saturating_add(1024);
        let mut map = if dense {
            Self::Table(vec![NO_ID; usize::try_from(largest).unwrap_or(0) + 1])
        } else {
            Self::Hash(FxHashMap::with_capacity_and_hasher(
                count,
                rustc_hash::FxBuildHasher,
            ))
        };
        for (index, id) in ids.enumerate() {
            if id == 0 {
                return Err(DecodeError::ZeroId { table, index });
            }
            let dense = u32::try_from(index).unwrap_or(NO_ID);
            let before = match &mut map {
                Self::Table(rows) => match usize::try_from(id).ok().and_then(|id| rows.get_mut(id))
                {
                    Some(row) => std::mem::replace(row, dense),
                    None => NO_ID,
                },
                Self::Hash(rows) => rows.insert(id, dense).unwrap_or(NO_ID),
            };
            if before != NO_ID {
                return Err(DecodeError::DuplicateId { table, id });
            }
        }
        Ok(map)
    }

    #[inline]
    fn get(&self, id: u64) -> Option<u32> {
        let found = match self {
            Self::Table(rows) => *rows.get(usize::try_from(id).ok()?)?,
            Self::Hash(rows) => *rows.get(&id)?,
        };
        (found != NO_ID).then_some(found)
    }
}

fn read_locations(
    body: &[u8],
    position: usize,
    count: usize,
    mappings: &IdMap,
    functions: &IdMap,
    limits: &Limits,
) -> Result<(Locations, IdMap), DecodeError> {
    let mut locations = Locations::default();
    locations.mapping.reserve_exact(count);
    locations.line_start.reserve_exact(count + 1);
    locations.address.reserve_exact(count);
    locations.line_function.reserve(count);
    locations.line_number.reserve(count);
    locations.line_start.push(0);
    let mut ids = Vec::with_capacity(count);
    let mut lines: Vec<(u64, u32)> = Vec::new();
    let mut fields = Fields::new(body, position);
    while let Some(found) = fields.next()? {
        if found.number != field::LOCATION {
            continue;
        }
        let (mut id, mut mapping, mut address) = (0, 0, 0);
        lines.clear();
        let bytes = bytes_of(&found, "Profile")?;
        let mut inner = Fields::new(bytes, fields.position() - bytes.len());
        while let Some(part) = inner.next()? {
            match (part.number, part.value) {
                (1, Value::Varint(value)) => id = value,
                (2, Value::Varint(value)) => mapping = value,
                (3, Value::Varint(value)) => address = value,
                (4, Value::Bytes(line)) => {
                    at_most("lines of one location", lines.len() + 1, limits.stack_depth)?;
                    lines.push(read_line(line, part.offset)?);
                }
                (1..=5, other) if !matches!((part.number, other), (5, Value::Varint(_))) => {
                    return Err(wire_type(&part, other, "Location"));
                }
                _ => {}
            }
        }
        let mapping = match mapping {
            0 => NO_MAPPING,
            wanted => mappings.get(wanted).ok_or(DecodeError::MissingMapping {
                location: id,
                id: wanted,
            })?,
        };
        let all = locations.line_function.len() + lines.len();
        at_most("lines of locations", all, limits.frames)?;
        for &(function, number) in &lines {
            let dense = functions
                .get(function)
                .ok_or(DecodeError::MissingFunction {
                    location: id,
                    id: function,
                })?;
            locations.line_function.push(FuncId(dense));
            locations.line_number.push(number);
        }
        ids.push(id);
        locations.mapping.push(mapping);
        locations.address.push(address);
        locations
            .line_start
            .push(table_size("location lines", locations.line_function.len())?);
    }
    let ids = IdMap::new("location", ids.iter().copied())?;
    Ok((locations, ids))
}

/// The function id of a line, and its number in the source: 0 for one that no source has. Columns
/// are not kept: no table of pprof's counts by them unless it is told to.
fn read_line(bytes: &[u8], position: usize) -> Result<(u64, u32), DecodeError> {
    let (mut function, mut number) = (0, 0);
    let mut fields = Fields::new(bytes, position);
    while let Some(part) = fields.next()? {
        match (part.number, part.value) {
            (1, Value::Varint(value)) => function = value,
            (2, Value::Varint(value)) => number = u32::try_from(value).unwrap_or(0),
            (3, Value::Varint(_)) => {}
            (1..=3, other) => return Err(wire_type(&part, other, "Line")),
            _ => {}
        }
    }
    Ok((function, number))
}

fn table_size(table: &'static str, rows: usize) -> Result<u32, DecodeError> {
    u32::try_from(rows).map_err(|_| DecodeError::TooMany {
        table,
        limit: u32::MAX as usize,
    })
}

fn read_samples(
    body: &[u8],
    position: usize,
    count: usize,
    width: usize,
    (location_ids, locations): (&IdMap, &Locations),
    strings: usize,
    limits: &Limits,
) -> Result<Samples, DecodeError> {
    at_most("values", count.saturating_mul(width), limits.values)?;
    let mut frames = 0_usize;
    let mut samples = Samples::default();
    samples.stack_start.reserve_exact(count + 1);
    samples.stack_start.push(0);
    samples.label_start.reserve_exact(count + 1);
    samples.label_start.push(0);
    samples
        .values
        .reserve_exact(count.saturating_mul(width).min(body.len()));
    let mut sample = 0;
    let mut fields = Fields::new(body, position);
    while let Some(found) = fields.next()? {
        if found.number != field::SAMPLE {
            continue;
        }
        let bytes = bytes_of(&found, "Profile")?;
        let mut given = 0_usize;
        let mut depth = 0_usize;
        let mut inner = Fields::new(bytes, fields.position() - bytes.len());
        while let Some(part) = inner.next()? {
            match part.number {
                1 => {
                    let mut missing = None;
                    each_number(&part, "Sample", |id| match location_ids.get(id) {
                        // What is past the limits is counted, not kept.
                        Some(_) if depth > limits.stack_depth => {}
                        Some(location) => {
                            let location = LocId(location);
                            samples.stack.push(location);
                            // A frame without a function is one all the same.
                            depth += locations.lines(location).len().max(1);
                        }
                        None => missing = Some(id),
                    })?;
                    if let Some(id) = missing {
                        return Err(DecodeError::MissingLocation { sample, id });
                    }
                    if depth > limits.stack_depth {
                        return Err(DecodeError::StackTooDeep {
                            sample,
                            limit: limits.stack_depth,
                        });
                    }
                }
                2 => each_number(&part, "Sample", |value| {
                    given += 1;
                    if given <= width {
                        samples.values.push(value as i64);
                    }
                })?,
                3 => {
                    let label: proto::Label = message_of(&part, "Label")?;
                    at_most("labels", samples.labels.len() + 1, limits.labels)?;
                    samples.labels.push(Label {
                        key: string_id("a label's name", label.key, strings)?,
                        text: string_id("a label's text", label.str, strings)?,
                        number: label.num,
                        unit: string_id("a label's unit", label.num_unit, strings)?,
                    });
                }
                _ => {}
            }
        }
        if given != width {
            return Err(DecodeError::ValueCount {
                sample,
                found: given,
                expected: width,
            });
        }
        frames += depth;
        at_most("frames", frames, limits.frames)?;
        samples
            .stack_start
            .push(table_size("stack frames", samples.stack.len())?);
        samples
            .label_start
            .push(table_size("labels", samples.labels.len())?);
        sample += 1;
    }
    Ok(samples)
}
