//! Where page, browser and driver are.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xtask::setup::browser::{CHROME, CHROMEDRIVER, DIST, SCREENSHOTS};

/// What `cargo xtask test` hands over.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The built page.
    pub dist: PathBuf,
    /// The browser's program.
    pub chrome: PathBuf,
    /// Its driver.
    pub chromedriver: PathBuf,
    /// Where screenshots go.
    pub screenshots: PathBuf,
}

impl Environment {
    /// Reads it from the environment.
    ///
    /// # Errors
    /// When a variable is missing or the page is not built.
    pub fn read() -> Result<Self> {
        let read = |name: &str| {
            env::var_os(name).map(PathBuf::from).with_context(|| {
                format!("{name} is not set: run the browser tests with `cargo xtask test`")
            })
        };
        let this = Self {
            dist: read(DIST)?,
            chrome: read(CHROME)?,
            chromedriver: read(CHROMEDRIVER)?,
            screenshots: read(SCREENSHOTS)?,
        };
        ensure!(
            this.dist.join("index.html").is_file(),
            "{} holds no page: `cargo xtask test` builds it first",
            this.dist.display()
        );
        Ok(this)
    }
}
