//! Where the keyboard is in a table of functions: one of its cells is a tab stop, the others are reached
//! with the arrow keys.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::focus::focus;
use crate::shown::keys::Place;

/// The edge of a heading that changes its column's width.
const EDGE: &str = "[role=separator]";

fn find(within: &Element, selector: &str) -> Option<Element> {
    // Selectors are ours: none is refused.
    within.query_selector(selector).ok().flatten()
}

/// The row of a place.
fn row_of(table: &Element, place: Place) -> Option<Element> {
    match place.row {
        None => find(table, "thead tr"),
        Some(row) => find(table, &format!("[data-place='{row}']")),
    }
}

fn cell(table: &Element, place: Place) -> Option<Element> {
    let cells = row_of(table, place)?.children();
    let column = u32::try_from(place.column).ok()?;
    // A row that is on its way is one cell.
    cells.item(column).or_else(|| cells.item(0))
}

/// Makes the cell of a place the one tab stop: itself, or the button in it.
pub fn stop_at(table: &Element, place: Place, takes_focus: bool) {
    let Some(cell) = cell(table, place) else {
        return;
    };
    let stop = find(&cell, "button").unwrap_or(cell);
    if let Some(before) = find(table, "[tabindex='0']").filter(|before| *before != stop) {
        // Any element takes an attribute.
        let _ = before.set_attribute("tabindex", "-1");
    }
    let _ = stop.set_attribute("tabindex", "0");
    if takes_focus {
        focus(&stop);
    }
}

/// Nothing has the focus: what had it was drawn anew.
pub fn is_nowhere() -> bool {
    let active = document().active_element();
    active.is_none_or(|active| active.tag_name() == "BODY")
}

/// The columns that are shown at a place, on narrow screens fewer than there are.
pub fn columns(table: &Element, place: Place) -> Vec<usize> {
    let Some(row) = row_of(table, place) else {
        return Vec::new();
    };
    let cells = row.children();
    let is_shown = |column: &u32| {
        let cell = cells
            .item(*column)
            .and_then(|cell| cell.dyn_into::<HtmlElement>().ok());
        cell.is_some_and(|cell| cell.offset_width() > 0)
    };
    (0..cells.length())
        .filter(is_shown)
        .map(|column| column as usize)
        .collect()
}

/// The place of what was clicked.
pub fn place_of(target: &Element) -> Option<Place> {
    let cell = target.closest("td, th").ok().flatten()?;
    let row = cell.parent_element()?;
    let column = {
        let cells = row.children();
        (0..cells.length()).find(|column| cells.item(*column).as_ref() == Some(&cell))?
    };
    let row = match row.get_attribute("data-place") {
        Some(row) => Some(row.parse().ok()?),
        None if row.closest("thead").ok().flatten().is_some() => None,
        None => return None,
    };
    Some(Place {
        row,
        column: column as usize,
    })
}

/// Moves the focus to the edge of a heading.
pub fn enter_edge(table: &Element, place: Place) {
    if let Some(edge) = cell(table, place).and_then(|cell| find(&cell, EDGE)) {
        focus(&edge);
    }
}

/// Moves it back to the heading.
pub fn leave_edge(edge: &Element) {
    let heading = edge.closest("th").ok().flatten();
    if let Some(heading) = heading {
        focus(&find(&heading, "button").unwrap_or(heading));
    }
}
