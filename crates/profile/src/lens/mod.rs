//! Looking at a profile: which rows it has and what they weigh.
//!
//! - [`subject`]: one profile, or one minus another, with rows named by function, and the one walk
//!   over its stacks that everything below uses.
//! - [`view`]: a subject under one lens: for one sample type.
//! - [`aggregate`]: flat, cum and the edges between rows.
//! - [`top`]: the table of `go tool pprof -top`, and its text to the letter.
//! - [`stacks`]: the heaviest whole stacks.

pub mod aggregate;
pub mod stacks;
pub mod subject;
pub mod top;
pub mod view;
