//! The heading of a column: sorts the table, and has an edge that changes the column's width.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, HtmlElement};

use super::grid_focus::leave_edge;
use crate::browser::state::AppState;
use crate::browser::storage::LocalStorage;
use crate::shown::sorting::{self, Sort};
use crate::shown::widths::{LEAST, MOST, stepped};
use engine::protocol::{Column, ColumnView};

/// What a column's heading leaves to the names of functions at least, in pixels.
const NAMES: u32 = 120;

/// A heading.
#[component]
pub fn ColumnHead(
    /// Which.
    column: ColumnView,
    /// The order that is shown.
    sort: Signal<Sort>,
    /// Asks for another.
    click: Callback<Column>,
) -> impl IntoView {
    let ColumnView {
        column,
        title,
        hint,
        sort: sorts,
        resize,
    } = column;
    let class = format!(
        "cell col-{}{}",
        column.as_str(),
        if column.is_text() { "" } else { " is-number" }
    );
    let aria_sort = sorts
        .is_some()
        .then_some(move || sorting::aria(sort.get(), column));
    let content = match sorts {
        Some(label) => view! {
            <button type="button" class="sort" tabindex="-1" title=hint aria-label=label on:click=move |_| click.run(column)>
                {title}
            </button>
        }
        .into_any(),
        None => view! { <span title=hint>{title}</span> }.into_any(),
    };
    // Names take what the others leave.
    let edge = (column != Column::Function).then(|| view! { <Edge column label=resize/> });
    view! {
        <th role="columnheader" scope="col" class=class aria-sort=aria_sort>
            {content}
            {edge}
        </th>
    }
}

/// The edge of a heading. Dragged, or moved with the arrow keys after F2 on the heading; Enter, Escape or
/// F2 lead back, and a double click makes the column as wide as it was.
#[component]
fn Edge(
    /// Of which column.
    column: Column,
    /// What it is called.
    label: String,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    // Where a drag began, and how wide the column was.
    let drag = StoredValue::new(None);
    let now = move || state.widths.with_untracked(|widths| widths.of(column));
    let told = move || state.widths.with(|widths| widths.of(column));
    let set = move |edge: &Element, width: u32| {
        let Some(heading) = heading(edge) else {
            return;
        };
        // Names keep some room.
        let names = heading.parent_element();
        let names = names.and_then(|row| row.query_selector(".col-function").ok().flatten());
        let room = names.map_or(MOST, |names| {
            (width_of(&names) + width_of(&heading)).saturating_sub(NAMES)
        });
        let width = width.min(room.max(width_of(&heading).min(MOST))).max(LEAST);
        state.widths.update(|widths| widths.set(column, width));
    };
    let keep = move || {
        state
            .widths
            .with_untracked(|widths| widths.keep(&LocalStorage))
    };
    let down = move |event: PointerEvent| {
        if let Some(edge) = element(event.current_target()) {
            event.prevent_default();
            event.stop_propagation();
            let width = heading(&edge).map_or(LEAST, |heading| width_of(&heading));
            drag.set_value(Some((event.client_x(), width)));
            // A pointer that is gone again needs none.
            let _ = edge.set_pointer_capture(event.pointer_id());
        }
    };
    let moves = move |event: PointerEvent| {
        if let (Some((from, width)), Some(edge)) =
            (drag.get_value(), element(event.current_target()))
        {
            let by = event.client_x() - from;
            set(&edge, width.saturating_add_signed(by));
        }
    };
    let up = move |_: PointerEvent| {
        if drag.get_value().is_some() {
            drag.set_value(None);
            keep();
        }
    };
    let reset = move |_| {
        state.widths.update(|widths| widths.reset(column));
        keep();
    };
    let on_key = move |event: KeyboardEvent| {
        let Some(edge) = element(event.current_target()) else {
            return;
        };
        let key = event.key();
        if matches!(key.as_str(), "Enter" | "Escape" | "F2") {
            leave_edge(&edge);
        } else {
            // What was chosen may not be laid out yet.
            let laid_out = || heading(&edge).map_or(LEAST, |heading| width_of(&heading));
            let width = now().unwrap_or_else(laid_out);
            let Some(width) = stepped(width, &key) else {
                return;
            };
            set(&edge, width);
            keep();
        }
        event.prevent_default();
        event.stop_propagation();
    };
    // A width that nobody chose is known once it is looked at.
    let tell = move |event: leptos::ev::FocusEvent| {
        if let Some(edge) = element(event.current_target())
            && let Some(heading) = heading(&edge)
        {
            // Any element takes an attribute.
            let _ = edge.set_attribute("aria-valuenow", &width_of(&heading).to_string());
        }
    };
    view! {
        <span
            class="edge"
            role="separator"
            tabindex="-1"
            aria-orientation="vertical"
            aria-label=label
            aria-valuemin=LEAST.to_string()
            aria-valuemax=MOST.to_string()
            aria-valuenow=move || told().unwrap_or(LEAST).to_string()
            on:pointerdown=down
            on:pointermove=moves
            on:pointerup=up
            on:pointercancel=up
            on:dblclick=reset
            on:click=move |event| event.stop_propagation()
            on:keydown=on_key
            on:focus=tell
        ></span>
    }
}

fn element(target: Option<EventTarget>) -> Option<Element> {
    target.and_then(|target| target.dyn_into().ok())
}

fn heading(edge: &Element) -> Option<Element> {
    edge.closest("th").ok().flatten()
}

fn width_of(element: &Element) -> u32 {
    let element = element.dyn_ref::<HtmlElement>();
    let width = element.map_or(0, HtmlElement::offset_width);
    u32::try_from(width).unwrap_or(0)
}
