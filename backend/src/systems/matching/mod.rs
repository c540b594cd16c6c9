//! Finds the operation that a call means.

pub mod bad_template;
pub mod path;
mod pattern;
mod query;
pub mod router;
pub mod target;
pub mod template;
mod tree;
