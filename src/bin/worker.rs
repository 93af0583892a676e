//! Starts the worker. Empty on the host.
fn main() {}
