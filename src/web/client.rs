//! The page's end of the worker: owns it, the dropped files, and what is asked of them.
//!
//! One request for a flare is under way at a time. A busy worker hears nothing, so cancelling and
//! replacing terminate it and start another; the files stay here, and the next worker gets them
//! again when it is asked something about the open flare.

use std::future::Future;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{ErrorEvent, File, MessageEvent, Worker};

use super::state::{AppState, Failure, ManualCopy, Preview, Screen, Tab, WayOut};
use super::traffic::Traffic;
use super::worker_files::{self, WorkerFiles};
use super::{BUILD, choices, clipboard, download, faults, traffic, visible, wire};
use engine::protocol::{
    Choices, ExportFormat, ExportOptions, Progress, ReportView, Request, Response, SettingsView,
    UserError,
};

/// How long typing has to rest before the worker is asked for what comes of it.
const TYPING_PAUSE: Duration = Duration::from_millis(300);

/// How long there may be no sign of life from what is waited for, twice in a row: a computer that
/// slept wakes up with the first of them over. The worst flare takes some ten seconds.
const SILENCE: Duration = Duration::from_secs(30);

/// What was dropped or picked.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// What to call it while it is read.
    pub name: String,
    /// Paths with their files, as dropped.
    pub files: Vec<(String, File)>,
    /// It was a folder.
    pub folder: bool,
}

/// What to do with an exported text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deliver {
    /// To the clipboard.
    Copy,
    /// Into a file.
    Save,
}

/// What an answer is awaited for.
enum Asked {
    /// A form of the report, for the user to take away.
    Export {
        /// Where to.
        deliver: Deliver,
        /// With names replaced.
        redacted: bool,
    },
    /// The escalation with symptom and link, for its section.
    Escalation,
    /// What redaction replaces.
    Preview,
    /// Whether choices can be used.
    Check(Box<dyn FnOnce(Result<SettingsView, UserError>)>),
    /// The flare that is on the page, for a worker that does not have it yet.
    Reopen,
}

/// What there should be signs of life from.
#[derive(Clone, Copy, Debug)]
enum Awaited {
    /// The worker, until it has answered this.
    Answer(u32),
    /// The browser, until it has listed the folders of this turn.
    Listing(u32),
}

/// Handle to the page's end of the worker. In context; copies are the same client.
#[derive(Clone, Copy)]
pub struct Client {
    state: AppState,
    inner: StoredValue<Inner, LocalStorage>,
}

#[derive(Default)]
struct Inner {
    worker_script: WorkerScript,
    link: Option<Link>,
    /// Messages for a worker that is not ready yet.
    waiting: Vec<JsValue>,
    last_id: u32,
    /// Counts what the user asked to open, so that a slow folder listing knows it is too late.
    turn: u32,
    opening: Option<Opening>,
    current: Option<Current>,
    /// The worker's engine holds the current flare.
    engine_is_current: bool,
    asked: Vec<(u32, Asked)>,
    /// Counts keystrokes, so that only the last one of a burst asks the worker.
    typed: u32,
    /// What `Try again` tries.
    last_source: Option<Source>,
    /// Counts signs of life.
    heard: u32,
}

impl Inner {
    fn hear(&mut self) {
        self.heard = self.heard.wrapping_add(1);
    }

    fn awaits(&self, what: Awaited) -> bool {
        match what {
            Awaited::Answer(id) => {
                self.opening.as_ref().is_some_and(|it| it.id == id)
                    || self.asked.iter().any(|(asked, _)| *asked == id)
            }
            Awaited::Listing(turn) => self.turn == turn && self.opening.is_none(),
        }
    }
}

/// Where workers are started from.
#[derive(Default)]
enum WorkerScript {
    #[default]
    Missing,
    Loading,
    Loaded(WorkerFiles),
}

/// What [`Client::ensure_worker`] has to do.
enum Step {
    Start(WorkerFiles),
    Load,
    Wait,
}

struct Opening {
    id: u32,
    source: Source,
    choices: Choices,
}

struct Current {
    view: Arc<ReportView>,
    source: Source,
    /// What the view was judged by. Another engine has to judge by the same.
    choices: Choices,
}

/// A worker with its listeners. Dropping it ends the worker.
struct Link {
    worker: Worker,
    /// `Ready` came; until then messages would be lost.
    ready: bool,
    _on_message: Closure<dyn Fn(MessageEvent)>,
    _on_error: Closure<dyn Fn(ErrorEvent)>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

impl Client {
    /// Starts a worker, and asks it whether the choices that were kept can still be used.
    pub fn new(state: AppState) -> Self {
        let client = Self {
            state,
            inner: StoredValue::new_local(Inner::default()),
        };
        traffic::watch(move |contact| state.traffic.update(|traffic| traffic.of_page(contact)));
        client.ensure_worker();
        let kept = state.choices.get_untracked();
        if kept != Choices::default() {
            client.check(kept, move |outcome| {
                if let Err(error) = outcome {
                    choices::keep(&Choices::default());
                    state.choices.set(Choices::default());
                    state.say(format!(
                        "The settings kept from an earlier visit can't be used any more and were forgotten: {}",
                        error.detail
                    ));
                }
            });
        }
        client
    }

    /// Opens what was dropped or picked, in place of whatever is open or being opened.
    pub fn open(self, source: Source) {
        self.begin(&source.name);
        self.send_open(source);
    }

    /// The same for something that has to be listed first. `listing` is dropped unheard when the
    /// user asks for something else, or cancels, before it is done.
    pub fn open_later(
        self,
        name: &str,
        listing: impl Future<Output = Result<Source, UserError>> + 'static,
    ) {
        let turn = self.begin(name);
        self.watch(Awaited::Listing(turn));
        spawn_local(async move {
            let listed = listing.await;
            if self.inner.try_with_value(|inner| inner.turn) != Some(turn) {
                return;
            }
            match listed {
                Ok(source) => self.send_open(source),
                Err(error) => self.fail(error, WayOut::ChooseAgain),
            }
        });
    }

    /// Says how far a listing is, unless it is too late.
    pub fn listing_progress(self, what: &str, done: u64) {
        self.inner.update_value(Inner::hear);
        if self.is_loading() {
            self.state.progress.set(Progress {
                what: visible::text(what).into_owned(),
                done,
                total: 0,
            });
        }
    }

    /// Opens the last thing once more.
    pub fn try_again(self) {
        if let Some(source) = self.inner.with_value(|inner| inner.last_source.clone()) {
            self.open(source);
        }
    }

    /// Stops reading and goes back to what was shown before.
    pub fn cancel(self) {
        if !self.is_loading() {
            return;
        }
        self.stop_opening();
        self.show_current();
        self.state.say("Cancelled");
    }

    /// Shows the report that was open before, or the empty page. A report that was judged by other
    /// choices than those in force is made again.
    pub fn go_back(self) {
        let outdated = self.inner.with_value(|inner| {
            let current = inner.current.as_ref()?;
            (current.choices != self.state.choices.get_untracked()).then(|| current.source.clone())
        });
        match outdated {
            Some(source) => self.open(source),
            None => self.show_current(),
        }
    }

    fn show_current(self) {
        let current = self
            .inner
            .with_value(|inner| inner.current.as_ref().map(|it| it.view.clone()));
        self.state
            .screen
            .set(current.map_or(Screen::Empty, Screen::Ready));
    }

    /// Asks whether choices can be used, and what they come to. Unheard when the worker is lost.
    pub fn check(
        self,
        choices: Choices,
        done: impl FnOnce(Result<SettingsView, UserError>) + 'static,
    ) {
        self.ask(&Request::Check { choices }, Asked::Check(Box::new(done)));
    }

    /// Judges by these choices from now on, keeps them, reads the open flare again, and says
    /// `done` and what came of it.
    pub fn use_choices(self, choices: Choices, done: &str) {
        let is_kept = choices::keep(&choices);
        self.state.choices_unkept.set(!is_kept);
        self.state.choices.set(choices);
        let mut said = done.to_owned();
        if !is_kept {
            said.push_str(" until the page is closed: the browser refuses to keep them");
        }
        if let Some(source) = self.outdated() {
            said.push_str("; reading again with them: ");
            said.push_str(&source.name);
            self.open(source);
        }
        self.state.say(said);
    }

    /// What is shown, or being read, but not by the choices in force.
    fn outdated(self) -> Option<Source> {
        let choices = self.state.choices.get_untracked();
        let screen = self.state.screen.get_untracked();
        self.inner.with_value(|inner| {
            let (source, judged_by) = match screen {
                Screen::Ready(_) => inner.current.as_ref().map(|it| (&it.source, &it.choices))?,
                // While a folder is being listed there is nothing yet that could be outdated.
                Screen::Loading { .. } => {
                    inner.opening.as_ref().map(|it| (&it.source, &it.choices))?
                }
                Screen::Empty | Screen::Failed(_) => return None,
            };
            (*judged_by != choices).then(|| source.clone())
        })
    }

    /// Asks for the open flare's report in another form, and delivers it.
    pub fn export(self, format: ExportFormat, deliver: Deliver) {
        let options = self.state.export_options();
        let redacted = options.redact;
        self.ask_about_flare(
            &Request::Export { format, options },
            Asked::Export { deliver, redacted },
        );
    }

    /// Asks for the escalation with symptom and link once typing rests.
    pub fn refresh_escalation_soon(self) {
        let typed = self.inner.try_update_value(|inner| {
            inner.typed = inner.typed.wrapping_add(1);
            inner.typed
        });
        set_timeout(
            move || {
                if self.inner.try_with_value(|inner| inner.typed) == typed {
                    self.refresh_escalation();
                }
            },
            TYPING_PAUSE,
        );
    }

    fn refresh_escalation(self) {
        // Only the last answer is of interest.
        self.inner.update_value(|inner| {
            inner
                .asked
                .retain(|(_, asked)| !matches!(asked, Asked::Escalation));
        });
        // What stands on the page is never redacted.
        let options = ExportOptions {
            redact: false,
            ..self.state.export_options()
        };
        let format = ExportFormat::Escalation;
        self.ask_about_flare(&Request::Export { format, options }, Asked::Escalation);
    }

    /// Asks what redaction replaces, and shows it.
    pub fn preview(self) {
        self.state.preview.set(Some(Preview::Loading));
        let options = ExportOptions {
            redact: true,
            ..self.state.export_options()
        };
        self.ask_about_flare(&Request::Preview { options }, Asked::Preview);
    }

    /// Copies a text that is already on the page.
    pub fn copy(self, name: &str, text: String) {
        self.put_on_clipboard(name, text, "");
    }

    fn put_on_clipboard(self, name: &str, text: String, remark: &'static str) {
        let name = name.to_owned();
        spawn_local(async move {
            if clipboard::write(&text).await {
                self.state.say(format!(
                    "{name} copied, {} characters{remark}",
                    text.chars().count()
                ));
            } else {
                self.state.manual_copy.set(Some(ManualCopy { name, text }));
            }
        });
    }

    /// Ends what is under way and shows that something is being read.
    fn begin(self, name: &str) -> u32 {
        self.stop_opening();
        self.state.say("");
        self.state.progress.set(Progress::default());
        self.state.screen.set(Screen::Loading {
            name: visible::text(name).into_owned(),
        });
        self.inner.with_value(|inner| inner.turn)
    }

    fn is_loading(self) -> bool {
        matches!(self.state.screen.get_untracked(), Screen::Loading { .. })
    }

    fn stop_opening(self) {
        let busy = self
            .inner
            .try_update_value(|inner| {
                inner.turn = inner.turn.wrapping_add(1);
                inner.opening.take().is_some()
            })
            .unwrap_or_default();
        if busy {
            self.replace_worker();
        }
    }

    fn send_open(self, source: Source) {
        self.inner.update_value(|inner| {
            inner.last_source = Some(source.clone());
            // Whatever comes of it, the engine lets go of what it had.
            inner.engine_is_current = false;
        });
        let choices = self.state.choices.get_untracked();
        if let Some(id) = self.send(&open_request(&source, &choices), &file_handles(&source)) {
            let opening = Opening {
                id,
                source,
                choices,
            };
            self.inner
                .update_value(|inner| inner.opening = Some(opening));
            self.watch(Awaited::Answer(id));
        }
    }

    /// Asks something about the open flare. Nothing while another is being read: the engine has
    /// let go of the one on the page.
    fn ask_about_flare(self, request: &Request, asked: Asked) {
        let current = self.inner.with_value(|inner| {
            let current = inner.current.as_ref().filter(|_| inner.opening.is_none())?;
            Some((current.source.clone(), current.choices.clone()))
        });
        let Some((source, choices)) = current else {
            return;
        };
        if !self.inner.with_value(|inner| inner.engine_is_current) {
            // The worker was replaced since. The report is already on the page, so only a failure
            // is of interest.
            let open = open_request(&source, &choices);
            self.ask_with(&open, &file_handles(&source), Asked::Reopen);
            self.inner
                .update_value(|inner| inner.engine_is_current = true);
        }
        self.ask(request, asked);
    }

    fn ask(self, request: &Request, asked: Asked) {
        self.ask_with(request, &[], asked);
    }

    fn ask_with(self, request: &Request, files: &[File], asked: Asked) {
        if let Some(id) = self.send(request, files) {
            self.inner
                .update_value(|inner| inner.asked.push((id, asked)));
            self.watch(Awaited::Answer(id));
        }
    }

    /// Gives up when what is awaited shows no sign of life.
    fn watch(self, what: Awaited) {
        let heard = self.inner.with_value(|inner| inner.heard);
        self.watch_on(what, heard, false);
    }

    fn watch_on(self, what: Awaited, heard: u32, was_silent: bool) {
        set_timeout(
            move || {
                let now = self
                    .inner
                    .try_with_value(|inner| inner.awaits(what).then_some(inner.heard))
                    .flatten();
                match now {
                    None => {}
                    Some(now) if now == heard && was_silent => self.give_up(what),
                    Some(now) => self.watch_on(what, now, now == heard),
                }
            },
            SILENCE,
        );
    }

    fn give_up(self, what: Awaited) {
        match what {
            Awaited::Answer(_) => self.crashed("it showed no sign of life for a minute"),
            Awaited::Listing(_) => {
                let Screen::Loading { name } = self.state.screen.get_untracked() else {
                    return;
                };
                // What it may still list is not heard any more.
                self.stop_opening();
                let error = UserError {
                    title: "The folder could not be read".to_owned(),
                    detail: format!("{name}: the browser did not list it within a minute."),
                    hint: "Where it lies on another computer, copy it to this one first; or drop the flare's zip."
                        .to_owned(),
                };
                self.fail(error, WayOut::ChooseAgain);
            }
        }
    }

    /// Sends, or keeps until the worker is ready. `None` when the page had to give up on it.
    fn send(self, request: &Request, files: &[File]) -> Option<u32> {
        self.ensure_worker();
        let sent = self.inner.try_update_value(|inner| {
            inner.last_id = inner.last_id.wrapping_add(1).max(1);
            let id = inner.last_id;
            let message =
                wire::encode_call(id, request, files).map_err(|error| error.to_string())?;
            match &inner.link {
                Some(link) if link.ready => link
                    .worker
                    .post_message(&message)
                    .map_err(|error| format!("{error:?}"))?,
                _ => inner.waiting.push(message),
            }
            Ok::<u32, String>(id)
        })?;
        sent.map_err(|message| self.crashed(&message)).ok()
    }

    /// Starts a worker unless there is one, or one will start as soon as its files are here.
    fn ensure_worker(self) {
        let step = self
            .inner
            .try_update_value(|inner| match (&inner.link, &inner.worker_script) {
                (None, WorkerScript::Loaded(files)) => Step::Start(files.clone()),
                (None, WorkerScript::Missing) => {
                    inner.worker_script = WorkerScript::Loading;
                    Step::Load
                }
                _ => Step::Wait,
            });
        match step {
            Some(Step::Start(files)) => self.start_worker(&files),
            Some(Step::Load) => spawn_local(async move {
                let loaded = worker_files::load().await;
                let (script, failed) = match loaded {
                    Ok(files) => (WorkerScript::Loaded(files), None),
                    Err(error) => (WorkerScript::Missing, Some(error)),
                };
                self.inner
                    .update_value(|inner| inner.worker_script = script);
                match failed {
                    None => self.ensure_worker(),
                    Some(error) => self.crashed(&error),
                }
            }),
            Some(Step::Wait) | None => {}
        }
    }

    fn start_worker(self, files: &WorkerFiles) {
        let started = Worker::new(&files.script_url)
            .and_then(|worker| worker.post_message(&files.module).map(|()| worker));
        let worker = match started {
            Ok(worker) => worker,
            Err(error) => return self.crashed(&format!("{error:?}")),
        };
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            match wire::decode_answer(&event.data()) {
                Ok(answer) => self.hear(answer),
                Err(error) => self.crashed(&error.to_string()),
            }
        });
        let on_error = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            // A script that could not be started reports an event without a message.
            let message = js_sys::Reflect::get(&event, &"message".into())
                .ok()
                .and_then(|it| it.as_string());
            self.crashed(&message.unwrap_or_else(|| "its worker could not be started".to_owned()));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        let link = Link {
            worker,
            ready: false,
            _on_message: on_message,
            _on_error: on_error,
        };
        self.inner.update_value(|inner| inner.link = Some(link));
    }

    /// Ends the worker and starts another; nothing that was asked of it is answered any more.
    fn replace_worker(self) {
        self.forget_worker();
        self.ensure_worker();
    }

    fn forget_worker(self) {
        self.inner.update_value(|inner| {
            inner.link = None;
            inner.waiting.clear();
            inner.opening = None;
            inner.asked.clear();
            inner.engine_is_current = false;
        });
    }

    fn hear(self, answer: wire::Answer) {
        self.inner.update_value(Inner::hear);
        let opening = self
            .inner
            .with_value(|inner| inner.opening.as_ref().map(|it| it.id))
            == Some(answer.id);
        match answer.response {
            Response::Ready { version } => self.ready(&version),
            Response::Crashed { message } => self.crashed(&message),
            Response::Progress(progress) if opening => self.state.progress.set(progress),
            Response::Opened(view) if opening => self.opened(Arc::new(*view)),
            Response::Failed(error) if opening => self.refused(error),
            Response::Failed(error) => match self.take_asked(answer.id) {
                Some(Asked::Export { .. } | Asked::Escalation) => {
                    self.state
                        .say(format!("{}. {} {}", error.title, error.detail, error.hint));
                }
                Some(Asked::Preview) => self.show_preview(Preview::Failed(error)),
                Some(Asked::Check(done)) => done(Err(error)),
                Some(Asked::Reopen) => self.not_reopened(error),
                None => {}
            },
            Response::Contact(contact) => {
                self.state
                    .traffic
                    .update(|traffic| traffic.of_worker(contact));
            }
            Response::Exported {
                format,
                file_name,
                media_type,
                text,
            } => match self.take_asked(answer.id) {
                Some(Asked::Export { deliver, redacted }) => {
                    let remark = if redacted { ", names replaced" } else { "" };
                    self.deliver(format, deliver, &file_name, &media_type, text, remark);
                }
                Some(Asked::Escalation) => self.state.escalation.set(Some(text)),
                _ => {}
            },
            Response::Checked(view) => {
                if let Some(Asked::Check(done)) = self.take_asked(answer.id) {
                    done(Ok(view));
                }
            }
            Response::Preview(replacements) => {
                if let Some(Asked::Preview) = self.take_asked(answer.id) {
                    self.show_preview(Preview::Ready(Arc::new(replacements)));
                }
            }
            Response::Opened(_) => {
                // Reopened, or replaced since.
                self.take_asked(answer.id);
            }
            // Of what was replaced since.
            Response::Progress(_) => {}
        }
    }

    fn ready(self, version: &str) {
        if version != BUILD {
            self.forget_worker();
            let error = UserError {
                title: "This page has two versions in the browser's cache".to_owned(),
                detail: format!("The page is {BUILD}, its worker is {version}."),
                hint: "Reload the page to get both from the same build.".to_owned(),
            };
            return self.fail(error, WayOut::Reload);
        }
        self.state.traffic.update(Traffic::is_loaded);
        let refused = self.inner.try_update_value(|inner| {
            let link = inner.link.as_mut()?;
            link.ready = true;
            mem::take(&mut inner.waiting)
                .iter()
                .find_map(|message| link.worker.post_message(message).err())
        });
        if let Some(Some(error)) = refused {
            self.crashed(&format!("{error:?}"));
        }
    }

    fn opened(self, view: Arc<ReportView>) {
        let is_another = self.inner.try_update_value(|inner| {
            let Opening {
                source, choices, ..
            } = inner.opening.take()?;
            let before = inner.current.replace(Current {
                view: view.clone(),
                source,
                choices,
            });
            inner.engine_is_current = true;
            let name = |current: &Current| current.source.name.clone();
            Some(before.as_ref().map(name) != inner.current.as_ref().map(name))
        });
        self.state.tab.set(Tab::Report);
        self.state.process.set(None);
        self.state.escalation.set(None);
        self.state.screen.set(Screen::Ready(view));
        let typed = |text: &String| !text.trim().is_empty();
        if self.state.symptom.with_untracked(typed) || self.state.link.with_untracked(typed) {
            self.refresh_escalation();
            // They may belong to another ticket.
            if is_another.flatten() == Some(true) {
                self.state
                    .say("The symptom and link typed before still go into this escalation");
            }
        }
    }

    /// The flare, or the choices it was to be judged by, can't be used.
    fn refused(self, error: UserError) {
        let opening = self
            .inner
            .try_update_value(|inner| inner.opening.take())
            .flatten();
        let choices = self.state.choices.get_untracked();
        match opening {
            // Choices of an earlier visit, which turned out to be of no use in the meantime.
            Some(opening) if opening.choices != choices => self.send_open(opening.source),
            _ => self.fail(error, WayOut::ChooseAgain),
        }
    }

    /// The flare on the page was moved, changed or locked since, so that nothing can be asked about
    /// it any more; what was asked goes unanswered.
    fn not_reopened(self, error: UserError) {
        self.inner.update_value(|inner| {
            inner.engine_is_current = false;
            inner.asked.clear();
        });
        self.state
            .say(format!("{}. {} {}", error.title, error.detail, error.hint));
        self.show_preview(Preview::Failed(error));
    }

    /// Unless the user has closed it.
    fn show_preview(self, preview: Preview) {
        if self.state.preview.with_untracked(Option::is_some) {
            self.state.preview.set(Some(preview));
        }
    }

    fn fail(self, error: UserError, way_out: WayOut) {
        let can_go_back = self.inner.with_value(|inner| inner.current.is_some());
        self.state.screen.set(Screen::Failed(Arc::new(Failure {
            error,
            way_out,
            can_go_back,
        })));
    }

    /// The worker is lost: panicked, ran out of memory, or never started.
    fn crashed(self, message: &str) {
        let (opening, asked, started) = self.inner.with_value(|inner| {
            let started = inner.link.as_ref().is_some_and(|link| link.ready);
            (inner.opening.is_some(), !inner.asked.is_empty(), started)
        });
        self.forget_worker();
        // One that never started would not start now either; the next request tries again.
        if started {
            self.ensure_worker();
        }
        // Nobody fills it any more.
        self.state.preview.set(None);
        if asked {
            let why = faults::in_short(message);
            self.state.say(format!(
                "The part of the page that reads flares stopped and was restarted: {why}. Try again."
            ));
        }
        // Before anything was asked there is nothing to tell: asking tries again, and tells.
        if let Screen::Loading { name } = self.state.screen.get_untracked()
            && (opening || !asked)
        {
            self.fail(faults::lost_worker(message, &name), WayOut::TryAgain);
        }
    }

    fn take_asked(self, id: u32) -> Option<Asked> {
        self.inner.try_update_value(|inner| {
            let index = inner.asked.iter().position(|(asked, _)| *asked == id)?;
            Some(inner.asked.remove(index).1)
        })?
    }

    fn deliver(
        self,
        format: ExportFormat,
        deliver: Deliver,
        file_name: &str,
        media_type: &str,
        text: String,
        remark: &'static str,
    ) {
        match deliver {
            Deliver::Copy => self.put_on_clipboard(format_name(format), text, remark),
            Deliver::Save => match download::save(file_name, media_type, &text) {
                Ok(()) => self.state.say(format!("{file_name} saved{remark}")),
                Err(error) => {
                    leptos::logging::error!("not saved: {error:?}");
                    let name = file_name.to_owned();
                    self.state.manual_copy.set(Some(ManualCopy { name, text }));
                }
            },
        }
    }
}

/// What a form of the report is called when it is copied.
const fn format_name(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Markdown => "Report in Markdown",
        ExportFormat::Html => "Report in HTML",
        ExportFormat::Text => "Report as plain text",
        ExportFormat::Json => "Report in JSON",
        ExportFormat::Customer => "Customer message",
        ExportFormat::Escalation => "Escalation summary",
        ExportFormat::Jira => "Escalation summary for JIRA",
    }
}

fn open_request(source: &Source, choices: &Choices) -> Request {
    Request::Open {
        paths: source.files.iter().map(|(path, _)| path.clone()).collect(),
        folder: source.folder,
        choices: choices.clone(),
    }
}

fn file_handles(source: &Source) -> Vec<File> {
    source.files.iter().map(|(_, file)| file.clone()).collect()
}
