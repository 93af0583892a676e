//! Each flare, and each way of giving it to the page.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use browser_tests::flares::{self, Row};
use browser_tests::page::Page;
use browser_tests::with_page;

/// Tables of the core Agent that have a reference: key in expected.json, name and sample type in
/// the page, reference listing.
const TABLES: [(&str, &str, &str, &str); 4] = [
    (
        "heap_diff",
        "heap-diff",
        "inuse_space",
        "core-heap-diff.inuse_space.top.txt",
    ),
    ("cpu", "cpu", "cpu", "core-cpu.top.txt"),
    ("block", "block", "delay", "core-block.delay.top.txt"),
    ("mutex", "mutex", "delay", "core-mutex.delay.top.txt"),
];

/// Verdict, ten rows of each table, and the Markdown file.
fn check(flare: &str) -> Result<()> {
    let verdict = flares::ALL
        .iter()
        .find(|(name, _)| *name == flare)
        .map(|(_, verdict)| *verdict)
        .context("no such flare")?;
    let expected = flares::expected(flare)?;
    with_page(async |page| {
        page.read(&flares::path(flare)).await?;
        ensure!(
            page.verdict().await? == verdict,
            "verdict {}, not {verdict}",
            page.verdict().await?
        );
        if verdict == "no-profiles" {
            let tables = page.all("table[data-profile]").await?.len();
            ensure!(
                tables == 0,
                "{tables} tables of functions without any profile"
            );
        } else {
            for (key, profile, sample_type, listing) in TABLES {
                check_table(&page, flare, &expected, key, profile, sample_type, listing).await?;
            }
        }
        check_markdown(&page, &expected).await
    })
}

async fn check_table(
    page: &Page,
    flare: &str,
    expected: &serde_json::Value,
    key: &str,
    profile: &str,
    sample_type: &str,
    listing: &str,
) -> Result<()> {
    let Ok(top) = flares::top(expected, "core", key) else {
        // Not collected in this flare.
        return Ok(());
    };
    if top.is_empty() {
        return Ok(());
    }
    let rows = page.rows("core", profile, sample_type).await?;
    let functions: Vec<&String> = rows.iter().map(|row| &row.function).take(10).collect();
    let reference = flares::reference_functions(flare, listing, functions.len().max(1))?;
    ensure!(
        functions.iter().copied().eq(&reference),
        "{profile}: {functions:#?} instead of {reference:#?}"
    );
    ensure!(
        rows.len() >= 10 || rows.len() == flares::reference_functions(flare, listing, 10)?.len(),
        "{profile}: only {} rows",
        rows.len()
    );
    let first: Vec<Row> = rows.into_iter().take(top.len()).collect();
    ensure!(first == top, "{profile}: {first:#?} instead of {top:#?}");
    Ok(())
}

async fn check_markdown(page: &Page, expected: &serde_json::Value) -> Result<()> {
    let host = expected["hostname"].as_str().context("no host name")?;
    let name = format!("flare-profiling-{host}.md");
    page.pick_form("download-markdown").await?;
    let text = page.downloaded(&name).await?;
    let verdict = expected["verdict"].as_str().context("no verdict")?;
    let version = expected["agent_version"].as_str().context("no version")?;
    for needle in [host, verdict, version, "## "] {
        ensure!(
            text.contains(needle),
            "{name} does not say {needle:?}:\n{text}"
        );
    }
    if let Some(function) = expected["top_function"].as_str() {
        ensure!(text.contains(function), "{name} does not name {function}");
    }
    Ok(())
}

#[test]
fn normal() -> Result<()> {
    check("normal")
}

#[test]
fn default() -> Result<()> {
    check("default")
}

#[test]
fn memory_leak() -> Result<()> {
    check("memory-leak")
}

#[test]
fn python_check_leak() -> Result<()> {
    check("python-check-leak")
}

#[test]
fn cpu_spike() -> Result<()> {
    check("cpu-spike")
}

#[test]
fn contention() -> Result<()> {
    check("contention")
}

#[test]
fn multiple() -> Result<()> {
    check("multiple")
}

#[test]
fn no_profiles() -> Result<()> {
    check("no-profiles")
}

#[test]
fn a_drop_on_the_window_opens_the_flare_and_a_second_drop_replaces_it() -> Result<()> {
    with_page(async |page| {
        page.drop_bytes("first.zip", &fs::read(flares::path("memory-leak"))?)
            .await?;
        page.wait_for_state("ready").await?;
        ensure!(page.verdict().await? == "memory-leak");
        page.drop_bytes("second.zip", &fs::read(flares::path("no-profiles"))?)
            .await?;
        page.wait("the second flare's verdict", async |page| {
            let verdicts = page.attributes("[data-verdict]", "data-verdict").await?;
            Ok((verdicts == ["no-profiles"]).then_some(()))
        })
        .await?;
        page.wait_for_state("ready").await
    })
}

#[test]
fn an_extracted_folder_reads_as_its_zip() -> Result<()> {
    let expected = flares::expected("cpu-spike")?;
    with_page(async |page| {
        let folder = flares::extract("cpu-spike", page.scratch())?;
        page.give_folder(&folder).await?;
        page.wait_for_state("ready").await?;
        ensure!(page.verdict().await? == "cpu-spike");
        let top = flares::top(&expected, "core", "cpu")?;
        let rows = page.rows("core", "cpu", "cpu").await?;
        let rows = rows.get(..top.len()).context("too few rows")?;
        ensure!(rows == top, "{rows:#?} instead of {top:#?}");
        Ok(())
    })
}

#[test]
fn loose_profiles_are_enough_for_a_verdict() -> Result<()> {
    with_page(async |page| {
        let root = flares::extract("memory-leak", page.scratch())?;
        let profiles: Vec<PathBuf> = ["core-1st-heap.pprof", "core-2nd-heap.pprof"]
            .iter()
            .map(|name| root.join("profiles").join(name))
            .collect();
        let paths: Vec<&std::path::Path> = profiles.iter().map(PathBuf::as_path).collect();
        page.give_files(&paths).await?;
        page.wait_for_state("ready").await?;
        ensure!(page.verdict().await? == "memory-leak");
        ensure!(
            !page
                .rows("core", "heap-diff", "inuse_space")
                .await?
                .is_empty()
        );
        Ok(())
    })
}

/// Names tell nothing of two heaps: their times make a pair, and a user may want it otherwise.
#[test]
fn a_pair_of_heaps_can_be_swapped_and_taken_apart() -> Result<()> {
    with_page(async |page| {
        let root = flares::extract("memory-leak", page.scratch())?;
        let names = [("core-1st-heap.pprof", "b"), ("core-2nd-heap.pprof", "a")];
        let mut profiles: Vec<PathBuf> = Vec::new();
        for (from, to) in names {
            let path = root.join(to);
            std::fs::copy(root.join("profiles").join(from), &path)?;
            profiles.push(path);
        }
        let paths: Vec<&std::path::Path> = profiles.iter().map(PathBuf::as_path).collect();
        page.give_files(&paths).await?;
        page.wait_for_state("ready").await?;
        ensure!(page.verdict().await? == "memory-leak");
        page.wait_for_text("[data-pairs=by-time]", "b, then a")
            .await?;
        page.screenshots("pair").await?;
        page.press("pair-swapped").await?;
        page.wait_for_text("[data-pairs=swapped]", "a, then b")
            .await?;
        ensure!(page.verdict().await? != "memory-leak");
        page.press("pair-apart").await?;
        page.wait_for_text("[data-pairs=apart]", "stands for itself")
            .await?;
        page.press("pair-by-time").await?;
        page.wait_for_text("[data-pairs=by-time]", "b, then a")
            .await?;
        page.wait_for_verdict(&["memory-leak"]).await?;
        Ok(())
    })
}

#[test]
fn every_file_has_its_row_and_its_role() -> Result<()> {
    let expected = flares::expected("memory-leak")?;
    let mut wanted: Vec<String> = expected["files"]
        .as_array()
        .context("no files")?
        .iter()
        .filter_map(|file| file["path"].as_str().map(str::to_owned))
        .collect();
    wanted.sort();
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        page.show_files().await?;
        let mut paths = page.attributes("[data-path]", "data-path").await?;
        paths.sort();
        ensure!(paths == wanted, "{paths:#?} instead of {wanted:#?}");
        let used = page.attributes("[data-role=used]", "data-path").await?;
        ensure!(
            used.iter()
                .any(|path| path.ends_with("core-2nd-heap.pprof")),
            "used: {used:#?}"
        );
        ensure!(
            page.attributes("[data-role=failed]", "data-path")
                .await?
                .is_empty()
        );
        Ok(())
    })
}

#[test]
fn a_click_on_cum_shows_the_first_of_all_rows_and_three_lead_back() -> Result<()> {
    let table = "table[data-process=core][data-profile=heap-diff][data-sample-type=inuse_space]";
    let heading = format!("{table} .col-cum[aria-sort]");
    let expected = flares::first_by_cum("memory-leak", "core-heap-diff.inuse_space.top.txt")?;
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        page.show_profiles("core", "heap").await?;
        let by_flat = page.rows("core", "heap-diff", "inuse_space").await?;
        ensure!(
            by_flat.iter().all(|row| row.function != expected),
            "{expected} is among the rows by flat: the test shows nothing"
        );
        for order in ["descending", "ascending", "none"] {
            page.click(&format!("{heading} button")).await?;
            page.wait(&format!("rows {order} by cum"), async |page| {
                let shown = page.attributes(&heading, "aria-sort").await?;
                Ok((shown == [order]).then_some(()))
            })
            .await?;
            let rows = page.rows("core", "heap-diff", "inuse_space").await?;
            let first = rows.first().context("no rows")?;
            match order {
                "descending" => ensure!(
                    first.function == expected,
                    "{} is first by cum, not {expected}",
                    first.function
                ),
                "ascending" => ensure!(
                    rows.is_sorted_by_key(|row| row.cum) && first.cum < 0,
                    "not the smallest first: {rows:#?}"
                ),
                _ => ensure!(rows == by_flat, "{rows:#?} instead of {by_flat:#?}"),
            }
        }
        Ok(())
    })
}

#[test]
fn the_sample_is_read_like_a_dropped_file() -> Result<()> {
    with_page(async |page| {
        page.press("sample").await?;
        page.wait_for_state("ready").await?;
        let verdict = page.verdict().await?;
        ensure!(!verdict.is_empty());
        Ok(())
    })
}
