//! The document as plain text, for terminals, e-mails and tickets without markup.
//!
//! Lines end at [`WIDTH`] columns where they can; names of functions, commands and the texts that
//! are made for copying are never broken. Control characters, and with them everything a terminal
//! could obey, are replaced. A column is one character.

use std::iter::repeat_n;

use super::document::{
    Block, Document, Fact, FunctionTable, Measured, PlainTable, Section, Share, StackView,
    StateGrid, Step,
};
use super::kinds;
use super::mark::Mark;
use super::markdown::{clean, clean_lines};

/// Tables are laid out within so many columns.
pub const WIDTH: usize = 100;

/// Paragraphs are wrapped at so many columns.
pub const PARAGRAPH: usize = 96;

/// Between the columns of a table.
const GAP: &str = "  ";

/// What belongs to the line above it stands this far in.
const INDENT: &str = "    ";

/// The narrowest column that prose is wrapped in, within a table.
const NARROWEST: usize = 36;

/// Characters of a bar that stands for 100%.
const BAR: f64 = 25.0;

/// Renders the whole document. Ends with a line feed.
pub fn text(document: &Document) -> String {
    let mut out = String::new();
    underlined(&mut out, &clean(&document.title), '=');
    for section in &document.sections {
        write_section(&mut out, section);
    }
    out
}

fn write_section(out: &mut String, section: &Section) {
    out.push('\n');
    let title = clean(&section.title);
    let title = match Mark::from(section.state).word() {
        "" => title,
        word => format!("{title} [{word}]"),
    };
    underlined(out, &title, '-');
    for block in &section.blocks {
        out.push('\n');
        write_block(out, block);
    }
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Paragraph { text } => {
            for paragraph in clean_lines(text).lines() {
                wrapped(out, "", "", paragraph, PARAGRAPH);
            }
        }
        Block::Heading { text } => underlined(out, &clean(text), '.'),
        Block::Note { text, .. } => wrapped(out, "Note: ", "      ", &clean(text), PARAGRAPH),
        Block::Missing { text, command } => {
            wrapped(out, "Not available: ", INDENT, &clean(text), PARAGRAPH);
            write_command(out, INDENT, command.as_deref());
        }
        Block::Facts { facts } => write_facts(out, facts),
        Block::List { items } => {
            for item in items {
                wrapped(out, "- ", "  ", &clean(item), PARAGRAPH);
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
            // What is made for copying starts at the first column and keeps its lines.
            let name = clean(name);
            line(out, &format!("---- {name} ----"));
            out.push('\n');
            for text in clean_lines(text).trim_end_matches('\n').lines() {
                line(out, text);
            }
            out.push('\n');
            line(out, &format!("---- end of {name} ----"));
        }
        Block::Code { caption, text } => {
            caption_line(out, caption);
            for text in clean_lines(text).trim_end_matches('\n').lines() {
                line(out, &format!("{INDENT}{text}"));
            }
        }
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn fill(out: &mut String, letter: char, count: usize) {
    out.extend(repeat_n(letter, count));
}

fn underlined(out: &mut String, text: &str, with: char) {
    line(out, text);
    fill(out, with, width(text).clamp(1, WIDTH));
    out.push('\n');
}

fn caption_line(out: &mut String, caption: &str) {
    let caption = clean(caption);
    if !caption.is_empty() {
        wrapped(out, "", "", &caption, PARAGRAPH);
        out.push('\n');
    }
}

/// Words in lines of at most `limit` columns; a word that is longer has a line for itself. The
/// first line starts with `first`, the others with `next`.
fn wrapped(out: &mut String, first: &str, next: &str, text: &str, limit: usize) {
    let mut current = first.to_owned();
    let mut used = width(first);
    let mut is_empty = true;
    for word in text.split_whitespace() {
        let length = width(word);
        if !is_empty && used + 1 + length > limit {
            line(out, &current);
            next.clone_into(&mut current);
            used = width(next);
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
            used += 1;
        }
        current.push_str(word);
        used += length;
        is_empty = false;
    }
    line(out, &current);
}

fn write_command(out: &mut String, indent: &str, command: Option<&str>) {
    if let Some(command) = command {
        out.push('\n');
        for text in clean_lines(command).trim_end_matches('\n').lines() {
            line(out, &format!("{indent}{text}"));
        }
    }
}

fn write_facts(out: &mut String, facts: &[Fact]) {
    let names: Vec<String> = facts.iter().map(|fact| clean(&fact.name)).collect();
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    // One long name does not push all values to the right.
    let column = widest.min(30);
    for (fact, name) in facts.iter().zip(&names) {
        let mut first = format!("{name}:");
        fill(
            &mut first,
            ' ',
            (column + 1).saturating_sub(width(name)).max(1),
        );
        let mut value = clean(&fact.value);
        if let Some(hint) = fact.hint.as_deref().filter(|hint| !hint.is_empty()) {
            value.push_str(&format!(" ({})", clean(hint)));
        }
        let next = " ".repeat(column + 2);
        wrapped(out, &first, &next, &value, PARAGRAPH);
    }
}

fn write_steps(out: &mut String, steps: &[Step]) {
    for (index, step) in steps.iter().enumerate() {
        let number = format!("{}. ", index + 1);
        let indent = " ".repeat(number.len());
        let text = if step.about.is_empty() {
            clean(&step.text)
        } else {
            format!("{}: {}", clean(&step.about), clean(&step.text))
        };
        wrapped(out, &number, &indent, &text, PARAGRAPH);
        if step.command.is_some() {
            write_command(out, &indent, step.command.as_deref());
            if index + 1 < steps.len() {
                out.push('\n');
            }
        }
    }
}

/// A table whose cells are clean. Columns that hold numbers are set right.
struct Cells {
    columns: Vec<(String, bool)>,
    rows: Vec<Vec<String>>,
}

impl Cells {
    fn widths(&self) -> Vec<usize> {
        (0..self.columns.len())
            .map(|column| {
                let head = self.columns.get(column).map_or(0, |(name, _)| width(name));
                self.rows
                    .iter()
                    .filter_map(|row| row.get(column))
                    .map(|cell| width(cell))
                    .max()
                    .unwrap_or(0)
                    .max(head)
                    // One cell that is longer than any line pushes no others there.
                    .min(WIDTH)
            })
            .collect()
    }

    fn total(widths: &[usize]) -> usize {
        widths.iter().sum::<usize>() + GAP.len() * widths.len().saturating_sub(1)
    }

    /// Takes a column out: its heading and its cells.
    fn take(&mut self, column: usize) -> (String, Vec<String>) {
        let (name, _) = self.columns.remove(column);
        let cells = self
            .rows
            .iter_mut()
            .map(|row| {
                if column < row.len() {
                    row.remove(column)
                } else {
                    String::new()
                }
            })
            .collect();
        (name, cells)
    }

    /// The widest column of words; of numbers only where there are no words.
    fn widest(&self, widths: &[usize]) -> Option<usize> {
        (0..self.columns.len()).max_by_key(|&column| {
            let numeric = self.columns.get(column).is_some_and(|(_, it)| *it);
            (!numeric, widths.get(column).copied().unwrap_or(0))
        })
    }

    /// One line, every column but the last filled up to its width.
    fn aligned<'c>(&self, widths: &[usize], cells: impl Iterator<Item = &'c str>) -> String {
        let mut out = String::new();
        for ((cell, wide), (_, numeric)) in cells.zip(widths).zip(&self.columns) {
            if !out.is_empty() {
                out.push_str(GAP);
            }
            let space = wide.saturating_sub(width(cell));
            if *numeric {
                fill(&mut out, ' ', space);
                out.push_str(cell);
            } else {
                out.push_str(cell);
                fill(&mut out, ' ', space);
            }
        }
        out
    }

    fn head(&self, widths: &[usize]) -> String {
        self.aligned(widths, self.columns.iter().map(|(name, _)| name.as_str()))
    }

    fn row(&self, widths: &[usize], row: &[String]) -> String {
        self.aligned(widths, row.iter().map(String::as_str))
    }

    /// Within [`WIDTH`] columns: as it stands if it fits; else with its widest column of words at
    /// the end, wrapped there or, where no room is left for it, on lines of its own.
    fn write(mut self, out: &mut String) {
        let widths = self.widths();
        if Self::total(&widths) <= WIDTH {
            line(out, &self.head(&widths));
            rule(out, Self::total(&widths));
            for row in &self.rows {
                line(out, &self.row(&widths, row));
            }
            return;
        }
        let Some(widest) = self.widest(&widths) else {
            return;
        };
        let (name, cells) = self.take(widest);
        let widths = self.widths();
        let others = Self::total(&widths);
        let beside = others + GAP.len() + NARROWEST <= WIDTH;
        let long_word = cells
            .iter()
            .flat_map(|cell| cell.split(' '))
            .map(width)
            .max()
            .unwrap_or(0);
        if self.columns.is_empty() || (beside && others + GAP.len() + long_word <= WIDTH) {
            let gap = if self.columns.is_empty() { "" } else { GAP };
            line(out, &format!("{}{gap}{name}", self.head(&widths)));
            rule(out, WIDTH);
            let next = " ".repeat(others + gap.len());
            for (row, cell) in self.rows.iter().zip(&cells) {
                let first = format!("{}{gap}", self.row(&widths, row));
                wrapped(out, &first, &next, cell, WIDTH);
            }
            return;
        }
        self.below(out, &widths, &name, &cells);
    }

    /// The taken column below the others, kept whole where it is one word.
    fn below(&self, out: &mut String, widths: &[usize], name: &str, cells: &[String]) {
        let others = Self::total(widths);
        line(out, &self.head(widths));
        line(out, &format!("{INDENT}{name}"));
        rule(out, others.clamp(width(name) + INDENT.len(), WIDTH));
        for (row, cell) in self.rows.iter().zip(cells) {
            line(out, &self.row(widths, row));
            if !cell.is_empty() {
                wrapped(out, INDENT, INDENT, cell, WIDTH);
            }
        }
    }
}

fn rule(out: &mut String, length: usize) {
    fill(out, '-', length.clamp(1, WIDTH));
    out.push('\n');
}

fn write_plain(out: &mut String, table: &PlainTable) {
    caption_line(out, &table.caption);
    let cells = Cells {
        columns: table
            .columns
            .iter()
            .map(|column| (clean(&column.name), column.numeric))
            .collect(),
        rows: table
            .rows
            .iter()
            .map(|row| row.iter().map(|cell| clean(cell)).collect())
            .collect(),
    };
    cells.write(out);
}

fn write_functions(out: &mut String, table: &FunctionTable) {
    caption_line(out, &table.caption);
    let names: Vec<String> = table
        .rows
        .iter()
        .map(|row| named(&row.function, &row.inline))
        .collect();
    let cells = Cells {
        columns: ["flat", "flat %", "sum %", "cum", "cum %"]
            .into_iter()
            .map(|name| (name.to_owned(), true))
            .chain([("owner".to_owned(), false)])
            .collect(),
        rows: table
            .rows
            .iter()
            .map(|row| {
                let mark = if row.within_noise { " ~" } else { "" };
                vec![
                    format!("{}{mark}", clean(&row.flat_text)),
                    clean(&row.flat_share),
                    clean(&row.sum_share),
                    clean(&row.cum_text),
                    clean(&row.cum_share),
                    clean(&row.owner),
                ]
            })
            .collect(),
    };
    let widths = cells.widths();
    let others = Cells::total(&widths);
    let longest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    if others + GAP.len() + longest <= WIDTH {
        beside(out, &cells, &widths, &names);
    } else {
        // Names are kept whole, blanks of generic ones included, so they are not wrapped.
        line(out, &cells.head(&widths));
        line(out, &format!("{INDENT}function"));
        rule(out, others);
        for (row, name) in cells.rows.iter().zip(&names) {
            line(out, &cells.row(&widths, row));
            line(out, &format!("{INDENT}{name}"));
        }
    }
    out.push('\n');
    wrapped(
        out,
        "",
        "",
        &format!("Total {}. {}", clean(&table.total), clean(&table.shown)),
        PARAGRAPH,
    );
}

/// The name of a function with whether it is inlined.
fn named(function: &str, inline: &str) -> String {
    let mut name = clean(function);
    if !inline.is_empty() {
        name.push(' ');
        name.push_str(&clean(inline));
    }
    name
}

/// Names behind the other columns, each on its row's line.
fn beside(out: &mut String, cells: &Cells, widths: &[usize], names: &[String]) {
    let longest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    line(out, &format!("{}{GAP}function", cells.head(widths)));
    rule(
        out,
        Cells::total(widths) + GAP.len() + longest.max("function".len()),
    );
    for (row, name) in cells.rows.iter().zip(names) {
        line(out, &format!("{}{GAP}{name}", cells.row(widths, row)));
    }
}

/// A table of functions for itself, a line for each, however long: cells of each row but the function's,
/// its name, and whether it is inlined.
pub(super) fn functions<'r>(
    about: &str,
    columns: &[(&str, bool)],
    rows: impl Iterator<Item = (Vec<String>, &'r str, &'r str)>,
) -> String {
    let mut out = String::new();
    caption_line(&mut out, about);
    let (rows, names): (Vec<_>, Vec<String>) = rows
        .map(|(cells, function, inline)| {
            let cells: Vec<String> = cells.iter().map(|cell| clean(cell)).collect();
            (cells, named(function, inline))
        })
        .unzip();
    let columns = columns.iter();
    let cells = Cells {
        columns: columns
            .map(|(name, numeric)| ((*name).to_owned(), *numeric))
            .collect(),
        rows,
    };
    beside(&mut out, &cells, &cells.widths(), &names);
    out
}

fn state_words(measured: Measured) -> &'static str {
    Mark::from(measured).word()
}

fn write_grid(out: &mut String, grid: &StateGrid) {
    if grid.rows.is_empty() {
        line(out, "No process to judge.");
        return;
    }
    let mut columns = vec![("Process".to_owned(), false)];
    columns.extend(
        grid.kinds
            .iter()
            .map(|kind| (kinds::title(*kind).to_owned(), false)),
    );
    let cells = Cells {
        columns,
        rows: grid
            .rows
            .iter()
            .map(|row| {
                let mut cells = vec![clean(&row.process)];
                cells.extend(
                    row.cells
                        .iter()
                        .map(|cell| state_words(cell.measured).to_owned()),
                );
                cells
            })
            .collect(),
    };
    cells.write(out);
    let mut is_first = true;
    for row in &grid.rows {
        for cell in &row.cells {
            let said: Vec<String> = [&cell.text, &cell.why, &cell.would_change]
                .into_iter()
                .chain(&cell.command)
                .filter(|text| !text.is_empty())
                .map(|text| clean(text))
                .collect();
            if said.is_empty() {
                continue;
            }
            if is_first {
                out.push('\n');
                is_first = false;
            }
            let head = format!(
                "{}, {}: {}: ",
                clean(&row.process),
                kinds::title(cell.kind),
                state_words(cell.measured)
            );
            wrapped(
                out,
                "- ",
                "  ",
                &format!("{head}{}", sentences(&said)),
                PARAGRAPH,
            );
        }
    }
}

/// Texts one after the other, each with a full stop.
fn sentences(texts: &[String]) -> String {
    let mut all = String::new();
    for text in texts {
        if !all.is_empty() {
            all.push_str(if all.ends_with('.') { " " } else { ". " });
        }
        all.push_str(text);
    }
    all
}

fn write_shares(out: &mut String, caption: &str, what: &str, total: &str, shares: &[Share]) {
    caption_line(out, caption);
    let cells = Cells {
        columns: vec![
            (clean(what), false),
            ("Value".to_owned(), true),
            ("Share".to_owned(), true),
            (String::new(), false),
        ],
        rows: shares
            .iter()
            .map(|share| {
                // Where profiles cancel out there are negative shares, which have no bar. The
                // conversion saturates, and turns what is no number into nothing.
                let length = (share.percent.clamp(0.0, 100.0) / 100.0 * BAR).round() as usize;
                vec![
                    clean(&share.name),
                    clean(&share.value_text),
                    clean(&share.percent_text),
                    "#".repeat(length),
                ]
            })
            .chain([vec![
                "Total".to_owned(),
                clean(total),
                String::new(),
                String::new(),
            ]])
            .collect(),
    };
    cells.write(out);
}

fn write_stacks(out: &mut String, caption: &str, stacks: &[StackView]) {
    caption_line(out, caption);
    for stack in stacks {
        let owner = if stack.owner.is_empty() {
            String::new()
        } else {
            format!(" ({})", clean(&stack.owner))
        };
        wrapped(
            out,
            "",
            INDENT,
            &format!("{}{owner}", clean(&stack.title)),
            PARAGRAPH,
        );
        for fact in &stack.facts {
            wrapped(
                out,
                INDENT,
                INDENT,
                &format!("{}: {}", clean(&fact.name), clean(&fact.value)),
                PARAGRAPH,
            );
        }
        for frame in &stack.frames {
            // Names of functions are kept whole, however long.
            let mark = if frame.responsible { "> " } else { "  " };
            line(out, &format!("{INDENT}{mark}{}", clean(&frame.function)));
        }
        let more = stack.frames_total.saturating_sub(stack.frames.len());
        if more > 0 {
            line(out, &format!("{INDENT}  ... {more} more"));
        }
        out.push('\n');
    }
}

#[cfg(test)]
mod tests;
