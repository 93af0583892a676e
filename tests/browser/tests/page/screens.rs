//! Pictures of every screen, in both themes, wide and narrow: `target/screenshots/`.
//!
//! The failed screen and a damaged flare's files are taken where those are tested.

use anyhow::{Result, ensure};
use browser_tests::page::HOLD_MESSAGES;
use browser_tests::{flares, with_page};

#[test]
fn empty() -> Result<()> {
    with_page(async |page| page.screenshots("empty").await)
}

#[test]
fn loading_shows_the_file_and_a_way_out() -> Result<()> {
    with_page(async |page| {
        page.before_load(HOLD_MESSAGES).await?;
        page.open().await?;
        page.give_files(&[&flares::path("multiple")]).await?;
        page.wait_for_state("loading").await?;
        page.one("[data-action=cancel]").await?;
        let text = page.text("main").await?;
        ensure!(
            text.contains("multiple.zip"),
            "the file is not named: {text:?}"
        );
        page.screenshots("loading").await?;
        page.script("window.__release()", &[]).await?;
        page.wait_for_state("ready").await
    })
}

#[test]
fn reports() -> Result<()> {
    with_page(async |page| {
        for flare in ["normal", "memory-leak", "multiple", "no-profiles"] {
            page.open().await?;
            page.read(&flares::path(flare)).await?;
            page.screenshots(&format!("report-{flare}")).await?;
        }
        Ok(())
    })
}

#[test]
fn files() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        page.show_files().await?;
        page.screenshots("files").await
    })
}

#[test]
fn damaged() -> Result<()> {
    with_page(async |page| {
        let bytes = flares::with_damaged_entry("memory-leak", "/core-2nd-heap.pprof")?;
        page.read(&page.scratch_file("damaged.zip", &bytes)?)
            .await?;
        page.screenshots("report-damaged").await
    })
}
