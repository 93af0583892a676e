//! The menu of what leaves the page as a whole: its items, and where keys move the focus in it.

use crate::session::Deliver;
use engine::protocol::ExportFormat;

/// What an item does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Makes the report in a form, and copies or saves it.
    Export(ExportFormat, Deliver),
    /// Prints Summary, and all behind it as an appendix if `details`.
    Print {
        /// With the appendix.
        details: bool,
    },
}

/// Hook, title, and what it does, of each item.
pub const ITEMS: [(&str, &str, Does); 8] = [
    (
        "download-html",
        "HTML",
        Does::Export(ExportFormat::Html, Deliver::Save),
    ),
    (
        "download-markdown",
        "Markdown",
        Does::Export(ExportFormat::Markdown, Deliver::Save),
    ),
    (
        "download-text",
        "Plain text",
        Does::Export(ExportFormat::Text, Deliver::Save),
    ),
    (
        "download-json",
        "JSON",
        Does::Export(ExportFormat::Json, Deliver::Save),
    ),
    (
        "copy-markdown",
        "Copy the report as Markdown",
        Does::Export(ExportFormat::Markdown, Deliver::Copy),
    ),
    (
        "copy-jira",
        "Copy the escalation for JIRA",
        Does::Export(ExportFormat::Jira, Deliver::Copy),
    ),
    ("print", "Print the summary", Does::Print { details: false }),
    (
        "print-details",
        "Print with details",
        Does::Print { details: true },
    ),
];

/// The item that a key moves the focus to, by the names that keys have in browsers; none for a key
/// that means nothing here. `at` is the item that has the focus. A letter goes to the next title
/// that begins with it, and past the end to the first.
pub fn moved(key: &str, at: Option<usize>, titles: &[&str]) -> Option<usize> {
    let last = titles.len().checked_sub(1)?;
    match key {
        "Home" => Some(0),
        "End" => Some(last),
        "ArrowDown" => Some(at.map_or(0, |at| if at >= last { 0 } else { at + 1 })),
        "ArrowUp" => Some(at.map_or(last, |at| at.checked_sub(1).unwrap_or(last))),
        letter if letter.chars().count() == 1 => {
            let begins = |title: &str| {
                let first = title.chars().next();
                first.is_some_and(|first| first.to_lowercase().eq(letter.to_lowercase().chars()))
            };
            let from = at.map_or(0, |at| at + 1);
            (from..=last)
                .chain(0..from)
                .find(|&index| titles.get(index).is_some_and(|title| begins(title)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ITEMS, moved};

    const TITLES: [&str; 4] = ["Save", "Copy", "Print", "Copy all"];

    fn walk(key: &str) -> [Option<usize>; 4] {
        [None, Some(0), Some(1), Some(3)].map(|at| moved(key, at, &TITLES))
    }

    #[test]
    fn arrows_go_round() {
        assert_eq!(walk("ArrowDown"), [Some(0), Some(1), Some(2), Some(0)]);
        assert_eq!(walk("ArrowUp"), [Some(3), Some(3), Some(0), Some(2)]);
    }

    #[test]
    fn home_and_end_go_to_the_ends() {
        assert_eq!(walk("Home"), [Some(0); 4]);
        assert_eq!(walk("End"), [Some(3); 4]);
    }

    #[test]
    fn a_letter_goes_to_the_next_title_that_begins_with_it() {
        assert_eq!(walk("c"), [Some(1), Some(1), Some(3), Some(1)]);
        assert_eq!(walk("P"), [Some(2); 4]);
        assert_eq!(walk("x"), [None; 4]);
        assert_eq!(moved("s", Some(0), &TITLES), Some(0));
    }

    #[test]
    fn other_keys_mean_nothing_and_no_items_no_move() {
        assert_eq!(walk("Tab"), [None; 4]);
        assert_eq!(walk(" "), [None; 4]);
        assert_eq!(moved("End", None, &[]), None);
    }

    #[test]
    fn each_item_has_a_hook_of_its_own() {
        let mut hooks = ITEMS.map(|(hook, ..)| hook);
        hooks.sort_unstable();
        assert!(hooks.windows(2).all(|pair| pair[0] != pair[1]), "{hooks:?}");
    }
}
