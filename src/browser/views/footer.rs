//! Version and build, and the way to check what the page promises.

use leptos::prelude::*;

use crate::BUILD;
use crate::browser::state::AppState;

/// The line at the bottom of every screen.
#[component]
pub fn Footer() -> impl IntoView {
    let state = expect_context::<AppState>();
    view! {
        <footer class="footer">
            <span class="footer-build">"flarescope " <span id="build">{BUILD}</span></span>
            <span>
                "Nothing leaves this computer: "
                <button data-action="how-to-check-from-footer" type="button" class="link" on:click=move |_| state.check.set(true)>
                    "how to check"
                </button>
            </span>
        </footer>
    }
}
