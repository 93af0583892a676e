//! The tables of `data/` without their comments, which people read in the source and which the page
//! would only have to carry, into `OUT_DIR`.

use std::path::Path;
use std::{env, fs};

/// The tables that the program holds.
const TABLES: [&str; 6] = [
    "known_cases.toml",
    "limits.toml",
    "owners.toml",
    "pipelines.toml",
    "thresholds.toml",
    "transients.toml",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = env::var("OUT_DIR")?;
    for name in TABLES {
        let table = Path::new("../../data").join(name);
        println!("cargo::rerun-if-changed={}", table.display());
        fs::write(
            Path::new(&out).join(name),
            without_comments(&fs::read_to_string(table)?),
        )?;
    }
    Ok(())
}

/// Whole lines only. No table has a text of several lines, where such a line would be content;
/// a test holds what is left against the source.
fn without_comments(table: &str) -> String {
    let kept = table.lines().filter(|line| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#')
    });
    kept.flat_map(|line| [line, "\n"]).collect()
}
