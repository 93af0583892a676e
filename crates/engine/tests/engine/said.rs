//! What texts say and do not say.

use engine::export::ExportFormat;
use testkit::made_up::Seen;

#[track_caller]
pub(crate) fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word:?} is missing in:\n{text}");
    }
}

/// No text that anybody reads says it.
#[track_caller]
pub(crate) fn never(seen: &Seen, words: &[&str]) {
    for format in ExportFormat::ALL {
        let text = seen.text(format);
        for word in words {
            assert!(
                !text.contains(word),
                "{word:?} stands in {}:\n{text}",
                format.as_str()
            );
        }
    }
}
