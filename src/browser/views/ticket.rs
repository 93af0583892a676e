//! What only the user knows about the ticket: the symptom and a link, for the escalation.

use leptos::ev::Event;
use leptos::prelude::*;

use crate::browser::client::Client;
use crate::browser::state::AppState;

/// Two fields that outlast the flare, but not the page.
#[component]
pub fn TicketFields() -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let typed = move |field: RwSignal<String>| {
        move |event: Event| {
            field.set(event_target_value(&event));
            client.typed();
        }
    };
    view! {
        <div class="ticket">
            <div class="field">
                <label class="field-name" for="symptom">"Symptom, in the customer's words"</label>
                <textarea
                    id="symptom"
                    class="input ticket-symptom"
                    rows="3"
                    aria-describedby="ticket-use"
                    prop:value=state.symptom
                    on:input=typed(state.symptom)
                ></textarea>
            </div>
            <div class="field">
                <label class="field-name" for="link">"Link to the flare or the ticket"</label>
                <input
                    id="link"
                    class="input"
                    type="text"
                    inputmode="url"
                    autocomplete="off"
                    aria-describedby="ticket-use"
                    prop:value=state.link
                    on:input=typed(state.link)
                />
            </div>
            <p class="field-hint" id="ticket-use">
                "Both go into the escalation below, and into everything of it that is copied or saved. \
                 They last until this page is closed and are kept nowhere."
            </p>
        </div>
    }
}
