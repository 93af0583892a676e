//! Questions about the open flare.

use super::{Stage, crashed, details, failed, opened, ready, source};
use crate::session::{Deliver, Effect, Event, WorkerId};
use crate::wire::NO_REQUEST;
use engine::protocol::{
    Column, ColumnView, ExportFormat, Filter, Form, ProfileName, Replaced, Replacement, Response,
    RowsView, TableForm, TopQuestion,
};

const fn export(deliver: Deliver) -> Event<super::Words> {
    let format = ExportFormat::Customer;
    Event::Export { format, deliver }
}

fn exported(text: &str) -> Response {
    Response::Exported {
        format: ExportFormat::Customer,
        file_name: "customer-message.txt".to_owned(),
        media_type: "text/plain".to_owned(),
        text: text.to_owned(),
    }
}

fn typed(symptom: &str) -> Event<super::Words> {
    Event::Type {
        symptom: symptom.to_owned(),
        link: String::new(),
    }
}

fn replacements() -> Response {
    Response::Preview(vec![Replaced {
        form: Form::Host,
        names: vec![Replacement {
            form: Form::Host,
            original: "web-7".to_owned(),
            pseudonym: "host-1".to_owned(),
            count: 2,
        }],
    }])
}

/// Delivers the text that request 2 gave, and says whether it is out.
fn deliver(stage: &mut Stage, is_done: bool) -> Vec<String> {
    let answer = crate::wire::Answer {
        id: 2,
        response: exported("Grüße"),
    };
    let mut effects = stage.session.handle(Event::Heard(WorkerId(1), answer));
    let Some(Effect::Deliver(what)) = effects.pop() else {
        panic!("nothing is delivered");
    };
    stage.tell(Event::Delivered { what, is_done })
}

#[test]
fn an_export_is_copied_and_counted_in_letters() {
    let mut stage = Stage::opened();
    assert_eq!(
        stage.tell(export(Deliver::Copy)),
        ["1: post 2 export customer \"\""]
    );
    assert_eq!(
        deliver(&mut stage, true),
        ["say \"Customer message copied, 5 characters\""]
    );
}

#[test]
fn what_the_clipboard_refuses_is_shown_to_be_copied_by_hand() {
    let mut stage = Stage::opened();
    stage.tell(export(Deliver::Copy));
    assert_eq!(
        deliver(&mut stage, false),
        ["copy by hand Customer message: \"Grüße\""]
    );
}

#[test]
fn an_export_is_saved_under_its_file_name() {
    let mut stage = Stage::opened();
    stage.tell(export(Deliver::Save));
    assert_eq!(
        deliver(&mut stage, true),
        ["say \"customer-message.txt saved\""]
    );
    let mut stage = Stage::opened();
    stage.tell(export(Deliver::Save));
    assert_eq!(
        deliver(&mut stage, false),
        ["copy by hand customer-message.txt: \"Grüße\""]
    );
}

#[test]
fn a_redacted_export_says_so() {
    let mut stage = Stage::opened();
    assert_eq!(
        stage.tell(Event::Redact(true)),
        [
            "1: post 2 summary redacted \"\"",
            "say \"Names are replaced in the texts to paste and in everything you copy or save. The rest of this screen stays as it is\""
        ]
    );
    assert_eq!(
        stage.tell(export(Deliver::Save)),
        ["1: post 3 export customer redacted \"\""]
    );
    assert_eq!(
        stage.hears(3, exported("x")),
        ["save customer-message.txt (text/plain): \"x\", names replaced"]
    );
    assert_eq!(
        stage.tell(Event::Redact(false)),
        [
            "1: post 4 summary \"\"",
            "say \"Copies and files have their real names again\""
        ]
    );
}

#[test]
fn a_text_of_the_page_is_copied_without_asking_anybody() {
    assert_eq!(
        Stage::ready().tell(Event::Copy {
            name: "Command".to_owned(),
            text: "agent flare".to_owned()
        }),
        ["copy Command: \"agent flare\""]
    );
}

#[test]
fn nothing_is_asked_without_a_flare() {
    assert!(Stage::ready().tell(export(Deliver::Copy)).is_empty());
}

#[test]
fn the_open_flare_is_asked_about_while_another_is_read() {
    let mut stage = Stage::rested();
    let opened = stage.tell(Event::Open(source("b.zip")));
    assert!(opened.iter().any(|it| it.starts_with("2: post 2 open")));
    assert_eq!(
        stage.tell(export(Deliver::Copy)),
        ["1: post 3 export customer \"\""]
    );
    assert_eq!(
        stage.of(1).hears(3, exported("x")),
        ["copy Customer message: \"x\""]
    );
}

#[test]
fn an_export_that_fails_is_told() {
    let mut stage = Stage::opened();
    stage.tell(export(Deliver::Copy));
    assert_eq!(
        stage.hears(2, failed("No flare is open")),
        ["say \"No flare is open. Detail. Hint.\""]
    );
    // Nobody waits for it any more.
    assert!(stage.hears(2, exported("x")).is_empty());
}

#[test]
fn a_new_worker_gets_the_flare_again_before_it_is_asked_about_it() {
    let mut stage = Stage::opened();
    assert_eq!(stage.hears(NO_REQUEST, crashed()), ["end 1"]);
    assert_eq!(stage.tell(export(Deliver::Copy)), ["start 2"]);
    assert_eq!(
        stage.of(2).hears(NO_REQUEST, ready()),
        [
            "the page is complete",
            "2: post 2 open [\"a.zip\"] [\"a.zip\"] by defaults",
            "2: post 3 export customer \"\"",
            "when idle"
        ]
    );
    // The report is on the page already.
    assert!(stage.hears(2, opened("a")).is_empty());
    assert_eq!(stage.hears(2, details("a")), ["details a", "when idle"]);
    assert_eq!(
        stage.hears(3, exported("x")),
        ["copy Customer message: \"x\""]
    );
    // Once is enough.
    assert_eq!(stage.tell(export(Deliver::Copy)).len(), 1);
}

#[test]
fn who_would_read_the_next_flare_takes_the_place_of_a_holder_that_is_lost() {
    let mut stage = Stage::rested();
    stage.of(1).hears(NO_REQUEST, crashed());
    assert_eq!(
        stage.tell(export(Deliver::Copy)),
        [
            "2: post 2 open [\"a.zip\"] [\"a.zip\"] by defaults",
            "2: post 3 export customer \"\""
        ]
    );
    // Unless it is busy with that.
    let mut stage = Stage::rested();
    stage.tell(Event::Open(source("b.zip")));
    assert_eq!(stage.of(1).hears(NO_REQUEST, crashed()), ["end 1"]);
    assert_eq!(stage.tell(export(Deliver::Copy)), ["start 3"]);
    assert_eq!(stage.of(2).hears(2, opened("b"))[..1], ["end 3"]);
}

#[test]
fn a_flare_that_is_gone_when_a_new_worker_needs_it_is_told() {
    let mut stage = Stage::rested();
    stage.of(1).hears(NO_REQUEST, crashed());
    stage.tell(Event::Preview);
    assert_eq!(
        stage.of(2).hears(2, failed("Gone")),
        [
            "end 2",
            "say \"Gone. Detail. Hint.\"",
            "preview failed: Gone"
        ]
    );
    // What was asked goes unanswered; the next question tries again.
    assert!(stage.hears(3, replacements()).is_empty());
    assert_eq!(stage.tell(export(Deliver::Copy)), ["start 3"]);
}

#[test]
fn a_crash_while_something_is_asked_is_told_and_the_report_stays() {
    let mut stage = Stage::opened();
    stage.tell(export(Deliver::Copy));
    assert_eq!(
        stage.hears(2, crashed()),
        [
            "end 1",
            "no preview",
            "say \"The part of the page that reads flares stopped and was restarted: panicked. Try again.\""
        ]
    );
}

#[test]
fn a_crash_before_all_of_a_flare_is_there_makes_it_be_read_once_more() {
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.zip")));
    stage.hears(1, opened("a"));
    let told = stage.hears(1, crashed());
    assert_eq!(told.first().map(String::as_str), Some("end 1"));
    assert_eq!(told.last().map(String::as_str), Some("start 2"));
    stage.of(2).hears(NO_REQUEST, ready());
    assert_eq!(stage.hears(2, details("a"))[..1], ["details a"]);
    // Not for ever.
    let mut stage = Stage::ready();
    stage.tell(Event::Open(source("a.zip")));
    stage.hears(1, opened("a"));
    stage.hears(1, crashed());
    stage.of(2).hears(NO_REQUEST, ready());
    let told = stage.hears(2, crashed());
    assert!(!told.iter().any(|it| it.starts_with("start")), "{told:?}");
}

#[test]
fn the_summary_is_asked_for_once_typing_rests() {
    let mut stage = Stage::opened();
    stage.wait();
    assert_eq!(stage.tell(typed("s")), ["wait 300ms"]);
    assert_eq!(stage.tell(typed("slow")), ["wait 300ms"]);
    assert_eq!(stage.wait(), ["1: post 2 summary \"slow\""]);
    assert_eq!(stage.hears(2, opened("a, slow")), ["summary a, slow"]);
}

#[test]
fn only_the_last_summary_is_of_interest() {
    let mut stage = Stage::opened();
    stage.tell(typed("a"));
    stage.wait();
    stage.tell(typed("b"));
    assert_eq!(stage.wait(), ["1: post 3 summary \"b\""]);
    assert!(stage.hears(2, exported("of a")).is_empty());
    assert_eq!(stage.hears(3, opened("of b")), ["summary of b"]);
}

#[test]
fn what_redaction_replaces_is_shown_unless_it_was_closed() {
    let mut stage = Stage::opened();
    assert_eq!(
        stage.tell(Event::Preview),
        ["preview loading", "1: post 2 preview"]
    );
    assert_eq!(stage.hears(2, replacements()), ["preview of 1"]);
    stage.tell(Event::Preview);
    assert_eq!(stage.hears(3, failed("Odd")), ["preview failed: Odd"]);
    stage.tell(Event::Preview);
    stage.tell(Event::ClosePreview);
    assert!(stage.hears(4, replacements()).is_empty());
}

fn of_core() -> TopQuestion {
    TopQuestion {
        process: "core".to_owned(),
        profile: ProfileName::HeapDiff,
        sample_type: "inuse_space".to_owned(),
        column: Column::Cum,
        reversed: false,
        filter: Filter::All,
        offset: 60,
        count: 60,
    }
}

fn by_cum(table: &'static str) -> Event<super::Words> {
    let question = of_core();
    Event::Top { question, table }
}

fn heading(column: Column) -> ColumnView {
    ColumnView {
        column,
        title: String::new(),
        hint: String::new(),
        sort: None,
        resize: String::new(),
    }
}

#[test]
fn rows_of_a_table_are_the_engines() {
    let mut stage = Stage::opened();
    assert_eq!(
        stage.tell(by_cum("first")),
        ["1: post 2 top of core by Cum"]
    );
    let rows = RowsView {
        name: "heap diff of core".to_owned(),
        scale: String::new(),
        columns: Vec::new(),
        words: [Column::Function, Column::Owner].map(heading),
        filters: Vec::new(),
        rows_total: 812,
        shown: "812 functions".to_owned(),
        offset: 60,
        rows: Vec::new(),
        zero: None,
    };
    assert_eq!(
        stage.hears(2, Response::Top(Box::new(rows))),
        ["table first: 812 functions"]
    );
    stage.tell(by_cum("second"));
    assert_eq!(stage.hears(3, failed("No such table")).len(), 1);
}

#[test]
fn a_table_is_copied_with_names_replaced_where_redaction_is_on() {
    let mut stage = Stage::opened();
    let copy = || Event::CopyTable {
        table: of_core(),
        form: TableForm::Csv,
    };
    assert_eq!(stage.tell(copy()), ["1: post 2 text of core as csv"]);
    let text = || Response::TopText {
        name: "Heap diff of core, 812 functions as CSV".to_owned(),
        text: "a,b".to_owned(),
    };
    assert_eq!(
        stage.hears(2, text()),
        ["copy Heap diff of core, 812 functions as CSV: \"a,b\""]
    );
    stage.tell(Event::Redact(true));
    assert_eq!(
        stage.tell(copy()),
        ["1: post 4 text of core as csv redacted"]
    );
    assert_eq!(
        stage.hears(4, text()),
        ["copy Heap diff of core, 812 functions as CSV: \"a,b\", names replaced"]
    );
    stage.tell(copy());
    assert_eq!(stage.hears(5, failed("No such table")).len(), 1);
}
