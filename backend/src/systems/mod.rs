//! Core systems, their APIs and their verifier keys.

pub mod paths;
