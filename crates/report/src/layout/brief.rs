//! The short form of the report, for a terminal: what was found stays, what repeats or says nothing
//! new is cut or folded. Each cut says how much is left out; nothing is left out silently.

use std::collections::HashSet;

use super::super::document::Measured;
use super::super::document::{
    Block, Document, FileRole, FunctionTable, PlainTable, Section, SectionKind, SectionState,
    Share, StackView, StateGrid, Swatch,
};
use super::outline::outlined;
use super::rest::ROLE;
use super::stacks::rest;
use super::{OWNER, column, paragraph, section, shown, signed_share};
use profile::units::human_share;

/// Rows of a function table.
const FUNCTIONS: usize = 5;
/// Parts of a total.
const SHARES: usize = 5;
/// Rows of any other table.
const ROWS: usize = 6;
/// Stacks of a finding, and frames of a stack.
const STACKS: usize = 1;
const FRAMES: usize = 12;
/// Groups of goroutines, by name.
const GROUPS: usize = 5;

/// The short form of a document.
pub fn brief(document: Document) -> Document {
    let mut sections: Vec<Section> = Vec::new();
    let mut folded: Vec<Section> = Vec::new();
    // Several sections take their place where the first of them stood.
    let mut place = None;
    let found = document
        .sections
        .iter()
        .any(|section| section.kind == SectionKind::Evidence);
    for section in document.sections {
        let told = matches!(section.state, SectionState::Crossed | SectionState::Damaged);
        if section.process.is_some() && !told {
            place.get_or_insert(sections.len());
            folded.push(section);
        } else {
            sections.push(cut_section(section, found));
        }
    }
    if let Some(place) = place {
        sections.insert(place, profiles(&folded));
    }
    if let Some(last) = sections.last_mut() {
        last.blocks.push(paragraph(
            "This is the short report: tables and stacks are cut, and profiles below their thresholds have a row each. --full prints all of it.",
        ));
    }
    outlined(document.title, sections)
}

fn cut_section(mut section: Section, found: bool) -> Section {
    let kind = section.kind;
    if kind == SectionKind::Escalation && !found {
        section.blocks = vec![paragraph(
            "There is nothing to escalate. --format escalation prints the summary all the same.",
        )];
    }
    section.blocks = section
        .blocks
        .into_iter()
        .flat_map(|block| cut(block, kind))
        .collect();
    section
}

/// A block cut short, and what is to be said of the cut.
fn cut(block: Block, kind: SectionKind) -> Vec<Block> {
    match block {
        Block::Functions(table) => vec![Block::Functions(functions(table))],
        Block::Shares {
            caption,
            what,
            total_text,
            shares,
            fold: _,
        } => vec![Block::Shares {
            caption,
            what,
            total_text,
            shares: parts(shares),
            fold: None,
        }],
        Block::Table(table) if kind == SectionKind::Coverage => files(table),
        Block::Table(table) => vec![Block::Table(rows(table))],
        Block::Grid(grid) => vec![Block::Grid(holes_of(grid))],
        Block::Stacks { caption, stacks } if kind == SectionKind::Goroutines => {
            groups(&caption, &stacks)
        }
        Block::Stacks { caption, stacks } => vec![heaviest(caption, stacks)],
        block => vec![block],
    }
}

fn functions(mut table: FunctionTable) -> FunctionTable {
    table.rows.truncate(FUNCTIONS);
    let sum = table.rows.iter().map(|row| row.flat);
    let sum = sum.fold(0_i64, i64::saturating_add);
    table.shown = shown(
        table.rows.len(),
        table.rows_total,
        human_share(sum, table.total_value),
        &table.total,
    );
    table
}

/// The largest parts; the last one is all others together.
fn parts(mut shares: Vec<Share>) -> Vec<Share> {
    if shares.len() <= SHARES + 1 {
        return shares;
    }
    let whole = shares.iter().map(|share| share.value);
    let whole = whole.fold(0_i64, i64::saturating_add);
    let others = shares.split_off(SHARES);
    let value = others.iter().map(|share| share.value);
    let value = value.fold(0_i64, i64::saturating_add);
    if let Some(first) = others.first() {
        shares.push(Share {
            name: format!("{} others", others.len()),
            value_text: String::new(),
            value,
            percent: others.iter().map(|share| share.percent).sum(),
            percent_text: signed_share(value, whole),
            swatch: Swatch::None,
            ..first.clone()
        });
    }
    shares
}

fn rows(mut table: PlainTable) -> PlainTable {
    let more = table.rows.len().saturating_sub(ROWS);
    if more > 1 {
        table.rows.truncate(ROWS);
        table.rows.push(
            (0..table.columns.len())
                .map(|place| match place {
                    0 => format!("\u{2026} and {more} more"),
                    _ => String::new(),
                })
                .collect(),
        );
    }
    table
}

/// Files that could not be read: the rest is counted above.
fn files(mut table: PlainTable) -> Vec<Block> {
    let role = table.columns.iter().position(|one| one.name == ROLE);
    let failed = FileRole::Failed.as_str();
    table.rows.retain(|row| {
        role.and_then(|at| row.get(at))
            .is_some_and(|cell| cell == failed)
    });
    if table.rows.is_empty() {
        return Vec::new();
    }
    table.caption = "Files that could not be read".to_owned();
    vec![Block::Table(table)]
}

/// Sentences of a grid where something was not measured, each said once; a finding has its evidence.
fn holes_of(mut grid: StateGrid) -> StateGrid {
    let mut said = HashSet::new();
    for cell in grid.rows.iter_mut().flat_map(|row| &mut row.cells) {
        let measured = matches!(cell.measured, Measured::Clear | Measured::Crossed);
        for words in [&mut cell.why, &mut cell.would_change] {
            if measured || !said.insert(words.clone()) {
                words.clear();
            }
        }
        if measured {
            cell.command = None;
        }
    }
    grid
}

fn heaviest(caption: String, mut stacks: Vec<StackView>) -> Block {
    let all = stacks.len();
    stacks.truncate(STACKS);
    for stack in &mut stacks {
        stack.frames.truncate(FRAMES);
        stack.rest = rest(stack.frames.len(), stack.frames_total);
    }
    let caption = if all > STACKS {
        format!("{caption}; the first of {all}")
    } else {
        caption
    };
    Block::Stacks { caption, stacks }
}

/// Groups of goroutines by name and number; what is wrong with them stands above.
fn groups(caption: &str, stacks: &[StackView]) -> Vec<Block> {
    let mut items: Vec<String> = stacks
        .iter()
        .take(GROUPS)
        .map(|stack| format!("{} ({})", stack.title, stack.owner))
        .collect();
    let more = stacks.len().saturating_sub(GROUPS);
    if more > 0 {
        items.push(format!("\u{2026} and {more} more"));
    }
    vec![paragraph(format!("{caption}.")), Block::List { items }]
}

/// Profiles in which nothing crossed: a row each.
fn profiles(folded: &[Section]) -> Section {
    let columns = [
        "Process",
        "Profile",
        "100% is",
        "Largest function",
        "Flat",
        "Owner",
    ];
    let rows: Vec<Vec<String>> = folded.iter().flat_map(profile_rows).collect();
    let table = PlainTable {
        caption: "Profiles below their thresholds".to_owned(),
        columns: columns
            .map(|name| column(name, matches!(name, "100% is" | "Flat")))
            .to_vec(),
        rows,
    };
    let mut blocks = vec![Block::Table(table)];
    blocks.extend(folded.iter().flat_map(by_label));
    section(
        SectionKind::Profiles,
        "Profiles",
        SectionState::Info,
        blocks,
    )
}

/// What the profile's own labels say: no function says it.
fn by_label(section: &Section) -> Vec<Block> {
    let process = section.process.as_deref().unwrap_or_default();
    let blocks = section.blocks.iter();
    blocks
        .filter_map(|block| match block {
            Block::Shares {
                caption,
                what,
                total_text,
                shares,
                fold: _,
            } if what != OWNER => Some(Block::Shares {
                caption: format!("{process}: {caption}"),
                what: what.clone(),
                total_text: total_text.clone(),
                shares: parts(shares.clone()),
                fold: None,
            }),
            _ => None,
        })
        .collect()
}

fn profile_rows(section: &Section) -> Vec<Vec<String>> {
    let process = section.process.clone().unwrap_or_default();
    let title = section
        .title
        .strip_suffix(&format!(", {process}"))
        .unwrap_or(&section.title);
    let tables: Vec<&FunctionTable> = section
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Functions(table) => Some(table),
            _ => None,
        })
        .collect();
    if tables.is_empty() {
        let none = match section.state {
            SectionState::NotMeasured => "not measured",
            _ => "nothing in it",
        };
        let mut row = vec![process, title.to_owned(), none.to_owned()];
        row.resize(6, String::new());
        return vec![row];
    }
    tables
        .into_iter()
        .map(|table| {
            let mut row = vec![process.clone(), title.to_owned(), table.total.clone()];
            if let Some(first) = table.rows.first() {
                row.extend([
                    first.function.clone(),
                    format!("{} ({})", first.flat_text, first.flat_share),
                    first.owner.clone(),
                ]);
            }
            row.resize(6, String::new());
            row
        })
        .collect()
}
