//! A file of the browser's as [`Read`] and [`Seek`].
//!
//! Every read crosses into JavaScript and copies there; the block cache that makes this cheap stands
//! in front of it, in the engine.

use std::io::{self, Read, Seek, SeekFrom};

/// What can be read piece by piece.
pub trait Pieces {
    /// Bytes in all.
    fn size(&self) -> u64;

    /// Fills `out` with the bytes that begin at `from`, all of which lie within the size.
    ///
    /// # Errors
    /// When they can't be read any more.
    fn read(&self, from: u64, out: &mut [u8]) -> io::Result<()>;
}

/// The bytes of a file that the user dropped; none of them stays in memory.
pub struct BlobReader<P> {
    pieces: P,
    position: u64,
}

impl<P: Pieces> BlobReader<P> {
    /// Reads from the start.
    pub const fn new(pieces: P) -> Self {
        Self {
            pieces,
            position: 0,
        }
    }
}

impl<P: Pieces> Read for BlobReader<P> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let rest = self.pieces.size().saturating_sub(self.position);
        let length = out.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
        if length == 0 {
            return Ok(0);
        }
        self.pieces.read(self.position, &mut out[..length])?;
        self.position += length as u64;
        Ok(length)
    }
}

impl<P: Pieces> Seek for BlobReader<P> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.pieces.size().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "seek to before the start of the file",
            )
        })?;
        Ok(self.position)
    }
}

/// A read that gave less than there was.
pub fn became_shorter() -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "it became shorter while it was read",
    )
}

/// The browser's refusal in words, for behind the file's name, from the name of its exception. A
/// dropped file that changed or went away since is refused with `NotReadableError` or
/// `NotFoundError`; Firefox throws exceptions of its own instead.
pub fn refusal(exception: Option<&str>) -> io::Error {
    match exception {
        Some("NotFoundError" | "NS_ERROR_FILE_NOT_FOUND") => io::Error::new(
            io::ErrorKind::NotFound,
            "it is no longer where it was dropped from: it was moved or deleted",
        ),
        Some("NotReadableError" | "NS_ERROR_FAILURE") => io::Error::new(
            io::ErrorKind::PermissionDenied,
            "the browser may no longer read it: it was changed or locked after it was dropped",
        ),
        Some(other) => io::Error::other(format!("the browser refused to read it: {other}")),
        None => io::Error::other("the browser refused to read it"),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Seek, SeekFrom};

    use super::{BlobReader, Pieces, became_shorter, refusal};

    /// Ten bytes, of which so many can still be read.
    struct Ten(u64);

    impl Pieces for Ten {
        fn size(&self) -> u64 {
            10
        }

        fn read(&self, from: u64, out: &mut [u8]) -> io::Result<()> {
            for (byte, at) in out.iter_mut().zip(from..) {
                if at >= self.0 {
                    return Err(became_shorter());
                }
                *byte = at as u8;
            }
            Ok(())
        }
    }

    #[test]
    fn reads_go_on_where_the_last_one_or_a_seek_ended() -> io::Result<()> {
        let mut reader = BlobReader::new(Ten(10));
        let mut two = [0; 2];
        reader.read_exact(&mut two)?;
        reader.read_exact(&mut two)?;
        assert_eq!(two, [2, 3]);
        assert_eq!(reader.seek(SeekFrom::End(-1))?, 9);
        assert_eq!(reader.read(&mut two)?, 1);
        assert_eq!(two[0], 9);
        assert_eq!(reader.read(&mut two)?, 0);
        assert_eq!(reader.seek(SeekFrom::Current(-4))?, 6);
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest)?;
        assert_eq!(rest, [6, 7, 8, 9]);
        Ok(())
    }

    #[test]
    fn nothing_lies_before_the_start_or_behind_the_end() -> io::Result<()> {
        let mut reader = BlobReader::new(Ten(10));
        assert!(reader.seek(SeekFrom::Current(-1)).is_err());
        assert_eq!(reader.seek(SeekFrom::Start(50))?, 50);
        assert_eq!(reader.read(&mut [0; 4])?, 0);
        Ok(())
    }

    #[test]
    fn what_the_browser_does_not_give_is_told() {
        let error = BlobReader::new(Ten(3)).read(&mut [0; 5]).err();
        assert!(error.is_some_and(|it| it.to_string().contains("shorter")));
        assert!(
            refusal(Some("NotFoundError"))
                .to_string()
                .contains("moved or deleted")
        );
        assert!(refusal(Some("Odd")).to_string().ends_with("read it: Odd"));
    }
}
