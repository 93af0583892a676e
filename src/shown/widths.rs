//! How wide the user made the columns of tables of functions. Kept between visits: widths by the names
//! of columns, nothing of any flare.

use crate::storage::Storage;
use engine::protocol::Column;

/// The name in the storage.
const NAME: &str = "columns";

/// The narrowest column, in pixels.
pub const LEAST: u32 = 40;
/// The widest.
pub const MOST: u32 = 480;
/// What a press of an arrow key changes.
pub const STEP: u32 = 8;

/// Something is kept.
pub fn are_kept(storage: &impl Storage) -> bool {
    storage.get(NAME).is_some()
}

/// Widths in pixels of those columns that the user changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Widths(Vec<(Column, u32)>);

impl Widths {
    /// What was kept; what makes no sense any more is left out.
    pub fn kept(storage: &impl Storage) -> Self {
        let text = storage.get(NAME).unwrap_or_default();
        let widths = text.split(';').filter_map(|part| {
            let (name, width) = part.split_once('=')?;
            let column = Column::ALL
                .into_iter()
                .find(|column| column.as_str() == name)?;
            let width: u32 = width.parse().ok()?;
            Some((column, width.clamp(LEAST, MOST)))
        });
        let mut kept = Self::default();
        for (column, width) in widths {
            kept.set(column, width);
        }
        kept
    }

    /// Keeps them, or forgets them where there are none. That a browser refuses costs the memory of
    /// them, nothing else.
    pub fn keep(&self, storage: &impl Storage) {
        let widths: Vec<String> = self
            .0
            .iter()
            .map(|(column, width)| format!("{}={width}", column.as_str()))
            .collect();
        let text = widths.join(";");
        storage.set(NAME, Some(text.as_str()).filter(|text| !text.is_empty()));
    }

    /// Of a column; none where it is as wide as it was made.
    pub fn of(&self, column: Column) -> Option<u32> {
        let found = self.0.iter().find(|(known, _)| *known == column);
        found.map(|(_, width)| *width)
    }

    /// Makes a column so wide, within what is possible.
    pub fn set(&mut self, column: Column, width: u32) {
        self.reset(column);
        self.0.push((column, width.clamp(LEAST, MOST)));
    }

    /// Makes a column as wide as it was.
    pub fn reset(&mut self, column: Column) {
        self.0.retain(|(known, _)| *known != column);
    }
}

/// What a key on a column's edge makes of its width; nothing for other keys.
pub fn stepped(width: u32, key: &str) -> Option<u32> {
    let width = match key {
        "ArrowLeft" => width.saturating_sub(STEP),
        "ArrowRight" => width.saturating_add(STEP),
        "Home" => LEAST,
        "End" => MOST,
        _ => return None,
    };
    Some(width.clamp(LEAST, MOST))
}

#[cfg(test)]
mod tests {
    use super::{LEAST, MOST, NAME, Widths, are_kept, stepped};
    use crate::storage::{MadeUp, Storage as _};
    use engine::protocol::Column;

    #[test]
    fn widths_come_back_and_defaults_leave_nothing() {
        let storage = MadeUp::with_room(1000);
        let mut widths = Widths::default();
        widths.set(Column::Cum, 120);
        widths.set(Column::Owner, 9999);
        widths.set(Column::Cum, 130);
        widths.keep(&storage);
        assert_eq!(storage.get(NAME).as_deref(), Some("owner=480;cum=130"));
        assert_eq!(Widths::kept(&storage), widths);
        assert!(are_kept(&storage));
        widths.reset(Column::Owner);
        widths.reset(Column::Cum);
        widths.keep(&storage);
        assert!(!are_kept(&storage));
    }

    #[test]
    fn what_was_kept_by_another_version_does_no_harm() {
        let storage = MadeUp::with_room(1000);
        storage.set(
            NAME,
            Some("cum=120;odd=7;flat=wide;=;owner=-1;sum=3;;cum=90"),
        );
        let widths = Widths::kept(&storage);
        assert_eq!(widths.of(Column::Cum), Some(90));
        assert_eq!(widths.of(Column::SumShare), Some(LEAST));
        assert_eq!(widths.of(Column::Owner), None);
        // Blocked storage.
        let blocked = MadeUp::with_room(0);
        widths.keep(&blocked);
        assert_eq!(Widths::kept(&blocked), Widths::default());
    }

    #[test]
    fn keys_change_widths_within_bounds() {
        assert_eq!(stepped(100, "ArrowRight"), Some(108));
        assert_eq!(stepped(100, "ArrowLeft"), Some(92));
        assert_eq!(stepped(LEAST, "ArrowLeft"), Some(LEAST));
        assert_eq!(stepped(100, "Home"), Some(LEAST));
        assert_eq!(stepped(100, "End"), Some(MOST));
        assert_eq!(stepped(100, "ArrowUp"), None);
    }
}
