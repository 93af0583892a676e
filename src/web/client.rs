//! The page's end of the worker: owns it, the dropped files, and what is asked of them.
//!
//! One request for a flare is under way at a time. A busy worker hears nothing, so cancelling and
//! replacing terminate it and start another; the files stay here, and the next worker gets them
//! again when it is asked something about the open flare.

use std::future::Future;
use std::mem;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{ErrorEvent, File, MessageEvent, Worker};

use super::state::{AppState, Failure, ManualCopy, Screen, Tab, WayOut};
use super::{BUILD, clipboard, download, wire, worker_files};
use crate::protocol::{ExportFormat, Progress, ReportView, Request, Response, UserError};

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
    exports: Vec<(u32, ExportFormat, Deliver)>,
    /// What `Try again` tries.
    last_source: Option<Source>,
}

/// Where workers are started from.
#[derive(Default)]
enum WorkerScript {
    #[default]
    Missing,
    Loading,
    Loaded(String),
}

/// What [`Client::ensure_worker`] has to do.
enum Step {
    Start(String),
    Load,
    Wait,
}

struct Opening {
    id: u32,
    source: Source,
}

struct Current {
    view: Arc<ReportView>,
    source: Source,
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
    /// Starts a worker.
    pub fn new(state: AppState) -> Self {
        let client = Self {
            state,
            inner: StoredValue::new_local(Inner::default()),
        };
        client.ensure_worker();
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
        if matches!(self.state.screen.get_untracked(), Screen::Loading { .. }) {
            self.state.progress.set(Progress {
                what: what.to_owned(),
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
        if !matches!(self.state.screen.get_untracked(), Screen::Loading { .. }) {
            return;
        }
        self.stop_opening();
        self.go_back();
        self.state.say("Cancelled");
    }

    /// Shows the report that was open before, or the empty page.
    pub fn go_back(self) {
        let current = self
            .inner
            .with_value(|inner| inner.current.as_ref().map(|it| it.view.clone()));
        self.state
            .screen
            .set(current.map_or(Screen::Empty, Screen::Ready));
    }

    /// Asks for the open flare's report in another form, and delivers it.
    pub fn export(self, format: ExportFormat, deliver: Deliver) {
        let Some(source) = self
            .inner
            .with_value(|inner| inner.current.as_ref().map(|it| it.source.clone()))
        else {
            return;
        };
        if !self.inner.with_value(|inner| inner.engine_is_current) {
            // The worker was replaced since. Its answer to this is not awaited: the report is
            // already on the page.
            self.send(&open_request(&source), &file_handles(&source));
            self.inner
                .update_value(|inner| inner.engine_is_current = true);
        }
        if let Some(id) = self.send(&Request::Export { format }, &[]) {
            self.inner
                .update_value(|inner| inner.exports.push((id, format, deliver)));
        }
    }

    /// Copies a text that is already on the page.
    pub fn copy(self, name: &str, text: String) {
        let name = name.to_owned();
        spawn_local(async move {
            if clipboard::write(&text).await {
                self.state.say(format!(
                    "{name} copied, {} characters",
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
            name: name.to_owned(),
        });
        self.inner.with_value(|inner| inner.turn)
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
        if let Some(id) = self.send(&open_request(&source), &file_handles(&source)) {
            self.inner
                .update_value(|inner| inner.opening = Some(Opening { id, source }));
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
                (None, WorkerScript::Loaded(url)) => Step::Start(url.clone()),
                (None, WorkerScript::Missing) => {
                    inner.worker_script = WorkerScript::Loading;
                    Step::Load
                }
                _ => Step::Wait,
            });
        match step {
            Some(Step::Start(url)) => self.start_worker(&url),
            Some(Step::Load) => spawn_local(async move {
                let loaded = worker_files::load().await;
                let (script, failed) = match loaded {
                    Ok(url) => (WorkerScript::Loaded(url), None),
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

    fn start_worker(self, script: &str) {
        let worker = match Worker::new(script) {
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
            inner.exports.clear();
            inner.engine_is_current = false;
        });
    }

    fn hear(self, answer: wire::Answer) {
        let opening = self
            .inner
            .with_value(|inner| inner.opening.as_ref().map(|it| it.id))
            == Some(answer.id);
        match answer.response {
            Response::Ready { version } => self.ready(&version),
            Response::Crashed { message } => self.crashed(&message),
            Response::Progress(progress) if opening => self.state.progress.set(progress),
            Response::Opened(view) if opening => self.opened(Arc::new(*view)),
            Response::Failed(error) if opening => {
                self.inner.update_value(|inner| inner.opening = None);
                self.fail(error, WayOut::ChooseAgain);
            }
            Response::Failed(error) => {
                if self.take_export(answer.id).is_some() {
                    self.state
                        .say(format!("{}. {} {}", error.title, error.detail, error.hint));
                }
            }
            Response::Exported {
                format: _,
                file_name,
                media_type,
                text,
            } => {
                if let Some((format, deliver)) = self.take_export(answer.id) {
                    self.deliver(format, deliver, &file_name, &media_type, text);
                }
            }
            // Answers to what was replaced since.
            Response::Progress(_) | Response::Opened(_) => {}
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
        self.inner.update_value(|inner| {
            if let Some(Opening { source, .. }) = inner.opening.take() {
                inner.current = Some(Current {
                    view: view.clone(),
                    source,
                });
                inner.engine_is_current = true;
            }
        });
        self.state.tab.set(Tab::Report);
        self.state.process.set(None);
        self.state.screen.set(Screen::Ready(view));
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
        let (opening, exporting, started) = self.inner.with_value(|inner| {
            let started = inner.link.as_ref().is_some_and(|link| link.ready);
            (inner.opening.is_some(), !inner.exports.is_empty(), started)
        });
        self.forget_worker();
        // One that never started would not start now either; the next request tries again.
        if started {
            self.ensure_worker();
        }
        if exporting {
            self.state.say(format!("The part of the page that reads flares stopped and was restarted: {message}. Try again."));
        }
        // Before anything was asked there is nothing to tell: asking tries again, and tells.
        if opening
            || (!exporting && matches!(self.state.screen.get_untracked(), Screen::Loading { .. }))
        {
            let error = UserError {
                title: "The part of the page that reads flares stopped".to_owned(),
                detail: message.to_owned(),
                hint: "It has been restarted, and nothing was sent anywhere. Try again, or choose another flare; \
                       if it stops again on the same flare, that is a bug in flarescope."
                    .to_owned(),
            };
            self.fail(error, WayOut::TryAgain);
        }
    }

    fn take_export(self, id: u32) -> Option<(ExportFormat, Deliver)> {
        self.inner.try_update_value(|inner| {
            let index = inner.exports.iter().position(|(asked, ..)| *asked == id)?;
            let (_, format, deliver) = inner.exports.remove(index);
            Some((format, deliver))
        })?
    }

    fn deliver(
        self,
        format: ExportFormat,
        deliver: Deliver,
        file_name: &str,
        media_type: &str,
        text: String,
    ) {
        match deliver {
            Deliver::Copy => self.copy(format_name(format), text),
            Deliver::Save => match download::save(file_name, media_type, &text) {
                Ok(()) => self.state.say(format!("{file_name} saved")),
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
        ExportFormat::Json => "Report in JSON",
        ExportFormat::Customer => "Customer message",
        ExportFormat::Escalation => "Escalation summary",
        ExportFormat::Jira => "Escalation summary for JIRA",
    }
}

fn open_request(source: &Source) -> Request {
    Request::Open {
        paths: source.files.iter().map(|(path, _)| path.clone()).collect(),
        folder: source.folder,
    }
}

fn file_handles(source: &Source) -> Vec<File> {
    source.files.iter().map(|(_, file)| file.clone()).collect()
}
