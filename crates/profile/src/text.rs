//! Draws small profiles from text, for tests and examples.
//!
//! One sample a line: frames from root to leaf, `;` between them, then one value per sample type.
//! A frame that begins with `+` was inlined into the one before it; `[name]` is a frame without a
//! function in a mapping of that name; a lone `;` is a stack without frames.
//! What follows the values as `#key=text` is a label.
//!
//! ```
//! use profile::text::draw;
//! let profile = draw("cpu/nanoseconds", "main;a;+b 5\nmain;a 2").unwrap();
//! assert_eq!(profile.total(0), 7);
//! ```

use std::collections::HashMap;

use super::model::{FuncId, Label, LocId, Mapping, NO_MAPPING, Profile, StrId, ValueType};

/// Draws a profile with the given types (`name/unit`, separated by spaces).
///
/// # Errors
/// Says which line has too few values, or a value that is no number.
pub fn draw(types: &str, text: &str) -> Result<Profile, String> {
    let mut profile = Profile {
        sample_types: types
            .split_whitespace()
            .map(|kind| {
                let (name, unit) = kind.split_once('/').unwrap_or((kind, "count"));
                ValueType {
                    name: name.to_owned(),
                    unit: unit.to_owned(),
                }
            })
            .collect(),
        ..Profile::default()
    };
    profile.strings.push(b"");
    profile.locations.line_start.push(0);
    profile.samples.stack_start.push(0);
    profile.samples.label_start.push(0);
    let mut functions: HashMap<String, FuncId> = HashMap::new();
    let mut locations: HashMap<Vec<String>, LocId> = HashMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let width = profile.sample_types.len();
        let mut parts: Vec<&str> = line.split(' ').collect();
        let labels = parts.iter().rposition(|part| !part.starts_with('#'));
        let labels = parts.split_off(labels.map_or(0, |last| last + 1));
        if parts.len() <= width {
            return Err(format!("{line:?} has fewer than {width} values"));
        }
        let values = parts.split_off(parts.len() - width);
        for value in values {
            let value = value
                .parse::<i64>()
                .map_err(|error| format!("{line:?}: {error}"))?;
            profile.samples.values.push(value);
        }
        let joined = parts.join(" ");
        let mut stack: Vec<Vec<String>> = Vec::new();
        for frame in joined.split(';').filter(|frame| !frame.is_empty()) {
            match (frame.strip_prefix('+'), stack.last_mut()) {
                (Some(inlined), Some(outer)) => outer.insert(0, inlined.to_owned()),
                _ => stack.push(vec![frame.to_owned()]),
            }
        }
        for location in stack.into_iter().rev() {
            let id = match locations.get(&location) {
                Some(&id) => id,
                None => {
                    let id = add_location(&mut profile, &mut functions, &location);
                    locations.insert(location, id);
                    id
                }
            };
            profile.samples.stack.push(id);
        }
        profile
            .samples
            .stack_start
            .push(length(&profile.samples.stack));
        for label in labels {
            let (key, text) = label
                .trim_start_matches('#')
                .split_once('=')
                .ok_or_else(|| format!("{line:?}: {label} is no label"))?;
            let key = profile.strings.push(key.as_bytes());
            let text = profile.strings.push(text.as_bytes());
            profile.samples.labels.push(Label {
                key,
                text,
                number: 0,
                unit: StrId(0),
            });
        }
        let labels = length(&profile.samples.labels);
        profile.samples.label_start.push(labels);
    }
    Ok(profile)
}

fn length<T>(rows: &[T]) -> u32 {
    u32::try_from(rows.len()).unwrap_or(u32::MAX)
}

fn add_location(
    profile: &mut Profile,
    functions: &mut HashMap<String, FuncId>,
    lines: &[String],
) -> LocId {
    let id = LocId(length(&profile.locations.mapping));
    profile.locations.address.push(0);
    if let [only] = lines
        && only.starts_with('[')
    {
        profile.locations.mapping.push(length(&profile.mappings));
        profile.mappings.push(Mapping {
            file: only.trim_matches(['[', ']']).to_owned(),
            ..Mapping::default()
        });
    } else {
        profile.locations.mapping.push(NO_MAPPING);
        for name in lines {
            let function = *functions.entry(name.clone()).or_insert_with(|| {
                let id = FuncId(length(&profile.functions.name));
                let name = profile.strings.push(name.as_bytes());
                profile.functions.name.push(name);
                profile.functions.file.push(StrId(0));
                profile.functions.start_line.push(0);
                id
            });
            profile.locations.line_function.push(function);
            profile.locations.line_number.push(0);
        }
    }
    let end = length(&profile.locations.line_function);
    profile.locations.line_start.push(end);
    id
}
