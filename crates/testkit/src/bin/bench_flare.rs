//! `bench_flare FOLDER` writes what `cargo xtask bench` measures with; `bench_flare inflate FILE`
//! is its yardstick: it unpacks a file into memory, throws the result away and tells its size.

use std::ffi::OsString;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufReader, Error, Read, Result};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use testkit::bench::{Shape, Snapshot, flare_of, profile};
use testkit::pack::gzip;

fn main() -> Result<()> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match arguments.as_slice() {
        [folder] => write(Path::new(folder)),
        [verb, file] if verb == "inflate" => inflate(Path::new(file)),
        _ => Err(Error::other(
            "bench_flare FOLDER, or bench_flare inflate FILE",
        )),
    }
}

fn write(folder: &Path) -> Result<()> {
    let packed = |snapshot| gzip(&profile(&Shape::BENCH, snapshot));
    let (first, second) = (packed(Snapshot::First), packed(Snapshot::Second));
    fs::create_dir_all(folder)?;
    fs::write(folder.join("flare.zip"), flare_of(&first, &second))?;
    fs::write(folder.join("first.pprof"), first)?;
    fs::write(folder.join("second.pprof"), second)
}

fn inflate(file: &Path) -> Result<()> {
    let input = BufReader::with_capacity(1 << 16, File::open(file)?);
    let mut bytes = Vec::new();
    MultiGzDecoder::new(input).read_to_end(&mut bytes)?;
    println!("{}", black_box(bytes).len());
    Ok(())
}
