//! Reads Datadog Agent flares and says what their Go profiles show.
//!
//! One way through, each module knowing only what stands before it:
//!
//! ```text
//! bytes -> flare -> pprof -> profile -> analysis -> report -> engine -> (web worker | command line)
//! ```
//!
//! - [`flare`]: the archive and the Agent's text files. Knows nothing of profiles.
//! - [`profile`]: the profile model: columns, names, units. Depends on nothing.
//! - [`pprof`]: bytes to [`profile::Profile`].
//! - [`data_file`]: owners, thresholds and known cases as TOML.
//! - [`analysis`]: what `go tool pprof` computes, and what the procedure decides from it.
//! - [`report`]: plain-data report, the document made from it, and its writers.
//! - [`protocol`] and [`engine`]: the one door into all of it.
//!
//! The core compiles without any web crate; `web` exists on wasm32 only.

pub mod analysis;
pub mod data_file;
pub mod engine;
pub mod flare;
mod limits;
mod order;
pub mod pprof;
pub mod profile;
pub mod protocol;
pub mod report;

#[cfg(target_arch = "wasm32")]
pub mod web;
