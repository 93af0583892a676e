//! Letters that the eye does not see, or that change the direction of text, are shown as what they
//! are, and control characters not at all: as in every export.

use std::borrow::Cow;

use profile::is_hidden;
use report::markdown::clean_lines;

/// A text as it may be shown. Lines and tabs stay, and so do lines that end as CSV has it.
pub fn text(text: &str) -> Cow<'_, str> {
    let acts =
        |letter: char| (letter.is_control() && !matches!(letter, '\n' | '\t')) || is_hidden(letter);
    let mut lines = text.split("\r\n");
    if lines.any(|line| line.contains(acts)) {
        Cow::Owned(clean_lines(text))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::text;

    #[test]
    fn what_acts_is_shown_as_what_it_is() {
        assert!(matches!(text("größe\n\t\"a\""), Cow::Borrowed(_)));
        assert_eq!(text("\u{202e}gpj.zip"), "(U+202E)gpj.zip");
        assert!(!text("a\u{1b}[31m").contains('\u{1b}'));
        assert!(matches!(text("a,b\r\nc,d\r\n"), Cow::Borrowed(_)));
        assert!(!text("a\rb\r\n").contains('\r'));
    }
}
