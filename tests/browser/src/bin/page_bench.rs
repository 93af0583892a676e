//! Milliseconds from giving a flare to the page to its report, one line for each run.
//!
//! `page_bench FLARE REPEAT`, with the variables that `cargo xtask bench` sets. The time is taken
//! in the page, from the file input's event to `data-state="ready"`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use browser_tests::with_page;

/// Starts a clock when the input changes and stops it with the state.
const CLOCK: &str = "
    window.__milliseconds = null;
    document.addEventListener('change', () => { window.__start = performance.now(); }, {capture: true, once: true});
    new MutationObserver(() => {
        if (document.body.dataset.state === 'ready' && window.__start !== undefined && window.__milliseconds === null)
            window.__milliseconds = performance.now() - window.__start;
    }).observe(document.body, {attributes: true, attributeFilter: ['data-state']});
";

/// The bench is there to show that something is slow, not to fail at it.
const LONGEST: Duration = Duration::from_secs(300);

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let flare = PathBuf::from(arguments.next().context("page_bench FLARE REPEAT")?);
    let repeat: usize = arguments
        .next()
        .and_then(|text| text.to_str()?.parse().ok())
        .context("page_bench FLARE REPEAT")?;
    with_page(async |page| {
        let page = page.patient(LONGEST);
        for _ in 0..repeat {
            page.open().await?;
            page.script(CLOCK, &[]).await?;
            page.read(&flare).await?;
            let time = page.script("return window.__milliseconds", &[]).await?;
            println!(
                "{}",
                time.as_f64().context("the page's clock did not stop")?
            );
        }
        Ok(())
    })
}
