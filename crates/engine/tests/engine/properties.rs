//! What must hold for every profile, shown on all profiles of the test flares.

use std::collections::BTreeMap;
use testkit::fixtures;

use diagnose::attribution::{Classes, table_owners};
use diagnose::owner::Owners;
use diagnose::program::Program;
use profile::Profile;
use profile::lens::top::{TopOptions, top};
use profile::lens::view::View;
use profile::pprof::{Limits, decode};
use profile::text::draw;

fn pairs() -> Vec<(String, Profile, Profile)> {
    let mut pairs = Vec::new();
    for (flare, processes) in [
        ("memory-leak", &["core", "trace"][..]),
        ("multiple", &["core", "process", "system-probe"][..]),
    ] {
        let flare = fixtures::flare(flare);
        for process in processes {
            let read = |name: &str| {
                let bytes = flare.profile(&format!("{process}-{name}-heap.pprof"));
                decode(bytes, &Limits::default()).unwrap()
            };
            pairs.push((
                format!("{}/{process}", flare.name),
                read("1st"),
                read("2nd"),
            ));
        }
    }
    pairs
}

fn values(view: &View) -> BTreeMap<String, (i64, i64)> {
    let sums = view.weights();
    let named = view.names().map(str::to_owned).zip(sums);
    named
        .filter(|(_, weight)| weight.flat != 0 || weight.cum != 0)
        .map(|(name, weight)| (name, (weight.flat, weight.cum)))
        .collect()
}

#[test]
fn a_difference_with_itself_is_empty() {
    for (name, first, _) in pairs() {
        for kind in 0..first.sample_types.len() {
            let view = View::diff(first.clone(), first.clone(), &kind.to_string()).unwrap();
            assert!(top(&view, TopOptions::ALL).rows.is_empty(), "{name}");
            assert_eq!(view.net(), 0);
        }
    }
}

#[test]
fn a_difference_turned_round_changes_every_sign() {
    for (name, first, second) in pairs() {
        let forward = values(&View::diff(second.clone(), first.clone(), "inuse_space").unwrap());
        let backward = values(&View::diff(first.clone(), second.clone(), "inuse_space").unwrap());
        let negated: BTreeMap<_, _> = backward
            .into_iter()
            .map(|(name, (flat, cum))| (name, (-flat, -cum)))
            .collect();
        assert_eq!(forward, negated, "{name}");
    }
}

#[test]
fn flat_and_owners_sum_to_the_total() {
    let owners = Owners::builtin();
    for (name, first, second) in pairs() {
        for view in [
            View::of(first.clone(), ""),
            View::diff(second.clone(), first.clone(), "alloc_space"),
        ] {
            let view = view.unwrap();
            let flat: i64 = view.weights().iter().map(|weight| weight.flat).sum();
            assert_eq!(flat, view.net(), "{name}");
            let classes = Classes::of(view.subject(), owners, &Program::AGENT);
            let tables = table_owners(&[&view], &classes, owners, &[Vec::new()], &|_| false);
            assert_eq!(
                tables[0].shares.iter().map(|(_, value)| value).sum::<i64>(),
                view.net(),
                "{name}"
            );
        }
    }
}

#[test]
fn recursion_counts_once_in_cum() {
    let profile = draw("cpu/count", "main;a;b;a 5\nmain;a 2").unwrap();
    let found = values(&View::of(profile.clone(), "").unwrap());
    let expected = [("a", (7, 7)), ("b", (0, 5)), ("main", (0, 7))];
    assert_eq!(
        found,
        expected
            .map(|(name, value)| (name.to_owned(), value))
            .into()
    );
}

#[test]
fn a_difference_matches_functions_by_name_and_scales_to_the_finer_unit() {
    let new = draw("space/kilobytes", "main;a 3\nmain;c 1").unwrap();
    let base = draw("space/bytes", "x;a 1024\nx;b 10").unwrap();
    let view = View::diff(new.clone(), base.clone(), "").unwrap();
    assert_eq!(view.header.unit, "bytes");
    assert_eq!(view.total, 1034, "the base's total");
    let found = values(&view);
    assert_eq!(found["a"], (2048, 2048));
    assert_eq!(found["b"], (-10, -10));
    assert_eq!(found["c"], (1024, 1024));
}

#[test]
fn types_that_do_not_fit_are_refused() {
    let heap = draw("space/bytes", "a 1").unwrap();
    let cpu = draw("cpu/nanoseconds", "a 1").unwrap();
    let error = View::diff(heap.clone(), cpu.clone(), "").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the profile has no sample type \"space\"; it has: cpu"
    );
    let other = draw("space/nanoseconds", "a 1").unwrap();
    let error = View::diff(heap.clone(), other.clone(), "").unwrap_err();
    assert!(error.to_string().contains("can't be subtracted"), "{error}");
}

/// Addresses and line numbers, which no table counts by so far, cost little: a Go profile is made of
/// samples.
#[test]
fn lines_and_addresses_cost_a_tenth_at_most() {
    for (name, first, second) in pairs() {
        for profile in [first, second] {
            let lines = |location| profile.lines(location).len();
            let locations = profile.locations().count();
            let lines: usize = profile.locations().map(lines).sum();
            let added = (locations * size_of::<u64>() + lines * size_of::<u32>()) as u64;
            let without = profile.memory_bytes() - added;
            assert!(added * 10 <= without, "{name}: {added} of {without}");
        }
    }
}

/// What Go recorded is kept: an address for every location, a line for every function of it.
#[test]
fn lines_and_addresses_are_kept() {
    for (name, profile, _) in pairs() {
        for location in profile.locations() {
            assert_ne!(profile.address(location), 0, "{name}");
            let numbers = profile.line_numbers(location);
            assert_eq!(numbers.len(), profile.lines(location).len(), "{name}");
            assert!(numbers.iter().all(|&number| number > 0), "{name}");
        }
    }
}
