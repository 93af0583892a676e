//! `cargo xtask bench`.
use anyhow::Result;
use std::path::Path;

/// What to measure.
#[derive(Debug)]
pub struct Options {
    /// Runs of each command.
    pub repeat: usize,
    /// Measure `go tool pprof`.
    pub go: bool,
    /// Measure the page.
    pub page: bool,
}

/// Measures.
///
/// # Errors
/// When a measured program fails.
pub fn run(_options: &Options) -> Result<()> {
    Ok(())
}

/// Inflates.
///
/// # Errors
/// When the file cannot be read.
pub fn inflate(_file: &Path) -> Result<()> {
    Ok(())
}
