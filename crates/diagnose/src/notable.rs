//! What has to be looked at although it crosses no threshold of a verdict.
//!
//! With one of these a flare is never closed as healthy. Each thing stands for what the table of the
//! rules names, with the numbers it was seen by; their limits are `[notable]` of the thresholds.

use super::evidence::{ContainerEnd, Contexts, Delivery, Evidence};
use super::owner::Routing;
use super::share::Share;
use super::thresholds::Thresholds;
use super::verdict::{GoroutineSum, LimitSource, OomVictim};
use flare::Process;

/// One thing to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Notable {
    /// The process, where it is about one.
    pub process: Option<Process>,
    /// What it is.
    pub thing: Thing,
    /// Who holds it, where a profile or a stack shows that.
    pub holder: Option<Holder>,
}

/// Who is behind a thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// The owner's name.
    pub owner: String,
    /// What all frames of that owner are responsible for.
    pub share: Share,
    /// Finer than the owner, or empty.
    pub component: String,
    /// Who to ask, or empty.
    pub team: String,
    /// The responsible frame with the most.
    pub frame: String,
    /// What it is responsible for.
    pub frame_share: Share,
    /// Where it goes, by the process that the frame runs in.
    pub routing: Routing,
}

/// What is to be looked at. In the order of how much it explains: the first one is the headline.
#[derive(Clone, Debug, PartialEq)]
pub enum Thing {
    /// The kernel killed processes of the Agent for lack of memory.
    KernelKills {
        /// What was killed and how often, the most first.
        victims: Vec<(String, usize)>,
        /// Limit of the control group that was reached last, bytes.
        limit: Option<i64>,
        /// Resident memory of the last one, bytes.
        resident: Option<i64>,
    },
    /// A container of the Agent's pod was ended or restarted.
    ContainerEnded {
        /// What is known of it.
        end: ContainerEnd,
        /// Seconds before the flare.
        ago_s: Option<f64>,
    },
    /// A process that should run does not.
    NotRunning {
        /// What the flare says.
        said: String,
        /// In which file.
        file: &'static str,
        /// Its log just ends, so many seconds before the flare: it stopped itself at its memory limit,
        /// or was killed.
        log_ends_s: Option<f64>,
    },
    /// A process started again without having shut down, so often in its current log.
    SilentEnds(u64),
    /// Check workers are taken.
    Workers {
        /// How many there are.
        workers: Option<u64>,
        /// Checks that were running, and for how many seconds, the longest first.
        running: Vec<(String, Option<f64>)>,
        /// How busy the busiest worker is.
        busiest: Option<Share>,
        /// None of them is free.
        all_taken: bool,
    },
    /// Goroutines wait for a lock.
    LockWaits {
        /// So many.
        goroutines: u64,
        /// Where the most of them wait, and how many do there.
        site: Option<(String, u64)>,
        /// The longest wait, minutes.
        longest_minutes: u64,
    },
    /// Waiting for locks since the start, by counter, without stacks.
    LockCounter {
        /// Seconds in all.
        waits_s: f64,
        /// Goroutines on average.
        waiters: f64,
    },
    /// Components don't answer.
    Unhealthy(Vec<String>),
    /// Most of the memory is outside of Go.
    OutsideGo {
        /// Resident memory.
        resident: i64,
        /// Outside of Go.
        outside: i64,
        /// What Go holds.
        go: i64,
        /// Of it in Python's objects.
        python: Option<i64>,
        /// In use in the heap.
        heap: Option<i64>,
        /// Python checks and how many instances each has.
        python_checks: Vec<(String, usize)>,
    },
    /// A large heap.
    LargeHeap {
        /// Bytes in use.
        bytes: i64,
        /// `GOMEMLIMIT`, where it fills much of it.
        go_limit: Option<i64>,
        /// The container's limit, where it fills much of it.
        container_limit: Option<i64>,
        /// The runtime had to hold the collector back, last in that collection.
        limiter_cycle: Option<i64>,
        /// Growth a minute that its pair of snapshots would not have shown, bytes.
        hidden_per_minute: Option<f64>,
    },
    /// Resident memory is near the container's limit.
    NearLimit {
        /// Resident memory.
        resident: i64,
        /// The limit.
        limit: i64,
        /// Where it stands.
        source: LimitSource,
    },
    /// The collector takes much of the CPU.
    Collector {
        /// Of the profile's CPU time.
        share: Option<Share>,
        /// Of the CPU time since the start.
        since_start: Option<Share>,
        /// Cores in use by the process.
        cores: Option<f64>,
        /// Live heap.
        heap_live: Option<i64>,
        /// `GOMEMLIMIT`
        go_limit: Option<i64>,
        /// Who allocates the most in the window, with bytes.
        allocator: Option<(String, i64)>,
        /// The runtime had to hold the collector back, last in that collection.
        limiter_cycle: Option<i64>,
    },
    /// Goroutines wait to hand something over.
    BackPressure {
        /// Nanoseconds in all.
        delay_ns: i64,
        /// Goroutines waiting on average.
        waiting: f64,
        /// Responsible frames that wait, with their delay, the most first.
        senders: Vec<(String, i64)>,
        /// Who is too slow, where that is known.
        consumer: Option<Consumer>,
    },
    /// Cores are in use.
    Busy {
        /// So many.
        cores: f64,
        /// CPU limit of the container.
        limit: Option<f64>,
        /// Owners with their share of the CPU time, the most first.
        owners: Vec<(String, Share)>,
        /// Function with its share, the most first.
        function: (String, Share),
    },
    /// A check sends more with each run.
    CheckGrows {
        /// Its instance.
        check: String,
        /// Samples of its last run.
        last: u64,
        /// On average.
        mean: u64,
        /// Over so many runs.
        runs: u64,
    },
    /// Many metric contexts.
    ManyContexts {
        /// So many.
        contexts: i64,
        /// By metric type, for those of DogStatsD.
        by_type: Vec<(String, i64)>,
        /// Of checks, and not of DogStatsD.
        of_checks: bool,
        /// The check that sends the most, with the samples of its last run.
        check: Option<(String, u64)>,
    },
    /// Payloads do not reach Datadog.
    Undelivered(Vec<Delivery>),
    /// DogStatsD clients send one metric per packet.
    Unbuffered {
        /// Packets a second.
        packets: f64,
        /// Metrics in each.
        metrics_each: f64,
    },
    /// Goroutines wait for a CPU, seconds on average.
    Starved(f64),
    /// Many threads.
    Threads(i64),
    /// Descriptors near their limit.
    Descriptors {
        /// Open.
        open: i64,
        /// At most.
        limit: i64,
    },
    /// Many goroutines with one same stack.
    Alike {
        /// So many.
        goroutines: u64,
        /// The function that says what they do.
        function: String,
        /// What they wait for.
        state: String,
        /// The longest wait, minutes.
        longest_minutes: u64,
        /// They are connections: as many descriptors are open.
        connections: bool,
    },
    /// Many goroutines.
    ManyGoroutines(u64),
}

/// The stage of a pipeline that takes things over too slowly.
#[derive(Clone, Debug, PartialEq)]
pub struct Consumer {
    /// Which pipeline, for example `logs`.
    pub pipeline: String,
    /// The stage, for example `processor`.
    pub stage: String,
    /// Its share of the process's CPU time.
    pub share: Option<Share>,
    /// The package or function that most of this is spent in, with its share of the CPU time.
    pub busy_with: Option<(String, Share)>,
}

impl Thing {
    /// The stable name used in `data-notable` and JSON.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::KernelKills { .. } => "kernel-kills",
            Self::ContainerEnded { .. } => "container-ended",
            Self::NotRunning { .. } => "not-running",
            Self::SilentEnds(_) => "silent-ends",
            Self::Workers { .. } => "workers",
            Self::LockWaits { .. } => "lock-waits",
            Self::LockCounter { .. } => "lock-counter",
            Self::Unhealthy(_) => "unhealthy",
            Self::OutsideGo { .. } => "outside-go",
            Self::LargeHeap { .. } => "large-heap",
            Self::NearLimit { .. } => "near-limit",
            Self::Collector { .. } => "collector",
            Self::BackPressure { .. } => "back-pressure",
            Self::Busy { .. } => "busy",
            Self::CheckGrows { .. } => "check-grows",
            Self::ManyContexts { .. } => "many-contexts",
            Self::Undelivered(_) => "undelivered",
            Self::Unbuffered { .. } => "unbuffered",
            Self::Starved(_) => "starved",
            Self::Threads(_) => "threads",
            Self::Descriptors { .. } => "descriptors",
            Self::Alike { .. } => "alike",
            Self::ManyGoroutines(_) => "many-goroutines",
        }
    }

    /// Place in the order of how much it explains.
    const fn rank(&self) -> u8 {
        match self {
            Self::KernelKills { .. } => 0,
            Self::ContainerEnded { .. } => 1,
            Self::NotRunning { .. } => 2,
            Self::SilentEnds(_) => 3,
            Self::Workers { .. } => 4,
            Self::LockWaits { .. } => 5,
            Self::LockCounter { .. } => 6,
            Self::OutsideGo { .. } => 7,
            Self::Collector { .. } => 8,
            Self::LargeHeap { .. } => 9,
            Self::NearLimit { .. } => 10,
            Self::BackPressure { .. } => 11,
            Self::Busy { .. } => 12,
            Self::Alike { .. } => 13,
            Self::ManyGoroutines(_) => 14,
            Self::CheckGrows { .. } => 15,
            Self::ManyContexts { .. } => 16,
            Self::Undelivered(_) => 17,
            Self::Unbuffered { .. } => 19,
            Self::Descriptors { .. } => 20,
            Self::Threads(_) => 21,
            Self::Starved(_) => 22,
            Self::Unhealthy(_) => 23,
        }
    }

    /// A dump of goroutines shows it.
    pub const fn is_of_dump(&self) -> bool {
        matches!(
            self,
            Self::LockWaits { .. } | Self::Alike { .. } | Self::ManyGoroutines(_)
        )
    }

    /// It is about memory.
    pub const fn is_memory(&self) -> bool {
        matches!(
            self,
            Self::KernelKills { .. }
                | Self::OutsideGo { .. }
                | Self::LargeHeap { .. }
                | Self::NearLimit { .. }
                | Self::CheckGrows { .. }
                | Self::ManyContexts { .. }
        )
    }

    /// It is about the CPU.
    pub const fn is_cpu(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. } | Self::Collector { .. } | Self::Starved(_) | Self::Unbuffered { .. }
        )
    }

    /// It is about an Agent that hangs or is late.
    pub const fn is_hang(&self) -> bool {
        matches!(
            self,
            Self::Workers { .. }
                | Self::LockWaits { .. }
                | Self::LockCounter { .. }
                | Self::Unhealthy(_)
                | Self::BackPressure { .. }
                | Self::Alike { .. }
        )
    }

    /// It is about an Agent that ends.
    pub const fn is_restart(&self) -> bool {
        matches!(
            self,
            Self::KernelKills { .. }
                | Self::ContainerEnded { .. }
                | Self::NotRunning { .. }
                | Self::SilentEnds(_)
                | Self::NearLimit { .. }
        )
    }
}

/// Puts things in the order of how much they explain, the main process first among equals.
pub(super) fn sort(things: &mut [Notable]) {
    things.sort_by_key(|one| (one.thing.rank(), one.process.clone()));
}

/// What the Agent's texts show, profiles aside. `of`: the process that they describe.
pub(super) fn from_evidence(
    evidence: &Evidence,
    of: &Process,
    captured_ms: Option<i64>,
    thresholds: &Thresholds,
) -> Vec<Notable> {
    let mut found = Vec::new();
    let mut push = |process: Option<&Process>, thing| {
        found.push(Notable {
            process: process.cloned(),
            thing,
            holder: None,
        });
    };
    let ago = |at: i64| {
        captured_ms
            .map(|now| now.saturating_sub(at) as f64 / 1000.0)
            .filter(|ago| *ago >= 0.0)
    };
    for end in evidence.containers.iter().filter(|end| has_ended(end)) {
        let thing = Thing::ContainerEnded {
            end: end.clone(),
            ago_s: end.finished_ms.and_then(ago),
        };
        push(None, thing);
    }
    for down in &evidence.down {
        let mut logs = evidence.logs.iter();
        let log = logs.find(|log| log.process == down.process);
        let thing = Thing::NotRunning {
            said: down.said.clone(),
            file: down.file,
            log_ends_s: log.and_then(|log| log.open_since_ms).and_then(ago),
        };
        push(Some(&down.process), thing);
    }
    for log in evidence.logs.iter().filter(|log| log.silent_ends > 0) {
        push(Some(&log.process), Thing::SilentEnds(log.silent_ends));
    }
    for thing in [
        workers(evidence, thresholds),
        lock_counter(evidence, thresholds),
        unhealthy(evidence, thresholds),
        contexts_of_dogstatsd(&evidence.contexts, thresholds),
        contexts_of_checks(evidence, thresholds),
        undelivered(evidence, thresholds),
        unbuffered(evidence, thresholds),
    ]
    .into_iter()
    .flatten()
    .chain(growing(evidence, thresholds))
    .chain(system(evidence, thresholds))
    {
        push(Some(of), thing);
    }
    found
}

/// The kernel's kills of the Agent's own processes.
pub(super) fn kernel_kills(kills: &[OomVictim]) -> Option<Thing> {
    let own: Vec<&OomVictim> = kills.iter().filter(|kill| kill.is_own).collect();
    let last = own.last()?;
    let mut victims: Vec<(String, usize)> = Vec::new();
    for kill in &own {
        match victims.iter_mut().find(|(name, _)| *name == kill.process) {
            Some((_, count)) => *count += 1,
            None => victims.push((kill.process.clone(), 1)),
        }
    }
    victims.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Some(Thing::KernelKills {
        victims,
        limit: last.limit,
        resident: last.resident,
    })
}

/// What a dump of goroutines shows.
pub(super) fn in_dump(
    dump: &GoroutineSum,
    open_descriptors: Option<i64>,
    thresholds: &Thresholds,
) -> Vec<Thing> {
    let limits = &thresholds.notable;
    let mut found = Vec::new();
    // One that waits for a moment is no news.
    if dump.waiting_for_locks >= limits.lock_waiters
        || (dump.waiting_for_locks > 0 && dump.lock_minutes > 0)
    {
        found.push(Thing::LockWaits {
            goroutines: dump.waiting_for_locks,
            site: dump.lock_site.clone(),
            longest_minutes: dump.lock_minutes,
        });
    }
    let alike = dump.largest.as_ref().filter(|group| {
        (group.waits && group.goroutines > limits.goroutines_alike)
            || group.goroutines > limits.goroutines
    });
    // Connections that wait for bytes have a descriptor each.
    let is_connection = |group: &super::verdict::GoroutineGroup| {
        group.state.starts_with("IO wait")
            && open_descriptors
                .and_then(|open| u64::try_from(open).ok())
                .is_none_or(|open| open.saturating_mul(2) >= group.goroutines)
    };
    if let Some(group) = alike {
        found.push(Thing::Alike {
            goroutines: group.goroutines,
            function: group.function.clone(),
            state: group.state.clone(),
            longest_minutes: group.longest_minutes,
            connections: is_connection(group),
        });
    } else if dump.count > limits.goroutines {
        found.push(Thing::ManyGoroutines(dump.count));
    }
    found
}

fn has_ended(end: &ContainerEnd) -> bool {
    let killed = end
        .reason
        .as_deref()
        .is_some_and(|reason| reason != "Completed");
    end.restarts.is_some_and(|restarts| restarts > 0) || killed
}

fn workers(evidence: &Evidence, thresholds: &Thresholds) -> Option<Thing> {
    let limits = &thresholds.notable;
    let runner = &evidence.runner;
    let long =
        |seconds: &Option<f64>| seconds.is_some_and(|seconds| seconds > limits.check_running_s);
    let busiest = runner
        .utilization
        .iter()
        .chain(&evidence.counters.workers)
        .map(|(_, utilization)| *utilization)
        .max_by(f64::total_cmp);
    let running = runner.running.len() as u64;
    // A check that has just begun fills a worker for a moment, as it should.
    let all_taken = runner
        .workers
        .is_some_and(|workers| workers > 0 && running >= workers)
        && runner.running.iter().all(|(_, seconds)| {
            seconds.is_none_or(|seconds| seconds > limits.check_running_s / 4.0)
        });
    let stuck = runner.running.iter().any(|(_, seconds)| long(seconds));
    let busy = busiest.is_some_and(|busiest| busiest * 100.0 > limits.worker_percent);
    (all_taken || stuck || busy).then(|| Thing::Workers {
        workers: runner.workers,
        running: runner.running.clone(),
        busiest: busiest.map(Share::new),
        all_taken,
    })
}

fn lock_counter(evidence: &Evidence, thresholds: &Thresholds) -> Option<Thing> {
    let limits = &thresholds.notable;
    let waits_s = evidence.counters.lock_waits_s?;
    let waiters = evidence.counters.lock_waiters()?;
    (waits_s > limits.waiting_s && waiters >= limits.goroutines_waiting)
        .then_some(Thing::LockCounter { waits_s, waiters })
}

fn unhealthy(evidence: &Evidence, thresholds: &Thresholds) -> Option<Thing> {
    let young = evidence
        .counters
        .uptime_s
        .is_some_and(|uptime| uptime < thresholds.notable.health_min_uptime_s);
    (!evidence.unhealthy.is_empty() && !young).then(|| Thing::Unhealthy(evidence.unhealthy.clone()))
}

fn growing(evidence: &Evidence, thresholds: &Thresholds) -> Vec<Thing> {
    let limits = &thresholds.notable;
    let checks = evidence.checks.iter();
    checks
        .filter_map(|check| {
            let (last, mean, runs) = (check.samples_last?, check.samples_mean()?, check.runs?);
            let grows = runs >= limits.check_min_runs
                && last >= limits.check_min_samples
                && last as f64 > mean * limits.check_samples_ratio;
            grows.then(|| Thing::CheckGrows {
                check: check.id.clone(),
                last,
                mean: mean.round() as u64,
                runs,
            })
        })
        .collect()
}

fn contexts_of_dogstatsd(contexts: &Contexts, thresholds: &Thresholds) -> Option<Thing> {
    let count = contexts.dogstatsd?;
    (count > thresholds.notable.contexts).then(|| Thing::ManyContexts {
        contexts: count,
        by_type: contexts.by_type.clone(),
        of_checks: false,
        check: None,
    })
}

fn contexts_of_checks(evidence: &Evidence, thresholds: &Thresholds) -> Option<Thing> {
    let contexts = evidence.counters.check_contexts?;
    let checks = evidence.checks.iter();
    // The first of equals: the order of the status.
    let most = checks
        .rev()
        .filter_map(|check| Some((&check.id, check.samples_last?)))
        .max_by_key(|(_, samples)| *samples);
    (contexts > thresholds.notable.contexts).then(|| Thing::ManyContexts {
        contexts,
        by_type: Vec::new(),
        of_checks: true,
        check: most.map(|(id, samples)| (id.clone(), samples)),
    })
}

fn undelivered(evidence: &Evidence, thresholds: &Thresholds) -> Option<Thing> {
    let limits = &thresholds.notable;
    let failing: Vec<Delivery> = evidence
        .deliveries
        .iter()
        .filter(|delivery| {
            let dropped = delivery.dropped.is_some_and(|dropped| dropped > 0);
            let input = delivery.input.unwrap_or(0);
            // What is on its way just now is not lost yet.
            let late = input >= limits.delivered_min_payloads
                && delivery.delivered.is_some_and(|delivered| {
                    (delivered as f64) < input as f64 * limits.delivered_percent / 100.0
                })
                && [delivery.errors, delivery.requeued, delivery.retried]
                    .into_iter()
                    .flatten()
                    .any(|failures| failures > 0);
            dropped || late
        })
        .cloned()
        .collect();
    (!failing.is_empty()).then_some(Thing::Undelivered(failing))
}

fn unbuffered(evidence: &Evidence, thresholds: &Thresholds) -> Option<Thing> {
    let limits = &thresholds.notable;
    let packets = evidence.packets?;
    (packets.a_second > limits.packets_per_second
        && packets.metrics_each < limits.metrics_per_packet)
        .then_some(Thing::Unbuffered {
            packets: packets.a_second,
            metrics_each: packets.metrics_each,
        })
}

/// What the operating system gives and the process uses up.
fn system(evidence: &Evidence, thresholds: &Thresholds) -> Vec<Thing> {
    let limits = &thresholds.notable;
    let counters = &evidence.counters;
    let descriptors = counters
        .open_descriptors
        .zip(counters.max_descriptors.filter(|&limit| limit > 0))
        .filter(|(open, limit)| Share::of(*open, *limit).percent() > limits.descriptors_percent)
        .map(|(open, limit)| Thing::Descriptors { open, limit });
    let threads = counters
        .threads
        .filter(|&threads| u64::try_from(threads).is_ok_and(|threads| threads > limits.threads))
        .map(Thing::Threads);
    let starved = counters
        .scheduler_latency_s
        .filter(|&latency| latency > limits.scheduler_latency_s)
        .map(Thing::Starved);
    [descriptors, threads, starved]
        .into_iter()
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::counters::Counters;
    use super::super::evidence::{CheckRuns, Packets, Runner};
    use super::*;

    fn names(evidence: &Evidence) -> Vec<&'static str> {
        from_evidence(
            evidence,
            &Process::Core,
            Some(1_000_000),
            &Thresholds::builtin(),
        )
        .iter()
        .map(|one| one.thing.as_str())
        .collect()
    }

    fn running(workers: u64, seconds: &[f64]) -> Evidence {
        Evidence {
            runner: Runner {
                workers: Some(workers),
                running: seconds
                    .iter()
                    .map(|&seconds| ("slow_db:a".to_owned(), Some(seconds)))
                    .collect(),
                utilization: Vec::new(),
            },
            ..Evidence::default()
        }
    }

    #[test]
    fn workers_that_are_all_taken_or_one_that_is_stuck() {
        assert_eq!(
            names(&running(4, &[210.0, 209.0, 200.0, 190.0])),
            ["workers"]
        );
        assert_eq!(names(&running(4, &[121.0])), ["workers"]);
        assert_eq!(names(&running(4, &[119.0, 3.0])), [""; 0]);
        // Four checks that have just begun are a usual moment.
        assert_eq!(names(&running(2, &[1.0, 0.5])), [""; 0]);
        let busy = |utilization| Evidence {
            runner: Runner {
                utilization: vec![("worker_1".to_owned(), utilization)],
                ..Runner::default()
            },
            ..Evidence::default()
        };
        assert_eq!(names(&busy(0.96)), ["workers"]);
        assert_eq!(names(&busy(0.95)), [""; 0]);
    }

    #[test]
    fn a_check_that_sends_more_each_run() {
        let check = |last, total, runs| Evidence {
            checks: vec![CheckRuns {
                id: "growing_list:1".to_owned(),
                runs: Some(runs),
                samples_last: Some(last),
                samples_total: Some(total),
                ..CheckRuns::default()
            }],
            ..Evidence::default()
        };
        assert_eq!(names(&check(32_900, 789_600, 47)), ["check-grows"]);
        assert_eq!(names(&check(25_000, 425_000, 17)), [""; 0]);
        assert_eq!(names(&check(32_900, 50_000, 9)), [""; 0]);
        assert_eq!(names(&check(4_999, 10_000, 47)), [""; 0]);
    }

    #[test]
    fn payloads_that_do_not_arrive() {
        let delivery = |input, delivered, errors, dropped| Evidence {
            deliveries: vec![Delivery {
                endpoint: "series_v2".to_owned(),
                input: Some(input),
                delivered: Some(delivered),
                errors: Some(errors),
                dropped: Some(dropped),
                ..Delivery::default()
            }],
            ..Evidence::default()
        };
        assert_eq!(names(&delivery(10, 2, 5, 0)), ["undelivered"]);
        assert_eq!(names(&delivery(100, 96, 5, 0)), [""; 0]);
        assert_eq!(names(&delivery(1000, 999, 0, 1)), ["undelivered"]);
        // Under way.
        assert_eq!(names(&delivery(10, 9, 0, 0)), [""; 0]);
        assert_eq!(names(&delivery(3, 0, 3, 0)), [""; 0]);
    }

    #[test]
    fn health_of_a_young_process_says_nothing() {
        let with = |uptime| Evidence {
            unhealthy: vec!["collector-queue-15s".to_owned()],
            counters: Counters {
                uptime_s: uptime,
                ..Counters::default()
            },
            ..Evidence::default()
        };
        assert_eq!(names(&with(Some(61.0))), ["unhealthy"]);
        assert_eq!(names(&with(None)), ["unhealthy"]);
        assert_eq!(names(&with(Some(20.0))), [""; 0]);
    }

    #[test]
    fn clients_that_do_not_buffer() {
        let packets = |a_second, metrics_each| Evidence {
            packets: Some(Packets {
                a_second,
                metrics_each,
            }),
            ..Evidence::default()
        };
        assert_eq!(names(&packets(7_470.0, 1.0)), ["unbuffered"]);
        assert_eq!(names(&packets(900.0, 1.0)), [""; 0]);
        assert_eq!(names(&packets(7_470.0, 20.0)), [""; 0]);
    }

    #[test]
    fn a_container_that_was_killed_or_restarted() {
        let end = |restarts, reason: Option<&str>| Evidence {
            containers: vec![ContainerEnd {
                restarts: Some(restarts),
                reason: reason.map(str::to_owned),
                finished_ms: Some(340_000),
                ..ContainerEnd::default()
            }],
            ..Evidence::default()
        };
        assert_eq!(names(&end(7, Some("OOMKilled"))), ["container-ended"]);
        assert_eq!(names(&end(1, None)), ["container-ended"]);
        assert_eq!(names(&end(0, Some("Completed"))), [""; 0]);
        assert_eq!(names(&end(0, None)), [""; 0]);
        let found = from_evidence(
            &end(7, None),
            &Process::Core,
            Some(1_000_000),
            &Thresholds::builtin(),
        );
        assert!(
            matches!(found[0].thing, Thing::ContainerEnded { ago_s: Some(ago), .. } if ago == 660.0)
        );
    }

    #[test]
    fn threads_and_descriptors_near_their_limits() {
        let evidence = |threads, open| Evidence {
            counters: Counters {
                threads: Some(threads),
                open_descriptors: Some(open),
                max_descriptors: Some(65_536),
                ..Counters::default()
            },
            ..Evidence::default()
        };
        assert_eq!(names(&evidence(2_843, 64_211)), ["descriptors", "threads"]);
        assert_eq!(names(&evidence(500, 52_000)), [""; 0]);
    }
}
