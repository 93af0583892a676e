//! The worker's side: decode, call the engine, encode. No logic.

use std::cell::{Cell, RefCell};
use std::io;
use std::panic;

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use super::blob::{self, FilePieces};
use super::{traffic, wire};
use crate::BUILD;
use crate::blob::BlobReader;
use crate::wire::NO_REQUEST;
use engine::Engine;
use engine::protocol::{Request, Response};
use flare::LooseFile;

thread_local! {
    /// The request in hand, for the panic hook.
    static IN_HAND: Cell<u32> = const { Cell::new(NO_REQUEST) };
}

/// Starts listening, then says `Ready`. Messages that arrived before were lost, because wasm
/// loads asynchronously; so the page sends none.
pub fn start() {
    panic::set_hook(Box::new(|panic| {
        // The module is lost after this: wasm aborts. The page replaces the worker.
        post(&Response::Crashed {
            message: panic.to_string(),
        });
        console_error_panic_hook::hook(panic);
    }));
    let engine = RefCell::new(Engine::new());
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        answer(&mut engine.borrow_mut(), &event.data());
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // Listens as long as the worker lives.
    on_message.forget();
    traffic::watch(|contact| post(&Response::Contact(contact)));
    post(&Response::Ready {
        version: BUILD.to_owned(),
    });
}

fn answer(engine: &mut Engine, message: &JsValue) {
    let call = match wire::decode_call(message) {
        Ok(call) => call,
        // Both ends are built together: a message that cannot be read is a bug, and the page
        // treats it as one, by replacing this worker and saying so.
        Err(error) => panic!("{error}"),
    };
    IN_HAND.set(call.id);
    let response = match call.request {
        Request::Open {
            paths,
            folder,
            choices,
            pairs,
        } => {
            let files = paths
                .into_iter()
                .zip(call.files)
                .map(|(path, file)| loose_file(path, file));
            engine.open(files.collect(), folder, &choices, pairs, &mut |told| {
                post(&told)
            })
        }
        Request::Ask(question) => engine.answer(question),
    };
    post(&response);
    IN_HAND.set(NO_REQUEST);
}

fn loose_file(path: String, file: File) -> LooseFile {
    LooseFile {
        path,
        size: blob::size_of(&file),
        open: Box::new(move || -> io::Result<_> {
            Ok(Box::new(BlobReader::new(FilePieces::new(file.clone())?)))
        }),
    }
}

fn post(response: &Response) {
    let sent = wire::encode_answer(IN_HAND.get(), response)
        .map_err(|error| JsValue::from_str(&error.to_string()))
        .and_then(|message| scope().post_message(&message));
    if let Err(error) = sent {
        // Reaches the page as the worker's `error` event.
        wasm_bindgen::throw_val(error);
    }
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
