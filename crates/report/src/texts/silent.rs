//! Processes that should have profiles and have none.

use super::processes::program;
use crate::model::{Silence, SilentProcess};

/// Why, in sentences.
pub(crate) fn why(silent: &SilentProcess) -> String {
    match &silent.why {
        Silence::Missing { cut_off: true } => {
            "There are no profiles of the core Agent: the archive is cut off, and they may have been in the part that is missing."
                .to_owned()
        }
        Silence::Missing { cut_off: false } => {
            "There are no profiles of the core Agent, although every capture asks it: it failed to answer, or the files were taken out."
                .to_owned()
        }
        Silence::Unreachable { said, file } => format!(
            "There are no profiles of {}: it was not running or could not be reached ({file} says \
             \u{201c}{said}\u{201d}).",
            program(&silent.process)
        ),
    }
}

/// What to do about it; a sentence.
pub(crate) fn remedy(silent: &SilentProcess) -> String {
    match &silent.why {
        Silence::Missing { .. } => {
            "See that its status command answers, and capture again; flare_creation.log says what failed."
                .to_owned()
        }
        Silence::Unreachable { .. } => format!(
            "If {} should run, start it, see that status shows it, and capture again.",
            program(&silent.process)
        ),
    }
}
