//! Requests, as the browser reports them: those that left, and those that the page's policy refused.
//!
//! The same for the page and the worker, each of which hears of its own requests only. What never
//! leaves the computer's memory (`blob:` and `data:` addresses) is no request.

use js_sys::{Object, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    EventTarget, PerformanceEntry, PerformanceObserver, PerformanceObserverEntryList,
    PerformanceObserverInit, SecurityPolicyViolationEvent,
};

use engine::protocol::Contact;

/// Where [`try_to_send`] tries to send to. Names that end so never exist (RFC 2606).
const NOWHERE: &str = "https://flarescope.invalid/";

/// All requests so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Traffic {
    /// The page is complete since then, in milliseconds since it began; it still loads when `None`.
    loaded_at_ms: Option<f64>,
    /// What left while the page loaded: its own parts, where it has several.
    pub loading: Vec<Made>,
    /// What left later.
    pub since: Vec<Made>,
    /// What was refused.
    pub refused: Vec<Refused>,
}

/// A request that left.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// Where to.
    pub address: String,
    began_ms: f64,
}

/// A request that the policy refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// Where it should have gone.
    pub address: String,
    /// By what rule.
    pub rule: String,
    at_ms: f64,
    /// The browser reported it as a request too.
    is_echoed: bool,
}

impl Refused {
    /// Browsers report some of what they refuse (pictures) as requests as well, before or after. What
    /// began later than the refusal is another request.
    fn is_echo(&self, made: &Made) -> bool {
        !self.is_echoed && self.address == made.address && made.began_ms <= self.at_ms
    }
}

impl Traffic {
    /// Requests that begin from now on are no part of loading the page.
    pub fn is_loaded(&mut self) {
        if self.loaded_at_ms.is_none() {
            self.loaded_at_ms = Some(now_ms());
        }
    }

    /// Counts a contact of the page. A request is heard of only when it ended, so its beginning
    /// decides whether it was part of loading.
    pub fn of_page(&mut self, contact: Contact) {
        match contact {
            Contact::Made { address, at_ms } if self.loaded_at_ms.is_none_or(|at| at_ms < at) => {
                self.loading.push(Made {
                    address,
                    began_ms: at_ms,
                });
            }
            contact => self.of_worker(contact),
        }
    }

    /// Counts a contact of the worker, which has nothing to load.
    pub fn of_worker(&mut self, contact: Contact) {
        match contact {
            Contact::Made { address, at_ms } => {
                let made = Made {
                    address,
                    began_ms: at_ms,
                };
                match self
                    .refused
                    .iter_mut()
                    .find(|refused| refused.is_echo(&made))
                {
                    Some(refused) => refused.is_echoed = true,
                    None => self.since.push(made),
                }
            }
            Contact::Refused {
                address,
                rule,
                at_ms,
            } => {
                let mut refused = Refused {
                    address,
                    rule,
                    at_ms,
                    is_echoed: false,
                };
                if let Some(echo) = self.since.iter().position(|made| refused.is_echo(made)) {
                    self.since.remove(echo);
                    refused.is_echoed = true;
                }
                self.refused.push(refused);
            }
        }
    }
}

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
            // A script or a style without an address is no request.
            if !matches!(address.as_str(), "inline" | "eval" | "wasm-eval") {
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

fn now_ms() -> f64 {
    let clock = web_sys::window().and_then(|window| window.performance());
    clock.map_or(0.0, |clock| clock.now())
}

fn is_inside(address: &str) -> bool {
    ["blob:", "data:"]
        .iter()
        .any(|scheme| address.starts_with(scheme))
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
