//! How much of a flare is believed. Plain data: callers may lower or raise every number.

/// What reading one flare may cost.
///
/// A real flare stays far below each of these; an archive made to exhaust memory does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Files in the archive, folders included. The largest flares seen hold a few thousand.
    pub entries: usize,
    /// Unpacked bytes of one entry. Heap profiles stay under 64 MiB; the Agent itself cuts the
    /// goroutine dump at 64 MB.
    pub unpacked_bytes_per_entry: u64,
    /// Unpacked bytes of all entries that were read. Reading one again costs nothing.
    pub unpacked_bytes_in_total: u64,
    /// Unpacked bytes of a flare found inside another archive; it is held in memory.
    pub inner_archive_bytes: u64,
    /// Archives within the archive: a ticket export that holds a flare is one level.
    pub nesting: usize,
    /// How many times larger an entry may become by unpacking, once it is past
    /// [`Limits::ratio_from_bytes`]. Dumps of equal goroutines reach a few hundred.
    pub ratio: u64,
    /// Below this unpacked size the ratio is not looked at: a small file harms nobody.
    pub ratio_from_bytes: u64,
    /// Bytes of a text file that are worth parsing; callers cut here.
    pub text_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1 << 20;
        Self {
            entries: 100_000,
            unpacked_bytes_per_entry: 512 * MIB,
            unpacked_bytes_in_total: 2048 * MIB,
            inner_archive_bytes: 1024 * MIB,
            nesting: 2,
            ratio: 600,
            ratio_from_bytes: 96 * MIB,
            text_bytes: 64 * MIB,
        }
    }
}
