//! Texts: lines with names and values, in whatever notation.

use std::ops::Range;

use testkit::random::Random;

/// Values that some parser takes for something else than a word.
const VALUES: [&str; 88] = [
    "",
    "0",
    "-0",
    "1",
    "-1",
    "+5",
    "01",
    "0x1F",
    "0o17",
    "0b10",
    "1_000",
    "1__0",
    "1.5",
    "1.",
    ".5",
    "-1.5e-3",
    "1e5",
    "1E400",
    "1e",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    ".inf",
    "-.inf",
    ".nan",
    "inf",
    "NaN",
    "null",
    "~",
    "true",
    "False",
    "no",
    "\"\"",
    "\"1\"",
    "''",
    "'it''s'",
    "\"\\u00e9\\n\\x41\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"\\q\"",
    "\"\"\"\na\\\n  b\"\"\"",
    "'''\na'''",
    "[]",
    "{}",
    "[1, 2]",
    "[a, [b], {c: d}]",
    "[\"a\", \"b\",]",
    "{a: 1, \"b\": [c]}",
    "{\"a\": 1, \"b\": null}",
    "{ a = 1, b.c = \"d\" }",
    "[",
    "{",
    "&a x",
    "*a",
    "!!str 1",
    "!!int x",
    "!!map",
    "!x y",
    "|\n  a\n  b",
    ">-\n  a\n\n  b",
    "|2+\n   a\n",
    "? a\n: b",
    "- a\n- b",
    "- - a",
    "<<: *a",
    "2026-11-23",
    "2026-11-23T06:12:37Z",
    "2026-11-23 06:12:37.123 UTC",
    "2026-11-23T06:12:37.123456789+02:00",
    "2026-13-41T25:61:61Z",
    "12:30:45",
    "1h2m3.5s",
    "10GiB",
    "512Mi",
    "100m",
    "5.5 MiB",
    "42 %",
    "1,234,567",
    "10.1.2.3",
    "fe80::1%eth0",
    "[::1]:8080",
    "https://u:p@h.example.com:80/a?b=c#d",
    "/var/lib/a b/c.yaml",
    "C:\\Users\\joe\\x",
    "a.b.example.com",
    "7.82.0-rc.3+git.1",
    "é\u{202e}\u{200b}<b>`|",
];

/// What stands between values.
const MARKS: [&str; 52] = [
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "  ",
    "\t",
    ":",
    ": ",
    ",",
    ", ",
    "- ",
    "? ",
    "# ",
    "=",
    " = ",
    "==",
    ".",
    "\"",
    "'",
    "`",
    "[",
    "]",
    "{",
    "}",
    "(",
    ")",
    "<",
    ">",
    "|",
    "\\",
    "/",
    "@",
    "%",
    "*",
    "&",
    "!",
    "---\n",
    "...\n",
    "\u{feff}",
    "\0",
    "é",
    "ß",
    "\u{85}",
    "\u{a0}",
    "\u{1680}",
    "\u{2003}",
    "\u{200b}",
    "\u{2028}",
    "\u{202e}",
    "\u{3000}",
    "\u{fffd}",
    "\u{1f600}",
];

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Where lines are, each with its end.
fn lines(text: &[u8]) -> Vec<Range<usize>> {
    let mut from = 0;
    text.split_inclusive(|byte| *byte == b'\n')
        .map(|line| {
            let range = from..from + line.len();
            from = range.end;
            range
        })
        .collect()
}

/// A few lines at random, one behind the other.
fn some_lines(text: &[u8], dice: &mut Random) -> Range<usize> {
    let lines = lines(text);
    let first = dice.below(lines.len());
    let most = if dice.one_in(4) { 12 } else { 2 };
    let last = (first + dice.below(most)).min(lines.len().saturating_sub(1));
    match (lines.get(first), lines.get(last)) {
        (Some(first), Some(last)) => first.start..last.end,
        _ => 0..0,
    }
}

/// What stands behind a separator, to the end of the line or to the next separator.
fn value(text: &[u8], dice: &mut Random) -> Range<usize> {
    let lines = lines(text);
    let Some(line) = dice.pick(&lines).cloned() else {
        return 0..0;
    };
    let end = line.start + text[line.clone()].trim_ascii_end().len();
    let separators: Vec<usize> = (line.start..end).filter(|at| !is_word(text[*at])).collect();
    let mut start = match dice.pick(&separators) {
        Some(at) if !dice.one_in(6) => at + 1,
        _ => line.start,
    };
    while start < end && text[start] == b' ' {
        start += 1;
    }
    let next = separators.iter().copied().find(|at| *at > start);
    match next {
        Some(next) if dice.one_in(2) => start..next,
        _ => start..end.max(start),
    }
}

/// A word, or one sign.
fn token(text: &[u8], dice: &mut Random) -> Range<usize> {
    let at = dice.below(text.len());
    let in_word = |at: &usize| text.get(*at).is_some_and(|byte| is_word(*byte));
    if !in_word(&at) {
        return at..(at + 1).min(text.len());
    }
    let start = (0..=at).rev().take_while(in_word).last().unwrap_or(at);
    let end = (at..text.len()).take_while(in_word).last().unwrap_or(at) + 1;
    start..end
}

fn put(text: &mut Vec<u8>, place: Range<usize>, with: &[u8]) {
    text.splice(place, with.iter().copied());
}

pub(super) fn mutate(text: &mut Vec<u8>, dice: &mut Random) {
    match dice.below(12) {
        0..=2 => {
            let place = value(text, dice);
            let with = dice.pick(&VALUES).copied().unwrap_or_default();
            put(text, place, with.as_bytes());
        }
        3 => {
            let with = value(text, dice);
            let with = text[with].to_vec();
            let place = value(text, dice);
            put(text, place, &with);
        }
        4 => {
            let place = some_lines(text, dice);
            put(text, place, b"");
        }
        5 => {
            let copied = some_lines(text, dice);
            let copied = text[copied].to_vec();
            let at = some_lines(text, dice).start;
            put(text, at..at, &copied);
        }
        6 => {
            let (one, other) = (some_lines(text, dice), some_lines(text, dice));
            let (first, second) = if one.start < other.start {
                (one, other)
            } else {
                (other, one)
            };
            if first.end <= second.start {
                let (early, late) = (text[first.clone()].to_vec(), text[second.clone()].to_vec());
                put(text, second, &early);
                put(text, first, &late);
            }
        }
        7 => indent(text, dice),
        8 | 9 => {
            let place = token(text, dice);
            let at = if dice.one_in(2) {
                place.start
            } else {
                place.end
            };
            let with = dice.pick(&MARKS).copied().unwrap_or_default();
            put(text, at..at, with.as_bytes());
        }
        10 => {
            let place = token(text, dice);
            put(text, place, b"");
        }
        _ => {
            let with = token(text, dice);
            let with = text[with].to_vec();
            let place = token(text, dice);
            put(text, place, &with);
        }
    }
}

/// Moves a few lines to the right or to the left.
fn indent(text: &mut Vec<u8>, dice: &mut Random) {
    let place = some_lines(text, dice);
    let by = dice.pick(&[1, 2, 2, 4]).copied().unwrap_or(1);
    let (left, tab) = (dice.one_in(2), dice.one_in(10));
    let mut moved = Vec::new();
    for line in text[place.clone()].split_inclusive(|byte| *byte == b'\n') {
        if left {
            let spaces = line.iter().take(by).take_while(|byte| **byte == b' ');
            moved.extend_from_slice(&line[spaces.count()..]);
        } else {
            moved.extend(std::iter::repeat_n(if tab { b'\t' } else { b' ' }, by));
            moved.extend_from_slice(line);
        }
    }
    put(text, place, &moved);
}

/// Lines of the second somewhere in the first.
pub(super) fn cross(first: &[u8], second: &[u8], dice: &mut Random) -> Vec<u8> {
    let mut text = first.to_vec();
    for _ in 0..=dice.below(2) {
        let of_second = if dice.one_in(3) {
            value(second, dice)
        } else {
            some_lines(second, dice)
        };
        let place = match dice.below(3) {
            0 => value(&text, dice),
            1 => some_lines(&text, dice),
            _ => {
                let at = some_lines(&text, dice).start;
                at..at
            }
        };
        put(&mut text, place, &second[of_second]);
    }
    text
}
