//! Light or dark: the system's wish unless the user chose. The only thing that the page remembers.

use leptos::prelude::*;
use web_sys::Storage;

const STORAGE_KEY: &str = "flarescope.theme";

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

    /// The value of `data-theme` on the root element, and what is stored.
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

/// The stored choice as a signal; what is set there is shown and stored.
pub fn use_theme() -> RwSignal<Theme> {
    let theme = RwSignal::new(stored());
    Effect::new(move |_| apply(theme.get()));
    theme
}

fn apply(theme: Theme) {
    if let Some(root) = document().document_element() {
        // Only an odd document refuses an attribute; then the system's wish stays.
        let _ = root.set_attribute("data-theme", theme.as_str());
    }
    if let Some(storage) = storage() {
        // Full or forbidden storage costs the memory of the choice, not the choice.
        let _ = match theme {
            Theme::Auto => storage.remove_item(STORAGE_KEY),
            other => storage.set_item(STORAGE_KEY, other.as_str()),
        };
    }
}

fn stored() -> Theme {
    let name = storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten());
    Theme::ALL
        .into_iter()
        .find(|theme| Some(theme.as_str()) == name.as_deref())
        .unwrap_or_default()
}

/// `None` where the browser blocks storage, which throws on access.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
