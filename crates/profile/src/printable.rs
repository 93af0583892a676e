//! Names as they may be printed.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters that are not seen, or that change the direction of what stands around them.
///
/// Unicode's `Default_Ignorable_Code_Point` (`DerivedCoreProperties.txt`), which has the variation
/// selectors and tags that can carry a text of their own; line and paragraph separators, the
/// interlinear marks, and a blank that is drawn as a symbol.
pub const fn is_hidden(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A text on one line that no terminal obeys: control characters become replacement characters,
/// hidden ones their number. Nearly all names come back as they are.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter: char| letter.is_control() || is_hidden(letter)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if letter.is_control() {
            out.push('\u{fffd}');
        } else if is_hidden(letter) {
            let _ = write!(out, "(U+{:04X})", u32::from(letter));
        } else {
            out.push(letter);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn only_what_acts_is_replaced() {
        assert_eq!(
            printable("sync.(*Mutex).Lock größe"),
            "sync.(*Mutex).Lock größe"
        );
        assert_eq!(
            printable("a\u{1b}[31m\nb\u{9b}"),
            "a\u{fffd}[31m\u{fffd}b\u{fffd}"
        );
        assert_eq!(printable("\u{202e}gpj"), "(U+202E)gpj");
        assert_eq!(
            printable("a\u{fe0f}\u{e0141}\u{3164}\u{2800}"),
            "a(U+FE0F)(U+E0141)(U+3164)(U+2800)"
        );
    }
}
