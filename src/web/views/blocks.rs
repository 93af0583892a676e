//! The pieces that sections are made of.

use leptos::prelude::*;

use super::function_table::{FunctionTableView, bar, hue};
use super::icons::{Mark, MarkIcon, MarkWord};
use super::stacks::StacksView;
use crate::web::client::{Client, Deliver};
use crate::web::state::AppState;
use engine::protocol::{
    Block, ExportFormat, Fact, GridCell, GridRow, PlainTable, Share, StateGrid, Step,
};

/// Any piece.
#[component]
pub fn BlockView(
    /// The piece.
    block: Block,
    /// The export that a text in this section is.
    form: Option<ExportFormat>,
) -> impl IntoView {
    match block {
        Block::Paragraph { text } => view! { <p class="paragraph">{text}</p> }.into_any(),
        Block::Heading { text } => view! { <h3 class="subheading">{text}</h3> }.into_any(),
        Block::Note { name, text } => {
            let name = (!name.is_empty()).then_some(name);
            view! { <p class="note" data-note=name><span class="note-label">"Note"</span>{text}</p> }
                .into_any()
        }
        Block::Missing { text, command } => view! { <MissingView text command/> }.into_any(),
        Block::Facts { facts } => view! { <FactsView facts/> }.into_any(),
        Block::List { items } => {
            let items = items
                .into_iter()
                .map(|item| view! { <li>{item}</li> })
                .collect_view();
            view! { <ul class="list">{items}</ul> }.into_any()
        }
        Block::Steps { steps } => view! { <StepsView steps/> }.into_any(),
        Block::Table(table) => view! { <PlainTableView table/> }.into_any(),
        Block::Functions(table) => view! { <FunctionTableView table/> }.into_any(),
        // A flare without profiles has no process to show.
        Block::Grid(grid) if grid.rows.is_empty() => ().into_any(),
        Block::Grid(grid) => view! { <GridView grid/> }.into_any(),
        Block::Shares {
            caption,
            what,
            total_text,
            shares,
        } => view! { <SharesView caption what total_text shares/> }.into_any(),
        Block::Stacks { caption, stacks } => view! { <StacksView caption stacks/> }.into_any(),
        Block::Text { name, text } => view! { <TextView name text is_code=false form/> }.into_any(),
        Block::Code { caption, text } => {
            view! { <TextView name=caption text is_code=true form=None/> }.into_any()
        }
    }
}

/// Copies a text that is on the page.
#[component]
pub fn CopyButton(
    /// What it is, for the announcement.
    name: String,
    /// What is copied.
    text: String,
) -> impl IntoView {
    let client = expect_context::<Client>();
    let label = format!("Copy {name}");
    view! {
        <button type="button" class="button is-small" aria-label=label on:click=move |_| client.copy(&name, text.clone())>
            "Copy"
        </button>
    }
}

/// Why there is nothing to show, and how to get it.
#[component]
fn MissingView(
    /// What is missing and why.
    text: String,
    /// What collects it.
    command: Option<String>,
) -> impl IntoView {
    view! {
        <div class="missing">
            <MarkIcon mark=Mark::NotMeasured/>
            <div class="missing-text">
                <p>{text}</p>
                {command.map(|command| view! { <Command command/> })}
            </div>
        </div>
    }
}

/// A command to run.
#[component]
fn Command(
    /// Verbatim.
    command: String,
) -> impl IntoView {
    view! {
        <p class="command">
            <code>{command.clone()}</code>
            <CopyButton name="Command".to_owned() text=command/>
        </p>
    }
}

/// Names and values.
#[component]
pub fn FactsView(
    /// In reading order.
    facts: Vec<Fact>,
) -> impl IntoView {
    let facts = facts.into_iter().map(|Fact { name, value, hint }| {
        view! {
            <div class="fact">
                <dt class="fact-name">{name}</dt>
                <dd class="fact-value">
                    {value}
                    {hint.map(|hint| view! { <span class="fact-hint">{hint}</span> })}
                </dd>
            </div>
        }
    });
    view! { <dl class="facts">{facts.collect_view()}</dl> }
}

/// Recommendations.
#[component]
fn StepsView(
    /// In order of priority.
    steps: Vec<Step>,
) -> impl IntoView {
    let steps = steps.into_iter().map(
        |Step {
             about,
             text,
             command,
         }| {
            let about = (!about.is_empty()).then(|| view! { <p class="step-about">{about}</p> });
            view! {
                <li class="step">
                    {about}
                    <p>{text}</p>
                    {command.map(|command| view! { <Command command/> })}
                </li>
            }
        },
    );
    view! { <ol class="steps">{steps.collect_view()}</ol> }
}

/// A table without bars.
#[component]
fn PlainTableView(
    /// As many cells as columns in each row.
    table: PlainTable,
) -> impl IntoView {
    let PlainTable {
        caption,
        columns,
        rows,
    } = table;
    let class = |numeric: bool| if numeric { "cell is-number" } else { "cell" };
    let numeric: Vec<bool> = columns.iter().map(|column| column.numeric).collect();
    let heads = columns
        .into_iter()
        .map(|column| view! { <th scope="col" class=class(column.numeric)>{column.name}</th> })
        .collect_view();
    let rows = rows.into_iter().map(|row| {
        let cells = row
            .into_iter()
            .zip(&numeric)
            .map(|(cell, numeric)| view! { <td class=class(*numeric)>{cell}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    let label = caption.clone();
    view! {
        <div class="scroller" role="region" tabindex="0" aria-label=label>
            <table class="plain-table">
                <caption class="table-caption">{caption}</caption>
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// Processes by kinds. Roles are written out: on narrow screens rows are laid out as blocks, and
/// browsers then forget that this is a table.
#[component]
fn GridView(
    /// Main process first.
    grid: StateGrid,
) -> impl IntoView {
    let heads = grid
        .kinds
        .iter()
        .map(|kind| view! { <th role="columnheader" scope="col">{kind.title()}</th> })
        .collect_view();
    let rows = grid
        .rows
        .into_iter()
        .map(|row| view! { <GridRowView row/> })
        .collect_view();
    view! {
        <table class="state-grid" role="table" aria-label="States by process">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Process"</th>
                    {heads}
                </tr>
            </thead>
            <tbody role="rowgroup">{rows}</tbody>
        </table>
    }
}

/// One process of the grid.
#[component]
fn GridRowView(
    /// One cell for each kind.
    row: GridRow,
) -> impl IntoView {
    let GridRow { process, cells } = row;
    let name = process.clone();
    let cells = cells
        .into_iter()
        .map(move |cell| view! { <GridCellView process=process.clone() cell/> });
    view! {
        <tr role="row">
            <th role="rowheader" scope="row" class="state-process">{name}</th>
            {cells.collect_view()}
        </tr>
    }
}

/// One state: what it is at a glance, and why when asked. A finding of low confidence is drawn
/// quieter.
#[component]
fn GridCellView(
    /// The process.
    process: String,
    /// Ready to show.
    cell: GridCell,
) -> impl IntoView {
    let GridCell {
        kind,
        measured,
        text,
        why,
        would_change,
        command,
        confidence,
    } = cell;
    let of_what = format!(": {} in {process}", kind.words());
    let hint = why.clone();
    let is_quiet = confidence == "low";
    let confidence = (!confidence.is_empty()).then_some(confidence);
    let sure = confidence.clone().map(|confidence| {
        view! { <span class="state-confidence">"confidence " {confidence}</span> }
    });
    let would_change = (!would_change.is_empty())
        .then(|| view! { <p class="state-would-change">{would_change}</p> });
    view! {
        <td
            role="cell"
            class="state-cell"
            class:is-quiet=is_quiet
            data-process=process
            data-kind=kind.as_str()
            data-measured=measured.as_str()
            data-confidence=confidence
            title=hint
        >
            <span class="state-cell-kind" aria-hidden="true">{kind.title()}</span>
            <MarkWord mark=measured.into()/>
            <span class="state-cell-text">{text} " " {sure}</span>
            <details class="state-more">
                <summary class="state-more-head">
                    "why"<span class="visually-hidden">{of_what}</span>
                </summary>
                <p>{why}</p>
                {would_change}
                {command.map(|command| view! { <Command command/> })}
            </details>
        </td>
    }
}

/// Parts of a total: one bar of all, and a line for each.
#[component]
fn SharesView(
    /// What is shared out.
    caption: String,
    /// What the parts are.
    what: String,
    /// The whole.
    total_text: String,
    /// In the order of the bar.
    shares: Vec<Share>,
) -> impl IntoView {
    // Where profiles cancel out there are negative shares, which have no width; the others are
    // more than the whole then.
    let width = |share: &Share| share.percent.clamp(0.0, 100.0);
    let whole = shares.iter().map(width).sum::<f64>().max(100.0);
    let mut left = 0.0;
    let parts = shares
        .iter()
        .map(|share| {
            let width = width(share) / whole * 100.0;
            let part = bar("share-part", Some(hue(share.hue)), left, width);
            left += width;
            part
        })
        .collect_view();
    let rows = shares.into_iter().map(|share| {
        let name = share.name.clone();
        let hint = (!share.hint.is_empty())
            .then(|| view! { <span class="share-hint">{share.hint}</span> });
        view! {
            <tr data-share=name data-value=share.value.to_string()>
                <th scope="row" class="share-name">
                    <span class="swatch" data-hue=hue(share.hue) aria-hidden="true"></span>
                    {share.name}
                    {hint}
                </th>
                <td class="cell is-number">{share.value_text}</td>
                <td class="cell is-number">{share.percent_text}</td>
            </tr>
        }
    });
    view! {
        <div class="shares">
            <svg class="share-bar" aria-hidden="true">{parts}</svg>
            <table class="share-table">
                <caption class="table-caption">{caption}</caption>
                <thead class="visually-hidden">
                    <tr><th scope="col">{what}</th><th scope="col">"Value"</th><th scope="col">"Share"</th></tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
                <tfoot>
                    <tr>
                        <th scope="row" class="share-name">"Total"</th>
                        <td class="cell is-number">{total_text}</td>
                        <td class="cell is-number"></td>
                    </tr>
                </tfoot>
            </table>
        </div>
    }
}

/// A text to copy as it stands.
#[component]
fn TextView(
    /// Its name.
    name: String,
    /// All of it.
    text: String,
    /// Commands rather than prose: lines are not wrapped.
    is_code: bool,
    /// What is copied is this export, so that redaction holds for it; else the text itself.
    form: Option<ExportFormat>,
) -> impl IntoView {
    let state = expect_context::<AppState>();
    let client = expect_context::<Client>();
    let label = name.clone();
    let button = match form {
        Some(form) => {
            let label = format!("Copy {name}");
            view! {
                <button type="button" class="button is-small" aria-label=label on:click=move |_| client.export(form, Deliver::Copy)>
                    "Copy"
                </button>
            }
            .into_any()
        }
        None => view! { <CopyButton name=name.clone() text=text.clone()/> }.into_any(),
    };
    let hook = form.map(ExportFormat::as_str);
    let shown = move || match form {
        // With symptom and link, once they are typed.
        Some(ExportFormat::Escalation) => state.escalation.get().unwrap_or_else(|| text.clone()),
        _ => text.clone(),
    };
    view! {
        <figure class="text-block" class:is-code=is_code data-text=hook>
            <figcaption class="text-block-head">
                <span class="text-block-name">{name}</span>
                {button}
            </figcaption>
            <pre class="text-block-text" tabindex="0" role="region" aria-label=label>{shown}</pre>
        </figure>
    }
}
