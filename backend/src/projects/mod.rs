//! Platform projects, who belongs to them, and which systems are opened to them.

pub mod routes;
pub mod store;
