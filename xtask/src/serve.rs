//! `cargo xtask serve`: the page on 127.0.0.1.

use std::path::Path;

use anyhow::{Context, Result};

use crate::page;
use crate::project::Project;
use crate::run;
use crate::server::Server;

/// Builds the page and serves it until the program is stopped.
///
/// # Errors
/// When set-up or build fail, or the port is taken.
pub fn run(port: u16, open: bool) -> Result<()> {
    let project = Project::find()?;
    page::build(&project)?;
    let server = Server::start(&project.dist(), port).with_context(|| {
        format!("cannot listen on 127.0.0.1:{port}; choose another port with --port")
    })?;
    println!("\nflarescope is at {}   (Ctrl-C stops it)", server.url());
    if open && !open_browser(&server.url(), &project.root) {
        println!("No browser could be started from here; open the address yourself.");
    }
    server.wait();
    Ok(())
}

/// Opens `url` with whatever the system opens addresses with.
fn open_browser(url: &str, folder: &Path) -> bool {
    let mut command = if cfg!(target_os = "windows") {
        // The empty argument is the title of the window, which `start` takes from the first quoted one.
        let mut command = run::command("cmd", folder);
        command.args(["/C", "start", "", url]);
        command
    } else if cfg!(target_os = "macos") {
        let mut command = run::command("open", folder);
        command.arg(url);
        command
    } else {
        let mut command = run::command("xdg-open", folder);
        command.arg(url);
        command
    };
    run::succeeds(&mut command)
}
