//! The built page in a real browser: `cargo xtask test` builds it, finds the browser and runs this.

mod breakage;
mod exports;
mod flares;
mod forms;
mod manners;
mod network;
mod screens;
mod settings;
