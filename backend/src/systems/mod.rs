//! Core systems, their APIs and their verifier keys.

pub mod catalog;
pub mod paths;
