//! A static server on 127.0.0.1 that remembers every request.
//!
//! `serve` shows the page with it, the browser tests count with it what the page asked for.
//! It serves files of one folder and nothing else: no listing, no ranges, no caching, no
//! connection that lives on. Little enough to be written here: tiny_http, whose pool of threads
//! keep-alive connections use up, left one page load in ten hanging.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    requests: Requests,
    stopped: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

type Requests = Arc<Mutex<Vec<String>>>;

/// Browsers open connections that they may never use.
const IDLE: Duration = Duration::from_secs(10);
/// More than any browser sends in front of a body.
const LONGEST_HEAD: u64 = 64 * 1024;

impl Server {
    /// Serves `folder` on 127.0.0.1; port 0 takes a free one.
    ///
    /// # Errors
    /// When the folder is missing or the port is taken.
    pub fn start(folder: &Path, port: u16) -> Result<Self> {
        let folder = folder
            .canonicalize()
            .with_context(|| format!("{} cannot be served", folder.display()))?;
        let listener = TcpListener::bind(("127.0.0.1", port))
            .with_context(|| format!("port {port} of 127.0.0.1 is not free"))?;
        let address = listener.local_addr().context("the server has no address")?;
        let requests = Requests::default();
        let stopped = Arc::new(AtomicBool::new(false));
        let listening = {
            let (requests, stopped) = (Arc::clone(&requests), Arc::clone(&stopped));
            thread::spawn(move || {
                for stream in listener.incoming() {
                    if stopped.load(Ordering::Relaxed) {
                        return;
                    }
                    let Ok(stream) = stream else { continue };
                    let (requests, folder) = (Arc::clone(&requests), folder.clone());
                    // A thread for each connection, one request on each: with a pool, connections
                    // that a browser opens and keeps idle starve those that it uses.
                    thread::spawn(move || {
                        // A browser that went away is no failure of the server.
                        let _ = answer(stream, &folder, &requests);
                    });
                }
            })
        };
        Ok(Self {
            address,
            requests,
            stopped,
            listening: Some(listening),
        })
    }

    /// Address of the page, for example `http://127.0.0.1:8080/`.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Every request so far, in order, as `GET /path?query`.
    pub fn requests(&self) -> Vec<String> {
        locked(&self.requests).clone()
    }

    /// Serves until the program is stopped.
    pub fn wait(mut self) {
        if let Some(thread) = self.listening.take() {
            // A thread that panicked has already said so.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.listening.take() {
            let _ = thread.join();
        }
    }
}

/// A panic elsewhere leaves the list whole: it is only ever pushed to.
fn locked(requests: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    requests.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(stream: TcpStream, folder: &Path, requests: &Requests) -> io::Result<()> {
    stream.set_read_timeout(Some(IDLE))?;
    let mut head = BufReader::new((&stream).take(LONGEST_HEAD));
    let mut request = String::new();
    head.read_line(&mut request)?;
    let mut words = request.split_whitespace();
    let (Some(method), Some(url)) = (words.next(), words.next()) else {
        return Ok(());
    };
    locked(requests).push(format!("{method} {url}"));
    // Closing before everything was read would reset the connection under the answer.
    let mut line = String::new();
    while head.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
        line.clear();
    }
    if !matches!(method, "GET" | "HEAD") {
        return respond(&stream, "405 Method Not Allowed", "text/plain", b"", true);
    }
    let found = file_of(url, folder).and_then(|path| Some((fs::read(&path).ok()?, path)));
    match found {
        Some((body, path)) => respond(&stream, "200 OK", media_type(&path), &body, method == "GET"),
        None => respond(
            &stream,
            "404 Not Found",
            "text/plain",
            b"not found",
            method == "GET",
        ),
    }
}

/// A page that was rebuilt has to be the one that is shown: nothing is cached.
fn respond(
    mut stream: &TcpStream,
    status: &str,
    media_type: &str,
    body: &[u8],
    with_body: bool,
) -> io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if with_body {
        stream.write_all(body)?;
    }
    stream.flush()
}

/// The file that an address stands for, if it is inside the folder and exists.
fn file_of(url: &str, folder: &Path) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let relative = Path::new(path.trim_start_matches('/'));
    if !relative
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        return None;
    }
    let mut file = folder.join(relative);
    if file.is_dir() {
        file.push("index.html");
    }
    file.is_file().then_some(file)
}

/// Media types of what a Trunk build holds. Browsers refuse to stream wasm under another type.
fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("zip") => "application/zip",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::{file_of, media_type};
    use std::path::Path;

    #[test]
    fn serves_files_of_its_folder_only() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(
            file_of("/src/lib.rs?query#part", folder),
            Some(folder.join("src/lib.rs"))
        );
        assert_eq!(file_of("/../Cargo.toml", folder), None);
        assert_eq!(file_of("//etc/passwd", folder), None);
        assert_eq!(file_of("/missing", folder), None);
        assert_eq!(file_of("/", folder), None, "a folder without index.html");
    }

    #[test]
    fn wasm_has_its_own_media_type() {
        assert_eq!(media_type(Path::new("app_bg.wasm")), "application/wasm");
        assert_eq!(media_type(Path::new("LICENSE")), "application/octet-stream");
    }
}
