//! The user's order of a table's rows, and which of them are shown.

use engine::protocol::{Column, Filter, FunctionTable, TopQuestion};

/// Which way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// As a first click gives it.
    First,
    /// The other way.
    Reversed,
}

/// The user's order; pprof's when `None`.
pub type Sort = Option<(Column, Direction)>;

/// What of a table is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// In which order.
    pub sort: Sort,
    /// Which rows.
    pub filter: Filter,
}

/// The way round in which a table is sorted by a column, if it is.
pub fn direction(sort: Sort, column: Column) -> Option<Direction> {
    sort.filter(|(sorted, _)| *sorted == column)
        .map(|(_, direction)| direction)
}

/// The order after a click on a column: by it, the other way round, and back to pprof's.
pub fn clicked(sort: Sort, column: Column) -> Sort {
    match direction(sort, column) {
        None => Some((column, Direction::First)),
        Some(Direction::First) => Some((column, Direction::Reversed)),
        Some(Direction::Reversed) => None,
    }
}

/// The value of `aria-sort`.
pub fn aria(sort: Sort, column: Column) -> &'static str {
    match (direction(sort, column), column.is_text()) {
        (None, _) => "none",
        (Some(Direction::First), true) | (Some(Direction::Reversed), false) => "ascending",
        (Some(Direction::Reversed), true) | (Some(Direction::First), false) => "descending",
    }
}

/// What the engine is asked for some rows of a table.
pub fn question(table: &FunctionTable, order: Order, offset: usize, count: usize) -> TopQuestion {
    let (column, direction) = order.sort.unwrap_or((Column::Pprof, Direction::First));
    TopQuestion {
        column,
        reversed: direction == Direction::Reversed,
        filter: order.filter,
        offset,
        count,
        ..TopQuestion::first(table)
    }
}

#[cfg(test)]
mod tests {
    use super::{Direction, Sort, aria, clicked};
    use engine::protocol::Column;

    #[test]
    fn three_clicks_lead_back_to_the_order_of_pprof() {
        let mut sort: Sort = None;
        let mut seen = Vec::new();
        for _ in 0..3 {
            sort = clicked(sort, Column::Cum);
            seen.push(aria(sort, Column::Cum));
        }
        assert_eq!(seen, ["descending", "ascending", "none"]);
        assert_eq!(
            clicked(Some((Column::Cum, Direction::Reversed)), Column::Owner),
            Some((Column::Owner, Direction::First))
        );
        assert_eq!(
            aria(Some((Column::Owner, Direction::First)), Column::Owner),
            "ascending"
        );
    }
}
