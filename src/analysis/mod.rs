//! What `go tool pprof` computes, and what the procedure decides from it.
//!
//! - [`view`]: one profile, or one minus another, for one sample type, with rows named by function.
//! - [`aggregate`]: flat, cum and the edges between rows.
//! - [`owner`]: who owns a function, and to whom a finding goes.
//! - [`thresholds`]: the numbers that verdicts, confidence and notes are decided by.
//! - [`top`]: the table of `go tool pprof -top`, and its text to the letter.

pub mod aggregate;
pub mod owner;
pub mod thresholds;
pub mod top;
pub mod view;
