//! Names of the Agent that a reader is told: every setting, command, flag, metric, environment
//! variable and address in texts, data files and goldens stands in a table of `data/agent`.
//!
//! A name is known by its form alone, so that a new sentence needs no entry here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::tidy::{before_tests, literals, root, sources};

/// What the tables have.
struct Names {
    /// Settings, and the blocks that hold them.
    settings: BTreeSet<String>,
    /// The same, each with a file that it stands in.
    files: BTreeSet<(String, String)>,
    metrics: BTreeSet<String>,
    /// Arguments of `datadog-agent`, as words.
    commands: BTreeSet<String>,
    /// Flags by the command that takes them.
    flags: BTreeMap<String, BTreeSet<String>>,
    runtime: BTreeSet<String>,
    environment: BTreeSet<String>,
    addresses: BTreeSet<String>,
    paths: BTreeSet<String>,
    /// Other words of the Agent's that have an underscore.
    words: BTreeSet<String>,
    /// Names that no table has, each with its reason.
    exceptions: BTreeSet<String>,
}

fn rows(name: &str) -> Vec<Vec<String>> {
    let path = root().join("data/agent").join(name);
    let text = fs::read_to_string(path).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| row.split('\t').map(str::to_owned).collect())
        .collect()
}

impl Names {
    fn read() -> Self {
        let mut names = Self {
            settings: BTreeSet::new(),
            files: BTreeSet::new(),
            metrics: rows("telemetry.tsv").into_iter().flatten().collect(),
            commands: BTreeSet::new(),
            flags: BTreeMap::new(),
            runtime: BTreeSet::new(),
            environment: BTreeSet::new(),
            addresses: BTreeSet::new(),
            paths: BTreeSet::new(),
            words: BTreeSet::new(),
            exceptions: BTreeSet::new(),
        };
        for row in rows("settings.tsv") {
            let setting = &row[0];
            names
                .environment
                .insert(format!("DD_{}", setting.to_uppercase().replace('.', "_")));
            let ends = setting.match_indices('.').map(|(at, _)| at);
            for end in ends.chain([setting.len()]) {
                let block = &setting[..end];
                names.settings.insert(block.to_owned());
                names.files.insert((block.to_owned(), row[1].clone()));
            }
        }
        for row in rows("names-refused.tsv") {
            let [name, reason] = row.as_slice() else {
                panic!("names-refused.tsv needs a name and a reason: {row:?}");
            };
            assert!(!reason.is_empty(), "{name} has no reason");
            assert!(names.settings.remove(name), "{name} is not there anyway");
        }
        for row in rows("names.tsv") {
            let [kind, name, _, _, source] = row.as_slice() else {
                panic!("names.tsv needs five columns: {row:?}");
            };
            assert!(!source.is_empty(), "{name} has no source");
            match kind.as_str() {
                "command" => {
                    let command = name.strip_prefix("datadog-agent ").unwrap();
                    names.commands.insert(command.to_owned());
                }
                "runtime setting" => drop(names.runtime.insert(name.clone())),
                "environment variable" => drop(names.environment.insert(name.clone())),
                "address" => drop(names.addresses.insert(name.clone())),
                "path" => drop(names.paths.insert(name.clone())),
                "logs processing rule" => drop(names.words.insert(name.clone())),
                // Words about a version, for whoever writes advice.
                "minimum version" => {}
                kind => {
                    let command = kind.strip_prefix("flag of ").unwrap();
                    let flags = names.flags.entry(command.to_owned()).or_default();
                    flags.extend(
                        name.split(", ")
                            .filter_map(|flag| flag.split(' ').next())
                            .map(str::to_owned),
                    );
                }
            }
        }
        for row in rows("names-exceptions.tsv") {
            let [name, reason] = row.as_slice() else {
                panic!("names-exceptions.tsv needs a name and a reason: {row:?}");
            };
            assert!(!reason.is_empty(), "{name} has no reason");
            names.exceptions.insert(name.clone());
        }
        names
    }

    /// What a text names and no table has; `source`: it is a literal of a program or of a data
    /// file, whose every word with an underscore is a name.
    fn unknown(&self, text: &str, source: bool) -> Vec<String> {
        let mut unknown = Vec::new();
        for line in text.lines() {
            self.of_line(line, source, &mut unknown);
        }
        unknown.retain(|name| !self.exceptions.contains(name));
        unknown
    }

    fn of_line(&self, line: &str, source: bool, unknown: &mut Vec<String>) {
        let words: Vec<&str> = line
            .split_whitespace()
            // What is set stands behind its name; an address is one word.
            .flat_map(|word| word.split(|letter| letter == '=' && !word.contains('?')))
            .map(bare)
            .collect();
        for (at, word) in words.iter().enumerate() {
            if word.contains("://") {
                // A public page has a name, the Agent's own addresses are numbers.
                let address = word.split('?').next().unwrap_or(word);
                if address.contains("127.0.0.1") && !self.addresses.contains(address) {
                    unknown.push(address.to_owned());
                }
            } else if let Some(path) = word.strip_prefix("/debug/") {
                let path = path.split('?').next().unwrap_or(path);
                let end = format!("/debug/{path}");
                if !self.addresses.iter().any(|known| known.ends_with(&end)) {
                    unknown.push(end);
                }
            } else if word.starts_with("/etc/datadog-agent/")
                || word.starts_with("/var/log/datadog")
            {
                if !self.paths.contains(*word) {
                    unknown.push((*word).to_owned());
                }
            } else if word.starts_with('-') {
                self.of_flags(&words, at, unknown);
            } else if is_variable(word) {
                if !self.environment.contains(*word) {
                    unknown.push((*word).to_owned());
                }
            } else if word.ends_with("datadog-agent") || is_agent(&words, at) {
                self.of_command(&words, at + 1, unknown);
            } else if word.contains("__") && is_name(word) && !word.ends_with('_') {
                // Labels of a metric stand behind it.
                if !self.metrics.contains(*word) {
                    unknown.push((*word).to_owned());
                }
            } else if is_setting(word, source) {
                if !self.is_word(word) {
                    unknown.push((*word).to_owned());
                }
                // `apm_config.enabled in datadog.yaml`
                let place = words
                    .get(at + 2)
                    .filter(|_| words.get(at + 1) == Some(&"in"));
                let file = place.and_then(|path| path.rsplit('/').next());
                if let Some(file) = file.filter(|file| CONFIGURATIONS.contains(file))
                    && !self.files.contains(&((*word).to_owned(), file.to_owned()))
                {
                    unknown.push(format!("{word} in {file}"));
                }
            }
        }
    }

    fn is_word(&self, word: &str) -> bool {
        [&self.settings, &self.runtime, &self.metrics, &self.words]
            .iter()
            .any(|known| known.contains(word))
    }

    /// A flag belongs to the command before it on its line; where none is named, any may have it.
    fn of_flags(&self, words: &[&str], at: usize, unknown: &mut Vec<String>) {
        let flag = words[at];
        let letters = flag.trim_start_matches('-');
        if letters.is_empty() || !letters.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            return;
        }
        let command = words[..at].iter().rev().find_map(|word| {
            let word = word.trim_end_matches(".exe");
            self.flags.get(word)
        });
        let long = flag.starts_with("--");
        let known = |flag: &str| match command {
            Some(flags) => flags.contains(flag),
            // Short ones say nothing without a command.
            None => !long || self.flags.values().any(|flags| flags.contains(flag)),
        };
        // Short flags may be written as one: `-sk`.
        let all =
            known(flag) || (!long && letters.chars().all(|letter| known(&format!("-{letter}"))));
        if !all {
            unknown.push(flag.to_owned());
        }
    }

    fn of_command(&self, words: &[&str], at: usize, unknown: &mut Vec<String>) {
        let Some(first) = words.get(at).filter(|word| is_plain(word)) else {
            return;
        };
        let of_first: Vec<&String> = self
            .commands
            .iter()
            .filter(|command| command.split(' ').next() == Some(first))
            .collect();
        let two = words
            .get(at + 1)
            .filter(|word| is_plain(word))
            .map(|second| format!("{first} {second}"));
        let has_subcommands = of_first.iter().any(|command| command.contains(' '));
        let known = match &two {
            Some(two) if has_subcommands => self.commands.contains(two),
            _ => !of_first.is_empty(),
        };
        if !known {
            unknown.push(
                two.filter(|_| has_subcommands)
                    .unwrap_or_else(|| (*first).to_owned()),
            );
        }
        if let (Some("config"), Some("get" | "set")) =
            (words.get(at).copied(), words.get(at + 1).copied())
            && let Some(setting) = words.get(at + 2).filter(|word| is_name(word))
            && !self.runtime.contains(*setting)
        {
            unknown.push(format!("config {setting}"));
        }
    }
}

/// A word without what a sentence puts around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|letter: char| {
        !(letter.is_ascii_alphanumeric() || "-_/%".contains(letter)) || letter == '`'
    })
    .trim_end_matches(['-', '/'])
}

fn is_name(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_lowercase())
        && word.chars().all(|letter| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_.".contains(letter)
        })
}

/// A word of a command: neither a flag nor something to fill in.
fn is_plain(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter == '-')
        && !word.starts_with('-')
}

/// The Agent's program in a container or on Windows: `... -- agent flare`, `agent.exe" flare`.
fn is_agent(words: &[&str], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    match words[at] {
        "agent" => before.is_some_and(|word| {
            word.is_empty() || *word == "<agent-container" || *word == "agent-container"
        }),
        word => word.ends_with("agent.exe"),
    }
}

fn is_variable(word: &str) -> bool {
    word.starts_with("DD_") && word.len() > 3
        || (word.starts_with("GO")
            && word.len() > 3
            && word.chars().all(|letter| letter.is_ascii_uppercase()))
}

/// Files that a setting may be said to stand in.
const CONFIGURATIONS: [&str; 3] = ["datadog.yaml", "system-probe.yaml", "security-agent.yaml"];

/// Endings of files, whose names have the form of a setting.
const FILES: [&str; 14] = [
    "log", "txt", "json", "yaml", "yml", "md", "pprof", "gz", "dat", "trace", "db", "go", "pb",
    "zip",
];

/// `block.name` with an underscore somewhere; in sources a name without a dot as well.
fn is_setting(word: &str, source: bool) -> bool {
    let last = word.rsplit('.').next().unwrap_or(word);
    is_name(word)
        && word.contains('_')
        && !FILES.contains(&last)
        && (source || word.contains('.'))
        && !word.ends_with('_')
        && word.split('.').all(|part| !part.is_empty())
}

/// A literal without the places that a program fills in.
fn unfilled(literal: &str) -> String {
    let mut rest = literal;
    let mut text = String::new();
    while let Some((before, behind)) = rest.split_once('{') {
        text.push_str(before);
        text.push_str("<>");
        rest = behind.split_once('}').map_or("", |(_, behind)| behind);
    }
    text + rest
}

/// Every text that a reader may get: its place, its words, and whether it is a source.
fn texts() -> Vec<(String, String, bool)> {
    let mut texts = Vec::new();
    for folder in ["crates/report/src/texts", "crates/report/src/layout"] {
        for (path, text) in sources(folder) {
            let place = path.display().to_string();
            let text = before_tests(&text);
            for literal in literals(text) {
                texts.push((place.clone(), unfilled(&literal), true));
            }
            for (_, arguments) in text
                .match_indices("agent_command(report, \"")
                .map(|(at, call)| text.split_at(at + call.len()))
            {
                let arguments = arguments.split('"').next().unwrap_or_default();
                texts.push((
                    place.clone(),
                    format!("datadog-agent {}", unfilled(arguments)),
                    true,
                ));
            }
        }
    }
    for name in [
        "known_cases",
        "owners",
        "transients",
        "thresholds",
        "pipelines",
    ] {
        let path = root().join(format!("data/{name}.toml"));
        let text = fs::read_to_string(&path).unwrap();
        // Patterns are names of functions; what is said stands under these keys.
        let said = [
            "title", "cause", "remedy", "status", "what", "meaning", "words", "reason", "why",
        ];
        for line in text.lines() {
            if let Some((key, value)) = line.split_once(" = ")
                && said.contains(&key)
            {
                texts.push((path.display().to_string(), value.to_owned(), true));
            }
        }
    }
    for entry in fs::read_dir(root().join("tests/golden")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        texts.push((path.display().to_string(), text, false));
    }
    texts
}

#[test]
fn what_a_reader_is_told_to_use_is_there() {
    let names = Names::read();
    let texts = texts();
    assert!(texts.len() > 1_000, "{}", texts.len());
    let mut wrong = BTreeMap::<String, BTreeSet<String>>::new();
    for (place, text, source) in &texts {
        for name in names.unknown(text, *source) {
            wrong.entry(name).or_default().insert(place.clone());
        }
    }
    assert!(wrong.is_empty(), "no table of data/agent has {wrong:#?}");
}

/// What the program reads out of `telemetry.log`.
#[test]
fn metrics_that_are_read_are_there() {
    let names = Names::read();
    let mut read = 0;
    for folder in [
        "crates/flare/src",
        "crates/diagnose/src",
        "crates/engine/src",
    ] {
        for (path, text) in sources(folder) {
            for literal in literals(before_tests(&text)) {
                if literal.contains("__") && is_name(&literal) {
                    read += 1;
                    assert!(
                        names.metrics.contains(&literal),
                        "{}: {literal}",
                        path.display()
                    );
                }
            }
        }
    }
    assert!(read > 20, "{read}");
}

/// An exception that nothing needs hides the next mistake.
#[test]
fn exceptions_are_needed() {
    let names = Names::read();
    let none = Names {
        exceptions: BTreeSet::new(),
        ..Names::read()
    };
    let mut needed = BTreeSet::new();
    for (_, text, source) in texts() {
        needed.extend(none.unknown(&text, source));
    }
    let idle: Vec<&String> = names.exceptions.difference(&needed).collect();
    assert!(idle.is_empty(), "{idle:?}");
}

#[test]
fn wrong_names_are_found() {
    let names = Names::read();
    for (text, wrong) in [
        (
            "lower dogstatsd_context_limiter to 10.",
            "dogstatsd_context_limiter",
        ),
        (
            "see runtime_security_config in etc/security-agent.yaml.",
            "runtime_security_config in security-agent.yaml",
        ),
        // It is there, and of no use.
        ("set tracemalloc_debug: true", "tracemalloc_debug"),
        (
            "set `apm_config.max_memroy`, and restart",
            "apm_config.max_memroy",
        ),
        ("(DD_APM_MAX_MEMROY)", "DD_APM_MAX_MEMROY"),
        ("GOMEMLIMITS is off", "GOMEMLIMITS"),
        (
            "sudo datadog-agent flare --profile 30 --profile-locks",
            "--profile-locks",
        ),
        ("sudo datadog-agent flare -m", "-m"),
        ("sudo datadog-agent check disk --profile 30", "--profile"),
        ("The flags --profile-mutexes do it.", "--profile-mutexes"),
        ("sudo datadog-agent flares", "flares"),
        ("sudo datadog-agent dogstatsd bottom", "dogstatsd bottom"),
        (
            "kubectl exec -it <agent-pod> -c agent -- agent stat",
            "stat",
        ),
        ("docker exec -it <agent-container> agent stat", "stat"),
        (
            "datadog-agent config set log_payload true",
            "config log_payload",
        ),
        (
            "dogstatsd__packet_channel_size 3",
            "dogstatsd__packet_channel_size",
        ),
        (
            "curl -k https://127.0.0.1:5013/debug/pprof/heap",
            "https://127.0.0.1:5013/debug/pprof/heap",
        ),
        (
            "as /debug/pprof/heaps?seconds=1 has it",
            "/debug/pprof/heaps",
        ),
        ("curl -z http://127.0.0.1:5000/telemetry", "-z"),
        (
            "in /etc/datadog-agent/agent.yaml",
            "/etc/datadog-agent/agent.yaml",
        ),
    ] {
        assert!(
            names.unknown(text, true).contains(&wrong.to_owned()),
            "{text}: {:?}",
            names.unknown(text, true)
        );
    }
    for text in [
        "lower dogstatsd_queue_size (1024) in datadog.yaml",
        "see runtime_security_config in system-probe.yaml",
        "see apm_config, apm_config.max_memory and DD_APM_CONFIG_MAX_MEMORY",
        "sudo -u dd-agent datadog-agent check disk -m -t 20",
        "sudo datadog-agent flare --profile 30 --profile-mutex -B",
        "curl -sk https://127.0.0.1:5012/debug/pprof/profile?seconds=30 -o a.pprof",
        "datadog-agent config set internal_profiling false",
        "pymem__inuse, exclude_at_match, GOGC: off",
        "system-probe/system_probe_telemetry.log and pkg/trace/api.(*a).b_c",
    ] {
        assert_eq!(names.unknown(text, true), [""; 0], "{text}");
    }
}
