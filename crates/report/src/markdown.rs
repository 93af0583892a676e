//! The document as Markdown (GitHub's flavor), and how data is kept from acting as markup.
//!
//! Names of functions, checks and hosts come from a flare, so they may hold anything: every piece
//! of data passes [`clean`] and then one of the escapes. No HTML gets through.

use std::fmt::Write as _;

use super::document::{
    Block, Document, Fact, FunctionTable, PlainTable, Section, Share, StackView, StateGrid, Step,
};
use super::kinds;
use super::mark::Mark;
use profile::is_hidden;

/// Renders the whole document. Ends with a line feed.
pub fn markdown(document: &Document) -> String {
    let mut out = format!("# {}\n", escape(&document.title));
    for section in &document.sections {
        write_section(&mut out, section);
    }
    out
}

fn write_section(out: &mut String, section: &Section) {
    let _ = write!(out, "\n## {}\n", escape(&section.title));
    for block in &section.blocks {
        out.push('\n');
        write_block(out, block);
    }
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Paragraph { text } => line(out, &escape(text)),
        Block::Heading { text } => line(out, &format!("### {}", escape(text))),
        Block::Note { text, .. } => line(out, &format!("> **Note:** {}", escape(text))),
        Block::Missing { text, command } => {
            line(out, &format!("> **Not available:** {}", escape(text)));
            if let Some(command) = command {
                out.push('\n');
                fence(out, command);
            }
        }
        Block::Facts { facts } => write_facts(out, facts),
        Block::List { items } => {
            for item in items {
                line(out, &format!("- {}", escape(item)));
            }
        }
        Block::Steps { steps } => write_steps(out, steps),
        Block::Table(table) => write_plain(out, table),
        Block::Functions(table) => write_functions(out, table),
        Block::Grid(grid) => write_grid(out, grid),
        Block::Shares {
            caption,
            what,
            total_text,
            shares,
            // All of it stands here.
            fold: _,
        } => write_shares(out, caption, what, total_text, shares),
        Block::Picture(picture) if picture.repeats => {}
        Block::Picture(picture) => write_plain(out, &picture.table()),
        Block::Stacks { caption, stacks } => write_stacks(out, caption, stacks),
        Block::Text { name, text } => {
            line(out, &format!("**{}**", escape(name)));
            out.push('\n');
            fence(out, text);
        }
        Block::Code { caption, text } => {
            line(out, &escape(caption));
            out.push('\n');
            fence(out, text);
        }
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn write_facts(out: &mut String, facts: &[Fact]) {
    for fact in facts {
        let hint = match &fact.hint {
            Some(hint) if !hint.is_empty() => format!(" ({})", escape(hint)),
            _ => String::new(),
        };
        line(
            out,
            &format!(
                "- **{}**: {}{hint}",
                escape(&fact.name),
                escape(&fact.value)
            ),
        );
    }
}

fn write_steps(out: &mut String, steps: &[Step]) {
    for (index, step) in steps.iter().enumerate() {
        let number = format!("{}. ", index + 1);
        line(
            out,
            &format!(
                "{number}**{}**: {}",
                escape(&step.about),
                escape(&step.text)
            ),
        );
        if let Some(command) = &step.command {
            let indent = " ".repeat(number.len());
            let mut block = String::new();
            fence(&mut block, command);
            out.push('\n');
            for text in block.lines() {
                line(out, format!("{indent}{text}").trim_end());
            }
            if index + 1 < steps.len() {
                out.push('\n');
            }
        }
    }
}

/// One row of a table; the cells are escaped already.
fn row(out: &mut String, cells: &[String]) {
    out.push('|');
    for cell in cells {
        let _ = write!(out, " {cell} |");
    }
    out.push('\n');
}

fn heading(out: &mut String, columns: &[(&str, bool)]) {
    let names: Vec<String> = columns.iter().map(|(name, _)| escape(name)).collect();
    row(out, &names);
    out.push('|');
    for (_, numeric) in columns {
        out.push_str(if *numeric { " ---: |" } else { " --- |" });
    }
    out.push('\n');
}

fn caption(out: &mut String, text: &str) {
    if !text.is_empty() {
        line(out, &escape(text));
        out.push('\n');
    }
}

fn write_plain(out: &mut String, table: &PlainTable) {
    caption(out, &table.caption);
    let columns: Vec<(&str, bool)> = table
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.numeric))
        .collect();
    heading(out, &columns);
    for cells in &table.rows {
        let cells: Vec<String> = cells.iter().map(|cell| escape(cell)).collect();
        row(out, &cells);
    }
}

fn write_functions(out: &mut String, table: &FunctionTable) {
    caption(out, &table.caption);
    heading(
        out,
        &[
            ("Flat", true),
            ("Flat %", true),
            ("Sum %", true),
            ("Cum", true),
            ("Cum %", true),
            ("Function", false),
            ("Owner", false),
        ],
    );
    for function in &table.rows {
        row(
            out,
            &[
                format!(
                    "{}{}",
                    escape(&function.flat_text),
                    if function.within_noise { " \\~" } else { "" }
                ),
                escape(&function.flat_share),
                escape(&function.sum_share),
                escape(&function.cum_text),
                escape(&function.cum_share),
                named(&function.function, &function.inline),
                escape(&function.owner),
            ],
        );
    }
    out.push('\n');
    line(
        out,
        &format!("Total {}. {}", escape(&table.total), escape(&table.shown)),
    );
}

/// A table of functions for itself: cells of each row but the function's, its name, and whether it is
/// inlined.
pub(super) fn functions<'r>(
    about: &str,
    columns: &[(&str, bool)],
    rows: impl Iterator<Item = (Vec<String>, &'r str, &'r str)>,
) -> String {
    let mut out = String::new();
    caption(&mut out, about);
    let columns: Vec<(&str, bool)> = columns
        .iter()
        .copied()
        .chain([("function", false)])
        .collect();
    heading(&mut out, &columns);
    for (cells, function, inline) in rows {
        let mut cells: Vec<String> = cells.iter().map(|cell| escape(cell)).collect();
        cells.push(named(function, inline));
        row(&mut out, &cells);
    }
    out
}

/// The name of a function, fit for a table's cell.
fn named(function: &str, inline: &str) -> String {
    let mut name = code_cell(function);
    if !inline.is_empty() {
        name.push(' ');
        name.push_str(&escape(inline));
    }
    name
}

fn write_grid(out: &mut String, grid: &StateGrid) {
    let mut columns = vec![("Process", false)];
    columns.extend(grid.kinds.iter().map(|kind| (kinds::title(*kind), false)));
    heading(out, &columns);
    for process in &grid.rows {
        let mut cells = vec![escape(&process.process)];
        cells.extend(process.cells.iter().map(|cell| {
            let state = Mark::from(cell.measured).word();
            if cell.text.is_empty() {
                state.to_owned()
            } else {
                format!("{state}: {}", escape(&cell.text))
            }
        }));
        row(out, &cells);
    }
    out.push('\n');
    for process in &grid.rows {
        for cell in process.cells.iter().filter(|cell| !cell.why.is_empty()) {
            let mut said = vec![escape(&cell.why)];
            if !cell.would_change.is_empty() {
                said.push(escape(&cell.would_change));
            }
            said.extend(cell.command.as_deref().map(code));
            line(
                out,
                &format!(
                    "- {}, {}: {}",
                    escape(&process.process),
                    kinds::title(cell.kind),
                    said.join(" ")
                ),
            );
        }
    }
}

fn write_shares(out: &mut String, text: &str, what: &str, total: &str, shares: &[Share]) {
    caption(out, text);
    heading(out, &[(what, false), ("Value", true), ("Share", true)]);
    for share in shares {
        row(
            out,
            &[
                if share.hint.is_empty() {
                    escape(&share.name)
                } else {
                    format!("{} ({})", escape(&share.name), escape(&share.hint))
                },
                escape(&share.value_text),
                escape(&share.percent_text),
            ],
        );
    }
    row(out, &["**Total**".to_owned(), escape(total), String::new()]);
}

fn write_stacks(out: &mut String, text: &str, stacks: &[StackView]) {
    caption(out, text);
    for stack in stacks {
        let owner = if stack.owner.is_empty() {
            String::new()
        } else {
            format!(" ({})", escape(&stack.owner))
        };
        line(out, &format!("**{}**{owner}", escape(&stack.title)));
        for fact in &stack.facts {
            line(
                out,
                &format!("{}: {}", escape(&fact.name), escape(&fact.value)),
            );
        }
        out.push('\n');
        let mut lines = String::new();
        for frame in &stack.frames {
            let mark = if frame.responsible {
                "  <- responsible"
            } else {
                ""
            };
            let _ = writeln!(lines, "{}{mark}", clean(&frame.function));
        }
        let more = stack.frames_total.saturating_sub(stack.frames.len());
        if more > 0 {
            let _ = writeln!(lines, "... {more} more");
        }
        fence(out, &lines);
        out.push('\n');
    }
}

/// A text as a fenced block, whatever it holds. Line feeds and tabs stay.
pub fn fence(out: &mut String, text: &str) {
    let text = clean_lines(text);
    let ticks = "`".repeat(longest_run(&text, '`').max(2) + 1);
    let _ = write!(
        out,
        "{ticks}text\n{}\n{ticks}\n",
        text.trim_end_matches('\n')
    );
}

/// A name in backticks, fit for a table's cell.
pub fn code_cell(text: &str) -> String {
    let text = clean(text);
    if text.is_empty() {
        return String::new();
    }
    // GitHub cuts cells before it looks for code, and takes `\\|` for an escaped backslash.
    if text.contains('|') && text.contains('\\') {
        return escape(&text);
    }
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        " "
    } else {
        ""
    };
    format!("{ticks}{space}{}{space}{ticks}", text.replace('|', "\\|"))
}

/// A command within a line.
fn code(text: &str) -> String {
    let text = clean(text);
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    let pad = if ticks.len() > 1 { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

fn longest_run(text: &str, of: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Escapes everything that could act as markup, also in a table's cell and at the start of a line.
/// The result is one line.
pub fn escape(text: &str) -> String {
    let text = clean(text);
    let letters: Vec<char> = text.chars().collect();
    let is_rule = letters.iter().all(|letter| matches!(letter, '=' | ' '));
    // What stands before the letter: nothing but spaces, nothing but digits.
    let (mut first, mut number) = (true, true);
    let mut out = String::with_capacity(text.len() + 8);
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|at| letters.get(at)).copied();
        let after = letters.get(index + 1).copied();
        let within_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        let special = match letter {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' => true,
            '_' => !(within_word(before) && within_word(after)),
            '~' => before == Some('~') || after == Some('~'),
            '&' => after.is_some_and(|after| after.is_alphabetic() || after == '#'),
            '#' => first,
            '-' | '+' => first && after.is_none_or(|after| after == ' ' || after == letter),
            '=' => first && is_rule,
            '.' | ')' => index > 0 && number && after.is_none_or(|after| after == ' '),
            _ => false,
        };
        first &= letter == ' ';
        number &= letter.is_ascii_digit();
        if special {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// One line without control characters, and with invisible or direction-changing ones made visible.
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.trim().chars() {
        if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}') {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            push_visible(&mut out, letter);
        }
    }
    out
}

/// As [`clean`], keeping lines and tabs.
pub fn clean_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\n' | '\t' => out.push(letter),
            '\r' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            letter if letter.is_control() => out.push(' '),
            letter => push_visible(&mut out, letter),
        }
    }
    out
}

fn push_visible(out: &mut String, letter: char) {
    if is_hidden(letter) {
        let _ = write!(out, "(U+{:04X})", u32::from(letter));
    } else {
        out.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::{
        FindingKind, GridCell, GridRow, Measured, PlainColumn, SectionKind, SectionState,
    };
    use super::super::layout::outlined;
    use super::*;

    fn section(blocks: Vec<Block>) -> Document {
        let (kind, state) = (SectionKind::Verdict, SectionState::Info);
        let section = Section::new(kind, None, "Verdict".to_owned(), state, blocks);
        outlined("Flare profiling: web_7 <b>".to_owned(), vec![section])
    }

    #[test]
    fn data_is_not_markup() {
        assert_eq!(escape("a|b"), "a\\|b");
        assert_eq!(escape("a\\|b"), "a\\\\\\|b");
        assert_eq!(escape("<img src=x>"), "\\<img src=x\\>");
        assert_eq!(escape("&lt;"), "\\&lt;");
        assert_eq!(escape("R&D, a & b"), "R\\&D, a & b");
        assert_eq!(escape("snake_case _em_"), "snake_case \\_em\\_");
        assert_eq!(escape("(*T).m[...]"), "(\\*T).m\\[...\\]");
        assert_eq!(escape("# title"), "\\# title");
        assert_eq!(escape("- item"), "\\- item");
        assert_eq!(escape("-12.0 MB"), "-12.0 MB");
        assert_eq!(escape("---"), "\\---");
        assert_eq!(escape("1. one"), "1\\. one");
        assert_eq!(escape("1.5 s"), "1.5 s");
        assert_eq!(escape("===="), "\\====");
        assert_eq!(escape("~~x~~"), "\\~\\~x\\~\\~");
        assert_eq!(escape("a\nb\u{7}c"), "a b c");
        assert_eq!(escape("a\u{202e}b"), "a(U+202E)b");
        assert_eq!(escape(""), "");
    }

    #[test]
    fn code_holds_anything() {
        assert_eq!(code_cell("main.f"), "`main.f`");
        assert_eq!(code_cell("a|b"), "`a\\|b`");
        assert_eq!(code_cell("a`b"), "``a`b``");
        assert_eq!(code_cell("`"), "`` ` ``");
        assert_eq!(code_cell("a\\|b"), "a\\\\\\|b");
        assert_eq!(code_cell("a\nb"), "`a b`");
        assert_eq!(code_cell(""), "");
        let mut out = String::new();
        fence(&mut out, "x\n````\ny\n");
        assert_eq!(out, "`````text\nx\n````\ny\n`````\n");
    }

    #[test]
    fn blocks_are_rendered() {
        let text = markdown(&section(vec![
            Block::Paragraph {
                text: "One\ntwo".to_owned(),
            },
            Block::Steps {
                steps: vec![
                    Step {
                        about: "CPU spike in core".to_owned(),
                        text: "Do it.".to_owned(),
                        command: Some("sudo x".to_owned()),
                    },
                    Step {
                        about: "b".to_owned(),
                        text: "c".to_owned(),
                        command: None,
                    },
                ],
            },
            Block::Table(PlainTable {
                caption: String::new(),
                columns: vec![
                    PlainColumn {
                        name: "Name".to_owned(),
                        numeric: false,
                    },
                    PlainColumn {
                        name: "Count".to_owned(),
                        numeric: true,
                    },
                ],
                rows: vec![vec!["a|b".to_owned(), "1".to_owned()]],
            }),
            Block::Grid(StateGrid {
                kinds: vec![FindingKind::MemoryLeak],
                rows: vec![GridRow {
                    process: "core".to_owned(),
                    cells: vec![GridCell {
                        kind: FindingKind::MemoryLeak,
                        measured: Measured::NotMeasured,
                        text: "no heap profiles".to_owned(),
                        why: "They are missing.".to_owned(),
                        would_change: String::new(),
                        command: None,
                        confidence: None,
                    }],
                }],
            }),
        ]));
        let expected = "\
# Flare profiling: web_7 \\<b\\>

## Verdict

One two

1. **CPU spike in core**: Do it.

   ```text
   sudo x
   ```

2. **b**: c

| Name | Count |
| --- | ---: |
| a\\|b | 1 |

| Process | Memory leak |
| --- | --- |
| core | not measured: no heap profiles |

- core, Memory leak: They are missing.
";
        assert_eq!(text, expected);
    }
}
