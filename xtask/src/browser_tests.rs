//! The browser tests: each of them in every form that the page is given away in.
//!
//! One run of the test program for each form. What a form or a browser leaves out stands in one
//! table, with the reason, and is printed before the run.

use std::process::Command;

use anyhow::{Context, Result};

use crate::browser::{Browser, Kind};
use crate::bundle;
use crate::project::Project;
use crate::run;

/// What the tests read: the form of the page, by name.
pub const FORM: &str = "FLARESCOPE_FORM";
/// The folder of the built page.
pub const DIST: &str = "FLARESCOPE_DIST";
/// The page as one file.
pub const BUNDLE: &str = "FLARESCOPE_BUNDLE";
/// Which browser it is, by name.
pub const KIND: &str = "FLARESCOPE_BROWSER";
/// The browser's program.
pub const PROGRAM: &str = "FLARESCOPE_BROWSER_PROGRAM";
/// The driver's program.
pub const DRIVER: &str = "FLARESCOPE_DRIVER";
/// Where screenshots go.
pub const SCREENSHOTS: &str = "FLARESCOPE_SCREENSHOTS";

/// How the page is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The built page, from the root of a server.
    Dist,
    /// The one file, from some place on a server that has other things as well.
    SubPath,
    /// The one file, from the disk.
    Disk,
    /// The one file after it was used and saved by the browser, from the disk.
    Saved,
}

impl Form {
    /// Every form, the quickest to look at first.
    pub const ALL: [Self; 4] = [Self::Dist, Self::SubPath, Self::Disk, Self::Saved];

    /// Its name in the environment of the tests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dist => "dist",
            Self::SubPath => "sub-path",
            Self::Disk => "disk",
            Self::Saved => "saved",
        }
    }

    /// The form of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }

    fn describe(self) -> &'static str {
        match self {
            Self::Dist => "the built page, over HTTP",
            Self::SubPath => "the page as one file, over HTTP, deep in a server",
            Self::Disk => "the page as one file, opened from disk",
            Self::Saved => {
                "the page as one file, used, saved by the browser, opened again from disk"
            }
        }
    }
}

/// Tests that do not run everywhere.
struct LeftOut {
    /// The beginning of their names.
    tests: &'static str,
    /// Only in these forms; in all when there are none.
    forms: &'static [Form],
    /// Only in this browser; in all when there is none.
    browser: Option<Kind>,
    reason: &'static str,
}

const LEFT_OUT: [LeftOut; 4] = [
    LeftOut {
        tests: "screens::",
        forms: &[Form::SubPath, Form::Disk, Form::Saved],
        browser: None,
        reason: "pictures of the screens: every form shows the same, one set is enough",
    },
    LeftOut {
        tests: "parts::",
        forms: &[Form::SubPath, Form::Disk, Form::Saved],
        browser: None,
        reason: "they take the built page and the one file apart by themselves, whatever the form",
    },
    LeftOut {
        tests: "private::requests_that_leave_are_counted_as_well",
        forms: &[Form::SubPath, Form::Disk, Form::Saved],
        browser: None,
        reason: "it counts the parts that the page loads, and one file loads none",
    },
    LeftOut {
        tests: "private::the_panel_tells_settings_from_what_others_left",
        forms: &[Form::Disk, Form::Saved],
        browser: None,
        reason: "pages from disk have no cookies",
    },
];

impl LeftOut {
    fn applies(&self, form: Form, kind: Kind) -> bool {
        (self.forms.is_empty() || self.forms.contains(&form))
            && self.browser.is_none_or(|browser| browser == kind)
    }
}

/// Tells a command where browser, driver and page are.
pub fn apply<'a>(
    command: &'a mut Command,
    browser: &Browser,
    project: &Project,
    form: Form,
) -> &'a mut Command {
    let screenshots = match browser.kind {
        Kind::Chromium => "screenshots",
        Kind::Firefox => "screenshots-firefox",
    };
    command
        .env(FORM, form.name())
        .env(DIST, project.dist())
        .env(BUNDLE, bundle::file(project))
        .env(KIND, browser.kind.name())
        .env(PROGRAM, &browser.program)
        .env(DRIVER, &browser.driver)
        .env(SCREENSHOTS, project.target.join(screenshots))
        // A failed test says what the page showed; a backtrace through the runtime hides it.
        .env("RUST_LIB_BACKTRACE", "0")
}

/// Runs them in every form. Page and file have to be built.
///
/// # Errors
/// Which form failed first.
pub fn run(project: &Project, browser: &Browser) -> Result<()> {
    for form in Form::ALL {
        println!(
            "\n== browser tests in {}: {}; a few minutes",
            browser.kind.title(),
            form.describe()
        );
        let left_out: Vec<&LeftOut> = LEFT_OUT
            .iter()
            .filter(|left_out| left_out.applies(form, browser.kind))
            .collect();
        for LeftOut { tests, reason, .. } in &left_out {
            println!("   without {tests} ({reason})");
        }
        let mut command = run::command("cargo", &project.root);
        apply(&mut command, browser, project, form).args([
            "test",
            "--package=browser-tests",
            "--locked",
            "--",
        ]);
        for LeftOut { tests, .. } in &left_out {
            command.args(["--skip", tests]);
        }
        run::run(&mut command).with_context(|| format!("browser tests of {}", form.describe()))?;
    }
    Ok(())
}
