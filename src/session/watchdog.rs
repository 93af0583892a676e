//! Signs of life, and when their absence is the end.
//!
//! Any sign of a worker counts for all that is awaited of it: who says something about one request is
//! there.

use super::link::WorkerId;

/// What there should be signs of life from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// This worker, until it has answered this.
    Answer(WorkerId, u32),
    /// The browser, until it has listed the folders of this turn.
    Listing(u32),
}

impl Awaited {
    const fn worker(self) -> Option<WorkerId> {
        match self {
            Self::Answer(worker, _) => Some(worker),
            Self::Listing(_) => None,
        }
    }
}

/// A look at the signs, to be followed by another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watch {
    /// What is awaited.
    pub what: Awaited,
    /// How many signs there were.
    heard: u32,
    /// There had been none since the look before.
    was_silent: bool,
}

/// Counts signs of life, of each worker and of the browser's listings.
#[derive(Debug, Default)]
pub(super) struct Watchdog {
    heard: Vec<(Option<WorkerId>, u32)>,
}

impl Watchdog {
    /// A sign of this worker, or of a listing.
    pub(super) fn hear(&mut self, from: Option<WorkerId>) {
        match self.heard.iter_mut().find(|(it, _)| *it == from) {
            Some((_, count)) => *count = count.wrapping_add(1),
            None => self.heard.push((from, 1)),
        }
    }

    /// The worker has ended.
    pub(super) fn forget(&mut self, worker: WorkerId) {
        self.heard.retain(|(it, _)| *it != Some(worker));
    }

    /// The first look.
    pub(super) fn watch(&self, what: Awaited) -> Watch {
        Watch {
            what,
            heard: self.count(what),
            was_silent: false,
        }
    }

    /// The next look; `None` when there was no sign before the last one nor since.
    pub(super) fn look(&self, last: Watch) -> Option<Watch> {
        let heard = self.count(last.what);
        let is_silent = heard == last.heard;
        if is_silent && last.was_silent {
            return None;
        }
        Some(Watch {
            what: last.what,
            heard,
            was_silent: is_silent,
        })
    }

    fn count(&self, what: Awaited) -> u32 {
        let from = what.worker();
        let found = self.heard.iter().find(|(it, _)| *it == from);
        found.map_or(0, |(_, count)| *count)
    }
}

#[cfg(test)]
mod tests {
    use super::{Awaited, Watchdog};
    use crate::session::WorkerId;

    #[test]
    fn only_two_silences_in_a_row_are_the_end() {
        let worker = WorkerId(1);
        let mut dog = Watchdog::default();
        let first = dog.watch(Awaited::Answer(worker, 1));
        let silent = dog.look(first);
        assert_eq!(silent.map(|it| it.was_silent), Some(true));
        dog.hear(Some(worker));
        let alive = silent.and_then(|it| dog.look(it));
        assert_eq!(alive.map(|it| it.was_silent), Some(false));
        // Others don't speak for it.
        dog.hear(Some(WorkerId(2)));
        dog.hear(None);
        let silent = alive.and_then(|it| dog.look(it));
        assert_eq!(silent.map(|it| it.was_silent), Some(true));
        assert_eq!(silent.and_then(|it| dog.look(it)), None);
    }
}
