//! `telemetry.log`: Prometheus text as the Agent's scrubber leaves it, without comment lines.

/// Samples kept; the rest is only counted.
const SAMPLES: usize = 200_000;

/// Different values of a label that sums are kept for.
const GROUPS: usize = 1_000;

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Metric name.
    pub name: String,
    /// Labels in order.
    pub labels: Vec<(String, String)>,
    /// Value; may be infinite or not a number.
    pub value: f64,
}

impl Sample {
    /// The value of a label.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels
            .iter()
            .find(|(label, _)| label == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The metrics of one process, and of those that report through it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Telemetry {
    /// In the order of the file.
    pub samples: Vec<Sample>,
    /// Samples left out past the limit.
    pub left_out: usize,
    /// Lines that are no samples.
    pub other_lines: usize,
}

impl Telemetry {
    /// Samples of a metric that this process reports of itself. A `remote_agent` label marks those
    /// of another process.
    pub fn own<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Sample> {
        self.samples
            .iter()
            .filter(move |sample| sample.name == name && sample.label("remote_agent").is_none())
    }

    /// Their sum; `None` where there is none. Values that are no finite numbers do not count.
    pub fn sum(&self, name: &str) -> Option<f64> {
        self.own(name)
            .map(|sample| sample.value)
            .filter(|value| value.is_finite())
            .reduce(|sum, value| sum + value)
    }

    /// Resident memory of the process in bytes.
    pub fn rss_bytes(&self) -> Option<u64> {
        self.sum("process_resident_memory_bytes")
            .and_then(super::text::whole)
    }

    /// The metric summed for each value of a label, in the order of the file; samples without the
    /// label and values that are no finite numbers do not count.
    pub fn sum_by(&self, name: &str, label: &str) -> Vec<(String, f64)> {
        let mut sums: Vec<(String, f64)> = Vec::new();
        for sample in self.own(name).filter(|sample| sample.value.is_finite()) {
            let Some(value) = sample.label(label) else {
                continue;
            };
            if let Some((_, sum)) = sums.iter_mut().find(|(key, _)| key == value) {
                *sum += sample.value;
            } else if sums.len() < GROUPS {
                sums.push((value.to_owned(), sample.value));
            }
        }
        sums
    }

    /// Bytes that Python's allocator holds.
    pub fn python_bytes(&self) -> Option<u64> {
        self.sum("pymem__inuse").and_then(super::text::whole)
    }

    /// The memory limit that Go's collector works with, in bytes, whoever set it. `None` where
    /// there is none.
    pub fn gomemlimit_bytes(&self) -> Option<u64> {
        // Without a limit it is the largest signed number, rounded up to 2^63.
        self.sum("go_gc_gomemlimit_bytes")
            .filter(|bytes| *bytes < 9e18)
            .and_then(super::text::whole)
    }

    /// The collector's `GOGC` in percent, infinite where it is off.
    pub fn gogc_percent(&self) -> Option<f64> {
        let percent = self.sum("go_gc_gogc_percent")?;
        // Off is the largest unsigned number.
        Some(if percent < 1e18 {
            percent
        } else {
            f64::INFINITY
        })
    }

    /// `GOMAXPROCS`: the cores that Go code may use at once. The Agent lowers it to the quota of
    /// its control group, so it tells a container's limit on CPU, rounded to whole cores.
    pub fn max_procs(&self) -> Option<u64> {
        self.sum("go_sched_gomaxprocs_threads")
            .and_then(super::text::whole)
    }

    /// CPU time since the start of the process in seconds, of user and system.
    pub fn cpu_seconds(&self) -> Option<f64> {
        self.sum("process_cpu_seconds_total")
    }

    /// Start of the process in Unix milliseconds.
    pub fn process_start_ms(&self) -> Option<u64> {
        super::text::whole(self.sum("process_start_time_seconds")? * 1000.0)
    }
}

/// Reads Prometheus text.
pub fn parse(text: &str) -> Telemetry {
    let mut telemetry = Telemetry::default();
    for line in text.lines() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if telemetry.samples.len() >= SAMPLES {
            telemetry.left_out += 1;
            continue;
        }
        match sample(line) {
            Some(sample) => telemetry.samples.push(sample),
            None => telemetry.other_lines += 1,
        }
    }
    telemetry
}

/// `name{label="value",...} value [timestamp]`
fn sample(line: &str) -> Option<Sample> {
    let end = line.find(|c: char| c == '{' || c.is_whitespace())?;
    let (name, rest) = line.split_at_checked(end)?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '.' | '-');
    if name.is_empty()
        || name.starts_with(|c: char| c.is_ascii_digit())
        || !name.chars().all(is_name)
    {
        return None;
    }
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some(Sample {
        name: name.to_owned(),
        labels,
        value,
    })
}

/// Labels up to the closing brace, and what follows it.
#[allow(clippy::type_complexity, reason = "a pair of results, used once")]
fn labels(text: &str) -> Option<(Vec<(String, String)>, &str)> {
    let mut labels = Vec::new();
    let mut rest = text.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return Some((labels, after));
        }
        let (name, after) = rest.split_once('=')?;
        let quoted = after.trim_start().strip_prefix('"')?;
        let mut value = String::new();
        let mut chars = quoted.char_indices();
        let end = loop {
            match chars.next()? {
                (at, '"') => break at,
                (_, '\\') => match chars.next()?.1 {
                    'n' => value.push('\n'),
                    c => value.push(c),
                },
                (_, c) => value.push(c),
            }
        };
        labels.push((name.trim().to_owned(), value));
        rest = quoted.get(end + 1..)?.trim_start();
        rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_and_sums() {
        let telemetry = parse(
            "# HELP x y\r\nprocess_resident_memory_bytes 2.83467776e+08\r\nprocess_resident_memory_bytes{remote_agent=\"adp\"} 9\naggregator__dogstatsd_contexts{shard=\"0\"} 7500\naggregator__dogstatsd_contexts{shard=\"1\",} 500 1700000000\nweird{a=\"q\\\"uote, }\",b=\"\"} NaN\nnot a sample line\nGot response 404\n",
        );
        assert_eq!(telemetry.rss_bytes(), Some(283_467_776));
        assert_eq!(
            telemetry.sum("aggregator__dogstatsd_contexts"),
            Some(8000.0)
        );
        assert_eq!(telemetry.sum("weird"), None);
        assert_eq!(
            telemetry.own("weird").next().unwrap().label("a"),
            Some("q\"uote, }")
        );
        assert_eq!(telemetry.other_lines, 2);
        assert_eq!(telemetry.sum("absent"), None);
    }

    #[test]
    fn sums_by_label() {
        let telemetry = parse(
            "contexts_by_mtype{metric_type=\"Gauge\",shard=\"0\"} 5\ncontexts_by_mtype{metric_type=\"Count\",shard=\"0\"} 1\ncontexts_by_mtype{metric_type=\"Gauge\",shard=\"1\"} 2\ncontexts_by_mtype{shard=\"1\"} 9\ncontexts_by_mtype{metric_type=\"Rate\"} +Inf\n",
        );
        assert_eq!(
            telemetry.sum_by("contexts_by_mtype", "metric_type"),
            [("Gauge".to_owned(), 7.0), ("Count".to_owned(), 1.0)]
        );
    }

    #[test]
    fn what_the_runtime_may_use() {
        let limited = parse(
            "go_gc_gogc_percent 100\ngo_gc_gomemlimit_bytes 4.294967296e+08\ngo_sched_gomaxprocs_threads 2\nprocess_cpu_seconds_total 8123.4\npymem__inuse 3.4112e+07\n",
        );
        assert_eq!(limited.gomemlimit_bytes(), Some(429_496_730));
        assert_eq!(limited.gogc_percent(), Some(100.0));
        assert_eq!(limited.max_procs(), Some(2));
        assert_eq!(limited.cpu_seconds(), Some(8123.4));
        assert_eq!(limited.python_bytes(), Some(34_112_000));
        let free = parse(
            "go_gc_gomemlimit_bytes 9.223372036854776e+18\ngo_gc_gogc_percent 1.8446744073709552e+19\n",
        );
        assert_eq!(free.gomemlimit_bytes(), None);
        assert_eq!(free.gogc_percent(), Some(f64::INFINITY));
        assert_eq!(free.max_procs(), None);
    }
}
