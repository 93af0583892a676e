//! What the first screen rests on: the largest rows of one line, its heaviest stack, and what was
//! measured in each process.

use std::sync::Arc;

use leptos::prelude::*;

use super::bars::{bar, swatch};
use super::focus::is_selecting_text;
use super::grid::GridView;
use super::stacks::FramesView;
use crate::browser::places::Places;
use crate::browser::state::AppState;
use crate::place::{Place, Tab};
use engine::protocol::{EvidenceRow, EvidenceView, SummaryView};

/// The evidence of the line that was chosen, else of the first.
#[component]
pub fn Evidence(
    /// Its evidence is shown.
    summary: Signal<Arc<SummaryView>>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let places = expect_context::<Places>();
    let shown = Memo::new(move |_| {
        let line = state.line.get();
        summary.with(|summary| {
            let all = &summary.evidence;
            all.get(line).or(all.first()).cloned()
        })
    });
    let grid = Memo::new(move |_| summary.with(|summary| summary.grid.clone()));
    let is_empty = move || shown.with(Option::is_none) && grid.with(|grid| grid.rows.is_empty());
    let anchor = move || shown.with(|shown| shown.as_ref().and_then(|one| one.anchor.clone()));
    let more = move |_| {
        places.go(match anchor() {
            Some(anchor) => Place::section(anchor),
            None => Place::view(Tab::Details),
        });
    };
    let stack = move || {
        let stack = shown.with(|shown| shown.as_ref().and_then(|one| one.stack.clone()))?;
        Some(view! {
            <details class="evidence-stack" data-stack="" open=true>
                <summary>"Heaviest stack: " {stack.title}</summary>
                <FramesView frames=stack.frames rest=stack.rest swatch=stack.swatch/>
            </details>
        })
    };
    view! {
        <section class="evidence" data-evidence="">
            <div class="panel-head">
                <h2 class="panel-title">
                    "Evidence"
                    {move || shown.get().map(|one| view! { <span class="panel-of">{one.title}</span> })}
                </h2>
                <button data-action="evidence-details" type="button" class="link" on:click=more>"All of it in Details"</button>
            </div>
            <div class="panel-body" tabindex="0" role="group" aria-label="Evidence">
                {move || shown.get().map(|one| view! { <Rows one/> })}
                {move || {
                    let grid = grid.get();
                    (!grid.rows.is_empty()).then(|| view! { <GridView grid/> })
                }}
                {move || is_empty().then(|| view! {
                    <p class="field-hint">"There are no profiles, so there is nothing to show here. What the flare tells of the Agent stands in Details."</p>
                })}
                {stack}
            </div>
        </section>
    }
}

/// The largest rows.
#[component]
fn Rows(
    /// Ready to show.
    one: EvidenceView,
) -> impl IntoView {
    let EvidenceView {
        title,
        what,
        caption,
        rows,
        ..
    } = one;
    let has_shares = rows.iter().any(|row| !row.share.is_empty());
    let has_owners = rows
        .iter()
        .any(|row| !row.owner.is_empty() && row.owner != row.name);
    let rows = rows
        .into_iter()
        .map(|row| view! { <RowView row has_shares has_owners/> })
        .collect_view();
    view! {
        <table class="evidence-rows" aria-label=title>
            <caption class="table-caption">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">{what}</th>
                    <th scope="col" class="is-number">"Value"</th>
                    {has_shares.then(|| view! { <th scope="col" class="is-number">"Share"</th> })}
                    {has_owners.then(|| view! { <th scope="col">"Owner"</th> })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// One part.
#[component]
fn RowView(
    /// Ready to show.
    row: EvidenceRow,
    /// There is a column of shares.
    has_shares: bool,
    /// There is a column of owners.
    has_owners: bool,
) -> impl IntoView {
    let full = (!row.full.is_empty()).then(|| row.full.clone());
    let hook = full.clone();
    let is_owner = row.owner == row.name;
    let state = expect_context::<AppState>();
    let function = StoredValue::new(row.full);
    let is_selected = move || function.with_value(|function| state.is_selected(function));
    let pick = move |_| {
        function.with_value(|function| {
            if !function.is_empty() && !is_selecting_text() {
                state.select(function);
            }
        });
    };
    view! {
        <tr
            data-swatch=row.swatch.hook()
            data-function=hook
            class:is-selected=is_selected
            aria-current=move || is_selected().then_some("true")
            on:click=pick
        >
            <th scope="row" class="evidence-name" title=full>
                {is_owner.then(|| swatch(&row.swatch))}
                <span class="evidence-text">{row.name}</span>
                <svg class="evidence-bar" aria-hidden="true">{bar("bar is-flat", None, row.bar)}</svg>
            </th>
            <td class="is-number">{row.value}</td>
            {has_shares.then(|| view! { <td class="is-number">{row.share}</td> })}
            {has_owners.then(|| view! {
                <td class="evidence-owner">{swatch(&row.swatch)}{row.owner}</td>
            })}
        </tr>
    }
}
