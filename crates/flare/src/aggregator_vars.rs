//! `expvar/aggregator`: how many metrics pass through the Agent, and from how many contexts.

use super::yaml::Node;

/// Names kept of a list.
const NAMES: usize = 100;

/// Series and distributions with more tags than a bound, counted at every flush since start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagsAbove {
    /// The bound.
    pub tags: u64,
    /// Series.
    pub series: u64,
    /// Distributions.
    pub sketches: u64,
}

/// The counts since start. What the file lacks is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AggregatorVars {
    /// Combinations of metric name, tags and host from DogStatsD that are held now.
    pub dogstatsd_contexts: Option<u64>,
    /// The same by metric type, in the order of the file.
    pub contexts_by_type: Vec<(String, u64)>,
    /// Samples from DogStatsD.
    pub dogstatsd_samples: Option<u64>,
    /// Samples from checks.
    pub checks_samples: Option<u64>,
    /// Samples of histogram buckets from checks.
    pub histogram_samples: Option<u64>,
    /// Events.
    pub events: Option<u64>,
    /// Service checks.
    pub service_checks: Option<u64>,
    /// Series sent on.
    pub series_flushed: Option<u64>,
    /// Series that could not be sent on.
    pub series_flush_errors: Option<u64>,
    /// Distributions sent on.
    pub sketches_flushed: Option<u64>,
    /// Flushes, one in 15 seconds.
    pub flushes: Option<u64>,
    /// Events for other products by their type, for example `dbm-samples`.
    pub event_platform_events: Vec<(String, u64)>,
    /// Metrics with very many tags, lowest bound first.
    pub tags_above: Vec<TagsAbove>,
}

/// Reads the file; `None` where it tells nothing.
pub fn parse(text: &str) -> Option<AggregatorVars> {
    let (node, _) = Node::parse(text);
    let counts = |path: &str| {
        node.get(path)
            .map(|node| node.counts(NAMES))
            .unwrap_or_default()
    };
    let vars = AggregatorVars {
        dogstatsd_contexts: node.count_at("DogstatsdContexts"),
        contexts_by_type: counts("DogstatsdContextsByMtype"),
        dogstatsd_samples: node.count_at("DogstatsdMetricSample"),
        checks_samples: node.count_at("ChecksMetricSample"),
        histogram_samples: node.count_at("ChecksHistogramBucketMetricSample"),
        events: node.count_at("Event"),
        service_checks: node.count_at("ServiceCheck"),
        series_flushed: node.count_at("SeriesFlushed"),
        series_flush_errors: node.count_at("SeriesFlushErrors"),
        sketches_flushed: node.count_at("SketchesFlushed"),
        flushes: node.count_at("NumberOfFlush"),
        event_platform_events: counts("EventPlatformEvents"),
        tags_above: tags_above(&node),
    };
    (vars != AggregatorVars::default()).then_some(vars)
}

/// `MetricTags.Series.Above90` and its siblings.
fn tags_above(node: &Node) -> Vec<TagsAbove> {
    let mut bounds: Vec<TagsAbove> = Vec::new();
    let mut take = |path: &str, put: fn(&mut TagsAbove, u64)| {
        let counts = node.at(path).map(|node| node.counts(NAMES));
        for (key, count) in counts.unwrap_or_default() {
            let Some(tags) = key.strip_prefix("Above").and_then(|n| n.parse().ok()) else {
                continue;
            };
            let at = bounds.iter().position(|bound| bound.tags == tags);
            let at = at.unwrap_or_else(|| {
                bounds.push(TagsAbove {
                    tags,
                    ..TagsAbove::default()
                });
                bounds.len() - 1
            });
            if let Some(bound) = bounds.get_mut(at) {
                put(bound, count);
            }
        }
    };
    take("MetricTags.Series", |bound, count| bound.series = count);
    take("MetricTags.Sketches", |bound, count| bound.sketches = count);
    bounds.sort_by_key(|bound| bound.tags);
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual() {
        let vars = parse(
            "ChecksMetricSample: 4.59e+06\nDogstatsdContexts: 15300\nDogstatsdContextsByMtype:\n  Count: 7650\n  Distribution: 1912\n  Gauge: 3825\nDogstatsdMetricSample: 1.836e+06\nEventPlatformEvents:\n  dbm-samples: 812\nFlush:\n  MainFlushTime:\n    LastFlush: 3.1e+07\nMetricTags:\n  Series:\n    Above100: 3\n    Above90: 12\n  Sketches:\n    Above90: 1\nNumberOfFlush: 21600\nSeriesFlushed: 3.06e+06\n",
        )
        .unwrap();
        assert_eq!(vars.dogstatsd_contexts, Some(15_300));
        assert_eq!(vars.contexts_by_type[0], ("Count".to_owned(), 7650));
        assert_eq!(vars.checks_samples, Some(4_590_000));
        assert_eq!(vars.flushes, Some(21_600));
        assert_eq!(
            vars.event_platform_events,
            [("dbm-samples".to_owned(), 812)]
        );
        assert_eq!(
            vars.tags_above,
            [
                TagsAbove {
                    tags: 90,
                    series: 12,
                    sketches: 1
                },
                TagsAbove {
                    tags: 100,
                    series: 3,
                    sketches: 0
                }
            ]
        );
        assert_eq!(vars.series_flush_errors, None);
    }

    #[test]
    fn no_vars() {
        for text in [
            "",
            "{}\n",
            "not a map",
            "- 1\n",
            "MetricTags: 5\n",
            "{\"a\": ",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        let cut = parse("DogstatsdContexts: 7\nDogstatsdContextsByMtype:\n  Gau").unwrap();
        assert_eq!(cut.dogstatsd_contexts, Some(7));
        assert!(cut.contexts_by_type.is_empty());
        let many: String = (0..500).map(|n| format!("  t{n}: {n}\n")).collect();
        let vars = parse(&format!("DogstatsdContextsByMtype:\n{many}")).unwrap();
        assert_eq!(vars.contexts_by_type.len(), NAMES);
    }
}
