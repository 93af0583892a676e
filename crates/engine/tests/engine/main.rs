//! From bytes to the report, through the engine.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

mod case_advice;
mod case_conclusions;
mod case_heaps;
mod case_logs;
mod case_loose;
mod case_owners;
mod case_texts;
mod cases;
mod first_screen;
mod flare_archives;
mod flare_fixtures;
mod flare_texts;
mod golden_top;
mod golden_verdict;
mod hostile_archives;
mod hostile_profiles;
mod open_flares;
mod pictures;
mod pprof_rules;
mod properties;
mod report_advice;
mod report_holes;
mod report_json;
mod report_redaction;
mod report_surroundings;
mod report_texts;
mod said;
mod speed;
mod tables;
