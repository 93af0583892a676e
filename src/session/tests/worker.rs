//! The worker comes, goes, is silent, is of another build.

use super::{Stage, crashed, opened, ready, source};
use crate::session::{Awaited, Deliver, Event};
use crate::wire::NO_REQUEST;
use engine::protocol::{Choices, Contact, ExportFormat, Progress, Response};

#[test]
fn what_is_asked_before_the_worker_is_ready_waits_for_it() {
    let mut stage = Stage::new(Choices::default());
    stage.tell(Event::Begin);
    assert_eq!(
        stage.tell(Event::Open(source("a.zip"))),
        ["say \"\"", "progress \"\" 0", "screen loading a.zip"]
    );
    assert_eq!(stage.tell(Event::WorkerFiles(Ok(()))), ["start a worker"]);
    assert_eq!(
        stage.hears(NO_REQUEST, ready()),
        [
            "the page is complete",
            "post 1 open [\"a.zip\"] [\"a.zip\"] by defaults"
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
        ["no preview"]
    );
    let lines = stage.tell(Event::Open(source("a.zip")));
    assert_eq!(lines[3..], ["fetch the worker's files"]);
    assert_eq!(
        stage.tell(Event::WorkerFiles(Err(
            "./worker.js could not be loaded".to_owned()
        ))),
        [
            "no preview",
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
        stage.tell(Event::Lost("no module".to_owned())),
        ["end the worker", "no preview"]
    );
    let lines = stage.tell(Event::Open(source("a.zip")));
    assert_eq!(lines[3..], ["start a worker"]);
    assert_eq!(
        stage.tell(Event::Lost("unreachable".to_owned()))[2..],
        [
            "screen failed TryAgain: The browser ran out of memory. a.zip: reading it takes more memory than the browser gives this page (unreachable)."
        ]
    );
}

#[test]
fn a_worker_that_dies_with_nothing_to_do_is_replaced_in_silence() {
    let mut stage = Stage::opened();
    assert_eq!(
        stage.hears(NO_REQUEST, crashed()),
        ["end the worker", "start a worker", "no preview"]
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
            "end the worker",
            "screen failed Reload: This page has two versions in the browser's cache. The page is 1.0, its worker is 0.9."
        ]
    );
}

#[test]
fn two_silences_in_a_row_are_the_end_of_a_worker() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.zip")));
    assert!(stage.wait().is_empty());
    assert_eq!(stage.awaited(), [Awaited::Answer(1)]);
    assert_eq!(
        stage.wait(),
        [
            "end the worker",
            "start a worker",
            "no preview",
            "screen failed TryAgain: The part of the page that reads flares stopped. a.zip: it showed no sign of life for a minute"
        ]
    );
    assert!(stage.awaited().is_empty());
}

#[test]
fn a_sign_of_life_between_two_silences_saves_it() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.zip")));
    assert!(stage.wait().is_empty());
    stage.hears(1, Response::Progress(Progress::default()));
    assert!(stage.wait().is_empty());
    assert!(stage.wait().is_empty());
    assert_eq!(stage.hears(1, opened("a"))[2..], ["screen ready a"]);
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
        stage.wait()[3..],
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
