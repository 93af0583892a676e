//! What is asked of flares that stay open.

use diagnose::kinds::ProfileName;
use engine::protocol::{Choices, Column, Filter, Pairs, Question, Response, TopQuestion};
use engine::{Engine, OpenFlare, ProfileError};
use flare::{LooseFile, Process};
use profile::lens::subject::Subject;
use profile::lens::view::View;
use testkit::fixtures;

fn question() -> TopQuestion {
    TopQuestion {
        process: "core".to_owned(),
        profile: ProfileName::HeapDiff,
        sample_type: "inuse_space".to_owned(),
        column: Column::Cum,
        reversed: false,
        filter: Filter::All,
        offset: 0,
        count: 12,
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
        ..question()
    };
    let error = flare.top(&wrong).unwrap_err();
    assert!(error.to_string().contains("inuse_space"), "{error}");
}

#[test]
fn the_engine_answers_about_what_is_open_and_says_when_nothing_is() {
    let mut engine = Engine::new();
    let ask = |engine: &Engine| engine.answer(Question::Top(question()));
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
    assert_eq!(table.rows.len(), 12);
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
