//! The calls between rows.

use std::collections::HashMap;

use super::subject::RowId;
use super::view::View;

/// Rows of calls, for some views of one subject.
#[derive(Debug, Default)]
pub(super) struct Edges {
    /// Caller and callee, in order of first occurrence.
    ends: Vec<(RowId, RowId)>,
    /// What each weighs in each view, edge by edge.
    cells: Vec<EdgeWeight>,
    width: usize,
}

/// What a call weighs in one view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct EdgeWeight {
    /// Value of the samples in which the call occurs, once per sample.
    pub(super) value: i64,
    /// Whether every sample's first such call was inlined; `None` where no sample has a value.
    pub(super) inline: Option<bool>,
}

impl Edges {
    /// The edges of one of the views.
    pub(super) fn of(&self, view: usize) -> impl Iterator<Item = ((RowId, RowId), EdgeWeight)> {
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
