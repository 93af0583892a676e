//! The menu that copies a table's rows.

use engine::protocol::TableForm;

/// Hook and title of each item, and what rows are copied as.
pub const ITEMS: [(&str, &str, TableForm); 3] = [
    ("copy-table-text", "Rows as text", TableForm::Text),
    (
        "copy-table-markdown",
        "Rows as Markdown",
        TableForm::Markdown,
    ),
    ("copy-table-csv", "Rows as CSV", TableForm::Csv),
];
