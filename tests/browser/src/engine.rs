//! What every browser does in its own way: one interface, Chromium and Firefox behind it.
//!
//! Whatever plain WebDriver can do for both is in [`crate::page`] and not here.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;
use thirtyfour::{Capabilities, WebDriver};
use xtask::browser::Kind;

use crate::chromium::Chromium;
use crate::environment::Environment;
use crate::firefox::Firefox;

/// Width and height of a window in CSS pixels.
pub type Size = (u32, u32);

/// Folders of a browser's own, which end with the session.
#[derive(Clone, Copy, Debug)]
pub struct Places<'a> {
    /// Where downloads go.
    pub downloads: &'a Path,
    /// For the browser's profile.
    pub profile: &'a Path,
}

/// The browser of a session.
#[derive(Debug)]
pub enum Engine {
    /// Chromium or Chrome.
    Chromium(Chromium),
    /// Firefox.
    Firefox(Firefox),
}

impl Engine {
    /// How the browser is started. `proxy` takes everything that is not on this computer.
    pub fn capabilities(
        environment: &Environment,
        places: Places<'_>,
        proxy: &str,
        size: Size,
    ) -> Capabilities {
        let capabilities = match environment.kind {
            Kind::Chromium => Chromium::capabilities(environment, places, proxy, size),
            Kind::Firefox => Firefox::capabilities(environment, places, proxy),
        };
        match capabilities {
            Value::Object(map) => Capabilities::from(map),
            _ => Capabilities::default(),
        }
    }

    /// Makes a browser that was just started ready for tests.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn take(
        kind: Kind,
        driver: &WebDriver,
        places: Places<'_>,
        size: Size,
    ) -> Result<Self> {
        Ok(match kind {
            Kind::Chromium => Self::Chromium(Chromium::take(driver, places).await?),
            Kind::Firefox => Self::Firefox(Firefox::take(driver, size).await?),
        })
    }

    /// Runs a script in every page that is opened from now on, before the page's own.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn before_load(&self, script: &str) -> Result<()> {
        match self {
            Self::Chromium(browser) => browser.before_load(script).await,
            Self::Firefox(browser) => browser.before_load(script),
        }
    }

    /// Shows pages as to a visitor whose system has this theme, in a window of this size.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn emulate(&self, theme: &str, size: Size) -> Result<()> {
        match self {
            Self::Chromium(browser) => browser.emulate(theme, size).await,
            Self::Firefox(browser) => browser.emulate(theme, size).await,
        }
    }

    /// As to a visitor whose system has this theme and puts its own colours in place of the page's,
    /// until [`Engine::emulate`].
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn force_colours(&self, theme: &str) -> Result<()> {
        match self {
            Self::Chromium(browser) => browser.force_colours(theme).await,
            Self::Firefox(browser) => browser.force_colours(theme).await,
        }
    }

    /// As it would be printed, until [`Engine::emulate`].
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn paper(&self) -> Result<()> {
        match self {
            Self::Chromium(browser) => browser.paper().await,
            Self::Firefox(browser) => browser.paper().await,
        }
    }

    /// Which it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Chromium(_) => Kind::Chromium,
            Self::Firefox(_) => Kind::Firefox,
        }
    }

    /// Width and height of all that can be scrolled to.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn content_size(&self) -> Result<(f64, f64)> {
        match self {
            Self::Chromium(browser) => browser.content_size().await,
            Self::Firefox(browser) => browser.content_size().await,
        }
    }

    /// A picture of the page from its top left corner, also of what lies below the window, as PNG.
    ///
    /// # Errors
    /// When the browser cannot take it.
    pub async fn picture(&self, width: f64, height: f64) -> Result<Vec<u8>> {
        match self {
            Self::Chromium(browser) => browser.picture(width, height).await,
            Self::Firefox(browser) => browser.picture(width, height),
        }
    }

    /// Addresses that pages asked for over the network since the last call.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn requested(&self) -> Result<Vec<String>> {
        match self {
            Self::Chromium(browser) => browser.requested().await,
            Self::Firefox(browser) => browser.requested(),
        }
    }

    /// Lines of the console since the last call, errors of the browser included. What is an error
    /// starts with `SEVERE`.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn console(&self) -> Result<Vec<String>> {
        match self {
            Self::Chromium(browser) => browser.console().await,
            Self::Firefox(browser) => browser.console().await,
        }
    }

    /// Gives a folder to an input, as the picker would that `button` opens.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn give_folder(&self, input: &str, button: &str, folder: &Path) -> Result<()> {
        match self {
            Self::Chromium(browser) => browser.give_folder(input, folder).await,
            Self::Firefox(browser) => browser.give_folder(button, folder).await,
        }
    }
}

/// Whether an address leads out of the browser.
pub(crate) fn is_network(url: &str) -> bool {
    let inside = [
        "data:",
        "blob:",
        "about:",
        "chrome:",
        "devtools:",
        "moz-extension:",
        "resource:",
    ];
    !inside.iter().any(|scheme| url.starts_with(scheme))
}
