//! Parts of bars, and the marks that tell owners apart.

use leptos::prelude::*;

use engine::protocol::{Bar, Swatch};

/// A part of a bar.
pub fn bar(class: &'static str, swatch: Option<&Swatch>, place: Bar) -> impl IntoView + use<> {
    let [x, width] = [place.left, place.width].map(|part| format!("{part:.3}%"));
    let hook = swatch.map(Swatch::hook);
    view! { <rect class=class data-swatch=hook x=x width=width height="100%"></rect> }
}

/// The mark beside a name, which says the same. Letters are drawn by the style sheet, so that they are
/// not copied with the name.
pub fn swatch(swatch: &Swatch) -> impl IntoView + use<> {
    let letters = swatch.letters().to_owned();
    let letters = (!letters.is_empty()).then_some(letters);
    view! {
        <span class="swatch" data-swatch=swatch.hook() data-letters=letters aria-hidden="true"></span>
    }
}
