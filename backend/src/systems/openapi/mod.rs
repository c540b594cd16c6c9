//! OpenAPI documents: reading, comparing and importing.

pub(super) mod compare;
pub(super) mod document;
pub(super) mod import;
mod raw;
mod yaml;
