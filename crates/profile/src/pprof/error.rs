//! Why bytes are not a profile.

/// What is wrong with a profile, with the place.
///
/// Positions are bytes of the unpacked message, indexes count from 0.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Nothing at all.
    #[error("the file is empty")]
    Empty,
    /// Neither gzip nor protobuf: most often an error sentence that was stored as a profile.
    #[error("the file holds text, not a profile: {quoted:?}")]
    Text {
        /// Its beginning.
        quoted: String,
    },
    /// A profile as text, with a line that is none of it.
    #[error("line {line} of this profile as text is none that such a profile has")]
    TextLine {
        /// Which line, from 1.
        line: usize,
    },
    /// A program that takes files for text changed its bytes.
    #[error("{how}")]
    Mangled {
        /// What it did.
        how: Mangling,
    },
    /// The gzip stream breaks off or contradicts itself.
    #[error("the gzip stream is damaged after {unpacked_bytes} unpacked bytes")]
    Gzip {
        /// How much could be unpacked.
        unpacked_bytes: usize,
        /// What the inflater says.
        #[source]
        source: std::io::Error,
    },
    /// Memory ended while it was unpacked.
    #[error("memory ran out after {unpacked_bytes} unpacked bytes; other files are not affected")]
    OutOfMemory {
        /// How much could be unpacked.
        unpacked_bytes: usize,
    },
    /// More than the limit.
    #[error(
        "the profile unpacks to more than {limit_bytes} bytes, the limit; it is left out, other files are not affected"
    )]
    TooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// The message ends inside a field.
    #[error("the message ends inside a field that starts at byte {offset}")]
    Truncated {
        /// Where the field starts.
        offset: usize,
    },
    /// A number has more than ten bytes, or a field number is zero or too large.
    #[error("byte {offset} begins no valid protobuf field")]
    BadField {
        /// Where.
        offset: usize,
    },
    /// A known field has another wire type than the format says.
    #[error("field {field} of {message} at byte {offset} has wire type {wire_type}")]
    WireType {
        /// Which message.
        message: &'static str,
        /// Which field number.
        field: u32,
        /// The wire type found.
        wire_type: u8,
        /// Where.
        offset: usize,
    },
    /// A small table's entry is no valid message.
    #[error("{message} at byte {offset} is not valid")]
    Message {
        /// Which message.
        message: &'static str,
        /// Where it starts.
        offset: usize,
        /// What the protobuf library says.
        #[source]
        source: prost::DecodeError,
    },
    /// No sample types and no samples.
    #[error("the profile is empty: it has no sample types and no samples")]
    NoSampleTypes,
    /// Samples, but nothing says what they count.
    #[error("the profile has {samples} samples but no sample types")]
    SamplesWithoutTypes {
        /// How many samples.
        samples: usize,
    },
    /// A sample's values do not fit the sample types.
    #[error("sample {sample} has {found} values, the profile has {expected} sample types")]
    ValueCount {
        /// Which sample.
        sample: usize,
        /// Values found.
        found: usize,
        /// Sample types.
        expected: usize,
    },
    /// String 0 has to be empty.
    #[error("string 0 is {found:?}, it has to be empty")]
    FirstString {
        /// What stands there.
        found: String,
    },
    /// A string index without a string.
    #[error("{place} names string {index}, the profile has {strings}")]
    MissingString {
        /// Which field.
        place: &'static str,
        /// The index.
        index: i64,
        /// How many strings there are.
        strings: usize,
    },
    /// Id zero is reserved.
    #[error("{table} {index} has the reserved id 0")]
    ZeroId {
        /// `mapping`, `location` or `function`.
        table: &'static str,
        /// Which entry.
        index: usize,
    },
    /// Two entries share an id.
    #[error("two {table}s have the id {id}")]
    DuplicateId {
        /// `mapping`, `location` or `function`.
        table: &'static str,
        /// The id.
        id: u64,
    },
    /// A sample's location is not defined.
    #[error("sample {sample} points at location {id}, which the profile does not define")]
    MissingLocation {
        /// Which sample.
        sample: usize,
        /// The id.
        id: u64,
    },
    /// A line's function is not defined; id 0 counts as that too.
    #[error("location {location} points at function {id}, which the profile does not define")]
    MissingFunction {
        /// Id of the location.
        location: u64,
        /// The function's id.
        id: u64,
    },
    /// A location's mapping is not defined.
    #[error("location {location} points at mapping {id}, which the profile does not define")]
    MissingMapping {
        /// Id of the location.
        location: u64,
        /// The mapping's id.
        id: u64,
    },
    /// A table is longer than its limit.
    #[error(
        "the profile has more than {limit} {table}, the limit; it is left out, other files are not affected"
    )]
    TooMany {
        /// Which table.
        table: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A text is longer than the limit.
    #[error(
        "string {index} of the profile has {found} bytes, the limit is {limit}; the profile is left out, other files are not affected"
    )]
    NameTooLong {
        /// Which string.
        index: usize,
        /// Its bytes.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// A stack is deeper than the limit.
    #[error(
        "sample {sample} has more than {limit} frames, the limit of one stack; the profile is left out, other files are not affected"
    )]
    StackTooDeep {
        /// Which sample.
        sample: usize,
        /// The limit.
        limit: usize,
    },
    /// A pattern is longer than the limit, or would be compared with too much.
    #[error(
        "the profile's {field} has {found} bytes for {names} bytes of names, the limits are {limit} bytes and {limit_steps} for both multiplied; the profile is left out, other files are not affected"
    )]
    PatternTooLong {
        /// `drop_frames` or `keep_frames`.
        field: &'static str,
        /// Its bytes.
        found: usize,
        /// Bytes of all names.
        names: usize,
        /// Limit of the pattern's bytes.
        limit: usize,
        /// Limit of the product.
        limit_steps: usize,
    },
    /// `drop_frames` or `keep_frames` is no regular expression.
    #[error("the profile's {field} is no regular expression: {pattern:?}")]
    Pattern {
        /// Which field.
        field: &'static str,
        /// The pattern.
        pattern: String,
        /// What the expression engine says.
        #[source]
        source: regex_lite::Error,
    },
}

/// What a program that takes files for text does to a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mangling {
    /// Bytes that are no UTF-8 became replacement characters.
    Replaced,
    /// The whole became UTF-16, as PowerShell's `>` does.
    Utf16,
    /// Each line feed got a carriage return before it.
    LineEnds,
}

impl std::fmt::Display for Mangling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Replaced => {
                "the profile was damaged on its way: a terminal or an editor took it for text and \
                 replaced bytes (EF BF BD stands where others were); they are lost, it has to be \
                 taken again, with curl's -o"
            }
            Self::Utf16 => {
                "the profile was damaged on its way: it was stored as UTF-16 text, as PowerShell's > \
                 does; it has to be taken again, with curl's -o"
            }
            Self::LineEnds => {
                "the profile was damaged on its way: a terminal or a transfer in text mode put a \
                 carriage return before each line feed (CR LF); it has to be taken again, with \
                 curl's -o"
            }
        })
    }
}

impl Mangling {
    /// What was done to bytes that were a profile, if anything shows it.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\xff\xfe\x1f") {
            return Some(Self::Utf16);
        }
        let starts = [&b"\x1f\xef\xbf\xbd"[..], b"\xef\xbb\xbf\x1f\xef\xbf\xbd"];
        if starts.iter().any(|start| bytes.starts_with(start)) {
            return Some(Self::Replaced);
        }
        // One of 256 bytes is a line feed by chance, and one of 256 before it a carriage return.
        let bytes = bytes.get(..64 * 1024).unwrap_or(bytes);
        let feeds = bytes.iter().filter(|&&byte| byte == b'\n').count();
        let pairs = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
        (feeds >= 2 && feeds == pairs).then_some(Self::LineEnds)
    }
}

impl DecodeError {
    /// A limit was met, or memory was short: nothing is known to be wrong with the bytes.
    pub const fn is_left_out(&self) -> bool {
        matches!(
            self,
            Self::OutOfMemory { .. }
                | Self::TooLarge { .. }
                | Self::TooMany { .. }
                | Self::NameTooLong { .. }
                | Self::StackTooDeep { .. }
                | Self::PatternTooLong { .. }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, decode, proto};
    use super::*;
    use prost::Message as _;
    use std::io::Write as _;

    fn packed() -> Vec<u8> {
        // Enough of it that line feeds occur by chance.
        let strings = (0..4_000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_string());
        let profile = proto::Profile {
            sample_type: vec![proto::ValueType { r#type: 1, unit: 2 }],
            string_table: ["", "cpu", "nanoseconds"]
                .map(String::from)
                .into_iter()
                .chain(strings)
                .map(String::into_bytes)
                .collect(),
            ..proto::Profile::default()
        };
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&profile.encode_to_vec()).unwrap();
        gzip.finish().unwrap()
    }

    fn mangling(bytes: Vec<u8>) -> Option<Mangling> {
        match decode(bytes, &Limits::default()) {
            Err(DecodeError::Mangled { how }) => Some(how),
            _ => None,
        }
    }

    #[test]
    fn what_took_a_profile_for_text_is_told() {
        let sound = packed();
        assert!(decode(sound.clone(), &Limits::default()).is_ok());
        let replaced = String::from_utf8_lossy(&sound).into_owned().into_bytes();
        assert_eq!(mangling(replaced), Some(Mangling::Replaced));
        let mut ends = Vec::new();
        for &byte in &sound {
            if byte == b'\n' {
                ends.push(b'\r');
            }
            ends.push(byte);
        }
        assert_eq!(mangling(ends), Some(Mangling::LineEnds));
        let wide = String::from_utf8_lossy(&sound).into_owned();
        let wide: Vec<u8> = wide.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            mangling([b"\xff\xfe".to_vec(), wide].concat()),
            Some(Mangling::Utf16)
        );
        // A near miss: cut off, which no text mode does.
        let mut cut = sound;
        cut.truncate(cut.len() / 2);
        assert_eq!(mangling(cut.clone()), None);
        assert!(matches!(
            decode(cut, &Limits::default()),
            Err(DecodeError::Gzip { .. })
        ));
    }
}
