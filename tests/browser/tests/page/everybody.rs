//! For everybody: what axe-core finds, landmarks, the keyboard alone, windows that are narrow, text
//! that is large, colours of the reader's own, paper.

use anyhow::{Context, Result, ensure};
use browser_tests::page::{HOLD_MESSAGES, Page, WIDE};
use browser_tests::{axe, flares, with_page};
use serde_json::json;
use thirtyfour::Key;
use xtask::browser::Kind;

/// 1280 pixels at 400 %.
const ZOOMED: (u32, u32) = (320, 800);

/// A small telephone.
const TELEPHONE: (u32, u32) = (360, 800);

const VIEWS: [&str; 3] = ["summary", "details", "files"];

/// Opens a view of the open flare.
async fn show(page: &Page, view: &str) -> Result<()> {
    page.press(&format!("show-{view}")).await?;
    page.one(&format!("#panel-{view}:not([hidden])")).await?;
    if view == "files" {
        page.one("[data-path]").await?;
    }
    Ok(())
}

/// Calls `look` in every state and dialog of the page, with the name of each.
async fn in_every_state(page: &Page, look: impl AsyncFn(&Page, &str) -> Result<()>) -> Result<()> {
    look(page, "empty").await?;
    for dialog in ["help", "how-to-check", "settings"] {
        page.press(dialog).await?;
        page.one("dialog[open]").await?;
        if dialog == "settings" {
            page.one("[data-kept]").await?;
        }
        look(page, dialog).await?;
        page.key(Key::Escape).await?;
        page.wait("no dialog", async |page| {
            Ok(page.all("dialog[open]").await?.is_empty().then_some(()))
        })
        .await?;
    }
    for flare in ["memory-leak", "multiple", "no-profiles"] {
        page.read(&flares::path(flare)).await?;
        for view in VIEWS {
            show(page, view).await?;
            look(page, &format!("{view} of {flare}")).await?;
        }
        show(page, "summary").await?;
    }
    page.press("more").await?;
    page.one("[role=menu]").await?;
    look(page, "the menu").await?;
    page.key(Key::Escape).await?;
    page.click("#redact").await?;
    page.press("redaction-preview").await?;
    page.one("[data-replaced], [data-replacements]").await?;
    look(page, "the list of what is replaced").await?;
    page.key(Key::Escape).await?;
    page.give_files(&[&flares::path("normal"), &flares::path("contention")])
        .await?;
    page.one("dialog[open] [data-several]").await?;
    look(page, "which of several").await?;
    page.key(Key::Escape).await?;
    page.drop_bytes("broken.zip", b"no archive").await?;
    page.wait_for_state("failed").await?;
    look(page, "failed").await
}

/// The two states that last only as long as something is held back.
async fn in_held_states(page: &Page, look: impl AsyncFn(&Page, &str) -> Result<()>) -> Result<()> {
    page.before_load(HOLD_MESSAGES).await?;
    page.open().await?;
    page.give_files(&[&flares::path("normal")]).await?;
    page.wait_for_state("loading").await?;
    look(page, "loading").await?;
    page.script("window.__release()", &[]).await?;
    page.wait_for_state("ready").await?;
    page.script(
        "navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'));\
         document.execCommand = () => false;",
        &[],
    )
    .await?;
    page.pick_form("copy-markdown").await?;
    page.one("dialog[open] #manual-copy").await?;
    look(page, "a copy by hand").await
}

#[test]
fn axe_finds_nothing_in_any_state_of_either_theme() -> Result<()> {
    with_page(async |page| {
        for theme in ["light", "dark"] {
            page.emulate(theme, WIDE).await?;
            page.open().await?;
            in_every_state(&page, async |page, state| {
                axe::find_nothing(page, &format!("{theme}, {state}")).await
            })
            .await?;
        }
        Ok(())
    })
}

#[test]
fn axe_finds_nothing_while_loading_and_in_a_copy_by_hand() -> Result<()> {
    with_page(async |page| {
        for theme in ["light", "dark"] {
            page.emulate(theme, WIDE).await?;
            in_held_states(&page, async |page, state| {
                axe::find_nothing(page, &format!("{theme}, {state}")).await
            })
            .await?;
        }
        Ok(())
    })
}

/// The report of a flare as the page saves it, as an address.
async fn saved_report(page: &Page, flare: &str) -> Result<String> {
    page.open().await?;
    page.read(&flares::path(flare)).await?;
    let (_, html) = page.saved_by("download-html").await?;
    let path = page.scratch_file(&format!("{flare}.html"), html.as_bytes())?;
    Ok(format!("file://{}", path.display()))
}

#[test]
fn the_saved_report_is_for_everybody_and_fits_a_telephone() -> Result<()> {
    with_page(async |page| {
        for flare in ["memory-leak", "multiple", "no-profiles"] {
            let address = saved_report(&page, flare).await?;
            for theme in ["light", "dark"] {
                for size in [WIDE, TELEPHONE, ZOOMED] {
                    page.emulate(theme, size).await?;
                    page.go_to(&address).await?;
                    let state = format!("{flare}, {theme}, {} px", size.0);
                    let wide = page.sideways().await?;
                    ensure!(wide.is_empty(), "{state}: {wide:#?}");
                    if size != ZOOMED {
                        axe::find_nothing(&page, &state).await?;
                    }
                }
            }
        }
        Ok(())
    })
}

/// Roles of landmarks, by role and by element. A section is one only with a name.
const LANDMARKS: &str = "
    const named = e => e.hasAttribute('aria-label') || e.hasAttribute('aria-labelledby');
    const all = [...document.querySelectorAll('main, nav, header, footer, aside, section, form, search, [role]')];
    const roles = {MAIN: 'main', NAV: 'navigation', HEADER: 'banner', FOOTER: 'contentinfo', ASIDE: 'complementary', SEARCH: 'search'};
    const landmarks = ['main', 'navigation', 'banner', 'contentinfo', 'complementary', 'search', 'region', 'form'];
    const role = e => e.getAttribute('role') ?? roles[e.tagName] ?? (named(e) ? {SECTION: 'region', FORM: 'form'}[e.tagName] : null);
    return all.filter(e => e.checkVisibility()).map(role).filter(role => landmarks.includes(role)).sort();
";

#[test]
fn landmarks_are_few() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("multiple")).await?;
        for view in VIEWS {
            show(&page, view).await?;
            let found = page.script(LANDMARKS, &[]).await?;
            let wanted = match view {
                "details" => json!(["banner", "contentinfo", "main", "navigation"]),
                _ => json!(["banner", "contentinfo", "main"]),
            };
            ensure!(found == wanted, "{view}: {found}");
        }
        Ok(())
    })
}

#[test]
fn nothing_scrolls_sideways_at_400_percent() -> Result<()> {
    with_page(async |page| {
        page.emulate("light", ZOOMED).await?;
        in_every_state(&page, async |page, state| {
            let wide = page.sideways().await?;
            ensure!(wide.is_empty(), "{state}: {wide:#?}");
            Ok(())
        })
        .await?;
        in_held_states(&page, async |page, state| {
            let wide = page.sideways().await?;
            ensure!(wide.is_empty(), "{state}: {wide:#?}");
            Ok(())
        })
        .await
    })
}

#[test]
fn nothing_scrolls_sideways_with_text_twice_as_large() -> Result<()> {
    with_page(async |page| {
        page.emulate("light", (1280, 720)).await?;
        page.script("document.documentElement.style.fontSize = '200%'", &[])
            .await?;
        in_every_state(&page, async |page, state| {
            let wide = page.sideways().await?;
            ensure!(wide.is_empty(), "{state}: {wide:#?}");
            Ok(())
        })
        .await
    })
}

/// How what matches looks to who has colours of their own: border, background and letters.
async fn looks(page: &Page, selector: &str) -> Result<Vec<String>> {
    let found = page
        .script(
            "return [...document.querySelectorAll(arguments[0])].map(e => {\
               const style = getComputedStyle(e);\
               return [style.borderColor, style.backgroundColor, style.color].join(' / ');\
             })",
            &[json!(selector)],
        )
        .await?;
    let found = found.as_array().context("no list")?;
    let looks = found.iter().filter_map(|look| look.as_str());
    Ok(looks.map(str::to_owned).collect())
}

#[test]
fn forced_colours_leave_theme_tab_swatches_and_focus_visible() -> Result<()> {
    with_page(async |page| {
        for theme in ["light", "dark"] {
            page.open().await?;
            page.force_colours(theme).await?;
            page.read(&flares::path("multiple")).await?;
            show(&page, "summary").await?;
            for (chosen, others) in [
                (
                    ".theme-option input:checked + span",
                    ".theme-option input:not(:checked) + span",
                ),
                (
                    ".toolbar [aria-selected=true]",
                    ".toolbar [aria-selected=false]",
                ),
            ] {
                let chosen_look = looks(&page, chosen).await?;
                let other_looks = looks(&page, others).await?;
                ensure!(
                    chosen_look.len() == 1 && !other_looks.is_empty(),
                    "{chosen}: {chosen_look:?}, {others}: {other_looks:?}"
                );
                ensure!(
                    !other_looks.contains(&chosen_look.concat()),
                    "{theme}: {chosen} looks like the others, {chosen_look:?}"
                );
            }
            // What an owner's colour says is said here too.
            show(&page, "details").await?;
            let swatches = page
                .script(
                    "const seen = [...document.querySelectorAll('.swatch')].map(e => getComputedStyle(e).backgroundColor);\
                     return new Set(seen).size",
                    &[],
                )
                .await?;
            ensure!(
                swatches.as_u64() > Some(1),
                "{swatches} colours of swatches"
            );
            page.press("more").await?;
            page.has_focus("[role=menuitem]").await?;
            let outline = page
                .script(
                    "return getComputedStyle(document.activeElement).outlineStyle",
                    &[],
                )
                .await?;
            ensure!(outline != json!("none"), "the menu's focus has no line");
        }
        Ok(())
    })
}

/// Pages of a PDF.
fn pages(pdf: &[u8]) -> usize {
    let text = String::from_utf8_lossy(pdf).replace("/Type/", "/Type /");
    text.matches("/Type /Page").count() - text.matches("/Type /Pages").count()
}

#[test]
fn summary_and_texts_print_on_four_pages_and_the_rest_on_request() -> Result<()> {
    with_page(async |page| {
        // Firefox packs what says where pages begin.
        if page.browser() != Kind::Chromium {
            return Ok(());
        }
        for flare in ["memory-leak", "multiple"] {
            page.read(&flares::path(flare)).await?;
            page.one("[data-printed=escalation]").await?;
            // What is looked at has no say.
            let mut counts = Vec::new();
            for view in VIEWS {
                show(&page, view).await?;
                counts.push(pages(&page.printed().await?));
            }
            let first = counts.first().copied().unwrap_or_default();
            ensure!(
                (1..=4).contains(&first) && counts.iter().all(|count| *count == first),
                "{flare}: {counts:?} pages"
            );
            page.script(
                "window.__printed = []; window.print = () => window.__printed.push(document.documentElement.dataset.print ?? '')",
                &[],
            )
            .await?;
            page.pick_form("print-details").await?;
            page.wait("a print", async |page| {
                let printed = page.script("return window.__printed", &[]).await?;
                Ok((printed == json!(["details"])).then_some(()))
            })
            .await?;
            let all = pages(&page.printed().await?);
            ensure!(all > first, "{flare}: {all} pages with details");
            page.script("dispatchEvent(new Event('afterprint'))", &[])
                .await?;
            let again = pages(&page.printed().await?);
            ensure!(again == first, "{flare}: {again} pages after that");
        }
        Ok(())
    })
}

/// On paper nothing can be scrolled: no box may hide a part of a table or a text.
#[test]
fn no_column_is_cut_off_on_paper() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("multiple")).await?;
        show(&page, "details").await?;
        page.script("document.documentElement.dataset.print = 'details'", &[])
            .await?;
        page.paper().await?;
        let cut = page
            .script(
                "const width = document.documentElement.clientWidth;\
                 return [...document.querySelectorAll('table, pre, textarea')]\
                   .filter(e => e.checkVisibility() && (e.getBoundingClientRect().right > width + 1 || e.scrollWidth > e.clientWidth + 1))\
                   .map(e => e.outerHTML.slice(0, 150))",
                &[],
            )
            .await?;
        ensure!(cut == json!([]), "{cut:#}");
        Ok(())
    })
}

#[test]
fn the_redact_switch_stays_under_the_pointer() -> Result<()> {
    async fn place(page: &Page) -> Result<String> {
        let place = page
            .script(
                "const {x, y} = document.querySelector('#redact').getBoundingClientRect(); return [x, y]",
                &[],
            )
            .await?;
        Ok(place.to_string())
    }
    with_page(async |page| {
        page.read(&flares::path("normal")).await?;
        for width in [320, 360, 700, 900, 1030, 1280, 1920] {
            page.emulate("light", (width, 720)).await?;
            let off = place(&page).await?;
            page.script("document.querySelector('#redact').click()", &[])
                .await?;
            page.one("[data-redaction=on]").await?;
            let on = place(&page).await?;
            ensure!(off == on, "at {width} px it moves from {off} to {on}");
            page.script("document.querySelector('#redact').click()", &[])
                .await?;
            page.one("[data-redaction=off]").await?;
        }
        Ok(())
    })
}

#[test]
fn the_menu_takes_end_home_arrows_and_letters() -> Result<()> {
    with_page(async |page| {
        page.read(&flares::path("normal")).await?;
        page.tab_to("more").await?;
        page.key(Key::Down).await?;
        page.has_focus("[data-action=download-html]").await?;
        page.key(Key::End).await?;
        page.has_focus("[data-action=print-details]").await?;
        page.key(Key::Home).await?;
        page.has_focus("[data-action=download-html]").await?;
        page.keys("c").await?;
        page.has_focus("[data-action=copy-markdown]").await?;
        page.keys("c").await?;
        page.has_focus("[data-action=copy-jira]").await?;
        page.key(Key::Up).await?;
        page.has_focus("[data-action=copy-markdown]").await?;
        page.key(Key::Escape).await?;
        page.has_focus("[data-action=more]").await?;
        ensure!(
            page.all("[role=menu]").await?.is_empty(),
            "the menu is open"
        );
        page.key(Key::Up).await?;
        page.has_focus("[data-action=print-details]").await?;
        Ok(())
    })
}

/// Records that the picker for files was asked for, which only a person can use.
const PICKER: &str = "
    window.__asked = 0;
    HTMLInputElement.prototype.click = function () { window.__asked += 1; };
";

async fn reply(page: &Page) -> Result<String> {
    let text = page
        .script("return document.querySelector('#reply-text').value", &[])
        .await?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

#[test]
fn every_task_with_keys_alone() -> Result<()> {
    with_page(async |page| {
        page.before_load(PICKER).await?;
        page.open().await?;
        page.tab_onto("[data-action=sample]").await?;
        page.key(Key::Enter).await?;
        page.wait_for_state("ready").await?;
        page.has_focus("#banner-verdict").await?;

        // Summary: the text, with what is typed, on the clipboard.
        page.tab_onto("[data-reply-tab][aria-selected=true]")
            .await?;
        page.has_focus("[data-reply-tab=customer]").await?;
        let customer = reply(&page).await?;
        page.key(Key::Right).await?;
        page.has_focus("[data-reply-tab=escalation]").await?;
        page.wait("another text", async |page| {
            Ok((reply(page).await? != customer).then_some(()))
        })
        .await?;
        page.tab_onto("#symptom").await?;
        page.keys("slow since Tuesday").await?;
        page.wait("the symptom in the text", async |page| {
            Ok(reply(page)
                .await?
                .contains("slow since Tuesday")
                .then_some(()))
        })
        .await?;
        page.tab_back_onto("[data-action=copy-reply]").await?;
        let copied = page
            .copied_by(async |page| page.key(Key::Enter).await)
            .await?;
        ensure!(copied.contains("slow since Tuesday"), "copied: {copied}");

        // Details: another process, another order.
        page.tab_back_onto("#tab-summary").await?;
        page.key(Key::Right).await?;
        page.has_focus("#tab-details[aria-selected=true]").await?;
        page.tab_onto("#process-choice").await?;
        let shown = ".process-panel:not([hidden])";
        let before = page.attributes(shown, "data-process").await?;
        page.key(Key::Down).await?;
        page.wait("another process", async |page| {
            Ok((page.attributes(shown, "data-process").await? != before).then_some(()))
        })
        .await?;
        page.has_focus("#process-choice").await?;
        page.key(Key::Up).await?;
        // A table is one stop; its headings are above the first row.
        page.tab_onto("table[role=grid] [tabindex='0']").await?;
        page.key(Key::Up).await?;
        page.has_focus("table[role=grid] .sort").await?;
        page.key(Key::Enter).await?;
        page.one("[aria-sort=descending], [aria-sort=ascending]")
            .await?;
        page.has_focus("[aria-sort=descending] .sort, [aria-sort=ascending] .sort")
            .await?;

        // Files: fewer of them.
        page.tab_back_onto("#tab-details").await?;
        page.key(Key::End).await?;
        page.has_focus("#tab-files[aria-selected=true]").await?;
        page.one("[data-path]").await?;
        let all = page.all("[data-path]").await?.len();
        page.tab_onto("#files-search").await?;
        page.keys("pprof").await?;
        page.wait("fewer files", async |page| {
            let found = page.all("[data-path]").await?.len();
            Ok((found > 0 && found < all).then_some(()))
        })
        .await?;

        // Settings: another verdict.
        let verdict = page.verdict().await?;
        page.tab_back_onto("[data-action=settings]").await?;
        page.key(Key::Enter).await?;
        page.has_focus("#setting-leak-mb").await?;
        page.keys("4000").await?;
        page.key(Key::Enter).await?;
        page.wait("another verdict", async |page| {
            let verdicts = page.attributes("[data-verdict]", "data-verdict").await?;
            Ok(matches!(verdicts.as_slice(), [now] if *now != verdict).then_some(()))
        })
        .await?;
        ensure!(
            page.all("dialog[open]").await?.is_empty(),
            "Settings is open"
        );

        // Help, and back to where the focus was.
        page.tab_back_onto("[data-action=help]").await?;
        page.key(Key::Enter).await?;
        page.has_focus("dialog[open] *").await?;
        page.key(Key::Escape).await?;
        page.has_focus("[data-action=help]").await?;

        // A form of the report.
        page.tab_onto("[data-action=more]").await?;
        page.key(Key::Enter).await?;
        page.has_focus("[role=menuitem]").await?;
        page.keys("c").await?;
        page.has_focus("[data-action=copy-markdown]").await?;
        let copied = page
            .copied_by(async |page| page.key(Key::Enter).await)
            .await?;
        ensure!(copied.starts_with("# "), "copied: {copied}");
        page.has_focus("[data-action=more]").await?;

        // Another flare, which is cancelled, and then read.
        page.tab_back_onto("[data-action=choose-file]").await?;
        page.key(Key::Enter).await?;
        let asked = page.script("return window.__asked", &[]).await?;
        ensure!(asked == json!(1), "the picker was asked for {asked} times");
        page.script(HOLD_MESSAGES, &[]).await?;
        page.give_files(&[&flares::path("contention")]).await?;
        page.one("[data-progress], [data-reading]").await?;
        page.key(Key::Escape).await?;
        page.wait_for_state("ready").await?;
        // Where it was, or at the beginning of the report that is there again.
        page.has_focus("[data-action=choose-file], #banner-verdict")
            .await?;
        page.script("window.__release()", &[]).await?;
        page.give_files(&[&flares::path("contention")]).await?;
        page.wait_for_verdict(&["contention"]).await
    })
}
