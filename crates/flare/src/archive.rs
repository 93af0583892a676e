//! A flare, opened: its entries with their roles, and a bounded, checked way to read each.
//!
//! Only the directory of a zip is read to open it, and only the entries that are asked for after
//! that. Nothing is written anywhere, so names can do no harm; unsafe ones are refused all the
//! same, because no Agent writes them. Declared sizes and checksums are compared with what was
//! really unpacked, and never used to allocate.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::content::{self, Content};
use super::directory::{self, Method, RawEntry};
use super::error::{EntryError, Fault, FlareError, Problem};
use super::io::{BlockReader, CountingReader, ReadSeek, Section};
use super::layout::{self, Role};
use super::limits::Limits;
use super::loose::{LooseFile, OpenFile};

/// What was dropped.
pub enum Input {
    /// One file that should be a zip archive.
    Zip(Box<dyn ReadSeek>),
    /// Loose files, or the files of a folder. A single one may be a zip archive as well.
    Files(Vec<LooseFile>),
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zip(_) => f.write_str("Input::Zip"),
            Self::Files(files) => f.debug_tuple("Input::Files").field(files).finish(),
        }
    }
}

/// One file of a flare.
#[derive(Clone, Debug)]
pub struct Entry {
    /// As it stands in the archive, with `/` between its parts.
    pub path: String,
    /// Below the flare's root folder; the whole path for a file outside of it.
    pub inner: String,
    /// Unpacked size as declared.
    pub size: u64,
    /// The part that the file plays.
    pub role: Role,
    /// Why it is known to be unreadable, or not the one to be used. It is not read then.
    pub problem: Option<EntryError>,
    place: Place,
}

/// Where an entry's bytes are.
#[derive(Clone, Debug)]
enum Place {
    Zip {
        header_start: u64,
        packed: u64,
        crc: Option<u32>,
        method: Method,
    },
    Loose(usize),
}

/// Where all bytes come from.
enum Source {
    Zip {
        reader: Box<dyn ReadSeek>,
        length: u64,
    },
    Files(Vec<OpenFile>),
}

/// An open flare.
pub struct Flare {
    name: String,
    source_bytes: u64,
    read_bytes: Arc<AtomicU64>,
    source: Source,
    root: Option<String>,
    loose: bool,
    entries: Vec<Entry>,
    by_role: HashMap<Role, usize>,
    problems: Vec<Problem>,
    limits: Limits,
    /// Most bytes unpacked so far, of each entry; reading again costs nothing.
    unpacked: HashMap<usize, u64>,
    unpacked_total: u64,
}

impl fmt::Debug for Flare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flare")
            .field("name", &self.name)
            .field("root", &self.root)
            .field("entries", &self.entries.len())
            .field("problems", &self.problems)
            .finish_non_exhaustive()
    }
}

/// First bytes of any zip with an entry, and of an empty one.
const ZIP_STARTS: [&[u8]; 3] = [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"];

/// Names of other files that stand beside an inner archive, as many as are told.
const BESIDE: usize = 100;

impl Flare {
    /// Opens what was dropped. `name` is its name, for example `memory-leak.zip`.
    ///
    /// An archive that holds no flare but one archive is opened through it.
    ///
    /// # Errors
    /// When there is nothing to show: no files, not an archive, or nothing left of a damaged one.
    /// Everything less is told by [`Flare::problems`] and by [`Entry::problem`].
    pub fn open(name: &str, input: Input, limits: &Limits) -> Result<Self, FlareError> {
        let read_bytes = Arc::new(AtomicU64::new(0));
        match input {
            Input::Zip(reader) => Self::open_zip(name, reader, read_bytes, limits),
            Input::Files(files) => Self::open_files(name, files, read_bytes, limits),
        }
    }

    /// What was dropped.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Size of what was dropped.
    pub fn source_bytes(&self) -> u64 {
        self.source_bytes
    }

    /// Bytes read from it so far.
    pub fn read_bytes(&self) -> u64 {
        self.read_bytes.load(Ordering::Relaxed)
    }

    /// The folders above the flare's files, without a slash at the end. `None` when the files lie
    /// at the top, or when they are no flare but loose profiles.
    pub fn root(&self) -> Option<&str> {
        self.root.as_deref().filter(|root| !root.is_empty())
    }

    /// The last folder of [`Flare::root`]. The Agent names it after the host.
    pub fn root_name(&self) -> Option<&str> {
        self.root()
            .map(|root| root.rsplit_once('/').map_or(root, |(_, last)| last))
    }

    /// The files lie as the Agent puts them; otherwise they are loose.
    pub fn is_flare(&self) -> bool {
        self.root.is_some()
    }

    /// Its profiles lie about, as somebody took them by hand: names promise nothing, contents tell.
    pub fn is_loose(&self) -> bool {
        self.loose
    }

    /// Every file, in the order of the archive. Folders are left out.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The file that plays a part. Unreadable ones are found as well: their
    /// [`Entry::problem`] says why.
    pub fn find(&self, role: &Role) -> Option<usize> {
        self.by_role.get(role).copied()
    }

    /// The file at this path below the root.
    pub fn find_path(&self, inner: &str) -> Option<usize> {
        self.entries.iter().position(|entry| {
            entry.inner == inner
                && !matches!(
                    &entry.problem,
                    Some(EntryError {
                        fault: Fault::DuplicateName,
                        ..
                    })
                )
        })
    }

    /// What is worth telling about the flare as a whole.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The limits that it was opened with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads a whole entry. Its size and checksum are verified.
    ///
    /// # Errors
    /// When the entry is unreadable, damaged, cut off or past a limit.
    pub fn read(&mut self, index: usize) -> Result<Vec<u8>, EntryError> {
        let bytes = self.read_with(index, |reader| {
            let mut bytes = Vec::new();
            // What fails here was noted by the reader below and comes back from `read_with`.
            reader.read_to_end(&mut bytes).map(|_| bytes)
        })?;
        bytes.map_err(|error| self.fail(index, Fault::of_io(&error)))
    }

    /// Reads a text file: bytes that are no UTF-8 are replaced, a byte order mark is dropped, and
    /// the text ends at [`Limits::text_bytes`]. The flag says whether it was cut there.
    ///
    /// # Errors
    /// As [`Flare::read`]; text past the limit is not verified, unless the archive declares less.
    pub fn read_text(&mut self, index: usize) -> Result<(String, bool), EntryError> {
        let most = self.limits.text_bytes;
        // A loose file may have grown since it was listed.
        let declared = self
            .entries
            .get(index)
            .filter(|entry| matches!(entry.place, Place::Zip { .. }))
            .map_or(u64::MAX, |entry| entry.size);
        let bytes = self.read_with(index, |reader| {
            let mut bytes = Vec::new();
            let limited = reader.take(most.saturating_add(1)).read_to_end(&mut bytes);
            // Only the end tells what is wrong.
            if bytes.len() as u64 > declared {
                io::copy(reader, &mut io::sink())?;
            }
            limited.map(|_| bytes)
        })?;
        let mut bytes = bytes.map_err(|error| self.fail(index, Fault::of_io(&error)))?;
        let cut = bytes.len() as u64 > most;
        if cut {
            bytes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        }
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => decode(error.as_bytes()),
        };
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        Ok((text, cut))
    }

    /// Lets `f` read an entry as a stream, without holding it in memory.
    ///
    /// Size and checksum are verified when `f` reads to the end.
    ///
    /// # Errors
    /// When the entry is unreadable, or when damage or a limit was met while `f` was reading; what
    /// `f` made of the part before is dropped then.
    pub fn read_with<T>(
        &mut self,
        index: usize,
        f: impl FnOnce(&mut dyn BufRead) -> T,
    ) -> Result<T, EntryError> {
        let Some(entry) = self.entries.get(index) else {
            let entries = self.entries.len();
            return Err(self.fail(index, Fault::NoSuchEntry { index, entries }));
        };
        if let Some(problem) = &entry.problem {
            return Err(problem.clone());
        }
        let counted = self.unpacked.get(&index).copied().unwrap_or(0);
        let budget = Budget {
            entry: self.limits.unpacked_bytes_per_entry,
            total: self.limits.unpacked_bytes_in_total,
            total_left: self
                .limits
                .unpacked_bytes_in_total
                .saturating_sub(self.unpacked_total)
                .saturating_add(counted),
            ratio: self.limits.ratio,
            ratio_from: self.limits.ratio_from_bytes,
        };
        let size = entry.size;
        let place = entry.place.clone();
        let outcome = read_place(
            &mut self.source,
            &self.read_bytes,
            &place,
            size,
            budget,
            |reader| f(reader),
        );
        let (value, unpacked) = outcome.map_err(|fault| self.fail(index, fault))?;
        // The sum never passes its limit, or asking again for what was refused would make room.
        let bytes = unpacked.bytes.min(budget.total_left);
        if bytes > counted {
            self.unpacked.insert(index, bytes);
            self.unpacked_total = self
                .unpacked_total
                .saturating_add(bytes.saturating_sub(counted));
        }
        match unpacked.fault {
            Some(fault) => Err(self.fail(index, fault)),
            None => Ok(value),
        }
    }

    fn fail(&self, index: usize, fault: Fault) -> EntryError {
        let path = self
            .entries
            .get(index)
            .map_or_else(|| self.name.clone(), |entry| entry.path.clone());
        EntryError { path, fault }
    }

    fn open_zip(
        name: &str,
        reader: Box<dyn ReadSeek>,
        read_bytes: Arc<AtomicU64>,
        limits: &Limits,
    ) -> Result<Self, FlareError> {
        let unreadable = |error: io::Error| FlareError::Unreadable {
            name: name.to_owned(),
            reason: error.to_string(),
        };
        let counted = CountingReader::new(reader, Arc::clone(&read_bytes));
        let blocks = BlockReader::new(counted).map_err(unreadable)?;
        let source_bytes = blocks.length();
        let mut reader: Box<dyn ReadSeek> = Box::new(blocks);
        let mut length = source_bytes;
        let mut problems = Vec::new();
        let mut listing = list_zip(name, reader.as_mut(), length, limits)?;
        for level in 0.. {
            let mut looks_like_zip = |raw: &RawEntry| starts_as_zip(reader.as_mut(), length, raw);
            let chosen = choose_inner(&listing.entries, &mut looks_like_zip, &mut problems);
            let Some(inner) = chosen else {
                break;
            };
            let Some(raw) = listing.entries.get(inner).cloned() else {
                break;
            };
            if level >= limits.nesting {
                problems.push(Problem::InnerUnread {
                    path: raw.name,
                    reason: format!(
                        "it lies more than {} archives deep, the limit",
                        limits.nesting
                    ),
                });
                break;
            }
            match enter(reader, length, &raw, limits) {
                Ok((mut inner_reader, inner_length)) => {
                    match list_zip(&raw.name, inner_reader.as_mut(), inner_length, limits) {
                        Ok(inner_listing) => {
                            let beside: Vec<String> = listing
                                .entries
                                .iter()
                                .filter(|e| e.header_start != raw.header_start && !is_folder(e))
                                .map(|e| e.name.clone())
                                .collect();
                            problems.append(&mut listing.problems);
                            problems.push(Problem::InnerArchive {
                                path: raw.name,
                                beside_count: beside.len(),
                                beside: beside.into_iter().take(BESIDE).collect(),
                            });
                            listing = inner_listing;
                            reader = inner_reader;
                            length = inner_length;
                        }
                        Err(error) => {
                            return Err(error);
                        }
                    }
                }
                Err((outer, fault)) => {
                    problems.push(Problem::InnerUnread {
                        path: raw.name,
                        reason: fault.to_string(),
                    });
                    reader = outer;
                    break;
                }
            }
        }
        problems.append(&mut listing.problems);
        let found = listing
            .entries
            .into_iter()
            .filter(|raw| !is_folder(raw))
            .map(|raw| Found {
                path: raw.name.trim_end_matches('/').to_owned(),
                lossy_name: raw.lossy_name,
                size: raw.size,
                fault: raw.fault.or(match &raw.method {
                    Method::Other(method) => Some(Fault::UnsupportedMethod {
                        method: method.clone(),
                    }),
                    Method::Stored | Method::Deflated => None,
                }),
                place: Place::Zip {
                    header_start: raw.header_start,
                    packed: raw.packed,
                    crc: raw.crc,
                    method: raw.method,
                },
            })
            .collect();
        Self::assemble(
            name,
            source_bytes,
            read_bytes,
            Source::Zip { reader, length },
            found,
            problems,
            limits,
        )
    }

    fn open_files(
        name: &str,
        mut files: Vec<LooseFile>,
        read_bytes: Arc<AtomicU64>,
        limits: &Limits,
    ) -> Result<Self, FlareError> {
        let paths: Vec<String> = files
            .iter()
            .map(|file| file.path.replace('\\', "/"))
            .collect();
        let real: Vec<usize> = (0..files.len())
            .filter(|index| paths.get(*index).is_some_and(|path| !layout::is_junk(path)))
            .collect();
        let mut problems = Vec::new();
        if let Some(index) = choose_zip(&real, &paths, &mut files, &mut problems)
            && let Some(file) = files.get_mut(index)
            && let Ok(reader) = (file.open)()
        {
            let beside: Vec<String> = real
                .iter()
                .filter(|other| **other != index)
                .filter_map(|other| paths.get(*other).cloned())
                .collect();
            let mut flare = Self::open_zip(name, reader, read_bytes, limits)?;
            if !beside.is_empty() {
                flare.problems.insert(
                    0,
                    Problem::InnerArchive {
                        path: paths.get(index).cloned().unwrap_or_default(),
                        beside_count: beside.len(),
                        beside: beside.into_iter().take(BESIDE).collect(),
                    },
                );
            }
            flare.problems.splice(0..0, problems);
            return Ok(flare);
        }
        // A single file that is neither an archive nor of use by itself is no flare: the archive's own
        // error says what it is instead.
        if let ([only], [path]) = (files.as_mut_slice(), paths.as_slice())
            && !path.contains('/')
            && !matches!(layout::role(path), Role::Profile { .. })
            && content_of(only).is_none()
            && let Ok(reader) = (only.open)()
        {
            return Self::open_zip(name, reader, read_bytes, limits);
        }
        if files.len() > limits.entries {
            files.truncate(limits.entries);
            problems.push(Problem::TooManyEntries {
                limit: limits.entries,
            });
        }
        let source_bytes = files
            .iter()
            .fold(0u64, |sum, file| sum.saturating_add(file.size));
        let mut opens = Vec::with_capacity(files.len());
        let mut found = Vec::with_capacity(files.len());
        for (index, (file, path)) in files.into_iter().zip(paths).enumerate() {
            found.push(Found {
                path,
                lossy_name: false,
                size: file.size,
                fault: None,
                place: Place::Loose(index),
            });
            opens.push(file.open);
        }
        Self::assemble(
            name,
            source_bytes,
            read_bytes,
            Source::Files(opens),
            found,
            problems,
            limits,
        )
    }

    fn assemble(
        name: &str,
        source_bytes: u64,
        read_bytes: Arc<AtomicU64>,
        source: Source,
        found: Vec<Found>,
        mut problems: Vec<Problem>,
        limits: &Limits,
    ) -> Result<Self, FlareError> {
        if found.is_empty() {
            return Err(FlareError::Empty {
                name: name.to_owned(),
            });
        }
        note_names(&found, &mut problems);
        let cleaned: Vec<Result<String, &'static str>> =
            found.iter().map(|one| clean(&one.path)).collect();
        let roots = layout::find_roots(
            cleaned
                .iter()
                .filter_map(|path| path.as_deref().ok())
                .collect::<Vec<_>>()
                .iter()
                .copied(),
        );
        if !roots.others.is_empty() {
            problems.push(Problem::SeveralFlares {
                used: roots.root.clone().unwrap_or_default(),
                others: roots.others.iter().take(BESIDE).cloned().collect(),
            });
        }
        let mut names = HashMap::with_capacity(found.len());
        let mut duplicates = 0;
        let mut duplicate = String::new();
        let mut entries = Vec::with_capacity(found.len());
        for (index, (one, path)) in found.into_iter().zip(cleaned).enumerate() {
            let mut fault = one.fault;
            let (inner, role) = match path {
                Err(why) => {
                    fault = Some(Fault::UnsafeName { why });
                    (
                        one.path.clone(),
                        Role::Unneeded("its name leads out of the archive"),
                    )
                }
                Ok(path) => match inner_path(&path, roots.root.as_deref()) {
                    Some(inner) => (inner.to_owned(), layout::role(inner)),
                    None if layout::is_junk(&path) => {
                        let role = layout::role(&path);
                        (path, role)
                    }
                    None => (path, Role::Unneeded("outside the flare's root folder")),
                },
            };
            let mut role = role;
            if names.insert(one.path.clone(), index).is_some() {
                fault = Some(Fault::DuplicateName);
                role = Role::Unneeded("a second entry of the same name");
                duplicates += 1;
                if duplicate.is_empty() {
                    duplicate.clone_from(&one.path);
                }
            }
            entries.push(Entry {
                problem: fault.map(|fault| EntryError {
                    path: one.path.clone(),
                    fault,
                }),
                path: one.path,
                inner,
                size: one.size,
                role,
                place: one.place,
            });
        }
        if duplicates > 0 {
            problems.push(Problem::DuplicateNames {
                count: duplicates,
                example: duplicate,
            });
        }
        // Those of a flare lie in its folder of profiles.
        let is_placed = |entry: &Entry| entry.inner.starts_with("profiles/");
        let loose =
            roots.root.as_deref().unwrap_or_default().is_empty() && !entries.iter().any(is_placed);
        let mut flare = Self {
            name: name.to_owned(),
            source_bytes,
            read_bytes,
            source,
            root: roots.root,
            loose,
            entries,
            by_role: HashMap::new(),
            problems,
            limits: *limits,
            unpacked: HashMap::new(),
            unpacked_total: 0,
        };
        if loose {
            flare.look_inside();
        }
        flare.by_role = assign_roles(&mut flare.entries, loose);
        Ok(flare)
    }

    /// Finds what loose files of any name are by their contents.
    fn look_inside(&mut self) {
        let is_unknown = |entry: &Entry| {
            let is_near = self.root.is_none() || !entry.inner.contains('/');
            entry.problem.is_none()
                && matches!(entry.role, Role::Unneeded(_))
                && !layout::is_junk(&entry.path)
                && is_near
        };
        let entries = self.entries.iter().enumerate();
        let unknown: Vec<usize> = entries
            .filter(|(_, entry)| is_unknown(entry))
            .map(|(index, _)| index)
            .take(LOOKED_INSIDE)
            .collect();
        // What is read again later is counted then.
        let read_bytes = self.read_bytes();
        for index in unknown {
            let start = self.read_with(index, |reader| {
                let mut start = Vec::new();
                let limited = reader.take(content::START as u64).read_to_end(&mut start);
                limited.map(|_| start)
            });
            let Ok(Ok(start)) = start else {
                continue;
            };
            if let (Some(content), Some(entry)) = (Content::of(&start), self.entries.get_mut(index))
            {
                let name = entry.inner.rsplit('/').next().unwrap_or_default();
                let (process, kind) = layout::loose_name(name);
                entry.role = match content {
                    Content::Profile => Role::Profile { process, kind },
                    Content::Goroutines => Role::Goroutines,
                    Content::Trace => Role::Trace { process },
                };
            }
        }
        self.read_bytes.store(read_bytes, Ordering::Relaxed);
    }
}

/// Loose files that are looked into: more are a folder that somebody dropped by mistake.
const LOOKED_INSIDE: usize = 1_000;

/// What a loose file holds, as far as it is of use.
fn content_of(file: &mut LooseFile) -> Option<Content> {
    let mut start = Vec::new();
    let reader = (file.open)().ok()?;
    let limited = reader.take(content::START as u64).read_to_end(&mut start);
    limited.ok()?;
    Content::of(&start)
}

/// An entry before its role is known.
struct Found {
    path: String,
    lossy_name: bool,
    size: u64,
    fault: Option<Fault>,
    place: Place,
}

/// Tells about names that are no text.
fn note_names(found: &[Found], problems: &mut Vec<Problem>) {
    let mut lossy = found.iter().filter(|one| one.lossy_name);
    if let Some(first) = lossy.next() {
        problems.push(Problem::NamesNotText {
            count: lossy.count().saturating_add(1),
            example: first.path.clone(),
        });
    }
}

/// The path without empty parts and `.`, or why it is unsafe.
fn clean(path: &str) -> Result<String, &'static str> {
    if path.starts_with('/') {
        return Err("is absolute");
    }
    let mut chars = path.chars();
    if chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':') {
        return Err("starts with a drive letter");
    }
    if path.contains('\0') {
        return Err("holds a zero byte");
    }
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err("holds `..`"),
            part => parts.push(part),
        }
    }
    if parts.is_empty() {
        return Err("is empty");
    }
    Ok(parts.join("/"))
}

/// The part of a path below the root; `None` outside of it.
fn inner_path<'a>(path: &'a str, root: Option<&str>) -> Option<&'a str> {
    match root {
        None | Some("") => Some(path),
        Some(root) => path.strip_prefix(root)?.strip_prefix('/'),
    }
}

/// Gives each part to one entry: to a readable one before an unreadable one, to one in the
/// `profiles` folder before one elsewhere, then to the first. The others say whom they yield to.
fn assign_roles(entries: &mut [Entry], loose: bool) -> HashMap<Role, usize> {
    let mut by_role: HashMap<Role, (bool, bool, usize)> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        if matches!(entry.role, Role::Unneeded(_)) {
            continue;
        }
        let rank = (
            entry.problem.is_some(),
            !entry.inner.starts_with("profiles/"),
            index,
        );
        by_role
            .entry(entry.role.clone())
            .and_modify(|best| *best = rank.min(*best))
            .or_insert(rank);
    }
    let winners: HashMap<usize, String> = by_role
        .values()
        .filter_map(|(_, _, index)| Some((*index, entries.get(*index)?.path.clone())))
        .collect();
    for (index, entry) in entries.iter_mut().enumerate() {
        if !entry.role.is_single(loose) || entry.problem.is_some() {
            continue;
        }
        if let Some((_, _, winner)) = by_role.get(&entry.role)
            && *winner != index
            && let Some(used) = winners.get(winner)
        {
            entry.problem = Some(EntryError {
                path: entry.path.clone(),
                fault: Fault::DuplicateRole {
                    role: entry.role.title(),
                    used: used.clone(),
                },
            });
            entry.role = Role::Unneeded("another file plays the same part");
        }
    }
    by_role
        .into_iter()
        .map(|(role, (_, _, index))| (role, index))
        .collect()
}

/// Lists a zip; an error where there is nothing to show.
fn list_zip(
    name: &str,
    reader: &mut dyn ReadSeek,
    length: u64,
    limits: &Limits,
) -> Result<directory::Listing, FlareError> {
    let unreadable = |error: io::Error| FlareError::Unreadable {
        name: name.to_owned(),
        reason: error.to_string(),
    };
    let listing = directory::list(reader, length, limits).map_err(unreadable)?;
    if !listing.entries.is_empty() {
        return Ok(listing);
    }
    let Some(reason) = listing.directory_error else {
        return Err(FlareError::Empty {
            name: name.to_owned(),
        });
    };
    let mut start = Vec::new();
    reader.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    reader
        .take(64)
        .read_to_end(&mut start)
        .map_err(unreadable)?;
    if ZIP_STARTS.iter().any(|magic| start.starts_with(magic)) {
        return Err(FlareError::Damaged {
            name: name.to_owned(),
            size: length,
            reason,
        });
    }
    Err(FlareError::NotAZip {
        name: name.to_owned(),
        size: length,
        looks_like: looks_like(&start),
    })
}

/// What the first bytes of a file say.
fn looks_like(start: &[u8]) -> String {
    const KNOWN: [(&[u8], &str); 8] = [
        (&[0x1f, 0x8b], "starts like a gzip file"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7z archive"),
        (b"Rar!", "is a RAR archive"),
        (b"\x28\xb5\x2f\xfd", "is packed with zstd"),
        (b"BZh", "is packed with bzip2"),
        (b"\xfd7zXZ", "is packed with xz"),
        (b"%PDF", "is a PDF"),
        (b"\x89PNG", "is a picture"),
    ];
    if start.is_empty() {
        return "is empty".to_owned();
    }
    if let Some((_, text)) = KNOWN.iter().find(|(magic, _)| start.starts_with(magic)) {
        return (*text).to_owned();
    }
    if start.iter().all(|byte| *byte == 0) {
        return "starts with zeros".to_owned();
    }
    let text = String::from_utf8_lossy(start);
    let printable = text
        .chars()
        .all(|c| c != '\u{fffd}' && (!c.is_control() || c.is_whitespace()));
    if printable {
        let line: String = text
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(40)
            .collect();
        return format!("starts with the text `{line}`");
    }
    let hex: Vec<String> = start
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("starts with the bytes {}", hex.join(" "))
}

/// The entry's bytes begin as those of an archive with something in it.
fn starts_as_zip(reader: &mut dyn ReadSeek, length: u64, raw: &RawEntry) -> bool {
    const ENTRY: &[u8] = b"PK\x03\x04";
    let mut start = Vec::new();
    let mut read = || {
        let at = data_range(reader, length, raw.header_start, raw.packed).ok()?;
        reader.seek(SeekFrom::Start(at)).ok()?;
        let packed = BufReader::with_capacity(4096, (&mut *reader).take(raw.packed));
        match raw.method {
            Method::Stored => packed.take(4).read_to_end(&mut start).ok(),
            Method::Deflated => flate2::bufread::DeflateDecoder::new(packed)
                .take(4)
                .read_to_end(&mut start)
                .ok(),
            Method::Other(_) => None,
        }
    };
    read().is_some() && start == ENTRY
}

/// The archive inside the archive that holds the flare, if the outer one holds none itself.
fn choose_inner(
    entries: &[RawEntry],
    looks_like_zip: &mut dyn FnMut(&RawEntry) -> bool,
    problems: &mut Vec<Problem>,
) -> Option<usize> {
    let is_flare = layout::find_roots(entries.iter().map(|raw| raw.name.as_str()))
        .root
        .is_some();
    let has_profiles = || {
        entries.iter().any(|raw| {
            clean(&raw.name).is_ok_and(|path| {
                matches!(
                    layout::role(&path),
                    Role::Profile { .. } | Role::Trace { .. }
                )
            })
        })
    };
    if is_flare || has_profiles() {
        return None;
    }
    let zips: Vec<(usize, &RawEntry)> = entries
        .iter()
        .enumerate()
        .filter(|(_, raw)| is_zip_name(&raw.name) && !layout::is_junk(&raw.name))
        .collect();
    // Several: one that is named as the Agent names its flares, else the first. What only bears an
    // archive's name is no choice while there is another.
    let sound: Vec<&(usize, &RawEntry)> = zips
        .iter()
        .take(BESIDE)
        .filter(|(_, raw)| raw.fault.is_none() && (zips.len() == 1 || looks_like_zip(raw)))
        .collect();
    let (chosen, raw) = sound
        .iter()
        .find(|(_, raw)| is_flare_name(&raw.name))
        .or_else(|| sound.first())
        .copied()
        .or_else(|| zips.first())?;
    if zips.len() > 1 {
        problems.push(Problem::SeveralArchives {
            opened: raw.name.clone(),
            others: zips
                .iter()
                .filter(|(index, _)| index != chosen)
                .map(|(_, raw)| raw.name.clone())
                .take(BESIDE)
                .collect(),
        });
    }
    Some(*chosen)
}

/// It names a folder, and holds nothing.
fn is_folder(raw: &RawEntry) -> bool {
    raw.name.ends_with('/') && raw.size == 0
}

fn is_zip_name(path: &str) -> bool {
    path.get(path.len().saturating_sub(4)..)
        .is_some_and(|end| end.eq_ignore_ascii_case(".zip"))
}

fn is_flare_name(path: &str) -> bool {
    path.rsplit('/')
        .next()
        .is_some_and(|name| name.starts_with("datadog-agent-"))
}

/// The loose file that is to be opened as an archive: the only one, or the only zip among files
/// that are no flare.
fn choose_zip(
    real: &[usize],
    paths: &[String],
    files: &mut [LooseFile],
    problems: &mut Vec<Problem>,
) -> Option<usize> {
    let mut starts_as_zip = |index: usize| {
        let Some(file) = files.get_mut(index) else {
            return false;
        };
        let mut start = Vec::new();
        (file.open)()
            .and_then(|reader| reader.take(4).read_to_end(&mut start))
            .is_ok()
            && ZIP_STARTS.contains(&start.as_slice())
    };
    if let [only] = real {
        return starts_as_zip(*only).then_some(*only);
    }
    let named: Vec<usize> = real
        .iter()
        .copied()
        .filter(|index| paths.get(*index).is_some_and(|path| is_zip_name(path)))
        .collect();
    let is_flare = layout::find_roots(paths.iter().map(String::as_str))
        .root
        .is_some();
    let has_profiles = || {
        real.iter()
            .filter_map(|index| paths.get(*index))
            .any(|path| {
                matches!(
                    layout::role(path),
                    Role::Profile { .. } | Role::Trace { .. }
                )
            })
    };
    if named.is_empty() || is_flare || has_profiles() {
        return None;
    }
    let zips: Vec<usize> = named
        .into_iter()
        .filter(|index| starts_as_zip(*index))
        .collect();
    let name_of = |index: &usize| paths.get(*index).cloned().unwrap_or_default();
    let chosen = zips
        .iter()
        .find(|index| is_flare_name(&name_of(index)))
        .or(zips.first())?;
    if zips.len() > 1 {
        problems.push(Problem::SeveralArchives {
            opened: name_of(chosen),
            others: zips
                .iter()
                .filter(|index| *index != chosen)
                .map(name_of)
                .take(BESIDE)
                .collect(),
        });
    }
    Some(*chosen)
}

/// A reader over an archive inside the archive. A stored one is read where it is; a deflated one
/// has to be unpacked into memory.
#[allow(
    clippy::type_complexity,
    reason = "the outer reader has to come back on failure"
)]
fn enter(
    mut reader: Box<dyn ReadSeek>,
    length: u64,
    raw: &RawEntry,
    limits: &Limits,
) -> Result<(Box<dyn ReadSeek>, u64), (Box<dyn ReadSeek>, Fault)> {
    if let Some(fault) = &raw.fault {
        return Err((reader, fault.clone()));
    }
    if raw.method == Method::Stored {
        return match data_range(reader.as_mut(), length, raw.header_start, raw.packed) {
            Ok(start) => Ok((
                Box::new(Section::new(reader, start, raw.packed)),
                raw.packed,
            )),
            Err(fault) => Err((reader, fault)),
        };
    }
    let budget = Budget {
        entry: limits.inner_archive_bytes,
        total: limits.inner_archive_bytes,
        total_left: limits.inner_archive_bytes,
        ratio: limits.ratio,
        ratio_from: limits.ratio_from_bytes,
    };
    let mut source = Source::Zip { reader, length };
    let place = Place::Zip {
        header_start: raw.header_start,
        packed: raw.packed,
        crc: raw.crc,
        method: raw.method.clone(),
    };
    let nowhere = Arc::new(AtomicU64::new(0));
    let outcome = read_place(&mut source, &nowhere, &place, raw.size, budget, |reader| {
        let mut bytes = Vec::new();
        let result = reader.read_to_end(&mut bytes);
        result.map(|_| bytes)
    });
    let Source::Zip { reader, .. } = source else {
        return Err((
            Box::new(Cursor::new(Vec::new())),
            Fault::NoLocalHeader {
                offset: raw.header_start,
            },
        ));
    };
    match outcome {
        Err(fault)
        | Ok((
            _,
            Unpacked {
                fault: Some(fault), ..
            },
        )) => Err((reader, fault)),
        Ok((Err(error), _)) => Err((reader, Fault::of_io(&error))),
        Ok((Ok(bytes), _)) => {
            let inner_length = bytes.len() as u64;
            Ok((Box::new(Cursor::new(bytes)), inner_length))
        }
    }
}

/// What reading one entry may cost.
#[derive(Clone, Copy)]
struct Budget {
    entry: u64,
    total: u64,
    total_left: u64,
    ratio: u64,
    ratio_from: u64,
}

/// What reading one entry did cost, and how it ended.
struct Unpacked {
    bytes: u64,
    fault: Option<Fault>,
}

/// Where the packed bytes of an entry start. They have to lie within the archive.
fn data_range(
    reader: &mut dyn ReadSeek,
    length: u64,
    header_start: u64,
    packed: u64,
) -> Result<u64, Fault> {
    let header = directory::local_header(reader, header_start)
        .map_err(|error| Fault::of_io(&error))?
        .ok_or(Fault::NoLocalHeader {
            offset: header_start,
        })?;
    let present = length.saturating_sub(header.data_start);
    if present < packed {
        return Err(Fault::CutOff {
            expected: packed,
            present,
        });
    }
    Ok(header.data_start)
}

/// Lets `f` read an entry, within a budget.
fn read_place<T>(
    source: &mut Source,
    read_bytes: &Arc<AtomicU64>,
    place: &Place,
    size: u64,
    budget: Budget,
    f: impl FnOnce(&mut dyn BufRead) -> T,
) -> Result<(T, Unpacked), Fault> {
    /// Larger than a cached block, so that it is passed by.
    const BUFFER: usize = 128 * 1024;
    let io_fault = |error: io::Error| Fault::of_io(&error);
    match (source, place) {
        (Source::Files(opens), Place::Loose(index)) => {
            let open = opens.get_mut(*index).ok_or(Fault::NoSuchEntry {
                index: *index,
                entries: 0,
            })?;
            let reader = CountingReader::new(open().map_err(io_fault)?, Arc::clone(read_bytes));
            // A loose file may have grown since it was listed; that is no damage.
            let mut checked = Checked::new(reader, size, None, size, budget);
            checked.exact = false;
            Ok(checked.run(f))
        }
        (
            Source::Zip { reader, length },
            Place::Zip {
                header_start,
                packed,
                crc,
                method,
            },
        ) => {
            let start = data_range(reader.as_mut(), *length, *header_start, *packed)?;
            reader.seek(SeekFrom::Start(start)).map_err(io_fault)?;
            let raw = reader.as_mut().take(*packed);
            match method {
                Method::Stored => Ok(Checked::new(raw, size, *crc, *packed, budget).run(f)),
                Method::Deflated => {
                    let buffered = BufReader::with_capacity(BUFFER, raw);
                    let inflated = flate2::bufread::DeflateDecoder::new(buffered);
                    Ok(Checked::new(inflated, size, *crc, *packed, budget).run(f))
                }
                Method::Other(method) => Err(Fault::UnsupportedMethod {
                    method: method.clone(),
                }),
            }
        }
        _ => Err(Fault::NoSuchEntry {
            index: 0,
            entries: 0,
        }),
    }
}

/// Counts and sums up what is unpacked, and stops at the limits. The first fault stays.
struct Checked<R> {
    inner: R,
    expected: u64,
    crc: Option<u32>,
    packed: u64,
    budget: Budget,
    sum: flate2::Crc,
    bytes: u64,
    fault: Option<Fault>,
    /// The size at the end has to be the declared one.
    exact: bool,
}

impl<R: Read> Checked<R> {
    fn new(inner: R, expected: u64, crc: Option<u32>, packed: u64, budget: Budget) -> Self {
        Self {
            inner,
            expected,
            crc,
            packed,
            budget,
            sum: flate2::Crc::new(),
            bytes: 0,
            fault: None,
            exact: true,
        }
    }

    fn run<T>(self, f: impl FnOnce(&mut dyn BufRead) -> T) -> (T, Unpacked) {
        let mut reader = BufReader::with_capacity(64 * 1024, self);
        let value = f(&mut reader);
        let checked = reader.into_inner();
        (
            value,
            Unpacked {
                bytes: checked.bytes,
                fault: checked.fault,
            },
        )
    }

    fn check(&mut self, read: usize) -> Option<Fault> {
        self.bytes = self.bytes.saturating_add(read as u64);
        if self.bytes > self.budget.entry {
            return Some(Fault::TooLarge {
                limit_bytes: self.budget.entry,
            });
        }
        if self.bytes > self.budget.total_left {
            return Some(Fault::TotalTooLarge {
                limit_bytes: self.budget.total,
            });
        }
        if self.bytes > self.budget.ratio_from
            && self.bytes > self.packed.saturating_mul(self.budget.ratio)
        {
            return Some(Fault::RatioTooHigh {
                packed: self.packed,
                unpacked: self.bytes,
                limit: self.budget.ratio,
            });
        }
        None
    }

    /// Whether the entry ends as it should.
    fn check_end(&self) -> Option<Fault> {
        if !self.exact {
            return None;
        }
        if self.bytes != self.expected {
            return Some(Fault::WrongSize {
                expected: self.expected,
                found: self.bytes,
            });
        }
        let found = self.sum.sum();
        match self.crc {
            Some(expected) if expected != found => Some(Fault::WrongChecksum { expected, found }),
            _ => None,
        }
    }
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        /// Readers to the end offer ever larger buffers; a limit has to be met before they are full.
        const STEP: usize = 1 << 20;
        let most = buffer.len().min(STEP);
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        // Told once, then the end: readers that skip errors, as `lines()` does, would never stop.
        if self.fault.is_some() {
            return Ok(0);
        }
        let fault = match self.inner.read(buffer) {
            Ok(0) if !buffer.is_empty() => match self.check_end() {
                None => return Ok(0),
                Some(fault) => fault,
            },
            Ok(read) => match self.check(read) {
                None => {
                    if let Some(fresh) = buffer.get(..read) {
                        self.sum.update(fresh);
                    }
                    return Ok(read);
                }
                Some(fault) => fault,
            },
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => match error.kind() {
                io::ErrorKind::InvalidInput
                | io::ErrorKind::InvalidData
                | io::ErrorKind::UnexpectedEof => Fault::Damaged {
                    unpacked: self.bytes,
                    expected: self.expected,
                    reason: error.to_string(),
                },
                _ => Fault::of_io(&error),
            },
        };
        self.fault = Some(fault.clone());
        Err(io::Error::other(fault))
    }
}

/// Text of bytes that are not UTF-8: UTF-16 with its mark, as Windows tools write, else UTF-8 as
/// far as it goes.
fn decode(bytes: &[u8]) -> String {
    let wide = |little: bool| {
        let units = bytes.get(2..).unwrap_or_default().chunks_exact(2);
        let units = units.filter_map(|pair| {
            let pair = pair.first_chunk().copied()?;
            Some(if little {
                u16::from_le_bytes(pair)
            } else {
                u16::from_be_bytes(pair)
            })
        });
        char::decode_utf16(units)
            .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match bytes {
        [0xff, 0xfe, ..] => wide(true),
        [0xfe, 0xff, ..] => wide(false),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}
