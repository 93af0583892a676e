//! Names of functions as a table shows them: without the path that leads to the package.

use std::collections::HashMap;

use diagnose::owner::split_name;

/// How often names that look alike get one more element of their path; those that still do are shown
/// whole.
const ROUNDS: usize = 8;

/// For each name, how many bytes of it are left out at its front: the path of the module, cut at a `/`.
/// Names that would look the same keep as much of it as tells them apart.
pub fn cuts(names: &[&str]) -> Vec<usize> {
    let mut cuts: Vec<usize> = names.iter().map(|name| first_cut(name)).collect();
    for round in 0.. {
        let mut seen: HashMap<&str, usize> = HashMap::with_capacity(names.len());
        for (name, cut) in names.iter().zip(&cuts) {
            *seen.entry(shown(name, *cut)).or_default() += 1;
        }
        let alike: Vec<usize> = (0..)
            .zip(names.iter().zip(&cuts))
            .filter(|(_, (name, cut))| **cut > 0 && seen.get(shown(name, **cut)) > Some(&1))
            .map(|(place, _)| place)
            .collect();
        if alike.is_empty() {
            break;
        }
        for place in alike {
            if let (Some(name), Some(cut)) = (names.get(place), cuts.get_mut(place)) {
                *cut = if round < ROUNDS {
                    longer(name, *cut)
                } else {
                    0
                };
            }
        }
    }
    cuts
}

/// A name that stands alone without the path of its module.
pub fn shortened(name: &str) -> &str {
    shown(name, first_cut(name))
}

/// What is left of a name.
fn shown(name: &str, cut: usize) -> &str {
    name.get(cut..).unwrap_or(name)
}

/// Where the package's own name begins. One that is only a version says nothing alone.
fn first_cut(name: &str) -> usize {
    let (package, _) = split_name(name);
    let cut = package.rfind('/').map_or(0, |slash| slash + 1);
    if is_version(shown(package, cut)) {
        longer(name, cut)
    } else {
        cut
    }
}

/// One element further to the left.
fn longer(name: &str, cut: usize) -> usize {
    let before = name.get(..cut.saturating_sub(1)).unwrap_or_default();
    before.rfind('/').map_or(0, |slash| slash + 1)
}

/// `v2.`
fn is_version(package: &str) -> bool {
    let number = package
        .strip_prefix('v')
        .and_then(|rest| rest.strip_suffix('.'));
    number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::{cuts, shown};

    fn short<'n>(names: &[&'n str]) -> Vec<&'n str> {
        let cuts = cuts(names);
        let names = names.iter().zip(cuts);
        names.map(|(name, cut)| shown(name, cut)).collect()
    }

    #[test]
    fn the_path_of_the_module_is_left_out() {
        let names = [
            "github.com/DataDog/datadog-agent/pkg/aggregator.(*TimeSampler).sample",
            "encoding/json.Marshal",
            "runtime.mallocgc",
            "main.main",
            "[libc.so.6]",
            "std::vector<a/b>::push",
            "",
        ];
        let expected = [
            "aggregator.(*TimeSampler).sample",
            "json.Marshal",
            "runtime.mallocgc",
            "main.main",
            "[libc.so.6]",
            "std::vector<a/b>::push",
            "",
        ];
        assert_eq!(short(&names), expected);
    }

    #[test]
    fn what_would_look_the_same_gets_more_of_its_path() {
        let names = [
            "github.com/a/json.Marshal",
            "encoding/json.Marshal",
            "x/y/deep/json.Unmarshal",
            "z/y/deep/json.Unmarshal",
            "json.Only",
            "b/json.Only",
        ];
        let expected = [
            "a/json.Marshal",
            "encoding/json.Marshal",
            "x/y/deep/json.Unmarshal",
            "z/y/deep/json.Unmarshal",
            "json.Only",
            "b/json.Only",
        ];
        assert_eq!(short(&names), expected);
    }

    #[test]
    fn a_version_is_no_name_of_a_package() {
        let names = ["github.com/jackc/pgx/v5.(*Conn).Query", "a/vendor.F"];
        assert_eq!(short(&names), ["pgx/v5.(*Conn).Query", "vendor.F"]);
    }

    #[test]
    fn names_that_are_the_same_or_very_deep_end_whole() {
        let deep = "/x".repeat(100);
        let (first, second) = (format!("a{deep}.F"), format!("b{deep}.F"));
        let names = [first.as_str(), &second, "c/d.G", "c/d.G"];
        assert_eq!(short(&names), names);
    }
}
