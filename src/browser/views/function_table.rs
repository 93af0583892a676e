//! A table of functions with bars behind their names.

use std::sync::Arc;

use leptos::prelude::*;

use super::super::client::Client;
use super::bars::{bar, hue};
use crate::shown::sorting::{self, Column, Sort};
use engine::protocol::{Bar, FunctionRow, FunctionTable, Sign};

/// Rows arrive in pprof's order and formatted; this lays them out. The first rows by another column
/// are asked of the engine, which knows all of them.
#[component]
pub fn FunctionTableView(
    /// The first rows of a profile.
    table: FunctionTable,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let first = Arc::new(table);
    // What is shown, and what was clicked last: the answer comes between them.
    let shown = RwSignal::new((Sort::None, first.clone()));
    let wanted = RwSignal::new(Sort::None);
    let sort = Signal::derive(move || shown.with(|(sort, _)| *sort));
    let click = {
        let first = first.clone();
        Callback::new(move |column| {
            let sort = sorting::clicked(wanted.get_untracked(), column);
            wanted.set(sort);
            match sorting::question(&first, sort) {
                None => shown.set((sort, first.clone())),
                Some(question) => client.top(question, move |table| {
                    // The view may be gone, or something else was clicked since.
                    if wanted.try_get_untracked() == Some(sort) {
                        shown.set((sort, Arc::new(table)));
                    }
                }),
            }
        })
    };
    let rows = move || {
        let (_, table) = shown.get();
        let zero = table.zero;
        let rows = table.rows.iter().cloned();
        let rows = rows.map(|row| view! { <RowView row zero/> });
        rows.collect_view()
    };
    view! {
        <figure class="functions">
            <table
                class="function-table"
                role="table"
                class:is-resorted=move || sort.get().is_some()
                data-process=first.process.clone()
                data-profile=first.profile.as_str()
                data-sample-type=first.sample_type.clone()
                data-total=first.total_value.to_string()
            >
                <caption class="table-caption">{first.caption.clone()}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <SortHead column=Column::Flat title="flat" hint="What the function itself used" sort click/>
                        <SortHead column=Column::FlatShare title="flat %" hint="Share of the total" sort click/>
                        <th role="columnheader" scope="col" class="cell is-number col-sum" title="Running sum of flat %, in pprof's order">"sum %"</th>
                        <SortHead column=Column::Cum title="cum" hint="The function and all it called" sort click/>
                        <SortHead column=Column::CumShare title="cum %" hint="Share of the total" sort click/>
                        <SortHead column=Column::Function title="function" hint="Bar: flat strong, cum light" sort click/>
                        <SortHead column=Column::Owner title="owner" hint="Who owns the code responsible" sort click/>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
            <figcaption class="functions-shown">
                {move || shown.with(|(_, table)| table.shown.clone())}
            </figcaption>
        </figure>
    }
}

/// The heading of a column that sorts: once, the other way round, and back to pprof's order.
#[component]
fn SortHead(
    /// What it sorts by.
    column: Column,
    /// The heading.
    title: &'static str,
    /// What the column means.
    hint: &'static str,
    /// The order that is shown.
    sort: Signal<Sort>,
    /// Asks for another.
    click: Callback<Column>,
) -> impl IntoView {
    let aria_sort = move || sorting::aria(sort.get(), column);
    let class = match column {
        Column::Flat => "cell is-number col-flat",
        Column::FlatShare => "cell is-number col-flat-share",
        Column::Cum => "cell is-number col-cum",
        Column::CumShare => "cell is-number col-cum-share",
        Column::Function => "cell col-function",
        Column::Owner => "cell col-owner",
    };
    view! {
        <th role="columnheader" scope="col" class=class aria-sort=aria_sort>
            <button type="button" class="sort" title=hint on:click=move |_| click.run(column)>{title}</button>
        </th>
    }
}

/// One function.
#[component]
fn RowView(
    /// Formatted.
    row: FunctionRow,
    /// Where bars have their zero, if not at the left edge.
    zero: Option<f64>,
) -> impl IntoView {
    let class = |column: &str, sign: Sign| match sign {
        Sign::Less => format!("cell is-number {column} is-negative"),
        Sign::Zero => format!("cell is-number {column} is-zero"),
        Sign::More => format!("cell is-number {column}"),
    };
    let title = format!("{}\n{}", row.hover.join("\n"), row.owner);
    // As wide as a line, whatever the width of the column.
    let zero = zero.map(|left| bar("bar-zero", None, Bar { left, width: 0.0 }));
    let mark = row.within_noise.then(|| {
        let said = row.noise.clone();
        view! {
            <span class="visually-hidden">{said}</span>
            <span class="noise-mark" aria-hidden="true">"~ "</span>
        }
    });
    let owner = row.owner.clone();
    let inline = (!row.inline.is_empty())
        .then(|| view! { <span class="function-inline">" " {row.inline.clone()}</span> });
    view! {
        <tr
            role="row"
            data-function=row.function.clone()
            data-flat=row.flat.to_string()
            data-cum=row.cum.to_string()
            data-owner=owner
            data-hue=hue(row.owner_hue)
            data-within-noise=row.within_noise.then_some("")
            class:is-noise=row.within_noise
        >
            <td role="cell" class=class("col-flat", row.flat_sign) title=row.noise>{mark}{row.flat_text}</td>
            <td role="cell" class=class("col-flat-share", row.flat_sign)>{row.flat_share}</td>
            <td role="cell" class="cell is-number col-sum">{row.sum_share}</td>
            <td role="cell" class=class("col-cum", row.cum_sign)>{row.cum_text}</td>
            <td role="cell" class=class("col-cum-share", row.cum_sign)>{row.cum_share}</td>
            <th role="rowheader" scope="row" class="cell col-function" title=title>
                <svg class="bars" aria-hidden="true">
                    {bar("bar is-cum", None, row.cum_bar)}
                    {bar("bar is-flat", None, row.flat_bar)}
                    {zero}
                </svg>
                // Cut from the left, so the package goes first. The text is whole: copying a
                // name that is cut on screen copies all of it.
                <span class="function-name">
                    <bdi dir="ltr">
                        <span class="function-package">{row.package}</span>
                        <span class="function-short">{row.short}</span>
                        {inline}
                    </bdi>
                </span>
            </th>
            <td role="cell" class="cell col-owner">
                <span class="swatch" data-hue=hue(row.owner_hue) aria-hidden="true"></span>
                {row.owner}
            </td>
        </tr>
    }
}
