//! A text to copy as it stands.

use leptos::prelude::*;

use super::copy::CopyButton;

/// The text, under its name.
#[component]
pub fn TextView(
    /// Its name.
    name: String,
    /// All of it.
    text: String,
    /// Commands rather than prose: lines are not wrapped.
    is_code: bool,
) -> impl IntoView {
    let label = name.clone();
    view! {
        <figure class="text-block" class:is-code=is_code>
            <figcaption class="text-block-head">
                <span class="text-block-name">{name.clone()}</span>
                <CopyButton name text=text.clone()/>
            </figcaption>
            <pre class="text-block-text" tabindex="0" role="group" aria-label=label>{text}</pre>
        </figure>
    }
}
