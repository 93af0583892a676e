//! What the fuzz targets do with their bytes.
//!
//! Plain functions, so that two callers share them: the targets in `fuzz_targets`, and the host
//! test `crates/cli/tests/cli/fuzz_corpus.rs`, which includes this file and replays the committed corpus without
//! any fuzzer. Each function panics where the core breaks a promise, not only where it panics.

mod flare_bytes;
mod flares;
mod made_up;
pub mod mutate;
mod profiles;
mod texts;

pub use flares::{archive, report};
pub use profiles::{decode, profile_structured};
pub use texts::{agent_texts, goroutines, memstats, owners, redact, status, telemetry};

/// A target's body.
pub type Target = fn(&[u8]);

/// Every target by name, in the order in which `cargo xtask fuzz` runs them.
pub const TARGETS: [(&str, Target); 11] = [
    ("report", report),
    ("profile_structured", profile_structured),
    ("decode", decode),
    ("archive", archive),
    ("redact", redact),
    ("status", status),
    ("goroutines", goroutines),
    ("agent_texts", agent_texts),
    ("memstats", memstats),
    ("owners", owners),
    ("telemetry", telemetry),
];

/// Lets a target's inputs be mutated as what they are, besides as bytes.
#[macro_export]
macro_rules! mutated_as {
    ($kind:ident) => {
        libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
            use flarescope_fuzz::mutate::{Kind, mutate};
            let sizes = (size, max_size);
            mutate(Kind::$kind, data, sizes, seed, libfuzzer_sys::fuzzer_mutate)
        });
        libfuzzer_sys::fuzz_crossover!(|first: &[u8], second: &[u8], out: &mut [u8], seed: u32| {
            use flarescope_fuzz::mutate::{Kind, cross};
            cross(Kind::$kind, first, second, out, seed)
        });
    };
}
