//! The page in the form that is tested: a folder, the page's file in it, and how it is opened.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};
use tempfile::TempDir;
use xtask::browser_tests::Form;
use xtask::server::Server;

use crate::environment::Environment;
use crate::{flares, with_site};

/// Where the file lies on a server that has other things as well.
const SUB_PATH: &str = "tools/flares/flarescope.html";

/// A page that can be opened.
#[derive(Debug)]
pub struct Site {
    folder: Folder,
    /// The page's file, from the folder.
    entry: &'static str,
    over_http: bool,
}

#[derive(Debug)]
enum Folder {
    /// As it was built; nothing may be written there.
    Built(PathBuf),
    Own(TempDir),
}

impl Site {
    /// The page in the form that the environment asks for.
    ///
    /// # Errors
    /// When a file cannot be copied; for the saved form, when the page cannot be used and saved.
    pub fn of(environment: &Environment) -> Result<Self> {
        match environment.form {
            Form::Dist => Ok(Self {
                folder: Folder::Built(environment.dist.clone()),
                entry: "index.html",
                over_http: true,
            }),
            Form::SubPath => Self::one_file(&built(environment)?, SUB_PATH, true),
            Form::Disk => Self::one_file(&built(environment)?, "flarescope.html", false),
            Form::Saved => Self::one_file(saved(environment)?, "saved.html", false),
        }
    }

    /// A folder whose `index.html` is the page, from the root of a server.
    pub fn served(folder: TempDir) -> Self {
        Self {
            folder: Folder::Own(folder),
            entry: "index.html",
            over_http: true,
        }
    }

    fn one_file(html: &str, entry: &'static str, over_http: bool) -> Result<Self> {
        let this = Self {
            folder: Folder::Own(tempfile::tempdir().context("no temporary folder")?),
            entry,
            over_http,
        };
        this.write(html)?;
        Ok(this)
    }

    /// A copy of it whose page was changed.
    ///
    /// # Errors
    /// Those of `change`, and when a file cannot be copied.
    pub fn changed(&self, change: impl FnOnce(&str) -> Result<String>) -> Result<Self> {
        let html = change(&self.html()?)?;
        let copy = tempfile::tempdir().context("no temporary folder")?;
        for entry in fs::read_dir(self.folder())? {
            let entry = entry?;
            if entry.path().is_file() {
                fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
            }
        }
        let this = Self {
            folder: Folder::Own(copy),
            ..*self
        };
        this.write(&html)?;
        Ok(this)
    }

    /// Text of the page's file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn html(&self) -> Result<String> {
        text(&self.file())
    }

    /// Where the page is once `server` serves [`Site::folder`].
    pub fn url(&self, server: &Server) -> String {
        if !self.over_http {
            return file_url(&self.file());
        }
        let address = self.entry.trim_end_matches("index.html");
        format!("{}{address}", server.url())
    }

    /// What a server has to serve.
    pub fn folder(&self) -> &Path {
        match &self.folder {
            Folder::Built(path) => path,
            Folder::Own(folder) => folder.path(),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder().join(self.entry)
    }

    fn write(&self, html: &str) -> Result<()> {
        let file = self.file();
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, html).with_context(|| format!("{} cannot be written", file.display()))
    }
}

fn built(environment: &Environment) -> Result<String> {
    text(&environment.bundle)
}

fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// What a person gets who opens the file from disk, reads a flare with it and saves the page. Made
/// once, with the browser that is tested.
fn saved(environment: &Environment) -> Result<&'static str> {
    static SAVED: OnceLock<Result<String, String>> = OnceLock::new();
    let saved =
        SAVED.get_or_init(|| use_and_save(environment).map_err(|error| format!("{error:#}")));
    match saved {
        Ok(html) => Ok(html),
        Err(error) => Err(anyhow!("the page cannot be saved: {error}")),
    }
}

fn use_and_save(environment: &Environment) -> Result<String> {
    let from_disk = Environment {
        form: Form::Disk,
        ..environment.clone()
    };
    let site = Site::of(&from_disk)?;
    let mut html = String::new();
    with_site(&from_disk, &site, async |page| {
        page.open().await?;
        page.read(&flares::path("contention")).await?;
        html = page.serialised().await?;
        Ok(())
    })?;
    Ok(html)
}

/// `file:` with an absolute path; temporary folders hold nothing else that needs escaping.
fn file_url(path: &Path) -> String {
    let path = path
        .display()
        .to_string()
        .replace('\\', "/")
        .replace('%', "%25")
        .replace(' ', "%20")
        .replace('#', "%23")
        .replace('?', "%3F");
    format!("file:///{}", path.trim_start_matches('/'))
}
