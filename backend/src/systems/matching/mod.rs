//! Which operation of a system does a call mean?

pub mod bad_template;
pub mod path;
mod pattern;
mod query;
pub mod router;
pub mod target;
pub mod template;
