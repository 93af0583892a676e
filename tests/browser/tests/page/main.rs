//! The built page in a real browser: `cargo xtask test` builds it, finds the browser and runs this.

mod breakage;
mod everybody;
mod exports;
mod faults;
mod flares;
mod forms;
mod injection;
mod manners;
mod network;
mod parts;
mod private;
mod screens;
mod settings;
mod summary;
mod tables;
