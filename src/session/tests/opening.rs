//! From a drop to a report, and every way in which that does not happen.

use super::{Stage, crashed, details, error, failed, leak, opened, ready, source};
use crate::session::{Awaited, Event};
use crate::source::Source;
use crate::wire::NO_REQUEST;
use engine::protocol::{Choices, Pairs, Progress, Response};

const FIRST_VIEW: [&str; 2] = ["first view", "no details yet"];

fn working(done: u64) -> Response {
    Response::Progress(Progress {
        what: "core-cpu.pprof".to_owned(),
        done,
        total: 9,
    })
}

#[test]
fn a_flare_is_read_and_shown() {
    let mut stage = Stage::ready();
    assert_eq!(
        stage.tell(Event::Open(source("a.zip"))),
        [
            "say \"\"",
            "progress \"\" 0",
            "screen loading a.zip",
            "post 1 open [\"a.zip\"] [\"a.zip\"] by defaults",
        ]
    );
    assert_eq!(stage.awaited(), [Awaited::Answer(1)]);
    assert_eq!(
        stage.hears(1, working(3)),
        ["progress \"core-cpu.pprof\" 3"]
    );
    let shown = stage.hears(1, opened("a"));
    assert_eq!(shown[..2], FIRST_VIEW);
    assert_eq!(shown[2..], ["screen ready a"]);
    assert_eq!(stage.awaited(), [Awaited::Answer(1)]);
    assert_eq!(stage.hears(1, details("a")), ["details a"]);
    assert!(stage.wait().is_empty());
    assert!(stage.awaited().is_empty());
}

#[test]
fn names_that_deceive_the_eye_are_shown_as_what_they_are() {
    let mut stage = Stage::ready();
    let lines = stage.tell(Event::Open(source("\u{202e}piz.a")));
    assert_eq!(lines[2], "screen loading (U+202E)piz.a");
}

#[test]
fn a_second_drop_takes_the_place_of_the_first() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.zip")));
    assert_eq!(
        stage.tell(Event::Open(source("b.zip"))),
        [
            "end the worker",
            "start a worker",
            "say \"\"",
            "progress \"\" 0",
            "screen loading b.zip",
        ]
    );
    assert_eq!(
        stage.hears(NO_REQUEST, ready()),
        [
            "the page is complete",
            "post 2 open [\"b.zip\"] [\"b.zip\"] by defaults"
        ]
    );
    // Should the first be heard of all the same, it is of no interest.
    assert!(stage.hears(1, working(3)).is_empty());
    assert!(stage.hears(1, opened("a")).is_empty());
    assert_eq!(stage.hears(2, opened("b"))[2..], ["screen ready b"]);
}

#[test]
fn cancelling_leads_back_to_what_was_shown() {
    let mut stage = Stage::ready();
    assert!(stage.tell(Event::Cancel).is_empty());
    stage.tell(Event::Open(source("a.zip")));
    assert_eq!(
        stage.tell(Event::Cancel),
        [
            "end the worker",
            "start a worker",
            "screen empty",
            "say \"Cancelled\""
        ]
    );
    let mut stage = Stage::opened();
    stage.tell(Event::Open(source("b.zip")));
    assert_eq!(
        stage.tell(Event::Cancel)[2..4],
        ["details a", "screen ready a"]
    );
    assert!(stage.tell(Event::Cancel).is_empty());
}

#[test]
fn what_is_no_flare_fails_in_words() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.txt")));
    assert_eq!(
        stage.hears(1, failed("No flare")),
        ["screen failed ChooseAgain: No flare. Detail."]
    );
    assert_eq!(stage.tell(Event::GoBack), ["screen empty"]);
}

#[test]
fn after_a_failure_the_open_report_can_be_had_back() {
    let mut stage = Stage::opened();
    stage.tell(Event::Open(source("b.txt")));
    assert_eq!(
        stage.hears(2, failed("No flare")),
        ["screen failed ChooseAgain or back: No flare. Detail."]
    );
    assert_eq!(stage.tell(Event::GoBack), ["details a", "screen ready a"]);
}

#[test]
fn a_report_that_was_judged_otherwise_is_made_again_on_the_way_back() {
    let mut stage = Stage::opened();
    stage.tell(Event::Open(source("b.txt")));
    stage.hears(2, failed("No flare"));
    stage.tell(Event::Kept {
        choices: leak(5.0),
        said: "Settings applied",
        is_kept: true,
    });
    assert_eq!(
        stage.tell(Event::GoBack)[2..],
        [
            "screen loading a.zip",
            "post 3 open [\"a.zip\"] [\"a.zip\"] by 5 MB"
        ]
    );
}

#[test]
fn a_crash_while_reading_is_told_and_the_same_can_be_tried_again() {
    let mut stage = Stage::opened();
    stage.tell(Event::Open(source("b.zip")));
    assert_eq!(
        stage.hears(2, crashed()),
        [
            "end the worker",
            "start a worker",
            "no preview",
            "screen failed TryAgain or back: The part of the page that reads flares stopped. b.zip: panicked",
        ]
    );
    assert_eq!(stage.hears(NO_REQUEST, ready()), ["the page is complete"]);
    assert_eq!(
        stage.tell(Event::TryAgain)[2..],
        [
            "screen loading b.zip",
            "post 3 open [\"b.zip\"] [\"b.zip\"] by defaults"
        ]
    );
}

#[test]
fn there_is_nothing_to_try_again_before_anything_was_opened() {
    assert!(Stage::ready().tell(Event::TryAgain).is_empty());
}

#[test]
fn heaps_are_paired_otherwise_by_reading_the_same_files_once_more() {
    assert!(Stage::ready().tell(Event::Pair(Pairs::Swapped)).is_empty());
    for (pairs, said) in [
        (Pairs::Swapped, ", pairs swapped"),
        (Pairs::Apart, ", pairs apart"),
    ] {
        let mut stage = Stage::opened();
        let told = stage.tell(Event::Pair(pairs));
        assert!(
            told.iter()
                .any(|effect| effect.starts_with("post") && effect.ends_with(said)),
            "{told:?}"
        );
    }
}

#[test]
fn a_folder_is_listed_before_it_is_read() {
    let mut stage = Stage::ready();
    assert_eq!(
        stage.tell(Event::List {
            name: "flare".to_owned(),
            listing: "entries"
        }),
        [
            "say \"\"",
            "progress \"\" 0",
            "screen loading flare",
            "list 1 flare: entries"
        ]
    );
    assert_eq!(stage.awaited(), [Awaited::Listing(1)]);
    assert_eq!(
        stage.tell(Event::Listing {
            turn: 1,
            what: "flare/\u{202e}logs".to_owned(),
            done: 7
        }),
        ["progress \"flare/(U+202E)logs\" 7"]
    );
    let files = vec![("flare/status.log".to_owned(), "s")];
    assert_eq!(
        stage.tell(Event::Listed {
            turn: 1,
            outcome: Ok(Source::of_walk("flare".to_owned(), files))
        }),
        ["post 1 open folder [\"flare/status.log\"] [\"s\"] by defaults"]
    );
}

#[test]
fn a_listing_that_comes_too_late_is_not_heard() {
    let mut stage = Stage::ready();
    stage.tell(Event::List {
        name: "flare".to_owned(),
        listing: "entries",
    });
    stage.tell(Event::Open(source("a.zip")));
    assert!(
        stage
            .tell(Event::Listing {
                turn: 1,
                what: "flare".to_owned(),
                done: 1
            })
            .is_empty()
    );
    let late = Event::Listed {
        turn: 1,
        outcome: Ok(source("flare")),
    };
    assert!(stage.tell(late).is_empty());
    assert_eq!(stage.hears(1, opened("a"))[2..], ["screen ready a"]);
}

#[test]
fn a_cancelled_listing_leaves_the_worker_alone() {
    let mut stage = Stage::ready();
    stage.tell(Event::List {
        name: "flare".to_owned(),
        listing: "entries",
    });
    assert_eq!(
        stage.tell(Event::Cancel),
        ["screen empty", "say \"Cancelled\""]
    );
    let late = Event::Listed {
        turn: 1,
        outcome: Err(error("Unreadable")),
    };
    assert!(stage.tell(late).is_empty());
}

#[test]
fn a_folder_that_can_not_be_listed_fails_in_words() {
    let mut stage = Stage::ready();
    stage.tell(Event::List {
        name: "flare".to_owned(),
        listing: "entries",
    });
    assert_eq!(
        stage.tell(Event::Listed {
            turn: 1,
            outcome: Err(error("Unreadable"))
        }),
        ["screen failed ChooseAgain: Unreadable. Detail."]
    );
    // What is still waited for does not disturb it.
    assert!((0..3).all(|_| stage.wait().is_empty()));
}

#[test]
fn a_listing_without_a_sign_of_life_is_given_up() {
    let mut stage = Stage::ready();
    stage.tell(Event::List {
        name: "share".to_owned(),
        listing: "entries",
    });
    assert!(stage.wait().is_empty());
    stage.tell(Event::Listing {
        turn: 1,
        what: "share".to_owned(),
        done: 1,
    });
    assert!(stage.wait().is_empty());
    assert!(stage.wait().is_empty());
    assert_eq!(
        stage.wait(),
        [
            "screen failed ChooseAgain: The folder could not be read. share: the browser did not list it within a minute."
        ]
    );
    let late = Event::Listed {
        turn: 1,
        outcome: Ok(source("share")),
    };
    assert!(stage.tell(late).is_empty());
}

#[test]
fn what_was_typed_goes_into_the_next_flare_and_the_page_says_so() {
    let mut stage = Stage::opened();
    stage.tell(Event::Type {
        symptom: "slow".to_owned(),
        link: String::new(),
    });
    stage.tell(Event::Open(source("a.zip")));
    assert_eq!(
        stage.hears(2, opened("a"))[3..],
        ["post 3 summary \"slow\""]
    );
    stage.tell(Event::Open(source("b.zip")));
    assert_eq!(
        stage.hears(4, opened("b"))[3..],
        [
            "post 5 summary \"slow\"",
            "say \"The symptom and link typed before still go into this escalation\""
        ]
    );
}

#[test]
fn a_flare_refused_for_choices_that_were_given_up_is_read_by_those_in_force() {
    let mut stage = Stage::new(leak(-1.0));
    stage.tell(Event::Begin);
    stage.tell(Event::Open(source("a.zip")));
    stage.tell(Event::WorkerFiles(Ok(())));
    stage.hears(NO_REQUEST, ready());
    stage.hears(1, failed("No such threshold"));
    assert_eq!(
        stage.hears(2, failed("No such threshold")),
        ["post 3 open [\"a.zip\"] [\"a.zip\"] by defaults"]
    );
    assert_eq!(
        stage.hears(3, failed("No flare")),
        ["screen failed ChooseAgain: No flare. Detail."]
    );
    assert_eq!(stage.session.choices, Choices::default());
}
