//! The bytes of a `File`. `FileReaderSync` exists in workers only.

use std::io;

use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{File, FileReaderSync};

use crate::blob::{Pieces, became_shorter, refusal};

/// A file that the user dropped.
pub struct FilePieces {
    file: File,
    reader: FileReaderSync,
    size: u64,
}

impl FilePieces {
    /// Of this file.
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
        Ok(Self { file, reader, size })
    }
}

impl Pieces for FilePieces {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, from: u64, out: &mut [u8]) -> io::Result<()> {
        let end = from + out.len() as u64;
        // Offsets are `f64` in the File API, exact up to 2^53; `i32` would end at 2 GiB.
        #[allow(clippy::cast_precision_loss)]
        let (from, to) = (from as f64, end as f64);
        let buffer = self
            .file
            .slice_with_f64_and_f64(from, to)
            .and_then(|slice| self.reader.read_as_array_buffer(&slice))
            .map_err(|error| to_io_error(&error))?;
        let bytes = Uint8Array::new(&buffer);
        if bytes.length() as usize != out.len() {
            return Err(became_shorter());
        }
        bytes.copy_to(out);
        Ok(())
    }
}

/// The size of a file, which the File API gives as a number.
pub fn size_of(file: &File) -> u64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let size = file.size() as u64;
    size
}

/// Firefox's own exceptions are no `DOMException` and share only the field with the name.
fn to_io_error(error: &JsValue) -> io::Error {
    let name = Reflect::get(error, &"name".into()).ok();
    refusal(name.and_then(|name| name.as_string()).as_deref())
}
