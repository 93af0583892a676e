//! What became of each file.

use super::profile_words;
use crate::model::{FileFact, FileFate};

/// What a file was used for, or why not.
pub fn reason(file: &FileFact) -> String {
    match &file.fate {
        FileFate::Read {
            role,
            is_cut,
            limit_met,
        } => {
            let cut = match is_cut {
                true => ", only its beginning was read",
                false => "",
            };
            let met = limit_met
                .as_ref()
                .map_or_else(String::new, |met| format!(": {met}"));
            format!("{}{cut}{met}", role.title())
        }
        FileFate::Profile {
            name,
            process,
            samples,
        } => format!("{} of {process}, {samples} samples", profile_words(*name)),
        FileFate::OtherProfile { sample_types } => format!(
            "a profile of a kind that is not judged ({})",
            sample_types.join(", ")
        ),
        FileFate::EmptyProfile => "an empty file".to_owned(),
        FileFate::Reply(line) => format!("a text instead of a profile: {line}"),
        FileFate::Taken => "another file already holds this profile of the process".to_owned(),
        FileFate::BetweenHeaps => {
            "not used: a heap profile of the same program between the first and the last one, \
             which were compared"
                .to_owned()
        }
        FileFate::GoroutineProfile { count } => format!("goroutine profile, {count} goroutines"),
        FileFate::NotRead => "not read".to_owned(),
        FileFate::TooManyLogs { limit } => {
            format!("not read: the flare has more than {limit} current logs, the limit")
        }
        FileFate::Goroutines { count } => format!("goroutine dump, {count} goroutines"),
        FileFate::Noted(role) | FileFate::Unused(role) => role.title(),
        FileFate::Unread(error) => error.text(),
        FileFate::UnreadProfile(error) => error.text(),
        FileFate::TooManyProcesses { process, limit } => format!(
            "the flare has profiles of more than {limit} processes, the limit; {process} is left out"
        ),
        FileFate::TooMuchToParse { limit } => format!(
            "is left out: with it, files of YAML and JSON would have more than {limit} bytes, the limit for all \
             of them; smaller ones are read"
        ),
    }
}
