//! WebDriver BiDi, as much as Firefox needs: commands that wait for their answer, and events.
//!
//! The protocol is JSON over a WebSocket. The few frames of it that are needed are written here: the
//! client that thirtyfour brings needs TLS, and the smallest one on crates.io second versions of
//! five packages. Format: RFC 6455.

use std::cell::{Cell, RefCell};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The kinds of frames.
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// A connection to the browser.
#[derive(Debug)]
pub struct Bidi {
    stream: RefCell<BufReader<TcpStream>>,
    last_id: Cell<u64>,
    /// Events that nobody asked for yet, oldest first.
    events: RefCell<Vec<Value>>,
}

impl Bidi {
    /// Connects to the `webSocketUrl` of a session.
    ///
    /// # Errors
    /// When the browser does not answer as a WebSocket.
    pub fn connect(url: &str) -> Result<Self> {
        let address = url
            .strip_prefix("ws://")
            .with_context(|| format!("{url:?} is no address of a WebSocket"))?;
        let (host, path) = address.split_once('/').unwrap_or((address, ""));
        let mut stream =
            TcpStream::connect(host).with_context(|| format!("{host} does not answer"))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // The key is there to tell WebSockets from caches between them; there are none.
        write!(
            stream,
            "GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Key: ZmxhcmVzY29wZS10ZXN0cw==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )?;
        let mut stream = BufReader::new(stream);
        let mut status = String::new();
        stream.read_line(&mut status)?;
        ensure!(
            status.split_whitespace().nth(1) == Some("101"),
            "{url} answers {:?}",
            status.trim()
        );
        let mut line = String::new();
        while stream.read_line(&mut line)? > 0 && !line.trim_end().is_empty() {
            line.clear();
        }
        Ok(Self {
            stream: RefCell::new(stream),
            last_id: Cell::new(0),
            events: RefCell::default(),
        })
    }

    /// Sends a command and returns its result. Events on the way are kept.
    ///
    /// # Errors
    /// When the browser refuses, or is gone.
    pub fn command(&self, method: &str, parameters: &Value) -> Result<Value> {
        let id = self.last_id.get() + 1;
        self.last_id.set(id);
        let message = json!({"id": id, "method": method, "params": parameters});
        let mut stream = self.stream.borrow_mut();
        send(&mut stream, TEXT, message.to_string().as_bytes())?;
        loop {
            let mut answer = receive(&mut stream).with_context(|| method.to_owned())?;
            if answer["type"] == "event" {
                self.events.borrow_mut().push(answer);
            } else if answer["id"] == id {
                ensure!(
                    answer["type"] == "success",
                    "{method}: {}",
                    answer["message"].as_str().unwrap_or("refused")
                );
                return Ok(answer["result"].take());
            }
        }
    }

    /// Every event since the last call, oldest first.
    ///
    /// # Errors
    /// When the browser is gone.
    pub fn events(&self) -> Result<Vec<Value>> {
        // Its answer comes after whatever was sent before.
        self.command("session.status", &json!({}))?;
        Ok(self.events.take())
    }
}

/// One frame with everything in it. What a client sends has to be masked, and Firefox ends the
/// connection at a mask of zeros. Any other will do: nobody is in between.
fn send(stream: &mut BufReader<TcpStream>, kind: u8, bytes: &[u8]) -> Result<()> {
    const LAST: u8 = 0x80;
    const MASKED: u8 = 0x80;
    const MASK: [u8; 4] = *b"flar";
    let mut frame = vec![LAST | kind];
    match u16::try_from(bytes.len()) {
        Ok(length @ 0..=125) => frame.push(MASKED | u8::try_from(length)?),
        Ok(length) => {
            frame.push(MASKED | 126);
            frame.extend(length.to_be_bytes());
        }
        Err(_) => {
            frame.push(MASKED | 127);
            frame.extend(u64::try_from(bytes.len())?.to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(
        bytes
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    stream.get_mut().write_all(&frame)?;
    Ok(())
}

/// The next message, put together from its frames.
fn receive(stream: &mut BufReader<TcpStream>) -> Result<Value> {
    let mut message = Vec::new();
    loop {
        let [head, length] = read(stream)?;
        let length = match length & 0x7f {
            126 => u64::from(u16::from_be_bytes(read(stream)?)),
            127 => u64::from_be_bytes(read(stream)?),
            short => u64::from(short),
        };
        let mut payload = Vec::new();
        stream.take(length).read_to_end(&mut payload)?;
        match head & 0x0f {
            TEXT | CONTINUATION => message.append(&mut payload),
            PING => send(stream, PONG, &payload)?,
            PONG => {}
            CLOSE => bail!("the browser closed the connection"),
            other => bail!("a frame of kind {other}"),
        }
        let is_last = head & 0x80 != 0;
        if is_last && !message.is_empty() {
            return serde_json::from_slice(&message).context("the browser sent no JSON");
        }
    }
}

fn read<const N: usize>(stream: &mut impl Read) -> Result<[u8; N]> {
    let mut bytes = [0; N];
    stream
        .read_exact(&mut bytes)
        .context("the browser is gone")?;
    Ok(bytes)
}
