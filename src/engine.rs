//! The one door into the core.
