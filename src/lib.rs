//! The page: drop a flare, read what its profiles show.
//!
//! It goes through one door, `engine`, and refuses to know what lies behind it.
//!
//! ```text
//! main thread (app)                                    dedicated worker
//! views -> client -> session -- {id, request, files} -> worker -> engine
//!   ^-------------------'   ^-------- {id, response} ------'
//! ```
//!
//! - [`session`]: the page's end of the worker as a state machine: events in, effects out.
//! - [`wire`], [`source`], [`blob`]: what goes to the worker and back; what was dropped; how it is read.
//! - [`several`]: which of several flares to open. [`place`]: where in one the user is. [`reply`]: the
//!   texts to paste, and what the user made of them.
//! - [`shown`]: what views show of what the engine wrote. [`visible`]: letters that the eye does not see.
//! - [`storage`], [`choices`], [`theme`], [`draft`]: all that is kept between visits, and what is typed
//!   before it is.
//! - [`policy`], [`traffic`], [`stored`]: what the browser forbids the page, which requests it saw, and
//!   what it keeps; for whoever wants to check.
//! - [`faults`]: what lost workers died of.
//! - `browser`: what needs one. Exists on wasm32 only; all else compiles without any web crate.

pub mod blob;
pub mod choices;
pub mod draft;
pub mod faults;
pub mod place;
pub mod policy;
pub mod reply;
pub mod session;
pub mod several;
pub mod shown;
pub mod source;
pub mod storage;
pub mod stored;
pub mod theme;
pub mod traffic;
pub mod visible;
pub mod wire;

#[cfg(target_arch = "wasm32")]
pub mod browser;

/// What the page and its worker were built from. The worker says it first of all and the page compares
/// it with its own: Trunk gives worker files no hash, so a browser may have kept an old one.
///
/// `FLARESCOPE_BUILD`, set by whoever builds both, tells two builds of one version apart:
/// `cargo xtask build` adds a hash of the source.
pub const BUILD: &str = match option_env!("FLARESCOPE_BUILD") {
    Some(build) => build,
    None => env!("CARGO_PKG_VERSION"),
};
