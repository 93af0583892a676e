//! The browser's pickers for files and folders.

use leptos::prelude::*;
use web_sys::HtmlInputElement;

use crate::browser::client::Client;

/// The two hidden pickers, clicked by buttons anywhere on the page.
#[derive(Clone, Copy, Default)]
pub struct Pickers {
    file: NodeRef<leptos::html::Input>,
    folder: NodeRef<leptos::html::Input>,
}

impl Pickers {
    /// Opens the browser's picker for files.
    pub fn choose_file(self) {
        if let Some(input) = self.file.get_untracked() {
            input.click();
        }
    }

    /// Opens the browser's picker for a folder.
    pub fn choose_folder(self) {
        if let Some(input) = self.folder.get_untracked() {
            input.click();
        }
    }
}

/// `#file-input` and `#folder-input`. Hidden from everybody: buttons stand for them.
#[component]
pub fn HiddenPickers() -> impl IntoView {
    let client = expect_context::<Client>();
    let pickers = expect_context::<Pickers>();
    let picked = move |input: Option<HtmlInputElement>, folder: bool| {
        let Some(input) = input else { return };
        let Some(files) = input.files() else { return };
        if files.length() > 0 {
            client.open_list(&files, folder);
            // The same file may be picked again; browsers report changes only.
            input.set_value("");
        }
    };
    view! {
        <input
            id="file-input"
            hidden
            type="file"
            multiple
            aria-label="Choose a flare"
            node_ref=pickers.file
            on:change=move |_| picked(pickers.file.get_untracked(), false)
        />
        <input
            id="folder-input"
            hidden
            type="file"
            multiple
            prop:webkitdirectory=true
            aria-label="Choose a folder"
            node_ref=pickers.folder
            on:change=move |_| picked(pickers.folder.get_untracked(), true)
        />
    }
}
