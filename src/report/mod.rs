//! The report: plain facts ([`model`]), the document laid out from them ([`document`], [`layout`]),
//! and writers.
//!
//! There is one document. The page, the Markdown file and later formats render the same sections
//! in the same order, so what is read on screen is what is pasted into the ticket.

pub mod document;
pub mod gather;
pub mod json;
pub mod layout;
pub mod markdown;
pub mod model;
pub mod texts;
