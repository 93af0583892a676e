//! The page, addressed by its stable hooks.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use thirtyfour::common::print::{PrintPage, PrintParameters};
use thirtyfour::{By, Key, WebDriver, WebElement};
use xtask::browser::Kind;
use xtask::browser_tests::Form;

use crate::engine::Size;
use crate::flares::Row;
use crate::session::Inside;

/// Longest wait for anything on the page. Everything here takes a second on a quiet computer;
/// the rest is for one that is busy with other things.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// How often a condition is looked at. Only the harness waits like this, and never for a fixed time.
pub(crate) const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// Wide enough for the section list beside the report.
pub const WIDE: Size = (1440, 900);
/// A sheet between its margins.
const A4: Size = (718, 1047);
/// A small telephone.
const NARROW: Size = (360, 800);

/// Holds back what the page tells its workers, until `window.__release()`: the page stays as it is
/// while loading. For [`Page::before_load`].
pub const HOLD_MESSAGES: &str = "
    const post = Worker.prototype.postMessage;
    const held = [];
    Worker.prototype.postMessage = function (...message) { held.push([this, message]); };
    window.__release = () => {
        Worker.prototype.postMessage = post;
        for (const [worker, message] of held) post.apply(worker, message);
    };
";

/// The page.
#[derive(Clone, Debug)]
pub struct Page {
    pub(crate) driver: WebDriver,
    pub(crate) inside: Rc<Inside>,
    pub(crate) patience: Duration,
}

/// What left the page, or tried to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests that the page's own server saw.
    pub served: Vec<String>,
    /// Requests to anywhere else that left the browser.
    pub elsewhere: Vec<String>,
    /// Requests that the page made, as the browser's own log has them.
    pub tried: Vec<String>,
    /// What the page's policy refused, in the browser's words.
    pub refused: Vec<String>,
}

impl Page {
    /// Opens the page and waits until it has started.
    ///
    /// # Errors
    /// When it does not.
    pub async fn open(&self) -> Result<()> {
        self.driver.goto(self.url()).await?;
        self.wait_for_state("empty").await
    }

    /// The same page, waited for longer.
    #[must_use]
    pub fn patient(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Address of the page.
    pub fn url(&self) -> String {
        self.inside.url.clone()
    }

    /// The form of the page.
    pub fn form(&self) -> Form {
        self.inside.form
    }

    /// Address of the server that serves the page's folder, also to a page from the disk.
    pub fn server(&self) -> String {
        self.inside.server.url()
    }

    /// Opens any address.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn go_to(&self, url: &str) -> Result<()> {
        Ok(self.driver.goto(url).await?)
    }

    /// Runs a script; `arguments` holds its arguments.
    ///
    /// # Errors
    /// When it throws.
    pub async fn script(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        let arguments: Vec<Value> = arguments.to_vec();
        let value = self.driver.execute(script, arguments).await?;
        Ok(value.json().clone())
    }

    /// Runs the body of an async function and waits for what it returns.
    ///
    /// # Errors
    /// When it throws.
    pub async fn async_script(&self, body: &str) -> Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];\
             (async () => {{ {body} }})().then(value => done({{value}}), error => done({{error: String(error)}}));"
        );
        let answer = self.driver.execute_async(script, Vec::new()).await?;
        let answer = answer.json().clone();
        if let Some(error) = answer["error"].as_str() {
            bail!("{error}");
        }
        Ok(answer["value"].clone())
    }

    /// Runs a script in every page that is opened from now on, before the page's own.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn before_load(&self, script: &str) -> Result<()> {
        self.inside.engine.before_load(script).await
    }

    /// The document as it is now, as text: what saving the page writes.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn serialised(&self) -> Result<String> {
        let html = self
            .script("return document.documentElement.outerHTML", &[])
            .await?;
        let html = html.as_str().context("the document is no text")?;
        Ok(format!("<!doctype html>\n{html}\n"))
    }

    /// Waits until `condition` gives a value.
    ///
    /// # Errors
    /// After [`PATIENCE`] or what was set instead, or when the condition fails.
    pub async fn wait<T>(
        &self,
        what: &str,
        mut condition: impl AsyncFnMut(&Self) -> Result<Option<T>>,
    ) -> Result<T> {
        let start = Instant::now();
        loop {
            if let Some(value) = condition(self).await.with_context(|| what.to_owned())? {
                return Ok(value);
            }
            ensure!(
                start.elapsed() < self.patience,
                "{what}: not within {} s",
                self.patience.as_secs()
            );
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    /// `data-state` of the body.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn state(&self) -> Result<String> {
        let state = self
            .script("return document.body?.dataset.state ?? ''", &[])
            .await?;
        Ok(state.as_str().unwrap_or_default().to_owned())
    }

    /// Waits for a state, with nothing being read any more but in `loading`. A failure that is told over
    /// an open report counts as `failed`, and ends the wait for `ready`.
    ///
    /// # Errors
    /// When the state does not come.
    pub async fn wait_for_state(&self, wanted: &str) -> Result<()> {
        self.wait(&format!("state {wanted}"), async |page| {
            let is_there = |selector: &'static str| async move {
                Ok::<bool, anyhow::Error>(!page.all(selector).await?.is_empty())
            };
            if wanted != "loading" && is_there("body[data-reading]").await? {
                return Ok(None);
            }
            let mut state = page.state().await?;
            if is_there("[data-trouble]").await? {
                "failed".clone_into(&mut state);
            }
            ensure!(
                !(wanted == "ready" && state == "failed"),
                "the page failed: {}",
                page.failure().await?
            );
            Ok((state == wanted).then_some(()))
        })
        .await
    }

    /// Elements that match, maybe none.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn all(&self, selector: &str) -> Result<Vec<WebElement>> {
        Ok(self.driver.find_all(By::Css(selector)).await?)
    }

    /// The first element that matches, waiting for it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn one(&self, selector: &str) -> Result<WebElement> {
        self.wait(selector, async |page| {
            Ok(page.all(selector).await?.into_iter().next())
        })
        .await
    }

    /// An attribute of every element that matches, in order.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn attributes(&self, selector: &str, attribute: &str) -> Result<Vec<String>> {
        let values = self
            .script(
                "return [...document.querySelectorAll(arguments[0])].map(e => e.getAttribute(arguments[1]) ?? '')",
                &[json!(selector), json!(attribute)],
            )
            .await?;
        Ok(strings(&values))
    }

    /// Text of everything that matches, one line each.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let values = self
            .script(
                "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)",
                &[json!(selector)],
            )
            .await?;
        Ok(strings(&values).join("\n"))
    }

    /// Gives files to the file input, as the picker would.
    ///
    /// # Errors
    /// When the input is missing.
    pub async fn give_files(&self, paths: &[&Path]) -> Result<()> {
        self.forget_chosen("#file-input").await?;
        let paths: Vec<String> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        self.one("#file-input")
            .await?
            .send_keys(paths.join("\n"))
            .await?;
        Ok(())
    }

    /// Gives a folder to the folder input, as the picker would.
    ///
    /// # Errors
    /// When the input is missing.
    pub async fn give_folder(&self, path: &Path) -> Result<()> {
        self.forget_chosen("#folder-input").await?;
        let button = action_selector("choose-folder");
        self.inside
            .engine
            .give_folder("#folder-input", &button, path)
            .await
    }

    /// WebDriver adds to what was chosen before, where a person's choice replaces it.
    async fn forget_chosen(&self, input: &str) -> Result<()> {
        self.one(input).await?;
        self.script(
            "document.querySelector(arguments[0]).value = ''",
            &[json!(input)],
        )
        .await?;
        Ok(())
    }

    /// Gives one file and waits for its report.
    ///
    /// # Errors
    /// When no report comes.
    pub async fn read(&self, path: &Path) -> Result<()> {
        self.give_files(&[path]).await?;
        self.wait_for_state("ready").await
    }

    /// Drops a file on the window, with the events of a real drop.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn drop_bytes(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.script(
            "const [name, text] = arguments;\
             const bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));\
             const data = new DataTransfer();\
             data.items.add(new File([bytes], name));\
             for (const type of ['dragenter', 'dragover', 'drop'])\
               document.body.dispatchEvent(new DragEvent(type, {bubbles: true, cancelable: true, dataTransfer: data}));",
            &[json!(name), json!(BASE64_STANDARD.encode(bytes))],
        )
        .await?;
        Ok(())
    }

    /// Writes bytes to a file for [`Page::give_files`].
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn scratch_file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf> {
        let path = self.scratch().join(name);
        fs::write(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))?;
        Ok(path)
    }

    /// A folder that lasts as long as the test.
    pub fn scratch(&self) -> &Path {
        self.inside.folders.scratch.path()
    }

    /// `data-verdict` of the banner.
    ///
    /// # Errors
    /// When there is none.
    pub async fn verdict(&self) -> Result<String> {
        let verdicts = self.attributes("[data-verdict]", "data-verdict").await?;
        ensure!(verdicts.len() == 1, "not one verdict but {verdicts:?}");
        Ok(verdicts.concat())
    }

    /// The rows of a function table, once none of those in sight is still asked for.
    ///
    /// # Errors
    /// When the table is missing.
    pub async fn rows(&self, process: &str, profile: &str, sample_type: &str) -> Result<Vec<Row>> {
        let what = format!("a table of {process}'s {profile}, {sample_type}");
        let rows = self
            .wait(&what, async |page| {
                let rows = page
                    .script(
                        "const [process, profile, type] = arguments;\
                         const tables = [...document.querySelectorAll(`[data-profile=\"${profile}\"][data-sample-type=\"${type}\"]`)];\
                         const table = tables.find(t => t.closest('[data-process]')?.dataset.process === process);\
                         const drawn = table && !table.querySelector('[aria-busy]') && (table.dataset.rows === '0' || table.querySelector('[data-place]'));\
                         return drawn ? [...table.querySelectorAll('[data-function]')].map(r => [r.dataset.function, r.dataset.flat, r.dataset.cum]) : null;",
                        &[json!(process), json!(profile), json!(sample_type)],
                    )
                    .await?;
                Ok((!rows.is_null()).then_some(rows))
            })
            .await?;
        let rows = rows.as_array().context("no list of rows")?;
        rows.iter()
            .map(|row| {
                let cell = |index: usize| row[index].as_str().unwrap_or_default();
                let number = |index: usize| {
                    cell(index)
                        .parse()
                        .with_context(|| format!("{:?} is no raw number", cell(index)))
                };
                Ok(Row {
                    function: cell(0).to_owned(),
                    flat: number(1)?,
                    cum: number(2)?,
                })
            })
            .collect()
    }

    /// `data-measured` of a cell of the state grid.
    ///
    /// # Errors
    /// When there is not exactly one such cell.
    pub async fn measured(&self, process: &str, kind: &str) -> Result<String> {
        let selector = format!("[data-measured][data-process='{process}'][data-kind='{kind}']");
        let values = self.attributes(&selector, "data-measured").await?;
        ensure!(values.len() == 1, "{selector}: {values:?}");
        Ok(values.concat())
    }

    /// Presses the button of an action.
    ///
    /// # Errors
    /// When there is none, or it cannot be pressed.
    pub async fn press(&self, action: &str) -> Result<()> {
        let selector = action_selector(action);
        self.wait(&selector, async |page| {
            for button in page.all(&selector).await? {
                if button.is_displayed().await.unwrap_or(false) {
                    button.click().await?;
                    return Ok(Some(()));
                }
            }
            Ok(None)
        })
        .await
    }

    /// Clicks the first element that matches, away from what sticks to the window's edges.
    ///
    /// # Errors
    /// When there is none, or it cannot be clicked.
    pub async fn click(&self, selector: &str) -> Result<()> {
        let element = self.one(selector).await?;
        self.script(
            "document.querySelector(arguments[0]).scrollIntoView({block: 'center'})",
            &[json!(selector)],
        )
        .await?;
        element.click().await?;
        Ok(())
    }

    /// Copies one of the texts to paste: its tab, and the button beside it.
    ///
    /// # Errors
    /// When there is none, or it cannot be pressed.
    pub async fn copy_reply(&self, form: &str) -> Result<()> {
        self.show_reply(form).await?;
        self.press("copy-reply").await
    }

    /// Shows one of the texts to paste.
    ///
    /// # Errors
    /// When there is none.
    pub async fn show_reply(&self, form: &str) -> Result<()> {
        if !self.all("#panel-summary[hidden]").await?.is_empty() {
            self.press("show-summary").await?;
        }
        self.click(&format!("[data-reply-tab={form}]")).await?;
        self.one(&format!("#reply-text[data-text={form}]")).await?;
        Ok(())
    }

    /// The text to paste that is shown.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn reply(&self) -> Result<String> {
        let text = self
            .script("return document.querySelector('#reply-text').value", &[])
            .await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Picks an item of the menu of other forms.
    ///
    /// # Errors
    /// When there is no such item.
    pub async fn pick_form(&self, action: &str) -> Result<()> {
        self.press("more").await?;
        self.press(action).await
    }

    /// Opens the view of what the answer rests on.
    ///
    /// # Errors
    /// When there is none.
    pub async fn show_details(&self) -> Result<()> {
        self.press("show-details").await?;
        self.one("#panel-details nav").await?;
        Ok(())
    }

    /// Shows the profiles of one kind (`heap`, `cpu`, `locks`) of a process.
    ///
    /// # Errors
    /// When there are none.
    pub async fn show_profiles(&self, process: &str, kind: &str) -> Result<()> {
        self.show_details().await?;
        let panel = format!(".process-panel[data-process='{process}']");
        self.script(
            "const [panel] = arguments;\
             const select = document.querySelector('#process-choice');\
             if (!select) return;\
             const at = [...document.querySelectorAll('.process-panel')].indexOf(document.querySelector(panel));\
             select.value = String(at);\
             select.dispatchEvent(new Event('change', {bubbles: true}));",
            &[json!(panel)],
        )
        .await?;
        self.click(&format!("{panel} [data-kind-tab={kind}]")).await
    }

    /// Opens the view of all files.
    ///
    /// # Errors
    /// When it shows none.
    pub async fn show_files(&self) -> Result<()> {
        self.press("show-files").await?;
        self.one("[data-path]").await?;
        Ok(())
    }

    /// Chooses a theme: `auto`, `light` or `dark`.
    ///
    /// # Errors
    /// When there is no such choice.
    pub async fn choose_theme(&self, theme: &str) -> Result<()> {
        let selector = action_selector(&format!("theme-{theme}"));
        self.one(&selector).await?;
        // The label is what a person clicks; the input itself may be invisible.
        self.script(
            "document.querySelector(arguments[0]).closest('label').click()",
            &[json!(selector)],
        )
        .await?;
        Ok(())
    }

    /// Replaces what stands in a field, with the keys of a person.
    ///
    /// # Errors
    /// When there is no such field, or it cannot be typed into.
    pub async fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.one(selector).await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys(Key::Delete).await?;
        if !text.is_empty() {
            field.send_keys(text).await?;
        }
        Ok(())
    }

    /// Opens the settings.
    ///
    /// # Errors
    /// When they do not open.
    pub async fn open_settings(&self) -> Result<()> {
        self.press("settings").await?;
        // Stands last, so that everything before it is there too.
        self.one("[data-kept]").await?;
        Ok(())
    }

    /// Gives a file to the input for owners, as the picker would; the settings have to be open.
    ///
    /// # Errors
    /// When the input is missing.
    pub async fn give_owners(&self, path: &Path) -> Result<()> {
        self.one("#owners-input")
            .await?
            .send_keys(path.display().to_string())
            .await?;
        Ok(())
    }

    /// Waits until an open flare has one of these verdicts.
    ///
    /// # Errors
    /// When it does not get one.
    pub async fn wait_for_verdict(&self, wanted: &[&str]) -> Result<()> {
        self.wait(&format!("a verdict of {wanted:?}"), async |page| {
            let verdicts = page.attributes("[data-verdict]", "data-verdict").await?;
            let is_there =
                matches!(verdicts.as_slice(), [verdict] if wanted.contains(&verdict.as_str()));
            Ok(is_there.then_some(()))
        })
        .await?;
        self.wait_for_state("ready").await
    }

    /// Waits until the text of everything that matches holds `needle`, and returns the text.
    ///
    /// # Errors
    /// When it does not.
    pub async fn wait_for_text(&self, selector: &str, needle: &str) -> Result<String> {
        self.wait(&format!("{needle:?} in {selector}"), async |page| {
            let text = page.text(selector).await?;
            Ok(text.contains(needle).then_some(text))
        })
        .await
    }

    /// Does what copies a text, and returns what is on the clipboard then.
    ///
    /// # Errors
    /// When nothing is copied.
    pub async fn copied_by(&self, copy: impl AsyncFnOnce(&Self) -> Result<()>) -> Result<String> {
        const NOTHING: &str = "nothing was copied";
        self.async_script(&format!(
            "await navigator.clipboard.writeText('{NOTHING}'); return true;"
        ))
        .await?;
        copy(self).await?;
        self.wait("something on the clipboard", async |page| {
            let text = page.clipboard().await?;
            Ok((text != NOTHING).then_some(text))
        })
        .await
    }

    /// Picks a form that is saved, and returns the new file's name and text.
    ///
    /// # Errors
    /// When no file arrives.
    pub async fn saved_by(&self, action: &str) -> Result<(String, String)> {
        let folder = self.inside.folders.downloads.path();
        let before = file_names(folder);
        self.pick_form(action).await?;
        let name = self
            .wait(&format!("a file from {action}"), async |_| {
                let names = file_names(folder);
                // What is not written yet has another name, or a hidden one.
                Ok(names.into_iter().find(|name| {
                    !before.contains(name) && !is_partial(name) && !name.starts_with('.')
                }))
            })
            .await?;
        let text = self.downloaded(&name).await?;
        Ok((name, text))
    }

    /// Everything that the page keeps in the browser: names with their values.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn kept(&self) -> Result<Vec<(String, String)>> {
        let kept = self
            .async_script(
                "const kept = [...Object.entries(localStorage)];\
                 for (const [name, value] of Object.entries(sessionStorage)) kept.push(['session: ' + name, value]);\
                 if (document.cookie) kept.push(['cookie', document.cookie]);\
                 for (const {name} of await indexedDB.databases()) kept.push(['database: ' + name, '']);\
                 for (const name of await caches.keys()) kept.push(['cache: ' + name, '']);\
                 return kept;",
            )
            .await?;
        let pairs = kept.as_array().context("no list of what is kept")?;
        Ok(pairs
            .iter()
            .map(|pair| {
                let part = |index: usize| pair[index].as_str().unwrap_or_default().to_owned();
                (part(0), part(1))
            })
            .collect())
    }

    /// What the failure screen says.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn failure(&self) -> Result<String> {
        self.text("[data-failure]").await
    }

    /// What the page last said to screen readers.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn announcement(&self) -> Result<String> {
        self.text("[role=status]").await
    }

    /// What is on the clipboard.
    ///
    /// # Errors
    /// When the browser does not tell.
    pub async fn clipboard(&self) -> Result<String> {
        self.wait("leave to read the clipboard", async |page| {
            // Firefox refuses while the page writes.
            let text = page
                .async_script(
                    "return await navigator.clipboard.readText().catch(error => {\
                       if (error.name === 'NotAllowedError') return null; throw error; });",
                )
                .await?;
            Ok(text.as_str().map(str::to_owned))
        })
        .await
    }

    /// Presses a key, wherever the focus is.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn key(&self, key: Key) -> Result<()> {
        self.driver
            .action_chain()
            .send_keys(char::from(key).to_string())
            .perform()
            .await?;
        Ok(())
    }

    /// Types letters, wherever the focus is.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn keys(&self, text: &str) -> Result<()> {
        self.driver.action_chain().send_keys(text).perform().await?;
        Ok(())
    }

    /// Waits until the focus is on what matches, where everybody sees it.
    ///
    /// # Errors
    /// When it is elsewhere; the message says where.
    pub async fn has_focus(&self, selector: &str) -> Result<()> {
        let found = self
            .wait(&format!("the focus on {selector}"), async |page| {
                let is_there = page
                    .script(
                        "const active = document.activeElement;\
                         return !!active && active.matches(arguments[0]) && active.checkVisibility({visibilityProperty: true})",
                        &[json!(selector)],
                    )
                    .await?;
                Ok((is_there == json!(true)).then_some(()))
            })
            .await;
        if let Err(error) = found {
            let active = self
                .script(
                    "return document.activeElement?.outerHTML.slice(0, 200)",
                    &[],
                )
                .await?;
            return Err(error.context(format!("the focus is on {active}")));
        }
        Ok(())
    }

    /// Shows the page in the colours of a visitor's system, until [`Page::emulate`].
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn force_colours(&self, theme: &str) -> Result<()> {
        self.inside.engine.force_colours(theme).await
    }

    /// Lays the page out as on A4, until [`Page::emulate`].
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn paper(&self) -> Result<()> {
        self.emulate("light", A4).await?;
        self.inside.engine.paper().await
    }

    /// Which browser shows the page.
    pub fn browser(&self) -> Kind {
        self.inside.engine.kind()
    }

    /// What stands out to the right of the window, as an empty list where nothing has to be scrolled
    /// sideways.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn sideways(&self) -> Result<Vec<String>> {
        let found = self
            .script(
                "const root = document.documentElement, width = root.clientWidth;\
                 if (root.scrollWidth <= width) return [];\
                 const out = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > width + 0.5);\
                 return [`${root.scrollWidth} of ${width}`, ...out.slice(0, 5).map(e => e.outerHTML.slice(0, 150))];",
                &[],
            )
            .await?;
        Ok(strings(&found))
    }

    /// The page on A4, as PDF.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn printed(&self) -> Result<Vec<u8>> {
        let a4 = PrintParameters {
            page: PrintPage {
                width: 21.0,
                height: 29.7,
            },
            background: true,
            ..PrintParameters::default()
        };
        Ok(self.driver.print_page(a4).await?)
    }

    /// Presses Tab until the focus is on the button of an action.
    ///
    /// # Errors
    /// When it does not stand between here and the page's end.
    pub async fn tab_to(&self, action: &str) -> Result<()> {
        self.tab_onto(&action_selector(action)).await
    }

    /// Presses Tab until the focus is on what matches.
    ///
    /// # Errors
    /// When it does not stand between here and the page's end.
    pub async fn tab_onto(&self, selector: &str) -> Result<()> {
        self.walk_onto(selector, async |page| page.key(Key::Tab).await)
            .await
    }

    /// Presses Shift and Tab until the focus is on what matches.
    ///
    /// # Errors
    /// When it does not stand between the page's beginning and here.
    pub async fn tab_back_onto(&self, selector: &str) -> Result<()> {
        let back = async |page: &Self| {
            page.driver
                .action_chain()
                .key_down(Key::Shift)
                .send_keys(char::from(Key::Tab).to_string())
                .key_up(Key::Shift)
                .perform()
                .await?;
            Ok(())
        };
        self.walk_onto(selector, back).await
    }

    async fn walk_onto(
        &self,
        selector: &str,
        step: impl AsyncFn(&Self) -> Result<()>,
    ) -> Result<()> {
        // More stops than the page has.
        for _ in 0..400 {
            step(self).await?;
            let there = self
                .script(
                    "return document.activeElement?.matches(arguments[0]) ?? false",
                    &[json!(selector)],
                )
                .await?;
            if there == json!(true) {
                return Ok(());
            }
        }
        bail!("the keyboard never reaches {selector}")
    }

    /// Waits for a download and returns its text.
    ///
    /// # Errors
    /// When it does not arrive.
    pub async fn downloaded(&self, name: &str) -> Result<String> {
        let folder = self.inside.folders.downloads.path();
        let path = folder.join(name);
        self.wait(&format!("download of {name}"), async |_| {
            // Browsers hold the name with an empty file and write beside it, then swap them.
            let written = fs::metadata(&path).is_ok_and(|file| file.len() > 0);
            let beside = file_names(folder).iter().any(|name| is_partial(name));
            Ok((written && !beside).then_some(()))
        })
        .await
        .with_context(|| format!("there are {:?}", file_names(folder)))?;
        fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))
    }

    /// Everything that was asked for since the browser started.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn traffic(&self) -> Result<Traffic> {
        let requested = self.inside.engine.requested().await?;
        self.inside.tried.borrow_mut().extend(requested);
        // What the page's policy refuses is no request: only the console tells of it.
        let refused = self.console().await?;
        let refused = refused.into_iter().filter(|line| {
            line.contains("Content Security Policy") || line.contains("Content-Security-Policy")
        });
        Ok(Traffic {
            served: self.inside.server.requests(),
            elsewhere: self
                .inside
                .elsewhere
                .requests()
                .into_iter()
                .filter(|request| !is_the_browser_s_own(request))
                .collect(),
            tried: self.inside.tried.borrow().clone(),
            refused: refused.collect(),
        })
    }

    /// Names of all cookies of the page, those too that scripts can't see.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn cookies(&self) -> Result<Vec<String>> {
        let cookies = self.driver.get_all_cookies().await?;
        Ok(cookies.into_iter().map(|cookie| cookie.name).collect())
    }

    /// What the page wrote to the console, errors of the browser included.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn console(&self) -> Result<Vec<String>> {
        let lines = self.inside.engine.console().await?;
        self.inside.console.borrow_mut().extend(lines);
        Ok(self.inside.console.borrow().clone())
    }

    /// Shows the page as to a visitor with this theme and window until told otherwise.
    ///
    /// # Errors
    /// When the browser refuses.
    pub async fn emulate(&self, theme: &str, size: Size) -> Result<()> {
        self.inside.engine.emulate(theme, size).await?;
        // Two frames: the first lays out, the second shows it.
        self.async_script(
            "await new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)));\
             await document.fonts.ready;",
        )
        .await?;
        Ok(())
    }

    /// Writes the screen in both themes, wide and narrow, to the folder of screenshots, in full
    /// height. Fails when a window has to be scrolled sideways.
    ///
    /// Only of the first form of the page: the others show the same.
    ///
    /// # Errors
    /// When a picture cannot be taken or written, or the page is wider than the window.
    pub async fn screenshots(&self, screen: &str) -> Result<()> {
        if self.inside.form != Form::Dist {
            return Ok(());
        }
        let folder = &self.inside.screenshots;
        fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let mut too_wide = Vec::new();
        for theme in ["light", "dark"] {
            for (size_name, size) in [("wide", WIDE), ("narrow", NARROW)] {
                self.emulate(theme, size).await?;
                let (window_width, window_height) = (f64::from(size.0), f64::from(size.1));
                let (width, height) = self.inside.engine.content_size().await?;
                if width > window_width {
                    too_wide.push(format!(
                        "{theme} {size_name}: {width} px wide in a window of {window_width}"
                    ));
                }
                let picture = self
                    .inside
                    .engine
                    .picture(window_width, height.max(window_height))
                    .await?;
                let file = folder.join(format!("{screen}-{theme}-{size_name}.png"));
                fs::write(&file, picture)
                    .with_context(|| format!("{} cannot be written", file.display()))?;
            }
        }
        self.emulate("light", WIDE).await?;
        // Only now: the pictures are there to see why.
        ensure!(too_wide.is_empty(), "{screen}: {too_wide:?}");
        Ok(())
    }

    /// For the message of a test that failed.
    pub(crate) async fn describe(&self) -> String {
        let state = self.state().await.unwrap_or_default();
        let failure = self.failure().await.unwrap_or_default();
        let console = self.console().await.unwrap_or_default();
        format!(
            "page state {state:?}, failure text {:?}, console {console:#?}",
            failure.trim()
        )
    }
}

fn action_selector(action: &str) -> String {
    format!("[data-action='{action}']")
}

fn strings(values: &Value) -> Vec<String> {
    values
        .as_array()
        .map(|values| {
            values
                .iter()
                .map(|value| value.as_str().unwrap_or_default().to_owned())
                .collect()
        })
        .unwrap_or_default()
}

/// The browsers' names for a download that is being written.
fn is_partial(name: &str) -> bool {
    name.ends_with(".crdownload") || name.ends_with(".part")
}

fn file_names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder)
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect()
        })
        .unwrap_or_default()
}

/// Browsers ask their makers for this and that by themselves, Chrome for the time and its search
/// engine; no flag keeps them from all of that. A request of the page to these hosts would still be in [`Traffic::tried`];
/// one of a worker would not.
fn is_the_browser_s_own(request: &str) -> bool {
    let hosts = [
        "google.com",
        "googleapis.com",
        "gstatic.com",
        "gvt1.com",
        "duckduckgo.com",
        "mozilla.com",
        "mozilla.net",
        "mozilla.org",
        "firefox.com",
    ];
    let address = request.split_whitespace().nth(1).unwrap_or_default();
    let host = address
        .trim_start_matches("http://")
        .split([':', '/'])
        .next()
        .unwrap_or_default();
    hosts
        .iter()
        .any(|own| host == *own || host.ends_with(&format!(".{own}")))
}
