//! Names as they may be printed.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Characters that are not seen, or that change the direction of what stands around them.
pub const fn is_hidden(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
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
    }
}
