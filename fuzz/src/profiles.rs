//! Profile files: decoding, and everything that is computed from one.

use std::sync::LazyLock;

use arbitrary::Unstructured;
use diagnose::attribution::{Classes, attribute};
use diagnose::kinds::ProfileName;
use diagnose::noise::Noise;
use diagnose::owner::Owners;
use diagnose::thresholds::Thresholds;
use diagnose::verdict::{Context, ProcessProfiles, Slot, gc_share, judge};
use flare::Process;
use profile::lens::aggregate::weights;
use profile::lens::stacks::heaviest;
use profile::lens::top::{TopOptions, top};
use profile::lens::view::View;
use profile::pprof::{self, Limits};
use profile::{FuncId, Profile, StrId};
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
    assert_eq!(
        profile.samples.values.len(),
        profile.samples.len() * profile.sample_types.len()
    );
    for sample in 0..profile.samples.len() {
        for &location in profile.samples.stack(sample) {
            assert!((location as usize) < profile.locations.len());
        }
        for label in profile.samples.labels(sample) {
            assert!((label.key.0 as usize) < profile.strings.len());
        }
    }
    for location in 0..u32::try_from(profile.locations.len()).unwrap_or(0) {
        for &FuncId(function) in profile.locations.lines(location) {
            assert!((function as usize) < profile.functions.len());
        }
        let _ = profile.mapping_of(location);
    }
}

/// Tables and sums of every sample type.
fn look_at(profile: &Profile) {
    let owners = Owners::builtin();
    let thresholds = Thresholds::builtin();
    for kind in 0..profile.sample_types.len().min(6) {
        // The types that can be asked for by number are those that there are.
        let view = View::of(profile, &kind.to_string());
        let Ok(view) = view else {
            panic!("no sample type {kind}");
        };
        sums(&view, owners);
        let _ = gc_share(&view, &thresholds);
    }
    assert!(View::of(profile, &profile.sample_types.len().to_string()).is_err());
}

/// What holds for every view, whether of one profile or of two.
fn sums(view: &View<'_>, owners: &Owners) {
    let weights = weights(view);
    assert_eq!(weights.len(), view.row_count());
    let (mut all, mut net, mut framed) = (0_i128, 0_i128, 0_i128);
    for side in &view.sides {
        for sample in 0..side.profile.samples.len() {
            let value = i128::from(side.value(sample));
            all += value.abs();
            net += value;
            if !side.profile.samples.stack(sample).is_empty() {
                framed += value;
            }
        }
    }
    // Where nothing can have been cut to what 64 bits hold, sums are exact.
    let exact = all < i128::from(i64::MAX);
    if exact {
        assert_eq!(i128::from(view.net()), net);
        let flat: i128 = weights.iter().map(|weight| i128::from(weight.flat)).sum();
        assert_eq!(flat, framed);
        for weight in &weights {
            assert!(i128::from(weight.flat).abs() <= all);
            assert!(i128::from(weight.cum).abs() <= all);
        }
    }
    let classes = Classes::of(view, owners);
    let found = attribute(view, &classes, &|_| true);
    let by_owner = found.by_owner(owners);
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
        let _ = found.of_leaf(row.row, 1);
    }
    // A row without a sum and one without a sample look the same, and both are left out.
    let shown = weights
        .iter()
        .filter(|weight| weight.flat != 0 || weight.cum != 0);
    assert_eq!(whole.rows.len(), shown.count());
    let text = whole.text(view);
    assert!(text.ends_with('\n'));
    let named = view.sides.iter().any(|side| names_no_number(side.profile));
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
    let last = u32::try_from(profile.strings.len()).unwrap_or(u32::MAX);
    let mut texts = (0..last).map(|id| profile.strings.get(StrId(id)));
    texts.any(|text| text.contains("NaN") || text.contains("inf"))
}

/// One profile minus another, and minus itself.
fn difference(new: &Profile, base: &Profile) {
    let owners = Owners::builtin();
    for kind in 0..new.sample_types.len().min(6) {
        let name = kind.to_string();
        if let Ok(view) = View::diff(new, base, &name) {
            sums(&view, owners);
        }
        let Ok(view) = View::diff(new, new, &name) else {
            continue;
        };
        let [side, base] = view.sides.as_slice() else {
            panic!("a difference has two sides");
        };
        // Types of one name are one type; another of that name may be found for the base, and the
        // largest negative number has no opposite.
        let limits = [i64::MIN, i64::MAX];
        let is_limit = |value: &i64| limits.contains(value);
        let spared = !new.samples.values.iter().any(is_limit);
        if side.kind == base.kind && spared && new.total(kind) < i64::MAX {
            assert_eq!(view.net(), 0);
            assert!(top(&view, TopOptions::ALL).rows.is_empty());
        }
    }
    let space = View::diff(new, base, "inuse_space");
    let objects = View::diff(new, base, "inuse_objects");
    if let (Ok(space), Ok(objects)) = (space, objects) {
        let noise = Noise::of(&space, &objects);
        assert!(!noise.of_rows(&|_| true).is_nan());
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
            *slot = Slot::Read(Box::new(profile));
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
