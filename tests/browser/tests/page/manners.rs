//! Keyboard, clipboard, themes, and what assistive technology needs.

use anyhow::{Context, Result, ensure};
use browser_tests::page::Page;
use browser_tests::{flares, with_page};
use serde_json::json;
use thirtyfour::Key;

/// Waits until the page says that something was copied, and returns what is on the clipboard.
async fn copied(page: &Page) -> Result<String> {
    page.wait("a word about copying", async |page| {
        let said = page.announcement().await?.to_lowercase();
        Ok(said.contains("copied").then_some(()))
    })
    .await?;
    page.clipboard().await
}

#[test]
fn copy_buttons_copy_and_say_so() -> Result<()> {
    let expected = flares::expected("memory-leak")?;
    let function = expected["top_function"].as_str().context("no function")?;
    let version = expected["agent_version"].as_str().context("no version")?;
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        page.copy_reply("customer").await?;
        let customer = copied(&page).await?;
        ensure!(customer.len() > 100, "the customer message is {customer:?}");
        page.copy_reply("escalation").await?;
        let escalation = page
            .wait("the escalation on the clipboard", async |page| {
                let text = page.clipboard().await?;
                Ok((text != customer).then_some(text))
            })
            .await?;
        for needle in [function, version] {
            ensure!(
                escalation.contains(needle),
                "the escalation lacks {needle}:\n{escalation}"
            );
        }
        Ok(())
    })
}

#[test]
fn the_keyboard_alone_is_enough() -> Result<()> {
    with_page(async |page| {
        page.tab_to("sample").await?;
        page.key(Key::Enter).await?;
        page.wait_for_state("ready").await?;
        // In the page's order: past its end Tab leaves to the browser's own buttons, and Firefox
        // without a window has none that it would come back from.
        page.tab_to("show-summary").await?;
        page.key(Key::Left).await?;
        page.one("[data-path]").await?;
        page.key(Key::Right).await?;
        page.tab_to("copy-reply").await?;
        page.key(Key::Enter).await?;
        ensure!(!copied(&page).await?.is_empty());
        Ok(())
    })
}

#[test]
fn the_theme_follows_the_system_until_it_is_switched() -> Result<()> {
    async fn background(page: &Page) -> Result<String> {
        let colour = page
            .script(
                "return getComputedStyle(document.body).backgroundColor",
                &[],
            )
            .await?;
        Ok(colour.as_str().unwrap_or_default().to_owned())
    }
    with_page(async |page| {
        page.emulate("light", (1440, 900)).await?;
        let light = background(&page).await?;
        page.emulate("dark", (1440, 900)).await?;
        let dark = background(&page).await?;
        ensure!(light != dark, "both themes have the background {light}");
        page.choose_theme("light").await?;
        page.wait("another background", async |page| {
            Ok((background(page).await? == light).then_some(()))
        })
        .await?;
        page.open().await?;
        ensure!(
            background(&page).await? == light,
            "the choice was forgotten"
        );
        Ok(())
    })
}

/// Counts what a screen reader would stumble over, as a list of words.
const STUMBLING_BLOCKS: &str = "
    const found = [];
    const name = e => (e.getAttribute('aria-label') || e.title || e.innerText || e.textContent || '').trim();
    for (const e of document.querySelectorAll('button, a[href], [role=button]'))
        if (!name(e)) found.push('no name: ' + e.outerHTML.slice(0, 120));
    for (const e of document.querySelectorAll('input, select, textarea'))
        if (!e.hidden && getComputedStyle(e).display !== 'none' && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby') && !(e.labels && e.labels.length))
            found.push('no label: ' + e.outerHTML.slice(0, 120));
    for (const e of document.querySelectorAll('img, svg[role=img]'))
        if (!e.getAttribute('alt') && !e.getAttribute('aria-label')) found.push('no text for a picture: ' + e.outerHTML.slice(0, 120));
    for (const e of document.querySelectorAll('table')) {
        if (!e.querySelector('th')) found.push('a table without headers: ' + e.outerHTML.slice(0, 120));
        if (!e.caption && !e.getAttribute('aria-label') && !e.getAttribute('aria-labelledby')) found.push('a table without a name: ' + e.outerHTML.slice(0, 120));
    }
    const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
    for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) found.push('twice the id ' + id);
    if (document.querySelectorAll('main').length !== 1) found.push('not exactly one main');
    if ([...document.querySelectorAll('h1')].filter(e => e.checkVisibility()).length !== 1) found.push('not exactly one h1');
    if (!document.documentElement.lang) found.push('no language');
    if (!document.querySelector('[role=status], [aria-live]')) found.push('no live region');
    return found;
";

#[test]
fn names_headers_and_labels_are_there_on_every_screen() -> Result<()> {
    async fn look(page: &Page, screen: &str) -> Result<()> {
        let found = page.script(STUMBLING_BLOCKS, &[]).await?;
        ensure!(found == json!([]), "{screen}: {found:#}");
        Ok(())
    }
    with_page(async |page| {
        look(&page, "empty").await?;
        page.read(&flares::path("multiple")).await?;
        look(&page, "report").await?;
        page.open_settings().await?;
        look(&page, "settings").await?;
        page.key(Key::Escape).await?;
        page.click("#redact").await?;
        page.press("redaction-preview").await?;
        page.one("[data-replaced]").await?;
        look(&page, "redaction").await?;
        page.key(Key::Escape).await?;
        page.show_files().await?;
        look(&page, "files").await?;
        page.drop_bytes("broken.zip", b"no archive").await?;
        page.wait_for_state("failed").await?;
        look(&page, "failed").await
    })
}

#[test]
fn no_error_is_written_to_the_console() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("multiple")).await?;
        page.show_files().await?;
        // Trunk's own preloading makes warnings that are of no concern.
        let console = page.console().await?;
        ensure!(
            !console.iter().any(|line| line.starts_with("SEVERE")),
            "{console:#?}"
        );
        Ok(())
    })
}
