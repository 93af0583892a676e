//! `docs/report.schema.json`, made of the types. `UPDATE_EXPECT=1` rewrites it.

use expect_test::expect_file;
use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::{Value, json};

use super::types::Root;
use diagnose::kinds::{FindingKind, ProfileName};

/// Names of kinds of trouble.
pub(super) fn kinds() -> [&'static str; 3] {
    FindingKind::ALL.map(FindingKind::as_str)
}

/// Names of profiles.
pub(super) fn profiles() -> [&'static str; 7] {
    ProfileName::ALL.map(ProfileName::as_str)
}

/// A difference has an interval, any other profile a duration.
pub(super) fn interval_or_duration() -> Value {
    json!([
        {
            "properties": {"profile": {"const": "heap-diff"}},
            "required": ["interval_ns"],
            "not": {"required": ["duration_ns"]}
        },
        {
            "properties": {"profile": {"not": {"const": "heap-diff"}}},
            "required": ["duration_ns"],
            "not": {"required": ["interval_ns"]}
        }
    ])
}

/// Objects have no other fields than those that are named, and one that may be absent is never
/// null. Comments are one line.
fn close(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace('\n', " ");
    }
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| {
        let mut names = required.as_array().into_iter().flatten();
        names.any(|required| required == name)
    };
    if let Some(Value::Object(fields)) = schema.get_mut("properties") {
        let optional = fields.iter_mut().filter(|(name, _)| !is_required(name));
        for types in optional.filter_map(|(_, field)| field.get_mut("type")) {
            if let Value::Array(both) = types {
                *types = both.remove(0);
            }
        }
        if schema.get("type") == Some(&json!("object")) {
            schema.insert("additionalProperties".to_owned(), json!(false));
        }
    }
}

#[test]
fn the_schema_is_made_of_the_types() {
    let settings = SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(RecursiveTransform(close));
    let mut schema = settings.into_generator().into_root_schema_for::<Root<'_>>();
    for (name, value) in [
        ("$id", "https://flarescope.invalid/report.schema.json"),
        ("title", "flarescope report"),
    ] {
        schema.insert(name.to_owned(), json!(value));
    }
    let mut text = serde_json::to_string_pretty(&schema).unwrap();
    text.push('\n');
    expect_file!["../../../../docs/report.schema.json"].assert_eq(&text);
}
