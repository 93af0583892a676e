//! What can be wrong with an archive, an entry, or a flare as a whole.
//!
//! Facts with their evidence; turning them into advice is the report's work.

/// Why nothing at all can be shown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlareError {
    /// Nothing was given, or only empty folders.
    #[error("{name} holds no files")]
    Empty {
        /// What was opened.
        name: String,
    },
    /// The bytes are of some other format.
    #[error("{name} ({size} bytes) is not a zip archive: it {looks_like}")]
    NotAZip {
        /// What was opened.
        name: String,
        /// Its size.
        size: u64,
        /// What its first bytes say, for example `starts like a gzip file`.
        looks_like: String,
    },
    /// Files, but none of them is one that a flare has.
    #[error(
        "{name} holds {files} files, and none of them belongs to a flare{}",
        .problems.iter().map(|problem| format!("; {problem}")).collect::<String>()
    )]
    NoFlare {
        /// What was opened.
        name: String,
        /// How many files there are.
        files: usize,
        /// What was wrong with the archive as a whole: it may be the reason.
        problems: Vec<Problem>,
    },
    /// It starts as a zip, but neither its directory nor a single entry can be read.
    #[error(
        "{name} ({size} bytes) is a damaged zip archive: {reason}, and no entry could be recovered"
    )]
    Damaged {
        /// What was opened.
        name: String,
        /// Its size.
        size: u64,
        /// What the reader of the directory said.
        reason: String,
    },
    /// The bytes could not be read.
    #[error("{name} cannot be read: {reason}")]
    Unreadable {
        /// What was opened.
        name: String,
        /// What the system said.
        reason: String,
    },
}

/// One entry that cannot be read, or not in full.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {fault}")]
pub struct EntryError {
    /// The entry, as the archive names it.
    pub path: String,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is no such entry.
    #[error("no entry has number {index}; there are {entries}")]
    NoSuchEntry {
        /// The number asked for.
        index: usize,
        /// How many entries there are.
        entries: usize,
    },
    /// Needs a password.
    #[error("is encrypted")]
    Encrypted,
    /// Packed by a method that is not stored or deflated.
    #[error("is packed with {method}, which is not supported")]
    UnsupportedMethod {
        /// The method's name or number.
        method: String,
    },
    /// The name leads out of the archive.
    #[error("has an unsafe name: it {why}")]
    UnsafeName {
        /// For example `is absolute`.
        why: &'static str,
    },
    /// A path longer than the limit.
    #[error("has a name of {found} bytes, the limit is {limit}; it is not read, the others are")]
    NameTooLong {
        /// Its bytes.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// Its bytes are those of another entry as well: no writer does that, some bombs do.
    #[error("overlaps another entry: its packed bytes run into {other}; it is not read")]
    Overlaps {
        /// The entry that starts within this one, or where it starts.
        other: String,
    },
    /// A link, not a file.
    #[error("is a symbolic link")]
    SymbolicLink,
    /// Another entry of that name stands before it.
    #[error("is the second entry of that name; the first one is used")]
    DuplicateName,
    /// Another entry plays the same part.
    #[error("is a second {role}; {used} is used")]
    DuplicateRole {
        /// The part, in words.
        role: String,
        /// The entry that is used.
        used: String,
    },
    /// The archive ends before the entry does.
    #[error("is cut off: {present} of {expected} packed bytes are there")]
    CutOff {
        /// Packed bytes that should be there.
        expected: u64,
        /// Packed bytes that are.
        present: u64,
    },
    /// The archive ends within the entry, and nothing says how long it should be.
    #[error("is cut off after {present} packed bytes")]
    CutOffUnknown {
        /// Packed bytes that are there.
        present: u64,
    },
    /// There is no entry where the directory says that one starts.
    #[error("has no local header at byte {offset}")]
    NoLocalHeader {
        /// Where it should be.
        offset: u64,
    },
    /// The packed bytes cannot be unpacked.
    #[error("is damaged after {unpacked} of {expected} bytes: {reason}")]
    Damaged {
        /// Bytes unpacked so far.
        unpacked: u64,
        /// Bytes that the archive declares.
        expected: u64,
        /// What the unpacker said.
        reason: String,
    },
    /// Unpacked in full, but another size than declared.
    #[error("unpacks to {found} bytes where {expected} are declared")]
    WrongSize {
        /// Declared size.
        expected: u64,
        /// Real size.
        found: u64,
    },
    /// Unpacked in full, but not to the bytes that went in.
    #[error("is damaged: its checksum is {found:08x} where {expected:08x} is declared")]
    WrongChecksum {
        /// Declared CRC-32.
        expected: u32,
        /// CRC-32 of the bytes.
        found: u32,
    },
    /// Past the limit for one entry.
    #[error(
        "unpacks to more than {limit_bytes} bytes, the limit for one file; the others are read"
    )]
    TooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// Past the limit for the whole flare.
    #[error(
        "takes the flare past {limit_bytes} unpacked bytes, the limit for all files together; those before it are read"
    )]
    TotalTooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// Grows suspiciously by unpacking.
    #[error(
        "grows more than {limit} times by unpacking, the limit ({packed} bytes to over {unpacked}): it looks like a zip bomb and is not read, the others are"
    )]
    RatioTooHigh {
        /// Packed size.
        packed: u64,
        /// Unpacked so far.
        unpacked: u64,
        /// The limit.
        limit: u64,
    },
    /// The bytes could not be read from where they are.
    #[error("cannot be read: {reason}")]
    Io {
        /// What the system said.
        reason: String,
    },
    /// There is not enough memory for what it holds.
    #[error("is left out, for memory ran out while it was read; the others are read")]
    OutOfMemory,
}

impl Fault {
    /// What became of reading bytes that are somewhere.
    pub(super) fn of_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::OutOfMemory => Self::OutOfMemory,
            _ => Self::Io {
                reason: error.to_string(),
            },
        }
    }

    /// A limit was met, or memory was short: nothing is known to be wrong with the entry.
    pub const fn is_left_out(&self) -> bool {
        matches!(
            self,
            Self::NameTooLong { .. }
                | Self::TooLarge { .. }
                | Self::TotalTooLarge { .. }
                | Self::OutOfMemory
        )
    }
}

/// Something about the flare as a whole that is worth telling.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The flare was inside another archive.
    #[error("the flare was found inside the archive, as {path}; beside it: {}", list(.beside))]
    InnerArchive {
        /// Where it was.
        path: String,
        /// What else the outer archive holds, folders left out; at most the first hundred.
        beside: Vec<String>,
        /// How many those are in truth.
        beside_count: usize,
    },
    /// The archive holds several archives, and one had to be chosen.
    #[error("the archive holds {} archives; {opened} is read, not {}", .others.len() + 1, list(.others))]
    SeveralArchives {
        /// The one that is read.
        opened: String,
        /// The others.
        others: Vec<String>,
    },
    /// An archive inside the archive was not opened.
    #[error("{path} inside the archive was not opened: {reason}")]
    InnerUnread {
        /// Where it is.
        path: String,
        /// Why.
        reason: String,
    },
    /// The archive's directory is missing or damaged; entries were found by their own headers.
    #[error(
        "the archive's directory is unreadable ({reason}): the file is probably cut off; {recovered} entries were recovered from its {size} bytes, later ones are missing"
    )]
    Recovered {
        /// What the reader of the directory said.
        reason: String,
        /// Entries that were found.
        recovered: usize,
        /// Size of what is there.
        size: u64,
    },
    /// The directory goes on after as many entries as its end record counts.
    #[error(
        "the archive says that it holds {declared} entries, and its directory goes on after them: it is damaged, made to hide files, or written without 64-bit sizes; {found} more were found by their own headers"
    )]
    Undeclared {
        /// Entries that the end record counts.
        declared: usize,
        /// Entries found beyond them.
        found: usize,
    },
    /// More entries than the limit.
    #[error("the archive holds more than {limit} entries, the limit; the rest is left out")]
    TooManyEntries {
        /// The limit.
        limit: usize,
    },
    /// More bytes of names than the limit.
    #[error(
        "the names in the archive take more than {limit} bytes, the limit, at entry {entry}; the rest is left out"
    )]
    NamesTooLong {
        /// The limit.
        limit: usize,
        /// How many entries were listed.
        entry: usize,
    },
    /// Entries that share bytes.
    #[error(
        "{count} entries overlap others, for example {example}: the archive is damaged or made to do harm; they are not read, the others are"
    )]
    Overlaps {
        /// How many.
        count: usize,
        /// One of them.
        example: String,
    },
    /// Names that are not text.
    #[error("{count} entry names are not valid text, for example {example}")]
    NamesNotText {
        /// How many.
        count: usize,
        /// One of them, as far as it can be shown.
        example: String,
    },
    /// Entries that share a name.
    #[error(
        "{count} entries bear a name that stands before them, for example {example}; the first one of each name is used"
    )]
    DuplicateNames {
        /// How many.
        count: usize,
        /// One of them.
        example: String,
    },
    /// Several flares side by side.
    #[error("the archive holds several flares; {used} is read, not {}", list(.others))]
    SeveralFlares {
        /// Folder that is read.
        used: String,
        /// The other folders.
        others: Vec<String>,
    },
}

/// The first few names, and how many more.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 5;
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
