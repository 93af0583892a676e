//! Profile files: decoding, and everything that is computed from one.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use diagnose::attribution::{AskedRow, Classes, attribute, table_owners};
use diagnose::kinds::ProfileName;
use diagnose::noise::Noise;
use diagnose::owner::Owners;
use diagnose::program::Program;
use diagnose::thresholds::Thresholds;
use diagnose::verdict::{Context, ProcessProfiles, Slot, gc_share, judge};
use flare::Process;
use profile::Profile;
use profile::lens::stacks::heaviest;
use profile::lens::subject::Subject;
use profile::lens::top::{TopOptions, top};
use profile::lens::view::View;
use profile::pprof::{self, Limits};

use report::texts::states;

use super::made_up;

/// Small, so that the fuzzer's own limit on memory speaks of what the core makes of it.
static LIMITS: LazyLock<Limits> = LazyLock::new(|| Limits {
    unpacked_bytes: 8 << 20,
    ..Limits::default()
});

/// A profile file as it comes.
pub fn decode(bytes: &[u8]) {
    let Some(profile) = decoded(bytes) else {
        return;
    };
    look_at(&profile);
    difference(&profile, &profile);
}

fn decoded(bytes: &[u8]) -> Option<Profile> {
    match pprof::decode(bytes.to_vec(), &LIMITS) {
        Ok(profile) => {
            check(&profile);
            Some(profile)
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// Every reference of a decoded profile resolves.
fn check(profile: &Profile) {
    assert!(!profile.sample_types.is_empty());
    for sample in 0..profile.sample_count() {
        assert_eq!(profile.values(sample).len(), profile.sample_types.len());
        for &location in profile.stack(sample) {
            assert!(location.index() < profile.locations().count());
        }
        for label in profile.labels(sample) {
            assert!(label.key.index() < profile.strings().count().max(1));
        }
    }
    for location in profile.locations() {
        let lines = profile.lines(location);
        assert_eq!(lines.len(), profile.line_numbers(location).len());
        for function in lines {
            assert!(function.index() < profile.functions().count());
        }
        let _ = (profile.mapping_of(location), profile.address(location));
    }
}

/// Tables and sums of every sample type.
fn look_at(profile: &Profile) {
    let owners = Owners::builtin();
    let thresholds = Thresholds::builtin();
    for kind in 0..profile.sample_types.len().min(6) {
        // The types that can be asked for by number are those that there are.
        let view = View::of(profile.clone(), &kind.to_string());
        let Ok(view) = view else {
            panic!("no sample type {kind}");
        };
        sums(&view, owners);
        let _ = gc_share(&view, &thresholds);
    }
    assert!(View::of(profile.clone(), &profile.sample_types.len().to_string()).is_err());
}

/// What holds for every view, whether of one profile or of two.
fn sums(view: &View, owners: &Owners) {
    let weights = view.weights();
    assert_eq!(weights.len(), view.row_count());
    let (mut all, mut net, mut framed) = (0_i128, 0_i128, 0_i128);
    view.each_stack(|stack, value| {
        let value = i128::from(value);
        all += value.abs();
        net += value;
        if stack.leaf().is_some() {
            framed += value;
        }
    });
    // Where nothing can have been cut to what 64 bits hold, sums are exact.
    let exact = all < i128::from(i64::MAX);
    if exact {
        assert_eq!(i128::from(view.net()), net);
        let flat: i128 = weights.iter().map(|weight| i128::from(weight.flat)).sum();
        assert_eq!(flat, framed);
        for weight in weights {
            assert!(i128::from(weight.flat).abs() <= all);
            assert!(i128::from(weight.cum).abs() <= all);
        }
    }
    let classes = Classes::of(view.subject(), owners, &Program::AGENT);
    let found = attribute(view, &classes, &|_| true);
    let asked: Vec<AskedRow> = view
        .rows()
        .map(|row| AskedRow { row, by_cum: true })
        .collect();
    let tables = table_owners(&[view], &classes, owners, &[asked], &|_| false);
    let by_owner = tables.first().map_or(&[][..], |table| &table.shares);
    assert!(tables.iter().all(|table| {
        let mut rows = table.rows.iter();
        table.rows.len() == view.row_count()
            && rows.all(|row| row.part.is_none_or(|part| part > 0.0 && part <= 1.0))
    }));
    let by_frame = found.by_responsible();
    if exact {
        let sum = |values: &mut dyn Iterator<Item = i64>| values.map(i128::from).sum::<i128>();
        assert_eq!(sum(&mut by_owner.iter().map(|pair| pair.1)), net);
        assert_eq!(sum(&mut by_frame.iter().map(|pair| pair.1)), framed);
    }
    let whole = top(view, TopOptions::ALL);
    assert_eq!(whole.dropped, 0);
    assert!(whole.rows.iter().all(|row| row.flat != 0 || row.cum != 0));
    // Each looks at every stack; more of them would take longer than all the rest.
    for row in whole.rows.iter().take(20) {
        let _ = found.of_leaf(row.row);
    }
    // A row without a sum and one without a sample look the same, and both are left out.
    let shown = weights
        .iter()
        .filter(|weight| weight.flat != 0 || weight.cum != 0);
    assert_eq!(whole.rows.len(), shown.count());
    let text = whole.text(view);
    assert!(text.ends_with('\n'));
    let mut profiles = view.subject().profiles();
    let named = profiles.any(|profile| names_no_number(profile));
    assert!(named || !text.contains("NaN"), "{text}");
    let trimmed = top(view, TopOptions::default());
    assert_eq!(trimmed.rows.len() + trimmed.dropped, whole.rows.len());
    let _ = trimmed.text(view);
    let few = TopOptions {
        first: 3,
        ..TopOptions::ALL
    };
    let few = top(view, few);
    assert_eq!(few.rows[..], whole.rows[..few.rows.len()], "the first rows");
    for stack in heaviest(view, &|_| true, 5) {
        assert!(stack.value > 0 && !stack.rows.is_empty());
    }
}

/// A function, a unit or a comment of the profile holds the word that a number must not become.
fn names_no_number(profile: &Profile) -> bool {
    let mut texts = profile.strings();
    texts.any(|text| text.contains("NaN") || text.contains("inf"))
}

/// One profile minus another, and minus itself.
fn difference(new: &Profile, base: &Profile) {
    let owners = Owners::builtin();
    for kind in 0..new.sample_types.len().min(6) {
        let name = kind.to_string();
        if let Ok(view) = View::diff(new.clone(), base.clone(), &name) {
            sums(&view, owners);
        }
        let Ok(view) = View::diff(new.clone(), new.clone(), &name) else {
            continue;
        };
        // Types of one name are one type; another of that name may be found for the base, and the
        // largest negative number has no opposite.
        let limits = [i64::MIN, i64::MAX];
        let is_limit = |value: &i64| limits.contains(value);
        let mut samples = 0..new.sample_count();
        let spared = !samples.any(|sample| new.values(sample).iter().any(is_limit));
        let named = |other: &profile::ValueType| other.name == view.header.sample_type;
        let is_one = new.sample_types.iter().position(named) == Some(kind);
        if is_one && spared && new.total(kind) < i64::MAX {
            assert_eq!(view.net(), 0);
            assert!(top(&view, TopOptions::ALL).rows.is_empty());
        }
    }
    let space = View::diff(new.clone(), base.clone(), "inuse_space");
    let objects = View::diff(new.clone(), base.clone(), "inuse_objects");
    if let (Ok(space), Ok(objects)) = (space, objects) {
        let noise = Noise::of(&space, &objects);
        assert!(!noise.of_rows(space.rows()).is_nan());
    }
}

/// Profiles that are well-formed and absurd: decoded, tabled, subtracted and judged.
pub fn profile_structured(bytes: &[u8]) {
    let mut u = Unstructured::new(bytes);
    // An exhausted source makes no profile; what was made before it ran dry is looked at.
    let mut files = Vec::new();
    while files.len() < 6 && !u.is_empty() {
        match made_up::profile_file(&mut u) {
            Ok(file) => files.push(file),
            Err(_) => break,
        }
    }
    let profiles: Vec<Profile> = files.iter().filter_map(|file| decoded(file)).collect();
    for profile in &profiles {
        look_at(profile);
    }
    if let [first, second, ..] = profiles.as_slice() {
        difference(second, first);
    }
    let named = profiles.iter().any(names_no_number);
    let mut process = ProcessProfiles::none(Process::Core);
    for profile in profiles {
        let has = |name: &str| profile.sample_types.iter().any(|kind| kind.name == name);
        let slots: &[ProfileName] = if has("cpu") {
            &[ProfileName::Cpu]
        } else if has("delay") {
            &[ProfileName::Mutex, ProfileName::Block]
        } else {
            &[
                ProfileName::HeapFirst,
                ProfileName::HeapSecond,
                ProfileName::Allocs,
            ]
        };
        let free = slots
            .iter()
            .find(|name| process.slot(**name).is_some_and(Slot::is_absent));
        if let Some(slot) = free.and_then(|name| process.slot_mut(*name)) {
            *slot = Slot::Read(Subject::of(profile));
        }
    }
    let judgement = judge(
        &[process],
        &Context::default(),
        &Thresholds::builtin(),
        Owners::builtin(),
    );
    assert_eq!(judgement.states.len(), 3);
    for state in &judgement.states {
        let thresholds = &judgement.thresholds;
        let texts = [
            states::text(state),
            states::why(state, thresholds),
            states::would_change(state, thresholds),
        ];
        assert!(
            named
                || texts
                    .iter()
                    .all(|text| !text.contains("NaN") && !text.contains("inf ")),
            "{state:?}"
        );
        assert!(!state.nearness.is_some_and(f64::is_nan), "{state:?}");
    }
}
