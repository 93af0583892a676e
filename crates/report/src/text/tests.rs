use super::super::document::{
    Bar, FindingKind, GridCell, GridRow, PlainColumn, SectionKind, Swatch,
};
use super::super::every_block::{every_block, functions, picture};
use super::*;

fn written(block: &Block) -> String {
    let mut out = String::new();
    write_block(&mut out, block);
    out
}

fn table(columns: &[(&str, bool)], rows: &[&[&str]]) -> Block {
    Block::Table(PlainTable {
        caption: String::new(),
        columns: columns
            .iter()
            .map(|&(name, numeric)| PlainColumn {
                name: name.to_owned(),
                numeric,
            })
            .collect(),
        rows: rows
            .iter()
            .map(|row| row.iter().map(|&cell| cell.to_owned()).collect())
            .collect(),
    })
}

#[test]
fn terminals_are_not_commanded() {
    let hostile = "a\u{1b}[2J\u{9b}31m\u{7}\u{8}\r\u{202e}b";
    let text = text(&every_block(hostile));
    assert!(
        text.chars()
            .all(|letter| letter == '\n' || !letter.is_control())
    );
    assert!(!text.contains('\u{202e}'));
    assert!(text.contains("(U+202E)"));
}

#[test]
fn headings_are_underlined_and_name_the_state() {
    let mut document = every_block("x");
    "Flare profiling: web-7".clone_into(&mut document.title);
    document.sections.truncate(2);
    for section in &mut document.sections {
        section.blocks.truncate(1);
    }
    document.sections[0].kind = SectionKind::Verdict;
    assert_eq!(
        text(&document),
        "Flare profiling: web-7\n======================\n\
         \nx [over threshold]\n------------------\n\nx\n.\n\
         \nx [below threshold]\n-------------------\n\nx\n.\n"
    );
}

#[test]
fn paragraphs_wrap_and_long_words_stay_whole() {
    let words = "word ".repeat(60);
    let long = "x".repeat(150);
    let text = written(&Block::Paragraph {
        text: format!("{words}{long} {words}\nsecond"),
    });
    assert!(text.lines().any(|line| line == long));
    assert!(text.lines().any(|line| line == "second"));
    assert!(
        text.lines()
            .filter(|line| *line != long)
            .all(|line| line.chars().count() <= PARAGRAPH && !line.ends_with(' '))
    );
    assert_eq!(
        written(&Block::Note {
            name: String::new(),
            text: words.clone()
        })
        .lines()
        .nth(1)
        .map(|line| &line[..10]),
        Some("      word")
    );
    assert_eq!(
        written(&Block::Paragraph {
            text: String::new()
        }),
        ""
    );
}

#[test]
fn facts_stand_in_two_columns() {
    let fact = |name: &str, value: &str, hint: Option<&str>| Fact {
        name: name.to_owned(),
        value: value.to_owned(),
        hint: hint.map(str::to_owned),
    };
    assert_eq!(
        written(&Block::Facts {
            facts: vec![
                fact("Agent version", "7.71.2", None),
                fact("Go", "go1.25.6", Some("as built")),
            ],
        }),
        "Agent version: 7.71.2\nGo:            go1.25.6 (as built)\n"
    );
}

#[test]
fn steps_are_numbered_and_commands_stay_verbatim() {
    let command = format!("sudo datadog-agent flare {}", "--flag ".repeat(20));
    let text = written(&Block::Steps {
        steps: vec![
            Step {
                about: "Memory leak in core".to_owned(),
                text: "Do it.".to_owned(),
                command: Some(command.clone()),
            },
            Step {
                about: String::new(),
                text: "Then that.".to_owned(),
                command: None,
            },
        ],
    });
    assert_eq!(
        text,
        format!(
            "1. Memory leak in core: Do it.\n\n   {}\n\n2. Then that.\n",
            command.trim_end()
        )
    );
}

#[test]
fn small_tables_are_aligned() {
    assert_eq!(
        written(&table(
            &[("State", false), ("Goroutines", true), ("Note", false)],
            &[&["select", "1,204", "a"], &["chan receive", "3", ""]],
        )),
        "\
State         Goroutines  Note
------------------------------
select             1,204  a
chan receive           3
"
    );
}

#[test]
fn wide_tables_put_their_words_last_and_wrap_them() {
    let reason = "because ".repeat(20);
    let text = written(&table(
        &[("File", false), ("Why", false), ("Size", true)],
        &[&["a.log", &reason, "1 kB"], &["b.log", "short", "20 kB"]],
    ));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "File    Size  Why");
    assert!(lines[2].starts_with("a.log   1 kB  because because"));
    assert!(lines[3].starts_with("              because"));
    assert!(text.contains("\nb.log  20 kB  short\n"));
    assert!(lines.iter().all(|line| line.len() <= WIDTH));
}

#[test]
fn names_without_room_stand_below_and_whole() {
    let name = format!("github.com/DataDog/datadog-agent/{}.F", "pkg/".repeat(20));
    let text = written(&table(
        &[("Function", false), ("Value", true), ("Owner", false)],
        &[&[&name, "+27.0 MB", "Core Agent"]],
    ));
    assert_eq!(
        text,
        format!(
            "   Value  Owner\n    Function\n--------------------\n+27.0 MB  Core Agent\n    {name}\n"
        )
    );
}

#[test]
fn two_wide_columns_stay_within_the_width() {
    let path = format!("etc/confd/{}", "dir/".repeat(14));
    let text = written(&table(
        &[("File", false), ("Size", true), ("Used for", false)],
        &[&[&path, "1.2 kB", &"not needed here ".repeat(6)]],
    ));
    assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    assert!(text.contains(&path));
}

#[test]
fn functions_keep_their_whole_name() {
    let mut block = functions("x", &[(1, 1)], false);
    "main.run".clone_into(&mut block.rows[0].function);
    let fits = written(&Block::Functions(block.clone()));
    assert!(fits.contains("x  x      main.run x\n"), "{fits}");
    let name = format!("github.com/{}.(*T[struct {{ a int }}]).f", "a".repeat(90));
    name.clone_into(&mut block.rows[0].function);
    let long = written(&Block::Functions(block));
    assert!(long.contains(&format!("\n    {name} x\n")), "{long}");
    assert!(long.ends_with("\nTotal x. x\n"));
}

#[test]
fn the_grid_is_words_with_reasons_below() {
    let cell = |kind, measured, text: &str, why: &str| GridCell {
        kind,
        measured,
        text: text.to_owned(),
        why: why.to_owned(),
        would_change: String::new(),
        command: None,
        confidence: None,
    };
    assert_eq!(
        written(&Block::Grid(StateGrid {
            kinds: vec![FindingKind::MemoryLeak, FindingKind::CpuSpike],
            rows: vec![GridRow {
                process: "core".to_owned(),
                cells: vec![
                    cell(
                        FindingKind::MemoryLeak,
                        Measured::NotMeasured,
                        "no heap profiles",
                        "They are missing."
                    ),
                    cell(FindingKind::CpuSpike, Measured::Clear, "", ""),
                ],
            }],
        })),
        "\
Process  Memory leak   CPU spike
--------------------------------------
core     not measured  below threshold

- core, Memory leak: not measured: no heap profiles. They are missing.
"
    );
    assert_eq!(
        written(&Block::Grid(StateGrid {
            kinds: vec![],
            rows: vec![]
        })),
        "No process to judge.\n"
    );
}

#[test]
fn shares_have_a_bar() {
    let share = |owner: &str, percent: f64, text: &str| Share {
        hint: String::new(),
        name: owner.to_owned(),
        value_text: "1 MB".to_owned(),
        value: 1,
        percent,
        percent_text: text.to_owned(),
        bar: Bar {
            left: 0.0,
            width: 0.0,
        },
        swatch: Swatch::None,
    };
    assert_eq!(
        written(&Block::Shares {
            what: "Owner".to_owned(),
            total_text: "2 MB".to_owned(),
            caption: "By owner".to_owned(),
            shares: vec![
                share("Core Agent", 80.0, "80.0%"),
                share("unowned", -4.0, "-4.0%"),
                share("?", f64::NAN, ""),
            ],
            fold: None,
        }),
        "\
By owner

Owner       Value  Share
----------------------------------------------
Core Agent   1 MB  80.0%  ####################
unowned      1 MB  -4.0%
?            1 MB
Total        2 MB
"
    );
}

#[test]
fn a_picture_is_a_table_of_its_numbers_unless_another_says_them() {
    assert_eq!(written(&picture("p", true)), "");
    assert_eq!(
        written(&picture("p", false)),
        "\
p

p  Value  Share
---------------
p      p      p
p      p      p
"
    );
}

#[test]
fn texts_for_copying_start_at_the_first_column() {
    let text = "Hello,\n\n    indented\nlast\n";
    assert_eq!(
        written(&Block::Text {
            name: "customer message".to_owned(),
            text: text.to_owned(),
        }),
        "---- customer message ----\n\nHello,\n\n    indented\nlast\n\n---- end of customer message ----\n"
    );
    assert_eq!(
        written(&Block::Code {
            caption: "Linux".to_owned(),
            text: "sudo x\nsudo y".to_owned(),
        }),
        "Linux\n\n    sudo x\n    sudo y\n"
    );
}

#[test]
fn a_table_of_nothing_is_no_trouble() {
    assert_eq!(written(&table(&[], &[])), "\n-\n");
    let ragged = written(&table(&[("a", false), ("b", true)], &[&["1"], &[]]));
    assert!(ragged.contains("\n1\n"));
}
