//! Makes the table of packages and their teams that `data/owners.toml` is tested against.
//!
//! It is test data, not part of the program: `data/agent/packages-owners.tsv`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::project::Project;

/// What the table is made from.
#[derive(Debug)]
pub struct Options {
    /// Patterns and teams of `.github/CODEOWNERS` in its order, one tab between.
    pub codeowners: PathBuf,
    /// Folders of Go files, one a line.
    pub packages: PathBuf,
    /// Where both come from, with the date. What the present table says stays without it.
    pub source: Option<String>,
}

/// Starts the line of the head that says where the table comes from.
const SOURCE: &str = "# Source: ";

/// Makes the table anew.
///
/// # Errors
/// A file cannot be read or written, a pattern is of no kind that GitHub knows, or no source is
/// known.
pub fn run(options: &Options) -> Result<()> {
    let path = Project::find()?.root.join("data/agent/packages-owners.tsv");
    let source = match &options.source {
        Some(source) => source.clone(),
        None => read(&path)?
            .lines()
            .find_map(|line| line.strip_prefix(SOURCE))
            .context("the present table names no source: give one with --source")?
            .to_owned(),
    };
    let table = table(
        &read(&options.codeowners)?,
        &read(&options.packages)?,
        &source,
    )?;
    fs::write(&path, table).with_context(|| format!("cannot write {}", path.display()))?;
    println!("{}", path.display());
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

fn table(codeowners: &str, packages: &str, source: &str) -> Result<String> {
    let mut rules = Vec::new();
    let mut all = BTreeSet::new();
    for line in rows(codeowners) {
        let (pattern, owners) = line.split_once('\t').unwrap_or((line, ""));
        // GitHub skips a line with any of these; a table made as if it did not would be wrong.
        ensure!(
            !pattern.contains(['?', '[', ']', '!', '\\']),
            "pattern {pattern}: GitHub knows `*` and `**` only"
        );
        let teams = teams(owners);
        all.extend(teams.iter().copied());
        rules.push((pattern, teams));
    }

    let mut text = format!(
        "# Teams of the Agent's Go packages by .github/CODEOWNERS: package, teams.\n\
         # Made by `cargo xtask owners`; data/owners.toml is tested against it.\n\
         {SOURCE}{source}\n\
         # The first row, `*`, has every team that CODEOWNERS names. `-`: CODEOWNERS has none.\n\
         *\t{}\n",
        Vec::from_iter(all).join(", ")
    );
    for package in rows(packages) {
        let last = rules.iter().rfind(|(pattern, _)| covers(pattern, package));
        let teams = match last {
            Some((_, teams)) if !teams.is_empty() => teams.join(", "),
            _ => "-".to_owned(),
        };
        writeln!(text, "{package}\t{teams}")?;
    }
    Ok(text)
}

fn rows(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Teams without their organisation. Persons are left out, and what is named twice.
fn teams(owners: &str) -> Vec<&str> {
    let mut teams = Vec::new();
    for owner in owners.split(", ").filter(|owner| !owner.is_empty()) {
        let team = match owner.strip_prefix('@') {
            Some(named) => named.split_once('/').map(|(_, team)| team),
            None => Some(owner),
        };
        teams.extend(team.filter(|team| !teams.contains(team)));
    }
    teams
}

/// Whether a pattern of CODEOWNERS owns a folder, and not just some files in it.
fn covers(pattern: &str, folder: &str) -> bool {
    let path = pattern.trim_end_matches('/');
    let mut segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    // Without a slash before its end a pattern holds at any depth.
    if !path.contains('/') {
        segments.insert(0, "**");
    }
    let folder: Vec<&str> = folder.split('/').collect();
    segments_cover(&segments, &folder)
}

fn segments_cover(pattern: &[&str], folder: &[&str]) -> bool {
    match pattern {
        [] => true,
        // The files of one folder, but not what is below.
        ["*"] => folder.is_empty(),
        ["**", rest @ ..] => {
            (0..=folder.len()).any(|skipped| segments_cover(rest, &folder[skipped..]))
        }
        [segment, rest @ ..] => folder.split_first().is_some_and(|(first, below)| {
            segment_matches(segment, first) && segments_cover(rest, below)
        }),
    }
}

fn segment_matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            text.char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .any(|at| segment_matches(rest, &text[at..]))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_codeowners() {
        for (pattern, folder, expected) in [
            ("/pkg/", "pkg", true),
            ("/pkg/", "pkg/a/b", true),
            ("/pkg", "pkg/a", true),
            ("pkg/a", "pkg/a", true),
            ("/pkg", "pkgs", false),
            ("/pkg/", "cmd/pkg", false),
            ("pkg/a", "cmd/pkg/a", false),
            ("pkg", "cmd/pkg/a", true),
            ("pkg/", "cmd/pkg", true),
            ("/pkg/a/*_otlp.go", "pkg/a", false),
            ("/pkg/a.go", "pkg", false),
            ("/pkg/a*", "pkg/ab/c", true),
            ("/pkg/a*", "pkg", false),
            ("/pkg/*a*", "pkg/bac", true),
            ("/pkg/*a*b", "pkg/cadbe", false),
            ("/pkg/*", "pkg", true),
            ("/pkg/*", "pkg/a", false),
            ("/pkg/**", "pkg/a/b", true),
            ("/pkg/*/c", "pkg/a/c/d", true),
            ("/pkg/*/c", "pkg/a/b/c", false),
            ("/**/c", "c", true),
            ("/**/c", "pkg/a/c/d", true),
            ("/pkg/**/c", "pkg/a/b/c", true),
            ("/pkg/**/*_windows*.go", "pkg/a", false),
            ("*", "pkg", true),
        ] {
            assert_eq!(covers(pattern, folder), expected, "{pattern} {folder}");
        }
    }

    #[test]
    fn last_match_wins() {
        let codeowners = "# head\n/pkg/\tone\n/pkg/a\ttwo, three\n/pkg/a/b/\t\n/pkg/a/c\n\
                          /pkg/a/*.go\tfour\n/pkg/d\t@Org/five, @person, one, one\n";
        let packages = "# head\npkg\npkg/a\npkg/a/b/x\npkg/a/c\npkg/d\ncmd\n";
        let made = table(codeowners, packages, "a test").unwrap();
        let rows: Vec<&str> = rows(&made).collect();
        assert_eq!(
            rows,
            [
                "*\tfive, four, one, three, two",
                "pkg\tone",
                "pkg/a\ttwo, three",
                "pkg/a/b/x\t-",
                "pkg/a/c\t-",
                "pkg/d\tfive, one",
                "cmd\t-",
            ]
        );
        assert!(made.contains("\n# Source: a test\n"), "{made}");
        assert!(table("/pkg/[ab]\tone\n", "pkg\n", "a test").is_err());
    }
}
