//! Looking at a profile: which rows it has and what they weigh.
//!
//! - `rows`: what frames are called. [`subject`]: one profile, or one minus another, with its rows,
//!   and the one walk over its stacks that everything below uses.
//! - [`weights`]: flat and cum. [`view`]: a subject under one lens, that is, for one sample type.
//! - `edges`: the calls between rows. [`top`]: the table of `go tool pprof -top`, to the letter.
//! - [`stacks`]: the heaviest whole stacks. [`labels`]: sums by label, as `go tool pprof -tags`.

mod edges;
pub mod labels;
mod rows;
pub mod stacks;
pub mod subject;
pub mod top;
pub mod view;
pub mod weights;
