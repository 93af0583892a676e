//! Light or dark: the system's wish unless the user chose. Kept between visits.

use leptos::prelude::*;

use super::storage;

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
}

/// The kept choice as a signal; what is set there is shown and kept.
pub fn use_theme() -> RwSignal<Theme> {
    let theme = RwSignal::new(kept());
    Effect::new(move |_| apply(theme.get()));
    theme
}

fn apply(theme: Theme) {
    if let Some(root) = document().document_element() {
        // Only an odd document refuses an attribute; then the system's wish stays.
        let _ = root.set_attribute("data-theme", theme.as_str());
    }
    // Storage that is full or forbidden costs the memory of the choice, not the choice.
    storage::set(NAME, (theme != Theme::Auto).then(|| theme.as_str()));
}

/// A choice is kept.
pub fn is_kept() -> bool {
    storage::get(NAME).is_some()
}

fn kept() -> Theme {
    let name = storage::get(NAME);
    Theme::ALL
        .into_iter()
        .find(|theme| Some(theme.as_str()) == name.as_deref())
        .unwrap_or_default()
}
