//! Set-up, serving, testing and measuring: everything that is run by hand or by CI.
//!
//! - [`setup`]: finds or installs what the commands need; tools go to the user's cache folder.
//! - [`page`]: builds the page with Trunk.
//! - [`bundle`]: the built page as one file.
//! - [`serve`], [`check`], [`mod@bench`], [`fuzz`]: the commands.
//! - [`browser_tests`]: the last part of [`check`], in every form of the page.
//! - [`server`]: the static server, which the browser tests use as well.
//! - [`owners`]: the table that `data/owners.toml` is tested against.
//! - [`run`], [`jobs`]: running programs, one after the other or several at once.
//! - [`project`], [`browser`]: where things are, which browser.
//!
//! Knows nothing of profiles or flares, and needs none of the product's crates to be compiled.

pub mod bench;
pub mod browser;
pub mod browser_tests;
pub mod bundle;
pub mod check;
#[cfg(test)]
mod colours;
pub mod deny;
pub mod fuzz;
pub mod jobs;
#[cfg(test)]
mod names;
pub mod owners;
pub mod page;
pub mod project;
pub mod run;
pub mod serve;
pub mod server;
pub mod setup;
#[cfg(test)]
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::browser::Kind;

/// What stands on the command line.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about = "Sets up, serves, tests and measures flarescope",
    after_help = "Everything that is missing is installed first: tools into the user's cache folder, \
                  never onto PATH; build output stays in target/.\n\n\
                  Environment:\n  \
                  FLARESCOPE_WASM=rustup|debian  force one way of compiling for wasm32\n  \
                  CHROME, CHROMEDRIVER           the browser and its driver\n  \
                  FIREFOX, GECKODRIVER           the same for --browser firefox\n  \
                  CARGO_TARGET_DIR               where build output goes instead of target/"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the page in release mode and serve it on 127.0.0.1
    Serve {
        /// Port to listen on; 0 takes a free one
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// Open the page in the default browser
        #[arg(long)]
        open: bool,
    },
    /// Build the page into target/dist
    Build,
    /// Build the page as one file, target/bundle/flarescope.html
    Bundle,
    /// Formatting, clippy, docs, host tests, page build and browser tests
    Test {
        /// The browser that the page is tested in
        #[arg(long, value_enum, default_value_t = Kind::Chromium)]
        browser: Kind,
    },
    /// Measure speed and memory against inflating alone and against `go tool pprof`
    Bench {
        /// Runs of each command; the median counts
        #[arg(long, default_value_t = 5)]
        repeat: usize,
        /// Leave out `go tool pprof`, which takes two minutes
        #[arg(long)]
        no_go: bool,
        /// Leave out the page
        #[arg(long)]
        no_page: bool,
    },
    /// Fuzz every reader and the whole report; ends with a failure when something is found
    Fuzz {
        /// Minutes for each target
        #[arg(long, default_value_t = 10)]
        minutes: u32,
        /// Go on past them until coverage has not grown for so many minutes (not on Windows)
        #[arg(long, default_value_t = 0)]
        still: u32,
        /// Only this target
        #[arg(long)]
        target: Option<String>,
        /// Cut what was found so far down into fuzz/corpus, instead of fuzzing
        #[arg(long)]
        minimise: bool,
    },
    /// Make data/agent/packages-owners.tsv anew, against which data/owners.toml is tested
    Owners {
        /// Patterns and teams of .github/CODEOWNERS in its order, separated by a tab
        codeowners: std::path::PathBuf,
        /// The Agent's folders of Go files, one a line
        packages: std::path::PathBuf,
        /// Where both come from, with the date; what the present table says when left out
        #[arg(long)]
        source: Option<String>,
    },
}

/// Runs the command line. A failure is one message on standard error and exit status 1.
pub fn main() -> ExitCode {
    if let Some(status) = setup::stand_in::run_if_called_as_one() {
        return status;
    }
    let outcome = match Arguments::parse().command {
        Command::Serve { port, open } => serve::run(port, open),
        Command::Build => project::Project::find().and_then(|project| page::build(&project)),
        Command::Bundle => bundle::run(),
        Command::Test { browser } => check::run(browser),
        Command::Bench {
            repeat,
            no_go,
            no_page,
        } => bench::run(&bench::Options {
            repeat: repeat.max(1),
            go: !no_go,
            page: !no_page,
        }),
        Command::Fuzz {
            minutes,
            still,
            target,
            minimise,
        } => fuzz::run(&fuzz::Options {
            minutes: minutes.max(1),
            still,
            target,
            minimise,
        }),
        Command::Owners {
            codeowners,
            packages,
            source,
        } => owners::run(&owners::Options {
            codeowners,
            packages,
            source,
        }),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
