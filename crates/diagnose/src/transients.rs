//! Memory that comes and goes by itself: named, and not counted as growth.
//!
//! Data, not code: `data/transients.toml` describes its format. Whole stacks are matched, any frame
//! of them, by names only; how much of a heap is of such stacks is counted elsewhere.

use std::sync::OnceLock;

use serde::Deserialize;

use super::owner::{self, AGENT_ROOTS, Pattern, PatternProblem};
use tables::data_file::{self, DataFileError};

/// Format of the file that this version reads.
const SCHEMA: u32 = 1;

/// One kind of such memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Transient {
    /// Its stable name.
    pub id: String,
    /// What it is, a clause.
    pub what: String,
    /// How to get a pair without it, sentences; empty where nothing has to be done.
    pub remedy: String,
    /// With more than this in one pair it is none, and counts.
    pub at_most_bytes: i64,
    /// Patterns, and whether each is below the module.
    frames: Vec<(Pattern, bool)>,
}

/// All of them.
#[derive(Clone, Debug)]
pub struct Transients {
    module: String,
    list: Vec<Transient>,
}

/// Why a table of transients can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TransientsError {
    /// Not TOML, too deep, or not of this shape.
    #[error("the table of transients is not valid: {0}")]
    Syntax(#[source] DataFileError),
    /// Written for another version.
    #[error("the table of transients has schema {found}, this version reads {expected}")]
    Schema {
        /// In the file.
        found: u32,
        /// In this version.
        expected: u32,
    },
    /// A field that must say something is empty, or a limit that nothing stays under.
    #[error("[[transient]] {entry}: `{field}` says nothing")]
    Empty {
        /// Position, from 1.
        entry: usize,
        /// Which field.
        field: &'static str,
    },
    /// A pattern that can't match anything.
    #[error("[[transient]] {entry}: pattern `{pattern}` {problem}")]
    Pattern {
        /// Position, from 1.
        entry: usize,
        /// As written.
        pattern: String,
        /// What is wrong with it.
        problem: PatternProblem,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTable {
    schema: u32,
    module: String,
    transient: Vec<FileTransient>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTransient {
    id: String,
    what: String,
    #[serde(default)]
    remedy: String,
    frames: Vec<String>,
    at_most_bytes: i64,
}

impl Transients {
    /// The table that comes with this version. Parsed once.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Transients> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            Self::parse(tables::TRANSIENTS)
                .expect("data/transients.toml is part of the program and parsed by a test")
        })
    }

    /// Reads a table in the format that `data/transients.toml` describes.
    ///
    /// # Errors
    /// [`TransientsError`] names the entry.
    pub fn parse(text: &str) -> Result<Self, TransientsError> {
        let file: FileTable = data_file::read_compact(text).map_err(TransientsError::Syntax)?;
        if file.schema != SCHEMA {
            return Err(TransientsError::Schema {
                found: file.schema,
                expected: SCHEMA,
            });
        }
        let rows = file.transient.into_iter().zip(1..);
        let list = rows.map(|(row, entry)| {
            for (field, empty) in [
                ("id", row.id.is_empty()),
                ("what", row.what.is_empty()),
                ("frames", row.frames.is_empty()),
                ("at_most_bytes", row.at_most_bytes <= 0),
            ] {
                if empty {
                    return Err(TransientsError::Empty { entry, field });
                }
            }
            let frames = row.frames.iter().map(|text| {
                pattern(text, &file.module).map_err(|problem| TransientsError::Pattern {
                    entry,
                    pattern: text.clone(),
                    problem,
                })
            });
            Ok(Transient {
                frames: frames.collect::<Result<_, _>>()?,
                id: row.id,
                what: row.what,
                remedy: row.remedy,
                at_most_bytes: row.at_most_bytes,
            })
        });
        let list = list.collect::<Result<_, _>>()?;
        Ok(Self {
            module: file.module,
            list,
        })
    }

    /// All of them, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Transient> {
        self.list.iter()
    }

    /// The place of the first one that a frame of this function makes a stack part of.
    pub fn of_frame(&self, function: &str) -> Option<usize> {
        let path = owner::import_path(function);
        let (_, symbol) = owner::split_name(function);
        let below = owner::below(&path, &self.module);
        self.list.iter().position(|transient| {
            transient.frames.iter().any(|(pattern, below_module)| {
                let path = if *below_module { below } else { Some(&*path) };
                path.is_some_and(|path| pattern.matches(path, symbol))
            })
        })
    }
}

fn pattern(text: &str, module: &str) -> Result<(Pattern, bool), PatternProblem> {
    if text.is_empty() {
        return Err(PatternProblem::Empty);
    }
    // The module is left out; that it is not is the mistake to expect.
    if owner::below(text, module).is_some() {
        return Err(PatternProblem::RepeatsModule);
    }
    let root = text.split(['/', '.']).next().unwrap_or_default();
    Ok((Pattern::parse(text)?, AGENT_ROOTS.contains(&root)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_their_near_misses() {
        let table = Transients::builtin();
        let id = |function: &str| Some(table.list[table.of_frame(function)?].id.as_str());
        let agent = "github.com/DataDog/datadog-agent";
        for (function, expected) in [
            (
                "gopkg.in/DataDog/dd-trace-go.v1/profiler.(*profiler).collect.func2",
                Some("own-profiler"),
            ),
            (
                "github.com/DataDog/dd-trace-go/v2/profiler.(*profiler).collect",
                Some("own-profiler"),
            ),
            ("gopkg.in/DataDog/dd-trace-go.v1/ddtrace/tracer.New", None),
            ("runtime/pprof.StartCPUProfile", Some("cpu-profile")),
            ("runtime/pprof.Do", None),
            (
                "github.com/DataDog/datadog-go/v5/statsd.newBufferPool",
                Some("client-buffers"),
            ),
            ("github.com/DataDog/datadog-go/v5/statsd.New", None),
        ] {
            assert_eq!(id(function), expected, "{function}");
        }
        for (below, expected) in [
            (
                "comp/metadata/runner/runnerimpl.(*runnerImpl).handleProvider.func2",
                Some("inventory"),
            ),
            ("comp/metadatas.New", None),
            ("pkg/util/scrubber.(*Scrubber).ScrubYaml", None),
            ("comp/core/flare.(*flare).create", Some("flare")),
            ("pkg/flare/securityagent.Create", Some("flare")),
            ("comp/trace/config.(*cfg).GetConfigHandle", Some("flare")),
            ("comp/trace/config.(*cfg).Object", None),
        ] {
            assert_eq!(id(&format!("{agent}/{below}")), expected, "{below}");
        }
    }

    #[test]
    fn entries_that_could_not_match_are_refused() {
        let parse = |id: &str, frames: &str, most: i64| {
            Transients::parse(&format!(
                "schema = 1\nmodule = \"github.com/DataDog/datadog-agent\"\n[[transient]]\n\
                 id = \"{id}\"\nwhat = \"x\"\nframes = [{frames}]\nat_most_bytes = {most}\n"
            ))
            .map(|table| table.iter().count())
            .map_err(|error| error.to_string())
        };
        assert_eq!(parse("a", "\"pkg/a\"", 1), Ok(1));
        for (result, expected) in [
            (parse("", "\"pkg/a\"", 1), "1: `id` says nothing"),
            (parse("a", "", 1), "1: `frames` says nothing"),
            (
                parse("a", "\"pkg/a\"", 0),
                "1: `at_most_bytes` says nothing",
            ),
            (parse("a", "\"\"", 1), "1: pattern `` is empty"),
            (
                parse("a", "\"github.com/DataDog/datadog-agent/pkg/a\"", 1),
                "repeats the module's path",
            ),
        ] {
            let error = result.unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
        let error = Transients::parse("schema = 2\nmodule = \"x\"\ntransient = []").unwrap_err();
        assert!(matches!(error, TransientsError::Schema { found: 2, .. }));
    }
}
