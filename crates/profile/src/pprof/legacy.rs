//! Profiles as text: what `/debug/pprof/heap?debug=1` gives, and its neighbours `goroutine`, `block`
//! and `mutex`.
//!
//! Values mean what google/pprof takes them for (`profile/legacy_profile.go`): a sampled heap is
//! scaled up by its rate. pprof looks functions up in the program's binary. There is none here, so
//! names come from the comments that Go writes below each stack; it hides frames of its runtime
//! there, and a frame without a name is left out of a stack that has one with a name. Memory maps,
//! which Go does not write, are not read.

use std::collections::HashMap;

use super::{DecodeError, Limits};
use crate::model::{FuncId, Label, LocId, NO_MAPPING, Profile, StrId, ValueType};

/// Where the memory map of C++ programs begins.
const SENTINELS: [&str; 2] = ["--- Memory map: ---", "MAPPED_LIBRARIES:"];

/// Lines looked at for the first one that is no comment.
const HEAD_LINES: usize = 20;

/// What the first line announces.
#[derive(Clone, Debug, PartialEq)]
enum Header {
    Heap {
        /// Bytes between two samples; `None` where values are not scaled.
        rate: Option<i64>,
        period: i64,
        has_alloc: bool,
    },
    /// For example `goroutine`.
    Count { name: String },
    /// Of locks: what each delay and each count has to be multiplied by.
    Contention { delay: f64, count: i64 },
}

/// The bytes are a profile as text.
pub(super) fn is_profile(bytes: &[u8]) -> bool {
    head(bytes).is_some()
}

/// The header, and what follows it with the number of its first line.
fn head(bytes: &[u8]) -> Option<(Header, Lines<'_>)> {
    let mut lines = Lines { rest: bytes, at: 0 };
    for _ in 0..HEAD_LINES {
        let line = lines.next()?;
        if let Some(header) = heap_header(line).or_else(|| count_header(line)) {
            return Some((header, lines));
        }
        if ["--- contention", "--- mutex:"]
            .iter()
            .any(|mark| line.starts_with(mark))
        {
            return Some((contention_header(&mut lines)?, lines));
        }
        if !is_space_or_comment(line) {
            return None;
        }
    }
    None
}

/// Lines without their ends; what is no UTF-8 in a line ends it.
struct Lines<'t> {
    rest: &'t [u8],
    /// Number of the line that was read last, from 1.
    at: usize,
}

impl<'t> Iterator for Lines<'t> {
    type Item = &'t str;

    fn next(&mut self) -> Option<&'t str> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|&byte| byte == b'\n');
        let end = end.unwrap_or(self.rest.len());
        let line = self.rest.get(..end).unwrap_or_default();
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        self.at += 1;
        let text = match std::str::from_utf8(line) {
            Ok(text) => text,
            Err(error) => {
                let sound = line.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(sound).unwrap_or_default()
            }
        };
        Some(text.strip_suffix('\r').unwrap_or(text))
    }
}

fn is_space_or_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// Reads `heap profile: 13: 1595680 [47130736: 2584596557304] @ heap/1048576`.
fn heap_header(line: &str) -> Option<Header> {
    let rest = line.strip_prefix("heap profile:")?;
    let (values, method) = four(rest)?;
    let (method, rate) = method.split_once('/').unwrap_or((method, ""));
    let digits = rate.len() - rate.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rate = match rate.get(..digits) {
        Some("") | None => 0,
        Some(digits) => digits.parse::<i64>().ok()?,
    };
    let [objects, space, alloc_objects, alloc_space] = values;
    let differs = |alloc: i64, in_use: i64| alloc != in_use && alloc != 0;
    let has_alloc = differs(alloc_objects, objects) || differs(alloc_space, space);
    // Go writes twice its rate.
    let (rate, period, has_alloc) = match method.trim() {
        "heapz_v2" | "heap_v2" => (Some(rate), rate, has_alloc),
        "heap" => (Some(rate / 2), rate / 2, has_alloc),
        "heapprofile" => (None, 1, has_alloc),
        "growthz" | "fragmentationz" => (None, 1, false),
        _ => return None,
    };
    Some(Header::Heap {
        rate,
        period,
        has_alloc,
    })
}

/// Reads `goroutine profile: total 10`.
fn count_header(line: &str) -> Option<Header> {
    let (name, total) = line.split_once(" profile: total ")?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let total = total.trim_end();
    let is_count = !total.is_empty() && total.bytes().all(|digit| digit.is_ascii_digit());
    (is_count && !name.is_empty() && name.chars().all(is_name)).then(|| Header::Count {
        name: name.to_owned(),
    })
}

/// Reads lines such as `cycles/second=2200000000` that follow the first one.
fn contention_header(lines: &mut Lines<'_>) -> Option<Header> {
    let (mut hertz, mut period) = (0_i64, 1_i64);
    loop {
        let after = Lines { ..*lines };
        let Some((key, value)) = lines.next().and_then(|line| line.split_once('=')) else {
            *lines = after;
            break;
        };
        match key.trim() {
            "cycles/second" => hertz = value.trim().parse().ok()?,
            "sampling period" => period = value.trim().parse().ok()?,
            "ms since reset" | "discarded samples" => {}
            _ => return None,
        }
    }
    let cycles = if hertz > 0 { hertz as f64 / 1e9 } else { 1.0 };
    let scaled = period > 0;
    Some(Header::Contention {
        delay: if scaled { period as f64 / cycles } else { 1.0 },
        count: if scaled { period } else { 1 },
    })
}

/// Reads `1: 524288 [3: 1572864] @ ...`: objects and bytes in use, then allocated, and the rest.
fn four(text: &str) -> Option<([i64; 4], &str)> {
    let (in_use, rest) = text.split_once('[')?;
    let (allocated, rest) = rest.split_once(']')?;
    let (_, rest) = rest.split_once('@')?;
    let pair = |text: &str| {
        let (count, size) = text.split_once(':')?;
        Some((count.trim().parse().ok()?, size.trim().parse().ok()?))
    };
    let (objects, space) = pair(in_use)?;
    let (alloc_objects, alloc_space) = pair(allocated)?;
    Some(([objects, space, alloc_objects, alloc_space], rest.trim()))
}

/// What was sampled, scaled to what probably was there: an object of `size` is met with the
/// probability `1 - exp(-size / rate)`.
fn scale(count: i64, size: i64, rate: Option<i64>) -> [i64; 2] {
    let Some(rate) = rate else {
        return [count, size];
    };
    if count == 0 || size == 0 {
        return [0, 0];
    }
    if rate <= 1 {
        return [count, size];
    }
    let average = size as f64 / count as f64;
    let scale = 1.0 / (1.0 - (-average / rate as f64).exp());
    [(count as f64 * scale) as i64, (size as f64 * scale) as i64]
}

fn value_type(name: &str, unit: &str) -> ValueType {
    ValueType {
        name: name.to_owned(),
        unit: unit.to_owned(),
    }
}

/// Reads a profile as text.
pub(super) fn parse(bytes: &[u8], limits: &Limits) -> Result<Profile, DecodeError> {
    let Some((header, mut lines)) = head(bytes) else {
        return Err(DecodeError::TextLine { line: 1 });
    };
    let mut reader = Reader::new(limits);
    let profile = &mut reader.profile;
    let space = value_type("space", "bytes");
    (profile.sample_types, profile.period_type, profile.period) = match &header {
        Header::Heap {
            period,
            has_alloc: true,
            ..
        } => {
            let kinds = vec![
                value_type("alloc_objects", "count"),
                value_type("alloc_space", "bytes"),
                value_type("inuse_objects", "count"),
                value_type("inuse_space", "bytes"),
            ];
            (kinds, space, *period)
        }
        Header::Heap { period, .. } => (
            vec![value_type("objects", "count"), space.clone()],
            space,
            *period,
        ),
        Header::Contention { count, .. } => {
            let contentions = value_type("contentions", "count");
            let kinds = vec![contentions.clone(), value_type("delay", "nanoseconds")];
            (kinds, contentions, *count)
        }
        Header::Count { name } => {
            let kind = value_type(name, "count");
            (vec![kind.clone()], kind, 1)
        }
    };
    while let Some(line) = lines.next() {
        if let Some(comment) = line.strip_prefix('#') {
            reader.comment(comment)?;
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        let ends = match header {
            Header::Heap { .. } => SENTINELS.iter().any(|mark| line.contains(mark)),
            _ => line.starts_with("---"),
        };
        if ends {
            break;
        }
        reader.close()?;
        reader
            .sample(&header, line.trim())?
            .ok_or(DecodeError::TextLine { line: lines.at })?;
    }
    reader.close()?;
    Ok(reader.profile)
}

/// A stack that is being read.
#[derive(Default)]
struct Open {
    /// Return addresses, less one: they lie in the call.
    stack: Vec<u64>,
    values: Vec<i64>,
    /// Average size of its objects.
    block: Option<i64>,
    /// What its comments name, innermost inlined function first.
    names: HashMap<u64, Vec<(FuncId, u32)>>,
}

struct Reader<'l> {
    limits: &'l Limits,
    profile: Profile,
    open: Option<Open>,
    /// Not hashed fast: a hostile file chooses what these hold.
    locations: HashMap<u64, LocId>,
    functions: HashMap<String, FuncId>,
    files: HashMap<String, StrId>,
    bytes_key: StrId,
}

impl<'l> Reader<'l> {
    fn new(limits: &'l Limits) -> Self {
        let mut profile = Profile {
            is_text: true,
            ..Profile::default()
        };
        profile.strings.push(b"");
        let bytes_key = profile.strings.push(b"bytes");
        profile.locations.line_start.push(0);
        profile.samples.stack_start.push(0);
        profile.samples.label_start.push(0);
        Self {
            limits,
            profile,
            open: None,
            locations: HashMap::new(),
            functions: HashMap::new(),
            files: HashMap::new(),
            bytes_key,
        }
    }

    /// Begins a stack; `None` where the line is none.
    fn sample(&mut self, header: &Header, line: &str) -> Result<Option<()>, DecodeError> {
        let mut open = Open::default();
        let addresses = match header {
            Header::Heap {
                rate, has_alloc, ..
            } => {
                let Some(([objects, space, alloc_objects, alloc_space], rest)) = four(line) else {
                    return Ok(None);
                };
                let mut pairs = vec![(objects, space)];
                if *has_alloc {
                    pairs.insert(0, (alloc_objects, alloc_space));
                }
                for (count, size) in pairs {
                    if count == 0 && size != 0 {
                        return Ok(None);
                    }
                    if count != 0 {
                        open.block = size.checked_div(count);
                    }
                    open.values.extend(scale(count, size, *rate));
                }
                rest
            }
            Header::Contention { delay, count } => {
                let Some((values, rest)) = line.split_once(" @") else {
                    return Ok(None);
                };
                let mut values = values.split_whitespace().map(str::parse::<i64>);
                let (Some(Ok(cycles)), Some(Ok(times)), None) =
                    (values.next(), values.next(), values.next())
                else {
                    return Ok(None);
                };
                let waited = (cycles as f64 * delay) as i64;
                open.values.extend([times.saturating_mul(*count), waited]);
                rest
            }
            Header::Count { .. } => {
                let Some((count, rest)) = line.split_once(" @") else {
                    return Ok(None);
                };
                let Ok(count) = count.parse::<u32>() else {
                    return Ok(None);
                };
                open.values.push(i64::from(count));
                rest
            }
        };
        for address in addresses.split_whitespace() {
            let digits = address.strip_prefix("0x");
            let Some(address) = digits.and_then(|it| u64::from_str_radix(it, 16).ok()) else {
                return Ok(None);
            };
            if open.stack.len() >= self.limits.stack_depth {
                return Err(DecodeError::StackTooDeep {
                    sample: self.profile.samples.len(),
                    limit: self.limits.stack_depth,
                });
            }
            open.stack.push(address.wrapping_sub(1));
        }
        self.open = Some(open);
        Ok(Some(()))
    }

    /// Reads ` 0x106cd1e time.Sleep+0xbe /usr/src/time.go:188`, the comment below a stack.
    fn comment(&mut self, text: &str) -> Result<(), DecodeError> {
        let mut parts = text.split('\t').filter(|part| !part.is_empty());
        let address = parts.next().and_then(|part| part.strip_prefix("0x"));
        let Some(address) = address.and_then(|it| u64::from_str_radix(it, 16).ok()) else {
            return Ok(());
        };
        let Some(name) = parts.next() else {
            return Ok(());
        };
        let name = name.rsplit_once("+0x").map_or(name, |(name, _)| name);
        let place = parts.next().unwrap_or_default();
        let (file, line) = place.rsplit_once(':').unwrap_or((place, ""));
        let Some(open) = &self.open else {
            return Ok(());
        };
        // Some versions write the return address itself.
        let before = address.wrapping_sub(1);
        let address = match open.stack.contains(&address) {
            true => address,
            false if open.stack.contains(&before) => before,
            false => return Ok(()),
        };
        let function = self.function(name, file)?;
        if let Some(open) = &mut self.open {
            let frames = open.names.entry(address).or_default();
            if frames.len() < self.limits.stack_depth {
                frames.push((function, line.parse().unwrap_or(0)));
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<StrId, DecodeError> {
        let (index, limit) = (self.profile.strings.len(), self.limits.name_bytes);
        if text.len() > limit {
            return Err(DecodeError::NameTooLong {
                index,
                found: text.len(),
                limit,
            });
        }
        at_most("strings", index, self.limits.strings)?;
        Ok(self.profile.strings.push(text.as_bytes()))
    }

    fn function(&mut self, name: &str, file: &str) -> Result<FuncId, DecodeError> {
        if let Some(&known) = self.functions.get(name) {
            return Ok(known);
        }
        let count = self.profile.functions.name.len();
        at_most("functions", count, self.limits.functions)?;
        let name_id = self.text(name)?;
        let file_id = match self.files.get(file) {
            Some(&known) => known,
            None => {
                let id = self.text(file)?;
                self.files.insert(file.to_owned(), id);
                id
            }
        };
        let id = FuncId(length(count));
        self.profile.functions.name.push(name_id);
        self.profile.functions.file.push(file_id);
        self.profile.functions.start_line.push(0);
        self.functions.insert(name.to_owned(), id);
        Ok(id)
    }

    fn location(&mut self, address: u64, frames: &[(FuncId, u32)]) -> Result<LocId, DecodeError> {
        if let Some(&known) = self.locations.get(&address) {
            return Ok(known);
        }
        let locations = &mut self.profile.locations;
        at_most("locations", locations.len(), self.limits.locations)?;
        let id = LocId(length(locations.len()));
        locations.mapping.push(NO_MAPPING);
        locations.address.push(address);
        for &(function, line) in frames {
            locations.line_function.push(function);
            locations.line_number.push(line);
        }
        let end = length(locations.line_function.len());
        locations.line_start.push(end);
        self.locations.insert(address, id);
        Ok(id)
    }

    /// Puts the stack that was read among the samples.
    fn close(&mut self) -> Result<(), DecodeError> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let samples = self.profile.samples.len();
        at_most("samples", samples, self.limits.samples)?;
        for address in &open.stack {
            let frames = open.names.get(address).map_or(&[][..], Vec::as_slice);
            if frames.is_empty() && !open.names.is_empty() {
                continue;
            }
            let location = self.location(*address, frames)?;
            let held = &mut self.profile.samples.stack;
            at_most("frames", held.len(), self.limits.frames)?;
            held.push(location);
        }
        let samples = &mut self.profile.samples;
        let values = samples.values.len() + open.values.len();
        at_most("values", values.saturating_sub(1), self.limits.values)?;
        samples.values.extend(open.values);
        samples.stack_start.push(length(samples.stack.len()));
        if let Some(number) = open.block {
            at_most("labels", samples.labels.len(), self.limits.labels)?;
            samples.labels.push(Label {
                key: self.bytes_key,
                text: StrId(0),
                number,
                unit: StrId(0),
            });
        }
        samples.label_start.push(length(samples.labels.len()));
        Ok(())
    }
}

/// There is room for one more.
fn at_most(table: &'static str, found: usize, limit: usize) -> Result<(), DecodeError> {
    if found >= limit {
        return Err(DecodeError::TooMany { table, limit });
    }
    Ok(())
}

fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::*;

    /// Of google/pprof's `profile/testdata/gobench.heap`: its first line, and rows of it.
    const HEAP: &str = "heap profile: 13: 1595680 [47130736: 2584596557304] @ heap/1048576
1: 524288 [3: 1572864] @ 0x420cef 0x422151 0x419320
1: 524288 [1: 524288] @ 0x420cef 0x422151 0x63963f 0x419320
1: 10240 [642: 6574080] @ 0x420cef 0x477637 0x419320
1: 288 [2: 296] @
0: 0 [1: 16] @ 0x420cef 0x422048 0x419320
";

    fn values(profile: &Profile) -> Vec<Vec<i64>> {
        let samples = 0..profile.sample_count();
        samples.map(|at| profile.values(at).to_vec()).collect()
    }

    fn read(text: &str) -> Result<Profile, DecodeError> {
        decode(text.as_bytes().to_vec(), &Limits::default())
    }

    #[test]
    fn a_sampled_heap_is_scaled_as_pprof_scales_it() {
        let profile = read(HEAP).unwrap();
        // As in pprof's own `gobench.heap.string`.
        assert_eq!(
            values(&profile),
            [
                [4, 2_488_234, 1, 829_411],
                [1, 829_411, 1, 829_411],
                [33_192, 339_890_635, 51, 529_424],
                [7_085, 1_048_724, 1_820, 524_432],
                [32_768, 524_296, 0, 0],
            ]
        );
        assert_eq!(profile.period, 524_288);
        let first = profile.stack(0)[0];
        assert_eq!(profile.address(first), 0x42_0cee);
        assert_eq!(profile.labels(0)[0].number, 524_288);
        assert!(profile.is_text && profile.stack(3).is_empty());
        assert_eq!(profile.type_index(""), Some(3));
    }

    #[test]
    fn each_kind_of_heap_text_has_its_rate() {
        let types = |text: &str| {
            let profile = read(text).unwrap();
            (profile.sample_types.len(), values(&profile)[0].clone())
        };
        let heap =
            |method: &str, row: &str| format!("heap profile: 1: 8 [ 1: 8] @ {method}\n{row}");
        let row = "   1:   524288 [   1:  524288] @ 0x1";
        // 1 / (1 - exp(-1)) times 524288, by hand.
        assert_eq!(types(&heap("heap_v2/524288", row)), (2, vec![1, 829_411]));
        assert_eq!(types(&heap("heapz_v2/524288", row)).1, [1, 829_411]);
        // Rates that scale nothing.
        for method in ["heap_v2/1", "heap/2", "heap", "heapprofile", "growthz"] {
            assert_eq!(types(&heap(method, row)).1, [1, 524_288], "{method}");
        }
        // Near misses: no method of pprof's, and values that contradict themselves.
        assert!(read(&heap("mallocs/7", row)).is_err());
        let error = read(&heap("heap/2", "0: 8 [0: 0] @ 0x1")).unwrap_err();
        assert!(
            matches!(error, DecodeError::TextLine { line: 2 }),
            "{error}"
        );
    }

    #[test]
    fn cycles_of_locks_become_nanoseconds() {
        let text = "--- mutex:
cycles/second=2000000000
sampling period=10
4000 3 @ 0x10 0x20
#\t0xf\tsync.(*Mutex).Unlock+0x1\t/m.go:3
";
        let profile = read(text).unwrap();
        assert_eq!(values(&profile), [[30, 20_000]]);
        assert_eq!(profile.sample_types[1].name, "delay");
        let text = "--- contention:\ncycles/second=500000000\n\n7 1 @ 0x10\n";
        assert_eq!(values(&read(text).unwrap()), [[1, 14]]);
        assert!(read("--- contention:\ncolour=blue\n").is_err());
    }

    #[test]
    fn names_come_from_the_comments() {
        let text = "goroutine profile: total 3\r
2 @ 0x103b125 0x106cd1f 0x13ac44a 0x106fd81\r
# labels: {\"test_label\":\"test_value\"}\r
#\t0x106cd1e\ttime.Sleep+0xbe\t\t\t/usr/src/runtime/time.go:188\r
#\t0x13ac449\tmain.shortSleepLoop+0x29\t/home/main.go:165\r
\r
1 @ 0x103b125 0x77\r
";
        let profile = read(text).unwrap();
        assert_eq!(values(&profile), [[2], [1]]);
        let names: Vec<&str> = (profile.stack(0).iter())
            .flat_map(|&location| profile.lines(location))
            .map(|&function| profile.function_name(function))
            .collect();
        assert_eq!(names, ["time.Sleep", "main.shortSleepLoop"]);
        // Where nothing has a name, addresses stay.
        assert_eq!(profile.stack(1).len(), 2);
        assert_eq!(profile.sample_types[0].name, "goroutine");
    }

    #[test]
    fn what_is_no_profile_is_said_to_be_text() {
        for text in [
            "heap profile: it failed",
            "goroutine profile: total ten\n",
            "the goroutine profile: total 10\n",
            "connection refused",
        ] {
            assert!(
                matches!(read(text), Err(DecodeError::Text { .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn long_runs_of_one_character_end_soon() {
        for start in [
            "",
            "goroutine profile: total 1\n",
            "heap profile: 1: 1 [1: 1] @ heap/2\n",
        ] {
            for run in [
                "#",
                "\n",
                "1",
                " ",
                "@",
                "[",
                "#\t0x1\t",
                "1 @ 0x1\n",
                "0x1 ",
            ] {
                let text = format!("{start}1 @ 0x1\n{}", run.repeat(1_000_000 / run.len()));
                drop(read(&text));
            }
        }
        let deep = format!(
            "goroutine profile: total 1\n1 @{}\n",
            " 0x1".repeat(1_000_000)
        );
        assert!(matches!(read(&deep), Err(DecodeError::StackTooDeep { .. })));
    }

    #[test]
    fn limits_hold() {
        let limits = Limits {
            locations: 2,
            ..Limits::default()
        };
        let text = b"goroutine profile: total 1\n1 @ 0x1 0x2 0x3\n";
        let error = decode(text.to_vec(), &limits).unwrap_err();
        assert!(error.is_left_out(), "{error}");
    }
}
