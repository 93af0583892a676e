//! What leaves the page by the user's hand: symptom and link in it, names out of it.

use anyhow::{Context, Result, ensure};
use browser_tests::page::Page;
use browser_tests::{flares, with_page};
use serde_json::json;
use thirtyfour::Key;

const COPIES: [&str; 2] = ["copy-customer", "copy-escalation"];
const MENU_COPIES: [&str; 2] = ["copy-jira", "copy-markdown"];
const FILES: [(&str, &str); 4] = [
    ("download-markdown", ".md"),
    ("download-html", ".html"),
    ("download-text", ".txt"),
    ("download-json", ".json"),
];

const SYMPTOM: &str = "memory of the Agent grows since Tuesday";
const LINK: &str = "https://tickets.example/4711";

/// Every copy and every file: what it was made by, its file name or nothing, and its text.
async fn everything(page: &Page) -> Result<Vec<(String, String, String)>> {
    let mut all = Vec::new();
    for action in COPIES {
        let text = page
            .copied_by(async |page| page.press(action).await)
            .await?;
        all.push((action.to_owned(), String::new(), text));
    }
    for action in MENU_COPIES {
        let text = page
            .copied_by(async |page| page.pick_form(action).await)
            .await?;
        all.push((action.to_owned(), String::new(), text));
    }
    // The buttons within the two texts.
    for form in ["customer", "escalation"] {
        let selector = format!("[data-text={form}] button");
        let text = page
            .copied_by(async |page| page.click(&selector).await)
            .await?;
        all.push((selector, String::new(), text));
    }
    for (action, extension) in FILES {
        let (name, text) = page.saved_by(action).await?;
        ensure!(name.ends_with(extension), "{action} saves {name}");
        all.push((action.to_owned(), name, text));
    }
    Ok(all)
}

#[test]
fn symptom_and_link_stand_in_the_escalation_that_is_copied_and_saved() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        let shown = "[data-text=escalation] pre";
        page.type_into("#symptom", SYMPTOM).await?;
        page.wait_for_text(shown, SYMPTOM).await?;
        page.type_into("#link", LINK).await?;
        let place = page.script("return scrollY", &[]).await?;
        page.wait_for_text(shown, LINK).await?;
        let focus = page.script("return document.activeElement.id", &[]).await?;
        ensure!(focus == json!("link"), "the focus went to {focus}");
        let now = page.script("return scrollY", &[]).await?;
        ensure!(place == now, "the page moved from {place} to {now}");

        let copied = page
            .copied_by(async |page| page.press("copy-escalation").await)
            .await?;
        let (_, html) = page.saved_by("download-html").await?;
        let (_, markdown) = page.saved_by("download-markdown").await?;
        for (what, text) in [("copy", copied), ("HTML", html), ("Markdown", markdown)] {
            ensure!(
                text.contains(SYMPTOM) && text.contains("tickets.example/4711"),
                "the {what} lacks them:\n{text}"
            );
        }
        let jira = page
            .copied_by(async |page| page.pick_form("copy-jira").await)
            .await?;
        ensure!(jira.contains(SYMPTOM), "the card lacks it:\n{jira}");

        // Reading again with other settings keeps them.
        page.open_settings().await?;
        page.type_into("#setting-leak-mb", "1000").await?;
        page.press("settings-apply").await?;
        page.wait_for_verdict(&["normal", "inconclusive"]).await?;
        page.wait_for_text(shown, SYMPTOM).await?;

        // Another visit does not.
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        let value = page
            .script("return document.querySelector('#symptom').value", &[])
            .await?;
        ensure!(value == json!(""), "the symptom was kept: {value}");
        Ok(())
    })
}

#[test]
fn redaction_takes_the_host_out_of_everything_and_lists_it() -> Result<()> {
    let expected = flares::expected("memory-leak")?;
    let host = expected["hostname"].as_str().context("no host name")?;
    let short = host.split('.').next().context("no name before the dot")?;
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        page.type_into("#symptom", &format!("{SYMPTOM} on {host}"))
            .await?;
        let (_, open) = page.saved_by("download-markdown").await?;
        ensure!(open.contains(host), "without redaction there is no host");

        page.click("#redact").await?;
        page.one("[data-redaction=on]").await?;
        // Where a picture shows the sign, and then the list.
        page.script("scrollTo(0, 0)", &[]).await?;
        page.screenshots("report-redacted").await?;
        for (action, name, text) in everything(&page).await? {
            ensure!(text.len() > 100, "{action} gives {text:?}");
            for secret in [host, short] {
                ensure!(
                    !text.contains(secret) && !name.contains(secret),
                    "{action} tells {secret}: {name}\n{text}"
                );
            }
        }
        // What stands on the screen stays.
        let shown = page.text("[data-text=escalation] pre").await?;
        ensure!(shown.contains(host), "the screen is redacted:\n{shown}");

        page.press("redaction-preview").await?;
        page.one("[data-replaced]").await?;
        let replaced = page.attributes("[data-replaced]", "data-replaced").await?;
        ensure!(
            replaced.iter().any(|original| original == host),
            "the list lacks {host}: {replaced:?}"
        );
        page.script("scrollTo(0, 0)", &[]).await?;
        page.screenshots("redaction").await?;
        page.key(Key::Escape).await?;

        // Whoever opens the page anew sees names again.
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        let checked = page
            .script("return document.querySelector('#redact').checked", &[])
            .await?;
        ensure!(checked == json!(false), "redaction was remembered");
        ensure!(page.all("[data-redaction=on]").await?.is_empty());
        Ok(())
    })
}

#[test]
fn every_form_is_saved_under_its_name() -> Result<()> {
    let expected = flares::expected("contention")?;
    let host = expected["hostname"].as_str().context("no host name")?;
    with_page(async |page| {
        page.read(&flares::path("contention")).await?;
        for (action, extension) in FILES {
            let (name, text) = page.saved_by(action).await?;
            ensure!(
                name == format!("flare-profiling-{host}{extension}"),
                "{action} saves {name}"
            );
            ensure!(text.contains(host), "{name} does not name the host");
            page.wait_for_text("#live", &name).await?;
        }
        let html = page
            .downloaded(&format!("flare-profiling-{host}.html"))
            .await?;
        ensure!(!html.contains("<script"), "the page has a script");
        // Nothing of it is fetched from anywhere.
        for word in ["src=\"http", "url(http"] {
            ensure!(!html.contains(word), "the page has {word}");
        }
        Ok(())
    })
}
