//! What to do next.

use leptos::prelude::*;

use super::copy::Command;
use engine::protocol::Step;

/// Numbered steps.
#[component]
pub fn Steps(
    /// In order of priority.
    steps: Vec<Step>,
) -> impl IntoView {
    let steps = steps.into_iter().map(
        |Step {
             about,
             text,
             command,
         }| {
            let about = (!about.is_empty()).then(|| view! { <p class="step-about">{about}</p> });
            view! {
                <li class="step">
                    {about}
                    <p>{text}</p>
                    {command.map(|command| view! { <Command command/> })}
                </li>
            }
        },
    );
    view! { <ol class="steps">{steps.collect_view()}</ol> }
}
