//! `drop_frames` and `keep_frames`: frames that a profile's producer asks readers to leave out.
//!
//! From root to leaf, after the first frame that does not match, everything from a matching frame
//! to the leaf goes. In a location with inlined lines only those from the match towards the leaf
//! go. Source of the rule: `Prune` of google/pprof.

use regex_lite::{Regex, RegexBuilder};

use super::{DecodeError, Limits};
use crate::{FuncId, Profile};

pub(super) fn prune(
    profile: &mut Profile,
    drop: &str,
    keep: &str,
    limits: &Limits,
) -> Result<(), DecodeError> {
    let names = profile.functions.name.iter().fold(0_usize, |sum, &name| {
        sum.saturating_add(profile.strings.get(name).len())
    });
    let anchored = |field, pattern| anchored(field, pattern, names, limits);
    let drop = anchored("drop_frames", drop)?;
    let keep = match keep {
        "" => None,
        pattern => Some(anchored("keep_frames", pattern)?),
    };
    let dropped: Vec<bool> = profile
        .functions()
        .map(|id| {
            let name = simple_name(profile.function_name(id));
            !profile.function_name(id).is_empty()
                && drop.is_match(name)
                && !keep.as_ref().is_some_and(|keep| keep.is_match(name))
        })
        .collect();
    let is_dropped = |function: &FuncId| dropped.get(function.index()).copied().unwrap_or(false);

    // What a location loses: nothing, the lines up to its last match, or everything.
    let count = profile.locations.len();
    let mut whole = vec![false; count];
    let mut touched = vec![false; count];
    let mut line_start = Vec::with_capacity(count + 1);
    let mut line_function = Vec::with_capacity(profile.locations.line_function.len());
    let mut line_number = Vec::with_capacity(profile.locations.line_number.len());
    line_start.push(0);
    for location in profile.locations() {
        let index = location.index();
        let lines = profile.lines(location);
        let numbers = profile.line_numbers(location);
        // The match nearest the root decides: lines run leaf to root.
        let last = lines.iter().rposition(is_dropped);
        let from = match last {
            Some(at) if at + 1 == lines.len() => {
                set(&mut whole, index);
                0
            }
            Some(at) => at + 1,
            None => 0,
        };
        if last.is_some() {
            set(&mut touched, index);
        }
        line_function.extend_from_slice(lines.get(from..).unwrap_or(lines));
        line_number.extend_from_slice(numbers.get(from..).unwrap_or(numbers));
        line_start.push(u32::try_from(line_function.len()).unwrap_or(u32::MAX));
    }
    profile.locations.line_start = line_start;
    profile.locations.line_function = line_function;
    profile.locations.line_number = line_number;

    let samples = &mut profile.samples;
    let mut stack = Vec::with_capacity(samples.stack.len());
    let mut stack_start = Vec::with_capacity(samples.stack_start.len());
    stack_start.push(0);
    for sample in 0..samples.len() {
        let old = samples.stack(sample);
        let mut from = 0;
        let mut found_user = false;
        for (at, location) in old.iter().enumerate().rev() {
            let location = location.index();
            if !touched.get(location).copied().unwrap_or(false) {
                found_user = true;
            } else if found_user {
                from = if whole.get(location).copied().unwrap_or(false) {
                    at + 1
                } else {
                    at
                };
                break;
            }
        }
        stack.extend_from_slice(old.get(from..).unwrap_or(&[]));
        stack_start.push(u32::try_from(stack.len()).unwrap_or(u32::MAX));
    }
    samples.stack = stack;
    samples.stack_start = stack_start;
    Ok(())
}

fn set(flags: &mut [bool], index: usize) {
    if let Some(flag) = flags.get_mut(index) {
        *flag = true;
    }
}

fn anchored(
    field: &'static str,
    pattern: &str,
    names: usize,
    limits: &Limits,
) -> Result<Regex, DecodeError> {
    if pattern.len() > limits.pattern_bytes
        || pattern.len().saturating_mul(names) > limits.pattern_steps
    {
        return Err(DecodeError::PatternTooLong {
            field,
            found: pattern.len(),
            names,
            limit: limits.pattern_bytes,
            limit_steps: limits.pattern_steps,
        });
    }
    // Counted repetitions may make a large program of a short pattern; matching is linear in both.
    RegexBuilder::new(&format!("^({pattern})$"))
        .size_limit(64 * 1024 + 64 * pattern.len())
        .build()
        .map_err(|source| DecodeError::Pattern {
            field,
            pattern: pattern.to_owned(),
            source,
        })
}

/// The name before its argument list; `(anonymous namespace)` and `operator()` are not one.
fn simple_name(name: &str) -> &str {
    const RESERVED: [&str; 2] = ["(anonymous namespace)", "operator()"];
    let name = name.strip_prefix('.').unwrap_or(name);
    let mut at = 0;
    while let Some(rest) = name.get(at..) {
        let Some(bracket) = rest.find('(') else {
            break;
        };
        let reserved = RESERVED.iter().find_map(|word| {
            let start = (at + bracket).checked_sub(word.find('(')?)?;
            let here = name.get(start..)?.starts_with(word) && start >= at;
            here.then_some(start + word.len())
        });
        match reserved {
            Some(after) => at = after,
            None => return name.get(..at + bracket).unwrap_or(name),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::simple_name;

    #[test]
    fn argument_lists_are_cut_and_reserved_names_are_not() {
        assert_eq!(simple_name("malloc(unsigned long)"), "malloc");
        assert_eq!(
            simple_name("(anonymous namespace)::f(int)"),
            "(anonymous namespace)::f"
        );
        assert_eq!(simple_name("A::operator()(int)"), "A::operator()");
        assert_eq!(simple_name(".ppc_entry"), "ppc_entry");
        assert_eq!(simple_name("main.(*T).M"), "main.");
    }
}
