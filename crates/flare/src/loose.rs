//! Loose files: dropped one by one, or as a folder.

use std::io;

use super::io::ReadSeek;

/// Opens a loose file, as often as asked.
pub type OpenFile = Box<dyn FnMut() -> io::Result<Box<dyn ReadSeek>>>;

/// One file, and how to get at its bytes when they are needed.
pub struct LooseFile {
    /// Path as dropped, `/` between its parts.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Opens it.
    pub open: OpenFile,
}

impl LooseFile {
    /// A file whose bytes are at hand.
    pub fn from_bytes(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        let size = bytes.len() as u64;
        let bytes: std::sync::Arc<[u8]> = bytes.into();
        Self {
            path: path.into(),
            size,
            open: Box::new(move || Ok(Box::new(io::Cursor::new(std::sync::Arc::clone(&bytes))))),
        }
    }
}

impl std::fmt::Debug for LooseFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LooseFile")
            .field("path", &self.path)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Lists a file, or a folder with all that is below it, sorted by path.
///
/// Paths start with the folder's own name, as they do when a folder is dropped on the page: it is
/// often the host name. What is no file (a symbolic link, a pipe, a folder past the limit of depth)
/// is listed and can't be read, so that no folder leads out of itself.
///
/// # Errors
/// When the folder, or one below it, cannot be listed.
#[cfg(not(target_arch = "wasm32"))]
pub fn from_disk(path: &std::path::Path, limits: &super::Limits) -> io::Result<Vec<LooseFile>> {
    let absolute = path.canonicalize()?;
    let name = absolute
        .file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut files = Vec::new();
    let mut waiting = vec![(absolute, name, 0)];
    while let Some((path, name, depth)) = waiting.pop() {
        let metadata = std::fs::symlink_metadata(&path)?;
        if metadata.is_file() {
            if files.len() > limits.entries {
                break;
            }
            files.push(LooseFile {
                path: name,
                size: metadata.len(),
                open: Box::new(move || Ok(Box::new(std::fs::File::open(&path)?))),
            });
        } else if !metadata.is_dir() || depth >= limits.folders {
            let why = if metadata.is_symlink() {
                "it is a symbolic link, which is not followed".to_owned()
            } else if metadata.is_dir() {
                format!("it is a folder below {} others, the limit", limits.folders)
            } else {
                "it is no regular file".to_owned()
            };
            files.push(LooseFile {
                path: name,
                size: 0,
                open: Box::new(move || Err(io::Error::other(why.clone()))),
            });
        } else {
            for child in std::fs::read_dir(&path)? {
                let child = child?;
                let child_name = child.file_name().to_string_lossy().into_owned();
                let child_name = if name.is_empty() {
                    child_name
                } else {
                    format!("{name}/{child_name}")
                };
                waiting.push((child.path(), child_name, depth + 1));
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}
