//! Signs of life, and when their absence is the end.
//!
//! Any sign counts for all that is awaited: who says something about one request is there.

/// What there should be signs of life from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The worker, until it has answered this.
    Answer(u32),
    /// The browser, until it has listed the folders of this turn.
    Listing(u32),
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

/// Counts signs of life.
#[derive(Debug, Default)]
pub(super) struct Watchdog {
    heard: u32,
}

impl Watchdog {
    pub(super) const fn hear(&mut self) {
        self.heard = self.heard.wrapping_add(1);
    }

    /// The first look.
    pub(super) const fn watch(&self, what: Awaited) -> Watch {
        Watch {
            what,
            heard: self.heard,
            was_silent: false,
        }
    }

    /// The next look; `None` when there was no sign before the last one nor since.
    pub(super) const fn look(&self, last: Watch) -> Option<Watch> {
        let is_silent = self.heard == last.heard;
        if is_silent && last.was_silent {
            return None;
        }
        Some(Watch {
            what: last.what,
            heard: self.heard,
            was_silent: is_silent,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Awaited, Watchdog};

    #[test]
    fn only_two_silences_in_a_row_are_the_end() {
        let mut dog = Watchdog::default();
        let first = dog.watch(Awaited::Answer(1));
        let silent = dog.look(first);
        assert_eq!(silent.map(|it| it.was_silent), Some(true));
        dog.hear();
        let alive = silent.and_then(|it| dog.look(it));
        assert_eq!(alive.map(|it| it.was_silent), Some(false));
        let silent = alive.and_then(|it| dog.look(it));
        assert_eq!(silent.map(|it| it.was_silent), Some(true));
        assert_eq!(silent.and_then(|it| dog.look(it)), None);
    }
}
