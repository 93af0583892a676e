//! Who owns a function, and to whom a finding goes.
//!
//! Works on names only: Go symbols as profiles give them, and mapping names in brackets. It knows
//! neither profiles nor verdicts. The table is data (`data/owners.toml`, which describes its own
//! format); users may load another one at run time.
//!
//! ```text
//! github.com/DataDog/datadog-agent/pkg/aggregator.(*TimeSampler).sample
//! '------------- module ---------' '-- segments -' '---- symbol ------'
//! ```

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::program::Program;
use flare::Process;
use serde::Deserialize;

use tables::data_file::{self, DataFileError};

/// Format of the table that this version reads.
const SCHEMA: u32 = 1;

/// Where Go checks live, below the module. Fixed by the procedure; `[checks]` is relative to it.
const CORE_CHECKS: &str = "pkg/collector/corechecks";

/// A row's component when each of its patterns names its own: the last segment.
const BY_NAME: &str = "*";

/// First segments of the Agent's own packages: a pattern that starts with one is below the module.
pub(super) const AGENT_ROOTS: [&str; 3] = ["pkg", "comp", "cmd"];

/// What reports call samples that no owner claims.
pub const UNOWNED: &str = "unowned";

/// Index of an [`Owner`] in its [`Owners`]. Meaningless for any other table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerId(u32);

impl OwnerId {
    /// Position in [`Owners::iter`], for callers that keep one sum per owner.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Which table of the file an owner stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OwnerKind {
    /// A package of the Agent.
    Agent,
    /// A mapping, named in brackets.
    Mapping,
    /// A module that the Agent uses.
    ThirdParty,
    /// Go's standard library.
    Standard,
    /// The Go runtime.
    Runtime,
}

/// How an owner relates to checks, for correlation with the running ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Integration {
    /// Some Python check; which one, the profile does not say.
    Python,
    /// One Go check; [`Owners::check_name`] names it.
    GoCheck,
}

/// One pattern and who owns what it matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The pattern as the file gives it; empty for the Agent's catch-all row.
    pub pattern: String,
    /// The procedure's wording, or the component, for example `Core Agent, aggregation`.
    pub owner: String,
    /// Finer than the owner, for example `Metric aggregation, demultiplexer`.
    pub component: String,
    /// Teams without `@DataDog/`, joined with `, `, the first being the one to ask.
    pub team: String,
    /// What consumption here usually means, as a clause without a full stop.
    pub meaning: String,
    /// Which table the pattern stands in.
    pub kind: OwnerKind,
    /// Set for checks.
    pub integration: Option<Integration>,
    /// Whether it is a module that works for whoever calls it.
    pub generic: bool,
}

/// What a function's name says about responsibility. Computed once per function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// The Agent's code, in the table.
    Datadog(OwnerId),
    /// The Agent's code, covered by the catch-all row only.
    DatadogUnlisted(OwnerId),
    /// A mapping that the table names.
    Mapping(OwnerId),
    /// A third-party module that the table names.
    ThirdParty(OwnerId),
    /// The same, one that works for whoever calls it.
    Generic(OwnerId),
    /// The standard library.
    Standard(OwnerId),
    /// The Go runtime.
    Runtime(OwnerId),
    /// Own code of a program that is none of the Agent's; see [`super::program`].
    Program,
    /// A program's or a module's own code, of which the table has no row.
    Unlisted,
    /// C code and mappings that the table does not name.
    Other,
    /// No name at all.
    Nameless,
}

impl Class {
    /// The row of the table, unless it has none.
    pub fn owner(self) -> Option<OwnerId> {
        match self {
            Self::Datadog(id)
            | Self::DatadogUnlisted(id)
            | Self::Mapping(id)
            | Self::ThirdParty(id)
            | Self::Generic(id)
            | Self::Standard(id)
            | Self::Runtime(id) => Some(id),
            Self::Program | Self::Unlisted | Self::Other | Self::Nameless => None,
        }
    }
}

/// Where a finding goes, by the procedure's decision tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Routing {
    /// Step of the decision tree: 1 to 6, or 7 for "otherwise".
    pub step: u8,
    /// For engineers, full sentences. Names teams: not for customers.
    pub words: String,
    /// Teams without `@DataDog/`; empty when no team is to be asked yet.
    pub team: String,
    /// Whom to escalate to, for example `Agent team (#support-agent)`; empty when nobody yet.
    pub escalate_to: String,
    /// False when the function says nothing by itself: its callers have to be looked at.
    pub actionable: bool,
}

/// The owner table.
#[derive(Clone, Debug)]
pub struct Owners {
    date: String,
    source: String,
    module: String,
    owners: Vec<Owner>,
    agent: Trie<OwnerId>,
    /// Third-party modules, the standard library and the runtime.
    imports: Trie<OwnerId>,
    mappings: Vec<(String, OwnerId)>,
    checks: Trie<String>,
    routes: Vec<Route>,
}

/// Why an owner table cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OwnersError {
    /// Not TOML, too deep, or not of this shape.
    #[error("the owner table is not valid: {0}")]
    Syntax(#[source] DataFileError),
    /// Written for another version.
    #[error("the owner table has schema {found}, this version reads {expected}")]
    Schema {
        /// In the file.
        found: u32,
        /// In this version.
        expected: u32,
    },
    /// A field that must say something is empty.
    #[error("{entry}: `{field}` is empty")]
    Empty {
        /// Table and position, for example `[[agent]] 3`.
        entry: String,
        /// Which field.
        field: &'static str,
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
    /// The same pattern twice: which one wins would depend on chance.
    #[error("{entry}: pattern `{pattern}` stands in this file already")]
    Duplicate {
        /// Table and position of the second one.
        entry: String,
        /// As written.
        pattern: String,
    },
    /// No row for the module itself, so functions of unlisted packages would have no owner.
    #[error("no [[agent]] row has the empty pattern, which catches packages without a row")]
    NoCatchAll,
    /// A route that matches by neither or by both.
    #[error("{entry}: a route has either `patterns` or a `class`")]
    RouteCondition {
        /// Table and position.
        entry: String,
    },
    /// A step that the decision tree does not have.
    #[error("{entry}: step {step} is not between 1 and 7")]
    RouteStep {
        /// Table and position.
        entry: String,
        /// As written.
        step: u8,
    },
    /// A class of functions that no route takes.
    #[error("no [[route]] without `process` has class `{class}`")]
    NoRoute {
        /// The class.
        class: &'static str,
    },
}

/// What is wrong with a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternProblem {
    /// Starts or ends with a slash, or has two in a row, or an empty part of a symbol.
    #[error("has an empty segment")]
    EmptySegment,
    /// The module's path is understood.
    #[error("repeats the module's path, to which it is relative")]
    RepeatsModule,
    /// A mapping outside brackets.
    #[error("is not a mapping name in brackets")]
    NotBracketed,
    /// A bracketed name among packages.
    #[error("is a mapping name, which belongs into [[mapping]]")]
    Bracketed,
    /// Only the Agent has a catch-all row.
    #[error("is empty")]
    Empty,
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
    route: Vec<FileRoute>,
    #[serde(default)]
    agent: Vec<FileOwner>,
    #[serde(default)]
    mapping: Vec<FileOwner>,
    #[serde(default)]
    third_party: Vec<FileOwner>,
    #[serde(default)]
    standard: Vec<FileOwner>,
    #[serde(default)]
    runtime: Vec<FileOwner>,
    #[serde(default)]
    checks: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileOwner {
    patterns: Vec<String>,
    owner: String,
    component: String,
    team: String,
    meaning: String,
    integration: Option<Integration>,
    #[serde(default)]
    generic: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRoute {
    step: u8,
    #[serde(default)]
    patterns: Vec<String>,
    class: Option<RouteClass>,
    process: Option<String>,
    words: String,
    team: Option<String>,
    escalate_to: String,
    #[serde(default = "yes")]
    actionable: bool,
}

fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RouteClass {
    System,
    Owned,
    /// A program that is none of the Agent's; tables may leave it to `Unowned`.
    Program,
    Unowned,
}

#[derive(Clone, Debug)]
struct Route {
    step: u8,
    condition: RouteCondition,
    process: Option<Process>,
    words: String,
    team: Option<String>,
    escalate_to: String,
    actionable: bool,
}

#[derive(Clone, Debug)]
enum RouteCondition {
    Patterns {
        agent: Trie<()>,
        mappings: Vec<String>,
    },
    Class(RouteClass),
}

impl Owners {
    /// The table that comes with this version. Parsed once.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Owners> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            Self::parse(tables::OWNERS)
                .expect("data/owners.toml is part of the program and parsed by a test")
        })
    }

    /// Reads a table in the format that `data/owners.toml` describes.
    ///
    /// # Errors
    /// Every [`OwnersError`] names the entry.
    pub fn parse(text: &str) -> Result<Self, OwnersError> {
        let file: FileTable = data_file::read(text).map_err(OwnersError::Syntax)?;
        if file.schema != SCHEMA {
            return Err(OwnersError::Schema {
                found: file.schema,
                expected: SCHEMA,
            });
        }
        if file.module.is_empty() {
            return Err(OwnersError::Empty {
                entry: "the head".to_owned(),
                field: "module",
            });
        }

        let mut table = Self {
            date: file.date,
            source: file.source,
            module: file.module,
            owners: Vec::new(),
            agent: Trie::default(),
            imports: Trie::default(),
            mappings: Vec::new(),
            checks: Trie::default(),
            routes: Vec::new(),
        };
        for (kind, name, rows) in [
            (OwnerKind::Agent, "agent", file.agent),
            (OwnerKind::Mapping, "mapping", file.mapping),
            (OwnerKind::ThirdParty, "third_party", file.third_party),
            (OwnerKind::Standard, "standard", file.standard),
            (OwnerKind::Runtime, "runtime", file.runtime),
        ] {
            for (index, row) in rows.into_iter().enumerate() {
                table.add_owner(kind, &format!("[[{name}]] {}", index + 1), &row)?;
            }
        }
        if table.agent.nodes[0].value.is_none() {
            return Err(OwnersError::NoCatchAll);
        }
        for (pattern, check) in file.checks {
            let entry = format!("[checks] {pattern}");
            if check.is_empty() {
                return Err(OwnersError::Empty {
                    entry,
                    field: "name",
                });
            }
            let parsed = Pattern::parse(&pattern).at(&entry, &pattern)?;
            table.checks.insert(&parsed, check).at(&entry, &pattern)?;
        }
        for (index, row) in file.route.into_iter().enumerate() {
            let entry = format!("[[route]] {}", index + 1);
            let route = table.parse_route(&entry, row)?;
            table.routes.push(route);
        }
        for (class, name) in [
            (RouteClass::System, "system"),
            (RouteClass::Owned, "owned"),
            (RouteClass::Unowned, "unowned"),
        ] {
            let covered = table.routes.iter().any(|route| {
                matches!(route.condition, RouteCondition::Class(of) if of == class)
                    && route.process.is_none()
            });
            if !covered {
                return Err(OwnersError::NoRoute { class: name });
            }
        }
        Ok(table)
    }

    fn add_owner(
        &mut self,
        kind: OwnerKind,
        entry: &str,
        row: &FileOwner,
    ) -> Result<(), OwnersError> {
        for (field, value) in [
            ("owner", &row.owner),
            ("component", &row.component),
            ("team", &row.team),
        ] {
            if value.is_empty() {
                return Err(OwnersError::Empty {
                    entry: entry.to_owned(),
                    field,
                });
            }
        }
        if row.patterns.is_empty() {
            return Err(OwnersError::Empty {
                entry: entry.to_owned(),
                field: "patterns",
            });
        }
        for pattern in &row.patterns {
            // Tables are a few hundred rows long; a table of four billion would not have parsed.
            let id = OwnerId(u32::try_from(self.owners.len()).unwrap_or(u32::MAX));
            match kind {
                OwnerKind::Mapping => {
                    let name = bracketed(pattern)
                        .ok_or(PatternProblem::NotBracketed)
                        .map_err(InsertError::Problem)
                        .at(entry, pattern)?;
                    if self.mappings.iter().any(|(known, _)| known == name) {
                        return Err(InsertError::Duplicate).at(entry, pattern);
                    }
                    self.mappings.push((name.to_owned(), id));
                }
                OwnerKind::Agent => {
                    let parsed = self.agent_pattern(pattern).at(entry, pattern)?;
                    self.agent.insert(&parsed, id).at(entry, pattern)?;
                }
                OwnerKind::ThirdParty | OwnerKind::Standard | OwnerKind::Runtime => {
                    let parsed = Pattern::parse(pattern).at(entry, pattern)?;
                    if parsed.segments.is_empty() && parsed.symbol.is_empty() {
                        return Err(InsertError::Problem(PatternProblem::Empty)).at(entry, pattern);
                    }
                    self.imports.insert(&parsed, id).at(entry, pattern)?;
                }
            }
            self.owners.push(Owner {
                pattern: pattern.clone(),
                owner: row.owner.clone(),
                component: match row.component.as_str() {
                    BY_NAME => file_name(pattern).to_owned(),
                    component => component.to_owned(),
                },
                team: row.team.clone(),
                meaning: row.meaning.clone(),
                kind,
                integration: row.integration,
                generic: row.generic,
            });
        }
        Ok(())
    }

    /// A pattern relative to the module. That the module is left out is the mistake to expect.
    fn agent_pattern(&self, pattern: &str) -> Result<Pattern, InsertError> {
        if self.below_module(pattern).is_some() {
            return Err(InsertError::Problem(PatternProblem::RepeatsModule));
        }
        Ok(Pattern::parse(pattern)?)
    }

    fn parse_route(&self, entry: &str, row: FileRoute) -> Result<Route, OwnersError> {
        if !(1..=7).contains(&row.step) {
            return Err(OwnersError::RouteStep {
                entry: entry.to_owned(),
                step: row.step,
            });
        }
        if row.words.is_empty() {
            return Err(OwnersError::Empty {
                entry: entry.to_owned(),
                field: "words",
            });
        }
        let condition = match (row.patterns.as_slice(), row.class) {
            ([], Some(class)) => RouteCondition::Class(class),
            ([_, ..], None) => {
                let mut agent = Trie::default();
                let mut mappings = Vec::new();
                for pattern in &row.patterns {
                    if let Some(name) = bracketed(pattern) {
                        mappings.push(name.to_owned());
                    } else {
                        let parsed = self.agent_pattern(pattern).at(entry, pattern)?;
                        agent.insert(&parsed, ()).at(entry, pattern)?;
                    }
                }
                RouteCondition::Patterns { agent, mappings }
            }
            _ => {
                return Err(OwnersError::RouteCondition {
                    entry: entry.to_owned(),
                });
            }
        };
        Ok(Route {
            step: row.step,
            condition,
            process: row.process.as_deref().map(Process::parse),
            words: row.words,
            team: row.team,
            escalate_to: row.escalate_to,
            actionable: row.actionable,
        })
    }

    /// Path of the Agent's module.
    pub fn module(&self) -> &str {
        &self.module
    }

    /// Date of the table, as it states it.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Where the table comes from, as it states it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Every pattern with its owner, in this order: Agent, mappings, third party, standard, runtime.
    pub fn iter(&self) -> impl Iterator<Item = (OwnerId, &Owner)> {
        (0..).map(OwnerId).zip(&self.owners)
    }

    /// How many patterns there are; every [`OwnerId::index`] is below it.
    pub fn len(&self) -> usize {
        self.owners.len()
    }

    /// Never true: a table without a catch-all row is not accepted.
    pub fn is_empty(&self) -> bool {
        self.owners.is_empty()
    }

    /// The owner behind an id that this table gave out.
    pub fn owner(&self, id: OwnerId) -> &Owner {
        &self.owners[id.index()]
    }

    /// Owner of a single function, whatever stands around it in the stack.
    ///
    /// `function` is a name as a profile gives it, or a mapping name in brackets.
    pub fn of_function(&self, function: &str) -> Option<&Owner> {
        self.class(function).owner().map(|id| self.owner(id))
    }

    /// What the name says. One walk over the name's segments: cheap enough for every function of a
    /// profile, once.
    pub fn class(&self, function: &str) -> Class {
        if matches!(function, "" | "<unknown>") {
            return Class::Nameless;
        }
        if let Some(mapping) = bracketed(function) {
            return self.mapping(mapping).map_or(Class::Other, Class::Mapping);
        }
        let path = import_path(function);
        let symbol = symbol(function);
        if let Some(below) = self.below_module(&path) {
            return match self.agent.find(below, symbol) {
                Some(&id) if self.owner(id).pattern.is_empty() => Class::DatadogUnlisted(id),
                Some(&id) => Class::Datadog(id),
                None => Class::Other,
            };
        }
        // The standard library's own copies of modules are not the modules.
        let path = match full_package(function).starts_with(VENDORED) {
            true => Cow::Borrowed(VENDORED.trim_end_matches('/')),
            false => path,
        };
        let Some(&id) = self.imports.find(&path, symbol) else {
            return match path.is_empty() {
                true => Class::Other,
                false => Class::Unlisted,
            };
        };
        let owner = self.owner(id);
        match owner.kind {
            OwnerKind::Runtime => Class::Runtime(id),
            OwnerKind::Standard => Class::Standard(id),
            _ if owner.generic => Class::Generic(id),
            _ => Class::ThirdParty(id),
        }
    }

    /// The place of a stack's responsible frame; `None` in a stack without any name.
    ///
    /// `frames` run from the leaf to the root. First choice is the frame nearest to the leaf that
    /// is the Agent's or a mapping of the table; if the whole stack has none, the nearest
    /// third-party module of the table that is not generic. Then the nearest module of any kind:
    /// one that is generic counts between the leaf and the first frame of a program's or module's
    /// own code only, so a handler near the root is not responsible for what it calls. What is left
    /// holds nothing but Go and system libraries.
    pub fn responsible<'a>(&self, frames: impl Iterator<Item = &'a str>) -> Option<usize> {
        responsible_class(frames.map(|frame| self.class(frame)))
    }

    /// Whose all of the Agent is that no other row names.
    pub(crate) fn catch_all(&self) -> &str {
        let owner = self.agent.find("", "");
        owner.map_or(UNOWNED, |&id| self.owner(id).owner.as_str())
    }

    /// What the owner of Python checks is called.
    pub(crate) fn python_checks(&self) -> &str {
        let owner = self.agent.find("pkg/collector/python", "");
        owner.map_or(UNOWNED, |&id| self.owner(id).owner.as_str())
    }

    /// Whether that is the name of the Go runtime's owner.
    pub fn is_runtime(&self, owner: &str) -> bool {
        let mut owners = self.owners.iter();
        owners.any(|one| one.kind == OwnerKind::Runtime && one.owner == owner)
    }

    /// Name of the Go check that a function belongs to, as `status.log` gives it.
    ///
    /// None for functions outside the checks and for checks that the table does not list; for the
    /// latter, [`Self::check_package`] still says where they are.
    pub fn check_name(&self, function: &str) -> Option<&str> {
        let path = import_path(function);
        let below = below(self.below_module(&path)?, CORE_CHECKS)?;
        self.checks
            .find(below, symbol(function))
            .map(String::as_str)
    }

    /// Package of a Go check below `pkg/collector/corechecks`, for example `system/cpu/cpu`.
    pub fn check_package<'f>(&self, function: &'f str) -> Option<&'f str> {
        let below = below(self.below_module(package_path(function))?, CORE_CHECKS)?;
        (!below.is_empty()).then_some(below)
    }

    /// Where a finding goes whose responsible frame is `responsible_function`, in `process`, which
    /// runs `program`.
    pub fn route(
        &self,
        responsible_function: &str,
        process: &Process,
        program: &Program,
    ) -> Routing {
        let class = program.class(self, responsible_function);
        let owner = class.owner().map(|id| self.owner(id));
        let owner_name = program.owner(self, class, responsible_function);
        let route = self
            .routes
            .iter()
            .filter(|route| route.process.as_ref().is_none_or(|only| only == process))
            .find(|route| self.route_takes(route, responsible_function, class, program));
        let Some(route) = route else {
            // Parsing checks that the three classes are covered, and they exclude nothing.
            return Routing {
                step: 7,
                words: String::new(),
                team: String::new(),
                escalate_to: String::new(),
                actionable: false,
            };
        };

        let team = route
            .team
            .as_deref()
            .or(owner.map(|owner| owner.team.as_str()))
            .unwrap_or_default();
        let check = self
            .check_name(responsible_function)
            .or_else(|| self.check_package(responsible_function))
            .unwrap_or_default();
        let fill = |text: &str| {
            // Many components are their own owners.
            let once = owner.is_some_and(|owner| owner.owner == owner.component);
            let text = match once {
                true => text.replace("{owner} ({component})", "{owner}"),
                false => text.to_owned(),
            };
            text.replace("{team}", team)
                .replace("{owner}", &owner_name)
                .replace(
                    "{component}",
                    owner.map_or(UNOWNED, |owner| &owner.component),
                )
                .replace("{check}", check)
        };
        Routing {
            step: route.step,
            words: fill(&route.words),
            team: team.to_owned(),
            escalate_to: fill(&route.escalate_to),
            actionable: route.actionable,
        }
    }

    fn route_takes(&self, route: &Route, function: &str, class: Class, program: &Program) -> bool {
        match &route.condition {
            RouteCondition::Class(RouteClass::System) => match class {
                Class::Runtime(_) | Class::Standard(_) => true,
                Class::Other => true,
                // A table without rows for Go leaves it unlisted.
                Class::Unlisted => program.is_agent() && !may_be_own(&import_path(function)),
                _ => false,
            },
            RouteCondition::Class(RouteClass::Owned) => class.owner().is_some(),
            RouteCondition::Class(RouteClass::Program) => class == Class::Program,
            RouteCondition::Class(RouteClass::Unowned) => class.owner().is_none(),
            RouteCondition::Patterns { .. } if !program.is_agent() => false,
            RouteCondition::Patterns { agent, mappings } => match bracketed(function) {
                Some(mapping) => mappings
                    .iter()
                    .any(|glob| glob_matches(glob, file_name(mapping))),
                None => {
                    let path = import_path(function);
                    self.below_module(&path)
                        .is_some_and(|below| agent.find(below, symbol(function)).is_some())
                }
            },
        }
    }

    fn mapping(&self, name: &str) -> Option<OwnerId> {
        let name = file_name(name);
        // Among equals the first of the file wins, so the later one has to be strictly longer.
        let mut best: Option<(usize, OwnerId)> = None;
        for (glob, id) in &self.mappings {
            let length = literal_length(glob);
            if glob_matches(glob, name) && best.is_none_or(|(known, _)| length > known) {
                best = Some((length, *id));
            }
        }
        best.map(|(_, id)| id)
    }

    /// What of an import path stands below the module; empty for the module itself.
    fn below_module<'p>(&self, path: &'p str) -> Option<&'p str> {
        below(path, &self.module)
    }
}

/// The responsible frame among classes computed earlier, leaf to root. See [`Owners::responsible`].
pub fn responsible_class(classes: impl Iterator<Item = Class>) -> Option<usize> {
    // The nearest frame of each rank, the first that is there being responsible.
    let mut nearest: [Option<usize>; 5] = [None; 5];
    let mut below_own_code = true;
    for (index, class) in classes.enumerate() {
        let rank = match class {
            Class::Datadog(_) | Class::DatadogUnlisted(_) | Class::Mapping(_) | Class::Program => {
                return Some(index);
            }
            Class::ThirdParty(_) => 0,
            Class::Generic(_) if below_own_code => 1,
            Class::Unlisted => {
                below_own_code = false;
                1
            }
            Class::Standard(_) => 2,
            Class::Runtime(_) => 3,
            Class::Other => 4,
            Class::Generic(_) | Class::Nameless => continue,
        };
        if let Some(place) = nearest.get_mut(rank) {
            place.get_or_insert(index);
        }
    }
    nearest.into_iter().find_map(|place| place)
}

// ---- names

/// Import path of a Go symbol, as it stands in the name: dots of the last element stay `%2e`.
///
/// `/vendor/` and everything before it is left out. Empty for C and C++ symbols, Rust paths and
/// mapping names in brackets.
pub fn package_path(function: &str) -> &str {
    let package = full_package(function);
    let package = package
        .rsplit_once("/vendor/")
        .map_or(package, |(_, after)| after);
    // The standard library's own copies: `vendor/golang.org/x/net/...`.
    package.strip_prefix(VENDORED).unwrap_or(package)
}

/// How the standard library's own copies of modules start.
const VENDORED: &str = "vendor/";

/// The package with where it was vendored.
fn full_package(function: &str) -> &str {
    let (package, _) = split_name(function);
    let package = package.strip_suffix('.').unwrap_or(package);
    // Comparison and hash functions that the compiler makes for a type carry its package.
    ["type:.eq.", "type:.hash.", "type..eq.", "type..hash."]
        .iter()
        .find_map(|made| package.strip_prefix(made))
        .unwrap_or(package)
}

/// [`package_path`] with `%2e` and its like decoded: the path as it stands in Go sources.
pub fn import_path(function: &str) -> Cow<'_, str> {
    unescape(package_path(function))
}

/// Splits a name for display: package with its final dot, and receiver with function.
///
/// Both parts together are the name. The first one is empty for names without a package.
pub fn split_name(function: &str) -> (&str, &str) {
    function.split_at(package_end(function))
}

/// Whether a function is the runtime's: package `runtime`, `internal/runtime`, or below either.
///
/// A leaf in these never counts as heap growth; `runtime/pprof` is among them because taking the
/// CPU profile between two heap snapshots allocates.
pub fn is_runtime_package(function: &str) -> bool {
    let path = package_path(function);
    below(path, "runtime").is_some() || below(path, "internal/runtime").is_some()
}

/// Length of the package with its final dot; 0 when the name has none.
fn package_end(function: &str) -> usize {
    // Type arguments hold paths of their own, and a bracketed mapping is no Go name at all.
    let head = match function.find('[') {
        Some(bracket) => &function[..bracket],
        None => function,
    };
    // C++ and Rust paths; Go has no `::`.
    if head.contains("::") {
        return 0;
    }
    let last_element = head.rfind('/').map_or(0, |slash| slash + 1);
    let Some(dot) = head[last_element..].find('.') else {
        return 0;
    };
    // Copies that a C compiler makes: `memcpy.part.0`, `read.constprop.1`.
    let suffix = &head[last_element + dot + 1..];
    let suffix = suffix.split('.').next().unwrap_or_default();
    if last_element == 0 && matches!(suffix, "part" | "constprop" | "isra" | "cold" | "lto_priv") {
        return 0;
    }
    last_element + dot + 1
}

/// The name without its package.
fn symbol(function: &str) -> &str {
    split_name(function).1
}

/// Whether a package may be a program's or a module's own: import paths of modules start with a
/// domain.
pub(super) fn may_be_own(path: &str) -> bool {
    path == "main" || path.split('/').next().unwrap_or_default().contains('.')
}

/// What of `path` stands below `base` in whole segments.
pub(super) fn below<'p>(path: &'p str, base: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(base)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('/')
    }
}

/// The inside of a mapping name in brackets.
fn bracketed(name: &str) -> Option<&str> {
    name.strip_prefix('[')?.strip_suffix(']')
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Decodes `%xx` as the Go linker writes it. Anything else that has a percent sign stays.
fn unescape(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let decoded = match (byte, tail) {
            (b'%', [high, low, ..]) => hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        bytes.push(decoded.unwrap_or(byte));
        rest = if decoded.is_some() { &tail[2..] } else { tail };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

// ---- patterns

/// A package pattern: `pkg/trace`, `comp/x/y*`, `pkg/ebpf.(*MapCleaner)`, `._cgoexp_*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    segments: Vec<String>,
    symbol: Vec<String>,
}

/// Why a pattern did not get into a table; the caller knows the entry.
#[derive(Debug)]
enum InsertError {
    Problem(PatternProblem),
    Duplicate,
}

/// Adds the place to an [`InsertError`].
trait At<T> {
    fn at(self, entry: &str, pattern: &str) -> Result<T, OwnersError>;
}

impl From<PatternProblem> for InsertError {
    fn from(problem: PatternProblem) -> Self {
        Self::Problem(problem)
    }
}

impl<T, E: Into<InsertError>> At<T> for Result<T, E> {
    fn at(self, entry: &str, pattern: &str) -> Result<T, OwnersError> {
        self.map_err(|error| match error.into() {
            InsertError::Problem(problem) => OwnersError::Pattern {
                entry: entry.to_owned(),
                pattern: pattern.to_owned(),
                problem,
            },
            InsertError::Duplicate => OwnersError::Duplicate {
                entry: entry.to_owned(),
                pattern: pattern.to_owned(),
            },
        })
    }
}

impl Pattern {
    /// The empty pattern matches everything.
    pub(super) fn parse(text: &str) -> Result<Self, PatternProblem> {
        if text.starts_with('[') {
            return Err(PatternProblem::Bracketed);
        }
        let last_element = text.rfind('/').map_or(0, |slash| slash + 1);
        let (path, symbol) = match text[last_element..].find('.') {
            Some(dot) => (
                &text[..last_element + dot],
                Some(&text[last_element + dot + 1..]),
            ),
            None => (text, None),
        };
        let segments: Vec<String> = match path {
            "" => Vec::new(),
            _ => path
                .split('/')
                .map(|segment| unescape(segment).into_owned())
                .collect(),
        };
        let symbol: Vec<String> = symbol
            .map(|symbol| symbol.split('.').map(str::to_owned).collect())
            .unwrap_or_default();
        if segments.iter().chain(&symbol).any(String::is_empty) {
            return Err(PatternProblem::EmptySegment);
        }
        Ok(Self { segments, symbol })
    }

    /// Whether the pattern covers a symbol in a package, by the same rules as in a [`Trie`].
    pub(super) fn matches(&self, path: &str, symbol: &str) -> bool {
        // The empty path has no segment, not one that is empty.
        let mut of_path = path.split('/').filter(|segment| !segment.is_empty());
        self.segments
            .iter()
            .all(|segment| of_path.next().is_some_and(|own| glob_matches(segment, own)))
            && (self.symbol.is_empty()
                || (of_path.next().is_none() && symbol_matches(&self.symbol, symbol)))
    }
}

/// Patterns by segment, so that a name is compared with the few patterns that share its path.
#[derive(Clone, Debug)]
struct Trie<T> {
    /// Node 0 is the root.
    nodes: Vec<Node<T>>,
}

#[derive(Clone, Debug)]
struct Node<T> {
    /// Sorted by segment.
    literals: Vec<(String, usize)>,
    globs: Vec<(String, usize)>,
    value: Option<T>,
    symbols: Vec<(Vec<String>, T)>,
}

impl<T> Default for Trie<T> {
    fn default() -> Self {
        Self {
            nodes: vec![Node::default()],
        }
    }
}

impl<T> Default for Node<T> {
    fn default() -> Self {
        Self {
            literals: Vec::new(),
            globs: Vec::new(),
            value: None,
            symbols: Vec::new(),
        }
    }
}

/// How much of a name a pattern states. Longest match wins, field by field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Specificity {
    segments: usize,
    symbol_parts: usize,
    literal_bytes: usize,
}

impl<T> Trie<T> {
    fn insert(&mut self, pattern: &Pattern, value: T) -> Result<(), InsertError> {
        let mut at = 0;
        for segment in &pattern.segments {
            at = self.child(at, segment);
        }
        let node = &mut self.nodes[at];
        if pattern.symbol.is_empty() {
            if node.value.is_some() {
                return Err(InsertError::Duplicate);
            }
            node.value = Some(value);
        } else {
            if node
                .symbols
                .iter()
                .any(|(known, _)| *known == pattern.symbol)
            {
                return Err(InsertError::Duplicate);
            }
            node.symbols.push((pattern.symbol.clone(), value));
        }
        Ok(())
    }

    fn child(&mut self, at: usize, segment: &str) -> usize {
        let next = self.nodes.len();
        let node = &mut self.nodes[at];
        if segment.contains('*') {
            if let Some((_, child)) = node.globs.iter().find(|(glob, _)| glob == segment) {
                return *child;
            }
            node.globs.push((segment.to_owned(), next));
        } else {
            match node
                .literals
                .binary_search_by(|(known, _)| known.as_str().cmp(segment))
            {
                Ok(found) => return node.literals[found].1,
                Err(place) => node.literals.insert(place, (segment.to_owned(), next)),
            }
        }
        self.nodes.push(Node::default());
        next
    }

    /// The longest match for a package path and the symbol in it.
    fn find(&self, path: &str, symbol: &str) -> Option<&T> {
        let mut best = None;
        let start = Specificity {
            segments: 0,
            symbol_parts: 0,
            literal_bytes: 0,
        };
        self.visit(
            0,
            (!path.is_empty()).then_some(path),
            symbol,
            start,
            &mut best,
        );
        best.map(|(_, value)| value)
    }

    /// `rest` is what of the path is left; depth is bounded by the table's own patterns.
    fn visit<'t>(
        &'t self,
        at: usize,
        rest: Option<&str>,
        symbol: &str,
        so_far: Specificity,
        best: &mut Option<(Specificity, &'t T)>,
    ) {
        fn consider<'t, T>(best: &mut Option<(Specificity, &'t T)>, of: Specificity, value: &'t T) {
            if best.is_none_or(|(known, _)| of.cmp(&known) == Ordering::Greater) {
                *best = Some((of, value));
            }
        }

        let node = &self.nodes[at];
        if let Some(value) = &node.value {
            consider(best, so_far, value);
        }
        let Some(rest) = rest else {
            for (parts, value) in &node.symbols {
                if symbol_matches(parts, symbol) {
                    let literal_bytes: usize = parts.iter().map(|part| literal_length(part)).sum();
                    let of = Specificity {
                        symbol_parts: parts.len(),
                        literal_bytes: so_far.literal_bytes + literal_bytes,
                        ..so_far
                    };
                    consider(best, of, value);
                }
            }
            return;
        };
        let (segment, rest) = match rest.split_once('/') {
            Some((segment, rest)) => (segment, Some(rest)),
            None => (rest, None),
        };
        let deeper = |literal: usize| Specificity {
            segments: so_far.segments + 1,
            literal_bytes: so_far.literal_bytes + literal,
            ..so_far
        };
        if let Ok(found) = node
            .literals
            .binary_search_by(|(known, _)| known.as_str().cmp(segment))
        {
            let child = node.literals[found].1;
            self.visit(child, rest, symbol, deeper(segment.len()), best);
        }
        for (glob, child) in &node.globs {
            if glob_matches(glob, segment) {
                self.visit(*child, rest, symbol, deeper(literal_length(glob)), best);
            }
        }
    }
}

/// Whether a symbol starts with the parts of a pattern, type arguments aside.
fn symbol_matches(parts: &[String], symbol: &str) -> bool {
    let symbol = without_type_arguments(symbol);
    let mut of_symbol = symbol.split('.');
    parts
        .iter()
        .all(|part| of_symbol.next().is_some_and(|own| glob_matches(part, own)))
}

fn without_type_arguments(symbol: &str) -> Cow<'_, str> {
    if !symbol.contains('[') {
        return Cow::Borrowed(symbol);
    }
    let mut depth = 0_usize;
    Cow::Owned(
        symbol
            .chars()
            .filter(|letter| {
                match letter {
                    '[' => depth += 1,
                    ']' => {
                        depth = depth.saturating_sub(1);
                        return false;
                    }
                    _ => {}
                }
                depth == 0
            })
            .collect(),
    )
}

/// `*` stands for any number of bytes; everything else for itself.
fn glob_matches(glob: &str, text: &str) -> bool {
    let Some((first, mut globs)) = glob.split_once('*') else {
        return glob == text;
    };
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    // Each middle piece may be taken where it occurs first; only the last one is tied to the end.
    while let Some((middle, more)) = globs.split_once('*') {
        let Some(found) = rest.find(middle) else {
            return false;
        };
        rest = &rest[found + middle.len()..];
        globs = more;
    }
    rest.ends_with(globs)
}

fn literal_length(glob: &str) -> usize {
    glob.bytes().filter(|byte| *byte != b'*').count()
}

#[cfg(test)]
mod tests;
