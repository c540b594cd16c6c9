//! What tables have in common: ids as text.

/// Parses a stored id. It fails only if somebody tampered with the database.
pub(crate) fn stored<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    text: &str,
) -> Result<T, sqlx::Error> {
    text.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}
