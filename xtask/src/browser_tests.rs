//! The browser tests: all of them on the built page, and in each other form that the page is given
//! away in those that the form can change.
//!
//! One run of the test program for each form. What runs elsewhere stands in one table, with the
//! reason, and is printed before the run.

use std::path::Path;
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
/// The script of axe-core.
pub const AXE: &str = "FLARESCOPE_AXE";
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

/// Tests that run in other forms than the built page as well.
struct Elsewhere {
    /// What they are about, and how a form can change that.
    reason: &'static str,
    forms: &'static [Form],
    tests: &'static [&'static str],
}

/// Every form but the built page.
const ONE_FILE: &[Form] = &[Form::SubPath, Form::Disk, Form::Saved];
/// Those that no server sends.
const FROM_DISK: &[Form] = &[Form::Disk, Form::Saved];

/// All tests run on the built page. Of the same application in another form only this can come out
/// differently: what its loader, its policy, its address or what was saved with it has a say in.
const ELSEWHERE: [Elsewhere; 9] = [
    Elsewhere {
        reason: "starting: one file unpacks its modules, and a saved one holds an old report",
        forms: ONE_FILE,
        tests: &[
            "forms::every_visit_starts_empty",
            "forms::what_is_dropped_before_the_page_has_started_is_opened_by_it",
            "forms::what_is_seen_first_is_the_empty_page_itself",
            "faults::a_browser_that_lacks_something_is_told_what",
            "manners::no_error_is_written_to_the_console",
            "private::the_footer_names_version_and_build",
        ],
    },
    Elsewhere {
        reason: "from flare to report: its worker comes from an object URL",
        forms: ONE_FILE,
        tests: &[
            "flares::memory_leak",
            "flares::a_drop_on_the_window_opens_the_flare_and_a_second_drop_replaces_it",
        ],
    },
    Elsewhere {
        reason: "folders: browsers hand them out by origin, and the disk has none",
        forms: &[Form::Disk],
        tests: &["flares::an_extracted_folder_reads_as_its_zip"],
    },
    Elsewhere {
        reason: "copying and saving: the browser's leave depends on the address",
        forms: ONE_FILE,
        tests: &[
            "exports::every_form_is_saved_under_its_name",
            "manners::copy_buttons_copy_and_say_so",
        ],
    },
    Elsewhere {
        reason: "what leaves the page: one file has a policy of its own, and asks for no parts",
        forms: ONE_FILE,
        tests: &[
            "injection::what_listens_for_markup_hears_it",
            "network::a_request_made_on_purpose_is_seen",
            "network::a_request_that_no_policy_stops_is_seen_on_the_network",
            "network::nothing_leaves_the_page_after_it_was_loaded",
            "network::the_sample_s_bytes_decide_its_verdict",
            "private::a_request_made_on_purpose_is_refused_and_counted",
            "private::a_request_of_the_worker_is_refused_and_counted",
            "private::clicking_everything_in_multiple",
            "private::the_panel_shows_the_policy_of_this_very_page",
        ],
    },
    Elsewhere {
        reason: "cookies and storage of others: a server's, pages from the disk have none",
        forms: &[Form::SubPath],
        tests: &["private::the_panel_tells_settings_from_what_others_left"],
    },
    Elsewhere {
        reason: "storage: kept by address, which on the disk is that of a file",
        forms: FROM_DISK,
        tests: &[
            "manners::the_theme_follows_the_system_until_it_is_switched",
            "settings::a_threshold_changes_the_verdict_and_is_kept_until_it_is_taken_back",
            "settings::nothing_but_settings_is_kept_and_it_can_be_forgotten",
        ],
    },
    Elsewhere {
        reason: "a worker that ends: another one comes from the same object URL",
        forms: ONE_FILE,
        tests: &[
            "breakage::a_panic_in_the_worker_is_shown_and_trying_again_works",
            "breakage::a_worker_that_dies_is_replaced_and_the_page_says_so",
        ],
    },
    Elsewhere {
        reason: "a page that ends: it is loaded again from where it came",
        forms: ONE_FILE,
        tests: &[
            "faults::a_page_that_panicked_says_so",
            "faults::a_page_that_ran_out_of_memory_says_so_and_can_be_loaded_again",
        ],
    },
];

/// What runs in a form; everything in that of the built page.
fn parts_in(form: Form) -> impl Iterator<Item = &'static Elsewhere> {
    ELSEWHERE
        .iter()
        .filter(move |part| part.forms.contains(&form))
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

/// Runs them in every form. Page and file have to be built, `axe` is the script of axe-core.
///
/// # Errors
/// Which form failed first.
pub fn run(project: &Project, browser: &Browser, axe: &Path) -> Result<()> {
    for form in Form::ALL {
        println!(
            "\n== browser tests in {}: {}",
            browser.kind.title(),
            form.describe()
        );
        let mut command = run::command("cargo", &project.root);
        apply(&mut command, browser, project, form)
            .env(AXE, axe)
            .args(["test", "--package=browser-tests", "--locked", "--"]);
        if form == Form::Dist {
            println!("   all tests; a few minutes");
        } else {
            println!("   only what this form can change:");
            command.arg("--exact");
        }
        for part in parts_in(form) {
            println!("   - {}", part.reason);
            command.args(part.tests);
        }
        run::run(&mut command).with_context(|| format!("browser tests of {}", form.describe()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::{ELSEWHERE, Form, parts_in};

    /// Names of all browser tests, as the runner has them.
    fn all() -> anyhow::Result<BTreeSet<String>> {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut all = BTreeSet::new();
        for entry in fs::read_dir(xtask.join("../tests/browser/tests/page"))? {
            let path = entry?.path();
            let module = path.file_stem().unwrap_or_default().to_string_lossy();
            let text = fs::read_to_string(&path)?.replace("\r\n", "\n");
            for test in text.split("#[test]\nfn ").skip(1) {
                let name = test.split('(').next().unwrap_or_default();
                all.insert(format!("{module}::{name}"));
            }
        }
        Ok(all)
    }

    #[test]
    fn every_test_of_the_table_is_there() -> anyhow::Result<()> {
        let all = all()?;
        assert!(all.len() > 60, "only {all:?}");
        for name in ELSEWHERE.iter().flat_map(|part| part.tests) {
            assert!(all.contains(*name), "there is no test {name}");
        }
        Ok(())
    }

    #[test]
    fn no_test_runs_twice_in_a_form() {
        for form in Form::ALL {
            let mut seen = BTreeSet::new();
            for name in parts_in(form).flat_map(|part| part.tests) {
                assert!(seen.insert(name), "{name} is there twice for {form:?}");
            }
        }
    }

    #[test]
    fn the_built_page_is_not_in_the_table() {
        assert_eq!(parts_in(Form::Dist).count(), 0);
    }

    #[test]
    fn every_other_form_starts_reads_saves_keeps_silent_and_recovers() {
        for form in [Form::SubPath, Form::Disk, Form::Saved] {
            let names: Vec<&str> = parts_in(form)
                .flat_map(|part| part.tests)
                .copied()
                .collect();
            for needed in [
                "forms::",
                "flares::",
                "exports::",
                "network::nothing_leaves",
                "private::a_request_of_the_worker",
                "breakage::a_worker_that_dies",
                "faults::a_page_that_panicked",
            ] {
                let is_there = names.iter().any(|name| name.starts_with(needed));
                assert!(is_there, "{form:?} runs no {needed}");
            }
        }
    }
}
