//! What describes a call: its method and its path.

use latchkey_shared::fields::Refusal;

/// The methods that an API may have.
pub(crate) const METHODS: [&str; 9] =
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"];

/// What can be said of a path without the server's parser.
pub(crate) fn starts_with_slash(typed: &str) -> Result<(), Refusal> {
    match typed.trim() {
        "" => Err(Refusal::new("required", "Must not be empty.")),
        path if path.starts_with('/') => Ok(()),
        _ => Err(Refusal::new("invalid_path", "The path does not start with /.")),
    }
}
