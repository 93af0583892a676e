//! What the page promises whoever brings a customer's flare: nothing leaves, nothing is kept, and
//! how to see that.

use anyhow::{Context, Result, ensure};
use browser_tests::environment::Environment;
use browser_tests::page::{Page, Traffic};
use browser_tests::site::Site;
use browser_tests::{flares, with_page, with_site};
use serde_json::Value;

use crate::network::{after_load, since, without_policy};

/// A number of the panel.
async fn count(page: &Page, name: &str) -> Result<u64> {
    let text = page.text(&format!("[data-count='{name}']")).await?;
    text.parse().with_context(|| format!("{name} is {text:?}"))
}

/// Waits until numbers of the panel are these.
pub(crate) async fn wait_for_counts(page: &Page, wanted: &[(&str, u64)]) -> Result<()> {
    let counted = page
        .wait(&format!("counts {wanted:?}"), async |page| {
            for (name, number) in wanted {
                if count(page, name).await? != *number {
                    return Ok(None);
                }
            }
            Ok(Some(()))
        })
        .await;
    match counted {
        Ok(()) => Ok(()),
        Err(error) => Err(error.context(page.text("[data-contacts] li, [data-count]").await?)),
    }
}

pub(crate) async fn open_panel(page: &Page) -> Result<()> {
    page.wait("the panel", async |page| {
        // A report that is just being drawn moves the footer away from under the pointer.
        if page.all("[data-count]").await?.is_empty() {
            page.press("how-to-check-from-footer").await?;
        }
        // Looked at last, and not at once.
        let looked = page.all("[data-place='service-workers']").await?;
        Ok((!looked.is_empty()).then_some(()))
    })
    .await
}

#[test]
fn the_panel_shows_the_policy_of_this_very_page() -> Result<()> {
    with_page(async |page| {
        page.press("how-to-check").await?;
        let in_the_page = page
            .attributes("meta[http-equiv='Content-Security-Policy']", "content")
            .await?;
        let policy = in_the_page.first().context("the page has no policy")?;
        for rule in policy.split(';') {
            let (name, sources) = rule.trim().split_once(' ').context("a rule of one word")?;
            let row = page.text(&format!("[data-rule='{name}']")).await?;
            ensure!(!row.is_empty(), "{name} is not shown");
            ensure!(
                (sources == "'none'") == row.ends_with("nothing"),
                "{name} {sources} is shown as {row:?}"
            );
        }
        ensure!(page.text(".check-policy").await? == *policy);
        page.one("[data-place='service-workers']").await?;
        page.screenshots("how-to-check").await
    })
}

#[test]
fn a_request_made_on_purpose_is_refused_and_counted() -> Result<()> {
    with_page(async |page| {
        open_panel(&page).await?;
        wait_for_counts(&page, &[("since", 0), ("refused", 0)]).await?;
        page.press("try-to-send").await?;
        wait_for_counts(&page, &[("since", 0), ("refused", 1)]).await?;
        for attempt in [
            "await fetch('http://flarescope.invalid/fetched').catch(() => {});",
            "await new Promise(go => { const image = new Image(); image.onload = image.onerror = go; \
             image.src = 'http://flarescope.invalid/image.png'; });",
            "navigator.sendBeacon('http://flarescope.invalid/beacon', 'x');",
            "try { new WebSocket('ws://flarescope.invalid/socket'); } catch {}",
            "const form = document.body.appendChild(document.createElement('form')); \
             form.action = 'http://flarescope.invalid/form'; try { form.submit(); } catch {} form.remove();",
        ] {
            page.async_script(attempt).await?;
        }
        wait_for_counts(&page, &[("since", 0), ("refused", 6)]).await?;
        let listed = page.text("[data-contacts]").await?;
        for part in [
            "/fetched",
            "/image.png",
            "/beacon",
            "/socket",
            "form-action",
        ] {
            ensure!(listed.contains(part), "{part} is not listed: {listed}");
        }
        let elsewhere = page.traffic().await?.elsewhere;
        ensure!(elsewhere.is_empty(), "{elsewhere:?}");
        page.screenshots("how-to-check-refused").await
    })
}

/// Puts a request into every worker that is started, in front of its own script.
const WORKERS_THAT_SEND: &str = "
    const Original = Blob;
    window.Blob = class extends Original {
        constructor(parts, options) {
            const isScript = options?.type === 'text/javascript';
            super(isScript ? [...parts, ';setTimeout(() => fetch(\"http://flarescope.invalid/from-the-worker\").catch(() => {}), 1500);'] : parts, options);
        }
    };
";

#[test]
fn a_request_of_the_worker_is_refused_and_counted() -> Result<()> {
    with_page(async |page| {
        page.before_load(WORKERS_THAT_SEND).await?;
        page.open().await?;
        page.read(&flares::path("normal")).await?;
        open_panel(&page).await?;
        wait_for_counts(&page, &[("since", 0), ("refused", 1)]).await?;
        let listed = page.text("[data-contacts]").await?;
        ensure!(listed.contains("/from-the-worker"), "{listed}");
        let elsewhere = page.traffic().await?.elsewhere;
        ensure!(elsewhere.is_empty(), "{elsewhere:?}");
        Ok(())
    })
}

#[test]
fn requests_that_leave_are_counted_as_well() -> Result<()> {
    let environment = Environment::read()?;
    let site = Site::of(&environment)?.changed(without_policy)?;
    with_site(&environment, &site, async |page| {
        page.open().await?;
        page.read(&flares::path("normal")).await?;
        page.async_script("await (await fetch('./index.html')).text();")
            .await?;
        open_panel(&page).await?;
        wait_for_counts(&page, &[("since", 1), ("refused", 0)]).await?;
        let listed = page.text("[data-contacts]").await?;
        ensure!(listed.contains("since then: http"), "{listed}");
        ensure!(listed.contains("while loading: http"), "{listed}");
        Ok(())
    })
}

/// Clicks everything that can be clicked, round after round until nothing new turns up. What would
/// leave the page or ask the system for a file is left alone, and so is what sends on purpose.
const CLICK_EVERYTHING: &str = "
    const left_alone = new Set(['choose-file', 'choose-folder', 'owners-choose', 'reload', 'try-to-send']);
    const what = 'button, summary, select, input[type=checkbox], input[type=radio], a[href^=\"#\"], [role=tab], [role=menuitem]';
    const name = e => [e.tagName, e.id, e.dataset.action, e.getAttribute('href'), e.textContent.trim()].join('|');
    const clicked = new Set();
    const frame = () => new Promise(go => requestAnimationFrame(() => setTimeout(go)));
    for (let fresh = true; fresh; ) {
        fresh = false;
        for (const e of [...document.querySelectorAll(what)]) {
            if (!e.isConnected || clicked.has(name(e)) || left_alone.has(e.dataset.action)) continue;
            clicked.add(name(e));
            fresh = true;
            if (e.tagName === 'SELECT') {
                for (const option of [...e.options].reverse()) {
                    e.value = option.value;
                    e.dispatchEvent(new Event('change', {bubbles: true}));
                }
            } else e.click();
            await frame();
        }
    }
    for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
    return [...clicked].length;
";

/// Everything outside of memory that a page can leave something in.
const LEFT_BEHIND: &str = "
    const entries = storage => Object.entries(storage);
    return {
        local: entries(localStorage), session: entries(sessionStorage), cookie: document.cookie,
        title: document.title, address: location.href, name: window.name, history: history.state,
        databases: await indexedDB.databases(), caches: await caches.keys(),
        // Pages from disk can have none, and no files either.
        workers: location.protocol === 'file:' ? 0 : (await navigator.serviceWorker.getRegistrations()).length,
        files: location.protocol === 'file:' ? [] : await (async () => { const names = []; for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name); return names; })(),
    };
";

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Number(number) => number.as_u64() == Some(0),
        _ => false,
    }
}

/// Names that only the flare knows: its own, its host's, functions, processes.
async fn names(page: &Page, flare: &str) -> Result<Vec<String>> {
    let mut names = page.attributes("[data-function]", "data-function").await?;
    names.push(format!("{flare}.zip"));
    names.push(page.text(".header-host").await?);
    names.retain(|name| name.len() > 3);
    ensure!(names.len() > 1, "{names:?}");
    Ok(names)
}

/// Whatever is clicked, nothing is requested, stored or remembered.
fn click_everything(flare: &str) -> Result<()> {
    with_page(async |page| {
        let before = after_load(&page, &Traffic::default()).await?;
        page.read(&flares::path(flare)).await?;
        let names = names(&page, flare).await?;
        let host = page.text(".header-host").await?;
        let clicked = page.async_script(CLICK_EVERYTHING).await?;
        // Fewer, and something is not reached: a flare without profiles has no tables.
        let least = if flare == "no-profiles" { 38 } else { 62 };
        ensure!(
            clicked.as_u64() >= Some(least),
            "only {clicked} things to click"
        );
        page.wait_for_state("ready").await?;

        let left = page.async_script(LEFT_BEHIND).await?;
        for (place, found) in left.as_object().context("nothing was looked at")? {
            let text = found.to_string();
            // The title names the host, for who has several windows; it goes with the report.
            let is_told = |name: &String| place == "title" && *name == host;
            let mut leaks = names.iter().filter(|name| !is_told(name));
            let leaked = leaks.find(|name| text.contains(name.as_str()));
            ensure!(
                leaked.is_none(),
                "{flare}: {place} holds {leaked:?}: {text}"
            );
            match place.as_str() {
                "local" => {
                    let mut keys = found.as_array().into_iter().flatten().map(|it| &it[0]);
                    ensure!(
                        keys.all(|key| {
                            let kept = ["theme", "choices", "reply", "columns"];
                            kept.iter().any(|name| *key == format!("flarescope.{name}"))
                        }),
                        "{flare}: {text}"
                    );
                }
                "title" => {
                    let title = found.as_str().unwrap_or_default();
                    ensure!(title.ends_with("flarescope"), "{flare}: {text}");
                }
                // The number of the place that is shown.
                "history" => ensure!(found.is_u64() || found.is_null(), "{flare}: {text}"),
                "address" => {
                    let address = found.as_str().unwrap_or_default();
                    let base = page.url();
                    let anchor = address.strip_prefix(&base).context("another page")?;
                    ensure!(
                        anchor
                            .chars()
                            .all(|c| c.is_ascii_lowercase() || "#/-0123456789".contains(c)),
                        "{flare}: {address}"
                    );
                }
                _ => ensure!(is_empty(found), "{flare}: {place} holds {text}"),
            }
        }
        let cookies = page.cookies().await?;
        ensure!(cookies.is_empty(), "{flare}: {cookies:?}");

        let left = since(&page, &before).await?;
        ensure!(left == Traffic::default(), "{flare}: {left:#?}");
        open_panel(&page).await?;
        wait_for_counts(&page, &[("since", 0), ("refused", 0)]).await?;
        let places = page
            .attributes(
                ".check-places [data-place]:not([data-place=local])",
                "data-items",
            )
            .await?;
        ensure!(
            places.iter().all(|items| items == "0"),
            "{flare}: {places:?}"
        );
        Ok(())
    })
}

#[test]
fn clicking_everything_in_normal() -> Result<()> {
    click_everything("normal")
}

#[test]
fn clicking_everything_in_default() -> Result<()> {
    click_everything("default")
}

#[test]
fn clicking_everything_in_memory_leak() -> Result<()> {
    click_everything("memory-leak")
}

#[test]
fn clicking_everything_in_python_check_leak() -> Result<()> {
    click_everything("python-check-leak")
}

#[test]
fn clicking_everything_in_cpu_spike() -> Result<()> {
    click_everything("cpu-spike")
}

#[test]
fn clicking_everything_in_contention() -> Result<()> {
    click_everything("contention")
}

#[test]
fn clicking_everything_in_multiple() -> Result<()> {
    click_everything("multiple")
}

#[test]
fn clicking_everything_in_no_profiles() -> Result<()> {
    click_everything("no-profiles")
}

#[test]
fn the_panel_tells_settings_from_what_others_left() -> Result<()> {
    with_page(async |page| {
        page.choose_theme("dark").await?;
        page.async_script(
            "localStorage.setItem('of-another-page', 'x'); document.cookie = 'other=1'; \
             await new Promise(go => { indexedDB.open('other').onsuccess = go; });",
        )
        .await?;
        open_panel(&page).await?;
        let local = page.text("[data-place='local'] td").await?;
        ensure!(
            local == "theme, 4 characters; 1 of other pages at this address",
            "{local:?}"
        );
        for place in ["cookies", "indexed-db"] {
            let items = page
                .attributes(&format!("[data-place='{place}']"), "data-items")
                .await?;
            ensure!(items == ["1"], "{place}: {items:?}");
        }
        // Looked at again while it is open.
        page.script("localStorage.clear()", &[]).await?;
        page.wait("an empty local storage", async |page| {
            let local = page.text("[data-place='local'] td").await?;
            Ok((local == "nothing").then_some(()))
        })
        .await
    })
}

#[test]
fn the_footer_names_version_and_build() -> Result<()> {
    with_page(async |page| {
        let build = page.text("#build").await?;
        let (version, source) = build.split_once(' ').context("no build")?;
        ensure!(version == env!("CARGO_PKG_VERSION"), "{build}");
        let hash = source.trim_matches(['(', ')']);
        ensure!(
            hash.len() == 12 && hash.chars().all(|c| c.is_ascii_hexdigit()),
            "{build}"
        );
        Ok(())
    })
}
