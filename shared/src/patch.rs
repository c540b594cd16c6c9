//! Fields of a `PATCH` body that can be absent (keep), `null` (clear) or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Reads a field that is there: `null` or a value.
///
/// # Errors
/// If the value is not a `T`.
pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// Writes such a field. An absent field is skipped by its own attribute.
///
/// # Errors
/// If the value cannot be written.
#[allow(clippy::option_option, clippy::ref_option, reason = "serde's `with` names the signature")]
pub fn serialize<T: Serialize, S: Serializer>(value: &Option<Option<T>>, to: S) -> Result<S::Ok, S::Error> {
    value.as_ref().and_then(Option::as_ref).serialize(to)
}
