//! What leaves the page by the user's hand: symptom and link in it, names out of it.

use anyhow::{Context, Result, ensure};
use browser_tests::page::Page;
use browser_tests::{flares, with_page};
use serde_json::json;
use thirtyfour::Key;

const REPLIES: [&str; 3] = ["customer", "escalation", "jira"];
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
    for form in REPLIES {
        let text = page
            .copied_by(async |page| page.copy_reply(form).await)
            .await?;
        all.push((form.to_owned(), String::new(), text));
        // What is shown is what is copied.
        all.push((
            format!("{form} on the page"),
            String::new(),
            page.reply().await?,
        ));
    }
    for action in MENU_COPIES {
        let text = page
            .copied_by(async |page| page.pick_form(action).await)
            .await?;
        all.push((action.to_owned(), String::new(), text));
    }
    for (action, extension) in FILES {
        let (name, text) = page.saved_by(action).await?;
        ensure!(name.ends_with(extension), "{action} saves {name}");
        all.push((action.to_owned(), name, text));
    }
    Ok(all)
}

/// Waits until the text to paste has these words in it.
async fn wait_for_reply(page: &Page, words: &str) -> Result<()> {
    page.wait(words, async |page| {
        Ok(page.reply().await?.contains(words).then_some(()))
    })
    .await
}

#[test]
fn an_edited_text_is_what_is_copied_until_the_edits_are_undone() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        page.show_reply("customer").await?;
        let written = page.reply().await?;
        page.one("#reply-text").await?.send_keys("Ada").await?;
        page.one("[data-edited]").await?;
        let edited = page.reply().await?;
        ensure!(edited != written && edited.contains("Ada"), "{edited}");
        let copied = page
            .copied_by(async |page| page.press("copy-reply").await)
            .await?;
        ensure!(copied.trim() == edited.trim(), "{copied}");
        // Another text of the same flare is as it was.
        page.show_reply("jira").await?;
        ensure!(!page.reply().await?.contains("Ada"));
        page.show_reply("customer").await?;
        ensure!(page.reply().await? == edited, "the edits are gone");
        page.press("drop-edit").await?;
        ensure!(page.reply().await? == written);
        // The text chosen last is shown at the next visit.
        page.show_reply("jira").await?;
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        page.one("#reply-text[data-text=jira]").await?;
        page.show_reply("customer").await
    })
}

#[test]
fn symptom_and_link_stand_in_the_escalation_that_is_copied_and_saved() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        page.show_reply("escalation").await?;
        page.type_into("#symptom", SYMPTOM).await?;
        wait_for_reply(&page, SYMPTOM).await?;
        page.type_into("#link", LINK).await?;
        let place = page.script("return scrollY", &[]).await?;
        wait_for_reply(&page, LINK).await?;
        let focus = page.script("return document.activeElement.id", &[]).await?;
        ensure!(focus == json!("link"), "the focus went to {focus}");
        let now = page.script("return scrollY", &[]).await?;
        ensure!(place == now, "the page moved from {place} to {now}");

        let copied = page
            .copied_by(async |page| page.copy_reply("escalation").await)
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
        wait_for_reply(&page, SYMPTOM).await?;

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
        // What stands on the screen beside them stays.
        let shown = page.text(".header").await?;
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
