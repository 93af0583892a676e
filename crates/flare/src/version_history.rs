//! `version-history.json`: which versions ran here, and since when.

use super::install_info::InstallInfo;
use super::yaml::Node;

/// One version that was started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionEntry {
    /// For example `7.71.2`.
    pub version: String,
    /// First start, Unix milliseconds.
    pub timestamp_ms: Option<i64>,
    /// How it was installed.
    pub install: Option<InstallInfo>,
}

/// Entries kept; the Agent itself keeps a few dozen.
const ENTRIES: usize = 1_000;

/// Reads the history, oldest first.
pub fn parse(text: &str) -> Vec<VersionEntry> {
    let (node, _) = Node::parse(text);
    let entries = node.get("entries").map_or(node.items(), Node::items);
    let mut history: Vec<VersionEntry> = entries
        .iter()
        .take(ENTRIES)
        .filter_map(|entry| {
            Some(VersionEntry {
                version: entry.get("version")?.text()?.to_owned(),
                timestamp_ms: entry
                    .get("timestamp")
                    .and_then(Node::text)
                    .and_then(super::text::instant_ms),
                install: entry.get("install_method").and_then(InstallInfo::from_node),
            })
        })
        .collect();
    history.sort_by_key(|entry| entry.timestamp_ms);
    history
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_and_not() {
        let history = parse(
            r#"{"entries":[{"version":"7.80.2","timestamp":"2026-11-16T22:12:14.295706384Z"},{"version":"7.71.2","timestamp":"2026-08-13T02:12:14+02:00","install_method":{"tool":"dpkg"}},{"x":1}]}"#,
        );
        let versions: Vec<&str> = history.iter().map(|entry| entry.version.as_str()).collect();
        assert_eq!(versions, ["7.71.2", "7.80.2"]);
        assert_eq!(history[1].timestamp_ms, Some(1_794_867_134_295));
        assert!(parse("").is_empty());
    }
}
