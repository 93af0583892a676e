//! `expvar/runner`: the workers that run checks, and what each check costs them.

use super::text;
use super::yaml::Node;

/// Bounds on what is kept of a hostile file.
const CHECKS: usize = 20_000;
const WORKERS: usize = 1_000;
const RUNNING: usize = 1_000;
const NAME_BYTES: usize = 500;

/// One instance of a check, as the runner counts it. What the file lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunnerCheck {
    /// For example `postgres`.
    pub name: String,
    /// For example `postgres:155ae88f7f0f5f75`; the same as in `status.log`.
    pub id: String,
    /// Runs since start.
    pub total_runs: Option<u64>,
    /// Runs that failed.
    pub total_errors: Option<u64>,
    /// Mean time of a run, milliseconds.
    pub average_execution_ms: Option<u64>,
    /// Time of the last run, milliseconds.
    pub last_execution_ms: Option<u64>,
    /// The longest of the last 32 runs, milliseconds.
    pub longest_execution_ms: Option<u64>,
    /// How late the last run began, seconds.
    pub last_delay_s: Option<u64>,
    /// Seconds between runs.
    pub interval_s: Option<u64>,
    /// Metric samples of the last run.
    pub metric_samples_last: Option<u64>,
    /// Metric samples since start.
    pub metric_samples_total: Option<u64>,
    /// Runs all the time instead of every few seconds.
    pub long_running: bool,
    /// Is being stopped.
    pub cancelling: bool,
}

/// What the runner says. What the file lacks is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunnerVars {
    /// Runs since start, of all checks.
    pub runs: Option<u64>,
    /// Runs that failed.
    pub errors: Option<u64>,
    /// Runs with warnings.
    pub warnings: Option<u64>,
    /// Workers.
    pub workers: Option<u64>,
    /// Share of its time, 0 to 1, that each worker was busy.
    pub utilization: Vec<(String, f64)>,
    /// Checks running at that moment.
    pub running_checks: Option<u64>,
    /// Their ids and since when they run, Unix milliseconds.
    pub running: Vec<(String, Option<i64>)>,
    /// All instances that ran, in the order of the file.
    pub checks: Vec<RunnerCheck>,
}

impl RunnerVars {
    /// Mean share of their time that the workers were busy, 0 to 1.
    pub fn mean_utilization(&self) -> Option<f64> {
        let mut count = 0.0;
        let mut sum = 0.0;
        for (_, utilization) in &self.utilization {
            count += 1.0;
            sum += utilization;
        }
        (count > 0.0).then(|| sum / count)
    }
}

/// Reads the file; `None` where it tells nothing.
pub fn parse(text: &str) -> Option<RunnerVars> {
    let (node, _) = Node::parse(text);
    let entries = |path: &str| node.at(path).map(Node::entries).unwrap_or_default();
    let vars = RunnerVars {
        runs: node.count_at("Runs"),
        errors: node.count_at("Errors"),
        warnings: node.count_at("Warnings"),
        // A plain number in older Agents.
        workers: node
            .count_at("Workers.Count")
            .or_else(|| node.count_at("Workers")),
        utilization: entries("Workers.Instances")
            .iter()
            .filter_map(|(name, worker)| Some((cut(name), worker.number_at("Utilization")?)))
            .take(WORKERS)
            .collect(),
        running_checks: node.count_at("RunningChecks"),
        running: entries("Running")
            .iter()
            .map(|(id, since)| (cut(id), since.text().and_then(text::instant_ms)))
            .take(RUNNING)
            .collect(),
        checks: entries("Checks")
            .iter()
            .flat_map(|(name, instances)| {
                let instances = instances.entries().iter();
                instances.map(move |(id, stats)| check(name, id, stats))
            })
            .take(CHECKS)
            .collect(),
    };
    (vars != RunnerVars::default()).then_some(vars)
}

fn check(name: &str, id: &str, stats: &Node) -> RunnerCheck {
    let count = |key: &str| stats.get(key).and_then(Node::count);
    let truth = |key: &str| stats.get(key).and_then(Node::truth).unwrap_or(false);
    RunnerCheck {
        name: cut(name),
        id: cut(id),
        total_runs: count("TotalRuns"),
        total_errors: count("TotalErrors"),
        average_execution_ms: count("AverageExecutionTime"),
        last_execution_ms: count("LastExecutionTime"),
        longest_execution_ms: stats
            .get("ExecutionTimes")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::count)
            .max(),
        last_delay_s: count("LastDelay"),
        // Go durations are nanoseconds.
        interval_s: count("Interval").map(|ns| ns / 1_000_000_000),
        metric_samples_last: count("MetricSamples"),
        metric_samples_total: count("TotalMetricSamples"),
        long_running: truth("LongRunning"),
        cancelling: truth("Cancelling"),
    }
}

fn cut(name: &str) -> String {
    text::cut(name, NAME_BYTES).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual() {
        let vars = parse(
            "Checks:\n  cpu:\n    cpu:75bec0a5947d420f:\n      AverageExecutionTime: 0\n      TotalMetricSamples: 46836\n      TotalRuns: 5204\n  postgres:\n    postgres:15:\n      AverageExecutionTime: 8123\n      Cancelling: true\n      ExecutionTimes:\n      - 8000\n      - 14002\n      - 0\n      Interval: 1.5e+10\n      LastDelay: 7\n      LastExecutionTime: 14002\n      LongRunning: false\n      MetricSamples: 812\n      TotalErrors: 2\n      TotalMetricSamples: 2.142812e+06\n      TotalRuns: 96\nErrors: 2\nRuns: 57200\nRunning:\n  postgres:15: \"2026-11-23T06:12:30Z\"\nRunningChecks: 1\nWorkers:\n  Count: 2\n  Instances:\n    worker_1:\n      Utilization: 0.91\n    worker_2:\n      Utilization: 0.03\n",
        )
        .unwrap();
        assert_eq!((vars.runs, vars.workers), (Some(57_200), Some(2)));
        assert_eq!(vars.utilization[0], ("worker_1".to_owned(), 0.91));
        assert!((vars.mean_utilization().unwrap() - 0.47).abs() < 1e-9);
        assert_eq!(
            vars.running,
            [("postgres:15".to_owned(), Some(1_795_414_350_000))]
        );
        assert_eq!(vars.checks.len(), 2);
        assert_eq!(
            vars.checks[1],
            RunnerCheck {
                name: "postgres".to_owned(),
                id: "postgres:15".to_owned(),
                total_runs: Some(96),
                total_errors: Some(2),
                average_execution_ms: Some(8123),
                last_execution_ms: Some(14_002),
                longest_execution_ms: Some(14_002),
                last_delay_s: Some(7),
                interval_s: Some(15),
                metric_samples_last: Some(812),
                metric_samples_total: Some(2_142_812),
                long_running: false,
                cancelling: true,
            }
        );
    }

    #[test]
    fn old_and_none() {
        let vars = parse("{\"Workers\": 4, \"Runs\": 7, \"Checks\": {\"x\": null}}").unwrap();
        assert_eq!((vars.workers, vars.mean_utilization()), (Some(4), None));
        for text in ["", "{}\n", "Checks: 5\n", "- a\n", "Running: [", "\"Runs"] {
            assert_eq!(parse(text), None, "{text}");
        }
        let cut = parse("Checks:\n  cpu:\n    cpu:1:\n      TotalRuns: 3\n      Avera").unwrap();
        assert_eq!(cut.checks[0].total_runs, Some(3));
    }
}
