//! axe-core: what keeps people out of a page, as far as a program can tell.

use std::env;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use xtask::browser_tests::AXE;

use crate::page::Page;

/// Runs every rule of WCAG 2.2 A and AA and those that are good practice, and gives a line for each
/// rule that is broken, with the elements.
const RUN: &str = "
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const {violations} = await axe.run(document, {runOnly: tags, resultTypes: ['violations']});
    return violations.map(({id, help, nodes}) =>
        [`${id}: ${help}`, ...nodes.slice(0, 8).map(node => `  ${node.target.join(' ')}: ${node.html.slice(0, 160)}`)].join('\\n'));
";

/// Looks at the page as it is now.
///
/// # Errors
/// When something is found, with `state` to say where.
pub async fn find_nothing(page: &Page, state: &str) -> Result<()> {
    let is_there = page.script("return typeof axe", &[]).await? != json!("undefined");
    if !is_there {
        let path = env::var_os(AXE).with_context(|| {
            format!("{AXE} is not set: run the browser tests with `cargo xtask test`")
        })?;
        let axe = fs::read_to_string(&path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        page.script(&axe, &[]).await?;
    }
    let found = page.async_script(RUN).await?;
    let found: Vec<&str> = found
        .as_array()
        .context("axe-core gives no list")?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    ensure!(found.is_empty(), "{state}:\n{}", found.join("\n"));
    Ok(())
}
