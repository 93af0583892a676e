//! What the fuzz targets do with their bytes.
//!
//! Plain functions, so that two callers share them: the targets in `fuzz_targets`, and the host
//! test `tests/fuzz_corpus.rs`, which includes this file and replays the committed corpus without
//! any fuzzer. Each function panics where the core breaks a promise, not only where it panics.

mod flares;
mod made_up;
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
