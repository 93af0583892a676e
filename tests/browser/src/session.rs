//! A browser with its driver, a server for the page, and a proxy for everything else.

use std::cell::RefCell;
use std::future::Future;
use std::path::PathBuf;
use std::rc::Rc;

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;
use thirtyfour::WebDriver;
use xtask::browser_tests::Form;
use xtask::server::Server;

use crate::driver::Driver;
use crate::engine::{Engine, Places};
use crate::environment::Environment;
use crate::page::{PATIENCE, Page, WIDE};
use crate::site::Site;

/// One browser for one test.
#[derive(Debug)]
pub struct Session {
    driver: WebDriver,
    inside: Inside,
    /// Ends with the session, after the browser was closed.
    process: Driver,
}

/// What the page object needs of the session.
#[derive(Debug)]
pub(crate) struct Inside {
    pub(crate) engine: Engine,
    pub(crate) form: Form,
    /// Where the page is.
    pub(crate) url: String,
    /// Runs for every form: a page from the disk that asks this server for something is seen, too.
    pub(crate) server: Server,
    /// Everything that is not on this computer goes here, from the page, its workers or the
    /// browser itself, and is counted and refused.
    pub(crate) elsewhere: Server,
    pub(crate) folders: Folders,
    pub(crate) screenshots: PathBuf,
    pub(crate) tried: RefCell<Vec<String>>,
    pub(crate) console: RefCell<Vec<String>>,
}

/// Folders that end with the session.
#[derive(Debug)]
pub(crate) struct Folders {
    pub(crate) downloads: TempDir,
    pub(crate) scratch: TempDir,
    profile: TempDir,
    empty: TempDir,
}

impl Session {
    /// Starts everything; the browser shows an empty tab.
    ///
    /// # Errors
    /// When the server, the driver or the browser does not start.
    pub async fn start(environment: &Environment, site: &Site) -> Result<Self> {
        let folder = |name: &str| {
            tempfile::Builder::new()
                .prefix(&format!("flarescope-{name}-"))
                .tempdir()
                .context("no temporary folder")
        };
        let folders = Folders {
            downloads: folder("downloads")?,
            scratch: folder("scratch")?,
            profile: folder("profile")?,
            empty: folder("empty")?,
        };
        let places = Places {
            downloads: folders.downloads.path(),
            profile: folders.profile.path(),
        };
        let server = Server::start(site.folder(), 0)?;
        let elsewhere = Server::start(folders.empty.path(), 0)?;
        let process = Driver::start(&environment.driver, environment.kind)?;
        let capabilities = Engine::capabilities(environment, places, &elsewhere.url(), WIDE);
        let driver = WebDriver::new(process.url(), capabilities)
            .await
            .with_context(|| format!("{} does not start", environment.program.display()))?;
        let engine = match Engine::take(environment.kind, &driver, places, WIDE).await {
            Ok(engine) => engine,
            Err(error) => {
                // The browser would outlive its driver. What went wrong first is what counts.
                let _ = driver.quit().await;
                return Err(error);
            }
        };
        Ok(Self {
            driver,
            inside: Inside {
                engine,
                form: environment.form,
                url: site.url(&server),
                server,
                elsewhere,
                folders,
                screenshots: environment.screenshots.clone(),
                tried: RefCell::default(),
                console: RefCell::default(),
            },
            process,
        })
    }

    /// Runs a test and closes the browser, whatever became of the test.
    ///
    /// # Errors
    /// Those of the test, with what the page wrote to the console.
    pub async fn run<F, Fut>(self, test: F) -> Result<()>
    where
        F: FnOnce(Page) -> Fut,
        Fut: Future<Output = Result<()>>,
    {
        let Self {
            driver,
            inside,
            process,
        } = self;
        let inside = Rc::new(inside);
        let outcome = driver
            .run_and_quit(async |driver: WebDriver| {
                let page = Page {
                    driver,
                    inside: Rc::clone(&inside),
                    patience: PATIENCE,
                };
                let again = page.clone();
                let outcome = test(page).await;
                if let Err(error) = outcome {
                    let context = again.describe().await;
                    return Err(error.context(context));
                }
                Ok(())
            })
            .await;
        drop(process);
        outcome.or_else(|error| match error {
            thirtyfour::WebDriverRunError::Body(error) => Err(error),
            // The test had passed by then. At worst a browser is left behind.
            thirtyfour::WebDriverRunError::Cleanup(error) => {
                println!("the driver did not close the browser: {error}");
                Ok(())
            }
            other => Err(anyhow!("{other}")),
        })
    }
}
