//! Chromium or Chrome and its chromedriver: the user's own, or installed for the tests.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::system::{self, installed, variable};
use crate::browser::{Browser, Kind};
use crate::jobs::Job;
use crate::project::{Project, program_file, tools_folder};
use crate::run;

const NAMES: [&str; 5] = [
    "chromium",
    "google-chrome",
    "google-chrome-stable",
    "chromium-browser",
    "chrome",
];

/// Chrome for Testing: Google's downloads of browser and driver in matching versions.
const RELEASES: &str = "https://googlechromelabs.github.io/chrome-for-testing";
const DOWNLOADS: &str = "https://storage.googleapis.com/chrome-for-testing-public";

/// Finds or installs Chromium or Chrome, and its driver.
///
/// # Errors
/// When there is none and none can be had; the message names the remedy.
pub(super) fn find(job: &Job, project: &Project) -> Result<Browser> {
    let mut tried = Vec::new();
    local(project).or_else(|error| {
        job.say(format!("{error:#}"));
        tried.push(format!("  on this computer: {error:#}"));
        install(job, project, &mut tried)
    })
}

fn chromium(program: PathBuf, driver: PathBuf) -> Browser {
    Browser {
        kind: Kind::Chromium,
        program,
        driver,
    }
}

/// With a browser but no driver, fetches the driver; with neither, both: from Debian where that
/// is possible, because its package brings the libraries along, else from Google.
fn install(job: &Job, project: &Project, tried: &mut Vec<String>) -> Result<Browser> {
    let mut attempt = |name: &str, outcome: Result<Browser>| match outcome {
        Ok(browser) => Some(browser),
        Err(error) => {
            job.say(format!("{name}: {error:#}"));
            tried.push(format!("  {name}: {error:#}"));
            None
        }
    };
    if let Some(chrome) = chrome()
        && let Some(browser) = attempt(
            "driver from Google",
            major_version(&chrome, project).and_then(|major| {
                let driver = download(
                    job,
                    "chromedriver",
                    &release(&format!("_{major}"), project)?,
                    project,
                )?;
                Ok(chromium(chrome, driver))
            }),
        )
    {
        return Ok(browser);
    }
    if let Some(browser) = attempt(
        "Debian's packages",
        system::apt_install(job, &["chromium", "chromium-driver", "fonts-dejavu-core"])
            .and_then(|()| local(project)),
    ) {
        return Ok(browser);
    }
    if let Some(browser) = attempt(
        "Chrome for Testing",
        release("_STABLE", project).and_then(|version| {
            Ok(chromium(
                download(job, "chrome-headless-shell", &version, project)?,
                download(job, "chromedriver", &version, project)?,
            ))
        }),
    ) {
        return Ok(browser);
    }
    bail!(
        "the browser tests need Chromium or Chrome and a chromedriver of the same major version.\n{}\n\
         Remedy: install both (Debian: chromium chromium-driver; elsewhere Chrome, and the driver \
         from {RELEASES}/), or say where they are with the variables CHROME and CHROMEDRIVER.",
        tried.join("\n")
    )
}

/// What the variables name, else what is on PATH, in the usual places or in our cache.
fn local(project: &Project) -> Result<Browser> {
    let chrome = chrome()
        .or_else(|| cached("chrome-headless-shell"))
        .context("no Chromium or Chrome found")?;
    let driver = driver().or_else(|| cached("chromedriver"));
    let Some(driver) = driver else {
        bail!("{} has no chromedriver", chrome.display());
    };
    // Only known where asking does not open a window.
    if let (Ok(browser_version), Ok(driver_version)) = (
        major_version(&chrome, project),
        major_version(&driver, project),
    ) && browser_version != driver_version
    {
        // The cache may hold the right one beside a wrong one on PATH.
        if let Some(other) = cached("chromedriver")
            && major_version(&other, project).is_ok_and(|version| version == browser_version)
        {
            return Ok(chromium(chrome, other));
        }
        bail!(
            "{} is version {browser_version}, but {} is for version {driver_version}",
            chrome.display(),
            driver.display()
        );
    }
    Ok(chromium(chrome, driver))
}

fn chrome() -> Option<PathBuf> {
    installed("CHROME", &NAMES, usual_places())
}

fn usual_places() -> Vec<PathBuf> {
    if cfg!(target_os = "windows") {
        ["ProgramFiles", "ProgramFiles(x86)", "LocalAppData"]
            .iter()
            .filter_map(|name| variable(name))
            .flat_map(|folder| {
                let folder = PathBuf::from(folder);
                ["Google/Chrome", "Chromium"]
                    .map(|product| folder.join(product).join("Application").join("chrome.exe"))
            })
            .collect()
    } else if cfg!(target_os = "macos") {
        ["Google Chrome", "Chromium"]
            .iter()
            .flat_map(|name| {
                let inside = Path::new("Applications")
                    .join(format!("{name}.app"))
                    .join("Contents/MacOS")
                    .join(name);
                [Some(PathBuf::from("/")), dirs::home_dir()]
                    .into_iter()
                    .flatten()
                    .map(move |start| start.join(&inside))
            })
            .collect()
    } else {
        vec![
            PathBuf::from("/usr/lib/chromium/chromium"),
            PathBuf::from("/opt/google/chrome/chrome"),
        ]
    }
}

fn driver() -> Option<PathBuf> {
    if let Some(path) = variable("CHROMEDRIVER") {
        return Some(PathBuf::from(path));
    }
    which::which("chromedriver").ok().or_else(|| {
        // GitHub's runners name a folder.
        variable("CHROMEWEBDRIVER")
            .map(PathBuf::from)
            .into_iter()
            .chain([
                PathBuf::from("/usr/lib/chromium"),
                PathBuf::from("/usr/lib/chromium-browser"),
            ])
            .map(|folder| folder.join(program_file("chromedriver")))
            .find(|path| path.is_file())
    })
}

/// Major version of a browser or driver.
fn major_version(program: &Path, project: &Project) -> Result<u32> {
    let is_browser = program
        .file_stem()
        .is_some_and(|name| name.eq_ignore_ascii_case("chrome"));
    let text = if cfg!(target_os = "windows") && is_browser {
        // There `--version` opens a window. The version is the name of a folder beside it.
        newest_version_folder(program.parent().unwrap_or(Path::new(".")))?
    } else {
        run::output(run::command(program, &project.root).arg("--version"))?
    };
    first_number(&text).with_context(|| format!("no version in {:?}", text.trim()))
}

fn newest_version_folder(folder: &Path) -> Result<String> {
    fs::read_dir(folder)
        .with_context(|| format!("{} cannot be listed", folder.display()))?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| {
            name.contains('.') && name.split('.').all(|part| part.parse::<u32>().is_ok())
        })
        .max_by_key(|name| first_number(name))
        .with_context(|| format!("no version beside {}", folder.display()))
}

/// The number before the first dot that follows a number: `Chromium 156.0.1 built on 12` is 156.
fn first_number(text: &str) -> Option<u32> {
    text.split_whitespace()
        .filter_map(|word| word.split_once('.'))
        .find_map(|(number, _)| number.parse().ok())
}

/// Programs of Chrome for Testing: the newest in our cache.
fn cached(name: &str) -> Option<PathBuf> {
    let platform = platform()?;
    let prefix = format!("{name}-");
    let folder = fs::read_dir(tools_folder().ok()?)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .map(|entry| entry.path())
        .max_by_key(|path| first_number(&path.to_string_lossy().replace(&prefix, " ")))?;
    let file = folder
        .join(format!("{name}-{platform}"))
        .join(program_file(name));
    file.is_file().then_some(file)
}

fn platform() -> Option<&'static str> {
    match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => Some("linux64"),
        ("macos", "aarch64") => Some("mac-arm64"),
        ("macos", "x86_64") => Some("mac-x64"),
        ("windows", "x86_64") => Some("win64"),
        _ => None,
    }
}

/// The newest version of a channel (`_STABLE`) or of a major version (`_156`).
fn release(suffix: &str, project: &Project) -> Result<String> {
    let url = format!("{RELEASES}/LATEST_RELEASE{suffix}");
    let version = run::output(curl(project)?.arg(url))?.trim().to_owned();
    if first_number(&version).is_none() {
        bail!("Google answered {version:?} instead of a version");
    }
    Ok(version)
}

/// Fetches one program into our cache and returns its file.
fn download(job: &Job, name: &str, version: &str, project: &Project) -> Result<PathBuf> {
    let platform = platform().context("Google has no build for this system")?;
    let tools = tools_folder()?;
    let home = tools.join(format!("{name}-{version}"));
    let file = home
        .join(format!("{name}-{platform}"))
        .join(program_file(name));
    if file.is_file() {
        return Ok(file);
    }
    fs::create_dir_all(&tools).with_context(|| format!("{} cannot be made", tools.display()))?;
    let archive = tools.join(format!("{name}-{version}.zip"));
    job.say(format!("fetching {name} {version} from Google"));
    job.run(curl(project)?.arg("-o").arg(&archive).arg(format!(
        "{DOWNLOADS}/{version}/{platform}/{name}-{platform}.zip"
    )))?;
    // Unpacked beside its place first: a folder that is there is a whole one.
    let partial = tools.join(format!("{name}-{version}.partial"));
    let unpack = || -> Result<()> {
        let archive = fs::File::open(&archive)?;
        zip::ZipArchive::new(archive)?.extract(&partial)?;
        fs::rename(&partial, &home)?;
        Ok(())
    };
    unpack().with_context(|| format!("{} cannot be unpacked", archive.display()))?;
    // Only disk space.
    let _ = fs::remove_file(&archive);
    Ok(file)
}

/// Part of Windows, macOS and nearly every Linux.
fn curl(project: &Project) -> Result<Command> {
    let curl = which::which("curl").context("no curl on this system")?;
    let mut command = run::command(curl, &project.root);
    command.args(["-fsSL", "--connect-timeout", "10"]);
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::first_number;

    #[test]
    fn versions_of_browsers_and_drivers() {
        assert_eq!(
            first_number("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)\n"),
            Some(156)
        );
        assert_eq!(
            first_number("ChromeDriver 131.0.6778.85 (3d81e41b6f3a)"),
            Some(131)
        );
        assert_eq!(first_number("131.0.6778.85"), Some(131));
        assert_eq!(first_number("not found"), None);
    }
}
