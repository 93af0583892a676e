//! Why something was not measured, in exact words, and what measures it.

use super::super::kinds::{FindingKind, Measured, ProfileName};
use super::input::{Context, ProcessProfiles, Slot};
use flare::Process;

/// Why there is no measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hole {
    /// No file, and nothing says why.
    Absent,
    /// Only one of two heap snapshots.
    HalfPair,
    /// An error ended the collection of this process: what comes after that profile is missing.
    Stopped(ProfileName),
    /// The Agent's own continuous profiler held the CPU profile.
    ProfilerBusy,
    /// The process did not answer at all.
    NotRunning,
    /// A text was stored in the profile's place.
    Reply,
    /// The file is there and has no bytes.
    Empty,
    /// Both snapshots hold the same values.
    Identical,
    /// The snapshots are of two runs of the process.
    Restarted,
    /// The trace-agent records 4 s unless a setting is raised.
    TraceWindow,
    /// The snapshots are too close.
    ShortWindow,
    /// The profiles can't be compared, or are of another kind.
    Unsuitable,
    /// The rates are 0, and the command's flags raise them.
    RateZero,
    /// The rates are 0 in a process whose rates the flags don't change.
    RateZeroElsewhere,
    /// The file is there and can't be read.
    Damaged,
    /// No file, and the archive is cut off: it may have been in the part that is missing.
    CutOff,
    /// The file is there and was left out: a limit of this program was met, or memory was short.
    LeftOut,
}

impl Hole {
    /// The stable name used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::HalfPair => "half-pair",
            Self::Stopped(_) => "collection-stopped",
            Self::ProfilerBusy => "internal-profiler",
            Self::NotRunning => "not-running",
            Self::Reply => "text-reply",
            Self::Empty => "empty-file",
            Self::Identical => "identical-snapshots",
            Self::Restarted => "restarted",
            Self::TraceWindow => "trace-window",
            Self::ShortWindow => "short-window",
            Self::Unsuitable => "unsuitable",
            Self::RateZero => "rate-zero",
            Self::RateZeroElsewhere => "rate-zero-elsewhere",
            Self::Damaged => "damaged",
            Self::CutOff => "cut-off",
            Self::LeftOut => "left-out",
        }
    }

    /// In short, for a cell.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Absent | Self::RateZero | Self::RateZeroElsewhere => "not collected",
            Self::HalfPair => "one snapshot only",
            Self::Stopped(_) => "collection stopped",
            Self::ProfilerBusy => "profiler in use",
            Self::NotRunning => "not running",
            Self::Reply => "error reply",
            Self::Empty => "empty file",
            Self::Identical => "identical snapshots",
            Self::Restarted => "process restarted",
            Self::TraceWindow | Self::ShortWindow => "window too short",
            Self::Unsuitable => "not comparable",
            // The state beside it is called damaged already.
            Self::Damaged => "unreadable",
            Self::CutOff => "cut off",
            Self::LeftOut => "left out",
        }
    }

    /// The file is there, and what it holds is not known: no profile of the process can be cleared
    /// by what was read beside it.
    pub const fn is_unread(self) -> bool {
        matches!(self, Self::Damaged | Self::LeftOut)
    }

    /// The measurement's state.
    pub const fn measured(self) -> Measured {
        match self {
            Self::Damaged => Measured::Damaged,
            _ => Measured::NotMeasured,
        }
    }

    /// What has to be done so that the next flare holds it; a full sentence, before the command.
    pub fn remedy(self, process: &Process, kind: FindingKind) -> String {
        match self {
            _ if *process == Process::OtelAgent && kind == FindingKind::Contention => {
                "A flare holds no lock profiles of the OpenTelemetry Agent. Its pprof extension serves them on its own port once block_profile_fraction and mutex_profile_fraction are set.".to_owned()
            }
            Self::Absent if *process == Process::OtelAgent => {
                "Profiles of the OpenTelemetry Agent come with every flare while its ddflare extension is on: see that it runs, and make another flare while the problem is happening.".to_owned()
            }
            Self::Absent => {
                "Capture again with profiles, while the problem is happening.".to_owned()
            }
            Self::HalfPair if *process == Process::OtelAgent => {
                "A flare holds one heap snapshot of the OpenTelemetry Agent: make another one some hours later, without a restart in between, and compare the two.".to_owned()
            }
            Self::HalfPair => "Capture again: a difference needs both heap snapshots.".to_owned(),
            Self::Stopped(_) => format!(
                "The command printed the error as \u{201c}Could not collect performance profile data\u{201d}; \
                 solve what it says (is {} running, is its debug port reachable?) and capture again.",
                program(process)
            ),
            Self::ProfilerBusy => format!(
                "Set {} to false, restart, and capture again.",
                process.profiler_setting()
            ),
            Self::NotRunning => {
                format!("Start {}, see that status shows it, and capture again.", program(process))
            }
            Self::Reply => {
                "Solve what the quoted text says, then capture again.".to_owned()
            }
            Self::Empty => {
                "Capture again; if the file is empty once more, the log of that process says what happened.".to_owned()
            }
            Self::Identical if *process == Process::Trace => "Garbage is collected at least every 2 minutes, and the trace-agent's profiles take 4 s unless apm_config.receiver_timeout is raised: set it to 150 in datadog.yaml, restart, and make a capture of 150 s.".to_owned(),
            Self::Identical => "The Agent collects garbage at least every 2 minutes, so a capture of 150 s or more shows a change.".to_owned(),
            Self::Restarted => {
                "Capture again once the process runs steadily; if it restarts by itself, find out why first.".to_owned()
            }
            Self::TraceWindow => "Set apm_config.receiver_timeout to 60 in datadog.yaml, restart, and capture again; or compare two flares hours apart.".to_owned(),
            Self::ShortWindow => "Capture again with a longer window.".to_owned(),
            Self::Unsuitable => "Capture again; both snapshots have to come from one flare.".to_owned(),
            Self::RateZero => "The flags --profile-mutex and --profile-blocking raise the rates while the flare is made, in the core Agent only.".to_owned(),
            Self::RateZeroElsewhere => rates_elsewhere(process),
            Self::Damaged => match kind {
                FindingKind::Contention => "Ask for the same flare once more, unchanged; if it is damaged at its source, capture again.".to_owned(),
                _ => "Ask for the same flare once more, unchanged: it may have been cut off on its way. If it is damaged at its source, capture again.".to_owned(),
            },
            Self::CutOff => "Ask for the same flare once more, unchanged, and compare its size with that of the original. If it was cut off at its source, capture again.".to_owned(),
            Self::LeftOut => "That says nothing against the file: go tool pprof reads it whole. A new capture is needed only if that fails.".to_owned(),
        }
    }

    /// Arguments of the Agent's command that collects what is missing.
    pub fn capture(self, process: &Process, kind: FindingKind) -> &'static str {
        // Its profiles are put into every flare, and no flag changes them.
        if *process == Process::OtelAgent {
            return "flare";
        }
        match (self, kind) {
            (Self::RateZeroElsewhere, _) => "flare --profile 60",
            (_, FindingKind::Contention) => "flare --profile 60 --profile-mutex --profile-blocking",
            (Self::Identical, _) => "flare --profile 150",
            (Self::TraceWindow, _) => "flare --profile 60",
            (Self::ShortWindow, _) => "flare --profile 120",
            _ => "flare --profile 30",
        }
    }
}

/// How a process other than the core Agent gets rates.
fn rates_elsewhere(process: &Process) -> String {
    let program = program(process);
    let rates = format!(
        "{0}.block_profile_rate: 10000 and {0}.mutex_profile_fraction: 100",
        process.rates_block()
    );
    let flags =
        "The flags --profile-mutex and --profile-blocking raise the rates of the core Agent only.";
    match process {
        _ if process.rates_need_profiler() => {
            let switch = process.profiler_setting();
            format!(
                "{flags} For {program}, whose rates count only while its own profiler is on, set {rates} together \
                 with {switch}: true, restart, and capture again. That profiler uploads to Datadog, and a flare \
                 taken while it records has no CPU profile of {program}: turn it off afterwards."
            )
        }
        _ => format!("{flags} For {program}, set {rates}, restart, and capture again."),
    }
}

/// A process by the name of its program, within a sentence.
pub fn program(process: &Process) -> String {
    match process {
        Process::Core => "the Agent",
        Process::Trace => "the trace-agent",
        Process::ProcessAgent => "the process-agent",
        Process::SecurityAgent => "the security-agent",
        Process::ClusterAgent => "the Cluster Agent",
        Process::OtelAgent => "the OpenTelemetry Agent",
        Process::SystemProbe | Process::Nameless | Process::Other(_) => process.as_str(),
    }
    .to_owned()
}

/// A hole and the sentence that says what it is.
pub(super) type Told = (Hole, String);

/// What a sentence about one or two profiles begins with.
struct Subject {
    words: String,
    many: bool,
}

impl Subject {
    fn is(&self) -> String {
        format!("{} {}", self.words, if self.many { "are" } else { "is" })
    }

    fn holds(&self) -> String {
        let holds = if self.many { "hold" } else { "holds" };
        let profile = if self.many { "profiles" } else { "a profile" };
        format!("{} {holds} a text instead of {profile}", self.words)
    }
}

/// Why a slot can't be measured, or `None` when it can.
pub(super) fn unusable(
    process: &ProcessProfiles,
    name: ProfileName,
    context: &Context,
) -> Option<Told> {
    let subject = Subject {
        words: format!("The {} of {}", words(name), process.name),
        many: false,
    };
    tell(process, name, context, &subject)
}

/// The same of both lock profiles in one sentence, where one reason is behind both.
pub(super) fn unusable_locks(process: &ProcessProfiles, context: &Context) -> Option<Told> {
    let alike = match (&process.mutex, &process.block) {
        (Slot::Absent, Slot::Absent) => true,
        (one, other) => same_reply(one, other),
    };
    let subject = Subject {
        words: format!("The mutex and block profiles of {}", process.name),
        many: true,
    };
    alike
        .then(|| tell(process, ProfileName::Mutex, context, &subject))
        .flatten()
}

/// The same of both heap snapshots.
pub(super) fn unusable_heaps(process: &ProcessProfiles, context: &Context) -> Option<Told> {
    let subject = Subject {
        words: format!("Both heap snapshots of {}", process.name),
        many: true,
    };
    same_reply(&process.heap_first, &process.heap_second)
        .then(|| tell(process, ProfileName::HeapFirst, context, &subject))
        .flatten()
}

fn same_reply(one: &Slot, other: &Slot) -> bool {
    match (one, other) {
        (Slot::Reply(one), Slot::Reply(other)) => one == other && !one.is_empty(),
        _ => false,
    }
}

fn tell(
    process: &ProcessProfiles,
    name: ProfileName,
    context: &Context,
    subject: &Subject,
) -> Option<Told> {
    let slot = process.slot(name)?;
    match slot {
        Slot::Read(_) => None,
        Slot::Damaged(why) => Some((Hole::Damaged, format!("{} damaged: {why}.", subject.is()))),
        Slot::LeftOut(why) => Some((Hole::LeftOut, format!("{} left out: {why}.", subject.is()))),
        Slot::Reply(text) if text.is_empty() => {
            Some((Hole::Empty, format!("{} an empty file.", subject.is())))
        }
        Slot::Reply(text) => {
            let lower = text.to_lowercase();
            let what = format!("{}: \u{201c}{}\u{201d}.", subject.holds(), quote(text));
            Some(if lower.contains("already in use") {
                let why = format!(
                    "{what} Only one CPU profile can run in a process, and the Agent's own continuous \
                     profiler held it."
                );
                (Hole::ProfilerBusy, why)
            } else if [
                "connection refused",
                "not running",
                "unreachable",
                "no such file",
                "cannot find the file",
            ]
            .iter()
            .any(|sign| lower.contains(sign))
            {
                let why = format!("{what} The process was not running or could not be reached.");
                (Hole::NotRunning, why)
            } else {
                (Hole::Reply, what)
            })
        }
        Slot::Absent => Some(absent(process, name, context, &subject.is())),
    }
}

/// The order in which the Agent collects the profiles of one process. The first error ends it.
const COLLECTED: [ProfileName; 5] = [
    ProfileName::HeapFirst,
    ProfileName::Cpu,
    ProfileName::HeapSecond,
    ProfileName::Mutex,
    ProfileName::Block,
];

fn absent(process: &ProcessProfiles, name: ProfileName, context: &Context, what: &str) -> Told {
    if context.cut_off {
        let why = format!("{what} not in the flare, whose archive is cut off.");
        return (Hole::CutOff, why);
    }
    let there = |name: ProfileName| process.slot(name).is_some_and(|slot| !slot.is_absent());
    let half = match name {
        ProfileName::HeapFirst => there(ProfileName::HeapSecond),
        ProfileName::HeapSecond => there(ProfileName::HeapFirst),
        _ => false,
    };
    let first_missing = COLLECTED
        .iter()
        .position(|&name| !there(name))
        .filter(|_| process.name.is_collected_by_command());
    // A collection that an error ended leaves a beginning of the order, and nothing after it.
    let ended = first_missing
        .filter(|&at| at > 0 && COLLECTED.iter().skip(at).all(|&name| !there(name)))
        .and_then(|at| Some((*COLLECTED.get(at - 1)?, *COLLECTED.get(at)?)));
    let Some((last, missing)) = ended else {
        let hole = if half { Hole::HalfPair } else { Hole::Absent };
        return (hole, format!("{what} not in the flare."));
    };
    let why = format!(
        "{what} not in the flare: an error ended the collection of {} after its {}, so what comes after \
         that is missing.",
        process.name,
        words(last)
    );
    if missing == ProfileName::Cpu && context.profiler_on.contains(&process.name) {
        let why = format!(
            "{why} {} is true: only one CPU profile can run in a process, so the Agent's own continuous \
             profiler probably held it.",
            process.name.profiler_setting()
        );
        return (Hole::ProfilerBusy, why);
    }
    let hole = match name {
        ProfileName::HeapSecond if missing == ProfileName::HeapSecond => Hole::HalfPair,
        _ => Hole::Stopped(last),
    };
    (hole, why)
}

/// A profile in words, for example `second heap snapshot`.
pub const fn words(name: ProfileName) -> &'static str {
    match name {
        ProfileName::HeapFirst => "first heap snapshot",
        ProfileName::HeapSecond => "second heap snapshot",
        ProfileName::HeapDiff => "heap difference",
        ProfileName::Allocs => "allocations profile",
        ProfileName::Cpu => "CPU profile",
        ProfileName::Block => "block profile",
        ProfileName::Mutex => "mutex profile",
    }
}

/// The beginning of a text on one line.
fn quote(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches('.');
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}\u{2026}", line.get(..end).unwrap_or(line)),
        None => line.to_owned(),
    }
}
