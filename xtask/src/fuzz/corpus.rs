//! The committed corpora: one archive for each target, with libFuzzer's names of its inputs.
//!
//! Entries are stored as they are: git packs an archive as a whole better than each short input
//! could be packed, and the bytes don't depend on a packer's version.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use anyhow::{Context, Result, ensure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, System, ZipArchive, ZipWriter};

/// Inputs by name.
pub(super) type Inputs = BTreeMap<String, Vec<u8>>;

/// Bytes of an archive without inputs.
pub(super) const EMPTY: u64 = 22;

/// Bytes that an input adds to an archive: its own, and two headers with its name in each.
pub(super) fn cost(name: &str, size: u64) -> u64 {
    30 + 46 + 2 * name.len() as u64 + size
}

/// The inputs in an archive; none where there is no archive, as for a new target.
pub(super) fn read(archive: &Path) -> Result<Inputs> {
    if !archive.is_file() {
        return Ok(Inputs::new());
    }
    let bytes = fs::read(archive).map_err(Into::into);
    bytes
        .and_then(unpacked)
        .with_context(|| format!("{} cannot be read", archive.display()))
}

/// Writes an archive anew.
pub(super) fn write(archive: &Path, inputs: &Inputs) -> Result<()> {
    fs::write(archive, packed(inputs)?)
        .with_context(|| format!("{} cannot be written", archive.display()))
}

/// Puts the inputs in an archive into a folder, beside what it holds already.
pub(super) fn unpack(archive: &Path, folder: &Path) -> Result<()> {
    for (name, content) in read(archive)? {
        let path = folder.join(name);
        fs::write(&path, content)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

fn unpacked(archive: Vec<u8>) -> Result<Inputs> {
    let mut archive = ZipArchive::new(Cursor::new(archive))?;
    let mut inputs = Inputs::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.name()?.into_owned();
        ensure!(!name.contains(['/', '\\']), "{name:?} is in a folder");
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        inputs.insert(name, content);
    }
    Ok(inputs)
}

/// The same inputs give the same bytes, at any time and on any system.
fn packed(inputs: &Inputs) -> Result<Vec<u8>> {
    let options = SimpleFileOptions::DEFAULT
        .compression_method(CompressionMethod::Stored)
        .system(System::Unix);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in inputs {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_committed_is_what_its_inputs_give() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus");
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let (bytes, inputs) = (fs::read(&path).unwrap(), read(&path).unwrap());
            let sizes = inputs.iter();
            let sizes = sizes.map(|(name, content)| cost(name, content.len() as u64));
            assert_eq!(EMPTY + sizes.sum::<u64>(), bytes.len() as u64);
            assert!(packed(&inputs).unwrap() == bytes, "{}", path.display());
        }
    }

    #[test]
    fn an_entry_in_a_folder_is_refused() {
        let inputs = Inputs::from([("../x".to_owned(), Vec::new())]);
        assert!(unpacked(packed(&inputs).unwrap()).is_err());
    }
}
