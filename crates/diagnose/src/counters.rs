//! What a process counts of itself since its start: what no profile shows, and what is usual.
//!
//! The numbers are those of `telemetry.log`; nothing is assumed in their place.

use super::share::Share;
use super::thresholds::Thresholds;

/// Counters of the process that writes the flare. What the flare lacks is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    /// Since the process started, seconds.
    pub uptime_s: Option<f64>,
    /// Waiting for locks of Go since then, of all goroutines together, seconds.
    pub lock_waits_s: Option<f64>,
    /// CPU time of the collector, seconds.
    pub collector_cpu_s: Option<f64>,
    /// CPU time that Go could use and did, seconds.
    pub busy_cpu_s: Option<f64>,
    /// CPU time of the process, seconds.
    pub process_cpu_s: Option<f64>,
    /// Last collection in which the runtime had to hold the collector back; 0 for never.
    pub gc_limiter_cycle: Option<i64>,
    /// `GOMEMLIMIT` in bytes.
    pub memory_limit: Option<i64>,
    /// What Go holds of the system's memory, bytes.
    pub go_held: Option<i64>,
    /// Live heap after the last collection, bytes.
    pub heap_live: Option<i64>,
    /// Mean wait of a ready goroutine for a CPU, seconds.
    pub scheduler_latency_s: Option<f64>,
    /// How busy each check worker is, 0 to 1.
    pub workers: Vec<(String, f64)>,
    /// Metric contexts of checks.
    pub check_contexts: Option<i64>,
    /// Sets of tags that are kept.
    pub tag_sets: Option<i64>,
    /// Failures to send, by endpoint, the most first.
    pub send_errors: Vec<(String, i64)>,
    /// Payloads that wait to be sent again.
    pub retry_queue: Option<i64>,
    /// Time of the last run by check, milliseconds, the longest first.
    pub check_times: Vec<(String, f64)>,
    /// Objects of Python, bytes.
    pub python: Option<i64>,
    /// Resident memory, bytes.
    pub resident: Option<i64>,
    /// Open descriptors.
    pub open_descriptors: Option<i64>,
    /// And how many there may be.
    pub max_descriptors: Option<i64>,
    /// Threads of the operating system.
    pub threads: Option<i64>,
}

impl Counters {
    /// Goroutines that waited for a lock, on average since the start.
    pub fn lock_waiters(&self) -> Option<f64> {
        let uptime = self.uptime_s.filter(|&uptime| uptime > 0.0)?;
        Some(self.lock_waits_s? / uptime)
    }

    /// The collector's part of the CPU time that Go used since the start.
    pub fn collector_share(&self) -> Option<Share> {
        let busy = self.busy_cpu_s.filter(|&busy| busy > 0.0)?;
        Some(Share::new(self.collector_cpu_s? / busy))
    }

    /// Cores in use on average since the start.
    pub fn cores(&self) -> Option<f64> {
        let uptime = self.uptime_s.filter(|&uptime| uptime > 0.0)?;
        Some(self.process_cpu_s? / uptime)
    }

    /// Resident memory outside of Go, bytes.
    pub fn outside_go(&self) -> Option<i64> {
        Some(self.resident?.saturating_sub(self.go_held?).max(0))
    }
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counter {
    /// Seconds of waiting for locks, of the uptime.
    LockWaits,
    /// The collector's part of the CPU time.
    CollectorShare,
    /// The collection in which the runtime held the collector back.
    GcLimiter,
    /// Cores in use since the start, beside those of the CPU profile.
    Cores,
    /// Live heap in bytes, of `GOMEMLIMIT`.
    HeapLive,
    /// What Go holds in bytes, of the resident memory.
    GoHeld,
    /// Python's objects in bytes, of what is outside of Go.
    Python,
    /// Seconds of waiting for a CPU.
    SchedulerLatency,
    /// The busiest check worker, 0 to 1.
    Worker,
    /// Milliseconds of the check that takes longest.
    CheckTime,
    /// Metric contexts of checks.
    CheckContexts,
    /// Sets of tags.
    TagSets,
    /// Failures to send.
    SendErrors,
    /// Payloads that wait to be sent again.
    RetryQueue,
    /// Open descriptors, of their limit.
    Descriptors,
    /// Threads.
    Threads,
}

impl Counter {
    /// The metric of `telemetry.log` that it is read from.
    pub const fn metric(self) -> &'static str {
        match self {
            Self::LockWaits => "go_sync_mutex_wait_total_seconds_total",
            Self::CollectorShare => "go_cpu_classes_gc_total_cpu_seconds_total",
            Self::GcLimiter => "go_gc_limiter_last_enabled_gc_cycle",
            Self::Cores => "process_cpu_seconds_total",
            Self::HeapLive => "go_gc_heap_live_bytes",
            Self::GoHeld => "go_memory_classes_total_bytes",
            Self::Python => "pymem__inuse",
            Self::SchedulerLatency => "go_sched_latencies_seconds",
            Self::Worker => "collector__worker_utilization",
            Self::CheckTime => "checks__execution_time",
            Self::CheckContexts => "check_metrics__active_metrics",
            Self::TagSets => "aggregator_tags_store__entries",
            Self::SendErrors => "transactions__errors",
            Self::RetryQueue => "transactions__retry_queue_size",
            Self::Descriptors => "process_open_fds",
            Self::Threads => "go_threads",
        }
    }
}

/// One counter with what it is held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Which.
    pub counter: Counter,
    /// Its value, in what [`Counter`] says.
    pub value: f64,
    /// What it is a part of, where that is known.
    pub of: Option<f64>,
    /// The worker, check or endpoint that it is about; empty where it is about the whole process.
    pub whose: String,
    /// It is over what is usual.
    pub remarkable: bool,
}

/// The figures of a process, in the order in which they are read. `profiled`: cores in use by its
/// CPU profile.
pub fn figures(counters: &Counters, profiled: Option<f64>, thresholds: &Thresholds) -> Vec<Figure> {
    let limits = &thresholds.notable;
    let mut figures = Vec::new();
    let mut push = |counter, value: Option<f64>, of: Option<f64>, whose: &str, remarkable: bool| {
        figures.extend(value.map(|value| Figure {
            counter,
            value,
            of,
            whose: whose.to_owned(),
            remarkable,
        }));
    };
    let amount = |value: Option<i64>| value.map(|value| value as f64);
    let over_part = |value: Option<i64>, of: Option<i64>, percent: f64| {
        value
            .zip(of.filter(|&of| of > 0))
            .is_some_and(|(value, of)| Share::of(value, of).percent() > percent)
    };

    push(
        Counter::LockWaits,
        counters.lock_waits_s,
        counters.uptime_s,
        "",
        counters
            .lock_waits_s
            .is_some_and(|waits| waits > limits.waiting_s)
            && counters
                .lock_waiters()
                .is_some_and(|waiters| waiters >= limits.goroutines_waiting),
    );
    push(
        Counter::Cores,
        counters.cores(),
        profiled,
        "",
        counters
            .cores()
            .is_some_and(|cores| cores >= limits.busy_cores),
    );
    push(
        Counter::CollectorShare,
        counters.collector_share().map(Share::fraction),
        None,
        "",
        collector_is_busy(counters, thresholds),
    );
    push(
        Counter::GcLimiter,
        amount(counters.gc_limiter_cycle),
        None,
        "",
        counters.gc_limiter_cycle.is_some_and(|cycle| cycle > 0),
    );
    push(
        Counter::HeapLive,
        amount(counters.heap_live),
        amount(counters.memory_limit),
        "",
        counters
            .heap_live
            .is_some_and(|live| live > limits.heap_bytes)
            || over_part(
                counters.heap_live,
                counters.memory_limit,
                limits.heap_limit_percent,
            ),
    );
    push(
        Counter::GoHeld,
        amount(counters.go_held),
        amount(counters.resident),
        "",
        counters
            .outside_go()
            .is_some_and(|outside| outside > limits.outside_go_bytes)
            && over_part(
                counters.outside_go(),
                counters.resident,
                limits.outside_go_percent,
            ),
    );
    push(
        Counter::Python,
        amount(counters.python),
        amount(counters.outside_go()),
        "",
        counters
            .python
            .is_some_and(|python| python > limits.outside_go_bytes),
    );
    push(
        Counter::SchedulerLatency,
        counters.scheduler_latency_s,
        None,
        "",
        counters
            .scheduler_latency_s
            .is_some_and(|latency| latency > limits.scheduler_latency_s),
    );
    // The last of equals, so that the first is found in the reversed list.
    let busiest = counters.workers.iter().rev();
    if let Some((worker, utilization)) = busiest.max_by(|a, b| a.1.total_cmp(&b.1)) {
        push(
            Counter::Worker,
            Some(*utilization),
            None,
            worker,
            utilization * 100.0 > limits.worker_percent,
        );
    }
    if let Some((check, time)) = counters.check_times.first() {
        push(
            Counter::CheckTime,
            Some(*time),
            None,
            check,
            time / 1000.0 > limits.check_running_s,
        );
    }
    push(
        Counter::CheckContexts,
        amount(counters.check_contexts),
        None,
        "",
        counters
            .check_contexts
            .is_some_and(|contexts| contexts > limits.contexts),
    );
    push(
        Counter::TagSets,
        amount(counters.tag_sets),
        None,
        "",
        counters.tag_sets.is_some_and(|sets| sets > limits.contexts),
    );
    if let Some((endpoint, _)) = counters.send_errors.first() {
        let all: i64 = counters
            .send_errors
            .iter()
            .fold(0, |sum, (_, errors)| sum.saturating_add(*errors));
        push(Counter::SendErrors, Some(all as f64), None, endpoint, false);
    }
    push(
        Counter::RetryQueue,
        amount(counters.retry_queue),
        None,
        "",
        counters.retry_queue.is_some_and(|waiting| waiting > 0),
    );
    push(
        Counter::Descriptors,
        amount(counters.open_descriptors),
        amount(counters.max_descriptors),
        "",
        over_part(
            counters.open_descriptors,
            counters.max_descriptors,
            limits.descriptors_percent,
        ),
    );
    push(
        Counter::Threads,
        amount(counters.threads),
        None,
        "",
        counters.threads.is_some_and(|threads| {
            u64::try_from(threads).is_ok_and(|threads| threads > limits.threads)
        }),
    );
    figures
}

/// The collector takes more of the CPU than is usual, in a process that uses some.
fn collector_is_busy(counters: &Counters, thresholds: &Thresholds) -> bool {
    let limits = &thresholds.notable;
    let share = counters.collector_share();
    share.is_some_and(|share| share.percent() > limits.collector_percent)
        && counters
            .cores()
            .is_some_and(|cores| cores > limits.collector_min_cores)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `r03`: a Python check that keeps memory, 18 minutes after the start.
    fn python_memory() -> Counters {
        Counters {
            uptime_s: Some(1068.0),
            lock_waits_s: Some(0.002_156),
            collector_cpu_s: Some(0.452),
            busy_cpu_s: Some(37.7),
            process_cpu_s: Some(189.83),
            gc_limiter_cycle: Some(0),
            memory_limit: None,
            go_held: Some(36_391_192),
            heap_live: Some(13_123_112),
            scheduler_latency_s: Some(0.000_018),
            workers: vec![
                ("worker_1".to_owned(), 0.0088),
                ("worker_2".to_owned(), 0.04),
            ],
            check_contexts: Some(70),
            python: Some(1_276_443_416),
            resident: Some(1_600_569_344),
            open_descriptors: Some(32),
            max_descriptors: Some(20_000),
            threads: Some(11),
            ..Counters::default()
        }
    }

    fn remarkable(counters: &Counters) -> Vec<Counter> {
        figures(counters, None, &Thresholds::builtin())
            .into_iter()
            .filter(|figure| figure.remarkable)
            .map(|figure| figure.counter)
            .collect()
    }

    #[test]
    fn memory_outside_of_go_is_remarkable_and_nothing_else() {
        let counters = python_memory();
        assert_eq!(counters.outside_go(), Some(1_564_178_152));
        assert_eq!(remarkable(&counters), [Counter::GoHeld, Counter::Python]);
        let worker = figures(&counters, None, &Thresholds::builtin())
            .into_iter()
            .find(|figure| figure.counter == Counter::Worker);
        assert_eq!(worker.unwrap().whose, "worker_2");
    }

    #[test]
    fn a_heap_at_its_limit() {
        let mut counters = Counters {
            uptime_s: Some(120.0),
            collector_cpu_s: Some(52.4),
            busy_cpu_s: Some(75.9),
            process_cpu_s: Some(70.0),
            gc_limiter_cycle: Some(185),
            memory_limit: Some(157_286_400),
            heap_live: Some(138_027_696),
            ..Counters::default()
        };
        assert_eq!(
            remarkable(&counters),
            [
                Counter::Cores,
                Counter::CollectorShare,
                Counter::GcLimiter,
                Counter::HeapLive
            ]
        );
        // The same share in a process that is idle is no matter.
        counters.process_cpu_s = Some(1.0);
        counters.gc_limiter_cycle = Some(0);
        counters.memory_limit = None;
        assert_eq!(remarkable(&counters), []);
    }

    #[test]
    fn waiting_counts_against_the_uptime() {
        let waiting = |waits, uptime| {
            remarkable(&Counters {
                lock_waits_s: Some(waits),
                uptime_s: uptime,
                ..Counters::default()
            })
        };
        assert_eq!(waiting(12.1, Some(120.0)), [Counter::LockWaits]);
        assert_eq!(waiting(11.9, Some(120.0)), []);
        assert_eq!(waiting(0.9, Some(1.0)), []);
        assert_eq!(waiting(500.0, None), []);
    }

    #[test]
    fn what_is_not_counted_is_not_told() {
        assert_eq!(
            figures(&Counters::default(), Some(1.0), &Thresholds::builtin()),
            []
        );
    }
}
