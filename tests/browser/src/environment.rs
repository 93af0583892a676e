//! Where page, browser and driver are, and which form of the page is tested.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use xtask::browser::Kind;
use xtask::browser_tests::{BUNDLE, DIST, DRIVER, FORM, Form, KIND, PROGRAM, SCREENSHOTS};

/// What `cargo xtask test` hands over.
#[derive(Clone, Debug)]
pub struct Environment {
    /// The form of the page that is opened.
    pub form: Form,
    /// The built page.
    pub dist: PathBuf,
    /// The page as one file. Only the forms that are made of it need it.
    pub bundle: PathBuf,
    /// Which browser it is.
    pub kind: Kind,
    /// The browser's program.
    pub program: PathBuf,
    /// Its driver.
    pub driver: PathBuf,
    /// Where screenshots go.
    pub screenshots: PathBuf,
}

impl Environment {
    /// Reads it from the environment.
    ///
    /// # Errors
    /// When a variable is missing or unknown, or the page is not built.
    pub fn read() -> Result<Self> {
        let kind = text(KIND)?;
        let form = text(FORM)?;
        let this = Self {
            form: Form::named(&form)
                .with_context(|| format!("{FORM} is {form:?}, which is no form of the page"))?,
            dist: read(DIST)?.into(),
            bundle: read(BUNDLE)?.into(),
            kind: Kind::named(&kind)
                .with_context(|| format!("{KIND} is {kind:?}, which is no browser"))?,
            program: read(PROGRAM)?.into(),
            driver: read(DRIVER)?.into(),
            screenshots: read(SCREENSHOTS)?.into(),
        };
        let page = match this.form {
            Form::Dist => this.dist.join("index.html"),
            Form::SubPath | Form::Disk | Form::Saved => this.bundle.clone(),
        };
        ensure!(
            page.is_file(),
            "{} is missing: `cargo xtask test` builds it first",
            page.display()
        );
        Ok(this)
    }
}

fn read(name: &str) -> Result<OsString> {
    env::var_os(name).with_context(|| {
        format!("{name} is not set: run the browser tests with `cargo xtask test`")
    })
}

fn text(name: &str) -> Result<String> {
    Ok(read(name)?.to_string_lossy().into_owned())
}
