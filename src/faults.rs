//! What a lost worker died of, in words.
//!
//! A panic says so itself before it ends the module. What ends it without a word is the browser's
//! doing, and all that it leaves is the message of an exception, which each browser words its own way.

use engine::protocol::UserError;

/// How a worker was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    /// The browser gave it no more memory.
    Memory,
    /// Something else: a panic, a stack that is too deep, a script that could not be started.
    Other,
}

/// In words, with what is under way.
pub fn lost_worker(message: &str, reading: &str) -> UserError {
    let about = if reading.is_empty() {
        String::new()
    } else {
        format!("{reading}: ")
    };
    match cause(message) {
        Cause::Memory => UserError {
            title: "The browser ran out of memory".to_owned(),
            detail: format!("{about}reading it takes more memory than the browser gives this page ({message})."),
            hint: "Nothing was sent anywhere, and a report that was open is still there. Close other tabs and try \
                   again, or drop only the profiles in question; the program for the command line has no such limit."
                .to_owned(),
        },
        Cause::Other => UserError {
            title: "The part of the page that reads flares stopped".to_owned(),
            detail: format!("{about}{message}"),
            hint: "It has been restarted, and nothing was sent anywhere. Try again, or choose another flare; \
                   if it stops again on the same flare, that is a bug in flarescope."
                .to_owned(),
        },
    }
}

/// One line, for when the page itself goes on.
pub fn in_short(message: &str) -> String {
    match cause(message) {
        Cause::Memory => format!("the browser ran out of memory ({message})"),
        Cause::Other => message.to_owned(),
    }
}

/// An allocation that fails aborts the module, and `unreachable` is the only instruction for that:
/// all other aborts are panics, which are heard of before. Browsers that can't even begin, or find
/// the memory missing themselves, name it. `capacity overflow` is a panic of a list that would be
/// larger than memory can be.
fn cause(message: &str) -> Cause {
    let message = message.to_ascii_lowercase();
    let is_memory = message.contains("unreachable")
        || message.contains("out of memory")
        || message.contains("allocate memory")
        || message.contains("allocation failed")
        || message.contains("capacity overflow");
    if is_memory {
        Cause::Memory
    } else {
        Cause::Other
    }
}

#[cfg(test)]
mod tests {
    use super::{in_short, lost_worker};

    #[test]
    fn every_browsers_word_for_no_memory_is_known() {
        for message in [
            "Uncaught RuntimeError: unreachable",
            "unreachable executed",
            "Uncaught RangeError: Out of memory",
            "could not allocate memory",
            "Array buffer allocation failed",
            "panicked at library/alloc/src/raw_vec.rs: capacity overflow",
        ] {
            let error = lost_worker(message, "big.zip");
            assert_eq!(error.title, "The browser ran out of memory");
            assert!(error.detail.starts_with("big.zip: ") && error.detail.contains(message));
            assert!(in_short(message).starts_with("the browser ran out of memory ("));
        }
    }

    #[test]
    fn all_else_is_told_as_it_is() {
        let error = lost_worker("panicked at x", "");
        assert_eq!(error.detail, "panicked at x");
        assert!(error.hint.contains("bug in flarescope"));
        assert_eq!(in_short("panicked at x"), "panicked at x");
    }
}
