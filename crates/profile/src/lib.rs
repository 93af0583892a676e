//! Go profiles: what is in one, and what `go tool pprof` computes from it.
//!
//! - [`Profile`]: columns with dense ids, names stored once.
//! - [`pprof`]: bytes to [`Profile`].
//! - [`lens`]: one profile, or one minus another, looked at: rows, flat and cum, tables, stacks.
//! - [`units`]: the units that values are in, as pprof prints them and as people read them.
//! - [`text`]: profiles drawn as text, for tests.
//!
//! Refuses to know flares, Agents, owners and thresholds. A [`Profile`] is never serialised, so its
//! tables can change freely.

pub mod lens;
mod model;
pub mod pprof;
mod printable;
pub mod text;
pub mod units;

pub use model::{FuncId, Label, LocId, Mapping, Profile, StrId, ValueType};
pub use printable::{is_hidden, printable};
