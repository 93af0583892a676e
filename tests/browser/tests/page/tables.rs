//! Tables of functions: all rows, orders, the keyboard, copies, widths.

use anyhow::{Context, Result, ensure};
use browser_tests::flares;
use browser_tests::page::Page;
use browser_tests::with_page;
use serde_json::{Value, json};
use thirtyfour::Key;

/// The heap in use of a flare's core Agent: more than 600 functions.
const FLARE: &str = "contention";
const TABLE: &str = "table[data-process=core][data-profile=heap-2nd][data-sample-type=inuse_space]";
const LISTING: &str = "core-2nd-heap.inuse_space.top.txt";

/// Opens the flare where its table is seen.
async fn show(page: &Page) -> Result<()> {
    page.read(&flares::path(FLARE)).await?;
    page.show_profiles("core", "heap").await?;
    page.wait("the table", async |page| {
        let seen = page
            .script(
                "const table = document.querySelector(arguments[0]);\
                 table?.closest('figure').scrollIntoView({block: 'center'});\
                 return (table?.offsetHeight ?? 0) > 0;",
                &[json!(TABLE)],
            )
            .await?;
        Ok((seen == true).then_some(()))
    })
    .await
}

async fn rows_total(page: &Page) -> Result<usize> {
    let rows = page.attributes(TABLE, "data-rows").await?;
    Ok(rows.first().context("no table")?.parse()?)
}

/// Something of the table, named `table` in the script.
async fn of_table(page: &Page, script: &str) -> Result<Value> {
    let script = format!("const table = document.querySelector(arguments[0]); {script}");
    page.script(&script, &[json!(TABLE)]).await
}

async fn sort_by_cum(page: &Page) -> Result<()> {
    let heading = format!("{TABLE} .col-cum[aria-sort]");
    page.click(&format!("{heading} button")).await?;
    page.wait("the order by cum", async |page| {
        let order = page.attributes(&heading, "aria-sort").await?;
        Ok((order == ["descending"]).then_some(()))
    })
    .await
}

#[test]
fn all_of_600_rows_are_sorted_and_can_be_scrolled_to() -> Result<()> {
    let expected = flares::first_by_cum(FLARE, LISTING)?;
    let listed = flares::reference_functions(FLARE, LISTING, usize::MAX)?;
    with_page(async |page| {
        show(&page).await?;
        let total = rows_total(&page).await?;
        ensure!(total >= 600 && total == listed.len(), "{total} rows");
        let rows = page.rows("core", "heap-2nd", "inuse_space").await?;
        ensure!(rows.len() < 60, "{} rows are drawn at once", rows.len());
        for (row, listed) in rows.iter().zip(&listed) {
            ensure!(
                row.function == *listed,
                "{} instead of {listed}",
                row.function
            );
        }

        let scroll_to_end = async |order: &str| -> Result<String> {
            of_table(&page, "table.parentElement.scrollTop = 1e9").await?;
            page.wait(&format!("the last row {order}"), async |page| {
                let script = format!(
                    "return table.querySelector('[data-place=\"{}\"]')?.dataset.function ?? null",
                    total - 1
                );
                let row = of_table(page, &script).await?;
                Ok(row.as_str().map(str::to_owned))
            })
            .await
        };
        let end = scroll_to_end("of pprof's order").await?;
        ensure!(Some(&end) == listed.last(), "{end} is last");

        sort_by_cum(&page).await?;
        let rows = page.rows("core", "heap-2nd", "inuse_space").await?;
        let first = rows.first().context("no rows")?;
        ensure!(
            first.function == expected,
            "{} is first by cum, not {expected}",
            first.function
        );
        scroll_to_end("by cum").await?;
        let rows = page.rows("core", "heap-2nd", "inuse_space").await?;
        ensure!(rows.is_sorted_by_key(|row| -row.cum), "{rows:#?}");
        let places = of_table(
            &page,
            "return [table.getAttribute('aria-rowcount'),\
             [...table.querySelectorAll('[aria-rowindex]')].pop().getAttribute('aria-rowindex')]",
        )
        .await?;
        let rows = (total + 1).to_string();
        ensure!(places == json!([rows, rows]), "{places}");
        Ok(())
    })
}

#[test]
fn a_table_is_one_tab_stop_and_arrows_reach_all_of_it() -> Result<()> {
    with_page(async |page| {
        show(&page).await?;
        let total = rows_total(&page).await?;
        page.wait("the tab stop", async |page| {
            let stops = of_table(
                page,
                "return [...table.querySelectorAll('button, a, [tabindex]')].filter(it => it.tabIndex >= 0).length",
            )
            .await?;
            Ok((stops == 1).then_some(()))
        })
        .await?;
        of_table(&page, "table.querySelector('[tabindex=\"0\"]').focus()").await?;
        let at = async |page: &Page| -> Result<Value> {
            of_table(
                page,
                "const cell = document.activeElement.closest('td, th');\
                 return cell && [cell.parentElement.dataset.place ?? 'heading', [...cell.parentElement.children].indexOf(cell)]",
            )
            .await
        };
        let arrives = async |key: Key, wanted: Value| -> Result<()> {
            page.key(key).await?;
            page.wait(&format!("{wanted}"), async |page| {
                Ok((at(page).await? == wanted).then_some(()))
            })
            .await
        };
        arrives(Key::Down, json!(["1", 0])).await?;
        arrives(Key::Right, json!(["1", 1])).await?;
        arrives(Key::End, json!(["1", 6])).await?;
        // Many rows further the row is not here yet when the keyboard gets there.
        for _ in 0..12 {
            page.key(Key::PageDown).await?;
        }
        page.wait("a far row", async |page| {
            let at = at(page).await?;
            let row: Option<usize> = at[0].as_str().and_then(|row| row.parse().ok());
            Ok(row.filter(|row| *row > 100 && *row < total))
        })
        .await?;
        // Enter picks the function, everywhere; again it lets go.
        let picked =
            "return [...document.querySelectorAll('[aria-selected=true][data-function]')].length";
        page.key(Key::Enter).await?;
        page.wait("the picked function", async |page| {
            let count = page.script(picked, &[]).await?;
            Ok((count.as_u64() >= Some(1)).then_some(()))
        })
        .await?;
        page.key(Key::Escape).await?;
        page.wait("nothing picked", async |page| {
            Ok((page.script(picked, &[]).await? == 0).then_some(()))
        })
        .await?;
        // Up from the first row stand the headings, where Enter sorts.
        for _ in 0..20 {
            page.key(Key::PageUp).await?;
        }
        page.key(Key::Home).await?;
        arrives(Key::Up, json!(["heading", 0])).await?;
        let label = of_table(
            &page,
            "return document.activeElement.getAttribute('aria-label')",
        )
        .await?;
        ensure!(label == "Sort 2nd heap snapshot of core by flat", "{label}");
        page.key(Key::Enter).await?;
        page.wait("the order by flat", async |page| {
            let selector = format!("{TABLE} .col-flat[aria-sort]");
            let order = page.attributes(&selector, "aria-sort").await?;
            Ok((order == ["descending"]).then_some(()))
        })
        .await?;
        Ok(())
    })
}

#[test]
fn a_click_marks_a_function_wherever_it_stands() -> Result<()> {
    with_page(async |page| {
        show(&page).await?;
        let function = of_table(
            &page,
            "const row = table.querySelector('[data-function]');\
             row.querySelector('td').click();\
             return row.dataset.function",
        )
        .await?;
        let marked = "const all = [...document.querySelectorAll('[data-function], [data-frame]')];\
             const is = it => (it.dataset.function ?? it.dataset.frame) === arguments[0];\
             const marked = it => it.getAttribute('aria-selected') === 'true' || it.classList.contains('is-selected');\
             return [all.filter(is).length, all.filter(it => is(it) && marked(it)).length, all.filter(marked).length]";
        page.wait("every place of it", async |page| {
            let counts = page.script(marked, std::slice::from_ref(&function)).await?;
            Ok(
                (counts[0].as_u64() >= Some(1) && counts[0] == counts[1] && counts[1] == counts[2])
                    .then_some(()),
            )
        })
        .await?;
        of_table(&page, "table.querySelector('[data-function] td').click()").await?;
        page.wait("none", async |page| {
            let counts = page.script(marked, std::slice::from_ref(&function)).await?;
            Ok((counts[2] == 0).then_some(()))
        })
        .await
    })
}

#[test]
fn rows_are_copied_as_csv_in_the_order_shown() -> Result<()> {
    let expected = flares::first_by_cum(FLARE, LISTING)?;
    with_page(async |page| {
        show(&page).await?;
        sort_by_cum(&page).await?;
        let total = rows_total(&page).await?;
        let text = page
            .copied_by(async |page| {
                of_table(
                    page,
                    "table.closest('figure').querySelector('[data-action=copy-table]').click()",
                )
                .await?;
                page.press("copy-table-csv").await
            })
            .await?;
        let lines: Vec<&str> = text.lines().collect();
        ensure!(lines.len() == total + 1, "{} lines", lines.len());
        ensure!(
            lines[0].starts_with("function,inline,file,owner,flat (bytes),flat (%)"),
            "{}",
            lines[0]
        );
        ensure!(lines[1].contains(&expected), "{}", lines[1]);
        let said = page.announcement().await?;
        ensure!(
            said.contains("2nd heap snapshot of core") && said.contains("as CSV copied"),
            "{said}"
        );
        Ok(())
    })
}

#[test]
fn a_filter_leaves_its_rows_and_says_how_many() -> Result<()> {
    let diff = "table[data-process=core][data-profile=heap-diff][data-sample-type=inuse_space]";
    with_page(async |page| {
        // Something shrank in this one.
        page.read(&flares::path("memory-leak")).await?;
        page.show_profiles("core", "heap").await?;
        let all = page.attributes(diff, "data-rows").await?;
        let choose = "const table = document.querySelector(arguments[0]);\
             const choice = table.closest('figure').querySelector('[data-choose=shrank]');\
             choice.closest('label').click();\
             return choice.closest('label').querySelector('.filter-count').textContent";
        let count = page.script(choose, &[json!(diff)]).await?;
        let count = count.as_str().context("no count")?.replace(',', "");
        page.wait("what shrank", async |page| {
            let filter = page.attributes(diff, "data-filter").await?;
            Ok((filter == ["shrank"]).then_some(()))
        })
        .await?;
        let rows = page.attributes(diff, "data-rows").await?;
        ensure!(rows == [count], "{rows:?} of {all:?}");
        let rows = page.rows("core", "heap-diff", "inuse_space").await?;
        ensure!(
            !rows.is_empty() && rows.iter().all(|row| row.flat < 0),
            "{rows:#?}"
        );
        Ok(())
    })
}

#[test]
fn a_column_keeps_the_width_that_was_given_to_it() -> Result<()> {
    with_page(async |page| {
        show(&page).await?;
        let width = async |page: &Page| -> Result<i64> {
            let width =
                of_table(page, "return table.querySelector('th.col-cum').offsetWidth").await?;
            width.as_i64().context("no width")
        };
        let before = width(&page).await?;
        of_table(&page, "table.querySelector('th.col-cum .edge').focus()").await?;
        for _ in 0..3 {
            page.key(Key::Right).await?;
        }
        page.wait("a wider column", async |page| {
            Ok((width(page).await? == before + 24).then_some(()))
        })
        .await?;
        let now = of_table(
            &page,
            "const edge = table.querySelector('th.col-cum .edge');\
             return [edge.getAttribute('role'), edge.getAttribute('aria-valuenow')]",
        )
        .await?;
        ensure!(
            now == json!(["separator", (before + 24).to_string()]),
            "{now}"
        );
        let styled = page.all("[style]").await?.len();
        ensure!(styled == 0, "{styled} style attributes");
        page.open().await?;
        show(&page).await?;
        ensure!(
            width(&page).await? == before + 24,
            "{}",
            width(&page).await?
        );
        Ok(())
    })
}

#[test]
fn rows_are_of_one_height_and_no_table_is_wider_than_its_place() -> Result<()> {
    with_page(async |page| {
        show(&page).await?;
        // The last is 1280 pixels at 400 %.
        for size in [(1440, 900), (820, 900), (360, 800), (320, 256)] {
            page.emulate("light", size).await?;
            let found = of_table(
                &page,
                "const heights = new Set([...table.querySelectorAll('[data-place]')].map(it => it.offsetHeight));\
                 const scroller = table.parentElement;\
                 return [heights.size, scroller.scrollWidth - scroller.clientWidth]",
            )
            .await?;
            ensure!(found[0] == 1, "{size:?}: rows of {found} heights");
            ensure!(found[1].as_i64() <= Some(0), "{size:?}: {found}");
        }
        Ok(())
    })
}
