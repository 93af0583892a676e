//! Why something that is in the flare could not be read: typed until a writer makes words of it.

use std::fmt;
use std::sync::Arc;

use flare::Fault;
use profile::pprof::DecodeError;

/// Why a profile was not read.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unread {
    /// Its entry could not be.
    #[error(transparent)]
    Entry(#[from] Fault),
    /// It is no profile.
    #[error(transparent)]
    Decode(Arc<DecodeError>),
    /// All profiles together would cost too much.
    #[error(
        "the flare's profiles up to this one {cost}, the limit for all of them is {limit}; it is left \
         out, those before it are read"
    )]
    Totals {
        /// What they would cost.
        cost: Cost,
        /// What they may.
        limit: u64,
    },
}

impl Unread {
    /// A limit of this program was met, or memory was short: says nothing against the file.
    pub fn is_left_out(&self) -> bool {
        match self {
            Self::Entry(fault) => fault.is_left_out(),
            Self::Decode(error) => error.is_left_out(),
            Self::Totals { .. } => true,
        }
    }
}

/// What the profiles of a flare cost together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Bytes that were unpacked.
    UnpackedBytes(u64),
    /// Bytes of their tables.
    MemoryBytes(u64),
    /// Steps of work, see [`profile::Profile::steps`].
    Steps(u64),
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnpackedBytes(found) => write!(f, "unpack to {found} bytes"),
            Self::MemoryBytes(found) => write!(f, "take {found} bytes of memory"),
            Self::Steps(found) => write!(f, "take {found} steps of work"),
        }
    }
}

/// An error in a report: itself, or what redaction made of its text.
#[derive(Clone, Debug)]
pub enum Told<E> {
    /// As it was found.
    Error(E),
    /// Its text with names replaced.
    Redacted(String),
}

impl<E: std::error::Error> Told<E> {
    /// The error with its sources, outside in.
    pub fn text(&self) -> String {
        match self {
            Self::Error(error) => chain(error),
            Self::Redacted(text) => text.clone(),
        }
    }
}

impl<E> From<E> for Told<E> {
    fn from(error: E) -> Self {
        Self::Error(error)
    }
}

/// Some errors hold others that can't be compared; what is told of them can.
impl<E: std::error::Error> PartialEq for Told<E> {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl<E: std::error::Error> Eq for Told<E> {}

/// An error with its sources, outside in.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        source = inner.source();
    }
    text
}
