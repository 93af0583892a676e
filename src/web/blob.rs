//! A `File` as [`Read`] and [`Seek`].
//!
//! `FileReaderSync` exists in workers only. Every read crosses into JavaScript and copies there;
//! the block cache that makes this cheap stands in front of it, in [`flare`].

use std::io::{self, Read, Seek, SeekFrom};

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{File, FileReaderSync};

/// The bytes of a file that the user dropped; none of them stays in memory.
pub struct BlobReader {
    file: File,
    reader: FileReaderSync,
    size: u64,
    position: u64,
}

impl BlobReader {
    /// Reads `file` from its start.
    ///
    /// # Errors
    /// When this is no worker, or the file is gone.
    pub fn new(file: File) -> io::Result<Self> {
        let reader = FileReaderSync::new().map_err(|error| to_io_error(&error))?;
        let size = size_of(&file);
        if size == 0 {
            // A file that was deleted has no size either. Only reading it tells the two apart, and
            // reading nothing of it would not.
            reader
                .read_as_array_buffer(&file)
                .map_err(|error| to_io_error(&error))?;
        }
        Ok(Self {
            file,
            reader,
            size,
            position: 0,
        })
    }
}

impl Read for BlobReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let rest = self.size.saturating_sub(self.position);
        let length = out.len().min(usize::try_from(rest).unwrap_or(usize::MAX));
        if length == 0 {
            return Ok(0);
        }
        let end = self.position + length as u64;
        // Offsets are `f64` in the File API, exact up to 2^53; `i32` would end at 2 GiB.
        #[allow(clippy::cast_precision_loss)]
        let (from, to) = (self.position as f64, end as f64);
        let buffer = self
            .file
            .slice_with_f64_and_f64(from, to)
            .and_then(|slice| self.reader.read_as_array_buffer(&slice))
            .map_err(|error| to_io_error(&error))?;
        let bytes = Uint8Array::new(&buffer);
        if bytes.length() as usize != length {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "it became shorter while it was read",
            ));
        }
        bytes.copy_to(&mut out[..length]);
        self.position = end;
        Ok(length)
    }
}

impl Seek for BlobReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
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

/// The size of a file, which the File API gives as a number.
pub fn size_of(file: &File) -> u64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let size = file.size() as u64;
    size
}

/// The browser's refusal in words, for behind the file's name. A dropped file that changed or went
/// away since is refused with `NotReadableError` or `NotFoundError`; Firefox throws its own
/// exceptions instead, which are no `DOMException` and share only the field with the name.
fn to_io_error(error: &JsValue) -> io::Error {
    let name = Reflect::get(error, &"name".into()).ok();
    match name.and_then(|name| name.as_string()).as_deref() {
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
