//! A document of every kind of block, for the writers' tests.

use super::document::{
    Bar, Block, Confidence, Document, Fact, FindingKind, Fold, FrameView, FunctionRow,
    FunctionTable, GridCell, GridRow, Measured, Picture, PictureRow, PlainColumn, PlainTable,
    ProfileName, Section, SectionKind, SectionState, Share, Sign, StackView, StateGrid, Step,
    Swatch,
};
use super::layout::bars::Axis;
use super::layout::outlined;

/// One section of each state, with every block; each text of it is `text`.
pub(super) fn every_block(text: &str) -> Document {
    let blocks = vec![
        Block::Heading { text: text.into() },
        Block::Paragraph { text: text.into() },
        Block::Heading { text: text.into() },
        Block::Note {
            name: "steady-growth".into(),
            text: text.into(),
        },
        Block::Missing {
            text: text.into(),
            command: Some(text.into()),
        },
        Block::Facts {
            facts: vec![Fact {
                name: text.into(),
                value: text.into(),
                hint: Some(text.into()),
            }],
        },
        Block::List {
            items: vec![text.into()],
        },
        Block::Steps {
            steps: vec![Step {
                about: text.into(),
                text: text.into(),
                command: Some(text.into()),
            }],
        },
        Block::Table(plain(text, 2)),
        Block::Table(plain(text, 60)),
        Block::Functions(functions(text, &[(60, 80), (-20, 40), (0, -10)], true)),
        Block::Functions(functions(text, &[(100, 100), (0, 50)], false)),
        Block::Grid(StateGrid {
            kinds: FindingKind::ALL.to_vec(),
            rows: vec![GridRow {
                process: text.into(),
                cells: [Measured::Crossed, Measured::Clear, Measured::NotMeasured]
                    .into_iter()
                    .zip(FindingKind::ALL)
                    .map(|(measured, kind)| GridCell {
                        kind,
                        measured,
                        text: text.into(),
                        why: text.into(),
                        would_change: text.into(),
                        command: Some(text.into()),
                        confidence: Some(Confidence::Low),
                    })
                    .collect(),
            }],
        }),
        Block::Shares {
            caption: text.into(),
            what: text.into(),
            total_text: text.into(),
            shares: vec![
                share(text, 75.0, Swatch::Part(3)),
                share(text, -5.0, Swatch::None),
            ],
            fold: Some(Fold {
                open: 1,
                text: text.into(),
            }),
        },
        picture(text, false),
        picture(text, true),
        Block::Stacks {
            caption: text.into(),
            stacks: vec![StackView {
                title: text.into(),
                owner: text.into(),
                swatch: Swatch::Owner(2),
                known_by: Some(text.into()),
                facts: vec![Fact {
                    name: text.into(),
                    value: text.into(),
                    hint: None,
                }],
                frames: vec![
                    FrameView {
                        brief: "pkg.".to_owned(),
                        function: text.into(),
                        package: text.into(),
                        short: text.into(),
                        responsible: true,
                    };
                    2
                ],
                frames_total: 9,
                rest: Some(text.into()),
            }],
        },
        Block::Text {
            name: text.into(),
            text: text.into(),
        },
        Block::Code {
            caption: text.into(),
            text: text.into(),
        },
    ];
    let states = [
        (SectionKind::Verdict, None, SectionState::Crossed),
        (SectionKind::HeapDiff, Some("core"), SectionState::Clear),
        (SectionKind::Cpu, Some("core"), SectionState::Damaged),
        (SectionKind::Cpu, Some(text), SectionState::NotMeasured),
        (SectionKind::Coverage, None, SectionState::Info),
    ];
    let sections = states.into_iter().map(|(kind, process, state)| {
        let process = process.map(str::to_owned);
        Section::new(kind, process, text.into(), state, blocks.clone())
    });
    outlined(text.into(), sections.collect())
}

/// A table of one column of names, one of numbers.
pub(super) fn plain(text: &str, rows: usize) -> PlainTable {
    PlainTable {
        caption: text.into(),
        columns: vec![
            PlainColumn {
                name: text.into(),
                numeric: false,
            },
            PlainColumn {
                name: text.into(),
                numeric: true,
            },
        ],
        rows: vec![vec![text.into(), text.into()]; rows],
    }
}

/// A table of functions with these flat and cumulative values.
pub(super) fn functions(text: &str, values: &[(i64, i64)], signed: bool) -> FunctionTable {
    let axis = Axis::of(values.iter().flat_map(|&(flat, cum)| [flat, cum]), signed);
    FunctionTable {
        process: text.into(),
        profile: ProfileName::HeapDiff,
        sample_type: text.into(),
        unit: text.into(),
        caption: text.into(),
        about: text.into(),
        on_screen: None,
        total: text.into(),
        total_value: 100,
        rows: values
            .iter()
            .map(|&(flat, cum)| FunctionRow {
                function: text.into(),
                inline: text.into(),
                package: text.into(),
                short: text.into(),
                file: text.into(),
                hover: vec![text.into(); 3],
                flat,
                cum,
                flat_sign: Sign::of(flat),
                cum_sign: Sign::of(cum),
                flat_bar: axis.bar(flat),
                cum_bar: axis.bar(cum),
                flat_text: text.into(),
                flat_share: text.into(),
                sum_share: text.into(),
                cum_text: text.into(),
                cum_share: text.into(),
                owner: text.into(),
                swatch: Swatch::Letters(text.into()),
                noise: Some(text.into()),
                within_noise: true,
            })
            .collect(),
        rows_total: values.len(),
        shown: text.into(),
        zero: axis.zero(),
    }
}

/// Bars of two values.
pub(super) fn picture(text: &str, repeats: bool) -> Block {
    let axis = Axis::of([30, -10].into_iter(), true);
    let row = |value| PictureRow {
        name: text.into(),
        value_text: text.into(),
        share_text: text.into(),
        swatch: Swatch::Letters(text.into()),
        bar: axis.bar(value),
    };
    Block::Picture(Picture {
        caption: text.into(),
        what: text.into(),
        rows: vec![row(30), row(-10)],
        zero: axis.zero(),
        repeats,
    })
}

fn share(text: &str, percent: f64, swatch: Swatch) -> Share {
    Share {
        name: text.into(),
        hint: text.into(),
        value_text: text.into(),
        value: 1,
        percent,
        percent_text: text.into(),
        bar: Bar {
            left: 0.0,
            width: 0.0,
        },
        swatch,
    }
}
