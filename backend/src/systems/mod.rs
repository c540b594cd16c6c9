//! Core systems, their APIs and their verifier keys.

pub mod builtin;
pub mod catalog;
mod compare;
pub mod import;
pub mod paths;
mod query;
pub mod router;
pub mod routes;
pub mod store;
mod template;
