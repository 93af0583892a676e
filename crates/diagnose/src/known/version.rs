//! Versions of the Agent, and ranges of them.

/// A release or a pre-release of the Agent. Of pre-releases of one release no order is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u32,
    minor: u32,
    patch: u32,
    /// False for `-rc.3` and `-devel`, which come before the release.
    released: bool,
}

/// Versions that a case was seen in, or that its source leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VersionRange {
    /// Inclusive.
    pub(super) from: Option<Version>,
    /// Exclusive.
    pub(super) before: Option<Version>,
    /// Inclusive.
    pub(super) to: Option<Version>,
}

impl Version {
    /// `7.71.2`, `7.72.0-rc.3`, `7.70.0-devel+git.1.abc`; a `v` in front and a missing patch are
    /// accepted, because tools and people write them.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split('+').next().unwrap_or(text);
        let (numbers, released) = match text.split_once('-') {
            Some((numbers, _)) => (numbers, false),
            None => (text, true),
        };
        let mut numbers = numbers.split('.').map(|number| number.parse().ok());
        let major = numbers.next()??;
        let minor = numbers.next()??;
        let patch = match numbers.next() {
            Some(patch) => patch?,
            None => 0,
        };
        numbers.next().is_none().then_some(Self {
            major,
            minor,
            patch,
            released,
        })
    }
}

impl VersionRange {
    /// Whether some version can lie in it, and it has an end but no two upper ones.
    pub(super) fn is_sound(&self) -> bool {
        match (self.from, self.before, self.to) {
            (None, None, None) | (_, Some(_), Some(_)) => false,
            (Some(from), Some(before), None) => from < before,
            (Some(from), None, Some(to)) => from <= to,
            (None, _, _) | (Some(_), None, None) => true,
        }
    }

    /// Whether a version lies in it.
    pub(super) fn holds(&self, version: Version) -> bool {
        self.from.is_none_or(|from| from <= version)
            && self.before.is_none_or(|before| version < before)
            && self.to.is_none_or(|to| version <= to)
    }
}
