//! What a file holds, told from its first bytes: loose files have any name.

use std::io::Read as _;

/// First bytes that are looked at, packed and unpacked.
pub(super) const START: usize = 4096;

/// What a loose file holds, as far as it is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// A pprof profile: packed, bare or as text, also one that was mangled.
    Profile,
    /// A dump of goroutines.
    Goroutines,
    /// An execution trace.
    Trace,
}

impl Content {
    /// Of a file that starts so.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        if is_trace(start) {
            return Some(Self::Trace);
        }
        if start.starts_with(&[0x1f, 0x8b]) {
            return is_packed_profile(start).then_some(Self::Profile);
        }
        // A gzip file that something took for text.
        let mangled = [
            &b"\x1f\xef\xbf\xbd"[..],
            b"\xef\xbb\xbf\x1f\xef\xbf\xbd",
            b"\xff\xfe\x1f\x00",
        ];
        let is_mangled = mangled.iter().any(|mark| start.starts_with(mark));
        if is_mangled || is_text_profile(start) || is_message(start) {
            return Some(Self::Profile);
        }
        is_dump(start).then_some(Self::Goroutines)
    }
}

/// `go 1.22 trace`, filled up with zeros.
fn is_trace(start: &[u8]) -> bool {
    let Some(head) = start.get(..16) else {
        return false;
    };
    head.starts_with(b"go 1.") && head.windows(6).any(|part| part == b" trace")
}

/// What it unpacks to begins as a profile; where nothing comes out, it may be one.
fn is_packed_profile(start: &[u8]) -> bool {
    let mut unpacked = Vec::new();
    // The start is not the whole, so an error at its end says nothing.
    let _ = flate2::read::MultiGzDecoder::new(start)
        .take(START as u64)
        .read_to_end(&mut unpacked);
    unpacked.is_empty() || is_message(&unpacked) || is_text_profile(&unpacked)
}

/// Its first fields are as `proto/profile.proto` has them, and the type of a value is among them:
/// writers put those first.
fn is_message(start: &[u8]) -> bool {
    let mut rest = start;
    while let Some((number, wire_type, value, after)) = field(rest) {
        let is_number = matches!(number, 7..=10 | 12 | 14 | 15);
        match (number, wire_type) {
            (1 | 11, 2) => return is_value_type(value),
            (13, 0 | 2) | (2..=6, 2) => {}
            (_, 0) if is_number => {}
            _ => return false,
        }
        rest = after;
    }
    false
}

/// Numbers of two texts.
fn is_value_type(message: &[u8]) -> bool {
    let mut rest = message;
    while !rest.is_empty() {
        match field(rest) {
            Some((1 | 2, 0, _, after)) => rest = after,
            _ => return false,
        }
    }
    true
}

/// One field of a message: number, wire type, bytes, and what follows it.
fn field(bytes: &[u8]) -> Option<(u64, u8, &[u8], &[u8])> {
    let (key, rest) = varint(bytes)?;
    let wire_type = (key & 7) as u8;
    match wire_type {
        0 => {
            let (_, after) = varint(rest)?;
            Some((key >> 3, wire_type, &[], after))
        }
        2 => {
            let (length, rest) = varint(rest)?;
            let (value, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            Some((key >> 3, wire_type, value, after))
        }
        _ => None,
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at).min(63);
        if byte < 0x80 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}

/// What `?debug=1` gives, after comments.
fn is_text_profile(start: &[u8]) -> bool {
    let line = lines(start).find(|line| !line.is_empty() && !line.starts_with(b"#"));
    line.is_some_and(|line| {
        let total = b" profile: total ";
        (line.starts_with(b"heap profile:") && line.contains(&b'@'))
            || line.starts_with(b"--- contention")
            || line.starts_with(b"--- mutex:")
            || line.windows(total.len()).any(|part| part == total)
                && line.last().is_some_and(u8::is_ascii_digit)
    })
}

/// `goroutine 41 [running]:` stands near its beginning: a crash says why before it.
fn is_dump(start: &[u8]) -> bool {
    lines(start).any(|line| {
        let rest = line.strip_prefix(b"goroutine ").unwrap_or_default();
        rest.first().is_some_and(u8::is_ascii_digit)
            && rest.contains(&b'[')
            && rest.ends_with(b"]:")
    })
}

fn lines(start: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    #[test]
    fn each_content_is_known_by_its_start() {
        use Content::{Goroutines, Profile, Trace};
        let message = b"\x0a\x04\x08\x01\x10\x02\x12\x03abc";
        for (start, content) in [
            (message.to_vec(), Some(Profile)),
            (gzip(message), Some(Profile)),
            (gzip(b"heap profile: 1: 1 [1: 1] @ heap/2\n"), Some(Profile)),
            (
                b"heap profile: 1: 1 [1: 1] @ heap/2\n".to_vec(),
                Some(Profile),
            ),
            (
                b"goroutine profile: total 3\n1 @ 0x1".to_vec(),
                Some(Profile),
            ),
            (b"--- mutex:\ncycles/second=2\n".to_vec(), Some(Profile)),
            (b"\x1f\xef\xbf\xbd\x08\0\0".to_vec(), Some(Profile)),
            // A gzip file of which nothing comes out may be anything.
            (
                b"\x1f\x8b\x08\0\0\0\0\0\x04\xff\xff\xff".to_vec(),
                Some(Profile),
            ),
            (
                b"goroutine 41 [running]:\nmain.main()\n".to_vec(),
                Some(Goroutines),
            ),
            (
                b"SIGQUIT: quit\r\n\r\ngoroutine 0 [idle]:\r\n".to_vec(),
                Some(Goroutines),
            ),
            (b"go 1.22 trace\0\0\0rest".to_vec(), Some(Trace)),
            // Near misses.
            (b"go 1.22 tracks of a race".to_vec(), None),
            (b"the goroutine 41 [running]: was seen".to_vec(), None),
            (b"the heap profile: is large".to_vec(), None),
            (b"\nHello,\nthe Agent is slow.\n".to_vec(), None),
            (
                gzip(b"2026-11-28 14:52:02 UTC | CORE | INFO | started\n"),
                None,
            ),
            (
                gzip(&[b"h/status.log".to_vec(), vec![0; 500]].concat()),
                None,
            ),
            (b"PK\x03\x04".to_vec(), None),
            (Vec::new(), None),
        ] {
            let text = String::from_utf8_lossy(&start);
            assert_eq!(Content::of(&start), content, "{text}");
        }
    }

    #[test]
    fn long_runs_of_one_byte_are_nothing() {
        for byte in 0..=u8::MAX {
            assert_eq!(Content::of(&vec![byte; START]), None, "{byte}");
        }
    }
}
