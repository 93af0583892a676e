//! Small pictures: what they show is what the texts beside them say.

use report::document::{Block, Picture, SectionKind, Swatch};
use testkit::fixtures;

/// The pictures of one part of a report, each with the block after it.
fn pictures(flare: &str, kind: SectionKind) -> Vec<(Picture, Option<Block>)> {
    let flare = fixtures::flare(flare).open();
    let document = report::layout::document(flare.report(), "", "");
    let sections = document.sections.into_iter();
    let blocks: Vec<Block> = sections
        .filter(|section| section.kind == kind)
        .flat_map(|section| section.blocks)
        .collect();
    let found = blocks
        .iter()
        .enumerate()
        .filter_map(|(at, block)| match block {
            Block::Picture(picture) => Some((picture.clone(), blocks.get(at + 1).cloned())),
            _ => None,
        });
    found.collect()
}

#[test]
fn growth_is_drawn_by_function_beside_the_table_that_says_it() {
    let found = pictures("memory-leak", SectionKind::Evidence);
    let (picture, next) = found.first().expect("a leak has a picture");
    let Some(Block::Table(table)) = next else {
        panic!("its table follows: {next:?}");
    };
    assert!(picture.repeats && (2..=5).contains(&picture.rows.len()));
    assert_eq!(picture.rows.len(), table.rows.len());
    for (row, cells) in picture.rows.iter().zip(&table.rows) {
        let full = cells.first().unwrap();
        assert!(full.ends_with(&row.name), "{full} is {}", row.name);
        let said = |text: &str| cells.iter().any(|cell| cell.starts_with(text));
        assert!(said(&row.value_text) && said(&row.share_text), "{row:?}");
        assert!(row.bar.left + row.bar.width <= 100.000_001);
    }
    // The largest is the longest.
    let widths: Vec<f64> = picture.rows.iter().map(|row| row.bar.width).collect();
    assert!(
        widths.first().is_some_and(|first| *first > 50.0),
        "{widths:?}"
    );
    assert!(pictures("normal", SectionKind::Evidence).is_empty());
}

#[test]
fn the_heap_stands_beside_what_starts_the_next_collection() {
    let found = pictures("memory-leak", SectionKind::Memory);
    let (picture, _) = found.first().expect("memstats tells the goal");
    let names: Vec<&str> = picture.rows.iter().map(|row| row.name.as_str()).collect();
    assert!(names.contains(&"Next collection starts at"), "{names:?}");
    assert!(names.contains(&"Heap now, with garbage"), "{names:?}");
    // One axis: the longest bar is all of it, and no two look alike.
    let longest = picture.rows.iter().map(|row| row.bar.width);
    assert!(longest.fold(0.0, f64::max) > 99.9);
    let looks: Vec<&Swatch> = picture.rows.iter().map(|row| &row.swatch).collect();
    for (at, look) in looks.iter().enumerate() {
        assert!(!looks[..at].contains(look), "{looks:?}");
    }
}

/// Owners stand open as far as they are few; a line says the rest, and together they are all.
#[test]
fn all_but_five_owners_are_behind_a_line() {
    let mut folded = 0;
    for flare in fixtures::flares() {
        let flare = flare.open();
        let document = report::layout::document(flare.report(), "", "");
        for block in document.sections.iter().flat_map(|one| &one.blocks) {
            let Block::Shares {
                shares, fold, what, ..
            } = block
            else {
                continue;
            };
            match fold {
                Some(fold) => {
                    folded += 1;
                    let more = shares.len() - fold.open;
                    assert!(fold.open == 5 && more > 1, "{fold:?}");
                    assert!(fold.text.starts_with(&format!("{more} more, ")), "{fold:?}");
                }
                None => assert!(shares.len() <= 6 || what == "Part", "{}", shares.len()),
            }
        }
    }
    assert!(folded > 0);
}
