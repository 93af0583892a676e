//! Flat and cum per row, and the edges between rows.
//!
//! Linear in the frames of the profile. flat: the value of samples whose leaf is the row. cum: the
//! value of samples in which it occurs, once per sample however often it recurs. Samples whose
//! value is zero are skipped, as pprof does, so they make no edges either.

use std::collections::HashMap;

use super::subject::{Lens, RowId, Subject};
use super::view::View;

/// Values of one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Where the row is the leaf.
    pub flat: i64,
    /// Where it is anywhere.
    pub cum: i64,
}

/// Values of every row under some lenses of a subject, by lens and row. One walk serves up to four
/// of them, which is what a heap profile has.
pub(super) fn weights_under(subject: &Subject, lenses: &[&Lens]) -> Vec<Vec<Weight>> {
    let mut found = Vec::with_capacity(lenses.len());
    let mut rest = lenses;
    while !rest.is_empty() {
        let width = match rest.len() {
            1 => walk::<1>(subject, rest, &mut found),
            2 | 3 => walk::<2>(subject, rest, &mut found),
            _ => walk::<4>(subject, rest, &mut found),
        };
        rest = rest.get(width..).unwrap_or(&[]);
    }
    found
}

/// Values under the first `N` lenses. Their number is known to the compiler: that is a third of the
/// time.
fn walk<const N: usize>(
    subject: &Subject,
    lenses: &[&Lens],
    found: &mut Vec<Vec<Weight>>,
) -> usize {
    #[derive(Clone, Copy)]
    struct Cell<const N: usize> {
        weights: [Weight; N],
        seen: u32,
    }
    let empty = Cell {
        weights: [Weight::default(); N],
        seen: 0,
    };
    let mut cells = vec![empty; subject.row_count()];
    let mut stamp = 0_u32;
    subject.each_stack(lenses.get(..N).unwrap_or(lenses), |stack, values| {
        let Ok(values) = <&[i64; N]>::try_from(values) else {
            return;
        };
        stamp += 1;
        for row in stack.rows() {
            if let Some(cell) = cells.get_mut(row.index())
                && cell.seen != stamp
            {
                cell.seen = stamp;
                for (weight, value) in cell.weights.iter_mut().zip(values) {
                    weight.cum = weight.cum.saturating_add(*value);
                }
            }
        }
        if let Some(cell) = stack.leaf().and_then(|leaf| cells.get_mut(leaf.index())) {
            for (weight, value) in cell.weights.iter_mut().zip(values) {
                weight.flat = weight.flat.saturating_add(*value);
            }
        }
    });
    found.extend((0..N).map(|lens| {
        let of_lens = |cell: &Cell<N>| cell.weights.get(lens).copied().unwrap_or_default();
        cells.iter().map(of_lens).collect()
    }));
    N
}

/// Rows of calls, for some views of one subject.
#[derive(Debug, Default)]
pub struct Edges {
    /// Caller and callee, in order of first occurrence.
    pub ends: Vec<(RowId, RowId)>,
    /// What each weighs in each view, edge by edge.
    cells: Vec<EdgeWeight>,
    width: usize,
}

/// What a call weighs in one view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeWeight {
    /// Value of the samples in which the call occurs, once per sample.
    pub value: i64,
    /// Whether every sample's first such call was inlined; `None` where no sample has a value.
    pub inline: Option<bool>,
}

impl Edges {
    /// The edges of one of the views.
    pub fn of(&self, view: usize) -> impl Iterator<Item = ((RowId, RowId), EdgeWeight)> {
        let cells = self.cells.iter().skip(view).step_by(self.width.max(1));
        self.ends.iter().copied().zip(cells.copied())
    }
}

/// The edges into the rows that `wanted` selects.
///
/// Rows that `kept` refuses are passed over: their callers reach through to their callees. Both have
/// one flag for each row.
pub(super) fn edges_into(views: &[&View], kept: &[bool], wanted: &[bool]) -> Edges {
    let is = |flags: &[bool], row: RowId| flags.get(row.index()).copied().unwrap_or(false);
    let mut edges = Edges {
        width: views.len(),
        ..Edges::default()
    };
    let Some(first) = views.first() else {
        return edges;
    };
    if !wanted.contains(&true) {
        return edges;
    }
    let mut last_sample: Vec<u32> = Vec::new();
    let mut ids: HashMap<(RowId, RowId), u32, rustc_hash::FxBuildHasher> = HashMap::default();
    // The edge taken last into each row: most rows have one caller at a time.
    let mut recent: Vec<u32> = vec![u32::MAX; first.row_count()];
    let mut stamp = 0_u32;
    View::each_stack_of(views, |stack, values| {
        stamp += 1;
        let mut parent: Option<RowId> = None;
        for rows in stack.frames().rev() {
            for (index, &row) in rows.iter().enumerate().rev() {
                if !is(kept, row) {
                    continue;
                }
                let caller = parent.replace(row);
                let Some(caller) = caller.filter(|&caller| is(wanted, row) && caller != row) else {
                    continue;
                };
                let inline = index + 1 != rows.len();
                let guess = recent.get(row.index()).copied().unwrap_or(u32::MAX);
                let known = match edges.ends.get(guess as usize) {
                    Some((from, _)) if *from == caller => guess,
                    _ => {
                        let next = u32::try_from(edges.ends.len()).unwrap_or(u32::MAX);
                        let id = *ids.entry((caller, row)).or_insert(next);
                        if id == next {
                            edges.ends.push((caller, row));
                            let cells = edges.cells.len() + edges.width;
                            edges.cells.resize(cells, EdgeWeight::default());
                            last_sample.push(0);
                        }
                        if let Some(recent) = recent.get_mut(row.index()) {
                            *recent = id;
                        }
                        id
                    }
                } as usize;
                match last_sample.get_mut(known) {
                    Some(last) if *last != stamp => *last = stamp,
                    _ => continue,
                }
                let cells = edges.width * known..edges.width * (known + 1);
                let cells = edges.cells.get_mut(cells).into_iter().flatten();
                for (cell, value) in cells.zip(values) {
                    if *value != 0 {
                        cell.value = cell.value.saturating_add(*value);
                        cell.inline = Some(cell.inline.unwrap_or(true) && inline);
                    }
                }
            }
        }
    });
    edges
}
