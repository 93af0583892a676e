//! Lays out a table of functions for the screen, and for who copies it.

use std::fmt::Write as _;

use super::super::document::Sign;
use super::super::markdown::{self, clean};
use super::super::rows::{
    CellView, Column, ColumnView, FilterView, RowFacts, RowView, RowsView, TableFacts, TableForm,
};
use super::super::text;
use super::super::texts::tables as words;
use super::bars::Axis;
use super::{Palette, noise_text, signed_share};
use diagnose::owner::split_name;
use profile::units::{group_thousands, human, human_signed};

/// What stands where there is no number.
const NOTHING: &str = "\u{2013}";

/// Columns of numbers.
fn columns(table: &TableFacts) -> Vec<Column> {
    if !table.is_diff {
        return vec![
            Column::Flat,
            Column::FlatShare,
            Column::SumShare,
            Column::Cum,
            Column::CumShare,
        ];
    }
    let mut columns = vec![
        Column::Before,
        Column::After,
        Column::Flat,
        Column::FlatShare,
        Column::Cum,
    ];
    if table.has_objects {
        columns.extend([Column::Objects, Column::MeanSize]);
    }
    columns
}

/// What a cell holds.
#[derive(Clone, Copy)]
enum Number {
    /// An amount in the table's unit.
    Amount(i64),
    /// The same, by which something changed.
    Change(i64),
    /// By how many something changed.
    Count(i64),
    /// Of what 100% is.
    Part(i64),
}

fn number(table: &TableFacts, row: &RowFacts, column: Column) -> Option<Number> {
    let value = match table.is_diff {
        true => Number::Change,
        false => Number::Amount,
    };
    match column {
        Column::Before => Some(Number::Amount(row.sides?.0)),
        Column::After => Some(Number::Amount(row.sides?.1)),
        Column::Flat => Some(value(row.row.flat)),
        Column::FlatShare => Some(Number::Part(row.row.flat)),
        Column::SumShare => Some(Number::Part(row.sum?)),
        Column::Cum => Some(value(row.row.cum)),
        Column::CumShare => Some(Number::Part(row.row.cum)),
        Column::Objects => Some(Number::Count(row.objects?)),
        Column::MeanSize => Some(Number::Amount(row.mean_size()?)),
        Column::Pprof | Column::Function | Column::Owner => None,
    }
}

fn formatted(table: &TableFacts, number: Option<Number>) -> String {
    match number {
        None => NOTHING.to_owned(),
        Some(Number::Amount(value)) => human(value, &table.unit),
        Some(Number::Change(value)) => human_signed(value, &table.unit),
        Some(Number::Count(count)) if count > 0 => format!("+{}", group_thousands(count)),
        Some(Number::Count(count)) => group_thousands(count),
        Some(Number::Part(value)) => {
            let share = signed_share(value, table.scale.amount());
            // Less than nothing by less than can be shown.
            match share.strip_prefix("-<") {
                Some(least) => format!(">-{least}"),
                None => share,
            }
        }
    }
}

/// Where all bars of a table lie.
fn axis(table: &TableFacts) -> Axis {
    let (low, high) = table.extremes;
    Axis::of([low, high].into_iter(), table.is_diff)
}

/// Some rows, of those that pass: the first stands at `offset`, in all there are `passing`.
pub fn rows(
    table: &TableFacts,
    rows: &[RowFacts],
    offset: usize,
    passing: usize,
    palette: &Palette,
) -> RowsView {
    let name = words::name(table);
    let heading = |column: Column| {
        let title = words::title(column, table.is_diff);
        ColumnView {
            column,
            title: title.to_owned(),
            hint: words::hint(column, table.is_diff).to_owned(),
            sort: (column != Column::SumShare).then(|| format!("Sort {name} by {title}")),
            resize: format!("Width of {title}"),
        }
    };
    let columns = columns(table);
    let axis = axis(table);
    let filters = table.filters.iter().map(|(filter, count)| FilterView {
        filter: *filter,
        title: words::filter(*filter).to_owned(),
        count: words::count(*count),
    });
    RowsView {
        scale: words::scale(table),
        words: [heading(Column::Function), heading(Column::Owner)],
        filters: filters.collect(),
        rows_total: passing,
        shown: words::shown(passing, table.all),
        offset,
        rows: rows
            .iter()
            .map(|row| view(table, &columns, axis, row, palette))
            .collect(),
        columns: columns.into_iter().map(heading).collect(),
        zero: axis.zero(),
        name,
    }
}

fn view(
    table: &TableFacts,
    columns: &[Column],
    axis: Axis,
    facts: &RowFacts,
    palette: &Palette,
) -> RowView {
    let row = &facts.row;
    let (package, short) = split_name(&row.function);
    let owner = row.owner_text();
    let hover = [row.function.as_str(), row.inline, &row.file, &owner];
    let hover: Vec<&str> = hover.into_iter().filter(|line| !line.is_empty()).collect();
    let within_noise = facts.is_within_noise(table.sigmas);
    let cells = columns.iter().map(|&column| {
        let number = number(table, facts, column);
        CellView {
            text: formatted(table, number),
            sign: match number {
                Some(
                    Number::Amount(value)
                    | Number::Change(value)
                    | Number::Count(value)
                    | Number::Part(value),
                ) => Sign::of(value),
                None => Sign::Zero,
            },
        }
    });
    RowView {
        function: row.function.clone(),
        package: package.get(facts.cut..).unwrap_or_default().to_owned(),
        short: short.to_owned(),
        inline: row.inline.to_owned(),
        hover: hover.join("\n"),
        cells: cells.collect(),
        flat: row.flat,
        cum: row.cum,
        flat_bar: axis.bar(row.flat),
        cum_bar: axis.bar(row.cum),
        swatch: palette.swatch(&row.owner),
        owner,
        noise: row
            .noise
            .map(|noise| noise_text(noise, within_noise, &table.unit)),
        within_noise,
    }
}

/// Rows as a text to be pasted elsewhere, names whole.
pub fn copied(table: &TableFacts, rows: &[RowFacts], form: TableForm) -> String {
    match form {
        TableForm::Csv => csv(table, rows),
        TableForm::Text | TableForm::Markdown => readable(table, rows, form),
    }
}

/// With the numbers as the screen shows them.
fn readable(table: &TableFacts, rows: &[RowFacts], form: TableForm) -> String {
    let columns = columns(table);
    let title = |column: Column| words::title(column, table.is_diff);
    let heads: Vec<(&str, bool)> = columns
        .iter()
        .map(|column| (title(*column), true))
        .chain([(title(Column::Owner), false)])
        .collect();
    let cells = rows.iter().map(|facts| {
        let numbers = columns.iter().map(|&column| {
            let mut text = formatted(table, number(table, facts, column));
            if column == Column::Flat && facts.is_within_noise(table.sigmas) {
                text.push_str(" ~");
            }
            text
        });
        let row = &facts.row;
        let mut cells: Vec<String> = numbers.collect();
        cells.push(row.owner_text());
        (cells, row.function.as_str(), row.inline)
    });
    let caption = format!("{}; {}", words::name(table), words::scale(table));
    if form == TableForm::Markdown {
        markdown::functions(&caption, &heads, cells)
    } else {
        text::functions(&caption, &heads, cells)
    }
}

/// Columns of words first; numbers as they are, so that a spreadsheet can go on with them.
fn csv(table: &TableFacts, rows: &[RowFacts]) -> String {
    let columns = columns(table);
    let mut out = String::new();
    let mut line = |cells: Vec<String>| {
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    };
    let titled = |column: &Column| {
        let title = words::title(*column, table.is_diff);
        csv_text(&match column {
            Column::FlatShare | Column::SumShare | Column::CumShare => {
                format!("{} (%)", title.trim_end_matches(" %"))
            }
            Column::Objects => title.to_owned(),
            _ => format!("{title} ({})", table.unit),
        })
    };
    let mut heads: Vec<String> = ["function", "inline", "file", "owner"].map(csv_text).into();
    heads.extend(columns.iter().map(titled));
    line(heads);
    for facts in rows {
        let row = &facts.row;
        let inline = row.inline.trim_matches(['(', ')']);
        let mut cells: Vec<String> = [&row.function, inline, &row.file, &row.owner]
            .map(csv_text)
            .into();
        cells.extend(columns.iter().map(|&column| {
            let mut cell = String::new();
            let _ = match number(table, facts, column) {
                Some(Number::Amount(value) | Number::Change(value) | Number::Count(value)) => {
                    write!(cell, "{value}")
                }
                Some(Number::Part(value)) => match table.scale.amount() {
                    0 => Ok(()),
                    whole => write!(cell, "{:.2}", value as f64 / whole as f64 * 100.0),
                },
                None => Ok(()),
            };
            cell
        }));
        line(cells);
    }
    out
}

/// A text as a cell: quoted where it has to be, and no formula in any spreadsheet. Cells of numbers are
/// written by us and keep their sign.
fn csv_text(text: &str) -> String {
    let text = clean(text);
    let text = match text.chars().next() {
        // As OWASP names them.
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text,
    };
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::document::{ProfileName, Sign};
    use super::super::super::model::Row;
    use super::super::super::rows::{Column, Filter, RowFacts, Scale, TableFacts, TableForm};
    use super::{Palette, copied, csv_text, rows};

    fn facts(is_diff: bool) -> TableFacts {
        TableFacts {
            process: "core".to_owned(),
            profile: if is_diff {
                ProfileName::HeapDiff
            } else {
                ProfileName::Cpu
            },
            sample_type: if is_diff { "inuse_space" } else { "cpu" }.to_owned(),
            unit: if is_diff { "bytes" } else { "nanoseconds" }.to_owned(),
            is_diff,
            has_objects: is_diff,
            scale: if is_diff {
                Scale::Finding(200)
            } else {
                Scale::Total(200)
            },
            extremes: (-100, 300),
            sigmas: 3.0,
            filters: if is_diff {
                vec![(Filter::All, 1204), (Filter::Grew, 2)]
            } else {
                Vec::new()
            },
            all: 1204,
        }
    }

    fn row(function: &str, flat: i64, objects: i64) -> RowFacts {
        RowFacts {
            row: Row {
                function: function.to_owned(),
                inline: "(inline)",
                file: String::new(),
                flat,
                cum: flat,
                noise: Some(10),
                owner: "unowned".to_owned(),
                owner_part: None,
            },
            cut: 2,
            sum: Some(150),
            sides: Some((50, 50 + flat)),
            objects: Some(objects),
        }
    }

    fn texts(facts: &TableFacts, row: RowFacts) -> Vec<String> {
        let view = rows(facts, &[row], 0, 1, &Palette::default());
        let cells = view.rows[0].cells.iter().map(|cell| cell.text.clone());
        cells.collect()
    }

    #[test]
    fn a_difference_has_both_sides_one_share_and_objects() {
        let facts = facts(true);
        let columns = rows(&facts, &[], 0, 0, &Palette::default()).columns;
        let titles: Vec<&str> = columns.iter().map(|column| column.title.as_str()).collect();
        let expected = [
            "before",
            "after",
            "difference",
            "share",
            "cum",
            "objects",
            "mean size",
        ];
        assert_eq!(titles, expected);
        let grown = texts(&facts, row("a/b.F", 150, 3));
        assert_eq!(
            grown,
            ["50 B", "200 B", "+150 B", "75.0%", "+150 B", "+3", "50 B"]
        );
        // No mean where bytes came and objects went, or the other way round.
        let mixed = texts(&facts, row("a/b.F", 150, -3));
        assert_eq!(mixed[5..], ["-3", "\u{2013}"]);
        let shrunk = texts(&facts, row("a/b.F", -30, 3));
        assert_eq!(shrunk[2..], ["-30 B", "-15.0%", "-30 B", "+3", "\u{2013}"]);
        let large = TableFacts {
            scale: Scale::Grown(1_000_000),
            ..facts
        };
        assert_eq!(texts(&large, row("a/b.F", -30, 3))[3], ">-0.01%");
    }

    #[test]
    fn other_tables_have_pprofs_columns() {
        let cells = texts(&facts(false), row("a/b.F", 100, 0));
        assert_eq!(cells, ["100 ns", "50.0%", "75.0%", "100 ns", "50.0%"]);
        let elsewhere = RowFacts {
            sum: None,
            ..row("a/b.F", 100, 0)
        };
        assert_eq!(texts(&facts(false), elsewhere)[2], "\u{2013}");
    }

    #[test]
    fn all_windows_have_one_axis_and_names_are_cut() {
        let facts = facts(true);
        let view = rows(
            &facts,
            &[row("a/b.F", 100, 1)],
            600,
            700,
            &Palette::default(),
        );
        let row = &view.rows[0];
        assert_eq!(
            (view.offset, view.rows_total, view.zero),
            (600, 700, Some(25.0))
        );
        assert_eq!((row.flat_bar.left, row.flat_bar.width), (25.0, 25.0));
        assert_eq!((row.package.as_str(), row.short.as_str()), ("b.", "F"));
        assert_eq!(row.hover, "a/b.F\n(inline)\nunowned");
        assert_eq!(row.cells[2].sign, Sign::More);
        assert_eq!(view.shown, "700 of 1,204 functions");
        assert_eq!(view.scale, "100% is 200 B that grew");
        let sorts = |column| {
            let found = view.columns.iter().find(|view| view.column == column);
            found.and_then(|view| view.sort.clone())
        };
        let sort = sorts(Column::Cum);
        assert_eq!(sort.as_deref(), Some("Sort heap diff of core by cum"));
        assert_eq!(view.filters[0].count, "1,204");
    }

    #[test]
    fn what_chance_explains_is_marked() {
        let view = rows(
            &facts(true),
            &[row("a/b.F", 29, 1), row("a/b.G", 30, 1)],
            0,
            2,
            &Palette::default(),
        );
        assert!(view.rows[0].within_noise && !view.rows[1].within_noise);
        let noise = view.rows[0].noise.as_deref();
        assert_eq!(noise, Some("within sampling noise, \u{b1} 10 B"));
    }

    #[test]
    fn csv_has_raw_numbers_and_no_formulas() {
        let rows = [
            row("a.F[\"x\",b]", -150, -3),
            row("=cmd|' /C calc'!A0", 20, 4),
        ];
        let expected = "function,inline,file,owner,before (bytes),after (bytes),difference (bytes),share (%),\
             cum (bytes),objects,mean size (bytes)\r\n\
             \"a.F[\"\"x\"\",b]\",inline,,unowned,50,-100,-150,-75.00,-150,-3,\r\n\
             '=cmd|' /C calc'!A0,inline,,unowned,50,70,20,10.00,20,4,5\r\n";
        assert_eq!(copied(&facts(true), &rows, TableForm::Csv), expected);
        let cpu = copied(&facts(false), &rows[..1], TableForm::Csv);
        assert!(
            cpu.starts_with("function,inline,file,owner,flat (nanoseconds),flat (%),sum (%),cum")
        );
    }

    #[test]
    fn every_beginning_of_a_formula_is_disarmed() {
        for begins in [
            "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n-1",
        ] {
            let cell = csv_text(begins);
            assert!(cell.starts_with('\''), "{begins:?} became {cell:?}");
        }
        assert_eq!(csv_text("a=b"), "a=b");
        assert_eq!(csv_text("=a,b"), "\"'=a,b\"");
    }

    #[test]
    fn readable_forms_have_whole_names_and_the_caption() {
        let rows = [row("a/b.F|x", 20, 4)];
        let markdown = copied(&facts(true), &rows, TableForm::Markdown);
        assert!(
            markdown.starts_with("heap diff of core; 100% is 200 B"),
            "{markdown}"
        );
        assert!(
            markdown.contains("| +20 B ~ |") || markdown.contains("| +20 B \\~ |"),
            "{markdown}"
        );
        assert!(markdown.contains("`a/b.F\\|x` (inline)"), "{markdown}");
        let text = copied(&facts(false), &rows, TableForm::Text);
        assert!(text.contains("flat %"), "{text}");
        assert!(text.contains("a/b.F|x (inline)"), "{text}");
    }
}
