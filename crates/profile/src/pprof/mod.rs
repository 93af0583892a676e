//! Bytes to [`Profile`](crate::Profile).
//!
//! A profile file is a protobuf message (`proto/profile.proto`), gzipped in one or several members
//! or bare; older ones are text. [`decode`] accepts what `go tool pprof` accepts and says exactly why it refuses the rest.

mod decode;
mod error;
mod legacy;
mod limits;
mod prune;
mod wire;

pub use decode::{decode, decode_counted, inflate};
pub use error::{DecodeError, Mangling};
pub use limits::{Limits, Totals};

/// Types generated from `proto/profile.proto`, for small tables, tests and tools that write profiles.
pub mod proto {
    #![allow(
        missing_docs,
        clippy::all,
        reason = "generated from proto/profile.proto"
    )]
    include!(concat!(env!("OUT_DIR"), "/perftools.profiles.rs"));
}
