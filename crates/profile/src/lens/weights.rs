//! Flat and cum per row.
//!
//! Linear in the frames of the profile. flat: the value of samples whose leaf is the row. cum: the
//! value of samples in which it occurs, once per sample however often it recurs.

use super::subject::{Lens, Subject, Weight};

/// Flat and cum of every row under one lens; worked out at the first question.
pub(super) fn under(subject: &Subject, lens: usize) -> &[Weight] {
    let cell = subject.weights_cell(lens);
    let (Some(cell), Some(lens)) = (cell, subject.lens(lens)) else {
        return &[];
    };
    cell.get_or_init(|| {
        of_difference(subject, lens)
            .or_else(|| walk(subject, &[lens]).pop())
            .unwrap_or_default()
    })
}

/// Works out the weights under all lenses, for who will ask for most of them: one walk instead of
/// one for each.
pub fn weigh(subject: &Subject) {
    if subject.is_diff() {
        let sides = subject.sides().iter();
        for (single, _) in sides.filter_map(|side| side.single.as_ref()) {
            weigh(single);
        }
        return;
    }
    let missing = |(_, cell): &(&Lens, &std::sync::OnceLock<_>)| cell.get().is_none();
    let (lenses, cells): (Vec<&Lens>, Vec<_>) = subject
        .lenses()
        .iter()
        .zip((0..).map_while(|lens| subject.weights_cell(lens)))
        .filter(missing)
        .unzip();
    for (cell, weights) in cells.into_iter().zip(walk(subject, &lenses)) {
        // Filled by somebody else in the meantime: with the same.
        let _ = cell.set(weights);
    }
}

/// A difference's weights from those of its sides: most of them are known already, and a row is
/// a fraction of the stacks that it stands in. `None` for a single profile, and where values are
/// converted or so large that the order of adding could matter.
fn of_difference(subject: &Subject, lens: &Lens) -> Option<Vec<Weight>> {
    let mut sums = vec![Weight::default(); subject.row_count()];
    let mut room = i64::MAX;
    for (side, &(kind, factor)) in subject.sides().iter().zip(&lens.sides) {
        let (single, names) = side.single.as_ref()?;
        if factor.abs() != 1.0 {
            return None;
        }
        room = room
            .checked_sub(side.profile.total(kind))
            .filter(|&room| room > 0)?;
        for (weight, name) in under(single, kind).iter().zip(names) {
            let sum = sums.get_mut(name.index())?;
            let sign = if factor < 0.0 { -1 } else { 1 };
            sum.flat += sign * weight.flat;
            sum.cum += sign * weight.cum;
        }
    }
    Some(sums)
}

/// Values of every row under some lenses of a subject, by lens and row. One walk serves up to four
/// of them, which is what a heap profile has.
fn walk(subject: &Subject, lenses: &[&Lens]) -> Vec<Vec<Weight>> {
    let mut found = Vec::with_capacity(lenses.len());
    let mut rest = lenses;
    while !rest.is_empty() {
        let width = match rest.len() {
            1 => walk_by::<1>(subject, rest, &mut found),
            2 | 3 => walk_by::<2>(subject, rest, &mut found),
            _ => walk_by::<4>(subject, rest, &mut found),
        };
        rest = rest.get(width..).unwrap_or(&[]);
    }
    found
}

/// Values under the first `N` lenses. Their number is known to the compiler: that is a third of the
/// time.
fn walk_by<const N: usize>(
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
