//! The escalation's parts as Markdown and as JIRA's wiki markup.
//!
//! Knows the two markups and how data is kept from acting as one; refuses to know what the parts
//! say.

use std::fmt::Write as _;

use super::escalation::{Piece, parts};
use crate::markdown::{clean, clean_lines, escape, fence};
use crate::model::Report;

/// The escalation as Markdown. `symptom` and `link` are the user's words, or empty.
pub fn escalation(report: &Report, symptom: &str, link: &str) -> String {
    let mut out = String::new();
    for part in parts(report, symptom, link) {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "### {}", part.title);
        for piece in part.pieces {
            out.push('\n');
            match piece {
                Piece::Paragraph(text) => {
                    let _ = writeln!(out, "{}", escape(&text));
                }
                Piece::List(items) => {
                    for item in items {
                        let _ = writeln!(out, "- {}", escape(&item));
                    }
                }
                Piece::Fields(fields) => {
                    for (name, value) in fields {
                        let _ = writeln!(out, "- **{}**: {}", escape(&name), escape(&value));
                    }
                }
                Piece::Raw { caption, text } => {
                    let _ = write!(out, "{}\n\n", escape(&caption));
                    fence(&mut out, &text);
                }
                Piece::Link(link) => {
                    let _ = if is_plain_link(&link) {
                        writeln!(out, "<{link}>")
                    } else {
                        writeln!(out, "{}", escape(&link))
                    };
                }
            }
        }
    }
    out
}

/// The escalation in JIRA's wiki markup. `symptom` and `link` are the user's words, or empty.
pub fn jira(report: &Report, symptom: &str, link: &str) -> String {
    let mut out = String::new();
    for part in parts(report, symptom, link) {
        if !out.is_empty() {
            out.push('\n');
        }
        let _ = writeln!(out, "h3. {}", part.title);
        for (index, piece) in part.pieces.into_iter().enumerate() {
            if index > 0 {
                // Or a table would go on.
                out.push('\n');
            }
            match piece {
                Piece::Paragraph(text) => {
                    let _ = writeln!(out, "{}", jira_escape(&text));
                }
                Piece::List(items) => {
                    for item in items {
                        let _ = writeln!(out, "* {}", jira_escape(&item));
                    }
                }
                Piece::Fields(fields) => {
                    for (name, value) in fields {
                        // An empty cell would join its neighbours.
                        let value = if value.is_empty() {
                            " ".to_owned()
                        } else {
                            jira_escape(&value)
                        };
                        let _ = writeln!(out, "||{}|{value}|", jira_escape(&name));
                    }
                }
                Piece::Raw { caption, text } => {
                    let text = clean_lines(&text).replace("{noformat", "{ noformat");
                    let _ = write!(
                        out,
                        "{}\n{{noformat}}\n{}\n{{noformat}}\n",
                        jira_escape(&caption),
                        text.trim_end_matches('\n')
                    );
                }
                Piece::Link(link) => {
                    let _ = if is_plain_link(&link) {
                        writeln!(out, "{link}")
                    } else {
                        writeln!(out, "{}", jira_escape(&link))
                    };
                }
            }
        }
    }
    out
}

/// A link without anything that could end it or act as markup.
fn is_plain_link(link: &str) -> bool {
    (link.starts_with("https://") || link.starts_with("http://"))
        && link
            .chars()
            .all(|letter| letter.is_ascii_graphic() && !"<>{}[]|\\\"`^*".contains(letter))
}

/// Escapes what JIRA's wiki markup acts on. The result is one line.
fn jira_escape(text: &str) -> String {
    let text = clean(text);
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 8);
    // `h1.` to `h6.` and `bq.` act at the start of a line.
    let acts_first = text
        .split_once('.')
        .is_some_and(|(head, _)| matches!(head, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "bq"));
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let after = letters.get(index + 1).copied();
        let alone = |letter: Option<char>| !letter.is_some_and(char::is_alphanumeric);
        match letter {
            // Two of them are a line break, so no backslash can stand for one.
            '\\' => out.push_str("&#92;"),
            '&' if after == Some('#') || after.is_some_and(char::is_alphabetic) => {
                out.push_str("&amp;");
            }
            '{' | '}' | '[' | ']' | '|' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            // These mark phrases only at the edge of a word.
            '*' | '_' | '-' | '+' | '^' | '~' => {
                let free =
                    before.is_none_or(char::is_whitespace) && after.is_none_or(char::is_whitespace);
                if (alone(before) || alone(after)) && !(free && index > 0) {
                    out.push('\\');
                }
                out.push(letter);
            }
            '?' if before == Some('?') || after == Some('?') => {
                out.push('\\');
                out.push(letter);
            }
            '.' if acts_first && index == 2 => out.push_str("&#46;"),
            '#' if index == 0 => out.push_str("\\#"),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jira_data_is_not_markup() {
        assert_eq!(jira_escape("sync.(*Mutex).Lock"), "sync.(\\*Mutex).Lock");
        assert_eq!(
            jira_escape("python._Cfunc_GoString"),
            "python.\\_Cfunc_GoString"
        );
        assert_eq!(jira_escape("a {code} [x|y]"), "a \\{code\\} \\[x\\|y\\]");
        assert_eq!(jira_escape("ip-10-20"), "ip-10-20");
        assert_eq!(jira_escape("+35.5 MB, -2 MB"), "\\+35.5 MB, \\-2 MB");
        assert_eq!(jira_escape("a - b"), "a - b");
        assert_eq!(jira_escape("- b"), "\\- b");
        assert_eq!(jira_escape("h1. b"), "h1&#46; b");
        assert_eq!(jira_escape("bq. b. c"), "bq&#46; b. c");
        assert_eq!(jira_escape("h7. b"), "h7. b");
        assert_eq!(jira_escape("C:\\\\x"), "C:&#92;&#92;x");
        assert_eq!(jira_escape("a\nh1. b"), "a h1. b");
        assert_eq!(jira_escape("&lt;"), "&amp;lt;");
        assert_eq!(jira_escape("!x.png!"), "\\!x.png\\!");
    }

    #[test]
    fn links_that_could_break_out_are_text() {
        assert!(is_plain_link("https://datadog.example/tickets/1_2?a=b#c"));
        assert!(!is_plain_link("https://x/> <b>"));
        assert!(!is_plain_link("javascript:alert(1)"));
        assert!(!is_plain_link("https://x|y"));
    }
}
