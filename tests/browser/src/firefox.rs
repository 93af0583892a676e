//! Firefox: WebDriver BiDi, and scripts with the browser's own rights where that knows no command.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::{By, RequestData, SessionId, WebDriver};

use crate::bidi::Bidi;
use crate::engine::{Places, Size, is_network};
use crate::environment::Environment;
use crate::page::{LOOK_AGAIN, PATIENCE};

/// A session of Firefox.
#[derive(Debug)]
pub struct Firefox {
    driver: WebDriver,
    bidi: Bidi,
    /// BiDi's name of the only tab, which is WebDriver's as well.
    tab: String,
    /// Addresses of requests that nobody asked for yet.
    requested: RefCell<Vec<String>>,
    /// Lines of the console that nobody asked for yet.
    console: RefCell<Vec<String>>,
}

/// What pages were refused or did wrong, taken out of the browser's own console so that nothing is
/// told twice. BiDi has what pages write to the console, but not what their policy refuses.
const TAKE_ERRORS: &str = "
    const errors = Services.console.getMessageArray()
        .filter(error => error instanceof Ci.nsIScriptError && /^(file|https?|blob):/.test(error.sourceName))
        .map(error => error.errorMessage);
    Services.console.reset();
    return errors;
";

/// Puts a picker in the place of the system's that picks the folder of the first argument.
/// WebDriver's way of choosing files takes no folders in Firefox.
const PICK_FOLDER: &str = "
    const folder = Cc['@mozilla.org/file/local;1'].createInstance(Ci.nsIFile);
    folder.initWithPath(arguments[0]);
    const picker = {
        QueryInterface: ChromeUtils.generateQI(['nsIFilePicker']),
        init() {},
        appendFilter() {},
        appendFilters() {},
        appendRawFilter() {},
        get file() { return folder; },
        open(callback) { callback.done(Ci.nsIFilePicker.returnOK); },
    };
    const factory = {
        QueryInterface: ChromeUtils.generateQI(['nsIFactory']),
        createInstance: wanted => picker.QueryInterface(wanted),
    };
    Components.manager.QueryInterface(Ci.nsIComponentRegistrar).registerFactory(
        Services.uuid.generateUUID(), 'picks a folder', '@mozilla.org/filepicker;1', factory);
";

impl Firefox {
    pub(crate) fn capabilities(
        environment: &Environment,
        places: Places<'_>,
        proxy: &str,
    ) -> Value {
        let proxy = proxy.trim_start_matches("http://").trim_end_matches('/');
        json!({
            "browserName": "firefox",
            "webSocketUrl": true,
            "proxy": {"proxyType": "manual", "httpProxy": proxy, "sslProxy": proxy},
            "moz:firefoxOptions": {
                "binary": environment.program,
                "args": ["-headless"],
                "prefs": {
                    "intl.accept_languages": "en-US",
                    // Downloads: no questions, and into the folder of the test.
                    "browser.download.folderList": 2,
                    "browser.download.dir": places.downloads,
                    "browser.download.useDownloadDir": true,
                    "browser.download.alwaysOpenPanel": false,
                    // Else reading the clipboard asks the user. Without a screen each Firefox has its own.
                    "dom.events.testing.asyncClipboard": true,
                    // A scroll bar takes no room, as in Chromium here: pages are as wide as the window.
                    "ui.useOverlayScrollbars": 1,
                    // Else the answer to a question is not taken in its first second.
                    "security.dialog_enable_delay": 0,
                    // Nothing may be caught in the middle of a movement.
                    "ui.prefersReducedMotion": 1,
                    // What Firefox asks for by itself.
                    "browser.region.network.url": "",
                    "browser.search.update": false,
                    "network.captive-portal-service.enabled": false,
                    "network.connectivity-service.enabled": false,
                    "network.dns.disablePrefetch": true,
                    "network.prefetch-next": false,
                    "network.trr.mode": 5,
                },
            },
        })
    }

    pub(crate) async fn take(driver: &WebDriver, size: Size) -> Result<Self> {
        let url = driver
            .handle()
            .capabilities()
            .get("webSocketUrl")
            .and_then(Value::as_str)
            .context("Firefox offers no WebDriver BiDi")?
            .to_owned();
        let bidi = Bidi::connect(&url)?;
        let this = Self {
            driver: driver.clone(),
            bidi,
            tab: driver.window().await?.to_string(),
            requested: RefCell::default(),
            console: RefCell::default(),
        };
        this.bidi.command(
            "session.subscribe",
            &json!({"events": ["network.beforeRequestSent", "log.entryAdded"]}),
        )?;
        this.resize(size)?;
        Ok(this)
    }

    fn resize(&self, (width, height): Size) -> Result<()> {
        self.bidi.command(
            "browsingContext.setViewport",
            &json!({
                "context": self.tab,
                "viewport": {"width": width, "height": height},
                "devicePixelRatio": 1,
            }),
        )?;
        Ok(())
    }

    /// Runs a script in the browser's window instead of the page.
    async fn with_browser_rights(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        let handle = self.driver.handle();
        handle.cmd(SetContext("chrome")).await?;
        let outcome = self.driver.execute(script, arguments).await;
        // Also after a failure: the next command is for the page again.
        handle.cmd(SetContext("content")).await?;
        Ok(outcome?.json().clone())
    }

    pub(crate) fn before_load(&self, script: &str) -> Result<()> {
        self.bidi.command(
            "script.addPreloadScript",
            &json!({"functionDeclaration": format!("() => {{ {script} }}")}),
        )?;
        Ok(())
    }

    pub(crate) async fn emulate(&self, theme: &str, size: Size) -> Result<()> {
        self.media("", theme, "none").await?;
        self.resize(size)
    }

    async fn media(&self, medium: &str, theme: &str, forced_colours: &str) -> Result<()> {
        self.with_browser_rights(
            "const context = gBrowser.selectedBrowser.browsingContext;\
             context.prefersColorSchemeOverride = arguments[0];\
             context.forcedColorsOverride = arguments[1];\
             context.mediumOverride = arguments[2];",
            vec![json!(theme), json!(forced_colours), json!(medium)],
        )
        .await?;
        Ok(())
    }

    pub(crate) async fn force_colours(&self, theme: &str) -> Result<()> {
        self.media("", theme, "active").await
    }

    pub(crate) async fn paper(&self) -> Result<()> {
        self.media("print", "light", "none").await
    }

    pub(crate) async fn content_size(&self) -> Result<(f64, f64)> {
        let size = self
            .driver
            .execute(
                "const page = document.documentElement; return [page.scrollWidth, page.scrollHeight]",
                Vec::new(),
            )
            .await?;
        let number = |index: usize| size.json()[index].as_f64().unwrap_or_default();
        Ok((number(0), number(1)))
    }

    pub(crate) fn picture(&self, width: f64, height: f64) -> Result<Vec<u8>> {
        let shot = self.bidi.command(
            "browsingContext.captureScreenshot",
            &json!({
                "context": self.tab,
                "origin": "document",
                "clip": {"type": "box", "x": 0, "y": 0, "width": width, "height": height},
            }),
        )?;
        let data = shot["data"].as_str().context("no picture")?;
        Ok(BASE64_STANDARD.decode(data)?)
    }

    pub(crate) fn requested(&self) -> Result<Vec<String>> {
        self.sort_events()?;
        Ok(self.requested.take())
    }

    pub(crate) async fn console(&self) -> Result<Vec<String>> {
        self.sort_events()?;
        let errors = self.with_browser_rights(TAKE_ERRORS, Vec::new()).await?;
        let errors = errors.as_array().context("no list of errors")?;
        let mut lines = self.console.take();
        lines.extend(
            errors
                .iter()
                .filter_map(|error| Some(format!("SEVERE: {}", error.as_str()?))),
        );
        Ok(lines)
    }

    fn sort_events(&self) -> Result<()> {
        for event in self.bidi.events()? {
            let facts = &event["params"];
            if event["method"] == "network.beforeRequestSent" {
                let url = facts["request"]["url"].as_str().unwrap_or_default();
                if is_network(url) {
                    self.requested.borrow_mut().push(url.to_owned());
                }
            } else if facts["type"] == "console" {
                // Errors of other types stand in the browser's own console as well.
                let level = match facts["level"].as_str() {
                    Some("error") => "SEVERE",
                    Some(other) => other,
                    None => "",
                };
                let text = facts["text"].as_str().unwrap_or_default();
                self.console.borrow_mut().push(format!("{level}: {text}"));
            }
        }
        Ok(())
    }

    pub(crate) async fn give_folder(&self, button: &str, folder: &Path) -> Result<()> {
        self.with_browser_rights(PICK_FOLDER, vec![json!(folder)])
            .await?;
        self.driver.find(By::Css(button)).await?.click().await?;
        // Firefox asks whether the page may really have the whole folder.
        let start = Instant::now();
        while let Err(error) = self.driver.accept_alert().await {
            ensure!(start.elapsed() < PATIENCE, "no question: {error}");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }
}

/// Says whether scripts run in the page (`content`) or in the browser (`chrome`).
#[derive(Debug)]
struct SetContext(&'static str);

impl FormatRequestData for SetContext {
    fn format_request(&self, session: &SessionId) -> RequestData {
        RequestData::new(
            http::Method::POST,
            Arc::<str>::from(format!("session/{session}/moz/context")),
        )
        .add_body(json!({"context": self.0}))
    }
}
