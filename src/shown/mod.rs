//! What views show of what the engine wrote: marks, names, filters, and where things go.
//!
//! Numbers, shares and sentences come ready; nothing here makes any.

pub mod bars;
pub mod files;
pub mod menu;
pub mod row;
pub mod sections;
pub mod sorting;
