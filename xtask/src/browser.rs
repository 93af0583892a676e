//! Which browser the page is tested in, and where its programs are.

use std::path::PathBuf;

use clap::ValueEnum;

/// The browsers that the page is tested in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Chromium or Chrome
    Chromium,
    /// Firefox
    Firefox,
}

impl Kind {
    /// Its name in the environment of the tests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
        }
    }

    /// The browser of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Chromium, Self::Firefox]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
        }
    }
}

/// A browser and a driver that fit together.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Which it is.
    pub kind: Kind,
    /// The browser's program.
    pub program: PathBuf,
    /// Its driver: of Chromium, one of the same major version.
    pub driver: PathBuf,
}
