//! What the procedure decides from the profiles of a flare and the Agent's own numbers.
//!
//! - [`owner`], [`program`] and [`attribution`]: who owns a function, whose program it is, and who is
//!   responsible for a sum.
//! - [`labels`]: what the profile itself says of who used the CPU.
//! - [`known`]: which publicly reported cases a finding resembles.
//! - [`noise`] and [`transients`]: how much of a heap difference may be chance, and how much of it goes
//!   again by itself.
//! - [`memory`] and [`gc`]: where the memory is, and what the garbage collector costs.
//! - [`counters`] and [`evidence`]: what the Agent's texts say beside its profiles.
//! - [`notable`]: what has to be looked at although nothing crossed; [`pipelines`]: who waits for whom.
//! - [`thresholds`], [`kinds`] and [`verdict`]: what is decided, and by which numbers.
//! - [`capture`], [`share`], [`errors`]: what is to be recorded, parts of a whole, what was not read.
//!
//! Everything that is decided is a fact with its numbers and names. Refuses to know archives, files,
//! layout, readers, and any sentence.

pub mod attribution;
pub mod capture;
pub mod counters;
pub mod errors;
pub mod evidence;
pub mod gc;
pub mod kinds;
pub mod known;
pub mod labels;
pub mod memory;
pub mod noise;
pub mod notable;
pub mod owner;
pub mod pipelines;
pub mod program;
pub mod share;
pub mod thresholds;
pub mod transients;
pub mod verdict;
