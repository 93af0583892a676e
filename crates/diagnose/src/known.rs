//! Publicly reported cases, and which of them a finding resembles.
//!
//! Works on names, shares and a version only: it knows neither profiles nor verdicts. The cases are
//! data (`data/known_cases.toml`, which describes its own format). A match is a resemblance and no
//! proof: the same stack and version can have another cause.

mod file;
mod version;

use std::cmp::Reverse;
use std::sync::OnceLock;

use flare::Process;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use super::kinds::FindingKind;
use super::owner::{self, Pattern};
use version::{Version, VersionRange};

pub use file::KnownCasesError;

/// Shares are sums of floats: 0.1 ten times is a little less than 1.
const ROUNDING: f64 = 1e-9;

/// What kind of trouble a case makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseKind {
    /// Heap growth.
    MemoryLeak,
    /// CPU.
    CpuSpike,
    /// Lock contention.
    Contention,
    /// Many goroutines with one stack, in the goroutine dump.
    Goroutines,
}

impl From<FindingKind> for CaseKind {
    fn from(kind: FindingKind) -> Self {
        match kind {
            FindingKind::MemoryLeak => Self::MemoryLeak,
            FindingKind::CpuSpike => Self::CpuSpike,
            FindingKind::Contention => Self::Contention,
        }
    }
}

/// What stands behind a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseNature {
    /// One defect, reported and looked into.
    #[default]
    Report,
    /// A way in which the Agent is known to grow; its references are examples of it.
    Pattern,
}

/// One known case.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownCase {
    /// Threads and release notes, for example `DataDog/datadog-agent#56407`; never empty. The first
    /// one is unlike that of any other case.
    pub references: Vec<String>,
    /// As a clause, for example `second dogstatsd-capture leaks packet buffers`.
    pub title: String,
    /// What stands behind it.
    pub nature: CaseNature,
    /// The kinds of trouble it makes; never empty.
    pub kinds: Vec<CaseKind>,
    /// Processes it was seen in; empty for any.
    pub processes: Vec<Process>,
    /// The operating system, where it needs that one.
    pub os: Option<String>,
    /// Where it was reported, in words. Nothing is compared with it.
    pub platform: Option<String>,
    /// As a clause without a full stop.
    pub cause: String,
    /// As a clause without a full stop.
    pub remedy: String,
    /// For example `fixed in 7.57.1`, `open`.
    pub status: String,
    versions: Vec<VersionRange>,
    conditions: Vec<Condition>,
}

/// The table of known cases.
#[derive(Clone, Debug)]
pub struct KnownCases {
    date: String,
    source: String,
    module: String,
    cases: Vec<KnownCase>,
    /// Patterns of all cases, each once; conditions name them by position.
    patterns: Vec<CasePattern>,
}

/// What is compared with the cases.
#[derive(Clone, Copy, Debug)]
pub struct Sighting<'a> {
    /// The kind of trouble.
    pub kind: CaseKind,
    /// The process.
    pub process: &'a Process,
    /// Stacks, leaf first, with their share of what the finding counts (0..=1).
    pub stacks: &'a [(f64, Vec<&'a str>)],
    /// As in `status.log`, for example `7.72.0-rc.3`.
    pub version: Option<&'a str>,
    /// As in `status.log`, for example `linux`.
    pub os: Option<&'a str>,
}

/// A case that a sighting resembles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Match<'c> {
    /// The case.
    pub case: &'c KnownCase,
    /// What the resemblance rests on.
    pub by: Likeness,
}

/// What a resemblance rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Stack and version.
    StackAndVersion,
    /// The stack: the case names no version.
    Stack,
    /// The stack alone: the case names versions, and the Agent's is not known.
    VersionUnknown,
}

#[derive(Clone, Debug)]
struct CasePattern {
    text: String,
    pattern: Pattern,
    /// Relative to the module.
    below_module: bool,
}

/// What some stacks have to be like, together making up at least a share.
#[derive(Clone, Debug, PartialEq)]
struct Condition {
    all_of: Vec<usize>,
    any_of: Vec<usize>,
    none_of: Vec<usize>,
    leaf: Vec<usize>,
    /// 0..=1.
    min_share: f64,
}

/// The patterns that frames of a stack match.
struct Stack {
    share: f64,
    leaf: Vec<usize>,
    all: FxHashSet<usize>,
}

impl KnownCases {
    /// The cases that come with this version. Parsed once.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<KnownCases> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            Self::parse(tables::KNOWN_CASES)
                .expect("data/known_cases.toml is part of the program and parsed by a test")
        })
    }

    /// Date of the table, as it states it.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Where the table comes from, as it states it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Every case, in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = &KnownCase> {
        self.cases.iter()
    }

    /// The cases that a sighting resembles, the most specific first.
    ///
    /// Without a version a case fits by its stack alone. Without a system no case fits that needs
    /// one: those say little more than "the Go runtime is busy".
    pub fn matching(&self, sighting: &Sighting<'_>) -> Vec<Match<'_>> {
        let version = sighting.version.and_then(Version::parse);
        let candidates: Vec<&KnownCase> = self
            .cases
            .iter()
            .filter(|case| case.may_be(sighting, version))
            .collect();
        if candidates.is_empty() {
            return Vec::new();
        }
        let wanted: FxHashSet<usize> = candidates
            .iter()
            .flat_map(|case| &case.conditions)
            .flat_map(Condition::patterns)
            .collect();
        let stacks = self.stacks(sighting, &wanted);
        let mut matches: Vec<Match<'_>> = candidates
            .into_iter()
            .filter(|case| case.conditions.iter().all(|of| of.holds(&stacks)))
            .map(|case| Match {
                case,
                by: match version {
                    _ if case.versions.is_empty() => Likeness::Stack,
                    Some(_) => Likeness::StackAndVersion,
                    None => Likeness::VersionUnknown,
                },
            })
            .collect();
        // The sort is stable: among equals the first of the file stays first.
        matches.sort_by_key(|found| Reverse(found.specificity()));
        matches
    }

    /// What the frames of a sighting match. Each function is compared once.
    fn stacks(&self, sighting: &Sighting<'_>, wanted: &FxHashSet<usize>) -> Vec<Stack> {
        let mut memo: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        let mut stacks = Vec::with_capacity(sighting.stacks.len());
        for (share, frames) in sighting.stacks {
            let mut stack = Stack {
                share: if share.is_finite() { *share } else { 0.0 },
                leaf: Vec::new(),
                all: FxHashSet::default(),
            };
            for (depth, frame) in frames.iter().enumerate() {
                let ids = memo
                    .entry(frame)
                    .or_insert_with(|| self.of_function(frame, wanted));
                if depth == 0 {
                    stack.leaf.clone_from(ids);
                }
                stack.all.extend(ids.iter());
            }
            stacks.push(stack);
        }
        stacks
    }

    /// The wanted patterns that cover a function.
    fn of_function(&self, function: &str, wanted: &FxHashSet<usize>) -> Vec<usize> {
        let path = owner::import_path(function);
        let (_, symbol) = owner::split_name(function);
        let below = owner::below(&path, &self.module);
        let covers = |of: &CasePattern| {
            let path = if of.below_module { below } else { Some(&*path) };
            path.is_some_and(|path| of.pattern.matches(path, symbol))
        };
        self.patterns
            .iter()
            .enumerate()
            .filter(|(id, pattern)| wanted.contains(id) && covers(pattern))
            .map(|(id, _)| id)
            .collect()
    }
}

impl KnownCase {
    /// The first reference, by which the case is named.
    pub fn reference(&self) -> &str {
        self.references.first().map_or("", String::as_str)
    }

    /// Everything but the stacks.
    fn may_be(&self, sighting: &Sighting<'_>, version: Option<Version>) -> bool {
        let os = |name: &str| {
            sighting
                .os
                .is_some_and(|own| own.eq_ignore_ascii_case(name))
        };
        self.kinds.contains(&sighting.kind)
            && (self.processes.is_empty() || self.processes.contains(sighting.process))
            && self.os.as_deref().is_none_or(os)
            && (self.versions.is_empty()
                || version
                    .is_none_or(|version| self.versions.iter().any(|range| range.holds(version))))
    }
}

impl Match<'_> {
    /// How much had to be true, the weightiest first.
    fn specificity(&self) -> (bool, Reverse<CaseNature>, bool, usize, bool) {
        let demands = |of: &Condition| {
            of.all_of.len() + usize::from(!of.any_of.is_empty()) + usize::from(!of.leaf.is_empty())
        };
        (
            self.by == Likeness::StackAndVersion,
            Reverse(self.case.nature),
            self.case.os.is_some(),
            self.case.conditions.iter().map(demands).sum(),
            !self.case.processes.is_empty(),
        )
    }
}

impl Condition {
    fn patterns(&self) -> impl Iterator<Item = usize> {
        [&self.all_of, &self.any_of, &self.none_of, &self.leaf]
            .into_iter()
            .flatten()
            .copied()
    }

    fn holds(&self, stacks: &[Stack]) -> bool {
        let share: f64 = stacks
            .iter()
            .filter(|stack| self.fits(stack))
            .map(|stack| stack.share)
            .sum();
        share + ROUNDING >= self.min_share && stacks.iter().any(|stack| self.fits(stack))
    }

    fn fits(&self, stack: &Stack) -> bool {
        self.all_of.iter().all(|id| stack.all.contains(id))
            && (self.any_of.is_empty() || self.any_of.iter().any(|id| stack.all.contains(id)))
            && (self.leaf.is_empty() || self.leaf.iter().any(|id| stack.leaf.contains(id)))
            && !self.none_of.iter().any(|id| stack.all.contains(id))
    }
}

#[cfg(test)]
mod tests;
