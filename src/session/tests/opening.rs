//! From a drop to a report, and every way in which that does not happen.

use super::{Stage, crashed, details, error, failed, leak, opened, ready, source};
use crate::session::{Awaited, Event, WorkerId};
use crate::source::Source;
use crate::wire::NO_REQUEST;
use engine::protocol::{Choices, Pairs, Progress, Response};

const FIRST_VIEW: [&str; 3] = ["nothing is read", "first view", "no details yet"];

fn working(permille: u32) -> Response {
    Response::Progress(Progress {
        stage: "Reading".to_owned(),
        what: "core-cpu.pprof".to_owned(),
        permille: Some(permille),
        finished: Vec::new(),
    })
}

#[test]
fn a_flare_is_read_and_shown() {
    let mut stage = Stage::ready();
    assert_eq!(
        stage.tell(Event::Open(source("a.zip"))),
        [
            "say \"\"",
            "reading a.zip",
            "screen loading",
            "1: post 1 open [\"a.zip\"] [\"a.zip\"] by defaults",
        ]
    );
    assert_eq!(stage.awaited(), [Awaited::Answer(WorkerId(1), 1)]);
    assert_eq!(
        stage.hears(1, working(3)),
        ["progress \"Reading\" \"core-cpu.pprof\""]
    );
    let shown = stage.hears(1, opened("a"));
    assert_eq!(shown[..3], FIRST_VIEW);
    assert_eq!(
        shown[3..],
        ["screen ready a", "tell \"Report of a is there\""]
    );
    assert_eq!(stage.awaited(), [Awaited::Answer(WorkerId(1), 1)]);
    assert_eq!(stage.hears(1, details("a")), ["details a", "when idle"]);
    assert!(stage.wait().is_empty());
    assert!(stage.awaited().is_empty());
}

#[test]
fn names_that_deceive_the_eye_are_shown_as_what_they_are() {
    let mut stage = Stage::ready();
    let lines = stage.tell(Event::Open(source("\u{202e}piz.a")));
    assert_eq!(lines[1], "reading (U+202E)piz.a");
}

#[test]
fn a_drop_while_one_is_read_takes_its_place() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.zip")));
    assert_eq!(
        stage.tell(Event::Open(source("b.zip"))),
        [
            "end 1",
            "start 2",
            "say \"\"",
            "reading b.zip",
            "screen loading",
        ]
    );
    assert_eq!(
        stage.of(2).hears(NO_REQUEST, ready()),
        [
            "the page is complete",
            "2: post 2 open [\"b.zip\"] [\"b.zip\"] by defaults",
            "when idle"
        ]
    );
    // Should the first be heard of all the same, it is of no interest.
    assert!(stage.of(1).hears(1, working(3)).is_empty());
    assert!(stage.hears(1, opened("a")).is_empty());
    assert_eq!(stage.of(2).hears(2, opened("b"))[3], "screen ready b");
}

#[test]
fn the_open_report_stays_until_the_next_one_is_there() {
    let mut stage = Stage::rested();
    assert_eq!(
        stage.tell(Event::Open(source("b.zip"))),
        [
            "say \"\"",
            "reading b.zip",
            "2: post 2 open [\"b.zip\"] [\"b.zip\"] by defaults"
        ]
    );
    assert_eq!(
        stage.of(2).hears(2, working(3)),
        ["progress \"Reading\" \"core-cpu.pprof\""]
    );
    assert_eq!(
        stage.hears(2, opened("b")),
        [
            "end 1",
            "nothing is read",
            "first view",
            "no details yet",
            "screen ready b",
            "tell \"Report of b is there\""
        ]
    );
    assert_eq!(stage.hears(2, details("b"))[..1], ["details b"]);
}

#[test]
fn a_next_flare_gets_a_worker_even_before_the_browser_was_idle() {
    let mut stage = Stage::opened();
    assert_eq!(stage.tell(Event::Open(source("b.zip")))[2..], ["start 2"]);
    assert_eq!(
        stage.of(2).hears(NO_REQUEST, ready())[1],
        "2: post 2 open [\"b.zip\"] [\"b.zip\"] by defaults"
    );
}

#[test]
fn what_takes_a_while_is_told_and_what_does_not_is_not() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.zip")));
    stage.tell(Event::Open(source("b.zip")));
    assert_eq!(stage.wait(), ["tell \"Reading b.zip\""]);
    stage.of(2).hears(NO_REQUEST, ready());
    stage.hears(2, opened("b"));
    stage.tell(Event::Open(source("c.zip")));
    stage.of(3).hears(NO_REQUEST, ready());
    let told = stage.hears(3, opened(""));
    assert_eq!(
        told.last().map(String::as_str),
        Some("tell \"Report of c.zip is there\"")
    );
    assert!(stage.wait().is_empty());
}

#[test]
fn cancelling_leads_back_to_what_was_shown() {
    let mut stage = Stage::ready();
    assert!(stage.tell(Event::Cancel).is_empty());
    stage.tell(Event::Open(source("a.zip")));
    assert_eq!(
        stage.tell(Event::Cancel),
        [
            "end 1",
            "start 2",
            "nothing is read",
            "screen empty",
            "say \"Cancelled\""
        ]
    );
    // The open report was there all the time, and so was the worker that holds its flare.
    let mut stage = Stage::rested();
    stage.tell(Event::Open(source("b.zip")));
    assert_eq!(
        stage.tell(Event::Cancel),
        ["end 2", "start 3", "nothing is read", "say \"Cancelled\""]
    );
    assert!(stage.tell(Event::Cancel).is_empty());
    assert_eq!(stage.tell(Event::Preview)[1..], ["1: post 3 preview"]);
}

#[test]
fn what_is_no_flare_fails_in_words() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.txt")));
    assert_eq!(
        stage.hears(1, failed("No flare")),
        [
            "nothing is read",
            "screen failed ChooseAgain: No flare. Detail."
        ]
    );
    assert_eq!(stage.tell(Event::Dismiss), ["screen empty"]);
}

#[test]
fn a_failure_is_told_over_the_open_report() {
    let mut stage = Stage::rested();
    stage.tell(Event::Open(source("b.txt")));
    assert_eq!(
        stage.of(2).hears(2, failed("No flare")),
        ["nothing is read", "trouble ChooseAgain: No flare. Detail."]
    );
    assert_eq!(stage.tell(Event::Dismiss), ["no trouble"]);
    assert!(stage.tell(Event::Dismiss).is_empty());
    // The same worker reads the next one, which takes the word away.
    stage.tell(Event::Open(source("b.txt")));
    stage.hears(3, failed("No flare"));
    assert_eq!(
        stage.tell(Event::Open(source("c.zip"))),
        [
            "no trouble",
            "say \"\"",
            "reading c.zip",
            "2: post 4 open [\"c.zip\"] [\"c.zip\"] by defaults"
        ]
    );
}

#[test]
fn a_crash_while_reading_is_told_and_the_same_can_be_tried_again() {
    let mut stage = Stage::rested();
    stage.tell(Event::Open(source("b.zip")));
    assert_eq!(
        stage.of(2).hears(2, crashed()),
        [
            "end 2",
            "start 3",
            "nothing is read",
            "trouble TryAgain: The part of the page that reads flares stopped. b.zip: panicked",
        ]
    );
    assert_eq!(stage.of(3).hears(NO_REQUEST, ready()), super::READY);
    assert_eq!(
        stage.tell(Event::TryAgain)[2..],
        [
            "reading b.zip",
            "3: post 3 open [\"b.zip\"] [\"b.zip\"] by defaults"
        ]
    );
    // The first worker has its flare all the while.
    assert_eq!(stage.tell(Event::Preview)[1..], ["1: post 4 preview"]);
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
        let mut stage = Stage::rested();
        let told = stage.tell(Event::Pair(pairs));
        assert!(
            told.iter()
                .any(|effect| effect.contains(": post") && effect.ends_with(said)),
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
            "reading flare",
            "screen loading",
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
        ["progress \"Listing the folder, 7 files so far\" \"flare/(U+202E)logs\""]
    );
    let files = vec![("flare/status.log".to_owned(), "s")];
    assert_eq!(
        stage.tell(Event::Listed {
            turn: 1,
            outcome: Ok(Source::of_walk("flare".to_owned(), files))
        }),
        ["1: post 1 open folder [\"flare/status.log\"] [\"s\"] by defaults"]
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
    assert_eq!(stage.hears(1, opened("a"))[3], "screen ready a");
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
        ["nothing is read", "screen empty", "say \"Cancelled\""]
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
        [
            "nothing is read",
            "screen failed ChooseAgain: Unreadable. Detail."
        ]
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
    assert_eq!(stage.wait(), ["tell \"Reading share\""]);
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
            "nothing is read",
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
    stage.of(2).hears(NO_REQUEST, ready());
    assert_eq!(
        stage.hears(2, opened("a"))[6..],
        ["2: post 3 summary \"slow\""]
    );
    stage.tell(Event::Open(source("b.zip")));
    stage.of(3).hears(NO_REQUEST, ready());
    assert_eq!(
        stage.hears(4, opened("b"))[6..],
        [
            "3: post 5 summary \"slow\"",
            "say \"The symptom and link you typed before still go into this escalation\""
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
        ["1: post 3 open [\"a.zip\"] [\"a.zip\"] by defaults"]
    );
    assert_eq!(
        stage.hears(3, failed("No flare")),
        [
            "nothing is read",
            "screen failed ChooseAgain: No flare. Detail."
        ]
    );
    assert_eq!(stage.session.choices, Choices::default());
}
