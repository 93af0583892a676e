//! The states of all processes.

use leptos::prelude::*;

use super::icons::MarkIcon;
use engine::protocol::{Confidence, GridCell, GridRow, Mark, StateGrid, kinds};

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

/// One state at a glance; why is said in Details. A finding of low confidence is drawn quieter.
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
        confidence,
        ..
    } = cell;
    let mark = Mark::from(measured);
    let hint = format!("{text}\n{why}");
    let is_quiet = confidence == Some(Confidence::Low);
    view! {
        <td
            role="cell"
            class="state-cell"
            class:is-quiet=is_quiet
            data-process=process
            data-kind=kind.as_str()
            data-measured=measured.as_str()
            data-confidence=confidence.map(Confidence::as_str)
            title=hint
        >
            <span class="state-cell-kind" aria-hidden="true">{kinds::title(kind)}</span>
            <span class=format!("state-mark is-{}", mark.as_str())><MarkIcon mark/></span>
            <span class="visually-hidden">{mark.word()} ": "</span>
            <span class="state-cell-text">{text}</span>
        </td>
    }
}
