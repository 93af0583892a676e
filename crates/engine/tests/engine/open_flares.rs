//! What is asked of flares that stay open.

use diagnose::kinds::ProfileName;
use engine::protocol::{Choices, Column, Pairs, Question, Response, TopQuestion};
use engine::{Engine, OpenFlare, ProfileError};
use flare::{LooseFile, Process};
use profile::lens::subject::Subject;
use profile::lens::top::{TopOptions, top};
use profile::lens::view::View;
use report::layout::TABLE_ROWS;
use testkit::fixtures;

fn question(column: Column, reversed: bool) -> TopQuestion {
    TopQuestion {
        process: "core".to_owned(),
        profile: ProfileName::HeapDiff,
        sample_type: "inuse_space".to_owned(),
        column,
        reversed,
    }
}

/// The rows of pprof's whole table by one of its numbers, largest first.
fn largest(flare: &OpenFlare, number: impl Fn(i64, i64) -> i64) -> Vec<i64> {
    let subject = flare
        .subject(&Process::Core, ProfileName::HeapDiff)
        .unwrap();
    let view = View::under(subject, "inuse_space").unwrap();
    let rows = top(&view, TopOptions::ALL).rows;
    let mut numbers: Vec<i64> = rows.iter().map(|row| number(row.flat, row.cum)).collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    numbers
}

/// The first rows by cum are seldom among the first by flat: a table cannot be sorted from what it
/// shows.
#[test]
fn a_table_by_another_column_has_the_first_of_all_rows() {
    let flare = fixtures::flare("memory-leak").open();
    let shown = flare.top(&question(Column::Cum, false)).unwrap();
    let cums: Vec<i64> = shown.rows.iter().map(|row| row.cum).collect();
    let all = largest(&flare, |_, cum| cum);
    assert_eq!(cums[..], all[..TABLE_ROWS]);
    let by_flat = flare.top(&question(Column::Flat, false)).unwrap();
    assert_ne!(shown.rows[0].function, by_flat.rows[0].function);
    let least = flare.top(&question(Column::Cum, true)).unwrap();
    let least: Vec<i64> = least.rows.iter().map(|row| row.cum).collect();
    let expected: Vec<i64> = all.iter().rev().take(TABLE_ROWS).copied().collect();
    assert_eq!(least, expected);
}

#[test]
fn names_and_owners_order_all_rows_too() {
    let flare = fixtures::flare("memory-leak").open();
    for column in [Column::Function, Column::Owner] {
        let names = |reversed| -> Vec<String> {
            let table = flare.top(&question(column, reversed)).unwrap();
            let name = |row: &report::document::FunctionRow| match column {
                Column::Owner => row.owner.clone(),
                _ => row.short.clone(),
            };
            table.rows.iter().map(name).collect()
        };
        let (first, last) = (names(false), names(true));
        assert!(first.is_sorted() && last.iter().rev().is_sorted());
        assert!(first[0] < last[0], "{column:?}");
    }
}

/// pprof's own order is by size whatever the sign; the page asks for it by asking for nothing.
#[test]
fn the_first_rows_are_those_of_the_report_where_nothing_shrank() {
    let flare = fixtures::flare("normal").open();
    let wanted = TopQuestion {
        profile: ProfileName::HeapSecond,
        ..question(Column::Flat, false)
    };
    let table = flare.top(&wanted).unwrap();
    let report = flare.report();
    let core = report
        .processes
        .iter()
        .find(|it| it.name == Process::Core)
        .unwrap();
    let heap = core.profile(ProfileName::HeapSecond).unwrap();
    let report::model::ProfileContent::Tables(tables) = &heap.content else {
        panic!("the heap was read");
    };
    let kept = tables.iter().find(|it| it.sample_type == "inuse_space");
    let kept: Vec<_> = kept.unwrap().rows.iter().take(TABLE_ROWS).collect();
    for (row, kept) in table.rows.iter().zip(kept) {
        assert_eq!(
            (&row.function, row.flat, row.cum),
            (&kept.function, kept.flat, kept.cum)
        );
        assert_eq!(
            (row.inline.as_str(), &row.owner),
            (kept.inline, &kept.owner_text())
        );
    }
}

#[test]
fn two_flares_are_open_and_can_be_subtracted() {
    let (newer, older) = (
        fixtures::flare("memory-leak").open(),
        fixtures::flare("normal").open(),
    );
    let heap = |flare: &OpenFlare| {
        let subject = flare.subject(&Process::Core, ProfileName::HeapSecond);
        subject.unwrap().clone()
    };
    let (new, base) = (heap(&newer), heap(&older));
    // What was made of them outlives both.
    drop((newer, older));
    let view = View::under(&Subject::diff(&new, &base), "inuse_space").unwrap();
    let net = |subject| View::under(subject, "inuse_space").unwrap().net();
    assert_eq!(view.net(), net(&new) - net(&base));
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let flare = fixtures::flare("memory-leak").open();
    let error = flare
        .subject(&Process::parse("cluster"), ProfileName::Cpu)
        .unwrap_err();
    assert!(matches!(error, ProfileError::NoProcess { .. }), "{error}");
    assert!(error.to_string().contains("core"), "{error}");
    let error = flare
        .subject(&Process::Core, ProfileName::Allocs)
        .unwrap_err();
    assert!(error.to_string().contains("heap-diff"), "{error}");
    let wrong = TopQuestion {
        sample_type: "cpu".to_owned(),
        ..question(Column::Flat, false)
    };
    let error = flare.top(&wrong).unwrap_err();
    assert!(error.to_string().contains("inuse_space"), "{error}");
}

#[test]
fn the_engine_answers_about_what_is_open_and_says_when_nothing_is() {
    let mut engine = Engine::new();
    let ask = |engine: &Engine| engine.answer(Question::Top(question(Column::Cum, false)));
    assert!(matches!(ask(&engine), Response::Failed(_)));
    let bytes = std::fs::read(fixtures::flare("memory-leak").path()).unwrap();
    let files = vec![LooseFile::from_bytes("memory-leak.zip", bytes)];
    let opened = engine.open(
        files,
        false,
        &Choices::default(),
        Pairs::ByTime,
        &mut |_| {},
    );
    assert!(matches!(opened, Response::Opened(_)));
    let Response::Top(table) = ask(&engine) else {
        panic!("a table was asked for");
    };
    assert_eq!(table.rows.len(), TABLE_ROWS);
}

#[test]
fn progress_goes_evenly_through_all_stages_and_names_the_processes_that_are_decoded() {
    let mut seen = Vec::new();
    let bytes = std::fs::read(fixtures::flare("multiple").path()).unwrap();
    let files = vec![LooseFile::from_bytes("multiple.zip", bytes)];
    let mut tell = |told: Response| {
        if let Response::Progress(progress) = told {
            seen.push(progress);
        }
    };
    let (choices, pairs) = (Choices::default(), Pairs::ByTime);
    Engine::new().open(files, false, &choices, pairs, &mut tell);
    let permille: Vec<u32> = seen.iter().filter_map(|it| it.permille).collect();
    assert_eq!(permille.len(), seen.len());
    assert!(permille.is_sorted(), "{permille:?}");
    assert!(permille.last() <= Some(&1000));
    // No step of a third of the time without a sign.
    assert!(
        permille.windows(2).all(|it| it[1] - it[0] < 333),
        "{permille:?}"
    );
    let mut stages: Vec<&str> = seen.iter().map(|it| it.stage.as_str()).collect();
    stages.dedup();
    let expected = [
        "Opening",
        "Reading and decoding",
        "Judging",
        "Making tables",
    ];
    assert_eq!(stages, expected);
    let last = seen.last().unwrap();
    for process in ["core", "process"] {
        assert!(last.finished.iter().any(|it| it == process), "{last:?}");
    }
    // One after the other, while others are still read.
    let of_reading = seen.iter().filter(|it| it.stage == stages[1]);
    let counts: Vec<usize> = of_reading.map(|it| it.finished.len()).collect();
    assert!(
        counts.iter().any(|it| *it > 0 && *it < last.finished.len()),
        "{counts:?}"
    );
}
