//! What a form of the page is about, beyond working like all others.

use anyhow::{Context, Result, ensure};
use browser_tests::environment::Environment;
use browser_tests::site::Site;
use browser_tests::{flares, with_page};
use xtask::browser_tests::Form;

/// A page that was saved while a flare was open holds that flare's report, and must not show it.
#[test]
fn every_visit_starts_empty() -> Result<()> {
    let environment = Environment::read()?;
    let expected = flares::expected("contention")?;
    let host = expected["hostname"].as_str().context("no host name")?;
    let html = Site::of(&environment)?.html()?;
    let is_used = html.contains("data-verdict") && html.contains(host);
    ensure!(
        is_used == (environment.form == Form::Saved),
        "the page's file holds a report: {is_used}"
    );
    with_page(async |page| {
        for selector in ["[data-verdict]", "table", "[data-path]"] {
            ensure!(page.all(selector).await?.is_empty(), "there is {selector}");
        }
        for selector in ["main", "#file-input", "[data-action=sample]"] {
            let count = page.all(selector).await?.len();
            ensure!(count == 1, "{count} times {selector}");
        }
        Ok(())
    })
}
