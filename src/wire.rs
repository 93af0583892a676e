//! What crosses `postMessage`: `{id, request, files}` one way, `{id, response}` back.
//!
//! The browser's half, in `browser::wire`, puts these into JavaScript's objects and takes them out.

use engine::protocol::{Request, Response};

/// The id of messages that answer nothing: `Ready`, and `Crashed` outside a request.
pub const NO_REQUEST: u32 = 0;

/// A request to the worker.
#[derive(Clone, Debug, PartialEq)]
pub struct Call<F> {
    /// Given back with every answer.
    pub id: u32,
    /// What is asked.
    pub request: Request,
    /// The files that travel beside it.
    pub files: Vec<F>,
}

/// An answer to the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The request that it answers, or [`NO_REQUEST`].
    pub id: u32,
    /// The answer.
    pub response: Response,
}
