//! The texts to paste, with what only the user knows of the ticket beside them.

use std::sync::Arc;

use leptos::prelude::*;

use super::ticket::TicketFields;
use engine::protocol::SummaryView;

/// Customer message, escalation, JIRA.
#[component]
pub fn Reply(
    /// Its texts are shown.
    summary: Signal<Arc<SummaryView>>,
) -> impl IntoView {
    view! {
        <section class="reply" aria-labelledby="reply-title">
            <h2 class="section-title" id="reply-title">"Reply"</h2>
            <TicketFields/>
            <pre class="text-block-text" tabindex="0" role="region" aria-label="customer message">{move || summary.get().replies.customer.clone()}</pre>
        </section>
    }
}
