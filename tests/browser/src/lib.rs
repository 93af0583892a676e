//! What the browser tests share: a driver, a browser session, and the page as an object.
//!
//! - [`environment`]: where page, browser and driver are; `cargo xtask test` says so.
//! - [`driver`]: a chromedriver process.
//! - [`page`]: the page with its hooks, and everything that leaves it.
//! - [`flares`]: the flares of `tests/flares` and what they have to show.
//!
//! Each test has its own server, driver and browser: nothing is left over from another one.

pub mod driver;
pub mod environment;
pub mod flares;
pub mod page;

use std::future::Future;

use anyhow::{Context, Result};

use crate::environment::Environment;
use crate::page::{Page, Session};

/// Runs one test on a page that was just opened, and always closes the browser.
///
/// # Errors
/// Those of the test, and when the page does not open.
pub fn with_page<F, Fut>(test: F) -> Result<()>
where
    F: FnOnce(Page) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let environment = Environment::read()?;
    let dist = environment.dist.clone();
    with_page_of(&environment, &dist, async |page| {
        page.open().await?;
        test(page).await
    })
}

/// The same for a page in another folder, which the test opens itself.
///
/// # Errors
/// Those of the test, and when the browser does not start.
pub fn with_page_of<F, Fut>(
    environment: &Environment,
    dist: &std::path::Path,
    test: F,
) -> Result<()>
where
    F: FnOnce(Page) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no async runtime")?;
    runtime.block_on(async {
        let session = Session::start(environment, dist).await?;
        session.run(test).await
    })
}
