//! The profile model: columns with dense ids, names stored once, and the units that values are in.
//!
//! Depends on nothing else in the crate. A [`Profile`] is what [`crate::pprof`] decodes and what
//! [`crate::analysis`] reads; it is never serialised, so its tables can change freely.

pub mod model;
mod printable;
pub mod text;
pub mod units;

pub use model::{
    FuncId, Functions, Label, Labels, Locations, Mapping, Profile, Samples, StrId, Strings,
    ValueType, base_name,
};
pub use printable::{is_hidden, printable};
