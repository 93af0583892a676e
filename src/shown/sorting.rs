//! The user's order of a table's rows.

use engine::protocol::{self, FunctionTable, TopQuestion};

/// What a table can be sorted by. `sum %` is no column of these: it runs in pprof's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// What the function itself used.
    Flat,
    /// The same as a share.
    FlatShare,
    /// The function and all it called.
    Cum,
    /// The same as a share.
    CumShare,
    /// Its name.
    Function,
    /// Who owns it.
    Owner,
}

impl Column {
    /// What the engine orders rows by.
    pub const fn asked(self) -> protocol::Column {
        match self {
            Self::Flat | Self::FlatShare => protocol::Column::Flat,
            Self::Cum | Self::CumShare => protocol::Column::Cum,
            Self::Function => protocol::Column::Function,
            Self::Owner => protocol::Column::Owner,
        }
    }

    const fn is_text(self) -> bool {
        matches!(self, Self::Function | Self::Owner)
    }
}

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

/// What the engine is asked for the rows of a table in the user's order; nothing for pprof's, which
/// is there already.
pub fn question(table: &FunctionTable, sort: Sort) -> Option<TopQuestion> {
    let (column, direction) = sort?;
    Some(TopQuestion {
        process: table.process.clone(),
        profile: table.profile,
        sample_type: table.sample_type.clone(),
        column: column.asked(),
        reversed: direction == Direction::Reversed,
    })
}

#[cfg(test)]
mod tests {
    use super::{Column, Direction, Sort, aria, clicked};

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
