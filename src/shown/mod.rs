//! What views show of what the engine wrote: names, filters, the user's order.
//!
//! Numbers, shares and sentences come ready; nothing here makes any.

pub mod copying;
pub mod files;
pub mod keys;
pub mod menu;
pub mod scrolling;
pub mod sections;
pub mod sorting;
pub mod widths;
