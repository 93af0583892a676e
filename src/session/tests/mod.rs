//! Each path through a session: what happens, and the effects as lines.

mod asking;
mod choosing;
mod opening;
mod worker;

use crate::session::{
    Awaited, Deliver, Effect, Event, Failure, Page, Preview, Screen, Session, Timer, ToWorker,
    WorkerId,
};
use crate::source::Source;
use crate::wire::{Answer, Call, NO_REQUEST};
use engine::protocol::{
    AgentView, BannerView, Choices, DetailsView, HeaderView, Pairs, Question, ReadStats, Replies,
    Request, Response, Section, SectionKind, SectionState, SettingsView, StateGrid, SummaryView,
    UserError, VerdictKind,
};

/// A page whose files, listings and callbacks are words.
struct Words;

impl Page for Words {
    type File = &'static str;
    type Listing = &'static str;
    type Reply = &'static str;
    type Table = &'static str;
}

const BUILD: &str = "1.0";

/// What comes of a worker that is ready.
const READY: [&str; 2] = ["the page is complete", "when idle"];

/// A session, and the timers that it set.
struct Stage {
    session: Session<Words>,
    /// Says what is heard.
    speaker: WorkerId,
    timers: Vec<Timer>,
}

impl Stage {
    /// Before anything happened.
    fn new(choices: Choices) -> Self {
        Self {
            session: Session::new(BUILD, choices),
            speaker: WorkerId(1),
            timers: Vec::new(),
        }
    }

    /// With a worker that takes requests.
    fn ready() -> Self {
        let mut stage = Self::new(Choices::default());
        assert_eq!(stage.tell(Event::Begin), ["fetch the worker's files"]);
        assert_eq!(stage.tell(Event::WorkerFiles(Ok(()))), ["start 1"]);
        assert_eq!(stage.hears(NO_REQUEST, ready()), READY);
        stage
    }

    /// With the report of `a.zip`, which was request 1.
    fn opened() -> Self {
        let mut stage = Self::ready();
        stage.tell(Event::Open(source("a.zip")));
        assert_eq!(
            stage.hears(1, opened("a")),
            [
                "nothing is read",
                "first view",
                "no details yet",
                "screen ready a",
                "tell \"Report of a is there\""
            ]
        );
        assert_eq!(stage.hears(1, details("a")), ["details a", "when idle"]);
        stage
    }

    /// The same, with another worker that reads the next flare.
    fn rested() -> Self {
        let mut stage = Self::opened();
        assert_eq!(stage.tell(idle()), ["start 2"]);
        assert_eq!(stage.of(2).hears(NO_REQUEST, ready()), READY);
        stage
    }

    /// What is heard from now on is said by this worker.
    fn of(&mut self, worker: u32) -> &mut Self {
        self.speaker = WorkerId(worker);
        self
    }

    fn tell(&mut self, event: Event<Words>) -> Vec<String> {
        let mut lines = Vec::new();
        for effect in self.session.handle(event) {
            match effect {
                Effect::After(time, timer) => {
                    self.timers.push(timer);
                    if let Timer::Typing(_) = timer {
                        lines.push(format!("wait {time:?}"));
                    }
                }
                effect => lines.push(line(effect)),
            }
        }
        lines
    }

    fn hears(&mut self, id: u32, response: Response) -> Vec<String> {
        self.tell(Event::Heard(self.speaker, Answer { id, response }))
    }

    /// The times of all timers that were set are over.
    fn wait(&mut self) -> Vec<String> {
        let timers = std::mem::take(&mut self.timers);
        timers
            .into_iter()
            .flat_map(|timer| self.tell(Event::Over(timer)))
            .collect()
    }

    /// The times of silence that are being waited for.
    fn awaited(&self) -> Vec<Awaited> {
        let what = |timer: &Timer| match timer {
            Timer::Silence(watch) => Some(watch.what),
            Timer::Typing(_) | Timer::Reading(_) => None,
        };
        self.timers.iter().filter_map(what).collect()
    }
}

fn line(effect: Effect<Words>) -> String {
    match effect {
        Effect::Worker(ToWorker::Fetch) => "fetch the worker's files".to_owned(),
        Effect::Worker(ToWorker::Start(id)) => format!("start {}", id.0),
        Effect::Worker(ToWorker::End(id)) => format!("end {}", id.0),
        Effect::Worker(ToWorker::Post(id, call)) => format!("{}: {}", id.0, posted(&call)),
        Effect::After(..) => unreachable!("kept by the stage"),
        Effect::List {
            turn,
            name,
            listing,
        } => format!("list {turn} {name}: {listing}"),
        Effect::Screen(Screen::Empty) => "screen empty".to_owned(),
        Effect::Screen(Screen::Loading) => "screen loading".to_owned(),
        Effect::Screen(Screen::Ready(view)) => format!("screen ready {}", view.header.hostname),
        Effect::Screen(Screen::Failed(failure)) => format!("screen failed {}", said(&failure)),
        Effect::Trouble(Some(failure)) => format!("trouble {}", said(&failure)),
        Effect::Trouble(None) => "no trouble".to_owned(),
        Effect::Reading(Some(name)) => format!("reading {name}"),
        Effect::Reading(None) => "nothing is read".to_owned(),
        Effect::Tell(text) => format!("tell {text:?}"),
        Effect::WhenIdle => "when idle".to_owned(),
        Effect::Progress(progress) => format!("progress {:?} {:?}", progress.stage, progress.what),
        Effect::Say(text) => format!("say {text:?}"),
        Effect::FirstView => "first view".to_owned(),
        Effect::Summary(view) => format!("summary {}", view.header.hostname),
        Effect::Details(None) => "no details yet".to_owned(),
        Effect::Details(Some(details)) => format!("details {}", details.agent.section.title),
        Effect::Preview(None) => "no preview".to_owned(),
        Effect::Preview(Some(Preview::Loading)) => "preview loading".to_owned(),
        Effect::Preview(Some(Preview::Ready(list))) => format!("preview of {}", list.len()),
        Effect::Preview(Some(Preview::Failed(error))) => format!("preview failed: {}", error.title),
        Effect::Keep { choices, said } => format!("keep {}, {said:?}", judged_by(&choices)),
        Effect::Forget => "forget".to_owned(),
        Effect::Choices {
            choices,
            are_unkept,
        } => format!(
            "judge by {}{}",
            judged_by(&choices),
            if are_unkept { ", not kept" } else { "" }
        ),
        Effect::Reply(reply, Ok(view)) => format!("reply {reply}: leak {} MB", view.leak_mb),
        Effect::Reply(reply, Err(error)) => format!("reply {reply}: {}", error.title),
        Effect::Table(table, rows) => format!("table {table}: {}", rows.shown),
        Effect::Deliver(what) => match what.deliver {
            Deliver::Copy => format!("copy {}: {:?}{}", what.name, what.text, what.remark),
            Deliver::Save => format!(
                "save {} ({}): {:?}{}",
                what.name, what.media_type, what.text, what.remark
            ),
        },
        Effect::ManualCopy(copy) => format!("copy by hand {}: {:?}", copy.name, copy.text),
        Effect::Loaded => "the page is complete".to_owned(),
        Effect::Contact(contact) => format!("count {contact:?}"),
    }
}

fn said(failure: &Failure) -> String {
    let Failure { error, way_out } = failure;
    format!("{way_out:?}: {}. {}", error.title, error.detail)
}

fn posted(call: &Call<&'static str>) -> String {
    let id = call.id;
    match &call.request {
        Request::Open {
            paths,
            folder,
            choices,
            pairs,
        } => format!(
            "post {id} open{} {paths:?} {:?} by {}{}",
            if *folder { " folder" } else { "" },
            call.files,
            judged_by(choices),
            match pairs {
                Pairs::ByTime => "",
                Pairs::Swapped => ", pairs swapped",
                Pairs::Apart => ", pairs apart",
            }
        ),
        Request::Ask(Question::Check { choices }) => {
            format!("post {id} check {}", judged_by(choices))
        }
        Request::Ask(Question::Top(top)) => format!(
            "post {id} top of {} by {:?}{}",
            top.process,
            top.column,
            if top.reversed { " reversed" } else { "" }
        ),
        Request::Ask(Question::TopText {
            table,
            form,
            redact,
        }) => format!(
            "post {id} text of {} as {}{}",
            table.process,
            form.as_str(),
            if *redact { " redacted" } else { "" }
        ),
        Request::Ask(Question::Export { format, options }) => format!(
            "post {id} export {}{} {:?}",
            format.as_str(),
            if options.redact { " redacted" } else { "" },
            options.symptom
        ),
        Request::Ask(Question::Summary { options }) => format!(
            "post {id} summary{} {:?}",
            if options.redact { " redacted" } else { "" },
            options.symptom
        ),
        Request::Ask(Question::Preview { options }) => {
            assert!(options.redact);
            format!("post {id} preview")
        }
    }
}

fn judged_by(choices: &Choices) -> String {
    match choices.leak_mb {
        Some(mb) => format!("{mb} MB"),
        None => "defaults".to_owned(),
    }
}

fn leak(mb: f64) -> Choices {
    Choices {
        leak_mb: Some(mb),
        ..Choices::default()
    }
}

fn source(name: &'static str) -> Source<&'static str> {
    Source::of_list(vec![(name.to_owned(), name)], false)
}

fn idle() -> Event<Words> {
    Event::Idle { sample: None }
}

fn ready() -> Response {
    Response::Ready {
        version: BUILD.to_owned(),
    }
}

fn crashed() -> Response {
    Response::Crashed {
        message: "panicked".to_owned(),
    }
}

fn failed(title: &str) -> Response {
    Response::Failed(error(title))
}

fn error(title: &str) -> UserError {
    UserError {
        title: title.to_owned(),
        detail: "Detail.".to_owned(),
        hint: "Hint.".to_owned(),
    }
}

fn settings(leak_mb: f64) -> SettingsView {
    SettingsView {
        leak_mb,
        cpu_percent: 0.0,
        contention_s: 0.0,
        count_idle_waits: false,
        owners_file: String::new(),
        owners_source: String::new(),
        owners_date: String::new(),
        owners_count: 0,
        changes: Vec::new(),
        pairs: Pairs::ByTime,
    }
}

/// A report that is known by its host.
fn opened(hostname: &str) -> Response {
    let text = String::new;
    Response::Summary(Box::new(SummaryView {
        title: text(),
        evidence: Vec::new(),
        header: HeaderView {
            hostname: hostname.to_owned(),
            agent: text(),
            captured: text(),
            size: text(),
            source: text(),
        },
        banner: BannerView {
            calm: true,
            kind: VerdictKind::Normal,
            title: text(),
            summary: text(),
            lines: Vec::new(),
            also: Vec::new(),
            unmeasured: Vec::new(),
            changes: text(),
            pairing: None,
        },
        grid: StateGrid {
            kinds: Vec::new(),
            rows: Vec::new(),
        },
        steps: Vec::new(),
        replies: Replies {
            customer: text(),
            escalation: text(),
            jira: text(),
            redacted: false,
        },
        stats: ReadStats::default(),
        settings: settings(0.0),
    }))
}

/// All else of it.
fn details(hostname: &str) -> Response {
    Response::Opened(Box::new(DetailsView {
        evidence: Vec::new(),
        processes: Vec::new(),
        general: Vec::new(),
        agent: AgentView {
            first: Vec::new(),
            section: Section::new(
                SectionKind::Agent,
                None,
                hostname.to_owned(),
                SectionState::Info,
                Vec::new(),
            ),
        },
        coverage: Vec::new(),
        files: Vec::new(),
    }))
}
