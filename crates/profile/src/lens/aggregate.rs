//! Flat and cum per row, and the edges between rows.
//!
//! Linear in the frames of the profile. flat: the value of samples whose leaf is the row. cum: the
//! value of samples in which it occurs, once per sample however often it recurs. Samples whose
//! value is zero are skipped, as pprof does, so they make no edges either.

use std::collections::HashMap;

use super::view::{RowId, View};

/// Values of one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// Where the row is the leaf.
    pub flat: i64,
    /// Where it is anywhere.
    pub cum: i64,
}

/// Values of every row, by row.
pub fn weights(view: &View<'_>) -> Vec<Weight> {
    #[derive(Clone, Copy, Default)]
    struct Cell {
        weight: Weight,
        seen: u32,
    }
    let mut cells = vec![Cell::default(); view.row_count()];
    let mut stamp = 0_u32;
    for side in &view.sides {
        for sample in 0..side.profile.samples.len() {
            let value = side.value(sample);
            if value == 0 {
                continue;
            }
            stamp += 1;
            let stack = side.profile.samples.stack(sample);
            for &location in stack {
                for &row in side.locations.get(location) {
                    if let Some(cell) = cells.get_mut(row as usize)
                        && cell.seen != stamp
                    {
                        cell.seen = stamp;
                        cell.weight.cum = cell.weight.cum.saturating_add(value);
                    }
                }
            }
            let leaf = stack
                .first()
                .and_then(|&location| side.locations.get(location).first());
            if let Some(cell) = leaf.and_then(|&row| cells.get_mut(row as usize)) {
                cell.weight.flat = cell.weight.flat.saturating_add(value);
            }
        }
    }
    cells.into_iter().map(|cell| cell.weight).collect()
}

/// A call from one row to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// The caller.
    pub from: RowId,
    /// The callee.
    pub to: RowId,
    /// Value of the samples in which the call occurs, once per sample.
    pub weight: i64,
    /// Every sample's first such call was inlined.
    pub inline: bool,
}

/// The edges into the rows that `wanted` selects, in order of first occurrence.
///
/// Rows that `kept` refuses are passed over: their callers reach through to their callees.
pub fn edges_into(
    view: &View<'_>,
    kept: &dyn Fn(RowId) -> bool,
    wanted: &dyn Fn(RowId) -> bool,
) -> Vec<Edge> {
    const KEPT: u8 = 1;
    const WANTED: u8 = 2;
    let flags: Vec<u8> = (0..u32::try_from(view.row_count()).unwrap_or(u32::MAX))
        .map(|row| {
            let kept = kept(row);
            u8::from(kept) * KEPT + u8::from(kept && wanted(row)) * WANTED
        })
        .collect();
    if !flags.iter().any(|flag| flag & WANTED != 0) {
        return Vec::new();
    }
    let mut edges: Vec<Edge> = Vec::new();
    let mut last_sample: Vec<u32> = Vec::new();
    let mut ids: HashMap<(RowId, RowId), u32, rustc_hash::FxBuildHasher> = HashMap::default();
    // The edge taken last into each row: most rows have one caller at a time.
    let mut recent: Vec<u32> = vec![u32::MAX; view.row_count()];
    let mut stamp = 0_u32;
    for side in &view.sides {
        for sample in 0..side.profile.samples.len() {
            let value = side.value(sample);
            if value == 0 {
                continue;
            }
            stamp += 1;
            let mut parent: Option<RowId> = None;
            for &location in side.profile.samples.stack(sample).iter().rev() {
                let rows = side.locations.get(location);
                for (index, &row) in rows.iter().enumerate().rev() {
                    let flag = flags.get(row as usize).copied().unwrap_or(0);
                    if flag & KEPT == 0 {
                        continue;
                    }
                    let caller = parent.replace(row);
                    let Some(caller) = caller.filter(|&caller| flag & WANTED != 0 && caller != row)
                    else {
                        continue;
                    };
                    let inline = index + 1 != rows.len();
                    let guess = recent.get(row as usize).copied().unwrap_or(u32::MAX);
                    let known = match edges.get(guess as usize) {
                        Some(edge) if edge.from == caller => guess,
                        _ => {
                            let next = u32::try_from(edges.len()).unwrap_or(u32::MAX);
                            let id = *ids.entry((caller, row)).or_insert(next);
                            if id == next {
                                edges.push(Edge {
                                    from: caller,
                                    to: row,
                                    weight: 0,
                                    inline,
                                });
                                last_sample.push(0);
                            }
                            if let Some(recent) = recent.get_mut(row as usize) {
                                *recent = id;
                            }
                            id
                        }
                    } as usize;
                    if let (Some(edge), Some(last)) =
                        (edges.get_mut(known), last_sample.get_mut(known))
                        && *last != stamp
                    {
                        *last = stamp;
                        edge.weight = edge.weight.saturating_add(value);
                        edge.inline &= inline;
                    }
                }
            }
        }
    }
    edges
}
