//! What goes wrong outside of the flare: browser, memory, files, server. Each says what happened, and
//! what still works.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use browser_tests::page::{HOLD_MESSAGES, Page};
use browser_tests::{flares, with_page};

/// Takes away what the address asks to take away, before the page's own scripts run.
const TAKE_AWAY: &str = "
    const taken = new URLSearchParams(location.search).get('without');
    if (taken === 'WebAssembly') delete self.WebAssembly;
    if (taken === 'old-WebAssembly') WebAssembly.validate = () => false;
    if (taken === 'modules') delete HTMLScriptElement.prototype.noModule;
    if (taken === 'workers') delete self.Worker;
    if (taken === 'BigInt') delete self.BigInt;
    if (taken === 'unpacking') delete self.DecompressionStream;
    if (taken === 'dialogs') delete self.HTMLDialogElement;
    if (taken === 'colours') CSS.supports = () => false;
";

/// What can be taken away, and the word for it.
const NEEDS: [(&str, &str); 8] = [
    ("WebAssembly", "WebAssembly"),
    ("old-WebAssembly", "WebAssembly"),
    ("modules", "JavaScript modules"),
    ("workers", "workers"),
    ("BigInt", "BigInt"),
    ("unpacking", "unpacking"),
    ("dialogs", "dialogs"),
    ("colours", "colours for light and dark"),
];

pub(crate) async fn says_that_it_cannot_start(page: &Page, word: &str) -> Result<()> {
    page.wait_for_state("failed").await?;
    let said = page.text("#stopped").await?;
    ensure!(said.contains(word), "{word} is not named: {said:?}");
    ensure!(said.contains("nothing was sent anywhere"), "{said:?}");
    let is_shown = page.one("#stopped").await?.is_displayed().await?;
    ensure!(is_shown, "nobody sees {said:?}");
    // Nothing else is there that would not work.
    ensure!(
        page.all("main").await?.is_empty(),
        "the page started all the same"
    );
    Ok(())
}

#[test]
fn a_browser_that_lacks_something_is_told_what() -> Result<()> {
    with_page(async |page| {
        page.before_load(TAKE_AWAY).await?;
        for (what, word) in NEEDS {
            page.go_to(&format!("{}?without={what}", page.url()))
                .await?;
            says_that_it_cannot_start(&page, word).await?;
        }
        page.screenshots("browser-lacks-something").await?;
        page.open().await
    })
}

/// `wait_for_state` takes a failure on the way for the end; here one was there before.
pub(crate) async fn wait_for_report(page: &Page) -> Result<()> {
    page.wait("the report after all", async |page| {
        Ok((page.state().await? == "ready").then_some(()))
    })
    .await
}

const BLOCK_STORAGE: &str = "
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
        Object.defineProperty(window, name, { get() { throw new DOMException('blocked', 'SecurityError'); } });
    Object.defineProperty(document, 'cookie', { get() { throw new DOMException('blocked', 'SecurityError'); } });
";

#[test]
fn a_browser_that_keeps_nothing_reads_flares_all_the_same() -> Result<()> {
    with_page(async |page| {
        page.before_load(BLOCK_STORAGE).await?;
        page.open().await?;
        page.choose_theme("dark").await?;
        page.read(&flares::path("normal")).await?;
        page.press("how-to-check-from-footer").await?;
        for place in ["local", "session", "cookies", "indexed-db", "caches"] {
            let text = page
                .wait_for_text(&format!("[data-place='{place}'] td"), "blocked")
                .await?;
            ensure!(text == "blocked by the browser", "{place}: {text:?}");
        }
        Ok(())
    })
}

/// What still works after a failure: the next flare.
async fn read_another(page: &Page) -> Result<()> {
    page.give_files(&[&flares::path("normal")]).await?;
    wait_for_report(page).await?;
    ensure!(page.verdict().await? == "normal");
    Ok(())
}

/// Long waits are over at once, until `window.__patient()`.
const IMPATIENT: &str = "
    const later = setTimeout;
    window.setTimeout = (what, ms, ...rest) => later(what, ms >= 10000 ? 20 : ms, ...rest);
    window.__patient = () => { window.setTimeout = later; };
";

#[test]
fn a_worker_without_a_sign_of_life_is_given_up() -> Result<()> {
    with_page(async |page| {
        page.before_load(IMPATIENT).await?;
        page.before_load(HOLD_MESSAGES).await?;
        page.open().await?;
        page.give_files(&[&flares::path("cpu-spike")]).await?;
        page.wait_for_state("failed").await?;
        let said = page.failure().await?;
        ensure!(
            said.contains("cpu-spike.zip") && said.contains("no sign of life"),
            "{said:?}"
        );
        page.screenshots("worker-silent").await?;
        page.script("window.__patient(); window.__release();", &[])
            .await?;
        page.press("retry").await?;
        wait_for_report(&page).await?;
        ensure!(page.verdict().await? == "cpu-spike");
        Ok(())
    })
}

/// A folder whose listing never ends, as one on another computer that went away.
const ENDLESS_FOLDER: &str = "
    DataTransferItem.prototype.webkitGetAsEntry = function () { return window.__folder; };
";

#[test]
fn a_folder_that_is_never_listed_is_given_up() -> Result<()> {
    with_page(async |page| {
        page.before_load(IMPATIENT).await?;
        page.before_load(ENDLESS_FOLDER).await?;
        page.open().await?;
        page.script(
            "window.__folder = {isDirectory: true, isFile: false, name: 'share', fullPath: '/share', \
             createReader: () => ({readEntries() {}})};",
            &[],
        )
        .await?;
        page.drop_bytes("anything", b"x").await?;
        page.wait_for_state("failed").await?;
        let said = page.failure().await?;
        ensure!(
            said.contains("share: the browser did not list it"),
            "{said:?}"
        );
        page.script("window.__patient()", &[]).await?;
        read_another(&page).await
    })
}

/// Gives a file, takes the time to do something to it, and lets the page read it.
async fn read_after(page: &Page, change: impl FnOnce(&PathBuf) -> Result<()>) -> Result<String> {
    page.before_load(HOLD_MESSAGES).await?;
    page.open().await?;
    let flare = page.scratch().join("dropped.zip");
    fs::copy(flares::path("memory-leak"), &flare)?;
    page.give_files(&[&flare]).await?;
    page.wait_for_state("loading").await?;
    change(&flare)?;
    page.script("window.__release()", &[]).await?;
    page.wait_for_state("failed").await?;
    page.failure().await
}

#[test]
fn a_file_that_was_deleted_after_the_drop_is_told() -> Result<()> {
    with_page(async |page| {
        let said = read_after(&page, |flare| Ok(fs::remove_file(flare)?)).await?;
        ensure!(said.contains("dropped.zip"), "{said:?}");
        ensure!(said.contains("moved or deleted"), "{said:?}");
        page.screenshots("file-deleted").await?;
        read_another(&page).await
    })
}

#[test]
fn a_file_that_was_changed_after_the_drop_is_told() -> Result<()> {
    with_page(async |page| {
        let said = read_after(&page, |flare| Ok(fs::write(flare, b"something else")?)).await?;
        ensure!(said.contains("dropped.zip"), "{said:?}");
        ensure!(said.contains("changed"), "{said:?}");
        page.screenshots("file-changed").await?;
        read_another(&page).await
    })
}

#[test]
fn a_file_that_is_gone_when_a_new_worker_needs_it_is_told() -> Result<()> {
    with_page(async |page| {
        let flare = page.scratch().join("dropped.zip");
        fs::copy(flares::path("memory-leak"), &flare)?;
        page.read(&flare).await?;
        // Ends the worker that holds the flare.
        page.script(
            "const post = Worker.prototype.postMessage;\
             Worker.prototype.postMessage = function (message) {\
               if (!message.request?.ask?.export) return post.call(this, message);\
               Worker.prototype.postMessage = post;\
               return post.call(this, {id: message.id, request: null, files: []});\
             };",
            &[],
        )
        .await?;
        page.copy_reply("customer").await?;
        page.wait("word of the worker", async |page| {
            Ok(page
                .announcement()
                .await?
                .contains("restarted")
                .then_some(()))
        })
        .await?;
        fs::remove_file(&flare)?;
        page.copy_reply("customer").await?;
        page.wait("word of the file", async |page| {
            Ok(page
                .announcement()
                .await?
                .contains("moved or deleted")
                .then_some(()))
        })
        .await?;
        // What is on the page can still be read.
        ensure!(page.state().await? == "ready");
        Ok(())
    })
}

/// As the browser reports it when the module that draws the page aborts. Made by the page: what a
/// driver's script throws the browser keeps to itself, and what it makes is of another world.
const ABORT: &str = "
    window.__abort = () => dispatchEvent(new ErrorEvent('error', {
        message: 'unreachable', error: new WebAssembly.RuntimeError('unreachable'),
    }));
";

#[test]
fn a_page_that_ran_out_of_memory_says_so_and_can_be_loaded_again() -> Result<()> {
    with_page(async |page| {
        page.before_load(ABORT).await?;
        page.open().await?;
        page.read(&flares::path("memory-leak")).await?;
        page.script("window.__abort()", &[]).await?;
        page.wait_for_state("failed").await?;
        let said = page.text("#stopped").await?;
        ensure!(said.contains("ran out of memory"), "{said:?}");
        ensure!(said.contains("nothing was sent anywhere"), "{said:?}");
        // What was there can still be read.
        ensure!(page.verdict().await? == "memory-leak");
        page.screenshots("page-lost").await?;
        page.press("reload").await?;
        page.wait_for_state("empty").await?;
        ensure!(page.all("#stopped").await?.is_empty());
        Ok(())
    })
}

/// The next element that is made is not, which nothing in the page expects.
const SPOIL_ONE_ELEMENT: &str = "
    const made = [[Document, 'createElement'], [Document, 'createElementNS'], [Node, 'cloneNode']]
        .map(([type, name]) => [type.prototype, name, type.prototype[name]]);
    for (const [type, name] of made) type[name] = () => {
        for (const [type, name, found] of made) type[name] = found;
        throw new Error('spoiled by a test');
    };
";

#[test]
fn a_page_that_panicked_says_so() -> Result<()> {
    with_page(async |page| {
        page.script(SPOIL_ONE_ELEMENT, &[]).await?;
        page.press("how-to-check").await?;
        page.wait_for_state("failed").await?;
        let said = page.text("#stopped").await?;
        ensure!(said.contains("This page stopped"), "{said:?}");
        ensure!(said.contains("panicked"), "{said:?}");
        page.press("reload").await?;
        page.wait_for_state("empty").await?;
        page.read(&flares::path("normal")).await
    })
}

#[test]
fn another_error_on_the_page_is_not_taken_for_its_end() -> Result<()> {
    with_page(async |page| {
        page.script(
            "dispatchEvent(new ErrorEvent('error', {message: 'odd', error: new Error('of an extension')}))",
            &[],
        )
        .await?;
        page.read(&flares::path("normal")).await?;
        ensure!(page.all("#stopped").await?.is_empty());
        Ok(())
    })
}
