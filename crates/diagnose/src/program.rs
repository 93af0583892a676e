//! Whose code a process runs: the Agent's, or that of a program that has nothing to do with it.
//!
//! A lone profile may be of any Go program. Then its own code is responsible for what it does, and
//! the table of the Agent's owners says nothing of it but what is Go's.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use super::owner::{Class, Owners, UNOWNED, below, import_path, may_be_own};
use flare::Process;
use profile::lens::subject::Subject;

/// Whose code a process runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program(Option<Own>);

/// A program that is none of the Agent's.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Own {
    /// Path of its module; empty where only package `main` is known to be its own.
    module: String,
    /// What it is called: its module, else the file that ran; may be empty.
    name: String,
}

impl Program {
    /// The Agent.
    pub const AGENT: Self = Self(None);

    /// Of a process, by all its profiles.
    pub fn of<'s>(
        process: &Process,
        profiles: impl Iterator<Item = &'s Subject>,
        owners: &Owners,
    ) -> Self {
        if !matches!(process, Process::Nameless | Process::Other(_)) {
            return Self::AGENT;
        }
        Self::seen(&Seen::of(profiles, owners), owners)
    }

    /// Of a process, by the functions of its goroutines.
    pub fn of_functions<'n>(
        process: &Process,
        functions: impl Iterator<Item = &'n str>,
        owners: &Owners,
    ) -> Self {
        if !matches!(process, Process::Nameless | Process::Other(_)) {
            return Self::AGENT;
        }
        let mut seen = Seen::default();
        let mut known = HashSet::new();
        for name in functions.filter(|&name| known.insert(name)) {
            seen.add(name, "", owners);
        }
        Self::seen(&seen, owners)
    }

    fn seen(seen: &Seen<'_>, owners: &Owners) -> Self {
        if flare::is_program(seen.file) || seen.is_agent(owners) {
            return Self::AGENT;
        }
        let module = seen
            .beside_main()
            .or_else(|| seen.of_main_file())
            .or_else(|| seen.named_as_file())
            .or_else(|| seen.most_frequent());
        let (module, name) = match module {
            Some(module) => (module.clone(), module),
            // Where only a file tells, it has to be none of the Agent's.
            None if seen.main.is_empty() && !seen.is_other_file() => return Self::AGENT,
            None => (String::new(), seen.file.to_owned()),
        };
        Self(Some(Own { module, name }))
    }

    /// It is the Agent's, or nothing says that it is not.
    pub const fn is_agent(&self) -> bool {
        self.0.is_none()
    }

    /// What a program of its own is called: its module, else its file; empty where nothing tells.
    pub fn name(&self) -> &str {
        self.0.as_ref().map_or("", |own| own.name.as_str())
    }

    /// What a function's name says about responsibility in this program.
    pub fn class(&self, owners: &Owners, function: &str) -> Class {
        let class = owners.class(function);
        let Some(own) = &self.0 else {
            return class;
        };
        match class {
            // Of the Agent's table only what it says of Go holds for others.
            Class::Standard(_) | Class::Runtime(_) | Class::Other | Class::Nameless => class,
            Class::Mapping(_) => Class::Other,
            _ if own.covers(&import_path(function)) => Class::Program,
            _ => Class::Unlisted,
        }
    }

    /// Who owns a function of that class.
    pub fn owner<'o>(&self, owners: &'o Owners, class: Class, function: &str) -> Cow<'o, str> {
        if let Some(id) = class.owner() {
            return Cow::Borrowed(&owners.owner(id).owner);
        }
        match (class, &self.0) {
            (Class::Program, Some(own)) => Cow::Owned(itself(&own.name)),
            (Class::Program | Class::Unlisted, own) => {
                let path = import_path(function);
                match (&*path, own) {
                    (MAIN, None) => Cow::Borrowed(owners.catch_all()),
                    (MAIN, Some(own)) => Cow::Owned(itself(&own.name)),
                    // A table without rows for Go leaves it unlisted.
                    (path, None) if !may_be_own(path) => Cow::Borrowed(SYSTEM),
                    (path, _) => Cow::Owned(format!("third-party module ({})", module_path(path))),
                }
            }
            (Class::Other, _) => Cow::Borrowed(SYSTEM),
            _ => Cow::Borrowed(UNOWNED),
        }
    }
}

impl Own {
    fn covers(&self, path: &str) -> bool {
        path == MAIN || (!self.module.is_empty() && below(path, &self.module).is_some())
    }
}

/// A program's package of that name is its own, wherever it lies.
const MAIN: &str = "main";

/// What C code and mappings that nobody owns are called.
const SYSTEM: &str = "System libraries";

fn itself(name: &str) -> String {
    match name {
        "" => "the program itself".to_owned(),
        name => format!("the program itself ({name})"),
    }
}

/// Hosts whose modules are `host/owner/repository`; others give each module a name of its own.
const FORGES: [&str; 5] = [
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "gitee.com",
];

/// The path of the module that a package is in, as far as its path tells.
pub fn module_path(package: &str) -> &str {
    let is_version = |segment: &str| {
        segment.strip_prefix('v').is_some_and(|digits| {
            !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit())
        })
    };
    let mut segments = package.split('/');
    let host = segments.next().unwrap_or_default();
    let second = segments.next().unwrap_or_default();
    let mut count = match host {
        // `gopkg.in/yaml.v3`, `gopkg.in/DataDog/dd-trace-go.v1`
        "gopkg.in" if second.contains(".v") => 2,
        "gopkg.in" => 3,
        "golang.org" => 3,
        _ if is_forge(host) || is_version(second) => 3,
        _ => 2,
    };
    if package.split('/').nth(count).is_some_and(is_version) {
        count += 1;
    }
    let end = package.match_indices('/').nth(count.saturating_sub(1));
    package
        .get(..end.map_or(package.len(), |(at, _)| at))
        .unwrap_or(package)
}

fn is_forge(host: &str) -> bool {
    FORGES.contains(&host) || host.starts_with("git")
}

/// What names and files of a program's functions say.
#[derive(Default)]
struct Seen<'s> {
    /// The file that ran.
    file: &'s str,
    /// Folders of package `main`; empty for functions without a file.
    main: Vec<&'s str>,
    /// Packages that may be the program's own, with their folders.
    packages: Vec<(String, &'s str)>,
    /// Functions of each module.
    modules: BTreeMap<String, usize>,
}

impl<'s> Seen<'s> {
    fn of(profiles: impl Iterator<Item = &'s Subject>, owners: &Owners) -> Self {
        let mut seen = Self::default();
        let mut known = HashSet::new();
        for subject in profiles {
            if seen.file.is_empty() {
                let main = subject.profile().program();
                seen.file = main.map_or("", |main| last(&main.file));
            }
            for row in subject.rows() {
                let name = subject.name(row);
                if known.insert(name) {
                    seen.add(name, subject.file(row), owners);
                }
            }
        }
        seen
    }

    fn add(&mut self, name: &str, file: &'s str, owners: &Owners) {
        let folder = file.rfind(['/', '\\']).map_or("", |end| &file[..end]);
        let path = import_path(name);
        match owners.class(name) {
            Class::Unlisted if path == MAIN => self.main.push(folder),
            Class::Unlisted | Class::Datadog(_) | Class::DatadogUnlisted(_) => {
                *self
                    .modules
                    .entry(module_path(&path).to_owned())
                    .or_default() += 1;
                self.packages.push((path.into_owned(), folder));
            }
            _ => {}
        }
    }

    fn is_agent(&self, owners: &Owners) -> bool {
        let agent = self.modules.get(owners.module()).copied().unwrap_or(0);
        agent > 0 && self.modules.values().all(|&functions| functions <= agent)
    }

    fn is_other_file(&self) -> bool {
        !self.file.is_empty() && !self.file.contains("agent") && !self.file.contains("datadog")
    }

    /// The module of packages that lie in one tree with `main`.
    fn beside_main(&self) -> Option<String> {
        let mut found: BTreeMap<&str, usize> = BTreeMap::new();
        for (path, folder) in &self.packages {
            let modules = self
                .main
                .iter()
                .filter_map(|main| common(path, folder, main));
            if let Some(module) = modules.max_by_key(|module| module.len()) {
                *found.entry(module).or_default() += 1;
            }
        }
        most(found.into_iter()).map(str::to_owned)
    }

    /// The module that the path of `main`'s own file names: in builds without the machine's paths,
    /// and below the `src` of older ones.
    fn of_main_file(&self) -> Option<String> {
        self.main.iter().find_map(|main| {
            let path = main.rsplit_once("/src/").map_or(*main, |(_, path)| path);
            let path = path.split('@').next().unwrap_or(path);
            let host = path.split('/').next().unwrap_or_default();
            let is_import = host.contains('.') && path.contains('/');
            is_import.then(|| module_path(path).to_owned())
        })
    }

    /// The module, or the command in it, that is called as the file that ran.
    fn named_as_file(&self) -> Option<String> {
        let file = self.file.trim_end_matches(".exe");
        let is_it = |path: &str| !file.is_empty() && last(path) == file;
        self.packages.iter().find_map(|(path, _)| {
            let module = module_path(path);
            let command = path.contains("/cmd/") && is_it(path);
            (is_it(module) || command).then(|| module.to_owned())
        })
    }

    /// Where nothing says what `main` is.
    fn most_frequent(&self) -> Option<String> {
        if !self.main.is_empty() {
            return None;
        }
        let modules = self.modules.iter();
        most(modules.map(|(module, functions)| (module.as_str(), *functions))).map(str::to_owned)
    }
}

/// The first of those with the most.
fn most<'m>(counts: impl Iterator<Item = (&'m str, usize)>) -> Option<&'m str> {
    let most = counts.reduce(|best, next| if next.1 > best.1 { next } else { best });
    most.map(|(module, _)| module)
}

/// The module of a package whose folder lies in one tree with `main`: what of the package's path
/// leads to the nearest folder that holds both.
fn common<'p>(path: &'p str, folder: &str, main: &str) -> Option<&'p str> {
    let (mut module, mut root) = (path, folder);
    loop {
        if !root.is_empty() && below(main, root).is_some() {
            let host = module.split('/').next().unwrap_or_default();
            let least = match host.contains('.') {
                true if is_forge(host) => 3,
                true => 2,
                false => 1,
            };
            return (module.split('/').count() >= least).then_some(module);
        }
        let (up, name) = module.rsplit_once('/')?;
        let (above, folder) = root.rsplit_once('/')?;
        if name != folder {
            return None;
        }
        (module, root) = (up, above);
    }
}

fn last(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_packages() {
        for (package, module) in [
            ("github.com/a/b", "github.com/a/b"),
            ("github.com/a/b/c/d", "github.com/a/b"),
            ("github.com/a/b/v2/c", "github.com/a/b/v2"),
            ("github.com/a/b/vendoring/c", "github.com/a/b"),
            (
                "go.opentelemetry.io/otel/sdk/trace",
                "go.opentelemetry.io/otel",
            ),
            ("go.uber.org/zap/zapcore", "go.uber.org/zap"),
            ("k8s.io/api/core/v1", "k8s.io/api"),
            ("k8s.io/klog/v2/internal", "k8s.io/klog/v2"),
            ("golang.org/x/text/language", "golang.org/x/text"),
            ("gopkg.in/yaml.v3", "gopkg.in/yaml.v3"),
            (
                "gopkg.in/DataDog/dd-trace-go.v1/ddtrace",
                "gopkg.in/DataDog/dd-trace-go.v1",
            ),
            ("gonum.org/v1/gonum/mat", "gonum.org/v1/gonum"),
            (
                "gitlab.corp.example/team/app/x",
                "gitlab.corp.example/team/app",
            ),
            ("example.com", "example.com"),
            ("", ""),
        ] {
            assert_eq!(module_path(package), module);
        }
    }

    #[test]
    fn a_tree_that_holds_main_too_gives_the_module() {
        let main = "/home/me/work/app/cmd/srv";
        for (path, folder, module) in [
            (
                "example.com/app/internal/x",
                "/home/me/work/app/internal/x",
                Some("example.com/app"),
            ),
            // The folder is called otherwise than the module.
            (
                "github.com/me/it/x",
                "/home/me/work/app/x",
                Some("github.com/me/it"),
            ),
            ("app/x", "/home/me/work/app/x", Some("app")),
            // Near misses: the module cache, a vendored copy, a tree of everybody's code.
            (
                "github.com/a/b",
                "/home/me/go/pkg/mod/github.com/a/b@v1.0.0",
                None,
            ),
            (
                "github.com/a/b",
                "/home/me/work/app/vendor/github.com/a/b",
                None,
            ),
            ("github.com/a/b", "/home/me/github.com/a/b", None),
            ("example.com/app", "", None),
        ] {
            assert_eq!(common(path, folder, main), module, "{path} {folder}");
        }
        let gopath = "/go/src/github.com/me/app";
        assert_eq!(
            common("github.com/a/b", "/go/src/github.com/a/b", gopath),
            None
        );
    }
}
