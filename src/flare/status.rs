//! `status.log`: what the Agent said of itself when the flare was made.
//!
//! Text made by templates that change between versions, so little of its shape is believed:
//! a title is a line with a rule below it, a fact is a line with a colon. Lines of unknown keys
//! are kept as facts of their section; unknown sections are kept too.

use super::text;

/// Which Agent wrote the status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Flavor {
    /// The node Agent.
    #[default]
    Agent,
    /// The IoT Agent.
    Iot,
    /// The Cluster Agent.
    Cluster,
    /// The Security Agent.
    Security,
    /// Another one, as its title says.
    Other(String),
}

/// What the status says. What it lacks is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// The sentence that stands there instead of a status, when the Agent could not be asked.
    pub unavailable: Option<String>,
    /// Which Agent.
    pub flavor: Flavor,
    /// Version without the `v`.
    pub version: Option<String>,
    /// When the status was written, Unix milliseconds.
    pub status_date_ms: Option<i64>,
    /// When the Agent started, Unix milliseconds.
    pub agent_start_ms: Option<i64>,
    /// Process id.
    pub pid: Option<u64>,
    /// For example `go1.25.6`.
    pub go_version: Option<String>,
    /// For example `3.13.11`; `None` without Python.
    pub python_version: Option<String>,
    /// For example `amd64`.
    pub build_arch: Option<String>,
    /// Log level.
    pub log_level: Option<String>,
    /// Check runners, where the version tells.
    pub check_runners: Option<u64>,
    /// Host name that the Agent reports under.
    pub hostname: Option<String>,
    /// Where the host name comes from, for example `os`.
    pub hostname_provider: Option<String>,
    /// Tags of the host.
    pub host_tags: Vec<String>,
    /// For example `linux`.
    pub os: Option<String>,
    /// For example `ubuntu`.
    pub platform: Option<String>,
    /// For example `24.04`.
    pub platform_version: Option<String>,
    /// Kernel version.
    pub kernel_version: Option<String>,
    /// For example `x86_64`.
    pub kernel_arch: Option<String>,
    /// When the host started, Unix milliseconds.
    pub boot_time_ms: Option<i64>,
    /// Running checks in the order of the file.
    pub checks: Vec<Check>,
    /// All other facts, section by section.
    pub sections: Vec<StatusSection>,
}

/// Facts under one title.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusSection {
    /// Title at the margin, for example `Aggregator`.
    pub name: String,
    /// Indented title below it, for example `Transactions`.
    pub sub: Option<String>,
    /// Keys and values as written. A line without a colon is a key without a value.
    pub facts: Vec<(String, String)>,
}

/// A running check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// For example `postgres`.
    pub name: String,
    /// Of Python integrations; `unversioned` for those that have none. Go checks show no version.
    pub version: Option<String>,
    /// Each configured instance.
    pub instances: Vec<Instance>,
}

/// How the last run of an instance went.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CheckState {
    /// Well.
    Ok,
    /// With a warning.
    Warning,
    /// With an error.
    Error,
    /// What else the status says, for example that it is being stopped; empty if nothing.
    Other(String),
    /// The status gives none.
    #[default]
    Unknown,
}

impl CheckState {
    /// As the status writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Other(text) => text,
            Self::Unknown => "",
        }
    }
}

/// One configured instance of a check.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Instance {
    /// For example `postgres:155ae88f7f0f5f75`.
    pub id: String,
    /// How the last run went.
    pub state: CheckState,
    /// Where its configuration comes from.
    pub configuration_source: Option<String>,
    /// Runs since start.
    pub total_runs: Option<u64>,
    /// Metric samples of the last run.
    pub metric_samples_last: Option<u64>,
    /// Metric samples since start.
    pub metric_samples_total: Option<u64>,
    /// Events since start.
    pub events_total: Option<u64>,
    /// Service checks since start.
    pub service_checks_total: Option<u64>,
    /// Mean time of a run, milliseconds.
    pub average_execution_ms: Option<f64>,
    /// Last run, Unix milliseconds.
    pub last_execution_ms: Option<i64>,
    /// Errors, with their traceback.
    pub errors: Vec<String>,
    /// Warnings.
    pub warnings: Vec<String>,
    /// Runs all the time instead of every few seconds.
    pub long_running: bool,
}

impl Status {
    /// The value of a fact. Titles and keys are compared without regard to case.
    pub fn fact(&self, section: &str, key: &str) -> Option<&str> {
        self.sections
            .iter()
            .filter(|one| one.name.eq_ignore_ascii_case(section))
            .flat_map(|one| &one.facts)
            .find(|(name, _)| name.eq_ignore_ascii_case(key))
            .and_then(|(_, value)| text::value(value))
    }

    /// Go memory of the trace-agent in bytes: `runtime.MemStats.Alloc`, not resident memory.
    pub fn apm_alloc_bytes(&self) -> Option<u64> {
        text::count(self.fact("APM Agent", "Mem alloc")?)
    }

    /// The same of the process-agent.
    pub fn process_alloc_bytes(&self) -> Option<u64> {
        text::count(self.fact("Process Agent", "Allocated Memory")?)
    }

    /// How long the Agent was running when the status was written, milliseconds.
    pub fn uptime_ms(&self) -> Option<i64> {
        let uptime = self.status_date_ms?.checked_sub(self.agent_start_ms?)?;
        (uptime >= 0).then_some(uptime)
    }
}

/// Bounds on what is kept of a hostile file.
const SECTIONS: usize = 2_000;
const FACTS: usize = 50_000;
const CHECKS: usize = 20_000;
const INSTANCES: usize = 100_000;
const MESSAGE_BYTES: usize = 8_000;
const MESSAGES: usize = 20;

/// Reads a status.
pub fn parse(text: &str) -> Status {
    let mut reader = Reader::default();
    let mut lines = text.lines().map(text::clean_line).peekable();
    while let Some(line) = lines.next() {
        let next = lines.peek().map_or("", |next| next.as_ref());
        reader.line(&line, next);
    }
    reader.finish(text)
}

#[derive(Default)]
struct Reader {
    status: Status,
    /// In the part that lists running checks.
    in_checks: bool,
    /// Host tags follow, deeper than this.
    tags_below: Option<usize>,
    /// A message of the current instance goes on.
    message: Option<Message>,
    facts: usize,
    instances: usize,
    titles: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Message {
    Error,
    Warning,
}

impl Reader {
    fn line(&mut self, line: &str, next: &str) {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        if content.is_empty() {
            return;
        }
        if is_rule(content, '=') {
            return;
        }
        if is_rule(next.trim(), '=') && self.may_be_title(content, indent, next) {
            self.title(content, indent);
            return;
        }
        if self.in_checks {
            self.check_line(content, indent, next);
            return;
        }
        if let Some(below) = self.tags_below {
            if indent > below {
                self.status.host_tags.push(content.to_owned());
                return;
            }
            self.tags_below = None;
        }
        self.fact(content, indent);
    }

    /// A rule below a line makes a title, unless that line is part of an error message.
    fn may_be_title(&self, content: &str, indent: usize, next: &str) -> bool {
        let rule_indent = next.len() - next.trim_start().len();
        rule_indent == indent && (self.message.is_none() || indent < 6) && content.len() < 200
    }

    fn title(&mut self, title: &str, indent: usize) {
        self.titles += 1;
        self.message = None;
        self.tags_below = None;
        if self.status.sections.len() >= SECTIONS {
            self.in_checks = false;
            return;
        }
        if indent == 0 {
            self.agent_title(title);
            self.in_checks = title.eq_ignore_ascii_case("Running Checks");
            self.status.sections.push(StatusSection {
                name: title.to_owned(),
                ..StatusSection::default()
            });
        } else {
            let name = self
                .status
                .sections
                .last()
                .map(|section| section.name.clone())
                .unwrap_or_default();
            self.in_checks = title.eq_ignore_ascii_case("Running Checks");
            self.status.sections.push(StatusSection {
                name,
                sub: Some(title.to_owned()),
                facts: Vec::new(),
            });
        }
    }

    /// `Agent (v7.76.1)`, `Datadog Cluster Agent (v7.76.1)`.
    fn agent_title(&mut self, title: &str) {
        if self.status.version.is_some() {
            return;
        }
        let Some((name, version)) = title.split_once("(v") else {
            return;
        };
        let name = name.trim();
        let Some(version) = version.trim_end().strip_suffix(')') else {
            return;
        };
        if !name.ends_with("Agent") || !version.starts_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        self.status.version = Some(version.to_owned());
        self.status.flavor = match name {
            "Agent" | "Datadog Agent" => Flavor::Agent,
            "IoT Agent" => Flavor::Iot,
            "Datadog Cluster Agent" | "Cluster Agent" => Flavor::Cluster,
            "Datadog Security Agent" | "Security Agent" => Flavor::Security,
            other => Flavor::Other(other.to_owned()),
        };
    }

    fn fact(&mut self, content: &str, indent: usize) {
        let (key, value) = split_fact(content);
        let sub = self
            .status
            .sections
            .last()
            .and_then(|section| section.sub.as_deref());
        match sub {
            None => self.header_fact(key, value),
            Some("Host Info") => self.host_fact(key, value),
            Some("Hostnames") => {
                if key == "host tags" && value.is_empty() {
                    self.tags_below = Some(indent);
                }
                self.hostname_fact(key, value);
            }
            Some(_) => {}
        }
        if self.facts < FACTS {
            self.facts += 1;
            if let Some(section) = self.status.sections.last_mut() {
                section.facts.push((key.to_owned(), value.to_owned()));
            }
        }
    }

    fn header_fact(&mut self, key: &str, value: &str) {
        let first = self
            .status
            .sections
            .iter()
            .filter(|section| section.sub.is_none())
            .count()
            <= 1;
        if !first {
            return;
        }
        let status = &mut self.status;
        let some = || text::value(value).map(str::to_owned);
        match key.to_ascii_lowercase().as_str() {
            "status date" => set(&mut status.status_date_ms, text::instant_ms(value)),
            "agent start" => set(&mut status.agent_start_ms, text::instant_ms(value)),
            "pid" => set(&mut status.pid, text::count(value)),
            "go version" => set(&mut status.go_version, some()),
            "python version" => set(&mut status.python_version, some()),
            "build arch" => set(&mut status.build_arch, some()),
            "log level" => set(&mut status.log_level, some()),
            "check runners" => set(&mut status.check_runners, text::count(value)),
            // The oldest layouts give the host name here.
            "hostname" => set(&mut status.hostname, some()),
            _ => {}
        }
    }

    fn host_fact(&mut self, key: &str, value: &str) {
        let status = &mut self.status;
        let some = || text::value(value).map(str::to_owned);
        match key {
            "bootTime" => set(&mut status.boot_time_ms, text::instant_ms(value)),
            "kernelVersion" => set(&mut status.kernel_version, some()),
            "kernelArch" => set(&mut status.kernel_arch, some()),
            "os" => set(&mut status.os, some()),
            "platform" => set(&mut status.platform, some()),
            "platformVersion" => set(&mut status.platform_version, some()),
            _ => {}
        }
    }

    fn hostname_fact(&mut self, key: &str, value: &str) {
        let status = &mut self.status;
        let some = || text::value(value).map(str::to_owned);
        match key {
            "hostname" => set(&mut status.hostname, some()),
            "hostname provider" => set(&mut status.hostname_provider, some()),
            _ => {}
        }
    }

    fn check_line(&mut self, content: &str, indent: usize, next: &str) {
        let rule = next.trim();
        // Names may be as short as their rule (`io`, `--`), so lengths are compared.
        let is_heading = is_rule_of_any_length(rule, '-')
            && rule.chars().count() == content.chars().count()
            && next.len() - next.trim_start().len() == indent;
        if is_heading {
            self.message = None;
            if self.status.checks.len() < CHECKS {
                let (name, version) = split_version(content);
                self.status.checks.push(Check {
                    name: name.to_owned(),
                    version: version.map(str::to_owned),
                    instances: Vec::new(),
                });
            }
            return;
        }
        if is_rule_of_any_length(content, '-') {
            return;
        }
        let (key, value) = split_fact(content);
        if key == "Instance ID" {
            self.message = None;
            self.begin_instance(value);
            return;
        }
        if !self.instance_fact(key, value) {
            self.more_message(content);
        }
    }

    fn begin_instance(&mut self, value: &str) {
        let Some(check) = self.status.checks.last_mut() else {
            return;
        };
        if self.instances >= INSTANCES {
            return;
        }
        self.instances += 1;
        let (id, state) = match value
            .strip_suffix(']')
            .and_then(|value| value.rsplit_once('['))
        {
            Some((id, state)) => (id.trim(), check_state(state.trim())),
            None => (value, CheckState::Unknown),
        };
        check.instances.push(Instance {
            id: id.to_owned(),
            state,
            ..Instance::default()
        });
    }

    /// The instance that facts are of. Old layouts list them without a line for the instance.
    fn instance(&mut self) -> Option<&mut Instance> {
        let check = self.status.checks.last_mut()?;
        if check.instances.is_empty() {
            self.instances += 1;
            check.instances.push(Instance::default());
        }
        check.instances.last_mut()
    }

    /// Takes a known fact; `false` for anything else.
    fn instance_fact(&mut self, key: &str, value: &str) -> bool {
        let Some(instance) = self.instance() else {
            return false;
        };
        let mut message = None;
        match key {
            "Configuration Source" => {
                set(
                    &mut instance.configuration_source,
                    text::value(value).map(str::to_owned),
                );
            }
            "Total Runs" => set(&mut instance.total_runs, text::count(value)),
            "Metric Samples" => {
                let (last, total) = last_and_total(value);
                set(&mut instance.metric_samples_last, last);
                set(&mut instance.metric_samples_total, total);
            }
            "Events" => set(&mut instance.events_total, last_and_total(value).1),
            "Service Checks" => set(&mut instance.service_checks_total, last_and_total(value).1),
            "Total Metric Samples" => set(&mut instance.metric_samples_total, text::count(value)),
            "Total Events" => set(&mut instance.events_total, text::count(value)),
            "Total Service Checks" => set(&mut instance.service_checks_total, text::count(value)),
            "Average Execution Time" => {
                set(&mut instance.average_execution_ms, text::duration_ms(value));
            }
            "Last Execution Date" => set(&mut instance.last_execution_ms, text::instant_ms(value)),
            "Long Running Check" => instance.long_running = value.eq_ignore_ascii_case("true"),
            "Error" => {
                begin(&mut instance.errors, value);
                message = Some(Message::Error);
            }
            "Warning" => {
                begin(&mut instance.warnings, value);
                message = Some(Message::Warning);
            }
            "Last Successful Execution Date" | "Histogram Buckets" | "Total Histogram Buckets" => {}
            // A block of what the check found out about its target; it ends a message.
            "metadata" if value.is_empty() => {}
            _ => return false,
        }
        self.message = message;
        true
    }

    /// A line that is no fact belongs to the message above it.
    fn more_message(&mut self, content: &str) {
        let Some(message) = self.message else {
            return;
        };
        let Some(instance) = self.instance() else {
            return;
        };
        let messages = match message {
            Message::Error => &mut instance.errors,
            Message::Warning => &mut instance.warnings,
        };
        if let Some(last) = messages.last_mut()
            && last.len() + content.len() < MESSAGE_BYTES
        {
            if !last.is_empty() {
                last.push('\n');
            }
            last.push_str(content);
        }
    }

    fn finish(mut self, text: &str) -> Status {
        if self.titles == 0 {
            // A sentence instead of a status; nothing else is one line or two without a title.
            let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            self.status.unavailable = lines
                .next()
                .map(|line| text::cut(line, MESSAGE_BYTES).to_owned());
        }
        self.status
            .sections
            .retain(|section| !section.facts.is_empty());
        self.status
    }
}

/// The first value stays: later sections repeat some keys.
fn set<T>(field: &mut Option<T>, value: Option<T>) {
    if field.is_none() {
        *field = value;
    }
}

fn begin(messages: &mut Vec<String>, value: &str) {
    if messages.len() < MESSAGES {
        messages.push(text::cut(value, MESSAGE_BYTES).to_owned());
    }
}

fn is_rule(text: &str, of: char) -> bool {
    text.len() >= 3 && is_rule_of_any_length(text, of)
}

fn is_rule_of_any_length(text: &str, of: char) -> bool {
    !text.is_empty() && text.chars().all(|c| c == of)
}

/// Key and value around the first colon that ends a word; some keys have a space before it.
fn split_fact(content: &str) -> (&str, &str) {
    match content.split_once(": ") {
        Some((key, value)) => (key.trim_end(), value.trim()),
        None => (content.trim_end_matches(':').trim_end(), ""),
    }
}

/// `network (5.1.0)`
fn split_version(title: &str) -> (&str, Option<&str>) {
    title
        .strip_suffix(')')
        .and_then(|title| title.rsplit_once(" ("))
        .map_or((title, None), |(name, version)| {
            (name.trim(), text::value(version))
        })
}

fn check_state(text: &str) -> CheckState {
    match text {
        "OK" => CheckState::Ok,
        "WARNING" => CheckState::Warning,
        "ERROR" => CheckState::Error,
        other => CheckState::Other(other.to_owned()),
    }
}

/// `Last Run: 174, Total: 2,056,680`; the oldest form leaves `Last Run:` out.
fn last_and_total(value: &str) -> (Option<u64>, Option<u64>) {
    let (last, total) = match value.split_once("Total:") {
        Some((last, total)) => (last, text::count(total)),
        None => (value, None),
    };
    let last = last.trim().trim_start_matches("Last Run:");
    (text::count(last.trim().trim_end_matches(',')), total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn show(status: &Status) -> String {
        let mut lines = vec![format!(
            "{:?} {} on {}, {:?} to {:?}",
            status.flavor,
            status.version.as_deref().unwrap_or("?"),
            status.hostname.as_deref().unwrap_or("?"),
            status.agent_start_ms,
            status.status_date_ms,
        )];
        for check in &status.checks {
            lines.push(format!("{} {:?}", check.name, check.version));
            for i in &check.instances {
                lines.push(format!(
                    "  {} {} runs {:?} samples {:?}/{:?} avg {:?} errors {:?} warnings {:?}{}",
                    i.id,
                    i.state.as_str(),
                    i.total_runs,
                    i.metric_samples_last,
                    i.metric_samples_total,
                    i.average_execution_ms,
                    i.errors,
                    i.warnings,
                    if i.long_running { " long" } else { "" },
                ));
            }
        }
        lines.join("\n")
    }

    fn check(text: &str, expected: Expect) {
        expected.assert_eq(&show(&parse(text)));
        let windows = text.replace('\n', "\r\n");
        assert_eq!(
            show(&parse(&windows)),
            show(&parse(text)),
            "CRLF reads the same"
        );
    }

    #[test]
    fn usual() {
        check(
            r#"Getting the status from the agent.

===============
Agent (v7.76.1)
===============
  Status date: 2023-02-10 10:29:16.214 CET / 2023-02-10 09:29:16.214 UTC (1676021356214)
  Agent start: 2023-02-10 08:29:16.214 UTC
  Pid: 30044
  Python Version: n/a

  Hostnames
  =========
    hostname: web-1
    host tags:
      env:prod
      team:web
    hostname provider: os

=========
Collector
=========

  Running Checks
  ==============

    io
    --
      Instance ID: io [OK]
      Total Runs: 5,203
      Metric Samples: Last Run: 143, Total: 744,029
      Average Execution Time : 2ms

    postgres (23.1.0)
    -----------------
      Instance ID: postgres:15 [ERROR]
      Total Runs: 1
      Average Execution Time : 1m2s
      Error: refused
      Traceback (most recent call last):
        File "base.py", line 1, in run
          self.check(instance)
      Exception: refused

      Instance ID: postgres:16 [WARNING]
      Long Running Check: true
      Total Metric Samples: 12
      Warning: slow
      Warning: very slow
      metadata:
        version.major: 14

  Loading Errors
  ==============
    apache
    ------
      Core Check Loader:
        Check apache not found in Catalog

=========
APM Agent
=========
  Status: Running
  Pid: 5
  Mem alloc: 9,203,488 bytes
"#,
            expect![[r#"
                Agent 7.76.1 on web-1, Some(1676017756214) to Some(1676021356214)
                io None
                  io OK runs Some(5203) samples Some(143)/Some(744029) avg Some(2.0) errors [] warnings []
                postgres Some("23.1.0")
                  postgres:15 ERROR runs Some(1) samples None/None avg Some(62000.0) errors ["refused\nTraceback (most recent call last):\nFile \"base.py\", line 1, in run\nself.check(instance)\nException: refused"] warnings []
                  postgres:16 WARNING runs None samples None/Some(12) avg None errors [] warnings ["slow", "very slow"] long"#]],
        );
    }

    #[test]
    fn facts_of_other_sections() {
        let status = parse(
            "===============\nAgent (v7.1.0)\n===============\n  Pid: 7\n  Python Version: n/a\n\n  Hostnames\n  =========\n    host tags:\n      env:prod\n    hostname: h\n\n=========\nAPM Agent\n=========\n  Pid: 8\n  Mem alloc: 9,203,488 bytes\n",
        );
        assert_eq!(status.pid, Some(7));
        assert_eq!(status.python_version, None);
        assert_eq!(status.host_tags, ["env:prod"]);
        assert_eq!(status.apm_alloc_bytes(), Some(9_203_488));
        assert_eq!(status.fact("apm agent", "pid"), Some("8"));
        assert_eq!(status.process_alloc_bytes(), None);
    }

    #[test]
    fn old_layouts_and_colours() {
        check(
            "====\nDatadog Cluster Agent (v1.22.0)\n====\n\n  Status date: 2020-01-15 10:29:16.214000 UTC\n\n=========\nCollector\n=========\n\n  Running Checks\n  ==============\n    \n    kubernetes_apiserver\n    --------------------\n      Instance ID: kubernetes_apiserver [\u{1b}[32mOK\u{1b}[0m]\n      Total Runs: 12\n      Metric Samples: 0, Total: 3\n    cpu\n    ---\n      Total Runs: 4\n",
            expect![[r#"
                Cluster 1.22.0 on ?, None to Some(1579084156214)
                kubernetes_apiserver None
                  kubernetes_apiserver OK runs Some(12) samples Some(0)/Some(3) avg None errors [] warnings []
                cpu None
                    runs Some(4) samples None/None avg None errors [] warnings []"#]],
        );
    }

    #[test]
    fn no_status() {
        let status = parse("unable to get the status of the agent, is it running?\n");
        assert_eq!(
            status.unavailable.as_deref(),
            Some("unable to get the status of the agent, is it running?")
        );
        assert_eq!(parse(""), Status::default());
    }

    #[test]
    fn every_cut_of_a_status_is_read() {
        let text = "===============\nAgent (v7.76.1)\n===============\n  Pid: 1\n=========\nCollector\n=========\n  Running Checks\n  ==============\n    é (1.0)\n    -------\n      Instance ID: é [OK]\n      Error: ü\n";
        for end in 0..text.len() {
            if let Some(part) = text.get(..end) {
                let _ = parse(part);
            }
        }
    }
}
