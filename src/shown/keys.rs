//! Moving through a table with the keyboard, as the grid pattern has it.

/// A cell. The headings stand above all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The row; none for the headings.
    pub row: Option<usize>,
    /// The column.
    pub column: usize,
}

/// How far a table reaches.
#[derive(Clone, Copy, Debug)]
pub struct Extent<'c> {
    /// Columns that are shown, in their order.
    pub columns: &'c [usize],
    /// How many rows there are.
    pub rows: usize,
    /// How many of them a page is.
    pub page: usize,
}

/// Where a key leads; nothing for a key that leads nowhere. At an edge the place stays.
pub fn moved(at: Place, key: &str, ctrl: bool, extent: Extent<'_>) -> Option<Place> {
    let column = |column: Option<&usize>| Place {
        column: column.copied().unwrap_or(at.column),
        ..at
    };
    let row = |row: Option<usize>| Place { row, ..at };
    let last = extent.rows.checked_sub(1);
    let columns = extent.columns;
    let down = |by: usize| {
        let next = at.row.map_or(by - 1, |row| row.saturating_add(by));
        // Below no row there is none.
        row(last.map(|last| next.min(last)).or(at.row))
    };
    let first_row = last.map(|_| 0);
    Some(match (key, ctrl) {
        ("ArrowRight", false) => column(columns.iter().find(|column| **column > at.column)),
        ("ArrowLeft", false) => column(columns.iter().rfind(|column| **column < at.column)),
        ("ArrowDown", false) => down(1),
        ("ArrowUp", false) => row(at.row.and_then(|row| row.checked_sub(1))),
        ("PageDown", false) => down(extent.page.max(1)),
        ("PageUp", false) => row(at.row.map(|row| row.saturating_sub(extent.page.max(1)))),
        ("Home", false) => column(columns.first()),
        ("End", false) => column(columns.last()),
        ("Home", true) => Place {
            row: first_row,
            ..column(columns.first())
        },
        ("End", true) => Place {
            row: last,
            ..column(columns.last())
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Extent, Place, moved};

    const EXTENT: Extent<'_> = Extent {
        // The third column is hidden.
        columns: &[0, 1, 3],
        rows: 30,
        page: 12,
    };

    fn at(row: usize, column: usize) -> Place {
        Place {
            row: Some(row),
            column,
        }
    }

    fn heading(column: usize) -> Place {
        Place { row: None, column }
    }

    #[test]
    fn arrows_go_from_cell_to_cell_and_up_to_the_headings() {
        let step = |from, key| moved(from, key, false, EXTENT).unwrap();
        assert_eq!(step(at(5, 1), "ArrowRight"), at(5, 3));
        assert_eq!(step(at(5, 3), "ArrowRight"), at(5, 3));
        assert_eq!(step(at(5, 3), "ArrowLeft"), at(5, 1));
        assert_eq!(step(at(0, 1), "ArrowUp"), heading(1));
        assert_eq!(step(heading(1), "ArrowUp"), heading(1));
        assert_eq!(step(heading(1), "ArrowDown"), at(0, 1));
        assert_eq!(step(at(29, 1), "ArrowDown"), at(29, 1));
    }

    #[test]
    fn pages_and_ends_stay_within_the_table() {
        let step = |from, key, ctrl| moved(from, key, ctrl, EXTENT).unwrap();
        assert_eq!(step(at(5, 1), "PageDown", false), at(17, 1));
        assert_eq!(step(at(25, 1), "PageDown", false), at(29, 1));
        assert_eq!(step(at(5, 1), "PageUp", false), at(0, 1));
        assert_eq!(step(heading(1), "PageDown", false), at(11, 1));
        assert_eq!(step(heading(1), "PageUp", false), heading(1));
        assert_eq!(step(at(5, 1), "Home", false), at(5, 0));
        assert_eq!(step(at(5, 1), "End", false), at(5, 3));
        assert_eq!(step(at(5, 1), "Home", true), at(0, 0));
        assert_eq!(step(at(5, 1), "End", true), at(29, 3));
    }

    #[test]
    fn other_keys_are_the_browsers() {
        for (key, ctrl) in [("Tab", false), ("a", false), ("ArrowDown", true)] {
            assert_eq!(moved(at(1, 1), key, ctrl, EXTENT), None);
        }
    }

    #[test]
    fn a_table_without_rows_has_its_headings() {
        let extent = Extent { rows: 0, ..EXTENT };
        for key in ["ArrowDown", "PageDown", "ArrowUp"] {
            assert_eq!(moved(heading(0), key, false, extent), Some(heading(0)));
        }
        assert_eq!(moved(heading(0), "End", true, extent), Some(heading(3)));
    }
}
