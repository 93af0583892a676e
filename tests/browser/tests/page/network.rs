//! No request leaves the page after it was loaded.

use std::fs;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use browser_tests::environment::Environment;
use browser_tests::page::{Page, Traffic};
use browser_tests::{flares, with_page, with_page_of};
use tempfile::TempDir;

/// What came on top of an earlier count.
fn since(before: &Traffic, now: &Traffic) -> Traffic {
    let rest =
        |before: &[String], now: &[String]| now.get(before.len()..).unwrap_or_default().to_vec();
    Traffic {
        served: rest(&before.served, &now.served),
        elsewhere: rest(&before.elsewhere, &now.elsewhere),
        tried: rest(&before.tried, &now.tried),
        refused: rest(&before.refused, &now.refused),
    }
}

/// Traffic once the page has everything it loads at its start, the worker's wasm included.
async fn after_load(page: &Page, before: &Traffic) -> Result<Traffic> {
    page.wait("the worker's wasm", async |page| {
        let traffic = page.traffic().await?;
        let now = since(before, &traffic);
        let wasm = now
            .served
            .iter()
            .filter(|request| request.ends_with(".wasm"))
            .count();
        Ok((wasm >= 2).then_some(traffic))
    })
    .await
}

#[test]
fn nothing_leaves_the_page_after_it_was_loaded() -> Result<()> {
    with_page(async |page| {
        let before = after_load(&page, &Traffic::default()).await?;
        ensure!(
            before.elsewhere.is_empty(),
            "loading asks elsewhere: {:?}",
            before.elsewhere
        );

        page.read(&flares::path("memory-leak")).await?;
        page.press("copy-customer").await?;
        page.press("copy-escalation").await?;
        page.pick_form("download-markdown").await?;
        page.show_files().await?;
        page.choose_theme("light").await?;
        page.drop_bytes("broken.zip", b"no archive").await?;
        page.wait_for_state("failed").await?;
        page.read(&flares::path("no-profiles")).await?;

        let left = since(&before, &page.traffic().await?);
        ensure!(left == Traffic::default(), "{left:#?}");
        Ok(())
    })
}

#[test]
fn a_request_made_on_purpose_is_seen() -> Result<()> {
    with_page(async |page| {
        let before = after_load(&page, &Traffic::default()).await?;
        for attempt in [
            "await fetch('http://flarescope.invalid/fetched').catch(() => {});",
            "await new Promise(go => { const image = new Image(); image.onload = image.onerror = go; \
             image.src = 'http://flarescope.invalid/image.png'; });",
            "await fetch(location.origin + '/own-server').catch(() => {});",
        ] {
            page.async_script(attempt).await?;
        }
        for part in ["/fetched", "/image.png", "/own-server"] {
            page.wait(part, async |page| {
                let seen = since(&before, &page.traffic().await?);
                let mut all = seen.tried.iter().chain(&seen.refused);
                Ok(all.any(|line| line.contains(part)).then_some(()))
            })
            .await?;
        }
        let seen = since(&before, &page.traffic().await?);
        let policy = page
            .all("meta[http-equiv='Content-Security-Policy']")
            .await?;
        ensure!(
            policy.is_empty() || seen.elsewhere.is_empty(),
            "the page's policy let a request through: {seen:#?}"
        );
        Ok(())
    })
}

#[test]
fn a_request_that_no_policy_stops_is_seen_on_the_network() -> Result<()> {
    with_page(async |page| {
        page.cdp("Page.setBypassCSP", serde_json::json!({"enabled": true}))
            .await?;
        let before = after_load(&page, &Traffic::default()).await?;
        page.open().await?;
        let before = after_load(&page, &before).await?;
        page.async_script(
            "const worker = new Worker(URL.createObjectURL(new Blob([\
               \"fetch('http://flarescope.invalid/from-a-worker').catch(() => {}).then(() => postMessage(0))\"\
             ])));\
             await new Promise(go => { worker.onmessage = worker.onerror = go; });\
             await fetch('http://flarescope.invalid/from-the-page').catch(() => {});\
             await fetch(location.origin + '/own-server').catch(() => {});",
        )
        .await?;
        let seen = since(&before, &page.traffic().await?);
        for part in ["/from-a-worker", "/from-the-page"] {
            ensure!(
                seen.elsewhere.iter().any(|request| request.ends_with(part)),
                "{part}: {seen:#?}"
            );
        }
        ensure!(seen.served == ["GET /own-server"], "{seen:#?}");
        Ok(())
    })
}

/// A copy of the page whose sample has other bytes.
fn with_sample(environment: &Environment, flare: &str) -> Result<TempDir> {
    let copy = tempfile::tempdir()?;
    for entry in fs::read_dir(&environment.dist)? {
        let entry = entry?;
        if entry.path().is_file() {
            fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
        }
    }
    let index = copy.path().join("index.html");
    let html = fs::read_to_string(&index)?;
    let (before, rest) = html
        .split_once("sample-flare")
        .context("no sample in the page")?;
    let (tag, rest) = rest
        .split_once('>')
        .context("the sample's tag does not end")?;
    let (_, after) = rest
        .split_once("</script>")
        .context("the sample does not end")?;
    let bytes = BASE64_STANDARD.encode(fs::read(flares::path(flare))?);
    fs::write(
        &index,
        format!("{before}sample-flare{tag}>{bytes}</script>{after}"),
    )?;
    Ok(copy)
}

#[test]
fn the_sample_s_bytes_decide_its_verdict() -> Result<()> {
    let environment = Environment::read()?;
    for (flare, verdict) in [("cpu-spike", "cpu-spike"), ("no-profiles", "no-profiles")] {
        let copy = with_sample(&environment, flare)?;
        with_page_of(&environment, copy.path(), async |page: Page| {
            page.open().await?;
            page.press("sample").await?;
            page.wait_for_state("ready").await?;
            let shown = page.verdict().await?;
            ensure!(shown == verdict, "{shown} instead of {verdict}");
            Ok(())
        })?;
    }
    Ok(())
}
