//! What each form looks like: where it may start, and how far it goes.
//!
//! Each function gets the text before and the text from here on, and returns how many bytes of the
//! latter belong to the form. None looks further than the form goes, but for a bounded number of
//! letters.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::words;

/// Length of a container's short id.
pub(super) const SHORT_ID: usize = 12;

/// Length of its long id.
const LONG_ID: usize = 64;

/// Domain of the pseudonyms of e-mail addresses. It can't exist.
pub(super) const EMAIL_DOMAIN: &str = "@redacted.invalid";

/// Both parts of a text; the second is empty where there is no such place.
pub(super) fn cut(text: &str, at: usize) -> (&str, &str) {
    text.split_at_checked(at).unwrap_or((text, ""))
}

/// The start of a text whose letters all fit.
pub(super) fn span(text: &str, fits: impl Fn(char) -> bool) -> &str {
    let end = text.find(|letter| !fits(letter)).unwrap_or(text.len());
    cut(text, end).0
}

/// As [`span`], looking at no more than `most` letters; `None` where more of them fit.
pub(super) fn short_span(text: &str, most: usize, fits: impl Fn(char) -> bool) -> Option<&str> {
    for (seen, (at, letter)) in text.char_indices().enumerate() {
        if !fits(letter) {
            return Some(cut(text, at).0);
        }
        if seen >= most {
            return None;
        }
    }
    Some(text)
}

pub(super) fn first(text: &str) -> Option<char> {
    text.chars().next()
}

pub(super) fn last(text: &str) -> Option<char> {
    text.chars().next_back()
}

/// Is this no letter and no digit, or the end?
pub(super) fn ends_word(letter: Option<char>) -> bool {
    letter.is_none_or(|letter| !letter.is_alphanumeric())
}

/// Does a run of letters, digits and `joiners` start here, rather than go on?
fn starts_run(before: &str, joiners: &[char]) -> bool {
    ends_word(last(before.trim_end_matches(joiners)))
}

pub(super) fn is_quote(letter: char) -> bool {
    matches!(
        letter,
        '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}'
    )
}

/// Can a new item start after this letter?
pub(super) fn opens(before: &str) -> bool {
    last(before).is_none_or(|letter| {
        letter.is_whitespace()
            || is_quote(letter)
            || matches!(
                letter,
                '(' | '[' | '{' | ',' | ';' | '|' | '=' | '<' | '>' | '#' | '!' | '&' | '?'
            )
            || matches!(letter, '\u{2013}' | '\u{2014}' | '\u{2026}')
    })
}

/// Does an item end at this letter?
pub(super) fn closes(letter: char) -> bool {
    letter.is_whitespace()
        || is_quote(letter)
        || letter.is_control()
        || matches!(letter, ')' | ']' | '}' | ',' | ';' | '|' | '<' | '>')
        || matches!(letter, '\u{2013}' | '\u{2014}' | '\u{2026}')
}

/// Without the punctuation that ends a sentence.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_end_matches(['.', ':', '!', '?'])
}

/// One of our own pseudonyms.
pub(super) fn pseudonym(text: &str) -> Option<usize> {
    let length = pseudonym_start(text)?;
    // `host-1.example.com` and `ip-10-20-30-40` are none.
    let mut following = cut(text, length).1.chars();
    let goes_on = matches!(following.next(), Some('.' | '-')) && !ends_word(following.next());
    (!goes_on).then_some(length)
}

/// What reads as one of our pseudonyms, whatever comes after it.
pub(super) fn pseudonym_start(text: &str) -> Option<usize> {
    const PREFIXES: [&str; 8] = [
        "host-",
        "ip-",
        "ipv6-",
        "path-",
        "tag-",
        "container-",
        "pod-",
        "email-",
    ];
    let prefix = PREFIXES
        .into_iter()
        .find(|prefix| text.starts_with(prefix))?;
    let (_, rest) = cut(text, prefix.len());
    let digits = short_span(rest, 9, |letter| letter.is_ascii_digit())?;
    if digits.is_empty() || digits.starts_with('0') {
        return None;
    }
    let (_, mut rest) = cut(rest, digits.len());
    match prefix {
        "email-" => rest = rest.strip_prefix(EMAIL_DOMAIN)?,
        "path-" => {
            if let Some(after) = rest.strip_prefix('.') {
                let ending = span(after, |letter| letter.is_ascii_alphanumeric());
                if words::is_extension(ending) {
                    rest = cut(after, ending.len()).1;
                }
            }
        }
        _ => {}
    }
    ends_word(first(rest)).then_some(text.len() - rest.len())
}

/// Has one of our pseudonyms been put into this text?
pub(super) fn has_pseudonym(text: &str) -> bool {
    text.char_indices().any(|(at, _)| {
        ends_word(last(cut(text, at).0)) && pseudonym_start(cut(text, at).1).is_some()
    })
}

/// A URL, from its scheme to its end.
pub(super) fn url(text: &str) -> Option<usize> {
    if !first(text)?.is_ascii_alphabetic() {
        return None;
    }
    let scheme = short_span(text, 24, |letter| {
        letter.is_ascii_alphanumeric() || letter == '+'
    })?;
    let (_, rest) = cut(text, scheme.len());
    let rest = rest.strip_prefix("://")?;
    // The brackets of an IPv6 address end nothing.
    let mut previous = '@';
    let mut in_brackets = false;
    let end = rest
        .find(|letter| {
            let ends = match letter {
                '[' => previous != '@',
                ']' if in_brackets => false,
                letter => closes(letter) || matches!(letter, '('),
            };
            in_brackets = letter == '[' || (in_brackets && letter != ']');
            previous = letter;
            ends
        })
        .unwrap_or(rest.len());
    let body = trimmed(cut(rest, end).0);
    (!body.is_empty()).then_some(scheme.len() + "://".len() + body.len())
}

/// An e-mail address.
pub(super) fn email(before: &str, text: &str) -> Option<usize> {
    let is_local = |letter: char| letter.is_alphanumeric() || "._%+-".contains(letter);
    if ends_word(first(text)) || !starts_run(before, &['.', '_', '%', '+', '-']) {
        return None;
    }
    let local = span(text, is_local);
    let domain = cut(text, local.len()).1.strip_prefix('@')?;
    let domain = span(domain, |letter| {
        letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_')
    });
    let domain = domain.trim_end_matches(['.', '-', '_']);
    let (_, ending) = domain.rsplit_once('.')?;
    // `module@v1.2.3-rc.beta` is a version.
    let is_version = domain
        .strip_prefix('v')
        .is_some_and(|rest| first(rest).is_some_and(|letter| letter.is_ascii_digit()));
    let fits = !local.ends_with('.')
        && !has_pseudonym(local)
        && ending.chars().count() >= 2
        && ending.chars().all(char::is_alphabetic)
        && !domain.starts_with(['.', '-'])
        && !is_version
        && EMAIL_DOMAIN.strip_prefix('@') != Some(domain)
        && !has_pseudonym(domain)
        && !words::is_unit_file(domain);
    fits.then_some(local.len() + 1 + domain.len())
}

/// An IPv6 address with its zone. `::` alone is none: it says nothing, and C++ is full of it.
pub(super) fn ipv6(before: &str, text: &str, within_code: bool) -> Option<usize> {
    if before.ends_with("::") || before.ends_with(['_', '.']) {
        return None;
    }
    let run = short_span(text, 64, |letter| {
        letter.is_ascii_hexdigit() || matches!(letter, ':' | '.')
    })?;
    let (_, rest) = cut(text, run.len());
    if !ends_word(first(rest)) || rest.starts_with('_') {
        return None;
    }
    let run = run.trim_end_matches('.');
    let run = match run.strip_suffix(':') {
        Some(without) if !without.ends_with(':') => without,
        _ => run,
    };
    let parses = |run: &str| run.parse::<Ipv6Addr>().is_ok();
    let address = if parses(run) {
        run
    } else {
        // A port without brackets.
        let (address, port) = run.rsplit_once(':')?;
        let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        (is_port && parses(address)).then_some(address)?
    };
    let groups: Vec<&str> = address.split(':').filter(|part| !part.is_empty()).collect();
    let has_digit = address.bytes().any(|byte| byte.is_ascii_digit());
    let is_sure = if within_code {
        address == "::1"
            || groups.len() >= 3
            || (has_digit && groups.first().is_some_and(|group| group.len() == 4))
    } else {
        has_digit || groups.len() >= 3
    };
    if !is_sure {
        return None;
    }
    let (_, rest) = cut(text, address.len());
    let zone = rest.strip_prefix('%').map_or(0, |zone| {
        let zone = span(zone, |letter| {
            letter.is_alphanumeric() || "._-".contains(letter)
        });
        let zone = zone.trim_end_matches(['.', '-']);
        if zone.is_empty() { 0 } else { 1 + zone.len() }
    });
    Some(address.len() + zone)
}

/// An IPv4 address. Versions of four numbers are one too, unless something says what they are.
pub(super) fn ipv4(before: &str, text: &str) -> Option<usize> {
    let mut before_dot = before.chars().rev();
    if before_dot.next() == Some('.')
        && before_dot
            .next()
            .is_some_and(|letter| letter.is_ascii_digit())
    {
        return None;
    }
    let run = short_span(text, 32, |letter| letter.is_ascii_digit() || letter == '.')?;
    let address = run.trim_end_matches('.');
    if address.parse::<Ipv4Addr>().is_err() {
        return None;
    }
    let mut following = cut(text, address.len()).1.chars();
    let goes_on = match following.next() {
        Some('.') => following
            .next()
            .is_some_and(|letter| letter.is_ascii_digit()),
        letter => !ends_word(letter),
    };
    // The file of a library, `libx.so.1.0.0.2`.
    let is_library = before.ends_with(".so.");
    // Only the end of what stands before: walking back through a long run of punctuation from each
    // place in it would take the square of its length.
    let is_version = before
        .get(before.len().saturating_sub(12)..)
        .map(|words| words.trim_end_matches([' ', ':', '=', '"', '\'']))
        .is_some_and(|words| words.to_ascii_lowercase().ends_with("version"));
    (!goes_on && !is_version && !is_library).then_some(address.len())
}

/// The whole run of letters, digits, dots and dashes that starts here, if one does.
pub(super) fn name_run<'t>(before: &str, text: &'t str) -> Option<&'t str> {
    if ends_word(first(text)) || !starts_run(before, &['.', '_', '-']) {
        return None;
    }
    let run = span(text, |letter| {
        letter.is_alphanumeric() || "._-".contains(letter)
    });
    Some(run.trim_end_matches(|letter: char| !letter.is_alphanumeric()))
}

/// What follows a host of source code in an import path.
pub(super) fn import_path(text: &str) -> usize {
    if text.starts_with('/') {
        span(text, |letter| {
            letter.is_alphanumeric() || "/._-@~+$%!".contains(letter)
        })
        .len()
    } else {
        0
    }
}

/// Names that cloud providers make: `ip-10-20-30-40`, `i-0123456789abcdef0`, with their domain.
pub(super) fn cloud_name(text: &str) -> Option<usize> {
    const LONGEST: usize = 32;
    if !text.starts_with(['i', 'I']) {
        return None;
    }
    let label = short_span(text, LONGEST, |letter| {
        letter.is_alphanumeric() || letter == '-'
    })?
    .trim_end_matches('-');
    let lower = label.to_ascii_lowercase();
    let is_ip = lower.strip_prefix("ip-").is_some_and(|numbers| {
        let mut count = 0;
        numbers.split('-').all(|number| {
            count += 1;
            number.parse::<u8>().is_ok() && !number.starts_with('+')
        }) && count == 4
    });
    let is_instance = lower.strip_prefix("i-").is_some_and(|id| {
        matches!(id.len(), 8 | 17)
            && id.bytes().all(|byte| byte.is_ascii_hexdigit())
            && id.bytes().any(|byte| byte.is_ascii_digit())
    });
    if !is_ip && !is_instance {
        return None;
    }
    let full = short_span(text, 253, |letter| {
        letter.is_alphanumeric() || "._-".contains(letter)
    })
    .unwrap_or_default()
    .trim_end_matches(|letter: char| !letter.is_alphanumeric());
    Some(if words::is_host(full) {
        full.len()
    } else {
        label.len()
    })
}

fn is_lower_hex(letter: char) -> bool {
    letter.is_ascii_digit() || ('a'..='f').contains(&letter)
}

/// The id of a container, short or long.
pub(super) fn container_id(text: &str) -> Option<usize> {
    let run = short_span(text, LONG_ID, is_lower_hex)?;
    let (_, rest) = cut(text, run.len());
    if !ends_word(first(rest)) {
        return None;
    }
    let is_mixed = run.bytes().any(|byte| byte.is_ascii_digit())
        && run.bytes().any(|byte| byte.is_ascii_alphabetic());
    match run.len() {
        LONG_ID => Some(LONG_ID),
        SHORT_ID if is_mixed => Some(SHORT_ID),
        _ => None,
    }
}

/// May an id start here? The last part of a UUID or of a Go module's version is no short id.
pub(super) fn may_be_id(before: &str, length: usize) -> bool {
    length == LONG_ID || !before.ends_with(['-', '_', '.'])
}

/// A letter that Kubernetes makes names of: no vowels, nothing that looks like another.
fn is_generated(letter: char) -> bool {
    "bcdfghjklmnpqrstvwxz2456789".contains(letter)
}

/// The generated name of a pod: `web-6d4cf56db6-x7k2p`, `datadog-agent-x7k2p`.
pub(super) fn pod(before: &str, text: &str, within_code: bool) -> Option<usize> {
    const LONGEST: usize = 253;
    if !first(text)?.is_ascii_lowercase() || !starts_run(before, &['-']) {
        return None;
    }
    let run = short_span(text, LONGEST, |letter| {
        letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-'
    })?;
    if !ends_word(first(cut(text, run.len()).1)) {
        return None;
    }
    let (head, random) = run.rsplit_once('-')?;
    let has_digit = |part: &str| part.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = |part: &str| part.bytes().any(|byte| byte.is_ascii_alphabetic());
    if random.len() != 5 || !random.chars().all(is_generated) || !has_letter(random) {
        return None;
    }
    let is_set = head.rsplit_once('-').is_some_and(|(_, set)| {
        let is_hash = (6..=10).contains(&set.len())
            && set.chars().all(is_generated)
            && (has_digit(set) || set.len() >= 8);
        // Cron jobs have the minute since 1970.
        let is_minute = set.len() == 8 && set.bytes().all(|byte| byte.is_ascii_digit());
        is_hash || is_minute
    });
    let is_pod = is_set || (!within_code && !words::is_technical(random));
    is_pod.then_some(run.len())
}

/// A `key:value` tag: the lengths of its key, and of its value after the colon.
pub(super) fn tag(before: &str, text: &str) -> Option<(usize, usize)> {
    const LONGEST_KEY: usize = 200;
    if !first(text)?.is_ascii_alphabetic() || !opens(before) {
        return None;
    }
    let key = short_span(text, LONGEST_KEY, |letter| {
        letter.is_ascii_alphanumeric() || "_./-".contains(letter)
    })?;
    let rest = cut(text, key.len()).1.strip_prefix(':')?;
    let starts = first(rest)
        .is_some_and(|letter| letter.is_alphanumeric() || "_/.-@%{$~\\".contains(letter))
        || ipv6("", rest, false).is_some();
    if !starts || rest.starts_with("//") {
        return None;
    }
    let value = trimmed(span(rest, |letter| {
        !closes(letter) && !matches!(letter, '(' | '[')
    }));
    // Lines, ports and times are no tags; an account's number is.
    let is_number = value
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b':')
        && value.split(':').all(|number| number.len() < 7);
    let says_something = value.chars().any(char::is_alphanumeric);
    // What stands before the colon in `ip-1-user:x` was an address, not a key; what follows one may
    // have been replaced before.
    let is_redacted = has_pseudonym(key) || pseudonym(value).is_some();
    let fits = says_something && !is_number && !is_redacted;
    fits.then_some((key.len(), value.len()))
}
