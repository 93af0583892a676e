//! Mutation of what inputs are made of: values and lines of texts, files of a flare, records of an
//! archive, choices of a made-up profile. The fuzzer's own mutation changes bytes, and keeps its
//! share.
//!
//! It goes by a seed alone: the same input and seed give the same mutant.

mod records;
mod text;

use testkit::random::Random;

use super::flare_bytes::{self, MADE_UP, SYMPTOM, joined, path};

/// The fuzzer's own mutation: a buffer, how much of it is the input, how long it may become; how
/// long it became.
pub type ByBytes = fn(&mut [u8], usize, usize) -> usize;

/// What inputs are made of.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Lines with values.
    Text,
    /// A zip archive.
    Archive,
    /// The files of the target `report`.
    Flare,
    /// Bytes of which a profile is made up.
    Choices,
}

/// Mutates the first `size` bytes of `data` into at most `max`; how many there are then.
pub fn mutate(
    kind: Kind,
    data: &mut [u8],
    (size, max): (usize, usize),
    seed: u32,
    by_bytes: ByBytes,
) -> usize {
    let mut dice = Random::new(u64::from(seed));
    if size == 0 || dice.one_in(4) {
        return by_bytes(data, size, max);
    }
    let mut input = data.get(..size).unwrap_or_default().to_vec();
    for _ in 0..=dice.below(4) {
        step(kind, &mut input, &mut dice, by_bytes);
    }
    input.truncate(max);
    match data.get_mut(..input.len()) {
        Some(place) if *place != input[..] => {
            place.copy_from_slice(&input);
            input.len()
        }
        _ => by_bytes(data, size, max),
    }
}

/// One change.
fn step(kind: Kind, input: &mut Vec<u8>, dice: &mut Random, by_bytes: ByBytes) {
    match kind {
        Kind::Text => text::mutate(input, dice),
        Kind::Archive => records::mutate(input, dice),
        Kind::Flare => flare(input, dice, by_bytes),
        Kind::Choices => choices(input, dice),
    }
}

/// Makes one input of two, as long as `out` at most; its length.
pub fn cross(kind: Kind, first: &[u8], second: &[u8], out: &mut [u8], seed: u32) -> usize {
    let mut dice = Random::new(u64::from(seed));
    let mut both = match kind {
        Kind::Text | Kind::Archive => text::cross(first, second, &mut dice),
        // At one place in both: what stands behind means the same there.
        Kind::Choices => {
            let at = dice.below(first.len().min(second.len()));
            [&first[..at], &second[at..]].concat()
        }
        Kind::Flare => {
            let mut files = pieces(first);
            for file in pieces(second) {
                if dice.one_in(2) {
                    let at = dice.below(files.len() + 1);
                    files.insert(at, file);
                } else if dice.one_in(2) && !files.is_empty() {
                    let at = dice.below(files.len());
                    files[at] = file;
                }
            }
            let choice = first.first().copied().unwrap_or_default();
            joined(choice, &files)
        }
    };
    both.truncate(out.len());
    for (place, byte) in out.iter_mut().zip(&both) {
        *place = *byte;
    }
    both.len()
}

fn pieces(input: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let rest = input.get(1..).unwrap_or_default();
    flare_bytes::pieces(rest)
        .map(|(number, content)| (number, content.to_vec()))
        .collect()
}

/// What the file of that number is mutated as; bytes, where it is a profile as it comes.
fn kind(number: u8) -> Option<Kind> {
    if number == SYMPTOM {
        Some(Kind::Text)
    } else if number & MADE_UP != 0 {
        Some(Kind::Choices)
    } else if path(number).starts_with("profiles/") || path(number).starts_with("otel/") {
        None
    } else {
        Some(Kind::Text)
    }
}

/// Mutates one file of a flare, or which files it has.
fn flare(input: &mut Vec<u8>, dice: &mut Random, by_bytes: ByBytes) {
    let mut choice = input.first().copied().unwrap_or_default();
    let mut files = pieces(input);
    let at = dice.below(files.len());
    let number = dice.number() as u8;
    match dice.below(10) {
        0 => choice = number,
        1 if files.len() > 1 => {
            files.remove(at);
        }
        2 if files.len() > 1 => {
            let other = dice.below(files.len());
            files.swap(at, other);
        }
        3 => {
            if let Some((_, content)) = files.get(at).cloned() {
                files.push((number, content));
            }
        }
        4 => {
            if let Some(file) = files.get_mut(at) {
                file.0 = number;
            }
        }
        _ => {
            if let Some((number, content)) = files.get_mut(at) {
                match kind(*number).filter(|_| !dice.one_in(5)) {
                    Some(kind) => step(kind, content, dice, by_bytes),
                    None => {
                        let size = content.len();
                        content.resize(size + 64, 0);
                        let size = by_bytes(content, size, size + 64);
                        content.truncate(size);
                    }
                }
            }
        }
    }
    *input = joined(choice, &files);
}

/// Mutates bytes that are read one after the other as choices: their places stay, or what follows
/// is drawn anew.
fn choices(input: &mut Vec<u8>, dice: &mut Random) {
    let at = dice.below(input.len());
    match dice.below(4) {
        0 => {
            input.truncate(at);
            let more = [200, 1_000, 4_000];
            let more = dice.pick(&more).copied().unwrap_or_default();
            input.extend((0..more).map(|_| dice.number() as u8));
        }
        1 => {
            let run = 1 + dice.below(16);
            for byte in input.iter_mut().skip(at).take(run) {
                *byte = dice.number() as u8;
            }
        }
        2 => {
            let (run, edge) = (1 + dice.below(8), [0, 0x7f, 0x80, 0xff]);
            let edge = dice.pick(&edge).copied().unwrap_or_default();
            for byte in input.iter_mut().skip(at).take(run) {
                *byte = edge;
            }
        }
        _ => {
            if let Some(byte) = input.get_mut(at) {
                *byte = byte.wrapping_add(if dice.one_in(2) { 1 } else { 255 });
            }
        }
    }
}
