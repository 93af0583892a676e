//! `expvar/aggregator`: how many contexts the Agent holds.

use super::yaml::Node;

/// Names kept of a list.
const NAMES: usize = 100;

/// The counts. What the file lacks is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AggregatorVars {
    /// Combinations of metric name, tags and host from DogStatsD that are held now.
    pub dogstatsd_contexts: Option<u64>,
    /// The same by metric type, in the order of the file.
    pub contexts_by_type: Vec<(String, u64)>,
}

/// Reads the file; `None` where it tells nothing.
pub fn parse(text: &str) -> Option<AggregatorVars> {
    let (node, _) = Node::parse(text);
    let vars = AggregatorVars {
        dogstatsd_contexts: node.count_at("DogstatsdContexts"),
        contexts_by_type: node
            .get("DogstatsdContextsByMtype")
            .map(|node| node.counts(NAMES))
            .unwrap_or_default(),
    };
    (vars != AggregatorVars::default()).then_some(vars)
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
