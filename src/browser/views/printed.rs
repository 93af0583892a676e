//! The texts to paste, for paper: on screen the reply shows one at a time, in a box that scrolls.

use std::sync::Arc;

use leptos::prelude::*;

use crate::browser::state::AppState;
use crate::reply::Reply;
use engine::protocol::SummaryView;

/// Customer message and escalation, as the user edited them. No screen shows them.
#[component]
pub fn PrintedTexts(
    /// Its texts are printed.
    summary: Signal<Arc<SummaryView>>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    [Reply::Customer, Reply::Escalation]
        .map(|reply| {
            let text = move || {
                summary.with(|summary| {
                    state
                        .edits
                        .with(|edits| edits.shown(reply, &summary.replies).to_owned())
                })
            };
            view! {
                <section class="printed" data-printed=reply.as_str()>
                    <h2 class="panel-title">{reply.name()}</h2>
                    <pre class="printed-text">{text}</pre>
                </section>
            }
        })
        .collect_view()
}
