//! The Agent's current logs, `logs/*.log`: counts, and the few lines that announce a limit or a
//! restart.
//!
//! Keeps no text of a line: source lines, kinds, instants and numbers are all that is taken. Lines
//! come as `log_format_json` writes them, or plain:
//!
//! ```text
//! 2026-11-28 14:52:02 UTC | CORE | WARN | (pkg/collector/runner/runner.go:314 in logWorkerUtilization) | text
//! ```
//!
//! A line that is neither belongs to the one before it (stack traces, dumped bodies).

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead, Read};

use serde::Deserialize;

use super::io::read_line;
use super::{TextLimits, text};

/// Bytes kept of a line: what is read of it stands at its beginning.
const LINE: usize = 16_384;

/// Different source lines kept.
const SOURCES: usize = 200;

/// Bytes kept of a file's, function's or check's name.
const NAME: usize = 200;

/// What one log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentLog {
    /// Lines of the log's own form.
    pub lines: u64,
    /// Lines of no such form: they belong to the one before.
    pub other_lines: u64,
    /// Only its beginning was read.
    pub is_cut: bool,
    /// When its first line was written.
    pub first: Option<Stamp>,
    /// When the last line that was read was written.
    pub last: Option<Stamp>,
    /// Lines of level ERROR, without those that making a flare wrote.
    pub errors: u64,
    /// The same of level CRITICAL.
    pub criticals: u64,
    /// ERROR and CRITICAL that making a flare wrote.
    pub of_flares: u64,
    /// Errors by the line of source that wrote them, most first.
    pub sources: Vec<ErrorSource>,
    /// Errors whose source line is not told, or is past the limit of those that are kept.
    pub unsourced: u64,
    /// What announces a limit or a restart; a kind that did not happen is not there.
    pub events: Vec<LogEvent>,
    /// How often a start follows another one without a shutdown between them: the process ended
    /// without a word.
    pub silent_ends: u64,
    /// Whether the process still ran at the log's end, or ended without a word: no shutdown follows
    /// the last start. `None` where the log has neither, or its end was not read.
    pub runs_at_end: Option<bool>,
}

/// An instant as the log writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// For example `2026-11-28 14:52:02 UTC`; digits, letters and a few signs alone.
    pub text: String,
    /// Unix milliseconds; `None` where the zone is only an abbreviation.
    pub at_ms: Option<i64>,
}

impl Stamp {
    fn of(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            at_ms: text::instant_ms(text),
        }
    }
}

/// A line of source that writes errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorSource {
    /// For example `pkg/process/runner/runner.go`; of a Python check its own file.
    pub file: String,
    /// Line of that file.
    pub line: Option<u64>,
    /// For example `readResponseStatuses`.
    pub function: Option<String>,
    /// The Python check that wrote it.
    pub check: Option<String>,
    /// Lines of level ERROR.
    pub errors: u64,
    /// Lines of level CRITICAL.
    pub criticals: u64,
}

impl ErrorSource {
    /// `pkg/process/runner/runner.go:513 in readResponseStatuses`.
    pub fn place(&self) -> String {
        let line = self
            .line
            .map_or_else(String::new, |line| format!(":{line}"));
        let function = self
            .function
            .as_ref()
            .map_or_else(String::new, |function| format!(" in {function}"));
        format!("{}{line}{function}", self.file)
    }
}

/// Lines that announce a limit or a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// The process started.
    Start,
    /// It was told to stop, or said that it does. Its several lines count once.
    Shutdown,
    /// Check workers are busy nearly all the time.
    BusyWorkers,
    /// The forwarder dropped payloads: its retry queue was full.
    DroppedTransactions,
    /// The trace-agent stopped itself at its memory limit.
    MemoryKill,
    /// The `agentprofiling` check saw its threshold crossed.
    ProfilingThreshold,
    /// `terminate_agent_on_threshold` stopped the Agent.
    ProfilingStop,
    /// The runtime's cores were set.
    Gomaxprocs,
    /// The trace-agent set its own memory limit.
    Gomemlimit,
    /// JMXFetch was restarted.
    JmxRestart,
    /// JMXFetch was given up after too many restarts.
    JmxGivenUp,
}

impl EventKind {
    /// Its name in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Shutdown => "shutdown",
            Self::BusyWorkers => "busy-workers",
            Self::DroppedTransactions => "dropped-transactions",
            Self::MemoryKill => "memory-kill",
            Self::ProfilingThreshold => "profiling-threshold",
            Self::ProfilingStop => "profiling-stop",
            Self::Gomaxprocs => "gomaxprocs",
            Self::Gomemlimit => "gomemlimit",
            Self::JmxRestart => "jmx-restart",
            Self::JmxGivenUp => "jmx-given-up",
        }
    }
}

/// What a number of such a line counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Busy check workers.
    Workers,
    /// Payloads that were dropped; of all lines together.
    Transactions,
    /// Size of the retry queue.
    QueueBytes,
    /// Memory in use.
    HeldBytes,
    /// Memory allowed.
    AllowedBytes,
    /// CPU in percent of a core.
    CpuPercent,
    /// `GOMAXPROCS`.
    Cores,
    /// `GOMEMLIMIT`.
    LimitBytes,
}

impl Quantity {
    /// Its name in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workers => "workers",
            Self::Transactions => "transactions",
            Self::QueueBytes => "queue_bytes",
            Self::HeldBytes => "held_bytes",
            Self::AllowedBytes => "allowed_bytes",
            Self::CpuPercent => "cpu_percent",
            Self::Cores => "cores",
            Self::LimitBytes => "limit_bytes",
        }
    }
}

/// All lines of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    /// Which.
    pub kind: EventKind,
    /// How often.
    pub count: u64,
    /// When first.
    pub first: Stamp,
    /// When last.
    pub last: Stamp,
    /// Numbers of the last line; [`Quantity::Transactions`] is added up over all.
    pub numbers: Vec<(Quantity, u64)>,
}

impl AgentLog {
    /// The lines of a kind.
    pub fn event(&self, kind: EventKind) -> Option<&LogEvent> {
        self.events.iter().find(|event| event.kind == kind)
    }
}

/// Reads a log up to the limit.
pub fn parse(reader: &mut dyn BufRead) -> AgentLog {
    parse_within(reader, &TextLimits::default())
}

/// As [`parse`], with limits of the caller's.
pub fn parse_within(reader: &mut dyn BufRead, limits: &TextLimits) -> AgentLog {
    let mut log = Log::default();
    let mut line = Vec::with_capacity(1024);
    let mut bounded = reader.take(limits.log_bytes.saturating_add(1));
    loop {
        match read_line(&mut bounded, &mut line, LINE) {
            Ok(_) if bounded.limit() == 0 => {
                log.facts.is_cut = true;
                break;
            }
            Ok(true) => log.line(&String::from_utf8_lossy(&line)),
            // What is wrong with the file, its reader tells.
            Ok(false) | Err(_) => break,
        }
    }
    log.finish()
}

/// One line in its parts.
struct Line<'l> {
    time: Cow<'l, str>,
    level: Cow<'l, str>,
    place: Place<'l>,
    message: Cow<'l, str>,
}

/// What wrote a line.
#[derive(Default)]
struct Place<'l> {
    file: Cow<'l, str>,
    line: Option<u64>,
    function: Option<Cow<'l, str>>,
}

#[derive(Deserialize)]
struct JsonLine<'l> {
    #[serde(borrow)]
    time: Cow<'l, str>,
    #[serde(borrow)]
    level: Cow<'l, str>,
    #[serde(borrow, default)]
    file: Cow<'l, str>,
    #[serde(borrow, default)]
    line: Cow<'l, str>,
    #[serde(borrow, default)]
    func: Cow<'l, str>,
    #[serde(borrow)]
    msg: Cow<'l, str>,
}

#[derive(Default)]
struct Log {
    facts: AgentLog,
    sources: HashMap<String, ErrorSource>,
    /// When the last line was written.
    last: String,
    /// A source's key; used again for the next.
    key: String,
    /// A start was seen, and no shutdown since.
    runs: bool,
    /// A shutdown was seen, and no start since.
    stopped: bool,
}

impl Log {
    fn line(&mut self, line: &str) {
        let line = line.trim_end_matches('\r');
        let Some(line) = json(line)
            .or_else(|| plain(line))
            .filter(|line| is_stamp(&line.time))
        else {
            self.facts.other_lines += 1;
            return;
        };
        self.facts.lines += 1;
        if matches!(&*line.level, "ERROR" | "CRITICAL") {
            self.error(&line);
        }
        if let Some((kind, numbers)) = event(&line.message) {
            self.event(kind, numbers, &line.time);
        }
        if self.facts.first.is_none() {
            self.facts.first = Some(Stamp::of(&line.time));
        }
        self.last.clear();
        self.last.push_str(&line.time);
    }

    fn error(&mut self, line: &Line<'_>) {
        if is_of_flares(&line.place.file) {
            self.facts.of_flares += 1;
            return;
        }
        let is_error = line.level == "ERROR";
        if is_error {
            self.facts.errors += 1;
        } else {
            self.facts.criticals += 1;
        }
        let Some(source) = source(line) else {
            self.facts.unsourced += 1;
            return;
        };
        self.key.clear();
        source.write_key(&mut self.key);
        let has_room = self.sources.len() < SOURCES;
        let known = match self.sources.get_mut(&self.key) {
            Some(known) => known,
            None if has_room => self
                .sources
                .entry(self.key.clone())
                .or_insert_with(|| source.kept()),
            None => {
                self.facts.unsourced += 1;
                return;
            }
        };
        if is_error {
            known.errors += 1;
        } else {
            known.criticals += 1;
        }
    }

    fn event(&mut self, kind: EventKind, numbers: Vec<(Quantity, u64)>, time: &str) {
        match kind {
            EventKind::Start => {
                if self.runs {
                    self.facts.silent_ends += 1;
                }
                (self.runs, self.stopped) = (true, false);
            }
            EventKind::Shutdown | EventKind::ProfilingStop => {
                let again = self.stopped;
                (self.runs, self.stopped) = (false, true);
                if again && kind == EventKind::Shutdown {
                    return;
                }
            }
            _ => {}
        }
        let found = self.facts.events.iter_mut().find(|one| one.kind == kind);
        let Some(known) = found else {
            self.facts.events.push(LogEvent {
                kind,
                count: 1,
                first: Stamp::of(time),
                last: Stamp::of(time),
                numbers,
            });
            return;
        };
        known.count += 1;
        // Its instant is told at the end, of the last one alone.
        known.last.text.clear();
        known.last.text.push_str(time);
        let dropped = |numbers: &[(Quantity, u64)]| {
            numbers
                .iter()
                .find(|(what, _)| *what == Quantity::Transactions)
                .map_or(0, |(_, value)| *value)
        };
        let before = dropped(&known.numbers);
        known.numbers = numbers;
        for (what, value) in &mut known.numbers {
            if *what == Quantity::Transactions {
                *value = value.saturating_add(before);
            }
        }
    }

    fn finish(self) -> AgentLog {
        let mut facts = self.facts;
        facts.last = (facts.lines > 0).then(|| Stamp::of(&self.last));
        facts.runs_at_end = (!facts.is_cut && (self.runs || self.stopped)).then_some(self.runs);
        let mut sources: Vec<_> = self.sources.into_iter().collect();
        sources.sort_by(|(a_key, a), (b_key, b)| {
            let count = |source: &ErrorSource| source.errors + source.criticals;
            count(b).cmp(&count(a)).then_with(|| a_key.cmp(b_key))
        });
        facts.sources = sources.into_iter().map(|(_, source)| source).collect();
        for event in &mut facts.events {
            event.last = Stamp::of(&event.last.text);
        }
        facts.events.sort_by_key(|event| event.kind);
        facts
    }
}

fn json(line: &str) -> Option<Line<'_>> {
    if !line.starts_with('{') {
        return None;
    }
    let line: JsonLine<'_> = serde_json::from_str(line).ok()?;
    Some(Line {
        time: line.time,
        level: line.level,
        place: Place {
            file: line.file,
            line: line.line.parse().ok(),
            function: Some(line.func),
        },
        message: line.msg,
    })
}

fn plain(line: &str) -> Option<Line<'_>> {
    let mut parts = line.splitn(5, " | ");
    let (time, _process, level) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Line {
        time: time.into(),
        level: level.trim().into(),
        place: place(parts.next()?),
        message: parts.next().unwrap_or_default().into(),
    })
}

/// `(pkg/collector/runner/runner.go:314 in logWorkerUtilization)`; JMXFetch names a class alone.
fn place(text: &str) -> Place<'_> {
    let inner = text
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'))
        .unwrap_or(text);
    let (file, function) = match inner.split_once(" in ") {
        Some((file, function)) => (file, Some(function.into())),
        None => (inner, None),
    };
    let (file, line) = match file.rsplit_once(':') {
        Some((name, line)) => (name, line.parse().ok()),
        None => (file, None),
    };
    Place {
        file: file.into(),
        line,
        function,
    }
}

/// An instant by its form. No other text passes: it is shown.
fn is_stamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    (16..=40).contains(&bytes.len())
        && bytes.first().is_some_and(u8::is_ascii_digit)
        && bytes.get(4) == Some(&b'-')
        && bytes.get(7) == Some(&b'-')
        && bytes.get(13) == Some(&b':')
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b" -+:.".contains(byte))
}

/// What making a flare says of itself: files that are not there, providers that are off.
fn is_of_flares(file: &str) -> bool {
    ["pkg/flare/", "comp/core/flare/", "comp/core/profiler/"]
        .iter()
        .any(|folder| file.starts_with(folder))
        || file.contains("streamlogs")
}

/// Where an error comes from, in names of the line.
struct Source<'l> {
    file: &'l str,
    line: Option<u64>,
    function: Option<&'l str>,
    check: Option<&'l str>,
}

impl Source<'_> {
    fn write_key(&self, key: &mut String) {
        for part in [Some(self.file), self.function, self.check] {
            key.push_str(part.unwrap_or_default());
            key.push('|');
        }
        if let Some(line) = self.line {
            // Writing to a text cannot fail.
            let _ = write!(key, "{line}");
        }
    }

    fn kept(&self) -> ErrorSource {
        ErrorSource {
            file: self.file.to_owned(),
            line: self.line,
            function: self.function.map(str::to_owned),
            check: self.check.map(str::to_owned),
            ..ErrorSource::default()
        }
    }
}

/// What does not look like a place is none: it might be any text.
fn source<'l>(line: &'l Line<'_>) -> Option<Source<'l>> {
    let place = &line.place;
    if place
        .file
        .ends_with("pkg/collector/python/datadog_agent.go")
        && let Some(source) = of_check(&line.message)
    {
        return Some(source);
    }
    Some(Source {
        file: name(&place.file)?,
        line: place.line,
        function: place.function.as_deref().and_then(name),
        check: None,
    })
}

/// `postgres:155ae88f7f0f5f75 | (core.py:123) | text`: a Python check writes through one line of Go.
fn of_check(message: &str) -> Option<Source<'_>> {
    let mut parts = message.splitn(3, " | ");
    let check = parts.next()?.split(':').next()?;
    let place = parts.next()?.strip_prefix('(')?.strip_suffix(')')?;
    let (file, line) = place.rsplit_once(':').unwrap_or((place, ""));
    Some(Source {
        file: name(file)?,
        line: line.parse().ok(),
        function: None,
        check: name(check).filter(|name| *name != "-"),
    })
}

/// A name of a file, a function or a check.
fn name(text: &str) -> Option<&str> {
    let is_name = !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_-./@~$*()<>".contains(&byte));
    is_name.then(|| text::cut(text, NAME))
}

/// What a message announces. By its beginning: other messages may quote these.
fn event(message: &str) -> Option<(EventKind, Vec<(Quantity, u64)>)> {
    // One line of each process that it writes once, when it runs.
    const STARTS: [&str; 6] = [
        "Starting Datadog Agent v",
        "All components started. Cluster Agent now running",
        "trace-agent running...",
        "running version: ",
        "running system-probe with version",
        "Datadog Security Agent is now running",
    ];
    const SHUTDOWNS: [&str; 7] = [
        "See ya!",
        "Received stop command, shutting down",
        "Received stop from service manager, shutting down",
        "The Agent has encountered an error, shutting down",
        "Received signal '",
        "received signal ",
        "process-agent is not enabled, exiting",
    ];
    const MIB: f64 = 1_048_576.0;
    let begins = |texts: &[&str]| texts.iter().any(|text| message.starts_with(text));
    if begins(&STARTS) {
        return Some((EventKind::Start, Vec::new()));
    }
    if begins(&SHUTDOWNS) {
        return Some((EventKind::Shutdown, Vec::new()));
    }
    let whole = |text: &str| text::count(leading(text));
    let scaled = |text: &str, factor: f64| text::whole(leading(text).parse::<f64>().ok()? * factor);
    let after = |what: &str| Some(message.split_once(what)?.1);
    let kinds = [
        ("Workers over utilization threshold", EventKind::BusyWorkers),
        (
            "Killing process. Memory threshold exceeded",
            EventKind::MemoryKill,
        ),
        ("Threshold exceeded - ", EventKind::ProfilingThreshold),
        (
            "Terminating agent process due to threshold exceeded",
            EventKind::ProfilingStop,
        ),
        ("runtime: set GOMAXPROCS to:", EventKind::Gomaxprocs),
        ("Cgroup memory limit is ", EventKind::Gomemlimit),
        ("apm_config.max_memory set to: ", EventKind::Gomemlimit),
        (
            "JMXFetch process had to be restarted",
            EventKind::JmxRestart,
        ),
        ("Too many JMXFetch restarts", EventKind::JmxGivenUp),
    ];
    let kind = match kinds.iter().find(|(text, _)| message.starts_with(text)) {
        Some((_, kind)) => *kind,
        None if message.starts_with("Dropped ")
            && message.contains("exceeding the retry queue payloads size limit") =>
        {
            EventKind::DroppedTransactions
        }
        None => return None,
    };
    let numbers = match kind {
        EventKind::BusyWorkers => vec![(
            Quantity::Workers,
            after("[").map(|list| {
                let list = list.split(']').next().unwrap_or_default();
                list.split_whitespace().count() as u64
            }),
        )],
        EventKind::DroppedTransactions => vec![
            (Quantity::Transactions, after("Dropped ").and_then(whole)),
            (Quantity::QueueBytes, after("limit of ").and_then(whole)),
        ],
        EventKind::MemoryKill => vec![
            (
                Quantity::HeldBytes,
                after("exceeded: ").and_then(|text| scaled(text, MIB)),
            ),
            (
                Quantity::AllowedBytes,
                after(" / ").and_then(|text| scaled(text, MIB)),
            ),
        ],
        EventKind::ProfilingThreshold => vec![
            (
                Quantity::HeldBytes,
                after("Memory: ").and_then(|text| scaled(text, MIB)),
            ),
            (
                Quantity::CpuPercent,
                after("CPU: ").and_then(|text| scaled(text, 1.0)),
            ),
        ],
        EventKind::Gomaxprocs => vec![(
            Quantity::Cores,
            after("to:").and_then(|text| whole(text.trim_start())),
        )],
        // Bytes of a control group, else MiB of `apm_config.max_memory`.
        EventKind::Gomemlimit => vec![
            (
                Quantity::LimitBytes,
                after("setting gomemlimit to ")
                    .and_then(whole)
                    .or_else(|| scaled(after("% of max: ")?, MIB)),
            ),
            (
                Quantity::AllowedBytes,
                after("limit is ")
                    .and_then(whole)
                    .or_else(|| scaled(after("set to: ")?, MIB)),
            ),
        ],
        _ => Vec::new(),
    };
    let known = numbers
        .into_iter()
        .filter_map(|(what, value)| Some((what, value?)));
    Some((kind, known.collect()))
}

/// The number that a text begins with.
fn leading(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> AgentLog {
        parse(&mut text.as_bytes())
    }

    /// A line of the core Agent.
    fn line(second: u32, level: &str, place: &str, message: &str) -> String {
        format!("2026-11-28 14:52:{second:02} UTC | CORE | {level} | ({place}) | {message}\n")
    }

    #[test]
    fn errors_by_source_line_without_the_flares_own() {
        let runner = "pkg/process/runner/runner.go:513 in readResponseStatuses";
        let text = [
            line(1, "ERROR", runner, "a secret of the customer's"),
            "panic: a line of no form\n\tgoroutine 1\n".to_owned(),
            line(2, "CRITICAL", runner, "b"),
            line(3, "ERROR", "comp/core/flare/flare.go:268 in func1", "c"),
            line(3, "ERROR", "pkg/flare/archive.go:1 in x", "c"),
            line(
                3,
                "ERROR",
                "comp/logs/streamlogs/impl/streamlogs.go:9 in x",
                "c",
            ),
            line(
                3,
                "ERROR",
                "comp/core/profiler/impl/profiler.go:9 in x",
                "c",
            ),
            line(4, "WARN", "pkg/aggregator/a.go:1 in f", "ERROR | no error"),
            line(
                5,
                "ERROR",
                "pkg/collector/python/datadog_agent.go:136 in LogMessage",
                "postgres:155ae88f7f0f5f75 | (core.py:123) | d",
            ),
            line(6, "ERROR", ":0 in ", "e"),
        ]
        .concat();
        let log = read(&text);
        assert_eq!((log.lines, log.other_lines), (9, 2));
        assert_eq!((log.errors, log.criticals, log.of_flares), (3, 1, 4));
        assert_eq!(log.unsourced, 1);
        let sources: Vec<_> = log
            .sources
            .iter()
            .map(|one| (one.place(), one.check.as_deref(), one.errors, one.criticals))
            .collect();
        assert_eq!(
            sources,
            [
                (runner.to_owned(), None, 1, 1),
                ("core.py:123".to_owned(), Some("postgres"), 1, 0)
            ]
        );
        assert!(!format!("{log:?}").contains("secret"));
        let first = log.first.clone().unwrap();
        assert_eq!(first.text, "2026-11-28 14:52:01 UTC");
        assert_eq!(first.at_ms, Some(1_795_877_521_000));
        assert_eq!(read(&text.replace('\n', "\r\n")), log);
    }

    #[test]
    fn lines_in_json() {
        let log = read(concat!(
            r#"{"agent":"core","time":"2026-11-28T14:52:02.5Z","level":"ERROR","file":"pkg/a/b.go","line":"12","func":"do","msg":"x \"quoted\" y"}"#,
            "\n",
            r#"{"agent":"core","time":"2026-11-28 14:52:03 CET","level":"INFO","file":"pkg/runtime/runtime.go","line":"28","func":"func1","msg":"runtime: set GOMAXPROCS to: 2","check":"cpu"}"#,
            "\n{\"msg\":\"JMXFetch's own\"}\n{broken\n",
        ));
        assert_eq!((log.lines, log.other_lines, log.errors), (2, 2, 1));
        assert_eq!(log.sources[0].place(), "pkg/a/b.go:12 in do");
        let cores = log.event(EventKind::Gomaxprocs).unwrap();
        assert_eq!(cores.numbers, [(Quantity::Cores, 2)]);
        assert_eq!(
            (cores.first.text.as_str(), cores.first.at_ms),
            ("2026-11-28 14:52:03 CET", None)
        );
    }

    #[test]
    fn what_announces_a_limit() {
        let forwarder = "Dropped 12 transactions in this retry attempt:10 for exceeding the retry queue payloads size limit of 15728640, 2 because the workers are too busy";
        let messages = [
            "Workers over utilization threshold: [worker_1 worker_3 worker_4]",
            forwarder,
            forwarder,
            "Killing process. Memory threshold exceeded: 8238.08M / 715.26M",
            "Threshold exceeded - Memory: 512.50 MB, CPU: 31.20%. Attempting flare generation (attempt 1/3).",
            "Memory and CPU usage are below thresholds (Memory: 1.00 MB < 2.00 MB, CPU: 0.10% < 5%), skipping",
            "runtime: set GOMAXPROCS to: 4",
            "apm_config.max_memory set to: 476MiB. Setting GOMEMLIMIT to 90% of max: 429MiB",
            "Cgroup memory limit is 536870912, setting gomemlimit to 483183820",
            "JMXFetch process had to be restarted.",
            "Too many JMXFetch restarts (3) in time interval (5s) - giving up",
            "Dropped 3 samples of a metric",
            "my check: Too many JMXFetch restarts",
        ];
        let text: String = messages
            .iter()
            .zip(10..)
            .map(|(message, second)| line(second, "WARN", "a.go:1 in f", message))
            .collect();
        let log = read(&text);
        let told: Vec<_> = log
            .events
            .iter()
            .map(|event| {
                let numbers = event.numbers.iter();
                let numbers: Vec<_> = numbers
                    .map(|(what, value)| format!("{} {value}", what.as_str()))
                    .collect();
                format!(
                    "{} {}: {}",
                    event.kind.as_str(),
                    event.count,
                    numbers.join(", ")
                )
            })
            .collect();
        expect_test::expect![[r#"
            busy-workers 1: workers 3
            dropped-transactions 2: transactions 24, queue_bytes 15728640
            memory-kill 1: held_bytes 8638252974, allowed_bytes 750004470
            profiling-threshold 1: held_bytes 537395200, cpu_percent 31
            gomaxprocs 1: cores 4
            gomemlimit 2: limit_bytes 483183820, allowed_bytes 536870912
            jmx-restart 1: 
            jmx-given-up 1: "#]]
        .assert_eq(&told.join("\n"));
        let dropped = log.event(EventKind::DroppedTransactions).unwrap();
        assert_eq!(dropped.first.text, "2026-11-28 14:52:11 UTC");
        assert_eq!(dropped.last.text, "2026-11-28 14:52:12 UTC");
    }

    #[test]
    fn starts_and_ends() {
        let say = |message: &str| line(1, "INFO", "a.go:1 in f", message);
        let start = say("Starting Datadog Agent v7.77.0");
        let signal = say("Received signal 'terminated', shutting down...");
        let stopped = [start.clone(), signal.clone(), say("See ya!")].concat();
        let log = read(&stopped);
        assert_eq!(log.event(EventKind::Shutdown).unwrap().count, 1);
        assert_eq!((log.silent_ends, log.runs_at_end), (0, Some(false)));

        let again = read(&(stopped + &start));
        assert_eq!((again.silent_ends, again.runs_at_end), (0, Some(true)));
        assert_eq!(again.event(EventKind::Start).unwrap().count, 2);

        let silent = read(&[start.clone(), say("work"), start].concat());
        assert_eq!((silent.silent_ends, silent.runs_at_end), (1, Some(true)));
        assert_eq!(read(&say("work")).runs_at_end, None);
    }

    #[test]
    fn the_limit_cuts() {
        let text = line(1, "ERROR", "a.go:1 in f", "x").repeat(100);
        let limits = TextLimits {
            log_bytes: 1_000,
            ..TextLimits::default()
        };
        let cut = parse_within(&mut text.as_bytes(), &limits);
        assert!(cut.is_cut && cut.errors > 10 && cut.errors < 100, "{cut:?}");
        assert_eq!(cut.runs_at_end, None);
        let whole = TextLimits {
            log_bytes: text.len() as u64,
            ..limits
        };
        assert!(!parse_within(&mut text.as_bytes(), &whole).is_cut);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let text: String = (0..SOURCES + 50)
            .map(|at| line(1, "ERROR", &format!("a.go:{at} in f"), "x"))
            .collect();
        let log = read(&text);
        assert_eq!((log.sources.len(), log.unsourced), (SOURCES, 50));
        let long = format!("{}.go:1 in {}", "a".repeat(1_000), "b".repeat(1_000));
        let log = read(&line(1, "ERROR", &long, &"c".repeat(100_000)));
        assert_eq!(log.sources[0].file.len(), NAME);
        assert!(format!("{log:?}").len() < 2_000);
        for place in [
            "a secret.go:1 in f",
            "k=v,w.go:1 in f",
            "\u{e9}.go:1 in f",
            "",
        ] {
            let log = read(&line(1, "ERROR", place, "x"));
            assert_eq!((log.errors, log.unsourced), (1, 1), "{place}");
        }
    }

    #[test]
    fn long_runs_of_one_character() {
        for one in ["|", "{", "\"", "\n", "\r", " ", "(", "1", "\u{e9}"] {
            let text = one.repeat(300_000);
            assert_eq!(read(&text).lines, 0, "{one:?}");
            read(&line(1, "ERROR", &text, &text));
            read(&line(1, "ERROR", "a.go:1 in f", &format!("Dropped {text}")));
            read(&line(
                1,
                "INFO",
                "a.go:1 in f",
                &format!("Workers over utilization threshold: [{text}"),
            ));
        }
    }
}
