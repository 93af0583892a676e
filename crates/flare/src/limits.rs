//! How much of a flare is believed. Plain data: callers may lower or raise every number.

use std::sync::OnceLock;

use serde::Deserialize;

use tables::limits::{Section, section};

/// What reading one flare may cost.
///
/// A real flare stays far below each of these; an archive made to exhaust memory does not. The
/// reasons of the numbers stand in `data/limits.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Files in the archive, folders included.
    pub entries: usize,
    /// Unpacked bytes of one entry.
    pub unpacked_bytes_per_entry: u64,
    /// Unpacked bytes of all entries that were read. Reading one again costs nothing.
    pub unpacked_bytes_in_total: u64,
    /// Unpacked bytes of a flare found inside another archive; it is held in memory.
    pub inner_archive_bytes: u64,
    /// Archives within the archive: a ticket export that holds a flare is one level.
    pub nesting: usize,
    /// How many times larger an entry may become by unpacking, once it is past
    /// [`Limits::ratio_from_bytes`].
    pub ratio: u64,
    /// Below this unpacked size the ratio is not looked at: a small file harms nobody.
    pub ratio_from_bytes: u64,
    /// Bytes of a text file that are worth parsing; callers cut here.
    pub text_bytes: u64,
    /// Bytes of an entry's path.
    pub name_bytes: usize,
    /// Bytes of all paths together.
    pub name_bytes_in_total: usize,
    /// Folders above a file on disk.
    pub folders: usize,
    /// Processes with profiles.
    pub processes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        static BUILTIN: OnceLock<Limits> = OnceLock::new();
        *BUILTIN.get_or_init(|| section(Section::Archive))
    }
}

/// How much of the Agent's texts is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextLimits {
    /// Levels of YAML and JSON.
    pub depth: usize,
    /// Values of YAML and JSON.
    pub values: usize,
    /// Bytes of YAML and JSON in one file.
    pub bytes: usize,
    /// The same in all files of a flare together.
    pub bytes_in_total: u64,
    /// Bytes of the goroutine dump.
    pub dump_bytes: u64,
    /// Different stacks of the dump.
    pub dump_groups: usize,
    /// Bytes of the names in them.
    pub dump_group_bytes: usize,
    /// Bytes of each current log.
    pub log_bytes: u64,
    /// Logs that are read.
    pub logs: usize,
}

impl Default for TextLimits {
    fn default() -> Self {
        static BUILTIN: OnceLock<TextLimits> = OnceLock::new();
        *BUILTIN.get_or_init(|| section(Section::Text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_file_is_read() {
        assert_eq!(Limits::default().nesting, 2);
        assert_eq!(TextLimits::default().depth, 64);
    }
}
