//! Names in a flare are data. The hostile flares of the host tests, on the page: nothing in them
//! becomes an element, an attribute or a script, and nothing that the eye does not see is shown as
//! if it were not there.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Write as _};

use anyhow::{Context, Result, ensure};
use browser_tests::environment::Environment;
use browser_tests::page::Page;
use browser_tests::with_page;
use serde_json::Value;
use testkit::made::hostile::{PAYLOADS, files};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A flare with the payload wherever a name can stand.
fn flare(payload: &str) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files(payload) {
        // Some payloads are no names of files; their flare has the others.
        if zip
            .start_file(format!("host-1/{path}"), SimpleFileOptions::default())
            .is_ok()
        {
            zip.write_all(&bytes)?;
        }
    }
    Ok(zip.finish()?.into_inner())
}

/// Keeps every text that becomes markup, and notes when something acts.
const LISTEN: &str = "
    window.__markup = [];
    window.__acted = [];
    for (const [type, name] of [[Element, 'innerHTML'], [Element, 'outerHTML'], [ShadowRoot, 'innerHTML'], [HTMLIFrameElement, 'srcdoc']]) {
        const found = Object.getOwnPropertyDescriptor(type.prototype, name);
        Object.defineProperty(type.prototype, name, {...found, set(text) { window.__markup.push(String(text)); found.set.call(this, text); }});
    }
    for (const [type, name, at] of [
        [Element, 'insertAdjacentHTML', 1], [Document, 'write', 0], [Document, 'writeln', 0], [DOMParser, 'parseFromString', 0],
        [Range, 'createContextualFragment', 0], [Element, 'setHTMLUnsafe', 0], [Element, 'setHTML', 0], [ShadowRoot, 'setHTMLUnsafe', 0],
    ]) {
        const found = type.prototype[name];
        if (found) type.prototype[name] = function (...all) { window.__markup.push(String(all[at])); return found.apply(this, all); };
    }
    for (const name of ['alert', 'confirm', 'prompt', 'open', 'eval'])
        window[name] = (...all) => { window.__acted.push([name, ...all].join(' ')); };
    addEventListener('securitypolicyviolation', event => window.__acted.push(`${event.effectiveDirective} ${event.blockedURI}`));
";

/// Opens everything that can be opened, so that all of the flare is on the page. Then: kinds of
/// elements, names of attributes, addresses, and all texts.
const LOOK: &str = "
    const frame = () => new Promise(go => requestAnimationFrame(() => setTimeout(go)));
    for (const e of document.querySelectorAll('details')) e.open = true;
    document.querySelector('#redact')?.click();
    await frame();
    document.querySelector('[data-action=redaction-preview]')?.click();
    // Drawn when the worker has answered.
    for (let i = 0; i < 600 && !document.querySelector('[data-replaced], [data-replacements]'); i++) await frame();
    const tags = new Set(), attributes = new Set(), addresses = new Set(), texts = [];
    const look = () => {
        for (const e of document.querySelectorAll('body *')) {
            tags.add(e.localName);
            for (const {name, value} of e.attributes) {
                attributes.add(name);
                texts.push(value);
                if (['href', 'src', 'action', 'formaction', 'data', 'srcdoc'].includes(name)) addresses.add(value);
            }
            if (typeof e.value === 'string') texts.push(e.value);
            for (const node of e.childNodes) if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
        }
        texts.push(document.title);
    };
    look();
    for (const dialog of document.querySelectorAll('dialog[open]')) dialog.close();
    document.querySelector('#redact')?.click();
    await frame();
    document.querySelector('[data-action=show-files]')?.click();
    await frame();
    look();
    document.querySelector('[data-action=show-details]')?.click();
    await frame();
    return {
        tags: [...tags], attributes: [...attributes], addresses: [...addresses], texts: [...new Set(texts)],
        markup: [...new Set(window.__markup)], acted: window.__acted,
    };
";

fn strings(value: &Value) -> BTreeSet<String> {
    let items = value.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// Characters that the eye does not see, or that turn text around.
fn is_active(letter: char) -> bool {
    (letter.is_control() && !matches!(letter, '\n' | '\t')) || profile::is_hidden(letter)
}

async fn show(page: &Page, payload: &str) -> Result<Value> {
    // The name of what was dropped is shown as well.
    page.drop_bytes(&format!("{payload}.zip"), &flare(payload)?)
        .await?;
    page.wait_for_state("ready").await?;
    page.async_script(LOOK).await
}

#[test]
fn names_stay_text() -> Result<()> {
    let environment = Environment::read()?;
    let mut app = Vec::new();
    for entry in fs::read_dir(&environment.dist)? {
        let path = entry?.path();
        let name = path.file_name().context("no name")?.to_string_lossy();
        if name.starts_with("app") && name.ends_with("_bg.wasm") {
            app = fs::read(&path)?;
        }
    }
    ensure!(!app.is_empty(), "the page has no module");
    let is_compiled_in = |text: &str| {
        app.windows(text.len().max(1))
            .any(|window| window == text.as_bytes())
    };
    with_page(async |page| {
        page.before_load(LISTEN).await?;
        page.open().await?;
        let own = show(&page, "github.com/pkg/a.Plain").await?;
        let mut known: BTreeSet<String> = BTreeSet::new();
        for payload in PAYLOADS {
            let seen = show(&page, payload).await?;
            for kind in ["tags", "attributes"] {
                let foreign: Vec<String> = strings(&seen[kind])
                    .difference(&strings(&own[kind]))
                    .filter(|name| !MAY_COME.contains(&name.as_str()))
                    .cloned()
                    .collect();
                ensure!(foreign.is_empty(), "{payload:?} brings {kind} {foreign:?}");
            }
            for address in strings(&seen["addresses"]) {
                ensure!(address.starts_with('#'), "{payload:?} links to {address}");
            }
            for text in strings(&seen["texts"]) {
                ensure!(
                    !text.contains(is_active),
                    "{payload:?} is shown as {text:?}"
                );
            }
            let acted = strings(&seen["acted"]);
            ensure!(acted.is_empty(), "{payload:?} made {acted:?}");
            // Only what was compiled in ever becomes markup.
            for markup in strings(&seen["markup"]) {
                if !markup.is_empty() && !known.contains(&markup) {
                    ensure!(
                        is_compiled_in(&markup),
                        "{payload:?}: {markup:?} became markup and is not of the page's module"
                    );
                    known.insert(markup);
                }
            }
            // The name is there, as the exports have it.
            let name = report::markdown::clean(payload);
            let name = name.trim();
            ensure!(
                strings(&seen["texts"])
                    .iter()
                    .any(|text| text.contains(name)),
                "{name:?} is not on the page"
            );
        }
        ensure!(known.len() > 5, "only {} texts became markup", known.len());
        Ok(())
    })
}

/// Parts of the page that a harmless flare does not bring up.
const MAY_COME: [&str; 0] = [];

#[test]
fn what_listens_for_markup_hears_it() -> Result<()> {
    with_page(async |page| {
        page.before_load(LISTEN).await?;
        page.open().await?;
        page.script(
            "const place = document.body.appendChild(document.createElement('div'));\
             place.innerHTML = '<b>one</b>'; place.insertAdjacentHTML('beforeend', '<b>two</b>');\
             place.innerHTML = '<img src=x onerror=alert(1)>';",
            &[],
        )
        .await?;
        let heard = strings(&page.script("return window.__markup", &[]).await?);
        for text in ["<b>one</b>", "<b>two</b>"] {
            ensure!(heard.contains(text), "{heard:?}");
        }
        page.wait("the policy's refusal of a handler", async |page| {
            let acted = strings(&page.script("return window.__acted", &[]).await?);
            // Never the handler itself.
            ensure!(!acted.iter().any(|it| it.starts_with("alert")), "{acted:?}");
            Ok(acted
                .iter()
                .any(|it| it.starts_with("script-src-attr"))
                .then_some(()))
        })
        .await
    })
}
