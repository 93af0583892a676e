//! Parts of bars.

use leptos::prelude::*;

/// A part of a bar. Where it starts and how long it is are percentages of the whole.
pub fn bar(class: &'static str, hue: Option<String>, place: (f64, f64)) -> impl IntoView {
    let (x, width) = place;
    let [x, width] = [x, width].map(|part| format!("{part:.3}%"));
    view! { <rect class=class data-hue=hue x=x width=width height="100%"></rect> }
}
