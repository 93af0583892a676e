//! Instants and durations in words, as every text of the report writes them.

use diagnose::verdict::{Interval, IntervalSource};
use profile::units::utc;

/// An instant of Unix milliseconds, for example `2026-11-23 06:12:02 UTC`.
pub fn instant(time_ms: i64) -> Option<String> {
    let (date, time) = utc(i128::from(time_ms) * 1_000_000)?;
    Some(format!("{date} {time} UTC"))
}

/// The same to the minute.
pub fn minute(time_ms: i64) -> Option<String> {
    let (date, time) = utc(i128::from(time_ms) * 1_000_000)?;
    Some(format!("{date} {} UTC", time.get(..5)?))
}

/// The same as a letter writes it: `23 November 2026, 06:12 UTC`.
pub fn written(time_ms: i64) -> Option<String> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let (date, time) = utc(i128::from(time_ms) * 1_000_000)?;
    let (year, day) = date.split_once('-')?;
    let (month, day) = day.split_once('-')?;
    let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some(format!(
        "{} {month} {year}, {} UTC",
        day.trim_start_matches('0'),
        time.get(..5)?
    ))
}

/// Its day.
pub fn day(time_ms: i64) -> Option<String> {
    Some(utc(i128::from(time_ms) * 1_000_000)?.0)
}

/// `2 d 3 h`, `19 h 0 min`, `42 s`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{whole} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", whole % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// `30.0 s`, with a word on where it is from when it is not the profiles' own time.
pub fn interval(interval: Interval) -> String {
    let seconds = format!("{:.1} s", interval.seconds());
    match interval.source {
        IntervalSource::Profiles | IntervalSource::OwnDuration => seconds,
        IntervalSource::CpuDuration => {
            format!("{seconds} (the CPU profile's duration: the snapshots' own times do not tell)")
        }
        IntervalSource::Assumed => {
            format!("{seconds} (assumed: neither the snapshots nor a CPU profile tell)")
        }
    }
}
