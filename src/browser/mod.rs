//! What of the page needs a browser; exists on wasm32 only.
//!
//! - [`client`]: the session's hands and ears: turns its effects into calls of the browser, and what
//!   the browser reports into events.
//! - [`worker`]: the other end. An adapter: decode, call the engine, encode. [`blob`] reads its files.
//! - [`worker_files`]: what a worker is started from, without asking the server again. [`link`]: one
//!   that runs.
//! - [`wire`]: envelopes as JavaScript's objects.
//! - [`state`]: the signals that views read. [`places`]: Back and Forward. [`views`]: markup.
//! - [`drop`], [`sample`], [`clipboard`], [`download`], [`storage`], [`choices`], [`theme`],
//!   [`policy`], [`traffic`], [`stored`], [`idle`]: one browser facility each.
//!
//! Decides nothing: what could be wrong without a browser stands outside, where the host tests it.

pub mod blob;
pub mod choices;
pub mod client;
pub mod clipboard;
pub mod download;
pub mod drop;
pub mod idle;
pub mod link;
pub mod places;
pub mod policy;
pub mod sample;
pub mod state;
pub mod storage;
pub mod stored;
pub mod theme;
pub mod traffic;
pub mod views;
pub mod wire;
pub mod worker;
pub mod worker_files;
