//! Whole stacks, and what is said of one while it is closed or cut short.

use super::super::document::{FrameView, StackView};
use super::{Palette, names};
use diagnose::owner::split_name;

/// A stack of which the first `limit` frames are shown.
pub(super) fn stack<'f>(
    title: String,
    owner: &str,
    functions: impl Iterator<Item = &'f str>,
    responsible: Option<usize>,
    limit: usize,
    frames_total: usize,
    palette: &Palette,
) -> StackView {
    let frames = frames(functions, responsible, limit);
    StackView {
        owner: owner.to_owned(),
        swatch: palette.swatch(owner),
        known_by: known_by(&title, &frames),
        rest: rest(frames.len(), frames_total),
        title,
        facts: Vec::new(),
        frames,
        frames_total,
    }
}

fn frames<'f>(
    functions: impl Iterator<Item = &'f str>,
    responsible: Option<usize>,
    limit: usize,
) -> Vec<FrameView> {
    functions
        .take(limit)
        .enumerate()
        .map(|(index, function)| {
            let (package, short) = split_name(function);
            FrameView {
                function: function.to_owned(),
                package: package.to_owned(),
                brief: names::shortened(function)
                    .strip_suffix(short)
                    .unwrap_or(package)
                    .to_owned(),
                short: short.to_owned(),
                responsible: responsible == Some(index),
            }
        })
        .collect()
}

/// The frame that a stack is known by while it is closed, unless its title says it already.
fn known_by(title: &str, frames: &[FrameView]) -> Option<String> {
    frames
        .iter()
        .find(|frame| frame.responsible)
        .or(frames.first())
        .filter(|frame| !title.contains(&frame.short))
        .map(|frame| frame.short.clone())
}

/// Says how many frames of a stack are left out.
pub(super) fn rest(shown: usize, total: usize) -> Option<String> {
    let more = total.saturating_sub(shown);
    (more > 0).then(|| {
        let frames = if more == 1 { "frame" } else { "frames" };
        format!("and {more} more {frames}")
    })
}

#[cfg(test)]
mod tests {
    use super::{frames, known_by, rest};

    #[test]
    fn a_stack_is_known_by_its_responsible_frame_else_by_its_leaf() {
        let known_by = |title, responsible| {
            let stack = ["runtime.mallocgc", "x/y.(*T).Track"];
            known_by(title, &frames(stack.into_iter(), responsible, 9))
        };
        assert_eq!(known_by("12 MB", Some(1)).as_deref(), Some("(*T).Track"));
        assert_eq!(known_by("y.(*T).Track holds 12 MB", Some(1)), None);
        assert_eq!(known_by("12 MB", None).as_deref(), Some("mallocgc"));
        assert_eq!(super::known_by("12 MB", &[]), None);
    }

    #[test]
    fn frames_that_are_left_out_are_counted() {
        assert_eq!(rest(3, 3), None);
        assert_eq!(rest(3, 4).as_deref(), Some("and 1 more frame"));
        assert_eq!(rest(3, 9).as_deref(), Some("and 6 more frames"));
    }
}
