//! `flare_creation.log`: what went wrong while the flare was made. It says why a profile is missing.

/// Lines kept of each kind.
const LINES: usize = 200;

/// Bytes kept of a line.
const BYTES: usize = 2_000;

/// What the log says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlareCreation {
    /// Lines about profiles.
    pub about_profiles: Vec<String>,
    /// Other lines that tell of an error or of a time-out.
    pub errors: Vec<String>,
    /// Lines in all.
    pub lines: usize,
}

/// Reads the log.
pub fn parse(text: &str) -> FlareCreation {
    let mut creation = FlareCreation::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        creation.lines += 1;
        let line = super::text::cut(line, BYTES);
        let lower = line.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        let list = if has(&["profil", "pprof"]) {
            &mut creation.about_profiles
        } else if has(&[
            "error",
            "fail",
            "timeout",
            "timed out",
            "deadline",
            "unable",
            "could not",
        ]) {
            &mut creation.errors
        } else {
            continue;
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
}
