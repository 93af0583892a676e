//! Tables of functions as the page asks for them: windows, orders, filters, shares, copies.

use std::collections::BTreeSet;

use diagnose::kinds::{FindingKind, ProfileName};
use engine::protocol::{
    Block, Choices, Column, Filter, Pairs, Response, RowView, RowsView, TableForm, TopQuestion,
};
use engine::{Engine, OpenFlare};
use flare::LooseFile;
use profile::lens::view::View;
use testkit::fixtures;
use testkit::made_up::{HOST, MadeUp, SAMPLE};

const STEP: usize = 50;

fn question(profile: ProfileName, sample_type: &str) -> TopQuestion {
    TopQuestion {
        process: "core".to_owned(),
        profile,
        sample_type: sample_type.to_owned(),
        column: Column::Pprof,
        reversed: false,
        filter: Filter::All,
        offset: 0,
        count: STEP,
    }
}

fn diff() -> TopQuestion {
    question(ProfileName::HeapDiff, "inuse_space")
}

/// All rows, window after window.
fn whole(flare: &OpenFlare, question: &TopQuestion) -> Vec<RowView> {
    let mut rows = Vec::new();
    loop {
        let question = TopQuestion {
            offset: rows.len(),
            ..question.clone()
        };
        let window = flare.top(&question).unwrap();
        assert_eq!(window.offset, rows.len());
        rows.extend(window.rows);
        if rows.len() >= window.rows_total {
            assert_eq!(rows.len(), window.rows_total);
            return rows;
        }
    }
}

/// The cells of a column.
fn cells(view: &RowsView, column: Column) -> Vec<&str> {
    let place = view.columns.iter().position(|view| view.column == column);
    let place = place.unwrap_or_else(|| panic!("no column {column:?}"));
    let rows = view.rows.iter();
    rows.map(|row| row.cells[place].text.as_str()).collect()
}

/// Names and running sums of a listing of `go tool pprof -top`.
fn listed(flare: &str, profile: &str, sample_type: &str) -> Vec<(String, String)> {
    let references = fixtures::flare(flare).references();
    let listing = references.into_iter().find(|it| {
        (it.process.as_str(), it.profile.as_str()) == ("core", profile)
            && it.sample_type == sample_type
            && it.report == "top"
    });
    let text = listing.unwrap().text;
    let lines = text.lines().skip_while(|line| !line.contains("flat%"));
    let row = |line: &str| {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let name = cells[5..].join(" ");
        let name = name
            .trim_end_matches(" (inline)")
            .trim_end_matches(" (partial-inline)");
        (name.to_owned(), cells[2].to_owned())
    };
    lines.skip(1).map(row).collect()
}

#[test]
fn windows_in_pprofs_order_are_its_whole_listing() {
    let flare = fixtures::flare("contention").open();
    let question = question(ProfileName::HeapSecond, "inuse_space");
    let listed = listed("contention", "2nd-heap", "inuse_space");
    assert!(listed.len() > 600, "{}", listed.len());
    let rows = whole(&flare, &question);
    let names = rows.iter().map(|row| &row.function);
    assert!(names.eq(listed.iter().map(|(name, _)| name)));
    // The running sum is right in every window, wherever that begins.
    let far = TopQuestion {
        offset: 20,
        count: 3,
        ..question
    };
    let window = flare.top(&far).unwrap();
    let sums = cells(&window, Column::SumShare);
    for (sum, (name, listed)) in sums.iter().zip(&listed[20..]) {
        let number = |text: &str| text.trim_end_matches('%').parse::<f64>().unwrap();
        assert!(
            (number(sum) - number(listed)).abs() < 0.06,
            "{name}: {sum} {listed}"
        );
    }
    // In another order it means nothing.
    let by_cum = TopQuestion {
        column: Column::Cum,
        ..far
    };
    let window = flare.top(&by_cum).unwrap();
    assert_eq!(cells(&window, Column::SumShare), ["\u{2013}"; 3]);
}

#[test]
fn every_order_has_every_row_once() {
    let flare = fixtures::flare("memory-leak").open();
    let all = whole(&flare, &diff());
    let names = |rows: &[RowView]| -> BTreeSet<String> {
        rows.iter().map(|row| row.function.clone()).collect()
    };
    assert!(all.len() > STEP && names(&all).len() == all.len());
    for column in Column::ALL {
        for reversed in [false, true] {
            let question = TopQuestion {
                column,
                reversed,
                ..diff()
            };
            let rows = whole(&flare, &question);
            assert_eq!(names(&rows), names(&all), "{column:?}");
            let mut flats: Vec<i64> = rows.iter().map(|row| row.flat).collect();
            let mut cums: Vec<i64> = rows.iter().map(|row| row.cum).collect();
            let mut shorts: Vec<&str> = rows.iter().map(|row| row.short.as_str()).collect();
            let mut owners: Vec<&str> = rows
                .iter()
                // Its part stands behind.
                .map(|row| {
                    row.owner
                        .trim_end_matches(|c: char| c == '%' || c.is_ascii_digit())
                        .trim()
                })
                .collect();
            if reversed {
                flats.reverse();
                cums.reverse();
                shorts.reverse();
                owners.reverse();
            }
            match column.order() {
                Column::Flat => assert!(flats.iter().rev().is_sorted()),
                Column::Cum => assert!(cums.iter().rev().is_sorted()),
                Column::Function => assert!(shorts.is_sorted()),
                Column::Owner => assert!(owners.is_sorted(), "{owners:?}"),
                _ => {}
            }
        }
    }
}

/// The first rows by cum are seldom among the first by flat: a table cannot be sorted from what it
/// shows.
#[test]
fn another_order_is_one_of_all_rows() {
    let flare = fixtures::flare("contention").open();
    let by_flat = question(ProfileName::HeapSecond, "inuse_space");
    let by_cum = TopQuestion {
        column: Column::Cum,
        ..by_flat.clone()
    };
    let first = flare.top(&by_cum).unwrap().rows.remove(0);
    let largest = whole(&flare, &by_flat).into_iter().map(|row| row.cum).max();
    assert_eq!(Some(first.cum), largest);
    let seen = flare.top(&by_flat).unwrap().rows;
    assert!(seen.iter().all(|row| row.function != first.function));
}

#[test]
fn all_windows_share_an_axis() {
    let flare = fixtures::flare("memory-leak").open();
    let first = flare.top(&diff()).unwrap();
    let last = flare
        .top(&TopQuestion {
            offset: first.rows_total - 5,
            ..diff()
        })
        .unwrap();
    assert_eq!(last.rows.len(), 5);
    assert!(first.zero.is_some() && first.zero == last.zero);
    // The longest bar of the whole table reaches the edge; those of small rows don't.
    let reaches = |row: &RowView| row.cum_bar.left + row.cum_bar.width > 99.9;
    assert!(whole(&flare, &diff()).iter().any(reaches));
    assert!(!last.rows.iter().any(reaches));
}

/// An hour apart: what grew, shrank, came and went.
fn changed() -> OpenFlare {
    let before = format!(
        "main;a/x.Grew 10485760\nmain;a/x.Shrank 5242880\nmain;a/x.Gone 2097152\nmain;{SAMPLE} 10485760\n\
         main;runtime.mallocgc 1048576"
    );
    let after = format!(
        "main;a/x.Grew 31457280\nmain;a/x.Shrank 1048576\nmain;b/x.Grew 1024\nmain;{SAMPLE} 62914560\n\
         main;runtime.mallocgc 3145728"
    );
    MadeUp::linux().pair("core", &before, &after, 60).open()
}

#[test]
fn filters_say_how_many_pass_and_let_those_pass() {
    let flare = changed();
    let view = flare.top(&diff()).unwrap();
    let offered: Vec<(Filter, &str)> = view
        .filters
        .iter()
        .map(|view| (view.filter, view.count.as_str()))
        .collect();
    let expected = [
        (Filter::All, "7"),
        (Filter::Grew, "4"),
        (Filter::Shrank, "2"),
        (Filter::New, "1"),
        (Filter::Gone, "1"),
        (Filter::BeyondNoise, "2"),
    ];
    assert_eq!(offered, expected);
    for (filter, count) in expected {
        let rows = whole(&flare, &TopQuestion { filter, ..diff() });
        assert_eq!(rows.len().to_string(), count, "{filter:?}");
        let passes = |row: &RowView| match filter {
            Filter::All => true,
            Filter::Grew => row.flat > 0,
            Filter::Shrank => row.flat < 0,
            Filter::New => row.function == "b/x.Grew",
            Filter::Gone => row.function == "a/x.Gone",
            Filter::BeyondNoise => row.flat != 0 && !row.within_noise,
        };
        assert!(rows.iter().all(passes), "{filter:?}");
    }
    // A single profile has none.
    let single = question(ProfileName::HeapSecond, "inuse_space");
    assert!(flare.top(&single).unwrap().filters.is_empty());
}

#[test]
fn a_difference_shows_both_sides_and_names_that_tell_rows_apart() {
    let flare = changed();
    let view = flare.top(&diff()).unwrap();
    let row = view.rows.iter().position(|row| row.function == "a/x.Grew");
    let row = row.unwrap();
    let cell = |column| cells(&view, column)[row];
    assert_eq!(
        [Column::Before, Column::After, Column::Flat].map(cell),
        ["10.0 MB", "30.0 MB", "+20.0 MB"]
    );
    // Objects are of 1 kB.
    assert_eq!(
        [Column::Objects, Column::MeanSize].map(cell),
        ["+20,480", "1024 B"].map(|text| if text == "1024 B" { "1.00 kB" } else { text })
    );
    let shown: Vec<String> = view
        .rows
        .iter()
        .map(|row| format!("{}{}", row.package, row.short))
        .collect();
    for name in [
        "aggregator.(*TimeSampler).sample",
        "a/x.Grew",
        "b/x.Grew",
        "x.Gone",
    ] {
        assert!(shown.iter().any(|shown| shown == name), "{name}: {shown:?}");
    }
}

/// A function has one share on the screen: that of the finding, whose sum leaves the runtime out.
#[test]
fn the_share_in_the_table_is_that_of_the_finding() {
    for flare in [changed(), fixtures::flare("memory-leak").open()] {
        let finding = flare
            .report()
            .judgement
            .findings
            .iter()
            .find(|finding| finding.kind == FindingKind::MemoryLeak)
            .unwrap()
            .clone();
        let view = flare.top(&diff()).unwrap();
        let shares = cells(&view, Column::FlatShare);
        let first = finding.first().unwrap();
        let row = view
            .rows
            .iter()
            .position(|row| row.function == first.function);
        let shown = shares[row.unwrap()];
        assert_eq!(shown, format!("{}", first.share));
        assert!(view.scale.ends_with("that grew"), "{}", view.scale);
    }
    // Without a finding it is of all that grew.
    let calm = fixtures::flare("normal").open();
    let subject = calm
        .subject(&flare::Process::Core, ProfileName::HeapDiff)
        .unwrap();
    let view = View::under(subject, "inuse_space").unwrap();
    let grown: i64 = view.weights().iter().map(|weight| weight.flat.max(0)).sum();
    let rows = whole(&calm, &diff());
    let table = calm.top(&diff()).unwrap();
    let shown = cells(&table, Column::FlatShare)[0];
    let expected = rows[0].flat as f64 / grown as f64 * 100.0;
    let shown: f64 = shown.trim_end_matches('%').parse().unwrap();
    assert!((shown - expected).abs() < 0.06, "{shown} {expected}");
    assert!(table.scale.ends_with("that grew"), "{}", table.scale);
}

#[test]
fn a_copy_has_all_rows_that_pass_in_the_order_shown() {
    let flare = fixtures::flare("contention").open();
    let by_cum = TopQuestion {
        column: Column::Cum,
        offset: 300,
        count: 1,
        ..question(ProfileName::HeapSecond, "inuse_space")
    };
    let (name, text) = flare.top_text(&by_cum, TableForm::Csv, false).unwrap();
    let all = TopQuestion {
        offset: 0,
        count: STEP,
        ..by_cum.clone()
    };
    let rows = whole(&flare, &all);
    assert_eq!(
        name,
        format!("2nd heap snapshot of core, {} functions as CSV", rows.len())
    );
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    assert_eq!(lines.len(), rows.len() + 1);
    for (line, row) in lines[1..].iter().zip(&rows) {
        // Names of Go hold commas only where they are generic.
        assert!(
            line.contains(&row.function.replace('"', "\"\"")),
            "{line} {}",
            row.function
        );
        assert!(line.contains(&format!(",{},", row.flat)), "{line}");
    }
    for form in [TableForm::Text, TableForm::Markdown] {
        let (_, text) = flare.top_text(&by_cum, form, false).unwrap();
        assert!(rows.iter().all(|row| text.contains(&row.short)), "{form:?}");
    }
    let grew = TopQuestion {
        filter: Filter::Shrank,
        ..diff()
    };
    let (name, text) = changed().top_text(&grew, TableForm::Csv, false).unwrap();
    assert_eq!(name, "Heap diff of core, 2 of 7 functions as CSV");
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn a_copy_is_redacted_where_that_is_asked_for() {
    let stack = format!("main;/srv/{HOST}/lib.so 62914560");
    let flare = MadeUp::linux()
        .pair("core", "main;main.init 1024", &stack, 60)
        .open();
    for form in TableForm::ALL {
        let (_, open) = flare.top_text(&diff(), form, false).unwrap();
        assert!(open.contains(HOST), "{open}");
        let (_, text) = flare.top_text(&diff(), form, true).unwrap();
        assert!(!text.contains(HOST), "{text}");
        assert!(text.contains("path-"), "{text}");
    }
}

#[test]
fn tables_come_with_their_first_rows() {
    let mut engine = Engine::new();
    let bytes = std::fs::read(fixtures::flare("multiple").path()).unwrap();
    let files = vec![LooseFile::from_bytes("multiple.zip", bytes)];
    let opened = engine.open(
        files,
        false,
        &Choices::default(),
        Pairs::ByTime,
        &mut |_| {},
    );
    let Response::Opened(details) = opened else {
        panic!("it opens");
    };
    let flare = fixtures::flare("multiple").open();
    let mut tables = 0;
    for block in details.sections().flat_map(|section| &section.blocks) {
        let Block::Functions(table) = block else {
            continue;
        };
        tables += 1;
        let shown = table.on_screen.as_ref().unwrap();
        assert!(table.rows.is_empty() && !table.about.contains("percentages"));
        // Owners known from the report are those that are worked out for any other window.
        let mut around = TopQuestion::first(table);
        assert_eq!(**shown, flare.top(&around).unwrap());
        around.filter = Filter::All;
        around.column = Column::Function;
        let other = whole(&flare, &around);
        for row in &shown.rows {
            let same = other.iter().find(|other| other.function == row.function);
            let same = same.unwrap();
            assert_eq!((&row.owner, &row.inline), (&same.owner, &same.inline));
        }
    }
    assert!(tables > 5, "{tables}");
}

#[test]
fn a_window_past_the_end_is_empty_and_no_window_is_larger_than_the_table() {
    let flare = fixtures::flare("normal").open();
    let past = TopQuestion {
        offset: usize::MAX,
        count: usize::MAX,
        ..diff()
    };
    let view = flare.top(&past).unwrap();
    assert!(view.rows.is_empty() && view.offset == view.rows_total);
    let all = flare.top(&TopQuestion { offset: 0, ..past }).unwrap();
    assert_eq!(all.rows.len(), all.rows_total.min(500));
}
