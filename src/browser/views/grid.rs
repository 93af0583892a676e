//! The states of all processes.

use leptos::prelude::*;

use super::copy::Command;
use super::icons::MarkWord;
use engine::protocol::{Confidence, GridCell, GridRow, StateGrid, kinds};

/// Processes by kinds. Roles are written out: on narrow screens rows are laid out as blocks, and
/// browsers then forget that this is a table.
#[component]
pub fn GridView(
    /// Main process first.
    grid: StateGrid,
) -> impl IntoView {
    let heads = grid
        .kinds
        .iter()
        .map(|kind| view! { <th role="columnheader" scope="col">{kinds::title(*kind)}</th> })
        .collect_view();
    let rows = grid
        .rows
        .into_iter()
        .map(|row| view! { <GridRowView row/> })
        .collect_view();
    view! {
        <table class="state-grid" role="table" aria-label="States by process">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Process"</th>
                    {heads}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

/// One process of the grid.
#[component]
fn GridRowView(
    /// One cell for each kind.
    row: GridRow,
) -> impl IntoView {
    let GridRow { process, cells } = row;
    let name = process.clone();
    let cells = cells
        .into_iter()
        .map(move |cell| view! { <GridCellView process=process.clone() cell/> });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" class="state-process">{name}</th>
            {cells.collect_view()}
        </tr>
    }
}

/// One state: what it is at a glance, and why when asked. A finding of low confidence is drawn
/// quieter.
#[component]
fn GridCellView(
    /// The process.
    process: String,
    /// Ready to show.
    cell: GridCell,
) -> impl IntoView {
    let GridCell {
        kind,
        measured,
        text,
        why,
        would_change,
        command,
        confidence,
    } = cell;
    let of_what = format!(": {} in {process}", kinds::words(kind));
    let hint = why.clone();
    let is_quiet = confidence == Some(Confidence::Low);
    let confidence = confidence.map(Confidence::as_str);
    let sure = confidence.map(|confidence| {
        view! { <span class="state-confidence">"confidence " {confidence}</span> }
    });
    let would_change = (!would_change.is_empty())
        .then(|| view! { <p class="state-would-change">{would_change}</p> });
    view! {
        <td
            role="cell"
            class="state-cell"
            class:is-quiet=is_quiet
            data-process=process
            data-kind=kind.as_str()
            data-measured=measured.as_str()
            data-confidence=confidence
            title=hint
        >
            <span class="state-cell-kind" aria-hidden="true">{kinds::title(kind)}</span>
            <MarkWord mark=measured.into()/>
            <span class="state-cell-text">{text} " " {sure}</span>
            <details class="state-more">
                <summary class="state-more-head">
                    "why"<span class="visually-hidden">{of_what}</span>
                </summary>
                <p>{why}</p>
                {would_change}
                {command.map(|command| view! { <Command command/> })}
            </details>
        </td>
    }
}
