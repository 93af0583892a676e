//! What is said of a function or a stack on hover, or while it is closed.

use engine::protocol::{FrameView, FunctionRow};

/// Everything that a narrow column may have cut off, a line each.
pub fn hover(row: &FunctionRow) -> String {
    [&row.function, &row.inline, &row.file, &row.owner]
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What is said of the flat value's noise.
pub fn noise(row: &FunctionRow) -> Option<String> {
    match (row.within_noise, row.noise.is_empty()) {
        (false, true) => None,
        (false, false) => Some(row.noise.clone()),
        (true, true) => Some("within sampling noise".to_owned()),
        (true, false) => Some(format!("within sampling noise, {}", row.noise)),
    }
}

/// The frame that a stack is known by while it is closed, unless its title says it already.
pub fn known_by<'f>(title: &str, frames: &'f [FrameView]) -> Option<&'f FrameView> {
    frames
        .iter()
        .find(|frame| frame.responsible)
        .or(frames.first())
        .filter(|frame| !title.contains(&frame.short))
}

/// Says how many frames of a stack are left out.
pub fn rest(shown: usize, total: usize) -> Option<String> {
    let more = total.saturating_sub(shown);
    (more > 0).then(|| {
        let frames = if more == 1 { "frame" } else { "frames" };
        format!("and {more} more {frames}")
    })
}

#[cfg(test)]
mod tests {
    use super::{known_by, rest};
    use engine::protocol::FrameView;

    fn frame(short: &str, responsible: bool) -> FrameView {
        FrameView {
            function: String::new(),
            package: String::new(),
            short: short.to_owned(),
            responsible,
        }
    }

    #[test]
    fn a_stack_is_known_by_its_responsible_frame_else_by_its_leaf() {
        let short =
            |title, frames: &[FrameView]| known_by(title, frames).map(|it| it.short.clone());
        let frames = [frame("mallocgc", false), frame("Track", true)];
        assert_eq!(short("12 MB", &frames).as_deref(), Some("Track"));
        assert_eq!(short("Track holds 12 MB", &frames), None);
        assert_eq!(short("12 MB", &frames[..1]).as_deref(), Some("mallocgc"));
        assert_eq!(short("12 MB", &[]), None);
    }

    #[test]
    fn frames_that_are_left_out_are_counted() {
        assert_eq!(rest(3, 3), None);
        assert_eq!(rest(3, 4).as_deref(), Some("and 1 more frame"));
        assert_eq!(rest(3, 9).as_deref(), Some("and 6 more frames"));
    }
}
