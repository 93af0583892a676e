//! Which rows of a long table are drawn, and which are asked of the engine. Rows are all of one height.

use std::ops::Range;

/// Rows that are asked for at once. Windows begin at multiples of it.
pub const WINDOW: usize = 60;

/// Rows that are drawn above and below what is seen, so that slow scrolling shows no gap.
const AROUND: usize = 4;

/// Where a table is scrolled to, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scroll {
    /// Of the rows, how much lies above what is seen.
    pub top: f64,
    /// How much of them is seen.
    pub height: f64,
    /// Height of a row.
    pub row: f64,
}

/// A part of the table, from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Piece {
    /// A row, by its place.
    Row(usize),
    /// So many rows that are not drawn, from this place on.
    Gap(usize, usize),
}

impl Scroll {
    /// How many whole rows are seen; at least one.
    pub fn page(self) -> usize {
        rows(self.height / self.row).max(1)
    }

    /// The rows to be drawn.
    pub fn drawn(self, total: usize) -> Range<usize> {
        let first = rows(self.top / self.row);
        let last = rows(((self.top.max(0.0) + self.height) / self.row).ceil());
        first.min(total).saturating_sub(AROUND)..last.saturating_add(AROUND).min(total)
    }

    /// Where to scroll so that a row is seen whole; nothing where it is.
    pub fn reveal(self, row: usize) -> Option<f64> {
        let top = row as f64 * self.row;
        if top < self.top {
            Some(top)
        } else if top + self.row > self.top + self.height {
            Some(top + self.row - self.height)
        } else {
            None
        }
    }
}

fn rows(number: f64) -> usize {
    // What is below zero or no number becomes zero.
    number as usize
}

/// The table in pieces. The row with the keyboard is always there, or the focus would be lost.
pub fn pieces(drawn: Range<usize>, focused: Option<usize>, total: usize) -> Vec<Piece> {
    let mut places: Vec<usize> = drawn.collect();
    if let Some(row) = focused.filter(|row| *row < total && !places.contains(row)) {
        places.push(row);
        places.sort_unstable();
    }
    let mut pieces = Vec::with_capacity(places.len() + 3);
    let mut next = 0;
    for place in places {
        if place > next {
            pieces.push(Piece::Gap(next, place - next));
        }
        pieces.push(Piece::Row(place));
        next = place + 1;
    }
    if next < total {
        pieces.push(Piece::Gap(next, total - next));
    }
    pieces
}

/// The windows that hold these rows, by their offsets.
pub fn windows(rows: &Range<usize>) -> impl Iterator<Item = usize> + use<> {
    let first = rows.start / WINDOW;
    let last = rows.end.div_ceil(WINDOW).max(first);
    (first..last).map(|window| window * WINDOW)
}

#[cfg(test)]
mod tests {
    use super::{Piece, Scroll, WINDOW, pieces, windows};

    fn at(top: f64) -> Scroll {
        Scroll {
            top,
            height: 240.0,
            row: 20.0,
        }
    }

    #[test]
    fn what_is_seen_is_drawn_and_a_little_more() {
        assert_eq!(at(0.0).drawn(600), 0..16);
        assert_eq!(at(50.0).drawn(600), 0..19);
        assert_eq!(at(6000.0).drawn(600), 296..316);
        assert_eq!(at(11_760.0).drawn(600), 584..600);
        assert_eq!(at(0.0).drawn(5), 0..5);
        assert_eq!(at(0.0).page(), 12);
    }

    #[test]
    fn odd_measures_draw_something_and_end() {
        // Browsers scroll past both ends, and a hidden table has no height.
        assert_eq!(at(-30.0).drawn(600), 0..16);
        assert!(at(1e12).drawn(600).end == 600);
        let flat = Scroll {
            top: 0.0,
            height: 0.0,
            row: 20.0,
        };
        assert_eq!((flat.drawn(600), flat.page()), (0..4, 1));
        assert_eq!(at(f64::NAN).drawn(600).start, 0);
    }

    #[test]
    fn pieces_add_up_to_the_table() {
        let length = |pieces: &[Piece]| -> usize {
            let one = |piece: &Piece| match piece {
                Piece::Row(_) => 1,
                Piece::Gap(_, rows) => *rows,
            };
            pieces.iter().map(one).sum()
        };
        for (drawn, focused) in [
            (0..16, None),
            (100..120, Some(3)),
            (100..120, Some(110)),
            (100..120, Some(599)),
            (584..600, Some(0)),
            (0..0, Some(700)),
        ] {
            let pieces = pieces(drawn.clone(), focused, 600);
            assert_eq!(length(&pieces), 600, "{drawn:?} {focused:?}");
        }
        let kept = pieces(100..102, Some(3), 600);
        assert_eq!(
            kept,
            [
                Piece::Gap(0, 3),
                Piece::Row(3),
                Piece::Gap(4, 96),
                Piece::Row(100),
                Piece::Row(101),
                Piece::Gap(102, 498),
            ]
        );
    }

    #[test]
    fn windows_cover_what_is_drawn() {
        assert_eq!(windows(&(0..16)).collect::<Vec<_>>(), [0]);
        let around = WINDOW - 4..WINDOW + 12;
        assert_eq!(windows(&around).collect::<Vec<_>>(), [0, WINDOW]);
        assert_eq!(windows(&(WINDOW..2 * WINDOW)).collect::<Vec<_>>(), [WINDOW]);
        assert_eq!(windows(&(0..0)).count(), 0);
    }

    #[test]
    fn a_row_is_scrolled_into_view_by_as_little_as_it_takes() {
        assert_eq!(at(100.0).reveal(5), None);
        assert_eq!(at(100.0).reveal(4), Some(80.0));
        assert_eq!(at(100.0).reveal(16), None);
        assert_eq!(at(100.0).reveal(17), Some(120.0));
    }
}
