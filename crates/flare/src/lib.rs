//! The archive and the text files of the Agent.
//!
//! Knows how a flare is laid out and what its text files say; knows nothing of what is in the
//! profiles, of reports or of browsers. Its bytes come from any reader, so the same code runs over
//! a file, a browser's `Blob` and a test's made-up gigabyte.
//!
//! Everything here is hostile until proven otherwise: no size is believed, no name is used, every
//! reader stops at a limit, and no input panics.
//!
//! [`Flare`] opens and reads; [`role`] tells which part a file plays; the other modules each read
//! one text format. Their `parse` functions never fail: what is missing is `None`.

#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )
)]

pub mod agent_log;
pub mod aggregator_vars;
mod archive;
pub mod config;
mod content;
pub mod creation;
pub mod debug_info;
pub mod diagnose_log;
mod directory;
pub mod dmesg;
pub mod docker_inspect;
pub mod ecs_metadata;
pub mod entities;
pub mod envvars;
mod error;
pub mod forwarder_vars;
pub mod goroutines;
pub mod health;
pub mod health_issues;
pub mod host;
pub mod install_info;
mod io;
pub mod kubelet_pods;
mod layout;
mod limits;
mod loose;
pub mod memstats;
mod process;
pub mod rtloader;
pub mod runner_vars;
pub mod status;
pub mod telemetry;
mod text;
pub mod trace_vars;
pub mod version_history;
pub mod yaml;

pub use archive::{Entry, Flare, Input};
pub use error::{EntryError, Fault, FlareError, Problem};
pub use io::{ReadSeek, Section};
pub use layout::{ProfileKind, Role, role};
pub use limits::{Limits, TextLimits};
#[cfg(not(target_arch = "wasm32"))]
pub use loose::from_disk;
pub use loose::{LooseFile, OpenFile};
pub use process::{Process, is_program};
