//! Counters in words: what each is, its value, and what is usual.

use diagnose::counters::{Counter, Figure};
use diagnose::share::Share;
use diagnose::thresholds::Thresholds;
use profile::units::{group_thousands, human, human_share};

/// What is counted.
pub(crate) const fn name(counter: Counter) -> &'static str {
    match counter {
        Counter::LockWaits => "Waiting for locks",
        Counter::CollectorShare => "Garbage collector's share of the CPU time",
        Counter::GcLimiter => "Collection in which the collector was held back",
        Counter::Cores => "Cores in use",
        Counter::HeapLive => "Live heap",
        Counter::GoHeld => "Held by the Go runtime",
        Counter::Python => "Python objects",
        Counter::SchedulerLatency => "Mean wait for a CPU",
        Counter::Worker => "Busiest check worker",
        Counter::CheckTime => "Longest last run of a check",
        Counter::CheckContexts => "Metric contexts of checks",
        Counter::TagSets => "Sets of tags",
        Counter::SendErrors => "Failures to send",
        Counter::RetryQueue => "Payloads that wait to be sent again",
        Counter::Descriptors => "Open descriptors",
        Counter::Threads => "Threads",
    }
}

/// The value, with what it is held against.
pub(crate) fn value(figure: &Figure) -> String {
    let value = figure.value;
    let whole = value as i64;
    let seconds = |value: f64| human((value * 1e9) as i64, "nanoseconds");
    let bytes_of = |name: &str| {
        let of = figure.of.map(|of| of as i64).filter(|&of| of > 0);
        of.map_or_else(
            || human(whole, "bytes"),
            |of| {
                format!(
                    "{}, {} of {name} ({})",
                    human(whole, "bytes"),
                    human_share(whole, of),
                    human(of, "bytes")
                )
            },
        )
    };
    let text = match figure.counter {
        Counter::LockWaits => match figure.of.filter(|&uptime| uptime > 0.0) {
            Some(uptime) => format!(
                "{} since the start, {:.4} goroutines on average",
                seconds(value),
                value / uptime
            ),
            None => format!("{} since the start", seconds(value)),
        },
        Counter::CollectorShare | Counter::Worker => Share::new(value).to_string(),
        Counter::GcLimiter => match whole {
            0 => "never".to_owned(),
            cycle => group_thousands(cycle),
        },
        Counter::Cores => match figure.of {
            Some(profiled) => {
                format!("{value:.2} since the start, {profiled:.2} in the CPU profile")
            }
            None => format!("{value:.2} since the start"),
        },
        Counter::HeapLive => bytes_of("GOMEMLIMIT"),
        Counter::GoHeld => bytes_of("resident memory"),
        Counter::Python => bytes_of("what is outside Go"),
        Counter::SchedulerLatency => seconds(value),
        Counter::CheckTime => human((value * 1e6) as i64, "nanoseconds"),
        Counter::Descriptors => match figure.of {
            Some(limit) => format!(
                "{} of {}",
                group_thousands(whole),
                group_thousands(limit as i64)
            ),
            None => group_thousands(whole),
        },
        Counter::CheckContexts
        | Counter::TagSets
        | Counter::SendErrors
        | Counter::RetryQueue
        | Counter::Threads => group_thousands(whole),
    };
    match figure.whose.as_str() {
        "" => text,
        whose => format!("{text} ({whose})"),
    }
}

/// What a healthy Agent shows.
pub(crate) fn usual(counter: Counter, thresholds: &Thresholds) -> String {
    let limits = &thresholds.notable;
    match counter {
        Counter::LockWaits => format!("under {} goroutines on average", limits.goroutines_waiting),
        Counter::CollectorShare => format!("under {}%", limits.collector_percent),
        Counter::GcLimiter => "never".to_owned(),
        Counter::Cores => format!("under {}", limits.busy_cores),
        Counter::HeapLive => format!(
            "under {}, and under {}% of GOMEMLIMIT",
            human(limits.heap_bytes, "bytes"),
            limits.heap_limit_percent
        ),
        Counter::GoHeld => format!(
            "over {}% of resident memory, or under {} outside of it",
            100.0 - limits.outside_go_percent,
            human(limits.outside_go_bytes, "bytes")
        ),
        Counter::Python => format!("under {}", human(limits.outside_go_bytes, "bytes")),
        Counter::SchedulerLatency => format!("under {} ms", limits.scheduler_latency_s * 1000.0),
        Counter::Worker => format!("under {}%", limits.worker_percent),
        Counter::CheckTime => format!("under {} s", limits.check_running_s),
        Counter::CheckContexts | Counter::TagSets => {
            format!("under {}", group_thousands(limits.contexts))
        }
        Counter::SendErrors => "a few, when the network fails".to_owned(),
        Counter::RetryQueue => "0".to_owned(),
        Counter::Descriptors => format!("under {}% of the limit", limits.descriptors_percent),
        Counter::Threads => format!("under {}", limits.threads),
    }
}
