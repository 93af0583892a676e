//! `health-platform-issues.json`: what the health platform of newer Agents found. The file is there
//! only when it found something.
//!
//! ```text
//! {"event_type": "agent.health", "issues": {"check-id": {"id": "...", "title": "...", "severity": "..."}}}
//! ```

use super::text;
use super::yaml::Node;

/// Issues kept.
const ISSUES: usize = 200;

/// Bytes kept of a text.
const NAME: usize = 300;

/// One issue. What the file lacks is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HealthIssue {
    /// The health check that found it.
    pub check: Option<String>,
    /// For example `docker-file-tailing-disabled`.
    pub id: Option<String>,
    /// For example `Host Agent Cannot Tail Docker Log Files`.
    pub title: Option<String>,
    /// For example `medium`.
    pub severity: Option<String>,
}

/// Reads the file: a map of issues by check or a list of them, in the order of the file.
pub fn parse(text: &str) -> Vec<HealthIssue> {
    let (node, _) = Node::parse(text);
    let issues = node
        .get("issues")
        .or_else(|| node.get("Issues"))
        .unwrap_or(&node);
    let keyed = issues
        .entries()
        .iter()
        .map(|(check, issue)| (Some(check.as_str()), issue));
    let listed = issues.items().iter().map(|issue| (None, issue));
    keyed
        .chain(listed)
        .filter_map(|(check, issue)| {
            let field = |name: &str| {
                let text = issue.get(name)?.text()?.trim();
                (!text.is_empty()).then(|| text::cut(text, NAME).to_owned())
            };
            let found = HealthIssue {
                check: check.map(|check| text::cut(check, NAME).to_owned()),
                id: field("id").or_else(|| field("issue_name")),
                title: field("title"),
                severity: field("severity"),
            };
            (found.id.is_some() || found.title.is_some()).then_some(found)
        })
        .take(ISSUES)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_and_a_list() {
        let issue = r#"{"id": "docker-file-tailing-disabled", "title": "Cannot tail", "description": "free text", "severity": "medium"}"#;
        let map = parse(&format!(
            r#"{{"event_type": "agent.health", "host": {{"hostname": "h"}}, "issues": {{"logs-docker": {issue}, "gone": null}}}}"#
        ));
        assert_eq!(
            map,
            [HealthIssue {
                check: Some("logs-docker".to_owned()),
                id: Some("docker-file-tailing-disabled".to_owned()),
                title: Some("Cannot tail".to_owned()),
                severity: Some("medium".to_owned()),
            }]
        );
        for text in [format!("[{issue}]"), format!(r#"{{"issues": [{issue}]}}"#)] {
            let list = parse(&text);
            assert_eq!(list.len(), 1, "{text}");
            assert_eq!(list[0].check, None);
        }
    }

    #[test]
    fn no_issues() {
        for text in [
            "",
            "{}",
            "[]",
            "[1, 2]",
            r#"{"issues": {"a": {}}}"#,
            "\u{0}",
        ] {
            assert_eq!(parse(text), [], "{text}");
        }
        let many = format!("[{}]", vec![r#"{"id": "x"}"#; ISSUES + 5].join(","));
        assert_eq!(parse(&many).len(), ISSUES);
    }

    #[test]
    fn long_runs_of_one_character() {
        for one in ["{", "[", "\"", ":", ",", " ", "\n"] {
            assert_eq!(parse(&one.repeat(200_000)), [], "{one:?}");
        }
    }
}
