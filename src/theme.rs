//! Light or dark: the system's wish unless the user chose. Kept between visits.

use crate::storage::Storage;

const NAME: &str = "theme";

/// The user's choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system wishes.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// In the order of the switch.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The value of `data-theme` on the root element, and what is kept.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Auto => "Auto",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The choice that was kept.
    pub fn kept(storage: &impl Storage) -> Self {
        let name = storage.get(NAME);
        Self::ALL
            .into_iter()
            .find(|theme| Some(theme.as_str()) == name.as_deref())
            .unwrap_or_default()
    }

    /// Keeps it. Storage that is full or forbidden costs the memory of the choice, not the choice.
    pub fn keep(self, storage: &impl Storage) {
        storage.set(NAME, (self != Self::Auto).then(|| self.as_str()));
    }
}

/// A choice is kept.
pub fn is_kept(storage: &impl Storage) -> bool {
    storage.get(NAME).is_some()
}

#[cfg(test)]
mod tests {
    use super::{Theme, is_kept};
    use crate::storage::{MadeUp, Storage as _};

    #[test]
    fn a_choice_comes_back_and_the_systems_wish_is_not_kept() {
        let storage = MadeUp::with_room(10);
        Theme::Dark.keep(&storage);
        assert_eq!(Theme::kept(&storage), Theme::Dark);
        Theme::Auto.keep(&storage);
        assert!(!is_kept(&storage));
        storage.set("theme", Some("purple"));
        assert_eq!(Theme::kept(&storage), Theme::Auto);
    }
}
