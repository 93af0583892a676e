//! A table of functions: all its rows, of which those are drawn that are seen.
//!
//! Rows come from the engine in windows, ordered, filtered and formatted. Widths of columns and heights of
//! what is not drawn are attributes of their own: the page's policy allows no `style` attribute.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use leptos::ev::KeyboardEvent;
use leptos::html::{self, Div};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event};

use super::super::client::Client;
use super::column_head::ColumnHead;
use super::focus::is_selecting_text;
use super::function_row::{Missing, RowView};
use super::grid_focus;
use super::menu_button::MenuButton;
use super::size;
use crate::browser::state::AppState;
use crate::shown::copying;
use crate::shown::keys::{Extent, Place, moved};
use crate::shown::scrolling::{Piece, Scroll, WINDOW, pieces, windows};
use crate::shown::sorting::{self, Order};
use engine::protocol::{
    self, ColumnView, Filter, FilterView, FunctionTable, RowsView, TopQuestion,
};

/// Until it is measured: as tall as a line of small text, and twelve of these.
const UNMEASURED: Scroll = Scroll {
    top: 0.0,
    height: 288.0,
    row: 24.0,
};

/// A table of functions. What did not come with the report is asked for.
#[component]
pub fn FunctionTableView(
    /// Which, with its first rows.
    mut table: FunctionTable,
) -> impl IntoView {
    let first = table.on_screen.take();
    let table = Arc::new(table);
    if let Some(first) = first {
        return view! { <Rows table first=*first/> }.into_any();
    }
    let client = expect_context::<Client>();
    let asked = RwSignal::new(None);
    client.top(TopQuestion::first(&table), move |first| {
        // The view may be gone.
        let _ = asked.try_set(Some(first));
    });
    (move || {
        let table = table.clone();
        asked.get().map(|first| view! { <Rows table first/> })
    })
    .into_any()
}

/// What of a table is here.
struct Shown {
    /// Another order or filter is another table.
    turn: u32,
    order: Order,
    /// What is true of the whole; its rows are below.
    head: RowsView,
    rows: HashMap<usize, Arc<protocol::RowView>>,
}

impl Shown {
    fn of(turn: u32, order: Order, mut head: RowsView) -> Self {
        let rows = std::mem::take(&mut head.rows);
        Self {
            turn,
            order,
            rows: placed(head.offset, rows).collect(),
            head,
        }
    }

    fn take(&mut self, window: RowsView) {
        self.rows.extend(placed(window.offset, window.rows));
    }
}

/// Rows with their places.
fn placed(
    offset: usize,
    rows: Vec<protocol::RowView>,
) -> impl Iterator<Item = (usize, Arc<protocol::RowView>)> {
    (offset..).zip(rows.into_iter().map(Arc::new))
}

/// The state of one table. Copies are the same.
#[derive(Clone, Copy)]
struct State {
    client: Client,
    table: StoredValue<Arc<FunctionTable>>,
    shown: RwSignal<Shown>,
    /// What was chosen last: the answer comes between.
    wanted: RwSignal<Order>,
    scroll: RwSignal<Scroll>,
    place: RwSignal<Place>,
    /// The row that the keyboard went to before it was here.
    awaited: StoredValue<Option<usize>>,
    /// Windows that were asked for, by turn and offset.
    asked: StoredValue<HashSet<(u32, usize)>>,
    scroller: NodeRef<Div>,
}

/// An answer that is awaited; without one it is asked for again when it is seen again.
struct Awaited {
    asked: StoredValue<HashSet<(u32, usize)>>,
    window: (u32, usize),
}

impl Drop for Awaited {
    fn drop(&mut self) {
        // The view may be gone.
        let _ = self
            .asked
            .try_update_value(|asked| asked.remove(&self.window));
    }
}

impl State {
    /// Shows the table in another order, or other rows of it.
    fn choose(self, order: Order) {
        self.wanted.set(order);
        let question = sorting::question(&self.table.get_value(), order, 0, WINDOW);
        self.client.top(question, move |rows| {
            // The view may be gone, or something else was chosen since.
            if self.wanted.try_get_untracked() != Some(order) {
                return;
            }
            self.shown.update(|shown| {
                *shown = Shown::of(shown.turn.wrapping_add(1), order, rows);
            });
            if let Some(scroller) = self.scroller.get_untracked() {
                scroller.set_scroll_top(0);
            }
            self.place.update(|place| {
                if place.row.is_some() {
                    place.row = Some(0);
                }
            });
            self.measure();
        });
    }

    /// Asks for the rows that are to be drawn and are not here.
    fn ask(self, drawn: &std::ops::Range<usize>) {
        let missing = self.shown.with_untracked(|shown| {
            let is_missing = |offset: &usize| {
                let window = *offset..offset.saturating_add(WINDOW);
                drawn
                    .clone()
                    .any(|row| window.contains(&row) && !shown.rows.contains_key(&row))
            };
            let missing: Vec<usize> = windows(drawn).filter(is_missing).collect();
            (shown.turn, shown.order, missing)
        });
        let (turn, order, missing) = missing;
        for offset in missing {
            let window = (turn, offset);
            let is_new = self.asked.try_update_value(|asked| asked.insert(window));
            if is_new != Some(true) {
                continue;
            }
            let awaited = Awaited {
                asked: self.asked,
                window,
            };
            let question = sorting::question(&self.table.get_value(), order, offset, WINDOW);
            self.client.top(question, move |rows| {
                if self.shown.try_with_untracked(|shown| shown.turn) == Some(turn) {
                    self.shown.update(|shown| shown.take(rows));
                }
                drop(awaited);
            });
        }
    }

    /// Takes in where the table is scrolled to. A hidden one has no measures.
    fn measure(self) {
        let Some(scroller) = self.scroller.try_get_untracked().flatten() else {
            return;
        };
        let height_of = |selector: &str| {
            let element = scroller.query_selector(selector).ok().flatten();
            element.map_or(0.0, |element| element.get_bounding_client_rect().height())
        };
        let before = self.scroll.get_untracked();
        let row = match height_of("[data-place]") {
            height if height > 0.0 => height,
            _ => before.row,
        };
        let height = f64::from(scroller.client_height()) - height_of("thead");
        if height <= 0.0 {
            return;
        }
        let top = f64::from(scroller.scroll_top());
        let now = Scroll { top, height, row };
        if now != before {
            self.scroll.set(now);
        }
    }

    /// Goes to a cell with the keyboard.
    fn go_to(self, place: Place) {
        self.place.set(place);
        let is_here = |row: &usize| {
            self.shown
                .with_untracked(|shown| shown.rows.contains_key(row))
        };
        self.awaited
            .set_value(place.row.filter(|row| !is_here(row)));
        if let Some(scroller) = self.scroller.get_untracked() {
            let reveal = place
                .row
                .and_then(|row| self.scroll.get_untracked().reveal(row));
            if let Some(top) = reveal {
                // Whole pixels: a part more is seen rather than less.
                scroller.set_scroll_top(top.ceil() as i32);
                self.measure();
            }
        }
        // The row is there after this round of rendering.
        request_animation_frame(move || self.stop_at_place(true));
    }

    /// Makes the cell of the keyboard's place the table's one tab stop.
    fn stop_at_place(self, takes_focus: bool) {
        let scroller = self.scroller.try_get_untracked().flatten();
        if let (Some(scroller), Some(place)) = (scroller, self.place.try_get_untracked()) {
            grid_focus::stop_at(&scroller, place, takes_focus);
        }
    }

    fn on_key(self, event: &KeyboardEvent, state: AppState) {
        if event.alt_key() || event.meta_key() || event.shift_key() {
            return;
        }
        let Some(scroller) = self.scroller.get_untracked() else {
            return;
        };
        let key = event.key();
        let place = self.place.get_untracked();
        if let (Some(row), "Enter" | " ") = (place.row, key.as_str()) {
            self.shown.with_untracked(|shown| {
                if let Some(row) = shown.rows.get(&row) {
                    state.select(&row.function);
                }
            });
            event.prevent_default();
            return;
        }
        if place.row.is_none() && key == "F2" {
            grid_focus::enter_edge(&scroller, place);
            event.prevent_default();
            return;
        }
        let columns = grid_focus::columns(&scroller, place);
        let extent = Extent {
            columns: &columns,
            rows: self.shown.with_untracked(|shown| shown.head.rows_total),
            page: self.scroll.get_untracked().page(),
        };
        if let Some(place) = moved(place, &key, event.ctrl_key(), extent) {
            event.prevent_default();
            self.go_to(place);
        }
    }

    /// A click picks the function, unless it ends a selection of text.
    fn on_click(self, event: &Event, state: AppState) {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        let place = target.as_ref().and_then(grid_focus::place_of);
        let Some(place) = place else {
            return;
        };
        self.place.set(place);
        if is_selecting_text() || place.row.is_none() {
            self.stop_at_place(false);
            return;
        }
        self.stop_at_place(true);
        let row = place.row.and_then(|row| {
            self.shown
                .with_untracked(|shown| shown.rows.get(&row).cloned())
        });
        if let Some(row) = row {
            state.select(&row.function);
        }
    }
}

thread_local! {
    static TABLES: Cell<u32> = const { Cell::new(0) };
}

/// A number for ids in this page.
fn number() -> u32 {
    TABLES.with(|tables| {
        tables.set(tables.get().wrapping_add(1));
        tables.get()
    })
}

/// The table.
#[component]
fn Rows(
    /// Which.
    table: Arc<FunctionTable>,
    /// Its first rows.
    first: RowsView,
) -> impl IntoView {
    let app = expect_context::<AppState>();
    let number = number();
    let (name, columns) = (first.name.clone(), columns(&first));
    let filters = first.filters.clone();
    let about = format!("{}; {}", table.about, first.scale);
    let state = State {
        client: expect_context::<Client>(),
        table: StoredValue::new(table.clone()),
        shown: RwSignal::new(Shown::of(0, Order::default(), first)),
        wanted: RwSignal::new(Order::default()),
        scroll: RwSignal::new(UNMEASURED),
        place: RwSignal::new(Place {
            row: Some(0),
            column: 0,
        }),
        awaited: StoredValue::new(None),
        asked: StoredValue::new(HashSet::new()),
        scroller: NodeRef::new(),
    };
    let State {
        shown,
        scroll,
        place,
        ..
    } = state;
    let total = Memo::new(move |_| shown.with(|shown| shown.head.rows_total));
    let drawn = Memo::new(move |_| scroll.get().drawn(total.get()));
    let row_height = Memo::new(move |_| scroll.get().row);
    let focused = Memo::new(move |_| place.get().row);
    let zero = Memo::new(move |_| shown.with(|shown| shown.head.zero));
    let sort = Signal::derive(move || shown.with(|shown| shown.order.sort));
    let items = move || {
        let (range, focused) = (drawn.get(), focused.get());
        shown.with(|shown| {
            let pieces = pieces(range, focused, shown.head.rows_total).into_iter();
            let item = |piece| {
                let row = match piece {
                    Piece::Row(row) => shown.rows.get(&row).cloned(),
                    Piece::Gap(..) => None,
                };
                (shown.turn, piece, row)
            };
            pieces.map(item).collect::<Vec<_>>()
        })
    };
    Effect::new(move |_| {
        let drawn = drawn.get();
        // Rows of another order are others.
        shown.track();
        state.ask(&drawn);
        request_animation_frame(move || {
            let is_here = |row| {
                let shown = state.shown;
                shown.try_with_untracked(|shown| shown.rows.contains_key(&row)) == Some(true)
            };
            let row = state.place.try_get_untracked().and_then(|place| place.row);
            let is_waited_for = row.is_some() && state.awaited.try_get_value().flatten() == row;
            let has_come = is_waited_for && row.is_some_and(is_here);
            if has_come {
                state.awaited.set_value(None);
            }
            // What had the focus was drawn anew.
            state.stop_at_place(has_come && grid_focus::is_nowhere());
        });
    });
    size::watch(state.scroller, move || state.measure());
    let width = columns.len();
    let item =
        move |(_, piece, row): (u32, Piece, Option<Arc<protocol::RowView>>)| match (piece, row) {
            (Piece::Gap(_, rows), _) => {
                let height = move || format!("{:.2}", rows as f64 * row_height.get());
                // The macro knows no height of a cell.
                let gap = html::td().attr("height", height);
                view! { <tr class="gap" aria-hidden="true">{gap}</tr> }.into_any()
            }
            (Piece::Row(place), Some(row)) => {
                let columns = shown.with_untracked(|shown| {
                    let columns = shown.head.columns.iter();
                    columns.map(|column| column.column).collect::<Vec<_>>()
                });
                view! { <RowView place row columns zero=zero.get_untracked()/> }.into_any()
            }
            (Piece::Row(place), None) => view! { <Missing place/> }.into_any(),
        };
    let click = Callback::new(move |column| {
        let wanted = state.wanted.get_untracked();
        state.choose(Order {
            sort: sorting::clicked(wanted.sort, column),
            ..wanted
        });
    });
    let cols = columns.iter().map(|column| {
        let column = column.column;
        let width = move || {
            app.widths
                .with(|widths| widths.of(column))
                .map(|px| px.to_string())
        };
        let col = html::col().class(format!("col-{}", column.as_str()));
        col.attr("width", width)
    });
    let cols = cols.collect_view();
    let heads = columns.into_iter().map(|column| {
        view! { <ColumnHead column sort click/> }
    });
    let heads = heads.collect_view();
    let caption = format!("table-{number}");
    let described = caption.clone();
    view! {
        <figure class="functions">
            <div class="functions-head">
                <p class="table-caption" id=caption>{about}</p>
                <Filters filters name=name.clone() number state/>
                <CopyMenu name=name.clone() state/>
            </div>
            <div class="functions-scroller" node_ref=state.scroller on:scroll=move |_| state.measure()>
                <table
                    class="function-table"
                    role="grid"
                    aria-label=name
                    aria-describedby=described
                    aria-rowcount=move || (total.get() + 1).to_string()
                    aria-colcount=width.to_string()
                    data-process=table.process.clone()
                    data-profile=table.profile.as_str()
                    data-sample-type=table.sample_type.clone()
                    data-total=table.total_value.to_string()
                    data-rows=move || total.get().to_string()
                    data-filter=move || shown.with(|shown| shown.order.filter.as_str())
                    on:keydown=move |event| state.on_key(&event, app)
                    on:click=move |event| state.on_click(&event, app)
                >
                    <colgroup>{cols}</colgroup>
                    <thead role="rowgroup">
                        <tr role="row" aria-rowindex="1">{heads}</tr>
                    </thead>
                    <tbody role="rowgroup">
                        <For each=items key=|(turn, piece, row)| (*turn, *piece, row.is_some()) children=item/>
                    </tbody>
                </table>
            </div>
            <figcaption class="functions-shown">
                {move || shown.with(|shown| shown.head.shown.clone())}
            </figcaption>
        </figure>
    }
}

/// All columns of a table, in their order.
fn columns(table: &RowsView) -> Vec<ColumnView> {
    let columns = table.columns.iter().chain(&table.words);
    columns.cloned().collect()
}

/// Which rows are shown: one tab stop for all choices.
#[component]
fn Filters(
    /// What there is to choose; nothing where all rows are shown anyway.
    filters: Vec<FilterView>,
    /// What the table is called.
    name: String,
    /// Tells the tables of the page apart.
    number: u32,
    /// The table's.
    state: State,
) -> impl IntoView {
    let choice = move |filter: FilterView| {
        let chosen = filter.filter;
        let is_empty = filter.count == "0";
        let choose = move |_| {
            let wanted = state.wanted.get_untracked();
            state.choose(Order {
                filter: chosen,
                ..wanted
            });
        };
        view! {
            <label class="filter" class:is-empty=is_empty>
                <input
                    type="radio"
                    name=format!("filter-{number}")
                    data-choose=chosen.as_str()
                    prop:checked=move || state.wanted.get().filter == chosen
                    checked=chosen == Filter::All
                    on:change=choose
                />
                <span class="filter-title">{filter.title} " " <span class="filter-count">{filter.count}</span></span>
            </label>
        }
    };
    (!filters.is_empty()).then(|| {
        view! {
            <fieldset class="filters">
                <legend class="visually-hidden">{format!("Rows of {name}")}</legend>
                {filters.into_iter().map(choice).collect_view()}
            </fieldset>
        }
    })
}

/// Copies all rows that are shown, in their order.
#[component]
fn CopyMenu(
    /// What the table is called.
    name: String,
    /// The table's.
    state: State,
) -> impl IntoView {
    let items = copying::ITEMS.map(|(action, title, form)| {
        let copy = move |()| {
            let order = state.shown.with_untracked(|shown| shown.order);
            let table = sorting::question(&state.table.get_value(), order, 0, 0);
            state.client.copy_table(table, form);
        };
        (action, title, Callback::new(copy))
    });
    view! {
        <MenuButton action="copy-table" title="Copy" label=format!("Copy {name}") class="is-small" items=items.into()/>
    }
}
