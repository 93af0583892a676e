//! Chromium and Chrome: the DevTools protocol through chromedriver.

use std::path::Path;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use thirtyfour::{By, WebDriver};

use crate::engine::{Places, Size, is_network};
use crate::environment::Environment;

/// A session of Chromium.
#[derive(Debug)]
pub struct Chromium {
    driver: WebDriver,
}

impl Chromium {
    pub(crate) fn capabilities(
        environment: &Environment,
        places: Places<'_>,
        proxy: &str,
        size: Size,
    ) -> Value {
        let mut arguments: Vec<String> = [
            "--headless=new",
            // Chromium refuses to run as root with its sandbox, and containers have no room in /dev/shm.
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--no-first-run",
            "--no-default-browser-check",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-default-apps",
            "--disable-domain-reliability",
            "--disable-extensions",
            "--disable-sync",
            "--disable-features=OptimizationHints,MediaRouter,Translate,InterestFeedContentSuggestions,\
             NetworkTimeServiceQuerying,PreconnectToSearch",
            "--metrics-recording-only",
            "--hide-scrollbars",
            "--force-color-profile=srgb",
            "--lang=en-US",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", places.profile.display()));
        arguments.push(format!("--window-size={},{}", size.0, size.1));
        arguments.push(format!("--proxy-server={}", proxy.trim_end_matches('/')));
        json!({
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": environment.program,
                "args": arguments,
            },
            "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
        })
    }

    pub(crate) async fn take(driver: &WebDriver, places: Places<'_>) -> Result<Self> {
        let this = Self {
            driver: driver.clone(),
        };
        this.cdp(
            "Browser.setDownloadBehavior",
            json!({"behavior": "allow", "downloadPath": places.downloads}),
        )
        .await?;
        this.cdp(
            "Browser.grantPermissions",
            json!({"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}),
        )
        .await?;
        // The clipboard belongs to the window with the focus; several tests may run at once.
        this.cdp(
            "Emulation.setFocusEmulationEnabled",
            json!({"enabled": true}),
        )
        .await?;
        Ok(this)
    }

    async fn cdp(&self, method: &str, parameters: Value) -> Result<Value> {
        self.driver
            .cdp()
            .send_raw(method, parameters)
            .await
            .with_context(|| method.to_owned())
    }

    pub(crate) async fn before_load(&self, script: &str) -> Result<()> {
        self.cdp(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({"source": script}),
        )
        .await?;
        Ok(())
    }

    pub(crate) async fn emulate(&self, theme: &str, (width, height): Size) -> Result<()> {
        self.media("", theme, "none").await?;
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}),
        )
        .await?;
        Ok(())
    }

    async fn media(&self, medium: &str, theme: &str, forced_colours: &str) -> Result<()> {
        self.cdp(
            "Emulation.setEmulatedMedia",
            json!({"media": medium, "features": [
                {"name": "prefers-color-scheme", "value": theme},
                {"name": "forced-colors", "value": forced_colours},
                // Nothing may be caught in the middle of a movement.
                {"name": "prefers-reduced-motion", "value": "reduce"},
            ]}),
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
        let metrics = self.cdp("Page.getLayoutMetrics", json!({})).await?;
        let content = &metrics["cssContentSize"];
        let number = |name: &str| content[name].as_f64().unwrap_or_default();
        Ok((number("width"), number("height")))
    }

    pub(crate) async fn picture(&self, width: f64, height: f64) -> Result<Vec<u8>> {
        let shot = self
            .cdp(
                "Page.captureScreenshot",
                json!({
                    "format": "png",
                    // Else packing them well takes most of the time of the tests that make some.
                    "optimizeForSpeed": true,
                    "captureBeyondViewport": true,
                    "clip": {"x": 0, "y": 0, "width": width, "height": height, "scale": 1},
                }),
            )
            .await?;
        let data = shot["data"].as_str().context("no picture")?;
        Ok(BASE64_STANDARD.decode(data)?)
    }

    pub(crate) async fn requested(&self) -> Result<Vec<String>> {
        let log = self.driver.get_log("performance").await?;
        Ok(log
            .iter()
            .filter_map(|entry| requested_url(&entry.message))
            .collect())
    }

    pub(crate) async fn console(&self) -> Result<Vec<String>> {
        let log = self.driver.get_log("browser").await?;
        Ok(log
            .iter()
            .map(|entry| format!("{}: {}", entry.level, entry.message))
            .collect())
    }

    pub(crate) async fn give_folder(&self, input: &str, folder: &Path) -> Result<()> {
        self.driver
            .find(By::Css(input))
            .await?
            .send_keys(folder.display().to_string())
            .await?;
        Ok(())
    }
}

/// The address in an entry of the performance log, if the entry is a request over the network.
fn requested_url(message: &str) -> Option<String> {
    let message: Value = serde_json::from_str(message).ok()?;
    let message = &message["message"];
    let url = match message["method"].as_str()? {
        "Network.requestWillBeSent" => message["params"]["request"]["url"].as_str()?,
        "Network.webSocketCreated" | "Network.webTransportCreated" => {
            message["params"]["url"].as_str()?
        }
        _ => return None,
    };
    is_network(url).then(|| url.to_owned())
}
