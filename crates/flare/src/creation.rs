//! `flare_creation.log`: what went wrong while the flare was made. It says why a profile is missing.

/// Lines kept of each kind.
const LINES: usize = 200;

/// Bytes kept of a line.
const BYTES: usize = 2_000;

/// What the log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlareCreation {
    /// Failures to collect profiles.
    pub about_profiles: Vec<String>,
    /// Other failures.
    pub errors: Vec<String>,
    /// Lines in all.
    pub lines: usize,
}

/// Words of a failure.
const FAILURES: [&str; 9] = [
    "error",
    "fail",
    "timed out",
    "timeout after",
    "deadline",
    "unable",
    "could not",
    "refused",
    "already in use",
];

/// What every log says of what was not asked for, and of files that an Agent need not have.
const USUAL: [&str; 2] = [
    "disabled via an unset duration",
    "no such file or directory",
];

/// Reads the log.
pub fn parse(text: &str) -> FlareCreation {
    let mut creation = FlareCreation::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        creation.lines += 1;
        let line = super::text::cut(line, BYTES);
        let lower = line.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if !has(&FAILURES) || has(&USUAL) {
            continue;
        }
        let list = match has(&["profil", "pprof"]) {
            true => &mut creation.about_profiles,
            false => &mut creation.errors,
        };
        if list.len() < LINES {
            list.push(line.to_owned());
        }
    }
    creation
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_by_kind() {
        let creation = parse(
            "Errors encountered generating flare profiles: connection refused\nerror scrubbing content for 'status.log': token too long\nflare provider 'x' took 2s\n",
        );
        assert_eq!(creation.about_profiles.len(), 1);
        assert_eq!(creation.errors.len(), 1);
        assert_eq!(creation.lines, 3);
        assert_eq!(parse(""), FlareCreation::default());
    }

    /// Every log of a healthy Agent of 7.77 has these.
    #[test]
    fn what_was_not_asked_for_did_not_fail() {
        let creation = parse(
            "Running flare provider github.com/DataDog/datadog-agent/comp/core/profiler/impl.profiler.fillFlare-fm with timeout 10s\nProfiling retrieval has been disabled via an unset duration, exiting profile flare filler\nflare provider 'comp/logs/streamlogs/impl.(*streamlogsimpl).fillFlare-fm' failed after 48.651\u{b5}s: remote streamlogs has been disabled via an unset duration, exiting streamlogs flare filler\nerror reading file '/etc/datadog-agent/install_info' to be copy to 'install_info.log': open /etc/datadog-agent/install_info: no such file or directory\n",
        );
        assert_eq!((creation.about_profiles, creation.errors), (vec![], vec![]));
    }
}
