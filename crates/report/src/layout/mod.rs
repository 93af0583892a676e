//! Lays the facts out as a document: sections in the report's order, numbers formatted.
//!
//! What is missing is named as missing, with the reason and the command that collects it.

mod banner;
pub(crate) mod bars;
mod brief;
mod context;
mod details;
mod first_screen;
pub mod names;
mod outline;
mod palette;
mod profiles;
mod program;
mod rest;
pub mod rows;
mod sources;
mod stacks;
mod verdict;

pub use banner::summary;
pub use brief::brief;
pub use details::details_view;
pub use first_screen::summary_view;
pub(crate) use outline::outlined;
pub use palette::Palette;

use bars::{Axis, placed};
use palette::part_swatches;

use super::document::{
    Bar, Block, Document, Fact, Fold, FunctionRow, FunctionTable, PlainColumn, ProfileName,
    Section, SectionKind, SectionState, Share, Sign, Swatch, VerdictKind,
};
use super::model::{ProcessReport, ProfileContent, Report, Resemblance, Table};
use super::redact::Replacement;
use super::rows::is_within_noise;
use super::screen::Replaced;
use super::texts::{self, labels};
use diagnose::kinds::Measured;
use diagnose::labels::Labelled;
use diagnose::owner::{UNOWNED, split_name};
use profile::units::{group_thousands, human, human_share, human_signed, ratio_percent};

/// Rows of a function table in the report.
pub const TABLE_ROWS: usize = 10;

/// What parts of a total are where they are owners.
const OWNER: &str = "Owner";

/// The whole document.
///
/// `symptom` and `link` are the user's words for the escalation, or empty.
pub fn document(report: &Report, symptom: &str, link: &str) -> Document {
    if report.is_of_program() {
        return program::document(report, symptom, link);
    }
    let palette = &Palette::of(report);
    let mut sections = answer(report, palette);
    sections.extend([context::agent(report), context::memory(report)]);
    for process in &report.processes {
        sections.extend([
            profiles::heap_diff(report, process, palette),
            profiles::heap_in_use(report, process, palette),
            profiles::allocations(report, process, palette),
            profiles::profile_section(report, process, SectionKind::Cpu, palette),
            profiles::profile_section(report, process, SectionKind::Block, palette),
            profiles::profile_section(report, process, SectionKind::Mutex, palette),
        ]);
    }
    sections.extend([
        rest::traces(report),
        rest::goroutines(report, palette),
        rest::checks(report),
    ]);
    sections.extend(ending(report, symptom, link));
    outlined(format!("Flare profiling: {}", report.hostname), sections)
}

/// What a reader comes for, and what it rests on.
fn answer(report: &Report, palette: &Palette) -> Vec<Section> {
    let mut sections = vec![
        verdict::section(report),
        recommendations(report),
        text_section(
            SectionKind::CustomerMessage,
            "Customer Message",
            texts::customer_message(report),
        ),
    ];
    sections.extend(verdict::evidence(report, palette));
    sections
}

/// What is passed on, and what it was made of.
fn ending(report: &Report, symptom: &str, link: &str) -> [Section; 2] {
    [
        text_section(
            SectionKind::Escalation,
            "Escalation Summary",
            texts::escalation(report, symptom, link),
        ),
        rest::coverage(report),
    ]
}

/// What redaction replaces, a list for each form of name; both in order of first appearance.
pub fn replaced(replacements: Vec<Replacement>) -> Vec<Replaced> {
    let mut forms: Vec<Replaced> = Vec::new();
    for replacement in replacements {
        let form = replacement.form;
        match forms.iter_mut().find(|list| list.form == form) {
            Some(list) => list.names.push(replacement),
            None => forms.push(Replaced {
                form,
                names: vec![replacement],
            }),
        }
    }
    forms
}

pub(super) fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph { text: text.into() }
}

pub(super) fn note(name: &str, text: impl Into<String>) -> Block {
    Block::Note {
        name: name.to_owned(),
        text: text.into(),
    }
}

/// A public case that something looks like.
fn known_case(known: &Resemblance) -> Block {
    note("known-case", texts::known::resemblance(known))
}

pub(super) fn count(value: u64) -> String {
    group_thousands(i64::try_from(value).unwrap_or(i64::MAX))
}

pub(super) fn column(name: &str, numeric: bool) -> PlainColumn {
    PlainColumn {
        name: name.to_owned(),
        numeric,
    }
}

pub(super) fn fact(name: &str, value: impl Into<String>) -> Fact {
    Fact {
        name: name.to_owned(),
        value: value.into(),
        hint: None,
    }
}

pub(super) fn hinted(name: &str, value: impl Into<String>, hint: &str) -> Fact {
    Fact {
        name: name.to_owned(),
        value: value.into(),
        hint: Some(hint.to_owned()),
    }
}

pub(super) fn section(
    kind: SectionKind,
    title: &str,
    state: SectionState,
    blocks: Vec<Block>,
) -> Section {
    Section::new(kind, None, title.to_owned(), state, blocks)
}

pub(super) fn bytes(value: u64) -> String {
    human(i64::try_from(value).unwrap_or(i64::MAX), "bytes")
}

pub(super) const fn section_state(measured: Measured) -> SectionState {
    match measured {
        Measured::Crossed => SectionState::Crossed,
        Measured::Clear => SectionState::Clear,
        Measured::NotMeasured => SectionState::NotMeasured,
        Measured::Damaged => SectionState::Damaged,
    }
}

fn tables_of(process: &ProcessReport, name: ProfileName) -> Option<&[Table]> {
    match &process.profile(name)?.content {
        ProfileContent::Tables(tables) => Some(tables),
        _ => None,
    }
}

fn find<'t>(tables: &'t [Table], sample_type: &str) -> Option<&'t Table> {
    tables.iter().find(|table| table.sample_type == sample_type)
}

/// The last heap snapshot that could be read; `of_itself`: the last one that is a difference instead.
fn last_heap(process: &ProcessReport, of_itself: bool) -> Option<(ProfileName, &[Table])> {
    [ProfileName::HeapSecond, ProfileName::HeapFirst]
        .into_iter()
        .filter_map(|name| Some((name, tables_of(process, name)?)))
        .find(|(_, tables)| {
            let table = find(tables, "inuse_space");
            table.is_some_and(Table::is_own_difference) == of_itself
        })
}

/// A flame-style table of the first rows. `percentages` says what these are of where that is not the
/// profile itself.
pub fn function_table(
    process: &str,
    profile: ProfileName,
    table: &Table,
    caption: String,
    percentages: Option<&str>,
    sigmas: f64,
    palette: &Palette,
) -> FunctionTable {
    let value = |value: i64| {
        if table.is_diff {
            human_signed(value, &table.unit)
        } else {
            human(value, &table.unit)
        }
    };
    let rows: Vec<_> = table.rows.iter().take(TABLE_ROWS).collect();
    let values = rows.iter().flat_map(|row| [row.flat, row.cum]);
    let axis = Axis::of(values, table.is_diff);
    let mut sum = 0_i64;
    let function_rows = rows
        .iter()
        .map(|row| {
            sum = sum.saturating_add(row.flat);
            let (package, short) = split_name(&row.function);
            let hover = [&row.function, row.inline, &row.file].into_iter();
            let within_noise = row
                .noise
                .is_some_and(|noise| is_within_noise(row.flat, noise, sigmas));
            FunctionRow {
                function: row.function.clone(),
                inline: row.inline.to_owned(),
                package: package.to_owned(),
                short: short.to_owned(),
                file: row.file.clone(),
                hover: hover
                    .filter(|line| !line.is_empty())
                    .map(str::to_owned)
                    .collect(),
                flat: row.flat,
                cum: row.cum,
                flat_sign: Sign::of(row.flat),
                cum_sign: Sign::of(row.cum),
                flat_bar: axis.bar(row.flat),
                cum_bar: axis.bar(row.cum),
                flat_text: value(row.flat),
                flat_share: human_share(row.flat, table.total),
                sum_share: human_share(sum, table.total),
                cum_text: value(row.cum),
                cum_share: human_share(row.cum, table.total),
                owner: row.owner_text(),
                swatch: palette.swatch(&row.owner),
                noise: row
                    .noise
                    .map(|noise| noise_text(noise, within_noise, &table.unit)),
                within_noise,
            }
        })
        .collect();
    let shown: i64 = rows.iter().fold(0, |sum, row| sum.saturating_add(row.flat));
    FunctionTable {
        process: process.to_owned(),
        profile,
        sample_type: table.sample_type.clone(),
        unit: table.unit.clone(),
        caption: match percentages {
            Some(percentages) => format!("{caption}; {percentages}"),
            None => caption.clone(),
        },
        about: caption,
        on_screen: None,
        total: human(table.total, &table.unit),
        total_value: table.total,
        shown: self::shown(
            rows.len(),
            table.rows_total,
            human_share(shown, table.total),
            &human(table.total, &table.unit),
        ),
        rows: function_rows,
        rows_total: table.rows_total,
        zero: axis.zero(),
    }
}

/// What is to be said of a value's noise.
fn noise_text(noise: i64, is_within: bool, unit: &str) -> String {
    let within = if is_within {
        "within sampling noise, "
    } else {
        ""
    };
    format!("{within}\u{b1} {}", human(noise, unit))
}

/// How much of a table its first rows are.
fn shown(rows: usize, rows_total: usize, share: String, total: &str) -> String {
    format!("{rows} of {rows_total} functions, {share} of {total}")
}

fn function_block(
    process: &ProcessReport,
    profile: ProfileName,
    table: &Table,
    caption: String,
    percentages: Option<&str>,
    sigmas: f64,
    palette: &Palette,
) -> Block {
    Block::Functions(function_table(
        process.name.as_str(),
        profile,
        table,
        caption,
        percentages,
        sigmas,
        palette,
    ))
}

/// CPU time by the values of a label, the rest last.
fn label_shares(labelled: &Labelled, unit: &str) -> Block {
    let rest = labelled.total.saturating_sub(labelled.labelled);
    let rest = (rest > 0).then_some((None, rest));
    let values = labelled.values.iter();
    let parts = values
        .map(|(value, sum)| (Some(value.as_str()), *sum))
        .chain(rest);
    let shares = parts
        .zip(part_swatches())
        .map(|((name, value), swatch)| Share {
            name: name.unwrap_or(labels::NONE).to_owned(),
            hint: String::new(),
            value_text: human(value, unit),
            value,
            percent: ratio_percent(value, labelled.total),
            percent_text: human_share(value, labelled.total),
            bar: Bar::NONE,
            swatch: name.map_or(Swatch::None, |_| swatch),
        });
    let shares = placed(shares.collect());
    Block::Shares {
        caption: labels::caption(labelled.label),
        what: labels::what(labelled.label).to_owned(),
        total_text: human(labelled.total, unit),
        fold: folded(&shares, labelled.total, |value| human(value, unit)),
        shares,
    }
}

/// How many parts of a total stand open.
const PARTS_OPEN: usize = 5;

/// Folds parts away; a single one is shown instead of a line about it.
fn folded(shares: &[Share], whole: i64, text: impl Fn(i64) -> String) -> Option<Fold> {
    let more = shares.get(PARTS_OPEN..).filter(|more| more.len() > 1)?;
    let value = more.iter().map(|share| share.value);
    let value = value.fold(0_i64, i64::saturating_add);
    Some(Fold {
        open: PARTS_OPEN,
        text: format!(
            "{} more, {} ({})",
            more.len(),
            text(value),
            signed_share(value, whole)
        ),
    })
}

/// A part's share. What goes against the whole has one below zero: only so do parts add up.
fn signed_share(value: i64, whole: i64) -> String {
    let share = human_share(value, whole);
    match value.signum() * whole.signum() {
        -1 => format!("-{share}"),
        _ => share,
    }
}

fn shares(table: &Table, caption: &str, palette: &Palette) -> Block {
    let text = |value: i64| {
        if table.is_diff {
            human_signed(value, &table.unit)
        } else {
            human(value, &table.unit)
        }
    };
    let whole = table.net.saturating_sub(table.left_out);
    let owners = table.owners.iter();
    let owners = owners.map(|(owner, value)| (owner.as_deref().unwrap_or(UNOWNED), *value));
    let shares = owners.map(|(owner, value)| Share {
        name: owner.to_owned(),
        hint: String::new(),
        value_text: text(value),
        value,
        percent: ratio_percent(value, whole),
        percent_text: signed_share(value, whole),
        bar: Bar::NONE,
        swatch: palette.swatch(owner),
    });
    let shares = placed(shares.collect());
    Block::Shares {
        caption: caption.to_owned(),
        what: OWNER.to_owned(),
        total_text: text(whole),
        fold: folded(&shares, whole, text),
        shares,
    }
}

fn recommendations(report: &Report) -> Section {
    let mut blocks = vec![Block::Steps {
        steps: texts::recommendations(report),
    }];
    if report.judgement.kind == VerdictKind::NoProfiles && !report.is_of_program() {
        blocks.extend(texts::how_to_collect());
    }
    section(
        SectionKind::Recommendations,
        "Recommendations",
        SectionState::Info,
        blocks,
    )
}

fn text_section(kind: SectionKind, title: &str, text: String) -> Section {
    let block = Block::Text {
        name: title.to_lowercase(),
        text,
    };
    section(kind, title, SectionState::Info, vec![block])
}

#[cfg(test)]
mod tests {
    use super::super::document::{Bar, ProfileName, Share, Sign, Swatch};
    use super::super::model::{Row, Table};
    use super::super::redact::{Form, Replacement};
    use super::{Palette, folded, function_table, replaced};

    #[test]
    fn rows_come_with_signs_bars_and_what_is_said_on_hover() {
        let mut palette = Palette::default();
        palette.learn(["b"].into_iter());
        let row = |function: &str, inline, flat, noise, owner: &str| Row {
            function: function.to_owned(),
            inline,
            file: String::new(),
            flat,
            cum: flat,
            noise,
            owner: owner.to_owned(),
            owner_part: None,
        };
        let table = Table {
            sample_type: "inuse_space".to_owned(),
            unit: "bytes".to_owned(),
            total: 100,
            net: 20,
            duration_ns: 0,
            is_diff: true,
            rows_total: 2,
            rows: vec![
                row("a.F", "(inline)", 30, Some(4), "unowned"),
                row("b.G", "", -10, Some(9), "b"),
            ],
            owners: Vec::new(),
            left_out: 0,
            raw: String::new(),
        };
        let table = function_table(
            "core",
            ProfileName::HeapDiff,
            &table,
            String::new(),
            None,
            3.0,
            &palette,
        );
        let [first, second] = table.rows.as_slice() else {
            panic!("two rows");
        };
        assert_eq!(table.zero, Some(25.0));
        assert_eq!((first.flat_sign, second.cum_sign), (Sign::More, Sign::Less));
        assert_eq!((first.flat_bar.left, first.flat_bar.width), (25.0, 75.0));
        assert_eq!((second.cum_bar.left, second.cum_bar.width), (0.0, 25.0));
        assert_eq!(first.hover, ["a.F", "(inline)"]);
        assert_eq!(first.noise.as_deref(), Some("\u{b1} 4 B"));
        assert_eq!(
            second.noise.as_deref(),
            Some("within sampling noise, \u{b1} 9 B")
        );
        assert_eq!(first.swatch, Swatch::None);
        assert_eq!(second.swatch, Swatch::Owner(0));
    }

    #[test]
    fn all_but_five_parts_are_folded_unless_that_is_a_single_one() {
        let share = |value| Share {
            name: String::new(),
            hint: String::new(),
            value_text: String::new(),
            value,
            percent: 0.0,
            percent_text: String::new(),
            bar: Bar::NONE,
            swatch: Swatch::None,
        };
        let fold = |values: &[i64]| {
            let shares: Vec<Share> = values.iter().copied().map(share).collect();
            folded(&shares, 100, |value| format!("{value} B"))
        };
        assert_eq!(fold(&[50, 30, 10, 5, 3, 2]), None);
        let fold = fold(&[50, 30, 10, 5, 3, 4, -2]).unwrap();
        assert_eq!((fold.open, fold.text.as_str()), (5, "2 more, 2 B (2.0%)"));
    }

    #[test]
    fn forms_stand_in_the_order_of_their_first_name() {
        let replacement = |form, original: &str| Replacement {
            form,
            original: original.to_owned(),
            pseudonym: String::new(),
            count: 1,
        };
        let found: Vec<_> = replaced(vec![
            replacement(Form::Path, "/srv"),
            replacement(Form::Host, "web-7"),
            replacement(Form::Path, "/opt"),
        ])
        .into_iter()
        .map(|list| {
            let names = list.names.into_iter().map(|name| name.original);
            (list.form, names.collect::<Vec<_>>())
        })
        .collect();
        let expected = [
            (Form::Path, vec!["/srv".to_owned(), "/opt".to_owned()]),
            (Form::Host, vec!["web-7".to_owned()]),
        ];
        assert_eq!(found, expected);
    }
}
