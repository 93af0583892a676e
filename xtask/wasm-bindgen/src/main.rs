//! `wasm-bindgen`, as far as Trunk calls it.
//!
//! The program of wasm-bindgen-cli is the same few lines around the same library, but it comes with
//! a runner of tests in browsers, and that with an HTTP server and an HTTP client: five times as many
//! packages to compile as this one. Here, too, all of them stand in the workspace's Cargo.lock.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use wasm_bindgen_cli_support::Bindgen;

/// What Trunk passes; anything else is refused.
#[derive(Debug, Parser)]
#[command(name = "wasm-bindgen", version)]
struct Arguments {
    /// The compiled module
    input: PathBuf,
    /// What the script is for
    #[arg(long, value_enum)]
    target: Target,
    /// Where module and script go
    #[arg(long)]
    out_dir: PathBuf,
    /// What their names begin with
    #[arg(long)]
    out_name: String,
    /// Write no TypeScript definitions
    #[arg(long)]
    no_typescript: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Target {
    /// A module that a page imports
    Web,
    /// A script that a worker runs
    NoModules,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut bindgen = Bindgen::new();
    match arguments.target {
        Target::Web => bindgen.web(true)?,
        Target::NoModules => bindgen.no_modules(true)?,
    };
    bindgen
        .input_path(&arguments.input)
        .out_name(&arguments.out_name)
        .typescript(!arguments.no_typescript)
        // As wasm-bindgen-cli has it; the library would leave the module's name out of the script.
        .omit_default_module_path(false)
        .generate(&arguments.out_dir)
}
