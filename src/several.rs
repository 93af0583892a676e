//! Several flares dropped at once: which of them to open.

use crate::source::Source;

/// A flare among others.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate<F> {
    /// Its path, as dropped.
    pub name: String,
    /// When its file was changed last, in milliseconds since 1970.
    pub changed_ms: f64,
    /// Its size in bytes.
    pub bytes: f64,
    /// What opens it alone.
    pub source: Source<F>,
}

/// The flares of a drop, the newest file first, where there are several; what else was dropped comes
/// last, together. `facts` tells when a file was changed, and its size.
pub fn flares<F: Clone>(
    source: &Source<F>,
    facts: impl Fn(&F) -> (f64, f64),
) -> Option<Vec<Candidate<F>>> {
    let is_archive = |path: &str| {
        let end = path.len().checked_sub(4).and_then(|at| path.get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(".zip"))
    };
    let (archives, others): (Vec<_>, Vec<_>) = source
        .files
        .iter()
        .cloned()
        .partition(|(path, _)| is_archive(path));
    if source.folder || archives.len() < 2 {
        return None;
    }
    let mut flares: Vec<Candidate<F>> = archives
        .iter()
        .map(|(path, file)| {
            let (changed_ms, bytes) = facts(file);
            Candidate {
                name: path.clone(),
                changed_ms,
                bytes,
                source: Source::of_list(vec![(path.clone(), file.clone())], false),
            }
        })
        .collect();
    flares.sort_by(|a, b| {
        b.changed_ms
            .total_cmp(&a.changed_ms)
            .then_with(|| a.name.cmp(&b.name))
    });
    if !others.is_empty() {
        let facts = others.iter().map(|(_, file)| facts(file));
        let (changed_ms, bytes) = facts.fold((0.0, 0.0), |(last, sum), (changed, bytes)| {
            (f64::max(last, changed), sum + bytes)
        });
        let source = Source::of_list(others, false);
        flares.push(Candidate {
            name: source.name.clone(),
            changed_ms,
            bytes,
            source,
        });
    }
    Some(flares)
}

#[cfg(test)]
mod tests {
    use super::flares;
    use crate::source::Source;

    fn names(paths: &[(&str, f64)], folder: bool) -> Option<Vec<String>> {
        let files = paths.iter().map(|(path, at)| ((*path).to_owned(), *at));
        let source = Source::of_list(files.collect(), folder);
        let found = flares(&source, |at| (*at, 1.0))?;
        Some(found.into_iter().map(|one| one.name).collect())
    }

    #[test]
    fn several_archives_are_asked_about_the_newest_first() {
        assert_eq!(
            names(&[("a.zip", 1.0), ("b.ZIP", 3.0), ("c.zip", 2.0)], false),
            Some(vec![
                "b.ZIP".to_owned(),
                "c.zip".to_owned(),
                "a.zip".to_owned()
            ])
        );
        // Of the same time: by name, so that the order is the same each time.
        assert_eq!(
            names(&[("b.zip", 1.0), ("a.zip", 1.0)], false),
            Some(vec!["a.zip".to_owned(), "b.zip".to_owned()])
        );
    }

    #[test]
    fn what_else_was_dropped_is_not_lost() {
        let dropped = [
            ("a.zip", 1.0),
            ("x.pprof", 9.0),
            ("b.zip", 2.0),
            ("y.pprof", 4.0),
        ];
        assert_eq!(
            names(&dropped, false),
            Some(["b.zip", "a.zip", "2 files"].map(str::to_owned).to_vec())
        );
    }

    #[test]
    fn one_flare_a_folder_and_profiles_are_opened_as_they_are() {
        assert_eq!(names(&[("a.zip", 1.0)], false), None);
        assert_eq!(names(&[("f/a.zip", 1.0), ("f/b.zip", 2.0)], true), None);
        assert_eq!(names(&[("a.pprof", 1.0), ("b.pprof", 2.0)], false), None);
        assert_eq!(names(&[("a.zip", 1.0), ("b.pprof", 2.0)], false), None);
        assert_eq!(names(&[("\u{1f600}", 1.0), ("zip", 2.0)], false), None);
    }
}
