//! The list of files, narrowed down.

use engine::protocol::{FileRole, FileView};

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

/// Indexes of the files that pass both filters, in the engine's order.
pub fn matching(files: &[FileView], role: Option<FileRole>, text: &str) -> Vec<usize> {
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
    use super::matching;
    use engine::protocol::{FileRole, FileView};

    #[test]
    fn files_pass_by_role_and_by_what_stands_in_path_or_reason() {
        let file = |path: &str, role, reason: &str| FileView {
            path: path.to_owned(),
            size: 0,
            size_text: String::new(),
            role,
            reason: reason.to_owned(),
        };
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
}
