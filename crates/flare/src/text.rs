//! Small readings shared by the Agent's text formats: numbers, durations, instants, clean lines.

use std::borrow::Cow;
use std::time::UNIX_EPOCH;

/// Takes terminal escapes and the carriage return out of a line.
pub(super) fn clean_line(line: &str) -> Cow<'_, str> {
    let line = line.trim_end_matches('\r');
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut clean = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            clean.push(c);
            continue;
        }
        // `ESC [ parameters letter` is the only form that status templates use.
        if chars.clone().next() == Some('[') {
            chars.next();
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        }
    }
    Cow::Owned(clean)
}

/// The value of a field: trimmed, and `None` where the Agent writes that it has none.
pub(super) fn value(text: &str) -> Option<&str> {
    let text = text.trim();
    let absent = text.is_empty()
        || ["n/a", "none", "<nil>", "null", "<no value>"]
            .iter()
            .any(|word| text.eq_ignore_ascii_case(word));
    (!absent).then_some(text)
}

/// The number at the start of a text: `5,204`, `4.1e+07`, `9,203,488 bytes`.
pub(super) fn number(text: &str) -> Option<f64> {
    let token = text.trim().split([' ', '\t']).next()?;
    let token = token.trim_end_matches([',', ';']);
    let plain: Cow<'_, str> = if token.contains(',') {
        Cow::Owned(token.replace(',', ""))
    } else {
        Cow::Borrowed(token)
    };
    if !plain.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        return None;
    }
    plain.parse().ok().filter(|n: &f64| n.is_finite())
}

/// The same, where only a whole number makes sense. A float is rounded.
pub(super) fn count(text: &str) -> Option<u64> {
    let token = text.trim().split([' ', '\t']).next()?;
    let plain = token.trim_end_matches([',', ';']).replace(',', "");
    plain.parse().ok().or_else(|| whole(number(text)?))
}

/// A float as a whole number; `None` where it has no such value.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked: not negative and below 2^64"
)]
pub(super) fn whole(number: f64) -> Option<u64> {
    // What rounds to zero from below is no count either.
    (number >= 0.0 && number.round() < 18_446_744_073_709_551_616.0).then(|| number.round() as u64)
}

/// A Go duration in milliseconds: `6ms`, `1.48s`, `1m2s`, `500µs`, `0`.
pub(super) fn duration_ms(text: &str) -> Option<f64> {
    let mut rest = text.trim();
    if rest == "0" {
        return Some(0.0);
    }
    let negative = rest.starts_with('-');
    rest = rest.trim_start_matches(['-', '+']);
    if rest.is_empty() {
        return None;
    }
    let mut sum = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (amount, after) = rest.split_at_checked(digits)?;
        let amount: f64 = amount.parse().ok()?;
        const UNITS: [(&str, f64); 8] = [
            ("ms", 1.0),
            ("ns", 1e-6),
            ("us", 1e-3),
            ("\u{b5}s", 1e-3),
            ("\u{3bc}s", 1e-3),
            ("m", 60_000.0),
            ("s", 1000.0),
            ("h", 3_600_000.0),
        ];
        let (unit, factor) = UNITS.iter().find(|(unit, _)| after.starts_with(unit))?;
        sum += amount * factor;
        rest = after.get(unit.len()..)?;
    }
    Some(if negative { -sum } else { sum })
}

/// An instant in Unix milliseconds, from the ways in which the Agent writes one.
///
/// `2023-02-10 10:29:16.214 CET / 2023-02-10 09:29:16.214 UTC (1676021356214)`: the number in
/// parentheses is safe; without it a part is read that is in UTC or says how far it is from that
/// (`-03`, `+0530`). A time in another zone alone is not: abbreviations of zones are ambiguous.
pub(super) fn instant_ms(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(inside) = text
        .strip_suffix(')')
        .and_then(|t| t.rsplit_once('(').map(|(_, inside)| inside))
        && let Ok(number) = inside.trim().parse::<i64>()
    {
        return Some(unix_ms(number));
    }
    if let Some(ms) = rfc3339_ms(text) {
        return Some(ms);
    }
    text.split(" / ").find_map(|part| {
        let (clock_ms, zone) = clock_and_zone(part)?;
        clock_ms.checked_sub(zone.ahead_ms?)
    })
}

/// What stands behind a time.
struct Zone {
    /// For example `CET`, `W. Europe Standard Time` or, where it has no name, `-03`.
    name: String,
    /// How far its clock is ahead of UTC, where the text says so.
    ahead_ms: Option<i64>,
}

/// `2023-02-10 10:29:16.214 +0100 CET m=+0.1`: what the clock shows, and in which zone.
fn clock_and_zone(part: &str) -> Option<(i64, Zone)> {
    let part = part.split('(').next().unwrap_or(part);
    let mut words = part.split_whitespace();
    let (date, time) = (words.next()?, words.next()?);
    let clock_ms = clock_ms(&format!("{date}T{time}"))?;
    let mut words: Vec<&str> = words.filter(|word| !word.starts_with("m=")).collect();
    let first = *words.first()?;
    let offset = offset_ms(first);
    // Go's own form says both: `+0100 CET`.
    if offset.is_some() && words.len() > 1 {
        words.remove(0);
    }
    let zone = Zone {
        name: words.join(" "),
        ahead_ms: match first {
            "UTC" | "GMT" | "Z" => Some(0),
            _ => offset,
        },
    };
    Some((clock_ms, zone))
}

/// `-03`, `+0530`, `+05:30` in milliseconds. `-00` stands for an offset that nobody knows.
fn offset_ms(word: &str) -> Option<i64> {
    let (sign, digits) = match word.split_at_checked(1)? {
        ("+", digits) => (1, digits.replace(':', "")),
        ("-", digits) => (-1, digits.replace(':', "")),
        _ => return None,
    };
    let is_number = digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number || !matches!(digits.len(), 2 | 4) || word == "-00" {
        return None;
    }
    let part = |digits: Option<&str>| digits.map_or(Some(0), |digits| digits.parse::<i64>().ok());
    let hours = part(digits.get(..2)).filter(|hours| *hours < 24)?;
    let minutes = part(digits.get(2..).filter(|rest| !rest.is_empty()))?;
    (minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

/// An instant in the form of RFC 3339: `2024-05-16T01:16:19.123Z`, `2024-05-16T03:16:19+02:00`.
fn rfc3339_ms(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return clock_ms(&format!("{date}T{time}"));
    }
    let (time, offset) = time.split_at_checked(time.rfind(['+', '-'])?)?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let part = |digits: &str, end: i64| -> Option<i64> {
        let is_number = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        let value = digits.parse().ok().filter(|value| *value < end)?;
        is_number.then_some(value)
    };
    let ahead = (part(hours, 24)? * 60 + part(minutes, 60)?) * 60_000;
    let clock = clock_ms(&format!("{date}T{time}"))?;
    Some(if offset.starts_with('-') {
        clock + ahead
    } else {
        clock - ahead
    })
}

/// What a clock shows, as if it stood in UTC: `2024-05-16T01:16:19.123`. `None` before 1970.
fn clock_ms(text: &str) -> Option<i64> {
    // The parser would take a zone for UTC, whatever it says.
    if text.contains(['+', 'Z']) {
        return None;
    }
    let clock = humantime::parse_rfc3339_weak(text).ok()?;
    let since = clock.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

/// The first way in which the Agent wrote an instant: by the clock on the host's wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LocalTime {
    /// For example `2023-02-10 10:29:16.214 CET`.
    pub(super) text: String,
    /// For example `CET`, `UTC` or, where a zone has no abbreviation, `-03`.
    pub(super) zone: String,
    /// What the clock shows, as if it stood in UTC, in Unix milliseconds.
    pub(super) clock_ms: i64,
    /// Minutes ahead of UTC; `None` where the text tells neither that nor the time in UTC.
    pub(super) offset_minutes: Option<i32>,
}

/// Reads the local form of an instant, see [`instant_ms`]. An Agent in UTC writes only that.
pub(super) fn local_time(text: &str) -> Option<LocalTime> {
    let local = text.split(" / ").next()?.split('(').next()?.trim();
    let (clock_ms, zone) = clock_and_zone(local)?;
    // The two were written from one instant, so all but whole minutes is rounding.
    let offset_minutes = instant_ms(text)
        .and_then(|instant| clock_ms.checked_sub(instant))
        .map(|ms| (ms.saturating_add(30_000)).div_euclid(60_000))
        .filter(|minutes| minutes.abs() <= 26 * 60)
        .and_then(|minutes| i32::try_from(minutes).ok());
    Some(LocalTime {
        text: cut(local, 100).to_owned(),
        zone: cut(&zone.name, 60).to_owned(),
        clock_ms,
        offset_minutes,
    })
}

/// A size as Go's `GOMEMLIMIT` takes it: `512MiB`, `1GiB`, `536870912`. `None` for `off`.
pub(super) fn go_bytes(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 5] = [
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
        ("TiB", 1 << 40),
        ("B", 1),
    ];
    let text = text.trim();
    let (digits, factor) = UNITS
        .iter()
        .find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, *factor)))
        .unwrap_or((text, 1));
    digits.trim().parse::<u64>().ok()?.checked_mul(factor)
}

/// `GOGC` in percent, infinite where it switches the collector off. `None` where it is not set.
pub(super) fn gogc(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("off") {
        return Some(f64::INFINITY);
    }
    let percent: f64 = text.parse().ok()?;
    // Go takes any negative number as `off`.
    let percent = if percent < 0.0 {
        f64::INFINITY
    } else {
        percent
    };
    (!percent.is_nan()).then_some(percent)
}

/// A Unix time of unstated unit in milliseconds, told by its size: seconds reach 10^11 in the
/// year 5138, nanoseconds passed 10^17 in 1973.
fn unix_ms(number: i64) -> i64 {
    match number.unsigned_abs() {
        0..100_000_000_000 => number.saturating_mul(1000),
        100_000_000_000..100_000_000_000_000 => number,
        100_000_000_000_000..100_000_000_000_000_000 => number / 1000,
        _ => number / 1_000_000,
    }
}

/// At most `most` bytes of a text, ending at a character.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number("9,203,488 bytes"), Some(9_203_488.0));
        assert_eq!(number("1.019082e+06 seconds"), Some(1_019_082.0));
        assert_eq!(number("n/a"), None);
        assert_eq!(number("inf"), None);
        assert_eq!(count("2,056,680"), Some(2_056_680));
        assert_eq!(count("4.1e+07"), Some(41_000_000));
        assert_eq!(count("-3"), None);
        assert_eq!(count("18446744073709551615"), Some(u64::MAX));
        assert_eq!(whole(1e30), None);
        assert_eq!(whole(-0.2), None);
    }

    #[test]
    fn durations() {
        assert_eq!(duration_ms("6ms"), Some(6.0));
        assert_eq!(duration_ms("1.48s"), Some(1480.0));
        assert_eq!(duration_ms("1m2s"), Some(62_000.0));
        assert_eq!(duration_ms("500µs"), Some(0.5));
        assert_eq!(duration_ms("52h1m30s"), Some(187_290_000.0));
        assert_eq!(duration_ms("0s"), Some(0.0));
        assert_eq!(duration_ms("-312µs"), Some(-0.312));
        assert_eq!(duration_ms("fast"), None);
        assert_eq!(duration_ms("3"), None);
        assert_eq!(duration_ms(""), None);
    }

    #[test]
    fn instants() {
        let expected = Some(1_676_021_356_214);
        for text in [
            "2023-02-10 09:29:16.214 UTC (1676021356214)",
            "2023-02-10 10:29:16.214 CET / 2023-02-10 09:29:16.214 UTC (1676021356214)",
            "2023-02-10 10:29:16.214 CET / 2023-02-10 09:29:16.214 UTC",
            "2023-02-10 09:29:16.214000 UTC",
            "2023-02-10 09:29:16.214 +0000 UTC",
            "2023-02-10 06:29:16.214 -03",
            "2023-02-10 14:59:16.214 +0530",
            "2023-02-10 10:29:16.214 +0100 CET m=+0.123",
            "2023-02-10T09:29:16.214Z",
            "2023-02-10t09:29:16.214z",
            "2023-02-10T09:29:16.214987654Z",
            "2023-02-10T10:29:16.214+01:00",
            "2023-02-10T03:59:16.214-05:30",
        ] {
            assert_eq!(instant_ms(text), expected, "{text}");
        }
        for zone in [
            "CET", "BRT", "-00", "-3", "+2500", "+0160", "+01:6", "Z-", "-",
        ] {
            let text = format!("2023-02-10 10:29:16.214 {zone}");
            assert_eq!(instant_ms(&text), None, "{text}");
        }
        assert_eq!(instant_ms("yesterday"), None);
        for text in [
            "2023-02-30T09:29:16Z",
            "2023-02-10T09:29:16",
            "2023-02-10T09:29:16+1:00",
            "2023-02-10T09:29:16+25:00",
            "2023-02-10T09:29:16+01:60",
            "2023-02-10T09:29:16+",
            "2023-02-10T09:29:16.1+05:00+01:00",
            "1969-12-31T23:59:59Z",
            "T-",
        ] {
            assert_eq!(instant_ms(text), None, "{text}");
        }
    }

    #[test]
    fn local_times() {
        let read = |text: &str| {
            local_time(text).map(|local| (local.text, local.zone, local.offset_minutes))
        };
        let some =
            |text: &str, zone: &str, offset| Some((text.to_owned(), zone.to_owned(), offset));
        assert_eq!(
            read("2023-02-10 10:29:16.214 CET / 2023-02-10 09:29:16.214 UTC (1676021356214)"),
            some("2023-02-10 10:29:16.214 CET", "CET", Some(60))
        );
        assert_eq!(
            read("2022-12-20 17:52:01.796 EST / 2022-12-20 22:52:01.796 UTC"),
            some("2022-12-20 17:52:01.796 EST", "EST", Some(-300))
        );
        assert_eq!(
            read("2023-02-10 14:59:16 +0530 / 2023-02-10 09:29:16 UTC (1676021356000)"),
            some("2023-02-10 14:59:16 +0530", "+0530", Some(330))
        );
        let windows = "2023-02-10 10:29:16 W. Europe Standard Time";
        assert_eq!(
            read(&format!("{windows} / 2023-02-10 09:29:16 UTC")),
            some(windows, "W. Europe Standard Time", Some(60))
        );
        assert_eq!(
            read("2023-02-10 10:29:16 -03"),
            some("2023-02-10 10:29:16 -03", "-03", Some(-180))
        );
        assert_eq!(
            read("2023-02-10 09:29:16.214 UTC (1676021356214)"),
            some("2023-02-10 09:29:16.214 UTC", "UTC", Some(0))
        );
        assert_eq!(
            read("2020-01-15 10:29:16.214000 EST"),
            some("2020-01-15 10:29:16.214000 EST", "EST", None)
        );
        assert_eq!(
            read("2023-02-10 09:29:16 UTC (17)").and_then(|it| it.2),
            None
        );
        assert_eq!(read("error while parsing time: x"), None);
        assert_eq!(read("2023-02-10 09:29:16"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn collector_settings() {
        assert_eq!(go_bytes("512MiB"), Some(512 << 20));
        assert_eq!(go_bytes(" 536870912 "), Some(512 << 20));
        assert_eq!(go_bytes("1B"), Some(1));
        assert_eq!(go_bytes("off"), None);
        assert_eq!(go_bytes("not set (unlimited)"), None);
        assert_eq!(go_bytes("99999999999TiB"), None);
        assert_eq!(gogc("50"), Some(50.0));
        assert_eq!(gogc("off"), Some(f64::INFINITY));
        assert_eq!(gogc("-1"), Some(f64::INFINITY));
        assert_eq!(gogc("not set (Go default: 100)"), None);
    }

    #[test]
    fn escapes_go() {
        assert_eq!(clean_line("[\u{1b}[32mOK\u{1b}[0m]\r"), "[OK]");
        assert_eq!(cut("aµb", 2), "a");
    }
}
