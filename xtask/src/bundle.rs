//! `cargo xtask bundle`: the whole application in one file.
//!
//! The built page's parts (styles, both scripts, both modules, sample flare) go into one HTML file
//! that works from disk, under any path of any server, and saved by the browser. Scripts and modules
//! are deflated and written as base64 into elements that no browser runs; a loader, allowed by the
//! hash of its text, unpacks them. The same source gives the same bytes: nothing of the time, the
//! machine or the folder goes in.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use sha2::{Digest, Sha256};

use crate::page;
use crate::project::{Project, shown};
use crate::run::step;
use crate::setup;

/// What the file may weigh gzipped, as a server sends it.
pub const BUDGET_BYTES: usize = 700 * 1024;

/// What each module may weigh gzipped, so that nothing grows by accident. A little over what it is.
pub const MODULE_BUDGETS: [(&str, usize); 2] = [("app", 260 * 1024), ("worker", 480 * 1024)];

/// Builds the page, and the file from it.
///
/// # Errors
/// When the page can't be built or a part of it is not as expected.
pub fn run() -> Result<()> {
    let project = Project::find()?;
    let tools = setup::for_page(&project)?;
    page::build(&project, &tools)?;
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
        let html = bundle(&project.root, &dist)?;
        let path = file(project);
        let folder = path.parent().context("the bundle has no folder")?;
        fs::create_dir_all(folder)?;
        fs::write(&path, &html).with_context(|| format!("{} cannot be written", path.display()))?;
        let sum = hex(&Sha256::digest(html.as_bytes()));
        fs::write(
            path.with_extension("html.sha256"),
            format!("{sum}  flarescope.html\n"),
        )?;
        let gzipped = gzipped(html.as_bytes())?;
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

/// Checks the sizes of both modules.
///
/// # Errors
/// Which one is over its budget.
pub fn check_modules(project: &Project) -> Result<()> {
    for (name, budget) in MODULE_BUDGETS {
        let path = part(&project.dist(), name, "_bg.wasm")?;
        let size = gzipped(&fs::read(&path)?)?;
        println!("   {name} module: {size} bytes gzipped, budget {budget}");
        ensure!(
            size <= budget,
            "{} is {size} bytes gzipped, over its budget of {budget}",
            shown(project, &path)
        );
    }
    Ok(())
}

fn bundle(root: &Path, dist: &Path) -> Result<String> {
    let index = read(&dist.join("index.html"))?;
    let loader = read(&root.join("www").join("bundle").join("loader.js"))?;
    let styles = styles(dist, &index)?;
    let head = head(&index)?;
    let policy = policy(&loader, &styles);
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n{head}\
         <style>{styles}</style>\n</head>\n<body>\n\
         <p id=\"boot\" class=\"boot\" data-part>Starting flarescope. If this line stays, this browser \
         cannot run the page: it needs JavaScript and WebAssembly.</p>\n"
    );
    for (id, path) in [
        ("app-script", part(dist, "app", ".js")?),
        ("app-module", part(dist, "app", "_bg.wasm")?),
        ("worker-script", part(dist, "worker", ".js")?),
        ("worker-module", part(dist, "worker", "_bg.wasm")?),
    ] {
        let bytes =
            fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        packed.write_all(&bytes)?;
        let _ = writeln!(
            html,
            "<script type=\"text/plain\" id=\"{id}\" data-part>{}</script>",
            STANDARD.encode(packed.finish()?)
        );
    }
    let sample = between(
        &index,
        "<script type=\"text/plain\" id=\"sample-flare\">",
        "</script>",
    )?;
    let sample: String = sample.split_whitespace().collect();
    let _ = write!(
        html,
        "<script type=\"text/plain\" id=\"sample-flare\" data-part>{sample}</script>\n\
         <script data-part>{loader}</script>\n</body>\n</html>\n"
    );
    Ok(html)
}

/// What the page is allowed. Nothing can be sent: no connection, no form, no other base, and no
/// source of images, styles or scripts beyond the file itself.
fn policy(loader: &str, styles: &str) -> String {
    format!(
        "default-src 'none'; script-src '{}' 'wasm-unsafe-eval' blob:; worker-src blob:; \
         style-src '{}'; img-src data: blob:; connect-src 'none'; form-action 'none'; base-uri 'none'",
        source(loader),
        source(styles)
    )
}

/// A text as a source of the policy: by its hash.
pub fn source(text: &str) -> String {
    format!(
        "sha256-{}",
        STANDARD.encode(Sha256::digest(text.as_bytes()))
    )
}

/// Metadata, title and icon of the built page.
fn head(index: &str) -> Result<String> {
    let mut head = String::new();
    for line in between(index, "<head>", "</head>")?.lines().map(str::trim) {
        let wanted = ["<meta ", "<title>", "<link rel=\"icon\""];
        if wanted.iter().any(|start| line.starts_with(start)) && !line.contains("http-equiv") {
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
        styles.push_str(&text);
    }
    ensure!(!styles.is_empty(), "the built page has no styles");
    Ok(styles)
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

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(bytes)?;
    Ok(packed.finish()?.len())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
