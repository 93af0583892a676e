//! The menu of exports.

use crate::session::Deliver;
use engine::protocol::ExportFormat;

/// Hook, title, and what it does, of each item.
pub const ITEMS: [(&str, &str, ExportFormat, Deliver); 6] = [
    (
        "copy-jira",
        "Copy escalation for JIRA",
        ExportFormat::Jira,
        Deliver::Copy,
    ),
    (
        "copy-markdown",
        "Copy report, Markdown",
        ExportFormat::Markdown,
        Deliver::Copy,
    ),
    (
        "download-markdown",
        "Download report, Markdown",
        ExportFormat::Markdown,
        Deliver::Save,
    ),
    (
        "download-html",
        "Download report, HTML",
        ExportFormat::Html,
        Deliver::Save,
    ),
    (
        "download-text",
        "Download report, plain text",
        ExportFormat::Text,
        Deliver::Save,
    ),
    (
        "download-json",
        "Download report, JSON",
        ExportFormat::Json,
        Deliver::Save,
    ),
];

/// The item that gets the focus after a step forward (positive) or back, from the last to the first
/// and round again. `at` is the one that has it.
pub const fn next(at: Option<usize>, step: isize, count: usize) -> usize {
    match (at, step) {
        (None, 1..) => 0,
        (None, _) => count.saturating_sub(1),
        (Some(at), 1..) if at + 1 >= count => 0,
        (Some(at), 1..) => at + 1,
        (Some(0), _) => count.saturating_sub(1),
        (Some(at), _) => at - 1,
    }
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn the_focus_goes_round() {
        let forward = [None, Some(0), Some(2)].map(|at| next(at, 1, 3));
        assert_eq!(forward, [0, 1, 0]);
        let back = [None, Some(0), Some(2)].map(|at| next(at, -1, 3));
        assert_eq!(back, [2, 2, 1]);
        assert_eq!(next(None, -1, 0), 0);
    }
}
