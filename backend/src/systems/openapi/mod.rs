//! OpenAPI documents: read, compared with what is known of a system, and imported.

pub(super) mod compare;
pub(super) mod document;
pub(super) mod import;
mod raw;
mod yaml;
