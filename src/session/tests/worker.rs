//! The worker comes, goes, is silent, is of another build.

use super::{Stage, crashed, opened, ready, source};
use crate::session::{Awaited, Deliver, Event, WorkerId};
use crate::wire::NO_REQUEST;
use engine::protocol::{Choices, Contact, ExportFormat, Progress, Response};

#[test]
fn what_is_asked_before_the_worker_is_ready_waits_for_it() {
    let mut stage = Stage::new(Choices::default());
    stage.tell(Event::Begin);
    assert_eq!(
        stage.tell(Event::Open(source("a.zip"))),
        ["say \"\"", "reading a.zip", "screen loading"]
    );
    assert_eq!(stage.tell(Event::WorkerFiles(Ok(()))), ["start 1"]);
    assert_eq!(
        stage.hears(NO_REQUEST, ready()),
        [
            "the page is complete",
            "1: post 1 open [\"a.zip\"] [\"a.zip\"] by defaults",
            "when idle"
        ]
    );
}

#[test]
fn files_that_could_not_be_had_are_told_once_they_are_needed() {
    let mut stage = Stage::new(Choices::default());
    stage.tell(Event::Begin);
    // Nothing was asked yet.
    assert_eq!(
        stage.tell(Event::WorkerFiles(Err(
            "./worker.js could not be loaded".to_owned()
        ))),
        [""; 0]
    );
    let lines = stage.tell(Event::Open(source("a.zip")));
    assert_eq!(lines[3..], ["fetch the worker's files"]);
    assert_eq!(
        stage.tell(Event::WorkerFiles(Err(
            "./worker.js could not be loaded".to_owned()
        ))),
        [
            "nothing is read",
            "screen failed TryAgain: The part of the page that reads flares stopped. a.zip: ./worker.js could not be loaded"
        ]
    );
}

#[test]
fn a_worker_that_never_started_is_not_started_again_by_itself() {
    let mut stage = Stage::new(Choices::default());
    stage.tell(Event::Begin);
    stage.tell(Event::WorkerFiles(Ok(())));
    assert_eq!(
        stage.tell(Event::Lost(WorkerId(1), "no module".to_owned())),
        ["end 1"]
    );
    let lines = stage.tell(Event::Open(source("a.zip")));
    assert_eq!(lines[3..], ["start 2"]);
    assert_eq!(
        stage.tell(Event::Lost(WorkerId(2), "unreachable".to_owned()))[2..],
        [
            "screen failed TryAgain: The browser ran out of memory. a.zip: reading it takes more memory than the browser gives this page (unreachable)."
        ]
    );
}

#[test]
fn a_worker_that_dies_with_nothing_to_do_is_replaced_in_silence() {
    let mut stage = Stage::ready();
    assert_eq!(stage.hears(NO_REQUEST, crashed()), ["end 1", "start 2"]);
    let mut stage = Stage::rested();
    assert_eq!(
        stage.of(2).hears(NO_REQUEST, crashed()),
        ["end 2", "start 3"]
    );
    // The next question gets it another.
    assert_eq!(stage.of(1).hears(NO_REQUEST, crashed()), ["end 1"]);
    // What is said afterwards is not heard.
    assert!(stage.hears(NO_REQUEST, ready()).is_empty());
    assert!(
        stage
            .tell(Event::Lost(WorkerId(1), "late".to_owned()))
            .is_empty()
    );
}

#[test]
fn a_worker_of_another_build_is_ended_and_the_page_asks_to_be_loaded_again() {
    let mut stage = Stage::new(Choices::default());
    stage.tell(Event::Begin);
    stage.tell(Event::WorkerFiles(Ok(())));
    let version = "0.9".to_owned();
    assert_eq!(
        stage.hears(NO_REQUEST, Response::Ready { version }),
        [
            "end 1",
            "screen failed Reload: This page has two versions in the browser's cache. The page is 1.0, its worker is 0.9."
        ]
    );
}

#[test]
fn two_silences_in_a_row_are_the_end_of_a_worker() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.zip")));
    assert_eq!(stage.wait(), ["tell \"Reading a.zip\""]);
    assert_eq!(stage.awaited(), [Awaited::Answer(WorkerId(1), 1)]);
    assert_eq!(
        stage.wait(),
        [
            "end 1",
            "start 2",
            "nothing is read",
            "screen failed TryAgain: The part of the page that reads flares stopped. a.zip: it showed no sign of life for a minute"
        ]
    );
    assert!(stage.awaited().is_empty());
}

#[test]
fn a_sign_of_life_between_two_silences_saves_it() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.zip")));
    assert_eq!(stage.wait(), ["tell \"Reading a.zip\""]);
    stage.hears(1, Response::Progress(Progress::default()));
    assert!(stage.wait().is_empty());
    assert!(stage.wait().is_empty());
    assert_eq!(stage.hears(1, opened("a"))[3], "screen ready a");
    assert!(stage.wait().is_empty());
}

#[test]
fn an_export_without_an_answer_is_given_up_and_told() {
    let mut stage = Stage::opened();
    stage.tell(Event::Export {
        format: ExportFormat::Customer,
        deliver: Deliver::Copy,
    });
    assert!(stage.wait().is_empty());
    assert_eq!(
        stage.wait()[2..],
        [
            "say \"The part of the page that reads flares stopped and was restarted: it showed no sign of life for a minute. Try again.\""
        ]
    );
}

#[test]
fn contacts_of_the_worker_are_handed_on() {
    let mut stage = Stage::ready();
    let contact = Contact::Made {
        address: "https://x".to_owned(),
        at_ms: 1.0,
    };
    assert_eq!(
        stage.hears(NO_REQUEST, Response::Contact(contact.clone())),
        [format!("count {contact:?}")]
    );
}

fn idle_with_sample() -> Event<super::Words> {
    let sample = Some(source("sample.zip"));
    Event::Idle { sample }
}

const PRACTICE: [&str; 1] = ["1: post 1 open [\"sample.zip\"] [\"sample.zip\"] by defaults"];

#[test]
fn an_idle_reader_practises_on_the_sample_once_and_nobody_sees_it() {
    let mut stage = Stage::ready();
    assert_eq!(stage.tell(idle_with_sample()), PRACTICE);
    assert!(stage.tell(idle_with_sample()).is_empty());
    assert!(stage.awaited().is_empty());
    assert!(
        stage
            .hears(1, Response::Progress(Progress::default()))
            .is_empty()
    );
    assert!(stage.hears(1, opened("sample")).is_empty());
    assert!(stage.hears(1, super::details("sample")).is_empty());
    assert!(stage.tell(idle_with_sample()).is_empty());
    // A drop goes to the same worker.
    let told = stage.tell(Event::Open(source("a.zip")));
    assert!(told[3].starts_with("1: post 2 open"), "{told:?}");
    // And the next reader practises too.
    stage.hears(2, opened("a"));
    stage.hears(2, super::details("a"));
    assert_eq!(stage.tell(idle_with_sample()), ["start 2"]);
    stage.of(2).hears(NO_REQUEST, ready());
    assert_eq!(stage.tell(idle_with_sample()).len(), 1);
}

#[test]
fn nobody_practises_while_something_is_read() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.zip")));
    assert!(stage.tell(idle_with_sample()).is_empty());
}

#[test]
fn a_worker_that_is_lost_over_practice_is_the_last_that_practises() {
    let mut stage = Stage::ready();
    stage.tell(idle_with_sample());
    // What was dropped meanwhile is read by the next one.
    stage.tell(Event::Open(source("a.zip")));
    assert_eq!(stage.hears(1, crashed()), ["end 1", "start 2"]);
    let posted = stage.of(2).hears(NO_REQUEST, ready());
    assert!(posted[1].starts_with("2: post 3 open"), "{posted:?}");
    stage.hears(3, opened("a"));
    stage.tell(idle_with_sample());
    stage.of(3).hears(NO_REQUEST, ready());
    assert!(stage.tell(idle_with_sample()).is_empty());
}
