//! The program as it is called, and what is run beside it.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at what it does not expect"
)]

mod command_line;
mod command_line_options;
mod fuzz_corpus;
mod hostile_command_line;
mod injection;
