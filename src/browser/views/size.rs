//! Sizes of elements, which are known only once they are laid out.

use leptos::html::Div;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::ResizeObserver;

/// Calls `seen` whenever an element is shown, hidden, or gets another size.
pub fn watch(element: NodeRef<Div>, seen: impl Fn() + 'static) {
    let seen = Closure::<dyn FnMut()>::new(seen);
    let Ok(observer) = ResizeObserver::new(seen.as_ref().unchecked_ref()) else {
        return;
    };
    // Both live as long as the view.
    let kept = StoredValue::new_local((seen, observer));
    Effect::new(move |_| {
        if let Some(element) = element.get() {
            kept.with_value(|(_, observer)| observer.observe(&element));
        }
    });
    on_cleanup(move || {
        // The view may be gone before.
        let _ = kept.try_with_value(|(_, observer)| observer.disconnect());
    });
}

/// What is wider than its place can be scrolled sideways; only then is it a tab stop.
#[component]
pub fn Scroller(
    /// What it is, for who comes to it with the keyboard.
    label: String,
    /// What may be too wide.
    children: Children,
) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    let overflows = RwSignal::new(false);
    watch(place, move || {
        if let Some(place) = place.try_get_untracked().flatten() {
            let is_wider = place.scroll_width() > place.client_width();
            if overflows.try_get_untracked() == Some(!is_wider) {
                overflows.set(is_wider);
            }
        }
    });
    let when = move |value: &'static str| overflows.get().then_some(value);
    view! {
        <div
            class="scroller"
            node_ref=place
            role=move || when("group")
            tabindex=move || when("0")
            aria-label=move || overflows.get().then(|| label.clone())
        >
            {children()}
        </div>
    }
}
