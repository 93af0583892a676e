//! Profiles that are put together sample by sample, and what a report makes of them.

pub mod hostile;

use std::collections::HashMap;

use engine::export::{ExportFormat, ExportOptions, export};
use flare::{FlareError, Input, LooseFile};
use profile::pprof::proto;
use prost::Message;
use report::layout;
use report::model::Report;

/// A profile that is put together sample by sample. Function names may be anything.
#[derive(Clone, Default)]
pub struct Made {
    pub profile: proto::Profile,
    texts: HashMap<String, i64>,
    locations: HashMap<String, u64>,
}

impl Made {
    /// `types`: `name/unit` each.
    pub fn new(types: &[impl AsRef<str>]) -> Self {
        let mut made = Self::default();
        made.text("");
        for kind in types {
            let kind = made.value_type(kind.as_ref());
            made.profile.sample_type.push(kind);
        }
        made
    }

    /// `kind`: `name/unit`.
    pub fn value_type(&mut self, kind: &str) -> proto::ValueType {
        let (name, unit) = kind.split_once('/').unwrap();
        proto::ValueType {
            r#type: self.text(name),
            unit: self.text(unit),
        }
    }

    /// The text's place in the table, put there where it is new.
    pub fn text(&mut self, text: &str) -> i64 {
        if let Some(&known) = self.texts.get(text) {
            return known;
        }
        let new = self.profile.string_table.len() as i64;
        self.profile.string_table.push(text.as_bytes().to_vec());
        self.texts.insert(text.to_owned(), new);
        new
    }

    /// The location of a function of that name, made where there is none: nothing is inlined here.
    fn location(&mut self, function: &str) -> u64 {
        if let Some(&known) = self.locations.get(function) {
            return known;
        }
        let id = self.profile.function.len() as u64 + 1;
        let name = self.text(function);
        self.profile.function.push(proto::Function {
            id,
            name,
            system_name: name,
            ..Default::default()
        });
        self.profile.location.push(proto::Location {
            id,
            line: vec![proto::Line {
                function_id: id,
                ..Default::default()
            }],
            ..Default::default()
        });
        self.locations.insert(function.to_owned(), id);
        id
    }

    /// A sample; frames from the leaf on.
    pub fn sample(mut self, frames: &[&str], values: &[i64]) -> Self {
        let location_id = frames.iter().map(|frame| self.location(frame)).collect();
        self.profile.sample.push(proto::Sample {
            location_id,
            value: values.to_vec(),
            label: vec![],
        });
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        encode(&self.profile)
    }
}

/// The message of a profile, as it lies in a file when it is not packed.
pub fn encode(profile: &proto::Profile) -> Vec<u8> {
    profile.encode_to_vec()
}

pub const HEAP: [&str; 4] = [
    "alloc_objects/count",
    "alloc_space/bytes",
    "inuse_objects/count",
    "inuse_space/bytes",
];
pub const CPU: [&str; 2] = ["samples/count", "cpu/nanoseconds"];
pub const LOCKS: [&str; 2] = ["contentions/count", "delay/nanoseconds"];

/// A flare of these files, without its root folder.
pub fn read(files: Vec<(String, Vec<u8>)>) -> Result<Report, FlareError> {
    let files = files
        .into_iter()
        .map(|(path, bytes)| LooseFile::from_bytes(format!("host-1/{path}"), bytes))
        .chain([LooseFile::from_bytes("host-1/status.log", vec![])])
        .collect();
    Ok(crate::open("host-1", Input::Files(files))?.report().clone())
}

/// Every text that a report can become, with its name. Redacted ones are among them.
pub fn every_text(report: &Report) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for (redact, brief) in [(false, false), (true, false), (true, true)] {
        let short = |format: &ExportFormat| {
            !brief || matches!(format, ExportFormat::Markdown | ExportFormat::Text)
        };
        for format in ExportFormat::ALL.into_iter().filter(short) {
            let options = ExportOptions {
                redact,
                brief,
                ..ExportOptions::default()
            };
            let name = format!("{}, redact {redact}, brief {brief}", format.as_str());
            texts.push((name, export(report, format, &options).text));
        }
    }
    let replies = engine::export::replies(report, &ExportOptions::default());
    let summary = serde_json::to_string(&layout::summary_view(report, replies)).unwrap();
    let details = serde_json::to_string(&layout::details_view(report)).unwrap();
    texts.push(("page".to_owned(), summary + &details));
    texts
}
