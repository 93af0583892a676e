//! Looking at a profile: which rows it has and what they weigh.
//!
//! - [`view`]: one profile, or one minus another, for one sample type, with rows named by function.
//! - [`aggregate`]: flat, cum and the edges between rows.
//! - [`top`]: the table of `go tool pprof -top`, and its text to the letter.
//! - [`stacks`]: the heaviest whole stacks.

pub mod aggregate;
pub mod stacks;
pub mod top;
pub mod view;
