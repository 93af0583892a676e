//! Reads `data/known_cases.toml`, which describes its format.

use flare::Process;
use serde::Deserialize;

use tables::data_file::{self, DataFileError};

use super::super::owner::{self, AGENT_ROOTS, Pattern, PatternProblem};
use super::version::{Version, VersionRange};
use super::{CaseKind, CaseNature, CasePattern, Condition, KnownCase, KnownCases};

/// Format of the file that this version reads.
const SCHEMA: u32 = 1;

/// Operating systems as `status.log` gives them.
const SYSTEMS: [&str; 3] = ["linux", "windows", "darwin"];

/// Why a table of cases cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KnownCasesError {
    /// Not TOML, too deep, or not of this shape.
    #[error("the table of known cases is not valid: {0}")]
    Syntax(#[source] DataFileError),
    /// Written for another version.
    #[error("the table of known cases has schema {found}, this version reads {expected}")]
    Schema {
        /// In the file.
        found: u32,
        /// In this version.
        expected: u32,
    },
    /// A field that must say something is empty.
    #[error("{entry}: `{field}` is empty")]
    Empty {
        /// Table and position, for example `[[case]] 3`.
        entry: String,
        /// Which field.
        field: &'static str,
    },
    /// Two cases with the same first reference: neither could be named by it.
    #[error("{entry}: another case has the first reference `{reference}` already")]
    Duplicate {
        /// Table and position of the second one.
        entry: String,
        /// As written.
        reference: String,
    },
    /// A process or a system that no flare has: the case could never match.
    #[error("{entry}: `{field}` does not know `{value}`")]
    Unknown {
        /// Table and position.
        entry: String,
        /// Which field.
        field: &'static str,
        /// As written.
        value: String,
    },
    /// Not a version.
    #[error("{entry}: `{version}` is not a version such as 7.57.1")]
    Version {
        /// Table and position.
        entry: String,
        /// As written.
        version: String,
    },
    /// A range that holds no version, has no end, or has two upper ends.
    #[error("{entry}: `from`, `before` and `to` make no range of versions")]
    Range {
        /// Table and position.
        entry: String,
    },
    /// A pattern that cannot match anything.
    #[error("{entry}: pattern `{pattern}` {problem}")]
    Pattern {
        /// Table and position.
        entry: String,
        /// As written.
        pattern: String,
        /// What is wrong with it.
        problem: PatternProblem,
    },
    /// A condition that every stack fits.
    #[error("{entry}: a condition on stacks needs `all_of`, `any_of` or `leaf`")]
    NoCondition {
        /// Table and position.
        entry: String,
    },
    /// A share that cannot be reached, or always is.
    #[error("{entry}: `min_share` is {value}, expected more than 0 and at most 100")]
    Share {
        /// Table and position.
        entry: String,
        /// As written.
        value: f64,
    },
}

// ---- the file

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileTable {
    schema: u32,
    date: String,
    source: String,
    module: String,
    #[serde(default)]
    case: Vec<FileCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCase {
    reference: OneOrMany,
    title: String,
    #[serde(default)]
    nature: CaseNature,
    kinds: Vec<CaseKind>,
    #[serde(default)]
    processes: Vec<String>,
    #[serde(default)]
    versions: Vec<FileRange>,
    os: Option<String>,
    platform: Option<String>,
    #[serde(default)]
    stack: Vec<FileCondition>,
    cause: String,
    remedy: String,
    status: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRange {
    from: Option<String>,
    before: Option<String>,
    to: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileCondition {
    #[serde(default)]
    all_of: Vec<String>,
    #[serde(default)]
    any_of: Vec<String>,
    #[serde(default)]
    none_of: Vec<String>,
    #[serde(default)]
    leaf: Vec<String>,
    min_share: Option<f64>,
}

impl KnownCases {
    /// Reads cases in the format that `data/known_cases.toml` describes.
    ///
    /// # Errors
    /// Every [`KnownCasesError`] names the entry.
    pub fn parse(text: &str) -> Result<Self, KnownCasesError> {
        let file: FileTable = data_file::read_compact(text).map_err(KnownCasesError::Syntax)?;
        if file.schema != SCHEMA {
            return Err(KnownCasesError::Schema {
                found: file.schema,
                expected: SCHEMA,
            });
        }
        for (field, value) in [("date", &file.date), ("module", &file.module)] {
            not_empty("the head", field, value.is_empty())?;
        }
        let mut table = Self {
            date: file.date,
            source: file.source,
            module: file.module,
            cases: Vec::new(),
            patterns: Vec::new(),
        };
        for (index, row) in file.case.into_iter().enumerate() {
            let entry = format!("[[case]] {}", index + 1);
            let case = table.parse_case(&entry, row)?;
            let known = |other: &KnownCase| other.references.first() == case.references.first();
            if table.cases.iter().any(known) {
                return Err(KnownCasesError::Duplicate {
                    entry,
                    reference: case.reference().to_owned(),
                });
            }
            table.cases.push(case);
        }
        Ok(table)
    }

    fn parse_case(&mut self, entry: &str, row: FileCase) -> Result<KnownCase, KnownCasesError> {
        let references = match row.reference {
            OneOrMany::One(reference) => vec![reference],
            OneOrMany::Many(references) => references,
        };
        let no_reference = references.is_empty() || references.iter().any(String::is_empty);
        not_empty(entry, "reference", no_reference)?;
        for (field, empty) in [
            ("title", row.title.is_empty()),
            ("kinds", row.kinds.is_empty()),
            ("stack", row.stack.is_empty()),
            ("cause", row.cause.is_empty()),
            ("remedy", row.remedy.is_empty()),
            ("status", row.status.is_empty()),
        ] {
            not_empty(entry, field, empty)?;
        }
        let unknown = |field, value: &str| KnownCasesError::Unknown {
            entry: entry.to_owned(),
            field,
            value: value.to_owned(),
        };
        let mut processes = Vec::with_capacity(row.processes.len());
        for name in &row.processes {
            // A misspelt one would never match.
            match Process::parse(name) {
                Process::Nameless | Process::Other(_) => return Err(unknown("processes", name)),
                process => processes.push(process),
            }
        }
        let system = |os: &&String| !SYSTEMS.contains(&os.as_str());
        if let Some(os) = row.os.as_ref().filter(system) {
            return Err(unknown("os", os));
        }
        let versions = row.versions.iter().map(|range| parse_range(entry, range));
        let versions = versions.collect::<Result<_, _>>()?;
        let conditions = row.stack.iter().map(|row| self.parse_condition(entry, row));
        let conditions = conditions.collect::<Result<_, _>>()?;
        Ok(KnownCase {
            references,
            title: row.title,
            nature: row.nature,
            kinds: row.kinds,
            processes,
            os: row.os,
            platform: row.platform,
            cause: row.cause,
            remedy: row.remedy,
            status: row.status,
            versions,
            conditions,
        })
    }

    fn parse_condition(
        &mut self,
        entry: &str,
        row: &FileCondition,
    ) -> Result<Condition, KnownCasesError> {
        if row.all_of.is_empty() && row.any_of.is_empty() && row.leaf.is_empty() {
            return Err(KnownCasesError::NoCondition {
                entry: entry.to_owned(),
            });
        }
        if let Some(value) = row
            .min_share
            .filter(|&share| !(share > 0.0 && share <= 100.0))
        {
            return Err(KnownCasesError::Share {
                entry: entry.to_owned(),
                value,
            });
        }
        Ok(Condition {
            all_of: self.intern(entry, &row.all_of)?,
            any_of: self.intern(entry, &row.any_of)?,
            none_of: self.intern(entry, &row.none_of)?,
            leaf: self.intern(entry, &row.leaf)?,
            min_share: row.min_share.unwrap_or_default() / 100.0,
        })
    }

    /// Positions of patterns in [`Self::patterns`].
    fn intern(&mut self, entry: &str, texts: &[String]) -> Result<Vec<usize>, KnownCasesError> {
        let mut ids = Vec::with_capacity(texts.len());
        for text in texts {
            let refuse = |problem| KnownCasesError::Pattern {
                entry: entry.to_owned(),
                pattern: text.clone(),
                problem,
            };
            if text.is_empty() {
                return Err(refuse(PatternProblem::Empty));
            }
            // The module is left out; that it is not is the mistake to expect.
            if owner::below(text, &self.module).is_some() {
                return Err(refuse(PatternProblem::RepeatsModule));
            }
            let known = self.patterns.iter().position(|other| other.text == *text);
            if let Some(id) = known {
                ids.push(id);
                continue;
            }
            let root = text.split(['/', '.']).next().unwrap_or_default();
            ids.push(self.patterns.len());
            self.patterns.push(CasePattern {
                text: text.clone(),
                pattern: Pattern::parse(text).map_err(refuse)?,
                below_module: AGENT_ROOTS.contains(&root),
            });
        }
        Ok(ids)
    }
}

fn parse_range(entry: &str, row: &FileRange) -> Result<VersionRange, KnownCasesError> {
    let parse = |text: &Option<String>| match text {
        Some(text) => Version::parse(text)
            .map(Some)
            .ok_or_else(|| KnownCasesError::Version {
                entry: entry.to_owned(),
                version: text.clone(),
            }),
        None => Ok(None),
    };
    let range = VersionRange {
        from: parse(&row.from)?,
        before: parse(&row.before)?,
        to: parse(&row.to)?,
    };
    if range.is_sound() {
        Ok(range)
    } else {
        Err(KnownCasesError::Range {
            entry: entry.to_owned(),
        })
    }
}

fn not_empty(entry: &str, field: &'static str, empty: bool) -> Result<(), KnownCasesError> {
    if empty {
        return Err(KnownCasesError::Empty {
            entry: entry.to_owned(),
            field,
        });
    }
    Ok(())
}
