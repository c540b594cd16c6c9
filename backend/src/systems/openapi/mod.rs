//! OpenAPI documents: reading, comparing and importing.

pub(super) mod compare;
pub(super) mod document;
pub(super) mod import;
pub(super) mod imported;
mod raw;
mod yaml;
