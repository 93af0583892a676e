//! A worker that runs, and the ears for it.

use js_sys::Reflect;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{ErrorEvent, File, MessageEvent, Worker};

use super::worker_files::WorkerFiles;
use super::{idle, wire};
use crate::wire::{Answer, Call};

/// A worker with its listeners. Dropping it ends the worker, and nothing of it is heard any more.
pub struct Link {
    worker: Worker,
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

impl Link {
    /// Starts a worker. `heard` is told what it says, or what ended it.
    ///
    /// # Errors
    /// What the browser said against it.
    pub fn start(
        files: &WorkerFiles,
        heard: impl Fn(Result<Answer, String>) + Clone + 'static,
    ) -> Result<Self, String> {
        let worker = Worker::new(&files.script_url)
            .and_then(|worker| worker.post_message(&files.module).map(|()| worker))
            .map_err(in_words)?;
        let lost = heard.clone();
        let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            let is_second_part = wire::is_second_part(&data);
            let heard = heard.clone();
            let hear = move || heard(wire::decode_answer(&data).map_err(|error| error.to_string()));
            if is_second_part {
                // Taking it over is work, and the first part is to be seen before.
                idle::when_drawn(hear);
            } else {
                hear();
            }
        });
        let on_error = Closure::<dyn Fn(ErrorEvent)>::new(move |event: ErrorEvent| {
            event.prevent_default();
            // A script that could not be started reports an event without a message.
            let message = Reflect::get(&event, &"message".into())
                .ok()
                .and_then(|it| it.as_string());
            lost(Err(message.unwrap_or_else(|| {
                "its worker could not be started".to_owned()
            })));
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Ok(Self {
            worker,
            _on_message: on_message,
            _on_error: on_error,
        })
    }

    /// Sends a request.
    ///
    /// # Errors
    /// What was wrong with it.
    pub fn post(&self, call: &Call<File>) -> Result<(), String> {
        let message = wire::encode_call(call).map_err(|error| error.to_string())?;
        self.worker.post_message(&message).map_err(in_words)
    }
}

fn in_words(error: JsValue) -> String {
    format!("{error:?}")
}
