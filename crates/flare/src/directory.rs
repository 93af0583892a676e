//! Which entries a zip file holds: from its central directory, or, where that is gone, from the
//! local headers before each entry.
//!
//! The `zip` crate finds and decodes the central directory. Its iterating reader is used, because
//! its `ZipArchive` keeps one entry per name and refuses a directory with one bad header; here
//! duplicates have to be told, and what stands before the bad header has to be kept.
//!
//! Format: APPNOTE.TXT, sections 4.3.7 (local header), 4.3.9 (data descriptor), 4.3.12 (directory).

use std::collections::HashSet;
use std::io::{self, SeekFrom};

use zip::CompressionMethod;
use zip::read::Config;
use zip::unstable::read::ZipIterable;

use super::error::{Fault, Problem};
use super::io::ReadSeek;
use super::limits::Limits;

/// How an entry is packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Stored,
    Deflated,
    Other(String),
}

/// One entry as the archive declares it. Nothing here is trusted.
#[derive(Clone, Debug)]
pub(super) struct RawEntry {
    /// Name with `/` between its parts.
    pub(super) name: String,
    /// The name's bytes were not text.
    pub(super) lossy_name: bool,
    pub(super) header_start: u64,
    pub(super) packed: u64,
    /// Declared unpacked size.
    pub(super) size: u64,
    /// Size and checksum are known; only a recovered, cut-off entry has none.
    pub(super) crc: Option<u32>,
    pub(super) method: Method,
    /// Known at once to be unreadable.
    pub(super) fault: Option<Fault>,
}

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) entries: Vec<RawEntry>,
    pub(super) problems: Vec<Problem>,
    /// Why the directory could not be read to its end.
    pub(super) directory_error: Option<String>,
}

const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
const CENTRAL_HEADER: [u8; 4] = *b"PK\x01\x02";
const DESCRIPTOR: [u8; 4] = *b"PK\x07\x08";
const LOCAL_HEADER_BYTES: usize = 30;

const FLAG_ENCRYPTED: u16 = 1;
const FLAG_DESCRIPTOR: u16 = 1 << 3;
const FLAG_UTF8: u16 = 1 << 11;

/// Lists the entries of the archive in `source`, in the order of its directory.
pub(super) fn list(source: &mut dyn ReadSeek, length: u64, limits: &Limits) -> io::Result<Listing> {
    let (mut listing, ends_early) = from_directory(source, limits);
    if listing.directory_error.is_some() {
        // Bytes that are missing in the middle move the directory's offsets: what it says is kept
        // only where the entry's own header agrees.
        let mut agreed = Vec::with_capacity(listing.entries.len());
        for entry in listing.entries {
            if let Some(header) = local_header(source, entry.header_start)?
                && shortened(decode_name(&header.name, || None).0, limits).0 == entry.name
            {
                agreed.push(entry);
            }
        }
        listing.entries = agreed;
    }
    if listing.directory_error.is_some() || ends_early {
        let listed = listing.entries.len();
        scan(source, length, limits, &mut listing)?;
        let recovered = listing.entries.len();
        if let Some(reason) = listing.directory_error.clone() {
            if recovered > 0 {
                listing.problems.push(Problem::Recovered {
                    reason,
                    recovered,
                    size: length,
                });
            }
        } else {
            listing.problems.push(Problem::Undeclared {
                declared: listed,
                found: recovered.saturating_sub(listed),
            });
        }
    }
    note_overlaps(&mut listing);
    Ok(listing)
}

/// Keeps no more of a name than the limit; an entry with such a name is not read.
fn shortened(name: String, limits: &Limits) -> (String, Option<Fault>) {
    let found = name.len();
    if found <= limits.name_bytes {
        return (name, None);
    }
    // A new one: cutting would leave the memory of the whole.
    let name = format!("{}\u{2026}", super::text::cut(&name, limits.name_bytes));
    let fault = Fault::NameTooLong {
        found,
        limit: limits.name_bytes,
    };
    (name, Some(fault))
}

/// Bytes of names that may still come.
struct Room {
    names: usize,
    limit: usize,
}

impl Room {
    const fn new(limits: &Limits) -> Self {
        Self {
            names: 0,
            limit: limits.name_bytes_in_total,
        }
    }

    /// The problem, where there is no room for this one.
    fn take(&mut self, name: &str, entry: usize) -> Option<Problem> {
        self.names = self.names.saturating_add(name.len());
        (self.names > self.limit).then_some(Problem::NamesTooLong {
            limit: self.limit,
            entry,
        })
    }
}

/// Finds entries whose bytes run into the next one. It is the one that is too long that is refused:
/// a single wrong size does not spoil what stands behind it. Of entries that start at the same
/// place the first one stays.
fn note_overlaps(listing: &mut Listing) {
    let mut order: Vec<usize> = (0..listing.entries.len()).collect();
    let start = |entries: &[RawEntry], index: usize| {
        entries.get(index).map_or(0, |entry| entry.header_start)
    };
    order.sort_by_key(|&index| (start(&listing.entries, index), index));
    let mut count = 0;
    let mut example = String::new();
    // From the end: where the next entry starts that stands behind this one.
    let mut next: Option<usize> = None;
    for (place, &index) in order.iter().enumerate().rev() {
        let here = start(&listing.entries, index);
        let before = place.checked_sub(1).and_then(|place| order.get(place));
        let same = before
            .copied()
            .filter(|&one| start(&listing.entries, one) == here);
        let end = listing.entries.get(index).map_or(here, |entry| {
            here.saturating_add(LOCAL_HEADER_BYTES as u64)
                .saturating_add(entry.packed)
        });
        let into = next.filter(|&one| start(&listing.entries, one) < end);
        let other = same
            .or(into)
            .and_then(|one| listing.entries.get(one))
            .map(|other| other.name.clone());
        if same.is_none() {
            next = Some(index);
        }
        let Some(other) = other else { continue };
        if let Some(entry) = listing.entries.get_mut(index)
            && entry.fault.is_none()
        {
            example.clone_from(&entry.name);
            entry.fault = Some(Fault::Overlaps { other });
            count += 1;
        }
    }
    if count > 0 {
        listing.problems.push(Problem::Overlaps { count, example });
    }
}

/// What the directory lists, and whether it goes on behind the last entry that its end record
/// counts. Writers without 64-bit sizes count from zero again after 65,535.
fn from_directory(source: &mut dyn ReadSeek, limits: &Limits) -> (Listing, bool) {
    let mut listing = Listing::default();
    let mut archive = match ZipIterable::try_new(&mut *source, Config::default()) {
        Ok(archive) => archive,
        Err(error) => {
            listing.directory_error = Some(error.to_string());
            return (listing, false);
        }
    };
    let entries = match archive.files() {
        Ok(entries) => entries,
        Err(error) => {
            listing.directory_error = Some(error.to_string());
            return (listing, false);
        }
    };
    let mut room = Room::new(limits);
    for entry in entries {
        match entry {
            Ok(_) if listing.entries.len() >= limits.entries => {
                listing.problems.push(Problem::TooManyEntries {
                    limit: limits.entries,
                });
                break;
            }
            Ok(entry) => {
                let fallback = || entry.name().ok().map(|name| name.into_owned());
                let (name, lossy_name) = decode_name(entry.name_raw(), fallback);
                let (name, too_long) = shortened(name, limits);
                if let Some(problem) = room.take(&name, listing.entries.len()) {
                    listing.problems.push(problem);
                    break;
                }
                let method = match entry.compression() {
                    CompressionMethod::Stored => Method::Stored,
                    CompressionMethod::Deflated => Method::Deflated,
                    other => Method::Other(format!("method {other}")),
                };
                let fault = if too_long.is_some() {
                    too_long
                } else if entry.encrypted() {
                    Some(Fault::Encrypted)
                } else if entry.is_symlink() {
                    Some(Fault::SymbolicLink)
                } else {
                    None
                };
                listing.entries.push(RawEntry {
                    name,
                    lossy_name,
                    header_start: entry.header_start(),
                    packed: entry.compressed_size(),
                    size: entry.size(),
                    crc: Some(entry.crc32()),
                    method,
                    fault,
                });
            }
            Err(error) => {
                listing.directory_error = Some(format!(
                    "entry {} of the directory: {error}",
                    listing.entries.len()
                ));
            }
        }
    }
    if listing.directory_error.is_some() || !listing.problems.is_empty() {
        return (listing, false);
    }
    // Not through the iterator's own reader: that is a reference to a reference, and another copy of
    // all that readers can do, 20 kB in the page.
    let mut starts_with = |magic: [u8; 4], place: SeekFrom| {
        let mut next = [0; 4];
        source.seek(place).is_ok() && filled(source, &mut next).unwrap_or(false) && next == magic
    };
    let goes_on = if listing.entries.is_empty() {
        // Where none is counted, nothing tells where the directory starts.
        starts_with(LOCAL_HEADER, SeekFrom::Start(0))
    } else {
        // The reader stands behind the header that it read last.
        starts_with(CENTRAL_HEADER, SeekFrom::Current(0))
    };
    (listing, goes_on)
}

/// The name as text. UTF-8 wins over what the flag says: many writers forget the flag.
fn decode_name(raw: &[u8], fallback: impl FnOnce() -> Option<String>) -> (String, bool) {
    let (name, lossy) = match std::str::from_utf8(raw) {
        Ok(name) => (name.to_owned(), false),
        // Without the flag the bytes are of the old IBM code page, or of one that nobody states.
        Err(_) => (
            fallback().unwrap_or_else(|| String::from_utf8_lossy(raw).into_owned()),
            true,
        ),
    };
    (name.replace('\\', "/"), lossy)
}

/// Fields of a local header.
pub(super) struct LocalHeader {
    flags: u16,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    name: Vec<u8>,
    /// Where the packed bytes start.
    pub(super) data_start: u64,
}

/// Reads the header at `offset`; `None` where there is none.
pub(super) fn local_header(
    source: &mut dyn ReadSeek,
    offset: u64,
) -> io::Result<Option<LocalHeader>> {
    source.seek(SeekFrom::Start(offset))?;
    let mut fixed = [0; LOCAL_HEADER_BYTES];
    if !filled(source, &mut fixed)? || !fixed.starts_with(&LOCAL_HEADER) {
        return Ok(None);
    }
    let name_length = le16(&fixed, 26);
    let extra_length = le16(&fixed, 28);
    let mut name = vec![0; usize::from(name_length)];
    let mut extra = vec![0; usize::from(extra_length)];
    if !filled(source, &mut name)? || !filled(source, &mut extra)? {
        return Ok(None);
    }
    let mut header = LocalHeader {
        flags: le16(&fixed, 6),
        method: le16(&fixed, 8),
        crc: le32(&fixed, 14),
        packed: u64::from(le32(&fixed, 18)),
        size: u64::from(le32(&fixed, 22)),
        name,
        data_start: offset
            .saturating_add(LOCAL_HEADER_BYTES as u64)
            .saturating_add(u64::from(name_length))
            .saturating_add(u64::from(extra_length)),
    };
    let wide = u64::from(u32::MAX);
    if (header.packed == wide || header.size == wide)
        && let Some((size, packed)) = zip64_sizes(&extra)
    {
        header.size = size;
        header.packed = packed;
    }
    Ok(Some(header))
}

/// Unpacked and packed size of the zip64 extra field; a local header gives both or none.
fn zip64_sizes(mut extra: &[u8]) -> Option<(u64, u64)> {
    loop {
        let (head, rest) = extra.split_at_checked(4)?;
        let (field, after) = rest.split_at_checked(usize::from(le16(head, 2)))?;
        if le16(head, 0) == 1 {
            return (field.len() >= 16).then(|| (le64(field, 0), le64(field, 8)));
        }
        extra = after;
    }
}

/// Walks the local headers from the start of the file, and adds the entries that are not listed.
///
/// Agent flares are written as a stream: their local headers give no sizes, which stand in a
/// descriptor after the data. It is found by its signature and by the packed size in it, which
/// has to be the distance to the header; that holds for deflated and for stored entries.
fn scan(
    source: &mut dyn ReadSeek,
    length: u64,
    limits: &Limits,
    listing: &mut Listing,
) -> io::Result<()> {
    let Listing {
        entries, problems, ..
    } = listing;
    let known: HashSet<u64> = entries.iter().map(|entry| entry.header_start).collect();
    let mut room = Room::new(limits);
    let mut offset = 0;
    loop {
        let Some(header) = local_header(source, offset)? else {
            match find(source, offset, |window, _| {
                (window.starts_with(&LOCAL_HEADER)).then_some(())
            })? {
                Some((next, ())) if next > offset || offset == 0 => {
                    // A signature without a whole header behind it is the cut.
                    if next == offset {
                        break;
                    }
                    offset = next;
                    continue;
                }
                _ => break,
            }
        };
        let is_known = known.contains(&offset);
        if !is_known && entries.len() >= limits.entries {
            problems.push(Problem::TooManyEntries {
                limit: limits.entries,
            });
            break;
        }
        let start = header.data_start;
        let is_utf8 = header.flags & FLAG_UTF8 != 0;
        let (name, lossy_name) = decode_name(&header.name, || None);
        let (name, too_long) = shortened(name, limits);
        if let Some(problem) = room.take(&name, entries.len()) {
            problems.push(problem);
            break;
        }
        let mut entry = RawEntry {
            name,
            lossy_name: lossy_name && !is_utf8,
            header_start: offset,
            packed: header.packed,
            size: header.size,
            crc: Some(header.crc),
            method: match header.method {
                0 => Method::Stored,
                8 => Method::Deflated,
                other => Method::Other(format!("method {other}")),
            },
            fault: too_long.or((header.flags & FLAG_ENCRYPTED != 0).then_some(Fault::Encrypted)),
        };
        let end = if header.flags & FLAG_DESCRIPTOR != 0 && header.packed == 0 {
            match find(source, start, |window, at| descriptor(window, at, start))? {
                Some((_, found)) => {
                    entry.crc = Some(found.crc);
                    entry.packed = found.packed;
                    entry.size = found.size;
                    found.end
                }
                None => {
                    let present = length.saturating_sub(start);
                    entry.crc = None;
                    entry.packed = present;
                    entry.size = 0;
                    entry.fault.get_or_insert(Fault::CutOffUnknown { present });
                    length
                }
            }
        } else {
            let end = start.saturating_add(header.packed);
            if end > length {
                entry.fault.get_or_insert(Fault::CutOff {
                    expected: header.packed,
                    present: length.saturating_sub(start),
                });
            }
            end
        };
        if !is_known {
            entries.push(entry);
        }
        if end >= length {
            break;
        }
        offset = end;
    }
    Ok(())
}

struct Descriptor {
    crc: u32,
    packed: u64,
    size: u64,
    end: u64,
}

/// The descriptor at `at`, if the bytes there are one for data that starts at `start`.
fn descriptor(window: &[u8], at: u64, start: u64) -> Option<Descriptor> {
    let packed = at.checked_sub(start)?;
    if window.starts_with(&DESCRIPTOR) {
        let crc = le32(window, 4);
        if u64::from(le32(window, 8)) == packed && window.len() >= 16 {
            // 64-bit sizes have zeros where the unpacked size would stand. So has an empty entry
            // that was deflated all the same, and then the next header follows at once.
            let header_follows = window.get(16..18) == Some(b"PK") && le32(window, 20) != 0;
            let wide =
                window.len() >= 24 && le64(window, 8) == packed && packed != 0 && !header_follows;
            let (size, bytes) = if wide {
                (le64(window, 16), 24)
            } else {
                (u64::from(le32(window, 12)), 16)
            };
            return Some(Descriptor {
                crc,
                packed,
                size,
                end: at.saturating_add(bytes),
            });
        }
        return None;
    }
    // A descriptor without a signature, recognised by the header that follows it.
    let next = window.get(12..16)?;
    if (next == LOCAL_HEADER || next == CENTRAL_HEADER) && u64::from(le32(window, 4)) == packed {
        return Some(Descriptor {
            crc: le32(window, 0),
            packed,
            size: u64::from(le32(window, 8)),
            end: at.saturating_add(12),
        });
    }
    None
}

/// Bytes that a test sees from each place on.
const WINDOW: usize = 24;

/// Searches forward from `start` for a place where `test` finds something. The test is asked at
/// each `PK`, and twelve bytes before it, with up to 24 bytes.
fn find<T>(
    source: &mut dyn ReadSeek,
    start: u64,
    test: impl Fn(&[u8], u64) -> Option<T>,
) -> io::Result<Option<(u64, T)>> {
    const BEFORE: usize = 12;
    source.seek(SeekFrom::Start(start))?;
    // What is looked for is mostly near, and a damaged archive is searched once for each entry.
    let mut chunk: usize = 4096;
    // The tail of the previous chunk is kept before the next, so that no place is cut in two.
    let mut bytes: Vec<u8> = Vec::new();
    let mut base = start;
    // Everything before this index of `bytes` was tested.
    let mut tested = 0;
    loop {
        let kept = bytes.len();
        bytes.resize(kept.saturating_add(chunk), 0);
        let taken = source.read(bytes.get_mut(kept..).unwrap_or_default())?;
        bytes.truncate(kept.saturating_add(taken));
        let last = taken == 0;
        chunk = chunk.saturating_mul(2).min(1 << 20);
        // Without more to come, shorter windows have to do.
        let until = if last {
            bytes.len()
        } else {
            bytes.len().saturating_sub(WINDOW)
        };
        while let Some(step) = bytes
            .get(tested..until)
            .and_then(|rest| rest.iter().position(|byte| *byte == b'P'))
        {
            let at = tested.saturating_add(step);
            tested = at.saturating_add(1);
            if bytes.get(tested) != Some(&b'K') {
                continue;
            }
            for place in [at.checked_sub(BEFORE), Some(at)].into_iter().flatten() {
                let window = bytes.get(place..).unwrap_or_default();
                let window = window.get(..WINDOW).unwrap_or(window);
                let position = base.saturating_add(place as u64);
                if let Some(found) = test(window, position) {
                    return Ok(Some((position, found)));
                }
            }
        }
        if last {
            return Ok(None);
        }
        tested = tested.max(until);
        let done = tested.saturating_sub(BEFORE);
        bytes.drain(..done);
        base = base.saturating_add(done as u64);
        tested = tested.saturating_sub(done);
    }
}

/// Fills the buffer; `false` where the source ends before.
fn filled(source: &mut dyn ReadSeek, buffer: &mut [u8]) -> io::Result<bool> {
    match source.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Little-endian numbers; zero where the bytes do not reach, which no caller takes for real.
fn le16(bytes: &[u8], at: usize) -> u16 {
    number(bytes, at).map_or(0, u16::from_le_bytes)
}

fn le32(bytes: &[u8], at: usize) -> u32 {
    number(bytes, at).map_or(0, u32::from_le_bytes)
}

fn le64(bytes: &[u8], at: usize) -> u64 {
    number(bytes, at).map_or(0, u64::from_le_bytes)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::io::CountingReader;

    /// Where `PKxx` is found in a megabyte of which it begins at `at`, and how much was read.
    fn found(at: usize) -> (Option<u64>, u64) {
        let mut bytes = vec![b'P'; 1 << 20];
        bytes.splice(at..(at + 4).min(bytes.len()), *b"PKxx");
        let count = Arc::new(AtomicU64::new(0));
        let mut source = CountingReader::new(Cursor::new(bytes), Arc::clone(&count));
        let test = |window: &[u8], _| window.starts_with(b"PKxx").then_some(());
        let found = find(&mut source, 7, test).unwrap();
        (found.map(|(at, ())| at), count.load(Ordering::Relaxed))
    }

    #[test]
    fn a_search_reads_little_more_than_it_has_to() {
        assert_eq!(found(100), (Some(100), 4096));
        for at in [9, 4090, 4103, 12_300, 500_000, (1 << 20) - 4] {
            let (place, read) = found(at);
            assert_eq!(place, Some(at as u64));
            assert!(read <= 2 * at as u64 + 8192, "{read} bytes for {at}");
        }
        assert_eq!(found(1 << 20).0, Some(1 << 20));
        assert_eq!(found(3).0, None, "it starts behind that");
    }
}
