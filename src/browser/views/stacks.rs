//! Whole stacks, leaf on top, each under a line that says what it weighs and who owns it.

use leptos::prelude::*;

use super::bars::swatch;
use super::facts::FactsView;
use super::focus::is_selecting_text;
use super::icons::ChevronIcon;
use crate::browser::state::AppState;
use engine::protocol::{FrameView, StackView, Swatch};

/// Stacks, largest first; the first one is open.
#[component]
pub fn StacksView(
    /// What they are.
    caption: String,
    /// Largest first.
    stacks: Vec<StackView>,
) -> impl IntoView {
    let stacks = stacks
        .into_iter()
        .enumerate()
        .map(|(index, stack)| view! { <Stack stack is_open=index == 0/> });
    view! {
        <figure class="stacks" data-stacks="">
            <figcaption class="table-caption">{caption}</figcaption>
            {stacks.collect_view()}
        </figure>
    }
}

/// One stack.
#[component]
fn Stack(
    /// Leaf first.
    stack: StackView,
    /// Shown open.
    is_open: bool,
) -> impl IntoView {
    let StackView {
        title,
        owner,
        swatch: mark,
        known_by,
        facts,
        frames,
        frames_total: _,
        rest,
    } = stack;
    let hook = owner.clone();
    let known_by = known_by.map(|name| view! { <span class="stack-known-by">{name}</span> });
    let facts = (!facts.is_empty()).then(|| view! { <FactsView facts/> });
    view! {
        <details class="stack" data-stack="" data-owner=hook data-swatch=mark.hook() open=is_open>
            <summary class="stack-head">
                <ChevronIcon/>
                <span class="stack-name">
                    <span class="stack-title">{title}</span>
                    " "
                    {known_by}
                </span>
                <span class="stack-owner">
                    {swatch(&mark)}
                    {owner}
                </span>
            </summary>
            <div class="stack-body">
                {facts}
                <FramesView frames rest/>
            </div>
        </details>
    }
}

/// The frames of a stack, leaf first, and how many are left out.
#[component]
pub fn FramesView(
    /// Leaf first.
    frames: Vec<FrameView>,
    /// Says how many are left out.
    rest: Option<String>,
    /// That of the responsible frame, where nothing around it has it.
    #[prop(optional, into)]
    swatch: Option<Swatch>,
) -> impl IntoView {
    let frames = frames.into_iter().map(|frame| view! { <Frame frame/> });
    view! {
        <ol class="frames" aria-label="Frames, leaf first" data-swatch=swatch.map(|swatch| swatch.hook())>{frames.collect_view()}</ol>
        {rest.map(|rest| view! { <p class="stack-rest">{rest}</p> })}
    }
}

/// One frame. The responsible one has a word and an edge of its own.
#[component]
fn Frame(
    /// The frame.
    frame: FrameView,
) -> impl IntoView {
    let FrameView {
        function,
        brief,
        short,
        responsible,
        ..
    } = frame;
    let state = expect_context::<AppState>();
    let is_selected = {
        let function = function.clone();
        move || state.is_selected(&function)
    };
    let marked = is_selected.clone();
    let pick = {
        let function = function.clone();
        move |_| {
            if !is_selecting_text() {
                state.select(&function);
            }
        }
    };
    let word = responsible.then(|| view! { <span class="frame-word">"responsible"</span> });
    view! {
        <li
            class="frame"
            class:is-responsible=responsible
            class:is-selected=is_selected
            aria-current=move || marked().then_some("true")
            on:click=pick
            data-frame=function.clone()
            data-responsible=responsible.then_some("")
            title=function
        >
            <span class="frame-name">
                <span class="frame-package">{brief}</span>
                <span class="frame-short">{short}</span>
            </span>
            {word}
        </li>
    }
}
