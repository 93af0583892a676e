//! Parts of bars.

use leptos::prelude::*;

use engine::protocol::Bar;

/// A part of a bar.
pub fn bar(class: &'static str, hue: Option<String>, place: Bar) -> impl IntoView {
    let [x, width] = [place.left, place.width].map(|part| format!("{part:.3}%"));
    view! { <rect class=class data-hue=hue x=x width=width height="100%"></rect> }
}

/// An index into the palette as `data-hue`.
pub fn hue(index: Option<u8>) -> String {
    index.map_or_else(|| "none".to_owned(), |index| index.to_string())
}
