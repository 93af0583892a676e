//! Set-up, serving, testing and measuring: everything that is run by hand or by CI.
fn main() {}
