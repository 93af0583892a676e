//! Makes profiles and flares for tests that are about hostile ones.

pub mod hostile;

use std::io::Write;

use engine::export::{ExportFormat, ExportOptions, export};
use flare::{FlareError, Input, LooseFile};
use flate2::Compression;
use flate2::write::GzEncoder;
use profile::pprof::proto;
use prost::Message;
use report::layout;
use report::model::Report;

/// A profile that is put together sample by sample. Function names may be anything.
#[derive(Clone, Default)]
pub struct Made {
    pub profile: proto::Profile,
}

impl Made {
    /// `types`: `name/unit` each.
    pub fn new(types: &[&str]) -> Self {
        let mut made = Self::default();
        made.text("");
        for kind in types {
            let (name, unit) = kind.split_once('/').unwrap();
            let kind = proto::ValueType {
                r#type: made.text(name),
                unit: made.text(unit),
            };
            made.profile.sample_type.push(kind);
        }
        made
    }

    pub fn text(&mut self, text: &str) -> i64 {
        let table = &mut self.profile.string_table;
        let found = table.iter().position(|known| known == text.as_bytes());
        found.unwrap_or_else(|| {
            table.push(text.as_bytes().to_vec());
            table.len() - 1
        }) as i64
    }

    /// The location of a function of that name, made where there is none.
    pub fn location(&mut self, function: &str, file: &str) -> u64 {
        let name = self.text(function);
        let filename = self.text(file);
        let found = self.profile.function.iter().find(|one| one.name == name);
        if let Some(found) = found {
            return found.id;
        }
        let id = self.profile.function.len() as u64 + 1;
        self.profile.function.push(proto::Function {
            id,
            name,
            system_name: name,
            filename,
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
        id
    }

    /// A sample; frames from the leaf on.
    pub fn sample(mut self, frames: &[&str], values: &[i64]) -> Self {
        let location_id = frames
            .iter()
            .map(|frame| self.location(frame, "/src/file.go"))
            .collect();
        self.profile.sample.push(proto::Sample {
            location_id,
            value: values.to_vec(),
            label: vec![],
        });
        self
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.profile.encode_to_vec()
    }
}

pub const HEAP: [&str; 4] = [
    "alloc_objects/count",
    "alloc_space/bytes",
    "inuse_objects/count",
    "inuse_space/bytes",
];
pub const CPU: [&str; 2] = ["samples/count", "cpu/nanoseconds"];
pub const LOCKS: [&str; 2] = ["contentions/count", "delay/nanoseconds"];

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

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
    for redact in [false, true] {
        for format in ExportFormat::ALL {
            let options = ExportOptions {
                redact,
                ..ExportOptions::default()
            };
            let name = format!("{}, redact {redact}", format.as_str());
            texts.push((name, export(report, format, &options).text));
        }
    }
    let view = serde_json::to_string(&layout::view(report)).unwrap();
    texts.push(("page".to_owned(), view));
    texts
}
