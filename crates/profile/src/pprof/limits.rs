//! How much of a profile is believed. Plain data: callers may lower or raise every number.

use std::sync::OnceLock;

use serde::Deserialize;

use tables::limits::{Section, section};

/// What one profile may hold. The reasons stand in `data/limits.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of the unpacked message.
    pub unpacked_bytes: u64,
    /// What the samples count.
    pub sample_types: usize,
    /// Samples.
    pub samples: usize,
    /// Values of all samples together.
    pub values: usize,
    /// Labels of all samples together.
    pub labels: usize,
    /// Entries of the string table.
    pub strings: usize,
    /// Bytes of one of them.
    pub name_bytes: usize,
    /// Binaries.
    pub mappings: usize,
    /// Functions.
    pub functions: usize,
    /// Locations.
    pub locations: usize,
    /// Frames of one stack, inlined ones included.
    pub stack_depth: usize,
    /// Frames of all stacks together, inlined ones included.
    pub frames: usize,
    /// Bytes of `drop_frames` and of `keep_frames`.
    pub pattern_bytes: usize,
    /// Bytes of a pattern times bytes of the names that it is compared with.
    pub pattern_steps: usize,
}

impl Default for Limits {
    fn default() -> Self {
        static BUILTIN: OnceLock<Limits> = OnceLock::new();
        *BUILTIN.get_or_init(|| section(Section::Profile))
    }
}

/// What all profiles of a flare may cost together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Unpacked bytes, those of damaged profiles included.
    pub unpacked_bytes: u64,
    /// Bytes of the tables in memory.
    pub memory_bytes: u64,
    /// Steps of work, as the profile counts them.
    pub steps: u64,
    /// Bytes of names in the rows that the report keeps.
    pub row_bytes: u64,
}

impl Default for Totals {
    fn default() -> Self {
        static BUILTIN: OnceLock<Totals> = OnceLock::new();
        *BUILTIN.get_or_init(|| section(Section::Profiles))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_file_is_read() {
        assert_eq!(Limits::default().unpacked_bytes, 128 << 20);
        assert_eq!(Totals::default().memory_bytes, 400 << 20);
    }
}
