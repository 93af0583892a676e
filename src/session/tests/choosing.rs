//! What flares are judged by.

use super::{Stage, failed, leak, ready, settings, source};
use crate::session::Event;
use crate::wire::NO_REQUEST;
use engine::protocol::{Choices, Response};

fn kept(choices: Choices, is_kept: bool) -> Event<super::Words> {
    Event::Kept {
        choices,
        said: "Settings applied",
        is_kept,
    }
}

#[test]
fn whether_choices_can_be_used_is_answered_to_who_asked() {
    let mut stage = Stage::ready();
    for (id, reply) in [(1, "first"), (2, "second")] {
        let choices = leak(5.0);
        assert_eq!(
            stage.tell(Event::Check { choices, reply }),
            [format!("1: post {id} check 5 MB")]
        );
    }
    assert_eq!(
        stage.hears(2, failed("No such threshold")),
        ["reply second: No such threshold"]
    );
    assert_eq!(
        stage.hears(1, Response::Checked(settings(5.0))),
        ["reply first: leak 5 MB"]
    );
}

#[test]
fn choices_are_kept_before_they_are_in_force() {
    let mut stage = Stage::ready();
    assert_eq!(
        stage.tell(Event::Choose {
            choices: leak(5.0),
            said: "Settings applied"
        }),
        ["keep 5 MB, \"Settings applied\""]
    );
    assert_eq!(
        stage.tell(kept(leak(5.0), true)),
        ["judge by 5 MB", "say \"Settings applied\""]
    );
}

#[test]
fn the_open_flare_is_read_again() {
    let mut stage = Stage::rested();
    assert_eq!(
        stage.tell(kept(leak(5.0), true)),
        [
            "judge by 5 MB",
            "say \"\"",
            "reading a.zip",
            "2: post 2 open [\"a.zip\"] [\"a.zip\"] by 5 MB",
            "say \"Settings applied; re-reading with them: a.zip\""
        ]
    );
    // And so is one that is being read.
    let lines = stage.tell(kept(leak(6.0), true));
    assert_eq!(lines[1..3], ["end 2", "start 3"]);
    // But not by the same choices.
    assert_eq!(
        stage.tell(kept(leak(6.0), true)),
        ["judge by 6 MB", "say \"Settings applied\""]
    );
}

#[test]
fn choices_that_the_browser_refuses_to_keep_hold_all_the_same() {
    let mut stage = Stage::ready();
    assert_eq!(
        stage.tell(kept(leak(5.0), false)),
        [
            "judge by 5 MB, not kept",
            "say \"Settings applied until the page is closed: the browser refuses to keep them\""
        ]
    );
    stage.tell(Event::Open(source("a.zip")));
    assert!(
        stage
            .session
            .opening
            .is_some_and(|it| it.choices == leak(5.0))
    );
}

#[test]
fn a_report_judged_by_other_choices_is_made_again_once_nothing_else_is_read() {
    let list = || Event::List {
        name: "flare".to_owned(),
        listing: "entries",
    };
    let again = "2: post 2 open [\"a.zip\"] [\"a.zip\"] by 5 MB";
    let mut stage = Stage::rested();
    stage.tell(list());
    assert_eq!(stage.tell(kept(leak(5.0), true)).len(), 2);
    let told = stage.tell(Event::Cancel);
    assert_eq!(told.last().map(String::as_str), Some(again));
    // Who cancels that keeps the report as it is.
    let told = stage.tell(Event::Cancel);
    assert_eq!(told.last().map(String::as_str), Some("say \"Cancelled\""));
    // After a failure, when it was seen.
    let mut stage = Stage::rested();
    stage.tell(list());
    stage.tell(kept(leak(5.0), true));
    let outcome = Err(super::error("Unreadable"));
    stage.tell(Event::Listed { turn: 2, outcome });
    let told = stage.tell(Event::Dismiss);
    assert_eq!(told.first().map(String::as_str), Some("no trouble"));
    assert_eq!(told.last().map(String::as_str), Some(again));
}

#[test]
fn nothing_is_read_again_where_nothing_is_open() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("b.txt")));
    stage.hears(1, failed("No flare"));
    assert_eq!(stage.tell(kept(leak(5.0), true)).len(), 2);
}

#[test]
fn choices_of_an_earlier_visit_are_checked_and_used() {
    let mut stage = Stage::new(leak(5.0));
    stage.tell(Event::Begin);
    stage.tell(Event::WorkerFiles(Ok(())));
    assert_eq!(
        stage.hears(NO_REQUEST, ready()),
        ["the page is complete", "1: post 1 check 5 MB", "when idle"]
    );
    assert!(stage.hears(1, Response::Checked(settings(5.0))).is_empty());
    assert_eq!(
        stage.tell(Event::Open(source("a.zip")))[3],
        "1: post 2 open [\"a.zip\"] [\"a.zip\"] by 5 MB"
    );
}

#[test]
fn choices_of_an_earlier_visit_that_are_of_no_use_are_forgotten() {
    let mut stage = Stage::new(leak(-1.0));
    stage.tell(Event::Begin);
    stage.tell(Event::WorkerFiles(Ok(())));
    stage.hears(NO_REQUEST, ready());
    assert_eq!(
        stage.hears(1, failed("No such threshold")),
        [
            "forget",
            "judge by defaults",
            "say \"The settings kept from an earlier visit can't be used any more and were forgotten: Detail.\""
        ]
    );
}
