//! Readers between the archive and where its bytes are.
//!
//! In the browser each read crosses into JavaScript, so small reads must not reach the source;
//! and callers show how little of a flare was read, so the bytes are counted where they leave it.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Anything that can be read from any place.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek + ?Sized> ReadSeek for T {}

/// Counts the bytes that are read through it.
#[derive(Debug)]
pub(crate) struct CountingReader<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R> CountingReader<R> {
    /// Adds to `count` what is read from `inner`.
    pub(crate) fn new(inner: R, count: Arc<AtomicU64>) -> Self {
        Self { inner, count }
    }
}

impl<R: Read> Read for CountingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count
            .fetch_add(u64::try_from(read).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(read)
    }
}

impl<R: Seek> Seek for CountingReader<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}

/// Reads the next line without its end into `line`, which keeps no more than `most` bytes of it.
/// `false` at the end of the text.
pub(crate) fn read_line(
    reader: &mut dyn BufRead,
    line: &mut Vec<u8>,
    most: usize,
) -> io::Result<bool> {
    line.clear();
    let mut any = false;
    loop {
        let chunk = match reader.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if chunk.is_empty() {
            return Ok(any);
        }
        any = true;
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
        let room = most.saturating_sub(line.len());
        line.extend_from_slice(part.get(..room).unwrap_or(part));
        let used = end.map_or(chunk.len(), |end| end + 1);
        reader.consume(used);
        if end.is_some() {
            return Ok(true);
        }
    }
}

/// Bytes of a block; small reads cost one block.
pub(crate) const BLOCK_BYTES: usize = 64 * 1024;

/// Blocks kept: the directory's, and those of a few neighbouring entries.
const BLOCKS: usize = 8;

/// Serves small reads from a few cached blocks and passes large ones through.
pub(crate) struct BlockReader<R> {
    inner: R,
    length: u64,
    position: u64,
    /// Start and bytes of each block, the latest used last.
    blocks: VecDeque<(u64, Vec<u8>)>,
}

impl<R: Read + Seek> BlockReader<R> {
    /// Puts a cache in front of `inner`. Its length is taken now and believed from then on.
    ///
    /// # Errors
    /// When the length cannot be told.
    pub(crate) fn new(mut inner: R) -> io::Result<Self> {
        let length = inner.seek(SeekFrom::End(0))?;
        Ok(Self {
            inner,
            length,
            position: 0,
            blocks: VecDeque::new(),
        })
    }

    /// Length of the source.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Copies out of a cached block, if one holds the position.
    fn copy_cached(&mut self, buffer: &mut [u8]) -> Option<usize> {
        let position = self.position;
        let found = self.blocks.iter().position(|(start, bytes)| {
            position
                .checked_sub(*start)
                .is_some_and(|inside| inside < bytes.len() as u64)
        })?;
        let block = self.blocks.remove(found)?;
        let inside = usize::try_from(position.checked_sub(block.0)?).ok()?;
        let copied = block.1.get(inside..).map_or(0, |rest| {
            let count = rest.len().min(buffer.len());
            if let (Some(to), Some(from)) = (buffer.get_mut(..count), rest.get(..count)) {
                to.copy_from_slice(from);
            }
            count
        });
        self.blocks.push_back(block);
        Some(copied)
    }

    /// Reads the block that holds the position.
    fn load(&mut self) -> io::Result<()> {
        let size = BLOCK_BYTES as u64;
        let start = self.position - self.position % size;
        self.inner.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::with_capacity(BLOCK_BYTES);
        (&mut self.inner).take(size).read_to_end(&mut bytes)?;
        if self.blocks.len() >= BLOCKS {
            self.blocks.pop_front();
        }
        self.blocks.push_back((start, bytes));
        Ok(())
    }
}

impl<R: Read + Seek> Read for BlockReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() || self.position >= self.length {
            return Ok(0);
        }
        let read = if let Some(copied) = self.copy_cached(buffer) {
            copied
        } else if buffer.len() >= BLOCK_BYTES {
            self.inner.seek(SeekFrom::Start(self.position))?;
            self.inner.read(buffer)?
        } else {
            self.load()?;
            // A source that became shorter than it said: the block does not reach the position.
            self.copy_cached(buffer).unwrap_or(0)
        };
        self.position = self.position.saturating_add(read as u64);
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for BlockReader<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.position = target(position, self.position, self.length)?;
        Ok(self.position)
    }
}

/// A part of a source: an archive stored inside an archive.
pub struct Section<R> {
    inner: R,
    start: u64,
    length: u64,
    position: u64,
}

impl<R: Read + Seek> Section<R> {
    /// The `length` bytes of `inner` from `start` on.
    pub fn new(inner: R, start: u64, length: u64) -> Self {
        Self {
            inner,
            start,
            length,
            position: 0,
        }
    }
}

impl<R: Read + Seek> Read for Section<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        if left == 0 || buffer.is_empty() {
            return Ok(0);
        }
        let place = self
            .start
            .checked_add(self.position)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        self.inner.seek(SeekFrom::Start(place))?;
        let read = (&mut self.inner).take(left).read(buffer)?;
        self.position = self.position.saturating_add(read as u64);
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Section<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.position = target(position, self.position, self.length)?;
        Ok(self.position)
    }
}

/// Where a seek leads. Past the end is allowed, as for files; before the start is not.
fn target(position: SeekFrom, current: u64, length: u64) -> io::Result<u64> {
    match position {
        SeekFrom::Start(offset) => Some(offset),
        SeekFrom::End(offset) => length.checked_add_signed(offset),
        SeekFrom::Current(offset) => current.checked_add_signed(offset),
    }
    .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn blocks_give_the_same_bytes_as_the_source() {
        let bytes: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).collect();
        let count = Arc::new(AtomicU64::new(0));
        let source = CountingReader::new(Cursor::new(bytes.clone()), Arc::clone(&count));
        let mut reader = BlockReader::new(source).unwrap();
        for (start, length) in [
            (0, 10),
            (65_530, 20),
            (299_990, 40),
            (131_072, 70_000),
            (5, 1),
        ] {
            reader.seek(SeekFrom::Start(start as u64)).unwrap();
            let mut got = Vec::new();
            (&mut reader)
                .take(length as u64)
                .read_to_end(&mut got)
                .unwrap();
            let end = (start + length).min(bytes.len());
            assert_eq!(got, bytes[start..end]);
        }
        let before = count.load(Ordering::Relaxed);
        for _ in 0..100 {
            reader.seek(SeekFrom::Start(7)).unwrap();
            reader.read_exact(&mut [0; 32]).unwrap();
        }
        assert_eq!(
            count.load(Ordering::Relaxed),
            before,
            "served from the cache"
        );
    }

    #[test]
    fn a_section_does_not_look_outside() {
        let mut section = Section::new(Cursor::new(b"abcdefgh".to_vec()), 2, 3);
        let mut text = String::new();
        section.read_to_string(&mut text).unwrap();
        assert_eq!(text, "cde");
        assert_eq!(section.seek(SeekFrom::End(-1)).unwrap(), 2);
        assert!(section.seek(SeekFrom::Current(-9)).is_err());
    }
}
