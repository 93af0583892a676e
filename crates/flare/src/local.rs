//! `local`: marks a flare that the command built itself, because the Agent was not asked or did
//! not answer. The Agent's own variables in such a flare are those of the command.

/// What the marker says; nothing in older versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalMarker {
    /// Why the flare is local: the lines that are no field.
    pub reason: Option<String>,
    /// When it was made, Unix milliseconds.
    pub created_ms: Option<i64>,
    /// Go version of the command.
    pub go_version: Option<String>,
}

/// Reads the marker.
pub fn parse(text: &str) -> LocalMarker {
    let mut marker = LocalMarker::default();
    let mut reason = Vec::new();
    for line in super::text::cut(text, 16_000).lines() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        match line.split_once(": ") {
            Some(("Flare creation time", value)) => {
                marker.created_ms = super::text::instant_ms(value);
            }
            Some(("Go version", value)) => marker.go_version = Some(value.trim().to_owned()),
            Some((key, _)) if key.starts_with("vcs") => {}
            _ => reason.push(line),
        }
    }
    marker.reason = (!reason.is_empty()).then(|| reason.join(" "));
    marker
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new() {
        assert_eq!(parse(""), LocalMarker::default());
        let marker = parse(
            "Could not reach the agent: refused\nFlare creation time: 2026-02-20 10:29:16 UTC\nGo version: go1.25\nvcs.revision: abc\n",
        );
        assert_eq!(
            marker.reason.as_deref(),
            Some("Could not reach the agent: refused")
        );
        assert_eq!(marker.created_ms, Some(1_771_583_356_000));
        assert_eq!(marker.go_version.as_deref(), Some("go1.25"));
    }
}
