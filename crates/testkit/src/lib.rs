//! What tests, fuzzing, examples and the bench make up or read: one copy for all of them.
//!
//! - [`fixtures`]: the flares of `tests/flares` with the outputs of `go tool pprof`.
//! - [`flare_zip`]: archives, well-formed or broken on purpose, field by field.
//! - [`made`]: profiles put together sample by sample; `made::hostile` has whole flares of markup.
//! - [`made_up`]: whole flares drawn as text.
//! - [`sample`]: the flare that is built into the page.
//! - [`mod@bench`]: the profiles that speed is measured with.
//! - [`pack`], [`random`]: what these share.
//!
//! Refuses to be part of any program that users get.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "tests are its only users, and a test stops at what it does not expect"
)]

pub mod bench;
pub mod fixtures;
pub mod flare_zip;
pub mod made;
pub mod made_up;
pub mod pack;
pub mod random;
pub mod sample;

use engine::OpenFlare;
use flare::{FlareError, Input};
use report::settings::Settings;

/// Opens a flare with the built-in settings.
pub fn open(name: &str, input: Input) -> Result<OpenFlare, FlareError> {
    OpenFlare::read(name, input, Settings::default(), &mut |_| {})
}

/// The checkout.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
