//! Damaged input, cancelled work, a worker that dies.

use anyhow::{Context, Result, ensure};
use browser_tests::page::{HOLD_MESSAGES, Page};
use browser_tests::{flares, with_page};
use testkit::bench::{self, Shape};

#[test]
fn one_damaged_profile_does_not_hide_the_rest() -> Result<()> {
    let expected = flares::expected("multiple")?;
    with_page(async |page| {
        let bytes = flares::with_damaged_entry("multiple", "/core-2nd-heap.pprof")?;
        page.read(&page.scratch_file("damaged.zip", &bytes)?)
            .await?;
        let cell = page.measured("core", "memory-leak").await?;
        ensure!(cell == "damaged", "the heap cell is {cell}");
        let cell = page.measured("core", "contention").await?;
        ensure!(cell == "crossed", "the contention cell is {cell}");
        let cell = page.measured("process", "cpu-spike").await?;
        ensure!(cell == "crossed", "the other process's CPU cell is {cell}");
        let top = flares::top(&expected, "process", "cpu")?;
        let rows = page.rows("process", "cpu", "cpu").await?;
        let rows = rows.get(..top.len()).context("too few rows")?;
        ensure!(rows == top, "{rows:#?} instead of {top:#?}");

        page.show_files().await?;
        let failed = page.attributes("[data-role=failed]", "data-path").await?;
        ensure!(
            matches!(failed.as_slice(), [path] if path.ends_with("core-2nd-heap.pprof")),
            "failed: {failed:?}"
        );
        let first = page.attributes("[data-path]", "data-path").await?;
        ensure!(
            first.first() == failed.first(),
            "damaged files do not come first: {first:?}"
        );
        page.screenshots("damaged-files").await
    })
}

#[test]
fn what_is_no_flare_fails_with_words_and_the_next_drop_works() -> Result<()> {
    with_page(async |page| {
        page.drop_bytes("holiday.zip", b"these bytes are no archive at all")
            .await?;
        page.wait_for_state("failed").await?;
        let said = page.failure().await?;
        ensure!(
            said.contains("holiday.zip"),
            "the file is not named: {said:?}"
        );
        page.screenshots("failed").await?;
        page.drop_bytes("flare.zip", &std::fs::read(flares::path("normal"))?)
            .await?;
        page.wait_for_state("ready").await?;
        ensure!(page.verdict().await? == "normal");
        Ok(())
    })
}

/// Presses cancel at the first moment it is there, before WebDriver could see it, and writes down
/// every state that the body went through.
const CANCEL_AT_ONCE: &str = "
    window.__states = [];
    new MutationObserver(() => {
        const state = document.body?.dataset.state;
        if (state && window.__states.at(-1) !== state) window.__states.push(state);
        const button = document.querySelector('[data-action=cancel]');
        if (button && state === 'loading' && window.__cancel) { window.__cancel = false; button.click(); }
    }).observe(document, {subtree: true, childList: true, attributes: true});
";

async fn states(page: &Page) -> Result<Vec<String>> {
    let states = page.script("return window.__states", &[]).await?;
    Ok(states
        .as_array()
        .context("no states")?
        .iter()
        .filter_map(|state| state.as_str().map(str::to_owned))
        .collect())
}

#[test]
fn cancel_stops_the_work_and_leaves_the_page_usable() -> Result<()> {
    // Enough work that the report cannot be there before the button is pressed.
    let large = bench::flare(&Shape {
        samples: 40_000,
        ..Shape::BENCH
    });
    with_page(async |page| {
        page.before_load(CANCEL_AT_ONCE).await?;
        page.open().await?;
        page.script("window.__cancel = true", &[]).await?;
        page.give_files(&[&page.scratch_file("large.zip", &large)?])
            .await?;
        page.wait("loading and empty again", async |page| {
            let states = states(page).await?;
            Ok(states
                .ends_with(&["loading".to_owned(), "empty".to_owned()])
                .then_some(()))
        })
        .await?;
        page.read(&flares::path("contention")).await?;
        ensure!(page.verdict().await? == "contention");
        // The cancelled flare does not turn up later.
        let states = states(&page).await?;
        ensure!(
            states.ends_with(&["loading".to_owned(), "ready".to_owned()]),
            "{states:?}"
        );
        Ok(())
    })
}

/// Keeps every worker that the page starts.
const KEEP_WORKERS: &str = "
    window.__workers = [];
    const Original = window.Worker;
    window.Worker = class extends Original {
        constructor(...arguments_) { super(...arguments_); window.__workers.push(this); }
    };
";

#[test]
fn a_worker_that_dies_is_replaced_and_the_page_says_so() -> Result<()> {
    with_page(async |page| {
        page.before_load(KEEP_WORKERS).await?;
        page.before_load(HOLD_MESSAGES).await?;
        page.open().await?;
        page.give_files(&[&flares::path("normal")]).await?;
        page.wait_for_state("loading").await?;
        page.script(
            "const worker = window.__workers.at(-1);\
             worker.terminate();\
             worker.dispatchEvent(new ErrorEvent('error', {message: 'stopped by a test', cancelable: true}));\
             window.__release();",
            &[],
        )
        .await?;
        page.wait_for_state("failed").await?;
        let said = page.failure().await?;
        ensure!(said.contains("stopped"), "the page says {said:?}");
        page.screenshots("worker-stopped").await?;
        page.read(&flares::path("memory-leak")).await?;
        ensure!(page.verdict().await? == "memory-leak");
        let workers = page.script("return window.__workers.length", &[]).await?;
        ensure!(workers.as_u64() > Some(1), "no new worker: {workers}");
        Ok(())
    })
}

/// Makes requests to open a flare such that no worker can read them, at which it panics, until
/// `window.__mend()`: a worker that dies while it practises is replaced without a word. What starts the
/// worker is no request, and the sample is what an idle worker practises on.
const SPOIL_MESSAGES: &str = "
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (message, ...rest) {
        const open = message?.request?.open;
        if (!open || open.paths[0] === 'sample-flare.zip') return post.call(this, message, ...rest);
        return post.call(this, {id: message.id, request: null, files: []});
    };
    window.__mend = () => { Worker.prototype.postMessage = post; };
";

#[test]
fn a_panic_in_the_worker_is_shown_and_trying_again_works() -> Result<()> {
    with_page(async |page| {
        page.before_load(SPOIL_MESSAGES).await?;
        page.open().await?;
        page.give_files(&[&flares::path("cpu-spike")]).await?;
        page.wait_for_state("failed").await?;
        let said = page.failure().await?;
        ensure!(said.contains("stopped"), "the page says {said:?}");
        page.script("window.__mend()", &[]).await?;
        page.press("retry").await?;
        page.wait("the report after all", async |page| {
            Ok((page.state().await? == "ready").then_some(()))
        })
        .await?;
        ensure!(page.verdict().await? == "cpu-spike");
        Ok(())
    })
}

/// What is said to a worker about a flare of this name is held back until `window.__go()`.
const HOLD_SECOND: &str = "
    const post = Worker.prototype.postMessage;
    let held = null;
    Worker.prototype.postMessage = function (message) {
        if (message?.request?.open?.paths[0] === 'second.zip') { held = [this, message]; return; }
        return post.call(this, message);
    };
    window.__go = () => post.call(...held);
";

#[test]
fn the_open_report_stays_and_answers_while_the_next_flare_is_read() -> Result<()> {
    with_page(async |page| {
        page.before_load(HOLD_SECOND).await?;
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        let second = page.scratch_file("second.zip", &std::fs::read(flares::path("normal"))?)?;
        page.one("[data-action=help]").await?.focus().await?;
        page.give_files(&[&second]).await?;
        page.one("body[data-reading]").await?;
        ensure!(
            page.text(".header [data-progress]")
                .await?
                .contains("second.zip")
        );
        page.wait("word for screen readers", async |page| {
            let told = page.text("#told").await?;
            Ok((told == "Reading second.zip").then_some(()))
        })
        .await?;
        ensure!(page.verdict().await? == "memory-leak");
        let copied = page
            .copied_by(async |page| page.copy_reply("customer").await)
            .await?;
        ensure!(copied.len() > 100, "{copied:?}");
        page.screenshots("second-reading").await?;
        // After cancelling the first report is still there, and a second try brings the second one.
        page.press("cancel").await?;
        page.wait_for_state("ready").await?;
        ensure!(page.verdict().await? == "memory-leak");
        page.give_files(&[&second]).await?;
        page.one("body[data-reading]").await?;
        page.wait("the message", async |page| {
            let went = page.script(
                "try { window.__go(); return true } catch { return false }",
                &[],
            );
            Ok(went.await?.as_bool().unwrap_or_default().then_some(()))
        })
        .await?;
        page.wait_for_state("ready").await?;
        ensure!(page.verdict().await? == "normal");
        ensure!(page.text("#told").await?.starts_with("Report of "));
        Ok(())
    })
}

#[test]
fn a_second_flare_that_fails_leaves_the_report_where_it_is() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        page.drop_bytes("holiday.zip", b"these bytes are no archive at all")
            .await?;
        page.wait_for_state("failed").await?;
        ensure!(page.failure().await?.contains("holiday.zip"));
        ensure!(page.verdict().await? == "memory-leak");
        page.screenshots("second-failed").await?;
        page.press("dismiss").await?;
        page.wait_for_state("ready").await?;
        let copied = page
            .copied_by(async |page| page.copy_reply("customer").await)
            .await?;
        ensure!(copied.len() > 100, "{copied:?}");
        Ok(())
    })
}

#[test]
fn after_cancelling_the_keyboard_is_where_it_was() -> Result<()> {
    with_page(async |page| {
        page.before_load(HOLD_SECOND).await?;
        page.open().await?;
        let second = page.scratch_file("second.zip", &std::fs::read(flares::path("normal"))?)?;
        page.script(
            "document.querySelector('[data-action=sample]').focus()",
            &[],
        )
        .await?;
        page.drop_bytes("second.zip", &std::fs::read(&second)?)
            .await?;
        page.wait_for_state("loading").await?;
        page.press("cancel").await?;
        page.wait_for_state("empty").await?;
        page.wait("the focus", async |page| {
            let at = page
                .script("return document.activeElement.dataset.action ?? ''", &[])
                .await?;
            Ok((at == "sample").then_some(()))
        })
        .await
    })
}
