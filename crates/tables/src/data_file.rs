//! Files in the formats of `data/`, one of which a user may replace: TOML to the types that hold it.
//!
//! `toml` goes on past what is wrong in a text, and bounds the names of one key and the brackets
//! around it, but not both together: a key of eighty names inside another, eighty times, becomes
//! tables thousands deep, which are left again by recursion. So the text is first read as a sequence
//! of events, of which nothing is built. One that is not well-formed or nests too deep ends there.
//!
//! Knows the form; refuses to know what a file says.

use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml_parser::parser::{Event, EventKind, RecursionGuard, parse_document};
use toml_parser::{Expected, ParseError, Source, Span};

use crate::limits::{self, Section};

/// How much of a file is believed.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Limits {
    /// Levels: names of a key, arrays and tables around it.
    depth: usize,
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DataFileError {
    /// Not TOML. What is wrong first.
    #[error("TOML parse error at line {line}, column {column}: {problem}")]
    Syntax {
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// What it is, and what could stand there.
        problem: String,
    },
    /// Deeper than any file needs.
    #[error("line {line}: keys and brackets nest more than {limit} levels deep")]
    Depth {
        /// Where it is exceeded, from 1.
        line: usize,
        /// `data_files.depth` of `data/limits.toml`.
        limit: usize,
    },
    /// TOML, and of another shape.
    #[error(transparent)]
    Shape(#[from] Box<toml::de::Error>),
}

/// Reads a file that a user wrote: what has the wrong shape is shown with its line.
///
/// # Errors
/// The first thing that is wrong.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, DataFileError> {
    check(text, depth())?;
    Ok(toml::from_str(text).map_err(Box::new)?)
}

/// Reads a file of ours, by way of the types of `toml`, which every such file shares: less code in
/// the page for each, and no line where the shape is wrong.
///
/// # Errors
/// The first thing that is wrong.
pub fn read_compact<T: DeserializeOwned>(text: &str) -> Result<T, DataFileError> {
    let table: toml::Table = read(text)?;
    Ok(table.try_into().map_err(Box::new)?)
}

fn depth() -> usize {
    static BUILTIN: OnceLock<usize> = OnceLock::new();
    *BUILTIN.get_or_init(|| limits::section::<Limits>(Section::DataFiles).depth)
}

/// Whether a text may be built.
fn check(text: &str, limit: usize) -> Result<(), DataFileError> {
    let tokens = Source::new(text).lex().into_vec();
    let mut nesting = Nesting {
        limit,
        ..Nesting::default()
    };
    let mut add = |event: Event| nesting.add(&event);
    // What is open is bounded here as well, because the parser itself goes by recursion.
    let mut guard = RecursionGuard::new(&mut add, u32::try_from(limit).unwrap_or(u32::MAX));
    let mut first: Option<ParseError> = None;
    parse_document(&tokens, &mut guard, &mut first);
    if let Some(span) = nesting.exceeded {
        let (line, _) = position(text, span.start());
        return Err(DataFileError::Depth { line, limit });
    }
    let Some(error) = first else {
        return Ok(());
    };
    let at = error.unexpected().or(error.context());
    let (line, column) = position(text, at.map_or(text.len(), |span| span.start()));
    Err(DataFileError::Syntax {
        line,
        column,
        problem: problem(&error),
    })
}

/// Counts the levels of a well-formed text.
#[derive(Default)]
struct Nesting {
    limit: usize,
    /// Names of the table's head.
    head: usize,
    /// Names of the key that is being read.
    key: usize,
    /// What is open: the names of the key before it, and itself.
    open: Vec<usize>,
    /// Where the limit was first exceeded.
    exceeded: Option<Span>,
}

impl Nesting {
    fn add(&mut self, event: &Event) {
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                self.open.clear();
                (self.head, self.key) = (0, 0);
            }
            EventKind::StdTableClose | EventKind::ArrayTableClose => {
                (self.head, self.key) = (self.key, 0);
            }
            EventKind::SimpleKey => self.key += 1,
            EventKind::InlineTableOpen | EventKind::ArrayOpen => {
                self.open.push(self.key + 1);
                self.key = 0;
            }
            EventKind::InlineTableClose | EventKind::ArrayClose => {
                self.open.pop();
                self.key = 0;
            }
            EventKind::ValueSep => self.key = 0,
            EventKind::Newline if self.open.is_empty() => self.key = 0,
            _ => return,
        }
        let depth = self.head + self.open.iter().sum::<usize>() + self.key;
        if depth > self.limit && self.exceeded.is_none() {
            self.exceeded = Some(event.span());
        }
    }
}

/// Line and column of a byte.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// In words, as `toml` would put it.
fn problem(error: &ParseError) -> String {
    let expected = error.expected().unwrap_or_default().iter();
    let expected = expected.map(|expected| match expected {
        Expected::Literal("\n") => "the end of the line".to_owned(),
        Expected::Literal(text) => format!("`{text}`"),
        Expected::Description(text) => (*text).to_owned(),
        _ => "something else".to_owned(),
    });
    let expected: Vec<String> = expected.collect();
    match expected.as_slice() {
        [] => error.description().to_owned(),
        expected => format!("{}, expected {}", error.description(), expected.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check_read(text: &str, expected: &Expect) {
        let read = read::<toml::Table>(text);
        expected
            .assert_eq(&read.map_or_else(|error| error.to_string(), |table| format!("{table:?}")));
    }

    #[test]
    fn what_is_wrong_comes_with_its_place() {
        check_read(
            "a = [1, 2]\n",
            &expect![[r#"{"a": Array([Integer(1), Integer(2)])}"#]],
        );
        check_read(
            "a = 1\nb = \n",
            &expect![[r#"
            TOML parse error at line 2, column 5
              |
            2 | b = 
              |     ^
            string values must be quoted, expected literal string
        "#]],
        );
        check_read(
            "a = 1\n ü = [1 2]\n",
            &expect![[r#"
            TOML parse error at line 2, column 2
              |
            2 |  ü = [1 2]
              |  ^^
            invalid unquoted key, expected letters, numbers, `-`, `_`
        "#]],
        );
        check_read(
            "a = [1,\n",
            &expect!["TOML parse error at line 1, column 8: unclosed array, expected `]`"],
        );
        check_read(
            "a\n",
            &expect!["TOML parse error at line 1, column 2: key with no value, expected `=`"],
        );
        check_read(
            "a = 1 b = 2",
            &expect![
                "TOML parse error at line 1, column 9: unexpected key or value, expected the end of the line, `#`"
            ],
        );
        check_read(
            "a = \"\\y\"",
            &expect![[r#"
            TOML parse error at line 1, column 7
              |
            1 | a = "\y"
              |       ^
            missing escaped value, expected `b`, `e`, `f`, `n`, `r`, `\`, `"`, `x`, `u`, `U`
        "#]],
        );
        check_read(
            "a = 1\na = 2",
            &expect![[r#"
            TOML parse error at line 2, column 1
              |
            2 | a = 2
              | ^
            duplicate key
        "#]],
        );
    }

    #[test]
    fn levels_are_counted_whatever_makes_them() {
        let deep = |text: &str, limit| match check(text, limit) {
            Ok(()) => false,
            Err(DataFileError::Depth { .. }) => true,
            Err(error) => panic!("{text}: {error}"),
        };
        for (text, levels) in [
            ("a = 1", 1),
            ("a.b = 1", 2),
            ("a.b = 1\nc.d = 2\n", 2),
            ("[a]\nb = 1", 2),
            ("[[a.b]]\nc.d = 1", 4),
            ("[a]\nb.c = 1\n[d]\ne = 1", 3),
            ("a = [1, 2, 3]", 2),
            ("a = [[1], [2, [3]]]", 4),
            ("a = [\n1,\n[2],\n]\nb = 1", 3),
            ("a = {b.c = 1, d = {e = 2}}", 5),
            ("a = {b = 1, c = 2}\nd.e.f = 1", 3),
            ("a = \"b.c.d.[[[[\" # {{{{ .....", 1),
            ("\"a.b.c.d\" = 1.5", 1),
        ] {
            assert!(!deep(text, levels), "{text}");
            assert!(deep(text, levels - 1), "{text}");
        }
    }

    #[test]
    fn our_own_files_have_five_levels() {
        for text in [
            include_str!("../../../data/known_cases.toml"),
            include_str!("../../../data/limits.toml"),
            include_str!("../../../data/owners.toml"),
            include_str!("../../../data/thresholds.toml"),
        ] {
            assert!(check(text, 5).is_ok());
        }
    }

    #[test]
    fn keys_within_keys_are_refused_before_they_are_built() {
        let keys = "a.".repeat(70) + "a";
        let many = 60;
        let text = format!(
            "b = 1\nc = {{{}d = 1{}\n",
            format!("{keys} = {{").repeat(many),
            "}".repeat(many + 1)
        );
        check_read(
            &text,
            &expect!["line 2: keys and brackets nest more than 16 levels deep"],
        );
        // What the parser would mend.
        let text = format!("c ={{] {}", format!("{} = {{", ".".repeat(70)).repeat(many));
        check_read(
            &text,
            &expect!["line 1: keys and brackets nest more than 16 levels deep"],
        );
        check_read(
            &format!("a = {}", "[".repeat(10_000)),
            &expect!["line 1: keys and brackets nest more than 16 levels deep"],
        );
    }
}
