//! A row of a table of functions.

use std::sync::Arc;

use leptos::prelude::*;

use super::bars::{bar, swatch};
use crate::browser::state::AppState;
use engine::protocol::{self, Bar, Column, Sign};

/// The headings are row 1.
fn index(place: usize) -> String {
    place.saturating_add(2).to_string()
}

/// A row that is on its way. As tall as any other.
#[component]
pub fn Missing(
    /// Among the rows that are shown.
    place: usize,
) -> impl IntoView {
    view! {
        <tr role="row" class="is-missing" aria-rowindex=index(place) aria-busy="true" data-place=place.to_string()>
            <td role="gridcell" class="cell">"\u{2026}"</td>
        </tr>
    }
}

/// One function.
#[component]
pub fn RowView(
    /// Among the rows that are shown.
    place: usize,
    /// Formatted.
    row: Arc<protocol::RowView>,
    /// Columns of its numbers.
    columns: Vec<Column>,
    /// Where bars have their zero, if not at the left edge.
    zero: Option<f64>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let selected = {
        let row = row.clone();
        move || state.is_selected(&row.function).to_string()
    };
    // As wide as a line, whatever the width of the column.
    let zero = zero.map(|left| bar("bar-zero", None, Bar { left, width: 0.0 }));
    let cells = columns.iter().zip(&row.cells).map(|(column, cell)| {
        let sign = match cell.sign {
            Sign::Less => " is-negative",
            Sign::Zero => " is-zero",
            Sign::More => "",
        };
        let class = format!("cell is-number col-{}{sign}", column.as_str());
        let is_noisy = *column == Column::Flat;
        let mark = (is_noisy && row.within_noise).then(|| {
            view! {
                <span class="visually-hidden">{row.noise.clone()}</span>
                <span class="noise-mark" aria-hidden="true">"~ "</span>
            }
        });
        let noise = row.noise.clone().filter(|_| is_noisy);
        view! { <td role="gridcell" class=class title=noise>{mark}{cell.text.clone()}</td> }
    });
    let cells = cells.collect_view();
    let inline = (!row.inline.is_empty())
        .then(|| view! { <span class="function-inline">" " {row.inline.clone()}</span> });
    view! {
        <tr
            role="row"
            aria-rowindex=index(place)
            aria-selected=selected
            data-place=place.to_string()
            data-function=row.function.clone()
            data-flat=row.flat.to_string()
            data-cum=row.cum.to_string()
            data-owner=row.owner.clone()
            data-swatch=row.swatch.hook()
            data-within-noise=row.within_noise.then_some("")
            class:is-noise=row.within_noise
        >
            {cells}
            <th role="rowheader" scope="row" class="cell col-function" title=row.hover.clone()>
                <svg class="bars" aria-hidden="true">
                    {bar("bar is-cum", None, row.cum_bar)}
                    {bar("bar is-flat", None, row.flat_bar)}
                    {zero}
                </svg>
                // Cut from the left, so the package goes first.
                <span class="function-name">
                    <bdi dir="ltr">
                        <span class="function-package">{row.package.clone()}</span>
                        <span class="function-short">{row.short.clone()}</span>
                        {inline}
                    </bdi>
                </span>
            </th>
            <td role="gridcell" class="cell col-owner" title=row.owner.clone()>
                {swatch(&row.swatch)}
                {row.owner.clone()}
            </td>
        </tr>
    }
}
