//! Headings and captions of the first screen.

use super::processes;
use crate::kinds;
use diagnose::kinds::{FindingKind, ProfileName};
use diagnose::verdict::Finding;
use flare::Process;
use profile::units::group_thousands;

pub(crate) const PART: &str = "Part";
pub(crate) const PYTHON: &str = "Python objects";
pub(crate) const OUTSIDE: &str = "Other memory outside Go";
pub(crate) const GO_HEAP: &str = "Go heap in use";
pub(crate) const GO_REST: &str = "Other memory of the Go runtime";
pub(crate) const RESIDENT: &str = "resident";
pub(crate) const WAITING: &str = "Waits in";
pub(crate) const HANDING_ON: &str = "of waiting to hand something on";
pub(crate) const CONTEXTS: &str = "contexts";
pub(crate) const TYPE: &str = "Metric type";
pub(crate) const CHECK: &str = "Check";
pub(crate) const RUNNING: &str = "Checks that were running, and for how long";
pub(crate) const PROCESS: &str = "Process";
pub(crate) const KILLED: &str = "What the kernel killed, and how often";
pub(crate) const UNKNOWN: &str = "not known";
pub(crate) const DOING: &str = "Stands in";
pub(crate) const GOROUTINES: &str = "goroutines";

pub(crate) const NOTES: &str = "Notes";
pub(crate) const RESIDENT_MEMORY: &str = "Resident memory of the core Agent";
pub(crate) const CORES: &str = "Cores in use while it was recorded";
pub(crate) const UPTIME: &str = "Uptime";

/// A finding as a heading, with its process.
pub(crate) fn of_finding(finding: &Finding) -> String {
    format!(
        "{}, {}",
        kinds::title(finding.kind),
        processes::label(&finding.process)
    )
}

/// What shares are of.
pub(crate) fn parts_of(whole: &str, what: &str) -> String {
    format!("100% is {whole} {what}")
}

/// What the heap of a process holds, behind its size.
pub(crate) fn heap_of(process: &Process) -> String {
    format!("in the heap of {}", processes::full(process))
}

/// The same of its CPU time.
pub(crate) fn cpu_of(process: &Process) -> String {
    format!("of CPU time of {}", processes::full(process))
}

/// The same of what it allocated between two snapshots.
pub(crate) fn allocated_by(process: &Process) -> String {
    format!(
        "allocated by {} between the snapshots",
        processes::full(process)
    )
}

/// What the shares of a finding are of; `whole` is that, formatted.
pub(crate) fn whole_of(finding: &Finding, whole: &str) -> String {
    let what = match finding.kind {
        FindingKind::MemoryLeak => "that grew; what shrank is not in it".to_owned(),
        FindingKind::CpuSpike => cpu_of(&finding.process),
        FindingKind::Contention => "of waiting for locks".to_owned(),
    };
    parts_of(whole.trim_start_matches('+'), &what)
}

/// What the rows of a finding are.
pub(crate) const fn rows_of(finding: &Finding, by_frame: bool) -> &'static str {
    match (by_frame, finding.profile) {
        (true, ProfileName::Mutex) => "Held the lock",
        (true, ProfileName::Block) => "Waited",
        (true, _) => "Responsible frame",
        (false, _) => "Function",
    }
}

/// How often something happened.
pub(crate) fn times(times: i64) -> String {
    match times {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        times => format!("{} times", group_thousands(times)),
    }
}

/// How many goroutines have one stack.
pub(crate) fn goroutines(count: u64) -> String {
    match count {
        1 => "1 goroutine".to_owned(),
        count => format!("{} goroutines", super::count(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::{goroutines, times};

    #[test]
    fn words_count_as_people_do() {
        assert_eq!([1, 2, 1200].map(times), ["once", "twice", "1,200 times"]);
        assert_eq!([1, 2].map(goroutines), ["1 goroutine", "2 goroutines"]);
    }
}
