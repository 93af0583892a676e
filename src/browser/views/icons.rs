//! Marks that stand beside a word, never instead of it. Drawn here: glyphs of fonts differ.

use leptos::prelude::*;

use engine::protocol::Mark;

/// A mark, in the text's colour and size.
#[component]
pub fn MarkIcon(
    /// Which.
    mark: Mark,
) -> impl IntoView {
    view! {
        <svg class=format!("mark is-{}", mark.as_str()) viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d=mark.path()></path>
        </svg>
    }
}

/// A mark and its word.
#[component]
pub fn MarkWord(
    /// Which.
    mark: Mark,
) -> impl IntoView {
    view! {
        <span class=format!("mark-word is-{}", mark.as_str())>
            <MarkIcon mark/>
            {mark.word()}
        </span>
    }
}

/// A small arrow that says something opens below.
#[component]
pub fn ChevronIcon() -> impl IntoView {
    view! {
        <svg class="chevron" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
            <path d="M4 6l4 4 4-4"></path>
        </svg>
    }
}
