//! The theme on the page.

use leptos::prelude::*;

use super::storage::LocalStorage;
use crate::theme::Theme;

/// The kept choice as a signal; what is set there is shown and kept.
pub fn use_theme() -> RwSignal<Theme> {
    let theme = RwSignal::new(Theme::kept(&LocalStorage));
    Effect::new(move |_| apply(theme.get()));
    theme
}

fn apply(theme: Theme) {
    if let Some(root) = document().document_element() {
        // Only an odd document refuses an attribute; then the system's wish stays.
        let _ = root.set_attribute("data-theme", theme.as_str());
    }
    theme.keep(&LocalStorage);
}
