//! A chromedriver or geckodriver process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use xtask::browser::Kind;

/// A running driver. Dropping it ends the process.
#[derive(Debug)]
pub struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts one on a free port and waits until it listens. Chromedriver looks for a free port first
    /// and takes it later, so that another one may be quicker: then it ends, and is started again.
    ///
    /// # Errors
    /// When it does not start or names no port, three times.
    pub fn start(program: &Path, kind: Kind) -> Result<Self> {
        Self::start_once(program, kind)
            .or_else(|_| Self::start_once(program, kind))
            .or_else(|_| Self::start_once(program, kind))
    }

    fn start_once(program: &Path, kind: Kind) -> Result<Self> {
        let mut command = Command::new(program);
        command.arg("--port=0");
        if kind == Kind::Firefox {
            // Else all of them ask for the same port, and several run at once.
            command.arg("--websocket-port=0");
            // The theme of the system, for one, is out of reach of plain WebDriver.
            command.arg("--allow-system-access");
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{} does not start", program.display()))?;
        let mut this = Self { child, port: 0 };
        let output = this
            .child
            .stdout
            .take()
            .context("the driver has no output")?;
        let mut lines = BufReader::new(output).lines();
        let Some(port) = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| port_of(&line))
        else {
            bail!("{} ended without naming its port", program.display());
        };
        this.port = port;
        // What it writes later is of no interest, but has to be read: a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(this)
    }

    /// Address for WebDriver commands.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `ChromeDriver was started successfully on port 40123.` or
/// `… geckodriver INFO Listening on 127.0.0.1:40123`
fn port_of(line: &str) -> Option<u16> {
    let (_, rest) = line
        .split_once("started successfully on port ")
        .or_else(|| line.split_once("Listening on 127.0.0.1:"))?;
    rest.trim_end_matches('.').parse().ok()
}
