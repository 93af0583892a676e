//! The report: plain facts ([`model`]), the document laid out from them ([`document`], [`layout`]),
//! and writers.
//!
//! There is one document. The page, the Markdown file and the other formats render the same
//! sections in the same order, so what is read on screen is what is pasted into the ticket.
//! Refuses to know where facts come from, browsers and terminals.

pub mod document;
#[cfg(test)]
mod every_block;
pub mod html;
pub mod json;
pub mod kinds;
pub mod layout;
pub mod mark;
pub mod markdown;
pub mod model;
pub mod redact;
pub mod redacted;
pub mod rows;
pub mod screen;
pub mod settings;
pub mod symptom;
pub mod text;
pub mod texts;
pub mod times;
