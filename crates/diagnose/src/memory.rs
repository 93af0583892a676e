//! Where a process's memory is: which part of it a heap profile can explain.
//!
//! Resident memory is cut into parts that add up, and one of four conclusions is drawn:
//!
//! ```text
//! |------------------------------ resident (RSS) ------------------------------|
//! |------- Go: Sys - HeapReleased -------|- Python -|- rtloader -|--- rest ----|
//! | in use | garbage | spans | idle | run|
//! ```
//!
//! The numbers come from files that were written some seconds apart, and Go counts pages that are
//! not resident: where the parts add up to more than the whole, the account says so.

use super::thresholds::Thresholds;
use flare::Process;
use profile::units::ratio_percent;

/// What is known of one process, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Resident memory.
    pub rss: Option<i64>,
    /// `Sys`
    pub sys: Option<i64>,
    /// `HeapReleased`
    pub heap_released: Option<i64>,
    /// `HeapIdle`
    pub heap_idle: Option<i64>,
    /// `HeapInuse`
    pub heap_inuse: Option<i64>,
    /// `HeapAlloc`
    pub heap_alloc: Option<i64>,
    /// In-use space of the last heap profile.
    pub in_use: Option<i64>,
    /// Python's allocator.
    pub python: Option<i64>,
    /// C memory between Go and Python.
    pub rtloader: Option<i64>,
}

/// One part of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which.
    pub kind: PartKind,
    /// Bytes, more than zero.
    pub bytes: i64,
}

/// What memory is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// Live objects: what the heap profile shows.
    HeapInUse,
    /// Objects not collected yet, or newer than the last collection.
    Garbage,
    /// Both of these, where no heap profile tells them apart.
    HeapObjects,
    /// Free room inside of spans in use.
    Spans,
    /// Free, still held by the process.
    IdleHeap,
    /// Stacks of goroutines, tables of the runtime and the collector.
    GoRuntime,
    /// Objects of Python's allocator.
    Python,
    /// C memory between Go and Python.
    Rtloader,
    /// What neither Go nor Python counts.
    Rest,
}

/// What the account comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// Most of the memory is outside of Go: a heap profile can't explain it.
    OutsideGo,
    /// Go holds much more than is in use: garbage and fragmentation.
    Garbage,
    /// What is in use is large: real retention.
    Retention,
    /// Nothing of it is large.
    Modest,
}

impl Conclusion {
    /// The stable name used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OutsideGo => "outside-go",
            Self::Garbage => "garbage",
            Self::Retention => "retention",
            Self::Modest => "modest",
        }
    }
}

/// The memory of one process, in parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// The process.
    pub process: Process,
    /// Resident memory, where it is known; what the parts are held against.
    pub rss: Option<i64>,
    /// What the Go runtime holds: `Sys - HeapReleased`.
    pub held: i64,
    /// They add up to [`Account::total`].
    pub parts: Vec<Part>,
    /// Sum of the parts: at least the resident memory.
    pub total: i64,
    /// By how much the parts exceed the resident memory.
    pub excess: i64,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// What it is drawn up from.
    pub usage: Usage,
}

impl Account {
    /// The largest part, the first of equals, where any is as large as that.
    pub fn largest(&self, at_least: i64) -> Option<&Part> {
        self.parts
            .iter()
            .rev()
            .max_by_key(|part| part.bytes)
            .filter(|part| part.bytes >= at_least)
    }
}

/// Draws up the account. `None` where Go's own share is not known.
pub fn account(process: &Process, usage: &Usage, thresholds: &Thresholds) -> Option<Account> {
    let sys = usage.sys?;
    let held = sys.saturating_sub(usage.heap_released.unwrap_or(0)).max(0);
    let mut parts = Vec::new();
    let mut part = |kind, bytes: i64| {
        if bytes > 0 {
            parts.push(Part { kind, bytes });
        }
        bytes.max(0)
    };
    let mut go = 0_i64;
    if let (Some(alloc), Some(inuse)) = (usage.heap_alloc, usage.heap_inuse) {
        // The profile is an estimate and older than the statistics: it may be the larger one.
        let in_use = usage.in_use.map(|in_use| in_use.clamp(0, alloc.max(0)));
        go = match in_use {
            Some(in_use) => {
                let garbage = alloc.saturating_sub(in_use);
                part(PartKind::HeapInUse, in_use).saturating_add(part(PartKind::Garbage, garbage))
            }
            None => part(PartKind::HeapObjects, alloc),
        };
        go = go.saturating_add(part(PartKind::Spans, inuse.saturating_sub(alloc)));
    }
    if let (Some(idle), Some(released)) = (usage.heap_idle, usage.heap_released) {
        go = go.saturating_add(part(PartKind::IdleHeap, idle.saturating_sub(released)));
    }
    go = go.saturating_add(part(PartKind::GoRuntime, held.saturating_sub(go)));
    let python = part(PartKind::Python, usage.python.unwrap_or(0));
    let rtloader = part(PartKind::Rtloader, usage.rtloader.unwrap_or(0));
    let known = go.saturating_add(python).saturating_add(rtloader);
    if let Some(rss) = usage.rss {
        part(PartKind::Rest, rss.saturating_sub(known));
    }
    let total = parts
        .iter()
        .fold(0_i64, |sum, part| sum.saturating_add(part.bytes));
    Some(Account {
        process: process.clone(),
        rss: usage.rss,
        held,
        total,
        excess: usage.rss.map_or(0, |rss| total.saturating_sub(rss).max(0)),
        parts,
        conclusion: conclude(held, usage, thresholds),
        usage: *usage,
    })
}

/// The decision rule: outside of Go first, then held but not in use, then in use.
fn conclude(held: i64, usage: &Usage, thresholds: &Thresholds) -> Conclusion {
    let limits = &thresholds.memory;
    let outside = usage.rss.map_or(0, |rss| rss.saturating_sub(held));
    if let Some(rss) = usage.rss.filter(|&rss| rss > 0)
        && outside >= limits.large_bytes
        && ratio_percent(outside, rss) >= limits.outside_go_percent
    {
        return Conclusion::OutsideGo;
    }
    let in_use = usage.in_use.unwrap_or(0);
    if usage.in_use.is_some()
        && held.saturating_sub(in_use) >= limits.large_bytes
        && held as f64 > in_use as f64 * limits.held_to_in_use
    {
        return Conclusion::Garbage;
    }
    if in_use >= limits.large_bytes {
        return Conclusion::Retention;
    }
    Conclusion::Modest
}

#[cfg(test)]
mod tests {
    use super::*;
    use PartKind::{
        Garbage, GoRuntime, HeapInUse, HeapObjects, IdleHeap, Python, Rest, Rtloader, Spans,
    };

    const MB: i64 = 1 << 20;

    #[track_caller]
    fn check(usage: &Usage, expected: &[(PartKind, i64)], conclusion: Conclusion) {
        let account = account(&Process::Core, usage, &Thresholds::builtin()).unwrap();
        let sum: i64 = account.parts.iter().map(|part| part.bytes).sum();
        assert_eq!(sum, account.total);
        let parts: Vec<(PartKind, i64)> = account
            .parts
            .iter()
            .map(|part| (part.kind, part.bytes / MB))
            .collect();
        assert_eq!(parts, expected);
        assert_eq!(account.conclusion, conclusion);
    }

    fn usage() -> Usage {
        Usage {
            rss: Some(400 * MB),
            sys: Some(330 * MB),
            heap_released: Some(30 * MB),
            heap_idle: Some(60 * MB),
            heap_inuse: Some(250 * MB),
            heap_alloc: Some(240 * MB),
            in_use: Some(200 * MB),
            python: Some(40 * MB),
            rtloader: Some(MB),
        }
    }

    /// The parts of [`usage`] that are Go's, Python's and C's.
    const PARTS: [(PartKind, i64); 7] = [
        (HeapInUse, 200),
        (Garbage, 40),
        (Spans, 10),
        (IdleHeap, 30),
        (GoRuntime, 20),
        (Python, 40),
        (Rtloader, 1),
    ];

    #[test]
    fn retention() {
        let parts = [&PARTS[..], &[(Rest, 59)]].concat();
        check(&usage(), &parts, Conclusion::Retention);
    }

    #[test]
    fn outside_of_go() {
        let mut usage = usage();
        usage.rss = Some(900 * MB);
        let parts = [&PARTS[..], &[(Rest, 559)]].concat();
        check(&usage, &parts, Conclusion::OutsideGo);
        usage.python = None;
        usage.rtloader = None;
        let parts = [&PARTS[..5], &[(Rest, 600)]].concat();
        check(&usage, &parts, Conclusion::OutsideGo);
        // Half is the limit: just under it the parts of Go decide.
        usage.rss = Some(590 * MB);
        assert_eq!(
            conclude(300 * MB, &usage, &Thresholds::builtin()),
            Conclusion::Retention
        );
    }

    #[test]
    fn garbage_and_its_near_miss() {
        let mut usage = usage();
        usage.in_use = Some(60 * MB);
        let parts = [
            &[(HeapInUse, 60), (Garbage, 180)],
            &PARTS[2..],
            &[(Rest, 59)],
        ]
        .concat();
        check(&usage, &parts, Conclusion::Garbage);
        usage.in_use = Some(101 * MB);
        assert_eq!(
            conclude(300 * MB, &usage, &Thresholds::builtin()),
            Conclusion::Retention
        );
    }

    #[test]
    fn a_small_agent() {
        let small = Usage {
            rss: Some(90 * MB),
            sys: Some(60 * MB),
            heap_released: Some(5 * MB),
            in_use: Some(20 * MB),
            ..Usage::default()
        };
        check(&small, &[(GoRuntime, 55), (Rest, 35)], Conclusion::Modest);
    }

    #[test]
    fn a_large_part_that_decides_nothing_is_named() {
        let largest = |usage: &Usage| {
            let account = account(&Process::Core, usage, &Thresholds::builtin()).unwrap();
            account.largest(100 * MB).map(|part| part.kind)
        };
        // Without a heap profile nobody knows what the heap holds.
        let unprofiled = Usage {
            in_use: None,
            ..usage()
        };
        let parts = [&[(HeapObjects, 240)], &PARTS[2..], &[(Rest, 59)]].concat();
        check(&unprofiled, &parts, Conclusion::Modest);
        assert_eq!(largest(&unprofiled), Some(HeapObjects));
        // Just under half outside of Go.
        let python = Usage {
            rss: Some(390 * MB),
            sys: Some(230 * MB),
            heap_idle: Some(40 * MB),
            heap_inuse: Some(150 * MB),
            heap_alloc: Some(140 * MB),
            in_use: Some(99 * MB),
            python: Some(150 * MB),
            ..usage()
        };
        let parts = [
            (HeapInUse, 99),
            (Garbage, 41),
            (Spans, 10),
            (IdleHeap, 10),
            (GoRuntime, 40),
            (Python, 150),
            (Rtloader, 1),
            (Rest, 39),
        ];
        check(&python, &parts, Conclusion::Modest);
        assert_eq!(largest(&python), Some(Python));
        // The near miss: no part reaches what is large.
        let small = Usage {
            rss: Some(99 * MB),
            sys: Some(95 * MB),
            ..Usage::default()
        };
        check(&small, &[(GoRuntime, 95), (Rest, 4)], Conclusion::Modest);
        assert_eq!(largest(&small), None);
    }

    #[test]
    fn python_reports_more_than_is_resident() {
        let usage = Usage {
            rss: Some(107 * MB),
            sys: Some(105 * MB),
            heap_released: Some(0),
            heap_idle: Some(20 * MB),
            heap_inuse: Some(70 * MB),
            heap_alloc: Some(60 * MB),
            in_use: Some(46 * MB),
            python: Some(32 * MB),
            ..usage()
        };
        let parts = [
            (HeapInUse, 46),
            (Garbage, 14),
            (Spans, 10),
            (IdleHeap, 20),
            (GoRuntime, 15),
            (Python, 32),
            (Rtloader, 1),
        ];
        check(&usage, &parts, Conclusion::Modest);
    }

    #[test]
    fn not_resident_and_unknown() {
        let mut usage = usage();
        usage.rss = Some(250 * MB);
        check(&usage, &PARTS, Conclusion::Retention);
        usage.rss = None;
        check(&usage, &PARTS, Conclusion::Retention);
        assert_eq!(
            account(&Process::Core, &Usage::default(), &Thresholds::builtin()),
            None
        );
    }
}
