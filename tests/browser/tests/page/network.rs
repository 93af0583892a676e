//! No request leaves the page after it was loaded.

use std::fs;

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use browser_tests::environment::Environment;
use browser_tests::page::{Page, Traffic};
use browser_tests::site::Site;
use browser_tests::{flares, with_page, with_site};
use xtask::browser_tests::Form;

/// What came on top of an earlier count.
pub(crate) async fn since(page: &Page, before: &Traffic) -> Result<Traffic> {
    let now = page.traffic().await?;
    let rest =
        |before: &[String], now: &[String]| now.get(before.len()..).unwrap_or_default().to_vec();
    let mut tried = rest(&before.tried, &now.tried);
    // Firefox tells of a request after the server saw it. Asked for again, it would be served again.
    let known = |url: &String| {
        let path = url.strip_prefix(&page.server());
        path.is_some_and(|path| before.served.contains(&format!("GET /{path}")))
    };
    tried.retain(|url| !known(url));
    Ok(Traffic {
        served: rest(&before.served, &now.served),
        elsewhere: rest(&before.elsewhere, &now.elsewhere),
        tried,
        refused: rest(&before.refused, &now.refused),
    })
}

/// Traffic once the page has everything it loads at its start: of the built page that is both
/// wasm modules, of the one file nothing but the file itself.
pub(crate) async fn after_load(page: &Page, before: &Traffic) -> Result<Traffic> {
    let last = match page.form() {
        Form::Dist => ("GET /", ".wasm", 2),
        Form::SubPath => ("GET /tools/flares/", ".html", 1),
        Form::Disk | Form::Saved => ("", "", 0),
    };
    let (start, end, count) = last;
    let now = page
        .wait("what the page loads", async |page| {
            let now = since(page, before).await?;
            let loaded = now
                .served
                .iter()
                .filter(|request| request.starts_with(start) && request.ends_with(end));
            Ok((loaded.count() >= count).then_some(now))
        })
        .await?;
    ensure!(
        page.form() == Form::Dist || now.served.len() == count,
        "one file asks its server for more than itself: {:?}",
        now.served
    );
    page.traffic().await
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
        page.copy_reply("customer").await?;
        page.copy_reply("escalation").await?;
        page.pick_form("download-markdown").await?;
        page.show_files().await?;
        page.choose_theme("light").await?;
        page.drop_bytes("broken.zip", b"no archive").await?;
        page.wait_for_state("failed").await?;
        page.read(&flares::path("no-profiles")).await?;

        let left = since(&page, &before).await?;
        ensure!(left == Traffic::default(), "{left:#?}");
        Ok(())
    })
}

#[test]
fn a_request_made_on_purpose_is_seen() -> Result<()> {
    with_page(async |page| {
        let before = after_load(&page, &Traffic::default()).await?;
        let own_server = format!(
            "await fetch('{}own-server').catch(() => {{}});",
            page.server()
        );
        for attempt in [
            "await fetch('http://flarescope.invalid/fetched').catch(() => {});",
            "await new Promise(go => { const image = new Image(); image.onload = image.onerror = go; \
             image.src = 'http://flarescope.invalid/image.png'; });",
            &own_server,
        ] {
            page.async_script(attempt).await?;
        }
        for part in ["/fetched", "/image.png", "/own-server"] {
            page.wait(part, async |page| {
                let seen = since(page, &before).await?;
                let mut all = seen.tried.iter().chain(&seen.refused);
                Ok(all.any(|line| line.contains(part)).then_some(()))
            })
            .await?;
        }
        let seen = since(&page, &before).await?;
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

/// The page without its policy.
pub(crate) fn without_policy(html: &str) -> Result<String> {
    const POLICY: &str = "<meta http-equiv=\"Content-Security-Policy\"";
    let Some((before, rest)) = html.split_once(POLICY) else {
        return Ok(html.to_owned());
    };
    let (_, after) = rest.split_once('>').context("the policy does not end")?;
    ensure!(!after.contains(POLICY), "there is a second policy");
    Ok(format!("{before}{after}"))
}

#[test]
fn a_request_that_no_policy_stops_is_seen_on_the_network() -> Result<()> {
    let environment = Environment::read()?;
    let site = Site::of(&environment)?.changed(without_policy)?;
    with_site(&environment, &site, async |page: Page| {
        page.open().await?;
        let before = after_load(&page, &Traffic::default()).await?;
        let own_server = format!("{}own-server", page.server());
        page.async_script(&format!(
            "const worker = new Worker(URL.createObjectURL(new Blob([\
               \"fetch('http://flarescope.invalid/from-a-worker').catch(() => {{}}).then(() => postMessage(0))\"\
             ])));\
             await new Promise(go => {{ worker.onmessage = worker.onerror = go; }});\
             await fetch('http://flarescope.invalid/from-the-page').catch(() => {{}});\
             await fetch('{own_server}').catch(() => {{}});"
        ))
        .await?;
        let seen = since(&page, &before).await?;
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

/// The page with other bytes in the place of its sample.
fn with_sample(html: &str, flare: &str) -> Result<String> {
    let (before, rest) = html
        .split_once("id=\"sample-flare\"")
        .context("no sample in the page")?;
    let (tag, rest) = rest
        .split_once('>')
        .context("the sample's tag does not end")?;
    let (_, after) = rest
        .split_once("</script>")
        .context("the sample does not end")?;
    let bytes = BASE64_STANDARD.encode(fs::read(flares::path(flare))?);
    Ok(format!(
        "{before}id=\"sample-flare\"{tag}>{bytes}</script>{after}"
    ))
}

#[test]
fn the_sample_s_bytes_decide_its_verdict() -> Result<()> {
    let environment = Environment::read()?;
    let site = Site::of(&environment)?;
    for (flare, verdict) in [("cpu-spike", "cpu-spike"), ("no-profiles", "no-profiles")] {
        let changed = site.changed(|html| with_sample(html, flare))?;
        with_site(&environment, &changed, async |page: Page| {
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
