//! `status.log`: what the Agent said of itself when the flare was made.
//!
//! Text made by templates that change between versions, so little of its shape is believed:
//! a title is a line with a rule below it, a fact is a line with a colon. Lines of unknown keys
//! are kept as facts of their section; unknown sections are kept too.

use super::text::{self, LocalTime};

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

impl Flavor {
    /// The Agent's own name for it, for example `iot_agent`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Agent => "agent",
            Self::Iot => "iot_agent",
            Self::Cluster => "cluster_agent",
            Self::Security => "security_agent",
            Self::Other(title) => title,
        }
    }

    /// It is of the Cluster Agent, whose titles differ between versions.
    pub fn is_cluster(&self) -> bool {
        match self {
            Self::Cluster => true,
            Self::Other(title) => title.contains("luster"),
            Self::Agent | Self::Iot | Self::Security => false,
        }
    }
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
    /// The same by the host's clock, as written: `2023-02-10 10:29:16.214 CET`.
    pub status_date_local: Option<String>,
    /// The zone of that clock, for example `CET`; `UTC` too.
    pub time_zone: Option<String>,
    /// How many minutes that clock was ahead of UTC at that moment.
    pub utc_offset_minutes: Option<i32>,
    /// When the Agent started, Unix milliseconds.
    pub agent_start_ms: Option<i64>,
    /// The same by the host's clock, as written.
    pub agent_start_local: Option<String>,
    /// Milliseconds between start and status by the host's clock, where both stand in one zone of
    /// which the status does not tell how far it is from UTC.
    pub uptime_by_clock_ms: Option<i64>,
    /// Process id.
    pub pid: Option<u64>,
    /// For example `go1.25.6`.
    pub go_version: Option<String>,
    /// For example `3.13.11`; `None` without Python.
    pub python_version: Option<String>,
    /// For example `amd64`.
    pub build_arch: Option<String>,
    /// Check runners, where the version tells.
    pub check_runners: Option<u64>,
    /// How busy they were.
    pub workers: Workers,
    /// Host name that the Agent reports under.
    pub hostname: Option<String>,
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
    /// It has a list of running checks, which may be empty.
    pub lists_checks: bool,
    /// Running checks in the order of the file.
    pub checks: Vec<Check>,
    /// Checks that do not run, and why, in the order of the file.
    pub check_problems: Vec<CheckProblem>,
    /// Checks that run in JMXFetch, which is a process of its own.
    pub jmx_checks: Vec<JmxCheck>,
    /// All other facts, section by section.
    pub sections: Vec<StatusSection>,
    /// What the Agent failed to write of it, in its own words: it is only a part of a status.
    pub render_errors: Vec<String>,
    /// Sections that an Agent always writes, of a status with such errors that lacks them.
    pub missing_sections: Vec<&'static str>,
}

/// How busy the workers were that run checks. What the status lacks is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Workers {
    /// Mean share of their time that they were busy, 0 to 1.
    pub average: Option<f64>,
    /// Each worker and its share, busiest first.
    pub each: Vec<(String, f64)>,
}

/// What the status says of another process of the Agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProcessState {
    /// It answered.
    Running,
    /// It did not.
    Unreachable {
        /// For example `Not running or unreachable on localhost:5012.`
        said: String,
        /// Why, for example `dial tcp 127.0.0.1:5012: connect: connection refused`.
        error: Option<String>,
    },
    /// Anything else, as written.
    Other(String),
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

/// At which step a check failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// Python itself could not be started.
    Python,
    /// Its configuration could not be read.
    Configuration,
    /// None of the loaders could load it, or not with this configuration.
    Loading,
    /// Its code refused to start.
    Initialization,
}

/// Why a check does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckProblem {
    /// At which step it failed.
    pub kind: ProblemKind,
    /// The check; empty where the problem is Python's.
    pub check: String,
    /// Which instance or loader it is about, for example `instance 0` or `Python Check Loader`.
    pub about: Option<String>,
    /// What the status says, with its traceback.
    pub message: String,
}

/// One instance of a check in JMXFetch. What the status lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JmxCheck {
    /// For example `cassandra`.
    pub check: String,
    /// For example `cassandra-localhost-7199`.
    pub instance: Option<String>,
    /// For example `OK`.
    pub status: Option<String>,
    /// What it says.
    pub message: Option<String>,
    /// Metrics that it collects.
    pub metric_count: Option<u64>,
    /// Service checks.
    pub service_check_count: Option<u64>,
    /// Listed among those that failed.
    pub failed: bool,
}

/// Events of one type that a check sent to another product, for example `dbm-samples`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventCount {
    /// Type.
    pub kind: String,
    /// In the last run.
    pub last: Option<u64>,
    /// Since start.
    pub total: Option<u64>,
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
    /// Events of the last run.
    pub events_last: Option<u64>,
    /// Events since start.
    pub events_total: Option<u64>,
    /// Events for other products, by type.
    pub event_platform: Vec<EventCount>,
    /// Service checks of the last run.
    pub service_checks_last: Option<u64>,
    /// Service checks since start.
    pub service_checks_total: Option<u64>,
    /// Histogram buckets of the last run.
    pub histogram_buckets_last: Option<u64>,
    /// Histogram buckets since start.
    pub histogram_buckets_total: Option<u64>,
    /// Time of the first run, milliseconds.
    pub first_execution_ms: Option<f64>,
    /// Mean time of a run, milliseconds.
    pub average_execution_ms: Option<f64>,
    /// Last run, Unix milliseconds.
    pub last_execution_ms: Option<i64>,
    /// Last run without an error, Unix milliseconds.
    pub last_success_ms: Option<i64>,
    /// No run was without an error.
    pub never_succeeded: bool,
    /// Errors, with their traceback.
    pub errors: Vec<String>,
    /// Warnings.
    pub warnings: Vec<String>,
    /// Runs all the time instead of every few seconds.
    pub long_running: bool,
    /// Is being stopped.
    pub cancelling: bool,
    /// What it found out about its target, for example `version.major` and `14`.
    pub metadata: Vec<(String, String)>,
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

    /// The state of another process by its section, for example `APM Agent`.
    pub fn process_state(&self, section: &str) -> Option<ProcessState> {
        let own = self
            .sections
            .iter()
            .find(|one| one.sub.is_none() && one.name.eq_ignore_ascii_case(section))?;
        let fact = |key: &str| {
            let (_, value) = own.facts.iter().find(|(name, _)| name == key)?;
            text::value(value)
        };
        let said = fact("Status")?;
        Some(if said.eq_ignore_ascii_case("running") {
            ProcessState::Running
        } else if said.to_ascii_lowercase().starts_with("not running") {
            ProcessState::Unreachable {
                said: text::cut(said, MESSAGE_BYTES).to_owned(),
                error: fact("Error").map(|error| text::cut(error, MESSAGE_BYTES).to_owned()),
            }
        } else {
            ProcessState::Other(text::cut(said, MESSAGE_BYTES).to_owned())
        })
    }

    /// How long the Agent was running when the status was written, milliseconds.
    pub fn uptime_ms(&self) -> Option<i64> {
        let uptime = match self.status_date_ms.zip(self.agent_start_ms) {
            Some((date, start)) => date.checked_sub(start)?,
            None => self.uptime_by_clock_ms?,
        };
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
const PROBLEMS: usize = 2_000;
const JMX_CHECKS: usize = 10_000;
const EVENT_TYPES: usize = 50;
const METADATA: usize = 200;
const WORKERS: usize = 1_000;

/// Sections that every node Agent writes.
const ALWAYS: [&str; 3] = ["Collector", "Aggregator", "Forwarder"];

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

/// What the lines that follow are.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    /// Keys and values.
    #[default]
    Facts,
    /// Running checks.
    Checks,
    /// Checks that do not run.
    Problems(ProblemKind),
    /// Checks of JMXFetch, `true` for those that failed.
    Jmx(bool),
    /// What could not be written.
    RenderErrors,
}

impl Part {
    fn below(section: &str, title: &str) -> Self {
        let is = |name: &str| title.eq_ignore_ascii_case(name);
        if is("Running Checks") {
            Self::Checks
        } else if is("Error initializing Python") {
            Self::Problems(ProblemKind::Python)
        } else if is("Config Errors") {
            Self::Problems(ProblemKind::Configuration)
        } else if is("Loading Errors") {
            Self::Problems(ProblemKind::Loading)
        } else if is("Check Initialization Errors") {
            Self::Problems(ProblemKind::Initialization)
        } else if section.eq_ignore_ascii_case("JMXFetch") && is("Initialized checks") {
            Self::Jmx(false)
        } else if section.eq_ignore_ascii_case("JMXFetch") && is("Failed checks") {
            Self::Jmx(true)
        } else if is("Status render errors") {
            Self::RenderErrors
        } else {
            Self::Facts
        }
    }
}

#[derive(Default)]
struct Reader {
    status: Status,
    part: Part,
    /// Date of the status and start of the Agent by the host's clock.
    date: Option<LocalTime>,
    start: Option<LocalTime>,
    /// Host tags follow, deeper than this.
    tags_below: Option<usize>,
    /// A message of the current instance goes on, which began at this column.
    message: Option<(Message, usize)>,
    /// The check that problems or JMX instances are of.
    check: String,
    /// Whether the last problem or JMX instance belongs to that check.
    goes_on: bool,
    facts: usize,
    instances: usize,
    titles: usize,
    main_titles: usize,
    /// Sections of [`ALWAYS`] that it has.
    written: Vec<&'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Message {
    Error,
    Warning,
    Metadata,
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
        match self.part {
            Part::Checks => return self.check_line(content, indent, next),
            Part::Problems(kind) => return self.problem_line(kind, content, indent, next),
            Part::Jmx(failed) => return self.jmx_line(failed, content, indent),
            Part::RenderErrors => return self.render_error(content),
            Part::Facts if is_render_error(content) => return self.begin_render_error(content),
            Part::Facts => {}
        }
        if let Some(below) = self.tags_below {
            if indent > below {
                return;
            }
            self.tags_below = None;
        }
        self.fact(content, indent);
    }

    /// A rule below a line makes a title, unless that line is part of an error message.
    fn may_be_title(&self, content: &str, indent: usize, next: &str) -> bool {
        let rule_indent = next.len() - next.trim_start().len();
        rule_indent == indent && self.is_outside_message(indent) && content.len() < 200
    }

    /// Messages stand at six columns or deeper.
    fn is_outside_message(&self, indent: usize) -> bool {
        self.message.is_none() || indent < 6
    }

    fn title(&mut self, title: &str, indent: usize) {
        self.titles += 1;
        self.message = None;
        self.tags_below = None;
        self.check.clear();
        self.goes_on = false;
        if indent == 0 {
            self.main_titles += 1;
            let always = ALWAYS.into_iter().find(|name| *name == title);
            self.written.extend(always);
        }
        if self.status.sections.len() >= SECTIONS {
            self.part = Part::Facts;
            return;
        }
        let last = self.status.sections.last();
        if indent == 0 {
            self.part = Part::below("", title);
            self.agent_title(title);
            self.status.sections.push(StatusSection {
                name: title.to_owned(),
                ..StatusSection::default()
            });
        } else {
            let name = last.map(|section| section.name.clone()).unwrap_or_default();
            self.part = Part::below(&name, title);
            self.status.lists_checks |= self.part == Part::Checks;
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
        // Some flavors are no Agents by name (`DogStatsD`), but stand first all the same.
        if !(name.ends_with("Agent") || self.titles == 1)
            || !version.starts_with(|c: char| c.is_ascii_digit())
        {
            return;
        }
        self.status.version = Some(version.to_owned());
        self.status.flavor = match name {
            "Agent" | "Datadog Agent" => Flavor::Agent,
            "IoT Agent" | "Datadog IoT Agent" => Flavor::Iot,
            "Datadog Cluster Agent" | "Cluster Agent" => Flavor::Cluster,
            "Datadog Security Agent" | "Security Agent" => Flavor::Security,
            other => Flavor::Other(other.to_owned()),
        };
    }

    fn fact(&mut self, content: &str, indent: usize) {
        // Below the names of log sources.
        if is_rule(content, '-') {
            return;
        }
        let (key, value) = split_fact(content);
        let last = self.status.sections.last();
        let sub = last.and_then(|section| section.sub.as_deref());
        // Newer versions put at the margin what others put below the Agent's title.
        match sub.or(last.map(|section| section.name.as_str())) {
            Some("Host Info") => self.host_fact(key, value),
            Some("Hostnames" | "Hostname") => {
                if key == "host tags" && value.is_empty() {
                    self.tags_below = Some(indent);
                }
                self.hostname_fact(key, value);
            }
            Some("Check Worker Utilization") => self.worker_fact(key, value),
            _ if sub.is_none() => self.header_fact(key, value),
            _ => {}
        }
        if self.facts < FACTS {
            self.facts += 1;
            if let Some(section) = self.status.sections.last_mut() {
                section.facts.push((key.to_owned(), value.to_owned()));
            }
        }
    }

    fn header_fact(&mut self, key: &str, value: &str) {
        if self.main_titles > 1 {
            return;
        }
        let status = &mut self.status;
        let some = || text::value(value).map(str::to_owned);
        match key.to_ascii_lowercase().as_str() {
            "status date" => {
                set(&mut status.status_date_ms, text::instant_ms(value));
                set(&mut self.date, text::local_time(value));
            }
            // The title says it too, except where it could not be read.
            "agent flavor" if status.version.is_none() => {
                status.flavor = match value {
                    "agent" => Flavor::Agent,
                    "iot_agent" => Flavor::Iot,
                    "cluster_agent" => Flavor::Cluster,
                    "security_agent" => Flavor::Security,
                    other => Flavor::Other(other.to_owned()),
                };
            }
            "agent start" => {
                set(&mut status.agent_start_ms, text::instant_ms(value));
                set(&mut self.start, text::local_time(value));
            }
            "pid" => set(&mut status.pid, text::count(value)),
            "go version" => set(&mut status.go_version, some()),
            // Python is there, and no check has needed it yet.
            "python version" if value == "unused" => {}
            "python version" => set(&mut status.python_version, some()),
            "build arch" => set(&mut status.build_arch, some()),
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
            "kernelVersion" => set(&mut status.kernel_version, some()),
            "kernelArch" => set(&mut status.kernel_arch, some()),
            "os" => set(&mut status.os, some()),
            "platform" => set(&mut status.platform, some()),
            "platformVersion" => set(&mut status.platform_version, some()),
            _ => {}
        }
    }

    fn hostname_fact(&mut self, key: &str, value: &str) {
        if key == "hostname" {
            let name = text::value(value).map(str::to_owned);
            set(&mut self.status.hostname, name);
        }
    }

    /// `Total Workers: 4`, `Average Utilization: 4.2%`, `worker_2: 7.0%`.
    fn worker_fact(&mut self, key: &str, value: &str) {
        let status = &mut self.status;
        if key == "Total Workers" {
            set(&mut status.check_runners, text::count(value));
        }
        let share = value.strip_suffix('%').and_then(text::number);
        let Some(share) = share.map(|percent| percent / 100.0) else {
            return;
        };
        if key == "Average Utilization" {
            set(&mut status.workers.average, Some(share));
        } else if status.workers.each.len() < WORKERS {
            status.workers.each.push((key.to_owned(), share));
        }
    }

    /// A line of the list of errors.
    fn render_error(&mut self, content: &str) {
        match content.strip_prefix("- ") {
            Some(error) => self.begin_render_error(error),
            None => {
                if let Some(last) = self.status.render_errors.last_mut() {
                    more(last, content);
                }
            }
        }
    }

    fn begin_render_error(&mut self, error: &str) {
        begin(&mut self.status.render_errors, error);
    }

    fn check_line(&mut self, content: &str, indent: usize, next: &str) {
        if self.is_outside_message(indent) && is_heading(content, indent, next) {
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
        // Facts stand where the message began. Frames of a traceback are deeper, further lines of
        // the message itself may stand at the margin, and both may look like facts.
        match self.message {
            Some((Message::Error | Message::Warning, at)) if indent != at => {
                return self.more_message(content);
            }
            Some((Message::Metadata, at)) if indent > at => return self.more_message(content),
            Some((Message::Metadata, _)) => self.message = None,
            _ => {}
        }
        let (key, value) = split_fact(content);
        if key == "Instance ID" {
            self.message = None;
            self.begin_instance(value);
            return;
        }
        if !self.instance_fact(key, value, indent) {
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
        let cancelling = state.as_str().to_ascii_uppercase().starts_with("CANCEL");
        check.instances.push(Instance {
            id: id.to_owned(),
            state,
            cancelling,
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
    fn instance_fact(&mut self, key: &str, value: &str, indent: usize) -> bool {
        let in_message = matches!(self.message, Some((Message::Error | Message::Warning, _)));
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
            "Events" => {
                let (last, total) = last_and_total(value);
                set(&mut instance.events_last, last);
                set(&mut instance.events_total, total);
            }
            "Service Checks" => {
                let (last, total) = last_and_total(value);
                set(&mut instance.service_checks_last, last);
                set(&mut instance.service_checks_total, total);
            }
            "Histogram Buckets" => {
                let (last, total) = last_and_total(value);
                set(&mut instance.histogram_buckets_last, last);
                set(&mut instance.histogram_buckets_total, total);
            }
            "Total Metric Samples" => set(&mut instance.metric_samples_total, text::count(value)),
            "Total Events" => set(&mut instance.events_total, text::count(value)),
            "Total Service Checks" => set(&mut instance.service_checks_total, text::count(value)),
            "Total Histogram Buckets" => {
                set(&mut instance.histogram_buckets_total, text::count(value));
            }
            "First Execution Time" => {
                set(&mut instance.first_execution_ms, text::duration_ms(value));
            }
            "Average Execution Time" => {
                set(&mut instance.average_execution_ms, text::duration_ms(value));
            }
            "Last Execution Date" => set(&mut instance.last_execution_ms, text::instant_ms(value)),
            "Last Successful Execution Date" => {
                set(&mut instance.last_success_ms, text::instant_ms(value));
                instance.never_succeeded = value.eq_ignore_ascii_case("never");
            }
            "Long Running Check" => instance.long_running = value.eq_ignore_ascii_case("true"),
            "Cancelling" => instance.cancelling = value.eq_ignore_ascii_case("true"),
            "Error" => {
                begin(&mut instance.errors, value);
                message = Some((Message::Error, indent));
            }
            "Warning" => {
                begin(&mut instance.warnings, value);
                message = Some((Message::Warning, indent));
            }
            // A block of what the check found out about its target; it ends a message.
            "metadata" if value.is_empty() => message = Some((Message::Metadata, indent)),
            _ if !in_message => return event_fact(instance, key, value),
            _ => return false,
        }
        self.message = message;
        true
    }

    /// A line that is no fact belongs to what stands above it.
    fn more_message(&mut self, content: &str) {
        let Some((message, _)) = self.message else {
            return;
        };
        // What the Agent writes below errors of Go checks.
        if content == "No traceback" {
            return;
        }
        let Some(instance) = self.instance() else {
            return;
        };
        let messages = match message {
            Message::Error => &mut instance.errors,
            Message::Warning => &mut instance.warnings,
            Message::Metadata => {
                let (key, value) = split_fact(content);
                if instance.metadata.len() < METADATA {
                    let pair = (key, text::cut(value, MESSAGE_BYTES));
                    instance
                        .metadata
                        .push((pair.0.to_owned(), pair.1.to_owned()));
                }
                return;
            }
        };
        if let Some(last) = messages.last_mut() {
            more(last, content);
        }
    }

    /// A line below `Loading Errors` and its siblings.
    fn problem_line(&mut self, kind: ProblemKind, content: &str, indent: usize, next: &str) {
        if kind == ProblemKind::Python {
            // One item each: `- could not initialize rtloader: ...`
            match content.strip_prefix("- ") {
                Some(message) => self.begin_problem(kind, None, message),
                None => self.more_problem(kind, content),
            }
            return;
        }
        // Messages stand deeper than headings, or, where they go on, at the margin.
        if (4..=6).contains(&indent) && is_heading(content, indent, next) {
            self.check = split_version(content).0.to_owned();
            self.goes_on = false;
            return;
        }
        if is_rule_of_any_length(content, '-') {
            return;
        }
        let about = content.strip_suffix(':').filter(|about| {
            indent == 6
                && match kind {
                    ProblemKind::Initialization => about.starts_with("instance "),
                    _ => about.ends_with("Loader"),
                }
        });
        match about {
            Some(about) => self.begin_problem(kind, Some(about), ""),
            None => self.more_problem(kind, content),
        }
    }

    fn begin_problem(&mut self, kind: ProblemKind, about: Option<&str>, message: &str) {
        self.goes_on = self.status.check_problems.len() < PROBLEMS;
        if self.goes_on {
            self.status.check_problems.push(CheckProblem {
                kind,
                check: self.check.clone(),
                about: about.map(str::to_owned),
                message: text::cut(message, MESSAGE_BYTES).to_owned(),
            });
        }
    }

    fn more_problem(&mut self, kind: ProblemKind, content: &str) {
        if !self.goes_on {
            self.begin_problem(kind, None, content);
        } else if let Some(last) = self.status.check_problems.last_mut() {
            more(&mut last.message, content);
        }
    }

    /// A line below the checks of JMXFetch: the name of a check, or a fact of an instance. Facts
    /// are `- key: value` and `key: value`, in older versions `key : value`.
    fn jmx_line(&mut self, failed: bool, content: &str, indent: usize) {
        let item = content.strip_prefix("- ");
        let (key, value) = split_fact(item.unwrap_or(content));
        let is_fact = item.is_some() || content.ends_with(':') || content.contains(": ");
        if !is_fact && (2..=4).contains(&indent) {
            self.goes_on = false;
            if content != "no checks" {
                self.check = content.to_owned();
            }
            return;
        }
        let last = self.status.jmx_checks.last();
        let repeats = key == "instance_name" && last.is_some_and(|last| last.instance.is_some());
        if item.is_some() || repeats || !self.goes_on {
            self.goes_on = self.status.jmx_checks.len() < JMX_CHECKS;
            if !self.goes_on {
                return;
            }
            self.status.jmx_checks.push(JmxCheck {
                check: self.check.clone(),
                failed,
                ..JmxCheck::default()
            });
        }
        let Some(check) = self.status.jmx_checks.last_mut() else {
            return;
        };
        let some = || text::value(value).map(|value| text::cut(value, MESSAGE_BYTES).to_owned());
        match key {
            "instance_name" => set(&mut check.instance, some()),
            "status" => set(&mut check.status, some()),
            "message" => set(&mut check.message, some()),
            "metric_count" => set(&mut check.metric_count, text::count(value)),
            "service_check_count" => set(&mut check.service_check_count, text::count(value)),
            // A message of more than one line goes on.
            _ if !is_fact => {
                if let Some(message) = &mut check.message {
                    more(message, content);
                }
            }
            _ => {}
        }
    }

    fn finish(mut self, text: &str) -> Status {
        if self.titles == 0 {
            // A sentence instead of a status; nothing else is one line or two without a title.
            self.status.render_errors.clear();
            let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
            self.status.unavailable = lines
                .next()
                .map(|line| text::cut(line, MESSAGE_BYTES).to_owned());
        }
        self.status
            .sections
            .retain(|section| !section.facts.is_empty());
        self.times();
        let is_node = matches!(self.status.flavor, Flavor::Agent | Flavor::Iot);
        if is_node && !self.status.render_errors.is_empty() {
            let written = &self.written;
            self.status.missing_sections = ALWAYS
                .into_iter()
                .filter(|name| !written.contains(name))
                .collect();
        }
        self.status
    }

    /// Puts both times together: what one says of the zone holds for the other in the same zone.
    fn times(&mut self) {
        let status = &mut self.status;
        if let Some((date, start)) = self.date.as_ref().zip(self.start.as_ref())
            && date.zone == start.zone
        {
            let since_start = date.clock_ms.checked_sub(start.clock_ms);
            match (status.status_date_ms, status.agent_start_ms) {
                (Some(date), None) => {
                    status.agent_start_ms = since_start.and_then(|ms| date.checked_sub(ms));
                }
                (None, Some(start)) => {
                    status.status_date_ms = since_start.and_then(|ms| start.checked_add(ms));
                }
                (None, None) => status.uptime_by_clock_ms = since_start,
                (Some(_), Some(_)) => {}
            }
        }
        if let Some(date) = self.date.take() {
            status.status_date_local = Some(date.text);
            status.time_zone = Some(date.zone);
            status.utc_offset_minutes = date.offset_minutes;
        }
        status.agent_start_local = self.start.take().map(|start| start.text);
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

fn more(message: &mut String, content: &str) {
    if message.len() + content.len() < MESSAGE_BYTES {
        if !message.is_empty() {
            message.push('\n');
        }
        message.push_str(content);
    }
}

/// `dbm-samples: Last Run: 12, Total: 132`; of a check that runs all the time
/// `Total dbm-samples: 132`.
fn event_fact(instance: &mut Instance, key: &str, value: &str) -> bool {
    let event = if value.starts_with("Last Run:") && value.contains("Total:") {
        let (last, total) = last_and_total(value);
        EventCount {
            kind: key.to_owned(),
            last,
            total,
        }
    } else if let Some(kind) = key.strip_prefix("Total ")
        && instance.long_running
        && let Some(total) = text::count(value)
    {
        EventCount {
            kind: kind.to_owned(),
            last: None,
            total: Some(total),
        }
    } else {
        return false;
    };
    if instance.event_platform.len() < EVENT_TYPES {
        instance.event_platform.push(event);
    }
    true
}

/// What a template of Go's says when it fails, where it stands in place of what it should write.
fn is_render_error(content: &str) -> bool {
    let content = content.strip_prefix("Error: ").unwrap_or(content);
    (content.starts_with("template: ") && content.contains(": executing \""))
        || content
            .to_ascii_lowercase()
            .starts_with("unable to get the status")
}

/// A line with a rule of dashes below it, as long as itself.
fn is_heading(content: &str, indent: usize, next: &str) -> bool {
    let rule = next.trim();
    let letters = content.chars().count();
    // Names may be as short as their rule (`io`, `--`), so lengths are compared. The Agent counts
    // an accent apart from its letter.
    let lengths = if content.is_ascii() {
        letters..=letters
    } else {
        letters..=letters.saturating_mul(3)
    };
    is_rule_of_any_length(rule, '-')
        && lengths.contains(&rule.len())
        && next.len() - next.trim_start().len() == indent
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

    /// One instance of a check whose lines are given, as a flare shows it.
    fn instance_of(lines: &str) -> Instance {
        let text = format!(
            "=========\nCollector\n=========\n\n  Running Checks\n  ==============\n    \n    ntp\n    ---\n{lines}\n  Loading Errors\n  ==============\n"
        );
        let status = parse(&text);
        assert_eq!(status.checks.len(), 1);
        assert_eq!(status.checks[0].name, "ntp");
        assert_eq!(status.checks[0].instances.len(), 1);
        let crlf = parse(&text.replace('\n', "\r\n"));
        assert_eq!(crlf, status);
        status.checks[0].instances[0].clone()
    }

    #[test]
    fn every_line_of_an_instance() {
        let instance = instance_of(
            "      Instance ID: ntp:3c427a42a70bbf8 [OK]
      Configuration Source: file:/etc/datadog-agent/conf.d/ntp.d/conf.yaml.default
      Total Runs: 1,019,082
      Metric Samples: Last Run: 1,204, Total: 1.019082e+06
      Events: Last Run: 2, Total: 2,056
      dbm-samples: Last Run: 12, Total: 1,132
      network-devices-metadata: Last Run: 0, Total: 7
      Service Checks: Last Run: 1, Total: 3
      Histogram Buckets: Last Run: 5, Total: 50
      First Execution Time : 1.2s
      Average Execution Time : 172ms
      Last Execution Date : 2023-11-29 13:04:58 CET / 2023-11-29 12:04:58 UTC (1701259498000)
      Last Successful Execution Date : 2023-11-29 13:04:58 CET / 2023-11-29 12:04:58 UTC (1701259498000)
      Cancelling: True
      metadata:
        version.major: 14
        Error: not one
        flavor: <no value>
      
",
        );
        expect![[r#"
            Instance {
                id: "ntp:3c427a42a70bbf8",
                state: Ok,
                configuration_source: Some(
                    "file:/etc/datadog-agent/conf.d/ntp.d/conf.yaml.default",
                ),
                total_runs: Some(
                    1019082,
                ),
                metric_samples_last: Some(
                    1204,
                ),
                metric_samples_total: Some(
                    1019082,
                ),
                events_last: Some(
                    2,
                ),
                events_total: Some(
                    2056,
                ),
                event_platform: [
                    EventCount {
                        kind: "dbm-samples",
                        last: Some(
                            12,
                        ),
                        total: Some(
                            1132,
                        ),
                    },
                    EventCount {
                        kind: "network-devices-metadata",
                        last: Some(
                            0,
                        ),
                        total: Some(
                            7,
                        ),
                    },
                ],
                service_checks_last: Some(
                    1,
                ),
                service_checks_total: Some(
                    3,
                ),
                histogram_buckets_last: Some(
                    5,
                ),
                histogram_buckets_total: Some(
                    50,
                ),
                first_execution_ms: Some(
                    1200.0,
                ),
                average_execution_ms: Some(
                    172.0,
                ),
                last_execution_ms: Some(
                    1701259498000,
                ),
                last_success_ms: Some(
                    1701259498000,
                ),
                never_succeeded: false,
                errors: [],
                warnings: [],
                long_running: false,
                cancelling: true,
                metadata: [
                    (
                        "version.major",
                        "14",
                    ),
                    (
                        "Error",
                        "not one",
                    ),
                    (
                        "flavor",
                        "<no value>",
                    ),
                ],
            }
        "#]]
        .assert_debug_eq(&instance);
    }

    #[test]
    fn a_check_that_runs_all_the_time() {
        let instance = instance_of(
            "      Instance ID: ntp [OK]
      Long Running Check: true
      Configuration Source: file:/etc/datadog-agent/conf.d/ntp.d/conf.yaml.default
      Total Metric Samples: 1,204,512
      Total Events: 3
      Total container-lifecycle: 90,210
      Total Service Checks: 0
      Total Histogram Buckets: 12
      
",
        );
        assert!(instance.long_running);
        assert_eq!(instance.metric_samples_total, Some(1_204_512));
        assert_eq!(instance.metric_samples_last, None);
        assert_eq!(instance.events_total, Some(3));
        assert_eq!(instance.histogram_buckets_total, Some(12));
        assert_eq!(
            instance.event_platform,
            [EventCount {
                kind: "container-lifecycle".to_owned(),
                last: None,
                total: Some(90_210)
            }]
        );
        assert_eq!(instance.total_runs, None);
    }

    #[test]
    fn errors_that_look_like_facts() {
        let instance = instance_of(
            "      Instance ID: ntp:1 [ERROR]
      Total Runs: 842
      Last Successful Execution Date : Never
      Error: could not connect
Total Runs: 3 were not made
      Traceback (most recent call last):
        File \"base.py\", line 1122, in run
          Warning: self.check(instance)
        ---------
        Instance ID: nothing
      
      During handling of the above exception, another exception occurred:
        dbm-samples: Last Run: 1, Total: 2
      ConnectionError: refused
      Warning: slow
      Warning: very slow
",
        );
        assert_eq!(instance.total_runs, Some(842));
        assert!(instance.never_succeeded);
        assert_eq!(instance.last_success_ms, None);
        assert_eq!(instance.event_platform, []);
        assert_eq!(instance.errors.len(), 1);
        assert!(instance.errors[0].starts_with("could not connect"));
        assert_eq!(instance.warnings, ["slow", "very slow"]);
        let go = instance_of(
            "      Instance ID: ntp [ERROR]\n      Error: open /proc/x: no such file\n      No traceback\n",
        );
        assert_eq!(go.errors, ["open /proc/x: no such file"]);
        let stopped = instance_of("      Instance ID: ntp:1 [CANCELLING]\n");
        assert_eq!(stopped.state, CheckState::Other("CANCELLING".to_owned()));
        assert!(stopped.cancelling);
    }

    #[test]
    fn checks_that_do_not_run() {
        let status = parse(
            r#"=========
Collector
=========
  Error initializing Python
  =========================
    - could not initialize rtloader: No module named 'yaml'
      see the log
    - another

  Running Checks
  ==============
    No checks have run yet
  
  Check Worker Utilization
  ========================
    Total Workers: 4
    Average Utilization: 41.5%

    Top Workers (by utilization):
      worker_1: 91.0%

  Check Initialization Errors
  ===========================

    
      postgres (13.1.0)
      -----------------

      instance 0:

        could not invoke 'postgres' python check constructor. New constructor API returned:
Traceback (most recent call last):
  File "/opt/datadog-agent/postgres.py", line 62, in __init__
    self._config = PostgresConfig(self.instance)
datadog_checks.base.errors.ConfigurationError: Please specify a user.

      instance 1:

        the same
  Config Errors
  ==============
    redisdb
    -------
      yaml: line 4: did not find expected key
  Loading Errors
  ==============
    postgres
    --------
      Core Check Loader:
        Check postgres not found in Catalog
        
      Python Check Loader:
        unable to import module 'postgres':
        No module named postgres
        
========
JMXFetch
========
"#,
        );
        let problems: Vec<String> = status
            .check_problems
            .iter()
            .map(|it| {
                format!(
                    "{:?} {} ({}): {}",
                    it.kind,
                    it.check,
                    it.about.as_deref().unwrap_or("-"),
                    it.message
                )
            })
            .collect();
        expect![[r#"
            Python  (-): could not initialize rtloader: No module named 'yaml'
            see the log
            Python  (-): another
            Initialization postgres (instance 0): could not invoke 'postgres' python check constructor. New constructor API returned:
            Traceback (most recent call last):
            File "/opt/datadog-agent/postgres.py", line 62, in __init__
            self._config = PostgresConfig(self.instance)
            datadog_checks.base.errors.ConfigurationError: Please specify a user.
            Initialization postgres (instance 1): the same
            Configuration redisdb (-): yaml: line 4: did not find expected key
            Loading postgres (Core Check Loader): Check postgres not found in Catalog
            Loading postgres (Python Check Loader): unable to import module 'postgres':
            No module named postgres"#]]
        .assert_eq(&problems.join("\n"));
        assert!(status.checks.is_empty());
        assert_eq!(status.check_runners, Some(4));
        assert_eq!(
            status.fact("Collector", "Average Utilization"),
            Some("41.5%")
        );
    }

    #[test]
    fn checks_of_jmxfetch() {
        let status = parse(
            r#"========
JMXFetch
========

  Information
  ==================
    runtime_version : 17.0.9
    version : 0.49.1
  Initialized checks
  ==================
    cassandra
    - instance_name: cassandra-localhost-7199
      metric_count: 1,350
      service_check_count: 0
      message: <no value>
      status: OK
    - instance_name: cassandra-localhost-7299
      metric_count: 12
      service_check_count: 0
      message: 
      status: WARNING
    kafka
      instance_name : kafka-localhost-9999
      message : 
      metric_count : 27
      service_check_count : 0
      status : OK
      instance_name : kafka-localhost-9998
      metric_count : 28
  Failed checks
  =============
    tomcat
      message : Unable to instantiate or initialize instance
      of the check
      service_check_count : 0
      status : ERROR

========
JMXFetch
========
  Initialized checks
  ==================
    no checks
    
  Failed checks
  =============
    no checks
    
=========
Forwarder
=========
  Transactions
  ============
    Dropped: 1
"#,
        );
        let checks: Vec<String> = status
            .jmx_checks
            .iter()
            .map(|it| {
                format!(
                    "{}{} {:?} {:?} {:?} {:?} {:?}",
                    if it.failed { "failed " } else { "" },
                    it.check,
                    it.instance.as_deref(),
                    it.status.as_deref(),
                    it.message.as_deref(),
                    it.metric_count,
                    it.service_check_count
                )
            })
            .collect();
        expect![[r#"
            cassandra Some("cassandra-localhost-7199") Some("OK") None Some(1350) Some(0)
            cassandra Some("cassandra-localhost-7299") Some("WARNING") None Some(12) Some(0)
            kafka Some("kafka-localhost-9999") Some("OK") None Some(27) Some(0)
            kafka Some("kafka-localhost-9998") None None Some(28) None
            failed tomcat None Some("ERROR") Some("Unable to instantiate or initialize instance\nof the check") None Some(0)"#]]
        .assert_eq(&checks.join("\n"));
        assert_eq!(status.fact("JMXFetch", "version"), Some("0.49.1"));
        assert_eq!(status.fact("Forwarder", "Dropped"), Some("1"));
    }

    #[test]
    fn flavors_and_zones() {
        let head = |title: &str, date: &str| {
            let rule = "=".repeat(title.len());
            parse(&format!(
                "{rule}\n{title}\n{rule}\n\n  Status date: {date}\n  Agent start: 2023-02-10 08:29:16.214 UTC (1676017756214)\n  Pid: 5\n  Go Version: go1.20.10\n  Agent flavor: x\n  Check Runners: 4\n\n  Host Info\n  =========\n    procs: 211\n"
            ))
        };
        let two = "2023-02-10 10:29:16.214 CET / 2023-02-10 09:29:16.214 UTC (1676021356214)";
        let one = "2023-02-10 09:29:16.214 UTC (1676021356214)";
        for (title, flavor) in [
            ("Agent (v7.76.1)", Flavor::Agent),
            ("IoT Agent (v7.50.0)", Flavor::Iot),
            (
                "Datadog Cluster Agent (v7.50.0-devel+git.813.61fc133)",
                Flavor::Cluster,
            ),
            ("Cluster Agent (v7.81.3)", Flavor::Cluster),
            ("Datadog Security Agent (v7.49.1)", Flavor::Security),
            (
                "Heroku Agent (v7.60.0)",
                Flavor::Other("Heroku Agent".to_owned()),
            ),
            ("DogStatsD (v7.60.0)", Flavor::Other("DogStatsD".to_owned())),
        ] {
            let status = head(title, two);
            assert_eq!(status.flavor, flavor, "{title}");
            assert!(title.contains(status.version.as_deref().unwrap()));
            assert_eq!(status.uptime_ms(), Some(3_600_000));
            assert_eq!(status.check_runners, Some(4));
        }
        let status = head("Agent (v7.76.1)", two);
        assert_eq!(
            status.status_date_local.as_deref(),
            Some("2023-02-10 10:29:16.214 CET")
        );
        assert_eq!(status.time_zone.as_deref(), Some("CET"));
        assert_eq!(status.utc_offset_minutes, Some(60));
        let status = head("Agent (v7.76.1)", one);
        assert_eq!(status.status_date_ms, Some(1_676_021_356_214));
        assert_eq!(status.time_zone.as_deref(), Some("UTC"));
        assert_eq!(status.utc_offset_minutes, Some(0));
        // A title that is not understood: the flavor has a line of its own.
        let status = parse("=====\nAgent\n=====\n  Agent flavor: iot_agent\n");
        assert_eq!(status.flavor, Flavor::Iot);
        assert_eq!(status.version, None);
    }

    #[test]
    fn a_status_that_was_not_written_whole() {
        let head = "==============\nAgent (v7.1.0)\n==============\n  Pid: 7\n\n";
        let collector = "=========\nCollector\n=========\n\n  Running Checks\n  ==============\n    cpu\n    ---\n      Instance ID: cpu [OK]\n      Error: template: a:1:2: executing \"a\" at <b>: c\n\n";
        let errors = "====================\nStatus render errors\n====================\n  - template: forwarder.tmpl:12:3: executing \"forwarder.tmpl\" at <.x>: nil data\ngoes on\n\n  - unable to reach it\n";
        let status = parse(&format!("{head}{collector}{errors}"));
        assert_eq!(
            status.render_errors,
            [
                "template: forwarder.tmpl:12:3: executing \"forwarder.tmpl\" at <.x>: nil data\ngoes on",
                "unable to reach it"
            ]
        );
        assert_eq!(status.missing_sections, ["Aggregator", "Forwarder"]);
        assert!(status.lists_checks);
        // An error in place of a section.
        let inside = format!(
            "{head}=========\nForwarder\n=========\n  template: f.tmpl:1:2: executing \"f.tmpl\" at <.x>: nil data\n"
        );
        let status = parse(&inside);
        assert_eq!(status.render_errors.len(), 1);
        assert_eq!(status.missing_sections, ["Collector", "Aggregator"]);
        assert!(!status.lists_checks);
        // A check's own error, and processes that do not run, are what a whole status says.
        let whole = parse(&format!(
            "{head}{collector}=========\nAPM Agent\n=========\n  Status: Not running or unreachable on localhost:5012.\n"
        ));
        assert_eq!(whole.render_errors, [""; 0]);
        assert_eq!(whole.missing_sections, [""; 0]);
    }

    #[test]
    fn workers_and_other_processes() {
        let status = parse(
            "==============\nAgent (v7.1.0)\n==============\n  Python Version: unused\n\nHost Info\n=========\n  platform: debian\n\n========\nHostname\n========\n  hostname: h\n\n=========\nCollector\n=========\n  Check Worker Utilization\n  ========================\n    Total Workers: 4\n    Average Utilization: 98.0%\n\n    Top Workers (by utilization):\n      worker_1: 98.5%\n      worker_2: x\n\n=========\nAPM Agent\n=========\n\n  Status: Not running or unreachable on localhost:5012.\n  Error: Get \"https://localhost:5012/debug/vars\": dial tcp 127.0.0.1:5012: connect: connection refused\n\n==========\nOTel Agent\n==========\n  Status: Running\n\n  Receiver\n  ========\n    Status: x\n",
        );
        assert_eq!(status.check_runners, Some(4));
        assert_eq!(status.workers.average, Some(0.98));
        assert_eq!(status.workers.each, [("worker_1".to_owned(), 0.985)]);
        assert_eq!(
            status.process_state("APM Agent"),
            Some(ProcessState::Unreachable {
                said: "Not running or unreachable on localhost:5012.".to_owned(),
                error: Some("Get \"https://localhost:5012/debug/vars\": dial tcp 127.0.0.1:5012: connect: connection refused".to_owned()),
            })
        );
        assert_eq!(
            status.process_state("OTel Agent"),
            Some(ProcessState::Running)
        );
        assert_eq!(status.process_state("Process Agent"), None);
        assert_eq!(
            (status.hostname.as_deref(), status.platform.as_deref()),
            (Some("h"), Some("debian"))
        );
        assert_eq!(status.python_version, None);
    }

    #[test]
    fn times_of_one_zone() {
        let read = |date: &str, start: &str| {
            let status = parse(&format!(
                "==============\nAgent (v7.1.0)\n==============\n  Status date: {date}\n  Agent start: {start}\n"
            ));
            (
                status.status_date_ms,
                status.agent_start_ms,
                status.uptime_ms(),
            )
        };
        let brt = "2020-10-30 14:35:48.113407 BRT";
        // Whatever BRT means.
        assert_eq!(
            read("2020-10-30 15:45:16.803129 BRT", brt),
            (None, None, Some(4_168_690))
        );
        // The summer time began in between, so the clock says nothing.
        assert_eq!(read("2020-10-30 15:45:16 BRST", brt), (None, None, None));
        assert_eq!(read("2020-10-30 14:35:40 BRT", brt), (None, None, None));
        let both = "2025-11-21 01:41:00.214 -03 / 2025-11-21 04:41:00.214 UTC (1763700060214)";
        let days = Some(3 * 86_400_000 + 214);
        assert_eq!(
            read(both, "2025-11-18 01:41:00 -03"),
            (Some(1_763_700_060_214), Some(1_763_440_860_000), days)
        );
        assert_eq!(
            read("2025-11-21 01:41:00.214 -03", "2025-11-18 01:41:00 -03"),
            (Some(1_763_700_060_214), Some(1_763_440_860_000), days)
        );
        // One of the two tells what the zone means.
        let told = "2025-11-21 01:41:00.214 BRT / 2025-11-21 04:41:00.214 UTC";
        assert_eq!(
            read(told, "2025-11-18 01:41:00 BRT"),
            (Some(1_763_700_060_214), Some(1_763_440_860_000), days)
        );
        assert_eq!(
            read(told, "2025-11-18 01:41:00 BRST"),
            (Some(1_763_700_060_214), None, None)
        );
    }

    #[test]
    fn sections_of_one_rule() {
        let status = parse(
            "=====================\nCluster Agent (v7.81)\n=====================\n  Pid: 7\n\nLeader Election\n===============\n  Leader Election Status:  Failing\n  Pid: 9\n\n=============\nProcess Agent\n=============\n\n  Version: x\n  Allocated Memory: 35,295,544 bytes\n\n  =================\n  Process Endpoints\n  =================\n    https://a - API Key ending with:\n        - 841ae\n\n=========\nAPM Agent\n=========\n  Uptime: 1.019082e+06 seconds\n  Mem alloc: 9.203488e+06 bytes\n",
        );
        assert_eq!(status.pid, Some(7));
        assert_eq!(
            status.fact("Leader Election", "Leader Election Status"),
            Some("Failing")
        );
        assert_eq!(
            status.fact("Process Agent", "Allocated Memory"),
            Some("35,295,544 bytes")
        );
        assert_eq!(
            status.fact("APM Agent", "Uptime").and_then(text::number),
            Some(1_019_082.0)
        );
    }

    #[test]
    fn facts_of_other_sections() {
        let status = parse(
            "===============\nAgent (v7.1.0)\n===============\n  Pid: 7\n  Python Version: n/a\n\n  Hostnames\n  =========\n    host tags:\n      env:prod\n    hostname: h\n\n=========\nAPM Agent\n=========\n  Pid: 8\n  Mem alloc: 9,203,488 bytes\n",
        );
        assert_eq!(status.pid, Some(7));
        assert_eq!(status.python_version, None);
        assert_eq!(status.hostname.as_deref(), Some("h"));
        assert_eq!(status.fact("apm agent", "pid"), Some("8"));
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
    fn hostile_lists_are_bounded() {
        let mut text = String::from(
            "=========\nCollector\n=========\n  Loading Errors\n  ==============\n    x\n    -\n",
        );
        for _ in 0..PROBLEMS + 5 {
            text.push_str("      Core Check Loader:\n        no\n");
        }
        text.push_str("========\nJMXFetch\n========\n  Failed checks\n  =============\n    x\n");
        for _ in 0..JMX_CHECKS + 5 {
            text.push_str("    - instance_name: i\n");
        }
        text.push_str("=========\nCollector\n=========\n  Running Checks\n  ==============\n    y\n    -\n      Instance ID: y [OK]\n");
        for n in 0..EVENT_TYPES + 5 {
            text.push_str(&format!("      t{n}: Last Run: 1, Total: 2\n"));
        }
        text.push_str("      metadata:\n");
        for n in 0..METADATA + 5 {
            text.push_str(&format!("        k{n}: v\n"));
        }
        text.push_str(&format!("      Error: {}\n", "e".repeat(2 * MESSAGE_BYTES)));
        let status = parse(&text);
        assert_eq!(status.check_problems.len(), PROBLEMS);
        assert_eq!(status.jmx_checks.len(), JMX_CHECKS);
        let instance = &status.checks[0].instances[0];
        assert_eq!(instance.event_platform.len(), EVENT_TYPES);
        assert_eq!(instance.metadata.len(), METADATA);
        assert_eq!(instance.errors[0].len(), MESSAGE_BYTES);
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
