//! A static server on 127.0.0.1 that remembers every request.
//!
//! `serve` shows the page with it, the browser tests count with it what the page asked for.
//! It serves files of one folder and nothing else: no listing, no ranges, no caching.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};
use tiny_http::{Header, Method, Request, Response};

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    http: Arc<HttpServer>,
    threads: Vec<JoinHandle<()>>,
}

/// [`tiny_http::Server`] with a `Debug`.
struct HttpServer(tiny_http::Server);

impl std::fmt::Debug for HttpServer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("HttpServer")
    }
}

/// Browsers open several connections at once and wait for none; two threads keep them all served.
const THREADS: usize = 2;

impl Server {
    /// Serves `folder` on 127.0.0.1; port 0 takes a free one.
    ///
    /// # Errors
    /// When the folder is missing or the port is taken.
    pub fn start(folder: &Path, port: u16) -> Result<Self> {
        let folder = folder
            .canonicalize()
            .with_context(|| format!("{} cannot be served", folder.display()))?;
        let http = tiny_http::Server::http(("127.0.0.1", port))
            .map_err(|error| anyhow!("cannot listen on 127.0.0.1:{port}: {error}"))?;
        let address = http
            .server_addr()
            .to_ip()
            .context("the server has no IP address")?;
        let http = Arc::new(HttpServer(http));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let threads = (0..THREADS)
            .map(|_| {
                let (http, requests, folder) =
                    (Arc::clone(&http), Arc::clone(&requests), folder.clone());
                std::thread::spawn(move || {
                    while let Ok(request) = http.0.recv() {
                        locked(&requests).push(format!("{} {}", request.method(), request.url()));
                        // A browser that went away is no failure of the server.
                        let _ = answer(request, &folder);
                    }
                })
            })
            .collect();
        Ok(Self {
            address,
            requests,
            http,
            threads,
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
        for thread in self.threads.drain(..) {
            // A thread that panicked has already said so.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.http.0.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// A panic elsewhere leaves the list whole: it is only ever pushed to.
fn locked(requests: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    requests.lock().unwrap_or_else(PoisonError::into_inner)
}

fn answer(request: Request, folder: &Path) -> std::io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::empty(405));
    }
    let Some(path) = file_of(request.url(), folder) else {
        return request.respond(Response::from_string("not found").with_status_code(404));
    };
    let Ok(file) = File::open(&path) else {
        return request.respond(Response::from_string("not found").with_status_code(404));
    };
    let mut response = Response::from_file(file);
    for (name, value) in [
        ("Content-Type", media_type(&path)),
        // A page that was rebuilt has to be the one that is shown.
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
    ] {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    request.respond(response)
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
