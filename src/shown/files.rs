//! The list of files, narrowed down.

use engine::protocol::{FILE_ROWS, FileRole, FileView};

/// Roles in the order in which they are offered.
pub const ROLES: [FileRole; 4] = [
    FileRole::Failed,
    FileRole::Used,
    FileRole::Noted,
    FileRole::Unused,
];

/// A role's name for people.
pub const fn role_name(role: FileRole) -> &'static str {
    match role {
        FileRole::Failed => "failed",
        FileRole::Used => "used",
        FileRole::Noted => "noted",
        FileRole::Unused => "not needed",
    }
}

/// Files that pass what narrows the list down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// How many do.
    pub count: usize,
    /// Indexes of those that are drawn, in the engine's order.
    pub drawn: Vec<usize>,
    /// How many are not drawn.
    pub hidden: usize,
}

impl Found {
    /// By role and text; [`FILE_ROWS`] of them unless all are wanted.
    pub fn among(files: &[FileView], role: Option<FileRole>, text: &str, all: bool) -> Self {
        let mut drawn = matching(files, role, text);
        let count = drawn.len();
        if !all {
            drawn.truncate(FILE_ROWS);
        }
        Self {
            count,
            hidden: count - drawn.len(),
            drawn,
        }
    }
}

fn matching(files: &[FileView], role: Option<FileRole>, text: &str) -> Vec<usize> {
    let text = text.to_lowercase();
    let passes = |file: &FileView| {
        role.is_none_or(|role| file.role == role)
            && (text.is_empty()
                || file.path.to_lowercase().contains(&text)
                || file.reason.to_lowercase().contains(&text))
    };
    (0..files.len())
        .filter(|index| passes(&files[*index]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Found, matching};
    use engine::protocol::{FILE_ROWS, FileRole, FileView};

    fn file(path: &str, role: FileRole, reason: &str) -> FileView {
        FileView {
            path: path.to_owned(),
            size: 0,
            size_text: String::new(),
            role,
            reason: reason.to_owned(),
        }
    }

    #[test]
    fn files_pass_by_role_and_by_what_stands_in_path_or_reason() {
        let files = [
            file("host/core.pprof", FileRole::Failed, "damaged"),
            file("host/Status.log", FileRole::Used, "version"),
            file("host/other.log", FileRole::Unused, "no Status"),
        ];
        assert_eq!(matching(&files, None, ""), [0, 1, 2]);
        assert_eq!(matching(&files, None, "STATUS"), [1, 2]);
        assert_eq!(matching(&files, Some(FileRole::Used), "status"), [1]);
        assert_eq!(matching(&files, Some(FileRole::Noted), ""), [0; 0]);
    }

    #[test]
    fn very_many_files_are_drawn_on_demand() {
        let files = vec![file("a.log", FileRole::Unused, ""); FILE_ROWS + 2];
        let found = |text, all| {
            let found = Found::among(&files, None, text, all);
            (found.count, found.drawn.len(), found.hidden)
        };
        assert_eq!(found("", false), (FILE_ROWS + 2, FILE_ROWS, 2));
        assert_eq!(found("", true), (FILE_ROWS + 2, FILE_ROWS + 2, 0));
        assert_eq!(found("b", false), (0, 0, 0));
    }
}
