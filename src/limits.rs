//! `data/limits.toml`: the one place where limits have their numbers, with the reason of each.
//!
//! Knows the file; refuses to know what is limited. Each module has a struct of its own limits and
//! takes its section from here.

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The file, with the section of one module and all others left alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[allow(dead_code, reason = "a number for people and for later versions")]
    schema: u32,
    archive: toml::Table,
    text: toml::Table,
    profile: toml::Table,
    profiles: toml::Table,
}

/// A section of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Section {
    /// The archive and its entries.
    Archive,
    /// The Agent's texts.
    Text,
    /// One profile.
    Profile,
    /// All profiles of a flare.
    Profiles,
}

/// Reads one section. Names that are missing or unknown are an error.
pub(crate) fn section<T: DeserializeOwned>(section: Section) -> T {
    read(section).expect("data/limits.toml is part of the program and read by a test")
}

fn read<T: DeserializeOwned>(section: Section) -> Result<T, toml::de::Error> {
    let file: File = toml::from_str(include_str!("../data/limits.toml"))?;
    match section {
        Section::Archive => file.archive,
        Section::Text => file.text,
        Section::Profile => file.profile,
        Section::Profiles => file.profiles,
    }
    .try_into()
}
