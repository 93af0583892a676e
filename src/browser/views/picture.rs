//! A few bars on one axis, each with its name and its numbers as text.

use leptos::prelude::*;

use super::bars::{bar, swatch};
use engine::protocol::{Bar, Picture};

/// The bars; what reads the page aloud has the texts alone.
#[component]
pub fn PictureView(
    /// Placed and formatted.
    picture: Picture,
) -> impl IntoView {
    let zero = picture.zero;
    let rows = picture.rows.into_iter().map(|row| {
        let zero = zero.map(|left| bar("picture-zero", None, Bar { left, ..Bar::NONE }));
        view! {
            <li class="picture-row">
                <span class="picture-name">
                    {swatch(&row.swatch)}
                    {row.name}
                </span>
                " "
                <svg class="picture-bar" aria-hidden="true">
                    {bar("picture-part", Some(&row.swatch), row.bar)}
                    {zero}
                </svg>
                <span class="picture-value">{row.value_text}</span>
                " "
                <span class="picture-share">{row.share_text}</span>
            </li>
        }
    });
    view! {
        <figure class="picture" data-picture="">
            <figcaption class="table-caption">{picture.caption}</figcaption>
            <ul class="picture-rows">{rows.collect_view()}</ul>
        </figure>
    }
}
