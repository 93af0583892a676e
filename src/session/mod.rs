//! The page's end of the worker as a state machine: what happens goes in as [`Event`]s, what is to
//! be done comes out as [`Effect`]s.
//!
//! - `interface`: events, effects, and what passes through unseen.
//! - `screen`: what is shown.
//! - `opening`: one flare being read, from the drop to the report or a failure.
//! - `asking`: questions about the open flare and their answers. A new kind of request gets a
//!   variant of `Asked`, and its answer a line in `answered`.
//! - `choosing`: what flares are judged by.
//! - `link`: workers, from their files to their end. `watchdog`: signs of life.
//! - `words`: every sentence that is said.
//!
//! One flare is read at a time, by a worker that has nothing else to do: the reader. When what answers
//! the ticket is there, that worker holds the flare from then on and answers questions about it; the one
//! that held the flare before ends, and another reader starts. So whatever becomes of the reader
//! (cancelled, replaced, crashed), the open report stays with the worker that holds its flare. Files stay
//! here, for a holder that is lost.
//!
//! Knows no browser: files, folders still to be listed and callbacks are types of the [`Page`]'s.

mod asking;
mod choosing;
mod interface;
mod link;
mod opening;
mod screen;
mod watchdog;
mod words;

#[cfg(test)]
mod tests;

use std::mem;
use std::sync::Arc;
use std::time::Duration;

pub use interface::{Deliver, Effect, Event, Outgoing, Page, Timer};
pub use link::{ToWorker, WorkerId};
pub use screen::{Failure, ManualCopy, Preview, Screen, WayOut};
pub use watchdog::{Awaited, Watch};

use self::asking::Pending;
use self::link::Workers;
use self::opening::{Current, Opening};
use self::watchdog::Watchdog;
use crate::faults;
use crate::source::Source;
use crate::visible;
use crate::wire::{Answer, Call};
use engine::protocol::{Choices, ExportOptions, Request, Response, UserError};

/// How long there may be no sign of life from what is waited for, twice in a row: a computer that
/// slept wakes up with the first of them over. The worst flare takes some ten seconds.
const SILENCE: Duration = Duration::from_secs(30);

/// Everything that the page knows of its worker, its flares and its user's wishes.
pub struct Session<P: Page> {
    /// What the page was built from.
    build: &'static str,
    workers: Workers<Call<P::File>>,
    /// Reads the next flare. It has nothing else to do.
    reader: Option<WorkerId>,
    practice: Practice,
    watchdog: Watchdog,
    screen: Screen,
    last_id: u32,
    /// Counts what the user asked to open, so that a slow listing is known to be too late.
    turn: u32,
    /// The name of what is being listed or read.
    reading: Option<String>,
    opening: Option<Opening<P::File>>,
    current: Option<Current<P::File>>,
    /// What was opened last, to be tried again.
    last_source: Option<Source<P::File>>,
    asked: Vec<Pending<P>>,
    choices: Choices,
    options: ExportOptions,
    /// Counts keystrokes, so that only the last one of a burst asks the worker.
    typed: u32,
    has_preview: bool,
    /// It is said over the report that something could not be read.
    has_trouble: bool,
    effects: Vec<Effect<P>>,
}

/// Whether the reader has read the sample: code that ran once runs faster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Practice {
    #[default]
    Due,
    /// Under way, as the request of this number.
    Asked(u32),
    Done,
    /// A worker was lost over it.
    GivenUp,
}

impl<P: Page> Session<P> {
    /// An empty page of this build, with the choices that were kept.
    pub fn new(build: &'static str, choices: Choices) -> Self {
        Self {
            build,
            workers: Workers::default(),
            reader: None,
            practice: Practice::default(),
            watchdog: Watchdog::default(),
            screen: Screen::Empty,
            last_id: 0,
            turn: 0,
            reading: None,
            opening: None,
            current: None,
            last_source: None,
            asked: Vec::new(),
            choices,
            options: ExportOptions::default(),
            typed: 0,
            has_preview: false,
            has_trouble: false,
            effects: Vec::new(),
        }
    }

    /// Takes in what happened. The effects are to be had in their order, and what comes of them told
    /// only after the last.
    pub fn handle(&mut self, event: Event<P>) -> Vec<Effect<P>> {
        match event {
            Event::Begin => self.begin(),
            Event::Open(source) => self.open(source),
            Event::List { name, listing } => self.list(&name, listing),
            Event::Listing { turn, what, done } => self.listing(turn, &what, done),
            Event::Listed { turn, outcome } => self.listed(turn, outcome),
            Event::TryAgain => self.try_again(),
            Event::Pair(pairs) => self.pair(pairs),
            Event::Cancel => self.cancel(),
            Event::Dismiss => self.dismiss(),
            Event::Check { choices, reply } => self.check(choices, reply),
            Event::Choose { choices, said } => self.effect(Effect::Keep { choices, said }),
            Event::Kept {
                choices,
                said,
                is_kept,
            } => self.kept(choices, said, is_kept),
            Event::Export { format, deliver } => self.export(format, deliver),
            Event::Copy { name, text } => self.effect(Effect::Deliver(Outgoing::copy(name, text))),
            Event::Delivered { what, is_done } => self.delivered(what, is_done),
            Event::Type { symptom, link } => self.typed(symptom, link),
            Event::Redact(on) => self.redact(on),
            Event::Preview => self.preview(),
            Event::Top { question, table } => self.top(question, table),
            Event::CopyTable { table, form } => self.copy_table(table, form),
            Event::ClosePreview => self.has_preview = false,
            Event::WorkerFiles(Ok(())) => {
                let started = self.workers.fetched();
                self.worker(started);
            }
            Event::WorkerFiles(Err(why)) => {
                for worker in self.workers.not_fetched() {
                    self.lost(worker, &why);
                }
            }
            // What an ended worker may still say is of no interest.
            Event::Heard(worker, _) | Event::Lost(worker, _) if !self.workers.knows(worker) => {}
            Event::Heard(worker, answer) => self.heard(worker, answer),
            Event::Lost(worker, message) => self.lost(worker, &message),
            Event::Idle { sample } => self.idle(sample),
            Event::Over(Timer::Reading(turn)) => self.tell_reading(turn),
            Event::Over(Timer::Typing(typed)) if typed == self.typed => self.refresh_summary(),
            Event::Over(Timer::Typing(_)) => {}
            Event::Over(Timer::Silence(watch)) => self.look(watch),
        }
        mem::take(&mut self.effects)
    }

    /// Starts a worker, and asks it whether the choices that were kept can still be used.
    fn begin(&mut self) {
        self.reader();
        self.check_kept();
    }

    /// The worker that reads the next flare; starts one where there is none.
    fn reader(&mut self) -> WorkerId {
        if let Some(reader) = self.reader {
            return reader;
        }
        let (reader, step) = self.workers.begin();
        self.worker(step);
        self.reader = Some(reader);
        if self.practice != Practice::GivenUp {
            self.practice = Practice::Due;
        }
        reader
    }

    /// Gets ready for the next flare: starts its reader, then lets it practise.
    fn idle(&mut self, sample: Option<Source<P::File>>) {
        if self.reading.is_some() {
            return;
        }
        let reader = self.reader();
        if let Some(sample) = sample
            && self.workers.is_ready(reader)
            && self.practice == Practice::Due
            && !self.asked.iter().any(|it| it.worker == reader)
        {
            let (request, files) = opening::request(&sample, &Choices::default());
            // Nobody waits for the answer.
            let id = self.post(reader, request, files);
            self.practice = Practice::Asked(id);
        }
    }

    fn effect(&mut self, effect: Effect<P>) {
        self.effects.push(effect);
    }

    fn worker(&mut self, steps: impl IntoIterator<Item = ToWorker<Call<P::File>>>) {
        self.effects.extend(steps.into_iter().map(Effect::Worker));
    }

    fn say(&mut self, text: impl Into<String>) {
        self.effect(Effect::Say(text.into()));
    }

    fn show(&mut self, screen: Screen) {
        self.screen = screen.clone();
        self.effect(Effect::Screen(screen));
    }

    /// Nothing is read any more.
    fn rest(&mut self) {
        if self.reading.take().is_some() {
            self.effect(Effect::Reading(None));
        }
    }

    /// Says what did not work: over the open report, where there is one.
    fn fail(&mut self, error: UserError, way_out: WayOut) {
        self.rest();
        let failure = Arc::new(Failure { error, way_out });
        if self.current.is_some() {
            self.has_trouble = true;
            self.effect(Effect::Trouble(Some(failure)));
        } else {
            self.show(Screen::Failed(failure));
        }
    }

    /// Sends, as soon as the worker is ready, and waits for the answer.
    fn send(&mut self, worker: WorkerId, request: Request, files: Vec<P::File>) -> u32 {
        let id = self.post(worker, request, files);
        self.watch(Awaited::Answer(worker, id));
        id
    }

    fn post(&mut self, worker: WorkerId, request: Request, files: Vec<P::File>) -> u32 {
        self.last_id = self.last_id.wrapping_add(1).max(1);
        let id = self.last_id;
        let sent = self.workers.send(worker, Call { id, request, files });
        self.worker(sent);
        id
    }

    /// Gives up when what is awaited shows no sign of life.
    fn watch(&mut self, what: Awaited) {
        let watch = self.watchdog.watch(what);
        self.effect(Effect::After(SILENCE, Timer::Silence(watch)));
    }

    fn look(&mut self, watch: Watch) {
        let is_awaited = match watch.what {
            Awaited::Answer(_, id) => self.is_opening(id) || self.is_asked(id),
            Awaited::Listing(turn) => {
                self.turn == turn && self.reading.is_some() && self.opening.is_none()
            }
        };
        if !is_awaited {
            return;
        }
        match (self.watchdog.look(watch), watch.what) {
            (Some(watch), _) => self.effect(Effect::After(SILENCE, Timer::Silence(watch))),
            (None, Awaited::Answer(worker, _)) => self.lost(worker, words::SILENT),
            (None, Awaited::Listing(_)) => self.not_listed(),
        }
    }

    fn heard(&mut self, worker: WorkerId, answer: Answer) {
        self.watchdog.hear(Some(worker));
        match answer.response {
            Response::Opened(_) | Response::Failed(_)
                if self.practice == Practice::Asked(answer.id) =>
            {
                self.practice = Practice::Done;
            }
            Response::Ready { version } => self.ready(worker, &version),
            Response::Crashed { message } => self.lost(worker, &message),
            Response::Contact(contact) => self.effect(Effect::Contact(contact)),
            response if self.is_opening(answer.id) => self.read(response),
            response => self.answered(answer.id, response),
        }
    }

    fn ready(&mut self, worker: WorkerId, version: &str) {
        if version != self.build {
            self.end(worker);
            self.opening = None;
            return self.fail(words::two_builds(self.build, version), WayOut::Reload);
        }
        self.effect(Effect::Loaded);
        let posted = self.workers.ready(worker);
        self.worker(posted);
        self.effect(Effect::WhenIdle);
    }

    /// A worker is lost: panicked, ran out of memory, or never started.
    fn lost(&mut self, worker: WorkerId, message: &str) {
        // One that never started would not start now either; the next request tries again.
        let starts_again = self.workers.is_ready(worker);
        let is_reader = self.reader == Some(worker);
        let was_asked = self.asked.iter().any(|it| it.worker == worker);
        let was_detailing = self.is_detailing(worker);
        self.end(worker);
        if was_asked {
            // Nobody fills it any more.
            self.has_preview = false;
            self.effect(Effect::Preview(None));
            self.say(words::restarted(message));
        }
        if !is_reader {
            if was_detailing {
                self.reopen();
            }
            return;
        }
        let was_practising = matches!(self.practice, Practice::Asked(_));
        if was_practising {
            self.practice = Practice::GivenUp;
        }
        if starts_again {
            self.reader();
        }
        match self.opening.take() {
            // Its turn had not come.
            Some(opening) if was_practising => self.send_open(opening.source, opening.is_again),
            Some(opening) => {
                let name = visible::text(&opening.source.name);
                self.fail(faults::lost_worker(message, &name), WayOut::TryAgain);
            }
            // Before anything was to be read there is nothing to tell: reading tries again, and tells.
            None => {}
        }
    }

    /// Ends a worker; nothing that was asked of it is answered any more.
    fn end(&mut self, worker: WorkerId) {
        let ended = self.workers.end(worker);
        self.worker(ended);
        self.watchdog.forget(worker);
        self.asked.retain(|it| it.worker != worker);
        if self.reader == Some(worker) {
            self.reader = None;
        }
        if let Some(current) = &mut self.current
            && current.holder == Some(worker)
        {
            current.holder = None;
        }
    }
}
