//! Mounts the page. Empty on the host.
fn main() {}
