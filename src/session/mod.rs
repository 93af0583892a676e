//! The page's end of the worker as a state machine: what happens goes in as [`Event`]s, what is to
//! be done comes out as [`Effect`]s.
//!
//! - `interface`: events, effects, and what passes through unseen.
//! - `screen`: what is shown.
//! - `opening`: one flare being read, from the drop to the report or a failure.
//! - `asking`: questions about the open flare and their answers. A new kind of request gets a
//!   variant of `Asked`, and its answer a line in `answered`.
//! - `choosing`: what flares are judged by.
//! - `link`: the worker, from its files to its end. `watchdog`: signs of life.
//! - `words`: every sentence that is said.
//!
//! One request for a flare is under way at a time. A busy worker hears nothing, so cancelling and
//! replacing end it and start another; the files stay here, and the next worker gets them again when
//! it is asked something about the open flare.
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
use std::time::Duration;

pub use interface::{Deliver, Effect, Event, Outgoing, Page, Timer};
pub use link::ToWorker;
pub use screen::{Failure, ManualCopy, Preview, Screen, WayOut};
pub use watchdog::{Awaited, Watch};

use self::asking::Asked;
use self::link::Link;
use self::opening::{Current, Opening};
use self::watchdog::Watchdog;
use crate::faults;
use crate::source::Source;
use crate::wire::{Answer, Call};
use engine::protocol::{Choices, ExportOptions, Request, Response, UserError};

/// How long there may be no sign of life from what is waited for, twice in a row: a computer that
/// slept wakes up with the first of them over. The worst flare takes some ten seconds.
const SILENCE: Duration = Duration::from_secs(30);

/// Everything that the page knows of its worker, its flares and its user's wishes.
pub struct Session<P: Page> {
    /// What the page was built from.
    build: &'static str,
    link: Link<Call<P::File>>,
    watchdog: Watchdog,
    screen: Screen,
    last_id: u32,
    /// Counts what the user asked to open, so that a slow listing is known to be too late.
    turn: u32,
    opening: Option<Opening<P::File>>,
    current: Option<Current<P::File>>,
    /// What was opened last, to be tried again.
    last_source: Option<Source<P::File>>,
    asked: Vec<(u32, Asked<P>)>,
    choices: Choices,
    options: ExportOptions,
    /// Counts keystrokes, so that only the last one of a burst asks the worker.
    typed: u32,
    has_preview: bool,
    effects: Vec<Effect<P>>,
}

impl<P: Page> Session<P> {
    /// An empty page of this build, with the choices that were kept.
    pub fn new(build: &'static str, choices: Choices) -> Self {
        Self {
            build,
            link: Link::default(),
            watchdog: Watchdog::default(),
            screen: Screen::Empty,
            last_id: 0,
            turn: 0,
            opening: None,
            current: None,
            last_source: None,
            asked: Vec::new(),
            choices,
            options: ExportOptions::default(),
            typed: 0,
            has_preview: false,
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
            Event::GoBack => self.go_back(),
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
            Event::ClosePreview => self.has_preview = false,
            Event::WorkerFiles(Ok(())) => {
                let started = self.link.fetched();
                self.worker(started);
            }
            Event::WorkerFiles(Err(why)) => {
                self.link.not_fetched();
                self.lost(&why);
            }
            Event::Heard(answer) => self.heard(answer),
            Event::Lost(message) => self.lost(&message),
            Event::Over(Timer::Typing(typed)) if typed == self.typed => self.refresh_summary(),
            Event::Over(Timer::Typing(_)) => {}
            Event::Over(Timer::Silence(watch)) => self.look(watch),
        }
        mem::take(&mut self.effects)
    }

    /// Starts a worker, and asks it whether the choices that were kept can still be used.
    fn begin(&mut self) {
        let begun = self.link.ensure();
        self.worker(begun);
        self.check_kept();
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

    fn fail(&mut self, error: UserError, way_out: WayOut) {
        let can_go_back = self.current.is_some();
        self.show(Screen::failed(error, way_out, can_go_back));
    }

    const fn is_loading(&self) -> bool {
        matches!(self.screen, Screen::Loading { .. })
    }

    /// Sends, as soon as the worker is ready, and waits for the answer.
    fn send(&mut self, request: Request, files: Vec<P::File>) -> u32 {
        self.last_id = self.last_id.wrapping_add(1).max(1);
        let id = self.last_id;
        let sent = self.link.send(Call { id, request, files });
        self.worker(sent);
        self.watch(Awaited::Answer(id));
        id
    }

    /// Gives up when what is awaited shows no sign of life.
    fn watch(&mut self, what: Awaited) {
        let watch = self.watchdog.watch(what);
        self.effect(Effect::After(SILENCE, Timer::Silence(watch)));
    }

    fn look(&mut self, watch: Watch) {
        let is_awaited = match watch.what {
            Awaited::Answer(id) => self.is_opening(id) || self.is_asked(id),
            Awaited::Listing(turn) => self.turn == turn && self.opening.is_none(),
        };
        if !is_awaited {
            return;
        }
        match (self.watchdog.look(watch), watch.what) {
            (Some(watch), _) => self.effect(Effect::After(SILENCE, Timer::Silence(watch))),
            (None, Awaited::Answer(_)) => self.lost(words::SILENT),
            (None, Awaited::Listing(_)) => self.not_listed(),
        }
    }

    fn heard(&mut self, answer: Answer) {
        self.watchdog.hear();
        match answer.response {
            Response::Ready { version } => self.ready(&version),
            Response::Crashed { message } => self.lost(&message),
            Response::Contact(contact) => self.effect(Effect::Contact(contact)),
            response if self.is_opening(answer.id) => self.read(response),
            response => self.answered(answer.id, response),
        }
    }

    fn ready(&mut self, version: &str) {
        if version != self.build {
            self.forget_worker();
            return self.fail(words::two_builds(self.build, version), WayOut::Reload);
        }
        self.effect(Effect::Loaded);
        let posted = self.link.ready();
        self.worker(posted);
    }

    /// The worker is lost: panicked, ran out of memory, or never started.
    fn lost(&mut self, message: &str) {
        let was_opening = self.opening.is_some();
        let was_asked = !self.asked.is_empty();
        // One that never started would not start now either; the next request tries again.
        let starts_again = self.link.is_ready();
        self.forget_worker();
        if starts_again {
            let started = self.link.ensure();
            self.worker(started);
        }
        // Nobody fills it any more.
        self.has_preview = false;
        self.effect(Effect::Preview(None));
        if was_asked {
            self.say(words::restarted(message));
        }
        // Before anything was asked there is nothing to tell: asking tries again, and tells.
        if let Screen::Loading { name } = &self.screen
            && (was_opening || !was_asked)
        {
            let error = faults::lost_worker(message, name);
            self.fail(error, WayOut::TryAgain);
        }
    }

    /// Ends the worker and starts another; nothing that was asked of it is answered any more.
    fn replace_worker(&mut self) {
        self.forget_worker();
        let started = self.link.ensure();
        self.worker(started);
    }

    fn forget_worker(&mut self) {
        let ended = self.link.end();
        self.worker(ended);
        self.opening = None;
        self.asked.clear();
        self.engine_lets_go();
    }
}
