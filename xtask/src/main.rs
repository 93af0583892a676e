//! Set-up, serving, testing and measuring: everything that is run by hand or by CI.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::main()
}
