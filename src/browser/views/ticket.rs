//! What only the user knows about the ticket: the symptom and a link, for the texts to paste.

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
    let use_of =
        "Both go into the texts below. They last until this page is closed and are kept nowhere.";
    view! {
        <div class="ticket">
            <label class="field ticket-symptom" title=use_of>
                <span class="field-name">"Symptom, in the customer's words"</span>
                <input
                    id="symptom"
                    class="input"
                    type="text"
                    autocomplete="off"
                    prop:value=state.symptom
                    on:input=typed(state.symptom)
                />
            </label>
            <label class="field ticket-link" title=use_of>
                <span class="field-name">"Link to the ticket"</span>
                <input
                    id="link"
                    class="input"
                    type="text"
                    inputmode="url"
                    autocomplete="off"
                    prop:value=state.link
                    on:input=typed(state.link)
                />
            </label>
        </div>
    }
}
