//! The page: drop a flare, read what its profiles show.
//!
//! The engine answers and `web` lays out. Everything that is not the page lies in `crates/`.

#[cfg(target_arch = "wasm32")]
pub mod web;
