//! A table of functions with bars behind their names.

use std::cmp::Ordering;
use std::sync::Arc;

use leptos::prelude::*;

use engine::protocol::{Axis, FunctionRow, FunctionTable, OWNER_HUES};

/// What a table can be sorted by. `sum %` is no column of these: it runs in pprof's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Flat,
    FlatShare,
    Cum,
    CumShare,
    Function,
    Owner,
}

impl Column {
    /// The order of a first click: largest numbers, first letters.
    fn compare(self, left: &FunctionRow, right: &FunctionRow) -> Ordering {
        match self {
            Self::Flat | Self::FlatShare => right.flat.cmp(&left.flat),
            Self::Cum | Self::CumShare => right.cum.cmp(&left.cum),
            Self::Function => left
                .short
                .cmp(&right.short)
                .then_with(|| left.package.cmp(&right.package)),
            Self::Owner => left.owner.cmp(&right.owner),
        }
    }

    const fn is_text(self) -> bool {
        matches!(self, Self::Function | Self::Owner)
    }
}

/// The user's order; pprof's when `None`.
type Sort = Option<(Column, Direction)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    First,
    Reversed,
}

/// Indexes of rows in the user's order.
fn order(rows: &[FunctionRow], sort: Sort) -> Vec<usize> {
    let mut indexes: Vec<usize> = (0..rows.len()).collect();
    if let Some((column, direction)) = sort {
        // Stable: equal rows stay in pprof's order.
        indexes.sort_by(|left, right| {
            let ordering = column.compare(&rows[*left], &rows[*right]);
            if direction == Direction::First {
                ordering
            } else {
                ordering.reverse()
            }
        });
    }
    indexes
}

/// A part of a bar. Where it starts and how long it is are percentages of the whole.
pub fn bar(class: &'static str, hue: Option<String>, left: f64, width: f64) -> impl IntoView {
    let [x, width] = [left, width].map(|part| format!("{part:.3}%"));
    view! { <rect class=class data-hue=hue x=x width=width height="100%"></rect> }
}

/// The palette's index as `data-hue`; style sheets know these and no others.
pub fn hue(index: u8) -> String {
    if index < OWNER_HUES {
        index.to_string()
    } else {
        "none".to_owned()
    }
}

/// Rows arrive in pprof's order and formatted; this lays them out.
#[component]
pub fn FunctionTableView(
    /// The first rows of a profile.
    table: FunctionTable,
) -> impl IntoView {
    let table = Arc::new(table);
    let sort = RwSignal::new(None::<(Column, Direction)>);
    let axis = Axis::of(&table);
    let order = {
        let table = table.clone();
        move || order(&table.rows, sort.get())
    };
    let rows = table.clone();
    view! {
        <figure class="functions">
            <table
                class="function-table"
                role="table"
                class:is-resorted=move || sort.get().is_some()
                data-process=table.process.clone()
                data-profile=table.profile.as_str()
                data-sample-type=table.sample_type.clone()
                data-total=table.total_value.to_string()
            >
                <caption class="table-caption">{table.caption.clone()}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <SortHead column=Column::Flat title="flat" hint="What the function itself used" sort/>
                        <SortHead column=Column::FlatShare title="flat %" hint="Share of the total" sort/>
                        <th role="columnheader" scope="col" class="cell is-number col-sum" title="Running sum of flat %, in pprof's order">"sum %"</th>
                        <SortHead column=Column::Cum title="cum" hint="The function and all it called" sort/>
                        <SortHead column=Column::CumShare title="cum %" hint="Share of the total" sort/>
                        <SortHead column=Column::Function title="function" hint="Bar: flat strong, cum light" sort/>
                        <SortHead column=Column::Owner title="owner" hint="Who owns the code responsible" sort/>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <For each=order key=|index| *index let:index>
                        {rows.rows.get(index).cloned().map(|row| view! { <RowView row axis/> })}
                    </For>
                </tbody>
            </table>
            <figcaption class="functions-shown">{table.shown.clone()}</figcaption>
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
    /// The table's order.
    sort: RwSignal<Sort>,
) -> impl IntoView {
    let direction = move || {
        sort.get()
            .filter(|(sorted, _)| *sorted == column)
            .map(|(_, direction)| direction)
    };
    let click = move |_| {
        sort.set(match direction() {
            None => Some((column, Direction::First)),
            Some(Direction::First) => Some((column, Direction::Reversed)),
            Some(Direction::Reversed) => None,
        });
    };
    let aria_sort = move || match (direction(), column.is_text()) {
        (None, _) => "none",
        (Some(Direction::First), true) | (Some(Direction::Reversed), false) => "ascending",
        (Some(Direction::Reversed), true) | (Some(Direction::First), false) => "descending",
    };
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
            <button type="button" class="sort" title=hint on:click=click>{title}</button>
        </th>
    }
}

/// One function.
#[component]
fn RowView(
    /// Formatted.
    row: FunctionRow,
    /// Where bars begin and end.
    axis: Axis,
) -> impl IntoView {
    let class = |column: &str, value: i64| match value.signum() {
        -1 => format!("cell is-number {column} is-negative"),
        0 => format!("cell is-number {column} is-zero"),
        _ => format!("cell is-number {column}"),
    };
    let title = [
        row.function.as_str(),
        row.inline.as_str(),
        row.file.as_str(),
        row.owner.as_str(),
    ]
    .into_iter()
    .filter(|part| !part.is_empty())
    .collect::<Vec<_>>()
    .join("\n");
    let bar_of = |class, value| {
        let (left, width) = axis.bar(value);
        bar(class, None, left, width)
    };
    // As wide as a line, whatever the width of the column.
    let zero = axis.zero().map(|left| bar("bar-zero", None, left, 0.0));
    let (noise, mark) = noise(&row);
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
            <td role="cell" class=class("col-flat", row.flat) title=noise>{mark}{row.flat_text}</td>
            <td role="cell" class=class("col-flat-share", row.flat)>{row.flat_share}</td>
            <td role="cell" class="cell is-number col-sum">{row.sum_share}</td>
            <td role="cell" class=class("col-cum", row.cum)>{row.cum_text}</td>
            <td role="cell" class=class("col-cum-share", row.cum)>{row.cum_share}</td>
            <th role="rowheader" scope="row" class="cell col-function" title=title>
                <svg class="bars" aria-hidden="true">
                    {bar_of("bar is-cum", row.cum)}
                    {bar_of("bar is-flat", row.flat)}
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

/// What is said of the flat value's noise, and the mark of a value that is no more than that.
fn noise(row: &FunctionRow) -> (Option<String>, Option<impl IntoView + use<>>) {
    if !row.within_noise {
        return ((!row.noise.is_empty()).then(|| row.noise.clone()), None);
    }
    let mut words = "within sampling noise".to_owned();
    if !row.noise.is_empty() {
        words.push_str(", ");
        words.push_str(&row.noise);
    }
    let said = words.clone();
    let mark = view! {
        <span class="visually-hidden">{said}</span>
        <span class="noise-mark" aria-hidden="true">"~ "</span>
    };
    (Some(words), Some(mark))
}
