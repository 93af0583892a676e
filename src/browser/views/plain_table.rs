//! A table without bars.

use leptos::prelude::*;

use super::size::Scroller;
use engine::protocol::PlainTable;

/// Cells as they came.
#[component]
pub fn PlainTableView(
    /// As many cells as columns in each row.
    table: PlainTable,
) -> impl IntoView {
    let PlainTable {
        caption,
        columns,
        rows,
    } = table;
    let class = |numeric: bool| if numeric { "cell is-number" } else { "cell" };
    let numeric: Vec<bool> = columns.iter().map(|column| column.numeric).collect();
    let heads = columns
        .into_iter()
        .map(|column| {
            let class = class(column.numeric);
            // What has no name is no heading.
            match column.name.is_empty() {
                true => view! { <td class=class></td> }.into_any(),
                false => view! { <th scope="col" class=class>{column.name}</th> }.into_any(),
            }
        })
        .collect_view();
    let rows = rows
        .into_iter()
        .map(|row| {
            let cells = row
                .into_iter()
                .zip(&numeric)
                .map(|(cell, numeric)| view! { <td class=class(*numeric)>{cell}</td> });
            view! { <tr>{cells.collect_view()}</tr> }
        })
        .collect_view();
    let label = caption.clone();
    view! {
        <Scroller label>
            <table class="plain-table">
                <caption class="table-caption">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </Scroller>
    }
}
