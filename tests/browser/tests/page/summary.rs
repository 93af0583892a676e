//! The first screen answers the ticket: all of it in one window, the texts two clicks away, Back to it
//! from everywhere.

use anyhow::{Context, Result, ensure};
use browser_tests::page::Page;
use browser_tests::{flares, with_page};
use serde_json::json;

/// A window of a small screen.
const WINDOW: (u32, u32) = (1280, 720);

/// Parts without which a ticket can't be answered, and how high each has to be at least.
const PARTS: [(&str, f64); 9] = [
    ("#banner-verdict", 20.0),
    ("[data-evidence]", 120.0),
    ("#symptom", 20.0),
    ("#link", 20.0),
    ("[data-reply-tab=customer]", 20.0),
    ("[data-reply-tab=escalation]", 20.0),
    ("[data-action=copy-reply]", 20.0),
    ("#reply-text", 100.0),
    ("[data-next] [data-step]", 15.0),
];

#[test]
fn the_summary_of_every_flare_fits_one_window() -> Result<()> {
    with_page(async |page| {
        page.emulate("light", WINDOW).await?;
        for path in flares::everything()? {
            let flare = path.display();
            page.open().await?;
            page.read(&path).await?;
            for (part, least) in PARTS {
                let place = page
                    .script(
                        "const box = document.querySelector(arguments[0])?.getBoundingClientRect();\
                         return box ? [box.top, box.bottom, box.height] : null",
                        &[json!(part)],
                    )
                    .await?;
                let edge = |at: usize| {
                    place[at]
                        .as_f64()
                        .with_context(|| format!("{flare}: no {part}"))
                };
                let (top, bottom, height) = (edge(0)?, edge(1)?, edge(2)?);
                ensure!(
                    top >= 0.0 && bottom <= f64::from(WINDOW.1) && height >= least,
                    "{flare}: {part} from {top} to {bottom}, {height} high"
                );
            }
            // All steps that are shown, not only the first.
            let bottom = page
                .script(
                    "return document.querySelector('[data-next]').getBoundingClientRect().bottom",
                    &[],
                )
                .await?;
            ensure!(
                bottom.as_f64().context("no steps")? <= f64::from(WINDOW.1),
                "{flare}: the steps end at {bottom}"
            );
            let wide = page
                .script(
                    "return document.documentElement.scrollWidth - innerWidth",
                    &[],
                )
                .await?;
            ensure!(
                wide.as_f64().context("no width")? <= 0.0,
                "{flare} is {wide} too wide"
            );
        }
        Ok(())
    })
}

/// The answer comes before what it rests on, and is small.
#[test]
fn the_first_screen_has_few_elements() -> Result<()> {
    const MOST: u64 = 700;
    with_page(async |page| {
        for (flare, _) in flares::ALL {
            page.open().await?;
            page.read(&flares::path(flare)).await?;
            let count = page
                .script(
                    "return document.querySelectorAll('#panel-summary *').length",
                    &[],
                )
                .await?;
            let count = count.as_u64().context("no number")?;
            ensure!(count > 20 && count <= MOST, "{flare}: {count} elements");
        }
        Ok(())
    })
}

#[test]
fn message_and_escalation_are_two_clicks_away() -> Result<()> {
    with_page(async |page| {
        for (form, words) in [("customer", "Hello"), ("escalation", "##"), ("jira", "h3.")] {
            page.open().await?;
            page.read(&flares::path("memory-leak")).await?;
            let text = page
                .copied_by(async |page| {
                    page.click(&format!("[data-reply-tab={form}]")).await?;
                    page.click("[data-action=copy-reply]").await
                })
                .await?;
            ensure!(text.contains(words) && text.len() > 200, "{form}: {text}");
        }
        Ok(())
    })
}

#[test]
fn a_line_shows_what_it_rests_on_and_the_window_is_called_by_verdict_and_host() -> Result<()> {
    let expected = flares::expected("multiple")?;
    let host = expected["hostname"].as_str().context("no host")?;
    with_page(async |page| {
        page.read(&flares::path("multiple")).await?;
        let title = page.script("return document.title", &[]).await?;
        let title = title.as_str().unwrap_or_default();
        ensure!(
            title.starts_with("Memory leak") && title.contains(host),
            "{title}"
        );
        let of = "[data-evidence] .panel-of";
        let lines = page.all("[data-line] [data-action=evidence]").await?.len();
        ensure!(lines == 3, "{lines} lines");
        let mut seen = Vec::new();
        for line in 1..=lines {
            page.click(&format!(
                "[data-line]:nth-child({line}) [data-action=evidence]"
            ))
            .await?;
            let pressed = format!("[data-line]:nth-child({line}) [aria-pressed=true]");
            page.one(&pressed).await?;
            seen.push(page.text(of).await?);
            ensure!(
                !page
                    .all("[data-evidence] [data-function]")
                    .await?
                    .is_empty()
            );
        }
        seen.dedup();
        ensure!(seen.len() == 3, "{seen:?}");
        Ok(())
    })
}

async fn scrolled(page: &Page) -> Result<f64> {
    let place = page.script("return scrollY", &[]).await?;
    place.as_f64().context("no place")
}

async fn wait_for_place(page: &Page, panel: &str, place: f64) -> Result<()> {
    page.wait(&format!("{panel} at {place}"), async |page| {
        let shown = page.all(&format!("#panel-{panel}:not([hidden])")).await?;
        let is_there = !shown.is_empty() && (scrolled(page).await? - place).abs() < 2.0;
        Ok(is_there.then_some(()))
    })
    .await
}

#[test]
fn back_and_forward_lead_to_what_was_read() -> Result<()> {
    with_page(async |page| {
        page.emulate("light", WINDOW).await?;
        page.read(&flares::path("multiple")).await?;
        page.show_details().await?;
        page.script("scrollTo(0, 350)", &[]).await?;
        // Without scrolling to the link, which stays in sight.
        page.script(
            "document.querySelector(\"nav a[href='#details/agent']\").click()",
            &[],
        )
        .await?;
        page.wait("the Agent's section at the top", async |page| {
            let top = page
                .script(
                    "return document.getElementById('agent').getBoundingClientRect().top",
                    &[],
                )
                .await?;
            // Under the toolbar, or as far up as the end of the page lets it.
            let top = top.as_f64().unwrap_or(f64::MAX);
            Ok((top > 0.0 && top < f64::from(WINDOW.1)).then_some(()))
        })
        .await?;
        let agent = scrolled(&page).await?;
        ensure!(agent > 350.0, "the page did not move: {agent}");
        page.show_files().await?;
        page.script("history.back()", &[]).await?;
        wait_for_place(&page, "details", agent).await?;
        page.script("history.back()", &[]).await?;
        wait_for_place(&page, "details", 350.0).await?;
        page.script("history.back()", &[]).await?;
        wait_for_place(&page, "summary", 0.0).await?;
        page.script("history.go(2)", &[]).await?;
        wait_for_place(&page, "details", agent).await?;
        // Names of ours only.
        let address = page.script("return location.hash", &[]).await?;
        ensure!(address == json!("#details/agent"), "{address}");
        Ok(())
    })
}

#[test]
fn of_several_flares_the_page_asks_which_one() -> Result<()> {
    with_page(async |page| {
        page.give_files(&[&flares::path("normal"), &flares::path("memory-leak")])
            .await?;
        page.one("dialog[open] [data-several]").await?;
        page.screenshots("several").await?;
        ensure!(page.state().await? == "empty", "one was opened unasked");
        page.click("[aria-label='Open memory-leak.zip']").await?;
        page.wait_for_state("ready").await?;
        ensure!(page.verdict().await? == "memory-leak");
        Ok(())
    })
}
