//! The page: the only part that knows a browser.
//!
//! ```text
//! main thread (app)                          dedicated worker
//! views -> client -- {id, request, files} -> worker -> engine
//!            ^------- {id, response} -----------'
//! ```
//!
//! - [`wire`]: the envelopes that cross `postMessage`, in both directions.
//! - [`client`]: the page's end. Owns the worker, the dropped files and what is asked of them.
//! - [`worker_files`]: what a worker is started from, without asking the server again.
//! - [`worker`] and [`blob`]: the other end. An adapter: decode, call the engine, encode.
//! - [`state`]: the signals that views read.
//! - [`views`]: markup. Lays out what the engine wrote and computes nothing.
//! - [`drop`], [`sample`], [`clipboard`], [`download`], [`storage`]: one browser facility each.
//! - [`choices`] and [`theme`]: all that is kept between visits.
//! - [`policy`], [`traffic`], [`stored`]: what the browser forbids the page, which requests it saw,
//!   and what it keeps; for whoever wants to check.
//! - [`faults`]: what lost workers died of. [`visible`]: letters that the eye does not see.
//!
//! Nothing here knows how a flare is read; nothing else in the crate knows a browser.

pub mod blob;
pub mod choices;
pub mod client;
pub mod clipboard;
pub mod download;
pub mod drop;
pub mod faults;
pub mod policy;
pub mod sample;
pub mod state;
pub mod storage;
pub mod stored;
pub mod theme;
pub mod traffic;
pub mod views;
pub mod visible;
pub mod wire;
pub mod worker;
pub mod worker_files;

/// What both modules were built from. The worker says it first of all and the page compares it
/// with its own: Trunk gives worker files no hash, so a browser may have kept an old one.
///
/// `FLARESCOPE_BUILD`, set by whoever builds both, tells two builds of one version apart:
/// `cargo xtask build` adds a hash of the source.
pub const BUILD: &str = match option_env!("FLARESCOPE_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};
