//! Every `-top` reference output of every flare, to the letter.

use profile::Profile;
use profile::lens::top::{TopOptions, top};
use profile::lens::view::View;
use profile::pprof::{Limits, decode};
use testkit::fixtures;
use testkit::fixtures::{Reference, flares};

/// What the reference text of `reference` should be, computed here.
fn ours(profile: &dyn Fn(&str) -> Profile, reference: &Reference, options: TopOptions) -> String {
    let text = |view: View| top(&view, options).text(&view);
    let process = &reference.process;
    match reference.profile.as_str() {
        "heap-diff" => {
            let base = profile(&format!("{process}-1st-heap.pprof"));
            let new = profile(&format!("{process}-2nd-heap.pprof"));
            text(View::diff(new.clone(), base.clone(), &reference.sample_type).unwrap())
        }
        name => {
            let one = profile(&format!("{process}-{name}.pprof"));
            text(View::of(one.clone(), &reference.sample_type).unwrap())
        }
    }
}

#[test]
fn every_reference_table_is_equal_to_the_letter() {
    let mut compared = 0;
    for flare in flares() {
        let profile = |name: &str| decode(flare.profile(name), &Limits::default()).unwrap();
        for reference in flare.references() {
            let options = match reference.report.as_str() {
                "top" => TopOptions::ALL,
                "top-default" => TopOptions::default(),
                _ => continue,
            };
            let found = ours(&profile, &reference, options);
            fixtures::assert_same_lines(
                &format!("{}/{}", flare.name, reference.file),
                &reference.text,
                &found,
            );
            compared += 1;
        }
    }
    // Counted from the reference archives themselves, so that a file that is not recognised fails.
    let expected: usize = flares()
        .iter()
        .map(|flare| flare.count("top.txt") + flare.count("top-default.txt"))
        .sum();
    assert!(compared > 0);
    assert_eq!(compared, expected);
}
