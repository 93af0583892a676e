//! The built page and the one file, taken apart: what is in them, and what happens when a part is
//! missing, damaged or short of memory. The same in whatever form the page is tested.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use browser_tests::environment::Environment;
use browser_tests::site::Site;
use browser_tests::{flares, with_site};
use tempfile::TempDir;
use testkit::bench::{self, Shape};
use xtask::bundle;
use xtask::page::policy;

use crate::faults::{says_that_it_cannot_start, wait_for_report};
use crate::private::{open_panel, wait_for_counts};

const WORKER: (&str, &str) = ("worker", "_bg.wasm");

fn checkout() -> Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .context("no checkout")
}

/// The page as one file, in a folder of its own.
fn one_file(environment: &Environment) -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let html = bundle::html(checkout()?, &environment.dist)?;
    fs::write(folder.path().join("index.html"), html)?;
    Ok(folder)
}

/// A copy of the built page, in which the file of this beginning and ending is changed, or left out.
/// What lies between is the hash that Trunk puts into the application's names.
fn copy_with(
    environment: &Environment,
    (start, end): (&str, &str),
    change: impl Fn(Vec<u8>) -> Result<Option<Vec<u8>>>,
) -> Result<TempDir> {
    let copy = tempfile::tempdir()?;
    let mut changed = 0;
    for entry in fs::read_dir(&environment.dist)? {
        let path = entry?.path();
        let name = path.file_name().context("no name")?;
        let mut bytes = Some(fs::read(&path)?);
        let text = name.to_string_lossy();
        if text.starts_with(start) && text.ends_with(end) {
            changed += 1;
            bytes = change(bytes.unwrap_or_default())?;
        }
        if let Some(bytes) = bytes {
            fs::write(copy.path().join(name), bytes)?;
        }
    }
    ensure!(changed == 1, "{changed} files of {start}…{end}");
    Ok(copy)
}

#[test]
fn the_one_file_with_broken_modules_says_so() -> Result<()> {
    let environment = Environment::read()?;
    let site = Site::served(one_file(&environment)?);
    let html = site.html()?;
    let (before, rest) = html
        .split_once("id=\"app-module\"")
        .context("no module of the application")?;
    let (attributes, rest) = rest.split_once('>').context("the tag does not end")?;
    let (text, after) = rest.split_once('<').context("the module does not end")?;
    // As if it had been cut in the middle of a download and mended by hand.
    let broken = [
        ("beginning", text.get(1000..)),
        ("end", text.get(..text.len() - 4000)),
    ];
    with_site(&environment, &site, async |page| {
        for (missing, text) in broken {
            let text = text.context("a short module")?;
            let html = format!("{before}id=\"app-module\"{attributes}>{text}<{after}");
            fs::write(site.folder().join("index.html"), html)?;
            page.go_to(&page.url()).await?;
            says_that_it_cannot_start(&page, "modules cannot be unpacked")
                .await
                .with_context(|| format!("without its {missing}"))?;
        }
        Ok(())
    })
}

/// The page is there before its worker's module is unpacked, so that is told when it is needed.
#[test]
fn the_one_file_with_a_broken_worker_says_so_once_it_is_needed() -> Result<()> {
    let environment = Environment::read()?;
    let site = Site::served(one_file(&environment)?);
    let html = site.html()?;
    let mark = "id=\"worker-module\" data-part>";
    let (before, rest) = html.split_once(mark).context("no module of the worker")?;
    let rest = rest.get(4000..).context("a short module")?;
    fs::write(
        site.folder().join("index.html"),
        format!("{before}{mark}{rest}"),
    )?;
    with_site(&environment, &site, async |page| {
        page.open().await?;
        page.give_files(&[&flares::path("normal")]).await?;
        page.wait_for_state("failed").await?;
        let said = page.failure().await?;
        ensure!(said.contains("modules cannot be unpacked"), "{said:?}");
        Ok(())
    })
}

#[test]
fn a_part_that_does_not_arrive_is_told() -> Result<()> {
    let environment = Environment::read()?;
    for part in [("app", ".js"), ("app", "_bg.wasm")] {
        let copy = copy_with(&environment, part, |_| Ok(None))?;
        with_site(&environment, &Site::served(copy), async |page| {
            page.go_to(&page.url()).await?;
            says_that_it_cannot_start(&page, "cannot start").await
        })?;
    }
    Ok(())
}

#[test]
fn a_worker_that_cannot_be_loaded_is_told_and_tried_again() -> Result<()> {
    let environment = Environment::read()?;
    let site = Site::served(copy_with(&environment, WORKER, |_| Ok(None))?);
    with_site(&environment, &site, async |page| {
        page.open().await?;
        page.give_files(&[&flares::path("normal")]).await?;
        page.wait_for_state("failed").await?;
        let said = page.failure().await?;
        ensure!(said.contains("worker_bg.wasm"), "{said:?}");
        fs::copy(
            environment.dist.join("worker_bg.wasm"),
            site.folder().join("worker_bg.wasm"),
        )?;
        page.press("retry").await?;
        wait_for_report(&page).await
    })
}

#[test]
fn a_worker_module_that_is_damaged_is_told() -> Result<()> {
    let environment = Environment::read()?;
    let copy = copy_with(&environment, WORKER, |bytes| {
        Ok(Some(bytes.into_iter().take(50_000).collect()))
    })?;
    with_site(&environment, &Site::served(copy), async |page| {
        page.open().await?;
        page.give_files(&[&flares::path("normal")]).await?;
        page.wait_for_state("failed").await?;
        let said = page.failure().await?;
        ensure!(said.contains("stopped"), "{said:?}");
        Ok(())
    })
}

/// A module whose memory may not grow by more than `pages` of 64 KiB.
fn with_little_memory(module: &[u8], pages: u64) -> Result<Vec<u8>> {
    const MEMORY: u8 = 5;
    let mut out = module.get(..8).context("no header")?.to_vec();
    let mut rest = module.get(8..).context("no sections")?;
    let mut found = false;
    while let Some((&id, after)) = rest.split_first() {
        let (size, after) = number(after)?;
        let size = usize::try_from(size)?;
        let (section, after) = after.split_at_checked(size).context("a short section")?;
        let section = if id == MEMORY {
            found = true;
            let (count, limits) = number(section)?;
            let (_has_most, limits) = limits.split_first().context("no limits")?;
            let (least, _) = number(limits)?;
            ensure!(count == 1, "{count} memories");
            let mut section = vec![1, 1];
            push(&mut section, least);
            push(&mut section, least + pages);
            section
        } else {
            section.to_vec()
        };
        out.push(id);
        push(&mut out, section.len() as u64);
        out.extend(section);
        rest = after;
    }
    ensure!(found, "the module has no memory of its own");
    Ok(out)
}

/// An unsigned LEB128 number, and what follows it.
fn number(bytes: &[u8]) -> Result<(u64, &[u8])> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, bytes.get(index + 1..).unwrap_or_default()));
        }
    }
    bail!("a number without an end")
}

fn push(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f | 0x80) as u8);
        value >>= 7;
    }
    out.push(value as u8);
}

#[test]
fn running_out_of_memory_is_told_as_that() -> Result<()> {
    let environment = Environment::read()?;
    // Enough to start, and for the smallest of the flares.
    let copy = copy_with(&environment, WORKER, |bytes| {
        with_little_memory(&bytes, 64).map(Some)
    })?;
    with_site(&environment, &Site::served(copy), async |page| {
        page.open().await?;
        page.read(&flares::path("no-profiles")).await?;
        page.give_files(&[&flares::path("memory-leak")]).await?;
        page.wait_for_state("failed").await?;
        let said = page.failure().await?;
        ensure!(
            said.contains("ran out of memory") && said.contains("memory-leak.zip"),
            "{said:?}"
        );
        page.screenshots("out-of-memory").await?;
        // The report that was open is there all the while, and so is the worker that holds its flare.
        ensure!(page.verdict().await? == "no-profiles");
        page.press("dismiss").await?;
        page.wait_for_state("ready").await?;
        let copied = page
            .copied_by(async |page| page.copy_reply("customer").await)
            .await?;
        ensure!(copied.len() > 100, "{copied:?}");
        Ok(())
    })
}

/// Memory that ends while a file is unpacked ends that file only, and is not told as its damage.
#[test]
fn memory_that_is_short_for_one_file_is_named_beside_it() -> Result<()> {
    let environment = Environment::read()?;
    let copy = copy_with(&environment, WORKER, |bytes| {
        with_little_memory(&bytes, 160).map(Some)
    })?;
    let large = bench::flare(&Shape {
        samples: 150_000,
        ..Shape::BENCH
    });
    with_site(&environment, &Site::served(copy), async |page| {
        page.open().await?;
        page.read(&page.scratch_file("large.zip", &large)?).await?;
        page.show_files().await?;
        let failed = page.text("[data-role=failed]").await?;
        ensure!(failed.contains("memory ran out"), "{failed:?}");
        ensure!(!failed.contains("damaged"), "{failed:?}");
        ensure!(
            page.verdict().await? == "inconclusive",
            "a verdict all the same"
        );
        Ok(())
    })
}

#[test]
fn the_policy_of_the_built_page_allows_its_own_scripts_only() -> Result<()> {
    let environment = Environment::read()?;
    let html = fs::read_to_string(environment.dist.join("index.html"))?;
    let scripts = policy::inline_scripts(&html)?;
    ensure!(scripts.len() == 2, "{} scripts run", scripts.len());
    let element = policy::element(&policy::of_parts(&scripts));
    let at = html.find(&element).context("no policy, or another one")?;
    for first in ["<script", "<link", "<style"] {
        let first = html.find(first).unwrap_or(html.len());
        ensure!(at < first, "the policy comes after what it concerns");
    }
    let markup = html.split("<body").nth(1).context("no body")?;
    for handler in [
        " onload=",
        " onclick=",
        " onerror=",
        " style=",
        "javascript:",
    ] {
        ensure!(!markup.contains(handler), "the page holds {handler}");
    }
    Ok(())
}

#[test]
fn the_built_page_names_no_folder_of_this_computer() -> Result<()> {
    let environment = Environment::read()?;
    let home = std::env::var("HOME").unwrap_or_else(|_| "/home/".to_owned());
    let needles = [
        checkout()?.display().to_string(),
        format!("{}/.", home.trim_end_matches('/')),
        ".cargo/registry".to_owned(),
        environment.dist.display().to_string(),
    ];
    for entry in fs::read_dir(&environment.dist)? {
        let path = entry?.path();
        let bytes = fs::read(&path)?;
        for needle in &needles {
            let found = bytes
                .windows(needle.len())
                .any(|window| window == needle.as_bytes());
            ensure!(!found, "{} holds {needle}", path.display());
        }
    }
    Ok(())
}

#[test]
fn the_one_file_is_the_same_each_time() -> Result<()> {
    let environment = Environment::read()?;
    let make = || bundle::html(checkout()?, &environment.dist);
    let html = make()?;
    ensure!(html == make()?, "two files of the same parts differ");
    let scripts = policy::inline_scripts(&html)?;
    ensure!(scripts.len() == 2, "{} scripts run", scripts.len());
    let (_, style) = html.split_once("<style>").context("no styles")?;
    let (style, _) = style.split_once("</style>").context("no end of styles")?;
    let element = policy::element(&policy::of_one_file(&scripts, style));
    ensure!(html.contains(&element), "no policy, or another one");
    ensure!(element.contains("connect-src 'none'"));
    Ok(())
}

#[test]
fn the_one_file_requests_nothing_and_can_request_nothing() -> Result<()> {
    let environment = Environment::read()?;
    let folder = one_file(&environment)?;
    with_site(&environment, &Site::served(folder), async |page| {
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        open_panel(&page).await?;
        wait_for_counts(&page, &[("loading", 0), ("since", 0), ("refused", 0)]).await?;
        // Not even the server that it came from.
        page.async_script("await fetch('./index.html').catch(() => {});")
            .await?;
        wait_for_counts(&page, &[("since", 0), ("refused", 1)]).await?;
        let served = page.traffic().await?.served;
        ensure!(served == ["GET /"], "{served:?}");
        let nothing = page.text("[data-rule='connect-src'] td").await?;
        ensure!(nothing == "nothing", "{nothing:?}");
        page.screenshots("how-to-check-one-file").await
    })
}

/// What is drawn before anything else is small: a drop is felt by it.
#[test]
fn the_first_screen_is_made_of_few_objects() -> Result<()> {
    /// Half a dozen for each row of evidence, and as many for each line, step and button.
    const OBJECTS: u64 = 700;
    let environment = Environment::read()?;
    with_site(&environment, &Site::of(&environment)?, async |page| {
        for flare in ["memory-leak", "multiple", "default"] {
            page.open().await?;
            page.read(&flares::path(flare)).await?;
            let count = page
                .script(
                    "return document.querySelectorAll('#panel-summary *').length",
                    &[],
                )
                .await?;
            let count = count.as_u64().context("no number")?;
            ensure!(count > 50, "{flare}: nothing is drawn");
            ensure!(count <= OBJECTS, "{flare}: {count} objects");
        }
        Ok(())
    })
}

/// Of an archive only what is needed is read: the directory, and the files that have a part in the report.
#[test]
fn what_is_read_of_a_flare_is_less_than_all_of_it() -> Result<()> {
    let environment = Environment::read()?;
    with_site(&environment, &Site::of(&environment)?, async |page| {
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        let number = async |name: &str| -> Result<u64> {
            let values = page.attributes(".open", name).await?;
            Ok(values.concat().parse()?)
        };
        let (source, read) = (
            number("data-source-bytes").await?,
            number("data-read-bytes").await?,
        );
        ensure!(read > 0 && read < source, "{read} of {source} bytes");
        Ok(())
    })
}
