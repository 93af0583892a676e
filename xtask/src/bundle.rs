//! `cargo xtask bundle`: the whole application in one file.
//!
//! The built page's parts (styles, both scripts, both modules, sample flare) go into one HTML file
//! that works from disk, under any path of any server, and saved by the browser. Scripts stand in it
//! as they are, so that whoever wants to can read them. Each module is packed by gzip, written as base64
//! into an element that no browser runs, and unpacked by the browser itself while it compiles it.
//! The same parts give the same bytes: nothing of the time, the machine or the folder goes in.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::page::{self, policy};
use crate::project::{Project, shown};
use crate::run::step;

/// What the file may weigh gzipped, as a server sends it. Both modules are in it, so that they need no
/// budgets of their own. A file that is opened from disk costs nothing by the megabyte; over a connection of
/// 10 Mbit/s this is a second and a half, once. Code that is fast is larger, and a drop is felt each time.
pub const BUDGET_BYTES: usize = 1_900_000;

/// Builds the page, and the file from it.
///
/// # Errors
/// When the page can't be built or a part of it is not as expected.
pub fn run() -> Result<()> {
    let project = Project::find()?;
    page::build(&project)?;
    build(&project).map(drop)
}

/// Where the file goes.
pub fn file(project: &Project) -> PathBuf {
    project.target.join("bundle").join("flarescope.html")
}

/// Writes the file and its checksum from the built page.
///
/// # Errors
/// When a part is missing, or a budget is exceeded.
pub fn build(project: &Project) -> Result<PathBuf> {
    step("bundle", "the page as one file, with its checksum", || {
        let dist = project.dist();
        let html = html(&project.root, &dist)?;
        let path = file(project);
        let folder = path.parent().context("the bundle has no folder")?;
        fs::create_dir_all(folder)?;
        fs::write(&path, &html).with_context(|| format!("{} cannot be written", path.display()))?;
        let sum = hex(&Sha256::digest(html.as_bytes()));
        fs::write(
            path.with_extension("html.sha256"),
            format!("{sum}  flarescope.html\n"),
        )?;
        let gzipped = gzip(html.as_bytes())?.len();
        println!(
            "   {:>9} bytes, {:>9} gzipped  {} (sha256 {sum})",
            html.len(),
            gzipped,
            shown(project, &path)
        );
        ensure!(
            gzipped <= BUDGET_BYTES,
            "{} is {gzipped} bytes gzipped, over its budget of {BUDGET_BYTES}",
            shown(project, &path)
        );
        Ok(path)
    })
}

/// The file's text, from a checkout and the page that was built from it.
///
/// # Errors
/// When a part is missing, or can't stand in the file.
pub fn html(root: &Path, dist: &Path) -> Result<String> {
    let index = read(&dist.join("index.html"))?;
    let start = script(&root.join("www").join("start.js"))?;
    let main = main_script(root, dist)?;
    let styles = styles(dist, &index)?;
    let policy = policy::element(&policy::of_one_file(&[&start, &main], &styles));
    let head = head(&index)?;
    let boot = between(&index, "<div id=\"boot\"", "<script")?.trim_end();
    let worker = script(&part(dist, "worker", ".js")?)?;
    let app_module = packed(&bytes(&part(dist, "app", "_bg.wasm")?)?)?;
    let worker_module = packed(&bytes(&part(dist, "worker", "_bg.wasm")?)?)?;
    let sample = between(
        &index,
        "<script type=\"text/plain\" id=\"sample-flare\">",
        "</script>",
    )?;
    let sample: String = sample.split_whitespace().collect();
    // The encoding has to stand within the first kilobyte, the policy before all that it concerns.
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n{policy}\n{head}\
         <style>{styles}</style>\n</head>\n<body>\n\
         <div id=\"boot\"{boot}\n\
         <script data-part>{start}</script>\n\
         <script type=\"text/plain\" id=\"worker-script\" data-part>{worker}</script>\n\
         <script type=\"text/plain\" id=\"app-module\" data-part>{app_module}</script>\n\
         <script type=\"text/plain\" id=\"worker-module\" data-part>{worker_module}</script>\n\
         <script type=\"text/plain\" id=\"sample-flare\" data-part>{sample}</script>\n\
         <script type=\"module\" data-part>{main}</script>\n</body>\n</html>\n"
    ))
}

/// The application's script with the lines that start it: one element, one hash.
fn main_script(root: &Path, dist: &Path) -> Result<String> {
    let app = part(dist, "app", ".js")?;
    let text = script(&app)?;
    // What wasm-bindgen calls it inside its module; the loader stands in the same one.
    ensure!(
        text.contains("function __wbg_init("),
        "{} has no __wbg_init to call",
        app.display()
    );
    ensure!(
        !text.contains("from './") && !text.contains("from \"./"),
        "{} imports other files, which would have to be put into the page as well",
        app.display()
    );
    Ok(text + &script(&root.join("www").join("bundle").join("loader.js"))?)
}

/// A script's text, fit to stand in an element and to be hashed there.
fn script(path: &Path) -> Result<String> {
    // Browsers read it so, whatever a checkout on Windows made of it.
    let text = read(path)?.replace("\r\n", "\n");
    for end in ["</script", "<!--"] {
        ensure!(
            !text.contains(end),
            "{} holds {end}, which no script element can",
            path.display()
        );
    }
    Ok(text)
}

/// Packed as browsers unpack it, as base64.
fn packed(bytes: &[u8]) -> Result<String> {
    Ok(STANDARD.encode(gzip(bytes)?))
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// Metadata, title and icon of the built page.
fn head(index: &str) -> Result<String> {
    let mut head = String::new();
    for line in between(index, "<head>", "</head>")?.lines().map(str::trim) {
        let wanted = ["<meta ", "<title>", "<link rel=\"icon\""];
        let is_elsewhere = line.contains("http-equiv") || line.contains("charset");
        if wanted.iter().any(|start| line.starts_with(start)) && !is_elsewhere {
            head.push_str(line);
            head.push('\n');
        }
    }
    ensure!(head.contains("<title>"), "the built page has no title");
    Ok(head)
}

/// All style sheets in the page's order.
fn styles(dist: &Path, index: &str) -> Result<String> {
    let mut styles = String::new();
    for link in index.split("<link rel=\"stylesheet\" href=\"").skip(1) {
        let name = link.split('"').next().unwrap_or_default();
        let text = read(&dist.join(name.trim_start_matches("./")))?;
        ensure!(
            !text.contains("</style"),
            "{name} would end the style element"
        );
        styles.push_str(&without_comments(&text.replace("\r\n", "\n")));
    }
    ensure!(!styles.is_empty(), "the built page has no styles");
    Ok(styles)
}

/// A style sheet without its comments, which are a kilobyte of the packed page. Scripts keep theirs:
/// who looks for what leaves reads those. No text in the style sheets holds the mark of a comment.
fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, behind)| behind);
    }
    out.push_str(rest);
    let mut lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.retain(|line| !line.is_empty());
    lines.join("\n") + "\n"
}

/// The only file of that name, whatever hash Trunk put into it.
fn part(dist: &Path, name: &str, ending: &str) -> Result<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(dist)
        .with_context(|| format!("{} cannot be listed", dist.display()))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let stem = file.strip_suffix(ending).unwrap_or_default();
            stem == name
                || stem
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with('-') && !rest.contains('_'))
        })
        .collect();
    found.sort();
    ensure!(
        found.len() == 1,
        "expected one {name}…{ending} in {}, found {}",
        dist.display(),
        found.len()
    );
    Ok(found.remove(0))
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> Result<&'t str> {
    text.split_once(start)
        .and_then(|(_, rest)| rest.split_once(end))
        .map(|(inside, _)| inside)
        .with_context(|| format!("the built page has no {start}"))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes)?;
    Ok(packed.finish()?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::without_comments;

    #[test]
    fn comments_leave_the_styles_and_nothing_else() {
        let css = "/* a */\n.b { color: red; } /* c\nd */\n\n.e::after { content: \"/\"; }\n";
        assert_eq!(
            without_comments(css),
            ".b { color: red; }\n.e::after { content: \"/\"; }\n"
        );
    }
}
