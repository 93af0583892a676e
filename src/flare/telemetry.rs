//! `telemetry.log`: Prometheus text as the Agent's scrubber leaves it, without comment lines.

/// Samples kept; the rest is only counted.
const SAMPLES: usize = 200_000;

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
}
