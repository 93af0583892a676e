//! Opening: from a drop to the report, or to what went wrong.

use std::sync::Arc;

use super::asking::Asked;
use super::interface::{Effect, Page};
use super::screen::{Screen, WayOut};
use super::watchdog::Awaited;
use super::{Session, words};
use crate::source::Source;
use crate::visible;
use engine::protocol::{
    Choices, DetailsView, Pairs, Progress, Request, Response, SummaryView, UserError,
};

/// A flare that the worker is reading.
pub(super) struct Opening<F> {
    pub(super) id: u32,
    pub(super) source: Source<F>,
    pub(super) choices: Choices,
}

/// The flare whose report was read last.
pub(super) struct Current<F> {
    pub(super) summary: Arc<SummaryView>,
    /// Comes a moment later.
    pub(super) details: Option<Arc<DetailsView>>,
    pub(super) source: Source<F>,
    /// What the view was judged by. Another engine has to judge by the same.
    pub(super) choices: Choices,
    /// The worker's engine holds it.
    pub(super) is_held: bool,
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
        self.send_open(source);
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
        if turn != self.turn || !self.is_loading() {
            return;
        }
        self.watchdog.hear();
        self.effect(Effect::Progress(Progress {
            what: visible::text(what).into_owned(),
            done,
            total: 0,
        }));
    }

    pub(super) fn listed(&mut self, turn: u32, outcome: Result<Source<P::File>, UserError>) {
        if turn != self.turn {
            return;
        }
        match outcome {
            Ok(source) => self.send_open(source),
            Err(error) => self.fail(error, WayOut::ChooseAgain),
        }
    }

    /// The browser does not list the folder.
    pub(super) fn not_listed(&mut self) {
        let Screen::Loading { name } = &self.screen else {
            return;
        };
        let error = words::not_listed(name);
        // What it may still list is not heard any more.
        self.stop_opening();
        self.fail(error, WayOut::ChooseAgain);
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
            self.open(source);
        }
    }

    /// Stops reading and goes back to what was shown before.
    pub(super) fn cancel(&mut self) {
        if !self.is_loading() {
            return;
        }
        self.stop_opening();
        self.show_current();
        self.say(words::CANCELLED);
    }

    /// Shows the report that was open before, or the empty page. A report that was judged by other
    /// choices than those in force is made again.
    pub(super) fn go_back(&mut self) {
        match &self.current {
            Some(current) if current.choices != self.choices => self.open(current.source.clone()),
            _ => self.show_current(),
        }
    }

    fn show_current(&mut self) {
        let Some(current) = &self.current else {
            return self.show(Screen::Empty);
        };
        let (summary, details) = (current.summary.clone(), current.details.clone());
        self.effect(Effect::Details(details));
        self.show(Screen::Ready(summary));
        if self.has_typed() {
            self.refresh_summary();
        }
    }

    /// Ends what is under way and shows that something is being read.
    fn clear_for(&mut self, name: &str) {
        self.stop_opening();
        self.say("");
        self.effect(Effect::Progress(Progress::default()));
        self.show(Screen::Loading {
            name: visible::text(name).into_owned(),
        });
    }

    fn stop_opening(&mut self) {
        self.turn = self.turn.wrapping_add(1);
        if self.opening.is_some() {
            self.replace_worker();
        }
    }

    fn send_open(&mut self, source: Source<P::File>) {
        self.last_source = Some(source.clone());
        // Whatever comes of it, the engine lets go of what it had.
        self.engine_lets_go();
        let choices = self.choices.clone();
        let (request, files) = request(&source, &choices);
        let id = self.send(request, files);
        self.opening = Some(Opening {
            id,
            source,
            choices,
        });
    }

    pub(super) fn engine_lets_go(&mut self) {
        if let Some(current) = &mut self.current {
            current.is_held = false;
        }
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
        let Some(opening) = self.opening.take() else {
            return;
        };
        // The rest comes as an answer to the same request.
        self.asked.push((opening.id, Asked::Details));
        let before = self.current.replace(Current {
            summary: summary.clone(),
            details: None,
            source: opening.source,
            choices: opening.choices,
            is_held: true,
        });
        let name = |it: &Option<Current<P::File>>| it.as_ref().map(|it| it.source.name.clone());
        let is_another = name(&before) != name(&self.current);
        self.effect(Effect::FirstView);
        self.effect(Effect::Details(None));
        self.show(Screen::Ready(summary));
        if self.has_typed() {
            self.refresh_summary();
            // They may belong to another ticket.
            if is_another {
                self.say(words::STILL_TYPED);
            }
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
        if let Some(current) = &mut self.current {
            current.details = Some(details.clone());
            self.effect(Effect::Details(Some(details)));
        }
    }

    /// The flare, or the choices it was to be judged by, can't be used.
    fn refused(&mut self, error: UserError) {
        match self.opening.take() {
            // Choices of an earlier visit, which turned out to be of no use in the meantime.
            Some(opening) if opening.choices != self.choices => self.send_open(opening.source),
            _ => self.fail(error, WayOut::ChooseAgain),
        }
    }
}
