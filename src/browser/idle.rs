//! Time in which the browser has nothing else to do, or nothing more urgent.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::IdleRequestOptions;

/// Longest wait for such a time; a page that is always busy gets to it all the same.
const PATIENCE_MS: u32 = 2000;

/// Where the browser does not tell: time to draw what is there.
const A_WHILE: Duration = Duration::from_millis(50);

/// Calls once, when the browser has time.
pub fn when_idle(call: impl FnOnce() + 'static) {
    let window = window();
    // Safari does not have it.
    let is_told = Reflect::has(&window, &JsValue::from_str("requestIdleCallback"));
    if is_told != Ok(true) {
        set_timeout(call, A_WHILE);
        return;
    }
    let options = IdleRequestOptions::new();
    options.set_timeout(PATIENCE_MS);
    let call = Closure::once_into_js(call);
    // Refused only while the page is going away.
    let _ = window.request_idle_callback_with_options(call.unchecked_ref(), &options);
}

/// Longest wait for a frame: a window that nobody sees is not drawn.
const NO_FRAME: Duration = Duration::from_millis(250);

/// Calls once, when what is on the page now has been drawn.
pub fn when_drawn(call: impl FnOnce() + 'static) {
    let call = Rc::new(Cell::new(Some(call)));
    let once = move || {
        if let Some(call) = call.take() {
            call();
        }
    };
    let after_frame = once.clone();
    request_animation_frame(move || set_timeout(after_frame, Duration::ZERO));
    set_timeout(once, NO_FRAME);
}
