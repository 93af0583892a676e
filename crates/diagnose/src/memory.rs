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
use profile::units::{human, human_share, ratio_percent};

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
    /// The process embeds Python: of the Agent's processes, only the core Agent does.
    pub embeds_python: bool,
}

/// One part of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// For example `Heap in use`.
    pub name: &'static str,
    /// What it is.
    pub hint: &'static str,
    /// Bytes, zero or more.
    pub bytes: i64,
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
    /// One paragraph: which part the heap profile explains, and what follows.
    pub words: String,
}

/// Draws up the account. `None` where Go's own share is not known.
pub fn account(process: &Process, usage: &Usage, thresholds: &Thresholds) -> Option<Account> {
    let sys = usage.sys?;
    let held = sys.saturating_sub(usage.heap_released.unwrap_or(0)).max(0);
    let mut parts = Vec::new();
    let mut part = |name, hint, bytes: i64| {
        if bytes > 0 {
            parts.push(Part { name, hint, bytes });
        }
        bytes.max(0)
    };
    let mut go = 0_i64;
    if let (Some(alloc), Some(inuse)) = (usage.heap_alloc, usage.heap_inuse) {
        // The profile is an estimate and older than the statistics: it may be the larger one.
        let in_use = usage.in_use.map(|in_use| in_use.clamp(0, alloc.max(0)));
        go = match in_use {
            Some(in_use) => part(
                "Heap in use",
                "live objects: what the heap profile shows",
                in_use,
            )
            .saturating_add(part(
                "Garbage",
                "not collected yet, or newer than the last collection",
                alloc.saturating_sub(in_use),
            )),
            None => part(
                "Heap objects",
                "live objects and garbage not collected yet",
                alloc,
            ),
        };
        let spans = inuse.saturating_sub(alloc);
        go = go.saturating_add(part("Spans", "free room inside of spans in use", spans));
    }
    if let (Some(idle), Some(released)) = (usage.heap_idle, usage.heap_released) {
        go = go.saturating_add(part(
            "Idle heap",
            "free, still held by the process",
            idle.saturating_sub(released),
        ));
    }
    go = go.saturating_add(part(
        "Go runtime",
        "goroutine stacks, tables of the runtime and the collector",
        held.saturating_sub(go),
    ));
    let python = part(
        "Python",
        "objects of Python's allocator (pymem)",
        usage.python.unwrap_or(0),
    );
    let rtloader = part(
        "rtloader",
        "C memory between Go and Python",
        usage.rtloader.unwrap_or(0),
    );
    let known = go.saturating_add(python).saturating_add(rtloader);
    if let Some(rss) = usage.rss {
        part(
            "Rest",
            "C libraries, mapped files and binaries",
            rss.saturating_sub(known),
        );
    }
    let total = parts
        .iter()
        .fold(0_i64, |sum, part| sum.saturating_add(part.bytes));
    let mut account = Account {
        process: process.clone(),
        rss: usage.rss,
        held,
        total,
        excess: usage.rss.map_or(0, |rss| total.saturating_sub(rss).max(0)),
        parts,
        conclusion: conclude(held, usage, thresholds),
        words: String::new(),
    };
    account.words = words(&account, usage, thresholds.memory.large_bytes);
    Some(account)
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

fn words(account: &Account, usage: &Usage, large_bytes: i64) -> String {
    let held = account.held;
    let mut text = match account.rss {
        Some(rss) => format!(
            "Of the {} that {} has resident, the Go runtime holds {} ({}; Sys minus HeapReleased)",
            human(rss, "bytes"),
            account.process,
            human(held, "bytes"),
            human_share(held, rss)
        ),
        None => format!(
            "The Go runtime of {} holds {} (Sys minus HeapReleased); its resident memory is not in the flare",
            account.process,
            human(held, "bytes")
        ),
    };
    if let Some(in_use) = usage.in_use {
        text.push_str(&format!(
            ", and the heap profile explains {} of that ({})",
            human(in_use, "bytes"),
            human_share(in_use, held)
        ));
    }
    text.push('.');
    if let Some(rss) = account.rss {
        let outside = rss.saturating_sub(held);
        if outside > 0 {
            text.push_str(&format!(
                " {} ({}) are outside of Go",
                human(outside, "bytes"),
                human_share(outside, rss)
            ));
            match usage.python.filter(|&python| python > 0) {
                Some(python) if python <= outside => {
                    text.push_str(&format!(", {} of them Python's.", human(python, "bytes")))
                }
                Some(python) => text.push_str(&format!(
                    ". Python's allocator reports {}, more than fits there: Go also counts pages that are \
                     not resident, and the files are some seconds apart.",
                    human(python, "bytes")
                )),
                None => text.push('.'),
            }
        } else {
            text.push_str(
                " Go's own memory accounts for all of it; some of what it holds is not resident.",
            );
        }
    }
    text.push(' ');
    text.push_str(&match account.conclusion {
        Conclusion::OutsideGo if usage.embeds_python => {
            "Most of the memory is outside of Go, so growth there can't be seen in a Go profile: look at \
             Python checks (check <name> -m, tracemalloc_debug: true) and at C libraries."
                .to_owned()
        }
        Conclusion::OutsideGo => {
            "Most of the memory is outside of Go, so growth there can't be seen in a Go profile. This \
             process embeds no Python: look at C libraries, eBPF maps and mapped files."
                .to_owned()
        }
        Conclusion::Garbage => {
            "Go holds much more than is in use: that is garbage and fragmentation, not retention. Look at \
             the allocation rate, GOGC and GOMEMLIMIT."
                .to_owned()
        }
        Conclusion::Retention => {
            "The heap in use is large by itself: real retention, which the heap profile explains.".to_owned()
        }
        Conclusion::Modest => modest(account, usage, large_bytes),
    });
    text
}

/// Nothing decides: either nothing is large, or the flare does not tell what the large part is.
fn modest(account: &Account, usage: &Usage, large_bytes: i64) -> String {
    let largest = account
        .parts
        .iter()
        .rev()
        .max_by_key(|part| part.bytes)
        .filter(|part| part.bytes >= large_bytes);
    match largest {
        None => format!(
            "None of the parts is large: each is under {}.",
            human(large_bytes, "bytes")
        ),
        Some(part) => {
            let name = match part.name {
                "Rest" => "what neither Go nor Python counts".to_owned(),
                "Go runtime" => "the Go runtime's own memory".to_owned(),
                "Python" => "Python".to_owned(),
                name => name.to_lowercase(),
            };
            let unknown = match usage.in_use {
                None => " What holds memory in Go can't be told without a heap profile.",
                Some(_) => "",
            };
            format!(
                "The largest part is {name} with {} ({}).{unknown}",
                human(part.bytes, "bytes"),
                part.hint
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    const MB: i64 = 1 << 20;

    fn check(usage: &Usage, expected: &Expect) {
        let account = account(&Process::Core, usage, &Thresholds::builtin()).unwrap();
        let sum: i64 = account.parts.iter().map(|part| part.bytes).sum();
        assert_eq!(sum, account.total);
        let parts: Vec<String> = account
            .parts
            .iter()
            .map(|part| format!("{} {}", part.name, human(part.bytes, "bytes")))
            .collect();
        expected.assert_eq(&format!(
            "{}\n{}\n{}\n",
            parts.join(", "),
            account.conclusion.as_str(),
            account.words
        ));
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
            embeds_python: true,
        }
    }

    #[test]
    fn retention() {
        check(
            &usage(),
            &expect![[r#"
                Heap in use 200 MB, Garbage 40.0 MB, Spans 10.0 MB, Idle heap 30.0 MB, Go runtime 20.0 MB, Python 40.0 MB, rtloader 1.00 MB, Rest 59.0 MB
                retention
                Of the 400 MB that core has resident, the Go runtime holds 300 MB (75.0 %; Sys minus HeapReleased), and the heap profile explains 200 MB of that (66.7 %). 100 MB (25.0 %) are outside of Go, 40.0 MB of them Python's. The heap in use is large by itself: real retention, which the heap profile explains.
            "#]],
        );
    }

    #[test]
    fn outside_of_go() {
        let mut usage = usage();
        usage.rss = Some(900 * MB);
        check(
            &usage,
            &expect![[r#"
            Heap in use 200 MB, Garbage 40.0 MB, Spans 10.0 MB, Idle heap 30.0 MB, Go runtime 20.0 MB, Python 40.0 MB, rtloader 1.00 MB, Rest 559 MB
            outside-go
            Of the 900 MB that core has resident, the Go runtime holds 300 MB (33.3 %; Sys minus HeapReleased), and the heap profile explains 200 MB of that (66.7 %). 600 MB (66.7 %) are outside of Go, 40.0 MB of them Python's. Most of the memory is outside of Go, so growth there can't be seen in a Go profile: look at Python checks (check <name> -m, tracemalloc_debug: true) and at C libraries.
        "#]],
        );
        usage.embeds_python = false;
        usage.python = None;
        usage.rtloader = None;
        check(
            &usage,
            &expect![[r#"
            Heap in use 200 MB, Garbage 40.0 MB, Spans 10.0 MB, Idle heap 30.0 MB, Go runtime 20.0 MB, Rest 600 MB
            outside-go
            Of the 900 MB that core has resident, the Go runtime holds 300 MB (33.3 %; Sys minus HeapReleased), and the heap profile explains 200 MB of that (66.7 %). 600 MB (66.7 %) are outside of Go. Most of the memory is outside of Go, so growth there can't be seen in a Go profile. This process embeds no Python: look at C libraries, eBPF maps and mapped files.
        "#]],
        );
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
        check(
            &usage,
            &expect![[r#"
            Heap in use 60.0 MB, Garbage 180 MB, Spans 10.0 MB, Idle heap 30.0 MB, Go runtime 20.0 MB, Python 40.0 MB, rtloader 1.00 MB, Rest 59.0 MB
            garbage
            Of the 400 MB that core has resident, the Go runtime holds 300 MB (75.0 %; Sys minus HeapReleased), and the heap profile explains 60.0 MB of that (20.0 %). 100 MB (25.0 %) are outside of Go, 40.0 MB of them Python's. Go holds much more than is in use: that is garbage and fragmentation, not retention. Look at the allocation rate, GOGC and GOMEMLIMIT.
        "#]],
        );
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
        check(
            &small,
            &expect![[r#"
                Go runtime 55.0 MB, Rest 35.0 MB
                modest
                Of the 90.0 MB that core has resident, the Go runtime holds 55.0 MB (61.1 %; Sys minus HeapReleased), and the heap profile explains 20.0 MB of that (36.4 %). 35.0 MB (38.9 %) are outside of Go. None of the parts is large: each is under 100 MB.
            "#]],
        );
    }

    #[test]
    fn a_large_part_that_decides_nothing_is_named() {
        // Without a heap profile nobody knows what the heap holds.
        let unprofiled = Usage {
            in_use: None,
            ..usage()
        };
        check(
            &unprofiled,
            &expect![[r#"
            Heap objects 240 MB, Spans 10.0 MB, Idle heap 30.0 MB, Go runtime 20.0 MB, Python 40.0 MB, rtloader 1.00 MB, Rest 59.0 MB
            modest
            Of the 400 MB that core has resident, the Go runtime holds 300 MB (75.0 %; Sys minus HeapReleased). 100 MB (25.0 %) are outside of Go, 40.0 MB of them Python's. The largest part is heap objects with 240 MB (live objects and garbage not collected yet). What holds memory in Go can't be told without a heap profile.
        "#]],
        );
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
        check(
            &python,
            &expect![[r#"
            Heap in use 99.0 MB, Garbage 41.0 MB, Spans 10.0 MB, Idle heap 10.0 MB, Go runtime 40.0 MB, Python 150 MB, rtloader 1.00 MB, Rest 39.0 MB
            modest
            Of the 390 MB that core has resident, the Go runtime holds 200 MB (51.3 %; Sys minus HeapReleased), and the heap profile explains 99.0 MB of that (49.5 %). 190 MB (48.7 %) are outside of Go, 150 MB of them Python's. The largest part is Python with 150 MB (objects of Python's allocator (pymem)).
        "#]],
        );
        // The near miss: no part reaches what is large.
        let small = Usage {
            rss: Some(99 * MB),
            sys: Some(95 * MB),
            ..Usage::default()
        };
        check(
            &small,
            &expect![[r#"
            Go runtime 95.0 MB, Rest 4.00 MB
            modest
            Of the 99.0 MB that core has resident, the Go runtime holds 95.0 MB (96.0 %; Sys minus HeapReleased). 4.00 MB (4.0 %) are outside of Go. None of the parts is large: each is under 100 MB.
        "#]],
        );
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
        check(
            &usage,
            &expect![[r#"
            Heap in use 46.0 MB, Garbage 14.0 MB, Spans 10.0 MB, Idle heap 20.0 MB, Go runtime 15.0 MB, Python 32.0 MB, rtloader 1.00 MB
            modest
            Of the 107 MB that core has resident, the Go runtime holds 105 MB (98.1 %; Sys minus HeapReleased), and the heap profile explains 46.0 MB of that (43.8 %). 2.00 MB (1.9 %) are outside of Go. Python's allocator reports 32.0 MB, more than fits there: Go also counts pages that are not resident, and the files are some seconds apart. None of the parts is large: each is under 100 MB.
        "#]],
        );
    }

    #[test]
    fn not_resident_and_unknown() {
        let mut usage = usage();
        usage.rss = Some(250 * MB);
        check(
            &usage,
            &expect![[r#"
                Heap in use 200 MB, Garbage 40.0 MB, Spans 10.0 MB, Idle heap 30.0 MB, Go runtime 20.0 MB, Python 40.0 MB, rtloader 1.00 MB
                retention
                Of the 250 MB that core has resident, the Go runtime holds 300 MB (120 %; Sys minus HeapReleased), and the heap profile explains 200 MB of that (66.7 %). Go's own memory accounts for all of it; some of what it holds is not resident. The heap in use is large by itself: real retention, which the heap profile explains.
            "#]],
        );
        usage.rss = None;
        check(
            &usage,
            &expect![[r#"
                Heap in use 200 MB, Garbage 40.0 MB, Spans 10.0 MB, Idle heap 30.0 MB, Go runtime 20.0 MB, Python 40.0 MB, rtloader 1.00 MB
                retention
                The Go runtime of core holds 300 MB (Sys minus HeapReleased); its resident memory is not in the flare, and the heap profile explains 200 MB of that (66.7 %). The heap in use is large by itself: real retention, which the heap profile explains.
            "#]],
        );
        assert_eq!(
            account(&Process::Core, &Usage::default(), &Thresholds::builtin()),
            None
        );
    }
}
