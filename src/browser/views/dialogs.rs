//! The frame of dialogs, and the one that shows a text the clipboard refused.

use leptos::prelude::*;

use super::focus::focus;
use crate::browser::state::AppState;
use crate::session::ManualCopy;

/// A modal dialog. The browser keeps the focus inside, closes it on Escape, and gives the focus
/// back.
#[component]
pub fn Dialog(
    /// The heading, and the dialog's name.
    #[prop(into)]
    title: Signal<String>,
    /// The heading's id; one for each dialog.
    id: &'static str,
    /// Shown or not.
    #[prop(into)]
    open: Signal<bool>,
    /// Called when the user closed it.
    #[prop(into)]
    on_close: Callback<()>,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move |_| {
        let open = open.get();
        let Some(dialog) = dialog.get() else { return };
        if open && !dialog.open() {
            // Refused only when it is open or gone.
            let _ = dialog.show_modal();
        } else if !open && dialog.open() {
            dialog.close();
        }
    });
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby=id on:close=move |_| on_close.run(())>
            <div class="dialog-head">
                <h2 class="dialog-title" id=id>{move || title.get()}</h2>
                <button type="button" class="button is-quiet" on:click=move |_| on_close.run(())>"Close"</button>
            </div>
            <div class="dialog-body">{children()}</div>
        </dialog>
    }
}

/// A text that has to be copied by hand, already selected.
#[component]
pub fn ManualCopyDialog() -> impl IntoView {
    let state = expect_context::<AppState>();
    let area = NodeRef::<leptos::html::Textarea>::new();
    let text = move || {
        state.manual_copy.with(|copy| {
            copy.as_ref()
                .map(|copy| copy.text.clone())
                .unwrap_or_default()
        })
    };
    let title = move || {
        state.manual_copy.with(|copy| {
            copy.as_ref()
                .map(|ManualCopy { name, .. }| name.clone())
                .unwrap_or_default()
        })
    };
    Effect::new(move |_| {
        // After the dialog's own effect, which has shown it and moved the focus.
        if state.manual_copy.with(Option::is_some) {
            request_animation_frame(move || {
                if let Some(area) = area.get_untracked() {
                    focus(&area);
                    area.select();
                }
            });
        }
    });
    view! {
        <Dialog
            title=Signal::derive(title)
            id="manual-copy-title"
            open=Signal::derive(move || state.manual_copy.with(Option::is_some))
            on_close=move |()| state.manual_copy.set(None)
        >
            <p>"The browser did not let this page use the clipboard. The text is selected: copy it with Ctrl+C (\u{2318}C on a Mac)."</p>
            <textarea id="manual-copy" class="manual-copy" readonly rows="16" node_ref=area prop:value=text aria-labelledby="manual-copy-title"></textarea>
        </Dialog>
    }
}
