//! Reads the test flares and their reference outputs.
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use engine::OpenFlare;
use flare::Input;
use zip::ZipArchive;

use crate::made_up::Seen;

/// The flares of `tests/flares`, in the order in which their README lists them.
pub const NAMES: [&str; 8] = [
    "normal",
    "default",
    "memory-leak",
    "python-check-leak",
    "cpu-spike",
    "contention",
    "multiple",
    "no-profiles",
];

/// One flare of the tests.
pub struct TestFlare {
    pub name: &'static str,
}

/// One reference output.
pub struct Reference {
    pub file: String,
    pub process: String,
    pub profile: String,
    /// Empty for the default one.
    pub sample_type: String,
    pub report: String,
    pub text: String,
}

pub fn flares() -> Vec<TestFlare> {
    NAMES.iter().map(|&name| TestFlare { name }).collect()
}

pub fn flare(name: &str) -> TestFlare {
    let name = NAMES
        .iter()
        .find(|known| **known == name)
        .expect("a flare of tests/flares");
    TestFlare { name }
}

impl TestFlare {
    pub fn path(&self) -> PathBuf {
        folder().join(format!("{}.zip", self.name))
    }

    pub fn open(&self) -> OpenFlare {
        let file = File::open(self.path()).unwrap();
        let name = format!("{}.zip", self.name);
        crate::open(&name, Input::Zip(Box::new(file))).expect("the test flares can be read")
    }

    pub fn read(&self) -> Seen {
        Seen::of(self.open())
    }

    /// What the flare was made to show.
    pub fn expected(&self) -> serde_json::Value {
        let path = folder().join(format!("{}.expected.json", self.name));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    /// The bytes of a file in `profiles/`.
    pub fn profile(&self, name: &str) -> Vec<u8> {
        let mut archive = ZipArchive::new(File::open(self.path()).unwrap()).unwrap();
        let suffix = format!("/profiles/{name}");
        let path = names(&archive)
            .into_iter()
            .find(|path| path.ends_with(&suffix));
        let mut bytes = Vec::new();
        let path = path.unwrap_or_else(|| panic!("{} has no {name}", self.name));
        archive
            .by_name(&path)
            .unwrap()
            .read_to_end(&mut bytes)
            .unwrap();
        bytes
    }

    /// All reference outputs of `go tool pprof` for this flare.
    pub fn references(&self) -> Vec<Reference> {
        let mut archive = self.reference_archive();
        (0..archive.len())
            .map(|index| {
                let mut entry = archive.by_index(index).unwrap();
                let file = entry.name().unwrap().into_owned();
                let mut text = String::new();
                entry.read_to_string(&mut text).unwrap();
                let parts: Vec<&str> = file.trim_end_matches(".txt").split('.').collect();
                let (stem, sample_type, report) = match parts[..] {
                    [stem, report] => (stem, "", report),
                    [stem, sample_type, report] => (stem, sample_type, report),
                    _ => panic!("unexpected reference file {file}"),
                };
                let known = [
                    "-1st-heap",
                    "-2nd-heap",
                    "-heap-diff",
                    "-cpu",
                    "-block",
                    "-mutex",
                ];
                let suffix = known
                    .iter()
                    .find(|suffix| stem.ends_with(**suffix))
                    .unwrap();
                Reference {
                    process: stem.trim_end_matches(suffix).to_owned(),
                    profile: suffix[1..].to_owned(),
                    sample_type: sample_type.to_owned(),
                    report: report.to_owned(),
                    text,
                    file,
                }
            })
            .collect()
    }

    /// How many reference outputs end so.
    pub fn count(&self, ending: &str) -> usize {
        let archive = self.reference_archive();
        names(&archive)
            .iter()
            .filter(|name| name.ends_with(&format!(".{ending}")))
            .count()
    }

    fn reference_archive(&self) -> ZipArchive<File> {
        let path = folder().join(format!("{}.expected.zip", self.name));
        ZipArchive::new(File::open(path).unwrap()).unwrap()
    }
}

fn names(archive: &ZipArchive<File>) -> Vec<String> {
    archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect()
}

fn folder() -> PathBuf {
    Path::new(crate::ROOT).join("tests/flares")
}

/// Compares texts line by line and shows the first difference, not two whole tables.
pub fn assert_same_lines(what: &str, expected: &str, found: &str) {
    let mut found_lines = found.lines();
    for (number, line) in expected.lines().enumerate() {
        let other = found_lines.next().unwrap_or("(no line)");
        assert_eq!(line, other, "{what}, line {}", number + 1);
    }
    assert_eq!(
        found_lines.next(),
        None,
        "{what}: more lines than the reference"
    );
}
