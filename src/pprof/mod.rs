//! Bytes to [`crate::profile::Profile`].
