//! OpenAPI documents: reading, comparing and importing.

pub(super) mod compare;
pub(super) mod document;
pub(super) mod import;
pub(super) mod imported;
mod raw;
mod yaml;

/// Whether an OpenAPI document can be read. Tests ask this for documents that they damage.
#[must_use]
pub fn is_readable(document: &[u8]) -> bool {
    document::Document::parse(document).is_ok()
}
