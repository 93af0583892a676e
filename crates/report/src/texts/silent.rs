//! The core Agent, where the flare holds profiles of other processes and none of its own.

use crate::model::SilentProcess;

/// Why, in sentences.
pub(crate) fn why(silent: &SilentProcess) -> String {
    if silent.cut_off {
        "There are no profiles of the core Agent: the archive is cut off, and they may have been in the part that is missing."
    } else {
        "There are no profiles of the core Agent, although every capture asks it: it failed to answer, or the files were taken out."
    }
    .to_owned()
}

/// What to do about it; a sentence.
pub(crate) const REMEDY: &str =
    "See that its status command answers, and capture again; flare_creation.log says what failed.";
