//! Units and numbers as `go tool pprof` prints them.
//!
//! Memory goes in steps of 1024 (B, kB, MB, ...), time in ns, us, ms, s, hrs, and counts have no
//! unit. Source of the rules: google/pprof `internal/measurement`.

use std::time::{Duration, UNIX_EPOCH};

use humantime::{format_rfc3339_millis, format_rfc3339_seconds};

/// A unit that values can be shown in.
struct Unit {
    name: &'static str,
    aliases: &'static [&'static str],
    factor: f64,
}

/// Units that convert into each other.
struct Family {
    units: &'static [Unit],
    /// Used for values too small for any unit of the family, zero first of all.
    default_name: &'static str,
    default_factor: f64,
}

const fn unit(name: &'static str, aliases: &'static [&'static str], factor: f64) -> Unit {
    Unit {
        name,
        aliases,
        factor,
    }
}

const KIB: f64 = 1024.0;

static FAMILIES: [Family; 3] = [
    Family {
        units: &[
            unit("B", &["b", "byte"], 1.0),
            unit("kB", &["kb", "kbyte", "kilobyte"], KIB),
            unit("MB", &["mb", "mbyte", "megabyte"], KIB * KIB),
            unit("GB", &["gb", "gbyte", "gigabyte"], KIB * KIB * KIB),
            unit("TB", &["tb", "tbyte", "terabyte"], KIB * KIB * KIB * KIB),
            unit(
                "PB",
                &["pb", "pbyte", "petabyte"],
                KIB * KIB * KIB * KIB * KIB,
            ),
        ],
        default_name: "B",
        default_factor: 1.0,
    },
    Family {
        units: &[
            unit("ns", &["ns", "nanosecond"], 1.0),
            unit("us", &["μs", "us", "microsecond"], 1e3),
            unit("ms", &["ms", "millisecond"], 1e6),
            unit("s", &["s", "sec", "second"], 1e9),
            unit("hrs", &["hour", "hr"], 3600e9),
        ],
        default_name: "s",
        default_factor: 1e9,
    },
    Family {
        units: &[
            unit("n*GCU", &["nanogcu"], 1e-9),
            unit("u*GCU", &["microgcu"], 1e-6),
            unit("m*GCU", &["milligcu"], 1e-3),
            unit("GCU", &["gcu"], 1.0),
            unit("k*GCU", &["kilogcu"], 1e3),
            unit("M*GCU", &["megagcu"], 1e6),
            unit("G*GCU", &["gigagcu"], 1e9),
            unit("T*GCU", &["teragcu"], 1e12),
            unit("P*GCU", &["petagcu"], 1e15),
        ],
        default_name: "GCU",
        default_factor: 1.0,
    },
];

impl Family {
    fn find(&self, name: &str) -> Option<&Unit> {
        let lower = name.to_lowercase();
        let singular = match lower.strip_suffix('s') {
            Some(stem) if lower.len() > 2 => stem,
            _ => lower.as_str(),
        };
        self.units
            .iter()
            .find(|unit| unit.aliases.contains(&singular))
    }

    fn natural(&self, value: f64) -> Option<&Unit> {
        let mut best: Option<&Unit> = None;
        for unit in self.units {
            let larger = best.is_none_or(|best| unit.factor >= best.factor);
            if larger && value / unit.factor >= 1.0 {
                best = Some(unit);
            }
        }
        best
    }
}

/// Converts a value between units; `auto` and `minimum` choose the natural unit.
///
/// Returns the value and the unit's name, which is empty for plain counts.
pub fn scale(value: i64, from: &str, to: &str) -> (f64, String) {
    if value < 0 && value != i64::MIN {
        let (scaled, unit) = scale(-value, from, to);
        return (-scaled, unit);
    }
    for family in &FAMILIES {
        let Some(from) = family.find(from) else {
            continue;
        };
        let base = value as f64 * from.factor;
        let (factor, name) = if to == "auto" || to == "minimum" {
            match family.natural(base) {
                Some(unit) => (unit.factor, unit.name),
                None => (family.default_factor, family.default_name),
            }
        } else {
            match family.find(to) {
                Some(unit) => (unit.factor, unit.name),
                None => (family.default_factor, family.default_name),
            }
        };
        return (base / factor, name.to_owned());
    }
    match to {
        "count" | "sample" | "unit" | "minimum" | "auto" => (value as f64, String::new()),
        other => (value as f64, other.to_owned()),
    }
}

/// What makes values of a unit nanoseconds or bytes, and the name of that unit. `None` for counts and
/// for units of other families.
pub fn base(unit: &str) -> Option<(&'static str, f64)> {
    let [memory, time, _] = &FAMILIES;
    [(memory, "bytes"), (time, "nanoseconds")]
        .into_iter()
        .find_map(|(family, name)| Some((name, family.find(unit)?.factor)))
}

/// A value in nanoseconds or bytes where its unit is of time or memory; as it is otherwise.
pub fn in_base(value: i64, unit: &str) -> i64 {
    match base(unit) {
        Some((_, factor)) if factor != 1.0 => (value as f64 * factor).round() as i64,
        _ => value,
    }
}

/// A value with its unit, two decimals at most: `26.1MB`, `4.12s`, `0`.
pub fn label(value: i64, from: &str, to: &str) -> String {
    let (scaled, unit) = scale(value, from, to);
    let text = format!("{scaled:.2}");
    let text = text.strip_suffix(".00").unwrap_or(&text);
    if text == "0" || text == "-0" {
        return "0".to_owned();
    }
    format!("{text}{unit}")
}

/// A share in percent, padded to pprof's six columns: `" 51.2%"`, `"  100%"`, `" 0.04%"`.
///
/// The sign is dropped. A total of zero gives `"    0%"`.
pub fn percentage(value: i64, total: i64) -> String {
    let ratio = ratio_percent(value, total);
    if (99.95..=100.05).contains(&ratio) {
        "  100%".to_owned()
    } else if ratio >= 1.0 {
        format!("{ratio:5.2}%")
    } else {
        format!("{:>5}%", two_digits(ratio))
    }
}

/// `100 |value / total|`, or 0 for a total of zero.
pub fn ratio_percent(value: i64, total: i64) -> f64 {
    if total == 0 {
        0.0
    } else {
        (value as f64 / total as f64).abs() * 100.0
    }
}

/// Go's `%.2g` for values below one: two significant digits, exponent form below 1e-4.
fn two_digits(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    // Rust's exponent form rounds to two digits the same way; its parts are put together as Go does.
    let text = format!("{value:.1e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits = digits.strip_suffix(".0").unwrap_or(digits);
    if exponent < -4 {
        return format!("{digits}e-{:02}", exponent.abs());
    }
    let plain: String = digits.chars().filter(char::is_ascii_digit).collect();
    if exponent >= 0 {
        // Only a value that rounds up to 1 comes here.
        return plain;
    }
    let zeros = "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0));
    format!("0.{zeros}{plain}")
}

/// A value for people: one unit a cell, three or four digits, thousands set apart.
///
/// `26.1 MB`, `4.12 s`, `15,203`, `0 B`. Zero keeps its unit, so that a column stays readable.
pub fn human(value: i64, unit: &str) -> String {
    let (scaled, name) = scale(value, unit, "auto");
    if name.is_empty() {
        return group_thousands(value);
    }
    if value == 0 {
        let family = FAMILIES.iter().find(|family| family.find(unit).is_some());
        return format!("0 {}", family.map_or(unit, |family| family.default_name));
    }
    let size = scaled.abs();
    let text = if scaled.fract() == 0.0 && size < 1000.0 && matches!(name.as_str(), "B" | "ns") {
        format!("{scaled}")
    } else if size >= 100.0 {
        format!("{scaled:.0}")
    } else if size >= 10.0 {
        format!("{scaled:.1}")
    } else {
        format!("{scaled:.2}")
    };
    let name = match name.as_str() {
        "us" => "\u{b5}s",
        "hrs" => "h",
        other => other,
    };
    format!("{text} {name}")
}

/// As [`human`], with a plus sign before what grew.
pub fn human_signed(value: i64, unit: &str) -> String {
    let text = human(value, unit);
    if value > 0 { format!("+{text}") } else { text }
}

/// `1234567` as `1,234,567`.
pub fn group_thousands(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share for people: `51.2%`, `0.04%`, `<0.01%`, `100%`; a dash for a total of zero.
pub fn human_share(value: i64, total: i64) -> String {
    if total == 0 {
        return "\u{2013}".to_owned();
    }
    let text = percentage(value, total);
    let number = text.trim().trim_end_matches('%');
    match number.parse::<f64>() {
        Ok(percent) if (1.0..99.95).contains(&percent) => format!("{percent:.1}%"),
        Ok(percent) if percent >= 100.05 => format!("{percent:.0}%"),
        // Where pprof goes on with digits and powers of ten, there is nothing left for people.
        Ok(percent) if percent > 0.0 && percent < 0.01 => "<0.01%".to_owned(),
        _ => format!("{number}%"),
    }
}

/// Both units belong to one family, so that values can be converted.
pub(crate) fn convertible(a: &str, b: &str) -> bool {
    a == b
        || FAMILIES
            .iter()
            .any(|family| family.find(a).is_some() && family.find(b).is_some())
}

/// The finer of two units of one family; the first when they are the same.
pub(crate) fn finer<'a>(a: &'a str, b: &'a str) -> &'a str {
    // The one in which the other's 1 is not below 1.
    let (ratio, _) = scale(1, a, b);
    if ratio < 1.0 { a } else { b }
}

/// Date and time of day in UTC, `2026-11-23` and `06:12:02`; `None` outside of [`rfc3339`].
pub fn utc(unix_ns: i128) -> Option<(String, String)> {
    let text = rfc3339(unix_ns)?;
    let (date, time) = text.split_once('T')?;
    Some((date.to_owned(), time.get(..8)?.to_owned()))
}

/// An instant as RFC 3339 in UTC, with milliseconds where there are some; `None` before 1970 and
/// after 9999, which no profile and no Agent tells.
pub fn rfc3339(unix_ns: i128) -> Option<String> {
    /// The first second of the year 10000, whose number has no form.
    const END_S: u64 = 253_402_300_800;
    let seconds = u64::try_from(unix_ns.div_euclid(1_000_000_000)).ok()?;
    let nanos = u32::try_from(unix_ns.rem_euclid(1_000_000_000)).ok()?;
    let instant = UNIX_EPOCH.checked_add(Duration::new(seconds, nanos))?;
    (seconds < END_S).then(|| {
        if nanos < 1_000_000 {
            format_rfc3339_seconds(instant).to_string()
        } else {
            format_rfc3339_millis(instant).to_string()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_within_the_calendar() {
        let cases: [(i128, Option<&str>); 8] = [
            (0, Some("1970-01-01T00:00:00Z")),
            (1_676_021_356_214_000_000, Some("2023-02-10T09:29:16.214Z")),
            (1_709_164_800_000_000_000, Some("2024-02-29T00:00:00Z")),
            (1_709_164_800_000_999_999, Some("2024-02-29T00:00:00Z")),
            (
                253_402_300_799_999_999_999,
                Some("9999-12-31T23:59:59.999Z"),
            ),
            (253_402_300_800_000_000_000, None),
            (-1, None),
            (i128::MAX, None),
        ];
        for (unix_ns, expected) in cases {
            assert_eq!(rfc3339(unix_ns).as_deref(), expected, "{unix_ns}");
        }
        assert_eq!(
            utc(1_676_021_356_214_000_000),
            Some(("2023-02-10".to_owned(), "09:29:16".to_owned()))
        );
    }

    #[test]
    fn shares_end_where_people_stop_reading() {
        assert_eq!(human_share(1, 1_000_000_000), "<0.01%");
        assert_eq!(human_share(-1, 1_000_000_000), "<0.01%");
        assert_eq!(human_share(1, 10_000), "0.01%");
        assert_eq!(human_share(0, 10_000), "0%");
    }

    #[test]
    fn labels_follow_go() {
        let cases: [(i64, &str, &str, &str); 12] = [
            (0, "bytes", "auto", "0"),
            (1023, "bytes", "auto", "1023B"),
            (1024, "bytes", "auto", "1kB"),
            (27_371_110, "bytes", "auto", "26.10MB"),
            (-539_364, "bytes", "kB", "-526.72kB"),
            (1, "bytes", "MB", "0"),
            (4_120_000_000, "nanoseconds", "auto", "4.12s"),
            (6_000_702_423, "nanoseconds", "auto", "6s"),
            (7_200_000_000_000, "nanoseconds", "auto", "2hrs"),
            (15_203, "count", "auto", "15203"),
            (15_203, "count", "count", "15203"),
            (7, "widgets", "widgets", "7widgets"),
        ];
        for (value, from, to, expected) in cases {
            assert_eq!(label(value, from, to), expected, "{value} {from} -> {to}");
        }
    }

    #[test]
    fn percentages_follow_go() {
        let cases: [(i64, i64, &str); 10] = [
            (0, 0, "    0%"),
            (0, 10, "    0%"),
            (1, 1, "  100%"),
            (9996, 10_000, "  100%"),
            (512, 1000, "51.20%"),
            (-512, 1000, "51.20%"),
            (2000, 1000, "200.00%"),
            (1, 1000, "  0.1%"),
            (123, 100_000, " 0.12%"),
            (1, 100_000_000, "1e-06%"),
        ];
        for (value, total, expected) in cases {
            assert_eq!(percentage(value, total), expected, "{value} of {total}");
        }
        assert_eq!(percentage(9_999, 1_000_000), "    1%");
    }

    #[test]
    fn numbers_for_people_keep_their_unit() {
        assert_eq!(human(27_371_110, "bytes"), "26.1 MB");
        assert_eq!(human(-27_371_110, "bytes"), "-26.1 MB");
        assert_eq!(human_signed(27_371_110, "bytes"), "+26.1 MB");
        assert_eq!(human(0, "bytes"), "0 B");
        assert_eq!(human(512, "bytes"), "512 B");
        assert_eq!(human(4_120_000_000, "nanoseconds"), "4.12 s");
        assert_eq!(human(15_203, "count"), "15,203");
        assert_eq!(human(-1_234_567, "count"), "-1,234,567");
        assert_eq!(human_share(512, 1000), "51.2%");
        assert_eq!(human_share(1, 0), "\u{2013}");
        assert_eq!(human_share(4, 10_000), "0.04%");
        assert_eq!(human_share(1, 1), "100%");
    }

    #[test]
    fn units_of_one_family_convert() {
        assert!(convertible("bytes", "kilobytes"));
        assert!(convertible("widgets", "widgets"));
        assert!(!convertible("bytes", "nanoseconds"));
        assert_eq!(finer("bytes", "kilobytes"), "bytes");
        assert_eq!(finer("seconds", "nanoseconds"), "nanoseconds");
    }

    #[test]
    fn values_of_time_and_memory_have_a_base() {
        assert_eq!(in_base(20_000_000, "microseconds"), 20_000_000_000);
        assert_eq!(in_base(-3, "kilobytes"), -3072);
        assert_eq!(in_base(i64::MAX, "hours"), i64::MAX);
        for unit in ["nanoseconds", "bytes", "count", "widgets", "GCU", ""] {
            assert_eq!(in_base(7, unit), 7, "{unit}");
        }
        assert_eq!(base("count"), None);
        assert_eq!(base("ms"), Some(("nanoseconds", 1e6)));
    }
}
