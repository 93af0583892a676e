//! The built page in a real browser: `cargo xtask test` builds it, finds the browser and runs this.

mod breakage;
mod flares;
mod manners;
mod network;
mod screens;
