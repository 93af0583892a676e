//! Thresholds and the owners file of the user, kept between visits.
//!
//! What they mean is checked by the worker, each time they come into force: another version may have
//! kept them. How they become a text and come back is the browser's own (JSON).

use crate::storage::Storage;
use engine::protocol::Choices;

const NAME: &str = "choices";

/// The text that is kept.
pub fn kept(storage: &impl Storage) -> Option<String> {
    storage.get(NAME)
}

/// Something is kept.
pub fn are_kept(storage: &impl Storage) -> bool {
    kept(storage).is_some()
}

/// Keeps choices as what `write` makes of them, or forgets them where they are the defaults. False
/// when the browser refuses; then what was kept before is forgotten, so that the next visit does not
/// bring it back.
pub fn keep(
    storage: &impl Storage,
    choices: &Choices,
    write: impl FnOnce(&Choices) -> Option<String>,
) -> bool {
    if *choices == Choices::default() {
        return forget(storage);
    }
    let is_kept = write(choices).is_some_and(|text| storage.set(NAME, Some(&text)));
    if !is_kept {
        forget(storage);
    }
    is_kept
}

/// Forgets what was kept.
pub fn forget(storage: &impl Storage) -> bool {
    storage.set(NAME, None)
}

#[cfg(test)]
mod tests {
    use super::{are_kept, keep, kept};
    use crate::storage::MadeUp;
    use engine::protocol::Choices;

    fn leak(mb: f64) -> Choices {
        Choices {
            leak_mb: Some(mb),
            ..Choices::default()
        }
    }

    fn write(choices: &Choices) -> Option<String> {
        choices.leak_mb.map(|mb| "x".repeat(mb as usize))
    }

    #[test]
    fn defaults_are_forgotten_and_all_else_is_kept() {
        let storage = MadeUp::with_room(10);
        assert!(keep(&storage, &leak(5.0), write));
        assert_eq!(kept(&storage).as_deref(), Some("xxxxx"));
        assert!(keep(&storage, &Choices::default(), write));
        assert!(!are_kept(&storage));
    }

    #[test]
    fn what_is_refused_takes_along_what_was_kept_before() {
        let storage = MadeUp::with_room(10);
        assert!(keep(&storage, &leak(5.0), write));
        assert!(!keep(&storage, &leak(50.0), write));
        assert!(!are_kept(&storage));
        // Not to be written either.
        assert!(!keep(&storage, &leak(5.0), |_| None));
    }
}
