//! The memory account in words.

use super::processes;
use diagnose::memory::{Account, Conclusion, Part, PartKind};
use diagnose::thresholds::Thresholds;
use diagnose::verdict::LimitSource;
use profile::units::{human, human_share};

/// A part's name, for example `Heap in use`.
pub(crate) const fn name(part: PartKind) -> &'static str {
    match part {
        PartKind::HeapInUse => "Heap in use",
        PartKind::Garbage => "Garbage",
        PartKind::HeapObjects => "Heap objects",
        PartKind::Spans => "Spans",
        PartKind::IdleHeap => "Idle heap",
        PartKind::GoRuntime => "Go runtime",
        PartKind::Python => "Python",
        PartKind::Rtloader => "rtloader",
        PartKind::Rest => "Rest",
    }
}

/// What a part is.
pub(crate) const fn hint(part: PartKind) -> &'static str {
    match part {
        PartKind::HeapInUse => "live objects: what the heap profile shows",
        PartKind::Garbage => "not collected yet, or newer than the last collection",
        PartKind::HeapObjects => "live objects and garbage not collected yet",
        PartKind::Spans => "free room inside of spans in use",
        PartKind::IdleHeap => "free, still held by the process",
        PartKind::GoRuntime => "goroutine stacks, tables of the runtime and the collector",
        PartKind::Python => "objects of Python's allocator (pymem)",
        PartKind::Rtloader => "C memory between Go and Python",
        PartKind::Rest => "C libraries, mapped files and binaries",
    }
}

/// Where a limit of the Agent's container stands.
pub(crate) fn limit_source(source: &LimitSource) -> String {
    match source {
        LimitSource::Kubelet(Some(container)) => {
            format!("k8s/kubelet_pods.yaml, container {container}")
        }
        LimitSource::Kubelet(None) => "k8s/kubelet_pods.yaml".to_owned(),
        LimitSource::Docker => "docker_inspect.log".to_owned(),
        LimitSource::Ecs => "ecs_metadata.json".to_owned(),
        LimitSource::EcsTask => "ecs_metadata.json, the whole task".to_owned(),
        LimitSource::Kernel => "dmesg.log, the control group of the last kill".to_owned(),
    }
}

/// One paragraph: which part the heap profile explains, and what follows.
pub(crate) fn account(account: &Account, thresholds: &Thresholds) -> String {
    let held = account.held;
    let usage = &account.usage;
    let mut text = match account.rss {
        Some(rss) => format!(
            "Of the {} that {} has resident, the Go runtime holds {} ({}; Sys minus HeapReleased)",
            human(rss, "bytes"),
            processes::full(&account.process),
            human(held, "bytes"),
            human_share(held, rss)
        ),
        None => format!(
            "The Go runtime of {} holds {} (Sys minus HeapReleased); its resident memory is not in the flare",
            processes::full(&account.process),
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
        Conclusion::OutsideGo if account.process.embeds_python() => {
            "Most of the memory is outside of Go, so growth there can't be seen in a Go profile: look at \
             Python checks (check <name> -m -t 20) and at C libraries."
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
        Conclusion::Modest => modest(account, thresholds.memory.large_bytes),
    });
    text
}

/// Nothing decides: either nothing is large, or the flare does not tell what the large part is.
fn modest(account: &Account, large_bytes: i64) -> String {
    let Some(Part { kind, bytes }) = account.largest(large_bytes) else {
        return format!(
            "None of the parts is large: each is under {}.",
            human(large_bytes, "bytes")
        );
    };
    let name = match kind {
        PartKind::Rest => "what neither Go nor Python counts".to_owned(),
        PartKind::GoRuntime => "the Go runtime's own memory".to_owned(),
        PartKind::Python => "Python".to_owned(),
        kind => name(*kind).to_lowercase(),
    };
    let unknown = match account.usage.in_use {
        None => " What holds memory in Go can't be told without a heap profile.",
        Some(_) => "",
    };
    format!(
        "The largest part is {name} with {} ({}).{unknown}",
        human(*bytes, "bytes"),
        hint(*kind)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnose::memory::Usage;
    use diagnose::memory::account as draw;
    use expect_test::{Expect, expect};
    use flare::Process;

    const MB: i64 = 1 << 20;

    fn told(process: &Process, usage: &Usage) -> String {
        let thresholds = Thresholds::builtin();
        let account = draw(process, usage, &thresholds).unwrap();
        let parts: Vec<String> = account
            .parts
            .iter()
            .map(|part| format!("{} {}", name(part.kind), human(part.bytes, "bytes")))
            .collect();
        format!(
            "{}\n{}\n{}\n",
            parts.join(", "),
            account.conclusion.as_str(),
            super::account(&account, &thresholds)
        )
    }

    fn check(usage: &Usage, expected: &Expect) {
        expected.assert_eq(&told(&Process::Core, usage));
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

    #[test]
    fn retention() {
        check(
            &usage(),
            &expect![[r#"
                Heap in use 200 MB, Garbage 40.0 MB, Spans 10.0 MB, Idle heap 30.0 MB, Go runtime 20.0 MB, Python 40.0 MB, rtloader 1.00 MB, Rest 59.0 MB
                retention
                Of the 400 MB that the core Agent has resident, the Go runtime holds 300 MB (75.0%; Sys minus HeapReleased), and the heap profile explains 200 MB of that (66.7%). 100 MB (25.0%) are outside of Go, 40.0 MB of them Python's. The heap in use is large by itself: real retention, which the heap profile explains.
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
                Of the 900 MB that the core Agent has resident, the Go runtime holds 300 MB (33.3%; Sys minus HeapReleased), and the heap profile explains 200 MB of that (66.7%). 600 MB (66.7%) are outside of Go, 40.0 MB of them Python's. Most of the memory is outside of Go, so growth there can't be seen in a Go profile: look at Python checks (check <name> -m -t 20) and at C libraries.
            "#]],
        );
        usage.python = None;
        usage.rtloader = None;
        // No other process embeds Python, whatever it is called.
        let other = Process::Other("core".to_owned());
        expect![[r#"
            Heap in use 200 MB, Garbage 40.0 MB, Spans 10.0 MB, Idle heap 30.0 MB, Go runtime 20.0 MB, Rest 600 MB
            outside-go
            Of the 900 MB that core has resident, the Go runtime holds 300 MB (33.3%; Sys minus HeapReleased), and the heap profile explains 200 MB of that (66.7%). 600 MB (66.7%) are outside of Go. Most of the memory is outside of Go, so growth there can't be seen in a Go profile. This process embeds no Python: look at C libraries, eBPF maps and mapped files.
        "#]]
        .assert_eq(&told(&other, &usage));
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
                Of the 400 MB that the core Agent has resident, the Go runtime holds 300 MB (75.0%; Sys minus HeapReleased), and the heap profile explains 60.0 MB of that (20.0%). 100 MB (25.0%) are outside of Go, 40.0 MB of them Python's. Go holds much more than is in use: that is garbage and fragmentation, not retention. Look at the allocation rate, GOGC and GOMEMLIMIT.
            "#]],
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
                Of the 90.0 MB that the core Agent has resident, the Go runtime holds 55.0 MB (61.1%; Sys minus HeapReleased), and the heap profile explains 20.0 MB of that (36.4%). 35.0 MB (38.9%) are outside of Go. None of the parts is large: each is under 100 MB.
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
                Of the 400 MB that the core Agent has resident, the Go runtime holds 300 MB (75.0%; Sys minus HeapReleased). 100 MB (25.0%) are outside of Go, 40.0 MB of them Python's. The largest part is heap objects with 240 MB (live objects and garbage not collected yet). What holds memory in Go can't be told without a heap profile.
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
                Of the 390 MB that the core Agent has resident, the Go runtime holds 200 MB (51.3%; Sys minus HeapReleased), and the heap profile explains 99.0 MB of that (49.5%). 190 MB (48.7%) are outside of Go, 150 MB of them Python's. The largest part is Python with 150 MB (objects of Python's allocator (pymem)).
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
                Of the 99.0 MB that the core Agent has resident, the Go runtime holds 95.0 MB (96.0%; Sys minus HeapReleased). 4.00 MB (4.0%) are outside of Go. None of the parts is large: each is under 100 MB.
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
                Of the 107 MB that the core Agent has resident, the Go runtime holds 105 MB (98.1%; Sys minus HeapReleased), and the heap profile explains 46.0 MB of that (43.8%). 2.00 MB (1.9%) are outside of Go. Python's allocator reports 32.0 MB, more than fits there: Go also counts pages that are not resident, and the files are some seconds apart. None of the parts is large: each is under 100 MB.
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
                Of the 250 MB that the core Agent has resident, the Go runtime holds 300 MB (120%; Sys minus HeapReleased), and the heap profile explains 200 MB of that (66.7%). Go's own memory accounts for all of it; some of what it holds is not resident. The heap in use is large by itself: real retention, which the heap profile explains.
            "#]],
        );
        usage.rss = None;
        check(
            &usage,
            &expect![[r#"
                Heap in use 200 MB, Garbage 40.0 MB, Spans 10.0 MB, Idle heap 30.0 MB, Go runtime 20.0 MB, Python 40.0 MB, rtloader 1.00 MB
                retention
                The Go runtime of the core Agent holds 300 MB (Sys minus HeapReleased); its resident memory is not in the flare, and the heap profile explains 200 MB of that (66.7%). The heap in use is large by itself: real retention, which the heap profile explains.
            "#]],
        );
    }
}
