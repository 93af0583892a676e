//! What the browser tests share: a driver, a browser session, and the page as an object.
//!
//! - [`environment`]: where page, browser and driver are; `cargo xtask test` says so.
//! - [`site`]: the page in the form that is tested: as built, or as one file, served or not.
//! - [`driver`]: a chromedriver or geckodriver process.
//! - [`engine`]: what Chromium ([`chromium`]) and Firefox ([`firefox`], [`bidi`]) do differently.
//! - [`session`]: a browser with server and proxy.
//! - [`page`]: the page with its hooks, and everything that leaves it.
//! - [`axe`]: what axe-core finds on the page.
//! - [`flares`]: the flares of `tests/flares` and what they have to show.
//!
//! Each test has its own server, driver and browser: nothing is left over from another one.

pub mod axe;
pub mod bidi;
pub mod chromium;
pub mod driver;
pub mod engine;
pub mod environment;
pub mod firefox;
pub mod flares;
pub mod page;
pub mod session;
pub mod site;

use std::future::Future;

use anyhow::{Context, Result};

use crate::environment::Environment;
use crate::page::Page;
use crate::session::Session;
use crate::site::Site;

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
    let site = Site::of(&environment)?;
    with_site(&environment, &site, async |page| {
        page.open().await?;
        test(page).await
    })
}

/// The same for a page that was changed, which the test opens itself.
///
/// # Errors
/// Those of the test, and when the browser does not start.
pub fn with_site<F, Fut>(environment: &Environment, site: &Site, test: F) -> Result<()>
where
    F: FnOnce(Page) -> Fut,
    Fut: Future<Output = Result<()>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no async runtime")?;
    runtime.block_on(async {
        let session = Session::start(environment, site).await?;
        session.run(test).await
    })
}
