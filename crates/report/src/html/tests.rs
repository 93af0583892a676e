use std::collections::HashSet;

use super::super::document::{FunctionTable, PlainColumn};
use super::super::every_block::{every_block, functions, picture, plain};
use super::super::layout::outlined;
use super::*;

/// Everything that could act, were it not escaped.
const HOSTILE: &str = "\"><script>alert('1')</script><img src=http://x/ onerror=a>&amp;\u{202e}\u{7}\u{1b}[31m </style></pre>-->";

/// The tags of a page in order, with their attributes' names but not their values.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').expect("tags are closed") + start;
        let tag = &rest[start + 1..end];
        let mut parts = tag.split('"');
        let mut names = String::new();
        while let Some(name) = parts.next() {
            names.push_str(name);
            parts.next();
        }
        // Where a name may break depends on the name.
        if names != "wbr" {
            tags.push(names);
        }
        rest = &rest[end + 1..];
    }
    tags
}

fn one(block: Block) -> String {
    let (kind, state) = (SectionKind::Agent, SectionState::Info);
    let section = Section::new(kind, None, "s".to_owned(), state, vec![block]);
    html(&outlined("t".to_owned(), vec![section]))
}

/// Values of an attribute, in order.
fn values<'p>(page: &'p str, attribute: &str) -> Vec<&'p str> {
    let opening = format!(" {attribute}=\"");
    page.split(opening.as_str())
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn data_is_not_markup() {
    assert_eq!(
        escape("<b> & \"x\" 'y'"),
        "&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;"
    );
    assert_eq!(escape("a\nb\u{1b}[0m\u{202e}"), "a b [0m(U+202E)");
    assert_eq!(escape_lines("a\n\tb\u{0}"), "a\n\tb ");
    let page = html(&every_block(HOSTILE));
    assert!(!page.contains("<script"));
    assert!(!page.contains("<img"));
    assert!(
        !page
            .chars()
            .any(|letter| letter.is_control() && !"\n\t".contains(letter))
    );
    assert!(!page.contains('\u{202e}'));
    // Whatever the data, the same tags with the same attributes.
    assert_eq!(tags(&page), tags(&html(&every_block("plain"))));
}

#[test]
fn tags_are_balanced() {
    const VOID: [&str; 2] = ["meta", "!doctype"];
    let mut open: Vec<String> = Vec::new();
    for tag in tags(&html(&every_block("x"))) {
        let name = tag.split([' ', '/']).next().unwrap_or_default().to_owned();
        if let Some(closed) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(closed));
        } else if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    let page = html(&every_block("x"));
    for word in [
        "<script",
        "<link",
        "<iframe",
        "<img",
        "<object",
        "<base",
        "<form",
        " src=",
        "url(",
        "@import",
        "@font-face",
        "http:",
        "https:",
        "javascript:",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    let handler = regex_lite::Regex::new(r"\son[a-z]+\s*=").expect("a pattern");
    assert!(!handler.is_match(&page));
    assert!(page.contains(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    ));
    assert!(
        page.starts_with("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")
    );
    assert!(page.contains("Nothing was sent anywhere"));
    assert!(page.contains(env!("CARGO_PKG_VERSION")));
    assert!(
        values(&page, "href")
            .iter()
            .all(|link| link.starts_with('#'))
    );
}

#[test]
fn the_style_sheet_cannot_end_its_element() {
    assert!(!STYLE.contains('<'));
    assert!(STYLE.contains("prefers-color-scheme: dark"));
    assert!(STYLE.contains("@media print"));
}

#[test]
fn every_anchor_is_unique_and_every_link_leads_somewhere() {
    let mut document = every_block(HOSTILE);
    // A second section of the same kind and process, and one that looks like another's anchor.
    document.sections.extend(document.sections.clone());
    let page = html(&outlined(document.title, document.sections));
    let ids = values(&page, "id");
    let unique: HashSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len());
    assert!(ids.iter().all(|id| {
        id.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    }));
    for link in values(&page, "href") {
        assert!(ids.contains(&link.trim_start_matches('#')), "{link}");
    }
    assert_eq!(
        ids[..5],
        ["report", "verdict", "heap-diff-1", "cpu-1", "cpu-2"]
    );
    assert!(ids.contains(&"verdict-again-2"));
}

#[test]
fn states_are_words() {
    let page = html(&every_block("x"));
    for (class, word) in [
        ("crossed", "over threshold"),
        ("clear", "below threshold"),
        ("not-measured", "not measured"),
        ("damaged", "damaged"),
    ] {
        assert!(page.contains(&format!(
            " <span class=\"word is-{class}\">{word}</span></a>"
        )));
        assert!(
            page.contains(&format!("</svg>{word}</span></div>")),
            "{word}"
        );
    }
    // The section that judges nothing says nothing.
    assert!(page.contains("<h2>x</h2> </div>"));
}

#[test]
fn contents_group_by_process() {
    let mut document = every_block("x");
    "Heap Diff Analysis, core".clone_into(&mut document.sections[1].title);
    let page = html(&document);
    assert!(page.contains("<li class=\"contents-group\">core</li>"));
    assert!(page.contains("<span class=\"title\">Heap Diff Analysis</span>"));
    assert!(page.contains("<h2>Heap Diff Analysis, core</h2>"));
    assert!(page.contains("<li class=\"is-after\"><a href=\"#coverage\">"));
}

#[test]
fn bars_follow_the_values() {
    let bars = |table: FunctionTable| -> Vec<String> {
        values(&one(Block::Functions(table)), "style")
            .into_iter()
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(
        bars(functions("f", &[(100, 100), (0, 50)], false)),
        [
            "left:0.000%;width:100.000%",
            "left:0.000%;width:100.000%",
            "left:0.000%;width:50.000%",
            "left:0.000%;width:0.000%",
        ]
    );
    // Zero moves right, and what shrank points left of it.
    assert_eq!(
        bars(functions("f", &[(30, 30), (-10, -10)], true)),
        [
            "left:25.000%;width:75.000%",
            "left:25.000%;width:75.000%",
            "left:25.000%",
            "left:0.000%;width:25.000%",
            "left:0.000%;width:25.000%",
            "left:25.000%",
        ]
    );
    for style in bars(functions("f", &[(i64::MIN, i64::MAX), (0, 0)], true)) {
        assert!(!style.contains("NaN") && !style.contains("inf") && !style.contains(":-"));
    }
    let none = functions("f", &[(0, 0)], false);
    assert_eq!(bars(none)[0], "left:0.000%;width:0.000%");
}

#[test]
fn signs_have_a_class() {
    let page = one(Block::Functions(functions("f", &[(-1, 0)], true)));
    assert!(page.contains("class=\"num amount is-less\""));
    assert!(page.contains("class=\"num amount is-zero\""));
}

#[test]
fn shares_lie_where_they_were_placed_and_have_their_swatch() {
    let share = |swatch, left, width| Share {
        hint: String::new(),
        name: "o".to_owned(),
        value_text: "1".to_owned(),
        value: 1,
        percent: 50.0,
        percent_text: "p".to_owned(),
        bar: Bar { left, width },
        swatch,
    };
    let page = one(Block::Shares {
        what: "Owner".to_owned(),
        total_text: "2 MB".to_owned(),
        caption: "c".to_owned(),
        shares: vec![
            share(Swatch::Owner(7), 0.0, 12.5),
            share(Swatch::Letters("A<".to_owned()), 12.5, 87.5),
            share(Swatch::None, 100.0, 0.0),
        ],
        fold: None,
    });
    assert_eq!(values(&page, "x"), ["0.000%", "12.500%", "100.000%"]);
    assert_eq!(values(&page, "width"), ["12.500%", "87.500%", "0.000%"]);
    assert!(page.contains("share-part owner-7") && page.contains("share-part none"));
    // Beside a name, letters are drawn by the sheet.
    assert!(page.contains("class=\"swatch letters\" data-letters=\"A&lt;\""));
}

#[test]
fn pictures_have_their_numbers_beside_them_as_text() {
    let page = one(picture("p", true));
    assert_eq!(
        values(&page, "x"),
        ["25.000%", "25.000%", "0.000%", "25.000%"]
    );
    assert_eq!(values(&page, "width"), ["75.000%", "1", "25.000%", "1"]);
    assert_eq!(page.matches("<span class=\"num\">p</span>").count(), 4);
    let bars = "<svg class=\"picture-bar\" aria-hidden=\"true\">";
    assert_eq!(page.matches(bars).count(), 2);
}

#[test]
fn long_tables_fold_and_say_their_length_in_the_caption() {
    let short = one(Block::Table(plain("Files", 2)));
    assert!(short.contains("<caption>Files</caption>") && !short.contains("<details"));
    let long = one(Block::Table(plain("Files", LONG_TABLE + 1)));
    assert!(long.contains("<details open>\n<summary>Files</summary>"));
    assert!(!long.contains("<caption>"));
}

#[test]
fn rows_never_have_more_cells_than_columns() {
    let page = one(Block::Table(PlainTable {
        caption: String::new(),
        columns: vec![PlainColumn {
            name: "n".to_owned(),
            numeric: true,
        }],
        rows: vec![vec!["1".to_owned(), "2".to_owned()], vec![]],
    }));
    assert!(page.contains("<tr><td class=\"num\">1</td></tr>\n<tr></tr>"));
    assert!(!page.contains("<caption>"));
}

#[test]
fn tables_are_no_landmarks_and_a_column_without_a_name_is_no_heading() {
    let page = html(&every_block("x"));
    let roles: HashSet<&str> = values(&page, "role").into_iter().collect();
    assert!(roles.contains("group"), "{roles:?}");
    assert!(!roles.contains("region"), "{roles:?}");
    let mut table = plain("Files", 1);
    let names = table.columns.len();
    if let Some(last) = table.columns.last_mut() {
        last.name.clear();
    }
    let page = one(Block::Table(table));
    assert_eq!(page.matches("<th scope=\"col\"").count(), names - 1);
    assert!(!page.contains("></th>"));
}

#[test]
fn the_verdict_leads_with_its_sentence() {
    let page = html(&every_block("x"));
    assert_eq!(
        page.matches("<div class=\"verdict is-crossed\">").count(),
        1
    );
    let mut bare = every_block("x");
    bare.sections[0].blocks.clear();
    assert!(!html(&bare).contains("class=\"verdict"));
    bare.sections[0].blocks = vec![Block::Heading {
        text: "Normal".to_owned(),
    }];
    assert!(html(&bare).contains("Normal</h3>\n</div>\n</section>"));
}

#[test]
fn an_empty_grid_is_left_out() {
    let page = one(Block::Grid(StateGrid {
        kinds: vec![],
        rows: vec![],
    }));
    assert!(!page.contains("<table"));
}
