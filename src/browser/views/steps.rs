//! What to do next.

use leptos::prelude::*;

use super::copy::Command;
use engine::protocol::Step;

/// Steps that a first screen has room for.
const FIRST: usize = 3;

/// Numbered steps. In short each is a line that opens, and what is beyond the first few is folded.
#[component]
pub fn Steps(
    /// In order of priority.
    steps: Vec<Step>,
    /// A line each.
    #[prop(optional)]
    is_short: bool,
) -> impl IntoView {
    if !is_short {
        let steps = steps.into_iter().map(|step| view! { <StepView step/> });
        return view! { <ol class="steps">{steps.collect_view()}</ol> }.into_any();
    }
    let mut steps = steps;
    let rest = steps.split_off(steps.len().min(FIRST));
    let first = steps
        .into_iter()
        .map(|step| view! { <ShortStep step/> })
        .collect_view();
    let count = rest.len();
    let rest = (count > 0).then(|| {
        let rest = rest.into_iter().map(|step| view! { <ShortStep step/> });
        view! {
            <details class="steps-rest">
                <summary class="link">{format!("{count} more")}</summary>
                <ol class="steps is-short" start=(FIRST + 1).to_string()>{rest.collect_view()}</ol>
            </details>
        }
    });
    view! {
        <ol class="steps is-short">{first}</ol>
        {rest}
    }
    .into_any()
}

/// A step in full.
#[component]
fn StepView(
    /// Ready to show.
    step: Step,
) -> impl IntoView {
    let Step {
        about,
        text,
        command,
    } = step;
    let about = (!about.is_empty()).then(|| view! { <p class="step-about">{about}</p> });
    view! {
        <li class="step" data-step="">
            {about}
            <p>{text}</p>
            {command.map(|command| view! { <Command command/> })}
        </li>
    }
}

/// A step on a line, which opens to all of it.
#[component]
fn ShortStep(
    /// Ready to show.
    step: Step,
) -> impl IntoView {
    let Step {
        about,
        text,
        command,
    } = step;
    view! {
        <li class="step" data-step="">
            <details class="step-line">
                <summary class="step-words"><span class="step-of">{about}</span> " " {text}</summary>
                {command.map(|command| view! { <Command command/> })}
            </details>
        </li>
    }
}
