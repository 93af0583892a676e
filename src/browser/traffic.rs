//! Where requests are heard of: in the browser's own reports.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    EventTarget, PerformanceEntry, PerformanceObserver, PerformanceObserverEntryList,
    PerformanceObserverInit, SecurityPolicyViolationEvent,
};

use crate::traffic::{is_inside, is_request};
use engine::protocol::Contact;

/// Where [`try_to_send`] tries to send to. Names that end so never exist (RFC 2606).
const NOWHERE: &str = "https://flarescope.invalid/";

/// Tells `heard` of every request of this thread so far, and of each from now on.
pub fn watch(heard: impl Fn(Contact) + Clone + 'static) {
    watch_refusals(heard.clone());
    // A browser that reports nothing leaves only the refusals to count.
    let _ = watch_requests(heard);
}

fn watch_requests(heard: impl Fn(Contact) + 'static) -> Result<(), JsValue> {
    let on_entries = Closure::<dyn Fn(PerformanceObserverEntryList)>::new(
        move |list: PerformanceObserverEntryList| {
            for entry in list.get_entries().iter() {
                let entry: PerformanceEntry = entry.unchecked_into();
                let address = entry.name();
                if !is_inside(&address) {
                    heard(Contact::Made {
                        address,
                        at_ms: entry.start_time(),
                    });
                }
            }
        },
    );
    let observer = PerformanceObserver::new(on_entries.as_ref().unchecked_ref())?;
    // What was before this observer comes only to those who ask for one type; there is no binding.
    let options = Object::new();
    Reflect::set(&options, &"type".into(), &"resource".into())?;
    Reflect::set(&options, &"buffered".into(), &true.into())?;
    observer.observe(options.unchecked_ref::<PerformanceObserverInit>());
    // Both watch for as long as the page or the worker lives.
    on_entries.forget();
    std::mem::forget(observer);
    Ok(())
}

fn watch_refusals(heard: impl Fn(Contact) + 'static) {
    let on_violation = Closure::<dyn Fn(SecurityPolicyViolationEvent)>::new(
        move |event: SecurityPolicyViolationEvent| {
            let address = event.blocked_uri();
            if is_request(&address) {
                heard(Contact::Refused {
                    address,
                    rule: event.effective_directive(),
                    at_ms: event.time_stamp(),
                });
            }
        },
    );
    let scope: EventTarget = js_sys::global().unchecked_into();
    // Refused only for listeners that are no functions.
    let _ = scope.add_event_listener_with_callback(
        "securitypolicyviolation",
        on_violation.as_ref().unchecked_ref(),
    );
    on_violation.forget();
}

/// Milliseconds since the page began.
pub fn now_ms() -> f64 {
    let clock = web_sys::window().and_then(|window| window.performance());
    clock.map_or(0.0, |clock| clock.now())
}

/// Tries to send one letter to where nobody is. It fails in any case, since nobody could answer;
/// whether the browser refused it, or let it go, is what it reports to [`watch`].
pub async fn try_to_send() {
    let Some(window) = web_sys::window() else {
        return;
    };
    let options = web_sys::RequestInit::new();
    options.set_method("POST");
    options.set_body(&"x".into());
    let attempt = window.fetch_with_str_and_init(NOWHERE, &options);
    // Fails in any case.
    let _ = JsFuture::from(attempt).await;
}
