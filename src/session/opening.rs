//! Opening: from a drop to the report, or to what went wrong.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use super::asking::{Asked, Pending};
use super::interface::{Effect, Page, Timer};
use super::link::WorkerId;
use super::screen::{Screen, WayOut};
use super::watchdog::Awaited;
use super::{Session, words};
use crate::source::Source;
use crate::visible;
use engine::protocol::{
    Choices, DetailsView, Pairs, Progress, Request, Response, SummaryView, UserError,
};

/// What is read faster than this is not told of before it is there.
const TELL_AFTER: Duration = Duration::from_millis(300);

/// A flare that the reader is reading.
pub(super) struct Opening<F> {
    pub(super) id: u32,
    pub(super) source: Source<F>,
    pub(super) choices: Choices,
    /// It is what is shown, once more.
    pub(super) is_again: bool,
}

/// The flare whose report was read last.
pub(super) struct Current<F> {
    pub(super) source: Source<F>,
    /// What the view was judged by. Another engine has to judge by the same.
    pub(super) choices: Choices,
    /// The worker whose engine holds it, unless that is lost.
    pub(super) holder: Option<WorkerId>,
}

/// The request that opens a source, with the files that go beside it.
pub(super) fn request<F: Clone>(source: &Source<F>, choices: &Choices) -> (Request, Vec<F>) {
    let (paths, files) = source.files.iter().cloned().unzip();
    let request = Request::Open {
        paths,
        folder: source.folder,
        choices: choices.clone(),
        pairs: source.pairs,
    };
    (request, files)
}

impl<P: Page> Session<P> {
    /// Opens in place of whatever is open or being opened.
    pub(super) fn open(&mut self, source: Source<P::File>) {
        self.clear_for(&source.name);
        self.send_open(source, false);
    }

    /// The same for what is open already.
    pub(super) fn open_again(&mut self, source: Source<P::File>) {
        self.clear_for(&source.name);
        self.send_open(source, true);
    }

    /// The same for something that has to be listed first. The listing is not heard any more when the
    /// user asks for something else, or cancels, before it is done.
    pub(super) fn list(&mut self, name: &str, listing: P::Listing) {
        self.clear_for(name);
        let turn = self.turn;
        self.watch(Awaited::Listing(turn));
        self.effect(Effect::List {
            turn,
            name: name.to_owned(),
            listing,
        });
    }

    pub(super) fn listing(&mut self, turn: u32, what: &str, done: u64) {
        if turn != self.turn || self.reading.is_none() {
            return;
        }
        self.watchdog.hear(None);
        self.effect(Effect::Progress(Progress {
            stage: words::listing(done),
            what: visible::text(what).into_owned(),
            ..Progress::default()
        }));
    }

    pub(super) fn listed(&mut self, turn: u32, outcome: Result<Source<P::File>, UserError>) {
        if turn != self.turn || self.reading.is_none() {
            return;
        }
        match outcome {
            Ok(source) => self.send_open(source, false),
            Err(error) => self.fail(error, WayOut::ChooseAgain),
        }
    }

    /// The browser does not list the folder.
    pub(super) fn not_listed(&mut self) {
        let Some(name) = self.reading.clone() else {
            return;
        };
        // What it may still list is not heard any more.
        self.stop_opening();
        self.fail(words::not_listed(&name), WayOut::ChooseAgain);
    }

    pub(super) fn try_again(&mut self) {
        if let Some(source) = self.last_source.clone() {
            self.open(source);
        }
    }

    /// Reads the open files once more, with their heap profiles paired otherwise.
    pub(super) fn pair(&mut self, pairs: Pairs) {
        if let Some(current) = &self.current {
            let mut source = current.source.clone();
            source.pairs = pairs;
            self.open_again(source);
        }
    }

    /// Stops reading. What was open is still there.
    pub(super) fn cancel(&mut self) {
        if self.reading.is_none() {
            return;
        }
        let was_again = self.opening.as_ref().is_some_and(|it| it.is_again);
        self.stop_opening();
        self.rest();
        if self.current.is_none() {
            self.show(Screen::Empty);
        }
        self.say(words::CANCELLED);
        if !was_again {
            self.catch_up();
        }
    }

    /// Takes away the word that something did not work.
    pub(super) fn dismiss(&mut self) {
        if self.has_trouble {
            self.no_trouble();
            self.catch_up();
        } else if matches!(self.screen, Screen::Failed(_)) {
            self.show(Screen::Empty);
        }
    }

    fn no_trouble(&mut self) {
        if mem::take(&mut self.has_trouble) {
            self.effect(Effect::Trouble(None));
        }
    }

    /// A report that was judged by other choices than those in force is made again.
    fn catch_up(&mut self) {
        if let Some(current) = &self.current
            && current.choices != self.choices
            && self.reading.is_none()
        {
            let source = current.source.clone();
            self.open_again(source);
        }
    }

    /// Ends what is under way and shows that something is being read.
    fn clear_for(&mut self, name: &str) {
        self.stop_opening();
        self.no_trouble();
        self.say("");
        let name = visible::text(name).into_owned();
        self.reading = Some(name.clone());
        self.effect(Effect::Reading(Some(name)));
        self.effect(Effect::After(TELL_AFTER, Timer::Reading(self.turn)));
        if self.current.is_none() {
            self.show(Screen::Loading);
        }
    }

    /// What is still being read now takes a while.
    pub(super) fn tell_reading(&mut self, turn: u32) {
        if turn == self.turn
            && let Some(name) = &self.reading
        {
            self.effect(Effect::Tell(words::reading(name)));
        }
    }

    fn stop_opening(&mut self) {
        self.turn = self.turn.wrapping_add(1);
        if self.opening.take().is_some()
            && let Some(reader) = self.reader
        {
            // A busy worker hears nothing.
            self.end(reader);
            self.reader();
        }
    }

    pub(super) fn send_open(&mut self, source: Source<P::File>, is_again: bool) {
        self.last_source = Some(source.clone());
        let choices = self.choices.clone();
        let (request, files) = request(&source, &choices);
        let reader = self.reader();
        let id = self.send(reader, request, files);
        self.opening = Some(Opening {
            id,
            source,
            choices,
            is_again,
        });
    }

    pub(super) fn is_opening(&self, id: u32) -> bool {
        self.opening.as_ref().is_some_and(|it| it.id == id)
    }

    /// Takes in what the worker says of the flare that it is reading.
    pub(super) fn read(&mut self, response: Response) {
        match response {
            Response::Progress(progress) => self.effect(Effect::Progress(progress)),
            Response::Summary(summary) => self.opened(Arc::new(*summary)),
            Response::Failed(error) => self.refused(error),
            // No answer to this.
            _ => {}
        }
    }

    fn opened(&mut self, summary: Arc<SummaryView>) {
        let (Some(opening), Some(holder)) = (self.opening.take(), self.reader.take()) else {
            return;
        };
        let before = self.current.replace(Current {
            source: opening.source,
            choices: opening.choices,
            holder: Some(holder),
        });
        if let Some(worker) = before.as_ref().and_then(|it| it.holder) {
            self.end(worker);
        }
        // The rest comes as an answer to the same request.
        self.asked.push(Pending {
            id: opening.id,
            worker: holder,
            asked: Asked::Details,
        });
        let name = |it: &Option<Current<P::File>>| it.as_ref().map(|it| it.source.name.clone());
        let is_another = name(&before) != name(&self.current);
        let told = self.reading.take().unwrap_or_default();
        self.effect(Effect::Reading(None));
        self.effect(Effect::FirstView);
        self.effect(Effect::Details(None));
        let told = words::report_is_there(&summary.header.hostname, &told);
        self.show(Screen::Ready(summary));
        self.effect(Effect::Tell(told));
        if self.has_typed() {
            self.refresh_summary();
            // They may belong to another ticket.
            if is_another {
                self.say(words::STILL_TYPED);
            }
        }
        if self.has_preview {
            self.preview();
        }
    }

    /// Symptom, link or redaction make other texts than those that come with a flare.
    fn has_typed(&self) -> bool {
        let options = &self.options;
        options.redact
            || [&options.symptom, &options.link]
                .iter()
                .any(|text| !text.trim().is_empty())
    }

    /// All else of the flare that is shown.
    pub(super) fn detailed(&mut self, details: Arc<DetailsView>) {
        self.effect(Effect::Details(Some(details)));
        self.effect(Effect::WhenIdle);
    }

    /// The flare, or the choices it was to be judged by, can't be used.
    fn refused(&mut self, error: UserError) {
        match self.opening.take() {
            // Choices of an earlier visit, which turned out to be of no use in the meantime.
            Some(opening) if opening.choices != self.choices => {
                self.send_open(opening.source, opening.is_again);
            }
            _ => self.fail(error, WayOut::ChooseAgain),
        }
    }
}
