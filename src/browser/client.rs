//! The session's hands and ears: turns its effects into calls of the browser, and what the user and
//! the browser do into events.

use std::collections::VecDeque;

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{DataTransfer, File, FileList};

use super::drop::{self, Dropped, Entries};
use super::link::Link;
use super::state::AppState;
use super::views::focus::Place;
use super::worker_files::{self, WorkerFiles};
use super::{choices, clipboard, download, idle, sample, traffic};
use crate::BUILD;
use crate::session::{Deliver, Effect, Event, Outgoing, Page, Screen, Session, ToWorker, WorkerId};
use crate::several;
use crate::source::Source;
use crate::wire::Call;
use engine::protocol::{
    Choices, ExportFormat, Pairs, Progress, RowsView, SettingsView, TableForm, TopQuestion,
    UserError,
};

/// What passes through the session unseen.
struct Browser;

impl Page for Browser {
    type File = File;
    type Listing = Entries;
    type Reply = Box<dyn FnOnce(Result<SettingsView, UserError>)>;
    type Table = Box<dyn FnOnce(RowsView)>;
}

/// Handle to the session. In context; copies are the same client.
#[derive(Clone, Copy)]
pub struct Client {
    state: AppState,
    inner: StoredValue<Inner, LocalStorage>,
}

struct Inner {
    session: Session<Browser>,
    worker_files: Option<WorkerFiles>,
    links: Vec<(WorkerId, Link)>,
    /// Where the keyboard was when what is being read was given.
    place: Option<Place>,
    /// What happened while effects were being had.
    events: VecDeque<Event<Browser>>,
    is_busy: bool,
}

impl Client {
    /// Begins a session.
    pub fn new(state: AppState) -> Self {
        let client = Self {
            state,
            inner: StoredValue::new_local(Inner {
                session: Session::new(BUILD, state.choices.get_untracked()),
                worker_files: None,
                links: Vec::new(),
                place: None,
                events: VecDeque::new(),
                is_busy: false,
            }),
        };
        traffic::watch(move |contact| state.traffic.update(|traffic| traffic.of_page(contact)));
        client.tell(Event::Begin);
        client
    }

    /// Opens what was picked, or the sample. Of several flares the user says which.
    pub fn open(self, source: Source<File>) {
        let facts = |file: &File| (file.last_modified(), file.size());
        match several::flares(&source, facts) {
            Some(flares) => self.state.several.set(Some(flares)),
            None => self.tell(Event::Open(source)),
        }
    }

    /// Opens what a picker gave.
    pub fn open_list(self, files: &FileList, folder: bool) {
        self.close_dialogs();
        self.open(drop::from_list(files, folder));
    }

    /// Opens what was dropped.
    pub fn open_drop(self, transfer: Option<&DataTransfer>) {
        self.close_dialogs();
        if !self.open_dropped(transfer.map_or(Dropped::Nothing, drop::take)) {
            self.state
                .say("That was no file: drop a flare's zip, its folder, or .pprof files");
        }
    }

    /// Opens what was dropped before the page had started.
    pub fn open_early(self) {
        self.open_dropped(drop::take_early());
    }

    fn open_dropped(self, dropped: Dropped) -> bool {
        match dropped {
            Dropped::Files(source) => self.open(source),
            Dropped::Folder { name, entries } => self.tell(Event::List {
                name,
                listing: entries,
            }),
            Dropped::Nothing => return false,
        }
        true
    }

    /// Opens the last thing once more.
    pub fn try_again(self) {
        self.tell(Event::TryAgain);
    }

    /// Pairs the heap profiles of what is open otherwise.
    pub fn pair(self, pairs: Pairs) {
        self.tell(Event::Pair(pairs));
    }

    /// Stops reading. The keyboard goes on from where it was.
    pub fn cancel(self) {
        let place = self
            .inner
            .try_update_value(|inner| inner.place.take())
            .flatten();
        self.tell(Event::Cancel);
        if let Some(place) = place {
            // When the screen from before is back.
            request_animation_frame(move || place.go_back());
        }
    }

    /// Takes away the word that something did not work.
    pub fn dismiss(self) {
        self.tell(Event::Dismiss);
    }

    /// Asks whether choices can be used, and what they come to. Unheard when the worker is lost.
    pub fn check(
        self,
        choices: Choices,
        done: impl FnOnce(Result<SettingsView, UserError>) + 'static,
    ) {
        let reply = Box::new(done);
        self.tell(Event::Check { choices, reply });
    }

    /// Judges by these choices from now on, and says `said` of it.
    pub fn use_choices(self, choices: Choices, said: &'static str) {
        self.tell(Event::Choose { choices, said });
    }

    /// Delivers the open flare's report in another form.
    pub fn export(self, format: ExportFormat, deliver: Deliver) {
        self.tell(Event::Export { format, deliver });
    }

    /// Copies a text that is already on the page.
    pub fn copy(self, name: &str, text: String) {
        let name = name.to_owned();
        self.tell(Event::Copy { name, text });
    }

    /// Symptom or link were typed.
    pub fn typed(self) {
        self.tell(Event::Type {
            symptom: self.state.symptom.get_untracked(),
            link: self.state.link.get_untracked(),
        });
    }

    /// Replaces names in what leaves the page, or not any more.
    pub fn redact(self, on: bool) {
        self.state.redact.set(on);
        self.tell(Event::Redact(on));
    }

    /// Asks for rows of a table. Unheard where there are none: the page says why.
    pub fn top(self, question: TopQuestion, done: impl FnOnce(RowsView) + 'static) {
        let table = Box::new(done);
        self.tell(Event::Top { question, table });
    }

    /// Copies all rows of a table that pass its filter, in its order.
    pub fn copy_table(self, table: TopQuestion, form: TableForm) {
        self.tell(Event::CopyTable { table, form });
    }

    /// Shows what redaction replaces.
    pub fn preview(self) {
        self.tell(Event::Preview);
    }

    /// Closes what [`Self::preview`] opened.
    pub fn close_preview(self) {
        self.state.preview.set(None);
        self.tell(Event::ClosePreview);
    }

    /// Closes what lies over the page.
    fn close_dialogs(self) {
        self.state.close_dialogs();
        self.tell(Event::ClosePreview);
    }

    /// Tells the session, and has its effects, one event after the other.
    fn tell(self, event: Event<Browser>) {
        // The page may be going away.
        let was_busy = self.inner.try_update_value(|inner| {
            inner.events.push_back(event);
            std::mem::replace(&mut inner.is_busy, true)
        });
        if was_busy != Some(false) {
            return;
        }
        while let Some(Some(effects)) = self.inner.try_update_value(|inner| {
            let event = inner.events.pop_front();
            inner.is_busy = event.is_some();
            event.map(|event| inner.session.handle(event))
        }) {
            for effect in effects {
                self.have(effect);
            }
        }
    }

    fn have(self, effect: Effect<Browser>) {
        let state = self.state;
        match effect {
            Effect::Worker(ToWorker::Fetch) => self.fetch_worker(),
            Effect::Worker(ToWorker::Start(id)) => self.start_worker(id),
            Effect::Worker(ToWorker::Post(id, call)) => self.post(id, &call),
            Effect::Worker(ToWorker::End(id)) => self
                .inner
                .update_value(|inner| inner.links.retain(|(it, _)| *it != id)),
            Effect::After(time, timer) => set_timeout(move || self.tell(Event::Over(timer)), time),
            Effect::List {
                turn,
                name,
                listing,
            } => self.list(turn, name, listing),
            Effect::Screen(screen) => {
                if let Screen::Ready(summary) = &screen {
                    state.summary.set(Some(summary.clone()));
                }
                state.screen.set(screen);
            }
            Effect::Reading(reading) => self.reading(reading),
            Effect::Progress(progress) => state.progress.set(progress),
            Effect::Trouble(trouble) => state.trouble.set(trouble),
            Effect::Tell(text) => state.told.set(text),
            Effect::WhenIdle => idle::when_idle(move || {
                self.tell(Event::Idle {
                    sample: sample::source(),
                });
            }),
            Effect::Say(text) => state.say(text),
            Effect::FirstView => state.first_view(),
            Effect::Summary(summary) => state.summary.set(Some(summary)),
            Effect::Details(details) => state.details.set(details),
            Effect::Preview(preview) => state.preview.set(preview),
            Effect::Keep { choices, said } => {
                let is_kept = choices::keep(&choices);
                self.tell(Event::Kept {
                    choices,
                    said,
                    is_kept,
                });
            }
            Effect::Forget => choices::forget(),
            Effect::Choices {
                choices,
                are_unkept,
            } => {
                state.choices_unkept.set(are_unkept);
                state.choices.set(choices);
            }
            Effect::Reply(reply, outcome) => reply(outcome),
            Effect::Table(table, rows) => table(*rows),
            Effect::Deliver(what) => self.deliver(what),
            Effect::ManualCopy(copy) => state.manual_copy.set(Some(copy)),
            Effect::Loaded => {
                let now = traffic::now_ms();
                state.traffic.update(|traffic| traffic.is_loaded(now));
            }
            Effect::Contact(contact) => state.traffic.update(|traffic| traffic.of_worker(contact)),
        }
    }

    fn fetch_worker(self) {
        spawn_local(async move {
            let fetched = worker_files::load().await.map(|files| {
                self.inner
                    .update_value(|inner| inner.worker_files = Some(files));
            });
            self.tell(Event::WorkerFiles(fetched));
        });
    }

    fn start_worker(self, id: WorkerId) {
        let heard = move |answer| {
            self.tell(match answer {
                Ok(answer) => Event::Heard(id, answer),
                Err(message) => Event::Lost(id, message),
            });
        };
        let Some(files) = self.inner.with_value(|inner| inner.worker_files.clone()) else {
            return;
        };
        match Link::start(&files, heard) {
            Ok(link) => self
                .inner
                .update_value(|inner| inner.links.push((id, link))),
            Err(message) => self.tell(Event::Lost(id, message)),
        }
    }

    fn post(self, id: WorkerId, call: &Call<File>) {
        let posted = self.inner.with_value(|inner| {
            let link = inner.links.iter().find(|(it, _)| *it == id);
            link.map_or(Ok(()), |(_, link)| link.post(call))
        });
        if let Err(message) = posted {
            self.tell(Event::Lost(id, message));
        }
    }

    /// Marks the page as reading, at once: what looks at it must not take the report that is still
    /// there for the one that is awaited.
    fn reading(self, reading: Option<String>) {
        let place = reading.as_ref().and_then(|_| Place::of_now());
        if let Some(body) = document().body() {
            // A body always takes an attribute, and lets it go.
            let _ = match &reading {
                Some(_) => body.set_attribute("data-reading", ""),
                None => body.remove_attribute("data-reading"),
            };
        }
        self.inner.update_value(|inner| {
            // Who gives another flare from the button that cancels the first comes from where that was.
            if inner.place.is_none() || reading.is_none() {
                inner.place = place;
            }
        });
        if reading.is_some() {
            // What is said next is said even where it is what was said last.
            self.state.told.set(String::new());
        }
        self.state.progress.set(Progress::default());
        self.state.reading.set(reading);
    }

    fn list(self, turn: u32, name: String, entries: Entries) {
        let progress = move |what: &str, done| {
            let what = what.to_owned();
            self.tell(Event::Listing { turn, what, done });
        };
        spawn_local(async move {
            let outcome = drop::walk(name, entries, progress).await;
            self.tell(Event::Listed { turn, outcome });
        });
    }

    fn deliver(self, what: Outgoing) {
        match what.deliver {
            Deliver::Copy => spawn_local(async move {
                let is_done = clipboard::write(&what.text).await;
                self.tell(Event::Delivered { what, is_done });
            }),
            Deliver::Save => {
                let saved = download::save(&what.name, &what.media_type, &what.text);
                if let Err(error) = &saved {
                    leptos::logging::error!("not saved: {error:?}");
                }
                let is_done = saved.is_ok();
                self.tell(Event::Delivered { what, is_done });
            }
        }
    }
}
