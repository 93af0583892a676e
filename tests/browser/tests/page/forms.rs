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

/// What stands there before any script has run is the page that the scripts draw, less what they alone
/// can do; so nothing jumps, and nothing is there twice for long.
#[test]
fn what_is_seen_first_is_the_empty_page_itself() -> Result<()> {
    let environment = Environment::read()?;
    let html = Site::of(&environment)?.html()?;
    let body = html.split("<body").nth(1).context("no body")?;
    let at = |what: &str| body.find(what).with_context(|| format!("no {what}"));
    ensure!(
        at("id=\"boot\"")? < at("<script")?,
        "a script stands before what is to be seen first"
    );
    with_page(async |page| {
        for part in [".header-name", ".empty-title", ".empty-kinds"] {
            let first = page.text(&format!("#boot {part}")).await?;
            let drawn = page
                .text(&format!("body > :not(#boot) {part}, body > {part}"))
                .await?;
            ensure!(
                !first.is_empty() && first == drawn,
                "{first:?} became {drawn:?}"
            );
        }
        let promise = page.text("#boot .empty-promise").await?;
        let drawn = page.text("main .empty-promise").await?;
        for (first, drawn) in promise.lines().zip(drawn.lines()) {
            ensure!(drawn.starts_with(first), "{first:?} became {drawn:?}");
        }
        // The same places.
        let moved = page
            .script(
                "const top = (root) => ['.header-name', '.empty-title', '.empty-kinds', '.empty-promise']
                     .map((part) => document.querySelector(`${root} ${part}`).getBoundingClientRect().top);
                 const drawn = top('body > :not(#boot)');
                 const boot = document.getElementById('boot');
                 const shown = [...document.body.children].filter((it) => it !== boot && !it.hidden);
                 for (const it of shown) it.hidden = true;
                 boot.hidden = false;
                 const first = top('#boot');
                 boot.hidden = true;
                 for (const it of shown) it.hidden = false;
                 return first.map((it, index) => Math.abs(it - drawn[index])).filter((it) => it > 1);",
                &[],
            )
            .await?;
        ensure!(moved == serde_json::json!([]), "moved by {moved}");
        Ok(())
    })
}

/// Before the application has started, a drop is kept for it.
#[test]
fn what_is_dropped_before_the_page_has_started_is_opened_by_it() -> Result<()> {
    with_page(async |page| {
        page.before_load(
            "const compile = WebAssembly.compileStreaming, instantiate = WebAssembly.instantiateStreaming;
             const gate = new Promise((open) => { window.__open = open; });
             WebAssembly.compileStreaming = async (it) => { await gate; return compile.call(WebAssembly, it); };
             WebAssembly.instantiateStreaming = async (...it) => { await gate; return instantiate.apply(WebAssembly, it); };",
        )
        .await?;
        page.go_to(&page.url()).await?;
        page.drop_bytes(
            "early.zip",
            &std::fs::read(browser_tests::flares::path("contention"))?,
        )
        .await?;
        ensure!(
            page.text("#boot-line")
                .await?
                .contains("as soon as the page has started")
        );
        page.script("window.__open()", &[]).await?;
        page.wait_for_state("ready").await?;
        ensure!(page.verdict().await? == "contention");
        Ok(())
    })
}
