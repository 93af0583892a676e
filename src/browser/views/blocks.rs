//! The pieces that sections are made of.

use leptos::prelude::*;

use super::copy::Command;
use super::facts::FactsView;
use super::function_table::FunctionTableView;
use super::grid::GridView;
use super::icons::MarkIcon;
use super::picture::PictureView;
use super::plain_table::PlainTableView;
use super::shares::SharesView;
use super::stacks::StacksView;
use super::steps::Steps;
use super::text_block::TextView;
use engine::protocol::{Block, Mark};

/// Any piece.
#[component]
pub fn BlockView(
    /// The piece.
    block: Block,
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
        Block::Steps { steps } => view! { <Steps steps/> }.into_any(),
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
            fold,
        } => view! { <SharesView caption what total_text shares fold/> }.into_any(),
        Block::Picture(picture) => view! { <PictureView picture/> }.into_any(),
        Block::Stacks { caption, stacks } => view! { <StacksView caption stacks/> }.into_any(),
        Block::Text { name, text } => view! { <TextView name text is_code=false/> }.into_any(),
        Block::Code { caption, text } => {
            view! { <TextView name=caption text is_code=true/> }.into_any()
        }
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
