//! Milliseconds of the page, one line of JSON for each run.
//!
//! `page_bench FLARE REPEAT`, with the variables that `cargo xtask bench` sets. All times are taken in
//! the page, by its own clock: from its navigation to what was painted first and to the moment in which
//! it takes a drop; from a drop to the frame that shows the verdict, and to the frame that shows all
//! there is of the flare. Each run is another browser: what one has compiled, the next would have at once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use browser_tests::environment::Environment;
use browser_tests::page::Page;
use browser_tests::site::Site;
use browser_tests::with_site;

/// Notes when the page takes drops. Runs before the page's own scripts.
const START: &str = "
    addEventListener('DOMContentLoaded', () => {
        const look = () => {
            if (document.body.dataset.state !== 'empty') return;
            window.__accepts ??= performance.now();
        };
        new MutationObserver(look).observe(document.body, {attributes: true, attributeFilter: ['data-state']});
        look();
    });
";

/// Starts a clock when the input changes, and stops it in the frames after the verdict and after the
/// details are there.
const CLOCK: &str = "
    window.__times = {};
    document.addEventListener('change', () => { window.__dropped = performance.now(); }, {capture: true, once: true});
    const painted = (what) => {
        if (what in window.__times) return;
        window.__times[what] = null;
        requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => { window.__times[what] = performance.now() - window.__dropped; };
            channel.port2.postMessage(0);
        });
    };
    new MutationObserver(() => {
        if (document.querySelector('[data-verdict]')) painted('summary');
        if (document.querySelector('#panel-details [data-section]')) painted('all');
    }).observe(document.body, {subtree: true, childList: true});
";

/// The bench is there to show that something is slow, not to fail at it.
const LONGEST: Duration = Duration::from_secs(300);

/// As long as a person takes to find the file: the page uses that time.
const A_PERSON: Duration = Duration::from_millis(1500);

async fn measure(page: Page, flare: &Path) -> Result<()> {
    let page = page.patient(LONGEST);
    page.before_load(START).await?;
    page.open().await?;
    tokio::time::sleep(A_PERSON).await;
    page.script(CLOCK, &[]).await?;
    page.read(flare).await?;
    let times = page
        .wait("all of it", async |page| {
            let times = page
                .script(
                    "const {summary, all} = window.__times;
                     const paint = performance.getEntriesByName('first-contentful-paint')[0];
                     return all ? {paint: paint?.startTime ?? null, accepts: window.__accepts, summary, all} : null;",
                    &[],
                )
                .await?;
            Ok((!times.is_null()).then_some(times))
        })
        .await?;
    println!("{times}");
    Ok(())
}

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let flare = PathBuf::from(arguments.next().context("page_bench FLARE REPEAT")?);
    let repeat: usize = arguments
        .next()
        .and_then(|text| text.to_str()?.parse().ok())
        .context("page_bench FLARE REPEAT")?;
    let environment = Environment::read()?;
    for _ in 0..repeat {
        let site = Site::of(&environment)?;
        with_site(&environment, &site, async |page| {
            measure(page, &flare).await
        })?;
    }
    Ok(())
}
