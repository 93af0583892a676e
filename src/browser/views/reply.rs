//! The texts to paste, with what only the user knows of the ticket beside them.

use std::sync::Arc;

use leptos::ev::{Event, KeyboardEvent};
use leptos::prelude::*;

use super::focus::focus;
use super::ticket::TicketFields;
use crate::browser::client::Client;
use crate::browser::state::AppState;
use crate::browser::storage::LocalStorage;
use crate::place::after_key;
use crate::reply::{Edited, Reply};
use crate::session::Deliver;
use engine::protocol::SummaryView;

/// Customer message, escalation, JIRA: one at a time, to be edited and copied.
#[component]
pub fn ReplyPanel(
    /// Its texts are shown.
    summary: Signal<Arc<SummaryView>>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let reply = state.reply;
    let shown = move || {
        summary.with(|summary| {
            state
                .edits
                .with(|edits| edits.shown(reply.get(), &summary.replies).to_owned())
        })
    };
    let edited = Memo::new(move |_| {
        summary.with(|summary| {
            state
                .edits
                .with(|edits| edits.state(reply.get(), &summary.replies, state.redact.get()))
        })
    });
    let type_in = move |event: Event| {
        let text = event_target_value(&event);
        summary.with_untracked(|summary| {
            state.edits.update(|edits| {
                edits.edit(reply.get_untracked(), text, &summary.replies);
            });
        });
    };
    let copy = move |_| {
        let reply = reply.get_untracked();
        match edited.get_untracked() {
            // As the engine writes it with all that was typed and chosen by now.
            None => client.export(reply.format(), Deliver::Copy),
            Some(_) => {
                let text = summary.with_untracked(|summary| {
                    state
                        .edits
                        .with_untracked(|edits| edits.shown(reply, &summary.replies).to_owned())
                });
                client.copy(reply.name(), text);
            }
        }
    };
    let drop_edit = move |_| {
        state
            .edits
            .update(|edits| edits.drop_edit(reply.get_untracked()))
    };
    let said = move || {
        let (words, button) = match edited.get()? {
            Edited::Own => ("Edited by you.", "Undo the edits"),
            Edited::Outdated => (
                "Edited by you. What you typed or chose since would change the text.",
                "Take the new text",
            ),
            Edited::WithNames => (
                "You edited this before names were replaced, so they still stand in it.",
                "Take the text with names replaced",
            ),
        };
        Some(view! {
            <p class="reply-edited" data-edited="">
                {words}
                " "
                <button data-action="drop-edit" type="button" class="link" on:click=drop_edit>{button}</button>
            </p>
        })
    };
    let on_copy_words = move || match edited.get() {
        Some(Edited::WithNames) => "Copy with names",
        _ => "Copy",
    };
    view! {
        <section class="reply" data-reply="">
            <div class="panel-head">
                <h2 class="panel-title">"Reply"</h2>
                <ReplyTabs/>
                <button
                    data-action="copy-reply"
                    type="button"
                    class="button is-primary"
                    aria-label=move || format!("{}: {}", on_copy_words(), reply.get().name())
                    on:click=copy
                >
                    {on_copy_words}
                </button>
            </div>
            <TicketFields/>
            <div id="reply-panel" class="reply-panel" role="tabpanel" aria-label=move || reply.get().name()>
                <textarea
                    id="reply-text"
                    class="reply-text"
                    aria-label=move || format!("{}, to be edited and copied", reply.get().name())
                    spellcheck="false"
                    data-text=move || reply.get().as_str()
                    prop:value=shown
                    on:input=type_in
                ></textarea>
            </div>
            {said}
        </section>
    }
}

/// Which text is shown. The last choice is remembered.
#[component]
fn ReplyTabs() -> impl IntoView {
    let state = expect_context::<AppState>();
    let choose = move |reply: Reply| {
        state.reply.set(reply);
        reply.keep(&LocalStorage);
    };
    let on_key = move |event: KeyboardEvent| {
        let at = state.reply.get_untracked() as usize;
        let Some(to) = after_key(at, Reply::ALL.len(), &event.key()) else {
            return;
        };
        event.prevent_default();
        let to = Reply::ALL[to];
        choose(to);
        if let Some(button) = document().get_element_by_id(&tab_id(to)) {
            focus(&button);
        }
    };
    let button = move |reply: Reply| {
        let selected = move || state.reply.get() == reply;
        view! {
            <button
                id=tab_id(reply)
                data-reply-tab=reply.as_str()
                type="button"
                role="tab"
                class="segment"
                aria-controls="reply-panel"
                aria-selected=move || selected().to_string()
                tabindex=move || if selected() { "0" } else { "-1" }
                on:click=move |_| choose(reply)
            >
                {reply.title()}
            </button>
        }
    };
    view! {
        <div class="segments" role="tablist" aria-label="Text to paste" on:keydown=on_key>
            {Reply::ALL.map(button).collect_view()}
        </div>
    }
}

fn tab_id(reply: Reply) -> String {
    format!("reply-tab-{}", reply.as_str())
}
