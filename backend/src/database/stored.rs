//! What the tables hold in common: ids as text.

/// A stored id, or the error of a database that was tampered with.
pub(crate) fn stored<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    text: &str,
) -> Result<T, sqlx::Error> {
    text.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))
}
