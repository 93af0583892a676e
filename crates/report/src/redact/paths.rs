//! What paths of Unix and Windows look like. As in [`super::forms`], nothing looks further than a
//! path goes, but for a bounded number of letters.

use std::net::Ipv4Addr;

use super::forms::{
    closes, cut, first, is_quote, last, opens, pseudonym_start, short_span, span, trimmed,
};
use super::words;

/// How far a closing quote is looked for.
const QUOTED: usize = 300;

/// Does a colon stand before, other than that of an IPv6 network?
fn follows_key(before: &str) -> bool {
    before.ends_with(':') && !before.ends_with("::")
}

/// An absolute path of Unix, or one below the home folder.
pub(super) fn unix_path(before: &str, text: &str) -> Option<usize> {
    let from = text.strip_prefix('~').unwrap_or(text);
    // A URL whose scheme is none is no path either.
    if before.ends_with(':') && from.starts_with("//") {
        return None;
    }
    if !from.starts_with('/') || !(opens(before) || follows_key(before)) || before.ends_with('<') {
        return None;
    }
    // Asked first: where no path starts, its end need not be looked for.
    let starts = first(from.trim_start_matches(['~', '/']))
        .is_some_and(|letter| letter.is_alphanumeric() || "._~$%@+*\\".contains(letter));
    if !starts {
        return None;
    }
    let mut path = trimmed(span(text, |letter| {
        !closes(letter) && !matches!(letter, '(' | '[' | '{' | ':' | '?' | '&')
    }));
    // Within quotes a folder's name may have blanks.
    if let Some(quoted) = quoted(before, text) {
        path = cut(quoted, with_blanks(quoted, path.len(), '/')).0;
    }
    let inner = path.trim_start_matches(['~', '/']);
    let components: Vec<&str> = inner.split('/').filter(|part| !part.is_empty()).collect();
    let starts = !inner.is_empty();
    // Java writes addresses like this.
    let is_address = matches!(components.as_slice(), [one] if one.parse::<Ipv4Addr>().is_ok())
        || pseudonym_start(inner).is_some();
    let is_unit = path
        .strip_prefix('/')
        .is_some_and(|word| words::is_unit(&word.to_lowercase()));
    // The last slash stays: what follows must not grow together with the pseudonym.
    (starts && !is_address && !is_unit).then_some(path.trim_end_matches('/').len())
}

/// A path of Windows: with a drive, or on a server.
pub(super) fn windows_path(before: &str, text: &str) -> Option<usize> {
    let is_drive = drive(text);
    // Not in the middle of a run: each run is looked at once.
    let is_server = text.starts_with("\\\\") && !before.ends_with('\\');
    if !(is_drive || is_server) || !(opens(before) || before.ends_with([':', '/', '@'])) {
        return None;
    }
    let (_, after) = cut(text, 2);
    let inner = after.trim_start_matches(['\\', '/']);
    let starts = first(inner).is_some_and(|letter| {
        letter.is_alphanumeric() || "._~$%@{-".contains(letter) || (is_server && letter == '?')
    });
    if !starts {
        return None;
    }
    // The colon of the drive ends nothing, nor does that of `\\?\C:`.
    let head = text.len() - inner.len();
    let head = match inner.strip_prefix("?\\") {
        Some(deeper) if drive(deeper) => head + "?\\C:".len(),
        Some(_) => head + "?".len(),
        None => head,
    };
    let (_, body) = cut(text, head);
    let body = trimmed(span(body, |letter| {
        !closes(letter) && !matches!(letter, ':' | '*' | '?')
    }));
    let mut length = head + body.len();
    length = with_blanks(text, length, '\\');
    // Within quotes the last name may have a blank too: `"C:\Users\Jane Doe"`.
    if let Some(quoted) = quoted(before, text)
        && cut(quoted, length).1.split_whitespace().count() < 2
    {
        length = quoted.len().max(length);
    }
    let path = cut(text, length).0.trim_end_matches(['\\', '/']);
    // `\\server` alone could be anything.
    let is_whole = is_drive || path.trim_start_matches('\\').contains('\\');
    (is_whole && path.len() > 3).then_some(path.len())
}

/// `C:\` or `D:/`.
fn drive(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|letter| letter.is_ascii_alphabetic())
        && letters.next() == Some(':')
        && matches!(letters.next(), Some('\\' | '/'))
}

/// What stands within quotes from here on, if the quote before is closed on this line.
fn quoted<'t>(before: &str, text: &'t str) -> Option<&'t str> {
    let opening = last(before).filter(|letter| is_quote(*letter))?;
    let closing = match opening {
        '\u{201c}' => '\u{201d}',
        '\u{2018}' => '\u{2019}',
        '\u{ab}' => '\u{bb}',
        other => other,
    };
    let end = text
        .char_indices()
        .take(QUOTED)
        .take_while(|(_, letter)| *letter != '\n')
        .find(|(_, letter)| *letter == closing)?;
    Some(cut(text, end.0).0)
}

/// The length of a path with the words that follow it, if a separator in them tells that they
/// belong to it: `C:\Program Files\Datadog\Datadog Agent\bin`. One more word may lie between.
fn with_blanks(text: &str, length: usize, separator: char) -> usize {
    const BETWEEN: usize = 2;
    const LONGEST_WORD: usize = 260;
    let mut best = length;
    let mut at = length;
    let mut between = 0;
    while let Some(rest) = cut(text, at).1.strip_prefix(' ') {
        let fits = |letter: char| {
            !letter.is_whitespace()
                && !is_quote(letter)
                && !matches!(letter, '<' | '>' | '|' | ',' | ';' | ':' | '*')
        };
        let Some(word) = short_span(rest, LONGEST_WORD, fits) else {
            break;
        };
        let is_new = word.is_empty() || word.starts_with(separator) || drive(rest);
        let ends_sentence = trimmed(word).len() < word.len();
        if is_new || (ends_sentence && !word.contains(separator)) {
            break;
        }
        at += 1 + word.len();
        if word.contains(separator) {
            let mut word = trimmed(word);
            if !word.contains('(') {
                word = word.trim_end_matches([')', ']', '}']);
            }
            best = at.min(length_to(text, rest, word));
            between = 0;
            if ends_sentence {
                break;
            }
        } else {
            between += 1;
            if between > BETWEEN {
                break;
            }
        }
    }
    best
}

/// Where a word ends in the text whose end `rest` is.
fn length_to(text: &str, rest: &str, word: &str) -> usize {
    text.len() - rest.len() + word.len()
}

/// The file extension of a path with its dot, if it is a usual one.
pub(super) fn extension(path: &str) -> String {
    // Those of URLs have a query; the mark in `\\?\C:\x` starts none.
    let query = path.find(['?', '#']).filter(|_| path.starts_with('/'));
    let path = cut(path, query.unwrap_or(path.len())).0;
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.to_lowercase();
    if name.contains(".so.") {
        return ".so".to_owned();
    }
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && words::is_extension(ending) => {
            format!(".{ending}")
        }
        _ => String::new(),
    }
}

/// What all spellings of a path share.
pub(super) fn path_identity(path: &str) -> String {
    if drive(path) || path.starts_with("\\\\") {
        let mut identity = String::with_capacity(path.len());
        for letter in path.to_lowercase().chars() {
            let letter = if letter == '/' { '\\' } else { letter };
            // Within JSON and Go strings they are doubled.
            if !(letter == '\\' && identity.ends_with('\\')) {
                identity.push(letter);
            }
        }
        identity.trim_end_matches('\\').to_owned()
    } else {
        path.trim_end_matches('/').to_owned()
    }
}
