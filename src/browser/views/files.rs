//! Every file of the flare.

use std::sync::Arc;

use leptos::prelude::*;

use super::blocks::BlockView;
use super::icons::MarkIcon;
use crate::shown::files::{Found, ROLES, role_name};
use engine::protocol::{DetailsView, FileRole, FileView, Mark};

/// The table, and what narrows it down.
#[component]
pub fn Files(
    /// Its files are shown.
    view: Arc<DetailsView>,
) -> impl IntoView {
    let role = RwSignal::new(None::<FileRole>);
    let text = RwSignal::new(String::new());
    let all = RwSignal::new(false);
    let count = view.files.len();
    let found = {
        let view = view.clone();
        Memo::new(move |_| text.with(|text| Found::among(&view.files, role.get(), text, all.get())))
    };
    let passed = move || found.with(|found| found.count);
    let drawn = move || found.with(|found| found.drawn.clone());
    let hidden = move || found.with(|found| found.hidden);
    let has_more = move || hidden() > 0;
    let coverage = view.coverage.iter().cloned();
    let coverage = coverage
        .map(|block| view! { <BlockView block/> })
        .collect_view();
    let rows = view.clone();
    view! {
        <section class="files">
            <div class="files-head">
                <h1 class="section-title">"Files"</h1>
                <RoleFilter role/>
                <label class="files-search">
                    <span class="visually-hidden">"Search in path and reason"</span>
                    <input
                        id="files-search"
                        class="input"
                        type="search"
                        placeholder="Search path or reason"
                        autocomplete="off"
                        prop:value=text
                        on:input=move |event| text.set(event_target_value(&event))
                    />
                </label>
                <p class="files-count" aria-live="polite">{move || format!("{} of {count} files", passed())}</p>
            </div>
            <div class="coverage" data-section="coverage">{coverage}</div>
            <div class="scroller" role="group" tabindex="0" aria-label="Files of the flare">
                <table class="files-table" role="table" aria-label="Files of the flare">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col" class="cell">"Path"</th>
                            <th role="columnheader" scope="col" class="cell is-number">"Size"</th>
                            <th role="columnheader" scope="col" class="cell">"Role"</th>
                            <th role="columnheader" scope="col" class="cell">"What it was used for, or why not"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        <For each=drawn key=|index| *index let:index>
                            {rows.files.get(index).cloned().map(|file| view! { <FileRow file/> })}
                        </For>
                    </tbody>
                </table>
            </div>
            <Show when=move || passed() == 0>
                <p class="files-none">"No file matches this filter."</p>
            </Show>
            <Show when=has_more>
                <button type="button" class="button" on:click=move |_| all.set(true)>
                    {move || format!("Show {} more", hidden())}
                </button>
            </Show>
        </section>
    }
}

/// All, or one role.
#[component]
fn RoleFilter(
    /// The choice; all when `None`.
    role: RwSignal<Option<FileRole>>,
) -> impl IntoView {
    let choose = move |event| {
        let name = event_target_value(&event);
        role.set(ROLES.into_iter().find(|role| role.as_str() == name));
    };
    let options =
        ROLES.map(|role| view! { <option value=role.as_str()>{role_name(role)}</option> });
    view! {
        <label class="files-role">
            <span class="visually-hidden">"Role"</span>
            <select id="role-filter" class="select" on:change=choose>
                <option value="">"All roles"</option>
                {options.collect_view()}
            </select>
        </label>
    }
}

/// One file.
#[component]
fn FileRow(
    /// Formatted.
    file: FileView,
) -> impl IntoView {
    let FileView {
        path,
        size: _,
        size_text,
        role,
        reason,
    } = file;
    let mark = Mark::from(role);
    let hook = path.clone();
    view! {
        <tr role="row" data-path=hook data-role=role.as_str()>
            <th role="rowheader" scope="row" class="cell files-path">{path}</th>
            <td role="cell" class="cell is-number">{size_text}</td>
            <td role="cell" class="cell files-role-cell">
                <span class=format!("mark-word is-{}", mark.as_str())><MarkIcon mark/>{role_name(role)}</span>
            </td>
            <td role="cell" class="cell files-reason">{reason}</td>
        </tr>
    }
}
