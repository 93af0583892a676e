//! `go-routine-dump.log`: the stacks of all goroutines of the program that wrote the flare, as
//! `runtime.Stack` writes them, up to 64 MB.
//!
//! Read as a stream; memory is bounded by the number and the size of the different stacks that are
//! kept, not by the number of goroutines or the length of a stack.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, Read as _};

use super::io::read_line;
use super::{Process, TextLimits};

/// Different states kept.
const STATES: usize = 1_000;

/// Frames kept of each stack, from the leaf on.
const FRAMES: usize = 32;

/// Bytes looked at in a line. Real ones stay under a few hundred.
const LINE: usize = 16 * 1024;

/// Bytes kept of a function's name.
const NAME: usize = 1024;

/// Bytes kept of a state.
const STATE: usize = 100;

/// Goroutines with the same state and the same functions on their stacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// How many.
    pub count: u64,
    /// For example `chan receive`.
    pub state: String,
    /// Functions without arguments, from the leaf on; at most the first 32.
    pub frames: Vec<String>,
    /// Frames of the whole stack.
    pub frames_total: usize,
    /// The function that started the first of them.
    pub created_by: Option<String>,
    /// How many of them were started by another one.
    pub created_elsewhere: u64,
    /// The longest wait in minutes; waits under a minute are not told.
    pub longest_wait_minutes: u64,
    /// How many of them are tied to a thread of their own, as calls into C often are.
    pub locked_to_thread: u64,
}

impl Group {
    /// They wait for a mutex. Older Go versions say `semacquire` for that, and for other waits.
    pub fn waits_for_lock(&self) -> bool {
        let on_lock = |frame: &String| {
            frame.starts_with("sync.(*Mutex).Lock")
                || frame.starts_with("sync.(*RWMutex).")
                || frame.starts_with("internal/sync.(*Mutex).")
        };
        self.state.starts_with("sync.Mutex.")
            || self.state.starts_with("sync.RWMutex.")
            || (self.state.starts_with("semacquire") && self.frames.iter().any(on_lock))
    }
}

/// What a dump says in sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goroutines {
    /// Goroutines.
    pub count: u64,
    /// States and how many goroutines are in each, largest first, then by name.
    pub by_state: Vec<(String, u64)>,
    /// Groups, largest first, then by state and frames.
    pub groups: Vec<Group>,
    /// Goroutines whose stacks were not kept, past the limits on groups.
    pub ungrouped: u64,
    /// The longest wait in minutes.
    pub longest_wait_minutes: u64,
    /// The program, where the stack of the main goroutine tells it.
    pub program: Option<Process>,
    /// Why the dump was not read to its end.
    pub problem: Option<String>,
}

/// Reads a dump.
pub fn parse(reader: &mut dyn BufRead) -> Goroutines {
    parse_within(reader, &TextLimits::default())
}

/// As [`parse`], with limits of the caller's.
pub fn parse_within(reader: &mut dyn BufRead, limits: &TextLimits) -> Goroutines {
    let mut dump = Dump {
        limits: *limits,
        ..Dump::default()
    };
    let mut line = Vec::with_capacity(1024);
    let mut bounded = reader.take(limits.dump_bytes.saturating_add(1));
    loop {
        match read_line(&mut bounded, &mut line, LINE) {
            Ok(_) if bounded.limit() == 0 => {
                dump.problem = Some(format!(
                    "it is longer than {} bytes, the limit; the goroutines after that are not \
                     counted",
                    limits.dump_bytes
                ));
                break;
            }
            Ok(true) => dump.line(&line),
            Ok(false) => break,
            Err(error) => {
                dump.problem = Some(error.to_string());
                break;
            }
        }
    }
    dump.finish()
}

#[derive(Default)]
struct Dump {
    limits: TextLimits,
    count: u64,
    states: HashMap<Vec<u8>, u64>,
    /// Groups by the hash of their whole stack. The hash has 64 bits: among a million different
    /// stacks, a hundred times what is kept, two fall together once in 37 million dumps. Comparing
    /// whole stacks would mean to hold them all.
    groups: HashMap<u64, Group>,
    group_bytes: usize,
    ungrouped: u64,
    longest: u64,
    program: Option<Process>,
    problem: Option<String>,
    /// It is the main goroutine.
    is_main: bool,
    /// The goroutine that is being read; its buffers are used again for the next.
    open: bool,
    state: Vec<u8>,
    wait: u64,
    is_locked: bool,
    /// Of all names, while only the first frames are kept.
    hasher: DefaultHasher,
    /// Function names, one after the other, and where each ends.
    names: Vec<u8>,
    ends: Vec<usize>,
    frames_total: usize,
    created_by: Vec<u8>,
}

impl Dump {
    fn line(&mut self, line: &[u8]) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if self.is_main {
            // The outermost frame is `main.main`, whose file stands in the program's folder.
            self.program = program(line).or(self.program.take());
        }
        // File lines start with a tab and are half of the text.
        if line.first() == Some(&b'\t') {
            return;
        }
        if let Some(header) = header(line) {
            self.close();
            self.open = true;
            self.is_main = header.is_main;
            self.state.clear();
            self.state.extend_from_slice(head(header.state, STATE));
            self.wait = header.wait;
            self.is_locked = header.is_locked;
            return;
        }
        if !self.open {
            return;
        }
        if line.is_empty() {
            self.close();
        } else if let Some(creator) = line.strip_prefix(b"created by ") {
            let end = find(creator, b" in goroutine ").unwrap_or(creator.len());
            self.created_by.clear();
            self.created_by
                .extend_from_slice(head(creator.get(..end).unwrap_or(creator), NAME));
        } else if let Some(name) = function(line) {
            name.hash(&mut self.hasher);
            self.frames_total += 1;
            if self.ends.len() < FRAMES {
                self.names.extend_from_slice(head(name, NAME));
                self.ends.push(self.names.len());
            }
        }
    }

    /// Puts the goroutine that was read into its group.
    fn close(&mut self) {
        if !self.open {
            return;
        }
        self.open = false;
        self.is_main = false;
        self.count += 1;
        self.longest = self.longest.max(self.wait);
        if let Some(count) = self.states.get_mut(&self.state) {
            *count += 1;
        } else if self.states.len() < STATES {
            self.states.insert(self.state.clone(), 1);
        }
        // Each name was hashed with its length, so that no two lists of names read the same.
        let mut hasher = std::mem::take(&mut self.hasher);
        self.frames_total.hash(&mut hasher);
        self.state.hash(&mut hasher);
        let key = hasher.finish();
        let bytes = self.state.len() + self.names.len() + self.created_by.len();
        let is_locked = u64::from(self.is_locked);
        if let Some(group) = self.groups.get_mut(&key) {
            group.count += 1;
            group.longest_wait_minutes = group.longest_wait_minutes.max(self.wait);
            group.locked_to_thread += is_locked;
            let creator = group.created_by.as_deref().unwrap_or_default();
            group.created_elsewhere +=
                u64::from(creator != String::from_utf8_lossy(&self.created_by));
        } else if self.groups.len() < self.limits.dump_groups
            && self.group_bytes + bytes <= self.limits.dump_group_bytes
        {
            self.group_bytes += bytes;
            let group = self.group(is_locked);
            self.groups.insert(key, group);
        } else {
            self.ungrouped += 1;
        }
        self.names.clear();
        self.ends.clear();
        self.frames_total = 0;
        self.created_by.clear();
    }

    fn group(&self, locked_to_thread: u64) -> Group {
        let mut frames = Vec::with_capacity(self.ends.len());
        let mut start = 0;
        for end in &self.ends {
            frames.push(text(self.names.get(start..*end).unwrap_or_default()));
            start = *end;
        }
        Group {
            count: 1,
            state: text(&self.state),
            frames,
            frames_total: self.frames_total,
            created_by: (!self.created_by.is_empty()).then(|| text(&self.created_by)),
            created_elsewhere: 0,
            longest_wait_minutes: self.wait,
            locked_to_thread,
        }
    }

    fn finish(mut self) -> Goroutines {
        self.close();
        let mut by_state: Vec<(String, u64)> = self
            .states
            .iter()
            .map(|(state, count)| (text(state), *count))
            .collect();
        by_state.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut groups: Vec<Group> = self.groups.into_values().collect();
        groups.sort_by(|a, b| {
            b.count
                .cmp(&a.count)
                .then_with(|| a.state.cmp(&b.state))
                .then_with(|| a.frames.cmp(&b.frames))
                .then_with(|| a.created_by.cmp(&b.created_by))
                .then_with(|| a.frames_total.cmp(&b.frames_total))
                .then_with(|| b.longest_wait_minutes.cmp(&a.longest_wait_minutes))
                .then_with(|| b.created_elsewhere.cmp(&a.created_elsewhere))
                // The last field: stacks that differ only in bytes that are no text look alike.
                .then_with(|| b.locked_to_thread.cmp(&a.locked_to_thread))
        });
        Goroutines {
            count: self.count,
            by_state,
            groups,
            ungrouped: self.ungrouped,
            longest_wait_minutes: self.longest,
            program: self.program,
            problem: self.problem,
        }
    }
}

/// What the first line of a goroutine says.
struct Header<'a> {
    /// It is number 1, in which `main.main` runs.
    is_main: bool,
    state: &'a [u8],
    /// Minutes.
    wait: u64,
    is_locked: bool,
}

/// Reads `goroutine 3051 [select, 47 minutes, locked to thread]:`.
fn header(line: &[u8]) -> Option<Header<'_>> {
    let rest = line.strip_prefix(b"goroutine ")?;
    if !rest.first()?.is_ascii_digit() {
        return None;
    }
    // Between number and state some settings print addresses, after it some versions print more.
    let open = rest.iter().position(|byte| *byte == b'[')?;
    let inside = rest.get(open + 1..)?;
    let close = inside.iter().position(|byte| *byte == b']')?;
    let mut parts = inside.get(..close)?.split(|byte| *byte == b',');
    let state = parts.next()?.trim_ascii();
    let mut header = Header {
        is_main: rest.starts_with(b"1 "),
        state: state.strip_suffix(b" (scan)").unwrap_or(state),
        wait: 0,
        is_locked: false,
    };
    for part in parts.map(<[u8]>::trim_ascii) {
        if part == b"locked to thread" {
            header.is_locked = true;
        } else if let Some(number) = part.strip_suffix(b" minutes")
            && let Some(minutes) = std::str::from_utf8(number)
                .ok()
                .and_then(|number| number.parse().ok())
        {
            header.wait = minutes;
        }
    }
    Some(header)
}

/// The program whose folder a line of the main goroutine's stack names:
/// `github.com/DataDog/datadog-agent/cmd/cluster-agent/main.go:40`.
fn program(line: &[u8]) -> Option<Process> {
    const FOLDER: &[u8] = b"datadog-agent/cmd/";
    let rest = line.get(find(line, FOLDER)? + FOLDER.len()..)?;
    let end = rest.iter().position(|byte| *byte == b'/')?;
    match rest.get(..end)? {
        b"agent" | b"iot-agent" => Some(Process::Core),
        b"cluster-agent" | b"cluster-agent-cloudfoundry" => Some(Process::ClusterAgent),
        b"otel-agent" => Some(Process::OtelAgent),
        b"trace-agent" => Some(Process::Trace),
        b"process-agent" => Some(Process::ProcessAgent),
        b"security-agent" => Some(Process::SecurityAgent),
        b"system-probe" => Some(Process::SystemProbe),
        _ => None,
    }
}

/// At most `most` bytes.
fn head(bytes: &[u8], most: usize) -> &[u8] {
    bytes.get(..most).unwrap_or(bytes)
}

/// The function of a line such as `net/http.(*conn).serve(0x3b84, {0xca39, 0x3b84})`: all before
/// the parenthesis that its last one closes.
fn function(line: &[u8]) -> Option<&[u8]> {
    // `...23 frames elided...`
    if line.starts_with(b"...") {
        return None;
    }
    let Some(inside) = line.strip_suffix(b")") else {
        return Some(line);
    };
    let mut depth = 1_usize;
    for (at, byte) in inside.iter().enumerate().rev() {
        match byte {
            b')' => depth += 1,
            b'(' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return inside.get(..at);
        }
    }
    Some(line)
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use std::io;

    fn parse_text(text: &str) -> Goroutines {
        parse(&mut text.as_bytes())
    }

    #[test]
    fn the_program_is_that_of_the_main_goroutine() {
        let of = |number: u64, path: &str| {
            let text = format!(
                "goroutine 7 [select]:\ngithub.com/DataDog/datadog-agent/cmd/system-probe/x.Run()\n\tx.go:1\n\n\
                 goroutine {number} [chan receive, 60 minutes]:\n\
                 github.com/DataDog/datadog-agent/cmd/agent/common.Wait(0x1)\n\tx.go:1 +0x9b\n\
                 main.main()\n\t{path}main.go:69 +0x9b\n"
            );
            parse_text(&text).program
        };
        let cluster = "/go/src/github.com/DataDog/datadog-agent/cmd/cluster-agent/";
        assert_eq!(of(1, cluster), Some(Process::ClusterAgent));
        assert_eq!(
            of(1, "github.com/DataDog/datadog-agent/cmd/otel-agent/"),
            Some(Process::OtelAgent)
        );
        assert_eq!(of(1, "/go/src/x/"), Some(Process::Core));
        // Any other goroutine says nothing of the program.
        assert_eq!(of(11, cluster), None);
    }

    #[test]
    fn one_stack_is_one_group_whoever_started_it() {
        let one = |number: u64, creator: &str| {
            format!(
                "goroutine {number} [chan send, {number} minutes]:\napp.start(0x{number})\n\tx.go:1\n\
                 created by {creator} in goroutine {number}\n\tx.go:1\n\n"
            )
        };
        let text = [
            one(2, "app.Start"),
            one(3, "app.Start"),
            one(4, "app.Again"),
        ]
        .concat();
        let dump = parse_text(&text);
        assert_eq!(dump.groups.len(), 1);
        let group = &dump.groups[0];
        assert_eq!((group.count, group.created_elsewhere), (3, 1));
        assert_eq!(group.created_by.as_deref(), Some("app.Start"));
        assert_eq!(group.longest_wait_minutes, 4);
        // Another stack is another group, whoever started it.
        let other = one(5, "app.Start").replace("app.start", "app.stop");
        assert_eq!(parse_text(&(text + &other)).groups.len(), 2);
    }

    #[test]
    fn groups_of_equal_stacks() {
        let dump = parse_text(
            "goroutine 1 [running]:\nmain.main()\n\t/x.go:1 +0x1\n\ngoroutine 3051 [select, 47 minutes]:\ngithub.com/x/file.(*Tailer).readForever(0xc000d12000)\n\ttailer.go:287 +0x1a5\ncreated by github.com/x/file.(*Tailer).Start in goroutine 201\n\ttailer.go:230 +0x3a7\n\ngoroutine 3052 [select, 3 minutes, locked to thread]:\ngithub.com/x/file.(*Tailer).readForever(0xc000d12999, {0x1, 0x2})\n\ttailer.go:287 +0x1a5\ncreated by github.com/x/file.(*Tailer).Start in goroutine 7\n\ttailer.go:230 +0x3a7\n\ngoroutine 9 [sync.Mutex.Lock (scan)]:\nsync.(*Mutex).Lock(...)\n\tmutex.go:1\n...additional frames elided...\ncreated by a.b\n",
        );
        expect![[r#"
            Goroutines {
                count: 4,
                by_state: [
                    (
                        "select",
                        2,
                    ),
                    (
                        "running",
                        1,
                    ),
                    (
                        "sync.Mutex.Lock",
                        1,
                    ),
                ],
                groups: [
                    Group {
                        count: 2,
                        state: "select",
                        frames: [
                            "github.com/x/file.(*Tailer).readForever",
                        ],
                        frames_total: 1,
                        created_by: Some(
                            "github.com/x/file.(*Tailer).Start",
                        ),
                        created_elsewhere: 0,
                        longest_wait_minutes: 47,
                        locked_to_thread: 1,
                    },
                    Group {
                        count: 1,
                        state: "running",
                        frames: [
                            "main.main",
                        ],
                        frames_total: 1,
                        created_by: None,
                        created_elsewhere: 0,
                        longest_wait_minutes: 0,
                        locked_to_thread: 0,
                    },
                    Group {
                        count: 1,
                        state: "sync.Mutex.Lock",
                        frames: [
                            "sync.(*Mutex).Lock",
                        ],
                        frames_total: 1,
                        created_by: Some(
                            "a.b",
                        ),
                        created_elsewhere: 0,
                        longest_wait_minutes: 0,
                        locked_to_thread: 0,
                    },
                ],
                ungrouped: 0,
                longest_wait_minutes: 47,
                program: None,
                problem: None,
            }
        "#]]
        .assert_debug_eq(&dump);
        assert!(dump.groups[2].waits_for_lock());
    }

    #[test]
    fn no_dump() {
        assert_eq!(parse_text("Got response 404\n").count, 0);
        assert_eq!(parse_text("").count, 0);
        assert_eq!(parse_text("goroutine 1 [run").count, 0);
        assert_eq!(parse_text("goroutine 1 gp=0xc0 m=0 mp=0x1 [semacquire, 2 minutes] {x:1}:\nsync.(*Mutex).Lock(0x1)").groups[0].longest_wait_minutes, 2);
    }

    #[test]
    fn memory_is_bounded() {
        let mut text = String::new();
        for n in 0..12_000 {
            text.push_str(&format!("goroutine {n} [state{n}]:\nmain.f{n}()\n\n"));
        }
        text.push_str(&format!(
            "goroutine 1 [select]:\n{}\n\n",
            "x".repeat(1 << 20)
        ));
        let dump = parse_text(&text);
        assert_eq!(dump.count, 12_001);
        assert_eq!(dump.groups.len(), TextLimits::default().dump_groups);
        assert_eq!(dump.ungrouped, 2_001);
        assert_eq!(dump.by_state.len(), STATES);
    }

    #[test]
    fn long_names_and_stacks_are_bounded() {
        // Cut to what is kept, all these stacks are equal; as a whole no two are.
        let name = "x".repeat(NAME);
        let mut text = String::new();
        for n in 0..1_200 {
            text.push_str(&format!("goroutine {n} [select]:\n"));
            for _ in 0..FRAMES + 1 {
                text.push_str(&format!("{name}{n}()\n"));
            }
            text.push('\n');
        }
        let dump = parse_text(&text);
        assert_eq!(dump.count, 1_200);
        let kept = TextLimits::default().dump_group_bytes / (FRAMES * NAME + "select".len());
        assert_eq!(dump.groups.len(), kept);
        assert_eq!(dump.ungrouped, 1_200 - kept as u64);
        assert_eq!(dump.groups[0].frames_total, FRAMES + 1);
        // A stack of a million frames, which Go never writes.
        let deep = format!("goroutine 1 [select]:\n{}", "main.f()\n".repeat(1_000_000));
        let dump = parse_text(&deep);
        assert_eq!(dump.groups[0].frames.len(), FRAMES);
        assert_eq!(dump.groups[0].frames_total, 1_000_000);
    }

    #[test]
    fn stacks_that_differ_stay_apart() {
        let dump = parse_text(
            "goroutine 1 [select]:\nab()\nc()\n\ngoroutine 2 [select]:\na()\nbc()\n\ngoroutine 3 [select]:\na()\nb()\ncreated by c\n\ngoroutine 4 [select]:\na()\nb()\nc()\n\ngoroutine 5 [running]:\na()\nb()\nc()\n\ngoroutine 6 [select, 2 minutes, locked to thread]:\na()\nb()\nc()\n",
        );
        assert_eq!(dump.groups.len(), 5);
        assert_eq!(
            (dump.groups[0].count, dump.groups[0].locked_to_thread),
            (2, 1)
        );
        // Deeper than what is kept, and still apart.
        let deep = |leaf: &str| format!("{}{leaf}()\n\n", "f()\n".repeat(FRAMES));
        let dump = parse_text(&format!(
            "goroutine 1 [select]:\n{}goroutine 2 [select]:\n{}",
            deep("x"),
            deep("y")
        ));
        assert_eq!(dump.groups.len(), 2);
    }

    /// Gives a dump of so many bytes without ever holding it.
    struct Made {
        goroutine: u64,
        left: usize,
        block: Vec<u8>,
        at: usize,
    }

    impl io::Read for Made {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            if self.at == self.block.len() {
                if self.left == 0 {
                    return Ok(0);
                }
                self.goroutine += 1;
                let n = self.goroutine;
                // Of 500 different stacks, as from a leak of a few places in busy code.
                let place = n % 500;
                self.block = format!(
                    "goroutine {n} [select, {} minutes]:\ngithub.com/DataDog/datadog-agent/pkg/logs/tailers/file.(*Tailer).readForever{place}(0xc000{n:x})\n\tpkg/logs/tailers/file/tailer.go:287 +0x1a5\ncreated by github.com/DataDog/datadog-agent/pkg/logs/tailers/file.(*Tailer).Start in goroutine 201\n\tpkg/logs/tailers/file/tailer.go:230 +0x3a7\n\n",
                    n % 90
                )
                .into_bytes();
                self.at = 0;
                self.left = self.left.saturating_sub(self.block.len());
            }
            let rest = &self.block[self.at..];
            let given = rest.len().min(into.len());
            into[..given].copy_from_slice(&rest[..given]);
            self.at += given;
            Ok(given)
        }
    }

    #[test]
    fn the_largest_dump_is_streamed() {
        let mut reader = io::BufReader::with_capacity(
            64 * 1024,
            Made {
                goroutine: 0,
                left: 64 << 20,
                block: Vec::new(),
                at: 0,
            },
        );
        let start = std::time::Instant::now();
        let dump = parse(&mut reader);
        assert_eq!(dump.count, reader.get_ref().goroutine);
        assert!(dump.count > 150_000, "{}", dump.count);
        assert_eq!((dump.groups.len(), dump.ungrouped), (500, 0));
        assert_eq!(dump.longest_wait_minutes, 89);
        assert_eq!(dump.by_state, [("select".to_owned(), dump.count)]);
        // Far above what it takes, so that only a change of order fails.
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }
}
