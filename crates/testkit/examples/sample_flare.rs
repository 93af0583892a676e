//! Writes the sample flare that is built into the page: `cargo run -p testkit --example sample_flare`.

use testkit::sample::{PLACE, element, flare};

fn main() -> std::io::Result<()> {
    let flare = flare();
    let path = std::path::Path::new(testkit::ROOT).join(PLACE);
    std::fs::write(path, element(&flare))?;
    println!("{PLACE}: a flare of {} bytes", flare.len());
    Ok(())
}
