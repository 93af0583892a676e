//! What was dropped or picked, as paths and files.

use engine::protocol::{Pairs, UserError};

/// What is to be opened. `F` is a handle to a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source<F> {
    /// What to call it while it is read.
    pub name: String,
    /// Paths with their files, as dropped.
    pub files: Vec<(String, F)>,
    /// It was a folder.
    pub folder: bool,
    /// How its loose heap profiles are paired.
    pub pairs: Pairs,
}

impl<F> Source<F> {
    /// What a picker gave, or a drop without folders. Paths in a folder begin with its name.
    pub fn of_list(files: Vec<(String, F)>, folder: bool) -> Self {
        let first = files
            .first()
            .map(|(path, _)| path.as_str())
            .unwrap_or_default();
        let name = if folder {
            first.split('/').next().unwrap_or_default().to_owned()
        } else if files.len() == 1 {
            first.to_owned()
        } else {
            format!("{} files", files.len())
        };
        Self {
            name,
            files,
            folder,
            pairs: Pairs::default(),
        }
    }

    /// What was found below dropped folders, in the order of the paths: browsers list in no certain
    /// order.
    pub fn of_walk(name: String, mut files: Vec<(String, F)>) -> Self {
        files.sort_by(|(left, _), (right, _)| left.cmp(right));
        Self {
            name,
            files,
            folder: true,
            pairs: Pairs::default(),
        }
    }
}

/// A folder that the browser may not read.
pub fn unreadable(path: &str, reason: Option<String>) -> UserError {
    UserError {
        title: "The folder could not be read".to_owned(),
        detail: format!(
            "{path}: {}",
            reason.unwrap_or_else(|| "the browser refused".to_owned())
        ),
        hint: "Check that nothing in it was moved or locked, or drop the flare's zip instead."
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    fn files(paths: &[&str]) -> Vec<(String, ())> {
        paths.iter().map(|path| ((*path).to_owned(), ())).collect()
    }

    #[test]
    fn a_source_is_called_by_its_file_its_folder_or_how_many_there_are() {
        let name = |paths: &[&str], folder| Source::of_list(files(paths), folder).name;
        assert_eq!(name(&["flare.zip"], false), "flare.zip");
        assert_eq!(name(&["a.pprof", "b.pprof"], false), "2 files");
        assert_eq!(name(&["flare/status.log", "flare/etc/x"], true), "flare");
        assert_eq!(name(&[], true), "");
    }

    #[test]
    fn what_was_walked_is_in_the_order_of_its_paths() {
        let source = Source::of_walk("b".to_owned(), files(&["b/z", "b/a/c", "b/a/b"]));
        let paths: Vec<_> = source
            .files
            .iter()
            .map(|(path, ())| path.as_str())
            .collect();
        assert_eq!(paths, ["b/a/b", "b/a/c", "b/z"]);
        assert!(source.folder);
    }
}
