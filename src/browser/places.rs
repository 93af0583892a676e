//! Going from place to place in an open flare, with the browser's Back and Forward.

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::ScrollRestoration;

use super::state::AppState;
use super::views::focus::go_to;
use crate::place::{Place, Trail};

/// Handle to the places of the open flare. In context; copies are the same.
#[derive(Clone, Copy)]
pub struct Places {
    state: AppState,
    trail: StoredValue<Trail>,
}

impl Places {
    /// Begins to listen to Back and Forward.
    pub fn new(state: AppState) -> Self {
        let places = Self {
            state,
            trail: StoredValue::new(Trail::default()),
        };
        if let Ok(history) = window().history() {
            // Where it is refused, places come back from their top.
            let _ = history.set_scroll_restoration(ScrollRestoration::Manual);
        }
        let listener = window_event_listener(ev::popstate, move |event| {
            let number = event.state().as_f64().unwrap_or(0.0) as usize;
            let fragment = window().location().hash().unwrap_or_default();
            let place = Place::of_fragment(&fragment).unwrap_or_default();
            let scrolled = places
                .trail
                .try_update_value(|trail| trail.go(number, scrolled()))
                .unwrap_or(0.0);
            places.show(&place);
            // The place has its height after this round of rendering.
            request_animation_frame(move || window().scroll_to_with_x_and_y(0.0, scrolled));
        });
        on_cleanup(move || listener.remove());
        places
    }

    /// Goes to a place: shows it, with the heading of its section at the top, and puts it into the
    /// history.
    pub fn go(self, place: Place) {
        if self.state.place.with_untracked(|at| *at == place) {
            return arrive(&place);
        }
        self.push(&place);
        self.show(&place);
        request_animation_frame(move || arrive(&place));
    }

    fn push(self, place: &Place) {
        let number = self
            .trail
            .try_update_value(|trail| trail.push(scrolled()))
            .unwrap_or(0);
        if let Ok(history) = window().history() {
            let number = JsValue::from_f64(number as f64);
            // Refused by some browsers for files from the disk: then Back leaves the page, as it does
            // for any other.
            let _ = history.push_state_with_url(&number, "", Some(&place.fragment()));
        }
    }

    /// Puts a place into the history that is on the screen already.
    pub fn note(self, place: Place) {
        if self.state.place.with_untracked(|at| *at != place) {
            self.push(&place);
            self.show(&place);
        }
    }

    fn show(self, place: &Place) {
        self.state.place.set(place.clone());
    }
}

fn arrive(place: &Place) {
    match &place.anchor {
        Some(anchor) => go_to(anchor),
        None => window().scroll_to_with_x_and_y(0.0, 0.0),
    }
}

fn scrolled() -> f64 {
    window().scroll_y().unwrap_or(0.0)
}
