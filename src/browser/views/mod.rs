//! Markup. Everything shown here was written by the engine or stands in [`crate::shown`]; views lay
//! it out.
//!
//! Bars are drawings, whose lengths are attributes of their own: the Content Security Policy allows
//! no `style` attribute, neither in the page nor in one that was saved while it showed a report.

pub mod banner;
pub mod bars;
pub mod blocks;
pub mod check;
pub mod column_head;
pub mod copy;
pub mod details;
pub mod dialogs;
pub mod empty;
pub mod evidence;
pub mod facts;
pub mod failed;
pub mod files;
pub mod focus;
pub mod footer;
pub mod function_row;
pub mod function_table;
pub mod grid;
pub mod grid_focus;
pub mod help;
pub mod icons;
pub mod loading;
pub mod menu;
pub mod menu_button;
pub mod owners;
pub mod pickers;
pub mod picture;
pub mod plain_table;
pub mod printed;
pub mod redaction;
pub mod reply;
pub mod report;
pub mod section_nav;
pub mod settings;
pub mod several;
pub mod shares;
pub mod shell;
pub mod size;
pub mod stacks;
pub mod steps;
pub mod summary;
pub mod tabs;
pub mod text_block;
pub mod ticket;

pub use shell::App;

use std::panic;

use js_sys::Reflect;
use leptos::prelude::*;

/// Mounts the page, in place of what stood there while it loaded.
///
/// Not where `www/start.js`, which runs before, found that this browser can't run the page. That
/// script also tells when the page is lost later; a panic leaves its message for it.
pub fn mount() {
    panic::set_hook(Box::new(|info| {
        // A global object takes any property.
        let _ = Reflect::set(
            &js_sys::global(),
            &"flarescopePanic".into(),
            &info.to_string().into(),
        );
        console_error_panic_hook::hook(info);
    }));
    let state = document()
        .body()
        .and_then(|body| body.get_attribute("data-state"));
    if state.as_deref() == Some("failed") {
        return;
    }
    mount_to_body(App);
    if let Some(boot) = document().get_element_by_id("boot") {
        // Hidden, not removed: a page that the browser saves starts with it again.
        let _ = boot.set_attribute("hidden", "");
    }
}
