//! Wall time and peak memory of child processes.

use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::run::shown;

/// One command, measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    /// Median wall time.
    pub time: Duration,
    /// Largest resident set; none where the system does not tell.
    pub peak_bytes: Option<u64>,
}

/// Runs a command several times; its output is thrown away.
///
/// # Errors
/// When it fails once.
pub(super) fn measure(repeat: usize, mut command: impl FnMut() -> Command) -> Result<Measured> {
    let mut times = Vec::new();
    let mut peak_bytes = None;
    for _ in 0..repeat.max(1) {
        let one = once(&mut command())?;
        times.push(one.time);
        peak_bytes = peak_bytes.max(one.peak_bytes);
    }
    Ok(Measured {
        time: median(&mut times),
        peak_bytes,
    })
}

/// The middle value.
pub(super) fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn once(command: &mut Command) -> Result<Measured> {
    let shown = shown(command);
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("`{shown}` does not start"))?;
    let done = Arc::new(AtomicBool::new(false));
    let watcher = {
        let (done, id) = (Arc::clone(&done), child.id());
        thread::spawn(move || {
            let mut peak = None;
            while !done.load(Ordering::Relaxed) {
                // The kernel keeps the maximum itself: only growth in the last moment is missed.
                peak = peak.max(peak_of(id));
                thread::sleep(Duration::from_millis(1));
            }
            peak
        })
    };
    let status = child.wait();
    let time = start.elapsed();
    done.store(true, Ordering::Relaxed);
    let peak_bytes = watcher.join().ok().flatten();
    let status = status.with_context(|| format!("`{shown}` was lost"))?;
    ensure!(status.success(), "`{shown}` failed ({status})");
    Ok(Measured { time, peak_bytes })
}

/// Linux tells the peak of a running process in a file; other systems only through calls that
/// need unsafe code.
fn peak_of(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1024)
}
