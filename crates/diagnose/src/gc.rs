//! What the garbage collector costs, and why it works as hard as it does.

use super::share::Share;
use flare::Process;

/// What is known of one process's collector.
#[derive(Clone, Debug, PartialEq)]
pub struct GcFacts {
    /// The process.
    pub process: Process,
    /// Its share of the CPU profile.
    pub cpu: Option<Share>,
    /// `GCCPUFraction`: its share of the CPU time since start.
    pub since_start: Option<Share>,
    /// Collections since start.
    pub collections: Option<Collections>,
    /// All pauses since start.
    pub pauses: Option<Pauses>,
    /// `NextGC`: the heap's size in bytes at which the next collection starts.
    pub goal: Option<i64>,
    /// `GOGC` as set; `None` where nothing says.
    pub gogc: Option<Gogc>,
    /// `GOMEMLIMIT` as set; `None` where nothing says.
    pub memory_limit: Option<MemoryLimit>,
    /// Bytes allocated a second between the heap snapshots.
    pub allocation_rate: Option<i64>,
}

/// Collections since the start of a process.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Collections {
    /// How many.
    pub count: i64,
    /// How long ago it started, in seconds.
    pub uptime_s: f64,
}

/// Times at which a process stood still for its collections, since its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauses {
    /// How many collections.
    pub count: i64,
    /// Nanoseconds of all of them.
    pub total_ns: i64,
}

/// `GOGC`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gogc {
    /// Only the memory limit starts collections.
    Off,
    /// How much the heap may grow before a collection starts; 100 by default.
    Percent(f64),
}

/// `GOMEMLIMIT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryLimit {
    /// Not set.
    Off,
    /// In bytes.
    Bytes(i64),
}

impl GcFacts {
    /// Nothing is known.
    pub const fn is_unknown(&self) -> bool {
        let Self {
            process: _,
            cpu,
            since_start,
            collections,
            pauses,
            // Says nothing by itself.
            goal: _,
            gogc,
            memory_limit,
            allocation_rate,
        } = self;
        cpu.is_none()
            && since_start.is_none()
            && collections.is_none()
            && pauses.is_none()
            && gogc.is_none()
            && memory_limit.is_none()
            && allocation_rate.is_none()
    }
}

/// Go collects at least every two minutes; a little more, for what is rounded.
const FORCED_S: f64 = 130.0;

impl Collections {
    /// Seconds from one to the next. `None` where there was none, or where the count is of a
    /// younger process than the one whose age is known.
    pub fn every_s(&self) -> Option<f64> {
        let every = self.uptime_s / self.count as f64;
        (self.count > 0 && every <= FORCED_S).then_some(every)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_process_collects_less_than_every_two_minutes() {
        let every = |count| {
            let uptime_s = 13_000.0;
            Collections { count, uptime_s }.every_s()
        };
        assert_eq!(every(100), Some(130.0));
        assert_eq!(every(99), None);
        assert_eq!(every(0), None);
    }
}
