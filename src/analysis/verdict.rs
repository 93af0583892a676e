//! The verdict: what the procedure decides from the profiles of each process.
//!
//! Every kind of trouble gets one of four states per process, with the sentence that says why; the
//! flare's verdict is made from the states. Numbers come from [`Thresholds`], owners from
//! [`Owners`]. Knows nothing of archives or of how a report looks.

use super::aggregate::{Weight, weights};
use super::attribution::{Attribution, attribute};
use super::kinds::{FindingKind, Measured, ProfileName, VerdictKind};
use super::noise;
use super::owner::{Owners, Routing, is_runtime_package};
use super::thresholds::Thresholds;
use super::view::{RowId, View};
use crate::profile::Profile;
use crate::profile::units::{human, human_share, human_signed};

/// What became of one profile file.
#[derive(Debug, Default)]
pub enum Slot {
    /// There is no such file.
    #[default]
    Absent,
    /// The file holds a text: an error that was stored in the profile's place.
    Reply(String),
    /// The file is there and can't be read; why.
    Damaged(String),
    /// Decoded.
    Read(Box<Profile>),
}

impl Slot {
    /// The decoded profile.
    pub fn profile(&self) -> Option<&Profile> {
        match self {
            Self::Read(profile) => Some(profile),
            _ => None,
        }
    }

    /// There is no such file.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The file is there and can't be read.
    pub const fn is_damaged(&self) -> bool {
        matches!(self, Self::Damaged(_))
    }
}

/// The profiles of one process.
#[derive(Debug, Default)]
pub struct ProcessProfiles {
    /// The prefix of its files, for example `core`.
    pub name: String,
    /// First heap snapshot.
    pub heap_first: Slot,
    /// Second heap snapshot.
    pub heap_second: Slot,
    /// `/allocs`.
    pub allocs: Slot,
    /// CPU.
    pub cpu: Slot,
    /// Block.
    pub block: Slot,
    /// Mutex.
    pub mutex: Slot,
}

impl ProcessProfiles {
    /// The slot of a profile; a difference has none.
    pub const fn slot(&self, name: ProfileName) -> Option<&Slot> {
        match name {
            ProfileName::HeapFirst => Some(&self.heap_first),
            ProfileName::HeapSecond => Some(&self.heap_second),
            ProfileName::HeapDiff => None,
            ProfileName::Allocs => Some(&self.allocs),
            ProfileName::Cpu => Some(&self.cpu),
            ProfileName::Block => Some(&self.block),
            ProfileName::Mutex => Some(&self.mutex),
        }
    }

    /// The slot to fill.
    pub const fn slot_mut(&mut self, name: ProfileName) -> Option<&mut Slot> {
        match name {
            ProfileName::HeapFirst => Some(&mut self.heap_first),
            ProfileName::HeapSecond => Some(&mut self.heap_second),
            ProfileName::HeapDiff => None,
            ProfileName::Allocs => Some(&mut self.allocs),
            ProfileName::Cpu => Some(&mut self.cpu),
            ProfileName::Block => Some(&mut self.block),
            ProfileName::Mutex => Some(&mut self.mutex),
        }
    }

    /// The last heap snapshot that could be read, and its name.
    pub fn last_heap(&self) -> Option<(ProfileName, &Profile)> {
        let second = self
            .heap_second
            .profile()
            .map(|heap| (ProfileName::HeapSecond, heap));
        second.or_else(|| {
            self.heap_first
                .profile()
                .map(|heap| (ProfileName::HeapFirst, heap))
        })
    }

    /// Time between the two heap snapshots, and where that is known from.
    pub fn interval(&self, thresholds: &Thresholds) -> Interval {
        if let (Some(first), Some(second)) = (self.heap_first.profile(), self.heap_second.profile())
            && first.time_ns != 0
            && second.time_ns > first.time_ns
        {
            return Interval {
                ns: second.time_ns - first.time_ns,
                source: IntervalSource::Profiles,
            };
        }
        match self.cpu.profile() {
            Some(cpu) if cpu.duration_ns > 0 => Interval {
                ns: cpu.duration_ns,
                source: IntervalSource::CpuDuration,
            },
            _ => Interval {
                ns: (thresholds.leak.assumed_window_s * 1e9) as i64,
                source: IntervalSource::Assumed,
            },
        }
    }
}

/// Where the time between two heap snapshots is known from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntervalSource {
    /// From the times in both profiles.
    Profiles,
    /// From the duration of the CPU profile taken in between.
    CpuDuration,
    /// Not known: the usual time is assumed.
    Assumed,
}

/// Time between two heap snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Nanoseconds, above zero.
    pub ns: i64,
    /// Where it is known from.
    pub source: IntervalSource,
}

impl Interval {
    /// In seconds.
    pub fn seconds(self) -> f64 {
        self.ns as f64 / 1e9
    }

    /// `30.0 s`, with a word on where it is from when it is not the profiles' own time.
    pub fn text(self) -> String {
        let seconds = format!("{:.1} s", self.seconds());
        match self.source {
            IntervalSource::Profiles => seconds,
            IntervalSource::CpuDuration => {
                format!(
                    "{seconds} (the CPU profile's duration: the snapshots' own times do not tell)"
                )
            }
            IntervalSource::Assumed => {
                format!("{seconds} (assumed: neither the snapshots nor a CPU profile tell)")
            }
        }
    }
}

/// What the rest of the flare tells the judge.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// How long the Agent had been running.
    pub uptime_s: Option<f64>,
    /// `internal_profiling.mutex_profile_fraction`, when set above zero.
    pub mutex_fraction: Option<i64>,
    /// `internal_profiling.block_profile_rate`, when set above zero.
    pub block_rate: Option<i64>,
    /// The Agent runs on Windows.
    pub windows: bool,
    /// The flare was built by the command: its expvar files describe the command.
    pub local: bool,
    /// Ends of the core Agent's last garbage collections, Unix nanoseconds, newest first.
    pub gc_ends_ns: Vec<i64>,
}

/// One kind of trouble in one process.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The process.
    pub process: String,
    /// The kind.
    pub kind: FindingKind,
    /// The state.
    pub measured: Measured,
    /// In short, for example `+31.4 MB in 30.0 s`.
    pub text: String,
    /// In a sentence, with the threshold.
    pub why: String,
    /// How near the threshold: 1 is at it. `None` where nothing was measured.
    pub nearness: Option<f64>,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confidence {
    /// No reason against it.
    High,
    /// One reason.
    Medium,
    /// Two or more.
    Low,
}

impl Confidence {
    const fn of(reasons: usize) -> Self {
        match reasons {
            0 => Self::High,
            1 => Self::Medium,
            _ => Self::Low,
        }
    }

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// One function of a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct FindingFunction {
    /// The function.
    pub function: String,
    /// The frame responsible for most of it; the function itself where nobody owns a frame.
    pub responsible: String,
    /// Owner of the responsible frame, or `unowned`.
    pub owner: String,
    /// Raw value.
    pub value: i64,
    /// Share of what the finding counts, 1 being all.
    pub share: f64,
}

/// Something that crossed a threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The kind.
    pub kind: FindingKind,
    /// The process.
    pub process: String,
    /// The profile that shows it.
    pub profile: ProfileName,
    /// The five largest functions; never empty.
    pub functions: Vec<FindingFunction>,
    /// Component of the first function's owner, or empty.
    pub component: String,
    /// Team of the first function's owner, or empty.
    pub team: String,
    /// What it usually means, or empty.
    pub meaning: String,
    /// Where it goes.
    pub routing: Routing,
    /// The measured value in [`Finding::unit`].
    pub value: f64,
    /// `bytes`, `nanoseconds` or `percent`.
    pub unit: &'static str,
    /// The threshold in the same unit.
    pub threshold: f64,
    /// What shares are of, raw.
    pub counted: i64,
    /// How sure.
    pub confidence: Confidence,
    /// Why not surer, in words.
    pub reasons: Vec<String>,
    /// What would settle it, where the confidence is low.
    pub settle: String,
    /// Names and values to show beside it.
    pub evidence: Vec<(String, String)>,
    /// One sentence: process, value, interval, function.
    pub summary: String,
}

impl Finding {
    /// The largest function.
    pub fn first(&self) -> Option<&FindingFunction> {
        self.functions.first()
    }

    /// Owner of the largest function.
    pub fn owner(&self) -> &str {
        self.first().map_or("unowned", |first| first.owner.as_str())
    }
}

/// Everything that was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The flare's verdict.
    pub kind: VerdictKind,
    /// Name of the main process, where there is one.
    pub main: Option<String>,
    /// By process, main first, then by kind.
    pub states: Vec<State>,
    /// One per process and kind that crossed.
    pub findings: Vec<Finding>,
    /// What is worth knowing and changes nothing.
    pub notes: Vec<String>,
}

/// Puts the main process first: core, else the Cluster Agent, else the OTel Agent, else the first.
pub fn sort_processes(processes: &mut [ProcessProfiles]) {
    const ORDER: [&str; 7] = [
        "core",
        "datadog-cluster-agent",
        "otel-agent",
        "trace",
        "process",
        "security-agent",
        "system-probe",
    ];
    processes.sort_by_key(|process| {
        let known = ORDER.iter().position(|name| *name == process.name);
        (known.unwrap_or(ORDER.len()), process.name.clone())
    });
}

/// Judges all processes, main process first (see [`sort_processes`]).
pub fn judge(
    processes: &[ProcessProfiles],
    context: &Context,
    thresholds: &Thresholds,
    owners: &Owners,
) -> Judgement {
    let judge = Judge {
        context,
        thresholds,
        owners,
    };
    let mut result = Judgement {
        kind: VerdictKind::NoProfiles,
        main: processes.first().map(|main| main.name.clone()),
        states: Vec::new(),
        findings: Vec::new(),
        notes: Vec::new(),
    };
    for process in processes {
        for outcome in [
            judge.leak(process),
            judge.cpu(process),
            judge.contention(process),
        ] {
            result.states.push(outcome.state);
            result.findings.extend(outcome.finding);
            result.notes.extend(outcome.notes);
        }
    }
    result.kind = flare_verdict(processes, &result.states);
    result
}

fn flare_verdict(processes: &[ProcessProfiles], states: &[State]) -> VerdictKind {
    let Some(main) = processes.first() else {
        return VerdictKind::NoProfiles;
    };
    let crossed = |kind: FindingKind| {
        states
            .iter()
            .any(|state| state.kind == kind && state.measured == Measured::Crossed)
    };
    match FindingKind::ALL.map(crossed) {
        [false, false, false] => {}
        [true, false, false] => return VerdictKind::MemoryLeak,
        [false, true, false] => return VerdictKind::CpuSpike,
        [false, false, true] => return VerdictKind::Contention,
        _ => return VerdictKind::MultipleIssues,
    }
    let unmeasured = states.iter().any(|state| {
        state.process == main.name
            && state.kind != FindingKind::Contention
            && matches!(state.measured, Measured::NotMeasured | Measured::Damaged)
    });
    let damaged = processes.iter().any(|process| {
        process.heap_first.is_damaged()
            || process.heap_second.is_damaged()
            || process.allocs.is_damaged()
            || process.cpu.is_damaged()
    });
    if unmeasured || damaged {
        VerdictKind::Inconclusive
    } else {
        VerdictKind::Normal
    }
}

/// What is known of one kind in one process.
struct Outcome {
    state: State,
    finding: Option<Finding>,
    notes: Vec<String>,
}

struct Judge<'a> {
    context: &'a Context,
    thresholds: &'a Thresholds,
    owners: &'a Owners,
}

impl Outcome {
    fn new(process: &str, kind: FindingKind, measured: Measured, text: &str, why: String) -> Self {
        Self {
            state: State {
                process: process.to_owned(),
                kind,
                measured,
                text: text.to_owned(),
                why,
                nearness: None,
            },
            finding: None,
            notes: Vec::new(),
        }
    }
}

/// Why a slot cannot be measured, or `None` when it can.
fn unusable(slot: &Slot, what: &str) -> Option<(Measured, &'static str, String)> {
    match slot {
        Slot::Read(_) => None,
        Slot::Absent => Some((
            Measured::NotMeasured,
            "not collected",
            format!("{what} is not in the flare."),
        )),
        Slot::Reply(text) => Some((
            Measured::NotMeasured,
            "error reply",
            format!(
                "{what} holds a text instead of a profile: \u{201c}{}\u{201d}",
                quote(text)
            ),
        )),
        Slot::Damaged(why) => Some((
            Measured::Damaged,
            "damaged",
            format!("{what} is damaged: {why}."),
        )),
    }
}

/// The beginning of a text on one line.
fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}\u{2026}", line.get(..end).unwrap_or(&line)),
        None => line,
    }
}

const SPACE: &str = "inuse_space";

impl Judge<'_> {
    fn leak(&self, process: &ProcessProfiles) -> Outcome {
        let kind = FindingKind::MemoryLeak;
        let name = process.name.as_str();
        let first = unusable(&process.heap_first, "The first heap snapshot");
        let second = unusable(&process.heap_second, "The second heap snapshot");
        // Damage is worse news than absence, so it is told first.
        let mut problems: Vec<_> = [first, second].into_iter().flatten().collect();
        problems.sort_by_key(|(measured, ..)| *measured != Measured::Damaged);
        if let Some((measured, text, _)) = problems.first() {
            let text = if process.heap_first.is_absent() && process.heap_second.is_absent() {
                "no heap profiles"
            } else {
                text
            };
            let why: Vec<String> = problems.iter().map(|(.., why)| why.clone()).collect();
            let mut why = why.join(" ");
            if !process.heap_first.is_absent()
                && process.heap_second.is_absent()
                && process.cpu.is_absent()
            {
                why.push_str(
                    " The collection of this process stopped after the first snapshot: \
                     an error ends it and leaves out what comes after.",
                );
            }
            return Outcome::new(name, kind, *measured, text, why);
        }
        let (Some(first), Some(second)) =
            (process.heap_first.profile(), process.heap_second.profile())
        else {
            return Outcome::new(name, kind, Measured::NotMeasured, "no pair", String::new());
        };
        if let Some(why) = restarted(first, second) {
            return Outcome::new(name, kind, Measured::NotMeasured, "process restarted", why);
        }
        let (view, objects) = match (
            View::diff(second, first, SPACE),
            View::diff(second, first, "inuse_objects"),
        ) {
            (Ok(view), Ok(objects)) => (view, objects),
            (Err(error), _) | (_, Err(error)) => {
                let why = format!("The snapshots can't be compared: {error}.");
                return Outcome::new(name, kind, Measured::NotMeasured, "not comparable", why);
            }
        };
        let sums = weights(&view);
        let object_sums = weights(&objects);
        let interval = process.interval(self.thresholds);
        if sums
            .iter()
            .chain(&object_sums)
            .all(|weight| *weight == Weight::default())
        {
            let why = format!(
                "Both snapshots hold the same values: no garbage collection was published in the \
                 {} between them, so growth can't be seen.",
                interval.text()
            );
            return Outcome::new(
                name,
                kind,
                Measured::NotMeasured,
                "identical snapshots",
                why,
            );
        }
        self.leak_measured(process, &view, &objects, &sums, &object_sums, interval)
    }

    fn leak_measured(
        &self,
        process: &ProcessProfiles,
        view: &View<'_>,
        objects: &View<'_>,
        sums: &[Weight],
        object_sums: &[Weight],
        interval: Interval,
    ) -> Outcome {
        let kind = FindingKind::MemoryLeak;
        let limits = &self.thresholds.leak;
        let runtime: Vec<bool> = view.names().map(is_runtime_package).collect();
        let counts = |row: RowId| !runtime.get(row as usize).copied().unwrap_or(false);
        let rows = largest(view, sums, &counts);
        let growth = rows
            .iter()
            .fold(0_i64, |sum, (_, value)| sum.saturating_add(*value));
        let top = rows.first().map_or(0, |(_, value)| *value);
        let minutes = interval.seconds() / 60.0;
        let rate = |value: i64| value as f64 / minutes;
        let fast = |value: i64| rate(value) >= limits.growth_bytes_per_minute as f64;
        let by_net = growth > limits.growth_bytes && fast(growth);
        let by_one = growth > 0
            && growth <= limits.growth_bytes
            && top > limits.function_growth_bytes
            && fast(top);
        let noise = noise::sigma(view, objects, &counts);
        let within_noise = (growth as f64) < limits.noise_sigmas * noise;
        let grew = human_signed(growth, "bytes");
        let text = format!("{grew} in {:.1} s", interval.seconds());
        let limit = format!(
            "{} and {}/min",
            human(limits.growth_bytes, "bytes"),
            human(limits.growth_bytes_per_minute, "bytes")
        );
        let measured = if by_net || by_one {
            Measured::Crossed
        } else if interval.seconds() < limits.min_window_s {
            Measured::NotMeasured
        } else {
            Measured::Clear
        };
        let what = format!(
            "inuse_space outside the Go runtime changed by {grew} in {} ({}/min); the threshold is over {limit}",
            interval.text(),
            human_signed(rate(growth) as i64, "bytes"),
        );
        let why = match measured {
            Measured::Crossed if by_one => format!(
                "{what}. The net stays below it, but one function alone grew by {}.",
                human_signed(top, "bytes")
            ),
            Measured::NotMeasured => {
                let trace = match process.name.as_str() {
                    "trace" => {
                        " The trace-agent's profiles take 4 s unless \
                                apm_config.receiver_timeout is raised."
                    }
                    _ => "",
                };
                format!(
                    "The snapshots are only {:.1} s apart, too short to tell growth from noise ({grew} so far).{trace}",
                    interval.seconds()
                )
            }
            _ => format!("{what}."),
        };
        let mut outcome = Outcome::new(&process.name, kind, measured, &text, why);
        if measured != Measured::NotMeasured {
            outcome.state.nearness = Some(growth.max(0) as f64 / limits.growth_bytes.max(1) as f64);
        }
        if measured == Measured::Crossed {
            let facts = LeakFacts {
                growth,
                interval,
                noise,
                within_noise,
                by_one,
                top,
            };
            outcome.finding = Some(self.leak_finding(
                process,
                view,
                object_sums,
                objects,
                &rows,
                &counts,
                &facts,
            ));
        } else if !within_noise
            && rate(growth) >= self.thresholds.notes.steady_growth_bytes_per_minute as f64
        {
            outcome.notes.push(format!(
                "{}: the heap grew by {grew} in {:.1} s, under the threshold but beyond sampling noise. \
                 A longer capture (--profile 120) or two flares hours apart would tell.",
                process.name,
                interval.seconds()
            ));
        }
        if measured != Measured::Crossed && growth <= 0 && top > self.thresholds.notes.moved_bytes {
            let function = rows.first().map_or("", |(row, _)| view.name(*row));
            outcome.notes.push(format!(
                "{}: {function} gained {} while the heap as a whole did not grow: memory moved rather than leaked.",
                process.name,
                human(top, "bytes")
            ));
        }
        if growth < -self.thresholds.notes.moved_bytes {
            outcome.notes.push(format!(
                "{}: the second heap snapshot is smaller, by {}.",
                process.name,
                human(growth.saturating_abs(), "bytes")
            ));
        }
        outcome
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "all of them are parts of one measurement"
    )]
    fn leak_finding(
        &self,
        process: &ProcessProfiles,
        view: &View<'_>,
        object_sums: &[Weight],
        objects: &View<'_>,
        rows: &[(RowId, i64)],
        counts: &dyn Fn(RowId) -> bool,
        facts: &LeakFacts,
    ) -> Finding {
        let limits = &self.thresholds.leak;
        let attribution = attribute(view, self.owners, counts);
        let (growth, interval) = (facts.growth, facts.interval);
        let mut reasons = Vec::new();
        if facts.within_noise {
            reasons.push(format!(
                "the growth is within sampling noise ({} is under {} sigma of {})",
                human(growth, "bytes"),
                limits.noise_sigmas,
                human(facts.noise as i64, "bytes")
            ));
        }
        self.window_reason(interval.seconds(), "the snapshots are", &mut reasons);
        self.uptime_reason(&mut reasons);
        let spread = functions_of_half(
            rows,
            growth,
            self.thresholds.confidence.spread_share_percent,
        );
        if spread >= self.thresholds.confidence.spread_functions {
            reasons.push(format!(
                "the growth is spread over {spread} functions, which looks like warm-up rather than a leak"
            ));
        }
        if process.name == "core"
            && !self.context.local
            && let Some(reason) = self.gc_stretch(process, interval)
        {
            reasons.push(reason);
        }
        let value = if facts.by_one { facts.top } else { growth };
        let per_minute = value as f64 / (interval.seconds() / 60.0);
        let projected = |minutes: f64| human_signed((per_minute * minutes) as i64, "bytes");
        let grown_objects: i64 = objects
            .names()
            .zip(object_sums)
            .filter(|(name, _)| !is_runtime_package(name))
            .fold(0, |sum, (_, weight)| sum.saturating_add(weight.flat));
        let mut evidence = vec![
            ("Interval".to_owned(), interval.text()),
            ("Growth".to_owned(), human_signed(growth, "bytes")),
            (
                "Rate".to_owned(),
                format!("{}/min", human_signed(per_minute as i64, "bytes")),
            ),
            (
                "If it goes on".to_owned(),
                format!("{} an hour, {} a day", projected(60.0), projected(1440.0)),
            ),
            ("Objects".to_owned(), human_signed(grown_objects, "count")),
        ];
        if grown_objects > 0 {
            let size = growth / grown_objects;
            evidence.push(("Mean object".to_owned(), human(size, "bytes")));
        }
        evidence.push((
            "Sampling noise".to_owned(),
            format!("{} (one sigma)", human(facts.noise as i64, "bytes")),
        ));
        let mut finding = self.finding(
            FindingKind::MemoryLeak,
            process,
            ProfileName::HeapDiff,
            view,
            rows,
            growth,
            &attribution,
            reasons,
        );
        finding.value = value as f64;
        finding.unit = "bytes";
        finding.threshold = limits.growth_bytes as f64;
        finding.evidence = evidence;
        let first = finding.first().cloned();
        finding.summary = format!(
            "{} grew {} in {:.1} s ({}/min){}",
            process.name,
            human(value, "bytes"),
            interval.seconds(),
            human(per_minute as i64, "bytes"),
            first.map_or(String::new(), |first| {
                // Others shrank when one function grew by more than the whole.
                let part = if first.value > growth {
                    "most".to_owned()
                } else {
                    human_share(first.value, growth)
                };
                format!(", {part} of it in {}", within_agent(&first.responsible))
            }),
        );
        finding.settle =
            "A longer capture (--profile 120) or two flares hours apart would settle it."
                .to_owned();
        finding
    }

    fn cpu(&self, process: &ProcessProfiles) -> Outcome {
        let kind = FindingKind::CpuSpike;
        let name = process.name.as_str();
        if let Some((measured, text, why)) = unusable(&process.cpu, "The CPU profile") {
            return Outcome::new(name, kind, measured, text, why);
        }
        let Some(profile) = process.cpu.profile() else {
            return Outcome::new(
                name,
                kind,
                Measured::NotMeasured,
                "not collected",
                String::new(),
            );
        };
        let view = match View::of(profile, "cpu").or_else(|_| View::of(profile, "")) {
            Ok(view) => view,
            Err(error) => {
                let why = format!("The CPU profile can't be read: {error}.");
                return Outcome::new(name, kind, Measured::NotMeasured, "not a CPU profile", why);
            }
        };
        let total = view.total;
        if total == 0 {
            let why = "The CPU profile has no samples: the process was idle.".to_owned();
            let mut outcome = Outcome::new(name, kind, Measured::Clear, "idle", why);
            outcome.state.nearness = Some(0.0);
            return outcome;
        }
        let limits = &self.thresholds.cpu;
        let rows = largest(&view, &weights(&view), &|_| true);
        let (row, flat) = rows.first().copied().unwrap_or((0, 0));
        let percent = flat as f64 / total as f64 * 100.0;
        let seconds = total as f64 / 1e9;
        let duration = profile.duration_ns as f64 / 1e9;
        let cores = (duration > 0.0).then(|| seconds / duration);
        let hot = percent > limits.function_percent;
        let busy =
            seconds >= limits.min_cpu_s && cores.is_none_or(|cores| cores >= limits.min_cores);
        let cores_text = cores.map_or("cores in use unknown".to_owned(), |cores| {
            format!("{cores:.2} cores in use")
        });
        let measured = if hot && busy {
            Measured::Crossed
        } else {
            Measured::Clear
        };
        let text = format!("{percent:.1} % in one function, {cores_text}");
        let why = format!(
            "{} takes {percent:.1} % of {} of CPU time; the threshold is over {} % with at least {} s \
             of samples and {} % of one core ({cores_text}).",
            view.name(row),
            human(total, "nanoseconds"),
            limits.function_percent,
            limits.min_cpu_s,
            limits.min_cores * 100.0,
        );
        let mut outcome = Outcome::new(name, kind, measured, &text, why);
        outcome.state.nearness = Some(if busy {
            percent / limits.function_percent.max(f64::MIN_POSITIVE)
        } else {
            0.0
        });
        if measured == Measured::Crossed {
            outcome.finding =
                Some(self.cpu_finding(process, profile, &view, &rows, percent, cores));
        } else if hot {
            outcome.notes.push(format!(
                "{name}: {} takes {percent:.1} % of the CPU profile, but the process used only {} in all: \
                 a busy line in an idle process.",
                view.name(row),
                human(total, "nanoseconds"),
            ));
        } else if let Some(cores) = cores.filter(|&cores| cores >= self.thresholds.notes.busy_cores)
        {
            outcome.notes.push(format!(
                "{name}: {cores:.2} cores in use with no single hot function (the largest is {} with {percent:.1} %).",
                view.name(row),
            ));
        }
        let gc = gc_share(&view, self.thresholds);
        if gc > self.thresholds.notes.gc_cpu_percent {
            outcome.notes.push(format!(
                "{name}: garbage collection takes {gc:.0} % of the CPU time: look at the allocations."
            ));
        }
        outcome
    }

    fn cpu_finding(
        &self,
        process: &ProcessProfiles,
        profile: &Profile,
        view: &View<'_>,
        rows: &[(RowId, i64)],
        percent: f64,
        cores: Option<f64>,
    ) -> Finding {
        let attribution = attribute(view, self.owners, &|_| true);
        let limits = &self.thresholds.confidence;
        let duration = profile.duration_ns as f64 / 1e9;
        let mut reasons = Vec::new();
        let samples = match profile.type_index("samples") {
            Some(kind) => profile.total(kind),
            None if profile.period > 0 => view.total / profile.period,
            None => i64::MAX,
        };
        if samples < limits.min_cpu_samples {
            reasons.push(format!("only {samples} CPU samples were taken"));
        }
        if duration > 0.0 {
            self.window_reason(duration, "the CPU profile is", &mut reasons);
        }
        self.uptime_reason(&mut reasons);
        let leader = rows.first().map_or("", |(row, _)| view.name(*row));
        if self.context.windows && self.thresholds.is_windows_blocked_leaf(leader) {
            reasons.push(format!("on Windows {leader} also counts blocked threads"));
        }
        let mut finding = self.finding(
            FindingKind::CpuSpike,
            process,
            ProfileName::Cpu,
            view,
            rows,
            view.total,
            &attribution,
            reasons,
        );
        finding.value = percent;
        finding.unit = "percent";
        finding.threshold = self.thresholds.cpu.function_percent;
        let cores_text = cores.map_or("unknown".to_owned(), |cores| format!("{cores:.2}"));
        finding.evidence = vec![
            ("Function's share".to_owned(), format!("{percent:.1} %")),
            ("CPU time".to_owned(), human(view.total, "nanoseconds")),
            (
                "Recorded for".to_owned(),
                human(profile.duration_ns, "nanoseconds"),
            ),
            ("Cores in use".to_owned(), cores_text.clone()),
        ];
        finding.summary = format!(
            "{} spends {percent:.1} % of its CPU time in {} ({cores_text} cores in use)",
            process.name,
            within_agent(finding.first().map_or("", |first| first.function.as_str())),
        );
        finding.settle =
            "A longer CPU profile (--profile 60) while the load is high would settle it."
                .to_owned();
        finding
    }

    fn contention(&self, process: &ProcessProfiles) -> Outcome {
        let kind = FindingKind::Contention;
        let name = process.name.as_str();
        let limits = &self.thresholds.contention;
        let mut lines = Vec::new();
        let mut crossed: Option<(ProfileName, LockSum)> = None;
        let mut measured_any = false;
        let mut damaged = false;
        let mut largest_delay = 0;
        for (profile_name, slot) in [
            (ProfileName::Mutex, &process.mutex),
            (ProfileName::Block, &process.block),
        ] {
            let what = format!("The {} profile", profile_name.as_str());
            if let Some((measured, _, why)) = unusable(slot, &what) {
                damaged |= measured == Measured::Damaged;
                lines.push(why);
                continue;
            }
            let Some(profile) = slot.profile() else {
                continue;
            };
            let Some(sum) = self.lock_sum(profile_name, profile) else {
                lines.push(format!("{what} has no delay values."));
                continue;
            };
            if sum.all == 0 {
                lines.push(format!(
                    "{what} is empty: its rate is 0, so nothing was collected."
                ));
                continue;
            }
            measured_any = true;
            let idle = if sum.idle > 0 {
                format!(
                    " ({} with goroutines that merely wait for work)",
                    human(sum.all, "nanoseconds")
                )
            } else {
                String::new()
            };
            lines.push(format!(
                "{what} counts {} of delay{idle}; the threshold is over {}.",
                human(sum.counted, "nanoseconds"),
                human(limits.delay_ns, "nanoseconds")
            ));
            largest_delay = largest_delay.max(sum.counted);
            if sum.counted > limits.delay_ns && crossed.is_none() {
                crossed = Some((profile_name, sum));
            }
        }
        let flag = match (process.mutex.profile(), process.block.profile()) {
            (Some(_), Some(_)) | (None, None) if !measured_any && !damaged => {
                if name == "core" {
                    " --profile-mutex --profile-blocking fill them (core Agent only)."
                } else {
                    " The flags --profile-mutex and --profile-blocking fill those of the core Agent only; \
                     this process needs rates in its own configuration."
                }
            }
            _ => "",
        };
        let why = format!("{}{flag}", lines.join(" "));
        let (measured, text) = if crossed.is_some() {
            (
                Measured::Crossed,
                format!("{} waiting for locks", human(largest_delay, "nanoseconds")),
            )
        } else if damaged {
            (Measured::Damaged, "damaged".to_owned())
        } else if measured_any {
            (
                Measured::Clear,
                format!("{} waiting for locks", human(largest_delay, "nanoseconds")),
            )
        } else {
            (Measured::NotMeasured, "not collected".to_owned())
        };
        let mut outcome = Outcome::new(name, kind, measured, &text, why);
        if measured_any {
            outcome.state.nearness = Some(largest_delay as f64 / limits.delay_ns.max(1) as f64);
        }
        if let Some((profile_name, sum)) = crossed
            && let Some(profile) = process.slot(profile_name).and_then(Slot::profile)
        {
            outcome.finding = self.contention_finding(process, profile_name, profile, &sum);
        }
        outcome
    }

    fn lock_sum(&self, name: ProfileName, profile: &Profile) -> Option<LockSum> {
        let view = View::of(profile, "delay").ok()?;
        let sums = weights(&view);
        let skip_idle = name == ProfileName::Block && !self.thresholds.contention.count_idle_waits;
        let is_idle = |row: RowId| skip_idle && self.thresholds.is_idle_leaf(view.name(row));
        let mut sum = LockSum {
            all: 0,
            counted: 0,
            idle: 0,
        };
        for (weight, row) in sums.iter().zip(0_u32..) {
            sum.all = sum.all.saturating_add(weight.flat);
            if is_idle(row) {
                sum.idle = sum.idle.saturating_add(weight.flat);
            } else {
                sum.counted = sum.counted.saturating_add(weight.flat);
            }
        }
        Some(sum)
    }

    fn contention_finding(
        &self,
        process: &ProcessProfiles,
        name: ProfileName,
        profile: &Profile,
        sum: &LockSum,
    ) -> Option<Finding> {
        let view = View::of(profile, "delay").ok()?;
        let skip_idle = name == ProfileName::Block && !self.thresholds.contention.count_idle_waits;
        let counts = |row: RowId| !(skip_idle && self.thresholds.is_idle_leaf(view.name(row)));
        let rows = largest(&view, &weights(&view), &counts);
        let attribution = attribute(&view, self.owners, &counts);
        let events = View::of(profile, "contentions").ok().map_or(0, |events| {
            events
                .names()
                .zip(weights(&events))
                .filter(|(row_name, _)| !(skip_idle && self.thresholds.is_idle_leaf(row_name)))
                .fold(0_i64, |sum, (_, weight)| sum.saturating_add(weight.flat))
        });
        let limits = &self.thresholds.confidence;
        let (rate, fraction) = match name {
            ProfileName::Mutex => (
                self.context.mutex_fraction,
                self.context
                    .mutex_fraction
                    .unwrap_or(limits.default_mutex_fraction),
            ),
            _ => (self.context.block_rate, 1),
        };
        let sampled = events / fraction.max(1);
        // Rates in the configuration count since the start, flags only while the flare is made.
        let window = match (rate, self.context.uptime_s, process.cpu.profile()) {
            (Some(_), Some(uptime), _) if process.name == "core" => uptime,
            (_, _, Some(cpu)) if cpu.duration_ns > 0 => cpu.duration_ns as f64 / 1e9,
            _ => process.interval(self.thresholds).seconds(),
        };
        let waiting = sum.counted as f64 / 1e9 / window.max(f64::MIN_POSITIVE);
        let mut reasons = Vec::new();
        if sampled < limits.min_lock_events {
            reasons.push(format!("only {sampled} lock events were sampled"));
        }
        if waiting < limits.min_goroutines_waiting {
            reasons.push(format!(
                "on average only {waiting:.2} goroutines were waiting (contended Agents have over 1)"
            ));
        }
        self.window_reason(window, "the profile covers", &mut reasons);
        self.uptime_reason(&mut reasons);
        let mut finding = self.finding(
            FindingKind::Contention,
            process,
            name,
            &view,
            &rows,
            sum.counted,
            &attribution,
            reasons,
        );
        finding.value = sum.counted as f64;
        finding.unit = "nanoseconds";
        finding.threshold = self.thresholds.contention.delay_ns as f64;
        finding.evidence = vec![
            ("Delay".to_owned(), human(sum.counted, "nanoseconds")),
            ("Events".to_owned(), human(events, "count")),
            (
                "Mean delay".to_owned(),
                if events > 0 {
                    human(sum.counted / events, "nanoseconds")
                } else {
                    "unknown".to_owned()
                },
            ),
            ("Window".to_owned(), format!("{window:.1} s")),
            (
                "Goroutines waiting".to_owned(),
                format!("{waiting:.2} on average"),
            ),
        ];
        if sum.idle > 0 {
            finding.evidence.push((
                "Idle waits left out".to_owned(),
                format!(
                    "{} of {} are goroutines waiting for work",
                    human(sum.idle, "nanoseconds"),
                    human(sum.all, "nanoseconds")
                ),
            ));
        }
        for (site, delay) in attribution.by_responsible().into_iter().take(3) {
            let site = site.map_or("unowned", |row| view.name(row));
            finding.evidence.push((
                "Lock site".to_owned(),
                format!(
                    "{site}: {} ({})",
                    human(delay, "nanoseconds"),
                    human_share(delay, sum.counted)
                ),
            ));
        }
        finding.summary = format!(
            "{} waited {} for locks ({} profile, {waiting:.1} goroutines on average){}",
            process.name,
            human(sum.counted, "nanoseconds"),
            name.as_str(),
            finding.first().map_or(String::new(), |first| format!(
                ", most in {}",
                within_agent(&first.responsible)
            )),
        );
        finding.settle =
            "A flare with --profile 60 --profile-mutex --profile-blocking under load would settle it.".to_owned();
        Some(finding)
    }

    /// What all kinds of findings have in common.
    #[expect(
        clippy::too_many_arguments,
        reason = "all of them are parts of one measurement"
    )]
    fn finding(
        &self,
        kind: FindingKind,
        process: &ProcessProfiles,
        profile: ProfileName,
        view: &View<'_>,
        rows: &[(RowId, i64)],
        counted: i64,
        attribution: &Attribution,
        reasons: Vec<String>,
    ) -> Finding {
        let functions: Vec<FindingFunction> = rows
            .iter()
            .filter(|(_, value)| *value > 0)
            .take(5)
            .map(|&(row, value)| {
                let responsible = attribution.of_leaf(row, value).unwrap_or(row);
                let responsible = view.name(responsible);
                FindingFunction {
                    function: view.name(row).to_owned(),
                    responsible: responsible.to_owned(),
                    owner: self
                        .owners
                        .of_function(responsible)
                        .map_or("unowned", |owner| owner.owner.as_str())
                        .to_owned(),
                    value,
                    share: if counted == 0 {
                        0.0
                    } else {
                        value as f64 / counted as f64
                    },
                }
            })
            .collect();
        let responsible = functions
            .first()
            .map_or("", |first| first.responsible.as_str());
        let owner = self.owners.of_function(responsible);
        let routing = self.owners.route(responsible, &process.name);
        Finding {
            kind,
            process: process.name.clone(),
            profile,
            component: owner
                .map(|owner| owner.component.clone())
                .unwrap_or_default(),
            team: owner.map(|owner| owner.team.clone()).unwrap_or_default(),
            meaning: owner.map(|owner| owner.meaning.clone()).unwrap_or_default(),
            routing,
            functions,
            value: 0.0,
            unit: "",
            threshold: 0.0,
            counted,
            confidence: Confidence::of(reasons.len()),
            reasons,
            settle: String::new(),
            evidence: Vec::new(),
            summary: String::new(),
        }
    }

    fn window_reason(&self, seconds: f64, what: &str, reasons: &mut Vec<String>) {
        let limit = self.thresholds.confidence.min_window_s;
        if seconds < limit {
            let tail = if what.ends_with("are") {
                " apart"
            } else if what.ends_with("is") {
                " long"
            } else {
                ""
            };
            reasons.push(format!(
                "{what} only {seconds:.1} s{tail}, {limit:.0} s are usual"
            ));
        }
    }

    fn uptime_reason(&self, reasons: &mut Vec<String>) {
        if let Some(uptime) = self.context.uptime_s
            && uptime < self.thresholds.confidence.min_uptime_s
        {
            reasons.push(format!(
                "the Agent had been running for only {:.0} s: it may still be warming up",
                uptime.max(0.0)
            ));
        }
    }

    /// A snapshot shows the state of the last collection before it: that may lie further back.
    fn gc_stretch(&self, process: &ProcessProfiles, interval: Interval) -> Option<String> {
        let first = process.heap_first.profile()?.time_ns;
        let second = process.heap_second.profile()?.time_ns;
        let before = |time: i64| {
            self.context
                .gc_ends_ns
                .iter()
                .copied()
                .filter(|&end| end > 0 && end <= time)
                .max()
        };
        let real = before(second)? - before(first)?;
        let stretch = real as f64 / interval.ns.max(1) as f64;
        (stretch > self.thresholds.confidence.max_interval_stretch).then(|| {
            format!(
                "the snapshots show collections that are {:.0} s apart, not {:.0} s",
                real as f64 / 1e9,
                interval.seconds()
            )
        })
    }
}

struct LeakFacts {
    growth: i64,
    interval: Interval,
    noise: f64,
    within_noise: bool,
    by_one: bool,
    top: i64,
}

struct LockSum {
    all: i64,
    counted: i64,
    idle: i64,
}

/// A name for sentences: functions of the Agent lose the module that they all share.
fn within_agent(function: &str) -> &str {
    function
        .strip_prefix("github.com/DataDog/datadog-agent/")
        .unwrap_or(function)
}

/// Rows that count, by value downwards, then by name as pprof does.
fn largest(view: &View<'_>, sums: &[Weight], counts: &dyn Fn(RowId) -> bool) -> Vec<(RowId, i64)> {
    let mut rows: Vec<(RowId, i64)> = sums
        .iter()
        .zip(0_u32..)
        .filter(|(weight, row)| weight.flat != 0 && counts(*row))
        .map(|(weight, row)| (row, weight.flat))
        .collect();
    rows.sort_unstable_by(|a, b| {
        b.1.cmp(&a.1)
            .then_with(|| view.name(a.0).cmp(view.name(b.0)))
            .then(a.0.cmp(&b.0))
    });
    rows
}

/// How many functions it takes to make up that percentage of the growth.
fn functions_of_half(rows: &[(RowId, i64)], growth: i64, percent: f64) -> usize {
    let wanted = growth as f64 * percent / 100.0;
    let mut sum = 0.0;
    rows.iter()
        .take_while(|(_, value)| {
            let go_on = sum < wanted;
            sum += *value as f64;
            go_on
        })
        .count()
}

/// Why the two snapshots are not of one process, if they are not.
fn restarted(first: &Profile, second: &Profile) -> Option<String> {
    let (before, after) = (first.build_id(), second.build_id());
    if !before.is_empty() && !after.is_empty() && before != after {
        return Some(format!(
            "The process was restarted or replaced in between: build id {before} became {after}."
        ));
    }
    let allocated = |profile: &Profile| {
        profile
            .type_index("alloc_space")
            .map(|kind| profile.net(kind))
    };
    let (before, after) = (allocated(first)?, allocated(second)?);
    (after < before).then(|| {
        format!(
            "The process was restarted in between: memory allocated since its start fell from {} to {}.",
            human(before, "bytes"),
            human(after, "bytes")
        )
    })
}

/// Share of the CPU time whose stack has a frame of the garbage collector, in percent.
fn gc_share(view: &View<'_>, thresholds: &Thresholds) -> f64 {
    let gc: Vec<bool> = view
        .names()
        .map(|name| thresholds.is_gc_frame(name))
        .collect();
    let mut sum = 0_i64;
    for side in &view.sides {
        for sample in 0..side.profile.samples.len() {
            let stack = side.profile.samples.stack(sample);
            let hit = stack
                .iter()
                .flat_map(|&location| side.locations.get(location))
                .any(|&row| gc.get(row as usize).copied().unwrap_or(false));
            if hit {
                sum = sum.saturating_add(side.value(sample));
            }
        }
    }
    crate::profile::units::ratio_percent(sum, view.total)
}
