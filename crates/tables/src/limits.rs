//! `data/limits.toml`: the one place where limits have their numbers, with the reason of each.
//!
//! Knows the file; refuses to know what is limited. Each module has a struct of its own limits and
//! takes its section from here.

use serde::de::DeserializeOwned;

/// A section of the file.
#[derive(Clone, Copy, Debug)]
pub enum Section {
    /// The archive and its entries.
    Archive,
    /// The Agent's texts.
    Text,
    /// One profile.
    Profile,
    /// All profiles of a flare.
    Profiles,
    /// Files in the formats of `data/`.
    DataFiles,
}

/// Reads one section. Names that are missing or unknown are an error.
pub fn section<T: DeserializeOwned>(section: Section) -> T {
    read(section).expect("data/limits.toml is part of the program and read by a test")
}

fn read<T: DeserializeOwned>(section: Section) -> Result<T, toml::de::Error> {
    let mut file: toml::Table = toml::from_str(crate::LIMITS)?;
    let name = match section {
        Section::Archive => "archive",
        Section::Text => "text",
        Section::Profile => "profile",
        Section::Profiles => "profiles",
        Section::DataFiles => "data_files",
    };
    // One that is missing fails for its missing names.
    let section = file.remove(name);
    section
        .unwrap_or(toml::Value::Table(toml::Table::new()))
        .try_into()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_file_has_these_sections_and_no_others() {
        let file: toml::Table = toml::from_str(include_str!("../../../data/limits.toml")).unwrap();
        let names: Vec<&str> = file.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "archive",
                "data_files",
                "profile",
                "profiles",
                "schema",
                "text"
            ]
        );
    }
}
