//! Thresholds and owners: chosen in the page, applied at once, kept for the next visit.

use anyhow::{Result, ensure};
use browser_tests::page::Page;
use browser_tests::{flares, with_page};
use thirtyfour::Key;

const LEAK: &str = "#setting-leak-mb";
const CHANGED: &str = "[data-settings=changed]";
const ERROR: &str = "[data-settings-error]";

/// More than any test flare grows by.
async fn raise_leak_threshold(page: &Page) -> Result<()> {
    page.open_settings().await?;
    page.type_into(LEAK, "1000").await?;
    page.press("settings-apply").await
}

#[test]
fn a_threshold_changes_the_verdict_and_is_kept_until_it_is_taken_back() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        ensure!(page.verdict().await? == "memory-leak");
        ensure!(
            page.all(CHANGED).await?.is_empty(),
            "the defaults count as changed"
        );

        raise_leak_threshold(&page).await?;
        page.wait_for_verdict(&["normal", "inconclusive"]).await?;
        ensure!(page.measured("core", "memory-leak").await? != "crossed");
        let changed = page.text(CHANGED).await?;
        ensure!(
            changed.contains("not the default"),
            "the banner says {changed:?}"
        );
        page.screenshots("report-other-thresholds").await?;

        // Another visit.
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        ensure!(page.verdict().await? != "memory-leak", "it was forgotten");
        page.open_settings().await?;
        page.screenshots("settings").await?;
        page.press("settings-defaults").await?;
        page.wait_for_verdict(&["memory-leak"]).await?;
        ensure!(page.all(CHANGED).await?.is_empty());
        let kept = page.kept().await?;
        ensure!(kept.is_empty(), "still kept: {kept:?}");
        Ok(())
    })
}

#[test]
fn what_cannot_be_a_threshold_is_refused_in_words() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        page.open_settings().await?;
        for (typed, answer) in [("-1", "expected 0 to"), ("ten", "no number")] {
            page.type_into(LEAK, typed).await?;
            page.press("settings-apply").await?;
            page.wait_for_text(ERROR, answer).await?;
        }
        page.screenshots("settings-refused").await?;
        page.key(Key::Escape).await?;
        ensure!(page.verdict().await? == "memory-leak");
        ensure!(page.kept().await?.is_empty(), "a refused choice was kept");
        Ok(())
    })
}

/// Everything belongs to one owner that no other table knows.
const OWNERS: &str = r#"
schema = 1
date = "2026-12"
source = "a test in a browser"
module = "github.com/DataDog/datadog-agent"

[[agent]]
patterns = [""]
owner = "Keepers of owls"
component = "owls"
team = "owl-keepers"
meaning = "everything"

[[route]]
step = 6
class = "system"
words = "Nobody's."
escalate_to = ""
actionable = false

[[route]]
step = 7
class = "owned"
words = "{owner}: escalate to {team}."
escalate_to = "{team}"

[[route]]
step = 7
class = "unowned"
words = "Nobody's."
escalate_to = ""
actionable = false
"#;

const OWNER: &str = "Keepers of owls";

/// Owners of the rows of the core Agent's heap difference, once they are there.
async fn owners(page: &Page) -> Result<Vec<String>> {
    let rows = "table[data-process=core][data-profile=heap-diff] tr[data-owner]";
    page.one(rows).await?;
    page.attributes(rows, "data-owner").await
}

async fn is_owned_by_owls(page: &Page) -> Result<bool> {
    Ok(owners(page).await?.iter().any(|owner| owner == OWNER))
}

#[test]
fn an_owners_file_names_the_owners_and_is_kept_until_it_is_taken_back() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        let before = owners(&page).await?;
        ensure!(
            !before.is_empty() && !before.iter().any(|owner| owner == OWNER),
            "{before:?}"
        );

        page.open_settings().await?;
        page.wait_for_text("[data-owners=builtin]", "Built-in table")
            .await?;
        page.give_owners(&page.scratch_file("owls.toml", OWNERS.as_bytes())?)
            .await?;
        let facts = page
            .wait_for_text("[data-owners=file]", "owls.toml")
            .await?;
        for needle in ["2026-12", "a test in a browser"] {
            ensure!(facts.contains(needle), "{needle} is missing in {facts:?}");
        }
        page.press("settings-apply").await?;
        page.wait("the file's owner", async |page| {
            Ok(is_owned_by_owls(page).await?.then_some(()))
        })
        .await?;
        let banner = page.text("[data-verdict]").await?;
        ensure!(banner.contains(OWNER), "the banner says {banner:?}");
        ensure!(page.text(CHANGED).await?.contains("owls.toml"));

        // Another visit.
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        ensure!(is_owned_by_owls(&page).await?, "the file was forgotten");

        page.open_settings().await?;
        page.wait_for_text("[data-owners=file]", "owls.toml")
            .await?;
        page.press("owners-builtin").await?;
        page.press("settings-apply").await?;
        page.wait("the built-in owners", async |page| {
            Ok((owners(page).await? == before).then_some(()))
        })
        .await?;
        ensure!(page.kept().await?.is_empty(), "the file is still kept");
        Ok(())
    })
}

#[test]
fn an_owners_file_that_cannot_be_used_says_why_and_changes_nothing() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("memory-leak")).await?;
        let before = owners(&page).await?;
        page.open_settings().await?;
        let no_catch_all = OWNERS.replace(r#"patterns = [""]"#, r#"patterns = ["pkg/owls"]"#);
        let later = OWNERS.replace("schema = 1", "schema = 99");
        for (name, text, why) in [
            ("poem.toml", "The owl and the pussycat\n", "poem.toml"),
            ("later.toml", later.as_str(), "99"),
            ("narrow.toml", no_catch_all.as_str(), "empty pattern"),
        ] {
            page.give_owners(&page.scratch_file(name, text.as_bytes())?)
                .await?;
            page.wait_for_text(ERROR, why).await?;
            ensure!(
                page.text(ERROR).await?.contains(name),
                "{name} is not named"
            );
        }
        page.screenshots("settings-bad-owners").await?;
        ensure!(page.all("[data-owners=file]").await?.is_empty());
        page.press("settings-apply").await?;
        page.wait("the settings to close", async |page| {
            Ok(page.all("[data-kept]").await?.is_empty().then_some(()))
        })
        .await?;
        page.wait_for_state("ready").await?;
        ensure!(owners(&page).await? == before);
        Ok(())
    })
}

#[test]
fn nothing_but_settings_is_kept_and_it_can_be_forgotten() -> Result<()> {
    with_page(async |page| {
        let host = "ip-10-20-30-40";
        page.read(&flares::path("memory-leak")).await?;
        page.type_into("#symptom", "owls in the belfry").await?;
        page.type_into("#link", "https://tickets.example/owls")
            .await?;
        page.click("#redact").await?;
        page.copy_reply("escalation").await?;
        page.choose_theme("dark").await?;
        raise_leak_threshold(&page).await?;
        page.wait_for_verdict(&["normal", "inconclusive"]).await?;

        let kept = page.kept().await?;
        let mut names: Vec<&str> = kept.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        ensure!(
            names == ["flarescope.choices", "flarescope.reply", "flarescope.theme"],
            "{kept:?}"
        );
        for secret in ["owls", host, "memory-leak"] {
            ensure!(
                !kept.iter().any(|(_, value)| value.contains(secret)),
                "{secret} is kept: {kept:?}"
            );
        }

        page.open_settings().await?;
        let said = page.text("[data-kept=some]").await?;
        for needle in ["theme", "thresholds", "text"] {
            ensure!(said.contains(needle), "the dialog says {said:?}");
        }
        page.press("settings-forget").await?;
        page.wait_for_verdict(&["memory-leak"]).await?;
        let kept = page.kept().await?;
        ensure!(kept.is_empty(), "not forgotten: {kept:?}");
        Ok(())
    })
}

/// As in a browser that blocks all site data.
const NO_STORAGE: &str = "
    Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } });
";

#[test]
fn without_storage_settings_hold_for_the_visit_and_the_page_says_so() -> Result<()> {
    with_page(async |page| {
        page.before_load(NO_STORAGE).await?;
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        raise_leak_threshold(&page).await?;
        page.wait_for_verdict(&["normal", "inconclusive"]).await?;
        page.open_settings().await?;
        page.one("[data-kept=refused]").await?;
        page.key(Key::Escape).await?;
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        ensure!(page.verdict().await? == "memory-leak");
        Ok(())
    })
}
