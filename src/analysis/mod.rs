//! What `go tool pprof` computes, and what the procedure decides from it.
//!
//! - [`view`]: one profile, or one minus another, for one sample type, with rows named by function.
//! - [`aggregate`]: flat, cum and the edges between rows.
//! - [`top`]: the table of `go tool pprof -top`, and its text to the letter.
//! - [`owner`] and [`attribution`]: who owns a function, and who is responsible for a sum.
//! - [`known`]: which publicly reported cases a finding resembles.
//! - [`noise`]: how much of a heap difference may be chance.
//! - [`stacks`]: the heaviest whole stacks.
//! - [`memory`] and [`gc`]: where the memory is, and what the garbage collector costs.
//! - [`thresholds`], [`kinds`] and [`verdict`]: what is decided, by which numbers, in which words.

pub mod aggregate;
pub mod attribution;
pub mod gc;
pub mod kinds;
pub mod known;
pub mod memory;
pub mod noise;
pub mod owner;
pub mod stacks;
pub mod thresholds;
pub mod top;
pub mod verdict;
pub mod view;
