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
            [format!("post {id} check 5 MB")]
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
    let mut stage = Stage::opened();
    assert_eq!(
        stage.tell(kept(leak(5.0), true)),
        [
            "judge by 5 MB",
            "say \"\"",
            "progress \"\" 0",
            "screen loading a.zip",
            "post 2 open [\"a.zip\"] [\"a.zip\"] by 5 MB",
            "say \"Settings applied; reading again with them: a.zip\""
        ]
    );
    // And so is one that is being read.
    let lines = stage.tell(kept(leak(6.0), true));
    assert_eq!(lines[1..3], ["end the worker", "start a worker"]);
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
fn nothing_is_read_again_while_a_folder_is_listed_or_after_a_failure() {
    let mut stage = Stage::opened();
    stage.tell(Event::List {
        name: "flare".to_owned(),
        listing: "entries",
    });
    assert_eq!(stage.tell(kept(leak(5.0), true)).len(), 2);
    let mut stage = Stage::opened();
    stage.tell(Event::Open(source("b.txt")));
    stage.hears(2, failed("No flare"));
    assert_eq!(stage.tell(kept(leak(5.0), true)).len(), 2);
}

#[test]
fn choices_of_an_earlier_visit_are_checked_and_used() {
    let mut stage = Stage::new(leak(5.0));
    stage.tell(Event::Begin);
    stage.tell(Event::WorkerFiles(Ok(())));
    assert_eq!(
        stage.hears(NO_REQUEST, ready()),
        ["the page is complete", "post 1 check 5 MB"]
    );
    assert!(stage.hears(1, Response::Checked(settings(5.0))).is_empty());
    assert_eq!(
        stage.tell(Event::Open(source("a.zip")))[3],
        "post 2 open [\"a.zip\"] [\"a.zip\"] by 5 MB"
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
