//! Rules of the house that no compiler checks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file, or all below a folder.
pub(crate) fn sources(place: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut places = vec![root().join(place)];
    while let Some(path) = places.pop() {
        if path.is_dir() {
            places.extend(
                fs::read_dir(path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    assert!(!found.is_empty(), "{place} is empty");
    found
}

fn refuse(folder: &str, words: &[&str], except: &[&str]) {
    for (path, text) in sources(folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if except.contains(&name.as_str()) {
            continue;
        }
        for word in words {
            assert!(!text.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn the_page_computes_nothing() {
    let core = [
        "use diagnose::",
        "use flare::",
        "use profile::",
        "use report::",
        "engine::gather",
    ];
    // The worker adapts the core to the browser; that is its whole job. What it posts is cleaned by
    // the rule of the exports.
    refuse("src", &core, &["worker.rs", "visible.rs"]);
}

/// The source without its tests, which stand at a file's end.
pub(crate) fn before_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

/// String literals of a source, without comments.
pub(crate) fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '/' if letters.peek() == Some(&'/') => {
                letters.by_ref().find(|&letter| letter == '\n');
            }
            // A letter literal: a quotation mark in one opens nothing.
            '\'' if letters.peek() == Some(&'"') => {
                letters.next();
            }
            '"' => {
                let mut literal = String::new();
                while let Some(letter) = letters.next() {
                    match letter {
                        '"' => break,
                        // An end of a line, in the text or of the source alone.
                        '\\' => match letters.next() {
                            Some('n') => literal.push('\n'),
                            Some('\n') => literal.push(' '),
                            other => literal.extend(other),
                        },
                        letter => literal.push(letter),
                    }
                }
                found.push(literal);
            }
            _ => {}
        }
    }
    found
}

/// What is decided are facts; the report's texts alone make sentences of them.
#[test]
fn the_analysis_holds_no_sentence() {
    let mut count = 0;
    for (path, text) in sources("crates/diagnose/src") {
        if path.ends_with("tests.rs") {
            continue;
        }
        for literal in literals(before_tests(&text)) {
            count += 1;
            let sentence = literal.contains(". ") || literal.ends_with('.');
            assert!(
                !(sentence && literal.contains(' ')),
                "{} says: {literal}",
                path.display()
            );
        }
    }
    assert!(count > 100, "{count}");
}

/// `flare::Process` names them, once.
#[test]
fn processes_are_no_texts() {
    let names = [
        "core",
        "security-agent",
        "system-probe",
        "datadog-cluster-agent",
        "otel-agent",
    ];
    for folder in [
        "crates/diagnose/src",
        "crates/report/src",
        "crates/engine/src",
    ] {
        for (path, text) in sources(folder) {
            // Tests, and the words that are nobody's name.
            let beside = ["tests.rs", "tests", "every_block.rs", "words.rs"];
            if path
                .iter()
                .any(|part| beside.iter().any(|name| part == *name))
            {
                continue;
            }
            for literal in literals(before_tests(&text)) {
                assert!(
                    !names.contains(&literal.as_str()),
                    "{} writes {literal:?} instead of a Process",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn nothing_from_a_flare_becomes_markup() {
    let markup = ["inner_html", "set_inner_html", "insert_adjacent_html"];
    refuse("src", &markup, &[]);
}

#[test]
fn no_unsafe_code_and_no_way_to_it() {
    let cargo = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(cargo.contains("unsafe_code = \"deny\""));
    // Put together, so that this file does not hold the words.
    let word = ["unsafe", "_code"].concat();
    let keyword = ["unsafe", " {"].concat();
    for folder in ["src", "crates", "tests", "xtask", "fuzz"] {
        if !root().join(folder).exists() {
            continue;
        }
        for (path, text) in sources(folder) {
            for (number, line) in text.lines().enumerate() {
                let place = format!("{}:{}", path.display(), number + 1);
                let allows =
                    line.contains(&word) && !line.contains("deny") && !line.contains("forbid");
                assert!(
                    !allows || path.ends_with("tidy.rs"),
                    "{place} allows it: {line}"
                );
                assert!(!line.contains(&keyword), "{place} uses it: {line}");
            }
        }
    }
    for manifest in ["Cargo.toml", "xtask/Cargo.toml", "tests/browser/Cargo.toml"] {
        let text = fs::read_to_string(root().join(manifest)).unwrap();
        assert!(
            text.contains("[lints]\nworkspace = true"),
            "{manifest} takes the lints over"
        );
    }
}

#[test]
fn every_dependency_has_its_reason_and_its_row() {
    let cargo = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let architecture = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut inside = false;
    let mut count = 0;
    for line in cargo.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once(" = ")
            && inside
            // Our own, and what is named for the whole workspace already.
            && !line.contains("path = ")
            && !name.ends_with(".workspace")
        {
            count += 1;
            let cell = format!("`{name}`");
            let row = |line: &str| line.starts_with('|') && line.contains(&cell);
            assert!(
                architecture.lines().any(row),
                "ARCHITECTURE.md has no row for {name}"
            );
        }
    }
    assert!(count > 15, "{count}");
}

#[test]
fn the_readme_names_the_two_commands() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let commands: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("cargo xtask "))
        .collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    assert!(commands[0].starts_with("cargo xtask serve"));
    assert!(commands[1].starts_with("cargo xtask test"));
    let ci = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert_eq!(ci.matches("cargo").count(), 1);
    assert!(ci.contains("cargo xtask test"));
}

/// A fuzzer that runs another version of a parser says nothing of the one that is shipped.
#[test]
fn the_fuzzer_runs_what_is_shipped() {
    let packages = |lock: &str| -> BTreeSet<(String, String)> {
        let text = fs::read_to_string(root().join(lock)).unwrap();
        let lock: toml::Table = toml::from_str(&text).unwrap();
        let packages = lock["package"].as_array().unwrap().iter();
        let text = |package: &toml::Value, key: &str| package[key].as_str().unwrap().to_owned();
        packages
            .map(|package| (text(package, "name"), text(package, "version")))
            .collect()
    };
    let shipped = packages("Cargo.lock");
    let names: BTreeSet<&String> = shipped.iter().map(|(name, _)| name).collect();
    let fuzzed = packages("fuzz/Cargo.lock");
    let others: Vec<_> = fuzzed
        .difference(&shipped)
        .filter(|(name, _)| names.contains(name))
        .collect();
    assert!(
        others.is_empty(),
        "fuzz/Cargo.lock has other versions than Cargo.lock (cargo update -p NAME --precise VERSION \
         in fuzz/): {others:?}"
    );
    assert!(fuzzed.intersection(&shipped).count() > 40);
}
