//! How the owners of one flare are told apart: colours for those who matter most, letters for the rest.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::super::document::{ProfileName, Swatch};
use super::super::model::{ProfileContent, Report, Table};
use super::find;
use diagnose::owner::UNOWNED;

/// The swatch of each owner of one flare. Whoever has one keeps it, so the same owner looks the same in
/// each table, process and order; no two owners look alike.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    swatches: BTreeMap<String, Swatch>,
    letters: Letters,
}

/// What an owner holds: of the table where that is most, and over all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    most: u64,
    all: u64,
}

impl Palette {
    /// Colours go to those who hold the largest share of any table, then to those who hold more over all,
    /// then by name.
    pub fn of(report: &Report) -> Self {
        let mut held: BTreeMap<&str, Held> = BTreeMap::new();
        for name in named(report) {
            held.entry(name).or_default();
        }
        for table in weighed(report) {
            for (owner, share) in millionths(table) {
                let held = held.entry(owner).or_default();
                held.most = held.most.max(share);
                held.all = held.all.saturating_add(share);
            }
        }
        let mut ranked: Vec<(&str, Held)> = held.into_iter().collect();
        ranked.sort_by_key(|&(name, held)| (Reverse(held), name));
        let mut palette = Self::default();
        palette.learn(ranked.into_iter().map(|(name, _)| name));
        palette
    }

    /// Gives a swatch to each of these owners that has none yet, the first ones first.
    pub fn learn<'n>(&mut self, owners: impl Iterator<Item = &'n str>) {
        for owner in owners {
            if owner == UNOWNED || self.swatches.contains_key(owner) {
                continue;
            }
            let place = u8::try_from(self.swatches.len()).ok();
            let swatch = match place.filter(|place| *place < Swatch::COLOURS) {
                Some(colour) => Swatch::Owner(colour),
                None => Swatch::Letters(self.letters.for_name(owner)),
            };
            self.swatches.insert(owner.to_owned(), swatch);
        }
    }

    /// The swatch of an owner that is known, or that of nobody.
    pub fn swatch(&self, owner: &str) -> Swatch {
        self.swatches.get(owner).cloned().unwrap_or(Swatch::None)
    }
}

/// Swatches of parts that are no owners, in their order.
pub(super) fn part_swatches() -> impl Iterator<Item = Swatch> {
    let colours = (0..Swatch::COLOURS).map(Swatch::Part);
    let mut letters = Letters::default();
    colours.chain(std::iter::repeat_with(move || {
        Swatch::Letters(letters.number())
    }))
}

/// Every owner whose swatch may be shown.
fn named(report: &Report) -> impl Iterator<Item = &str> {
    let tables = all_tables(report).map(|(_, table)| table);
    let of_tables = tables.flat_map(|table| {
        let rows = table.rows.iter().map(|row| row.owner.as_str());
        rows.chain(
            table
                .owners
                .iter()
                .filter_map(|(owner, _)| owner.as_deref()),
        )
    });
    let findings = report.judgement.findings.iter();
    let of_findings = findings.flat_map(|finding| {
        let stacks = finding.stacks.iter().map(|stack| stack.owner.as_str());
        let functions = finding.functions.iter();
        stacks.chain(functions.filter_map(|one| Some(one.responsible.first()?.owner.as_str())))
    });
    let dump = report.goroutines.iter();
    let of_dump = dump.flat_map(|dump| dump.shown.iter().map(|group| group.owner.as_str()));
    of_tables.chain(of_findings).chain(of_dump)
}

fn all_tables(report: &Report) -> impl Iterator<Item = (ProfileName, &Table)> {
    let profiles = report.processes.iter().flat_map(|one| &one.profiles);
    profiles.flat_map(|profile| {
        let tables = match &profile.content {
            ProfileContent::Tables(tables) => tables.as_slice(),
            _ => &[],
        };
        tables.iter().map(|table| (profile.name, table))
    })
}

/// The table of each profile that its section shows.
fn weighed(report: &Report) -> impl Iterator<Item = &Table> {
    let profiles = report.processes.iter().flat_map(|one| &one.profiles);
    profiles.filter_map(|profile| {
        let ProfileContent::Tables(tables) = &profile.content else {
            return None;
        };
        let sample_type = match profile.name {
            ProfileName::HeapFirst | ProfileName::HeapSecond | ProfileName::HeapDiff => {
                "inuse_space"
            }
            ProfileName::Allocs => "alloc_space",
            ProfileName::Cpu => "cpu",
            ProfileName::Block | ProfileName::Mutex => "delay",
        };
        find(tables, sample_type).or(tables.last())
    })
}

/// What each owner holds of all that stands in a table, whichever way it changed.
fn millionths(table: &Table) -> impl Iterator<Item = (&str, u64)> {
    let size = |value: &i64| u128::from(value.unsigned_abs());
    let whole: u128 = table.owners.iter().map(|(_, value)| size(value)).sum();
    table.owners.iter().filter_map(move |(owner, value)| {
        let share = (size(value) * 1_000_000).checked_div(whole)?;
        Some((owner.as_deref()?, u64::try_from(share).unwrap_or(u64::MAX)))
    })
}

/// Letters that are given once each.
#[derive(Clone, Debug, Default)]
struct Letters {
    given: BTreeSet<String>,
    last: usize,
}

impl Letters {
    /// Initials of a name, else two letters of it, else a number.
    fn for_name(&mut self, name: &str) -> String {
        match initials(name).find(|letters| !self.given.contains(letters)) {
            Some(letters) => {
                self.given.insert(letters.clone());
                letters
            }
            None => self.number(),
        }
    }

    fn number(&mut self) -> String {
        loop {
            self.last = self.last.saturating_add(1);
            let number = self.last.to_string();
            if self.given.insert(number.clone()) {
                return number;
            }
        }
    }
}

/// Two letters each, those that say most first. What stands before a comma many names share.
fn initials(name: &str) -> impl Iterator<Item = String> {
    let words = |text: &str| -> Vec<String> {
        text.split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_ascii_uppercase)
            .collect()
    };
    let own = words(name.rsplit(',').next().unwrap_or(name));
    let all = words(name);
    let heads = |words: &[String]| -> Vec<char> {
        words
            .iter()
            .filter_map(|word| word.chars().next())
            .collect()
    };
    let letters: Vec<char> = own.iter().flat_map(|word| word.chars()).collect();
    let pairs = |letters: Vec<char>| -> Vec<String> {
        let mut rest = letters.into_iter();
        let first = rest.next();
        let pair = |second| first.map(|first| format!("{first}{second}"));
        rest.filter_map(pair).collect()
    };
    let own = pairs(heads(&own)).into_iter();
    own.chain(pairs(letters)).chain(pairs(heads(&all)))
}

#[cfg(test)]
mod tests {
    use super::super::super::document::Swatch;
    use super::{Palette, initials, millionths, part_swatches};
    use crate::layout::Table;
    use std::collections::BTreeSet;

    fn learnt(names: &[&str]) -> Palette {
        let mut palette = Palette::default();
        palette.learn(names.iter().copied());
        palette
    }

    #[test]
    fn the_first_eight_have_a_colour_each_and_no_two_owners_look_alike() {
        let names: Vec<String> = (0..200).map(|n| format!("Core Agent, part {n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let palette = learnt(&names);
        let swatches: Vec<Swatch> = names.iter().map(|name| palette.swatch(name)).collect();
        let colours: Vec<Swatch> = (0..8).map(Swatch::Owner).collect();
        assert_eq!(swatches.first_chunk::<8>().unwrap().as_slice(), colours);
        let distinct: BTreeSet<String> = swatches.iter().map(|one| format!("{one:?}")).collect();
        assert_eq!(distinct.len(), names.len());
        assert!(swatches.iter().all(|swatch| *swatch != Swatch::None));
    }

    #[test]
    fn who_has_a_swatch_keeps_it_and_nobody_has_none() {
        let mut palette = learnt(&["a", "b", "unowned"]);
        let before = [palette.swatch("a"), palette.swatch("b")];
        palette.learn(["c", "b", "a"].into_iter());
        assert_eq!([palette.swatch("a"), palette.swatch("b")], before);
        assert_eq!(palette.swatch("c"), Swatch::Owner(2));
        assert_eq!(palette.swatch("unowned"), Swatch::None);
        assert_eq!(palette.swatch("never seen"), Swatch::None);
    }

    #[test]
    fn beyond_the_colours_stand_initials_then_other_letters_then_numbers() {
        let mut names = vec!["1", "2", "3", "4", "5", "6", "7", "8"];
        let others = [
            "Core Agent, shared utilities",
            "Core Agent, shared users",
            "NetFlow",
            "N e",
            "\u{e9}\u{2014}",
            "",
        ];
        names.extend(others);
        let palette = learnt(&names);
        let letters = others.map(|name| match palette.swatch(name) {
            Swatch::Letters(letters) => letters,
            other => panic!("{other:?}"),
        });
        assert_eq!(letters, ["SU", "SH", "NE", "1", "2", "3"]);
        assert_eq!(initials("x").count(), 0);
    }

    #[test]
    fn parts_have_a_scale_of_their_own() {
        let swatches: Vec<Swatch> = part_swatches().take(10).collect();
        assert_eq!(swatches.first(), Some(&Swatch::Part(0)));
        assert_eq!(swatches.get(7), Some(&Swatch::Part(7)));
        assert_eq!(swatches.get(9), Some(&Swatch::Letters("2".to_owned())));
    }

    #[test]
    fn shares_are_of_all_that_changed() {
        let owned = |owner: Option<&str>, value| (owner.map(str::to_owned), value);
        let mut table = Table {
            sample_type: String::new(),
            unit: String::new(),
            total: 0,
            net: 0,
            duration_ns: 0,
            is_diff: true,
            rows_total: 0,
            rows: Vec::new(),
            owners: vec![owned(Some("a"), 30), owned(Some("b"), -60), owned(None, 10)],
            left_out: 0,
            raw: String::new(),
        };
        let shares: Vec<(&str, u64)> = millionths(&table).collect();
        assert_eq!(shares, [("a", 300_000), ("b", 600_000)]);
        table.owners = vec![owned(Some("a"), i64::MIN), owned(Some("b"), i64::MIN)];
        assert_eq!(millionths(&table).next(), Some(("a", 500_000)));
        table.owners = vec![owned(Some("a"), 0)];
        assert_eq!(millionths(&table).next(), None);
    }
}
